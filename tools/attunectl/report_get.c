/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunectl/report_get.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "daemon/report_make.h"
#include "lib/base/util.h"
#include "tools/attunectl/config_load.h"
#include "tools/attunectl/show.h"

#define THREADS 2

/* ---- What is asked for ---- */

bool report_take_config(struct ctl *ctl, const struct arguments *arguments,
                        const struct att_config **ret_config)
{
        const char *path = argument_option(arguments, "config");
        struct att_config_errors errors = {0};
        struct att_buffer messages = {0};
        bool is_right = true;

        *ret_config = NULL;
        if (path) {
                *ret_config = config_load(path, &errors);
                is_right = *ret_config != NULL;
        }
        if (!is_right) {
                config_write_messages(&messages, &errors);
                if (!ctl->json) {
                        (void)fputs(messages.data, stderr);
                }
                ctl_complain(ctl, "no report was made: %s has errors", path);
        }
        att_config_errors_deinit(&errors);
        att_buffer_deinit(&messages);
        return is_right;
}

bool report_take_request(struct ctl *ctl, const struct arguments *arguments,
                         struct att_wire_report_request *ret_request)
{
        struct att_wire_message message;

        att_wire_message_init(&message, ATT_WIRE_REPORT);
        message.report.from = argument_text(arguments, "from");
        message.report.to = argument_text(arguments, "to");
        message.report.zone = argument_text(arguments, "zone");
        message.report.formula = argument_text(arguments, "formula");
        *ret_request = message.report;
        return argument_duration(ctl, arguments, "service-level", &ret_request->service_level_ms) &&
               argument_duration(ctl, arguments, "short-abandons", &ret_request->short_ms);
}

/* ---- From attuned ---- */

/* A report as it grows. */
struct growing {
        struct att_report *report;
        struct att_report_row *rows; /* Owned until they are all there. */
        size_t count;
        size_t capacity;
};

static const struct att_text *copy_texts(struct att_arena *arena, const struct att_text *texts,
                                         uint32_t count)
{
        struct att_text *copies = att_arena_take_array(arena, count, sizeof(*copies));

        for (uint32_t i = 0; i < count; i++) {
                copies[i] = att_arena_text(arena, texts[i]);
        }
        return copies;
}

static void take_head(struct att_report *report, const struct att_wire_report *page)
{
        report->from_ms = page->from_ms;
        report->to_ms = page->to_ms;
        report->zone = att_arena_text(&report->arena, page->zone);
        report->measures = copy_texts(&report->arena, page->measures, page->measure_count);
        report->measure_count = page->measure_count;
        report->notes = copy_texts(&report->arena, page->notes, page->note_count);
        report->note_count = page->note_count;
}

static void take_row(struct growing *growing, const struct att_wire_report_row *row)
{
        struct att_arena *arena = &growing->report->arena;
        int64_t *values = att_arena_take_array(arena, growing->report->measure_count,
                                               sizeof(*values));

        for (uint32_t i = 0; i < growing->report->measure_count; i++) {
                values[i] = i < row->value_count ? row->values[i] : ATT_REPORT_ABSENT;
        }
        if (growing->count == growing->capacity) {
                growing->capacity = att_grown_capacity(growing->capacity, growing->count + 1);
                growing->rows = att_realloc_array(growing->rows, growing->capacity,
                                                  sizeof(*growing->rows));
        }
        growing->rows[growing->count++] = (struct att_report_row){
                .slice = att_arena_text(arena, row->slice),
                .name = att_arena_text(arena, row->name),
                .text = att_arena_text(arena, row->text),
                .values = values,
        };
}

static bool fetch_pages(struct ctl *ctl, const struct att_wire_report_request *request,
                        bool is_optional, struct growing *growing)
{
        struct att_wire_message question;
        struct att_wire_answer answer;

        att_wire_message_init(&question, ATT_WIRE_REPORT);
        question.report = *request;
        do {
                if (is_optional ? !ctl_ask_quietly(ctl, &question, ATT_WIRE_RESULT_REPORT, &answer)
                                : !ctl_ask(ctl, &question, ATT_WIRE_RESULT_REPORT, &answer)) {
                        return false;
                }
                if (question.report.cursor == 0) {
                        take_head(growing->report, &answer.report);
                }
                for (uint32_t i = 0; i < answer.report.row_count; i++) {
                        take_row(growing, &answer.report.rows[i]);
                }
                question.report.cursor = answer.report.next;
        } while (question.report.cursor != 0);
        return true;
}

static bool fetch(struct ctl *ctl, const struct att_wire_report_request *request, bool is_optional,
                  struct att_report *report)
{
        struct growing growing = {.report = report};
        struct att_report_row *rows;
        bool is_there;

        if (!ctl_connect(ctl)) {
                return false;
        }
        ctl->link.answer_ms = LINK_REPORT_MS;
        is_there = fetch_pages(ctl, request, is_optional, &growing);
        rows = att_arena_take_array(&report->arena, growing.count, sizeof(*rows));
        att_copy(rows, growing.rows, growing.count * sizeof(*rows));
        report->rows = rows;
        report->row_count = (uint32_t)growing.count;
        free(growing.rows);
        return is_there;
}

/* ---- From a file ---- */

static bool read_file(struct ctl *ctl, const struct arguments *arguments, const char *path,
                      const struct att_wire_report_request *request, bool is_optional,
                      struct att_report *report)
{
        struct att_buffer why = {0};
        struct timespec now = {0};
        const struct att_config *config;
        int result;

        if (!report_take_config(ctl, arguments, &config)) {
                return false;
        }
        config = config ? config : att_config_new();
        (void)clock_gettime(CLOCK_REALTIME, &now);
        result = report_make(path, config, request, (int64_t)now.tv_sec * 1000, THREADS, NULL,
                             report, &why);
        if (result < 0 && !is_optional) {
                ctl_complain(ctl, "%s", why.data);
        }
        att_config_unref(config);
        att_buffer_deinit(&why);
        return result == 0;
}

bool report_get(struct ctl *ctl, const struct arguments *arguments,
                const struct att_wire_report_request *request, bool is_optional,
                struct att_report *ret_report)
{
        const char *path = argument_option(arguments, "history");

        *ret_report = (struct att_report){.zone = ATT_TEXT_NONE};
        if (path ? read_file(ctl, arguments, path, request, is_optional, ret_report)
                 : fetch(ctl, request, is_optional, ret_report)) {
                return true;
        }
        att_report_deinit(ret_report);
        return false;
}
