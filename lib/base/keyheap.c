/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/keyheap.h"

#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"

#define FIRST_CAPACITY 4

static bool is_less(const struct att_keyheap *heap, const struct att_keyheap_entry *a,
                    const struct att_keyheap_entry *b)
{
        if (a->key.high != b->key.high) {
                return a->key.high < b->key.high;
        }
        if (a->key.low != b->key.low) {
                return a->key.low < b->key.low;
        }
        return heap->less(a->node, b->node);
}

static void put(struct att_keyheap *heap, const struct att_keyheap_entry *entry, uint32_t at)
{
        heap->entries[at] = *entry;
        entry->node->place = at + 1;
}

/* Moves an entry from a hole up to where its parent is less. */
static void sift_up(struct att_keyheap *heap, const struct att_keyheap_entry *entry, uint32_t at)
{
        while (at > 0) {
                uint32_t parent = (at - 1) / ATT_KEYHEAP_CHILDREN;
                if (!is_less(heap, entry, &heap->entries[parent])) {
                        break;
                }
                put(heap, &heap->entries[parent], at);
                at = parent;
        }
        put(heap, entry, at);
}

static uint32_t least_child(const struct att_keyheap *heap, uint32_t first)
{
        uint32_t least = first;
        for (uint32_t i = first + 1; i < first + ATT_KEYHEAP_CHILDREN && i < heap->count; i++) {
                if (is_less(heap, &heap->entries[i], &heap->entries[least])) {
                        least = i;
                }
        }
        return least;
}

static void sift_down(struct att_keyheap *heap, const struct att_keyheap_entry *entry, uint32_t at)
{
        for (;;) {
                uint32_t first = at * ATT_KEYHEAP_CHILDREN + 1;
                if (first >= heap->count) {
                        break;
                }
                uint32_t least = least_child(heap, first);
                if (!is_less(heap, &heap->entries[least], entry)) {
                        break;
                }
                put(heap, &heap->entries[least], at);
                at = least;
        }
        put(heap, entry, at);
}

void att_keyheap_init(struct att_keyheap *heap, att_keyheap_less *less)
{
        *heap = (struct att_keyheap){.less = less};
}

void att_keyheap_deinit(struct att_keyheap *heap)
{
        free(heap->entries);
        *heap = (struct att_keyheap){0};
}

void att_keyheap_add(struct att_keyheap *heap, struct att_keyheap_node *node,
                     struct att_keyheap_key key, uint64_t extra)
{
        ATT_CHECK(node->place == 0);
        ATT_CHECK(heap->count < UINT32_MAX / (2 * ATT_KEYHEAP_CHILDREN));
        if (heap->count == heap->capacity) {
                heap->capacity = heap->capacity == 0 ? FIRST_CAPACITY : heap->capacity * 2;
                heap->entries = att_realloc_array(heap->entries, heap->capacity,
                                                  sizeof(*heap->entries));
        }
        struct att_keyheap_entry entry = {.key = key, .extra = extra, .node = node};
        sift_up(heap, &entry, heap->count++);
}

void att_keyheap_remove(struct att_keyheap *heap, struct att_keyheap_node *node)
{
        if (node->place == 0) {
                return;
        }
        uint32_t at = node->place - 1;
        ATT_CHECK(at < heap->count && heap->entries[at].node == node);
        node->place = 0;
        struct att_keyheap_entry last = heap->entries[--heap->count];
        if (at == heap->count) {
                return;
        }
        if (at > 0 && is_less(heap, &last, &heap->entries[(at - 1) / ATT_KEYHEAP_CHILDREN])) {
                sift_up(heap, &last, at);
        } else {
                sift_down(heap, &last, at);
        }
}
