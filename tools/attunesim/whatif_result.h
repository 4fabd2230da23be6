/* SPDX-License-Identifier: Apache-2.0 */
/* A comparison: both courses of the day, what they add up to, and who went elsewhere. */
#ifndef ATT_TOOLS_ATTUNESIM_WHATIF_RESULT_H
#define ATT_TOOLS_ATTUNESIM_WHATIF_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "tools/attunesim/whatif.h"
#include "tools/attunesim/whatif_sim.h"

enum whatif_side { WHATIF_BEFORE, WHATIF_AFTER, WHATIF_SIDES };

/* Of the contacts that came to a queue first; or of all. Sums over the draws of a side. */
struct whatif_figures {
        uint64_t offered;
        uint64_t answered;
        uint64_t abandoned;
        uint64_t lost;   /* Gone in another way. */
        uint64_t within; /* Answered within the target. */
        uint64_t still_waiting;
        int64_t wait_ms;
        int64_t longest_ms; /* The longest of each draw, added up. */
};

struct whatif_queue {
        struct att_text name;
        int64_t target_ms; /* By which both sides are measured; 0: none is stated. */
        struct whatif_figures sides[WHATIF_SIDES];
};

/* Customers whose lifetime value is known, in one currency. */
struct whatif_value {
        struct att_text currency;
        uint64_t contacts;
        double value;
        double served[WHATIF_SIDES];
        double wait_ms[WHATIF_SIDES]; /* Value times wait, added up. */
};

struct whatif_range {
        int64_t least;
        int64_t most;
};

/* What chance makes of the new side: the least and the most of its draws. */
struct whatif_spread {
        struct whatif_range answered;
        struct whatif_range abandoned;
        struct whatif_range mean_wait_ms;
        struct whatif_range moved;
};

/* Why a contact goes elsewhere. */
enum whatif_cause {
        WHATIF_BY_QUEUE,    /* It comes to another queue. */
        WHATIF_BY_ELIGIBLE, /* One of the two may not take it. */
        WHATIF_BY_FIT,      /* Both could, and the other is chosen. */
        WHATIF_BY_TIME,     /* Others are free at other times. */
        WHATIF_BY_CLOSING,  /* It is turned away, or no longer. */
        WHATIF_CAUSE_COUNT
};

struct whatif_move {
        uint32_t contact;
        enum whatif_cause cause;
        struct att_text reason; /* Empty where none was asked for. */
};

struct whatif {
        struct att_arena arena;
        const struct whatif_day *day;
        const struct att_config *config;
        struct whatif_options options;
        struct whatif_course courses[WHATIF_SIDES]; /* Of the first draw, as are the moves. */
        uint32_t draws[WHATIF_SIDES];
        struct whatif_spread spread;
        struct whatif_work *work[WHATIF_SIDES]; /* Owned, by agent of the day: sums. */
        struct whatif_queue *queues;            /* Owned. */
        uint32_t queue_count;
        struct whatif_figures total[WHATIF_SIDES];
        struct whatif_value *values; /* Owned. */
        uint32_t value_count;
        struct whatif_move *moves; /* Owned, in order of arrival. */
        uint32_t move_count;
        uint32_t causes[WHATIF_CAUSE_COUNT];
        uint32_t recorded;        /* Contacts that came in the recording. */
        uint32_t as_recorded;     /* Of them the model gives so many the agent they had, ... */
        uint32_t as_long;         /* ... and of these so many within a second the wait. */
        struct att_buffer *notes; /* Owned; a sentence each. */
        uint32_t note_count;
};

/* A mean of the draws, rounded. */
int64_t whatif_mean(const struct whatif *whatif, enum whatif_side side, int64_t sum);
int64_t whatif_mean_wait_ms(const struct whatif_figures *figures);

const char *whatif_cause_name(enum whatif_cause cause);

/* Asks the courses' answers; gives the cause and a sentence. */
enum whatif_cause whatif_reason(const struct whatif *whatif, uint32_t contact,
                                struct att_buffer *into);

/* The assumptions of the model, a sentence each; NULL past the last. */
const char *whatif_assumption(uint32_t i);

/* "abandoned after": what became of a contact that nobody answered. */
const char *whatif_ending(const struct whatif_fate *fate);

#endif
