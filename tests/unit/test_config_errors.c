/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every configuration in tests/config, a file or a directory, against NAME.expected beside it: all
 * its errors and warnings, in order, word for word.
 */
#include "lib/config/load.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buffer.h"
#include "lib/base/util.h"
#include "tests/support/main.h"
#include "tests/unit/config_from_text.h"

static void enter_folder(void)
{
        char *folder = test_source_path("tests/config");

        ck_assert_int_eq(chdir(folder), 0);
        free(folder);
}

static struct att_buffer read_all(const char *path)
{
        struct att_buffer text = {0};
        FILE *file = fopen(path, "r");
        char part[4096];
        size_t got;

        ck_assert_msg(file != NULL, "no %s", path);
        while ((got = fread(part, 1, sizeof(part), file)) > 0) {
                att_buffer_append(&text, part, got);
        }
        (void)fclose(file);
        att_buffer_append_c(&text, "");
        return text;
}

static struct att_buffer load_and_tell(const char *path)
{
        struct att_config_errors errors = {0};
        const struct att_config *config = NULL;
        struct att_buffer told = {0};
        const int result = att_config_load_path(path, TEST_NOW_MS, &errors, &config);

        ck_assert_int_eq(result == ATT_CONFIG_OK, errors.error_count == 0);
        ck_assert((config != NULL) == (result == ATT_CONFIG_OK));
        att_buffer_append_c(&told, "");
        att_config_errors_write(&errors, &told);
        att_config_unref(config);
        att_config_errors_deinit(&errors);
        return told;
}

START_TEST(every_error_is_told_at_once_with_its_place)
{
        enter_folder();

        DIR *folder = opendir(".");
        const struct dirent *entry;
        unsigned count = 0;

        while ((entry = readdir(folder))) {
                const size_t len = strlen(entry->d_name);
                const bool is_expectation = len > 9 &&
                                            strcmp(entry->d_name + len - 9, ".expected") == 0;
                ATT_CLEANUP(att_buffer_deinit) struct att_buffer path = {0};

                if (!is_expectation) {
                        continue;
                }
                att_buffer_append(&path, entry->d_name, len - 9);
                if (access(path.data, F_OK) != 0) {
                        att_buffer_append_c(&path, ".yaml");
                }
                struct att_buffer expected = read_all(entry->d_name);
                struct att_buffer told = load_and_tell(path.data);

                ck_assert_str_eq(told.data ? told.data : "", expected.data ? expected.data : "");
                att_buffer_deinit(&expected);
                att_buffer_deinit(&told);
                count++;
        }
        (void)closedir(folder);
        ck_assert_uint_ge(count, 12);
}
END_TEST

START_TEST(nothing_is_compiled_where_anything_is_wrong)
{
        ck_assert_ptr_null(
                compile_text("attune: 1\nqueues: { a: {}, b: { nonsense: 1 } }\n", NULL));
}
END_TEST

START_TEST(a_configuration_that_is_not_there_is_a_negative_errno)
{
        struct att_config_errors errors = {0};
        const struct att_config *config = NULL;

        ck_assert_int_eq(att_config_load_path("/nowhere.yaml", 0, &errors, &config), -2);
        ck_assert_uint_eq(errors.error_count, 1);
        att_config_errors_deinit(&errors);
}
END_TEST

START_TEST(more_errors_than_anyone_reads_are_counted)
{
        struct att_buffer text = {0};
        struct att_buffer told = {0};

        att_buffer_append_c(&text, "attune: 1\nqueues:\n");
        for (int i = 0; i < ATT_CONFIG_ERRORS_KEPT + 7; i++) {
                att_buffer_printf(&text, "  q%d: { nonsense: 1 }\n", i);
        }
        ck_assert_ptr_null(compile_text(text.data, &told));
        ck_assert_ptr_nonnull(strstr(told.data, "\n... and 7 more\n"));
        att_buffer_deinit(&text);
        att_buffer_deinit(&told);
}
END_TEST

START_TEST(the_example_has_neither_errors_nor_warnings)
{
        char *path = test_source_path("config/example.yaml");
        struct att_buffer told = load_and_tell(path);

        ck_assert_str_eq(told.data ? told.data : "", "");
        att_buffer_deinit(&told);
        free(path);
}
END_TEST

ATT_TEST_MAIN("config_errors", every_error_is_told_at_once_with_its_place,
              nothing_is_compiled_where_anything_is_wrong,
              a_configuration_that_is_not_there_is_a_negative_errno,
              more_errors_than_anyone_reads_are_counted,
              the_example_has_neither_errors_nor_warnings)
