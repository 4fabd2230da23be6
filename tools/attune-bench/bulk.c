/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attune-bench/bulk.h"

#include "lib/base/check.h"
#include "tools/attune-bench/bench.h"
#include "tools/attune-bench/centre.h"

#define AGENTS      5000
#define FREE_AGENTS 1000
#define WAITING     100000
#define RELAXING    50000
#define SKILLS      64
#define QUEUES      64
#define EMOTIONS    100
#define OFFERS_MAX  8  /* Of one agent. */
#define ARRIVAL_MS  10 /* From one to the next. */
#define STEP_MS     INT64_C(60000)

struct sizes {
        uint64_t seed;
        uint32_t agents;
        uint32_t free_agents;
        uint32_t waiting;
        uint32_t relaxing;
};

static struct sizes find_sizes(uint64_t seed, uint32_t percent)
{
        return (struct sizes){
                .seed = seed,
                .agents = AGENTS * percent / 100,
                .free_agents = FREE_AGENTS * percent / 100,
                .waiting = WAITING * percent / 100,
                .relaxing = RELAXING * percent / 100,
        };
}

static void open_centre(struct centre *centre, enum centre_kind kind, const struct sizes *sizes)
{
        const struct centre_plan plan = {
                .kind = kind,
                .agents = sizes->agents,
                .skills = SKILLS,
                .queues = QUEUES,
                .contacts_max = sizes->waiting + sizes->agents,
                .seed = sizes->seed,
        };

        centre_init(centre, &plan);
}

static void add_contacts(struct centre *centre, uint32_t count, int64_t apart_ms)
{
        struct att_rng rng;

        att_rng_seed(&rng, centre->plan.seed + 1);
        for (uint32_t i = 0; i < count; i++) {
                struct centre_contact contact = centre_draw_contact(centre, &rng, i, EMOTIONS);

                centre->now_ms += apart_ms;
                centre_add_contact(centre, &contact);
        }
}

static void sign_on_one(struct centre *centre, uint32_t agent)
{
        struct att_command command = centre_command(ATT_CMD_AGENT_READY);
        char id[CENTRE_ID_BYTES];

        command.agent = centre_agent_id(agent, id);
        centre_step(centre, &command);
}

static void sign_on(struct centre *centre, uint32_t count)
{
        for (uint32_t i = 0; i < count; i++) {
                sign_on_one(centre, i);
        }
}

/* Accepts what the last command brought one agent. */
static void accept_offers(struct centre *centre)
{
        uint32_t contacts[OFFERS_MAX];
        uint32_t agents[OFFERS_MAX];
        uint32_t count = 0;

        for (uint32_t i = 0; i < centre->effects.count && count < OFFERS_MAX; i++) {
                const struct att_effect *effect = &centre->effects.items[i];

                if (effect->kind == ATT_EFFECT_OFFER) {
                        contacts[count] = centre_number(effect->contact);
                        agents[count++] = centre_number(effect->agent);
                }
        }
        for (uint32_t i = 0; i < count; i++) {
                struct att_command command = centre_command(ATT_CMD_OFFER_ACCEPT);
                char contact[CENTRE_ID_BYTES];
                char agent[CENTRE_ID_BYTES];

                command.contact = centre_contact_id(contacts[i], contact);
                command.agent = centre_agent_id(agents[i], agent);
                centre_step(centre, &command);
        }
}

static double passed_ms(int64_t begin_ns)
{
        return (double)(bench_own_cpu_ns() - begin_ns) / 1e6;
}

static double measure_sign_on(const struct sizes *sizes, uint32_t waiting)
{
        struct centre centre;
        int64_t begin_ns;
        double ms;

        open_centre(&centre, CENTRE_MIXED, sizes);
        add_contacts(&centre, waiting, ARRIVAL_MS);
        begin_ns = bench_own_cpu_ns();
        sign_on(&centre, sizes->agents);
        ms = passed_ms(begin_ns);
        ATT_CHECK(centre.refused == 0);
        centre_deinit(&centre);
        return ms;
}

static double measure_step(const struct sizes *sizes, uint32_t free_agents)
{
        struct centre centre;
        struct att_command tick = centre_command(ATT_CMD_TICK);
        int64_t begin_ns;
        double ms;

        open_centre(&centre, CENTRE_NEEDS_STEP, sizes);
        sign_on(&centre, free_agents);
        add_contacts(&centre, sizes->relaxing, 0);
        centre.now_ms += STEP_MS;
        begin_ns = bench_own_cpu_ns();
        centre_step(&centre, &tick);
        ms = passed_ms(begin_ns);
        ATT_CHECK(centre.refused == 0 && centre.effects.count >= sizes->relaxing);
        centre_deinit(&centre);
        return ms;
}

static double measure_reload(const struct sizes *sizes)
{
        struct centre centre;
        struct centre_plan other;
        const struct att_config *config;
        struct att_command reload = centre_command(ATT_CMD_CONFIG);
        int64_t begin_ns;
        double ms;

        open_centre(&centre, CENTRE_MIXED, sizes);
        add_contacts(&centre, sizes->waiting, ARRIVAL_MS);
        for (uint32_t i = 0; i < sizes->agents; i++) {
                sign_on_one(&centre, i);
                accept_offers(&centre);
        }
        other = centre.plan;
        other.other = true;
        config = centre_config(&other);
        reload.config = config;
        begin_ns = bench_own_cpu_ns();
        centre_step(&centre, &reload);
        ms = passed_ms(begin_ns);
        ATT_CHECK(centre.refused == 0);
        centre_deinit(&centre);
        att_config_unref(config);
        return ms;
}

void bulk_measure(uint64_t seed, uint32_t percent, struct bulk *ret_bulk)
{
        const struct sizes sizes = find_sizes(seed, percent);

        *ret_bulk = (struct bulk){
                .sign_on_ms = measure_sign_on(&sizes, 0),
                .sign_on_waiting_ms = measure_sign_on(&sizes, sizes.waiting),
                .step_ms = measure_step(&sizes, 0),
                .step_served_ms = measure_step(&sizes, sizes.free_agents),
                .reload_ms = measure_reload(&sizes),
        };
}
