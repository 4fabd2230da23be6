/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole lives through the engine, at a standing load.
 *
 * A crowd (crowd.h) makes the commands, since what people do depends on what the engine says. That
 * is done a chunk ahead, with an engine of its own; measured is a second engine in the same state,
 * which takes the same commands one after the other, and nothing but att_core_step(). Both must end
 * in the same state.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/arena.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/model/limits.h"
#include "tools/attune-bench/bench.h"
#include "tools/attune-bench/bulk.h"
#include "tools/attune-bench/crowd.h"
#include "tools/attune-bench/figures.h"
#include "tools/attune-bench/memory.h"

#define CHUNK_COMMANDS 256 /* Few enough to stay in the cache next to the engine's state. */
#define FIGURES_MAX    40
#define PARTS          20

enum step_kind { STEP_ADD, STEP_ACCEPT, STEP_END, STEP_TICK, STEP_OTHER, STEP_KINDS };

struct step_bench {
        int64_t agents;
        int64_t waiting;
        int64_t commands;
        int64_t skills;
        int64_t queues;
        int64_t emotions;
        int64_t seed;
        int64_t bulk_percent;
        bool is_plain;
        bool is_json;

        struct crowd ahead;
        struct crowd behind;
        struct att_arena texts;
        struct att_command *chunk; /* Owned. */
        size_t chunk_count;
        size_t chunk_capacity;

        int64_t bytes_per_agent;
        int64_t bytes_per_contact;
        double rss_mib;
        int64_t cpu_ns;
        double least_ns; /* A command, in the least disturbed of the parts. */
        uint64_t effects;
        uint64_t commands_timed;
        uint64_t ticks_timed;
        uint64_t commands_looked_at;
        uint64_t allocations;
        int64_t bytes_grown;
        struct {
                int64_t passed_ns;
                uint64_t count;
        } kinds[STEP_KINDS];
        uint32_t *samples_ns; /* Owned: of each step that was looked at. */
        size_t sample_count;
        size_t sample_capacity;
        bool is_same;

        struct figure figures[FIGURES_MAX];
        size_t figure_count;
};

typedef void replay_fn(struct step_bench *bench);

/* Recording ----------------------------------------------------------------------------------- */

static struct att_text copy(struct step_bench *bench, struct att_text text)
{
        return att_text_is_empty(text) ? text : att_arena_text(&bench->texts, text);
}

/* All other texts of a command are the configuration's, or literals. */
static void record(void *context, const struct att_command *command)
{
        struct step_bench *bench = context;
        struct att_command *kept;

        if (bench->chunk_count == bench->chunk_capacity) {
                bench->chunk_capacity = att_grown_capacity(bench->chunk_capacity,
                                                           bench->chunk_count + 1);
                bench->chunk = att_realloc_array(bench->chunk, bench->chunk_capacity,
                                                 sizeof(*bench->chunk));
        }
        kept = &bench->chunk[bench->chunk_count++];
        *kept = *command;
        kept->contact = copy(bench, command->contact);
        kept->agent = copy(bench, command->agent);
        if (command->kind == ATT_CMD_CONTACT_ADD) {
                kept->request.id = kept->contact;
                kept->request.customer.id = copy(bench, command->request.customer.id);
        }
}

static void record_chunk(struct step_bench *bench, uint64_t commands)
{
        att_arena_deinit(&bench->texts);
        bench->texts = (struct att_arena){0};
        bench->chunk_count = 0;
        bench->ahead.centre.on_command = record;
        bench->ahead.centre.context = bench;
        crowd_run(&bench->ahead, commands);
}

/* Measuring ----------------------------------------------------------------------------------- */

static void replay(struct step_bench *bench)
{
        struct centre *centre = &bench->behind.centre;
        int64_t begin_ns = bench_own_cpu_ns();

        for (size_t i = 0; i < bench->chunk_count; i++) {
                att_core_step(centre->core, &bench->chunk[i], &centre->effects);
                bench->effects += centre->effects.count;
        }
        bench->cpu_ns += bench_own_cpu_ns() - begin_ns;
}

static enum step_kind kind_of(const struct att_command *command)
{
        switch ((int)command->kind) {
        case ATT_CMD_TICK:
                return STEP_TICK;
        case ATT_CMD_CONTACT_ADD:
                return STEP_ADD;
        case ATT_CMD_OFFER_ACCEPT:
                return STEP_ACCEPT;
        case ATT_CMD_CONTACT_END:
                return STEP_END;
        default:
                return STEP_OTHER;
        }
}

/* Looks at each step on its own, by the clock: too dear for the measurement of them all. */
static void replay_closely(struct step_bench *bench)
{
        struct centre *centre = &bench->behind.centre;

        for (size_t i = 0; i < bench->chunk_count; i++) {
                enum step_kind kind = kind_of(&bench->chunk[i]);
                int64_t begin_ns = bench_now_ns();
                int64_t passed_ns;

                memory_count(true);
                att_core_step(centre->core, &bench->chunk[i], &centre->effects);
                memory_count(false);
                passed_ns = bench_now_ns() - begin_ns;
                bench->kinds[kind].passed_ns += passed_ns;
                bench->kinds[kind].count++;
                if (bench->sample_count == bench->sample_capacity) {
                        bench->sample_capacity = att_grown_capacity(bench->sample_capacity,
                                                                    bench->sample_count + 1);
                        bench->samples_ns = att_realloc_array(bench->samples_ns,
                                                              bench->sample_capacity,
                                                              sizeof(*bench->samples_ns));
                }
                bench->samples_ns[bench->sample_count++] = (uint32_t)att_min_i64(passed_ns,
                                                                                 UINT32_MAX);
        }
}

static void run_chunks(struct step_bench *bench, uint64_t commands, replay_fn *run)
{
        uint64_t until = bench->ahead.commands + commands;

        while (bench->ahead.commands < until) {
                uint64_t left = until - bench->ahead.commands;

                record_chunk(bench, left < CHUNK_COMMANDS ? left : CHUNK_COMMANDS);
                run(bench);
        }
}

static void measure_part(struct step_bench *bench, uint64_t commands)
{
        uint64_t before = bench->ahead.commands;
        int64_t before_ns = bench->cpu_ns;
        double ns;

        run_chunks(bench, commands, replay);
        ns = (double)(bench->cpu_ns - before_ns) / (double)(bench->ahead.commands - before);
        if (bench->least_ns == 0 || ns < bench->least_ns) {
                bench->least_ns = ns;
        }
}

static void measure_steps(struct step_bench *bench)
{
        const uint64_t part = ((uint64_t)bench->commands + 9) / 10;
        uint64_t allocations;
        int64_t bytes;

        run_chunks(bench, part, replay); /* Until all is warm. */
        bench->cpu_ns = 0;
        bench->effects = 0;
        bench->commands_timed = bench->ahead.commands;
        bench->ticks_timed = bench->ahead.ticks;
        for (int i = 0; i < PARTS; i++) {
                measure_part(bench, ((uint64_t)bench->commands + PARTS - 1) / PARTS);
        }
        bench->commands_timed = bench->ahead.commands - bench->commands_timed;
        bench->ticks_timed = bench->ahead.ticks - bench->ticks_timed;

        allocations = memory_allocations();
        bytes = memory_bytes();
        bench->commands_looked_at = bench->ahead.commands;
        run_chunks(bench, part, replay_closely);
        bench->commands_looked_at = bench->ahead.commands - bench->commands_looked_at;
        /* Both engines were counted, and took the same. */
        bench->allocations = (memory_allocations() - allocations) / 2;
        bench->bytes_grown = (memory_bytes() - bytes) / 2;
        bench->is_same = att_digest_equals(att_core_digest(bench->ahead.centre.core),
                                           att_core_digest(bench->behind.centre.core));
}

#define COUNTED_MIN 1000 /* Contacts, for a mean. */

/* What a contact takes that waits, its customer and what it says included: nobody is signed in. */
static int64_t measure_waiting(const struct crowd_plan *plan)
{
        uint32_t count = plan->waiting < COUNTED_MIN ? COUNTED_MIN : plan->waiting;
        struct centre centre;
        struct att_rng rng;
        int64_t before;
        int64_t bytes;

        centre_init(&centre, &plan->centre);
        att_rng_seed(&rng, plan->centre.seed);
        before = memory_bytes();
        for (uint32_t i = 0; i < count; i++) {
                struct centre_contact contact = centre_draw_contact(&centre, &rng, i,
                                                                    plan->emotions);

                centre_add_contact(&centre, &contact);
        }
        bytes = memory_bytes() - before;
        ATT_CHECK(centre.refused == 0);
        centre_deinit(&centre);
        return bytes / count;
}

/* An engine with all its agents and contacts, and what they take. */
static void measure_bytes(struct step_bench *bench, const struct crowd_plan *plan)
{
        int64_t before = memory_bytes();

        crowd_init(&bench->ahead, plan);
        bench->bytes_per_agent = (memory_bytes() - before) / bench->agents;
        bench->bytes_per_contact = measure_waiting(plan);
        crowd_fill(&bench->ahead);
        bench->rss_mib = memory_rss_mib();
}

/* Telling ------------------------------------------------------------------------------------- */

static void tell(struct step_bench *bench, const char *name, const char *unit, double value,
                 int decimals)
{
        ATT_CHECK(bench->figure_count < FIGURES_MAX);
        bench->figures[bench->figure_count++] = (struct figure){name, unit, value, decimals};
}

static void tell_steps(struct step_bench *bench)
{
        double commands = (double)bench->commands_timed;
        double ns = (double)bench->cpu_ns / commands;
        double looked_at = (double)bench->commands_looked_at;

        tell(bench, "ns_per_command", "ns", ns, 1);
        tell(bench, "ns_per_command_least", "ns, of the least disturbed twentieth", bench->least_ns,
             1);
        tell(bench, "commands_per_second", "", 1e9 / ns, 0);
        tell(bench, "bytes_per_contact", "bytes", (double)bench->bytes_per_contact, 0);
        tell(bench, "bytes_per_agent", "bytes", (double)bench->bytes_per_agent, 0);
        tell(bench, "rss_mib", "MiB", bench->rss_mib, 1);
        tell(bench, "allocations_per_command", "", (double)bench->allocations / looked_at, 3);
        tell(bench, "bytes_grown_per_command", "bytes", (double)bench->bytes_grown / looked_at, 1);
        tell(bench, "ticks_per_command", "", (double)bench->ticks_timed / commands, 3);
        tell(bench, "effects_per_command", "", (double)bench->effects / commands, 3);
        tell(bench, "commands", "timed, ticks apart", commands, 0);
        tell(bench, "same_state", "1: both engines", bench->is_same, 0);
        tell(bench, "refused", "", (double)bench->ahead.centre.refused, 0);
        tell(bench, "accepted", "offers", (double)bench->ahead.accepted, 0);
        tell(bench, "declined", "offers", (double)bench->ahead.declined, 0);
        tell(bench, "abandoned", "contacts", (double)bench->ahead.abandoned, 0);
}

static void tell_kinds(struct step_bench *bench)
{
        static const char *const names[STEP_KINDS] = {"add_ns", "accept_ns", "end_ns", "tick_ns",
                                                      "other_ns"};

        for (int i = 0; i < STEP_KINDS; i++) {
                uint64_t count = bench->kinds[i].count;

                tell(bench, names[i], "ns by the clock, the mean",
                     count == 0 ? 0 : (double)bench->kinds[i].passed_ns / (double)count, 0);
        }
        tell(bench, "step_p50_ns", "ns by the clock",
             bench_quantile(bench->samples_ns, bench->sample_count, 0.5), 0);
        tell(bench, "step_p99_ns", "ns by the clock",
             bench_quantile(bench->samples_ns, bench->sample_count, 0.99), 0);
}

static void tell_plan(struct step_bench *bench)
{
        tell(bench, "agents", "", (double)bench->agents, 0);
        tell(bench, "waiting", "", (double)bench->waiting, 0);
        tell(bench, "skills", "", (double)bench->skills, 0);
        tell(bench, "queues", "", (double)bench->queues, 0);
        tell(bench, "emotions", "", (double)bench->emotions, 0);
        tell(bench, "plain", "1: a plain centre", bench->is_plain, 0);
        tell(bench, "seed", "", (double)bench->seed, 0);
}

static void tell_bulk(struct step_bench *bench)
{
        struct bulk bulk;

        bulk_measure((uint64_t)bench->seed, (uint32_t)bench->bulk_percent, &bulk);
        tell(bench, "bulk_percent", "of what is said below", (double)bench->bulk_percent, 0);
        tell(bench, "bulk_sign_on_ms", "5,000 agents", bulk.sign_on_ms, 1);
        tell(bench, "bulk_sign_on_waiting_ms", "the same, 100,000 wait", bulk.sign_on_waiting_ms,
             1);
        tell(bench, "bulk_step_ms", "opens for 50,000, for nobody", bulk.step_ms, 1);
        tell(bench, "bulk_step_served_ms", "the same, for 1,000 free agents", bulk.step_served_ms,
             1);
        tell(bench, "bulk_reload_ms", "5,000 agents, 100,000 wait", bulk.reload_ms, 1);
}

static bool run(struct step_bench *bench)
{
        const struct crowd_plan plan = {
                .centre =
                        {
                                .kind = bench->is_plain ? CENTRE_PLAIN : CENTRE_MIXED,
                                .agents = (uint32_t)bench->agents,
                                .skills = (uint32_t)bench->skills,
                                .queues = (uint32_t)bench->queues,
                                .contacts_max = (uint32_t)(4 * bench->agents + bench->waiting +
                                                           1000),
                                .seed = (uint64_t)bench->seed,
                        },
                .waiting = (uint32_t)bench->waiting,
                .emotions = (uint32_t)bench->emotions,
        };

        measure_bytes(bench, &plan);
        crowd_init(&bench->behind, &plan);
        crowd_fill(&bench->behind);
        measure_steps(bench);
        tell_steps(bench);
        tell_kinds(bench);
        crowd_deinit(&bench->ahead);
        crowd_deinit(&bench->behind);
        att_arena_deinit(&bench->texts);
        free(bench->chunk);
        free(bench->samples_ns);
        if (bench->bulk_percent > 0) {
                tell_bulk(bench);
        }
        tell_plan(bench);
        figures_print(bench->figures, bench->figure_count, bench->is_json);
        return bench->is_same && bench->ahead.centre.refused == 0;
}

int bench_step(int argc, char **argv)
{
        struct step_bench bench = {
                .agents = 1000,
                .waiting = 1000,
                .commands = 1000000,
                .skills = 64,
                .queues = 64,
                .emotions = 100,
                .seed = 1,
        };
        const struct bench_option options[] = {
                {"--agents", "(1000)", &bench.agents, NULL, NULL, 1, ATT_AGENTS_MAX},
                {"--waiting", "contacts at all times (1000)", &bench.waiting, NULL, NULL, 0,
                 1000000},
                {"--commands", "to measure (1000000)", &bench.commands, NULL, NULL, 1, 1000000000},
                {"--skills", "(64)", &bench.skills, NULL, NULL, 2, ATT_SKILLS_MAX},
                {"--queues", "(64)", &bench.queues, NULL, NULL, 1, ATT_QUEUES_MAX},
                {"--emotions", "different degrees of being upset (100)", &bench.emotions, NULL,
                 NULL, 1, 1000000},
                {"--bulk", "also what touches many, at this percentage of full size (0)",
                 &bench.bulk_percent, NULL, NULL, 0, 1000},
                {"--seed", "of everything (1)", &bench.seed, NULL, NULL, 0, INT64_MAX},
                {"--plain", "the phone alone, unknown callers, no wrap-up, skill alone counts",
                 NULL, NULL, &bench.is_plain, 0, 0},
                {"--json", "one object instead of a table", NULL, NULL, &bench.is_json, 0, 0},
        };

        if (!bench_parse("step", options, ATT_ARRAY_LEN(options), argc, argv)) {
                return 2;
        }
        return run(&bench) ? 0 : 1;
}
