/* SPDX-License-Identifier: Apache-2.0 */
/* A command that outlives the step it was made for. */
#ifndef ATT_TOOLS_ATTUNESIM_WHATIF_COPY_H
#define ATT_TOOLS_ATTUNESIM_WHATIF_COPY_H

#include "lib/base/arena.h"
#include "lib/core/command.h"

/* All of it is the arena's, but a configuration: that is borrowed as it was. Who sent it, as which request,
 * is left out. */
struct att_command *whatif_copy_command(struct att_arena *arena, const struct att_command *command);

#endif
