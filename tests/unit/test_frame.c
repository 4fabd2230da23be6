/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/frame.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/rng.h"
#include "lib/base/util.h"
#include "tests/support/main.h"

static struct att_frame_reader make_reader(uint32_t bytes_max)
{
        struct att_frame_reader reader;

        att_frame_reader_init(&reader, bytes_max);
        return reader;
}

static void put_frame(struct att_buffer *into, struct att_text content)
{
        const size_t begun = att_frame_begin(into);

        att_buffer_append_text(into, content);
        ck_assert(att_frame_end(into, begun));
}

START_TEST(frames_of_one_read_are_taken_where_they_are)
{
        struct att_frame_reader reader = make_reader(100);
        struct att_buffer bytes = {0};
        struct att_text frame;

        put_frame(&bytes, ATT_TEXT("first"));
        put_frame(&bytes, ATT_TEXT_NONE);
        put_frame(&bytes, ATT_TEXT("third"));
        att_frame_reader_feed(&reader, bytes.data, bytes.len);
        ck_assert_int_eq(att_frame_reader_take(&reader, &frame), ATT_FRAME_OK);
        ck_assert(att_text_equals_c(frame, "first"));
        ck_assert_ptr_eq(frame.data, bytes.data + ATT_FRAME_HEADER_BYTES);
        ck_assert_int_eq(att_frame_reader_take(&reader, &frame), ATT_FRAME_OK);
        ck_assert_uint_eq(frame.len, 0);
        ck_assert_int_eq(att_frame_reader_take(&reader, &frame), ATT_FRAME_OK);
        ck_assert(att_text_equals_c(frame, "third"));
        ck_assert_int_eq(att_frame_reader_take(&reader, &frame), ATT_FRAME_MORE);
        ck_assert_uint_eq(att_frame_reader_pending(&reader), 0);
        ck_assert_ptr_null(reader.kept.data);
        att_frame_reader_deinit(&reader);
        att_buffer_deinit(&bytes);
}
END_TEST

START_TEST(however_reads_cut_them_the_frames_are_the_same)
{
        struct att_rng rng;
        struct att_buffer bytes = {0};

        for (unsigned i = 0; i < 200; i++) {
                const size_t begun = att_frame_begin(&bytes);

                for (unsigned j = 0; j < i * 3; j++) {
                        att_buffer_append_byte(&bytes, (char)i);
                }
                ck_assert(att_frame_end(&bytes, begun));
        }
        att_rng_seed(&rng, 1);
        for (int round = 0; round < 50; round++) {
                struct att_frame_reader reader = make_reader(ATT_FRAME_BYTES_MAX);
                const uint64_t longest = 1 + att_rng_below(&rng, round % 2 ? 10 : 5000);
                unsigned taken = 0;
                size_t at = 0;

                while (at < bytes.len) {
                        size_t len = 1 + (size_t)att_rng_below(&rng, longest);
                        struct att_text frame;
                        char *read;

                        len = len < bytes.len - at ? len : bytes.len - at;
                        read = malloc(len); /* Gone after the last take, as a read's buffer is. */
                        memcpy(read, bytes.data + at, len);
                        att_frame_reader_feed(&reader, read, len);
                        while (att_frame_reader_take(&reader, &frame) == ATT_FRAME_OK) {
                                ck_assert_uint_eq(frame.len, taken * 3);
                                if (frame.len > 0) {
                                        char expected[600];

                                        memset(expected, (int)taken, frame.len);
                                        ck_assert_mem_eq(frame.data, expected, frame.len);
                                }
                                taken++;
                        }
                        free(read);
                        at += len;
                }
                ck_assert_uint_eq(taken, 200);
                ck_assert_uint_eq(att_frame_reader_pending(&reader), 0);
                att_frame_reader_deinit(&reader);
        }
        att_buffer_deinit(&bytes);
}
END_TEST

START_TEST(a_frame_at_the_limit_passes_and_one_byte_more_does_not)
{
        struct att_frame_reader reader = make_reader(10);
        struct att_buffer bytes = {0};
        struct att_text frame;

        put_frame(&bytes, ATT_TEXT("0123456789"));
        put_frame(&bytes, ATT_TEXT("0123456789a"));
        att_frame_reader_feed(&reader, bytes.data, bytes.len);
        ck_assert_int_eq(att_frame_reader_take(&reader, &frame), ATT_FRAME_OK);
        ck_assert_int_eq(att_frame_reader_take(&reader, &frame), ATT_FRAME_TOO_BIG);
        ck_assert_uint_eq(att_frame_reader_pending(&reader), 0);
        att_frame_reader_deinit(&reader);
        att_buffer_deinit(&bytes);
}
END_TEST

START_TEST(the_limit_may_grow_between_two_frames_of_one_read)
{
        struct att_frame_reader reader = make_reader(5);
        struct att_buffer bytes = {0};
        struct att_text frame;

        put_frame(&bytes, ATT_TEXT("hello"));
        put_frame(&bytes, ATT_TEXT("a longer one"));
        att_frame_reader_feed(&reader, bytes.data, bytes.len);
        ck_assert_int_eq(att_frame_reader_take(&reader, &frame), ATT_FRAME_OK);
        att_frame_reader_set_limit(&reader, ATT_FRAME_BYTES_MAX);
        ck_assert_int_eq(att_frame_reader_take(&reader, &frame), ATT_FRAME_OK);
        ck_assert(att_text_equals_c(frame, "a longer one"));
        ck_assert_int_eq(att_frame_reader_take(&reader, &frame), ATT_FRAME_MORE);
        att_frame_reader_deinit(&reader);
        att_buffer_deinit(&bytes);
}
END_TEST

START_TEST(a_length_is_refused_before_its_bytes_are_kept)
{
        struct att_frame_reader reader = make_reader(ATT_FRAME_BYTES_MAX);
        struct att_text frame;

        att_frame_reader_feed(&reader, "\x00\x01\x00", 3);
        ck_assert_int_eq(att_frame_reader_take(&reader, &frame), ATT_FRAME_MORE);
        ck_assert_uint_eq(att_frame_reader_pending(&reader), 3);
        att_frame_reader_feed(&reader, "\x01", 1); /* 65,537 */
        ck_assert_int_eq(att_frame_reader_take(&reader, &frame), ATT_FRAME_TOO_BIG);
        att_frame_reader_deinit(&reader);
}
END_TEST

START_TEST(someone_who_speaks_http_or_tls_is_recognised_by_the_first_bytes_only)
{
        static const struct {
                const char *bytes;
                enum att_frame_result result;
        } firsts[] = {
                {"GET / HTTP/1.1\r\n", ATT_FRAME_HTTP},    {"POST /", ATT_FRAME_HTTP},
                {"PRI * HTTP/2.0", ATT_FRAME_HTTP},        {"\x16\x03\x01\x02", ATT_FRAME_TLS},
                {"GXT / HTTP/1.1\r\n", ATT_FRAME_TOO_BIG},
        };
        struct att_text frame;

        for (size_t i = 0; i < ATT_ARRAY_LEN(firsts); i++) {
                struct att_frame_reader reader = make_reader(ATT_FRAME_HELLO_BYTES_MAX);

                att_frame_reader_feed(&reader, firsts[i].bytes, strlen(firsts[i].bytes));
                ck_assert_int_eq(att_frame_reader_take(&reader, &frame), firsts[i].result);
                att_frame_reader_deinit(&reader);
        }

        /* A byte at a time, and not once a frame has come. */
        {
                struct att_frame_reader reader = make_reader(ATT_FRAME_HELLO_BYTES_MAX);

                for (const char *c = "GET"; *c; c++) {
                        att_frame_reader_feed(&reader, c, 1);
                        ck_assert_int_eq(att_frame_reader_take(&reader, &frame), ATT_FRAME_MORE);
                }
                att_frame_reader_feed(&reader, " ", 1);
                ck_assert_int_eq(att_frame_reader_take(&reader, &frame), ATT_FRAME_HTTP);
                att_frame_reader_deinit(&reader);

                reader = make_reader(ATT_FRAME_HELLO_BYTES_MAX);
                att_frame_reader_feed(&reader, "\0\0\0\0GET /", 9);
                ck_assert_int_eq(att_frame_reader_take(&reader, &frame), ATT_FRAME_OK);
                ck_assert_int_eq(att_frame_reader_take(&reader, &frame), ATT_FRAME_TOO_BIG);
                att_frame_reader_deinit(&reader);
        }
        ck_assert(att_text_starts_with(att_frame_http_answer(), ATT_TEXT("HTTP/1.1 400 ")));
}
END_TEST

START_TEST(a_frame_over_the_limit_is_not_written)
{
        struct att_buffer bytes = {0};
        size_t begun;

        att_buffer_append_c(&bytes, "before");
        begun = att_frame_begin(&bytes);
        att_buffer_reserve(&bytes, ATT_FRAME_BYTES_MAX + 1);
        memset(bytes.data + bytes.len, 'x', ATT_FRAME_BYTES_MAX + 1);
        bytes.len += ATT_FRAME_BYTES_MAX + 1;
        ck_assert(!att_frame_end(&bytes, begun));
        ck_assert(att_text_equals_c(att_buffer_text(&bytes), "before"));
        att_buffer_deinit(&bytes);
}
END_TEST

ATT_TEST_MAIN("frame", frames_of_one_read_are_taken_where_they_are,
              however_reads_cut_them_the_frames_are_the_same,
              a_frame_at_the_limit_passes_and_one_byte_more_does_not,
              the_limit_may_grow_between_two_frames_of_one_read,
              a_length_is_refused_before_its_bytes_are_kept,
              someone_who_speaks_http_or_tls_is_recognised_by_the_first_bytes_only,
              a_frame_over_the_limit_is_not_written)
