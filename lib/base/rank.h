/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An intrusive ordered tree that knows how many nodes stand before a place: who is how far from the
 * front of a queue, in O(log n). A treap: its shape is decided by a generator of its own, its order
 * by `less` alone, which must be a strict total order. What decides a node's order must not change
 * while it is in the tree.
 */
#ifndef ATT_LIB_BASE_RANK_H
#define ATT_LIB_BASE_RANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct att_rank_node {
        struct att_rank_node *left;
        struct att_rank_node *right;
        uint32_t count; /* Of the subtree; 0 when in no tree. Zero-initialise. */
        uint32_t priority;
};

typedef bool att_rank_less(const struct att_rank_node *a, const struct att_rank_node *b);

struct att_rank {
        att_rank_less *less;
        struct att_rank_node *root; /* Borrowed nodes. */
        struct att_rank_node *open; /* While they are appended: the last of the rightmost. */
        uint32_t chance;
};

void att_rank_init(struct att_rank *rank, att_rank_less *less);

static inline bool att_rank_has(const struct att_rank_node *node)
{
        return node->count != 0;
}

static inline uint32_t att_rank_count(const struct att_rank *rank)
{
        return rank->root ? rank->root->count : 0;
}

void att_rank_add(struct att_rank *rank, struct att_rank_node *node); /* In no tree yet. */
/* The same of one that goes after all there are: cheaper, where many come in their order. Until
 * att_rank_close() nothing else may be asked of the tree. */
void att_rank_append(struct att_rank *rank, struct att_rank_node *node);
/* The last one appended; NULL: none is. */
static inline const struct att_rank_node *att_rank_last(const struct att_rank *rank)
{
        return rank->open;
}
void att_rank_close(struct att_rank *rank);
void att_rank_remove(struct att_rank *rank, struct att_rank_node *node); /* Fine if in none. */

/* How many nodes `is_before` holds for. It must hold for all of a front part of the order and for
 * none of the rest. */
uint32_t att_rank_count_before(const struct att_rank *rank,
                               bool (*is_before)(const struct att_rank_node *node,
                                                 const void *context),
                               const void *context);

#endif
