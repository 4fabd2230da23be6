/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of `attune-bench report`. */
#ifndef ATT_TOOLS_BENCH_REPORT_H
#define ATT_TOOLS_BENCH_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/attune-bench/routing.h"

struct report_routing {
        const char *binary;
        const char *work; /* Holds data/history.sqlite, and a configuration of the load. */
        const char *by;
        size_t requests; /* Of each third of a round. */
        uint64_t rounds;
};

struct report_routing_found {
        int64_t reports;
        struct routing_found quiet;
        struct routing_found busy;
        struct routing_found beside; /* A process of the report's priority that only computes. */
};

/* False after a message. */
bool report_routing_run(const struct report_routing *asked, struct report_routing_found *ret_found);

#endif
