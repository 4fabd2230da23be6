/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same requests, in one run, against a server that only decodes and answers, and against
 * attuned with its journal: what is left of the transport's own speed. Servers are children of this
 * process; all they write goes to a folder that is gone afterwards.
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

#define TOKEN "bench-token"

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

static pid_t start_echo(const struct wire_bench *bench)
{
        const pid_t child = server_fork();

        if (child == 0) {
                echo_serve(&bench->place);
        }
        return child;
}

/* An agent for each slot, and an entry for each front end. */
static bool write_config(const struct wire_bench *bench)
{
        struct att_buffer yaml ATT_CLEANUP(att_buffer_deinit) = {0};
        struct att_buffer token ATT_CLEANUP(att_buffer_deinit) = {0};
        char name[LOAD_AGENT_BYTES];

        att_buffer_append_c(&yaml, "attune: 1\n"
                                   "skills: { cards: {} }\n"
                                   "channels: { voice: { units: 100, offer_timeout: 60s } }\n"
                                   "queues: { bench: { requires: { cards: 1 } } }\n"
                                   "agents:\n");
        for (unsigned i = 0; i < bench->connections; i++) {
                for (unsigned j = 0; j < bench->window; j++) {
                        load_agent_name(name, i, j);
                        att_buffer_printf(&yaml, "  %s: { skills: { cards: 5 } }\n", name);
                }
        }
        att_buffer_append_c(&yaml, "access:\n");
        for (unsigned i = 0; i < bench->connections; i++) {
                load_front_end_name(name, i);
                att_buffer_printf(&yaml, "  %s: { role: platform, token_file: token }\n", name);
        }
        att_buffer_append_c(&token, TOKEN "\n");
        return server_write(bench->work, "config.yaml", &yaml) &&
               server_write(bench->work, "token", &token);
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
                .token = TOKEN,
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

static void print_json(const struct wire_bench *bench, const struct measured *echo,
                       const struct measured *attuned)
{
        struct att_buffer out ATT_CLEANUP(att_buffer_deinit) = {0};
        struct att_json json;

        att_json_init(&json, &out);
        att_json_begin_object(&json);
        put_double(&json, "echo_per_second", echo->per_second, 0);
        put_double(&json, "attuned_per_second", attuned->per_second, 0);
        put_double(&json, "ratio", attuned->per_second / echo->per_second, 4);
        put_double(&json, "echo_p50_us", echo->p50_us, 1);
        put_double(&json, "attuned_p50_us", attuned->p50_us, 1);
        put_double(&json, "echo_p99_us", echo->p99_us, 1);
        put_double(&json, "attuned_p99_us", attuned->p99_us, 1);
        put_double(&json, "server_us_per_request", attuned->server_us, 3);
        put_double(&json, "echo_server_us_per_request", echo->server_us, 3);
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

static void print_table(const struct wire_bench *bench, const struct measured *echo,
                        const struct measured *attuned)
{
        printf("%s, %lld connections x %lld in flight, %zu requests\n\n", bench->transport,
               (long long)bench->connections, (long long)bench->window, attuned->requests);
        printf("           per second      p50 us      p99 us  server CPU us\n");
        printf("echo     %12.0f %11.1f %11.1f %14.3f\n", echo->per_second, echo->p50_us,
               echo->p99_us, echo->server_us);
        printf("attuned  %12.0f %11.1f %11.1f %14.3f\n\n", attuned->per_second, attuned->p50_us,
               attuned->p99_us, attuned->server_us);
        printf("ratio %.3f; %zu pushes, %zu refused\n", attuned->per_second / echo->per_second,
               attuned->pushes, attuned->refused);
}

static int run_both(struct wire_bench *bench)
{
        struct measured echo;
        struct measured attuned;
        pid_t server;
        bool is_done;

        choose_place(bench, "echo");
        server = start_echo(bench);
        is_done = server > 0 && measure(bench, server, &echo);
        server_stop(server);
        if (!is_done) {
                return 1;
        }
        choose_place(bench, "attuned");
        server = server_start(bench->binary, bench->work, &bench->place);
        is_done = server > 0 && measure(bench, server, &attuned);
        server_stop(server);
        if (!is_done) {
                server_print_log(bench->work);
                return 1;
        }
        if (bench->is_json) {
                print_json(bench, &echo, &attuned);
        } else {
                print_table(bench, &echo, &attuned);
        }
        return attuned.refused == 0 ? 0 : 1;
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
        status = write_config(&bench) ? run_both(&bench) : 1;
        bench_remove_tree(bench.work);
        return status;
}
