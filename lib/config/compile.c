/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/config/compile.h"

#include <stdlib.h>

#include "lib/base/util.h"
#include "lib/config/compiler.h"
#include "lib/config/values.h"

/* Sections ---------------------------------------------------------------- */

static void check_version(struct compiler *compiler)
{
        const struct att_yaml_node *version = compiler->sections.attune;

        if (version &&
            (version->kind != ATT_YAML_SCALAR || !att_text_equals_c(version->text, "1"))) {
                att_config_errors_add(
                        compiler->errors, version->place,
                        "this program reads version 1 of the format: write attune: 1");
        }
}

/* A section of another shape than it must have is told and left out. */
static void keep_shape(struct compiler *compiler, const struct att_yaml_node **section,
                       enum att_yaml_kind kind, const char *wanted)
{
        if (!*section || att_yaml_is_empty(*section) ||
            !att_value_is(compiler->errors, *section, kind, wanted)) {
                *section = NULL;
        }
}

static void check_shapes(struct compiler *compiler)
{
        struct sections *sections = &compiler->sections;
        const struct att_yaml_node **named[] = {
                &sections->skills,  &sections->channels, &sections->profiles,   &sections->teams,
                &sections->agents,  &sections->policies, &sections->queues,     &sections->hours,
                &sections->intents, &sections->access,   &sections->follow_ups,
        };

        for (size_t i = 0; i < ATT_ARRAY_LEN(named); i++) {
                keep_shape(compiler, named[i], ATT_YAML_MAPPING,
                           "names, each with what it is (name: { ... })");
        }
        keep_shape(compiler, &sections->tiers, ATT_YAML_SEQUENCE,
                   "a list of tiers (- { name: gold, ... })");
        keep_shape(compiler, &sections->intake, ATT_YAML_SEQUENCE,
                   "a list of rules (- { when: ..., queue: ... })");
}

/* Names ------------------------------------------------------------------- */

static void declare_all(struct compiler *compiler, enum att_noun noun,
                        const struct att_yaml_node *section)
{
        for (uint32_t i = 0; section && i < section->count; i++) {
                (void)compiler_declare(compiler, noun, section->keys[i], section->items[i]);
        }
}

/* A tier's name is one of its keys. */
static void declare_tiers(struct compiler *compiler)
{
        const struct att_yaml_node *section = compiler->sections.tiers;

        for (uint32_t i = 0; section && i < section->count; i++) {
                const struct att_yaml_node *tier = section->items[i];
                const struct att_yaml_node *name = att_yaml_find(tier, "name");

                if (name) {
                        (void)compiler_declare(compiler, ATT_NOUN_TIER, name, tier);
                }
        }
}

static int compare_declared(const void *a, const void *b)
{
        return att_text_compare((*(struct declared *const *)a)->name,
                                (*(struct declared *const *)b)->name);
}

/* Agents go by id: the smaller index is the smaller id. */
static void sort_agents(struct compiler *compiler)
{
        struct names *agents = &compiler->names[ATT_NOUN_AGENT];

        if (agents->count == 0) {
                return;
        }
        qsort(agents->items, agents->count, sizeof(*agents->items), compare_declared);
        for (uint32_t i = 0; i < agents->count; i++) {
                agents->items[i]->index = i;
        }
}

static void declare_names(struct compiler *compiler)
{
        const struct sections *sections = &compiler->sections;

        declare_all(compiler, ATT_NOUN_SKILL, sections->skills);
        declare_all(compiler, ATT_NOUN_CHANNEL, sections->channels);
        declare_tiers(compiler);
        declare_all(compiler, ATT_NOUN_PROFILE, sections->profiles);
        declare_all(compiler, ATT_NOUN_TEAM, sections->teams);
        declare_all(compiler, ATT_NOUN_AGENT, sections->agents);
        declare_all(compiler, ATT_NOUN_POLICY, sections->policies);
        declare_all(compiler, ATT_NOUN_QUEUE, sections->queues);
        declare_all(compiler, ATT_NOUN_HOURS, sections->hours);
        declare_all(compiler, ATT_NOUN_INTENT, sections->intents);
        if (!sections->channels) {
                compiler_declare_mentioned_channels(compiler);
        }
        if (!compiler_find(compiler, ATT_NOUN_POLICY, ATT_TEXT("default"))) {
                (void)compiler_declare_implied(compiler, ATT_NOUN_POLICY, ATT_TEXT("default"));
        }
        sort_agents(compiler);
}

/* Arrays ------------------------------------------------------------------ */

#define TAKE_ARRAY(compiler, noun, field, count_field)                                             \
        do {                                                                                       \
                (compiler)->config->count_field = (compiler)->names[(noun)].count;                 \
                (compiler)->drafts.field = compiler_take((compiler),                               \
                                                         (compiler)->config->count_field,          \
                                                         sizeof(*(compiler)->drafts.field));       \
                (compiler)->config->field = (compiler)->drafts.field;                              \
        } while (0)

static void take_arrays(struct compiler *compiler)
{
        TAKE_ARRAY(compiler, ATT_NOUN_SKILL, skills, skill_count);
        TAKE_ARRAY(compiler, ATT_NOUN_CHANNEL, channels, channel_count);
        TAKE_ARRAY(compiler, ATT_NOUN_TIER, tiers, tier_count);
        TAKE_ARRAY(compiler, ATT_NOUN_PROFILE, profiles, profile_count);
        TAKE_ARRAY(compiler, ATT_NOUN_TEAM, teams, team_count);
        TAKE_ARRAY(compiler, ATT_NOUN_AGENT, agents, agent_count);
        TAKE_ARRAY(compiler, ATT_NOUN_POLICY, policies, policy_count);
        TAKE_ARRAY(compiler, ATT_NOUN_QUEUE, queues, queue_count);
        TAKE_ARRAY(compiler, ATT_NOUN_HOURS, hours, hours_count);
        TAKE_ARRAY(compiler, ATT_NOUN_INTENT, intents, intent_count);
}

/* Reading ----------------------------------------------------------------- */

static void read_sections(struct compiler *compiler)
{
        struct att_config *config = compiler->config;
        const struct sections *sections = &compiler->sections;

        compiler_read_skills(compiler);
        compiler_read_channels(compiler);
        compiler_read_tiers(compiler);
        compiler_read_profiles(compiler);
        compiler_read_people(compiler);
        compiler_read_policies(compiler);
        compiler_read_queues(compiler);
        compiler_read_hours(compiler);
        compiler_read_intents(compiler);
        compiler_read_intake(compiler);
        compiler_read_access(compiler);
        compiler_read_surveys(compiler);
        compiler_read_follow_ups(compiler);
        compiler_read_reports(compiler);
        config->intake = compiler->drafts.intake;
        config->access = compiler->drafts.access;
        config->channels_open = !sections->channels;
        config->pause_reasons = sections->pause_reasons;
        config->pause_reason_count = sections->pause_reason_count;
        config->dispositions = sections->dispositions;
        config->disposition_count = sections->disposition_count;
        if (sections->limits) {
                compiler_read(compiler, &limits_table, sections->limits, config);
        }
        if (sections->history) {
                compiler_read(compiler, &history_table, sections->history, config);
        }
        if (sections->strain) {
                compiler_read(compiler, &strain_table, sections->strain, config);
        }
        if (sections->emotion) {
                compiler_read(compiler, &emotion_table, sections->emotion, config);
        }
}

static void compile(struct compiler *compiler, const struct att_yaml_node *root)
{
        if (!att_value_is(compiler->errors, root, ATT_YAML_MAPPING,
                          "a configuration, which begins with attune: 1")) {
                return;
        }
        compiler_read(compiler, &config_table, root, &compiler->sections);
        check_version(compiler);
        check_shapes(compiler);
        declare_names(compiler);
        take_arrays(compiler);
        read_sections(compiler);
        compiler_check_delays(compiler);
        compiler_check_loops(compiler);
}

bool att_config_compile(const struct att_yaml_node *root, int64_t now_ms,
                        struct att_config_errors *errors, const struct att_config **ret_config)
{
        struct compiler compiler = {
                .config = att_config_new(),
                .errors = errors,
                .now_ms = now_ms,
        };

        compile(&compiler, root);

        const bool is_right = errors->error_count == 0;

        if (is_right) {
                compiler_warn(&compiler);
                att_config_seal(compiler.config);
                *ret_config = compiler.config;
        } else {
                att_config_unref(compiler.config);
        }
        compiler_names_deinit(&compiler);
        att_arena_deinit(&compiler.scratch);
        return is_right;
}
