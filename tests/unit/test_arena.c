/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/arena.h"

#include <string.h>

#include "tests/support/main.h"

static void take_and_check(struct att_arena *arena, size_t bytes)
{
        char *memory = att_arena_take(arena, bytes);
        for (size_t i = 0; i < bytes; i++) {
                ck_assert_int_eq(memory[i], 0);
        }
        memset(memory, 0x5a, bytes);
}

START_TEST(what_is_taken_after_a_clear_is_zeroed_too)
{
        struct att_arena arena = {0};
        att_arena_clear(&arena); /* Nothing is taken yet. */
        for (size_t bytes = 1; bytes < 100000; bytes = bytes * 5 / 2 + 1) {
                take_and_check(&arena, bytes);
                take_and_check(&arena, 10);
                ck_assert_uint_ge(arena.bytes, bytes + 10);
                att_arena_clear(&arena);
                ck_assert_uint_eq(arena.bytes, 0);
        }
        att_arena_deinit(&arena);
}
END_TEST

START_TEST(a_clear_keeps_no_more_than_a_block)
{
        struct att_arena arena = {0};
        for (int i = 0; i < 100; i++) {
                take_and_check(&arena, 1000);
        }
        att_arena_clear(&arena);
        struct att_text text = att_arena_text(&arena, ATT_TEXT("kept"));
        ck_assert(att_text_equals_c(text, "kept"));
        ck_assert_int_eq(text.data[4], 0);
        att_arena_deinit(&arena);
}
END_TEST

ATT_TEST_MAIN("arena", what_is_taken_after_a_clear_is_zeroed_too,
              a_clear_keeps_no_more_than_a_block)
