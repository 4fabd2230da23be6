/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes the figures of daemon/metrics.h from a running attuned, a little at a time: a look at one
 * queue costs as much as the centre has agents.
 *
 *      figures_begin(&figures, app);
 *      while (!figures_take(&figures, 500)) { let others work }
 */
#ifndef ATT_DAEMON_FIGURES_H
#define ATT_DAEMON_FIGURES_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "daemon/metrics.h"

#define FIGURES_SLOW_MS INT64_C(5000) /* Those that need the file system are as old at most. */

struct app;

struct figures {
        struct app *app; /* Borrowed. */
        struct metrics metrics;
        const struct att_config *config; /* Shared; whose queues these are; NULL: none taken. */
        uint32_t queue;                  /* The next. */

        uv_work_t work; /* Of the slow ones, on a thread of the pool. */
        bool is_working;
        int64_t worked_ms; /* Monotonic. */
        struct metrics_process found;
};

void figures_open(struct figures *figures, struct app *app);
/* Nothing may be in flight: see figures_is_busy(). */
void figures_close(struct figures *figures);
bool figures_is_busy(const struct figures *figures);

/* Asks for the slow ones again, if they are old. `on_found` may be NULL. */
void figures_refresh(struct figures *figures, int64_t monotonic_ms);

void figures_begin(struct figures *figures);
/* Works for about so long; true: all are there. Begins anew where the configuration has changed. */
bool figures_take(struct figures *figures, int64_t budget_us);

#endif
