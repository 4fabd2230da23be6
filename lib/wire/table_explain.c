/* SPDX-License-Identifier: Apache-2.0 */
/* Explanations: the structs of lib/core/explanation.h as they are. */
#include "lib/wire/message.h"
#include "lib/wire/tables.h"

static const struct table_field explain_rule_fields[] = {
        TABLE_ROW(1, TABLE_U32, "number", TABLE_AT(struct att_explain_rule, number)),
        TABLE_ROW(2, TABLE_U32, "line", TABLE_AT(struct att_explain_rule, line)),
        TABLE_ROW(3, TABLE_TEXT, "text", TABLE_AT(struct att_explain_rule, text)),
};

static const struct table table_explain_rule = TABLE_OF("ExplainRule", explain_rule_fields,
                                                        struct att_explain_rule, .required = 0);

static const struct table_field explain_count_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "cause", TABLE_AT(struct att_explain_count, cause)),
        TABLE_ROW(2, TABLE_U32, "agents", TABLE_AT(struct att_explain_count, agents)),
        TABLE_ROW(3, TABLE_TEXT, "text", TABLE_AT(struct att_explain_count, text)),
};

static const struct table table_explain_count = TABLE_OF("ExplainCount", explain_count_fields,
                                                         struct att_explain_count, .required = 0);

static const struct table_field explain_term_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "name", TABLE_AT(struct att_explain_term, name)),
        TABLE_ROW(2, TABLE_I64, "weight_milli", TABLE_AT(struct att_explain_term, weight_milli)),
        TABLE_ROW(3, TABLE_I64, "value_ppm", TABLE_AT(struct att_explain_term, value_ppm)),
};

static const struct table table_explain_term = TABLE_OF("ExplainTerm", explain_term_fields,
                                                        struct att_explain_term, .required = 0);

static const struct table_field explain_candidate_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "agent", TABLE_AT(struct att_explain_candidate, agent)),
        TABLE_ROW(2, TABLE_I64, "fit_ppm", TABLE_AT(struct att_explain_candidate, fit_ppm)),
        TABLE_ROW(3, TABLE_U32, "load_units", TABLE_AT(struct att_explain_candidate, load_units)),
        TABLE_ROW(4, TABLE_I64, "idle_ms", TABLE_AT(struct att_explain_candidate, idle_ms)),
        TABLE_ROW(5, TABLE_MESSAGES, "terms",
                  TABLE_ITEMS(struct att_explain_candidate, terms, term_count),
                  .sub = &table_explain_term),
};

static const struct table table_explain_candidate = TABLE_OF(
        "ExplainCandidate", explain_candidate_fields, struct att_explain_candidate, .required = 0);

static const struct table_field explain_decision_fields[] = {
        TABLE_ROW(1, TABLE_I64, "at_ms", TABLE_AT(struct att_explain_decision, at_ms)),
        TABLE_ROW(2, TABLE_TEXT, "queue", TABLE_AT(struct att_explain_decision, queue)),
        TABLE_ROW(3, TABLE_U32, "step", TABLE_AT(struct att_explain_decision, step)),
        TABLE_ROW(4, TABLE_I64, "waited_ms", TABLE_AT(struct att_explain_decision, waited_ms)),
        TABLE_ROW(5, TABLE_S64, "urgency_milli",
                  TABLE_AT(struct att_explain_decision, urgency_milli)),
        TABLE_ROW(6, TABLE_U32, "considered", TABLE_AT(struct att_explain_decision, considered)),
        TABLE_ROW(7, TABLE_U32, "eligible", TABLE_AT(struct att_explain_decision, eligible)),
        TABLE_ROW(8, TABLE_MESSAGES, "excluded",
                  TABLE_ITEMS(struct att_explain_decision, excluded, excluded_count),
                  .sub = &table_explain_count),
        TABLE_ROW(9, TABLE_MESSAGES, "agents",
                  TABLE_ITEMS(struct att_explain_decision, agents, agent_count),
                  .sub = &table_explain_candidate),
        TABLE_ROW(10, TABLE_TEXT, "agent_by", TABLE_AT(struct att_explain_decision, agent_by)),
        TABLE_ROW(11, TABLE_S64, "margin_ppm", TABLE_AT(struct att_explain_decision, margin_ppm)),
        TABLE_ROW(12, TABLE_U32, "contacts_considered",
                  TABLE_AT(struct att_explain_decision, contacts_considered)),
        TABLE_ROW(13, TABLE_TEXT, "next_contact",
                  TABLE_AT(struct att_explain_decision, next_contact)),
        TABLE_ROW(14, TABLE_TEXT, "contact_by", TABLE_AT(struct att_explain_decision, contact_by)),
        TABLE_ROW(15, TABLE_U32, "joint_contacts",
                  TABLE_AT(struct att_explain_decision, joint_contacts)),
        TABLE_ROW(16, TABLE_BOOL, "exact", TABLE_AT(struct att_explain_decision, exact)),
        TABLE_ROW(17, TABLE_U32, "joint_place", TABLE_AT(struct att_explain_decision, joint_place)),
};

static const struct table table_explain_decision = TABLE_OF(
        "ExplainDecision", explain_decision_fields, struct att_explain_decision, .required = 0);

static const struct table_field explain_agent_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "agent", TABLE_AT(struct att_explain_agent, agent)),
        TABLE_ROW(2, TABLE_TEXT, "cause", TABLE_AT(struct att_explain_agent, cause)),
        TABLE_ROW(3, TABLE_I64, "due_ms", TABLE_AT(struct att_explain_agent, due_ms),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(4, TABLE_TEXT, "text", TABLE_AT(struct att_explain_agent, text)),
};

static const struct table table_explain_agent = TABLE_OF(
        "ExplainAgent", explain_agent_fields, struct att_explain_agent, .has_absent = true);

static const struct table_field explain_change_fields[] = {
        TABLE_ROW(1, TABLE_I64, "due_ms", TABLE_AT(struct att_explain_change, due_ms),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(2, TABLE_U32, "agents", TABLE_AT(struct att_explain_change, agents)),
        TABLE_ROW(3, TABLE_U32, "free", TABLE_AT(struct att_explain_change, free)),
        TABLE_ROW(4, TABLE_TEXT, "text", TABLE_AT(struct att_explain_change, text)),
};

static const struct table table_explain_change = TABLE_OF(
        "ExplainChange", explain_change_fields, struct att_explain_change, .has_absent = true);

static const struct table_field explain_wait_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "waits_for", TABLE_AT(struct att_explain_wait, waits_for)),
        TABLE_ROW(2, TABLE_U32, "considered", TABLE_AT(struct att_explain_wait, considered)),
        TABLE_ROW(3, TABLE_U32, "eligible", TABLE_AT(struct att_explain_wait, eligible)),
        TABLE_ROW(4, TABLE_MESSAGES, "excluded",
                  TABLE_ITEMS(struct att_explain_wait, excluded, excluded_count),
                  .sub = &table_explain_count),
        TABLE_ROW(5, TABLE_MESSAGES, "agents",
                  TABLE_ITEMS(struct att_explain_wait, agents, agent_count),
                  .sub = &table_explain_agent),
        TABLE_ROW(6, TABLE_U32, "more_agents", TABLE_AT(struct att_explain_wait, more_agents)),
        TABLE_ROW(7, TABLE_MESSAGES, "changes",
                  TABLE_ITEMS(struct att_explain_wait, changes, change_count),
                  .sub = &table_explain_change),
};

static const struct table table_explain_wait = TABLE_OF(
        "ExplainWait", explain_wait_fields, struct att_explain_wait, .has_absent = true);

static const struct table_field explain_against_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "name", TABLE_AT(struct att_explain_against, name)),
        TABLE_ROW(2, TABLE_I64, "weight_milli", TABLE_AT(struct att_explain_against, weight_milli)),
        TABLE_ROW(3, TABLE_I64, "value_ppm", TABLE_AT(struct att_explain_against, value_ppm)),
        TABLE_ROW(4, TABLE_I64, "chosen_ppm", TABLE_AT(struct att_explain_against, chosen_ppm)),
        TABLE_ROW(5, TABLE_S64, "difference_ppm",
                  TABLE_AT(struct att_explain_against, difference_ppm)),
};

static const struct table table_explain_against = TABLE_OF(
        "ExplainAgainst", explain_against_fields, struct att_explain_against, .required = 0);

static const struct table_field explain_asked_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "agent", TABLE_AT(struct att_explain_asked, agent)),
        TABLE_ROW(2, TABLE_TEXT, "cause", TABLE_AT(struct att_explain_asked, cause)),
        TABLE_ROW(3, TABLE_I64, "due_ms", TABLE_AT(struct att_explain_asked, due_ms),
                  TABLE_NEGATIVE_IS_ABSENT),
        TABLE_ROW(4, TABLE_TEXT, "text", TABLE_AT(struct att_explain_asked, text)),
        TABLE_ROW(5, TABLE_TEXT, "chosen", TABLE_AT(struct att_explain_asked, chosen)),
        TABLE_ROW(6, TABLE_BOOL, "is_recorded", TABLE_AT(struct att_explain_asked, is_recorded)),
        TABLE_ROW(7, TABLE_I64, "fit_ppm", TABLE_AT(struct att_explain_asked, fit_ppm)),
        TABLE_ROW(8, TABLE_I64, "chosen_fit_ppm",
                  TABLE_AT(struct att_explain_asked, chosen_fit_ppm)),
        TABLE_ROW(9, TABLE_TEXT, "decided_by", TABLE_AT(struct att_explain_asked, decided_by)),
        TABLE_ROW(10, TABLE_MESSAGES, "terms",
                  TABLE_ITEMS(struct att_explain_asked, terms, term_count),
                  .sub = &table_explain_against),
};

static const struct table table_explain_asked = TABLE_OF(
        "ExplainAsked", explain_asked_fields, struct att_explain_asked, .has_absent = true);

static const struct table_field outcome_row_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "queue", TABLE_AT(struct att_explain_outcome_row, queue)),
        TABLE_ROW(2, TABLE_I64, "prior_ppm", TABLE_AT(struct att_explain_outcome_row, prior_ppm)),
        TABLE_ROW(3, TABLE_U32, "weight", TABLE_AT(struct att_explain_outcome_row, weight)),
        TABLE_ROW(4, TABLE_U32, "all_successes",
                  TABLE_AT(struct att_explain_outcome_row, all_successes)),
        TABLE_ROW(5, TABLE_U32, "all_count", TABLE_AT(struct att_explain_outcome_row, all_count)),
        TABLE_ROW(6, TABLE_I64, "expected_ppm",
                  TABLE_AT(struct att_explain_outcome_row, expected_ppm)),
        TABLE_ROW(7, TABLE_U32, "successes", TABLE_AT(struct att_explain_outcome_row, successes)),
        TABLE_ROW(8, TABLE_U32, "count", TABLE_AT(struct att_explain_outcome_row, count)),
        TABLE_ROW(9, TABLE_I64, "outcome_ppm",
                  TABLE_AT(struct att_explain_outcome_row, outcome_ppm)),
};

static const struct table table_outcome_row = TABLE_OF(
        "ExplainOutcomeRow", outcome_row_fields, struct att_explain_outcome_row, .required = 0);

static const struct table_field outcome_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "agent", TABLE_AT(struct att_explain_outcome, agent)),
        TABLE_ROW(2, TABLE_TEXT, "skill", TABLE_AT(struct att_explain_outcome, skill)),
        TABLE_ROW(3, TABLE_MESSAGES, "rows",
                  TABLE_ITEMS(struct att_explain_outcome, rows, row_count),
                  .sub = &table_outcome_row),
        TABLE_ROW(4, TABLE_U32, "more_rows", TABLE_AT(struct att_explain_outcome, more_rows)),
        TABLE_ROW(5, TABLE_U64, "successes", TABLE_AT(struct att_explain_outcome, successes)),
        TABLE_ROW(6, TABLE_U64, "count", TABLE_AT(struct att_explain_outcome, count)),
};

static const struct table table_outcome = TABLE_OF("ExplainOutcome", outcome_fields,
                                                   struct att_explain_outcome, .required = 0);

static const struct table_field explain_answer_fields[] = {
        TABLE_ROW(1, TABLE_TEXT, "text", TABLE_AT(struct att_wire_explanation, why.text)),
        TABLE_ROW(2, TABLE_POINTER, "contact", TABLE_AT(struct att_wire_explanation, contact),
                  .sub = &table_contact),
        TABLE_ROW(3, TABLE_MESSAGES, "rules",
                  TABLE_ITEMS(struct att_wire_explanation, why.rules, why.rule_count),
                  .sub = &table_explain_rule),
        TABLE_ROW(4, TABLE_TEXT, "asks", TABLE_AT(struct att_wire_explanation, why.asks)),
        TABLE_ROW(5, TABLE_POINTER, "decision", TABLE_AT(struct att_wire_explanation, why.decision),
                  .sub = &table_explain_decision),
        TABLE_ROW(6, TABLE_POINTER, "wait", TABLE_AT(struct att_wire_explanation, why.wait),
                  .sub = &table_explain_wait),
        TABLE_ROW(7, TABLE_POINTER, "asked", TABLE_AT(struct att_wire_explanation, why.asked),
                  .sub = &table_explain_asked),
        TABLE_ROW(8, TABLE_POINTER, "outcome", TABLE_AT(struct att_wire_explanation, why.outcome),
                  .sub = &table_outcome),
};

const struct table table_explain_answer = TABLE_OF("ExplainAnswer", explain_answer_fields,
                                                   struct att_wire_explanation, .required = 0);
