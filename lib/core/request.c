/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/request.h"

#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/details.h"
#include "lib/core/foresee.h"
#include "lib/model/limits.h"

/* ---- Digest ---- */

/* Only what was said is digested, each with what it is: its place in here. */
enum part {
        PART_ID,
        PART_CHANNEL,
        PART_QUEUE,
        PART_ENTRY_POINT,
        PART_LANGUAGE,
        PART_TEXT,
        PART_INTENT,
        PART_AGENT,
        PART_PREFERRED_AGENT,
        PART_ADDRESS,
        PART_PRIORITY,
        PART_EMOTION,
        PART_NOT_BEFORE,
        PART_KEEP_PLACE,
        PART_REQUIRED,
        PART_PREFERRED,
        PART_EXCLUDED,
        PART_KEY,
        PART_VALUE,
        PART_CUSTOMER,
        PART_NAME,
        PART_TIER,
        PART_CURRENCY,
        PART_NOTES,
        PART_LIFETIME_VALUE,
        PART_CHURN_RISK,
};

static void add_part(struct att_digester *digester, enum part part, struct att_text text)
{
        const uint32_t head = htole32((uint32_t)part << 24 | (uint32_t)text.len);

        att_digester_add_bytes(digester, &head, sizeof(head));
        att_digester_add_bytes(digester, text.data, text.len);
}

static void add_said(struct att_digester *digester, enum part part, struct att_text text)
{
        if (text.len > 0) {
                add_part(digester, part, text);
        }
}

static void add_number(struct att_digester *digester, enum part part, int64_t number,
                       int64_t absent)
{
        if (number != absent) {
                const uint64_t bytes = htole64((uint64_t)number);

                add_part(digester, part, att_text_of((const char *)&bytes, sizeof(bytes)));
        }
}

/* As the request had it: what was looked up may be another the next time it comes. */
static struct att_customer_info as_said(const struct att_customer_info *customer)
{
        struct att_customer_info said = *customer;
        const struct {
                uint32_t bit;
                struct att_text *text;
        } texts[] = {
                {ATT_LOOKED_UP_NAME, &said.name},
                {ATT_LOOKED_UP_TIER, &said.tier},
                {ATT_LOOKED_UP_CURRENCY, &said.currency},
                {ATT_LOOKED_UP_NOTES, &said.notes},
        };
        for (size_t i = 0; i < ATT_ARRAY_LEN(texts); i++) {
                if (customer->looked_up & texts[i].bit) {
                        *texts[i].text = ATT_TEXT_NONE;
                }
        }
        if (customer->looked_up & ATT_LOOKED_UP_ID) {
                said.id = customer->said;
        }
        if (customer->looked_up & ATT_LOOKED_UP_LIFETIME_VALUE) {
                said.lifetime_value_micro = -1;
        }
        if (customer->looked_up & ATT_LOOKED_UP_CHURN_RISK) {
                said.churn_risk_ppm = -1;
        }
        return said;
}

static void add_customer(struct att_digester *digester, const struct att_customer_info *customer)
{
        add_said(digester, PART_CUSTOMER, customer->id);
        add_said(digester, PART_NAME, customer->name);
        add_said(digester, PART_TIER, customer->tier);
        add_said(digester, PART_CURRENCY, customer->currency);
        add_said(digester, PART_NOTES, customer->notes);
        add_number(digester, PART_LIFETIME_VALUE, customer->lifetime_value_micro, -1);
        add_number(digester, PART_CHURN_RISK, customer->churn_risk_ppm, -1);
}

static void add_lists(struct att_digester *digester, const struct att_contact_request *request)
{
        for (uint32_t i = 0; i < request->requires_count; i++) {
                add_part(digester, PART_REQUIRED, request->requires[i].skill);
                att_digester_add_u64(digester, request->requires[i].level);
        }
        for (uint32_t i = 0; i < request->prefer_count; i++) {
                add_part(digester, PART_PREFERRED, request->prefers[i].skill);
                att_digester_add_u64(digester, request->prefers[i].weight_milli);
        }
        for (uint32_t i = 0; i < request->exclude_count; i++) {
                add_part(digester, PART_EXCLUDED, request->exclude[i]);
        }
        for (uint32_t i = 0; i < request->attribute_count; i++) {
                add_part(digester, PART_KEY, request->attributes[i].key);
                add_part(digester, PART_VALUE, request->attributes[i].value);
        }
}

/* What was estimated is no part of what makes a repeated request the same. */
static bool is_estimated(const struct att_contact_request *request)
{
        return request->emotion_source == ATT_EMOTION_ESTIMATED;
}

struct att_digest request_digest(const struct att_contact_request *request)
{
        struct att_digester digester;

        att_digester_init(&digester);
        add_said(&digester, PART_ID, request->id);
        add_said(&digester, PART_CHANNEL, request->channel);
        add_said(&digester, PART_QUEUE, request->queue);
        add_said(&digester, PART_ENTRY_POINT, request->entry_point);
        add_said(&digester, PART_LANGUAGE, request->language);
        add_said(&digester, PART_TEXT, request->text);
        add_said(&digester, PART_INTENT, request->intent);
        add_said(&digester, PART_AGENT, request->agent);
        add_said(&digester, PART_PREFERRED_AGENT, request->preferred_agent);
        add_said(&digester, PART_ADDRESS, request->address);
        add_number(&digester, PART_PRIORITY, request->priority_milli, ATT_ABSENT);
        add_number(&digester, PART_EMOTION,
                   is_estimated(request) ? ATT_ABSENT : request->emotion_ppm, ATT_ABSENT);
        add_number(&digester, PART_NOT_BEFORE, request->not_before_ms, ATT_ABSENT);
        add_number(&digester, PART_KEEP_PLACE, request->keep_place, false);
        add_lists(&digester, request);
        if (request->customer.looked_up == 0) {
                add_customer(&digester, &request->customer);
        } else {
                const struct att_customer_info said = as_said(&request->customer);

                add_customer(&digester, &said);
        }
        return att_digester_finish(&digester);
}

/* ---- Checks ---- */

static bool check_length(struct att_core *core, const struct att_command *command,
                         const char *field, struct att_text text, size_t bytes_max)
{
        if (text.len <= bytes_max) {
                return true;
        }
        refuse(core, command, ATT_REFUSAL_INVALID, field, "%s is longer than %zu bytes", field,
               bytes_max);
        return false;
}

bool request_check_priority(struct att_core *core, const struct att_command *command,
                            int64_t priority_milli)
{
        int64_t max = ATT_POINTS_MAX * ATT_MILLI;
        if (priority_milli >= -max && priority_milli <= max) {
                return true;
        }
        refuse(core, command, ATT_REFUSAL_INVALID, "priority",
               "priority goes from -%lld to %lld points", (long long)ATT_POINTS_MAX,
               (long long)ATT_POINTS_MAX);
        return false;
}

bool request_check_share(struct att_core *core, const struct att_command *command,
                         const char *field, int64_t ppm)
{
        if (ppm >= 0 && ppm <= ATT_PPM) {
                return true;
        }
        refuse(core, command, ATT_REFUSAL_INVALID, field, "%s goes from 0 to 1", field);
        return false;
}

static bool check_skill(struct att_core *core, const struct att_command *command, const char *field,
                        struct att_text skill)
{
        if (att_config_find_skill(core->config, skill) != ATT_NONE) {
                return true;
        }
        refuse_unknown(core, command, field, "skill", skill,
                       att_config_nearest_skill(core->config, skill));
        return false;
}

static bool check_count(struct att_core *core, const struct att_command *command, const char *field,
                        uint32_t count, uint32_t max)
{
        if (count <= max) {
                return true;
        }
        refuse(core, command, ATT_REFUSAL_INVALID, field, "%s has more than %u entries", field,
               max);
        return false;
}

bool request_check_levels(struct att_core *core, const struct att_command *command,
                          const struct att_named_level *levels, uint32_t count, uint32_t already)
{
        if (!check_count(core, command, "requires", count + already, ATT_REQUIREMENTS_MAX)) {
                return false;
        }
        for (uint32_t i = 0; i < count; i++) {
                if (!check_skill(core, command, "requires", levels[i].skill)) {
                        return false;
                }
                if (levels[i].level > ATT_LEVEL_MAX) {
                        refuse(core, command, ATT_REFUSAL_INVALID, "requires",
                               "a level goes from 0 to %d", ATT_LEVEL_MAX);
                        return false;
                }
        }
        return true;
}

static bool check_agent(struct att_core *core, const struct att_command *command, const char *field,
                        struct att_text id)
{
        if (att_text_is_empty(id) || att_config_find_agent(core->config, id) != ATT_NONE) {
                return true;
        }
        refuse_unknown(core, command, field, "agent", id,
                       att_config_nearest_agent(core->config, id));
        return false;
}

static bool check_names(struct att_core *core, const struct att_command *command)
{
        const struct att_contact_request *request = &command->request;
        if (!att_text_is_empty(request->queue) &&
            att_config_find_queue(core->config, request->queue) == ATT_NONE) {
                refuse_unknown(core, command, "queue", "queue", request->queue,
                               att_config_nearest_queue(core->config, request->queue));
                return false;
        }
        if (channel_get_or_add(core, request->channel) == ATT_NONE) {
                refuse_unknown(core, command, "channel", "channel", request->channel,
                               att_config_nearest_channel(core->config, request->channel));
                return false;
        }
        if (!att_text_is_empty(request->intent) &&
            att_config_find_intent(core->config, request->intent) == ATT_NONE) {
                refuse_unknown(core, command, "intent", "intent", request->intent, ATT_TEXT_NONE);
                return false;
        }
        if (!check_agent(core, command, "agent", request->agent) ||
            !check_agent(core, command, "preferred_agent", request->preferred_agent)) {
                return false;
        }
        for (uint32_t i = 0; i < request->exclude_count; i++) {
                if (!check_agent(core, command, "exclude", request->exclude[i])) {
                        return false;
                }
        }
        return true;
}

static size_t context_bytes(const struct att_contact_request *request)
{
        size_t bytes = request->text.len + request->customer.notes.len;
        for (uint32_t i = 0; i < request->attribute_count; i++) {
                bytes += request->attributes[i].key.len + request->attributes[i].value.len;
        }
        return bytes;
}

static bool check_each_length(struct att_core *core, const struct att_command *command)
{
        const struct att_contact_request *request = &command->request;
        const struct {
                const char *field;
                struct att_text text;
                size_t bytes_max;
        } limits[] = {
                {"id", request->id, ATT_ID_BYTES_MAX},
                {"channel", request->channel, ATT_ID_BYTES_MAX},
                {"customer", request->customer.id, ATT_ID_BYTES_MAX},
                {"customer.name", request->customer.name, ATT_NAME_BYTES_MAX},
                {"customer.tier", request->customer.tier, ATT_NAME_BYTES_MAX},
                {"customer.currency", request->customer.currency, ATT_NAME_BYTES_MAX},
                {"customer.last_contact", request->customer.last_contact, ATT_ID_BYTES_MAX},
                {"entry_point", request->entry_point, ATT_NAME_BYTES_MAX},
                {"language", request->language, ATT_NAME_BYTES_MAX},
                {"address", request->address, ATT_NAME_BYTES_MAX},
                {"traceparent", request->traceparent, ATT_NAME_BYTES_MAX},
        };
        for (size_t i = 0; i < ATT_ARRAY_LEN(limits); i++) {
                if (!check_length(core, command, limits[i].field, limits[i].text,
                                  limits[i].bytes_max)) {
                        return false;
                }
        }
        return true;
}

/* As nearly all are: no text of it is longer than any of them may be. */
static bool is_short(const struct att_contact_request *request)
{
        const struct att_customer_info *customer = &request->customer;
        size_t bytes = request->id.len + request->channel.len + customer->id.len +
                       customer->name.len + customer->tier.len + customer->currency.len +
                       customer->last_contact.len + request->entry_point.len +
                       request->language.len + request->address.len + request->traceparent.len;
        return bytes <= ATT_ID_BYTES_MAX;
}

static bool check_context(struct att_core *core, const struct att_command *command,
                          const struct att_contact_request *request)
{
        if (context_bytes(request) <= ATT_TEXT_BYTES_MAX) {
                return true;
        }
        refuse(core, command, ATT_REFUSAL_INVALID, "text",
               "text, notes and attributes are more than %d bytes together", ATT_TEXT_BYTES_MAX);
        return false;
}

static bool check_lengths(struct att_core *core, const struct att_command *command)
{
        const struct att_contact_request *request = &command->request;
        if (att_text_is_empty(request->id) || att_text_is_empty(request->channel)) {
                refuse(core, command, ATT_REFUSAL_INVALID,
                       att_text_is_empty(request->id) ? "id" : "channel",
                       "a request needs an id and a channel");
                return false;
        }
        if (!is_short(request) && !check_each_length(core, command)) {
                return false;
        }
        return check_context(core, command, request);
}

bool request_check_text(struct att_core *core, const struct att_command *command,
                        const struct contact *contact, struct att_text text)
{
        struct att_pair room[ATT_ATTRIBUTES_MAX];
        struct att_contact_request request = details_request(contact, room);
        request.text = text;
        return check_context(core, command, &request);
}

static bool check_numbers(struct att_core *core, const struct att_command *command)
{
        const struct att_contact_request *request = &command->request;
        if (request->priority_milli != ATT_ABSENT &&
            !request_check_priority(core, command, request->priority_milli)) {
                return false;
        }
        if (request->emotion_ppm != ATT_ABSENT &&
            !request_check_share(core, command, "emotion", request->emotion_ppm)) {
                return false;
        }
        if (request->customer.churn_risk_ppm != -1 &&
            !request_check_share(core, command, "customer.churn_risk",
                                 request->customer.churn_risk_ppm)) {
                return false;
        }
        if (request->waited_ms != ATT_ABSENT &&
            (request->waited_ms < 0 || request->waited_ms > ATT_WAITED_MS_MAX)) {
                refuse(core, command, ATT_REFUSAL_INVALID, "waited",
                       "waited goes from 0 to a year");
                return false;
        }
        if (request->not_before_ms != ATT_ABSENT &&
            request->not_before_ms > core->now_ms + ATT_WAITED_MS_MAX) {
                refuse(core, command, ATT_REFUSAL_INVALID, "not_before",
                       "not_before is more than a year ahead");
                return false;
        }
        return true;
}

static bool check_lists(struct att_core *core, const struct att_command *command)
{
        const struct att_contact_request *request = &command->request;
        if (!request_check_levels(core, command, request->requires, request->requires_count, 0) ||
            !check_count(core, command, "prefers", request->prefer_count, ATT_REQUIREMENTS_MAX) ||
            !check_count(core, command, "exclude", request->exclude_count, ATT_EXCLUDES_MAX) ||
            !check_count(core, command, "attributes", request->attribute_count,
                         ATT_ATTRIBUTES_MAX)) {
                return false;
        }
        for (uint32_t i = 0; i < request->prefer_count; i++) {
                if (!check_skill(core, command, "prefers", request->prefers[i].skill)) {
                        return false;
                }
                if (request->prefers[i].weight_milli == 0 ||
                    request->prefers[i].weight_milli > 1000 * 1000) {
                        refuse(core, command, ATT_REFUSAL_INVALID, "prefers",
                               "a preference weighs more than 0 and at most 1000");
                        return false;
                }
        }
        return true;
}

bool request_check(struct att_core *core, const struct att_command *command)
{
        return check_lengths(core, command) && check_numbers(core, command) &&
               check_lists(core, command) && check_names(core, command);
}

/* ---- A contact out of it ---- */

void request_set_own(struct att_core *core, struct contact *contact, uint32_t skill, uint32_t level)
{
        struct extras *extras = contact_get_extras(core, contact);
        for (uint32_t i = 0; i < extras->own_count; i++) {
                if (extras->own[i].skill == skill) {
                        extras->own[i].level = level;
                        return;
                }
        }
        extras->own = att_pool_grow(&core->pool, extras->own, &extras->own_room,
                                    extras->own_count + 1u, sizeof(*extras->own));
        extras->own[extras->own_count++] = (struct att_requirement){skill, level};
}

static int64_t or_zero(int64_t value)
{
        return value == ATT_ABSENT ? 0 : value;
}

static void keep_preferences(struct att_core *core, struct extras *extras,
                             const struct att_contact_request *request)
{
        extras->prefers = att_pool_grow(&core->pool, extras->prefers, &extras->prefer_room,
                                        request->prefer_count, sizeof(*extras->prefers));
        for (uint32_t i = 0; i < request->prefer_count; i++) {
                extras->prefers[extras->prefer_count++] = (struct att_preference){
                        .skill = att_config_find_skill(core->config, request->prefers[i].skill),
                        .weight_milli = request->prefers[i].weight_milli,
                };
        }
}

static void keep_excluded(struct att_core *core, struct extras *extras,
                          const struct att_contact_request *request)
{
        extras->excluded = att_pool_grow(&core->pool, extras->excluded, &extras->excluded_room,
                                         request->exclude_count, sizeof(struct agent *));
        for (uint32_t i = 0; i < request->exclude_count; i++) {
                struct agent *agent = agent_find(core, request->exclude[i]);
                if (agent) { /* An empty name is nobody's. */
                        extras->excluded[extras->excluded_count++] = agent;
                }
        }
}

static void resolve_names(struct att_core *core, struct contact *contact,
                          const struct att_contact_request *request)
{
        const struct att_config *config = core->config;
        contact->channel = (uint8_t)channel_get_or_add(core, request->channel);
        contact->intent = att_config_find_intent(config, request->intent);
        for (uint32_t i = 0; i < request->requires_count; i++) {
                request_set_own(core, contact,
                                att_config_find_skill(config, request->requires[i].skill),
                                request->requires[i].level);
        }
        if (!att_text_is_empty(request->agent)) {
                contact_get_extras(core, contact)->named = agent_find(core, request->agent);
        }
        if (!att_text_is_empty(request->preferred_agent)) {
                contact_get_extras(core, contact)->preferred = agent_find(core,
                                                                          request->preferred_agent);
        }
        if (request->prefer_count > 0) {
                keep_preferences(core, contact_get_extras(core, contact), request);
        }
        if (request->exclude_count > 0) {
                keep_excluded(core, contact_get_extras(core, contact), request);
        }
}

struct contact *request_accept(struct att_core *core, const struct att_command *command)
{
        const struct att_contact_request *request = &command->request;
        const struct att_foresight *foresight = core->foresight;
        struct contact *contact = contact_new(core, request->id, command->front_end,
                                              request->customer.id);
        if (foresight && foresight->seq == command->seq) {
                details_keep_packed(core, contact, foresight->details);
                contact->content = foresight->content;
        } else {
                details_keep(core, contact, request);
                contact->content = request_digest(request);
        }
        contact->state = ATT_CONTACT_SCHEDULED;
        contact->arrival = core->seq;
        contact->arrived_ms = core->now_ms;
        contact->priority_request_milli = (int32_t)or_zero(request->priority_milli);
        contact->emotion_ppm = (int32_t)or_zero(request->emotion_ppm);
        contact->emotion_source = request->emotion_ppm == ATT_ABSENT
                                          ? ATT_EMOTION_SOURCE_COUNT
                                          : (uint8_t)request->emotion_source;
        contact->waited_before_ms = or_zero(request->waited_ms);
        contact->last_went_badly = request->customer.last_went_badly;
        resolve_names(core, contact, request);
        return contact;
}
