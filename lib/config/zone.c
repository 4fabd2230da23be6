/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TZif file is a header and data with 32-bit times, then again with 64-bit times, then a line with
 * the rule (POSIX TZ) for the time after its last transition. Only the latter two are read.
 */
#include "lib/config/zone.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buffer.h"
#include "lib/base/util.h"
#include "lib/config/calendar.h"

#define FOLDER         "/usr/share/zoneinfo"
#define FILE_BYTES_MAX (1U << 20)
#define HEADER_BYTES   44
#define NAMES_MAX      10000
#define DAY_S          86400
#define OFFSET_S_MAX   (26 * 3600)

/* A day of the year on which clocks change, and when. */
struct change {
        enum { CHANGE_WEEKDAY, CHANGE_JULIAN, CHANGE_DAY } kind;
        int month;
        int week;
        int day;
        int64_t time_s; /* Local seconds from that day's midnight. */
};

/* What holds after the last transition. */
struct rule {
        bool is_there;
        bool has_summer;
        int64_t standard_s;
        int64_t summer_s;
        struct change begins;
        struct change ends;
};

struct transition {
        int64_t at_s;
        int64_t offset_s;
};

struct zone {
        struct transition *transitions; /* Owned; in order of time. */
        size_t transition_count;
        int64_t first_offset_s; /* Before the first one. */
        struct rule rule;
};

/* The rule ---------------------------------------------------------------- */

/* A place in the rule's text. */
struct cursor {
        const char *at;
        const char *end;
};

static bool skip(struct cursor *cursor, char byte)
{
        if (cursor->at < cursor->end && *cursor->at == byte) {
                cursor->at++;
                return true;
        }
        return false;
}

static bool read_number(struct cursor *cursor, int max, int *ret_number)
{
        const char *start = cursor->at;
        int number = 0;

        while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9' &&
               number <= max) {
                number = number * 10 + (*cursor->at++ - '0');
        }
        *ret_number = number;
        return cursor->at > start && number <= max;
}

/* `<+03>` or letters. */
static bool skip_name(struct cursor *cursor)
{
        const char *start = cursor->at;

        if (skip(cursor, '<')) {
                while (cursor->at < cursor->end && *cursor->at != '>') {
                        cursor->at++;
                }
                return skip(cursor, '>');
        }
        while (cursor->at < cursor->end && ((*cursor->at >= 'A' && *cursor->at <= 'Z') ||
                                            (*cursor->at >= 'a' && *cursor->at <= 'z'))) {
                cursor->at++;
        }
        return cursor->at > start;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool read_time(struct cursor *cursor, int64_t *ret_s)
{
        const bool is_negative = skip(cursor, '-');
        int parts[3] = {0};

        if (!is_negative) {
                (void)skip(cursor, '+');
        }
        if (!read_number(cursor, 167, &parts[0])) {
                return false;
        }
        for (int i = 1; i < 3 && skip(cursor, ':'); i++) {
                if (!read_number(cursor, 59, &parts[i])) {
                        return false;
                }
        }
        const int64_t seconds = parts[0] * INT64_C(3600) + parts[1] * INT64_C(60) + parts[2];

        *ret_s = is_negative ? -seconds : seconds;
        return true;
}

static bool read_change(struct cursor *cursor, struct change *change)
{
        *change = (struct change){.kind = CHANGE_DAY, .time_s = INT64_C(2) * 3600};
        if (skip(cursor, 'M')) {
                change->kind = CHANGE_WEEKDAY;
                if (!read_number(cursor, 12, &change->month) || change->month == 0 ||
                    !skip(cursor, '.') || !read_number(cursor, 5, &change->week) ||
                    change->week == 0 || !skip(cursor, '.') ||
                    !read_number(cursor, 6, &change->day)) {
                        return false;
                }
        } else {
                if (skip(cursor, 'J')) {
                        change->kind = CHANGE_JULIAN;
                }
                if (!read_number(cursor, 365, &change->day)) {
                        return false;
                }
        }
        return !skip(cursor, '/') || read_time(cursor, &change->time_s);
}

static bool parse_rule(struct att_text text, struct rule *rule)
{
        struct cursor cursor = {text.data, text.data + text.len};
        int64_t west_s;

        *rule = (struct rule){.is_there = true};
        if (!skip_name(&cursor) || !read_time(&cursor, &west_s)) {
                return false;
        }
        rule->standard_s = -west_s;
        rule->summer_s = rule->standard_s + 3600;
        if (cursor.at == cursor.end) {
                return true;
        }
        rule->has_summer = true;
        if (!skip_name(&cursor)) {
                return false;
        }
        if (cursor.at < cursor.end && *cursor.at != ',') {
                if (!read_time(&cursor, &west_s)) {
                        return false;
                }
                rule->summer_s = -west_s;
        }
        return skip(&cursor, ',') && read_change(&cursor, &rule->begins) && skip(&cursor, ',') &&
               read_change(&cursor, &rule->ends) && cursor.at == cursor.end;
}

static bool is_leap_year(int64_t year)
{
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* The day since the epoch of a change in a year. */
static int64_t change_day(const struct change *change, int64_t year)
{
        const int64_t new_year = calendar_day_of((struct calendar_date){year, 1, 1});

        if (change->kind == CHANGE_DAY) {
                return new_year + change->day;
        }
        if (change->kind == CHANGE_JULIAN) {
                /* From 1; the 29th of February is never counted. */
                return new_year + change->day - 1 + (is_leap_year(year) && change->day > 59);
        }
        const int64_t first = calendar_day_of((struct calendar_date){year, change->month, 1});
        const int64_t next = change->month == 12
                                     ? calendar_day_of((struct calendar_date){year + 1, 1, 1})
                                     : calendar_day_of(
                                               (struct calendar_date){year, change->month + 1, 1});
        const int wanted = (change->day + 6) % 7; /* Theirs begin with Sunday. */
        int64_t day = first + (wanted - calendar_weekday(first) + 7) % 7 + 7 * (change->week - 1);

        while (day >= next) { /* Week 5 is the last. */
                day -= 7;
        }
        return day;
}

static int64_t rule_offset(const struct rule *rule, int64_t utc_s)
{
        if (!rule->has_summer) {
                return rule->standard_s;
        }
        const int64_t local_s = utc_s + rule->standard_s;
        const int64_t day = local_s / DAY_S - (local_s % DAY_S < 0);
        const int64_t year = calendar_date_of(day).year;
        const int64_t begins_s = change_day(&rule->begins, year) * DAY_S + rule->begins.time_s -
                                 rule->standard_s;
        const int64_t ends_s = change_day(&rule->ends, year) * DAY_S + rule->ends.time_s -
                               rule->summer_s;
        const bool is_summer = begins_s < ends_s ? utc_s >= begins_s && utc_s < ends_s
                                                 : utc_s >= begins_s || utc_s < ends_s;

        return is_summer ? rule->summer_s : rule->standard_s;
}

/* The file ---------------------------------------------------------------- */

static uint32_t read_u32(const unsigned char *at)
{
        return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t read_i64(const unsigned char *at)
{
        return (int64_t)((uint64_t)read_u32(at) << 32 | read_u32(at + 4));
}

/* The six counts of a header, in the file's order. */
struct counts {
        size_t ut_flags;
        size_t standard_flags;
        size_t leaps;
        size_t transitions;
        size_t types;
        size_t name_bytes;
};

static bool read_header(const unsigned char *data, size_t len, struct counts *counts)
{
        if (len < HEADER_BYTES || memcmp(data, "TZif", 4) != 0 || data[4] < '2') {
                return false;
        }
        *counts = (struct counts){read_u32(data + 20), read_u32(data + 24), read_u32(data + 28),
                                  read_u32(data + 32), read_u32(data + 36), read_u32(data + 40)};
        return counts->types > 0 && counts->types <= 256 && counts->transitions < FILE_BYTES_MAX &&
               counts->leaps < FILE_BYTES_MAX && counts->name_bytes < FILE_BYTES_MAX &&
               counts->ut_flags <= 256 && counts->standard_flags <= 256;
}

static size_t data_bytes(const struct counts *counts, size_t time_bytes)
{
        return counts->transitions * (time_bytes + 1) + counts->types * 6 + counts->name_bytes +
               counts->leaps * (time_bytes + 4) + counts->standard_flags + counts->ut_flags;
}

static bool read_offset(const unsigned char *types, size_t type, int64_t *ret_s)
{
        const int64_t offset_s = (int32_t)read_u32(types + type * 6);

        *ret_s = offset_s;
        return offset_s >= -OFFSET_S_MAX && offset_s <= OFFSET_S_MAX;
}

static bool read_transitions(struct zone *zone, const unsigned char *data,
                             const struct counts *counts)
{
        const unsigned char *type_of = data + counts->transitions * 8;
        const unsigned char *types = type_of + counts->transitions;

        if (!read_offset(types, 0, &zone->first_offset_s)) {
                return false;
        }
        zone->transitions = att_alloc_array(counts->transitions, sizeof(*zone->transitions));
        zone->transition_count = counts->transitions;
        for (size_t i = 0; i < counts->transitions; i++) {
                struct transition *transition = &zone->transitions[i];

                transition->at_s = read_i64(data + i * 8);
                if (type_of[i] >= counts->types ||
                    !read_offset(types, type_of[i], &transition->offset_s) ||
                    (i > 0 && transition->at_s <= zone->transitions[i - 1].at_s)) {
                        return false;
                }
        }
        return true;
}

static bool parse_zone(const unsigned char *data, size_t len, struct zone *zone)
{
        struct counts counts;

        if (!read_header(data, len, &counts)) {
                return false;
        }
        const size_t old_part = HEADER_BYTES + data_bytes(&counts, 4);

        if (len < old_part || !read_header(data + old_part, len - old_part, &counts)) {
                return false;
        }
        data += old_part + HEADER_BYTES;
        len -= old_part + HEADER_BYTES;

        const size_t bytes = data_bytes(&counts, 8);

        /* "\n<rule>\n" ends it; the rule may be empty. */
        if (len < bytes + 2 || data[bytes] != '\n' || data[len - 1] != '\n' ||
            !read_transitions(zone, data, &counts)) {
                return false;
        }
        const struct att_text rule = att_text_of((const char *)data + bytes + 1, len - bytes - 2);

        return rule.len == 0 || parse_rule(rule, &zone->rule);
}

static const char *folder(void)
{
        const char *named = getenv("TZDIR");

        return named && named[0] == '/' ? named : FOLDER;
}

/* Whether a name can only lead to a file below the folder. */
static bool is_zone_name(struct att_text name)
{
        if (name.len == 0 || name.len > 64 || name.data[0] == '/' || name.data[0] == '.') {
                return false;
        }
        for (size_t i = 0; i < name.len; i++) {
                const char byte = name.data[i];
                const bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
                const bool is_other = (byte >= '0' && byte <= '9') ||
                                      (byte && strchr("_+-/", byte));

                if (!is_letter && !is_other) {
                        return false;
                }
        }
        return true;
}

/* Bytes of a zone's file, or a negative errno. */
static int read_zone_file(struct att_text name, struct att_buffer *into)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer path = {0};
        struct stat status;
        ssize_t got = 0;

        att_buffer_printf(&path, "%s/%.*s", folder(), ATT_TEXT_ARGS(name));

        const int fd = open(path.data, O_RDONLY | O_CLOEXEC);

        if (fd < 0) {
                return errno == ENOTDIR ? -ENOENT : -errno;
        }
        if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
                do {
                        att_buffer_reserve(into, 65536);
                        got = read(fd, into->data + into->len, 65535);
                        into->len += got > 0 ? (size_t)got : 0;
                } while (got > 0 && into->len <= FILE_BYTES_MAX);
        }
        const int result = got < 0 ? -errno : into->len == 0 ? -ENOENT : 0;

        (void)close(fd);
        return result;
}

int zone_open(struct att_text name, struct zone **ret_zone)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer bytes = {0};

        if (!is_zone_name(name)) {
                return -ENOENT;
        }
        const int result = read_zone_file(name, &bytes);

        if (result < 0) {
                return result;
        }
        struct zone *zone = att_alloc(sizeof(*zone));

        if (!parse_zone((const unsigned char *)bytes.data, bytes.len, zone)) {
                zone_close(zone);
                return -EINVAL;
        }
        *ret_zone = zone;
        return 0;
}

void zone_close(struct zone *zone)
{
        if (zone) {
                free(zone->transitions);
                free(zone);
        }
}

/* Asking ------------------------------------------------------------------ */

int64_t zone_offset(const struct zone *zone, int64_t utc_s)
{
        size_t low = 0;
        size_t high = zone->transition_count;

        if (high > 0 && utc_s >= zone->transitions[high - 1].at_s) {
                return zone->rule.is_there ? rule_offset(&zone->rule, utc_s)
                                           : zone->transitions[high - 1].offset_s;
        }
        if (high == 0) {
                return zone->rule.is_there ? rule_offset(&zone->rule, utc_s) : zone->first_offset_s;
        }
        while (low < high) { /* The first transition after the instant. */
                const size_t middle = low + (high - low) / 2;

                if (zone->transitions[middle].at_s > utc_s) {
                        high = middle;
                } else {
                        low = middle + 1;
                }
        }
        return low == 0 ? zone->first_offset_s : zone->transitions[low - 1].offset_s;
}

int64_t zone_to_utc(const struct zone *zone, int64_t local_s, enum zone_choice choice)
{
        const int64_t before_s = zone_offset(zone, local_s - DAY_S);
        const int64_t after_s = zone_offset(zone, local_s + DAY_S);
        const int64_t first = local_s - before_s;
        const int64_t second = local_s - after_s;
        const bool is_first = first + zone_offset(zone, first) == local_s;
        const bool is_second = second + zone_offset(zone, second) == local_s;

        if (is_first && is_second) {
                return choice == ZONE_FIRST ? att_min_i64(first, second)
                                            : att_max_i64(first, second);
        }
        if (is_first || is_second) {
                return is_first ? first : second;
        }
        /* Never shown: the change is between the two. */
        int64_t low = att_min_i64(first, second);
        int64_t high = att_max_i64(first, second);
        const int64_t low_offset_s = zone_offset(zone, low);

        while (low < high) {
                const int64_t middle = low + (high - low) / 2;

                if (zone_offset(zone, middle) == low_offset_s) {
                        low = middle + 1;
                } else {
                        high = middle;
                }
        }
        return low;
}

/* Names ------------------------------------------------------------------- */

struct zone_names {
        struct att_arena *arena;
        struct att_text *names;
        size_t count;
};

static bool is_place(const char *name)
{
        return name[0] >= 'A' && name[0] <= 'Z';
}

/* Collects what lies in a folder below the zoneinfo's; zones go two levels deep. */
static void collect_names(struct zone_names *names, const char *prefix, int depth)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer path = {0};

        att_buffer_printf(&path, "%s/%s", folder(), prefix);

        DIR *listing = opendir(path.data);
        const struct dirent *entry;

        while (listing && (entry = readdir(listing)) && names->count < NAMES_MAX) {
                ATT_CLEANUP(att_buffer_deinit) struct att_buffer name = {0};

                if (!is_place(entry->d_name)) {
                        continue;
                }
                att_buffer_printf(&name, "%s%s", prefix, entry->d_name);
                if (entry->d_type == DT_DIR) {
                        att_buffer_append_byte(&name, '/');
                        if (depth < 2) {
                                collect_names(names, name.data, depth + 1);
                        }
                } else {
                        names->names[names->count++] = att_arena_text(names->arena,
                                                                      att_buffer_text(&name));
                }
        }
        if (listing) {
                (void)closedir(listing);
        }
}

static struct att_text zone_name_at(const void *context, size_t i)
{
        return ((const struct att_text *)context)[i];
}

static int compare_names(const void *a, const void *b)
{
        return att_text_compare(*(const struct att_text *)a, *(const struct att_text *)b);
}

struct att_text zone_nearest(struct att_text name, struct att_arena *arena)
{
        struct zone_names names = {
                .arena = arena,
                .names = att_arena_take_array(arena, NAMES_MAX, sizeof(struct att_text)),
        };

        collect_names(&names, "", 0);
        /* Folders list as they please. */
        qsort(names.names, names.count, sizeof(*names.names), compare_names);
        return att_text_nearest(name, names.count, zone_name_at, names.names);
}
