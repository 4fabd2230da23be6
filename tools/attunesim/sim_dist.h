/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Distributions of a simulation, as its file writes them:
 *
 *      exp MEAN | fixed VALUE | uniform LEAST MOST | lognormal MEAN CV | gamma MEAN CV | none
 *      { still: { 30s: 0.92, 60s: 0.86 } }     the share that is still there after so long
 *
 * CV is the standard deviation over the mean. Between the points of `still` the share falls
 * exponentially, after the last as fast as before it. `none` never comes.
 *
 * Variates are GSL's. A value is drawn from a stream of its own, so that what is done with one draw
 * never moves another.
 */
#ifndef ATT_TOOLS_ATTUNESIM_SIM_DIST_H
#define ATT_TOOLS_ATTUNESIM_SIM_DIST_H

#include <stdbool.h>
#include <stdint.h>

#include <gsl/gsl_rng.h>

#include "lib/base/arena.h"
#include "lib/base/check.h"
#include "lib/config/errors.h"
#include "lib/config/yaml.h"

enum sim_law {
        SIM_NONE, /* Nothing, or never: what is drawn is infinite. */
        SIM_FIXED,
        SIM_EXP,
        SIM_UNIFORM,
        SIM_LOGNORMAL,
        SIM_GAMMA,
        SIM_STILL,
};

struct sim_still {
        double after;
        double share; /* 0..1, falling. */
};

struct sim_dist {
        enum sim_law law;
        double mean; /* Of UNIFORM too. */
        double a;    /* FIXED: the value; UNIFORM: the least; LOGNORMAL: zeta; GAMMA: the shape */
        double b;    /* UNIFORM: the most; LOGNORMAL: sigma; GAMMA: the scale */
        const struct sim_still *points; /* STILL */
        uint32_t point_count;
};

/* Seconds, or plain numbers. */
enum sim_unit { SIM_DURATIONS, SIM_NUMBERS };

/* Reads a node. Points of `still` are the arena's. False: errors say why. */
ATT_MUST_USE bool sim_dist_read(struct att_config_errors *errors, struct att_arena *arena,
                                const struct att_yaml_node *node, enum sim_unit unit,
                                struct sim_dist *ret_dist);

/* Infinite for SIM_NONE. */
double sim_dist_draw(const struct sim_dist *dist, gsl_rng *rng);

#endif
