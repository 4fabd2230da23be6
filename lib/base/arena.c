/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/util.h"

#define BLOCK_BYTES 16384 /* The first, ... */
#define BLOCK_BYTES_MAX                                                                            \
        (16 * BLOCK_BYTES) /* ... and what they grow to: who clears comes to use one alone. */
#define ALIGNMENT 16

struct att_arena_block {
        struct att_arena_block *next;
        size_t used;
        size_t capacity;
        size_t padding_; /* So that `data` is aligned as malloc() aligns. */
        char data[];
};

static void free_blocks(struct att_arena_block *block)
{
        while (block) {
                struct att_arena_block *next = block->next;
                free(block);
                block = next;
        }
}

void att_arena_deinit(struct att_arena *arena)
{
        free_blocks(arena->blocks);
        *arena = (struct att_arena){0};
}

void att_arena_clear(struct att_arena *arena)
{
        struct att_arena_block *kept = arena->blocks;
        if (!kept) {
                return;
        }
        if (ATT_KEEPS_NOTHING || kept->capacity > BLOCK_BYTES_MAX) {
                att_arena_deinit(arena);
                return;
        }
        free_blocks(kept->next);
        memset(kept->data, 0, kept->used);
        kept->next = NULL;
        kept->used = 0;
        arena->bytes = 0;
}

static size_t capacity_of_next(const struct att_arena_block *newest, size_t needed)
{
        size_t capacity = BLOCK_BYTES;

        if (newest) {
                capacity = newest->capacity < BLOCK_BYTES_MAX / 2 ? 2 * newest->capacity
                                                                  : BLOCK_BYTES_MAX;
        }
        return needed > capacity ? needed : capacity;
}

void *att_arena_take(struct att_arena *arena, size_t bytes)
{
        ATT_CHECK(bytes < SIZE_MAX / 2);
        size_t needed = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        struct att_arena_block *block = arena->blocks;
        if (!block || block->capacity - block->used < needed) {
                size_t capacity = capacity_of_next(block, needed);
                block = att_alloc(sizeof(*block) + capacity);
                block->capacity = capacity;
                block->next = arena->blocks;
                arena->blocks = block;
        }
        void *taken = block->data + block->used;
        block->used += needed;
        arena->bytes += needed;
        return taken;
}

void *att_arena_take_array(struct att_arena *arena, size_t count, size_t bytes_each)
{
        ATT_CHECK(bytes_each == 0 || count <= SIZE_MAX / 2 / bytes_each);
        return att_arena_take(arena, count * bytes_each);
}

struct att_text att_arena_text(struct att_arena *arena, struct att_text text)
{
        if (text.len == 0) {
                return ATT_TEXT("");
        }
        char *copy = att_arena_take(arena, text.len + 1);
        att_copy(copy, text.data, text.len);
        return (struct att_text){copy, text.len};
}
