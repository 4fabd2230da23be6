/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For who knows the next commands, as a replay does: has the processor fetch what they will look at, while
 * others are stepped. Nothing is changed and nothing decided: of a contact that is gone by then it fetches
 * in vain.
 */
#ifndef ATT_LIB_CORE_FORESEE_H
#define ATT_LIB_CORE_FORESEE_H

#include <stdint.h>

#include "lib/core/command.h"
#include "lib/core/core.h"

/* Where a command's contact and agent would be listed: worked out beforehand, by any thread. */
struct att_foresight {
        uint64_t contact;
        uint64_t agent;
};

struct att_foresight att_foresight_of(const struct att_command *command);

/* To be called before each step, with what is known of the command that is stepped now and of those that
 * follow. */
void att_core_foresee(const struct att_core *core, const struct att_foresight *commands,
                      uint32_t count);

#endif
