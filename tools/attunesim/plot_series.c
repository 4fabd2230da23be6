/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/plot_series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"

/* One replication --------------------------------------------------------- */

static double ratio(double of, double to)
{
        return to > 0 ? of / to : (double)NAN;
}

/* Of all queues together. */
static struct sim_bin sum_of(const struct sim_tally *tally, uint32_t bin)
{
        struct sim_bin sum = {0};

        for (uint32_t i = 0; i < tally->queue_count; i++) {
                const struct sim_bin *more = sim_tally_bin(tally, i, bin);

                sum.entered += more->entered;
                sum.within += more->within;
                sum.wait_s += more->wait_s;
                sum.busy_s += more->busy_s;
        }
        return sum;
}

/* Someone with three chats is one agent at work: a queue has a share of the agents who are. */
static double busy_of(const struct sim_tally *tally, const struct sim_bin *queue, uint32_t bin)
{
        const struct sim_bin *agents = sim_tally_bin(tally, tally->queue_count, bin);
        double conversations_s = sum_of(tally, bin).busy_s;
        double share = conversations_s > 0 ? queue->busy_s / conversations_s : 0;

        return ratio(share * agents->busy_s, agents->span_s);
}

static double value_of(const struct sim_tally *tally, uint32_t queue, uint32_t bin,
                       enum plot_figure figure)
{
        const struct sim_bin *agents = sim_tally_bin(tally, tally->queue_count, bin);
        struct sim_bin counts = queue == ATT_NONE ? sum_of(tally, bin)
                                                  : *sim_tally_bin(tally, queue, bin);

        switch (figure) {
        case PLOT_WAIT:
                return ratio(counts.wait_s, counts.entered);
        case PLOT_LEVEL:
                return 100 * ratio(counts.within, counts.entered);
        case PLOT_BUSY:
                return busy_of(tally, &counts, bin);
        case PLOT_SIGNED_IN:
                return ratio(agents->signed_in_s, agents->span_s);
        }
        return (double)NAN;
}

/* All of them ------------------------------------------------------------- */

struct sim_estimate plot_estimate(const struct plot_side *side, uint32_t queue, uint32_t bin,
                                  enum plot_figure figure)
{
        double *values = att_alloc_array(side->count, sizeof(*values));
        struct sim_estimate estimate;

        for (uint32_t i = 0; i < side->count; i++) {
                values[i] = value_of(side->tallies[i], queue, bin, figure);
        }
        estimate = sim_estimate_of(values, side->count);
        free(values);
        return estimate;
}

struct sim_estimate plot_difference(const struct plot_side *sides, const uint32_t *queues,
                                    uint32_t bin, enum plot_figure figure)
{
        uint32_t count = sides[0].count < sides[1].count ? sides[0].count : sides[1].count;
        double *values = att_alloc_array(count, sizeof(*values));
        struct sim_estimate estimate;

        for (uint32_t i = 0; i < count; i++) {
                values[i] = value_of(sides[1].tallies[i], queues[1], bin, figure) -
                            value_of(sides[0].tallies[i], queues[0], bin, figure);
        }
        estimate = sim_estimate_of(values, count);
        free(values);
        return estimate;
}

/* What to show ------------------------------------------------------------ */

struct candidate {
        struct att_text name;
        uint32_t queues[2];
        double busy_s;
        double offered;
};

static uint32_t bins_of(const struct plot_side *side)
{
        return side->count > 0 ? side->tallies[0]->bin_count : 0;
}

static void widen(struct plot_choice *choice, uint32_t bin)
{
        choice->first_bin = bin < choice->first_bin ? bin : choice->first_bin;
        choice->end_bin = bin >= choice->end_bin ? bin + 1 : choice->end_bin;
}

static void look_at(const struct plot_side *side, uint32_t queue, struct candidate *candidate,
                    struct plot_choice *choice)
{
        for (uint32_t bin = 0; bin < bins_of(side); bin++) {
                double offered = 0;
                double busy_s = 0;

                for (uint32_t i = 0; i < side->count; i++) {
                        const struct sim_bin *counts = sim_tally_bin(side->tallies[i], queue, bin);

                        offered += counts->offered;
                        busy_s += counts->busy_s;
                }
                if (offered > 0 || busy_s > 0) {
                        widen(choice, bin);
                }
                candidate->offered += offered;
                candidate->busy_s += busy_s;
        }
}

/* The most work first; of as much, as the configuration has them. */
static bool is_busier(const struct candidate *a, const struct candidate *b)
{
        return a->busy_s > b->busy_s;
}

static void insert(struct plot_choice *choice, struct candidate *best,
                   const struct candidate *candidate)
{
        uint32_t at = choice->count;

        while (at > 0 && is_busier(candidate, &best[at - 1])) {
                at--;
        }
        if (at == PLOT_QUEUES_MAX) {
                return;
        }
        if (choice->count == PLOT_QUEUES_MAX) {
                choice->count--;
        }
        memmove(&best[at + 1], &best[at], (choice->count - at) * sizeof(*best));
        best[at] = *candidate;
        choice->count++;
}

static void consider(const struct plot_side *sides, uint32_t side_count, struct att_text name,
                     struct plot_choice *choice, struct candidate *best)
{
        struct candidate candidate = {.name = name, .queues = {ATT_NONE, ATT_NONE}};

        for (uint32_t i = 0; i < side_count; i++) {
                candidate.queues[i] = att_config_find_queue(sides[i].plan->config, name);
                if (candidate.queues[i] != ATT_NONE) {
                        look_at(&sides[i], candidate.queues[i], &candidate, choice);
                }
        }
        if (candidate.offered > 0 || candidate.busy_s > 0) {
                choice->possible++;
                insert(choice, best, &candidate);
        }
}

bool plot_choose(const struct plot_side *sides, uint32_t side_count, struct plot_choice *ret_choice)
{
        struct candidate best[PLOT_QUEUES_MAX + 1];
        struct plot_choice choice = {.first_bin = UINT32_MAX};
        const struct att_config *first = sides[0].plan->config;

        for (uint32_t i = 0; i < first->queue_count; i++) {
                consider(sides, side_count, first->queues[i].name, &choice, best);
        }
        for (uint32_t i = 0; side_count > 1 && i < sides[1].plan->config->queue_count; i++) {
                struct att_text name = sides[1].plan->config->queues[i].name;

                if (att_config_find_queue(first, name) == ATT_NONE) {
                        consider(sides, side_count, name, &choice, best);
                }
        }
        for (uint32_t i = 0; i < choice.count; i++) {
                choice.names[i] = best[i].name;
                memcpy(choice.queues[i], best[i].queues, sizeof(choice.queues[i]));
        }
        *ret_choice = choice;
        return choice.count > 0;
}
