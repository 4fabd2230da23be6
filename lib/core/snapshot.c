/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A saved state is, in this order: the number of the layout (4 bytes), the counters, the names that
 * are never forgotten (channels, queues), agents, customers, contacts, what the agents work on, queues,
 * policies, front ends, where contacts wait, and a digest of all of it (16 bytes).
 *
 * It is read into an engine that has just got the configuration, with the names of before: so all
 * that follows from the configuration is there, and each thing finds what it refers to. What follows
 * from the rest is made at the end, by the functions that keep it up to date otherwise.
 */
#include "lib/core/snapshot.h"

#include <string.h>

#include "lib/base/util.h"
#include "lib/core/snapshot_parts.h"

#define LAYOUT       2
#define LAYOUT_BYTES 4
#define SUM_BYTES    16

/* ---- Counters ---- */

struct counters {
        int64_t now_ms;
        uint64_t seq;
        uint64_t round;
        uint64_t next_offer;
        uint64_t timer_serial;
        uint64_t commands;
        uint64_t refused;
        uint64_t offers;
        uint64_t outcomes[ATT_OUTCOME_COUNT];
        uint64_t surveys;
        uint64_t repeats;
        uint64_t promises[4]; /* Made, kept, expired, cancelled. */
        bool has_config;
        struct att_digest config;
};

static struct counters count(const struct att_core *core)
{
        struct counters counters = {
                .now_ms = core->now_ms,
                .seq = core->seq,
                .round = core->round,
                .next_offer = core->next_offer,
                .timer_serial = core->timer_serial,
                .commands = core->counts.commands,
                .refused = core->counts.refused,
                .offers = core->counts.offers,
                .has_config = core->config != NULL,
        };
        att_copy(counters.outcomes, core->counts.outcomes, sizeof(counters.outcomes));
        counters.surveys = core->counts.surveys;
        counters.repeats = core->counts.repeats;
        counters.promises[0] = core->counts.promises;
        counters.promises[1] = core->counts.promises_kept;
        counters.promises[2] = core->counts.promises_expired;
        counters.promises[3] = core->counts.promises_cancelled;
        if (core->config) {
                counters.config = core->config->digest;
        }
        return counters;
}

static void apply(struct att_core *core, const struct counters *counters)
{
        core->now_ms = counters->now_ms;
        core->seq = counters->seq;
        core->round = counters->round;
        core->next_offer = counters->next_offer;
        core->timer_serial = counters->timer_serial;
        core->counts.commands = counters->commands;
        core->counts.refused = counters->refused;
        core->counts.offers = counters->offers;
        att_copy(core->counts.outcomes, counters->outcomes, sizeof(counters->outcomes));
        core->counts.surveys = counters->surveys;
        core->counts.repeats = counters->repeats;
        core->counts.promises = counters->promises[0];
        core->counts.promises_kept = counters->promises[1];
        core->counts.promises_expired = counters->promises[2];
        core->counts.promises_cancelled = counters->promises[3];
}

static void pass_counters(struct stream *stream, struct counters *counters)
{
        stream_within(stream, &counters->now_ms, 0, SNAPSHOT_TIME_MAX, "the time");
        stream_number(stream, &counters->seq);
        stream_number(stream, &counters->round);
        stream_number(stream, &counters->next_offer);
        stream_number(stream, &counters->timer_serial);
        stream_number(stream, &counters->commands);
        stream_number(stream, &counters->refused);
        stream_number(stream, &counters->offers);
        for (int i = 0; i < ATT_OUTCOME_COUNT; i++) {
                stream_number(stream, &counters->outcomes[i]);
        }
        stream_number(stream, &counters->surveys);
        stream_number(stream, &counters->repeats);
        for (size_t i = 0; i < ATT_ARRAY_LEN(counters->promises); i++) {
                stream_number(stream, &counters->promises[i]);
        }
        stream_flag(stream, &counters->has_config);
        stream_digest(stream, &counters->config);
}

/* ---- Names: a channel's bit and a queue's records stay with them ---- */

static void pass_channel_name(struct stream *stream, struct att_core *core, struct channel *channel)
{
        stream_text(stream, &channel->name, UINT16_MAX);
        if (stream_is_read(stream) &&
            stream_expect(stream, channel_find(core, channel->name) == ATT_NONE,
                          "a channel twice")) {
                channel->name_data = att_text_dup(channel->name);
                channel->name = att_text_of(channel->name_data, channel->name.len);
                core->channel_count++;
        }
}

static void pass_channel_names(struct stream *stream, struct att_core *core)
{
        uint32_t channels = core->channel_count;
        stream_count(stream, &channels, ATT_CHANNELS_MAX, "channels");
        for (uint32_t i = 0; i < channels && stream_is_fine(stream); i++) {
                pass_channel_name(stream, core, &core->channels[i]);
        }
}

static void pass_queue_name(struct stream *stream, struct att_core *core, uint32_t i)
{
        struct att_text name = ATT_TEXT_NONE;
        if (!stream_is_read(stream)) {
                name = att_text_from(core->queue_names[i]);
        }
        stream_text(stream, &name, UINT16_MAX);
        if (stream_is_read(stream) &&
            !stream_expect(stream,
                           !memchr(name.data, 0, name.len) && queue_name_intern(core, name) == i,
                           "a queue's name twice")) {
                return;
        }
        struct record *record = &core->queue_records[i];
        stream_u32(stream, &record->successes);
        stream_u32(stream, &record->count);
        (void)stream_expect(stream,
                            record->successes <= record->count && record->count <= UINT32_MAX / 2,
                            "a record of feedback");
}

static void pass_queue_names(struct stream *stream, struct att_core *core)
{
        uint32_t names = core->queue_name_count;
        stream_count(stream, &names, UINT32_MAX, "names of queues");
        for (uint32_t i = 0; i < names && stream_is_fine(stream); i++) {
                pass_queue_name(stream, core, i);
        }
}

/* ---- Channels: those that went keep the values they had ---- */

static void pass_channel(struct stream *stream, struct att_core *core, struct channel *channel)
{
        stream_below(stream, &channel->units, ATT_UNITS_MAX + 1, "units");
        stream_within(stream, &channel->offer_timeout_ms, 1, ATT_DURATION_MS_MAX,
                      "a channel's times");
        stream_within(stream, &channel->wrap_up_ms, 0, ATT_DURATION_MS_MAX, "a channel's times");
        stream_flag(stream, &channel->auto_accept);
        stream_flag(stream, &channel->exclusive);
        stream_number(stream, &channel->interrupts);
        uint64_t all = core->channel_count == 64 ? UINT64_MAX
                                                 : (UINT64_C(1) << core->channel_count) - 1;
        (void)stream_expect(stream, (channel->interrupts & ~all) == 0, "channels interrupted");
}

static void pass_channels(struct stream *stream, struct att_core *core)
{
        core->exclusive_channels = 0;
        for (uint32_t i = 0; i < core->channel_count; i++) {
                pass_channel(stream, core, &core->channels[i]);
                core->exclusive_channels |= (uint64_t)core->channels[i].exclusive << i;
        }
}

/* ---- Queues and policies ---- */

/* A timer that may be armed, without a name. */
static void pass_timer(struct stream *stream, struct att_core *core, struct timer *timer,
                       uint64_t order, bool may_be_armed, const char *what)
{
        bool is_armed = timer_is_armed(timer);
        int64_t at_ms = timer_at_ms(core, timer);
        stream_flag(stream, &is_armed);
        (void)stream_expect(stream, !is_armed || may_be_armed, what);
        if (is_armed) {
                snapshot_future(stream, core, &at_ms, what);
        }
        if (stream_is_read(stream)) {
                timer_cancel(core, timer);
        }
        if (stream_is_read(stream) && is_armed && stream_is_fine(stream)) {
                timer_arm(core, timer, at_ms, order);
        }
}

static void pass_totals(struct stream *stream, struct att_queue_view *totals)
{
        stream_number(stream, &totals->entered);
        stream_number(stream, &totals->answered);
        stream_number(stream, &totals->answered_in_level);
        stream_number(stream, &totals->abandoned);
        stream_number(stream, &totals->refused);
        stream_number(stream, &totals->overflowed);
        stream_number(stream, &totals->expired);
        stream_signed(stream, &totals->answer_wait_ms);
}

static void take_waiting(struct stream *stream, struct att_core *core, uint32_t queue)
{
        struct att_text id = ATT_TEXT_NONE;
        stream_text(stream, &id, UINT16_MAX);
        struct contact *contact = contact_find(core, id);
        if (stream_expect(stream,
                          contact && contact->state == ATT_CONTACT_QUEUED &&
                                  contact->queue == queue &&
                                  !att_list_is_linked(&contact->in_queue),
                          "who waits in a queue")) {
                contact_list(core, contact);
        }
}

static void pass_waiting(struct stream *stream, struct att_core *core, uint32_t queue)
{
        uint32_t waiting = core->queues[queue].waiting_count;
        stream_count(stream, &waiting, UINT32_MAX, "who waits in a queue");
        if (stream_is_read(stream)) {
                for (uint32_t i = 0; i < waiting && stream_is_fine(stream); i++) {
                        take_waiting(stream, core, queue);
                }
                return;
        }
        ATT_LIST_FOREACH(contact, &core->queues[queue].waiting, struct contact, in_queue)
        {
                struct att_text id = contact_id(contact);
                stream_text(stream, &id, UINT16_MAX);
        }
}

static void pass_queue(struct stream *stream, struct att_core *core, uint32_t queue)
{
        struct queue_state *state = &core->queues[queue];
        const struct att_queue *def = &core->config->queues[queue];
        pass_totals(stream, &state->totals);
        stream_number(stream, &state->recent_entered);
        stream_within(stream, &state->answer_gap_ms, -1, ATT_DURATION_MS_MAX,
                      "the time between answers");
        snapshot_past(stream, core, &state->last_answer_ms, "the time of an answer");
        pass_timer(stream, core, &state->hours, queue,
                   def->hours != ATT_NONE && def->at_closing == ATT_AT_CLOSING_OVERFLOW,
                   "a queue's hours");
        pass_waiting(stream, core, queue);
}

static void pass_queues(struct stream *stream, struct att_core *core)
{
        for (uint32_t i = 0; i < core->config->queue_count && stream_is_fine(stream); i++) {
                pass_queue(stream, core, i);
        }
        for (uint32_t i = 0; i < core->config->policy_count; i++) {
                struct policy_state *policy = &core->policies[i];
                pass_timer(stream, core, &policy->window, i, true, "a batching window");
                policy->window_open = timer_is_armed(&policy->window);
        }
}

/* ---- Front ends ---- */

static void pass_front_end(struct stream *stream, struct att_core *core,
                           struct front_end *front_end)
{
        int64_t at_ms = timer_at_ms(core, &front_end->lease);
        stream_flag(stream, &front_end->waiting_gone);
        snapshot_past(stream, core, &front_end->lost_ms, "when a front end was lost");
        snapshot_future(stream, core, &at_ms, "a front end's lease");
        if (stream_is_read(stream)) {
                front_end_arm(core, front_end, at_ms);
        }
}

static void take_front_end(struct stream *stream, struct att_core *core)
{
        struct att_text name = ATT_TEXT_NONE;
        stream_text(stream, &name, UINT16_MAX);
        if (stream_expect(stream, !front_end_find(core, name), "a front end twice")) {
                pass_front_end(stream, core, front_end_new(core, name));
        }
}

static void pass_front_ends(struct stream *stream, struct att_core *core)
{
        uint32_t front_ends = snapshot_length(&core->front_ends);
        stream_count(stream, &front_ends, UINT32_MAX, "front ends");
        if (stream_is_read(stream)) {
                for (uint32_t i = 0; i < front_ends && stream_is_fine(stream); i++) {
                        take_front_end(stream, core);
                }
                return;
        }
        ATT_LIST_FOREACH(front_end, &core->front_ends, struct front_end, in_core)
        {
                stream_text(stream, &front_end->by_name.key, UINT16_MAX);
                pass_front_end(stream, core, front_end);
        }
}

/* ---- All of it ---- */

/* All that needs a configuration, after the names. */
static void pass_state(struct stream *stream, struct att_core *core)
{
        pass_channels(stream, core);
        snapshot_agents(stream, core);
        snapshot_customers(stream, core);
        snapshot_incidents(stream, core);
        snapshot_contacts(stream, core);
        snapshot_work(stream, core);
        pass_queues(stream, core);
        pass_front_ends(stream, core);
}

void att_core_save(const struct att_core *core, struct att_buffer *into)
{
        struct stream stream = {.into = into};
        struct counters counters = count(core);
        uint64_t layout = LAYOUT;
        size_t begin = into->len;
        /* The functions that read into an engine write as well, and leave it as it is. */
        struct att_core *saved = (struct att_core *)(uintptr_t)core;

        ATT_CHECK(att_list_is_empty(&core->dirty_agents) && core->dirty_contacts.count == 0);
        stream_fixed(&stream, &layout, LAYOUT_BYTES);
        pass_counters(&stream, &counters);
        if (core->config) {
                pass_channel_names(&stream, saved);
                pass_queue_names(&stream, saved);
                pass_state(&stream, saved);
                snapshot_settle_contacts(&stream, saved);
        }
        struct att_digest sum = att_digest_of(into->data + begin, into->len - begin);
        stream_digest(&stream, &sum);
}

/* ---- Loading ---- */

/* The end of the bytes is a digest of what is before it. */
static void take_sum(struct stream *stream)
{
        size_t len = stream->from.len;
        struct att_digest sum = {0};
        if (!stream_expect(stream, len >= LAYOUT_BYTES + SUM_BYTES, "the end")) {
                return;
        }
        struct att_digest found = att_digest_of(stream->from.data, len - SUM_BYTES);
        stream->at = len - SUM_BYTES;
        stream_digest(stream, &sum);
        (void)stream_expect(stream, att_digest_equals(sum, found),
                            "a digest that is not that of the bytes");
        stream->at = 0;
        stream->from.len = len - SUM_BYTES;
}

static void take_layout(struct stream *stream)
{
        uint64_t layout = 0;
        stream_fixed(stream, &layout, LAYOUT_BYTES);
        (void)stream_expect(stream, layout <= LAYOUT, "the layout of a newer engine");
        (void)stream_expect(stream, layout == LAYOUT, "a layout nobody knows");
}

static void check_config(struct stream *stream, const struct counters *counters,
                         const struct att_config *config)
{
        if (!stream_expect(stream, counters->has_config || !config,
                           "no configuration, but one is given") ||
            !stream_expect(stream, !counters->has_config || config,
                           "a configuration, but none is given")) {
                return;
        }
        (void)stream_expect(stream, !config || att_digest_equals(counters->config, config->digest),
                            "another configuration than the one given");
}

/* As the first command of all, with no effect to tell anyone. */
static void configure(struct stream *stream, struct att_core *core, const struct counters *counters,
                      const struct att_config *config)
{
        struct att_effects effects = {0};
        uint32_t channels = core->channel_count;
        uint32_t names = core->queue_name_count;
        const struct att_command command = {
                .kind = ATT_CMD_CONFIG,
                .at_ms = counters->now_ms,
                .seq = counters->seq,
                .config = config,
        };
        att_core_step(core, &command, &effects);
        att_effects_deinit(&effects);
        (void)stream_expect(stream, core->config, "a configuration that can't be in force");
        (void)stream_expect(stream,
                            core->channel_count == channels && core->queue_name_count == names,
                            "other names than those of the configuration");
}

static void settle_agents(struct att_core *core)
{
        for (uint32_t i = 0; i < core->agent_count; i++) {
                agent_refresh(core, core->agents[i]);
                score_learn(core, core->agents[i]);
        }
}

static void take_state(struct stream *stream, struct att_core *core,
                       const struct counters *counters, const struct att_config *config)
{
        pass_channel_names(stream, core);
        pass_queue_names(stream, core);
        if (!stream_is_fine(stream)) {
                return;
        }
        configure(stream, core, counters, config);
        apply(core, counters);
        if (!stream_is_fine(stream)) {
                return;
        }
        pass_state(stream, core);
        if (stream_is_fine(stream)) {
                settle_agents(core);
                snapshot_settle_contacts(stream, core);
        }
        core->timer_serial = counters->timer_serial;
}

struct att_core *att_core_load(struct att_text bytes, const struct att_config *config,
                               struct att_buffer *why)
{
        struct stream stream = {.from = bytes};
        struct counters counters = {0};
        struct att_core *core = att_core_new();

        take_sum(&stream);
        take_layout(&stream);
        pass_counters(&stream, &counters);
        check_config(&stream, &counters, config);
        if (stream_is_fine(&stream)) {
                apply(core, &counters);
                if (config) {
                        take_state(&stream, core, &counters, config);
                }
        }
        (void)stream_expect(&stream, stream.at == stream.from.len, "more than a state");
        if (!stream_is_fine(&stream)) {
                att_buffer_printf(why, "the engine's state can't be loaded: %s at byte %zu",
                                  stream.wrong, stream.wrong_at);
                att_core_free(core);
                return NULL;
        }
        return core;
}
