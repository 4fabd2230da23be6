/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/staff_erlang.h"

#include <math.h>

#include "tests/support/main.h"

#define STATES 2000
#define STEP_S 0.002

static void check_near(double value, double expected, double tolerance)
{
        ck_assert_msg(fabs(value - expected) <= tolerance, "%.9g, not %.9g", value, expected);
}

/* Calls in the system of M/M/n+M, by balance of its flows: states[k] of k calls. */
static void balance(const struct erlang_queue *queue, uint32_t agents, double *states)
{
        double sum = 1;

        states[0] = 1;
        for (uint32_t k = 1; k < STATES; k++) {
                double served = (k < agents ? k : agents) / queue->handle_s;
                double gone = k > agents ? (k - agents) / queue->patience_s : 0;

                states[k] = states[k - 1] * queue->per_s / (served + gone);
                sum += states[k];
        }
        for (uint32_t k = 0; k < STATES; k++) {
                states[k] /= sum;
        }
}

/* Of who finds `ahead` others waiting, the share answered within so long: those ahead leave one by one, by
 * an answer or by giving up, unless the caller gives up first. */
static double answered(const struct erlang_queue *queue, uint32_t agents, uint32_t ahead,
                       double within_s)
{
        double places[STATES] = {0};
        double done = 0;

        places[ahead] = 1;
        for (double t = 0; t < within_s; t += STEP_S) {
                for (uint32_t k = 0; k <= ahead; k++) {
                        double moves = places[k] * STEP_S *
                                       (agents / queue->handle_s + k / queue->patience_s);

                        places[k] -= moves + places[k] * STEP_S / queue->patience_s;
                        if (k == 0) {
                                done += moves;
                        } else {
                                places[k - 1] += moves;
                        }
                }
        }
        return done;
}

START_TEST(erlang_b_is_that_of_the_tables)
{
        check_near(erlang_b(10, 10), 0.214582, 1e-6);
        check_near(erlang_b(100, 117), 0.0098, 5e-5); /* "1 % at 117 lines". */
        check_near(erlang_b(2, 0), 1, 0);
        check_near(erlang_b(0, 3), 0, 0);
        ck_assert(erlang_b(900, 1000) > 0); /* Nothing overflows. */
}
END_TEST

START_TEST(erlang_c_is_that_of_the_tables)
{
        const struct erlang_queue queue = {
                .per_s = 0.2, .handle_s = 240, .patience_s = (double)INFINITY};

        /* The example of telephone textbooks: 48 erlangs, 55 agents, 84.5 % within 15 s. */
        check_near(erlang_c(48, 55), 0.2388, 5e-4);
        check_near(erlang_level(&queue, 55, 15), 0.846, 1e-3);
        check_near(erlang_c(3, 3), 1, 0);
        check_near(erlang_level(&queue, 48, 1e6), 0, 0); /* The queue grows without end. */
        check_near(erlang_level(&queue, 0, 15), 0, 0);
        check_near(erlang_c(0.5, 1), 0.5, 1e-12); /* M/M/1: the load. */
}
END_TEST

START_TEST(erlang_a_is_what_the_flows_say)
{
        static double states[STATES];
        const struct {
                struct erlang_queue queue;
                uint32_t agents;
                double within_s;
        } cases[] = {
                {{0.1, 120, 60}, 10, 10},  /* Light, ... */
                {{0.2, 120, 30}, 20, 5},   /* ... more work than hands, ... */
                {{0.05, 200, 900}, 9, 20}, /* ... and patient. */
        };

        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                const struct erlang_queue *queue = &cases[i].queue;
                uint32_t agents = cases[i].agents;
                double at_once = 0;
                double in_time = 0;
                double ever = 1;

                balance(queue, agents, states);
                for (uint32_t k = 0; k < STATES && states[k] > 0; k++) {
                        if (k < agents) {
                                at_once += states[k];
                        } else {
                                if (states[k] > 1e-9) {
                                        in_time += states[k] * answered(queue, agents, k - agents,
                                                                        cases[i].within_s);
                                }
                                /* Who gives up, by Little's law. */
                                ever -= states[k] * (k - agents) / queue->patience_s / queue->per_s;
                        }
                }
                check_near(erlang_level(queue, agents, 0), at_once, 1e-8);
                check_near(erlang_level(queue, agents, 1e7), ever, 1e-8);
                check_near(erlang_level(queue, agents, cases[i].within_s), at_once + in_time, 2e-4);
        }
}
END_TEST

START_TEST(much_patience_is_erlang_c)
{
        struct erlang_queue queue = {.per_s = 0.2, .handle_s = 240, .patience_s = 1e9};
        double patient = erlang_level(&queue, 55, 15);

        queue.patience_s = (double)INFINITY;
        check_near(patient, erlang_level(&queue, 55, 15), 1e-5);
}
END_TEST

START_TEST(extreme_loads_are_still_numbers)
{
        const struct erlang_queue flood = {.per_s = 50, .handle_s = 300, .patience_s = 600};
        const struct erlang_queue trickle = {.per_s = 1e-6, .handle_s = 300, .patience_s = 60};
        double share = erlang_level(&flood, 100, 20);

        ck_assert(share >= 0 && share < 0.01); /* 15,000 erlangs on 100 agents. */
        check_near(erlang_level(&flood, 20000, 20), 1, 1e-6);
        check_near(erlang_level(&trickle, 1, 20), 1, 1e-3);
        check_near(erlang_level(&trickle, 200, 20), 1, 1e-9);
}
END_TEST

START_TEST(the_fewest_agents_hold_and_one_fewer_does_not)
{
        for (int i = 0; i < 200; i++) {
                struct erlang_queue queue = {
                        .per_s = 0.003 * (i + 1),
                        .handle_s = 60 + 7 * (i % 40),
                        .patience_s = i % 3 == 0 ? (double)INFINITY : 30.0 + i,
                };
                double level = 0.5 + 0.01 * (i % 49);
                uint32_t agents = erlang_agents(&queue, 20, level, 10000);

                ck_assert(erlang_level(&queue, agents, 20) >= level);
                ck_assert(agents > 0 && erlang_level(&queue, agents - 1, 20) < level);
        }
        ck_assert_uint_eq(
                erlang_agents(&(struct erlang_queue){1, 600, (double)INFINITY}, 20, 0.8, 50), 50);
        ck_assert_uint_eq(erlang_agents(&(struct erlang_queue){0, 600, 60}, 20, 0.8, 50), 0);
}
END_TEST

ATT_TEST_MAIN("staff_erlang", erlang_b_is_that_of_the_tables, erlang_c_is_that_of_the_tables,
              erlang_a_is_what_the_flows_say, much_patience_is_erlang_c,
              extreme_loads_are_still_numbers, the_fewest_agents_hold_and_one_fewer_does_not)
