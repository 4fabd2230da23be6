/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A compiled configuration: what supervisors wrote, checked, with every name resolved to an index
 * and every unit to an integer. Immutable once made and shared by counting references: the engine,
 * the shell and journal records hold the same one.
 *
 * All arrays and texts live in the configuration's own arena. An index is into the array of that
 * noun; ATT_NONE says "none". Agents are sorted by id (bytewise), so that the smaller index is the
 * smaller id; everything else keeps the order it was written in.
 */
#ifndef ATT_LIB_MODEL_CONFIG_H
#define ATT_LIB_MODEL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/digest.h"
#include "lib/base/text.h"
#include "lib/model/reports.h"
#include "lib/model/words.h"

#define ATT_NONE UINT32_MAX

struct att_pair { /* An attribute. */
        struct att_text key;
        struct att_text value;
};

struct att_skill {
        struct att_text name;
        struct att_text title; /* Or the name. */
        enum att_skill_kind kind;
};

struct att_channel {
        struct att_text name;
        uint32_t units;           /* 0..100 of an agent's 100. */
        int64_t offer_timeout_ms; /* > 0 */
        int64_t wrap_up_ms;       /* >= 0 */
        bool auto_accept;
        bool exclusive;
        uint64_t interrupts; /* Bits of channel indices. */
};

struct att_requirement {
        uint32_t skill;
        uint32_t level; /* 1..10; in `changes` of a step and in requests also 0: dropped. */
};

struct att_preference {
        uint32_t skill;
        uint32_t weight_milli; /* Thousandths; > 0. */
};

/* What a contact is compared with, in a tier's or an intake rule's `when`. */
enum att_condition_field {
        ATT_FIELD_ATTRIBUTE, /* The contact's attribute called `attribute`. */
        ATT_FIELD_TEXT,      /* Holds if any of the phrases occurs, whatever the case. */
        ATT_FIELD_ENTRY_POINT,
        ATT_FIELD_LANGUAGE,
        ATT_FIELD_CHANNEL,
        ATT_FIELD_QUEUE, /* As the request gave it. */
        ATT_FIELD_INTENT,
        ATT_FIELD_EMOTION,
        ATT_FIELD_PRIORITY,
        ATT_FIELD_FRONT_END,
        ATT_FIELD_CUSTOMER, /* Its id. */
        ATT_FIELD_CUSTOMER_NAME,
        ATT_FIELD_TIER,
        ATT_FIELD_LIFETIME_VALUE,
        ATT_FIELD_CURRENCY,
        ATT_FIELD_CHURN_RISK,
        ATT_FIELD_COUNT
};

enum att_condition_op {
        ATT_OP_ANY_OF, /* Equal to, or matching the glob of, one of `values`. */
        ATT_OP_LESS,
        ATT_OP_LESS_EQUAL,
        ATT_OP_GREATER,
        ATT_OP_GREATER_EQUAL,
};

struct att_condition {
        enum att_condition_field field;
        struct att_text attribute;
        enum att_condition_op op;
        const struct att_text *values; /* ATT_OP_ANY_OF */
        uint32_t value_count;
        int64_t number_micro; /* The others: millionths. */
};

struct att_conditions { /* All must hold; none always holds. */
        const struct att_condition *items;
        uint32_t count;
};

struct att_tier {
        struct att_text name;
        int64_t value_ppm; /* 0..1,000,000 */
        int64_t points_milli;
        struct att_conditions when;
};

struct att_profile_entry {
        uint32_t rank; /* 1 first; 0: the queue is not served. */
        int64_t delay_ms;
};

struct att_profile {
        struct att_text name;
        const struct att_profile_entry *by_queue; /* queue_count of them. */
};

struct att_team {
        struct att_text name;
        struct att_text title;
};

#define ATT_LIMIT_OFF  UINT32_MAX /* The agent does not take this channel. */
#define ATT_LIMIT_NONE 0          /* No limit but the units. */

struct att_address {
        uint32_t channel;
        struct att_text address;
};

struct att_agent_def { /* An agent with all that the team gives. */
        struct att_text id;
        struct att_text name; /* Or the id. */
        enum att_agent_kind kind;
        uint32_t team;          /* ATT_NONE */
        uint32_t profile;       /* ATT_NONE: every queue, all rank 1. */
        const uint8_t *levels;  /* By skill, 0..10; 0: does not have it. */
        const uint32_t *limits; /* By channel: ATT_LIMIT_OFF, ATT_LIMIT_NONE or most at once;
                                           NULL: every channel, without a limit. */
        int64_t wrap_up_ms;     /* -1: the queue's or the channel's. */
        const struct att_address *addresses;
        uint32_t address_count;
        const struct att_pair *attributes;
        uint32_t attribute_count;
};

enum att_on_missed { ATT_MISSED_PAUSES, ATT_MISSED_KEEPS };

/* Slopes are kept in thousandths of a point an hour, so that slope x milliseconds is exact in
 * units of 1/3,600,000 of a thousandth of a point. */
struct att_policy {
        struct att_text name;
        uint32_t fit_milli[ATT_FIT_TERM_COUNT]; /* Weights in thousandths; all 0: every fit is 0. */
        int64_t slope_milli_per_hour;
        int64_t urgent_slope_milli_per_hour;
        int64_t cap_milli;
        int64_t value_milli;
        int64_t emotion_milli;
        int64_t recovery_milli;
        int64_t fit_points_milli;
        int64_t starve_after_ms; /* -1: never. */
        int64_t batch_ms;        /* 0: match at every command. */
        enum att_on_missed on_missed;
        int64_t retry_cooldown_ms;
        int64_t hold_for_preferred_ms;
        int64_t agent_wait_ms;
        uint32_t broadcast;         /* Agents a round; 1: one. */
        uint32_t callback_attempts; /* >= 1 */
        int64_t callback_pause_ms;
        int64_t outcome_prior_ppm;       /* Success to expect of an unknown agent. */
        uint32_t outcome_weight;         /* Contacts that the prior is worth; >= 1. */
        int64_t continuity_half_life_ms; /* > 0 */
        int64_t repeat_within_ms;        /* 0: no contact is a repeat. */
        int64_t repeat_milli;            /* Points of urgency for one. */
};

enum att_overflow_kind {
        ATT_OVERFLOW_NONE,
        ATT_OVERFLOW_QUEUE,
        ATT_OVERFLOW_CALLBACK,
        ATT_OVERFLOW_REFUSE,
};

struct att_overflow {
        enum att_overflow_kind kind;
        uint32_t queue;
        int64_t callback_ms;
        struct att_text message; /* Of a refusal, for the front end to play or show. */
};

/* A stage of a queue. Step 0 is the queue as written; each later one holds all that is in force
 * from it on, and in `changes` what it names itself. */
struct att_step {
        int64_t after_ms;                       /* in_queue; 0 for step 0; not decreasing. */
        const struct att_requirement *requires; /* In force, by skill; no level 0. */
        uint32_t requires_count;
        const struct att_requirement *changes; /* Named by this step itself; level 0 drops one. */
        uint32_t change_count;
        const struct att_requirement *any_of; /* In force; empty: nothing asked. */
        uint32_t any_of_count;
        const uint32_t *teams; /* In force; empty: every team. */
        uint32_t team_count;
        int64_t priority_milli; /* In force. */
        uint32_t move_to;       /* ATT_NONE, or the queue the contact moves to. */
        bool skip_unstaffed;
};

enum att_at_closing { ATT_AT_CLOSING_SERVE, ATT_AT_CLOSING_OVERFLOW };

struct att_queue {
        struct att_text name;
        struct att_text title;        /* Or the name. */
        const struct att_step *steps; /* At least one. */
        uint32_t step_count;
        const struct att_preference *prefers;
        uint32_t prefer_count;
        const struct att_pair *attributes; /* The agent's must be equal. */
        uint32_t attribute_count;
        uint32_t policy;
        int64_t urgent_after_ms;
        int64_t service_level_ppm; /* 0: none stated. */
        int64_t service_level_within_ms;
        bool refuse_unstaffed;
        int64_t wrap_up_ms; /* -1: the channel's. */
        int64_t max_wait_ms;
        uint32_t max_waiting; /* 0: no limit. */
        struct att_overflow overflow;
        uint32_t hours; /* ATT_NONE: always open. */
        struct att_overflow when_closed;
        enum att_at_closing at_closing;
        uint32_t moved_to; /* ATT_NONE */
};

struct att_interval { /* [open, close) in ms since the epoch, UTC. */
        int64_t open_ms;
        int64_t close_ms;
};

/* The rules are what the supervisor wrote; the intervals are what follows from them for the time
 * ahead, so that the same rules have other intervals every day. */
struct att_hours {
        struct att_text name;
        struct att_text zone;
        struct att_digest rules;              /* Of zone, week and dates. */
        const struct att_interval *intervals; /* In order, apart from each other. */
        uint32_t interval_count;
        int64_t known_until_ms; /* After it nothing is known: extended by command. */
};

struct att_intake_rule {
        struct att_conditions when;
        uint32_t queue; /* ATT_NONE */
        const struct att_requirement *requires;
        uint32_t requires_count;
        const struct att_preference *prefers;
        uint32_t prefer_count;
        int64_t priority_milli;
        uint32_t intent; /* ATT_NONE */
        uint32_t line;   /* Where it was written, for explanations. */
};

struct att_intent {
        struct att_text name;
        struct att_text title;
        const struct att_text *knowledge;
        uint32_t knowledge_count;
        struct att_text goodwill;
};

/* Who is asked how it was. */
struct att_surveys {
        int64_t share_ppm;        /* 0: nobody. */
        int64_t once_in_ms;       /* Of one customer; 0: as often as picked. */
        const uint32_t *channels; /* None: all. */
        uint32_t channel_count;
        const uint32_t *queues; /* None: all. */
        uint32_t queue_count;
};

struct att_follow_up { /* What a disposition promises. */
        struct att_text disposition;
        int64_t after_ms;
        int64_t expires_ms; /* After the conversation, more than `after_ms`; -1: never. */
        bool same_agent;    /* Preferred. */
        uint32_t queue;     /* ATT_NONE: the contact's. */
        uint32_t attempts;  /* 0: as the policy has it. */
        struct att_text what;
};

struct att_access {
        struct att_text name; /* Of the front end. */
        enum att_role role;
        struct att_text token_file; /* Path, relative ones to the configuration; may be empty. */
        int64_t uid;                /* -1: none. */
};

/* Where agents are by the hash of their id: a contact names several, and there may be thousands. */
struct att_agent_slot {
        uint32_t hash;
        uint32_t agent; /* ATT_NONE: free. */
};

struct att_agent_index {
        const struct att_agent_slot *slots; /* NULL until the configuration is sealed. */
        uint32_t mask;
};

struct att_config {
        struct att_arena arena;
        uint32_t references;
        struct att_digest digest; /* Of everything below; att_config_seal(). */

        const struct att_skill *skills;
        uint32_t skill_count;
        const struct att_channel *channels;
        uint32_t channel_count;
        bool channels_open; /* No `channels:`: any name works, with the defaults. */
        const struct att_tier *tiers;
        uint32_t tier_count;
        const struct att_profile *profiles;
        uint32_t profile_count;
        const struct att_team *teams;
        uint32_t team_count;
        const struct att_agent_def *agents;
        uint32_t agent_count;
        const struct att_text *pause_reasons; /* None: any word. */
        uint32_t pause_reason_count;
        const struct att_text *dispositions;
        uint32_t disposition_count;
        const struct att_policy *policies;
        uint32_t policy_count;
        const struct att_queue *queues;
        uint32_t queue_count;
        const struct att_hours *hours;
        uint32_t hours_count;
        const struct att_intake_rule *intake;
        uint32_t intake_count;
        uint32_t otherwise; /* Queue, or ATT_NONE. */
        const struct att_intent *intents;
        uint32_t intent_count;
        const struct att_access *access;
        uint32_t access_count;
        struct att_surveys surveys;
        struct att_reports reports;
        struct att_bonus bonus;
        const struct att_follow_up *follow_ups;
        uint32_t follow_up_count;

        uint32_t contacts_max;
        uint32_t customers_max;
        uint32_t offers_per_contact;
        int64_t strain_half_life_ms;
        int64_t history_keep_ms;   /* 0: for ever. The engine does not know it. */
        bool emotion_estimate;     /* From a contact's words, where nobody states it. */
        uint32_t emotion_language; /* Of contacts that say none: 0, or which of lib/emotion + 1. */

        const uint32_t *skills_by_name; /* Indices sorted by name; made by att_config_seal(). */
        const uint32_t *queues_by_name;
        struct att_agent_index agents_by_id; /* And that. */
};

/* A new, empty configuration with one reference. Fill it (its arrays from its arena), then seal. */
struct att_config *att_config_new(void);
/* Computes the digest, over names, values and order; access and arena apart. Call once, last. */
void att_config_seal(struct att_config *config);
const struct att_config *att_config_ref(const struct att_config *config);
void att_config_unref(const struct att_config *config); /* NULL fine. */

/* The values that hold where nothing is written. */
struct att_policy att_policy_default(void);
struct att_channel att_channel_default(struct att_text name);

/* Index by name, or ATT_NONE. In a sealed configuration agents by hash, skills and queues by binary search;
 * the others one by one. */
uint32_t att_config_find_skill(const struct att_config *config, struct att_text name);
uint32_t att_config_find_channel(const struct att_config *config, struct att_text name);
uint32_t att_config_find_queue(const struct att_config *config, struct att_text name);
uint32_t att_config_find_agent(const struct att_config *config, struct att_text id);
uint32_t att_config_find_tier(const struct att_config *config, struct att_text name);
uint32_t att_config_find_intent(const struct att_config *config, struct att_text name);

/* The nearest name for "did you mean", or the empty text. */
struct att_text att_config_nearest_skill(const struct att_config *config, struct att_text name);
struct att_text att_config_nearest_channel(const struct att_config *config, struct att_text name);
struct att_text att_config_nearest_queue(const struct att_config *config, struct att_text name);
struct att_text att_config_nearest_agent(const struct att_config *config, struct att_text id);

/* Whether hours are open at a time; beyond what is known they are closed. */
bool att_hours_is_open(const struct att_hours *hours, int64_t at_ms);
/* The first opening after `at_ms` (or closing, if open then); INT64_MAX if none is known. */
int64_t att_hours_next_change(const struct att_hours *hours, int64_t at_ms);

#endif
