/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/choose.h"

#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"

/* What is asked of the agent once, not once a lane or contact. */
struct choosing {
        struct att_core *core;
        struct agent *agent;
        const struct hot *hot;
        uint32_t channel;
        const struct att_profile_entry *profile; /* By queue; NULL: every queue, all rank 1. */
        int64_t able_ppm;
        int64_t rest_ppm;
        int64_t load_ppm;

        uint32_t wanted;
        uint32_t count;
        struct place *places; /* The best so far, in order. */
        struct contact **contacts;
};

/* Where something could stand with the agent at the most. */
struct bound {
        int64_t start_ms; /* Of a starved contact; INT64_MAX: nobody has starved. */
        uint32_t rank;
        int64_t urgency; /* Coarse, rounded up; fit points included. */
};

static int64_t coarse_points(int64_t points_milli)
{
        return waiting_coarse((wide_int)points_milli * URGENCY_SCALE);
}

static uint32_t rank_of(const struct choosing *choosing, uint32_t queue)
{
        return choosing->profile ? choosing->profile[queue].rank : 1;
}

/* ---- What was found so far ---- */

static bool is_full(const struct choosing *choosing)
{
        return choosing->count == choosing->wanted;
}

static bool could_be_kept(const struct choosing *choosing, const struct bound *bound)
{
        if (!is_full(choosing)) {
                return true;
        }
        const struct place *last = &choosing->places[choosing->count - 1];
        if (last->named) {
                return false;
        }
        if (bound->start_ms != INT64_MAX) {
                return !last->starved ||
                       choosing->core->now_ms - bound->start_ms >= last->waited_ms;
        }
        if (last->starved) {
                return false;
        }
        return bound->rank < last->rank ||
               (bound->rank == last->rank && bound->urgency >= last->urgency >> FRONT_BITS);
}

static void keep(struct choosing *choosing, struct contact *contact, const struct place *place)
{
        uint32_t at = choosing->count;
        while (at > 0 && place_compare(place, &choosing->places[at - 1], NULL) < 0) {
                at--;
        }
        if (at == choosing->wanted) {
                return;
        }
        if (!is_full(choosing)) {
                choosing->count++;
        }
        for (uint32_t i = choosing->count - 1; i > at; i--) {
                choosing->places[i] = choosing->places[i - 1];
                choosing->contacts[i] = choosing->contacts[i - 1];
        }
        choosing->places[at] = *place;
        choosing->contacts[at] = contact;
}

static bool has_seen(const struct choosing *choosing, const struct contact *contact)
{
        for (uint32_t i = 0; i < choosing->count; i++) {
                if (choosing->contacts[i] == contact) {
                        return true;
                }
        }
        return false;
}

/* ---- One whose own affairs decide ---- */

static bool could_matter(const struct choosing *choosing, const struct contact *contact)
{
        if (contact_extras(contact)->named == choosing->agent ||
            contact->waiting.phase == PHASE_STARVED) {
                return true;
        }
        const struct att_core *core = choosing->core;
        const struct att_policy *policy = contact_policy(core, contact);
        const struct bound bound = {
                .start_ms = INT64_MAX,
                .rank = profile_rank(core, contact, choosing->agent),
                .urgency = waiting_coarse(waiting_urgency(policy, contact->waiting.phase,
                                                          contact->waiting.key, core->now_ms)) +
                           coarse_points(policy->fit_points_milli),
        };
        return could_be_kept(choosing, &bound);
}

static void look_at_one(struct choosing *choosing, struct contact *contact)
{
        if (contact->channel == choosing->channel && contact->dirty == 0 &&
            could_matter(choosing, contact) && !has_seen(choosing, contact) &&
            exclusion_now(choosing->core, contact, choosing->agent) == ATT_EXCLUSION_NONE &&
            !match_is_held_back(choosing->core, contact)) {
                struct place place = place_of(choosing->core, contact, choosing->agent);
                keep(choosing, contact, &place);
        }
}

/* Contacts of a batching window. Each that could be paired opens its window. */
static void look_apart(struct choosing *choosing)
{
        ATT_LIST_FOREACH(extras, &choosing->core->apart, struct extras, in_apart)
        {
                struct contact *contact = extras->contact;
                if (contact->channel == choosing->channel && contact->dirty == 0 &&
                    exclusion_now(choosing->core, contact, choosing->agent) == ATT_EXCLUSION_NONE &&
                    !match_is_held_back(choosing->core, contact)) {
                        look_at_one(choosing, contact);
                }
        }
}

/* ---- Lanes ---- */

/* What the agent is for all contacts of a lane. */
struct lane_terms {
        const struct att_policy *policy;
        const struct policy_state *state;
        uint32_t rank;
        int64_t match_ppm;
        int64_t weight_sum;
        int64_t fixed; /* Weighted: outcome, rest and load. */
};

/* s of the skill term out of the agent's levels: all of them lie side by side, the signature's rows
 * do not. */
static int64_t find_match(const struct agent *agent, const struct slot *slot)
{
        if (slot->want_count > SLOT_WANTS) {
                return slot->match_ppm[agent->index];
        }
        int64_t sum = 0;
        for (uint32_t i = 0; i < slot->want_count; i++) {
                sum += (int64_t)slot->wants[i].weight_milli *
                       agent->def->levels[slot->wants[i].skill];
        }
        return slot->want_count == 0 ? ATT_PPM
                                     : sum * (ATT_PPM / ATT_LEVEL_MAX) / slot->want_weight_milli;
}

static struct lane_terms find_terms(const struct choosing *choosing, const struct slot *slot)
{
        const struct att_core *core = choosing->core;
        struct lane_terms terms = {
                .policy = slot->policy,
                .state = &core->policies[slot->policy_index],
                .rank = rank_of(choosing, slot->queue),
                .weight_sum = slot->weight_sum,
        };
        if (slot->policy->fit_points_milli == 0) {
                return terms;
        }
        const uint32_t *weights = slot->policy->fit_milli;
        int64_t outcome = choosing->hot->records & slot->record_bit
                                  ? fit_outcome_of(core, slot->queue, choosing->agent)
                                  : core->expected_ppm[slot->queue];
        terms.match_ppm = find_match(choosing->agent, slot);
        terms.fixed = weights[ATT_FIT_OUTCOME] * outcome +
                      weights[ATT_FIT_REST] * choosing->rest_ppm +
                      weights[ATT_FIT_LOAD] * choosing->load_ppm;
        return terms;
}

static int64_t points_of_sum(const struct lane_terms *terms, int64_t sum)
{
        int64_t fit = terms->weight_sum == 0 ? 0 : sum / terms->weight_sum;
        return terms->policy->fit_points_milli * fit / ATT_PPM;
}

/* Fit points at the most, in thousandths, for all values and emotions of a front: fit goes one way
 * with the value and falls with emotion. */
static int64_t points_at_most(const struct choosing *choosing, const struct lane_terms *terms,
                              const struct front *front)
{
        if (terms->policy->fit_points_milli == 0) {
                return 0;
        }
        const uint32_t *weights = terms->policy->fit_milli;
        int64_t price = choosing->hot->price_ppm;
        int64_t skill = att_max_i64(fit_skill(terms->match_ppm, front->value_min_ppm, price),
                                    fit_skill(terms->match_ppm, front->value_max_ppm, price));
        int64_t rapport = fit_rapport(front->emotion_min_ppm, choosing->able_ppm);
        return points_of_sum(terms, terms->fixed + weights[ATT_FIT_SKILL] * skill +
                                            weights[ATT_FIT_RAPPORT] * rapport);
}

static struct bound find_bound(const struct policy_state *policy, uint32_t rank,
                               const struct front *front, int64_t points_milli)
{
        int64_t rising = front->keys[PHASE_RISING] + policy->rise[PHASE_RISING];
        int64_t urgent = front->keys[PHASE_URGENT] + policy->rise[PHASE_URGENT];
        int64_t most = att_max_i64(att_max_i64(rising, urgent), front->keys[PHASE_FLAT]);
        return (struct bound){
                .start_ms = front->start_ms,
                .rank = rank,
                .urgency = most + coarse_points(points_milli),
        };
}

/* What waiting adds by now, of each policy. */
static void find_rises(struct att_core *core)
{
        if (core->rises_ms == core->now_ms) {
                return;
        }
        core->rises_ms = core->now_ms;
        for (uint32_t i = 0; i < core->config->policy_count; i++) {
                const struct att_policy *policy = &core->config->policies[i];
                int64_t *rise = core->policies[i].rise;
                rise[PHASE_RISING] = waiting_coarse((wide_int)policy->slope_milli_per_hour *
                                                    core->now_ms);
                rise[PHASE_URGENT] = waiting_coarse((wide_int)policy->urgent_slope_milli_per_hour *
                                                    core->now_ms);
        }
}

/* ---- Contacts of a lane ---- */

/* Whether something is decided between the contact and each agent. */
static bool is_guarded(const struct contact *contact)
{
        bool has_other_contacts = contact->in_customer.next != contact->in_customer.prev;
        const struct extras *extras = contact_extras(contact);
        return extras->excluded_count > 0 || extras->cooldown_count > 0 || extras->preferred ||
               has_other_contacts;
}

static int64_t points_of(const struct choosing *choosing, const struct lane_terms *terms,
                         int64_t value_ppm, int64_t emotion_ppm, int64_t continuity_ppm)
{
        if (terms->policy->fit_points_milli == 0) {
                return 0;
        }
        const uint32_t *weights = terms->policy->fit_milli;
        int64_t skill = fit_skill(terms->match_ppm, value_ppm, choosing->hot->price_ppm);
        int64_t rapport = fit_rapport(emotion_ppm, choosing->able_ppm);
        return points_of_sum(terms, terms->fixed + weights[ATT_FIT_SKILL] * skill +
                                            weights[ATT_FIT_CONTINUITY] * continuity_ppm +
                                            weights[ATT_FIT_RAPPORT] * rapport);
}

static int64_t fit_points(const struct choosing *choosing, const struct lane_terms *terms,
                          const struct att_keyheap_entry *entry, const struct contact *contact)
{
        int64_t continuity = 0;
        if (contact_extras(contact)->preferred == choosing->agent ||
            att_list_is_linked(&contact->waiting.in_known)) {
                continuity = fit_continuity_of(choosing->core, contact, choosing->agent);
        }
        return points_of(choosing, terms, waiting_value_ppm(entry), waiting_emotion_ppm(entry),
                         continuity);
}

/* The same as place_of(), out of what is known already. */
static struct place find_place(const struct choosing *choosing, const struct lane_terms *terms,
                               const struct att_keyheap_entry *entry, const struct contact *contact)
{
        const struct att_core *core = choosing->core;
        const struct waiting *waiting = &contact->waiting;
        struct place place = {
                .named = contact_extras(contact)->named == choosing->agent,
                .starved = waiting->phase == PHASE_STARVED,
                .put_back = contact->put_back,
                .waited_ms = att_min_i64(core->now_ms - waiting->start_ms, ATT_WAITED_MS_MAX),
                .contact = contact,
        };
        place.rank = place.named ? 1 : terms->rank;
        int64_t urgency = place.starved ? urgency_of(core, contact)
                                        : (int64_t)waiting_urgency(terms->policy, waiting->phase,
                                                                   waiting->key, core->now_ms);
        place.urgency = urgency + fit_points(choosing, terms, entry, contact) * URGENCY_SCALE;
        return place;
}

/* False: in the order of contacts it stands behind all that are kept. */
static bool look_at_contact(struct choosing *choosing, const struct lane_terms *terms,
                            const struct att_keyheap_entry *entry)
{
        struct contact *contact = waiting_contact(entry->node);
        struct place place = find_place(choosing, terms, entry, contact);
        if (is_full(choosing) &&
            place_compare(&place, &choosing->places[choosing->count - 1], NULL) > 0) {
                return false;
        }
        if (contact->dirty == 0 &&
            (!is_guarded(contact) ||
             exclusion_now(choosing->core, contact, choosing->agent) == ATT_EXCLUSION_NONE)) {
                keep(choosing, contact, &place);
        }
        return true;
}

/* A phase of a group, while the agent looks through it. */
struct looking {
        struct choosing *choosing;
        const struct lane_terms *terms;
        const struct att_keyheap *heap;
        enum phase phase;
        int64_t points_milli; /* Of fit, at the most, of any contact in it. */
};

/* Whether one of this urgency, points of fit included, could be kept. */
static bool is_urgent_enough(const struct looking *looking, int64_t urgency)
{
        const struct choosing *choosing = looking->choosing;
        if (!is_full(choosing)) {
                return true;
        }
        const struct place *last = &choosing->places[choosing->count - 1];
        uint32_t rank = looking->terms->rank;
        if (last->named || last->starved) {
                return false;
        }
        return rank < last->rank || (rank == last->rank && urgency >= last->urgency);
}

/* A contact is looked at only if it would be kept, as far as the heap's own figures say; whether the
 * agent means more to it is found elsewhere. False: nobody behind it in the heap would be kept. */
static bool look_at_entry(const struct looking *looking, const struct att_keyheap_entry *entry)
{
        struct choosing *choosing = looking->choosing;
        const struct lane_terms *terms = looking->terms;
        int64_t urgency = (int64_t)waiting_urgency(terms->policy, looking->phase,
                                                   waiting_key(entry), choosing->core->now_ms);
        if (!is_urgent_enough(looking, urgency + looking->points_milli * URGENCY_SCALE)) {
                return false;
        }
        int64_t points = points_of(choosing, terms, waiting_value_ppm(entry),
                                   waiting_emotion_ppm(entry), 0);
        if (!is_urgent_enough(looking, urgency + points * URGENCY_SCALE)) {
                return true;
        }
        /* Those behind it with the same key stand behind it in the ties, too. */
        return look_at_contact(choosing, terms, entry) || points < looking->points_milli;
}

/* Of equal waits the others of the heap may stand first: all of them are looked at. */
static bool look_at_starved(const struct looking *looking, const struct att_keyheap_entry *entry)
{
        const struct bound bound = {
                .start_ms = waiting_start_ms(entry),
                .rank = looking->terms->rank,
        };
        if (!could_be_kept(looking->choosing, &bound)) {
                return false;
        }
        (void)look_at_contact(looking->choosing, looking->terms, entry);
        return true;
}

/* Goes down a heap as far as there is something to find. */
static void look_at_heap(const struct looking *looking, uint32_t at)
{
        const struct att_keyheap_entry *entry = &looking->heap->entries[at];
        bool goes_on = looking->phase == PHASE_STARVED ? look_at_starved(looking, entry)
                                                       : look_at_entry(looking, entry);
        uint32_t child = at * ATT_KEYHEAP_CHILDREN + 1;
        for (int i = 0; goes_on && i < ATT_KEYHEAP_CHILDREN && child < looking->heap->count;
             i++, child++) {
                look_at_heap(looking, child);
        }
}

static void open_group(struct choosing *choosing, const struct lane_terms *terms,
                       const struct group *group, int64_t lane_points_milli)
{
        const struct front *front = &group->front;
        struct bound bound = find_bound(terms->state, terms->rank, front, lane_points_milli);
        if (!could_be_kept(choosing, &bound)) {
                return;
        }
        int64_t points_milli = points_at_most(choosing, terms, front);
        bound = find_bound(terms->state, terms->rank, front, points_milli);
        if (!could_be_kept(choosing, &bound)) {
                return;
        }
        for (int phase = PHASE_STARVED; phase >= 0; phase--) {
                if (front->phases & (1u << phase)) {
                        const struct looking looking = {
                                .choosing = choosing,
                                .terms = terms,
                                .heap = &group->phases[phase],
                                .phase = (enum phase)phase,
                                .points_milli = points_milli,
                        };
                        look_at_heap(&looking, 0);
                }
        }
}

/* First what the agent could be worth to the lane's best contact, then its groups. */
static void open_lane(struct choosing *choosing, const struct slot *slot)
{
        struct lane_terms terms = find_terms(choosing, slot);
        int64_t points_milli = points_at_most(choosing, &terms, &slot->front);
        struct bound bound = find_bound(terms.state, terms.rank, &slot->front, points_milli);
        if (!could_be_kept(choosing, &bound)) {
                return;
        }
        const struct lane *lane = slot->lane;
        for (uint32_t i = 0; i < lane->group_count; i++) {
                if (lane->groups[i].front.phases != 0) {
                        open_group(choosing, &terms, &lane->groups[i], points_milli);
                }
        }
}

static bool is_better_bound(const struct bound *a, const struct bound *b)
{
        if (a->start_ms != b->start_ms) {
                return a->start_ms < b->start_ms;
        }
        return a->rank != b->rank ? a->rank < b->rank : a->urgency > b->urgency;
}

/* A lane that the agent may take and where somebody waits, were the agent as fit as can be. */
struct open_lane {
        struct bound bound;
        const struct slot *slot;
};

static struct open_lane *get_room(struct att_core *core)
{
        struct match_scratch *match = &core->match;
        if (match->lane_capacity < core->slots.count) {
                match->lane_capacity = core->slots.words * 64;
                match->lanes = att_realloc_array(match->lanes, match->lane_capacity,
                                                 sizeof(struct open_lane));
        }
        return match->lanes;
}

static uint32_t list_lanes(const struct choosing *choosing, struct open_lane *lanes)
{
        const struct slots *slots = &choosing->core->slots;
        const uint64_t *served = slots->served + (size_t)choosing->agent->index * slots->words;
        const uint64_t *waiting = slots->waiting + (size_t)choosing->channel * slots->words;
        const struct policy_state *policies = choosing->core->policies;
        uint32_t count = 0;
        for (uint32_t word = 0; word < slots->words; word++) {
                for (uint64_t bits = served[word] & waiting[word]; bits != 0; bits &= bits - 1) {
                        uint32_t index = word * 64 + (uint32_t)__builtin_ctzll(bits);
                        const struct slot *slot = &slots->items[index];
                        uint32_t rank = rank_of(choosing, slot->queue);
                        struct open_lane *lane = &lanes[count++];
                        lane->slot = slot;
                        lane->bound = find_bound(&policies[slot->policy_index], rank, &slot->front,
                                                 slot->policy->fit_points_milli);
                }
        }
        return count;
}

/* Moves a lane of the heap down to where no better one is below it. */
static void sink(struct open_lane *lanes, uint32_t count, uint32_t at)
{
        struct open_lane moved = lanes[at];
        for (uint32_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
                if (child + 1 < count &&
                    is_better_bound(&lanes[child + 1].bound, &lanes[child].bound)) {
                        child++;
                }
                if (!is_better_bound(&lanes[child].bound, &moved.bound)) {
                        break;
                }
                lanes[at] = lanes[child];
                at = child;
        }
        lanes[at] = moved;
}

/* The most promising first: once that could hold none to keep, no other could. */
static void look_at_lanes(struct choosing *choosing)
{
        struct open_lane *lanes = get_room(choosing->core);
        uint32_t count = list_lanes(choosing, lanes);
        for (uint32_t i = count / 2; i-- > 0;) {
                sink(lanes, count, i);
        }
        while (count > 0 && could_be_kept(choosing, &lanes[0].bound)) {
                const struct slot *slot = lanes[0].slot;
                lanes[0] = lanes[--count];
                sink(lanes, count, 0);
                open_lane(choosing, slot);
        }
}

/* Contacts that may stand earlier with this agent than their lane says. */
static void look_at_related(struct choosing *choosing)
{
        ATT_LIST_FOREACH(extras, &choosing->agent->named_by, struct extras, in_named)
        {
                look_at_one(choosing, extras->contact);
        }
        ATT_LIST_FOREACH(extras, &choosing->agent->preferred_by, struct extras, in_preferred)
        {
                look_at_one(choosing, extras->contact);
        }
        ATT_LIST_FOREACH(contact, &choosing->agent->known_by, struct contact, waiting.in_known)
        {
                look_at_one(choosing, contact);
        }
}

/* For the recount: places are those that place_of() finds. */
static bool are_right(const struct choosing *choosing)
{
        for (uint32_t i = 0; i < choosing->count; i++) {
                struct place place = place_of(choosing->core, choosing->contacts[i],
                                              choosing->agent);
                if (place_compare(&place, &choosing->places[i], NULL) != 0) {
                        return false;
                }
        }
        return true;
}

uint32_t choose_contacts(struct att_core *core, struct agent *agent, uint32_t channel,
                         uint32_t wanted, struct contact **ret_contacts, struct place *ret_places)
{
        ATT_CHECK(wanted > 0 && wanted <= CHOSEN_MAX);
        const struct hot *hot = &core->hot[agent->index];
        uint32_t profile = agent->def->profile;
        find_rises(core);
        struct choosing choosing = {
                .core = core,
                .profile = profile == ATT_NONE ? NULL : core->config->profiles[profile].by_queue,
                .agent = agent,
                .hot = hot,
                .channel = channel,
                .able_ppm = fit_able(hot->human_ppm, strain_now_micro(core, agent)),
                .rest_ppm = fit_rest(agent_idle_ms(core, agent)),
                .load_ppm = fit_load(agent->held_units),
                .wanted = wanted,
                .contacts = ret_contacts,
                .places = ret_places,
        };
        look_at_lanes(&choosing);
        look_at_related(&choosing);
        look_apart(&choosing);
        ATT_INVARIANT(are_right(&choosing));
        return choosing.count;
}
