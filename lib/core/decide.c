/* SPDX-License-Identifier: Apache-2.0 */
/* Why a contact went to an agent: recorded when it is decided, told with the offer. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/bitset.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"

static struct att_candidate candidate_view(const struct att_core *core,
                                           const struct contact *contact, const struct agent *agent,
                                           int64_t urgency)
{
        struct att_candidate view = {
                .agent = agent->id,
                .contact = contact_id(contact),
                .load_units = agent->held_units,
                .idle_ms = agent_idle_ms(core, agent),
        };
        view.fit_ppm = fit_ppm(core, contact, agent, view.terms_ppm);
        view.urgency_milli = (urgency + urgency_of_fit(core, contact, view.fit_ppm)) /
                             URGENCY_SCALE;
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

/* ---- Who was left out, and why ---- */

/* Sets in the order of causes: who does not pass one is left out for it. Who passes all is able, and
 * lacks room or is eligible. */
struct sieves {
        const uint64_t *passes[SIEVES];
        const uint64_t *room;
        const uint64_t *exclusive;
        const uint64_t *limit;
        bool is_named_alone;       /* Whoever is present is left out for that. */
        const struct agent *bound; /* For whom alone it is, because of a link or a hold; or NULL: */
        enum att_exclusion bound_by; /* why the others are left out. */
};

static const enum att_exclusion causes[SIEVES] = {
        ATT_EXCLUSION_OFFLINE, ATT_EXCLUSION_PAUSED,  ATT_EXCLUSION_UNREACHABLE,
        ATT_EXCLUSION_CHANNEL, ATT_EXCLUSION_PROFILE, ATT_EXCLUSION_TEAM,
        ATT_EXCLUSION_SKILL,   ATT_EXCLUSION_ANY_OF,  ATT_EXCLUSION_ATTRIBUTE,
};

static struct sieves find_sieves(const struct att_core *core, const struct candidate *candidate)
{
        const struct contact *contact = candidate->contact;
        const struct signature *signature = contact->signature;
        uint32_t channel = contact->channel;
        struct sieves sieves = {
                .passes = {core->sets.signed_in, core->sets.ready,
                           sets_of_channel(core, channel, SET_REACHABLE),
                           sets_of_channel(core, channel, SET_ENABLED), signature->profiled,
                           signature->of_team, signature->skilled, signature->any_skilled,
                           signature->serves},
                .room = sets_of_channel(core, channel, SET_ROOM),
                .exclusive = sets_of_channel(core, channel, SET_EXCLUSIVE),
                .limit = sets_of_channel(core, channel, SET_LIMIT),
                .is_named_alone = is_for_named_alone(core, contact),
        };
        if (candidate->bound != ATT_EXCLUSION_NONE) {
                sieves.bound = bound_agent(core, contact, &sieves.bound_by);
        }
        return sieves;
}

static inline uint32_t count_bits(uint64_t word)
{
        return (uint32_t)__builtin_popcountll(word);
}

/* One word of agents through all sieves: who is left over is able. */
static inline uint64_t sift(const struct sieves *sieves, size_t word, uint64_t agents,
                            uint32_t caught[SIEVES])
{
        for (uint32_t i = 0; i < SIEVES && agents != 0; i++) {
                uint64_t passes = sieves->passes[i][word];
                if (agents & ~passes) {
                        caught[i] += count_bits(agents & ~passes);
                        agents &= passes;
                }
        }
        return agents;
}

/* Those of a word of able agents who have no room for one more, and why. */
static inline void sift_full(const struct sieves *sieves, size_t word, uint64_t able,
                             uint32_t *excluded)
{
        uint64_t full = able & ~sieves->room[word];
        uint64_t exclusive = full & sieves->exclusive[word];
        uint64_t limit = full & sieves->limit[word];
        excluded[ATT_EXCLUSION_EXCLUSIVE] += count_bits(exclusive);
        excluded[ATT_EXCLUSION_LIMIT] += count_bits(limit);
        excluded[ATT_EXCLUSION_UNITS] += count_bits(full & ~exclusive & ~limit);
}

/* What keeps an agent from one more, at the instant and before any of its pairs. */
static enum att_exclusion lack_of_room(const struct sieves *sieves, const struct agent *agent)
{
        if (att_bitset_has(sieves->room, agent->index)) {
                return ATT_EXCLUSION_NONE;
        }
        if (att_bitset_has(sieves->exclusive, agent->index)) {
                return ATT_EXCLUSION_EXCLUSIVE;
        }
        return att_bitset_has(sieves->limit, agent->index) ? ATT_EXCLUSION_LIMIT
                                                           : ATT_EXCLUSION_UNITS;
}

/* The same of an able one, of whom a link or a hold may stand in the way. */
static enum att_exclusion lack_of_able(const struct sieves *sieves, const struct agent *agent)
{
        bool is_another = sieves->bound && sieves->bound != agent;
        return is_another ? sieves->bound_by : lack_of_room(sieves, agent);
}

static uint32_t sieve_count(const struct sieves *sieves)
{
        return sieves->is_named_alone ? SIEVES_PRESENT : SIEVES;
}

static enum att_exclusion cause_by_sieves(const struct sieves *sieves, const struct agent *agent)
{
        for (uint32_t i = 0; i < sieve_count(sieves); i++) {
                if (!att_bitset_has(sieves->passes[i], agent->index)) {
                        return causes[i];
                }
        }
        return ATT_EXCLUSION_NONE;
}

/* What the sets say of one agent. */
static enum att_exclusion cause_by_sets(const struct sieves *sieves, const struct agent *agent)
{
        enum att_exclusion why = cause_by_sieves(sieves, agent);
        if (why != ATT_EXCLUSION_NONE) {
                return why;
        }
        return sieves->is_named_alone ? ATT_EXCLUSION_NAMED : lack_of_able(sieves, agent);
}

/* With the machine's own instruction for counting bits, where it has one. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define COUNTS_BITS __attribute__((target_clones("popcnt", "default")))
#else
#define COUNTS_BITS
#endif

COUNTS_BITS
static void count_caught(const struct att_core *core, const struct sieves *sieves,
                         uint32_t caught[SIEVES])
{
        for (size_t word = 0; word < core->sets.words; word++) {
                uint64_t all = UINT64_MAX;
                if (word + 1 == core->sets.words && core->agent_count % 64 != 0) {
                        all = (UINT64_C(1) << (core->agent_count % 64)) - 1;
                }
                (void)sift(sieves, word, all, caught);
        }
}

COUNTS_BITS
static void count_full(const struct att_core *core, const struct sieves *sieves,
                       const uint64_t *present, const uint64_t *serves, uint32_t *excluded)
{
        for (size_t word = 0; word < core->sets.words; word++) {
                sift_full(sieves, word, present[word] & serves[word], excluded);
        }
}

/* What the sieves catch changes with presence alone: it is counted once and kept with the signature
 * until an agent comes or goes. */
static const uint32_t *caught_by_sieves(const struct att_core *core, const struct sieves *sieves,
                                        const struct contact *contact)
{
        struct caught *caught = &contact->signature->caught;
        if (caught->presence != core->sets.presence || caught->channel != contact->channel) {
                *caught = (struct caught){
                        .presence = core->sets.presence,
                        .channel = contact->channel,
                };
                count_caught(core, sieves, caught->counts);
        }
        return caught->counts;
}

/* All the able are left out for the link or the hold, but the one it is for. */
static void count_bound(const struct sieves *sieves, uint32_t able, uint32_t *excluded)
{
        const struct agent *bound = sieves->bound;
        excluded[sieves->bound_by] += able;
        if (bound->def && cause_by_sieves(sieves, bound) == ATT_EXCLUSION_NONE) {
                enum att_exclusion why = lack_of_room(sieves, bound);
                excluded[sieves->bound_by]--;
                if (why != ATT_EXCLUSION_NONE) {
                        excluded[why]++;
                }
        }
}

static void count_by_sets(const struct att_core *core, const struct sieves *sieves,
                          const struct contact *contact, uint32_t *excluded)
{
        const uint32_t *caught = caught_by_sieves(core, sieves, contact);
        uint32_t left = core->agent_count;
        for (uint32_t i = 0; i < sieve_count(sieves); i++) {
                excluded[causes[i]] += caught[i];
                left -= caught[i];
        }
        if (sieves->is_named_alone) {
                excluded[ATT_EXCLUSION_NAMED] += left;
        } else if (sieves->bound) {
                count_bound(sieves, left, excluded);
        } else {
                count_full(core, sieves, sets_of_channel(core, contact->channel, SET_PRESENT),
                           contact->signature->serves, excluded);
        }
}

/* An agent with whom the contact has something of its own is counted under the cause that it is. */
static void recount(const struct att_core *core, const struct sieves *sieves,
                    const struct contact *contact, const struct agent *agent, uint32_t *excluded)
{
        if (!agent || !agent->def) {
                return;
        }
        enum att_exclusion by_sets = cause_by_sets(sieves, agent);
        enum att_exclusion why = exclusion_of(core, contact, agent, false);
        if (why == ATT_EXCLUSION_NONE) {
                why = lack_of_able(sieves, agent);
        }
        if (why == by_sets) {
                return;
        }
        if (by_sets != ATT_EXCLUSION_NONE) {
                excluded[by_sets]--;
        }
        if (why != ATT_EXCLUSION_NONE) {
                excluded[why]++;
        }
}

static bool was_recounted(const struct contact *contact, uint32_t cooldown)
{
        const struct agent *agent = contact_extras(contact)->cooldowns[cooldown].agent;
        bool is_known = agent == contact_extras(contact)->named || contact_excludes(contact, agent);
        for (uint32_t i = 0; i < cooldown && !is_known; i++) {
                is_known = contact_extras(contact)->cooldowns[i].agent == agent;
        }
        return is_known;
}

/* Those left out or cooling, and the one named: each once. */
static void recount_its_own(const struct att_core *core, const struct sieves *sieves,
                            const struct contact *contact, uint32_t *excluded)
{
        recount(core, sieves, contact, contact_extras(contact)->named, excluded);
        for (uint32_t i = 0; i < contact_extras(contact)->excluded_count; i++) {
                const struct agent *agent = contact_extras(contact)->excluded[i];
                bool is_known = agent == contact_extras(contact)->named;
                for (uint32_t k = 0; k < i && !is_known; k++) {
                        is_known = contact_extras(contact)->excluded[k] == agent;
                }
                if (!is_known) {
                        recount(core, sieves, contact, agent, excluded);
                }
        }
        for (uint32_t i = 0; i < contact_extras(contact)->cooldown_count; i++) {
                if (!was_recounted(contact, i)) {
                        recount(core, sieves, contact, contact_extras(contact)->cooldowns[i].agent,
                                excluded);
                }
        }
}

static void count_one_by_one(const struct att_core *core, const struct sieves *sieves,
                             const struct contact *contact, uint32_t *excluded)
{
        for (uint32_t i = 0; i < core->agent_count; i++) {
                const struct agent *agent = core->agents[i];
                enum att_exclusion why = exclusion_of(core, contact, agent, false);
                if (why == ATT_EXCLUSION_NONE) {
                        why = lack_of_able(sieves, agent);
                }
                if (why != ATT_EXCLUSION_NONE) {
                        excluded[why]++;
                }
        }
}

/* For the recount. */
static bool is_right_count(const struct att_core *core, const struct sieves *sieves,
                           const struct contact *contact, const uint32_t *counted)
{
        uint32_t excluded[ATT_EXCLUSION_COUNT] = {0};
        count_one_by_one(core, sieves, contact, excluded);
        return memcmp(excluded, counted, sizeof(excluded)) == 0;
}

static bool has_delays_to_come(const struct att_core *core, const struct contact *contact)
{
        const struct queue_state *state = &core->queues[contact->queue];
        return state->delay_count > 0 &&
               contact_in_queue_ms(core, contact) < state->delays_ms[state->delay_count - 1];
}

/* At the instant, before any of its pairs. */
static void count_excluded(const struct att_core *core, struct att_decision *decision,
                           const struct candidate *candidate)
{
        const struct contact *contact = candidate->contact;
        uint32_t *excluded = decision->excluded;
        struct sieves sieves = find_sieves(core, candidate);
        if (contact->no_bots || has_delays_to_come(core, contact)) {
                count_one_by_one(core, &sieves, contact, excluded);
        } else {
                count_by_sets(core, &sieves, contact, excluded);
                recount_its_own(core, &sieves, contact, excluded);
                ATT_INVARIANT(is_right_count(core, &sieves, contact, excluded));
        }
        decision->considered = core->agent_count;
        decision->eligible = core->agent_count;
        for (int i = 0; i < ATT_EXCLUSION_COUNT; i++) {
                decision->eligible -= excluded[i];
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

/* How far behind a contact the next one is looked for, where many are given away at an instant. */
#define LOOKED_AHEAD 64

/* The contacts this agent could have taken instead, and the one that comes next after this. They are
 * in the order of their best places: behind the next one found nothing comes before it. */
static void look_at_contacts(const struct att_core *core, struct att_decision *decision,
                             const struct candidate *chosen, const struct agent *agent)
{
        const struct match_scratch *match = &core->match;
        uint32_t first = (uint32_t)(chosen - match->candidates);
        decision->contacts_considered = 1;
        decision->contact_by = ATT_BY_NOTHING;
        if (match->count == 1) {
                return;
        }
        struct place mine = place_with_fit(core, chosen->contact, agent,
                                           decision->agents[0].fit_ppm);
        struct place next = {0};
        uint32_t from = first >= LOOKED_AHEAD ? first + 1 : 0;
        uint32_t until = (uint32_t)att_min_i64(match->count, (int64_t)first + 1 + LOOKED_AHEAD);
        for (uint32_t i = from; i < until; i++) {
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
        if (next.contact) {
                decision->next_contact = contact_id(next.contact);
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

static size_t count_bytes(const struct att_decision *decision)
{
        size_t bytes = sizeof(*decision) + decision->contact.len + decision->queue.len +
                       decision->next_contact.len;
        for (uint32_t i = 0; i < decision->agents_shown; i++) {
                bytes += decision->agents[i].agent.len;
        }
        return bytes;
}

void decision_keep(struct att_core *core, struct contact *contact,
                   const struct att_decision *decision)
{
        size_t bytes = count_bytes(decision);
        struct att_decision *kept = att_pool_take_unset(&core->pool, bytes);
        *kept = *decision;
        char *room = (char *)(kept + 1);
        keep_text(&room, &kept->contact);
        keep_text(&room, &kept->queue);
        keep_text(&room, &kept->next_contact);
        for (uint32_t i = 0; i < kept->agents_shown; i++) {
                keep_text(&room, &kept->agents[i].agent);
                kept->agents[i].contact = kept->contact;
        }
        contact->decision = kept;
}

void decision_drop(struct att_core *core, struct contact *contact)
{
        if (contact->decision) {
                att_pool_give(&core->pool, contact->decision, count_bytes(contact->decision));
                contact->decision = NULL;
        }
}

void decide_among(struct att_core *core, const struct candidate *candidate,
                  struct agent *const *agents, uint32_t count, bool exact)
{
        struct contact *contact = candidate->contact;
        int64_t urgency = urgency_of(core, contact);
        struct att_decision decision = {
                .at_ms = core->now_ms,
                .contact = contact_id(contact),
                .queue = queue_name(core, contact->queue),
                .step = contact->step,
                .waited_ms = contact_waited_ms(core, contact),
                .urgency_milli = urgency / URGENCY_SCALE,
                .exact = exact,
                .joint_contacts = core->match.count,
                .joint_place = (uint32_t)(candidate - core->match.candidates) + 1,
                .agents_shown = count,
        };
        for (uint32_t i = 0; i < count; i++) {
                decision.agents[i] = candidate_view(core, contact, agents[i], urgency);
        }
        count_excluded(core, &decision, candidate);
        decision.agent_by = why_this_agent(&decision, candidate);
        look_at_contacts(core, &decision, candidate, agents[0]);
        if (contact->decision) {
                give_later(core, contact->decision, count_bytes(contact->decision));
        }
        decision_keep(core, contact, &decision);
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
