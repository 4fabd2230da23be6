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

/* To be called before each step, with the command that is stepped now and those that follow. */
void att_core_foresee(const struct att_core *core, const struct att_command *commands,
                      uint32_t count);

#endif
