/* SPDX-License-Identifier: Apache-2.0 */
/* An explanation as JSON: what its message has, under the same names; shares and points as decimals,
 * causes as keys. */
#ifndef ATT_TOOLS_ATTUNECTL_EXPLAIN_JSON_H
#define ATT_TOOLS_ATTUNECTL_EXPLAIN_JSON_H

#include "lib/base/buffer.h"
#include "lib/wire/message.h"

void explain_write_json(struct att_buffer *into, const struct att_wire_explanation *explanation);

#endif
