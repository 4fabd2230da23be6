/* SPDX-License-Identifier: Apache-2.0 */
/* The help and the manual page, from the table of commands. */
#ifndef ATT_TOOLS_ATTUNECTL_HELP_H
#define ATT_TOOLS_ATTUNECTL_HELP_H

#include "lib/base/buffer.h"
#include "tools/attunectl/command.h"

void help_write_overview(struct att_buffer *into, const char *program);
void help_write_command(struct att_buffer *into, const char *program,
                        const struct command *command);
/* What may follow the first word of a command of two: "check, diff or reload". */
void help_write_second_words(struct att_buffer *into, const char *first);
/* The manual page, as scdoc reads it. */
void help_write_manual(struct att_buffer *into);

#endif
