/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a request said beyond what decides: kept packed with its contact, for the offer's context,
 * views, explanations and a reload's tiers. Most requests say little, and many wait.
 */
#ifndef ATT_LIB_CORE_DETAILS_H
#define ATT_LIB_CORE_DETAILS_H

#include "lib/core/command.h"
#include "lib/model/limits.h"

struct att_core;
struct contact;
struct details;

/* Keeps a request with a contact; or what was packed of one. */
void details_keep(struct att_core *core, struct contact *contact,
                  const struct att_contact_request *request);
void details_keep_packed(struct att_core *core, struct contact *contact,
                         const struct details *packed);

/* What is packed of a request needs at most so many bytes, aligned for any type: packs it there. */
size_t details_room(const struct att_contact_request *request);
const struct details *details_pack(const struct att_contact_request *request, void *room);

/* The request as it was, but for what it required, preferred and left out, and when it began; its texts
 * are the contact's, its attributes lie in `room`. Without details, those of a contact that closed, it
 * is empty but for the ids. */
struct att_contact_request details_request(const struct contact *contact,
                                           struct att_pair room[ATT_ATTRIBUTES_MAX]);
/* The text takes the place of the one before. */
void details_set_text(struct att_core *core, struct contact *contact, struct att_text text);
void details_drop(struct att_core *core, struct contact *contact);

#endif
