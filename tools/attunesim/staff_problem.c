/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/staff_problem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buffer.h"
#include "lib/base/util.h"
#include "lib/model/decimal.h"
#include "lib/model/serves.h"
#include "tools/attunesim/sim_run.h"

#define DEFAULT_LEVEL 0.8
#define PPM           1e6
#define MICRO         1e6
#define HOUR_US       3600e6
#define COST_DECIMALS 6
#define COST_MAX      INT64_C(1000000000)
#define LETTERS       26u
#define MOST_COPIES   5000u

/* Groups ------------------------------------------------------------------ */

static bool have_same_attributes(const struct att_agent_def *a, const struct att_agent_def *b)
{
        if (a->attribute_count != b->attribute_count) {
                return false;
        }
        for (uint32_t i = 0; i < a->attribute_count; i++) { /* Both sorted by key. */
                if (!att_text_equals(a->attributes[i].key, b->attributes[i].key) ||
                    !att_text_equals(a->attributes[i].value, b->attributes[i].value)) {
                        return false;
                }
        }
        return true;
}

static uint32_t limit_of(const struct att_agent_def *agent, uint32_t channel)
{
        return agent->limits ? agent->limits[channel] : ATT_LIMIT_NONE;
}

static bool are_alike(const struct att_config *config, const struct att_agent_def *a,
                      const struct att_agent_def *b)
{
        for (uint32_t i = 0; i < config->channel_count; i++) {
                if (limit_of(a, i) != limit_of(b, i)) {
                        return false;
                }
        }
        return a->kind == b->kind && a->team == b->team && a->profile == b->profile &&
               a->wrap_up_ms == b->wrap_up_ms &&
               (config->skill_count == 0 ||
                memcmp(a->levels, b->levels, config->skill_count) == 0) &&
               have_same_attributes(a, b);
}

static void write_label(uint32_t number, char *label)
{
        char letters[STAFF_LABEL_BYTES];
        size_t at = sizeof(letters);

        letters[--at] = '\0';
        do {
                letters[--at] = (char)('A' + (char)(number % LETTERS));
                number = number / LETTERS;
        } while (number-- > 0 && at > 0);
        memcpy(label, letters + at, sizeof(letters) - at);
}

static double cost_of(const struct att_agent_def *agent)
{
        int64_t micro;

        for (uint32_t i = 0; i < agent->attribute_count; i++) {
                if (att_text_equals_c(agent->attributes[i].key, "cost") &&
                    att_decimal_parse(agent->attributes[i].value, COST_DECIMALS, &micro) ==
                            ATT_DECIMAL_OK &&
                    micro > 0 && micro < COST_MAX * INT64_C(1000000)) {
                        return (double)micro / MICRO;
                }
        }
        return 1;
}

/* Whether someone takes a channel that the queue's contacts come by. */
static bool takes_channel(const struct sim_plan *plan, const struct att_agent_def *agent,
                          uint32_t queue)
{
        for (uint32_t i = 0; i < plan->stream_count; i++) {
                const struct sim_stream *stream = &plan->streams[i];
                uint32_t channel = att_config_find_channel(plan->config, stream->request.channel);

                if ((stream->queue == queue || stream->queue == ATT_NONE) &&
                    (channel == ATT_NONE || limit_of(agent, channel) != ATT_LIMIT_OFF)) {
                        return true;
                }
        }
        return false;
}

/* By any step that begins within the queue's target; profiles may make it later. */
static bool serves_soon(const struct staff_problem *problem, uint32_t agent, uint32_t queue)
{
        const struct att_config *config = problem->plan->config;
        const struct att_queue *of = &config->queues[queue];
        const struct att_agent_def *def = &config->agents[agent];
        int64_t within_ms = problem->queues[queue].within_us / 1000;

        if (def->profile != ATT_NONE &&
            config->profiles[def->profile].by_queue[queue].delay_ms > within_ms) {
                return false;
        }
        for (uint32_t i = 0; i < of->step_count && of->steps[i].after_ms <= within_ms; i++) {
                if (att_config_serves(config, agent, queue, i)) {
                        return true;
                }
        }
        return false;
}

static void begin_group(struct staff_problem *problem, uint32_t agent)
{
        const struct att_config *config = problem->plan->config;
        const struct att_agent_def *def = &config->agents[agent];
        struct staff_group *group = &problem->groups[problem->group_count];

        write_label(problem->group_count++, group->label);
        group->members = att_alloc_array(config->agent_count, sizeof(*group->members));
        group->serves = att_alloc_array(config->queue_count, sizeof(*group->serves));
        group->cost = cost_of(def);
        group->is_fixed = def->kind == ATT_AGENT_BOT;
        for (uint32_t i = 0; i < config->queue_count; i++) {
                group->serves[i] = takes_channel(problem->plan, def, i) &&
                                   serves_soon(problem, agent, i);
                group->served += group->serves[i] && problem->queues[i].has_contacts;
        }
}

static void sort_into_groups(struct staff_problem *problem)
{
        const struct att_config *config = problem->plan->config;

        problem->groups = att_alloc_array(config->agent_count, sizeof(*problem->groups));
        for (uint32_t i = 0; i < config->agent_count; i++) {
                uint32_t k = 0;

                while (k < problem->group_count &&
                       !are_alike(config, &config->agents[i],
                                  &config->agents[problem->groups[k].members[0]])) {
                        k++;
                }
                if (k == problem->group_count) {
                        begin_group(problem, i);
                }
                problem->groups[k].members[problem->groups[k].member_count++] = i;
        }
}

/* Demand ------------------------------------------------------------------ */

static bool is_always_the_same(const struct sim_plan *plan)
{
        for (uint32_t i = 0; i < plan->stream_count; i++) {
                const struct sim_stream *stream = &plan->streams[i];

                if (stream->piece_count != 1 || stream->pieces[0].from_s > 0 ||
                    stream->period_s > 0) {
                        return false;
                }
        }
        return true;
}

static void read_targets(struct staff_problem *problem)
{
        const struct sim_plan *plan = problem->plan;

        problem->queue_count = plan->config->queue_count;
        problem->queues = att_alloc_array(problem->queue_count, sizeof(*problem->queues));
        problem->targets_us = att_alloc_array(problem->queue_count, sizeof(int64_t));
        for (uint32_t i = 0; i < problem->queue_count; i++) {
                const struct att_queue *queue = &plan->config->queues[i];
                struct staff_queue *of = &problem->queues[i];

                of->is_stated = queue->service_level_ppm > 0;
                of->level = of->is_stated ? (double)queue->service_level_ppm / PPM : DEFAULT_LEVEL;
                of->within_us = of->is_stated ? queue->service_level_within_ms * 1000
                                              : plan->target_us;
                problem->targets_us[i] = of->within_us;
        }
}

/* From the plan's beginning to its end; a day, if contacts end it. */
static int64_t horizon_us(const struct sim_plan *plan)
{
        if (plan->length.is_contacts || plan->warm_up.is_contacts) {
                return SIM_DAY_US;
        }
        return plan->warm_up.us + plan->length.us;
}

double staff_expected(const struct staff_problem *problem, uint32_t queue, uint32_t interval)
{
        double day_s = (double)SIM_DAY_US / MICRO;
        double from_s = (double)(interval * problem->interval_us) / MICRO;
        double to_s = fmin(from_s + (double)problem->interval_us / MICRO, day_s);
        double end_s = (double)horizon_us(problem->plan) / MICRO;
        double sum = 0;

        for (uint32_t i = 0; i < problem->plan->stream_count; i++) {
                const struct sim_stream *stream = &problem->plan->streams[i];

                for (double day = 0; day == 0 || day + from_s < end_s; day += day_s) {
                        if (stream->queue == queue || stream->queue == ATT_NONE ||
                            queue == ATT_NONE) {
                                sum += sim_stream_expected(stream, day + from_s, day + to_s);
                        }
                }
        }
        return sum;
}

static void find_demand(struct staff_problem *problem)
{
        problem->is_asked = att_alloc_array((size_t)problem->queue_count * problem->interval_count,
                                            sizeof(*problem->is_asked));
        for (uint32_t i = 0; i < problem->queue_count; i++) {
                for (uint32_t t = 0; t < problem->interval_count; t++) {
                        bool is_asked = staff_expected(problem, i, t) > 0;

                        problem->is_asked[i * problem->interval_count + t] = is_asked;
                        problem->queues[i].has_contacts |= is_asked;
                }
        }
}

static double handle_s(const struct sim_stream *stream)
{
        double sum = 0;
        uint32_t count = 0;

        for (uint32_t i = 0; i < stream->trace.count; i++) {
                if (!isnan(stream->trace.rows[i].handle_s)) {
                        sum += stream->trace.rows[i].handle_s;
                        count++;
                }
        }
        if (count > 0) {
                return sum / count;
        }
        return stream->handle.law == SIM_NONE ? 0 : stream->handle.mean;
}

uint32_t staff_plenty(const struct staff_problem *problem)
{
        double most = 0;
        double longest_s = 0;
        double days = fmax(1, ceil((double)horizon_us(problem->plan) / (double)SIM_DAY_US));

        for (uint32_t i = 0; i < problem->plan->stream_count; i++) {
                longest_s = fmax(longest_s, handle_s(&problem->plan->streams[i]));
        }
        for (uint32_t t = 0; t < problem->interval_count; t++) {
                most = fmax(most, staff_expected(problem, ATT_NONE, t) / days /
                                          (staff_interval_hours(problem, t) * HOUR_US / MICRO));
        }
        most *= longest_s;
        return (uint32_t)fmin(10 + 2 * most + 4 * sqrt(most), MOST_COPIES);
}

double staff_patience_s(const struct staff_problem *problem, uint32_t queue)
{
        for (uint32_t i = 0; i < problem->plan->stream_count; i++) {
                const struct sim_stream *stream = &problem->plan->streams[i];

                if (stream->queue == queue && stream->patience.law != SIM_NONE &&
                    stream->patience.mean > 0) {
                        return stream->patience.mean;
                }
        }
        return (double)INFINITY;
}

/* The whole --------------------------------------------------------------- */

void staff_problem_init(struct staff_problem *problem, const struct sim_plan *plan, uint32_t jobs)
{
        *problem = (struct staff_problem){.plan = plan, .jobs = jobs};
        problem->interval_us = is_always_the_same(plan) ? SIM_DAY_US : plan->interval_us;
        problem->interval_count = (uint32_t)((SIM_DAY_US + problem->interval_us - 1) /
                                             problem->interval_us);
        read_targets(problem);
        find_demand(problem);
        sort_into_groups(problem);
}

void staff_problem_deinit(struct staff_problem *problem)
{
        for (uint32_t i = 0; i < problem->group_count; i++) {
                free(problem->groups[i].members);
                free(problem->groups[i].serves);
        }
        free(problem->groups);
        free(problem->queues);
        free(problem->is_asked);
        free(problem->targets_us);
        free(problem->agents);
        att_config_unref(problem->config);
        *problem = (struct staff_problem){0};
}

double staff_interval_hours(const struct staff_problem *problem, uint32_t interval)
{
        int64_t from_us = interval * problem->interval_us;
        int64_t to_us = att_min_i64(from_us + problem->interval_us, SIM_DAY_US);

        return (double)(to_us - from_us) / HOUR_US;
}

double staff_hours(const struct staff_problem *problem, const uint32_t *counts)
{
        double hours = 0;

        for (uint32_t i = 0; i < problem->group_count; i++) {
                for (uint32_t t = 0; t < problem->interval_count && !problem->groups[i].is_fixed;
                     t++) {
                        hours += counts[i * problem->interval_count + t] *
                                 staff_interval_hours(problem, t);
                }
        }
        return hours;
}

/* Copies of agents -------------------------------------------------------- */

static int compare_agents(const void *a, const void *b)
{
        return att_text_compare(((const struct att_agent_def *)a)->id,
                                ((const struct att_agent_def *)b)->id);
}

static uint32_t copies_of(const struct staff_problem *problem, uint32_t group)
{
        return problem->groups[group].is_fixed ? problem->groups[group].member_count
                                               : problem->copies;
}

static struct att_text write_id(struct att_arena *arena, const char *label, uint32_t number)
{
        char id[STAFF_LABEL_BYTES + 16];
        int len = snprintf(id, sizeof(id), "%s-%05u", label, number + 1);

        return att_arena_text(arena, att_text_of(id, (size_t)len));
}

/* The configuration with other people: all else is the plan's, which outlives it. */
static void make_config(struct staff_problem *problem, uint32_t copies)
{
        const struct att_config *original = problem->plan->config;
        struct att_config *config = att_config_new();
        struct att_agent_def *agents;
        uint32_t count = 0;

        problem->copies = copies;
        for (uint32_t i = 0; i < problem->group_count; i++) {
                count += copies_of(problem, i);
        }
        *config = *original;
        config->arena = (struct att_arena){0};
        config->references = 1;
        agents = att_arena_take_array(&config->arena, count, sizeof(*agents));
        config->agents = agents;
        config->agent_count = 0;
        for (uint32_t i = 0; i < problem->group_count; i++) {
                const struct staff_group *group = &problem->groups[i];

                for (uint32_t k = 0; k < copies_of(problem, i); k++) {
                        struct att_agent_def *agent = &agents[config->agent_count++];

                        *agent = original->agents[group->members[0]];
                        agent->id = group->is_fixed ? original->agents[group->members[k]].id
                                                    : write_id(&config->arena, group->label, k);
                        agent->name = agent->id;
                }
        }
        qsort(agents, config->agent_count, sizeof(*agents), compare_agents);
        att_config_seal(config);
        att_config_unref(problem->config);
        problem->config = config;
}

static void index_copies(struct staff_problem *problem)
{
        char id[STAFF_LABEL_BYTES + 16];

        free(problem->agents);
        problem->agents = att_alloc_array((size_t)problem->group_count * problem->copies,
                                          sizeof(*problem->agents));
        for (uint32_t i = 0; i < problem->group_count; i++) {
                for (uint32_t k = 0; k < problem->copies && !problem->groups[i].is_fixed; k++) {
                        int len = snprintf(id, sizeof(id), "%s-%05u", problem->groups[i].label,
                                           k + 1);

                        problem->agents[i * problem->copies + k] = att_config_find_agent(
                                problem->config, att_text_of(id, (size_t)len));
                }
        }
}

static void ensure_copies(struct staff_problem *problem, const uint32_t *counts)
{
        uint32_t most = 1;

        for (uint32_t i = 0; i < problem->group_count * problem->interval_count; i++) {
                most = counts[i] > most ? counts[i] : most;
        }
        /* Fewer agents who are never there make the engine's sets smaller. */
        if (!problem->config || most > problem->copies || most * 3 + 10 < problem->copies) {
                make_config(problem, most + most / 4 + 2);
                index_copies(problem);
        }
}

/* Simulating -------------------------------------------------------------- */

struct shifts {
        struct sim_shift *items;
        uint32_t count;
};

static void add_shifts(const struct staff_problem *problem, const uint32_t *counts, uint32_t group,
                       uint32_t interval, struct shifts *shifts)
{
        const uint32_t *of = &counts[group * problem->interval_count];
        uint32_t before = interval > 0 ? of[interval - 1] : of[problem->interval_count - 1];
        uint32_t now = of[interval];
        struct sim_shift shift = {.at_us = interval * problem->interval_us};

        /* On the first day nobody is there yet. */
        for (uint32_t k = interval > 0 ? before : 0; k < now; k++) {
                shift.agent = problem->agents[group * problem->copies + k];
                shift.kind = ATT_CMD_AGENT_READY;
                shifts->items[shifts->count++] = shift;
        }
        for (uint32_t k = now; k < before; k++) {
                shift.agent = problem->agents[group * problem->copies + k];
                shift.kind = ATT_CMD_AGENT_OFFLINE;
                shifts->items[shifts->count++] = shift;
        }
}

static void add_fixed(const struct staff_problem *problem, const struct staff_group *group,
                      struct shifts *shifts)
{
        for (uint32_t k = 0; k < group->member_count; k++) {
                struct att_text id = problem->plan->config->agents[group->members[k]].id;

                shifts->items[shifts->count++] = (struct sim_shift){
                        .agent = att_config_find_agent(problem->config, id),
                        .kind = ATT_CMD_AGENT_READY,
                };
        }
}

static struct shifts make_shifts(const struct staff_problem *problem, const uint32_t *counts)
{
        struct shifts shifts = {
                .items = att_alloc_array(((size_t)problem->interval_count + 1) *
                                                 problem->config->agent_count,
                                         sizeof(*shifts.items)),
        };

        for (uint32_t t = 0; t < problem->interval_count; t++) {
                for (uint32_t i = 0; i < problem->group_count; i++) {
                        if (!problem->groups[i].is_fixed) {
                                add_shifts(problem, counts, i, t, &shifts);
                        } else if (t == 0) {
                                add_fixed(problem, &problem->groups[i], &shifts);
                        }
                }
        }
        return shifts;
}

static void sum_up(const struct staff_problem *problem, const struct sim_outcome *outcome,
                   uint32_t queue, uint32_t interval, struct staff_result *result)
{
        uint32_t at = queue * problem->interval_count + interval;
        double within = 0;
        double offered = 0;
        double busy_s = 0;
        double span_s = 0;

        for (uint32_t i = 0; i < outcome->count; i++) {
                const struct sim_tally *tally = outcome->tallies[i];
                const struct sim_bin *bin = sim_tally_bin(tally, queue, interval);

                result->entered[at] += bin->entered;
                within += bin->within;
                offered += bin->offered;
                busy_s += bin->busy_s;
                span_s += sim_tally_bin(tally, tally->queue_count, interval)->span_s;
        }
        result->shares[at] = result->entered[at] > 0 ? within / result->entered[at] : (double)NAN;
        result->busy[at] = span_s > 0 ? busy_s / span_s : 0;
        result->per_s[at] = span_s > 0 ? offered / span_s : 0;
}

static void read_result(const struct staff_problem *problem, const struct sim_outcome *outcome,
                        struct staff_result *ret_result)
{
        size_t cells = (size_t)problem->queue_count * problem->interval_count;

        *ret_result = (struct staff_result){
                .levels = att_alloc_array(problem->queue_count, sizeof(struct sim_estimate)),
                .shares = att_alloc_array(cells, sizeof(double)),
                .entered = att_alloc_array(cells, sizeof(double)),
                .busy = att_alloc_array(cells, sizeof(double)),
                .per_s = att_alloc_array(cells, sizeof(double)),
        };
        for (uint32_t i = 0; i < problem->queue_count; i++) {
                ret_result->levels[i] = sim_outcome_queue(outcome, i, SIM_SERVICE_LEVEL);
                for (uint32_t t = 0; t < problem->interval_count; t++) {
                        sum_up(problem, outcome, i, t, ret_result);
                }
                if (problem->interval_count == 1 && !isnan(ret_result->levels[i].mean)) {
                        ret_result->shares[i] = ret_result->levels[i].mean; /* As `run` has it. */
                }
        }
}

void staff_result_deinit(struct staff_result *result)
{
        free(result->levels);
        free(result->shares);
        free(result->entered);
        free(result->busy);
        free(result->per_s);
        *result = (struct staff_result){0};
}

bool staff_simulate(struct staff_problem *problem, const uint32_t *counts, bool is_fresh,
                    struct staff_result *ret_result)
{
        const struct sim_crew crew = {.jobs = problem->jobs, .wants_series = true};
        struct sim_plan plan = *problem->plan;
        struct sim_outcome outcome = {0};
        struct shifts shifts;
        bool is_whole;

        ensure_copies(problem, counts);
        shifts = make_shifts(problem, counts);
        plan.config = problem->config;
        plan.shifts = shifts.items;
        plan.shift_count = shifts.count;
        plan.shift_period_us = problem->interval_count > 1 && shifts.count > 0 ? SIM_DAY_US : 0;
        plan.interval_us = problem->interval_us;
        plan.queue_targets_us = problem->targets_us;
        plan.values = NULL; /* They are of other people. */
        plan.seed += is_fresh ? 1 : 0;
        problem->is_broken = !sim_crew_run(&crew, &plan, &outcome) || problem->is_broken;
        problem->is_interrupted = outcome.is_interrupted || problem->is_interrupted;
        is_whole = !problem->is_broken && !problem->is_interrupted;
        if (is_whole) {
                problem->simulations++;
                read_result(problem, &outcome, ret_result);
        }
        sim_outcome_deinit(&outcome);
        free(shifts.items);
        return is_whole;
}
