/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a picture of simulations shows: figures of a queue in an interval of the day, each a mean over
 * replications with its interval; of one simulation, or of the difference between two that saw the same
 * chance.
 */
#ifndef ATT_TOOLS_ATTUNESIM_PLOT_SERIES_H
#define ATT_TOOLS_ATTUNESIM_PLOT_SERIES_H

#include "tools/attunesim/sim_plan.h"
#include "tools/attunesim/sim_tally.h"

/* Of two simulations, the tallies at the same place are of the same replication. */
struct plot_side {
        const char *label; /* Heads its column, where there are two. */
        const struct sim_plan *plan;
        struct sim_tally *const *tallies; /* With bins. */
        uint32_t count;
};

enum plot_figure {
        PLOT_WAIT,      /* Mean, s */
        PLOT_LEVEL,     /* Answered within the target, % */
        PLOT_BUSY,      /* Agents at work; shared out among the queues by their conversations. */
        PLOT_SIGNED_IN, /* Of all alone. */
};

/* Queues shown, and what the picture has to leave out. The busiest come first. */
#define PLOT_QUEUES_MAX 12
struct plot_choice {
        struct att_text names[PLOT_QUEUES_MAX];
        uint32_t queues[PLOT_QUEUES_MAX][2]; /* In each side's configuration, or ATT_NONE. */
        uint32_t count;
        uint32_t possible;  /* Queues that had any contact. */
        uint32_t first_bin; /* Of the part of the day in which anything happens ... */
        uint32_t end_bin;   /* ... and the first after it. */
};

/* False: nothing happened at all. */
ATT_MUST_USE bool plot_choose(const struct plot_side *sides, uint32_t side_count,
                              struct plot_choice *ret_choice);

/* A queue of ATT_NONE: all. NAN where there is nothing to divide by. */
struct sim_estimate plot_estimate(const struct plot_side *side, uint32_t queue, uint32_t bin,
                                  enum plot_figure figure);
/* Of the second minus the first. */
struct sim_estimate plot_difference(const struct plot_side *sides, const uint32_t *queues,
                                    uint32_t bin, enum plot_figure figure);

#endif
