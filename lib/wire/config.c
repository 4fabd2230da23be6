/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configurations at rest. Reading copies the bytes once into the configuration's arena, where all
 * its texts then point, and checks every index before anything follows one.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"
#include "lib/model/config.h"
#include "lib/model/limits.h"
#include "lib/wire/compiled.h"
#include "lib/wire/journal.h"
#include "lib/wire/tables.h"

/* Writing ------------------------------------------------------------------------------------- */

static uint32_t count_levels(const struct att_config *config)
{
        uint32_t count = 0;

        for (uint32_t i = 0; i < config->agent_count; i++) {
                for (uint32_t skill = 0; skill < config->skill_count; skill++) {
                        count += config->agents[i].levels[skill] > 0;
                }
        }
        return count;
}

/* Writes an agent's levels to `levels` and gives how many there are. */
static uint32_t gather_levels(const struct att_config *config, const struct att_agent_def *agent,
                              uint32_t *levels)
{
        uint32_t count = 0;

        for (uint32_t skill = 0; skill < config->skill_count; skill++) {
                if (agent->levels[skill] > 0) {
                        levels[count++] = skill * COMPILED_LEVELS + agent->levels[skill];
                }
        }
        return count;
}

void att_journal_put_config(struct att_buffer *into, const struct att_config *config)
{
        struct compiled_profile *profiles = att_alloc_array(config->profile_count,
                                                            sizeof(*profiles));
        struct compiled_agent *agents = att_alloc_array(config->agent_count, sizeof(*agents));
        uint32_t *levels = att_alloc_array(count_levels(config), sizeof(*levels));
        const struct compiled_config compiled = {
                .format = COMPILED_FORMAT,
                .digest = config->digest,
                .config = *config,
                .profiles = profiles,
                .profile_count = config->profile_count,
                .agents = agents,
                .agent_count = config->agent_count,
        };
        uint32_t *next_levels = levels;

        for (uint32_t i = 0; i < config->profile_count; i++) {
                profiles[i] = (struct compiled_profile){
                        .name = config->profiles[i].name,
                        .by_queue = config->profiles[i].by_queue,
                        .entry_count = config->queue_count,
                };
        }
        for (uint32_t i = 0; i < config->agent_count; i++) {
                const struct att_agent_def *agent = &config->agents[i];

                agents[i] = (struct compiled_agent){
                        .def = *agent,
                        .levels = next_levels,
                        .level_count = gather_levels(config, agent, next_levels),
                        .limits = agent->limits,
                        .limit_count = agent->limits ? config->channel_count : 0,
                        .all_channels = !agent->limits,
                };
                next_levels += agents[i].level_count;
        }
        table_encode(into, &table_config, &compiled);
        free(levels);
        free(agents);
        free(profiles);
}

/* Reading ------------------------------------------------------------------------------------- */

static bool is_index(uint32_t index, uint32_t count)
{
        return index < count;
}

static bool is_index_or_none(uint32_t index, uint32_t count)
{
        return index < count || index == ATT_NONE;
}

static bool check_levels(const struct att_config *config, const struct att_requirement *items,
                         uint32_t count)
{
        for (uint32_t i = 0; i < count; i++) {
                if (!is_index(items[i].skill, config->skill_count) ||
                    items[i].level > ATT_LEVEL_MAX) {
                        return false;
                }
        }
        return true;
}

static bool check_weights(const struct att_config *config, const struct att_preference *items,
                          uint32_t count)
{
        for (uint32_t i = 0; i < count; i++) {
                if (!is_index(items[i].skill, config->skill_count)) {
                        return false;
                }
        }
        return true;
}

static bool check_conditions(struct att_conditions conditions)
{
        for (uint32_t i = 0; i < conditions.count; i++) {
                if (conditions.items[i].field >= ATT_FIELD_COUNT ||
                    conditions.items[i].op > ATT_OP_GREATER_EQUAL) {
                        return false;
                }
        }
        return true;
}

static bool check_overflow(const struct att_config *config, const struct att_overflow *overflow)
{
        return overflow->kind <= ATT_OVERFLOW_REFUSE &&
               is_index_or_none(overflow->queue, config->queue_count) &&
               (overflow->kind != ATT_OVERFLOW_QUEUE || overflow->queue != ATT_NONE);
}

static bool check_step(const struct att_config *config, const struct att_step *step)
{
        for (uint32_t i = 0; i < step->team_count; i++) {
                if (!is_index(step->teams[i], config->team_count)) {
                        return false;
                }
        }
        return check_levels(config, step->requires, step->requires_count) &&
               check_levels(config, step->changes, step->change_count) &&
               check_levels(config, step->any_of, step->any_of_count) &&
               is_index_or_none(step->move_to, config->queue_count);
}

static bool check_queue(const struct att_config *config, const struct att_queue *queue)
{
        for (uint32_t i = 0; i < queue->step_count; i++) {
                if (!check_step(config, &queue->steps[i])) {
                        return false;
                }
        }
        return queue->step_count > 0 && queue->step_count <= ATT_STEPS_MAX &&
               check_weights(config, queue->prefers, queue->prefer_count) &&
               is_index(queue->policy, config->policy_count) &&
               check_overflow(config, &queue->overflow) &&
               check_overflow(config, &queue->when_closed) &&
               is_index_or_none(queue->hours, config->hours_count) &&
               is_index_or_none(queue->moved_to, config->queue_count) &&
               queue->at_closing <= ATT_AT_CLOSING_OVERFLOW;
}

static bool check_rule(const struct att_config *config, const struct att_intake_rule *rule)
{
        return check_conditions(rule->when) &&
               check_levels(config, rule->requires, rule->requires_count) &&
               check_weights(config, rule->prefers, rule->prefer_count) &&
               is_index_or_none(rule->queue, config->queue_count) &&
               is_index_or_none(rule->intent, config->intent_count);
}

static bool check_hours(const struct att_hours *hours)
{
        for (uint32_t i = 0; i < hours->interval_count; i++) {
                const struct att_interval *interval = &hours->intervals[i];

                if (interval->open_ms >= interval->close_ms ||
                    (i > 0 && interval[-1].close_ms >= interval->open_ms)) {
                        return false;
                }
        }
        return true;
}

static bool check_agent(const struct compiled_config *compiled, const struct compiled_agent *agent)
{
        const struct att_config *config = &compiled->config;

        for (uint32_t i = 0; i < agent->level_count; i++) {
                if (!is_index(agent->levels[i] / COMPILED_LEVELS, config->skill_count) ||
                    agent->levels[i] % COMPILED_LEVELS > ATT_LEVEL_MAX) {
                        return false;
                }
        }
        for (uint32_t i = 0; i < agent->def.address_count; i++) {
                if (!is_index(agent->def.addresses[i].channel, config->channel_count)) {
                        return false;
                }
        }
        return agent->def.kind < ATT_AGENT_KIND_COUNT &&
               agent->limit_count == (agent->all_channels ? 0 : config->channel_count) &&
               is_index_or_none(agent->def.team, config->team_count) &&
               is_index_or_none(agent->def.profile, compiled->profile_count);
}

static bool check_indices(const uint32_t *indices, uint32_t count, uint32_t limit)
{
        for (uint32_t i = 0; i < count; i++) {
                if (!is_index(indices[i], limit)) {
                        return false;
                }
        }
        return true;
}

static bool check_after(const struct att_config *config)
{
        for (uint32_t i = 0; i < config->follow_up_count; i++) {
                const struct att_follow_up *follow_up = &config->follow_ups[i];

                if (!is_index_or_none(follow_up->queue, config->queue_count) ||
                    follow_up->after_ms < 0 || follow_up->after_ms > ATT_WAITED_MS_MAX ||
                    (follow_up->expires_ms != -1 &&
                     (follow_up->expires_ms <= follow_up->after_ms ||
                      follow_up->expires_ms > ATT_DURATION_MS_MAX))) {
                        return false;
                }
        }
        return check_indices(config->surveys.channels, config->surveys.channel_count,
                             config->channel_count) &&
               check_indices(config->surveys.queues, config->surveys.queue_count,
                             config->queue_count) &&
               config->surveys.share_ppm >= 0 && config->surveys.share_ppm <= ATT_PPM &&
               config->surveys.once_in_ms >= 0 && config->history_keep_ms >= 0;
}

static bool check_reports(const struct att_config *config)
{
        return config->reports.formula < ATT_LEVEL_FORMULA_COUNT && config->reports.short_ms >= 0 &&
               config->reports.within_ms > 0 && config->bonus.per < ATT_BONUS_PER_COUNT &&
               config->bonus.pool >= 0 && config->bonus.floor_ppm >= 0 &&
               config->bonus.floor_ppm <= ATT_PPM;
}

static bool check_compiled(const struct compiled_config *compiled)
{
        const struct att_config *config = &compiled->config;

        for (uint32_t i = 0; i < config->skill_count; i++) {
                if (config->skills[i].kind >= ATT_SKILL_KIND_COUNT) {
                        return false;
                }
        }
        for (uint32_t i = 0; i < config->tier_count; i++) {
                if (!check_conditions(config->tiers[i].when)) {
                        return false;
                }
        }
        for (uint32_t i = 0; i < config->policy_count; i++) {
                if (config->policies[i].on_missed > ATT_MISSED_KEEPS) {
                        return false;
                }
        }
        for (uint32_t i = 0; i < config->queue_count; i++) {
                if (!check_queue(config, &config->queues[i])) {
                        return false;
                }
        }
        for (uint32_t i = 0; i < config->hours_count; i++) {
                if (!check_hours(&config->hours[i])) {
                        return false;
                }
        }
        for (uint32_t i = 0; i < config->intake_count; i++) {
                if (!check_rule(config, &config->intake[i])) {
                        return false;
                }
        }
        for (uint32_t i = 0; i < config->access_count; i++) {
                if (config->access[i].role >= ATT_ROLE_COUNT) {
                        return false;
                }
        }
        for (uint32_t i = 0; i < compiled->profile_count; i++) {
                if (compiled->profiles[i].entry_count != config->queue_count) {
                        return false;
                }
        }
        for (uint32_t i = 0; i < compiled->agent_count; i++) {
                if (!check_agent(compiled, &compiled->agents[i])) {
                        return false;
                }
                if (i > 0 && att_text_compare(compiled->agents[i - 1].def.id,
                                              compiled->agents[i].def.id) >= 0) {
                        return false;
                }
        }
        return config->channel_count <= ATT_CHANNELS_MAX && config->skill_count <= ATT_SKILLS_MAX &&
               is_index_or_none(config->otherwise, config->queue_count) && check_after(config) &&
               check_reports(config);
}

static void set_profiles(struct att_config *config, const struct compiled_config *compiled)
{
        struct att_profile *profiles = att_arena_take_array(&config->arena, compiled->profile_count,
                                                            sizeof(*profiles));

        for (uint32_t i = 0; i < compiled->profile_count; i++) {
                profiles[i].name = compiled->profiles[i].name;
                profiles[i].by_queue = compiled->profiles[i].by_queue;
        }
        config->profiles = profiles;
        config->profile_count = compiled->profile_count;
}

static const uint8_t *spread_levels(struct att_config *config, const struct compiled_agent *agent)
{
        uint8_t *levels = att_arena_take_array(&config->arena, config->skill_count, 1);

        for (uint32_t i = 0; i < agent->level_count; i++) {
                levels[agent->levels[i] / COMPILED_LEVELS] = (uint8_t)(agent->levels[i] %
                                                                       COMPILED_LEVELS);
        }
        return levels;
}

static void set_agents(struct att_config *config, const struct compiled_config *compiled)
{
        struct att_agent_def *agents = att_arena_take_array(&config->arena, compiled->agent_count,
                                                            sizeof(*agents));

        for (uint32_t i = 0; i < compiled->agent_count; i++) {
                const struct compiled_agent *agent = &compiled->agents[i];

                agents[i] = agent->def;
                agents[i].levels = spread_levels(config, agent);
                if (agent->all_channels) {
                        agents[i].limits = NULL;
                } else {
                        agents[i].limits = agent->limits ? agent->limits
                                                         : att_arena_take(&config->arena, 0);
                }
        }
        config->agents = agents;
        config->agent_count = compiled->agent_count;
}

/* Everything but what lives and dies with the configuration itself. */
static void set_plain(struct att_config *config, const struct compiled_config *compiled)
{
        const struct att_arena arena = config->arena;
        const uint32_t references = config->references;

        *config = compiled->config;
        config->arena = arena;
        config->references = references;
}

static enum att_journal_result read_config(struct att_config *config, struct att_text bytes,
                                           struct att_arena *passing)
{
        const struct att_text copy = att_arena_text(&config->arena, bytes);
        struct compiled_config compiled = {0};
        struct att_wire_problem problem;
        struct table_decoder decoder = {
                .arena = &config->arena, .passing = passing, .problem = &problem};

        table_set_absent(&table_config, &compiled);
        if (!table_decode(&decoder, &table_config, copy, &compiled)) {
                return ATT_JOURNAL_MALFORMED;
        }
        if (compiled.format > COMPILED_FORMAT) {
                return ATT_JOURNAL_FORMAT_UNKNOWN;
        }
        if (compiled.format != COMPILED_FORMAT || !check_compiled(&compiled)) {
                return ATT_JOURNAL_MALFORMED;
        }
        set_plain(config, &compiled);
        set_profiles(config, &compiled);
        set_agents(config, &compiled);
        att_config_seal(config);
        return att_digest_equals(config->digest, compiled.digest) ? ATT_JOURNAL_OK
                                                                  : ATT_JOURNAL_MALFORMED;
}

enum att_journal_result att_journal_take_config(struct att_text bytes,
                                                const struct att_config **ret_config)
{
        struct att_config *config = att_config_new();
        struct att_arena passing = {0};
        const enum att_journal_result result = read_config(config, bytes, &passing);

        att_arena_deinit(&passing);
        if (result == ATT_JOURNAL_OK) {
                *ret_config = config;
        } else {
                att_config_unref(config);
        }
        return result;
}
