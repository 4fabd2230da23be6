/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/config/period.h"

#include "lib/config/calendar.h"

#define DAY_S  86400
#define YEARS  4 /* Digits of one. */
#define DAYS   10
#define MONTHS 7

static int64_t day_ms(const struct zone *zone, int64_t day)
{
        return zone_to_utc(zone, day * DAY_S, ZONE_FIRST) * 1000;
}

static bool is_year(int64_t year)
{
        return year >= 1970 && year < 10000;
}

/* A day, or with "-01" or "-01-01" behind it a month or a year. */
static bool parse_date(struct att_text text, bool is_end, int64_t *ret_day)
{
        static const char rest[] = "-01-01";
        struct calendar_date date;
        char whole[DAYS];

        if (text.len != YEARS && text.len != MONTHS && text.len != DAYS) {
                return false;
        }
        for (size_t i = 0; i < DAYS; i++) {
                whole[i] = i < text.len ? text.data[i] : rest[i - YEARS];
        }
        if (!calendar_parse(att_text_of(whole, DAYS), &date) || !is_year(date.year)) {
                return false;
        }
        if (is_end && text.len == YEARS) {
                date.year++;
        } else if (is_end && text.len == MONTHS) {
                date.year += date.month / 12;
                date.month = date.month % 12 + 1;
        }
        *ret_day = calendar_day_of(date) + (is_end && text.len == DAYS ? 1 : 0);
        return true;
}

static bool parse_two(struct att_text text, size_t at, int64_t max, int64_t *ret_number)
{
        if (at + 2 > text.len || text.data[at] < '0' || text.data[at] > '9' ||
            text.data[at + 1] < '0' || text.data[at + 1] > '9') {
                return false;
        }
        *ret_number = (text.data[at] - '0') * INT64_C(10) + (text.data[at + 1] - '0');
        return *ret_number <= max;
}

/* "2026-03-01T09:30" and ":15", if there is that. */
static bool parse_instant(struct att_text text, int64_t *ret_local_s)
{
        int64_t day;
        int64_t hour;
        int64_t minute;
        int64_t second = 0;

        if ((text.len != DAYS + 6 && text.len != DAYS + 9) ||
            (text.data[DAYS] != 'T' && text.data[DAYS] != ' ') || text.data[DAYS + 3] != ':' ||
            !parse_date(att_text_of(text.data, DAYS), false, &day) ||
            !parse_two(text, DAYS + 1, 23, &hour) || !parse_two(text, DAYS + 4, 59, &minute)) {
                return false;
        }
        if (text.len == DAYS + 9 &&
            (text.data[DAYS + 6] != ':' || !parse_two(text, DAYS + 7, 59, &second))) {
                return false;
        }
        *ret_local_s = day * DAY_S + hour * 3600 + minute * 60 + second;
        return true;
}

bool period_parse(struct att_text text, bool is_end, const struct zone *zone, int64_t now_ms,
                  int64_t *ret_ms, struct att_buffer *why)
{
        const int64_t now_s = now_ms / 1000;
        const int64_t today = (now_s + zone_offset(zone, now_s)) / DAY_S;
        int64_t day;
        int64_t local_s;

        if (att_text_equals_c(text, "now")) {
                *ret_ms = now_ms;
        } else if (att_text_equals_c(text, "today")) {
                *ret_ms = day_ms(zone, today + is_end);
        } else if (att_text_equals_c(text, "yesterday")) {
                *ret_ms = day_ms(zone, today - 1 + is_end);
        } else if (parse_date(text, is_end, &day)) {
                *ret_ms = day_ms(zone, day);
        } else if (parse_instant(text, &local_s)) {
                *ret_ms = zone_to_utc(zone, local_s, ZONE_FIRST) * 1000;
        } else {
                att_buffer_printf(why,
                                  "'%.*s' is no date: write 2026-03-01, 2026-03, 2026, "
                                  "2026-03-01T09:30, today, yesterday or now",
                                  ATT_TEXT_ARGS(text));
                return false;
        }
        return true;
}
