/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How good one agent is for one contact: the terms of fit, each a share in parts per million.
 *
 * Where docs/engine.md leaves a formula open, it is this:
 *
 * outcome     (prior * weight + successes) / (weight + count) of the agent in the queue: the mean
 *             of a Beta posterior whose prior is what is to be expected of anyone there, which is
 *             in its turn the posterior mean of the whole queue from the policy's `outcome` prior.
 * continuity  1 for the preferred agent; for the one who spoke with the customer last, halving
 *             with each `half_life` since.
 * rapport     1 - e * (1 - h * c): e the contact's negative emotion, h the agent's mean level of
 *             the skills of kind `human` (1 if there are none), c = 1 / (1 + strain / 3) the calm
 *             left to the agent, strain the decayed number of negative contacts.
 *
 * A term is computed here from the few figures that decide it, so that one agent can be held against
 * many contacts, and one contact against many agents, without looking the same things up again.
 */
#ifndef ATT_LIB_CORE_FIT_H
#define ATT_LIB_CORE_FIT_H

#include <stdint.h>

#include "lib/base/util.h"
#include "lib/core/effect.h"
#include "lib/model/config.h"
#include "lib/model/limits.h"

struct agent;
struct att_core;
struct contact;
struct want;

#define REST_FULL_MS (INT64_C(30) * 60 * 1000)

/* s of the skill term, v the customer's value, the agent's price. Never falls as s rises; as v
 * rises it goes one way, up or down. */
static inline int64_t fit_skill(int64_t match_ppm, int64_t value_ppm, int64_t price_ppm)
{
        return (value_ppm * match_ppm + (ATT_PPM - value_ppm) * (ATT_PPM - price_ppm)) / ATT_PPM;
}

/* Never rises with the emotion, never falls as the agent is able to take more. */
static inline int64_t fit_rapport(int64_t emotion_ppm, int64_t able_ppm)
{
        return ATT_PPM - emotion_ppm * (ATT_PPM - able_ppm) / ATT_PPM;
}

static inline int64_t fit_rest(int64_t idle_ms)
{
        return att_min_i64(idle_ms, REST_FULL_MS) * ATT_PPM / REST_FULL_MS;
}

static inline int64_t fit_load(int64_t held_units)
{
        return att_max_i64(ATT_UNITS_MAX - held_units, 0) * (ATT_PPM / ATT_UNITS_MAX);
}

/* amount * 2^(-elapsed / half_life), by table and straight lines between its points. */
int64_t fit_decay(int64_t amount, int64_t elapsed_ms, int64_t half_life_ms);

/* What is left of the agent's human skills under a strain (in millionths of a contact). */
int64_t fit_able(int64_t human_ppm, int64_t strain_micro);

/* Mean level of the human skills; 1 where the configuration knows none. */
int64_t fit_human(const struct att_core *core, const struct agent *agent);

int64_t skill_match_ppm(const struct att_agent_def *def, const struct want *wants, uint32_t count);

int64_t fit_ppm(const struct att_core *core, const struct contact *contact,
                const struct agent *agent, int64_t terms_ppm[ATT_FIT_TERM_COUNT]);

/* The terms that one contact has with one agent in particular. */
int64_t fit_outcome_of(const struct att_core *core, uint32_t queue, const struct agent *agent);
int64_t fit_continuity_of(const struct att_core *core, const struct contact *contact,
                          const struct agent *agent);
int64_t fit_rapport_of(const struct att_core *core, const struct contact *contact,
                       const struct agent *agent);

/* Computes what the outcome term is for an agent of whom no feedback is known: expected_ppm of the
 * queue, after its feedback or its policy changed. */
void fit_expect_outcome(struct att_core *core, uint32_t queue);

/* Which bit of a mask stands for a queue's name: an agent without it has no feedback there. */
static inline uint64_t fit_record_bit(uint32_t queue_name)
{
        return UINT64_C(1) << (queue_name % 64);
}

int64_t strain_now_micro(const struct att_core *core, const struct agent *agent);
void strain_add(struct att_core *core, struct agent *agent, int64_t emotion_ppm);
/* What feedback said of an agent in a queue. */
void outcome_record(struct att_core *core, struct agent *agent, uint32_t queue, bool success);

#endif
