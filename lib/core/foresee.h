/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For who knows the next commands, as a replay does: has the processor fetch what they will look at, while
 * others are stepped. Nothing is changed and nothing decided: of a contact that is gone by then it fetches
 * in vain.
 */
#ifndef ATT_LIB_CORE_FORESEE_H
#define ATT_LIB_CORE_FORESEE_H

#include "lib/core/command.h"
#include "lib/core/core.h"

/* So many commands before it is stepped: each looks at what the one before had fetched. */
#define ATT_FORESEE_FAR  6 /* Where its contact and agent are listed. */
#define ATT_FORESEE_NEAR 4 /* They themselves. */
#define ATT_FORESEE_NEXT 2 /* What belongs to its contact. */

void att_core_foresee_far(const struct att_core *core, const struct att_command *command);
void att_core_foresee_near(const struct att_core *core, const struct att_command *command);
void att_core_foresee_next(const struct att_core *core, const struct att_command *command);

#endif
