/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/whatif_chance.h"

#include <stdlib.h>

#include "tests/support/main.h"

#define DRAWS 20000

/* Gave up at 10, 30 and 50; served at 20, 30 and 60. */
static void fill(struct whatif_patience *patience)
{
        static const struct {
                int64_t ms;
                bool gave_up;
        } items[] = {{60, false}, {30, true}, {10, true}, {30, false}, {50, true}, {20, false}};

        for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
                whatif_patience_add(patience, items[i].ms, items[i].gave_up);
        }
        whatif_patience_estimate(patience);
}

START_TEST(the_estimate_is_that_of_kaplan_and_meier)
{
        struct whatif_patience patience = {0};

        fill(&patience);
        ck_assert_uint_eq(patience.gave_up_count, 3);
        ck_assert_double_eq_tol(whatif_patience_still(&patience, 9), 1, 1e-12);
        ck_assert_double_eq_tol(whatif_patience_still(&patience, 10), 5.0 / 6, 1e-12);
        ck_assert_double_eq_tol(whatif_patience_still(&patience, 29), 5.0 / 6, 1e-12);
        /* Who was served at 30 was still there when another gave up at 30: one of four. */
        ck_assert_double_eq_tol(whatif_patience_still(&patience, 30), 5.0 / 6 * 3 / 4, 1e-12);
        ck_assert_double_eq_tol(whatif_patience_still(&patience, 50), 5.0 / 6 * 3 / 4 / 2, 1e-12);
        ck_assert_double_eq_tol(whatif_patience_still(&patience, 1000), 5.0 / 6 * 3 / 4 / 2, 1e-12);
        whatif_patience_deinit(&patience);
}
END_TEST

START_TEST(draws_come_as_often_as_the_estimate_says)
{
        struct whatif_patience patience = {0};
        int counts[4] = {0};

        fill(&patience);
        for (int i = 1; i <= DRAWS; i++) {
                int64_t ms = whatif_patience_draw(&patience, -1, (double)i / DRAWS);

                counts[ms == 10 ? 0 : ms == 30 ? 1 : ms == 50 ? 2 : 3]++;
                ck_assert(ms == 10 || ms == 30 || ms == 50 || ms == WHATIF_NEVER_MS);
        }
        ck_assert_int_le(abs(counts[0] - DRAWS / 6), 1);
        ck_assert_int_le(abs(counts[1] - DRAWS * 5 / 24), 1);
        ck_assert_int_le(abs(counts[2] - DRAWS * 5 / 16), 1);
        ck_assert_int_le(abs(counts[3] - DRAWS * 5 / 16), 1);
        whatif_patience_deinit(&patience);
}
END_TEST

START_TEST(who_was_served_is_taken_to_wait_longer_than_they_did)
{
        struct whatif_patience patience = {0};
        int later = 0;

        fill(&patience);
        for (int i = 1; i <= DRAWS; i++) {
                int64_t ms = whatif_patience_draw(&patience, 30, (double)i / DRAWS);

                ck_assert_int_gt(ms, 30);
                later += ms == 50;
        }
        ck_assert_int_le(abs(later - DRAWS / 2), 1);
        ck_assert_int_eq(whatif_patience_draw(&patience, 50, 1e-9), WHATIF_NEVER_MS);
        whatif_patience_deinit(&patience);
}
END_TEST

START_TEST(where_nobody_gave_up_nobody_does)
{
        struct whatif_patience patience = {0};

        whatif_patience_estimate(&patience);
        ck_assert_int_eq(whatif_patience_draw(&patience, -1, 1e-9), WHATIF_NEVER_MS);
        whatif_patience_add(&patience, 5, false);
        whatif_patience_estimate(&patience);
        ck_assert_int_eq(whatif_patience_draw(&patience, -1, 1e-9), WHATIF_NEVER_MS);
        whatif_patience_deinit(&patience);
}
END_TEST

START_TEST(if_all_gave_up_the_last_one_is_the_longest)
{
        struct whatif_patience patience = {0};

        whatif_patience_add(&patience, 7, true);
        whatif_patience_add(&patience, 7, true);
        whatif_patience_add(&patience, 9, true);
        whatif_patience_estimate(&patience);
        ck_assert_double_eq_tol(whatif_patience_still(&patience, 7), 1.0 / 3, 1e-12);
        ck_assert_int_eq(whatif_patience_draw(&patience, -1, 1), 7);
        ck_assert_int_eq(whatif_patience_draw(&patience, -1, 1e-9), 9);
        whatif_patience_deinit(&patience);
}
END_TEST

START_TEST(the_median_is_one_of_the_times)
{
        struct whatif_times times = {0};

        ck_assert_int_eq(whatif_times_median(&times, -1), -1);
        whatif_times_add(&times, 30);
        ck_assert_int_eq(whatif_times_median(&times, -1), 30);
        whatif_times_add(&times, 10);
        ck_assert_int_eq(whatif_times_median(&times, -1), 10);
        whatif_times_add(&times, 20);
        ck_assert_int_eq(whatif_times_median(&times, -1), 20);
        whatif_times_deinit(&times);
}
END_TEST

START_TEST(a_chance_is_of_its_seed_purpose_and_names)
{
        double chance = whatif_chance(1, 2, ATT_TEXT("c1"), ATT_TEXT("ann"));
        double sum = 0;

        ck_assert(chance > 0 && chance <= 1);
        ck_assert(chance == whatif_chance(1, 2, ATT_TEXT("c1"), ATT_TEXT("ann")));
        ck_assert(chance != whatif_chance(2, 2, ATT_TEXT("c1"), ATT_TEXT("ann")));
        ck_assert(chance != whatif_chance(1, 3, ATT_TEXT("c1"), ATT_TEXT("ann")));
        ck_assert(chance != whatif_chance(1, 2, ATT_TEXT("c2"), ATT_TEXT("ann")));
        ck_assert(chance != whatif_chance(1, 2, ATT_TEXT("c1"), ATT_TEXT("bob")));
        for (uint64_t seed = 0; seed < DRAWS; seed++) {
                sum += whatif_chance(seed, 0, ATT_TEXT("c1"), ATT_TEXT_NONE);
        }
        ck_assert_double_eq_tol(sum / DRAWS, 0.5, 0.01);
}
END_TEST

ATT_TEST_MAIN("whatif_chance", the_estimate_is_that_of_kaplan_and_meier,
              draws_come_as_often_as_the_estimate_says,
              who_was_served_is_taken_to_wait_longer_than_they_did,
              where_nobody_gave_up_nobody_does, if_all_gave_up_the_last_one_is_the_longest,
              the_median_is_one_of_the_times, a_chance_is_of_its_seed_purpose_and_names)
