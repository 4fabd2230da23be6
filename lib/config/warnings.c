/* SPDX-License-Identifier: Apache-2.0 */
/* What is legal, but surely unmeant. On a configuration without errors, before it is sealed. */
#include "lib/base/util.h"
#include "lib/config/compiler.h"
#include "lib/model/limits.h"
#include "lib/model/serves.h"

/* Staffing ---------------------------------------------------------------- */

static bool has_team(const struct att_step *step, uint32_t team)
{
        for (uint32_t i = 0; i < step->team_count; i++) {
                if (step->teams[i] == team) {
                        return true;
                }
        }
        return step->team_count == 0;
}

static bool has_channel(const struct compiler *compiler, const struct att_agent_def *agent)
{
        const uint32_t channel_count = compiler->names[ATT_NOUN_CHANNEL].count;

        for (uint32_t i = 0; agent->limits && i < channel_count; i++) {
                if (agent->limits[i] != ATT_LIMIT_OFF) {
                        return true;
                }
        }
        return !agent->limits;
}

/* Whether an agent could ever take a contact of a queue, at any of its steps, channels apart. */
static bool can_serve(const struct compiler *compiler, const struct att_agent_def *agent,
                      uint32_t queue_index)
{
        const struct att_queue *queue = &compiler->drafts.queues[queue_index];

        if (agent->profile != ATT_NONE &&
            compiler->drafts.profiles[agent->profile].by_queue[queue_index].rank == 0) {
                return false;
        }
        for (uint32_t i = 0; i < queue->step_count; i++) {
                if (att_agent_meets(agent, queue, &queue->steps[i])) {
                        return true;
                }
        }
        return false;
}

static bool moves_on(const struct att_queue *queue)
{
        return queue->steps[queue->step_count - 1].move_to != ATT_NONE;
}

static void warn_of_queues(struct compiler *compiler)
{
        const struct names *queues = &compiler->names[ATT_NOUN_QUEUE];
        const uint32_t agent_count = compiler->names[ATT_NOUN_AGENT].count;

        for (uint32_t i = 0; i < queues->count; i++) {
                bool is_served = moves_on(&compiler->drafts.queues[i]);

                for (uint32_t a = 0; a < agent_count && !is_served; a++) {
                        is_served = has_channel(compiler, &compiler->drafts.agents[a]) &&
                                    can_serve(compiler, &compiler->drafts.agents[a], i);
                }
                if (!is_served) {
                        att_config_errors_warn(compiler->errors, queues->items[i]->key->place,
                                               "no agent can serve queue '%.*s'%s",
                                               ATT_TEXT_ARGS(queues->items[i]->name),
                                               compiler->drafts.queues[i].step_count > 1
                                                       ? ", not even at its last step"
                                                       : "");
                }
        }
}

static void warn_of_agents(struct compiler *compiler)
{
        const struct names *agents = &compiler->names[ATT_NOUN_AGENT];
        const uint32_t queue_count = compiler->names[ATT_NOUN_QUEUE].count;

        for (uint32_t a = 0; a < agents->count && queue_count > 0; a++) {
                bool is_useful = false;

                for (uint32_t i = 0; i < queue_count && !is_useful; i++) {
                        is_useful = can_serve(compiler, &compiler->drafts.agents[a], i);
                }
                if (!is_useful) {
                        att_config_errors_warn(compiler->errors, agents->items[a]->key->place,
                                               "agent '%.*s' can serve no queue",
                                               ATT_TEXT_ARGS(agents->items[a]->name));
                }
        }
}

/* The agent who works on no channel at all. */
static void warn_of_channelless_agents(struct compiler *compiler)
{
        const struct names *agents = &compiler->names[ATT_NOUN_AGENT];

        for (uint32_t a = 0; a < agents->count; a++) {
                if (!has_channel(compiler, &compiler->drafts.agents[a])) {
                        att_config_errors_warn(compiler->errors, agents->items[a]->key->place,
                                               "agent '%.*s' works on no channel",
                                               ATT_TEXT_ARGS(agents->items[a]->name));
                }
        }
}

static void warn_of_skills(struct compiler *compiler)
{
        const struct names *skills = &compiler->names[ATT_NOUN_SKILL];
        const uint32_t agent_count = compiler->names[ATT_NOUN_AGENT].count;

        for (uint32_t i = 0; i < skills->count; i++) {
                bool is_had = false;

                for (uint32_t a = 0; a < agent_count && !is_had; a++) {
                        is_had = compiler->drafts.agents[a].levels[i] > 0;
                }
                if (!is_had) {
                        att_config_errors_warn(compiler->errors, skills->items[i]->key->place,
                                               "no agent has skill '%.*s'",
                                               ATT_TEXT_ARGS(skills->items[i]->name));
                }
        }
}

/* Steps ------------------------------------------------------------------- */

static uint32_t level_of(const struct att_requirement *requires, uint32_t count, uint32_t skill)
{
        for (uint32_t i = 0; i < count; i++) {
                if (requires[i].skill == skill) {
                        return requires[i].level;
                }
        }
        return 0;
}

static bool lowers_a_level(const struct att_step *before, const struct att_step *step)
{
        for (uint32_t i = 0; i < before->requires_count; i++) {
                if (level_of(step->requires, step->requires_count, before->requires[i].skill) <
                    before->requires[i].level) {
                        return true;
                }
        }
        return false;
}

static bool raises_a_level(const struct att_step *before, const struct att_step *step)
{
        return lowers_a_level(step, before);
}

static bool has_same_any_of(const struct att_step *before, const struct att_step *step)
{
        if (before->any_of_count != step->any_of_count) {
                return false;
        }
        for (uint32_t i = 0; i < step->any_of_count; i++) {
                if (before->any_of[i].skill != step->any_of[i].skill ||
                    before->any_of[i].level != step->any_of[i].level) {
                        return false;
                }
        }
        return true;
}

static bool has_same_teams(const struct att_step *before, const struct att_step *step)
{
        if (before->team_count != step->team_count) {
                return false;
        }
        for (uint32_t i = 0; i < step->team_count; i++) {
                if (!has_team(before, step->teams[i])) {
                        return false;
                }
        }
        return true;
}

/* Whether a step lets in someone whom the one before kept out, as far as teams go. */
static bool widens_teams(const struct att_step *before, const struct att_step *step)
{
        if (before->team_count == 0) {
                return false;
        }
        for (uint32_t i = 0; i < step->team_count; i++) {
                if (!has_team(before, step->teams[i])) {
                        return true;
                }
        }
        return step->team_count == 0;
}

static void warn_of_step(struct compiler *compiler, const struct att_yaml_node *node,
                         const struct att_step *before, const struct att_step *step)
{
        const bool is_same = !lowers_a_level(before, step) && !raises_a_level(before, step) &&
                             has_same_any_of(before, step) && has_same_teams(before, step);
        const bool acts_otherwise = step->move_to != ATT_NONE ||
                                    step->priority_milli != before->priority_milli ||
                                    step->skip_unstaffed;

        if (is_same && !acts_otherwise) {
                att_config_errors_warn(compiler->errors, node->place,
                                       "this step loosens nothing: it is as the one before");
        } else if (!is_same && !acts_otherwise && has_same_any_of(before, step) &&
                   !lowers_a_level(before, step) && !widens_teams(before, step)) {
                att_config_errors_warn(compiler->errors, node->place,
                                       "this step loosens nothing: it asks for more than the one "
                                       "before");
        }
}

/* Where both fall due at one instant the step comes first: too late for an offer, but
 * not to move. A step after one that is passed over when unstaffed comes at any time. */
static bool comes_too_late(const struct att_queue *queue, const struct att_step *step)
{
        return step->move_to == ATT_NONE ? step->after_ms >= queue->max_wait_ms
                                         : step->after_ms > queue->max_wait_ms;
}

static void warn_of_steps_of(struct compiler *compiler, uint32_t queue_index)
{
        const struct att_queue *queue = &compiler->drafts.queues[queue_index];
        const struct att_yaml_node **nodes = compiler->step_nodes[queue_index];
        bool has_moved = false;
        bool is_passed_over = queue->steps[0].skip_unstaffed; /* The step before, at times. */

        for (uint32_t i = 1; i < queue->step_count; i++) {
                const struct att_step *step = &queue->steps[i];

                warn_of_step(compiler, nodes[i], &queue->steps[i - 1], step);
                if (has_moved) {
                        att_config_errors_warn(compiler->errors, nodes[i]->place,
                                               "never reached: a step before moves the contact to "
                                               "another queue");
                } else if (comes_too_late(queue, step) && !is_passed_over) {
                        att_config_errors_warn(compiler->errors, nodes[i]->place,
                                               "never reached: the queue's max_wait is over by "
                                               "then");
                }
                has_moved |= step->move_to != ATT_NONE;
                is_passed_over = step->skip_unstaffed &&
                                 (is_passed_over || !comes_too_late(queue, step));
        }
}

static const struct att_yaml_node *find_in_queue(const struct compiler *compiler, uint32_t queue,
                                                 const char *key)
{
        return att_yaml_find(compiler->names[ATT_NOUN_QUEUE].items[queue]->value, key);
}

static void warn_of_useless_keys(struct compiler *compiler, uint32_t queue_index)
{
        static const char *const need_hours[] = {"when_closed", "at_closing"};
        const struct att_queue *queue = &compiler->drafts.queues[queue_index];
        const struct att_yaml_node *skip = find_in_queue(compiler, queue_index, "skip");

        for (size_t i = 0; i < ATT_ARRAY_LEN(need_hours); i++) {
                const struct att_yaml_node *node = find_in_queue(compiler, queue_index,
                                                                 need_hours[i]);

                if (node && queue->hours == ATT_NONE) {
                        att_config_errors_warn(compiler->errors, node->place,
                                               "%s does nothing: the queue has no 'hours'",
                                               need_hours[i]);
                }
        }
        if (queue->at_closing == ATT_AT_CLOSING_OVERFLOW && queue->hours != ATT_NONE &&
            queue->when_closed.kind == ATT_OVERFLOW_NONE &&
            queue->overflow.kind == ATT_OVERFLOW_NONE) {
                att_config_errors_warn(compiler->errors,
                                       find_in_queue(compiler, queue_index, "at_closing")->place,
                                       "at_closing does nothing: neither 'when_closed' nor "
                                       "'overflow' says where they go");
        }
        if (skip && queue->step_count == 1 && queue->steps[0].skip_unstaffed) {
                att_config_errors_warn(compiler->errors, skip->place,
                                       "skip does nothing: there is no step to go on to");
        }
}

/* Rules ------------------------------------------------------------------- */

static void warn_of_tiers(struct compiler *compiler)
{
        const struct names *tiers = &compiler->names[ATT_NOUN_TIER];

        for (uint32_t i = 1; i < tiers->count; i++) {
                for (uint32_t j = 0; j < i; j++) {
                        if (conditions_imply(&compiler->drafts.tiers[i].when,
                                             &compiler->drafts.tiers[j].when)) {
                                att_config_errors_warn(
                                        compiler->errors, tiers->items[i]->key->place,
                                        "no customer is ever '%.*s': all of them are '%.*s' "
                                        "before, and the first tier that matches wins",
                                        ATT_TEXT_ARGS(tiers->items[i]->name),
                                        ATT_TEXT_ARGS(tiers->items[j]->name));
                                break;
                        }
                }
        }
}

/* Rules compared with all before them: enough for what people write, bounded for what they don't. */
#define RULES_COMPARED_MAX 1000

static void warn_of_intake(struct compiler *compiler)
{
        const struct att_intake_rule *rules = compiler->drafts.intake;
        const uint32_t count = compiler->config->intake_count;

        for (uint32_t i = 1; i < count && count <= RULES_COMPARED_MAX; i++) {
                for (uint32_t j = 0; j < i; j++) {
                        const bool hides_queue = rules[i].queue != ATT_NONE &&
                                                 rules[j].queue != ATT_NONE;
                        const bool hides_intent = rules[i].intent != ATT_NONE &&
                                                  rules[j].intent != ATT_NONE;

                        if (!(hides_queue || hides_intent) ||
                            !conditions_imply(&rules[i].when, &rules[j].when)) {
                                continue;
                        }
                        att_config_errors_warn(compiler->errors, compiler->intake_nodes[i]->place,
                                               "this rule's %s never counts: whatever it matches, "
                                               "the rule on line %u matches before",
                                               hides_queue ? "queue" : "intent", rules[j].line);
                        break;
                }
        }
}

/* Profiles ---------------------------------------------------------------- */

static void warn_of_profiles(struct compiler *compiler)
{
        const struct names *profiles = &compiler->names[ATT_NOUN_PROFILE];
        const uint32_t queue_count = compiler->names[ATT_NOUN_QUEUE].count;

        for (uint32_t i = 0; i < profiles->count; i++) {
                const struct att_profile_entry *entries = compiler->drafts.profiles[i].by_queue;
                bool orders = false;
                bool serves = false;

                for (uint32_t q = 0; q < queue_count; q++) {
                        orders |= entries[q].rank != 1 || entries[q].delay_ms > 0;
                        serves |= entries[q].rank > 0;
                }
                if (!serves) {
                        att_config_errors_warn(compiler->errors, profiles->items[i]->key->place,
                                               "profile '%.*s' serves no queue",
                                               ATT_TEXT_ARGS(profiles->items[i]->name));
                } else if (!orders && queue_count > 1) {
                        att_config_errors_warn(compiler->errors, profiles->items[i]->key->place,
                                               "profile '%.*s' is as having none: every queue, all "
                                               "with rank 1",
                                               ATT_TEXT_ARGS(profiles->items[i]->name));
                }
        }
}

void compiler_warn(struct compiler *compiler)
{
        warn_of_queues(compiler);
        warn_of_agents(compiler);
        warn_of_channelless_agents(compiler);
        warn_of_skills(compiler);
        for (uint32_t i = 0; i < compiler->names[ATT_NOUN_QUEUE].count; i++) {
                warn_of_steps_of(compiler, i);
                warn_of_useless_keys(compiler, i);
        }
        warn_of_tiers(compiler);
        warn_of_intake(compiler);
        warn_of_profiles(compiler);
}
