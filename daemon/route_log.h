/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The route log's file: lines wait for their batch to be durable, as answers do, and are written by
 * a thread of the loop's pool, so that a slow disk slows nothing else down. A log that can't be
 * written, or not fast enough, loses lines, counts them and says so; it never stops the daemon.
 */
#ifndef ATT_DAEMON_ROUTE_LOG_H
#define ATT_DAEMON_ROUTE_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "daemon/log.h"
#include "lib/base/buffer.h"
#include "lib/base/text.h"

#define ROUTE_LOG_BYTES_MAX ((size_t)16 << 20) /* Waiting to be written. */

struct route_log {
        const char *path;          /* Borrowed; NULL: no log. */
        uv_loop_t *loop;           /* Borrowed. */
        struct log_memory *memory; /* Borrowed. */
        int fd;                    /* -1: not open. */
        struct att_buffer collecting;
        struct att_buffer committing;
        struct att_buffer released;
        struct att_buffer writing; /* The thread's while `is_writing`. */
        size_t written;            /* Of `writing`. */
        bool is_writing;
        bool must_reopen;
        uv_fs_t request;
        uint64_t lines_lost;
        uint64_t lines_lost_said;
        int64_t said_ms;
};

/* 0, or a negative errno: the path can't be opened. `path` NULL: none; "-": standard output. */
ATT_MUST_USE int route_log_open(struct route_log *log, const char *path, uv_loop_t *loop,
                                struct log_memory *memory);
/* What is released and not written yet is written before this returns. Nothing may be in flight:
 * see route_log_is_busy(). */
void route_log_close(struct route_log *log);
bool route_log_is_busy(const struct route_log *log);
bool route_log_is_on(const struct route_log *log);

void route_log_add(struct route_log *log, struct att_text line); /* Without its line end. */
void route_log_begin_commit(struct route_log *log);
void route_log_end_commit(struct route_log *log);
/* After the file was moved away. */
void route_log_reopen(struct route_log *log);

#endif
