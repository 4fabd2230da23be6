/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For who knows the next commands, as a replay does: what of them needs no engine is worked out beforehand,
 * by any thread, and the processor fetches what they will look at, while others are stepped. Nothing is
 * decided: of a contact that is gone by then it fetches in vain.
 */
#ifndef ATT_LIB_CORE_FORESEE_H
#define ATT_LIB_CORE_FORESEE_H

#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/digest.h"
#include "lib/core/command.h"
#include "lib/core/core.h"

struct details;

struct att_foresight {
        uint64_t seq;     /* Of the command. */
        uint64_t contact; /* Where it and the agent would be listed. */
        uint64_t agent;
        struct att_digest content;     /* Of a CONTACT_ADD's request, and what is kept of it; ... */
        const struct details *details; /* ... else NULL. */
};

/* Good as long as the arena is not cleared. */
struct att_foresight att_foresight_of(const struct att_command *command, struct att_arena *arena);

/* To be called right before each step, with what is known of the command that is stepped now and of those that
 * follow. Borrowed until that step is over. */
void att_core_foresee(struct att_core *core, const struct att_foresight *commands, uint32_t count);

#endif
