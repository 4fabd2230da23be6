/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `attunesim chaos` with the naive router beside the engine: what comes of the frames of clients that are cut
 * off, repeat themselves, flood and reload is decided by both, and every effect is compared.
 *
 * Of each centre the first commands, until it would have to know what it does not (daemon/ was away, a front
 * end's grace is over, prices) or has had enough: it never frees and looks at everything.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"
#include "lib/wire/codec.h"
#include "lib/wire/journal.h"
#include "tests/naive/compare.h"
#include "tools/attunesim/chaos_world.h"
#include "tools/attunesim/commands.h"

#define COMMANDS_MAX  400
#define FRONT_ENDS    16
#define GRACE_SAFE_MS 29000 /* An engine waits 30 s for a front end that is lost. */

struct kept { /* A command, for as long as the router may look at it. */
        struct att_buffer bytes;
        struct att_journal_reader reader;
        struct att_command command;
};

static struct {
        struct comparison *comparison;
        struct kept *kept[COMMANDS_MAX];
        uint32_t count;
        int64_t lost_ms[FRONT_ENDS]; /* By the digit of its name; 0: it is there. */
} oracle;

static void begin(void)
{
        compare_end(oracle.comparison);
        for (uint32_t i = 0; i < oracle.count; i++) {
                att_journal_reader_deinit(&oracle.kept[i]->reader);
                att_buffer_deinit(&oracle.kept[i]->bytes);
                free(oracle.kept[i]);
        }
        memset(&oracle, 0, sizeof(oracle));
        oracle.comparison = compare_begin();
}

/* What it knows nothing of and what decides nothing: it only hears what time it is. */
static bool is_unknown_to_it(const struct att_command *command)
{
        return command->kind == ATT_CMD_CONTACT_HOLD || command->kind == ATT_CMD_CONTACT_FEEDBACK ||
               command->kind == ATT_CMD_FRONT_END_LOST || command->kind == ATT_CMD_FRONT_END_BACK;
}

static const struct att_command *keep(const struct att_command *command)
{
        struct kept *kept = att_alloc(sizeof(*kept));
        struct att_journal_writer writer;

        att_journal_batch_begin(&writer, &kept->bytes, command->seq, ATT_CORE_BEHAVIOUR);
        att_journal_batch_add(&writer, command);
        att_journal_batch_end(&writer, (struct att_digest){0});
        ATT_CHECK(att_journal_reader_open(&kept->reader, att_buffer_text(&kept->bytes)) ==
                  ATT_JOURNAL_OK);
        ATT_CHECK(att_journal_reader_next(&kept->reader, &kept->command) == ATT_JOURNAL_OK);
        oracle.kept[oracle.count++] = kept;
        return &kept->command;
}

/* Whether the naive router knows enough for this one. */
static bool is_in_depth(const struct att_command *command)
{
        const uint32_t digit = command->front_end.len > 1
                                       ? (uint32_t)(command->front_end.data[1] - '0') % FRONT_ENDS
                                       : 0;

        if (oracle.count >= COMMANDS_MAX || compare_gave_up(oracle.comparison)) {
                return false;
        }
        for (int i = 0; i < FRONT_ENDS; i++) {
                if (oracle.lost_ms[i] > 0 && command->at_ms - oracle.lost_ms[i] > GRACE_SAFE_MS) {
                        return false;
                }
        }
        if (command->kind == ATT_CMD_FRONT_END_LOST) {
                oracle.lost_ms[digit] = command->at_ms;
        }
        if (command->kind == ATT_CMD_FRONT_END_BACK) {
                oracle.lost_ms[digit] = 0;
        }
        return command->kind != ATT_CMD_AWAY && command->kind != ATT_CMD_PRICES;
}

static bool see(const struct att_command *command, const struct att_effects *effects,
                struct att_buffer *wrong)
{
        struct att_command time_alone;
        struct att_effects told = *effects;

        if (!is_in_depth(command)) {
                return false;
        }
        att_wire_command_init(&time_alone, ATT_CMD_TICK);
        time_alone.seq = command->seq;
        time_alone.at_ms = command->at_ms;
        if (is_unknown_to_it(command) && att_effects_refusal(effects)) {
                told.count--; /* A refusal is the last thing said. */
        }
        return compare_told(oracle.comparison,
                            keep(is_unknown_to_it(command) ? &time_alone : command), &told, wrong);
}

int main(int argc, char **argv)
{
        static const struct world_oracle naive = {.begin = begin, .see = see};

        world_oracle = &naive;
        if (argc > 1 && strcmp(argv[1], "chaos") == 0) { /* As one says to attunesim. */
                argv[1] = argv[0];
                argc--;
                argv++;
        }
        return command_chaos(argc, argv);
}
