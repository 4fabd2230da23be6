/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl review */
#include <string.h>

#include "lib/base/util.h"
#include "tools/attunectl/commands.h"
#include "tools/attunectl/grid.h"
#include "tools/attunectl/report_get.h"
#include "tools/attunectl/report_show.h"
#include "tools/attunectl/show.h"

/* An agent beside the team. */
struct review {
        struct att_text agent;
        struct att_report measures; /* By agent. */
        const struct att_report_row *own;
        const struct att_report_row *team;
        struct att_report worth;
        struct att_report bonus;
        bool has_bonus;
};

static const struct {
        const char *slice;
        const char *title;
} kinds[] = {{"worst", "Went worst"}, {"best", "Went best"}, {"unlike", "Unlike the others"}};

/* What says nothing about one agent. */
static bool is_of_agents(const struct report_line *line)
{
        static const char *const others[] = {
                "offered",         "abandoned",   "abandoned_share_ppm",
                "abandoned_short", "turned_away", "cancelled",
                "waiting",         "contacts"};

        for (size_t i = 0; i < ATT_ARRAY_LEN(others); i++) {
                if (strcmp(line->measure, others[i]) == 0) {
                        return false;
                }
        }
        return strncmp(line->measure, "estimate", 8) != 0;
}

/* Which side of the team's interval the agent's is on, if they are apart. */
static const char *verdict_of(const struct review *review, const struct report_line *line)
{
        int64_t own_low;
        int64_t own_high;
        int64_t team_low;
        int64_t team_high;

        if (!line->low) {
                return "";
        }
        own_low = report_value(&review->measures, review->own, line->low);
        own_high = report_value(&review->measures, review->own, line->high);
        team_low = report_value(&review->measures, review->team, line->low);
        team_high = report_value(&review->measures, review->team, line->high);
        if (own_low == ATT_REPORT_ABSENT || team_low == ATT_REPORT_ABSENT) {
                return "";
        }
        return own_low > team_high ? "above the team" : own_high < team_low ? "below the team" : "";
}

/* ---- For people ---- */

static void put_side(struct grid *grid, const struct review *review,
                     const struct att_report_row *row, const struct report_line *line)
{
        const struct att_text measure = att_text_from(line->measure);

        report_put_value(grid_cell(grid), measure,
                         report_value(&review->measures, row, line->measure));
        grid_end_cell(grid);
        if (line->low) {
                report_put_interval(grid_cell(grid), line->measure,
                                    report_value(&review->measures, row, line->low),
                                    report_value(&review->measures, row, line->high));
        }
        grid_end_cell(grid);
        if (line->count) {
                report_put_value(grid_cell(grid), att_text_from(line->count),
                                 report_value(&review->measures, row, line->count));
        }
        grid_end_cell(grid);
}

static void put_figures(struct att_buffer *out, const struct review *review)
{
        static const struct grid_column columns[] = {
                {"MEASURE", false}, {"AGENT", true},  {"95 % INTERVAL", false},
                {"OF", true},       {"TEAM", true},   {"95 % INTERVAL", false},
                {"OF", true},       {"APART", false}, {0}};
        struct grid grid;

        grid_init(&grid, columns);
        for (const struct report_line *line = report_lines; line->title; line++) {
                if (is_of_agents(line)) {
                        grid_c(&grid, line->title);
                        put_side(&grid, review, review->own, line);
                        put_side(&grid, review, review->team, line);
                        grid_c(&grid, verdict_of(review, line));
                }
        }
        grid_write(&grid, out);
        grid_deinit(&grid);
}

static void put_contacts(struct att_buffer *out, const struct att_report *worth, const char *slice)
{
        static const struct grid_column columns[] = {
                {"CONTACT", false}, {"WHEN", false}, {"WHY", false}, {0}};
        struct grid grid;

        grid_init(&grid, columns);
        for (uint32_t i = 0; i < worth->row_count; i++) {
                const struct att_report_row *row = &worth->rows[i];

                if (!att_text_equals_c(row->slice, slice)) {
                        continue;
                }
                grid_text(&grid, row->name);
                report_put_value(grid_cell(&grid), ATT_TEXT("arrived_at_ms"),
                                 report_value(worth, row, "arrived_at_ms"));
                grid_end_cell(&grid);
                grid_text(&grid, row->text);
        }
        if (grid_is_empty(&grid)) {
                att_buffer_append_c(out, "none\n");
        } else {
                grid_write(&grid, out);
        }
        grid_deinit(&grid);
}

/* The rows "2026-03<tab>ann" that are of this agent. */
static bool is_bonus_of(const struct att_report_row *row, struct att_text agent)
{
        const char *tab = memchr(row->name.data, '\t', row->name.len);
        const size_t at = tab ? (size_t)(tab - row->name.data) + 1 : 0;

        return att_text_equals(att_text_of(row->name.data + at, row->name.len - at), agent);
}

static void put_bonus(struct att_buffer *out, const struct review *review)
{
        for (uint32_t i = 0; i < review->bonus.row_count; i++) {
                const struct att_report_row *row = &review->bonus.rows[i];
                const char *tab = memchr(row->name.data, '\t', row->name.len);

                if (!is_bonus_of(row, review->agent)) {
                        continue;
                }
                att_buffer_append_c(out, "bonus of ");
                show_plain(out, att_text_of(row->name.data,
                                            tab ? (size_t)(tab - row->name.data) : row->name.len));
                att_buffer_append_c(out, ": ");
                report_put_value(out, ATT_TEXT("bonus_milli"),
                                 report_value(&review->bonus, row, "bonus_milli"));
                att_buffer_append_c(out, ", score ");
                report_put_value(out, ATT_TEXT("score_ppm"),
                                 report_value(&review->bonus, row, "score_ppm"));
                att_buffer_append_c(out, report_value(&review->bonus, row, "takes_part") == 1
                                                 ? "\n"
                                                 : " (too few contacts to take part)\n");
        }
}

static void write_text(struct att_buffer *out, const struct review *review)
{
        show_plain(out, review->agent);
        att_buffer_append_c(out, ", ");
        report_put_period(out, &review->measures);
        att_buffer_append_c(out, "\n\n");
        put_figures(out, review);
        for (size_t i = 0; i < ATT_ARRAY_LEN(kinds); i++) {
                att_buffer_printf(out, "\n%s:\n", kinds[i].title);
                put_contacts(out, &review->worth, kinds[i].slice);
        }
        if (review->has_bonus) {
                att_buffer_append_byte(out, '\n');
                put_bonus(out, review);
        }
}

/* ---- JSON ---- */

static void put_report(struct att_json *json, const char *key, const struct att_report *report,
                       const struct att_report_row *row)
{
        struct att_report one = *report;

        one.rows = row ? row : report->rows;
        one.row_count = row ? 1 : report->row_count;
        att_json_key(json, key);
        att_json_begin_object(json);
        report_put_json(json, &one);
        att_json_end_object(json);
}

static void write_json(struct att_buffer *out, const struct review *review)
{
        struct att_json json;

        att_json_init(&json, out);
        att_json_begin_object(&json);
        json_text(&json, "agent", review->agent);
        put_report(&json, "own", &review->measures, review->own);
        put_report(&json, "team", &review->measures, review->team);
        put_report(&json, "worth", &review->worth, NULL);
        if (review->has_bonus) {
                put_report(&json, "bonus", &review->bonus, NULL);
        }
        att_json_end_object(&json);
        att_buffer_append_byte(out, '\n');
}

/* ---- A page ---- */

static void put_page_side(struct att_buffer *page, const struct review *review,
                          const struct att_report_row *row, const struct report_line *line)
{
        struct att_buffer text = {0};

        report_put_value(&text, att_text_from(line->measure),
                         report_value(&review->measures, row, line->measure));
        if (line->low && report_value(&review->measures, row, line->low) != ATT_REPORT_ABSENT) {
                att_buffer_append_c(&text, " (");
                report_put_interval(&text, line->measure,
                                    report_value(&review->measures, row, line->low),
                                    report_value(&review->measures, row, line->high));
                att_buffer_append_c(&text, ")");
        }
        att_buffer_append_c(page, "<td>");
        report_html_text(page, att_buffer_text(&text));
        att_buffer_append_c(page, "</td>");
        att_buffer_deinit(&text);
}

static void put_page_figures(struct att_buffer *page, const struct review *review)
{
        att_buffer_append_c(page, "<table><thead><tr><th>Measure</th><th>agent (95 %)</th><th>team "
                                  "(95 %)</th><th class=\"say\">apart</th></tr></thead><tbody>\n");
        for (const struct report_line *line = report_lines; line->title; line++) {
                if (is_of_agents(line)) {
                        att_buffer_append_c(page, "<tr><td>");
                        report_html_text(page, att_text_from(line->title));
                        att_buffer_append_c(page, "</td>");
                        put_page_side(page, review, review->own, line);
                        put_page_side(page, review, review->team, line);
                        att_buffer_printf(page, "<td class=\"say\">%s</td></tr>\n",
                                          verdict_of(review, line));
                }
        }
        att_buffer_append_c(page, "</tbody></table>\n");
}

static void put_page_contacts(struct att_buffer *page, const struct review *review, size_t kind)
{
        uint32_t count = 0;

        att_buffer_printf(page, "<h2>%s</h2>\n<table class=\"listen\"><tbody>\n",
                          kinds[kind].title);
        for (uint32_t i = 0; i < review->worth.row_count; i++) {
                const struct att_report_row *row = &review->worth.rows[i];

                if (att_text_equals_c(row->slice, kinds[kind].slice)) {
                        att_buffer_append_c(page, "<tr><td>");
                        report_html_text(page, row->name);
                        att_buffer_append_c(page, "</td><td class=\"say\">");
                        report_put_value(page, ATT_TEXT("arrived_at_ms"),
                                         report_value(&review->worth, row, "arrived_at_ms"));
                        att_buffer_append_c(page, "</td><td class=\"say\">");
                        report_html_text(page, row->text);
                        att_buffer_append_c(page, "</td></tr>\n");
                        count++;
                }
        }
        if (count == 0) {
                att_buffer_append_c(page, "<tr><td>None.</td></tr>\n");
        }
        att_buffer_append_c(page, "</tbody></table>\n");
}

static void write_page(struct att_buffer *page, const struct review *review)
{
        struct att_buffer title = {0};
        struct att_buffer bonus = {0};

        att_buffer_printf(&title, "Review of %.*s", ATT_TEXT_ARGS(review->agent));
        report_html_begin(page, title.data, &review->measures);
        put_page_figures(page, review);
        for (size_t i = 0; i < ATT_ARRAY_LEN(kinds); i++) {
                put_page_contacts(page, review, i);
        }
        put_bonus(&bonus, review);
        if (bonus.len > 0) {
                att_buffer_append_c(page, "<p class=\"mark\">");
                report_html_text(page, att_buffer_text(&bonus));
                att_buffer_append_c(page, "</p>\n");
        }
        report_html_end(page);
        att_buffer_deinit(&title);
        att_buffer_deinit(&bonus);
}

/* ---- Making it ---- */

static struct att_text get_agent(const void *context, size_t i)
{
        const struct review *review = context;

        return review->measures.rows[i + 1].name;
}

/* The agent's row; false: told that there is none. */
static bool find_agent(struct ctl *ctl, struct review *review)
{
        const struct att_report *measures = &review->measures;
        struct att_text nearest;

        for (uint32_t i = 0; i < measures->row_count; i++) {
                if (att_text_equals_c(measures->rows[i].slice, "all")) {
                        review->team = &measures->rows[i];
                } else if (att_text_equals(measures->rows[i].name, review->agent)) {
                        review->own = &measures->rows[i];
                }
        }
        if (review->own && review->team) {
                return true;
        }
        nearest = att_text_nearest(review->agent,
                                   measures->row_count > 0 ? measures->row_count - 1 : 0, get_agent,
                                   review);
        if (att_text_is_empty(nearest)) {
                ctl_complain(ctl, "agent '%.*s' did nothing in that time",
                             ATT_TEXT_ARGS(review->agent));
        } else {
                ctl_complain(ctl, "agent '%.*s' did nothing in that time, did you mean '%.*s'?",
                             ATT_TEXT_ARGS(review->agent), ATT_TEXT_ARGS(nearest));
        }
        return false;
}

static bool get_all(struct ctl *ctl, const struct arguments *arguments, struct review *review)
{
        struct att_wire_report_request request;

        if (!report_take_request(ctl, arguments, &request)) {
                return false;
        }
        request.slices = ATT_TEXT("agent");
        if (!report_get(ctl, arguments, &request, false, &review->measures) ||
            !find_agent(ctl, review)) {
                return false;
        }
        request.slices = ATT_TEXT_NONE;
        request.of = ATT_WIRE_REPORT_WORTH;
        request.agent = review->agent;
        if (!report_get(ctl, arguments, &request, false, &review->worth)) {
                return false;
        }
        request.of = ATT_WIRE_REPORT_BONUS; /* If there is one. */
        review->has_bonus = report_get(ctl, arguments, &request, true, &review->bonus);
        return true;
}

static bool show(struct ctl *ctl, const struct arguments *arguments, const struct review *review)
{
        const char *path = argument_option(arguments, "html");
        struct att_buffer page = {0};
        bool is_written = true;

        if (path) {
                write_page(&page, review);
                is_written = report_write_file(ctl, path, &page);
                att_buffer_deinit(&page);
        } else if (ctl->json) {
                write_json(&ctl->out, review);
        } else {
                write_text(&ctl->out, review);
        }
        return is_written;
}

static enum verdict run(struct ctl *ctl, const struct arguments *arguments)
{
        struct review review = {.agent = argument_word(arguments, 0),
                                .measures = {.zone = ATT_TEXT_NONE},
                                .worth = {.zone = ATT_TEXT_NONE},
                                .bonus = {.zone = ATT_TEXT_NONE}};
        const bool is_done = get_all(ctl, arguments, &review) && show(ctl, arguments, &review);

        att_report_deinit(&review.measures);
        att_report_deinit(&review.worth);
        att_report_deinit(&review.bonus);
        return is_done ? VERDICT_DONE : VERDICT_NO;
}

static const struct option_row options[] = {
        REPORT_COMMON_OPTIONS,
        {0},
};

const struct command command_review = {
        .name = "review",
        .arguments = "AGENT [--from DATE] [--to DATE] [OPTION]...",
        .summary = "an agent's figures beside the team's, and contacts worth listening to",
        .details =
                "A figure is called above or below the team's only where their 95 % intervals do "
                "not meet. The contacts are those that went worst and best by what is known of "
                "them, and those that were most unlike the agent's others on the same channel; "
                "docs/measures.md says how. With a bonus in the configuration, the agent's part "
                "of it.",
        .options = options,
        .words_min = 1,
        .words_max = 1,
        .run = run,
};
