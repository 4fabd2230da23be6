/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/snapshots.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/app.h"
#include "daemon/child.h"
#include "daemon/clock.h"
#include "daemon/execute.h"
#include "daemon/log.h"
#include "daemon/presence.h"
#include "daemon/replay.h"
#include "daemon/state.h"
#include "lib/base/util.h"
#include "lib/store/failpoint.h"
#include "lib/store/files.h"
#include "lib/store/history.h"
#include "lib/store/snapshot.h"

static void say_made(uint64_t seq, int64_t began_us, size_t segments_removed)
{
        struct log_line line;

        log_begin(&line, "snapshot.made");
        log_number(&line, "seq", (int64_t)seq);
        log_number(&line, "ms", (clock_monotonic_us() - began_us) / 1000);
        if (segments_removed > 0) {
                log_number(&line, "segments_removed", (int64_t)segments_removed);
        }
        log_end(&line);
}

/* ---- The process that makes one ---- */

struct making {
        struct replay replay;
        struct front_ends front_ends;
        struct att_data_accepted accepted;
        char *dir;           /* Owned: of the journal. */
        uint64_t behind_seq; /* The history goes up to here. */
};

static void settle(void *context, const struct att_command *command,
                   const struct att_effects *effects, struct att_text note)
{
        struct making *making = context;

        presence_note_command(&making->front_ends, command, effects);
        execute_keep_replayed(&making->front_ends, command, note);
}

/* What attuned itself started in spite of is no reason to stop here. */
static int judge_difference(void *context, const struct att_stored_batch *batch,
                            enum replay_difference difference, struct att_buffer *why)
{
        const struct making *making = context;

        if (making->accepted.behaviour == ATT_CORE_BEHAVIOUR &&
            batch->batch.last_seq <= making->accepted.seq) {
                return 0;
        }
        att_buffer_printf(why, "commands %" PRIu64 " to %" PRIu64 " %s", batch->batch.first_seq,
                          batch->batch.last_seq,
                          difference == REPLAY_OTHER_EFFECTS
                                  ? "have other effects when they are replayed"
                                  : "were decided by an engine of another behaviour");
        return -ESTALE;
}

static bool take_request(const char *text, struct replay *replay)
{
        return sscanf(text, "%" SCNu64 ":%16" SCNx64 "%16" SCNx64, &replay->stop_seq,
                      &replay->witness.high, &replay->witness.low) >= 1 &&
               replay->stop_seq > 0;
}

static int make(struct making *making, int64_t keep_ms, struct att_buffer *why)
{
        struct replay *replay = &making->replay;
        const int64_t began_us = clock_monotonic_us();
        size_t removed = 0;
        int error = replay_run(replay, why);

        if (error == 0 && replay->end.seq < replay->stop_seq) {
                att_buffer_printf(why, "the journal ends with command %" PRIu64, replay->end.seq);
                error = -ENODATA;
        }
        if (error == 0) {
                error = state_save(making->dir, replay->codec, replay->core, &making->front_ends,
                                   &replay->end, why);
        }
        if (error == 0) {
                error = att_journal_let_go(making->dir, replay->end.time_ms - keep_ms,
                                           making->behind_seq, &removed, why);
        }
        if (error == 0) {
                say_made(replay->end.seq, began_us, removed);
        }
        return error;
}

int snapshots_make(const struct options *options)
{
        struct att_buffer why ATT_CLEANUP(att_buffer_deinit) = {0};
        struct att_blame blame;
        struct making making = {.dir = att_path_join(options->data, "journal")};
        int error = -EINVAL;

        child_be_modest();
        front_ends_init(&making.front_ends);
        att_blame_read(options->data, &blame);
        making.accepted = att_data_accepted_at(options->data);
        making.behind_seq = att_history_seq_at(options->data);
        making.replay = (struct replay){
                .dir = making.dir,
                .codec = state_codec_of_engine(),
                .blame = &blame,
                .front_ends = &making.front_ends,
                .core = att_core_new(),
                .on_step = execute_note_replayed,
                .on_settle = settle,
                .on_difference = judge_difference,
                .context = &making,
        };
        if (!take_request(options->make_snapshot, &making.replay)) {
                att_buffer_append_c(&why, "this attuned can't make that snapshot");
        } else {
                if (making.replay.witness.high != 0 || making.replay.witness.low != 0) {
                        making.replay.witness_seq = making.replay.stop_seq;
                }
                error = make(&making, options->keep_ms, &why);
        }
        if (error < 0) {
                log_error(NULL, "snapshot.failed", why.data ? why.data : "unknown");
        }
        att_core_free(making.replay.core);
        replay_deinit(&making.replay);
        front_ends_deinit(&making.front_ends);
        att_blame_close(&blame);
        free(making.dir);
        return error < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* ---- Starting it ---- */

static void write_request(struct snapshots *snapshots)
{
        char digest[ATT_DIGEST_TEXT_SIZE];
        int len = snprintf(snapshots->request, sizeof(snapshots->request), "%" PRIu64,
                           snapshots->wanted_seq);

        if (snapshots->witness.high != 0 || snapshots->witness.low != 0) {
                (void)snprintf(snapshots->request + len, sizeof(snapshots->request) - (size_t)len,
                               ":%s", att_digest_format(snapshots->witness, digest));
        }
}

/* On a thread of the pool: whoever starts a process stands still until that has begun. */
static void on_start(uv_work_t *work)
{
        struct app *app = work->data;
        struct snapshots *snapshots = &app->snapshots;
        char keep[32];
        char config[] = "--config=-";
        char name[] = "attuned";
        char make_word[] = "--make-snapshot";
        char keep_word[] = "--keep";
        char *data = NULL;

        (void)snprintf(keep, sizeof(keep), "%" PRId64 "ms", app->options->keep_ms);
        ATT_CHECK(asprintf(&data, "--data=%s", app->options->data) >= 0);
        {
                char *const words[] = {
                        name, config, data, keep_word, keep, make_word, snapshots->request, NULL};

                snapshots->start_error = child_start(words, &snapshots->child);
        }
        free(data);
}

static void on_started(uv_work_t *work, int status)
{
        struct app *app = work->data;
        struct snapshots *snapshots = &app->snapshots;

        snapshots->is_starting = false;
        if (status == 0 && snapshots->start_error < 0) {
                snapshots->child = 0;
                app->tally.snapshots[TALLY_SNAPSHOT_FAILED]++;
                log_error(&app->memory, "snapshot.failed", strerror(-snapshots->start_error));
        }
}

static void start_child(struct app *app)
{
        struct snapshots *snapshots = &app->snapshots;

        write_request(snapshots);
        snapshots->began_ms = clock_monotonic_us() / 1000;
        snapshots->asked_seq = snapshots->wanted_seq;
        snapshots->wanted_seq = 0;
        snapshots->starting.data = app;
        snapshots->is_starting = uv_queue_work(app->loop, &snapshots->starting, on_start,
                                               on_started) == 0;
}

static void reap(struct app *app, int flags)
{
        struct snapshots *snapshots = &app->snapshots;
        int status = -1;

        if (snapshots->child == 0 || waitpid(snapshots->child, &status, flags) == 0) {
                return;
        }
        snapshots->child = 0;
        if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS) {
                snapshots->made_seq = snapshots->asked_seq;
                snapshots->made_ms = clock_wall_ms();
                snapshots->took_ms = clock_monotonic_us() / 1000 - snapshots->began_ms;
                app->tally.snapshots[TALLY_SNAPSHOT_MADE]++;
        } else {
                app->tally.snapshots[TALLY_SNAPSHOT_FAILED]++;
                log_error(&app->memory, "snapshot.failed",
                          "no snapshot was made; the next try is in ten minutes");
                snapshots->last_ms = clock_monotonic_us() / 1000 - SNAPSHOTS_EVERY_MS +
                                     SNAPSHOTS_RETRY_MS;
        }
}

static bool is_due(const struct app *app, int64_t monotonic_ms)
{
        const struct snapshots *snapshots = &app->snapshots;
        uint64_t since = att_core_seq(app->writer.core) - snapshots->last_seq;

        return since >= app->options->snapshot_commands ||
               (since >= SNAPSHOTS_COMMANDS &&
                monotonic_ms - snapshots->last_ms >= SNAPSHOTS_EVERY_MS);
}

static bool is_small(const struct att_core *core)
{
        struct att_core_counts counts;
        size_t contacts = 0;

        att_core_counts(core, &counts);
        for (int i = 0; i < ATT_CONTACT_STATE_COUNT; i++) {
                contacts += counts.contacts[i];
        }
        return contacts + counts.customers + att_core_agent_count(core) <= SNAPSHOTS_WITNESS_MAX;
}

static void want_one(struct app *app, int64_t monotonic_ms)
{
        struct snapshots *snapshots = &app->snapshots;
        const struct att_core *core = app->writer.core;

        snapshots->wanted_seq = att_core_seq(core);
        snapshots->last_seq = snapshots->wanted_seq;
        snapshots->last_ms = monotonic_ms;
        snapshots->witness = is_small(core) ? att_core_digest(core) : (struct att_digest){0};
}

/* When the file of one was written; 0: there is none. */
static int64_t find_made_ms(const char *dir, uint64_t seq)
{
        char *path = seq > 0 ? att_snapshot_path(dir, seq) : NULL;
        struct stat status;
        const bool is_there = path && stat(path, &status) == 0;

        free(path);
        return is_there ? (int64_t)status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000
                        : 0;
}

void snapshots_open(struct app *app, uint64_t last_seq)
{
        app->snapshots = (struct snapshots){
                .made_seq = last_seq,
                .made_ms = find_made_ms(att_data_journal_path(app->data), last_seq),
                .last_seq = last_seq,
                .last_ms = clock_monotonic_us() / 1000,
        };
}

void snapshots_look(struct app *app, int64_t monotonic_ms)
{
        struct snapshots *snapshots = &app->snapshots;

        if (snapshots->is_starting) {
                return;
        }
        reap(app, WNOHANG);
        if (snapshots->wanted_seq == 0 && snapshots->child == 0 && is_due(app, monotonic_ms) &&
            forget_is_marked(&app->forget)) {
                want_one(app, monotonic_ms);
        }
        if (snapshots->wanted_seq != 0 && snapshots->child == 0 &&
            writer_durable_seq(&app->writer) >= snapshots->wanted_seq) {
                start_child(app);
        }
}

bool snapshots_is_busy(const struct snapshots *snapshots)
{
        return snapshots->is_starting || snapshots->child != 0 || snapshots->wanted_seq != 0;
}

bool snapshots_ask(struct app *app)
{
        if (snapshots_is_busy(&app->snapshots)) {
                return false;
        }
        want_one(app, clock_monotonic_us() / 1000);
        return true;
}

void snapshots_close(struct app *app)
{
        if (app->snapshots.child != 0) {
                (void)kill(app->snapshots.child, SIGKILL);
                (void)waitpid(app->snapshots.child, NULL, 0);
                app->snapshots.child = 0;
        }
}

/* ---- The last one ---- */

void snapshots_save_at_stop(struct app *app)
{
        const struct state_codec *codec = state_codec_of_engine();
        const int64_t began_us = clock_monotonic_us();
        struct att_buffer why ATT_CLEANUP(att_buffer_deinit) = {0};
        struct att_journal_position end;
        size_t removed = 0;
        int error;

        if (!app->writer.journal || !writer_is_idle(&app->writer)) {
                return;
        }
        end = att_journal_end(app->writer.journal);
        if (end.seq == 0 || end.seq != att_core_seq(app->writer.core)) {
                return;
        }
        if (forget_mark_at_stop(app, &why) < 0) {
                log_error(&app->memory, "forget.failed", why.data);
                return; /* The next start finds the command in the journal. */
        }
        att_failpoint("stop.snapshot");
        error = state_save(att_data_journal_path(app->data), codec, app->writer.core,
                           &app->front_ends, &end, &why);
        if (error == 0) {
                error = att_journal_let_go(
                        att_data_journal_path(app->data), end.time_ms - app->options->keep_ms,
                        att_history_seq_at(att_data_path(app->data)), &removed, &why);
        }
        if (error < 0) {
                log_error(&app->memory, "snapshot.failed", why.data ? why.data : "unknown");
        } else {
                say_made(end.seq, began_us, removed);
        }
}
