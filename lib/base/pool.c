/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/pool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/util.h"

struct att_pool_piece {
        struct att_pool_piece *next;
};

static size_t class_of(size_t bytes)
{
        return bytes == 0 ? 0 : (bytes - 1) / ATT_POOL_STEP;
}

#define SLAB_BYTES ((size_t)256 * 1024)

struct att_pool_slab {
        struct att_pool_slab *next;
        uint64_t aligns_to_16_bytes;
        char bytes[];
};

static void *cut(struct att_pool *pool, size_t bytes)
{
        if (pool->left < bytes) {
                struct att_pool_slab *slab = att_alloc(SLAB_BYTES);
                slab->next = pool->slabs;
                pool->slabs = slab;
                pool->left = SLAB_BYTES - sizeof(*slab);
        }
        pool->left -= bytes;
        return pool->slabs->bytes + (SLAB_BYTES - sizeof(*pool->slabs) - pool->left - bytes);
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

void att_pool_deinit(struct att_pool *pool)
{
        while (pool->slabs) {
                struct att_pool_slab *slab = pool->slabs;
                pool->slabs = slab->next;
                free(slab);
        }
        *pool = (struct att_pool){0};
}
