/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/sets.h"

#include <stdlib.h>

#include "lib/base/bitset.h"
#include "lib/base/util.h"
#include "lib/core/state.h"

void sets_deinit(struct sets *sets)
{
        free(sets->signed_in);
        free(sets->ready);
        for (int i = 0; i < ATT_CHANNELS_MAX; i++) {
                free(sets->by_channel[i]);
        }
        *sets = (struct sets){.presence = sets->presence};
}

static uint64_t *channel_set(struct sets *sets, uint32_t channel, enum channel_set which)
{
        return sets->by_channel[channel] + (size_t)which * sets->words;
}

const uint64_t *sets_of_channel(const struct att_core *core, uint32_t channel,
                                enum channel_set which)
{
        return core->sets.by_channel[channel] + (size_t)which * core->sets.words;
}

/* A set by which somebody is present or not. */
static void put_presence(struct sets *sets, uint64_t *set, uint32_t bit, bool value)
{
        if (att_bitset_has(set, bit) != value) {
                att_bitset_put(set, bit, value);
                sets->presence++;
        }
}

static void refresh_presence(struct att_core *core, const struct agent *agent, uint32_t channel)
{
        struct sets *sets = &core->sets;
        bool reachable = (agent->reachable >> channel) & 1;
        bool enabled = agent_limit(core, agent, channel) != ATT_LIMIT_OFF;
        bool present = reachable && enabled && agent->presence == ATT_PRESENCE_READY;
        put_presence(sets, channel_set(sets, channel, SET_REACHABLE), agent->index, reachable);
        put_presence(sets, channel_set(sets, channel, SET_ENABLED), agent->index, enabled);
        put_presence(sets, channel_set(sets, channel, SET_PRESENT), agent->index, present);
}

static void refresh_room(struct att_core *core, const struct agent *agent, uint32_t channel)
{
        struct sets *sets = &core->sets;
        uint32_t bit = agent->index;
        enum att_exclusion why = ATT_EXCLUSION_NONE;
        bool room = has_room(core, agent, channel, &why) &&
                    att_bitset_has(channel_set(sets, channel, SET_PRESENT), bit);
        uint64_t *with_room = channel_set(sets, channel, SET_ROOM);
        if (att_bitset_has(with_room, bit) != room) {
                att_bitset_put(with_room, bit, room);
                sets->with_room += room ? 1 : -1u;
        }
        att_bitset_put(channel_set(sets, channel, SET_EXCLUSIVE), bit,
                       why == ATT_EXCLUSION_EXCLUSIVE);
        att_bitset_put(channel_set(sets, channel, SET_LIMIT), bit, why == ATT_EXCLUSION_LIMIT);
}

void sets_refresh_room(struct att_core *core, const struct agent *agent)
{
        for (uint32_t channel = 0; channel < core->channel_count; channel++) {
                refresh_room(core, agent, channel);
        }
}

void sets_refresh(struct att_core *core, const struct agent *agent)
{
        struct sets *sets = &core->sets;
        put_presence(sets, sets->signed_in, agent->index, agent->presence != ATT_PRESENCE_OFFLINE);
        put_presence(sets, sets->ready, agent->index, agent->presence == ATT_PRESENCE_READY);
        for (uint32_t channel = 0; channel < core->channel_count; channel++) {
                refresh_presence(core, agent, channel);
        }
        sets_refresh_room(core, agent);
}

void sets_rebuild(struct att_core *core)
{
        struct sets *sets = &core->sets;
        sets_deinit(sets);
        sets->presence++;
        sets->words = att_bitset_words(core->agent_count);
        sets->signed_in = att_alloc_array(sets->words, sizeof(uint64_t));
        sets->ready = att_alloc_array(sets->words, sizeof(uint64_t));
        for (uint32_t channel = 0; channel < core->channel_count; channel++) {
                sets->by_channel[channel] = att_alloc_array(CHANNEL_SET_COUNT * sets->words,
                                                            sizeof(uint64_t));
        }
        for (uint32_t i = 0; i < core->agent_count; i++) {
                sets_refresh(core, core->agents[i]);
        }
}
