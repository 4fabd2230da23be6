/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How it is solved:
 *
 * 1. Each contact's possible pairs are scored with nothing made yet. More than as many agents as
 *    there are contacts are of no use to one of them: of its best n agents the other n - 1 contacts
 *    leave one free, and it is better there than with any agent outside.
 * 2. Contacts that share no agent, directly or through others, are solved apart. One contact alone
 *    takes its best; one agent alone takes what it can in order of place.
 * 3. Else agents become slots (see relax.h): how many, and what a contact is worth in each, is found
 *    by making pairs of each kind for the time being (assign_slots.c). Slots given out in order of
 *    place serve just the contacts that the first rule wants, where slots tell all: where agents
 *    have one each, or one kind of contact. Elsewhere it takes more to find out (assign_served.c).
 * 4. With those served fixed, small changes make the pairing better (assign_improve.c), and a search
 *    finds the largest total or proves that it is reached (assign_search.c).
 * 5. With the total fixed as well, another search binds contacts in order of place, the better ties
 *    first: the first pairing that reaches the total is the answer. Where each agent has one slot it
 *    never has to turn back.
 */
#include "lib/core/assign.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/assign_work.h"

#define CONTACTS_MAX ATT_ASSIGN_CONTACTS_MAX
#define SCORE_STEPS  8 /* What a score counts for, against a slot looked at. */

/* The caller's side -------------------------------------------------------- */

static uint32_t get_agent(const struct assign_work *work, uint32_t edge)
{
        return work->candidates[assign_candidate_of(work, edge)].agent;
}

static bool score(struct assign_work *work, uint32_t contact, uint32_t agent, int64_t *ret_fit,
                  struct att_assign_tie *ret_tie)
{
        const struct att_assign_problem *problem = work->problem;

        work->score_steps += SCORE_STEPS;
        return problem->score(problem->context, contact, agent, ret_fit, ret_tie);
}

bool assign_score(struct assign_work *work, uint32_t contact, uint32_t edge, int64_t *ret_fit,
                  struct att_assign_tie *ret_tie)
{
        return score(work, contact, get_agent(work, edge), ret_fit, ret_tie);
}

void assign_make(struct assign_work *work, uint32_t contact, uint32_t edge)
{
        work->problem->make(work->problem->context, contact, get_agent(work, edge));
}

void assign_unmake(struct assign_work *work, uint32_t contact, uint32_t edge)
{
        work->problem->unmake(work->problem->context, contact, get_agent(work, edge));
}

void assign_make_all(struct assign_work *work, uint32_t number, uint64_t contacts)
{
        for (uint64_t rest = contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = assign_first(rest);

                assign_make(work, contact, assign_edge(work, number, contact));
        }
}

void assign_unmake_all(struct assign_work *work, uint32_t number, uint64_t contacts)
{
        while (contacts != 0) {
                const uint32_t contact = assign_last(contacts);

                assign_unmake(work, contact, assign_edge(work, number, contact));
                contacts &= ~assign_bit(contact);
        }
}

int64_t assign_find_worth(struct assign_work *work, uint32_t number, uint64_t contacts)
{
        uint64_t made = 0;
        int64_t worth = 0;

        for (uint64_t rest = contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = assign_first(rest);
                const uint32_t edge = assign_edge(work, number, contact);
                struct att_assign_tie tie;
                int64_t fit;

                if (!assign_score(work, contact, edge, &fit, &tie)) {
                        worth = RELAX_IMPOSSIBLE;
                        break;
                }
                assign_make(work, contact, edge);
                made |= assign_bit(contact);
                worth += fit;
        }
        assign_unmake_all(work, number, made);
        return worth;
}

/* Pairings ----------------------------------------------------------------- */

static void unmake_pairing(struct assign_work *work, const struct assign_pairing *pairing,
                           uint64_t made)
{
        while (made != 0) {
                const uint32_t contact = assign_last(made);

                assign_unmake(work, contact, pairing->edges[contact]);
                made &= ~assign_bit(contact);
        }
}

int64_t assign_evaluate(struct assign_work *work, const struct assign_pairing *pairing,
                        int64_t fits[CONTACTS_MAX], uint32_t *ret_impossible)
{
        uint64_t made = 0;
        int64_t total = 0;

        for (uint64_t rest = pairing->contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = assign_first(rest);
                struct att_assign_tie tie;

                if (!assign_score(work, contact, pairing->edges[contact], &fits[contact], &tie)) {
                        *ret_impossible = contact;
                        total = RELAX_IMPOSSIBLE;
                        break;
                }
                assign_make(work, contact, pairing->edges[contact]);
                made |= assign_bit(contact);
                total += fits[contact];
        }
        unmake_pairing(work, pairing, made);
        return total;
}

void assign_give_pairing(struct assign_work *work, const struct assign_pairing *pairing)
{
        for (uint32_t number = 0; number < work->candidate_count; number++) {
                work->candidates[number].given = 0;
        }
        for (uint64_t rest = pairing->contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = assign_first(rest);
                const uint32_t number = assign_candidate_of(work, pairing->edges[contact]);

                work->candidates[number].given |= assign_bit(contact);
        }
}

static void tell_pairing(const struct assign_work *work, const struct assign_pairing *pairing,
                         struct att_assign_result *result)
{
        for (uint64_t rest = pairing->contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = assign_first(rest);

                result->agents[contact] = get_agent(work, pairing->edges[contact]);
                result->served_count++;
        }
        result->total_fit_ppm += pairing->total;
}

/* Pairs -------------------------------------------------------------------- */

int att_assign_compare_ties(const struct att_assign_tie *a, const struct att_assign_tie *b)
{
        if (a->load_units != b->load_units) {
                return a->load_units < b->load_units ? -1 : 1;
        }
        if (a->idle_ms != b->idle_ms) {
                return a->idle_ms > b->idle_ms ? -1 : 1;
        }
        return (a->order > b->order) - (a->order < b->order);
}

static bool is_better_pair(const struct assign_pair *a, const struct assign_pair *b)
{
        if (a->fit != b->fit) {
                return a->fit > b->fit;
        }
        return att_assign_compare_ties(&a->tie, &b->tie) < 0;
}

/* Puts a pair at the top of the heap, whose other pairs are a heap. */
static void sink_pair(struct assign_work *work, struct assign_pair pair, uint32_t at)
{
        struct assign_pair *pairs = work->pairs;

        for (;;) {
                uint32_t child = at * 2 + 1;

                if (child >= work->pair_count) {
                        break;
                }
                if (child + 1 < work->pair_count &&
                    is_better_pair(&pairs[child], &pairs[child + 1])) {
                        child++;
                }
                if (!is_better_pair(&pair, &pairs[child])) {
                        break;
                }
                pairs[at] = pairs[child];
                at = child;
        }
        pairs[at] = pair;
}

/* Keeps the best `pairs_max` pairs of a contact. */
static void offer_pair(struct assign_work *work, const struct assign_pair *pair, uint32_t pairs_max)
{
        if (work->pair_count < pairs_max) {
                work->pairs[work->pair_count] = *pair;
                work->pair_count++;
                if (work->pair_count == pairs_max) {
                        for (uint32_t at = pairs_max / 2; at-- > 0;) {
                                sink_pair(work, work->pairs[at], at);
                        }
                }
        } else if (is_better_pair(pair, &work->pairs[0])) {
                sink_pair(work, *pair, 0);
        }
}

static uint32_t get_candidate(struct assign_work *work, uint32_t agent)
{
        if (work->candidate_of[agent] != ATT_ASSIGN_NOBODY) {
                return work->candidate_of[agent];
        }
        if (work->candidate_count == work->candidate_capacity) {
                work->candidate_capacity = att_grown_capacity(work->candidate_capacity,
                                                              work->candidate_count + 1);
                work->candidates = att_realloc_array(work->candidates, work->candidate_capacity,
                                                     sizeof(*work->candidates));
                work->relax.agents = att_realloc_array(work->relax.agents, work->candidate_capacity,
                                                       sizeof(*work->relax.agents));
        }

        const uint32_t number = work->candidate_count;

        work->candidate_count++;
        work->candidate_of[agent] = number;
        work->candidates[number] = (struct assign_candidate){.agent = agent};
        work->relax.agents[number] = (struct relax_agent){0};
        return number;
}

static void add_edges(struct assign_work *work, uint32_t contact)
{
        const size_t needed = work->edge_count + work->pair_count;

        if (needed > work->edge_capacity) {
                work->edge_capacity = att_grown_capacity(work->edge_capacity, needed);
                work->relax.edges = att_realloc_array(work->relax.edges, work->edge_capacity,
                                                      sizeof(*work->relax.edges));
        }
        for (uint32_t i = 0; i < work->pair_count; i++) {
                const uint32_t number = get_candidate(work, work->pairs[i].agent);
                struct assign_candidate *candidate = &work->candidates[number];

                work->relax.edges[work->edge_count] = (struct relax_edge){
                        .agent = number,
                        .cap = work->pairs[i].fit,
                };
                candidate->contacts |= assign_bit(contact);
                candidate->edges[contact] = work->edge_count;
                work->edge_count++;
        }
}

static void collect_pairs(struct assign_work *work)
{
        const struct att_assign_problem *problem = work->problem;
        const uint32_t agents = problem->agent_count;

        if (agents > work->candidate_of_capacity) {
                work->candidate_of_capacity = att_grown_capacity(work->candidate_of_capacity,
                                                                 agents);
                work->candidate_of = att_realloc_array(work->candidate_of,
                                                       work->candidate_of_capacity,
                                                       sizeof(*work->candidate_of));
        }
        for (uint32_t agent = 0; agent < agents; agent++) {
                work->candidate_of[agent] = ATT_ASSIGN_NOBODY;
        }
        work->candidate_count = 0;
        work->edge_count = 0;
        for (uint32_t contact = 0; contact < problem->contact_count; contact++) {
                struct assign_pair pair;

                work->relax.first_edge[contact] = work->edge_count;
                work->pair_count = 0;
                for (pair.agent = 0; pair.agent < agents; pair.agent++) {
                        if (score(work, contact, pair.agent, &pair.fit, &pair.tie)) {
                                offer_pair(work, &pair, problem->contact_count);
                        }
                }
                add_edges(work, contact);
        }
        for (uint32_t i = problem->contact_count; i <= CONTACTS_MAX; i++) {
                work->relax.first_edge[i] = work->edge_count;
        }
        for (uint32_t i = 0; i < CONTACTS_MAX; i++) {
                work->relax.only_edge[i] = RELAX_NO_EDGE;
        }
}

/* Components --------------------------------------------------------------- */

/* The contacts that share agents with this one, directly or through others. */
static uint64_t find_component(const struct assign_work *work, uint32_t contact)
{
        uint64_t component = assign_bit(contact);
        uint64_t before = 0;

        while (component != before) {
                before = component;
                for (uint32_t number = 0; number < work->candidate_count; number++) {
                        if (work->candidates[number].contacts & component) {
                                component |= work->candidates[number].contacts;
                        }
                }
        }
        return component;
}

static bool has_one_agent(const struct assign_work *work, uint64_t contacts)
{
        const uint32_t first = work->relax.first_edge[assign_first(contacts)];
        const uint32_t number = work->relax.edges[first].agent;

        for (uint64_t rest = contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = assign_first(rest);
                const uint32_t edge = work->relax.first_edge[contact];

                if (work->relax.first_edge[contact + 1] != edge + 1 ||
                    work->relax.edges[edge].agent != number) {
                        return false;
                }
        }
        return true;
}

/* The best edge of a contact, with the pairs made. */
static bool find_best_edge(struct assign_work *work, uint32_t contact, uint32_t *ret_edge,
                           int64_t *ret_fit)
{
        struct assign_pair best = {0};
        bool found = false;

        for (uint32_t edge = work->relax.first_edge[contact];
             edge < work->relax.first_edge[contact + 1]; edge++) {
                struct assign_pair pair = {0};

                if (assign_score(work, contact, edge, &pair.fit, &pair.tie) &&
                    (!found || is_better_pair(&pair, &best))) {
                        best = pair;
                        *ret_edge = edge;
                        *ret_fit = pair.fit;
                        found = true;
                }
        }
        return found;
}

/* One after the other, each takes its best: right for one contact alone, and for one agent. */
static void solve_in_order(struct assign_work *work, uint64_t contacts,
                           struct att_assign_result *result)
{
        struct assign_pairing pairing = {0};

        for (uint64_t rest = contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = assign_first(rest);
                int64_t fit = 0;

                if (find_best_edge(work, contact, &pairing.edges[contact], &fit)) {
                        assign_make(work, contact, pairing.edges[contact]);
                        pairing.contacts |= assign_bit(contact);
                        pairing.total += fit;
                }
        }
        unmake_pairing(work, &pairing, pairing.contacts);
        tell_pairing(work, &pairing, result);
}

/* Finds the slots of a component's agents, and how far to search. */
static void open_component(struct assign_work *work, uint64_t contacts)
{
        bool is_one_slot_each = true;

        work->filled.rows = 0; /* Of another component. */
        for (uint32_t number = 0; number < work->candidate_count; number++) {
                if (work->candidates[number].contacts & contacts) {
                        assign_find_slots(work, number);
                        is_one_slot_each = is_one_slot_each &&
                                           work->relax.agents[number].slot_count == 1;
                }
        }
        /* What never turns back needs no limit. */
        work->steps_end = is_one_slot_each ? UINT64_MAX : assign_steps(work) + work->steps_left;
}

static void close_component(struct assign_work *work)
{
        if (work->steps_end != UINT64_MAX) {
                const uint64_t steps = assign_steps(work);

                work->steps_left = steps < work->steps_end ? work->steps_end - steps : 0;
        }
}

static void solve_component(struct assign_work *work, uint64_t contacts,
                            struct att_assign_result *result)
{
        struct relax_match match;
        struct assign_pairing pairing = {0};
        bool exact;

        open_component(work, contacts);
        exact = assign_find_served(work, contacts, &pairing);

        (void)assign_fill_slots(work, pairing.contacts, &match);
        if (pairing.total < relax_total(&work->relax, &match)) {
                assign_improve(work, &pairing, assign_share_of_steps(work, work->steps_end, 4));
                exact = assign_search(work, ASSIGN_LARGEST, pairing.contacts, pairing.total + 1,
                                      assign_share_of_steps(work, work->steps_end, 2), &pairing) &&
                        exact;
        }
        exact = assign_search(work, ASSIGN_BEST_TIES, pairing.contacts, pairing.total,
                              work->steps_end, &pairing) &&
                exact;
        close_component(work);
        result->exact = result->exact && exact;
        tell_pairing(work, &pairing, result);
}

/* The whole ---------------------------------------------------------------- */

static void find_kinds(struct assign_work *work)
{
        const struct att_assign_problem *problem = work->problem;

        for (uint32_t i = 0; i < problem->contact_count; i++) {
                work->alike[i] = assign_bit(i);
                for (uint32_t j = 0; problem->kinds && j < problem->contact_count; j++) {
                        if (problem->kinds[i] == problem->kinds[j]) {
                                work->alike[i] |= assign_bit(j);
                        }
                }
        }
}

void att_assign_init(struct att_assign *assign)
{
        assign->work = att_alloc(sizeof(*assign->work));
}

void att_assign_deinit(struct att_assign *assign)
{
        if (assign->work) {
                free(assign->work->relax.edges);
                free(assign->work->relax.agents);
                free(assign->work->relax.values);
                free(assign->work->relax.owner);
                free(assign->work->candidates);
                free(assign->work->candidate_of);
                free(assign->work);
        }
        assign->work = NULL;
}

void att_assign_solve(struct att_assign *assign, const struct att_assign_problem *problem,
                      struct att_assign_result *ret_result)
{
        struct assign_work *work = assign->work;
        uint64_t left = 0;

        ATT_CHECK(problem->contact_count <= CONTACTS_MAX);
        ATT_CHECK(problem->steps_max < UINT64_MAX / 2);
        ret_result->served_count = 0;
        ret_result->total_fit_ppm = 0;
        ret_result->exact = true;
        for (uint32_t i = 0; i < CONTACTS_MAX; i++) {
                ret_result->agents[i] = ATT_ASSIGN_NOBODY;
        }
        work->problem = problem;
        work->score_steps = 0;
        work->relax.steps = 0;
        work->steps_left = problem->steps_max > 0 ? problem->steps_max : ATT_ASSIGN_STEPS;
        work->value_count = 0;
        work->slot_count = 0;
        collect_pairs(work);
        find_kinds(work);
        for (uint32_t i = 0; i < problem->contact_count; i++) {
                if (work->relax.first_edge[i] < work->relax.first_edge[i + 1]) {
                        left |= assign_bit(i);
                }
        }
        while (left != 0) {
                const uint64_t contacts = find_component(work, assign_first(left));

                left &= ~contacts;
                if ((contacts & (contacts - 1)) == 0 || has_one_agent(work, contacts)) {
                        solve_in_order(work, contacts, ret_result);
                } else {
                        solve_component(work, contacts, ret_result);
                }
        }
        ret_result->steps = assign_steps(work);
        work->problem = NULL;
}
