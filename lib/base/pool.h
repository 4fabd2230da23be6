/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that comes and goes all day in a few sizes: what was given back is handed out again, so
 * that a steady state asks the allocator for nothing. The size is the caller's to remember. What is
 * taken one after the other lies side by side, cut from slabs that are kept until the end. What fills
 * several lines of the cache, without a rest, begins with one. Where there is much, slabs are huge pages: a step touches
 * a few pieces anywhere in them, and without would miss the address of each.
 *
 * Under AddressSanitizer a pool keeps nothing, so that a use after the end is seen.
 */
#ifndef ATT_LIB_BASE_POOL_H
#define ATT_LIB_BASE_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/text.h"

#define ATT_POOL_STEP    16
#define ATT_POOL_CLASSES 128 /* Up to 2 KiB; what is larger goes to the allocator. */

struct att_pool_piece;
struct att_pool_slab;

struct att_pool {
        struct att_pool_slab *slabs; /* Owned; the one being cut first. */
        uint32_t slab_count;
        size_t from;                                     /* What is left of that one: from here, */
        size_t to;                                       /* to here. */
        struct att_pool_piece *pieces[ATT_POOL_CLASSES]; /* Owned; zero-initialise. */
};

void *att_pool_take(struct att_pool *pool, size_t bytes);       /* Zeroed, aligned for any type. */
void *att_pool_take_unset(struct att_pool *pool, size_t bytes); /* The same, with anything in it. */
void att_pool_give(struct att_pool *pool, void *memory, size_t bytes); /* NULL fine. */
/* A small array with room for so many, what was in it first, the rest zeroed. `*room` is for the caller to
 * keep: it begins with 0 and an array of NULL, and says what to give back. */
void *att_pool_grow(struct att_pool *pool, void *items, uint32_t *room, uint32_t needed,
                    size_t bytes_each);
char *att_pool_text(struct att_pool *pool, struct att_text text); /* A copy that ends with a NUL. */
void att_pool_give_text(struct att_pool *pool, char *text);       /* Such a one; NULL fine. */
void att_pool_deinit(struct att_pool *pool); /* What is still taken is gone, but the large. */

#endif
