/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/main.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static bool is_wanted(const TTest *test, int argc, char **argv)
{
        if (argc < 2) {
                return true;
        }
        for (int i = 1; i < argc; i++) {
                if (strcmp(argv[i], test->name) == 0) {
                        return true;
                }
        }
        return false;
}

int test_main(const char *suite_name, const TTest *const *cases, size_t n_cases, int argc,
              char **argv)
{
        Suite *suite = suite_create(suite_name);
        SRunner *runner = srunner_create(suite);
        size_t n_wanted = 0;
        int n_failed;

        for (size_t i = 0; i < n_cases; i++) {
                if (is_wanted(cases[i], argc, argv)) {
                        TCase *tcase = tcase_create(cases[i]->name);

                        tcase_add_test(tcase, cases[i]);
                        suite_add_tcase(suite, tcase);
                        n_wanted++;
                }
        }
        if (n_wanted == 0) {
                fprintf(stderr, "%s: no case of that name\n", suite_name);
                srunner_free(runner);
                return 2;
        }
        srunner_run_all(runner, CK_ENV);
        n_failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static _Noreturn void do_and_exit(void (*deed)(void *context), void *context)
{
        const struct rlimit no_core = {0, 0};
        int null = open("/dev/null", O_RDWR);

        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)signal(SIGABRT, SIG_DFL);
        if (null >= 0) {
                (void)dup2(null, STDOUT_FILENO);
                (void)dup2(null, STDERR_FILENO);
        }
        deed(context);
        _exit(EXIT_SUCCESS);
}

bool test_aborts(void (*deed)(void *context), void *context)
{
        pid_t child;
        int status;

        (void)fflush(NULL);
        child = fork();
        ck_assert_msg(child >= 0, "fork failed");
        if (child == 0) {
                do_and_exit(deed, context);
        }
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

char *test_source_path(const char *name)
{
        const char *root = getenv("ATT_SOURCE_ROOT");
        char *path;

        if (asprintf(&path, "%s/%s", root ? root : ".", name) < 0) {
                abort();
        }
        return path;
}
