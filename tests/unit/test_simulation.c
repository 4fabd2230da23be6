/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buffer.h"
#include "lib/base/util.h"
#include "tests/support/main.h"
#include "tools/attunesim/sim_draw.h"
#include "tools/attunesim/sim_run.h"
#include "tools/attunesim/sim_trace.h"

#define DRAWS 100000

/* Plans ------------------------------------------------------------------- */

/* A plan from what stands under `simulate:`; NULL and what is wrong. Freed by free_plan(). */
struct test_plan {
        struct sim_plan plan;
        struct att_yaml_file file;
};

static struct test_plan *read_plan(const char *text, struct att_buffer *told)
{
        struct att_config_errors errors = {0};
        struct test_plan *read = att_alloc(sizeof(*read));
        bool is_read = att_yaml_parse(ATT_TEXT("f"), att_text_from(text), &errors, &read->file);

        ck_assert(is_read);
        is_read = sim_plan_from(read->file.documents[0], ATT_TEXT_NONE, &errors, &read->plan);
        if (is_read) {
                sim_plan_warn(&read->plan, &errors);
        }
        att_config_errors_sort(&errors);
        att_config_errors_write(&errors, told);
        att_config_errors_deinit(&errors);
        if (is_read) {
                return read;
        }
        sim_plan_deinit(&read->plan);
        att_yaml_file_deinit(&read->file);
        free(read);
        return NULL;
}

static void free_plan(struct test_plan *read)
{
        sim_plan_deinit(&read->plan);
        att_yaml_file_deinit(&read->file);
        free(read);
}

static struct test_plan *good_plan(const char *text)
{
        struct att_buffer told = {0};
        struct test_plan *read = read_plan(text, &told);

        ck_assert_msg(read && told.len == 0, "%s", told.data ? told.data : "");
        att_buffer_deinit(&told);
        return read;
}

static struct sim_tally *run_plan(const struct sim_plan *plan, uint32_t replication)
{
        uint32_t queues = plan->config->queue_count;
        uint32_t agents = plan->config->agent_count;
        struct sim_options options = {.replication = replication};
        struct sim_tally *tally = att_alloc(sim_tally_bytes(queues, agents, 0));

        sim_tally_init(tally, queues, agents, 0);
        sim_run(plan, &options, tally);
        ck_assert_uint_eq(tally->refused, 0);
        return tally;
}

#define REPLICATIONS_MAX 32

/* The estimates of measures over so many replications. */
static void estimate_all(const struct sim_plan *plan, const enum sim_measure *measures,
                         size_t measure_count, uint32_t replications,
                         struct sim_estimate *ret_estimates)
{
        double values[SIM_MEASURE_COUNT][REPLICATIONS_MAX];

        for (uint32_t i = 0; i < replications; i++) {
                struct sim_tally *tally = run_plan(plan, i);
                struct sim_counts total = sim_tally_total(tally);

                for (size_t k = 0; k < measure_count; k++) {
                        values[k][i] = sim_measure_of(&total, measures[k], tally->span_s);
                }
                free(tally);
        }
        for (size_t k = 0; k < measure_count; k++) {
                ret_estimates[k] = sim_estimate_of(values[k], replications);
        }
}

static struct sim_estimate estimate(const struct sim_plan *plan, enum sim_measure measure,
                                    uint32_t replications)
{
        struct sim_estimate found;

        estimate_all(plan, &measure, 1, replications, &found);
        return found;
}

#define SHOP(agents, rest)                                                                         \
        "config:\n"                                                                                \
        "  attune: 1\n"                                                                            \
        "  skills: { s: {}, t: {} }\n"                                                             \
        "  channels: { voice: {} }\n"                                                              \
        "  agents: { " agents " }\n"                                                               \
        "  queues: { q: { requires: { s: 1 } }, r: { requires: { t: 1 } } }\n" rest

#define ANN "ann: { skills: { s: 5 } }"
#define BOB "bob: { skills: { s: 5 } }"

/* Distributions ----------------------------------------------------------- */

static struct sim_dist read_dist(const char *text, struct att_arena *arena)
{
        struct att_config_errors errors = {0};
        struct att_yaml_file file;
        struct sim_dist dist;
        bool is_read = att_yaml_parse(ATT_TEXT("f"), att_text_from(text), &errors, &file);

        ck_assert(is_read);
        is_read = sim_dist_read(&errors, arena, file.documents[0], SIM_DURATIONS, &dist);
        ck_assert(is_read);
        att_yaml_file_deinit(&file);
        att_config_errors_deinit(&errors);
        return dist;
}

/* The mean and the coefficient of variation of many draws. */
static void draw_many(const char *text, double *ret_mean, double *ret_cv)
{
        struct att_arena arena = {0};
        struct sim_dist dist = read_dist(text, &arena);
        gsl_rng *rng = sim_rng_new(1, 2, 3);
        double sum = 0;
        double squares = 0;

        for (int i = 0; i < DRAWS; i++) {
                double drawn = sim_dist_draw(&dist, rng);

                sum += drawn;
                squares += drawn * drawn;
        }
        *ret_mean = sum / DRAWS;
        *ret_cv = sqrt(squares / DRAWS - *ret_mean * *ret_mean) / *ret_mean;
        gsl_rng_free(rng);
        att_arena_deinit(&arena);
}

START_TEST(a_distribution_has_the_mean_and_the_spread_that_were_written)
{
        static const struct {
                const char *text;
                double mean;
                double cv;
        } cases[] = {
                {"fixed 90s", 90, 0},
                {"exp 3m", 180, 1},
                {"uniform 60s 2m", 90, 0.19245},
                {"lognormal 180s 1.2", 180, 1.2},
                {"gamma 2m 0.5", 120, 0.5},
                {"'exp 250ms'", 0.25, 1},
        };

        for (size_t i = 0; i < ATT_ARRAY_LEN(cases); i++) {
                double mean;
                double cv;

                draw_many(cases[i].text, &mean, &cv);
                ck_assert_msg(fabs(mean / cases[i].mean - 1) < 0.015, "%s: mean %f", cases[i].text,
                              mean);
                ck_assert_msg(fabs(cv - cases[i].cv) < 0.05, "%s: cv %f", cases[i].text, cv);
        }
}
END_TEST

START_TEST(patience_written_as_shares_gives_these_shares)
{
        struct att_arena arena = {0};
        struct sim_dist dist = read_dist("still: { 30s: 0.9, 60s: 0.6, 2m: 0.5 }", &arena);
        gsl_rng *rng = sim_rng_new(1, 1, 1);
        int later[4] = {0};

        for (int i = 0; i < DRAWS; i++) {
                double drawn = sim_dist_draw(&dist, rng);

                later[0] += drawn > 30;
                later[1] += drawn > 60;
                later[2] += drawn > 120;
                later[3] += drawn > 180; /* As fast as from 1m to 2m: 0.5 * 5/6. */
        }
        ck_assert_double_eq_tol(later[0] / (double)DRAWS, 0.9, 0.005);
        ck_assert_double_eq_tol(later[1] / (double)DRAWS, 0.6, 0.005);
        ck_assert_double_eq_tol(later[2] / (double)DRAWS, 0.5, 0.005);
        ck_assert_double_eq_tol(later[3] / (double)DRAWS, 0.5 * 5 / 6, 0.005);
        gsl_rng_free(rng);
        att_arena_deinit(&arena);
}
END_TEST

/* Arrivals ---------------------------------------------------------------- */

START_TEST(arrivals_follow_their_rates_day_after_day)
{
        struct test_plan *read = good_plan(
                SHOP(ANN, "length: 10d\n"
                          "arrivals:\n"
                          "  - { queue: q, handle: fixed 1s, patience: fixed 1s,\n"
                          "      rate: [ { from: 8h, rate: 600/h }, { from: 9h, rate: 0/h },\n"
                          "              { from: 20h, rate: 60/h } ] }\n"));
        const struct sim_stream *stream = &read->plan.streams[0];
        struct sim_source source;
        const struct sim_row *row;
        double by_hour[24] = {0};
        int64_t at_us;

        sim_source_init(&source, &read->plan, 0, 0);
        while ((at_us = sim_source_next(&source, &row)) < 100 * SIM_DAY_US) {
                by_hour[at_us % SIM_DAY_US / (3600 * SIM_SECOND_US)]++;
        }
        ck_assert_double_eq_tol(by_hour[8] / 100, 600, 10);
        ck_assert_double_eq(by_hour[9] + by_hour[7] + by_hour[0], 0);
        ck_assert_double_eq_tol(by_hour[23] / 100, 60, 4);
        ck_assert_double_eq_tol(sim_stream_expected(stream, 0, 86400), 600 + 4 * 60, 1e-6);
        ck_assert_double_eq_tol(sim_stream_expected(stream, 8.5 * 3600, 32.5 * 3600), 840, 1e-6);
        sim_source_deinit(&source);
        free_plan(read);
}
END_TEST

/* Runs -------------------------------------------------------------------- */

/* Erlang C by recursion (Erlang 1917; Cooper, Introduction to Queueing Theory, 1981). */
static double erlang_c(double load, int servers)
{
        double b = 1;

        for (int n = 1; n <= servers; n++) {
                b = load * b / (n + load * b);
        }
        return b / (1 - load / servers * (1 - b));
}

START_TEST(two_agents_are_erlangs)
{
        struct test_plan *read = good_plan(SHOP(ANN ", " BOB,
                                                "warm_up: 1000 contacts\n"
                                                "length: 8000 contacts\n"
                                                "arrivals:\n"
                                                "  - { queue: q, rate: 30/h, handle: exp 3m }\n"));
        const enum sim_measure measures[] = {SIM_P_WAIT, SIM_MEAN_WAIT_S, SIM_OCCUPANCY};
        struct sim_estimate found[3];
        double c = erlang_c(1.5, 2);

        estimate_all(&read->plan, measures, 3, 10, found);
        ck_assert_double_lt(found[0].ci95, 0.02);
        ck_assert_double_eq_tol(found[0].mean, c, 1.5 * found[0].ci95);
        ck_assert_double_eq_tol(found[1].mean, c * 180 / (2 - 1.5), 1.5 * found[1].ci95);
        ck_assert_double_eq_tol(found[2].mean, 0.75, 1.5 * found[2].ci95);
        free_plan(read);
}
END_TEST

START_TEST(nobody_is_lost_on_the_way)
{
        struct test_plan *read = good_plan(
                SHOP(ANN ", " BOB,
                     "length: 3d\n"
                     "lines: 6\n"
                     "agents: [ { at: 8h, ready: all }, { at: 17h, offline: [bob] }, { at: 19h, "
                     "offline: all } ]\n"
                     "arrivals:\n"
                     "  - { queue: q, rate: 70/h, handle: lognormal 2m 1.1, patience: exp 2m,\n"
                     "      redial: { share: 0.5, after: exp 10m } }\n"));
        struct sim_tally *tally = run_plan(&read->plan, 0);
        struct sim_counts total = sim_tally_total(tally);

        ck_assert_uint_eq(total.offered, total.blocked + total.answered + total.abandoned +
                                                 total.lost + total.callbacks);
        ck_assert_uint_gt(total.offered, 3 * 24 * 70 * 11 / 10); /* Some called again. */
        ck_assert_uint_gt(total.blocked, 0);
        ck_assert_uint_gt(total.abandoned, 0);
        ck_assert_double_eq_tol(tally->span_s, 3 * 86400, 0.001);
        ck_assert_double_eq_tol(sim_tally_agent(tally, 0)->signed_in_s, 3 * 11 * 3600, 600);
        ck_assert_double_eq_tol(sim_tally_agent(tally, 1)->signed_in_s, 3 * 9 * 3600, 600);
        free(tally);
        free_plan(read);
}
END_TEST

#define TEAMS                                                                                      \
        SHOP(ANN ", " BOB, "length: 3000 contacts\n"                                               \
                           "arrivals:\n"                                                           \
                           "  - { queue: q, rate: 30/h, handle: exp 3m, customers: 40,\n"          \
                           "      emotion: uniform 0 1, patience: exp 5m }\n")

START_TEST(a_seed_decides_everything)
{
        struct test_plan *read = good_plan(TEAMS);
        size_t bytes = sim_tally_bytes(2, 2, 0);
        struct sim_tally *first = run_plan(&read->plan, 3);
        struct sim_tally *again = run_plan(&read->plan, 3);
        struct sim_tally *other = run_plan(&read->plan, 4);

        first->cpu_s = again->cpu_s = other->cpu_s = 0;
        ck_assert_mem_eq(first, again, bytes);
        ck_assert_int_ne(memcmp(first, other, bytes), 0);
        free(first);
        free(again);
        free(other);
        free_plan(read);
}
END_TEST

START_TEST(plans_that_route_otherwise_see_the_same_people)
{
        struct test_plan *two = good_plan(TEAMS);
        struct test_plan *one = good_plan(
                SHOP(ANN, "length: 3000 contacts\n"
                          "arrivals:\n"
                          "  - { queue: q, rate: 30/h, handle: exp 3m, customers: 40,\n"
                          "      emotion: uniform 0 1, patience: exp 5m }\n"));
        struct sim_source sources[2];

        sim_source_init(&sources[0], &two->plan, 0, 0);
        sim_source_init(&sources[1], &one->plan, 0, 0);
        for (int i = 0; i < 1000; i++) {
                const struct sim_row *row;
                struct sim_person people[2];

                ck_assert_int_eq(sim_source_next(&sources[0], &row),
                                 sim_source_next(&sources[1], &row));
                sim_source_draw(&sources[0], row, false, &people[0]);
                sim_source_draw(&sources[1], row, false, &people[1]);
                if (i % 3 == 0) { /* More give up here than there, and call again. */
                        sim_source_draw(&sources[1], row, true, &people[1]);
                        continue;
                }
                ck_assert_double_eq(people[0].handle_s, people[1].handle_s);
                ck_assert_double_eq(people[0].emotion, people[1].emotion);
                ck_assert_uint_eq(people[0].customer, people[1].customer);
        }
        sim_source_deinit(&sources[0]);
        sim_source_deinit(&sources[1]);
        free_plan(one);
        free_plan(two);
}
END_TEST

START_TEST(declared_effects_change_how_long_people_talk)
{
#define ALONE(effects)                                                                             \
        SHOP(ANN, "length: 5000 contacts\n" effects "arrivals:\n"                                  \
                  "  - { queue: q, rate: 3/h, handle: fixed 100s, customers: 1, emotion: 0.5 }\n")
        struct test_plan *plain = good_plan(ALONE(""));
        struct test_plan *same = good_plan(
                ALONE("effects: { same_agent: { handle: 0.89, within: 100d } }\n"));
        struct test_plan *angry = good_plan(ALONE("effects: { emotion: { handle: 1.4 } }\n"));

        ck_assert_double_eq_tol(estimate(&plain->plan, SIM_MEAN_HANDLE_S, 1).mean, 100, 1e-9);
        /* But the first time, all speak with the one there is. */
        ck_assert_double_eq_tol(estimate(&same->plan, SIM_MEAN_HANDLE_S, 1).mean, 89, 0.01);
        ck_assert_double_eq_tol(estimate(&angry->plan, SIM_MEAN_HANDLE_S, 1).mean, 120, 1e-9);
        free_plan(plain);
        free_plan(same);
        free_plan(angry);
}
END_TEST

#define FELT(agents, experience)                                                                   \
        SHOP(agents,                                                                               \
             "length: 8000 contacts\neffects: { experience: { " experience " } }\n"                \
             "arrivals:\n"                                                                         \
             "  - { queue: q, rate: 6/h, handle: fixed 100s, customers: 1, emotion: 0.5,\n"        \
             "      customer: { lifetime_value: 100 } }\n")

static double share_that_ends_well(const char *text)
{
        struct test_plan *read = good_plan(text);
        const double share = estimate(&read->plan, SIM_POSITIVE_SHARE, 4).mean;

        free_plan(read);
        return share;
}

static double chance_of(double odds)
{
        return 1 / (1 + exp(-odds));
}

/* 32,000 conversations: three standard errors are 0.008 at the most. */
START_TEST(conversations_end_well_as_often_as_was_declared)
{
        const double base = log(0.8 / 0.2);

        ck_assert_double_eq_tol(share_that_ends_well(FELT(ANN, "base: 0.8")), 0.8, 0.008);
        ck_assert_double_eq_tol(share_that_ends_well(FELT(ANN, "base: 0.8, upset: 2")),
                                chance_of(base - 1), 0.008);
        ck_assert_double_eq_tol(share_that_ends_well(FELT(ANN, "base: 0.8, upset: 2, human: 1")),
                                0.8, 0.008); /* There are no human skills: all are able. */
        ck_assert_double_eq_tol(
                share_that_ends_well(FELT("ann: { skills: { s: 10 } }", "base: 0.8, skill: 2")),
                chance_of(base + 1), 0.008);
        /* All but the first speak with whom they spoke. */
        ck_assert_double_eq_tol(
                share_that_ends_well(SHOP(
                        ANN,
                        "length: 8000 contacts\neffects: { same_agent: { within: 9d }, "
                        "experience: { base: 0.5, same_agent: 1 } }\n"
                        "arrivals: [ { queue: q, rate: 6/h, handle: fixed 100s, customers: 1 } ]\n")),
                chance_of(1), 0.01);
}
END_TEST

START_TEST(a_worth_that_all_share_changes_nothing_about_its_share)
{
        struct test_plan *read = good_plan(FELT(ANN, "base: 0.7"));
        struct sim_tally *tally = run_plan(&read->plan, 0);
        struct sim_counts total = sim_tally_total(tally);

        ck_assert_double_eq_tol(sim_measure_of(&total, SIM_POSITIVE_VALUE, tally->span_s),
                                sim_measure_of(&total, SIM_POSITIVE_SHARE, tally->span_s), 1e-12);
        free(tally);
        free_plan(read);
}
END_TEST

/* Each conversation adds its emotion, which halves in 30 minutes: its integral is e x 30 min / ln 2. */
START_TEST(strain_is_what_was_met_and_how_fast_it_fades)
{
        struct test_plan *read = good_plan(FELT(ANN ", " BOB, "base: 0.8"));
        struct sim_tally *tally = run_plan(&read->plan, 0);
        struct sim_counts total = sim_tally_total(tally);
        const double met_s = (double)total.answered * 0.5 * 1800 / M_LN2;

        ck_assert_double_eq_tol(total.strain * tally->span_s * 2 / met_s, 1, 0.002);
        ck_assert_double_ge(total.strain_tenth, total.strain); /* One of two agents. */
        free(tally);
        free_plan(read);
}
END_TEST

START_TEST(without_a_declared_experience_nothing_is_said_of_it)
{
        struct test_plan *read = good_plan(TEAMS);
        struct sim_tally *tally = run_plan(&read->plan, 0);
        struct sim_counts total = sim_tally_total(tally);

        ck_assert_double_nan(sim_measure_of(&total, SIM_POSITIVE_SHARE, tally->span_s));
        ck_assert_double_nan(sim_measure_of(&total, SIM_STRAIN_TENTH, tally->span_s));
        free(tally);
        free_plan(read);
}
END_TEST

/* Feedback teaches the engine whom to ask: of two agents the better one gets more to do. */
START_TEST(feedback_reaches_the_router)
{
#define TAUGHT(told)                                                                               \
        "config:\n"                                                                                \
        "  attune: 1\n"                                                                            \
        "  agents: { ann: {}, bob: {} }\n"                                                         \
        "  policies: { default: { fit: { outcome: 1 } } }\n"                                       \
        "  queues: { q: {} }\n"                                                                    \
        "length: 4000 contacts\n"                                                                  \
        "effects: { experience: { base: 0.5, agent: 2, feedback: " told " } }\n"                   \
        "arrivals: [ { queue: q, rate: 2/h, handle: fixed 1m } ]\n"
        const double taught = share_that_ends_well(TAUGHT("1"));
        const double blind = share_that_ends_well(TAUGHT("0"));

        ck_assert_msg(taught > blind + 0.05, "%.3f with feedback, %.3f without", taught, blind);
}
END_TEST

/* Files ------------------------------------------------------------------- */

static char *write_file(const char *name, const char *text)
{
        char *path = NULL;
        FILE *file;

        ck_assert_int_gt(asprintf(&path, "/tmp/attune-test-%d-%s", (int)getpid(), name), 0);
        file = fopen(path, "we");
        ck_assert_ptr_nonnull(file);
        ck_assert_int_ge(fputs(text, file), 0);
        ck_assert_int_eq(fclose(file), 0);
        return path;
}

static void expect_plan(const char *text, const char *expected)
{
        struct att_buffer told = {0};
        struct test_plan *read = read_plan(text, &told);

        ck_assert_ptr_null(read);
        ck_assert_str_eq(told.data ? told.data : "", expected);
        att_buffer_deinit(&told);
}

START_TEST(what_is_wrong_with_a_plan_is_said_with_its_place)
{
        expect_plan("length: 1h\n",
                    "f:1:1: a simulation needs 'config', 'arrivals' and 'length'\n");
        expect_plan(SHOP(ANN, "replicatons: 4\n"
                              "length: 20 contact\n"
                              "lines: 0\n"
                              "agents: [ { at: 8h, ready: [an] } ]\n"
                              "arrivals:\n"
                              "  - { queue: qq, rate: 3, handle: exp }\n"
                              "  - { queue: q, rate: 1/h, trace: x.csv, handle: expo 3m }\n"
                              "  - { queue: q, rate: 1/h, handle: lognormal 3m 0, fo: 1 }\n"
                              "  - { queue: q, rate: 1/h, handle: uniform 3m 2m, channel: fax }\n"),
                    "f:7:1: unknown key 'replicatons' in simulate, did you mean 'replications'?\n"
                    "f:8:9: '20 contact' has no unit of time that is known: write ms, s, m, h or d "
                    "after the number, as in 20s or 5m\n"
                    "f:9:8: 0 is out of range: 1 to 4294967295\n"
                    "f:10:29: unknown agent 'an', did you mean 'ann'?\n"
                    "f:12:14: unknown queue 'qq', did you mean 'q'?\n"
                    "f:12:24: expected a rate such as 1.4/min, 10/h, 0.2/s or 300/d\n"
                    "f:12:35: expected exp MEAN\n"
                    "f:13:5: expected one of 'rate' and 'trace'\n"
                    "f:13:50: unknown distribution 'expo 3m': expected exp MEAN, fixed VALUE, "
                    "uniform LEAST MOST, lognormal MEAN CV, gamma MEAN CV or none\n"
                    "f:14:36: the mean and the coefficient of variation must be above 0\n"
                    "f:14:52: unknown key 'fo' in a contact\n"
                    "f:15:36: the least must come first: uniform LEAST MOST\n"
                    "f:15:60: unknown channel 'fax'\n");
}
END_TEST

START_TEST(impossible_loads_are_warned_about)
{
        struct att_buffer told = {0};
        struct test_plan *read = read_plan(
                SHOP(ANN, "length: 1h\n"
                          "arrivals:\n"
                          "  - { queue: q, rate: 2/min, handle: exp 1m }\n"
                          "  - { queue: r, rate: 1/h, handle: exp 1m, patience: exp 1m }\n"),
                &told);

        ck_assert_ptr_nonnull(read);
        ck_assert_str_eq(told.data,
                         "f:9:5: warning: the load is 2.0 for 1 agents and nobody gives up: the "
                         "queue grows without end\n"
                         "f:9:5: warning: the load of all who never give up is 2.0 for 1 agents\n"
                         "f:10:5: warning: no agent can serve queue 'r' as it begins\n");
        att_buffer_deinit(&told);
        free_plan(read);
}
END_TEST

static char *plan_with_trace(const char *path)
{
        char *text = NULL;

        ck_assert_int_gt(
                asprintf(&text, SHOP(ANN, "length: 1h\narrivals: [ { queue: q, trace: \"%s\" } ]"),
                         path),
                0);
        return text;
}

START_TEST(a_trace_brings_its_contacts_as_they_stand)
{
        char *path = write_file("trace.csv", "at_s,handle_s,patience_s,queue,customer\n"
                                             "20.5,60,,q,u2\n"
                                             "\n"
                                             "10,30,,q,\"u1, the first\"\n"
                                             "21,10,20,q,\n");
        char *text = plan_with_trace(path);
        struct test_plan *read = good_plan(text);
        const struct sim_trace *trace = &read->plan.streams[0].trace;
        struct sim_tally *tally = run_plan(&read->plan, 0);
        struct sim_counts total = sim_tally_total(tally);

        ck_assert_uint_eq(trace->count, 3);
        ck_assert_int_eq(trace->rows[1].at_us, 20500000);
        ck_assert(att_text_equals_c(trace->rows[0].request.customer.id, "u1, the first"));
        /* The second finds ann busy until 40 s, the third gives up at 41 s. */
        ck_assert_uint_eq(total.answered, 2);
        ck_assert_uint_eq(total.abandoned, 1);
        ck_assert_double_eq_tol(total.wait_s, 19.5 + 20, 1e-6);
        ck_assert_double_eq_tol(tally->span_s, 3600, 1e-6);
        free(tally);
        free_plan(read);
        free(text);
        (void)unlink(path);
        free(path);
}
END_TEST

static void expect_trace(const char *csv, const char *expected)
{
        struct att_buffer told = {0};
        struct att_buffer wanted = {0};
        char *path = write_file("bad.csv", csv);
        char *text = plan_with_trace(path);

        ck_assert_ptr_null(read_plan(text, &told));
        for (const char *at = expected; *at; at++) { /* @ is the file. */
                if (*at == '@') {
                        att_buffer_append_c(&wanted, path);
                } else {
                        att_buffer_append_byte(&wanted, *at);
                }
        }
        ck_assert_str_eq(told.data ? told.data : "", wanted.data);
        att_buffer_deinit(&told);
        att_buffer_deinit(&wanted);
        free(text);
        (void)unlink(path);
        free(path);
}

START_TEST(what_is_wrong_with_a_trace_is_said_with_line_and_column)
{
        expect_trace("at_s,handle_s,quue\n1,2,q\n",
                     "@:1:3: unknown column 'quue', did you mean 'queue'?\n");
        expect_trace("handle_s\n1\n", "@:1:1: there is no column 'at_s'\n");
        expect_trace("at_s,handle_s\n", "@: there are no rows\n");
        expect_trace("at_s,handle_s,queue,emotion\n"
                     "x,3,q,0.4\n"
                     "2,-3,zz,\n"
                     "1,2,q,1,9\n"
                     ",2,q,1\n",
                     "@:2:1: column 'at_s': expected a number, found 'x'\n"
                     "@:3:2: column 'handle_s': -3 is out of range: 0 to 1125899906.842624\n"
                     "@:3:3: column 'queue': unknown queue 'zz'\n"
                     "@:4:1: 5 cells, but 4 columns\n"
                     "@:5:1: column 'at_s': there is no time\n");
        expect_trace("at_s,handle_s\n1,\"2\n", "@:2:1: a quoted cell does not end\n");
        expect_trace("at_s,queue\n1,q\n",
                     "f:8:32: line 2 of the trace has no handle_s, and there is no 'handle' here: "
                     "how long a conversation is\n");
}
END_TEST

/* Estimates --------------------------------------------------------------- */

START_TEST(an_interval_is_students)
{
        const double values[] = {9.0, 11.0, 10.0, (double)NAN, 12.0, 8.0};
        struct sim_estimate found = sim_estimate_of(values, 6);

        /* n = 5, s^2 = 2.5, t(0.975, 4) = 2.776445. */
        ck_assert_double_eq_tol(found.mean, 10, 1e-12);
        ck_assert_double_eq_tol(found.ci95, 2.776445 * sqrt(2.5 / 5), 1e-5);
        ck_assert_double_nan(sim_estimate_of(values, 1).ci95);
        ck_assert_double_nan(sim_estimate_of(values, 0).mean);
}
END_TEST

ATT_TEST_MAIN("simulation", a_distribution_has_the_mean_and_the_spread_that_were_written,
              patience_written_as_shares_gives_these_shares,
              arrivals_follow_their_rates_day_after_day, two_agents_are_erlangs,
              nobody_is_lost_on_the_way, a_seed_decides_everything,
              plans_that_route_otherwise_see_the_same_people,
              declared_effects_change_how_long_people_talk,
              conversations_end_well_as_often_as_was_declared,
              a_worth_that_all_share_changes_nothing_about_its_share,
              strain_is_what_was_met_and_how_fast_it_fades,
              without_a_declared_experience_nothing_is_said_of_it, feedback_reaches_the_router,
              what_is_wrong_with_a_plan_is_said_with_its_place, impossible_loads_are_warned_about,
              a_trace_brings_its_contacts_as_they_stand,
              what_is_wrong_with_a_trace_is_said_with_line_and_column, an_interval_is_students)
