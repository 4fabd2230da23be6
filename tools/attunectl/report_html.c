/* SPDX-License-Identifier: Apache-2.0 */
/* A report as one page that needs nothing else: no script, no other file; made to be printed. */
#include <string.h>

#include "lib/base/util.h"
#include "tools/attunectl/report_show.h"
#include "version.h"

#define NAME_BYTES_KEPT 24 /* In one line; a longer name takes several. */

static const char head[] =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width\">\n<style>\n"
        "body{font:14px/1.45 system-ui,sans-serif;color:#1d2430;background:#fff;"
        "max-width:72rem;margin:2rem auto;padding:0 1rem}\n"
        "h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}"
        ".about{color:#5b6675;margin:.2rem 0 1.5rem}\n"
        "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}\n"
        "th{font-weight:600;text-align:right;color:#5b6675;border-bottom:1px solid #9aa5b1;"
        "padding:.25rem .5rem;vertical-align:bottom}\n"
        "td{text-align:right;border-bottom:1px solid #e4e8ee;padding:.25rem .5rem;"
        "white-space:nowrap}\n"
        "th:first-child,td:first-child,.say{text-align:left}td.say,td.long{white-space:normal}\n"
        ".listen td:nth-child(-n+2){width:11rem;white-space:nowrap}\n"
        "td.bar{background:linear-gradient(#cfe3f7,#cfe3f7) no-repeat left/var(--w) 70%}\n"
        "tr{break-inside:avoid}thead{display:table-header-group}h2{break-after:avoid}\n"
        ".whole{columns:2;column-gap:3rem}.whole table{margin:0}\n"
        ".mark{font-size:1.05rem;margin:1rem 0;padding:.6rem .8rem;border-left:4px solid #2f6fb2;"
        "background:#f3f7fb}\n"
        "footer{color:#5b6675;margin:2rem 0 0;font-size:.85rem}\n"
        "@page{size:A4;margin:12mm}@media print{html{font-size:10px}"
        "body{font-size:9.5px;margin:0;padding:0;max-width:none}td,th{padding:.2rem .35rem}"
        "td.bar,.mark{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n"
        "</style>\n";

void report_html_text(struct att_buffer *into, struct att_text text)
{
        for (size_t i = 0; i < text.len; i++) {
                switch (text.data[i]) {
                case '<':
                        att_buffer_append_c(into, "&lt;");
                        break;
                case '>':
                        att_buffer_append_c(into, "&gt;");
                        break;
                case '&':
                        att_buffer_append_c(into, "&amp;");
                        break;
                case '"':
                        att_buffer_append_c(into, "&quot;");
                        break;
                default:
                        att_buffer_append_byte(into, text.data[i]);
                }
        }
}

static void put_escaped(struct att_buffer *into, const struct att_buffer *text)
{
        report_html_text(into, att_buffer_text(text));
}

void report_html_begin(struct att_buffer *into, const char *title, const struct att_report *about)
{
        struct att_buffer period ATT_CLEANUP(att_buffer_deinit) = {0};

        report_put_period(&period, about);
        att_buffer_append_c(into, head);
        att_buffer_append_c(into, "<title>");
        report_html_text(into, att_text_from(title));
        att_buffer_append_c(into, "</title></head><body>\n<h1>");
        report_html_text(into, att_text_from(title));
        att_buffer_append_c(into, "</h1>\n<p class=\"about\">");
        put_escaped(into, &period);
        for (uint32_t i = 0; i < about->note_count; i++) {
                att_buffer_append_c(into, "<br>");
                report_html_text(into, about->notes[i]);
        }
        att_buffer_append_c(into, "</p>\n");
}

void report_html_end(struct att_buffer *into)
{
        att_buffer_append_c(into, "<footer>attune " ATT_VERSION
                                  ". How each measure is defined: docs/measures.md.</footer>\n"
                                  "</body></html>\n");
}

/* ---- The whole ---- */

static void put_cell(struct att_buffer *into, const char *measure, int64_t value)
{
        struct att_buffer text ATT_CLEANUP(att_buffer_deinit) = {0};

        report_put_value(&text, att_text_from(measure), value);
        att_buffer_append_c(into, "<td>");
        put_escaped(into, &text);
        att_buffer_append_c(into, "</td>");
}

static void put_line(struct att_buffer *into, const struct att_report *report,
                     const struct att_report_row *row, const struct report_line *line)
{
        struct att_buffer interval ATT_CLEANUP(att_buffer_deinit) = {0};

        att_buffer_append_c(into, "<tr><td>");
        report_html_text(into, att_text_from(line->title));
        att_buffer_append_c(into, "</td>");
        put_cell(into, line->measure, report_value(report, row, line->measure));
        if (line->low) {
                report_put_interval(&interval, line->measure, report_value(report, row, line->low),
                                    report_value(report, row, line->high));
        }
        att_buffer_append_c(into, "<td>");
        put_escaped(into, &interval);
        att_buffer_append_c(into, "</td>");
        if (line->count) {
                put_cell(into, line->count, report_value(report, row, line->count));
        } else {
                att_buffer_append_c(into, "<td></td>");
        }
        att_buffer_append_c(into, "</tr>\n");
}

static void put_whole(struct att_buffer *into, const struct att_report *report,
                      const struct att_report_row *row)
{
        struct att_buffer marks ATT_CLEANUP(att_buffer_deinit) = {0};

        report_put_marks(&marks, report, row);
        if (marks.len > 0) {
                att_buffer_append_c(into, "<p class=\"mark\">");
                put_escaped(into, &marks);
                att_buffer_append_c(into, "</p>\n");
        }
        att_buffer_append_c(into, "<div class=\"whole\"><table><thead><tr><th>Measure</th><th>Value"
                                  "</th><th>95 % interval</th><th>of</th></tr></thead><tbody>\n");
        for (const struct report_line *line = report_lines; line->title; line++) {
                put_line(into, report, row, line);
        }
        att_buffer_append_c(into, "</tbody></table></div>\n");
}

/* ---- Slices ---- */

static const struct {
        const char *title;
        const char *measure;
        bool has_bar;
} shown[] = {
        {"offered", "offered", false},
        {"answered", "answered", false},
        {"abandoned", "abandoned", false},
        {"early", "abandoned_short", false},
        {"service level", "service_level_ppm", true},
        {"ASA", "asa_ms", false},
        {"AHT", "aht_ms", false},
        {"transfers", "transfers", false},
        {"missed", "offers_missed", false},
        {"occupancy", "occupancy_ppm", true},
        {"first contact", "fcr_ppm", true},
        {"CSAT", "csat_ppm", true},
        {"n", "csat_count", false},
        {"NPS", "nps_milli", false},
        {"good : bad", "positive_ratio_milli", false},
};

static void put_shown(struct att_buffer *into, struct att_text measure, int64_t value, bool has_bar)
{
        struct att_buffer text ATT_CLEANUP(att_buffer_deinit) = {0};

        report_put_value(&text, measure, value);
        if (has_bar && value != ATT_REPORT_ABSENT) {
                att_buffer_printf(into, "<td class=\"bar\" style=\"--w:%lld%%\">",
                                  (long long)(value / 10000));
        } else {
                att_buffer_append_c(into, "<td>");
        }
        put_escaped(into, &text);
        att_buffer_append_c(into, "</td>");
}

static void put_titles(struct att_buffer *into, const struct att_report *report,
                       struct att_text slice)
{
        att_buffer_append_c(into, "<thead><tr><th>");
        report_html_text(into, slice);
        att_buffer_append_c(into, "</th>");
        for (size_t i = 0; report_is_measures(report) && i < ATT_ARRAY_LEN(shown); i++) {
                att_buffer_printf(into, "<th>%s</th>", shown[i].title);
        }
        for (uint32_t i = 0; !report_is_measures(report) && i < report->measure_count; i++) {
                const struct att_text name = report_plain_name(report->measures[i]);

                att_buffer_append_c(into, "<th>");
                for (size_t j = 0; j < name.len; j++) {
                        att_buffer_append_byte(into, name.data[j] == '_' ? ' ' : name.data[j]);
                }
                att_buffer_append_c(into, "</th>");
        }
        att_buffer_append_c(into, "</tr></thead><tbody>\n");
}

static void put_row(struct att_buffer *into, const struct att_report *report,
                    const struct att_report_row *row)
{
        struct att_buffer name ATT_CLEANUP(att_buffer_deinit) = {0};

        report_put_name(&name, row->name);
        att_buffer_append_c(into,
                            name.len > NAME_BYTES_KEPT ? "<tr><td class=\"long\">" : "<tr><td>");
        put_escaped(into, &name);
        att_buffer_append_c(into, "</td>");
        for (size_t i = 0; report_is_measures(report) && i < ATT_ARRAY_LEN(shown); i++) {
                put_shown(into, att_text_from(shown[i].measure),
                          report_value(report, row, shown[i].measure), shown[i].has_bar);
        }
        for (uint32_t i = 0; !report_is_measures(report) && i < report->measure_count; i++) {
                put_shown(into, report->measures[i], row->values[i], false);
        }
        att_buffer_append_c(into, "</tr>\n");
}

static uint32_t put_slice(struct att_buffer *into, const struct att_report *report, uint32_t first)
{
        const struct att_text slice = report->rows[first].slice;
        uint32_t i = first;

        if (att_text_equals_c(slice, "all")) {
                att_buffer_append_c(into, "<h2>The whole</h2>\n<table>");
        } else {
                att_buffer_append_c(into, "<h2>By ");
                report_html_text(into, slice);
                att_buffer_append_c(into, "</h2>\n<table>");
        }
        put_titles(into, report, slice);
        for (; i < report->row_count && att_text_equals(report->rows[i].slice, slice); i++) {
                put_row(into, report, &report->rows[i]);
        }
        att_buffer_append_c(into, "</tbody></table>\n");
        return i;
}

void report_html_tables(struct att_buffer *into, const struct att_report *report)
{
        uint32_t next = 0;

        if (report->row_count > 0 && report_is_measures(report)) {
                put_whole(into, report, &report->rows[0]);
                next = 1;
        }
        while (next < report->row_count) {
                next = put_slice(into, report, next);
        }
}

void report_write_html(struct att_buffer *into, const struct att_report *report)
{
        report_html_begin(into, "Report", report);
        if (report_is_measures(report) && report->row_count > 0 &&
            report_value(report, &report->rows[0], "contacts") == 0) {
                att_buffer_append_c(into,
                                    "<p class=\"mark\">No contact arrived in that time.</p>\n");
        }
        report_html_tables(into, report);
        report_html_end(into);
}
