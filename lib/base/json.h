/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A writer of JSON into a buffer: no tree, no allocation but the buffer's growth. Commas, quotes
 * and escapes are its work; whoever calls keeps begin and end in pairs (checked). Invalid UTF-8 is
 * written as U+FFFD, so that what comes out is always JSON.
 */
#ifndef ATT_LIB_BASE_JSON_H
#define ATT_LIB_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/text.h"

struct att_json {
        struct att_buffer *into; /* Borrowed. */
        uint32_t depth;          /* At most 63. */
        uint64_t has_items;      /* A bit a level: whether a comma is due. */
        uint64_t is_object;      /* A bit a level: whether keys are due. */
        bool after_key;
};

void att_json_init(struct att_json *json, struct att_buffer *into);
void att_json_begin_object(struct att_json *json);
void att_json_end_object(struct att_json *json);
void att_json_begin_array(struct att_json *json);
void att_json_end_array(struct att_json *json);
void att_json_key(struct att_json *json, const char *key);
void att_json_key_text(struct att_json *json, struct att_text key);
void att_json_text(struct att_json *json, struct att_text text);
void att_json_string(struct att_json *json, const char *c_string);
void att_json_int(struct att_json *json, int64_t value);
void att_json_double(struct att_json *json,
                     double value); /* Shortest that reads back; NaN: null. */
void att_json_bool(struct att_json *json, bool value);
void att_json_null(struct att_json *json);
/* An integer of thousandths, millionths ... as an exact decimal: (1500, 3) -> 1.5. */
void att_json_scaled(struct att_json *json, int64_t value, int decimals);

#endif
