/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How it is solved:
 *
 * 1. Each contact's possible pairs are scored with nothing made yet. More than as many agents as
 *    there are contacts are of no use to one of them: of its best n agents the other n - 1 contacts
 *    leave one free, and it is better there than with any agent outside.
 * 2. Contacts that share no agent, directly or through others, are solved apart. One contact alone
 *    takes its best; one agent alone takes what it can in order of place.
 * 3. Else agents become slots (see relax.h): how many, and what a contact is worth in each, is
 *    found by making pairs of each kind for the time being. Adding rows in order of place serves
 *    just the contacts that the first rule wants, where slots tell all (one slot, or one kind);
 *    elsewhere these are candidates, and a search finds out which can be served together.
 * 4. With those served fixed, a search binds one contact after the other to one of its agents:
 *    always one for which the slots promise more than the pairing that they suggest would keep. The
 *    prices of the slots tell what a choice loses at least, so that a choice which can't beat the
 *    best pairing known is not even tried. Where the promise is kept at once, nothing is left to
 *    search.
 * 5. With the total fixed, a search binds contacts in order of place, the better ties first: the
 *    first pairing that reaches the total is the answer. Where each agent has one slot it never has
 *    to turn back.
 */
#include "lib/core/assign.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/relax.h"

#define CONTACTS_MAX ATT_ASSIGN_CONTACTS_MAX
#define STATES_MAX   64 /* Of an agent, to be tried for what its slots are worth. */
#define SCORE_STEPS  8  /* What a score costs, against an edge looked at. */
#define NO_AGENT     UINT32_MAX

_Static_assert(CONTACTS_MAX == RELAX_ROWS_MAX, "a row is a contact");

/* A contact and an agent that could take it if nothing else were made. */
struct pair {
        int64_t fit;
        struct att_assign_tie tie;
        uint32_t agent; /* As the caller counts. */
};

/* An agent that is in some pair. */
struct candidate {
        uint32_t agent;               /* As the caller counts. */
        bool slots_tell_all;          /* Its slots' values are exact. */
        uint64_t contacts;            /* That it could take. */
        uint64_t bound;               /* Of them, those that the search has bound to it. */
        uint64_t given;               /* Of them, those that it has in a pairing. */
        int64_t worth;                /* Of those together. */
        uint32_t edges[CONTACTS_MAX]; /* By contact. */
};

/* A way to go on from a level of the search. */
struct option {
        int64_t loss; /* At least. */
        struct att_assign_tie tie;
        uint32_t edge;
};

/* What is undone when the search goes back. */
struct before {
        int64_t cap;
        uint32_t rank_min;
};

/* A level of the search: as many contacts are bound. */
struct level {
        struct relax_match match;
        int64_t promise; /* No pairing from here on has a larger total. */
        uint32_t option_count;
        struct option options[CONTACTS_MAX];
        struct before before[CONTACTS_MAX]; /* By contact. */
};

/* A pairing of some contacts. */
struct pairing {
        uint64_t contacts;
        uint32_t edges[CONTACTS_MAX]; /* By contact. */
        int64_t total;
};

enum goal {
        GOAL_ANY,       /* The first pairing there is. */
        GOAL_LARGER,    /* The largest total, if it reaches what is needed. */
        GOAL_BEST_TIES, /* The first pairing by ties that reaches a total. */
};

struct search {
        enum goal goal;
        uint64_t contacts; /* To be served. */
        uint64_t bound;    /* Of them, those that have their agent. */
        int64_t needed;    /* The least total of use. */
        uint64_t steps_end;
        bool exhausted;
        struct pairing *pairing; /* Borrowed; written when one is found. */
};

struct assign_work {
        const struct att_assign_problem *problem; /* Borrowed during a call. */
        struct relax relax;
        struct candidate *candidates; /* Owned. By the relaxed agent's number. */
        uint32_t candidate_count;
        uint32_t edge_count;
        uint32_t value_count;
        uint32_t slot_count;

        uint32_t *candidate_of; /* Owned. By the caller's agent, or NO_AGENT. */
        size_t candidate_of_capacity;
        size_t candidate_capacity;
        size_t edge_capacity;
        size_t value_capacity;
        size_t slot_capacity;

        struct pair pairs[CONTACTS_MAX]; /* Of one contact: a heap, the worst first. */
        uint32_t pair_count;
        int64_t share[CONTACTS_MAX];  /* What a pairing would lose without the contact. */
        uint64_t alike[CONTACTS_MAX]; /* By contact: those of its kind. */
        int64_t trial[CONTACTS_MAX][CONTACTS_MAX]; /* An agent's values, by rank and contact. */
        uint64_t states[STATES_MAX];               /* An agent's states that were tried. */
        uint32_t state_count;

        struct relax_match filled; /* The last one that no search has changed. */
        struct level levels[CONTACTS_MAX + 1];
        struct att_assign_result *result; /* Borrowed during a call. */
        uint64_t score_steps;
        uint64_t steps_end;
};

static uint64_t contact_bit(uint32_t contact)
{
        return UINT64_C(1) << contact;
}

static uint32_t get_first(uint64_t contacts)
{
        return (uint32_t)__builtin_ctzll(contacts);
}

static uint32_t get_last(uint64_t contacts)
{
        return 63 - (uint32_t)__builtin_clzll(contacts);
}

static uint64_t count_steps(const struct assign_work *work)
{
        return work->score_steps + work->relax.steps;
}

/* The caller's side -------------------------------------------------------- */

static bool score(struct assign_work *work, uint32_t contact, uint32_t agent, int64_t *ret_fit,
                  struct att_assign_tie *ret_tie)
{
        const struct att_assign_problem *problem = work->problem;

        work->score_steps += SCORE_STEPS;
        return problem->score(problem->context, contact, agent, ret_fit, ret_tie);
}

static uint32_t get_agent(const struct assign_work *work, uint32_t edge)
{
        return work->candidates[work->relax.edges[edge].agent].agent;
}

static bool score_edge(struct assign_work *work, uint32_t contact, uint32_t edge, int64_t *ret_fit,
                       struct att_assign_tie *ret_tie)
{
        return score(work, contact, get_agent(work, edge), ret_fit, ret_tie);
}

static void make(struct assign_work *work, uint32_t contact, uint32_t edge)
{
        work->problem->make(work->problem->context, contact, get_agent(work, edge));
}

static void unmake(struct assign_work *work, uint32_t contact, uint32_t edge)
{
        work->problem->unmake(work->problem->context, contact, get_agent(work, edge));
}

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

/* 1. Pairs ----------------------------------------------------------------- */

static bool is_better_pair(const struct pair *a, const struct pair *b)
{
        if (a->fit != b->fit) {
                return a->fit > b->fit;
        }
        return att_assign_compare_ties(&a->tie, &b->tie) < 0;
}

/* Puts a pair at the top of the heap, whose other pairs are a heap. */
static void sink_pair(struct assign_work *work, struct pair pair, uint32_t at)
{
        struct pair *pairs = work->pairs;

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
static void offer_pair(struct assign_work *work, const struct pair *pair, uint32_t pairs_max)
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
        if (work->candidate_of[agent] != NO_AGENT) {
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
        work->candidates[number].agent = agent;
        work->candidates[number].contacts = 0;
        work->candidates[number].bound = 0;
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
                struct candidate *candidate = &work->candidates[number];

                work->relax.edges[work->edge_count] = (struct relax_edge){
                        .agent = number,
                        .cap = work->pairs[i].fit,
                };
                candidate->contacts |= contact_bit(contact);
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
                work->candidate_of[agent] = NO_AGENT;
        }
        work->candidate_count = 0;
        work->edge_count = 0;
        for (uint32_t contact = 0; contact < problem->contact_count; contact++) {
                struct pair pair;

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

/* 3. Slots ----------------------------------------------------------------- */

static uint32_t get_edge(const struct assign_work *work, uint32_t number, uint32_t contact)
{
        return work->candidates[number].edges[contact];
}

/* One more slot, worth nothing yet. */
static void add_slot(struct assign_work *work, struct relax_agent *agent)
{
        int64_t *values = work->trial[agent->slot_count];

        for (uint32_t i = 0; i < CONTACTS_MAX; i++) {
                values[i] = RELAX_IMPOSSIBLE;
        }
        agent->slot_count++;
}

/* With nothing made yet all is known from the pairs. */
static uint64_t fill_first_slot(struct assign_work *work, uint32_t number)
{
        const uint64_t contacts = work->candidates[number].contacts;

        add_slot(work, &work->relax.agents[number]);
        for (uint64_t rest = contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = get_first(rest);

                work->trial[0][contact] = work->relax.edges[get_edge(work, number, contact)].cap;
        }
        return contacts;
}

/* What the contacts after the ones made are worth in the slot of this rank. Gives those of which
 * one more could be made. */
static uint64_t fill_slot(struct assign_work *work, uint32_t number, uint64_t made, uint32_t rank)
{
        const uint64_t others = work->candidates[number].contacts & ~made;
        const uint64_t later = others & (~UINT64_C(0) << get_last(made));
        struct relax_agent *agent = &work->relax.agents[number];
        uint64_t possible = 0;

        for (uint64_t rest = others; rest != 0; rest &= rest - 1) {
                const uint32_t contact = get_first(rest);
                const uint64_t alike = others & work->alike[contact];
                const bool is_first = contact == get_first(alike);
                int64_t fit;
                struct att_assign_tie tie;

                /* The first of a kind tells whether there is room for any. */
                if (!is_first && !(possible & later & contact_bit(contact))) {
                        continue;
                }
                if (!score_edge(work, contact, get_edge(work, number, contact), &fit, &tie)) {
                        continue;
                }
                possible |= alike;
                if (later & contact_bit(contact)) {
                        if (rank == agent->slot_count) {
                                add_slot(work, agent);
                        }
                        work->trial[rank][contact] = att_max_i64(work->trial[rank][contact], fit);
                }
        }
        return possible;
}

/* Whether a state of the agent, as the set of the contacts made, is one to try. */
static bool enter_state(struct assign_work *work, uint64_t made, bool *overflow)
{
        for (uint32_t i = 0; i < work->state_count; i++) {
                if (work->states[i] == made) {
                        return false;
                }
        }
        if (work->state_count == STATES_MAX) {
                *overflow = true;
                return false;
        }
        work->states[work->state_count] = made;
        work->state_count++;
        return true;
}

/* Tries all the agent's states, each made of the first contacts of every kind. What is made in which
 * order makes no difference to scores, but may to what is possible; so a state counts if any order
 * leads to it. */
static bool try_states(struct assign_work *work, uint32_t number, uint64_t made, uint32_t rank)
{
        uint64_t possible = made == 0 ? fill_first_slot(work, number)
                                      : fill_slot(work, number, made, rank);
        bool overflow = false;

        while (possible != 0 && !overflow) {
                const uint32_t contact = get_first(possible);
                const uint32_t edge = get_edge(work, number, contact);

                possible &= ~work->alike[contact];
                if (enter_state(work, made | contact_bit(contact), &overflow)) {
                        make(work, contact, edge);
                        overflow = !try_states(work, number, made | contact_bit(contact), rank + 1);
                        unmake(work, contact, edge);
                }
        }
        return !overflow;
}

/* Without knowing better: as many slots as contacts, each worth what the first is. */
static void assume_slots(struct assign_work *work, uint32_t number)
{
        const uint64_t contacts = work->candidates[number].contacts;
        struct relax_agent *agent = &work->relax.agents[number];
        uint32_t earlier = 0;

        agent->slot_count = (uint32_t)__builtin_popcountll(contacts);
        for (uint64_t rest = contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = get_first(rest);
                const int64_t fit = work->relax.edges[get_edge(work, number, contact)].cap;

                for (uint32_t rank = 0; rank < agent->slot_count; rank++) {
                        work->trial[rank][contact] = rank <= earlier ? fit : RELAX_IMPOSSIBLE;
                }
                earlier++;
        }
}

/* Moves what was found out about an agent to where the relaxed problem wants it. */
static void add_slots(struct assign_work *work, uint32_t number)
{
        const uint64_t contacts = work->candidates[number].contacts;
        struct relax_agent *agent = &work->relax.agents[number];
        const size_t needed = work->value_count +
                              (size_t)agent->slot_count * (size_t)__builtin_popcountll(contacts);

        if (needed > work->value_capacity) {
                work->value_capacity = att_grown_capacity(work->value_capacity, needed);
                work->relax.values = att_realloc_array(work->relax.values, work->value_capacity,
                                                       sizeof(*work->relax.values));
        }
        for (uint64_t rest = contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = get_first(rest);

                work->relax.edges[get_edge(work, number, contact)].first_value = work->value_count;
                for (uint32_t rank = 0; rank < agent->slot_count; rank++) {
                        work->relax.values[work->value_count] = work->trial[rank][contact];
                        work->value_count++;
                }
        }
        agent->first_slot = work->slot_count;
        work->slot_count += agent->slot_count;
}

static void find_slots(struct assign_work *work, uint32_t number)
{
        struct candidate *candidate = &work->candidates[number];
        struct relax_agent *agent = &work->relax.agents[number];
        const uint64_t alike = work->alike[get_first(candidate->contacts)];

        agent->slot_count = 0;
        work->state_count = 0;
        if (try_states(work, number, 0, 0)) {
                candidate->slots_tell_all = agent->slot_count == 1 ||
                                            (candidate->contacts & ~alike) == 0;
        } else {
                candidate->slots_tell_all = false;
                assume_slots(work, number);
        }
        add_slots(work, number);
}

/* Pairings ----------------------------------------------------------------- */

/* Makes a pairing's pairs in order of place for as long as they are possible. Gives the contacts
 * that were made. */
static uint64_t make_pairing(struct assign_work *work, const struct pairing *pairing,
                             int64_t *ret_total)
{
        uint64_t made = 0;
        int64_t total = 0;

        for (uint64_t rest = pairing->contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = get_first(rest);
                int64_t fit;
                struct att_assign_tie tie;

                if (!score_edge(work, contact, pairing->edges[contact], &fit, &tie)) {
                        break;
                }
                make(work, contact, pairing->edges[contact]);
                made |= contact_bit(contact);
                total += fit;
        }
        *ret_total = total;
        return made;
}

static void unmake_pairing(struct assign_work *work, const struct pairing *pairing, uint64_t made)
{
        while (made != 0) {
                const uint32_t contact = get_last(made);

                unmake(work, contact, pairing->edges[contact]);
                made &= ~contact_bit(contact);
        }
}

static bool evaluate_pairing(struct assign_work *work, struct pairing *pairing)
{
        const uint64_t made = make_pairing(work, pairing, &pairing->total);

        unmake_pairing(work, pairing, made);
        return made == pairing->contacts;
}

static void tell_pairing(struct assign_work *work, const struct pairing *pairing)
{
        for (uint64_t rest = pairing->contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = get_first(rest);

                work->result->agents[contact] = get_agent(work, pairing->edges[contact]);
                work->result->served_count++;
        }
        work->result->total_fit_ppm += pairing->total;
}

/* The best edge of a contact, with the pairs made; false if none is possible. */
static bool find_best_edge(struct assign_work *work, uint32_t contact, uint32_t *ret_edge)
{
        struct pair best = {0};
        bool found = false;

        for (uint32_t edge = work->relax.first_edge[contact];
             edge < work->relax.first_edge[contact + 1]; edge++) {
                struct pair pair = {0};

                if (score_edge(work, contact, edge, &pair.fit, &pair.tie) &&
                    (!found || is_better_pair(&pair, &best))) {
                        best = pair;
                        *ret_edge = edge;
                        found = true;
                }
        }
        return found;
}

/* Adds a contact that comes after all others of the pairing, if that goes without a change. */
static bool append_contact(struct assign_work *work, struct pairing *pairing, uint32_t contact)
{
        int64_t total;
        const uint64_t made = make_pairing(work, pairing, &total);
        const bool found = find_best_edge(work, contact, &pairing->edges[contact]);

        ATT_CHECK(made == pairing->contacts);
        unmake_pairing(work, pairing, made);
        if (found) {
                pairing->contacts |= contact_bit(contact);
        }
        return found;
}

static void unmake_made(struct assign_work *work, uint32_t number, uint64_t contacts)
{
        while (contacts != 0) {
                const uint32_t contact = get_last(contacts);

                unmake(work, contact, get_edge(work, number, contact));
                contacts &= ~contact_bit(contact);
        }
}

/* Small changes ------------------------------------------------------------ */

/* What an agent's contacts, in order of place, are worth together; RELAX_IMPOSSIBLE if they are not
 * possible. */
static int64_t find_worth(struct assign_work *work, uint32_t number, uint64_t contacts)
{
        uint64_t made = 0;
        int64_t worth = 0;

        for (uint64_t rest = contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = get_first(rest);
                const uint32_t edge = get_edge(work, number, contact);
                struct att_assign_tie tie;
                int64_t fit;

                if (!score_edge(work, contact, edge, &fit, &tie)) {
                        worth = RELAX_IMPOSSIBLE;
                        break;
                }
                worth += fit;
                made |= contact_bit(contact);
                make(work, contact, edge);
        }
        unmake_made(work, number, made);
        return worth;
}

/* The agents' contacts in a pairing that is being improved. */
static void weigh_agent(struct assign_work *work, struct pairing *pairing, uint32_t number)
{
        struct candidate *candidate = &work->candidates[number];

        candidate->worth = find_worth(work, number, candidate->given);
        for (uint64_t rest = candidate->given; rest != 0; rest &= rest - 1) {
                const uint32_t contact = get_first(rest);

                pairing->edges[contact] = get_edge(work, number, contact);
                work->share[contact] = candidate->worth -
                                       find_worth(work, number,
                                                  candidate->given & ~contact_bit(contact));
        }
}

/* Gives two agents other contacts if that is worth more. */
static bool try_exchange(struct assign_work *work, struct pairing *pairing, uint32_t number,
                         uint64_t given, uint32_t other_number, uint64_t other_given)
{
        struct candidate *one = &work->candidates[number];
        struct candidate *other = &work->candidates[other_number];
        const int64_t worth = find_worth(work, number, given);
        const int64_t other_worth = worth == RELAX_IMPOSSIBLE
                                            ? worth
                                            : find_worth(work, other_number, other_given);

        if (other_worth == RELAX_IMPOSSIBLE || worth + other_worth <= one->worth + other->worth) {
                return false;
        }
        pairing->total += worth + other_worth - one->worth - other->worth;
        one->given = given;
        other->given = other_given;
        weigh_agent(work, pairing, number);
        weigh_agent(work, pairing, other_number);
        return true;
}

/* Moves a contact to another agent, or lets it change places with one of that agent's. */
static bool try_edge(struct assign_work *work, struct pairing *pairing, uint32_t contact,
                     uint32_t edge)
{
        const uint32_t number = work->relax.edges[pairing->edges[contact]].agent;
        const uint32_t other_number = work->relax.edges[edge].agent;
        const uint64_t given = work->candidates[number].given & ~contact_bit(contact);
        const uint64_t other_given = work->candidates[other_number].given;
        /* Nothing is worth more than it is to an agent with nothing else. */
        const int64_t gain_max = work->relax.edges[edge].cap - work->share[contact];

        if (gain_max > 0 && try_exchange(work, pairing, number, given, other_number,
                                         other_given | contact_bit(contact))) {
                return true;
        }
        for (uint64_t rest = other_given & work->candidates[number].contacts; rest != 0;
             rest &= rest - 1) {
                const uint32_t other = get_first(rest);
                const int64_t back = work->relax.edges[get_edge(work, number, other)].cap;

                if (gain_max + back - work->share[other] > 0 &&
                    try_exchange(work, pairing, number, given | contact_bit(other), other_number,
                                 (other_given & ~contact_bit(other)) | contact_bit(contact))) {
                        return true;
                }
        }
        return false;
}

/* Makes a pairing better by moves and exchanges, until there are none or the steps are used up. */
static void improve_pairing(struct assign_work *work, struct pairing *pairing, uint64_t steps_end)
{
        bool has_changed = true;

        for (uint32_t number = 0; number < work->candidate_count; number++) {
                work->candidates[number].given = 0;
        }
        for (uint64_t rest = pairing->contacts; rest != 0; rest &= rest - 1) {
                const uint32_t edge = pairing->edges[get_first(rest)];

                work->candidates[work->relax.edges[edge].agent].given |= rest & -rest;
        }
        for (uint32_t number = 0; number < work->candidate_count; number++) {
                weigh_agent(work, pairing, number);
        }
        while (has_changed) {
                has_changed = false;
                for (uint64_t rest = pairing->contacts; rest != 0; rest &= rest - 1) {
                        const uint32_t contact = get_first(rest);

                        for (uint32_t edge = work->relax.first_edge[contact];
                             edge < work->relax.first_edge[contact + 1]; edge++) {
                                if (count_steps(work) > steps_end) {
                                        return;
                                }
                                if (edge != pairing->edges[contact] &&
                                    try_edge(work, pairing, contact, edge)) {
                                        has_changed = true;
                                }
                        }
                }
        }
}

/* The search --------------------------------------------------------------- */

/* Makes what is bound to an agent and comes before a contact. */
static void make_bound(struct assign_work *work, uint32_t number, uint64_t contacts)
{
        for (uint64_t rest = contacts; rest != 0; rest &= rest - 1) {
                make(work, get_first(rest), get_edge(work, number, get_first(rest)));
        }
}

/* The most that a contact may be worth to an agent, where those bound to it before the contact are
 * made; those bound to it after must still be possible. */
static int64_t find_cap(struct assign_work *work, uint32_t number, uint32_t contact)
{
        const uint64_t after = work->candidates[number].bound & ~contact_bit(contact) &
                               (~UINT64_C(0) << contact);
        const uint32_t edge = get_edge(work, number, contact);
        struct att_assign_tie tie;
        int64_t cap;

        if (!score_edge(work, contact, edge, &cap, &tie)) {
                return RELAX_IMPOSSIBLE;
        }
        if (after != 0) {
                make(work, contact, edge);
                if (find_worth(work, number, after) == RELAX_IMPOSSIBLE) {
                        cap = RELAX_IMPOSSIBLE;
                }
                unmake(work, contact, edge);
        }
        return cap;
}

/* Lowers what an agent's contacts may be worth to it to what those bound to it leave. */
static void lower_values(struct assign_work *work, const struct search *search, uint32_t number,
                         struct level *level)
{
        const struct candidate *candidate = &work->candidates[number];
        uint64_t made = 0;
        uint32_t rank = 0;

        for (uint64_t rest = candidate->contacts & search->contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = get_first(rest);
                struct relax_edge *edge = &work->relax.edges[candidate->edges[contact]];
                const bool is_bound = candidate->bound & contact_bit(contact);

                level->before[contact] = (struct before){
                        .cap = edge->cap,
                        .rank_min = edge->rank_min,
                };
                if (!is_bound && (search->bound & contact_bit(contact))) {
                        continue; /* To another agent. */
                }
                edge->rank_min = rank;
                rank += is_bound;
                if (candidate->slots_tell_all) {
                        continue;
                }
                edge->cap = find_cap(work, number, contact);
                if (is_bound && edge->cap != RELAX_IMPOSSIBLE) {
                        make(work, contact, candidate->edges[contact]);
                        made |= contact_bit(contact);
                }
        }
        unmake_made(work, number, made);
}

static void restore_values(struct assign_work *work, const struct search *search, uint32_t number,
                           const struct level *level)
{
        const struct candidate *candidate = &work->candidates[number];

        for (uint64_t rest = candidate->contacts & search->contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = get_first(rest);
                struct relax_edge *edge = &work->relax.edges[candidate->edges[contact]];

                edge->cap = level->before[contact].cap;
                edge->rank_min = level->before[contact].rank_min;
        }
}

/* Mends the match after a contact was bound to an agent. False if what is left promises too little,
 * or can't serve all. */
static bool mend_match(struct assign_work *work, const struct search *search, uint32_t number,
                       uint32_t contact, struct level *next)
{
        const struct candidate *candidate = &work->candidates[number];
        uint64_t to_mend = contact_bit(contact);

        for (uint64_t rest = candidate->contacts & search->contacts; rest != 0; rest &= rest - 1) {
                const uint32_t other = get_first(rest);

                if (next->match.edge[other] == candidate->edges[other]) {
                        to_mend |= contact_bit(other);
                }
        }
        for (; to_mend != 0; to_mend &= to_mend - 1) {
                int64_t loss;

                if (!relax_mend(&work->relax, &next->match, get_first(to_mend),
                                next->promise - search->needed, &loss)) {
                        return false;
                }
                next->promise -= loss;
        }
        return true;
}

/* The first contact that is not bound and has a slot of the same agent. */
static uint32_t find_in_the_way(const struct assign_work *work, const struct search *search,
                                const struct relax_match *match, uint32_t contact)
{
        const uint32_t number = work->relax.edges[match->edge[contact]].agent;

        for (uint64_t rest = search->contacts & ~search->bound; rest != 0; rest &= rest - 1) {
                if (work->relax.edges[match->edge[get_first(rest)]].agent == number) {
                        return get_first(rest);
                }
        }
        return CONTACTS_MAX;
}

/* What the match's pairing would really be worth; RELAX_IMPOSSIBLE if it is not possible. Gives a
 * contact to bind next: one whose slot promises too much, or that is not possible, or another that
 * is not bound and stands in its way; CONTACTS_MAX if every promise is kept. */
static int64_t examine_match(struct assign_work *work, const struct search *search,
                             const struct relax_match *match, uint32_t *ret_contact)
{
        struct pairing pairing = {0};
        uint64_t made = 0;
        int64_t total = 0;
        int64_t worst = 0;

        *ret_contact = CONTACTS_MAX;
        for (uint64_t rest = search->contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = get_first(rest);
                struct att_assign_tie tie;
                int64_t fit;

                pairing.edges[contact] = match->edge[contact];
                if (!score_edge(work, contact, match->edge[contact], &fit, &tie)) {
                        *ret_contact = contact;
                        total = RELAX_IMPOSSIBLE;
                        break;
                }
                make(work, contact, match->edge[contact]);
                made |= contact_bit(contact);
                total += fit;
                if (relax_row_value(&work->relax, match, contact) - fit > worst) {
                        worst = relax_row_value(&work->relax, match, contact) - fit;
                        *ret_contact = contact;
                }
        }
        unmake_pairing(work, &pairing, made);
        if (*ret_contact < CONTACTS_MAX) {
                *ret_contact = find_in_the_way(work, search, match, *ret_contact);
        }
        return total;
}

static bool is_better_option(const struct search *search, const struct option *a,
                             const struct option *b)
{
        return search->goal == GOAL_BEST_TIES ? att_assign_compare_ties(&a->tie, &b->tie) < 0
                                              : a->loss < b->loss;
}

static void add_option(const struct search *search, struct level *level,
                       const struct option *option)
{
        uint32_t at = level->option_count;

        while (at > 0 && is_better_option(search, option, &level->options[at - 1])) {
                level->options[at] = level->options[at - 1];
                at--;
        }
        level->options[at] = *option;
        level->option_count++;
}

/* The tie of a contact that comes after all that are bound to the agent. */
static bool find_tie(struct assign_work *work, uint32_t contact, uint32_t edge,
                     struct att_assign_tie *ret_tie)
{
        const uint32_t number = work->relax.edges[edge].agent;
        const uint64_t bound = work->candidates[number].bound;
        int64_t fit;

        make_bound(work, number, bound);
        const bool possible = score_edge(work, contact, edge, &fit, ret_tie);
        unmake_made(work, number, bound);
        return possible;
}

static void collect_options(struct assign_work *work, const struct search *search,
                            struct level *level, uint32_t contact)
{
        level->option_count = 0;
        for (uint32_t edge = work->relax.first_edge[contact];
             edge < work->relax.first_edge[contact + 1]; edge++) {
                struct option option = {.edge = edge};

                option.loss = relax_least_loss(&work->relax, &level->match, contact, edge);
                work->relax.steps++;
                if (option.loss == RELAX_IMPOSSIBLE ||
                    level->promise - option.loss < search->needed) {
                        continue;
                }
                ATT_INVARIANT(option.loss >= 0);
                if (search->goal != GOAL_BEST_TIES || find_tie(work, contact, edge, &option.tie)) {
                        add_option(search, level, &option);
                }
        }
}

static bool descend(struct assign_work *work, struct search *search, uint32_t depth);

/* Binds a contact by one of its edges and goes on from there. True if the search is over. */
static bool take_option(struct assign_work *work, struct search *search, uint32_t depth,
                        uint32_t contact, uint32_t edge)
{
        struct level *level = &work->levels[depth];
        struct level *next = &work->levels[depth + 1];
        const uint32_t number = work->relax.edges[edge].agent;
        bool over = false;

        next->match = level->match;
        next->promise = level->promise;
        search->bound |= contact_bit(contact);
        work->candidates[number].bound |= contact_bit(contact);
        work->relax.only_edge[contact] = edge;
        lower_values(work, search, number, level);
        if (mend_match(work, search, number, contact, next)) {
                ATT_INVARIANT(next->promise == relax_total(&work->relax, &next->match));
                over = descend(work, search, depth + 1);
        }
        restore_values(work, search, number, level);
        work->relax.only_edge[contact] = RELAX_NO_EDGE;
        work->candidates[number].bound &= ~contact_bit(contact);
        search->bound &= ~contact_bit(contact);
        relax_adopt(&work->relax, &next->match, &level->match);
        return over;
}

static void keep_pairing(const struct search *search, const struct relax_match *match,
                         int64_t total)
{
        search->pairing->contacts = search->contacts;
        search->pairing->total = total;
        memcpy(search->pairing->edges, match->edge, sizeof(search->pairing->edges));
}

/* Looks at what a level has come to, and chooses the contact to bind next. False if there is
 * nothing left to do here; then `ret_over` says whether the same is true of the whole search. */
static bool choose_contact(struct assign_work *work, struct search *search,
                           const struct level *level, uint32_t *ret_contact, bool *ret_over)
{
        *ret_over = false;
        if (search->goal == GOAL_BEST_TIES) {
                if (search->bound == search->contacts) {
                        keep_pairing(search, &level->match, level->promise);
                        *ret_over = true;
                        return false;
                }
                *ret_contact = get_first(search->contacts & ~search->bound);
                return true;
        }

        const int64_t total = examine_match(work, search, &level->match, ret_contact);

        if (total >= search->needed) {
                keep_pairing(search, &level->match, total);
                search->needed = total + 1;
                *ret_over = search->goal == GOAL_ANY;
        }
        return !*ret_over && level->promise >= search->needed && *ret_contact < CONTACTS_MAX;
}

static bool descend(struct assign_work *work, struct search *search, uint32_t depth)
{
        struct level *level = &work->levels[depth];
        uint32_t contact;
        bool over;

        if (count_steps(work) > search->steps_end) {
                search->exhausted = true;
                return true;
        }
        if (!choose_contact(work, search, level, &contact, &over)) {
                return over;
        }
        collect_options(work, search, level, contact);
        for (uint32_t i = 0; i < level->option_count && !over; i++) {
                /* What is needed may have grown since the options were collected. */
                if (level->promise - level->options[i].loss >= search->needed) {
                        over = take_option(work, search, depth, contact, level->options[i].edge);
                }
        }
        return over;
}

/* Slots for as many of the contacts as can have one, in order of place. */
static uint64_t fill_slots(struct assign_work *work, uint64_t contacts, struct relax_match *match)
{
        memset(work->relax.owner, RELAX_NO_ROW, work->slot_count);
        if (contacts == work->filled.rows) {
                *match = work->filled; /* As the time before. */
                relax_adopt(&work->relax, NULL, match);
                return contacts;
        }
        match->rows = 0;
        for (uint64_t rest = contacts; rest != 0; rest &= rest - 1) {
                (void)relax_add_row(&work->relax, match, get_first(rest));
        }
        work->filled = *match;
        return match->rows;
}

/* Searches for a pairing of just these contacts, which is written if one is found. False if the
 * search had to be given up. */
static bool run_search(struct assign_work *work, enum goal goal, uint64_t contacts, int64_t needed,
                       uint64_t steps_end, struct pairing *pairing)
{
        struct level *first = &work->levels[0];
        struct search search = {
                .goal = goal,
                .contacts = contacts,
                .needed = needed,
                .steps_end = steps_end,
                .pairing = pairing,
        };

        if (fill_slots(work, contacts, &first->match) != contacts) {
                return true;
        }
        first->promise = relax_total(&work->relax, &first->match);
        if (first->promise >= needed) {
                (void)descend(work, &search, 0);
        }
        return !search.exhausted;
}

/* 3. Whom to serve --------------------------------------------------------- */

static uint64_t add_up(uint64_t steps, uint64_t more)
{
        return more > UINT64_MAX - steps ? UINT64_MAX : steps + more;
}

/* Where a share of the steps that are left ends. */
static uint64_t find_steps_end(const struct assign_work *work, uint64_t all_end, uint64_t share)
{
        const uint64_t steps = count_steps(work);

        return steps >= all_end ? all_end : steps + (all_end - steps) / share;
}

/* The relaxed answer as a pairing; false if that is not possible. */
static bool take_relaxed(struct assign_work *work, uint64_t contacts, struct pairing *pairing)
{
        const struct relax_match *match = &work->levels[0].match;

        pairing->contacts = fill_slots(work, contacts, &work->levels[0].match);
        memcpy(pairing->edges, match->edge, sizeof(pairing->edges));
        return evaluate_pairing(work, pairing);
}

/* Which contacts are served, where slots don't tell all: each in turn if it can be, together with
 * those served so far. False where the search for one had to be given up. */
static bool find_served(struct assign_work *work, uint64_t contacts, struct pairing *pairing)
{
        const uint64_t steps_end = find_steps_end(work, work->steps_end, 2);
        bool exact = true;

        pairing->contacts = 0;
        for (uint64_t rest = contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = get_first(rest);

                if (append_contact(work, pairing, contact)) {
                        continue;
                }
                exact = run_search(work, GOAL_ANY, pairing->contacts | contact_bit(contact),
                                   -RELAX_NO_LIMIT, find_steps_end(work, steps_end, 8), pairing) &&
                        exact;
        }
        return evaluate_pairing(work, pairing) && exact;
}

/* 4. and 5. A component ------------------------------------------------------ */

static void solve_component(struct assign_work *work, uint64_t contacts)
{
        struct pairing pairing = {0};
        bool exact = true;

        work->filled.rows = 0; /* Of another component. */
        /* Nothing serves more urgent contacts than the relaxed answer; it may not be possible. */
        if (!take_relaxed(work, contacts, &pairing)) {
                exact = find_served(work, contacts, &pairing);
        }

        improve_pairing(work, &pairing, find_steps_end(work, work->steps_end, 4));
        exact = run_search(work, GOAL_LARGER, pairing.contacts, pairing.total + 1,
                           find_steps_end(work, work->steps_end, 2), &pairing) &&
                exact;
        exact = run_search(work, GOAL_BEST_TIES, pairing.contacts, pairing.total, work->steps_end,
                           &pairing) &&
                exact;
        ATT_INVARIANT(evaluate_pairing(work, &pairing));
        work->result->exact = work->result->exact && exact;
        tell_pairing(work, &pairing);
}

/* 2. Components ------------------------------------------------------------ */

/* The contacts that share agents with this one, directly or through others. */
static uint64_t find_component(const struct assign_work *work, uint32_t contact)
{
        uint64_t component = contact_bit(contact);
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
        const uint32_t first = work->relax.first_edge[get_first(contacts)];
        const uint32_t number = work->relax.edges[first].agent;

        for (uint64_t rest = contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = get_first(rest);
                const uint32_t edge = work->relax.first_edge[contact];

                if (work->relax.first_edge[contact + 1] != edge + 1 ||
                    work->relax.edges[edge].agent != number) {
                        return false;
                }
        }
        return true;
}

/* One after the other, each takes its best. Right for one contact, and for one agent. */
static void solve_in_order(struct assign_work *work, uint64_t contacts)
{
        struct pairing pairing = {0};

        for (uint64_t rest = contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = get_first(rest);
                struct pair best = {0};

                if (find_best_edge(work, contact, &pairing.edges[contact])) {
                        (void)score_edge(work, contact, pairing.edges[contact], &best.fit,
                                         &best.tie);
                        make(work, contact, pairing.edges[contact]);
                        pairing.contacts |= contact_bit(contact);
                        pairing.total += best.fit;
                }
        }
        unmake_pairing(work, &pairing, pairing.contacts);
        tell_pairing(work, &pairing);
}

static void find_all_slots(struct assign_work *work, uint64_t contacts)
{
        const uint64_t steps_max = work->problem->steps_max > 0 ? work->problem->steps_max
                                                                : ATT_ASSIGN_STEPS;
        bool one_slot_each = true;

        for (uint32_t number = 0; number < work->candidate_count; number++) {
                if (work->candidates[number].contacts & contacts) {
                        find_slots(work, number);
                        one_slot_each = one_slot_each && work->relax.agents[number].slot_count == 1;
                }
        }
        if (work->slot_count > work->slot_capacity) {
                work->slot_capacity = att_grown_capacity(work->slot_capacity, work->slot_count);
                work->relax.owner = att_realloc_array(work->relax.owner, work->slot_capacity,
                                                      sizeof(*work->relax.owner));
        }
        /* What never turns back needs no limit. */
        work->steps_end = one_slot_each ? UINT64_MAX : add_up(count_steps(work), steps_max);
}

/* The whole ---------------------------------------------------------------- */

static void find_kinds(struct assign_work *work)
{
        const struct att_assign_problem *problem = work->problem;

        for (uint32_t i = 0; i < problem->contact_count; i++) {
                work->alike[i] = contact_bit(i);
                for (uint32_t j = 0; problem->kinds && j < problem->contact_count; j++) {
                        if (problem->kinds[i] == problem->kinds[j]) {
                                work->alike[i] |= contact_bit(j);
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
        ret_result->served_count = 0;
        ret_result->total_fit_ppm = 0;
        ret_result->exact = true;
        for (uint32_t i = 0; i < CONTACTS_MAX; i++) {
                ret_result->agents[i] = ATT_ASSIGN_NOBODY;
        }
        work->problem = problem;
        work->result = ret_result;
        work->score_steps = 0;
        work->relax.steps = 0;
        work->value_count = 0;
        work->slot_count = 0;
        collect_pairs(work);
        find_kinds(work);
        for (uint32_t i = 0; i < problem->contact_count; i++) {
                if (work->relax.first_edge[i] < work->relax.first_edge[i + 1]) {
                        left |= contact_bit(i);
                }
        }
        while (left != 0) {
                const uint64_t contacts = find_component(work, get_first(left));

                left &= ~contacts;
                if ((contacts & (contacts - 1)) == 0 || has_one_agent(work, contacts)) {
                        solve_in_order(work, contacts);
                        continue;
                }
                find_all_slots(work, contacts);
                solve_component(work, contacts);
        }
        ret_result->steps = count_steps(work);
        work->problem = NULL;
        work->result = NULL;
}
