/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Agents and customers of a centre, living their lives: agents sign in, accept or decline, talk,
 * take a break; customers come, wait, give up, are served, say how it was. As many wait as the plan
 * says: whenever it is one less, another comes.
 *
 *      crowd_init(&crowd, &plan);
 *      crowd_fill(&crowd);             // until so many wait
 *      crowd_run(&crowd, 1000);        // a thousand commands further
 *      crowd_deinit(&crowd);
 *
 * The engine is told of the time as the daemon tells it: by a tick whenever something is due.
 */
#ifndef ATT_TOOLS_BENCH_CROWD_H
#define ATT_TOOLS_BENCH_CROWD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/keyheap.h"
#include "lib/base/rng.h"
#include "tools/attune-bench/centre.h"

struct crowd_plan {
        struct centre_plan centre;
        uint32_t waiting; /* 0: contacts come while most of the agents are busy, four in five. */
        uint32_t emotions;
};

struct crowd_contact {
        uint64_t offer; /* The live one; 0: none. */
        bool is_open;   /* Neither connected nor closed. */
};

struct crowd {
        struct crowd_plan plan;
        struct centre centre;
        struct att_rng rng;
        struct att_keyheap agenda; /* Owned happenings. */
        uint64_t next_order;
        struct crowd_contact *contacts; /* Owned; by number. */
        uint32_t contact_count;
        uint32_t contact_capacity;
        uint64_t commands; /* Ticks apart. */
        uint64_t ticks;
        uint64_t accepted;
        uint64_t declined;
        uint64_t abandoned;
};

void crowd_init(struct crowd *crowd, const struct crowd_plan *plan); /* All agents are signed in. */
void crowd_deinit(struct crowd *crowd);
void crowd_fill(struct crowd *crowd);
void crowd_run(struct crowd *crowd, uint64_t commands);

#endif
