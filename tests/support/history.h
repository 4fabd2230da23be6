/* SPDX-License-Identifier: Apache-2.0 */
/* A history in a folder of its own, and what queries say of it. Any failure fails the test. */
#ifndef ATT_TESTS_SUPPORT_HISTORY_H
#define ATT_TESTS_SUPPORT_HISTORY_H

#include "lib/base/buffer.h"
#include "lib/store/history.h"

struct test_history {
        char folder[64];
        struct att_history *history; /* Owned; NULL: not open. */
        struct att_buffer why;
};

void test_history_folder(struct test_history *test); /* Made, with nothing in it. */
void test_history_open(struct test_history *test);   /* Makes the folder too, the first time. */
void test_history_close(struct test_history *test);
void test_history_forget(struct test_history *test); /* Closes it, and removes the folder. */

/* "FOLDER/history.sqlite" with a suffix. */
void test_history_path(const struct test_history *test, const char *suffix, char *path,
                       size_t size);
void test_history_run(struct test_history *test, const char *sql);
/* The query's rows as lines, NULL as "-": "a|b|-\n". */
void test_history_expect(struct test_history *test, const char *sql, const char *expected);

#endif
