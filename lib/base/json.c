/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/json.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/check.h"

#define DEPTH_MAX 63

static uint64_t level_bit(const struct att_json *json)
{
        return UINT64_C(1) << json->depth;
}

/* The comma before an item of the current level, if one is due. */
static void begin_item(struct att_json *json)
{
        if (json->has_items & level_bit(json)) {
                ATT_CHECK(json->depth > 0); /* A document is one value. */
                att_buffer_append_byte(json->into, ',');
        }
        json->has_items |= level_bit(json);
}

static void begin_value(struct att_json *json)
{
        if (json->after_key) {
                json->after_key = false;
                return;
        }
        ATT_CHECK(!(json->is_object & level_bit(json))); /* In an object the key comes first. */
        begin_item(json);
}

static void begin_level(struct att_json *json, bool is_object)
{
        begin_value(json);
        ATT_CHECK(json->depth < DEPTH_MAX);
        json->depth++;
        json->has_items &= ~level_bit(json);
        json->is_object &= ~level_bit(json);
        if (is_object) {
                json->is_object |= level_bit(json);
        }
        att_buffer_append_byte(json->into, is_object ? '{' : '[');
}

static void end_level(struct att_json *json, bool is_object)
{
        ATT_CHECK(json->depth > 0);
        ATT_CHECK(!json->after_key);
        ATT_CHECK(((json->is_object & level_bit(json)) != 0) == is_object);
        json->depth--;
        att_buffer_append_byte(json->into, is_object ? '}' : ']');
}

/* The letter after the backslash, or 0 where there is no short escape. */
static char short_escape(uint32_t code_point)
{
        switch (code_point) {
        case '"':
                return '"';
        case '\\':
                return '\\';
        case '\b':
                return 'b';
        case '\f':
                return 'f';
        case '\n':
                return 'n';
        case '\r':
                return 'r';
        case '\t':
                return 't';
        default:
                return 0;
        }
}

static bool is_plain_ascii(char byte)
{
        return (signed char)byte >= ' ' && byte != '"' && byte != '\\';
}

static void append_quoted(struct att_buffer *into, struct att_text text)
{
        size_t plain_from = 0; /* What needs no escape is appended in runs. */
        size_t at = 0;

        att_buffer_append_byte(into, '"');
        while (at < text.len) {
                if (is_plain_ascii(text.data[at])) {
                        at++;
                        continue;
                }
                uint32_t code_point = 0;
                const size_t len = att_text_decode(text, at, &code_point);

                if (len > 0 && code_point >= 0x20 && !short_escape(code_point)) {
                        at += len;
                        continue;
                }
                att_buffer_append(into, text.data + plain_from, at - plain_from);
                if (len == 0) {
                        att_buffer_append_c(into, "\xef\xbf\xbd"); /* U+FFFD */
                } else if (short_escape(code_point)) {
                        att_buffer_append_byte(into, '\\');
                        att_buffer_append_byte(into, short_escape(code_point));
                } else {
                        att_buffer_printf(into, "\\u%04x", (unsigned)code_point);
                }
                at += len > 0 ? len : 1;
                plain_from = at;
        }
        att_buffer_append(into, text.data + plain_from, at - plain_from);
        att_buffer_append_byte(into, '"');
}

void att_json_init(struct att_json *json, struct att_buffer *into)
{
        *json = (struct att_json){.into = into};
}

void att_json_begin_object(struct att_json *json)
{
        begin_level(json, true);
}

void att_json_end_object(struct att_json *json)
{
        end_level(json, true);
}

void att_json_begin_array(struct att_json *json)
{
        begin_level(json, false);
}

void att_json_end_array(struct att_json *json)
{
        end_level(json, false);
}

void att_json_key(struct att_json *json, const char *key)
{
        att_json_key_text(json, att_text_from(key));
}

void att_json_key_text(struct att_json *json, struct att_text key)
{
        ATT_CHECK(!json->after_key);
        ATT_CHECK(json->is_object & level_bit(json));
        begin_item(json);
        append_quoted(json->into, key);
        att_buffer_append_byte(json->into, ':');
        json->after_key = true;
}

void att_json_text(struct att_json *json, struct att_text text)
{
        begin_value(json);
        append_quoted(json->into, text);
}

void att_json_string(struct att_json *json, const char *c_string)
{
        att_json_text(json, att_text_from(c_string));
}

void att_json_int(struct att_json *json, int64_t value)
{
        begin_value(json);
        att_buffer_append_int(json->into, value);
}

void att_json_double(struct att_json *json, double value)
{
        char text[32];

        if (!isfinite(value)) {
                att_json_null(json);
                return;
        }
        /* 15 digits are exact for all that was written with 15 or fewer, but not where the
         * numbers are subnormal and have fewer bits. */
        for (int digits = fabs(value) < DBL_MIN ? 1 : DBL_DIG; digits <= DBL_DECIMAL_DIG;
             digits++) {
                (void)snprintf(text, sizeof(text), "%.*g", digits, value);
                if (strtod(text, NULL) == value) {
                        break;
                }
        }
        begin_value(json);
        att_buffer_append_c(json->into, text);
}

void att_json_bool(struct att_json *json, bool value)
{
        begin_value(json);
        att_buffer_append_c(json->into, value ? "true" : "false");
}

void att_json_null(struct att_json *json)
{
        begin_value(json);
        att_buffer_append_c(json->into, "null");
}

void att_json_scaled(struct att_json *json, int64_t value, int decimals)
{
        ATT_CHECK(decimals >= 0 && decimals <= 18);
        const uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
        char digits[18];
        uint64_t one = 1;

        for (int i = 0; i < decimals; i++) {
                one *= 10;
        }
        begin_value(json);
        if (value < 0) {
                att_buffer_append_byte(json->into, '-');
        }
        att_buffer_append_uint(json->into, magnitude / one);
        uint64_t fraction = magnitude % one;
        if (fraction == 0) {
                return;
        }
        while (fraction % 10 == 0) {
                fraction /= 10;
                decimals--;
        }
        for (int i = decimals - 1; i >= 0; i--) {
                digits[i] = (char)('0' + fraction % 10);
                fraction /= 10;
        }
        att_buffer_append_byte(json->into, '.');
        att_buffer_append(json->into, digits, (size_t)decimals);
}
