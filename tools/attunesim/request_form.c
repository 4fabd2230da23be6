/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/request_form.h"

#define AT(type, field) .offset = offsetof(type, field)
#define AT2(type, field, count)                                                                    \
        .offset = offsetof(type, field), .count_offset = offsetof(type, count)

static const struct field customer_items[] = {
        {"id", FIELD_TEXT, AT(struct att_customer_info, id)},
        {"name", FIELD_TEXT, AT(struct att_customer_info, name)},
        {"tier", FIELD_TEXT, AT(struct att_customer_info, tier)},
        {"currency", FIELD_TEXT, AT(struct att_customer_info, currency)},
        {"notes", FIELD_TEXT, AT(struct att_customer_info, notes)},
        {"lifetime_value", FIELD_MICRO, AT(struct att_customer_info, lifetime_value_micro)},
        {"churn_risk", FIELD_SHARE, AT(struct att_customer_info, churn_risk_ppm)},
        {"last_agent", FIELD_TEXT, AT(struct att_customer_info, last_agent)},
        {"last_spoke", FIELD_AGO, AT(struct att_customer_info, last_spoke_ms)},
        {"last_went_badly", FIELD_FLAG, AT(struct att_customer_info, last_went_badly)},
        {"last_contact", FIELD_TEXT, AT(struct att_customer_info, last_contact)},
        {"last_closed", FIELD_AGO, AT(struct att_customer_info, last_closed_ms)},
};

const struct fields request_customer_fields = {.name = "a customer", FIELDS_OF(customer_items)};

static const struct field contact_items[] = {
        {"id", FIELD_TEXT, AT(struct request_form, request.id)},
        {"channel", FIELD_TEXT, AT(struct request_form, request.channel)},
        {"queue", FIELD_TEXT, AT(struct request_form, request.queue)},
        {"entry_point", FIELD_TEXT, AT(struct request_form, request.entry_point)},
        {"language", FIELD_TEXT, AT(struct request_form, request.language)},
        {"text", FIELD_TEXT, AT(struct request_form, request.text)},
        {"intent", FIELD_TEXT, AT(struct request_form, request.intent)},
        {"agent", FIELD_TEXT, AT(struct request_form, request.agent)},
        {"preferred_agent", FIELD_TEXT, AT(struct request_form, request.preferred_agent)},
        {"address", FIELD_TEXT, AT(struct request_form, request.address)},
        {"traceparent", FIELD_TEXT, AT(struct request_form, request.traceparent)},
        {"priority", FIELD_POINTS, AT(struct request_form, request.priority_milli)},
        {"emotion", FIELD_SHARE, AT(struct request_form, request.emotion_ppm)},
        {"not_before", FIELD_TIME, AT(struct request_form, request.not_before_ms)},
        {"waited", FIELD_AGE, AT(struct request_form, request.waited_ms)},
        {"keep_place", FIELD_FLAG, AT(struct request_form, request.keep_place)},
        {"requires", FIELD_LEVELS,
         AT2(struct request_form, request.requires, request.requires_count)},
        {"prefers", FIELD_WEIGHTS, AT2(struct request_form, request.prefers, request.prefer_count)},
        {"exclude", FIELD_TEXTS, AT2(struct request_form, request.exclude, request.exclude_count)},
        {"attributes", FIELD_PAIRS,
         AT2(struct request_form, request.attributes, request.attribute_count)},
        {"customer", FIELD_NODE, AT(struct request_form, customer)},
        {"front_end", FIELD_TEXT, AT(struct request_form, front_end)},
};

const struct fields request_contact_fields = {.name = "a contact", FIELDS_OF(contact_items)};

void request_form_init(struct request_form *form)
{
        *form = (struct request_form){
                .request = {.priority_milli = ATT_ABSENT,
                            .emotion_ppm = ATT_ABSENT,
                            .not_before_ms = ATT_ABSENT,
                            .waited_ms = ATT_ABSENT,
                            .customer = {.lifetime_value_micro = -1,
                                         .churn_risk_ppm = -1,
                                         .last_spoke_ms = -1,
                                         .last_closed_ms = -1}},
        };
}

void request_form_read(const struct reading *reading, const struct att_yaml_node *node,
                       struct request_form *form)
{
        fields_read(reading, &request_contact_fields, node, form);
        if (form->customer && form->customer->kind == ATT_YAML_SCALAR) {
                form->request.customer.id = form->customer->text;
        } else if (form->customer) {
                fields_read(reading, &request_customer_fields, form->customer,
                            &form->request.customer);
        }
}
