/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why an agent was given a contact, in a sentence for the agent's desktop:
 *
 *      chosen by fit: 0.913, the next 0.811; 5 of 12 agents are eligible; waited 40s; before call-7
 *      by urgency
 *
 * All of a decision, agent by agent, is in the route log and in an explanation
 * (att_decision_describe()).
 */
#ifndef ATT_DAEMON_WHY_H
#define ATT_DAEMON_WHY_H

#include "lib/base/buffer.h"
#include "lib/core/effect.h"

void why_put(struct att_buffer *into, const struct att_decision *decision);

#endif
