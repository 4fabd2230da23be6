/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/effect.h"
#include "lib/model/words.h"
#include "lib/wire/message.h"
#include "lib/wire/tables.h"

#define TEXT(number, name, member)                                                                 \
        TABLE_ROW(number, TABLE_TEXT, name, TABLE_AT(struct att_wire_push, member))
#define U32(number, name, member)                                                                  \
        TABLE_ROW(number, TABLE_U32, name, TABLE_AT(struct att_wire_push, member))
#define U64(number, name, member)                                                                  \
        TABLE_ROW(number, TABLE_U64, name, TABLE_AT(struct att_wire_push, member))
#define I64(number, name, member)                                                                  \
        TABLE_ROW(number, TABLE_I64, name, TABLE_AT(struct att_wire_push, member))
#define WORD_OF(number, name, member, count_)                                                      \
        TABLE_ROW(number, TABLE_ENUM, name, TABLE_AT(struct att_wire_push, member),                \
                  .max = (count_), .absent = (count_))
#define ESTIMATE(number)                                                                           \
        TABLE_ROW(number, TABLE_I64, "estimate_ms",                                                \
                  TABLE_AT(struct att_wire_push, effect.estimate_ms), TABLE_NEGATIVE_IS_ABSENT)
#define UNLESS_NEGATIVE(number, name, member)                                                      \
        TABLE_ROW(number, TABLE_I64, name, TABLE_AT(struct att_wire_push, member),                 \
                  TABLE_NEGATIVE_IS_ABSENT)
#define CONTEXT(number)                                                                            \
        TABLE_ROW(number, TABLE_POINTER, "context", TABLE_AT(struct att_wire_push, context),       \
                  .sub = &table_contact)

static const struct table_field routed_fields[] = {
        TEXT(1, "contact", effect.contact),
        TEXT(2, "queue", effect.queue),
        U32(3, "step", effect.step),
        U32(4, "position", effect.position),
        ESTIMATE(5),
};

static const struct table_field position_fields[] = {
        TEXT(1, "contact", effect.contact),
        TEXT(2, "queue", effect.queue),
        U32(3, "position", effect.position),
        ESTIMATE(4),
};

static const struct table_field offer_fields[] = {
        TEXT(1, "contact", effect.contact),
        TEXT(2, "agent", effect.agent),
        U64(3, "offer", effect.offer),
        TEXT(4, "queue", effect.queue),
        TEXT(5, "channel", effect.channel),
        U32(6, "step", effect.step),
        I64(7, "due_ms", effect.due_ms),
        TEXT(8, "address", address),
        TEXT(9, "why", why),
        CONTEXT(10),
};

static const struct table_field withdrawn_fields[] = {
        TEXT(1, "contact", effect.contact),
        TEXT(2, "agent", effect.agent),
        U64(3, "offer", effect.offer),
        TEXT(4, "queue", effect.queue),
        WORD_OF(5, "reason", effect.revoke_reason, ATT_REVOKE_REASON_COUNT),
};

static const struct table_field connected_fields[] = {
        TEXT(1, "contact", effect.contact),
        TEXT(2, "agent", effect.agent),
        U64(3, "offer", effect.offer),
        TEXT(4, "queue", effect.queue),
        TEXT(5, "channel", effect.channel),
        U32(6, "step", effect.step),
        TEXT(7, "address", address),
        TEXT(8, "why", why),
        CONTEXT(9),
};

static const struct table_field closed_fields[] = {
        TEXT(1, "contact", effect.contact),
        TEXT(2, "agent", effect.agent),
        TEXT(3, "queue", effect.queue),
        WORD_OF(4, "outcome", effect.outcome, ATT_OUTCOME_COUNT),
        TEXT(5, "reason", effect.reason),
        TABLE_ROW(6, TABLE_BOOL, "survey", TABLE_AT(struct att_wire_push, effect.survey)),
        TEXT(7, "notes", effect.text),
};

static const struct table_field promised_fields[] = {
        TEXT(1, "contact", effect.contact), TEXT(2, "follow_up_of", effect.other),
        TEXT(3, "agent", effect.agent),     TEXT(4, "queue", effect.queue),
        I64(5, "due_ms", effect.due_ms),    UNLESS_NEGATIVE(6, "expires_ms", effect.expires_ms),
        TEXT(7, "what", effect.text),       CONTEXT(8),
};

static const struct table_field promise_kept_fields[] = {
        TEXT(1, "contact", effect.contact),
        TEXT(2, "follow_up_of", effect.other),
        TEXT(3, "agent", effect.agent),
        TEXT(4, "queue", effect.queue),
};

static const struct table_field promise_expired_fields[] = {
        TEXT(1, "contact", effect.contact),
        TEXT(2, "follow_up_of", effect.other),
        TEXT(3, "queue", effect.queue),
        TEXT(4, "reason", effect.reason),
};

static const struct table_field promise_cancelled_fields[] = {
        TEXT(1, "contact", effect.contact),
        TEXT(2, "follow_up_of", effect.other),
        TEXT(3, "queue", effect.queue),
};

static const struct table_field repeat_fields[] = {
        TEXT(1, "contact", effect.contact),
        TEXT(2, "repeat_of", effect.other),
        TEXT(3, "queue", effect.queue),
};

static const struct table_field affected_fields[] = {
        TEXT(1, "contact", effect.contact),
        TEXT(2, "incident", effect.incident),
        TEXT(3, "queue", effect.queue),
};

static const struct table_field incident_announced_fields[] = {
        TEXT(1, "incident", effect.incident), TEXT(2, "title", effect.reason),
        TEXT(3, "message", effect.text),      UNLESS_NEGATIVE(4, "until_ms", effect.due_ms),
        TEXT(5, "by", effect.front_end),
};

static const struct table_field incident_closed_fields[] = {
        TEXT(1, "incident", effect.incident),
        TEXT(2, "message", effect.text),
        U32(3, "closed", effect.count),
        TEXT(4, "by", effect.front_end),
};

static const struct table_field wrap_up_fields[] = {
        TEXT(1, "contact", effect.contact),
        TEXT(2, "agent", effect.agent),
        I64(3, "due_ms", effect.due_ms),
};

static const struct table_field finished_fields[] = {
        TEXT(1, "contact", effect.contact),
        TEXT(2, "agent", effect.agent),
};

static const struct table_field agent_changed_fields[] = {
        TEXT(1, "agent", effect.agent),
        WORD_OF(2, "presence", effect.presence, ATT_PRESENCE_COUNT),
        TEXT(3, "reason", effect.reason),
};

static const struct table_field relaxed_fields[] = {
        TEXT(1, "contact", effect.contact),
        TEXT(2, "queue", effect.queue),
        U32(3, "step", effect.step),
};

static const struct table_field scheduled_fields[] = {
        TEXT(1, "contact", effect.contact),
        I64(2, "due_ms", effect.due_ms),
        U32(3, "attempt", effect.attempt),
};

static const struct table_field overflowed_fields[] = {
        TEXT(1, "contact", effect.contact),
        TEXT(2, "queue", effect.queue),
        TEXT(3, "to", effect.to),
        TEXT(4, "reason", effect.reason),
};

static const struct table_field config_changed_fields[] = {
        TEXT(1, "digest", effect.reason),
};

/* An Error whose fields are those of the effect. */
static const struct table_field refused_error_fields[] = {
        WORD_OF(1, "code", effect.refusal, ATT_REFUSAL_COUNT),
        TEXT(2, "message", effect.reason),
        TEXT(3, "field", effect.field),
        I64(4, "retry_ms", effect.retry_ms),
        TABLE_ROW(5, TABLE_IGNORED, "nearest", .sub = NULL),
};

static const struct table table_refused_error = TABLE_OF("Error", refused_error_fields,
                                                         struct att_wire_push, .has_absent = true);

static const struct table_field refused_fields[] = {
        TEXT(1, "contact", effect.contact),
        TEXT(2, "agent", effect.agent),
        TABLE_ROW(3, TABLE_C_STRING, "what", TABLE_AT(struct att_wire_push, effect.what)),
        TABLE_ROW(4, TABLE_MESSAGE, "error", .offset = 0, .sub = &table_refused_error),
};

static const struct table_field snapshot_contact_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "contact", TABLE_AT(struct att_wire_snapshot_contact, contact)),
        TABLE_ROW(2, TABLE_ENUM, "state", TABLE_AT(struct att_wire_snapshot_contact, state),
                  .max = ATT_CONTACT_STATE_COUNT, .absent = ATT_CONTACT_STATE_COUNT),
        TABLE_ROW(3, TABLE_TEXT, "queue", TABLE_AT(struct att_wire_snapshot_contact, queue)),
        TABLE_ROW(4, TABLE_TEXT, "agent", TABLE_AT(struct att_wire_snapshot_contact, agent)),
        TABLE_ROW(5, TABLE_U64, "offer", TABLE_AT(struct att_wire_snapshot_contact, offer)),
};

static const struct table table_snapshot_contact = TABLE_OF(
        "SnapshotContact", snapshot_contact_fields, struct att_wire_snapshot_contact,
        .has_absent = true);

static const struct table_field snapshot_agent_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "agent", TABLE_AT(struct att_wire_snapshot_agent, agent)),
        TABLE_ROW(2, TABLE_ENUM, "presence", TABLE_AT(struct att_wire_snapshot_agent, presence),
                  .max = ATT_PRESENCE_COUNT, .absent = ATT_PRESENCE_COUNT),
        TABLE_ROW(3, TABLE_TEXT, "reason", TABLE_AT(struct att_wire_snapshot_agent, reason)),
};

static const struct table table_snapshot_agent = TABLE_OF(
        "SnapshotAgent", snapshot_agent_fields, struct att_wire_snapshot_agent, .has_absent = true);

static const struct table_field snapshot_fields[] = {
        TABLE_ROW(1, TABLE_MESSAGES, "contacts",
                  TABLE_ITEMS(struct att_wire_push, snapshot.contacts, snapshot.contact_count),
                  .sub = &table_snapshot_contact),
        TABLE_ROW(2, TABLE_MESSAGES, "agents",
                  TABLE_ITEMS(struct att_wire_push, snapshot.agents, snapshot.agent_count),
                  .sub = &table_snapshot_agent),
        TABLE_ROW(3, TABLE_BOOL, "first", TABLE_AT(struct att_wire_push, snapshot.is_first)),
        TABLE_ROW(4, TABLE_BOOL, "last", TABLE_AT(struct att_wire_push, snapshot.is_last)),
};

#define TABLE(name, message_, fields_)                                                             \
        static const struct table name = TABLE_OF(message_, fields_, struct att_wire_push,         \
                                                  .has_absent = true)

TABLE(table_routed, "Routed", routed_fields);
TABLE(table_position, "Position", position_fields);
TABLE(table_offer, "Offer", offer_fields);
TABLE(table_withdrawn, "Withdrawn", withdrawn_fields);
TABLE(table_connected, "Connected", connected_fields);
TABLE(table_closed, "Closed", closed_fields);
TABLE(table_wrap_up, "WrapUp", wrap_up_fields);
TABLE(table_finished, "Finished", finished_fields);
TABLE(table_agent_changed, "AgentChanged", agent_changed_fields);
TABLE(table_relaxed, "Relaxed", relaxed_fields);
TABLE(table_scheduled, "Scheduled", scheduled_fields);
TABLE(table_overflowed, "Overflowed", overflowed_fields);
TABLE(table_config_changed, "ConfigChanged", config_changed_fields);
TABLE(table_refused, "Refused", refused_fields);
TABLE(table_snapshot, "Snapshot", snapshot_fields);
TABLE(table_promised, "Promised", promised_fields);
TABLE(table_promise_kept, "PromiseKept", promise_kept_fields);
TABLE(table_promise_expired, "PromiseExpired", promise_expired_fields);
TABLE(table_promise_cancelled, "PromiseCancelled", promise_cancelled_fields);
TABLE(table_repeat, "Repeat", repeat_fields);
TABLE(table_affected, "Affected", affected_fields);
TABLE(table_incident_announced, "IncidentAnnounced", incident_announced_fields);
TABLE(table_incident_closed, "IncidentClosed", incident_closed_fields);

#define EFFECT(number_, name_, kind_, table_)                                                      \
        TABLE_ROW(number_, TABLE_CASE, name_, .tag = (kind_), .sub = &(table_))

static const struct table_field push_fields[] = {
        U64(1, "push_id", push_id),
        I64(2, "at_ms", effect.at_ms),
        EFFECT(3, "routed", ATT_EFFECT_QUEUED, table_routed),
        EFFECT(4, "position", ATT_EFFECT_POSITION, table_position),
        EFFECT(5, "offer", ATT_EFFECT_OFFER, table_offer),
        EFFECT(6, "withdrawn", ATT_EFFECT_REVOKE, table_withdrawn),
        EFFECT(7, "connected", ATT_EFFECT_CONNECT, table_connected),
        EFFECT(8, "closed", ATT_EFFECT_CLOSED, table_closed),
        EFFECT(9, "wrap_up", ATT_EFFECT_WRAP_UP, table_wrap_up),
        EFFECT(10, "finished", ATT_EFFECT_FINISHED, table_finished),
        EFFECT(11, "agent_changed", ATT_EFFECT_AGENT, table_agent_changed),
        EFFECT(12, "relaxed", ATT_EFFECT_RELAXED, table_relaxed),
        EFFECT(13, "scheduled", ATT_EFFECT_SCHEDULED, table_scheduled),
        EFFECT(14, "overflowed", ATT_EFFECT_OVERFLOW, table_overflowed),
        EFFECT(15, "config_changed", ATT_EFFECT_CONFIG, table_config_changed),
        EFFECT(16, "refused", ATT_EFFECT_REFUSED, table_refused),
        EFFECT(17, "snapshot", ATT_WIRE_PUSH_SNAPSHOT, table_snapshot),
        EFFECT(18, "promised", ATT_EFFECT_PROMISED, table_promised),
        EFFECT(19, "promise_kept", ATT_EFFECT_PROMISE_KEPT, table_promise_kept),
        EFFECT(20, "promise_expired", ATT_EFFECT_PROMISE_EXPIRED, table_promise_expired),
        EFFECT(21, "promise_cancelled", ATT_EFFECT_PROMISE_CANCELLED, table_promise_cancelled),
        EFFECT(22, "repeat", ATT_EFFECT_REPEAT, table_repeat),
        EFFECT(23, "affected", ATT_EFFECT_INCIDENT, table_affected),
        EFFECT(24, "incident_announced", ATT_EFFECT_ANNOUNCED, table_incident_announced),
        EFFECT(25, "incident_closed", ATT_EFFECT_INCIDENT_CLOSED, table_incident_closed),
};

const struct table table_push = TABLE_OF("Push", push_fields, struct att_wire_push,
                                         .has_absent = true,
                                         .tag_offset = offsetof(struct att_wire_push, effect.kind),
                                         .tag_absent = ATT_EFFECT_KIND_COUNT);
