/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/score.h"

#include "lib/base/bitset.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"

void score_refresh(struct att_core *core, const struct agent *agent)
{
        bool is_idle = agent->shift_begun && agent->interaction_count == 0;
        core->hot[agent->index] = (struct hot){
                .idle_since_ms = is_idle ? agent->idle_since_ms : NOT_IDLE,
                .price_ppm = (int32_t)agent->price_ppm,
                .held_units = (uint16_t)att_min_i64(agent->held_units, UINT16_MAX),
                .is_known = agent->strain_micro != 0 || agent->record_count > 0,
        };
}

/* ---- One contact's sums ---- */

struct scorer {
        const struct att_core *core;
        const struct contact *contact;
        const struct att_policy *policy;
        const int32_t *match_ppm; /* By agent: s of the skill term. */
        int64_t value_ppm;
        int64_t weight_sum;
        int64_t common;           /* What all agents have alike of the other terms. */
        int64_t expected_ppm;     /* Of the outcome term, for those without feedback. */
        int64_t calm_ppm;         /* Of the rapport term, if it is alike for all. */
        const struct agent *last; /* Who spoke with the customer last. */
};

static struct scorer begin(const struct att_core *core, const struct contact *contact)
{
        struct scorer scorer = {
                .core = core,
                .contact = contact,
                .policy = contact_policy(core, contact),
                .match_ppm = contact->signature->match_ppm,
                .value_ppm = contact->value_ppm,
                .last = contact->customer ? contact->customer->last_agent : NULL,
        };
        const uint32_t *weights = scorer.policy->fit_milli;
        for (int i = 0; i < ATT_FIT_TERM_COUNT; i++) {
                scorer.weight_sum += weights[i];
        }
        scorer.expected_ppm = expected_outcome_ppm(core, contact);
        scorer.calm_ppm = contact->emotion_ppm == 0 ? ATT_PPM : 0;
        scorer.common = (int64_t)weights[ATT_FIT_OUTCOME] * scorer.expected_ppm +
                        (int64_t)weights[ATT_FIT_RAPPORT] * scorer.calm_ppm;
        return scorer;
}

/* The terms that differ from the common ones. */
static int64_t add_known(const struct scorer *scorer, const struct agent *agent)
{
        const uint32_t *weights = scorer->policy->fit_milli;
        int64_t more = 0;
        if (weights[ATT_FIT_OUTCOME] > 0) {
                more += (int64_t)weights[ATT_FIT_OUTCOME] *
                        (fit_term_ppm(scorer->core, scorer->contact, agent, ATT_FIT_OUTCOME) -
                         scorer->expected_ppm);
        }
        if (weights[ATT_FIT_RAPPORT] > 0) {
                more += (int64_t)weights[ATT_FIT_RAPPORT] *
                        (fit_term_ppm(scorer->core, scorer->contact, agent, ATT_FIT_RAPPORT) -
                         scorer->calm_ppm);
        }
        if (weights[ATT_FIT_CONTINUITY] > 0) {
                more += (int64_t)weights[ATT_FIT_CONTINUITY] *
                        fit_term_ppm(scorer->core, scorer->contact, agent, ATT_FIT_CONTINUITY);
        }
        return more;
}

/* The weighted sum of an agent's terms; divided by the weights it is the fit. */
static int64_t sum_of(const struct scorer *scorer, uint32_t index)
{
        const struct att_core *core = scorer->core;
        const struct hot *hot = &core->hot[index];
        const uint32_t *weights = scorer->policy->fit_milli;
        int64_t v = scorer->value_ppm;
        int64_t skill = (v * scorer->match_ppm[index] +
                         (ATT_PPM - v) * (ATT_PPM - hot->price_ppm)) /
                        ATT_PPM;
        int64_t idle_ms = hot->idle_since_ms == NOT_IDLE ? 0 : core->now_ms - hot->idle_since_ms;
        int64_t rest = att_min_i64(idle_ms, REST_FULL_MS) * ATT_PPM / REST_FULL_MS;
        int64_t held = att_min_i64(hot->held_units, ATT_UNITS_MAX);
        int64_t load = (ATT_UNITS_MAX - held) * (ATT_PPM / ATT_UNITS_MAX);
        int64_t sum = scorer->common + weights[ATT_FIT_SKILL] * skill +
                      weights[ATT_FIT_REST] * rest + weights[ATT_FIT_LOAD] * load;
        const struct agent *agent = core->agents[index];
        if (hot->is_known || scorer->contact->emotion_ppm > 0 || agent == scorer->last ||
            agent == scorer->contact->preferred) {
                sum += add_known(scorer, agent);
        }
        return sum;
}

/* ---- The best few ---- */

struct best {
        uint32_t count;
        int64_t fits[ATT_CANDIDATES_SHOWN];
        uint32_t agents[ATT_CANDIDATES_SHOWN];
        int64_t enough; /* A sum below it is worse than all that are kept. */
};

static int64_t idle_of(const struct att_core *core, uint32_t agent)
{
        int64_t since_ms = core->hot[agent].idle_since_ms;
        return since_ms == NOT_IDLE ? 0 : core->now_ms - since_ms;
}

/* Of two with the same fit: the lower load, the longer idle, the smaller id. */
static bool wins_tie(const struct att_core *core, uint32_t a, uint32_t b)
{
        if (core->hot[a].held_units != core->hot[b].held_units) {
                return core->hot[a].held_units < core->hot[b].held_units;
        }
        int64_t idle_a = idle_of(core, a);
        int64_t idle_b = idle_of(core, b);
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

static void look_at(const struct scorer *scorer, struct best *best, uint32_t agent)
{
        int64_t sum = sum_of(scorer, agent);
        if (sum >= best->enough) {
                keep(scorer, best, agent, sum);
        }
}

uint32_t score_best(const struct att_core *core, const struct contact *contact,
                    struct agent *ret_agents[ATT_CANDIDATES_SHOWN])
{
        struct scorer scorer = begin(core, contact);
        struct best best = {.enough = INT64_MIN};
        const uint64_t *serves = contact->signature->serves;
        const uint64_t *room = sets_of_channel(core, contact->channel, SET_ROOM);
        bool plain = contact_is_plain(core, contact);
        for (size_t word = 0; word < core->sets.words; word++) {
                for (uint64_t bits = serves[word] & room[word]; bits != 0; bits &= bits - 1) {
                        uint32_t agent = (uint32_t)(word * 64) + (uint32_t)__builtin_ctzll(bits);
                        if (plain || exclusion_of(core, contact, core->agents[agent], true) ==
                                             ATT_EXCLUSION_NONE) {
                                look_at(&scorer, &best, agent);
                        }
                }
        }
        const struct agent *named = contact->named; /* Need not serve the queue. */
        if (named && exclusion_of(core, contact, named, true) == ATT_EXCLUSION_NONE &&
            !att_bitset_has(serves, named->index)) {
                look_at(&scorer, &best, named->index);
        }
        for (uint32_t i = 0; i < best.count; i++) {
                ret_agents[i] = core->agents[best.agents[i]];
                ATT_INVARIANT(best.fits[i] == fit_ppm(core, contact, ret_agents[i], NULL));
        }
        return best.count;
}
