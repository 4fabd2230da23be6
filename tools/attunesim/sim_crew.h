/* SPDX-License-Identifier: Apache-2.0 */
/* Replications side by side: a process each core, what they counted in memory that they share. */
#ifndef ATT_TOOLS_ATTUNESIM_SIM_CREW_H
#define ATT_TOOLS_ATTUNESIM_SIM_CREW_H

#include "lib/base/check.h"
#include "tools/attunesim/sim_plan.h"
#include "tools/attunesim/sim_tally.h"

struct sim_crew {
        uint32_t jobs;       /* Processes; 0: as many as there are cores. */
        bool shows_progress; /* On standard error. */
        bool wants_series;
        uint32_t first; /* Replication: those before have been run already. */
};

struct sim_outcome {
        struct sim_tally **tallies; /* Owned: one a replication that has something to tell. */
        uint32_t count;
        uint32_t wanted;
        bool is_interrupted; /* By SIGINT: what there is has been kept. */
        void *shared;
        size_t shared_bytes;
};

/* Runs the plan's replications. False: a replication crashed; what is wrong has been said. */
ATT_MUST_USE bool sim_crew_run(const struct sim_crew *crew, const struct sim_plan *plan,
                               struct sim_outcome *ret_outcome);
void sim_outcome_deinit(struct sim_outcome *outcome);

/* Over the replications: of a queue, an agent, a bin, or of all. */
struct sim_estimate sim_outcome_total(const struct sim_outcome *outcome, enum sim_measure measure);
struct sim_estimate sim_outcome_queue(const struct sim_outcome *outcome, uint32_t queue,
                                      enum sim_measure measure);

#endif
