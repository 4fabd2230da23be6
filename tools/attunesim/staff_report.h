/* SPDX-License-Identifier: Apache-2.0 */
/* What a search for the fewest agents came to, as tables for people or one JSON object. */
#ifndef ATT_TOOLS_ATTUNESIM_STAFF_REPORT_H
#define ATT_TOOLS_ATTUNESIM_STAFF_REPORT_H

#include "lib/base/buffer.h"
#include "tools/attunesim/staff_search.h"

void staff_report_table(const struct staff_problem *problem, const struct staff_answer *answer,
                        struct att_buffer *into);
void staff_report_json(const struct staff_problem *problem, const struct staff_answer *answer,
                       struct att_buffer *into);

/* Whether every queue that has contacts is reached in every interval. */
bool staff_is_all_met(const struct staff_problem *problem, const struct staff_answer *answer);

#endif
