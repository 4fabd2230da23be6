/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of things. Starting: the data directory is locked, the journal replayed, the
 * configuration read, and what the engine must hear first is made durable; only then does anybody
 * get in. Stopping: nobody gets in any more, nothing is read any more, what was decided is made
 * durable and sent, everybody is told goodbye, and every handle is closed in the reverse order of
 * its opening, so that the loop runs out.
 */
#include "daemon/app.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/execute.h"
#include "daemon/http.h"
#include "daemon/notify.h"
#include "daemon/presence.h"
#include "daemon/recovery.h"
#include "lib/base/util.h"
#include "lib/wire/codec.h"

/* Front ends that were turned away come back within so long, each at its own time. */
#define RETRY_MS_MIN 1000
#define RETRY_MS_MAX 10000

int64_t app_retry_ms(struct app *app)
{
        return att_rng_between(&app->jitter, RETRY_MS_MIN, RETRY_MS_MAX);
}

/* ---- What the writer calls ---- */

static void on_deadline(void *context)
{
        execute_plain(context, ATT_CMD_TICK);
}

static void continue_draining(struct app *app);

static void on_turn(void *context)
{
        struct app *app = context;

        watchdog_turn(app);
        execute_stall(app);
        presence_tell(app);
        tails_flush(&app->tails);
        if (app->is_draining) {
                continue_draining(app);
                return;
        }
        admission_measure(app);
        lanes_run(app);
        if (listeners_resume(app)) {
                app->lanes.wants_turn = true;
        }
        sessions_resume(&app->sessions);
        lanes_end_turn(app);
}

static void on_commit(void *context)
{
        struct app *app = context;

        route_log_begin_commit(&app->route_log);
        history_begin_commit(&app->history);
}

static void on_durable(void *context)
{
        struct app *app = context;

        route_log_end_commit(&app->route_log);
        history_end_commit(app);
}

static void on_release(void *context, struct outbox *outbox)
{
        (void)context;
        session_release(outbox);
}

/* ---- Starting ---- */

static void fail(struct app *app, const char *event, struct att_buffer *why)
{
        log_error(&app->memory, event, why->data ? why->data : "unknown");
        att_buffer_clear(why);
}

static void say_recovered(const struct recovery *recovery, int64_t took_ms)
{
        struct log_line line;

        log_begin(&line, "recovery.done");
        log_number(&line, "seq", (int64_t)recovery->end.seq);
        if (recovery->snapshot_seq > 0) {
                log_number(&line, "snapshot_seq", (int64_t)recovery->snapshot_seq);
        }
        log_number(&line, "commands", (int64_t)recovery->commands);
        log_number(&line, "batches", (int64_t)recovery->batches);
        log_number(&line, "ms", took_ms);
        if (recovery->differences > 0) {
                log_string(&line, "level", "error");
                log_number(&line, "differences_accepted", (int64_t)recovery->differences);
        }
        log_end(&line);
}

/* What was accepted once is not asked about again. */
static int remember_accepted(const struct app *app, const struct recovery *recovery,
                             struct att_buffer *why)
{
        const struct att_data_accepted accepted = {recovery->end.seq, ATT_CORE_BEHAVIOUR};

        return recovery->differences > 0 ? att_data_accept(app->data, accepted, why) : 0;
}

static bool recover(struct app *app, struct att_journal_position *ret_end, struct att_buffer *why)
{
        int64_t began_us = clock_monotonic_us();
        struct att_data_accepted accepted = att_data_accepted(app->data);
        struct recovery recovery = {
                .dir = att_data_journal_path(app->data),
                .core = app->writer.core,
                .front_ends = &app->front_ends,
                .people = app->memory_of_customers.people,
                .forget = &app->forget,
                .codec = state_codec_of_engine(),
                .blame = &app->writer.blame,
                .accept_differences = app->options->accept_differences,
                .accepted_seq = accepted.behaviour == ATT_CORE_BEHAVIOUR ? accepted.seq : 0,
        };

        int error = recovery_run(&recovery, why);

        app->writer.core = recovery.core;
        if (error < 0 || remember_accepted(app, &recovery, why) < 0) {
                fail(app, "recovery.failed", why);
                return false;
        }
        if (recovery.end.seq == 0 && !att_history_is_there(att_data_path(app->data))) {
                memory_begin_empty(&app->memory_of_customers);
        }
        snapshots_open(app, recovery.snapshot_seq);
        say_recovered(&recovery, (clock_monotonic_us() - began_us) / 1000);
        *ret_end = recovery.end;
        return true;
}

static void on_journal_done(void *context)
{
        struct writer *writer = context;

        writer_wake(writer);
}

static bool open_journal(struct app *app, const struct att_journal_position *end,
                         struct att_journal_hold *hold, struct att_buffer *why)
{
        const struct att_journal_options options = {
                .dir = att_data_journal_path(app->data),
                .behaviour = ATT_CORE_BEHAVIOUR,
                .on_done = on_journal_done,
                .context = &app->writer,
        };
        struct att_journal *journal;

        writer_open(&app->writer, app->loop);
        if (att_journal_open(&options, end, hold, &journal, why) < 0) {
                fail(app, "journal.failed", why);
                return false;
        }
        app->writer.journal = journal;
        history_open(app);
        return true;
}

/* How long nobody decided anything, for all that waits. */
static void tell_away(struct app *app, const struct att_journal_position *end)
{
        struct att_command command;

        if (end->seq == 0 || !att_core_config(app->writer.core)) {
                return;
        }
        att_wire_command_init(&command, ATT_CMD_AWAY);
        command.away.away_ms = clock_now_ms(&app->writer.clock) - end->time_ms;
        execute(app, &command);
        presence_tell_all_lost(app);
}

/* What the last process was doing when it broke, if it did. */
static bool look_for_blame(struct app *app, struct att_buffer *why)
{
        struct att_buffer found ATT_CLEANUP(att_buffer_deinit) = {0};

        if (att_blame_open(att_data_path(app->data), &app->writer.blame, &found, why) < 0) {
                fail(app, "data.failed", why);
                return false;
        }
        if (found.len > 0) {
                log_error(&app->memory, "step.aborted", found.data);
        }
        att_blame_watch(&app->writer.blame);
        return true;
}

static bool recover_and_go_on(struct app *app, struct att_journal_position *ret_end,
                              struct att_buffer *why)
{
        struct att_journal_hold *hold;

        if (att_journal_hold_open(att_data_journal_path(app->data), &hold, why) < 0) {
                fail(app, "recovery.failed", why);
                return false;
        }
        if (!recover(app, ret_end, why)) {
                att_journal_hold_close(hold);
                return false;
        }
        clock_start(&app->writer.clock, app->options->time_scale, ret_end->time_ms);
        app->started_ms = clock_now_ms(&app->writer.clock);
        return open_journal(app, ret_end, hold, why);
}

static bool start_engine(struct app *app, struct att_buffer *why)
{
        struct att_journal_position end = {0};

        if (!look_for_blame(app, why) || !recover_and_go_on(app, &end, why)) {
                return false;
        }
        if (att_core_config(app->writer.core)) {
                (void)att_digest_format(att_core_config(app->writer.core)->digest,
                                        app->publisher.config);
        }
        tell_away(app, &end);
        if (!reload_at_start(app)) {
                log_error(&app->memory, "config.refused", "the configuration is wrong");
                return false;
        }
        if (writer_commit_now(&app->writer, why) < 0) {
                fail(app, "journal.failed", why);
                return false;
        }
        return true;
}

static bool start_log(struct app *app)
{
        int error = route_log_open(&app->route_log, app->options->log, app->loop, &app->memory);
        struct log_line line;

        if (error < 0) {
                log_begin(&line, "route_log.failed");
                log_string(&line, "level", "error");
                log_string(&line, "path", app->options->log);
                log_string(&line, "message", strerror(-error));
                log_end(&line);
        }
        return error == 0;
}

static void say_ready(struct app *app)
{
        struct log_line line;

        log_begin(&line, "ready");
        log_string(&line, "socket", app->options->socket);
        if (app->listeners.has_tcp) {
                log_string(&line, "listen", app->listeners.tcp_address);
        }
        if (app->http) {
                log_string(&line, "http", http_address(app->http));
        }
        log_string(&line, "data", att_data_path(app->data));
        log_number(&line, "seq", (int64_t)att_core_seq(app->writer.core));
        log_end(&line);
        notify_systemd("READY=1");
        if (app->options->ready_fd >= 0) {
                if (write(app->options->ready_fd, "ready\n", 6) < 0) {
                        log_say("ready_fd.failed", strerror(errno));
                }
                close(app->options->ready_fd);
        }
}

static bool start(struct app *app)
{
        struct att_buffer why = {0};
        bool started = false;

        if (att_data_open(app->options->data, &app->data, &why) < 0) {
                fail(app, "data.failed", &why);
        } else if (start_log(app) && start_engine(app, &why)) {
                signals_open(app);
                upkeep_open(app);
                positions_open(app);
                lanes_open(app);
                memory_open(app);
                forget_open(app);
                if (listeners_open(app, &why) < 0) {
                        fail(app, "listener.failed", &why);
                } else if (http_open(app, &why) < 0) {
                        fail(app, "http.failed", &why);
                } else {
                        started = true;
                        watchdog_open(app);
                        say_ready(app);
                }
        }
        att_buffer_deinit(&why);
        return started;
}

/* ---- Stopping ---- */

/* All that keeps the loop alive but the sessions, which close by themselves. */
static void close_all(struct app *app)
{
        http_close(app);
        watchdog_close(app);
        listeners_close(app);
        memory_close(app);
        lanes_close(app);
        positions_close(app);
        upkeep_close(app);
        signals_close(app);
        writer_close(&app->writer);
}

static void say_goodbye(struct app *app)
{
        ATT_LIST_FOREACH(session, &app->sessions.all, struct session, in_all)
        {
                if (session->state == SESSION_OPEN) {
                        session_say_bye(session, "attuned stops");
                }
                session_close_gently(session, "attuned stops");
        }
}

void app_drain(struct app *app)
{
        if (app->is_draining) {
                return;
        }
        app->is_draining = true;
        log_say("draining", "attuned stops");
        notify_systemd("STOPPING=1");
        listeners_close(app);
        lanes_close(app);
        forget_close(app);
        sessions_stop_reading(&app->sessions);
        reports_stop(&app->reports);
        say_goodbye(app);
}

/* At every turn's end; the handles go when nothing is left that needs them. */
static void continue_draining(struct app *app)
{
        if (att_list_is_empty(&app->sessions.all) && writer_is_idle(&app->writer) &&
            !route_log_is_busy(&app->route_log) && !reloads_is_busy(&app->reloads) &&
            !reports_is_busy(&app->reports) && !http_is_busy(app->http) &&
            !memory_is_busy(&app->memory_of_customers) && !forget_is_busy(&app->forget)) {
                close_all(app);
        }
}

/* ---- The whole ---- */

static void init(struct app *app, const struct options *options, uv_loop_t *loop)
{
        app->options = options;
        app->loop = loop;
        app->route_log.fd = -1;
        writer_init(&app->writer);
        app->writer.on_deadline = on_deadline;
        app->writer.on_turn = on_turn;
        app->writer.on_commit = on_commit;
        app->writer.on_durable = on_durable;
        app->writer.on_release = on_release;
        app->writer.context = app;
        positions_init(&app->positions);
        front_ends_init(&app->front_ends);
        sessions_init(&app->sessions);
        lanes_init(&app->lanes);
        memory_init(&app->memory_of_customers);
        admission_init(&app->admission, options->memory_mib_max);
        reloads_init(&app->reloads, options->config);
        reports_init(&app->reports);
        tails_init(&app->tails);
        att_rng_seed(&app->jitter, (uint64_t)clock_monotonic_us());
}

static void deinit(struct app *app)
{
        http_free(app->http);
        sessions_deinit(&app->sessions);
        lanes_deinit(&app->lanes);
        reloads_deinit(&app->reloads);
        reports_deinit(&app->reports);
        tails_deinit(&app->tails);
        history_close(&app->history);
        writer_deinit(&app->writer); /* Closes the journal. */
        front_ends_deinit(&app->front_ends);
        route_log_close(&app->route_log);
        access_deinit(&app->access);
        publisher_deinit(&app->publisher);
        memory_deinit(&app->memory_of_customers);
        forget_deinit(&app->forget);
        positions_deinit(&app->positions);
        att_data_close(app->data);
}

int app_run(const struct options *options)
{
        struct app *app = att_alloc(sizeof(*app));
        uv_loop_t loop;
        bool started;

        signals_ignore();
        ATT_CHECK(uv_loop_init(&loop) == 0);
        init(app, options, &loop);
        started = start(app);
        if (!started) {
                close_all(app);
        }
        (void)uv_run(&loop, UV_RUN_DEFAULT);
        snapshots_close(app);
        history_close(&app->history);
        if (started) {
                snapshots_save_at_stop(app);
        }
        deinit(app);
        ATT_CHECK(uv_loop_close(&loop) == 0);
        free(app);
        log_say("stopped", started ? "everything decided is durable" : "attuned did not start");
        return started ? EXIT_SUCCESS : EXIT_FAILURE;
}
