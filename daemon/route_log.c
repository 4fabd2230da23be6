/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/route_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/clock.h"
#include "lib/base/util.h"

#define SAY_EVERY_MS 10000

static int open_file(const char *path)
{
        int fd = strcmp(path, "-") == 0
                         ? dup(STDOUT_FILENO)
                         : open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);

        return fd < 0 ? -errno : fd;
}

int route_log_open(struct route_log *log, const char *path, uv_loop_t *loop,
                   struct log_memory *memory)
{
        int fd = path ? open_file(path) : -1;

        if (path && fd < 0) {
                return fd;
        }
        *log = (struct route_log){.path = path, .loop = loop, .memory = memory, .fd = fd};
        return 0;
}

bool route_log_is_on(const struct route_log *log)
{
        return log->path != NULL;
}

bool route_log_is_busy(const struct route_log *log)
{
        return log->is_writing;
}

static uint64_t count_lines(struct att_text text)
{
        uint64_t lines = 0;

        for (size_t i = 0; i < text.len; i++) {
                lines += text.data[i] == '\n' ? 1 : 0;
        }
        return lines;
}

/* Not a line for every line lost. */
static void say_lost(struct route_log *log, const char *what)
{
        struct att_buffer message = {0};
        int64_t now_ms = clock_wall_ms();

        if (log->lines_lost == log->lines_lost_said ||
            (log->lines_lost_said > 0 && now_ms - log->said_ms < SAY_EVERY_MS)) {
                return;
        }
        att_buffer_printf(&message, "%s: %s: %llu lines lost so far", log->path, what,
                          (unsigned long long)log->lines_lost);
        log_error(log->memory, "route_log.failed", message.data);
        att_buffer_deinit(&message);
        log->lines_lost_said = log->lines_lost;
        log->said_ms = now_ms;
}

static void lose(struct route_log *log, struct att_text lines, const char *what)
{
        log->lines_lost += count_lines(lines);
        say_lost(log, what);
}

static void start_writing(struct route_log *log);

static void on_written(uv_fs_t *request)
{
        struct route_log *log = request->data;
        ssize_t result = request->result;

        uv_fs_req_cleanup(request);
        log->is_writing = false;
        if (result < 0) {
                struct att_text rest = att_text_of(log->writing.data + log->written,
                                                   log->writing.len - log->written);

                lose(log, rest, uv_strerror((int)result));
                att_buffer_clear(&log->writing);
                log->written = 0;
        } else {
                log->written += (size_t)result;
                if (log->written == log->writing.len) {
                        att_buffer_clear(&log->writing);
                        log->written = 0;
                }
        }
        start_writing(log);
}

static void reopen_now(struct route_log *log)
{
        int fd = open_file(log->path);

        log->must_reopen = false;
        if (fd < 0) {
                log_error(log->memory, "route_log.reopen_failed", strerror(-fd));
                return;
        }
        close(log->fd);
        log->fd = fd;
}

static void start_writing(struct route_log *log)
{
        uv_buf_t rest;

        if (log->is_writing) {
                return;
        }
        if (log->must_reopen && log->written == 0) {
                reopen_now(log);
        }
        if (log->writing.len == 0) {
                struct att_buffer empty = log->writing;

                log->writing = log->released;
                log->released = empty;
        }
        if (log->writing.len == 0) {
                return;
        }
        rest = uv_buf_init(log->writing.data + log->written,
                           (unsigned int)(log->writing.len - log->written));
        log->request.data = log;
        log->is_writing = uv_fs_write(log->loop, &log->request, log->fd, &rest, 1, -1,
                                      on_written) == 0;
}

void route_log_add(struct route_log *log, struct att_text line)
{
        if (log->path) {
                att_buffer_append_text(&log->collecting, line);
                att_buffer_append_byte(&log->collecting, '\n');
        }
}

void route_log_begin_commit(struct route_log *log)
{
        struct att_buffer empty = log->committing;

        ATT_CHECK(empty.len == 0);
        log->committing = log->collecting;
        log->collecting = empty;
}

void route_log_end_commit(struct route_log *log)
{
        if (log->committing.len == 0) {
                return;
        }
        if (log->released.len + log->committing.len > ROUTE_LOG_BYTES_MAX) {
                lose(log, att_buffer_text(&log->committing), "the disk is too slow");
        } else {
                att_buffer_append_text(&log->released, att_buffer_text(&log->committing));
        }
        att_buffer_clear(&log->committing);
        start_writing(log);
}

void route_log_reopen(struct route_log *log)
{
        if (log->path) {
                log->must_reopen = true;
                start_writing(log);
        }
}

void route_log_close(struct route_log *log)
{
        struct att_text rest = att_buffer_text(&log->released);

        ATT_CHECK(!log->is_writing);
        while (log->fd >= 0 && rest.len > 0) {
                ssize_t written = write(log->fd, rest.data, rest.len);

                if (written < 0 && errno != EINTR) {
                        lose(log, rest, strerror(errno));
                        break;
                }
                if (written > 0) {
                        rest = att_text_of(rest.data + written, rest.len - (size_t)written);
                }
        }
        if (log->fd >= 0) {
                close(log->fd);
        }
        att_buffer_deinit(&log->collecting);
        att_buffer_deinit(&log->committing);
        att_buffer_deinit(&log->released);
        att_buffer_deinit(&log->writing);
        *log = (struct route_log){.fd = -1};
}
