/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/route_line.h"

#include "daemon/clock.h"
#include "lib/base/json.h"
#include "lib/base/util.h"
#include "lib/model/words.h"

static void put_text(struct att_json *json, const char *key, struct att_text text)
{
        if (!att_text_is_empty(text)) {
                att_json_key(json, key);
                att_json_text(json, text);
        }
}

static void put_string(struct att_json *json, const char *key, const char *string)
{
        att_json_key(json, key);
        att_json_string(json, string);
}

static void put_int(struct att_json *json, const char *key, int64_t value)
{
        att_json_key(json, key);
        att_json_int(json, value);
}

static void put_scaled(struct att_json *json, const char *key, int64_t value, int decimals)
{
        att_json_key(json, key);
        att_json_scaled(json, value, decimals);
}

static void put_time(struct att_json *json, const char *key, int64_t ms)
{
        char text[CLOCK_TEXT_SIZE];

        put_string(json, key, clock_format(ms, text));
}

/* ---- The decision ---- */

static void put_candidate(struct att_json *json, const struct att_candidate *candidate)
{
        att_json_begin_object(json);
        put_text(json, "agent", candidate->agent);
        put_scaled(json, "fit", candidate->fit_ppm, 6);
        put_int(json, "load", candidate->load_units);
        put_int(json, "idle_ms", candidate->idle_ms);
        att_json_key(json, "terms");
        att_json_begin_object(json);
        for (int term = 0; term < ATT_FIT_TERM_COUNT; term++) {
                put_scaled(json, att_fit_term_name((enum att_fit_term)term),
                           candidate->terms_ppm[term], 6);
        }
        att_json_end_object(json);
        att_json_end_object(json);
}

static void put_exclusions(struct att_json *json, const struct att_decision *decision)
{
        att_json_key(json, "excluded");
        att_json_begin_object(json);
        for (int cause = 1; cause < ATT_EXCLUSION_COUNT; cause++) {
                if (decision->excluded[cause] > 0) {
                        put_int(json, att_exclusion_name((enum att_exclusion)cause),
                                decision->excluded[cause]);
                }
        }
        att_json_end_object(json);
}

static void put_decision(struct att_json *json, const struct att_decision *decision)
{
        att_json_key(json, "decision");
        att_json_begin_object(json);
        put_int(json, "waited_ms", decision->waited_ms);
        put_scaled(json, "urgency", decision->urgency_milli, 3);
        put_int(json, "considered", decision->considered);
        put_int(json, "eligible", decision->eligible);
        put_exclusions(json, decision);
        put_string(json, "agent_by", att_decided_by_name(decision->agent_by));
        if (decision->agents_shown > 1) {
                put_scaled(json, "margin",
                           decision->agents[0].fit_ppm - decision->agents[1].fit_ppm, 6);
        }
        att_json_key(json, "agents");
        att_json_begin_array(json);
        for (uint32_t i = 0; i < decision->agents_shown; i++) {
                put_candidate(json, &decision->agents[i]);
        }
        att_json_end_array(json);
        put_int(json, "contacts_considered", decision->contacts_considered);
        put_string(json, "contact_by", att_decided_by_name(decision->contact_by));
        put_text(json, "next_contact", decision->next_contact);
        put_int(json, "joint_contacts", decision->joint_contacts);
        put_int(json, "joint_place", decision->joint_place);
        att_json_key(json, "exact");
        att_json_bool(json, decision->exact);
        att_json_end_object(json);
}

/* ---- What only some events have ---- */

static void put_place(struct att_json *json, const struct att_effect *effect)
{
        if (effect->position > 0) {
                put_int(json, "position", effect->position);
        }
        if (effect->estimate_ms >= 0) {
                put_int(json, "estimate_ms", effect->estimate_ms);
        }
}

static void put_refusal(struct att_json *json, const struct att_effect *effect)
{
        put_string(json, "what", effect->what ? effect->what : "");
        put_string(json, "code", att_refusal_name(effect->refusal));
        put_text(json, "field", effect->field);
        if (effect->retry_ms > 0) {
                put_int(json, "retry_ms", effect->retry_ms);
        }
}

/* What was said in words is the customer's, and for the history alone. */
static void put_feedback(struct att_json *json, const struct att_feedback *feedback)
{
        const struct {
                const char *key;
                int32_t value;
        } scores[] = {
                {"csat", feedback->csat},
                {"nps", feedback->nps},
                {"ces", feedback->ces},
        };

        for (size_t i = 0; i < ATT_ARRAY_LEN(scores); i++) {
                if (scores[i].value >= 0) {
                        put_int(json, scores[i].key, scores[i].value);
                }
        }
        if (feedback->resolved >= 0) {
                att_json_key(json, "resolved");
                att_json_bool(json, feedback->resolved == 1);
        }
        if (feedback->emotion_ppm != ATT_ABSENT) {
                put_scaled(json, "emotion", feedback->emotion_ppm, 6);
        }
        put_time(json, "given", feedback->given_ms);
        put_text(json, "by", feedback->by);
}

static void put_promise(struct att_json *json, const struct att_effect *effect)
{
        put_text(json, "follow_up_of", effect->other);
        put_time(json, "due", effect->due_ms);
        if (effect->expires_ms >= 0) {
                put_time(json, "expires", effect->expires_ms);
        }
}

static void put_details(struct att_json *json, const struct att_effect *effect)
{
        switch (effect->kind) {
        case ATT_EFFECT_SCHEDULED:
                put_time(json, "due", effect->due_ms);
                put_int(json, "attempt", effect->attempt);
                break;
        case ATT_EFFECT_QUEUED:
                put_int(json, "step", effect->step);
                put_place(json, effect);
                break;
        case ATT_EFFECT_POSITION:
                put_place(json, effect);
                break;
        case ATT_EFFECT_RELAXED:
                put_int(json, "step", effect->step);
                break;
        case ATT_EFFECT_OFFER:
                put_int(json, "offer", (int64_t)effect->offer);
                put_int(json, "step", effect->step);
                put_time(json, "due", effect->due_ms);
                break;
        case ATT_EFFECT_REVOKE:
                put_int(json, "offer", (int64_t)effect->offer);
                put_string(json, "reason", att_revoke_reason_name(effect->revoke_reason));
                break;
        case ATT_EFFECT_CONNECT:
                put_int(json, "offer", (int64_t)effect->offer);
                put_int(json, "step", effect->step);
                break;
        case ATT_EFFECT_CLOSED:
                put_string(json, "outcome", att_outcome_name(effect->outcome));
                if (effect->survey) {
                        att_json_key(json, "survey");
                        att_json_bool(json, true);
                }
                break;
        case ATT_EFFECT_OVERFLOW:
                put_text(json, "to", effect->to);
                break;
        case ATT_EFFECT_AGENT:
                put_string(json, "state", att_presence_name(effect->presence));
                break;
        case ATT_EFFECT_WRAP_UP:
                put_time(json, "due", effect->due_ms);
                break;
        case ATT_EFFECT_REFUSED:
                put_refusal(json, effect);
                break;
        case ATT_EFFECT_FEEDBACK:
                put_feedback(json, effect->feedback);
                break;
        case ATT_EFFECT_REPEAT:
                put_text(json, "repeat_of", effect->other);
                break;
        case ATT_EFFECT_PROMISED:
                put_promise(json, effect);
                break;
        case ATT_EFFECT_PROMISE_KEPT:
        case ATT_EFFECT_PROMISE_EXPIRED:
        case ATT_EFFECT_PROMISE_CANCELLED:
                put_text(json, "follow_up_of", effect->other);
                break;
        case ATT_EFFECT_INCIDENT:
                put_text(json, "incident", effect->incident);
                break;
        case ATT_EFFECT_ANNOUNCED:
                put_text(json, "incident", effect->incident);
                put_text(json, "message", effect->text);
                if (effect->due_ms >= 0) {
                        put_time(json, "until", effect->due_ms);
                }
                break;
        case ATT_EFFECT_INCIDENT_CLOSED:
                put_text(json, "incident", effect->incident);
                put_text(json, "message", effect->text);
                put_int(json, "closed", effect->count);
                break;
        case ATT_EFFECT_FINISHED:
        case ATT_EFFECT_CONFIG:
        case ATT_EFFECT_KIND_COUNT:
                break;
        }
}

static void begin(struct att_json *json, struct att_buffer *into, int64_t at_ms, const char *event)
{
        att_json_init(json, into);
        att_json_begin_object(json);
        put_time(json, "time", at_ms);
        put_string(json, "event", event);
}

static void put_rules(struct att_json *json, const struct route_rules *rules)
{
        if (!rules || rules->count == 0) {
                return;
        }
        att_json_key(json, "rules");
        att_json_begin_array(json);
        for (uint32_t i = 0; i < rules->count; i++) {
                att_json_begin_object(json);
                put_int(json, "rule", rules->items[i].number);
                if (rules->items[i].line > 0) {
                        put_int(json, "line", rules->items[i].line);
                }
                att_json_end_object(json);
        }
        att_json_end_array(json);
}

static void put_attributes(struct att_json *json, const struct att_contact_request *request)
{
        if (request->attribute_count == 0) {
                return;
        }
        att_json_key(json, "attributes");
        att_json_begin_object(json);
        for (uint32_t i = 0; i < request->attribute_count; i++) {
                att_json_key_text(json, request->attributes[i].key);
                att_json_text(json, request->attributes[i].value);
        }
        att_json_end_object(json);
}

static void put_personal(struct att_json *json, const struct route_personal *personal)
{
        const struct att_contact_request *request = personal->request;

        att_json_key(json, "personal");
        att_json_begin_object(json);
        if (request) {
                put_text(json, "customer", request->customer.id);
                put_text(json, "name", request->customer.name);
                put_text(json, "customer_notes", request->customer.notes);
                put_text(json, "address", request->address);
                put_attributes(json, request);
        }
        put_text(json, "text", personal->text);
        put_text(json, "notes", personal->notes);
        put_text(json, "promised", personal->promised);
        att_json_end_object(json);
}

void route_line_of_effect(struct att_buffer *into, const struct att_effect *effect,
                          const struct route_rules *rules, const char *config, uint64_t seq)
{
        struct att_json json;

        begin(&json, into, effect->at_ms, att_effect_kind_name(effect->kind));
        put_text(&json, "contact", effect->contact);
        put_text(&json, "front_end", effect->front_end);
        put_text(&json, "queue", effect->queue);
        put_text(&json, "agent", effect->agent);
        put_text(&json, "channel", effect->channel);
        put_details(&json, effect);
        if (effect->kind != ATT_EFFECT_REVOKE) {
                put_text(&json, "reason", effect->reason);
        }
        put_rules(&json, rules);
        if (rules->emotion_ppm != ATT_ABSENT) {
                put_scaled(&json, "emotion", rules->emotion_ppm, 6);
                put_string(&json, "emotion_source", att_emotion_source_name(rules->emotion_source));
        }
        if (rules->personal) {
                put_personal(&json, rules->personal);
        }
        if (effect->decision) {
                put_decision(&json, effect->decision);
        }
        put_string(&json, "config", config);
        put_int(&json, "seq", (int64_t)seq);
        att_json_end_object(&json);
}

void route_line_of_ringing(struct att_buffer *into, const struct att_wire_ringing *ringing,
                           int64_t at_ms, const char *config)
{
        struct att_json json;

        begin(&json, into, at_ms, "ringing");
        put_text(&json, "contact", ringing->contact);
        put_text(&json, "agent", ringing->agent);
        if (ringing->offer > 0) {
                put_int(&json, "offer", (int64_t)ringing->offer);
        }
        put_string(&json, "config", config);
        att_json_end_object(&json);
}

void route_line_of_history(struct att_buffer *into, const struct history_status *status,
                           uint64_t behind, int64_t at_ms, const char *config)
{
        struct att_json json;

        begin(&json, into, at_ms, "history");
        put_string(&json, "state", history_state_name(status->state));
        put_int(&json, "applied", (int64_t)status->applied_seq);
        put_int(&json, "behind", (int64_t)behind);
        put_text(&json, "reason", att_text_from(status->why));
        put_string(&json, "config", config);
        att_json_end_object(&json);
}
