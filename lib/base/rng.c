/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/rng.h"

#include <math.h>

#include "lib/base/check.h"

static uint64_t rotate_left(uint64_t value, unsigned bits)
{
        return (value << bits) | (value >> (64 - bits));
}

/* splitmix64: spreads one word of seed over the state, which must not be all zeros. */
static uint64_t next_seed(uint64_t *seed)
{
        *seed += UINT64_C(0x9e3779b97f4a7c15);
        uint64_t z = *seed;

        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        return z ^ (z >> 31);
}

void att_rng_seed(struct att_rng *rng, uint64_t seed)
{
        for (unsigned i = 0; i < 4; i++) {
                rng->state[i] = next_seed(&seed);
        }
}

uint64_t att_rng_next(struct att_rng *rng)
{
        uint64_t *s = rng->state;
        const uint64_t result = rotate_left(s[1] * 5, 7) * 9;
        const uint64_t t = s[1] << 17;

        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = rotate_left(s[3], 45);
        return result;
}

uint64_t att_rng_below(struct att_rng *rng, uint64_t bound)
{
        ATT_CHECK(bound > 0);
        /* 2^64 mod bound: below it a value would make the small results likelier. */
        const uint64_t biased = (0 - bound) % bound;
        uint64_t value;

        do {
                value = att_rng_next(rng);
        } while (value < biased);
        return value % bound;
}

int64_t att_rng_between(struct att_rng *rng, int64_t low, int64_t high)
{
        ATT_CHECK(low <= high);
        const uint64_t values = (uint64_t)high - (uint64_t)low + 1;
        const uint64_t offset = values > 0 ? att_rng_below(rng, values) : att_rng_next(rng);

        return (int64_t)((uint64_t)low + offset);
}

double att_rng_unit(struct att_rng *rng)
{
        return (double)(att_rng_next(rng) >> 11) * 0x1p-53;
}

double att_rng_exponential(struct att_rng *rng, double mean)
{
        return -mean * log1p(-att_rng_unit(rng));
}

double att_rng_normal(struct att_rng *rng)
{
        /* Marsaglia's polar method; its second value is thrown away to keep the state small. */
        for (;;) {
                const double x = 2.0 * att_rng_unit(rng) - 1.0;
                const double y = 2.0 * att_rng_unit(rng) - 1.0;
                const double square = x * x + y * y;

                if (square > 0.0 && square < 1.0) {
                        return x * sqrt(-2.0 * log(square) / square);
                }
        }
}

void att_rng_fork(struct att_rng *rng, struct att_rng *ret_child)
{
        att_rng_seed(ret_child, att_rng_next(rng));
}
