/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An intrusive binary heap: the least node first, removal and re-ordering of any node in O(log n).
 * `less` must be a strict total order, so that what comes out first never depends on history.
 */
#ifndef ATT_LIB_BASE_HEAP_H
#define ATT_LIB_BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct att_heap_node {
        uint32_t place; /* 1-based place in the heap; 0 when in none. Zero-initialise. */
};

typedef bool att_heap_less(const struct att_heap_node *a, const struct att_heap_node *b);

struct att_heap {
        att_heap_less *less;
        struct att_heap_node **nodes; /* Owned array of borrowed nodes; [0] is unused. */
        uint32_t count;
        uint32_t capacity;
};

void att_heap_init(struct att_heap *heap, att_heap_less *less);
void att_heap_deinit(struct att_heap *heap); /* The nodes are left as they are. */

static inline bool att_heap_has(const struct att_heap_node *node)
{
        return node->place != 0;
}

struct att_heap_node *att_heap_first(const struct att_heap *heap); /* NULL when empty. */
void att_heap_add(struct att_heap *heap, struct att_heap_node *node);
void att_heap_remove(struct att_heap *heap, struct att_heap_node *node); /* Fine if in none. */
void att_heap_update(struct att_heap *heap,
                     struct att_heap_node *node); /* After its key changed. */

#endif
