/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/sim_tally.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "lib/base/check.h"
#include "lib/base/util.h"

/* Layout ------------------------------------------------------------------ */

static size_t agents_at(uint32_t queues)
{
        return sizeof(struct sim_tally) + (queues + 1u) * sizeof(struct sim_counts);
}

static size_t bins_at(uint32_t queues, uint32_t agents)
{
        return agents_at(queues) + agents * sizeof(struct sim_agent_counts);
}

size_t sim_tally_bytes(uint32_t queues, uint32_t agents, uint32_t bins)
{
        return bins_at(queues, agents) + (queues + (size_t)1) * bins * sizeof(struct sim_bin);
}

void sim_tally_init(struct sim_tally *tally, uint32_t queues, uint32_t agents, uint32_t bins)
{
        *tally = (struct sim_tally){
                .queue_count = queues, .agent_count = agents, .bin_count = bins};
}

static void *at(const struct sim_tally *tally, size_t offset)
{
        return (char *)(uintptr_t)tally + offset;
}

struct sim_counts *sim_tally_queue(const struct sim_tally *tally, uint32_t queue)
{
        ATT_CHECK(queue <= tally->queue_count);
        return at(tally, sizeof(*tally) + queue * sizeof(struct sim_counts));
}

struct sim_agent_counts *sim_tally_agent(const struct sim_tally *tally, uint32_t agent)
{
        return at(tally, agents_at(tally->queue_count) + agent * sizeof(struct sim_agent_counts));
}

struct sim_bin *sim_tally_bin(const struct sim_tally *tally, uint32_t queue, uint32_t bin)
{
        return at(tally, bins_at(tally->queue_count, tally->agent_count) +
                                 ((size_t)queue * tally->bin_count + bin) * sizeof(struct sim_bin));
}

/* Sums -------------------------------------------------------------------- */

static void add(struct sim_counts *sum, const struct sim_counts *more)
{
        sum->offered += more->offered;
        sum->blocked += more->blocked;
        sum->answered += more->answered;
        sum->abandoned += more->abandoned;
        sum->callbacks += more->callbacks;
        sum->lost += more->lost;
        sum->waited += more->waited;
        sum->within += more->within;
        sum->short_waits += more->short_waits;
        sum->wait_s += more->wait_s;
        sum->longest_s = fmax(sum->longest_s, more->longest_s);
        sum->handle_s += more->handle_s;
        sum->queue_s += more->queue_s;
        sum->valued += more->valued;
        sum->value += more->value;
        sum->skilled += more->skilled;
        sum->best_skilled += more->best_skilled;
        sum->felt += more->felt;
        sum->positive += more->positive;
        sum->worth += more->worth;
        sum->kept_worth += more->kept_worth;
}

static int compare_down(const void *a, const void *b)
{
        const double left = *(const double *)a;
        const double right = *(const double *)b;

        return (left < right) - (left > right);
}

/* Of those who were there at all. */
static void add_strain(const struct sim_tally *tally, struct sim_counts *total)
{
        double *strains = att_alloc_array(tally->agent_count + 1u, sizeof(*strains));
        uint32_t count = 0;
        uint32_t tenth;

        for (uint32_t i = 0; i < tally->agent_count; i++) {
                const struct sim_agent_counts *agent = sim_tally_agent(tally, i);

                if (agent->signed_in_s > 0) {
                        strains[count++] = agent->strain_s / tally->span_s;
                }
        }
        qsort(strains, count, sizeof(*strains), compare_down);
        tenth = (count + 9) / 10;
        for (uint32_t i = 0; i < count; i++) {
                total->strain += strains[i] / count;
                total->strain_tenth += i < tenth ? strains[i] / tenth : 0;
        }
        free(strains);
}

struct sim_counts sim_tally_total(const struct sim_tally *tally)
{
        struct sim_counts total = {0};

        for (uint32_t i = 0; i <= tally->queue_count; i++) {
                add(&total, sim_tally_queue(tally, i));
        }
        for (uint32_t i = 0; i < tally->agent_count; i++) {
                const struct sim_agent_counts *agent = sim_tally_agent(tally, i);

                total.busy_s += agent->busy_s;
                total.signed_in_s += agent->signed_in_s;
        }
        if (total.felt > 0 && tally->span_s > 0) {
                add_strain(tally, &total);
        }
        return total;
}

/* Measures ---------------------------------------------------------------- */

static const char *const names[SIM_MEASURE_COUNT] = {
        [SIM_OFFERED] = "offered",
        [SIM_ANSWERED] = "answered",
        [SIM_ABANDONED] = "abandoned",
        [SIM_BLOCKED] = "blocked",
        [SIM_CALLBACKS] = "callbacks",
        [SIM_LOST] = "lost",
        [SIM_P_BLOCK] = "p_block",
        [SIM_P_WAIT] = "p_wait",
        [SIM_P_ABANDON] = "p_abandon",
        [SIM_MEAN_WAIT_S] = "mean_wait_s",
        [SIM_MEAN_WAIT_GIVEN_WAIT_S] = "mean_wait_given_wait_s",
        [SIM_LONGEST_WAIT_S] = "longest_wait_s",
        [SIM_SERVICE_LEVEL] = "service_level",
        [SIM_P_WAIT_LE_TARGET] = "p_wait_le_target",
        [SIM_MEAN_HANDLE_S] = "mean_handle_s",
        [SIM_OCCUPANCY] = "occupancy",
        [SIM_MEAN_QUEUE] = "mean_queue",
        [SIM_SHARE_BEST_SKILL] = "share_best_skill",
        [SIM_MEAN_VALUE] = "mean_value",
        [SIM_POSITIVE_SHARE] = "positive_share",
        [SIM_POSITIVE_VALUE] = "positive_value",
        [SIM_STRAIN] = "strain",
        [SIM_STRAIN_TENTH] = "strain_tenth",
};

const char *sim_measure_name(enum sim_measure measure)
{
        return names[measure];
}

static double ratio(double of, double to)
{
        return to > 0 ? of / to : (double)NAN;
}

double sim_measure_of(const struct sim_counts *counts, enum sim_measure measure, double span_s)
{
        const double entered = (double)(counts->offered - counts->blocked - counts->callbacks);

        switch (measure) {
        case SIM_OFFERED:
                return (double)counts->offered;
        case SIM_ANSWERED:
                return (double)counts->answered;
        case SIM_ABANDONED:
                return (double)counts->abandoned;
        case SIM_BLOCKED:
                return (double)counts->blocked;
        case SIM_CALLBACKS:
                return (double)counts->callbacks;
        case SIM_LOST:
                return (double)counts->lost;
        case SIM_P_BLOCK:
                return ratio((double)counts->blocked, (double)counts->offered);
        case SIM_P_WAIT:
                return ratio((double)counts->waited, entered);
        case SIM_P_ABANDON:
                return ratio((double)counts->abandoned, entered);
        case SIM_MEAN_WAIT_S:
                return ratio(counts->wait_s, entered);
        case SIM_MEAN_WAIT_GIVEN_WAIT_S:
                return ratio(counts->wait_s, (double)counts->waited);
        case SIM_LONGEST_WAIT_S:
                return counts->longest_s;
        case SIM_SERVICE_LEVEL:
                return ratio((double)counts->within, entered);
        case SIM_P_WAIT_LE_TARGET:
                return ratio((double)counts->short_waits, entered);
        case SIM_MEAN_HANDLE_S:
                return ratio(counts->handle_s, (double)counts->answered);
        case SIM_OCCUPANCY:
                return ratio(counts->busy_s, counts->signed_in_s);
        case SIM_MEAN_QUEUE:
                return ratio(counts->queue_s, span_s);
        case SIM_SHARE_BEST_SKILL:
                return ratio((double)counts->best_skilled, (double)counts->skilled);
        case SIM_MEAN_VALUE:
                return ratio(counts->value, (double)counts->valued);
        case SIM_POSITIVE_SHARE:
                return ratio((double)counts->positive, (double)counts->felt);
        case SIM_POSITIVE_VALUE:
                return counts->felt > 0 ? ratio(counts->kept_worth, counts->worth) : (double)NAN;
        case SIM_STRAIN:
                return counts->strain > 0 ? counts->strain : (double)NAN;
        case SIM_STRAIN_TENTH:
                return counts->strain_tenth > 0 ? counts->strain_tenth : (double)NAN;
        case SIM_MEASURE_COUNT:
                break;
        }
        return (double)NAN;
}

struct sim_estimate sim_estimate_of(const double *values, uint32_t count)
{
        uint32_t n = 0;
        double mean = 0;
        double squares = 0;

        for (uint32_t i = 0; i < count; i++) { /* Welford. */
                if (!isnan(values[i])) {
                        double delta = values[i] - mean;

                        n++;
                        mean += delta / n;
                        squares += delta * (values[i] - mean);
                }
        }
        if (n == 0) {
                return (struct sim_estimate){(double)NAN, (double)NAN};
        }
        if (n == 1) {
                return (struct sim_estimate){mean, (double)NAN};
        }
        return (struct sim_estimate){mean, gsl_cdf_tdist_Pinv(0.975, n - 1.0) *
                                                   sqrt(squares / (n - 1.0) / n)};
}
