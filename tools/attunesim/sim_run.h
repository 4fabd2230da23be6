/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One replication: the engine, and people who call, answer, talk, lose patience and call again.
 *
 * Every random stream is drawn from the plan's seed, the replication and what it is for; what a contact
 * brings along (how long it talks and waits, who it is, how it feels) is drawn as it arrives, in one
 * order. So two plans that differ in how they route see the same people.
 */
#ifndef ATT_TOOLS_ATTUNESIM_SIM_RUN_H
#define ATT_TOOLS_ATTUNESIM_SIM_RUN_H

#include <signal.h>

#include "lib/model/words.h"
#include "tools/attunesim/sim_plan.h"
#include "tools/attunesim/sim_tally.h"

/* A contact that is over, for whoever wants to know of each. */
struct sim_story {
        const struct sim_stream *stream;
        const struct sim_row *row; /* NULL: not of a trace. */
        struct att_text contact;   /* As the engine knows it. */
        uint32_t queue;            /* ATT_NONE */
        uint32_t agent;            /* Who answered, or ATT_NONE. */
        int64_t arrived_us;
        int64_t wait_us; /* -1: blocked. */
        bool is_blocked;
        enum att_outcome outcome;
};

struct sim_options {
        uint32_t replication;
        volatile sig_atomic_t *stop; /* Set: it ends early. NULL fine. */
        void (*on_story)(void *context, const struct sim_story *story); /* NULL fine. */
        void *context;
};

/* `tally` has been made for the plan, zeroed (sim_tally_bytes()); whether it has bins decides whether
 * series are kept. */
void sim_run(const struct sim_plan *plan, const struct sim_options *options,
             struct sim_tally *tally);

uint32_t sim_bin_count(const struct sim_plan *plan);

#endif
