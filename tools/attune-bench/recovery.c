/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A start on a journal that there is, and where its time goes: the same journal is read, then read
 * and decoded, then decoded and stepped, then recovered as attuned does it (batches' effects compared,
 * front ends, customers and answers remembered; on two threads, where there are two processors). CPU times;
 * what a part costs is its pass less the one before. The last is also told by the clock.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/recovery.h"
#include "lib/base/buffer.h"
#include "lib/base/util.h"
#include "lib/core/core.h"
#include "lib/store/files.h"
#include "lib/store/people.h"
#include "lib/store/reader.h"
#include "lib/wire/journal.h"
#include "tools/attune-bench/bench.h"
#include "tools/attune-bench/figures.h"

enum pass { PASS_READ, PASS_DECODE, PASS_STEP, PASS_RECOVER, PASSES };

struct recovery_bench {
        char *dir; /* Owned: of the journal. */
        uint64_t commands;
        uint64_t batches;
        uint64_t bytes; /* Of records. */
        double passed_ns[PASSES];
        double start_ns; /* Of the last pass, by the clock. */
        struct att_buffer why;
};

static bool take_batch(struct recovery_bench *bench, enum pass pass, const struct att_batch *batch,
                       struct att_journal_reader *reader, struct att_core *core,
                       struct att_effects *effects)
{
        struct att_command command;
        enum att_journal_result result = ATT_JOURNAL_END;

        bench->batches++;
        bench->bytes += batch->records.len;
        if (pass == PASS_READ) {
                return true;
        }
        if (att_journal_reader_open(reader, batch->records) != ATT_JOURNAL_OK) {
                return false;
        }
        while ((result = att_journal_reader_next(reader, &command)) == ATT_JOURNAL_OK) {
                bench->commands++;
                if (pass == PASS_STEP) {
                        att_core_step(core, &command, effects);
                }
        }
        return result == ATT_JOURNAL_END;
}

static bool read_through(struct recovery_bench *bench, enum pass pass)
{
        struct att_core *core = att_core_new();
        struct att_journal_reader records = {0};
        struct att_effects effects = {0};
        struct att_reader *reader = NULL;
        struct att_stored_batch stored;
        enum att_read_result result = ATT_READ_FAILED;
        bool is_good = true;

        bench->commands = 0;
        bench->batches = 0;
        bench->bytes = 0;
        if (att_reader_open(bench->dir, 1, &reader, &bench->why) == 0) {
                while (is_good &&
                       (result = att_reader_next(reader, &stored, &bench->why)) == ATT_READ_BATCH) {
                        is_good = take_batch(bench, pass, &stored.batch, &records, core, &effects);
                }
        }
        att_reader_close(reader);
        att_journal_reader_deinit(&records);
        att_effects_deinit(&effects);
        att_core_free(core);
        return is_good && result == ATT_READ_END;
}

static bool recover(struct recovery_bench *bench)
{
        struct front_ends front_ends;
        struct att_people *people = att_people_new();
        struct recovery recovery = {
                .dir = bench->dir,
                .core = att_core_new(),
                .people = people,
                .front_ends = &front_ends,
        };
        const int64_t began_ns = bench_now_ns();
        int error;

        front_ends_init(&front_ends);
        error = recovery_run(&recovery, &bench->why);
        bench->start_ns = (double)(bench_now_ns() - began_ns);
        bench->commands = recovery.commands;
        att_core_free(recovery.core);
        att_people_free(people);
        front_ends_deinit(&front_ends);
        return error == 0;
}

static bool measure(struct recovery_bench *bench)
{
        for (enum pass pass = PASS_READ; pass < PASSES; pass++) {
                const int64_t began_ns = bench_own_cpu_ns();

                if (!(pass == PASS_RECOVER ? recover(bench) : read_through(bench, pass))) {
                        fprintf(stderr, "attune-bench: %s\n",
                                bench->why.data ? bench->why.data : "the journal can't be read");
                        return false;
                }
                bench->passed_ns[pass] = (double)(bench_own_cpu_ns() - began_ns);
        }
        return true;
}

static double each(const struct recovery_bench *bench, double passed_ns)
{
        return passed_ns / (double)bench->commands;
}

static void print(const struct recovery_bench *bench, bool is_json)
{
        const double *passed = bench->passed_ns;
        const double whole = each(bench, passed[PASS_RECOVER]);
        const struct figure figures[] = {
                {"recover_ns", "a command, all of it", whole, 0},
                {"read_ns", "of it: SQLite, hashes", each(bench, passed[PASS_READ]), 0},
                {"decode_ns", "of it: records to commands",
                 each(bench, passed[PASS_DECODE] - passed[PASS_READ]), 0},
                {"step_ns", "of it: the engine",
                 each(bench, passed[PASS_STEP] - passed[PASS_DECODE]), 0},
                {"compare_ns", "of it: effects compared, the rest remembered",
                 each(bench, passed[PASS_RECOVER] - passed[PASS_STEP]), 0},
                {"start_ns", "a command by the clock, all of it", each(bench, bench->start_ns), 0},
                {"ten_million_s", "by the clock, a journal of so many commands",
                 each(bench, bench->start_ns) / 100, 1},
                {"commands", "", (double)bench->commands, 0},
                {"batches", "", (double)bench->batches, 0},
                {"bytes_per_command", "of records", (double)bench->bytes / (double)bench->commands,
                 0},
        };

        figures_print(figures, ATT_ARRAY_LEN(figures), is_json);
}

int bench_recovery(int argc, char **argv)
{
        struct recovery_bench bench = {0};
        const char *data = NULL;
        bool is_json = false;
        const struct bench_option options[] = {
                {"--data", "a data directory that no attuned has at the moment", NULL, &data, NULL,
                 0, 0},
                {"--json", "one object instead of a table", NULL, NULL, &is_json, 0, 0},
        };
        bool is_done;

        if (!bench_parse("recovery", options, ATT_ARRAY_LEN(options), argc, argv)) {
                return 2;
        }
        if (!data) {
                fprintf(stderr, "attune-bench: --data is needed\n");
                return 2;
        }
        bench.dir = att_path_join(data, "journal");
        is_done = measure(&bench);
        if (is_done) {
                print(&bench, is_json);
        }
        att_buffer_deinit(&bench.why);
        free(bench.dir);
        return is_done ? 0 : 1;
}
