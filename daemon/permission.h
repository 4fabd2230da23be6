/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each role may ask for, as one table. What it may not is refused as `denied`, never ignored.
 *
 * A platform moves contacts and agents. An agent's desktop acts for its own agent, and on contacts
 * that this agent is in conversation with. A supervisor may do everything. An observer looks.
 */
#ifndef ATT_DAEMON_PERMISSION_H
#define ATT_DAEMON_PERMISSION_H

#include <stdbool.h>

#include "lib/core/command.h"
#include "lib/model/words.h"
#include "lib/wire/message.h"

enum permission {
        PERMISSION_NEVER,
        PERMISSION_OWN, /* Of its own agent, or on a contact that this agent is connected to. */
        PERMISSION_ALWAYS,
};

enum permission permission_for_command(enum att_role role, enum att_command_kind kind);
/* Any message but a command. PERMISSION_OWN: no more than an ordinary reader's view. */
enum permission permission_for_message(enum att_role role, enum att_wire_body body);

/* Whether a command is about an agent (else it is about a contact). */
bool permission_is_about_agent(enum att_command_kind kind);

#endif
