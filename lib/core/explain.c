/* SPDX-License-Identifier: Apache-2.0 */
/* Why a contact went where it went, or why it still waits, in sentences. */
#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/duration.h"
#include "lib/base/util.h"
#include "lib/core/state.h"

struct told {
        const struct att_core *core;
        struct att_buffer *into;
};

static void put_share(struct att_buffer *into, int64_t ppm)
{
        att_buffer_printf(into, "%lld.%03lld", (long long)(ppm / ATT_PPM),
                          (long long)(ppm % ATT_PPM / 1000));
}

static void put_points(struct att_buffer *into, int64_t milli)
{
        long long rest = (long long)(milli < 0 ? -milli : milli) % 1000;
        att_buffer_printf(into, "%s%lld.%03lld", milli < 0 ? "-" : "",
                          (long long)(milli < 0 ? -milli : milli) / 1000, rest);
}

static void put_time(struct att_buffer *into, int64_t ms)
{
        char text[ATT_DURATION_TEXT_SIZE];
        att_buffer_append_c(into, att_duration_format_short(ms, text));
}

static void put_agent_terms(struct att_buffer *into, const struct att_candidate *candidate)
{
        att_buffer_printf(into, "  %.*s: fit ", ATT_TEXT_ARGS(candidate->agent));
        put_share(into, candidate->fit_ppm);
        const char *separator = " (";
        for (int i = 0; i < ATT_FIT_TERM_COUNT; i++) {
                att_buffer_printf(into, "%s%s ", separator,
                                  att_fit_term_name((enum att_fit_term)i));
                put_share(into, candidate->terms_ppm[i]);
                separator = ", ";
        }
        att_buffer_printf(into, "), load %u, idle ", candidate->load_units);
        put_time(into, candidate->idle_ms);
        att_buffer_append_byte(into, '\n');
}

static void put_exclusions(struct att_buffer *into, const uint32_t excluded[ATT_EXCLUSION_COUNT])
{
        for (int i = 1; i < ATT_EXCLUSION_COUNT; i++) {
                if (excluded[i] > 0) {
                        att_buffer_printf(into, "  %u %s: %s\n", excluded[i],
                                          excluded[i] == 1 ? "agent" : "agents",
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

void att_decision_describe(const struct att_decision *decision, struct att_buffer *into)
{
        const struct att_candidate *chosen = &decision->agents[0];
        att_buffer_printf(into, "given to %.*s in queue %.*s, step %u, after a wait of ",
                          ATT_TEXT_ARGS(chosen->agent), ATT_TEXT_ARGS(decision->queue),
                          decision->step);
        put_time(into, decision->waited_ms);
        att_buffer_append_c(into, ", urgency ");
        put_points(into, decision->urgency_milli);
        att_buffer_printf(into, "\nagent: %s", why_agent(decision->agent_by));
        if (decision->agents_shown > 1) {
                att_buffer_append_c(into, ", by a margin of ");
                put_points(into, (chosen->fit_ppm - decision->agents[1].fit_ppm) / 1000);
                att_buffer_printf(into, " over %.*s", ATT_TEXT_ARGS(decision->agents[1].agent));
        }
        att_buffer_append_byte(into, '\n');
        for (uint32_t i = 0; i < decision->agents_shown; i++) {
                put_agent_terms(into, &decision->agents[i]);
        }
        att_buffer_printf(into, "agents considered: %u, eligible: %u\n", decision->considered,
                          decision->eligible);
        put_exclusions(into, decision->excluded);
        if (decision->contacts_considered > 1) {
                att_buffer_printf(into, "contacts this agent could have taken: %u\n",
                                  decision->contacts_considered);
        }
        if (!att_text_is_empty(decision->next_contact)) {
                att_buffer_printf(into, "before %.*s: %s\n", ATT_TEXT_ARGS(decision->next_contact),
                                  why_contact(decision->contact_by));
        }
        if (!decision->exact) {
                att_buffer_append_c(into, "too many pairs at this instant for an exact assignment: "
                                          "the most urgent were matched together, the others one "
                                          "by one\n");
        }
}

/* ---- One that waits ---- */

static void put_asked(const struct told *told, const struct contact *contact)
{
        const struct att_config *config = told->core->config;
        const struct signature *signature = contact->signature;
        const char *separator = "asks for: ";
        for (uint32_t i = 0; i < signature->want_count; i++) {
                const struct want *want = &signature->wants[i];
                att_buffer_printf(told->into, "%s%.*s", separator,
                                  ATT_TEXT_ARGS(config->skills[want->skill].name));
                if (want->level > 0) {
                        att_buffer_printf(told->into, " %u", want->level);
                } else {
                        att_buffer_append_c(told->into, " preferred");
                }
                separator = ", ";
        }
        att_buffer_append_c(told->into, signature->want_count == 0 ? "asks for no skill\n" : "\n");
}

static bool is_for_capacity(enum att_exclusion why)
{
        return why == ATT_EXCLUSION_UNITS || why == ATT_EXCLUSION_LIMIT ||
               why == ATT_EXCLUSION_EXCLUSIVE;
}

static void put_waited_for(const struct told *told, const struct contact *contact)
{
        uint32_t excluded[ATT_EXCLUSION_COUNT] = {0};
        uint32_t busy = 0;
        for (uint32_t i = 0; i < told->core->agent_count; i++) {
                enum att_exclusion why = exclusion_now(told->core, contact, told->core->agents[i]);
                excluded[why]++;
                if (is_for_capacity(why)) {
                        att_buffer_printf(told->into, "%s%.*s",
                                          busy++ == 0 ? "could take it when free: " : ", ",
                                          ATT_TEXT_ARGS(told->core->agents[i]->id));
                }
        }
        if (busy > 0) {
                att_buffer_append_byte(told->into, '\n');
        }
        att_buffer_printf(told->into, "agents considered: %u, eligible: %u\n",
                          told->core->agent_count, excluded[ATT_EXCLUSION_NONE]);
        put_exclusions(told->into, excluded);
}

static void put_at(const struct told *told, const struct timer *timer, const char *what)
{
        if (timer_is_armed(timer)) {
                att_buffer_append_c(told->into, "in ");
                put_time(told->into, att_max_i64(timer->at_ms - told->core->now_ms, 0));
                att_buffer_printf(told->into, ": %s\n", what);
        }
}

static void put_held_back(const struct told *told, const struct contact *contact)
{
        enum att_exclusion by = ATT_EXCLUSION_NONE;
        const struct agent *bound = bound_agent(told->core, contact, &by);
        if (bound && by == ATT_EXCLUSION_HOLD) {
                att_buffer_printf(told->into, "held for the preferred agent %.*s\n",
                                  ATT_TEXT_ARGS(bound->id));
        }
        if (is_for_named_alone(told->core, contact)) {
                att_buffer_printf(told->into, "waits for the named agent %.*s, for another ",
                                  ATT_TEXT_ARGS(contact->named->id));
                put_time(told->into, contact->named_until_ms - told->core->now_ms);
                att_buffer_append_byte(told->into, '\n');
        }
        uint32_t policy = told->core->config->queues[contact->queue].policy;
        if (told->core->policies[policy].window_open) {
                att_buffer_append_c(told->into, "held back by the policy's batching window\n");
        }
}

static void explain_waiting(const struct told *told, const struct contact *contact)
{
        const struct att_core *core = told->core;
        att_buffer_printf(told->into, "waits in queue %.*s, step %u, position %u, since ",
                          ATT_TEXT_ARGS(queue_name(core, contact->queue)), contact->step,
                          queue_position(core, contact));
        put_time(told->into, contact_in_queue_ms(core, contact));
        att_buffer_append_c(told->into, "; waited ");
        put_time(told->into, contact_waited_ms(core, contact));
        att_buffer_append_c(told->into, " in all; urgency ");
        put_points(told->into, urgency_of(core, contact) / URGENCY_SCALE);
        att_buffer_append_byte(told->into, '\n');
        put_asked(told, contact);
        put_held_back(told, contact);
        put_waited_for(told, contact);
        put_at(told, &contact->next_step, "the next step loosens what is asked");
        put_at(told, &contact->wake, "a delay, a hold or a cooldown ends");
        put_at(told, &contact->max_wait, "the longest wait of the queue is over");
}

static void explain_contact(const struct told *told, const struct contact *contact)
{
        att_buffer_printf(told->into, "contact %.*s is %s", ATT_TEXT_ARGS(contact->request.id),
                          att_contact_state_name(contact->state));
        if (contact->state == ATT_CONTACT_CLOSED) {
                att_buffer_printf(told->into, " (%s)", att_outcome_name(contact->outcome));
        }
        att_buffer_append_byte(told->into, '\n');
        put_at(told, &contact->schedule, "it enters its queue");
        if (contact->state == ATT_CONTACT_QUEUED) {
                explain_waiting(told, contact);
        }
        if (contact->decision) {
                if (contact->state == ATT_CONTACT_QUEUED) {
                        att_buffer_append_c(told->into, "last time it was ");
                }
                att_decision_describe(contact->decision, told->into);
        }
}

/* ---- Why not this agent ---- */

static bool was_compared(const struct told *told, const struct contact *contact,
                         const struct agent *agent)
{
        const struct att_decision *decision = contact->decision;
        for (uint32_t i = 0; decision && i < decision->agents_shown; i++) {
                if (att_text_equals(decision->agents[i].agent, agent->id)) {
                        att_buffer_append_c(told->into, i == 0 ? "chosen then:\n" : "then:\n");
                        put_agent_terms(told->into, &decision->agents[0]);
                        if (i > 0) {
                                put_agent_terms(told->into, &decision->agents[i]);
                        }
                        return true;
                }
        }
        return false;
}

static void explain_agent(const struct told *told, const struct contact *contact,
                          const struct agent *agent)
{
        (void)was_compared(told, contact, agent);
        if (!contact->signature) {
                att_buffer_printf(told->into, "contact %.*s is %s: nobody is looked for\n",
                                  ATT_TEXT_ARGS(contact->request.id),
                                  att_contact_state_name(contact->state));
                return;
        }
        enum att_exclusion why = exclusion_now(told->core, contact, agent);
        att_buffer_printf(told->into, "now: agent %.*s %s\n", ATT_TEXT_ARGS(agent->id),
                          att_exclusion_sentence(why));
        if (agent->def) {
                struct att_candidate view = {.agent = agent->id};
                view.fit_ppm = fit_ppm(told->core, contact, agent, view.terms_ppm);
                view.load_units = agent->held_units;
                view.idle_ms = agent_idle_ms(told->core, agent);
                put_agent_terms(told->into, &view);
        }
}

bool att_core_explain(const struct att_core *core, struct att_text contact_id,
                      struct att_text agent_id, struct att_buffer *into)
{
        const struct told told = {.core = core, .into = into};
        const struct contact *contact = contact_find(core, contact_id);
        if (!contact) {
                att_buffer_printf(into, "unknown contact '%.*s'\n", ATT_TEXT_ARGS(contact_id));
                return false;
        }
        if (att_text_is_empty(agent_id)) {
                explain_contact(&told, contact);
                return true;
        }
        const struct agent *agent = agent_find(core, agent_id);
        if (!agent) {
                struct att_text nearest = att_config_nearest_agent(core->config, agent_id);
                att_buffer_printf(into, "unknown agent '%.*s'", ATT_TEXT_ARGS(agent_id));
                if (!att_text_is_empty(nearest)) {
                        att_buffer_printf(into, ", did you mean '%.*s'?", ATT_TEXT_ARGS(nearest));
                }
                att_buffer_append_byte(into, '\n');
                return false;
        }
        explain_agent(&told, contact, agent);
        return true;
}
