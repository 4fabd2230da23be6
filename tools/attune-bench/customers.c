/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it takes to look up a customer in the history, as the daemon's thread does it (daemon/memory.h
 * gives it a quarter of a second): with the file in the page cache, and after it was put out of it; and
 * to read the marks of all names, as at a start. The history is a made-up year (year.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/rng.h"
#include "lib/base/util.h"
#include "lib/store/files.h"
#include "lib/store/people_read.h"
#include "tools/attune-bench/bench.h"
#include "tools/attune-bench/figures.h"
#include "tools/attune-bench/year.h"

#define FROM_MS INT64_C(1735689600000) /* 2025-01-01 */

struct customers_bench {
        int64_t contacts;
        int64_t people;
        int64_t lookups;
        int64_t seed;
        bool is_json;

        char folder[PATH_MAX / 4];
        struct att_history *history;
        struct att_rng rng;
        struct att_buffer why;
};

struct looks {
        double p50_us;
        double p99_us;
        double max_us;
        double cpu_us;
        int64_t found;
};

static bool open_history(struct customers_bench *bench)
{
        return att_history_open_to_read(bench->folder, &bench->history, &bench->why) == 0;
}

/* Out of the page cache, as far as the kernel lets go of it. */
static bool open_history_cold(struct customers_bench *bench)
{
        char *path = att_path_join(bench->folder, ATT_HISTORY_NAME);
        int file;

        att_history_close(ATT_STEAL(bench->history));
        file = open(path, O_RDONLY | O_CLOEXEC);
        free(path);
        if (file < 0) {
                return false;
        }
        (void)fdatasync(file);
        (void)posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
        (void)close(file);
        return open_history(bench);
}

/* Of so many people drawn at random; their names are numbers after `before`. */
static bool look_up(struct customers_bench *bench, const char *before, int64_t count,
                    struct looks *ret_looks)
{
        uint32_t *samples_ns = att_alloc_array((size_t)count, sizeof(*samples_ns));
        const int64_t cpu_ns = bench_own_cpu_ns();
        struct looks looks = {0};
        int error = 0;

        for (int64_t i = 0; i < count && error == 0; i++) {
                struct att_person *person = NULL;
                char name[32];
                uint64_t seq;
                int64_t passed_ns;

                (void)snprintf(name, sizeof(name), "%s%lld", before,
                               (long long)att_rng_between(&bench->rng, 1, bench->people));
                passed_ns = -bench_now_ns();
                error = att_people_read(bench->history, att_text_from(name), &person, &seq,
                                        &bench->why);
                passed_ns += bench_now_ns();
                samples_ns[i] = (uint32_t)att_min_i64(passed_ns, UINT32_MAX);
                looks.found += person != NULL;
                att_person_free(person);
        }
        if (error == 0) {
                looks.cpu_us = (double)(bench_own_cpu_ns() - cpu_ns) / 1e3 / (double)count;
                looks.p50_us = bench_quantile(samples_ns, (size_t)count, 0.5) / 1e3;
                looks.p99_us = bench_quantile(samples_ns, (size_t)count, 0.99) / 1e3;
                looks.max_us = samples_ns[count - 1] / 1e3; /* They are sorted by now. */
        }
        free(samples_ns);
        *ret_looks = looks;
        return error == 0;
}

static bool run(struct customers_bench *bench)
{
        struct looks warm = {0};
        struct looks cold = {0};
        struct looks nobody = {0};
        struct att_marks marks = {0};
        uint64_t seq = 0;
        int64_t marks_ns;

        if (!open_history(bench)) {
                return false;
        }
        marks_ns = -bench_now_ns();
        if (att_people_read_marks(bench->history, &marks, &seq, &bench->why) < 0) {
                return false;
        }
        marks_ns += bench_now_ns();
        if (!look_up(bench, "p", bench->lookups, &warm) || /* To warm it. */
            !look_up(bench, "p", bench->lookups, &warm) ||
            !look_up(bench, "stranger-", bench->lookups, &nobody) || !open_history_cold(bench) ||
            !look_up(bench, "p", att_min_i64(bench->lookups, 1000), &cold)) {
                return false;
        }
        {
                const struct figure figures[] = {
                        {"warm_p50_us", "a customer, the file in the page cache", warm.p50_us, 0},
                        {"warm_p99_us", "", warm.p99_us, 0},
                        {"warm_max_us", "", warm.max_us, 0},
                        {"warm_cpu_us", "the mean", warm.cpu_us, 1},
                        {"cold_p50_us", "the first thousand, the file on the disk", cold.p50_us, 0},
                        {"cold_p99_us", "", cold.p99_us, 0},
                        {"cold_max_us", "", cold.max_us, 0},
                        {"nobody_p50_us", "a name that nobody has", nobody.p50_us, 0},
                        {"nobody_p99_us", "", nobody.p99_us, 0},
                        {"found", "of those looked up", (double)warm.found, 0},
                        {"lookups", "", (double)bench->lookups, 0},
                        {"marks_ms", "to read the marks of all names", (double)marks_ns / 1e6, 0},
                        {"names", "", (double)marks.count, 0},
                        {"people", "", (double)bench->people, 0},
                        {"contacts", "", (double)bench->contacts, 0},
                        {"history_mib", "", (double)att_dir_bytes(bench->folder) / 1048576, 0},
                };

                figures_print(figures, ATT_ARRAY_LEN(figures), bench->is_json);
        }
        att_marks_deinit(&marks);
        return true;
}

static bool make_history(struct customers_bench *bench)
{
        const char *folder = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
        const struct year_plan plan = {
                .from_ms = FROM_MS,
                .days = 365,
                .contacts = (uint32_t)bench->contacts,
                .agents = 100,
                .queues = 12,
                .people = (uint32_t)bench->people,
                .seed = (uint64_t)bench->seed,
        };

        (void)snprintf(bench->folder, sizeof(bench->folder), "%s/attune-bench-customers-XXXXXX",
                       folder);
        if (!mkdtemp(bench->folder)) {
                att_buffer_printf(&bench->why, "%s: %s", bench->folder, strerror(errno));
                bench->folder[0] = '\0';
                return false;
        }
        return year_write(bench->folder, &plan, &bench->why) == 0;
}

int bench_customers(int argc, char **argv)
{
        struct customers_bench bench = {
                .contacts = 400000, .people = 200000, .lookups = 20000, .seed = 1};
        const struct bench_option options[] = {
                {"--people", "customers (200000)", &bench.people, NULL, NULL, 1, 10000000},
                {"--contacts", "of theirs (400000)", &bench.contacts, NULL, NULL, 1, 100000000},
                {"--lookups", "(20000)", &bench.lookups, NULL, NULL, 1, 100000000},
                {"--seed", "of everything (1)", &bench.seed, NULL, NULL, 0, INT32_MAX},
                {"--json", "one object instead of a table", NULL, NULL, &bench.is_json, 0, 0},
        };
        bool is_right;

        if (!bench_parse("customers", options, ATT_ARRAY_LEN(options), argc, argv)) {
                return 2;
        }
        att_rng_seed(&bench.rng, (uint64_t)bench.seed);
        is_right = make_history(&bench) && run(&bench);
        if (!is_right) {
                fprintf(stderr, "attune-bench customers: %s\n",
                        bench.why.data ? bench.why.data : strerror(errno));
        }
        att_history_close(bench.history);
        if (bench.folder[0]) {
                bench_remove_tree(bench.folder);
        }
        att_buffer_deinit(&bench.why);
        return is_right ? EXIT_SUCCESS : EXIT_FAILURE;
}
