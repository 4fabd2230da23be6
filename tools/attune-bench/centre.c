/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attune-bench/centre.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/model/limits.h"
#include "tools/attune-bench/memory.h"

#define MINUTE_MS      INT64_C(60000)
#define DAY_MS         (24 * 60 * MINUTE_MS)
#define EMPATHY        0 /* The skill of kind human. */
#define POLICIES       4
#define PROFILES       8
#define ASKED_MAX      3
#define ASKED_PLAIN    2
#define RARE_LEVEL     10 /* Of skill 1, where queues need their step. */
#define MICRO          INT64_C(1000000)
#define RELAX_AFTER_MS MINUTE_MS

static const char *const tier_names[CENTRE_TIERS] = {"platinum", "gold", "silver", "standard"};
static const int64_t tier_values[CENTRE_TIERS] = {20000, 5000, 1000, 0}; /* From this on. */

/* ---- Names ---- */

struct att_text centre_agent_id(uint32_t agent, char id[CENTRE_ID_BYTES])
{
        (void)snprintf(id, CENTRE_ID_BYTES, "agent-%06u", agent);
        return att_text_from(id);
}

struct att_text centre_contact_id(uint32_t contact, char id[CENTRE_ID_BYTES])
{
        (void)snprintf(id, CENTRE_ID_BYTES, "contact-%08u", contact);
        return att_text_from(id);
}

uint32_t centre_number(struct att_text id)
{
        uint32_t number = 0;

        for (size_t i = 0; i < id.len; i++) {
                if (id.data[i] >= '0' && id.data[i] <= '9') {
                        number = number * 10 + (uint32_t)(id.data[i] - '0');
                }
        }
        return number;
}

static struct att_text make_name(struct att_config *config, const char *noun, uint32_t number)
{
        char name[CENTRE_ID_BYTES];

        (void)snprintf(name, sizeof(name), "%s-%04u", noun, number);
        return att_arena_text(&config->arena, att_text_from(name));
}

/* ---- The configuration ---- */

static void *take_array(struct att_config *config, size_t count, size_t bytes_each)
{
        return att_arena_take_array(&config->arena, count, bytes_each);
}

static void make_skills(struct att_config *config, const struct centre_plan *plan)
{
        struct att_skill *skills = take_array(config, plan->skills, sizeof(*skills));

        for (uint32_t i = 0; i < plan->skills; i++) {
                skills[i].name = make_name(config, "skill", i);
                skills[i].title = skills[i].name;
                skills[i].kind = i == EMPATHY ? ATT_SKILL_HUMAN : ATT_SKILL_KNOWLEDGE;
        }
        config->skills = skills;
        config->skill_count = plan->skills;
}

static void make_channels(struct att_config *config, const struct centre_plan *plan)
{
        struct att_channel *channels = take_array(config, CENTRE_CHANNELS, sizeof(*channels));

        channels[CENTRE_VOICE] = att_channel_default(ATT_TEXT("voice"));
        channels[CENTRE_CHAT] = att_channel_default(ATT_TEXT("chat"));
        if (plan->kind == CENTRE_PLAIN) {
                channels[CENTRE_VOICE].wrap_up_ms = 0;
        } else if (plan->kind != CENTRE_TWO_FLOORS) {
                channels[CENTRE_CHAT].units = 33;
                channels[CENTRE_VOICE].wrap_up_ms = 30000;
                channels[CENTRE_CHAT].wrap_up_ms = 10000;
        }
        config->channels = channels;
        config->channel_count = plan->kind == CENTRE_PLAIN ? CENTRE_CHAT : CENTRE_CHANNELS;
        config->channels_open = false;
}

static void make_tiers(struct att_config *config)
{
        struct att_tier *tiers = take_array(config, CENTRE_TIERS, sizeof(*tiers));

        for (uint32_t i = 0; i < CENTRE_TIERS; i++) {
                struct att_condition *when = take_array(config, 1, sizeof(*when));

                *when = (struct att_condition){
                        .field = ATT_FIELD_LIFETIME_VALUE,
                        .op = ATT_OP_GREATER_EQUAL,
                        .number_micro = tier_values[i] * MICRO,
                };
                tiers[i] = (struct att_tier){
                        .name = att_text_from(tier_names[i]),
                        .value_ppm = MICRO - 300000 * (int64_t)i,
                        .points_milli = 1000 * 5 * (int64_t)(CENTRE_TIERS - 1 - i),
                        .when = {.items = when, .count = 1},
                };
        }
        config->tiers = tiers;
        config->tier_count = CENTRE_TIERS;
}

/* One policy, by which nothing but skill counts. */
static void make_plain_policy(struct att_config *config)
{
        struct att_policy *policy = take_array(config, 1, sizeof(*policy));

        *policy = att_policy_default();
        for (int i = 0; i < ATT_FIT_TERM_COUNT; i++) {
                policy->fit_milli[i] = i == ATT_FIT_SKILL ? 1000 : 0;
        }
        config->policies = policy;
        config->policy_count = 1;
}

static void make_policies(struct att_config *config)
{
        static const uint32_t weights[POLICIES][ATT_FIT_TERM_COUNT] = {
                {4000, 2000, 2000, 2000, 1000, 1000},
                {8000, 1000, 1000, 1000, 1000, 1000},
                {2000, 2000, 4000, 4000, 1000, 1000},
                {3000, 3000, 1000, 1000, 3000, 1000},
        };
        struct att_policy *policies = take_array(config, POLICIES, sizeof(*policies));

        for (uint32_t i = 0; i < POLICIES; i++) {
                policies[i] = att_policy_default();
                policies[i].name = make_name(config, "policy", i);
                att_copy(policies[i].fit_milli, weights[i], sizeof(weights[i]));
                policies[i].on_missed = ATT_MISSED_KEEPS;
        }
        policies[1].slope_milli_per_hour /= 2;
        policies[2].starve_after_ms = 30 * MINUTE_MS;
        policies[3].fit_points_milli = 20 * 1000;
        config->policies = policies;
        config->policy_count = POLICIES;
}

static bool asks_for(const struct att_requirement *asked, uint32_t count, uint32_t skill)
{
        for (uint32_t i = 0; i < count; i++) {
                if (asked[i].skill == skill) {
                        return true;
                }
        }
        return false;
}

static int compare_skills(const void *a, const void *b)
{
        const struct att_requirement *left = a;
        const struct att_requirement *right = b;

        return (left->skill > right->skill) - (left->skill < right->skill);
}

/* One to three skills, at levels that three agents in four reach who have the skill at all. */
static uint32_t draw_asked(struct att_rng *rng, const struct centre_plan *plan,
                           struct att_requirement asked[ASKED_MAX])
{
        uint32_t most = plan->kind == CENTRE_PLAIN ? ASKED_PLAIN : ASKED_MAX;
        uint32_t wanted = 1 + (uint32_t)att_rng_below(rng, most);
        uint32_t count = 0;

        if (plan->kind == CENTRE_NEEDS_STEP) {
                asked[count++] = (struct att_requirement){1, RARE_LEVEL};
        }
        while (count < wanted && count + 1 < plan->skills) {
                uint32_t skill = 1 + (uint32_t)att_rng_below(rng, plan->skills - 1);

                if (!asks_for(asked, count, skill)) {
                        asked[count].skill = skill;
                        asked[count++].level = 1 + (uint32_t)att_rng_below(rng, 5);
                }
        }
        qsort(asked, count, sizeof(*asked), compare_skills);
        return count;
}

/* From a minute on half of the level is enough. */
static struct att_step make_relaxed(struct att_config *config, const struct att_step *first)
{
        struct att_requirement *easier = take_array(config, first->requires_count, sizeof(*easier));

        for (uint32_t i = 0; i < first->requires_count; i++) {
                easier[i] = first->requires[i];
                easier[i].level = (easier[i].level + 1) / 2;
        }
        return (struct att_step){
                .after_ms = RELAX_AFTER_MS,
                .requires = easier,
                .requires_count = first->requires_count,
                .changes = easier,
                .change_count = first->requires_count,
                .move_to = ATT_NONE,
        };
}

static void make_queue(struct att_config *config, const struct centre_plan *plan,
                       struct att_rng *rng, uint32_t number, struct att_queue *queue)
{
        struct att_requirement *asked = take_array(config, ASKED_MAX, sizeof(*asked));
        struct att_preference *preferred = take_array(config, 1, sizeof(*preferred));
        struct att_step *steps = take_array(config, 2, sizeof(*steps));
        bool is_plain = plan->kind == CENTRE_PLAIN;

        steps[0] = (struct att_step){
                .requires = asked,
                .requires_count = draw_asked(rng, plan, asked),
                .move_to = ATT_NONE,
        };
        steps[1] = make_relaxed(config, &steps[0]);
        *preferred = (struct att_preference){
                .skill = (uint32_t)att_rng_below(rng, plan->skills),
                .weight_milli = 500,
        };
        *queue = (struct att_queue){
                .name = make_name(config, "queue", number),
                .steps = steps,
                .step_count = plan->kind == CENTRE_TWO_FLOORS || is_plain ? 1 : 2,
                .prefers = preferred,
                .prefer_count = is_plain ? 0 : 1,
                .policy = is_plain ? 0 : number % POLICIES,
                .urgent_after_ms = 2 * MINUTE_MS,
                .service_level_ppm = 800000,
                .service_level_within_ms = 20000,
                .wrap_up_ms = -1,
                .max_wait_ms = DAY_MS,
                .hours = ATT_NONE,
                .moved_to = ATT_NONE,
        };
        queue->title = queue->name;
}

static void make_queues(struct att_config *config, const struct centre_plan *plan,
                        struct att_rng *rng)
{
        struct att_queue *queues = take_array(config, plan->queues, sizeof(*queues));

        for (uint32_t i = 0; i < plan->queues; i++) {
                make_queue(config, plan, rng, i, &queues[i]);
        }
        config->queues = queues;
        config->queue_count = plan->queues;
}

/* Each serves three queues in four, a third of them first. */
static void make_profiles(struct att_config *config, const struct centre_plan *plan,
                          struct att_rng *rng)
{
        struct att_profile *profiles = take_array(config, PROFILES, sizeof(*profiles));

        for (uint32_t i = 0; i < PROFILES; i++) {
                struct att_profile_entry *entries = take_array(config, plan->queues,
                                                               sizeof(*entries));

                for (uint32_t q = 0; q < plan->queues; q++) {
                        entries[q].rank = (uint32_t)att_rng_below(rng, 4);
                }
                profiles[i].name = make_name(config, "profile", i);
                profiles[i].by_queue = entries;
        }
        config->profiles = profiles;
        config->profile_count = PROFILES;
}

static const uint8_t *draw_levels(struct att_config *config, const struct centre_plan *plan,
                                  struct att_rng *rng)
{
        uint8_t *levels = take_array(config, plan->skills, 1);
        int64_t most = plan->kind == CENTRE_NEEDS_STEP ? RARE_LEVEL - 1 : ATT_LEVEL_MAX;

        for (uint32_t i = 0; i < plan->skills; i++) {
                int64_t level = att_rng_between(rng, 1, most);

                levels[i] = att_rng_below(rng, 2) == 0 ? 0 : (uint8_t)level;
        }
        return levels;
}

static const uint32_t *make_limits(struct att_config *config, uint32_t agent)
{
        uint32_t *limits = take_array(config, CENTRE_CHANNELS, sizeof(*limits));
        bool on_the_phone = agent % 5 == 0;

        limits[CENTRE_VOICE] = on_the_phone ? ATT_LIMIT_NONE : ATT_LIMIT_OFF;
        limits[CENTRE_CHAT] = on_the_phone ? ATT_LIMIT_OFF : ATT_LIMIT_NONE;
        return limits;
}

static void make_agents(struct att_config *config, const struct centre_plan *plan,
                        struct att_rng *rng)
{
        struct att_agent_def *agents = take_array(config, plan->agents, sizeof(*agents));
        struct att_rng learned;
        char id[CENTRE_ID_BYTES];

        att_rng_fork(rng, &learned);
        for (uint32_t i = 0; i < plan->agents; i++) {
                agents[i] = (struct att_agent_def){
                        .id = att_arena_text(&config->arena, centre_agent_id(i, id)),
                        .team = ATT_NONE,
                        .profile = ATT_NONE,
                        .levels = draw_levels(config, plan, rng),
                        .wrap_up_ms = -1,
                };
                agents[i].name = agents[i].id;
                if (plan->kind != CENTRE_PLAIN && att_rng_below(rng, 4) == 0) {
                        agents[i].profile = (uint32_t)att_rng_below(rng, PROFILES);
                }
                if (plan->kind == CENTRE_TWO_FLOORS) {
                        agents[i].limits = make_limits(config, i);
                }
                if (plan->other && i % 10 == 0) {
                        agents[i].levels = draw_levels(config, plan, &learned);
                }
        }
        config->agents = agents;
        config->agent_count = plan->agents;
}

const struct att_config *centre_config(const struct centre_plan *plan)
{
        struct att_config *config = att_config_new();
        struct att_rng rng;

        att_rng_seed(&rng, plan->seed);
        make_skills(config, plan);
        make_channels(config, plan);
        if (plan->kind == CENTRE_PLAIN) {
                make_plain_policy(config);
        } else {
                make_tiers(config);
                make_policies(config);
        }
        make_queues(config, plan, &rng);
        if (plan->kind != CENTRE_PLAIN) {
                make_profiles(config, plan, &rng);
        }
        make_agents(config, plan, &rng);
        config->contacts_max = plan->contacts_max;
        config->customers_max = plan->contacts_max;
        att_config_seal(config);
        return config;
}

/* ---- The engine ---- */

struct att_command centre_command(enum att_command_kind kind)
{
        return (struct att_command){.kind = kind, .front_end = ATT_TEXT("bench")};
}

void centre_step(struct centre *centre, struct att_command *command)
{
        command->seq = ++centre->seq;
        command->at_ms = centre->now_ms;
        if (centre->on_command) {
                centre->on_command(centre->context, command);
        }
        memory_count(true);
        att_core_step(centre->core, command, &centre->effects);
        memory_count(false);
        if (att_effects_refusal(&centre->effects)) {
                centre->refused++;
        }
        if (centre->on_stepped) {
                centre->on_stepped(centre->context, command);
        }
}

void centre_init(struct centre *centre, const struct centre_plan *plan)
{
        struct att_command command = centre_command(ATT_CMD_CONFIG);

        *centre = (struct centre){
                .plan = *plan,
                .config = centre_config(plan),
                .core = att_core_new(),
                .now_ms = CENTRE_START_MS,
        };
        command.config = centre->config;
        centre_step(centre, &command);
}

void centre_deinit(struct centre *centre)
{
        att_core_free(centre->core);
        att_effects_deinit(&centre->effects);
        att_config_unref(centre->config);
}

/* ---- Contacts ---- */

struct centre_contact centre_draw_contact(const struct centre *centre, struct att_rng *rng,
                                          uint32_t number, uint32_t emotions)
{
        struct centre_contact contact = {
                .number = number,
                .queue = (uint32_t)att_rng_below(rng, centre->plan.queues),
                .channel = att_rng_below(rng, 2) == 0 ? CENTRE_VOICE : CENTRE_CHAT,
                .tier = (uint32_t)att_rng_below(rng, CENTRE_TIERS),
                .has_customer = true,
                .last_agent = ATT_NONE,
                .last_spoke_ms = -1,
        };
        int64_t upset = att_rng_between(rng, 1, emotions);

        if (centre->plan.kind == CENTRE_PLAIN) {
                contact.channel = CENTRE_VOICE;
                contact.has_customer = false;
                return contact;
        }
        if (att_rng_below(rng, 3) == 0) {
                contact.emotion_ppm = upset * MICRO / emotions;
        }
        if (att_rng_below(rng, 4) == 0) {
                contact.last_agent = (uint32_t)att_rng_below(rng, centre->plan.agents);
                contact.last_spoke_ms = CENTRE_START_MS - att_rng_between(rng, 1, 90 * DAY_MS);
                contact.last_went_badly = att_rng_below(rng, 5) == 0;
        }
        return contact;
}

static struct att_customer_info describe_customer(const struct centre_contact *contact,
                                                  struct att_text id, struct att_text last_agent)
{
        struct att_customer_info customer = {
                .lifetime_value_micro = (tier_values[contact->tier] + 10) * MICRO,
                .churn_risk_ppm = -1,
                .last_spoke_ms = -1,
        };

        if (!contact->has_customer) {
                return customer;
        }
        customer.id = id;
        customer.name = ATT_TEXT("Mar\xc3\xad"
                                 "a Dolores Ortiz");
        customer.currency = ATT_TEXT("EUR");
        customer.notes = ATT_TEXT("prefers to be called after five");
        customer.last_agent = last_agent;
        customer.last_spoke_ms = contact->last_spoke_ms;
        customer.last_went_badly = contact->last_went_badly;
        return customer;
}

void centre_add_contact(struct centre *centre, const struct centre_contact *contact)
{
        static const struct att_pair attributes[] = {
                {{"product", 7}, {"card", 4}},
                {{"page", 4}, {"/accounts/cards/blocked", 23}},
        };
        const struct att_config *config = centre->config;
        struct att_command command = centre_command(ATT_CMD_CONTACT_ADD);
        char id[CENTRE_ID_BYTES];
        char customer[CENTRE_ID_BYTES];

        (void)snprintf(customer, sizeof(customer), "customer-%08u", contact->number);
        command.contact = centre_contact_id(contact->number, id);
        command.request = (struct att_contact_request){
                .id = command.contact,
                .channel = config->channels[contact->channel].name,
                .queue = config->queues[contact->queue].name,
                .priority_milli = ATT_ABSENT,
                .emotion_ppm = contact->emotion_ppm,
                .not_before_ms = ATT_ABSENT,
                .waited_ms = ATT_ABSENT,
        };
        if (centre->plan.kind != CENTRE_PLAIN) {
                command.request.language = ATT_TEXT("es-ES");
                command.request.text = ATT_TEXT(
                        "my card was stolen this morning, what do I do now?");
                command.request.attributes = attributes;
                command.request.attribute_count = ATT_ARRAY_LEN(attributes);
        }
        command.request.customer = describe_customer(
                contact, att_text_from(customer),
                contact->last_agent == ATT_NONE ? ATT_TEXT_NONE
                                                : config->agents[contact->last_agent].id);
        centre_step(centre, &command);
}
