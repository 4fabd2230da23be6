/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/duration.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/util.h"

#define LONGEST_MS           (INT64_C(10000) * 24 * 60 * 60 * 1000)
#define DECIMALS_MAX         9 /* When reading. */
#define DECIMALS_WRITTEN_MAX 3

static const struct unit {
        const char *name;
        uint64_t ms;
} units[] = {
        /* From small to large. */
        {"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 60 * 60 * 1000}, {"d", 24 * 60 * 60 * 1000},
};

static bool is_digit(char byte)
{
        return byte >= '0' && byte <= '9';
}

static const struct unit *find_unit(struct att_text name)
{
        for (size_t i = 0; i < ATT_ARRAY_LEN(units); i++) {
                if (att_text_equals_c(name, units[i].name)) {
                        return &units[i];
                }
        }
        return NULL;
}

/* Reads digits from `*at` into `*value`, leaving out those past a value that is too long anyway.
 * Gives how many there were. */
static size_t read_digits(struct att_text text, size_t *at, uint64_t *value)
{
        const size_t start = *at;

        while (*at < text.len && is_digit(text.data[*at])) {
                if (*value <= (uint64_t)LONGEST_MS) {
                        *value = *value * 10 + (uint64_t)(text.data[*at] - '0');
                }
                (*at)++;
        }
        return *at - start;
}

enum att_duration_result att_duration_parse(struct att_text text, int64_t *ret_ms)
{
        size_t at = 0;
        uint64_t number = 0;
        uint64_t fraction = 0; /* In fractions_per_unit-ths. */
        uint64_t fractions_per_unit = 1;

        if (read_digits(text, &at, &number) == 0) {
                return ATT_DURATION_NO_NUMBER;
        }
        if (at < text.len && text.data[at] == '.') {
                at++;
                const size_t start = at;
                uint64_t ignored = 0;

                if (read_digits(text, &at, &ignored) == 0) {
                        return ATT_DURATION_NO_NUMBER;
                }
                size_t end = at;

                while (end > start && text.data[end - 1] == '0') {
                        end--;
                }
                if (end - start > DECIMALS_MAX) {
                        return ATT_DURATION_TOO_LONG;
                }
                for (size_t i = start; i < end; i++) {
                        fraction = fraction * 10 + (uint64_t)(text.data[i] - '0');
                        fractions_per_unit *= 10;
                }
        }
        if (at == text.len) {
                if (number != 0 || fraction != 0) {
                        return ATT_DURATION_NO_UNIT;
                }
                *ret_ms = 0;
                return ATT_DURATION_OK;
        }

        const struct unit *unit = find_unit(att_text_of(text.data + at, text.len - at));

        if (!unit) {
                return ATT_DURATION_BAD_UNIT;
        }
        if (number > (uint64_t)LONGEST_MS / unit->ms) {
                return ATT_DURATION_TOO_LONG;
        }
        /* fraction < 10^9 and unit->ms < 10^8, so that the product fits. */
        if (fraction * unit->ms % fractions_per_unit != 0) {
                return ATT_DURATION_TOO_LONG;
        }
        const uint64_t ms = number * unit->ms + fraction * unit->ms / fractions_per_unit;

        if (ms > (uint64_t)LONGEST_MS) {
                return ATT_DURATION_TOO_LONG;
        }
        *ret_ms = (int64_t)ms;
        return ATT_DURATION_OK;
}

/* Writes `ms` in one unit if that is exact in few decimals and at least 1; else nothing. */
static bool format_in(uint64_t ms, const struct unit *unit, char text[ATT_DURATION_TEXT_SIZE])
{
        const uint64_t whole = ms / unit->ms;
        uint64_t fraction = ms % unit->ms;
        int decimals = 0;

        if (whole == 0) {
                return false;
        }
        while (fraction % unit->ms != 0) {
                if (decimals == DECIMALS_WRITTEN_MAX) {
                        return false;
                }
                fraction *= 10;
                decimals++;
        }
        if (decimals == 0) {
                (void)snprintf(text, ATT_DURATION_TEXT_SIZE, "%llu%s", (unsigned long long)whole,
                               unit->name);
        } else {
                (void)snprintf(text, ATT_DURATION_TEXT_SIZE, "%llu.%0*u%s",
                               (unsigned long long)whole, decimals,
                               (unsigned)(fraction / unit->ms % 1000), unit->name);
        }
        return true;
}

static uint64_t magnitude(int64_t ms)
{
        return ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
}

char *att_duration_format(int64_t ms, char text[ATT_DURATION_TEXT_SIZE])
{
        char shortest[ATT_DURATION_TEXT_SIZE] = "0";
        char candidate[ATT_DURATION_TEXT_SIZE];
        bool found = false;

        for (size_t i = 0; i < ATT_ARRAY_LEN(units); i++) {
                if (format_in(magnitude(ms), &units[i], candidate) &&
                    (!found || strlen(candidate) < strlen(shortest))) {
                        memcpy(shortest, candidate, sizeof(shortest));
                        found = true;
                }
        }
        (void)snprintf(text, ATT_DURATION_TEXT_SIZE, "%s%.30s", ms < 0 ? "-" : "", shortest);
        return text;
}

char *att_duration_format_short(int64_t ms, char text[ATT_DURATION_TEXT_SIZE])
{
        const char *sign = ms < 0 ? "-" : "";
        const unsigned long long all_ms = magnitude(ms);
        const unsigned long long seconds = all_ms / 1000;
        const unsigned long long minutes = seconds / 60;
        const unsigned long long hours = minutes / 60;
        const size_t size = ATT_DURATION_TEXT_SIZE;

        if (all_ms == 0) {
                (void)snprintf(text, size, "0s");
        } else if (seconds == 0) {
                (void)snprintf(text, size, "%s%llums", sign, all_ms);
        } else if (seconds < 10) {
                (void)snprintf(text, size, "%s%llu.%llus", sign, seconds, all_ms / 100 % 10);
        } else if (minutes == 0) {
                (void)snprintf(text, size, "%s%llus", sign, seconds);
        } else if (hours == 0) {
                (void)snprintf(text, size, "%s%llum %02llus", sign, minutes, seconds % 60);
        } else if (hours < 24) {
                (void)snprintf(text, size, "%s%lluh %02llum", sign, hours, minutes % 60);
        } else {
                (void)snprintf(text, size, "%s%llud %02lluh", sign, hours / 24, hours % 24);
        }
        return text;
}
