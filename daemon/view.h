/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine shows, in the words of the wire. Texts are borrowed until the next step. */
#ifndef ATT_DAEMON_VIEW_H
#define ATT_DAEMON_VIEW_H

#include <stdbool.h>

#include "lib/core/core.h"
#include "lib/model/limits.h"
#include "lib/wire/message.h"

/* False: there is no such contact. */
bool view_contact(const struct att_core *core, struct att_text id,
                  struct att_wire_contact *ret_contact);
void view_contact_of(const struct att_core *core, const struct att_contact_view *view,
                     struct att_wire_contact *ret_contact);
void view_queue_of(const struct att_core *core, const struct att_queue_view *view,
                   struct att_wire_queue *ret_queue);

/* Room for what an agent's row points to. */
struct agent_row {
        struct att_wire_agent agent;
        struct att_text channels[ATT_CHANNELS_MAX];
        struct att_wire_interaction interactions[128];
};
void view_agent_of(const struct att_core *core, const struct att_agent_view *view,
                   struct agent_row *ret_row);

/* Where an agent is reached on a channel, or the empty text. */
struct att_text view_agent_address(const struct att_core *core, struct att_text agent,
                                   struct att_text channel);

#endif
