/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/front_end.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/main.h"

/* Feeds only point to sessions. */
static struct session *session_number(uintptr_t number)
{
        return (struct session *)(number * 64);
}

static struct feed *begin_feed(struct front_ends *front_ends, struct front_end *front_end,
                               struct att_text agent, struct session *session)
{
        char token[FEED_TOKEN_SIZE];

        feed_choose_token(front_ends, ATT_TEXT_NONE, token);
        return feed_new(front_ends, front_end, agent, token, session);
}

START_TEST(a_token_is_kept_unless_it_is_none_or_somebody_elses)
{
        struct front_ends front_ends;
        const struct att_text had = ATT_TEXT("0123456789abcdef0123456789abcdef");
        char token[FEED_TOKEN_SIZE];
        struct feed *feed;

        front_ends_init(&front_ends);
        feed_choose_token(&front_ends, had, token);
        ck_assert(att_text_equals_c(had, token));
        feed = feed_new(&front_ends, NULL, ATT_TEXT("ann"), token, session_number(1));
        feed_choose_token(&front_ends, had, token);
        ck_assert(!att_text_equals_c(had, token));
        feed_choose_token(&front_ends, ATT_TEXT("0123456789abcdef0123456789abcdeg"), token);
        ck_assert_ptr_null(strchr(token, 'g'));
        feed_choose_token(&front_ends, ATT_TEXT("0123"), token);
        ck_assert_uint_eq(strlen(token), FEED_TOKEN_SIZE - 1);
        feed_free(&front_ends, feed);
        front_ends_deinit(&front_ends);
}
END_TEST

START_TEST(a_feed_is_found_by_its_token_its_name_and_its_agent)
{
        struct front_ends front_ends;
        struct front_end *pbx;
        struct feed *feed;
        char token[FEED_TOKEN_SIZE];

        front_ends_init(&front_ends);
        pbx = front_ends_get(&front_ends, ATT_TEXT("pbx"));
        ck_assert_ptr_eq(pbx, front_ends_get(&front_ends, ATT_TEXT("pbx")));
        feed = begin_feed(&front_ends, pbx, ATT_TEXT("ann"), session_number(1));
        (void)snprintf(token, sizeof(token), "%s", feed->token);
        ck_assert_ptr_eq(feeds_find(&front_ends, att_text_from(token), pbx, ATT_TEXT("ann")), feed);
        ck_assert_ptr_null(feeds_find(&front_ends, att_text_from(token), pbx, ATT_TEXT("bob")));
        ck_assert_ptr_null(feeds_find(&front_ends, att_text_from(token), NULL, ATT_TEXT("ann")));
        ck_assert_ptr_null(feeds_find(&front_ends, ATT_TEXT("guess"), pbx, ATT_TEXT("ann")));
        feed_free(&front_ends, feed);
        ck_assert_ptr_null(feeds_find(&front_ends, att_text_from(token), pbx, ATT_TEXT("ann")));
        front_ends_deinit(&front_ends);
}
END_TEST

START_TEST(a_detached_feed_waits_for_a_while)
{
        struct front_ends front_ends;
        struct front_end *pbx;
        struct feed *early;
        struct feed *late;

        front_ends_init(&front_ends);
        pbx = front_ends_get(&front_ends, ATT_TEXT("pbx"));
        early = begin_feed(&front_ends, pbx, ATT_TEXT_NONE, session_number(1));
        late = begin_feed(&front_ends, pbx, ATT_TEXT_NONE, session_number(2));
        feed_detach(&front_ends, early, 1000);
        feed_detach(&front_ends, late, 2000);
        feeds_expire(&front_ends, 1000 + FEED_DETACHED_MS_MAX);
        ck_assert_uint_eq(front_ends.detached_count, 1);
        feed_attach(&front_ends, late, session_number(3));
        feeds_expire(&front_ends, INT64_MAX);
        ck_assert_uint_eq(front_ends.detached_count, 0);
        ck_assert_ptr_eq(late->session, session_number(3));
        feed_free(&front_ends, late);
        front_ends_deinit(&front_ends);
}
END_TEST

START_TEST(the_bytes_of_detached_feeds_are_counted)
{
        struct front_ends front_ends;
        struct front_end *pbx;
        struct feed *feed;
        size_t before;

        front_ends_init(&front_ends);
        pbx = front_ends_get(&front_ends, ATT_TEXT("pbx"));
        feed = begin_feed(&front_ends, pbx, ATT_TEXT_NONE, session_number(1));
        att_buffer_append_c(&feed->pushes.bytes, "12345");
        push_window_added(&feed->pushes, 1);
        ck_assert_uint_eq(front_ends.detached_bytes, 0);
        feed_detach(&front_ends, feed, 1000);
        ck_assert_uint_eq(front_ends.detached_bytes, 5);
        before = feed->pushes.bytes.len;
        att_buffer_append_c(&feed->pushes.bytes, "678");
        push_window_added(&feed->pushes, 2);
        feed_note_bytes(&front_ends, feed, before);
        ck_assert_uint_eq(front_ends.detached_bytes, 8);
        feed_make_stale(&front_ends, feed);
        ck_assert(feed->is_stale);
        ck_assert_uint_eq(front_ends.detached_bytes, 0);
        feed_attach(&front_ends, feed, session_number(2));
        feed_free(&front_ends, feed);
        ck_assert_uint_eq(front_ends.detached_bytes, 0);
        front_ends_deinit(&front_ends);
}
END_TEST

START_TEST(detached_feeds_are_bounded_the_oldest_goes_first)
{
        struct front_ends front_ends;
        struct front_end *pbx;
        struct feed *feed = NULL;

        front_ends_init(&front_ends);
        pbx = front_ends_get(&front_ends, ATT_TEXT("pbx"));
        for (int i = 0; i < FEEDS_DETACHED_MAX + 10; i++) {
                feed = begin_feed(&front_ends, pbx, ATT_TEXT_NONE, session_number(1));
                feed_detach(&front_ends, feed, i);
        }
        ck_assert_uint_eq(front_ends.detached_count, FEEDS_DETACHED_MAX);
        ck_assert_int_eq(
                ATT_LIST_FIRST(&front_ends.detached, struct feed, in_detached)->detached_ms, 10);
        front_ends_deinit(&front_ends);
}
END_TEST

START_TEST(a_front_end_is_forgotten_when_nothing_depends_on_it)
{
        struct front_ends front_ends;
        struct front_end *pbx;
        struct front_end *other;

        front_ends_init(&front_ends);
        pbx = front_ends_get(&front_ends, ATT_TEXT("pbx"));
        other = front_ends_get(&front_ends, ATT_TEXT("other"));
        pbx->lost_ms = 1000;
        seat_move(seats_get(&front_ends, ATT_TEXT("ann")), other);
        front_ends_forget(&front_ends, 2000);
        ck_assert_ptr_eq(front_ends_find(&front_ends, ATT_TEXT("pbx")), pbx);
        front_ends_forget(&front_ends, 1000 + FRONT_END_KEPT_MS);
        ck_assert_ptr_null(front_ends_find(&front_ends, ATT_TEXT("pbx")));
        ck_assert_ptr_eq(front_ends_find(&front_ends, ATT_TEXT("other")), other);
        pbx = front_ends_get(&front_ends, ATT_TEXT("pbx"));
        seat_move(seats_get(&front_ends, ATT_TEXT("ann")), pbx);
        front_ends_forget(&front_ends, 1000);
        ck_assert_ptr_null(front_ends_find(&front_ends, ATT_TEXT("other")));
        ck_assert_ptr_eq(front_ends_find(&front_ends, ATT_TEXT("pbx")), pbx);
        front_ends_deinit(&front_ends);
}
END_TEST

ATT_TEST_MAIN("front ends", a_token_is_kept_unless_it_is_none_or_somebody_elses,
              a_feed_is_found_by_its_token_its_name_and_its_agent,
              a_detached_feed_waits_for_a_while, the_bytes_of_detached_feeds_are_counted,
              detached_feeds_are_bounded_the_oldest_goes_first,
              a_front_end_is_forgotten_when_nothing_depends_on_it)
