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

/* What lies in the tree says no more than half of the key: the rest is asked of the node. */
static uint64_t half_of(uint64_t key)
{
        return key / 2;
}

static bool is_below(uint64_t half, const struct att_rank_node *node, const void *context)
{
        const uint64_t *key = context;
        ck_assert_uint_eq(half, half_of(item_of(node)->key));
        return half != half_of(*key) ? half < half_of(*key) : item_of(node)->key < *key;
}

START_TEST(counts_are_those_of_a_plain_walk_whatever_comes_and_goes)
{
        static struct item items[2000];
        struct att_pool pool = {0};
        struct att_rank rank;
        struct att_rng rng;
        att_rng_seed(&rng, 7);
        att_rank_init(&rank, &pool, is_less);
        for (int round = 0; round < 20000; round++) {
                struct item *item = &items[att_rng_below(&rng, ATT_ARRAY_LEN(items))];
                bool fills = round / 5000 % 2 == 0; /* By turns it gets full and nearly empty. */
                if (att_rank_has(&item->node)) {
                        if (!fills || att_rng_below(&rng, 4) == 0) {
                                att_rank_remove(&rank, &item->node);
                        }
                } else if (fills || att_rng_below(&rng, 8) == 0) {
                        item->key = att_rng_below(&rng, 50);
                        att_rank_add(&rank, &item->node, half_of(item->key));
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
        att_rank_clear(&rank);
        ck_assert_uint_eq(att_rank_count(&rank), 0);
        att_pool_deinit(&pool);
}
END_TEST

static int compare_items(const void *a, const void *b)
{
        const struct att_rank_node *node_a = *(struct att_rank_node *const *)a;
        const struct att_rank_node *node_b = *(struct att_rank_node *const *)b;
        return is_less(node_a, node_b) ? -1 : is_less(node_b, node_a);
}

START_TEST(those_who_come_in_their_order_stand_as_if_they_had_come_in_any)
{
        static struct item items[3000];
        static struct att_rank_node *nodes[3000];
        struct att_rng rng;
        att_rng_seed(&rng, 11);
        for (uint32_t count = 0; count <= ATT_ARRAY_LEN(items); count += 1 + count / 4) {
                struct att_pool pool = {0};
                struct att_rank rank;
                att_rank_init(&rank, &pool, is_less);
                for (uint32_t i = 0; i < count; i++) {
                        items[i] = (struct item){.key = att_rng_below(&rng, 50)};
                        nodes[i] = &items[i].node;
                }
                if (count > 0) {
                        qsort(nodes, count, sizeof(struct att_rank_node *), compare_items);
                }
                for (uint32_t i = 0; i < count; i++) {
                        uint64_t half = half_of(item_of(nodes[i])->key);
                        ck_assert(att_rank_is_last(&rank, nodes[i], half));
                        att_rank_append(&rank, nodes[i], half);
                        ck_assert(i == 0 || !att_rank_is_last(&rank, nodes[0],
                                                              half_of(item_of(nodes[0])->key)));
                }
                for (uint32_t i = 0; i < count; i += 3) { /* And then they come and go as ever. */
                        att_rank_remove(&rank, &items[i].node);
                        items[i].key = att_rng_below(&rng, 50);
                        att_rank_add(&rank, &items[i].node, half_of(items[i].key));
                }
                ck_assert_uint_eq(att_rank_count(&rank), count);
                for (uint64_t key = 0; key < 52; key++) {
                        uint32_t below = 0;
                        for (uint32_t i = 0; i < count; i++) {
                                below += items[i].key < key;
                        }
                        ck_assert_uint_eq(att_rank_count_before(&rank, is_below, &key), below);
                }
                for (uint32_t i = 0; i < count; i++) { /* From the front to nobody. */
                        att_rank_remove(&rank, nodes[i]);
                        ck_assert_uint_eq(att_rank_count(&rank), count - i - 1);
                }
                ck_assert_ptr_null(rank.root);
                att_pool_deinit(&pool);
        }
}
END_TEST

START_TEST(removing_what_is_in_no_tree_is_fine)
{
        struct att_pool pool = {0};
        struct att_rank rank;
        struct item item = {.key = 1};
        att_rank_init(&rank, &pool, is_less);
        att_rank_remove(&rank, &item.node);
        ck_assert_uint_eq(att_rank_count(&rank), 0);
}
END_TEST

ATT_TEST_MAIN("rank", counts_are_those_of_a_plain_walk_whatever_comes_and_goes,
              those_who_come_in_their_order_stand_as_if_they_had_come_in_any,
              removing_what_is_in_no_tree_is_fine)
