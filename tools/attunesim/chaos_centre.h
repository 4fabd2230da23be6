/* SPDX-License-Identifier: Apache-2.0 */
/* A random contact centre for a simulated run: its configuration, as a supervisor would write it. */
#ifndef ATT_TOOLS_ATTUNESIM_CHAOS_CENTRE_H
#define ATT_TOOLS_ATTUNESIM_CHAOS_CENTRE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/rng.h"

#define CENTRE_AGENTS_MAX 16
#define CENTRE_QUEUES_MAX 5
#define CENTRE_SKILLS     3
#define CENTRE_CHANNELS   3

struct centre {
        uint32_t agents;
        uint32_t queues;
        uint32_t contacts_max;
        bool is_plain; /* Nothing of the past decides: fit is skill, rest and load; no points for feedback. */
        uint32_t pace; /* So many times as fast as people are: all its times are divided by this. */
};

void centre_choose(struct att_rng *rng, struct centre *ret_centre);
/* Each is a little different: agents leave, queues go, rules change. `whole`: nothing is left out. */
void centre_write(const struct centre *centre, struct att_rng *rng, bool whole,
                  struct att_buffer *yaml);
const char *centre_channel(uint32_t i);

#endif
