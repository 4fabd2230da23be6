/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/recovery.h"

#include <errno.h>
#include <inttypes.h>

#include "daemon/execute.h"
#include "daemon/log.h"
#include "daemon/presence.h"
#include "lib/store/reader.h"
#include "lib/wire/journal.h"

/* Of a replay that goes on in spite of differences, so many are told one by one. */
#define DIFFERENCES_SAID_MAX 10

static int say_malformed(const struct att_batch *batch, enum att_journal_result result,
                         struct att_buffer *why)
{
        if (result == ATT_JOURNAL_FORMAT_UNKNOWN) {
                att_buffer_printf(why,
                                  "the journal's batch of command %" PRIu64
                                  " was written by a newer attuned; run that one",
                                  batch->first_seq);
                return -ENOTSUP;
        }
        att_buffer_printf(why, "the journal's batch of command %" PRIu64 " can't be read",
                          batch->first_seq);
        return -EBADMSG;
}

/* Whether to go on. */
static int note_difference(struct recovery *recovery, const struct att_batch *batch,
                           const char *what, struct att_buffer *why)
{
        struct log_line line;

        if (!recovery->accept_differences) {
                att_buffer_printf(
                        why,
                        "the journal's commands %" PRIu64 " to %" PRIu64
                        " %s; nothing was changed. "
                        "Run the attuned that wrote them, stop it, and then upgrade; or start "
                        "this one with --accept-differences, which takes what it decides as the "
                        "truth from there on, and let the front ends report what they hold",
                        batch->first_seq, batch->last_seq, what);
                return -ESTALE;
        }
        if (recovery->differences++ < DIFFERENCES_SAID_MAX) {
                log_begin(&line, "recovery.difference");
                log_string(&line, "level", "error");
                log_number(&line, "first_seq", (int64_t)batch->first_seq);
                log_number(&line, "last_seq", (int64_t)batch->last_seq);
                log_string(&line, "message", what);
                log_end(&line);
        }
        return 0;
}

static int replay_commands(struct recovery *recovery, struct att_journal_reader *records,
                           const struct att_batch *batch, struct att_effects *effects,
                           struct att_digester *digester, struct att_buffer *why)
{
        struct att_command command;
        enum att_journal_result result;

        while ((result = att_journal_reader_next(records, &command)) == ATT_JOURNAL_OK) {
                if (command.at_ms < att_core_now_ms(recovery->core) ||
                    command.seq != att_core_seq(recovery->core) + 1) {
                        return say_malformed(batch, ATT_JOURNAL_MALFORMED, why);
                }
                att_core_step(recovery->core, &command, effects);
                att_effects_digest(effects, digester);
                presence_note_command(recovery->front_ends, &command, effects);
                execute_note_replayed(recovery->front_ends, recovery->core, &command, effects);
                recovery->commands++;
        }
        return result == ATT_JOURNAL_END ? 0 : say_malformed(batch, result, why);
}

static int replay_batch(struct recovery *recovery, const struct att_stored_batch *stored,
                        struct att_journal_reader *records, struct att_effects *effects,
                        struct att_buffer *why)
{
        const struct att_batch *batch = &stored->batch;
        struct att_digester digester;
        enum att_journal_result result;
        int error = 0;

        if (stored->behaviour != ATT_CORE_BEHAVIOUR && batch->last_seq > recovery->accepted_seq) {
                error = note_difference(recovery, batch,
                                        "were decided by an engine of another behaviour", why);
        }
        if (error < 0) {
                return error;
        }
        result = att_journal_reader_open(records, batch->records);
        if (result != ATT_JOURNAL_OK) {
                return say_malformed(batch, result, why);
        }
        att_digester_init(&digester);
        error = replay_commands(recovery, records, batch, effects, &digester, why);
        if (error < 0) {
                return error;
        }
        if (att_core_seq(recovery->core) != batch->last_seq) {
                return say_malformed(batch, ATT_JOURNAL_MALFORMED, why);
        }
        recovery->batches++;
        if (!att_digest_equals(att_digester_finish(&digester), batch->effects) &&
            stored->behaviour == ATT_CORE_BEHAVIOUR && batch->last_seq > recovery->accepted_seq) {
                error = note_difference(recovery, batch, "now have other effects than they had",
                                        why);
        }
        return error;
}

static int replay_all(struct recovery *recovery, struct att_reader *reader, struct att_buffer *why)
{
        struct att_journal_reader records = {0};
        struct att_effects effects = {0};
        struct att_stored_batch stored;
        enum att_read_result result;
        int error = 0;

        while (error == 0 && (result = att_reader_next(reader, &stored, why)) != ATT_READ_END) {
                switch (result) {
                case ATT_READ_BATCH:
                        error = replay_batch(recovery, &stored, &records, &effects, why);
                        break;
                case ATT_READ_CORRUPT:
                        error = -EBADMSG;
                        break;
                case ATT_READ_FAILED:
                case ATT_READ_END:
                        error = -EIO;
                        break;
                }
        }
        att_effects_deinit(&effects);
        att_journal_reader_deinit(&records);
        recovery->end = att_reader_position(reader);
        return error;
}

int recovery_run(struct recovery *recovery, struct att_buffer *why)
{
        struct att_reader *reader;
        int error = att_reader_open(recovery->dir, 1, &reader, why);

        if (error < 0) {
                return error;
        }
        error = replay_all(recovery, reader, why);
        att_reader_close(reader);
        return error;
}
