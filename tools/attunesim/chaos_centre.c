/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/chaos_centre.h"

#include "lib/base/util.h"

struct writer {
        struct att_rng *rng;
        struct att_buffer *yaml;
        const struct centre *centre;
        bool whole;
};

#define WRITE(...) att_buffer_printf(w->yaml, __VA_ARGS__)

static const char *const channels[CENTRE_CHANNELS] = {"voice", "chat", "email"};

const char *centre_channel(uint32_t i)
{
        return channels[i];
}

static uint32_t below(const struct writer *w, uint32_t bound)
{
        return (uint32_t)att_rng_below(w->rng, bound);
}

static bool falls(const struct writer *w, uint32_t percent)
{
        return below(w, 100) < percent;
}

static const uint32_t paces[] = {1, 1, 5, 25, 100};

/* A time in milliseconds, at the centre's pace. */
static uint32_t ms(const struct writer *w, uint32_t seconds)
{
        return seconds * 1000 / w->centre->pace;
}

void centre_choose(struct att_rng *rng, struct centre *ret_centre)
{
        *ret_centre = (struct centre){
                .agents = 2 + (uint32_t)att_rng_below(rng, CENTRE_AGENTS_MAX - 1),
                .queues = 1 + (uint32_t)att_rng_below(rng, CENTRE_QUEUES_MAX),
                .contacts_max = 10 + (uint32_t)att_rng_below(rng, 90),
                .pace = paces[att_rng_below(rng, ATT_ARRAY_LEN(paces))],
        };
}

static void write_channels(const struct writer *w)
{
        static const uint32_t units[CENTRE_CHANNELS][2] = {{100, 100}, {50, 33}, {25, 20}};

        WRITE("channels:\n");
        for (uint32_t i = 0; i < CENTRE_CHANNELS; i++) {
                WRITE("  %s: { units: %u, offer_timeout: %ums, wrap_up: %ums", channels[i],
                      units[i][below(w, 2)], ms(w, 3 + below(w, 12)), ms(w, below(w, 3) * 4));
                WRITE("%s%s }\n", i == 2 && falls(w, 50) ? ", auto_accept: true" : "",
                      i == 0 && falls(w, 30) ? ", exclusive: true" : "");
        }
}

static void write_levels(const struct writer *w, uint32_t low, uint32_t percent)
{
        bool first = true;

        WRITE("{");
        for (uint32_t i = 0; i < CENTRE_SKILLS; i++) {
                if (falls(w, percent)) {
                        WRITE("%s s%u: %u", first ? "" : ",", i, low + below(w, 8));
                        first = false;
                }
        }
        WRITE(" }");
}

static void write_agents(const struct writer *w)
{
        WRITE("agents:\n");
        for (uint32_t i = 0; i < w->centre->agents; i++) {
                if (i > 0 && !w->whole && falls(w, 8)) {
                        continue;
                }
                WRITE("  a%u: { skills: ", i);
                if (i == 0) {
                        WRITE("{ s0: 10, s1: 10, s2: 10 }"); /* Somebody can do everything. */
                } else {
                        write_levels(w, 1, 75);
                }
                if (i > 0 && falls(w, 30)) {
                        WRITE(", channels: { voice: 1, chat: %u, email: %u }", 1 + below(w, 2),
                              1 + below(w, 3));
                }
                WRITE(" }\n");
        }
}

static void write_policy(const struct writer *w, uint32_t i)
{
        WRITE("  p%u:\n    fit: { skill: %u, rest: %u, load: %u, continuity: %u, outcome: %u }\n",
              i, 1 + below(w, 3), below(w, 3), below(w, 3), w->centre->is_plain ? 0 : below(w, 2),
              w->centre->is_plain ? 0 : below(w, 2));
        WRITE("    urgency: { fit: %u, slope: %u.0/min, urgent_slope: %u.0/min, value: %u, "
              "emotion: %u, recovery: %u }\n",
              4 * below(w, 3), below(w, 3), 2 * below(w, 4), below(w, 5), below(w, 5),
              w->centre->is_plain ? 0 : below(w, 8));
        WRITE("    on_missed: %s\n    retry_cooldown: %ums\n", falls(w, 70) ? "keep" : "pause",
              ms(w, below(w, 8)));
        if (falls(w, 30)) {
                WRITE("    batch: %ums\n", 1 + (100 + below(w, 1500)) / w->centre->pace);
        }
        if (falls(w, 30)) {
                WRITE("    starve_after: %ums\n", ms(w, 20 + below(w, 100)));
        }
        if (falls(w, 30)) {
                WRITE("    delivery: broadcast %u\n", 2 + below(w, 2));
        }
        if (falls(w, 40)) {
                WRITE("    hold_for_preferred: %ums\n", ms(w, 1 + below(w, 10)));
        }
        WRITE("    agent_wait: %ums\n    callback: { attempts: %u, pause: %ums }\n",
              ms(w, 5 + below(w, 20)), 1 + below(w, 3), ms(w, 5 + below(w, 60)));
}

static void write_steps(const struct writer *w, uint32_t queue)
{
        uint32_t after = 0;
        uint32_t count = below(w, 3);

        if (count == 0) {
                return;
        }
        WRITE("    relax:\n");
        for (uint32_t i = 0; i < count; i++) {
                after += 3 + below(w, 15);
                WRITE("      - { after: %ums, ", ms(w, after));
                if (i + 1 == count && queue > 0 && falls(w, 25)) {
                        WRITE("queue: q0 }\n");
                        return;
                }
                WRITE("requires: { s%u: 0 }%s%s }\n", below(w, CENTRE_SKILLS),
                      falls(w, 30) ? ", priority: 6" : "", falls(w, 20) ? ", skip: unstaffed" : "");
        }
}

static void write_queue(const struct writer *w, uint32_t i)
{
        if (i > 0 && !w->whole && falls(w, 10)) {
                return;
        }
        WRITE("  q%u:\n    policy: p%u\n    priority: %u\n    requires: ", i, below(w, 2),
              below(w, 5));
        write_levels(w, 1, 45);
        WRITE("\n    max_wait: %ums\n", ms(w, 20 + below(w, 160)));
        if (i > 0 && falls(w, 50)) {
                WRITE("    moved_to: q0\n");
        }
        if (falls(w, 30)) {
                WRITE("    max_waiting: %u\n", 3 + below(w, 20));
        }
        switch (below(w, 4)) {
        case 0:
                WRITE("    overflow: { callback: %ums }\n", ms(w, 5 + below(w, 60)));
                break;
        case 1:
                WRITE("    overflow: { refuse: \"please try again\" }\n");
                break;
        case 2:
                if (i > 0) {
                        WRITE("    overflow: { to: q0 }\n");
                }
                break;
        default:
                break;
        }
        if (falls(w, 20)) {
                WRITE("    wrap_up: %ums\n", ms(w, below(w, 10)));
        }
        write_steps(w, i);
}

void centre_write(const struct centre *centre, struct att_rng *rng, bool whole,
                  struct att_buffer *yaml)
{
        const struct writer writer = {rng, yaml, centre, whole};
        const struct writer *w = &writer;

        WRITE("attune: 1\nskills: { s0: {}, s1: {}, s2: { kind: human } }\n");
        write_channels(w);
        WRITE("tiers:\n  - { name: gold, value: 0.9, when: { lifetime_value: \">= 5000\" }, "
              "points: %u }\n  - { name: standard, value: 0.3 }\n",
              below(w, 6));
        write_agents(w);
        WRITE("policies:\n");
        write_policy(w, 0);
        write_policy(w, 1);
        WRITE("queues:\n");
        for (uint32_t i = 0; i < centre->queues; i++) {
                write_queue(w, i);
        }
        WRITE("limits: { contacts: %u, offers_per_contact: %u }\n", centre->contacts_max,
              3 + below(w, 20));
}
