/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/recovery.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "daemon/execute.h"
#include "daemon/log.h"
#include "daemon/presence.h"
#include "daemon/read_ahead.h"
#include "daemon/replay.h"

/* Of a replay that goes on in spite of differences, so many are told one by one. */
#define DIFFERENCES_SAID_MAX 10

static void settle(void *context, const struct att_command *command,
                   const struct att_effects *effects, struct att_text note)
{
        struct recovery *recovery = context;

        execute_keep_replayed(recovery->front_ends, command, note);
        presence_note_command(recovery->front_ends, command, effects);
        if (recovery->people) {
                att_people_note(recovery->people, command, effects);
        }
        if (recovery->forget) {
                forget_note(recovery->forget, command, effects);
        }
}

static const char *word_of(enum replay_difference difference)
{
        switch (difference) {
        case REPLAY_OTHER_BEHAVIOUR:
                return "were decided by an engine of another behaviour";
        case REPLAY_OTHER_EFFECTS:
                break;
        }
        return "now have other effects than they had";
}

static int refuse(const struct att_batch *batch, const char *what, struct att_buffer *why)
{
        att_buffer_printf(why,
                          "the journal's commands %" PRIu64 " to %" PRIu64
                          " %s; nothing was changed. "
                          "Run the attuned that wrote them, stop it, and then upgrade; or start "
                          "this one with --accept-differences, which takes what it decides as the "
                          "truth from there on, and let the front ends report what they hold",
                          batch->first_seq, batch->last_seq, what);
        return -ESTALE;
}

/* Whether to go on. */
static int note_difference(void *context, const struct att_stored_batch *stored,
                           enum replay_difference difference, struct att_buffer *why)
{
        struct recovery *recovery = context;
        const struct att_batch *batch = &stored->batch;
        struct log_line line;

        if (batch->last_seq <= recovery->accepted_seq) {
                return 0;
        }
        if (!recovery->accept_differences) {
                return refuse(batch, word_of(difference), why);
        }
        if (recovery->differences++ < DIFFERENCES_SAID_MAX) {
                log_begin(&line, "recovery.difference");
                log_string(&line, "level", "error");
                log_number(&line, "first_seq", (int64_t)batch->first_seq);
                log_number(&line, "last_seq", (int64_t)batch->last_seq);
                log_string(&line, "message", word_of(difference));
                log_end(&line);
        }
        return 0;
}

/* A line each. */
static void say_unused(const struct att_buffer *unused)
{
        const char *at = unused->data;
        const char *end = at ? at + unused->len : NULL;

        while (at && at < end) {
                const char *stop = memchr(at, '\n', (size_t)(end - at));
                size_t len = stop ? (size_t)(stop - at) : (size_t)(end - at);
                struct log_line line;

                log_begin(&line, "snapshot.unusable");
                log_string(&line, "level", "error");
                log_text(&line, "message", (struct att_text){at, len});
                log_end(&line);
                at += len + 1;
        }
}

static void say_skipped(const struct replay *replay)
{
        struct log_line line;

        if (replay->skipped == 0) {
                return;
        }
        log_begin(&line, "recovery.skipped");
        log_string(&line, "level", "error");
        log_number(&line, "commands", (int64_t)replay->skipped);
        log_number(&line, "batches_that_differ", (int64_t)replay->differences_after_skip);
        log_string(&line, "message",
                   "commands of the journal that brought the replay down twice were left out; "
                   "front ends are to report what they hold. See the file blamed");
        log_end(&line);
}

int recovery_run(struct recovery *recovery, struct att_buffer *why)
{
        struct replay replay = {
                .dir = recovery->dir,
                .codec = recovery->codec,
                .blame = recovery->blame,
                .front_ends = recovery->front_ends,
                .core = recovery->core,
                .with_thread = read_ahead_is_worth_it(),
                .on_step = execute_note_replayed,
                .on_settle = settle,
                .on_difference = note_difference,
                .context = recovery,
        };
        int error = replay_run(&replay, why);

        recovery->core = replay.core;
        recovery->end = replay.end;
        recovery->snapshot_seq = replay.snapshot_seq;
        recovery->batches = replay.batches;
        recovery->commands = replay.commands;
        recovery->skipped = replay.skipped;
        say_unused(&replay.unused);
        say_skipped(&replay);
        replay_deinit(&replay);
        return error;
}
