/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many agents are needed: a plan, its agents sorted into groups of people who are alike to the engine, the
 * intervals of the day, and what each queue was promised.
 *
 * A staffing is a number of agents for each group and interval, counts[group * interval_count +
 * interval]. It is simulated with a configuration whose agents are copies of a group's first one.
 */
#ifndef ATT_TOOLS_ATTUNESIM_STAFF_PROBLEM_H
#define ATT_TOOLS_ATTUNESIM_STAFF_PROBLEM_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/check.h"
#include "tools/attunesim/sim_crew.h"

#define STAFF_LABEL_BYTES 8

/* People with the same skills, team, profile, channels, wrap-up and attributes. */
struct staff_group {
        char label[STAFF_LABEL_BYTES]; /* A, B ... Z, AA ... */
        uint32_t *members;             /* Owned: agents of the configuration. */
        uint32_t member_count;
        bool *serves; /* Owned: by queue, soon enough to be within its target. */
        uint32_t served;
        double cost;   /* Of an hour: the attribute `cost`, or 1. */
        bool is_fixed; /* Bots: they are always there, all of them. */
};

struct staff_queue {
        double level; /* 0..1; promised. */
        int64_t within_us;
        bool is_stated; /* By the configuration, not by default. */
        bool has_contacts;
};

/* What a staffing came to. */
struct staff_result {
        struct sim_estimate *levels; /* By queue: over the whole run. */
        double *shares;              /* By queue and interval: answered in time; NAN: none came. */
        double *entered;             /* The same: contacts, over all replications. */
        double *busy;                /* Agents' work in the queue, on the average. */
        double *per_s;               /* Contacts that came. */
};

struct staff_problem {
        const struct sim_plan *plan;
        struct staff_group *groups; /* Owned */
        uint32_t group_count;
        struct staff_queue *queues; /* Owned: by queue of the configuration. */
        uint32_t queue_count;
        uint32_t interval_count; /* 1: nothing changes over the day. */
        int64_t interval_us;
        bool *is_asked; /* Owned: by queue and interval, whether the level must be reached. */

        /* For simulating. */
        int64_t *targets_us;
        struct att_config *config; /* Owned: its agents are copies, `copies` of each group. */
        uint32_t *agents; /* Owned: of a group's n-th copy the index: group * copies + n. */
        uint32_t copies;
        uint32_t jobs;
        uint32_t simulations; /* Run so far. */
        bool is_interrupted;
        bool is_broken; /* A replication crashed. */
};

void staff_problem_init(struct staff_problem *problem, const struct sim_plan *plan, uint32_t jobs);
void staff_problem_deinit(struct staff_problem *problem);

/* Simulates a staffing. False: interrupted, or broken. With `is_fresh` on chance of its own. */
ATT_MUST_USE bool staff_simulate(struct staff_problem *problem, const uint32_t *counts,
                                 bool is_fresh, struct staff_result *ret_result);
void staff_result_deinit(struct staff_result *result);

/* More agents of each group than all the work could keep busy. */
uint32_t staff_plenty(const struct staff_problem *problem);
/* Contacts of a queue that the plan brings in an interval, a day; those that the intake sends somewhere
 * may be anyone's. */
double staff_expected(const struct staff_problem *problem, uint32_t queue, uint32_t interval);
/* Of the queue's callers, the mean in seconds; infinite: they don't give up. */
double staff_patience_s(const struct staff_problem *problem, uint32_t queue);

/* Hours a day, all groups that are counted. */
double staff_hours(const struct staff_problem *problem, const uint32_t *counts);
double staff_interval_hours(const struct staff_problem *problem, uint32_t interval);

#endif
