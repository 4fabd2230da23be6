/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "daemon/health.h"
#include "daemon/metrics.h"
#include "daemon/turns.h"
#include "tests/support/main.h"

/* ---- The text ---- */

/* All of it, in pieces of so many bytes; how many pieces it took. */
static uint32_t write_all(const struct metrics *metrics, size_t bytes, struct att_buffer *into)
{
        struct metrics_page page = {.metrics = metrics};
        uint32_t pieces = 1;

        while (!metrics_write(&page, into, bytes)) {
                pieces++;
        }
        return pieces;
}

static void add_queue(struct metrics *metrics, const char *name)
{
        const struct att_queue_view view = {
                .name = att_text_from(name),
                .waiting = 3,
                .longest_wait_ms = 61005,
                .estimate_ms = -1,
                .answered = 12,
                .answer_wait_ms = 1500,
                .open = true,
        };

        metrics_add_queue(metrics, &view);
}

static void check_has(const struct att_buffer *text, const char *line)
{
        ck_assert_msg(strstr(text->data, line), "no line %s in\n%s", line, text->data);
}

static void check_lacks(const struct att_buffer *text, const char *words)
{
        ck_assert_msg(!strstr(text->data, words), "%s in\n%s", words, text->data);
}

START_TEST(figures_are_exact_and_in_base_units)
{
        struct metrics metrics = {.version = "1.2", .behaviour = 3};
        struct att_buffer text = {0};

        metrics.process.cpu_us = 2500001;
        metrics.process.resident_bytes = 4096;
        metrics.snapshot_took_ms = 120;
        metrics_begin_queues(&metrics, 1);
        add_queue(&metrics, "cards");
        (void)write_all(&metrics, SIZE_MAX / 2, &text);
        check_has(&text, "\nattune_queue_waiting_contacts{queue=\"cards\"} 3\n");
        check_has(&text, "\nattune_queue_longest_wait_seconds{queue=\"cards\"} 61.005\n");
        check_has(&text, "\nattune_queue_answer_wait_seconds_total{queue=\"cards\"} 1.5\n");
        check_has(&text, "\nattune_queue_open{queue=\"cards\"} 1\n");
        check_has(&text, "\nprocess_cpu_seconds_total 2.500001\n");
        check_has(&text, "\nprocess_resident_memory_bytes 4096\n");
        check_has(&text, "\nattune_snapshot_duration_seconds 0.12\n");
        check_has(&text, "\nattune_build_info{version=\"1.2\",behaviour=\"3\"} 1\n");
        att_buffer_deinit(&text);
        metrics_deinit(&metrics);
}
END_TEST

START_TEST(what_is_not_known_has_no_line)
{
        struct metrics metrics = {.snapshot_at_ms = METRICS_ABSENT};
        struct att_buffer text = {0};

        metrics_begin_queues(&metrics, 1);
        add_queue(&metrics, "cards"); /* Without an estimate. */
        (void)write_all(&metrics, SIZE_MAX / 2, &text);
        check_lacks(&text, "\nattune_queue_estimated_wait_seconds{");
        check_lacks(&text, "\nattune_snapshot_last_timestamp_seconds ");
        check_has(&text, "# TYPE attune_queue_estimated_wait_seconds gauge\n");
        att_buffer_deinit(&text);
        metrics_deinit(&metrics);
}
END_TEST

START_TEST(a_name_can_end_neither_its_label_nor_its_line)
{
        struct metrics metrics = {0};
        struct att_buffer text = {0};

        metrics_begin_queues(&metrics, 1);
        add_queue(&metrics, "a\"b\\c\nd");
        (void)write_all(&metrics, SIZE_MAX / 2, &text);
        check_has(&text, "\nattune_queue_waiting_contacts{queue=\"a\\\"b\\\\c\\nd\"} 3\n");
        att_buffer_deinit(&text);
        metrics_deinit(&metrics);
}
END_TEST

START_TEST(pieces_make_the_same_text)
{
        struct metrics metrics = {0};
        struct att_buffer whole = {0};
        struct att_buffer pieces = {0};

        metrics_begin_queues(&metrics, 500);
        for (int i = 0; i < 500; i++) {
                char name[16];

                (void)snprintf(name, sizeof(name), "q%d", i);
                add_queue(&metrics, name);
        }
        ck_assert_uint_eq(write_all(&metrics, SIZE_MAX / 2, &whole), 1);
        ck_assert_uint_gt(write_all(&metrics, 1000, &pieces), 100);
        ck_assert_str_eq(pieces.data, whole.data);
        att_buffer_deinit(&pieces);
        att_buffer_deinit(&whole);
        metrics_deinit(&metrics);
}
END_TEST

START_TEST(a_centre_without_queues_has_metrics)
{
        struct metrics metrics = {0};
        struct att_buffer text = {0};

        metrics_begin_queues(&metrics, 0);
        (void)write_all(&metrics, SIZE_MAX / 2, &text);
        check_has(&text, "\nattune_sessions 0\n");
        check_lacks(&text, "queue=");
        att_buffer_deinit(&text);
        metrics_deinit(&metrics);
}
END_TEST

START_TEST(lookups_of_customers_are_counted_by_what_came_of_them)
{
        struct metrics metrics = {0};
        struct att_buffer text = {0};

        metrics.tally.lookups[TALLY_LOOKUP_FOUND] = 3;
        metrics.tally.lookups[TALLY_LOOKUP_GAVE_UP] = 1;
        histogram_add(&metrics.lookups, 240);
        metrics_begin_queues(&metrics, 0);
        (void)write_all(&metrics, SIZE_MAX / 2, &text);
        check_has(&text, "\nattune_customer_lookups_total{result=\"found\"} 3\n");
        check_has(&text, "\nattune_customer_lookups_total{result=\"nobody\"} 0\n");
        check_has(&text, "\nattune_customer_lookups_total{result=\"gave_up\"} 1\n");
        check_has(&text, "\nattune_customer_lookups_total{result=\"skipped\"} 0\n");
        check_has(&text, "\nattune_customer_lookup_seconds_bucket{le=\"0.00025\"} 1\n");
        check_has(&text, "\nattune_customer_lookup_seconds_count 1\n");
        att_buffer_deinit(&text);
        metrics_deinit(&metrics);
}
END_TEST

START_TEST(refusals_and_effects_are_counted_by_their_words)
{
        struct att_effect effects[] = {
                {.kind = ATT_EFFECT_REVOKE, .revoke_reason = ATT_REVOKE_TIMEOUT},
                {.kind = ATT_EFFECT_OFFER},
                {.kind = ATT_EFFECT_REFUSED, .refusal = ATT_REFUSAL_UNKNOWN},
        };
        const struct att_effects all = {.items = effects, .count = 3};
        const struct att_command command = {.kind = ATT_CMD_CONTACT_ADD};
        struct metrics metrics = {0};
        struct att_buffer text = {0};

        tally_step(&metrics.tally, &command, &all);
        tally_step(&metrics.tally, &command, &all);
        metrics_begin_queues(&metrics, 0);
        (void)write_all(&metrics, SIZE_MAX / 2, &text);
        check_has(&text, "\nattune_commands_total{command=\"contact_add\"} 2\n");
        check_has(&text, "\nattune_commands_refused_total{code=\"unknown\"} 2\n");
        check_has(&text, "\nattune_effects_total{effect=\"offer\"} 2\n");
        check_has(&text, "\nattune_offers_revoked_total{reason=\"timeout\"} 2\n");
        att_buffer_deinit(&text);
        metrics_deinit(&metrics);
}
END_TEST

/* ---- Durations ---- */

START_TEST(a_histogram_counts_up_to_its_bounds)
{
        struct metrics metrics = {0};
        struct att_buffer text = {0};

        histogram_add(&metrics.commits, 50);      /* The first bound itself. */
        histogram_add(&metrics.commits, 51);      /* The second. */
        histogram_add(&metrics.commits, 9000000); /* Beyond the last. */
        histogram_add(&metrics.commits, -5);      /* A clock that slipped: nothing. */
        metrics_begin_queues(&metrics, 0);
        (void)write_all(&metrics, SIZE_MAX / 2, &text);
        check_has(&text, "\nattune_journal_commit_seconds_bucket{le=\"0.00005\"} 2\n");
        check_has(&text, "\nattune_journal_commit_seconds_bucket{le=\"0.0001\"} 3\n");
        check_has(&text, "\nattune_journal_commit_seconds_bucket{le=\"5\"} 3\n");
        check_has(&text, "\nattune_journal_commit_seconds_bucket{le=\"+Inf\"} 4\n");
        check_has(&text, "\nattune_journal_commit_seconds_sum 9.000101\n");
        check_has(&text, "\nattune_journal_commit_seconds_count 4\n");
        att_buffer_deinit(&text);
        metrics_deinit(&metrics);
}
END_TEST

#define SECOND_US INT64_C(1000000)

START_TEST(a_turn_is_what_was_worked_not_what_was_waited)
{
        struct turns turns;

        turns_begin(&turns, 100 * SECOND_US, 40 * SECOND_US, 7000);
        turns_note(&turns, 100 * SECOND_US + 250300, 40 * SECOND_US + 250000, 7200);
        ck_assert_int_eq(turns.worked.sum_us, 300);
        ck_assert_int_eq(turns.worked_cpu.sum_us, 200);
        ck_assert_int_eq(turns_longest_us(&turns, 101 * SECOND_US), 300);
        ck_assert_int_eq(turns_longest_cpu_us(&turns, 101 * SECOND_US), 200);
        ck_assert_int_eq(turns_stood_us(&turns, 101 * SECOND_US), 0);
}
END_TEST

START_TEST(the_longest_turn_is_forgotten_after_a_minute)
{
        struct turns turns;
        int64_t now_us = 1000 * SECOND_US;
        const int64_t began_us = now_us;

        turns_begin(&turns, now_us, 0, 0);
        turns_note(&turns, now_us += 7000, 0, 5000);
        while (now_us < began_us + 90 * SECOND_US) {
                now_us += SECOND_US / 4;
                turns_note(&turns, now_us, now_us - began_us - 7000 - 50, 5000);
                if (now_us < began_us + 50 * SECOND_US) {
                        ck_assert_int_eq(turns_longest_us(&turns, now_us), 7000);
                        ck_assert_int_eq(turns_longest_cpu_us(&turns, now_us), 5000);
                }
        }
        ck_assert_int_lt(turns_longest_us(&turns, now_us), 7000);
        ck_assert_int_eq(turns_longest_cpu_us(&turns, now_us), 0);
        ck_assert_int_eq(turns_longest_us(&turns, now_us + 2 * TURNS_WINDOW_US), 0);
}
END_TEST

START_TEST(a_loop_that_stood_for_a_second_says_so_for_a_second)
{
        struct turns turns;
        const int64_t now_us = 50 * SECOND_US;

        turns_begin(&turns, now_us, 0, 0);
        ck_assert_int_eq(turns_stood_us(&turns, now_us + SECOND_US), 0);
        ck_assert_int_eq(turns_stood_us(&turns, now_us + SECOND_US + 1), SECOND_US + 1);
        turns_note(&turns, now_us + 3 * SECOND_US, 0, 0);
        ck_assert_int_eq(turns_stood_us(&turns, now_us + 3 * SECOND_US + 1), 3 * SECOND_US);
        turns_note(&turns, now_us + 4 * SECOND_US, 0, 0);
        ck_assert_int_eq(turns_stood_us(&turns, now_us + 4 * SECOND_US), 0);
}
END_TEST

/* ---- Health ---- */

START_TEST(ready_needs_everything_and_names_all_that_lacks)
{
        struct health health = {
                .is_recovered = true, .is_configured = true, .config = "ab", .seq = 7};
        struct att_buffer text = {0};

        ck_assert(health_put_ready(&health, &text));
        ck_assert_str_eq(text.data,
                         "{\"ready\":true,\"reasons\":[],\"config\":\"ab\",\"seq\":7}\n");
        att_buffer_clear(&text);
        health = (struct health){.is_draining = true, .is_disk_nearly_full = true, .config = ""};
        ck_assert(!health_put_ready(&health, &text));
        ck_assert_str_eq(text.data,
                         "{\"ready\":false,\"reasons\":[\"not_recovered\",\"not_configured\","
                         "\"draining\",\"disk_nearly_full\"],\"config\":\"\",\"seq\":0}\n");
        att_buffer_deinit(&text);
}
END_TEST

START_TEST(health_says_for_how_long_the_loop_stood)
{
        struct att_buffer text = {0};

        ck_assert(health_put_turning(0, &text));
        ck_assert_str_eq(text.data, "ok\n");
        att_buffer_clear(&text);
        ck_assert(!health_put_turning(2510000, &text));
        ck_assert_str_eq(text.data, "the loop stood for 2510 ms\n");
        att_buffer_deinit(&text);
}
END_TEST

ATT_TEST_MAIN("metrics", figures_are_exact_and_in_base_units, what_is_not_known_has_no_line,
              a_name_can_end_neither_its_label_nor_its_line, pieces_make_the_same_text,
              a_centre_without_queues_has_metrics,
              lookups_of_customers_are_counted_by_what_came_of_them,
              refusals_and_effects_are_counted_by_their_words, a_histogram_counts_up_to_its_bounds,
              a_turn_is_what_was_worked_not_what_was_waited,
              the_longest_turn_is_forgotten_after_a_minute,
              a_loop_that_stood_for_a_second_says_so_for_a_second,
              ready_needs_everything_and_names_all_that_lacks,
              health_says_for_how_long_the_loop_stood)
