/* SPDX-License-Identifier: Apache-2.0 */
/* Opening hours: weekdays and local times -> intervals of UTC. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/digest.h"
#include "lib/base/util.h"
#include "lib/config/calendar.h"
#include "lib/config/compiler.h"
#include "lib/config/values.h"
#include "lib/config/zone.h"
#include "lib/model/limits.h"

#define DAYS_BEFORE   2
#define DAYS_AFTER    400
#define DAY_MS        (24 * ATT_HOUR_MS)
#define DAY_S         INT64_C(86400)
#define MINUTES_A_DAY (24 * 60)
#define RANGES_MAX    16 /* Of one day. */

struct hours_draft {
        const struct att_yaml_node *zone;
        const struct att_yaml_node *open;
        const struct att_yaml_node *closed;
        const struct att_yaml_node *special;
};

/* A part of a day in minutes; it ends on the next day if the end is not after the start. */
struct range {
        int start;
        int end;
};

struct ranges {
        struct range items[RANGES_MAX];
        uint32_t count;
};

/* A date whose hours are not those of its weekday. */
struct special_day {
        int64_t day;
        struct ranges ranges; /* None: closed. */
        const struct att_yaml_node *node;
};

struct week {
        struct ranges days[7];
        const struct att_yaml_node *said_by[7];
};

/* An entry of `closed` or `special`. */
struct special_draft {
        const struct att_yaml_node *date;
        struct att_text title;
        const struct att_yaml_node *open;
};

static const struct att_key closed_keys[] = {
        {.name = "date",
         .kind = ATT_KEY_DATE,
         .is_required = true,
         ATT_KEY_AT(struct special_draft, date),
         .prose = "The day, as 2026-12-25."},
        {.name = "title",
         .kind = ATT_KEY_TEXT,
         ATT_KEY_AT(struct special_draft, title),
         .standard = "none",
         .prose = "Why, for people."},
};

const struct att_key_table closed_table = {
        .name = "a closed day",
        .where = "hours.NAME.closed[]",
        .prose = "A day on which nothing opens.",
        ATT_KEY_TABLE_OF(closed_keys),
};

static const struct att_key special_keys[] = {
        {.name = "date",
         .kind = ATT_KEY_DATE,
         .is_required = true,
         ATT_KEY_AT(struct special_draft, date),
         .prose = "The day, as 2026-12-24."},
        {.name = "open",
         .kind = ATT_KEY_TIMES,
         .is_required = true,
         ATT_KEY_AT(struct special_draft, open),
         .prose = "The hours of that day, in the place of its weekday's."},
        {.name = "title",
         .kind = ATT_KEY_TEXT,
         ATT_KEY_AT(struct special_draft, title),
         .standard = "none",
         .prose = "Why, for people."},
};

const struct att_key_table special_table = {
        .name = "a special day",
        .where = "hours.NAME.special[]",
        .prose = "A day with hours of its own.",
        ATT_KEY_TABLE_OF(special_keys),
};

static const struct att_key hours_keys[] = {
        {.name = "zone",
         .kind = ATT_KEY_ZONE,
         .is_required = true,
         ATT_KEY_AT(struct hours_draft, zone),
         .prose = "The time zone of all times below, as Europe/Madrid. Summer time is kept."},
        {.name = "open",
         .kind = ATT_KEY_WEEK,
         .is_required = true,
         ATT_KEY_AT(struct hours_draft, open),
         .prose = "Weekdays (`mon`, `mon-fri`, `sat, sun`) and their times: `\"09:00-18:00\"`, "
                  "several as a list or with commas; `\"22:00-06:00\"` goes on into the next "
                  "morning, `\"00:00-24:00\"` is all day. A day not named is closed."},
        {.name = "closed",
         .kind = ATT_KEY_LIST,
         ATT_KEY_AT(struct hours_draft, closed),
         .of = &closed_table,
         .standard = "none",
         .prose = "Holidays: nothing opens on these dates."},
        {.name = "special",
         .kind = ATT_KEY_LIST,
         ATT_KEY_AT(struct hours_draft, special),
         .of = &special_table,
         .standard = "none",
         .prose = "Dates with hours of their own."},
};

const struct att_key_table hours_table = {
        .name = "hours",
        .where = "hours.NAME",
        .prose = "When queues are open.",
        ATT_KEY_TABLE_OF(hours_keys),
};

/* Times ------------------------------------------------------------------- */

static struct att_text trim(struct att_text text)
{
        while (text.len > 0 && text.data[0] == ' ') {
                text = att_text_of(text.data + 1, text.len - 1);
        }
        while (text.len > 0 && text.data[text.len - 1] == ' ') {
                text.len--;
        }
        return text;
}

/* Takes what is before the separator off the front; all that is left if there is none. */
static struct att_text take_part(struct att_text *text, char separator)
{
        const char *at = text->len > 0 ? memchr(text->data, separator, text->len) : NULL;
        const size_t len = at ? (size_t)(at - text->data) : text->len;
        const struct att_text part = trim(att_text_of(text->data, len));

        *text = at ? att_text_of(at + 1, text->len - len - 1) : ATT_TEXT_NONE;
        return part;
}

static bool is_digit(char byte)
{
        return byte >= '0' && byte <= '9';
}

/* `9:30` or `09:30`, up to 24:00, as minutes. */
static bool parse_time(struct att_text text, int *ret_minutes)
{
        const size_t colon = text.len == 4 ? 1 : 2;

        if (text.len < 4 || text.len > 5 || text.data[colon] != ':' || !is_digit(text.data[0]) ||
            !is_digit(text.data[colon - 1]) || !is_digit(text.data[colon + 1]) ||
            !is_digit(text.data[colon + 2])) {
                return false;
        }
        const int hours = (colon == 2 ? (text.data[0] - '0') * 10 : 0) + text.data[colon - 1] - '0';
        const int minutes = (text.data[colon + 1] - '0') * 10 + text.data[colon + 2] - '0';

        *ret_minutes = hours * 60 + minutes;
        return minutes < 60 && *ret_minutes <= MINUTES_A_DAY;
}

static bool parse_range(struct att_text text, struct range *range)
{
        const struct att_text start = take_part(&text, '-');

        return parse_time(start, &range->start) && parse_time(trim(text), &range->end) &&
               range->start < MINUTES_A_DAY && range->start != range->end;
}

/* Several ranges with commas between them. */
static void read_ranges_of_text(struct compiler *compiler, const struct att_yaml_node *node,
                                struct ranges *ranges)
{
        struct att_text rest;

        if (!att_value_is(compiler->errors, node, ATT_YAML_SCALAR,
                          "times such as \"09:00-18:00\"")) {
                return;
        }
        rest = node->text;
        do {
                const struct att_text part = take_part(&rest, ',');

                if (ranges->count == RANGES_MAX) {
                        att_config_errors_add(compiler->errors, node->place,
                                              "too many times: at most %d a day", RANGES_MAX);
                        return;
                }
                if (!parse_range(part, &ranges->items[ranges->count])) {
                        att_config_errors_add(compiler->errors, node->place,
                                              "expected times such as \"09:00-18:00\", found "
                                              "'%.*s'",
                                              ATT_TEXT_ARGS(part));
                        return;
                }
                ranges->count++;
        } while (rest.len > 0);
}

static void read_ranges(struct compiler *compiler, const struct att_yaml_node *node,
                        struct ranges *ranges)
{
        *ranges = (struct ranges){0};
        if (node->kind != ATT_YAML_SEQUENCE) {
                read_ranges_of_text(compiler, node, ranges);
                return;
        }
        for (uint32_t i = 0; i < node->count; i++) {
                read_ranges_of_text(compiler, node->items[i], ranges);
        }
}

/* Weekdays ---------------------------------------------------------------- */

static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

static int find_weekday(struct att_text text)
{
        for (int i = 0; i < 7; i++) {
                if (att_text_equals_c(text, weekdays[i])) {
                        return i;
                }
        }
        return -1;
}

static void set_weekday(struct compiler *compiler, struct week *week, int day,
                        const struct att_yaml_node *key, const struct ranges *ranges)
{
        if (week->said_by[day]) {
                att_config_errors_add(compiler->errors, key->place,
                                      "%s has its times already, from line %u", weekdays[day],
                                      week->said_by[day]->place.line);
                return;
        }
        week->said_by[day] = key;
        week->days[day] = *ranges;
}

/* `mon`, `mon-fri`, `sat, sun`. */
static void read_weekdays(struct compiler *compiler, struct week *week,
                          const struct att_yaml_node *key, const struct ranges *ranges)
{
        struct att_text rest = key->text;

        do {
                struct att_text part = take_part(&rest, ',');
                const struct att_text all = part;
                const int first = find_weekday(take_part(&part, '-'));
                const int last = part.len > 0 ? find_weekday(trim(part)) : first;

                if (first < 0 || last < 0) {
                        att_config_errors_add(
                                compiler->errors, key->place,
                                "'%.*s' is no weekday: write mon, tue, wed, thu, fri, "
                                "sat or sun, or from one to another as mon-fri",
                                ATT_TEXT_ARGS(all));
                        return;
                }
                for (int day = first;; day = (day + 1) % 7) {
                        set_weekday(compiler, week, day, key, ranges);
                        if (day == last) {
                                break;
                        }
                }
        } while (rest.len > 0);
}

static void read_week(struct compiler *compiler, const struct att_yaml_node *node,
                      struct week *week)
{
        if (!node || !att_value_is(compiler->errors, node, ATT_YAML_MAPPING,
                                   "weekdays and times, such as { mon-fri: \"09:00-18:00\" }")) {
                return;
        }
        for (uint32_t i = 0; i < node->count; i++) {
                struct ranges ranges;

                read_ranges(compiler, node->items[i], &ranges);
                read_weekdays(compiler, week, node->keys[i], &ranges);
        }
}

/* Dates ------------------------------------------------------------------- */

static int compare_days(const void *a, const void *b)
{
        const struct special_day *left = a;
        const struct special_day *right = b;

        return left->day < right->day ? -1 : left->day > right->day;
}

/* Reads `closed` or `special` into `days`; gives how many there are then. */
static uint32_t read_days(struct compiler *compiler, const struct att_yaml_node *list,
                          const struct att_key_table *table, struct special_day *days,
                          uint32_t count)
{
        for (uint32_t i = 0; list && i < list->count; i++) {
                struct special_draft draft = {0};
                struct ranges ranges = {0};
                struct calendar_date date;

                compiler_read(compiler, table, list->items[i], &draft);
                if (draft.open) { /* Whatever its date. */
                        read_ranges(compiler, draft.open, &ranges);
                }
                if (!draft.date) {
                        continue;
                }
                if (draft.date->kind != ATT_YAML_SCALAR ||
                    !calendar_parse(draft.date->text, &date)) {
                        att_config_errors_add(compiler->errors, draft.date->place,
                                              "expected a date such as 2026-12-25, found '%.*s'",
                                              ATT_TEXT_ARGS(draft.date->text));
                        continue;
                }
                days[count++] = (struct special_day){
                        .day = calendar_day_of(date), .node = draft.date, .ranges = ranges};
        }
        return count;
}

static bool is_list_or_absent(struct compiler *compiler, const struct att_yaml_node *node)
{
        return !node || att_yaml_is_empty(node) ||
               att_value_is(compiler->errors, node, ATT_YAML_SEQUENCE,
                            "a list of days, such as [ { date: 2026-12-25 } ]");
}

static const struct special_day *read_special_days(struct compiler *compiler,
                                                   const struct hours_draft *draft,
                                                   uint32_t *ret_count)
{
        const struct att_yaml_node *closed = is_list_or_absent(compiler, draft->closed)
                                                     ? draft->closed
                                                     : NULL;
        const struct att_yaml_node *special = is_list_or_absent(compiler, draft->special)
                                                      ? draft->special
                                                      : NULL;
        struct special_day *days = att_arena_take_array(&compiler->scratch,
                                                        (size_t)(closed ? closed->count : 0) +
                                                                (special ? special->count : 0),
                                                        sizeof(*days));
        uint32_t count = read_days(compiler, closed, &closed_table, days, 0);

        count = read_days(compiler, special, &special_table, days, count);
        qsort(days, count, sizeof(*days), compare_days);
        for (uint32_t i = 1; i < count; i++) {
                if (days[i].day == days[i - 1].day) {
                        att_config_errors_add(compiler->errors, days[i].node->place,
                                              "%.*s is given twice: also on line %u",
                                              ATT_TEXT_ARGS(days[i].node->text),
                                              days[i - 1].node->place.line);
                }
        }
        *ret_count = count;
        return days;
}

struct opening {
        const struct week *week;
        const struct special_day *special;
        uint32_t special_count;
        const struct zone *zone;
};

/* Rules ------------------------------------------------------------------- */

static int compare_ranges(const void *a, const void *b)
{
        const struct range *left = a;
        const struct range *right = b;

        return left->start != right->start ? left->start - right->start : left->end - right->end;
}

/* In order, with those joined that touch: however a day's times were written, if they are the same
 * they add the same. */
static void add_ranges(struct att_digester *digester, const struct ranges *written)
{
        struct ranges ranges = *written;
        uint32_t kept = 0;

        for (uint32_t i = 0; i < ranges.count; i++) {
                if (ranges.items[i].end <= ranges.items[i].start) {
                        ranges.items[i].end += MINUTES_A_DAY;
                }
        }
        qsort(ranges.items, ranges.count, sizeof(ranges.items[0]), compare_ranges);
        for (uint32_t i = 0; i < ranges.count; i++) {
                const struct range range = ranges.items[i];

                if (kept > 0 && range.start <= ranges.items[kept - 1].end) {
                        ranges.items[kept - 1].end = (int)att_max_i64(ranges.items[kept - 1].end,
                                                                      range.end);
                } else {
                        ranges.items[kept++] = range;
                }
        }
        att_digester_add_u64(digester, kept);
        for (uint32_t i = 0; i < kept; i++) {
                att_digester_add_i64(digester, ranges.items[i].start);
                att_digester_add_i64(digester, ranges.items[i].end);
        }
}

static struct att_digest digest_rules(const struct opening *opening, struct att_text zone)
{
        struct att_digester digester;

        att_digester_init(&digester);
        att_digester_add_text(&digester, zone);
        for (int i = 0; i < 7; i++) {
                add_ranges(&digester, &opening->week->days[i]);
        }
        att_digester_add_u64(&digester, opening->special_count);
        for (uint32_t i = 0; i < opening->special_count; i++) {
                att_digester_add_i64(&digester, opening->special[i].day);
                add_ranges(&digester, &opening->special[i].ranges);
        }
        return att_digester_finish(&digester);
}

/* Intervals --------------------------------------------------------------- */

static const struct ranges *ranges_of_day(const struct opening *opening, int64_t day)
{
        const struct special_day wanted = {.day = day};
        const struct special_day *special = opening->special_count == 0
                                                    ? NULL
                                                    : bsearch(&wanted, opening->special,
                                                              opening->special_count,
                                                              sizeof(wanted), compare_days);

        return special ? &special->ranges : &opening->week->days[calendar_weekday(day)];
}

static int compare_intervals(const void *a, const void *b)
{
        const struct att_interval *left = a;
        const struct att_interval *right = b;

        return left->open_ms < right->open_ms ? -1 : left->open_ms > right->open_ms;
}

/* Joins those that touch, cuts what is past the end; gives how many are left. */
static uint32_t join_intervals(struct att_interval *intervals, uint32_t count, int64_t end_ms)
{
        uint32_t kept = 0;

        if (count > 1) {
                qsort(intervals, count, sizeof(*intervals), compare_intervals);
        }
        for (uint32_t i = 0; i < count; i++) {
                struct att_interval interval = intervals[i];

                interval.close_ms = att_min_i64(interval.close_ms, end_ms);
                if (interval.open_ms >= interval.close_ms) {
                        continue;
                }
                if (kept > 0 && interval.open_ms <= intervals[kept - 1].close_ms) {
                        intervals[kept - 1].close_ms = att_max_i64(intervals[kept - 1].close_ms,
                                                                   interval.close_ms);
                } else {
                        intervals[kept++] = interval;
                }
        }
        return kept;
}

static void make_intervals(struct compiler *compiler, const struct opening *opening,
                           struct att_hours *hours)
{
        const int64_t today = compiler->now_ms / DAY_MS;
        const int64_t first = today - DAYS_BEFORE;
        const int64_t end = today + DAYS_AFTER;
        size_t most = 0;

        /* A day more at either end: zones are up to a day away from UTC. */
        for (int64_t day = first - 1; day <= end; day++) {
                most += ranges_of_day(opening, day)->count;
        }
        struct att_interval *intervals = compiler_take(compiler, most, sizeof(*intervals));
        uint32_t count = 0;

        for (int64_t day = first - 1; day <= end; day++) {
                const struct ranges *ranges = ranges_of_day(opening, day);

                for (uint32_t i = 0; i < ranges->count; i++) {
                        const struct range range = ranges->items[i];
                        const int64_t end_day = day + (range.end <= range.start);
                        const int64_t open_s = day * DAY_S + range.start * INT64_C(60);
                        const int64_t close_s = end_day * DAY_S + range.end * INT64_C(60);

                        intervals[count++] = (struct att_interval){
                                zone_to_utc(opening->zone, open_s, ZONE_FIRST) * 1000,
                                zone_to_utc(opening->zone, close_s, ZONE_SECOND) * 1000,
                        };
                }
        }
        hours->intervals = intervals;
        hours->known_until_ms = end * DAY_MS;
        hours->interval_count = join_intervals(intervals, count, hours->known_until_ms);
}

/* Hours ------------------------------------------------------------------- */

struct zone *compiler_open_zone(struct compiler *compiler, const struct att_yaml_node *node)
{
        struct zone *zone = NULL;
        struct att_text name;

        if (!node || !att_value_name(compiler->errors, node, &name)) {
                return NULL;
        }
        const int result = zone_open(name, &zone);

        if (result == -ENOENT) {
                const struct att_text nearest = att_config_errors_is_full(compiler->errors)
                                                        ? ATT_TEXT_NONE
                                                        : zone_nearest(name, &compiler->scratch);

                if (nearest.len > 0) {
                        att_config_errors_add(compiler->errors, node->place,
                                              "unknown time zone '%.*s', did you mean '%.*s'?",
                                              ATT_TEXT_ARGS(name), ATT_TEXT_ARGS(nearest));
                } else {
                        att_config_errors_add(compiler->errors, node->place,
                                              "unknown time zone '%.*s': write one such as "
                                              "Europe/Madrid",
                                              ATT_TEXT_ARGS(name));
                }
        } else if (result < 0) {
                att_config_errors_add(compiler->errors, node->place,
                                      "the system's file of time zone '%.*s' can't be read: %s",
                                      ATT_TEXT_ARGS(name), strerror(-result));
        }
        return zone;
}

static void read_hours(struct compiler *compiler, const struct declared *declared,
                       struct att_hours *hours)
{
        struct hours_draft draft = {0};
        struct week week = {0};
        struct opening opening = {.week = &week};

        compiler_read(compiler, &hours_table, declared->value, &draft);
        *hours = (struct att_hours){.name = declared->name};
        read_week(compiler, draft.open, &week);
        opening.special = read_special_days(compiler, &draft, &opening.special_count);

        struct zone *zone = compiler_open_zone(compiler, draft.zone);

        if (zone) {
                opening.zone = zone;
                hours->zone = compiler_keep(compiler, draft.zone->text);
                hours->rules = digest_rules(&opening, hours->zone);
                make_intervals(compiler, &opening, hours);
                zone_close(zone);
        }
}

void compiler_read_hours(struct compiler *compiler)
{
        const struct names *names = &compiler->names[ATT_NOUN_HOURS];

        for (uint32_t i = 0; i < names->count; i++) {
                read_hours(compiler, names->items[i], &compiler->drafts.hours[i]);
        }
}
