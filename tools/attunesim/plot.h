/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures of simulations, drawn by gnuplot: how long people wait, how many are answered in time and how
 * many agents are at work, over the hours of the day and by queue, each with its 95 % interval as a band.
 *
 * Of two simulations: the same of both side by side on the same scales, and what the second has more.
 */
#ifndef ATT_TOOLS_ATTUNESIM_PLOT_H
#define ATT_TOOLS_ATTUNESIM_PLOT_H

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "tools/attunesim/plot_series.h"

/* Whether gnuplot is there and `path` can be written; if not, one line on standard error has said what
 * to do about it. To be asked before a long run. */
ATT_MUST_USE bool plot_is_possible(const char *command, const char *path);

/* The SVG of one side or two. False: what is wrong has been said. */
ATT_MUST_USE bool plot_draw(const struct plot_side *sides, uint32_t side_count, const char *path);

/* What gnuplot is told; false: there is nothing to show. */
ATT_MUST_USE bool plot_script(const struct plot_side *sides, uint32_t side_count, const char *path,
                              struct att_buffer *into);

#endif
