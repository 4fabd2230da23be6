/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/rank.h"

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
              removing_what_is_in_no_tree_is_fine)
