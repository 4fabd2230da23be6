/* SPDX-License-Identifier: Apache-2.0 */
/* The few things that touch many at once: CPU time of each, in ms, at full size. */
#ifndef ATT_TOOLS_BENCH_BULK_H
#define ATT_TOOLS_BENCH_BULK_H

#include <stdint.h>

struct bulk {
        double sign_on_ms;         /* 5,000 agents come within one instant. */
        double sign_on_waiting_ms; /* The same while 100,000 wait. */
        double step_ms;            /* A step opens for 50,000 at one instant; nobody is free. */
        double step_served_ms;     /* The same with 1,000 free agents, each with room for three. */
        double reload_ms;          /* 5,000 agents, 100,000 waiting; some agents have changed. */
};

/* All sizes are so many percent of the full ones. */
void bulk_measure(uint64_t seed, uint32_t percent, struct bulk *ret_bulk);

#endif
