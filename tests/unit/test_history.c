/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/history.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "lib/store/history_event.h"
#include "tests/support/history.h"
#include "tests/support/main.h"

static struct test_history test;

/* ---- Opening ---- */

START_TEST(a_new_history_has_its_tables_and_nothing_applied)
{
        test_history_open(&test);
        test_history_expect(&test, "SELECT key, value FROM meta ORDER BY key",
                            "applied_seq|0\nformat|1\n");
        test_history_expect(&test, "SELECT count(*) FROM contacts", "0\n");
        test_history_forget(&test);
}
END_TEST

START_TEST(what_was_written_is_there_after_opening_anew)
{
        test_history_open(&test);
        test_history_run(&test, "UPDATE meta SET value = 7 WHERE key = 'applied_seq'");
        test_history_close(&test);
        test_history_open(&test);
        test_history_expect(&test, "SELECT value FROM meta WHERE key = 'applied_seq'", "7\n");
        test_history_forget(&test);
}
END_TEST

START_TEST(a_reader_sees_what_the_writer_has_committed_and_writes_nothing)
{
        struct att_history *reader;

        test_history_open(&test);
        ck_assert_int_eq(att_history_open_to_read(test.folder, &reader, &test.why), 0);
        test_history_run(&test, "UPDATE meta SET value = 9 WHERE key = 'applied_seq'");
        {
                struct att_history *writer = ATT_STEAL(test.history);

                test.history = reader;
                test_history_expect(&test, "SELECT value FROM meta WHERE key = 'applied_seq'",
                                    "9\n");
                ck_assert_int_ne(sqlite3_exec(att_history_db(test.history), "DELETE FROM meta",
                                              NULL, NULL, NULL),
                                 SQLITE_OK);
                test.history = writer;
        }
        att_history_close(reader);
        test_history_forget(&test);
}
END_TEST

START_TEST(without_a_history_there_is_nothing_to_read)
{
        test_history_folder(&test);
        ck_assert_int_eq(att_history_open_to_read(test.folder, &test.history, &test.why), -ENOENT);
        ck_assert_ptr_nonnull(strstr(test.why.data, ATT_HISTORY_NAME));
        test_history_forget(&test);
}
END_TEST

START_TEST(one_that_is_only_about_to_be_made_is_not_there_yet)
{
        char path[128];
        FILE *file;

        test_history_folder(&test);
        test_history_path(&test, "", path, sizeof(path));
        file = fopen(path, "w");
        ck_assert_ptr_nonnull(file);
        ck_assert_int_eq(fclose(file), 0);
        ck_assert_int_eq(att_history_open_to_read(test.folder, &test.history, &test.why), -ENOENT);
        test_history_forget(&test);
}
END_TEST

START_TEST(a_file_of_another_kind_is_left_as_it_is)
{
        char path[128];
        char bytes[32] = "";
        FILE *file;

        test_history_folder(&test);
        test_history_path(&test, "", path, sizeof(path));
        file = fopen(path, "w");
        ck_assert_ptr_nonnull(file);
        ck_assert_int_gt(fputs("these are somebody's notes, not a db", file), 0);
        ck_assert_int_eq(fclose(file), 0);

        ck_assert_int_eq(att_history_open(test.folder, &test.history, &test.why), -EBADMSG);

        file = fopen(path, "r");
        ck_assert_ptr_nonnull(fgets(bytes, sizeof(bytes), file));
        (void)fclose(file);
        ck_assert_ptr_nonnull(strstr(bytes, "somebody's notes"));
        test_history_forget(&test);
}
END_TEST

START_TEST(one_of_a_newer_format_is_refused)
{
        test_history_open(&test);
        test_history_run(&test, "UPDATE meta SET value = 2 WHERE key = 'format'");
        test_history_close(&test);
        ck_assert_int_eq(att_history_open(test.folder, &test.history, &test.why), -ENOTSUP);
        ck_assert_int_eq(att_history_open_to_read(test.folder, &test.history, &test.why), -ENOTSUP);
        ck_assert_ptr_nonnull(strstr(test.why.data, "format 2"));
        test_history_forget(&test);
}
END_TEST

/* ---- Events on their way ---- */

static struct att_text text_of_length(size_t len)
{
        static char letters[70000];

        memset(letters, 'x', sizeof(letters));
        return att_text_of(letters, len);
}

/* Unpacks the one event of a buffer that has not a byte more. */
static void unpack(const struct att_buffer *buffer, struct att_history_event *ret_event, char **ret)
{
        struct att_text bytes;

        *ret = malloc(buffer->len);
        ck_assert_ptr_nonnull(*ret);
        memcpy(*ret, buffer->data, buffer->len);
        bytes = att_text_of(*ret, buffer->len);
        ck_assert(att_history_unpack(&bytes, ret_event));
        ck_assert(!att_history_unpack(&bytes, ret_event));
}

START_TEST(an_event_comes_out_as_it_went_in_whatever_its_numbers_and_texts)
{
        static const int64_t numbers[] = {
                ATT_HISTORY_NONE, INT64_MIN + 1,    -1,       0, 1, 127, 128, 1000000,
                INT64_C(1) << 32, INT64_C(1) << 48, INT64_MAX};
        static const size_t lengths[] = {0, 1, 254, 255, 256, 70000};
        struct att_buffer buffer = {0};
        struct att_history_event event;
        struct att_history_event again;
        char *bytes;

        for (size_t i = 0; i < ATT_ARRAY_LEN(numbers); i++) {
                for (size_t j = 0; j < ATT_ARRAY_LEN(lengths); j++) {
                        att_history_event_init(&event, ATT_HISTORY_QUEUED);
                        event.seq = (uint64_t)numbers[i];
                        event.contact = (uint64_t)numbers[(i + j) % ATT_ARRAY_LEN(numbers)];
                        event.at_ms = numbers[(i * j) % ATT_ARRAY_LEN(numbers)];
                        event.id = text_of_length(lengths[(i + j) % ATT_ARRAY_LEN(lengths)]);
                        event.queued.queue = text_of_length(lengths[j]);
                        event.queued.position = numbers[i];
                        event.queued.estimate_ms = numbers[i] / -3;
                        att_buffer_clear(&buffer);
                        att_history_pack(&buffer, &event);
                        unpack(&buffer, &again, &bytes);
                        ck_assert_int_eq(again.kind, ATT_HISTORY_QUEUED);
                        ck_assert_uint_eq(again.seq, event.seq);
                        ck_assert_uint_eq(again.contact, event.contact);
                        ck_assert_int_eq(again.at_ms, event.at_ms);
                        ck_assert(att_text_equals(again.id, event.id));
                        ck_assert(att_text_equals(again.queued.queue, event.queued.queue));
                        ck_assert_int_eq(again.queued.position, event.queued.position);
                        ck_assert_int_eq(again.queued.estimate_ms, event.queued.estimate_ms);
                        free(bytes);
                }
        }
        att_buffer_deinit(&buffer);
}
END_TEST

START_TEST(an_event_of_few_words_takes_few_bytes)
{
        struct att_buffer buffer = {0};
        struct att_history_event event;

        att_history_event_init(&event, ATT_HISTORY_QUEUED);
        event.seq = 30000000;
        event.contact = 29999000;
        event.at_ms = INT64_C(1800000000000);
        event.queued.queue = att_text_from("cards");
        event.queued.position = 12;
        att_history_pack(&buffer, &event);
        ck_assert_uint_le(buffer.len, 28);
        att_buffer_deinit(&buffer);
}
END_TEST

ATT_TEST_MAIN("history", an_event_comes_out_as_it_went_in_whatever_its_numbers_and_texts,
              an_event_of_few_words_takes_few_bytes,
              a_new_history_has_its_tables_and_nothing_applied,
              what_was_written_is_there_after_opening_anew,
              a_reader_sees_what_the_writer_has_committed_and_writes_nothing,
              without_a_history_there_is_nothing_to_read,
              one_that_is_only_about_to_be_made_is_not_there_yet,
              a_file_of_another_kind_is_left_as_it_is, one_of_a_newer_format_is_refused)
