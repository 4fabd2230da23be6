/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/config/facts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/duration.h"
#include "lib/base/util.h"
#include "lib/config/compiler.h"
#include "lib/model/conditions.h"
#include "lib/model/decimal.h"

void facts_deinit(struct facts *facts)
{
        att_arena_deinit(&facts->arena);
        free(facts->items);
        *facts = (struct facts){0};
}

/* Adding facts ------------------------------------------------------------ */

/* Adds a fact; an empty value is none. */
static void add(struct facts *facts, struct att_text name, struct att_text value)
{
        if (value.len == 0) {
                return;
        }
        if (facts->count == facts->capacity) {
                facts->capacity = (uint32_t)att_grown_capacity(facts->capacity, facts->count + 1);
                facts->items = att_realloc_array(facts->items, facts->capacity,
                                                 sizeof(*facts->items));
        }
        facts->items[facts->count++] = (struct fact){att_arena_text(&facts->arena, name),
                                                     att_arena_text(&facts->arena, value)};
}

static void add_text(struct facts *facts, const char *name, struct att_text value)
{
        add(facts, att_text_from(name), value);
}

__attribute__((format(printf, 3, 4))) static void add_format(struct facts *facts, const char *name,
                                                             const char *format, ...)
{
        char *value = NULL;
        va_list arguments;

        va_start(arguments, format);
        ATT_CHECK(vasprintf(&value, format, arguments) >= 0);
        va_end(arguments);
        add_text(facts, name, att_text_from(value));
        free(value);
}

static void add_duration(struct facts *facts, const char *name, int64_t ms)
{
        char text[ATT_DURATION_TEXT_SIZE];

        if (ms >= 0) {
                add_text(facts, name, att_text_from(att_duration_format(ms, text)));
        }
}

static void add_decimal(struct facts *facts, const char *name, int64_t value, int decimals)
{
        char text[ATT_DECIMAL_TEXT_SIZE];

        add_text(facts, name, att_text_from(att_decimal_format(value, decimals, text)));
}

static void add_flag(struct facts *facts, const char *name, bool flag)
{
        add_text(facts, name, flag ? ATT_TEXT("true") : ATT_TEXT("false"));
}

/* "skill" and "cards": one fact of several of a kind. */
static void add_about(struct facts *facts, const char *prefix, struct att_text about,
                      struct att_text value)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer name = {0};

        att_buffer_printf(&name, "%s %.*s", prefix, ATT_TEXT_ARGS(about));
        add(facts, att_buffer_text(&name), value);
}

static void add_number_about(struct facts *facts, const char *prefix, struct att_text about,
                             int64_t number, int decimals)
{
        char text[ATT_DECIMAL_TEXT_SIZE];

        add_about(facts, prefix, about, att_text_from(att_decimal_format(number, decimals, text)));
}

/* Parts ------------------------------------------------------------------- */

static void write_requirements(const struct att_config *config,
                               const struct att_requirement *requires, uint32_t count,
                               const char *between, struct att_buffer *into)
{
        for (uint32_t i = 0; i < count; i++) {
                att_buffer_printf(into, "%s%.*s %" PRIu32, i == 0 ? "" : between,
                                  ATT_TEXT_ARGS(config->skills[requires[i].skill].name),
                                  requires[i].level);
        }
}

static void write_texts(const struct att_text *texts, uint32_t count, const char *between,
                        struct att_buffer *into)
{
        for (uint32_t i = 0; i < count; i++) {
                att_buffer_printf(into, "%s%.*s", i == 0 ? "" : between, ATT_TEXT_ARGS(texts[i]));
        }
}

static void write_overflow(const struct att_config *config, const struct att_overflow *overflow,
                           struct att_buffer *into)
{
        char text[ATT_DURATION_TEXT_SIZE];

        switch (overflow->kind) {
        case ATT_OVERFLOW_NONE:
                return;
        case ATT_OVERFLOW_QUEUE:
                att_buffer_printf(into, "to %.*s",
                                  ATT_TEXT_ARGS(config->queues[overflow->queue].name));
                return;
        case ATT_OVERFLOW_CALLBACK:
                att_buffer_printf(into, "callback %s",
                                  att_duration_format(overflow->callback_ms, text));
                return;
        case ATT_OVERFLOW_REFUSE:
                att_buffer_printf(into, "refuse \"%.*s\"", ATT_TEXT_ARGS(overflow->message));
                return;
        }
}

static void write_condition(const struct att_condition *condition, struct att_buffer *into)
{
        static const char *const signs[] = {
                [ATT_OP_ANY_OF] = "",   [ATT_OP_LESS] = "<",           [ATT_OP_LESS_EQUAL] = "<=",
                [ATT_OP_GREATER] = ">", [ATT_OP_GREATER_EQUAL] = ">=",
        };
        char number[ATT_DECIMAL_TEXT_SIZE];

        if (condition->field == ATT_FIELD_ATTRIBUTE) {
                att_buffer_append_text(into, condition->attribute);
        } else {
                att_buffer_append_c(into, att_condition_field_name(condition->field));
        }
        if (condition->op != ATT_OP_ANY_OF) {
                att_buffer_printf(into, " %s %s", signs[condition->op],
                                  att_decimal_format(condition->number_micro, 6, number));
                return;
        }
        att_buffer_append_c(into, condition->field == ATT_FIELD_TEXT ? " holds " : " is ");
        write_texts(condition->values, condition->value_count, " or ", into);
}

static void write_conditions(const struct att_conditions *conditions, struct att_buffer *into)
{
        for (uint32_t i = 0; i < conditions->count; i++) {
                att_buffer_append_c(into, i == 0 ? "" : " and ");
                write_condition(&conditions->items[i], into);
        }
}

static void add_overflow(struct facts *facts, const struct att_config *config, const char *name,
                         const struct att_overflow *overflow)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer text = {0};

        write_overflow(config, overflow, &text);
        add_text(facts, name, att_buffer_text(&text));
}

static void add_texts(struct facts *facts, const char *name, const struct att_text *texts,
                      uint32_t count)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer text = {0};

        write_texts(texts, count, ", ", &text);
        add_text(facts, name, att_buffer_text(&text));
}

static void add_pairs(struct facts *facts, const struct att_pair *pairs, uint32_t count)
{
        for (uint32_t i = 0; i < count; i++) {
                add_about(facts, "attribute", pairs[i].key, pairs[i].value);
        }
}

/* Nouns ------------------------------------------------------------------- */

static void describe_skill(const struct att_config *config, uint32_t i, struct facts *facts)
{
        const struct att_skill *skill = &config->skills[i];

        add_text(facts, "title", skill->title);
        add_text(facts, "kind", att_text_from(att_skill_kind_name(skill->kind)));
}

static void describe_channel(const struct att_config *config, uint32_t i, struct facts *facts)
{
        const struct att_channel *channel = &config->channels[i];

        add_decimal(facts, "units", channel->units, 0);
        add_duration(facts, "offer_timeout", channel->offer_timeout_ms);
        add_duration(facts, "wrap_up", channel->wrap_up_ms);
        add_flag(facts, "auto_accept", channel->auto_accept);
        add_flag(facts, "exclusive", channel->exclusive);
        for (uint32_t other = 0; other < config->channel_count; other++) {
                if ((channel->interrupts >> other) & 1) {
                        add_about(facts, "interrupts", config->channels[other].name,
                                  ATT_TEXT("true"));
                }
        }
}

static void describe_tier(const struct att_config *config, uint32_t i, struct facts *facts)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer when = {0};
        const struct att_tier *tier = &config->tiers[i];

        add_decimal(facts, "value", tier->value_ppm, 6);
        add_decimal(facts, "points", tier->points_milli, 3);
        write_conditions(&tier->when, &when);
        add_text(facts, "when", att_buffer_text(&when));
}

static void describe_profile(const struct att_config *config, uint32_t i, struct facts *facts)
{
        const struct att_profile *profile = &config->profiles[i];

        for (uint32_t queue = 0; queue < config->queue_count; queue++) {
                const struct att_profile_entry *entry = &profile->by_queue[queue];
                ATT_CLEANUP(att_buffer_deinit) struct att_buffer text = {0};
                char delay[ATT_DURATION_TEXT_SIZE];

                if (entry->rank == 0) {
                        continue;
                }
                att_buffer_printf(&text, "rank %" PRIu32, entry->rank);
                if (entry->delay_ms > 0) {
                        att_buffer_printf(&text, " after %s",
                                          att_duration_format(entry->delay_ms, delay));
                }
                add_about(facts, "queue", config->queues[queue].name, att_buffer_text(&text));
        }
}

static void describe_team(const struct att_config *config, uint32_t i, struct facts *facts)
{
        add_text(facts, "title", config->teams[i].title);
}

static void describe_agent_channels(const struct att_config *config,
                                    const struct att_agent_def *agent, struct facts *facts)
{
        if (!agent->limits) {
                add_text(facts, "channels", ATT_TEXT("all"));
        }
        for (uint32_t i = 0; agent->limits && i < config->channel_count; i++) {
                if (agent->limits[i] == ATT_LIMIT_NONE) {
                        add_about(facts, "channel", config->channels[i].name, ATT_TEXT("any"));
                } else if (agent->limits[i] != ATT_LIMIT_OFF) {
                        add_number_about(facts, "channel", config->channels[i].name,
                                         agent->limits[i], 0);
                }
        }
        for (uint32_t i = 0; i < agent->address_count; i++) {
                add_about(facts, "address", config->channels[agent->addresses[i].channel].name,
                          agent->addresses[i].address);
        }
}

static void describe_agent(const struct att_config *config, uint32_t i, struct facts *facts)
{
        const struct att_agent_def *agent = &config->agents[i];

        add_text(facts, "name", agent->name);
        add_text(facts, "kind", att_text_from(att_agent_kind_name(agent->kind)));
        if (agent->team != ATT_NONE) {
                add_text(facts, "team", config->teams[agent->team].name);
        }
        if (agent->profile != ATT_NONE) {
                add_text(facts, "profile", config->profiles[agent->profile].name);
        }
        for (uint32_t skill = 0; skill < config->skill_count; skill++) {
                if (agent->levels[skill] > 0) {
                        add_number_about(facts, "skill", config->skills[skill].name,
                                         agent->levels[skill], 0);
                }
        }
        describe_agent_channels(config, agent, facts);
        add_duration(facts, "wrap_up", agent->wrap_up_ms);
        add_pairs(facts, agent->attributes, agent->attribute_count);
}

static void describe_policy(const struct att_config *config, uint32_t i, struct facts *facts)
{
        const struct att_policy *policy = &config->policies[i];
        char slope[ATT_DECIMAL_TEXT_SIZE];

        for (int term = 0; term < ATT_FIT_TERM_COUNT; term++) {
                add_number_about(facts, "fit",
                                 att_text_from(att_fit_term_name((enum att_fit_term)term)),
                                 policy->fit_milli[term], 3);
        }
        add_format(facts, "slope", "%s/h",
                   att_decimal_format(policy->slope_milli_per_hour, 3, slope));
        add_format(facts, "urgent_slope", "%s/h",
                   att_decimal_format(policy->urgent_slope_milli_per_hour, 3, slope));
        add_decimal(facts, "cap", policy->cap_milli, 3);
        add_decimal(facts, "value points", policy->value_milli, 3);
        add_decimal(facts, "emotion points", policy->emotion_milli, 3);
        add_decimal(facts, "recovery points", policy->recovery_milli, 3);
        add_decimal(facts, "fit points", policy->fit_points_milli, 3);
        add_duration(facts, "starve_after", policy->starve_after_ms);
        add_duration(facts, "batch", policy->batch_ms);
        add_text(facts, "on_missed",
                 policy->on_missed == ATT_MISSED_PAUSES ? ATT_TEXT("pause") : ATT_TEXT("keep"));
        add_duration(facts, "retry_cooldown", policy->retry_cooldown_ms);
        add_duration(facts, "hold_for_preferred", policy->hold_for_preferred_ms);
        add_duration(facts, "agent_wait", policy->agent_wait_ms);
        add_decimal(facts, "agents offered at once", policy->broadcast, 0);
        add_decimal(facts, "callback attempts", policy->callback_attempts, 0);
        add_duration(facts, "callback pause", policy->callback_pause_ms);
        add_decimal(facts, "outcome prior", policy->outcome_prior_ppm, 6);
        add_decimal(facts, "outcome weight", policy->outcome_weight, 0);
        add_duration(facts, "continuity half_life", policy->continuity_half_life_ms);
        add_duration(facts, "repeat within", policy->repeat_within_ms);
        add_decimal(facts, "repeat points", policy->repeat_milli, 3);
}

/* A step's facts are what is in force from it on: "step 1 requires" is "cards 4, spanish 5". */
static void describe_step(const struct att_config *config, const struct att_step *step,
                          uint32_t number, struct facts *facts)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer prefix = {0};
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer requires = {0};
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer any_of = {0};
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer teams = {0};
        char text[ATT_DURATION_TEXT_SIZE];
        char points[ATT_DECIMAL_TEXT_SIZE];

        att_buffer_printf(&prefix, "step %" PRIu32, number);
        write_requirements(config, step->requires, step->requires_count, ", ", &requires);
        write_requirements(config, step->any_of, step->any_of_count, " or ", &any_of);
        for (uint32_t i = 0; i < step->team_count; i++) {
                att_buffer_printf(&teams, "%s%.*s", i == 0 ? "" : ", ",
                                  ATT_TEXT_ARGS(config->teams[step->teams[i]].name));
        }
        add_about(facts, prefix.data, ATT_TEXT("after"),
                  att_text_from(att_duration_format(step->after_ms, text)));
        add_about(facts, prefix.data, ATT_TEXT("requires"), att_buffer_text(&requires));
        add_about(facts, prefix.data, ATT_TEXT("any_of"), att_buffer_text(&any_of));
        add_about(facts, prefix.data, ATT_TEXT("teams"), att_buffer_text(&teams));
        add_about(facts, prefix.data, ATT_TEXT("priority"),
                  att_text_from(att_decimal_format(step->priority_milli, 3, points)));
        if (step->move_to != ATT_NONE) {
                add_about(facts, prefix.data, ATT_TEXT("queue"),
                          config->queues[step->move_to].name);
        }
        if (step->skip_unstaffed) {
                add_about(facts, prefix.data, ATT_TEXT("skip"), ATT_TEXT("unstaffed"));
        }
}

static void describe_queue(const struct att_config *config, uint32_t i, struct facts *facts)
{
        const struct att_queue *queue = &config->queues[i];
        char share[ATT_DECIMAL_TEXT_SIZE];
        char within[ATT_DURATION_TEXT_SIZE];

        add_text(facts, "title", queue->title);
        for (uint32_t step = 0; step < queue->step_count; step++) {
                describe_step(config, &queue->steps[step], step, facts);
        }
        for (uint32_t p = 0; p < queue->prefer_count; p++) {
                add_number_about(facts, "prefers", config->skills[queue->prefers[p].skill].name,
                                 queue->prefers[p].weight_milli, 3);
        }
        add_pairs(facts, queue->attributes, queue->attribute_count);
        add_text(facts, "policy", config->policies[queue->policy].name);
        add_duration(facts, "urgent_after", queue->urgent_after_ms);
        if (queue->service_level_ppm > 0) {
                add_format(facts, "service_level", "%s%% in %s",
                           att_decimal_format(queue->service_level_ppm, 4, share),
                           att_duration_format(queue->service_level_within_ms, within));
        }
        add_text(facts, "refuse_when",
                 queue->refuse_unstaffed ? ATT_TEXT("unstaffed") : ATT_TEXT_NONE);
        add_duration(facts, "wrap_up", queue->wrap_up_ms);
        add_duration(facts, "max_wait", queue->max_wait_ms);
        if (queue->max_waiting > 0) {
                add_decimal(facts, "max_waiting", queue->max_waiting, 0);
        }
        add_overflow(facts, config, "overflow", &queue->overflow);
        if (queue->hours != ATT_NONE) {
                add_text(facts, "hours", config->hours[queue->hours].name);
        }
        add_overflow(facts, config, "when_closed", &queue->when_closed);
        if (queue->at_closing == ATT_AT_CLOSING_OVERFLOW) {
                add_text(facts, "at_closing", ATT_TEXT("overflow"));
        }
        if (queue->moved_to != ATT_NONE) {
                add_text(facts, "moved_to", config->queues[queue->moved_to].name);
        }
}

/* The times themselves are compared apart: two readings know different days. */
static void describe_hours(const struct att_config *config, uint32_t i, struct facts *facts)
{
        add_text(facts, "zone", config->hours[i].zone);
}

static void describe_intent(const struct att_config *config, uint32_t i, struct facts *facts)
{
        const struct att_intent *intent = &config->intents[i];

        add_text(facts, "title", intent->title);
        add_texts(facts, "knowledge", intent->knowledge, intent->knowledge_count);
        add_text(facts, "goodwill", intent->goodwill);
}

static void describe_follow_up(const struct att_config *config, uint32_t i, struct facts *facts)
{
        const struct att_follow_up *follow_up = &config->follow_ups[i];

        add_duration(facts, "after", follow_up->after_ms);
        if (follow_up->expires_ms >= 0) {
                add_duration(facts, "expires", follow_up->expires_ms);
        }
        add_text(facts, "agent", follow_up->same_agent ? ATT_TEXT("same") : ATT_TEXT("any"));
        if (follow_up->queue != ATT_NONE) {
                add_text(facts, "queue", config->queues[follow_up->queue].name);
        }
        if (follow_up->attempts > 0) {
                add_decimal(facts, "attempts", follow_up->attempts, 0);
        }
        add_text(facts, "what", follow_up->what);
}

static void describe_access(const struct att_config *config, uint32_t i, struct facts *facts)
{
        const struct att_access *access = &config->access[i];

        add_text(facts, "role", att_text_from(att_role_name(access->role)));
        add_text(facts, "token_file", access->token_file);
        if (access->uid >= 0) {
                add_decimal(facts, "uid", access->uid, 0);
        }
}

/* All of them ------------------------------------------------------------- */

#define NOUN_OF(noun, array, count_field, name_field)                                              \
        static uint32_t count_##noun(const struct att_config *config)                              \
        {                                                                                          \
                return config->count_field;                                                        \
        }                                                                                          \
        static struct att_text name_##noun(const struct att_config *config, uint32_t i)            \
        {                                                                                          \
                return config->array[i].name_field;                                                \
        }

#define TITLE_OF(noun, array, title_field)                                                         \
        static struct att_text title_##noun(const struct att_config *config, uint32_t i)           \
        {                                                                                          \
                return config->array[i].title_field;                                               \
        }

NOUN_OF(skill, skills, skill_count, name)
TITLE_OF(skill, skills, title)
NOUN_OF(channel, channels, channel_count, name)
NOUN_OF(tier, tiers, tier_count, name)
NOUN_OF(profile, profiles, profile_count, name)
NOUN_OF(team, teams, team_count, name)
TITLE_OF(team, teams, title)
NOUN_OF(agent, agents, agent_count, id)
TITLE_OF(agent, agents, name)
NOUN_OF(policy, policies, policy_count, name)
NOUN_OF(queue, queues, queue_count, name)
TITLE_OF(queue, queues, title)
NOUN_OF(hours, hours, hours_count, name)
NOUN_OF(intent, intents, intent_count, name)
TITLE_OF(intent, intents, title)
NOUN_OF(access, access, access_count, name)
NOUN_OF(follow_up, follow_ups, follow_up_count, disposition)

static const struct description descriptions[] = {
        {"skill", count_skill, name_skill, title_skill, describe_skill, false, false},
        {"channel", count_channel, name_channel, NULL, describe_channel, false, false},
        {"tier", count_tier, name_tier, NULL, describe_tier, false, true},
        {"profile", count_profile, name_profile, NULL, describe_profile, false, false},
        {"team", count_team, name_team, title_team, describe_team, false, false},
        {"agent", count_agent, name_agent, title_agent, describe_agent, true, false},
        {"policy", count_policy, name_policy, NULL, describe_policy, false, false},
        {"queue", count_queue, name_queue, title_queue, describe_queue, false, false},
        {"hours", count_hours, name_hours, NULL, describe_hours, false, false},
        {"intent", count_intent, name_intent, title_intent, describe_intent, false, false},
        {"access", count_access, name_access, NULL, describe_access, false, false},
        {"follow-up", count_follow_up, name_follow_up, NULL, describe_follow_up, false, false},
};

const struct description *facts_descriptions(size_t *ret_count)
{
        *ret_count = ATT_ARRAY_LEN(descriptions);
        return descriptions;
}

static void write_rule(const struct att_config *config, const struct att_intake_rule *rule,
                       struct att_buffer *into)
{
        char points[ATT_DECIMAL_TEXT_SIZE];

        att_buffer_append_c(into, "when ");
        if (rule->when.count == 0) {
                att_buffer_append_c(into, "anything");
        }
        write_conditions(&rule->when, into);
        att_buffer_append_byte(into, ':');
        if (rule->queue != ATT_NONE) {
                att_buffer_printf(into, " queue %.*s;",
                                  ATT_TEXT_ARGS(config->queues[rule->queue].name));
        }
        if (rule->requires_count > 0) {
                att_buffer_append_c(into, " requires ");
                write_requirements(config, rule->requires, rule->requires_count, ", ", into);
                att_buffer_append_byte(into, ';');
        }
        for (uint32_t i = 0; i < rule->prefer_count; i++) {
                att_buffer_printf(into, " prefers %.*s %s;",
                                  ATT_TEXT_ARGS(config->skills[rule->prefers[i].skill].name),
                                  att_decimal_format(rule->prefers[i].weight_milli, 3, points));
        }
        if (rule->priority_milli != 0) {
                att_buffer_printf(into, " priority %s;",
                                  att_decimal_format(rule->priority_milli, 3, points));
        }
        if (rule->intent != ATT_NONE) {
                att_buffer_printf(into, " intent %.*s;",
                                  ATT_TEXT_ARGS(config->intents[rule->intent].name));
        }
        into->len -= into->data[into->len - 1] == ';';
}

void facts_of_intake(const struct att_config *config, struct facts *facts)
{
        for (uint32_t i = 0; i < config->intake_count; i++) {
                ATT_CLEANUP(att_buffer_deinit) struct att_buffer rule = {0};

                write_rule(config, &config->intake[i], &rule);
                add(facts, att_buffer_text(&rule), ATT_TEXT("true"));
        }
}

static void facts_of_reports(const struct att_config *config, struct facts *facts)
{
        const struct att_bonus *bonus = &config->bonus;

        if (!att_text_is_empty(config->reports.zone)) {
                add_text(facts, "reports zone", config->reports.zone);
        }
        add_duration(facts, "reports short_abandon", config->reports.short_ms);
        add_duration(facts, "reports service_level", config->reports.within_ms);
        add_text(facts, "reports formula",
                 att_text_from(att_level_formula_name(config->reports.formula)));
        if (bonus->pool == 0) {
                return;
        }
        add_text(facts, "bonus per",
                 bonus->per == ATT_BONUS_WEEK ? ATT_TEXT("week") : ATT_TEXT("month"));
        add_decimal(facts, "bonus pool", bonus->pool, 0);
        add_decimal(facts, "bonus least_contacts", bonus->least_contacts, 0);
        add_decimal(facts, "bonus floor", bonus->floor_ppm, 6);
        for (int i = 0; i < ATT_BONUS_WEIGHT_COUNT; i++) {
                if (bonus->weights_milli[i] > 0) {
                        add_number_about(facts, "bonus weight",
                                         att_text_from(att_bonus_weight_name(
                                                 (enum att_bonus_weight)i)),
                                         bonus->weights_milli[i], 3);
                }
        }
}

static void facts_of_surveys(const struct att_config *config, struct facts *facts)
{
        const struct att_surveys *surveys = &config->surveys;

        if (surveys->share_ppm == 0) {
                return;
        }
        add_decimal(facts, "surveys share", surveys->share_ppm, 6);
        add_duration(facts, "surveys once_in", surveys->once_in_ms);
        for (uint32_t i = 0; i < surveys->channel_count; i++) {
                add_about(facts, "surveys channel", config->channels[surveys->channels[i]].name,
                          ATT_TEXT("asked"));
        }
        for (uint32_t i = 0; i < surveys->queue_count; i++) {
                add_about(facts, "surveys queue", config->queues[surveys->queues[i]].name,
                          ATT_TEXT("asked"));
        }
}

void facts_of_whole(const struct att_config *config, struct facts *facts)
{
        add_texts(facts, "pause_reasons", config->pause_reasons, config->pause_reason_count);
        add_texts(facts, "dispositions", config->dispositions, config->disposition_count);
        if (config->channels_open) {
                add_text(facts, "channels", ATT_TEXT("any"));
        }
        if (config->otherwise != ATT_NONE) {
                add_text(facts, "intake otherwise", config->queues[config->otherwise].name);
        }
        add_decimal(facts, "limits contacts", config->contacts_max, 0);
        add_decimal(facts, "limits customers", config->customers_max, 0);
        add_decimal(facts, "limits offers_per_contact", config->offers_per_contact, 0);
        add_duration(facts, "strain half_life", config->strain_half_life_ms);
        add_duration(facts, "history keep", config->history_keep_ms);
        add_text(facts, "emotion estimate",
                 config->emotion_estimate ? ATT_TEXT("true") : ATT_TEXT("false"));
        add_text(facts, "emotion language",
                 att_text_from(emotion_languages[config->emotion_language]));
        facts_of_surveys(config, facts);
        facts_of_reports(config, facts);
}
