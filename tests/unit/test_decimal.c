/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/model/decimal.h"

#include "tests/support/main.h"

static int64_t read_exactly(const char *text, int decimals)
{
        int64_t value = 0;

        ck_assert_int_eq(att_decimal_parse(att_text_from(text), decimals, &value), ATT_DECIMAL_OK);
        return value;
}

START_TEST(a_decimal_is_read_exactly)
{
        ck_assert_int_eq(read_exactly("20", 0), 20);
        ck_assert_int_eq(read_exactly("1.5", 3), 1500);
        ck_assert_int_eq(read_exactly("0.1", 6), 100000);
        ck_assert_int_eq(read_exactly("-0.75", 3), -750);
        ck_assert_int_eq(read_exactly("+3.000000", 3), 3000);
        ck_assert_int_eq(read_exactly("007", 0), 7);
        ck_assert_int_eq(read_exactly("9223372036854775807", 0), INT64_MAX);
}
END_TEST

START_TEST(what_is_finer_is_rounded_down_and_said)
{
        int64_t value;

        ck_assert_int_eq(att_decimal_parse(ATT_TEXT("0.0015"), 3, &value), ATT_DECIMAL_ROUNDED);
        ck_assert_int_eq(value, 1);
        ck_assert_int_eq(att_decimal_parse(ATT_TEXT("-0.0015"), 3, &value), ATT_DECIMAL_ROUNDED);
        ck_assert_int_eq(value, -2);
}
END_TEST

START_TEST(what_is_no_number_or_too_large_is_left_unwritten)
{
        static const char *const none[] = {"", "-", ".5", "5.", "1e3", "0x10", " 1", "1 ", "1.2.3"};
        int64_t value = 42;

        for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
                ck_assert_int_eq(att_decimal_parse(att_text_from(none[i]), 3, &value),
                                 ATT_DECIMAL_NO_NUMBER);
        }
        ck_assert_int_eq(att_decimal_parse(ATT_TEXT("9223372036854775808"), 0, &value),
                         ATT_DECIMAL_TOO_LARGE);
        ck_assert_int_eq(att_decimal_parse(ATT_TEXT("9223372036854775"), 6, &value),
                         ATT_DECIMAL_TOO_LARGE);
        ck_assert_int_eq(value, 42);
}
END_TEST

START_TEST(the_shortest_form_reads_back)
{
        static const int64_t values[] = {0, 1, -1, 1500, -750, 1000000, INT64_MAX, INT64_MIN + 1};
        char text[ATT_DECIMAL_TEXT_SIZE];

        for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
                ck_assert_int_eq(read_exactly(att_decimal_format(values[i], 3, text), 3),
                                 values[i]);
        }
        ck_assert_str_eq(att_decimal_format(1500, 3, text), "1.5");
        ck_assert_str_eq(att_decimal_format(-1, 3, text), "-0.001");
        ck_assert_str_eq(att_decimal_format(2000000, 6, text), "2");
}
END_TEST

ATT_TEST_MAIN("decimal", a_decimal_is_read_exactly, what_is_finer_is_rounded_down_and_said,
              what_is_no_number_or_too_large_is_left_unwritten, the_shortest_form_reads_back)
