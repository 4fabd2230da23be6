/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/pool.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"

#if defined(__SANITIZE_ADDRESS__)
#define KEEPS_NOTHING 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KEEPS_NOTHING 1
#endif
#endif
#ifndef KEEPS_NOTHING
#define KEEPS_NOTHING 0
#endif

struct att_pool_piece {
        struct att_pool_piece *next;
};

static size_t class_of(size_t bytes)
{
        return bytes == 0 ? 0 : (bytes - 1) / ATT_POOL_STEP;
}

void *att_pool_take(struct att_pool *pool, size_t bytes)
{
        size_t class = class_of(bytes);
        if (class >= ATT_POOL_CLASSES) {
                return att_alloc(bytes);
        }
        struct att_pool_piece *piece = pool->pieces[class];
        if (!piece) {
                return att_alloc((class + 1) * ATT_POOL_STEP);
        }
        pool->pieces[class] = piece->next;
        memset(piece, 0, (class + 1) * ATT_POOL_STEP);
        return piece;
}

void att_pool_give(struct att_pool *pool, void *memory, size_t bytes)
{
        size_t class = class_of(bytes);
        if (!memory || KEEPS_NOTHING || class >= ATT_POOL_CLASSES) {
                free(memory);
                return;
        }
        struct att_pool_piece *piece = memory;
        piece->next = pool->pieces[class];
        pool->pieces[class] = piece;
}

void att_pool_deinit(struct att_pool *pool)
{
        for (size_t i = 0; i < ATT_POOL_CLASSES; i++) {
                while (pool->pieces[i]) {
                        struct att_pool_piece *piece = pool->pieces[i];
                        pool->pieces[i] = piece->next;
                        free(piece);
                }
        }
}
