/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recorded day once more: the same customers and agents around an engine with one or another
 * configuration. The same seed gives the same course, and two courses of a day differ only by what the
 * engine decided: what the recording doesn't know is drawn for each contact and agent by itself.
 */
#ifndef ATT_TOOLS_ATTUNESIM_WHATIF_SIM_H
#define ATT_TOOLS_ATTUNESIM_WHATIF_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/core/effect.h"
#include "lib/model/words.h"
#include "tools/attunesim/whatif_day.h"

/* What the engine says about an agent who did not get a contact. */
struct whatif_answer {
        bool is_given;
        bool is_unknown;          /* No such agent. */
        struct att_text holder;   /* Who has it on offer just then; or empty. */
        enum att_exclusion cause; /* The first thing in the way, at that instant. */
        struct att_text text;     /* "ann lacks ..." */
        struct att_text chosen;   /* Who was, then or before; or empty. */
        bool is_compared;         /* It could have taken it, and lost: */
        struct att_text decided_by;
        int64_t fit_ppm;
        int64_t chosen_fit_ppm;
        struct att_text term; /* Of the fit: where it is furthest behind. Empty: nowhere. */
        int64_t term_ppm;
        int64_t chosen_term_ppm;
        int64_t behind_ppm; /* Of the fit. */
};

/* What became of a contact. */
struct whatif_fate {
        bool is_here;     /* It came, or was there. */
        bool is_answered; /* By an agent; else, if it is over: */
        bool is_over;
        enum att_outcome outcome;
        struct att_text why_closed;
        struct att_text queue;      /* The first it was in; empty: in none. */
        struct att_text last_queue; /* In which it was answered, or waited last. */
        const struct whatif_agent *agent;
        int64_t waited_ms;  /* Until answered or gone, or so far. */
        int64_t at_ms;      /* When it was answered or gone. */
        int64_t offered_ms; /* When it was last offered before it was answered; -1. */
        enum att_decided_by contact_by;
        struct att_text next_contact; /* That the agent could have taken instead. */
        struct whatif_answer answer;
};

struct whatif_work {
        uint64_t contacts;
        int64_t busy_ms; /* With at least one contact, wrap-up included. */
};

struct whatif_course {
        struct att_arena arena;
        struct whatif_fate *fates; /* Owned, by contact. */
        struct whatif_work *work;  /* Owned, by agent of the day. */
        uint64_t commands;
};

/* Why did this agent not have the contact, at that instant? */
struct whatif_question {
        struct att_text agent; /* Empty: not asked. */
        int64_t at_ms;
};

struct whatif_setting {
        const struct whatif_day *day;
        const struct att_config *config; /* NULL: the recorded ones. */
        uint64_t seed;
        const struct whatif_question *questions; /* By contact, or NULL. They change nothing. */
};

void whatif_sim_run(const struct whatif_setting *setting, struct whatif_course *ret_course);
void whatif_course_deinit(struct whatif_course *course);

#endif
