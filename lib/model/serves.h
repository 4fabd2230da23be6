/* SPDX-License-Identifier: Apache-2.0 */
/* Who could serve what, by the configuration alone: presence, load and what a contact asks for itself
 * apart. The engine has its own way (lib/core/eligibility.c), over sets of agents. */
#ifndef ATT_LIB_MODEL_SERVES_H
#define ATT_LIB_MODEL_SERVES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/model/config.h"

/* The queue's attributes, and a step's levels, any_of and teams. */
bool att_agent_meets(const struct att_agent_def *agent, const struct att_queue *queue,
                     const struct att_step *step);

/* The same, and the agent's profile has the queue. */
bool att_config_serves(const struct att_config *config, uint32_t agent, uint32_t queue,
                       uint32_t step);

#endif
