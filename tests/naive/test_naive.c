/* SPDX-License-Identifier: Apache-2.0 */
/* The engine and a naive router, written apart from the same words, say the same. */
#include <stdio.h>

#include "tests/naive/compare.h"
#include "tests/support/main.h"

static void compare_all(uint64_t first, uint64_t last, uint64_t features, uint32_t commands)
{
        for (uint64_t seed = first; seed <= last; seed++) {
                struct att_buffer text = {0};
                enum compare_result result = compare_seed(seed, features, commands, &text);

                ck_assert_msg(result == COMPARE_SAME || result == COMPARE_GAVE_UP, "%s",
                              text.data ? text.data : "");
                att_buffer_deinit(&text);
        }
}

#define BIT(feature) (UINT64_C(1) << (feature))

START_TEST(a_plain_centre_is_routed_as_the_naive_router_does)
{
        compare_all(1, TEST_TIMES(60), BIT(RANDOM_SKILLS) | BIT(RANDOM_WRAP_UP) | BIT(RANDOM_PAUSE),
                    150);
}
END_TEST

START_TEST(ties_and_urgency_are_decided_as_the_naive_router_does)
{
        compare_all(1, TEST_TIMES(60),
                    BIT(RANDOM_SKILLS) | BIT(RANDOM_POINTS) | BIT(RANDOM_TIERS) | BIT(RANDOM_FIT) |
                            BIT(RANDOM_FIT_POINTS) | BIT(RANDOM_SLOPES) | BIT(RANDOM_STARVE) |
                            BIT(RANDOM_WAITED) | BIT(RANDOM_PROFILES) | BIT(RANDOM_PREFERS),
                    150);
}
END_TEST

START_TEST(capacity_is_given_as_the_naive_router_does)
{
        compare_all(1, TEST_TIMES(60),
                    BIT(RANDOM_CHANNELS) | BIT(RANDOM_LIMITS) | BIT(RANDOM_EXCLUSIVE) |
                            BIT(RANDOM_INTERRUPTS) | BIT(RANDOM_AUTO) | BIT(RANDOM_BOTS) |
                            BIT(RANDOM_OCCUPIED) | BIT(RANDOM_WRAP_UP) | BIT(RANDOM_REACH),
                    150);
}
END_TEST

START_TEST(all_together_is_as_the_naive_router_does)
{
        compare_all(1, TEST_TIMES(300), RANDOM_ALL, 150);
}
END_TEST

ATT_TEST_MAIN("naive", a_plain_centre_is_routed_as_the_naive_router_does,
              ties_and_urgency_are_decided_as_the_naive_router_does,
              capacity_is_given_as_the_naive_router_does, all_together_is_as_the_naive_router_does)
