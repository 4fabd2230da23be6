/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/model/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/config/calendar.h"
#include "lib/config/zone.h"
#include "tests/support/main.h"
#include "tests/unit/config_from_text.h"

/* UTC as `2026-03-27 08:00`, in ms. */
static int64_t utc(const char *text)
{
        struct calendar_date date;
        int hour;
        int minute;

        ck_assert(calendar_parse(att_text_of(text, 10), &date));
        ck_assert_int_eq(sscanf(text + 10, "%d:%d", &hour, &minute), 2);
        return ((calendar_day_of(date) * 24 + hour) * 60 + minute) * 60000;
}

#define TEST_DAY_MS INT64_C(86400000)

static const struct att_config *config_with_hours_at(const char *hours, int64_t now_ms)
{
        struct att_buffer text = {0};

        att_buffer_printf(&text, "attune: 1\nhours: { h: %s }\n", hours);
        const struct att_config *config = config_from_text_at(text.data, now_ms);

        att_buffer_deinit(&text);
        return config;
}

static const struct att_config *config_with_hours(const char *hours)
{
        return config_with_hours_at(hours, TEST_NOW_MS);
}

static struct att_digest digest_with_hours_at(const char *hours, int64_t now_ms)
{
        const struct att_config *config = config_with_hours_at(hours, now_ms);
        const struct att_digest digest = config->digest;

        att_config_unref(config);
        return digest;
}

/* Each must open at the first and close at the second time of a pair. */
static void assert_opens(const struct att_hours *hours, const char *open, const char *close)
{
        ck_assert_msg(!att_hours_is_open(hours, utc(open) - 1), "open before %s", open);
        ck_assert_msg(att_hours_is_open(hours, utc(open)), "not open at %s", open);
        ck_assert_int_eq(att_hours_next_change(hours, utc(open) - 1), utc(open));
        ck_assert_int_eq(att_hours_next_change(hours, utc(open)), utc(close));
        ck_assert_msg(!att_hours_is_open(hours, utc(close)), "open at %s", close);
}

START_TEST(local_hours_follow_summer_time)
{
        const struct att_config *config = config_with_hours(
                "{ zone: Europe/Madrid, open: { mon-fri: \"09:00-18:00\", sat: \"10:00-14:00\" } }");
        const struct att_hours *hours = &config->hours[0];

        assert_opens(hours, "2026-01-05 08:00", "2026-01-05 17:00");
        assert_opens(hours, "2026-03-27 08:00", "2026-03-27 17:00"); /* Friday before the change */
        assert_opens(hours, "2026-03-30 07:00", "2026-03-30 16:00"); /* Monday after */
        assert_opens(hours, "2026-10-24 08:00", "2026-10-24 12:00"); /* Saturday */
        assert_opens(hours, "2026-10-26 08:00", "2026-10-26 17:00");
        ck_assert(!att_hours_is_open(hours, utc("2026-03-29 10:00"))); /* Sunday */
        att_config_unref(config);
}
END_TEST

START_TEST(nights_go_on_into_the_next_morning_whatever_the_clocks_do)
{
        const struct att_config *config = config_with_hours(
                "{ zone: Europe/Madrid, open: { mon-sun: \"22:00-06:00\" } }");
        const struct att_hours *hours = &config->hours[0];

        assert_opens(hours, "2026-03-28 21:00", "2026-03-29 04:00"); /* Seven hours */
        assert_opens(hours, "2026-10-24 20:00", "2026-10-25 05:00"); /* Nine */
        att_config_unref(config);
}
END_TEST

START_TEST(a_time_that_is_never_shown_is_the_instant_of_the_change)
{
        const struct att_config *config = config_with_hours(
                "{ zone: Europe/Madrid, open: { sun: \"02:30-02:45, 04:00-05:00\" } }");
        const struct att_hours *hours = &config->hours[0];

        ck_assert(!att_hours_is_open(hours, utc("2026-03-29 01:00")));
        assert_opens(hours, "2026-03-29 02:00", "2026-03-29 03:00");
        /* Shown twice: from the first to the second. */
        assert_opens(hours, "2026-10-25 00:30", "2026-10-25 01:45");
        att_config_unref(config);
}
END_TEST

START_TEST(days_have_several_times_and_holidays_none)
{
        const struct att_config *config = config_with_hours(
                "{ zone: UTC, open: { mon-thu: [\"08:00-12:00\", \"13:00-17:00\"], fri: "
                "\"08:00-12:00,13:00-15:00\" }, closed: [ { date: 2026-01-06, title: Epiphany } ], "
                "special: [ { date: 2026-01-07, open: \"10:00-11:00\" }, { date: 2026-01-11, open: "
                "\"10:00-11:00\" } ] }");
        const struct att_hours *hours = &config->hours[0];

        assert_opens(hours, "2026-01-05 08:00", "2026-01-05 12:00");
        assert_opens(hours, "2026-01-05 13:00", "2026-01-05 17:00");
        assert_opens(hours, "2026-01-07 10:00", "2026-01-07 11:00");
        ck_assert_int_eq(att_hours_next_change(hours, utc("2026-01-05 17:00")),
                         utc("2026-01-07 10:00"));
        assert_opens(hours, "2026-01-09 13:00", "2026-01-09 15:00");
        assert_opens(hours, "2026-01-11 10:00", "2026-01-11 11:00"); /* A Sunday */
        att_config_unref(config);
}
END_TEST

START_TEST(all_day_every_day_never_closes_as_far_as_is_known)
{
        const struct att_config *config = config_with_hours(
                "{ zone: Europe/Madrid, open: { mon-sun: \"00:00-24:00\" } }");
        const struct att_hours *hours = &config->hours[0];

        ck_assert_uint_eq(hours->interval_count, 1);
        ck_assert(att_hours_is_open(hours, TEST_NOW_MS));
        ck_assert(att_hours_is_open(hours, TEST_NOW_MS + INT64_C(399) * 86400000));
        ck_assert(!att_hours_is_open(hours, hours->known_until_ms));
        ck_assert_int_eq(att_hours_next_change(hours, hours->known_until_ms), INT64_MAX);
        att_config_unref(config);
}
END_TEST

START_TEST(weekdays_wrap_around_the_weekend)
{
        const struct att_config *config = config_with_hours(
                "{ zone: UTC, open: { fri-mon: \"09:00-10:00\", \"tue, thu\": "
                "\"11:00-12:00\" } }");
        const struct att_hours *hours = &config->hours[0];

        assert_opens(hours, "2026-01-05 09:00", "2026-01-05 10:00");
        assert_opens(hours, "2026-01-06 11:00", "2026-01-06 12:00");
        assert_opens(hours, "2026-01-08 11:00", "2026-01-08 12:00");
        assert_opens(hours, "2026-01-11 09:00", "2026-01-11 10:00");
        ck_assert(!att_hours_is_open(hours, utc("2026-01-07 11:30")));
        att_config_unref(config);
}
END_TEST

/* What we read of zones against what the C library says, over half a century and past the last
 * transition that a file lists. */
static void compare_with_libc(const char *name)
{
        struct zone *zone = NULL;

        ck_assert_int_eq(zone_open(att_text_from(name), &zone), 0);
        ck_assert_int_eq(setenv("TZ", name, 1), 0);
        tzset();
        for (int64_t at_s = INT64_C(315532800); at_s < INT64_C(2871763200);
             at_s += 86400 * 3 + 4567) {
                const time_t at = (time_t)at_s;
                struct tm local;

                ck_assert_ptr_nonnull(localtime_r(&at, &local));
                ck_assert_msg(zone_offset(zone, at_s) == local.tm_gmtoff,
                              "%s at %lld: %lld, not %ld", name, (long long)at_s,
                              (long long)zone_offset(zone, at_s), local.tm_gmtoff);
        }
        zone_close(zone);
}

START_TEST(the_digest_is_of_the_hours_as_written_whatever_the_day)
{
        static const char written[] = "{ zone: UTC, open: { mon: \"09:00-12:00, 13:00-17:00\", "
                                      "tue: \"08:00-16:00\" }, closed: [ { date: 2029-05-01 }, "
                                      "{ date: 2029-05-02 } ] }";
        static const char *const same[] = {
                "{ zone: UTC, open: { tue: [ \"12:00-16:00\", \"08:00-12:00\" ], mon: "
                "[ \"13:00-17:00\", \"9:00-12:00\" ] }, closed: [ { date: 2029-05-02, title: May "
                "}, { date: 2029-05-01 } ] }",
        };
        static const char *const others[] = {
                "{ zone: Etc/GMT, open: { mon: \"09:00-12:00, 13:00-17:00\", tue: "
                "\"08:00-16:00\" }, closed: [ { date: 2029-05-01 }, { date: 2029-05-02 } ] }",
                "{ zone: UTC, open: { mon: \"09:00-12:00, 13:00-17:00\", tue: \"08:00-16:01\" }, "
                "closed: [ { date: 2029-05-01 }, { date: 2029-05-02 } ] }",
                "{ zone: UTC, open: { mon: \"09:00-12:00, 13:00-17:00\", wed: \"08:00-16:00\" }, "
                "closed: [ { date: 2029-05-01 }, { date: 2029-05-02 } ] }",
                /* Years ahead, and yet another file. */
                "{ zone: UTC, open: { mon: \"09:00-12:00, 13:00-17:00\", tue: \"08:00-16:00\" }, "
                "closed: [ { date: 2029-05-01 } ] }",
                "{ zone: UTC, open: { mon: \"09:00-12:00, 13:00-17:00\", tue: \"08:00-16:00\" }, "
                "closed: [ { date: 2029-05-01 } ], special: [ { date: 2029-05-02, open: "
                "\"10:00-11:00\" } ] }",
        };
        const struct att_digest digest = digest_with_hours_at(written, TEST_NOW_MS);

        for (int64_t days = 1; days < 1000; days += 111) {
                ck_assert(att_digest_equals(
                        digest, digest_with_hours_at(written, TEST_NOW_MS + days * TEST_DAY_MS)));
        }
        for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
                ck_assert(att_digest_equals(digest, digest_with_hours_at(same[i], TEST_NOW_MS)));
        }
        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
                ck_assert_msg(
                        !att_digest_equals(digest, digest_with_hours_at(others[i], TEST_NOW_MS)),
                        "%s", others[i]);
        }
}
END_TEST

START_TEST(zones_are_as_the_c_library_knows_them)
{
        static const char *const names[] = {
                "Europe/Madrid",    "America/New_York",  "Australia/Lord_Howe", "Asia/Kolkata",
                "America/Santiago", "Africa/Casablanca", "Pacific/Apia",        "UTC",
                "Asia/Jerusalem",   "Europe/Dublin",
        };

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                compare_with_libc(names[i]);
        }
}
END_TEST

START_TEST(no_name_leads_out_of_the_folder_of_zones)
{
        static const char *const names[] = {
                "../../../etc/passwd", "/etc/passwd", "Europe",         "",
                "Europe/Nowhere",      "zone.tab",    "Europe/Madrid/x"};
        struct zone *zone = NULL;

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                ck_assert_int_lt(zone_open(att_text_from(names[i]), &zone), 0);
        }
        ck_assert_ptr_null(zone);
}
END_TEST

START_TEST(days_and_dates_go_back_and_forth)
{
        for (int64_t day = -800000; day < 800000; day += 37) {
                ck_assert_int_eq(calendar_day_of(calendar_date_of(day)), day);
        }
        ck_assert_int_eq(calendar_weekday(0), 3); /* A Thursday */
        ck_assert_int_eq(calendar_weekday(-4), 6);
        ck_assert_int_eq(calendar_day_of((struct calendar_date){2000, 2, 29}), 11016);
}
END_TEST

ATT_TEST_MAIN("config_hours", local_hours_follow_summer_time,
              nights_go_on_into_the_next_morning_whatever_the_clocks_do,
              a_time_that_is_never_shown_is_the_instant_of_the_change,
              days_have_several_times_and_holidays_none,
              all_day_every_day_never_closes_as_far_as_is_known, weekdays_wrap_around_the_weekend,
              the_digest_is_of_the_hours_as_written_whatever_the_day,
              zones_are_as_the_c_library_knows_them, no_name_leads_out_of_the_folder_of_zones,
              days_and_dates_go_back_and_forth)
