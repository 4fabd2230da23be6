/* SPDX-License-Identifier: Apache-2.0 */
/* Interactions: one agent with one contact, to the end of wrap-up; and work outside the router. */
#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"

struct interaction *interaction_new(struct att_core *core, struct agent *agent, uint32_t channel,
                                    uint32_t units)
{
        struct interaction *interaction = ATT_LIST_FIRST(&core->spare_interactions,
                                                         struct interaction, in_agent);
        if (interaction) {
                att_list_remove(&interaction->in_agent);
        } else {
                interaction = att_alloc(sizeof(*interaction));
        }
        *interaction = (struct interaction){
                .agent = agent,
                .channel = channel,
                .units = units,
                .queue = ATT_NONE,
                .channel_wrap_up_ms = core->channels[channel].wrap_up_ms,
                .state = ATT_INTERACTION_ACTIVE,
                .since_ms = core->now_ms,
        };
        timer_init(&interaction->wrap_up, TIMER_WRAP_UP);
        att_list_init(&interaction->in_agent);
        att_list_add_tail(&agent->interactions, &interaction->in_agent);
        agent->interaction_count++;
        core->counts.interactions++;
        if (agent->def) {
                score_refresh(core, agent); /* The units are the agent's already. */
        }
        return interaction;
}

void interaction_set_name(struct att_core *core, struct interaction *interaction,
                          struct att_text name)
{
        interaction->name_data = att_pool_text(&core->pool, name);
        interaction->name = att_text_of(interaction->name_data, name.len);
}

void interaction_drop_name(struct att_core *core, struct interaction *interaction)
{
        if (interaction->name_data) {
                att_pool_give(&core->pool, interaction->name_data, interaction->name.len + 1);
                interaction->name_data = NULL;
        }
}

void interaction_finish(struct att_core *core, struct interaction *interaction)
{
        struct agent *agent = interaction->agent;
        struct contact *contact = interaction->contact;
        if (contact) {
                struct att_effect *effect = emit_contact(core, PLACE_ENDED, ATT_EFFECT_FINISHED,
                                                         contact);
                effect->agent = agent->id;
                contact->wrapping--;
        }
        timer_cancel(core, &interaction->wrap_up);
        att_list_remove(&interaction->in_agent);
        agent->interaction_count--;
        core->counts.interactions--;
        if (agent->interaction_count == 0) {
                agent->idle_since_ms = core->now_ms;
        }
        agent_give(core, agent, interaction->channel, interaction->units);
        agent_mark(core, agent);
        interaction_drop_name(core, interaction);
        att_list_add_tail(&core->spare_interactions, &interaction->in_agent);
}

/* The agent's own goes before the queue's, the queue's before the channel's. */
static int64_t wrap_up_ms(const struct att_core *core, const struct interaction *interaction)
{
        const struct att_agent_def *def = interaction->agent->def;
        if (def && def->wrap_up_ms >= 0) {
                return def->wrap_up_ms;
        }
        if (interaction->queue != ATT_NONE &&
            core->config->queues[interaction->queue].wrap_up_ms >= 0) {
                return core->config->queues[interaction->queue].wrap_up_ms;
        }
        const struct channel *channel = &core->channels[interaction->channel];
        return channel->declared ? channel->wrap_up_ms : interaction->channel_wrap_up_ms;
}

void interaction_arm(struct att_core *core, struct interaction *interaction, int64_t at_ms)
{
        interaction->wrap_up_serial = core->timer_serial + 1;
        timer_arm(core, &interaction->wrap_up, at_ms, 0);
}

void interaction_wrap_up(struct att_core *core, struct interaction *interaction)
{
        ATT_CHECK(interaction->contact && interaction->state != ATT_INTERACTION_WRAP_UP);
        struct contact *contact = interaction->contact;
        int64_t duration_ms = wrap_up_ms(core, interaction);
        interaction->state = ATT_INTERACTION_WRAP_UP;
        contact->interaction = NULL;
        contact->wrapping++;
        if (interaction->queue != ATT_NONE) {
                core->queues[interaction->queue].connected_count--;
        }
        if (duration_ms == 0) {
                interaction_finish(core, interaction);
                return;
        }
        struct att_effect *effect = emit_contact(core, PLACE_ENDED, ATT_EFFECT_WRAP_UP, contact);
        effect->agent = interaction->agent->id;
        effect->due_ms = core->now_ms + duration_ms;
        interaction_arm(core, interaction, core->now_ms + duration_ms);
}

/* The wrap-up of a contact, or of any: then the smallest id first, as timers have it. */
static struct interaction *find_wrapping(const struct agent *agent, struct att_text name)
{
        struct interaction *found = NULL;
        ATT_LIST_FOREACH(interaction, &agent->interactions, struct interaction, in_agent)
        {
                bool fits = interaction->state == ATT_INTERACTION_WRAP_UP &&
                            (att_text_is_empty(name) || att_text_equals(interaction->name, name));
                if (fits && (!found || att_text_compare(interaction->name, found->name) < 0)) {
                        found = interaction;
                }
        }
        return found;
}

void handle_wrap_up_done(struct att_core *core, const struct att_command *command)
{
        struct agent *agent = agent_find(core, command->agent);
        if (!agent) {
                refuse_unknown(core, command, "agent", "agent", command->agent,
                               att_config_nearest_agent(core->config, command->agent));
                return;
        }
        if (!att_text_is_empty(command->contact) && !contact_find(core, command->contact)) {
                refuse_unknown(core, command, "contact", "contact", command->contact,
                               ATT_TEXT_NONE);
                return;
        }
        struct interaction *wrapping = find_wrapping(agent, command->contact);
        if (!wrapping) {
                refuse(core, command, ATT_REFUSAL_STATE, "agent", "agent '%.*s' is not in wrap-up",
                       ATT_TEXT_ARGS(command->agent));
        }
        while (wrapping) {
                interaction_finish(core, wrapping);
                wrapping = find_wrapping(agent, command->contact);
        }
}

void handle_contact_hold(struct att_core *core, const struct att_command *command)
{
        struct contact *contact = contact_get_live(core, command);
        if (!contact) {
                return;
        }
        if (contact->state != ATT_CONTACT_CONNECTED) {
                refuse(core, command, ATT_REFUSAL_STATE, "contact",
                       "contact '%.*s' is %s, not connected", ATT_TEXT_ARGS(command->contact),
                       att_contact_state_name(contact->state));
                return;
        }
        contact->interaction->state = command->hold.held ? ATT_INTERACTION_HELD
                                                         : ATT_INTERACTION_ACTIVE;
}
