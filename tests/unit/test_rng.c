/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/rng.h"

#include <math.h>

#include "tests/support/main.h"

START_TEST(a_seed_gives_the_same_numbers_on_every_machine)
{
        /* From the authors' own code: splitmix64 of 0, then xoshiro256**. */
        static const uint64_t expected[] = {
                UINT64_C(0x99ec5f36cb75f2b4), UINT64_C(0xbf6e1f784956452a),
                UINT64_C(0x1a5f849d4933e6e0), UINT64_C(0x6aa594f1262d2d2c)};
        struct att_rng rng;

        att_rng_seed(&rng, 0);
        for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
                ck_assert_uint_eq(att_rng_next(&rng), expected[i]);
        }
}
END_TEST

START_TEST(below_stays_below_and_reaches_every_value_alike)
{
        struct att_rng rng;
        int counts[7] = {0};

        att_rng_seed(&rng, 1);
        for (int i = 0; i < 70000; i++) {
                const uint64_t value = att_rng_below(&rng, 7);

                ck_assert_uint_lt(value, 7);
                counts[value]++;
        }
        for (int i = 0; i < 7; i++) {
                ck_assert_int_gt(counts[i], 9500);
                ck_assert_int_lt(counts[i], 10500);
        }
        ck_assert_uint_eq(att_rng_below(&rng, 1), 0);
}
END_TEST

START_TEST(between_includes_both_ends)
{
        struct att_rng rng;
        bool low = false;
        bool high = false;

        att_rng_seed(&rng, 2);
        for (int i = 0; i < 1000; i++) {
                const int64_t value = att_rng_between(&rng, -3, 3);

                ck_assert_int_ge(value, -3);
                ck_assert_int_le(value, 3);
                low = low || value == -3;
                high = high || value == 3;
        }
        ck_assert(low && high);
        ck_assert_int_eq(att_rng_between(&rng, 5, 5), 5);
        (void)att_rng_between(&rng, INT64_MIN, INT64_MAX);
}
END_TEST

START_TEST(unit_numbers_are_spread_over_zero_to_one)
{
        struct att_rng rng;
        double sum = 0.0;

        att_rng_seed(&rng, 3);
        for (int i = 0; i < 100000; i++) {
                const double value = att_rng_unit(&rng);

                ck_assert(value >= 0.0 && value < 1.0);
                sum += value;
        }
        ck_assert_double_eq_tol(sum / 100000, 0.5, 0.01);
}
END_TEST

START_TEST(exponential_numbers_have_their_mean)
{
        struct att_rng rng;
        double sum = 0.0;

        att_rng_seed(&rng, 4);
        for (int i = 0; i < 100000; i++) {
                const double value = att_rng_exponential(&rng, 180.0);

                ck_assert(value >= 0.0 && isfinite(value));
                sum += value;
        }
        ck_assert_double_eq_tol(sum / 100000, 180.0, 3.0);
}
END_TEST

START_TEST(normal_numbers_have_mean_zero_and_deviation_one)
{
        struct att_rng rng;
        double sum = 0.0;
        double squares = 0.0;

        att_rng_seed(&rng, 5);
        for (int i = 0; i < 100000; i++) {
                const double value = att_rng_normal(&rng);

                sum += value;
                squares += value * value;
        }
        ck_assert_double_eq_tol(sum / 100000, 0.0, 0.02);
        ck_assert_double_eq_tol(squares / 100000, 1.0, 0.02);
}
END_TEST

START_TEST(a_fork_does_not_disturb_its_parent)
{
        struct att_rng one;
        struct att_rng other;
        struct att_rng one_child;
        struct att_rng other_child;

        att_rng_seed(&one, 6);
        att_rng_seed(&other, 6);
        att_rng_fork(&one, &one_child);
        att_rng_fork(&other, &other_child);
        for (int i = 0; i < 100; i++) {
                (void)att_rng_next(&one_child); /* Used in the one, not in the other. */
        }
        ck_assert_uint_eq(att_rng_next(&one), att_rng_next(&other));
        ck_assert_uint_ne(att_rng_next(&other_child), att_rng_next(&other));
}
END_TEST

ATT_TEST_MAIN("rng", a_seed_gives_the_same_numbers_on_every_machine,
              below_stays_below_and_reaches_every_value_alike, between_includes_both_ends,
              unit_numbers_are_spread_over_zero_to_one, exponential_numbers_have_their_mean,
              normal_numbers_have_mean_zero_and_deviation_one, a_fork_does_not_disturb_its_parent)
