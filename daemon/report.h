/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports from the history. A thread of its own, of less weight than the loop's, reads the file and
 * makes the report (lib/store/report.h); one at a time, in the order asked for. What it made is kept
 * for a while, and given out page by page.
 *
 * A report whose session has gone is stopped.
 */
#ifndef ATT_DAEMON_REPORT_H
#define ATT_DAEMON_REPORT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "lib/base/list.h"
#include "lib/store/report.h"
#include "lib/wire/message.h"

#define REPORTS_WAITING_MAX 16
#define REPORTS_KEPT_MAX    4
#define REPORT_KEPT_MS      INT64_C(60000)

struct app;
struct session;
struct report_job;

/* One that was made, until its last page is fetched or it is old. */
struct kept_report {
        uint64_t number; /* 0: none. */
        int64_t used_ms; /* Monotonic. */
        struct att_report report;
};

struct reports {
        struct att_list waiting; /* Of struct report_job. */
        uint32_t waiting_count;
        struct report_job *job; /* Owned; the one that is made. */
        uv_work_t work;
        atomic_bool stop;
        uint64_t number; /* Of the newest. */
        struct kept_report kept[REPORTS_KEPT_MAX];
};

void reports_init(struct reports *reports);
void reports_deinit(struct reports *reports); /* None may be at work (checked). */
bool reports_is_busy(const struct reports *reports);
/* Those that wait are dropped, the one at work is told to stop. */
void reports_stop(struct reports *reports);
/* Once a second: stops what nobody waits for, forgets what is old. */
void reports_look(struct app *app, int64_t monotonic_ms);

/* From the engine's own counters: daemon/admin_list.c. */
void report_live(struct session *session, const struct att_wire_message *message);

#endif
