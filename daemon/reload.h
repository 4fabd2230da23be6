/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading the configuration: at the start, and again on SIGHUP or a supervisor's request.
 *
 * All of it is read and checked by a thread of the loop's pool; only if all of it is right does one
 * CONFIG command change anything, and else the one in force stays. One load at a time, in the order
 * they were asked for.
 */
#ifndef ATT_DAEMON_RELOAD_H
#define ATT_DAEMON_RELOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/list.h"
#include "lib/config/errors.h"
#include "lib/model/config.h"

#define RELOADS_MAX 64 /* Asked for and not begun. */

struct app;
struct session;

struct reloads {
        struct att_list waiting; /* Of struct reload_job. */
        uint32_t waiting_count;
        uv_work_t work;
        bool is_loading;
        struct reload_job *job; /* Owned; the one that is being done. */
        struct att_config_errors errors;
        const struct att_config *loaded; /* Owned reference. */
        struct att_buffer changes;       /* Against the one in force, a line each. */
        int result;
        int64_t now_ms;
        const char *path; /* Borrowed. */
};

void reloads_init(struct reloads *reloads, const char *path);
void reloads_deinit(struct reloads *reloads); /* Nothing may be loading (checked). */
bool reloads_is_busy(const struct reloads *reloads);

/* Loads and makes it the configuration in force, with a CONFIG command unless the journal ended with
 * the same, and its opening hours reach far enough. False: it is wrong, and every error has been printed. */
ATT_MUST_USE bool reload_at_start(struct app *app);

/* `session` NULL: by signal, the log is told. With `only_check` nothing changes. */
void reload_ask(struct app *app, struct session *session, uint64_t request_id, bool only_check);

/* What came of it, to who asked: daemon/reload_answer.c. */
void reload_answer(struct session *session, uint64_t request_id,
                   const struct att_config_errors *errors, const struct att_buffer *changes,
                   bool changed);

#endif
