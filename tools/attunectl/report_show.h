/* SPDX-License-Identifier: Apache-2.0 */
/* A report as text for people, as JSON, CSV, or a page that can be printed. */
#ifndef ATT_TOOLS_ATTUNECTL_REPORT_SHOW_H
#define ATT_TOOLS_ATTUNECTL_REPORT_SHOW_H

#include "lib/base/buffer.h"
#include "lib/base/json.h"
#include "lib/store/report.h"
#include "tools/attunectl/command.h"

/* A measure as a line of a list: what it is called, and which columns say it. */
struct report_line {
        const char *title;
        const char *measure;
        const char *low; /* Of its 95 % interval; NULL: it has none. */
        const char *high;
        const char *count; /* From so many; NULL: not said. */
};
extern const struct report_line report_lines[]; /* Ends with one without a title. */

/* The marks of good experiences to one bad, in thousandths. */
#define REPORT_MARK_HIGH 22000
#define REPORT_MARK_LOW  2000

/* Whether it has the measures of docs/measures.md, or is another table. */
bool report_is_measures(const struct att_report *report);
/* A row's value, or ATT_REPORT_ABSENT if there is no such measure. */
int64_t report_value(const struct att_report *report, const struct att_report_row *row,
                     const char *measure);
/* For people, by the unit that the measure's name ends in; "-" if it is not known. */
void report_put_value(struct att_buffer *into, struct att_text measure, int64_t value);
/* "-2.1 to 4.5", by the unit of `measure`; nothing if it is not known. */
void report_put_interval(struct att_buffer *into, const char *measure, int64_t low, int64_t high);
/* The name without a unit that is not one for people: service_level_ppm is service_level. */
struct att_text report_plain_name(struct att_text measure);
/* "2026-03-01 00:00 to 2026-03-31 24:00, Europe/Madrid" */
void report_put_period(struct att_buffer *into, const struct att_report *report);
/* What the ratio of good to bad experiences is beside the marks, as a sentence; or nothing. */
void report_put_marks(struct att_buffer *into, const struct att_report *report,
                      const struct att_report_row *row);
/* A row's name with " / " for tabs. */
void report_put_name(struct att_buffer *into, struct att_text name);

void report_write_text(struct att_buffer *into, const struct att_report *report);
void report_write_json(struct att_buffer *into, const struct att_report *report);
/* Without the outermost braces, as members of an object. */
void report_put_json(struct att_json *json, const struct att_report *report);
void report_write_csv(struct att_buffer *into, const struct att_report *report);
void report_write_html(struct att_buffer *into, const struct att_report *report);

/* Writes a page to a file and says so. False: told why not. */
ATT_MUST_USE bool report_write_file(struct ctl *ctl, const char *path,
                                    const struct att_buffer *page);

/* The parts of a page, for others to compose one. */
void report_html_begin(struct att_buffer *into, const char *title, const struct att_report *about);
void report_html_tables(struct att_buffer *into, const struct att_report *report);
void report_html_text(struct att_buffer *into, struct att_text text); /* Escaped. */
void report_html_end(struct att_buffer *into);

#endif
