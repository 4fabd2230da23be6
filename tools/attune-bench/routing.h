/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What routing takes on one side of a comparison: rounds of the same load (load.h), in turn with those
 * of the other side, so that what else the machine does meets both.
 */
#ifndef ATT_TOOLS_BENCH_ROUTING_H
#define ATT_TOOLS_BENCH_ROUTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tools/attune-bench/place.h"

struct routing_side {
        const struct place *place;
        pid_t server;     /* Whose processor time is counted. */
        uint32_t *p50_ns; /* Owned, as the next: of each round. */
        uint32_t *p99_ns;
        size_t rounds;
        size_t requests;
        int64_t passed_ns;
        int64_t cpu_ns;
};

struct routing_found {
        double p50_us; /* The median of the rounds: one that was disturbed does not tell. */
        double p99_us;
        double per_second;
        double cpu_us; /* A request, of all threads of the server. */
};

/* The configuration of the load, in the folder `work`. */
bool routing_write_config(const char *work);

/* One round; each of a server needs another `seed`. False after a message. */
bool routing_load(struct routing_side *side, size_t requests, uint64_t seed);
struct routing_found routing_find(struct routing_side *side);
void routing_deinit(struct routing_side *side);

#endif
