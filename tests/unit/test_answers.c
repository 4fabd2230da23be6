/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/answers.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/main.h"

static struct answer_key key_of(const char *front_end, uint64_t client, uint64_t request)
{
        return (struct answer_key){.front_end = att_text_from(front_end),
                                   .client = client,
                                   .request = request,
                                   .what = request * 3};
}

/* A request whose answer is its number. */
static void keep(struct answers *answers, const char *front_end, uint64_t client, uint64_t request)
{
        const struct answer_key key = key_of(front_end, client, request);
        char frame[32];

        (void)snprintf(frame, sizeof(frame), "<%" PRIu64 ".%" PRIu64 ">", client, request);
        answers_keep(answers, &key, att_text_from(frame));
}

static bool knows(struct answers *answers, const char *front_end, uint64_t client, uint64_t request)
{
        const struct answer_key key = key_of(front_end, client, request);
        struct att_text frame;
        char expected[32];

        if (answers_find(answers, &key, &frame) != ANSWER_KNOWN) {
                return false;
        }
        (void)snprintf(expected, sizeof(expected), "<%" PRIu64 ".%" PRIu64 ">", client, request);
        ck_assert_msg(att_text_equals_c(frame, expected), "'%.*s' is not '%s'",
                      ATT_TEXT_ARGS(frame), expected);
        return true;
}

START_TEST(an_answer_is_its_clients_alone)
{
        struct answers answers;

        answers_init(&answers);
        keep(&answers, "pbx", 1, 7);
        ck_assert(knows(&answers, "pbx", 1, 7));
        ck_assert(!knows(&answers, "pbx", 1, 8));
        ck_assert(!knows(&answers, "pbx", 2, 7));
        ck_assert(!knows(&answers, "web", 1, 7));
        ck_assert_uint_eq(answers_last(&answers, ATT_TEXT("pbx"), 1), 7);
        ck_assert_uint_eq(answers_last(&answers, ATT_TEXT("web"), 1), 0);
        answers_deinit(&answers);
}
END_TEST

START_TEST(what_asks_for_no_answer_or_comes_from_nobody_is_not_kept)
{
        struct answers answers;

        answers_init(&answers);
        keep(&answers, "pbx", 0, 7);
        keep(&answers, "pbx", 1, 0);
        ck_assert(!knows(&answers, "pbx", 0, 7));
        ck_assert(!knows(&answers, "pbx", 1, 0));
        ck_assert_uint_eq(answers.client_count, 0);
        answers_deinit(&answers);
}
END_TEST

START_TEST(a_number_that_was_used_for_something_else_is_told_apart)
{
        struct answers answers;
        struct answer_key other = key_of("pbx", 1, 7);
        struct att_text frame;

        answers_init(&answers);
        keep(&answers, "pbx", 1, 7);
        other.what++;
        ck_assert_int_eq(answers_find(&answers, &other, &frame), ANSWER_OTHER);
        answers_keep(&answers, &other, ATT_TEXT("second"));
        ck_assert(knows(&answers, "pbx", 1, 7)); /* The first answer is the answer. */
        answers_deinit(&answers);
}
END_TEST

START_TEST(a_command_is_known_by_its_kind_and_whom_it_is_about)
{
        struct att_command a = {.kind = ATT_CMD_OFFER_ACCEPT,
                                .contact = ATT_TEXT("c1"),
                                .agent = ATT_TEXT("ann"),
                                .offer = {.offer = 5}};
        struct att_command b = a;

        b.seq = 9;
        b.at_ms = 9;
        ck_assert_uint_eq(answers_what(&a), answers_what(&b));
        b.offer.offer = 6;
        ck_assert_uint_ne(answers_what(&a), answers_what(&b));
        b = a;
        b.kind = ATT_CMD_OFFER_DECLINE;
        ck_assert_uint_ne(answers_what(&a), answers_what(&b));
        b = a;
        b.contact = ATT_TEXT("c1a");
        b.agent = ATT_TEXT("nn"); /* The same letters, at another border. */
        ck_assert_uint_ne(answers_what(&a), answers_what(&b));
}
END_TEST

START_TEST(the_last_4096_of_a_client_are_kept_whatever_their_numbers)
{
        static const uint64_t steps[] = {1, 2, 1000, 4096, UINT64_C(1) << 40};
        struct answers answers;

        for (size_t s = 0; s < sizeof(steps) / sizeof(steps[0]); s++) {
                answers_init(&answers);
                for (uint64_t i = 1; i <= 10000; i++) {
                        keep(&answers, "pbx", 1, i * steps[s]);
                }
                for (uint64_t i = 1; i <= 10000; i++) {
                        ck_assert_int_eq(knows(&answers, "pbx", 1, i * steps[s]),
                                         i > 10000 - ANSWERS_A_CLIENT);
                }
                ck_assert_uint_eq(answers_last(&answers, ATT_TEXT("pbx"), 1), 10000 * steps[s]);
                answers_deinit(&answers);
        }
}
END_TEST

START_TEST(a_client_with_long_answers_keeps_fewer_of_them)
{
        struct answers answers;
        static char frame[10000];
        const struct att_text text = att_text_of(frame, sizeof(frame));
        struct att_text found;
        struct answer_key key;

        answers_init(&answers);
        memset(frame, 'x', sizeof(frame));
        for (uint64_t i = 1; i <= 100; i++) {
                key = key_of("pbx", 1, i);
                answers_keep(&answers, &key, text);
        }
        for (uint64_t i = 1; i <= 100; i++) {
                key = key_of("pbx", 1, i);
                ck_assert_int_eq(answers_find(&answers, &key, &found) == ANSWER_KNOWN,
                                 i > 100 - ANSWERS_BYTES_A_CLIENT / sizeof(frame));
        }
        answers_deinit(&answers);
}
END_TEST

START_TEST(all_together_are_bounded_and_the_silent_go_first)
{
        struct answers answers;
        static char frame[60000];
        const struct att_text text = att_text_of(frame, sizeof(frame));
        struct att_text found;
        struct answer_key key;

        answers_init(&answers);
        memset(frame, 'x', sizeof(frame));
        keep(&answers, "busy", 1, 1);
        keep(&answers, "silent", 1, 1);
        for (uint64_t client = 1; client <= 1000; client++) {
                key = key_of("many", client, 1);
                answers_keep(&answers, &key, text);
                ck_assert(knows(&answers, "busy", 1, 1)); /* Asking counts. */
                ck_assert_uint_le(answers.bytes, ANSWERS_BYTES_MAX);
        }
        ck_assert(!knows(&answers, "silent", 1, 1));
        key = key_of("many", 1000, 1);
        ck_assert_int_eq(answers_find(&answers, &key, &found), ANSWER_KNOWN);
        answers_deinit(&answers);
        ck_assert_uint_eq(answers.bytes, 0);
}
END_TEST

START_TEST(what_is_saved_comes_back_and_damage_is_found)
{
        struct answers answers;
        struct answers loaded;
        struct att_buffer bytes = {0};
        struct att_buffer again = {0};

        answers_init(&answers);
        for (uint64_t i = 1; i <= 50; i++) {
                keep(&answers, "pbx", 1 + i % 3, i);
                keep(&answers, "", 1, i);
        }
        answers_save(&answers, &bytes);
        answers_init(&loaded);
        ck_assert(answers_load(&loaded, att_buffer_text(&bytes)));
        for (uint64_t i = 1; i <= 50; i++) {
                ck_assert(knows(&loaded, "pbx", 1 + i % 3, i));
                ck_assert(knows(&loaded, "", 1, i));
        }
        answers_deinit(&loaded);
        answers_init(&loaded);
        ck_assert(answers_load(&loaded, att_buffer_text(&bytes)));
        answers_save(&loaded, &again);
        ck_assert(att_text_equals(att_buffer_text(&bytes), att_buffer_text(&again)));
        answers_deinit(&loaded);
        for (size_t cut = 1; cut < bytes.len; cut++) {
                answers_init(&loaded);
                (void)answers_load(&loaded, att_text_of(bytes.data, cut));
                answers_deinit(&loaded);
        }
        answers_init(&loaded);
        ck_assert(!answers_load(&loaded, att_text_of(bytes.data, bytes.len - 1)));
        answers_deinit(&loaded);
        answers_deinit(&answers);
        att_buffer_deinit(&bytes);
        att_buffer_deinit(&again);
}
END_TEST

ATT_TEST_MAIN("answers", an_answer_is_its_clients_alone,
              what_asks_for_no_answer_or_comes_from_nobody_is_not_kept,
              a_number_that_was_used_for_something_else_is_told_apart,
              a_command_is_known_by_its_kind_and_whom_it_is_about,
              the_last_4096_of_a_client_are_kept_whatever_their_numbers,
              a_client_with_long_answers_keeps_fewer_of_them,
              all_together_are_bounded_and_the_silent_go_first,
              what_is_saved_comes_back_and_damage_is_found)
