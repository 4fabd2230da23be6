/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers from a seed, the same on every machine, for simulations, tests and jitter.
 * xoshiro256** (Blackman and Vigna, public domain), seeded by splitmix64. Never in the engine. */
#ifndef ATT_LIB_BASE_RNG_H
#define ATT_LIB_BASE_RNG_H

#include <stdint.h>

struct att_rng {
        uint64_t state[4];
};

void att_rng_seed(struct att_rng *rng, uint64_t seed);
uint64_t att_rng_next(struct att_rng *rng);
uint64_t att_rng_below(struct att_rng *rng,
                       uint64_t bound); /* 0 .. bound-1, unbiased; bound > 0. */
int64_t att_rng_between(struct att_rng *rng, int64_t low, int64_t high); /* Both inclusive. */
double att_rng_unit(struct att_rng *rng);                                /* [0, 1). */
double att_rng_exponential(struct att_rng *rng, double mean);
double att_rng_normal(struct att_rng *rng); /* Mean 0, deviation 1. */
/* A stream of its own for a part of a simulation, so that parts don't disturb one another. */
void att_rng_fork(struct att_rng *rng, struct att_rng *ret_child);

#endif
