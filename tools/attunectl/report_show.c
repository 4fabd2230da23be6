/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunectl/report_show.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/util.h"
#include "lib/config/calendar.h"
#include "lib/config/zone.h"
#include "tools/attunectl/grid.h"
#include "tools/attunectl/show.h"

const struct report_line report_lines[] = {
        {"contacts", "contacts", NULL, NULL, NULL},
        {"offered", "offered", NULL, NULL, NULL},
        {"answered", "answered", NULL, NULL, NULL},
        {"abandoned", "abandoned", NULL, NULL, NULL},
        {"abandoned, of offered", "abandoned_share_ppm", NULL, NULL, NULL},
        {"abandoned early", "abandoned_short", NULL, NULL, NULL},
        {"turned away", "turned_away", NULL, NULL, NULL},
        {"cancelled", "cancelled", NULL, NULL, NULL},
        {"still waiting", "waiting", NULL, NULL, NULL},
        {"service level", "service_level_ppm", NULL, NULL, "service_level_base"},
        {"average speed of answer", "asa_ms", NULL, NULL, "answered"},
        {"longest wait of the answered", "longest_wait_ms", NULL, NULL, NULL},
        {"first response", "first_response_ms", NULL, NULL, "answered"},
        {"average handle time", "aht_ms", NULL, NULL, "conversations"},
        {"  talking", "talk_ms", NULL, NULL, NULL},
        {"  on hold", "hold_ms", NULL, NULL, NULL},
        {"  wrap-up", "wrap_up_ms", NULL, NULL, NULL},
        {"transfers", "transfers_share_ppm", NULL, NULL, "conversations"},
        {"offers missed", "offers_missed_share_ppm", NULL, NULL, "offers"},
        {"occupancy", "occupancy_ppm", NULL, NULL, NULL},
        {"resolved at first contact", "fcr_ppm", "fcr_low_ppm", "fcr_high_ppm", "fcr_count"},
        {"repeat contacts", "repeats_share_ppm", NULL, NULL, "known"},
        {"satisfied (CSAT)", "csat_ppm", "csat_low_ppm", "csat_high_ppm", "csat_count"},
        {"recommend (NPS)", "nps_milli", "nps_low_milli", "nps_high_milli", "nps_count"},
        {"ease (CES)", "ces_milli", "ces_low_milli", "ces_high_milli", "ces_count"},
        {"customers say resolved", "resolved_ppm", "resolved_low_ppm", "resolved_high_ppm",
         "resolved_count"},
        {"good experiences", "positive", NULL, NULL, NULL},
        {"bad experiences", "negative", NULL, NULL, NULL},
        {"good to one bad", "positive_ratio_milli", NULL, NULL, NULL},
        {"told wait: bias", "estimate_bias_ms", NULL, NULL, "estimated"},
        {"told wait: error", "estimate_error_ms", NULL, NULL, "estimated"},
        {"told wait: about right", "estimate_within_ppm", NULL, NULL, "estimated"},
        {0},
};

/* ---- Values ---- */

bool report_is_measures(const struct att_report *report)
{
        return att_report_find_measure(report, "offered") >= 0;
}

int64_t report_value(const struct att_report *report, const struct att_report_row *row,
                     const char *measure)
{
        const int column = att_report_find_measure(report, measure);

        return column < 0 ? ATT_REPORT_ABSENT : row->values[column];
}

static bool ends_in(struct att_text text, const char *end)
{
        const size_t len = strlen(end);

        return text.len >= len && memcmp(text.data + text.len - len, end, len) == 0;
}

struct att_text report_plain_name(struct att_text measure)
{
        if (ends_in(measure, "_ppm")) {
                measure.len -= strlen("_ppm");
        } else if (ends_in(measure, "_milli")) {
                measure.len -= strlen("_milli");
        }
        return measure;
}

static void put_tenths(struct att_buffer *into, int64_t tenths)
{
        att_buffer_printf(into, "%s%lld.%lld", tenths < 0 ? "-" : "",
                          (long long)(tenths < 0 ? -tenths : tenths) / 10,
                          (long long)(tenths < 0 ? -tenths : tenths) % 10);
}

static int64_t round_to(int64_t value, int64_t unit)
{
        return (value + (value < 0 ? -unit : unit) / 2) / unit;
}

void report_put_value(struct att_buffer *into, struct att_text measure, int64_t value)
{
        if (value == ATT_REPORT_ABSENT) {
                att_buffer_append_byte(into, '-');
        } else if (ends_in(measure, "_at_ms")) {
                show_time(into, value);
        } else if (ends_in(measure, "_ms")) {
                att_buffer_append_c(into, value < 0 ? "-" : "");
                show_duration(into, value < 0 ? -value : value);
        } else if (ends_in(measure, "_ppm")) {
                put_tenths(into, round_to(value, 1000));
                att_buffer_append_byte(into, '%');
        } else if (ends_in(measure, "_milli")) {
                put_tenths(into, round_to(value, 100));
        } else {
                att_buffer_append_int(into, value);
        }
}

void report_put_interval(struct att_buffer *into, const char *measure, int64_t low, int64_t high)
{
        if (low != ATT_REPORT_ABSENT && high != ATT_REPORT_ABSENT) {
                report_put_value(into, att_text_from(measure), low);
                att_buffer_append_c(into, " to ");
                report_put_value(into, att_text_from(measure), high);
        }
}

void report_put_name(struct att_buffer *into, struct att_text name)
{
        struct att_buffer plain = {0};

        for (size_t i = 0; i < name.len; i++) {
                if (name.data[i] == '\t') {
                        att_buffer_append_c(&plain, " / ");
                } else {
                        att_buffer_append_byte(&plain, name.data[i]);
                }
        }
        show_plain(into, att_buffer_text(&plain));
        att_buffer_deinit(&plain);
}

/* ---- What it is about ---- */

static void put_instant(struct att_buffer *into, const struct zone *zone, int64_t at_ms)
{
        const int64_t utc_s = at_ms / 1000;
        const int64_t local_s = utc_s + (zone ? zone_offset(zone, utc_s) : 0);
        const struct calendar_date date = calendar_date_of(local_s / 86400);

        att_buffer_printf(into, "%04lld-%02d-%02d %02lld:%02lld", (long long)date.year, date.month,
                          date.day, (long long)(local_s % 86400 / 3600),
                          (long long)(local_s % 3600 / 60));
}

void report_put_period(struct att_buffer *into, const struct att_report *report)
{
        struct zone *zone = NULL;

        if (zone_open(report->zone, &zone) < 0) {
                zone = NULL;
        }
        put_instant(into, zone, report->from_ms);
        att_buffer_append_c(into, " to ");
        put_instant(into, zone, report->to_ms);
        att_buffer_append_c(into, ", ");
        show_plain(into, zone ? report->zone : ATT_TEXT("UTC"));
        zone_close(zone);
}

void report_put_marks(struct att_buffer *into, const struct att_report *report,
                      const struct att_report_row *row)
{
        const int64_t ratio = report_value(report, row, "positive_ratio_milli");
        const int64_t good = report_value(report, row, "positive");

        if (ratio == ATT_REPORT_ABSENT) {
                if (good != ATT_REPORT_ABSENT && good > 0) {
                        att_buffer_printf(into, "%lld good experiences and no bad one.",
                                          (long long)good);
                }
                return;
        }
        put_tenths(into, round_to(ratio, 100));
        att_buffer_printf(into, " good experiences to one bad: %s.",
                          ratio >= REPORT_MARK_HIGH  ? "past the mark of 22:1"
                          : ratio >= REPORT_MARK_LOW ? "between the marks of 2:1 and 22:1"
                                                     : "below the mark of 2:1");
}

/* ---- For people ---- */

static void put_whole(struct att_buffer *into, const struct att_report *report,
                      const struct att_report_row *row)
{
        static const struct grid_column columns[] = {
                {"MEASURE", false}, {"VALUE", true}, {"95 % INTERVAL", false}, {"OF", true}, {0}};
        struct grid grid;

        grid_init(&grid, columns);
        for (const struct report_line *line = report_lines; line->title; line++) {
                const struct att_text measure = att_text_from(line->measure);

                grid_c(&grid, line->title);
                report_put_value(grid_cell(&grid), measure,
                                 report_value(report, row, line->measure));
                grid_end_cell(&grid);
                if (line->low) {
                        report_put_interval(grid_cell(&grid), line->measure,
                                            report_value(report, row, line->low),
                                            report_value(report, row, line->high));
                }
                grid_end_cell(&grid);
                if (line->count) {
                        report_put_value(grid_cell(&grid), att_text_from(line->count),
                                         report_value(report, row, line->count));
                }
                grid_end_cell(&grid);
        }
        grid_write(&grid, into);
        grid_deinit(&grid);
        report_put_marks(into, report, row);
        att_buffer_append_byte(into, '\n');
}

/* What of the measures fits a terminal's line. */
static const struct {
        const char *title;
        const char *measure;
} shown[] = {
        {"OFFERED", "offered"},
        {"ANSWERED", "answered"},
        {"ABANDONED", "abandoned"},
        {"EARLY", "abandoned_short"},
        {"IN LEVEL", "service_level_ppm"},
        {"ASA", "asa_ms"},
        {"AHT", "aht_ms"},
        {"TRANSFERS", "transfers"},
        {"MISSED", "offers_missed"},
        {"OCCUPIED", "occupancy_ppm"},
        {"REPEATS", "repeats"},
        {"FCR", "fcr_ppm"},
        {"CSAT", "csat_ppm"},
        {"NPS", "nps_milli"},
        {"GOOD:BAD", "positive_ratio_milli"},
};

/* The columns of a table, with names of their own. */
struct columns {
        struct grid_column items[GRID_COLUMNS_MAX + 1];
        struct att_text measures[GRID_COLUMNS_MAX];
        char titles[GRID_COLUMNS_MAX][40];
        size_t count; /* Of measures. */
};

static void put_upper(char *into, size_t size, struct att_text name)
{
        size_t len = 0;

        for (; len < name.len && len + 1 < size; len++) {
                const char byte = name.data[len];

                into[len] = byte == '_' || byte == '+' ? ' ' : byte;
                if (byte >= 'a' && byte <= 'z') {
                        into[len] = (char)(byte - 'a' + 'A');
                }
        }
        into[len] = '\0';
}

static void choose_columns(const struct att_report *report, struct att_text slice,
                           struct columns *columns)
{
        *columns = (struct columns){.count = 0};
        put_upper(columns->titles[0], sizeof(columns->titles[0]), slice);
        columns->items[0] = (struct grid_column){columns->titles[0], false};
        for (size_t i = 0; i < ATT_ARRAY_LEN(shown) && report_is_measures(report); i++) {
                columns->measures[columns->count++] = att_text_from(shown[i].measure);
                columns->items[columns->count] = (struct grid_column){shown[i].title, true};
        }
        for (uint32_t i = 0; !report_is_measures(report) && i < report->measure_count &&
                             columns->count + 1 < GRID_COLUMNS_MAX;
             i++) {
                columns->measures[columns->count++] = report->measures[i];
                put_upper(columns->titles[columns->count], sizeof(columns->titles[0]),
                          report_plain_name(report->measures[i]));
                columns->items[columns->count] = (struct grid_column){
                        columns->titles[columns->count], true};
        }
}

static int64_t value_of(const struct att_report *report, const struct att_report_row *row,
                        struct att_text measure)
{
        for (uint32_t i = 0; i < report->measure_count; i++) {
                if (att_text_equals(report->measures[i], measure)) {
                        return row->values[i];
                }
        }
        return ATT_REPORT_ABSENT;
}

/* The rows of one slicing, from `first` on; gives the first of the next. */
static uint32_t put_table(struct att_buffer *into, const struct att_report *report, uint32_t first)
{
        const struct att_text slice = report->rows[first].slice;
        struct columns columns;
        struct grid grid;
        uint32_t i = first;

        choose_columns(report, slice, &columns);
        grid_init(&grid, columns.items);
        for (; i < report->row_count && att_text_equals(report->rows[i].slice, slice); i++) {
                report_put_name(grid_cell(&grid), report->rows[i].name);
                grid_end_cell(&grid);
                for (size_t j = 0; j < columns.count; j++) {
                        const struct att_text measure = columns.measures[j];

                        report_put_value(grid_cell(&grid), measure,
                                         value_of(report, &report->rows[i], measure));
                        grid_end_cell(&grid);
                }
        }
        grid_write(&grid, into);
        grid_deinit(&grid);
        return i;
}

static void put_notes(struct att_buffer *into, const struct att_report *report)
{
        for (uint32_t i = 0; i < report->note_count; i++) {
                show_plain(into, report->notes[i]);
                att_buffer_append_byte(into, '\n');
        }
}

void report_write_text(struct att_buffer *into, const struct att_report *report)
{
        uint32_t next = 0;

        if (report->to_ms > 0) {
                report_put_period(into, report);
                att_buffer_append_byte(into, '\n');
        }
        put_notes(into, report);
        if (report->row_count > 0 && report_is_measures(report)) {
                if (report_value(report, &report->rows[0], "contacts") == 0) {
                        att_buffer_append_c(into, "No contact arrived in that time.\n");
                        return;
                }
                att_buffer_append_byte(into, '\n');
                put_whole(into, report, &report->rows[0]);
                next = 1;
        }
        while (next < report->row_count) {
                att_buffer_append_byte(into, '\n');
                next = put_table(into, report, next);
        }
}

/* ---- JSON ---- */

static void put_json_value(struct att_json *json, struct att_text measure, int64_t value)
{
        att_json_key_text(json, report_plain_name(measure));
        if (value == ATT_REPORT_ABSENT) {
                att_json_null(json);
        } else {
                att_json_scaled(json, value,
                                ends_in(measure, "_ppm")     ? 6
                                : ends_in(measure, "_milli") ? 3
                                                             : 0);
        }
}

/* "agent+day" and "ann<tab>2026-03-01": a member each. */
static void put_json_names(struct att_json *json, struct att_text slice, struct att_text name)
{
        while (slice.len > 0) {
                const char *plus = memchr(slice.data, '+', slice.len);
                const char *tab = plus ? memchr(name.data, '\t', name.len) : NULL;
                const size_t key = plus ? (size_t)(plus - slice.data) : slice.len;
                const size_t len = tab ? (size_t)(tab - name.data) : name.len;

                att_json_key_text(json, att_text_of(slice.data, key));
                att_json_text(json, att_text_of(name.data, len));
                slice = att_text_of(slice.data + key + (plus ? 1 : 0),
                                    slice.len - key - (plus ? 1 : 0));
                name = att_text_of(name.data + len + (tab ? 1 : 0), name.len - len - (tab ? 1 : 0));
        }
}

static void put_json_row(struct att_json *json, const struct att_report *report,
                         const struct att_report_row *row)
{
        for (uint32_t i = 0; i < report->measure_count; i++) {
                put_json_value(json, report->measures[i], row->values[i]);
        }
        if (!att_text_is_empty(row->text)) {
                att_json_key(json, "why");
                att_json_text(json, row->text);
        }
}

static uint32_t put_json_slice(struct att_json *json, const struct att_report *report,
                               uint32_t first)
{
        const struct att_text slice = report->rows[first].slice;
        uint32_t i = first;

        att_json_key_text(json, slice);
        att_json_begin_array(json);
        for (; i < report->row_count && att_text_equals(report->rows[i].slice, slice); i++) {
                att_json_begin_object(json);
                put_json_names(json, slice, report->rows[i].name);
                put_json_row(json, report, &report->rows[i]);
                att_json_end_object(json);
        }
        att_json_end_array(json);
        return i;
}

void report_put_json(struct att_json *json, const struct att_report *report)
{
        const bool has_whole = report->row_count > 0 &&
                               att_text_equals_c(report->rows[0].slice, "all");
        uint32_t next = has_whole ? 1 : 0;

        if (report->to_ms > 0) {
                json_number(json, "from_ms", report->from_ms);
                json_number(json, "to_ms", report->to_ms);
                json_text(json, "zone", report->zone);
        }
        att_json_key(json, "notes");
        att_json_begin_array(json);
        for (uint32_t i = 0; i < report->note_count; i++) {
                att_json_text(json, report->notes[i]);
        }
        att_json_end_array(json);
        if (has_whole) {
                att_json_key(json, "all");
                att_json_begin_object(json);
                put_json_row(json, report, &report->rows[0]);
                att_json_end_object(json);
        }
        att_json_key(json, "by");
        att_json_begin_object(json);
        while (next < report->row_count) {
                next = put_json_slice(json, report, next);
        }
        att_json_end_object(json);
}

void report_write_json(struct att_buffer *into, const struct att_report *report)
{
        struct att_json json;

        att_json_init(&json, into);
        att_json_begin_object(&json);
        report_put_json(&json, report);
        att_json_end_object(&json);
        att_buffer_append_byte(into, '\n');
}

/* ---- CSV (RFC 4180) ---- */

static void put_csv(struct att_buffer *into, struct att_text text)
{
        bool is_plain = true;

        for (size_t i = 0; i < text.len; i++) {
                is_plain = is_plain && text.data[i] != ',' && text.data[i] != '"' &&
                           (unsigned char)text.data[i] >= ' ';
        }
        /* A spreadsheet would take what begins so for a formula. */
        is_plain = is_plain && (text.len == 0 || !strchr("=+-@", text.data[0]));
        if (is_plain) {
                att_buffer_append_text(into, text);
                return;
        }
        att_buffer_append_byte(into, '"');
        if (text.len > 0 && strchr("=+-@", text.data[0])) {
                att_buffer_append_byte(into, '\'');
        }
        for (size_t i = 0; i < text.len; i++) {
                att_buffer_append_c(into, text.data[i] == '"' ? "\"" : "");
                att_buffer_append_byte(into, text.data[i]);
        }
        att_buffer_append_byte(into, '"');
}

static void put_csv_value(struct att_buffer *into, struct att_text measure, int64_t value)
{
        struct att_buffer number = {0};
        struct att_json json;

        att_buffer_append_byte(into, ',');
        if (value == ATT_REPORT_ABSENT) {
                return;
        }
        att_json_init(&json, &number);
        att_json_scaled(&json, value,
                        ends_in(measure, "_ppm")     ? 6
                        : ends_in(measure, "_milli") ? 3
                                                     : 0);
        att_buffer_append_text(into, att_buffer_text(&number));
        att_buffer_deinit(&number);
}

void report_write_csv(struct att_buffer *into, const struct att_report *report)
{
        att_buffer_append_c(into, "by,name");
        for (uint32_t i = 0; i < report->measure_count; i++) {
                att_buffer_append_byte(into, ',');
                put_csv(into, report_plain_name(report->measures[i]));
        }
        att_buffer_append_c(into, "\r\n");
        for (uint32_t i = 0; i < report->row_count; i++) {
                struct att_buffer name = {0};

                put_csv(into, report->rows[i].slice);
                att_buffer_append_byte(into, ',');
                report_put_name(&name, report->rows[i].name);
                put_csv(into, att_buffer_text(&name));
                att_buffer_deinit(&name);
                for (uint32_t j = 0; j < report->measure_count; j++) {
                        put_csv_value(into, report->measures[j], report->rows[i].values[j]);
                }
                att_buffer_append_c(into, "\r\n");
        }
}
