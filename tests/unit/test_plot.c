/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/util.h"
#include "tests/support/main.h"
#include "tools/attunesim/compare.h"
#include "tools/attunesim/sim_run.h"

#define QUEUES_MAX 20

/* Plans and tallies ------------------------------------------------------- */

struct test_plan {
        struct sim_plan plan;
        struct att_yaml_file file;
};

static struct test_plan *plan_of(const char *text)
{
        struct att_buffer told = {0};
        struct att_config_errors errors = {0};
        struct test_plan *read = att_alloc(sizeof(*read));
        bool is_read = att_yaml_parse(ATT_TEXT("f"), att_text_from(text), &errors, &read->file);

        is_read = is_read &&
                  sim_plan_from(read->file.documents[0], ATT_TEXT_NONE, &errors, &read->plan);
        att_config_errors_write(&errors, &told);
        ck_assert_msg(is_read, "%s", told.data ? told.data : "");
        att_buffer_deinit(&told);
        att_config_errors_deinit(&errors);
        return read;
}

static void free_plan(struct test_plan *read)
{
        sim_plan_deinit(&read->plan);
        att_yaml_file_deinit(&read->file);
        free(read);
}

static struct test_plan *plan_of_queues(uint32_t count)
{
        struct att_buffer text = {0};
        struct test_plan *read;

        att_buffer_append_c(&text, "config: { attune: 1, agents: { ann: {} }, queues: {");
        for (uint32_t i = 0; i < count; i++) {
                att_buffer_printf(&text, "%s q%u: {}", i > 0 ? "," : "", i);
        }
        att_buffer_append_c(&text, "} }\nlength: 1d\ninterval: 6h\n"
                                   "arrivals: [ { queue: q0, rate: 1/h, handle: exp 1m } ]\n");
        read = plan_of(text.data);
        att_buffer_deinit(&text);
        return read;
}

static struct sim_tally *tally_of(const struct sim_plan *plan)
{
        uint32_t queues = plan->config->queue_count;
        uint32_t agents = plan->config->agent_count;
        uint32_t bins = sim_bin_count(plan);
        struct sim_tally *tally = att_alloc(sim_tally_bytes(queues, agents, bins));

        sim_tally_init(tally, queues, agents, bins);
        return tally;
}

static void check_near(double value, double expected)
{
        ck_assert_msg(fabs(value - expected) <= 1e-9 * fmax(1, fabs(expected)), "%.12g, not %.12g",
                      value, expected);
}

/* Figures ----------------------------------------------------------------- */

START_TEST(a_point_is_the_mean_over_replications_with_its_interval)
{
        struct test_plan *read = plan_of_queues(1);
        struct sim_tally *tallies[3];
        struct plot_side side = {.plan = &read->plan, .tallies = tallies, .count = 3};

        for (int i = 0; i < 3; i++) {
                tallies[i] = tally_of(&read->plan);
                *sim_tally_bin(tallies[i], 0, 1) = (struct sim_bin){
                        .entered = 4, .within = 1 + i, .wait_s = 40 + 4 * i};
        }
        check_near(plot_estimate(&side, 0, 1, PLOT_WAIT).mean, 11);
        /* Of 10, 11, 12: Student's t of 2 degrees, 4.3027, times 1 / sqrt(3). */
        ck_assert_double_eq_tol(plot_estimate(&side, 0, 1, PLOT_WAIT).ci95, 2.4841, 1e-4);
        check_near(plot_estimate(&side, 0, 1, PLOT_LEVEL).mean, 50);
        ck_assert(isnan(plot_estimate(&side, 0, 0, PLOT_WAIT).mean));
        for (int i = 0; i < 3; i++) {
                free(tallies[i]);
        }
        free_plan(read);
}
END_TEST

START_TEST(agents_with_several_conversations_are_shared_out_among_their_queues)
{
        struct test_plan *read = plan_of_queues(2);
        struct sim_tally *tally = tally_of(&read->plan);
        struct plot_side side = {.plan = &read->plan, .tallies = &tally, .count = 1};

        sim_tally_bin(tally, 0, 2)->busy_s = 300; /* Three at a time ... */
        sim_tally_bin(tally, 1, 2)->busy_s = 100;
        *sim_tally_bin(tally, 2, 2) = (struct sim_bin){
                .busy_s = 200, .signed_in_s = 800, .span_s = 100}; /* ... by two agents of eight. */
        check_near(plot_estimate(&side, 0, 2, PLOT_BUSY).mean, 1.5);
        check_near(plot_estimate(&side, 1, 2, PLOT_BUSY).mean, 0.5);
        check_near(plot_estimate(&side, ATT_NONE, 2, PLOT_BUSY).mean, 2);
        check_near(plot_estimate(&side, ATT_NONE, 2, PLOT_SIGNED_IN).mean, 8);
        free(tally);
        free_plan(read);
}
END_TEST

START_TEST(differences_are_taken_replication_by_replication)
{
        struct test_plan *read = plan_of_queues(1);
        struct sim_tally *tallies[2][3];
        const uint32_t queues[2] = {0, 0};
        struct plot_side sides[2];
        struct sim_estimate difference;

        for (int k = 0; k < 2; k++) {
                sides[k] = (struct plot_side){
                        .plan = &read->plan, .tallies = tallies[k], .count = 3};
                for (int i = 0; i < 3; i++) {
                        tallies[k][i] = tally_of(&read->plan);
                        *sim_tally_bin(tallies[k][i], 0, 0) = (struct sim_bin){
                                .entered = 1, .wait_s = 100 * i + (k == 1 ? 5 : 0)};
                }
        }
        difference = plot_difference(sides, queues, 0, PLOT_WAIT);
        check_near(difference.mean, 5);
        ck_assert_double_eq_tol(difference.ci95, 0, 1e-9); /* Days differ a lot, each by as much. */
        for (int i = 0; i < 6; i++) {
                free(tallies[i / 3][i % 3]);
        }
        free_plan(read);
}
END_TEST

/* What is shown ----------------------------------------------------------- */

START_TEST(the_twelve_busiest_are_shown_and_only_hours_with_contacts)
{
        struct test_plan *read = plan_of_queues(QUEUES_MAX);
        struct sim_tally *tally = tally_of(&read->plan);
        struct plot_side side = {.label = "f", .plan = &read->plan, .tallies = &tally, .count = 1};
        struct plot_choice choice;

        ck_assert(!plot_choose(&side, 1, &choice)); /* Nothing happened yet. */
        for (uint32_t i = 1; i < QUEUES_MAX; i++) { /* q0 has no contact at all. */
                sim_tally_bin(tally, i, 1)->offered = 1;
                sim_tally_bin(tally, i, 1)->busy_s = 100 * ((i * 7) % QUEUES_MAX);
                sim_tally_bin(tally, i, 2)->offered = 1;
        }
        ck_assert(plot_choose(&side, 1, &choice));
        ck_assert_uint_eq(choice.count, PLOT_QUEUES_MAX);
        ck_assert_uint_eq(choice.possible, QUEUES_MAX - 1);
        ck_assert_uint_eq(choice.first_bin, 1);
        ck_assert_uint_eq(choice.end_bin, 3);
        for (uint32_t i = 0; i < choice.count; i++) {
                ck_assert_uint_eq((choice.queues[i][0] * 7) % QUEUES_MAX, QUEUES_MAX - 1 - i);
        }
        free(tally);
        free_plan(read);
}
END_TEST

START_TEST(names_cannot_become_commands_of_gnuplot)
{
        struct test_plan *read = plan_of(
                "config: { attune: 1, agents: { ann: {} }, queues: { \"it's `id`\": {} } }\n"
                "length: 1d\n"
                "arrivals: [ { queue: \"it's `id`\", rate: 1/h, handle: exp 1m } ]\n");
        struct sim_tally *tally = tally_of(&read->plan);
        struct plot_side side = {.label = "f", .plan = &read->plan, .tallies = &tally, .count = 1};
        struct att_buffer script = {0};

        sim_tally_bin(tally, 0, 0)->offered = 1;
        ck_assert(plot_script(&side, 1, "o'.svg", &script));
        ck_assert_ptr_nonnull(strstr(script.data, "set output 'o''.svg'\n"));
        ck_assert_ptr_nonnull(strstr(script.data, "set label 'it''s `id`' at"));
        att_buffer_deinit(&script);
        free(tally);
        free_plan(read);
}
END_TEST

/* What the simulation counts for it --------------------------------------- */

START_TEST(what_an_interval_counts_adds_up_to_the_whole)
{
        struct test_plan *read = plan_of(
                "config:\n"
                "  attune: 1\n"
                "  channels: { chat: { units: 33, wrap_up: 20s } }\n"
                "  agents: { ann: {}, bob: {} }\n"
                "  queues: { q: {}, r: {} }\n"
                "warm_up: 5h\n"
                "length: 40h\n"
                "interval: 1h\n"
                "agents: [ { at: 8h, ready: all }, { at: 18.5h, offline: [ann] },\n"
                "          { at: 22h, offline: all } ]\n"
                "arrivals:\n"
                "  - { queue: q, channel: chat, rate: 20/h, handle: exp 4m, patience: exp 5m }\n"
                "  - { queue: r, channel: chat, rate: 10/h, handle: exp 4m, patience: exp 5m }\n");
        struct sim_tally *tally = tally_of(&read->plan);
        const struct sim_options options = {0};
        struct sim_counts total;
        struct sim_bin sum = {0};

        sim_run(&read->plan, &options, tally);
        total = sim_tally_total(tally);
        for (uint32_t bin = 0; bin < tally->bin_count; bin++) {
                const struct sim_bin *all = sim_tally_bin(tally, 2, bin);
                double conversations_s = 0;

                for (uint32_t queue = 0; queue < 2; queue++) {
                        const struct sim_bin *of = sim_tally_bin(tally, queue, bin);

                        sum.offered += of->offered;
                        sum.answered += of->answered;
                        sum.abandoned += of->abandoned;
                        sum.within += of->within;
                        sum.wait_s += of->wait_s;
                        conversations_s += of->busy_s;
                }
                ck_assert(all->busy_s <= conversations_s + 1e-6);
                sum.busy_s += all->busy_s;
                sum.signed_in_s += all->signed_in_s;
                sum.span_s += all->span_s;
        }
        check_near(sum.offered, (double)total.offered);
        check_near(sum.answered, (double)total.answered);
        check_near(sum.abandoned, (double)total.abandoned);
        check_near(sum.within, (double)total.within);
        check_near(sum.wait_s, total.wait_s);
        check_near(sum.busy_s, total.busy_s);
        check_near(sum.signed_in_s, total.signed_in_s);
        check_near(sum.span_s, 40 * 3600);
        /* From 5h of the first day to 21h of the second: all of 8h to 9h twice, 22h once. */
        check_near(sim_tally_bin(tally, 2, 8)->signed_in_s, 2 * 2 * 3600);
        check_near(sim_tally_bin(tally, 2, 18)->signed_in_s, 2 * (3600 + 1800));
        check_near(sim_tally_bin(tally, 2, 21)->signed_in_s, 3600);
        check_near(sim_tally_bin(tally, 2, 22)->signed_in_s, 0);
        check_near(sim_tally_bin(tally, 2, 3)->span_s, 3600);
        free(tally);
        free_plan(read);
}
END_TEST

/* Pairs ------------------------------------------------------------------- */

START_TEST(pairs_are_compared_where_both_have_a_value)
{
        struct test_plan *read = plan_of_queues(1);
        struct sim_tally *tallies[2][4];
        struct compare_pairs pairs = {
                .plans = {&read->plan, &read->plan},
                .tallies = {tallies[0], tallies[1]},
                .count = 4,
        };
        const uint32_t queues[2] = {0, 0};
        struct compare_result wait;

        for (int k = 0; k < 2; k++) {
                for (int i = 0; i < 4; i++) {
                        tallies[k][i] = tally_of(&read->plan);
                        *sim_tally_queue(tallies[k][i], 0) = (struct sim_counts){
                                .offered = 1, .wait_s = 50 * i + k * (2 + i % 2)};
                }
        }
        sim_tally_queue(tallies[1][3], 0)->offered = 0; /* Nobody came: no mean to compare. */
        wait = compare_measure(&pairs, queues, SIM_MEAN_WAIT_S);
        check_near(wait.means[0], 50);
        check_near(wait.difference.mean, 7.0 / 3);
        /* Of 2, 3, 2: 4.3027 x 0.57735 / sqrt(3). */
        ck_assert_double_eq_tol(wait.difference.ci95, 1.4342, 1e-4);
        ck_assert(wait.is_significant);
        for (int i = 0; i < 8; i++) {
                free(tallies[i / 4][i % 4]);
        }
        free_plan(read);
}
END_TEST

ATT_TEST_MAIN("plot", a_point_is_the_mean_over_replications_with_its_interval,
              agents_with_several_conversations_are_shared_out_among_their_queues,
              differences_are_taken_replication_by_replication,
              the_twelve_busiest_are_shown_and_only_hours_with_contacts,
              names_cannot_become_commands_of_gnuplot, what_an_interval_counts_adds_up_to_the_whole,
              pairs_are_compared_where_both_have_a_value)
