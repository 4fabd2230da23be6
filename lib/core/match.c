/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The matching: after every instant, who gets whom.
 *
 * Before a command there is no pair of an eligible free agent and a waiting contact left unmatched
 * but for those a policy holds back. So only pairs with something new in them can arise: a contact
 * that came, came back or asks for something else (dirty), or an agent who became free or came into
 * reach (dirty). What is held back becomes dirty when that ends.
 *
 *   gather   the waiting contacts that have an eligible agent now, each with its agents
 *   sort     by their place in the order
 *   solve    pairs for them all: the first 64 as one assignment, the others one by one
 *   carry out   the offers, the most urgent contact's first
 */
#include <stdlib.h>

#include "lib/base/bitset.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"

#define NO_COLUMN UINT32_MAX

void match_deinit(struct match_scratch *match)
{
        free(match->candidates);
        free(match->agents);
        free(match->columns);
        free(match->pairs);
        att_assign_deinit(&match->assign);
}

/* ---- Batching windows ---- */

bool match_is_held_back(struct att_core *core, const struct contact *contact)
{
        const struct att_policy *policy = contact_policy(core, contact);
        if (policy->batch_ms == 0 || contact->window) {
                return false;
        }
        uint32_t index = core->config->queues[contact->queue].policy;
        struct policy_state *state = &core->policies[index];
        if (!state->window_open) {
                state->window_open = true;
                timer_arm(core, &state->window, core->now_ms + policy->batch_ms, index,
                          ATT_TEXT_NONE);
        }
        return true;
}

/* ---- Gather ---- */

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

static bool can_take(const struct att_core *core, const struct contact *contact,
                     const struct agent *agent)
{
        return exclusion_of(core, contact, agent, true) == ATT_EXCLUSION_NONE;
}

/* All agents who can take a contact now: an AND of the sets, then a look at what is its own. */
static void gather_all(struct att_core *core, const struct contact *contact)
{
        const uint64_t *serves = contact->signature->serves;
        const uint64_t *room = sets_of_channel(core, contact->channel, SET_ROOM);
        bool plain = contact_is_plain(core, contact);
        for (size_t word = 0; word < core->sets.words; word++) {
                uint64_t bits = serves[word] & room[word];
                for (; bits != 0; bits &= bits - 1) {
                        struct agent *agent =
                                core->agents[word * 64 + (size_t)__builtin_ctzll(bits)];
                        if (plain || can_take(core, contact, agent)) {
                                add_agent(&core->match, agent);
                        }
                }
        }
        /* A named agent need not serve the queue. */
        if (contact->named && can_take(core, contact, contact->named) &&
            !att_bitset_has(serves, contact->named->index)) {
                add_agent(&core->match, contact->named);
        }
}

/* The agents with something new who can take a contact now. */
static void gather_new(struct att_core *core, const struct contact *contact)
{
        ATT_LIST_FOREACH(agent, &core->dirty_agents, struct agent, in_dirty)
        {
                bool listed = att_bitset_has(contact->signature->serves, agent->index) ||
                              agent == contact->named;
                if (listed && ((agent->room >> contact->channel) & 1) &&
                    can_take(core, contact, agent)) {
                        add_agent(&core->match, agent);
                }
        }
}

static void find_place(const struct att_core *core, struct candidate *candidate)
{
        struct agent **agents = core->match.agents + candidate->first;
        candidate->place = place_of(core, candidate->contact, agents[0]);
        for (uint32_t i = 1; i < candidate->count; i++) {
                struct place place = place_of(core, candidate->contact, agents[i]);
                if (place_compare(&place, &candidate->place, NULL) < 0) {
                        candidate->place = place;
                }
        }
}

static void gather_contact(struct att_core *core, struct contact *contact)
{
        struct match_scratch *match = &core->match;
        uint32_t first = match->agent_count;
        enum att_exclusion bound_by = ATT_EXCLUSION_NONE;
        struct agent *bound = bound_agent(core, contact, &bound_by);
        if (bound) {
                if ((contact->dirty || bound->dirty) && can_take(core, contact, bound)) {
                        add_agent(match, bound);
                }
        } else if (contact->dirty) {
                gather_all(core, contact);
        } else {
                gather_new(core, contact);
        }
        if (match->agent_count == first || match_is_held_back(core, contact)) {
                match->agent_count = first;
                return;
        }
        struct candidate *candidate = add_candidate(match);
        *candidate = (struct candidate){
                .contact = contact,
                .bound = bound_by,
                .plain = !bound && contact_is_plain(core, contact),
                .first = first,
                .count = match->agent_count - first,
        };
        find_place(core, candidate);
}

static uint64_t room_of(const struct att_core *core, const struct agent *agent)
{
        uint64_t room = 0;
        for (uint32_t i = 0; i < core->channel_count; i++) {
                enum att_exclusion why;
                if (has_room(core, agent, i, &why)) {
                        room |= UINT64_C(1) << i;
                }
        }
        return room & agent->reachable;
}

/* Leaves on the list of new agents only those who could take anything. */
static void sift_agents(struct att_core *core)
{
        ATT_LIST_FOREACH(agent, &core->dirty_agents, struct agent, in_dirty)
        {
                agent->room = agent->def && agent->presence == ATT_PRESENCE_READY
                                      ? room_of(core, agent)
                                      : 0;
                if (agent->room == 0) {
                        agent->dirty = false;
                        att_list_remove(&agent->in_dirty);
                }
        }
}

/* How many contacts of one channel an agent could take at the most. */
static uint64_t slots_of(const struct att_core *core, const struct agent *agent, uint32_t channel)
{
        if (!((agent->room >> channel) & 1)) {
                return 0;
        }
        uint32_t limit = agent_limit(core, agent, channel);
        uint32_t units = core->channels[channel].units;
        uint64_t by_units = units == 0 || agent_is_bot(agent) ? UINT32_MAX : ATT_UNITS_MAX / units;
        return limit != ATT_LIMIT_NONE && limit < by_units ? limit : by_units;
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

static void gather_once(struct att_core *core, struct contact *contact)
{
        if (!contact->gathered) {
                contact->gathered = true;
                gather_contact(core, contact);
        }
}

/* The contacts of a channel each new agent would take first, as many as all of them could take, and
 * one more to compare with. Whoever stands behind those on the same channel would not be served by
 * any of these agents, and nobody else came into reach for them. */
static void gather_channel(struct att_core *core, uint32_t channel)
{
        struct contact *first[ATT_JOINT_MAX + 1];
        uint32_t wanted = (uint32_t)slots_of_all(core, channel) + 1;
        ATT_LIST_FOREACH(agent, &core->dirty_agents, struct agent, in_dirty)
        {
                if (slots_of(core, agent, channel) == 0) {
                        continue;
                }
                uint32_t count = waiting_first(core, agent, channel, wanted, first);
                for (uint32_t i = 0; i < count; i++) {
                        gather_once(core, first[i]);
                }
        }
}

static void gather_first(struct att_core *core)
{
        ATT_LIST_FOREACH(contact, &core->dirty_contacts, struct contact, in_dirty)
        {
                gather_once(core, contact);
        }
        for (uint32_t channel = 0; channel < core->channel_count; channel++) {
                gather_channel(core, channel);
        }
        for (uint32_t i = 0; i < core->match.count; i++) {
                core->match.candidates[i].contact->gathered = false;
        }
        ATT_LIST_FOREACH(contact, &core->dirty_contacts, struct contact, in_dirty)
        {
                contact->gathered = false;
        }
}

static void gather_every(struct att_core *core)
{
        for (uint32_t q = 0; q < core->config->queue_count; q++) {
                ATT_LIST_FOREACH(contact, &core->queues[q].waiting, struct contact, in_queue)
                {
                        gather_contact(core, contact);
                }
        }
}

static void gather(struct att_core *core)
{
        struct match_scratch *match = &core->match;
        match->count = 0;
        match->agent_count = 0;
        match->pair_count = 0;
        if (are_few_slots(core)) {
                gather_first(core);
        } else {
                gather_every(core);
        }
        ATT_LIST_FOREACH(agent, &core->dirty_agents, struct agent, in_dirty)
        {
                agent->dirty = false;
                att_list_remove(&agent->in_dirty);
        }
        ATT_LIST_FOREACH(contact, &core->dirty_contacts, struct contact, in_dirty)
        {
                contact->dirty = false;
                contact->window = false;
                att_list_remove(&contact->in_dirty);
        }
}

static int compare_candidates(const void *a, const void *b)
{
        const struct candidate *candidate_a = a;
        const struct candidate *candidate_b = b;
        return place_compare(&candidate_a->place, &candidate_b->place, NULL);
}

/* ---- Solve ---- */

static struct att_assign_tie tie_of(const struct att_core *core, const struct agent *agent)
{
        return (struct att_assign_tie){
                .load_units = agent->held_units,
                .idle_ms = agent_idle_ms(core, agent),
                .order = agent->index,
        };
}

/* A pair for the time being: its units are taken, so that those after it see them. */
static void make_pair(struct att_core *core, uint32_t candidate, struct agent *agent, bool further)
{
        struct match_scratch *match = &core->match;
        struct contact *contact = match->candidates[candidate].contact;
        if (match->pair_count == match->pair_capacity) {
                size_t capacity = att_grown_capacity(match->pair_capacity, match->pair_count + 1u);
                match->pairs = att_realloc_array(match->pairs, capacity, sizeof(*match->pairs));
                match->pair_capacity = (uint32_t)capacity;
        }
        match->pairs[match->pair_count++] = (struct match_pair){
                .candidate = candidate,
                .agent = agent,
                .number = core->next_offer++,
                .further = further,
        };
        match->candidates[candidate].served = true;
        agent_take_lightly(agent, contact->channel, core->channels[contact->channel].units);
}

static bool is_paired(const struct match_scratch *match, uint32_t candidate,
                      const struct agent *agent)
{
        for (uint32_t i = 0; i < match->pair_count; i++) {
                if (match->pairs[i].candidate == candidate && match->pairs[i].agent == agent) {
                        return true;
                }
        }
        return false;
}

/* The best agent with room for one contact: fit, then the ties. */
static struct agent *best_agent(const struct att_core *core, uint32_t candidate, bool further)
{
        const struct match_scratch *match = &core->match;
        const struct candidate *wanted = &match->candidates[candidate];
        struct agent *best = NULL;
        int64_t best_fit = 0;
        for (uint32_t i = 0; i < wanted->count; i++) {
                struct agent *agent = match->agents[wanted->first + i];
                enum att_exclusion why;
                if (!has_room(core, agent, wanted->contact->channel, &why) ||
                    (further && is_paired(match, candidate, agent))) {
                        continue;
                }
                int64_t fit = fit_ppm(core, wanted->contact, agent, NULL);
                if (best && fit == best_fit) {
                        struct att_assign_tie mine = tie_of(core, agent);
                        struct att_assign_tie its = tie_of(core, best);
                        if (att_assign_compare_ties(&mine, &its) > 0) {
                                continue;
                        }
                } else if (best && fit < best_fit) {
                        continue;
                }
                best = agent;
                best_fit = fit;
        }
        return best;
}

static void solve_one_by_one(struct att_core *core, uint32_t from, uint32_t to)
{
        for (uint32_t i = from; i < to; i++) {
                if (core->match.candidates[i].served) {
                        continue;
                }
                struct agent *agent = best_agent(core, i, false);
                if (agent) {
                        make_pair(core, i, agent, false);
                }
        }
}

/* The columns of the assignment: every agent of the first `count` candidates once. Returns how
 * many there are; agents know their column. */
static uint32_t number_columns(struct att_core *core, uint32_t count)
{
        struct match_scratch *match = &core->match;
        if (match->column_capacity < match->agent_count) {
                match->columns = att_realloc_array(match->columns, match->agent_count,
                                                   sizeof(struct agent *));
                match->column_capacity = match->agent_count;
        }
        match->column_count = 0;
        uint32_t used = match->candidates[count - 1].first + match->candidates[count - 1].count;
        for (uint32_t i = 0; i < count; i++) {
                used = (uint32_t)att_max_i64(used, (int64_t)match->candidates[i].first +
                                                           match->candidates[i].count);
        }
        for (uint32_t i = 0; i < used; i++) {
                match->agents[i]->column = NO_COLUMN;
        }
        for (uint32_t i = 0; i < count; i++) {
                const struct candidate *candidate = &match->candidates[i];
                for (uint32_t k = 0; k < candidate->count; k++) {
                        struct agent *agent = match->agents[candidate->first + k];
                        if (agent->column == NO_COLUMN) {
                                agent->column = match->column_count;
                                match->columns[match->column_count++] = agent;
                        }
                }
        }
        return match->column_count;
}

struct solving {
        struct att_core *core;
        size_t words;      /* A row of `allowed`. */
        uint64_t *allowed; /* Candidate x column. */
};

static bool score(void *context, uint32_t contact, uint32_t column, int64_t *ret_fit_ppm,
                  struct att_assign_tie *ret_tie)
{
        const struct solving *solving = context;
        const struct att_core *core = solving->core;
        if (!att_bitset_has(solving->allowed + contact * solving->words, column)) {
                return false;
        }
        const struct contact *wanted = core->match.candidates[contact].contact;
        const struct agent *agent = core->match.columns[column];
        enum att_exclusion why;
        if (!has_room(core, agent, wanted->channel, &why)) {
                return false;
        }
        *ret_fit_ppm = fit_ppm(core, wanted, agent, NULL);
        *ret_tie = tie_of(core, agent);
        return true;
}

static void make(void *context, uint32_t contact, uint32_t column)
{
        const struct solving *solving = context;
        uint32_t channel = solving->core->match.candidates[contact].contact->channel;
        agent_take_lightly(solving->core->match.columns[column], channel,
                           solving->core->channels[channel].units);
}

static void unmake(void *context, uint32_t contact, uint32_t column)
{
        const struct solving *solving = context;
        uint32_t channel = solving->core->match.candidates[contact].contact->channel;
        agent_give_lightly(solving->core->match.columns[column], channel,
                           solving->core->channels[channel].units);
}

/* Contacts of one channel and one policy's weights change an agent's later scores alike. */
static void number_kinds(const struct att_core *core, uint32_t count,
                         uint8_t kinds[ATT_ASSIGN_CONTACTS_MAX])
{
        for (uint32_t i = 0; i < count; i++) {
                kinds[i] = (uint8_t)core->match.candidates[i].contact->channel;
        }
}

static bool solve_jointly(struct att_core *core, uint32_t count)
{
        struct match_scratch *match = &core->match;
        uint32_t columns = number_columns(core, count);
        struct solving solving = {.core = core, .words = att_bitset_words(columns)};
        ATT_CLEANUP(att_free_pointer)
        uint64_t *allowed = att_alloc_array(count * solving.words, sizeof(uint64_t));
        solving.allowed = allowed;
        for (uint32_t i = 0; i < count; i++) {
                const struct candidate *candidate = &match->candidates[i];
                for (uint32_t k = 0; k < candidate->count; k++) {
                        att_bitset_add(allowed + i * solving.words,
                                       match->agents[candidate->first + k]->column);
                }
        }
        uint8_t kinds[ATT_ASSIGN_CONTACTS_MAX];
        number_kinds(core, count, kinds);
        const struct att_assign_problem problem = {
                .contact_count = count,
                .agent_count = columns,
                .kinds = kinds,
                .context = &solving,
                .score = score,
                .make = make,
                .unmake = unmake,
        };
        struct att_assign_result result;
        att_assign_solve(&match->assign, &problem, &result);
        for (uint32_t i = 0; i < count; i++) {
                if (result.agents[i] != ATT_ASSIGN_NOBODY) {
                        make_pair(core, i, match->columns[result.agents[i]], false);
                }
        }
        return result.exact;
}

/* Whether all candidates have the same single agent, or there is but one of them. */
static bool is_simple(const struct match_scratch *match)
{
        for (uint32_t i = 0; i < match->count; i++) {
                if (match->count > 1 && (match->candidates[i].count != 1 ||
                                         match->agents[match->candidates[i].first] !=
                                                 match->agents[match->candidates[0].first])) {
                        return false;
                }
        }
        return true;
}

/* Returns whether the pairs are proved to be the best. */
static bool solve(struct att_core *core)
{
        struct match_scratch *match = &core->match;
        bool exact = true;
        if (!is_simple(match)) {
                uint32_t count = (uint32_t)att_min_i64(match->count, ATT_JOINT_MAX);
                exact = solve_jointly(core, count) && match->count <= ATT_JOINT_MAX;
        }
        solve_one_by_one(core, 0, match->count);
        return exact;
}

/* The further agents of broadcasts: every contact has its first before any gets a second. */
static void solve_broadcasts(struct att_core *core)
{
        struct match_scratch *match = &core->match;
        for (uint32_t n = 2; n <= ATT_BROADCAST_MAX; n++) {
                for (uint32_t i = 0; i < match->count; i++) {
                        const struct candidate *candidate = &match->candidates[i];
                        if (!candidate->served ||
                            core->channels[candidate->contact->channel].auto_accept ||
                            contact_policy(core, candidate->contact)->broadcast < n) {
                                continue;
                        }
                        struct agent *agent = best_agent(core, i, true);
                        if (agent) {
                                make_pair(core, i, agent, true);
                        }
                }
        }
}

/* ---- Carry out ---- */

static void give_back(struct att_core *core)
{
        for (uint32_t i = core->match.pair_count; i-- > 0;) {
                const struct match_pair *pair = &core->match.pairs[i];
                uint32_t channel = core->match.candidates[pair->candidate].contact->channel;
                agent_give_lightly(pair->agent, channel, core->channels[channel].units);
        }
}

static int compare_pairs(const void *a, const void *b)
{
        const struct match_pair *pair_a = a;
        const struct match_pair *pair_b = b;
        if (pair_a->candidate != pair_b->candidate) {
                return pair_a->candidate < pair_b->candidate ? -1 : 1;
        }
        return pair_a->number < pair_b->number ? -1 : pair_a->number > pair_b->number;
}

static void carry_out(struct att_core *core, bool exact)
{
        struct match_scratch *match = &core->match;
        give_back(core);
        qsort(match->pairs, match->pair_count, sizeof(*match->pairs), compare_pairs);
        for (uint32_t i = 0; i < match->pair_count; i++) {
                const struct match_pair *pair = &match->pairs[i];
                const struct candidate *candidate = &match->candidates[pair->candidate];
                uint32_t channel = candidate->contact->channel;
                decide(core, candidate, pair->agent, exact, pair->further);
                agent_take_lightly(pair->agent, channel, core->channels[channel].units);
        }
        give_back(core);
        for (uint32_t i = 0; i < match->pair_count; i++) {
                const struct match_pair *pair = &match->pairs[i];
                offer_make(core, match->candidates[pair->candidate].contact, pair->agent,
                           pair->number);
        }
}

/* A linked contact whose agent was given to another is for anyone after all. */
static bool release_links(struct att_core *core)
{
        bool released = false;
        for (uint32_t i = 0; i < core->match.count; i++) {
                const struct candidate *candidate = &core->match.candidates[i];
                if (!candidate->served && candidate->bound == ATT_EXCLUSION_LINKED) {
                        contact_mark(core, candidate->contact);
                        released = true;
                }
        }
        return released;
}

/* ---- The two common instants ---- */

static struct candidate *begin_simple(struct att_core *core, struct contact *contact,
                                      enum att_exclusion bound)
{
        struct match_scratch *match = &core->match;
        struct candidate *candidate = add_candidate(match);
        *candidate = (struct candidate){
                .contact = contact,
                .bound = bound,
                .plain = bound == ATT_EXCLUSION_NONE && contact_is_plain(core, contact),
                .first = match->agent_count,
        };
        return candidate;
}

static void clean(struct contact *contact)
{
        contact->dirty = false;
        contact->window = false;
        att_list_remove(&contact->in_dirty);
}

static bool goes_to_one(const struct att_core *core, const struct contact *contact)
{
        const struct att_policy *policy = contact_policy(core, contact);
        return policy->batch_ms == 0 &&
               (policy->broadcast == 1 || core->channels[contact->channel].auto_accept);
}

/* One contact, and no agent with anything new: the best agent, straight from the sets. */
static bool match_one_contact(struct att_core *core)
{
        struct match_scratch *match = &core->match;
        struct contact *contact = ATT_LIST_FIRST(&core->dirty_contacts, struct contact, in_dirty);
        enum att_exclusion bound = ATT_EXCLUSION_NONE;
        if (!contact || core->dirty_contacts.next != core->dirty_contacts.prev ||
            !goes_to_one(core, contact) || bound_agent(core, contact, &bound)) {
                return false;
        }
        clean(contact);
        struct agent *best[ATT_CANDIDATES_SHOWN];
        uint32_t count = score_best(core, contact, best);
        if (count == 0) {
                return true;
        }
        struct candidate *candidate = begin_simple(core, contact, ATT_EXCLUSION_NONE);
        for (uint32_t i = 0; i < count; i++) {
                add_agent(match, best[i]);
        }
        candidate->count = count;
        decide(core, candidate, best[0], true, false);
        offer_make(core, contact, best[0], core->next_offer++);
        return true;
}

/* The channel of an agent's only room, if there is room for one contact in all; else ATT_NONE. */
static uint32_t only_slot(const struct att_core *core, const struct agent *agent)
{
        uint32_t channel = (uint32_t)__builtin_ctzll(agent->room);
        bool is_one = (agent->room & (agent->room - 1)) == 0 && slots_of(core, agent, channel) == 1;
        return is_one ? channel : ATT_NONE;
}

/* One agent with room for one, and no contact with anything new: the first of those that wait. */
static bool match_one_agent(struct att_core *core)
{
        struct match_scratch *match = &core->match;
        struct agent *agent = ATT_LIST_FIRST(&core->dirty_agents, struct agent, in_dirty);
        if (!agent || core->dirty_agents.next != core->dirty_agents.prev ||
            !att_list_is_empty(&core->dirty_contacts)) {
                return false;
        }
        uint32_t channel = only_slot(core, agent);
        if (channel == ATT_NONE) {
                return false;
        }
        struct contact *first[2];
        uint32_t count = waiting_first(core, agent, channel, 2, first);
        agent->dirty = false;
        att_list_remove(&agent->in_dirty);
        if (count == 0) {
                return true;
        }
        add_agent(match, agent);
        for (uint32_t i = 0; i < count; i++) {
                enum att_exclusion bound = ATT_EXCLUSION_NONE;
                (void)bound_agent(core, first[i], &bound);
                struct candidate *candidate = begin_simple(core, first[i], bound);
                candidate->first = 0;
                candidate->count = 1;
        }
        decide(core, &match->candidates[0], agent, true, false);
        offer_make(core, first[0], agent, core->next_offer++);
        return true;
}

static bool match_simply(struct att_core *core)
{
        core->match.count = 0;
        core->match.agent_count = 0;
        return att_list_is_empty(&core->dirty_agents) ? match_one_contact(core)
                                                      : match_one_agent(core);
}

void match_all(struct att_core *core)
{
        if (!core->config) {
                return;
        }
        do {
                if (att_list_is_empty(&core->dirty_agents) &&
                    att_list_is_empty(&core->dirty_contacts)) {
                        return;
                }
                sift_agents(core);
                if (match_simply(core)) {
                        return;
                }
                gather(core);
                if (core->match.count == 0) {
                        return;
                }
                qsort(core->match.candidates, core->match.count, sizeof(struct candidate),
                      compare_candidates);
                bool exact = solve(core);
                solve_broadcasts(core);
                carry_out(core, exact);
        } while (release_links(core));
}
