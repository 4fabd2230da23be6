/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/duration.h"

#include "lib/base/rng.h"
#include "tests/support/main.h"

#define MAX_MS (INT64_C(10000) * 86400000)

static void check_parses(const char *text, int64_t expected_ms)
{
        int64_t ms = -1;

        ck_assert_msg(att_duration_parse(att_text_from(text), &ms) == ATT_DURATION_OK, "%s", text);
        ck_assert_int_eq(ms, expected_ms);
}

static void check_refused(const char *text, enum att_duration_result expected)
{
        int64_t ms = -1;

        ck_assert_msg(att_duration_parse(att_text_from(text), &ms) == expected, "%s", text);
        ck_assert_int_eq(ms, -1); /* Written only on success. */
}

static void check_format(int64_t ms, const char *expected)
{
        char text[ATT_DURATION_TEXT_SIZE];

        ck_assert_str_eq(att_duration_format(ms, text), expected);
}

static void check_short(int64_t ms, const char *expected)
{
        char text[ATT_DURATION_TEXT_SIZE];

        ck_assert_str_eq(att_duration_format_short(ms, text), expected);
}

START_TEST(a_number_and_a_unit_are_a_duration)
{
        check_parses("250ms", 250);
        check_parses("20s", 20000);
        check_parses("2m", 120000);
        check_parses("1h", 3600000);
        check_parses("7d", 604800000);
        check_parses("1.5h", 5400000);
        check_parses("0.25s", 250);
        check_parses("1.500s", 1500);
        check_parses("1.0ms", 1);
        check_parses("007s", 7000);
        check_parses("10000d", MAX_MS);
}
END_TEST

START_TEST(a_bare_zero_is_a_duration)
{
        check_parses("0", 0);
        check_parses("0.0", 0);
        check_parses("0s", 0);
        check_parses("0ms", 0);
}
END_TEST

START_TEST(what_is_no_duration_says_why)
{
        check_refused("", ATT_DURATION_NO_NUMBER);
        check_refused("s", ATT_DURATION_NO_NUMBER);
        check_refused("-1s", ATT_DURATION_NO_NUMBER);
        check_refused("+1s", ATT_DURATION_NO_NUMBER);
        check_refused(".5s", ATT_DURATION_NO_NUMBER);
        check_refused("5.s", ATT_DURATION_NO_NUMBER);
        check_refused(" 5s", ATT_DURATION_NO_NUMBER);
        check_refused("20", ATT_DURATION_NO_UNIT);
        check_refused("0.5", ATT_DURATION_NO_UNIT);
        check_refused("20 s", ATT_DURATION_BAD_UNIT);
        check_refused("20S", ATT_DURATION_BAD_UNIT);
        check_refused("20sec", ATT_DURATION_BAD_UNIT);
        check_refused("1m30s", ATT_DURATION_BAD_UNIT);
        check_refused("1.2.3s", ATT_DURATION_BAD_UNIT);
        check_refused("0x10s", ATT_DURATION_BAD_UNIT);
        check_refused("1w", ATT_DURATION_BAD_UNIT);
        check_refused("10000.1d", ATT_DURATION_TOO_LONG);
        check_refused("10001d", ATT_DURATION_TOO_LONG);
        check_refused("99999999999999999999999999ms", ATT_DURATION_TOO_LONG);
        check_refused("0.5ms", ATT_DURATION_TOO_LONG);
        check_refused("0.0001s", ATT_DURATION_TOO_LONG);
        check_refused("0.12345678901d", ATT_DURATION_TOO_LONG);
}
END_TEST

START_TEST(the_shortest_exact_form_is_written)
{
        check_format(0, "0");
        check_format(1, "1ms");
        check_format(100, "100ms");
        check_format(250, "250ms");
        check_format(1000, "1s");
        check_format(1500, "1.5s");
        check_format(61001, "61001ms");
        check_format(90000, "90s");
        check_format(120000, "2m");
        check_format(5400000, "90m");
        check_format(3600000, "1h");
        check_format(86400000, "1d");
        check_format(129600000, "36h");
        check_format(-20000, "-20s");
        check_format(INT64_MIN, "-9223372036854775808ms");
        check_format(INT64_MAX, "9223372036854775807ms");
}
END_TEST

static void check_round_trip(int64_t ms)
{
        char text[ATT_DURATION_TEXT_SIZE];
        int64_t parsed_ms = -1;

        (void)att_duration_format(ms, text);
        ck_assert_msg(att_duration_parse(att_text_from(text), &parsed_ms) == ATT_DURATION_OK, "%s",
                      text);
        ck_assert_int_eq(parsed_ms, ms);
}

START_TEST(whatever_is_written_reads_back)
{
        static const int64_t units_ms[] = {1, 10, 100, 1000, 60000, 3600000, 86400000};
        struct att_rng rng;

        for (int64_t ms = 0; ms < TEST_TIMES(200000); ms++) {
                check_round_trip(ms);
        }
        att_rng_seed(&rng, 1);
        for (int round = 0; round < TEST_TIMES(200000); round++) {
                const int64_t unit_ms = units_ms[att_rng_below(&rng, 7)];

                check_round_trip(att_rng_between(&rng, 0, MAX_MS / unit_ms) * unit_ms);
        }
        check_round_trip(MAX_MS);
}
END_TEST

START_TEST(people_read_two_units_at_most)
{
        check_short(0, "0s");
        check_short(350, "350ms");
        check_short(1000, "1.0s");
        check_short(1590, "1.5s");
        check_short(45999, "45s");
        check_short(60000, "1m 00s");
        check_short(125000, "2m 05s");
        check_short(3725000, "1h 02m");
        check_short(86399999, "23h 59m");
        check_short(273600000, "3d 04h");
        check_short(-125000, "-2m 05s");
        check_short(INT64_MIN, "-106751991167d 07h");
}
END_TEST

ATT_TEST_MAIN("duration", a_number_and_a_unit_are_a_duration, a_bare_zero_is_a_duration,
              what_is_no_duration_says_why, the_shortest_exact_form_is_written,
              whatever_is_written_reads_back, people_read_two_units_at_most)
