/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunectl/json_find.h"

#include <string.h>

static size_t skip_space(struct att_text text, size_t at)
{
        while (at < text.len && strchr(" \t\r\n", text.data[at])) {
                at++;
        }
        return at;
}

/* Past the string that begins at `at`; the text's end if it has none. */
static size_t skip_string(struct att_text text, size_t at)
{
        for (at++; at < text.len && text.data[at] != '"'; at++) {
                at += text.data[at] == '\\';
        }
        return at < text.len ? at + 1 : text.len;
}

/* Past the value that begins at `at`. */
static size_t skip_value(struct att_text text, size_t at)
{
        int depth = 0;

        while (at < text.len) {
                char c = text.data[at];

                if (c == '"') {
                        at = skip_string(text, at);
                } else {
                        depth += c == '{' || c == '[';
                        if ((c == ',' || c == '}' || c == ']') && depth == 0) {
                                return at;
                        }
                        depth -= c == '}' || c == ']';
                        at++;
                }
                if (depth == 0 && (c == '"' || c == '}' || c == ']')) {
                        return at;
                }
        }
        return at;
}

bool json_find(struct att_text object, const char *key, struct att_text *ret_value)
{
        size_t at = skip_space(object, 0);

        if (at >= object.len || object.data[at] != '{') {
                return false;
        }
        at = skip_space(object, at + 1);
        while (at < object.len && object.data[at] == '"') {
                size_t end = skip_string(object, at);
                struct att_text name = att_text_of(object.data + at + 1, end - at - 2);
                size_t value = skip_space(object, end);

                if (value >= object.len || object.data[value] != ':') {
                        return false;
                }
                value = skip_space(object, value + 1);
                end = skip_value(object, value);
                if (att_text_equals_c(name, key)) {
                        *ret_value = att_text_of(object.data + value, end - value);
                        return true;
                }
                at = skip_space(object, end);
                if (at >= object.len || object.data[at] != ',') {
                        return false;
                }
                at = skip_space(object, at + 1);
        }
        return false;
}

bool json_first(struct att_text array, struct att_text *ret_value)
{
        size_t at = skip_space(array, 0);
        size_t end;

        if (at >= array.len || array.data[at] != '[') {
                return false;
        }
        at = skip_space(array, at + 1);
        end = skip_value(array, at);
        *ret_value = att_text_of(array.data + at, end - at);
        return end > at;
}

/* ---- Strings ---- */

static uint32_t hex_digits(struct att_text text, size_t at)
{
        uint32_t value = 0;

        for (size_t i = at; i < at + 4 && i < text.len; i++) {
                char c = text.data[i];
                uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                                 : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                                 : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                        : 0;
                value = value * 16 + digit;
        }
        return value;
}

/* attuned escapes only what is below a space; anything else that is escaped is shown as unknown. */
static size_t put_escape(struct att_buffer *into, struct att_text string, size_t at)
{
        static const char plain[] = "\"\\/";
        char c = at < string.len ? string.data[at] : '\0';

        if (c == 'u') {
                uint32_t code = hex_digits(string, at + 1);

                if (code < 0x80) {
                        att_buffer_append_byte(into, (char)code);
                } else {
                        att_buffer_append_c(into, "\xef\xbf\xbd");
                }
                return at + 5;
        }
        if (c == 'n' || c == 't' || c == 'r' || c == 'b' || c == 'f') {
                att_buffer_append_byte(into, ' ');
        } else if (c != '\0' && strchr(plain, c)) {
                att_buffer_append_byte(into, c);
        }
        return at + 1;
}

void json_unescape(struct att_buffer *into, struct att_text string)
{
        size_t at = 1;

        if (string.len < 2 || string.data[0] != '"') {
                return;
        }
        while (at + 1 < string.len) {
                if (string.data[at] == '\\') {
                        at = put_escape(into, string, at + 1);
                } else {
                        att_buffer_append_byte(into, string.data[at++]);
                }
        }
}

bool json_whole(struct att_text value, int64_t *ret)
{
        bool negative = value.len > 0 && value.data[0] == '-';
        int64_t number = 0;

        if (value.len == (negative ? 1 : 0)) {
                return false;
        }
        for (size_t i = negative; i < value.len; i++) {
                if (value.data[i] < '0' || value.data[i] > '9' || number > INT64_MAX / 100) {
                        return false;
                }
                number = number * 10 + (value.data[i] - '0');
        }
        *ret = negative ? -number : number;
        return true;
}
