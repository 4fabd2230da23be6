/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What would follow from one configuration in the place of another, in a supervisor's words, a line each:
 *
 *      = queue cards: 12 -> 9 agents could take it at once, 15 -> 15 at its last step
 *      = agent maria: now also general, stocks; no longer cards
 *
 * By the configuration alone: who is signed in, and what a contact asks for itself, is not looked at.
 */
#ifndef ATT_LIB_CONFIG_OUTCOME_H
#define ATT_LIB_CONFIG_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/model/config.h"

/* Lines of agents beyond these are counted only. */
#define ATT_OUTCOME_AGENTS_MAX 100

/* Appends the lines and gives how many there are. Cost: agents x queues. */
uint32_t att_config_outcome(const struct att_config *before, const struct att_config *after,
                            struct att_buffer *into);

/* A contact that waits, in the terms of a configuration. */
struct att_outcome_contact {
        uint32_t queue;
        uint32_t step; /* A later one than the queue has: its last. */
        uint32_t channel;
        const struct att_requirement
                *requires; /* What it asks for itself; level 0 drops the queue's. */
        uint32_t requires_count;
};

/* Whether there is an agent who could take it, at its step or a later one or in a queue that a step moves it
 * to. Who is signed in, and whom it names or leaves out, is not looked at. */
bool att_config_has_taker(const struct att_config *config,
                          const struct att_outcome_contact *contact);

#endif
