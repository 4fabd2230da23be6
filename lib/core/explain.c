/* SPDX-License-Identifier: Apache-2.0 */
/* Why a contact went where it went, or why it still waits: the whole, from its parts. */
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/core.h"
#include "lib/core/explain_work.h"
#include "lib/core/intake.h"

/* ---- Names that are not known ---- */

/* Open contacts looked at for the nearest name. */
#define NEAREST_AMONG_MAX 10000

struct ids {
        struct att_text *items;
        size_t count;
};

static struct att_text id_at(const void *context, size_t i)
{
        const struct ids *ids = context;
        return ids->items[i];
}

static struct att_text nearest_contact(const struct att_core *core, struct att_text id,
                                       struct att_arena *arena)
{
        uint32_t room = core->live_count < NEAREST_AMONG_MAX ? core->live_count : NEAREST_AMONG_MAX;
        struct ids ids = {.items = att_arena_take_array(arena, room, sizeof(struct att_text))};
        ATT_LIST_FOREACH(contact, &core->live, struct contact, in_core)
        {
                if (ids.count == room) {
                        break;
                }
                ids.items[ids.count++] = contact_id(contact);
        }
        return att_text_nearest(id, ids.count, id_at, &ids);
}

static void say_unknown(struct explain *explain, const char *noun, struct att_text name,
                        struct att_text nearest, struct att_explanation *ret_explanation)
{
        att_buffer_printf(&explain->words, "unknown %s '%.*s'", noun, ATT_TEXT_ARGS(name));
        if (!att_text_is_empty(nearest)) {
                att_buffer_printf(&explain->words, ", did you mean '%.*s'?",
                                  ATT_TEXT_ARGS(nearest));
        }
        att_buffer_append_byte(&explain->words, '\n');
        ret_explanation->text = explain_keep(explain);
        ret_explanation->nearest = nearest;
}

/* ---- Values ---- */

static void add_rules(struct explain *explain, struct att_explanation *explanation)
{
        uint32_t found[ATT_EXPLAIN_RULES_MAX];
        uint32_t count = intake_find_rules(explain->core, explain->contact, ATT_EXPLAIN_RULES_MAX,
                                           found);
        struct att_explain_rule *rules = att_arena_take_array(explain->arena, count,
                                                              sizeof(*rules));
        for (uint32_t i = 0; i < count; i++) {
                rules[i].number = found[i] + 1;
                rules[i].line = explain->core->config->intake[found[i]].line;
                words_rule(&explain->words, explain->core, found[i]);
                rules[i].text = explain_keep(explain);
        }
        explanation->rules = rules;
        explanation->rule_count = count;
}

static void add_asks(struct explain *explain, struct att_explanation *explanation)
{
        const struct contact *contact = explain->contact;
        if (contact->queue == ATT_NONE ||
            contact->step >= explain->core->config->queues[contact->queue].step_count) {
                return;
        }
        asks_of(explain->core, contact, contact->queue, contact->step, &explain->asks);
        explain->has_asks = true;
        words_asks(&explain->words, explain->core, &explain->asks);
        explanation->asks = explain_keep(explain);
}

/* ---- Lines ---- */

static void put_state(struct att_buffer *into, const struct explain *explain)
{
        const struct contact *contact = explain->contact;
        att_buffer_printf(into, "contact %.*s is %s", ATT_TEXT_ARGS(contact_id(contact)),
                          att_contact_state_name(contact->state));
        if (contact->state == ATT_CONTACT_CLOSED) {
                att_buffer_printf(into, " (%s)", att_outcome_name(contact->outcome));
        }
        att_buffer_append_byte(into, '\n');
        ATT_LIST_FOREACH(offer, &contact->offers, struct offer, in_contact)
        {
                att_buffer_printf(into, "on offer to %.*s, for another ",
                                  ATT_TEXT_ARGS(offer->agent->id));
                words_duration(into,
                               timer_at_ms(explain->core, &offer->timeout) - explain->core->now_ms);
                att_buffer_append_byte(into, '\n');
        }
        if (contact->state == ATT_CONTACT_CONNECTED && contact->interaction) {
                att_buffer_printf(into, "with %.*s, for ",
                                  ATT_TEXT_ARGS(contact->interaction->agent->id));
                words_duration(into, explain->core->now_ms - contact->interaction->since_ms);
                att_buffer_append_byte(into, '\n');
        }
        if (due_is_set(contact, DUE_SCHEDULED)) {
                att_buffer_append_c(into, "in ");
                words_duration(into, contact->due_ms[DUE_SCHEDULED] - explain->core->now_ms);
                att_buffer_append_c(into, ": it enters its queue\n");
        }
}

static void put_place(struct att_buffer *into, const struct explain *explain)
{
        const struct att_core *core = explain->core;
        const struct contact *contact = explain->contact;
        att_buffer_printf(into, "waits in queue %.*s, step %u, position %u, since ",
                          ATT_TEXT_ARGS(queue_name(core, contact->queue)), contact->step,
                          queue_position(core, contact));
        words_duration(into, contact_in_queue_ms(core, contact));
        att_buffer_append_c(into, "; waited ");
        words_duration(into, contact_waited_ms(core, contact));
        att_buffer_append_c(into, " in all; urgency ");
        words_points(into, urgency_of(core, contact) / URGENCY_SCALE);
        att_buffer_append_byte(into, '\n');
}

/* Where its first queue came from. */
static void put_rules(struct att_buffer *into, const struct explain *explain,
                      const struct att_explanation *explanation)
{
        const struct att_config *config = explain->core->config;
        if (explain->contact->state == ATT_CONTACT_CLOSED || config->intake_count == 0) {
                return;
        }
        if (explanation->rule_count == 0) {
                att_buffer_append_c(into, "intake: no rule applies\n");
        }
        for (uint32_t i = 0; i < explanation->rule_count; i++) {
                const struct att_explain_rule *rule = &explanation->rules[i];
                att_buffer_printf(into, "intake: rule %u", rule->number);
                if (rule->line > 0) {
                        att_buffer_printf(into, " (line %u)", rule->line);
                }
                att_buffer_printf(into, ", %.*s\n", ATT_TEXT_ARGS(rule->text));
        }
        if (explanation->rule_count == ATT_EXPLAIN_RULES_MAX) {
                att_buffer_append_c(into, "intake: and perhaps more rules\n");
        }
}

static void put_asks(struct att_buffer *into, const struct explain *explain,
                     const struct att_explanation *explanation)
{
        if (!explain->has_asks) {
                return;
        }
        if (explain->contact->state == ATT_CONTACT_CLOSED) {
                att_buffer_printf(into, "queue %.*s, step %u", /* What was its own is forgotten. */
                                  ATT_TEXT_ARGS(explain->asks.queue->name),
                                  explain->asks.step_index);
                att_buffer_append_c(into, " asks for: ");
        } else {
                att_buffer_append_c(into, "asks for: ");
        }
        att_buffer_printf(into, "%.*s\n", ATT_TEXT_ARGS(explanation->asks));
}

static void put_lines(struct att_buffer *into, const struct explain *explain,
                      const struct att_explanation *explanation)
{
        const struct contact *contact = explain->contact;
        put_state(into, explain);
        if (contact->state == ATT_CONTACT_QUEUED) {
                put_place(into, explain);
        }
        words_story(into, explain->core, contact);
        put_rules(into, explain, explanation);
        put_asks(into, explain, explanation);
        if (explanation->asked) {
                words_asked(into, explain, explanation->asked);
                return;
        }
        if (explanation->wait) {
                words_wait(into, explain, explanation->wait);
        }
        if (contact->decision) {
                att_buffer_append_c(into, contact->state == ATT_CONTACT_QUEUED ? "last time it was "
                                                                               : "");
                att_decision_describe(contact->decision, into);
        }
}

/* ---- All of it ---- */

static void explain_all(struct explain *explain, const struct agent *agent,
                        struct att_explanation *ret_explanation)
{
        const struct contact *contact = explain->contact;
        if (contact->state != ATT_CONTACT_CLOSED) {
                add_rules(explain, ret_explanation);
        }
        add_asks(explain, ret_explanation);
        if (contact->decision) {
                ret_explanation->decision = explain_decision(explain);
        }
        if (agent) {
                ret_explanation->asked = explain_asked(explain, agent);
        } else if (contact->state == ATT_CONTACT_QUEUED) {
                ret_explanation->wait = explain_wait(explain);
        }
        put_lines(&explain->words, explain, ret_explanation);
        ret_explanation->text = explain_keep(explain);
}

static bool explain_known(struct explain *explain, struct att_text contact_id,
                          struct att_text agent_id, struct att_explanation *ret_explanation)
{
        const struct att_core *core = explain->core;
        explain->contact = contact_find(core, contact_id);
        if (!explain->contact) {
                say_unknown(explain, "contact", contact_id,
                            nearest_contact(core, contact_id, explain->arena), ret_explanation);
                return false;
        }
        const struct agent *agent = NULL;
        if (!att_text_is_empty(agent_id)) {
                agent = agent_find(core, agent_id);
                if (!agent) {
                        say_unknown(explain, "agent", agent_id,
                                    att_config_nearest_agent(core->config, agent_id),
                                    ret_explanation);
                        return false;
                }
        }
        explain_all(explain, agent, ret_explanation);
        return true;
}

bool att_core_explanation(const struct att_core *core, struct att_text contact,
                          struct att_text agent, struct att_arena *arena,
                          struct att_explanation *ret_explanation)
{
        struct explain explain = {.core = core, .arena = arena};
        *ret_explanation = (struct att_explanation){.text = ATT_TEXT_NONE};
        bool is_known = explain_known(&explain, contact, agent, ret_explanation);
        att_buffer_deinit(&explain.words);
        return is_known;
}

bool att_core_explain(const struct att_core *core, struct att_text contact, struct att_text agent,
                      struct att_buffer *into)
{
        struct att_arena arena = {0};
        struct att_explanation explanation;
        bool is_known = att_core_explanation(core, contact, agent, &arena, &explanation);
        att_buffer_append_text(into, explanation.text);
        att_arena_deinit(&arena);
        return is_known;
}

uint32_t att_core_contact_rules(const struct att_core *core, struct att_text contact_id,
                                uint32_t rules_max, uint32_t *ret_rules)
{
        if (!core->config || core->config->intake_count == 0) {
                return 0;
        }
        const struct contact *contact = contact_find(core, contact_id);
        if (!contact || contact->state == ATT_CONTACT_CLOSED) {
                return 0;
        }
        return intake_find_rules(core, contact, rules_max, ret_rules);
}
