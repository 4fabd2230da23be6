/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/whatif.h"

#include <stdlib.h>

#include "lib/base/util.h"
#include "tools/attunesim/whatif_result.h"

#define SAME_WAIT_MS 1000
#define NEXT_SEED    UINT64_C(0x9e3779b97f4a7c15) /* Far from what people choose. */

static const char *const assumptions[] = {
        "Arrivals are those of the recording, with everything that was said of each contact; customers "
        "who came again come again, also where they would have been served the first time.",
        "Agents are there when they were: presence, pauses, work outside the router and lost front "
        "ends are at their recorded times.",
        "Who abandoned gives up after as long as then. Who did not is taken to wait at least as long as "
        "they did; how much longer is drawn by the Kaplan-Meier estimate of the recording, by queue and "
        "channel, from the seed. Callbacks do not give up.",
        "A conversation and its wrap-up last as long as they did, whoever has it; of a contact that was "
        "not served then, the median of its queue and channel. A wrap-up that ran out takes as long as "
        "is configured.",
        "An agent answers an offer that was recorded as then, and any other after one of the times they "
        "took on that day; declined and missed are as large a share as theirs was (with fewer than 20 "
        "recorded offers: everyone's).",
        "Feedback counts if the same agent has the conversation; transfers go where they went.",
        "The recorded configuration applies the reloads that were made; the new one stands throughout.",
};

const char *whatif_assumption(uint32_t i)
{
        return i < ATT_ARRAY_LEN(assumptions) ? assumptions[i] : NULL;
}

/* Adding up --------------------------------------------------------------- */

static int64_t target_of(const struct whatif *whatif, struct att_text name)
{
        const struct whatif_day *day = whatif->day;
        uint32_t queue = att_config_find_queue(day->first, name);

        if (queue != ATT_NONE && day->first->queues[queue].service_level_ppm > 0) {
                return day->first->queues[queue].service_level_within_ms;
        }
        for (uint32_t i = 0; i < day->config_count; i++) {
                queue = att_config_find_queue(day->configs[i], name);
                if (queue != ATT_NONE && day->configs[i]->queues[queue].service_level_ppm > 0) {
                        return day->configs[i]->queues[queue].service_level_within_ms;
                }
        }
        queue = att_config_find_queue(whatif->config, name);
        return queue != ATT_NONE && whatif->config->queues[queue].service_level_ppm > 0
                       ? whatif->config->queues[queue].service_level_within_ms
                       : 0;
}

/* In the order of first use, those of the configuration first. */
static struct whatif_queue *get_queue(struct whatif *whatif, struct att_text name)
{
        struct whatif_queue *queue;

        for (uint32_t i = 0; i < whatif->queue_count; i++) {
                if (att_text_equals(whatif->queues[i].name, name)) {
                        return &whatif->queues[i];
                }
        }
        whatif->queues = att_realloc_array(whatif->queues, whatif->queue_count + 1u,
                                           sizeof(*whatif->queues));
        queue = &whatif->queues[whatif->queue_count++];
        *queue = (struct whatif_queue){
                .name = att_arena_text(&whatif->arena, name),
                .target_ms = target_of(whatif, name),
        };
        return queue;
}

static void count(struct whatif_figures *figures, const struct whatif_fate *fate, int64_t target_ms)
{
        figures->offered++;
        figures->wait_ms += fate->waited_ms;
        figures->longest_ms = att_max_i64(figures->longest_ms, fate->waited_ms);
        if (fate->is_answered) {
                figures->answered++;
                figures->within += fate->waited_ms <= target_ms;
        } else if (!fate->is_over) {
                figures->still_waiting++;
        } else if (fate->outcome == ATT_OUTCOME_ABANDONED) {
                figures->abandoned++;
        } else {
                figures->lost++;
        }
}

static struct whatif_value *get_value(struct whatif *whatif, struct att_text currency)
{
        for (uint32_t i = 0; i < whatif->value_count; i++) {
                if (att_text_equals(whatif->values[i].currency, currency)) {
                        return &whatif->values[i];
                }
        }
        whatif->values = att_realloc_array(whatif->values, whatif->value_count + 1u,
                                           sizeof(*whatif->values));
        whatif->values[whatif->value_count++] = (struct whatif_value){.currency = currency};
        return &whatif->values[whatif->value_count - 1];
}

static void count_value(struct whatif *whatif, enum whatif_side side,
                        const struct whatif_contact *contact, const struct whatif_fate *fate)
{
        double value = (double)contact->value_micro / 1e6;

        if (contact->value_micro >= 0) {
                struct whatif_value *sum = get_value(whatif, contact->currency);

                sum->served[side] += fate->is_answered ? value : 0;
                sum->wait_ms[side] += value * (double)fate->waited_ms;
        }
}

/* What there is to be had, on either side. */
static void count_values(struct whatif *whatif)
{
        const struct whatif_day *day = whatif->day;

        for (uint32_t i = 0; i < day->contact_count; i++) {
                const struct whatif_contact *contact = day->contacts[i];

                if (whatif->courses[WHATIF_BEFORE].fates[i].is_here && contact->value_micro >= 0) {
                        struct whatif_value *sum = get_value(whatif, contact->currency);

                        sum->contacts++;
                        sum->value += (double)contact->value_micro / 1e6;
                }
        }
}

static bool goes_elsewhere(const struct whatif_fate *before, const struct whatif_fate *after)
{
        if (before->is_answered && after->is_answered) {
                return before->agent != after->agent;
        }
        return before->is_answered != after->is_answered || before->is_over != after->is_over ||
               (before->is_over && before->outcome != after->outcome);
}

static void compare_with_recorded(struct whatif *whatif, const struct whatif_contact *contact,
                                  const struct whatif_fate *fate)
{
        bool is_same = contact->was_answered == fate->is_answered &&
                       contact->first_agent == fate->agent;
        int64_t apart_ms = contact->waited_ms - fate->waited_ms;

        whatif->recorded++;
        whatif->as_recorded += is_same;
        whatif->as_long += is_same && apart_ms <= SAME_WAIT_MS && apart_ms >= -SAME_WAIT_MS;
}

static void add_figures(struct whatif_figures *sum, const struct whatif_figures *one)
{
        sum->offered += one->offered;
        sum->answered += one->answered;
        sum->abandoned += one->abandoned;
        sum->lost += one->lost;
        sum->within += one->within;
        sum->still_waiting += one->still_waiting;
        sum->wait_ms += one->wait_ms;
        sum->longest_ms += one->longest_ms;
}

static void extend(struct whatif_range *range, int64_t value, bool is_first)
{
        range->least = is_first ? value : att_min_i64(range->least, value);
        range->most = is_first ? value : att_max_i64(range->most, value);
}

static void add_to_spread(struct whatif *whatif, const struct whatif_figures *total)
{
        bool is_first = whatif->draws[WHATIF_AFTER] == 1;

        extend(&whatif->spread.answered, (int64_t)total->answered, is_first);
        extend(&whatif->spread.abandoned, (int64_t)total->abandoned, is_first);
        extend(&whatif->spread.mean_wait_ms, whatif_mean_wait_ms(total), is_first);
}

static void add_course(struct whatif *whatif, enum whatif_side side,
                       const struct whatif_course *course)
{
        const struct whatif_day *day = whatif->day;
        struct whatif_figures total = {0};
        struct whatif_figures *ones;

        for (uint32_t i = 0; i < day->contact_count; i++) {
                if (course->fates[i].is_here) {
                        (void)get_queue(whatif, course->fates[i].queue);
                }
        }
        ones = att_alloc_array(whatif->queue_count, sizeof(*ones));
        for (uint32_t i = 0; i < day->contact_count; i++) {
                const struct whatif_fate *fate = &course->fates[i];

                if (fate->is_here) {
                        struct whatif_queue *queue = get_queue(whatif, fate->queue);

                        count(&ones[queue - whatif->queues], fate, queue->target_ms);
                        count(&total, fate, queue->target_ms);
                        count_value(whatif, side, day->contacts[i], fate);
                }
        }
        for (uint32_t i = 0; i < whatif->queue_count; i++) {
                add_figures(&whatif->queues[i].sides[side], &ones[i]);
        }
        add_figures(&whatif->total[side], &total);
        for (uint32_t i = 0; i < day->agent_count; i++) {
                whatif->work[side][i].contacts += course->work[i].contacts;
                whatif->work[side][i].busy_ms += course->work[i].busy_ms;
        }
        whatif->draws[side]++;
        if (side == WHATIF_AFTER) {
                add_to_spread(whatif, &total);
        }
        free(ones);
}

static uint32_t count_moves(const struct whatif_day *day, const struct whatif_course *before,
                            const struct whatif_course *after)
{
        uint32_t moved = 0;

        for (uint32_t i = 0; i < day->contact_count; i++) {
                moved += before->fates[i].is_here &&
                         goes_elsewhere(&before->fates[i], &after->fates[i]);
        }
        return moved;
}

static void find_moves(struct whatif *whatif)
{
        const struct whatif_day *day = whatif->day;

        for (uint32_t i = 0; i < day->contact_count; i++) {
                const struct whatif_fate *before = &whatif->courses[WHATIF_BEFORE].fates[i];
                const struct whatif_fate *after = &whatif->courses[WHATIF_AFTER].fates[i];

                if (!before->is_here) {
                        continue;
                }
                compare_with_recorded(whatif, day->contacts[i], before);
                if (goes_elsewhere(before, after)) {
                        whatif->moves = att_realloc_array(whatif->moves, whatif->move_count + 1u,
                                                          sizeof(*whatif->moves));
                        whatif->moves[whatif->move_count++] = (struct whatif_move){.contact = i};
                }
        }
        extend(&whatif->spread.moved, whatif->move_count, true);
}

int64_t whatif_mean(const struct whatif *whatif, enum whatif_side side, int64_t sum)
{
        return (sum + whatif->draws[side] / 2) / whatif->draws[side];
}

int64_t whatif_mean_wait_ms(const struct whatif_figures *figures)
{
        return figures->offered > 0 ? figures->wait_ms / (int64_t)figures->offered : 0;
}

/* Reasons ----------------------------------------------------------------- */

static void run_side(const struct whatif *whatif, enum whatif_side side, uint32_t draw,
                     const struct whatif_question *questions, struct whatif_course *ret_course)
{
        const struct whatif_setting setting = {
                .day = whatif->day,
                .config = side == WHATIF_AFTER ? whatif->config : NULL,
                .seed = whatif->options.seed + draw * NEXT_SEED,
                .questions = questions,
        };

        whatif_sim_run(&setting, ret_course);
}

/* Both sides know the same of each contact then: nothing was drawn. */
static bool is_same(const struct whatif *whatif)
{
        for (uint32_t i = 0; i < whatif->day->contact_count; i++) {
                const struct whatif_fate *before = &whatif->courses[WHATIF_BEFORE].fates[i];
                const struct whatif_fate *after = &whatif->courses[WHATIF_AFTER].fates[i];

                if (goes_elsewhere(before, after) || before->waited_ms != after->waited_ms) {
                        return false;
                }
        }
        return true;
}

/* Both sides, where also the one before is drawn in part. */
static void draw_again(struct whatif *whatif, uint32_t draw)
{
        bool is_certain = whatif->as_recorded == whatif->recorded;
        struct whatif_course before;
        struct whatif_course after;

        run_side(whatif, WHATIF_AFTER, draw, NULL, &after);
        add_course(whatif, WHATIF_AFTER, &after);
        if (is_certain) {
                extend(&whatif->spread.moved,
                       count_moves(whatif->day, &whatif->courses[WHATIF_BEFORE], &after), false);
        } else {
                run_side(whatif, WHATIF_BEFORE, draw, NULL, &before);
                add_course(whatif, WHATIF_BEFORE, &before);
                extend(&whatif->spread.moved, count_moves(whatif->day, &before, &after), false);
                whatif_course_deinit(&before);
        }
        whatif_course_deinit(&after);
}

/* The first instant at which they part: one side gives it to somebody. */
static int64_t parting_ms(const struct whatif_fate *before, const struct whatif_fate *after)
{
        if (!before->is_answered || !after->is_answered) {
                return before->is_answered ? before->offered_ms : after->offered_ms;
        }
        return att_min_i64(before->offered_ms, after->offered_ms);
}

static void put_question(const struct whatif_fate *other, int64_t at_ms,
                         struct whatif_question *question)
{
        if (other->is_answered && at_ms >= 0) {
                question->agent = other->agent->id;
                question->at_ms = at_ms;
        }
}

/* The same courses again, each asked about the agent of the other. */
static void give_reasons(struct whatif *whatif)
{
        struct whatif_question *questions[WHATIF_SIDES];

        for (int side = 0; side < WHATIF_SIDES; side++) {
                questions[side] = att_alloc_array(whatif->day->contact_count,
                                                  sizeof(struct whatif_question));
        }
        for (uint32_t i = 0; i < whatif->move_count; i++) {
                uint32_t contact = whatif->moves[i].contact;
                const struct whatif_fate *before = &whatif->courses[WHATIF_BEFORE].fates[contact];
                const struct whatif_fate *after = &whatif->courses[WHATIF_AFTER].fates[contact];
                int64_t at_ms = parting_ms(before, after);

                put_question(after, at_ms, &questions[WHATIF_BEFORE][contact]);
                put_question(before, at_ms, &questions[WHATIF_AFTER][contact]);
        }
        for (int side = 0; side < WHATIF_SIDES; side++) {
                whatif_course_deinit(&whatif->courses[side]);
                run_side(whatif, (enum whatif_side)side, 0, questions[side],
                         &whatif->courses[side]);
                free(questions[side]);
        }
        for (uint32_t i = 0; i < whatif->move_count; i++) {
                ATT_CLEANUP(att_buffer_deinit) struct att_buffer reason = {0};
                struct whatif_move *move = &whatif->moves[i];

                move->cause = whatif_reason(whatif, move->contact, &reason);
                move->reason = att_arena_text(&whatif->arena, att_buffer_text(&reason));
                whatif->causes[move->cause]++;
        }
}

/* Notes ------------------------------------------------------------------- */

static struct att_buffer *new_note(struct whatif *whatif)
{
        whatif->notes = att_realloc_array(whatif->notes, whatif->note_count + 1u,
                                          sizeof(*whatif->notes));
        whatif->notes[whatif->note_count] = (struct att_buffer){0};
        return &whatif->notes[whatif->note_count++];
}

static void note_recording(struct whatif *whatif)
{
        const struct whatif_day *day = whatif->day;

        if (day->snapshot_seq > 0) {
                att_buffer_printf(new_note(whatif),
                                  "The recording begins with the snapshot of command %llu.",
                                  (unsigned long long)day->snapshot_seq);
        }
        if (day->reload_count > 0) {
                att_buffer_printf(new_note(whatif),
                                  "The configuration was reloaded %u times within the recording: "
                                  "before has it all, after has the new one from the beginning.",
                                  day->reload_count);
        }
        if (day->batches_decided_otherwise > 0) {
                att_buffer_printf(
                        new_note(whatif),
                        "%llu batches of the journal were decided otherwise by the attuned "
                        "of then: what is compared is what this one makes of them.",
                        (unsigned long long)day->batches_decided_otherwise);
        }
        if (day->skipped > 0) {
                att_buffer_printf(new_note(whatif), "%llu commands of the journal were skipped.",
                                  (unsigned long long)day->skipped);
        }
}

static bool was_there(const struct whatif_day *day, struct att_text id)
{
        return whatif_day_find_agent(day, id) != NULL;
}

static void note_agents(struct whatif *whatif)
{
        const struct whatif_day *day = whatif->day;

        for (const struct whatif_agent *agent = day->agents; agent; agent = agent->next) {
                if (att_config_find_agent(whatif->config, agent->id) == ATT_NONE) {
                        att_buffer_printf(new_note(whatif),
                                          "Agent %.*s is not in the new configuration.",
                                          ATT_TEXT_ARGS(agent->id));
                }
        }
        for (uint32_t i = 0; i < whatif->config->agent_count; i++) {
                struct att_text id = whatif->config->agents[i].id;

                if (!was_there(day, id) && att_config_find_agent(day->first, id) == ATT_NONE) {
                        att_buffer_printf(
                                new_note(whatif),
                                "Agent %.*s is new: when they would be there is not known, "
                                "so they never are.",
                                ATT_TEXT_ARGS(id));
                }
        }
}

static void note_targets(struct whatif *whatif)
{
        for (uint32_t i = 0; i < whatif->queue_count; i++) {
                const struct whatif_queue *queue = &whatif->queues[i];
                uint32_t index = att_config_find_queue(whatif->config, queue->name);

                if (index != ATT_NONE && whatif->config->queues[index].service_level_ppm > 0 &&
                    whatif->config->queues[index].service_level_within_ms != queue->target_ms) {
                        att_buffer_printf(new_note(whatif),
                                          "Queue %.*s has another target for its service level: "
                                          "both sides are measured by the recorded one.",
                                          ATT_TEXT_ARGS(queue->name));
                }
        }
}

/* The whole --------------------------------------------------------------- */

struct whatif *whatif_compare(const struct whatif_day *day, const struct att_config *config,
                              const struct whatif_options *options)
{
        struct whatif *whatif = att_alloc(sizeof(*whatif));

        whatif->day = day;
        whatif->config = config;
        whatif->options = *options;
        for (uint32_t i = 0; i < day->first->queue_count; i++) {
                (void)get_queue(whatif, day->first->queues[i].name);
        }
        for (uint32_t i = 0; i < config->queue_count; i++) {
                (void)get_queue(whatif, config->queues[i].name);
        }
        for (int side = 0; side < WHATIF_SIDES; side++) {
                whatif->work[side] = att_alloc_array(day->agent_count + 1u,
                                                     sizeof(struct whatif_work));
                run_side(whatif, (enum whatif_side)side, 0, NULL, &whatif->courses[side]);
                add_course(whatif, (enum whatif_side)side, &whatif->courses[side]);
        }
        count_values(whatif);
        find_moves(whatif);
        if (!is_same(whatif)) {
                for (uint32_t draw = 1; draw < options->draws; draw++) {
                        draw_again(whatif, draw);
                }
        }
        if (options->gives_reasons && whatif->move_count > 0) {
                give_reasons(whatif);
        }
        note_recording(whatif);
        note_agents(whatif);
        note_targets(whatif);
        return whatif;
}

void whatif_free(struct whatif *whatif)
{
        if (!whatif) {
                return;
        }
        for (int side = 0; side < WHATIF_SIDES; side++) {
                whatif_course_deinit(&whatif->courses[side]);
                free(whatif->work[side]);
        }
        for (uint32_t i = 0; i < whatif->note_count; i++) {
                att_buffer_deinit(&whatif->notes[i]);
        }
        free(whatif->notes);
        free(whatif->queues);
        free(whatif->values);
        free(whatif->moves);
        att_arena_deinit(&whatif->arena);
        free(whatif);
}
