/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "tools/attunesim/compare.h"

#define BATCHES_A_JOB 4u /* Replications a process runs before it is the other side's turn. */

/* Running ----------------------------------------------------------------- */

/* Keeps what both have of the replications in hand. */
static void pair_up(struct compare_pairs *pairs, const struct sim_outcome *outcomes)
{
        uint32_t k = 0;

        for (uint32_t i = 0; i < outcomes[0].count; i++) {
                struct sim_tally *first = outcomes[0].tallies[i];

                while (k < outcomes[1].count &&
                       outcomes[1].tallies[k]->replication < first->replication) {
                        k++;
                }
                if (k < outcomes[1].count && !first->is_cut_short &&
                    !outcomes[1].tallies[k]->is_cut_short &&
                    outcomes[1].tallies[k]->replication == first->replication) {
                        pairs->tallies[0][pairs->count] = first;
                        pairs->tallies[1][pairs->count] = outcomes[1].tallies[k];
                        pairs->count++;
                }
        }
}

static bool run_batch(const struct compare_options *options, struct compare_pairs *pairs,
                      uint32_t first, uint32_t count)
{
        const struct sim_crew crew = {
                .jobs = options->jobs,
                .shows_progress = options->shows_progress,
                .wants_series = options->wants_series,
                .first = first,
        };
        struct sim_outcome *outcomes = &pairs->outcomes[pairs->outcome_count];

        for (int side = 0; side < 2; side++) {
                struct sim_plan plan = *pairs->plans[side];

                plan.replications = count;
                if (!sim_crew_run(&crew, &plan, &outcomes[side])) {
                        pairs->outcome_count += outcomes[side].shared ? 1 : 0;
                        return false;
                }
                pairs->outcome_count++;
                if (outcomes[side].is_interrupted) {
                        pairs->is_interrupted = true;
                        if (side == 0) {
                                return true; /* Nothing to pair with. */
                        }
                }
        }
        pair_up(pairs, outcomes);
        return true;
}

bool compare_pairs_run(const struct compare_options *options, struct compare_pairs *pairs)
{
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        uint32_t jobs = options->jobs > 0 ? options->jobs : cores > 0 ? (uint32_t)cores : 1;
        uint32_t batch = jobs * BATCHES_A_JOB;
        uint32_t wanted = pairs->wanted;

        pairs->outcomes = att_alloc_array(2 * ((size_t)wanted / batch + 1),
                                          sizeof(*pairs->outcomes));
        for (int side = 0; side < 2; side++) {
                pairs->tallies[side] = att_alloc_array(wanted, sizeof(struct sim_tally *));
        }
        for (uint32_t first = 0; first < wanted && !pairs->is_interrupted; first += batch) {
                uint32_t count = wanted - first < batch ? wanted - first : batch;

                if (!run_batch(options, pairs, first, count)) {
                        return false;
                }
        }
        return true;
}

void compare_deinit(struct compare_pairs *pairs)
{
        for (uint32_t i = 0; i < pairs->outcome_count; i++) {
                sim_outcome_deinit(&pairs->outcomes[i]);
        }
        free(pairs->outcomes);
        free(pairs->tallies[0]);
        free(pairs->tallies[1]);
        *pairs = (struct compare_pairs){0};
}

/* Measures ---------------------------------------------------------------- */

static double value_of(const struct sim_tally *tally, uint32_t queue, enum sim_measure measure)
{
        struct sim_counts counts = queue == ATT_NONE ? sim_tally_total(tally)
                                                     : *sim_tally_queue(tally, queue);

        return sim_measure_of(&counts, measure, tally->span_s);
}

struct compare_result compare_measure(const struct compare_pairs *pairs, const uint32_t *queues,
                                      enum sim_measure measure)
{
        double *values[3];
        struct compare_result result;

        for (int k = 0; k < 3; k++) {
                values[k] = att_alloc_array(pairs->count, sizeof(double));
        }
        for (uint32_t i = 0; i < pairs->count; i++) {
                values[0][i] = value_of(pairs->tallies[0][i], queues[0], measure);
                values[1][i] = value_of(pairs->tallies[1][i], queues[1], measure);
                values[2][i] = values[1][i] - values[0][i];
                if (isnan(values[2][i])) {
                        values[0][i] = values[1][i] = (double)NAN;
                }
        }
        for (int k = 0; k < 2; k++) {
                result.means[k] = sim_estimate_of(values[k], pairs->count).mean;
        }
        result.difference = sim_estimate_of(values[2], pairs->count);
        result.is_significant = fabs(result.difference.mean) > result.difference.ci95;
        for (int k = 0; k < 3; k++) {
                free(values[k]);
        }
        return result;
}
