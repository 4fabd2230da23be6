/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fewest agents that keep what queues were promised, in every interval.
 *
 * First everyone there could be: what is missed then can't be reached with more people. From the work
 * seen there, Erlang's formulas say where to begin, each interval as if it were at rest (Green, Kolesar and
 * Soares, "Improving the SIPP approach for staffing service systems that have cyclic demands", Operations
 * Research 49, 2001), each queue with the least versatile group that can serve it. Then simulations
 * decide: where a level is missed, an agent is added of the group that mends most for its cost; when all
 * hold, agents are taken away, the dearest and most versatile first, for as long as they hold; then one agent is
 * tried in the place of two.
 *
 * All simulations of a search see the same chance, so that a step is judged by what it does.
 */
#ifndef ATT_TOOLS_ATTUNESIM_STAFF_SEARCH_H
#define ATT_TOOLS_ATTUNESIM_STAFF_SEARCH_H

#include <signal.h>

#include "tools/attunesim/staff_problem.h"

struct staff_answer {
        uint32_t *counts;   /* Owned: the best found, or what there was when it was cut short. */
        uint32_t *erlang;   /* Owned: where it began. */
        bool *is_reachable; /* Owned: by queue and interval, of those asked for. */
        double *most; /* Owned: by queue and interval: reached with all the agents there could be. */
        struct staff_result result; /* Of the counts; has_result. */
        bool has_result;
        struct staff_result
                fresh; /* Of the counts, on chance that the search has not seen; has_fresh. */
        bool has_fresh;
        bool is_met;       /* Every level that is reachable holds. */
        bool is_cut_short; /* By an interrupt, or at `simulations_max`. */
};

struct staff_search {
        uint32_t simulations_max;
        bool shows_progress;               /* On standard error. */
        const volatile sig_atomic_t *stop; /* Set: no further simulation. NULL fine. */
};

/* False: a replication crashed. */
ATT_MUST_USE bool staff_search_run(const struct staff_search *search, struct staff_problem *problem,
                                   struct staff_answer *ret_answer);
void staff_answer_deinit(struct staff_answer *answer);

#endif
