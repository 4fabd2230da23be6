/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The matching: after every instant, who gets whom.
 *
 * Before a command there is no pair of an eligible free agent and a waiting contact left unmatched
 * but for those a policy holds back. So only pairs with something new in them can arise: a contact
 * that came, came back or asks for something else (dirty), or an agent who became free or came into
 * reach (dirty). What is held back becomes dirty when that ends.
 *
 *   candidates.c   the waiting contacts that have an eligible agent now, in order
 *   solve          pairs for them all: the first 64 as one assignment, the others one by one
 *   carry out      the offers, the most urgent contact's first
 *
 * Most instants are simple, one contact with something new or one agent, and go straight.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/bitset.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"

#define NO_COLUMN UINT32_MAX

void match_deinit(struct match_scratch *match)
{
        free(match->candidates);
        free(match->guesses.items);
        free(match->found.items);
        free(match->agents);
        free(match->columns);
        free(match->allowed);
        free(match->pairs);
        free(match->lanes);
        free(match->fresh);
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
                timer_arm(core, &state->window, core->now_ms + policy->batch_ms, index);
        }
        return true;
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

/* What the agent holds for the time being, so that those after it see it. */
static void refresh(struct att_core *core, const struct agent *agent)
{
        if (agent->def) {
                sets_refresh_room(core, agent);
                score_refresh(core, agent);
        }
}

static struct match_pair *add_pair(struct match_scratch *match)
{
        if (match->pair_count == match->pair_capacity) {
                size_t capacity = att_grown_capacity(match->pair_capacity, match->pair_count + 1u);
                match->pairs = att_realloc_array(match->pairs, capacity, sizeof(*match->pairs));
                match->pair_capacity = (uint32_t)capacity;
        }
        return &match->pairs[match->pair_count++];
}

/* A pair for the time being. */
static void make_pair(struct att_core *core, uint32_t candidate, struct agent *agent, bool further)
{
        struct match_scratch *match = &core->match;
        const struct contact *contact = match->candidates[candidate].contact;
        *add_pair(match) = (struct match_pair){
                .candidate = candidate,
                .agent = agent,
                .number = core->next_offer++,
                .further = further,
        };
        match->candidates[candidate].served = true;
        agent_take_lightly(agent, contact->channel, core->channels[contact->channel].units);
        refresh(core, agent);
}

/* The agents that a candidate is paired with already. */
static uint32_t list_paired(const struct match_scratch *match, uint32_t candidate,
                            const struct agent *ret_agents[ATT_BROADCAST_MAX])
{
        uint32_t count = 0;
        for (uint32_t i = 0; i < match->pair_count && count < ATT_BROADCAST_MAX; i++) {
                if (match->pairs[i].candidate == candidate) {
                        ret_agents[count++] = match->pairs[i].agent;
                }
        }
        return count;
}

/* The best agent with room for one contact: fit, then the ties. */
static struct agent *best_agent(const struct att_core *core, uint32_t candidate, bool further)
{
        const struct candidate *wanted = &core->match.candidates[candidate];
        const struct agent *paired[ATT_BROADCAST_MAX];
        uint32_t paired_count = further ? list_paired(&core->match, candidate, paired) : 0;
        if (wanted->only) {
                enum att_exclusion why;
                return paired_count == 0 &&
                                       has_room(core, wanted->only, wanted->contact->channel, &why)
                               ? wanted->only
                               : NULL;
        }
        struct score_query query = candidate_query(core, wanted);
        query.but = paired;
        query.but_count = paired_count;
        struct agent *best[ATT_CANDIDATES_SHOWN];
        return score_best(core, wanted->contact, &query, best) > 0 ? best[0] : NULL;
}

static void solve_one_by_one(struct att_core *core)
{
        for (uint32_t i = 0; i < core->match.count || candidates_next(core); i++) {
                if (core->match.candidates[i].served) {
                        continue;
                }
                struct agent *agent = best_agent(core, i, false);
                if (agent) {
                        make_pair(core, i, agent, false);
                } else if (!candidates_have_room(core)) {
                        return;
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
        for (uint32_t i = 0; i < match->agent_count; i++) {
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

/* An empty matrix of so many words. */
static uint64_t *get_allowed(struct match_scratch *match, size_t words)
{
        if (match->allowed_capacity < words) {
                match->allowed = att_realloc_array(match->allowed, words, sizeof(uint64_t));
                match->allowed_capacity = words;
        }
        memset(match->allowed, 0, words * sizeof(uint64_t));
        return match->allowed;
}

static bool solve_jointly(struct att_core *core, uint32_t count)
{
        struct match_scratch *match = &core->match;
        uint32_t columns = number_columns(core, count);
        struct solving solving = {.core = core, .words = att_bitset_words(columns)};
        uint64_t *allowed = get_allowed(match, count * solving.words);
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
                if (match->count > 1 && (!match->candidates[i].only ||
                                         match->candidates[i].only != match->candidates[0].only)) {
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
                candidates_list_agents(core, count);
                exact = solve_jointly(core, count);
        }
        solve_one_by_one(core);
        return exact && match->count <= ATT_JOINT_MAX;
}

/* The further agents of broadcasts: every contact has its first before any gets a second. */
static void solve_broadcasts(struct att_core *core)
{
        struct match_scratch *match = &core->match;
        for (uint32_t n = 2; n <= core->broadcast_max; n++) {
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

static uint32_t units_of(const struct att_core *core, const struct match_pair *pair)
{
        return core->channels[core->match.candidates[pair->candidate].contact->channel].units;
}

static void give_back(struct att_core *core)
{
        for (uint32_t i = core->match.pair_count; i-- > 0;) {
                const struct match_pair *pair = &core->match.pairs[i];
                uint32_t channel = core->match.candidates[pair->candidate].contact->channel;
                agent_give_lightly(pair->agent, channel, units_of(core, pair));
                refresh(core, pair->agent);
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

/* Why, for every pair: the sets are those of before the instant, the loads count the pairs made
 * before. */
static void explain_pairs(struct att_core *core, bool exact)
{
        struct match_scratch *match = &core->match;
        for (uint32_t i = 0; i < match->pair_count; i++) {
                const struct match_pair *pair = &match->pairs[i];
                const struct candidate *candidate = &match->candidates[pair->candidate];
                if (!pair->further) {
                        decide(core, candidate, pair->agent, exact);
                }
                agent_take_lightly(pair->agent, candidate->contact->channel, units_of(core, pair));
                if (pair->agent->def) {
                        score_refresh(core, pair->agent);
                }
        }
}

static void carry_out(struct att_core *core, bool exact)
{
        struct match_scratch *match = &core->match;
        give_back(core);
        if (match->pair_count > 1) {
                qsort(match->pairs, match->pair_count, sizeof(*match->pairs), compare_pairs);
        }
        explain_pairs(core, exact);
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
        bool released = candidates_release_left(core);
        for (uint32_t i = 0; i < core->match.count; i++) {
                const struct candidate *candidate = &core->match.candidates[i];
                if (!candidate->served && candidate->bound == ATT_EXCLUSION_LINKED) {
                        candidate->contact->window = true; /* Its window is over, if it had one. */
                        contact_mark(core, candidate->contact);
                        released = true;
                }
        }
        return released;
}

/* ---- The two common instants ---- */

static bool goes_to_one(const struct att_core *core, const struct contact *contact)
{
        const struct att_policy *policy = contact_policy(core, contact);
        return policy->batch_ms == 0 &&
               (policy->broadcast == 1 || core->channels[contact->channel].auto_accept);
}

/* One contact, and no agent with anything new: the best agent, straight from the sets. */
static bool match_one_contact(struct att_core *core)
{
        enum att_exclusion bound = ATT_EXCLUSION_NONE;
        if (core->dirty_contacts.count != 1) {
                return false;
        }
        struct contact *contact = core->dirty_contacts.items[core->dirty_contacts.end - 1];
        if (!goes_to_one(core, contact) || bound_agent(core, contact, &bound)) {
                return false;
        }
        struct candidate *candidate = candidates_begin_one(core, contact);
        struct score_query query = candidate_query(core, candidate);
        struct agent *best[ATT_CANDIDATES_SHOWN];
        uint32_t count = score_best(core, contact, &query, best);
        if (count > 0) {
                decide_among(core, candidate, best, count, true);
                offer_make(core, contact, best[0], core->next_offer++);
        }
        return true;
}

/* Whether the agent who takes the first of the candidates has room for none of the others. */
static bool is_full_with_first(const struct att_core *core, struct agent *agent)
{
        const struct match_scratch *match = &core->match;
        uint32_t channel = match->candidates[0].contact->channel;
        uint32_t units = core->channels[channel].units;
        bool is_full = true;
        agent_take_lightly(agent, channel, units);
        for (uint32_t i = 1; i < match->count && is_full; i++) {
                enum att_exclusion why;
                is_full = !has_room(core, agent, match->candidates[i].contact->channel, &why);
        }
        agent_give_lightly(agent, channel, units);
        return is_full;
}

static void match_first(struct att_core *core, struct agent *agent)
{
        struct candidate *first = &core->match.candidates[0];
        uint64_t number = core->next_offer++;
        first->served = true;
        decide(core, first, agent, true);
        offer_make(core, first->contact, agent, number);
}

/* One agent, and no contact with anything new: the first of those that wait, one after the other as
 * far as there is room. Contacts of any place would be served in that order. */
static bool match_one_agent(struct att_core *core)
{
        struct agent *agent = ATT_LIST_FIRST(&core->dirty_agents, struct agent, in_dirty);
        if (!agent || core->dirty_agents.next != core->dirty_agents.prev ||
            core->dirty_contacts.count > 0 || !candidates_of_agent(core, agent)) {
                return false;
        }
        if (core->match.count > 0 && is_full_with_first(core, agent)) {
                match_first(core, agent);
        } else if (core->match.count > 0) {
                solve_one_by_one(core);
                carry_out(core, true);
        }
        return true;
}

static bool match_simply(struct att_core *core)
{
        if (att_list_is_empty(&core->dirty_agents) && match_one_contact(core)) {
                return true;
        }
        queue_settle_newcomer(core);
        return match_one_agent(core);
}

void match_all(struct att_core *core)
{
        if (!core->config) {
                return;
        }
        do {
                if (att_list_is_empty(&core->dirty_agents) && core->dirty_contacts.count == 0 &&
                    !core->are_all_dirty) {
                        return;
                }
                candidates_sift(core);
                if (!candidates_have_room(core)) {
                        candidates_clean(core);
                        return;
                }
                candidates_mark_all(core);
                if (match_simply(core)) {
                        continue;
                }
                candidates_find(core);
                if (core->match.count > 0) {
                        bool exact = solve(core);
                        solve_broadcasts(core);
                        carry_out(core, exact);
                }
        } while (release_links(core));
}
