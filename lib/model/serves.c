/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/model/serves.h"

static bool has_team(const struct att_step *step, uint32_t team)
{
        for (uint32_t i = 0; i < step->team_count; i++) {
                if (step->teams[i] == team) {
                        return true;
                }
        }
        return step->team_count == 0;
}

static bool has_levels(const struct att_agent_def *agent, const struct att_step *step)
{
        bool has_any = step->any_of_count == 0;

        for (uint32_t i = 0; i < step->requires_count; i++) {
                if (agent->levels[step->requires[i].skill] < step->requires[i].level) {
                        return false;
                }
        }
        for (uint32_t i = 0; i < step->any_of_count; i++) {
                has_any |= agent->levels[step->any_of[i].skill] >= step->any_of[i].level;
        }
        return has_any;
}

static bool has_attributes(const struct att_agent_def *agent, const struct att_queue *queue)
{
        for (uint32_t i = 0; i < queue->attribute_count; i++) {
                bool is_equal = false;

                for (uint32_t j = 0; j < agent->attribute_count; j++) {
                        is_equal |= att_text_equals(agent->attributes[j].key,
                                                    queue->attributes[i].key) &&
                                    att_text_equals(agent->attributes[j].value,
                                                    queue->attributes[i].value);
                }
                if (!is_equal) {
                        return false;
                }
        }
        return true;
}

bool att_agent_meets(const struct att_agent_def *agent, const struct att_queue *queue,
                     const struct att_step *step)
{
        return has_team(step, agent->team) && has_levels(agent, step) &&
               has_attributes(agent, queue);
}

bool att_config_serves(const struct att_config *config, uint32_t agent, uint32_t queue,
                       uint32_t step)
{
        const struct att_agent_def *def = &config->agents[agent];

        return (def->profile == ATT_NONE ||
                config->profiles[def->profile].by_queue[queue].rank != 0) &&
               att_agent_meets(def, &config->queues[queue], &config->queues[queue].steps[step]);
}
