/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Erlang's formulas: one queue of calls that come at random (Poisson), conversations and patience of
 * exponential length, agents who are all alike, at rest. Where staffing begins; what the engine really
 * does with people who are not alike, a simulation tells.
 *
 * Erlang C, whose callers wait for ever: A. K. Erlang, "Solution of some problems in the theory of
 * probabilities of significance in automatic telephone exchanges" (1917). Erlang A, whose callers lose
 * patience (Palm 1957): S. Zeltyn and A. Mandelbaum, "Call centers with impatient customers:
 * many-server asymptotics of the M/M/n+G queue", Queueing Systems 51 (2005), formulas of section 2.
 */
#ifndef ATT_TOOLS_ATTUNESIM_STAFF_ERLANG_H
#define ATT_TOOLS_ATTUNESIM_STAFF_ERLANG_H

#include <stdint.h>

struct erlang_queue {
        double per_s;
        double handle_s;   /* The mean, wrap-up included. */
        double patience_s; /* The mean; infinite: nobody gives up (Erlang C). */
};

/* The share of calls that finds all agents busy, where those are lost. */
double erlang_b(double load, uint32_t agents);
/* The share that has to wait; 1 where the queue grows without end. */
double erlang_c(double load, uint32_t agents);

/* The share of all calls that is answered, and within so many seconds. */
double erlang_level(const struct erlang_queue *queue, uint32_t agents, double within_s);
/* The fewest agents that reach the level (0..1), or `most` if none below do. */
uint32_t erlang_agents(const struct erlang_queue *queue, double within_s, double level,
                       uint32_t most);

#endif
