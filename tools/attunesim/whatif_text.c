/* SPDX-License-Identifier: Apache-2.0 */
/* A comparison as people read it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/base/duration.h"
#include "lib/base/util.h"
#include "tools/attunesim/whatif_result.h"

#define CELL_BYTES  64
#define LABEL_WIDTH 16

struct cell {
        char text[CELL_BYTES];
};

static struct cell cell_of(const char *before, const char *after)
{
        struct cell cell;

        (void)snprintf(cell.text, sizeof(cell.text),
                       strcmp(before, after) == 0 ? "%.28s" : "%.28s -> %.28s", before, after);
        return cell;
}

static struct cell count_cell(uint64_t before, uint64_t after)
{
        char texts[2][24];

        (void)snprintf(texts[0], sizeof(texts[0]), "%" PRIu64, before);
        (void)snprintf(texts[1], sizeof(texts[1]), "%" PRIu64, after);
        return cell_of(texts[0], texts[1]);
}

static struct cell duration_cell(int64_t before_ms, int64_t after_ms)
{
        char texts[2][ATT_DURATION_TEXT_SIZE];

        return cell_of(att_duration_format_short(before_ms, texts[0]),
                       att_duration_format_short(after_ms, texts[1]));
}

static void write_share(char *text, size_t size, uint64_t part, uint64_t whole)
{
        if (whole == 0) {
                (void)snprintf(text, size, "-");
        } else {
                (void)snprintf(text, size, "%.1f%%", 100 * (double)part / (double)whole);
        }
}

static struct cell level_cell(const struct whatif_figures sides[WHATIF_SIDES])
{
        char texts[WHATIF_SIDES][24];

        for (int side = 0; side < WHATIF_SIDES; side++) {
                write_share(texts[side], sizeof(texts[side]), sides[side].within,
                            sides[side].offered);
        }
        return cell_of(texts[WHATIF_BEFORE], texts[WHATIF_AFTER]);
}

static struct cell mean_cell(const struct whatif *whatif, uint64_t before, uint64_t after)
{
        return count_cell((uint64_t)whatif_mean(whatif, WHATIF_BEFORE, (int64_t)before),
                          (uint64_t)whatif_mean(whatif, WHATIF_AFTER, (int64_t)after));
}

static struct cell mean_duration_cell(const struct whatif *whatif, int64_t before_ms,
                                      int64_t after_ms)
{
        return duration_cell(whatif_mean(whatif, WHATIF_BEFORE, before_ms),
                             whatif_mean(whatif, WHATIF_AFTER, after_ms));
}

static void put_label(struct att_buffer *into, struct att_text label)
{
        att_buffer_printf(into, "%-*.*s", LABEL_WIDTH,
                          (int)(label.len < LABEL_WIDTH ? label.len : LABEL_WIDTH), label.data);
}

static void put_cell(struct att_buffer *into, int width, struct cell cell)
{
        att_buffer_printf(into, " %*s", width, cell.text);
}

static int64_t contact_count(const struct whatif *whatif)
{
        return whatif_mean(whatif, WHATIF_BEFORE, (int64_t)whatif->total[WHATIF_BEFORE].offered);
}

/* Queues ------------------------------------------------------------------ */

/* Both sides of something. */
static void put_figures(const struct whatif *whatif, struct att_buffer *into, struct att_text label,
                        int64_t target_ms, const struct whatif_figures *sides)
{
        const struct whatif_figures *before = &sides[WHATIF_BEFORE];
        const struct whatif_figures *after = &sides[WHATIF_AFTER];
        char target[ATT_DURATION_TEXT_SIZE] = "-";

        put_label(into, label);
        put_cell(into, 13, mean_cell(whatif, before->offered, after->offered));
        put_cell(into, 13, mean_cell(whatif, before->answered, after->answered));
        put_cell(into, 11, mean_cell(whatif, before->abandoned, after->abandoned));
        put_cell(into, 9, mean_cell(whatif, before->lost, after->lost));
        put_cell(into, 9, mean_cell(whatif, before->still_waiting, after->still_waiting));
        put_cell(into, 16, target_ms > 0 ? level_cell(sides) : cell_of("-", "-"));
        put_cell(into, 18, duration_cell(whatif_mean_wait_ms(before), whatif_mean_wait_ms(after)));
        put_cell(into, 20, mean_duration_cell(whatif, before->longest_ms, after->longest_ms));
        if (target_ms > 0) {
                (void)att_duration_format(target_ms, target);
        }
        att_buffer_printf(into, " %7s\n", target);
}

static void put_spread(const struct whatif *whatif, struct att_buffer *into)
{
        const struct whatif_spread *spread = &whatif->spread;
        char waits[2][ATT_DURATION_TEXT_SIZE];

        if (whatif->draws[WHATIF_AFTER] == 1) {
                return;
        }
        att_buffer_printf(
                into,
                "the new side is the mean of %u draws of what the recording doesn't know: "
                "answered %" PRId64 " to %" PRId64 ", abandoned %" PRId64 " to %" PRId64
                ", mean wait %s to %s\n",
                whatif->draws[WHATIF_AFTER], spread->answered.least, spread->answered.most,
                spread->abandoned.least, spread->abandoned.most,
                att_duration_format_short(spread->mean_wait_ms.least, waits[0]),
                att_duration_format_short(spread->mean_wait_ms.most, waits[1]));
}

static void put_queues(const struct whatif *whatif, struct att_buffer *into)
{
        uint32_t shown = 0;

        put_label(into, ATT_TEXT("queue"));
        att_buffer_printf(into, " %13s %13s %11s %9s %9s %16s %18s %20s %7s\n", "offered",
                          "answered", "abandoned", "lost", "waiting", "in target", "mean wait",
                          "longest wait", "target");
        for (uint32_t i = 0; i < whatif->queue_count; i++) {
                const struct whatif_queue *queue = &whatif->queues[i];

                if (queue->sides[WHATIF_BEFORE].offered + queue->sides[WHATIF_AFTER].offered > 0) {
                        put_figures(whatif, into,
                                    att_text_is_empty(queue->name) ? ATT_TEXT("(none)")
                                                                   : queue->name,
                                    queue->target_ms, queue->sides);
                        shown++;
                }
        }
        if (shown != 1) {
                put_figures(whatif, into, ATT_TEXT("all"), 0, whatif->total);
        }
        put_spread(whatif, into);
        att_buffer_append_byte(into, '\n');
}

/* Value ------------------------------------------------------------------- */

static void put_values(const struct whatif *whatif, struct att_buffer *into)
{
        for (uint32_t i = 0; i < whatif->value_count; i++) {
                const struct whatif_value *value = &whatif->values[i];
                int64_t waits_ms[WHATIF_SIDES];

                for (int side = 0; side < WHATIF_SIDES; side++) {
                        double sum = value->value * whatif->draws[side];

                        waits_ms[side] = sum > 0 ? (int64_t)(value->wait_ms[side] / sum) : 0;
                }
                att_buffer_printf(into, "lifetime value of the contacts answered: %.0f -> %.0f",
                                  value->served[WHATIF_BEFORE] / whatif->draws[WHATIF_BEFORE],
                                  value->served[WHATIF_AFTER] / whatif->draws[WHATIF_AFTER]);
                att_buffer_printf(into, " of %.0f%s%.*s (%" PRIu64 " contacts)\n", value->value,
                                  att_text_is_empty(value->currency) ? "" : " ",
                                  ATT_TEXT_ARGS(value->currency), value->contacts);
                att_buffer_printf(
                        into, "mean wait, weighted by lifetime value: %s\n",
                        duration_cell(waits_ms[WHATIF_BEFORE], waits_ms[WHATIF_AFTER]).text);
        }
        if (whatif->value_count > 0) {
                att_buffer_append_byte(into, '\n');
        }
}

/* Agents ------------------------------------------------------------------ */

struct agent_line {
        const struct whatif_agent *agent;
        struct whatif_work sides[WHATIF_SIDES]; /* Means. */
};

/* Who gets more first. */
static int compare_lines(const void *a, const void *b)
{
        const struct agent_line *one = a;
        const struct agent_line *other = b;
        int64_t more[2];

        more[0] = one->sides[WHATIF_AFTER].busy_ms - one->sides[WHATIF_BEFORE].busy_ms;
        more[1] = other->sides[WHATIF_AFTER].busy_ms - other->sides[WHATIF_BEFORE].busy_ms;
        if (more[0] != more[1]) {
                return more[0] > more[1] ? -1 : 1;
        }
        return att_text_compare(one->agent->id, other->agent->id);
}

static void put_agents(const struct whatif *whatif, struct att_buffer *into)
{
        const struct whatif_day *day = whatif->day;
        struct agent_line *lines = att_alloc_array(day->agent_count + 1u, sizeof(*lines));
        uint32_t line_count = 0;

        for (const struct whatif_agent *agent = day->agents; agent; agent = agent->next) {
                struct agent_line *line = &lines[line_count++];

                line->agent = agent;
                for (int side = 0; side < WHATIF_SIDES; side++) {
                        const struct whatif_work *sum = &whatif->work[side][agent->index];

                        line->sides[side] = (struct whatif_work){
                                .contacts = (uint64_t)whatif_mean(whatif, (enum whatif_side)side,
                                                                  (int64_t)sum->contacts),
                                .busy_ms = whatif_mean(whatif, (enum whatif_side)side,
                                                       sum->busy_ms),
                        };
                }
        }
        qsort(lines, line_count, sizeof(*lines), compare_lines);
        put_label(into, ATT_TEXT("agent"));
        att_buffer_printf(into, " %15s %22s   who gets more first\n", "conversations", "busy");
        for (uint32_t i = 0; i < line_count; i++) {
                const struct whatif_work *before = &lines[i].sides[WHATIF_BEFORE];
                const struct whatif_work *after = &lines[i].sides[WHATIF_AFTER];

                put_label(into, lines[i].agent->id);
                put_cell(into, 15, count_cell(before->contacts, after->contacts));
                put_cell(into, 22, duration_cell(before->busy_ms, after->busy_ms));
                att_buffer_append_byte(into, '\n');
        }
        att_buffer_append_byte(into, '\n');
        free(lines);
}

/* Contacts ---------------------------------------------------------------- */

static void put_fate(struct att_buffer *into, const struct whatif_fate *fate)
{
        char wait[ATT_DURATION_TEXT_SIZE];
        struct att_text queue = att_text_is_empty(fate->last_queue) ? ATT_TEXT("no queue")
                                                                    : fate->last_queue;

        (void)att_duration_format_short(fate->waited_ms, wait);
        if (fate->is_answered) {
                att_buffer_printf(into, "%.*s (%.*s, waited %s)", ATT_TEXT_ARGS(fate->agent->id),
                                  ATT_TEXT_ARGS(queue), wait);
        } else {
                att_buffer_printf(into, "nobody (%.*s, %s %s)", ATT_TEXT_ARGS(queue),
                                  whatif_ending(fate), wait);
        }
}

static void put_recorded(struct att_buffer *into, const struct whatif_contact *contact,
                         const struct whatif_fate *before)
{
        if (contact->was_answered == before->is_answered && contact->first_agent == before->agent) {
                return;
        }
        att_buffer_printf(into, " [recorded: %.*s]",
                          ATT_TEXT_ARGS(contact->first_agent ? contact->first_agent->id
                                                             : ATT_TEXT("nobody")));
}

static void put_moves(const struct whatif *whatif, uint64_t limit, struct att_buffer *into)
{
        for (uint32_t i = 0; i < whatif->move_count && i < limit; i++) {
                const struct whatif_move *move = &whatif->moves[i];
                const struct whatif_contact *contact = whatif->day->contacts[move->contact];

                att_buffer_printf(into, "%.*s: was ", ATT_TEXT_ARGS(contact->id));
                put_fate(into, &whatif->courses[WHATIF_BEFORE].fates[move->contact]);
                put_recorded(into, contact, &whatif->courses[WHATIF_BEFORE].fates[move->contact]);
                att_buffer_append_c(into, ", would be ");
                put_fate(into, &whatif->courses[WHATIF_AFTER].fates[move->contact]);
                att_buffer_printf(into, ": because %.*s\n", ATT_TEXT_ARGS(move->reason));
        }
        if (whatif->move_count > limit) {
                att_buffer_printf(into, "... and %" PRIu64 " more (--limit N, or --json for all)\n",
                                  whatif->move_count - limit);
        }
        if (whatif->move_count > 0) {
                att_buffer_append_byte(into, '\n');
        }
}

static const char *cause_words(enum whatif_cause cause)
{
        switch (cause) {
        case WHATIF_BY_QUEUE:
                return "come to another queue";
        case WHATIF_BY_ELIGIBLE:
                return "for who may take them";
        case WHATIF_BY_FIT:
                return "for who fits better";
        case WHATIF_BY_TIME:
                return "for who is free when, as a consequence";
        case WHATIF_BY_CLOSING:
                return "turned away or no longer";
        case WHATIF_CAUSE_COUNT:
                break;
        }
        return "?";
}

static void put_moved(const struct whatif *whatif, struct att_buffer *into)
{
        const char *separator = ": ";

        att_buffer_printf(into, "%u of %" PRId64 " contacts would have gone elsewhere",
                          whatif->move_count, contact_count(whatif));
        if (whatif->draws[WHATIF_AFTER] > 1) {
                att_buffer_printf(into, " in the first draw (%" PRId64 " to %" PRId64 " in all)",
                                  whatif->spread.moved.least, whatif->spread.moved.most);
        }
        for (int i = 0; i < WHATIF_CAUSE_COUNT; i++) {
                if (whatif->causes[i] > 0) {
                        att_buffer_printf(into, "%s%u %s", separator, whatif->causes[i],
                                          cause_words((enum whatif_cause)i));
                        separator = ", ";
                }
        }
        att_buffer_append_c(into, "\n\n");
}

/* Around it --------------------------------------------------------------- */

static void put_time(struct att_buffer *into, int64_t at_ms)
{
        time_t seconds = (time_t)(at_ms / 1000);
        struct tm parts;
        char text[40] = "";

        if (gmtime_r(&seconds, &parts)) {
                (void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
        }
        att_buffer_append_c(into, text);
}

static void put_head(const struct whatif *whatif, struct att_buffer *into)
{
        const struct whatif_day *day = whatif->day;

        att_buffer_printf(into, "%" PRId64 " contacts and %u agents from ", contact_count(whatif),
                          day->agent_count);
        put_time(into, day->begin_ms);
        att_buffer_append_c(into, " to ");
        put_time(into, day->end_ms);
        att_buffer_append_c(into, ", with the recorded configuration -> with the new one\n\n");
}

static void put_trust(const struct whatif *whatif, struct att_buffer *into)
{
        att_buffer_printf(into,
                          "Both sides are simulated, so that what the model gets wrong is wrong on "
                          "both. With the recorded\nconfiguration it gives %u of %u contacts the "
                          "agent they had (or none, as then), and %u of them the wait\nwithin a "
                          "second. Seed %" PRIu64 ". What it assumes:\n",
                          whatif->as_recorded, whatif->recorded, whatif->as_long,
                          whatif->options.seed);
        for (uint32_t i = 0; whatif_assumption(i); i++) {
                att_buffer_printf(into, "- %s\n", whatif_assumption(i));
        }
        for (uint32_t i = 0; i < whatif->note_count; i++) {
                att_buffer_printf(into, "! %s\n", whatif->notes[i].data);
        }
}

void whatif_write_text(const struct whatif *whatif, const struct whatif_show *show,
                       struct att_buffer *into)
{
        put_head(whatif, into);
        put_queues(whatif, into);
        put_values(whatif, into);
        put_agents(whatif, into);
        put_moved(whatif, into);
        if (show->has_contacts) {
                put_moves(whatif, show->limit, into);
        }
        put_trust(whatif, into);
}
