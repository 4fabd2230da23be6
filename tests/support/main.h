/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The main() of a unit test.
 *
 * A test file writes its cases, each a sentence that names the promise, and ends in one line:
 *
 *      #include "lib/base/keyheap.h"
 *      #include "tests/support/main.h"
 *
 *      START_TEST(the_smallest_comes_out_first)
 *      {
 *              ...
 *              ck_assert_int_eq(least_of(&heap), 1);
 *      }
 *      END_TEST
 *
 *      START_TEST(an_empty_heap_has_no_smallest)
 *      ...
 *
 *      ATT_TEST_MAIN("heap", the_smallest_comes_out_first, an_empty_heap_has_no_smallest)
 *
 * Each case runs in a process of its own, unless CK_FORK=no says otherwise (under valgrind, in a
 * debugger). `./test_heap the_smallest_comes_out_first` runs the named cases only. Nothing is
 * shared between cases: each makes what it needs.
 */

#ifndef ATT_TESTS_SUPPORT_MAIN_H
#define ATT_TESTS_SUPPORT_MAIN_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/base/check.h"

/* Whether the build has AddressSanitizer. */
#define TEST_IS_SANITIZED (ATT_KEEPS_NOTHING != 0)

/* How often a random test is to go: there, where all takes ten times as long, a fourth as often. */
#define TEST_TIMES(n) (TEST_IS_SANITIZED ? ((n) + 3) / 4 : (n))

#define ATT_TEST_MAIN(suite_name, ...)                                                             \
        int main(int argc, char **argv)                                                            \
        {                                                                                          \
                const TTest *cases[] = {__VA_ARGS__};                                              \
                                                                                                   \
                return test_main(suite_name, cases, sizeof(cases) / sizeof(cases[0]), argc, argv); \
        }

/* Runs the cases, or those that argv names, and returns the status to exit with. */
int test_main(const char *suite_name, const TTest *const *cases, size_t n_cases, int argc,
              char **argv);

/*
 * True if `deed(context)` ends its process by abort(), as a broken always-on check does. The deed is
 * done in a child that says nothing; the test's own memory stays as it was.
 */
bool test_aborts(void (*deed)(void *context), void *context);

/*
 * The path of a file of the repository, named from its root ("config/attune.yaml"): absolute when
 * the build runs the test, relative to the current folder otherwise. Free it with free().
 */
char *test_source_path(const char *name);

#endif
