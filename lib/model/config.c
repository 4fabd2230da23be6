/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/model/config.h"

#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/model/config_digest.h"
#include "lib/model/limits.h"

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define DAY_MS    (24 * ATT_HOUR_MS)

/* Lifetime ---------------------------------------------------------------- */

struct att_config *att_config_new(void)
{
        struct att_config *config = att_alloc(sizeof(*config));

        config->references = 1;
        config->channels_open = true;
        config->otherwise = ATT_NONE;
        config->contacts_max = ATT_CONTACTS_DEFAULT;
        config->customers_max = ATT_CUSTOMERS_DEFAULT;
        config->offers_per_contact = ATT_OFFERS_PER_CONTACT_DEFAULT;
        config->strain_half_life_ms = 30 * MINUTE_MS;
        config->history_keep_ms = INT64_C(400) * 24 * 60 * MINUTE_MS;
        config->emotion_estimate = true;
        config->reports = att_reports_default();
        return config;
}

/* The one place that writes through a const configuration: its count is not part of it. Other
 * threads (a journal's writer) may hold references too. */
static uint32_t *references_of(const struct att_config *config)
{
        return (uint32_t *)(uintptr_t)&config->references;
}

const struct att_config *att_config_ref(const struct att_config *config)
{
        const uint32_t before = __atomic_fetch_add(references_of(config), 1, __ATOMIC_RELAXED);

        ATT_CHECK(before > 0 && before < UINT32_MAX);
        return config;
}

void att_config_unref(const struct att_config *config)
{
        if (!config) {
                return;
        }
        const uint32_t before = __atomic_fetch_sub(references_of(config), 1, __ATOMIC_ACQ_REL);

        ATT_CHECK(before > 0);
        if (before == 1) {
                struct att_config *last = (struct att_config *)(uintptr_t)config;

                att_arena_deinit(&last->arena);
                free(last);
        }
}

/* Defaults ---------------------------------------------------------------- */

struct att_policy att_policy_default(void)
{
        return (struct att_policy){
                .name = ATT_TEXT("default"),
                .fit_milli = {[ATT_FIT_SKILL] = 4000,
                              [ATT_FIT_OUTCOME] = 2000,
                              [ATT_FIT_CONTINUITY] = 2000,
                              [ATT_FIT_RAPPORT] = 2000,
                              [ATT_FIT_REST] = 1000,
                              [ATT_FIT_LOAD] = 1000},
                .slope_milli_per_hour = 60 * ATT_MILLI,
                .urgent_slope_milli_per_hour = 360 * ATT_MILLI,
                .cap_milli = 1000 * ATT_MILLI,
                .value_milli = 0,
                .emotion_milli = 10 * ATT_MILLI,
                .recovery_milli = 5 * ATT_MILLI,
                .fit_points_milli = 5 * ATT_MILLI,
                .starve_after_ms = -1,
                .batch_ms = 0,
                .on_missed = ATT_MISSED_PAUSES,
                .retry_cooldown_ms = 30 * SECOND_MS,
                .hold_for_preferred_ms = 0,
                .agent_wait_ms = ATT_HOUR_MS,
                .broadcast = 1,
                .callback_attempts = 3,
                .callback_pause_ms = 30 * MINUTE_MS,
                .outcome_prior_ppm = 700000,
                .outcome_weight = 10,
                .continuity_half_life_ms = 30 * DAY_MS,
                .repeat_within_ms = 7 * DAY_MS,
        };
}

struct att_channel att_channel_default(struct att_text name)
{
        return (struct att_channel){
                .name = name,
                .units = ATT_UNITS_MAX,
                .offer_timeout_ms = 20 * SECOND_MS,
        };
}

/* Names ------------------------------------------------------------------- */

/* The i-th name of one noun. */
typedef struct att_text name_at_fn(const struct att_config *config, size_t i);

static struct att_text skill_name(const struct att_config *config, size_t i)
{
        return config->skills[i].name;
}

static struct att_text channel_name(const struct att_config *config, size_t i)
{
        return config->channels[i].name;
}

static struct att_text queue_name(const struct att_config *config, size_t i)
{
        return config->queues[i].name;
}

static struct att_text agent_id(const struct att_config *config, size_t i)
{
        return config->agents[i].id;
}

static struct att_text tier_name(const struct att_config *config, size_t i)
{
        return config->tiers[i].name;
}

static struct att_text intent_name(const struct att_config *config, size_t i)
{
        return config->intents[i].name;
}

static uint32_t find_one_by_one(const struct att_config *config, uint32_t count, name_at_fn *get,
                                struct att_text name)
{
        for (uint32_t i = 0; i < count; i++) {
                if (att_text_equals(get(config, i), name)) {
                        return i;
                }
        }
        return ATT_NONE;
}

/* In names that are sorted, or that `order` lists sorted. */
static uint32_t find_sorted(const struct att_config *config, const uint32_t *order, uint32_t count,
                            name_at_fn *get, struct att_text name)
{
        uint32_t low = 0;
        uint32_t high = count;

        while (low < high) {
                const uint32_t middle = low + (high - low) / 2;
                const uint32_t i = order ? order[middle] : middle;
                const int difference = att_text_compare(get(config, i), name);

                if (difference == 0) {
                        return i;
                }
                if (difference < 0) {
                        low = middle + 1;
                } else {
                        high = middle;
                }
        }
        return ATT_NONE;
}

uint32_t att_config_find_skill(const struct att_config *config, struct att_text name)
{
        return config->skills_by_name
                       ? find_sorted(config, config->skills_by_name, config->skill_count,
                                     skill_name, name)
                       : find_one_by_one(config, config->skill_count, skill_name, name);
}

uint32_t att_config_find_channel(const struct att_config *config, struct att_text name)
{
        return find_one_by_one(config, config->channel_count, channel_name, name);
}

uint32_t att_config_find_queue(const struct att_config *config, struct att_text name)
{
        return config->queues_by_name
                       ? find_sorted(config, config->queues_by_name, config->queue_count,
                                     queue_name, name)
                       : find_one_by_one(config, config->queue_count, queue_name, name);
}

/* Where the agent is in the slots, or the free one where it would be. */
static uint32_t slot_of(const struct att_config *config, const struct att_agent_slot *slots,
                        uint32_t mask, struct att_text id, uint32_t hash)
{
        uint32_t at = hash & mask;

        while (slots[at].agent != ATT_NONE &&
               (slots[at].hash != hash ||
                !att_text_equals(config->agents[slots[at].agent].id, id))) {
                at = (at + 1) & mask;
        }
        return at;
}

uint32_t att_config_find_agent(const struct att_config *config, struct att_text id)
{
        const struct att_agent_index *index = &config->agents_by_id;

        if (!index->slots) {
                return find_sorted(config, NULL, config->agent_count, agent_id, id);
        }
        return index
                ->slots[slot_of(config, index->slots, index->mask, id, (uint32_t)att_text_hash(id))]
                .agent;
}

uint32_t att_config_find_tier(const struct att_config *config, struct att_text name)
{
        return find_one_by_one(config, config->tier_count, tier_name, name);
}

uint32_t att_config_find_intent(const struct att_config *config, struct att_text name)
{
        return find_one_by_one(config, config->intent_count, intent_name, name);
}

struct candidates {
        const struct att_config *config;
        name_at_fn *get;
};

static struct att_text candidate_at(const void *context, size_t i)
{
        const struct candidates *candidates = context;

        return candidates->get(candidates->config, i);
}

static struct att_text nearest(const struct att_config *config, uint32_t count, name_at_fn *get,
                               struct att_text name)
{
        const struct candidates candidates = {config, get};

        return att_text_nearest(name, count, candidate_at, &candidates);
}

struct att_text att_config_nearest_skill(const struct att_config *config, struct att_text name)
{
        return nearest(config, config->skill_count, skill_name, name);
}

struct att_text att_config_nearest_channel(const struct att_config *config, struct att_text name)
{
        return nearest(config, config->channel_count, channel_name, name);
}

struct att_text att_config_nearest_queue(const struct att_config *config, struct att_text name)
{
        return nearest(config, config->queue_count, queue_name, name);
}

struct att_text att_config_nearest_agent(const struct att_config *config, struct att_text id)
{
        return nearest(config, config->agent_count, agent_id, id);
}

/* Hours ------------------------------------------------------------------- */

/* The first interval that closes after a time; their number if none does. */
static uint32_t first_closing_after(const struct att_hours *hours, int64_t at_ms)
{
        uint32_t low = 0;
        uint32_t high = hours->interval_count;

        while (low < high) {
                const uint32_t middle = low + (high - low) / 2;

                if (hours->intervals[middle].close_ms > at_ms) {
                        high = middle;
                } else {
                        low = middle + 1;
                }
        }
        return low;
}

bool att_hours_is_open(const struct att_hours *hours, int64_t at_ms)
{
        const uint32_t i = first_closing_after(hours, at_ms);

        return i < hours->interval_count && hours->intervals[i].open_ms <= at_ms;
}

int64_t att_hours_next_change(const struct att_hours *hours, int64_t at_ms)
{
        const uint32_t i = first_closing_after(hours, at_ms);

        if (i == hours->interval_count) {
                return INT64_MAX;
        }
        const struct att_interval *interval = &hours->intervals[i];

        return interval->open_ms > at_ms ? interval->open_ms : interval->close_ms;
}

/* Sealing ----------------------------------------------------------------- */

struct sorting {
        const struct att_config *config;
        name_at_fn *get;
};

static int compare_names(const void *a, const void *b, void *context)
{
        const struct sorting *sorting = context;

        return att_text_compare(sorting->get(sorting->config, *(const uint32_t *)a),
                                sorting->get(sorting->config, *(const uint32_t *)b));
}

static const uint32_t *order_by_name(struct att_config *config, uint32_t count, name_at_fn *get)
{
        uint32_t *order = att_arena_take_array(&config->arena, count, sizeof(*order));
        struct sorting sorting = {config, get};

        for (uint32_t i = 0; i < count; i++) {
                order[i] = i;
        }
        qsort_r(order, count, sizeof(*order), compare_names, &sorting);
        return order;
}

/* At most half full. */
static struct att_agent_index index_agents(struct att_config *config)
{
        struct att_agent_slot *slots;
        uint32_t count = 2;

        while (count < 2 * config->agent_count) {
                count *= 2;
        }
        slots = att_arena_take_array(&config->arena, count, sizeof(*slots));
        for (uint32_t i = 0; i < count; i++) {
                slots[i].agent = ATT_NONE;
        }
        for (uint32_t i = 0; i < config->agent_count; i++) {
                const uint32_t hash = (uint32_t)att_text_hash(config->agents[i].id);

                slots[slot_of(config, slots, count - 1, config->agents[i].id, hash)] =
                        (struct att_agent_slot){.hash = hash, .agent = i};
        }
        return (struct att_agent_index){.slots = slots, .mask = count - 1};
}

void att_config_seal(struct att_config *config)
{
        for (uint32_t i = 1; i < config->agent_count; i++) {
                ATT_CHECK(att_text_compare(config->agents[i - 1].id, config->agents[i].id) < 0);
        }
        config->skills_by_name = order_by_name(config, config->skill_count, skill_name);
        config->queues_by_name = order_by_name(config, config->queue_count, queue_name);
        config->agents_by_id = index_agents(config);
        config->digest = att_config_digest(config);
}
