/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/keyheap.h"

#include <stdlib.h>

#include "lib/base/rng.h"
#include "lib/base/util.h"
#include "tests/support/main.h"

#define NODES 500

struct thing {
        struct att_keyheap_node node;
        struct att_keyheap_key key;
        uint32_t number;
};

static const struct thing *thing_of(const struct att_keyheap_node *node)
{
        return ATT_CONTAINER_OF_CONST(node, struct thing, node);
}

static bool has_smaller_number(const struct att_keyheap_node *a, const struct att_keyheap_node *b)
{
        return thing_of(a)->number < thing_of(b)->number;
}

static int compare(const void *a, const void *b)
{
        const struct thing *left = *(const struct thing *const *)a;
        const struct thing *right = *(const struct thing *const *)b;
        if (left->key.high != right->key.high) {
                return left->key.high < right->key.high ? -1 : 1;
        }
        if (left->key.low != right->key.low) {
                return left->key.low < right->key.low ? -1 : 1;
        }
        return left->number < right->number ? -1 : 1;
}

START_TEST(an_empty_heap_has_no_first)
{
        struct att_keyheap heap;
        struct att_keyheap_node node = {0};
        att_keyheap_init(&heap, has_smaller_number);
        ck_assert_ptr_null(att_keyheap_first(&heap));
        att_keyheap_remove(&heap, &node); /* In none: nothing happens. */
        att_keyheap_deinit(&heap);
}
END_TEST

START_TEST(signed_numbers_keep_their_order_as_words)
{
        const int64_t numbers[] = {INT64_MIN, -5, -1, 0, 1, 7, INT64_MAX};
        for (size_t i = 1; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
                ck_assert(att_keyheap_word(numbers[i - 1]) < att_keyheap_word(numbers[i]));
        }
}
END_TEST

/* Few different keys, so that many are equal. */
static void fill(struct att_keyheap *heap, struct thing *things, struct att_rng *rng)
{
        for (uint32_t i = 0; i < NODES; i++) {
                things[i] = (struct thing){
                        .key = {att_rng_below(rng, 20), att_rng_below(rng, 3)},
                        .number = i,
                };
                att_keyheap_add(heap, &things[i].node, things[i].key, i);
        }
}

START_TEST(nodes_come_out_in_order_after_any_removals)
{
        static struct thing things[NODES];
        struct thing *left[NODES];
        struct att_keyheap heap;
        struct att_rng rng;
        uint32_t count = 0;
        att_rng_seed(&rng, 7);
        att_keyheap_init(&heap, has_smaller_number);
        fill(&heap, things, &rng);
        for (uint32_t i = 0; i < NODES; i++) {
                if (att_rng_below(&rng, 3) == 0) {
                        att_keyheap_remove(&heap, &things[i].node);
                        ck_assert(!att_keyheap_has(&things[i].node));
                } else {
                        left[count++] = &things[i];
                }
        }
        qsort(left, count, sizeof(left[0]), compare);
        for (uint32_t i = 0; i < count; i++) {
                const struct att_keyheap_entry *first = att_keyheap_first(&heap);
                ck_assert_ptr_eq(first->node, &left[i]->node);
                ck_assert_uint_eq(first->extra, left[i]->number);
                att_keyheap_remove(&heap, &left[i]->node);
        }
        ck_assert_ptr_null(att_keyheap_first(&heap));
        att_keyheap_deinit(&heap);
}
END_TEST

ATT_TEST_MAIN("keyheap", an_empty_heap_has_no_first, signed_numbers_keep_their_order_as_words,
              nodes_come_out_in_order_after_any_removals)
