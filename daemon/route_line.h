/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One event of the route log as a line of JSON: `time`, `event`, and of `contact`, `front_end`,
 * `queue`, `agent`, `channel`, `step`, `offer` ... those that the event has; `decision` with its
 * terms; `config` and `seq`. docs/operations.md lists them.
 */
#ifndef ATT_DAEMON_ROUTE_LINE_H
#define ATT_DAEMON_ROUTE_LINE_H

#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/core/command.h"
#include "lib/core/effect.h"
#include "lib/wire/message.h"

/* `config`: the digest in force, as text. */
void route_line_of_effect(struct att_buffer *into, const struct att_effect *effect,
                          const char *config, uint64_t seq);
/* The agent's device rings: told by a front end, decided by nobody. */
void route_line_of_ringing(struct att_buffer *into, const struct att_wire_ringing *ringing,
                           int64_t at_ms, const char *config);

#endif
