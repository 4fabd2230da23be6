/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A decision on its own, for benchmarks: whom the matching would pair if a waiting contact came, or
 * if an agent became free, without making the pair. The way there is that of match.c for one
 * contact or one agent; what is looked at stays as it is. Not for the daemon.
 */
#ifndef ATT_LIB_CORE_PROBE_H
#define ATT_LIB_CORE_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/text.h"

struct agent;
struct att_core;
struct contact;

/* Good until the next step. NULL: there is none. */
struct contact *att_probe_find_contact(const struct att_core *core, struct att_text id);
struct agent *att_probe_find_agent(const struct att_core *core, struct att_text id);
uint32_t att_probe_find_channel(const struct att_core *core, struct att_text name);

/* The agent whom a queued contact would get, had it come by this channel; empty: nobody. */
struct att_text att_probe_contact(struct att_core *core, struct contact *contact, uint32_t channel);

/* The contact that an agent would get, were all work the agent holds over; empty: none. The agent has
 * room for one contact then, on one channel. */
struct att_text att_probe_agent(struct att_core *core, struct agent *agent);

/* How many free agents could take the contact by this channel. */
uint32_t att_probe_count_agents(const struct att_core *core, struct contact *contact,
                                uint32_t channel);

/* The upkeep of what the decisions look at: an agent takes or gives back work, a queued contact
 * changes. Afterwards all is as it was. */
void att_probe_touch_agent(struct att_core *core, struct agent *agent); /* Two changes. */
void att_probe_touch_contact(struct att_core *core, struct contact *contact);

#endif
