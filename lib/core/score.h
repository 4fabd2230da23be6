/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The best agents for one contact, out of all who can take it: the fit of fit.h over arrays. What
 * decides an agent's fit for any contact stands in one small record an agent (`hot`), kept up to
 * date with every change; what depends on the signature in a row of it.
 *
 * Nearly all agents are passed over by a bound: what an agent would reach with the best outcome that
 * can be and no strain is computed first, and only who could still be among the best is looked at in
 * full. The figures are those of fit_ppm(), which the recount holds them to.
 */
#ifndef ATT_LIB_CORE_SCORE_H
#define ATT_LIB_CORE_SCORE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/core/effect.h"
#include "lib/model/limits.h"

struct agent;
struct att_core;
struct contact;

#define NOT_IDLE INT64_MAX

/* An agent's terms as they are. */
struct hot {
        int64_t idle_since_ms; /* NOT_IDLE: idle for no time. */
        int64_t strain_micro;  /* As of strain_at_ms. */
        int64_t strain_at_ms;
        uint64_t records; /* fit_record_bit() of the queues with feedback on the agent. */
        int32_t price_ppm;
        int32_t human_ppm;
        int32_t held_units;
};

/* The same at the most, in a few bytes: four agents to a line of the cache. */
struct brief {
        uint64_t records;
        uint32_t idle_since_s; /* Rounded down; UINT32_MAX: idle for no time. */
        uint8_t cheap_roof;    /* Of one less the price. */
        uint8_t human_roof;
        uint16_t free_units; /* Of ATT_UNITS_MAX. */
};

/* A share in ppm as one byte, rounded up: so many times SCORE_ROOF_PPM is never less than it. */
#define SCORE_ROOF_PPM ((ATT_PPM + UINT8_MAX - 1) / UINT8_MAX)

static inline uint8_t score_roof(int64_t share_ppm)
{
        return (uint8_t)((share_ppm * UINT8_MAX + ATT_PPM - 1) / ATT_PPM);
}

/* After anything above changed. */
void score_refresh(struct att_core *core, const struct agent *agent);

/* After the records of feedback or the human skills changed. */
void score_learn(struct att_core *core, const struct agent *agent);

/* For the recount: whether the brief is that of the terms. */
bool score_is_brief(const struct att_core *core, const struct agent *agent);

struct score_query {
        const uint64_t *with_room;      /* A set: agents with room on the contact's channel. */
        const uint64_t *among;          /* Another: only these; NULL: all. */
        const struct agent *const *but; /* Not these. */
        uint32_t but_count;
        bool check_room; /* `with_room` is of before: ask each agent too. */
        bool by_rank;    /* Only those whose profile ranks the contact's queue first of all. */
        bool is_any;     /* Any one will do. */
};

/* The best of the agents who can take a contact now, in order; as many as decisions show. Returns
 * how many there are. */
uint32_t score_best(const struct att_core *core, const struct contact *contact,
                    const struct score_query *query,
                    struct agent *ret_agents[ATT_CANDIDATES_SHOWN]);

#endif
