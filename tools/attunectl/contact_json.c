/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunectl/contact_json.h"

#include "lib/model/words.h"
#include "tools/attunectl/show.h"

static void put_customer(struct att_json *json, const struct att_customer_info *customer)
{
        att_json_key(json, "customer");
        att_json_begin_object(json);
        json_text(json, "id", customer->id);
        json_text_if(json, "name", customer->name);
        json_text_if(json, "tier", customer->tier);
        if (customer->lifetime_value_micro >= 0) {
                json_scaled(json, "lifetime_value", customer->lifetime_value_micro, 6);
        }
        json_text_if(json, "currency", customer->currency);
        if (customer->churn_risk_ppm >= 0) {
                json_scaled(json, "churn_risk", customer->churn_risk_ppm, 6);
        }
        json_text_if(json, "notes", customer->notes);
        att_json_end_object(json);
}

static void put_attributes(struct att_json *json, const struct att_wire_contact *contact)
{
        if (contact->attribute_count == 0) {
                return;
        }
        att_json_key(json, "attributes");
        att_json_begin_object(json);
        for (uint32_t i = 0; i < contact->attribute_count; i++) {
                att_json_key_text(json, contact->attributes[i].key);
                att_json_text(json, contact->attributes[i].value);
        }
        att_json_end_object(json);
}

static void put_requires(struct att_json *json, const struct att_wire_contact *contact)
{
        if (contact->requires_count == 0) {
                return;
        }
        att_json_key(json, "requires");
        att_json_begin_object(json);
        for (uint32_t i = 0; i < contact->requires_count; i++) {
                att_json_key_text(json, contact->requires[i].skill);
                att_json_int(json, contact->requires[i].level);
        }
        att_json_end_object(json);
}

static void put_linked(struct att_json *json, const struct att_wire_contact *contact)
{
        if (contact->linked_count == 0) {
                return;
        }
        att_json_key(json, "linked");
        att_json_begin_array(json);
        for (uint32_t i = 0; i < contact->linked_count; i++) {
                att_json_text(json, contact->linked[i]);
        }
        att_json_end_array(json);
}

/* What it is part of. */
static void put_story(struct att_json *json, const struct att_wire_contact *contact)
{
        json_text_if(json, "incident", contact->incident);
        json_text_if(json, "incident_title", contact->incident_title);
        json_text_if(json, "incident_message", contact->incident_message);
        json_text_if(json, "repeat_of", contact->repeat_of);
        json_text_if(json, "follow_up_of", contact->follow_up_of);
        json_text_if(json, "promised", contact->promised);
        if (contact->expires_ms >= 0) {
                json_number(json, "expires_ms", contact->expires_ms);
        }
}

static void put_request(struct att_json *json, const struct att_wire_contact *contact)
{
        json_text_if(json, "entry_point", contact->entry_point);
        json_text_if(json, "language", contact->language);
        json_text_if(json, "text", contact->text);
        json_text_if(json, "intent", contact->intent);
        json_text_if(json, "address", contact->address);
        json_text_if(json, "traceparent", contact->traceparent);
        json_text_if(json, "front_end", contact->front_end);
        json_text_if(json, "named_agent", contact->named_agent);
        json_text_if(json, "preferred_agent", contact->preferred_agent);
        put_attributes(json, contact);
        put_story(json, contact);
}

void contact_write_json(struct att_buffer *into, const struct att_wire_contact *contact)
{
        struct att_json json;

        att_json_init(&json, into);
        att_json_begin_object(&json);
        json_text(&json, "contact", contact->id);
        json_text(&json, "channel", contact->channel);
        json_text(&json, "queue", contact->queue);
        json_string(&json, "state",
                    contact->state < ATT_CONTACT_STATE_COUNT
                            ? att_contact_state_name(contact->state)
                            : "?");
        if (contact->state == ATT_CONTACT_CLOSED && contact->outcome < ATT_OUTCOME_COUNT) {
                json_string(&json, "outcome", att_outcome_name(contact->outcome));
        }
        json_count(&json, "position", contact->position);
        json_number_or_null(&json, "estimate_ms", contact->estimate_ms);
        json_count(&json, "step", contact->step);
        json_text(&json, "agent", contact->agent);
        json_count(&json, "offer", contact->offer);
        json_number(&json, "arrived_ms", contact->arrived_ms);
        json_number(&json, "waited_ms", contact->waited_ms);
        json_number(&json, "in_queue_ms", contact->in_queue_ms);
        if (contact->due_ms >= 0) {
                json_number(&json, "due_ms", contact->due_ms);
        }
        json_scaled(&json, "urgency", contact->urgency_milli, 3);
        json_scaled(&json, "priority", contact->priority_milli, 3);
        json_scaled(&json, "emotion", contact->emotion_ppm, 6);
        if (contact->emotion_source != ATT_EMOTION_SOURCE_COUNT) {
                json_string(&json, "emotion_source",
                            att_emotion_source_name(contact->emotion_source));
        }
        json_text(&json, "tier", contact->tier);
        json_count(&json, "rounds", contact->rounds);
        json_count(&json, "transfers", contact->transfers);
        put_customer(&json, &contact->customer);
        put_request(&json, contact);
        put_requires(&json, contact);
        put_linked(&json, contact);
        att_json_end_object(&json);
}
