/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"

void att_buffer_deinit(struct att_buffer *buffer)
{
        free(buffer->data);
        *buffer = (struct att_buffer){0};
}

void att_buffer_clear(struct att_buffer *buffer)
{
        buffer->len = 0;
        if (buffer->data) {
                buffer->data[0] = '\0';
        }
}

static void grow(struct att_buffer *buffer, size_t needed)
{
        buffer->capacity = att_grown_capacity(buffer->capacity, needed < 64 ? 64 : needed);
        buffer->data = att_realloc_array(buffer->data, buffer->capacity, 1);
        buffer->data[buffer->len] = '\0';
}

static inline void reserve(struct att_buffer *buffer, size_t more)
{
        ATT_CHECK(more < SIZE_MAX - buffer->len);
        size_t needed = buffer->len + more + 1; /* The NUL. */

        if (needed > buffer->capacity) {
                grow(buffer, needed);
        }
}

void att_buffer_reserve(struct att_buffer *buffer, size_t more)
{
        reserve(buffer, more);
}

void att_buffer_append(struct att_buffer *buffer, const void *data, size_t len)
{
        reserve(buffer, len);
        if (len > 0) {
                memcpy(buffer->data + buffer->len, data, len);
                buffer->len += len;
        }
        buffer->data[buffer->len] = '\0';
}

void att_buffer_append_text(struct att_buffer *buffer, struct att_text text)
{
        att_buffer_append(buffer, text.data, text.len);
}

void att_buffer_append_c(struct att_buffer *buffer, const char *c_string)
{
        att_buffer_append(buffer, c_string, strlen(c_string));
}

void att_buffer_append_byte(struct att_buffer *buffer, char byte)
{
        reserve(buffer, 1);
        buffer->data[buffer->len++] = byte;
        buffer->data[buffer->len] = '\0';
}

void att_buffer_append_uint(struct att_buffer *buffer, uint64_t number)
{
        char digits[20];
        char *first = digits + sizeof(digits);

        do {
                *--first = (char)('0' + number % 10);
                number /= 10;
        } while (number > 0);
        att_buffer_append(buffer, first, (size_t)(digits + sizeof(digits) - first));
}

void att_buffer_append_int(struct att_buffer *buffer, int64_t number)
{
        if (number < 0) {
                att_buffer_append_byte(buffer, '-');
        }
        att_buffer_append_uint(buffer, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

void att_buffer_printf(struct att_buffer *buffer, const char *format, ...)
{
        va_list arguments;
        size_t room;
        int len;

        att_buffer_reserve(buffer, 0);
        room = buffer->capacity - buffer->len;
        va_start(arguments, format);
        len = vsnprintf(buffer->data + buffer->len, room, format, arguments);
        va_end(arguments);
        ATT_CHECK(len >= 0);

        if ((size_t)len >= room) {
                att_buffer_reserve(buffer, (size_t)len);
                va_start(arguments, format);
                (void)vsnprintf(buffer->data + buffer->len, (size_t)len + 1, format, arguments);
                va_end(arguments);
        }
        buffer->len += (size_t)len;
}

void att_buffer_drop_front(struct att_buffer *buffer, size_t len)
{
        ATT_CHECK(len <= buffer->len);
        if (len == 0) {
                return;
        }
        buffer->len -= len;
        memmove(buffer->data, buffer->data + len, buffer->len + 1);
}

struct att_text att_buffer_text(const struct att_buffer *buffer)
{
        return att_text_of(buffer->data ? buffer->data : "", buffer->len);
}

char *att_buffer_steal(struct att_buffer *buffer)
{
        att_buffer_reserve(buffer, 0); /* So that a new one gives "", not NULL. */
        buffer->len = 0;
        buffer->capacity = 0;
        return ATT_STEAL(buffer->data);
}
