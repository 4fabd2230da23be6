/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/details.h"

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"

enum { TEXTS = 16 };

struct details {
        uint32_t bytes; /* Of all of it, attributes and texts included. */
        uint16_t attribute_count;
        uint16_t lengths[TEXTS];
        bool keep_place;
        bool last_went_badly;
        int32_t priority_milli; /* INT32_MIN: absent; so of the emotion. */
        int32_t emotion_ppm;
        int32_t churn_risk_ppm;
        int64_t lifetime_value_micro;
        int64_t last_spoke_ms;
        int64_t last_closed_ms;
        /* struct att_pair attributes[attribute_count]; then the texts one after the other. */
};

static void list_texts(struct att_contact_request *request, struct att_text *texts[TEXTS])
{
        struct att_text *const all[TEXTS] = {
                &request->channel,
                &request->queue,
                &request->entry_point,
                &request->language,
                &request->text,
                &request->intent,
                &request->agent,
                &request->preferred_agent,
                &request->address,
                &request->traceparent,
                &request->customer.name,
                &request->customer.tier,
                &request->customer.currency,
                &request->customer.notes,
                &request->customer.last_agent,
                &request->customer.last_contact,
        };
        att_copy(texts, all, sizeof(all));
}

static struct att_pair *pairs_of(struct details *details)
{
        return (struct att_pair *)(void *)(details + 1);
}

static size_t count_bytes(const struct att_contact_request *request, struct att_text *texts[TEXTS])
{
        size_t bytes = sizeof(struct details) + request->attribute_count * sizeof(struct att_pair);
        for (uint32_t i = 0; i < request->attribute_count; i++) {
                bytes += request->attributes[i].key.len + request->attributes[i].value.len;
        }
        for (int i = 0; i < TEXTS; i++) {
                bytes += texts[i]->len;
        }
        return bytes;
}

static int32_t narrow(int64_t number)
{
        return number == ATT_ABSENT ? INT32_MIN : (int32_t)number;
}

static int64_t widen(int32_t number)
{
        return number == INT32_MIN ? ATT_ABSENT : number;
}

static struct att_text put(char **at, struct att_text text)
{
        struct att_text kept = att_text_of(*at, text.len);
        att_copy(*at, text.data, text.len);
        *at += text.len;
        return kept;
}

void details_keep(struct att_core *core, struct contact *contact,
                  const struct att_contact_request *request)
{
        struct att_contact_request copy = *request;
        struct att_text *texts[TEXTS];
        list_texts(&copy, texts);
        size_t bytes = count_bytes(&copy, texts);
        struct details *details = att_pool_take_unset(&core->pool, bytes);
        details->bytes = (uint32_t)bytes;
        details->attribute_count = (uint16_t)request->attribute_count;
        details->keep_place = request->keep_place;
        details->last_went_badly = request->customer.last_went_badly;
        details->priority_milli = narrow(request->priority_milli);
        details->emotion_ppm = narrow(request->emotion_ppm);
        details->lifetime_value_micro = request->customer.lifetime_value_micro;
        details->churn_risk_ppm = (int32_t)request->customer.churn_risk_ppm;
        details->last_spoke_ms = request->customer.last_spoke_ms;
        details->last_closed_ms = request->customer.last_closed_ms;
        struct att_pair *pairs = pairs_of(details);
        char *at = (char *)(pairs + request->attribute_count);
        for (int i = 0; i < TEXTS; i++) {
                details->lengths[i] = (uint16_t)texts[i]->len;
                (void)put(&at, *texts[i]);
        }
        for (uint32_t i = 0; i < request->attribute_count; i++) {
                pairs[i].key = put(&at, request->attributes[i].key);
                pairs[i].value = put(&at, request->attributes[i].value);
        }
        contact->details = details;
}

static struct att_contact_request empty_request(void)
{
        return (struct att_contact_request){
                .priority_milli = ATT_ABSENT,
                .emotion_ppm = ATT_ABSENT,
                .not_before_ms = ATT_ABSENT,
                .waited_ms = ATT_ABSENT,
                .customer = {.lifetime_value_micro = -1,
                             .churn_risk_ppm = -1,
                             .last_spoke_ms = -1,
                             .last_closed_ms = -1},
        };
}

static void unpack(struct details *details, struct att_contact_request *request)
{
        struct att_text *texts[TEXTS];
        struct att_pair *pairs = pairs_of(details);
        const char *at = (const char *)(pairs + details->attribute_count);
        list_texts(request, texts);
        for (int i = 0; i < TEXTS; i++) {
                *texts[i] = att_text_of(at, details->lengths[i]);
                at += details->lengths[i];
        }
        request->attributes = pairs;
        request->attribute_count = details->attribute_count;
        request->keep_place = details->keep_place;
        request->priority_milli = widen(details->priority_milli);
        request->emotion_ppm = widen(details->emotion_ppm);
        request->customer.lifetime_value_micro = details->lifetime_value_micro;
        request->customer.churn_risk_ppm = details->churn_risk_ppm;
        request->customer.last_spoke_ms = details->last_spoke_ms;
        request->customer.last_closed_ms = details->last_closed_ms;
        request->customer.last_went_badly = details->last_went_badly;
}

struct att_contact_request details_request(const struct contact *contact)
{
        struct att_contact_request request = empty_request();
        if (contact->details) {
                unpack(contact->details, &request);
        }
        request.id = contact_id(contact);
        request.customer.id = contact_customer_id(contact);
        return request;
}

void details_drop(struct att_core *core, struct contact *contact)
{
        if (contact->details) {
                att_pool_give(&core->pool, contact->details, contact->details->bytes);
                contact->details = NULL;
        }
}

void details_set_text(struct att_core *core, struct contact *contact, struct att_text text)
{
        struct att_contact_request request = details_request(contact);
        struct details *before = contact->details;
        request.text = text;
        details_keep(core, contact, &request);
        att_pool_give(&core->pool, before, before->bytes);
}
