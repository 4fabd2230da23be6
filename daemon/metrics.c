/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/metrics.h"

#include <inttypes.h>
#include <stdlib.h>

#include "lib/base/util.h"

const unsigned int METRICS_HTTP_CODES[METRICS_HTTP_CODE_COUNT] = {200, 404, 405, 503};

void metrics_deinit(struct metrics *metrics)
{
        free(metrics->queues);
        att_buffer_deinit(&metrics->names);
        *metrics = (struct metrics){0};
}

/* ---- Queues ---- */

/* As the value of a label. */
static void put_escaped(struct att_buffer *into, struct att_text text)
{
        for (size_t i = 0; i < text.len; i++) {
                const char byte = text.data[i];

                if (byte == '\\' || byte == '"') {
                        att_buffer_append_byte(into, '\\');
                        att_buffer_append_byte(into, byte);
                } else if (byte == '\n') {
                        att_buffer_append_c(into, "\\n");
                } else {
                        att_buffer_append_byte(into, byte);
                }
        }
}

void metrics_begin_queues(struct metrics *metrics, uint32_t capacity)
{
        free(metrics->queues);
        metrics->queues = att_alloc_array(capacity, sizeof(*metrics->queues));
        metrics->queue_count = 0;
        att_buffer_clear(&metrics->names);
}

void metrics_add_queue(struct metrics *metrics, const struct att_queue_view *view)
{
        const size_t name_at = metrics->names.len;

        put_escaped(&metrics->names, view->name);
        metrics->queues[metrics->queue_count++] = (struct metrics_queue){
                .name_at = name_at,
                .name_len = metrics->names.len - name_at,
                .waiting = view->waiting,
                .offered = view->offered,
                .connected = view->connected,
                .longest_wait_ms = view->longest_wait_ms,
                .estimate_ms = view->estimate_ms < 0 ? METRICS_ABSENT : view->estimate_ms,
                .staffed = view->staffed,
                .open = view->open,
                .entered = (int64_t)view->entered,
                .answered = (int64_t)view->answered,
                .answered_in_level = (int64_t)view->answered_in_level,
                .abandoned = (int64_t)view->abandoned,
                .refused = (int64_t)view->refused,
                .overflowed = (int64_t)view->overflowed,
                .expired = (int64_t)view->expired,
                .answer_wait_ms = view->answer_wait_ms,
        };
}

/* ---- The table ---- */

enum shape {
        ONE,       /* One figure. */
        WORDS,     /* One for each of a few words, the label's value. */
        QUEUES,    /* One for each queue. */
        DURATIONS, /* A histogram. */
        VERSION,   /* Always 1; the labels tell what this is ... */
        CONFIG,    /* ... and what it was told. */
};

struct family {
        const char *name;
        const char *type;
        const char *help;
        enum shape shape;
        int decimals; /* Of the figure: 0, of ms 3, of us 6. */
        size_t at;    /* In struct metrics, or metrics_queue. */
        const char *label;
        uint32_t first; /* The first word that counts ... */
        uint32_t count; /* ... and one past the last. */
        void (*put_word)(struct att_buffer *into, uint32_t word);
};

/* The words of an enum, each by its own function. */
#define WORD(put, type, name)                                                                      \
        static void put(struct att_buffer *into, uint32_t word)                                    \
        {                                                                                          \
                att_buffer_append_c(into, name((type)word));                                       \
        }

WORD(put_presence, enum att_presence, att_presence_name)
WORD(put_state, enum att_contact_state, att_contact_state_name)
WORD(put_outcome, enum att_outcome, att_outcome_name)
WORD(put_command, enum att_command_kind, att_command_kind_name)
WORD(put_refusal, enum att_refusal, att_refusal_name)
WORD(put_effect, enum att_effect_kind, att_effect_kind_name)
WORD(put_revoke_reason, enum att_revoke_reason, att_revoke_reason_name)
WORD(put_load_level, enum load_level, load_level_name)
WORD(put_reload, enum tally_reload, tally_reload_name)
WORD(put_history_state, enum history_state, history_state_word)
WORD(put_lookup, enum tally_lookup, tally_lookup_name)
WORD(put_snapshot, enum tally_snapshot, tally_snapshot_name)

static void put_http_code(struct att_buffer *into, uint32_t word)
{
        att_buffer_append_uint(into, METRICS_HTTP_CODES[word]);
}

#define OF(field)                           offsetof(struct metrics, field)
#define OF_QUEUE(field)                     offsetof(struct metrics_queue, field)
#define SINGLE(decimals, field)             ONE, decimals, OF(field), NULL, 0, 1, NULL
#define QUEUE(decimals, field)              QUEUES, decimals, OF_QUEUE(field), "queue", 0, 0, NULL
#define BY(label, field, first, count, put) WORDS, 0, OF(field), label, first, count, put
#define TIMES(field)                        DURATIONS, 6, OF(field), NULL, 0, 1, NULL

/* clang-format off */
static const struct family FAMILIES[] = {
        {"attune_build_info", "gauge",
         "Always 1; the version, and the number of the engine's behaviour.",
         VERSION, 0, 0, NULL, 0, 1, NULL},
        {"attune_config_info", "gauge",
         "Always 1; the digest of the configuration in force.",
         CONFIG, 0, 0, NULL, 0, 1, NULL},

        {"attune_queue_waiting_contacts", "gauge",
         "Contacts that wait in the queue and are not offered.", QUEUE(0, waiting)},
        {"attune_queue_offered_contacts", "gauge",
         "Contacts of the queue that an agent is being offered.", QUEUE(0, offered)},
        {"attune_queue_connected_contacts", "gauge",
         "Contacts of the queue that an agent talks to.", QUEUE(0, connected)},
        {"attune_queue_longest_wait_seconds", "gauge",
         "The longest wait among those who wait or are offered; 0: nobody waits.",
         QUEUE(3, longest_wait_ms)},
        {"attune_queue_estimated_wait_seconds", "gauge",
         "The wait to expect for one who comes now; no value while unknown.",
         QUEUE(3, estimate_ms)},
        {"attune_queue_staffed_agents", "gauge",
         "Ready agents who could take the queue's contacts at its last step.", QUEUE(0, staffed)},
        {"attune_queue_open", "gauge",
         "1 while the queue's opening hours hold, else 0.", QUEUE(0, open)},
        {"attune_queue_entered_total", "counter",
         "Arrivals, and moves into the queue, since the engine began.", QUEUE(0, entered)},
        {"attune_queue_answered_total", "counter",
         "Contacts that an agent took.", QUEUE(0, answered)},
        {"attune_queue_answered_in_level_total", "counter",
         "Contacts that an agent took within the service level's time.",
         QUEUE(0, answered_in_level)},
        {"attune_queue_abandoned_total", "counter",
         "Contacts that gave up waiting.", QUEUE(0, abandoned)},
        {"attune_queue_refused_total", "counter",
         "Contacts that the queue refused.", QUEUE(0, refused)},
        {"attune_queue_overflowed_total", "counter",
         "Contacts that left the queue for another, a callback or a refusal.",
         QUEUE(0, overflowed)},
        {"attune_queue_expired_total", "counter",
         "Contacts that waited for longer than the queue lets them.", QUEUE(0, expired)},
        {"attune_queue_answer_wait_seconds_total", "counter",
         "The waits of answered contacts, summed up.", QUEUE(3, answer_wait_ms)},

        {"attune_contacts", "gauge",
         "Contacts by state; closed ones are remembered for an hour.",
         BY("state", contacts, 0, ATT_CONTACT_STATE_COUNT, put_state)},
        {"attune_contacts_closed_total", "counter",
         "Contacts that ended, by outcome, since the engine began.",
         BY("outcome", outcomes, 1, ATT_OUTCOME_COUNT, put_outcome)},
        {"attune_agents", "gauge",
         "Agents by presence.", BY("presence", agents, 0, ATT_PRESENCE_COUNT, put_presence)},
        {"attune_interactions", "gauge",
         "Conversations, wrap-ups and outside work that agents are busy with.",
         SINGLE(0, interactions)},
        {"attune_customers", "gauge",
         "Customers that the engine remembers something of.", SINGLE(0, customers)},
        {"attune_offers_total", "counter",
         "Offers to agents since the engine began.", SINGLE(0, offers)},
        {"attune_offers_revoked_total", "counter",
         "Offers that were taken back, by reason.",
         BY("reason", tally.revoked, 0, ATT_REVOKE_REASON_COUNT, put_revoke_reason)},

        {"attune_commands_total", "counter",
         "Commands that the engine decided, refused ones too, by kind.",
         BY("command", tally.commands, 0, ATT_CMD_KIND_COUNT, put_command)},
        {"attune_commands_refused_total", "counter",
         "Commands that the engine refused, by code.",
         BY("code", tally.refused, 1, ATT_REFUSAL_COUNT, put_refusal)},
        {"attune_requests_refused_total", "counter",
         "Requests that were refused before the engine saw them, by code.",
         BY("code", tally.turned_away, 1, ATT_REFUSAL_COUNT, put_refusal)},
        {"attune_requests_shed_total", "counter",
         "Requests that were refused for load, by the level that refuses them.",
         BY("level", shed, 1, LOAD_LEVEL_COUNT, put_load_level)},
        {"attune_effects_total", "counter",
         "What followed from commands, by kind.",
         BY("effect", tally.effects, 0, ATT_EFFECT_KIND_COUNT, put_effect)},
        {"attune_load_level", "gauge",
         "What is given up for load: 0 nothing, 1 statistics, 2 questions, 3 new contacts, 4 new sessions.",
         SINGLE(0, load_level)},
        {"attune_lane_requests", "gauge",
         "Requests that wait for their turn.", SINGLE(0, lane_requests)},
        {"attune_lane_bytes", "gauge",
         "Bytes of the requests that wait for their turn.", SINGLE(0, lane_bytes)},

        {"attune_journal_commands_total", "counter",
         "Commands that are durable, since the journal began.", SINGLE(0, durable_commands)},
        {"attune_journal_waiting_commands", "gauge",
         "Commands that are decided and not durable yet.", SINGLE(0, waiting_commands)},
        {"attune_journal_oldest_waiting_seconds", "gauge",
         "How long the oldest of them has waited.", SINGLE(3, oldest_command_ms)},
        {"attune_journal_batches_total", "counter",
         "Batches that were handed to the journal.", SINGLE(0, batches)},
        {"attune_journal_batch_bytes_total", "counter",
         "Bytes of these batches.", SINGLE(0, batch_bytes)},
        {"attune_journal_commit_seconds", "histogram",
         "From a batch's handing over until the loop knows that it is durable.", TIMES(commits)},
        {"attune_journal_size_bytes", "gauge",
         "Bytes of the files in the journal's folder.", SINGLE(0, process.journal_bytes)},
        {"attune_disk_free_bytes", "gauge",
         "Room on the disk of the data directory.", SINGLE(0, process.disk_free_bytes)},
        {"attune_disk_nearly_full", "gauge",
         "0: there is room. 1: new contacts are refused. 2: only endings are taken.",
         SINGLE(0, disk_nearly_full)},
        {"attune_snapshots_total", "counter",
         "Snapshots that were due, by what came of them.",
         BY("result", tally.snapshots, 0, TALLY_SNAPSHOT_COUNT, put_snapshot)},
        {"attune_snapshot_last_timestamp_seconds", "gauge",
         "When the newest snapshot was made; no value: there is none.", SINGLE(3, snapshot_at_ms)},
        {"attune_snapshot_duration_seconds", "gauge",
         "How long the newest one took to make; no value: this process made none.",
         SINGLE(3, snapshot_took_ms)},
        {"attune_snapshot_behind_commands", "gauge",
         "Commands since the newest snapshot: what a start would have to replay.",
         SINGLE(0, snapshot_behind)},

        {"attune_history_state", "gauge",
         "1 for the state that the history is in; no value: none is written.",
         BY("state", history_state, 0, HISTORY_STATE_COUNT, put_history_state)},
        {"attune_history_behind_commands", "gauge",
         "Durable commands that the history does not have yet.", SINGLE(0, history_behind)},
        {"attune_history_behind_seconds", "gauge",
         "How much older the last command of the history is than the last durable one.",
         SINGLE(3, history_behind_ms)},
        {"attune_history_waiting_bytes", "gauge",
         "Bytes that wait to be written to the history.", SINGLE(0, history_waiting_bytes)},
        {"attune_history_events_total", "counter",
         "What was written to the history as it happened.", SINGLE(0, history_events)},
        {"attune_history_failures_total", "counter",
         "Times that the history could not be opened, written or caught up.",
         SINGLE(0, history_failures)},
        {"attune_history_catch_ups_total", "counter",
         "Times that the history was replayed from the journal.", SINGLE(0, history_catch_ups)},
        {"attune_history_gaps", "gauge",
         "Parts of the journal that the history does not have and can't have any more.",
         SINGLE(0, history_gaps)},

        {"attune_customers_in_memory", "gauge",
         "Customers whose story is in memory: who comes is shown without a look into the history.",
         SINGLE(0, customers_in_memory)},
        {"attune_customer_lookups_total", "counter",
         "Requests that wanted a customer from the history, by what came of it.",
         BY("result", tally.lookups, 0, TALLY_LOOKUP_COUNT, put_lookup)},
        {"attune_customer_lookup_seconds", "histogram",
         "How long such a request waited for it; those that were not tried are not in it.",
         TIMES(lookups)},

        {"attune_loop_turn_seconds", "histogram",
         "What the loop worked in a turn, without what it waited.", TIMES(turns)},
        {"attune_loop_turn_cpu_seconds", "histogram",
         "What of a turn the loop's thread was on a processor.", TIMES(turns_cpu)},
        {"attune_loop_longest_turn_seconds", "gauge",
         "The longest turn of the last minute.", SINGLE(6, longest_turn_us)},
        {"attune_loop_longest_turn_cpu_seconds", "gauge",
         "The most that a turn of the last minute was on a processor.",
         SINGLE(6, longest_turn_cpu_us)},

        {"attune_sessions", "gauge",
         "Connections of front ends, desktops and tools.", SINGLE(0, sessions)},
        {"attune_pushes_unacknowledged", "gauge",
         "Pushes that front ends did not acknowledge yet.", SINGLE(0, pushes_unacknowledged)},
        {"attune_sessions_away", "gauge",
         "Sessions that ended and may still be taken up again.", SINGLE(0, feeds_away)},
        {"attune_route_log_lines_lost_total", "counter",
         "Lines of the route log that could not be written.", SINGLE(0, route_log_lines_lost)},
        {"attune_route_log_waiting_bytes", "gauge",
         "Bytes of the route log that are not written yet.", SINGLE(0, route_log_waiting_bytes)},
        {"attune_config_reloads_total", "counter",
         "Reloads of the configuration, the start's included, by result.",
         BY("result", tally.reloads, 0, TALLY_RELOAD_COUNT, put_reload)},
        {"attune_config_last_reload_successful", "gauge",
         "1: the configuration in force is what the files say. 0: they were refused.",
         SINGLE(0, last_reload_right)},

        {"attune_http_requests_total", "counter",
         "Answers of this listener, by code.",
         BY("code", http_requests, 0, METRICS_HTTP_CODE_COUNT, put_http_code)},
        {"attune_http_connections", "gauge",
         "Connections to this listener.", SINGLE(0, http_connections)},
        {"attune_http_turned_away_total", "counter",
         "Connections that were one too many.", SINGLE(0, http_turned_away)},
        {"attune_http_slow_total", "counter",
         "Connections that were closed because they took too long.", SINGLE(0, http_slow)},

        {"process_cpu_seconds_total", "counter",
         "Processor time, of all threads.", SINGLE(6, process.cpu_us)},
        {"process_resident_memory_bytes", "gauge",
         "Resident memory.", SINGLE(0, process.resident_bytes)},
        {"process_virtual_memory_bytes", "gauge",
         "Virtual memory.", SINGLE(0, process.virtual_bytes)},
        {"process_open_fds", "gauge",
         "Open file descriptors.", SINGLE(0, process.open_fds)},
        {"process_max_fds", "gauge",
         "As many may be open.", SINGLE(0, process.fds_max)},
        {"process_start_time_seconds", "gauge",
         "When the process began, Unix time.", SINGLE(3, process.start_ms)},
};
/* clang-format on */

/* ---- Text ---- */

/* An exact decimal: (1500, 3) is 1.5. */
static void put_number(struct att_buffer *into, int64_t value, int decimals)
{
        int64_t one = 1;
        char digits[8];
        int len = decimals;

        for (int i = 0; i < decimals; i++) {
                one *= 10;
        }
        if (value < 0) {
                att_buffer_append_byte(into, '-');
                value = -value;
        }
        att_buffer_append_int(into, value / one);
        value %= one;
        if (value == 0) {
                return;
        }
        for (int i = decimals; i > 0; i--, value /= 10) {
                digits[i - 1] = (char)('0' + value % 10);
        }
        while (digits[len - 1] == '0') {
                len--;
        }
        att_buffer_append_byte(into, '.');
        att_buffer_append(into, digits, (size_t)len);
}

static int64_t figure_at(const void *base, size_t at)
{
        return *(const int64_t *)(const void *)((const char *)base + at);
}

static void put_end(struct att_buffer *into, int64_t value, int decimals)
{
        att_buffer_append_byte(into, ' ');
        put_number(into, value, decimals);
        att_buffer_append_byte(into, '\n');
}

static void put_one(struct att_buffer *into, const struct family *family,
                    const struct metrics *metrics)
{
        const int64_t value = figure_at(metrics, family->at);

        if (value != METRICS_ABSENT) {
                att_buffer_append_c(into, family->name);
                put_end(into, value, family->decimals);
        }
}

static void begin_label(struct att_buffer *into, const struct family *family)
{
        att_buffer_append_c(into, family->name);
        att_buffer_append_byte(into, '{');
        att_buffer_append_c(into, family->label);
        att_buffer_append_c(into, "=\"");
}

static void put_words(struct att_buffer *into, const struct family *family,
                      const struct metrics *metrics)
{
        for (uint32_t i = family->first; i < family->count; i++) {
                const int64_t value = figure_at(metrics, family->at + i * sizeof(int64_t));

                if (value != METRICS_ABSENT) {
                        begin_label(into, family);
                        family->put_word(into, i);
                        att_buffer_append_c(into, "\"}");
                        put_end(into, value, 0);
                }
        }
}

static void put_queue(struct att_buffer *into, const struct family *family,
                      const struct metrics *metrics, uint32_t row)
{
        const struct metrics_queue *queue = &metrics->queues[row];
        const int64_t value = figure_at(queue, family->at);

        if (value != METRICS_ABSENT) {
                begin_label(into, family);
                att_buffer_append(into, metrics->names.data + queue->name_at, queue->name_len);
                att_buffer_append_c(into, "\"}");
                put_end(into, value, family->decimals);
        }
}

static void put_durations(struct att_buffer *into, const struct family *family,
                          const struct metrics *metrics)
{
        const struct histogram *histogram = (const void *)((const char *)metrics + family->at);
        uint64_t count = 0;

        for (uint32_t i = 0; i <= HISTOGRAM_BOUNDS; i++) {
                count += histogram->counts[i];
                att_buffer_append_c(into, family->name);
                att_buffer_append_c(into, "_bucket{le=\"");
                if (i < HISTOGRAM_BOUNDS) {
                        put_number(into, histogram_bound_us(i), 6);
                } else {
                        att_buffer_append_c(into, "+Inf");
                }
                att_buffer_append_c(into, "\"}");
                put_end(into, (int64_t)count, 0);
        }
        att_buffer_append_c(into, family->name);
        att_buffer_append_c(into, "_sum");
        put_end(into, histogram->sum_us, 6);
        att_buffer_append_c(into, family->name);
        att_buffer_append_c(into, "_count");
        put_end(into, (int64_t)count, 0);
}

static void put_version(struct att_buffer *into, const struct family *family,
                        const struct metrics *metrics)
{
        att_buffer_printf(into, "%s{version=\"%s\",behaviour=\"%" PRId64 "\"} 1\n", family->name,
                          metrics->version, metrics->behaviour);
}

static void put_config(struct att_buffer *into, const struct family *family,
                       const struct metrics *metrics)
{
        att_buffer_printf(into, "%s{digest=\"%s\"} 1\n", family->name, metrics->config);
}

static void put_head(struct att_buffer *into, const struct family *family)
{
        att_buffer_printf(into, "# HELP %s %s\n# TYPE %s %s\n", family->name, family->help,
                          family->name, family->type);
}

static uint32_t rows_of(const struct family *family, const struct metrics *metrics)
{
        return family->shape == QUEUES ? metrics->queue_count : 1;
}

static void put_row(struct att_buffer *into, const struct family *family,
                    const struct metrics *metrics, uint32_t row)
{
        switch (family->shape) {
        case ONE:
                put_one(into, family, metrics);
                break;
        case WORDS:
                put_words(into, family, metrics);
                break;
        case QUEUES:
                put_queue(into, family, metrics, row);
                break;
        case DURATIONS:
                put_durations(into, family, metrics);
                break;
        case VERSION:
                put_version(into, family, metrics);
                break;
        case CONFIG:
                put_config(into, family, metrics);
                break;
        }
}

bool metrics_write(struct metrics_page *page, struct att_buffer *into, size_t bytes)
{
        const size_t end = into->len + bytes;

        for (; page->family < ATT_ARRAY_LEN(FAMILIES); page->family++, page->row = 0) {
                const struct family *family = &FAMILIES[page->family];

                if (page->row == 0) {
                        put_head(into, family);
                }
                for (; page->row < rows_of(family, page->metrics); page->row++) {
                        if (into->len >= end && page->row > 0) {
                                return false;
                        }
                        put_row(into, family, page->metrics, page->row);
                }
        }
        return true;
}
