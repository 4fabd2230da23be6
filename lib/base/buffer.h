/* SPDX-License-Identifier: Apache-2.0 */
/* A growing run of bytes. Zero-initialise ({ 0 }), append, att_buffer_deinit() at the end. */
#ifndef ATT_LIB_BASE_BUFFER_H
#define ATT_LIB_BASE_BUFFER_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/check.h"
#include "lib/base/text.h"

struct att_buffer {
        char *data; /* Owned. Kept NUL-terminated past `len` by every append. NULL when new. */
        size_t len;
        size_t capacity;
};

void att_buffer_deinit(struct att_buffer *buffer);               /* Also for ATT_CLEANUP. */
void att_buffer_clear(struct att_buffer *buffer);                /* Keeps the memory. */
void att_buffer_reserve(struct att_buffer *buffer, size_t more); /* Room for `more` bytes. */
void att_buffer_append(struct att_buffer *buffer, const void *data, size_t len);
void att_buffer_append_text(struct att_buffer *buffer, struct att_text text);
void att_buffer_append_c(struct att_buffer *buffer, const char *c_string);
void att_buffer_append_byte(struct att_buffer *buffer, char byte);
void att_buffer_append_int(struct att_buffer *buffer, int64_t number); /* Decimal digits. */
void att_buffer_append_uint(struct att_buffer *buffer, uint64_t number);
void att_buffer_printf(struct att_buffer *buffer, const char *format, ...) ATT_PRINTF(2, 3);
void att_buffer_drop_front(struct att_buffer *buffer,
                           size_t len);                           /* memmove; len <= buffer->len. */
struct att_text att_buffer_text(const struct att_buffer *buffer); /* Until the next change. */
char *att_buffer_steal(struct att_buffer *buffer); /* To free(); the buffer is new. */

#endif
