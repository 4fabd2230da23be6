/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/pool.h"

#include <string.h>

#include "tests/support/main.h"

START_TEST(what_is_taken_is_zeroed_whatever_was_in_it)
{
        struct att_pool pool = {0};
        for (size_t bytes = 0; bytes < 3000; bytes += 97) {
                for (int again = 0; again < 2; again++) {
                        char *memory = att_pool_take(&pool, bytes);
                        for (size_t i = 0; i < bytes; i++) {
                                ck_assert_int_eq(memory[i], 0);
                        }
                        memset(memory, 0x5a, bytes);
                        att_pool_give(&pool, memory, bytes);
                }
        }
        att_pool_deinit(&pool);
}
END_TEST

START_TEST(pieces_do_not_overlap)
{
        struct att_pool pool = {0};
        char *pieces[64];
        for (int i = 0; i < 64; i++) {
                pieces[i] = att_pool_take(&pool, 48);
                memset(pieces[i], i, 48);
        }
        for (int i = 0; i < 64; i++) {
                for (int k = 0; k < 48; k++) {
                        ck_assert_int_eq(pieces[i][k], i);
                }
                att_pool_give(&pool, pieces[i], 48);
        }
        att_pool_deinit(&pool);
}
END_TEST

START_TEST(what_is_taken_unset_lies_by_itself)
{
        struct att_pool pool = {0};
        for (size_t bytes = 1; bytes < 3000; bytes += 97) {
                char *first = att_pool_take_unset(&pool, bytes);
                memset(first, 1, bytes);
                att_pool_give(&pool, first, bytes);
                first = att_pool_take_unset(&pool, bytes);
                char *second = att_pool_take_unset(&pool, bytes);
                memset(first, 1, bytes);
                memset(second, 2, bytes);
                ck_assert_int_eq(first[0], 1);
                ck_assert_int_eq(first[bytes - 1], 1);
                att_pool_give(&pool, first, bytes);
                att_pool_give(&pool, second, bytes);
        }
        att_pool_deinit(&pool);
}
END_TEST

START_TEST(what_fills_lines_begins_with_one_however_much_is_taken)
{
        struct att_pool pool = {0};
        char *last = NULL;
        for (int i = 0; i < 10000; i++) { /* Past the plain slabs. */
                char *large = att_pool_take_unset(&pool, 570);
                char *small = att_pool_take_unset(&pool, 40);
                ck_assert_uint_eq((uintptr_t)large % (TEST_IS_SANITIZED ? 16 : 64), 0);
                ck_assert_uint_eq((uintptr_t)small % 16, 0);
                memset(large, 1, 570);
                memset(small, 2, 40);
                ck_assert(!last || (last[0] == 1 && last[569] == 1));
                if (i % 3 == 0) {
                        att_pool_give(&pool, small, 40);
                }
                if (TEST_IS_SANITIZED || i == 9999) {
                        att_pool_give(&pool, large, 570);
                } else {
                        last = large;
                }
                if (TEST_IS_SANITIZED && i % 3 != 0) {
                        att_pool_give(&pool, small, 40);
                }
        }
        att_pool_deinit(&pool);
}
END_TEST

START_TEST(an_array_grows_with_what_is_in_it)
{
        struct att_pool pool = {0};
        uint64_t *numbers = NULL;
        uint32_t room = 0;
        for (uint32_t i = 0; i < 1000; i++) { /* Past what a pool holds. */
                numbers = att_pool_grow(&pool, numbers, &room, i + 1, sizeof(*numbers));
                ck_assert_uint_gt(room, i);
                ck_assert_uint_eq(numbers[i], 0);
                numbers[i] = i + 1;
        }
        for (uint32_t i = 0; i < 1000; i++) {
                ck_assert_uint_eq(numbers[i], i + 1);
        }
        ck_assert_ptr_eq(att_pool_grow(&pool, numbers, &room, 10, sizeof(*numbers)), numbers);
        att_pool_give(&pool, numbers, room * sizeof(*numbers));
        att_pool_deinit(&pool);
}
END_TEST

START_TEST(a_text_is_kept_with_its_end)
{
        struct att_pool pool = {0};
        char *text = att_pool_text(&pool, att_text_of("lunch break", 5));
        ck_assert_str_eq(text, "lunch");
        att_pool_give_text(&pool, text);
        text = att_pool_text(&pool, ATT_TEXT_NONE);
        ck_assert_str_eq(text, "");
        att_pool_give_text(&pool, text);
        att_pool_give_text(&pool, NULL);
        att_pool_deinit(&pool);
}
END_TEST

START_TEST(nothing_may_be_given_back)
{
        struct att_pool pool = {0};
        att_pool_give(&pool, NULL, 100);
        att_pool_deinit(&pool);
}
END_TEST

ATT_TEST_MAIN("pool", what_is_taken_is_zeroed_whatever_was_in_it, pieces_do_not_overlap,
              what_is_taken_unset_lies_by_itself,
              what_fills_lines_begins_with_one_however_much_is_taken,
              an_array_grows_with_what_is_in_it, a_text_is_kept_with_its_end,
              nothing_may_be_given_back)
