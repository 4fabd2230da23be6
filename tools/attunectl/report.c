/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl report */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/util.h"
#include "tools/attunectl/commands.h"
#include "tools/attunectl/report_get.h"
#include "tools/attunectl/report_show.h"

bool report_write_file(struct ctl *ctl, const char *path, const struct att_buffer *page)
{
        FILE *file = fopen(path, "we");
        bool is_written = file && fwrite(page->data, 1, page->len, file) == page->len;

        if (file && fclose(file) != 0) {
                is_written = false;
        }
        if (!is_written) {
                ctl_complain(ctl, "can't write %s: %s", path, strerror(errno));
                return false;
        }
        if (!ctl->json) {
                att_buffer_printf(&ctl->out, "Written to %s.\n", path);
        }
        return true;
}

/* `--by queue --by agent,day` as one text. */
static bool take_slices(struct ctl *ctl, const struct arguments *arguments,
                        struct att_buffer *slices)
{
        struct argument_list list = argument_list(arguments, "by");
        struct att_text slice;

        while (argument_list_next(&list, &slice)) {
                att_buffer_append_c(slices, slices->len > 0 ? "," : "");
                att_buffer_append_text(slices, slice);
        }
        if (slices->len > ATT_WIRE_SLICES_BYTES_MAX) {
                ctl_complain(ctl, "that is too much to slice by");
                return false;
        }
        return true;
}

/* What kind of report it is; false: two kinds at once. */
static bool take_kind(struct ctl *ctl, const struct arguments *arguments,
                      enum att_wire_report_of *of)
{
        static const struct {
                const char *option;
                enum att_wire_report_of of;
        } kinds[] = {{"customers", ATT_WIRE_REPORT_CUSTOMERS},
                     {"bonus", ATT_WIRE_REPORT_BONUS},
                     {"live", ATT_WIRE_REPORT_LIVE}};
        const char *given = NULL;

        *of = ATT_WIRE_REPORT_MEASURES;
        for (size_t i = 0; i < ATT_ARRAY_LEN(kinds); i++) {
                if (!argument_is_given(arguments, kinds[i].option)) {
                        continue;
                }
                if (given) {
                        ctl_complain(ctl, "--%s or --%s, not both", given, kinds[i].option);
                        return false;
                }
                given = kinds[i].option;
                *of = kinds[i].of;
        }
        if (given && argument_option(arguments, "by") && *of != ATT_WIRE_REPORT_LIVE) {
                ctl_complain(ctl, "--%s has rows of its own: leave --by out", given);
                return false;
        }
        if (*of == ATT_WIRE_REPORT_LIVE && argument_option(arguments, "history")) {
                ctl_complain(ctl, "--live asks a running attuned, --history a file: not both");
                return false;
        }
        return true;
}

static enum verdict show(struct ctl *ctl, const struct arguments *arguments,
                         const struct att_report *report)
{
        const char *path = argument_option(arguments, "html");
        struct att_buffer page = {0};
        bool is_written = true;

        if (path) {
                report_write_html(&page, report);
                is_written = report_write_file(ctl, path, &page);
                att_buffer_deinit(&page);
        } else if (argument_is_given(arguments, "csv")) {
                report_write_csv(&ctl->out, report);
        } else if (ctl->json) {
                report_write_json(&ctl->out, report);
        } else {
                report_write_text(&ctl->out, report);
        }
        return is_written ? VERDICT_DONE : VERDICT_NO;
}

static enum verdict run(struct ctl *ctl, const struct arguments *arguments)
{
        struct att_wire_report_request request;
        struct att_buffer slices = {0};
        struct att_report report;
        enum verdict verdict = VERDICT_NO;

        if (!report_take_request(ctl, arguments, &request) ||
            !take_kind(ctl, arguments, &request.of) || !take_slices(ctl, arguments, &slices)) {
                att_buffer_deinit(&slices);
                return VERDICT_USAGE;
        }
        request.slices = att_buffer_text(&slices);
        if (report_get(ctl, arguments, &request, false, &report)) {
                verdict = show(ctl, arguments, &report);
                att_report_deinit(&report);
        }
        att_buffer_deinit(&slices);
        return verdict;
}

static const struct option_row options[] = {
        {"by", "THING",
         "queue, channel, tier, agent, skill, hour, weekday, day, week or month; several "
         "between commas, a table each; queue+day is one table of both",
         'b'},
        {"customers", NULL, "who came back, by month, and what they are worth", 0},
        {"bonus", NULL, "the bonus by the configuration's rule, an agent and period a line", 0},
        {"live", NULL, "the engine's counters since its journal began; alone or --by queue", 0},
        {"csv", NULL, "for a spreadsheet", 0},
        REPORT_COMMON_OPTIONS,
        {0},
};

const struct command command_report = {
        .name = "report",
        .arguments = "[--from DATE] [--to DATE] [--by THING]... [OPTION]...",
        .summary = "the measures of experience, from the history",
        .details =
                "Contacts belong to the time in which they arrived. How each measure is defined, "
                "with its formula and an example, stands in docs/measures.md. The rows of a table "
                "add up to the whole; but by skill, where a contact counts for each skill that it "
                "asked for.",
        .options = options,
        .run = run,
};
