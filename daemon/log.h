/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process's own log: standard error, one event a line.
 *
 *      log_begin(&line, "session.closed");
 *      log_text(&line, "name", name);
 *      log_number(&line, "pushes", 12);
 *      log_end(&line);
 *
 *      time=2026-02-03T09:00:00.120Z event=session.closed name=kamailio-1 pushes=12
 *
 * Values with anything but letters, digits and ._-/:@+ are quoted; nothing a front end sends can
 * begin a line of its own.
 */
#ifndef ATT_DAEMON_LOG_H
#define ATT_DAEMON_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/text.h"

struct log_line {
        char bytes[4096];
        size_t len;
};

/* The last thing that went wrong, for `status`. */
struct log_memory {
        char last_error[256];
        int64_t last_error_ms;
};

void log_begin(struct log_line *line, const char *event);
void log_text(struct log_line *line, const char *key, struct att_text value);
void log_string(struct log_line *line, const char *key, const char *value);
void log_number(struct log_line *line, const char *key, int64_t value);
void log_end(struct log_line *line);

/* An event with one sentence. */
void log_say(const char *event, const char *what);
/* The same of something that went wrong; `memory` may be NULL. */
void log_error(struct log_memory *memory, const char *event, const char *what);

#endif
