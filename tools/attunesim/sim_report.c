/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/sim_report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/json.h"
#include "lib/base/util.h"

#define LABEL_WIDTH 16

/* Agents ------------------------------------------------------------------ */

enum agent_measure {
        AGENT_HANDLED,
        AGENT_OCCUPANCY,
        AGENT_MEAN_VALUE,
        AGENT_MEAN_EMOTION,
        AGENT_MEASURES
};

static const char *const agent_names[AGENT_MEASURES] = {"handled", "occupancy", "mean_value",
                                                        "mean_emotion"};

static double agent_measure(const struct sim_agent_counts *counts, enum agent_measure measure)
{
        switch (measure) {
        case AGENT_HANDLED:
                return (double)counts->handled;
        case AGENT_OCCUPANCY:
                return counts->signed_in_s > 0 ? counts->busy_s / counts->signed_in_s : (double)NAN;
        case AGENT_MEAN_VALUE:
                return counts->valued > 0 ? counts->value / (double)counts->valued : (double)NAN;
        case AGENT_MEAN_EMOTION:
                return counts->handled > 0 ? counts->emotion / (double)counts->handled
                                           : (double)NAN;
        case AGENT_MEASURES:
                break;
        }
        return (double)NAN;
}

static struct sim_estimate estimate_agent(const struct sim_outcome *outcome, uint32_t agent,
                                          enum agent_measure measure)
{
        double *values = att_alloc_array(outcome->count, sizeof(*values));
        struct sim_estimate estimate;

        for (uint32_t i = 0; i < outcome->count; i++) {
                values[i] = agent_measure(sim_tally_agent(outcome->tallies[i], agent), measure);
        }
        estimate = sim_estimate_of(values, outcome->count);
        free(values);
        return estimate;
}

/* Speed ------------------------------------------------------------------- */

struct speed {
        double cpu_s;
        double commands;
        double contacts;
};

static struct speed speed_of(const struct sim_outcome *outcome)
{
        struct speed speed = {0};

        for (uint32_t i = 0; i < outcome->count; i++) {
                speed.cpu_s += outcome->tallies[i]->cpu_s;
                speed.commands += (double)outcome->tallies[i]->commands;
                speed.contacts += (double)outcome->tallies[i]->contacts;
        }
        return speed;
}

static double per_second(double count, double seconds)
{
        return seconds > 0 ? count / seconds : 0;
}

/* JSON -------------------------------------------------------------------- */

static void write_estimate(struct att_json *json, const char *name, struct sim_estimate estimate)
{
        if (isnan(estimate.mean)) {
                return; /* Nothing to say: no values were given, nobody waited ... */
        }
        att_json_key(json, name);
        att_json_begin_object(json);
        att_json_key(json, "mean");
        att_json_double(json, estimate.mean);
        att_json_key(json, "ci95");
        att_json_double(json, estimate.ci95);
        att_json_end_object(json);
}

static void write_queues(struct att_json *json, const struct sim_plan *plan,
                         const struct sim_outcome *outcome)
{
        att_json_key(json, "queues");
        att_json_begin_object(json);
        for (uint32_t i = 0; i < plan->config->queue_count; i++) {
                att_json_key_text(json, plan->config->queues[i].name);
                att_json_begin_object(json);
                for (int k = 0; k < SIM_MEASURE_COUNT; k++) {
                        write_estimate(json, sim_measure_name((enum sim_measure)k),
                                       sim_outcome_queue(outcome, i, (enum sim_measure)k));
                }
                att_json_end_object(json);
        }
        att_json_end_object(json);
}

static void write_agents(struct att_json *json, const struct sim_plan *plan,
                         const struct sim_outcome *outcome)
{
        att_json_key(json, "agents");
        att_json_begin_object(json);
        for (uint32_t i = 0; i < plan->config->agent_count; i++) {
                att_json_key_text(json, plan->config->agents[i].id);
                att_json_begin_object(json);
                for (int k = 0; k < AGENT_MEASURES; k++) {
                        write_estimate(json, agent_names[k],
                                       estimate_agent(outcome, i, (enum agent_measure)k));
                }
                att_json_end_object(json);
        }
        att_json_end_object(json);
}

void sim_report_json(const struct sim_plan *plan, const struct sim_outcome *outcome,
                     struct att_buffer *into)
{
        struct speed speed = speed_of(outcome);
        struct att_json json;

        att_json_init(&json, into);
        att_json_begin_object(&json);
        att_json_key(&json, "seed");
        att_json_int(&json, (int64_t)plan->seed);
        att_json_key(&json, "replications");
        att_json_int(&json, outcome->count);
        att_json_key(&json, "interrupted");
        att_json_bool(&json, outcome->is_interrupted);
        att_json_key(&json, "total");
        att_json_begin_object(&json);
        for (int k = 0; k < SIM_MEASURE_COUNT; k++) {
                write_estimate(&json, sim_measure_name((enum sim_measure)k),
                               sim_outcome_total(outcome, (enum sim_measure)k));
        }
        att_json_end_object(&json);
        write_queues(&json, plan, outcome);
        write_agents(&json, plan, outcome);
        att_json_key(&json, "commands_per_second");
        att_json_double(&json, per_second(speed.commands, speed.cpu_s));
        att_json_key(&json, "contacts_per_second");
        att_json_double(&json, per_second(speed.contacts, speed.cpu_s));
        att_json_end_object(&json);
        att_buffer_append_byte(into, '\n');
}

/* Tables ------------------------------------------------------------------ */

enum cell_kind { IS_COUNT, IS_SHARE, IS_FIGURE };

/* What a person looks at first. */
static const struct {
        enum sim_measure measure;
        const char *title;
        enum cell_kind kind;
} columns[] = {
        {SIM_OFFERED, "offered", IS_COUNT},
        {SIM_P_BLOCK, "blocked", IS_SHARE},
        {SIM_P_ABANDON, "abandoned", IS_SHARE},
        {SIM_P_WAIT, "wait", IS_SHARE},
        {SIM_MEAN_WAIT_S, "mean wait s", IS_FIGURE},
        {SIM_LONGEST_WAIT_S, "longest s", IS_FIGURE},
        {SIM_SERVICE_LEVEL, "in target", IS_SHARE},
        {SIM_OCCUPANCY, "occupancy", IS_SHARE},
        {SIM_MEAN_VALUE, "value", IS_FIGURE},
        {SIM_POSITIVE_SHARE, "positive", IS_SHARE},
        {SIM_STRAIN_TENTH, "strain of 10th", IS_FIGURE},
};

#define CELL_WIDTH 15

static void write_cell(struct att_buffer *into, struct sim_estimate estimate, enum cell_kind kind)
{
        char text[64];
        double scale = kind == IS_SHARE ? 100 : 1;
        double size = fabs(estimate.mean * scale);
        const char *unit = kind == IS_SHARE ? "%" : "";
        int decimals = kind == IS_COUNT                 ? 0
                       : kind == IS_SHARE || size >= 10 ? 2
                       : size >= 0.1                    ? 3
                                                        : 5;

        if (isnan(estimate.mean)) {
                (void)snprintf(text, sizeof(text), "-");
        } else if (isnan(estimate.ci95) || estimate.ci95 <= 0) {
                (void)snprintf(text, sizeof(text), "%.*f%s", decimals, estimate.mean * scale, unit);
        } else {
                (void)snprintf(text, sizeof(text), "%.*f +-%.*f%s", decimals, estimate.mean * scale,
                               decimals, estimate.ci95 * scale, unit);
        }
        att_buffer_printf(into, " %*s", CELL_WIDTH, text);
}

static void write_line(struct att_buffer *into, const struct sim_outcome *outcome,
                       struct att_text label, const bool *is_shown, bool is_total, uint32_t queue)
{
        att_buffer_printf(into, "%-*.*s", LABEL_WIDTH,
                          (int)(label.len < LABEL_WIDTH ? label.len : LABEL_WIDTH), label.data);
        for (size_t i = 0; i < ATT_ARRAY_LEN(columns); i++) {
                if (is_shown[i]) {
                        write_cell(into,
                                   is_total ? sim_outcome_total(outcome, columns[i].measure)
                                            : sim_outcome_queue(outcome, queue, columns[i].measure),
                                   columns[i].kind);
                }
        }
        att_buffer_append_byte(into, '\n');
}

void sim_report_table(const struct sim_plan *plan, const struct sim_outcome *outcome,
                      struct att_buffer *into)
{
        struct speed speed = speed_of(outcome);
        bool is_shown[ATT_ARRAY_LEN(columns)];

        att_buffer_printf(into,
                          "%u of %u replications, %.0f contacts; +- is the 95 %% interval\n\n",
                          outcome->count, outcome->wanted, speed.contacts);
        att_buffer_printf(into, "%-*s", LABEL_WIDTH, "queue");
        for (size_t i = 0; i < ATT_ARRAY_LEN(columns); i++) {
                is_shown[i] = !isnan(sim_outcome_total(outcome, columns[i].measure).mean) &&
                              (columns[i].measure != SIM_P_BLOCK || plan->lines > 0);
                if (is_shown[i]) {
                        att_buffer_printf(into, " %*s", CELL_WIDTH, columns[i].title);
                }
        }
        att_buffer_append_byte(into, '\n');
        for (uint32_t i = 0; i < plan->config->queue_count; i++) {
                write_line(into, outcome, plan->config->queues[i].name, is_shown, false, i);
        }
        write_line(into, outcome, ATT_TEXT("all"), is_shown, true, 0);
        att_buffer_printf(into, "\n%.0f contacts and %.0f commands a second of CPU\n",
                          per_second(speed.contacts, speed.cpu_s),
                          per_second(speed.commands, speed.cpu_s));
        for (uint32_t i = 0; i < outcome->count; i++) {
                if (outcome->tallies[i]->refused > 0) {
                        att_buffer_printf(into, "the engine refused %llu commands; the first: %s\n",
                                          (unsigned long long)outcome->tallies[i]->refused,
                                          outcome->tallies[i]->refusal);
                        break;
                }
        }
}
