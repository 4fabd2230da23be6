/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/log.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/clock.h"

#define END_BYTES 8 /* Quotes of values cut short and the end of the line always fit. */

static void put(struct log_line *line, char byte)
{
        if (line->len < sizeof(line->bytes) - END_BYTES) {
                line->bytes[line->len++] = byte;
        }
}

static void put_string(struct log_line *line, const char *string)
{
        for (; *string; string++) {
                put(line, *string);
        }
}

static bool is_plain(struct att_text value)
{
        for (size_t i = 0; i < value.len; i++) {
                if (!isalnum((unsigned char)value.data[i]) && !strchr("._-/:@+", value.data[i])) {
                        return false;
                }
        }
        return value.len > 0;
}

static void put_escaped(struct log_line *line, unsigned char byte)
{
        char hex[8];

        if (byte == '"' || byte == '\\') {
                put(line, '\\');
                put(line, (char)byte);
        } else if (byte == '\n') {
                put_string(line, "\\n");
        } else if (byte < 0x20 || byte == 0x7f) {
                (void)snprintf(hex, sizeof(hex), "\\x%02x", byte);
                put_string(line, hex);
        } else {
                put(line, (char)byte);
        }
}

void log_text(struct log_line *line, const char *key, struct att_text value)
{
        put(line, ' ');
        put_string(line, key);
        put(line, '=');
        if (is_plain(value)) {
                for (size_t i = 0; i < value.len; i++) {
                        put(line, value.data[i]);
                }
                return;
        }
        put(line, '"');
        for (size_t i = 0; i < value.len; i++) {
                put_escaped(line, (unsigned char)value.data[i]);
        }
        line->bytes[line->len++] = '"';
}

void log_string(struct log_line *line, const char *key, const char *value)
{
        log_text(line, key, att_text_from(value));
}

void log_number(struct log_line *line, const char *key, int64_t value)
{
        char text[24];

        (void)snprintf(text, sizeof(text), "%lld", (long long)value);
        log_string(line, key, text);
}

void log_begin(struct log_line *line, const char *event)
{
        char time[CLOCK_TEXT_SIZE];

        line->len = 0;
        put_string(line, "time=");
        put_string(line, clock_format(clock_wall_ms(), time));
        log_string(line, "event", event);
}

void log_end(struct log_line *line)
{
        line->bytes[line->len++] = '\n';
        /* One write a line, so that lines of several processes don't mix. Nobody is told if it
         * fails: there is nowhere left to say so. */
        if (write(STDERR_FILENO, line->bytes, line->len) < 0) {
                return;
        }
}

void log_say(const char *event, const char *what)
{
        struct log_line line;

        log_begin(&line, event);
        log_string(&line, "message", what);
        log_end(&line);
}

void log_error(struct log_memory *memory, const char *event, const char *what)
{
        struct log_line line;

        log_begin(&line, event);
        log_string(&line, "level", "error");
        log_string(&line, "message", what);
        log_end(&line);
        if (memory) {
                (void)snprintf(memory->last_error, sizeof(memory->last_error), "%s: %s", event,
                               what);
                memory->last_error_ms = clock_wall_ms();
        }
}
