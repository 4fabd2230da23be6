/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/model/config_digest.h"

#include <stddef.h>

/* A configuration on its way into a digest. */
struct digestion {
        const struct att_config *config;
        struct att_digester digester;
};

static void add_number(struct digestion *digestion, int64_t number)
{
        att_digester_add_i64(&digestion->digester, number);
}

static void add_text(struct digestion *digestion, struct att_text text)
{
        att_digester_add_text(&digestion->digester, text);
}

/* References: the name, and before it whether there is one. ------------------------------------ */

static void add_reference(struct digestion *digestion, bool is_there, struct att_text name)
{
        add_number(digestion, is_there);
        add_text(digestion, name);
}

static void add_skill_name(struct digestion *digestion, uint32_t skill)
{
        add_text(digestion, digestion->config->skills[skill].name);
}

static void add_queue_name(struct digestion *digestion, uint32_t queue)
{
        const bool is_there = queue != ATT_NONE;

        add_reference(digestion, is_there,
                      is_there ? digestion->config->queues[queue].name : ATT_TEXT_NONE);
}

/* Parts --------------------------------------------------------------------------------------- */

static void add_requirements(struct digestion *digestion, const struct att_requirement *requires,
                             uint32_t count)
{
        add_number(digestion, count);
        for (uint32_t i = 0; i < count; i++) {
                add_skill_name(digestion, requires[i].skill);
                add_number(digestion, requires[i].level);
        }
}

static void add_preferences(struct digestion *digestion, const struct att_preference *prefers,
                            uint32_t count)
{
        add_number(digestion, count);
        for (uint32_t i = 0; i < count; i++) {
                add_skill_name(digestion, prefers[i].skill);
                add_number(digestion, prefers[i].weight_milli);
        }
}

static void add_pairs(struct digestion *digestion, const struct att_pair *pairs, uint32_t count)
{
        add_number(digestion, count);
        for (uint32_t i = 0; i < count; i++) {
                add_text(digestion, pairs[i].key);
                add_text(digestion, pairs[i].value);
        }
}

static void add_texts(struct digestion *digestion, const struct att_text *texts, uint32_t count)
{
        add_number(digestion, count);
        for (uint32_t i = 0; i < count; i++) {
                add_text(digestion, texts[i]);
        }
}

static void add_conditions(struct digestion *digestion, const struct att_conditions *conditions)
{
        add_number(digestion, conditions->count);
        for (uint32_t i = 0; i < conditions->count; i++) {
                const struct att_condition *condition = &conditions->items[i];

                add_number(digestion, condition->field);
                add_text(digestion, condition->attribute);
                add_number(digestion, condition->op);
                add_texts(digestion, condition->values, condition->value_count);
                add_number(digestion, condition->number_micro);
        }
}

static void add_overflow(struct digestion *digestion, const struct att_overflow *overflow)
{
        add_number(digestion, overflow->kind);
        add_queue_name(digestion,
                       overflow->kind == ATT_OVERFLOW_QUEUE ? overflow->queue : ATT_NONE);
        add_number(digestion, overflow->callback_ms);
        add_text(digestion, overflow->message);
}

/* Nouns --------------------------------------------------------------------------------------- */

static void add_skill(struct digestion *digestion, const struct att_skill *skill)
{
        add_text(digestion, skill->name);
        add_text(digestion, skill->title);
        add_number(digestion, skill->kind);
}

static void add_channel(struct digestion *digestion, const struct att_channel *channel)
{
        const struct att_config *config = digestion->config;

        add_text(digestion, channel->name);
        add_number(digestion, channel->units);
        add_number(digestion, channel->offer_timeout_ms);
        add_number(digestion, channel->wrap_up_ms);
        add_number(digestion, channel->auto_accept);
        add_number(digestion, channel->exclusive);
        for (uint32_t i = 0; i < config->channel_count; i++) {
                if ((channel->interrupts >> i) & 1) {
                        add_text(digestion, config->channels[i].name);
                }
        }
        add_number(digestion, -1);
}

static void add_tier(struct digestion *digestion, const struct att_tier *tier)
{
        add_text(digestion, tier->name);
        add_number(digestion, tier->value_ppm);
        add_number(digestion, tier->points_milli);
        add_conditions(digestion, &tier->when);
}

static void add_profile(struct digestion *digestion, const struct att_profile *profile)
{
        add_text(digestion, profile->name);
        for (uint32_t i = 0; i < digestion->config->queue_count; i++) {
                if (profile->by_queue[i].rank != 0) {
                        add_queue_name(digestion, i);
                        add_number(digestion, profile->by_queue[i].rank);
                        add_number(digestion, profile->by_queue[i].delay_ms);
                }
        }
        add_queue_name(digestion, ATT_NONE);
}

static void add_agent_channels(struct digestion *digestion, const struct att_agent_def *agent)
{
        const struct att_config *config = digestion->config;

        add_number(digestion, agent->limits != NULL);
        if (agent->limits) {
                for (uint32_t i = 0; i < config->channel_count; i++) {
                        add_text(digestion, config->channels[i].name);
                        add_number(digestion, agent->limits[i]);
                }
        }
        add_number(digestion, agent->address_count);
        for (uint32_t i = 0; i < agent->address_count; i++) {
                add_text(digestion, config->channels[agent->addresses[i].channel].name);
                add_text(digestion, agent->addresses[i].address);
        }
}

static void add_agent(struct digestion *digestion, const struct att_agent_def *agent)
{
        const struct att_config *config = digestion->config;
        const bool has_team = agent->team != ATT_NONE;
        const bool has_profile = agent->profile != ATT_NONE;

        add_text(digestion, agent->id);
        add_text(digestion, agent->name);
        add_number(digestion, agent->kind);
        add_reference(digestion, has_team,
                      has_team ? config->teams[agent->team].name : ATT_TEXT_NONE);
        add_reference(digestion, has_profile,
                      has_profile ? config->profiles[agent->profile].name : ATT_TEXT_NONE);
        for (uint32_t i = 0; i < config->skill_count; i++) {
                if (agent->levels[i] != 0) {
                        add_skill_name(digestion, i);
                        add_number(digestion, agent->levels[i]);
                }
        }
        add_number(digestion, -1);
        add_agent_channels(digestion, agent);
        add_number(digestion, agent->wrap_up_ms);
        add_pairs(digestion, agent->attributes, agent->attribute_count);
}

static void add_policy(struct digestion *digestion, const struct att_policy *policy)
{
        add_text(digestion, policy->name);
        for (uint32_t i = 0; i < ATT_FIT_TERM_COUNT; i++) {
                add_number(digestion, policy->fit_milli[i]);
        }
        add_number(digestion, policy->slope_milli_per_hour);
        add_number(digestion, policy->urgent_slope_milli_per_hour);
        add_number(digestion, policy->cap_milli);
        add_number(digestion, policy->value_milli);
        add_number(digestion, policy->emotion_milli);
        add_number(digestion, policy->recovery_milli);
        add_number(digestion, policy->fit_points_milli);
        add_number(digestion, policy->starve_after_ms);
        add_number(digestion, policy->batch_ms);
        add_number(digestion, policy->on_missed);
        add_number(digestion, policy->retry_cooldown_ms);
        add_number(digestion, policy->hold_for_preferred_ms);
        add_number(digestion, policy->agent_wait_ms);
        add_number(digestion, policy->broadcast);
        add_number(digestion, policy->callback_attempts);
        add_number(digestion, policy->callback_pause_ms);
        add_number(digestion, policy->outcome_prior_ppm);
        add_number(digestion, policy->outcome_weight);
        add_number(digestion, policy->continuity_half_life_ms);
        /* Not of configurations from before there was such a thing. */
        if (policy->repeat_within_ms != 0 || policy->repeat_milli != 0) {
                add_number(digestion, policy->repeat_within_ms);
                add_number(digestion, policy->repeat_milli);
        }
}

static void add_step(struct digestion *digestion, const struct att_step *step)
{
        add_number(digestion, step->after_ms);
        add_requirements(digestion, step->requires, step->requires_count);
        add_requirements(digestion, step->changes, step->change_count);
        add_requirements(digestion, step->any_of, step->any_of_count);
        add_number(digestion, step->team_count);
        for (uint32_t i = 0; i < step->team_count; i++) {
                add_text(digestion, digestion->config->teams[step->teams[i]].name);
        }
        add_number(digestion, step->priority_milli);
        add_queue_name(digestion, step->move_to);
        add_number(digestion, step->skip_unstaffed);
}

static void add_queue(struct digestion *digestion, const struct att_queue *queue)
{
        const struct att_config *config = digestion->config;
        const bool has_hours = queue->hours != ATT_NONE;

        add_text(digestion, queue->name);
        add_text(digestion, queue->title);
        add_number(digestion, queue->step_count);
        for (uint32_t i = 0; i < queue->step_count; i++) {
                add_step(digestion, &queue->steps[i]);
        }
        add_preferences(digestion, queue->prefers, queue->prefer_count);
        add_pairs(digestion, queue->attributes, queue->attribute_count);
        add_text(digestion, config->policies[queue->policy].name);
        add_number(digestion, queue->urgent_after_ms);
        add_number(digestion, queue->service_level_ppm);
        add_number(digestion, queue->service_level_within_ms);
        add_number(digestion, queue->refuse_unstaffed);
        add_number(digestion, queue->wrap_up_ms);
        add_number(digestion, queue->max_wait_ms);
        add_number(digestion, queue->max_waiting);
        add_overflow(digestion, &queue->overflow);
        add_reference(digestion, has_hours,
                      has_hours ? config->hours[queue->hours].name : ATT_TEXT_NONE);
        add_overflow(digestion, &queue->when_closed);
        add_number(digestion, queue->at_closing);
        add_queue_name(digestion, queue->moved_to);
}

static void add_hours(struct digestion *digestion, const struct att_hours *hours)
{
        add_text(digestion, hours->name);
        add_text(digestion, hours->zone);
        att_digester_add_u64(&digestion->digester, hours->rules.high);
        att_digester_add_u64(&digestion->digester, hours->rules.low);
}

static void add_intake_rule(struct digestion *digestion, const struct att_intake_rule *rule)
{
        const bool has_intent = rule->intent != ATT_NONE;

        add_conditions(digestion, &rule->when);
        add_queue_name(digestion, rule->queue);
        add_requirements(digestion, rule->requires, rule->requires_count);
        add_preferences(digestion, rule->prefers, rule->prefer_count);
        add_number(digestion, rule->priority_milli);
        add_reference(digestion, has_intent,
                      has_intent ? digestion->config->intents[rule->intent].name : ATT_TEXT_NONE);
}

static void add_intent(struct digestion *digestion, const struct att_intent *intent)
{
        add_text(digestion, intent->name);
        add_text(digestion, intent->title);
        add_texts(digestion, intent->knowledge, intent->knowledge_count);
        add_text(digestion, intent->goodwill);
}

static void add_surveys(struct digestion *digestion, const struct att_surveys *surveys)
{
        const struct att_config *config = digestion->config;

        if (surveys->share_ppm == 0) {
                return;
        }
        add_number(digestion, surveys->share_ppm);
        add_number(digestion, surveys->once_in_ms);
        add_number(digestion, surveys->channel_count);
        for (uint32_t i = 0; i < surveys->channel_count; i++) {
                add_text(digestion, config->channels[surveys->channels[i]].name);
        }
        add_number(digestion, surveys->queue_count);
        for (uint32_t i = 0; i < surveys->queue_count; i++) {
                add_queue_name(digestion, surveys->queues[i]);
        }
}

/* What is not configured leaves digests as they were before there was such a thing. */
static void add_reports(struct digestion *digestion, const struct att_config *config)
{
        const struct att_reports *reports = &config->reports;
        const struct att_reports standard = att_reports_default();
        const struct att_bonus *bonus = &config->bonus;

        if (reports->zone.len > 0 || reports->short_ms != standard.short_ms ||
            reports->within_ms != standard.within_ms || reports->formula != standard.formula) {
                add_text(digestion, ATT_TEXT("reports"));
                add_text(digestion, reports->zone);
                add_number(digestion, reports->short_ms);
                add_number(digestion, reports->within_ms);
                add_number(digestion, reports->formula);
        }
        if (bonus->pool > 0) {
                add_text(digestion, ATT_TEXT("bonus"));
                add_number(digestion, bonus->pool);
                add_number(digestion, bonus->per);
                add_number(digestion, bonus->least_contacts);
                add_number(digestion, bonus->floor_ppm);
                for (int i = 0; i < ATT_BONUS_WEIGHT_COUNT; i++) {
                        add_number(digestion, bonus->weights_milli[i]);
                }
        }
}

static void add_follow_up(struct digestion *digestion, const struct att_follow_up *follow_up)
{
        add_text(digestion, follow_up->disposition);
        add_number(digestion, follow_up->after_ms);
        add_number(digestion, follow_up->expires_ms);
        add_number(digestion, follow_up->same_agent);
        add_queue_name(digestion, follow_up->queue);
        add_number(digestion, follow_up->attempts);
        add_text(digestion, follow_up->what);
}

/* All of it ----------------------------------------------------------------------------------- */

/* The count of a noun, then each of them. */
#define ADD_ALL(digestion, items, item_count, add)                                                 \
        do {                                                                                       \
                add_number((digestion), (item_count));                                             \
                for (uint32_t i_ = 0; i_ < (item_count); i_++) {                                   \
                        add((digestion), &(items)[i_]);                                            \
                }                                                                                  \
        } while (0)

static void add_people(struct digestion *digestion, const struct att_config *config)
{
        add_number(digestion, config->team_count);
        for (uint32_t i = 0; i < config->team_count; i++) {
                add_text(digestion, config->teams[i].name);
                add_text(digestion, config->teams[i].title);
        }
        ADD_ALL(digestion, config->profiles, config->profile_count, add_profile);
        ADD_ALL(digestion, config->agents, config->agent_count, add_agent);
        add_texts(digestion, config->pause_reasons, config->pause_reason_count);
        add_texts(digestion, config->dispositions, config->disposition_count);
}

static void add_rules(struct digestion *digestion, const struct att_config *config)
{
        ADD_ALL(digestion, config->tiers, config->tier_count, add_tier);
        ADD_ALL(digestion, config->policies, config->policy_count, add_policy);
        ADD_ALL(digestion, config->queues, config->queue_count, add_queue);
        ADD_ALL(digestion, config->hours, config->hours_count, add_hours);
        ADD_ALL(digestion, config->intake, config->intake_count, add_intake_rule);
        add_queue_name(digestion, config->otherwise);
        ADD_ALL(digestion, config->intents, config->intent_count, add_intent);
}

struct att_digest att_config_digest(const struct att_config *config)
{
        struct digestion digestion = {.config = config};

        att_digester_init(&digestion.digester);
        ADD_ALL(&digestion, config->skills, config->skill_count, add_skill);
        ADD_ALL(&digestion, config->channels, config->channel_count, add_channel);
        add_number(&digestion, config->channels_open);
        add_people(&digestion, config);
        add_rules(&digestion, config);
        add_number(&digestion, config->contacts_max);
        add_number(&digestion, config->customers_max);
        add_number(&digestion, config->offers_per_contact);
        add_number(&digestion, config->strain_half_life_ms);
        add_number(&digestion, config->history_keep_ms);
        add_number(&digestion, config->emotion_estimate);
        add_number(&digestion, config->emotion_language);
        add_surveys(&digestion, &config->surveys);
        if (config->follow_up_count > 0) {
                ADD_ALL(&digestion, config->follow_ups, config->follow_up_count, add_follow_up);
        }
        add_reports(&digestion, config);
        return att_digester_finish(&digestion.digester);
}
