/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The waiting contacts an agent would take first.
 *
 * Of every lane the agent may take (waiting.h) a bound is computed: where its best contact could
 * stand with this agent at the most. The lane with the best bound is opened first, then those whose
 * bound could still beat what was found; in a lane its groups, in a group its heaps, down to where
 * the bound says that nothing better follows. What is found is exact: bounds only say where not to
 * look.
 */
#ifndef ATT_LIB_CORE_CHOOSE_H
#define ATT_LIB_CORE_CHOOSE_H

#include <stdint.h>

#include "lib/model/limits.h"

struct agent;
struct att_core;
struct contact;
struct place;

#define CHOSEN_MAX (ATT_JOINT_MAX + 1)

/* The `wanted` (at most CHOSEN_MAX) contacts of a channel that go first with this agent, of those it
 * can take now, in order; but for contacts with something new, which any agent may take. Returns how
 * many there are. */
uint32_t choose_contacts(struct att_core *core, struct agent *agent, uint32_t channel,
                         uint32_t wanted, struct contact **ret_contacts, struct place *ret_places);

#endif
