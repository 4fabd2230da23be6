/* SPDX-License-Identifier: Apache-2.0 */
/* What is read here was written here: there are no ranges. Indices are checked in config.c. */
#include "lib/model/config.h"
#include "lib/wire/compiled.h"
#include "lib/wire/tables.h"

static const struct table_field skill_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "name", TABLE_AT(struct att_skill, name)),
        TABLE_ROW(2, TABLE_TEXT, "title", TABLE_AT(struct att_skill, title)),
        TABLE_ROW(3, TABLE_U32, "kind", TABLE_AT(struct att_skill, kind)),
};

static const struct table table_skill = TABLE_OF("CompiledConfig.Skill", skill_fields,
                                                 struct att_skill, .required = 0);

static const struct table_field channel_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "name", TABLE_AT(struct att_channel, name)),
        TABLE_ROW(2, TABLE_U32, "units", TABLE_AT(struct att_channel, units)),
        TABLE_ROW(3, TABLE_I64, "offer_timeout_ms", TABLE_AT(struct att_channel, offer_timeout_ms)),
        TABLE_ROW(4, TABLE_I64, "wrap_up_ms", TABLE_AT(struct att_channel, wrap_up_ms)),
        TABLE_ROW(5, TABLE_BOOL, "auto_accept", TABLE_AT(struct att_channel, auto_accept)),
        TABLE_ROW(6, TABLE_BOOL, "exclusive", TABLE_AT(struct att_channel, exclusive)),
        TABLE_ROW(7, TABLE_FIXED64, "interrupts", TABLE_AT(struct att_channel, interrupts)),
};

static const struct table table_channel = TABLE_OF("CompiledConfig.Channel", channel_fields,
                                                   struct att_channel, .required = 0);

static const struct table_field level_fields[] = {
        TABLE_ROW(1, TABLE_U32, "skill", TABLE_AT(struct att_requirement, skill)),
        TABLE_ROW(2, TABLE_U32, "level", TABLE_AT(struct att_requirement, level)),
};

static const struct table table_level = TABLE_OF("CompiledConfig.Requirement", level_fields,
                                                 struct att_requirement, .required = 0);

static const struct table_field weight_fields[] = {
        TABLE_ROW(1, TABLE_U32, "skill", TABLE_AT(struct att_preference, skill)),
        TABLE_ROW(2, TABLE_U32, "weight_milli", TABLE_AT(struct att_preference, weight_milli)),
};

static const struct table table_weight = TABLE_OF("CompiledConfig.Preference", weight_fields,
                                                  struct att_preference, .required = 0);

static const struct table_field condition_fields[] = {
        TABLE_ROW(1, TABLE_U32, "field", TABLE_AT(struct att_condition, field)),
        TABLE_ROW(2, TABLE_TEXT, "attribute", TABLE_AT(struct att_condition, attribute)),
        TABLE_ROW(3, TABLE_U32, "op", TABLE_AT(struct att_condition, op)),
        TABLE_ROW(4, TABLE_TEXTS, "values", TABLE_ITEMS(struct att_condition, values, value_count)),
        TABLE_ROW(5, TABLE_S64, "number_micro", TABLE_AT(struct att_condition, number_micro)),
};

static const struct table table_condition = TABLE_OF("CompiledConfig.Condition", condition_fields,
                                                     struct att_condition, .required = 0);

static const struct table_field tier_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "name", TABLE_AT(struct att_tier, name)),
        TABLE_ROW(2, TABLE_I64, "value_ppm", TABLE_AT(struct att_tier, value_ppm)),
        TABLE_ROW(3, TABLE_S64, "points_milli", TABLE_AT(struct att_tier, points_milli)),
        TABLE_ROW(4, TABLE_MESSAGES, "when", TABLE_ITEMS(struct att_tier, when.items, when.count),
                  .sub = &table_condition),
};

static const struct table table_tier = TABLE_OF("CompiledConfig.Tier", tier_fields, struct att_tier,
                                                .required = 0);

static const struct table_field profile_entry_fields[] = {
        TABLE_ROW(1, TABLE_U32, "rank", TABLE_AT(struct att_profile_entry, rank)),
        TABLE_ROW(2, TABLE_I64, "delay_ms", TABLE_AT(struct att_profile_entry, delay_ms)),
};

static const struct table table_profile_entry = TABLE_OF("CompiledConfig.ProfileEntry",
                                                         profile_entry_fields,
                                                         struct att_profile_entry, .required = 0);

static const struct table_field profile_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "name", TABLE_AT(struct compiled_profile, name)),
        TABLE_ROW(2, TABLE_MESSAGES, "by_queue",
                  TABLE_ITEMS(struct compiled_profile, by_queue, entry_count),
                  .sub = &table_profile_entry),
};

static const struct table table_profile = TABLE_OF("CompiledConfig.Profile", profile_fields,
                                                   struct compiled_profile, .required = 0);

static const struct table_field team_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "name", TABLE_AT(struct att_team, name)),
        TABLE_ROW(2, TABLE_TEXT, "title", TABLE_AT(struct att_team, title)),
};

static const struct table table_team = TABLE_OF("CompiledConfig.Team", team_fields, struct att_team,
                                                .required = 0);

static const struct table_field address_fields[] = {
        TABLE_ROW(1, TABLE_U32, "channel", TABLE_AT(struct att_address, channel)),
        TABLE_ROW(2, TABLE_TEXT, "address", TABLE_AT(struct att_address, address)),
};

static const struct table table_address = TABLE_OF("CompiledConfig.Address", address_fields,
                                                   struct att_address, .required = 0);

static const struct table_field agent_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "id", TABLE_AT(struct compiled_agent, def.id)),
        TABLE_ROW(2, TABLE_TEXT, "name", TABLE_AT(struct compiled_agent, def.name)),
        TABLE_ROW(3, TABLE_U32, "kind", TABLE_AT(struct compiled_agent, def.kind)),
        TABLE_ROW(4, TABLE_INDEX, "team", TABLE_AT(struct compiled_agent, def.team),
                  .absent = ATT_NONE),
        TABLE_ROW(5, TABLE_INDEX, "profile", TABLE_AT(struct compiled_agent, def.profile),
                  .absent = ATT_NONE),
        TABLE_ROW(6, TABLE_U32S, "levels", TABLE_ITEMS(struct compiled_agent, levels, level_count),
                  .is_passing = true),
        TABLE_ROW(7, TABLE_BOOL, "all_channels", TABLE_AT(struct compiled_agent, all_channels)),
        TABLE_ROW(8, TABLE_INDICES, "limits",
                  TABLE_ITEMS(struct compiled_agent, limits, limit_count)),
        TABLE_ROW(9, TABLE_S64, "wrap_up_ms", TABLE_AT(struct compiled_agent, def.wrap_up_ms)),
        TABLE_ROW(10, TABLE_MESSAGES, "addresses",
                  TABLE_ITEMS(struct compiled_agent, def.addresses, def.address_count),
                  .sub = &table_address),
        TABLE_ROW(11, TABLE_MESSAGES, "attributes",
                  TABLE_ITEMS(struct compiled_agent, def.attributes, def.attribute_count),
                  .sub = &table_attribute),
};

static const struct table table_agent = TABLE_OF("CompiledConfig.Agent", agent_fields,
                                                 struct compiled_agent, .has_absent = true);

static const struct table_field policy_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "name", TABLE_AT(struct att_policy, name)),
        TABLE_ROW(2, TABLE_U32S_FIXED, "fit_milli", TABLE_AT(struct att_policy, fit_milli),
                  .items_max = ATT_FIT_TERM_COUNT),
        TABLE_ROW(3, TABLE_S64, "slope_milli_per_hour",
                  TABLE_AT(struct att_policy, slope_milli_per_hour)),
        TABLE_ROW(4, TABLE_S64, "urgent_slope_milli_per_hour",
                  TABLE_AT(struct att_policy, urgent_slope_milli_per_hour)),
        TABLE_ROW(5, TABLE_S64, "cap_milli", TABLE_AT(struct att_policy, cap_milli)),
        TABLE_ROW(6, TABLE_S64, "value_milli", TABLE_AT(struct att_policy, value_milli)),
        TABLE_ROW(7, TABLE_S64, "emotion_milli", TABLE_AT(struct att_policy, emotion_milli)),
        TABLE_ROW(8, TABLE_S64, "recovery_milli", TABLE_AT(struct att_policy, recovery_milli)),
        TABLE_ROW(9, TABLE_S64, "fit_points_milli", TABLE_AT(struct att_policy, fit_points_milli)),
        TABLE_ROW(10, TABLE_S64, "starve_after_ms", TABLE_AT(struct att_policy, starve_after_ms)),
        TABLE_ROW(11, TABLE_S64, "batch_ms", TABLE_AT(struct att_policy, batch_ms)),
        TABLE_ROW(12, TABLE_U32, "on_missed", TABLE_AT(struct att_policy, on_missed)),
        TABLE_ROW(13, TABLE_S64, "retry_cooldown_ms",
                  TABLE_AT(struct att_policy, retry_cooldown_ms)),
        TABLE_ROW(14, TABLE_S64, "hold_for_preferred_ms",
                  TABLE_AT(struct att_policy, hold_for_preferred_ms)),
        TABLE_ROW(15, TABLE_S64, "agent_wait_ms", TABLE_AT(struct att_policy, agent_wait_ms)),
        TABLE_ROW(16, TABLE_U32, "broadcast", TABLE_AT(struct att_policy, broadcast)),
        TABLE_ROW(17, TABLE_U32, "callback_attempts",
                  TABLE_AT(struct att_policy, callback_attempts)),
        TABLE_ROW(18, TABLE_S64, "callback_pause_ms",
                  TABLE_AT(struct att_policy, callback_pause_ms)),
        TABLE_ROW(19, TABLE_S64, "outcome_prior_ppm",
                  TABLE_AT(struct att_policy, outcome_prior_ppm)),
        TABLE_ROW(20, TABLE_U32, "outcome_weight", TABLE_AT(struct att_policy, outcome_weight)),
        TABLE_ROW(21, TABLE_S64, "continuity_half_life_ms",
                  TABLE_AT(struct att_policy, continuity_half_life_ms)),
        TABLE_ROW(22, TABLE_S64, "repeat_within_ms", TABLE_AT(struct att_policy, repeat_within_ms)),
        TABLE_ROW(23, TABLE_S64, "repeat_milli", TABLE_AT(struct att_policy, repeat_milli)),
};

static const struct table table_policy = TABLE_OF("CompiledConfig.Policy", policy_fields,
                                                  struct att_policy, .required = 0);

static const struct table_field overflow_fields[] = {
        TABLE_ROW(1, TABLE_U32, "kind", TABLE_AT(struct att_overflow, kind)),
        TABLE_ROW(2, TABLE_INDEX, "queue", TABLE_AT(struct att_overflow, queue),
                  .absent = ATT_NONE),
        TABLE_ROW(3, TABLE_S64, "callback_ms", TABLE_AT(struct att_overflow, callback_ms)),
        TABLE_ROW(4, TABLE_TEXT, "message", TABLE_AT(struct att_overflow, message)),
};

static const struct table table_overflow = TABLE_OF("CompiledConfig.Overflow", overflow_fields,
                                                    struct att_overflow, .has_absent = true);

static const struct table_field step_fields[] = {
        TABLE_ROW(1, TABLE_I64, "after_ms", TABLE_AT(struct att_step, after_ms)),
        TABLE_ROW(2, TABLE_MESSAGES, "requires",
                  TABLE_ITEMS(struct att_step, requires, requires_count), .sub = &table_level),
        TABLE_ROW(3, TABLE_MESSAGES, "changes", TABLE_ITEMS(struct att_step, changes, change_count),
                  .sub = &table_level),
        TABLE_ROW(4, TABLE_MESSAGES, "any_of", TABLE_ITEMS(struct att_step, any_of, any_of_count),
                  .sub = &table_level),
        TABLE_ROW(5, TABLE_U32S, "teams", TABLE_ITEMS(struct att_step, teams, team_count)),
        TABLE_ROW(6, TABLE_S64, "priority_milli", TABLE_AT(struct att_step, priority_milli)),
        TABLE_ROW(7, TABLE_INDEX, "move_to", TABLE_AT(struct att_step, move_to),
                  .absent = ATT_NONE),
        TABLE_ROW(8, TABLE_BOOL, "skip_unstaffed", TABLE_AT(struct att_step, skip_unstaffed)),
};

static const struct table table_step = TABLE_OF("CompiledConfig.Step", step_fields, struct att_step,
                                                .has_absent = true);

static const struct table_field queue_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "name", TABLE_AT(struct att_queue, name)),
        TABLE_ROW(2, TABLE_TEXT, "title", TABLE_AT(struct att_queue, title)),
        TABLE_ROW(3, TABLE_MESSAGES, "steps", TABLE_ITEMS(struct att_queue, steps, step_count),
                  .sub = &table_step),
        TABLE_ROW(4, TABLE_MESSAGES, "prefers",
                  TABLE_ITEMS(struct att_queue, prefers, prefer_count), .sub = &table_weight),
        TABLE_ROW(5, TABLE_MESSAGES, "attributes",
                  TABLE_ITEMS(struct att_queue, attributes, attribute_count),
                  .sub = &table_attribute),
        TABLE_ROW(6, TABLE_U32, "policy", TABLE_AT(struct att_queue, policy)),
        TABLE_ROW(7, TABLE_S64, "urgent_after_ms", TABLE_AT(struct att_queue, urgent_after_ms)),
        TABLE_ROW(8, TABLE_S64, "service_level_ppm", TABLE_AT(struct att_queue, service_level_ppm)),
        TABLE_ROW(9, TABLE_S64, "service_level_within_ms",
                  TABLE_AT(struct att_queue, service_level_within_ms)),
        TABLE_ROW(10, TABLE_BOOL, "refuse_unstaffed", TABLE_AT(struct att_queue, refuse_unstaffed)),
        TABLE_ROW(11, TABLE_S64, "wrap_up_ms", TABLE_AT(struct att_queue, wrap_up_ms)),
        TABLE_ROW(12, TABLE_S64, "max_wait_ms", TABLE_AT(struct att_queue, max_wait_ms)),
        TABLE_ROW(13, TABLE_U32, "max_waiting", TABLE_AT(struct att_queue, max_waiting)),
        TABLE_ROW(14, TABLE_MESSAGE, "overflow", TABLE_AT(struct att_queue, overflow),
                  .sub = &table_overflow),
        TABLE_ROW(15, TABLE_INDEX, "hours", TABLE_AT(struct att_queue, hours), .absent = ATT_NONE),
        TABLE_ROW(16, TABLE_MESSAGE, "when_closed", TABLE_AT(struct att_queue, when_closed),
                  .sub = &table_overflow),
        TABLE_ROW(17, TABLE_U32, "at_closing", TABLE_AT(struct att_queue, at_closing)),
        TABLE_ROW(18, TABLE_INDEX, "moved_to", TABLE_AT(struct att_queue, moved_to),
                  .absent = ATT_NONE),
};

static const struct table table_queue = TABLE_OF("CompiledConfig.Queue", queue_fields,
                                                 struct att_queue, .has_absent = true);

static const struct table_field interval_fields[] = {
        TABLE_ROW(1, TABLE_S64, "open_ms", TABLE_AT(struct att_interval, open_ms)),
        TABLE_ROW(2, TABLE_S64, "close_ms", TABLE_AT(struct att_interval, close_ms)),
};

static const struct table table_interval = TABLE_OF("CompiledConfig.Interval", interval_fields,
                                                    struct att_interval, .required = 0);

static const struct table_field hours_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "name", TABLE_AT(struct att_hours, name)),
        TABLE_ROW(2, TABLE_TEXT, "zone", TABLE_AT(struct att_hours, zone)),
        TABLE_ROW(3, TABLE_MESSAGES, "intervals",
                  TABLE_ITEMS(struct att_hours, intervals, interval_count), .sub = &table_interval),
        TABLE_ROW(4, TABLE_S64, "known_until_ms", TABLE_AT(struct att_hours, known_until_ms)),
        TABLE_ROW(5, TABLE_FIXED64, "rules_high", TABLE_AT(struct att_hours, rules.high)),
        TABLE_ROW(6, TABLE_FIXED64, "rules_low", TABLE_AT(struct att_hours, rules.low)),
};

static const struct table table_hours = TABLE_OF("CompiledConfig.Hours", hours_fields,
                                                 struct att_hours, .required = 0);

static const struct table_field intake_rule_fields[] = {
        TABLE_ROW(1, TABLE_MESSAGES, "when",
                  TABLE_ITEMS(struct att_intake_rule, when.items, when.count),
                  .sub = &table_condition),
        TABLE_ROW(2, TABLE_INDEX, "queue", TABLE_AT(struct att_intake_rule, queue),
                  .absent = ATT_NONE),
        TABLE_ROW(3, TABLE_MESSAGES, "requires",
                  TABLE_ITEMS(struct att_intake_rule, requires, requires_count),
                  .sub = &table_level),
        TABLE_ROW(4, TABLE_MESSAGES, "prefers",
                  TABLE_ITEMS(struct att_intake_rule, prefers, prefer_count), .sub = &table_weight),
        TABLE_ROW(5, TABLE_S64, "priority_milli", TABLE_AT(struct att_intake_rule, priority_milli)),
        TABLE_ROW(6, TABLE_INDEX, "intent", TABLE_AT(struct att_intake_rule, intent),
                  .absent = ATT_NONE),
        TABLE_ROW(7, TABLE_U32, "line", TABLE_AT(struct att_intake_rule, line)),
};

static const struct table table_intake_rule = TABLE_OF("CompiledConfig.IntakeRule",
                                                       intake_rule_fields, struct att_intake_rule,
                                                       .has_absent = true);

static const struct table_field intent_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "name", TABLE_AT(struct att_intent, name)),
        TABLE_ROW(2, TABLE_TEXT, "title", TABLE_AT(struct att_intent, title)),
        TABLE_ROW(3, TABLE_TEXTS, "knowledge",
                  TABLE_ITEMS(struct att_intent, knowledge, knowledge_count)),
        TABLE_ROW(4, TABLE_TEXT, "goodwill", TABLE_AT(struct att_intent, goodwill)),
};

static const struct table table_intent = TABLE_OF("CompiledConfig.Intent", intent_fields,
                                                  struct att_intent, .required = 0);

static const struct table_field access_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "name", TABLE_AT(struct att_access, name)),
        TABLE_ROW(2, TABLE_U32, "role", TABLE_AT(struct att_access, role)),
        TABLE_ROW(3, TABLE_TEXT, "token_file", TABLE_AT(struct att_access, token_file)),
        TABLE_ROW(4, TABLE_S64, "uid", TABLE_AT(struct att_access, uid)),
};

static const struct table table_access = TABLE_OF("CompiledConfig.Access", access_fields,
                                                  struct att_access, .required = 0);

static const struct table_field follow_up_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "disposition", TABLE_AT(struct att_follow_up, disposition)),
        TABLE_ROW(2, TABLE_I64, "after_ms", TABLE_AT(struct att_follow_up, after_ms)),
        TABLE_ROW(3, TABLE_S64, "expires_ms", TABLE_AT(struct att_follow_up, expires_ms)),
        TABLE_ROW(4, TABLE_BOOL, "same_agent", TABLE_AT(struct att_follow_up, same_agent)),
        TABLE_ROW(5, TABLE_INDEX, "queue", TABLE_AT(struct att_follow_up, queue),
                  .absent = ATT_NONE),
        TABLE_ROW(6, TABLE_U32, "attempts", TABLE_AT(struct att_follow_up, attempts)),
        TABLE_ROW(7, TABLE_TEXT, "what", TABLE_AT(struct att_follow_up, what)),
};

static const struct table table_follow_up = TABLE_OF("CompiledConfig.FollowUp", follow_up_fields,
                                                     struct att_follow_up, .has_absent = true);

static const struct table_field config_fields[] = {
        TABLE_ROW(1, TABLE_U32, "format", TABLE_AT(struct compiled_config, format)),
        TABLE_ROW(2, TABLE_FIXED64, "digest_high", TABLE_AT(struct compiled_config, digest.high)),
        TABLE_ROW(3, TABLE_FIXED64, "digest_low", TABLE_AT(struct compiled_config, digest.low)),
        TABLE_ROW(4, TABLE_MESSAGES, "skills",
                  TABLE_ITEMS(struct compiled_config, config.skills, config.skill_count),
                  .sub = &table_skill),
        TABLE_ROW(5, TABLE_MESSAGES, "channels",
                  TABLE_ITEMS(struct compiled_config, config.channels, config.channel_count),
                  .sub = &table_channel),
        TABLE_ROW(6, TABLE_BOOL, "channels_open",
                  TABLE_AT(struct compiled_config, config.channels_open)),
        TABLE_ROW(7, TABLE_MESSAGES, "tiers",
                  TABLE_ITEMS(struct compiled_config, config.tiers, config.tier_count),
                  .sub = &table_tier),
        TABLE_ROW(8, TABLE_MESSAGES, "profiles",
                  TABLE_ITEMS(struct compiled_config, profiles, profile_count),
                  .sub = &table_profile, .is_passing = true),
        TABLE_ROW(9, TABLE_MESSAGES, "teams",
                  TABLE_ITEMS(struct compiled_config, config.teams, config.team_count),
                  .sub = &table_team),
        TABLE_ROW(10, TABLE_MESSAGES, "agents",
                  TABLE_ITEMS(struct compiled_config, agents, agent_count), .sub = &table_agent,
                  .is_passing = true),
        TABLE_ROW(11, TABLE_TEXTS, "pause_reasons",
                  TABLE_ITEMS(struct compiled_config, config.pause_reasons,
                              config.pause_reason_count)),
        TABLE_ROW(
                12, TABLE_TEXTS, "dispositions",
                TABLE_ITEMS(struct compiled_config, config.dispositions, config.disposition_count)),
        TABLE_ROW(13, TABLE_MESSAGES, "policies",
                  TABLE_ITEMS(struct compiled_config, config.policies, config.policy_count),
                  .sub = &table_policy),
        TABLE_ROW(14, TABLE_MESSAGES, "queues",
                  TABLE_ITEMS(struct compiled_config, config.queues, config.queue_count),
                  .sub = &table_queue),
        TABLE_ROW(15, TABLE_MESSAGES, "hours",
                  TABLE_ITEMS(struct compiled_config, config.hours, config.hours_count),
                  .sub = &table_hours),
        TABLE_ROW(16, TABLE_MESSAGES, "intake",
                  TABLE_ITEMS(struct compiled_config, config.intake, config.intake_count),
                  .sub = &table_intake_rule),
        TABLE_ROW(17, TABLE_INDEX, "otherwise", TABLE_AT(struct compiled_config, config.otherwise),
                  .absent = ATT_NONE),
        TABLE_ROW(18, TABLE_MESSAGES, "intents",
                  TABLE_ITEMS(struct compiled_config, config.intents, config.intent_count),
                  .sub = &table_intent),
        TABLE_ROW(19, TABLE_MESSAGES, "access",
                  TABLE_ITEMS(struct compiled_config, config.access, config.access_count),
                  .sub = &table_access),
        TABLE_ROW(20, TABLE_U32, "contacts_max",
                  TABLE_AT(struct compiled_config, config.contacts_max)),
        TABLE_ROW(21, TABLE_U32, "customers_max",
                  TABLE_AT(struct compiled_config, config.customers_max)),
        TABLE_ROW(22, TABLE_U32, "offers_per_contact",
                  TABLE_AT(struct compiled_config, config.offers_per_contact)),
        TABLE_ROW(23, TABLE_I64, "strain_half_life_ms",
                  TABLE_AT(struct compiled_config, config.strain_half_life_ms)),
        TABLE_ROW(24, TABLE_I64, "survey_share_ppm",
                  TABLE_AT(struct compiled_config, config.surveys.share_ppm)),
        TABLE_ROW(25, TABLE_MESSAGES, "follow_ups",
                  TABLE_ITEMS(struct compiled_config, config.follow_ups, config.follow_up_count),
                  .sub = &table_follow_up),
        TABLE_ROW(26, TABLE_I64, "survey_once_in_ms",
                  TABLE_AT(struct compiled_config, config.surveys.once_in_ms)),
        TABLE_ROW(27, TABLE_U32S, "survey_channels",
                  TABLE_ITEMS(struct compiled_config, config.surveys.channels,
                              config.surveys.channel_count)),
        TABLE_ROW(28, TABLE_U32S, "survey_queues",
                  TABLE_ITEMS(struct compiled_config, config.surveys.queues,
                              config.surveys.queue_count)),
        TABLE_ROW(29, TABLE_I64, "history_keep_ms",
                  TABLE_AT(struct compiled_config, config.history_keep_ms)),
        TABLE_ROW(40, TABLE_BOOL, "emotion_estimate",
                  TABLE_AT(struct compiled_config, config.emotion_estimate)),
        TABLE_ROW(41, TABLE_U32, "emotion_language",
                  TABLE_AT(struct compiled_config, config.emotion_language)),
        TABLE_ROW(50, TABLE_TEXT, "report_zone",
                  TABLE_AT(struct compiled_config, config.reports.zone)),
        TABLE_ROW(51, TABLE_I64, "report_short_ms",
                  TABLE_AT(struct compiled_config, config.reports.short_ms),
                  TABLE_ABSENT(ATT_REPORTS_SHORT_MS)),
        TABLE_ROW(52, TABLE_I64, "report_within_ms",
                  TABLE_AT(struct compiled_config, config.reports.within_ms),
                  TABLE_ABSENT(ATT_REPORTS_WITHIN_MS)),
        TABLE_ROW(53, TABLE_U32, "report_formula",
                  TABLE_AT(struct compiled_config, config.reports.formula)),
        TABLE_ROW(54, TABLE_I64, "bonus_pool", TABLE_AT(struct compiled_config, config.bonus.pool)),
        TABLE_ROW(55, TABLE_U32, "bonus_per", TABLE_AT(struct compiled_config, config.bonus.per)),
        TABLE_ROW(56, TABLE_U32, "bonus_least",
                  TABLE_AT(struct compiled_config, config.bonus.least_contacts)),
        TABLE_ROW(57, TABLE_I64, "bonus_floor_ppm",
                  TABLE_AT(struct compiled_config, config.bonus.floor_ppm)),
        TABLE_ROW(58, TABLE_U32S_FIXED, "bonus_weights_milli",
                  TABLE_AT(struct compiled_config, config.bonus.weights_milli),
                  .items_max = ATT_BONUS_WEIGHT_COUNT),
};

const struct table table_config = TABLE_OF("CompiledConfig", config_fields, struct compiled_config,
                                           .has_absent = true);
