/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunectl/top_screen.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/util.h"
#include "tools/attunectl/show.h"

#define HEAD_LINES 4 /* And an empty one. */
#define NAME_WIDTH 19

static const char *const order_names[TOP_ORDERS] = {"longest wait", "waiting", "name"};

void top_deinit(struct top *top)
{
        for (uint32_t i = 0; i < top->queue_capacity; i++) {
                free(top->queues[i].name);
        }
        free(top->queues);
        for (uint32_t i = 0; i < TOP_DECISIONS_KEPT; i++) {
                free(top->decisions[i]);
        }
        att_buffer_deinit(&top->head[0]);
        att_buffer_deinit(&top->head[1]);
        *top = (struct top){0};
}

/* ---- What is known ---- */

void top_set_status(struct top *top, const struct att_wire_status *status)
{
        struct att_buffer *first = &top->head[0];
        struct att_buffer *second = &top->head[1];
        struct tm local = {0};
        time_t now = (time_t)(status->now_ms / 1000);
        char clock[16];

        (void)localtime_r(&now, &local);
        (void)strftime(clock, sizeof(clock), "%H:%M:%S", &local);
        att_buffer_clear(first);
        att_buffer_clear(second);
        att_buffer_printf(first, "%s  attune %.*s  up ", clock, ATT_TEXT_ARGS(status->version));
        show_duration(first, status->now_ms - status->started_ms);
        att_buffer_printf(first, "  config %.8s  command %llu  %u sessions%s",
                          status->config_digest.len >= 8 ? status->config_digest.data : "-",
                          (unsigned long long)status->seq, status->sessions,
                          status->draining ? "  DRAINING" : "");
        att_buffer_printf(
                second,
                "%llu waiting  %llu offered  %llu talking  %llu scheduled   agents: %llu ready  "
                "%llu paused  %llu off",
                (unsigned long long)show_count_at(status->contacts, status->contact_count,
                                                  ATT_CONTACT_QUEUED),
                (unsigned long long)show_count_at(status->contacts, status->contact_count,
                                                  ATT_CONTACT_OFFERED),
                (unsigned long long)show_count_at(status->contacts, status->contact_count,
                                                  ATT_CONTACT_CONNECTED),
                (unsigned long long)show_count_at(status->contacts, status->contact_count,
                                                  ATT_CONTACT_SCHEDULED),
                (unsigned long long)show_count_at(status->agents, status->agent_count,
                                                  ATT_PRESENCE_READY),
                (unsigned long long)show_count_at(status->agents, status->agent_count,
                                                  ATT_PRESENCE_PAUSED),
                (unsigned long long)show_count_at(status->agents, status->agent_count,
                                                  ATT_PRESENCE_OFFLINE));
}

void top_begin_queues(struct top *top)
{
        top->queue_count = 0;
}

void top_add_queue(struct top *top, const struct att_wire_queue *row)
{
        struct top_queue *queue;

        if (top->queue_count == top->queue_capacity) {
                size_t capacity = att_grown_capacity(top->queue_capacity, top->queue_count + 1u);

                top->queues = att_realloc_array(top->queues, capacity, sizeof(*top->queues));
                memset(top->queues + top->queue_capacity, 0,
                       (capacity - top->queue_capacity) * sizeof(*top->queues));
                top->queue_capacity = (uint32_t)capacity;
        }
        queue = &top->queues[top->queue_count++];
        free(queue->name);
        queue->name = att_text_dup(row->name);
        queue->row = *row;
        queue->row.name = queue->row.title = ATT_TEXT_NONE;
}

static int64_t longest_ms(const struct top_queue *queue)
{
        return queue->row.waiting + queue->row.offered > 0 ? queue->row.longest_wait_ms : -1;
}

static int compare_names(const void *a, const void *b)
{
        return strcmp(((const struct top_queue *)a)->name, ((const struct top_queue *)b)->name);
}

static int compare_longest(const void *a, const void *b)
{
        int64_t left = longest_ms(a);
        int64_t right = longest_ms(b);

        return left != right ? (left < right) - (left > right) : compare_names(a, b);
}

static int compare_waiting(const void *a, const void *b)
{
        uint32_t left = ((const struct top_queue *)a)->row.waiting;
        uint32_t right = ((const struct top_queue *)b)->row.waiting;

        return left != right ? (left < right) - (left > right) : compare_names(a, b);
}

void top_end_queues(struct top *top, int64_t now_ms, uint64_t commands)
{
        static int (*const orders[TOP_ORDERS])(const void *, const void *) = {
                compare_longest, compare_waiting, compare_names};
        struct top_totals totals = {.at_ms = now_ms, .commands = commands};

        for (uint32_t i = 0; i < top->queue_count; i++) {
                totals.entered += top->queues[i].row.entered;
                totals.answered += top->queues[i].row.answered;
                totals.abandoned += top->queues[i].row.abandoned;
        }
        if (top->queue_count > 0) {
                qsort(top->queues, top->queue_count, sizeof(*top->queues), orders[top->order]);
        }
        if (top->sample_count == TOP_SAMPLES) {
                memmove(top->samples, top->samples + 1, (TOP_SAMPLES - 1) * sizeof(*top->samples));
                top->sample_count--;
        }
        top->samples[top->sample_count++] = totals;
}

void top_add_decision(struct top *top, struct att_text line)
{
        char **slot = &top->decisions[top->next_decision % TOP_DECISIONS_KEPT];

        while (line.len > 0 && line.data[line.len - 1] == '\n') {
                line.len--;
        }
        free(*slot);
        *slot = att_text_dup(line);
        top->next_decision++;
}

void top_scroll(struct top *top, int by)
{
        int64_t first = (int64_t)top->first + by;

        first = att_min_i64(first, (int64_t)top->queue_count - 1);
        top->first = (uint32_t)att_max_i64(first, 0);
}

/* ---- How it looks ---- */

/* Text of a stranger, as wide as that: cut, or filled up. */
static void put_name(struct att_buffer *into, struct att_text name, int width)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer plain = {0};
        struct att_text rest;
        int used = 0;

        show_plain(&plain, name);
        rest = att_buffer_text(&plain);
        while (rest.len > 0) {
                uint32_t code_point;
                size_t len = att_text_decode(rest, 0, &code_point);
                struct att_text one = att_text_of(rest.data, len > 0 ? len : 1);
                int one_width = show_width(one);

                if (used + one_width > width) {
                        break;
                }
                att_buffer_append_text(into, one);
                used += one_width;
                rest = att_text_of(rest.data + one.len, rest.len - one.len);
        }
        att_buffer_printf(into, "%*s", width - used, "");
}

static void put_duration(struct att_buffer *into, int64_t ms, int width)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer text = {0};

        if (ms < 0) {
                att_buffer_append_c(&text, "-");
        } else {
                show_duration(&text, ms);
        }
        att_buffer_printf(into, " %*s", width, text.data);
}

static void put_rates(const struct top *top, struct att_buffer *into)
{
        const struct top_totals *first = &top->samples[0];
        const struct top_totals *last;
        double seconds;

        if (top->sample_count < 2) {
                att_buffer_append_c(into, "last minute: (one moment)");
                return;
        }
        last = &top->samples[top->sample_count - 1];
        seconds = (double)(last->at_ms - first->at_ms) / 1000;
        att_buffer_printf(
                into,
                "last %.0f s: %llu came, %llu answered, %llu abandoned; %.1f commands a second",
                seconds, (unsigned long long)(last->entered - first->entered),
                (unsigned long long)(last->answered - first->answered),
                (unsigned long long)(last->abandoned - first->abandoned),
                seconds > 0 ? (double)(last->commands - first->commands) / seconds : 0);
}

static enum top_style put_queue(const struct top_queue *queue, struct att_buffer *into)
{
        const struct att_wire_queue *row = &queue->row;
        int64_t within_ms = row->service_level_within_ms;
        int64_t longest = longest_ms(queue);
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer level = {0};

        if (row->service_level_ppm > 0) {
                show_percent(&level, row->answered_in_level, row->answered);
        }
        put_name(into, att_text_from(queue->name), NAME_WIDTH);
        att_buffer_printf(into, "%5u", row->waiting);
        put_duration(into, longest, 7);
        put_duration(into, row->estimate_ms, 7);
        att_buffer_printf(into, " %5u %5u %5u %8llu %5s %6llu", row->offered, row->connected,
                          row->staffed, (unsigned long long)row->answered,
                          level.len > 0 ? level.data : "-", (unsigned long long)row->abandoned);
        if (!row->open) {
                return TOP_DIM;
        }
        if (row->service_level_ppm <= 0 || longest <= within_ms) {
                return TOP_PLAIN;
        }
        return longest > 3 * within_ms ? TOP_VERY_LATE : TOP_LATE;
}

/* How the lines are shared out. */
struct layout {
        int queues; /* Lines. */
        int decisions_at;
        int decisions;
};

static struct layout lay_out(const struct top *top, int height)
{
        struct layout layout = {0};
        int room = height - HEAD_LINES - 1 /* columns */ - 2 /* decisions' title */ - 1 /* keys */;
        int wanted = (int)top->queue_count;

        layout.decisions = room / 3 > 1 ? room / 3 : 1;
        layout.queues = room - layout.decisions;
        if (wanted < layout.queues) {
                layout.queues = wanted;
                layout.decisions = room - wanted;
        }
        layout.decisions_at = HEAD_LINES + 1 + layout.queues + 1;
        return layout;
}

static void put_decision(const struct top *top, uint32_t back, int width, struct att_buffer *into)
{
        if (back < top->next_decision && back < TOP_DECISIONS_KEPT) {
                put_name(into,
                         att_text_from(top->decisions[(top->next_decision - 1 - back) %
                                                      TOP_DECISIONS_KEPT]),
                         width);
        }
}

static void put_keys(const struct top *top, const struct layout *layout, struct att_buffer *into)
{
        uint32_t last = top->first + (uint32_t)layout->queues;

        att_buffer_printf(into, "q quit  s sort: %s  p %s  up/down: queues %u-%u of %u",
                          order_names[top->order], top->is_paused ? "go on" : "pause",
                          top->queue_count == 0 ? 0 : top->first + 1,
                          last < top->queue_count ? last : top->queue_count, top->queue_count);
}

static enum top_style put_line(const struct top *top, int line, int width, int height,
                               struct att_buffer *into)
{
        struct layout layout = lay_out(top, height);
        uint32_t queue;

        if (line < 2) {
                att_buffer_append_text(into, att_buffer_text(&top->head[line]));
                return TOP_PLAIN;
        }
        if (line == 2) {
                put_rates(top, into);
                return TOP_PLAIN;
        }
        if (line == HEAD_LINES) {
                att_buffer_printf(into, "%-*s%5s %7s %7s %5s %5s %5s %8s %5s %6s", NAME_WIDTH,
                                  "QUEUE", "WAIT", "LONGEST", "ESTIM.", "OFFER", "TALK", "STAFF",
                                  "ANSWERED", "LEVEL", "ABAND.");
                return TOP_HEADING;
        }
        if (line > HEAD_LINES && line <= HEAD_LINES + layout.queues) {
                queue = top->first + (uint32_t)(line - HEAD_LINES - 1);
                return queue < top->queue_count ? put_queue(&top->queues[queue], into) : TOP_PLAIN;
        }
        if (line == layout.decisions_at) {
                att_buffer_append_c(into, "LAST DECISIONS");
                if (top->lost > 0) {
                        att_buffer_printf(into, "  (%llu more came too fast)",
                                          (unsigned long long)top->lost);
                }
                return TOP_HEADING;
        }
        if (line > layout.decisions_at && line < height - 1) {
                put_decision(top, (uint32_t)(line - layout.decisions_at - 1), width, into);
                return TOP_PLAIN;
        }
        if (line == height - 1) {
                put_keys(top, &layout, into);
                return TOP_DIM;
        }
        return TOP_PLAIN;
}

enum top_style top_line(const struct top *top, int line, int width, int height,
                        struct att_buffer *into)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer whole = {0};
        enum top_style style = put_line(top, line, width, height, &whole);

        put_name(into, att_buffer_text(&whole), width);
        return style;
}
