/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What durability costs: a file appended to and synced, against the daemon's journal with the same
 * bytes in the same batches. They take turns, batch by batch, so that others who use the disk are in
 * the way of both alike. A commit waits for the disk, so these are times by the clock; the CPU time is
 * told besides.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/rng.h"
#include "lib/base/util.h"
#include "lib/core/core.h"
#include "lib/store/data.h"
#include "lib/store/journal.h"
#include "lib/wire/journal.h"
#include "tools/attune-bench/bench.h"
#include "tools/attune-bench/centre.h"
#include "tools/attune-bench/figures.h"

struct side {
        uint32_t *samples_us; /* Owned: of each commit. */
        size_t count;
        size_t capacity;
        int64_t passed_ns;
        int64_t cpu_ns;
};

struct journal_bench {
        int64_t batch;
        int64_t milliseconds;
        const char *folder;
        int64_t seed;
        bool is_json;

        char work[PATH_MAX - 64];
        int raw;
        struct att_rng rng;
        struct att_data *data;
        struct att_journal *journal;
        struct att_buffer why;
        struct att_buffer records; /* Of one batch. */
        struct side raw_side;
        struct side journal_side;
};

/* A batch ------------------------------------------------------------------------------------- */

/* Whole lives of contacts, four commands each, as the daemon journals them. */
static void add_command(struct journal_bench *bench, struct att_journal_writer *writer,
                        uint64_t seq)
{
        static const enum att_command_kind kinds[] = {ATT_CMD_CONTACT_ADD, ATT_CMD_OFFER_ACCEPT,
                                                      ATT_CMD_CONTACT_END, ATT_CMD_TICK};
        struct att_command command = centre_command(kinds[seq % ATT_ARRAY_LEN(kinds)]);
        char contact[CENTRE_ID_BYTES];
        char agent[CENTRE_ID_BYTES];

        command.seq = seq;
        command.at_ms = CENTRE_START_MS + (int64_t)seq;
        if (command.kind != ATT_CMD_TICK) {
                command.contact = centre_contact_id((uint32_t)(seq / 4), contact);
        }
        if (command.kind == ATT_CMD_OFFER_ACCEPT) {
                command.agent = centre_agent_id((uint32_t)att_rng_below(&bench->rng, 1000), agent);
                command.offer.offer = seq;
        }
        if (command.kind == ATT_CMD_CONTACT_ADD) {
                command.request = (struct att_contact_request){
                        .id = command.contact,
                        .channel = ATT_TEXT("voice"),
                        .queue = ATT_TEXT("cards-gold"),
                        .language = ATT_TEXT("es-ES"),
                        .text = ATT_TEXT("my card was stolen this morning, what do I do now?"),
                        .priority_milli = ATT_ABSENT,
                        .emotion_ppm = ATT_ABSENT,
                        .not_before_ms = ATT_ABSENT,
                        .waited_ms = ATT_ABSENT,
                        .customer = {.id = command.contact,
                                     .name = ATT_TEXT("Dolores Ortiz"),
                                     .lifetime_value_micro = att_rng_between(&bench->rng, 0,
                                                                             10000000000),
                                     .churn_risk_ppm = -1,
                                     .last_spoke_ms = -1},
                };
        }
        att_journal_batch_add(writer, &command);
}

static void fill_batch(struct journal_bench *bench, uint64_t first_seq)
{
        struct att_journal_writer writer;
        struct att_digest effects = {0};

        att_buffer_clear(&bench->records);
        att_journal_batch_begin(&writer, &bench->records, first_seq, ATT_CORE_BEHAVIOUR);
        for (int64_t i = 0; i < bench->batch; i++) {
                add_command(bench, &writer, first_seq + (uint64_t)i);
        }
        att_journal_batch_end(&writer, effects);
}

/* Measuring ----------------------------------------------------------------------------------- */

static void note(struct side *side, int64_t begin_ns)
{
        int64_t passed_ns = bench_now_ns() - begin_ns;

        if (side->count == side->capacity) {
                side->capacity = att_grown_capacity(side->capacity, side->count + 1);
                side->samples_us = att_realloc_array(side->samples_us, side->capacity,
                                                     sizeof(*side->samples_us));
        }
        side->samples_us[side->count++] = (uint32_t)(passed_ns / 1000);
        side->passed_ns += passed_ns;
}

static bool append_raw(struct journal_bench *bench)
{
        int64_t cpu_ns = bench_own_cpu_ns();
        int64_t begin_ns = bench_now_ns();
        ssize_t written = write(bench->raw, bench->records.data, bench->records.len);

        if (written != (ssize_t)bench->records.len || fdatasync(bench->raw) != 0) {
                fprintf(stderr, "attune-bench: %s: %s\n", bench->work, strerror(errno));
                return false;
        }
        note(&bench->raw_side, begin_ns);
        bench->raw_side.cpu_ns += bench_own_cpu_ns() - cpu_ns;
        return true;
}

static bool append_journal(struct journal_bench *bench, uint64_t first_seq)
{
        const struct att_batch batch = {
                .first_seq = first_seq,
                .last_seq = first_seq + (uint64_t)bench->batch - 1,
                .time_ms = CENTRE_START_MS + (int64_t)first_seq,
                .records = att_buffer_text(&bench->records),
        };
        int64_t cpu_ns = bench_own_cpu_ns();
        int64_t begin_ns = bench_now_ns();

        att_journal_append(bench->journal, &batch);
        if (att_journal_wait(bench->journal, &bench->why) != ATT_APPEND_DURABLE) {
                fprintf(stderr, "attune-bench: %s\n", bench->why.data);
                return false;
        }
        note(&bench->journal_side, begin_ns);
        bench->journal_side.cpu_ns += bench_own_cpu_ns() - cpu_ns;
        return true;
}

static bool measure(struct journal_bench *bench)
{
        int64_t wanted_ns = 2 * bench->milliseconds * 1000000;

        for (uint64_t seq = 1;
             bench->raw_side.passed_ns + bench->journal_side.passed_ns < wanted_ns;
             seq += (uint64_t)bench->batch) {
                fill_batch(bench, seq);
                if (!append_raw(bench) || !append_journal(bench, seq)) {
                        return false;
                }
        }
        return true;
}

/* Files --------------------------------------------------------------------------------------- */

static bool open_journal(struct journal_bench *bench)
{
        const struct att_journal_position start = {0};
        char path[PATH_MAX];

        (void)snprintf(path, sizeof(path), "%s/data", bench->work);
        if (att_data_open(path, &bench->data, &bench->why) == 0) {
                const struct att_journal_options options = {
                        .dir = att_data_journal_path(bench->data),
                        .behaviour = ATT_CORE_BEHAVIOUR,
                };

                if (att_journal_open(&options, &start, NULL, &bench->journal, &bench->why) == 0) {
                        return true;
                }
        }
        fprintf(stderr, "attune-bench: %s\n", bench->why.data);
        return false;
}

static bool open_raw(struct journal_bench *bench)
{
        char path[PATH_MAX];

        (void)snprintf(path, sizeof(path), "%s/raw", bench->work);
        bench->raw = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (bench->raw < 0) {
                fprintf(stderr, "attune-bench: %s: %s\n", path, strerror(errno));
        }
        return bench->raw >= 0;
}

static void close_all(struct journal_bench *bench)
{
        if (bench->raw >= 0) {
                (void)close(bench->raw);
        }
        att_journal_close(bench->journal);
        att_data_close(bench->data);
        att_buffer_deinit(&bench->why);
        att_buffer_deinit(&bench->records);
        free(bench->raw_side.samples_us);
        free(bench->journal_side.samples_us);
        bench_remove_tree(bench->work);
}

/* Telling ------------------------------------------------------------------------------------- */

static double per_second(const struct journal_bench *bench, const struct side *side)
{
        return (double)side->count * (double)bench->batch * 1e9 / (double)side->passed_ns;
}

static double cpu_us(const struct side *side)
{
        return (double)side->cpu_ns / 1e3 / (double)side->count;
}

static void print(struct journal_bench *bench)
{
        double raw = per_second(bench, &bench->raw_side);
        double journal = per_second(bench, &bench->journal_side);
        struct side *raw_side = &bench->raw_side;
        struct side *journal_side = &bench->journal_side;
        const struct figure figures[] = {
                {"raw_per_second", "commands", raw, 0},
                {"journal_per_second", "commands", journal, 0},
                {"ratio", "", journal / raw, 3},
                {"fdatasync_p50_us", "us",
                 bench_quantile(raw_side->samples_us, raw_side->count, 0.5), 0},
                {"fdatasync_p99_us", "us",
                 bench_quantile(raw_side->samples_us, raw_side->count, 0.99), 0},
                {"commit_p50_us", "us",
                 bench_quantile(journal_side->samples_us, journal_side->count, 0.5), 0},
                {"commit_p99_us", "us",
                 bench_quantile(journal_side->samples_us, journal_side->count, 0.99), 0},
                {"raw_cpu_us", "us a batch", cpu_us(raw_side), 1},
                {"journal_cpu_us", "us a batch", cpu_us(journal_side), 1},
                {"batch", "commands", (double)bench->batch, 0},
                {"bytes_per_batch", "bytes", (double)bench->records.len, 0},
                {"batches", "of each", (double)raw_side->count, 0},
        };

        figures_print(figures, ATT_ARRAY_LEN(figures), bench->is_json);
}

int bench_journal(int argc, char **argv)
{
        struct journal_bench bench = {
                .batch = 100,
                .milliseconds = 3000,
                .folder = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp",
                .seed = 1,
                .raw = -1,
        };
        const struct bench_option options[] = {
                {"--batch", "commands a commit (100)", &bench.batch, NULL, NULL, 1, 100000},
                {"--milliseconds", "of commits, of each on average (3000)", &bench.milliseconds,
                 NULL, NULL, 1, 3600000},
                {"--folder", "on the disk to measure ($TMPDIR)", NULL, &bench.folder, NULL, 0, 0},
                {"--seed", "of what customers are like (1)", &bench.seed, NULL, NULL, 0, INT64_MAX},
                {"--json", "one object instead of a table", NULL, NULL, &bench.is_json, 0, 0},
        };
        bool is_done;

        if (!bench_parse("journal", options, ATT_ARRAY_LEN(options), argc, argv)) {
                return 2;
        }
        (void)snprintf(bench.work, sizeof(bench.work), "%s/attune-bench-XXXXXX", bench.folder);
        if (!mkdtemp(bench.work)) {
                fprintf(stderr, "attune-bench: %s: %s\n", bench.work, strerror(errno));
                return 1;
        }
        att_rng_seed(&bench.rng, (uint64_t)bench.seed);
        is_done = open_raw(&bench) && open_journal(&bench) && measure(&bench);
        if (is_done) {
                print(&bench);
        }
        close_all(&bench);
        return is_done ? 0 : 1;
}
