/* SPDX-License-Identifier: Apache-2.0 */
/* A contact as JSON: what its message has, under the same names; points and shares as decimals. */
#ifndef ATT_TOOLS_ATTUNECTL_CONTACT_JSON_H
#define ATT_TOOLS_ATTUNECTL_CONTACT_JSON_H

#include "lib/base/buffer.h"
#include "lib/wire/message.h"

void contact_write_json(struct att_buffer *into, const struct att_wire_contact *contact);

#endif
