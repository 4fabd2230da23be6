/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/score.h"

#include "lib/base/bitset.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"

/* Agents fetched ahead of being looked at: their records are all over the memory. */
#define AHEAD 64

static uint64_t records_of(const struct att_core *core, const struct agent *agent)
{
        uint64_t bits = 0;
        (void)core;
        for (uint32_t i = 0; i < agent->record_count; i++) {
                bits |= fit_record_bit(agent->records[i].queue_name);
        }
        return bits;
}

void score_refresh(struct att_core *core, const struct agent *agent)
{
        bool is_idle = agent->shift_begun && agent->interaction_count == 0;
        struct hot *hot = &core->hot[agent->index];
        hot->idle_since_ms = is_idle ? agent->idle_since_ms : NOT_IDLE;
        hot->strain_micro = agent->strain_micro;
        hot->strain_at_ms = agent->strain_at_ms;
        hot->price_ppm = (int32_t)agent->price_ppm;
        hot->held_units = (uint16_t)att_min_i64(agent->held_units, UINT16_MAX);
}

void score_learn(struct att_core *core, const struct agent *agent)
{
        struct hot *hot = &core->hot[agent->index];
        hot->records = records_of(core, agent);
        hot->human_ppm = (int32_t)fit_human(core, agent);
}

/* ---- One contact's sums ---- */

struct scorer {
        const struct att_core *core;
        const struct score_query *query;
        const struct contact *contact;
        const uint32_t *weights;
        const int32_t *match_ppm; /* By agent: s of the skill term. */
        int64_t value_ppm;
        int64_t emotion_ppm;
        int64_t weight_sum;
        int64_t expected_ppm; /* Of the outcome term, for those without feedback. */
        uint64_t record_bit;
        uint32_t
                last; /* Who spoke with the customer last, and who is preferred: the two who have */
        uint32_t preferred; /* something of the continuity term. */
};

static uint32_t index_of(const struct agent *agent)
{
        return agent ? agent->index : UINT32_MAX;
}

static struct scorer begin(const struct att_core *core, const struct contact *contact,
                           const struct score_query *query)
{
        struct scorer scorer = {
                .core = core,
                .query = query,
                .contact = contact,
                .weights = contact_policy(core, contact)->fit_milli,
                .match_ppm = contact->signature->match_ppm,
                .value_ppm = contact->value_ppm,
                .emotion_ppm = contact->emotion_ppm,
                .expected_ppm = fit_outcome_expected(core, contact->queue),
                .record_bit = fit_record_bit(core->queues[contact->queue].name),
                .last = index_of(contact->customer ? contact->customer->last_agent : NULL),
                .preferred = index_of(contact->preferred),
        };
        for (int i = 0; i < ATT_FIT_TERM_COUNT; i++) {
                scorer.weight_sum += scorer.weights[i];
        }
        return scorer;
}

static int64_t idle_of(const struct att_core *core, const struct hot *hot)
{
        return hot->idle_since_ms == NOT_IDLE ? 0 : core->now_ms - hot->idle_since_ms;
}

/* The terms that are costly to know, exact in the place of what they are at the most. */
static int64_t correct(const struct scorer *scorer, uint32_t index, int64_t most)
{
        const struct hot *hot = &scorer->core->hot[index];
        const struct agent *agent = scorer->core->agents[index];
        int64_t sum = most;
        if (scorer->emotion_ppm > 0 && hot->strain_micro > 0) {
                int64_t at_most = fit_rapport(scorer->emotion_ppm, hot->human_ppm);
                sum -= (int64_t)scorer->weights[ATT_FIT_RAPPORT] *
                       (at_most - fit_rapport_of(scorer->core, scorer->contact, agent));
        }
        if (hot->records & scorer->record_bit) {
                sum -= (int64_t)scorer->weights[ATT_FIT_OUTCOME] *
                       (ATT_PPM - fit_outcome_of(scorer->core, scorer->contact->queue, agent));
        }
        if (index == scorer->last || index == scorer->preferred) {
                sum -= (int64_t)scorer->weights[ATT_FIT_CONTINUITY] *
                       (ATT_PPM - fit_continuity_of(scorer->core, scorer->contact, agent));
        }
        return sum;
}

/* The weighted sum of an agent's terms at the most; divided by the weights it is the fit. */
static int64_t sum_at_most(const struct scorer *scorer, uint32_t index)
{
        const struct hot *hot = &scorer->core->hot[index];
        const uint32_t *weights = scorer->weights;
        int64_t skill = fit_skill(scorer->match_ppm[index], scorer->value_ppm, hot->price_ppm);
        int64_t outcome = hot->records & scorer->record_bit ? ATT_PPM : scorer->expected_ppm;
        int64_t rapport = fit_rapport(scorer->emotion_ppm, hot->human_ppm);
        bool is_known = index == scorer->last || index == scorer->preferred;
        return weights[ATT_FIT_SKILL] * skill + weights[ATT_FIT_OUTCOME] * outcome +
               weights[ATT_FIT_CONTINUITY] * (is_known ? ATT_PPM : 0) +
               weights[ATT_FIT_RAPPORT] * rapport +
               weights[ATT_FIT_REST] * fit_rest(idle_of(scorer->core, hot)) +
               weights[ATT_FIT_LOAD] * fit_load(hot->held_units);
}

/* ---- The best few ---- */

struct best {
        uint32_t rank;
        uint32_t count;
        int64_t fits[ATT_CANDIDATES_SHOWN];
        uint32_t agents[ATT_CANDIDATES_SHOWN];
        int64_t enough; /* A sum below it is worse than all that are kept. */
};

/* Of two with the same fit: the lower load, the longer idle, the smaller id. */
static bool wins_tie(const struct att_core *core, uint32_t a, uint32_t b)
{
        const struct hot *hot_a = &core->hot[a];
        const struct hot *hot_b = &core->hot[b];
        if (hot_a->held_units != hot_b->held_units) {
                return hot_a->held_units < hot_b->held_units;
        }
        int64_t idle_a = idle_of(core, hot_a);
        int64_t idle_b = idle_of(core, hot_b);
        return idle_a != idle_b ? idle_a > idle_b : a < b;
}

static void keep(const struct scorer *scorer, struct best *best, uint32_t agent, int64_t sum)
{
        int64_t fit = scorer->weight_sum == 0 ? 0 : sum / scorer->weight_sum;
        uint32_t at = best->count;
        while (at > 0 && (fit > best->fits[at - 1] ||
                          (fit == best->fits[at - 1] &&
                           wins_tie(scorer->core, agent, best->agents[at - 1])))) {
                at--;
        }
        if (at == ATT_CANDIDATES_SHOWN) {
                return;
        }
        if (best->count < ATT_CANDIDATES_SHOWN) {
                best->count++;
        }
        for (uint32_t i = best->count - 1; i > at; i--) {
                best->fits[i] = best->fits[i - 1];
                best->agents[i] = best->agents[i - 1];
        }
        best->fits[at] = fit;
        best->agents[at] = agent;
        if (best->count == ATT_CANDIDATES_SHOWN) {
                best->enough = best->fits[best->count - 1] * scorer->weight_sum;
        }
}

static bool is_left_out(const struct score_query *query, const struct agent *agent)
{
        for (uint32_t i = 0; i < query->but_count; i++) {
                if (query->but[i] == agent) {
                        return true;
                }
        }
        return false;
}

static bool can_take(const struct scorer *scorer, uint32_t index, bool is_plain)
{
        const struct att_core *core = scorer->core;
        const struct contact *contact = scorer->contact;
        const struct agent *agent = core->agents[index];
        enum att_exclusion why;
        if (scorer->query->check_room && !has_room(core, agent, contact->channel, &why)) {
                return false;
        }
        return (is_plain || exclusion_of(core, contact, agent, false) == ATT_EXCLUSION_NONE) &&
               !is_left_out(scorer->query, agent);
}

/* Whether an agent is not ranked behind what was found; found before with a later rank is dropped. */
static bool is_of_rank(const struct scorer *scorer, struct best *best, uint32_t index,
                       bool is_plain)
{
        uint32_t rank = queue_rank(scorer->core, scorer->core->agents[index],
                                   scorer->contact->queue);
        if (rank < best->rank && can_take(scorer, index, is_plain)) {
                *best = (struct best){.rank = rank, .enough = INT64_MIN};
        }
        return rank == best->rank;
}

static void look_at(const struct scorer *scorer, struct best *best, uint32_t agent, bool is_plain)
{
        if (scorer->query->by_rank && !is_of_rank(scorer, best, agent, is_plain)) {
                return;
        }
        int64_t sum = sum_at_most(scorer, agent);
        if (sum < best->enough) {
                return;
        }
        sum = correct(scorer, agent, sum);
        if (sum >= best->enough && can_take(scorer, agent, is_plain)) {
                keep(scorer, best, agent, sum);
        }
}

static void look_at_ahead(const struct scorer *scorer, struct best *best, const uint32_t *agents,
                          uint32_t count, bool is_plain)
{
        for (uint32_t i = 0; i < count; i++) {
                look_at(scorer, best, agents[i], is_plain);
        }
}

static uint64_t agents_of_word(const struct scorer *scorer, const uint64_t *serves, size_t word)
{
        const struct score_query *query = scorer->query;
        uint64_t agents = serves[word] & query->with_room[word];
        return query->among ? agents & query->among[word] : agents;
}

static void look_at_all(const struct scorer *scorer, struct best *best)
{
        const struct att_core *core = scorer->core;
        const uint64_t *serves = scorer->contact->signature->serves;
        bool is_plain = contact_is_plain(core, scorer->contact);
        uint32_t ahead[AHEAD + 64];
        uint32_t count = 0;
        for (size_t word = 0; word < core->sets.words; word++) {
                uint64_t bits = agents_of_word(scorer, serves, word);
                for (; bits != 0; bits &= bits - 1) {
                        uint32_t agent = (uint32_t)(word * 64) + (uint32_t)__builtin_ctzll(bits);
                        __builtin_prefetch(&core->hot[agent]);
                        __builtin_prefetch(&scorer->match_ppm[agent]);
                        ahead[count++] = agent;
                }
                if (count >= AHEAD) {
                        look_at_ahead(scorer, best, ahead, count, is_plain);
                        count = 0;
                        if (scorer->query->is_any && best->count > 0) {
                                return;
                        }
                }
        }
        look_at_ahead(scorer, best, ahead, count, is_plain);
}

/* A named agent need not serve the queue. */
static void look_at_named(const struct scorer *scorer, struct best *best)
{
        const struct contact *contact = scorer->contact;
        const struct agent *named = contact->named;
        if (named && named->def && !att_bitset_has(contact->signature->serves, named->index) &&
            (!scorer->query->among || att_bitset_has(scorer->query->among, named->index)) &&
            exclusion_of(scorer->core, contact, named, true) == ATT_EXCLUSION_NONE &&
            !is_left_out(scorer->query, named)) {
                look_at(scorer, best, named->index, true);
        }
}

uint32_t score_best(const struct att_core *core, const struct contact *contact,
                    const struct score_query *query, struct agent *ret_agents[ATT_CANDIDATES_SHOWN])
{
        struct scorer scorer = begin(core, contact, query);
        struct best best = {.rank = UINT32_MAX, .enough = INT64_MIN};
        look_at_all(&scorer, &best);
        look_at_named(&scorer, &best);
        for (uint32_t i = 0; i < best.count; i++) {
                ret_agents[i] = core->agents[best.agents[i]];
                ATT_INVARIANT(best.fits[i] == fit_ppm(core, contact, ret_agents[i], NULL));
        }
        return best.count;
}
