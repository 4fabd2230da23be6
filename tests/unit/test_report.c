/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every measure on a month made by hand, whose answers were worked out with pencil and paper (the
 * arithmetic is beside them), and on a made-up year whose sums must be the same however it is sliced.
 */
#include "lib/store/report.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "lib/store/history.h"
#include "tests/support/main.h"
#include "tools/attune-bench/bench.h"
#include "tools/attune-bench/year.h"

#define MARCH_MS INT64_C(1772323200000) /* 2026-03-01 00:00 UTC, a Sunday */
#define APRIL_MS (MARCH_MS + INT64_C(31) * 86400000)

/*
 * @MONTH-DAY HH:MM:SS stands for that instant of 2026, UTC.
 *
 *      c10   answered by ann after 10 s, 180 s (20 on hold) and 30 s of wrap-up; repeated by c50
 *      c20   answered by bob after 30 s, 300 s and 60 s; transferred, 40 s later ann, 120 s
 *      c30   gives up after 3 s
 *      c40   declined by bob, gives up after 65 s
 *      c50   60 s in loans, overflows, 15 s in cards, ann, 600 s; a repeat of c10
 *      c60   ann at once (it rang for 2 s), 60 s, within the time of c50; of nobody known
 *      c65   answered by bob after 20 s, 100 s
 *      c70   refused
 *      c80   cancelled after 5 s
 *      c90   still waits
 *      c5    of February, with ann until ten past midnight
 *      c100  of April
 *      c6    of the 10th of February, of a customer who did not come again
 */
static const char *const month[] = {
        "INSERT INTO people (person, id, tier, currency, since_ms) VALUES"
        " (1, 'one', 'gold', 'EUR', @3-01 00:00:00), (2, 'two', 'silver', 'EUR', @3-02 09:05:00);",
        "INSERT INTO contacts (contact, id, channel, tier, person, emotion_ppm, emotion_end_ppm,"
        " arrived_ms, first_queue, queue, estimate_ms, answered_ms, closed_ms, waited_ms, outcome,"
        " first_agent, last_agent, repeat_of) VALUES"
        " (5, 'c5', 'voice', 'gold', 1, NULL, NULL, @2-28 23:50:00, 'cards', 'cards', NULL,"
        "  @2-28 23:50:00, @3-01 00:10:00, 0, 'handled', 'ann', 'ann', NULL),"
        " (10, 'c10', 'voice', 'gold', 1, NULL, NULL, @3-02 09:00:00, 'cards', 'cards', 15000,"
        "  @3-02 09:00:10, @3-02 09:03:10, 10000, 'handled', 'ann', 'ann', NULL),"
        " (20, 'c20', 'voice', 'silver', 2, NULL, NULL, @3-02 09:05:00, 'cards', 'loans', 10000,"
        "  @3-02 09:05:30, @3-02 09:13:10, 70000, 'handled', 'bob', 'ann', NULL),"
        " (30, 'c30', 'voice', 'silver', 3, NULL, NULL, @3-02 10:00:00, 'cards', 'cards', NULL,"
        "  NULL, @3-02 10:00:03, 3000, 'abandoned', NULL, NULL, NULL),"
        " (40, 'c40', 'voice', 'silver', 3, NULL, NULL, @3-02 10:01:00, 'cards', 'cards', NULL,"
        "  NULL, @3-02 10:02:05, 65000, 'abandoned', NULL, NULL, NULL),"
        " (50, 'c50', 'chat', 'gold', 1, 600000, 100000, @3-03 11:00:00, 'loans', 'cards', 200000,"
        "  @3-03 11:01:15, @3-03 11:11:15, 75000, 'handled', 'ann', 'ann', 10),"
        " (60, 'c60', 'chat', NULL, NULL, 700000, 100000, @3-03 11:05:00, 'loans', 'loans', NULL,"
        "  @3-03 11:05:02, @3-03 11:06:02, 0, 'handled', 'ann', 'ann', NULL),"
        " (65, 'c65', 'voice', 'silver', 6, NULL, NULL, @3-04 14:00:00, 'cards', 'cards', NULL,"
        "  @3-04 14:00:20, @3-04 14:02:00, 20000, 'handled', 'bob', 'bob', NULL),"
        " (70, 'c70', 'email', 'silver', 4, NULL, NULL, @3-03 13:00:00, 'cards', 'cards', NULL,"
        "  NULL, @3-03 13:00:00, 0, 'refused', NULL, NULL, NULL),"
        " (80, 'c80', 'voice', 'silver', 4, NULL, NULL, @3-04 09:00:00, 'cards', 'cards', NULL,"
        "  NULL, @3-04 09:00:05, 5000, 'cancelled', NULL, NULL, NULL),"
        " (90, 'c90', 'voice', 'silver', 5, NULL, NULL, @3-31 23:50:00, 'cards', 'cards', NULL,"
        "  NULL, NULL, NULL, NULL, NULL, NULL, NULL),"
        " (100, 'c100', 'voice', 'gold', 5, NULL, NULL, @4-01 00:00:00, 'cards', 'cards', NULL,"
        "  @4-01 00:00:01, @4-01 00:01:00, 1000, 'handled', 'ann', 'ann', NULL),"
        " (6, 'c6', 'voice', 'gold', 7, NULL, NULL, @2-10 09:00:00, 'cards', 'cards', NULL,"
        "  NULL, @2-10 09:01:00, 60000, 'abandoned', NULL, NULL, NULL);",
        "INSERT INTO person_values VALUES"
        " (1, @2-15 00:00:00, 1000000000, 100000), (1, @3-15 00:00:00, 1200000000, 200000);"
        "UPDATE people SET lifetime_value_micro = 500000000 WHERE person = 2;",
        "INSERT INTO spells (contact, n, queue, entered_ms, left_ms, waited_ms, how) VALUES"
        " (10, 1, 'cards', @3-02 09:00:00, @3-02 09:00:10, 10000, 'answered'),"
        " (20, 1, 'cards', @3-02 09:05:00, @3-02 09:05:30, 30000, 'answered'),"
        " (20, 2, 'loans', @3-02 09:10:30, @3-02 09:11:10, 40000, 'answered'),"
        " (30, 1, 'cards', @3-02 10:00:00, @3-02 10:00:03, 3000, 'abandoned'),"
        " (40, 1, 'cards', @3-02 10:01:00, @3-02 10:02:05, 65000, 'abandoned'),"
        " (50, 1, 'loans', @3-03 11:00:00, @3-03 11:01:00, 60000, 'overflowed'),"
        " (50, 2, 'cards', @3-03 11:01:00, @3-03 11:01:15, 15000, 'answered'),"
        " (60, 1, 'loans', @3-03 11:05:00, @3-03 11:05:02, 0, 'answered'),"
        " (65, 1, 'cards', @3-04 14:00:00, @3-04 14:00:20, 20000, 'answered'),"
        " (80, 1, 'cards', @3-04 09:00:00, @3-04 09:00:05, 5000, 'cancelled'),"
        " (90, 1, 'cards', @3-31 23:50:00, NULL, NULL, NULL),"
        " (100, 1, 'cards', @4-01 00:00:00, @4-01 00:00:01, 1000, 'answered');",
        "INSERT INTO conversations (contact, n, agent, queue, channel, connected_ms, ended_ms,"
        " held_ms, wrapped_up_ms, ended_by) VALUES"
        " (5, 1, 'ann', 'cards', 'voice', @2-28 23:50:00, @3-01 00:10:00, 0, NULL, 'ended'),"
        " (10, 1, 'ann', 'cards', 'voice', @3-02 09:00:10, @3-02 09:03:10, 20000, @3-02 09:03:40,"
        "  'ended'),"
        " (20, 1, 'bob', 'cards', 'voice', @3-02 09:05:30, @3-02 09:10:30, 0, @3-02 09:11:30,"
        "  'transferred'),"
        " (20, 2, 'ann', 'loans', 'voice', @3-02 09:11:10, @3-02 09:13:10, 0, @3-02 09:13:10,"
        "  'ended'),"
        " (50, 1, 'ann', 'cards', 'chat', @3-03 11:01:15, @3-03 11:11:15, 0, @3-03 11:11:15,"
        "  'ended'),"
        " (60, 1, 'ann', 'loans', 'chat', @3-03 11:05:02, @3-03 11:06:02, 0, @3-03 11:06:02,"
        "  'ended'),"
        " (65, 1, 'bob', 'cards', 'voice', @3-04 14:00:20, @3-04 14:02:00, 0, @3-04 14:02:00,"
        "  'ended'),"
        " (100, 1, 'ann', 'cards', 'voice', @4-01 00:00:01, @4-01 00:01:00, 0, NULL, 'ended');",
        "INSERT INTO offers (offer, contact, agent, queue, offered_ms, ended_ms, how) VALUES"
        " (1, 10, 'ann', 'cards', @3-02 09:00:05, @3-02 09:00:10, 'accepted'),"
        " (2, 20, 'ann', 'cards', @3-02 09:05:00, @3-02 09:05:20, 'missed'),"
        " (3, 20, 'bob', 'cards', @3-02 09:05:20, @3-02 09:05:30, 'accepted'),"
        " (4, 20, 'ann', 'loans', @3-02 09:11:00, @3-02 09:11:10, 'accepted'),"
        " (5, 30, 'ann', 'cards', @3-02 10:00:00, @3-02 10:00:03, 'revoked'),"
        " (6, 40, 'bob', 'cards', @3-02 10:01:00, @3-02 10:01:05, 'declined'),"
        " (7, 50, 'ann', 'cards', @3-03 11:01:10, @3-03 11:01:15, 'accepted'),"
        " (8, 60, 'ann', 'loans', @3-03 11:05:00, @3-03 11:05:02, 'accepted'),"
        " (9, 65, 'bob', 'cards', @3-04 14:00:15, @3-04 14:00:20, 'accepted');",
        "INSERT INTO requirements VALUES (10, 'cards', 5), (10, 'spanish', 3), (20, 'cards', 5);",
        "INSERT INTO feedback (feedback, contact, at_ms, csat, nps, ces, resolved, agent, queue)"
        " VALUES (11, 10, @3-02 10:00:00, 5, 10, 5, 1, 'ann', 'cards'),"
        " (21, 20, @3-02 10:00:00, 2, NULL, 4, 0, 'ann', 'loans'),"
        " (51, 50, @3-04 10:00:00, NULL, 8, 6, NULL, 'ann', 'cards'),"
        " (66, 65, @3-04 15:00:00, NULL, 6, 5, NULL, 'bob', 'cards');",
        "INSERT INTO presence (agent, since_ms, state, reason, until_ms) VALUES"
        " ('ann', @3-02 08:00:00, 'ready', NULL, @3-02 12:00:00),"
        " ('ann', @3-02 12:00:00, 'paused', 'lunch', @3-02 13:00:00),"
        " ('bob', @3-02 09:00:00, 'ready', NULL, @3-02 10:00:00);",
        NULL};

/* ---- A history ---- */

static char folder[] = "/tmp/attune-report-XXXXXX";

static void make_folder(void)
{
        if (strstr(folder, "XXXXXX")) {
                ck_assert_ptr_nonnull(mkdtemp(folder));
        }
}

static void put_instants(struct att_buffer *into, const char *text)
{
        static const int days_before[] = {0, 0, 31, 59, 90};

        while (*text) {
                int part[5];
                int len = 0;

                if (*text == '@' && sscanf(text, "@%d-%d %d:%d:%d%n", &part[0], &part[1], &part[2],
                                           &part[3], &part[4], &len) == 5) {
                        const int64_t day = days_before[part[0]] + part[1] - 1 - 59;

                        att_buffer_append_int(into, MARCH_MS +
                                                            ((day * 24 + part[2]) * 60 + part[3]) *
                                                                    INT64_C(60000) +
                                                            part[4] * INT64_C(1000));
                        text += len;
                } else {
                        att_buffer_append_byte(into, *text++);
                }
        }
}

static void write_rows(const char *const *texts)
{
        struct att_buffer sql ATT_CLEANUP(att_buffer_deinit) = {0};
        struct att_buffer why ATT_CLEANUP(att_buffer_deinit) = {0};
        struct att_history *history;
        char *error = NULL;

        make_folder();
        ck_assert_msg(att_history_open(folder, &history, &why) == 0, "%s", why.data);
        for (; *texts; texts++) {
                put_instants(&sql, *texts);
        }
        (void)sqlite3_exec(att_history_db(history), sql.len > 0 ? sql.data : "", NULL, NULL,
                           &error);
        ck_assert_msg(!error, "%s", error);
        att_history_close(history);
}

static void write_year(uint32_t contacts)
{
        const struct year_plan plan = {.from_ms = MARCH_MS,
                                       .days = 365,
                                       .contacts = contacts,
                                       .agents = 40,
                                       .queues = 6,
                                       .people = contacts / 4,
                                       .seed = 7};
        struct att_buffer why ATT_CLEANUP(att_buffer_deinit) = {0};

        make_folder();
        ck_assert_msg(year_write(folder, &plan, &why) == 0, "%s", why.data);
}

static void forget(struct att_report *report)
{
        att_report_deinit(report);
        bench_remove_tree(folder);
}

/* ---- A report ---- */

static struct att_report_ask march(const char *slices)
{
        return (struct att_report_ask){
                .from_ms = MARCH_MS,
                .to_ms = APRIL_MS,
                .now_ms = APRIL_MS + 1000,
                .slices = att_text_from(slices),
                .agent = ATT_TEXT_NONE,
                .zone_name = ATT_TEXT("UTC"),
                .rules = {.zone = ATT_TEXT_NONE,
                          .short_ms = ATT_REPORTS_SHORT_MS,
                          .within_ms = ATT_REPORTS_WITHIN_MS},
        };
}

static struct att_report make(const struct att_report_ask *ask)
{
        struct att_buffer why ATT_CLEANUP(att_buffer_deinit) = {0};
        struct att_report report;

        ck_assert_msg(att_report_make(folder, ask, &report, &why) == 0, "%s", why.data);
        return report;
}

static const struct att_report_row *find_row(const struct att_report *report, const char *slice,
                                             const char *name)
{
        for (uint32_t i = 0; i < report->row_count; i++) {
                if (att_text_equals_c(report->rows[i].slice, slice) &&
                    att_text_equals_c(report->rows[i].name, name)) {
                        return &report->rows[i];
                }
        }
        ck_abort_msg("no row %s %s", slice, name);
        return NULL;
}

static int64_t value_of(const struct att_report *report, const char *slice, const char *name,
                        const char *measure)
{
        const int column = att_report_find_measure(report, measure);

        ck_assert_msg(column >= 0, "no measure %s", measure);
        return find_row(report, slice, name)->values[column];
}

struct expected {
        const char *measure;
        int64_t value;
};

static void check_row(const struct att_report *report, const char *slice, const char *name,
                      const struct expected *expected, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                const int64_t value = value_of(report, slice, name, expected[i].measure);

                ck_assert_msg(value == expected[i].value, "%s %s, %s: %lld, not %lld", slice, name,
                              expected[i].measure, (long long)value, (long long)expected[i].value);
        }
}

#define CHECK_ROW(report, slice, name, ...)                                                        \
        do {                                                                                       \
                const struct expected list_[] = {__VA_ARGS__};                                     \
                check_row(report, slice, name, list_, ATT_ARRAY_LEN(list_));                       \
        } while (false)

static void check_refused(const struct att_report_ask *ask, int error, const char *sentence)
{
        struct att_buffer why ATT_CLEANUP(att_buffer_deinit) = {0};
        struct att_report report;

        ck_assert_int_eq(att_report_make(folder, ask, &report, &why), error);
        ck_assert_msg(strstr(why.data, sentence), "%s", why.data);
        att_report_deinit(&report);
}

/* ---- The month ---- */

START_TEST(what_came_and_what_became_of_it)
{
        const struct att_report_ask ask = march("");
        struct att_report report;

        write_rows(month);
        report = make(&ask);
        ck_assert_uint_eq(report.row_count, 1);
        CHECK_ROW(&report, "all", "all",
                  {"contacts", 10},                /* c10 to c90; c5 came before, c100 after */
                  {"answered", 5},                 /* c10, c20, c50, c60, c65 */
                  {"abandoned", 1},                /* c40 */
                  {"abandoned_short", 1},          /* c30: 3 s < 5 s */
                  {"turned_away", 1},              /* c70 */
                  {"cancelled", 1},                /* c80 */
                  {"waiting", 1},                  /* c90 */
                  {"offered", 8},                  /* 5 + 1 + 1 + 1 */
                  {"abandoned_share_ppm", 142857}, /* 1 / (8 - 1) */
                  {"asa_ms", 27000},               /* (10 + 30 + 75 + 0 + 20) / 5 s */
                  {"longest_wait_ms", 75000},      /* c50: 60 in loans + 15 in cards */
                  {"abandon_wait_ms", 65000},
                  {"first_response_ms", 27400}, /* (10 + 30 + 75 + 2 + 20) / 5 s */
                  {"queue_entries", 11},        /* one each but c70, and two of c20 and c50 */
                  {"moved_on", 1});             /* c50 */
        forget(&report);
}
END_TEST

START_TEST(the_service_level_by_each_formula)
{
        /* In time, within 20 s: c10 (10), c60 (0), c65 (20: the last that is). c30 gave up in time. */
        static const struct {
                enum att_level_formula formula;
                int64_t ppm;
        } cases[] = {
                {ATT_LEVEL_NO_SHORT, 428571}, /* 3 / (8 - 1) */
                {ATT_LEVEL_OFFERED, 375000},  /* 3 / 8 */
                {ATT_LEVEL_ANSWERED, 600000}, /* 3 / 5 */
                {ATT_LEVEL_NO_EARLY, 428571}, /* 3 / (8 - 1) */
                {ATT_LEVEL_EARLY, 500000},    /* (3 + 1) / 8 */
        };
        const struct att_report_target target = {ATT_TEXT("cards"), 30000};
        struct att_report_ask ask = march("");
        struct att_report report;

        write_rows(month);
        for (size_t i = 0; i < ATT_ARRAY_LEN(cases); i++) {
                ask.rules.formula = cases[i].formula;
                report = make(&ask);
                CHECK_ROW(&report, "all", "all", {"service_level_ppm", cases[i].ppm});
                att_report_deinit(&report);
        }
        /* A queue with a level of its own: c20 waited for 30 s in cards, (3 + 1) / 7. */
        ask.rules.formula = ATT_LEVEL_NO_SHORT;
        ask.targets = &target;
        ask.target_count = 1;
        report = make(&ask);
        CHECK_ROW(&report, "all", "all", {"service_level_ppm", 571429});
        att_report_deinit(&report);
        /* Another threshold for short abandons: c40's 65 s are short too, 3 / (8 - 2). */
        ask.target_count = 0;
        ask.rules.short_ms = 66000;
        report = make(&ask);
        CHECK_ROW(&report, "all", "all", {"abandoned", 0}, {"abandoned_short", 2},
                  {"service_level_ppm", 500000});
        forget(&report);
}
END_TEST

START_TEST(what_agents_did)
{
        const struct att_report_ask ask = march("agent,hour,day");
        struct att_report report;

        write_rows(month);
        report = make(&ask);
        CHECK_ROW(&report, "all", "all", {"conversations", 6},
                  {"talk_ms", 223333},   /* (160 + 300 + 120 + 600 + 60 + 100) / 6 = 1340 / 6 s */
                  {"hold_ms", 3333},     /* 20 / 6 */
                  {"wrap_up_ms", 15000}, /* (30 + 60) / 6 */
                  {"aht_ms", 241667},    /* (1340 + 20 + 90) / 6 */
                  {"transfers", 1},      /* c20, by bob */
                  {"transfers_share_ppm", 166667}, {"offers", 9}, {"offers_declined", 1},
                  {"offers_missed", 1}, {"offers_missed_share_ppm", 111111}, /* 1 / 9 */
                  /* ann: 210 of c10, 120 of c20, 600 of c50 (c60 lies within it), and the 600 of
                   * c5 after midnight. bob: 360 of c20, 100 of c65. */
                  {"busy_ms", 1990000},
                  /* ann: 4 h ready, and c50 and c5 outside of it: 14400 + 600 + 600. bob: 1 h, and
                   * c65: 3600 + 100. Lunch is not. */
                  {"staffed_ms", 19300000}, {"occupancy_ppm", 103109}); /* 1990 / 19300 */
        CHECK_ROW(&report, "agent", "ann",
                  {"contacts", 3}, /* Those she answered first: c10, c50, c60. */
                  {"conversations", 4}, {"transfers", 0}, {"offers", 6}, {"offers_missed", 1},
                  {"busy_ms", 1530000}, {"staffed_ms", 15600000},
                  {"aht_ms", 247500}); /* (210 + 120 + 600 + 60) / 4 */
        CHECK_ROW(&report, "agent", "bob", {"contacts", 2}, {"conversations", 2}, {"transfers", 1},
                  {"offers", 3}, {"offers_declined", 1}, {"busy_ms", 460000},
                  {"staffed_ms", 3700000});
        CHECK_ROW(&report, "agent", "(nobody)", {"contacts", 5}, {"conversations", 0});
        /* c5 after midnight of the 1st. */
        CHECK_ROW(&report, "hour", "00:00", {"busy_ms", 600000}, {"contacts", 0});
        CHECK_ROW(&report, "day", "2026-03-01", {"busy_ms", 600000}, {"contacts", 0});
        CHECK_ROW(&report, "day", "2026-03-02", {"busy_ms", 690000}); /* 210 + 120 + 360 */
        forget(&report);
}
END_TEST

START_TEST(what_customers_said)
{
        const struct att_report_ask ask = march("agent");
        struct att_report report;

        write_rows(month);
        report = make(&ask);
        CHECK_ROW(&report, "all", "all", {"csat_count", 2}, /* 5 and 2 */
                  {"csat_ppm", 500000},                     /* one of them is 4 or more */
                  /* Wilson of 1 in 2: z^2/n = 3.841459/2 = 1.920729; the middle (0.5 + 0.960365) /
                   * 2.920729 = 0.5; the half 1.959964 / 2.920729 x sqrt(0.25/2 + 1.920729/8) =
                   * 0.671053 x 0.604228 = 0.405469. */
                  {"csat_low_ppm", 94531}, {"csat_high_ppm", 905469}, {"csat_mean_milli", 3500},
                  {"nps_count", 3}, /* 10, 8, 6 */
                  {"nps_milli", 0}, /* 1/3 - 1/3 */
                  /* 1.959964 x sqrt((1/3 + 1/3 - 0) / 3) = 1.959964 x 0.471405 = 0.923936 */
                  {"nps_low_milli", -92394}, {"nps_high_milli", 92394},
                  {"ces_count", 4}, /* 5, 4, 6, 5 */
                  {"ces_milli", 5000},
                  /* The squares are 102: (102 - 4 x 25) / 3 = 0.666667; sqrt(0.666667 / 4) =
                   * 0.408248; t of 3 is 3.1824; 5 -+ 1.299209. */
                  {"ces_low_milli", 3701}, {"ces_high_milli", 6299}, {"resolved_count", 2},
                  {"resolved_ppm", 500000},
                  /* Good: c10 (5), c60 (upset, then calm). Bad: c20 (2), c40 (gave up), c65 (6),
                   * c70 (refused). Neither: c50 (8). Not known: c30 (too short), c80, c90. */
                  {"positive", 2}, {"neutral", 1}, {"negative", 4},
                  {"positive_ratio_milli", 500}); /* 2 : 4 */
        CHECK_ROW(&report, "agent", "bob", {"nps_count", 1}, {"nps_milli", -100000},
                  {"negative", 1}, {"positive", 0}); /* c65; c20 was ann's in the end */
        CHECK_ROW(&report, "agent", "ann", {"positive", 2}, {"negative", 1}, {"csat_ppm", 500000});
        forget(&report);
}
END_TEST

START_TEST(whether_they_had_to_come_again)
{
        const struct att_report_ask ask = march("");
        struct att_report report;

        write_rows(month);
        report = make(&ask);
        CHECK_ROW(
                &report, "all", "all", {"known", 9},           /* all but c60 */
                {"repeats", 1}, {"repeats_share_ppm", 111111}, /* c50: 1 / 9 */
                /* First contacts, answered, of known people: c10, c20, c65. c10 was repeated, c20's
                   * customer says it is not resolved. */
                {"fcr_count", 3}, {"fcr_ppm", 333333},
                /* Wilson of 1 in 3: z^2/n = 1.280486; (0.333333 + 0.640243) / 2.280486 =
                   * 0.426916; 0.859451 x sqrt(0.0740741 + 0.1067072) = 0.365424. */
                {"fcr_low_ppm", 61492}, {"fcr_high_ppm", 792340});
        forget(&report);
}
END_TEST

START_TEST(whether_estimates_were_right)
{
        const struct att_report_ask ask = march("");
        struct att_report report;

        write_rows(month);
        report = make(&ask);
        /* Told 15 s, waited 10; told 10, waited 30; told 200, waited 75: less than half, and not
         * within 30 s. */
        CHECK_ROW(&report, "all", "all", {"estimated", 3},
                  {"estimate_bias_ms", -36667}, /* (-5 + 20 - 125) / 3 s */
                  {"estimate_error_ms", 50000}, /* (5 + 20 + 125) / 3 */
                  {"estimate_within_ppm", 666667});
        forget(&report);
}
END_TEST

START_TEST(each_thing_counts_where_it_belongs)
{
        const struct att_report_ask ask = march("queue,channel,tier,day,hour,weekday,week,month,"
                                                "queue+channel");
        struct att_report report;

        write_rows(month);
        report = make(&ask);
        /* c50 overflowed from loans and was answered in cards; c20's second conversation was loans'. */
        CHECK_ROW(&report, "queue", "cards", {"contacts", 9}, {"conversations", 4}, {"offers", 7});
        CHECK_ROW(&report, "queue", "loans", {"contacts", 1}, {"conversations", 2}, {"offers", 2},
                  {"csat_count", 1}, {"occupancy_ppm", ATT_REPORT_ABSENT});
        CHECK_ROW(&report, "channel", "voice", {"contacts", 7});
        CHECK_ROW(&report, "channel", "chat", {"contacts", 2});
        CHECK_ROW(&report, "channel", "email", {"contacts", 1}, {"asa_ms", ATT_REPORT_ABSENT});
        CHECK_ROW(&report, "tier", "gold", {"contacts", 2});
        CHECK_ROW(&report, "tier", "(none)", {"contacts", 1});
        CHECK_ROW(&report, "day", "2026-03-02", {"contacts", 4});
        CHECK_ROW(&report, "day", "2026-03-31", {"contacts", 1});
        CHECK_ROW(&report, "hour", "09:00", {"contacts", 3});      /* c10, c20, c80 */
        CHECK_ROW(&report, "weekday", "Tuesday", {"contacts", 4}); /* the 3rd and the 31st */
        CHECK_ROW(&report, "week", "2026-W10", {"contacts", 9});
        CHECK_ROW(&report, "week", "2026-W14", {"contacts", 1});
        CHECK_ROW(&report, "month", "2026-03", {"contacts", 10});
        CHECK_ROW(&report, "queue+channel", "cards\tchat", {"contacts", 1}); /* c50 */
        forget(&report);
}
END_TEST

START_TEST(a_contact_counts_for_each_skill_it_asked_for)
{
        const struct att_report_ask ask = march("skill");
        struct att_report report;

        write_rows(month);
        report = make(&ask);
        CHECK_ROW(&report, "skill", "cards", {"contacts", 2}, {"conversations", 3});
        CHECK_ROW(&report, "skill", "spanish", {"contacts", 1}, {"conversations", 1});
        CHECK_ROW(&report, "skill", "(none)", {"contacts", 8});
        CHECK_ROW(&report, "all", "all", {"contacts", 10});
        forget(&report);
}
END_TEST

static int64_t one_hour_east(const void *zone, int64_t utc_s)
{
        (void)zone;
        (void)utc_s;
        return 3600;
}

START_TEST(days_and_hours_are_those_of_the_zone)
{
        struct att_report_ask ask = march("day,hour");
        struct att_report report;

        write_rows(month);
        ask.offset = one_hour_east;
        report = make(&ask);
        CHECK_ROW(&report, "day", "2026-04-01", {"contacts", 1}); /* c90 came at ten to one */
        CHECK_ROW(&report, "hour", "00:00", {"contacts", 1});
        CHECK_ROW(&report, "hour", "10:00", {"contacts", 3}, {"busy_ms", 690000});
        CHECK_ROW(&report, "hour", "01:00", {"busy_ms", 600000});
        forget(&report);
}
END_TEST

/* ---- Customers, reviews, bonus ---- */

START_TEST(who_came_back_and_what_they_are_worth)
{
        struct att_report_ask ask = march("");
        struct att_report report;

        write_rows(month);
        ask.of = ATT_REPORT_OF_CUSTOMERS;
        report = make(&ask);
        for (int i = 0; i < 2; i++) { /* The whole is one month here. */
                CHECK_ROW(&report, i ? "month" : "all", i ? "2026-03" : "all",
                          {"customers", 6}, /* 1 to 6; 7 only in February */
                          {"new_customers", 5}, {"returning_customers", 1}, /* 1 came in February */
                          {"contacts", 9},                                  /* all but c60 */
                          {"contacts_per_customer_milli", 1500},            /* 9 / 6 */
                          {"retention_base", 2}, {"retained", 1},           /* 1 and 7; 1 */
                          {"retention_ppm", 500000}, {"churn_ppm", 500000},
                          /* 1: 1000, since the 15th 1200 at a risk of 0.2. 2: 500 all the time. */
                          {"valued", 2}, {"value_milli", 1700000}, {"value_mean_milli", 850000},
                          {"value_change_milli", 200000}, {"churn_risk_ppm", 200000},
                          {"value_at_risk_milli", 240000}); /* 1200 x 0.2 */
        }
        att_report_deinit(&report);
        ask.from_ms = MARCH_MS - INT64_C(28) * 86400000; /* February and March. */
        report = make(&ask);
        CHECK_ROW(&report, "month", "2026-02", {"customers", 2}, {"value_milli", 1000000},
                  {"retention_ppm", ATT_REPORT_ABSENT});
        CHECK_ROW(&report, "month", "2026-03", {"customers", 6}, {"retained", 1});
        CHECK_ROW(&report, "all", "all", {"customers", 7}, {"new_customers", 7});
        forget(&report);
}
END_TEST

START_TEST(values_in_two_currencies_are_not_added_up)
{
        static const char *const pounds[] = {
                "INSERT INTO people (person, id, currency, lifetime_value_micro) VALUES"
                " (3, 'three', 'GBP', 70000000)",
                NULL};
        struct att_report_ask ask = march("");
        struct att_report report;

        write_rows(month);
        write_rows(pounds);
        ask.of = ATT_REPORT_OF_CUSTOMERS;
        report = make(&ask);
        CHECK_ROW(&report, "all", "all", {"value_milli", ATT_REPORT_ABSENT});
        CHECK_ROW(&report, "currency", "EUR", {"value_milli", 1700000}, {"customers", 2});
        CHECK_ROW(&report, "currency", "GBP", {"value_milli", 70000}, {"customers", 1});
        forget(&report);
}
END_TEST

START_TEST(a_bonus_is_shared_by_the_rule)
{
        /* The worked example of docs/measures.md. Satisfied: of all 1 of 2, ann's 1 of 2, bob has no
         * answers. Taken: of all 8 of 9, ann 5 of 6, bob 3 of 3.
         *      ann  csat (1 + 10 x 1/2) / (2 + 10) = 0.5    taken (5 + 10 x 8/9) / 16 = 0.868056
         *      bob  csat (0 + 10 x 1/2) / (0 + 10) = 0.5    taken (3 + 10 x 8/9) / 13 = 0.914530
         * Scores 0.684028 and 0.707265; above the floor 0.184028 and 0.207265, together 0.391293:
         * 470.30 and 529.69 of 1000. */
        struct att_bonus bonus = {
                .pool = 1000,
                .least_contacts = 2,
                .floor_ppm = 500000,
                .weights_milli = {[ATT_BONUS_CSAT] = 1000, [ATT_BONUS_TAKEN] = 1000}};
        const struct att_text bob = ATT_TEXT("bob");
        struct att_report_ask ask = march("");
        struct att_report report;

        write_rows(month);
        ask.of = ATT_REPORT_OF_BONUS;
        ask.bonus = &bonus;
        report = make(&ask);
        ck_assert_uint_eq(report.row_count, 2);
        CHECK_ROW(&report, "month+agent", "2026-03\tann", {"score_ppm", 684028},
                  {"csat_standing_ppm", 500000}, {"taken_standing_ppm", 868056},
                  {"nps_standing_ppm", ATT_REPORT_ABSENT}, {"takes_part", 1},
                  {"bonus_milli", 470300});
        CHECK_ROW(&report, "month+agent", "2026-03\tbob", {"score_ppm", 707265},
                  {"bonus_milli", 529690});
        att_report_deinit(&report);
        bonus.least_contacts = 3; /* bob has two conversations. */
        report = make(&ask);
        CHECK_ROW(&report, "month+agent", "2026-03\tbob", {"takes_part", 0}, {"bonus_milli", 0});
        CHECK_ROW(&report, "month+agent", "2026-03\tann", {"bonus_milli", 1000000});
        att_report_deinit(&report);
        ask.left_out = &bob;
        ask.left_out_count = 1;
        report = make(&ask);
        ck_assert_uint_eq(report.row_count, 1);
        att_report_deinit(&report);
        bonus.pool = 0;
        check_refused(&ask, -EINVAL, "no `bonus`");
        forget(&report);
}
END_TEST

static void check_worth(const struct att_report *report, uint32_t row, const char *slice,
                        const char *id, int64_t score, const char *why)
{
        ck_assert_uint_gt(report->row_count, row);
        ck_assert(att_text_equals_c(report->rows[row].slice, slice));
        ck_assert(att_text_equals_c(report->rows[row].name, id));
        ck_assert_int_eq(report->rows[row].values[0], score);
        ck_assert_msg(att_text_equals_c(report->rows[row].text, why), "%.*s",
                      ATT_TEXT_ARGS(report->rows[row].text));
}

START_TEST(the_worst_and_the_best_contacts_of_an_agent)
{
        struct att_report_ask ask = march("");
        struct att_report report;

        write_rows(month);
        ask.of = ATT_REPORT_OF_WORTH;
        ask.agent = ATT_TEXT("ann");
        report = make(&ask);
        ck_assert_uint_eq(report.row_count, 4);
        check_worth(&report, 0, "worst", "c20", -2000, "satisfaction 2 of 5; not resolved");
        check_worth(&report, 1, "best", "c10", 3000, /* 2 + 1 + 1 - 1 */
                    "satisfaction 5 of 5; would recommend: 10 of 10; resolved; came again");
        check_worth(&report, 2, "best", "c60", 1200, /* (0.7 - 0.1) x 2 */
                    "calmer at the end (0.1, was 0.7)");
        check_worth(&report, 3, "best", "c50", 1000,
                    "would recommend: 8 of 10; calmer at the end (0.1, was 0.6)");
        att_report_deinit(&report);
        ask.agent = ATT_TEXT_NONE;
        check_refused(&ask, -EINVAL, "which one?");
        forget(&report);
}
END_TEST

START_TEST(a_contact_unlike_the_rest_stands_out)
{
        static const char *const alike[] = {
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)"
                " INSERT INTO contacts (contact, id, channel, arrived_ms, answered_ms, closed_ms,"
                " waited_ms, talked_ms, last_agent)"
                " SELECT i, 'c' || i, 'voice', @3-02 09:00:00 + i, 1, 1, 5000,"
                " CASE i WHEN 7 THEN 2400000 ELSE 230000 + 1000 * i END, 'ann' FROM n",
                NULL};
        struct att_report_ask ask = march("");
        struct att_report report;

        write_rows(alike);
        ask.of = ATT_REPORT_OF_WORTH;
        ask.agent = ATT_TEXT("ann");
        report = make(&ask);
        ck_assert_uint_eq(report.row_count, 1);
        /* Of 231 to 250 s without the 237 the median is 241.5: 4m 01s. */
        check_worth(&report, 0, "unlike", "c7", 0, "talked for 40m 00s, 4m 01s is usual on voice");
        forget(&report);
}
END_TEST

/* ---- The views ---- */

static double query(struct att_history *history, const char *sql)
{
        sqlite3_stmt *statement;
        double value;

        ck_assert_msg(sqlite3_prepare_v2(att_history_db(history), sql, -1, &statement, NULL) ==
                              SQLITE_OK,
                      "%s: %s", sql, sqlite3_errmsg(att_history_db(history)));
        ck_assert_msg(sqlite3_step(statement) == SQLITE_ROW, "%s", sql);
        value = sqlite3_column_double(statement, 0);
        (void)sqlite3_finalize(statement);
        return value;
}

static const struct {
        const char *view;
        const char *column;
        const char *measure;
        double factor;
} in_views[] = {
        {"measures_arrivals", "contacts", "contacts", 1},
        {"measures_arrivals", "offered", "offered", 1},
        {"measures_arrivals", "answered", "answered", 1},
        {"measures_arrivals", "abandoned", "abandoned", 1},
        {"measures_arrivals", "abandoned_short", "abandoned_short", 1},
        {"measures_arrivals", "turned_away", "turned_away", 1},
        {"measures_arrivals", "cancelled", "cancelled", 1},
        {"measures_arrivals", "waiting", "waiting", 1},
        {"measures_arrivals", "coalesce(service_level, -1)", "service_level_ppm", 1e6},
        {"measures_arrivals", "coalesce(asa_ms, -1)", "asa_ms", 1},
        {"measures_arrivals", "coalesce(longest_wait_ms, 0)", "longest_wait_ms", 1},
        {"measures_arrivals", "coalesce(first_response_ms, -1)", "first_response_ms", 1},
        {"measures_arrivals", "repeats", "repeats", 1},
        {"measures_arrivals", "known", "known", 1},
        {"measures_ends", "fcr_count", "fcr_count", 1},
        {"measures_ends", "coalesce(fcr, -1)", "fcr_ppm", 1e6},
        {"measures_ends", "positive", "positive", 1},
        {"measures_ends", "neutral", "neutral", 1},
        {"measures_ends", "negative", "negative", 1},
        {"measures_conversations", "conversations", "conversations", 1},
        {"measures_conversations", "aht_ms", "aht_ms", 1},
        {"measures_conversations", "talk_ms", "talk_ms", 1},
        {"measures_conversations", "transfers", "transfers", 1},
        {"measures_offers", "offers", "offers", 1},
        {"measures_offers", "offers_declined", "offers_declined", 1},
        {"measures_offers", "offers_missed", "offers_missed", 1},
        {"measures_feedback", "csat_count", "csat_count", 1},
        {"measures_feedback", "csat", "csat_ppm", 1e6},
        {"measures_feedback", "nps_count", "nps_count", 1},
        {"measures_feedback", "nps", "nps_milli", 1e3},
        {"measures_feedback", "ces_count", "ces_count", 1},
        {"measures_feedback", "ces", "ces_milli", 1e3},
        {"measures_feedback", "resolved", "resolved_ppm", 1e6},
};

static void compare_with_views(const struct att_report *report, const char *by, const char *value)
{
        struct att_buffer why ATT_CLEANUP(att_buffer_deinit) = {0};
        struct att_history *history;

        ck_assert_int_eq(att_history_open(folder, &history, &why), 0);
        for (size_t i = 0; i < ATT_ARRAY_LEN(in_views); i++) {
                const int64_t known = value_of(report, by, value, in_views[i].measure);
                char sql[256];
                double seen;

                (void)snprintf(sql, sizeof(sql),
                               "SELECT %s FROM %s WHERE slice = '%s' AND name = '%s'",
                               in_views[i].column, in_views[i].view, by, value);
                seen = query(history, sql) * in_views[i].factor;
                if (known == ATT_REPORT_ABSENT) {
                        ck_assert_msg(seen <= 0, "%s: %f", sql, seen);
                        continue;
                }
                /* A view's mean may be rounded from the half the other way. */
                ck_assert_msg(seen - (double)known < 1.01 && seen - (double)known > -1.01,
                              "%s: %f, not %lld", sql, seen, (long long)known);
        }
        att_history_close(history);
}

START_TEST(the_views_say_the_same)
{
        struct att_report_ask ask = march("queue,channel,tier,agent,day");
        struct att_report report;

        write_year(1500);
        ask.from_ms = ask.to_ms = ATT_REPORT_ABSENT;
        report = make(&ask);
        compare_with_views(&report, "all", "all");
        compare_with_views(&report, "queue", "queue-02");
        compare_with_views(&report, "channel", "chat");
        compare_with_views(&report, "tier", "gold");
        compare_with_views(&report, "agent", "agent-011");
        forget(&report);
}
END_TEST

START_TEST(the_views_say_the_same_of_the_month)
{
        struct att_report_ask ask = march("queue,agent,day");
        struct att_report report;

        write_rows(month);
        ask.from_ms = ask.to_ms = ATT_REPORT_ABSENT;
        report = make(&ask);
        compare_with_views(&report, "all", "all");
        compare_with_views(&report, "queue", "cards");
        compare_with_views(&report, "agent", "ann");
        forget(&report);
}
END_TEST

/* ---- The year ---- */

/* What is counted, not made from counts. */
static bool is_sum(struct att_text measure)
{
        static const char *const others[] = {
                "asa_ms",           "longest_wait_ms",  "abandon_wait_ms", "first_response_ms",
                "aht_ms",           "talk_ms",          "hold_ms",         "wrap_up_ms",
                "estimate_bias_ms", "estimate_error_ms"};
        static const char *const endings[] = {"_ppm", "_milli"};

        for (size_t i = 0; i < ATT_ARRAY_LEN(others); i++) {
                if (att_text_equals_c(measure, others[i])) {
                        return false;
                }
        }
        for (size_t i = 0; i < ATT_ARRAY_LEN(endings); i++) {
                const size_t len = strlen(endings[i]);

                if (measure.len > len &&
                    memcmp(measure.data + measure.len - len, endings[i], len) == 0) {
                        return false;
                }
        }
        return true;
}

static int64_t sum_of(const struct att_report *report, const char *slice, uint32_t measure,
                      uint32_t *ret_rows)
{
        int64_t sum = 0;

        *ret_rows = 0;
        for (uint32_t i = 0; i < report->row_count; i++) {
                if (att_text_equals_c(report->rows[i].slice, slice) &&
                    report->rows[i].values[measure] != ATT_REPORT_ABSENT) {
                        sum += report->rows[i].values[measure];
                        ++*ret_rows;
                }
        }
        return sum;
}

START_TEST(a_year_adds_up_however_it_is_sliced)
{
        static const char *const slices[] = {
                "queue", "channel", "tier",  "agent",         "hour",        "weekday",
                "day",   "week",    "month", "queue+channel", "agent+month", "tier+weekday"};
        struct att_report_ask ask = march("queue,channel,tier,agent,hour,weekday,day,week,month,"
                                          "queue+channel,agent+month,tier+weekday");
        struct att_report report;
        uint32_t compared = 0;

        write_year(4000);
        ask.from_ms = ask.to_ms = ATT_REPORT_ABSENT;
        report = make(&ask);
        ck_assert_int_eq(value_of(&report, "all", "all", "contacts"), 4000);
        ck_assert_int_gt(value_of(&report, "all", "all", "offers_missed"), 0);
        for (uint32_t m = 0; m < report.measure_count; m++) {
                for (size_t i = 0; is_sum(report.measures[m]) && i < ATT_ARRAY_LEN(slices); i++) {
                        uint32_t rows;
                        const int64_t sum = sum_of(&report, slices[i], m, &rows);

                        if (rows == 0) { /* Agents' time by what has no agents. */
                                continue;
                        }
                        compared++;
                        ck_assert_msg(sum == report.rows[0].values[m], "%.*s by %s: %lld of %lld",
                                      ATT_TEXT_ARGS(report.measures[m]), slices[i], (long long)sum,
                                      (long long)report.rows[0].values[m]);
                }
        }
        ck_assert_uint_gt(compared, 300);
        forget(&report);
}
END_TEST

static void check_same(const struct att_report *a, const struct att_report *b)
{
        ck_assert_uint_eq(a->row_count, b->row_count);
        for (uint32_t i = 0; i < a->row_count; i++) {
                ck_assert(att_text_equals(a->rows[i].name, b->rows[i].name));
                ck_assert_mem_eq(a->rows[i].values, b->rows[i].values,
                                 a->measure_count * sizeof(int64_t));
        }
}

START_TEST(any_number_of_threads_finds_the_same)
{
        struct att_report_ask ask = march("queue,agent+day,skill,hour");
        struct att_report alone;
        struct att_report together;

        write_year(21000);
        ask.from_ms = MARCH_MS + INT64_C(86400000) * 20;
        ask.to_ms = MARCH_MS + INT64_C(86400000) * 360;
        alone = make(&ask);
        ask.threads = 3;
        together = make(&ask);
        check_same(&alone, &together);
        att_report_deinit(&alone);
        forget(&together);
}
END_TEST

START_TEST(months_add_up_to_their_year)
{
        static const char *const measures[] = {"contacts",   "answered", "conversations", "offers",
                                               "csat_count", "busy_ms",  "staffed_ms"};
        struct att_report_ask ask = march("");
        int64_t sums[ATT_ARRAY_LEN(measures)] = {0};
        struct att_report report;

        write_year(1500);
        for (int i = 0; i < 12; i++) { /* Of 30.5 days, so that edges are at midnight and noon. */
                ask.from_ms = MARCH_MS + i * INT64_C(2635200000);
                ask.to_ms = ask.from_ms + INT64_C(2635200000);
                report = make(&ask);
                for (size_t j = 0; j < ATT_ARRAY_LEN(measures); j++) {
                        sums[j] += value_of(&report, "all", "all", measures[j]);
                }
                att_report_deinit(&report);
        }
        ask.from_ms = MARCH_MS;
        report = make(&ask);
        for (size_t j = 0; j < ATT_ARRAY_LEN(measures); j++) {
                ck_assert_int_eq(sums[j], value_of(&report, "all", "all", measures[j]));
        }
        forget(&report);
}
END_TEST

/* ---- What goes wrong ---- */

START_TEST(an_empty_history_gives_an_empty_report)
{
        struct att_report_ask ask = march("queue,day");
        struct att_report report;

        static const char *const nothing[] = {NULL};

        write_rows(nothing);
        report = make(&ask);
        ck_assert_uint_eq(report.row_count, 1);
        CHECK_ROW(&report, "all", "all", {"contacts", 0}, {"asa_ms", ATT_REPORT_ABSENT},
                  {"csat_low_ppm", ATT_REPORT_ABSENT}, {"nps_milli", ATT_REPORT_ABSENT},
                  {"ces_low_milli", ATT_REPORT_ABSENT},
                  {"positive_ratio_milli", ATT_REPORT_ABSENT});
        forget(&report);
}
END_TEST

START_TEST(what_makes_no_sense_is_refused_with_a_word_of_help)
{
        struct att_report report = {.zone = ATT_TEXT_NONE};
        struct att_report_ask ask = march("quue");

        make_folder();
        check_refused(&ask, -ENOENT, "there is no history");
        write_rows(month);
        check_refused(&ask, -EINVAL,
                      "'quue' is nothing that a report can be sliced by, did you mean 'queue'?");
        ask.slices = ATT_TEXT("colour");
        check_refused(&ask, -EINVAL, "queue, channel, tier");
        ask.slices = ATT_TEXT("queue,");
        report = make(&ask); /* A comma at the end is no harm. */
        att_report_deinit(&report);
        ask.slices = ATT_TEXT("queue+day+hour+tier");
        check_refused(&ask, -EINVAL, "3 things at most");
        ask.slices = ATT_TEXT("day,day,day,day,day,day,day,day,day,day,day,day,day");
        check_refused(&ask, -EINVAL, "12 slicings at most");
        ask.slices = ATT_TEXT_NONE;
        ask.to_ms = ask.from_ms - 1;
        check_refused(&ask, -EINVAL, "end before it begins");
        forget(&report);
}
END_TEST

START_TEST(another_database_is_not_taken_for_a_history)
{
        struct att_report report = {.zone = ATT_TEXT_NONE};
        struct att_report_ask ask = march("");
        char path[128];
        sqlite3 *db;

        make_folder();
        (void)snprintf(path, sizeof(path), "%s/history.sqlite", folder);
        ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
        ck_assert_int_eq(sqlite3_exec(db, "CREATE TABLE t (x)", NULL, NULL, NULL), SQLITE_OK);
        (void)sqlite3_close(db);
        check_refused(&ask, -EBADMSG, "is it a history of attuned?");
        forget(&report);
}
END_TEST

START_TEST(a_history_that_was_made_just_now_has_nothing_yet)
{
        struct att_report_ask ask = march("");
        char path[128];
        sqlite3 *db;

        make_folder();
        (void)snprintf(path, sizeof(path), "%s/history.sqlite", folder);
        ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
        ck_assert_int_eq(sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL),
                         SQLITE_OK);
        check_refused(&ask, -ENOENT, "(yet)");
        (void)sqlite3_close(db);
}
END_TEST

START_TEST(a_report_can_be_stopped)
{
        struct att_report report = {.zone = ATT_TEXT_NONE};
        struct att_report_ask ask = march("");
        atomic_bool stop = true;

        write_year(4000);
        ask.from_ms = ask.to_ms = ATT_REPORT_ABSENT;
        ask.stop = &stop;
        check_refused(&ask, -ECANCELED, "stopped");
        forget(&report);
}
END_TEST

START_TEST(a_gap_in_the_history_is_told)
{
        struct att_report_ask ask = march("");
        struct att_report report;

        static const char *const gap[] = {
                "INSERT INTO gaps VALUES (100, 200, 7, 'the disk was full')", NULL};

        write_rows(gap);
        report = make(&ask);
        ck_assert_uint_eq(report.note_count, 1);
        ck_assert(att_text_equals_c(
                report.notes[0], "The history has a gap, commands 100 to 200: the disk was full."));
        forget(&report);
}
END_TEST

ATT_TEST_MAIN("report", what_came_and_what_became_of_it, the_service_level_by_each_formula,
              what_agents_did, what_customers_said, whether_they_had_to_come_again,
              whether_estimates_were_right, each_thing_counts_where_it_belongs,
              a_contact_counts_for_each_skill_it_asked_for, days_and_hours_are_those_of_the_zone,
              who_came_back_and_what_they_are_worth, values_in_two_currencies_are_not_added_up,
              a_bonus_is_shared_by_the_rule, the_worst_and_the_best_contacts_of_an_agent,
              a_contact_unlike_the_rest_stands_out, the_views_say_the_same_of_the_month,
              the_views_say_the_same, a_year_adds_up_however_it_is_sliced,
              any_number_of_threads_finds_the_same, months_add_up_to_their_year,
              an_empty_history_gives_an_empty_report,
              what_makes_no_sense_is_refused_with_a_word_of_help,
              another_database_is_not_taken_for_a_history,
              a_history_that_was_made_just_now_has_nothing_yet, a_report_can_be_stopped,
              a_gap_in_the_history_is_told)
