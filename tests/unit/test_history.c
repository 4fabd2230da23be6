/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/history.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/util.h"
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

ATT_TEST_MAIN("history", a_new_history_has_its_tables_and_nothing_applied,
              what_was_written_is_there_after_opening_anew,
              a_reader_sees_what_the_writer_has_committed_and_writes_nothing,
              without_a_history_there_is_nothing_to_read,
              one_that_is_only_about_to_be_made_is_not_there_yet,
              a_file_of_another_kind_is_left_as_it_is, one_of_a_newer_format_is_refused)
