/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/staff_search.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"
#include "tools/attunesim/staff_erlang.h"

#define APART 3u /* Intervals between two of which one can't be felt in the other. */

struct hunt {
        const struct staff_search *search;
        struct staff_problem *problem;
        struct staff_answer *answer;
        uint32_t *trial;
        size_t cells; /* Groups x intervals. */
};

static uint32_t *cell(const struct hunt *hunt, uint32_t *counts, uint32_t group, uint32_t interval)
{
        return &counts[group * hunt->problem->interval_count + interval];
}

static size_t at(const struct hunt *hunt, uint32_t queue, uint32_t interval)
{
        return (size_t)queue * hunt->problem->interval_count + interval;
}

static bool is_asked(const struct hunt *hunt, uint32_t queue, uint32_t interval)
{
        return hunt->problem->is_asked[at(hunt, queue, interval)] &&
               hunt->answer->is_reachable[at(hunt, queue, interval)];
}

/* How far a queue is from its promise in an interval. */
static double shortfall(const struct hunt *hunt, const struct staff_result *result, uint32_t queue,
                        uint32_t interval)
{
        double share = result->shares[at(hunt, queue, interval)];

        return isnan(share) ? 0 : fmax(0, hunt->problem->queues[queue].level - share);
}

static bool is_missed(const struct hunt *hunt, const struct staff_result *result, uint32_t interval)
{
        for (uint32_t i = 0; i < hunt->problem->queue_count; i++) {
                if (is_asked(hunt, i, interval) && shortfall(hunt, result, i, interval) > 0) {
                        return true;
                }
        }
        return false;
}

static bool is_missed_at_all(const struct hunt *hunt, const struct staff_result *result)
{
        for (uint32_t t = 0; t < hunt->problem->interval_count; t++) {
                if (is_missed(hunt, result, t)) {
                        return true;
                }
        }
        return false;
}

/* Simulating -------------------------------------------------------------- */

static bool simulate(struct hunt *hunt, const uint32_t *counts, struct staff_result *ret_result)
{
        if (hunt->search->stop && *hunt->search->stop) {
                hunt->problem->is_interrupted = true;
        }
        if (hunt->problem->is_interrupted ||
            hunt->problem->simulations >= hunt->search->simulations_max ||
            !staff_simulate(hunt->problem, counts, false, ret_result)) {
                hunt->answer->is_cut_short = true;
                return false;
        }
        if (hunt->search->shows_progress) {
                (void)fprintf(stderr, "\r%u simulations, %.1f agent-hours a day ",
                              hunt->problem->simulations, staff_hours(hunt->problem, counts));
                (void)fflush(stderr);
        }
        return true;
}

/* The trial is the best now; its result is given away. */
static void accept(struct hunt *hunt, struct staff_result *result)
{
        memcpy(hunt->answer->counts, hunt->trial, hunt->cells * sizeof(*hunt->trial));
        if (hunt->answer->has_result) {
                staff_result_deinit(&hunt->answer->result);
        }
        hunt->answer->result = *result;
        hunt->answer->has_result = true;
        hunt->answer->is_met = !is_missed_at_all(hunt, result);
}

static void begin_trial(struct hunt *hunt)
{
        memcpy(hunt->trial, hunt->answer->counts, hunt->cells * sizeof(*hunt->trial));
}

/* Where to begin ---------------------------------------------------------- */

static void find_reachable(struct hunt *hunt, const struct staff_result *plenty)
{
        const struct staff_problem *problem = hunt->problem;

        for (uint32_t i = 0; i < problem->queue_count; i++) {
                for (uint32_t t = 0; t < problem->interval_count; t++) {
                        hunt->answer->most[at(hunt, i, t)] = plenty->shares[at(hunt, i, t)];
                        hunt->answer->is_reachable[at(hunt, i, t)] = shortfall(hunt, plenty, i,
                                                                               t) <= 0;
                }
        }
}

/* The least versatile group that serves a queue; of equals the cheaper one. */
static uint32_t home_of(const struct staff_problem *problem, uint32_t queue)
{
        uint32_t home = ATT_NONE;

        for (uint32_t i = 0; i < problem->group_count; i++) {
                const struct staff_group *group = &problem->groups[i];
                const struct staff_group *best = home == ATT_NONE ? NULL : &problem->groups[home];

                if (group->serves[queue] && !group->is_fixed &&
                    (!best || group->served < best->served ||
                     (group->served == best->served && group->cost < best->cost))) {
                        home = i;
                }
        }
        return home;
}

/* Agents of a group in an interval, for all the queues that are at home there together. */
static uint32_t erlang_of(const struct hunt *hunt, const struct staff_result *plenty,
                          uint32_t group, uint32_t interval, uint32_t most)
{
        const struct staff_problem *problem = hunt->problem;
        struct erlang_queue pool = {.patience_s = (double)INFINITY};
        double busy = 0;
        uint32_t needed = 0;

        for (uint32_t i = 0; i < problem->queue_count; i++) {
                if (home_of(problem, i) == group) {
                        pool.per_s += plenty->per_s[at(hunt, i, interval)];
                        busy += plenty->busy[at(hunt, i, interval)];
                }
        }
        if (pool.per_s <= 0) {
                return 0;
        }
        pool.handle_s = busy / pool.per_s;
        for (uint32_t i = 0; i < problem->queue_count; i++) {
                const struct staff_queue *queue = &problem->queues[i];
                uint32_t agents;

                if (home_of(problem, i) == group && is_asked(hunt, i, interval)) {
                        pool.patience_s = staff_patience_s(problem, i);
                        agents = erlang_agents(&pool, (double)queue->within_us / SIM_SECOND_US,
                                               queue->level, most);
                        needed = agents > needed ? agents : needed;
                }
        }
        return needed;
}

static bool begin(struct hunt *hunt)
{
        struct staff_problem *problem = hunt->problem;
        struct staff_result plenty;
        uint32_t most = staff_plenty(problem);

        for (uint32_t i = 0; i < problem->group_count; i++) {
                for (uint32_t t = 0; t < problem->interval_count; t++) {
                        *cell(hunt, hunt->trial, i, t) = problem->groups[i].is_fixed ? 0 : most;
                }
        }
        if (!simulate(hunt, hunt->trial, &plenty)) {
                return false;
        }
        find_reachable(hunt, &plenty);
        for (uint32_t i = 0; i < problem->group_count; i++) {
                for (uint32_t t = 0; t < problem->interval_count; t++) {
                        *cell(hunt, hunt->answer->erlang, i, t) = erlang_of(hunt, &plenty, i, t,
                                                                            most);
                }
        }
        staff_result_deinit(&plenty);
        memcpy(hunt->answer->counts, hunt->answer->erlang, hunt->cells * sizeof(*hunt->trial));
        return true;
}

/* Adding ------------------------------------------------------------------ */

/* Of the contacts of an interval and the next, so many are answered too late. */
static double harm_at(const struct hunt *hunt, const struct staff_result *result, uint32_t interval)
{
        double harm = 0;

        for (uint32_t i = 0; i < hunt->problem->queue_count; i++) {
                for (uint32_t t = interval; t < interval + 2 && t < hunt->problem->interval_count;
                     t++) {
                        if (is_asked(hunt, i, t)) {
                                harm += shortfall(hunt, result, i, t) *
                                        result->entered[at(hunt, i, t)];
                        }
                }
        }
        return harm;
}

/* Whether one more of the group may help where a level is missed. */
static bool may_help(const struct hunt *hunt, const struct staff_result *result, uint32_t group,
                     uint32_t interval)
{
        const struct staff_group *of = &hunt->problem->groups[group];

        for (uint32_t i = 0; i < hunt->problem->queue_count && !of->is_fixed; i++) {
                if (of->serves[i] && is_asked(hunt, i, interval) &&
                    shortfall(hunt, result, i, interval) > 0) {
                        return true;
                }
        }
        return false;
}

/* Agents at once, where much is missing: half of what the shortfall suggests. */
static uint32_t stride(const struct hunt *hunt, const struct staff_result *result,
                       uint32_t interval)
{
        double worst = 0;
        double busy = 0;

        for (uint32_t i = 0; i < hunt->problem->queue_count; i++) {
                if (is_asked(hunt, i, interval)) {
                        worst = fmax(worst, shortfall(hunt, result, i, interval));
                        busy += result->busy[at(hunt, i, interval)];
                }
        }
        return worst < 0.2 ? 1 : 1 + (uint32_t)(0.5 * worst * busy / hunt->problem->group_count);
}

struct choice {
        uint32_t group; /* ATT_NONE */
        double mended;  /* For the cost. */
};

/* Tries one more of a group wherever it may help, and keeps it in mind where it mends most. */
static bool try_group(struct hunt *hunt, uint32_t group, struct choice *choices)
{
        const struct staff_problem *problem = hunt->problem;
        const struct staff_result *now = &hunt->answer->result;
        struct staff_result then;
        bool is_of_use = false;

        begin_trial(hunt);
        for (uint32_t t = 0; t < problem->interval_count; t++) {
                if (may_help(hunt, now, group, t)) {
                        ++*cell(hunt, hunt->trial, group, t);
                        is_of_use = true;
                }
        }
        if (!is_of_use) {
                return true;
        }
        if (!simulate(hunt, hunt->trial, &then)) {
                return false;
        }
        for (uint32_t t = 0; t < problem->interval_count; t++) {
                double mended = (harm_at(hunt, now, t) - harm_at(hunt, &then, t)) /
                                problem->groups[group].cost;

                if (may_help(hunt, now, group, t) &&
                    (choices[t].group == ATT_NONE || mended > choices[t].mended)) {
                        choices[t] = (struct choice){group, mended};
                }
        }
        staff_result_deinit(&then);
        return true;
}

/* The only group that may help, or ATT_NONE: there is a choice, or nobody. */
static uint32_t only_group(const struct hunt *hunt, uint32_t interval)
{
        uint32_t only = ATT_NONE;

        for (uint32_t i = 0; i < hunt->problem->group_count; i++) {
                if (may_help(hunt, &hunt->answer->result, i, interval)) {
                        if (only != ATT_NONE) {
                                return ATT_NONE;
                        }
                        only = i;
                }
        }
        return only;
}

static bool choose_groups(struct hunt *hunt, struct choice *choices)
{
        bool has_choice = false;

        for (uint32_t t = 0; t < hunt->problem->interval_count; t++) {
                choices[t] = (struct choice){.group = ATT_NONE};
                if (is_missed(hunt, &hunt->answer->result, t)) {
                        choices[t].group = only_group(hunt, t);
                        has_choice = has_choice || choices[t].group == ATT_NONE;
                }
        }
        if (!has_choice) {
                return true;
        }
        for (uint32_t t = 0; t < hunt->problem->interval_count; t++) {
                choices[t].group = ATT_NONE;
        }
        for (uint32_t i = 0; i < hunt->problem->group_count; i++) {
                if (!try_group(hunt, i, choices)) {
                        return false;
                }
        }
        return true;
}

/* Until every level holds. False: cut short. */
static bool add_agents(struct hunt *hunt)
{
        struct choice *choices = att_alloc_array(hunt->problem->interval_count, sizeof(*choices));
        struct staff_result result;
        bool goes_on;

        begin_trial(hunt);
        goes_on = simulate(hunt, hunt->trial, &result);
        if (goes_on) {
                accept(hunt, &result);
        }
        while (goes_on && !hunt->answer->is_met && choose_groups(hunt, choices)) {
                bool is_any = false;

                begin_trial(hunt);
                for (uint32_t t = 0; t < hunt->problem->interval_count; t++) {
                        if (choices[t].group != ATT_NONE) {
                                *cell(hunt, hunt->trial, choices[t].group,
                                      t) += stride(hunt, &hunt->answer->result, t);
                                is_any = true;
                        }
                }
                goes_on = is_any && simulate(hunt, hunt->trial, &result);
                if (goes_on) {
                        accept(hunt, &result);
                }
        }
        free(choices);
        return goes_on && hunt->answer->is_met;
}

/* Taking away ------------------------------------------------------------- */

static bool is_changed(const struct hunt *hunt, uint32_t interval)
{
        for (uint32_t i = 0; i < hunt->problem->group_count; i++) {
                if (*cell(hunt, hunt->trial, i, interval) !=
                    *cell(hunt, hunt->answer->counts, i, interval)) {
                        return true;
                }
        }
        return false;
}

static void undo(struct hunt *hunt, uint32_t interval)
{
        for (uint32_t i = 0; i < hunt->problem->group_count; i++) {
                *cell(hunt, hunt->trial, i, interval) = *cell(hunt, hunt->answer->counts, i,
                                                              interval);
        }
}

/* Undoes the change nearest to an interval that is missed now, before it rather than after. */
static void give_back(struct hunt *hunt, uint32_t missed, bool *is_needed)
{
        uint32_t count = hunt->problem->interval_count;

        for (uint32_t distance = 0; distance < count; distance++) {
                for (int side = 0; side < 2; side++) {
                        /* The day before ends where this one begins. */
                        uint32_t t = (missed + (side == 0 ? count - distance : distance)) % count;

                        if (is_changed(hunt, t)) {
                                undo(hunt, t);
                                is_needed[t] = true;
                                return;
                        }
                }
        }
}

/* Simulates a trial with fewer agents, undoing changes until all levels hold. False: cut short.
 * `ret_taken`: something is changed for good. */
static bool settle(struct hunt *hunt, bool *is_needed, bool *ret_taken)
{
        size_t bytes = hunt->cells * sizeof(*hunt->trial);
        struct staff_result result;

        *ret_taken = false;
        while (memcmp(hunt->trial, hunt->answer->counts, bytes) != 0) {
                if (!simulate(hunt, hunt->trial, &result)) {
                        return false;
                }
                if (!is_missed_at_all(hunt, &result)) {
                        accept(hunt, &result);
                        *ret_taken = true;
                        return true;
                }
                for (uint32_t t = 0; t < hunt->problem->interval_count; t++) {
                        if (is_missed(hunt, &result, t)) {
                                give_back(hunt, t, is_needed);
                        }
                }
                staff_result_deinit(&result);
        }
        return true;
}

/* An agent of each of two groups (or two of one, or one of one) for an agent of a third. */
struct change {
        uint32_t less[2]; /* ATT_NONE: nobody. */
        uint32_t more;    /* ATT_NONE: nobody. */
};

static void make_change(struct hunt *hunt, const struct change *change, uint32_t interval)
{
        uint32_t counts = 0;

        for (int k = 0; k < 2; k++) {
                if (change->less[k] != ATT_NONE) {
                        uint32_t *count = cell(hunt, hunt->trial, change->less[k], interval);

                        counts += *count == 0;
                        *count -= *count > 0;
                }
        }
        if (change->more != ATT_NONE) {
                ++*cell(hunt, hunt->trial, change->more, interval);
        }
        if (counts > 0) { /* They are not there to go. */
                undo(hunt, interval);
        }
}

/* Makes a change in intervals `step` apart, again and again for as long as all levels hold. False: cut
 * short. */
static bool change_all(struct hunt *hunt, const struct change *change, uint32_t first,
                       uint32_t step, bool *ret_any)
{
        uint32_t count = hunt->problem->interval_count;
        bool *is_needed = att_alloc_array(count, sizeof(*is_needed));
        bool goes_on = true;
        bool is_taken = true;

        while (goes_on && is_taken) {
                begin_trial(hunt);
                for (uint32_t t = first; t < count; t += step) {
                        if (!is_needed[t]) {
                                make_change(hunt, change, t);
                        }
                }
                goes_on = settle(hunt, is_needed, &is_taken);
                *ret_any = *ret_any || is_taken;
        }
        free(is_needed);
        return goes_on;
}

/* The dearest first; of as dear ones those who could do most. */
static uint32_t *order_of_leaving(const struct staff_problem *problem)
{
        uint32_t *order = att_alloc_array(problem->group_count, sizeof(*order));

        for (uint32_t i = 0; i < problem->group_count; i++) {
                const struct staff_group *group = &problem->groups[i];
                uint32_t k = i;

                while (k > 0 && (group->cost > problem->groups[order[k - 1]].cost ||
                                 (group->cost == problem->groups[order[k - 1]].cost &&
                                  group->served > problem->groups[order[k - 1]].served))) {
                        order[k] = order[k - 1];
                        k--;
                }
                order[k] = i;
        }
        return order;
}

/* First everywhere at once, then in intervals far enough apart that each is judged by itself, until
 * nobody can go. False: cut short. */
static bool take_away(struct hunt *hunt, const uint32_t *order)
{
        bool is_any = true;

        for (uint32_t i = 0; i < hunt->problem->group_count; i++) {
                const struct change change = {{order[i], ATT_NONE}, ATT_NONE};

                if (!change_all(hunt, &change, 0, 1, &is_any)) {
                        return false;
                }
        }
        while (is_any && hunt->problem->interval_count > 1) {
                is_any = false;
                for (uint32_t i = 0; i < hunt->problem->group_count * APART; i++) {
                        const struct change change = {{order[i / APART], ATT_NONE}, ATT_NONE};

                        if (!change_all(hunt, &change, i % APART, APART, &is_any)) {
                                return false;
                        }
                }
        }
        return true;
}

static bool share_a_queue(const struct staff_problem *problem, uint32_t a, uint32_t b)
{
        for (uint32_t i = 0; i < problem->queue_count; i++) {
                if (problem->queues[i].has_contacts && problem->groups[a].serves[i] &&
                    problem->groups[b].serves[i]) {
                        return true;
                }
        }
        return false;
}

/* Whether one of a group may stand in for two others, and costs less. */
static bool is_worth_trying(const struct staff_problem *problem, const struct change *change)
{
        const struct staff_group *groups = problem->groups;

        return !groups[change->more].is_fixed && change->more != change->less[0] &&
               change->more != change->less[1] &&
               groups[change->more].cost <
                       groups[change->less[0]].cost + groups[change->less[1]].cost &&
               share_a_queue(problem, change->more, change->less[0]) &&
               share_a_queue(problem, change->more, change->less[1]);
}

/* One who can do more for two who can do less. False: cut short. */
static bool exchange(struct hunt *hunt, bool *ret_any)
{
        uint32_t groups = hunt->problem->group_count;

        for (uint32_t i = 0; i < groups * groups * groups; i++) {
                const struct change change = {{i % groups, i / groups % groups},
                                              i / groups / groups};

                if (change.less[0] <= change.less[1] && is_worth_trying(hunt->problem, &change) &&
                    !change_all(hunt, &change, 0, 1, ret_any)) {
                        return false;
                }
        }
        return true;
}

static void remove_agents(struct hunt *hunt)
{
        uint32_t *order = order_of_leaving(hunt->problem);
        bool is_any = true;

        while (is_any && take_away(hunt, order)) {
                is_any = false;
                if (!exchange(hunt, &is_any)) {
                        break;
                }
        }
        free(order);
}

/* The whole --------------------------------------------------------------- */

bool staff_search_run(const struct staff_search *search, struct staff_problem *problem,
                      struct staff_answer *ret_answer)
{
        size_t cells = (size_t)problem->group_count * problem->interval_count;
        size_t levels = (size_t)problem->queue_count * problem->interval_count;
        struct hunt hunt = {
                .search = search,
                .problem = problem,
                .answer = ret_answer,
                .trial = att_alloc_array(cells, sizeof(uint32_t)),
                .cells = cells,
        };

        *ret_answer = (struct staff_answer){
                .counts = att_alloc_array(cells, sizeof(uint32_t)),
                .erlang = att_alloc_array(cells, sizeof(uint32_t)),
                .is_reachable = att_alloc_array(levels, sizeof(bool)),
                .most = att_alloc_array(levels, sizeof(double)),
        };
        if (begin(&hunt) && add_agents(&hunt)) {
                remove_agents(&hunt);
        }
        if (ret_answer->has_result && !problem->is_interrupted && !problem->is_broken) {
                ret_answer->has_fresh = staff_simulate(problem, ret_answer->counts, true,
                                                       &ret_answer->fresh);
        }
        if (search->shows_progress) {
                (void)fprintf(stderr, "\r\033[K");
        }
        free(hunt.trial);
        return !problem->is_broken;
}

void staff_answer_deinit(struct staff_answer *answer)
{
        free(answer->counts);
        free(answer->erlang);
        free(answer->is_reachable);
        free(answer->most);
        if (answer->has_result) {
                staff_result_deinit(&answer->result);
        }
        if (answer->has_fresh) {
                staff_result_deinit(&answer->fresh);
        }
        *answer = (struct staff_answer){0};
}
