/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunectl/explain_json.h"

#include "tools/attunectl/contact_json.h"
#include "tools/attunectl/show.h"

#define SHARE_DECIMALS 6
#define MILLI_DECIMALS 3

static void put_rules(struct att_json *json, const struct att_explanation *why)
{
        att_json_key(json, "rules");
        att_json_begin_array(json);
        for (uint32_t i = 0; i < why->rule_count; i++) {
                att_json_begin_object(json);
                json_number(json, "rule", why->rules[i].number);
                if (why->rules[i].line > 0) {
                        json_number(json, "line", why->rules[i].line);
                }
                json_text(json, "text", why->rules[i].text);
                att_json_end_object(json);
        }
        att_json_end_array(json);
}

static void put_excluded(struct att_json *json, const struct att_explain_count *counts,
                         uint32_t count)
{
        att_json_key(json, "excluded");
        att_json_begin_object(json);
        for (uint32_t i = 0; i < count; i++) {
                att_json_key_text(json, counts[i].cause);
                att_json_int(json, counts[i].agents);
        }
        att_json_end_object(json);
}

/* ---- The decision ---- */

static void put_candidate(struct att_json *json, const struct att_explain_candidate *candidate)
{
        att_json_begin_object(json);
        json_text(json, "agent", candidate->agent);
        json_scaled(json, "fit", candidate->fit_ppm, SHARE_DECIMALS);
        json_number(json, "load", candidate->load_units);
        json_number(json, "idle_ms", candidate->idle_ms);
        att_json_key(json, "terms");
        att_json_begin_object(json);
        for (uint32_t i = 0; i < candidate->term_count; i++) {
                att_json_key_text(json, candidate->terms[i].name);
                att_json_scaled(json, candidate->terms[i].value_ppm, SHARE_DECIMALS);
        }
        att_json_end_object(json);
        att_json_end_object(json);
}

static void put_weights(struct att_json *json, const struct att_explain_candidate *candidate)
{
        att_json_key(json, "weights");
        att_json_begin_object(json);
        for (uint32_t i = 0; i < candidate->term_count; i++) {
                att_json_key_text(json, candidate->terms[i].name);
                att_json_scaled(json, candidate->terms[i].weight_milli, MILLI_DECIMALS);
        }
        att_json_end_object(json);
}

static void put_decision(struct att_json *json, const struct att_explain_decision *decision)
{
        att_json_key(json, "decision");
        att_json_begin_object(json);
        json_number(json, "at_ms", decision->at_ms);
        json_text(json, "queue", decision->queue);
        json_number(json, "step", decision->step);
        json_number(json, "waited_ms", decision->waited_ms);
        json_scaled(json, "urgency", decision->urgency_milli, MILLI_DECIMALS);
        json_number(json, "considered", decision->considered);
        json_number(json, "eligible", decision->eligible);
        put_excluded(json, decision->excluded, decision->excluded_count);
        json_text(json, "agent_by", decision->agent_by);
        json_scaled(json, "margin", decision->margin_ppm, SHARE_DECIMALS);
        if (decision->agent_count > 0) {
                put_weights(json, &decision->agents[0]);
        }
        att_json_key(json, "agents");
        att_json_begin_array(json);
        for (uint32_t i = 0; i < decision->agent_count; i++) {
                put_candidate(json, &decision->agents[i]);
        }
        att_json_end_array(json);
        json_number(json, "contacts_considered", decision->contacts_considered);
        json_text(json, "contact_by", decision->contact_by);
        json_text_if(json, "next_contact", decision->next_contact);
        json_number(json, "joint_contacts", decision->joint_contacts);
        json_number(json, "joint_place", decision->joint_place);
        json_bool(json, "exact", decision->exact);
        att_json_end_object(json);
}

/* ---- One that waits ---- */

static void put_agents(struct att_json *json, const struct att_explain_wait *wait)
{
        att_json_key(json, "agents");
        att_json_begin_array(json);
        for (uint32_t i = 0; i < wait->agent_count; i++) {
                const struct att_explain_agent *agent = &wait->agents[i];

                att_json_begin_object(json);
                json_text(json, "agent", agent->agent);
                json_text(json, "cause", agent->cause);
                json_number_or_null(json, "due_ms", agent->due_ms);
                json_text(json, "text", agent->text);
                att_json_end_object(json);
        }
        att_json_end_array(json);
        json_number(json, "more_agents", wait->more_agents);
}

static void put_changes(struct att_json *json, const struct att_explain_wait *wait)
{
        att_json_key(json, "changes");
        att_json_begin_array(json);
        for (uint32_t i = 0; i < wait->change_count; i++) {
                const struct att_explain_change *change = &wait->changes[i];

                att_json_begin_object(json);
                json_number_or_null(json, "due_ms", change->due_ms);
                json_number(json, "agents", change->agents);
                json_number(json, "free", change->free);
                json_text(json, "text", change->text);
                att_json_end_object(json);
        }
        att_json_end_array(json);
}

static void put_wait(struct att_json *json, const struct att_explain_wait *wait)
{
        att_json_key(json, "wait");
        att_json_begin_object(json);
        json_text(json, "waits_for", wait->waits_for);
        json_number(json, "considered", wait->considered);
        json_number(json, "eligible", wait->eligible);
        put_excluded(json, wait->excluded, wait->excluded_count);
        put_agents(json, wait);
        put_changes(json, wait);
        att_json_end_object(json);
}

/* ---- Why not this agent ---- */

static void put_terms(struct att_json *json, const struct att_explain_asked *asked)
{
        json_scaled(json, "fit", asked->fit_ppm, SHARE_DECIMALS);
        json_scaled(json, "chosen_fit", asked->chosen_fit_ppm, SHARE_DECIMALS);
        json_bool(json, "recorded", asked->is_recorded);
        json_text_if(json, "decided_by", asked->decided_by);
        att_json_key(json, "terms");
        att_json_begin_array(json);
        for (uint32_t i = 0; i < asked->term_count; i++) {
                const struct att_explain_against *term = &asked->terms[i];

                att_json_begin_object(json);
                json_text(json, "term", term->name);
                json_scaled(json, "weight", term->weight_milli, MILLI_DECIMALS);
                json_scaled(json, "value", term->value_ppm, SHARE_DECIMALS);
                json_scaled(json, "chosen", term->chosen_ppm, SHARE_DECIMALS);
                json_scaled(json, "difference", term->difference_ppm, SHARE_DECIMALS);
                att_json_end_object(json);
        }
        att_json_end_array(json);
}

static void put_asked(struct att_json *json, const struct att_explain_asked *asked)
{
        att_json_key(json, "asked");
        att_json_begin_object(json);
        json_text(json, "agent", asked->agent);
        json_text(json, "cause", asked->cause);
        json_number_or_null(json, "due_ms", asked->due_ms);
        json_text(json, "text", asked->text);
        json_text_if(json, "chosen", asked->chosen);
        if (asked->term_count > 0) {
                put_terms(json, asked);
        }
        att_json_end_object(json);
}

/* ---- What feedback taught ---- */

static void put_outcome_row(struct att_json *json, const struct att_explain_outcome_row *row)
{
        att_json_begin_object(json);
        json_text(json, "queue", row->queue);
        json_scaled(json, "prior", row->prior_ppm, SHARE_DECIMALS);
        json_number(json, "weight", row->weight);
        json_number(json, "all_successes", row->all_successes);
        json_number(json, "all_count", row->all_count);
        json_scaled(json, "expected", row->expected_ppm, SHARE_DECIMALS);
        json_number(json, "successes", row->successes);
        json_number(json, "count", row->count);
        json_scaled(json, "outcome", row->outcome_ppm, SHARE_DECIMALS);
        att_json_end_object(json);
}

static void put_outcome(struct att_json *json, const struct att_explain_outcome *outcome)
{
        json_text(json, "agent", outcome->agent);
        json_text_if(json, "skill", outcome->skill);
        json_count(json, "successes", outcome->successes);
        json_count(json, "count", outcome->count);
        att_json_key(json, "queues");
        att_json_begin_array(json);
        for (uint32_t i = 0; i < outcome->row_count; i++) {
                put_outcome_row(json, &outcome->rows[i]);
        }
        att_json_end_array(json);
        json_number(json, "more_queues", outcome->more_rows);
}

static void put_feedback(struct att_json *json, const struct explain_feedback *row)
{
        att_json_begin_object(json);
        json_number(json, "at_ms", row->at_ms);
        json_text(json, "contact", row->contact);
        json_text(json, "queue", row->queue);
        json_number_or_null(json, "csat", row->csat);
        json_number_or_null(json, "nps", row->nps);
        json_number_or_null(json, "ces", row->ces);
        if (row->resolved >= 0) {
                json_bool(json, "resolved", row->resolved == 1);
        }
        json_text_if(json, "text", row->text);
        att_json_end_object(json);
}

struct att_explain_outcome explain_keep_outcome(struct att_arena *arena,
                                                const struct att_explain_outcome *outcome)
{
        struct att_explain_outcome kept = *outcome;
        struct att_explain_outcome_row *rows = att_arena_take_array(arena, outcome->row_count,
                                                                    sizeof(*rows));

        kept.agent = att_arena_text(arena, outcome->agent);
        kept.skill = att_arena_text(arena, outcome->skill);
        for (uint32_t i = 0; i < outcome->row_count; i++) {
                rows[i] = outcome->rows[i];
                rows[i].queue = att_arena_text(arena, outcome->rows[i].queue);
        }
        kept.rows = rows;
        return kept;
}

void explain_write_outcome_json(struct att_buffer *into, struct att_text text,
                                const struct att_explain_outcome *outcome,
                                const struct explain_history *history)
{
        struct att_json json;

        att_json_init(&json, into);
        att_json_begin_object(&json);
        json_text(&json, "text", text);
        put_outcome(&json, outcome);
        att_json_key(&json, "feedback");
        att_json_begin_array(&json);
        for (uint32_t i = 0; i < history->count; i++) {
                put_feedback(&json, &history->rows[i]);
        }
        att_json_end_array(&json);
        att_json_end_object(&json);
        att_buffer_append_byte(into, '\n');
}

/* The contact is written by a writer of its own, at the end of the object. */
void explain_write_json(struct att_buffer *into, const struct att_wire_explanation *explanation)
{
        const struct att_explanation *why = &explanation->why;
        struct att_json json;

        att_json_init(&json, into);
        att_json_begin_object(&json);
        json_text(&json, "text", why->text);
        put_rules(&json, why);
        json_text(&json, "asks", why->asks);
        if (why->decision) {
                put_decision(&json, why->decision);
        }
        if (why->wait) {
                put_wait(&json, why->wait);
        }
        if (why->asked) {
                put_asked(&json, why->asked);
        }
        att_json_end_object(&json);
        if (explanation->contact) {
                into->len--;
                att_buffer_append_c(into, ",\"contact\":");
                contact_write_json(into, explanation->contact);
                att_buffer_append_byte(into, '}');
        }
        att_buffer_append_byte(into, '\n');
}
