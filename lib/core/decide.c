/* SPDX-License-Identifier: Apache-2.0 */
/* Why a contact went to an agent: recorded when it is decided, told with the offer. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/bitset.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"

static struct att_candidate candidate_view(const struct att_core *core,
                                           const struct contact *contact, const struct agent *agent)
{
        struct att_candidate view = {
                .agent = agent->id,
                .contact = contact->request.id,
                .load_units = agent->held_units,
                .idle_ms = agent_idle_ms(core, agent),
        };
        view.fit_ppm = fit_ppm(core, contact, agent, view.terms_ppm);
        view.urgency_milli = place_of(core, contact, agent).urgency / URGENCY_SCALE;
        return view;
}

/* < 0: a is the better agent. Their index stands for the id. */
static int compare_agents(const struct att_candidate *a, const struct att_candidate *b,
                          enum att_decided_by *ret_by)
{
        *ret_by = ATT_BY_FIT;
        if (a->fit_ppm != b->fit_ppm) {
                return a->fit_ppm > b->fit_ppm ? -1 : 1;
        }
        *ret_by = ATT_BY_LOAD;
        if (a->load_units != b->load_units) {
                return a->load_units < b->load_units ? -1 : 1;
        }
        *ret_by = ATT_BY_IDLE;
        if (a->idle_ms != b->idle_ms) {
                return a->idle_ms > b->idle_ms ? -1 : 1;
        }
        *ret_by = ATT_BY_ID;
        return att_text_compare(a->agent, b->agent);
}

struct sieve { /* Who does not pass one is left out for that cause. */
        const uint64_t *passes;
        enum att_exclusion cause;
};

static uint32_t count_bits(uint64_t word)
{
        return word == 0 ? 0 : (uint32_t)__builtin_popcountll(word);
}

/* One word of agents through all sieves, each left out by the first that stops them. */
static uint64_t sift(const struct sieve *sieves, size_t count, size_t word, uint64_t agents,
                     uint32_t *excluded)
{
        for (size_t i = 0; i < count && agents != 0; i++) {
                uint64_t passes = sieves[i].passes[word];
                excluded[sieves[i].cause] += count_bits(agents & ~passes);
                agents &= passes;
        }
        return agents;
}

/* Why agents are left out, where nothing of the contact's own decides: all by sets. */
static void count_by_sets(const struct att_core *core, struct att_decision *decision,
                          const struct contact *contact)
{
        const struct signature *signature = contact->signature;
        uint32_t channel = contact->channel;
        const struct sieve sieves[] = {
                {core->sets.signed_in, ATT_EXCLUSION_OFFLINE},
                {core->sets.ready, ATT_EXCLUSION_PAUSED},
                {sets_of_channel(core, channel, SET_REACHABLE), ATT_EXCLUSION_UNREACHABLE},
                {sets_of_channel(core, channel, SET_ENABLED), ATT_EXCLUSION_CHANNEL},
                {signature->profiled, ATT_EXCLUSION_PROFILE},
                {signature->of_team, ATT_EXCLUSION_TEAM},
                {signature->skilled, ATT_EXCLUSION_SKILL},
                {signature->any_skilled, ATT_EXCLUSION_ANY_OF},
                {signature->serves, ATT_EXCLUSION_ATTRIBUTE},
        };
        const uint64_t *room = sets_of_channel(core, channel, SET_ROOM);
        const uint64_t *exclusive = sets_of_channel(core, channel, SET_EXCLUSIVE);
        const uint64_t *limit = sets_of_channel(core, channel, SET_LIMIT);
        uint32_t *excluded = decision->excluded;
        for (size_t word = 0; word < core->sets.words; word++) {
                uint64_t all = UINT64_MAX;
                if (word + 1 == core->sets.words && core->agent_count % 64 != 0) {
                        all = (UINT64_C(1) << (core->agent_count % 64)) - 1;
                }
                uint64_t left = sift(sieves, ATT_ARRAY_LEN(sieves), word, all, excluded);
                uint64_t full = left & ~room[word];
                excluded[ATT_EXCLUSION_EXCLUSIVE] += count_bits(full & exclusive[word]);
                excluded[ATT_EXCLUSION_LIMIT] += count_bits(full & limit[word]);
                excluded[ATT_EXCLUSION_UNITS] += count_bits(full & ~exclusive[word] & ~limit[word]);
        }
}

static void count_one_by_one(const struct att_core *core, struct att_decision *decision,
                             const struct contact *contact)
{
        for (uint32_t i = 0; i < core->agent_count; i++) {
                enum att_exclusion why = exclusion_now(core, contact, core->agents[i]);
                if (why != ATT_EXCLUSION_NONE) {
                        decision->excluded[why]++;
                }
        }
}

/* At the instant, before any of its pairs. */
static void count_excluded(const struct att_core *core, struct att_decision *decision,
                           const struct candidate *candidate)
{
        decision->considered = core->agent_count;
        if (candidate->is_plain) {
                count_by_sets(core, decision, candidate->contact);
        } else {
                count_one_by_one(core, decision, candidate->contact);
        }
        decision->eligible = decision->considered;
        for (int i = 0; i < ATT_EXCLUSION_COUNT; i++) {
                decision->eligible -= decision->excluded[i];
        }
}

static enum att_decided_by why_this_agent(const struct att_decision *decision,
                                          const struct candidate *candidate)
{
        if (candidate->bound == ATT_EXCLUSION_LINKED) {
                return ATT_BY_LINK;
        }
        if (candidate->bound == ATT_EXCLUSION_HOLD) {
                return ATT_BY_PREFERRED;
        }
        if (decision->agents_shown < 2) {
                return ATT_BY_NOTHING;
        }
        enum att_decided_by by;
        bool better = compare_agents(&decision->agents[0], &decision->agents[1], &by) < 0;
        return better ? by : ATT_BY_ASSIGNMENT;
}

/* The contacts this agent could have taken instead, and the one that comes next after this. They are
 * in the order of their best places: behind the next one found nothing comes before it. */
static void look_at_contacts(const struct att_core *core, struct att_decision *decision,
                             const struct candidate *chosen, const struct agent *agent)
{
        const struct match_scratch *match = &core->match;
        uint32_t first = (uint32_t)(chosen - match->candidates);
        struct place mine = place_of(core, chosen->contact, agent);
        struct place next = {0};
        decision->contacts_considered = 1;
        for (uint32_t i = first >= ATT_JOINT_MAX ? first + 1 : 0; i < match->count; i++) {
                const struct candidate *other = &match->candidates[i];
                if (next.contact && place_compare(&next, &other->place, NULL) < 0) {
                        break;
                }
                if (other == chosen || !candidate_has(core, other, agent)) {
                        continue;
                }
                decision->contacts_considered++;
                struct place its = place_of(core, other->contact, agent);
                if (place_compare(&mine, &its, NULL) < 0 &&
                    (!next.contact || place_compare(&its, &next, NULL) < 0)) {
                        next = its;
                }
        }
        decision->contact_by = ATT_BY_NOTHING;
        if (next.contact) {
                decision->next_contact = next.contact->request.id;
                (void)place_compare(&mine, &next, &decision->contact_by);
        }
}

/* ---- Keeping ---- */

static void keep_text(char **room, struct att_text *text)
{
        att_copy(*room, text->data, text->len);
        text->data = *room;
        *room += text->len;
}

/* A copy that owns all its texts: agents and contacts may go before it does. */
static struct att_decision *keep(const struct att_decision *decision)
{
        size_t bytes = decision->contact.len + decision->queue.len + decision->next_contact.len;
        for (uint32_t i = 0; i < decision->agents_shown; i++) {
                bytes += decision->agents[i].agent.len;
        }
        struct att_decision *kept = att_alloc(sizeof(*kept) + bytes);
        *kept = *decision;
        char *room = (char *)(kept + 1);
        keep_text(&room, &kept->contact);
        keep_text(&room, &kept->queue);
        keep_text(&room, &kept->next_contact);
        for (uint32_t i = 0; i < kept->agents_shown; i++) {
                keep_text(&room, &kept->agents[i].agent);
                kept->agents[i].contact = kept->contact;
        }
        return kept;
}

void decide_among(struct att_core *core, const struct candidate *candidate,
                  struct agent *const *agents, uint32_t count, bool exact)
{
        struct contact *contact = candidate->contact;
        struct att_decision decision = {
                .at_ms = core->now_ms,
                .contact = contact->request.id,
                .queue = queue_name(core, contact->queue),
                .step = contact->step,
                .waited_ms = contact_waited_ms(core, contact),
                .urgency_milli = urgency_of(core, contact) / URGENCY_SCALE,
                .exact = exact,
                .joint_contacts = core->match.count,
                .agents_shown = count,
        };
        for (uint32_t i = 0; i < count; i++) {
                decision.agents[i] = candidate_view(core, contact, agents[i]);
        }
        count_excluded(core, &decision, candidate);
        decision.agent_by = why_this_agent(&decision, candidate);
        look_at_contacts(core, &decision, candidate, agents[0]);
        free_later(core, contact->decision);
        contact->decision = keep(&decision);
}

void decide(struct att_core *core, const struct candidate *candidate, struct agent *agent,
            bool exact)
{
        struct agent *shown[1 + ATT_CANDIDATES_SHOWN] = {agent};
        uint32_t count = 1;
        if (!candidate->only) {
                const struct agent *but[] = {agent};
                struct score_query query = candidate_query(core, candidate);
                query.but = but;
                query.but_count = 1;
                query.check_room = true;
                count += score_best(core, candidate->contact, &query, shown + 1);
        }
        decide_among(core, candidate, shown, (uint32_t)att_min_i64(count, ATT_CANDIDATES_SHOWN),
                     exact);
}
