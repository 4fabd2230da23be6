/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/history.h"

#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/util.h"

void test_history_folder(struct test_history *test)
{
        *test = (struct test_history){.folder = "/tmp/attune-history-XXXXXX"};
        ck_assert_ptr_nonnull(mkdtemp(test->folder));
}

void test_history_open(struct test_history *test)
{
        if (test->folder[0] == '\0') {
                test_history_folder(test);
        }
        ck_assert_msg(att_history_open(test->folder, &test->history, &test->why) == 0, "%s",
                      test->why.data);
}

void test_history_close(struct test_history *test)
{
        att_history_close(ATT_STEAL(test->history));
}

void test_history_path(const struct test_history *test, const char *suffix, char *path, size_t size)
{
        (void)snprintf(path, size, "%s/%s%s", test->folder, ATT_HISTORY_NAME, suffix);
}

void test_history_forget(struct test_history *test)
{
        static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
        char path[128];

        test_history_close(test);
        for (size_t i = 0; i < ATT_ARRAY_LEN(suffixes); i++) {
                test_history_path(test, suffixes[i], path, sizeof(path));
                (void)unlink(path);
        }
        ck_assert_int_eq(rmdir(test->folder), 0);
        att_buffer_deinit(&test->why);
}

void test_history_run(struct test_history *test, const char *sql)
{
        char *message = NULL;

        ck_assert_msg(sqlite3_exec(att_history_db(test->history), sql, NULL, NULL, &message) ==
                              SQLITE_OK,
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

void test_history_expect(struct test_history *test, const char *sql, const char *expected)
{
        sqlite3 *db = att_history_db(test->history);
        struct att_buffer rows = {0};
        sqlite3_stmt *statement;

        ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, "%s: %s", sql,
                      sqlite3_errmsg(db));
        while (sqlite3_step(statement) == SQLITE_ROW) {
                add_row(&rows, statement);
        }
        ck_assert_int_eq(sqlite3_finalize(statement), SQLITE_OK);
        ck_assert_str_eq(rows.data ? rows.data : "", expected);
        att_buffer_deinit(&rows);
}
