/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A heap whose keys lie in it: the least node first, removal of any node in O(log n). What is
 * compared is next to each other in memory, while the nodes are wherever they are: a node is only
 * read when two keys are equal. Four children a parent, so that a way down has few steps.
 *
 * Keys are two unsigned words, compared one after the other; then `less`, which must decide between
 * any two nodes of equal keys. With each goes a word that is the caller's.
 */
#ifndef ATT_LIB_BASE_KEYHEAP_H
#define ATT_LIB_BASE_KEYHEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct att_keyheap_node {
        uint32_t place; /* 1-based; 0 when in none. Zero-initialise. */
};

struct att_keyheap_key {
        uint64_t high;
        uint64_t low;
};

struct att_keyheap_entry {
        struct att_keyheap_key key;
        uint64_t extra;
        struct att_keyheap_node *node; /* Borrowed. */
};

typedef bool att_keyheap_less(const struct att_keyheap_node *a, const struct att_keyheap_node *b);

struct att_keyheap {
        att_keyheap_less *less;
        struct att_keyheap_entry *entries; /* Owned; the children of i are 4i+1 ... 4i+4. */
        uint32_t count;
        uint32_t capacity;
};

#define ATT_KEYHEAP_CHILDREN 4

void att_keyheap_init(struct att_keyheap *heap, att_keyheap_less *less);
void att_keyheap_deinit(struct att_keyheap *heap); /* The nodes are left as they are. */

static inline bool att_keyheap_has(const struct att_keyheap_node *node)
{
        return node->place != 0;
}

/* NULL when empty. */
static inline const struct att_keyheap_entry *att_keyheap_first(const struct att_keyheap *heap)
{
        return heap->count > 0 ? &heap->entries[0] : NULL;
}

void att_keyheap_add(struct att_keyheap *heap, struct att_keyheap_node *node,
                     struct att_keyheap_key key, uint64_t extra);
void att_keyheap_remove(struct att_keyheap *heap,
                        struct att_keyheap_node *node); /* Fine if in none. */

/* A signed number as a word that is ordered alike. */
static inline uint64_t att_keyheap_word(int64_t number)
{
        return (uint64_t)number ^ (UINT64_C(1) << 63);
}

#endif
