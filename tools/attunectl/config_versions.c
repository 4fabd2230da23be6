/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl config history, show, rollback */
#include <inttypes.h>
#include <stdlib.h>

#include "lib/base/util.h"
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"
#include "tools/attunectl/config_load.h"
#include "tools/attunectl/grid.h"
#include "tools/attunectl/show.h"

/* ---- history ---- */

static const struct grid_column columns[] = {
        {"VERSION", true}, {"SINCE", false}, {"WHAT", false}, {"BY", false}, {"DIGEST", false}, {0},
};

struct version {
        uint64_t number;
        int64_t at_ms;
        struct att_text digest;
        bool is_pinned;
        struct att_text by;
        struct att_text what;
};

static int64_t number_of(struct att_text text)
{
        char digits[32] = "";

        att_copy(digits, text.data, text.len < sizeof(digits) ? text.len : sizeof(digits) - 1);
        return strtoll(digits, NULL, 10);
}

/* A line of the answer; a newer attuned may say more in one. */
static struct version read_version(struct att_text line)
{
        struct version version = {.digest = ATT_TEXT_NONE, .by = ATT_TEXT_NONE};
        struct att_text fields[6];
        struct att_text rest = line;

        for (size_t i = 0; i < ATT_ARRAY_LEN(fields); i++) {
                fields[i] = ATT_TEXT_NONE;
                if (!argument_split(rest, '\t', &fields[i], &rest)) {
                        fields[i] = rest; /* The last. */
                        rest = ATT_TEXT_NONE;
                }
        }
        version.number = (uint64_t)number_of(fields[0]);
        version.at_ms = number_of(fields[1]);
        version.digest = fields[2];
        version.is_pinned = att_text_equals_c(fields[3], "1");
        version.by = fields[4];
        version.what = fields[5];
        return version;
}

static void put_row(struct grid *grid, const struct version *version)
{
        grid_printf(grid, "%" PRIu64, version->number);
        show_time(grid_cell(grid), version->at_ms);
        grid_end_cell(grid);
        show_plain(grid_cell(grid), version->what);
        att_buffer_append_c(grid_cell(grid), version->is_pinned ? " (pinned)" : "");
        grid_end_cell(grid);
        grid_text(grid, version->by);
        grid_text(grid, version->digest);
}

static void put_json(struct att_buffer *out, const struct version *version)
{
        struct att_json json;

        att_json_init(&json, out);
        att_json_begin_object(&json);
        json_count(&json, "version", version->number);
        json_number(&json, "at_ms", version->at_ms);
        json_text(&json, "what", version->what);
        json_text(&json, "by", version->by);
        json_text(&json, "digest", version->digest);
        json_bool(&json, "pinned", version->is_pinned);
        att_json_end_object(&json);
        att_buffer_append_byte(out, '\n');
}

static enum verdict run_history(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_buffer lines = {0};
        struct att_text rest;
        struct att_text line;
        struct grid grid;

        (void)arguments;
        if (!config_fetch_bytes(ctl, ATT_WIRE_CONFIG_HISTORY, 0, &lines)) {
                att_buffer_deinit(&lines);
                return VERDICT_NO;
        }
        grid_init(&grid, columns);
        rest = att_buffer_text(&lines);
        while (argument_split(rest, '\n', &line, &rest)) {
                struct version version = read_version(line);

                if (ctl->json) {
                        put_json(&ctl->out, &version);
                } else {
                        put_row(&grid, &version);
                }
        }
        if (!ctl->json) {
                grid_write(&grid, &ctl->out);
        }
        grid_deinit(&grid);
        att_buffer_deinit(&lines);
        return VERDICT_DONE;
}

/* ---- show and rollback ---- */

/* The number that a word is, or 0 and told. */
static uint64_t read_number(struct ctl *ctl, const char *word)
{
        char *end;
        unsigned long long number = strtoull(word, &end, 10);

        if (number == 0 || *end != '\0' || word[0] < '0' || word[0] > '9') {
                ctl_complain(ctl, "'%s' is no version: `attunectl config history` lists them",
                             word);
                return 0;
        }
        return number;
}

static enum verdict run_show(struct ctl *ctl, const struct arguments *arguments)
{
        uint64_t number = 0;
        bool is_there;

        if (arguments->word_count > 0 && !(number = read_number(ctl, arguments->words[0]))) {
                return VERDICT_USAGE;
        }
        is_there = config_fetch_bytes(ctl, ATT_WIRE_CONFIG_WRITTEN, number, &ctl->out);
        return is_there ? VERDICT_DONE : VERDICT_NO;
}

static enum verdict run_rollback(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_wire_reload ask = {
                .of = ATT_WIRE_RELOAD_VERSION,
                .only_check = argument_is_given(arguments, "check"),
                .version = read_number(ctl, arguments->words[0]),
        };
        enum verdict verdict;

        if (ask.version == 0) {
                return VERDICT_USAGE;
        }
        verdict = config_reload(ctl, &ask);
        if (verdict == VERDICT_DONE && !ctl->json && !ask.only_check) {
                att_buffer_append_c(&ctl->out,
                                    "It stays in force, also after a restart, until "
                                    "`attunectl config reload` takes the files again.\n");
        }
        return verdict;
}

static const struct option_row rollback_options[] = {
        {"check", NULL, "only say what would come of it", 'n'},
        {0},
};

const struct command command_config_history = {
        .name = "config history",
        .arguments = "",
        .summary = "the configurations that were in force, the newest first",
        .details = "Each load that changed something is kept as it was written: 50 of them, in "
                   "attuned's data directory.",
        .run = run_history,
};

const struct command command_config_show = {
        .name = "config show",
        .arguments = "[VERSION]",
        .summary = "a configuration as it was written; the one in force, if none is named",
        .words_max = 1,
        .run = run_show,
};

const struct command command_config_rollback = {
        .name = "config rollback",
        .arguments = "VERSION [--check]",
        .summary = "have a configuration in force again that once was",
        .details = "With the changes by hand that were in force then. Nobody is signed out and "
                   "nothing is dropped. The files are left as they are: what was wrong with them "
                   "can be mended in peace.",
        .options = rollback_options,
        .words_min = 1,
        .words_max = 1,
        .run = run_rollback,
};
