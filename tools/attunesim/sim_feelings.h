/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a conversation is for the customer, and what hard ones do to agents: as the plan declares it
 * (docs/simulation.md, `experience`). A model to compare routings by, not a claim about people.
 *
 * Strain is the engine's measure, counted here anew: the emotions met, each halving in the
 * configuration's time.
 */
#ifndef ATT_TOOLS_ATTUNESIM_SIM_FEELINGS_H
#define ATT_TOOLS_ATTUNESIM_SIM_FEELINGS_H

#include "tools/attunesim/sim_plan.h"

struct sim_feelings {
        const struct sim_plan *plan;
        double *strain; /* Owned, as the others: by agent, as of `strain_at_us`. */
        int64_t *strain_at_us;
        double *human; /* By agent: the mean level of the human skills, 0..1; 1: there are none. */
        double *quality; /* Agents x queues: what each adds to the log-odds. */
        double *skill;   /* Agents x queues: the mean level of what the queue asks for, 0..1. */
};

/* A conversation as it begins. */
struct sim_meeting {
        uint32_t agent;
        uint32_t queue; /* ATT_NONE: of none. */
        double emotion;
        double wait_s;
        bool is_same_agent; /* They spoke not long ago. */
};

void sim_feelings_init(struct sim_feelings *feelings, const struct sim_plan *plan);
void sim_feelings_deinit(struct sim_feelings *feelings);

/* The chance that it ends well. */
double sim_feelings_chance(const struct sim_feelings *feelings, const struct sim_meeting *meeting,
                           int64_t now_us);
/* What it adds to the agent's strain. */
void sim_feelings_meet(struct sim_feelings *feelings, const struct sim_meeting *meeting,
                       int64_t now_us);
/* Strain x seconds of an agent since the last meeting, within [from_us, to_us). */
double sim_feelings_strain_s(const struct sim_feelings *feelings, uint32_t agent, int64_t from_us,
                             int64_t to_us);

#endif
