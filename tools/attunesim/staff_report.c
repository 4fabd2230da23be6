/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/staff_report.h"

#include <math.h>
#include <stdio.h>

#include "lib/base/duration.h"
#include "lib/base/json.h"
#include "lib/base/util.h"

#define TIME_BYTES    8
#define DAY_MINUTES   (24 * 60)
#define MINUTE_US     INT64_C(60000000)
#define MEMBERS_SHOWN 6u
#define COLUMN        7
#define NAME_WIDTH    24

/* Times ------------------------------------------------------------------- */

/* Of the day, at an interval's beginning; `is_end`: midnight is 24:00. */
static const char *time_of(const struct staff_problem *problem, uint32_t interval, bool is_end,
                           char text[TIME_BYTES])
{
        int64_t us = att_min_i64(interval * problem->interval_us, SIM_DAY_US);
        int64_t minutes = problem->plan->start_ms % (SIM_DAY_US / 1000) * 1000 / MINUTE_US +
                          us / MINUTE_US;

        minutes = is_end && minutes > 0 && minutes % DAY_MINUTES == 0 ? DAY_MINUTES
                                                                      : minutes % DAY_MINUTES;
        (void)snprintf(text, TIME_BYTES, "%02d:%02d", (int)(minutes / 60 % 25),
                       (int)(minutes % 60));
        return text;
}

static uint32_t count_of(const struct staff_problem *problem, const uint32_t *counts,
                         uint32_t group, uint32_t interval)
{
        return counts[group * problem->interval_count + interval];
}

static uint32_t total_of(const struct staff_problem *problem, const uint32_t *counts,
                         uint32_t interval)
{
        uint32_t total = 0;

        for (uint32_t i = 0; i < problem->group_count; i++) {
                total += problem->groups[i].is_fixed ? 0 : count_of(problem, counts, i, interval);
        }
        return total;
}

static uint32_t most_of(const struct staff_problem *problem, const uint32_t *counts, uint32_t group)
{
        uint32_t most = 0;

        for (uint32_t t = 0; t < problem->interval_count; t++) {
                uint32_t count = count_of(problem, counts, group, t);

                most = count > most ? count : most;
        }
        return most;
}

static double hours_of(const struct staff_problem *problem, const uint32_t *counts, uint32_t group)
{
        double hours = 0;

        for (uint32_t t = 0; t < problem->interval_count; t++) {
                hours += count_of(problem, counts, group, t) * staff_interval_hours(problem, t);
        }
        return hours;
}

/* Whether an interval has a line: something happens in it. */
static bool is_shown(const struct staff_problem *problem, const struct staff_answer *answer,
                     uint32_t interval)
{
        for (uint32_t i = 0; i < problem->queue_count; i++) {
                if (problem->is_asked[i * problem->interval_count + interval]) {
                        return true;
                }
        }
        return total_of(problem, answer->counts, interval) > 0;
}

/* Queues ------------------------------------------------------------------ */

struct lowest {
        double share; /* NAN: no interval had a contact. */
        uint32_t interval;
};

static struct lowest lowest_of(const struct staff_problem *problem, const double *shares,
                               uint32_t queue)
{
        struct lowest lowest = {.share = (double)NAN};

        for (uint32_t t = 0; t < problem->interval_count; t++) {
                uint32_t at = queue * problem->interval_count + t;

                if (problem->is_asked[at] && !isnan(shares[at]) &&
                    (isnan(lowest.share) || shares[at] < lowest.share)) {
                        lowest = (struct lowest){shares[at], t};
                }
        }
        return lowest;
}

/* Intervals in which no number of agents would do; the worst of them. */
static uint32_t count_unreachable(const struct staff_problem *problem,
                                  const struct staff_answer *answer, uint32_t queue,
                                  uint32_t *ret_worst)
{
        uint32_t count = 0;

        for (uint32_t t = 0; t < problem->interval_count; t++) {
                uint32_t at = queue * problem->interval_count + t;

                if (problem->is_asked[at] && !answer->is_reachable[at]) {
                        if (count == 0 ||
                            answer->most[at] <
                                    answer->most[queue * problem->interval_count + *ret_worst]) {
                                *ret_worst = t;
                        }
                        count++;
                }
        }
        return count;
}

static bool has_server(const struct staff_problem *problem, uint32_t queue)
{
        for (uint32_t i = 0; i < problem->group_count; i++) {
                if (problem->groups[i].serves[queue]) {
                        return true;
                }
        }
        return false;
}

/* Whether a queue is reached in every interval; nothing is known without a result. */
static bool is_met(const struct staff_problem *problem, const struct staff_answer *answer,
                   uint32_t queue)
{
        for (uint32_t t = 0; t < problem->interval_count; t++) {
                uint32_t at = queue * problem->interval_count + t;

                if (problem->is_asked[at] &&
                    (!answer->has_result || !answer->is_reachable[at] ||
                     answer->result.shares[at] < problem->queues[queue].level)) {
                        return false;
                }
        }
        return true;
}

bool staff_is_all_met(const struct staff_problem *problem, const struct staff_answer *answer)
{
        for (uint32_t i = 0; i < problem->queue_count; i++) {
                if (!is_met(problem, answer, i)) {
                        return false;
                }
        }
        return true;
}

/* Why a queue's level is out of reach; false: it is not. */
static bool write_reason(const struct staff_problem *problem, const struct staff_answer *answer,
                         uint32_t queue, struct att_buffer *into)
{
        const struct staff_queue *of = &problem->queues[queue];
        char within[ATT_DURATION_TEXT_SIZE];
        char from[TIME_BYTES];
        uint32_t worst = 0;
        uint32_t count;

        if (!of->has_contacts) {
                return false;
        }
        (void)att_duration_format(of->within_us / 1000, within);
        if (!has_server(problem, queue)) {
                att_buffer_printf(into,
                                  "no agent of the configuration can serve it within %s: nobody "
                                  "has what it asks for",
                                  within);
                return true;
        }
        count = count_unreachable(problem, answer, queue, &worst);
        if (count == 0) {
                return false;
        }
        att_buffer_printf(into,
                          "%.1f%% in %s is out of reach however many agents there are: %.1f%% at "
                          "most from %s on%s",
                          of->level * 100, within,
                          answer->most[queue * problem->interval_count + worst] * 100,
                          time_of(problem, worst, false, from),
                          problem->interval_count > 1 ? "" : ", all day");
        if (count > 1) {
                att_buffer_printf(into, ", and in %u more interval%s", count - 1,
                                  count > 2 ? "s" : "");
        }
        return true;
}

/* Groups ------------------------------------------------------------------ */

static const char *separator(bool *is_first)
{
        const char *text = *is_first ? "" : ", ";

        *is_first = false;
        return text;
}

static void describe_group(const struct staff_problem *problem, const struct staff_group *group,
                           struct att_buffer *into)
{
        const struct att_config *config = problem->plan->config;
        const struct att_agent_def *model = &config->agents[group->members[0]];
        bool is_first = true;

        for (uint32_t i = 0; i < config->skill_count; i++) {
                if (model->levels[i] > 0) {
                        att_buffer_printf(into, "%s%.*s %u", separator(&is_first),
                                          ATT_TEXT_ARGS(config->skills[i].name), model->levels[i]);
                }
        }
        if (is_first) {
                att_buffer_append_c(into, "no skills");
        }
        if (model->team != ATT_NONE) {
                att_buffer_printf(into, "; team %.*s",
                                  ATT_TEXT_ARGS(config->teams[model->team].name));
        }
        if (model->profile != ATT_NONE) {
                att_buffer_printf(into, "; profile %.*s",
                                  ATT_TEXT_ARGS(config->profiles[model->profile].name));
        }
        if (group->cost < 1 || group->cost > 1) {
                att_buffer_printf(into, "; costs %g an hour", group->cost);
        }
        if (group->is_fixed) {
                att_buffer_append_c(into, "; bots, always there and not counted");
        }
}

static void write_group(const struct staff_problem *problem, const struct staff_group *group,
                        struct att_buffer *into)
{
        const struct att_config *config = problem->plan->config;
        bool is_first = true;

        att_buffer_printf(into, "  %-4s", group->label);
        describe_group(problem, group, into);
        att_buffer_printf(into, "\n      as %u: ", group->member_count);
        for (uint32_t i = 0; i < group->member_count && i < MEMBERS_SHOWN; i++) {
                att_buffer_printf(into, "%s%.*s", separator(&is_first),
                                  ATT_TEXT_ARGS(config->agents[group->members[i]].id));
        }
        att_buffer_append_c(into, group->member_count > MEMBERS_SHOWN ? " ...\n" : "\n");
}

/* The table --------------------------------------------------------------- */

/* Groups that need nobody have no column. */
static bool has_column(const struct staff_problem *problem, const struct staff_answer *answer,
                       uint32_t group)
{
        return !problem->groups[group].is_fixed && most_of(problem, answer->counts, group) > 0;
}

static void write_head(const struct staff_problem *problem, const struct staff_answer *answer,
                       struct att_buffer *into)
{
        att_buffer_printf(into, "\n%-14s", "from    to");
        for (uint32_t i = 0; i < problem->group_count; i++) {
                if (has_column(problem, answer, i)) {
                        att_buffer_printf(into, " %*s", COLUMN, problem->groups[i].label);
                }
        }
        att_buffer_printf(into, " %*s\n", COLUMN, "all");
}

static void write_intervals(const struct staff_problem *problem, const struct staff_answer *answer,
                            struct att_buffer *into)
{
        char from[TIME_BYTES];
        char to[TIME_BYTES];

        for (uint32_t t = 0; t < problem->interval_count; t++) {
                if (!is_shown(problem, answer, t)) {
                        continue;
                }
                att_buffer_printf(into, "%-7s %-6s", time_of(problem, t, false, from),
                                  time_of(problem, t + 1, true, to));
                for (uint32_t i = 0; i < problem->group_count; i++) {
                        if (has_column(problem, answer, i)) {
                                att_buffer_printf(into, " %*u", COLUMN,
                                                  count_of(problem, answer->counts, i, t));
                        }
                }
                att_buffer_printf(into, " %*u\n", COLUMN, total_of(problem, answer->counts, t));
        }
}

static void write_totals(const struct staff_problem *problem, const struct staff_answer *answer,
                         struct att_buffer *into)
{
        bool is_short = false;

        att_buffer_printf(into, "%-14s", "agent-hours");
        for (uint32_t i = 0; i < problem->group_count; i++) {
                if (has_column(problem, answer, i)) {
                        att_buffer_printf(into, " %*.1f", COLUMN,
                                          hours_of(problem, answer->counts, i));
                }
        }
        att_buffer_printf(into, " %*.1f a day (%.1f by Erlang's formulas)\n", COLUMN,
                          staff_hours(problem, answer->counts),
                          staff_hours(problem, answer->erlang));
        att_buffer_printf(into, "%-14s", "there are");
        for (uint32_t i = 0; i < problem->group_count; i++) {
                if (has_column(problem, answer, i)) {
                        att_buffer_printf(into, " %*u", COLUMN, problem->groups[i].member_count);
                        is_short = is_short || most_of(problem, answer->counts, i) >
                                                       problem->groups[i].member_count;
                }
        }
        att_buffer_append_c(into, is_short ? "         more are needed than there are\n" : "\n");
}

static void write_queue(const struct staff_problem *problem, const struct staff_answer *answer,
                        uint32_t queue, struct att_buffer *into)
{
        const struct staff_queue *of = &problem->queues[queue];
        struct att_text name = problem->plan->config->queues[queue].name;
        struct lowest lowest = lowest_of(problem, answer->result.shares, queue);
        char within[ATT_DURATION_TEXT_SIZE];
        char text[64];

        (void)snprintf(text, sizeof(text), "%.1f%% in %s%s", of->level * 100,
                       att_duration_format(of->within_us / 1000, within),
                       of->is_stated ? "" : " *");
        att_buffer_printf(into, "%-*.*s %-18s", NAME_WIDTH,
                          (int)(name.len < NAME_WIDTH ? name.len : NAME_WIDTH), name.data, text);
        (void)snprintf(text, sizeof(text), "%.1f +-%.1f%%", answer->result.levels[queue].mean * 100,
                       answer->result.levels[queue].ci95 * 100);
        att_buffer_printf(into, " %-16s", text);
        if (answer->has_fresh) {
                (void)snprintf(text, sizeof(text), "%.1f +-%.1f%%",
                               answer->fresh.levels[queue].mean * 100,
                               answer->fresh.levels[queue].ci95 * 100);
                att_buffer_printf(into, " %-16s", text);
        }
        if (problem->interval_count > 1 && !isnan(lowest.share)) {
                att_buffer_printf(into, " %5.1f%% from %s on", lowest.share * 100,
                                  time_of(problem, lowest.interval, false, text));
        }
        att_buffer_append_c(into, is_met(problem, answer, queue) ? "\n" : "   MISSED\n");
}

static void write_queues(const struct staff_problem *problem, const struct staff_answer *answer,
                         struct att_buffer *into)
{
        bool has_default = false;

        if (!answer->has_result) {
                return;
        }
        att_buffer_printf(into, "\n%-*s %-18s %-16s", NAME_WIDTH, "queue", "promised", "reached");
        att_buffer_printf(into, "%s%s\n", answer->has_fresh ? " on new chance   " : "",
                          problem->interval_count > 1 ? " lowest" : "");
        for (uint32_t i = 0; i < problem->queue_count; i++) {
                if (problem->queues[i].has_contacts) {
                        write_queue(problem, answer, i, into);
                        has_default = has_default || !problem->queues[i].is_stated;
                }
        }
        if (has_default) {
                att_buffer_append_c(into, "* the configuration promises nothing: 80 % within the "
                                          "simulation's service_level\n");
        }
}

static void write_impossible(const struct staff_problem *problem, const struct staff_answer *answer,
                             struct att_buffer *into)
{
        for (uint32_t i = 0; i < problem->queue_count; i++) {
                ATT_CLEANUP(att_buffer_deinit) struct att_buffer reason = {0};

                if (write_reason(problem, answer, i, &reason)) {
                        att_buffer_printf(into, "\nimpossible: queue '%.*s': %s\n",
                                          ATT_TEXT_ARGS(problem->plan->config->queues[i].name),
                                          reason.data);
                }
        }
}

void staff_report_table(const struct staff_problem *problem, const struct staff_answer *answer,
                        struct att_buffer *into)
{
        att_buffer_printf(into, "%s by %u simulations of %u replications\n\ngroups of agents\n",
                          answer->is_met && !answer->is_cut_short ? "the fewest agents"
                          : answer->is_met                        ? "enough agents"
                                                                  : "not yet enough agents",
                          problem->simulations, problem->plan->replications);
        for (uint32_t i = 0; i < problem->group_count; i++) {
                write_group(problem, &problem->groups[i], into);
        }
        write_head(problem, answer, into);
        write_intervals(problem, answer, into);
        write_totals(problem, answer, into);
        write_queues(problem, answer, into);
        write_impossible(problem, answer, into);
}

/* JSON -------------------------------------------------------------------- */

static void write_estimate(struct att_json *json, const char *name, struct sim_estimate of)
{
        if (isnan(of.mean)) {
                return;
        }
        att_json_key(json, name);
        att_json_begin_object(json);
        att_json_key(json, "mean");
        att_json_double(json, of.mean);
        att_json_key(json, "ci95");
        att_json_double(json, of.ci95);
        att_json_end_object(json);
}

static void write_json_group(struct att_json *json, const struct staff_problem *problem,
                             const struct staff_answer *answer, uint32_t index)
{
        const struct att_config *config = problem->plan->config;
        const struct staff_group *group = &problem->groups[index];

        att_json_key(json, group->label);
        att_json_begin_object(json);
        att_json_key(json, "agents");
        att_json_begin_array(json);
        for (uint32_t i = 0; i < group->member_count; i++) {
                att_json_text(json, config->agents[group->members[i]].id);
        }
        att_json_end_array(json);
        att_json_key(json, "skills");
        att_json_begin_object(json);
        for (uint32_t i = 0; i < config->skill_count; i++) {
                if (config->agents[group->members[0]].levels[i] > 0) {
                        att_json_key_text(json, config->skills[i].name);
                        att_json_int(json, config->agents[group->members[0]].levels[i]);
                }
        }
        att_json_end_object(json);
        att_json_key(json, "serves");
        att_json_begin_array(json);
        for (uint32_t i = 0; i < problem->queue_count; i++) {
                if (group->serves[i]) {
                        att_json_text(json, config->queues[i].name);
                }
        }
        att_json_end_array(json);
        att_json_key(json, "cost");
        att_json_double(json, group->cost);
        att_json_key(json, "fixed");
        att_json_bool(json, group->is_fixed);
        att_json_key(json, "most");
        att_json_int(json, group->is_fixed ? group->member_count
                                           : most_of(problem, answer->counts, index));
        att_json_key(json, "agent_hours");
        att_json_double(json, group->is_fixed ? 0 : hours_of(problem, answer->counts, index));
        att_json_end_object(json);
}

static void write_json_counts(struct att_json *json, const struct staff_problem *problem,
                              const uint32_t *counts, uint32_t interval)
{
        att_json_begin_object(json);
        for (uint32_t i = 0; i < problem->group_count; i++) {
                if (!problem->groups[i].is_fixed) {
                        att_json_key(json, problem->groups[i].label);
                        att_json_int(json, count_of(problem, counts, i, interval));
                }
        }
        att_json_end_object(json);
}

static void write_json_intervals(struct att_json *json, const struct staff_problem *problem,
                                 const struct staff_answer *answer)
{
        char text[TIME_BYTES];

        att_json_begin_array(json);
        for (uint32_t t = 0; t < problem->interval_count; t++) {
                if (!is_shown(problem, answer, t)) {
                        continue;
                }
                att_json_begin_object(json);
                att_json_key(json, "from");
                att_json_string(json, time_of(problem, t, false, text));
                att_json_key(json, "to");
                att_json_string(json, time_of(problem, t + 1, true, text));
                att_json_key(json, "agents");
                write_json_counts(json, problem, answer->counts, t);
                att_json_key(json, "total");
                att_json_int(json, total_of(problem, answer->counts, t));
                att_json_key(json, "erlang");
                write_json_counts(json, problem, answer->erlang, t);
                att_json_end_object(json);
        }
        att_json_end_array(json);
}

static void write_json_queue(struct att_json *json, const struct staff_problem *problem,
                             const struct staff_answer *answer, uint32_t queue)
{
        const struct staff_queue *of = &problem->queues[queue];
        struct lowest lowest;
        char from[TIME_BYTES];

        att_json_begin_object(json);
        att_json_key(json, "target");
        att_json_double(json, of->level);
        att_json_key(json, "within_s");
        att_json_double(json, (double)of->within_us / SIM_SECOND_US);
        att_json_key(json, "stated");
        att_json_bool(json, of->is_stated);
        att_json_key(json, "met");
        att_json_bool(json, is_met(problem, answer, queue));
        if (answer->has_result) {
                write_estimate(json, "level", answer->result.levels[queue]);
                lowest = lowest_of(problem, answer->result.shares, queue);
                if (!isnan(lowest.share)) {
                        att_json_key(json, "lowest");
                        att_json_begin_object(json);
                        att_json_key(json, "from");
                        att_json_string(json, time_of(problem, lowest.interval, false, from));
                        att_json_key(json, "level");
                        att_json_double(json, lowest.share);
                        att_json_end_object(json);
                }
        }
        if (answer->has_fresh) {
                write_estimate(json, "level_on_new_chance", answer->fresh.levels[queue]);
        }
        att_json_end_object(json);
}

static void write_json_impossible(struct att_json *json, const struct staff_problem *problem,
                                  const struct staff_answer *answer)
{
        att_json_begin_array(json);
        for (uint32_t i = 0; i < problem->queue_count; i++) {
                ATT_CLEANUP(att_buffer_deinit) struct att_buffer reason = {0};

                if (write_reason(problem, answer, i, &reason)) {
                        att_json_begin_object(json);
                        att_json_key(json, "queue");
                        att_json_text(json, problem->plan->config->queues[i].name);
                        att_json_key(json, "why");
                        att_json_text(json, att_buffer_text(&reason));
                        att_json_end_object(json);
                }
        }
        att_json_end_array(json);
}

void staff_report_json(const struct staff_problem *problem, const struct staff_answer *answer,
                       struct att_buffer *into)
{
        struct att_json json;

        att_json_init(&json, into);
        att_json_begin_object(&json);
        att_json_key(&json, "met");
        att_json_bool(&json, staff_is_all_met(problem, answer));
        att_json_key(&json, "cut_short");
        att_json_bool(&json, answer->is_cut_short);
        att_json_key(&json, "simulations");
        att_json_int(&json, problem->simulations);
        att_json_key(&json, "replications");
        att_json_int(&json, problem->plan->replications);
        att_json_key(&json, "agent_hours");
        att_json_double(&json, staff_hours(problem, answer->counts));
        att_json_key(&json, "erlang_agent_hours");
        att_json_double(&json, staff_hours(problem, answer->erlang));
        att_json_key(&json, "groups");
        att_json_begin_object(&json);
        for (uint32_t i = 0; i < problem->group_count; i++) {
                write_json_group(&json, problem, answer, i);
        }
        att_json_end_object(&json);
        att_json_key(&json, "intervals");
        write_json_intervals(&json, problem, answer);
        att_json_key(&json, "queues");
        att_json_begin_object(&json);
        for (uint32_t i = 0; i < problem->queue_count; i++) {
                if (problem->queues[i].has_contacts) {
                        att_json_key_text(&json, problem->plan->config->queues[i].name);
                        write_json_queue(&json, problem, answer, i);
                }
        }
        att_json_end_object(&json);
        att_json_key(&json, "impossible");
        write_json_impossible(&json, problem, answer);
        att_json_end_object(&json);
        att_buffer_append_byte(into, '\n');
}
