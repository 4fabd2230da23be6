/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/command.h"
#include "lib/model/limits.h"
#include "lib/model/words.h"
#include "lib/wire/message.h"
#include "lib/wire/tables.h"

#define TOKEN_BYTES_MAX   1024
#define PAYLOAD_BYTES_MAX 128
#define FEATURES_MAX      64

static const struct table_field hello_fields[] = {
        TABLE_ROW(1, TABLE_U32, "protocol", TABLE_AT(struct att_wire_hello, protocol)),
        TABLE_ROW(2, TABLE_TEXTS, "features",
                  TABLE_ITEMS(struct att_wire_hello, features, feature_count),
                  .max = ATT_ID_BYTES_MAX, .items_max = FEATURES_MAX),
        TABLE_ROW(3, TABLE_TEXT, "name", TABLE_AT(struct att_wire_hello, name),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(4, TABLE_TEXT, "kind", TABLE_AT(struct att_wire_hello, kind),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(5, TABLE_TEXT, "token", TABLE_AT(struct att_wire_hello, token),
                  .max = TOKEN_BYTES_MAX),
        TABLE_ROW(6, TABLE_TEXT, "resume", TABLE_AT(struct att_wire_hello, resume),
                  .max = TOKEN_BYTES_MAX),
        TABLE_ROW(7, TABLE_TEXT, "agent", TABLE_AT(struct att_wire_hello, agent),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(8, TABLE_TEXT, "version", TABLE_AT(struct att_wire_hello, version),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(9, TABLE_U64, "last_push", TABLE_AT(struct att_wire_hello, last_push)),
};

static const struct table table_hello = TABLE_OF("Hello", hello_fields, struct att_wire_hello,
                                                 .required = 0);

static const struct table_field welcome_fields[] = {
        TABLE_ROW(1, TABLE_U32, "protocol", TABLE_AT(struct att_wire_welcome, protocol)),
        TABLE_ROW(2, TABLE_TEXTS, "features",
                  TABLE_ITEMS(struct att_wire_welcome, features, feature_count)),
        TABLE_ROW(3, TABLE_TEXT, "session", TABLE_AT(struct att_wire_welcome, session)),
        TABLE_ROW(4, TABLE_ENUM, "role", TABLE_AT(struct att_wire_welcome, role),
                  .max = ATT_ROLE_COUNT, .absent = ATT_ROLE_COUNT),
        TABLE_ROW(5, TABLE_TEXT, "resume", TABLE_AT(struct att_wire_welcome, resume)),
        TABLE_ROW(6, TABLE_BOOL, "resumed", TABLE_AT(struct att_wire_welcome, resumed)),
        TABLE_ROW(7, TABLE_TEXT, "version", TABLE_AT(struct att_wire_welcome, version)),
        TABLE_ROW(8, TABLE_TEXT, "config_digest", TABLE_AT(struct att_wire_welcome, config_digest)),
        TABLE_ROW(9, TABLE_U32, "window", TABLE_AT(struct att_wire_welcome, window)),
        TABLE_ROW(10, TABLE_U32, "frame_bytes_max",
                  TABLE_AT(struct att_wire_welcome, frame_bytes_max)),
        TABLE_ROW(11, TABLE_I64, "keepalive_ms", TABLE_AT(struct att_wire_welcome, keepalive_ms)),
        TABLE_ROW(12, TABLE_I64, "now_ms", TABLE_AT(struct att_wire_welcome, now_ms)),
        TABLE_ROW(13, TABLE_BOOL, "reconcile", TABLE_AT(struct att_wire_welcome, reconcile)),
        TABLE_ROW(14, TABLE_U64, "last_request", TABLE_AT(struct att_wire_welcome, last_request)),
};

static const struct table table_welcome = TABLE_OF("Welcome", welcome_fields,
                                                   struct att_wire_welcome, .has_absent = true);

static const struct table_field ack_fields[] = {
        TABLE_ROW(1, TABLE_U64, "push_id", TABLE_AT(struct att_wire_message, ack)),
};

static const struct table table_ack = TABLE_OF("Ack", ack_fields, struct att_wire_message,
                                               .required = 0);

static const struct table_field ping_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "payload", TABLE_AT(struct att_wire_ping, payload),
                  .max = PAYLOAD_BYTES_MAX),
};

static const struct table table_ping = TABLE_OF("Ping", ping_fields, struct att_wire_ping,
                                                .required = 0);

static const struct table_field pong_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "payload", TABLE_AT(struct att_wire_ping, payload),
                  .max = PAYLOAD_BYTES_MAX),
        TABLE_ROW(2, TABLE_I64, "now_ms", TABLE_AT(struct att_wire_ping, now_ms)),
};

static const struct table table_pong = TABLE_OF("Pong", pong_fields, struct att_wire_ping,
                                                .required = 0);

static const struct table_field bye_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "reason", TABLE_AT(struct att_wire_bye, reason),
                  .max = ATT_NAME_BYTES_MAX),
        TABLE_ROW(2, TABLE_I64, "retry_ms", TABLE_AT(struct att_wire_bye, retry_ms)),
};

static const struct table table_bye = TABLE_OF("Bye", bye_fields, struct att_wire_bye,
                                               .required = 0);

static const struct table_field ringing_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "contact", TABLE_AT(struct att_wire_ringing, contact),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(2, TABLE_TEXT, "agent", TABLE_AT(struct att_wire_ringing, agent),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(3, TABLE_U64, "offer", TABLE_AT(struct att_wire_ringing, offer)),
};

static const struct table table_ringing = TABLE_OF("OfferRinging", ringing_fields,
                                                   struct att_wire_ringing, .required = 2);

static const struct table_field held_contact_fields[] = {
        TABLE_ROW(1, TABLE_POINTER, "contact", TABLE_AT(struct att_wire_held_contact, request),
                  .sub = &table_contact_add),
        TABLE_ROW(2, TABLE_ENUM, "state", TABLE_AT(struct att_wire_held_contact, state),
                  .max = ATT_CONTACT_STATE_COUNT, .absent = ATT_CONTACT_STATE_COUNT),
        TABLE_ROW(3, TABLE_TEXT, "agent", TABLE_AT(struct att_wire_held_contact, agent),
                  .max = ATT_ID_BYTES_MAX),
};

static const struct table table_held_contact = TABLE_OF(
        "HeldContact", held_contact_fields, struct att_wire_held_contact, .has_absent = true);

static const struct table_field held_agent_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "agent", TABLE_AT(struct att_wire_held_agent, agent),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(2, TABLE_ENUM, "presence", TABLE_AT(struct att_wire_held_agent, presence),
                  .max = ATT_PRESENCE_COUNT, .absent = ATT_PRESENCE_COUNT),
        TABLE_ROW(3, TABLE_TEXTS, "channels",
                  TABLE_ITEMS(struct att_wire_held_agent, channels, channel_count),
                  .max = ATT_ID_BYTES_MAX, .items_max = ATT_CHANNELS_MAX),
        TABLE_ROW(4, TABLE_TEXT, "reason", TABLE_AT(struct att_wire_held_agent, reason),
                  .max = ATT_ID_BYTES_MAX),
};

static const struct table table_held_agent = TABLE_OF("HeldAgent", held_agent_fields,
                                                      struct att_wire_held_agent, .required = 1,
                                                      .has_absent = true);

static const struct table_field reconcile_fields[] = {
        TABLE_ROW(1, TABLE_MESSAGES, "contacts",
                  TABLE_ITEMS(struct att_wire_reconcile, contacts, contact_count),
                  .sub = &table_held_contact, .items_max = ATT_WIRE_HELD_MAX),
        TABLE_ROW(2, TABLE_MESSAGES, "agents",
                  TABLE_ITEMS(struct att_wire_reconcile, agents, agent_count),
                  .sub = &table_held_agent, .items_max = ATT_WIRE_HELD_MAX),
        TABLE_ROW(3, TABLE_BOOL, "last", TABLE_AT(struct att_wire_reconcile, is_last)),
};

static const struct table table_reconcile = TABLE_OF("Reconcile", reconcile_fields,
                                                     struct att_wire_reconcile, .required = 0);

static const struct table_field tail_stop_fields[] = {
        TABLE_ROW(1, TABLE_U64, "tail", TABLE_AT(struct att_wire_message, tail_stop)),
};

static const struct table table_tail_stop = TABLE_OF("TailStop", tail_stop_fields,
                                                     struct att_wire_message, .required = 0);

#define BODY(number, name, body_, member, table_)                                                  \
        TABLE_ROW(number, TABLE_CASE, name, TABLE_AT(struct att_wire_message, member),             \
                  .tag = (body_), .sub = &(table_))
/* One whose table is of the message itself, or has no fields. */
#define WHOLE(number, name, body_, table_)                                                         \
        TABLE_ROW(number, TABLE_CASE, name, .tag = (body_), .sub = &(table_))
#define COMMAND(number_, name_, kind_, member, table_)                                             \
        {                                                                                          \
                .number = (number_), .kind = TABLE_CASE, .name = (name_),                          \
                .offset = offsetof(struct att_wire_message, member), .tag = ATT_WIRE_COMMAND,      \
                .tag2 = (kind_), .sub = &(table_)                                                  \
        }

static const struct table_field envelope_fields[] = {
        TABLE_ROW(1, TABLE_U64, "request_id", TABLE_AT(struct att_wire_message, request_id)),
        BODY(2, "hello", ATT_WIRE_HELLO, hello, table_hello),
        BODY(3, "welcome", ATT_WIRE_WELCOME, welcome, table_welcome),
        BODY(4, "answer", ATT_WIRE_ANSWER, answer, table_answer),
        BODY(5, "push", ATT_WIRE_PUSH, push, table_push),
        WHOLE(6, "ack", ATT_WIRE_ACK, table_ack),
        BODY(7, "ping", ATT_WIRE_PING, ping, table_ping),
        BODY(8, "pong", ATT_WIRE_PONG, ping, table_pong),
        BODY(9, "bye", ATT_WIRE_BYE, bye, table_bye),
        BODY(10, "events", ATT_WIRE_EVENTS, events, table_tail_events),
        COMMAND(16, "contact_add", ATT_CMD_CONTACT_ADD, command.request, table_contact_add),
        COMMAND(17, "contact_update", ATT_CMD_CONTACT_UPDATE, command, table_contact_update),
        COMMAND(18, "contact_abandon", ATT_CMD_CONTACT_ABANDON, command, table_contact_abandon),
        COMMAND(19, "contact_cancel", ATT_CMD_CONTACT_CANCEL, command, table_contact_cancel),
        COMMAND(20, "contact_end", ATT_CMD_CONTACT_END, command, table_contact_end),
        COMMAND(21, "contact_transfer", ATT_CMD_CONTACT_TRANSFER, command, table_contact_transfer),
        COMMAND(22, "contact_hold", ATT_CMD_CONTACT_HOLD, command, table_contact_hold),
        COMMAND(23, "contact_feedback", ATT_CMD_CONTACT_FEEDBACK, command, table_contact_feedback),
        COMMAND(24, "agent_ready", ATT_CMD_AGENT_READY, command, table_agent_ready),
        COMMAND(25, "agent_pause", ATT_CMD_AGENT_PAUSE, command, table_agent_pause),
        COMMAND(26, "agent_offline", ATT_CMD_AGENT_OFFLINE, command, table_agent_offline),
        COMMAND(27, "offer_accept", ATT_CMD_OFFER_ACCEPT, command, table_offer_accept),
        COMMAND(28, "offer_decline", ATT_CMD_OFFER_DECLINE, command, table_offer_decline),
        COMMAND(29, "wrap_up_done", ATT_CMD_WRAP_UP_DONE, command, table_wrap_up_done),
        COMMAND(30, "occupied", ATT_CMD_OCCUPIED, command, table_occupied),
        COMMAND(31, "free", ATT_CMD_FREE, command, table_free),
        BODY(32, "offer_ringing", ATT_WIRE_RINGING, ringing, table_ringing),
        BODY(33, "reconcile", ATT_WIRE_RECONCILE, reconcile, table_reconcile),
        WHOLE(48, "status", ATT_WIRE_STATUS, table_status_request),
        BODY(49, "queues", ATT_WIRE_QUEUES, page, table_queues_request),
        BODY(50, "agents", ATT_WIRE_AGENTS, page, table_agents_request),
        BODY(51, "contacts", ATT_WIRE_CONTACTS, page, table_contacts_request),
        BODY(52, "skills", ATT_WIRE_SKILLS, page, table_skills_request),
        BODY(53, "explain", ATT_WIRE_EXPLAIN, explain, table_explain_request),
        BODY(54, "reload", ATT_WIRE_RELOAD, reload, table_reload_request),
        BODY(55, "config", ATT_WIRE_CONFIG, config, table_config_request),
        BODY(56, "tail", ATT_WIRE_TAIL, tail, table_tail_request),
        WHOLE(57, "tail_stop", ATT_WIRE_TAIL_STOP, table_tail_stop),
        BODY(58, "report", ATT_WIRE_REPORT, report, table_report_request),
        WHOLE(59, "drain", ATT_WIRE_DRAIN, table_drain_request),
        COMMAND(60, "incident_announce", ATT_CMD_INCIDENT_ANNOUNCE, command,
                table_incident_announce),
        COMMAND(61, "incident_close", ATT_CMD_INCIDENT_CLOSE, command, table_incident_close),
        BODY(62, "incidents", ATT_WIRE_INCIDENTS, page, table_incidents_request),
        BODY(65, "customers", ATT_WIRE_CUSTOMERS, customers, table_customers_request),
        COMMAND(66, "customer_set", ATT_CMD_CUSTOMER_SET, command, table_customer_set),
        COMMAND(67, "customer_link", ATT_CMD_CUSTOMER_LINK, command, table_customer_link),
        COMMAND(68, "customer_unlink", ATT_CMD_CUSTOMER_UNLINK, command, table_customer_unlink),
        COMMAND(69, "customer_forget", ATT_CMD_CUSTOMER_FORGET, command, table_customer_forget),
};

const struct table table_envelope = TABLE_OF(
        "Envelope", envelope_fields, struct att_wire_message,
        .tag_offset = offsetof(struct att_wire_message, body),
        .tag2_offset = offsetof(struct att_wire_message, command.kind));
