/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How good one agent is for one contact: the terms of fit, each a share in parts per million.
 *
 * Where docs/engine.md leaves a formula open, it is this:
 *
 * outcome     (prior * weight + successes) / (weight + count) of the agent in the queue: the mean
 *             of a Beta posterior whose prior is what is to be expected of anyone there, which is
 *             in its turn the posterior mean of the whole queue from the policy's `outcome` prior.
 * continuity  1 for the preferred agent; for the one who spoke with the customer last, halving
 *             with each `half_life` since.
 * rapport     1 - e * (1 - h * c): e the contact's negative emotion, h the agent's mean level of
 *             the skills of kind `human` (1 if there are none), c = 1 / (1 + strain / 3) the calm
 *             left to the agent, strain the decayed number of negative contacts.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"
#include "lib/core/state.h"

#define MICRO            INT64_C(1000000)
#define STRAIN_HALF_CALM (3 * MICRO) /* Three angry contacts just now: half the calm is gone. */

/* 2^(-i/16) in parts per million, rounded. */
static const int64_t sixteenths_ppm[17] = {
        1000000, 957603, 917004, 878126, 840896, 805245, 771105, 738413, 707107,
        677128,  648420, 620929, 594604, 569394, 545254, 522137, 500000,
};

/* amount * 2^(-elapsed / half_life), by table and straight lines between its points. */
static int64_t decay(int64_t amount, int64_t elapsed_ms, int64_t half_life_ms)
{
        int64_t halvings = elapsed_ms / half_life_ms;
        if (halvings >= 40) {
                return 0;
        }
        int64_t rest_ms = elapsed_ms % half_life_ms;
        int64_t position_ppm = rest_ms * MICRO / half_life_ms * 16;
        int64_t i = position_ppm / MICRO;
        int64_t share_ppm = position_ppm % MICRO;
        int64_t factor_ppm = sixteenths_ppm[i] -
                             (sixteenths_ppm[i] - sixteenths_ppm[i + 1]) * share_ppm / MICRO;
        return (amount * factor_ppm / MICRO) >> halvings;
}

int64_t skill_match_ppm(const struct att_agent_def *def, const struct want *wants, uint32_t count)
{
        int64_t sum = 0;
        int64_t weights = 0;
        for (uint32_t i = 0; i < count; i++) {
                sum += (int64_t)wants[i].weight_milli * def->levels[wants[i].skill] *
                       (ATT_PPM / ATT_LEVEL_MAX);
                weights += wants[i].weight_milli;
        }
        return weights == 0 ? ATT_PPM : sum / weights;
}

static int64_t skill_term(const struct contact *contact, const struct agent *agent)
{
        const struct signature *signature = contact->signature;
        int64_t s = skill_match_ppm(agent->def, signature->wants, signature->want_count);
        int64_t v = contact->value_ppm;
        return (v * s + (ATT_PPM - v) * (ATT_PPM - agent->price_ppm)) / ATT_PPM;
}

static int64_t posterior_ppm(int64_t prior_ppm, int64_t weight, const struct record *record)
{
        if (!record) {
                return prior_ppm;
        }
        return (prior_ppm * weight + (int64_t)record->successes * ATT_PPM) /
               (weight + record->count);
}

static struct record *find_record(const struct agent *agent, uint32_t queue_name)
{
        for (uint32_t i = 0; i < agent->record_count; i++) {
                if (agent->records[i].queue_name == queue_name) {
                        return &agent->records[i];
                }
        }
        return NULL;
}

int64_t expected_outcome_ppm(const struct att_core *core, const struct contact *contact)
{
        const struct att_policy *policy = contact_policy(core, contact);
        uint32_t name = core->queues[contact->queue].name;
        return posterior_ppm(policy->outcome_prior_ppm, policy->outcome_weight,
                             &core->queue_records[name]);
}

static int64_t outcome_term(const struct att_core *core, const struct contact *contact,
                            const struct agent *agent, const struct att_policy *policy)
{
        uint32_t name = core->queues[contact->queue].name;
        return posterior_ppm(expected_outcome_ppm(core, contact), policy->outcome_weight,
                             find_record(agent, name));
}

static void add_to_record(struct record *record, bool success)
{
        if (record->count == UINT32_MAX / 2) {
                record->count /= 2; /* Old ones count half; the share stays. */
                record->successes /= 2;
        }
        record->count++;
        record->successes += success;
}

void outcome_record(struct att_core *core, struct agent *agent, uint32_t queue_name, bool success)
{
        struct record *record = find_record(agent, queue_name);
        if (!record) {
                agent->records = att_realloc_array(agent->records, agent->record_count + 1u,
                                                   sizeof(*agent->records));
                record = &agent->records[agent->record_count++];
                *record = (struct record){.queue_name = queue_name};
        }
        add_to_record(record, success);
        agent_refresh(core, agent);
        add_to_record(&core->queue_records[queue_name], success);
}

static int64_t continuity_term(const struct att_core *core, const struct contact *contact,
                               const struct agent *agent, const struct att_policy *policy)
{
        if (agent == contact->preferred) {
                return ATT_PPM;
        }
        const struct customer *customer = contact->customer;
        if (!customer || customer->last_agent != agent) {
                return 0;
        }
        int64_t elapsed_ms = att_max_i64(core->now_ms - customer->last_spoke_ms, 0);
        return decay(ATT_PPM, elapsed_ms, policy->continuity_half_life_ms);
}

int64_t strain_now_micro(const struct att_core *core, const struct agent *agent)
{
        return decay(agent->strain_micro, core->now_ms - agent->strain_at_ms,
                     core->config->strain_half_life_ms);
}

void strain_add(struct att_core *core, struct agent *agent, int64_t emotion_ppm)
{
        agent->strain_micro = att_min_i64(strain_now_micro(core, agent) + emotion_ppm,
                                          1000 * MICRO);
        agent->strain_at_ms = core->now_ms;
        agent_refresh(core, agent);
}

/* Mean level of the human skills; 1 where the configuration knows none. */
static int64_t human_ppm(const struct att_core *core, const struct agent *agent)
{
        int64_t sum = 0;
        int64_t count = 0;
        for (uint32_t i = 0; i < core->human_skill_count; i++) {
                sum += agent->def->levels[core->human_skills[i]] * (ATT_PPM / ATT_LEVEL_MAX);
                count++;
        }
        return count == 0 ? ATT_PPM : sum / count;
}

static int64_t rapport_term(const struct att_core *core, const struct contact *contact,
                            const struct agent *agent)
{
        if (contact->emotion_ppm == 0) {
                return ATT_PPM;
        }
        int64_t strain = strain_now_micro(core, agent);
        int64_t calm_ppm = STRAIN_HALF_CALM * ATT_PPM / (STRAIN_HALF_CALM + strain);
        int64_t able_ppm = human_ppm(core, agent) * calm_ppm / ATT_PPM;
        return ATT_PPM - contact->emotion_ppm * (ATT_PPM - able_ppm) / ATT_PPM;
}

static int64_t rest_term(const struct att_core *core, const struct agent *agent)
{
        int64_t idle_ms = att_min_i64(agent_idle_ms(core, agent), REST_FULL_MS);
        return idle_ms * ATT_PPM / REST_FULL_MS;
}

static int64_t load_term(const struct agent *agent)
{
        int64_t free_units = att_max_i64((int64_t)ATT_UNITS_MAX - agent->held_units, 0);
        return free_units * ATT_PPM / ATT_UNITS_MAX;
}

static int64_t term(const struct att_core *core, const struct contact *contact,
                    const struct agent *agent, const struct att_policy *policy,
                    enum att_fit_term which)
{
        switch (which) {
        case ATT_FIT_SKILL:
                return skill_term(contact, agent);
        case ATT_FIT_OUTCOME:
                return outcome_term(core, contact, agent, policy);
        case ATT_FIT_CONTINUITY:
                return continuity_term(core, contact, agent, policy);
        case ATT_FIT_RAPPORT:
                return rapport_term(core, contact, agent);
        case ATT_FIT_REST:
                return rest_term(core, agent);
        case ATT_FIT_LOAD:
                return load_term(agent);
        case ATT_FIT_TERM_COUNT:
                break;
        }
        return 0;
}

int64_t fit_term_ppm(const struct att_core *core, const struct contact *contact,
                     const struct agent *agent, enum att_fit_term which)
{
        return term(core, contact, agent, contact_policy(core, contact), which);
}

int64_t fit_ppm(const struct att_core *core, const struct contact *contact,
                const struct agent *agent, int64_t terms_ppm[ATT_FIT_TERM_COUNT])
{
        const struct att_policy *policy = contact_policy(core, contact);
        int64_t sum = 0;
        int64_t weights = 0;
        for (int i = 0; i < ATT_FIT_TERM_COUNT; i++) {
                int64_t weight = policy->fit_milli[i];
                if (weight == 0 && !terms_ppm) {
                        continue;
                }
                int64_t x = term(core, contact, agent, policy, (enum att_fit_term)i);
                if (terms_ppm) {
                        terms_ppm[i] = x;
                }
                sum += weight * x;
                weights += weight;
        }
        return weights == 0 ? 0 : sum / weights;
}
