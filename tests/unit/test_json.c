/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/json.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rng.h"
#include "lib/base/util.h"
#include "tests/support/main.h"

static void check_text(struct att_text text, const char *expected)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer buffer = {0};
        struct att_json json;

        att_json_init(&json, &buffer);
        att_json_text(&json, text);
        ck_assert_str_eq(buffer.data, expected);
}

static void check_double(double value, const char *expected)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer buffer = {0};
        struct att_json json;

        att_json_init(&json, &buffer);
        att_json_double(&json, value);
        ck_assert_str_eq(buffer.data, expected);
}

static void check_scaled(int64_t value, int decimals, const char *expected)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer buffer = {0};
        struct att_json json;

        att_json_init(&json, &buffer);
        att_json_scaled(&json, value, decimals);
        ck_assert_str_eq(buffer.data, expected);
}

START_TEST(commas_and_colons_come_by_themselves)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer buffer = {0};
        struct att_json json;

        att_json_init(&json, &buffer);
        att_json_begin_object(&json);
        att_json_key(&json, "contact");
        att_json_string(&json, "c1");
        att_json_key_text(&json, ATT_TEXT("agents"));
        att_json_begin_array(&json);
        att_json_int(&json, -5);
        att_json_begin_object(&json);
        att_json_end_object(&json);
        att_json_begin_array(&json);
        att_json_end_array(&json);
        att_json_bool(&json, true);
        att_json_bool(&json, false);
        att_json_null(&json);
        att_json_end_array(&json);
        att_json_key(&json, "fit");
        att_json_scaled(&json, 812345, 6);
        att_json_end_object(&json);
        ck_assert_str_eq(buffer.data, "{\"contact\":\"c1\",\"agents\":[-5,{},[],true,false,null],"
                                      "\"fit\":0.812345}");
}
END_TEST

START_TEST(quotes_backslashes_and_controls_are_escaped)
{
        check_text(ATT_TEXT(""), "\"\"");
        check_text(ATT_TEXT("say \"hi\""), "\"say \\\"hi\\\"\"");
        check_text(ATT_TEXT("a\\b/c"), "\"a\\\\b/c\"");
        check_text(ATT_TEXT("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"");
        check_text(ATT_TEXT("\0\x01\x1f\x7f"), "\"\\u0000\\u0001\\u001f\x7f\"");
        check_text(ATT_TEXT("Zo\xc3\xab \xf0\x9f\x93\x9e"), "\"Zo\xc3\xab \xf0\x9f\x93\x9e\"");
}
END_TEST

START_TEST(invalid_bytes_become_the_replacement_character)
{
        check_text(ATT_TEXT("a\xff"
                            "b"),
                   "\"a\xef\xbf\xbd"
                   "b\"");
        check_text(ATT_TEXT("\xe2\x82"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
        check_text(ATT_TEXT("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}
END_TEST

START_TEST(any_bytes_give_well_formed_text)
{
        struct att_rng rng;

        att_rng_seed(&rng, 1);
        for (int round = 0; round < 5000; round++) {
                ATT_CLEANUP(att_buffer_deinit) struct att_buffer buffer = {0};
                struct att_json json;
                char bytes[40];
                const size_t len = att_rng_below(&rng, sizeof(bytes));

                for (size_t i = 0; i < len; i++) {
                        bytes[i] = (char)att_rng_next(&rng);
                }
                att_json_init(&json, &buffer);
                att_json_text(&json, att_text_of(bytes, len));
                ck_assert(att_text_is_utf8(att_buffer_text(&buffer)));
                for (size_t i = 0; i < buffer.len; i++) {
                        ck_assert_uint_ge((unsigned char)buffer.data[i], 0x20);
                }
                /* The only quotes that are not escaped are the first and the last byte. */
                size_t quotes = 0;

                for (size_t i = 0; i < buffer.len; i++) {
                        if (buffer.data[i] == '\\') {
                                i++;
                        } else if (buffer.data[i] == '"') {
                                quotes++;
                        }
                }
                ck_assert_uint_eq(quotes, 2);
        }
}
END_TEST

START_TEST(the_extreme_integers_are_written)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer buffer = {0};
        struct att_json json;

        att_json_init(&json, &buffer);
        att_json_begin_array(&json);
        att_json_int(&json, INT64_MIN);
        att_json_int(&json, INT64_MAX);
        att_json_end_array(&json);
        ck_assert_str_eq(buffer.data, "[-9223372036854775808,9223372036854775807]");
}
END_TEST

START_TEST(doubles_are_as_short_as_reads_back)
{
        check_double(0.1, "0.1");
        check_double(1.0, "1");
        check_double(-2.5, "-2.5");
        check_double(1e300, "1e+300");
        check_double(0.1 + 0.2, "0.30000000000000004");
        check_double(5e-324, "5e-324");
        check_double((double)NAN, "null");
        check_double((double)INFINITY, "null");
        check_double(-(double)INFINITY, "null");
}
END_TEST

START_TEST(every_double_reads_back)
{
        struct att_rng rng;

        att_rng_seed(&rng, 2);
        for (int round = 0; round < 20000; round++) {
                ATT_CLEANUP(att_buffer_deinit) struct att_buffer buffer = {0};
                struct att_json json;
                const uint64_t bits = att_rng_next(&rng);
                double value;

                memcpy(&value, &bits, sizeof(value));
                att_json_init(&json, &buffer);
                att_json_double(&json, value);
                if (isfinite(value)) {
                        const double read = strtod(buffer.data, NULL);

                        ck_assert(memcmp(&read, &value, sizeof(value)) == 0);
                }
        }
}
END_TEST

START_TEST(scaled_integers_are_exact_decimals)
{
        check_scaled(1500, 3, "1.5");
        check_scaled(-5, 3, "-0.005");
        check_scaled(0, 3, "0");
        check_scaled(2000, 3, "2");
        check_scaled(1050, 3, "1.05");
        check_scaled(42, 0, "42");
        check_scaled(1000000, 6, "1");
        check_scaled(333333, 6, "0.333333");
        check_scaled(INT64_MIN, 18, "-9.223372036854775808");
        check_scaled(INT64_MIN, 0, "-9223372036854775808");
}
END_TEST

/* What a broken program may do. */
enum misuse {
        END_ARRAY_AS_OBJECT,
        END_TOO_OFTEN,
        VALUE_WITHOUT_KEY,
        KEY_IN_ARRAY,
        KEY_AFTER_KEY,
        END_AFTER_KEY,
        TWO_DOCUMENTS,
        TOO_DEEP,
        MISUSES,
};

static void misuse(void *context)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer buffer = {0};
        struct att_json json;

        att_json_init(&json, &buffer);
        switch (*(enum misuse *)context) {
        case END_ARRAY_AS_OBJECT:
                att_json_begin_array(&json);
                att_json_end_object(&json);
                break;
        case END_TOO_OFTEN:
                att_json_end_array(&json);
                break;
        case VALUE_WITHOUT_KEY:
                att_json_begin_object(&json);
                att_json_null(&json);
                break;
        case KEY_IN_ARRAY:
                att_json_begin_array(&json);
                att_json_key(&json, "a");
                break;
        case KEY_AFTER_KEY:
                att_json_begin_object(&json);
                att_json_key(&json, "a");
                att_json_key(&json, "b");
                break;
        case END_AFTER_KEY:
                att_json_begin_object(&json);
                att_json_key(&json, "a");
                att_json_end_object(&json);
                break;
        case TWO_DOCUMENTS:
                att_json_null(&json);
                att_json_null(&json);
                break;
        case TOO_DEEP:
                for (int i = 0; i < 64; i++) {
                        att_json_begin_array(&json);
                }
                break;
        case MISUSES:
                break;
        }
}

START_TEST(what_would_not_be_json_aborts)
{
        for (enum misuse what = 0; what < MISUSES; what++) {
                ck_assert_msg(test_aborts(misuse, &what), "misuse %d", (int)what);
        }
}
END_TEST

START_TEST(sixty_three_levels_are_fine)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer buffer = {0};
        struct att_json json;

        att_json_init(&json, &buffer);
        for (int i = 0; i < 63; i++) {
                att_json_begin_array(&json);
        }
        for (int i = 0; i < 63; i++) {
                att_json_end_array(&json);
        }
        ck_assert_uint_eq(buffer.len, 126);
}
END_TEST

ATT_TEST_MAIN("json", commas_and_colons_come_by_themselves,
              quotes_backslashes_and_controls_are_escaped,
              invalid_bytes_become_the_replacement_character, any_bytes_give_well_formed_text,
              the_extreme_integers_are_written, doubles_are_as_short_as_reads_back,
              every_double_reads_back, scaled_integers_are_exact_decimals,
              what_would_not_be_json_aborts, sixty_three_levels_are_fine)
