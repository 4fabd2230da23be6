/* SPDX-License-Identifier: Apache-2.0 */
/* A decision, as it was recorded: as values for programs and in words for people. */
#include "lib/base/util.h"
#include "lib/core/core.h"
#include "lib/core/explain_work.h"
#include "lib/model/limits.h"

/* ---- Values ---- */

static const struct att_explain_term *terms_of(struct explain *explain,
                                               const struct att_candidate *candidate)
{
        const struct att_policy *policy = contact_policy(explain->core, explain->contact);
        struct att_explain_term *terms = att_arena_take_array(explain->arena, ATT_FIT_TERM_COUNT,
                                                              sizeof(*terms));
        for (int i = 0; i < ATT_FIT_TERM_COUNT; i++) {
                terms[i].name = att_text_from(att_fit_term_name((enum att_fit_term)i));
                terms[i].weight_milli = policy->fit_milli[i];
                terms[i].value_ppm = candidate->terms_ppm[i];
        }
        return terms;
}

static const struct att_explain_candidate *candidates_of(struct explain *explain,
                                                         const struct att_decision *decision)
{
        struct att_explain_candidate *agents = att_arena_take_array(
                explain->arena, decision->agents_shown, sizeof(*agents));
        for (uint32_t i = 0; i < decision->agents_shown; i++) {
                const struct att_candidate *candidate = &decision->agents[i];
                agents[i] = (struct att_explain_candidate){
                        .agent = candidate->agent,
                        .fit_ppm = candidate->fit_ppm,
                        .load_units = candidate->load_units,
                        .idle_ms = candidate->idle_ms,
                        .terms = terms_of(explain, candidate),
                        .term_count = ATT_FIT_TERM_COUNT,
                };
        }
        return agents;
}

const struct att_explain_count *explain_counts(struct explain *explain,
                                               const uint32_t excluded[ATT_EXCLUSION_COUNT],
                                               uint32_t *ret_count)
{
        struct att_explain_count *counts = att_arena_take_array(explain->arena, ATT_EXCLUSION_COUNT,
                                                                sizeof(*counts));
        uint32_t count = 0;
        for (int i = 1; i < ATT_EXCLUSION_COUNT; i++) {
                enum att_exclusion cause = (enum att_exclusion)i;
                if (excluded[i] > 0) {
                        counts[count].cause = att_text_from(att_exclusion_name(cause));
                        counts[count].agents = excluded[i];
                        counts[count++].text = att_text_from(att_exclusion_phrase(cause));
                }
        }
        *ret_count = count;
        return counts;
}

static int64_t margin_ppm(const struct att_decision *decision)
{
        return decision->agents_shown > 1
                       ? decision->agents[0].fit_ppm - decision->agents[1].fit_ppm
                       : 0;
}

const struct att_explain_decision *explain_decision(struct explain *explain)
{
        const struct att_decision *decision = explain->contact->decision;
        struct att_explain_decision *told = att_arena_take(explain->arena, sizeof(*told));
        *told = (struct att_explain_decision){
                .at_ms = decision->at_ms,
                .queue = decision->queue,
                .step = decision->step,
                .waited_ms = decision->waited_ms,
                .urgency_milli = decision->urgency_milli,
                .considered = decision->considered,
                .eligible = decision->eligible,
                .agents = candidates_of(explain, decision),
                .agent_count = decision->agents_shown,
                .agent_by = att_text_from(att_decided_by_name(decision->agent_by)),
                .margin_ppm = margin_ppm(decision),
                .contacts_considered = decision->contacts_considered,
                .next_contact = decision->next_contact,
                .contact_by = att_text_from(att_decided_by_name(decision->contact_by)),
                .joint_contacts = decision->joint_contacts,
                .joint_place = decision->joint_place,
                .exact = decision->exact,
        };
        told->excluded = explain_counts(explain, decision->excluded, &told->excluded_count);
        return told;
}

/* ---- Words ---- */

void words_candidate(struct att_buffer *into, const struct att_candidate *candidate)
{
        att_buffer_printf(into, "  %.*s: fit ", ATT_TEXT_ARGS(candidate->agent));
        words_share(into, candidate->fit_ppm);
        const char *separator = " (";
        for (int i = 0; i < ATT_FIT_TERM_COUNT; i++) {
                att_buffer_printf(into, "%s%s ", separator,
                                  att_fit_term_name((enum att_fit_term)i));
                words_share(into, candidate->terms_ppm[i]);
                separator = ", ";
        }
        att_buffer_printf(into, "), load %u, idle ", candidate->load_units);
        words_duration(into, candidate->idle_ms);
        att_buffer_append_byte(into, '\n');
}

void words_counts(struct att_buffer *into, const uint32_t excluded[ATT_EXCLUSION_COUNT])
{
        for (int i = 1; i < ATT_EXCLUSION_COUNT; i++) {
                if (excluded[i] > 0) {
                        att_buffer_append_c(into, "  ");
                        words_agents(into, excluded[i]);
                        att_buffer_printf(into, ": %s\n",
                                          att_exclusion_phrase((enum att_exclusion)i));
                }
        }
}

static const char *why_agent(enum att_decided_by by)
{
        switch (by) {
        case ATT_BY_NOTHING:
                return "the only one eligible";
        case ATT_BY_FIT:
                return "the best fit";
        case ATT_BY_LOAD:
                return "an equal fit and a lower load";
        case ATT_BY_IDLE:
                return "an equal fit and load, and longer idle";
        case ATT_BY_ID:
                return "equal in all, and first by id";
        case ATT_BY_ASSIGNMENT:
                return "the best pairing of all contacts and agents of this instant";
        case ATT_BY_PREFERRED:
                return "the preferred agent, for whom it was held";
        case ATT_BY_LINK:
                return "the agent of the same customer's other contact";
        case ATT_BY_BROADCAST:
                return "one of several offered at once";
        case ATT_BY_NAMED:
        case ATT_BY_STARVED:
        case ATT_BY_RANK:
        case ATT_BY_URGENCY:
        case ATT_BY_PUT_BACK:
        case ATT_BY_WAITED:
        case ATT_BY_ARRIVAL:
        case ATT_DECIDED_BY_COUNT:
                break;
        }
        return att_decided_by_name(by);
}

static const char *why_contact(enum att_decided_by by)
{
        switch (by) {
        case ATT_BY_NAMED:
                return "it names this agent";
        case ATT_BY_STARVED:
                return "it has starved";
        case ATT_BY_RANK:
                return "its queue ranks higher in the agent's profile";
        case ATT_BY_URGENCY:
                return "it is more urgent";
        case ATT_BY_PUT_BACK:
                return "it came back from an offer";
        case ATT_BY_WAITED:
                return "it has waited longer";
        case ATT_BY_ARRIVAL:
                return "it came first";
        case ATT_BY_ID:
                return "its id is smaller";
        case ATT_BY_NOTHING:
        case ATT_BY_FIT:
        case ATT_BY_LOAD:
        case ATT_BY_IDLE:
        case ATT_BY_ASSIGNMENT:
        case ATT_BY_PREFERRED:
        case ATT_BY_LINK:
        case ATT_BY_BROADCAST:
        case ATT_DECIDED_BY_COUNT:
                break;
        }
        return att_decided_by_name(by);
}

void words_agent_by(struct att_buffer *into, const struct att_decision *decision)
{
        att_buffer_append_c(into, why_agent(decision->agent_by));
        if (decision->agents_shown > 1) {
                att_buffer_append_c(into, ", by a margin of ");
                words_share(into, margin_ppm(decision));
                att_buffer_printf(into, " over %.*s", ATT_TEXT_ARGS(decision->agents[1].agent));
        }
}

static void put_agents(struct att_buffer *into, const struct att_decision *decision)
{
        att_buffer_append_c(into, "\nagent: ");
        words_agent_by(into, decision);
        att_buffer_append_byte(into, '\n');
        for (uint32_t i = 0; i < decision->agents_shown; i++) {
                words_candidate(into, &decision->agents[i]);
        }
}

/* Those who could be served at the instant, unless all of them were after the same agent. */
static void put_pairing(struct att_buffer *into, const struct att_decision *decision)
{
        if (decision->exact && (decision->joint_contacts < 2 ||
                                decision->joint_contacts <= decision->contacts_considered)) {
                return;
        }
        att_buffer_printf(into, "contacts to be served at this instant: %u, ",
                          decision->joint_contacts);
        if (decision->exact) {
                att_buffer_append_c(into, "paired exactly\n");
        } else if (decision->joint_contacts > ATT_JOINT_MAX) {
                att_buffer_printf(into,
                                  "too many for an exact assignment: the first %d in order were "
                                  "paired together, those behind them one by one; this one was "
                                  "number %u\n",
                                  ATT_JOINT_MAX, decision->joint_place);
        } else {
                att_buffer_append_c(into, "with too many ways to pair them for an exact "
                                          "assignment: the best that was found\n");
        }
}

void att_decision_describe(const struct att_decision *decision, struct att_buffer *into)
{
        att_buffer_printf(into, "given to %.*s in queue %.*s, step %u, after a wait of ",
                          ATT_TEXT_ARGS(decision->agents[0].agent), ATT_TEXT_ARGS(decision->queue),
                          decision->step);
        words_duration(into, decision->waited_ms);
        att_buffer_append_c(into, ", urgency ");
        words_points(into, decision->urgency_milli);
        put_agents(into, decision);
        att_buffer_printf(into, "agents considered: %u, eligible: %u\n", decision->considered,
                          decision->eligible);
        words_counts(into, decision->excluded);
        if (decision->contacts_considered > 1) {
                att_buffer_printf(into, "contacts compared for this agent: %u\n",
                                  decision->contacts_considered);
        }
        if (!att_text_is_empty(decision->next_contact)) {
                att_buffer_printf(into, "before %.*s: %s\n", ATT_TEXT_ARGS(decision->next_contact),
                                  why_contact(decision->contact_by));
        }
        put_pairing(into, decision);
}
