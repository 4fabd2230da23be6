/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/score.h"

#include <string.h>

#include "lib/base/bitset.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"

/* Agents looked at together: their records are all over the memory, and are fetched ahead. */
#define BATCH_MAX      128
#define FAVOURITES_MAX 8

static uint64_t records_of(const struct agent *agent)
{
        uint64_t bits = 0;
        for (uint32_t i = 0; i < agent->record_count; i++) {
                bits |= fit_record_bit(agent->records[i].queue_name);
        }
        return bits;
}

static struct brief brief_of(const struct hot *hot)
{
        return (struct brief){
                .records = hot->records,
                .idle_since_s = hot->idle_since_ms == NOT_IDLE
                                        ? UINT32_MAX
                                        : (uint32_t)att_min_i64(hot->idle_since_ms / 1000,
                                                                UINT32_MAX - 1),
                .cheap_roof = score_roof(ATT_PPM - hot->price_ppm),
                .human_roof = score_roof(hot->human_ppm),
                .free_units = (uint16_t)att_max_i64(ATT_UNITS_MAX - hot->held_units, 0),
        };
}

void score_refresh(struct att_core *core, const struct agent *agent)
{
        bool is_idle = agent->shift_begun && agent->interaction_count == 0;
        struct hot *hot = &core->hot[agent->index];
        hot->idle_since_ms = is_idle ? agent->idle_since_ms : NOT_IDLE;
        hot->strain_micro = agent->strain_micro;
        hot->strain_at_ms = agent->strain_at_ms;
        hot->price_ppm = (int32_t)agent->price_ppm;
        hot->held_units = (int32_t)agent->held_units;
        core->briefs[agent->index] = brief_of(hot);
}

void score_learn(struct att_core *core, const struct agent *agent)
{
        struct hot *hot = &core->hot[agent->index];
        hot->records = records_of(agent);
        hot->human_ppm = (int32_t)fit_human(core, agent);
        core->briefs[agent->index] = brief_of(hot);
}

bool score_is_brief(const struct att_core *core, const struct agent *agent)
{
        const struct brief expected = brief_of(&core->hot[agent->index]);
        return memcmp(&expected, &core->briefs[agent->index], sizeof(expected)) == 0;
}

/* ---- One contact's sums ---- */

/* All in parts per million of parts per million, so that nothing needs to be divided: what an agent's
 * weighted terms come to at the most is
 *
 *      fixed + match * s + price * (1 - p) + human * h + rest * idle + load * free units
 *
 * with s, 1 - p and h as roofs (score_roof()), and the outcome term added in full for those with feedback. */
struct factors {
        int64_t fixed;
        int64_t match;
        int64_t price;
        int64_t human;
        int64_t rest;
        int64_t load;
        int64_t outcome;
};

struct scorer {
        const struct att_core *core;
        const struct score_query *query;
        const struct contact *contact;
        const uint32_t *weights;
        const int32_t *match_ppm;   /* By agent: s of the skill term ... */
        const uint8_t *match_roofs; /* ... and its roof. */
        int64_t weight_sum;
        struct factors factors;
        uint64_t record_bit;
        uint32_t
                last; /* Who talks with the customer or did last, and who is preferred: the two who have */
        uint32_t preferred; /* something of the continuity term. */
};

static uint32_t index_of(const struct agent *agent)
{
        return agent ? agent->index : UINT32_MAX;
}

#define REST_PER_MS (ATT_PPM * ATT_PPM / REST_FULL_MS + 1)
#define LOAD_A_UNIT (ATT_PPM * (ATT_PPM / ATT_UNITS_MAX))

static struct factors find_factors(const struct att_core *core, const struct contact *contact,
                                   const uint32_t *weights)
{
        int64_t expected = core->expected_ppm[contact->queue];
        int64_t value = contact->value_ppm;
        int64_t emotion = contact->emotion_ppm;
        return (struct factors){
                .fixed = (int64_t)weights[ATT_FIT_OUTCOME] * expected * ATT_PPM +
                         (int64_t)weights[ATT_FIT_RAPPORT] *
                                 ((ATT_PPM + 1) * ATT_PPM - emotion * ATT_PPM),
                .match = weights[ATT_FIT_SKILL] * value * SCORE_ROOF_PPM,
                .price = weights[ATT_FIT_SKILL] * (ATT_PPM - value) * SCORE_ROOF_PPM,
                .human = weights[ATT_FIT_RAPPORT] * emotion * SCORE_ROOF_PPM,
                .rest = weights[ATT_FIT_REST] * REST_PER_MS,
                .load = weights[ATT_FIT_LOAD] * LOAD_A_UNIT,
                .outcome = weights[ATT_FIT_OUTCOME] * (ATT_PPM - expected) * ATT_PPM,
        };
}

static struct scorer begin(const struct att_core *core, const struct contact *contact,
                           const struct score_query *query)
{
        const uint32_t *weights = contact_policy(core, contact)->fit_milli;
        struct scorer scorer = {
                .core = core,
                .query = query,
                .contact = contact,
                .weights = weights,
                .match_ppm = contact->signature->match_ppm,
                .match_roofs = contact->signature->match_roofs,
                .factors = find_factors(core, contact, weights),
                .record_bit = fit_record_bit(core->queues[contact->queue].name),
                .last = index_of(contact->customer ? customer_known_to(contact->customer) : NULL),
                .preferred = index_of(contact_extras(contact)->preferred),
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

/* What the weighted terms come to at the most: no strain, the best outcome where there is feedback, all
 * shares rounded up. Not of those who know the customer. */
static inline int64_t sum_at_most(const struct scorer *scorer, uint32_t index)
{
        const struct brief *brief = &scorer->core->briefs[index];
        const struct factors *factors = &scorer->factors;
        int64_t idle_ms = scorer->core->now_ms - brief->idle_since_s * INT64_C(1000);
        int64_t outcome = brief->records & scorer->record_bit ? factors->outcome : 0;
        idle_ms = att_max_i64(att_min_i64(idle_ms, REST_FULL_MS), 0);
        return factors->fixed + outcome + factors->match * scorer->match_roofs[index] +
               factors->price * brief->cheap_roof + factors->human * brief->human_roof +
               factors->rest * idle_ms + factors->load * brief->free_units;
}

static int64_t strain_of(const struct scorer *scorer, const struct hot *hot)
{
        if (hot->strain_micro == 0) {
                return 0;
        }
        return fit_decay(hot->strain_micro, scorer->core->now_ms - hot->strain_at_ms,
                         scorer->core->config->strain_half_life_ms);
}

/* The weighted sum of an agent's terms; divided by the weights it is the fit. */
static int64_t sum_of(const struct scorer *scorer, uint32_t index)
{
        const struct att_core *core = scorer->core;
        const struct contact *contact = scorer->contact;
        const struct hot *hot = &core->hot[index];
        const uint32_t *weights = scorer->weights;
        int64_t skill = fit_skill(scorer->match_ppm[index], contact->value_ppm, hot->price_ppm);
        int64_t outcome = core->expected_ppm[contact->queue];
        int64_t rapport = ATT_PPM;
        int64_t continuity = 0;
        if (hot->records & scorer->record_bit) {
                outcome = fit_outcome_of(core, contact->queue, core->agents[index]);
        }
        if (contact->emotion_ppm > 0) {
                int64_t able_ppm = fit_able(hot->human_ppm, strain_of(scorer, hot));
                rapport = fit_rapport(contact->emotion_ppm, able_ppm);
        }
        if (index == scorer->last || index == scorer->preferred) {
                continuity = fit_continuity_of(core, contact, core->agents[index]);
        }
        return weights[ATT_FIT_SKILL] * skill + weights[ATT_FIT_OUTCOME] * outcome +
               weights[ATT_FIT_CONTINUITY] * continuity + weights[ATT_FIT_RAPPORT] * rapport +
               weights[ATT_FIT_REST] * fit_rest(idle_of(core, hot)) +
               weights[ATT_FIT_LOAD] * fit_load(hot->held_units);
}

/* ---- The best few ---- */

struct best {
        uint32_t rank;
        uint32_t count;
        int64_t fits[ATT_CANDIDATES_SHOWN];
        uint32_t agents[ATT_CANDIDATES_SHOWN];
        int64_t enough; /* A sum below it is worse than all that are kept; times ATT_PPM. */
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
                best->enough = best->fits[best->count - 1] * scorer->weight_sum * ATT_PPM;
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

/* Whether an agent is not ranked behind what was found. What was found with a later rank is dropped. */
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
        int64_t sum = sum_of(scorer, agent);
        if (sum * ATT_PPM >= best->enough && can_take(scorer, agent, is_plain)) {
                keep(scorer, best, agent, sum);
        }
}

/* Agents that are looked at together. */
struct batch {
        uint32_t count;
        uint32_t agents[BATCH_MAX];
        int64_t at_most[BATCH_MAX];
};

/* The bounds of a batch. Who can't be among the best is left out at once. */
static void find_bounds(const struct scorer *scorer, const struct best *best, struct batch *batch)
{
        uint32_t kept = 0;
        for (uint32_t i = 0; i < batch->count; i++) {
                uint32_t agent = batch->agents[i];
                int64_t at_most = sum_at_most(scorer, agent);
                batch->agents[kept] = agent;
                batch->at_most[kept] = at_most;
                kept += at_most >= best->enough;
        }
        batch->count = kept;
}

/* Those of a batch who could be best, the first of them first, by their places in it. */
struct favourites {
        uint32_t count;
        int64_t at_most[FAVOURITES_MAX];
        uint32_t agents[FAVOURITES_MAX];
};

/* Puts somebody in; gives back in its place who falls out, or nobody. */
static bool exchange(struct favourites *favourites, int64_t *at_most, uint32_t *agent)
{
        bool is_full = favourites->count == FAVOURITES_MAX;
        int64_t last_at_most = is_full ? favourites->at_most[FAVOURITES_MAX - 1] : 0;
        uint32_t last_agent = is_full ? favourites->agents[FAVOURITES_MAX - 1] : 0;
        uint32_t at = is_full ? FAVOURITES_MAX - 1 : favourites->count++;
        for (; at > 0 && favourites->at_most[at - 1] < *at_most; at--) {
                favourites->at_most[at] = favourites->at_most[at - 1];
                favourites->agents[at] = favourites->agents[at - 1];
        }
        favourites->at_most[at] = *at_most;
        favourites->agents[at] = *agent;
        *at_most = last_at_most;
        *agent = last_agent;
        return is_full;
}

/* Takes the favourites out of a batch, and leaves in it of the others those who could still be among the
 * best. */
static void take_favourites(struct batch *batch, const struct best *best,
                            struct favourites *ret_favourites)
{
        uint32_t kept = 0;
        ret_favourites->count = 0;
        for (uint32_t i = 0; i < batch->count; i++) {
                int64_t at_most = batch->at_most[i];
                uint32_t agent = batch->agents[i];
                if (at_most < best->enough) {
                        continue;
                }
                if ((ret_favourites->count == FAVOURITES_MAX &&
                     at_most <= ret_favourites->at_most[FAVOURITES_MAX - 1]) ||
                    exchange(ret_favourites, &at_most, &agent)) {
                        batch->at_most[kept] = at_most;
                        batch->agents[kept] = agent;
                        kept++;
                }
        }
        batch->count = kept;
}

static void look_at_batch(const struct scorer *scorer, struct best *best, struct batch *batch,
                          bool is_plain)
{
        struct favourites favourites;
        find_bounds(scorer, best, batch);
        while (batch->count > 0) {
                take_favourites(batch, best, &favourites);
                for (uint32_t i = 0; i < favourites.count; i++) {
                        if (favourites.at_most[i] < best->enough) {
                                break;
                        }
                        look_at(scorer, best, favourites.agents[i], is_plain);
                }
        }
}

static uint64_t agents_of_word(const struct scorer *scorer, const uint64_t *serves, size_t word)
{
        const struct score_query *query = scorer->query;
        uint64_t agents = serves[word] & query->with_room[word];
        return query->among ? agents & query->among[word] : agents;
}

/* Whether one that the batch is to have is not ranked behind the others; who is ranked behind it is gone
 * then. */
static bool is_of_best_rank(const struct scorer *scorer, struct best *best, struct batch *batch,
                            uint32_t agent, bool is_plain)
{
        uint32_t rank = best->rank;
        if (!is_of_rank(scorer, best, agent, is_plain)) {
                return false;
        }
        if (best->rank != rank) {
                batch->count = 0;
        }
        return true;
}

/* There is no telling by a bound how well somebody suits whom the customer knows. */
static void look_at_known(const struct scorer *scorer, struct best *best, struct batch *batch,
                          uint32_t agent, bool is_plain)
{
        if (!scorer->query->by_rank || is_of_best_rank(scorer, best, batch, agent, is_plain)) {
                look_at(scorer, best, agent, is_plain);
        }
}

/* The agents of a word who know the customer are looked at at once, and taken out of it. */
static uint64_t take_known(const struct scorer *scorer, struct best *best, struct batch *batch,
                           size_t word, uint64_t bits, bool is_plain)
{
        const uint32_t known[] = {scorer->last, scorer->preferred};
        for (size_t i = 0; i < ATT_ARRAY_LEN(known); i++) {
                uint64_t bit = known[i] / 64 == word ? UINT64_C(1) << (known[i] % 64) : 0;
                if (bits & bit) {
                        look_at_known(scorer, best, batch, known[i], is_plain);
                        bits &= ~bit;
                }
        }
        return bits;
}

static void look_at_all(const struct scorer *scorer, struct best *best)
{
        const struct att_core *core = scorer->core;
        const uint64_t *serves = scorer->contact->signature->serves;
        const size_t known_words[] = {scorer->last / 64, scorer->preferred / 64};
        bool is_plain = contact_is_plain(core, scorer->contact);
        bool by_rank = scorer->query->by_rank;
        struct batch batch;
        batch.count = 0;
        for (size_t word = 0; word < core->sets.words; word++) {
                uint64_t bits = agents_of_word(scorer, serves, word);
                if (word == known_words[0] || word == known_words[1]) {
                        bits = take_known(scorer, best, &batch, word, bits, is_plain);
                }
                for (; bits != 0; bits &= bits - 1) {
                        uint32_t agent = (uint32_t)(word * 64) + (uint32_t)__builtin_ctzll(bits);
                        if (by_rank && !is_of_best_rank(scorer, best, &batch, agent, is_plain)) {
                                continue;
                        }
                        __builtin_prefetch(&core->briefs[agent]);
                        __builtin_prefetch(&scorer->match_roofs[agent]);
                        batch.agents[batch.count++] = agent;
                }
                if (batch.count > BATCH_MAX - 64) {
                        look_at_batch(scorer, best, &batch, is_plain);
                        if (scorer->query->is_any && best->count > 0) {
                                return;
                        }
                }
        }
        look_at_batch(scorer, best, &batch, is_plain);
}

/* A named agent need not serve the queue; one that the contact waits for alone was not looked at. */
static void look_at_named(const struct scorer *scorer, struct best *best)
{
        const struct contact *contact = scorer->contact;
        const struct agent *named = contact_extras(contact)->named;
        if (named && named->def &&
            (!att_bitset_has(contact->signature->serves, named->index) ||
             is_for_named_alone(scorer->core, contact)) &&
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
        if (!is_for_named_alone(core, contact)) {
                look_at_all(&scorer, &best);
        }
        look_at_named(&scorer, &best);
        for (uint32_t i = 0; i < best.count; i++) {
                ret_agents[i] = core->agents[best.agents[i]];
                ATT_INVARIANT(best.fits[i] == fit_ppm(core, contact, ret_agents[i], NULL));
        }
        return best.count;
}
