/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The best agents for one contact, out of all who can take it: the fit of fit.c, computed over
 * arrays. What decides an agent's fit for any contact stands in one small record an agent (`hot`),
 * kept up to date with every change; what depends on the signature in a row of it. The few agents
 * of whom more is known (strain, feedback, a customer they know) get their terms added one by one.
 * The figures are those of fit_ppm(), which the recount holds them to.
 */
#ifndef ATT_LIB_CORE_SCORE_H
#define ATT_LIB_CORE_SCORE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/core/effect.h"

struct agent;
struct att_core;
struct contact;

#define NOT_IDLE INT64_MAX

struct hot {
        int64_t idle_since_ms; /* NOT_IDLE: idle for no time. */
        int32_t price_ppm;
        uint16_t held_units;
        bool is_known; /* Has strain or feedback. */
};

/* After anything above changed. */
void score_refresh(struct att_core *core, const struct agent *agent);

/* The best of the agents who can take a contact now, in order; as many as decisions show. Returns
 * how many there are. */
uint32_t score_best(const struct att_core *core, const struct contact *contact,
                    struct agent *ret_agents[ATT_CANDIDATES_SHOWN]);

#endif
