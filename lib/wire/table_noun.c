/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/command.h"
#include "lib/model/config.h"
#include "lib/model/limits.h"
#include "lib/model/words.h"
#include "lib/wire/message.h"
#include "lib/wire/tables.h"

static const struct table_field customer_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "id", TABLE_AT(struct att_customer_info, id),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(2, TABLE_TEXT, "name", TABLE_AT(struct att_customer_info, name),
                  .max = ATT_NAME_BYTES_MAX),
        TABLE_ROW(3, TABLE_TEXT, "tier", TABLE_AT(struct att_customer_info, tier),
                  .max = ATT_NAME_BYTES_MAX),
        TABLE_ROW(4, TABLE_TEXT, "currency", TABLE_AT(struct att_customer_info, currency),
                  .max = 3),
        TABLE_ROW(5, TABLE_I64, "lifetime_value_micro",
                  TABLE_AT(struct att_customer_info, lifetime_value_micro),
                  TABLE_RANGE(0, INT64_MAX), TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(6, TABLE_I64, "churn_risk_ppm",
                  TABLE_AT(struct att_customer_info, churn_risk_ppm), TABLE_RANGE(0, ATT_PPM),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(7, TABLE_TEXT, "notes", TABLE_AT(struct att_customer_info, notes),
                  .max = ATT_TEXT_BYTES_MAX),
        TABLE_ROW(8, TABLE_TEXT, "last_agent", TABLE_AT(struct att_customer_info, last_agent),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(9, TABLE_I64, "last_spoke_ms", TABLE_AT(struct att_customer_info, last_spoke_ms),
                  TABLE_RANGE(0, INT64_MAX), TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(10, TABLE_BOOL, "last_went_badly",
                  TABLE_AT(struct att_customer_info, last_went_badly)),
        TABLE_ROW(11, TABLE_TEXT, "last_contact", TABLE_AT(struct att_customer_info, last_contact),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(12, TABLE_I64, "last_closed_ms",
                  TABLE_AT(struct att_customer_info, last_closed_ms), TABLE_RANGE(0, INT64_MAX),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(13, TABLE_TEXT, "said", TABLE_AT(struct att_customer_info, said),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(14, TABLE_U32, "looked_up", TABLE_AT(struct att_customer_info, looked_up)),
};

const struct table table_customer = TABLE_OF("Customer", customer_fields, struct att_customer_info,
                                             .has_absent = true);

static const struct table_field requirement_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "skill", TABLE_AT(struct att_named_level, skill),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(2, TABLE_U32, "level", TABLE_AT(struct att_named_level, level),
                  TABLE_RANGE(0, ATT_LEVEL_MAX)),
};

const struct table table_requirement = TABLE_OF("Requirement", requirement_fields,
                                                struct att_named_level, .required = 1);

static const struct table_field preference_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "skill", TABLE_AT(struct att_named_weight, skill),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(2, TABLE_U32, "weight_milli", TABLE_AT(struct att_named_weight, weight_milli),
                  TABLE_RANGE(1, 1000000)),
};

const struct table table_preference = TABLE_OF("Preference", preference_fields,
                                               struct att_named_weight, .required = 1);

static const struct table_field attribute_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "key", TABLE_AT(struct att_pair, key), .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(2, TABLE_TEXT, "value", TABLE_AT(struct att_pair, value),
                  .max = ATT_TEXT_BYTES_MAX),
};

const struct table table_attribute = TABLE_OF("Attribute", attribute_fields, struct att_pair,
                                              .required = 1);

static const struct table_field past_contact_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "id", TABLE_AT(struct att_wire_past_contact, id)),
        TABLE_ROW(2, TABLE_I64, "at_ms", TABLE_AT(struct att_wire_past_contact, at_ms)),
        TABLE_ROW(3, TABLE_TEXT, "channel", TABLE_AT(struct att_wire_past_contact, channel)),
        TABLE_ROW(4, TABLE_TEXT, "queue", TABLE_AT(struct att_wire_past_contact, queue)),
        TABLE_ROW(5, TABLE_TEXT, "agent", TABLE_AT(struct att_wire_past_contact, agent)),
        TABLE_ROW(6, TABLE_ENUM, "outcome", TABLE_AT(struct att_wire_past_contact, outcome),
                  .max = ATT_OUTCOME_COUNT, .absent = ATT_OUTCOME_COUNT),
        TABLE_ROW(7, TABLE_TEXT, "disposition",
                  TABLE_AT(struct att_wire_past_contact, disposition)),
        TABLE_ROW(8, TABLE_TEXT, "text", TABLE_AT(struct att_wire_past_contact, text)),
        TABLE_ROW(9, TABLE_TEXT, "agent_name", TABLE_AT(struct att_wire_past_contact, agent_name)),
        TABLE_ROW(10, TABLE_I64, "emotion_ppm", TABLE_AT(struct att_wire_past_contact, emotion_ppm),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(11, TABLE_I64, "emotion_end_ppm",
                  TABLE_AT(struct att_wire_past_contact, emotion_end_ppm),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(12, TABLE_I32, "csat", TABLE_AT(struct att_wire_past_contact, csat),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(13, TABLE_I32, "nps", TABLE_AT(struct att_wire_past_contact, nps),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(14, TABLE_I32, "ces", TABLE_AT(struct att_wire_past_contact, ces),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(15, TABLE_TRISTATE, "resolved", TABLE_AT(struct att_wire_past_contact, resolved),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(16, TABLE_TEXT, "notes", TABLE_AT(struct att_wire_past_contact, notes)),
        TABLE_ROW(17, TABLE_BOOL, "live", TABLE_AT(struct att_wire_past_contact, is_live)),
        TABLE_ROW(18, TABLE_TEXT, "intent", TABLE_AT(struct att_wire_past_contact, intent)),
        TABLE_ROW(19, TABLE_I64, "closed_ms", TABLE_AT(struct att_wire_past_contact, closed_ms),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(20, TABLE_TEXT, "feedback", TABLE_AT(struct att_wire_past_contact, feedback)),
};

const struct table table_past_contact = TABLE_OF("PastContact", past_contact_fields,
                                                 struct att_wire_past_contact, .has_absent = true);

static const struct table_field promise_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "what", TABLE_AT(struct att_wire_promise, what)),
        TABLE_ROW(2, TABLE_TEXT, "contact", TABLE_AT(struct att_wire_promise, contact)),
        TABLE_ROW(3, TABLE_TEXT, "agent", TABLE_AT(struct att_wire_promise, agent)),
        TABLE_ROW(4, TABLE_TEXT, "agent_name", TABLE_AT(struct att_wire_promise, agent_name)),
        TABLE_ROW(5, TABLE_I64, "due_ms", TABLE_AT(struct att_wire_promise, due_ms),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(6, TABLE_I64, "expires_ms", TABLE_AT(struct att_wire_promise, expires_ms),
                  TABLE_NEGATIVE_IS_ABSENT),
};

const struct table table_promise = TABLE_OF("Promise", promise_fields, struct att_wire_promise,
                                            .has_absent = true);

static const struct table_field person_fields[] = {
        TABLE_ROW(1, TABLE_MESSAGE, "customer", TABLE_AT(struct att_wire_person, customer),
                  .sub = &table_customer),
        TABLE_ROW(2, TABLE_TEXTS, "aliases",
                  TABLE_ITEMS(struct att_wire_person, aliases, alias_count)),
        TABLE_ROW(3, TABLE_I64, "since_ms", TABLE_AT(struct att_wire_person, since_ms),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(4, TABLE_I64, "last_ms", TABLE_AT(struct att_wire_person, last_ms),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(5, TABLE_U32, "contacts", TABLE_AT(struct att_wire_person, contacts)),
        TABLE_ROW(6, TABLE_MESSAGES, "last_contacts",
                  TABLE_ITEMS(struct att_wire_person, last_contacts, last_contact_count),
                  .sub = &table_past_contact),
        TABLE_ROW(7, TABLE_MESSAGES, "promises",
                  TABLE_ITEMS(struct att_wire_person, promises, promise_count),
                  .sub = &table_promise),
        TABLE_ROW(8, TABLE_TEXTS, "conflicts",
                  TABLE_ITEMS(struct att_wire_person, conflicts, conflict_count)),
};

const struct table table_person = TABLE_OF("Person", person_fields, struct att_wire_person,
                                           .has_absent = true);

static const struct table_field contact_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "id", TABLE_AT(struct att_wire_contact, id)),
        TABLE_ROW(2, TABLE_TEXT, "channel", TABLE_AT(struct att_wire_contact, channel)),
        TABLE_ROW(3, TABLE_TEXT, "queue", TABLE_AT(struct att_wire_contact, queue)),
        TABLE_ROW(4, TABLE_ENUM, "state", TABLE_AT(struct att_wire_contact, state),
                  .max = ATT_CONTACT_STATE_COUNT, .absent = ATT_CONTACT_STATE_COUNT),
        TABLE_ROW(5, TABLE_ENUM, "outcome", TABLE_AT(struct att_wire_contact, outcome),
                  .max = ATT_OUTCOME_COUNT, .absent = ATT_OUTCOME_COUNT),
        TABLE_ROW(6, TABLE_TEXT, "agent", TABLE_AT(struct att_wire_contact, agent)),
        TABLE_ROW(7, TABLE_MESSAGE, "customer", TABLE_AT(struct att_wire_contact, customer),
                  .sub = &table_customer),
        TABLE_ROW(8, TABLE_TEXT, "entry_point", TABLE_AT(struct att_wire_contact, entry_point)),
        TABLE_ROW(9, TABLE_TEXT, "language", TABLE_AT(struct att_wire_contact, language)),
        TABLE_ROW(10, TABLE_TEXT, "text", TABLE_AT(struct att_wire_contact, text)),
        TABLE_ROW(11, TABLE_TEXT, "intent", TABLE_AT(struct att_wire_contact, intent)),
        TABLE_ROW(12, TABLE_TEXT, "intent_title", TABLE_AT(struct att_wire_contact, intent_title)),
        TABLE_ROW(13, TABLE_TEXTS, "knowledge",
                  TABLE_ITEMS(struct att_wire_contact, knowledge, knowledge_count)),
        TABLE_ROW(14, TABLE_TEXT, "goodwill", TABLE_AT(struct att_wire_contact, goodwill)),
        TABLE_ROW(15, TABLE_MESSAGES, "attributes",
                  TABLE_ITEMS(struct att_wire_contact, attributes, attribute_count),
                  .sub = &table_attribute),
        TABLE_ROW(16, TABLE_TEXT, "address", TABLE_AT(struct att_wire_contact, address)),
        TABLE_ROW(17, TABLE_TEXT, "traceparent", TABLE_AT(struct att_wire_contact, traceparent)),
        TABLE_ROW(18, TABLE_TEXT, "front_end", TABLE_AT(struct att_wire_contact, front_end)),
        TABLE_ROW(19, TABLE_TEXT, "named_agent", TABLE_AT(struct att_wire_contact, named_agent)),
        TABLE_ROW(20, TABLE_TEXT, "preferred_agent",
                  TABLE_AT(struct att_wire_contact, preferred_agent)),
        TABLE_ROW(21, TABLE_TEXT, "tier", TABLE_AT(struct att_wire_contact, tier)),
        TABLE_ROW(22, TABLE_U32, "step", TABLE_AT(struct att_wire_contact, step)),
        TABLE_ROW(23, TABLE_U32, "position", TABLE_AT(struct att_wire_contact, position)),
        TABLE_ROW(24, TABLE_I64, "estimate_ms", TABLE_AT(struct att_wire_contact, estimate_ms),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(25, TABLE_U32, "rounds", TABLE_AT(struct att_wire_contact, rounds)),
        TABLE_ROW(26, TABLE_U32, "attempt", TABLE_AT(struct att_wire_contact, attempt)),
        TABLE_ROW(27, TABLE_U32, "transfers", TABLE_AT(struct att_wire_contact, transfers)),
        TABLE_ROW(28, TABLE_I64, "arrived_ms", TABLE_AT(struct att_wire_contact, arrived_ms)),
        TABLE_ROW(29, TABLE_I64, "waited_ms", TABLE_AT(struct att_wire_contact, waited_ms)),
        TABLE_ROW(30, TABLE_I64, "in_queue_ms", TABLE_AT(struct att_wire_contact, in_queue_ms)),
        TABLE_ROW(31, TABLE_S64, "urgency_milli", TABLE_AT(struct att_wire_contact, urgency_milli)),
        TABLE_ROW(32, TABLE_S64, "priority_milli",
                  TABLE_AT(struct att_wire_contact, priority_milli)),
        TABLE_ROW(33, TABLE_I64, "emotion_ppm", TABLE_AT(struct att_wire_contact, emotion_ppm)),
        TABLE_ROW(34, TABLE_I64, "due_ms", TABLE_AT(struct att_wire_contact, due_ms),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(35, TABLE_U64, "offer", TABLE_AT(struct att_wire_contact, offer)),
        TABLE_ROW(36, TABLE_MESSAGES, "last_contacts",
                  TABLE_ITEMS(struct att_wire_contact, last_contacts, last_contact_count),
                  .sub = &table_past_contact),
        TABLE_ROW(37, TABLE_TEXTS, "linked",
                  TABLE_ITEMS(struct att_wire_contact, linked, linked_count)),
        TABLE_ROW(38, TABLE_TEXT, "incident", TABLE_AT(struct att_wire_contact, incident)),
        TABLE_ROW(39, TABLE_TEXT, "incident_title",
                  TABLE_AT(struct att_wire_contact, incident_title)),
        TABLE_ROW(40, TABLE_TEXT, "incident_message",
                  TABLE_AT(struct att_wire_contact, incident_message)),
        TABLE_ROW(41, TABLE_TEXT, "repeat_of", TABLE_AT(struct att_wire_contact, repeat_of)),
        TABLE_ROW(42, TABLE_TEXT, "follow_up_of", TABLE_AT(struct att_wire_contact, follow_up_of)),
        TABLE_ROW(43, TABLE_TEXT, "promised", TABLE_AT(struct att_wire_contact, promised)),
        TABLE_ROW(44, TABLE_I64, "expires_ms", TABLE_AT(struct att_wire_contact, expires_ms),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(48, TABLE_I64, "customer_since_ms",
                  TABLE_AT(struct att_wire_contact, customer_since_ms), TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(49, TABLE_U32, "customer_contacts",
                  TABLE_AT(struct att_wire_contact, customer_contacts)),
        TABLE_ROW(50, TABLE_U32, "recent_contacts",
                  TABLE_AT(struct att_wire_contact, recent_contacts)),
        TABLE_ROW(51, TABLE_MESSAGES, "thread",
                  TABLE_ITEMS(struct att_wire_contact, thread, thread_count),
                  .sub = &table_past_contact),
        TABLE_ROW(52, TABLE_MESSAGES, "promises",
                  TABLE_ITEMS(struct att_wire_contact, promises, promise_count),
                  .sub = &table_promise),
        TABLE_ROW(53, TABLE_TEXT, "last_notes", TABLE_AT(struct att_wire_contact, last_notes)),
        TABLE_ROW(54, TABLE_TEXT, "last_notes_agent",
                  TABLE_AT(struct att_wire_contact, last_notes_agent)),
        TABLE_ROW(55, TABLE_BOOL, "conflict", TABLE_AT(struct att_wire_contact, is_conflict)),
        TABLE_ROW(60, TABLE_ENUM, "emotion_source",
                  TABLE_AT(struct att_wire_contact, emotion_source),
                  .max = ATT_EMOTION_SOURCE_COUNT, .absent = ATT_EMOTION_SOURCE_COUNT),
        TABLE_ROW(64, TABLE_MESSAGES, "requires",
                  TABLE_ITEMS(struct att_wire_contact, requires, requires_count),
                  .sub = &table_requirement),
};

const struct table table_contact = TABLE_OF("Contact", contact_fields, struct att_wire_contact,
                                            .has_absent = true);

static const struct table_field interaction_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "contact", TABLE_AT(struct att_wire_interaction, contact)),
        TABLE_ROW(2, TABLE_TEXT, "channel", TABLE_AT(struct att_wire_interaction, channel)),
        TABLE_ROW(3, TABLE_TEXT, "queue", TABLE_AT(struct att_wire_interaction, queue)),
        TABLE_ROW(4, TABLE_ENUM, "state", TABLE_AT(struct att_wire_interaction, state),
                  .max = ATT_INTERACTION_WRAP_UP + 1, .absent = ATT_INTERACTION_WRAP_UP + 1),
        TABLE_ROW(5, TABLE_BOOL, "outside", TABLE_AT(struct att_wire_interaction, outside)),
        TABLE_ROW(6, TABLE_U32, "units", TABLE_AT(struct att_wire_interaction, units)),
        TABLE_ROW(7, TABLE_I64, "since_ms", TABLE_AT(struct att_wire_interaction, since_ms)),
        TABLE_ROW(8, TABLE_I64, "wrap_up_until_ms",
                  TABLE_AT(struct att_wire_interaction, wrap_up_until_ms),
                  TABLE_NEGATIVE_IS_ABSENT),
};

const struct table table_interaction = TABLE_OF("Interaction", interaction_fields,
                                                struct att_wire_interaction, .has_absent = true);
