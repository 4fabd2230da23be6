/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside lib/config: a configuration on its way from nodes to struct att_config.
 *
 * 1. Every section's names are declared, so that an index is known before anything is read and any
 *    section may name any other.
 * 2. Every section is read, by its table, straight into the arrays of the configuration.
 * 3. What no single place can tell is checked: loops, delays, and what is surely unmeant.
 *
 * An error never stops a stage: what is broken keeps its default and the reading goes on. A
 * configuration with any error is thrown away in the end.
 */
#ifndef ATT_LIB_CONFIG_COMPILER_H
#define ATT_LIB_CONFIG_COMPILER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/map.h"
#include "lib/base/text.h"
#include "lib/config/errors.h"
#include "lib/config/key.h"
#include "lib/config/yaml.h"
#include "lib/model/config.h"

/* A name that may be referred to. */
struct declared {
        struct att_map_node node;
        struct att_text name; /* In the configuration's arena. */
        uint32_t index;
        const struct att_yaml_node *key;   /* Where it was written; NULL: nowhere. */
        const struct att_yaml_node *value; /* What it is; NULL: all defaults. */
};

struct names {
        struct att_map map;
        struct declared **items; /* Owned array; by index. */
        uint32_t count;
        uint32_t capacity;
};

/* The sections as they were written; NULL where one is absent. */
struct sections {
        const struct att_yaml_node *attune;
        const struct att_yaml_node *skills;
        const struct att_yaml_node *channels;
        const struct att_yaml_node *tiers;
        const struct att_yaml_node *profiles;
        const struct att_yaml_node *teams;
        const struct att_yaml_node *agents;
        const struct att_text *pause_reasons;
        uint32_t pause_reason_count;
        const struct att_text *dispositions;
        uint32_t disposition_count;
        const struct att_yaml_node *policies;
        const struct att_yaml_node *queues;
        const struct att_yaml_node *hours;
        const struct att_yaml_node *intake;
        const struct att_yaml_node *intents;
        const struct att_yaml_node *access;
        const struct att_yaml_node *limits;
        const struct att_yaml_node *strain;
        const struct att_yaml_node *emotion;
        const struct att_yaml_node *history;
        const struct att_yaml_node *surveys;
        const struct att_yaml_node *follow_ups;
        const struct att_yaml_node *reports;
        const struct att_yaml_node *bonus;
};

/* The configuration's arrays while they are written. */
struct drafts {
        struct att_skill *skills;
        struct att_channel *channels;
        struct att_tier *tiers;
        struct att_profile *profiles;
        struct att_team *teams;
        struct att_agent_def *agents;
        struct att_policy *policies;
        struct att_queue *queues;
        struct att_hours *hours;
        struct att_intake_rule *intake;
        struct att_intent *intents;
        struct att_access *access;
};

struct compiler {
        struct att_config *config; /* Owned until it is done; its arena holds what stays. */
        struct att_config_errors *errors;
        struct att_arena scratch; /* For what does not. */
        int64_t now_ms;
        struct sections sections;
        struct names names[ATT_NOUN_COUNT];
        struct drafts drafts;

        /* Where things were written, for the checks: a node by index; in the scratch arena. */
        const struct att_yaml_node **intake_nodes;
        const struct att_yaml_node ***step_nodes; /* By queue and step; step 0's is NULL. */
};

/* ---- Names ---- */

/* Adds a name. An error and NULL if it is there already, is no name, or there are too many. */
struct declared *compiler_declare(struct compiler *compiler, enum att_noun noun,
                                  const struct att_yaml_node *key,
                                  const struct att_yaml_node *value);
/* Adds a name that is written nowhere. */
struct declared *compiler_declare_implied(struct compiler *compiler, enum att_noun noun,
                                          struct att_text name);
/* NULL if there is none; no error. */
const struct declared *compiler_find(const struct compiler *compiler, enum att_noun noun,
                                     struct att_text name);
/* The index of the name that a node holds; false and "unknown skill 'x', did you mean 'y'?". */
bool compiler_resolve(struct compiler *compiler, enum att_noun noun,
                      const struct att_yaml_node *node, uint32_t *ret_index);
/* The nearest declared name, or the empty text. */
struct att_text compiler_nearest(const struct compiler *compiler, enum att_noun noun,
                                 struct att_text name);
void compiler_names_deinit(struct compiler *compiler);

/* ---- Reading ---- */

/* Reads a mapping by its table into `target`, which holds the defaults. Unknown and missing keys
 * are errors. An empty node is an empty mapping. */
void compiler_read(struct compiler *compiler, const struct att_key_table *table,
                   const struct att_yaml_node *node, void *target);
/* Reads one value. */
void compiler_read_value(struct compiler *compiler, const struct att_key *key,
                         const struct att_yaml_node *node, void *target);

struct zone;
/* NULL and an error: there is no such zone. zone_close() it. */
struct zone *compiler_open_zone(struct compiler *compiler, const struct att_yaml_node *node);

/* A copy in the configuration's arena. */
struct att_text compiler_keep(struct compiler *compiler, struct att_text text);
void *compiler_take(struct compiler *compiler, size_t count, size_t bytes_each);

/* The readers of kinds with a shape of their own (lists.c, conditions_read.c). */
void compiler_read_levels(struct compiler *compiler, const struct att_key *key,
                          const struct att_yaml_node *node, void *target);
void compiler_read_any_of(struct compiler *compiler, const struct att_key *key,
                          const struct att_yaml_node *node, void *target);
void compiler_read_preferences(struct compiler *compiler, const struct att_key *key,
                               const struct att_yaml_node *node, void *target);
void compiler_read_pairs(struct compiler *compiler, const struct att_key *key,
                         const struct att_yaml_node *node, void *target);
void compiler_read_texts(struct compiler *compiler, const struct att_key *key,
                         const struct att_yaml_node *node, void *target);
void compiler_read_references(struct compiler *compiler, const struct att_key *key,
                              const struct att_yaml_node *node, void *target);
void compiler_read_overflow(struct compiler *compiler, const struct att_key *key,
                            const struct att_yaml_node *node, void *target);
void compiler_read_delivery(struct compiler *compiler, const struct att_key *key,
                            const struct att_yaml_node *node, void *target);
void compiler_read_conditions(struct compiler *compiler, const struct att_key *key,
                              const struct att_yaml_node *node, void *target);

/* ---- Sections: each reads its own, all names being declared ---- */

void compiler_read_skills(struct compiler *compiler);
void compiler_read_channels(struct compiler *compiler);
void compiler_read_tiers(struct compiler *compiler);
void compiler_read_profiles(struct compiler *compiler);
void compiler_read_people(struct compiler *compiler); /* Teams and agents. */
void compiler_read_policies(struct compiler *compiler);
void compiler_read_queues(struct compiler *compiler);
void compiler_read_hours(struct compiler *compiler);
void compiler_read_intents(struct compiler *compiler);
void compiler_read_intake(struct compiler *compiler);
void compiler_read_access(struct compiler *compiler);
void compiler_read_surveys(struct compiler *compiler);
void compiler_read_reports(struct compiler *compiler);
void compiler_read_follow_ups(struct compiler *compiler);

/* With no `channels:` section every channel that people name is one. */
void compiler_declare_mentioned_channels(struct compiler *compiler);

/* ---- Checks over the whole ---- */

void compiler_check_delays(struct compiler *compiler);
void compiler_check_loops(struct compiler *compiler);
void compiler_warn(struct compiler *compiler); /* On a configuration without errors. */

/* Whether whatever fits `narrow` fits `wide` too. */
bool conditions_imply(const struct att_conditions *narrow, const struct att_conditions *wide);

/* ---- The tables, for those who read and those who print ---- */

extern const struct att_key_table config_table;
extern const struct att_key_table skill_table;
extern const struct att_key_table channel_table;
extern const struct att_key_table tier_table;
extern const struct att_key_table profile_table;
extern const struct att_key_table team_table;
extern const struct att_key_table agent_table;
extern const struct att_key_table policy_table;
extern const struct att_key_table fit_table;
extern const struct att_key_table urgency_table;
extern const struct att_key_table callback_table;
extern const struct att_key_table outcome_table;
extern const struct att_key_table continuity_table;
extern const struct att_key_table queue_table;
extern const struct att_key_table step_table;
extern const struct att_key_table hours_table;
extern const struct att_key_table closed_table;
extern const struct att_key_table special_table;
extern const struct att_key_table intake_table;
extern const struct att_key_table intent_table;
extern const struct att_key_table access_table;
extern const struct att_key_table limits_table;
extern const struct att_key_table strain_table;
extern const struct att_key_table emotion_table;
extern const struct att_key_table history_table;
extern const char *const emotion_languages[]; /* "none", then by number; NULL ends them. */
extern const struct att_key_table surveys_table;
extern const struct att_key_table reports_table;
extern const struct att_key_table bonus_table;
extern const struct att_key_table bonus_weights_table;
extern const struct att_key_table follow_up_table;
extern const struct att_key_table repeat_table;

#endif
