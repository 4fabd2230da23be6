/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes by hand: an agent's level of a skill, a queue that is closed. They stand in a file of their
 * own and are laid over what supervisors wrote, which nobody but they change:
 *
 *      # Changes by hand: `attunectl agent skills`, `attunectl queue close`. ...
 *      agents:
 *        "maria": { skills: { "spanish": 7 } }
 *      queues:
 *        "cards": { closed: true }
 *
 * What no longer fits what supervisors wrote (the agent, the skill, the queue is gone) is left out with a
 * warning: it must not keep a good configuration from being in force.
 */
#ifndef ATT_LIB_CONFIG_BY_HAND_H
#define ATT_LIB_CONFIG_BY_HAND_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/config/errors.h"
#include "lib/config/yaml.h"

/* What the hours of a queue that is closed by hand are called. */
#define ATT_CLOSED_BY_HAND "closed by hand"

struct att_by_hand_change {
        struct att_text agent; /* Empty: it is about a queue. */
        struct att_text skill;
        uint32_t level; /* 1..10; 0: the agent does not have it. */
        struct att_text queue;
        struct att_config_place place;
};

/* Zero-initialise. Texts are the arena's. */
struct att_by_hand {
        struct att_arena arena;
        struct att_by_hand_change *items; /* Owned. */
        uint32_t count;
        uint32_t capacity;
};

void att_by_hand_deinit(struct att_by_hand *by_hand);

/* Adds what the bytes of a file say; none say nothing. False: errors say what is wrong. */
ATT_MUST_USE bool att_by_hand_read(struct att_by_hand *by_hand, struct att_text path,
                                   struct att_text bytes, struct att_config_errors *errors);
/* The file that says it. */
void att_by_hand_write(const struct att_by_hand *by_hand, struct att_buffer *into);

void att_by_hand_set_level(struct att_by_hand *by_hand, struct att_text agent,
                           struct att_text skill, uint32_t level);
void att_by_hand_close(struct att_by_hand *by_hand, struct att_text queue);
/* Takes back what was said of an agent, or of a queue. False: nothing was. */
bool att_by_hand_forget_agent(struct att_by_hand *by_hand, struct att_text agent);
bool att_by_hand_open(struct att_by_hand *by_hand, struct att_text queue);

/* Lays the changes over a configuration's tree. The nodes are the arena's, or borrowed from both. */
const struct att_yaml_node *att_by_hand_apply(const struct att_by_hand *by_hand,
                                              const struct att_yaml_node *root,
                                              struct att_arena *arena,
                                              struct att_config_errors *errors);

#endif
