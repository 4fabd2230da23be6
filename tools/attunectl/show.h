/* SPDX-License-Identifier: Apache-2.0 */
/* Values as people read them, and as fields of JSON. */
#ifndef ATT_TOOLS_ATTUNECTL_SHOW_H
#define ATT_TOOLS_ATTUNECTL_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/json.h"
#include "lib/base/text.h"

/* Text of strangers for a terminal: control characters and bytes that are no UTF-8 become U+FFFD. */
void show_plain(struct att_buffer *into, struct att_text text);
void show_duration(struct att_buffer *into, int64_t ms); /* "2m 05s" */
void show_time(struct att_buffer *into, int64_t at_ms);  /* Local: "2026-03-01 09:15:02" */
void show_percent(struct att_buffer *into, uint64_t part, uint64_t whole); /* "87%"; "-" of none. */
void show_points(struct att_buffer *into, int64_t milli);                  /* "12.5" */
void show_bytes(struct att_buffer *into, int64_t bytes);                   /* "3.4 MiB" */

/* Of counts by kind, of which an older attuned may have fewer. */
uint64_t show_count_at(const uint64_t *counts, uint32_t count, size_t i);

/* How many columns of a terminal the text takes. */
int show_width(struct att_text text);

void json_number(struct att_json *json, const char *key, int64_t value);
void json_count(struct att_json *json, const char *key, uint64_t value);
void json_bool(struct att_json *json, const char *key, bool value);
void json_text(struct att_json *json, const char *key, struct att_text text);
void json_text_if(struct att_json *json, const char *key, struct att_text text); /* Not empty. */
void json_string(struct att_json *json, const char *key, const char *c_string);
void json_scaled(struct att_json *json, const char *key, int64_t value, int decimals);
/* part / whole in [0,1] to six places; null of none. */
void json_share(struct att_json *json, const char *key, uint64_t part, uint64_t whole);
void json_number_or_null(struct att_json *json, const char *key, int64_t value); /* -1: null. */

#endif
