/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/map.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/rng.h"
#include "lib/base/util.h"
#include "tests/support/main.h"

struct thing {
        char name[8];
        struct att_map_node node;
        bool in_map;
};

static struct thing *find_thing(const struct att_map *map, const char *name)
{
        struct att_map_node *node = att_map_find(map, att_text_from(name));

        return node ? ATT_CONTAINER_OF(node, struct thing, node) : NULL;
}

START_TEST(an_empty_map_finds_nothing)
{
        ATT_CLEANUP(att_map_deinit) struct att_map map = {0};

        ck_assert_ptr_null(find_thing(&map, "ann"));
        ck_assert_ptr_null(find_thing(&map, ""));
        ck_assert_uint_eq(map.count, 0);
}
END_TEST

/* With a hash of 64 bits two of a hundred names have the same too rarely to be seen here. */
START_TEST(a_guess_is_what_would_be_found)
{
        ATT_CLEANUP(att_map_deinit) struct att_map map = {0};
        struct thing things[100];
        char name[8];

        ck_assert_ptr_null(att_map_guess(&map, att_text_hash(ATT_TEXT("0"))));
        att_map_fetch(&map, att_text_hash(ATT_TEXT("0"))); /* Harmless. */
        for (int i = 0; i < 100; i++) {
                (void)snprintf(things[i].name, sizeof(things[i].name), "%d", i);
                att_map_add(&map, &things[i].node, att_text_from(things[i].name));
        }
        for (int i = 0; i < 200; i++) {
                (void)snprintf(name, sizeof(name), "%d", i);
                att_map_fetch(&map, att_text_hash(att_text_from(name)));
                ck_assert_ptr_eq(att_map_guess(&map, att_text_hash(att_text_from(name))),
                                 att_map_find(&map, att_text_from(name)));
        }
}
END_TEST

START_TEST(what_was_added_is_found_until_it_is_removed)
{
        ATT_CLEANUP(att_map_deinit) struct att_map map;
        struct thing ann = {.name = "ann"};
        struct thing bob = {.name = "bob"};
        struct thing nameless = {.name = ""};

        att_map_init(&map);
        att_map_add(&map, &ann.node, att_text_from(ann.name));
        att_map_add(&map, &bob.node, att_text_from(bob.name));
        att_map_add(&map, &nameless.node, att_text_from(nameless.name));
        ck_assert_ptr_eq(find_thing(&map, "ann"), &ann);
        ck_assert_ptr_eq(find_thing(&map, "bob"), &bob);
        ck_assert_ptr_eq(find_thing(&map, ""), &nameless);
        ck_assert_ptr_null(find_thing(&map, "an"));

        att_map_remove(&map, &ann.node);
        ck_assert_ptr_null(find_thing(&map, "ann"));
        ck_assert_ptr_eq(find_thing(&map, "bob"), &bob);

        att_map_add(&map, &ann.node, att_text_from(ann.name));
        ck_assert_ptr_eq(find_thing(&map, "ann"), &ann);
        ck_assert_uint_eq(map.count, 3);
}
END_TEST

static void add_a_key_twice(void *context)
{
        struct att_map map = {0};
        struct thing things[2] = {{.name = "ann"}, {.name = "ann"}};

        (void)context;
        att_map_add(&map, &things[0].node, att_text_from(things[0].name));
        att_map_add(&map, &things[1].node, att_text_from(things[1].name));
}

static void remove_a_stranger(void *context)
{
        struct att_map map = {0};
        struct thing things[2] = {{.name = "ann"}, {.name = "bob"}};

        (void)context;
        att_map_add(&map, &things[0].node, att_text_from(things[0].name));
        att_map_remove(&map, &things[1].node);
}

START_TEST(a_key_is_in_a_map_at_most_once)
{
        ck_assert(test_aborts(add_a_key_twice, NULL));
}
END_TEST

START_TEST(only_what_is_in_a_map_may_be_removed)
{
        ck_assert(test_aborts(remove_a_stranger, NULL));
}
END_TEST

START_TEST(a_map_agrees_with_a_naive_table)
{
        enum { THINGS = 2000 };
        static struct thing things[THINGS];
        ATT_CLEANUP(att_map_deinit) struct att_map map = {0};
        struct att_rng rng;
        size_t count = 0;

        for (int i = 0; i < THINGS; i++) {
                (void)snprintf(things[i].name, sizeof(things[i].name), "t%d", i);
        }
        att_rng_seed(&rng, 1);
        for (int round = 0; round < 100000; round++) {
                struct thing *thing = &things[att_rng_below(&rng, THINGS)];

                ck_assert_ptr_eq(find_thing(&map, thing->name), thing->in_map ? thing : NULL);
                if (att_rng_below(&rng, 2) == 0) {
                        continue;
                }
                if (thing->in_map) {
                        att_map_remove(&map, &thing->node);
                        count--;
                } else {
                        att_map_add(&map, &thing->node, att_text_from(thing->name));
                        count++;
                }
                thing->in_map = !thing->in_map;
                ck_assert_uint_eq(map.count, count);
        }
        for (int i = 0; i < THINGS; i++) {
                ck_assert_ptr_eq(find_thing(&map, things[i].name),
                                 things[i].in_map ? &things[i] : NULL);
        }
}
END_TEST

ATT_TEST_MAIN("map", an_empty_map_finds_nothing, a_guess_is_what_would_be_found,
              what_was_added_is_found_until_it_is_removed, a_key_is_in_a_map_at_most_once,
              only_what_is_in_a_map_may_be_removed, a_map_agrees_with_a_naive_table)
