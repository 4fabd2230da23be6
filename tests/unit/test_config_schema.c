/* SPDX-License-Identifier: Apache-2.0 */
/* What the key tables print must be what the repository holds: one command brings it up to date. */
#include "lib/config/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/config/key.h"
#include "tests/support/main.h"

static struct att_buffer read_source(const char *name)
{
        char *path = test_source_path(name);
        FILE *file = fopen(path, "r");
        struct att_buffer text = {0};
        char part[4096];
        size_t got;

        ck_assert_msg(file != NULL, "no %s", path);
        while ((got = fread(part, 1, sizeof(part), file)) > 0) {
                att_buffer_append(&text, part, got);
        }
        (void)fclose(file);
        free(path);
        return text;
}

START_TEST(the_schema_for_editors_is_current)
{
        struct att_buffer written = read_source("config/attune.schema.json");
        struct att_buffer current = {0};

        att_config_schema_write(&current);
        ck_assert_msg(strcmp(written.data, current.data) == 0,
                      "run: attunesim schema > config/attune.schema.json");
        att_buffer_deinit(&written);
        att_buffer_deinit(&current);
}
END_TEST

START_TEST(the_manual_ends_in_the_current_reference_of_every_key)
{
        struct att_buffer manual = read_source("docs/configuration.md");
        struct att_buffer current = {0};

        att_config_reference_write(&current);
        ck_assert_msg(manual.len > current.len &&
                              strcmp(manual.data + manual.len - current.len, current.data) == 0,
                      "replace the end of docs/configuration.md by: attunesim schema --reference");
        att_buffer_deinit(&manual);
        att_buffer_deinit(&current);
}
END_TEST

START_TEST(the_manual_page_ends_in_the_current_reference_too)
{
        struct att_buffer page = read_source("docs/man/attune.yaml.5.scd");
        struct att_buffer current = {0};

        att_config_manual_write(&current);
        ck_assert_msg(
                page.len > current.len &&
                        strcmp(page.data + page.len - current.len, current.data) == 0,
                "replace the end of docs/man/attune.yaml.5.scd by: attunesim schema --manual");
        att_buffer_deinit(&page);
        att_buffer_deinit(&current);
}
END_TEST

START_TEST(every_key_is_explained)
{
        size_t count;
        const struct att_key_table *const *tables = att_key_tables(&count);

        for (size_t i = 0; i < count; i++) {
                ck_assert_ptr_nonnull(tables[i]->prose);
                for (size_t k = 0; k < tables[i]->key_count; k++) {
                        const struct att_key *key = &tables[i]->keys[k];

                        ck_assert_msg(key->prose && (key->is_required || key->standard),
                                      "%s in %s says too little", key->name, tables[i]->name);
                }
        }
}
END_TEST

ATT_TEST_MAIN("config_schema", the_schema_for_editors_is_current,
              the_manual_ends_in_the_current_reference_of_every_key,
              the_manual_page_ends_in_the_current_reference_too, every_key_is_explained)
