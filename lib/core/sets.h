/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Agents as bitsets by what they can do now, kept up to date with every change of an agent, so that
 * "who could take this contact" is an AND of a few words and not a walk over all agents. Bits are
 * configuration indices. What stands here can always be computed from the agents; the recount
 * compares the two.
 */
#ifndef ATT_LIB_CORE_SETS_H
#define ATT_LIB_CORE_SETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/model/limits.h"

struct agent;
struct att_core;

enum channel_set {
        SET_REACHABLE, /* Said to be reachable on the channel. */
        SET_ENABLED,   /* Works on the channel. */
        SET_PRESENT,   /* Both, and ready. */
        SET_ROOM,      /* Present, and with room for one more. */
        SET_EXCLUSIVE, /* No room: an exclusive channel stands between. */
        SET_LIMIT,     /* No room: the limit on the channel. Otherwise the units. */
        CHANNEL_SET_COUNT
};

struct sets {
        size_t words;                           /* Of each set. */
        uint64_t presence;                      /* Grows when who is present changes; never 0. */
        uint32_t with_room;                     /* Agents, counted on each channel, with room. */
        uint64_t *signed_in;                    /* Owned. */
        uint64_t *ready;                        /* Owned. */
        uint64_t *by_channel[ATT_CHANNELS_MAX]; /* Owned: CHANNEL_SET_COUNT sets in a row. */
};

/* After a reload, or when a channel came: everything anew. */
void sets_rebuild(struct att_core *core);
/* After a change of presence, reach, offers or interactions. */
void sets_refresh(struct att_core *core, const struct agent *agent);
/* After a change of offers or interactions only. */
void sets_refresh_room(struct att_core *core, const struct agent *agent);
void sets_deinit(struct sets *sets);

const uint64_t *sets_of_channel(const struct att_core *core, uint32_t channel,
                                enum channel_set which);

#endif
