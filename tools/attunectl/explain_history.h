/* SPDX-License-Identifier: Apache-2.0 */
/* The feedback behind an agent's outcome figures, out of attuned's history. */
#ifndef ATT_TOOLS_ATTUNECTL_EXPLAIN_HISTORY_H
#define ATT_TOOLS_ATTUNECTL_EXPLAIN_HISTORY_H

#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/text.h"
#include "lib/core/explanation.h"
#include "tools/attunectl/command.h"

#define EXPLAIN_HISTORY_ROWS 10

struct explain_feedback {
        int64_t at_ms;
        struct att_text contact;
        struct att_text queue;
        int64_t csat; /* Numbers that were not given are -1. */
        int64_t nps;
        int64_t ces;
        int64_t resolved;
        struct att_text text;
};

struct explain_history {
        struct att_arena arena;                             /* Of the texts. */
        struct explain_feedback rows[EXPLAIN_HISTORY_ROWS]; /* The latest first. */
        uint32_t count;
};

/* As many as there are. None where the history is not on this machine, not readable, or not there. */
void explain_history_read(struct ctl *ctl, const struct att_explain_outcome *outcome,
                          struct explain_history *ret_history);
void explain_history_deinit(struct explain_history *history);

#endif
