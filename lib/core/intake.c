/* SPDX-License-Identifier: Apache-2.0 */
/* How a new contact finds its queue: tiers, then every intake rule that matches, in order. */
#include "lib/core/intake.h"

#include "lib/base/util.h"
#include "lib/core/details.h"
#include "lib/core/state.h"
#include "lib/model/conditions.h"

static int64_t scaled_or_none(int64_t value, int64_t absent, int64_t scale)
{
        return value == absent ? ATT_SUBJECT_NO_NUMBER : value * scale;
}

static void describe(const struct contact *contact, const struct att_contact_request *request,
                     struct att_subject *subject)
{
        const struct att_customer_info *customer = &request->customer;
        att_subject_init(subject);
        subject->texts[ATT_FIELD_TEXT] = request->text;
        subject->texts[ATT_FIELD_ENTRY_POINT] = request->entry_point;
        subject->texts[ATT_FIELD_LANGUAGE] = request->language;
        subject->texts[ATT_FIELD_CHANNEL] = request->channel;
        subject->texts[ATT_FIELD_QUEUE] = request->queue;
        subject->texts[ATT_FIELD_INTENT] = request->intent;
        subject->texts[ATT_FIELD_FRONT_END] = contact_front_end(contact);
        subject->texts[ATT_FIELD_CUSTOMER] = customer->id;
        subject->texts[ATT_FIELD_CUSTOMER_NAME] = customer->name;
        subject->texts[ATT_FIELD_TIER] = customer->tier;
        subject->texts[ATT_FIELD_CURRENCY] = customer->currency;
        subject->numbers_micro[ATT_FIELD_EMOTION] = scaled_or_none(request->emotion_ppm, ATT_ABSENT,
                                                                   1);
        subject->numbers_micro[ATT_FIELD_PRIORITY] = scaled_or_none(request->priority_milli,
                                                                    ATT_ABSENT, 1000);
        subject->numbers_micro[ATT_FIELD_LIFETIME_VALUE] = scaled_or_none(
                customer->lifetime_value_micro, -1, 1);
        subject->numbers_micro[ATT_FIELD_CHURN_RISK] = scaled_or_none(customer->churn_risk_ppm, -1,
                                                                      1);
        subject->attributes = request->attributes;
        subject->attribute_count = request->attribute_count;
}

/* The tier that the front end names, if there is one of that name; else the first that matches. */
static uint32_t find_tier(const struct att_config *config, const struct att_subject *subject)
{
        uint32_t named = att_config_find_tier(config, subject->texts[ATT_FIELD_TIER]);
        if (named != ATT_NONE) {
                return named;
        }
        for (uint32_t i = 0; i < config->tier_count; i++) {
                if (att_conditions_hold(&config->tiers[i].when, subject)) {
                        return i;
                }
        }
        return ATT_NONE;
}

static void set_tier(const struct att_config *config, struct contact *contact, uint32_t tier)
{
        contact->tier = tier;
        contact->tier_points_milli = 0;
        contact->value_ppm = config->tier_count == 0 ? ATT_PPM : 0;
        if (tier != ATT_NONE) {
                contact->tier_points_milli = (int32_t)config->tiers[tier].points_milli;
                contact->value_ppm = (int32_t)config->tiers[tier].value_ppm;
        }
}

void intake_apply_tier(const struct att_core *core, struct contact *contact)
{
        if (core->config->tier_count == 0) {
                set_tier(core->config, contact, ATT_NONE);
                return;
        }
        struct att_pair room[ATT_ATTRIBUTES_MAX];
        struct att_contact_request request = details_request(contact, room);
        struct att_subject subject;
        describe(contact, &request, &subject);
        set_tier(core->config, contact, find_tier(core->config, &subject));
}

/* ---- Rules ---- */

static bool has_requirement(const struct extras *extras, uint32_t skill)
{
        for (uint32_t i = 0; i < extras->ruled_count; i++) {
                if (extras->ruled[i].skill == skill) {
                        return true;
                }
        }
        return false;
}

static void join_requires(struct att_core *core, struct extras *extras,
                          const struct att_intake_rule *rule)
{
        for (uint32_t i = 0; i < rule->requires_count; i++) {
                if (extras->ruled_count == ATT_REQUIREMENTS_MAX ||
                    has_requirement(extras, rule->requires[i].skill)) {
                        continue;
                }
                extras->ruled = att_pool_grow(&core->pool, extras->ruled, &extras->ruled_room,
                                              extras->ruled_count + 1u, sizeof(*extras->ruled));
                extras->ruled[extras->ruled_count++] = rule->requires[i];
        }
}

static bool has_preference(const struct extras *extras, uint32_t skill)
{
        for (uint32_t i = 0; i < extras->prefer_count; i++) {
                if (extras->prefers[i].skill == skill) {
                        return true;
                }
        }
        return false;
}

static void join_prefers(struct att_core *core, struct extras *extras,
                         const struct att_intake_rule *rule)
{
        for (uint32_t i = 0; i < rule->prefer_count; i++) {
                if (extras->prefer_count == 2 * ATT_REQUIREMENTS_MAX ||
                    has_preference(extras, rule->prefers[i].skill)) {
                        continue;
                }
                extras->prefers = att_pool_grow(&core->pool, extras->prefers, &extras->prefer_room,
                                                extras->prefer_count + 1u,
                                                sizeof(*extras->prefers));
                extras->prefers[extras->prefer_count++] = rule->prefers[i];
        }
}

/* What a rule asks of agents, on top of what the request does. */
static void join_asked(struct att_core *core, struct contact *contact,
                       const struct att_intake_rule *rule)
{
        if (rule->requires_count > 0 || rule->prefer_count > 0) {
                struct extras *extras = contact_get_extras(core, contact);
                join_requires(core, extras, rule);
                join_prefers(core, extras, rule);
        }
}

uint32_t intake_apply(struct att_core *core, struct contact *contact,
                      const struct att_contact_request *request)
{
        const struct att_config *config = core->config;
        uint32_t queue = att_config_find_queue(config, request->queue);
        if (config->tier_count == 0 && config->intake_count == 0) {
                set_tier(config, contact, ATT_NONE);
                return queue == ATT_NONE ? config->otherwise : queue;
        }
        struct att_subject subject;
        describe(contact, request, &subject);
        set_tier(config, contact, find_tier(config, &subject));
        if (contact->tier != ATT_NONE) {
                subject.texts[ATT_FIELD_TIER] = config->tiers[contact->tier].name;
        }
        for (uint32_t i = 0; i < config->intake_count; i++) {
                const struct att_intake_rule *rule = &config->intake[i];
                if (!att_conditions_hold(&rule->when, &subject)) {
                        continue;
                }
                if (queue == ATT_NONE) {
                        queue = rule->queue;
                }
                join_asked(core, contact, rule);
                contact->priority_rules_milli += rule->priority_milli;
                if (contact->intent == ATT_NONE && rule->intent != ATT_NONE) {
                        contact->intent = rule->intent;
                        subject.texts[ATT_FIELD_INTENT] = config->intents[rule->intent].name;
                }
        }
        return queue == ATT_NONE ? config->otherwise : queue;
}

/* ---- Looking back ---- */

void intake_describe(const struct att_core *core, const struct contact *contact,
                     const struct att_contact_request *request, struct att_subject *ret_subject)
{
        const struct att_config *config = core->config;
        describe(contact, request, ret_subject);
        ret_subject->texts[ATT_FIELD_QUEUE] = queue_name(core, contact->queue);
        if (contact->emotion_ppm > 0) { /* As it is by now. */
                ret_subject->numbers_micro[ATT_FIELD_EMOTION] = contact->emotion_ppm;
        }
        if (contact->intent != ATT_NONE) {
                ret_subject->texts[ATT_FIELD_INTENT] = config->intents[contact->intent].name;
        }
        if (contact->tier != ATT_NONE) {
                ret_subject->texts[ATT_FIELD_TIER] = config->tiers[contact->tier].name;
        }
}

uint32_t intake_find_rules(const struct att_core *core, const struct contact *contact,
                           uint32_t rules_max, uint32_t *ret_rules)
{
        const struct att_config *config = core->config;
        struct att_pair room[ATT_ATTRIBUTES_MAX];
        struct att_contact_request request = details_request(contact, room);
        struct att_subject subject;
        describe(contact, &request, &subject);
        if (contact->tier != ATT_NONE) {
                subject.texts[ATT_FIELD_TIER] = config->tiers[contact->tier].name;
        }
        uint32_t intent = att_config_find_intent(config, request.intent);
        uint32_t count = 0;
        for (uint32_t i = 0; i < config->intake_count && count < rules_max; i++) {
                const struct att_intake_rule *rule = &config->intake[i];
                if (!att_conditions_hold(&rule->when, &subject)) {
                        continue;
                }
                ret_rules[count++] = i;
                if (intent == ATT_NONE && rule->intent != ATT_NONE) {
                        intent = rule->intent;
                        subject.texts[ATT_FIELD_INTENT] = config->intents[intent].name;
                }
        }
        return count;
}
