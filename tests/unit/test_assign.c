/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/assign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/rng.h"
#include "lib/base/util.h"
#include "tests/support/main.h"

/* A small contact centre ---------------------------------------------------- */

/* Channels differ in units, a limit, in being exclusive and in what they may interrupt. */
enum { CHANNELS_MAX = 3 };

struct channel {
        int64_t units;
        uint32_t limit;
        bool is_exclusive;
        uint32_t interrupts; /* By bits. */
};

struct agent {
        uint32_t order;
        int64_t idle_ms;
        int64_t units_before; /* Held before the instant. */
        uint32_t held[CHANNELS_MAX];
};

struct centre {
        uint32_t contact_count;
        uint32_t agent_count;
        struct channel channels[CHANNELS_MAX];
        uint8_t kinds[ATT_ASSIGN_CONTACTS_MAX];
        int64_t load_weights[ATT_ASSIGN_CONTACTS_MAX];
        int64_t weights[ATT_ASSIGN_CONTACTS_MAX]; /* All together. */
        int64_t *points;      /* Owned. By contact and agent; below 0: not eligible. */
        struct agent *agents; /* Owned. */
        uint32_t made[ATT_ASSIGN_CONTACTS_MAX][2]; /* A stack of contact and agent. */
        uint32_t made_count;
        uint64_t scored;
};

static int64_t *points_of(const struct centre *centre, uint32_t contact, uint32_t agent)
{
        return &centre->points[contact * centre->agent_count + agent];
}

static int64_t find_units(const struct centre *centre, const struct agent *agent)
{
        int64_t units = agent->units_before;

        for (uint32_t i = 0; i < CHANNELS_MAX; i++) {
                units += agent->held[i] * centre->channels[i].units;
        }
        return units;
}

static bool has_room(const struct centre *centre, const struct agent *agent, uint32_t kind)
{
        const struct channel *channel = &centre->channels[kind];
        int64_t units = agent->units_before;

        if (agent->held[kind] >= channel->limit) {
                return false;
        }
        for (uint32_t i = 0; i < CHANNELS_MAX; i++) {
                if (!(channel->interrupts >> i & 1)) {
                        units += agent->held[i] * centre->channels[i].units;
                }
                if (i != kind && agent->held[i] > 0 &&
                    (channel->is_exclusive || centre->channels[i].is_exclusive)) {
                        return false;
                }
        }
        return units + channel->units <= 100;
}

static bool score(void *context, uint32_t contact, uint32_t number, int64_t *ret_fit,
                  struct att_assign_tie *ret_tie)
{
        struct centre *centre = context;
        struct agent *agent = &centre->agents[number];
        const int64_t points = *points_of(centre, contact, number);
        const int64_t units = find_units(centre, agent);

        centre->scored++;
        if (points < 0 || !has_room(centre, agent, centre->kinds[contact])) {
                return false;
        }
        *ret_fit = (points + centre->load_weights[contact] * att_max_i64(0, 100 - units) * 10000) /
                   centre->weights[contact];
        *ret_tie = (struct att_assign_tie){
                .load_units = units,
                .idle_ms = agent->idle_ms,
                .order = agent->order,
        };
        return true;
}

static void make(void *context, uint32_t contact, uint32_t agent)
{
        struct centre *centre = context;

        ATT_CHECK(*points_of(centre, contact, agent) >= 0);
        ATT_CHECK(has_room(centre, &centre->agents[agent], centre->kinds[contact]));
        centre->agents[agent].held[centre->kinds[contact]]++;
        centre->made[centre->made_count][0] = contact;
        centre->made[centre->made_count][1] = agent;
        centre->made_count++;
}

static void unmake(void *context, uint32_t contact, uint32_t agent)
{
        struct centre *centre = context;

        ATT_CHECK(centre->made_count > 0);
        centre->made_count--;
        ATT_CHECK(centre->made[centre->made_count][0] == contact);
        ATT_CHECK(centre->made[centre->made_count][1] == agent);
        centre->agents[agent].held[centre->kinds[contact]]--;
}

/* Every agent free, every pair possible, nothing worth anything. */
static struct centre *open_centre(uint32_t contact_count, uint32_t agent_count)
{
        struct centre *centre = att_alloc(sizeof(*centre));

        centre->contact_count = contact_count;
        centre->agent_count = agent_count;
        centre->points = att_alloc_array((size_t)contact_count * agent_count,
                                         sizeof(*centre->points));
        centre->agents = att_alloc_array(agent_count, sizeof(*centre->agents));
        for (uint32_t i = 0; i < CHANNELS_MAX; i++) {
                centre->channels[i] = (struct channel){.units = 100, .limit = 100};
        }
        for (uint32_t i = 0; i < contact_count; i++) {
                centre->weights[i] = 1;
        }
        for (uint32_t i = 0; i < agent_count; i++) {
                centre->agents[i].order = i;
        }
        return centre;
}

/* For ATT_CLEANUP. */
static void close_centre(struct centre **centre)
{
        free((*centre)->points);
        free((*centre)->agents);
        free(*centre);
}

static struct att_assign_result solve_with(struct att_assign *assign, struct centre *centre,
                                           const uint8_t *kinds, uint64_t steps_max)
{
        const struct att_assign_problem problem = {
                .contact_count = centre->contact_count,
                .agent_count = centre->agent_count,
                .kinds = kinds,
                .steps_max = steps_max,
                .context = centre,
                .score = score,
                .make = make,
                .unmake = unmake,
        };
        struct att_assign_result result;

        att_assign_solve(assign, &problem, &result);
        ck_assert_uint_eq(centre->made_count, 0);
        return result;
}

static struct att_assign_result solve(struct centre *centre)
{
        ATT_CLEANUP(att_assign_deinit) struct att_assign assign;

        att_assign_init(&assign);
        return solve_with(&assign, centre, centre->kinds, 0);
}

/* The rules, word for word -------------------------------------------------- */

struct outcome {
        uint32_t agents[ATT_ASSIGN_CONTACTS_MAX];
        int64_t total;
        struct att_assign_tie ties[ATT_ASSIGN_CONTACTS_MAX];
};

/* Makes a pairing's pairs in order of place; false if one is not possible. */
static bool evaluate(struct centre *centre, const uint32_t *agents, struct outcome *ret_outcome)
{
        bool possible = true;

        ret_outcome->total = 0;
        for (uint32_t i = 0; i < centre->contact_count; i++) {
                int64_t fit;

                ret_outcome->agents[i] = agents[i];
                if (agents[i] == ATT_ASSIGN_NOBODY) {
                        continue;
                }
                possible = score(centre, i, agents[i], &fit, &ret_outcome->ties[i]);
                if (!possible) {
                        break;
                }
                make(centre, i, agents[i]);
                ret_outcome->total += fit;
        }
        while (centre->made_count > 0) {
                unmake(centre, centre->made[centre->made_count - 1][0],
                       centre->made[centre->made_count - 1][1]);
        }
        return possible;
}

static bool is_better(const struct centre *centre, const struct outcome *a, const struct outcome *b)
{
        for (uint32_t i = 0; i < centre->contact_count; i++) {
                const bool a_serves = a->agents[i] != ATT_ASSIGN_NOBODY;
                const bool b_serves = b->agents[i] != ATT_ASSIGN_NOBODY;

                if (a_serves != b_serves) {
                        return a_serves;
                }
        }
        if (a->total != b->total) {
                return a->total > b->total;
        }
        for (uint32_t i = 0; i < centre->contact_count; i++) {
                if (a->agents[i] != ATT_ASSIGN_NOBODY) {
                        const struct att_assign_tie *x = &a->ties[i];
                        const struct att_assign_tie *y = &b->ties[i];

                        if (x->load_units != y->load_units) {
                                return x->load_units < y->load_units;
                        }
                        if (x->idle_ms != y->idle_ms) {
                                return x->idle_ms > y->idle_ms;
                        }
                        if (x->order != y->order) {
                                return x->order < y->order;
                        }
                }
        }
        return false;
}

/* Goes through all pairings there are. */
static struct outcome solve_naively(struct centre *centre)
{
        uint32_t agents[ATT_ASSIGN_CONTACTS_MAX];
        struct outcome best = {0};
        uint32_t at = 0;

        for (uint32_t i = 0; i < centre->contact_count; i++) {
                agents[i] = ATT_ASSIGN_NOBODY;
                best.agents[i] = ATT_ASSIGN_NOBODY;
        }
        while (at < centre->contact_count) {
                struct outcome outcome;

                if (evaluate(centre, agents, &outcome) && is_better(centre, &outcome, &best)) {
                        best = outcome;
                }
                /* Counts on: nobody, agent 0, agent 1 ... for the first, then for the next. */
                for (at = 0; at < centre->contact_count; at++) {
                        agents[at]++; /* From nobody to 0. */
                        if (agents[at] < centre->agent_count) {
                                break;
                        }
                        agents[at] = ATT_ASSIGN_NOBODY;
                }
        }
        return best;
}

static void check_same(const struct centre *centre, const struct att_assign_result *result,
                       const struct outcome *expected, uint64_t seed)
{
        bool same = result->exact && result->total_fit_ppm == expected->total;

        for (uint32_t i = 0; i < centre->contact_count; i++) {
                same = same && result->agents[i] == expected->agents[i];
        }
        if (same) {
                return;
        }
        for (uint32_t i = 0; i < centre->contact_count; i++) {
                fprintf(stderr, "contact %u: agent %d, not %d\n", i, (int)result->agents[i],
                        (int)expected->agents[i]);
        }
        ck_abort_msg("seed %llu: total %lld, not %lld%s", (unsigned long long)seed,
                     (long long)result->total_fit_ppm, (long long)expected->total,
                     result->exact ? "" : ", and not exact");
}

/* Centres made by chance ---------------------------------------------------- */

static void shuffle_orders(struct att_rng *rng, struct centre *centre)
{
        for (uint32_t i = centre->agent_count; i > 1; i--) {
                const uint32_t j = (uint32_t)att_rng_below(rng, i);
                const uint32_t order = centre->agents[i - 1].order;

                centre->agents[i - 1].order = centre->agents[j].order;
                centre->agents[j].order = order;
        }
}

/* `variety`: how many different values there are of everything; few make many ties. */
static struct centre *make_centre(struct att_rng *rng, uint32_t contacts, uint32_t agents,
                                  uint64_t variety, uint64_t scarcity, bool one_slot)
{
        static const int64_t units[] = {15, 20, 30, 34, 50, 100};
        struct centre *centre = open_centre(contacts, agents);
        const uint64_t channels = 1 + att_rng_below(rng, CHANNELS_MAX);
        /* The least difference counts as much as a large one. */
        const int64_t step = att_rng_below(rng, 3) == 0 ? 1 : 1000000 / (int64_t)variety;

        for (uint32_t i = 0; i < CHANNELS_MAX && !one_slot; i++) {
                struct channel *channel = &centre->channels[i];

                channel->units = units[att_rng_below(rng, ATT_ARRAY_LEN(units))];
                channel->limit = att_rng_below(rng, 3) == 0 ? 1 + (uint32_t)att_rng_below(rng, 3)
                                                            : 100;
                channel->is_exclusive = att_rng_below(rng, 4) == 0;
                channel->interrupts = (uint32_t)(att_rng_below(rng, 4) == 0 ? att_rng_below(rng, 8)
                                                                            : 0) &
                                      ~(1U << i);
        }
        for (uint32_t i = 0; i < agents; i++) {
                struct agent *agent = &centre->agents[i];

                agent->idle_ms = (int64_t)att_rng_below(rng, 3) * 1000;
                if (one_slot) {
                        /* Only the tie sees it. */
                        agent->idle_ms = att_rng_below(rng, 2) == 0 ? 0 : agent->idle_ms;
                } else if (att_rng_below(rng, 3) == 0) {
                        agent->units_before = (int64_t)att_rng_below(rng, 4) * 20;
                }
        }
        shuffle_orders(rng, centre);
        for (uint32_t i = 0; i < contacts; i++) {
                centre->kinds[i] = (uint8_t)att_rng_below(rng, channels);
                centre->load_weights[i] = (int64_t)att_rng_below(rng, 4);
                centre->weights[i] = 1 + (int64_t)att_rng_below(rng, 9);
                for (uint32_t j = 0; j < agents; j++) {
                        *points_of(centre, i, j) = att_rng_below(rng, 100) < scarcity
                                                           ? -1
                                                           : (int64_t)att_rng_below(rng, variety) *
                                                                     step;
                }
        }
        return centre;
}

static void compare_with_naive(uint64_t seeds, uint32_t contacts_max, uint32_t agents_max,
                               bool one_slot, bool tell_kinds)
{
        ATT_CLEANUP(att_assign_deinit) struct att_assign assign;

        att_assign_init(&assign);
        for (uint64_t seed = 0; seed < seeds; seed++) {
                struct att_rng rng;

                att_rng_seed(&rng, seed);
                const uint32_t contacts = 1 + (uint32_t)att_rng_below(&rng, contacts_max);
                const uint32_t agents = 1 + (uint32_t)att_rng_below(&rng, agents_max);
                const uint64_t variety = 1 + att_rng_below(&rng, 5);
                const uint64_t scarcity = att_rng_below(&rng, 80);
                ATT_CLEANUP(close_centre)
                struct centre *centre = make_centre(&rng, contacts, agents, variety, scarcity,
                                                    one_slot);
                const struct outcome expected = solve_naively(centre);
                const struct att_assign_result result = solve_with(
                        &assign, centre, tell_kinds ? centre->kinds : NULL, 0);

                check_same(centre, &result, &expected, seed);
        }
}

START_TEST(nobody_to_serve_or_to_serve_them_is_fine)
{
        ATT_CLEANUP(close_centre) struct centre *no_contacts = open_centre(0, 3);
        ATT_CLEANUP(close_centre) struct centre *no_agents = open_centre(3, 0);
        struct att_assign_result result = solve(no_contacts);

        ck_assert_uint_eq(result.served_count, 0);
        ck_assert(result.exact);
        result = solve(no_agents);
        ck_assert_uint_eq(result.served_count, 0);
        ck_assert_uint_eq(result.agents[0], ATT_ASSIGN_NOBODY);
        ck_assert(result.exact);
}
END_TEST

START_TEST(the_total_fit_counts_not_the_first_ones)
{
        ATT_CLEANUP(close_centre) struct centre *centre = open_centre(2, 2);

        *points_of(centre, 0, 0) = 900000;
        *points_of(centre, 0, 1) = 800000;
        *points_of(centre, 1, 0) = 800000;
        *points_of(centre, 1, 1) = 100000;

        const struct att_assign_result result = solve(centre);

        ck_assert_uint_eq(result.agents[0], 1);
        ck_assert_uint_eq(result.agents[1], 0);
        ck_assert_int_eq(result.total_fit_ppm, 1600000);
        ck_assert_uint_eq(result.served_count, 2);
}
END_TEST

START_TEST(the_most_urgent_are_served_whatever_the_fit)
{
        ATT_CLEANUP(close_centre) struct centre *centre = open_centre(3, 2);

        /* The last one would fit best, but there are only two agents. */
        for (uint32_t agent = 0; agent < 2; agent++) {
                *points_of(centre, 0, agent) = 10;
                *points_of(centre, 1, agent) = 20;
                *points_of(centre, 2, agent) = 1000000;
        }

        const struct att_assign_result result = solve(centre);

        ck_assert_uint_ne(result.agents[0], ATT_ASSIGN_NOBODY);
        ck_assert_uint_ne(result.agents[1], ATT_ASSIGN_NOBODY);
        ck_assert_uint_eq(result.agents[2], ATT_ASSIGN_NOBODY);
        ck_assert_int_eq(result.total_fit_ppm, 30);
}
END_TEST

START_TEST(an_urgent_contact_makes_way_for_a_second_one)
{
        ATT_CLEANUP(close_centre) struct centre *centre = open_centre(3, 2);

        *points_of(centre, 0, 0) = 900000;
        *points_of(centre, 0, 1) = 100000;
        *points_of(centre, 1, 0) = 500000;
        *points_of(centre, 1, 1) = -1;
        *points_of(centre, 2, 0) = -1;
        *points_of(centre, 2, 1) = 1000000;

        const struct att_assign_result result = solve(centre);

        ck_assert_uint_eq(result.agents[0], 1);
        ck_assert_uint_eq(result.agents[1], 0);
        ck_assert_uint_eq(result.agents[2], ATT_ASSIGN_NOBODY);
}
END_TEST

START_TEST(ties_go_to_the_lowest_load_then_the_longest_idle_then_the_first)
{
        ATT_CLEANUP(close_centre) struct centre *centre = open_centre(1, 4);

        centre->channels[0].units = 10;
        centre->agents[0].units_before = 10;
        centre->agents[0].idle_ms = 5000;
        centre->agents[1].idle_ms = 1000;
        centre->agents[2].idle_ms = 2000;
        centre->agents[3].idle_ms = 2000;
        centre->agents[2].order = 3;
        centre->agents[3].order = 2;
        ck_assert_uint_eq(solve(centre).agents[0], 3);
}
END_TEST

START_TEST(the_most_urgent_contact_has_its_tie_first)
{
        ATT_CLEANUP(close_centre) struct centre *centre = open_centre(3, 3);

        centre->agents[0].idle_ms = 1000;
        centre->agents[1].idle_ms = 3000;
        centre->agents[2].idle_ms = 2000;

        const struct att_assign_result result = solve(centre);

        ck_assert_uint_eq(result.agents[0], 1);
        ck_assert_uint_eq(result.agents[1], 2);
        ck_assert_uint_eq(result.agents[2], 0);
}
END_TEST

START_TEST(load_counts_the_pairs_already_made)
{
        ATT_CLEANUP(close_centre) struct centre *centre = open_centre(4, 2);

        centre->channels[0].units = 30;
        for (uint32_t contact = 0; contact < 4; contact++) {
                centre->load_weights[contact] = 1;
        }
        *points_of(centre, 0, 1) = 100000; /* A little better at first. */
        *points_of(centre, 1, 1) = 100000;

        const struct att_assign_result result = solve(centre);

        /* Two each; both of agent 1's are worth that little more. */
        ck_assert_uint_eq(result.agents[0], 1);
        ck_assert_uint_eq(result.agents[1], 1);
        ck_assert_uint_eq(result.agents[2], 0);
        ck_assert_uint_eq(result.agents[3], 0);
        ck_assert_int_eq(result.total_fit_ppm, 1100000 + 800000 + 1000000 + 700000);
}
END_TEST

START_TEST(one_agent_takes_what_it_can_in_order_of_place)
{
        ATT_CLEANUP(close_centre) struct centre *centre = open_centre(4, 1);

        centre->channels[0].units = 40;
        centre->channels[1].units = 60;
        centre->kinds[1] = 1;
        centre->kinds[2] = 1;
        for (uint32_t contact = 0; contact < 4; contact++) {
                *points_of(centre, contact, 0) = contact;
        }

        const struct att_assign_result result = solve(centre);

        ck_assert_uint_eq(result.agents[0], 0);
        ck_assert_uint_eq(result.agents[1], 0);
        ck_assert_uint_eq(result.agents[2], ATT_ASSIGN_NOBODY);
        ck_assert_uint_eq(result.agents[3], ATT_ASSIGN_NOBODY);
        ck_assert_int_eq(result.total_fit_ppm, 1);
}
END_TEST

START_TEST(one_slot_each_agrees_with_all_pairings)
{
        compare_with_naive(4000, 5, 5, true, true);
}
END_TEST

START_TEST(room_for_several_agrees_with_all_pairings)
{
        compare_with_naive(6000, 5, 4, false, true);
}
END_TEST

START_TEST(unknown_kinds_agree_with_all_pairings)
{
        compare_with_naive(3000, 5, 4, false, false);
}
END_TEST

START_TEST(too_many_states_to_try_agree_with_all_pairings)
{
        compare_with_naive(1000, 8, 2, false, false);
}
END_TEST

START_TEST(more_contacts_than_agents_agree_with_all_pairings)
{
        compare_with_naive(1500, 8, 2, false, true);
}
END_TEST

START_TEST(more_agents_than_contacts_agree_with_all_pairings)
{
        /* So that some are left out from the start. */
        compare_with_naive(1500, 3, 12, false, true);
}
END_TEST

/* The best total with all contacts served, one slot each: over sets of agents. */
static int64_t find_total_by_sets(const struct centre *centre)
{
        const uint32_t sets = 1U << centre->agent_count;
        ATT_CLEANUP(att_free_pointer) int64_t *sums = att_alloc_array(sets, sizeof(*sums));
        int64_t best = -1;

        for (uint32_t set = 1; set < sets; set++) {
                const uint32_t contact = (uint32_t)__builtin_popcount(set) - 1;

                sums[set] = -1;
                for (uint32_t agent = 0;
                     contact < centre->contact_count && agent < centre->agent_count; agent++) {
                        const int64_t before = set >> agent & 1 ? sums[set & ~(1U << agent)] : -1;
                        const int64_t points = *points_of(centre, contact, agent);

                        if (before >= 0 && points >= 0) {
                                sums[set] = att_max_i64(sums[set],
                                                        before + points / centre->weights[contact]);
                        }
                }
                if (contact + 1 == centre->contact_count) {
                        best = att_max_i64(best, sums[set]);
                }
        }
        return best;
}

START_TEST(larger_totals_agree_with_dynamic_programming)
{
        for (uint64_t seed = 0; seed < 60; seed++) {
                struct att_rng rng;

                att_rng_seed(&rng, seed);
                const uint32_t contacts = 8 + (uint32_t)att_rng_below(&rng, 5);
                ATT_CLEANUP(close_centre)
                struct centre *centre = make_centre(&rng, contacts, 13,
                                                    1 + att_rng_below(&rng, 1000), 30, true);

                memset(centre->load_weights, 0, sizeof(centre->load_weights));

                const int64_t expected = find_total_by_sets(centre);
                const struct att_assign_result result = solve(centre);

                ck_assert(result.exact);
                if (result.served_count == contacts) {
                        ck_assert_int_eq(result.total_fit_ppm, expected);
                } else {
                        ck_assert_int_eq(expected, -1);
                }
        }
}
END_TEST

START_TEST(a_short_search_gives_a_possible_pairing_and_says_so)
{
        ATT_CLEANUP(att_assign_deinit) struct att_assign assign;
        uint32_t inexact = 0;

        att_assign_init(&assign);
        for (uint64_t seed = 0; seed < 100; seed++) {
                struct att_rng rng;
                struct outcome outcome;

                att_rng_seed(&rng, seed);
                ATT_CLEANUP(close_centre)
                struct centre *centre = make_centre(&rng, 20, 8, 100, 50, false);
                const struct att_assign_result result = solve_with(&assign, centre, centre->kinds,
                                                                   1);

                ck_assert(evaluate(centre, result.agents, &outcome));
                ck_assert_int_eq(outcome.total, result.total_fit_ppm);
                inexact += !result.exact;
        }
        ck_assert_uint_gt(inexact, 10);
}
END_TEST

START_TEST(an_answer_does_not_depend_on_those_before)
{
        ATT_CLEANUP(att_assign_deinit) struct att_assign assign;

        att_assign_init(&assign);
        for (uint64_t seed = 0; seed < 200; seed++) {
                struct att_rng rng;

                att_rng_seed(&rng, seed);
                const uint32_t contacts = 1 + (uint32_t)att_rng_below(&rng, 20);
                const uint32_t agents = 1 + (uint32_t)att_rng_below(&rng, 30);
                ATT_CLEANUP(close_centre)
                struct centre *centre = make_centre(&rng, contacts, agents, 10, 50, seed % 2 == 0);
                const struct att_assign_result used = solve_with(&assign, centre, centre->kinds,
                                                                 20000);
                ATT_CLEANUP(att_assign_deinit) struct att_assign fresh;

                att_assign_init(&fresh);
                const struct att_assign_result unused = solve_with(&fresh, centre, centre->kinds,
                                                                   20000);

                ck_assert_mem_eq(used.agents, unused.agents, sizeof(used.agents));
                ck_assert_uint_eq(used.steps, unused.steps);
                ck_assert(used.exact == unused.exact);
        }
}
END_TEST

START_TEST(one_slot_each_is_always_exact_and_soon_done)
{
        static const uint64_t varieties[] = {1, 2, 5, 1000, 1000000};
        ATT_CLEANUP(att_assign_deinit) struct att_assign assign;

        att_assign_init(&assign);
        for (size_t i = 0; i < ATT_ARRAY_LEN(varieties); i++) {
                for (uint64_t scarcity = 0; scarcity < 100; scarcity += 30) {
                        struct att_rng rng;

                        att_rng_seed(&rng, i);
                        ATT_CLEANUP(close_centre)
                        struct centre *centre = make_centre(&rng, 64, 64, varieties[i], scarcity,
                                                            true);
                        const struct att_assign_result result = solve_with(&assign, centre,
                                                                           centre->kinds, 1);

                        ck_assert(result.exact);
                        ck_assert_uint_lt(result.steps, 500000);
                }
        }
}
END_TEST

ATT_TEST_MAIN("assign", nobody_to_serve_or_to_serve_them_is_fine,
              the_total_fit_counts_not_the_first_ones, the_most_urgent_are_served_whatever_the_fit,
              an_urgent_contact_makes_way_for_a_second_one,
              ties_go_to_the_lowest_load_then_the_longest_idle_then_the_first,
              the_most_urgent_contact_has_its_tie_first, load_counts_the_pairs_already_made,
              one_agent_takes_what_it_can_in_order_of_place, one_slot_each_agrees_with_all_pairings,
              room_for_several_agrees_with_all_pairings, unknown_kinds_agree_with_all_pairings,
              too_many_states_to_try_agree_with_all_pairings,
              more_contacts_than_agents_agree_with_all_pairings,
              more_agents_than_contacts_agree_with_all_pairings,
              larger_totals_agree_with_dynamic_programming,
              a_short_search_gives_a_possible_pairing_and_says_so,
              an_answer_does_not_depend_on_those_before,
              one_slot_each_is_always_exact_and_soon_done)
