/* SPDX-License-Identifier: Apache-2.0 */
/* A contact's way through queues: entering, relaxation steps, overflow, closing time. */
#include <stdlib.h>

#include "lib/base/bitset.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"
#include "lib/core/story.h"

/* Moves of one contact between queues in one instant; more than this many and it stays where it is
 * until time passes (queues that send each other their contacts at once). */
#define MOVES_AT_ONCE_MAX 32
_Static_assert(MOVES_AT_ONCE_MAX < UINT8_MAX, "as a contact counts them");

void queues_free(struct att_core *core)
{
        for (uint32_t i = 0; i < core->queue_count; i++) {
                waiting_clear_queue(&core->queues[i]);
                free(core->queues[i].plain);
        }
        free(core->queues);
}

uint32_t queue_name_intern(struct att_core *core, struct att_text name)
{
        for (uint32_t i = 0; i < core->queue_name_count; i++) {
                if (att_text_equals_c(name, core->queue_names[i])) {
                        return i;
                }
        }
        core->queue_names = att_realloc_array(core->queue_names, core->queue_name_count + 1u,
                                              sizeof(*core->queue_names));
        core->queue_names[core->queue_name_count] = att_text_dup(name);
        core->queue_records = att_realloc_array(core->queue_records, core->queue_name_count + 1u,
                                                sizeof(*core->queue_records));
        core->queue_records[core->queue_name_count] = (struct record){
                .queue_name = core->queue_name_count};
        return core->queue_name_count++;
}

static const struct att_queue *queue_of(const struct att_core *core, const struct contact *contact)
{
        return &core->config->queues[contact->queue];
}

/* ---- Staffing ---- */

bool step_is_staffed(const struct att_core *core, const struct contact *contact, uint32_t queue,
                     uint32_t step)
{
        struct want wants[WANTS_MAX];
        const struct att_queue *def = &core->config->queues[queue];
        uint32_t count = signature_wants(core->config, contact, queue, step, wants);
        for (uint32_t i = 0; i < core->agent_count; i++) {
                const struct agent *agent = core->agents[i];
                enum att_exclusion why;
                if (agent->presence == ATT_PRESENCE_OFFLINE ||
                    !((agent->reachable >> contact->channel) & 1) ||
                    agent_limit(core, agent, contact->channel) == ATT_LIMIT_OFF ||
                    contact_excludes(contact, agent) || (contact->no_bots && agent_is_bot(agent)) ||
                    (agent != contact_extras(contact)->named &&
                     queue_rank(core, agent, queue) == 0)) {
                        continue;
                }
                if (agent_meets_step(agent->def, def, &def->steps[step], wants, count, &why)) {
                        return true;
                }
        }
        return false;
}

bool queue_is_staffed(const struct att_core *core, const struct contact *contact, uint32_t queue)
{
        const struct att_queue *def = &core->config->queues[queue];
        for (uint32_t step = 0; step < def->step_count; step++) {
                if (def->steps[step].move_to == ATT_NONE &&
                    step_is_staffed(core, contact, queue, step)) {
                        return true;
                }
        }
        return false;
}

/* ---- Timers of a waiting contact ---- */

/* What is overdue acts at this instant, in the order of timers. */
void queue_arm_max_wait(struct att_core *core, struct contact *contact)
{
        int64_t due_ms = contact->entered_ms + queue_of(core, contact)->max_wait_ms;
        due_ms = contact_extras(contact)->story ? promise_bound(contact, due_ms) : due_ms;
        due_set(core, contact, DUE_MAX_WAIT, att_max_i64(due_ms, core->now_ms));
}

static bool is_passed_over(const struct att_core *core, const struct contact *contact)
{
        return queue_of(core, contact)->steps[contact->step].skip_unstaffed &&
               !step_is_staffed(core, contact, contact->queue, contact->step);
}

void queue_arm_step(struct att_core *core, struct contact *contact)
{
        const struct att_queue *queue = queue_of(core, contact);
        if (contact->step + 1u >= queue->step_count) {
                due_set(core, contact, DUE_STEP, INT64_MAX);
                return;
        }
        int64_t due_ms = contact->entered_ms + queue->steps[contact->step + 1].after_ms;
        if (is_passed_over(core, contact)) {
                due_ms = core->now_ms;
        }
        due_set(core, contact, DUE_STEP, att_max_i64(due_ms, core->now_ms));
}

static int64_t earlier_future(const struct att_core *core, int64_t best_ms, int64_t at_ms)
{
        return at_ms > core->now_ms && at_ms < best_ms ? at_ms : best_ms;
}

/* The next moment at which an agent may come into reach by time alone: a profile's delay, the end
 * of a hold or of the wait for a named agent, the end of a cooldown. */
static int64_t find_reach(const struct att_core *core, const struct contact *contact)
{
        const struct queue_state *state = &core->queues[contact->queue];
        int64_t reach_ms = INT64_MAX;
        for (uint32_t i = 0; i < state->delay_count; i++) {
                reach_ms = earlier_future(core, reach_ms,
                                          contact->entered_ms + state->delays_ms[i]);
        }
        if (contact_extras(contact)->preferred) {
                int64_t hold_ms = contact_policy(core, contact)->hold_for_preferred_ms;
                reach_ms = earlier_future(core, reach_ms, contact->entered_ms + hold_ms);
        }
        if (contact_extras(contact)->named) {
                reach_ms = earlier_future(core, reach_ms, contact->named_until_ms);
        }
        for (uint32_t i = 0; i < contact_extras(contact)->cooldown_count; i++) {
                reach_ms = earlier_future(core, reach_ms,
                                          contact_extras(contact)->cooldowns[i].until_ms);
        }
        return reach_ms;
}

static void arm_wake(struct att_core *core, struct contact *contact, int64_t phase_ends_ms)
{
        contact->reach_ms = find_reach(core, contact);
        due_set(core, contact, DUE_WAKE, att_min_i64(contact->reach_ms, phase_ends_ms));
}

void queue_arm_wake(struct att_core *core, struct contact *contact)
{
        if (contact->state == ATT_CONTACT_QUEUED && contact->reach_ms <= core->now_ms) {
                contact_mark(core, contact); /* Now is the moment; a new timer would miss it. */
        }
        arm_wake(core, contact, waiting_refresh(core, contact));
}

void queue_resume(struct att_core *core, struct contact *contact)
{
        core->newcomer = contact; /* Its timer is set once, when all is known. */
        queue_arm_max_wait(core, contact);
        arm_wake(core, contact, waiting_resume(core, contact));
        if (queue_of(core, contact)->steps[contact->step].move_to == ATT_NONE) {
                queue_arm_step(core, contact);
        }
        core->newcomer = NULL;
        due_settle(core, contact);
}

/* ---- Entering ---- */

static void count_move(struct att_core *core, struct contact *contact)
{
        if (contact->moved_round != core->round) {
                contact->moved_round = core->round;
                contact->moves = 0;
        }
        if (contact->moves < UINT8_MAX) {
                contact->moves++;
        }
}

static bool may_move_again(const struct att_core *core, const struct contact *contact)
{
        return contact->moved_round != core->round || contact->moves < MOVES_AT_ONCE_MAX;
}

static void say_queued(struct att_core *core, struct contact *contact)
{
        struct att_effect *effect = emit_contact(core, PLACE_QUEUED, ATT_EFFECT_QUEUED, contact);
        effect->step = contact->step;
        effect->position = queue_position(core, contact);
        effect->estimate_ms = queue_estimate_ms(core, contact->queue, effect->position);
}

static bool pass_steps(struct att_core *core, struct contact *contact);

static void arm_step_if_it_may(struct att_core *core, struct contact *contact)
{
        if (may_move_again(core, contact)) {
                queue_arm_step(core, contact);
        }
}

void queue_settle_newcomer(struct att_core *core)
{
        struct contact *contact = core->newcomer;
        core->newcomer = NULL;
        if (contact && contact->state == ATT_CONTACT_QUEUED) {
                (void)waiting_refresh(core, contact);
                due_settle(core, contact);
        }
}

void queue_enter(struct att_core *core, struct contact *contact, uint32_t queue)
{
        queue_settle_newcomer(core);
        if (contact->state == ATT_CONTACT_QUEUED && contact->queue != ATT_NONE) {
                contact_unlist(core, contact);
        }
        contact->queue = queue;
        contact->step = 0;
        contact->entered_ms = core->now_ms;
        contact->reach_ms = INT64_MAX;
        if (contact->state == ATT_CONTACT_QUEUED) {
                contact_list(core, contact);
        } else {
                contact_move(core, contact, ATT_CONTACT_QUEUED);
        }
        if (!contact->ever_entered) {
                contact->ever_entered = true;
                contact->named_until_ms = core->now_ms +
                                          contact_policy(core, contact)->agent_wait_ms;
        }
        core->queues[queue].totals.entered++;
        core->queues[queue].recent_entered++;
        count_move(core, contact);
        signature_refresh(core, contact);
        core->newcomer = contact;
        timer_cancel(core, &contact->timer); /* Of the queue before. */
        int64_t phase_ends_ms = waiting_expect(core, contact);
        say_queued(core, contact);
        queue_arm_max_wait(core, contact);
        if (pass_steps(core, contact)) {
                arm_step_if_it_may(core, contact);
                arm_wake(core, contact,
                         contact->step == 0 ? phase_ends_ms : waiting_refresh(core, contact));
        }
        if (contact->state == ATT_CONTACT_QUEUED) {
                contact_mark(core, contact);
        }
}

/* ---- Steps ---- */

static bool step_is_over(const struct att_core *core, const struct contact *contact)
{
        const struct att_queue *queue = queue_of(core, contact);
        if (contact->step + 1u >= queue->step_count) {
                return false;
        }
        if (contact_in_queue_ms(core, contact) >= queue->steps[contact->step + 1].after_ms) {
                return true;
        }
        return is_passed_over(core, contact);
}

/* Takes the steps that are over. False: the last of them led to another queue, where it is now. */
static bool pass_steps(struct att_core *core, struct contact *contact)
{
        while (may_move_again(core, contact) && step_is_over(core, contact)) {
                contact->step++;
                struct att_effect *effect = emit_contact(core, PLACE_QUEUED, ATT_EFFECT_RELAXED,
                                                         contact);
                effect->step = contact->step;
                uint32_t move_to = queue_of(core, contact)->steps[contact->step].move_to;
                if (move_to != ATT_NONE) {
                        queue_enter(core, contact, move_to);
                        return false;
                }
                signature_refresh(core, contact);
                contact_mark(core, contact);
        }
        return true;
}

void queue_advance(struct att_core *core, struct contact *contact)
{
        if (contact->state == ATT_CONTACT_QUEUED && pass_steps(core, contact)) {
                arm_step_if_it_may(core, contact);
                queue_arm_wake(core, contact);
        }
}

static bool can_any_skip(const struct att_core *core)
{
        for (uint32_t q = 0; q < core->config->queue_count; q++) {
                if (core->queues[q].can_skip) {
                        return true;
                }
        }
        return false;
}

void queue_skip_unstaffed(struct att_core *core)
{
        if (!core->staffing_fell) {
                return;
        }
        core->staffing_fell = false;
        if (!can_any_skip(core)) {
                return;
        }
        ATT_LIST_FOREACH(contact, &core->live, struct contact, in_core)
        {
                if (contact->state == ATT_CONTACT_QUEUED && core->queues[contact->queue].can_skip) {
                        queue_arm_step(core, contact);
                }
        }
}

/* ---- Back from an offer ---- */

static bool close_if_offered_enough(struct att_core *core, struct contact *contact)
{
        if (contact->round_counts) {
                contact->round_counts = false;
                contact->rounds++;
        }
        if (contact->rounds < core->config->offers_per_contact) {
                return false;
        }
        contact_close(core, contact, ATT_OUTCOME_EXPIRED, ATT_TEXT("offered too often"));
        return true;
}

void queue_put_back(struct att_core *core, struct contact *contact)
{
        contact_move(core, contact, ATT_CONTACT_QUEUED);
        contact->put_back = true;
        if (close_if_offered_enough(core, contact)) {
                return;
        }
        contact_mark(core, contact);
        queue_arm_step(core, contact);
        queue_arm_max_wait(core, contact);
        queue_arm_wake(core, contact);
}

/* ---- Overflow ---- */

void queue_overflow(struct att_core *core, struct contact *contact,
                    const struct att_overflow *overflow, bool arriving)
{
        struct att_effect *effect = emit_contact(core, PLACE_ENDED, ATT_EFFECT_OVERFLOW, contact);
        effect->reason = att_arena_text(&core->texts, overflow->message);
        switch (overflow->kind) {
        case ATT_OVERFLOW_QUEUE:
                effect->to = queue_name(core, overflow->queue);
                queue_enter(core, contact, overflow->queue);
                return;
        case ATT_OVERFLOW_CALLBACK:
                effect->to = ATT_TEXT("callback");
                contact_schedule(core, contact, core->now_ms + overflow->callback_ms);
                return;
        case ATT_OVERFLOW_REFUSE:
                effect->to = ATT_TEXT("refuse");
                contact_close(core, contact,
                              arriving ? ATT_OUTCOME_REFUSED : ATT_OUTCOME_OVERFLOWED,
                              overflow->message);
                return;
        case ATT_OVERFLOW_NONE:
                break;
        }
        ATT_CHECK(false); /* an overflow goes somewhere */
}

void queue_turn_away(struct att_core *core, struct contact *contact,
                     const struct att_overflow *overflow, struct att_text reason)
{
        if (overflow->kind == ATT_OVERFLOW_NONE) {
                contact_close(core, contact, ATT_OUTCOME_REFUSED, reason);
                return;
        }
        queue_overflow(core, contact, overflow, true);
}

void queue_max_wait(struct att_core *core, struct contact *contact)
{
        if (contact->state != ATT_CONTACT_QUEUED) {
                return; /* Acts when the offer comes back. */
        }
        if (contact_extras(contact)->story && promise_expire(core, contact)) {
                return;
        }
        const struct att_overflow *overflow = &queue_of(core, contact)->overflow;
        if (overflow->kind == ATT_OVERFLOW_NONE || !may_move_again(core, contact)) {
                contact_close(core, contact, ATT_OUTCOME_EXPIRED, ATT_TEXT("max_wait"));
                return;
        }
        queue_overflow(core, contact, overflow, false);
}

/* ---- Hours ---- */

void queue_arm_hours(struct att_core *core, uint32_t queue)
{
        const struct att_queue *def = &core->config->queues[queue];
        struct queue_state *state = &core->queues[queue];
        timer_cancel(core, &state->hours);
        if (def->hours == ATT_NONE || def->at_closing != ATT_AT_CLOSING_OVERFLOW) {
                return;
        }
        int64_t change_ms = att_hours_next_change(&core->config->hours[def->hours], core->now_ms);
        if (change_ms != INT64_MAX) {
                timer_arm(core, &state->hours, change_ms, queue);
        }
}

/* Where those go who wait when a queue closes: as newcomers do then, else as after a long wait. */
static const struct att_overflow *find_closing(const struct att_core *core, uint32_t queue)
{
        const struct att_queue *def = &core->config->queues[queue];
        const struct att_overflow *overflow = def->when_closed.kind != ATT_OVERFLOW_NONE
                                                      ? &def->when_closed
                                                      : &def->overflow;
        bool leads_back = overflow->kind == ATT_OVERFLOW_QUEUE && overflow->queue == queue;
        bool is_open = att_hours_is_open(&core->config->hours[def->hours], core->now_ms);
        return overflow->kind == ATT_OVERFLOW_NONE || leads_back || is_open ? NULL : overflow;
}

void queue_closing(struct att_core *core, uint32_t queue)
{
        core->queues[queue].closes = find_closing(core, queue);
        queue_arm_hours(core, queue);
}

/* Those who waited when their queues closed, by arrival; whoever is moved stays where he is moved. */
void queue_close_all(struct att_core *core)
{
        ATT_LIST_FOREACH(contact, &core->live, struct contact, in_core)
        {
                if (contact->state == ATT_CONTACT_QUEUED && core->queues[contact->queue].closes &&
                    contact->moved_round != core->round) {
                        queue_overflow(core, contact, core->queues[contact->queue].closes, false);
                }
        }
        for (uint32_t q = 0; q < core->config->queue_count; q++) {
                core->queues[q].closes = NULL;
        }
}

/* ---- Position and estimate ---- */

uint32_t queue_position(const struct att_core *core, const struct contact *contact)
{
        return contact->state == ATT_CONTACT_QUEUED ? 1 + waiting_before(core, contact) : 0;
}

/* Position times the smoothed time between answers in this queue. Unknown (-1) until two contacts
 * have been answered. */
int64_t queue_estimate_ms(const struct att_core *core, uint32_t queue, uint32_t position)
{
        const struct queue_state *state = &core->queues[queue];
        return state->answer_gap_ms < 0 ? -1 : state->answer_gap_ms * (int64_t)position;
}
