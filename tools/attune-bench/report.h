/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of `attune-bench report`. */
#ifndef ATT_TOOLS_BENCH_REPORT_H
#define ATT_TOOLS_BENCH_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct report_routing {
        const char *binary;
        const char *work; /* Holds data/history.sqlite, and a configuration of the load. */
        const char *by;
        size_t requests; /* Of each half of a round. */
        uint64_t rounds;
};

struct report_routing_found {
        int64_t reports;
        double quiet_p50_us;
        double quiet_p99_us;
        double quiet_per_second;
        double busy_p50_us;
        double busy_p99_us;
        double busy_per_second;
};

/* False after a message. */
bool report_routing_run(const struct report_routing *asked, struct report_routing_found *ret_found);

/* The configuration of its load, in the folder `work`. */
bool report_routing_write_config(const char *work);

#endif
