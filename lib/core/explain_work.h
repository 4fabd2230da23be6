/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of an explanation share; internal to them:
 *
 *      explain.c          the whole, and its text
 *      explain_words.c    figures, requirements and rules in words
 *      explain_told.c     a decision
 *      explain_blocks.c   what stands between an agent and a contact, and until when
 *      explain_room.c     of that, what the agent has in hand
 *      explain_figures.c  the same in words
 *      explain_outlook.c  a waiting contact's agents, in one walk
 *      explain_change.c   what would release it
 *      explain_wait.c     what it waits for
 *      explain_asked.c    why not this agent
 *
 * Nothing here changes the engine, and nothing here decides: who may take a contact is said by
 * eligibility.c, which the recount holds these parts to.
 */
#ifndef ATT_LIB_CORE_EXPLAIN_WORK_H
#define ATT_LIB_CORE_EXPLAIN_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/buffer.h"
#include "lib/core/effect.h"
#include "lib/core/explanation.h"
#include "lib/core/state.h"

/* How many names stand in one sentence. */
#define EXPLAIN_NAMES_MAX 5

/* What is asked of agents at a step. */
struct asks {
        const struct att_queue *queue;
        uint32_t queue_index;
        const struct att_step *step;
        uint32_t step_index;
        uint32_t want_count;
        struct want wants[WANTS_MAX];
};

struct explain {
        const struct att_core *core;
        const struct contact *contact;
        struct att_arena *arena; /* What is handed out. */
        struct att_buffer words; /* Of the sentence that is being made. */
        struct asks asks;        /* Of the contact's step now. */
        bool has_asks;           /* It has a queue. */
};

/* ---- explain_words.c ---- */

/* The sentence made so far, kept; the next one begins. */
struct att_text explain_keep(struct explain *explain);

void words_share(struct att_buffer *into, int64_t ppm); /* 0.913 */
void words_condition(struct att_buffer *into, const struct att_condition *condition);
/* What a contact is part of: a line each. */
void words_story(struct att_buffer *into, const struct att_core *core,
                 const struct contact *contact);
void words_points(struct att_buffer *into, int64_t milli);               /* -1.500 */
void words_duration(struct att_buffer *into, int64_t ms);                /* 2m 05s */
void words_setting(struct att_buffer *into, int64_t ms);                 /* 125s, as written */
void words_number(struct att_buffer *into, int64_t value, int decimals); /* 0.7 */
void words_agents(struct att_buffer *into, uint32_t count);              /* 3 agents */

/* Names with commas and "and 7 more", of which only the first few are kept. */
struct names {
        struct att_text shown[EXPLAIN_NAMES_MAX];
        uint32_t count;
};
void names_add(struct names *names, struct att_text name);
void words_names(struct att_buffer *into, const struct names *names);

/* "spanish 5, cards 3; one of chat 2, mail 4; team front; site madrid", or "nothing in particular". */
void words_asks(struct att_buffer *into, const struct att_core *core, const struct asks *asks);
/* "when language is es: requires spanish 5, priority +30" */
void words_rule(struct att_buffer *into, const struct att_core *core, uint32_t rule);

/* ---- explain_blocks.c ---- */

/* Causes (enum att_exclusion) as bits of a uint32_t. */
#define BLOCK(cause) (UINT32_C(1) << (cause))
/* What only another configuration or another request can change, or another step. */
#define BLOCKS_LASTING                                                                             \
        (BLOCK(ATT_EXCLUSION_CHANNEL) | BLOCK(ATT_EXCLUSION_EXCLUDED) |                            \
         BLOCK(ATT_EXCLUSION_PROFILE) | BLOCK(ATT_EXCLUSION_TEAM) | BLOCK(ATT_EXCLUSION_SKILL) |   \
         BLOCK(ATT_EXCLUSION_ANY_OF) | BLOCK(ATT_EXCLUSION_ATTRIBUTE) | BLOCK(ATT_EXCLUSION_BOT))
#define BLOCKS_ROOM                                                                                \
        (BLOCK(ATT_EXCLUSION_EXCLUSIVE) | BLOCK(ATT_EXCLUSION_LIMIT) | BLOCK(ATT_EXCLUSION_UNITS))
#define BLOCKS_ABSENT                                                                              \
        (BLOCK(ATT_EXCLUSION_OFFLINE) | BLOCK(ATT_EXCLUSION_PAUSED) |                              \
         BLOCK(ATT_EXCLUSION_UNREACHABLE))
#define BLOCKS_TIMED                                                                               \
        (BLOCK(ATT_EXCLUSION_NAMED) | BLOCK(ATT_EXCLUSION_DELAY) | BLOCK(ATT_EXCLUSION_COOLDOWN) | \
         BLOCK(ATT_EXCLUSION_HOLD))

void asks_of(const struct att_core *core, const struct contact *contact, uint32_t queue,
             uint32_t step, struct asks *ret_asks);

/* All that stands between an agent and a contact under these demands; what time alone ends as of
 * `at_ms`, all else as it is now. Holds and links apart. */
uint32_t blocks_of(const struct att_core *core, const struct contact *contact,
                   const struct asks *asks, const struct agent *agent, int64_t at_ms);
enum att_exclusion blocks_first(uint32_t set);

/* The one to whom alone the contact may go now, or NULL: looked up once for all agents. */
struct bond {
        const struct agent *agent;
        enum att_exclusion by;
};
struct bond bond_of(const struct att_core *core, const struct contact *contact);
/* blocks_of() now, with a hold or a link. */
uint32_t blocks_now(const struct explain *explain, const struct bond *bond,
                    const struct agent *agent);

/* When all of these are over: -1 if that is not known. */
int64_t blocks_due_ms(const struct explain *explain, const struct agent *agent, uint32_t set);
/* When the agent has room on the contact's channel, as far as is known; -1. */
int64_t room_due_ms(const struct att_core *core, const struct contact *contact,
                    const struct agent *agent);
/* The one skill in which an agent falls short, or NULL: none, or several. */
const struct want *want_missing_alone(const struct asks *asks, const struct agent *agent);
/* The agent's value of an attribute, or the empty text. */
struct att_text agent_attribute(const struct agent *agent, struct att_text key);

/* ---- explain_room.c, explain_figures.c ---- */

/* Units, limits and exclusive channels: what is held, and what is to end first. */
void words_room(struct explain *explain, const struct agent *agent, enum att_exclusion cause);
/* After an agent's name, one cause with its figures: "lacks a required skill or level: needs german
 * 5, has 3". */
void words_block(struct explain *explain, const struct agent *agent, enum att_exclusion cause);

/* ---- explain_outlook.c ---- */

/* How soon an agent may be expected to take it. */
enum prospect {
        PROSPECT_NOW,
        PROSPECT_KNOWN,  /* By time alone. */
        PROSPECT_BUSY,   /* After a conversation, or when another agent is not ahead any more. */
        PROSPECT_PAUSED, /* Or not to be reached. */
        PROSPECT_OFFLINE,
};

struct someone {
        const struct agent *agent;
        uint32_t set;
        enum prospect prospect;
        int64_t due_ms;
};

/* Those who fail for one lasting cause alone. */
struct near_miss {
        uint32_t agents;
        uint32_t free;
        struct names who;
};

/* One required skill among those signed in. */
struct shortage {
        uint32_t have; /* Who have the level. */
        uint32_t best; /* The highest level of those who lack nothing else. */
        struct near_miss at_best;
};

/* The first that time alone ends, of one cause. */
struct ending {
        int64_t due_ms;
        uint32_t agents;
        uint32_t free;
};

struct outlook {
        uint32_t excluded[ATT_EXCLUSION_COUNT];
        struct someone first[ATT_EXPLAIN_AGENTS_MAX];
        uint32_t first_count;
        uint32_t could; /* Whom nothing lasting keeps from it, signed in or not. */
        uint32_t signed_in;
        uint32_t by_prospect[PROSPECT_OFFLINE + 1];
        struct names paused;
        struct names offline;
        struct near_miss near[ATT_EXCLUSION_COUNT];
        struct shortage shortages[WANTS_MAX];
        struct ending endings[ATT_EXCLUSION_COUNT];
};

void outlook_of(const struct explain *explain, struct outlook *ret_outlook);

/* ---- explain_change.c ---- */

struct changes {
        struct att_explain_change items[ATT_EXPLAIN_CHANGES_MAX];
        uint32_t count;
};

void changes_add(struct explain *explain, const struct outlook *outlook, struct changes *changes);
/* Whether the batching window of the contact's policy is open. */
bool is_in_window(const struct explain *explain);

/* ---- explain_told.c, explain_wait.c, explain_asked.c ---- */

/* Of the contact, which has one. */
const struct att_explain_decision *explain_decision(struct explain *explain);
const struct att_explain_count *explain_counts(struct explain *explain,
                                               const uint32_t excluded[ATT_EXCLUSION_COUNT],
                                               uint32_t *ret_count);
/* "  ann: fit 0.913 (skill 0.800, ...), load 33, idle 40s", a line. */
void words_candidate(struct att_buffer *into, const struct att_candidate *candidate);
/* "the best fit, by a margin of 0.100 over bob" */
void words_agent_by(struct att_buffer *into, const struct att_decision *decision);
/* "  3 agents: offline", a line each. */
void words_counts(struct att_buffer *into, const uint32_t excluded[ATT_EXCLUSION_COUNT]);
const struct att_explain_wait *explain_wait(struct explain *explain);
const struct att_explain_asked *explain_asked(struct explain *explain, const struct agent *agent);
/* The same as lines of text. */
void words_wait(struct att_buffer *into, const struct explain *explain,
                const struct att_explain_wait *wait);
void words_asked(struct att_buffer *into, const struct explain *explain,
                 const struct att_explain_asked *asked);

#endif
