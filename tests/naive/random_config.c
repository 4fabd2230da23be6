/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/naive/random_config.h"

struct writer {
        struct att_rng *rng;
        uint64_t features;
        const struct random_sizes *sizes;
        struct att_buffer *yaml;
        uint32_t
                queues_there; /* Bits: a reload may leave some out. The first of each always is there. */
        uint32_t skills_there;
        uint32_t channels_there;
};

static bool has(const struct writer *w, enum random_feature feature)
{
        return random_has(w->features, feature);
}

static uint32_t below(const struct writer *w, uint32_t bound)
{
        return (uint32_t)att_rng_below(w->rng, bound);
}

/* Whether the feature is there, and falls to this one. */
static bool falls(const struct writer *w, enum random_feature feature, uint32_t percent)
{
        return has(w, feature) && below(w, 100) < percent;
}

static bool is_there(uint32_t set, uint32_t i)
{
        return set >> i & 1;
}

/* All of so many but the first, each left out with some chance. */
static uint32_t choose_there(const struct writer *w, enum random_feature feature, uint32_t count)
{
        uint32_t set = 1;

        for (uint32_t i = 1; i < count; i++) {
                set |= falls(w, feature, 25) ? 0 : UINT32_C(1) << i;
        }
        return set;
}

/* The next one there after this, or `count`. */
static uint32_t next_there(uint32_t set, uint32_t i, uint32_t count)
{
        do {
                i++;
        } while (i < count && !is_there(set, i));
        return i;
}

static uint32_t some_there(const struct writer *w, uint32_t set, uint32_t count)
{
        uint32_t i = below(w, count);

        while (!is_there(set, i)) {
                i--;
        }
        return i;
}

#define WRITE(...) att_buffer_printf(w->yaml, __VA_ARGS__)

static const char *const channel_names[] = {"voice", "chat", "email"};

static uint32_t seconds(const struct writer *w)
{
        static const uint32_t some[] = {1, 2, 3, 5, 10, 20};
        const uint32_t chosen = below(w, 6);

        return has(w, RANDOM_GRID) ? RANDOM_GRID_S * (1 + chosen % 2) : some[chosen];
}

static void write_levels(const struct writer *w, uint32_t low, uint32_t percent)
{
        bool first = true;

        WRITE("{");
        for (uint32_t i = 0; i < w->sizes->skills; i++) {
                if (is_there(w->skills_there, i) && below(w, 100) < percent) {
                        static const uint32_t levels[] = {0, 3, 5, 8};
                        uint32_t level = levels[low + below(w, 4 - low)];

                        WRITE("%s s%u: %u", first ? "" : ",", i, level);
                        first = false;
                }
        }
        WRITE(" }");
}

static void write_channels(const struct writer *w)
{
        static const uint32_t units[] = {100, 50, 33, 20};

        WRITE("channels:\n");
        for (uint32_t i = 0; i < w->sizes->channels; i++) {
                uint32_t next = (i + 1) % w->sizes->channels;

                if (!is_there(w->channels_there, i)) {
                        continue;
                }
                WRITE("  %s: { units: %u, offer_timeout: %us", channel_names[i],
                      has(w, RANDOM_CHANNELS) ? units[below(w, 4)] : 100, 5 * (1 + below(w, 2)));
                if (falls(w, RANDOM_WRAP_UP, 50)) {
                        WRITE(", wrap_up: %us", seconds(w));
                }
                if (falls(w, RANDOM_AUTO, 50)) {
                        WRITE(", auto_accept: true");
                }
                if (falls(w, RANDOM_EXCLUSIVE, 40)) {
                        WRITE(", exclusive: true");
                }
                if (next != i && is_there(w->channels_there, next) &&
                    falls(w, RANDOM_INTERRUPTS, 40)) {
                        WRITE(", interrupts: [%s]", channel_names[next]);
                }
                WRITE(" }\n");
        }
}

static void write_tiers(const struct writer *w)
{
        if (!has(w, RANDOM_TIERS)) {
                return;
        }
        WRITE("tiers:\n  - { name: gold, value: 0.8, when: { lifetime_value: \">= 1000\" }, "
              "points: %u }\n",
              2 * below(w, 3));
        if (below(w, 2)) {
                WRITE("  - { name: risky, value: 0.5, when: { churn_risk: \">= 0.5\" }, "
                      "points: %u }\n",
                      below(w, 3));
        }
        if (below(w, 2)) {
                WRITE("  - { name: standard, value: 0.3 }\n");
        }
}

static void write_profiles(const struct writer *w)
{
        if (!has(w, RANDOM_PROFILES)) {
                return;
        }
        WRITE("profiles:\n");
        for (uint32_t i = 0; i < 2; i++) {
                bool one = false;

                WRITE("  p%u:\n", i);
                for (uint32_t j = 0; j < w->sizes->queues; j++) {
                        bool is_last = next_there(w->queues_there, j, w->sizes->queues) ==
                                       w->sizes->queues;

                        if (!is_there(w->queues_there, j) ||
                            (below(w, 3) == 0 && (one || !is_last))) {
                                continue;
                        }
                        one = true;
                        WRITE("    q%u: { rank: %u", j, 1 + below(w, 2));
                        if (falls(w, RANDOM_DELAYS, 50)) {
                                WRITE(", delay: %us", seconds(w));
                        }
                        WRITE(" }\n");
                }
        }
}

static void write_agents(const struct writer *w)
{
        if (has(w, RANDOM_TEAMS)) {
                WRITE("teams:\n  t0: {}\n  t1: { skills: ");
                write_levels(w, 1, 40);
                WRITE(" }\n");
        }
        WRITE("agents:\n");
        for (uint32_t i = 0; i < w->sizes->agents; i++) {
                if (i > 0 && falls(w, RANDOM_REMOVAL, 15)) {
                        continue;
                }
                WRITE("  a%u: { skills: ", i);
                write_levels(w, has(w, RANDOM_TEAMS) ? 0 : 1, 75);
                if (falls(w, RANDOM_TEAMS, 70)) {
                        WRITE(", team: t%u", below(w, 2));
                }
                if (falls(w, RANDOM_PROFILES, 60)) {
                        WRITE(", profile: p%u", below(w, 2));
                }
                if (falls(w, RANDOM_BOTS, 35)) {
                        WRITE(", kind: bot");
                }
                if (falls(w, RANDOM_WRAP_UP, 30)) {
                        WRITE(", wrap_up: %us", below(w, 4));
                }
                if (falls(w, RANDOM_ATTRIBUTES, 60)) {
                        WRITE(", attributes: { site: s%u }", below(w, 2));
                }
                if (falls(w, RANDOM_LIMITS, 60)) {
                        WRITE(", channels: { %s: %u", channel_names[0], 1 + below(w, 2));
                        for (uint32_t j = 1; j < w->sizes->channels; j++) {
                                if (is_there(w->channels_there, j) && below(w, 4) > 0) {
                                        WRITE(", %s: %u", channel_names[j], 1 + below(w, 3));
                                }
                        }
                        WRITE(" }");
                }
                WRITE(" }\n");
        }
}

static void write_policy(const struct writer *w, uint32_t i)
{
        WRITE("  pol%u:\n", i);
        if (has(w, RANDOM_FIT)) {
                WRITE("    fit: { skill: %u, rest: %u, load: %u }\n", below(w, 3), below(w, 3),
                      below(w, 3));
        } else {
                WRITE("    fit: { skill: 1 }\n");
        }
        WRITE("    urgency: { fit: %u", has(w, RANDOM_FIT_POINTS) ? 4 * below(w, 3) : 0);
        if (has(w, RANDOM_SLOPES)) {
                WRITE(", slope: %u.0/min, urgent_slope: %u.0/min", below(w, 3), 3 * below(w, 3));
        }
        if (has(w, RANDOM_POINTS)) {
                WRITE(", cap: %u, value: %u, emotion: %u, recovery: %u", 2 + 3 * below(w, 3),
                      2 * below(w, 2), 3 * below(w, 2), 2 * below(w, 2));
        }
        WRITE(" }\n");
        if (falls(w, RANDOM_STARVE, 60)) {
                WRITE("    starve_after: %us\n", seconds(w));
        }
        if (falls(w, RANDOM_BATCH, 60)) {
                WRITE("    batch: %us\n", 1 + below(w, 3));
        }
        WRITE("    on_missed: %s\n", falls(w, RANDOM_KEEP, 70) ? "keep" : "pause");
        WRITE("    retry_cooldown: %us\n", has(w, RANDOM_COOLDOWN) ? below(w, 5) : 30);
        if (falls(w, RANDOM_PREFERRED, 80)) {
                WRITE("    hold_for_preferred: %us\n", seconds(w));
        }
        WRITE("    agent_wait: %us\n", seconds(w));
        if (falls(w, RANDOM_BROADCAST, 70)) {
                WRITE("    delivery: broadcast %u\n", 2 + below(w, 2));
        }
        WRITE("    callback: { attempts: %u, pause: %us }\n", 1 + below(w, 3), seconds(w));
}

static void write_overflow(const struct writer *w, const char *key, uint32_t queue)
{
        uint32_t next = next_there(w->queues_there, queue, w->sizes->queues);

        switch (below(w, 3)) {
        case 0:
                if (next < w->sizes->queues) {
                        WRITE("    %s: { to: q%u }\n", key, next);
                        break;
                }
                __attribute__((fallthrough));
        case 1:
                WRITE("    %s: { callback: %us }\n", key, seconds(w));
                break;
        default:
                WRITE("    %s: { refuse: \"no\" }\n", key);
        }
}

static void write_steps(const struct writer *w, uint32_t queue)
{
        uint32_t count = 1 + below(w, 3);
        uint32_t next = next_there(w->queues_there, queue, w->sizes->queues);
        uint32_t after = 0;

        if (!falls(w, RANDOM_STEPS, 70)) {
                return;
        }
        WRITE("    relax:\n");
        for (uint32_t i = 0; i < count; i++) {
                after += seconds(w);
                if (i + 1 == count && next < w->sizes->queues && falls(w, RANDOM_MOVES, 50)) {
                        WRITE("      - { after: %us, queue: q%u }\n", after, next);
                        break;
                }
                WRITE("      - { after: %us, requires: ", after);
                write_levels(w, 0, 50);
                if (falls(w, RANDOM_TEAMS, 50)) {
                        WRITE(", teams: [%s]", below(w, 2) ? "" : "t1");
                }
                if (w->sizes->skills > 0 && falls(w, RANDOM_ANY_OF, 40)) {
                        WRITE(", any_of: [%s]", below(w, 2) ? "" : "{ s0: 5 }");
                }
                if (falls(w, RANDOM_POINTS, 40)) {
                        WRITE(", priority: %u", below(w, 4));
                }
                if (falls(w, RANDOM_SKIP, 40)) {
                        WRITE(", skip: unstaffed");
                }
                WRITE(" }\n");
        }
        if (falls(w, RANDOM_SKIP, 60)) {
                WRITE("    skip: unstaffed\n");
        }
}

static void write_queue(const struct writer *w, uint32_t i)
{
        WRITE("  q%u:\n    policy: pol%u\n    requires: ", i, below(w, 2));
        write_levels(w, 1, 40);
        WRITE("\n");
        if (w->sizes->skills > 0 && falls(w, RANDOM_ANY_OF, 50)) {
                WRITE("    any_of: [ { s0: %u }%s ]\n", 3 + 5 * below(w, 2),
                      is_there(w->skills_there, 1) ? ", { s1: 5 }" : "");
        }
        if (w->sizes->skills > 0 && falls(w, RANDOM_PREFERS, 60)) {
                WRITE("    prefers: { s%u: %u }\n",
                      some_there(w, w->skills_there, w->sizes->skills), 1 + below(w, 2));
        }
        if (falls(w, RANDOM_TEAMS, 40)) {
                WRITE("    teams: [t%u]\n", below(w, 2));
        }
        if (falls(w, RANDOM_ATTRIBUTES, 40)) {
                WRITE("    attributes: { site: s%u }\n", below(w, 2));
        }
        if (falls(w, RANDOM_POINTS, 60)) {
                WRITE("    priority: %u\n", below(w, 4));
        }
        if (falls(w, RANDOM_SLOPES, 60)) {
                WRITE("    urgent_after: %us\n", seconds(w));
        }
        if (falls(w, RANDOM_QUEUE_REMOVAL, 50)) {
                uint32_t to = some_there(w, w->queues_there, w->sizes->queues);

                if (to != i) {
                        WRITE("    moved_to: q%u\n", to);
                }
        }
        write_steps(w, i);
        if (falls(w, RANDOM_UNSTAFFED, 60)) {
                WRITE("    refuse_when: unstaffed\n");
        }
        if (falls(w, RANDOM_WRAP_UP, 30)) {
                WRITE("    wrap_up: %us\n", below(w, 4));
        }
        if (falls(w, RANDOM_MAX_WAIT, 60)) {
                WRITE("    max_wait: %us\n", seconds(w));
        }
        if (falls(w, RANDOM_MAX_WAITING, 60)) {
                WRITE("    max_waiting: %u\n", 1 + below(w, 2));
        }
        if (falls(w, RANDOM_OVERFLOW, 60)) {
                write_overflow(w, "overflow", i);
        }
        if (falls(w, RANDOM_HOURS, 60)) {
                WRITE("    hours: %s\n", below(w, 3) ? "office" : "late");
                if (below(w, 2)) {
                        write_overflow(w, "when_closed", i);
                }
                if (below(w, 2)) {
                        WRITE("    at_closing: overflow\n");
                }
        }
}

static void write_intake(const struct writer *w)
{
        if (!has(w, RANDOM_INTAKE)) {
                return;
        }
        WRITE("intake:\n  - { when: { language: es }, ");
        if (w->sizes->skills > 0 && below(w, 2)) {
                WRITE("requires: { s0: %u }, ", 3 + 2 * below(w, 2));
        }
        WRITE("priority: %u }\n", below(w, 3));
        WRITE("  - { when: { text: [lost, stolen] }, queue: q%u }\n",
              some_there(w, w->queues_there, w->sizes->queues));
        if (w->sizes->skills > 0) {
                WRITE("  - { when: { channel: [chat, \"v*\"] }, prefers: { s0: %u } }\n",
                      1 + below(w, 3));
        }
        WRITE("  - { when: { language: es }, queue: q0, priority: 1 }\n");
        if (below(w, 2)) {
                WRITE("  - { otherwise: q%u }\n", some_there(w, w->queues_there, w->sizes->queues));
        }
}

void random_config_write(struct att_rng *rng, uint64_t features, const struct random_sizes *sizes,
                         struct att_buffer *yaml)
{
        struct writer writer = {.rng = rng, .features = features, .sizes = sizes, .yaml = yaml};
        const struct writer *w = &writer;

        writer.queues_there = choose_there(w, RANDOM_QUEUE_REMOVAL, sizes->queues);
        writer.skills_there = choose_there(w, RANDOM_SKILL_REMOVAL, sizes->skills);
        writer.channels_there = choose_there(w, RANDOM_CHANNEL_REMOVAL, sizes->channels);
        WRITE("attune: 1\n");
        if (sizes->skills > 0) {
                WRITE("skills: {");
                for (uint32_t i = 0; i < sizes->skills; i++) {
                        if (is_there(w->skills_there, i)) {
                                WRITE("%s s%u: {}", i ? "," : "", i);
                        }
                }
                WRITE(" }\n");
        }
        write_channels(w);
        write_tiers(w);
        write_profiles(w);
        write_agents(w);
        WRITE("policies:\n");
        write_policy(w, 0);
        write_policy(w, 1);
        WRITE("queues:\n");
        for (uint32_t i = 0; i < sizes->queues; i++) {
                if (is_there(w->queues_there, i)) {
                        write_queue(w, i);
                }
        }
        if (has(w, RANDOM_HOURS)) {
                WRITE("hours:\n  office: { zone: UTC, open: { mon-fri: \"09:00-09:01\" } }\n"
                      "  late: { zone: Europe/Madrid, open: { tue: \"10:01-10:0%u\" } }\n",
                      2 + below(w, 2));
        }
        write_intake(w);
        WRITE("limits: { offers_per_contact: %u", has(w, RANDOM_ROUNDS) ? 1 + below(w, 2) : 50);
        if (has(w, RANDOM_CONTACTS_MAX)) {
                WRITE(", contacts: %u", 2 + below(w, 4));
        }
        WRITE(" }\n");
}
