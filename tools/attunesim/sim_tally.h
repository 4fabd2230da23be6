/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one replication counted, and the measures made of it.
 *
 * Counted are the contacts that arrive between the end of the warm-up and the end of the run, under the
 * queue they asked for (or that the intake gave them), until they are answered or gone. What takes time
 * (occupancy, the mean queue) is of that span.
 *
 * All of it is plain memory of a size known beforehand, so that a replication can run in a process of
 * its own and leave it where another finds it.
 */
#ifndef ATT_TOOLS_ATTUNESIM_SIM_TALLY_H
#define ATT_TOOLS_ATTUNESIM_SIM_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a queue, or of all. */
struct sim_counts {
        uint64_t offered;
        uint64_t blocked; /* Found no line. */
        uint64_t answered;
        uint64_t abandoned;
        uint64_t callbacks;   /* Were promised a call. */
        uint64_t lost;        /* Refused, turned away, expired. */
        uint64_t waited;      /* Of those who entered: not served at once. */
        uint64_t within;      /* Answered within the target. */
        uint64_t short_waits; /* Waited no longer than the target, however it ended. */
        double wait_s;        /* Sums. */
        double longest_s;
        double handle_s;
        double busy_s;      /* Conversations and wrap-up, within the span. */
        double signed_in_s; /* Of those who could serve it. */
        double queue_s;     /* Contacts that wait x time. */
        uint64_t valued;
        double value;
        uint64_t skilled; /* Handled, where a skill was asked for. */
        uint64_t best_skilled;
        uint64_t felt;       /* Of those who entered, where an experience is declared. */
        uint64_t positive;   /* Their conversation ended well. */
        double worth;        /* Sum of lifetime values of those who entered ... */
        double kept_worth;   /* ... and of those whose conversation ended well. */
        double strain;       /* Of all alone: of the mean agent, over time ... */
        double strain_tenth; /* ... and of the most strained tenth. */
};

struct sim_agent_counts {
        uint64_t handled;
        uint64_t valued;
        double value;
        double busy_s;
        double signed_in_s;
        double emotion;  /* Sum of the negative intensities met. */
        double strain_s; /* Strain x time, within the span. */
};

/* Of a queue in an interval of the day, over all days; contacts count where they arrived. */
struct sim_bin {
        double offered;
        double answered;
        double abandoned;
        double within;
        double entered;
        double wait_s;
        double busy_s;      /* Conversations and wrap-up; of all: agents who are at work. */
        double signed_in_s; /* Of all alone. */
        double span_s;      /* Of all alone: so much of the span lay in the interval. */
};

struct sim_tally {
        uint32_t replication;
        bool is_done;
        bool is_cut_short; /* Interrupted. */
        double span_s;
        uint64_t commands;
        uint64_t contacts; /* All that arrived. */
        double cpu_s;
        uint64_t refused;  /* Commands the engine refused: none, if all is well. */
        char refusal[128]; /* What it said of the first. */
        uint32_t queue_count;
        uint32_t agent_count;
        uint32_t bin_count; /* A queue. */
        /* Then: queue_count + 1 sim_counts (the last: contacts without a queue), agent_count
         * sim_agent_counts, (queue_count + 1) x bin_count sim_bins (the
         * last: of all). */
};

size_t sim_tally_bytes(uint32_t queues, uint32_t agents, uint32_t bins);
void sim_tally_init(struct sim_tally *tally, uint32_t queues, uint32_t agents, uint32_t bins);
struct sim_counts *sim_tally_queue(const struct sim_tally *tally, uint32_t queue);
struct sim_agent_counts *sim_tally_agent(const struct sim_tally *tally, uint32_t agent);
struct sim_bin *sim_tally_bin(const struct sim_tally *tally, uint32_t queue, uint32_t bin);
/* Of all queues. Its signed_in_s is that of all agents. */
struct sim_counts sim_tally_total(const struct sim_tally *tally);

enum sim_measure {
        SIM_OFFERED,
        SIM_ANSWERED,
        SIM_ABANDONED,
        SIM_BLOCKED,
        SIM_CALLBACKS,
        SIM_LOST,
        SIM_P_BLOCK,     /* blocked / offered */
        SIM_P_WAIT,      /* waited / entered; entered = offered - blocked */
        SIM_P_ABANDON,   /* abandoned / entered */
        SIM_MEAN_WAIT_S, /* Of those who entered, however it ended. */
        SIM_MEAN_WAIT_GIVEN_WAIT_S,
        SIM_LONGEST_WAIT_S,
        SIM_SERVICE_LEVEL, /* Answered within the target / entered. */
        SIM_P_WAIT_LE_TARGET,
        SIM_MEAN_HANDLE_S,
        SIM_OCCUPANCY, /* Busy / signed in. */
        SIM_MEAN_QUEUE,
        SIM_SHARE_BEST_SKILL,
        SIM_MEAN_VALUE,
        SIM_POSITIVE_SHARE, /* positive / entered */
        SIM_POSITIVE_VALUE, /* The same, each by the customer's lifetime value. */
        SIM_STRAIN,         /* Of an agent, over time. */
        SIM_STRAIN_TENTH,   /* Of the tenth of agents who had most. */
        SIM_MEASURE_COUNT
};

const char *sim_measure_name(enum sim_measure measure); /* "p_wait" */
/* NAN where there is nothing to divide by. */
double sim_measure_of(const struct sim_counts *counts, enum sim_measure measure, double span_s);

/* A mean over replications and half the width of its 95 % confidence interval (Student's t); NAN where
 * there are not enough. Those that are NAN are left out. */
struct sim_estimate {
        double mean;
        double ci95;
};
struct sim_estimate sim_estimate_of(const double *values, uint32_t count);

#endif
