/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The example with random wounds: cut, doubled, swapped, overwritten. Whatever comes out is either a
 * configuration or has an error; it never crashes, and a seed repeats what did.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rng.h"
#include "lib/base/util.h"
#include "tests/support/main.h"
#include "tests/unit/config_from_text.h"

#define SEEDS      1500
#define BYTES_MAX  65536
#define WOUNDS_MAX 6

static size_t read_example(char *into)
{
        char *path = test_source_path("config/example.yaml");
        FILE *file = fopen(path, "r");

        ck_assert_ptr_nonnull(file);

        const size_t len = fread(into, 1, BYTES_MAX / 2, file);

        (void)fclose(file);
        free(path);
        return len;
}

/* Words that mean something somewhere. */
static const char *const words[] = {
        "0",           "-1",         "99999999999999999999",
        "1.5",         "20s",        "20",
        "{}",          "[]",         "null",
        "~",           "{ a: 1 }",   "[ a ]",
        "regular",     "cards",      "\"\"",
        "- ",          ": ",         "\n  ",
        "after: 1s",   "mon",        "09:00-18",
        "10d",         "1/min",      "*x",
        "&x ",         "!!str ",     "\xc3\xb1",
        "\xff",        "\t",         "'",
        "\"",          "#",          "attune: 1\n",
        "broadcast 3", "80% in 20s", ">= 5",
        "10000d",
};

static size_t insert_word(struct att_rng *rng, char *text, size_t len)
{
        const char *word = words[att_rng_below(rng, ATT_ARRAY_LEN(words))];
        const size_t word_len = strlen(word);
        const size_t at = att_rng_below(rng, len + 1);

        if (len + word_len > BYTES_MAX) {
                return len;
        }
        memmove(text + at + word_len, text + at, len - at);
        memcpy(text + at, word, word_len);
        return len + word_len;
}

static size_t cut(struct att_rng *rng, char *text, size_t len)
{
        const size_t at = att_rng_below(rng, len + 1);
        const size_t most = len - at < 40 ? len - at : 40;
        const size_t gone = att_rng_below(rng, most + 1);

        memmove(text + at, text + at + gone, len - at - gone);
        return len - gone;
}

/* Copies a piece to another place, over what is there. */
static size_t overwrite(struct att_rng *rng, char *text, size_t len)
{
        const size_t size = len < 60 ? len : att_rng_below(rng, 60);

        memmove(text + att_rng_below(rng, len - size + 1),
                text + att_rng_below(rng, len - size + 1), size);
        return len;
}

static size_t wound(struct att_rng *rng, char *text, size_t len)
{
        switch (att_rng_below(rng, 4)) {
        case 0:
                return insert_word(rng, text, len);
        case 1:
                return cut(rng, text, len);
        case 2:
                return overwrite(rng, text, len);
        default:
                if (len > 0) {
                        text[att_rng_below(rng, len)] = (char)att_rng_below(rng, 256);
                }
                return len;
        }
}

static void compile_bytes(const char *text, size_t len)
{
        struct att_config_errors errors = {0};
        struct att_yaml_file file;
        const struct att_config *config = NULL;
        bool is_right = false;

        if (att_yaml_parse(ATT_TEXT("mutant"), att_text_of(text, len), &errors, &file)) {
                if (file.document_count > 0) {
                        is_right = att_config_compile(file.documents[0], TEST_NOW_MS, &errors,
                                                      &config);
                        ck_assert(is_right == (errors.error_count == 0));
                }
                att_yaml_file_deinit(&file);
        } else {
                ck_assert_uint_gt(errors.error_count, 0);
        }
        ck_assert((config != NULL) == is_right);
        att_config_unref(config);
        att_config_errors_deinit(&errors);
}

START_TEST(a_wounded_configuration_is_told_and_never_crashes)
{
        char *whole = malloc(BYTES_MAX);
        char *text = malloc(BYTES_MAX + 64);
        const size_t whole_len = read_example(whole);

        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
                struct att_rng rng;
                size_t len = whole_len;

                att_rng_seed(&rng, seed);
                memcpy(text, whole, whole_len);
                for (uint64_t i = att_rng_below(&rng, WOUNDS_MAX) + 1; i > 0; i--) {
                        len = wound(&rng, text, len);
                }
                compile_bytes(text, len);
        }
        free(whole);
        free(text);
}
END_TEST

START_TEST(a_configuration_that_ends_anywhere_is_told_and_never_crashes)
{
        char *whole = malloc(BYTES_MAX);
        const size_t len = read_example(whole);

        for (size_t end = 0; end < len; end += 23) {
                char *cut_off = att_strndup(whole, end);

                compile_bytes(cut_off, end);
                free(cut_off);
        }
        free(whole);
}
END_TEST

ATT_TEST_MAIN("config_mutations", a_wounded_configuration_is_told_and_never_crashes,
              a_configuration_that_ends_anywhere_is_told_and_never_crashes)
