/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/pool.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/base/check.h"
#include "lib/base/util.h"

struct att_pool_piece {
        struct att_pool_piece *next;
};

#define LINE_BYTES      64
#define LINED_BYTES_MIN 256 /* Of this size and more, what fills whole lines begins with one. */
#define SLAB_BYTES      ((size_t)256 * 1024)
#define PLAIN_SLABS     8                         /* The first so many. */
#define HUGE_SLAB_BYTES ((size_t)2 * 1024 * 1024) /* Of the others, and so aligned. */

struct att_pool_slab {
        struct att_pool_slab *next;
        char fills_a_line[LINE_BYTES - sizeof(struct att_pool_slab *)];
        char bytes[];
};

static size_t class_of(size_t bytes)
{
        return bytes == 0 ? 0 : (bytes - 1) / ATT_POOL_STEP;
}

static void add_slab(struct att_pool *pool)
{
        bool is_huge = pool->slab_count >= PLAIN_SLABS;
        size_t bytes = is_huge ? HUGE_SLAB_BYTES : SLAB_BYTES;
        struct att_pool_slab *slab = aligned_alloc(is_huge ? HUGE_SLAB_BYTES : LINE_BYTES, bytes);
        ATT_CHECK(slab); /* Out of memory. */
#ifdef MADV_HUGEPAGE
        if (is_huge) {
                (void)madvise(slab, bytes, MADV_HUGEPAGE); /* A wish: all works without, too. */
        }
#endif
        slab->next = pool->slabs;
        pool->slabs = slab;
        pool->slab_count++;
        pool->from = 0;
        pool->to = bytes - sizeof(*slab);
}

static bool fills_lines(size_t bytes)
{
        return bytes >= LINED_BYTES_MIN && bytes % LINE_BYTES == 0;
}

/* Whole lines from the front, the rest from the back. */
static void *cut(struct att_pool *pool, size_t bytes)
{
        if (pool->to - pool->from < bytes) {
                add_slab(pool);
        }
        if (fills_lines(bytes)) {
                pool->from += bytes;
                return pool->slabs->bytes + (pool->from - bytes);
        }
        pool->to -= bytes;
        return pool->slabs->bytes + pool->to;
}

void *att_pool_take_unset(struct att_pool *pool, size_t bytes)
{
        size_t class = class_of(bytes);
        if (ATT_KEEPS_NOTHING || class >= ATT_POOL_CLASSES) {
                return att_alloc(bytes);
        }
        struct att_pool_piece *piece = pool->pieces[class];
        if (!piece) {
                return cut(pool, (class + 1) * ATT_POOL_STEP);
        }
        pool->pieces[class] = piece->next;
        return piece;
}

void *att_pool_take(struct att_pool *pool, size_t bytes)
{
        return memset(att_pool_take_unset(pool, bytes), 0, bytes);
}

void att_pool_give(struct att_pool *pool, void *memory, size_t bytes)
{
        size_t class = class_of(bytes);
        if (!memory || ATT_KEEPS_NOTHING || class >= ATT_POOL_CLASSES) {
                free(memory);
                return;
        }
        struct att_pool_piece *piece = memory;
        piece->next = pool->pieces[class];
        pool->pieces[class] = piece;
}

#define FIRST_ROOM 2

void *att_pool_grow(struct att_pool *pool, void *items, uint32_t *room, uint32_t needed,
                    size_t bytes_each)
{
        uint32_t grown_room = *room > 0 ? *room : FIRST_ROOM;
        if (needed <= *room) {
                return items;
        }
        while (grown_room < needed) {
                ATT_CHECK(grown_room <= UINT32_MAX / 2);
                grown_room *= 2;
        }
        void *grown = att_pool_take(pool, grown_room * bytes_each);
        att_copy(grown, items, *room * bytes_each);
        att_pool_give(pool, items, *room * bytes_each);
        *room = grown_room;
        return grown;
}

char *att_pool_text(struct att_pool *pool, struct att_text text)
{
        char *copy = att_pool_take_unset(pool, text.len + 1);
        att_copy(copy, text.data, text.len);
        copy[text.len] = '\0';
        return copy;
}

void att_pool_give_text(struct att_pool *pool, char *text)
{
        if (text) {
                att_pool_give(pool, text, strlen(text) + 1);
        }
}

void att_pool_deinit(struct att_pool *pool)
{
        while (pool->slabs) {
                struct att_pool_slab *slab = pool->slabs;
                pool->slabs = slab->next;
                free(slab);
        }
        *pool = (struct att_pool){0};
}
