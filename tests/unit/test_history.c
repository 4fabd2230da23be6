/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/history.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "tests/support/main.h"

static char folder[] = "/tmp/attune-history-XXXXXX";
static struct att_history *history; /* The test's; NULL: not open. */
static struct att_buffer why;

/* ---- A folder, and its history ---- */

static void make_folder(void)
{
        if (strstr(folder, "XXXXXX")) {
                ck_assert_ptr_nonnull(mkdtemp(folder));
        }
}

static void path_of(const char *suffix, char *path, size_t size)
{
        (void)snprintf(path, size, "%s/%s%s", folder, ATT_HISTORY_NAME, suffix);
}

static void open_history(void)
{
        make_folder();
        ck_assert_msg(att_history_open(folder, &history, &why) == 0, "%s", why.data);
}

static void close_history(void)
{
        att_history_close(ATT_STEAL(history));
}

static void forget(void)
{
        static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
        char path[128];

        close_history();
        for (size_t i = 0; i < ATT_ARRAY_LEN(suffixes); i++) {
                path_of(suffixes[i], path, sizeof(path));
                (void)unlink(path);
        }
        (void)rmdir(folder);
        att_buffer_deinit(&why);
}

static void run(const char *sql)
{
        char *message = NULL;

        ck_assert_msg(sqlite3_exec(att_history_db(history), sql, NULL, NULL, &message) == SQLITE_OK,
                      "%s: %s", sql, message);
}

static void add_row(struct att_buffer *rows, sqlite3_stmt *statement)
{
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
                const char *text = (const char *)sqlite3_column_text(statement, i);

                att_buffer_append_c(rows, i > 0 ? "|" : "");
                att_buffer_append_c(rows, text ? text : "-");
        }
        att_buffer_append_c(rows, "\n");
}

/* The query's rows as lines: "a|b|-\n". */
static void expect(const char *sql, const char *expected)
{
        struct att_buffer rows = {0};
        sqlite3_stmt *statement;

        ck_assert_msg(sqlite3_prepare_v2(att_history_db(history), sql, -1, &statement, NULL) ==
                              SQLITE_OK,
                      "%s: %s", sql, sqlite3_errmsg(att_history_db(history)));
        while (sqlite3_step(statement) == SQLITE_ROW) {
                add_row(&rows, statement);
        }
        (void)sqlite3_finalize(statement);
        ck_assert_str_eq(rows.data ? rows.data : "", expected);
        att_buffer_deinit(&rows);
}

/* ---- Opening ---- */

START_TEST(a_new_history_has_its_tables_and_nothing_applied)
{
        open_history();
        expect("SELECT key, value FROM meta ORDER BY key", "applied_seq|0\nformat|1\n");
        expect("SELECT count(*) FROM contacts", "0\n");
        forget();
}
END_TEST

START_TEST(what_was_written_is_there_after_opening_anew)
{
        open_history();
        run("UPDATE meta SET value = 7 WHERE key = 'applied_seq'");
        close_history();
        open_history();
        expect("SELECT value FROM meta WHERE key = 'applied_seq'", "7\n");
        forget();
}
END_TEST

START_TEST(a_reader_sees_what_the_writer_has_committed_and_writes_nothing)
{
        struct att_history *reader;

        open_history();
        ck_assert_int_eq(att_history_open_to_read(folder, &reader, &why), 0);
        run("UPDATE meta SET value = 9 WHERE key = 'applied_seq'");
        {
                struct att_history *writer = ATT_STEAL(history);

                history = reader;
                expect("SELECT value FROM meta WHERE key = 'applied_seq'", "9\n");
                ck_assert_int_ne(
                        sqlite3_exec(att_history_db(history), "DELETE FROM meta", NULL, NULL, NULL),
                        SQLITE_OK);
                history = writer;
        }
        att_history_close(reader);
        forget();
}
END_TEST

START_TEST(without_a_history_there_is_nothing_to_read)
{
        make_folder();
        ck_assert_int_eq(att_history_open_to_read(folder, &history, &why), -ENOENT);
        ck_assert_ptr_nonnull(strstr(why.data, ATT_HISTORY_NAME));
        forget();
}
END_TEST

START_TEST(a_file_of_another_kind_is_left_as_it_is)
{
        char path[128];
        char bytes[32] = "";
        FILE *file;

        make_folder();
        path_of("", path, sizeof(path));
        file = fopen(path, "w");
        ck_assert_ptr_nonnull(file);
        ck_assert_int_gt(fputs("these are somebody's notes, not a db", file), 0);
        ck_assert_int_eq(fclose(file), 0);

        ck_assert_int_eq(att_history_open(folder, &history, &why), -EBADMSG);

        file = fopen(path, "r");
        ck_assert_ptr_nonnull(fgets(bytes, sizeof(bytes), file));
        (void)fclose(file);
        ck_assert_ptr_nonnull(strstr(bytes, "somebody's notes"));
        forget();
}
END_TEST

START_TEST(one_of_a_newer_format_is_refused)
{
        open_history();
        run("UPDATE meta SET value = 2 WHERE key = 'format'");
        close_history();
        ck_assert_int_eq(att_history_open(folder, &history, &why), -ENOTSUP);
        ck_assert_int_eq(att_history_open_to_read(folder, &history, &why), -ENOTSUP);
        ck_assert_ptr_nonnull(strstr(why.data, "format 2"));
        forget();
}
END_TEST

ATT_TEST_MAIN("history", a_new_history_has_its_tables_and_nothing_applied,
              what_was_written_is_there_after_opening_anew,
              a_reader_sees_what_the_writer_has_committed_and_writes_nothing,
              without_a_history_there_is_nothing_to_read, a_file_of_another_kind_is_left_as_it_is,
              one_of_a_newer_format_is_refused)
