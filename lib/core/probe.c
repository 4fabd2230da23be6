/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/probe.h"

#include "lib/core/choose.h"
#include "lib/core/state.h"

struct contact *att_probe_find_contact(const struct att_core *core, struct att_text id)
{
        return contact_find(core, id);
}

struct agent *att_probe_find_agent(const struct att_core *core, struct att_text id)
{
        return agent_find(core, id);
}

uint32_t att_probe_find_channel(const struct att_core *core, struct att_text name)
{
        return channel_find(core, name);
}

/* ---- A contact ---- */

struct att_text att_probe_contact(struct att_core *core, struct contact *contact, uint32_t channel)
{
        uint8_t before = contact->channel;
        contact->channel = (uint8_t)channel;
        enum att_exclusion by = ATT_EXCLUSION_NONE;
        struct agent *best[ATT_CANDIDATES_SHOWN] = {bound_agent(core, contact, &by)};
        const struct score_query query = {
                .with_room = sets_of_channel(core, channel, SET_ROOM),
        };
        uint32_t count = best[0] ? 1 : score_best(core, contact, &query, best);
        contact->channel = before;
        return count > 0 ? best[0]->id : ATT_TEXT_NONE;
}

uint32_t att_probe_count_agents(const struct att_core *core, struct contact *contact,
                                uint32_t channel)
{
        uint8_t before = contact->channel;
        contact->channel = (uint8_t)channel;
        uint32_t count = 0;
        for (uint32_t i = 0; i < core->agent_count; i++) {
                count += exclusion_now(core, contact, core->agents[i]) == ATT_EXCLUSION_NONE;
        }
        contact->channel = before;
        return count;
}

/* ---- An agent ---- */

static void give_work(struct agent *agent)
{
        ATT_LIST_FOREACH(interaction, &agent->interactions, struct interaction, in_agent)
        {
                agent_give_lightly(agent, interaction->channel, interaction->units);
        }
}

static void take_work(struct agent *agent)
{
        ATT_LIST_FOREACH(interaction, &agent->interactions, struct interaction, in_agent)
        {
                agent_take_lightly(agent, interaction->channel, interaction->units);
        }
}

static uint64_t room_of(const struct att_core *core, const struct agent *agent)
{
        uint64_t room = 0;
        for (uint32_t i = 0; i < core->channel_count; i++) {
                enum att_exclusion why;
                room |= (uint64_t)has_room(core, agent, i, &why) << i;
        }
        return room & agent->reachable;
}

struct att_text att_probe_agent(struct att_core *core, struct agent *agent)
{
        struct contact *first[2]; /* The one it gets, and the next, to say why. */
        struct place places[2];
        uint32_t count = 0;
        give_work(agent);
        agent->room = room_of(core, agent);
        if (agent->room != 0) {
                uint32_t channel = (uint32_t)__builtin_ctzll(agent->room);
                count = choose_contacts(core, agent, channel, 2, first, places);
        }
        take_work(agent);
        return count > 0 ? contact_id(first[0]) : ATT_TEXT_NONE;
}

/* ---- Upkeep ---- */

void att_probe_touch_agent(struct att_core *core, struct agent *agent)
{
        uint32_t channel = 0;
        uint32_t units = core->channels[channel].units;
        agent_take(core, agent, channel, units);
        agent_give(core, agent, channel, units);
}

void att_probe_touch_contact(struct att_core *core, struct contact *contact)
{
        queue_arm_wake(core, contact);
}
