/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/sim_feelings.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_randist.h>

#include "lib/base/util.h"
#include "tools/attunesim/sim_draw.h"

#define SECOND          1e6
#define QUALITY_PURPOSE (1U << 30) /* Of chance: far from the streams'. */
#define LEVEL_MAX       10.0

static double human_of(const struct att_config *config, uint32_t agent)
{
        double sum = 0;
        uint32_t count = 0;

        for (uint32_t i = 0; i < config->skill_count; i++) {
                if (config->skills[i].kind == ATT_SKILL_HUMAN) {
                        sum += config->agents[agent].levels[i];
                        count++;
                }
        }
        return count == 0 ? 1 : sum / count / LEVEL_MAX;
}

static double skill_of(const struct att_config *config, uint32_t agent, uint32_t queue)
{
        const struct att_step *first = &config->queues[queue].steps[0];
        double sum = 0;

        for (uint32_t i = 0; i < first->requires_count; i++) {
                sum += config->agents[agent].levels[first->requires[i].skill];
        }
        return first->requires_count == 0 ? 0.5 : sum / first->requires_count / LEVEL_MAX;
}

void sim_feelings_init(struct sim_feelings *feelings, const struct sim_plan *plan)
{
        const struct att_config *config = plan->config;
        const size_t pairs = (size_t)config->agent_count * config->queue_count;
        gsl_rng *rng = sim_rng_new(plan->seed, 0, QUALITY_PURPOSE);

        *feelings = (struct sim_feelings){
                .plan = plan,
                .strain = att_alloc_array(config->agent_count, sizeof(double)),
                .strain_at_us = att_alloc_array(config->agent_count, sizeof(int64_t)),
                .human = att_alloc_array(config->agent_count, sizeof(double)),
                .quality = att_alloc_array(pairs, sizeof(double)),
                .skill = att_alloc_array(pairs, sizeof(double)),
        };
        for (uint32_t i = 0; i < config->agent_count; i++) {
                feelings->human[i] = human_of(config, i);
                for (uint32_t k = 0; k < config->queue_count; k++) {
                        const size_t pair = (size_t)i * config->queue_count + k;

                        feelings->quality[pair] = gsl_ran_gaussian(rng, 1) *
                                                  plan->effects.experience.agent_sd;
                        feelings->skill[pair] = skill_of(config, i, k);
                }
        }
        gsl_rng_free(rng);
}

void sim_feelings_deinit(struct sim_feelings *feelings)
{
        free(feelings->strain);
        free(feelings->strain_at_us);
        free(feelings->human);
        free(feelings->quality);
        free(feelings->skill);
}

static double half_life_s(const struct sim_feelings *feelings)
{
        return (double)feelings->plan->config->strain_half_life_ms / 1000;
}

static double strain_at(const struct sim_feelings *feelings, uint32_t agent, int64_t at_us)
{
        const double passed_s = (double)(at_us - feelings->strain_at_us[agent]) / SECOND;

        return feelings->strain[agent] * exp2(-passed_s / half_life_s(feelings));
}

double sim_feelings_chance(const struct sim_feelings *feelings, const struct sim_meeting *meeting,
                           int64_t now_us)
{
        const struct sim_experience *experience = &feelings->plan->effects.experience;
        const double spared = experience->human * feelings->human[meeting->agent];
        double odds = log(experience->base / (1 - experience->base));

        odds -= experience->wait_per_min * meeting->wait_s / 60;
        odds -= experience->upset * meeting->emotion * (1 - spared);
        odds -= experience->strain * strain_at(feelings, meeting->agent, now_us);
        if (meeting->is_same_agent) {
                odds += experience->same_agent;
        }
        if (meeting->queue != ATT_NONE) {
                const size_t pair = (size_t)meeting->agent * feelings->plan->config->queue_count +
                                    meeting->queue;

                odds += feelings->quality[pair] + experience->skill * (feelings->skill[pair] - 0.5);
        }
        return 1 / (1 + exp(-odds));
}

void sim_feelings_meet(struct sim_feelings *feelings, const struct sim_meeting *meeting,
                       int64_t now_us)
{
        feelings->strain[meeting->agent] = strain_at(feelings, meeting->agent, now_us) +
                                           meeting->emotion;
        feelings->strain_at_us[meeting->agent] = now_us;
}

/* The integral of what halves: between two times it loses half_life / ln 2 of what it fell by. */
double sim_feelings_strain_s(const struct sim_feelings *feelings, uint32_t agent, int64_t from_us,
                             int64_t to_us)
{
        const int64_t begin_us = att_max_i64(from_us, feelings->strain_at_us[agent]);

        if (to_us <= begin_us) {
                return 0;
        }
        return (strain_at(feelings, agent, begin_us) - strain_at(feelings, agent, to_us)) *
               half_life_s(feelings) / M_LN2;
}
