/* SPDX-License-Identifier: Apache-2.0 */
/* What chance decides in a replication: when contacts come, and what each brings along. */
#ifndef ATT_TOOLS_ATTUNESIM_SIM_DRAW_H
#define ATT_TOOLS_ATTUNESIM_SIM_DRAW_H

#include "tools/attunesim/sim_plan.h"

/* The streams of chance of one stream of contacts. */
struct sim_source {
        const struct sim_stream *stream;
        gsl_rng *arrivals; /* Owned. */
        gsl_rng *people;   /* Owned. */
        gsl_rng *redials;  /* Owned: those who call again, whose number depends on the routing. */
        gsl_rng *feelings[2]; /* Owned: of both, apart; NULL: no experience is declared. */
        double last_s;        /* The arrival drawn last. */
        uint32_t next_row;    /* Of a trace. */
};

/* What a contact brings along. Lengths in seconds, infinite: never. */
struct sim_person {
        double handle_s;
        double patience_s;
        double emotion;        /* NAN: as the request says. */
        double lifetime_value; /* NAN: the same. */
        double churn_risk;     /* NAN: the same. */
        uint32_t customer;     /* Of the stream's population; ATT_NONE. */
        double redial_s;       /* After giving up; infinite: does not call again. */
        double feels;          /* 0..1: well if the chance is higher ... */
        double tells;          /* ... and says so if the share who do is. */
};

void sim_source_init(struct sim_source *source, const struct sim_plan *plan, uint32_t stream,
                     uint32_t replication);
void sim_source_deinit(struct sim_source *source);

/* When the next contact comes, or SIM_NEVER_US; of a trace which one. */
int64_t sim_source_next(struct sim_source *source, const struct sim_row **ret_row);
void sim_source_draw(struct sim_source *source, const struct sim_row *row, bool is_redial,
                     struct sim_person *ret_person);

/* A generator of its own for one purpose, to gsl_rng_free(). */
gsl_rng *sim_rng_new(uint64_t seed, uint32_t replication, uint32_t purpose);

#endif
