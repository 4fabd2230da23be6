/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the assignment share; lib/core/assign.h says what it is for.
 *
 *      assign.c            scores pairs, splits the problem into components, answers
 *      assign_slots.c      how many slots an agent has, and what they are worth
 *      assign_served.c     which contacts are served, where slots don't tell
 *      assign_improve.c    moves and exchanges that make a pairing better
 *      assign_search.c     the search that finds the best pairing, and proves it
 *      relax.h             contacts to slots: what no pairing can surpass
 *
 * An edge is a contact with an agent that could take it if nothing else were made; a candidate is
 * an agent that has edges. Sets of contacts are bits, so that going through one goes in order of
 * place.
 */
#ifndef ATT_LIB_CORE_ASSIGN_WORK_H
#define ATT_LIB_CORE_ASSIGN_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/core/assign.h"
#include "lib/core/relax.h"

#define ASSIGN_STATES_MAX 64 /* Of an agent, to be tried for what its slots are worth. */

_Static_assert(ATT_ASSIGN_CONTACTS_MAX == RELAX_ROWS_MAX, "a row is a contact");

/* A contact and an agent that could take it if nothing else were made. */
struct assign_pair {
        int64_t fit;
        struct att_assign_tie tie;
        uint32_t agent; /* As the caller counts. */
};

struct assign_candidate {
        uint32_t agent;      /* As the caller counts. */
        bool slots_tell_all; /* What its slots are worth is exact. */
        bool is_locked;      /* Not to be changed now. */
        uint64_t contacts;   /* That it has edges to. */
        uint64_t bound;      /* Of them, those that the search has bound to it. */
        uint64_t given;      /* Of them, those that it has in the pairing at hand. */
        int64_t worth;       /* Of those together. */
        int64_t room;        /* For shares of its contacts. */
        uint32_t edges[ATT_ASSIGN_CONTACTS_MAX];  /* By contact. */
        uint32_t shares[ATT_ASSIGN_CONTACTS_MAX]; /* By contact. */
};

/* A pairing of some contacts. */
struct assign_pairing {
        uint64_t contacts;
        uint32_t edges[ATT_ASSIGN_CONTACTS_MAX]; /* By contact. */
        int64_t total;
};

/* A way to go on from a level of the search. */
struct assign_option {
        int64_t loss; /* At least. */
        struct att_assign_tie tie;
        uint32_t edge;
};

/* A level of the search: as many contacts are bound. */
struct assign_level {
        struct relax_match match;
        int64_t promise; /* No pairing from here on has a larger total. */
        uint32_t option_count;
        struct assign_option options[ATT_ASSIGN_CONTACTS_MAX];
        /* To be restored when the search goes back, by contact. */
        int64_t caps[ATT_ASSIGN_CONTACTS_MAX];
        uint32_t ranks_min[ATT_ASSIGN_CONTACTS_MAX];
};

enum assign_goal {
        ASSIGN_ANY,       /* The first pairing there is. */
        ASSIGN_LARGEST,   /* The one with the largest total. */
        ASSIGN_BEST_TIES, /* The first one by ties. */
};

struct assign_work {
        const struct att_assign_problem *problem; /* Borrowed during a call. */
        uint64_t alike[ATT_ASSIGN_CONTACTS_MAX];  /* By contact: those of its kind. */
        uint64_t score_steps;                     /* Since the beginning. */
        uint64_t steps_end;  /* Where the search for this component's pairing is given up. */
        uint64_t steps_left; /* For the components to come. */

        struct relax relax; /* Its agents are the candidates. */
        uint32_t edge_count;
        uint32_t value_count;
        uint32_t slot_count;
        size_t edge_capacity;
        size_t value_capacity;
        size_t slot_capacity;

        struct assign_candidate *candidates; /* Owned. */
        uint32_t candidate_count;
        size_t candidate_capacity;
        uint32_t *candidate_of; /* Owned. By the caller's agent, where it is a candidate. */
        size_t candidate_of_capacity;

        /* assign.c: the pairs of one contact, a heap with the worst first. */
        struct assign_pair pairs[ATT_ASSIGN_CONTACTS_MAX];
        uint32_t pair_count;

        /* assign_slots.c: an agent's values by rank and contact, and its states that were tried. */
        int64_t values[ATT_ASSIGN_CONTACTS_MAX][ATT_ASSIGN_CONTACTS_MAX];
        uint64_t states[ASSIGN_STATES_MAX];
        uint32_t state_count;

        /* assign_improve.c: what the pairing would lose without the contact. */
        int64_t contributions[ATT_ASSIGN_CONTACTS_MAX];

        /* assign_search.c */
        struct relax_match filled; /* The last one that no search has changed. */
        struct assign_level levels[ATT_ASSIGN_CONTACTS_MAX + 1];
};

/* Sets of contacts --------------------------------------------------------- */

static inline uint64_t assign_bit(uint32_t contact)
{
        return UINT64_C(1) << contact;
}

static inline uint32_t assign_first(uint64_t contacts)
{
        return (uint32_t)__builtin_ctzll(contacts);
}

static inline uint32_t assign_last(uint64_t contacts)
{
        return 63 - (uint32_t)__builtin_clzll(contacts);
}

static inline bool assign_has(uint64_t contacts, uint32_t contact)
{
        return contacts >> contact & 1;
}

/* Looking at the work ------------------------------------------------------ */

static inline uint64_t assign_steps(const struct assign_work *work)
{
        return work->score_steps + work->relax.steps;
}

/* Where a share of the steps that are left until `all_end` ends. */
static inline uint64_t assign_share_of_steps(const struct assign_work *work, uint64_t all_end,
                                             uint64_t share)
{
        const uint64_t steps = assign_steps(work);

        return steps >= all_end ? all_end : steps + (all_end - steps) / share;
}

static inline uint32_t assign_candidate_of(const struct assign_work *work, uint32_t edge)
{
        return work->relax.edges[edge].agent;
}

static inline uint32_t assign_edge(const struct assign_work *work, uint32_t number,
                                   uint32_t contact)
{
        return work->candidates[number].edges[contact];
}

/* assign.c ----------------------------------------------------------------- */

/* The caller's three, for an edge. */
bool assign_score(struct assign_work *work, uint32_t contact, uint32_t edge, int64_t *ret_fit,
                  struct att_assign_tie *ret_tie);
void assign_make(struct assign_work *work, uint32_t contact, uint32_t edge);
void assign_unmake(struct assign_work *work, uint32_t contact, uint32_t edge);

/* Makes and unmakes all these contacts of a candidate, in order of place and back. */
void assign_make_all(struct assign_work *work, uint32_t number, uint64_t contacts);
void assign_unmake_all(struct assign_work *work, uint32_t number, uint64_t contacts);

/* What contacts of a candidate are worth together, made in order of place after what is made
 * already; RELAX_IMPOSSIBLE if they are not all possible. */
int64_t assign_find_worth(struct assign_work *work, uint32_t number, uint64_t contacts);

/* Sets what the candidates are given to a pairing. */
void assign_give_pairing(struct assign_work *work, const struct assign_pairing *pairing);

/* The pairing's total, made in order of place; RELAX_IMPOSSIBLE if it is not possible. Gives the
 * first contact that is not possible. */
int64_t assign_evaluate(struct assign_work *work, const struct assign_pairing *pairing,
                        int64_t fits[ATT_ASSIGN_CONTACTS_MAX], uint32_t *ret_impossible);

/* assign_slots.c ----------------------------------------------------------- */

/* Finds what slots a candidate has, what they are worth, and its contacts' shares of it. */
void assign_find_slots(struct assign_work *work, uint32_t number);

/* assign_served.c ---------------------------------------------------------- */

/* Finds which of a component's contacts are served, and some pairing of them. False if it may not be
 * what the rules ask for. */
bool assign_find_served(struct assign_work *work, uint64_t contacts,
                        struct assign_pairing *ret_pairing);

/* assign_improve.c --------------------------------------------------------- */

/* Makes a pairing's total larger by moves and exchanges, until there are none or the steps are used
 * up. */
void assign_improve(struct assign_work *work, struct assign_pairing *pairing, uint64_t steps_end);

/* assign_search.c ---------------------------------------------------------- */

/* Slots for as many of the contacts as can have one, in order of place; gives the contacts that
 * have. */
uint64_t assign_fill_slots(struct assign_work *work, uint64_t contacts, struct relax_match *match);

/* Searches for a pairing of just these contacts whose total is at least what is needed. It is
 * written if one is found; false if the search had to be given up. */
bool assign_search(struct assign_work *work, enum assign_goal goal, uint64_t contacts,
                   int64_t needed, uint64_t steps_end, struct assign_pairing *pairing);

#endif
