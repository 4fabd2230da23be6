/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of `attune-bench history`. */
#ifndef ATT_TOOLS_BENCH_HISTORY_H
#define ATT_TOOLS_BENCH_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/attune-bench/routing.h"

struct history_routing {
        const char *binary;
        const char *work; /* A folder. */
        size_t requests;  /* Of each half of a round. */
        uint64_t rounds;
};

struct history_routing_found {
        struct routing_found with;
        struct routing_found without;
};

/* False after a message. */
bool history_routing_run(const struct history_routing *asked,
                         struct history_routing_found *ret_found);

#endif
