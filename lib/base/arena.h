/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is freed all at once. Zero-initialise, take from it, att_arena_deinit() at the end. */
#ifndef ATT_LIB_BASE_ARENA_H
#define ATT_LIB_BASE_ARENA_H

#include <stddef.h>

#include "lib/base/text.h"

struct att_arena_block;

struct att_arena {
        struct att_arena_block *blocks; /* Owned; the newest first. */
        size_t bytes;                   /* Taken so far, for limits and figures. */
};

void att_arena_deinit(struct att_arena *arena);
/* Empties it, and keeps a block for what is taken next. */
void att_arena_clear(struct att_arena *arena);
/* Zeroed and aligned for any type; zero bytes give a valid pointer. */
void *att_arena_take(struct att_arena *arena, size_t bytes);
void *att_arena_take_array(struct att_arena *arena, size_t count, size_t bytes_each);
/* A NUL-terminated copy; of an empty text a literal, so that it costs nothing. */
struct att_text att_arena_text(struct att_arena *arena, struct att_text text);

#endif
