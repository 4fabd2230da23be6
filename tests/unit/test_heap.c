/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/heap.h"

#include "lib/base/rng.h"
#include "lib/base/util.h"
#include "tests/support/main.h"

struct timer {
        int64_t due_ms;
        uint32_t number;
        struct att_heap_node node;
};

static const struct timer *get_timer(const struct att_heap_node *node)
{
        return (const struct timer *)(const void *)((const char *)node -
                                                    offsetof(struct timer, node));
}

static bool is_due_before(const struct att_heap_node *a, const struct att_heap_node *b)
{
        const struct timer *x = get_timer(a);
        const struct timer *y = get_timer(b);

        return x->due_ms != y->due_ms ? x->due_ms < y->due_ms : x->number < y->number;
}

START_TEST(an_empty_heap_has_no_first)
{
        ATT_CLEANUP(att_heap_deinit) struct att_heap heap;

        att_heap_init(&heap, is_due_before);
        ck_assert_ptr_null(att_heap_first(&heap));
}
END_TEST

START_TEST(the_least_comes_first_and_equals_by_their_total_order)
{
        ATT_CLEANUP(att_heap_deinit) struct att_heap heap;
        struct timer timers[] = {
                {.due_ms = 20, .number = 3},
                {.due_ms = 10, .number = 2},
                {.due_ms = 10, .number = 1},
        };

        att_heap_init(&heap, is_due_before);
        for (size_t i = 0; i < ATT_ARRAY_LEN(timers); i++) {
                ck_assert(!att_heap_has(&timers[i].node));
                att_heap_add(&heap, &timers[i].node);
                ck_assert(att_heap_has(&timers[i].node));
        }
        for (uint32_t number = 1; number <= 3; number++) {
                struct att_heap_node *first = att_heap_first(&heap);

                ck_assert_uint_eq(get_timer(first)->number, number);
                att_heap_remove(&heap, first);
                ck_assert(!att_heap_has(first));
        }
        ck_assert_ptr_null(att_heap_first(&heap));
}
END_TEST

START_TEST(removing_what_is_in_no_heap_does_nothing)
{
        ATT_CLEANUP(att_heap_deinit) struct att_heap heap;
        struct timer timer = {0};

        att_heap_init(&heap, is_due_before);
        att_heap_remove(&heap, &timer.node);
        ck_assert_uint_eq(heap.count, 0);
}
END_TEST

static void add_twice(void *context)
{
        struct att_heap heap;
        struct timer timer = {0};

        (void)context;
        att_heap_init(&heap, is_due_before);
        att_heap_add(&heap, &timer.node);
        att_heap_add(&heap, &timer.node);
}

START_TEST(a_node_is_in_one_heap_only)
{
        ck_assert(test_aborts(add_twice, NULL));
}
END_TEST

START_TEST(a_heap_agrees_with_a_naive_scan)
{
        enum { TIMERS = 200 };
        ATT_CLEANUP(att_heap_deinit) struct att_heap heap;
        struct timer timers[TIMERS];
        struct att_rng rng;

        att_heap_init(&heap, is_due_before);
        att_rng_seed(&rng, 1);
        for (uint32_t i = 0; i < TIMERS; i++) {
                timers[i] = (struct timer){.number = i};
        }
        for (int round = 0; round < 50000; round++) {
                struct timer *timer = &timers[att_rng_below(&rng, TIMERS)];
                const int64_t due_ms = att_rng_between(&rng, 0, 50);

                if (!att_heap_has(&timer->node)) {
                        timer->due_ms = due_ms;
                        att_heap_add(&heap, &timer->node);
                } else if (att_rng_below(&rng, 2) == 0) {
                        timer->due_ms = due_ms;
                        att_heap_update(&heap, &timer->node);
                } else {
                        att_heap_remove(&heap, &timer->node);
                }

                const struct att_heap_node *least = NULL;
                uint32_t count = 0;

                for (uint32_t i = 0; i < TIMERS; i++) {
                        const struct att_heap_node *node = &timers[i].node;

                        if (att_heap_has(node)) {
                                count++;
                                least = !least || is_due_before(node, least) ? node : least;
                        }
                }
                ck_assert_uint_eq(heap.count, count);
                ck_assert_ptr_eq(att_heap_first(&heap), least);
        }
}
END_TEST

ATT_TEST_MAIN("heap", an_empty_heap_has_no_first,
              the_least_comes_first_and_equals_by_their_total_order,
              removing_what_is_in_no_heap_does_nothing, a_node_is_in_one_heap_only,
              a_heap_agrees_with_a_naive_scan)
