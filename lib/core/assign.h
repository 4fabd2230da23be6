/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who gets whom, when several contacts meet several agents at one instant.
 *
 * Contacts are numbered 0, 1, 2 ... in order of place, the most urgent first; agents in any order.
 * A pairing gives each contact one agent or none, and is judged by making its pairs in order of
 * place: whether a pair is possible, its fit and its tie follow from what the same pairing has
 * already given to that agent. Of all pairings the best is the one
 *
 *   1. that serves contact 0 if any does; among those, contact 1 if any does; and so on;
 *   2. among those, that has the largest total fit;
 *   3. among those, that has the best tie for contact 0, then for contact 1, and so on: the agent
 *      with the lowest load, then the longest idle, then the first in order.
 *
 * No two pairings are equal under these rules, so that there is one answer. It is found exactly,
 * and in polynomial time, where each agent has room for one of the contacts; where agents have room
 * for several, it is searched for with a bounded effort. When that runs out the answer is the best
 * one found, the same on every machine, and `exact` says that it was not proved.
 *
 * Example: two contacts, agents ann and bob, one place each.
 *
 *            ann     bob
 *      0     0.9     0.8         Alone, 0 would get ann; but 0 with bob and 1 with ann is 1.6 in
 *      1     0.8     0.1         total, against 1.0. If only ann could serve 1 and nobody 0, then
 *                                ann would get 1.
 *
 * What the caller promises of its score(), for the state made so far:
 *
 *   - a pair's score depends on the pairs made with the same agent only, not on their order;
 *   - making a pair never makes another possible, never raises its fit, never improves its tie;
 *   - contacts of one kind are alike to an agent that can take them at all: they change its later
 *     scores alike, and it has room for all of them or for none. (On a channel each takes the same
 *     units, so that the channel makes a good kind.)
 */
#ifndef ATT_LIB_CORE_ASSIGN_H
#define ATT_LIB_CORE_ASSIGN_H

#include <stdbool.h>
#include <stdint.h>

#define ATT_ASSIGN_CONTACTS_MAX 64
#define ATT_ASSIGN_NOBODY       UINT32_MAX

struct att_assign_tie {
        int64_t load_units; /* Of the agent before this pair, pairs already made included. */
        int64_t idle_ms;    /* As it was before the instant. */
        uint32_t order;     /* Of the agent's id; no two agents have the same. */
};

struct att_assign_problem {
        uint32_t contact_count; /* At most ATT_ASSIGN_CONTACTS_MAX. */
        uint32_t agent_count;

        /* The kind of each contact; NULL makes each a kind of its own, which is right but slow where
         * agents have room for several. */
        const uint8_t *kinds;

        /* How far to search where agents have room for several, in steps of about ten nanoseconds;
         * 0 for ATT_ASSIGN_STEPS. */
        uint64_t steps_max;

        void *context; /* Borrowed; handed to the three below. */

        /* Whether the agent could take the contact now, with all the pairs made so far; if so, how
         * well (parts per million; at most 2^40 either way). */
        bool (*score)(void *context, uint32_t contact, uint32_t agent, int64_t *ret_fit_ppm,
                      struct att_assign_tie *ret_tie);
        /* Makes a possible pair for the time being; not always in order of place. */
        void (*make)(void *context, uint32_t contact, uint32_t agent);
        /* Undoes the last one that is still made. All are undone in the end. */
        void (*unmake)(void *context, uint32_t contact, uint32_t agent);
};

#define ATT_ASSIGN_STEPS UINT64_C(1000000)

struct att_assign_result {
        uint32_t agents[ATT_ASSIGN_CONTACTS_MAX]; /* By contact; ATT_ASSIGN_NOBODY if not served. */
        uint32_t served_count;
        int64_t total_fit_ppm;
        uint64_t steps; /* What it took. */
        bool exact;     /* Proved to be the best. */
};

/* The memory to work in, kept from call to call. It holds nothing that a later answer depends on. */
struct att_assign {
        struct assign_work *work; /* Owned. */
};

void att_assign_init(struct att_assign *assign);
void att_assign_deinit(struct att_assign *assign);

void att_assign_solve(struct att_assign *assign, const struct att_assign_problem *problem,
                      struct att_assign_result *ret_result);

/* Which of two ties goes first: below 0 for `a`, above 0 for `b`. */
int att_assign_compare_ties(const struct att_assign_tie *a, const struct att_assign_tie *b);

#endif
