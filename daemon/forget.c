/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/forget.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/app.h"
#include "daemon/execute.h"
#include "lib/base/util.h"
#include "lib/store/failpoint.h"
#include "lib/store/files.h"
#include "lib/store/people_read.h"
#include "lib/store/snapshot.h"

#define MARKER          "forgetting"
#define HISTORY_POLL_US 50000
#define HISTORY_WAIT_MS 3000 /* Then the thread is given back, for a while. */

/* ---- What is to go ---- */

static uint64_t read_marker(const char *dir)
{
        char *path = att_path_join(dir, MARKER);
        FILE *file = fopen(path, "re");
        uint64_t seq = 0;

        if (file) {
                if (fscanf(file, "%" SCNu64, &seq) != 1) {
                        seq = 0;
                }
                (void)fclose(file);
        }
        free(path);
        return seq;
}

static int write_marker(const char *dir, uint64_t seq, struct att_buffer *why)
{
        char line[32];
        int error;

        (void)snprintf(line, sizeof(line), "%" PRIu64 "\n", seq);
        error = att_file_replace(dir, MARKER, att_text_from(line));
        return error < 0 ? att_say_errno(why, MARKER, error) : 0;
}

static void remove_marker(const char *dir)
{
        char *path = att_path_join(dir, MARKER);

        (void)unlink(path); /* If it stays, the next start finds that nothing is left to go. */
        free(path);
}

void forget_note(struct forget *forget, const struct att_command *command,
                 const struct att_effects *effects)
{
        if (command->kind == ATT_CMD_CUSTOMER_FORGET && !att_effects_refusal(effects)) {
                forget->asked_seq = command->seq;
        }
}

void forget_open(struct app *app)
{
        const uint64_t seq = read_marker(att_data_path(app->data));

        if (seq > app->forget.asked_seq) {
                app->forget.asked_seq = seq;
        }
        app->forget.marked_seq = seq;
}

bool forget_is_marked(const struct forget *forget)
{
        return forget->asked_seq <= forget->done_seq ||
               forget->asked_seq <= __atomic_load_n(&forget->marked_seq, __ATOMIC_ACQUIRE);
}

static int mark(struct app *app, uint64_t seq, struct att_buffer *why)
{
        const int error = write_marker(att_data_path(app->data), seq, why);

        if (error == 0) {
                __atomic_store_n(&app->forget.marked_seq, seq, __ATOMIC_RELEASE);
                att_failpoint("forget.marked");
        }
        return error;
}

int forget_mark_at_stop(struct app *app, struct att_buffer *why)
{
        return forget_is_marked(&app->forget) ? 0 : mark(app, app->forget.asked_seq, why);
}

void forget_close(struct app *app)
{
        __atomic_store_n(&app->forget.is_stopping, true, __ATOMIC_RELEASE);
}

void forget_deinit(struct forget *forget)
{
        att_buffer_deinit(&forget->why);
}

bool forget_is_busy(const struct forget *forget)
{
        return forget->is_working;
}

bool forget_is_done(const struct forget *forget, uint64_t seq)
{
        return forget->done_seq >= seq || seq > forget->asked_seq;
}

const char *forget_waits_for(const struct forget *forget)
{
        switch (forget->stage) {
        case FORGET_HISTORY:
                return "the history has not been cleared yet";
        case FORGET_SNAPSHOT:
                return "a new snapshot is being made";
        case FORGET_JOURNAL:
                return "older segments of the journal have not gone yet";
        case FORGET_NOTHING:
                break;
        }
        return "it has just been decided";
}

/* ---- On a thread ---- */

static int wait_for_history(struct forget *forget, struct att_history *history)
{
        const int64_t until_ms = clock_monotonic_us() / 1000 + HISTORY_WAIT_MS;
        uint64_t seq;
        int error;

        for (;;) {
                error = att_people_read_seq(history, &seq, &forget->why);
                if (error < 0 || seq >= forget->seq) {
                        return error;
                }
                if (__atomic_load_n(&forget->is_stopping, __ATOMIC_ACQUIRE) ||
                    clock_monotonic_us() / 1000 >= until_ms) {
                        att_buffer_append_c(&forget->why, "the history is behind");
                        return -EAGAIN;
                }
                (void)usleep(HISTORY_POLL_US);
        }
}

static int clear_history(struct app *app)
{
        struct forget *forget = &app->forget;
        struct att_history *history = NULL;
        int error = att_history_open_to_read(att_data_path(app->data), &history, &forget->why);

        if (error == -ENOENT) {
                att_buffer_clear(&forget->why);
                return 0;
        }
        if (error == 0) {
                error = wait_for_history(forget, history);
        }
        att_history_close(history);
        return error == 0 ? att_history_clear_log(att_data_path(app->data), &forget->why) : error;
}

static void on_work(uv_work_t *work)
{
        struct app *app = work->data;
        struct forget *forget = &app->forget;

        att_buffer_clear(&forget->why);
        if (forget->stage == FORGET_HISTORY) {
                forget->error = mark(app, forget->seq, &forget->why);
                if (forget->error == 0) {
                        forget->error = clear_history(app);
                }
                att_failpoint("forget.cleared");
                return;
        }
        forget->error = att_journal_forget(att_data_journal_path(app->data), forget->seq,
                                           &forget->why);
        att_failpoint("forget.gone");
        if (forget->error == 0) {
                remove_marker(att_data_path(app->data));
                att_failpoint("forget.done");
        }
}

/* ---- On the loop ---- */

static void say_waiting(struct app *app)
{
        struct forget *forget = &app->forget;

        if (!forget->is_said && forget->error != -EAGAIN) {
                forget->is_said = true;
                log_error(&app->memory, "forget.failed",
                          forget->why.data ? forget->why.data : "unknown");
        }
}

static void end_round(struct app *app)
{
        struct forget *forget = &app->forget;
        struct log_line line;

        forget->done_seq = forget->seq;
        forget->stage = FORGET_NOTHING;
        forget->is_said = false;
        log_begin(&line, "forget.done");
        log_number(&line, "seq", (int64_t)forget->seq);
        log_end(&line);
}

static void on_worked(uv_work_t *work, int status)
{
        struct app *app = work->data;
        struct forget *forget = &app->forget;

        forget->is_working = false;
        if (status < 0 || forget->error < 0) {
                say_waiting(app);
                forget->retry_ms = clock_monotonic_us() / 1000 + FORGET_RETRY_MS;
                if (forget->stage == FORGET_JOURNAL) {
                        forget->stage = FORGET_SNAPSHOT; /* A later one may do. */
                        forget->snapshot_seq = 0;
                }
                return;
        }
        if (forget->stage == FORGET_HISTORY) {
                forget->stage = FORGET_SNAPSHOT;
                forget->snapshot_seq = 0;
        } else {
                end_round(app);
        }
        forget_look(app, clock_monotonic_us() / 1000);
}

static void begin_work(struct app *app)
{
        struct forget *forget = &app->forget;

        forget->work.data = app;
        forget->is_working = uv_queue_work(app->loop, &forget->work, on_work, on_worked) == 0;
}

/* What is written from here on is in another file than what is to go. */
static void ask_snapshot(struct app *app)
{
        struct forget *forget = &app->forget;

        if (snapshots_is_busy(&app->snapshots) || writer_durable_seq(&app->writer) < forget->seq) {
                return;
        }
        att_blame_wipe(&app->writer.blame);
        att_journal_turn(app->writer.journal);
        execute_plain(app, ATT_CMD_TICK);
        att_failpoint("forget.turned");
        if (snapshots_ask(app)) {
                forget->snapshot_seq = att_core_seq(app->writer.core);
        }
}

static void await_snapshot(struct app *app)
{
        struct forget *forget = &app->forget;

        if (snapshots_is_busy(&app->snapshots)) {
                return;
        }
        if (app->snapshots.made_seq < forget->snapshot_seq) {
                forget->snapshot_seq = 0; /* It failed, which was said. */
                forget->retry_ms = clock_monotonic_us() / 1000 + FORGET_RETRY_MS;
                return;
        }
        forget->stage = FORGET_JOURNAL;
        begin_work(app);
}

static void begin_round(struct app *app)
{
        struct forget *forget = &app->forget;

        att_failpoint("forget.begun");
        forget->seq = forget->asked_seq;
        forget->stage = FORGET_HISTORY;
        begin_work(app);
}

void forget_look(struct app *app, int64_t monotonic_ms)
{
        struct forget *forget = &app->forget;

        if (forget->is_working || forget->is_stopping || monotonic_ms < forget->retry_ms) {
                return;
        }
        switch (forget->stage) {
        case FORGET_NOTHING:
                if (forget->asked_seq > forget->done_seq &&
                    writer_durable_seq(&app->writer) >= forget->asked_seq) {
                        begin_round(app);
                }
                break;
        case FORGET_HISTORY:
                begin_work(app);
                break;
        case FORGET_SNAPSHOT:
                if (forget->snapshot_seq == 0 && !forget_is_marked(forget)) {
                        forget->stage = FORGET_NOTHING; /* Somebody else too, by now: all again. */
                } else if (forget->snapshot_seq == 0) {
                        ask_snapshot(app);
                } else {
                        await_snapshot(app);
                }
                break;
        case FORGET_JOURNAL:
                break;
        }
}
