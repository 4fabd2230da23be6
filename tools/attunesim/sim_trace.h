/* SPDX-License-Identifier: Apache-2.0 */
/* Tables in CSV files: traces of contacts, and what a handled contact is worth. */
#ifndef ATT_TOOLS_ATTUNESIM_SIM_TRACE_H
#define ATT_TOOLS_ATTUNESIM_SIM_TRACE_H

#include "tools/attunesim/sim_plan.h"

/* A trace: the first line names the columns. `at_s` must be there; `handle_s`, `patience_s` and any
 * field of a contact may; an empty cell is as if the column were not there. False: errors say why,
 * with line and column. `common`: what the rows have where they say nothing. */
ATT_MUST_USE bool sim_trace_read(const char *path, const struct att_contact_request *common,
                                 const struct att_config *config, struct att_arena *arena,
                                 struct att_config_errors *errors, struct sim_trace *ret_trace);

/* `agent,queue,value`: agents x queues, NAN where no row says one. The arena's. NULL: errors. */
ATT_MUST_USE const float *sim_values_read(const char *path, const struct att_config *config,
                                          struct att_arena *arena,
                                          struct att_config_errors *errors);

#endif
