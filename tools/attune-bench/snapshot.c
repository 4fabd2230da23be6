/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine's state as bytes, and an engine out of them (lib/core/snapshot.h): a crowd lives until as
 * many wait as asked for and so many commands more, then its engine is saved and loaded over and over.
 * The least disturbed of the passes is told. The engine loaded last must have the digest of the one
 * saved, and its own bytes must be the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/snapshot.h"
#include "tools/attune-bench/bench.h"
#include "tools/attune-bench/crowd.h"
#include "tools/attune-bench/figures.h"

enum part { PART_SAVE, PART_DIGEST, PART_LOAD, PARTS };

struct snapshot_bench {
        int64_t agents;
        int64_t waiting;
        int64_t commands;
        int64_t queues;
        int64_t skills;
        int64_t passes;
        int64_t seed;
        bool is_json;

        struct crowd crowd;
        struct att_buffer bytes;
        int64_t passed_ns[PARTS]; /* The least. */
        bool is_same;
};

static void note(struct snapshot_bench *bench, enum part part, int64_t began_ns)
{
        int64_t passed_ns = bench_own_cpu_ns() - began_ns;

        if (bench->passed_ns[part] == 0 || passed_ns < bench->passed_ns[part]) {
                bench->passed_ns[part] = passed_ns;
        }
}

static void check(struct snapshot_bench *bench, const struct att_core *loaded)
{
        struct att_buffer again ATT_CLEANUP(att_buffer_deinit) = {0};

        att_core_save(loaded, &again);
        bench->is_same = att_digest_equals(att_core_digest(loaded),
                                           att_core_digest(bench->crowd.centre.core)) &&
                         again.len == bench->bytes.len &&
                         memcmp(again.data, bench->bytes.data, again.len) == 0;
}

static void measure_once(struct snapshot_bench *bench, bool is_last)
{
        const struct att_core *core = bench->crowd.centre.core;
        struct att_buffer why ATT_CLEANUP(att_buffer_deinit) = {0};
        struct att_core *loaded;
        int64_t began_ns;

        att_buffer_deinit(&bench->bytes);
        began_ns = bench_own_cpu_ns();
        att_core_save(core, &bench->bytes);
        note(bench, PART_SAVE, began_ns);
        began_ns = bench_own_cpu_ns();
        (void)att_core_digest(core);
        note(bench, PART_DIGEST, began_ns);
        began_ns = bench_own_cpu_ns();
        loaded = att_core_load(att_buffer_text(&bench->bytes), att_core_config(core), &why);
        note(bench, PART_LOAD, began_ns);
        ATT_CHECK(loaded);
        if (is_last) {
                check(bench, loaded);
        }
        att_core_free(loaded);
}

static void print(const struct snapshot_bench *bench)
{
        struct att_core_counts counts;
        uint32_t live = 0;

        att_core_counts(bench->crowd.centre.core, &counts);
        for (int i = 0; i < ATT_CONTACT_CLOSED; i++) {
                live += counts.contacts[i];
        }
        const struct figure figures[] = {
                {"save_ms", "", (double)bench->passed_ns[PART_SAVE] / 1e6, 1},
                {"load_ms", "", (double)bench->passed_ns[PART_LOAD] / 1e6, 1},
                {"digest_ms", "", (double)bench->passed_ns[PART_DIGEST] / 1e6, 1},
                {"bytes", "", (double)bench->bytes.len, 0},
                {"live", "contacts", live, 0},
                {"closed", "contacts, remembered", counts.contacts[ATT_CONTACT_CLOSED], 0},
                {"customers", "", counts.customers, 0},
                {"same", "1: the loaded engine is the one saved", bench->is_same, 0},
        };

        figures_print(figures, ATT_ARRAY_LEN(figures), bench->is_json);
}

static void run(struct snapshot_bench *bench)
{
        const struct crowd_plan plan = {
                .centre =
                        {
                                .kind = CENTRE_MIXED,
                                .agents = (uint32_t)bench->agents,
                                .skills = (uint32_t)bench->skills,
                                .queues = (uint32_t)bench->queues,
                                .contacts_max = (uint32_t)(bench->waiting + 2 * bench->agents +
                                                           1000),
                                .seed = (uint64_t)bench->seed,
                        },
                .waiting = (uint32_t)bench->waiting,
                .emotions = 100,
        };

        crowd_init(&bench->crowd, &plan);
        crowd_fill(&bench->crowd);
        crowd_run(&bench->crowd, (uint64_t)bench->commands);
        for (int64_t i = 0; i < bench->passes; i++) {
                measure_once(bench, i + 1 == bench->passes);
        }
        print(bench);
        att_buffer_deinit(&bench->bytes);
        crowd_deinit(&bench->crowd);
}

int bench_snapshot(int argc, char **argv)
{
        struct snapshot_bench bench = {
                .agents = 10000,
                .waiting = 100000,
                .commands = 100000,
                .queues = 100,
                .skills = 100,
                .passes = 5,
                .seed = 1,
        };
        const struct bench_option options[] = {
                {"--agents", "", &bench.agents, NULL, NULL, 1, 100000},
                {"--waiting", "contacts that wait", &bench.waiting, NULL, NULL, 1, 1000000},
                {"--commands", "lived through before", &bench.commands, NULL, NULL, 0, INT32_MAX},
                {"--queues", "", &bench.queues, NULL, NULL, 1, 1000},
                {"--skills", "", &bench.skills, NULL, NULL, 4, 1000},
                {"--passes", "", &bench.passes, NULL, NULL, 1, 1000},
                {"--seed", "", &bench.seed, NULL, NULL, 0, INT32_MAX},
                {"--json", "one object instead of a table", NULL, NULL, &bench.is_json, 0, 0},
        };

        if (!bench_parse("snapshot", options, ATT_ARRAY_LEN(options), argc, argv)) {
                return 2;
        }
        run(&bench);
        return bench.is_same ? 0 : 1;
}
