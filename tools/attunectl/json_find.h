/* SPDX-License-Identifier: Apache-2.0 */
/* Looking into JSON without making anything of it: values are found as the bytes they stand as. */
#ifndef ATT_TOOLS_ATTUNECTL_JSON_FIND_H
#define ATT_TOOLS_ATTUNECTL_JSON_FIND_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/text.h"

/* The value of a member of an object; false: there is none. Keys are compared as written. */
bool json_find(struct att_text object, const char *key, struct att_text *ret_value);
/* The first value of an array. */
bool json_first(struct att_text array, struct att_text *ret_value);
/* A string's value, its escapes resolved; nothing for what is no string. */
void json_unescape(struct att_buffer *into, struct att_text string);
bool json_whole(struct att_text value, int64_t *ret);

#endif
