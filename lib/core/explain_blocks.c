/* SPDX-License-Identifier: Apache-2.0 */
/* What stands between an agent and a contact: all of it, where eligibility.c stops at the first. */
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/explain_work.h"

void asks_of(const struct att_core *core, const struct contact *contact, uint32_t queue,
             uint32_t step, struct asks *ret_asks)
{
        ret_asks->queue = &core->config->queues[queue];
        ret_asks->queue_index = queue;
        ret_asks->step = &ret_asks->queue->steps[step];
        ret_asks->step_index = step;
        ret_asks->want_count = signature_wants(core->config, contact, queue, step, ret_asks->wants);
}

/* ---- One by one ---- */

static bool has_levels(const struct asks *asks, const struct agent *agent)
{
        for (uint32_t i = 0; i < asks->want_count; i++) {
                if (agent->def->levels[asks->wants[i].skill] < asks->wants[i].level) {
                        return false;
                }
        }
        return true;
}

const struct want *want_missing_alone(const struct asks *asks, const struct agent *agent)
{
        const struct want *missing = NULL;
        for (uint32_t i = 0; i < asks->want_count; i++) {
                if (agent->def->levels[asks->wants[i].skill] < asks->wants[i].level) {
                        if (missing) {
                                return NULL;
                        }
                        missing = &asks->wants[i];
                }
        }
        return missing;
}

static bool has_one_of(const struct asks *asks, const struct agent *agent)
{
        for (uint32_t i = 0; i < asks->step->any_of_count; i++) {
                const struct att_requirement *one = &asks->step->any_of[i];
                if (agent->def->levels[one->skill] >= one->level) {
                        return true;
                }
        }
        return asks->step->any_of_count == 0;
}

static bool is_of_team(const struct asks *asks, const struct agent *agent)
{
        for (uint32_t i = 0; i < asks->step->team_count; i++) {
                if (asks->step->teams[i] == agent->def->team) {
                        return true;
                }
        }
        return asks->step->team_count == 0;
}

struct att_text agent_attribute(const struct agent *agent, struct att_text key)
{
        for (uint32_t i = 0; i < agent->def->attribute_count; i++) {
                if (att_text_equals(agent->def->attributes[i].key, key)) {
                        return agent->def->attributes[i].value;
                }
        }
        return ATT_TEXT_NONE;
}

static bool has_attributes(const struct asks *asks, const struct agent *agent)
{
        for (uint32_t i = 0; i < asks->queue->attribute_count; i++) {
                const struct att_pair *wanted = &asks->queue->attributes[i];
                if (!att_text_equals(agent_attribute(agent, wanted->key), wanted->value)) {
                        return false;
                }
        }
        return true;
}

/* The end of the agent's cooldown for the contact, or 0. */
static int64_t cooldown_until_ms(const struct contact *contact, const struct agent *agent)
{
        int64_t until_ms = 0;
        for (uint32_t i = 0; i < contact_extras(contact)->cooldown_count; i++) {
                if (contact_extras(contact)->cooldowns[i].agent == agent) {
                        until_ms = att_max_i64(until_ms,
                                               contact_extras(contact)->cooldowns[i].until_ms);
                }
        }
        return until_ms;
}

/* When the profile shows the agent the contact. In another queue it would begin at `at_ms`. */
static int64_t shown_from_ms(const struct att_core *core, const struct contact *contact,
                             const struct asks *asks, const struct agent *agent, int64_t at_ms)
{
        int64_t entered_ms = asks->queue_index == contact->queue
                                     ? core->now_ms - contact_in_queue_ms(core, contact)
                                     : at_ms;
        return entered_ms + profile_delay_ms(core, agent, asks->queue_index);
}

/* ---- All ---- */

static uint32_t presence_blocks(const struct att_core *core, const struct contact *contact,
                                const struct agent *agent)
{
        uint32_t set = 0;
        if (agent->presence == ATT_PRESENCE_OFFLINE) {
                set |= BLOCK(ATT_EXCLUSION_OFFLINE);
        } else if (agent->presence == ATT_PRESENCE_PAUSED) {
                set |= BLOCK(ATT_EXCLUSION_PAUSED);
        }
        if (agent->presence != ATT_PRESENCE_OFFLINE &&
            !((agent->reachable >> contact->channel) & 1)) {
                set |= BLOCK(ATT_EXCLUSION_UNREACHABLE);
        }
        if (agent_limit(core, agent, contact->channel) == ATT_LIMIT_OFF) {
                set |= BLOCK(ATT_EXCLUSION_CHANNEL);
        }
        return set;
}

static uint32_t routing_blocks(const struct att_core *core, const struct contact *contact,
                               const struct asks *asks, const struct agent *agent, int64_t at_ms)
{
        uint32_t set = 0;
        if (contact_excludes(contact, agent)) {
                set |= BLOCK(ATT_EXCLUSION_EXCLUDED);
        }
        if (agent == contact_extras(contact)->named) {
                return set;
        }
        if (is_for_named_alone(core, contact) && contact->named_until_ms > at_ms) {
                set |= BLOCK(ATT_EXCLUSION_NAMED);
        }
        if (queue_rank(core, agent, asks->queue_index) == 0) {
                set |= BLOCK(ATT_EXCLUSION_PROFILE);
        } else if (shown_from_ms(core, contact, asks, agent, at_ms) > at_ms) {
                set |= BLOCK(ATT_EXCLUSION_DELAY);
        }
        return set;
}

static uint32_t skill_blocks(const struct asks *asks, const struct agent *agent)
{
        uint32_t set = 0;
        set |= is_of_team(asks, agent) ? 0 : BLOCK(ATT_EXCLUSION_TEAM);
        set |= has_levels(asks, agent) ? 0 : BLOCK(ATT_EXCLUSION_SKILL);
        set |= has_one_of(asks, agent) ? 0 : BLOCK(ATT_EXCLUSION_ANY_OF);
        set |= has_attributes(asks, agent) ? 0 : BLOCK(ATT_EXCLUSION_ATTRIBUTE);
        return set;
}

uint32_t blocks_of(const struct att_core *core, const struct contact *contact,
                   const struct asks *asks, const struct agent *agent, int64_t at_ms)
{
        if (!agent->def) { /* Removed by a reload, and finishing its work. */
                return BLOCK(ATT_EXCLUSION_OFFLINE);
        }
        uint32_t set = presence_blocks(core, contact, agent);
        set |= routing_blocks(core, contact, asks, agent, at_ms);
        set |= skill_blocks(asks, agent);
        if (contact->no_bots && agent_is_bot(agent)) {
                set |= BLOCK(ATT_EXCLUSION_BOT);
        }
        if (cooldown_until_ms(contact, agent) > at_ms) {
                set |= BLOCK(ATT_EXCLUSION_COOLDOWN);
        }
        enum att_exclusion room = ATT_EXCLUSION_NONE;
        if (!(set & BLOCK(ATT_EXCLUSION_CHANNEL)) &&
            !has_room(core, agent, contact->channel, &room)) {
                set |= BLOCK(room);
        }
        return set;
}

enum att_exclusion blocks_first(uint32_t set)
{
        return set == 0 ? ATT_EXCLUSION_NONE : (enum att_exclusion)__builtin_ctz(set);
}

struct bond bond_of(const struct att_core *core, const struct contact *contact)
{
        struct bond bond = {.by = ATT_EXCLUSION_NONE};
        bond.agent = bound_agent(core, contact, &bond.by);
        return bond;
}

uint32_t blocks_now(const struct explain *explain, const struct bond *bond,
                    const struct agent *agent)
{
        const struct att_core *core = explain->core;
        uint32_t set = blocks_of(core, explain->contact, &explain->asks, agent, core->now_ms);
        if (bond->agent && bond->agent != agent) {
                set |= BLOCK(bond->by);
        }
        return set;
}

/* ---- Until when ---- */

static int64_t hold_until_ms(const struct att_core *core, const struct contact *contact)
{
        return core->now_ms - contact_in_queue_ms(core, contact) +
               contact_policy(core, contact)->hold_for_preferred_ms;
}

static int64_t block_due_ms(const struct explain *explain, const struct agent *agent,
                            enum att_exclusion cause)
{
        const struct att_core *core = explain->core;
        const struct contact *contact = explain->contact;
        if (BLOCK(cause) & BLOCKS_ROOM) {
                return room_due_ms(core, contact, agent);
        }
        switch ((int)cause) {
        case ATT_EXCLUSION_NAMED:
                return contact->named_until_ms;
        case ATT_EXCLUSION_DELAY:
                return shown_from_ms(core, contact, &explain->asks, agent, core->now_ms);
        case ATT_EXCLUSION_COOLDOWN:
                return cooldown_until_ms(contact, agent);
        case ATT_EXCLUSION_HOLD:
                return hold_until_ms(core, contact);
        default:
                return -1;
        }
}

int64_t blocks_due_ms(const struct explain *explain, const struct agent *agent, uint32_t set)
{
        int64_t due_ms = explain->core->now_ms;
        for (; set != 0; set &= set - 1) {
                int64_t one_ms = block_due_ms(explain, agent, blocks_first(set));
                if (one_ms < 0) {
                        return -1;
                }
                due_ms = att_max_i64(due_ms, one_ms);
        }
        return due_ms;
}
