/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/command.h"
#include "lib/model/limits.h"
#include "lib/model/words.h"
#include "lib/wire/message.h"
#include "lib/wire/tables.h"

/* Answers ------------------------------------------------------------------------------------- */

static const struct table_field error_fields[] = {
        TABLE_ROW(1, TABLE_ENUM, "code", TABLE_AT(struct att_wire_error, code),
                  .max = ATT_REFUSAL_COUNT, .absent = ATT_REFUSAL_COUNT),
        TABLE_ROW(2, TABLE_TEXT, "message", TABLE_AT(struct att_wire_error, message)),
        TABLE_ROW(3, TABLE_TEXT, "field", TABLE_AT(struct att_wire_error, field)),
        TABLE_ROW(4, TABLE_I64, "retry_ms", TABLE_AT(struct att_wire_error, retry_ms)),
        TABLE_ROW(5, TABLE_TEXT, "nearest", TABLE_AT(struct att_wire_error, nearest)),
};

const struct table table_error = TABLE_OF("Error", error_fields, struct att_wire_error,
                                          .has_absent = true);

static const struct table_field done_fields[] = {
        TABLE_ROW(1, TABLE_U64, "seq", TABLE_AT(struct att_wire_done, seq)),
        TABLE_ROW(2, TABLE_ENUM, "state", TABLE_AT(struct att_wire_done, state),
                  .max = ATT_CONTACT_STATE_COUNT, .absent = ATT_CONTACT_STATE_COUNT),
        TABLE_ROW(3, TABLE_TEXT, "queue", TABLE_AT(struct att_wire_done, queue)),
        TABLE_ROW(4, TABLE_U32, "position", TABLE_AT(struct att_wire_done, position)),
        TABLE_ROW(5, TABLE_I64, "estimate_ms", TABLE_AT(struct att_wire_done, estimate_ms),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(6, TABLE_TEXT, "agent", TABLE_AT(struct att_wire_done, agent)),
        TABLE_ROW(7, TABLE_U64, "offer", TABLE_AT(struct att_wire_done, offer)),
        TABLE_ROW(8, TABLE_BOOL, "repeated", TABLE_AT(struct att_wire_done, repeated)),
};

const struct table table_done = TABLE_OF("Done", done_fields, struct att_wire_done,
                                         .has_absent = true);

static const struct table_field status_answer_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "version", TABLE_AT(struct att_wire_status, version)),
        TABLE_ROW(2, TABLE_TEXT, "config_digest", TABLE_AT(struct att_wire_status, config_digest)),
        TABLE_ROW(3, TABLE_TEXT, "config_path", TABLE_AT(struct att_wire_status, config_path)),
        TABLE_ROW(4, TABLE_I64, "started_ms", TABLE_AT(struct att_wire_status, started_ms)),
        TABLE_ROW(5, TABLE_I64, "now_ms", TABLE_AT(struct att_wire_status, now_ms)),
        TABLE_ROW(6, TABLE_U64, "seq", TABLE_AT(struct att_wire_status, seq)),
        TABLE_ROW(7, TABLE_U64, "durable_seq", TABLE_AT(struct att_wire_status, durable_seq)),
        TABLE_ROW(8, TABLE_U64, "snapshot_seq", TABLE_AT(struct att_wire_status, snapshot_seq)),
        TABLE_ROW(9, TABLE_TEXT, "journal_path", TABLE_AT(struct att_wire_status, journal_path)),
        TABLE_ROW(10, TABLE_I64, "journal_bytes", TABLE_AT(struct att_wire_status, journal_bytes)),
        TABLE_ROW(11, TABLE_U32, "sessions", TABLE_AT(struct att_wire_status, sessions)),
        TABLE_ROW(12, TABLE_U64S, "contacts",
                  TABLE_ITEMS(struct att_wire_status, contacts, contact_count)),
        TABLE_ROW(13, TABLE_U64S, "agents",
                  TABLE_ITEMS(struct att_wire_status, agents, agent_count)),
        TABLE_ROW(14, TABLE_U64S, "outcomes",
                  TABLE_ITEMS(struct att_wire_status, outcomes, outcome_count)),
        TABLE_ROW(15, TABLE_U32, "interactions", TABLE_AT(struct att_wire_status, interactions)),
        TABLE_ROW(16, TABLE_U32, "customers", TABLE_AT(struct att_wire_status, customers)),
        TABLE_ROW(17, TABLE_U64, "commands", TABLE_AT(struct att_wire_status, commands)),
        TABLE_ROW(18, TABLE_U64, "refused", TABLE_AT(struct att_wire_status, refused)),
        TABLE_ROW(19, TABLE_U64, "offers", TABLE_AT(struct att_wire_status, offers)),
        TABLE_ROW(20, TABLE_TEXT, "last_error", TABLE_AT(struct att_wire_status, last_error)),
        TABLE_ROW(21, TABLE_I64, "last_error_ms", TABLE_AT(struct att_wire_status, last_error_ms)),
        TABLE_ROW(22, TABLE_BOOL, "draining", TABLE_AT(struct att_wire_status, draining)),
        TABLE_ROW(23, TABLE_TEXT, "state_digest", TABLE_AT(struct att_wire_status, state_digest)),
        TABLE_ROW(24, TABLE_U32, "behaviour", TABLE_AT(struct att_wire_status, behaviour)),
        TABLE_ROW(25, TABLE_I64, "rss_bytes", TABLE_AT(struct att_wire_status, rss_bytes)),
        TABLE_ROW(26, TABLE_TEXT, "history", TABLE_AT(struct att_wire_status, history)),
        TABLE_ROW(27, TABLE_U64, "history_seq", TABLE_AT(struct att_wire_status, history_seq)),
        TABLE_ROW(28, TABLE_TEXT, "history_reason",
                  TABLE_AT(struct att_wire_status, history_reason)),
        TABLE_ROW(40, TABLE_U64, "surveys", TABLE_AT(struct att_wire_status, surveys)),
        TABLE_ROW(41, TABLE_U64, "repeats", TABLE_AT(struct att_wire_status, repeats)),
        TABLE_ROW(42, TABLE_U64, "promises", TABLE_AT(struct att_wire_status, promises)),
        TABLE_ROW(43, TABLE_U64, "promises_kept", TABLE_AT(struct att_wire_status, promises_kept)),
        TABLE_ROW(44, TABLE_U64, "promises_expired",
                  TABLE_AT(struct att_wire_status, promises_expired)),
        TABLE_ROW(45, TABLE_U64, "promises_cancelled",
                  TABLE_AT(struct att_wire_status, promises_cancelled)),
        TABLE_ROW(46, TABLE_U32, "incidents", TABLE_AT(struct att_wire_status, incidents)),
};

const struct table table_status_answer = TABLE_OF("StatusAnswer", status_answer_fields,
                                                  struct att_wire_status, .required = 0);

static const struct table_field queue_row_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "name", TABLE_AT(struct att_wire_queue, name)),
        TABLE_ROW(2, TABLE_TEXT, "title", TABLE_AT(struct att_wire_queue, title)),
        TABLE_ROW(3, TABLE_U32, "waiting", TABLE_AT(struct att_wire_queue, waiting)),
        TABLE_ROW(4, TABLE_U32, "offered", TABLE_AT(struct att_wire_queue, offered)),
        TABLE_ROW(5, TABLE_U32, "connected", TABLE_AT(struct att_wire_queue, connected)),
        TABLE_ROW(6, TABLE_I64, "longest_wait_ms",
                  TABLE_AT(struct att_wire_queue, longest_wait_ms)),
        TABLE_ROW(7, TABLE_I64, "estimate_ms", TABLE_AT(struct att_wire_queue, estimate_ms),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(8, TABLE_U32, "staffed", TABLE_AT(struct att_wire_queue, staffed)),
        TABLE_ROW(9, TABLE_BOOL, "open", TABLE_AT(struct att_wire_queue, open)),
        TABLE_ROW(10, TABLE_U64, "entered", TABLE_AT(struct att_wire_queue, entered)),
        TABLE_ROW(11, TABLE_U64, "answered", TABLE_AT(struct att_wire_queue, answered)),
        TABLE_ROW(12, TABLE_U64, "answered_in_level",
                  TABLE_AT(struct att_wire_queue, answered_in_level)),
        TABLE_ROW(13, TABLE_U64, "abandoned", TABLE_AT(struct att_wire_queue, abandoned)),
        TABLE_ROW(14, TABLE_U64, "refused", TABLE_AT(struct att_wire_queue, refused)),
        TABLE_ROW(15, TABLE_U64, "overflowed", TABLE_AT(struct att_wire_queue, overflowed)),
        TABLE_ROW(16, TABLE_U64, "expired", TABLE_AT(struct att_wire_queue, expired)),
        TABLE_ROW(17, TABLE_I64, "answer_wait_ms", TABLE_AT(struct att_wire_queue, answer_wait_ms)),
        TABLE_ROW(18, TABLE_I64, "service_level_ppm",
                  TABLE_AT(struct att_wire_queue, service_level_ppm)),
        TABLE_ROW(19, TABLE_I64, "service_level_within_ms",
                  TABLE_AT(struct att_wire_queue, service_level_within_ms)),
};

const struct table table_queue_row = TABLE_OF("QueueRow", queue_row_fields, struct att_wire_queue,
                                              .has_absent = true);

static const struct table_field agent_row_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "id", TABLE_AT(struct att_wire_agent, id)),
        TABLE_ROW(2, TABLE_TEXT, "name", TABLE_AT(struct att_wire_agent, name)),
        TABLE_ROW(3, TABLE_TEXT, "team", TABLE_AT(struct att_wire_agent, team)),
        TABLE_ROW(4, TABLE_BOOL, "bot", TABLE_AT(struct att_wire_agent, bot)),
        TABLE_ROW(5, TABLE_ENUM, "presence", TABLE_AT(struct att_wire_agent, presence),
                  .max = ATT_PRESENCE_COUNT, .absent = ATT_PRESENCE_COUNT),
        TABLE_ROW(6, TABLE_TEXT, "reason", TABLE_AT(struct att_wire_agent, reason)),
        TABLE_ROW(7, TABLE_I64, "presence_since_ms",
                  TABLE_AT(struct att_wire_agent, presence_since_ms)),
        TABLE_ROW(8, TABLE_I64, "idle_ms", TABLE_AT(struct att_wire_agent, idle_ms),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(9, TABLE_U32, "load_units", TABLE_AT(struct att_wire_agent, load_units)),
        TABLE_ROW(10, TABLE_U32, "offers", TABLE_AT(struct att_wire_agent, offers)),
        TABLE_ROW(11, TABLE_I64, "strain_milli", TABLE_AT(struct att_wire_agent, strain_milli)),
        TABLE_ROW(12, TABLE_I64, "price_ppm", TABLE_AT(struct att_wire_agent, price_ppm)),
        TABLE_ROW(13, TABLE_TEXTS, "channels",
                  TABLE_ITEMS(struct att_wire_agent, channels, channel_count)),
        TABLE_ROW(14, TABLE_MESSAGES, "interactions",
                  TABLE_ITEMS(struct att_wire_agent, interactions, interaction_count),
                  .sub = &table_interaction),
        TABLE_ROW(15, TABLE_BOOL, "removed", TABLE_AT(struct att_wire_agent, removed)),
};

const struct table table_agent_row = TABLE_OF("AgentRow", agent_row_fields, struct att_wire_agent,
                                              .has_absent = true);

static const struct table_field skill_row_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "name", TABLE_AT(struct att_wire_skill, name)),
        TABLE_ROW(2, TABLE_TEXT, "title", TABLE_AT(struct att_wire_skill, title)),
        TABLE_ROW(3, TABLE_ENUM, "kind", TABLE_AT(struct att_wire_skill, kind),
                  .max = ATT_SKILL_KIND_COUNT, .absent = ATT_SKILL_KIND_COUNT),
        TABLE_ROW(4, TABLE_U32, "agents", TABLE_AT(struct att_wire_skill, agents)),
        TABLE_ROW(5, TABLE_U32, "signed_in", TABLE_AT(struct att_wire_skill, signed_in)),
        TABLE_ROW(6, TABLE_U32, "ready", TABLE_AT(struct att_wire_skill, ready)),
        TABLE_ROW(7, TABLE_U32, "free", TABLE_AT(struct att_wire_skill, free)),
        TABLE_ROW(8, TABLE_U32, "waiting", TABLE_AT(struct att_wire_skill, waiting)),
        TABLE_ROW(9, TABLE_I64, "longest_wait_ms",
                  TABLE_AT(struct att_wire_skill, longest_wait_ms)),
};

const struct table table_skill_row = TABLE_OF("SkillRow", skill_row_fields, struct att_wire_skill,
                                              .has_absent = true);

static const struct table_field queue_list_fields[] = {
        TABLE_ROW(1, TABLE_MESSAGES, "rows", TABLE_ITEMS(struct att_wire_queues, rows, row_count),
                  .sub = &table_queue_row),
        TABLE_ROW(2, TABLE_U64, "next", TABLE_AT(struct att_wire_queues, next)),
};

static const struct table table_queue_list = TABLE_OF("QueueList", queue_list_fields,
                                                      struct att_wire_queues, .required = 0);

static const struct table_field agent_list_fields[] = {
        TABLE_ROW(1, TABLE_MESSAGES, "rows", TABLE_ITEMS(struct att_wire_agents, rows, row_count),
                  .sub = &table_agent_row),
        TABLE_ROW(2, TABLE_U64, "next", TABLE_AT(struct att_wire_agents, next)),
};

static const struct table table_agent_list = TABLE_OF("AgentList", agent_list_fields,
                                                      struct att_wire_agents, .required = 0);

static const struct table_field contact_list_fields[] = {
        TABLE_ROW(1, TABLE_MESSAGES, "rows", TABLE_ITEMS(struct att_wire_contacts, rows, row_count),
                  .sub = &table_contact),
        TABLE_ROW(2, TABLE_U64, "next", TABLE_AT(struct att_wire_contacts, next)),
};

static const struct table table_contact_list = TABLE_OF("ContactList", contact_list_fields,
                                                        struct att_wire_contacts, .required = 0);

static const struct table_field skill_list_fields[] = {
        TABLE_ROW(1, TABLE_MESSAGES, "rows", TABLE_ITEMS(struct att_wire_skills, rows, row_count),
                  .sub = &table_skill_row),
        TABLE_ROW(2, TABLE_U64, "next", TABLE_AT(struct att_wire_skills, next)),
};

static const struct table table_skill_list = TABLE_OF("SkillList", skill_list_fields,
                                                      struct att_wire_skills, .required = 0);

static const struct table_field reload_answer_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "digest", TABLE_AT(struct att_wire_reloaded, digest)),
        TABLE_ROW(2, TABLE_BOOL, "changed", TABLE_AT(struct att_wire_reloaded, changed)),
        TABLE_ROW(3, TABLE_TEXTS, "errors",
                  TABLE_ITEMS(struct att_wire_reloaded, errors, error_count)),
        TABLE_ROW(4, TABLE_TEXTS, "warnings",
                  TABLE_ITEMS(struct att_wire_reloaded, warnings, warning_count)),
        TABLE_ROW(5, TABLE_TEXTS, "changes",
                  TABLE_ITEMS(struct att_wire_reloaded, changes, change_count)),
};

static const struct table table_reload_answer = TABLE_OF("ReloadAnswer", reload_answer_fields,
                                                         struct att_wire_reloaded, .required = 0);

static const struct table_field config_answer_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "digest", TABLE_AT(struct att_wire_config_piece, digest)),
        TABLE_ROW(2, TABLE_U64, "total", TABLE_AT(struct att_wire_config_piece, total)),
        TABLE_ROW(3, TABLE_U64, "offset", TABLE_AT(struct att_wire_config_piece, offset)),
        TABLE_ROW(4, TABLE_BYTES, "piece", TABLE_AT(struct att_wire_config_piece, piece)),
};

static const struct table table_config_answer = TABLE_OF(
        "ConfigAnswer", config_answer_fields, struct att_wire_config_piece, .required = 0);

static const struct table_field report_row_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "name", TABLE_AT(struct att_wire_report_row, name)),
        TABLE_ROW(2, TABLE_S64S, "values",
                  TABLE_ITEMS(struct att_wire_report_row, values, value_count)),
        TABLE_ROW(3, TABLE_TEXT, "slice", TABLE_AT(struct att_wire_report_row, slice)),
        TABLE_ROW(4, TABLE_TEXT, "text", TABLE_AT(struct att_wire_report_row, text)),
};

const struct table table_report_row = TABLE_OF("ReportRow", report_row_fields,
                                               struct att_wire_report_row, .required = 0);

static const struct table_field report_answer_fields[] = {
        TABLE_ROW(1, TABLE_TEXTS, "measures",
                  TABLE_ITEMS(struct att_wire_report, measures, measure_count)),
        TABLE_ROW(2, TABLE_MESSAGES, "rows", TABLE_ITEMS(struct att_wire_report, rows, row_count),
                  .sub = &table_report_row),
        TABLE_ROW(3, TABLE_U64, "next", TABLE_AT(struct att_wire_report, next)),
        TABLE_ROW(5, TABLE_I64, "from_ms", TABLE_AT(struct att_wire_report, from_ms)),
        TABLE_ROW(6, TABLE_I64, "to_ms", TABLE_AT(struct att_wire_report, to_ms)),
        TABLE_ROW(7, TABLE_TEXT, "zone", TABLE_AT(struct att_wire_report, zone)),
        TABLE_ROW(8, TABLE_TEXTS, "notes", TABLE_ITEMS(struct att_wire_report, notes, note_count)),
};

static const struct table table_report_answer = TABLE_OF("ReportAnswer", report_answer_fields,
                                                         struct att_wire_report, .required = 0);

#define RESULT(number, name, kind_, member, table_)                                                \
        TABLE_ROW(number, TABLE_CASE, name, TABLE_AT(struct att_wire_answer, member),              \
                  .tag = (kind_), .sub = &(table_))

static const struct table_field change_fields[] = {
        TABLE_ROW(1, TABLE_ENUM, "what", TABLE_AT(struct att_wire_change, what),
                  .max = ATT_WIRE_RECONCILED_COUNT, .absent = ATT_WIRE_RECONCILED_COUNT),
        TABLE_ROW(2, TABLE_TEXT, "contact", TABLE_AT(struct att_wire_change, contact)),
        TABLE_ROW(3, TABLE_TEXT, "agent", TABLE_AT(struct att_wire_change, agent)),
        TABLE_ROW(4, TABLE_ENUM, "state", TABLE_AT(struct att_wire_change, state),
                  .max = ATT_CONTACT_STATE_COUNT, .absent = ATT_CONTACT_STATE_COUNT),
        TABLE_ROW(5, TABLE_ENUM, "code", TABLE_AT(struct att_wire_change, code),
                  .max = ATT_REFUSAL_COUNT, .absent = ATT_REFUSAL_COUNT),
};

static const struct table table_change = TABLE_OF("ReconcileChange", change_fields,
                                                  struct att_wire_change, .has_absent = true);

static const struct table_field changes_fields[] = {
        TABLE_ROW(1, TABLE_MESSAGES, "changes",
                  TABLE_ITEMS(struct att_wire_changes, rows, row_count), .sub = &table_change),
        TABLE_ROW(2, TABLE_U32, "same", TABLE_AT(struct att_wire_changes, same)),
        TABLE_ROW(3, TABLE_U32, "changed", TABLE_AT(struct att_wire_changes, changed)),
        TABLE_ROW(4, TABLE_BOOL, "again", TABLE_AT(struct att_wire_changes, again)),
};

static const struct table table_changes = TABLE_OF("ReconcileAnswer", changes_fields,
                                                   struct att_wire_changes, .required = 0);

static const struct table_field customer_list_fields[] = {
        TABLE_ROW(1, TABLE_MESSAGES, "rows", TABLE_ITEMS(struct att_wire_people, rows, row_count),
                  .sub = &table_person),
        TABLE_ROW(2, TABLE_TEXT, "next", TABLE_AT(struct att_wire_people, next)),
};

static const struct table table_customer_list = TABLE_OF("CustomerList", customer_list_fields,
                                                         struct att_wire_people, .required = 0);

static const struct table_field incident_row_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "incident", TABLE_AT(struct att_wire_incident, id)),
        TABLE_ROW(2, TABLE_TEXT, "title", TABLE_AT(struct att_wire_incident, title)),
        TABLE_ROW(3, TABLE_TEXT, "message", TABLE_AT(struct att_wire_incident, message)),
        TABLE_ROW(4, TABLE_TEXT, "when", TABLE_AT(struct att_wire_incident, when)),
        TABLE_ROW(5, TABLE_S64, "points_milli", TABLE_AT(struct att_wire_incident, points_milli)),
        TABLE_ROW(6, TABLE_I64, "announced_ms", TABLE_AT(struct att_wire_incident, announced_ms)),
        TABLE_ROW(7, TABLE_I64, "until_ms", TABLE_AT(struct att_wire_incident, until_ms),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(8, TABLE_TEXT, "by", TABLE_AT(struct att_wire_incident, by)),
        TABLE_ROW(9, TABLE_U64, "affected", TABLE_AT(struct att_wire_incident, affected)),
        TABLE_ROW(10, TABLE_U32, "live", TABLE_AT(struct att_wire_incident, live)),
};

const struct table table_incident_row = TABLE_OF("IncidentRow", incident_row_fields,
                                                 struct att_wire_incident, .has_absent = true);

static const struct table_field incident_list_fields[] = {
        TABLE_ROW(1, TABLE_MESSAGES, "rows",
                  TABLE_ITEMS(struct att_wire_incidents, rows, row_count),
                  .sub = &table_incident_row),
        TABLE_ROW(2, TABLE_U64, "next", TABLE_AT(struct att_wire_incidents, next)),
};

static const struct table table_incident_list = TABLE_OF("IncidentList", incident_list_fields,
                                                         struct att_wire_incidents, .required = 0);

static const struct table_field answer_fields[] = {
        RESULT(1, "error", ATT_WIRE_RESULT_ERROR, error, table_error),
        RESULT(2, "done", ATT_WIRE_RESULT_DONE, done, table_done),
        RESULT(3, "status", ATT_WIRE_RESULT_STATUS, status, table_status_answer),
        RESULT(4, "queues", ATT_WIRE_RESULT_QUEUES, queues, table_queue_list),
        RESULT(5, "agents", ATT_WIRE_RESULT_AGENTS, agents, table_agent_list),
        RESULT(6, "contacts", ATT_WIRE_RESULT_CONTACTS, contacts, table_contact_list),
        RESULT(7, "skills", ATT_WIRE_RESULT_SKILLS, skills, table_skill_list),
        RESULT(8, "explain", ATT_WIRE_RESULT_EXPLAIN, explanation, table_explain_answer),
        RESULT(9, "reload", ATT_WIRE_RESULT_RELOAD, reloaded, table_reload_answer),
        RESULT(10, "config", ATT_WIRE_RESULT_CONFIG, config, table_config_answer),
        RESULT(11, "report", ATT_WIRE_RESULT_REPORT, report, table_report_answer),
        RESULT(12, "reconciled", ATT_WIRE_RESULT_RECONCILED, changes, table_changes),
        RESULT(20, "customers", ATT_WIRE_RESULT_CUSTOMERS, people, table_customer_list),
        RESULT(21, "incidents", ATT_WIRE_RESULT_INCIDENTS, incidents, table_incident_list),
};

const struct table table_answer = TABLE_OF("Answer", answer_fields, struct att_wire_answer,
                                           .tag_offset = offsetof(struct att_wire_answer, kind));

/* Questions ----------------------------------------------------------------------------------- */

const struct table table_status_request = {.message = "StatusRequest"};
const struct table table_drain_request = {.message = "DrainRequest"};

static const struct table_field queues_request_fields[] = {
        TABLE_ROW(1, TABLE_U64, "cursor", TABLE_AT(struct att_wire_page, cursor)),
        TABLE_ROW(2, TABLE_U32, "limit", TABLE_AT(struct att_wire_page, limit)),
        TABLE_ROW(3, TABLE_TEXT, "queue", TABLE_AT(struct att_wire_page, queue),
                  .max = ATT_ID_BYTES_MAX),
};

const struct table table_queues_request = TABLE_OF("QueuesRequest", queues_request_fields,
                                                   struct att_wire_page, .required = 0);

static const struct table_field agents_request_fields[] = {
        TABLE_ROW(1, TABLE_U64, "cursor", TABLE_AT(struct att_wire_page, cursor)),
        TABLE_ROW(2, TABLE_U32, "limit", TABLE_AT(struct att_wire_page, limit)),
        TABLE_ROW(3, TABLE_TEXT, "agent", TABLE_AT(struct att_wire_page, agent),
                  .max = ATT_ID_BYTES_MAX),
};

const struct table table_agents_request = TABLE_OF("AgentsRequest", agents_request_fields,
                                                   struct att_wire_page, .required = 0);

static const struct table_field contacts_request_fields[] = {
        TABLE_ROW(1, TABLE_U64, "cursor", TABLE_AT(struct att_wire_page, cursor)),
        TABLE_ROW(2, TABLE_U32, "limit", TABLE_AT(struct att_wire_page, limit)),
        TABLE_ROW(3, TABLE_TEXT, "queue", TABLE_AT(struct att_wire_page, queue),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(4, TABLE_TEXT, "contact", TABLE_AT(struct att_wire_page, contact),
                  .max = ATT_ID_BYTES_MAX),
};

const struct table table_contacts_request = TABLE_OF("ContactsRequest", contacts_request_fields,
                                                     struct att_wire_page, .required = 0);

static const struct table_field skills_request_fields[] = {
        TABLE_ROW(1, TABLE_U64, "cursor", TABLE_AT(struct att_wire_page, cursor)),
        TABLE_ROW(2, TABLE_U32, "limit", TABLE_AT(struct att_wire_page, limit)),
};

const struct table table_skills_request = TABLE_OF("SkillsRequest", skills_request_fields,
                                                   struct att_wire_page, .required = 0);

static const struct table_field explain_request_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "contact", TABLE_AT(struct att_wire_explain, contact),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(2, TABLE_TEXT, "agent", TABLE_AT(struct att_wire_explain, agent),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(3, TABLE_TEXT, "skill", TABLE_AT(struct att_wire_explain, skill),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(4, TABLE_TEXT, "queue", TABLE_AT(struct att_wire_explain, queue),
                  .max = ATT_ID_BYTES_MAX),
};

const struct table table_explain_request = TABLE_OF("ExplainRequest", explain_request_fields,
                                                    struct att_wire_explain, .required = 0);

static const struct table_field incidents_request_fields[] = {
        TABLE_ROW(1, TABLE_U64, "cursor", TABLE_AT(struct att_wire_page, cursor)),
        TABLE_ROW(2, TABLE_U32, "limit", TABLE_AT(struct att_wire_page, limit)),
};

const struct table table_incidents_request = TABLE_OF("IncidentsRequest", incidents_request_fields,
                                                      struct att_wire_page, .required = 0);

static const struct table_field reload_request_fields[] = {
        TABLE_ROW(1, TABLE_BOOL, "only_check", TABLE_AT(struct att_wire_reload, only_check)),
        TABLE_ROW(2, TABLE_ENUM, "of", TABLE_AT(struct att_wire_reload, of),
                  .max = ATT_WIRE_RELOAD_COUNT, .absent = ATT_WIRE_RELOAD_FILES),
        TABLE_ROW(3, TABLE_TEXT, "agent", TABLE_AT(struct att_wire_reload, agent),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(4, TABLE_MESSAGES, "skills",
                  TABLE_ITEMS(struct att_wire_reload, skills, skill_count),
                  .sub = &table_requirement, .items_max = ATT_REQUIREMENTS_MAX),
        TABLE_ROW(5, TABLE_TEXT, "queue", TABLE_AT(struct att_wire_reload, queue),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(6, TABLE_BOOL, "back", TABLE_AT(struct att_wire_reload, back)),
        TABLE_ROW(7, TABLE_U64, "version", TABLE_AT(struct att_wire_reload, version)),
};

const struct table table_reload_request = TABLE_OF("ReloadRequest", reload_request_fields,
                                                   struct att_wire_reload, .has_absent = true);

static const struct table_field config_request_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "digest", TABLE_AT(struct att_wire_config_request, digest),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(2, TABLE_U64, "offset", TABLE_AT(struct att_wire_config_request, offset)),
        TABLE_ROW(3, TABLE_ENUM, "as", TABLE_AT(struct att_wire_config_request, as),
                  .max = ATT_WIRE_CONFIG_COUNT, .absent = ATT_WIRE_CONFIG_COMPILED),
        TABLE_ROW(4, TABLE_U64, "version", TABLE_AT(struct att_wire_config_request, version)),
};

const struct table table_config_request = TABLE_OF(
        "ConfigRequest", config_request_fields, struct att_wire_config_request, .has_absent = true);

static const struct table_field tail_request_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "queue", TABLE_AT(struct att_wire_tail, queue),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(2, TABLE_TEXT, "agent", TABLE_AT(struct att_wire_tail, agent),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(3, TABLE_TEXT, "contact", TABLE_AT(struct att_wire_tail, contact),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(4, TABLE_TEXT, "event", TABLE_AT(struct att_wire_tail, event),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(5, TABLE_I64, "since_ms", TABLE_AT(struct att_wire_tail, since_ms)),
};

const struct table table_tail_request = TABLE_OF("TailRequest", tail_request_fields,
                                                 struct att_wire_tail, .required = 0);

static const struct table_field tail_events_fields[] = {
        TABLE_ROW(1, TABLE_TEXTS, "lines", TABLE_ITEMS(struct att_wire_events, lines, line_count)),
        TABLE_ROW(2, TABLE_U64, "lost", TABLE_AT(struct att_wire_events, lost)),
};

const struct table table_tail_events = TABLE_OF("TailEvents", tail_events_fields,
                                                struct att_wire_events, .required = 0);

static const struct table_field report_request_fields[] = {
        TABLE_ROW(1, TABLE_I64, "from_ms", TABLE_AT(struct att_wire_report_request, from_ms),
                  TABLE_ABSENT(ATT_ABSENT)),
        TABLE_ROW(2, TABLE_I64, "to_ms", TABLE_AT(struct att_wire_report_request, to_ms),
                  TABLE_ABSENT(ATT_ABSENT)),
        TABLE_ROW(3, TABLE_ENUM, "by", TABLE_AT(struct att_wire_report_request, by),
                  .max = ATT_WIRE_BY_COUNT, .absent = ATT_WIRE_BY_ALL),
        TABLE_ROW(4, TABLE_U64, "cursor", TABLE_AT(struct att_wire_report_request, cursor)),
        TABLE_ROW(5, TABLE_U32, "limit", TABLE_AT(struct att_wire_report_request, limit)),
        TABLE_ROW(6, TABLE_TEXT, "from", TABLE_AT(struct att_wire_report_request, from),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(7, TABLE_TEXT, "to", TABLE_AT(struct att_wire_report_request, to),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(8, TABLE_TEXT, "zone", TABLE_AT(struct att_wire_report_request, zone),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(9, TABLE_TEXT, "slices", TABLE_AT(struct att_wire_report_request, slices),
                  .max = ATT_WIRE_SLICES_BYTES_MAX),
        TABLE_ROW(10, TABLE_ENUM, "of", TABLE_AT(struct att_wire_report_request, of),
                  .max = ATT_WIRE_REPORT_COUNT, .absent = ATT_WIRE_REPORT_MEASURES),
        TABLE_ROW(11, TABLE_TEXT, "agent", TABLE_AT(struct att_wire_report_request, agent),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(12, TABLE_I64, "service_level_ms",
                  TABLE_AT(struct att_wire_report_request, service_level_ms)),
        TABLE_ROW(13, TABLE_I64, "short_ms", TABLE_AT(struct att_wire_report_request, short_ms),
                  TABLE_ABSENT(ATT_ABSENT)),
        TABLE_ROW(14, TABLE_TEXT, "formula", TABLE_AT(struct att_wire_report_request, formula),
                  .max = ATT_ID_BYTES_MAX),
};

const struct table table_report_request = TABLE_OF(
        "ReportRequest", report_request_fields, struct att_wire_report_request, .has_absent = true);

static const struct table_field customers_request_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "customer", TABLE_AT(struct att_wire_customers_request, customer),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(2, TABLE_TEXT, "after", TABLE_AT(struct att_wire_customers_request, after),
                  .max = ATT_ID_BYTES_MAX),
        TABLE_ROW(3, TABLE_U32, "limit", TABLE_AT(struct att_wire_customers_request, limit)),
        TABLE_ROW(4, TABLE_BOOL, "conflicts",
                  TABLE_AT(struct att_wire_customers_request, conflicts)),
        TABLE_ROW(5, TABLE_U64, "forgotten_seq",
                  TABLE_AT(struct att_wire_customers_request, forgotten_seq)),
};

const struct table table_customers_request = TABLE_OF("CustomersRequest", customers_request_fields,
                                                      struct att_wire_customers_request,
                                                      .required = 0);
