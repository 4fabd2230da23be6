/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Effects: all that ever comes out of the engine.
 *
 * An effect is a plain value. Its texts and its decision are borrowed from the engine until the
 * next att_core_step(). Which fields an effect carries stands with its kind; the others are empty,
 * zero or ATT_NONE_STEP, or share their place with one that it carries: effects are made, copied and
 * handed on all the time, and are kept small.
 */
#ifndef ATT_LIB_CORE_EFFECT_H
#define ATT_LIB_CORE_EFFECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/digest.h"
#include "lib/base/text.h"
#include "lib/core/command.h"
#include "lib/model/words.h"

enum att_effect_kind {
        ATT_EFFECT_SCHEDULED, /* contact, due_ms, attempt */
        ATT_EFFECT_QUEUED,    /* contact, queue, step, position, estimate_ms */
        ATT_EFFECT_POSITION,  /* contact, queue, position, estimate_ms: they changed */
        ATT_EFFECT_RELAXED,   /* contact, queue, step */
        ATT_EFFECT_OFFER,     /* contact, agent, queue, step, channel, offer, due_ms, decision */
        ATT_EFFECT_REVOKE,    /* contact, agent, queue, offer, revoke_reason */
        ATT_EFFECT_CONNECT, /* contact, agent, queue, step, channel, offer; decision if no OFFER was */
        ATT_EFFECT_CLOSED, /* contact, agent if it was connected, queue, outcome, reason, text: the
                                   agent's notes, survey */
        ATT_EFFECT_OVERFLOW, /* contact, queue it leaves, to, reason: a refusal's message */
        ATT_EFFECT_AGENT,    /* agent, presence, reason */
        ATT_EFFECT_WRAP_UP,  /* contact, agent, due_ms: after-call work began */
        ATT_EFFECT_FINISHED, /* contact, agent: the interaction is over, wrap-up included */
        ATT_EFFECT_CONFIG,   /* reason: the digest that is in force now */
        ATT_EFFECT_REFUSED,  /* contact/agent if named, what, refusal, field, reason: a sentence,
                                   retry_ms */
        ATT_EFFECT_FEEDBACK, /* contact, agent who had it, queue, feedback */
        ATT_EFFECT_REPEAT,   /* contact, other: the customer's contact not long before */
        ATT_EFFECT_PROMISED, /* contact: the new one, other: which it follows, agent if one is
                                   preferred, queue, due_ms, expires_ms, text: what was promised */
        ATT_EFFECT_PROMISE_KEPT,      /* contact: the one that kept it, other, agent, queue */
        ATT_EFFECT_PROMISE_EXPIRED,   /* contact, other, queue, reason */
        ATT_EFFECT_PROMISE_CANCELLED, /* contact, other, queue */
        ATT_EFFECT_INCIDENT,          /* contact, queue, incident: it is because of that */
        ATT_EFFECT_ANNOUNCED,         /* incident, front_end, reason: its title, text: its message,
                                           due_ms: when it is over by itself, or -1 */
        ATT_EFFECT_INCIDENT_CLOSED,   /* incident, front_end, text: the message, count: the contacts
                                           that it closed */
        ATT_EFFECT_KIND_COUNT
};

#define ATT_NONE_STEP UINT32_MAX

/* How one agent looked for a contact in a decision. */
struct att_candidate {
        struct att_text agent;
        struct att_text contact; /* In the choice of a freed agent. */
        int64_t fit_ppm;
        int64_t terms_ppm[ATT_FIT_TERM_COUNT];
        int64_t urgency_milli; /* Rounded down, for display. */
        uint32_t load_units;
        int64_t idle_ms;
};

enum att_decided_by {
        ATT_BY_NOTHING, /* The only one. */
        ATT_BY_FIT,
        ATT_BY_LOAD,
        ATT_BY_IDLE,
        ATT_BY_ID,
        ATT_BY_NAMED,
        ATT_BY_STARVED,
        ATT_BY_RANK,
        ATT_BY_URGENCY,
        ATT_BY_PUT_BACK,
        ATT_BY_WAITED,
        ATT_BY_ARRIVAL,
        ATT_BY_ASSIGNMENT, /* A joint pairing was better in total. */
        ATT_BY_PREFERRED,  /* Held for the preferred agent. */
        ATT_BY_LINK,       /* The agent of the same conversation. */
        ATT_BY_BROADCAST,  /* A further agent of the round. */
        ATT_DECIDED_BY_COUNT
};

#define ATT_CANDIDATES_SHOWN 4

/* Why a contact was offered to an agent. */
struct att_decision {
        int64_t at_ms;
        struct att_text contact;
        struct att_text queue;
        uint32_t step;
        int64_t waited_ms;
        int64_t urgency_milli;
        bool exact;              /* False: too many pairs at once for an exact assignment. */
        uint32_t joint_contacts; /* Contacts matched at this instant, this one included. */
        uint32_t joint_place;    /* Its place among them, from 1: past ATT_JOINT_MAX they are paired
                                           one by one. */
        uint32_t considered;     /* Agents looked at for this contact. */
        uint32_t eligible;
        uint32_t excluded[ATT_EXCLUSION_COUNT]; /* Agents not eligible, by the first cause. */
        uint32_t agents_shown;
        struct att_candidate
                agents[ATT_CANDIDATES_SHOWN]; /* The chosen one first, then the best. */
        enum att_decided_by agent_by;         /* Why this agent rather than the next. */
        uint32_t contacts_considered;         /* Of those this agent could have taken. */
        struct att_text next_contact;         /* The one that came second, or empty. */
        enum att_decided_by contact_by;       /* Why this contact rather than that one. */
};

struct att_effect {
        enum att_effect_kind kind;
        int64_t at_ms; /* When: a timer's instant, not the command's. */
        struct att_text contact;
        struct att_text front_end; /* The contact's. */
        struct att_text agent;
        struct att_text queue;
        struct att_text channel;
        uint32_t step;
        uint64_t offer;
        union {
                uint32_t position; /* 1: next; 0: not said. */
                uint32_t count;    /* INCIDENT_CLOSED */
        };
        union {
                int64_t estimate_ms; /* Estimated wait; -1: unknown. */
                int64_t expires_ms;  /* PROMISED; -1: never. */
        };
        int64_t due_ms;
        uint32_t attempt;
        enum att_revoke_reason revoke_reason;
        enum att_outcome outcome;
        enum att_presence presence;
        bool survey; /* CLOSED: the customer is to be asked how it was. */
        union {
                struct att_text to; /* OVERFLOW: a queue's name, "callback" or "refuse". */
                struct att_text text;
        };
        struct att_text reason;
        const char *what;
        enum att_refusal refusal;
        union {
                struct att_text field;    /* REFUSED */
                struct att_text other;    /* Another contact. */
                struct att_text incident; /* Its id. */
        };
        int64_t retry_ms;
        const struct att_feedback *feedback;
        const struct att_decision *decision;
};

/* The effects of a step, in order. Owned by whoever steps; used again and again. */
struct att_effects {
        struct att_effect *items; /* Owned. */
        uint32_t count;
        uint32_t capacity;
};

void att_effects_deinit(struct att_effects *effects);

/* The same, with all that they refer to, as long as the arena is not cleared: not to be deinitialised. */
void att_effects_copy(const struct att_effects *effects, struct att_arena *arena,
                      struct att_effects *ret_copy);

/* Adds the effects to a digest: every field, and every figure of a decision: a replay must reproduce
 * not only what was decided but why. */
void att_effects_digest(const struct att_effects *effects, struct att_digester *digester);

const char *att_effect_kind_name(enum att_effect_kind kind); /* "offer", "connect", ... */
const char *att_decided_by_name(enum att_decided_by by);

/* The refusal among the effects of a command, or NULL: the command was done. */
const struct att_effect *att_effects_refusal(const struct att_effects *effects);

#endif
