/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunectl/show.h"

#include <time.h>
#include <wchar.h>

#include "lib/base/duration.h"

static bool is_control(uint32_t code_point)
{
        return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0) ||
               (code_point >= 0x202a && code_point <= 0x202e) || /* These turn a line round. */
               (code_point >= 0x2066 && code_point <= 0x2069);
}

void show_plain(struct att_buffer *into, struct att_text text)
{
        size_t at = 0;

        while (at < text.len) {
                uint32_t code_point = 0;
                size_t bytes = att_text_decode(text, at, &code_point);

                if (bytes == 0 || is_control(code_point)) {
                        att_buffer_append_c(into, "\xef\xbf\xbd");
                        at += bytes > 0 ? bytes : 1;
                        continue;
                }
                att_buffer_append(into, text.data + at, bytes);
                at += bytes;
        }
}

void show_duration(struct att_buffer *into, int64_t ms)
{
        char text[ATT_DURATION_TEXT_SIZE];

        att_buffer_append_c(into, att_duration_format_short(ms, text));
}

void show_time(struct att_buffer *into, int64_t at_ms)
{
        time_t seconds = (time_t)(at_ms / 1000);
        struct tm local;
        char text[32];

        if (localtime_r(&seconds, &local) &&
            strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &local) > 0) {
                att_buffer_append_c(into, text);
        }
}

void show_percent(struct att_buffer *into, uint64_t part, uint64_t whole)
{
        if (whole == 0) {
                att_buffer_append_byte(into, '-');
                return;
        }
        att_buffer_printf(into, "%llu%%", (unsigned long long)((part * 200 + whole) / (2 * whole)));
}

void show_points(struct att_buffer *into, int64_t milli)
{
        long long size = milli < 0 ? -milli : milli;

        att_buffer_printf(into, "%s%lld.%lld", milli < 0 ? "-" : "", size / 1000,
                          size % 1000 / 100);
}

void show_bytes(struct att_buffer *into, int64_t bytes)
{
        static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
        long long tenths = bytes * 10;
        int unit = 0;

        while (tenths >= 10240 && unit < 4) {
                tenths /= 1024;
                unit++;
        }
        if (unit == 0) {
                att_buffer_printf(into, "%lld B", (long long)bytes);
        } else {
                att_buffer_printf(into, "%lld.%lld %s", tenths / 10, tenths % 10, units[unit]);
        }
}

uint64_t show_count_at(const uint64_t *counts, uint32_t count, size_t i)
{
        return i < count ? counts[i] : 0;
}

int show_width(struct att_text text)
{
        size_t at = 0;
        int width = 0;

        while (at < text.len) {
                uint32_t code_point = 0;
                size_t bytes = att_text_decode(text, at, &code_point);
                int columns = bytes > 0 ? wcwidth((wchar_t)code_point) : 1;

                width += columns < 0 ? 1 : columns;
                at += bytes > 0 ? bytes : 1;
        }
        return width;
}

/* ---- JSON ---- */

void json_number(struct att_json *json, const char *key, int64_t value)
{
        att_json_key(json, key);
        att_json_int(json, value);
}

void json_count(struct att_json *json, const char *key, uint64_t value)
{
        json_number(json, key, (int64_t)value);
}

void json_bool(struct att_json *json, const char *key, bool value)
{
        att_json_key(json, key);
        att_json_bool(json, value);
}

void json_text(struct att_json *json, const char *key, struct att_text text)
{
        att_json_key(json, key);
        att_json_text(json, text);
}

void json_text_if(struct att_json *json, const char *key, struct att_text text)
{
        if (!att_text_is_empty(text)) {
                json_text(json, key, text);
        }
}

void json_string(struct att_json *json, const char *key, const char *c_string)
{
        json_text(json, key, att_text_from(c_string));
}

void json_scaled(struct att_json *json, const char *key, int64_t value, int decimals)
{
        att_json_key(json, key);
        att_json_scaled(json, value, decimals);
}

void json_share(struct att_json *json, const char *key, uint64_t part, uint64_t whole)
{
        att_json_key(json, key);
        if (whole == 0) {
                att_json_null(json);
        } else {
                att_json_scaled(json, (int64_t)(part * 1000000 / whole), 6);
        }
}

void json_number_or_null(struct att_json *json, const char *key, int64_t value)
{
        att_json_key(json, key);
        if (value < 0) {
                att_json_null(json);
        } else {
                att_json_int(json, value);
        }
}
