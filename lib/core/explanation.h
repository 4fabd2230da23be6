/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An explanation: why a contact went where it went, or what it waits for and what would release it;
 * asked about an agent, why not that one. A plain value, the same for the engine, the wire and whoever
 * shows it. Its texts and arrays belong to whoever made it (the engine: to an arena).
 *
 * Everything stands in `text` as sentences, a line each; the rest is the same for programs.
 */
#ifndef ATT_LIB_CORE_EXPLANATION_H
#define ATT_LIB_CORE_EXPLANATION_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/text.h"

/* At most so many of each are told; what is left out is counted. */
#define ATT_EXPLAIN_RULES_MAX   16
#define ATT_EXPLAIN_AGENTS_MAX  16
#define ATT_EXPLAIN_CHANGES_MAX 24

struct att_explain_rule {     /* Of the intake, that applies to the contact. */
        uint32_t number;      /* 1: the first. */
        uint32_t line;        /* Where it was written; 0: not known. */
        struct att_text text; /* When it applies, and what it gives. */
};

struct att_explain_count {     /* Agents who can't take it, by the first cause. */
        struct att_text cause; /* As in att_exclusion_name(). */
        uint32_t agents;
        struct att_text text; /* After the count: "without a required skill or level". */
};

struct att_explain_term { /* Of a fit. */
        struct att_text name;
        int64_t weight_milli; /* Of the queue's policy now; 0: does not count. */
        int64_t value_ppm;
};

struct att_explain_candidate {
        struct att_text agent;
        int64_t fit_ppm;
        uint32_t load_units;
        int64_t idle_ms;
        const struct att_explain_term *terms;
        uint32_t term_count;
};

struct att_explain_decision { /* The last one about the contact, as it was recorded. */
        int64_t at_ms;
        struct att_text queue;
        uint32_t step;
        int64_t waited_ms;
        int64_t urgency_milli;
        uint32_t considered;
        uint32_t eligible;
        const struct att_explain_count *excluded;
        uint32_t excluded_count;
        const struct att_explain_candidate *agents; /* The chosen one first, then the best. */
        uint32_t agent_count;
        struct att_text agent_by; /* What decided, as in att_decided_by_name(). */
        int64_t margin_ppm;       /* The chosen one's fit over the next one's; 0 with one alone. */
        uint32_t contacts_considered;
        struct att_text next_contact;
        struct att_text contact_by;
        uint32_t joint_contacts; /* Matched at that instant. */
        uint32_t joint_place;    /* Its place among them, from 1. */
        bool exact;
};

struct att_explain_agent { /* Someone who could take a waiting contact, but not now. */
        struct att_text agent;
        struct att_text cause; /* The first. */
        int64_t due_ms;        /* When nothing stands in the way any more; -1: not known. */
        struct att_text text;
};

struct att_explain_change { /* What would release a waiting contact. */
        int64_t due_ms;     /* When it comes by itself; -1: only if somebody does it. */
        uint32_t agents;    /* Signed in, who could take it then. */
        uint32_t free;      /* Of them, who have room for it now. */
        struct att_text text;
};

struct att_explain_wait {
        struct att_text waits_for; /* A sentence. */
        uint32_t considered;
        uint32_t eligible;
        const struct att_explain_count *excluded;
        uint32_t excluded_count;
        const struct att_explain_agent *agents; /* The soonest first. */
        uint32_t agent_count;
        uint32_t more_agents; /* Not told one by one. */
        const struct att_explain_change
                *changes; /* The soonest first, then what people could do. */
        uint32_t change_count;
};

struct att_explain_against { /* A term of the agent asked about against the chosen one's. */
        struct att_text name;
        int64_t weight_milli;
        int64_t value_ppm;
        int64_t chosen_ppm;
        int64_t difference_ppm; /* What it adds to the difference of the fits. */
};

struct att_explain_asked { /* Why not this agent. */
        struct att_text agent;
        struct att_text cause; /* The first that stands in the way now, or "none". */
        int64_t due_ms;        /* When nothing does any more; -1: not known. */
        struct att_text text;
        struct att_text chosen; /* Who has it or had it, to compare with; or empty. */
        bool is_recorded;       /* The agent's figures are of the decision, not of now. */
        int64_t fit_ppm;
        int64_t chosen_fit_ppm;
        struct att_text decided_by; /* What decided between the two, or empty. */
        const struct att_explain_against *terms;
        uint32_t term_count;
};

#define ATT_EXPLAIN_QUEUES_MAX 64

struct att_explain_outcome_row { /* The outcome term of an agent in a queue, and from what. */
        struct att_text queue;
        int64_t prior_ppm;      /* Of the policy, and what it is worth in contacts; so much */
        uint32_t weight;        /* weighs what is to be expected in the queue, too. */
        uint32_t all_successes; /* Of everybody's contacts there that had feedback. */
        uint32_t all_count;
        int64_t expected_ppm; /* Of anybody there. */
        uint32_t successes;   /* Of the agent's. */
        uint32_t count;
        int64_t outcome_ppm;
};

struct att_explain_outcome {
        struct att_text agent;
        struct att_text skill; /* The queues are those that ask for it; empty: any. */
        const struct att_explain_outcome_row *rows;
        uint32_t row_count;
        uint32_t more_rows; /* Not told one by one. */
        uint64_t successes; /* In all of these queues. */
        uint64_t count;
};

struct att_explanation {
        struct att_text text;
        struct att_text
                nearest; /* Where a name is unknown: the nearest; text is a sentence then. */
        const struct att_explain_rule *rules; /* Of an open contact. */
        uint32_t rule_count;
        struct att_text asks;                        /* What its step asks of agents. */
        const struct att_explain_decision *decision; /* Or NULL. */
        const struct att_explain_wait *wait;         /* Or NULL: it does not wait. */
        const struct att_explain_asked *asked;       /* Or NULL: of no agent in particular. */
        const struct att_explain_outcome *outcome;   /* Or NULL: that is not what was asked. */
};

#endif
