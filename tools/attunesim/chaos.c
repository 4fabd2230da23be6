/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attunesim chaos: the real daemon under faults, one run a seed, each run a process of its own.
 *
 * This process starts them, adds up what they came to and, when one fails, looks for a smaller run that
 * fails too: fewer commands, fewer kinds of faults.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/json.h"
#include "lib/base/util.h"
#include "tools/attunesim/chaos_report.h"
#include "tools/attunesim/chaos_world.h"
#include "tools/attunesim/chaos_wrap.h"
#include "tools/attunesim/commands.h"

#define COMMANDS_DEFAULT 5000
#define COMMANDS_MAX     UINT64_C(100000000)
#define JOBS_MAX         64
#define SECONDS_MAX      3600 /* Of one run, before it counts as one that never ends. */
/* So long a smaller run is looked for, and so long each is tried. */
#define SHRINK_SECONDS_MAX 60
#define TRIAL_SECONDS_MAX  15
#define FAULTS_ALL         ((UINT64_C(1) << CHAOS_FAULT_COUNT) - 1)

/* The linker puts the simulation in the place of functions that are called from other files; those that
 * link-time optimisation has taken into their callers go past it. */
#ifdef ATT_HAS_LTO
#define IS_WHOLE false
#else
#define IS_WHOLE true
#endif

struct request {
        uint64_t first_seed;
        uint64_t last_seed;
        struct world_options run;
        uint32_t jobs;
        bool json;
        bool verbose; /* In this process, with the daemon's log. */
        bool table;
        bool stops;       /* At the first that fails. */
        uint64_t seconds; /* After which no other seed is begun; 0: no limit. */
        int64_t began_us;
};

struct job {
        pid_t pid; /* 0: free. */
        uint64_t seed;
        struct chaos_result *result;
};

struct sum {
        struct chaos_figures figures;
        uint64_t passed;
        uint64_t failed;
};

/* ---- Runs ---- */

static struct chaos_result *share_result(void)
{
        void *memory = mmap(NULL, sizeof(struct chaos_result), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);

        ATT_CHECK(memory != MAP_FAILED);
        return memory;
}

static void start(struct job *job, const struct world_options *run, uint64_t seed,
                  unsigned seconds_max)
{
        const struct rlimit no_core = {0, 0};
        struct world_options mine = *run;

        memset(job->result, 0, sizeof(*job->result));
        mine.seed = seed;
        job->seed = seed;
        (void)fflush(NULL);
        job->pid = fork();
        ATT_CHECK(job->pid >= 0);
        if (job->pid == 0) {
                (void)setrlimit(RLIMIT_CORE, &no_core);
                (void)alarm(seconds_max);
                if (!chaos_is_verbose && !freopen("/dev/null", "w", stderr)) {
                        _exit(2);
                }
                chaos_result = job->result;
                world_run(&mine);
                _exit(0);
        }
}

/* What its end says that it did not say itself. */
static void judge(struct chaos_result *result, int status)
{
        if (WIFSIGNALED(status)) {
                (void)snprintf(result->invariant, sizeof(result->invariant), "L7");
                (void)snprintf(result->what, sizeof(result->what), "it died by signal %d (%s)",
                               WTERMSIG(status), strsignal(WTERMSIG(status)));
                result->at_command = result->figures.commands;
        } else if (WEXITSTATUS(status) != 0 && result->invariant[0] == '\0') {
                (void)snprintf(result->invariant, sizeof(result->invariant), "L7");
                (void)snprintf(result->what, sizeof(result->what), "it ended with status %d",
                               WEXITSTATUS(status));
                result->at_command = result->figures.commands;
        }
}

static bool has_failed(const struct chaos_result *result)
{
        return result->invariant[0] != '\0';
}

static void run_one(struct chaos_result *result, const struct world_options *run)
{
        struct job job = {.result = result};
        int status = 0;

        start(&job, run, run->seed, TRIAL_SECONDS_MAX);
        while (waitpid(job.pid, &status, 0) < 0 && errno == EINTR) {
        }
        judge(result, status);
}

/* ---- The command that repeats it ---- */

static void print_faults(uint64_t faults)
{
        bool first = true;

        if (faults == FAULTS_ALL) {
                return;
        }
        printf(" --faults ");
        for (int i = 0; i < CHAOS_FAULT_COUNT; i++) {
                if (faults >> i & 1) {
                        printf("%s%s", first ? "" : ",", chaos_fault_name((enum chaos_fault)i));
                        first = false;
                }
        }
        printf("%s", first ? "none" : "");
}

static void print_repeat(const char *label, const struct world_options *run)
{
        printf("%s attunesim chaos --seeds %" PRIu64 "-%" PRIu64 " --commands %" PRIu64, label,
               run->seed, run->seed, run->commands);
        print_faults(run->faults);
        if (run->plant != CHAOS_PLANT_NONE) {
                printf(" --plant %s", chaos_plant_name(run->plant));
        }
        printf("\n");
}

/* Whether a run breaks the same invariant; then it is the new best. */
static bool try_smaller(struct world_options *best, struct world_options trial,
                        const char *invariant, struct chaos_result *result)
{
        run_one(result, &trial);
        if (strcmp(result->invariant, invariant) != 0) {
                return false;
        }
        if (result->at_command + 1 < trial.commands) {
                trial.commands = result->at_command + 1;
        }
        *best = trial;
        return true;
}

static void shrink(struct world_options *best, const char *invariant)
{
        const int64_t until_us = chaos_real_us() + SHRINK_SECONDS_MAX * INT64_C(1000000);
        struct chaos_result *result = share_result();
        struct world_options trial;

        for (uint64_t cut = best->commands / 2; cut > 0 && chaos_real_us() < until_us; cut /= 2) {
                trial = *best;
                trial.commands -= cut;
                if (trial.commands > 0) {
                        (void)try_smaller(best, trial, invariant, result);
                }
        }
        for (int i = 0; i < CHAOS_FAULT_COUNT && chaos_real_us() < until_us; i++) {
                if (best->faults >> i & 1) {
                        trial = *best;
                        trial.faults &= ~(UINT64_C(1) << i);
                        (void)try_smaller(best, trial, invariant, result);
                }
        }
        (void)munmap(result, sizeof(*result));
}

static void tell_failure(const struct request *request, const struct chaos_result *result,
                         uint64_t seed)
{
        struct world_options run = request->run;

        run.seed = seed;
        printf("seed %" PRIu64 ": %s at command %" PRIu64 ": %s\n", seed, result->invariant,
               result->at_command, result->what);
        if (result->log[0] != '\0') {
                printf("the daemon's last words:\n%s", result->log);
        }
        print_repeat("again:  ", &run);
        if (result->at_command > 0 && result->at_command + 1 < run.commands) {
                run.commands = result->at_command + 1;
        }
        shrink(&run, result->invariant);
        print_repeat("smaller:", &run);
        (void)fflush(stdout);
}

/* ---- All seeds ---- */

static void finish_one(const struct request *request, struct job *jobs, struct sum *sum)
{
        int status = 0;
        pid_t pid = wait(&status);
        struct job *job = NULL;

        for (uint32_t i = 0; i < request->jobs; i++) {
                if (jobs[i].pid == pid) {
                        job = &jobs[i];
                }
        }
        if (!job || pid <= 0) {
                return;
        }
        job->pid = 0;
        judge(job->result, status);
        chaos_figures_add(&sum->figures, &job->result->figures);
        if (!has_failed(job->result)) {
                sum->passed++;
                return;
        }
        sum->failed++;
        if (!request->json) {
                tell_failure(request, job->result, job->seed);
        }
}

static struct job *find_free(const struct request *request, struct job *jobs)
{
        for (uint32_t i = 0; i < request->jobs; i++) {
                if (jobs[i].pid == 0) {
                        return &jobs[i];
                }
        }
        return NULL;
}

static bool may_start(const struct request *request, const struct sum *sum, uint64_t seed)
{
        return seed <= request->last_seed && !(request->stops && sum->failed > 0) &&
               (request->seconds == 0 ||
                chaos_real_us() - request->began_us < (int64_t)request->seconds * 1000000);
}

static void run_all(const struct request *request, struct sum *sum)
{
        struct job jobs[JOBS_MAX] = {0};
        uint64_t next = request->first_seed;
        uint32_t running = 0;

        for (uint32_t i = 0; i < request->jobs; i++) {
                jobs[i].result = share_result();
        }
        while (may_start(request, sum, next) || running > 0) {
                struct job *job = find_free(request, jobs);

                if (job && may_start(request, sum, next)) {
                        start(job, &request->run, next++, SECONDS_MAX);
                        running++;
                        continue;
                }
                finish_one(request, jobs, sum);
                running--;
        }
}

/* ---- What it came to ---- */

static void print_json(const struct sum *sum, double seconds)
{
        const struct chaos_figures *f = &sum->figures;

        printf("{\"seeds\": %" PRIu64 ", \"passed\": %" PRIu64 ", \"failed\": %" PRIu64
               ", \"commands\": %" PRIu64 ", \"faults\": %" PRIu64 ", \"replayed\": %" PRIu64
               ", \"starts\": %" PRIu64 ", \"starts_from_snapshots\": %" PRIu64
               ", \"snapshots\": %" PRIu64 ", \"batches\": %" PRIu64 ", \"contacts\": %" PRIu64
               ", \"connects\": %" PRIu64 ", \"disk_operations\": %" PRIu64
               ", \"virtual_s\": %" PRIu64 ", \"seconds\": %.3f, \"commands_per_second\": %.0f",
               sum->passed + sum->failed, sum->passed, sum->failed, f->commands, f->faults,
               f->replayed, f->starts, f->snapshot_starts, f->snapshots, f->batches, f->contacts,
               f->connects, f->operations, f->virtual_s, seconds,
               seconds > 0 ? (double)f->commands / seconds : 0.0);
        printf(", \"by_fault\": {");
        for (int i = 0; i < CHAOS_FAULT_COUNT; i++) {
                printf("%s\"%s\": %" PRIu64, i ? ", " : "", chaos_fault_name((enum chaos_fault)i),
                       f->by_fault[i]);
        }
        printf("}}\n");
}

static void print_words(const struct request *request, const struct sum *sum, double seconds)
{
        const struct chaos_figures *f = &sum->figures;

        if (request->table) {
                chaos_table_print(f);
        }
        printf("%" PRIu64 " commands (%" PRIu64 " more decided again in %" PRIu64
               " starts, %" PRIu64 " of them with a snapshot), %" PRIu64 " contacts, %" PRIu64
               " connected, %" PRIu64
               " faults, %.1f h of their time in %.1f s: %.0f commands a second\n",
               f->commands, f->replayed, f->starts, f->snapshot_starts, f->contacts, f->connects,
               f->faults, (double)f->virtual_s / 3600, seconds,
               seconds > 0 ? (double)f->commands / seconds : 0.0);
        if (f->judged > 0) {
                printf("%" PRIu64 " commands were decided by another router, too\n", f->judged);
        }
        printf("%" PRIu64 " passed, %" PRIu64 " failed\n", sum->passed, sum->failed);
}

/* ---- The command line ---- */

static void print_usage(FILE *to)
{
        fprintf(to,
                "usage: attunesim chaos --seeds A-B [--commands N] [--faults LIST] [--jobs N]\n"
                "                       [--seconds N] [--stop] [--json] [--table] [--verbose]\n"
                "                       [--plant BUG]\n\n"
                "Runs attuned with its journal and its front ends in a simulated world full of\n"
                "faults and checks that nothing is lost, done twice or left undone.\n\n"
                "  --commands N   of each seed (default 5000)\n"
                "  --faults LIST  only these, with commas; `none`; or, with a minus before the\n"
                "                 list, all but these:\n");
        for (int i = 0; i < CHAOS_FAULT_COUNT; i++) {
                fprintf(to, "%s%s%s", i % 6 == 0 ? "                   " : "",
                        chaos_fault_name((enum chaos_fault)i),
                        i + 1 == CHAOS_FAULT_COUNT ? "\n"
                        : i % 6 == 5               ? ",\n"
                                                   : ", ");
        }
        fprintf(to, "  --jobs N       seeds at a time (default: one a processor)\n"
                    "  --table        which faults struck when what was going on\n"
                    "  --seconds N    begins no other seed after so long\n"
                    "  --stop         at the first seed that fails\n"
                    "  --verbose      of one seed: also what attuned logs\n"
                    "  --plant BUG    breaks something that must be found:\n                  ");
        for (int i = 1; i < CHAOS_PLANT_COUNT; i++) {
                fprintf(to, " %s", chaos_plant_name((enum chaos_plant)i));
        }
        fprintf(to, "\n");
}

static bool read_faults(const char *list, uint64_t *ret_faults)
{
        bool without = *list == '-';
        uint64_t faults = 0;

        list += without ? 1 : 0;
        while (*list && strcmp(list, "none") != 0) {
                size_t len = strcspn(list, ",");
                bool found = false;

                for (int i = 0; i < CHAOS_FAULT_COUNT; i++) {
                        const char *name = chaos_fault_name((enum chaos_fault)i);

                        if (strlen(name) == len && strncmp(name, list, len) == 0) {
                                faults |= UINT64_C(1) << i;
                                found = true;
                        }
                }
                if (!found) {
                        fprintf(stderr, "attunesim chaos: there is no fault '%.*s'\n", (int)len,
                                list);
                        return false;
                }
                list += len + (list[len] == ',');
        }
        *ret_faults = without ? FAULTS_ALL & ~faults : faults;
        return true;
}

static bool read_plant(const char *name, enum chaos_plant *ret_plant)
{
        for (int i = 0; i < CHAOS_PLANT_COUNT; i++) {
                if (strcmp(name, chaos_plant_name((enum chaos_plant)i)) == 0) {
                        *ret_plant = (enum chaos_plant)i;
                        return true;
                }
        }
        fprintf(stderr, "attunesim chaos: there is no bug '%s' to plant\n", name);
        return false;
}

static bool read_number(const char *text, uint64_t max, uint64_t *ret_number)
{
        char *end;

        errno = 0;
        *ret_number = strtoull(text, &end, 10);
        return errno == 0 && end != text && *end == '\0' && text[0] != '-' && *ret_number > 0 &&
               *ret_number <= max;
}

static bool read_seeds(const char *text, struct request *request)
{
        char rest;
        int found = sscanf(text, "%" SCNu64 "-%" SCNu64 "%c", &request->first_seed,
                           &request->last_seed, &rest);

        if (found == 1) {
                request->last_seed = request->first_seed;
        }
        return (found == 1 || found == 2) && request->first_seed <= request->last_seed &&
               strchr(text, '-') != text;
}

static bool read_option(int option, const char *argument, struct request *request)
{
        uint64_t number;

        switch (option) {
        case 's':
                return read_seeds(argument, request);
        case 'n':
                return read_number(argument, COMMANDS_MAX, &request->run.commands);
        case 'f':
                return read_faults(argument, &request->run.faults);
        case 'p':
                return read_plant(argument, &request->run.plant);
        case 'j':
                if (!read_number(argument, JOBS_MAX, &number)) {
                        return false;
                }
                request->jobs = (uint32_t)number;
                return true;
        case 'J':
                request->json = true;
                return true;
        case 't':
                request->table = true;
                return true;
        case 'v':
                request->verbose = true;
                return true;
        case 'S':
                return read_number(argument, UINT32_MAX, &request->seconds);
        case 'x':
                request->stops = true;
                return true;
        default:
                return false;
        }
}

static uint32_t processors(void)
{
        long count = sysconf(_SC_NPROCESSORS_ONLN);

        return count < 1 ? 1 : count > JOBS_MAX ? JOBS_MAX : (uint32_t)count;
}

int command_chaos(int argc, char **argv)
{
        static const struct option options[] = {
                {"seeds", required_argument, NULL, 's'},
                {"commands", required_argument, NULL, 'n'},
                {"faults", required_argument, NULL, 'f'},
                {"plant", required_argument, NULL, 'p'},
                {"jobs", required_argument, NULL, 'j'},
                {"json", no_argument, NULL, 'J'},
                {"table", no_argument, NULL, 't'},
                {"verbose", no_argument, NULL, 'v'},
                {"stop", no_argument, NULL, 'x'},
                {"seconds", required_argument, NULL, 'S'},
                {"help", no_argument, NULL, 'h'},
                {0},
        };
        struct request request = {.run = {.commands = COMMANDS_DEFAULT, .faults = FAULTS_ALL},
                                  .jobs = processors()};
        struct sum sum = {0};
        double seconds;
        int option;

        while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
                if (option == 'h') {
                        print_usage(stdout);
                        return EXIT_DONE;
                }
                if (!read_option(option, optarg, &request)) {
                        print_usage(stderr);
                        return EXIT_USAGE;
                }
        }
        if (optind < argc || request.last_seed == 0) {
                print_usage(stderr);
                return EXIT_USAGE;
        }
        if (!IS_WHOLE) {
                fputs("attunesim: chaos can't run in a build with link-time optimisation: configure "
                      "one with -Db_lto=false (tools/dev chaos does)\n",
                      stderr);
                return EXIT_USAGE;
        }
        chaos_is_verbose = request.verbose;
        request.began_us = chaos_real_us();
        run_all(&request, &sum);
        seconds = (double)(chaos_real_us() - request.began_us) / 1e6;
        if (request.json) {
                print_json(&sum, seconds);
        } else {
                print_words(&request, &sum, seconds);
        }
        return sum.failed == 0 ? EXIT_DONE : EXIT_FAILED;
}
