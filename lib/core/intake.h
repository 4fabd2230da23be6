/* SPDX-License-Identifier: Apache-2.0 */
/* Which rules of the intake a contact meets. How they are applied: intake_apply() in state.h. */
#ifndef ATT_LIB_CORE_INTAKE_H
#define ATT_LIB_CORE_INTAKE_H

#include <stdint.h>

struct att_core;
struct contact;

struct att_contact_request;
struct att_subject;

/* What a contact is compared with once its queue is known: as its request was, with the queue, the
 * intent and the tier that it has come to. */
void intake_describe(const struct att_core *core, const struct contact *contact,
                     const struct att_contact_request *request, struct att_subject *ret_subject);

/* The rules in force that apply to an open contact, as its request was, in order: at most so many
 * indices into the configuration's. Returns how many. A closed contact's request is gone. */
uint32_t intake_find_rules(const struct att_core *core, const struct contact *contact,
                           uint32_t rules_max, uint32_t *ret_rules);

#endif
