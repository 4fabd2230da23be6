/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/buffer.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/rng.h"
#include "lib/base/util.h"
#include "tests/support/main.h"

START_TEST(a_new_buffer_is_the_empty_text)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer buffer = {0};

        ck_assert(att_text_is_empty(att_buffer_text(&buffer)));
        ck_assert_ptr_nonnull(att_buffer_text(&buffer).data);
        att_buffer_clear(&buffer);
        att_buffer_drop_front(&buffer, 0);
        ck_assert_uint_eq(buffer.len, 0);
}
END_TEST

START_TEST(what_is_appended_stands_in_order)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer buffer = {0};

        att_buffer_append(&buffer, "one", 3);
        att_buffer_append_byte(&buffer, ' ');
        att_buffer_append_text(&buffer, ATT_TEXT("two"));
        att_buffer_append_c(&buffer, " three");
        att_buffer_printf(&buffer, " %d%s", 4, "!");
        att_buffer_append(&buffer, NULL, 0);
        ck_assert_str_eq(buffer.data, "one two three 4!");
        ck_assert_uint_eq(buffer.len, 16);
}
END_TEST

START_TEST(a_long_print_is_not_cut)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer buffer = {0};

        att_buffer_printf(&buffer, "%0*d", 5000, 7);
        ck_assert_uint_eq(buffer.len, 5000);
        ck_assert_uint_eq(strlen(buffer.data), 5000);
        ck_assert_int_eq(buffer.data[4999], '7');
}
END_TEST

START_TEST(numbers_are_written_as_printf_writes_them)
{
        const int64_t numbers[] = {0, 1, 9, 10, -1, 1234567890, INT64_MAX, INT64_MIN};
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer written = {0};
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer printed = {0};

        for (size_t i = 0; i < ATT_ARRAY_LEN(numbers); i++) {
                att_buffer_append_int(&written, numbers[i]);
                att_buffer_append_uint(&written, (uint64_t)numbers[i]);
                att_buffer_printf(&printed, "%lld%llu", (long long)numbers[i],
                                  (unsigned long long)numbers[i]);
        }
        ck_assert_str_eq(written.data, printed.data);
}
END_TEST

START_TEST(a_stolen_buffer_is_new_again)
{
        struct att_buffer buffer = {0};

        att_buffer_append_c(&buffer, "mine");
        ATT_CLEANUP(att_free_pointer) char *stolen = att_buffer_steal(&buffer);
        ATT_CLEANUP(att_free_pointer) char *empty = att_buffer_steal(&buffer);

        ck_assert_str_eq(stolen, "mine");
        ck_assert_str_eq(empty, "");
        ck_assert_ptr_null(buffer.data);
        ck_assert_uint_eq(buffer.capacity, 0);
}
END_TEST

static void drop_too_much(void *context)
{
        struct att_buffer buffer = {0};

        (void)context;
        att_buffer_append_c(&buffer, "abc");
        att_buffer_drop_front(&buffer, 4);
}

START_TEST(no_more_is_dropped_than_there_is)
{
        ck_assert(test_aborts(drop_too_much, NULL));
}
END_TEST

START_TEST(a_buffer_agrees_with_a_plain_array)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer buffer = {0};
        char expected[4096];
        size_t len = 0;
        struct att_rng rng;

        att_rng_seed(&rng, 1);
        for (int round = 0; round < 20000; round++) {
                char piece[64];
                const size_t piece_len = att_rng_below(&rng, sizeof(piece));

                if (len + piece_len > sizeof(expected) || att_rng_below(&rng, 3) == 0) {
                        const size_t dropped = att_rng_below(&rng, len + 1);

                        att_buffer_drop_front(&buffer, dropped);
                        len -= dropped;
                        memmove(expected, expected + dropped, len);
                } else {
                        for (size_t i = 0; i < piece_len; i++) {
                                piece[i] = (char)att_rng_next(&rng);
                        }
                        att_buffer_append(&buffer, piece, piece_len);
                        memcpy(expected + len, piece, piece_len);
                        len += piece_len;
                }
                ck_assert(att_text_equals(att_buffer_text(&buffer), att_text_of(expected, len)));
                ck_assert(buffer.data == NULL || buffer.data[buffer.len] == '\0');
        }
}
END_TEST

ATT_TEST_MAIN("buffer", a_new_buffer_is_the_empty_text, what_is_appended_stands_in_order,
              a_long_print_is_not_cut,
              numbers_are_written_as_printf_writes_them, a_stolen_buffer_is_new_again,
              no_more_is_dropped_than_there_is, a_buffer_agrees_with_a_plain_array)
