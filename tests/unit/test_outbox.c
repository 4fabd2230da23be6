/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/outbox.h"

#include "tests/support/main.h"

static void check_ready(const struct outbox *outbox, const char *expected)
{
        struct att_text ready = outbox_ready(outbox);

        ck_assert_msg(att_text_equals_c(ready, expected), "'%.*s' is not '%s'",
                      ATT_TEXT_ARGS(ready), expected);
}

START_TEST(nothing_leaves_before_its_batch_is_durable)
{
        struct outbox outbox;

        outbox_init(&outbox);
        att_buffer_append_c(&outbox.bytes, "first");
        check_ready(&outbox, "");
        outbox_begin_commit(&outbox);
        check_ready(&outbox, "");
        outbox_end_commit(&outbox);
        check_ready(&outbox, "first");
        outbox_deinit(&outbox);
}
END_TEST

START_TEST(what_comes_during_a_commit_waits_for_the_next)
{
        struct outbox outbox;

        outbox_init(&outbox);
        att_buffer_append_c(&outbox.bytes, "one ");
        outbox_begin_commit(&outbox);
        att_buffer_append_c(&outbox.bytes, "two ");
        outbox_end_commit(&outbox);
        check_ready(&outbox, "one ");
        outbox_drop(&outbox, 2);
        check_ready(&outbox, "e ");
        outbox_begin_commit(&outbox);
        att_buffer_append_c(&outbox.bytes, "three");
        outbox_drop(&outbox, 2);
        check_ready(&outbox, "");
        outbox_end_commit(&outbox);
        check_ready(&outbox, "two ");
        ck_assert_uint_eq(outbox_pending(&outbox), 9);
        outbox_deinit(&outbox);
}
END_TEST

START_TEST(an_empty_outbox_gives_its_memory_back)
{
        struct outbox outbox;

        outbox_init(&outbox);
        att_buffer_reserve(&outbox.bytes, 1000000);
        att_buffer_append_c(&outbox.bytes, "x");
        outbox_begin_commit(&outbox);
        outbox_end_commit(&outbox);
        outbox_drop(&outbox, 1);
        ck_assert_uint_eq(outbox.bytes.capacity, 0);
        outbox_deinit(&outbox);
}
END_TEST

static void drop_too_much(void *context)
{
        outbox_drop(context, 1);
}

START_TEST(dropping_what_is_held_is_a_broken_program)
{
        struct outbox outbox;

        outbox_init(&outbox);
        att_buffer_append_c(&outbox.bytes, "held");
        ck_assert(test_aborts(drop_too_much, &outbox));
        outbox_deinit(&outbox);
}
END_TEST

ATT_TEST_MAIN("outbox", nothing_leaves_before_its_batch_is_durable,
              what_comes_during_a_commit_waits_for_the_next, an_empty_outbox_gives_its_memory_back,
              dropping_what_is_held_is_a_broken_program)
