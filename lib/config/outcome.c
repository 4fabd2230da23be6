/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/config/outcome.h"

#include <stdlib.h>

#include "lib/base/util.h"
#include "lib/model/limits.h"
#include "lib/model/serves.h"

/* The queue's, the request's and the intake's, and what the steps name. */
#define WANTED_MAX (ATT_REQUIREMENTS_MAX * (3 + ATT_STEPS_MAX))

static bool serves_from(const struct att_config *config, uint32_t agent, uint32_t queue,
                        uint32_t step)
{
        for (uint32_t i = step; i < config->queues[queue].step_count; i++) {
                if (att_config_serves(config, agent, queue, i)) {
                        return true;
                }
        }
        return false;
}

/* ---- A contact ---- */

static void set_level(struct att_requirement *wanted, uint32_t *count,
                      const struct att_requirement *level)
{
        for (uint32_t i = 0; i < *count; i++) {
                if (wanted[i].skill == level->skill) {
                        wanted[i].level = level->level;
                        return;
                }
        }
        wanted[(*count)++] = *level;
}

static void set_levels(struct att_requirement *wanted, uint32_t *count,
                       const struct att_requirement *levels, uint32_t level_count)
{
        for (uint32_t i = 0; i < level_count; i++) {
                set_level(wanted, count, &levels[i]);
        }
}

static bool is_on_channel(const struct att_config *config, uint32_t agent, uint32_t channel)
{
        return channel == ATT_NONE || !config->agents[agent].limits ||
               config->agents[agent].limits[channel] != ATT_LIMIT_OFF;
}

static bool has_taker_of(const struct att_config *config, const struct att_step *step,
                         const struct att_outcome_contact *contact)
{
        for (uint32_t i = 0; i < config->agent_count; i++) {
                const uint32_t profile = config->agents[i].profile;

                if (is_on_channel(config, i, contact->channel) &&
                    (profile == ATT_NONE ||
                     config->profiles[profile].by_queue[contact->queue].rank != 0) &&
                    att_agent_meets(&config->agents[i], &config->queues[contact->queue], step)) {
                        return true;
                }
        }
        return false;
}

/* In its queue; `ret_move_to` is set where there is none: where a step would move it, or ATT_NONE. */
static bool has_taker_here(const struct att_config *config,
                           const struct att_outcome_contact *contact, uint32_t *ret_move_to)
{
        const struct att_queue *queue = &config->queues[contact->queue];
        const uint32_t last = queue->step_count - 1;
        const uint32_t from = contact->step < last ? contact->step : last;
        struct att_requirement wanted[WANTED_MAX];
        uint32_t count = 0;

        set_levels(wanted, &count, queue->steps[0].requires, queue->steps[0].requires_count);
        set_levels(wanted, &count, contact->requires, contact->requires_count);
        for (uint32_t i = 0; i < queue->step_count; i++) {
                struct att_step step = queue->steps[i];

                set_levels(wanted, &count, step.changes, i > 0 ? step.change_count : 0);
                step.requires = wanted;
                step.requires_count = count;
                if (i >= from && has_taker_of(config, &step, contact)) {
                        return true;
                }
                if (i >= from && step.move_to != ATT_NONE) {
                        *ret_move_to = step.move_to;
                        return false;
                }
        }
        *ret_move_to = ATT_NONE;
        return false;
}

bool att_config_has_taker(const struct att_config *config,
                          const struct att_outcome_contact *contact)
{
        struct att_outcome_contact here = *contact;

        for (uint32_t moves = 0; moves <= config->queue_count; moves++) {
                uint32_t move_to;

                if (has_taker_here(config, &here, &move_to)) {
                        return true;
                }
                if (move_to == ATT_NONE) {
                        return false;
                }
                here.queue = move_to;
                here.step = 0;
        }
        return false;
}

/* ---- Queues ---- */

static uint32_t count_at(const struct att_config *config, uint32_t queue, uint32_t step)
{
        uint32_t count = 0;

        for (uint32_t i = 0; i < config->agent_count; i++) {
                count += att_config_serves(config, i, queue, step);
        }
        return count;
}

static uint32_t tell_queue(const struct att_config *before, const struct att_config *after,
                           uint32_t old, uint32_t new, struct att_buffer *into)
{
        uint32_t old_last = before->queues[old].step_count - 1;
        uint32_t new_last = after->queues[new].step_count - 1;
        uint32_t at_once[2] = {count_at(before, old, 0), count_at(after, new, 0)};
        uint32_t at_last[2] = {count_at(before, old, old_last), count_at(after, new, new_last)};

        if (at_once[0] == at_once[1] && at_last[0] == at_last[1]) {
                return 0;
        }
        att_buffer_printf(into, "= queue %.*s: %u -> %u agents could take it at once",
                          ATT_TEXT_ARGS(after->queues[new].name), at_once[0], at_once[1]);
        if (old_last > 0 || new_last > 0) {
                att_buffer_printf(into, ", %u -> %u at its last step", at_last[0], at_last[1]);
        }
        att_buffer_append_byte(into, '\n');
        return 1;
}

/* ---- Agents ---- */

/* Queues of `after` by those of `before`: ATT_NONE is a new one. */
static uint32_t *map_queues(const struct att_config *before, const struct att_config *after)
{
        uint32_t *map = att_alloc_array(after->queue_count, sizeof(*map));

        for (uint32_t i = 0; i < after->queue_count; i++) {
                map[i] = att_config_find_queue(before, after->queues[i].name);
        }
        return map;
}

/* The queues that an agent gains or loses, with commas; how many. */
static uint32_t list_changes(const struct att_config *before, const struct att_config *after,
                             uint32_t old, uint32_t new, const uint32_t *map, bool gained,
                             struct att_buffer *into)
{
        uint32_t count = 0;

        for (uint32_t q = 0; q < after->queue_count; q++) {
                bool had = map[q] != ATT_NONE && serves_from(before, old, map[q], 0);
                bool has = serves_from(after, new, q, 0);

                if (had != has && has == gained) {
                        att_buffer_printf(into, "%s%.*s", count == 0 ? "" : ", ",
                                          ATT_TEXT_ARGS(after->queues[q].name));
                        count++;
                }
        }
        return count;
}

static uint32_t tell_agent(const struct att_config *before, const struct att_config *after,
                           uint32_t old, uint32_t new, const uint32_t *map, bool is_told,
                           struct att_buffer *into)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer gained = {0};
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer lost = {0};
        uint32_t gains = list_changes(before, after, old, new, map, true, &gained);
        uint32_t losses = list_changes(before, after, old, new, map, false, &lost);

        if (gains + losses == 0 || !is_told) {
                return gains + losses > 0;
        }
        att_buffer_printf(into, "= agent %.*s:", ATT_TEXT_ARGS(after->agents[new].id));
        if (gains > 0) {
                att_buffer_printf(into, " now also %s%s", gained.data, losses > 0 ? ";" : "");
        }
        if (losses > 0) {
                att_buffer_printf(into, " no longer %s", lost.data);
        }
        att_buffer_append_byte(into, '\n');
        return 1;
}

static uint32_t tell_agents(const struct att_config *before, const struct att_config *after,
                            struct att_buffer *into)
{
        uint32_t *map = map_queues(before, after);
        uint32_t count = 0;

        for (uint32_t i = 0; i < after->agent_count; i++) {
                uint32_t old = att_config_find_agent(before, after->agents[i].id);

                if (old != ATT_NONE) {
                        count += tell_agent(before, after, old, i, map,
                                            count < ATT_OUTCOME_AGENTS_MAX, into);
                }
        }
        if (count > ATT_OUTCOME_AGENTS_MAX) {
                att_buffer_printf(into, "= ... and %u more agents gain or lose queues\n",
                                  count - ATT_OUTCOME_AGENTS_MAX);
        }
        free(map);
        return count;
}

uint32_t att_config_outcome(const struct att_config *before, const struct att_config *after,
                            struct att_buffer *into)
{
        uint32_t count = 0;

        for (uint32_t i = 0; i < after->queue_count; i++) {
                uint32_t old = att_config_find_queue(before, after->queues[i].name);

                if (old != ATT_NONE) {
                        count += tell_queue(before, after, old, i, into);
                }
        }
        return count + tell_agents(before, after, into);
}
