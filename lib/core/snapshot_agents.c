/* SPDX-License-Identifier: Apache-2.0 */
/* Agents in a saved state: presence, reach, records, work. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"
#include "lib/core/snapshot_parts.h"

/* ---- References ---- */

void snapshot_agent(struct stream *stream, struct att_core *core, struct agent **agent)
{
        uint32_t removed = core->agent_count + 1;
        uint32_t number = !*agent ? 0 : (*agent)->def ? (*agent)->index + 1 : removed;
        struct att_text id = number == removed ? (*agent)->id : ATT_TEXT_NONE;
        stream_below(stream, &number, removed + 1, "an agent");
        if (number == removed) {
                stream_text(stream, &id, ATT_ID_BYTES_MAX);
        }
        if (!stream_is_read(stream)) {
                return;
        }
        *agent = number == 0         ? NULL
                 : number == removed ? agent_find_any(core, id)
                                     : core->agents[number - 1];
        (void)stream_expect(stream, number == 0 || *agent, "an agent nobody knows");
}

/* ---- Their own ---- */

/* Texts of agents are kept as C strings. */
static void pass_string(struct stream *stream, struct att_core *core, char **string)
{
        struct att_text text = att_text_from(*string);
        stream_text(stream, &text, SIZE_MAX);
        if (!stream_is_read(stream)) {
                return;
        }
        (void)stream_expect(stream, text.len == 0 || !memchr(text.data, 0, text.len),
                            "a text with a zero byte");
        *string = att_pool_text(&core->pool, text);
}

static void pass_presence(struct stream *stream, struct att_core *core, struct agent *agent)
{
        uint32_t presence = agent->presence;
        stream_below(stream, &presence, ATT_PRESENCE_COUNT, "a presence");
        core->counts.agents[agent->presence]--;
        core->counts.agents[presence]++;
        agent->presence = (enum att_presence)presence;
        pass_string(stream, core, &agent->reason_data);
        if (stream_is_read(stream) && agent->reason_data[0] == '\0') {
                att_pool_give_text(&core->pool, agent->reason_data);
                agent->reason_data = NULL;
        }
        snapshot_past(stream, core, &agent->presence_since_ms, "an agent's times");
        (void)stream_expect(stream, agent->def || presence == ATT_PRESENCE_OFFLINE,
                            "a removed agent's presence");
}

static void pass_reaches(struct stream *stream, struct att_core *core, struct agent *agent)
{
        uint32_t count = agent->reach_count;
        stream_count(stream, &count, REACHES_MAX, "an agent's reach");
        if (stream_is_read(stream)) {
                agent->reaches = att_pool_grow(&core->pool, agent->reaches, &agent->reach_room,
                                               count, sizeof(*agent->reaches));
        }
        agent->reach_count = count;
        for (uint32_t i = 0; i < count; i++) {
                pass_string(stream, core, &agent->reaches[i].front_end);
                stream_number(stream, &agent->reaches[i].channels);
                agent->reachable |= agent->reaches[i].channels;
        }
}

static void pass_record(struct stream *stream, const struct att_core *core, struct record *record)
{
        stream_below(stream, &record->queue_name, core->queue_name_count, "a queue's name");
        stream_u32(stream, &record->successes);
        stream_u32(stream, &record->count);
        (void)stream_expect(stream,
                            record->successes <= record->count && record->count <= UINT32_MAX / 2,
                            "a record of feedback");
}

static void pass_records(struct stream *stream, struct att_core *core, struct agent *agent)
{
        stream_count(stream, &agent->record_count, core->queue_name_count, "an agent's records");
        if (stream_is_read(stream)) {
                agent->records = att_pool_grow(&core->pool, agent->records, &agent->record_room,
                                               agent->record_count, sizeof(*agent->records));
        }
        for (uint32_t i = 0; i < agent->record_count; i++) {
                pass_record(stream, core, &agent->records[i]);
        }
}

static void pass_agent(struct stream *stream, struct att_core *core, struct agent *agent)
{
        pass_presence(stream, core, agent);
        pass_reaches(stream, core, agent);
        stream_flag(stream, &agent->shift_begun);
        snapshot_past(stream, core, &agent->idle_since_ms, "an agent's times");
        stream_within(stream, &agent->price_ppm, 0, ATT_PPM, "an agent's price");
        stream_within(stream, &agent->strain_micro, 0, 1000 * ATT_PPM, "an agent's strain");
        snapshot_past(stream, core, &agent->strain_at_ms, "an agent's times");
        pass_records(stream, core, agent);
}

static struct agent *take_removed(struct stream *stream, struct att_core *core)
{
        struct att_text id = ATT_TEXT_NONE;
        stream_text(stream, &id, ATT_ID_BYTES_MAX);
        if (!stream_expect(stream, !agent_find_any(core, id), "an agent twice")) {
                return NULL;
        }
        struct agent *agent = agent_new(core, id);
        att_list_add_tail(&core->removed_agents, &agent->in_removed);
        return agent;
}

void snapshot_agents(struct stream *stream, struct att_core *core)
{
        for (uint32_t i = 0; i < core->agent_count; i++) {
                pass_agent(stream, core, core->agents[i]);
        }
        uint32_t removed = snapshot_length(&core->removed_agents);
        stream_count(stream, &removed, UINT32_MAX, "removed agents");
        if (!stream_is_read(stream)) {
                ATT_LIST_FOREACH(agent, &core->removed_agents, struct agent, in_removed)
                {
                        stream_text(stream, &agent->id, ATT_ID_BYTES_MAX);
                        pass_agent(stream, core, agent);
                }
                return;
        }
        for (uint32_t i = 0; i < removed && stream_is_fine(stream); i++) {
                struct agent *agent = take_removed(stream, core);
                if (agent) {
                        pass_agent(stream, core, agent);
                }
        }
}

/* ---- Their work ---- */

/* The order armed decides between wrap-ups of one contact that end at one instant. */
static void pass_wrap_up(struct stream *stream, struct att_core *core,
                         struct interaction *interaction)
{
        int64_t at_ms = timer_at_ms(core, &interaction->wrap_up);
        uint64_t serial = interaction->wrap_up_serial;
        uint64_t last = core->timer_serial;
        snapshot_future(stream, core, &at_ms, "the end of a wrap-up");
        stream_number(stream, &serial);
        if (stream_is_read(stream) &&
            stream_expect(stream, serial > 0 && serial <= last, "a timer's number")) {
                core->timer_serial = serial - 1;
                interaction_arm(core, interaction, at_ms);
                core->timer_serial = last;
        }
}

/* Finds the contact by its name and holds on to it, as the state says. */
static void adopt_contact(struct stream *stream, struct att_core *core,
                          struct interaction *interaction, struct att_text name)
{
        struct contact *contact = contact_find(core, name);
        bool is_wrapping = interaction->state == ATT_INTERACTION_WRAP_UP;
        if (!stream_expect(stream, contact, "work on a contact nobody knows") ||
            !stream_expect(stream,
                           is_wrapping || (contact->state == ATT_CONTACT_CONNECTED &&
                                           !contact->interaction),
                           "work on a contact that is not connected")) {
                return;
        }
        interaction->contact = contact;
        interaction->name = contact_id(contact);
        if (is_wrapping) {
                contact->wrapping++;
                return;
        }
        contact->interaction = interaction;
        if (interaction->queue != ATT_NONE) {
                core->queues[interaction->queue].connected_count++;
        }
}

static void adopt(struct stream *stream, struct att_core *core, struct interaction *interaction,
                  struct att_text name, bool is_outside)
{
        if (!is_outside) {
                adopt_contact(stream, core, interaction, name);
                return;
        }
        (void)stream_expect(stream, interaction->state != ATT_INTERACTION_WRAP_UP,
                            "work outside that wraps up");
        interaction_set_name(core, interaction, name);
}

static void pass_interaction(struct stream *stream, struct att_core *core,
                             struct interaction *interaction)
{
        bool is_outside = !interaction->contact;
        struct att_text name = interaction->name;
        uint32_t state = interaction->state;
        stream_flag(stream, &is_outside);
        stream_text(stream, &name, SIZE_MAX);
        stream_index(stream, &interaction->queue, core->config->queue_count, "a queue");
        stream_within(stream, &interaction->channel_wrap_up_ms, 0, ATT_DURATION_MS_MAX,
                      "a channel's times");
        stream_below(stream, &state, ATT_INTERACTION_WRAP_UP + 1, "the state of work");
        snapshot_past(stream, core, &interaction->since_ms, "the time of work");
        interaction->state = (enum att_interaction_state)state;
        if (stream_is_read(stream) && stream_is_fine(stream)) {
                adopt(stream, core, interaction, name, is_outside);
        }
        if (state == ATT_INTERACTION_WRAP_UP && stream_is_fine(stream)) {
                pass_wrap_up(stream, core, interaction);
        }
}

bool snapshot_take_units(struct stream *stream, struct agent *agent, uint32_t channel,
                         uint32_t units)
{
        bool has_room = agent->channel_units[channel] + units <= UINT16_MAX &&
                        agent->channel_count[channel] < UINT16_MAX;
        if (!stream_expect(stream, has_room, "too much work at once")) {
                return false;
        }
        agent_take_lightly(agent, channel, units);
        return true;
}

static void pass_work(struct stream *stream, struct att_core *core, struct agent *agent)
{
        uint32_t count = agent->interaction_count;
        stream_count(stream, &count, UINT32_MAX, "work");
        struct att_list *at = agent->interactions.next;
        for (uint32_t i = 0; i < count && stream_is_fine(stream); i++) {
                struct interaction *interaction = NULL;
                uint32_t channel = 0;
                uint32_t units = 0;
                if (!stream_is_read(stream)) {
                        interaction = ATT_CONTAINER_OF(at, struct interaction, in_agent);
                        channel = interaction->channel;
                        units = interaction->units;
                        at = at->next;
                }
                stream_below(stream, &channel, core->channel_count, "a channel");
                stream_below(stream, &units, ATT_UNITS_MAX + 1, "units");
                if (stream_is_read(stream) && snapshot_take_units(stream, agent, channel, units)) {
                        interaction = interaction_new(core, agent, channel, units);
                }
                if (interaction) {
                        pass_interaction(stream, core, interaction);
                }
        }
}

void snapshot_work(struct stream *stream, struct att_core *core)
{
        for (uint32_t i = 0; i < core->agent_count; i++) {
                pass_work(stream, core, core->agents[i]);
        }
        ATT_LIST_FOREACH(agent, &core->removed_agents, struct agent, in_removed)
        {
                pass_work(stream, core, agent);
        }
}
