/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attunesim replay: a journal once more through the engine. What was decided then must be decided
 * again, and for the same reasons: every batch carries the digest of its effects. The daemon may be
 * running or not; nothing is written.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buffer.h"
#include "lib/base/util.h"
#include "lib/core/core.h"
#include "lib/store/reader.h"
#include "lib/wire/journal.h"
#include "tools/attunesim/commands.h"

struct replay {
        struct att_core *core;
        struct att_reader *reader;
        struct att_journal_reader records;
        struct att_effects effects;
        uint64_t commands;
        uint64_t batches;
        struct att_buffer why;
};

static bool fails(struct replay *replay, const struct att_batch *batch, const char *what)
{
        att_buffer_printf(&replay->why, "commands %" PRIu64 " to %" PRIu64 " %s", batch->first_seq,
                          batch->last_seq, what);
        return false;
}

static bool replay_batch(struct replay *replay, const struct att_stored_batch *stored)
{
        const struct att_batch *batch = &stored->batch;
        struct att_command command;
        struct att_digester digester;
        enum att_journal_result result;

        if (stored->behaviour != ATT_CORE_BEHAVIOUR) {
                return fails(replay, batch, "were decided by an engine of another behaviour");
        }
        if (att_journal_reader_open(&replay->records, batch->records) != ATT_JOURNAL_OK) {
                return fails(replay, batch, "can't be read");
        }
        att_digester_init(&digester);
        while ((result = att_journal_reader_next(&replay->records, &command)) == ATT_JOURNAL_OK) {
                if (command.at_ms < att_core_now_ms(replay->core)) {
                        return fails(replay, batch, "go back in time");
                }
                att_core_step(replay->core, &command, &replay->effects);
                att_effects_digest(&replay->effects, &digester);
                replay->commands++;
        }
        if (result != ATT_JOURNAL_END) {
                return fails(replay, batch, "can't be read");
        }
        replay->batches++;
        return att_digest_equals(att_digester_finish(&digester), batch->effects) ||
               fails(replay, batch, "have other effects now than they had: the first difference");
}

static bool replay_all(struct replay *replay)
{
        struct att_stored_batch stored;
        enum att_read_result result;

        while ((result = att_reader_next(replay->reader, &stored, &replay->why)) ==
               ATT_READ_BATCH) {
                if (!replay_batch(replay, &stored)) {
                        return false;
                }
        }
        return result == ATT_READ_END;
}

static void report(const struct replay *replay)
{
        char text[ATT_DIGEST_TEXT_SIZE];

        printf("%" PRIu64 " commands in %" PRIu64 " batches, every effect and decision as it was\n",
               replay->commands, replay->batches);
        printf("state digest %s after command %" PRIu64 "\n",
               att_digest_format(att_core_digest(replay->core), text), att_core_seq(replay->core));
}

static int run(const char *data)
{
        struct replay replay = {.core = att_core_new()};
        struct att_buffer dir = {0};
        bool done;

        att_buffer_printf(&dir, "%s/journal", data);
        done = att_reader_open(dir.data, 1, &replay.reader, &replay.why) == 0 &&
               replay_all(&replay);
        if (done) {
                report(&replay);
        } else {
                fprintf(stderr, "attunesim: %s\n",
                        replay.why.data ? replay.why.data : "the journal can't be read");
        }
        att_reader_close(replay.reader);
        att_journal_reader_deinit(&replay.records);
        att_effects_deinit(&replay.effects);
        att_buffer_deinit(&replay.why);
        att_buffer_deinit(&dir);
        att_core_free(replay.core);
        return done ? EXIT_DONE : EXIT_FAILED;
}

int command_replay(int argc, char **argv)
{
        static const char usage[] =
                "usage: attunesim replay DATA\n\n"
                "Steps the journal of a data directory through the engine again and compares every\n"
                "batch's effects and decisions with those it had. Prints the digest of the state\n"
                "it leaves, as `attunectl status` does.\n";

        if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
                fputs(usage, stdout);
                return EXIT_DONE;
        }
        if (argc != 2 || argv[1][0] == '-') {
                fputs(usage, stderr);
                return EXIT_USAGE;
        }
        return run(argv[1]);
}
