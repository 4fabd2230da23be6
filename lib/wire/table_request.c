/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/command.h"
#include "lib/model/config.h"
#include "lib/model/limits.h"
#include "lib/wire/message.h"
#include "lib/wire/tables.h"

#define ID(number, name, member)                                                                   \
        TABLE_ROW(number, TABLE_TEXT, name, TABLE_AT(struct att_command, member),                  \
                  .max = ATT_ID_BYTES_MAX)
#define WORD(number, name, member)                                                                 \
        TABLE_ROW(number, TABLE_TEXT, name, TABLE_AT(struct att_command, member),                  \
                  .max = ATT_NAME_BYTES_MAX)
#define REQUEST_TEXT(number, name, member, max_)                                                   \
        TABLE_ROW(number, TABLE_TEXT, name, TABLE_AT(struct att_contact_request, member),          \
                  .max = (max_))
#define MILLI_MAX (ATT_POINTS_MAX * ATT_MILLI)

static const struct table_field contact_add_fields[] = {
        REQUEST_TEXT(1, "contact", id, ATT_ID_BYTES_MAX),
        REQUEST_TEXT(2, "channel", channel, ATT_ID_BYTES_MAX),
        REQUEST_TEXT(3, "queue", queue, ATT_ID_BYTES_MAX),
        TABLE_ROW(4, TABLE_MESSAGE, "customer", TABLE_AT(struct att_contact_request, customer),
                  .sub = &table_customer),
        REQUEST_TEXT(5, "entry_point", entry_point, ATT_NAME_BYTES_MAX),
        REQUEST_TEXT(6, "language", language, ATT_ID_BYTES_MAX),
        REQUEST_TEXT(7, "text", text, ATT_TEXT_BYTES_MAX),
        REQUEST_TEXT(8, "intent", intent, ATT_ID_BYTES_MAX),
        TABLE_ROW(9, TABLE_S64, "priority_milli",
                  TABLE_AT(struct att_contact_request, priority_milli),
                  TABLE_RANGE(-MILLI_MAX, MILLI_MAX), TABLE_ABSENT(ATT_ABSENT)),
        TABLE_ROW(10, TABLE_I64, "emotion_ppm", TABLE_AT(struct att_contact_request, emotion_ppm),
                  TABLE_RANGE(0, ATT_PPM), TABLE_ABSENT(ATT_ABSENT)),
        TABLE_ROW(11, TABLE_MESSAGES, "requires",
                  TABLE_ITEMS(struct att_contact_request, requires, requires_count),
                  .sub = &table_requirement, .items_max = ATT_REQUIREMENTS_MAX),
        TABLE_ROW(12, TABLE_MESSAGES, "prefers",
                  TABLE_ITEMS(struct att_contact_request, prefers, prefer_count),
                  .sub = &table_preference, .items_max = ATT_REQUIREMENTS_MAX),
        TABLE_ROW(13, TABLE_MESSAGES, "attributes",
                  TABLE_ITEMS(struct att_contact_request, attributes, attribute_count),
                  .sub = &table_attribute, .items_max = ATT_ATTRIBUTES_MAX),
        TABLE_ROW(14, TABLE_I64, "waited_ms", TABLE_AT(struct att_contact_request, waited_ms),
                  TABLE_RANGE(0, ATT_DURATION_MS_MAX), TABLE_ABSENT(ATT_ABSENT)),
        REQUEST_TEXT(15, "agent", agent, ATT_ID_BYTES_MAX),
        REQUEST_TEXT(16, "preferred_agent", preferred_agent, ATT_ID_BYTES_MAX),
        TABLE_ROW(17, TABLE_TEXTS, "exclude",
                  TABLE_ITEMS(struct att_contact_request, exclude, exclude_count),
                  .max = ATT_ID_BYTES_MAX, .items_max = ATT_EXCLUDES_MAX),
        REQUEST_TEXT(18, "address", address, ATT_NAME_BYTES_MAX),
        REQUEST_TEXT(19, "traceparent", traceparent, ATT_NAME_BYTES_MAX),
        TABLE_ROW(20, TABLE_I64, "not_before_ms",
                  TABLE_AT(struct att_contact_request, not_before_ms), TABLE_RANGE(0, INT64_MAX),
                  TABLE_ABSENT(ATT_ABSENT)),
        TABLE_ROW(21, TABLE_BOOL, "keep_place", TABLE_AT(struct att_contact_request, keep_place)),
        TABLE_ROW(34, TABLE_ENUM, "emotion_source",
                  TABLE_AT(struct att_contact_request, emotion_source),
                  .max = ATT_EMOTION_SOURCE_COUNT, .absent = ATT_EMOTION_STATED),
};

const struct table table_contact_add = TABLE_OF("ContactAdd", contact_add_fields,
                                                struct att_contact_request, .required = 2,
                                                .has_absent = true);

static const struct table_field contact_update_fields[] = {
        ID(1, "contact", contact),
        TABLE_ROW(2, TABLE_S64, "priority_milli",
                  TABLE_AT(struct att_command, update.priority_milli),
                  TABLE_RANGE(-MILLI_MAX, MILLI_MAX), TABLE_ABSENT(ATT_ABSENT)),
        TABLE_ROW(3, TABLE_I64, "emotion_ppm", TABLE_AT(struct att_command, update.emotion_ppm),
                  TABLE_RANGE(0, ATT_PPM), TABLE_ABSENT(ATT_ABSENT)),
        TABLE_ROW(4, TABLE_MESSAGES, "requires",
                  TABLE_ITEMS(struct att_command, update.requires, update.requires_count),
                  .sub = &table_requirement, .items_max = ATT_REQUIREMENTS_MAX),
        TABLE_ROW(5, TABLE_TEXT, "text", TABLE_AT(struct att_command, update.text),
                  .max = ATT_TEXT_BYTES_MAX),
        TABLE_ROW(6, TABLE_ENUM, "emotion_source",
                  TABLE_AT(struct att_command, update.emotion_source),
                  .max = ATT_EMOTION_SOURCE_COUNT, .absent = ATT_EMOTION_STATED),
};

const struct table table_contact_update = TABLE_OF("ContactUpdate", contact_update_fields,
                                                   struct att_command, .required = 1,
                                                   .has_absent = true);

static const struct table_field contact_abandon_fields[] = {
        ID(1, "contact", contact),
        WORD(2, "disposition", end.disposition),
};

const struct table table_contact_abandon = TABLE_OF("ContactAbandon", contact_abandon_fields,
                                                    struct att_command, .required = 1);

const struct table table_contact_cancel = TABLE_OF("ContactCancel", contact_abandon_fields,
                                                   struct att_command, .required = 1);

static const struct table_field contact_end_fields[] = {
        ID(1, "contact", contact),
        WORD(2, "disposition", end.disposition),
        TABLE_ROW(3, TABLE_BOOL, "unanswered", TABLE_AT(struct att_command, end.unanswered)),
        TABLE_ROW(4, TABLE_I64, "follow_up_at_ms",
                  TABLE_AT(struct att_command, end.follow_up.at_ms), TABLE_RANGE(0, INT64_MAX)),
        TABLE_ROW(5, TABLE_I64, "follow_up_expires_ms",
                  TABLE_AT(struct att_command, end.follow_up.expires_ms),
                  TABLE_RANGE(0, INT64_MAX)),
        ID(6, "follow_up_agent", end.follow_up.agent),
        ID(7, "follow_up_queue", end.follow_up.queue),
        WORD(8, "follow_up_what", end.follow_up.what),
        TABLE_ROW(9, TABLE_TEXT, "notes", TABLE_AT(struct att_command, end.notes),
                  .max = ATT_TEXT_BYTES_MAX),
};

const struct table table_contact_end = TABLE_OF("ContactEnd", contact_end_fields,
                                                struct att_command, .required = 1);

static const struct table_field contact_transfer_fields[] = {
        ID(1, "contact", contact),
        ID(2, "queue", transfer.queue),
        ID(3, "agent", transfer.agent),
};

const struct table table_contact_transfer = TABLE_OF("ContactTransfer", contact_transfer_fields,
                                                     struct att_command, .required = 1);

static const struct table_field contact_hold_fields[] = {
        ID(1, "contact", contact),
        TABLE_ROW(2, TABLE_BOOL, "held", TABLE_AT(struct att_command, hold.held)),
};

const struct table table_contact_hold = TABLE_OF("ContactHold", contact_hold_fields,
                                                 struct att_command, .required = 1);

static const struct table_field contact_feedback_fields[] = {
        ID(1, "contact", contact),
        TABLE_ROW(2, TABLE_I32, "csat", TABLE_AT(struct att_command, feedback.csat),
                  TABLE_RANGE(1, 5), TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(3, TABLE_I32, "nps", TABLE_AT(struct att_command, feedback.nps),
                  TABLE_RANGE(0, 10), TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(4, TABLE_I32, "ces", TABLE_AT(struct att_command, feedback.ces),
                  TABLE_RANGE(1, 7), TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(5, TABLE_TRISTATE, "resolved", TABLE_AT(struct att_command, feedback.resolved),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(6, TABLE_I64, "emotion_ppm", TABLE_AT(struct att_command, feedback.emotion_ppm),
                  TABLE_RANGE(0, ATT_PPM), TABLE_ABSENT(ATT_ABSENT)),
        TABLE_ROW(7, TABLE_TEXT, "text", TABLE_AT(struct att_command, feedback.text),
                  .max = ATT_TEXT_BYTES_MAX),
        TABLE_ROW(8, TABLE_I64, "given_ms", TABLE_AT(struct att_command, feedback.given_ms),
                  TABLE_RANGE(0, INT64_MAX)),
        ID(9, "by", feedback.by),
};

const struct table table_contact_feedback = TABLE_OF("ContactFeedback", contact_feedback_fields,
                                                     struct att_command, .required = 1,
                                                     .has_absent = true);

static const struct table_field condition_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "field", TABLE_AT(struct att_named_condition, field),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(2, TABLE_TEXTS, "values",
                  TABLE_ITEMS(struct att_named_condition, values, value_count),
                  .max = ATT_NAME_BYTES_MAX, .items_max = ATT_CONDITION_VALUES_MAX),
};

static const struct table table_condition = TABLE_OF("Condition", condition_fields,
                                                     struct att_named_condition, .required = 1);

static const struct table_field incident_announce_fields[] = {
        ID(1, "incident", incident.id),
        WORD(2, "title", incident.title),
        TABLE_ROW(3, TABLE_MESSAGES, "when",
                  TABLE_ITEMS(struct att_command, incident.when, incident.when_count),
                  .sub = &table_condition, .items_max = ATT_CONDITIONS_MAX),
        TABLE_ROW(4, TABLE_TEXT, "message", TABLE_AT(struct att_command, incident.message),
                  .max = ATT_MESSAGE_BYTES_MAX),
        TABLE_ROW(5, TABLE_S64, "points_milli", TABLE_AT(struct att_command, incident.points_milli),
                  TABLE_RANGE(-MILLI_MAX, MILLI_MAX)),
        TABLE_ROW(6, TABLE_I64, "until_ms", TABLE_AT(struct att_command, incident.until_ms),
                  TABLE_RANGE(0, INT64_MAX)),
};

const struct table table_incident_announce = TABLE_OF("IncidentAnnounce", incident_announce_fields,
                                                      struct att_command, .required = 2);

static const struct table_field incident_close_fields[] = {
        ID(1, "incident", incident_close.id),
        TABLE_ROW(2, TABLE_TEXT, "message", TABLE_AT(struct att_command, incident_close.message),
                  .max = ATT_MESSAGE_BYTES_MAX),
        TABLE_ROW(3, TABLE_BOOL, "close_contacts",
                  TABLE_AT(struct att_command, incident_close.close_contacts)),
};

const struct table table_incident_close = TABLE_OF("IncidentClose", incident_close_fields,
                                                   struct att_command, .required = 1);

static const struct table_field agent_ready_fields[] = {
        ID(1, "agent", agent),
        TABLE_ROW(2, TABLE_TEXTS, "channels",
                  TABLE_ITEMS(struct att_command, presence.channels, presence.channel_count),
                  .max = ATT_ID_BYTES_MAX, .items_max = ATT_CHANNELS_MAX),
        WORD(3, "reason", presence.reason),
};

const struct table table_agent_ready = TABLE_OF("AgentReady", agent_ready_fields,
                                                struct att_command, .required = 1);

static const struct table_field agent_pause_fields[] = {
        ID(1, "agent", agent),
        WORD(2, "reason", presence.reason),
};

const struct table table_agent_pause = TABLE_OF("AgentPause", agent_pause_fields,
                                                struct att_command, .required = 1);

const struct table table_agent_offline = TABLE_OF("AgentOffline", agent_pause_fields,
                                                  struct att_command, .required = 1);

static const struct table_field offer_accept_fields[] = {
        ID(1, "contact", contact),
        ID(2, "agent", agent),
        TABLE_ROW(3, TABLE_U64, "offer", TABLE_AT(struct att_command, offer.offer)),
};

const struct table table_offer_accept = TABLE_OF("OfferAccept", offer_accept_fields,
                                                 struct att_command, .required = 2);

static const struct table_field offer_decline_fields[] = {
        ID(1, "contact", contact),
        ID(2, "agent", agent),
        TABLE_ROW(3, TABLE_U64, "offer", TABLE_AT(struct att_command, offer.offer)),
        WORD(4, "reason", offer.reason),
};

const struct table table_offer_decline = TABLE_OF("OfferDecline", offer_decline_fields,
                                                  struct att_command, .required = 2);

static const struct table_field wrap_up_done_fields[] = {
        ID(1, "agent", agent),
        ID(2, "contact", contact),
};

const struct table table_wrap_up_done = TABLE_OF("WrapUpDone", wrap_up_done_fields,
                                                 struct att_command, .required = 1);

static const struct table_field occupied_fields[] = {
        ID(1, "agent", agent),
        ID(2, "contact", contact),
        ID(3, "channel", occupied.channel),
};

const struct table table_occupied = TABLE_OF("Occupied", occupied_fields, struct att_command,
                                             .required = 3);

static const struct table_field free_fields[] = {
        ID(1, "agent", agent),
        ID(2, "contact", contact),
};

const struct table table_free = TABLE_OF("Free", free_fields, struct att_command, .required = 2);

static const struct table_field customer_set_fields[] = {
        TABLE_ROW(1, TABLE_MESSAGE, "customer", TABLE_AT(struct att_command, customer.info),
                  .sub = &table_customer),
        TABLE_ROW(2, TABLE_TEXTS, "aliases",
                  TABLE_ITEMS(struct att_command, customer.aliases, customer.alias_count),
                  .max = ATT_ID_BYTES_MAX, .items_max = ATT_ALIASES_MAX),
        TABLE_ROW(3, TABLE_I64, "since_ms", TABLE_AT(struct att_command, customer.since_ms),
                  TABLE_RANGE(0, INT64_MAX), TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(4, TABLE_BOOL, "only_check", TABLE_AT(struct att_command, customer.only_check)),
};

const struct table table_customer_set = TABLE_OF("CustomerSet", customer_set_fields,
                                                 struct att_command, .has_absent = true);

static const struct table_field customer_link_fields[] = {
        ID(1, "alias", customer.alias),
        ID(2, "customer", customer.info.id),
        TABLE_ROW(3, TABLE_BOOL, "by_rule", TABLE_AT(struct att_command, customer.by_rule)),
        TABLE_ROW(4, TABLE_BOOL, "conflict", TABLE_AT(struct att_command, customer.is_conflict)),
};

const struct table table_customer_link = TABLE_OF("CustomerLink", customer_link_fields,
                                                  struct att_command, .required = 2);

static const struct table_field customer_unlink_fields[] = {
        ID(1, "alias", customer.alias),
};

const struct table table_customer_unlink = TABLE_OF("CustomerUnlink", customer_unlink_fields,
                                                    struct att_command, .required = 1);

static const struct table_field customer_forget_fields[] = {
        ID(1, "customer", customer.info.id),
        TABLE_ROW(2, TABLE_TEXTS, "aliases",
                  TABLE_ITEMS(struct att_command, customer.aliases, customer.alias_count),
                  .max = ATT_ID_BYTES_MAX, .items_max = ATT_ALIASES_MAX),
};

const struct table table_customer_forget = TABLE_OF("CustomerForget", customer_forget_fields,
                                                    struct att_command, .required = 1);
