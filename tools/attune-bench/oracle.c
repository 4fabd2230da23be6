/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attune-bench/oracle.h"

#include <stdlib.h>

#include "lib/base/util.h"
#include "lib/model/limits.h"

#define MICRO        INT64_C(1000000)
#define REST_FULL_MS (INT64_C(30) * 60000)

/* ---- What happened ---- */

/* amount * 2^(-elapsed / half_life): a table of 2^(-i/16), straight lines in between. */
static int64_t fade(int64_t amount, int64_t elapsed_ms, int64_t half_life_ms)
{
        static const int64_t ppm[] = {1000000, 957603, 917004, 878126, 840896, 805245,
                                      771105,  738413, 707107, 677128, 648420, 620929,
                                      594604,  569394, 545254, 522137, 500000};
        int64_t halvings = elapsed_ms / half_life_ms;

        if (halvings >= 40) {
                return 0;
        }
        int64_t at_ppm = elapsed_ms % half_life_ms * MICRO / half_life_ms * 16;
        int64_t left = ppm[at_ppm / MICRO];
        int64_t right = ppm[at_ppm / MICRO + 1];
        int64_t factor = left - (left - right) * (at_ppm % MICRO) / MICRO;

        return (amount * factor / MICRO) >> halvings;
}

static int64_t strain_now(const struct oracle *oracle, const struct oracle_agent *agent,
                          int64_t now_ms)
{
        return fade(agent->strain_micro, now_ms - agent->strain_at_ms,
                    oracle->config->strain_half_life_ms);
}

void oracle_note_talk(struct oracle *oracle, uint32_t agent, int64_t emotion_ppm, int64_t at_ms)
{
        struct oracle_agent *noted = &oracle->agents[agent];

        if (emotion_ppm > 0) {
                noted->strain_micro = strain_now(oracle, noted, at_ms) + emotion_ppm;
                noted->strain_at_ms = at_ms;
        }
}

void oracle_note_feedback(struct oracle *oracle, uint32_t agent, uint32_t queue, bool went_well)
{
        struct oracle_agent *noted = &oracle->agents[agent];

        noted->past[noted->past_count++] = (struct oracle_past){queue, went_well};
        oracle->queues[queue].count++;
        oracle->queues[queue].successes += went_well;
}

/* ---- Who may take what ---- */

static bool has_skills(const struct att_agent_def *agent, const struct att_queue *queue)
{
        const struct att_step *step = &queue->steps[0];

        for (uint32_t i = 0; i < step->requires_count; i++) {
                if (agent->levels[step->requires[i].skill] < step->requires[i].level) {
                        return false;
                }
        }
        return true;
}

static uint32_t rank_of(const struct oracle *oracle, uint32_t agent, uint32_t queue)
{
        uint32_t profile = oracle->config->agents[agent].profile;

        return profile == ATT_NONE ? 1 : oracle->config->profiles[profile].by_queue[queue].rank;
}

bool oracle_serves(const struct oracle *oracle, uint32_t agent, uint32_t queue)
{
        return rank_of(oracle, agent, queue) > 0 &&
               has_skills(&oracle->config->agents[agent], &oracle->config->queues[queue]);
}

/* ---- Fit ---- */

/* The weighted mean of level/10 over the skills wanted: required 1, preferred their number. */
static int64_t mean_level_ppm(const struct att_agent_def *agent, const struct att_queue *queue)
{
        const struct att_step *step = &queue->steps[0];
        int64_t sum = 0;
        int64_t weights = 0;

        for (uint32_t i = 0; i < step->requires_count; i++) {
                sum += 1000 * agent->levels[step->requires[i].skill] * (MICRO / 10);
                weights += 1000;
        }
        for (uint32_t i = 0; i < queue->prefer_count; i++) {
                int64_t weight = queue->prefers[i].weight_milli;

                sum += weight * agent->levels[queue->prefers[i].skill] * (MICRO / 10);
                weights += weight;
        }
        return weights == 0 ? MICRO : sum / weights;
}

/* The mean over all queues of what the level would be there; nobody has asked for demand yet. */
static int64_t price_of(const struct att_config *config, uint32_t agent)
{
        int64_t sum = 0;

        for (uint32_t q = 0; q < config->queue_count; q++) {
                if (has_skills(&config->agents[agent], &config->queues[q])) {
                        sum += mean_level_ppm(&config->agents[agent], &config->queues[q]);
                }
        }
        return sum / config->queue_count;
}

static int64_t outcome_ppm(const struct oracle *oracle, const struct att_policy *policy,
                           uint32_t agent, uint32_t queue)
{
        const struct oracle_agent *noted = &oracle->agents[agent];
        const struct oracle_queue *all = &oracle->queues[queue];
        int64_t weight = policy->outcome_weight;
        int64_t expected = (policy->outcome_prior_ppm * weight + all->successes * MICRO) /
                           (weight + all->count);
        int64_t successes = 0;
        int64_t count = 0;

        for (uint32_t i = 0; i < noted->past_count; i++) {
                if (noted->past[i].queue == queue) {
                        count++;
                        successes += noted->past[i].went_well;
                }
        }
        return (expected * weight + successes * MICRO) / (weight + count);
}

static int64_t rapport_ppm(const struct oracle *oracle, const struct oracle_contact *contact,
                           uint32_t agent)
{
        const struct att_config *config = oracle->config;
        int64_t emotion = contact->drawn.emotion_ppm;
        int64_t levels = 0;
        int64_t human_skills = 0;

        if (emotion == 0) {
                return MICRO;
        }
        for (uint32_t i = 0; i < config->skill_count; i++) {
                if (config->skills[i].kind == ATT_SKILL_HUMAN) {
                        levels += config->agents[agent].levels[i] * (MICRO / 10);
                        human_skills++;
                }
        }
        int64_t human = human_skills == 0 ? MICRO : levels / human_skills;
        int64_t strain = strain_now(oracle, &oracle->agents[agent], oracle->now_ms);
        int64_t calm = 3 * MICRO * MICRO / (3 * MICRO + strain);

        return MICRO - emotion * (MICRO - human * calm / MICRO) / MICRO;
}

static int64_t idle_ms(const struct oracle *oracle, uint32_t agent)
{
        const struct oracle_agent *noted = &oracle->agents[agent];

        return noted->is_free ? oracle->now_ms - noted->idle_since_ms : 0;
}

/* Nobody here holds anything while a contact is thought of with them: all of the load is free. */
static int64_t fit_of(const struct oracle *oracle, const struct oracle_contact *contact,
                      uint32_t agent)
{
        const struct att_queue *queue = &oracle->config->queues[contact->drawn.queue];
        const struct att_policy *policy = &oracle->config->policies[queue->policy];
        int64_t value = oracle->config->tiers[contact->drawn.tier].value_ppm;
        int64_t match = mean_level_ppm(&oracle->config->agents[agent], queue);
        int64_t price = oracle->agents[agent].price_ppm;
        int64_t spoke_ms = oracle->now_ms - contact->drawn.last_spoke_ms;
        const int64_t terms[ATT_FIT_TERM_COUNT] = {
                [ATT_FIT_SKILL] = (value * match + (MICRO - value) * (MICRO - price)) / MICRO,
                [ATT_FIT_OUTCOME] = outcome_ppm(oracle, policy, agent, contact->drawn.queue),
                [ATT_FIT_CONTINUITY] = contact->drawn.last_agent != agent
                                               ? 0
                                               : fade(MICRO, spoke_ms,
                                                      policy->continuity_half_life_ms),
                [ATT_FIT_RAPPORT] = rapport_ppm(oracle, contact, agent),
                [ATT_FIT_REST] = att_min_i64(idle_ms(oracle, agent), REST_FULL_MS) * MICRO /
                                 REST_FULL_MS,
                [ATT_FIT_LOAD] = MICRO,
        };
        int64_t sum = 0;
        int64_t weights = 0;

        for (int i = 0; i < ATT_FIT_TERM_COUNT; i++) {
                sum += policy->fit_milli[i] * terms[i];
                weights += policy->fit_milli[i];
        }
        return sum / weights;
}

/* ---- The agent for a contact ---- */

uint32_t oracle_agent_for(const struct oracle *oracle, const struct oracle_contact *contact)
{
        uint32_t best = ATT_NONE;
        int64_t best_fit = 0;

        for (uint32_t i = 0; i < oracle->config->agent_count; i++) {
                if (!oracle->agents[i].is_free || !oracle_serves(oracle, i, contact->drawn.queue)) {
                        continue;
                }
                int64_t fit = fit_of(oracle, contact, i);

                if (best == ATT_NONE || fit > best_fit ||
                    (fit == best_fit && idle_ms(oracle, i) > idle_ms(oracle, best))) {
                        best = i;
                        best_fit = fit;
                }
        }
        return best;
}

/* ---- The contact for an agent ---- */

struct order {
        bool starved;
        int64_t waited_ms;
        uint32_t rank;
        int64_t urgency; /* Thousandths of a point x ms of an hour. */
};

static int64_t points_milli(const struct oracle *oracle, const struct oracle_contact *contact,
                            const struct att_policy *policy)
{
        const struct att_tier *tier = &oracle->config->tiers[contact->drawn.tier];

        return tier->points_milli + policy->value_milli * tier->value_ppm / MICRO +
               policy->emotion_milli * contact->drawn.emotion_ppm / MICRO +
               (contact->drawn.last_went_badly ? policy->recovery_milli : 0);
}

static struct order order_of(const struct oracle *oracle, const struct oracle_contact *contact,
                             uint32_t agent)
{
        const struct att_queue *queue = &oracle->config->queues[contact->drawn.queue];
        const struct att_policy *policy = &oracle->config->policies[queue->policy];
        int64_t waited_ms = oracle->now_ms - contact->arrived_ms;
        int64_t slow_ms = att_min_i64(waited_ms, queue->urgent_after_ms);
        int64_t points = points_milli(oracle, contact, policy) * ATT_HOUR_MS;
        int64_t grown = points + policy->slope_milli_per_hour * slow_ms +
                        policy->urgent_slope_milli_per_hour * (waited_ms - slow_ms);
        int64_t capped = att_max_i64(points, att_min_i64(grown, policy->cap_milli * ATT_HOUR_MS));
        int64_t bonus = policy->fit_points_milli * fit_of(oracle, contact, agent) / MICRO;

        return (struct order){
                .starved = policy->starve_after_ms >= 0 && waited_ms >= policy->starve_after_ms,
                .waited_ms = waited_ms,
                .rank = rank_of(oracle, agent, contact->drawn.queue),
                .urgency = capped + bonus * ATT_HOUR_MS,
        };
}

/* Contacts are looked at in order of arrival: of equals the first stays. */
static bool goes_before(const struct order *a, const struct order *b)
{
        if (a->starved != b->starved) {
                return a->starved;
        }
        if (a->starved && a->waited_ms != b->waited_ms) {
                return a->waited_ms > b->waited_ms;
        }
        if (a->rank != b->rank) {
                return a->rank < b->rank;
        }
        if (a->urgency != b->urgency) {
                return a->urgency > b->urgency;
        }
        return a->waited_ms > b->waited_ms;
}

uint32_t oracle_contact_for(const struct oracle *oracle, uint32_t agent)
{
        uint32_t best = ATT_NONE;
        struct order best_order = {0};

        for (uint32_t i = 0; i < oracle->contact_count; i++) {
                const struct oracle_contact *contact = &oracle->contacts[i];

                if (!oracle_serves(oracle, agent, contact->drawn.queue)) {
                        continue;
                }
                struct order order = order_of(oracle, contact, agent);

                if (best == ATT_NONE || goes_before(&order, &best_order)) {
                        best = i;
                        best_order = order;
                }
        }
        return best;
}

/* ---- Lifetime ---- */

void oracle_init(struct oracle *oracle, const struct att_config *config, uint32_t contacts_max)
{
        *oracle = (struct oracle){
                .config = config,
                .agents = att_alloc_array(config->agent_count, sizeof(*oracle->agents)),
                .contacts = att_alloc_array(contacts_max, sizeof(*oracle->contacts)),
                .queues = att_alloc_array(config->queue_count, sizeof(*oracle->queues)),
        };
        for (uint32_t i = 0; i < config->agent_count; i++) {
                oracle->agents[i].price_ppm = price_of(config, i);
        }
}

void oracle_deinit(struct oracle *oracle)
{
        free(oracle->agents);
        free(oracle->contacts);
        free(oracle->queues);
}
