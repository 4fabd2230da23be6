/* SPDX-License-Identifier: Apache-2.0 */
/* Who may take a contact, how well, and who is next: pure questions, answered from nothing. */
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/model/limits.h"
#include "tests/naive/naive_state.h"

enum { SKILLS_MAX = 64 };

bool naive_get_channel(const struct naive *naive, struct att_text name,
                       struct att_channel *ret_channel, uint32_t *ret_index)
{
        uint32_t index = att_config_find_channel(naive->config, name);

        *ret_index = index;
        if (index != ATT_NONE) {
                *ret_channel = naive->config->channels[index];
                return true;
        }
        *ret_channel = att_channel_default(name);
        return naive->config->channels_open;
}

static const struct att_agent_def *def_of(const struct naive *naive, const struct naive_agent *a)
{
        return a->def == ATT_NONE ? NULL : &naive->config->agents[a->def];
}

const struct att_policy *naive_policy_of(const struct naive *naive, const struct naive_contact *c)
{
        uint32_t policy = c->queue == ATT_NONE ? 0 : naive->config->queues[c->queue].policy;

        return &naive->config->policies[policy];
}

int64_t naive_waited_ms(const struct naive *naive, const struct naive_contact *c)
{
        return c->waited_before_ms +
               (c->waiting_since_ms >= 0 ? naive->now_ms - c->waiting_since_ms : 0);
}

/* --- What is required -------------------------------------------------------------------------- */

uint32_t naive_requires_of(const struct naive *naive, const struct naive_contact *c, uint32_t queue,
                           uint32_t step, struct att_requirement *into)
{
        const struct att_queue *q = &naive->config->queues[queue];
        uint32_t levels[SKILLS_MAX] = {0};
        uint32_t count = 0;

        ATT_CHECK(naive->config->skill_count <= SKILLS_MAX);
        for (uint32_t i = 0; i < q->steps[0].requires_count; i++) {
                levels[q->steps[0].requires[i].skill] = q->steps[0].requires[i].level;
        }
        for (uint32_t i = 0; i < c->own_count; i++) {
                uint32_t skill = att_config_find_skill(naive->config, c->own[i].skill);

                if (skill != ATT_NONE) {
                        levels[skill] = c->own[i].level;
                }
        }
        for (uint32_t i = 1; i <= step; i++) {
                for (uint32_t j = 0; j < q->steps[i].change_count; j++) {
                        levels[q->steps[i].changes[j].skill] = q->steps[i].changes[j].level;
                }
        }
        for (uint32_t i = 0; i < naive->config->skill_count; i++) {
                if (levels[i] > 0) {
                        into[count++] = (struct att_requirement){.skill = i, .level = levels[i]};
                }
        }
        return count;
}

static bool has_attributes(const struct att_agent_def *def, const struct att_queue *queue)
{
        for (uint32_t i = 0; i < queue->attribute_count; i++) {
                bool found = false;

                for (uint32_t j = 0; j < def->attribute_count; j++) {
                        found = found || (att_text_equals(def->attributes[j].key,
                                                          queue->attributes[i].key) &&
                                          att_text_equals(def->attributes[j].value,
                                                          queue->attributes[i].value));
                }
                if (!found) {
                        return false;
                }
        }
        return true;
}

static bool meets_the_rest(const struct att_agent_def *def, const struct att_queue *queue,
                           const struct att_step *step)
{
        bool one = step->any_of_count == 0;
        bool team = step->team_count == 0;

        for (uint32_t i = 0; i < step->any_of_count; i++) {
                one = one || def->levels[step->any_of[i].skill] >= step->any_of[i].level;
        }
        for (uint32_t i = 0; i < step->team_count; i++) {
                team = team || def->team == step->teams[i];
        }
        return one && team && has_attributes(def, queue);
}

bool naive_meets(const struct naive *naive, const struct naive_contact *c,
                 const struct naive_agent *a, uint32_t queue, uint32_t step)
{
        const struct att_agent_def *def = def_of(naive, a);
        struct att_requirement requires[SKILLS_MAX];
        uint32_t count = naive_requires_of(naive, c, queue, step, requires);

        if (!def) {
                return false;
        }
        for (uint32_t i = 0; i < count; i++) {
                if (def->levels[requires[i].skill] < requires[i].level) {
                        return false;
                }
        }
        return meets_the_rest(def, &naive->config->queues[queue],
                              &naive->config->queues[queue].steps[step]);
}

/* --- Eligibility ------------------------------------------------------------------------------- */

/* While a reload has removed the agent, nobody waits for them. */
bool naive_is_for_named(const struct naive *naive, const struct naive_contact *c)
{
        if (att_text_is_empty(c->named) ||
            att_config_find_agent(naive->config, c->named) == ATT_NONE) {
                return false;
        }
        return c->named_until_ms < 0 || naive->now_ms < c->named_until_ms;
}

static bool is_named(const struct naive_contact *c, const struct naive_agent *a)
{
        return !att_text_is_empty(c->named) && att_text_equals(c->named, a->id);
}

bool naive_reaches(const struct naive_agent *a, struct att_text channel)
{
        for (uint32_t i = 0; i < a->reach_count; i++) {
                if (att_text_equals(a->reach[i], channel)) {
                        return true;
                }
        }
        return a->reaches_all;
}

bool naive_works_on(const struct naive *naive, const struct naive_agent *a, struct att_text name)
{
        const struct att_agent_def *def = def_of(naive, a);
        struct att_channel channel;
        uint32_t index;

        if (!def || !naive_get_channel(naive, name, &channel, &index)) {
                return false;
        }
        if (!def->limits) {
                return true;
        }
        return index != ATT_NONE && def->limits[index] != ATT_LIMIT_OFF;
}

static bool is_left_out(const struct naive_contact *c, const struct att_agent_def *def)
{
        for (uint32_t i = 0; i < c->request->exclude_count; i++) {
                if (att_text_equals(c->request->exclude[i], def->id)) {
                        return true;
                }
        }
        return c->people_only && def->kind == ATT_AGENT_BOT;
}

static const struct att_profile_entry *entry_of(const struct naive *naive,
                                                const struct att_agent_def *def, uint32_t queue)
{
        static const struct att_profile_entry every = {.rank = 1, .delay_ms = 0};

        return !def || def->profile == ATT_NONE
                       ? &every
                       : &naive->config->profiles[def->profile].by_queue[queue];
}

/* Load, delay and cooldown apart. */
bool naive_could_meet(const struct naive *naive, const struct naive_contact *c,
                      const struct naive_agent *a, uint32_t queue, uint32_t step)
{
        const struct att_agent_def *def = def_of(naive, a);

        return def && a->presence != ATT_PRESENCE_OFFLINE &&
               naive_works_on(naive, a, c->request->channel) &&
               naive_reaches(a, c->request->channel) && !is_left_out(c, def) &&
               (is_named(c, a) || entry_of(naive, def, queue)->rank > 0) &&
               naive_meets(naive, c, a, queue, step);
}

bool naive_is_unstaffed(const struct naive *naive, const struct naive_contact *c, uint32_t queue,
                        uint32_t step)
{
        for (uint32_t i = 0; i < naive->agents.count; i++) {
                if (naive_could_meet(naive, c, NAIVE_AGENT(naive, i), queue, step)) {
                        return false;
                }
        }
        return true;
}

static bool is_cooling(const struct naive *naive, const struct naive_contact *c,
                       const struct naive_agent *a)
{
        for (uint32_t i = 0; i < c->cooldown_count; i++) {
                if (att_text_equals(c->cooldowns[i].agent, a->id) &&
                    naive->now_ms < c->cooldowns[i].until_ms) {
                        return true;
                }
        }
        return false;
}

/* Everything but room. `with_presence` off also leaves cooldown out: for offers that stand. */
bool naive_is_open_to(const struct naive *naive, const struct naive_contact *c,
                      const struct naive_agent *a, bool with_presence)
{
        const struct att_agent_def *def = def_of(naive, a);

        if (!def || !naive_works_on(naive, a, c->request->channel) ||
            !naive_reaches(a, c->request->channel) || is_left_out(c, def)) {
                return false;
        }
        if (with_presence && (a->presence != ATT_PRESENCE_READY || is_cooling(naive, c, a))) {
                return false;
        }
        if (naive_is_for_named(naive, c) && !att_text_equals(c->named, a->id)) {
                return false;
        }
        if (!is_named(c, a)) {
                const struct att_profile_entry *entry = entry_of(naive, def, c->queue);

                if (entry->rank == 0 || naive->now_ms - c->entered_at_ms < entry->delay_ms) {
                        return false;
                }
        }
        return naive_meets(naive, c, a, c->queue, c->step);
}

/* --- Room -------------------------------------------------------------------------------------- */

struct held { /* Something that an agent holds: an offer, an interaction, a pair to be made. */
        struct att_text channel;
        uint32_t units;
        bool exclusive;
};

/* The i-th of an agent's; false past the last. */
static bool get_held(const struct naive *naive, const struct naive_agent *a, uint32_t i,
                     struct held *ret_held)
{
        for (uint32_t j = 0; j < naive->works.count; j++) {
                const struct naive_work *work = NAIVE_WORK(naive, j);

                if (work->live && work->agent == a && i-- == 0) {
                        *ret_held = (struct held){.channel = work->channel,
                                                  .units = work->units,
                                                  .exclusive = work->exclusive};
                        return true;
                }
        }
        for (uint32_t j = 0; j < naive->offers.count; j++) {
                const struct naive_offer *offer = NAIVE_OFFER(naive, j);

                if (offer->live && offer->agent == a && i-- == 0) {
                        *ret_held = (struct held){.channel = offer->contact->request->channel,
                                                  .units = offer->units};
                        return true;
                }
        }
        for (uint32_t j = 0; j < naive->pair_count; j++) {
                const struct naive_pair *pair = &naive->pairs[j];

                if (pair->agent == a && i-- == 0) {
                        *ret_held = (struct held){.channel = pair->contact->request->channel,
                                                  .units = pair->units};
                        return true;
                }
        }
        return false;
}

uint32_t naive_load(const struct naive *naive, const struct naive_agent *a)
{
        struct held held;
        uint32_t load = 0;

        for (uint32_t i = 0; get_held(naive, a, i, &held); i++) {
                load += held.units;
        }
        return load;
}

bool naive_has_room(const struct naive *naive, const struct naive_contact *c,
                    const struct naive_agent *a)
{
        const struct att_agent_def *def = def_of(naive, a);
        struct att_channel channel;
        struct held held;
        uint32_t index;
        uint32_t load = 0;
        uint32_t on_channel = 0;

        if (!def || !naive_get_channel(naive, c->request->channel, &channel, &index)) {
                return false;
        }
        for (uint32_t i = 0; get_held(naive, a, i, &held); i++) {
                struct att_channel other;
                uint32_t other_index;
                bool declared = naive_get_channel(naive, held.channel, &other, &other_index);
                bool exclusive = declared ? other.exclusive : held.exclusive;

                if (att_text_equals(held.channel, c->request->channel)) {
                        on_channel++;
                } else if (channel.exclusive || exclusive) {
                        return false;
                }
                if (other_index == ATT_NONE || !(channel.interrupts >> other_index & 1)) {
                        load += held.units;
                }
        }
        if (def->limits && index != ATT_NONE && def->limits[index] != ATT_LIMIT_NONE &&
            on_channel >= def->limits[index]) {
                return false;
        }
        return def->kind == ATT_AGENT_BOT || load + channel.units <= ATT_UNITS_MAX;
}

int64_t naive_idle_ms(const struct naive *naive, const struct naive_agent *a)
{
        for (uint32_t i = 0; i < naive->works.count; i++) {
                if (NAIVE_WORK(naive, i)->live && NAIVE_WORK(naive, i)->agent == a) {
                        return 0;
                }
        }
        return naive->now_ms - a->idle_since_ms;
}

/* --- Fit --------------------------------------------------------------------------------------- */

static const struct att_tier *tier_of(const struct naive *naive, const struct naive_contact *c)
{
        const struct att_customer_info *customer = &c->request->customer;
        uint32_t named = att_config_find_tier(naive->config, customer->tier);

        if (named != ATT_NONE) {
                return &naive->config->tiers[named];
        }
        for (uint32_t i = 0; i < naive->config->tier_count; i++) {
                const struct att_conditions *when = &naive->config->tiers[i].when;
                bool holds = true;

                /* Random centres ask for numbers of the customer only. */
                for (uint32_t j = 0; j < when->count; j++) {
                        int64_t number = when->items[j].field == ATT_FIELD_CHURN_RISK
                                                 ? customer->churn_risk_ppm
                                                 : customer->lifetime_value_micro;
                        bool at_least = number >= when->items[j].number_micro;

                        ATT_CHECK(when->items[j].field == ATT_FIELD_CHURN_RISK ||
                                  when->items[j].field == ATT_FIELD_LIFETIME_VALUE);
                        ATT_CHECK(when->items[j].op == ATT_OP_GREATER_EQUAL ||
                                  when->items[j].op == ATT_OP_LESS);
                        holds = holds && number >= 0 &&
                                at_least == (when->items[j].op == ATT_OP_GREATER_EQUAL);
                }
                if (holds) {
                        return &naive->config->tiers[i];
                }
        }
        return NULL;
}

static int64_t value_ppm_of(const struct naive *naive, const struct naive_contact *c)
{
        const struct att_tier *tier = tier_of(naive, c);

        if (naive->config->tier_count == 0) {
                return ATT_PPM;
        }
        return tier ? tier->value_ppm : 0;
}

/* The weighted mean of level/10 over the skills wanted, rounded down. */
static int64_t mean_level_ppm(const struct att_agent_def *def, const int64_t *weights_milli,
                              uint32_t skill_count)
{
        int64_t weights = 0;
        int64_t sum = 0;

        for (uint32_t i = 0; i < skill_count; i++) {
                weights += weights_milli[i];
                sum += weights_milli[i] * def->levels[i];
        }
        return weights == 0 ? ATT_PPM : sum * ATT_PPM / (10 * weights);
}

static int64_t price_ppm_of(const struct naive *naive, const struct att_agent_def *def)
{
        const struct att_config *config = naive->config;
        int64_t sum = 0;

        for (uint32_t i = 0; i < config->queue_count; i++) {
                const struct att_queue *queue = &config->queues[i];
                const struct att_step *step = &queue->steps[0];
                int64_t weights[SKILLS_MAX] = {0};
                bool meets = meets_the_rest(def, queue, step);

                for (uint32_t j = 0; j < step->requires_count; j++) {
                        meets = meets &&
                                def->levels[step->requires[j].skill] >= step->requires[j].level;
                        weights[step->requires[j].skill] += ATT_MILLI;
                }
                for (uint32_t j = 0; j < queue->prefer_count; j++) {
                        weights[queue->prefers[j].skill] += queue->prefers[j].weight_milli;
                }
                sum += meets ? mean_level_ppm(def, weights, config->skill_count) : 0;
        }
        return sum / config->queue_count;
}

static int64_t skill_ppm_of(const struct naive *naive, const struct naive_contact *c,
                            const struct att_agent_def *def)
{
        const struct att_queue *queue = &naive->config->queues[c->queue];
        struct att_requirement requires[SKILLS_MAX];
        uint32_t count = naive_requires_of(naive, c, c->queue, c->step, requires);
        int64_t weights[SKILLS_MAX] = {0};
        int64_t v = value_ppm_of(naive, c);
        int64_t s;
        int64_t p = price_ppm_of(naive, def);

        for (uint32_t i = 0; i < queue->prefer_count; i++) {
                weights[queue->prefers[i].skill] = queue->prefers[i].weight_milli;
        }
        for (uint32_t i = 0; i < c->prefer_count; i++) {
                uint32_t skill = att_config_find_skill(naive->config, c->prefers[i].skill);

                if (skill != ATT_NONE) {
                        weights[skill] = c->prefers[i].weight_milli;
                }
        }
        for (uint32_t i = 0; i < count; i++) {
                weights[requires[i].skill] += ATT_MILLI;
        }
        s = mean_level_ppm(def, weights, naive->config->skill_count);
        return (v * s + (ATT_PPM - v) * (ATT_PPM - p)) / ATT_PPM;
}

int64_t naive_fit_ppm(const struct naive *naive, const struct naive_contact *c,
                      const struct naive_agent *a)
{
        const struct att_policy *policy = naive_policy_of(naive, c);
        int64_t x[ATT_FIT_TERM_COUNT] = {0};
        int64_t load = naive_load(naive, a);
        int64_t sum = 0;
        int64_t weights = 0;

        x[ATT_FIT_SKILL] = skill_ppm_of(naive, c, def_of(naive, a));
        x[ATT_FIT_REST] = att_min_i64(naive_idle_ms(naive, a), ATT_HOUR_MS / 2) * ATT_PPM /
                          (ATT_HOUR_MS / 2);
        x[ATT_FIT_LOAD] = (ATT_UNITS_MAX - att_min_i64(load, ATT_UNITS_MAX)) * ATT_PPM /
                          ATT_UNITS_MAX;
        for (int i = 0; i < ATT_FIT_TERM_COUNT; i++) {
                sum += policy->fit_milli[i] * x[i];
                weights += policy->fit_milli[i];
        }
        return weights == 0 ? 0 : sum / weights;
}

/* --- Who is next ------------------------------------------------------------------------------- */

uint32_t naive_rank_of(const struct naive *naive, const struct naive_contact *c,
                       const struct naive_agent *a)
{
        return is_named(c, a) ? 1 : entry_of(naive, def_of(naive, a), c->queue)->rank;
}

/* In thousandths of a point x milliseconds of an hour: nothing is divided that grows with time. */
static int64_t urgency_of(const struct naive *naive, const struct naive_contact *c)
{
        const struct att_queue *queue = &naive->config->queues[c->queue];
        const struct att_policy *policy = naive_policy_of(naive, c);
        const struct att_tier *tier = tier_of(naive, c);
        int64_t waited = naive_waited_ms(naive, c);
        int64_t before_knee = att_min_i64(waited, queue->urgent_after_ms);
        int64_t base = 0;
        int64_t grown;
        int64_t cap = (int64_t)policy->cap_milli * ATT_HOUR_MS;

        base += queue->steps[c->step].priority_milli + c->request_priority_milli +
                c->rules_priority_milli;
        base += tier ? tier->points_milli : 0;
        base += policy->value_milli * value_ppm_of(naive, c) / ATT_PPM;
        base += policy->emotion_milli * c->emotion_ppm / ATT_PPM;
        base += c->request->customer.last_went_badly ? policy->recovery_milli : 0;
        base *= ATT_HOUR_MS;
        grown = base + (int64_t)policy->slope_milli_per_hour * before_knee +
                (int64_t)policy->urgent_slope_milli_per_hour * (waited - before_knee);
        if (base >= cap) {
                return base;
        }
        return grown < cap ? grown : cap;
}

struct naive_key naive_key_of(const struct naive *naive, const struct naive_contact *c,
                              const struct naive_agent *a)
{
        const struct att_policy *policy = naive_policy_of(naive, c);
        int64_t fit_points = policy->fit_points_milli * naive_fit_ppm(naive, c, a) / ATT_PPM;
        int64_t waited = naive_waited_ms(naive, c);

        return (struct naive_key){
                .named = is_named(c, a),
                .starved = policy->starve_after_ms >= 0 && waited >= policy->starve_after_ms,
                .rank = naive_rank_of(naive, c, a),
                .urgency = urgency_of(naive, c) + (int64_t)fit_points * ATT_HOUR_MS,
                .put_back = c->put_back,
                .waited_ms = waited,
                .arrival = c->arrival,
                .id = c->id,
        };
}

int naive_compare_keys(const struct naive_key *a, const struct naive_key *b)
{
        if (a->named != b->named) {
                return a->named ? -1 : 1;
        }
        if (a->starved != b->starved) {
                return a->starved ? -1 : 1;
        }
        if (a->starved && a->waited_ms != b->waited_ms) {
                return a->waited_ms > b->waited_ms ? -1 : 1;
        }
        if (a->rank != b->rank) {
                return a->rank < b->rank ? -1 : 1;
        }
        if (a->urgency != b->urgency) {
                return a->urgency > b->urgency ? -1 : 1;
        }
        if (a->put_back != b->put_back) {
                return a->put_back ? -1 : 1;
        }
        if (a->waited_ms != b->waited_ms) {
                return a->waited_ms > b->waited_ms ? -1 : 1;
        }
        if (a->arrival != b->arrival) {
                return a->arrival < b->arrival ? -1 : 1;
        }
        return att_text_compare(a->id, b->id);
}
