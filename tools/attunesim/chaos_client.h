/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The front ends of a simulated run, and the people behind them: libattune-client on the simulated
 * network, driven by what it is told and by chance, well-behaved and not.
 *
 * Two kinds: platforms bring contacts and end them; desks sign agents in and answer their offers.
 */
#ifndef ATT_TOOLS_ATTUNESIM_CHAOS_CLIENT_H
#define ATT_TOOLS_ATTUNESIM_CHAOS_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/rng.h"
#include "tools/attunesim/chaos_centre.h"
#include "tools/attunesim/chaos_report.h"

#define CLIENTS_MAX 6

struct clients_options {
        const struct centre *centre;
        uint64_t faults;                               /* A bit for each that may be. */
        void (*cover_journal)(enum chaos_fault fault); /* What the journal is doing. */
};

void clients_begin(const struct att_rng *rng, const struct clients_options *options);
void clients_end(void);

/* All that is due at the present time. */
void clients_turn(void);
int64_t clients_next_us(void);

/* From now on everybody behaves, and nobody begins anything new. */
void clients_calm_down(void);
/* The agents' front end `desk` says nothing any more; or is there again. */
void clients_silence_desk(bool silent);
/* The agents of that front end: the next after this one (0: the first); 0: no more. */
uint32_t clients_desk_agent(uint32_t after);
/* The number of an agent for whom another front end speaks, which none does but in a frame that came
 * garbled; 0: it is the agent's own, or no agent's. */
uint32_t clients_stray_agent(struct att_text agent, struct att_text front_end);
/* Somebody who knows ends this conversation. */
void clients_end_contact(struct att_text contact);
/* So does this work outside of that agent. */
void clients_end_work(uint32_t agent, struct att_text work);
/* That agent is told to be ready. */
void clients_agent_ready(uint32_t agent);
/* So are all. */
void clients_all_ready(void);

/* A fault of the network; false: whom it would hit is not connected. */
bool clients_fault(enum chaos_fault fault);
/* What the clients' sessions are doing. */
void clients_cover(enum chaos_fault fault);

#endif
