/* SPDX-License-Identifier: Apache-2.0 */
/* What a simulation came to, as tables for people or one JSON object. */
#ifndef ATT_TOOLS_ATTUNESIM_SIM_REPORT_H
#define ATT_TOOLS_ATTUNESIM_SIM_REPORT_H

#include "lib/base/buffer.h"
#include "tools/attunesim/sim_crew.h"

void sim_report_table(const struct sim_plan *plan, const struct sim_outcome *outcome,
                      struct att_buffer *into);
void sim_report_json(const struct sim_plan *plan, const struct sim_outcome *outcome,
                     struct att_buffer *into);

#endif
