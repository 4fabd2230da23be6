/* SPDX-License-Identifier: Apache-2.0 */
/* A line of the route log as a line that people read. */
#ifndef ATT_TOOLS_ATTUNECTL_ROUTE_TEXT_H
#define ATT_TOOLS_ATTUNECTL_ROUTE_TEXT_H

#include "lib/base/buffer.h"
#include "lib/base/text.h"

/* `line` is an object of JSON. One that is not is written as it stands. */
void route_text_write(struct att_buffer *into, struct att_text line);

#endif
