/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/rank.h"

#include <stdlib.h>

#include "lib/base/rng.h"
#include "lib/base/util.h"
#include "tests/support/main.h"

struct item {
        struct att_rank_node node;
        uint64_t key;
};

static const struct item *item_of(const struct att_rank_node *node)
{
        return ATT_CONTAINER_OF_CONST(node, struct item, node);
}

static bool is_less(const struct att_rank_node *a, const struct att_rank_node *b)
{
        if (item_of(a)->key != item_of(b)->key) {
                return item_of(a)->key < item_of(b)->key;
        }
        return item_of(a) < item_of(b);
}

static bool is_below(const struct att_rank_node *node, const void *context)
{
        const uint64_t *key = context;
        return item_of(node)->key < *key;
}

START_TEST(counts_are_those_of_a_plain_walk_whatever_comes_and_goes)
{
        static struct item items[400];
        struct att_rank rank;
        struct att_rng rng;
        att_rng_seed(&rng, 7);
        att_rank_init(&rank, is_less);
        for (int round = 0; round < 20000; round++) {
                struct item *item = &items[att_rng_below(&rng, ATT_ARRAY_LEN(items))];
                if (att_rank_has(&item->node)) {
                        att_rank_remove(&rank, &item->node);
                } else {
                        item->key = att_rng_below(&rng, 50);
                        att_rank_add(&rank, &item->node);
                }
                uint64_t key = att_rng_below(&rng, 52);
                uint32_t all = 0;
                uint32_t below = 0;
                for (size_t i = 0; i < ATT_ARRAY_LEN(items); i++) {
                        all += att_rank_has(&items[i].node);
                        below += att_rank_has(&items[i].node) && items[i].key < key;
                }
                ck_assert_uint_eq(att_rank_count(&rank), all);
                ck_assert_uint_eq(att_rank_count_before(&rank, is_below, &key), below);
        }
}
END_TEST

static int compare_items(const void *a, const void *b)
{
        const struct att_rank_node *node_a = *(struct att_rank_node *const *)a;
        const struct att_rank_node *node_b = *(struct att_rank_node *const *)b;
        return is_less(node_a, node_b) ? -1 : is_less(node_b, node_a);
}

/* Nobody stands where the shape says otherwise than the order. */
static uint32_t check_shape(const struct att_rank_node *node)
{
        if (!node) {
                return 0;
        }
        ck_assert(!node->left || node->left->priority <= node->priority);
        ck_assert(!node->right || node->right->priority <= node->priority);
        ck_assert_uint_eq(node->count, 1 + check_shape(node->left) + check_shape(node->right));
        return node->count;
}

START_TEST(those_who_come_in_their_order_stand_as_if_they_had_come_in_any)
{
        static struct item items[300];
        static struct att_rank_node *nodes[300];
        struct att_rng rng;
        att_rng_seed(&rng, 11);
        for (uint32_t count = 0; count <= ATT_ARRAY_LEN(items); count += 1 + count / 4) {
                struct att_rank rank;
                att_rank_init(&rank, is_less);
                for (uint32_t i = 0; i < count; i++) {
                        items[i] = (struct item){.key = att_rng_below(&rng, 50)};
                        nodes[i] = &items[i].node;
                }
                if (count > 0) {
                        qsort(nodes, count, sizeof(struct att_rank_node *), compare_items);
                }
                ck_assert_ptr_null(att_rank_last(&rank));
                for (uint32_t i = 0; i < count; i++) {
                        att_rank_append(&rank, nodes[i]);
                        ck_assert_ptr_eq(att_rank_last(&rank), nodes[i]);
                }
                att_rank_close(&rank);
                ck_assert_uint_eq(check_shape(rank.root), count);
                for (uint32_t i = 0; i < count; i += 3) { /* And then they come and go as ever. */
                        att_rank_remove(&rank, &items[i].node);
                        items[i].key = att_rng_below(&rng, 50);
                        att_rank_add(&rank, &items[i].node);
                }
                for (uint64_t key = 0; key < 52; key++) {
                        uint32_t below = 0;
                        for (uint32_t i = 0; i < count; i++) {
                                below += items[i].key < key;
                        }
                        ck_assert_uint_eq(att_rank_count_before(&rank, is_below, &key), below);
                }
                ck_assert_uint_eq(check_shape(rank.root), count);
        }
}
END_TEST

START_TEST(removing_what_is_in_no_tree_is_fine)
{
        struct att_rank rank;
        struct item item = {.key = 1};
        att_rank_init(&rank, is_less);
        att_rank_remove(&rank, &item.node);
        ck_assert_uint_eq(att_rank_count(&rank), 0);
}
END_TEST

ATT_TEST_MAIN("rank", counts_are_those_of_a_plain_walk_whatever_comes_and_goes,
              those_who_come_in_their_order_stand_as_if_they_had_come_in_any,
              removing_what_is_in_no_tree_is_fine)
