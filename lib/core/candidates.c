/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The waiting contacts that have an eligible agent at this instant, in the order they are served.
 *
 * Only what is new counts: a contact with something new may go to any agent with room, the others
 * only to agents with something new. Where these have room for few, each of them says which contacts
 * it would take first (choose.c), and whoever stands behind those would not be served; else all that
 * waits is looked at.
 *
 * Where they are many, the exact place of one is found when it could be the next: until then it
 * stands where it would with the fittest agent there could be. Once nobody has room the rest is left.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/bitset.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/choose.h"
#include "lib/core/state.h"

/* ---- Agents with something new ---- */

static uint64_t room_of(const struct att_core *core, const struct agent *agent)
{
        uint64_t room = 0;
        for (uint32_t i = 0; i < core->channel_count; i++) {
                room |= (uint64_t)att_bitset_has(sets_of_channel(core, i, SET_ROOM), agent->index)
                        << i;
        }
        return room;
}

void candidates_sift(struct att_core *core)
{
        ATT_LIST_FOREACH(agent, &core->dirty_agents, struct agent, in_dirty)
        {
                agent->room = agent->def ? room_of(core, agent) : 0;
                if (agent->room == 0) {
                        agent->dirty = false;
                        att_list_remove(&agent->in_dirty);
                }
        }
        core->match.count = 0;
        core->match.agent_count = 0;
        core->match.pair_count = 0;
}

/* How many more contacts of one channel an agent could take at the most. */
static uint64_t slots_of(const struct att_core *core, const struct agent *agent, uint32_t channel)
{
        if (!((agent->room >> channel) & 1)) {
                return 0;
        }
        const struct channel *wanted = &core->channels[channel];
        uint32_t limit = agent_limit(core, agent, channel);
        uint64_t by_limit = limit == ATT_LIMIT_NONE ? UINT32_MAX
                                                    : limit - agent->channel_count[channel];
        if (wanted->units == 0 || agent_is_bot(agent)) {
                return by_limit;
        }
        uint64_t by_units = (ATT_UNITS_MAX - held_against(core, agent, channel)) / wanted->units;
        return by_limit < by_units ? by_limit : by_units;
}

/* How many contacts of one channel all new agents could take at the most. */
static uint64_t slots_of_all(const struct att_core *core, uint32_t channel)
{
        uint64_t slots = 0;
        ATT_LIST_FOREACH(agent, &core->dirty_agents, struct agent, in_dirty)
        {
                slots += slots_of(core, agent, channel);
        }
        return slots;
}

static bool are_few_slots(const struct att_core *core)
{
        for (uint32_t channel = 0; channel < core->channel_count; channel++) {
                if (slots_of_all(core, channel) > ATT_JOINT_MAX) {
                        return false;
                }
        }
        return true;
}

/* ---- The new agents as sets, a row a channel ---- */

static uint64_t *fresh_row(const struct att_core *core, uint32_t channel)
{
        return core->match.fresh + (size_t)channel * core->sets.words;
}

/* Anew, from the list of new agents. */
static void fill_fresh(struct att_core *core)
{
        struct match_scratch *match = &core->match;
        size_t words = core->channel_count * core->sets.words;
        if (match->fresh_words < words) {
                match->fresh = att_realloc_array(match->fresh, words, sizeof(uint64_t));
                match->fresh_words = words;
        }
        memset(match->fresh, 0, words * sizeof(uint64_t));
        ATT_LIST_FOREACH(agent, &core->dirty_agents, struct agent, in_dirty)
        {
                for (uint64_t room = agent->room; room != 0; room &= room - 1) {
                        att_bitset_add(fresh_row(core, (uint32_t)__builtin_ctzll(room)),
                                       agent->index);
                }
        }
}

static bool is_fresh_agent(const struct att_core *core, const struct agent *agent, uint32_t channel)
{
        return att_bitset_has(fresh_row(core, channel), agent->index);
}

/* ---- One candidate ---- */

struct score_query candidate_query(const struct att_core *core, const struct candidate *candidate)
{
        uint32_t channel = candidate->contact->channel;
        return (struct score_query){
                .with_room = sets_of_channel(core, channel, SET_ROOM),
                .among = candidate->is_new ? NULL : fresh_row(core, channel),
        };
}

bool candidate_has(const struct att_core *core, const struct candidate *candidate,
                   const struct agent *agent)
{
        const struct contact *contact = candidate->contact;
        if (candidate->only || !agent->def) {
                return candidate->only == agent;
        }
        bool is_served = att_bitset_has(contact->signature->serves, agent->index) ||
                         contact_extras(contact)->named == agent;
        return is_served &&
               att_bitset_has(sets_of_channel(core, contact->channel, SET_ROOM), agent->index) &&
               (candidate->is_new || is_fresh_agent(core, agent, contact->channel)) &&
               (candidate->is_plain ||
                exclusion_of(core, contact, agent, false) == ATT_EXCLUSION_NONE);
}

static struct candidate *append(struct candidates *candidates)
{
        if (candidates->count == candidates->capacity) {
                size_t capacity = att_grown_capacity(candidates->capacity, candidates->count + 1u);
                candidates->items = att_realloc_array(candidates->items, capacity,
                                                      sizeof(struct candidate));
                candidates->capacity = (uint32_t)capacity;
        }
        return &candidates->items[candidates->count++];
}

static struct candidate *add_candidate(struct match_scratch *match)
{
        if (match->count == match->capacity) {
                size_t capacity = att_grown_capacity(match->capacity, match->count + 1u);
                match->candidates = att_realloc_array(match->candidates, capacity,
                                                      sizeof(struct candidate));
                match->capacity = (uint32_t)capacity;
        }
        return &match->candidates[match->count++];
}

/* The best place a contact has with any one of its agents. False: there is none. */
static bool find_place(const struct att_core *core, struct candidate *candidate)
{
        const struct contact *contact = candidate->contact;
        const struct agent *agent = candidate->only;
        struct agent *best[ATT_CANDIDATES_SHOWN];
        if (!agent && contact_extras(contact)->named &&
            candidate_has(core, candidate, contact_extras(contact)->named)) {
                agent = contact_extras(contact)->named;
        }
        if (!agent) {
                struct score_query query = candidate_query(core, candidate);
                query.by_rank = core->config->profile_count > 0;
                query.is_any = !query.by_rank &&
                               contact_policy(core, contact)->fit_points_milli == 0;
                if (score_best(core, contact, &query, best) == 0) {
                        return false;
                }
                agent = best[0];
        }
        candidate->place = place_of(core, contact, agent);
        return true;
}

/* The one agent of a contact that is bound, if it can take it now and one of the two is new. */
static bool is_bound_agent_free(const struct att_core *core, const struct contact *contact,
                                const struct agent *bound)
{
        return (contact->dirty != 0 || bound->dirty) &&
               exclusion_of(core, contact, bound, true) == ATT_EXCLUSION_NONE;
}

/* Where a contact would stand with an agent as fit as can be who ranks its queue first. */
static void guess_place(const struct att_core *core, struct candidate *candidate)
{
        const struct att_policy *policy = contact_policy(core, candidate->contact);
        candidate->place = place_of(core, candidate->contact, NULL);
        candidate->place.urgency += policy->fit_points_milli * URGENCY_SCALE;
        candidate->is_guess = true;
}

/* Whether nothing but fit and rank decides its place, and nothing holds it back. */
static bool may_be_guessed(const struct att_core *core, const struct candidate *candidate)
{
        return !candidate->only && !contact_extras(candidate->contact)->named &&
               contact_policy(core, candidate->contact)->batch_ms == 0;
}

static void consider(struct att_core *core, struct contact *contact)
{
        enum att_exclusion bound_by = ATT_EXCLUSION_NONE;
        struct agent *bound = bound_agent(core, contact, &bound_by);
        if (bound && !is_bound_agent_free(core, contact, bound)) {
                return;
        }
        struct candidate candidate = {
                .contact = contact,
                .only = bound,
                .bound = bound_by,
                .is_new = contact->dirty != 0,
                .is_plain = !bound && contact_is_plain(core, contact),
        };
        struct match_scratch *match = &core->match;
        if (match->is_guessing && may_be_guessed(core, &candidate)) {
                guess_place(core, &candidate);
        } else if (!find_place(core, &candidate) || match_is_held_back(core, contact)) {
                return;
        }
        *(match->is_guessing ? append(&match->guesses) : add_candidate(match)) = candidate;
}

/* ---- All of them ---- */

static void consider_once(struct att_core *core, struct contact *contact)
{
        if (contact->considered_in != core->match.pass) {
                contact->considered_in = core->match.pass;
                consider(core, contact);
        }
}

/* The contacts of a channel, of those with nothing new, that each new agent would take first: as many as
 * all of these agents could take, and one more to compare with. Whoever stands behind those on the same
 * channel would not be served by any of them, and nobody else came into reach for them. Contacts with
 * something new don't count: others may take them. */
static void consider_channel(struct att_core *core, uint32_t channel)
{
        uint32_t wanted = (uint32_t)slots_of_all(core, channel) + 1;
        ATT_LIST_FOREACH(agent, &core->dirty_agents, struct agent, in_dirty)
        {
                struct contact *first[CHOSEN_MAX];
                struct place places[CHOSEN_MAX];
                if (slots_of(core, agent, channel) == 0) {
                        continue;
                }
                uint32_t count = choose_contacts(core, agent, channel, wanted, first, places);
                for (uint32_t i = 0; i < count; i++) {
                        consider_once(core, first[i]);
                }
        }
}

static void consider_first(struct att_core *core)
{
        core->match.pass++;
        DIRTY_FOREACH(contact, core)
        {
                consider_once(core, contact);
        }
        if (core->dirty_contacts.count == core->counts.contacts[ATT_CONTACT_QUEUED]) {
                return; /* All that waits is among them. */
        }
        for (uint32_t channel = 0; channel < core->channel_count; channel++) {
                consider_channel(core, channel);
        }
}

static void consider_every(struct att_core *core)
{
        for (uint32_t q = 0; q < core->config->queue_count; q++) {
                ATT_LIST_FOREACH(contact, &core->queues[q].waiting, struct contact, in_queue)
                {
                        consider(core, contact);
                }
        }
}

static void clean_agent(struct agent *agent)
{
        agent->dirty = false;
        att_list_remove(&agent->in_dirty);
}

void candidates_mark_all(struct att_core *core)
{
        if (!core->are_all_dirty) {
                return;
        }
        core->are_all_dirty = false;
        ATT_LIST_FOREACH(contact, &core->live, struct contact, in_core)
        {
                if (contact->state == ATT_CONTACT_QUEUED) {
                        contact_mark(core, contact);
                }
        }
}

void candidates_clean(struct att_core *core)
{
        core->are_all_dirty = false;
        ATT_LIST_FOREACH(agent, &core->dirty_agents, struct agent, in_dirty)
        {
                clean_agent(agent);
        }
        DIRTY_FOREACH(contact, core)
        {
                contact_clean(core, contact);
        }
}

static int compare_candidates(const void *a, const void *b)
{
        const struct candidate *candidate_a = a;
        const struct candidate *candidate_b = b;
        return place_compare(&candidate_a->place, &candidate_b->place, NULL);
}

static void sort(struct candidate *candidates, uint32_t count)
{
        if (count > 1) {
                qsort(candidates, count, sizeof(struct candidate), compare_candidates);
        }
}

/* ---- Many ---- */

#define MANY 256 /* Contacts with something new: more than these are guessed first. */

static bool are_many(const struct att_core *core)
{
        return core->dirty_contacts.count > MANY;
}

static void rise(struct candidates *heap)
{
        uint32_t at = heap->count - 1;
        struct candidate moved = heap->items[at];
        while (at > 0 && compare_candidates(&moved, &heap->items[(at - 1) / 2]) < 0) {
                heap->items[at] = heap->items[(at - 1) / 2];
                at = (at - 1) / 2;
        }
        heap->items[at] = moved;
}

static void take_first(struct candidates *heap, struct candidate *ret_first)
{
        *ret_first = heap->items[0];
        struct candidate moved = heap->items[--heap->count];
        uint32_t at = 0;
        for (uint32_t child = 1; child < heap->count; child = 2 * at + 1) {
                if (child + 1 < heap->count &&
                    compare_candidates(&heap->items[child + 1], &heap->items[child]) < 0) {
                        child++;
                }
                if (compare_candidates(&moved, &heap->items[child]) <= 0) {
                        break;
                }
                heap->items[at] = heap->items[child];
                at = child;
        }
        heap->items[at] = moved;
}

/* Takes guesses into the heap, their places found, as long as one could come before its first. */
static void find_places(struct att_core *core)
{
        struct match_scratch *match = &core->match;
        while (match->guessed < match->guesses.count) {
                struct candidate *guess = &match->guesses.items[match->guessed];
                if (match->found.count > 0 &&
                    compare_candidates(&match->found.items[0], guess) < 0) {
                        return;
                }
                match->guessed++;
                if (guess->is_guess && !find_place(core, guess)) {
                        continue;
                }
                *append(&match->found) = *guess;
                rise(&match->found);
        }
}

bool candidates_next(struct att_core *core)
{
        struct match_scratch *match = &core->match;
        if (!match->is_guessing) {
                return false;
        }
        find_places(core);
        if (match->found.count == 0) {
                return false;
        }
        take_first(&match->found, add_candidate(match));
        return true;
}

bool candidates_have_room(const struct att_core *core)
{
        return core->sets.with_room > 0;
}

static bool release(struct att_core *core, const struct candidate *candidate)
{
        if (candidate->bound != ATT_EXCLUSION_LINKED) {
                return false;
        }
        candidate->contact->window = true; /* Its window is over, if it had one. */
        contact_mark(core, candidate->contact);
        return true;
}

bool candidates_release_left(struct att_core *core)
{
        struct match_scratch *match = &core->match;
        bool released = false;
        for (uint32_t i = 0; i < match->found.count; i++) {
                released |= release(core, &match->found.items[i]);
        }
        for (uint32_t i = match->guessed; i < match->guesses.count; i++) {
                released |= release(core, &match->guesses.items[i]);
        }
        match->found.count = 0;
        match->guesses.count = 0;
        match->guessed = 0;
        match->is_guessing = false;
        return released;
}

void candidates_find(struct att_core *core)
{
        struct match_scratch *match = &core->match;
        bool are_few = are_few_slots(core);
        match->is_guessing = !are_few || are_many(core);
        fill_fresh(core);
        if (are_few) {
                consider_first(core);
        } else {
                consider_every(core);
        }
        candidates_clean(core);
        if (!match->is_guessing) {
                sort(match->candidates, match->count);
                return;
        }
        sort(match->guesses.items, match->guesses.count);
        while (match->count < ATT_JOINT_MAX && candidates_next(core)) {
        }
}

struct candidate *candidates_begin_one(struct att_core *core, struct contact *contact)
{
        struct candidate *candidate = add_candidate(&core->match);
        *candidate = (struct candidate){
                .contact = contact,
                .is_new = true,
                .is_plain = contact_is_plain(core, contact),
        };
        contact_clean(core, contact);
        return candidate;
}

static void add_chosen(struct att_core *core, struct agent *agent, struct contact *contact,
                       const struct place *place)
{
        struct candidate *candidate = add_candidate(&core->match);
        *candidate = (struct candidate){
                .contact = contact,
                .place = *place,
                .only = agent,
        };
        (void)bound_agent(core, contact, &candidate->bound);
        candidate->is_plain = candidate->bound == ATT_EXCLUSION_NONE &&
                              contact_is_plain(core, contact);
}

bool candidates_of_agent(struct att_core *core, struct agent *agent)
{
        if (!are_few_slots(core)) {
                return false;
        }
        for (uint64_t room = agent->room; room != 0; room &= room - 1) {
                uint32_t channel = (uint32_t)__builtin_ctzll(room);
                struct contact *first[CHOSEN_MAX];
                struct place places[CHOSEN_MAX];
                uint32_t wanted = (uint32_t)slots_of(core, agent, channel) + 1;
                uint32_t count = choose_contacts(core, agent, channel, wanted, first, places);
                for (uint32_t i = 0; i < count; i++) {
                        add_chosen(core, agent, first[i], &places[i]);
                }
        }
        clean_agent(agent);
        if ((agent->room & (agent->room - 1)) != 0) { /* Those of one channel are in order. */
                sort(core->match.candidates, core->match.count);
        }
        return true;
}

/* ---- Their agents, for the assignment ---- */

static void add_agent(struct match_scratch *match, struct agent *agent)
{
        if (match->agent_count == match->agent_capacity) {
                size_t capacity = att_grown_capacity(match->agent_capacity,
                                                     match->agent_count + 1u);
                match->agents = att_realloc_array(match->agents, capacity, sizeof(struct agent *));
                match->agent_capacity = (uint32_t)capacity;
        }
        match->agents[match->agent_count++] = agent;
}

static void list_able(struct att_core *core, const struct candidate *candidate)
{
        const struct contact *contact = candidate->contact;
        const struct score_query query = candidate_query(core, candidate);
        const uint64_t *serves = contact->signature->serves;
        for (size_t word = 0; word < core->sets.words; word++) {
                uint64_t bits = serves[word] & query.with_room[word];
                bits &= query.among ? query.among[word] : UINT64_MAX;
                for (; bits != 0; bits &= bits - 1) {
                        struct agent *agent =
                                core->agents[word * 64 + (size_t)__builtin_ctzll(bits)];
                        if (candidate_has(core, candidate, agent)) {
                                add_agent(&core->match, agent);
                        }
                }
        }
        /* A named agent need not serve the queue. */
        if (contact_extras(contact)->named && contact_extras(contact)->named->def &&
            !att_bitset_has(serves, contact_extras(contact)->named->index) &&
            candidate_has(core, candidate, contact_extras(contact)->named)) {
                add_agent(&core->match, contact_extras(contact)->named);
        }
}

void candidates_list_agents(struct att_core *core, uint32_t count)
{
        struct match_scratch *match = &core->match;
        for (uint32_t i = 0; i < count; i++) {
                struct candidate *candidate = &match->candidates[i];
                candidate->first = match->agent_count;
                if (candidate->only) {
                        add_agent(match, candidate->only);
                } else {
                        list_able(core, candidate);
                }
                candidate->count = match->agent_count - candidate->first;
        }
}
