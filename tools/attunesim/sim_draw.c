/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/sim_draw.h"

#include <math.h>

#include <gsl/gsl_randist.h>

#include "lib/base/check.h"

#define SECOND 1e6

/* Far from the others', which so are as they were without it. */
#define FEELINGS_PURPOSE (1U << 20)

enum purpose { PURPOSE_ARRIVALS, PURPOSE_PEOPLE, PURPOSE_REDIALS, PURPOSE_COUNT };

/* Steele, Lea, Flood: Fast splittable pseudorandom number generators (OOPSLA 2014): its finaliser
 * spreads neighbouring seeds over all bits. */
static uint64_t spread(uint64_t x)
{
        x += UINT64_C(0x9e3779b97f4a7c15);
        x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
        return x ^ (x >> 31);
}

/* taus2 (L'Ecuyer 1999): a period of 2^88 in 24 bytes. */
gsl_rng *sim_rng_new(uint64_t seed, uint32_t replication, uint32_t purpose)
{
        gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);

        ATT_CHECK(rng);
        gsl_rng_set(rng, (unsigned long)(spread(spread(spread(seed) + replication) + purpose) &
                                         UINT32_MAX));
        return rng;
}

void sim_source_init(struct sim_source *source, const struct sim_plan *plan, uint32_t stream,
                     uint32_t replication)
{
        uint32_t first = (stream + 1) * PURPOSE_COUNT;

        *source = (struct sim_source){
                .stream = &plan->streams[stream],
                .arrivals = sim_rng_new(plan->seed, replication, first + PURPOSE_ARRIVALS),
                .people = sim_rng_new(plan->seed, replication, first + PURPOSE_PEOPLE),
                .redials = sim_rng_new(plan->seed, replication, first + PURPOSE_REDIALS),
        };
        for (uint32_t i = 0; plan->effects.experience.is_declared && i < 2; i++) {
                source->feelings[i] = sim_rng_new(plan->seed, replication,
                                                  FEELINGS_PURPOSE + 2 * stream + i);
        }
}

void sim_source_deinit(struct sim_source *source)
{
        gsl_rng_free(source->arrivals);
        gsl_rng_free(source->people);
        gsl_rng_free(source->redials);
        for (int i = 0; i < 2 && source->feelings[i]; i++) {
                gsl_rng_free(source->feelings[i]);
        }
}

/* Arrivals ---------------------------------------------------------------- */

/* The piece in force at a time within a period. */
static uint32_t piece_at(const struct sim_stream *stream, double at_s)
{
        uint32_t i = stream->piece_count;

        while (i > 0 && stream->pieces[i - 1].from_s > at_s) {
                i--;
        }
        return i; /* 0: before the first. */
}

static bool has_any(const struct sim_stream *stream)
{
        for (uint32_t i = 0; i < stream->piece_count; i++) {
                if (stream->pieces[i].per_s > 0) {
                        return true;
                }
        }
        return false;
}

/* A Poisson process whose rate is constant in pieces: a unit exponential, used up at the rate in
 * force (Cinlar 1975). */
static double next_arrival_s(struct sim_source *source)
{
        const struct sim_stream *stream = source->stream;
        double at_s = source->last_s;
        double left;

        if (!has_any(stream)) {
                return (double)INFINITY;
        }
        left = gsl_ran_exponential(source->arrivals, 1);
        if (stream->piece_count == 1 && stream->pieces[0].from_s <= at_s && stream->period_s <= 0) {
                return at_s + left / stream->pieces[0].per_s;
        }
        for (;;) {
                double begin_s = stream->period_s > 0
                                         ? floor(at_s / stream->period_s) * stream->period_s
                                         : 0;
                uint32_t i = piece_at(stream, at_s - begin_s);
                double rate = i > 0 ? stream->pieces[i - 1].per_s : 0;
                double end_s = i < stream->piece_count ? begin_s + stream->pieces[i].from_s
                               : stream->period_s > 0  ? begin_s + stream->period_s
                                                       : (double)INFINITY;

                if (rate > 0 && left <= rate * (end_s - at_s)) {
                        return at_s + left / rate;
                }
                if (isinf(end_s)) {
                        return (double)INFINITY;
                }
                left -= rate * (end_s - at_s);
                at_s = end_s;
        }
}

int64_t sim_source_next(struct sim_source *source, const struct sim_row **ret_row)
{
        const struct sim_stream *stream = source->stream;

        *ret_row = NULL;
        if (stream->piece_count == 0) {
                if (source->next_row == stream->trace.count) {
                        return SIM_NEVER_US;
                }
                *ret_row = &stream->trace.rows[source->next_row++];
                return (*ret_row)->at_us;
        }
        source->last_s = next_arrival_s(source);
        return isinf(source->last_s) ? SIM_NEVER_US : (int64_t)(source->last_s * SECOND);
}

/* People ------------------------------------------------------------------ */

static double draw_or_nan(const struct sim_dist *dist, gsl_rng *rng)
{
        return dist->law == SIM_NONE ? (double)NAN : sim_dist_draw(dist, rng);
}

void sim_source_draw(struct sim_source *source, const struct sim_row *row, bool is_redial,
                     struct sim_person *ret_person)
{
        const struct sim_stream *stream = source->stream;
        gsl_rng *rng = is_redial ? source->redials : source->people;

        *ret_person = (struct sim_person){
                .handle_s = sim_dist_draw(&stream->handle, rng),
                .patience_s = sim_dist_draw(&stream->patience, rng),
                .emotion = draw_or_nan(&stream->emotion, rng),
                .lifetime_value = draw_or_nan(&stream->lifetime_value, rng),
                .churn_risk = draw_or_nan(&stream->churn_risk, rng),
                .customer = stream->customers > 0
                                    ? (uint32_t)gsl_rng_uniform_int(rng, stream->customers)
                                    : ATT_NONE,
                .redial_s = (double)INFINITY,
        };
        if (stream->redial_share > 0) {
                bool redials = gsl_rng_uniform(rng) < stream->redial_share;
                double after_s = sim_dist_draw(&stream->redial_after, rng);

                ret_person->redial_s = redials ? after_s : (double)INFINITY;
        }
        if (source->feelings[is_redial]) {
                ret_person->feels = gsl_rng_uniform(source->feelings[is_redial]);
                ret_person->tells = gsl_rng_uniform(source->feelings[is_redial]);
        }
        if (row && !isnan(row->handle_s)) {
                ret_person->handle_s = row->handle_s;
        }
        if (row && !isnan(row->patience_s)) {
                ret_person->patience_s = row->patience_s;
        }
}
