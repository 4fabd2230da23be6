/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same requests, in one run, against a server that only decodes and answers, against one that also
 * waits for an fdatasync, and against attuned with its journal: what is left of the transport's own
 * speed, and of the disk's. Servers are children of this process; all they write goes to a folder that is
 * gone afterwards. The last two take turns, twice each, and the better time of each counts: what others
 * do with the disk is in the way of both alike.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/json.h"
#include "lib/base/util.h"
#include "tools/attune-bench/bench.h"
#include "tools/attune-bench/echo.h"
#include "tools/attune-bench/load.h"
#include "tools/attune-bench/server.h"

struct wire_bench {
        const char *transport;
        const char *attuned;
        const char *folder; /* Where the journal's temporary folder is made. */
        int64_t connections;
        int64_t window;
        int64_t requests;
        int64_t seed;
        bool is_json;
        char work[PATH_MAX / 4];
        char binary[PATH_MAX];
        struct place place;
};

struct measured {
        double per_second;
        double p50_us;
        double p99_us;
        double server_us;
        size_t requests;
        size_t refused;
        size_t pushes;
};

/* Servers ------------------------------------------------------------------------------------- */

enum side { SIDE_ECHO, SIDE_SYNCED, SIDE_ATTUNED, SIDES };

static const char *const sides[SIDES] = {"echo", "synced", "attuned"};

static pid_t start_echo(const struct wire_bench *bench, bool is_synced)
{
        const pid_t child = server_fork();
        char file[PATH_MAX];

        if (child == 0) {
                (void)snprintf(file, sizeof(file), "%s/synced", bench->work);
                echo_serve(&bench->place, is_synced ? file : NULL);
        }
        return child;
}

static pid_t start_side(const struct wire_bench *bench, enum side side)
{
        if (side == SIDE_ATTUNED) {
                return server_start(bench->binary, bench->work, &bench->place);
        }
        return start_echo(bench, side == SIDE_SYNCED);
}

/* Measuring ----------------------------------------------------------------------------------- */

struct cpu_mark {
        pid_t server;
        int64_t cpu_ns;
};

static void mark_cpu(void *context)
{
        struct cpu_mark *mark = context;

        mark->cpu_ns = bench_cpu_ns(mark->server);
}

static bool measure(const struct wire_bench *bench, pid_t server, struct measured *ret_measured)
{
        const struct load load = {
                .place = &bench->place,
                .token = LOAD_TOKEN,
                .connections = (unsigned)bench->connections,
                .window = (unsigned)bench->window,
                .requests = (size_t)bench->requests,
                .seed = (uint64_t)bench->seed,
        };
        struct cpu_mark mark = {.server = server};
        struct load_result result;
        bool is_done = load_run(&load, mark_cpu, &mark, &result);
        const int64_t cpu_ns = bench_cpu_ns(server) - mark.cpu_ns;

        if (is_done && result.count > 0) {
                const double count = (double)result.count;

                *ret_measured = (struct measured){
                        .per_second = count * 1e9 / (double)(result.ended_ns - result.began_ns),
                        .p50_us = bench_quantile(result.latencies_ns, result.count, 0.5) / 1e3,
                        .p99_us = bench_quantile(result.latencies_ns, result.count, 0.99) / 1e3,
                        .server_us = (double)cpu_ns / 1e3 / count,
                        .requests = result.count,
                        .refused = result.refused,
                        .pushes = result.pushes,
                };
        }
        free(result.latencies_ns);
        return is_done && result.count > 0;
}

static void choose_place(struct wire_bench *bench, const char *name)
{
        bench->place.is_tcp = strcmp(bench->transport, "tcp") == 0;
        bench->place.port = bench->place.is_tcp ? place_free_port() : 0;
        (void)snprintf(bench->place.path, sizeof(bench->place.path), "%.80s/%s.sock", bench->work,
                       name);
}

/* The result ---------------------------------------------------------------------------------- */

static void put_double(struct att_json *json, const char *key, double value, int decimals)
{
        double scale = 1;

        for (int i = 0; i < decimals; i++) {
                scale *= 10;
        }
        att_json_key(json, key);
        att_json_scaled(json, (int64_t)(value * scale + 0.5), decimals);
}

static void put_int(struct att_json *json, const char *key, int64_t value)
{
        att_json_key(json, key);
        att_json_int(json, value);
}

static void put_side(struct att_json *json, const char *name, const struct measured *measured)
{
        char key[64];

        (void)snprintf(key, sizeof(key), "%s_per_second", name);
        put_double(json, key, measured->per_second, 0);
        (void)snprintf(key, sizeof(key), "%s_p50_us", name);
        put_double(json, key, measured->p50_us, 1);
        (void)snprintf(key, sizeof(key), "%s_p99_us", name);
        put_double(json, key, measured->p99_us, 1);
        (void)snprintf(key, sizeof(key), "%s_us_per_request", name);
        put_double(json, key, measured->server_us, 3);
}

static void print_json(const struct wire_bench *bench, const struct measured *measured)
{
        const struct measured *attuned = &measured[SIDE_ATTUNED];
        struct att_buffer out ATT_CLEANUP(att_buffer_deinit) = {0};
        struct att_json json;

        att_json_init(&json, &out);
        att_json_begin_object(&json);
        for (int side = 0; side < SIDES; side++) {
                put_side(&json, sides[side], &measured[side]);
        }
        put_double(&json, "ratio", attuned->per_second / measured[SIDE_ECHO].per_second, 4);
        put_double(&json, "p50_of_synced", attuned->p50_us / measured[SIDE_SYNCED].p50_us, 3);
        att_json_key(&json, "transport");
        att_json_string(&json, bench->transport);
        put_int(&json, "connections", bench->connections);
        put_int(&json, "window", bench->window);
        put_int(&json, "requests", (int64_t)attuned->requests);
        put_int(&json, "refused", (int64_t)attuned->refused);
        put_int(&json, "pushes", (int64_t)attuned->pushes);
        put_int(&json, "seed", bench->seed);
        att_json_end_object(&json);
        puts(out.data);
}

static void print_table(const struct wire_bench *bench, const struct measured *measured)
{
        const struct measured *attuned = &measured[SIDE_ATTUNED];

        printf("%s, %lld connections x %lld in flight, %zu requests\n\n", bench->transport,
               (long long)bench->connections, (long long)bench->window, attuned->requests);
        printf("           per second      p50 us      p99 us  server CPU us\n");
        for (int side = 0; side < SIDES; side++) {
                printf("%-8s %12.0f %11.1f %11.1f %14.3f\n", sides[side], measured[side].per_second,
                       measured[side].p50_us, measured[side].p99_us, measured[side].server_us);
        }
        printf("\n%.3f of the echo's requests a second; p50 %.2f of that of an echo that syncs; "
               "%zu pushes, %zu refused\n",
               attuned->per_second / measured[SIDE_ECHO].per_second,
               attuned->p50_us / measured[SIDE_SYNCED].p50_us, attuned->pushes, attuned->refused);
}

/* Starts the server, asks, and stops it; keeps the better of two measurements. */
static bool run_side(struct wire_bench *bench, enum side side, struct measured *measured)
{
        struct measured again;
        pid_t server;
        bool is_done;

        choose_place(bench, sides[side]);
        server = start_side(bench, side);
        is_done = server > 0 && measure(bench, server, &again);
        server_stop(server);
        if (is_done && (measured->requests == 0 || again.p50_us < measured->p50_us)) {
                *measured = again;
        }
        if (!is_done && side == SIDE_ATTUNED) {
                server_print_log(bench->work);
        }
        return is_done;
}

/* What attuned kept is no part of the next measurement. */
static void forget_data(const struct wire_bench *bench)
{
        char path[PATH_MAX];

        (void)snprintf(path, sizeof(path), "%s/data", bench->work);
        bench_remove_tree(path);
}

static int run_all(struct wire_bench *bench)
{
        static const enum side order[] = {SIDE_ECHO, SIDE_SYNCED, SIDE_ATTUNED, SIDE_SYNCED,
                                          SIDE_ATTUNED};
        struct measured measured[SIDES] = {{0}};

        for (size_t i = 0; i < ATT_ARRAY_LEN(order); i++) {
                if (!run_side(bench, order[i], &measured[order[i]])) {
                        return 1;
                }
                forget_data(bench);
        }
        if (bench->is_json) {
                print_json(bench, measured);
        } else {
                print_table(bench, measured);
        }
        return measured[SIDE_ATTUNED].refused == 0 ? 0 : 1;
}

static bool check(const struct wire_bench *bench)
{
        if (strcmp(bench->transport, "unix") != 0 && strcmp(bench->transport, "tcp") != 0) {
                fprintf(stderr, "attune-bench: --transport is unix or tcp\n");
                return false;
        }
        if (bench->connections * bench->window > 100000) {
                fprintf(stderr, "attune-bench: connections x window is 100,000 at most\n");
                return false;
        }
        return true;
}

int bench_wire(int argc, char **argv)
{
        struct wire_bench bench = {
                .transport = "unix",
                .connections = 16,
                .window = 64,
                .requests = 600000,
                .seed = 1,
                .folder = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp",
        };
        const struct bench_option options[] = {
                {"--transport", "unix or tcp", NULL, &bench.transport, NULL, 0, 0},
                {"--connections", "front ends (16)", &bench.connections, NULL, NULL, 1, 9999},
                {"--window", "requests in flight, of each (64)", &bench.window, NULL, NULL, 1,
                 9999},
                {"--requests", "in all (600000)", &bench.requests, NULL, NULL, 3, 100000000},
                {"--seed", "of what customers are like (1)", &bench.seed, NULL, NULL, 0, INT64_MAX},
                {"--attuned", "the daemon to measure (the one next to this program)", NULL,
                 &bench.attuned, NULL, 0, 0},
                {"--folder", "where its journal is for the time ($TMPDIR)", NULL, &bench.folder,
                 NULL, 0, 0},
                {"--json", "one object instead of a table", NULL, NULL, &bench.is_json, 0, 0},
        };
        int status;

        if (!bench_parse("wire", options, ATT_ARRAY_LEN(options), argc, argv) || !check(&bench)) {
                return 2;
        }
        if (!server_find(bench.attuned, bench.binary)) {
                fprintf(stderr, "attune-bench: there is no attuned here; see --attuned\n");
                return 1;
        }
        (void)signal(SIGPIPE, SIG_IGN);
        (void)snprintf(bench.work, sizeof(bench.work), "%s/attune-bench-XXXXXX", bench.folder);
        if (!mkdtemp(bench.work)) {
                fprintf(stderr, "attune-bench: %s: %s\n", bench.work, strerror(errno));
                return 1;
        }
        status = load_write_config(bench.work, (unsigned)bench.connections, (unsigned)bench.window)
                         ? run_all(&bench)
                         : 1;
        bench_remove_tree(bench.work);
        return status;
}
