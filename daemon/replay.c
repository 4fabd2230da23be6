/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "lib/base/util.h"
#include "lib/store/failpoint.h"
#include "lib/wire/journal.h"
#include "lib/wire/message.h"

static const struct att_blame NO_BLAME;

/* A replay at work. */
struct run {
        struct replay *replay;
        const struct att_blame *blame;
        struct att_reader *reader;
        struct att_journal_reader records;
        struct att_effects effects;
        struct att_digester digester; /* Of the batch. */
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

static void step(struct run *run, struct att_command *command)
{
        struct replay *replay = run->replay;

        if (att_blame_skips(run->blame, command->seq)) {
                replace(run, command);
        }
        att_blame_begin(run->blame, command->seq, ATT_TEXT_NONE);
        att_failpoint_of("replay.", command->contact);
        att_core_step(replay->core, command, &run->effects);
        att_blame_end(run->blame);
        att_effects_digest(&run->effects, &run->digester);
        if (replay->on_command) {
                replay->on_command(replay->context, replay->core, command, &run->effects);
        }
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

static int step_commands(struct run *run, const struct att_batch *batch, struct att_buffer *why)
{
        struct att_core *core = run->replay->core;
        struct att_command command;
        enum att_journal_result result;
        int error = 0;

        while (error == 0 &&
               (result = att_journal_reader_next(&run->records, &command)) != ATT_JOURNAL_END) {
                if (result != ATT_JOURNAL_OK || command.at_ms < att_core_now_ms(core) ||
                    command.seq != att_core_seq(core) + 1) {
                        return say_malformed(
                                batch, att_core_seq(core) + 1,
                                result == ATT_JOURNAL_OK ? ATT_JOURNAL_MALFORMED : result, why);
                }
                step(run, &command);
                error = check_witness(run->replay, why);
        }
        return error;
}

static int tell_difference(struct run *run, const struct att_stored_batch *stored,
                           enum replay_difference difference, struct att_buffer *why)
{
        struct replay *replay = run->replay;

        if (replay->skipped > 0 && difference == REPLAY_OTHER_EFFECTS) {
                replay->differences_after_skip++;
                return 0;
        }
        return replay->on_difference
                       ? replay->on_difference(replay->context, stored, difference, why)
                       : 0;
}

static int replay_batch(struct run *run, const struct att_stored_batch *stored,
                        struct att_buffer *why)
{
        const struct att_batch *batch = &stored->batch;
        struct replay *replay = run->replay;
        enum att_journal_result result;
        int error = 0;

        if (stored->behaviour != ATT_CORE_BEHAVIOUR) {
                error = tell_difference(run, stored, REPLAY_OTHER_BEHAVIOUR, why);
        }
        if (error < 0) {
                return error;
        }
        result = att_journal_reader_open(&run->records, batch->records);
        if (result != ATT_JOURNAL_OK) {
                return say_malformed(batch, batch->first_seq, result, why);
        }
        att_digester_init(&run->digester);
        error = step_commands(run, batch, why);
        if (error < 0) {
                return error;
        }
        if (att_core_seq(replay->core) != batch->last_seq) {
                return say_malformed(batch, att_core_seq(replay->core) + 1, ATT_JOURNAL_MALFORMED,
                                     why);
        }
        replay->batches++;
        if (stored->behaviour == ATT_CORE_BEHAVIOUR &&
            !att_digest_equals(att_digester_finish(&run->digester), batch->effects)) {
                error = tell_difference(run, stored, REPLAY_OTHER_EFFECTS, why);
        }
        if (error == 0 && replay->on_batch) {
                error = replay->on_batch(replay->context, stored, why);
        }
        return error;
}

static bool is_at_stop(const struct replay *replay)
{
        return replay->stop_seq > 0 && att_core_seq(replay->core) >= replay->stop_seq;
}

static int replay_all(struct run *run, struct att_buffer *why)
{
        struct att_stored_batch stored;
        enum att_read_result result = ATT_READ_END;
        int error = 0;

        while (error == 0 && !is_at_stop(run->replay) &&
               (result = att_reader_next(run->reader, &stored, why)) == ATT_READ_BATCH) {
                error = replay_batch(run, &stored, why);
        }
        run->replay->end = att_reader_position(run->reader);
        if (result == ATT_READ_CORRUPT) {
                return -EBADMSG;
        }
        return result == ATT_READ_FAILED ? -EIO : error;
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
        att_journal_reader_deinit(&run.records);
        return error;
}

void replay_deinit(struct replay *replay)
{
        att_buffer_deinit(&replay->unused);
}
