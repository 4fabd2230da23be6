/* SPDX-License-Identifier: Apache-2.0 */
/* Agents: presence, reach, load, idle time, price, and work outside the router. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/bitset.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"

/* ---- Reach: by front end, so that a lost chat desktop does not sign out the phone ---- */

static void add_up_reach(struct att_core *core, struct agent *agent)
{
        agent->reachable = 0;
        for (uint32_t i = 0; i < agent->reach_count; i++) {
                agent->reachable |= agent->reaches[i].channels;
        }
        agent_refresh(core, agent);
}

static void clear_reaches(struct att_core *core, struct agent *agent)
{
        for (uint32_t i = 0; i < agent->reach_count; i++) {
                att_pool_give_text(&core->pool, agent->reaches[i].front_end);
        }
        agent->reach_count = 0;
        agent->reachable = 0;
}

static struct reach *find_reach(const struct agent *agent, struct att_text front_end)
{
        for (uint32_t i = 0; i < agent->reach_count; i++) {
                if (att_text_equals_c(front_end, agent->reaches[i].front_end)) {
                        return &agent->reaches[i];
                }
        }
        return NULL;
}

/* What a front end says replaces what it said before. Past the limit the oldest goes. */
static void set_reach(struct att_core *core, struct agent *agent, struct att_text front_end,
                      uint64_t channels)
{
        struct reach *reach = find_reach(agent, front_end);
        if (!reach) {
                if (agent->reach_count == REACHES_MAX) {
                        att_pool_give_text(&core->pool, agent->reaches[0].front_end);
                        memmove(agent->reaches, agent->reaches + 1,
                                (REACHES_MAX - 1) * sizeof(*agent->reaches));
                        agent->reach_count--;
                }
                agent->reaches = att_pool_grow(&core->pool, agent->reaches, &agent->reach_room,
                                               agent->reach_count + 1u, sizeof(*agent->reaches));
                reach = &agent->reaches[agent->reach_count++];
                reach->front_end = att_pool_text(&core->pool, front_end);
        }
        reach->channels = channels;
        add_up_reach(core, agent);
}

/* ---- Agents ---- */

struct agent *agent_find_any(const struct att_core *core, struct att_text id)
{
        struct att_map_node *node = att_map_find(&core->agents_by_id, id);
        return node ? ATT_CONTAINER_OF(node, struct agent, by_id) : NULL;
}

struct agent *agent_find(const struct att_core *core, struct att_text id)
{
        struct agent *agent = agent_find_any(core, id);
        return agent && (agent->def || agent->interaction_count > 0) ? agent : NULL;
}

struct agent *agent_new(struct att_core *core, struct att_text id)
{
        struct agent *agent = att_alloc(sizeof(*agent));
        agent->id_data = att_text_dup(id);
        agent->id = att_text_of(agent->id_data, id.len);
        agent->index = UINT32_MAX;
        agent->presence_since_ms = core->now_ms;
        agent->strain_at_ms = core->now_ms;
        att_list_init(&agent->offers);
        att_list_init(&agent->interactions);
        att_list_init(&agent->in_dirty);
        att_list_init(&agent->in_removed);
        att_list_init(&agent->named_by);
        att_list_init(&agent->preferred_by);
        att_list_init(&agent->known_by);
        att_map_add(&core->agents_by_id, &agent->by_id, agent->id);
        core->counts.agents[ATT_PRESENCE_OFFLINE]++;
        return agent;
}

void agent_free(struct att_core *core, struct agent *agent)
{
        ATT_LIST_FOREACH(interaction, &agent->interactions, struct interaction, in_agent)
        {
                timer_cancel(core, &interaction->wrap_up);
                interaction_drop_name(core, interaction);
                free(interaction);
        }
        core->counts.agents[agent->presence]--;
        att_map_remove(&core->agents_by_id, &agent->by_id);
        att_list_remove(&agent->in_dirty);
        att_list_remove(&agent->in_removed);
        att_pool_give(&core->pool, agent->records, agent->record_room * sizeof(*agent->records));
        clear_reaches(core, agent);
        att_pool_give(&core->pool, agent->reaches, agent->reach_room * sizeof(*agent->reaches));
        att_pool_give_text(&core->pool, agent->reason_data);
        free(agent->id_data);
        free(agent);
}

void agent_mark(struct att_core *core, struct agent *agent)
{
        if (!agent->dirty) {
                agent->dirty = true;
                att_list_add_tail(&core->dirty_agents, &agent->in_dirty);
        }
}

void agent_take_lightly(struct agent *agent, uint32_t channel, uint32_t units)
{
        agent->held_units += units;
        agent->channel_units[channel] = (uint16_t)(agent->channel_units[channel] + units);
        agent->channel_count[channel]++;
        agent->busy |= UINT64_C(1) << channel;
}

void agent_give_lightly(struct agent *agent, uint32_t channel, uint32_t units)
{
        ATT_CHECK(agent->channel_count[channel] > 0 && agent->held_units >= units &&
                  agent->channel_units[channel] >= units);
        agent->held_units -= units;
        agent->channel_units[channel] = (uint16_t)(agent->channel_units[channel] - units);
        if (--agent->channel_count[channel] == 0) {
                agent->busy &= ~(UINT64_C(1) << channel);
        }
}

void agent_refresh(struct att_core *core, const struct agent *agent)
{
        if (agent->def) { /* One who was removed is in no set. */
                sets_refresh(core, agent);
                score_refresh(core, agent);
        }
}

/* Of what an agent's load decides: who is present stays. */
static void refresh_load(struct att_core *core, const struct agent *agent)
{
        if (agent->def) {
                sets_refresh_room(core, agent);
                score_refresh(core, agent);
        }
}

void agent_take(struct att_core *core, struct agent *agent, uint32_t channel, uint32_t units)
{
        agent_take_lightly(agent, channel, units);
        refresh_load(core, agent);
}

void agent_give(struct att_core *core, struct agent *agent, uint32_t channel, uint32_t units)
{
        agent_give_lightly(agent, channel, units);
        refresh_load(core, agent);
}

/* ---- Price ---- */

/* What the skill term's s would be in a queue, 0 where the agent does not meet its own
 * requirements. */
static int64_t queue_match_ppm(const struct att_config *config, const struct att_agent_def *def,
                               uint32_t queue, const struct want *wants, uint32_t want_count)
{
        const struct att_queue *q = &config->queues[queue];
        enum att_exclusion why;
        if (!agent_meets_step(def, q, &q->steps[0], wants, want_count, &why)) {
                return 0;
        }
        return skill_match_ppm(def, wants, want_count);
}

/* A queue's recent demand against its supply, in thousandths; the same for all until asked. */
static uint64_t queue_weight_milli(const struct att_core *core, uint32_t queue, bool by_demand)
{
        if (!by_demand) {
                return 1000;
        }
        const struct queue_state *state = &core->queues[queue];
        uint64_t demand = state->recent_entered + state->waiting_count + state->offered_count;
        uint64_t supply = 0;
        const struct att_queue *q = &core->config->queues[queue];
        struct want wants[WANTS_MAX];
        uint32_t count = signature_wants(core->config, NULL, queue, 0, wants);
        for (uint32_t i = 0; i < core->agent_count; i++) {
                const struct agent *agent = core->agents[i];
                enum att_exclusion why;
                if (agent->presence != ATT_PRESENCE_OFFLINE &&
                    agent_meets_step(agent->def, q, &q->steps[0], wants, count, &why)) {
                        supply++;
                }
        }
        return (demand + 1) * 1000 / (supply + 1);
}

void agents_price(struct att_core *core, bool by_demand)
{
        const struct att_config *config = core->config;
        uint64_t weight_sum = 0;
        uint64_t *sums = att_alloc_array(core->agent_count, sizeof(*sums));
        for (uint32_t q = 0; q < config->queue_count; q++) {
                uint64_t weight = queue_weight_milli(core, q, by_demand);
                struct want wants[WANTS_MAX];
                uint32_t count = signature_wants(config, NULL, q, 0, wants);
                weight_sum += weight;
                for (uint32_t i = 0; i < core->agent_count; i++) {
                        int64_t match = queue_match_ppm(config, core->agents[i]->def, q, wants,
                                                        count);
                        sums[i] += weight * (uint64_t)match;
                }
        }
        for (uint32_t i = 0; i < core->agent_count; i++) {
                core->agents[i]->price_ppm = weight_sum == 0 ? 0 : (int64_t)(sums[i] / weight_sum);
                score_refresh(core, core->agents[i]);
        }
        for (uint32_t q = 0; q < config->queue_count; q++) {
                core->queues[q].recent_entered /= 2;
        }
        free(sums);
}

/* ---- Presence ---- */

static bool is_signed_in(const struct agent *agent)
{
        return agent->presence != ATT_PRESENCE_OFFLINE;
}

/* Contacts held for an agent who can't take them any more are for anyone. */
static void release_held(struct att_core *core, const struct agent *agent)
{
        ATT_LIST_FOREACH(extras, &agent->preferred_by, struct extras, in_preferred)
        {
                struct contact *contact = extras->contact;
                contact_mark(core, contact);
        }
}

static void revoke_offers(struct att_core *core, struct agent *agent, enum att_revoke_reason reason)
{
        ATT_LIST_FOREACH(offer, &agent->offers, struct offer, in_agent)
        {
                offer_revoke(core, offer, reason);
        }
}

static void set_reason(struct att_core *core, struct agent *agent, struct att_text reason)
{
        char *before = agent->reason_data;
        agent->reason_data = att_text_is_empty(reason) ? NULL : att_pool_text(&core->pool, reason);
        att_pool_give_text(&core->pool, before);
}

void agent_set_presence(struct att_core *core, struct agent *agent, enum att_presence presence,
                        struct att_text reason)
{
        bool was_signed_in = is_signed_in(agent);
        enum att_presence before = agent->presence;
        core->counts.agents[before]--;
        core->counts.agents[presence]++;
        agent->presence = presence;
        agent->presence_since_ms = core->now_ms;
        if (presence == ATT_PRESENCE_OFFLINE) {
                clear_reaches(core, agent);
        }
        agent_refresh(core, agent);
        set_reason(core, agent, reason);
        struct att_effect *effect = emit(core, PLACE_AGENTS, ATT_EFFECT_AGENT);
        effect->agent = agent->id;
        effect->presence = presence;
        effect->reason = att_arena_text(&core->texts, reason);

        if (presence == ATT_PRESENCE_READY) {
                if (!agent->shift_begun) {
                        agent->shift_begun = true;
                        agent->idle_since_ms = core->now_ms;
                }
                agent_refresh(core, agent);
                agent_mark(core, agent);
                return;
        }
        if (presence == ATT_PRESENCE_OFFLINE) {
                agent->shift_begun = false;
                agent_refresh(core, agent);
                core->staffing_fell = core->staffing_fell || was_signed_in;
        }
        revoke_offers(core, agent, ATT_REVOKE_AGENT_GONE);
        if (before == ATT_PRESENCE_READY) {
                release_held(core, agent);
        }
}

/* The agent of a command; refuses an unknown one. */
static struct agent *get_agent(struct att_core *core, const struct att_command *command)
{
        struct agent *agent = agent_find(core, command->agent);
        if (!agent || !agent->def) {
                refuse_unknown(core, command, "agent", "agent", command->agent,
                               att_config_nearest_agent(core->config, command->agent));
                return NULL;
        }
        return agent;
}

/* The channels of a `ready` as bits. False and refused: an unknown one. */
static bool read_reach(struct att_core *core, const struct att_command *command,
                       uint64_t *ret_reach)
{
        if (command->presence.channel_count == 0) {
                *ret_reach = UINT64_MAX;
                return true;
        }
        uint64_t reach = 0;
        for (uint32_t i = 0; i < command->presence.channel_count; i++) {
                struct att_text name = command->presence.channels[i];
                uint32_t channel = channel_get_or_add(core, name);
                if (channel == ATT_NONE) {
                        refuse_unknown(core, command, "channels", "channel", name,
                                       att_config_nearest_channel(core->config, name));
                        return false;
                }
                reach |= UINT64_C(1) << channel;
        }
        *ret_reach = reach;
        return true;
}

static void revoke_unreachable(struct att_core *core, struct agent *agent)
{
        ATT_LIST_FOREACH(offer, &agent->offers, struct offer, in_agent)
        {
                if (!((agent->reachable >> offer->channel) & 1)) {
                        offer_revoke(core, offer, ATT_REVOKE_AGENT_GONE);
                }
        }
}

static void narrow(struct att_core *core, struct agent *agent)
{
        core->staffing_fell = true;
        revoke_unreachable(core, agent);
        release_held(core, agent);
}

void agent_lose_reach(struct att_core *core, struct agent *agent, struct att_text front_end)
{
        struct reach *reach = find_reach(agent, front_end);
        if (!reach) {
                return;
        }
        att_pool_give_text(&core->pool, reach->front_end);
        agent->reach_count--;
        memmove(reach, reach + 1,
                (size_t)(agent->reaches + agent->reach_count - reach) * sizeof(*reach));
        if (agent->reach_count == 0) {
                agent_set_presence(core, agent, ATT_PRESENCE_OFFLINE, ATT_TEXT("lost"));
                return;
        }
        add_up_reach(core, agent);
        narrow(core, agent);
}

void handle_agent_ready(struct att_core *core, const struct att_command *command)
{
        struct agent *agent = get_agent(core, command);
        uint64_t reach = 0;
        if (!agent || !read_reach(core, command, &reach)) {
                return;
        }
        uint64_t before = agent->reachable;
        set_reach(core, agent, command->front_end, reach);
        reach = agent->reachable;
        if (agent->presence != ATT_PRESENCE_READY) {
                core->staffing_fell = core->staffing_fell || (before & ~reach) != 0;
                agent_set_presence(core, agent, ATT_PRESENCE_READY, ATT_TEXT_NONE);
                return;
        }
        if (before & ~reach) {
                narrow(core, agent);
        }
        if (reach & ~before) {
                agent_mark(core, agent);
        }
}

static bool is_known_word(const struct att_text *words, uint32_t count, struct att_text word)
{
        for (uint32_t i = 0; i < count; i++) {
                if (att_text_equals(words[i], word)) {
                        return true;
                }
        }
        return count == 0;
}

void handle_agent_pause(struct att_core *core, const struct att_command *command)
{
        struct agent *agent = get_agent(core, command);
        if (!agent) {
                return;
        }
        struct att_text reason = command->presence.reason;
        const struct att_config *config = core->config;
        if (!att_text_is_empty(reason) &&
            !is_known_word(config->pause_reasons, config->pause_reason_count, reason)) {
                refuse(core, command, ATT_REFUSAL_INVALID, "reason",
                       "'%.*s' is not one of the pause reasons", ATT_TEXT_ARGS(reason));
                return;
        }
        if (agent->presence == ATT_PRESENCE_PAUSED &&
            att_text_equals(att_text_from(agent->reason_data), reason)) {
                return;
        }
        if (agent->presence == ATT_PRESENCE_OFFLINE) {
                set_reach(core, agent, command->front_end, UINT64_MAX);
        }
        agent_set_presence(core, agent, ATT_PRESENCE_PAUSED, reason);
}

void handle_agent_offline(struct att_core *core, const struct att_command *command)
{
        struct agent *agent = get_agent(core, command);
        if (!agent || agent->presence == ATT_PRESENCE_OFFLINE) {
                return;
        }
        agent_set_presence(core, agent, ATT_PRESENCE_OFFLINE, command->presence.reason);
}

/* ---- Work outside the router ---- */

static struct interaction *find_outside(struct agent *agent, struct att_text name)
{
        ATT_LIST_FOREACH(interaction, &agent->interactions, struct interaction, in_agent)
        {
                if (!interaction->contact && att_text_equals(interaction->name, name)) {
                        return interaction;
                }
        }
        return NULL;
}

void handle_occupied(struct att_core *core, const struct att_command *command)
{
        struct agent *agent = get_agent(core, command);
        if (!agent) {
                return;
        }
        uint32_t channel = channel_get_or_add(core, command->occupied.channel);
        if (channel == ATT_NONE) {
                refuse_unknown(core, command, "channel", "channel", command->occupied.channel,
                               att_config_nearest_channel(core->config, command->occupied.channel));
                return;
        }
        struct interaction *known = find_outside(agent, command->contact);
        if (known) {
                if (known->channel != channel) {
                        refuse(core, command, ATT_REFUSAL_DUPLICATE, "contact",
                               "this work is already reported on another channel");
                }
                return;
        }
        if (agent->interaction_count >= UINT16_MAX / ATT_UNITS_MAX) {
                refuse(core, command, ATT_REFUSAL_FULL, "agent", "too much work at once");
                return;
        }
        uint32_t units = core->channels[channel].units;
        agent_take(core, agent, channel, units);
        struct interaction *work = interaction_new(core, agent, channel, units);
        interaction_set_name(core, work, command->contact);
}

void handle_free(struct att_core *core, const struct att_command *command)
{
        /* One who was removed finishes the work all the same. */
        struct agent *agent = agent_find(core, command->agent);
        struct interaction *work = agent ? find_outside(agent, command->contact) : NULL;
        if (!work && !get_agent(core, command)) {
                return;
        }
        if (!work) {
                refuse(core, command, ATT_REFUSAL_UNKNOWN, "contact",
                       "agent '%.*s' is not occupied with '%.*s'", ATT_TEXT_ARGS(command->agent),
                       ATT_TEXT_ARGS(command->contact));
                return;
        }
        interaction_finish(core, work);
}
