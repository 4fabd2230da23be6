/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/waiting.h"

#include <stdlib.h>

#include "lib/base/bitset.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"

/* Empty groups of a signature that are kept. */
#define IDLE_GROUPS_MAX 32

struct group_key {          /* No padding: compared as bytes. */
        uint64_t signature; /* Its number. */
        int64_t value_ppm;
        int64_t emotion_ppm;
        uint32_t channel;
        uint16_t delays_reached;
        uint16_t no_bots;
};

/* ---- Slots ---- */

void slots_deinit(struct slots *slots)
{
        free(slots->signatures);
        free(slots->waiting);
        free(slots->served);
        *slots = (struct slots){0};
}

static void resize(struct slots *slots, uint32_t words, uint32_t agents)
{
        uint64_t *served = att_alloc_array((size_t)agents * words, sizeof(uint64_t));
        for (uint32_t i = 0; i < agents; i++) {
                att_copy(served + (size_t)i * words, slots->served + (size_t)i * slots->words,
                         slots->words * sizeof(uint64_t));
        }
        free(slots->served);
        slots->served = served;
        uint64_t *waiting = att_alloc_array(words, sizeof(uint64_t));
        att_copy(waiting, slots->waiting, slots->words * sizeof(uint64_t));
        free(slots->waiting);
        slots->waiting = waiting;
        slots->signatures = att_realloc_array(slots->signatures, (size_t)words * 64,
                                              sizeof(struct signature *));
        slots->words = words;
}

void slots_reset(struct slots *slots, uint32_t agents)
{
        slots_deinit(slots);
        resize(slots, 4, agents);
}

static uint32_t find_free_slot(const struct slots *slots)
{
        for (uint32_t i = 0; i < slots->count; i++) {
                if (!slots->signatures[i]) {
                        return i;
                }
        }
        return slots->count;
}

void slots_add(struct att_core *core, struct signature *signature)
{
        struct slots *slots = &core->slots;
        signature->slot = find_free_slot(slots);
        if (signature->slot == slots->words * 64) {
                resize(slots, slots->words * 2, core->agent_count);
        }
        if (signature->slot == slots->count) {
                slots->count++;
        }
        slots->signatures[signature->slot] = signature;
        for (uint32_t i = 0; i < core->agent_count; i++) {
                att_bitset_put(slots->served + (size_t)i * slots->words, signature->slot,
                               att_bitset_has(signature->serves, i));
        }
}

void slots_remove(struct att_core *core, struct signature *signature)
{
        core->slots.signatures[signature->slot] = NULL;
        att_bitset_remove(core->slots.waiting, signature->slot);
}

/* ---- Phases ---- */

static const struct contact *contact_of(const struct att_heap_node *node)
{
        const struct waiting *waiting = ATT_CONTAINER_OF_CONST(node, struct waiting, in_phase);
        return ATT_CONTAINER_OF_CONST(waiting, struct contact, waiting);
}

static bool is_earlier(const struct contact *a, const struct contact *b)
{
        if (a->waiting.start_ms != b->waiting.start_ms) {
                return a->waiting.start_ms < b->waiting.start_ms;
        }
        if (a->arrival != b->arrival) {
                return a->arrival < b->arrival;
        }
        return att_text_compare(a->request.id, b->request.id) < 0;
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

static bool goes_first(const struct att_heap_node *a, const struct att_heap_node *b)
{
        return precedes(contact_of(a), contact_of(b));
}

/* Of starved ones the longest waited; equal waits are compared in full when they are looked at. */
static bool waited_longer(const struct att_heap_node *node_a, const struct att_heap_node *node_b)
{
        return is_earlier(contact_of(node_a), contact_of(node_b));
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

/* The phase, the key in it and when it ends, out of points and waits. */
static void find_phase(const struct att_core *core, struct contact *contact)
{
        struct waiting *waiting = &contact->waiting;
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

        waiting->start_ms = start_ms;
        if (policy->starve_after_ms >= 0 && waited_ms >= policy->starve_after_ms) {
                waiting->phase = PHASE_STARVED;
                waiting->key = 0;
                waiting->next_phase_ms = INT64_MAX;
                return;
        }
        if (waited_ms >= cap_ms) {
                waiting->phase = PHASE_FLAT;
                waiting->key = points >= cap ? points : cap;
        } else if (waited_ms < urgent_after_ms) {
                waiting->phase = PHASE_RISING;
                waiting->key = points - slope * start_ms;
                ends_ms = att_min_i64(cap_ms, urgent_after_ms);
        } else {
                waiting->phase = PHASE_URGENT;
                waiting->key = points + slope * urgent_after_ms -
                               urgent_slope * ((wide_int)start_ms + urgent_after_ms);
                ends_ms = cap_ms;
        }
        if (policy->starve_after_ms >= 0) {
                ends_ms = att_min_i64(ends_ms, policy->starve_after_ms);
        }
        waiting->next_phase_ms = ends_ms == ATT_DURATION_MS_MAX ? INT64_MAX : start_ms + ends_ms;
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

static struct group_key key_of(const struct att_core *core, const struct contact *contact)
{
        return (struct group_key){
                .signature = contact->signature->number,
                .value_ppm = contact->value_ppm,
                .emotion_ppm = contact->emotion_ppm,
                .channel = contact->channel,
                .delays_reached = delays_reached(core, contact),
                .no_bots = contact->no_bots,
        };
}

static struct att_text key_text(const struct group_key *key)
{
        return att_text_of((const char *)key, sizeof(*key));
}

static struct group *get_group(struct att_core *core, const struct contact *contact)
{
        struct group_key key = key_of(core, contact);
        struct att_map_node *node = att_map_find(&core->groups, key_text(&key));
        if (node) {
                return ATT_CONTAINER_OF(node, struct group, by_key);
        }
        struct group *group = att_alloc(sizeof(*group));
        group->key = att_alloc(sizeof(*group->key));
        *group->key = key;
        for (int i = 0; i < PHASE_COUNT; i++) {
                att_heap_init(&group->phases[i], i == PHASE_STARVED ? waited_longer : goes_first);
        }
        att_list_init(&group->in_signature);
        group->signature = contact->signature;
        att_list_add_tail(&group->signature->groups, &group->in_signature);
        group->signature->group_count++;
        att_map_add(&core->groups, &group->by_key, key_text(group->key));
        return group;
}

static void free_group(struct att_core *core, struct group *group)
{
        ATT_CHECK(group->count == 0);
        group->signature->group_count--;
        att_map_remove(&core->groups, &group->by_key);
        att_list_remove(&group->in_signature);
        for (int i = 0; i < PHASE_COUNT; i++) {
                att_heap_deinit(&group->phases[i]);
        }
        free(group->key);
        free(group);
}

void waiting_free_groups(struct att_core *core, struct signature *signature)
{
        ATT_LIST_FOREACH(group, &signature->groups, struct group, in_signature)
        {
                free_group(core, group);
        }
}

/* ---- Where a contact belongs ---- */

static bool is_held_for_preferred(const struct att_core *core, const struct contact *contact)
{
        return contact->preferred && contact_in_queue_ms(core, contact) <
                                             contact_policy(core, contact)->hold_for_preferred_ms;
}

static bool has_other_contacts(const struct contact *contact)
{
        return contact->customer &&
               contact->customer->contacts.next != contact->customer->contacts.prev;
}

static bool is_cooling_at_all(const struct att_core *core, const struct contact *contact)
{
        for (uint32_t i = 0; i < contact->cooldown_count; i++) {
                if (contact->cooldowns[i].until_ms > core->now_ms) {
                        return true;
                }
        }
        return false;
}

static bool belongs_apart(const struct att_core *core, const struct contact *contact)
{
        return contact->excluded_count > 0 || is_cooling_at_all(core, contact) ||
               is_held_for_preferred(core, contact) || has_other_contacts(contact) ||
               contact_policy(core, contact)->batch_ms > 0 ||
               contact->waited_before_ms > ATT_WAITED_MS_MAX / 2;
}

static void relate(struct contact *contact, int which, struct agent *agent)
{
        if (agent) {
                att_list_add_tail(&agent->related, &contact->waiting.relations[which].in_agent);
        }
}

void waiting_init(struct contact *contact)
{
        att_list_init(&contact->waiting.in_apart);
        for (int i = 0; i < RELATIONS; i++) {
                contact->waiting.relations[i].contact = contact;
                att_list_init(&contact->waiting.relations[i].in_agent);
        }
}

/* An empty group is kept for the next contact of its kind, unless there are many. */
static void leave_group(struct att_core *core, struct group *group)
{
        struct signature *signature = group->signature;
        if (--signature->waiting == 0) {
                att_bitset_remove(core->slots.waiting, signature->slot);
        }
        if (--group->count == 0 && signature->group_count > IDLE_GROUPS_MAX) {
                free_group(core, group);
        }
}

static void enter_group(struct att_core *core, struct contact *contact)
{
        struct waiting *waiting = &contact->waiting;
        waiting->group = get_group(core, contact);
        waiting->group->count++;
        att_heap_add(&waiting->group->phases[waiting->phase], &waiting->in_phase);
        if (contact->signature->waiting++ == 0) {
                att_bitset_add(core->slots.waiting, contact->signature->slot);
        }
}

void waiting_remove(struct att_core *core, struct contact *contact)
{
        struct waiting *waiting = &contact->waiting;
        struct group *group = waiting->group;
        if (group) {
                att_heap_remove(&group->phases[waiting->phase], &waiting->in_phase);
                waiting->group = NULL;
                leave_group(core, group);
        }
        if (att_rank_has(&waiting->in_rank)) {
                att_rank_remove(&core->queues[contact->queue].ranks[waiting->phase],
                                &waiting->in_rank);
        }
        att_list_remove(&waiting->in_apart);
        for (int i = 0; i < RELATIONS; i++) {
                att_list_remove(&waiting->relations[i].in_agent);
        }
}

void waiting_refresh(struct att_core *core, struct contact *contact)
{
        struct waiting *waiting = &contact->waiting;
        waiting_remove(core, contact);
        waiting->next_phase_ms = INT64_MAX;
        if (contact->state != ATT_CONTACT_QUEUED) {
                return;
        }
        find_phase(core, contact);
        att_rank_add(&core->queues[contact->queue].ranks[waiting->phase], &waiting->in_rank);
        relate(contact, 0, contact->named);
        if (is_for_named_alone(core, contact)) {
                return; /* Nobody else may take it yet. */
        }
        if (belongs_apart(core, contact)) {
                att_list_add_tail(&core->apart, &waiting->in_apart);
                return;
        }
        relate(contact, 1, contact->preferred);
        relate(contact, 2, contact->customer ? contact->customer->last_agent : NULL);
        enter_group(core, contact);
}

void waiting_refresh_customer(struct att_core *core, struct customer *customer)
{
        ATT_LIST_FOREACH(contact, &customer->contacts, struct contact, in_customer)
        {
                if (contact->state == ATT_CONTACT_QUEUED && contact->signature) {
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
        if (att_list_is_linked(&waiting->in_apart) != apart ||
            (waiting->group != NULL) != (queued && !named_alone && !apart)) {
                return false;
        }
        if (att_rank_has(&waiting->in_rank) != queued) {
                return false;
        }
        if (!queued) {
                return true;
        }
        struct contact copy = *contact;
        find_phase(core, &copy);
        if (copy.waiting.phase != waiting->phase || copy.waiting.key != waiting->key ||
            waiting->next_phase_ms <= core->now_ms) {
                return false;
        }
        if (!waiting->group) {
                return true;
        }
        struct group_key key = key_of(core, contact);
        return att_text_equals(key_text(&key), key_text(waiting->group->key));
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

void waiting_init_queue(struct queue_state *queue)
{
        for (int i = 0; i < PHASE_COUNT; i++) {
                att_rank_init(&queue->ranks[i], i == PHASE_STARVED ? ranks_earlier : ranks_before);
        }
}

struct standing { /* Whom the others are compared with. */
        const struct att_core *core;
        const struct contact *contact;
        wide_int urgency;
};

/* Urgency out of the key: the slope of the phase times the time. */
static wide_int urgency_now(const struct att_core *core, const struct contact *contact)
{
        const struct att_policy *policy = contact_policy(core, contact);
        const struct waiting *waiting = &contact->waiting;
        wide_int slope = waiting->phase == PHASE_RISING   ? policy->slope_milli_per_hour
                         : waiting->phase == PHASE_URGENT ? policy->urgent_slope_milli_per_hour
                                                          : 0;
        return waiting->key + slope * core->now_ms;
}

static bool stands_before(const struct att_rank_node *node, const void *context)
{
        const struct standing *standing = context;
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

static bool starved_before(const struct att_rank_node *node, const void *context)
{
        const struct standing *standing = context;
        return is_earlier(ranked_contact(node), standing->contact);
}

uint32_t waiting_before(const struct att_core *core, const struct contact *contact)
{
        const struct att_rank *ranks = core->queues[contact->queue].ranks;
        struct standing standing = {.core = core, .contact = contact};
        if (contact->waiting.phase == PHASE_STARVED) {
                return att_rank_count_before(&ranks[PHASE_STARVED], starved_before, &standing);
        }
        standing.urgency = urgency_now(core, contact);
        uint32_t before = att_rank_count(&ranks[PHASE_STARVED]);
        for (int i = 0; i < PHASE_STARVED; i++) {
                before += att_rank_count_before(&ranks[i], stands_before, &standing);
        }
        return before;
}

/* ---- An agent looks ---- */

struct looking {
        struct att_core *core;
        struct agent *agent;
        uint32_t channel;
        uint32_t wanted;
        uint32_t count;
        struct place places[ATT_JOINT_MAX + 1]; /* The best so far, in order. */
        struct contact **contacts;
};

/* Whether it would be among the first; it is kept then. */
static bool keep(struct looking *looking, struct contact *contact, const struct place *place)
{
        uint32_t at = looking->count;
        while (at > 0 && place_compare(place, &looking->places[at - 1], NULL) < 0) {
                at--;
        }
        if (at == looking->wanted) {
                return false;
        }
        if (looking->count < looking->wanted) {
                looking->count++;
        }
        for (uint32_t i = looking->count - 1; i > at; i--) {
                looking->places[i] = looking->places[i - 1];
                looking->contacts[i] = looking->contacts[i - 1];
        }
        looking->places[at] = *place;
        looking->contacts[at] = contact;
        return true;
}

static bool has_seen(const struct looking *looking, const struct contact *contact)
{
        for (uint32_t i = 0; i < looking->count; i++) {
                if (looking->contacts[i] == contact) {
                        return true;
                }
        }
        return false;
}

/* One whose own affairs decide. */
static void look_at_one(struct looking *looking, struct contact *contact)
{
        if (contact->channel == looking->channel &&
            exclusion_now(looking->core, contact, looking->agent) == ATT_EXCLUSION_NONE &&
            !has_seen(looking, contact) && !match_is_held_back(looking->core, contact)) {
                struct place place = place_of(looking->core, contact, looking->agent);
                (void)keep(looking, contact, &place);
        }
}

/* Whether it would be among the first even with the best fit there is: no need to look closer if
 * not. */
static bool may_be_kept(const struct looking *looking, const struct contact *contact)
{
        if (looking->count < looking->wanted || contact->waiting.phase == PHASE_STARVED) {
                return true;
        }
        const struct att_core *core = looking->core;
        const struct place *last = &looking->places[looking->count - 1];
        uint32_t rank = profile_rank(core, contact, looking->agent);
        if (contact->named == looking->agent || last->named || last->starved ||
            rank != last->rank) {
                return true;
        }
        wide_int most = urgency_now(core, contact) +
                        (wide_int)contact_policy(core, contact)->fit_points_milli * URGENCY_SCALE;
        return most >= last->urgency;
}

/* Goes down a heap as long as it finds contacts that are among the first. Starved contacts with
 * equal waits may stand in any order there. */
static void look_at_heap(struct looking *looking, const struct att_heap *heap, uint32_t node,
                         const struct contact *parent, bool parent_kept)
{
        if (node > heap->count) {
                return;
        }
        struct waiting *waiting = ATT_CONTAINER_OF(heap->nodes[node], struct waiting, in_phase);
        struct contact *contact = ATT_CONTAINER_OF(waiting, struct contact, waiting);
        if (!parent_kept &&
            (waiting->phase != PHASE_STARVED || waiting->start_ms != parent->waiting.start_ms)) {
                return;
        }
        bool kept = has_seen(looking, contact);
        if (!kept && may_be_kept(looking, contact)) {
                struct place place = place_of(looking->core, contact, looking->agent);
                kept = keep(looking, contact, &place);
        }
        look_at_heap(looking, heap, 2 * node, contact, kept);
        look_at_heap(looking, heap, 2 * node + 1, contact, kept);
}

static bool can_take_group(const struct looking *looking, uint32_t queue, const struct group *group)
{
        const struct att_core *core = looking->core;
        const struct agent *agent = looking->agent;
        const struct group_key *key = group->key;
        if (group->count == 0 || key->channel != looking->channel ||
            (key->no_bots && agent_is_bot(agent))) {
                return false;
        }
        int64_t delay_ms = profile_delay_ms(core, agent, queue);
        return delay_ms == 0 ||
               (key->delays_reached > 0 &&
                core->queues[queue].delays_ms[key->delays_reached - 1] >= delay_ms);
}

static void look_at_signature(struct looking *looking, const struct signature *signature)
{
        ATT_LIST_FOREACH(group, &signature->groups, struct group, in_signature)
        {
                if (!can_take_group(looking, signature->queue, group)) {
                        continue;
                }
                for (int i = 0; i < PHASE_COUNT; i++) {
                        look_at_heap(looking, &group->phases[i], 1, NULL, true);
                }
        }
}

uint32_t waiting_first(struct att_core *core, struct agent *agent, uint32_t channel,
                       uint32_t wanted, struct contact **ret_contacts)
{
        ATT_CHECK(wanted <= ATT_JOINT_MAX + 1);
        struct looking looking = {
                .core = core,
                .agent = agent,
                .channel = channel,
                .wanted = wanted,
                .contacts = ret_contacts,
        };
        ATT_LIST_FOREACH(relation, &agent->related, struct relation, in_agent)
        {
                look_at_one(&looking, relation->contact);
        }
        ATT_LIST_FOREACH(waiting, &core->apart, struct waiting, in_apart)
        {
                look_at_one(&looking, ATT_CONTAINER_OF(waiting, struct contact, waiting));
        }
        const uint64_t *served = core->slots.served + (size_t)agent->index * core->slots.words;
        for (uint32_t word = 0; word < core->slots.words; word++) {
                uint64_t slots = served[word] & core->slots.waiting[word];
                for (; slots != 0; slots &= slots - 1) {
                        uint32_t slot = word * 64 + (uint32_t)__builtin_ctzll(slots);
                        look_at_signature(&looking, core->slots.signatures[slot]);
                }
        }
        return looking.count;
}
