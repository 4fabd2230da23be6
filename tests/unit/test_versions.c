/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/versions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "tests/support/main.h"

static char folder[] = "/tmp/attune-versions-XXXXXX";

static struct att_versions *open_versions(void)
{
        struct att_versions *versions;
        struct att_buffer why = {0};

        if (strstr(folder, "XXXXXX")) {
                ck_assert_ptr_nonnull(mkdtemp(folder));
        }
        ck_assert_int_eq(att_versions_open(folder, &versions, &why), 0);
        return versions;
}

static void forget(struct att_versions *versions)
{
        char path[128];

        att_versions_close(versions);
        (void)snprintf(path, sizeof(path), "%s/config.versions", folder);
        (void)unlink(path);
        (void)rmdir(folder);
}

static uint64_t add(struct att_versions *versions, const char *digest, const char *bytes, bool pins)
{
        const struct att_version version = {.at_ms = 7,
                                            .digest = att_text_from(digest),
                                            .by = ATT_TEXT("boss"),
                                            .what = ATT_TEXT("the files")};
        const struct att_version_file files[] = {
                {ATT_TEXT("a.yaml"), att_text_from(bytes)},
                {ATT_TEXT_NONE, ATT_TEXT_NONE},
        };
        struct att_buffer why = {0};
        uint64_t number;

        ck_assert_int_eq(att_versions_add(versions, &version, files, 2, pins, &number, &why), 0);
        return number;
}

START_TEST(what_was_added_is_there_after_opening_anew)
{
        struct att_versions *versions = open_versions();
        struct att_arena arena = {0};
        struct att_buffer why = {0};
        struct att_version version;
        struct att_version_file *files;
        uint32_t count;

        ck_assert_uint_eq(add(versions, "d1", "one", false), 1);
        ck_assert_uint_eq(add(versions, "d2", "two", false), 2);
        att_versions_close(versions);
        versions = open_versions();
        ck_assert_int_eq(att_versions_get(versions, 1, &arena, &version, &files, &count, &why), 0);
        ck_assert_uint_eq(count, 2);
        ck_assert(att_text_equals_c(files[0].bytes, "one") && files[1].bytes.len == 0);
        ck_assert(att_text_equals_c(version.digest, "d1") &&
                  att_text_equals_c(version.by, "boss") && version.at_ms == 7);
        ck_assert_int_eq(att_versions_get(versions, 3, &arena, &version, &files, &count, &why),
                         -ENOENT);
        ck_assert_str_eq(why.data, "there is no version 3");
        att_buffer_deinit(&why);
        att_arena_deinit(&arena);
        forget(versions);
}
END_TEST

START_TEST(the_same_again_is_no_new_version)
{
        struct att_versions *versions = open_versions();

        ck_assert_uint_eq(add(versions, "d1", "one", false), 1);
        ck_assert_uint_eq(add(versions, "d1", "one, with a remark", false), 1);
        ck_assert_uint_eq(add(versions, "d2", "two", false), 2);
        ck_assert_uint_eq(add(versions, "d1", "one", false), 3);
        forget(versions);
}
END_TEST

START_TEST(only_the_newest_are_kept)
{
        struct att_versions *versions = open_versions();
        struct att_arena arena = {0};
        struct att_buffer why = {0};
        struct att_version *items;
        struct att_version version;
        struct att_version_file *files;
        uint32_t count;
        char digest[16];

        for (int i = 0; i < ATT_VERSIONS_KEPT + 5; i++) {
                (void)snprintf(digest, sizeof(digest), "d%d", i);
                (void)add(versions, digest, digest, false);
        }
        ck_assert_int_eq(att_versions_list(versions, 1000, &arena, &items, &count, &why), 0);
        ck_assert_uint_eq(count, ATT_VERSIONS_KEPT);
        ck_assert_uint_eq(items[0].number, ATT_VERSIONS_KEPT + 5);
        ck_assert_uint_eq(items[count - 1].number, 6);
        ck_assert_int_eq(att_versions_get(versions, 5, &arena, &version, &files, &count, &why),
                         -ENOENT);
        att_buffer_deinit(&why);
        att_arena_deinit(&arena);
        forget(versions);
}
END_TEST

START_TEST(one_at_most_is_pinned)
{
        struct att_versions *versions = open_versions();
        struct att_buffer why = {0};
        uint64_t pinned;

        ck_assert_int_eq(att_versions_pinned(versions, &pinned, &why), 0);
        ck_assert_uint_eq(pinned, 0);
        (void)add(versions, "d1", "one", true);
        (void)add(versions, "d2", "two", true);
        ck_assert_int_eq(att_versions_pinned(versions, &pinned, &why), 0);
        ck_assert_uint_eq(pinned, 2);
        ck_assert_int_eq(att_versions_unpin(versions, &why), 0);
        ck_assert_int_eq(att_versions_pinned(versions, &pinned, &why), 0);
        ck_assert_uint_eq(pinned, 0);
        forget(versions);
}
END_TEST

START_TEST(a_file_that_is_no_database_is_said_to_be_none)
{
        struct att_versions *versions = open_versions();
        struct att_buffer why = {0};
        char path[128];
        FILE *file;

        att_versions_close(versions);
        (void)snprintf(path, sizeof(path), "%s/config.versions", folder);
        file = fopen(path, "we");
        ck_assert_ptr_nonnull(file);
        for (int i = 0; i < 200; i++) {
                ck_assert_int_ge(fputs("this is no database\n", file), 0);
        }
        ck_assert_int_eq(fclose(file), 0);
        ck_assert_int_eq(att_versions_open(folder, &versions, &why), -EBADMSG);
        ck_assert_ptr_nonnull(strstr(why.data, "config.versions"));
        att_buffer_deinit(&why);
        forget(NULL);
}
END_TEST

ATT_TEST_MAIN("versions", what_was_added_is_there_after_opening_anew,
              the_same_again_is_no_new_version, only_the_newest_are_kept, one_at_most_is_pinned,
              a_file_that_is_no_database_is_said_to_be_none)
