/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An ordered tree that knows how many nodes stand before a place: who is how far from the front of a
 * queue, in O(log n). Its pages hold many nodes each with their keys, so that a way through it reads a
 * few lines of the cache and hardly ever a node: only where keys are equal `less` is asked, which must
 * decide between any two nodes of equal keys. What decides a node's order must not change while it is in
 * the tree.
 *
 * Pages come out of a pool. att_rank_clear() gives them back; the nodes are left as they are.
 */
#ifndef ATT_LIB_BASE_RANK_H
#define ATT_LIB_BASE_RANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/pool.h"

struct att_rank_page;

struct att_rank_node {
        struct att_rank_page *page; /* The one it is in; NULL: in no tree. Zero-initialise. */
};

typedef bool att_rank_less(const struct att_rank_node *a, const struct att_rank_node *b);

struct att_rank {
        att_rank_less *less;
        struct att_pool *pool;      /* Borrowed. */
        struct att_rank_page *root; /* Owned; NULL: empty. */
        uint32_t count;
};

void att_rank_init(struct att_rank *rank, struct att_pool *pool, att_rank_less *less);
void att_rank_clear(struct att_rank *rank);

static inline bool att_rank_has(const struct att_rank_node *node)
{
        return node->page != NULL;
}

static inline uint32_t att_rank_count(const struct att_rank *rank)
{
        return rank->count;
}

void att_rank_add(struct att_rank *rank, struct att_rank_node *node,
                  uint64_t key); /* In no tree yet. */
/* The same of one that goes after all there are: it is not compared, and fills pages to the brim. */
void att_rank_append(struct att_rank *rank, struct att_rank_node *node, uint64_t key);
/* Whether one that is not in there goes after all there are. */
bool att_rank_is_last(const struct att_rank *rank, const struct att_rank_node *node, uint64_t key);
void att_rank_remove(struct att_rank *rank, struct att_rank_node *node); /* Fine if in none. */

/* How many nodes `is_before` holds for. It must hold for all of a front part of the order and for
 * none of the rest. */
uint32_t att_rank_count_before(const struct att_rank *rank,
                               bool (*is_before)(uint64_t key, const struct att_rank_node *node,
                                                 const void *context),
                               const void *context);

#endif
