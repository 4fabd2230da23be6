/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of a random centre, as YAML. */
#ifndef ATT_TESTS_NAIVE_RANDOM_CONFIG_H
#define ATT_TESTS_NAIVE_RANDOM_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/rng.h"
#include "tests/naive/random_centre.h"

struct random_sizes {
        uint32_t agents;
        uint32_t queues;
        uint32_t skills;
        uint32_t channels;
};

/* When every run begins: a Tuesday, ten seconds before nine (UTC). */
#define RANDOM_START_MS INT64_C(1704185990000)

static inline bool random_has(uint64_t features, enum random_feature feature)
{
        return features >> feature & 1;
}

void random_config_write(struct att_rng *rng, uint64_t features, const struct random_sizes *sizes,
                         struct att_buffer *yaml);

#endif
