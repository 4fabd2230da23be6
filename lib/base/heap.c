/* SPDX-License-Identifier: Apache-2.0 */
/* nodes[1] is the least; the children of nodes[i] are nodes[2i] and nodes[2i + 1]. */
#include "lib/base/heap.h"

#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"

static void put(struct att_heap *heap, struct att_heap_node *node, uint32_t place)
{
        heap->nodes[place] = node;
        node->place = place;
}

/* Moves the node, whose place is a hole, up to where its parent is less. */
static void sift_up(struct att_heap *heap, struct att_heap_node *node, uint32_t place)
{
        while (place > 1 && heap->less(node, heap->nodes[place / 2])) {
                put(heap, heap->nodes[place / 2], place);
                place /= 2;
        }
        put(heap, node, place);
}

static void sift_down(struct att_heap *heap, struct att_heap_node *node, uint32_t place)
{
        while (place <= heap->count / 2) {
                uint32_t child = place * 2;

                if (child < heap->count && heap->less(heap->nodes[child + 1], heap->nodes[child])) {
                        child++;
                }
                if (!heap->less(heap->nodes[child], node)) {
                        break;
                }
                put(heap, heap->nodes[child], place);
                place = child;
        }
        put(heap, node, place);
}

static void sift(struct att_heap *heap, struct att_heap_node *node, uint32_t place)
{
        if (place > 1 && heap->less(node, heap->nodes[place / 2])) {
                sift_up(heap, node, place);
        } else {
                sift_down(heap, node, place);
        }
}

void att_heap_init(struct att_heap *heap, att_heap_less *less)
{
        *heap = (struct att_heap){.less = less};
}

void att_heap_deinit(struct att_heap *heap)
{
        free(heap->nodes);
        *heap = (struct att_heap){0};
}

struct att_heap_node *att_heap_first(const struct att_heap *heap)
{
        return heap->count > 0 ? heap->nodes[1] : NULL;
}

void att_heap_add(struct att_heap *heap, struct att_heap_node *node)
{
        ATT_CHECK(node->place == 0);
        ATT_CHECK(heap->count < UINT32_MAX / 2);
        if (heap->count + 1 >= heap->capacity) {
                heap->capacity = (uint32_t)att_grown_capacity(heap->capacity, heap->count + 2);
                heap->nodes = att_realloc_array(heap->nodes, heap->capacity, sizeof(*heap->nodes));
                heap->nodes[0] = NULL;
        }
        heap->count++;
        sift_up(heap, node, heap->count);
}

void att_heap_remove(struct att_heap *heap, struct att_heap_node *node)
{
        const uint32_t place = node->place;

        if (place == 0) {
                return;
        }
        ATT_CHECK(place <= heap->count && heap->nodes[place] == node);
        node->place = 0;

        struct att_heap_node *last = heap->nodes[heap->count];

        heap->count--;
        if (last != node) {
                sift(heap, last, place);
        }
}

void att_heap_update(struct att_heap *heap, struct att_heap_node *node)
{
        ATT_CHECK(node->place > 0 && node->place <= heap->count &&
                  heap->nodes[node->place] == node);
        sift(heap, node, node->place);
}
