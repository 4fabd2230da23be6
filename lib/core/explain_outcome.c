/* SPDX-License-Identifier: Apache-2.0 */
/* From what the outcome term of an agent comes: the audit trail of what feedback taught. */
#include "lib/base/util.h"
#include "lib/core/explain_work.h"
#include "lib/core/fit.h"

static bool names_skill(const struct att_requirement *items, uint32_t count, uint32_t skill)
{
        for (uint32_t i = 0; i < count; i++) {
                if (items[i].skill == skill && items[i].level > 0) {
                        return true;
                }
        }
        return false;
}

/* At any of its steps, or as a preference. */
static bool queue_asks(const struct att_queue *queue, uint32_t skill)
{
        for (uint32_t s = 0; s < queue->step_count; s++) {
                const struct att_step *step = &queue->steps[s];
                if (names_skill(step->requires, step->requires_count, skill) ||
                    names_skill(step->any_of, step->any_of_count, skill)) {
                        return true;
                }
        }
        for (uint32_t i = 0; i < queue->prefer_count; i++) {
                if (queue->prefers[i].skill == skill) {
                        return true;
                }
        }
        return false;
}

static struct record record_of(const struct agent *agent, uint32_t queue_name)
{
        for (uint32_t i = 0; i < agent->record_count; i++) {
                if (agent->records[i].queue_name == queue_name) {
                        return agent->records[i];
                }
        }
        return (struct record){.queue_name = queue_name};
}

static struct att_explain_outcome_row row_of(const struct att_core *core, const struct agent *agent,
                                             uint32_t queue)
{
        const struct att_policy *policy = queue_policy(core, queue);
        const struct record *all = &core->queue_records[core->queues[queue].name];
        struct record own = record_of(agent, core->queues[queue].name);
        return (struct att_explain_outcome_row){
                .queue = queue_name(core, queue),
                .prior_ppm = policy->outcome_prior_ppm,
                .weight = policy->outcome_weight,
                .all_successes = all->successes,
                .all_count = all->count,
                .expected_ppm = core->expected_ppm[queue],
                .successes = own.successes,
                .count = own.count,
                .outcome_ppm = fit_outcome_of(core, queue, agent),
        };
}

/* ---- Sentences ---- */

static void put_share(struct att_buffer *into, int64_t ppm)
{
        words_number(into, ppm / 1000, 3);
}

static void put_head(struct att_buffer *into, const struct att_explain_outcome *outcome)
{
        att_buffer_printf(into, "outcome of %.*s", ATT_TEXT_ARGS(outcome->agent));
        if (!att_text_is_empty(outcome->skill)) {
                att_buffer_printf(into, " in queues that ask for %.*s",
                                  ATT_TEXT_ARGS(outcome->skill));
        }
        att_buffer_printf(into, ": %llu of %llu contacts with feedback went well\n",
                          (unsigned long long)outcome->successes,
                          (unsigned long long)outcome->count);
}

static void put_row(struct att_buffer *into, const struct att_explain_outcome_row *row)
{
        att_buffer_printf(into, "queue %.*s: ", ATT_TEXT_ARGS(row->queue));
        put_share(into, row->outcome_ppm);
        att_buffer_printf(into, " = (%u x ", row->weight);
        put_share(into, row->expected_ppm);
        att_buffer_printf(into, " expected + %u that went well) / (%u + %u with feedback)\n",
                          row->successes, row->weight, row->count);
        att_buffer_append_c(into, "  expected there: ");
        put_share(into, row->expected_ppm);
        att_buffer_printf(into, " = (%u x ", row->weight);
        put_share(into, row->prior_ppm);
        att_buffer_printf(into, " prior + %u) / (%u + %u) of everybody's contacts\n",
                          row->all_successes, row->weight, row->all_count);
}

static void put_text(struct att_buffer *into, const struct att_explain_outcome *outcome)
{
        put_head(into, outcome);
        for (uint32_t i = 0; i < outcome->row_count; i++) {
                put_row(into, &outcome->rows[i]);
        }
        if (outcome->more_rows > 0) {
                att_buffer_printf(into, "and %u more queues\n", outcome->more_rows);
        }
        if (outcome->row_count == 0) {
                att_buffer_append_c(into, "no queue asks for it\n");
        }
}

/* ---- Names ---- */

static bool say_unknown(struct att_arena *arena, const char *noun, struct att_text name,
                        struct att_text nearest, struct att_explanation *ret_why)
{
        struct att_buffer words = {0};
        att_buffer_printf(&words, "there is no %s '%.*s'", noun, ATT_TEXT_ARGS(name));
        *ret_why = (struct att_explanation){.text = att_arena_text(arena, att_buffer_text(&words)),
                                            .nearest = nearest};
        att_buffer_deinit(&words);
        return false;
}

struct asked {
        const struct agent *agent;
        uint32_t skill; /* ATT_NONE: any. */
        uint32_t queue; /* ATT_NONE: all. */
};

static bool find_asked(const struct att_core *core, struct att_text agent, struct att_text skill,
                       struct att_text queue, struct att_arena *arena, struct asked *ret_asked,
                       struct att_explanation *ret_why)
{
        *ret_asked = (struct asked){
                .agent = agent_find(core, agent),
                .skill = att_config_find_skill(core->config, skill),
                .queue = att_config_find_queue(core->config, queue),
        };
        if (!ret_asked->agent) {
                return say_unknown(arena, "agent", agent,
                                   att_config_nearest_agent(core->config, agent), ret_why);
        }
        if (!att_text_is_empty(skill) && ret_asked->skill == ATT_NONE) {
                return say_unknown(arena, "skill", skill,
                                   att_config_nearest_skill(core->config, skill), ret_why);
        }
        if (!att_text_is_empty(queue) && ret_asked->queue == ATT_NONE) {
                return say_unknown(arena, "queue", queue,
                                   att_config_nearest_queue(core->config, queue), ret_why);
        }
        return true;
}

static bool is_asked(const struct att_core *core, const struct asked *asked, uint32_t queue)
{
        return (asked->queue == ATT_NONE || asked->queue == queue) &&
               (asked->skill == ATT_NONE || queue_asks(&core->config->queues[queue], asked->skill));
}

bool att_core_explain_outcome(const struct att_core *core, struct att_text agent,
                              struct att_text skill, struct att_text queue, struct att_arena *arena,
                              struct att_explanation *ret_why)
{
        struct asked asked;
        struct att_buffer words = {0};
        *ret_why = (struct att_explanation){.text = ATT_TEXT("there is no configuration yet")};
        if (!core->config || !find_asked(core, agent, skill, queue, arena, &asked, ret_why)) {
                return false;
        }
        struct att_explain_outcome *outcome = att_arena_take(arena, sizeof(*outcome));
        struct att_explain_outcome_row *rows = att_arena_take_array(arena, ATT_EXPLAIN_QUEUES_MAX,
                                                                    sizeof(*rows));
        outcome->agent = asked.agent->id;
        outcome->skill = att_arena_text(arena, skill);
        outcome->rows = rows;
        for (uint32_t q = 0; q < core->queue_count; q++) {
                if (!is_asked(core, &asked, q)) {
                        continue;
                }
                struct att_explain_outcome_row row = row_of(core, asked.agent, q);
                outcome->successes += row.successes;
                outcome->count += row.count;
                if (outcome->row_count < ATT_EXPLAIN_QUEUES_MAX) {
                        rows[outcome->row_count++] = row;
                } else {
                        outcome->more_rows++;
                }
        }
        put_text(&words, outcome);
        *ret_why = (struct att_explanation){
                .text = att_arena_text(arena, att_buffer_text(&words)),
                .outcome = outcome,
        };
        att_buffer_deinit(&words);
        return true;
}
