/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"
#include "lib/core/story.h"

/* At one instant timers fire by class, then by their order: both lie in the heap. */
#define ORDER_BITS 60

static const struct timer *timer_of(const struct att_keyheap_node *node)
{
        return ATT_CONTAINER_OF_CONST(node, struct timer, node);
}

/* Of whose timer it is; none where its order says all. */
static struct att_text id_of(const struct timer *timer)
{
        switch ((enum timer_class)timer->class) {
        case TIMER_WRAP_UP:
                return ATT_CONTAINER_OF_CONST(timer, struct interaction, wrap_up)->name;
        case TIMER_SCHEDULED:
        case TIMER_STEP:
        case TIMER_MAX_WAIT:
        case TIMER_WAKE:
                return ATT_CONTAINER_OF_CONST(timer, struct contact, timer)->by_id.key;
        case TIMER_FRONT_END:
                return ATT_CONTAINER_OF_CONST(timer, struct front_end, lease)->by_name.key;
        case TIMER_INCIDENT:
                return ATT_CONTAINER_OF_CONST(timer, struct incident, until)->id;
        case TIMER_OFFER:
        case TIMER_HOURS:
        case TIMER_BATCH:
                break;
        }
        return ATT_TEXT_NONE;
}

static uint64_t serial_of(const struct timer *timer)
{
        return timer->class == TIMER_WRAP_UP
                       ? ATT_CONTAINER_OF_CONST(timer, struct interaction, wrap_up)->wrap_up_serial
                       : 0;
}

/* Of two with the same instant, class and order. */
bool timer_less(const struct att_keyheap_node *node_a, const struct att_keyheap_node *node_b)
{
        const struct timer *a = timer_of(node_a);
        const struct timer *b = timer_of(node_b);
        int by_id = att_text_compare(id_of(a), id_of(b));
        return by_id != 0 ? by_id < 0 : serial_of(a) < serial_of(b);
}

void timer_init(struct timer *timer, enum timer_class class)
{
        *timer = (struct timer){.class = (uint8_t) class};
}

void timer_arm(struct att_core *core, struct timer *timer, int64_t at_ms, uint64_t order)
{
        ATT_CHECK(order >> ORDER_BITS == 0);
        att_keyheap_remove(&core->timers, &timer->node);
        core->timer_serial++;
        const struct att_keyheap_key key = {
                .high = att_keyheap_word(at_ms),
                .low = (uint64_t)timer->class << ORDER_BITS | order,
        };
        att_keyheap_add(&core->timers, &timer->node, key, 0);
}

static int64_t at_ms_of(const struct att_keyheap_entry *entry)
{
        return (int64_t)att_keyheap_word((int64_t)entry->key.high);
}

int64_t timer_at_ms(const struct att_core *core, const struct timer *timer)
{
        return timer_is_armed(timer) ? at_ms_of(&core->timers.entries[timer->node.place - 1]) : 0;
}

void timer_cancel(struct att_core *core, struct timer *timer)
{
        att_keyheap_remove(&core->timers, &timer->node);
}

/* ---- What a contact waits for ---- */

static const enum timer_class class_of_due[DUE_COUNT] = {
        [DUE_SCHEDULED] = TIMER_SCHEDULED,
        [DUE_STEP] = TIMER_STEP,
        [DUE_MAX_WAIT] = TIMER_MAX_WAIT,
        [DUE_WAKE] = TIMER_WAKE,
};

/* The first that is due; of several at one instant, in the order of their classes. */
static enum due first_due(const struct contact *contact)
{
        enum due first = DUE_SCHEDULED;
        for (int due = 1; due < DUE_COUNT; due++) {
                if (contact->due_ms[due] < contact->due_ms[first]) {
                        first = (enum due)due;
                }
        }
        return first;
}

static void arm_first(struct att_core *core, struct contact *contact)
{
        enum due first = first_due(contact);
        int64_t at_ms = contact->due_ms[first];
        struct timer *timer = &contact->timer;
        if (at_ms == INT64_MAX) {
                timer_cancel(core, timer);
        } else if (!timer_is_armed(timer) || timer_at_ms(core, timer) != at_ms ||
                   timer->class != class_of_due[first]) {
                timer_cancel(core, timer);
                timer->class = (uint8_t)class_of_due[first];
                timer_arm(core, timer, at_ms, first == DUE_SCHEDULED ? 0 : contact->arrival);
        }
}

void due_set(struct att_core *core, struct contact *contact, enum due due, int64_t at_ms)
{
        contact->due_ms[due] = at_ms;
        if (core->newcomer != contact || at_ms <= core->now_ms) {
                arm_first(core, contact);
        }
}

void due_settle(struct att_core *core, struct contact *contact)
{
        arm_first(core, contact);
}

void due_clear(struct att_core *core, struct contact *contact)
{
        for (int due = 0; due < DUE_COUNT; due++) {
                contact->due_ms[due] = INT64_MAX;
        }
        timer_cancel(core, &contact->timer);
}

bool timer_is_armed(const struct timer *timer)
{
        return att_keyheap_has(&timer->node);
}

int64_t att_core_next_deadline_ms(const struct att_core *core)
{
        const struct att_keyheap_entry *first = att_keyheap_first(&core->timers);
        return first ? at_ms_of(first) : INT64_MAX;
}

/* There is one. */
static struct timer *pop(struct att_core *core)
{
        const struct att_keyheap_entry *first = att_keyheap_first(&core->timers);
        ATT_CHECK(first);
        struct timer *timer = ATT_CONTAINER_OF(first->node, struct timer, node);
        att_keyheap_remove(&core->timers, &timer->node);
        return timer;
}

/* The first timer if it is due and of this class; taken off the heap. */
static struct timer *pop_due(struct att_core *core, enum timer_class class)
{
        const struct att_keyheap_entry *first = att_keyheap_first(&core->timers);
        if (!first || at_ms_of(first) > core->now_ms || timer_of(first->node)->class != class) {
                return NULL;
        }
        return pop(core);
}

/* All offers of the instant time out before any agent is paused for it. */
static void fire_offers(struct att_core *core, struct timer *first)
{
        struct att_list missed;
        att_list_init(&missed);
        for (struct timer *timer = first; timer; timer = pop_due(core, TIMER_OFFER)) {
                struct offer *offer = ATT_CONTAINER_OF(timer, struct offer, timeout);
                struct agent *agent = offer->agent;
                const struct att_policy *policy = contact_policy(core, offer->contact);
                bool pauses = policy->on_missed == ATT_MISSED_PAUSES;
                offer_time_out(core, offer);
                if (pauses && agent->def && !att_list_is_linked(&agent->in_removed)) {
                        att_list_add_tail(&missed, &agent->in_removed);
                }
        }
        ATT_LIST_FOREACH(agent, &missed, struct agent, in_removed)
        {
                att_list_remove(&agent->in_removed);
                if (agent->presence == ATT_PRESENCE_READY) {
                        agent_set_presence(core, agent, ATT_PRESENCE_PAUSED, ATT_TEXT("missed"));
                }
        }
}

/* All queues that change at the instant, before anyone is moved for it. */
static void fire_hours(struct att_core *core, struct timer *first)
{
        for (struct timer *timer = first; timer; timer = pop_due(core, TIMER_HOURS)) {
                queue_closing(core, (uint32_t)(ATT_CONTAINER_OF(timer, struct queue_state, hours) -
                                               core->queues));
        }
        queue_close_all(core);
}

/* Not a new contact: it always enters, and keeps the arrival of its command. */
static void schedule_come(struct att_core *core, struct contact *contact)
{
        if (!contact_extras(contact)->story || !promise_expire(core, contact)) {
                queue_enter(core, contact, contact->queue);
        }
}

static void fire_batch(struct att_core *core, struct policy_state *state)
{
        uint32_t policy = (uint32_t)(state - core->policies);
        state->window_open = false;
        for (uint32_t q = 0; q < core->config->queue_count; q++) {
                if (core->config->queues[q].policy != policy) {
                        continue;
                }
                ATT_LIST_FOREACH(contact, &core->queues[q].waiting, struct contact, in_queue)
                {
                        contact->window = true;
                        contact_mark(core, contact);
                }
        }
}

static void fire_contact(struct att_core *core, struct contact *contact)
{
        enum due due = first_due(contact);
        due_set(core, contact, due, INT64_MAX);
        switch (due) {
        case DUE_SCHEDULED:
                schedule_come(core, contact);
                break;
        case DUE_STEP:
                queue_advance(core, contact);
                break;
        case DUE_MAX_WAIT:
                queue_max_wait(core, contact);
                break;
        case DUE_WAKE:
                queue_arm_wake(core, contact);
                break;
        case DUE_COUNT:
                break;
        }
}

static void fire(struct att_core *core, struct timer *timer)
{
        switch ((enum timer_class)timer->class) {
        case TIMER_WRAP_UP:
                interaction_finish(core, ATT_CONTAINER_OF(timer, struct interaction, wrap_up));
                break;
        case TIMER_OFFER:
                fire_offers(core, timer);
                break;
        case TIMER_SCHEDULED:
        case TIMER_STEP:
        case TIMER_MAX_WAIT:
        case TIMER_WAKE:
                fire_contact(core, ATT_CONTAINER_OF(timer, struct contact, timer));
                break;
        case TIMER_HOURS:
                fire_hours(core, timer);
                break;
        case TIMER_FRONT_END:
                front_end_lapse(core, ATT_CONTAINER_OF(timer, struct front_end, lease));
                break;
        case TIMER_BATCH:
                fire_batch(core, ATT_CONTAINER_OF(timer, struct policy_state, window));
                break;
        case TIMER_INCIDENT:
                incident_lapse(core, ATT_CONTAINER_OF(timer, struct incident, until));
                break;
        }
}

bool timers_fire(struct att_core *core)
{
        bool fired = false;
        while (att_core_next_deadline_ms(core) <= core->now_ms) {
                fire(core, pop(core));
                fired = true;
        }
        return fired;
}
