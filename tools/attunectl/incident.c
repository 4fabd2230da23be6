/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl incident announce, close, list */
#include <stdio.h>
#include <string.h>

#include "lib/base/util.h"
#include "lib/model/limits.h"
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"
#include "tools/attunectl/grid.h"
#include "tools/attunectl/pages.h"
#include "tools/attunectl/show.h"

/* ---- Announcing ---- */

/* Conditions in the making: each field has a run of the values. */
struct conditions {
        struct att_named_condition items[ATT_CONDITIONS_MAX];
        struct att_text values[ATT_CONDITIONS_MAX * ATT_CONDITION_VALUES_MAX];
        uint32_t count;
        uint32_t value_count;
};

static bool add_value(struct ctl *ctl, struct conditions *conditions, struct att_text value)
{
        struct att_named_condition *last = &conditions->items[conditions->count - 1];

        if (last->value_count == ATT_CONDITION_VALUES_MAX) {
                ctl_complain(ctl, "%.*s has more than %d values", ATT_TEXT_ARGS(last->field),
                             ATT_CONDITION_VALUES_MAX);
                return false;
        }
        conditions->values[conditions->value_count++] = value;
        last->value_count++;
        return true;
}

/* "FIELD:VALUE", or another value of the field before. */
static bool add_word(struct ctl *ctl, struct conditions *conditions, struct att_text word)
{
        struct att_text field;
        struct att_text value;

        if (!argument_split(word, ':', &field, &value)) {
                if (conditions->count == 0) {
                        ctl_complain(ctl,
                                     "--when takes FIELD:VALUE, such as text:declined, not "
                                     "'%.*s'",
                                     ATT_TEXT_ARGS(word));
                        return false;
                }
                return add_value(ctl, conditions, word);
        }
        if (conditions->count == ATT_CONDITIONS_MAX) {
                ctl_complain(ctl, "an incident has at most %d conditions", ATT_CONDITIONS_MAX);
                return false;
        }
        conditions->items[conditions->count++] = (struct att_named_condition){
                .field = field, .values = &conditions->values[conditions->value_count]};
        return add_value(ctl, conditions, value);
}

static bool read_when(struct ctl *ctl, const struct arguments *arguments,
                      struct conditions *conditions)
{
        struct argument_list list = argument_list(arguments, "when");
        struct att_text word;

        while (argument_list_next(&list, &word)) {
                if (!add_word(ctl, conditions, word)) {
                        return false;
                }
        }
        return true;
}

static enum verdict run_announce(struct ctl *ctl, const struct arguments *arguments)
{
        static struct conditions conditions; /* Too large for the stack of some. */
        struct att_command command;
        char sentence[512];

        att_wire_command_init(&command, ATT_CMD_INCIDENT_ANNOUNCE);
        command.incident.id = argument_word(arguments, 0);
        command.incident.title = argument_text(arguments, "title");
        command.incident.message = argument_text(arguments, "message");
        if (!argument_is_given(arguments, "title") || !argument_is_given(arguments, "when")) {
                ctl_complain(ctl, "an incident needs a --title, and --when: which contacts are "
                                  "because of it");
                return VERDICT_USAGE;
        }
        if (!read_when(ctl, arguments, &conditions) ||
            !argument_scaled(ctl, arguments, "points", 3, &command.incident.points_milli) ||
            !argument_time(ctl, arguments, "until", &command.incident.until_ms)) {
                return VERDICT_USAGE;
        }
        command.incident.when = conditions.items;
        command.incident.when_count = conditions.count;
        (void)snprintf(sentence, sizeof(sentence), "Incident %.*s is announced",
                       ATT_TEXT_ARGS(command.incident.id));
        return ctl_do(ctl, &command, sentence);
}

static enum verdict run_close(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_command command;
        char sentence[512];

        att_wire_command_init(&command, ATT_CMD_INCIDENT_CLOSE);
        command.incident_close.id = argument_word(arguments, 0);
        command.incident_close.message = argument_text(arguments, "message");
        command.incident_close.close_contacts = argument_is_given(arguments, "close-contacts");
        (void)snprintf(sentence, sizeof(sentence), "Incident %.*s is closed",
                       ATT_TEXT_ARGS(command.incident_close.id));
        return ctl_do(ctl, &command, sentence);
}

/* ---- The list ---- */

static const struct grid_column columns[] = {
        {"INCIDENT", false}, {"AFFECTED", true}, {"OPEN", true},
        {"SINCE", false},    {"UNTIL", false},   {"POINTS", true},
        {"TITLE", false},    {"WHEN", false},    {0},
};

static void put_time(struct grid *grid, int64_t at_ms)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer text = {0};

        if (at_ms >= 0) {
                show_time(&text, at_ms);
        } else {
                att_buffer_append_c(&text, "-");
        }
        grid_text(grid, att_buffer_text(&text));
}

static void put_row(struct grid *grid, const struct att_wire_incident *row)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer points = {0};

        show_points(&points, row->points_milli);
        grid_text(grid, row->id);
        grid_printf(grid, "%llu", (unsigned long long)row->affected);
        grid_printf(grid, "%u", row->live);
        put_time(grid, row->announced_ms);
        put_time(grid, row->until_ms);
        grid_text(grid, att_buffer_text(&points));
        grid_text(grid, row->title);
        grid_text(grid, row->when);
}

static void put_json(struct att_buffer *out, const struct att_wire_incident *row)
{
        struct att_json json;

        att_json_init(&json, out);
        att_json_begin_object(&json);
        json_text(&json, "incident", row->id);
        json_text(&json, "title", row->title);
        json_text(&json, "message", row->message);
        json_text(&json, "when", row->when);
        json_scaled(&json, "points", row->points_milli, 3);
        json_number(&json, "announced_ms", row->announced_ms);
        json_number_or_null(&json, "until_ms", row->until_ms);
        json_text(&json, "by", row->by);
        json_count(&json, "affected", row->affected);
        json_count(&json, "open", row->live);
        att_json_end_object(&json);
        att_buffer_append_byte(out, '\n');
}

static uint64_t put_page(struct pages *pages, const struct att_wire_answer *answer)
{
        for (uint32_t i = 0; i < answer->incidents.row_count; i++) {
                if (pages->ctl->json) {
                        put_json(&pages->ctl->out, &answer->incidents.rows[i]);
                } else {
                        put_row(&pages->grid, &answer->incidents.rows[i]);
                }
        }
        pages->row_count += answer->incidents.row_count;
        return answer->incidents.next;
}

static enum verdict run_list(struct ctl *ctl, const struct arguments *arguments)
{
        struct pages pages = {
                .body = ATT_WIRE_INCIDENTS,
                .kind = ATT_WIRE_RESULT_INCIDENTS,
                .columns = columns,
                .none = "No incident is open.",
                .put = put_page,
        };

        (void)arguments;
        return pages_run(&pages, ctl);
}

/* ---- The rows of the table ---- */

static const struct option_row announce_options[] = {
        {"title", "TEXT", "what is the matter, as agents see it", 't'},
        {"when", "FIELD:VALUE", "which contacts: a condition of the intake's rules", 'w'},
        {"message", "TEXT", "what to tell the customers", 'm'},
        {"points", "POINTS", "added to the urgency of its contacts", 'p'},
        {"until", "TIME", "when it is over by itself: 2h from now, or 2026-11-26T18:00", 'u'},
        {0},
};

static const struct option_row close_options[] = {
        {"message", "TEXT", "what to tell the customers; else the incident's own", 'm'},
        {"close-contacts", NULL, "close those who wait because of it, with the message", 'c'},
        {0},
};

const struct command command_incident_announce = {
        .name = "incident announce",
        .arguments = "INCIDENT --title TEXT --when FIELD:VALUE... [--message TEXT] "
                     "[--points POINTS] [--until TIME]",
        .summary = "say what many get in touch about: their contacts are marked and counted",
        .details =
                "A contact is because of the incident when all conditions hold; it is marked when it "
                "comes, or at once if it waits. --when is given once for each condition: "
                "text:declined, channel:voice, queue:cards, 'emotion:>= 0.5', or an attribute of "
                "any name; several values between commas, of which any will do. Of several "
                "incidents a contact gets the one that was announced first. For supervisors.",
        .options = announce_options,
        .words_min = 1,
        .words_max = 1,
        .run = run_announce,
};

const struct command command_incident_close = {
        .name = "incident close",
        .arguments = "INCIDENT [--message TEXT] [--close-contacts]",
        .summary = "it is over; with --close-contacts those who wait are told and need not",
        .options = close_options,
        .words_min = 1,
        .words_max = 1,
        .run = run_close,
};

const struct command command_incident_list = {
        .name = "incident list",
        .arguments = "",
        .summary = "the incidents that are open, and how many contacts they have",
        .details = "AFFECTED are all contacts so far, OPEN those of them that are not closed yet.",
        .run = run_list,
};
