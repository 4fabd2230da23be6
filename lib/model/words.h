/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of the trade as enums, each with its written form. The written forms are part of every
 * interface (scenarios, route log, wire, command line): they may grow, never change.
 */
#ifndef ATT_LIB_MODEL_WORDS_H
#define ATT_LIB_MODEL_WORDS_H

#include <stdbool.h>

#include "lib/base/text.h"

enum att_contact_state {
        ATT_CONTACT_SCHEDULED, /* Not to be offered before a time. */
        ATT_CONTACT_QUEUED,    /* Waiting in a queue. */
        ATT_CONTACT_OFFERED,   /* Put to one agent, or several in a broadcast. */
        ATT_CONTACT_CONNECTED, /* With one agent. */
        ATT_CONTACT_CLOSED,    /* Over; remembered for a while. */
        ATT_CONTACT_STATE_COUNT
};

enum att_interaction_state {
        ATT_INTERACTION_ACTIVE,
        ATT_INTERACTION_HELD,
        ATT_INTERACTION_WRAP_UP, /* The conversation is over, its after-call work is not. */
};

enum att_outcome {
        ATT_OUTCOME_NONE,
        ATT_OUTCOME_HANDLED,
        ATT_OUTCOME_ABANDONED,
        ATT_OUTCOME_OVERFLOWED,
        ATT_OUTCOME_EXPIRED,
        ATT_OUTCOME_CANCELLED,
        ATT_OUTCOME_REFUSED,
        ATT_OUTCOME_COUNT
};

/* Where a contact's emotion is from. */
enum att_emotion_source {
        ATT_EMOTION_STATED,      /* Whoever sent the contact says so. */
        ATT_EMOTION_ESTIMATED,   /* From its words. */
        ATT_EMOTION_SOURCE_COUNT /* It has none. */
};

enum att_presence {
        ATT_PRESENCE_OFFLINE,
        ATT_PRESENCE_READY,
        ATT_PRESENCE_PAUSED,
        ATT_PRESENCE_COUNT
};

enum att_revoke_reason {
        ATT_REVOKE_TIMEOUT,
        ATT_REVOKE_DECLINED,
        ATT_REVOKE_ABANDONED,
        ATT_REVOKE_CANCELLED,
        ATT_REVOKE_AGENT_GONE,
        ATT_REVOKE_TAKEN, /* Another agent of the broadcast was first. */
        ATT_REVOKE_CHANGED,
        ATT_REVOKE_RELOAD,
        ATT_REVOKE_REASON_COUNT
};

enum att_refusal {
        ATT_REFUSAL_NONE,
        ATT_REFUSAL_UNKNOWN,   /* No such contact, agent, queue, skill. */
        ATT_REFUSAL_DUPLICATE, /* Another content under an id in use. */
        ATT_REFUSAL_INVALID,   /* A value out of range. */
        ATT_REFUSAL_STATE,     /* Not possible now. */
        ATT_REFUSAL_DENIED,    /* Not for this role. */
        ATT_REFUSAL_FULL,      /* A limit. */
        ATT_REFUSAL_COUNT
};

enum att_skill_kind {
        ATT_SKILL_KNOWLEDGE,
        ATT_SKILL_LANGUAGE,
        ATT_SKILL_HUMAN, /* Empathy and the like: counts in the rapport term. */
        ATT_SKILL_KIND_COUNT
};

enum att_agent_kind { ATT_AGENT_PERSON, ATT_AGENT_BOT, ATT_AGENT_KIND_COUNT };

/* The terms of an agent's fit for a contact. */
enum att_fit_term {
        ATT_FIT_SKILL,
        ATT_FIT_OUTCOME,
        ATT_FIT_CONTINUITY,
        ATT_FIT_RAPPORT,
        ATT_FIT_REST,
        ATT_FIT_LOAD,
        ATT_FIT_TERM_COUNT
};

/* Why an agent can't take a contact now: the first of these that holds, in this order. */
enum att_exclusion {
        ATT_EXCLUSION_NONE,
        ATT_EXCLUSION_OFFLINE,
        ATT_EXCLUSION_PAUSED,
        ATT_EXCLUSION_UNREACHABLE, /* Ready, but not on this channel. */
        ATT_EXCLUSION_CHANNEL,     /* The agent does not work on this channel. */
        ATT_EXCLUSION_EXCLUDED,    /* The contact leaves this agent out. */
        ATT_EXCLUSION_NAMED,       /* The contact is for another agent alone. */
        ATT_EXCLUSION_PROFILE,     /* The agent's profile does not serve the queue. */
        ATT_EXCLUSION_DELAY,       /* The profile shows the queue only later. */
        ATT_EXCLUSION_TEAM,
        ATT_EXCLUSION_SKILL,
        ATT_EXCLUSION_ANY_OF,
        ATT_EXCLUSION_ATTRIBUTE,
        ATT_EXCLUSION_BOT,       /* A bot handed it back: people only. */
        ATT_EXCLUSION_COOLDOWN,  /* Declined or missed it not long ago. */
        ATT_EXCLUSION_HOLD,      /* Held for the preferred agent. */
        ATT_EXCLUSION_LINKED,    /* The agent of the same conversation takes it. */
        ATT_EXCLUSION_EXCLUSIVE, /* An exclusive channel stands between. */
        ATT_EXCLUSION_LIMIT,     /* The agent's limit on the channel. */
        ATT_EXCLUSION_UNITS,     /* No units free. */
        ATT_EXCLUSION_COUNT
};

enum att_role {
        ATT_ROLE_NONE,
        ATT_ROLE_PLATFORM,
        ATT_ROLE_AGENT,
        ATT_ROLE_SUPERVISOR,
        ATT_ROLE_OBSERVER,
        ATT_ROLE_COUNT
};

/* The written forms; "?" never comes back for a value of the enum. */
const char *att_contact_state_name(enum att_contact_state state);
const char *att_interaction_state_name(enum att_interaction_state state);
const char *att_outcome_name(enum att_outcome outcome);
const char *att_emotion_source_name(enum att_emotion_source source); /* "stated" */
const char *att_presence_name(enum att_presence presence);
const char *att_revoke_reason_name(enum att_revoke_reason reason);
const char *att_refusal_name(enum att_refusal refusal);
const char *att_skill_kind_name(enum att_skill_kind kind);
const char *att_agent_kind_name(enum att_agent_kind kind);
const char *att_fit_term_name(enum att_fit_term term);
const char *att_exclusion_name(enum att_exclusion exclusion);
/* After an agent's name: "is paused", "lacks a required skill or level". */
const char *att_exclusion_sentence(enum att_exclusion exclusion);
/* After a count, of one or many: "3 agents: paused", "1 agent: without a required skill or level". */
const char *att_exclusion_phrase(enum att_exclusion exclusion);
const char *att_role_name(enum att_role role);

/* Whether a contact may move from one state to another. */
bool att_contact_may_move(enum att_contact_state from, enum att_contact_state to);

#endif
