/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two simulations on the same chance: what one has more of than the other, replication by replication, so
 * that a busy day is a busy day in both and only what differs between them is left.
 */
#ifndef ATT_TOOLS_ATTUNESIM_COMPARE_H
#define ATT_TOOLS_ATTUNESIM_COMPARE_H

#include "lib/base/buffer.h"
#include "tools/attunesim/sim_crew.h"

/* Replications that both have run to their end, in order. */
struct compare_pairs {
        const struct sim_plan *plans[2];
        const char *names[2];
        struct sim_tally **tallies[2]; /* Owned: the arrays; the tallies are the outcomes'. */
        uint32_t count;
        uint32_t wanted;
        struct sim_outcome *outcomes; /* Owned. */
        uint32_t outcome_count;
        bool is_interrupted;
};

struct compare_options {
        uint32_t jobs;
        bool shows_progress;
        bool wants_series;
};

/* Runs both, a few replications of one and the same of the other in turn, so that an interrupt finds
 * pairs. The plans have one seed. False: a replication crashed; what is wrong has been said. */
ATT_MUST_USE bool compare_pairs_run(const struct compare_options *options,
                                    struct compare_pairs *pairs);
void compare_deinit(struct compare_pairs *pairs);

/* Of a measure: both means, and the second minus the first with its paired 95 % interval. */
struct compare_result {
        double means[2];
        struct sim_estimate difference;
        bool is_significant; /* The interval leaves out 0. */
};

/* Queues are those of each side; ATT_NONE in both: of all. Over pairs in which both have a value. */
struct compare_result compare_measure(const struct compare_pairs *pairs, const uint32_t *queues,
                                      enum sim_measure measure);

void compare_table(const struct compare_pairs *pairs, struct att_buffer *into);
void compare_json(const struct compare_pairs *pairs, struct att_buffer *into);

/* What differs so clearly that chance does not explain it. `between` stands before each queue. */
void compare_sentence(const struct compare_pairs *pairs, const char *between,
                      struct att_buffer *into);

#endif
