/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/waiting.h"

#include <stdlib.h>

#include "lib/base/bitset.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"

/* ---- Slots ---- */

#define SLOT_WORDS 4 /* At first. */

void slots_deinit(struct slots *slots)
{
        free(slots->items);
        free(slots->waiting);
        free(slots->served);
        *slots = (struct slots){0};
}

static uint64_t *widen(uint64_t *rows, uint32_t count, uint32_t words, uint32_t new_words)
{
        uint64_t *wider = att_alloc_array((size_t)count * new_words, sizeof(uint64_t));
        for (uint32_t i = 0; rows && i < count; i++) {
                att_copy(wider + (size_t)i * new_words, rows + (size_t)i * words,
                         words * sizeof(uint64_t));
        }
        free(rows);
        return wider;
}

static void resize(struct slots *slots, uint32_t words, uint32_t agents)
{
        slots->served = widen(slots->served, agents, slots->words, words);
        slots->waiting = widen(slots->waiting, ATT_CHANNELS_MAX, slots->words, words);
        slots->items = att_realloc_array(slots->items, (size_t)words * 64, sizeof(struct slot));
        slots->words = words;
}

void slots_reset(struct slots *slots, uint32_t agents)
{
        slots_deinit(slots);
        resize(slots, SLOT_WORDS, agents);
}

static uint32_t find_free_slot(const struct slots *slots)
{
        for (uint32_t i = 0; i < slots->count; i++) {
                if (!slots->items[i].lane) {
                        return i;
                }
        }
        return slots->count;
}

static uint64_t *waiting_row(const struct slots *slots, uint32_t channel)
{
        return slots->waiting + (size_t)channel * slots->words;
}

/* Whether an agent can take what is in the lane, as far as nothing changes that. */
static bool may_take_lane(const struct att_core *core, const struct lane *lane,
                          const struct agent *agent)
{
        const struct signature *signature = lane->signature;
        if (!att_bitset_has(signature->serves, agent->index) ||
            (lane->no_bots && agent_is_bot(agent))) {
                return false;
        }
        int64_t delay_ms = profile_delay_ms(core, agent, signature->queue);
        const int64_t *delays_ms = core->queues[signature->queue].delays_ms;
        return delay_ms == 0 ||
               (lane->delays_reached > 0 && delays_ms[lane->delays_reached - 1] >= delay_ms);
}

static void init_front(struct front *front);

static void fill_slot(const struct att_core *core, struct slot *slot, struct lane *lane)
{
        const struct signature *signature = lane->signature;
        *slot = (struct slot){
                .lane = lane,
                .policy = queue_policy(core, signature->queue),
                .policy_index = core->config->queues[signature->queue].policy,
                .record_bit = fit_record_bit(core->queues[signature->queue].name),
                .queue = signature->queue,
                .want_count = signature->want_count,
                .want_weight_milli = (int64_t)signature->weight_sum_milli,
                .match_ppm = signature->match_ppm,
        };
        init_front(&slot->front);
        for (int i = 0; i < ATT_FIT_TERM_COUNT; i++) {
                slot->weight_sum += slot->policy->fit_milli[i];
        }
        for (uint32_t i = 0; i < SLOT_WANTS && i < signature->want_count; i++) {
                slot->wants[i].skill = signature->wants[i].skill;
                slot->wants[i].weight_milli = signature->wants[i].weight_milli;
        }
}

static void take_slot(struct att_core *core, struct lane *lane)
{
        struct slots *slots = &core->slots;
        uint32_t slot = find_free_slot(slots);
        if (slot == slots->words * 64) {
                resize(slots, slots->words * 2, core->agent_count);
        }
        if (slot == slots->count) {
                slots->count++;
        }
        lane->slot = slot;
        fill_slot(core, &slots->items[slot], lane);
        for (uint32_t i = 0; i < core->agent_count; i++) {
                att_bitset_put(slots->served + (size_t)i * slots->words, slot,
                               may_take_lane(core, lane, core->agents[i]));
        }
}

static void give_slot(struct att_core *core, const struct lane *lane)
{
        core->slots.items[lane->slot] = (struct slot){0};
        att_bitset_remove(waiting_row(&core->slots, lane->channel), lane->slot);
}

/* ---- Phases ---- */

static const struct contact *contact_of(const struct att_keyheap_node *node)
{
        const struct waiting *waiting = ATT_CONTAINER_OF_CONST(node, struct waiting, in_phase);
        return ATT_CONTAINER_OF_CONST(waiting, struct contact, waiting);
}

struct contact *waiting_contact(struct att_keyheap_node *in_phase)
{
        struct waiting *waiting = ATT_CONTAINER_OF(in_phase, struct waiting, in_phase);
        return ATT_CONTAINER_OF(waiting, struct contact, waiting);
}

static bool is_earlier(const struct contact *a, const struct contact *b)
{
        if (a->waiting.start_ms != b->waiting.start_ms) {
                return a->waiting.start_ms < b->waiting.start_ms;
        }
        if (a->arrival != b->arrival) {
                return a->arrival < b->arrival;
        }
        return att_text_compare(contact_id(a), contact_id(b)) < 0;
}

/* Of two in the same phase of one queue, not starved. */
static bool precedes(const struct contact *a, const struct contact *b)
{
        if (a->waiting.key != b->waiting.key) {
                return a->waiting.key > b->waiting.key;
        }
        if (a->put_back != b->put_back) {
                return a->put_back;
        }
        return is_earlier(a, b);
}

static bool goes_first(const struct att_keyheap_node *a, const struct att_keyheap_node *b)
{
        return precedes(contact_of(a), contact_of(b));
}

/* Of starved ones the longest waited; equal waits are compared in full when they are looked at. */
static bool waited_longer(const struct att_keyheap_node *a, const struct att_keyheap_node *b)
{
        return is_earlier(contact_of(a), contact_of(b));
}

/* ---- What lies in a heap ---- */

__extension__ typedef unsigned __int128 wide_word;

#define SIGN_OF_WIDE ((wide_word)1 << 127)

/* The largest key first: as a word that is the smallest. */
static struct att_keyheap_key heap_key(const struct waiting *waiting, uint64_t arrival)
{
        if (waiting->phase == PHASE_STARVED) {
                return (struct att_keyheap_key){att_keyheap_word(waiting->start_ms), arrival};
        }
        wide_word word = ~((wide_word)waiting->key ^ SIGN_OF_WIDE);
        return (struct att_keyheap_key){(uint64_t)(word >> 64), (uint64_t)word};
}

wide_int waiting_key(const struct att_keyheap_entry *entry)
{
        wide_word word = (wide_word)entry->key.high << 64 | entry->key.low;
        return (wide_int)(~word ^ SIGN_OF_WIDE);
}

int64_t waiting_start_ms(const struct att_keyheap_entry *entry)
{
        return (int64_t)att_keyheap_word((int64_t)entry->key.high);
}

static uint64_t heap_extra(const struct contact *contact)
{
        return (uint64_t)contact->value_ppm << 32 | (uint32_t)contact->emotion_ppm;
}

static int64_t divide_up(wide_int amount, int64_t by)
{
        wide_int quotient = (amount + by - 1) / by;
        return quotient > ATT_DURATION_MS_MAX ? ATT_DURATION_MS_MAX : (int64_t)quotient;
}

/* How long a contact must have waited for its urgency to reach the cap; the duration's limit if
 * never. `need` is what it lacks, in units of urgency; > 0. */
static int64_t waited_at_cap(const struct att_policy *policy, int64_t urgent_after_ms,
                             wide_int need)
{
        wide_int at_knee = (wide_int)policy->slope_milli_per_hour * urgent_after_ms;
        if (policy->slope_milli_per_hour > 0 && at_knee >= need) {
                return divide_up(need, policy->slope_milli_per_hour);
        }
        if (policy->urgent_slope_milli_per_hour <= 0) {
                return ATT_DURATION_MS_MAX;
        }
        return urgent_after_ms + divide_up(need - at_knee, policy->urgent_slope_milli_per_hour);
}

struct stance {
        enum phase phase;
        wide_int key;
        int64_t start_ms;
        int64_t ends_ms; /* INT64_MAX: it stays in its phase. */
};

/* The phase, the key in it and when it ends, out of points and waits. */
static struct stance find_stance(const struct att_core *core, const struct contact *contact)
{
        const struct att_policy *policy = contact_policy(core, contact);
        int64_t urgent_after_ms = core->config->queues[contact->queue].urgent_after_ms;
        wide_int points = (wide_int)urgency_points_milli(core, contact) * URGENCY_SCALE;
        wide_int cap = (wide_int)policy->cap_milli * URGENCY_SCALE;
        int64_t start_ms = contact->waiting_since_ms - contact->waited_before_ms;
        int64_t waited_ms = core->now_ms - start_ms;
        int64_t cap_ms = points >= cap ? 0 : waited_at_cap(policy, urgent_after_ms, cap - points);
        int64_t ends_ms = ATT_DURATION_MS_MAX;
        wide_int slope = policy->slope_milli_per_hour;
        wide_int urgent_slope = policy->urgent_slope_milli_per_hour;

        struct stance stance = {.start_ms = start_ms, .ends_ms = INT64_MAX};
        if (policy->starve_after_ms >= 0 && waited_ms >= policy->starve_after_ms) {
                stance.phase = PHASE_STARVED;
                return stance;
        }
        if (waited_ms >= cap_ms) {
                stance.phase = PHASE_FLAT;
                stance.key = points >= cap ? points : cap;
        } else if (waited_ms < urgent_after_ms) {
                stance.phase = PHASE_RISING;
                stance.key = points - slope * start_ms;
                ends_ms = att_min_i64(cap_ms, urgent_after_ms);
        } else {
                stance.phase = PHASE_URGENT;
                stance.key = points + slope * urgent_after_ms -
                             urgent_slope * ((wide_int)start_ms + urgent_after_ms);
                ends_ms = cap_ms;
        }
        if (policy->starve_after_ms >= 0) {
                ends_ms = att_min_i64(ends_ms, policy->starve_after_ms);
        }
        if (ends_ms != ATT_DURATION_MS_MAX) {
                stance.ends_ms = start_ms + ends_ms;
        }
        return stance;
}

/* ---- Groups ---- */

static uint16_t delays_reached(const struct att_core *core, const struct contact *contact)
{
        const struct queue_state *state = &core->queues[contact->queue];
        uint16_t reached = 0;
        while (reached < state->delay_count &&
               contact_in_queue_ms(core, contact) >= state->delays_ms[reached]) {
                reached++;
        }
        return reached;
}

static bool is_its_lane(const struct att_core *core, const struct lane *lane,
                        const struct contact *contact)
{
        return lane->signature == contact->signature && lane->channel == contact->channel &&
               lane->no_bots == contact->no_bots &&
               lane->delays_reached == delays_reached(core, contact);
}

static struct lane *get_lane(struct att_core *core, const struct contact *contact)
{
        struct signature *signature = contact->signature;
        ATT_LIST_FOREACH(lane, &signature->lanes, struct lane, in_signature)
        {
                if (is_its_lane(core, lane, contact)) {
                        return lane;
                }
        }
        struct lane *lane = att_alloc(sizeof(*lane));
        lane->signature = signature;
        lane->channel = contact->channel;
        lane->delays_reached = delays_reached(core, contact);
        lane->no_bots = contact->no_bots;
        att_list_init(&lane->in_signature);
        att_list_add_tail(&signature->lanes, &lane->in_signature);
        take_slot(core, lane);
        return lane;
}

static void free_lane(struct att_core *core, struct lane *lane)
{
        /* Only a reload takes away what is in use. */
        ATT_CHECK(lane->count == 0 || lane->signature->references > 0);
        give_slot(core, lane);
        att_list_remove(&lane->in_signature);
        for (uint32_t i = 0; i < lane->group_count; i++) {
                for (int phase = 0; phase < PHASE_COUNT; phase++) {
                        att_keyheap_deinit(&lane->groups[i].phases[phase]);
                }
        }
        free(lane);
}

void waiting_free_lanes(struct att_core *core, struct signature *signature)
{
        ATT_LIST_FOREACH(lane, &signature->lanes, struct lane, in_signature)
        {
                free_lane(core, lane);
        }
}

/* 0, and equal parts of what is above. */
static uint32_t class_of_emotion(int64_t emotion_ppm)
{
        int64_t part = emotion_ppm * (EMOTION_CLASSES - 1) / ATT_PPM;
        return emotion_ppm == 0 ? 0 : (uint32_t)(1 + att_min_i64(part, EMOTION_CLASSES - 2));
}

static uint32_t class_of_value(int64_t value_ppm)
{
        return (uint32_t)att_min_i64(value_ppm * VALUE_CLASSES / ATT_PPM, VALUE_CLASSES - 1);
}

/* Contacts whose fit counts are told apart as far as it depends on them. */
static uint32_t class_of(const struct att_policy *policy, const struct contact *contact)
{
        uint32_t value = 0;
        uint32_t emotion = 0;
        if (policy->fit_points_milli != 0 && policy->fit_milli[ATT_FIT_SKILL] != 0) {
                value = class_of_value(contact->value_ppm);
        }
        if (policy->fit_points_milli != 0 && policy->fit_milli[ATT_FIT_RAPPORT] != 0) {
                emotion = class_of_emotion(contact->emotion_ppm);
        }
        return value * EMOTION_CLASSES + emotion;
}

static struct group *get_group(struct lane *lane, uint32_t class)
{
        if (!lane->by_class[class]) {
                struct group *group = &lane->groups[lane->group_count++];
                group->lane = lane;
                for (int i = 0; i < PHASE_COUNT; i++) {
                        att_keyheap_init(&group->phases[i],
                                         i == PHASE_STARVED ? waited_longer : goes_first);
                }
                init_front(&group->front);
                lane->by_class[class] = group;
        }
        return lane->by_class[class];
}

/* ---- Fronts ---- */

static void widen_front(struct front *front, const struct contact *contact)
{
        bool is_first = front->phases == 0;
        int32_t value_ppm = contact->value_ppm;
        int32_t emotion_ppm = contact->emotion_ppm;
        if (is_first || value_ppm < front->value_min_ppm) {
                front->value_min_ppm = value_ppm;
        }
        if (is_first || value_ppm > front->value_max_ppm) {
                front->value_max_ppm = value_ppm;
        }
        if (is_first || emotion_ppm < front->emotion_min_ppm) {
                front->emotion_min_ppm = emotion_ppm;
        }
}

static void lower_front(struct front *front, enum phase phase)
{
        front->phases &= ~(1u << phase);
        if (phase == PHASE_STARVED) {
                front->start_ms = INT64_MAX;
        } else {
                front->keys[phase] = FRONT_NONE;
        }
}

static void init_front(struct front *front)
{
        for (int phase = 0; phase < PHASE_COUNT; phase++) {
                lower_front(front, (enum phase)phase);
        }
}

static void raise_front(struct front *front, enum phase phase, int64_t coarse_key, int64_t start_ms)
{
        front->phases |= 1u << phase;
        if (phase == PHASE_STARVED) {
                front->start_ms = att_min_i64(front->start_ms, start_ms);
        } else {
                front->keys[phase] = att_max_i64(front->keys[phase], coarse_key);
        }
}

static void add_to_front(struct front *front, const struct contact *contact)
{
        const struct waiting *waiting = &contact->waiting;
        widen_front(front, contact);
        raise_front(front, waiting->phase, waiting_coarse(waiting->key), waiting->start_ms);
}

/* After a contact left: who stands first in its phase now. */
static void renew_group_front(struct group *group, enum phase phase)
{
        struct front *front = &group->front;
        const struct att_keyheap_entry *first = att_keyheap_first(&group->phases[phase]);
        lower_front(front, phase);
        if (first && phase == PHASE_STARVED) {
                raise_front(front, phase, 0, waiting_start_ms(first));
        } else if (first) {
                raise_front(front, phase, waiting_coarse(waiting_key(first)), 0);
        }
}

static void renew_lane_front(struct front *front, const struct lane *lane, enum phase phase)
{
        lower_front(front, phase);
        for (uint32_t i = 0; i < lane->group_count; i++) {
                const struct front *its = &lane->groups[i].front;
                if (its->phases & (1u << phase)) {
                        int64_t key = phase == PHASE_STARVED ? 0 : its->keys[phase];
                        raise_front(front, phase, key, its->start_ms);
                }
        }
}

/* ---- Where a contact belongs ---- */

static bool belongs_apart(const struct att_core *core, const struct contact *contact)
{
        return contact_policy(core, contact)->batch_ms > 0 ||
               contact->waited_before_ms > ATT_WAITED_MS_MAX / 2;
}

/* Whether an agent who knows the customer may be worth an earlier place. */
static bool counts_continuity(const struct att_policy *policy)
{
        return policy->fit_points_milli != 0 && policy->fit_milli[ATT_FIT_CONTINUITY] != 0;
}

void waiting_init(struct contact *contact)
{
        att_list_init(&contact->waiting.in_known);
}

/* Who talks with the customer, or did last, where that counts for the contact's place. */
static struct agent *who_knows(const struct att_core *core, const struct contact *contact)
{
        return contact->customer && counts_continuity(contact_policy(core, contact))
                       ? customer_known_to(contact->customer)
                       : NULL;
}

static void relate(const struct att_core *core, struct contact *contact)
{
        struct waiting *waiting = &contact->waiting;
        struct agent *known = who_knows(core, contact);
        struct extras *extras = contact->extras;
        if (extras && extras->named) {
                att_list_add_tail(&extras->named->named_by, &extras->in_named);
        }
        if (extras && extras->preferred) {
                att_list_add_tail(&extras->preferred->preferred_by, &extras->in_preferred);
        }
        if (known) {
                att_list_add_tail(&known->known_by, &waiting->in_known);
        }
}

static void enter_lane(struct att_core *core, struct contact *contact)
{
        struct waiting *waiting = &contact->waiting;
        struct lane *lane = get_lane(core, contact);
        struct slot *slot = &core->slots.items[lane->slot];
        struct group *group = get_group(lane, class_of(slot->policy, contact));
        waiting->group = group;
        att_keyheap_add(&group->phases[waiting->phase], &waiting->in_phase,
                        heap_key(waiting, contact->arrival), heap_extra(contact));
        add_to_front(&group->front, contact);
        add_to_front(&slot->front, contact);
        if (lane->count++ == 0) {
                att_bitset_add(waiting_row(&core->slots, lane->channel), lane->slot);
        }
}

static void leave_lane(struct att_core *core, struct contact *contact)
{
        struct waiting *waiting = &contact->waiting;
        struct group *group = waiting->group;
        struct lane *lane = group->lane;
        struct front *front = &core->slots.items[lane->slot].front;
        att_keyheap_remove(&group->phases[waiting->phase], &waiting->in_phase);
        waiting->group = NULL;
        renew_group_front(group, waiting->phase);
        bool was_first = waiting->phase == PHASE_STARVED
                                 ? waiting->start_ms <= front->start_ms
                                 : waiting_coarse(waiting->key) >= front->keys[waiting->phase];
        if (was_first) {
                renew_lane_front(front, lane, waiting->phase);
        }
        if (--lane->count == 0) {
                att_bitset_remove(waiting_row(&core->slots, lane->channel), lane->slot);
        }
}

void waiting_leave_lane(struct att_core *core, struct contact *contact)
{
        if (contact->waiting.group) {
                leave_lane(core, contact);
        }
}

static void leave_rank(struct att_core *core, struct contact *contact)
{
        struct waiting *waiting = &contact->waiting;
        if (att_rank_has(&waiting->in_rank)) {
                att_rank_remove(&core->queues[contact->queue].ranks[waiting->phase],
                                &waiting->in_rank);
        }
}

static void unrelate(struct contact *contact)
{
        if (contact->extras) {
                att_list_remove(&contact->extras->in_named);
                att_list_remove(&contact->extras->in_preferred);
        }
        att_list_remove(&contact->waiting.in_known);
}

static bool is_apart(const struct contact *contact)
{
        return contact->extras && att_list_is_linked(&contact->extras->in_apart);
}

static void leave_apart(struct contact *contact)
{
        if (contact->extras) {
                att_list_remove(&contact->extras->in_apart);
        }
}

void waiting_remove(struct att_core *core, struct contact *contact)
{
        waiting_leave_lane(core, contact);
        leave_rank(core, contact);
        leave_apart(contact);
        unrelate(contact);
}

void waiting_forget(struct contact *contact)
{
        struct waiting *waiting = &contact->waiting;
        waiting->group = NULL;
        waiting->in_phase = (struct att_keyheap_node){0};
        waiting->in_rank = (struct att_rank_node){0};
        leave_apart(contact);
        unrelate(contact);
}

/* The order of a rank, as far as a word says it: the largest key first, or the earliest start. */
static uint64_t rank_key(const struct waiting *waiting)
{
        return waiting->phase == PHASE_STARVED ? att_keyheap_word(waiting->start_ms)
                                               : ~att_keyheap_word(waiting_coarse(waiting->key));
}

static void take_stance(struct waiting *waiting, const struct stance *stance)
{
        waiting->phase = stance->phase;
        waiting->key = stance->key;
        waiting->start_ms = stance->start_ms;
}

/* Into its place in the order. Nothing moves where it stands as before. */
static void stand(struct att_core *core, struct contact *contact, const struct stance *stance)
{
        struct waiting *waiting = &contact->waiting;
        if (att_rank_has(&waiting->in_rank) && waiting->phase == stance->phase &&
            waiting->key == stance->key && waiting->start_ms == stance->start_ms) {
                return;
        }
        waiting_leave_lane(core, contact);
        leave_rank(core, contact);
        take_stance(waiting, stance);
        att_rank_add(&core->queues[contact->queue].ranks[waiting->phase], &waiting->in_rank,
                     rank_key(waiting));
}

/* Whether a contact is where it belongs, stance as it does. */
static bool is_in_its_group(const struct att_core *core, const struct contact *contact)
{
        const struct waiting *waiting = &contact->waiting;
        const struct group *group = waiting->group;
        if (!group || !is_its_lane(core, group->lane, contact) ||
            group->lane->by_class[class_of(contact_policy(core, contact), contact)] != group) {
                return false;
        }
        const struct att_keyheap *heap = &group->phases[waiting->phase];
        return heap->entries[waiting->in_phase.place - 1].extra == heap_extra(contact);
}

int64_t waiting_expect(const struct att_core *core, struct contact *contact)
{
        struct stance stance = find_stance(core, contact);
        take_stance(&contact->waiting, &stance);
        return stance.ends_ms;
}

/* Where it is looked for when somebody becomes free. */
static void find_room(struct att_core *core, struct contact *contact)
{
        unrelate(contact);
        relate(core, contact);
        leave_apart(contact);
        if (is_for_named_alone(core, contact)) {
                waiting_leave_lane(core, contact); /* Nobody else may take it yet. */
        } else if (belongs_apart(core, contact)) {
                waiting_leave_lane(core, contact);
                att_list_add_tail(&core->apart, &contact_get_extras(core, contact)->in_apart);
        } else if (!is_in_its_group(core, contact)) {
                waiting_leave_lane(core, contact);
                enter_lane(core, contact);
        }
}

int64_t waiting_refresh(struct att_core *core, struct contact *contact)
{
        if (contact->state != ATT_CONTACT_QUEUED) {
                waiting_remove(core, contact);
                return INT64_MAX;
        }
        struct stance stance = find_stance(core, contact);
        stand(core, contact, &stance);
        find_room(core, contact);
        return stance.ends_ms;
}

/* As a rule they come in their order. */
static void rank_last(struct queue_state *queue, struct waiting *waiting)
{
        struct att_rank *rank = &queue->ranks[waiting->phase];
        uint64_t key = rank_key(waiting);
        if (att_rank_is_last(rank, &waiting->in_rank, key)) {
                att_rank_append(rank, &waiting->in_rank, key);
        } else {
                queue->is_any_unranked = true;
        }
}

int64_t waiting_resume(struct att_core *core, struct contact *contact)
{
        int64_t ends_ms = waiting_expect(core, contact);
        rank_last(&core->queues[contact->queue], &contact->waiting);
        find_room(core, contact);
        return ends_ms;
}

void waiting_rank_rest(struct queue_state *queue)
{
        if (!queue->is_any_unranked) {
                return;
        }
        queue->is_any_unranked = false;
        ATT_LIST_FOREACH(contact, &queue->waiting, struct contact, in_queue)
        {
                if (!att_rank_has(&contact->waiting.in_rank)) {
                        att_rank_add(&queue->ranks[contact->waiting.phase],
                                     &contact->waiting.in_rank, rank_key(&contact->waiting));
                }
        }
}

void waiting_refresh_customer(struct att_core *core, struct customer *customer)
{
        ATT_LIST_FOREACH(contact, &customer->contacts, struct contact, in_customer)
        {
                if (contact->state == ATT_CONTACT_QUEUED && contact->signature &&
                    !contact->entering) { /* Where it comes to it is placed anew. */
                        queue_arm_wake(core, contact);
                }
        }
}

bool waiting_is_right(const struct att_core *core, const struct contact *contact)
{
        const struct waiting *waiting = &contact->waiting;
        bool queued = contact->state == ATT_CONTACT_QUEUED;
        bool named_alone = queued && is_for_named_alone(core, contact);
        bool apart = queued && !named_alone && belongs_apart(core, contact);
        if (is_apart(contact) != apart ||
            (waiting->group != NULL) != (queued && !named_alone && !apart)) {
                return false;
        }
        if (att_rank_has(&waiting->in_rank) != queued) {
                return false;
        }
        if (!queued) {
                return true;
        }
        struct stance stance = find_stance(core, contact);
        if (stance.ends_ms <= core->now_ms || stance.phase != waiting->phase ||
            stance.key != waiting->key || stance.start_ms != waiting->start_ms ||
            att_list_is_linked(&waiting->in_known) != (who_knows(core, contact) != NULL)) {
                return false;
        }
        return !waiting->group || is_in_its_group(core, contact);
}

/* ---- How far from the front ---- */

static const struct contact *ranked_contact(const struct att_rank_node *node)
{
        const struct waiting *waiting = ATT_CONTAINER_OF_CONST(node, struct waiting, in_rank);
        return ATT_CONTAINER_OF_CONST(waiting, struct contact, waiting);
}

static bool ranks_before(const struct att_rank_node *a, const struct att_rank_node *b)
{
        return precedes(ranked_contact(a), ranked_contact(b));
}

static bool ranks_earlier(const struct att_rank_node *a, const struct att_rank_node *b)
{
        return is_earlier(ranked_contact(a), ranked_contact(b));
}

void waiting_init_queue(struct att_core *core, struct queue_state *queue)
{
        for (int i = 0; i < PHASE_COUNT; i++) {
                att_rank_init(&queue->ranks[i], &core->pool,
                              i == PHASE_STARVED ? ranks_earlier : ranks_before);
        }
}

void waiting_clear_queue(struct queue_state *queue)
{
        for (int i = 0; i < PHASE_COUNT; i++) {
                att_rank_clear(&queue->ranks[i]);
        }
}

struct standing { /* Whom the others are compared with. */
        const struct att_core *core;
        const struct contact *contact;
        wide_int urgency;
        uint64_t rank_key; /* Of one with that urgency, in the phase looked at. */
};

wide_int waiting_urgency(const struct att_policy *policy, enum phase phase, wide_int key,
                         int64_t now_ms)
{
        wide_int slope = phase == PHASE_RISING   ? policy->slope_milli_per_hour
                         : phase == PHASE_URGENT ? policy->urgent_slope_milli_per_hour
                                                 : 0;
        return key + slope * now_ms;
}

static wide_int urgency_now(const struct att_core *core, const struct contact *contact)
{
        return waiting_urgency(contact_policy(core, contact), contact->waiting.phase,
                               contact->waiting.key, core->now_ms);
}

static bool stands_before(uint64_t key, const struct att_rank_node *node, const void *context)
{
        const struct standing *standing = context;
        if (key != standing->rank_key) {
                return key < standing->rank_key;
        }
        const struct contact *other = ranked_contact(node);
        wide_int urgency = urgency_now(standing->core, other);
        if (urgency != standing->urgency) {
                return urgency > standing->urgency;
        }
        if (other->put_back != standing->contact->put_back) {
                return other->put_back;
        }
        return is_earlier(other, standing->contact);
}

static bool starved_before(uint64_t key, const struct att_rank_node *node, const void *context)
{
        const struct standing *standing = context;
        if (key != standing->rank_key) {
                return key < standing->rank_key;
        }
        return is_earlier(ranked_contact(node), standing->contact);
}

uint32_t waiting_before(const struct att_core *core, const struct contact *contact)
{
        const struct att_rank *ranks = core->queues[contact->queue].ranks;
        struct standing standing = {.core = core, .contact = contact};
        if (contact->waiting.phase == PHASE_STARVED) {
                standing.rank_key = rank_key(&contact->waiting);
                return att_rank_count_before(&ranks[PHASE_STARVED], starved_before, &standing);
        }
        const struct att_policy *policy = contact_policy(core, contact);
        standing.urgency = urgency_now(core, contact);
        uint32_t before = att_rank_count(&ranks[PHASE_STARVED]);
        for (int i = 0; i < PHASE_STARVED; i++) {
                wide_int risen = waiting_urgency(policy, (enum phase)i, 0, core->now_ms);
                const struct waiting alike = {.phase = (enum phase)i,
                                              .key = standing.urgency - risen};
                standing.rank_key = rank_key(&alike);
                before += att_rank_count_before(&ranks[i], stands_before, &standing);
        }
        return before;
}
