/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/push_window.h"

#include <inttypes.h>
#include <stdio.h>

#include "tests/support/main.h"

/* A push whose frame is its id. */
static void add(struct push_window *window)
{
        att_buffer_printf(&window->bytes, "<%" PRIu64 ">", push_window_next_id(window));
        push_window_added(window, (int64_t)push_window_next_id(window));
}

static void add_many(struct push_window *window, int count)
{
        for (int i = 0; i < count; i++) {
                add(window);
        }
}

static void check_next(struct push_window *window, uint64_t id)
{
        struct att_text frame;
        char expected[32];

        (void)snprintf(expected, sizeof(expected), "<%" PRIu64 ">", id);
        ck_assert(push_window_take(window, &frame));
        ck_assert_msg(att_text_equals_c(frame, expected), "'%.*s' is not '%s'",
                      ATT_TEXT_ARGS(frame), expected);
}

static void check_none(struct push_window *window)
{
        struct att_text frame;

        ck_assert(!push_window_take(window, &frame));
}

START_TEST(pushes_are_taken_once_and_in_order)
{
        struct push_window window;

        push_window_init(&window);
        check_none(&window);
        add_many(&window, 40);
        for (uint64_t id = 1; id <= 40; id++) {
                check_next(&window, id);
        }
        check_none(&window);
        add(&window);
        check_next(&window, 41);
        push_window_deinit(&window);
}
END_TEST

START_TEST(the_unacknowledged_come_again_in_order)
{
        struct push_window window;

        push_window_init(&window);
        add_many(&window, 10);
        for (uint64_t id = 1; id <= 8; id++) {
                check_next(&window, id);
        }
        push_window_acknowledge(&window, 3);
        push_window_rewind(&window, 5);
        for (uint64_t id = 6; id <= 10; id++) {
                check_next(&window, id);
        }
        check_none(&window);
        push_window_rewind(&window, 0); /* It may not remember; what was acknowledged is gone. */
        check_next(&window, 6);
        push_window_deinit(&window);
}
END_TEST

START_TEST(what_is_cleared_is_gone_and_numbers_go_on)
{
        struct push_window window;

        push_window_init(&window);
        add_many(&window, 10);
        check_next(&window, 1);
        push_window_clear(&window);
        ck_assert_uint_eq(push_window_kept(&window), 0);
        check_none(&window);
        add(&window);
        check_next(&window, 11);
        push_window_rewind(&window, 1); /* Who saw the first one only. */
        check_next(&window, 11);
        push_window_acknowledge(&window, 11);
        ck_assert_uint_eq(push_window_kept(&window), 0);
        push_window_deinit(&window);
}
END_TEST

START_TEST(what_was_never_sent_cannot_be_acknowledged)
{
        struct push_window window;

        push_window_init(&window);
        add_many(&window, 3);
        check_next(&window, 1);
        push_window_acknowledge(&window, 99);
        check_next(&window, 2);
        push_window_rewind(&window, UINT64_MAX);
        check_next(&window, 3);
        push_window_deinit(&window);
}
END_TEST

START_TEST(a_closed_window_opens_with_an_acknowledgement)
{
        struct push_window window;

        push_window_init(&window);
        add_many(&window, PUSH_WINDOW + 5);
        for (uint64_t id = 1; id <= PUSH_WINDOW; id++) {
                check_next(&window, id);
        }
        check_none(&window);
        push_window_acknowledge(&window, 2);
        check_next(&window, PUSH_WINDOW + 1);
        check_next(&window, PUSH_WINDOW + 2);
        check_none(&window);
        push_window_deinit(&window);
}
END_TEST

START_TEST(what_was_added_up_to_a_time_is_acknowledged_or_not)
{
        struct push_window window;

        push_window_init(&window);
        ck_assert(push_window_is_acknowledged(&window, 1000));
        add_many(&window, 3); /* At 1, 2 and 3. */
        ck_assert(push_window_is_acknowledged(&window, 0));
        ck_assert(!push_window_is_acknowledged(&window, 1));
        for (uint64_t id = 1; id <= 3; id++) {
                check_next(&window, id);
        }
        push_window_acknowledge(&window, 2);
        ck_assert(push_window_is_acknowledged(&window, 2));
        ck_assert(!push_window_is_acknowledged(&window, 3));
        push_window_acknowledge(&window, 3);
        ck_assert(push_window_is_acknowledged(&window, 3));
        push_window_deinit(&window);
}
END_TEST

START_TEST(one_who_never_acknowledges_fills_it)
{
        struct push_window window;

        push_window_init(&window);
        add_many(&window, PUSH_WINDOW_KEPT_MAX - 1);
        ck_assert(!push_window_is_full(&window));
        add(&window);
        ck_assert(push_window_is_full(&window));
        push_window_deinit(&window);
}
END_TEST

START_TEST(memory_stays_flat_when_all_is_acknowledged)
{
        struct push_window window;
        size_t capacity = 0;

        push_window_init(&window);
        for (uint64_t id = 1; id <= 200000; id++) {
                add(&window);
                check_next(&window, id);
                push_window_acknowledge(&window, id - (id % 7));
                if (id == 20000) {
                        capacity = window.bytes.capacity;
                }
        }
        ck_assert_uint_eq(window.bytes.capacity, capacity);
        push_window_deinit(&window);
}
END_TEST

ATT_TEST_MAIN("push window", pushes_are_taken_once_and_in_order,
              the_unacknowledged_come_again_in_order, what_is_cleared_is_gone_and_numbers_go_on,
              what_was_never_sent_cannot_be_acknowledged,
              a_closed_window_opens_with_an_acknowledgement,
              what_was_added_up_to_a_time_is_acknowledged_or_not,
              one_who_never_acknowledges_fills_it, memory_stays_flat_when_all_is_acknowledged)
