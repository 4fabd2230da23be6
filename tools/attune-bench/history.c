/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the history costs: the loop for every command, by the clock around daemon/history_note.h alone
 * (a clock's own time taken off), and its thread for every row's event, in transactions as the
 * daemon's are. A crowd (crowd.h) lives in front of it at a standing load. And what of that front ends
 * notice: routing through the socket with a history and without (history_routing.c).
 */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/history_note.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/model/limits.h"
#include "lib/store/history.h"
#include "tools/attune-bench/bench.h"
#include "tools/attune-bench/crowd.h"
#include "tools/attune-bench/figures.h"
#include "tools/attune-bench/history.h"
#include "tools/attune-bench/server.h"

#define TRANSACTION_BYTES ((size_t)512 << 10)
#define CLOCKS            1000000
#define FIGURES_MAX       32

struct history_bench {
        int64_t agents;
        int64_t waiting;
        int64_t commands;
        int64_t seed;
        int64_t requests;
        int64_t rounds;
        const char *attuned;
        bool is_json;

        struct crowd crowd;
        char folder[64];
        struct att_history *history;
        struct att_buffer events;
        struct att_buffer why;
        uint64_t commands_noted;
        uint64_t bytes_noted;
        uint32_t *samples_ns; /* Owned: of each command. */
        size_t sample_capacity;
        uint64_t events_written;
        int64_t write_ns;     /* By the clock ... */
        int64_t write_cpu_ns; /* ... and of the processor. */
        uint64_t transactions;

        struct figure figures[FIGURES_MAX];
        size_t figure_count;
};

static _Noreturn void fail(const struct history_bench *bench)
{
        fprintf(stderr, "attune-bench history: %s\n", bench->why.data ? bench->why.data : "failed");
        exit(1);
}

static void write_events(struct history_bench *bench)
{
        const struct att_history_position at = {.seq = bench->crowd.centre.seq,
                                                .time_ms = bench->crowd.centre.now_ms};
        const int64_t begin_ns = bench_now_ns();
        const int64_t begin_cpu_ns = bench_own_cpu_ns();
        struct att_text bytes = att_buffer_text(&bench->events);
        struct att_history_event event;

        if (att_history_begin(bench->history, &bench->why) < 0) {
                fail(bench);
        }
        while (att_history_unpack(&bytes, &event) &&
               att_history_apply(bench->history, &event) == 0) {
                bench->events_written++;
        }
        if (att_history_commit(bench->history, &at, &bench->why) < 0) {
                fail(bench);
        }
        bench->transactions++;
        bench->write_ns += bench_now_ns() - begin_ns;
        bench->write_cpu_ns += bench_own_cpu_ns() - begin_cpu_ns;
        att_buffer_clear(&bench->events);
}

static void note(void *context, const struct att_command *command)
{
        struct history_bench *bench = context;
        const struct centre *centre = &bench->crowd.centre;
        const size_t before = bench->events.len;
        int64_t passed_ns;

        if (bench->commands_noted == bench->sample_capacity) {
                bench->sample_capacity = att_grown_capacity(bench->sample_capacity,
                                                            bench->sample_capacity + 1);
                bench->samples_ns = att_realloc_array(bench->samples_ns, bench->sample_capacity,
                                                      sizeof(*bench->samples_ns));
        }
        passed_ns = -bench_now_ns();
        history_note(&bench->events, centre->core, command, &centre->effects);
        passed_ns += bench_now_ns();
        bench->samples_ns[bench->commands_noted++] = (uint32_t)att_min_i64(passed_ns, UINT32_MAX);
        bench->bytes_noted += bench->events.len - before;
        if (bench->events.len >= TRANSACTION_BYTES) {
                write_events(bench);
        }
}

/* What asking for the time twice takes by itself. */
static double clock_ns(void)
{
        int64_t passed_ns = 0;

        for (int i = 0; i < CLOCKS; i++) {
                const int64_t begin_ns = bench_now_ns();

                passed_ns += bench_now_ns() - begin_ns;
        }
        return (double)passed_ns / CLOCKS;
}

static void tell(struct history_bench *bench, const char *name, const char *unit, double value,
                 int decimals)
{
        ATT_CHECK(bench->figure_count < FIGURES_MAX);
        bench->figures[bench->figure_count++] = (struct figure){name, unit, value, decimals};
}

static int64_t file_bytes(const struct history_bench *bench)
{
        char path[128];
        struct stat status;

        (void)snprintf(path, sizeof(path), "%s/%s", bench->folder, ATT_HISTORY_NAME);
        return stat(path, &status) == 0 ? (int64_t)status.st_size : 0;
}

static void tell_all(struct history_bench *bench)
{
        const double commands = (double)bench->commands_noted;
        const double events = (double)bench->events_written;
        const double contacts = (double)bench->crowd.contact_count;
        const double clock = clock_ns();

        tell(bench, "note_p50_ns", "ns of the loop for a command",
             bench_quantile(bench->samples_ns, bench->commands_noted, 0.5) - clock, 0);
        tell(bench, "note_p90_ns", "ns of the loop for a command",
             bench_quantile(bench->samples_ns, bench->commands_noted, 0.9) - clock, 0);
        tell(bench, "bytes_per_command", "bytes handed on", (double)bench->bytes_noted / commands,
             0);
        tell(bench, "events_per_command", "", events / commands, 2);
        tell(bench, "events_per_second", "by the clock", events * 1e9 / (double)bench->write_ns, 0);
        tell(bench, "events_per_cpu_second", "of the thread",
             events * 1e9 / (double)bench->write_cpu_ns, 0);
        tell(bench, "contacts_per_second", "by the clock", contacts * 1e9 / (double)bench->write_ns,
             0);
        tell(bench, "bytes_per_contact", "bytes of the file", (double)file_bytes(bench) / contacts,
             0);
        tell(bench, "transactions", "", (double)bench->transactions, 0);
        tell(bench, "commands", "", commands, 0);
        tell(bench, "contacts", "", contacts, 0);
        tell(bench, "seed", "", (double)bench->seed, 0);
}

static void tell_routing(struct history_bench *bench, const struct history_routing_found *found)
{
        const struct routing_found *with = &found->with;
        const struct routing_found *without = &found->without;

        tell(bench, "without_per_second", "requests, without a history", without->per_second, 0);
        tell(bench, "without_p50_us", "the median of the rounds, as all that follow",
             without->p50_us, 0);
        tell(bench, "without_p99_us", "", without->p99_us, 0);
        tell(bench, "without_cpu_us", "of attuned, a request", without->cpu_us, 1);
        tell(bench, "with_per_second", "requests, with a history", with->per_second, 0);
        tell(bench, "with_p50_us", "", with->p50_us, 0);
        tell(bench, "with_p99_us", "", with->p99_us, 0);
        tell(bench, "with_cpu_us", "of attuned, its thread too, a request", with->cpu_us, 1);
        tell(bench, "p50_ratio", "with to without", with->p50_us / without->p50_us, 2);
        tell(bench, "p99_ratio", "with to without", with->p99_us / without->p99_us, 2);
        tell(bench, "cpu_ratio", "with to without", with->cpu_us / without->cpu_us, 2);
}

static bool run_routing(struct history_bench *bench)
{
        char binary[PATH_MAX];
        const struct history_routing asked = {.binary = binary,
                                              .work = bench->folder,
                                              .requests = (size_t)bench->requests / 3 * 3,
                                              .rounds = (uint64_t)bench->rounds};
        struct history_routing_found found;

        if (!server_find(bench->attuned, binary)) {
                fprintf(stderr, "attune-bench: there is no attuned here; see --attuned\n");
                return false;
        }
        if (!history_routing_run(&asked, &found)) {
                return false;
        }
        tell_routing(bench, &found);
        return true;
}

static void run_alone(struct history_bench *bench)
{
        const struct crowd_plan plan = {
                .centre = {.kind = CENTRE_MIXED,
                           .agents = (uint32_t)bench->agents,
                           .skills = 64,
                           .queues = 64,
                           .contacts_max = (uint32_t)(4 * bench->agents + bench->waiting + 1000),
                           .seed = (uint64_t)bench->seed},
                .waiting = (uint32_t)bench->waiting,
                .emotions = 100,
        };

        if (att_history_open(bench->folder, &bench->history, &bench->why) < 0) {
                fail(bench);
        }
        crowd_init(&bench->crowd, &plan);
        bench->crowd.centre.on_stepped = note;
        bench->crowd.centre.context = bench;
        crowd_fill(&bench->crowd);
        crowd_run(&bench->crowd, (uint64_t)bench->commands);
        write_events(bench);
        att_history_close(ATT_STEAL(bench->history)); /* All of it is in the one file. */
        tell_all(bench);
        crowd_deinit(&bench->crowd);
        att_buffer_deinit(&bench->events);
        free(bench->samples_ns);
}

static int run(struct history_bench *bench)
{
        const char *folder = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
        bool is_right;

        (void)snprintf(bench->folder, sizeof(bench->folder), "%.30s/attune-bench-history-XXXXXX",
                       folder);
        if (!mkdtemp(bench->folder)) {
                perror("attune-bench history");
                return EXIT_FAILURE;
        }
        run_alone(bench);
        is_right = bench->rounds == 0 || run_routing(bench);
        bench_remove_tree(bench->folder);
        if (is_right) {
                figures_print(bench->figures, bench->figure_count, bench->is_json);
        }
        return is_right ? EXIT_SUCCESS : EXIT_FAILURE;
}

int bench_history(int argc, char **argv)
{
        struct history_bench bench = {
                .agents = 1000,
                .waiting = 1000,
                .commands = 100000,
                .requests = 1500,
                .rounds = 9,
                .seed = 1,
        };
        const struct bench_option options[] = {
                {"--agents", "(1000)", &bench.agents, NULL, NULL, 1, ATT_AGENTS_MAX},
                {"--waiting", "contacts at all times (1000)", &bench.waiting, NULL, NULL, 0,
                 1000000},
                {"--commands", "(100000)", &bench.commands, NULL, NULL, 1, 1000000000},
                {"--requests", "of each half of a round of routing (1500)", &bench.requests, NULL,
                 NULL, 300, 10000000},
                {"--rounds", "of it; 0: none (9)", &bench.rounds, NULL, NULL, 0, 1000},
                {"--attuned", "the daemon to measure (the one next to this program)", NULL,
                 &bench.attuned, NULL, 0, 0},
                {"--seed", "of everything (1)", &bench.seed, NULL, NULL, 0, INT64_MAX},
                {"--json", "one object instead of a table", NULL, NULL, &bench.is_json, 0, 0},
        };

        if (!bench_parse("history", options, ATT_ARRAY_LEN(options), argc, argv)) {
                return 2;
        }
        (void)signal(SIGPIPE, SIG_IGN);
        return run(&bench);
}
