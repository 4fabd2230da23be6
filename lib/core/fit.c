/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/fit.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/bitset.h"
#include "lib/base/util.h"
#include "lib/core/state.h"

#define MICRO            INT64_C(1000000)
#define STRAIN_HALF_CALM (3 * MICRO) /* Three angry contacts just now: half the calm is gone. */

/* 2^(-i/16) in parts per million, rounded. */
static const int64_t sixteenths_ppm[17] = {
        1000000, 957603, 917004, 878126, 840896, 805245, 771105, 738413, 707107,
        677128,  648420, 620929, 594604, 569394, 545254, 522137, 500000,
};

int64_t fit_decay(int64_t amount, int64_t elapsed_ms, int64_t half_life_ms)
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
        int64_t match_ppm =
                agent->index != UINT32_MAX && att_bitset_has(signature->meets, agent->index)
                        ? signature->match_ppm[agent->index]
                        : skill_match_ppm(agent->def, signature->wants, signature->want_count);
        return fit_skill(match_ppm, contact->value_ppm, agent->price_ppm);
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

void fit_expect_outcome(struct att_core *core, uint32_t queue)
{
        const struct att_policy *policy = queue_policy(core, queue);
        core->expected_ppm[queue] = (int32_t)posterior_ppm(
                policy->outcome_prior_ppm, policy->outcome_weight,
                &core->queue_records[core->queues[queue].name]);
}

int64_t fit_outcome_of(const struct att_core *core, uint32_t queue, const struct agent *agent)
{
        return posterior_ppm(core->expected_ppm[queue], queue_policy(core, queue)->outcome_weight,
                             find_record(agent, core->queues[queue].name));
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

void outcome_record(struct att_core *core, struct agent *agent, uint32_t queue, bool success)
{
        uint32_t queue_name = core->queues[queue].name;
        struct record *record = find_record(agent, queue_name);
        if (!record) {
                agent->records = att_pool_grow(&core->pool, agent->records, &agent->record_room,
                                               agent->record_count + 1u, sizeof(*agent->records));
                record = &agent->records[agent->record_count++];
                *record = (struct record){.queue_name = queue_name};
        }
        add_to_record(record, success);
        if (agent->def) {
                score_learn(core, agent);
        }
        add_to_record(&core->queue_records[queue_name], success);
        fit_expect_outcome(core, queue);
}

int64_t fit_continuity_of(const struct att_core *core, const struct contact *contact,
                          const struct agent *agent)
{
        if (agent == contact_extras(contact)->preferred) {
                return ATT_PPM;
        }
        const struct customer *customer = contact->customer;
        if (!customer || customer_known_to(customer) != agent) {
                return 0;
        }
        if (customer->current) {
                return ATT_PPM; /* They are talking. */
        }
        int64_t elapsed_ms = att_max_i64(core->now_ms - customer->last_spoke_ms, 0);
        return fit_decay(ATT_PPM, elapsed_ms,
                         contact_policy(core, contact)->continuity_half_life_ms);
}

int64_t strain_now_micro(const struct att_core *core, const struct agent *agent)
{
        return fit_decay(agent->strain_micro, core->now_ms - agent->strain_at_ms,
                         core->config->strain_half_life_ms);
}

void strain_add(struct att_core *core, struct agent *agent, int64_t emotion_ppm)
{
        agent->strain_micro = att_min_i64(strain_now_micro(core, agent) + emotion_ppm,
                                          1000 * MICRO);
        agent->strain_at_ms = core->now_ms;
        agent_refresh(core, agent);
}

int64_t fit_human(const struct att_core *core, const struct agent *agent)
{
        int64_t sum = 0;
        int64_t count = 0;
        for (uint32_t i = 0; i < core->human_skill_count; i++) {
                sum += agent->def->levels[core->human_skills[i]] * (ATT_PPM / ATT_LEVEL_MAX);
                count++;
        }
        return count == 0 ? ATT_PPM : sum / count;
}

int64_t fit_able(int64_t human_ppm, int64_t strain_micro)
{
        int64_t calm_ppm = STRAIN_HALF_CALM * ATT_PPM / (STRAIN_HALF_CALM + strain_micro);
        return human_ppm * calm_ppm / ATT_PPM;
}

int64_t fit_rapport_of(const struct att_core *core, const struct contact *contact,
                       const struct agent *agent)
{
        if (contact->emotion_ppm == 0) {
                return ATT_PPM;
        }
        int64_t able_ppm = fit_able(fit_human(core, agent), strain_now_micro(core, agent));
        return fit_rapport(contact->emotion_ppm, able_ppm);
}

static int64_t term(const struct att_core *core, const struct contact *contact,
                    const struct agent *agent, enum att_fit_term which)
{
        switch (which) {
        case ATT_FIT_SKILL:
                return skill_term(contact, agent);
        case ATT_FIT_OUTCOME:
                return fit_outcome_of(core, contact->queue, agent);
        case ATT_FIT_CONTINUITY:
                return fit_continuity_of(core, contact, agent);
        case ATT_FIT_RAPPORT:
                return fit_rapport_of(core, contact, agent);
        case ATT_FIT_REST:
                return fit_rest(agent_idle_ms(core, agent));
        case ATT_FIT_LOAD:
                return fit_load(agent->held_units);
        case ATT_FIT_TERM_COUNT:
                break;
        }
        return 0;
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
                int64_t x = term(core, contact, agent, (enum att_fit_term)i);
                if (terms_ppm) {
                        terms_ppm[i] = x;
                }
                sum += weight * x;
                weights += weight;
        }
        return weights == 0 ? 0 : sum / weights;
}
