/* SPDX-License-Identifier: Apache-2.0 */
/* Time, and the order of what is said. The rest is in naive_*.c. */
#include "tests/naive/naive.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "tests/naive/naive_state.h"

struct naive *naive_new(void)
{
        struct naive *naive = att_alloc(sizeof(*naive));

        naive->now_ms = INT64_MIN;
        naive->last_instant_ms = INT64_MIN;
        for (uint32_t i = 0; i < NAIVE_POLICIES_MAX; i++) {
                naive->window_until_ms[i] = NAIVE_NEVER;
        }
        return naive;
}

static void free_list(struct naive_list *list)
{
        for (uint32_t i = 0; i < list->count; i++) {
                free(list->items[i]);
        }
        free(list->items);
}

void naive_free(struct naive *naive)
{
        if (!naive) {
                return;
        }
        free_list(&naive->agents);
        free_list(&naive->gone);
        free_list(&naive->contacts);
        free_list(&naive->offers);
        free_list(&naive->works);
        free_list(&naive->returns);
        free(naive->ended.items);
        free(naive->changed.items);
        free(naive->entered.items);
        free(naive->given.items);
        free(naive);
}

bool naive_gave_up(const struct naive *naive)
{
        return naive->gave_up;
}

void *naive_list_add(struct naive_list *list, size_t bytes)
{
        if (list->count == list->capacity) {
                list->capacity = list->capacity ? 2 * list->capacity : 16;
                list->items = att_realloc_array(list->items, list->capacity, sizeof(void *));
        }
        list->items[list->count] = att_alloc(bytes);
        return list->items[list->count++];
}

/* What is taken out is kept elsewhere: old offers and work point to it. */
void naive_list_move(struct naive_list *from, uint32_t i, struct naive_list *to)
{
        void *item = from->items[i];

        memmove(&from->items[i], &from->items[i + 1],
                (from->count - i - 1) * sizeof(from->items[0]));
        from->count--;
        free(naive_list_add(to, 1));
        to->items[to->count - 1] = item;
}

struct naive_agent *naive_find_agent(struct naive *naive, struct att_text id)
{
        for (uint32_t i = 0; i < naive->agents.count; i++) {
                if (att_text_equals(NAIVE_AGENT(naive, i)->id, id)) {
                        return NAIVE_AGENT(naive, i);
                }
        }
        return NULL;
}

/* A closed contact is remembered for an hour. */
static bool is_known(const struct naive *naive, const struct naive_contact *c)
{
        return c->state != ATT_CONTACT_CLOSED ||
               naive->now_ms - c->closed_at_ms < ATT_CLOSED_KEPT_MS;
}

struct naive_contact *naive_find_contact(struct naive *naive, struct att_text id)
{
        for (uint32_t i = naive->contacts.count; i > 0; i--) {
                struct naive_contact *c = NAIVE_CONTACT(naive, i - 1);

                if (att_text_equals(c->id, id) && is_known(naive, c)) {
                        return c;
                }
        }
        return NULL;
}

/* --- What is said ------------------------------------------------------------------------------ */

static struct att_effect *add_effect(struct att_effects *effects)
{
        if (effects->count == effects->capacity) {
                effects->capacity = effects->capacity ? 2 * effects->capacity : 16;
                effects->items = att_realloc_array(effects->items, effects->capacity,
                                                   sizeof(effects->items[0]));
        }
        memset(&effects->items[effects->count], 0, sizeof(effects->items[0]));
        return &effects->items[effects->count++];
}

struct att_effect *naive_say(struct naive *naive, struct att_effects *where,
                             enum att_effect_kind kind, const struct naive_contact *contact)
{
        struct att_effect *effect = add_effect(where);

        effect->kind = kind;
        effect->at_ms = naive->now_ms;
        effect->step = ATT_NONE_STEP;
        effect->estimate_ms = -1;
        if (contact) {
                effect->contact = contact->id;
                effect->front_end = contact->front_end;
                if (contact->queue != ATT_NONE) {
                        effect->queue = naive->config->queues[contact->queue].name;
                }
        }
        return effect;
}

void naive_say_agent(struct naive *naive, const struct naive_agent *agent)
{
        struct att_effect *effect = naive_say(naive, &naive->changed, ATT_EFFECT_AGENT, NULL);

        effect->agent = agent->id;
        effect->presence = agent->presence;
        effect->reason = agent->reason;
}

static void move_effects(struct att_effects *from, struct att_effects *to)
{
        for (uint32_t i = 0; i < from->count; i++) {
                *add_effect(to) = from->items[i];
        }
        from->count = 0;
}

static void tell(struct naive *naive, struct att_effects *effects)
{
        move_effects(&naive->ended, effects);
        move_effects(&naive->changed, effects);
        move_effects(&naive->entered, effects);
        move_effects(&naive->given, effects);
}

/* --- Time -------------------------------------------------------------------------------------- */

static void consider(const struct naive *naive, int64_t at_ms, int64_t *next_ms)
{
        if (at_ms > naive->last_instant_ms && at_ms < *next_ms) {
                *next_ms = at_ms;
        }
}

static void consider_contact(const struct naive *naive, const struct naive_contact *c,
                             int64_t *next_ms)
{
        const struct att_queue *queue;
        const struct att_policy *policy;

        if (c->state == ATT_CONTACT_SCHEDULED) {
                consider(naive, c->due_ms, next_ms);
        }
        if (c->state != ATT_CONTACT_QUEUED && c->state != ATT_CONTACT_OFFERED) {
                return;
        }
        queue = &naive->config->queues[c->queue];
        policy = naive_policy_of(naive, c);
        for (uint32_t i = c->step + 1; i < queue->step_count; i++) {
                consider(naive, c->entered_at_ms + queue->steps[i].after_ms, next_ms);
        }
        consider(naive, c->entered_at_ms + queue->max_wait_ms, next_ms);
        consider(naive, c->entered_at_ms + policy->hold_for_preferred_ms, next_ms);
        consider(naive, c->named_until_ms, next_ms);
        for (uint32_t i = 0; i < c->cooldown_count; i++) {
                consider(naive, c->cooldowns[i].until_ms, next_ms);
        }
        for (uint32_t i = 0; i < naive->config->profile_count; i++) {
                consider(naive,
                         c->entered_at_ms + naive->config->profiles[i].by_queue[c->queue].delay_ms,
                         next_ms);
        }
}

int64_t naive_next_instant_ms(const struct naive *naive)
{
        int64_t next_ms = NAIVE_NEVER;

        if (!naive->config) {
                return next_ms;
        }
        for (uint32_t i = 0; i < naive->works.count; i++) {
                if (NAIVE_WORK(naive, i)->live && NAIVE_WORK(naive, i)->in_wrap_up) {
                        consider(naive, NAIVE_WORK(naive, i)->until_ms, &next_ms);
                }
        }
        for (uint32_t i = 0; i < naive->offers.count; i++) {
                if (NAIVE_OFFER(naive, i)->live) {
                        consider(naive, NAIVE_OFFER(naive, i)->due_ms, &next_ms);
                }
        }
        for (uint32_t i = 0; i < naive->contacts.count; i++) {
                consider_contact(naive, NAIVE_CONTACT(naive, i), &next_ms);
        }
        for (uint32_t i = 0; i < naive->config->policy_count; i++) {
                consider(naive, naive->window_until_ms[i], &next_ms);
        }
        for (uint32_t i = 0; i < naive->config->hours_count; i++) {
                consider(naive,
                         att_hours_next_change(&naive->config->hours[i], naive->last_instant_ms),
                         &next_ms);
        }
        return next_ms;
}

static void end_wrap_ups(struct naive *naive)
{
        for (;;) {
                struct naive_work *first = NULL;

                for (uint32_t i = 0; i < naive->works.count; i++) {
                        struct naive_work *work = NAIVE_WORK(naive, i);

                        if (work->live && work->in_wrap_up && work->until_ms <= naive->now_ms &&
                            (!first || att_text_compare(work->name, first->name) < 0)) {
                                first = work;
                        }
                }
                if (!first) {
                        return;
                }
                naive_finish(naive, first);
        }
}

static void time_out_offers(struct naive *naive)
{
        struct naive_agent *paused[NAIVE_PAIRS_MAX];
        uint32_t paused_count = 0;

        for (uint32_t i = 0; i < naive->offers.count; i++) {
                struct naive_offer *offer = NAIVE_OFFER(naive, i);

                if (!offer->live || offer->due_ms > naive->now_ms) {
                        continue;
                }
                if (naive_policy_of(naive, offer->contact)->on_missed == ATT_MISSED_PAUSES &&
                    paused_count < NAIVE_PAIRS_MAX) {
                        paused[paused_count++] = offer->agent;
                }
                naive_revoke(naive, offer, ATT_REVOKE_TIMEOUT);
        }
        for (uint32_t i = 0; i < paused_count; i++) {
                if (paused[i]->presence == ATT_PRESENCE_READY) {
                        naive_leave(naive, paused[i], ATT_PRESENCE_PAUSED, ATT_TEXT("missed"));
                }
        }
}

static void wake_scheduled(struct naive *naive)
{
        for (;;) {
                struct naive_contact *first = NULL;

                for (uint32_t i = 0; i < naive->contacts.count; i++) {
                        struct naive_contact *c = NAIVE_CONTACT(naive, i);

                        if (c->state == ATT_CONTACT_SCHEDULED && c->due_ms <= naive->now_ms &&
                            (!first || att_text_compare(c->id, first->id) < 0)) {
                                first = c;
                        }
                }
                if (!first) {
                        return;
                }
                naive_enter(naive, first, first->queue);
        }
}

static void close_hours(struct naive *naive)
{
        for (uint32_t i = 0; i < naive->contacts.count; i++) {
                struct naive_contact *c = NAIVE_CONTACT(naive, i);
                const struct att_queue *queue;
                const struct att_hours *hours;

                if (c->state != ATT_CONTACT_QUEUED || c->entered_at_ms == naive->now_ms) {
                        continue; /* Who enters at the instant was not waiting already. */
                }
                queue = &naive->config->queues[c->queue];
                if (queue->hours == ATT_NONE || queue->at_closing != ATT_AT_CLOSING_OVERFLOW) {
                        continue;
                }
                hours = &naive->config->hours[queue->hours];
                if (att_hours_is_open(hours, naive->now_ms) ||
                    !att_hours_is_open(hours, naive->now_ms - 1)) {
                        continue;
                }
                if (queue->when_closed.kind == ATT_OVERFLOW_NONE &&
                    queue->overflow.kind == ATT_OVERFLOW_NONE) {
                        continue; /* Nowhere to go: they are served. */
                }
                naive_overflow(naive, c,
                               queue->when_closed.kind != ATT_OVERFLOW_NONE ? &queue->when_closed
                                                                            : &queue->overflow,
                               ATT_OUTCOME_OVERFLOWED, ATT_OUTCOME_OVERFLOWED);
        }
}

static void fire(struct naive *naive)
{
        end_wrap_ups(naive);
        time_out_offers(naive);
        wake_scheduled(naive);
        naive_settle(naive);
        close_hours(naive);
        naive_match(naive);
}

void naive_step(struct naive *naive, const struct att_command *command, struct att_effects *effects)
{
        effects->count = 0;
        ATT_CHECK(command->at_ms >= naive->now_ms);
        for (int64_t next_ms = naive_next_instant_ms(naive); next_ms <= command->at_ms;
             next_ms = naive_next_instant_ms(naive)) {
                naive->now_ms = next_ms;
                fire(naive);
                naive->last_instant_ms = next_ms;
                tell(naive, effects);
        }
        naive->now_ms = command->at_ms;
        naive->last_instant_ms = command->at_ms;
        naive_apply(naive, command);
        if (naive->config) {
                naive_settle(naive);
                naive_match(naive);
        }
        tell(naive, effects);
}

/* --- Looking inside ---------------------------------------------------------------------------- */

bool naive_live_offer(const struct naive *naive, uint32_t i, struct naive_offer_view *ret_view)
{
        for (uint32_t j = 0; j < naive->offers.count; j++) {
                const struct naive_offer *offer = NAIVE_OFFER(naive, j);

                if (offer->live && i-- == 0) {
                        *ret_view = (struct naive_offer_view){
                                .number = offer->number,
                                .contact = offer->contact->id,
                                .agent = offer->agent->id,
                        };
                        return true;
                }
        }
        return false;
}

bool naive_live_work(const struct naive *naive, uint32_t i, struct naive_work_view *ret_view)
{
        for (uint32_t j = 0; j < naive->works.count; j++) {
                const struct naive_work *work = NAIVE_WORK(naive, j);

                if (work->live && i-- == 0) {
                        *ret_view = (struct naive_work_view){
                                .contact = work->name,
                                .agent = work->agent->id,
                                .outside = !work->contact,
                                .in_wrap_up = work->in_wrap_up,
                        };
                        return true;
                }
        }
        return false;
}

bool naive_live_contact(const struct naive *naive, uint32_t i, struct naive_contact_view *ret_view)
{
        for (uint32_t j = 0; j < naive->contacts.count; j++) {
                const struct naive_contact *c = NAIVE_CONTACT(naive, j);

                if (c->state != ATT_CONTACT_CLOSED && i-- == 0) {
                        *ret_view = (struct naive_contact_view){.id = c->id, .state = c->state};
                        return true;
                }
        }
        return false;
}
