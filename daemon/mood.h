/* SPDX-License-Identifier: Apache-2.0 */
/* How a customer feels, where nobody says so: estimated from their words before the command is
 * stamped, so that the journal carries the figure (docs/emotion.md). */
#ifndef ATT_DAEMON_MOOD_H
#define ATT_DAEMON_MOOD_H

#include "lib/core/command.h"
#include "lib/core/core.h"

/* Puts the estimate into a new contact's command, or into an update with words. A stated emotion is
 * left alone. */
void mood_estimate(const struct att_core *core, struct att_command *command);

#endif
