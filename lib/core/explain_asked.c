/* SPDX-License-Identifier: Apache-2.0 */
/* Why not this agent: what stands in the way, or by what it lost against the one who was chosen. */
#include "lib/core/explain_work.h"

static const struct att_candidate *find_recorded(const struct att_decision *decision,
                                                 const struct agent *agent)
{
        for (uint32_t i = 0; decision && i < decision->agents_shown; i++) {
                if (att_text_equals(decision->agents[i].agent, agent->id)) {
                        return &decision->agents[i];
                }
        }
        return NULL;
}

static bool is_in_queue(const struct contact *contact)
{
        return contact->state == ATT_CONTACT_QUEUED || contact->state == ATT_CONTACT_OFFERED;
}

/* The agent's figures: as recorded; else of now, as long as the contact is in a queue. */
static bool figures_of(const struct explain *explain, const struct agent *agent,
                       struct att_candidate *ret_figures, bool *ret_is_recorded)
{
        const struct att_candidate *recorded = find_recorded(explain->contact->decision, agent);
        *ret_is_recorded = recorded != NULL;
        if (recorded) {
                *ret_figures = *recorded;
                return true;
        }
        if (!is_in_queue(explain->contact) || !agent->def) {
                return false;
        }
        *ret_figures = (struct att_candidate){
                .agent = agent->id,
                .load_units = agent->held_units,
                .idle_ms = agent_idle_ms(explain->core, agent),
        };
        ret_figures->fit_ppm = fit_ppm(explain->core, explain->contact, agent,
                                       ret_figures->terms_ppm);
        return true;
}

/* ---- Against the chosen one ---- */

static bool is_bound(enum att_decided_by by)
{
        return by == ATT_BY_PREFERRED || by == ATT_BY_LINK;
}

/* What decided between the chosen agent and this one; it need not be what decided in the end. */
static enum att_decided_by decided_between(const struct att_decision *decision,
                                           const struct att_candidate *its)
{
        const struct att_candidate *chosen = &decision->agents[0];
        if (is_bound(decision->agent_by)) {
                return decision->agent_by;
        }
        if (its->fit_ppm != chosen->fit_ppm) {
                return its->fit_ppm < chosen->fit_ppm ? ATT_BY_FIT : ATT_BY_ASSIGNMENT;
        }
        if (its->load_units != chosen->load_units) {
                return its->load_units > chosen->load_units ? ATT_BY_LOAD : ATT_BY_ASSIGNMENT;
        }
        if (its->idle_ms != chosen->idle_ms) {
                return its->idle_ms < chosen->idle_ms ? ATT_BY_IDLE : ATT_BY_ASSIGNMENT;
        }
        return att_text_compare(its->agent, chosen->agent) > 0 ? ATT_BY_ID : ATT_BY_ASSIGNMENT;
}

static const struct att_explain_against *compare_terms(const struct explain *explain,
                                                       const struct att_candidate *its,
                                                       const struct att_candidate *chosen)
{
        const struct att_policy *policy = contact_policy(explain->core, explain->contact);
        struct att_explain_against *terms = att_arena_take_array(explain->arena, ATT_FIT_TERM_COUNT,
                                                                 sizeof(*terms));
        int64_t weights_milli = 0;
        for (int i = 0; i < ATT_FIT_TERM_COUNT; i++) {
                weights_milli += policy->fit_milli[i];
        }
        for (int i = 0; i < ATT_FIT_TERM_COUNT; i++) {
                int64_t weight_milli = policy->fit_milli[i];
                int64_t more_ppm = its->terms_ppm[i] - chosen->terms_ppm[i];
                terms[i] = (struct att_explain_against){
                        .name = att_text_from(att_fit_term_name((enum att_fit_term)i)),
                        .weight_milli = weight_milli,
                        .value_ppm = its->terms_ppm[i],
                        .chosen_ppm = chosen->terms_ppm[i],
                        .difference_ppm = weights_milli > 0
                                                  ? more_ppm * weight_milli / weights_milli
                                                  : 0,
                };
        }
        return terms;
}

/* Then whoever is not among those shown was not eligible. */
static bool were_all_kept(const struct att_decision *decision)
{
        return decision->eligible <= decision->agents_shown;
}

/* Without recorded figures those of now tell something only of an agent who might take it. */
static bool may_compare(const struct att_decision *decision, const struct att_explain_asked *asked,
                        uint32_t set)
{
        return asked->is_recorded || (!were_all_kept(decision) && !(set & BLOCKS_LASTING));
}

static void compare(struct explain *explain, const struct agent *agent, uint32_t set,
                    struct att_explain_asked *asked)
{
        const struct att_decision *decision = explain->contact->decision;
        struct att_candidate its;
        if (!decision || !figures_of(explain, agent, &its, &asked->is_recorded) ||
            !may_compare(decision, asked, set)) {
                return;
        }
        asked->fit_ppm = its.fit_ppm;
        asked->chosen_fit_ppm = decision->agents[0].fit_ppm;
        if (att_text_equals(asked->chosen, agent->id)) {
                return;
        }
        asked->terms = compare_terms(explain, &its, &decision->agents[0]);
        asked->term_count = ATT_FIT_TERM_COUNT;
        if (asked->is_recorded) {
                asked->decided_by = att_text_from(
                        att_decided_by_name(decided_between(decision, &its)));
        }
}

/* ---- What stands in the way ---- */

static uint32_t find_blocks(const struct explain *explain, const struct agent *agent)
{
        const struct att_core *core = explain->core;
        if (!is_in_queue(explain->contact)) { /* It waits no more: what is lasting, and presence. */
                return blocks_of(core, explain->contact, &explain->asks, agent, core->now_ms) &
                       ~(BLOCKS_TIMED | BLOCK(ATT_EXCLUSION_LINKED));
        }
        struct bond bond = bond_of(core, explain->contact);
        return blocks_now(explain, &bond, agent);
}

static void put_blocks(struct explain *explain, const struct agent *agent, uint32_t set)
{
        att_buffer_printf(&explain->words, "agent %.*s ", ATT_TEXT_ARGS(agent->id));
        if (set == 0) {
                att_buffer_append_c(&explain->words, att_exclusion_sentence(ATT_EXCLUSION_NONE));
        }
        for (uint32_t left = set; left != 0; left &= left - 1) {
                words_block(explain, agent, blocks_first(left));
                att_buffer_append_c(&explain->words, (left & (left - 1)) != 0 ? "; " : "");
        }
}

/* Returns what stands in the way now. */
static uint32_t look_for_blocks(struct explain *explain, const struct agent *agent,
                                struct att_explain_asked *asked)
{
        asked->cause = att_text_from(att_exclusion_name(ATT_EXCLUSION_NONE));
        asked->due_ms = -1;
        if (!explain->has_asks) {
                att_buffer_printf(&explain->words, "contact %.*s is %s: nobody is looked for",
                                  ATT_TEXT_ARGS(contact_id(explain->contact)),
                                  att_contact_state_name(explain->contact->state));
                asked->text = explain_keep(explain);
                return BLOCKS_LASTING;
        }
        uint32_t set = find_blocks(explain, agent);
        asked->cause = att_text_from(att_exclusion_name(blocks_first(set)));
        if (set != 0 && explain->contact->state == ATT_CONTACT_QUEUED) {
                asked->due_ms = blocks_due_ms(explain, agent, set);
        }
        put_blocks(explain, agent, set);
        asked->text = explain_keep(explain);
        return set;
}

const struct att_explain_asked *explain_asked(struct explain *explain, const struct agent *agent)
{
        const struct att_decision *decision = explain->contact->decision;
        struct att_explain_asked *asked = att_arena_take(explain->arena, sizeof(*asked));
        asked->agent = agent->id;
        asked->chosen = decision ? decision->agents[0].agent : ATT_TEXT_NONE;
        uint32_t set = look_for_blocks(explain, agent, asked);
        compare(explain, agent, set, asked);
        return asked;
}

/* ---- As lines ---- */

static void put_terms(struct att_buffer *into, const struct att_explain_asked *asked)
{
        for (uint32_t i = 0; i < asked->term_count; i++) {
                const struct att_explain_against *term = &asked->terms[i];
                if (term->weight_milli == 0) {
                        continue;
                }
                att_buffer_printf(into, "  %.*s ", ATT_TEXT_ARGS(term->name));
                words_share(into, term->value_ppm);
                att_buffer_append_c(into, " against ");
                words_share(into, term->chosen_ppm);
                att_buffer_append_c(into, ", weight ");
                words_number(into, term->weight_milli, 3);
                att_buffer_append_c(into, ": ");
                att_buffer_append_c(into, term->difference_ppm >= 1000 ? "+" : "");
                words_share(into, term->difference_ppm);
                att_buffer_append_byte(into, '\n');
        }
}

static void put_figures(struct att_buffer *into, const struct att_explain_asked *asked)
{
        if (asked->term_count == 0) {
                return;
        }
        if (asked->is_recorded) {
                att_buffer_printf(into, "decided by %.*s: ", ATT_TEXT_ARGS(asked->decided_by));
        } else {
                att_buffer_printf(into, "with the figures of now %.*s has ",
                                  ATT_TEXT_ARGS(asked->agent));
        }
        att_buffer_append_c(into, "fit ");
        words_share(into, asked->fit_ppm);
        att_buffer_append_c(into, " against ");
        words_share(into, asked->chosen_fit_ppm);
        att_buffer_append_byte(into, '\n');
        put_terms(into, asked);
}

/* Equal fits are told apart by these. */
static void put_ties(struct att_buffer *into, const struct att_decision *decision,
                     const struct att_explain_asked *asked)
{
        for (uint32_t i = 0; i < decision->agents_shown; i++) {
                if (asked->is_recorded &&
                    (i == 0 || att_text_equals(decision->agents[i].agent, asked->agent))) {
                        words_candidate(into, &decision->agents[i]);
                }
        }
}

static void put_then(struct att_buffer *into, const struct att_decision *decision,
                     const struct att_explain_asked *asked)
{
        att_buffer_printf(into, "then: it went to %.*s, ", ATT_TEXT_ARGS(asked->chosen));
        words_agent_by(into, decision);
        att_buffer_append_byte(into, '\n');
        if (!asked->is_recorded && were_all_kept(decision)) {
                att_buffer_printf(into, "then: %.*s was not eligible\n",
                                  ATT_TEXT_ARGS(asked->agent));
        } else if (!asked->is_recorded) {
                att_buffer_printf(
                        into,
                        "then: %.*s is not among the best %u of %u who were eligible, whose "
                        "figures were kept\n",
                        ATT_TEXT_ARGS(asked->agent), decision->agents_shown, decision->eligible);
        }
        put_figures(into, asked);
        put_ties(into, decision, asked);
}

void words_asked(struct att_buffer *into, const struct explain *explain,
                 const struct att_explain_asked *asked)
{
        if (explain->contact->decision) {
                put_then(into, explain->contact->decision, asked);
        }
        att_buffer_printf(into, "now: %.*s\n", ATT_TEXT_ARGS(asked->text));
        if (asked->due_ms >= 0) {
                att_buffer_append_c(into, "nothing stands in the way any more in ");
                words_duration(into, asked->due_ms - explain->core->now_ms);
                att_buffer_append_byte(into, '\n');
        }
}
