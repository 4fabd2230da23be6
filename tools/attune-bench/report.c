/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report over a year: the time of one, and what memory a process has that does nothing else. The
 * history is made up (year.h) in a folder of its own, or one that is there is read.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/store/files.h"
#include "lib/store/report.h"
#include "tools/attune-bench/bench.h"
#include "tools/attune-bench/figures.h"
#include "tools/attune-bench/report.h"
#include "tools/attune-bench/server.h"
#include "tools/attune-bench/year.h"

#define FROM_MS     INT64_C(1735689600000) /* 2025-01-01 */
#define FIGURES_MAX 32

struct report_bench {
        struct year_plan plan;
        int64_t contacts;
        int64_t agents;
        int64_t people;
        int64_t passes;
        int64_t threads;
        int64_t seed;
        const char *by;
        const char *data;
        const char *attuned;
        int64_t requests;
        int64_t rounds;
        bool is_kept;
        bool is_json;
        char work[PATH_MAX / 4]; /* The data directory of a made-up year is in it. */
        char made[PATH_MAX / 2];

        struct figure figures[FIGURES_MAX];
        size_t figure_count;
};

/* What the process that made the reports tells the one that asked. */
struct told {
        int64_t took_ns; /* The longest. */
        int64_t cpu_ns;
        int64_t contacts;
        int64_t rows;
        bool is_right;
};

static struct told make_reports(const struct report_bench *bench)
{
        struct told told = {.is_right = true};
        const struct att_report_ask ask = {
                .from_ms = ATT_REPORT_ABSENT,
                .to_ms = ATT_REPORT_ABSENT,
                .now_ms = FROM_MS + INT64_C(366) * 86400000,
                .slices = att_text_from(bench->by),
                .agent = ATT_TEXT_NONE,
                .zone_name = ATT_TEXT("UTC"),
                .threads = (uint32_t)bench->threads,
                .rules = {.zone = ATT_TEXT_NONE,
                          .short_ms = ATT_REPORTS_SHORT_MS,
                          .within_ms = ATT_REPORTS_WITHIN_MS},
        };

        for (int64_t i = 0; i < bench->passes && told.is_right; i++) {
                struct att_buffer why ATT_CLEANUP(att_buffer_deinit) = {0};
                struct att_report report;
                const int64_t began_ns = bench_now_ns();
                const int64_t cpu_ns = bench_own_cpu_ns();

                if (att_report_make(bench->data, &ask, &report, &why) < 0) {
                        fprintf(stderr, "attune-bench: %s\n", why.data);
                        told.is_right = false;
                        break;
                }
                told.took_ns = att_max_i64(told.took_ns, bench_now_ns() - began_ns);
                told.cpu_ns = att_max_i64(told.cpu_ns, bench_own_cpu_ns() - cpu_ns);
                told.contacts = report.rows[0].values[0];
                told.rows = report.row_count;
                att_report_deinit(&report);
        }
        return told;
}

/* In a process of its own, whose memory is the report's alone. */
static bool run_reports(const struct report_bench *bench, struct told *told, int64_t *ret_rss_kib)
{
        int ends[2];
        struct rusage usage;
        pid_t child;
        bool is_told;

        if (pipe(ends) < 0) {
                return false;
        }
        child = fork();
        if (child == 0) {
                const struct told found = make_reports(bench);

                _exit(write(ends[1], &found, sizeof(found)) == (ssize_t)sizeof(found) ? 0 : 1);
        }
        (void)close(ends[1]);
        is_told = read(ends[0], told, sizeof(*told)) == (ssize_t)sizeof(*told);
        (void)close(ends[0]);
        if (wait4(child, NULL, 0, &usage) != child) {
                return false;
        }
        *ret_rss_kib = usage.ru_maxrss;
        return is_told && told->is_right;
}

static bool make_year(const struct report_bench *bench)
{
        struct att_buffer why ATT_CLEANUP(att_buffer_deinit) = {0};
        pid_t child = fork();
        int status = 0;

        if (child == 0) { /* What it needs for that is not the report's. */
                if (year_write(bench->data, &bench->plan, &why) < 0) {
                        fprintf(stderr, "attune-bench: %s\n", why.data);
                        _exit(1);
                }
                _exit(0);
        }
        return waitpid(child, &status, 0) == child && status == 0;
}

static void tell(struct report_bench *bench, const struct figure *figures, size_t count)
{
        ATT_CHECK(bench->figure_count + count <= FIGURES_MAX);
        memcpy(bench->figures + bench->figure_count, figures, count * sizeof(*figures));
        bench->figure_count += count;
}

static void tell_alone(struct report_bench *bench, const struct told *told, int64_t rss_kib)
{
        const struct figure figures[] = {
                {"seconds", "the longest of the passes", (double)told->took_ns / 1e9, 2},
                {"cpu_seconds", "", (double)told->cpu_ns / 1e9, 2},
                {"rss_mib", "at its most, of a process that does this alone",
                 (double)rss_kib / 1024, 1},
                {"contacts", "", (double)told->contacts, 0},
                {"rows", "", (double)told->rows, 0},
                {"history_mib", "", (double)att_dir_bytes(bench->data) / 1048576, 0},
        };

        tell(bench, figures, ATT_ARRAY_LEN(figures));
}

static void tell_routing(struct report_bench *bench, const struct report_routing_found *found)
{
        const struct figure figures[] = {
                {"reports", "made meanwhile, in the rounds that have them", (double)found->reports,
                 0},
                {"quiet_per_second", "requests, without reports", found->quiet.per_second, 0},
                {"quiet_p50_us", "the median of the rounds, as all that follow",
                 found->quiet.p50_us, 0},
                {"quiet_p99_us", "", found->quiet.p99_us, 0},
                {"quiet_cpu_us", "of attuned, a request", found->quiet.cpu_us, 1},
                {"beside_per_second", "requests, beside a process that only computes",
                 found->beside.per_second, 0},
                {"beside_p50_us", "", found->beside.p50_us, 0},
                {"beside_p99_us", "", found->beside.p99_us, 0},
                {"busy_per_second", "requests, with reports", found->busy.per_second, 0},
                {"busy_p50_us", "", found->busy.p50_us, 0},
                {"busy_p99_us", "", found->busy.p99_us, 0},
                {"busy_cpu_us", "of attuned, a request", found->busy.cpu_us, 1},
                {"p50_ratio", "with reports to without", found->busy.p50_us / found->quiet.p50_us,
                 2},
                {"p99_ratio", "with reports to without", found->busy.p99_us / found->quiet.p99_us,
                 2},
                {"p99_ratio_beside", "with reports to beside that process",
                 found->busy.p99_us / found->beside.p99_us, 2},
                {"cpu_ratio", "with reports to without", found->busy.cpu_us / found->quiet.cpu_us,
                 2},
        };

        tell(bench, figures, ATT_ARRAY_LEN(figures));
}

static bool run_routing(struct report_bench *bench)
{
        char binary[PATH_MAX];
        const struct report_routing asked = {.binary = binary,
                                             .work = bench->work,
                                             .by = bench->by,
                                             .requests = (size_t)bench->requests / 3 * 3,
                                             .rounds = (uint64_t)bench->rounds};
        struct report_routing_found found;

        if (!server_find(bench->attuned, binary)) {
                fprintf(stderr, "attune-bench: there is no attuned here; see --attuned\n");
                return false;
        }
        if (!routing_write_config(bench->work) || !report_routing_run(&asked, &found)) {
                return false;
        }
        tell_routing(bench, &found);
        return true;
}

static bool run_alone(struct report_bench *bench)
{
        struct told told = {0};
        int64_t rss_kib = 0;

        if (!run_reports(bench, &told, &rss_kib)) {
                return false;
        }
        tell_alone(bench, &told, rss_kib);
        return true;
}

/* A folder with a made-up year in its `data`. */
static bool make_history(struct report_bench *bench)
{
        const char *folder = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";

        (void)snprintf(bench->work, sizeof(bench->work), "%s/attune-bench-report-XXXXXX", folder);
        if (!mkdtemp(bench->work)) {
                fprintf(stderr, "attune-bench: %s: %s\n", bench->work, strerror(errno));
                return false;
        }
        (void)snprintf(bench->made, sizeof(bench->made), "%s/data", bench->work);
        bench->data = bench->made;
        return mkdir(bench->made, 0750) == 0 && make_year(bench);
}

static int run(struct report_bench *bench)
{
        const bool is_made = !bench->data;
        bool is_right = !is_made || make_history(bench);

        is_right = is_right && (bench->passes == 0 || run_alone(bench)) &&
                   (!is_made || bench->rounds == 0 || run_routing(bench));
        if (is_right) {
                figures_print(bench->figures, bench->figure_count, bench->is_json);
        }
        if (is_made && !bench->is_kept) {
                bench_remove_tree(bench->work);
        } else if (is_made) {
                fprintf(stderr, "the history is in %s\n", bench->data);
        }
        return is_right ? EXIT_SUCCESS : EXIT_FAILURE;
}

int bench_report(int argc, char **argv)
{
        struct report_bench bench = {
                .contacts = 1000000,
                .agents = 300,
                .people = 200000,
                .passes = 1,
                .threads = 2,
                .seed = 1,
                .requests = 6000,
                .rounds = 3,
                .by = "queue,channel,tier,agent,skill,hour,day,week",
        };
        const struct bench_option options[] = {
                {"--contacts", "of the year", &bench.contacts, NULL, NULL, 0, 100000000},
                {"--agents", "", &bench.agents, NULL, NULL, 1, 10000},
                {"--people", "customers", &bench.people, NULL, NULL, 1, 10000000},
                {"--passes", "of the report alone; 0: none (1)", &bench.passes, NULL, NULL, 0,
                 1000},
                {"--threads", "", &bench.threads, NULL, NULL, 1, ATT_REPORT_THREADS_MAX},
                {"--by", "what to slice by", NULL, &bench.by, NULL, 0, 0},
                {"--data", "a data directory with a history, instead of one made up", NULL,
                 &bench.data, NULL, 0, 0},
                {"--requests", "of each third of a round of routing (6000)", &bench.requests, NULL,
                 NULL, 300, 10000000},
                {"--rounds",
                 "of it, without reports, beside a spinning process, with reports; 0: none; none with --data (3)",
                 &bench.rounds, NULL, NULL, 0, 1000},
                {"--attuned", "the daemon to measure (the one next to this program)", NULL,
                 &bench.attuned, NULL, 0, 0},
                {"--seed", "", &bench.seed, NULL, NULL, 0, INT32_MAX},
                {"--keep", "keep the history that was made", NULL, NULL, &bench.is_kept, 0, 0},
                {"--json", "one JSON object", NULL, NULL, &bench.is_json, 0, 0},
        };

        if (!bench_parse("report", options, ATT_ARRAY_LEN(options), argc, argv)) {
                return 2;
        }
        (void)signal(SIGPIPE, SIG_IGN);
        bench.plan = (struct year_plan){
                .from_ms = FROM_MS,
                .days = 365,
                .contacts = (uint32_t)bench.contacts,
                .agents = (uint32_t)bench.agents,
                .queues = 12,
                .people = (uint32_t)bench.people,
                .seed = (uint64_t)bench.seed,
        };
        return run(&bench);
}
