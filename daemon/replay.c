/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "daemon/read_ahead.h"
#include "lib/base/util.h"
#include "lib/core/foresee.h"
#include "lib/store/failpoint.h"
#include "lib/wire/journal.h"
#include "lib/wire/message.h"

static const struct att_blame NO_BLAME;

/* A replay at work. */
struct run {
        struct replay *replay;
        const struct att_blame *blame;
        struct att_reader *reader;
        struct read_ahead *ahead;
        struct att_effects effects;
};

static int say_malformed(const struct att_batch *batch, uint64_t seq,
                         enum att_journal_result result, struct att_buffer *why)
{
        if (result == ATT_JOURNAL_FORMAT_UNKNOWN) {
                att_buffer_printf(why,
                                  "the journal's batch of command %" PRIu64
                                  " was written by a newer attuned; run that one",
                                  batch->first_seq);
                return -ENOTSUP;
        }
        att_buffer_printf(why,
                          "the journal's batch of commands %" PRIu64 " to %" PRIu64
                          " can't be read at command %" PRIu64,
                          batch->first_seq, batch->last_seq, seq);
        return -EBADMSG;
}

/* ---- Stepping ---- */

/* What happens instead of a command that is skipped: its time passes. */
static void replace(struct run *run, struct att_command *command)
{
        const uint64_t seq = command->seq;
        const int64_t at_ms = command->at_ms;

        att_wire_command_init(command, ATT_CMD_TICK);
        command->seq = seq;
        command->at_ms = at_ms;
        run->replay->skipped++;
}

static void step(struct run *run, struct read_piece *piece, uint32_t i)
{
        struct att_command *command = &piece->commands[i];
        struct replay *replay = run->replay;

        if (att_blame_skips(run->blame, command->seq)) {
                replace(run, command);
        }
        att_blame_begin(run->blame, command->seq, ATT_TEXT_NONE);
        att_failpoint_of("replay.", command->contact);
        att_core_step(replay->core, command, &run->effects);
        att_blame_end(run->blame);
        if (replay->on_command) {
                replay->on_command(replay->context, replay->core, command, &run->effects);
        }
        if (replay->on_step) {
                replay->on_step(replay->core, command, &run->effects, &piece->notes);
        }
        att_effects_copy(&run->effects, &piece->arena, &piece->effects[i]);
        piece->note_ends[i] = piece->notes.len;
        replay->commands++;
}

static int check_witness(const struct replay *replay, struct att_buffer *why)
{
        if (replay->witness_seq == 0 || att_core_seq(replay->core) != replay->witness_seq ||
            att_digest_equals(att_core_digest(replay->core), replay->witness)) {
                return 0;
        }
        att_buffer_printf(why,
                          "after command %" PRIu64
                          " the state is not what it was when the command was decided",
                          replay->witness_seq);
        return -ESTALE;
}

static int step_commands(struct run *run, struct read_piece *piece, struct att_buffer *why)
{
        struct att_core *core = run->replay->core;
        int error = 0;

        for (uint32_t i = 0; error == 0 && i < piece->count; i++) {
                const struct att_command *command = &piece->commands[i];

                if (command->at_ms < att_core_now_ms(core) ||
                    command->seq != att_core_seq(core) + 1) {
                        return say_malformed(&piece->batch->stored.batch, att_core_seq(core) + 1,
                                             ATT_JOURNAL_MALFORMED, why);
                }
                att_core_foresee(core, &piece->foresights[i],
                                 piece->count - i); /* It would wait for memory. */
                step(run, piece, i);
                error = check_witness(run->replay, why);
        }
        return error;
}

static int tell_difference(struct run *run, const struct read_batch *batch,
                           enum replay_difference difference, struct att_buffer *why)
{
        struct replay *replay = run->replay;

        if (batch->is_after_skip && difference == REPLAY_OTHER_EFFECTS) {
                replay->differences_after_skip++;
                return 0;
        }
        return replay->on_difference
                       ? replay->on_difference(replay->context, &batch->stored, difference, why)
                       : 0;
}

/* ---- Settling ---- */

static bool is_wanted(const struct replay *replay, uint64_t seq)
{
        return replay->on_batch &&
               (!replay->wants_batch || replay->wants_batch(replay->context, seq));
}

static int conclude(struct run *run, const struct read_batch *batch, struct att_buffer *why)
{
        struct replay *replay = run->replay;
        int error = 0;

        replay->batches++;
        if (batch->differs) {
                error = tell_difference(run, batch, REPLAY_OTHER_EFFECTS, why);
        }
        if (error == 0 && is_wanted(replay, batch->stored.batch.last_seq)) {
                error = replay->on_batch(replay->context, &batch->stored, why);
        }
        if (error < 0) {
                replay->end = (struct att_journal_position){.seq = batch->stored.batch.last_seq,
                                                            .time_ms = batch->stored.batch.time_ms,
                                                            .chain = batch->stored.chain};
        }
        return error;
}

/* Batches, in order, as far as they are settled by now, or `all`. */
static int conclude_settled(struct run *run, bool all, struct att_buffer *why)
{
        const struct read_batch *batch;
        int error = 0;

        while (error == 0 && (batch = read_ahead_settled(run->ahead, all))) {
                error = conclude(run, batch, why);
        }
        return error;
}

/* ---- Piece by piece ---- */

static int begin_batch(struct run *run, const struct read_piece *piece, struct att_buffer *why)
{
        int error;

        if (piece->batch->stored.behaviour == ATT_CORE_BEHAVIOUR) {
                return 0;
        }
        error = conclude_settled(run, true,
                                 why); /* What is to be said of those before comes first. */
        return error < 0 ? error : tell_difference(run, piece->batch, REPLAY_OTHER_BEHAVIOUR, why);
}

static int end_batch(const struct run *run, const struct read_piece *piece, struct att_buffer *why)
{
        const struct att_batch *batch = &piece->batch->stored.batch;
        const uint64_t seq = att_core_seq(run->replay->core);

        if (piece->result != ATT_JOURNAL_END) {
                return say_malformed(batch, seq + 1, piece->result, why);
        }
        return seq == batch->last_seq ? 0
                                      : say_malformed(batch, seq + 1, ATT_JOURNAL_MALFORMED, why);
}

static int replay_piece(struct run *run, struct read_piece *piece, struct att_buffer *why)
{
        int error = piece->is_first ? begin_batch(run, piece, why) : 0;

        if (error == 0) {
                error = step_commands(run, piece, why);
        }
        if (error == 0 && piece->result != ATT_JOURNAL_OK) {
                error = end_batch(run, piece, why);
                piece->batch->is_after_skip = run->replay->skipped > 0;
        }
        return error;
}

static int error_of(enum att_read_result result)
{
        switch (result) {
        case ATT_READ_CORRUPT:
                return -EBADMSG;
        case ATT_READ_FAILED:
                return -EIO;
        case ATT_READ_BATCH:
        case ATT_READ_END:
                break;
        }
        return 0;
}

/* One piece. False: there is nothing more to do. */
static bool advance(struct run *run, int *ret_error, struct att_buffer *why)
{
        struct replay *replay = run->replay;
        struct read_piece *piece = read_ahead_take(run->ahead);
        bool is_whole;

        if (!piece) {
                *ret_error = conclude_settled(run, false, why);
                return *ret_error == 0;
        }
        replay->end = piece->end;
        if (piece->read != ATT_READ_BATCH) {
                att_buffer_append_text(why, att_buffer_text(&piece->why));
                *ret_error = error_of(piece->read);
                return false;
        }
        *ret_error = replay_piece(run, piece, why);
        if (*ret_error < 0) {
                return false;
        }
        is_whole = piece->result == ATT_JOURNAL_END;
        read_ahead_give(run->ahead);
        *ret_error = conclude_settled(
                run, is_whole && is_wanted(replay, att_core_seq(replay->core)), why);
        return *ret_error == 0 && !(is_whole && replay->stop_seq > 0 &&
                                    att_core_seq(replay->core) >= replay->stop_seq);
}

/* What is wrong with a batch that was stepped before is said rather than what stopped it here. */
static int replay_all(struct run *run, struct att_buffer *why)
{
        struct att_buffer problem ATT_CLEANUP(att_buffer_deinit) = {0};
        struct replay *replay = run->replay;
        int earlier;
        int error = 0;

        replay->end = att_reader_position(run->reader);
        if (replay->stop_seq > 0 && att_core_seq(replay->core) >= replay->stop_seq) {
                return 0;
        }
        run->ahead = read_ahead_new(run->reader, replay->with_thread, replay->on_settle,
                                    replay->context);
        while (advance(run, &error, &problem)) {
        }
        earlier = conclude_settled(run, true, why);
        if (earlier == 0) {
                att_buffer_append_text(why, att_buffer_text(&problem));
        }
        read_ahead_free(run->ahead);
        return earlier < 0 ? earlier : error;
}

/* ---- Where to begin ---- */

static int open_after_snapshot(struct run *run, const struct att_snapshot *snapshot,
                               struct att_buffer *why)
{
        struct replay *replay = run->replay;
        struct att_core *core;
        int error = att_reader_open_after(replay->dir, &snapshot->at, &run->reader, why);

        if (error < 0) {
                return error;
        }
        error = state_restore(snapshot, replay->codec, replay->front_ends, &core, why);
        if (error < 0) {
                att_reader_close(ATT_STEAL(run->reader));
                return error;
        }
        att_core_free(replay->core);
        replay->core = core;
        replay->snapshot_seq = snapshot->at.seq;
        return 0;
}

/* The newest snapshot with which one can begin. That one is damaged is no reason not to start; that
 * the journal ends before one is, for what came between was acknowledged. */
static int open_at_snapshot(struct run *run, uint64_t seq_max, struct att_buffer *why)
{
        struct replay *replay = run->replay;
        struct att_snapshot_loaded loaded = {0};
        int error = att_snapshot_load_newest(replay->dir, seq_max, 0, &loaded, &replay->unused,
                                             why);
        uint64_t seq;

        if (error < 0) {
                return error;
        }
        seq = loaded.snapshot.at.seq;
        {
                struct att_buffer problem ATT_CLEANUP(att_buffer_deinit) = {0};

                error = open_after_snapshot(run, &loaded.snapshot, &problem);
                if (error == -ENODATA) {
                        att_buffer_printf(why,
                                          "there is a snapshot of command %" PRIu64
                                          ", but the journal ends before it: its newest segments "
                                          "are missing. Put them back; or, to go on without "
                                          "what was in them, move the snapshot away too",
                                          seq);
                } else if (error < 0) {
                        att_buffer_append_text(&replay->unused, att_buffer_text(&problem));
                        att_buffer_append_c(&replay->unused, "\n");
                }
        }
        att_snapshot_loaded_deinit(&loaded);
        return error == 0 || error == -ENODATA || seq == 0 ? error
                                                           : open_at_snapshot(run, seq - 1, why);
}

static int open_reader(struct run *run, struct att_buffer *why)
{
        struct replay *replay = run->replay;
        uint64_t seq_max = replay->snapshot_seq_max > 0 ? replay->snapshot_seq_max : UINT64_MAX;
        int error = -ENOENT;

        if (replay->codec) {
                error = open_at_snapshot(run, seq_max, why);
        }
        return error == -ENOENT ? att_reader_open(replay->dir, 1, &run->reader, why) : error;
}

int replay_run(struct replay *replay, struct att_buffer *why)
{
        struct run run = {.replay = replay, .blame = replay->blame ? replay->blame : &NO_BLAME};
        int error = open_reader(&run, why);

        if (error == 0 && replay->on_begin) {
                const struct att_journal_position at = att_reader_position(run.reader);

                error = replay->on_begin(replay->context, replay->core, &at, why);
        }
        if (error == 0) {
                error = replay_all(&run, why);
        }
        att_reader_close(run.reader);
        att_effects_deinit(&run.effects);
        return error;
}

void replay_deinit(struct replay *replay)
{
        att_buffer_deinit(&replay->unused);
}
