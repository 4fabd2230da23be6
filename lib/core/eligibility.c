/* SPDX-License-Identifier: Apache-2.0 */
/* Who may take a contact. */
#include "lib/base/bitset.h"
#include "lib/core/state.h"

uint32_t profile_rank(const struct att_core *core, const struct contact *contact,
                      const struct agent *agent)
{
        return agent == contact_extras(contact)->named ? 1
                                                       : queue_rank(core, agent, contact->queue);
}

int64_t profile_delay_ms(const struct att_core *core, const struct agent *agent, uint32_t queue)
{
        if (agent->def->profile == ATT_NONE) {
                return 0;
        }
        return core->config->profiles[agent->def->profile].by_queue[queue].delay_ms;
}

uint32_t held_against(const struct att_core *core, const struct agent *agent, uint32_t channel)
{
        uint32_t held = agent->held_units;
        uint64_t interrupted = agent->busy & core->channels[channel].interrupts;
        while (interrupted != 0) {
                held -= agent->channel_units[__builtin_ctzll(interrupted)];
                interrupted &= interrupted - 1;
        }
        return held;
}

bool has_room(const struct att_core *core, const struct agent *agent, uint32_t channel,
              enum att_exclusion *ret_why)
{
        const struct channel *wanted = &core->channels[channel];
        uint64_t elsewhere = agent->busy & ~(UINT64_C(1) << channel);
        *ret_why = ATT_EXCLUSION_EXCLUSIVE;
        if (elsewhere != 0 && (wanted->exclusive || (elsewhere & core->exclusive_channels))) {
                return false;
        }
        *ret_why = ATT_EXCLUSION_LIMIT;
        uint32_t limit = agent_limit(core, agent, channel);
        if (limit == ATT_LIMIT_OFF ||
            (limit != ATT_LIMIT_NONE && agent->channel_count[channel] >= limit)) {
                return false;
        }
        *ret_why = ATT_EXCLUSION_UNITS;
        if (!agent_is_bot(agent) &&
            held_against(core, agent, channel) + wanted->units > ATT_UNITS_MAX) {
                return false;
        }
        *ret_why = ATT_EXCLUSION_NONE;
        return true;
}

static enum att_exclusion presence_exclusion(const struct att_core *core,
                                             const struct contact *contact,
                                             const struct agent *agent)
{
        if (!agent->def || agent->presence == ATT_PRESENCE_OFFLINE) {
                return ATT_EXCLUSION_OFFLINE;
        }
        if (agent->presence == ATT_PRESENCE_PAUSED) {
                return ATT_EXCLUSION_PAUSED;
        }
        if (!((agent->reachable >> contact->channel) & 1)) {
                return ATT_EXCLUSION_UNREACHABLE;
        }
        if (agent_limit(core, agent, contact->channel) == ATT_LIMIT_OFF) {
                return ATT_EXCLUSION_CHANNEL;
        }
        return ATT_EXCLUSION_NONE;
}

static enum att_exclusion routing_exclusion(const struct att_core *core,
                                            const struct contact *contact,
                                            const struct agent *agent)
{
        if (contact_excludes(contact, agent)) {
                return ATT_EXCLUSION_EXCLUDED;
        }
        if (agent == contact_extras(contact)->named) {
                return ATT_EXCLUSION_NONE; /* Ignores the profile's queues and delays. */
        }
        if (is_for_named_alone(core, contact)) {
                return ATT_EXCLUSION_NAMED;
        }
        if (queue_rank(core, agent, contact->queue) == 0) {
                return ATT_EXCLUSION_PROFILE;
        }
        if (contact_in_queue_ms(core, contact) < profile_delay_ms(core, agent, contact->queue)) {
                return ATT_EXCLUSION_DELAY;
        }
        return ATT_EXCLUSION_NONE;
}

static enum att_exclusion skill_exclusion(const struct att_core *core,
                                          const struct contact *contact, const struct agent *agent)
{
        const struct signature *signature = contact->signature;
        if (att_bitset_has(signature->meets, agent->index)) {
                return ATT_EXCLUSION_NONE;
        }
        const struct att_queue *queue = &core->config->queues[contact->queue];
        enum att_exclusion why = ATT_EXCLUSION_NONE;
        (void)agent_meets_step(agent->def, queue, &queue->steps[contact->step], signature->wants,
                               signature->want_count, &why);
        return why;
}

enum att_exclusion exclusion_of(const struct att_core *core, const struct contact *contact,
                                const struct agent *agent, bool with_capacity)
{
        enum att_exclusion why = presence_exclusion(core, contact, agent);
        if (why == ATT_EXCLUSION_NONE) {
                why = routing_exclusion(core, contact, agent);
        }
        if (why == ATT_EXCLUSION_NONE) {
                why = skill_exclusion(core, contact, agent);
        }
        if (why != ATT_EXCLUSION_NONE) {
                return why;
        }
        if (contact->no_bots && agent_is_bot(agent)) {
                return ATT_EXCLUSION_BOT;
        }
        if (contact_is_cooling(core, contact, agent)) {
                return ATT_EXCLUSION_COOLDOWN;
        }
        if (with_capacity) {
                (void)has_room(core, agent, contact->channel, &why);
        }
        return why;
}

static struct agent *held_for(const struct att_core *core, const struct contact *contact)
{
        int64_t hold_ms = contact_policy(core, contact)->hold_for_preferred_ms;
        if (!contact_extras(contact)->preferred || contact_in_queue_ms(core, contact) >= hold_ms ||
            exclusion_of(core, contact, contact_extras(contact)->preferred, false) !=
                    ATT_EXCLUSION_NONE) {
                return NULL;
        }
        return contact_extras(contact)->preferred;
}

struct agent *bound_agent(const struct att_core *core, const struct contact *contact,
                          enum att_exclusion *ret_by)
{
        struct agent *linked = linked_agent(core, contact);
        *ret_by = ATT_EXCLUSION_LINKED;
        if (linked && exclusion_of(core, contact, linked, true) == ATT_EXCLUSION_NONE) {
                return linked;
        }
        *ret_by = ATT_EXCLUSION_HOLD;
        struct agent *held = held_for(core, contact);
        if (!held) {
                *ret_by = ATT_EXCLUSION_NONE;
        }
        return held;
}

enum att_exclusion exclusion_now(const struct att_core *core, const struct contact *contact,
                                 const struct agent *agent)
{
        enum att_exclusion why = exclusion_of(core, contact, agent, false);
        if (why != ATT_EXCLUSION_NONE) {
                return why;
        }
        enum att_exclusion by = ATT_EXCLUSION_NONE;
        const struct agent *bound = bound_agent(core, contact, &by);
        if (bound && bound != agent) {
                return by;
        }
        (void)has_room(core, agent, contact->channel, &why);
        return why;
}
