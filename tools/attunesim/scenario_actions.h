/* SPDX-License-Identifier: Apache-2.0 */
/* The actions of a scenario's timeline, as commands of the engine. */
#ifndef ATT_TOOLS_ATTUNESIM_SCENARIO_ACTIONS_H
#define ATT_TOOLS_ATTUNESIM_SCENARIO_ACTIONS_H

#include <stdbool.h>

#include "lib/config/yaml.h"
#include "lib/core/command.h"
#include "tools/attunesim/fields.h"

/* Whether a key of a step is an action that this file reads (`config` is not). */
bool action_exists(struct att_text name);
/* "contact", "agent" ... with commas, for messages. */
void action_list(struct att_buffer *into);

/* Reads the value of action `name`; errors go to the reading's. Texts are borrowed from the node. */
void action_read(const struct reading *reading, struct att_text name,
                 const struct att_yaml_node *node, struct att_command *command);

#endif
