/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/config/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/buffer.h"
#include "tests/support/main.h"

/* What is wrong with a text, or "" and its tree in `file`. */
static struct att_buffer read_text(const char *text, size_t len, struct att_yaml_file *file)
{
        struct att_config_errors errors = {0};
        struct att_buffer told = {0};

        *file = (struct att_yaml_file){0};
        if (!att_yaml_parse(ATT_TEXT("f"), att_text_of(text, len), &errors, file)) {
                *file = (struct att_yaml_file){0};
        }
        att_buffer_append_c(&told, "");
        att_config_errors_write(&errors, &told);
        att_config_errors_deinit(&errors);
        return told;
}

static void assert_told(const char *text, const char *expected)
{
        struct att_yaml_file file;
        struct att_buffer told = read_text(text, strlen(text), &file);

        ck_assert_str_eq(told.data ? told.data : "", expected);
        att_buffer_deinit(&told);
        att_yaml_file_deinit(&file);
}

START_TEST(a_tree_knows_kinds_texts_and_places)
{
        static const char text[] = "a: 1\nb:\n  - x\n  - \"y: z\"\n";
        struct att_yaml_file file;
        struct att_buffer told = read_text(text, strlen(text), &file);

        ck_assert_uint_eq(file.document_count, 1);

        const struct att_yaml_node *root = file.documents[0];
        const struct att_yaml_node *b = att_yaml_find(root, "b");

        ck_assert_int_eq(root->kind, ATT_YAML_MAPPING);
        ck_assert(att_text_equals_c(att_yaml_find(root, "a")->text, "1"));
        ck_assert_int_eq(b->kind, ATT_YAML_SEQUENCE);
        ck_assert_uint_eq(b->count, 2);
        ck_assert(att_text_equals_c(b->items[1]->text, "y: z"));
        ck_assert(b->items[0]->is_plain);
        ck_assert(!b->items[1]->is_plain);
        ck_assert_uint_eq(b->items[1]->place.line, 4);
        ck_assert_uint_eq(b->items[1]->place.column, 5);
        ck_assert_ptr_null(att_yaml_find(root, "c"));
        att_buffer_deinit(&told);
        att_yaml_file_deinit(&file);
}
END_TEST

START_TEST(a_file_may_hold_several_documents)
{
        struct att_yaml_file file;
        struct att_buffer told = read_text("a: 1\n---\nb: 2\n", 14, &file);

        ck_assert_uint_eq(file.document_count, 2);
        att_buffer_deinit(&told);
        att_yaml_file_deinit(&file);
}
END_TEST

START_TEST(an_empty_file_has_no_document)
{
        struct att_yaml_file file;
        struct att_buffer told = read_text("# nothing\n", 10, &file);

        ck_assert_uint_eq(told.len, 0);
        ck_assert_uint_eq(file.document_count, 0);
        att_buffer_deinit(&told);
        att_yaml_file_deinit(&file);
}
END_TEST

START_TEST(a_key_that_stands_twice_is_told_with_both_places_and_the_first_one_stays)
{
        static const char text[] = "a: 1\nb: { x: 1, y: 2, x: 3 }\na: 2\n";
        struct att_yaml_file file;
        struct att_buffer told = read_text(text, strlen(text), &file);

        ck_assert_str_eq(told.data, "f:2:18: 'x' stands here twice: first at 2:6\n"
                                    "f:3:1: 'a' stands here twice: first at 1:1\n");
        ck_assert(att_text_equals_c(att_yaml_find(file.documents[0], "a")->text, "1"));
        ck_assert_uint_eq(file.documents[0]->count, 2);
        att_buffer_deinit(&told);
        att_yaml_file_deinit(&file);
}
END_TEST

START_TEST(what_could_stand_for_more_than_is_written_is_refused)
{
        assert_told("a: &x 1\n", "f:1:4: anchors (&x) are not taken: write it out\n");
        assert_told("a: *x\n", "f:1:4: aliases (*x) are not taken: write it out\n");
        assert_told("<<: { a: 1 }\n", "f:1:1: merge keys (<<) are not taken: write it out\n");
        assert_told("a: !!int 1\n",
                    "f:1:4: tags (tag:yaml.org,2002:int) are not taken: write the value alone\n");
        assert_told("{ [a]: 1 }\n", "f:1:3: a key is a word, not a list\n");
}
END_TEST

START_TEST(bytes_that_are_not_utf8_are_told_with_their_line)
{
        assert_told("a: 1\nb: caf\xe9\n",
                    "f:2:7: byte 0xe9 is not UTF-8: save the file as UTF-8\n");
        assert_told("\xff\xfe", "f:1:1: byte 0xff is not UTF-8: save the file as UTF-8\n");
}
END_TEST

START_TEST(a_nul_is_refused_however_it_is_written)
{
        struct att_yaml_file file;
        struct att_buffer told = read_text("a: x\0y\n", 7, &file);

        ck_assert_uint_gt(told.len, 0);
        att_buffer_deinit(&told);
        assert_told("a: \"x\\0y\"\n", "f:1:4: a text can't hold the character \\0\n");
}
END_TEST

START_TEST(columns_count_characters_and_not_bytes)
{
        assert_told("\xc3\xb1\xc3\xb1: { x: 1, x: 2 }\n",
                    "f:1:13: 'x' stands here twice: first at 1:7\n");
}
END_TEST

START_TEST(deep_nesting_is_refused_before_it_costs_anything)
{
        const size_t len = ATT_YAML_BYTES_MAX;
        char *text = malloc(len);
        struct att_yaml_file file;
        const clock_t start = clock();

        memset(text, '[', len);
        struct att_buffer told = read_text(text, len, &file);

        ck_assert_str_eq(told.data, "f:1:33: nested too deeply: at most 32 levels\n");
        ck_assert_int_lt((clock() - start) / CLOCKS_PER_SEC, 5);
        att_buffer_deinit(&told);

        memset(text, '-', len);
        for (size_t i = 1; i < len; i += 2) {
                text[i] = ' ';
        }
        told = read_text(text, len, &file);
        ck_assert_str_eq(told.data, "f:1:65: nested too deeply: at most 32 levels\n");
        ck_assert_int_lt((clock() - start) / CLOCKS_PER_SEC, 5);
        att_buffer_deinit(&told);
        free(text);
}
END_TEST

START_TEST(a_file_that_is_too_large_is_refused)
{
        char *text = malloc(ATT_YAML_BYTES_MAX + 1);
        struct att_yaml_file file;

        memset(text, '#', ATT_YAML_BYTES_MAX + 1);
        struct att_buffer told = read_text(text, ATT_YAML_BYTES_MAX + 1, &file);

        ck_assert_str_eq(told.data, "f: too large: at most 4 MiB a file\n");
        att_buffer_deinit(&told);
        free(text);
}
END_TEST

START_TEST(too_many_nodes_are_refused)
{
        char *text = malloc(ATT_YAML_BYTES_MAX);
        struct att_yaml_file file;

        memset(text, '1', ATT_YAML_BYTES_MAX);
        text[0] = '[';
        for (size_t i = 2; i < ATT_YAML_BYTES_MAX; i += 2) {
                text[i] = ',';
        }
        struct att_buffer told = read_text(text, ATT_YAML_BYTES_MAX, &file);

        ck_assert_ptr_nonnull(strstr(told.data, "too much in one file"));
        att_buffer_deinit(&told);
        free(text);
}
END_TEST

START_TEST(a_syntax_error_says_what_to_look_for)
{
        assert_told("a:\n\tb: 1\n",
                    "f:2:1: this character can't stand here: indent with spaces, not tabs, and put "
                    "quotes around texts that begin with @, `, % or a tab\n");
        assert_told("a: { b: 1\n", "f:2:1: a ',' or the closing '}' is missing before here\n");
        assert_told("a: b: c\n", "f:1:5: a ':' can't stand here: is the indentation right, or does "
                                 "a text need quotes?\n");
}
END_TEST

START_TEST(a_file_that_can_not_be_read_is_told)
{
        struct att_config_errors errors = {0};
        struct att_buffer told = {0};
        struct att_yaml_file file;

        ck_assert_int_eq(att_yaml_read("/nowhere/x.yaml", ATT_TEXT("x.yaml"), &errors, &file), -2);
        att_config_errors_write(&errors, &told);
        ck_assert_str_eq(told.data, "x.yaml: can't be read: No such file or directory\n");
        ck_assert_int_lt(att_yaml_read("/", ATT_TEXT("/"), &errors, &file), 0);
        att_buffer_deinit(&told);
        att_config_errors_deinit(&errors);
}
END_TEST

ATT_TEST_MAIN("yaml", a_tree_knows_kinds_texts_and_places, a_file_may_hold_several_documents,
              an_empty_file_has_no_document,
              a_key_that_stands_twice_is_told_with_both_places_and_the_first_one_stays,
              what_could_stand_for_more_than_is_written_is_refused,
              bytes_that_are_not_utf8_are_told_with_their_line,
              a_nul_is_refused_however_it_is_written, columns_count_characters_and_not_bytes,
              deep_nesting_is_refused_before_it_costs_anything, a_file_that_is_too_large_is_refused,
              too_many_nodes_are_refused, a_syntax_error_says_what_to_look_for,
              a_file_that_can_not_be_read_is_told)
