/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading the configuration: at the start, and again on SIGHUP or a supervisor's request; with a change by
 * hand laid over the one in force; or one that was in force before.
 *
 * All of it is read, checked and compared with the one in force by a thread of the loop's pool; only if
 * all of it is right does one CONFIG command change anything, and else the one in force stays. One load at a time, in the order
 * they were asked for. Each that changes something is kept as it was written (lib/store/versions.h).
 *
 *      DATA/by-hand.yaml       what was changed by hand (lib/config/by_hand.h): laid over what
 *                              supervisors wrote at every load
 */
#ifndef ATT_DAEMON_RELOAD_H
#define ATT_DAEMON_RELOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "daemon/access.h"
#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/list.h"
#include "lib/config/errors.h"
#include "lib/model/config.h"
#include "lib/store/versions.h"
#include "lib/wire/message.h"

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
        const struct att_config *before; /* Owned reference: in force while it is loaded. */
        const struct att_config *loaded; /* Owned reference. */
        struct att_buffer changes;       /* From one to the other, a line each. */
        struct access_rules access;      /* Owned; until they are in force. */
        struct att_buffer access_problems;
        int result;
        int64_t now_ms;
        struct att_buffer shown;       /* Of a look at the history. */
        const char *path;              /* Borrowed. */
        struct att_versions *versions; /* Owned; NULL: there are none to be had. */
        uint64_t version;              /* In force; 0: not known. */
};

void reloads_init(struct reloads *reloads, const char *path);
void reloads_deinit(struct reloads *reloads); /* Nothing may be loading (checked). */
bool reloads_is_busy(const struct reloads *reloads);

/* Loads and makes it the configuration in force, with a CONFIG command unless the journal ended with
 * the same, and its opening hours reach far enough. False: it is wrong, and every error has been printed. */
ATT_MUST_USE bool reload_at_start(struct app *app);

/* `session` NULL: by signal, of the files; the log is told. */
void reload_ask(struct app *app, struct session *session, uint64_t request_id,
                const struct att_wire_reload *ask);
/* Those that were in force, or one of them as it was written. */
void reload_show(struct app *app, struct session *session, uint64_t request_id,
                 const struct att_wire_config_request *ask);

/* What came of it, to who asked: daemon/reload_answer.c. */
void reload_answer(struct session *session, uint64_t request_id,
                   const struct att_config_errors *errors, const struct att_buffer *changes,
                   bool changed);

#endif
