/* SPDX-License-Identifier: Apache-2.0 */
/* An explanation as JSON: what its message has, under the same names; shares and points as decimals,
 * causes as keys. */
#ifndef ATT_TOOLS_ATTUNECTL_EXPLAIN_JSON_H
#define ATT_TOOLS_ATTUNECTL_EXPLAIN_JSON_H

#include "lib/base/arena.h"
#include "lib/base/buffer.h"
#include "lib/wire/message.h"
#include "tools/attunectl/explain_history.h"

void explain_write_json(struct att_buffer *into, const struct att_wire_explanation *explanation);

/* A copy that does not end with the next question. */
struct att_explain_outcome explain_keep_outcome(struct att_arena *arena,
                                                const struct att_explain_outcome *outcome);
/* From what an agent's outcome figures come, with the feedback that the history has. */
void explain_write_outcome_json(struct att_buffer *into, struct att_text text,
                                const struct att_explain_outcome *outcome,
                                const struct explain_history *history);

#endif
