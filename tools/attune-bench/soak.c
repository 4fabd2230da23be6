/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether memory is flat: whole lives of contacts (brought, accepted, ended) through attuned's socket, ten
 * million of them unless told otherwise, and what the process takes after the first so many against what
 * it takes in the end. It is the real daemon with its journal, its snapshots and all it remembers.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"
#include "tools/attune-bench/bench.h"
#include "tools/attune-bench/figures.h"
#include "tools/attune-bench/load.h"
#include "tools/attune-bench/server.h"

#define REQUESTS_A_CONTACT 3
#define LOOKS              100 /* At the memory, on the way. */

struct soak {
        int64_t contacts;
        int64_t first;     /* The memory after so many is what the rest is compared with. */
        int64_t customers; /* Few enough that by then all that is kept of them is there. */
        int64_t connections;
        int64_t window;
        int64_t seed;
        const char *attuned;
        const char *folder;
        const char *work; /* Kept if it was named; else in the folder and gone afterwards. */
        bool is_json;
        char made[PATH_MAX / 4];
        char binary[PATH_MAX];
        struct place place;
        pid_t server;
        long long rss_first;
        long long rss_most; /* Of those looked at after the first. */
        long long rss_last;
};

static void look(void *context, size_t count)
{
        struct soak *soak = context;
        const size_t first = (size_t)soak->first * REQUESTS_A_CONTACT;
        const size_t all = (size_t)soak->contacts * REQUESTS_A_CONTACT;

        if (count == first) {
                soak->rss_first = server_rss(soak->server);
        } else if (count > first && count % (all / LOOKS) == 0) {
                const long long rss = server_rss(soak->server);

                soak->rss_last = rss;
                soak->rss_most = rss > soak->rss_most ? rss : soak->rss_most;
                if (!soak->is_json) {
                        fprintf(stderr, "%10zu contacts  %7.1f MiB\n", count / REQUESTS_A_CONTACT,
                                (double)rss / 1048576);
                }
        }
}

static void begin(void *context)
{
        (void)context; /* What is looked at is looked at on the way. */
}

static void print(const struct soak *soak, const struct load_result *result, int64_t cpu_ns)
{
        const double mib = 1048576;
        const double first = (double)soak->rss_first;
        const double seconds = (double)(result->ended_ns - result->began_ns) / 1e9;
        const struct figure figures[] = {
                {"contacts", "", (double)(result->count / REQUESTS_A_CONTACT), 0},
                {"refused", "requests", (double)result->refused, 0},
                {"seconds", "", seconds, 1},
                {"requests_per_second", "", (double)result->count / seconds, 0},
                {"cpu_us_per_request", "us", (double)cpu_ns / 1e3 / (double)result->count, 2},
                {"first", "contacts, after which the memory is", (double)soak->first, 0},
                {"rss_first_mib", "MiB", first / mib, 1},
                {"rss_last_mib", "MiB, in the end", (double)soak->rss_last / mib, 1},
                {"rss_most_mib", "MiB, of those in between", (double)soak->rss_most / mib, 1},
                {"growth_pct", "% from the first to the last",
                 100 * ((double)soak->rss_last - first) / first, 2},
        };

        figures_print(figures, ATT_ARRAY_LEN(figures), soak->is_json);
}

static int run(struct soak *soak)
{
        const struct load load = {
                .place = &soak->place,
                .token = LOAD_TOKEN,
                .connections = (unsigned)soak->connections,
                .window = (unsigned)soak->window,
                .requests = (size_t)soak->contacts * REQUESTS_A_CONTACT,
                .seed = (uint64_t)soak->seed,
                .customers = (unsigned)soak->customers,
                .is_untimed = true,
                .on_progress = look,
        };
        struct load_result result;
        int64_t cpu_ns;
        bool is_done;

        (void)snprintf(soak->place.path, sizeof(soak->place.path), "%.80s/attuned.sock",
                       soak->work);
        soak->server = server_start(soak->binary, soak->work, &soak->place);
        is_done = soak->server > 0 && load_run(&load, begin, soak, &result);
        cpu_ns = is_done ? bench_cpu_ns(soak->server) : 0;
        server_stop(soak->server);
        if (!is_done) {
                server_print_log(soak->work);
                return 1;
        }
        print(soak, &result, cpu_ns);
        return result.refused == 0 ? 0 : 1;
}

/* So that each look falls on a count, and every slot ends what it began. */
static void round_contacts(struct soak *soak)
{
        const int64_t slots = soak->connections * LOOKS;

        soak->contacts = (soak->contacts + slots - 1) / slots * slots;
}

static bool make_work(struct soak *soak)
{
        if (soak->work) {
                return true;
        }
        (void)snprintf(soak->made, sizeof(soak->made), "%s/attune-bench-XXXXXX", soak->folder);
        soak->work = mkdtemp(soak->made);
        if (!soak->work) {
                fprintf(stderr, "attune-bench: %s: %s\n", soak->made, strerror(errno));
        }
        return soak->work != NULL;
}

int bench_soak(int argc, char **argv)
{
        struct soak soak = {
                .contacts = 10000000,
                .first = 100000,
                .customers = 5000,
                .connections = 16,
                .window = 64,
                .seed = 1,
                .folder = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp",
        };
        const struct bench_option options[] = {
                {"--contacts", "in all (10000000)", &soak.contacts, NULL, NULL, 1, 1000000000},
                {"--first", "after so many the memory is what counts (100000)", &soak.first, NULL,
                 NULL, 1, 1000000000},
                {"--customers", "who come again and again (5000)", &soak.customers, NULL, NULL, 1,
                 10000000},
                {"--connections", "front ends (16)", &soak.connections, NULL, NULL, 1, 1000},
                {"--window", "contacts at a time, of each (64)", &soak.window, NULL, NULL, 1, 1000},
                {"--seed", "of what customers are like (1)", &soak.seed, NULL, NULL, 0, INT64_MAX},
                {"--attuned", "the daemon to look at (the one next to this program)", NULL,
                 &soak.attuned, NULL, 0, 0},
                {"--folder", "where its journal is for the time ($TMPDIR)", NULL, &soak.folder,
                 NULL, 0, 0},
                {"--work", "a folder that is there, where all of it stays", NULL, &soak.work, NULL,
                 0, 0},
                {"--json", "one object instead of a table", NULL, NULL, &soak.is_json, 0, 0},
        };
        int status;

        if (!bench_parse("soak", options, ATT_ARRAY_LEN(options), argc, argv)) {
                return 2;
        }
        round_contacts(&soak);
        if (!server_find(soak.attuned, soak.binary)) {
                fprintf(stderr, "attune-bench: there is no attuned here; see --attuned\n");
                return 1;
        }
        (void)signal(SIGPIPE, SIG_IGN);
        if (!make_work(&soak)) {
                return 1;
        }
        status = load_write_config(soak.work, (unsigned)soak.connections, (unsigned)soak.window)
                         ? run(&soak)
                         : 1;
        if (soak.work == soak.made) {
                bench_remove_tree(soak.work);
        }
        return status;
}
