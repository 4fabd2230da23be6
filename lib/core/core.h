/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine: commands in, effects out.
 *
 *      struct att_core *core = att_core_new();
 *      struct att_effects effects = { 0 };
 *      att_core_step(core, &command, &effects);        // the first one: ATT_CMD_CONFIG
 *      ... send the effects where they belong ...
 *      arm a timer for att_core_next_deadline_ms(core), then step an ATT_CMD_TICK
 *
 * One thread owns a core. Nothing but commands goes in and nothing but effects comes out: the same
 * commands give the same effects, bit for bit, on every machine and build of the same behaviour
 * number. A step cannot fail: a command that can't be applied gives one `refused` effect and
 * changes nothing else (timers that were due before it have fired all the same).
 *
 * Glossary, states and rules: docs/engine.md.
 */
#ifndef ATT_LIB_CORE_CORE_H
#define ATT_LIB_CORE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/digest.h"
#include "lib/base/text.h"
#include "lib/core/command.h"
#include "lib/core/effect.h"
#include "lib/core/explanation.h"
#include "lib/model/config.h"

/* Grows with every change of what commands mean. Stands in every journal segment and snapshot. */
#define ATT_CORE_BEHAVIOUR 4

struct att_core;

struct att_core *att_core_new(void);       /* Without a configuration everything else is refused. */
void att_core_free(struct att_core *core); /* NULL fine. */

/* Applies one command. `effects` is emptied first. The command's time must not be before the last
 * one's (checked). */
void att_core_step(struct att_core *core, const struct att_command *command,
                   struct att_effects *effects);

/* When the next timer is due, or INT64_MAX. In the past or present after a step: never. */
int64_t att_core_next_deadline_ms(const struct att_core *core);

int64_t att_core_now_ms(const struct att_core *core);
uint64_t att_core_seq(const struct att_core *core);                    /* Of the last command. */
const struct att_config *att_core_config(const struct att_core *core); /* Borrowed; NULL before. */

/* A digest of everything that can influence an effect to come. Cost: the whole state. */
struct att_digest att_core_digest(const struct att_core *core);

/* Recounts everything from nothing and compares (aborts on a difference). Runs after every step
 * where ATT_DEBUG_INVARIANTS is defined. */
void att_core_check(const struct att_core *core);

/* ---- Looking inside. Views are borrowed until the next step. ---- */

struct att_interaction_view {
        struct att_text contact; /* Or the work's name, when it is outside the router. */
        struct att_text agent;
        struct att_text channel;
        struct att_text queue; /* Empty: outside the router. */
        enum att_interaction_state state;
        bool outside;
        uint32_t units;
        int64_t since_ms;         /* Accepted, or reported. */
        int64_t wrap_up_until_ms; /* Or -1. */
};

struct att_contact_view {
        uint64_t number; /* Of the command that added it: never another's. */
        struct att_text id;
        struct att_text front_end;
        struct att_text channel;
        struct att_text queue;
        struct att_text entry_point;
        struct att_text language;
        struct att_text text;
        struct att_text intent;
        struct att_text intent_title;
        struct att_text address;
        struct att_text traceparent;
        struct att_text agent; /* Who has it: offered (the first) or connected; else empty. */
        struct att_text named_agent;
        struct att_text preferred_agent;
        struct att_text tier;
        struct att_customer_info customer;
        const struct att_pair *attributes;
        uint32_t attribute_count;
        enum att_contact_state state;
        enum att_outcome outcome;
        uint32_t step;
        uint32_t rounds;  /* Of offers without an accept. */
        uint32_t attempt; /* Of a callback. */
        int64_t arrived_ms;
        int64_t waited_ms; /* As of now. */
        int64_t in_queue_ms;
        int64_t urgency_milli;
        int64_t priority_milli;
        int64_t emotion_ppm;
        int64_t value_ppm;
        enum att_emotion_source emotion_source;
        int64_t due_ms; /* Scheduled for; or -1. */
        uint64_t offer; /* The live one (the first); or 0. */
        uint32_t transfers;
        const struct att_decision *decision; /* The last one about this contact, or NULL. */
        /* Of an open one: */
        struct att_text incident; /* Empty: none that is known; else its id. */
        struct att_text incident_title;
        struct att_text incident_message;
        struct att_text repeat_of;    /* The customer's contact not long before. */
        struct att_text follow_up_of; /* The contact at whose end it was promised. */
        struct att_text promised;     /* What. */
        int64_t expires_ms;           /* Of the promise, or -1. */
};

/* Finds a contact, live or remembered. */
bool att_core_find_contact(const struct att_core *core, struct att_text id,
                           struct att_contact_view *ret_view);
/* A contact's number alone, live or remembered; 0: there is none of that name. */
uint64_t att_core_contact_number(const struct att_core *core, struct att_text id);
/* Goes through live contacts in order of arrival: start with 0, gives the next cursor or 0 at the
 * end. `*cursor` is good until the next step. */
bool att_core_next_contact(const struct att_core *core, uint64_t *cursor,
                           struct att_contact_view *ret_view);
/* 1 for the next to be served of its queue; 0 if it is not waiting. O(log n) of its queue. */
uint32_t att_core_position(const struct att_core *core, struct att_text contact);

/* What is required of an agent at the step that a waiting contact is in, the request's and the intake's
 * part included: at most ATT_REQUIREMENTS_MAX, by skill. 0 if it does not wait. */
uint32_t att_core_contact_requires(const struct att_core *core, struct att_text contact,
                                   struct att_requirement *ret_requires);
/* The part of it that is not its queue's: what the intake's rules and, before them, the request asked for;
 * level 0 takes one of the queue's away. At most ATT_OWN_REQUIREMENTS_MAX. */
#define ATT_OWN_REQUIREMENTS_MAX (2 * ATT_REQUIREMENTS_MAX)
uint32_t att_core_contact_own_requires(const struct att_core *core, struct att_text contact,
                                       struct att_requirement *ret_requires);

struct att_agent_view {
        struct att_text id;
        struct att_text name;
        struct att_text team;            /* Name, or empty. */
        const struct att_agent_def *def; /* NULL: removed by a reload, finishing its work. */
        enum att_presence presence;
        struct att_text reason;
        int64_t presence_since_ms;
        int64_t idle_ms; /* -1: not idle. */
        uint32_t load_units;
        uint32_t offers;
        uint32_t interactions;
        int64_t price_ppm;
        int64_t strain_milli;
        uint64_t reachable; /* Bits of att_core_channel_name() indices. */
};

size_t att_core_agent_count(const struct att_core *core); /* Removed ones with work included. */
void att_core_agent_at(const struct att_core *core, size_t i, struct att_agent_view *ret_view);
bool att_core_find_agent(const struct att_core *core, struct att_text id,
                         struct att_agent_view *ret_view);
/* The i-th interaction of an agent; false past the last. */
bool att_core_agent_interaction(const struct att_core *core, struct att_text agent, size_t i,
                                struct att_interaction_view *ret_view);
/* The name of a channel by its bit, or the empty text. */
struct att_text att_core_channel_name(const struct att_core *core, uint32_t channel);

struct att_queue_view {
        struct att_text name;
        struct att_text title;
        uint32_t waiting; /* Queued. */
        uint32_t offered;
        uint32_t connected;
        int64_t longest_wait_ms; /* Of those queued or offered; 0 if none. */
        int64_t estimate_ms;     /* For one who comes now; -1: unknown. */
        uint32_t staffed;        /* Ready agents who could take its contacts at the last step. */
        uint64_t entered;        /* Since the engine began: arrivals and moves into it. */
        uint64_t answered;
        uint64_t answered_in_level; /* Within the service level's time. */
        uint64_t abandoned;
        uint64_t refused;
        uint64_t overflowed;
        uint64_t expired;
        int64_t answer_wait_ms; /* Sum of `waited` over answered ones. */
        bool open;
};

size_t att_core_queue_count(const struct att_core *core);
void att_core_queue_at(const struct att_core *core, size_t i, struct att_queue_view *ret_view);

struct att_incident_view { /* An open one. */
        struct att_text id;
        struct att_text title;
        struct att_text message;
        struct att_text by; /* Who announced it. */
        const struct att_conditions *when;
        int64_t points_milli;
        int64_t announced_ms;
        int64_t until_ms;  /* Or -1. */
        uint64_t affected; /* Contacts ever. */
        uint32_t live;     /* Of them, not closed yet. */
};

/* The i-th of those that are open, in the order announced; false past the last. */
bool att_core_incident(const struct att_core *core, size_t i, struct att_incident_view *ret_view);
/* Its conditions in words. */
void att_core_incident_when(const struct att_core *core, size_t i, struct att_buffer *into);

struct att_core_counts {
        uint32_t contacts[ATT_CONTACT_STATE_COUNT];
        uint32_t agents[ATT_PRESENCE_COUNT];
        uint32_t interactions;
        uint32_t customers;
        uint64_t commands;
        uint64_t refused;
        uint64_t offers;
        uint64_t outcomes[ATT_OUTCOME_COUNT];
        uint64_t surveys;  /* Customers asked how it was. */
        uint64_t repeats;  /* Contacts of customers who were back soon. */
        uint64_t promises; /* Made; and what became of them: */
        uint64_t promises_kept;
        uint64_t promises_expired;
        uint64_t promises_cancelled;
        uint32_t incidents; /* Open. */
};
void att_core_counts(const struct att_core *core, struct att_core_counts *ret_counts);

/* ---- Explain ---- */

/* Why a contact went where it went, or what it waits for and what would release it. With an agent:
 * why not that agent, or the terms by which it lost. Everything in the explanation is the arena's or
 * the engine's, until the next step. False if there is no such contact or agent: the text is a
 * sentence then, with the nearest name. Changes nothing. Cost: all agents, for a waiting contact once
 * for each step to come. */
bool att_core_explanation(const struct att_core *core, struct att_text contact,
                          struct att_text agent, struct att_arena *arena,
                          struct att_explanation *ret_explanation);
/* Its text alone: sentences, a line each. */
bool att_core_explain(const struct att_core *core, struct att_text contact, struct att_text agent,
                      struct att_buffer *into);
/* From what an agent's outcome figures come: in the queues that ask for the skill, or the one queue; both
 * empty: all. False as above. */
bool att_core_explain_outcome(const struct att_core *core, struct att_text agent,
                              struct att_text skill, struct att_text queue, struct att_arena *arena,
                              struct att_explanation *ret_explanation);
/* The rules of the intake that apply to an open contact, in order: indices into the configuration's,
 * at most so many. Returns how many. */
uint32_t att_core_contact_rules(const struct att_core *core, struct att_text contact,
                                uint32_t rules_max, uint32_t *ret_rules);
/* A decision as sentences. */
void att_decision_describe(const struct att_decision *decision, struct att_buffer *into);

#endif
