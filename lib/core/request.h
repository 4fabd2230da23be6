/* SPDX-License-Identifier: Apache-2.0 */
/* A contact's request: checked against the configuration, then copied into a new contact. */
#ifndef ATT_LIB_CORE_REQUEST_H
#define ATT_LIB_CORE_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/digest.h"
#include "lib/core/command.h"
#include "lib/core/state.h"

/* All that makes a request another one: everything but its age and its trace. */
struct att_digest request_digest(const struct att_contact_request *request);

/* Each says whether it is right, and refuses the command where it is not. */
bool request_check(struct att_core *core, const struct att_command *command);
bool request_check_priority(struct att_core *core, const struct att_command *command,
                            int64_t priority_milli);
bool request_check_share(struct att_core *core, const struct att_command *command,
                         const char *field, int64_t ppm);
/* Whether a contact may have this text, beside its notes and attributes. */
bool request_check_text(struct att_core *core, const struct att_command *command,
                        const struct contact *contact, struct att_text text);
bool request_check_levels(struct att_core *core, const struct att_command *command,
                          const struct att_named_level *levels, uint32_t count, uint32_t already);

/* A new contact out of a checked request; in no list yet, its queue not yet decided. */
struct contact *request_accept(struct att_core *core, const struct att_command *command);

/* Joins a requirement to the contact's own, by skill. */
void request_set_own(struct att_core *core, struct contact *contact, uint32_t skill,
                     uint32_t level);

#endif
