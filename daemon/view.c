/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/view.h"

#include "lib/base/util.h"

/* What the intent says about where to read up and what may be offered. */
static void add_intent(const struct att_config *config, struct att_wire_contact *contact)
{
        uint32_t index = config ? att_config_find_intent(config, contact->intent) : ATT_NONE;

        if (index != ATT_NONE) {
                const struct att_intent *intent = &config->intents[index];

                contact->knowledge = intent->knowledge;
                contact->knowledge_count = intent->knowledge_count;
                contact->goodwill = intent->goodwill;
        }
}

void view_contact_of(const struct att_core *core, const struct att_contact_view *view,
                     struct att_wire_contact *ret_contact)
{
        att_wire_contact_init(ret_contact);
        ret_contact->id = view->id;
        ret_contact->channel = view->channel;
        ret_contact->queue = view->queue;
        ret_contact->state = view->state;
        ret_contact->outcome = view->outcome;
        ret_contact->agent = view->agent;
        if (view->state != ATT_CONTACT_CLOSED) { /* Of a closed one the engine keeps no more. */
                ret_contact->customer = view->customer;
        }
        ret_contact->entry_point = view->entry_point;
        ret_contact->language = view->language;
        ret_contact->text = view->text;
        ret_contact->intent = view->intent;
        ret_contact->intent_title = view->intent_title;
        ret_contact->attributes = view->attributes;
        ret_contact->attribute_count = view->attribute_count;
        ret_contact->address = view->address;
        ret_contact->traceparent = view->traceparent;
        ret_contact->front_end = view->front_end;
        ret_contact->named_agent = view->named_agent;
        ret_contact->preferred_agent = view->preferred_agent;
        ret_contact->tier = view->tier;
        ret_contact->step = view->step;
        ret_contact->rounds = view->rounds;
        ret_contact->attempt = view->attempt;
        ret_contact->transfers = view->transfers;
        ret_contact->arrived_ms = view->arrived_ms;
        ret_contact->waited_ms = view->waited_ms;
        ret_contact->in_queue_ms = view->in_queue_ms;
        ret_contact->urgency_milli = view->urgency_milli;
        ret_contact->priority_milli = view->priority_milli;
        ret_contact->emotion_ppm = view->emotion_ppm;
        ret_contact->emotion_source = view->emotion_source;
        ret_contact->due_ms = view->due_ms;
        ret_contact->offer = view->offer;
        ret_contact->incident = view->incident;
        ret_contact->incident_title = view->incident_title;
        ret_contact->incident_message = view->incident_message;
        ret_contact->repeat_of = view->repeat_of;
        ret_contact->follow_up_of = view->follow_up_of;
        ret_contact->promised = view->promised;
        ret_contact->expires_ms = view->expires_ms;
        add_intent(att_core_config(core), ret_contact);
}

bool view_contact(const struct att_core *core, struct att_text id,
                  struct att_wire_contact *ret_contact)
{
        struct att_contact_view view;

        if (!att_core_find_contact(core, id, &view)) {
                return false;
        }
        view_contact_of(core, &view, ret_contact);
        return true;
}

void view_queue_of(const struct att_core *core, const struct att_queue_view *view,
                   struct att_wire_queue *ret_queue)
{
        const struct att_config *config = att_core_config(core);
        uint32_t index = config ? att_config_find_queue(config, view->name) : ATT_NONE;

        *ret_queue = (struct att_wire_queue){
                .name = view->name,
                .title = view->title,
                .waiting = view->waiting,
                .offered = view->offered,
                .connected = view->connected,
                .longest_wait_ms = view->longest_wait_ms,
                .estimate_ms = view->estimate_ms,
                .staffed = view->staffed,
                .open = view->open,
                .entered = view->entered,
                .answered = view->answered,
                .answered_in_level = view->answered_in_level,
                .abandoned = view->abandoned,
                .refused = view->refused,
                .overflowed = view->overflowed,
                .expired = view->expired,
                .answer_wait_ms = view->answer_wait_ms,
        };
        if (index != ATT_NONE) {
                ret_queue->service_level_ppm = config->queues[index].service_level_ppm;
                ret_queue->service_level_within_ms = config->queues[index].service_level_within_ms;
        }
}

static void add_interactions(const struct att_core *core, struct att_text agent,
                             struct agent_row *row)
{
        struct att_interaction_view view;
        uint32_t count = 0;

        while (count < ATT_ARRAY_LEN(row->interactions) &&
               att_core_agent_interaction(core, agent, count, &view)) {
                row->interactions[count++] = (struct att_wire_interaction){
                        .contact = view.contact,
                        .channel = view.channel,
                        .queue = view.queue,
                        .state = view.state,
                        .outside = view.outside,
                        .units = view.units,
                        .since_ms = view.since_ms,
                        .wrap_up_until_ms = view.wrap_up_until_ms,
                };
        }
        row->agent.interactions = row->interactions;
        row->agent.interaction_count = count;
}

static void add_channels(const struct att_core *core, uint64_t reachable, struct agent_row *row)
{
        uint32_t count = 0;

        for (uint32_t channel = 0; channel < ATT_CHANNELS_MAX; channel++) {
                struct att_text name = att_core_channel_name(core, channel);

                if ((reachable >> channel & 1) && !att_text_is_empty(name)) {
                        row->channels[count++] = name;
                }
        }
        row->agent.channels = row->channels;
        row->agent.channel_count = count;
}

void view_agent_of(const struct att_core *core, const struct att_agent_view *view,
                   struct agent_row *ret_row)
{
        ret_row->agent = (struct att_wire_agent){
                .id = view->id,
                .name = view->name,
                .team = view->team,
                .bot = view->def && view->def->kind == ATT_AGENT_BOT,
                .presence = view->presence,
                .reason = view->reason,
                .presence_since_ms = view->presence_since_ms,
                .idle_ms = view->idle_ms,
                .load_units = view->load_units,
                .offers = view->offers,
                .strain_milli = view->strain_milli,
                .price_ppm = view->price_ppm,
                .removed = !view->def,
        };
        add_channels(core, view->reachable, ret_row);
        add_interactions(core, view->id, ret_row);
}

struct att_text view_agent_address(const struct att_core *core, struct att_text agent,
                                   struct att_text channel)
{
        const struct att_config *config = att_core_config(core);
        uint32_t index = att_config_find_agent(config, agent);
        uint32_t channel_index = att_config_find_channel(config, channel);
        const struct att_agent_def *def = index == ATT_NONE ? NULL : &config->agents[index];

        for (uint32_t i = 0; def && channel_index != ATT_NONE && i < def->address_count; i++) {
                if (def->addresses[i].channel == channel_index) {
                        return def->addresses[i].address;
                }
        }
        return ATT_TEXT_NONE;
}
