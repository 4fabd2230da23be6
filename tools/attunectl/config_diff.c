/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl config diff */
#include "lib/base/util.h"
#include "lib/config/diff.h"
#include "lib/config/load.h"
#include "lib/config/outcome.h"

#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"
#include "tools/attunectl/config_load.h"
#include "tools/attunectl/left_alone.h"
#include "tools/attunectl/show.h"
#include "tools/attunesim/whatif.h"

#define DRAWS 20 /* Of what a recording doesn't know. */

/* A configuration from a file that must be right to be compared. */
static const struct att_config *load(struct ctl *ctl, const char *path)
{
        struct att_config_errors errors = {0};
        const struct att_config *config = config_load(path, &errors);
        struct att_buffer lines = {0};

        if (!config) {
                config_write_messages(&lines, &errors);
                ctl_complain(ctl, "%s can't be in force:\n%s", path, lines.data ? lines.data : "");
        }
        att_buffer_deinit(&lines);
        att_config_errors_deinit(&errors);
        return config;
}

/* ---- Those who wait now ---- */

/* What becomes of those who wait in a queue that goes. */
static void tell_queue(const struct att_config *before, const struct att_config *after,
                       const struct att_wire_queue *row, struct att_buffer *into)
{
        uint32_t to;

        if (row->waiting + row->offered == 0 ||
            att_config_find_queue(after, row->name) != ATT_NONE) {
                return;
        }
        to = left_alone_moved_to(before, after, row->name);
        att_buffer_append_c(into, "! queue ");
        show_plain(into, row->name);
        att_buffer_printf(into, ": %u who wait there now ", row->waiting + row->offered);
        if (to == ATT_NONE) {
                att_buffer_append_c(into, "would be refused: the queue has no moved_to, the intake "
                                          "no otherwise");
        } else {
                att_buffer_append_c(into, "would move to ");
                show_plain(into, after->queues[to].name);
        }
        att_buffer_append_byte(into, '\n');
}

static bool tell_waiting(struct ctl *ctl, const struct att_config *before,
                         const struct att_config *after, struct att_buffer *into)
{
        struct att_wire_message question;
        struct att_wire_answer answer;
        uint64_t cursor = 0;

        do {
                att_wire_message_init(&question, ATT_WIRE_QUEUES);
                question.page.cursor = cursor;
                if (!ctl_ask(ctl, &question, ATT_WIRE_RESULT_QUEUES, &answer)) {
                        return false;
                }
                for (uint32_t i = 0; i < answer.queues.row_count; i++) {
                        tell_queue(before, after, &answer.queues.rows[i], into);
                }
                cursor = answer.queues.next;
        } while (cursor != 0);
        return true;
}

/* ---- What is said ---- */

static void put_digest(struct att_json *json, const char *key, const struct att_config *config)
{
        char digest[ATT_DIGEST_TEXT_SIZE];

        json_string(json, key, att_digest_format(config->digest, digest));
}

static void write_json(struct ctl *ctl, const struct att_config *before,
                       const struct att_config *after, struct att_text lines,
                       const struct left_alone *alone)
{
        struct att_text line;
        struct att_json json;

        att_json_init(&json, &ctl->out);
        att_json_begin_object(&json);
        put_digest(&json, "before", before);
        put_digest(&json, "after", after);
        att_json_key(&json, "changes");
        att_json_begin_array(&json);
        while (argument_split(lines, '\n', &line, &lines)) {
                att_json_text(&json, line);
        }
        att_json_end_array(&json);
        att_json_key(&json, "left_alone");
        left_alone_write_json(alone, &json);
        att_json_end_object(&json);
        att_buffer_append_byte(&ctl->out, '\n');
}

static void write_text(struct ctl *ctl, struct att_text lines)
{
        struct att_text line;

        if (att_text_is_empty(lines)) {
                att_buffer_append_c(&ctl->out, "Nothing would change.\n");
        }
        while (argument_split(lines, '\n', &line, &lines)) {
                show_plain(&ctl->out, line);
                att_buffer_append_byte(&ctl->out, '\n');
        }
}

static bool compare(struct ctl *ctl, const struct att_config *before,
                    const struct att_config *after, bool is_live)
{
        struct att_buffer lines = {0};
        struct left_alone alone;
        bool told = true;

        (void)att_config_diff(before, after, &lines);
        (void)att_config_outcome(before, after, &lines);
        left_alone_init(&alone, before, after);
        if (is_live) {
                told = tell_waiting(ctl, before, after, &lines) && left_alone_look(&alone, ctl);
                left_alone_write_text(&alone, &lines);
        }
        if (told && ctl->json) {
                write_json(ctl, before, after, att_buffer_text(&lines), &alone);
        } else if (told) {
                write_text(ctl, att_buffer_text(&lines));
        }
        left_alone_deinit(&alone);
        att_buffer_deinit(&lines);
        return told;
}

/* On a recorded day: attunesim's model of it (docs/what-if.md). */
static bool replay_day(struct ctl *ctl, const char *data, const char *path)
{
        const struct whatif_opening opening = {.data = data};
        const struct whatif_options options = {.seed = 1, .draws = DRAWS};
        const struct whatif_show show = {.has_contacts = false};
        struct att_config_errors errors = {0};
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer why = {0};
        struct whatif_day *day = NULL;
        const struct att_config *config = NULL;
        struct whatif *whatif;

        if (whatif_day_open(&opening, &day, &why) < 0) {
                ctl_complain(ctl, "%s", why.data ? why.data : "the journal can't be read");
                return false;
        }
        /* Its opening hours are those of that day. */
        if (att_config_load_path(path, whatif_day_begin_ms(day), &errors, &config) ==
            ATT_CONFIG_OK) {
                whatif = whatif_compare(day, config, &options);
                if (ctl->json) {
                        whatif_write_json(whatif, &show, &ctl->out);
                } else {
                        whatif_write_text(whatif, &show, &ctl->out);
                }
                whatif_free(whatif);
        } else {
                config_write_messages(&why, &errors);
                ctl_complain(ctl, "%s can't be in force:\n%s", path, why.data ? why.data : "");
        }
        att_config_errors_deinit(&errors);
        att_config_unref(config);
        whatif_day_close(day);
        return config != NULL;
}

static enum verdict run(struct ctl *ctl, const struct arguments *arguments)
{
        const char *data = argument_option(arguments, "replay");
        bool is_live = arguments->word_count == 1;
        const struct att_config *after = load(ctl, arguments->words[arguments->word_count - 1]);
        const struct att_config *before = NULL;
        bool compared = false;

        if (data) {
                att_config_unref(after);
                return after && replay_day(ctl, data, arguments->words[arguments->word_count - 1])
                               ? VERDICT_DONE
                               : VERDICT_NO;
        }
        if (after) {
                before = is_live ? config_fetch(ctl) : load(ctl, arguments->words[0]);
                compared = before && compare(ctl, before, after, is_live);
        }
        att_config_unref(before);
        att_config_unref(after);
        return compared ? VERDICT_DONE : VERDICT_NO;
}

static const struct option_row options[] = {
        {"replay", "DATA",
         "on the day that this data directory recorded: service levels, waits, "
         "who got more and less",
         'r'},
        {0},
};

const struct command command_config_diff = {
        .name = "config diff",
        .arguments = "[OLD] PATH | --replay DATA PATH",
        .summary = "what would change for agents, queues and those waiting now",
        .details =
                "Compares PATH with what is in force in attuned; with two paths, the second with "
                "the first, and attuned need not run. + is new, - goes, ~ changes, = is what follows "
                "for queues and agents, ! concerns contacts that wait at this moment: those whose "
                "queue goes, and those who would have nobody left who could take them.",
        .options = options,
        .words_min = 1,
        .words_max = 2,
        .run = run,
};
