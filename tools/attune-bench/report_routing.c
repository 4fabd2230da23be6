/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routing while reports are made: front ends that work as fast as they are answered, in rounds with
 * and without somebody who asks for one report on a year after the other.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "tools/attune-bench/bench.h"
#include "tools/attune-bench/link.h"
#include "tools/attune-bench/load.h"
#include "tools/attune-bench/report.h"
#include "tools/attune-bench/server.h"

#define CONNECTIONS 2
#define WINDOW      2

struct side {
        uint32_t *latencies_ns; /* Owned. */
        size_t count;
        int64_t passed_ns;
};

struct routing {
        const struct report_routing *asked;
        struct place place;
        pid_t server;
        struct side quiet;
        struct side busy;
        atomic_llong *reports; /* Shared with who asks. */
};

/* ---- Who asks for reports: a process of its own ---- */

struct asker {
        struct links links;
        struct link link;
        const char *by;
        atomic_llong *reports;
};

static void ask(struct asker *asker)
{
        struct att_wire_message message;

        att_wire_message_init(&message, ATT_WIRE_REPORT);
        message.report.slices = att_text_from(asker->by);
        (void)link_ask(&asker->link, &message, 1, 0);
        link_flush(&asker->link);
}

static void on_welcome(struct link *link, const struct att_wire_welcome *welcome)
{
        (void)welcome;
        ask(link->links->context);
}

static void on_answer(struct link *link, const struct asked *asked,
                      const struct att_wire_answer *answer)
{
        struct asker *asker = link->links->context;

        (void)asked;
        if (answer->kind != ATT_WIRE_RESULT_REPORT) {
                fprintf(stderr, "attune-bench: a report was refused: %.*s\n",
                        ATT_TEXT_ARGS(answer->error.message));
                _exit(1);
        }
        atomic_fetch_add(asker->reports, 1);
        ask(asker);
}

static void on_lost(struct link *link, const char *why)
{
        (void)link;
        fprintf(stderr, "attune-bench: who asks for reports: %s\n", why);
        _exit(1);
}

static pid_t start_asker(const struct routing *routing)
{
        static const struct link_calls calls = {
                .on_welcome = on_welcome, .on_answer = on_answer, .on_lost = on_lost};
        const pid_t child = server_fork();

        if (child == 0) {
                struct asker *asker = att_alloc(sizeof(*asker));

                asker->by = routing->asked->by;
                asker->reports = routing->reports;
                links_init(&asker->links, &routing->place, "", &calls, asker);
                link_open(&asker->link, &asker->links, "", "");
                (void)uv_run(&asker->links.loop, UV_RUN_DEFAULT);
                _exit(1);
        }
        return child;
}

/* ---- Rounds ---- */

static void take(struct side *side, struct load_result *result)
{
        side->latencies_ns = att_realloc_array(side->latencies_ns, side->count + result->count,
                                               sizeof(*side->latencies_ns));
        memcpy(side->latencies_ns + side->count, result->latencies_ns,
               result->count * sizeof(*result->latencies_ns));
        side->count += result->count;
        side->passed_ns += result->ended_ns - result->began_ns;
        free(result->latencies_ns);
}

static bool run_load(struct routing *routing, struct side *side, uint64_t seed)
{
        const struct load load = {
                .place = &routing->place,
                .token = LOAD_TOKEN,
                .connections = CONNECTIONS,
                .window = WINDOW,
                .requests = routing->asked->requests,
                .seed = seed,
                .first_contact = (unsigned)(seed * routing->asked->requests),
        };
        struct load_result result;

        if (!load_run(&load, NULL, NULL, &result)) {
                free(result.latencies_ns);
                return false;
        }
        take(side, &result);
        return true;
}

static bool run_round(struct routing *routing, uint64_t seed)
{
        pid_t asker;
        bool is_done;

        if (!run_load(routing, &routing->quiet, 2 * seed)) {
                return false;
        }
        asker = start_asker(routing);
        is_done = asker > 0 && run_load(routing, &routing->busy, 2 * seed + 1);
        if (asker > 0) {
                is_done = is_done && waitpid(asker, NULL, WNOHANG) == 0;
                (void)kill(asker, SIGKILL);
                (void)waitpid(asker, NULL, 0);
        }
        return is_done;
}

static double quantile_us(struct side *side, double share)
{
        return bench_quantile(side->latencies_ns, side->count, share) / 1e3;
}

bool report_routing_write_config(const char *work)
{
        return load_write_config(work, CONNECTIONS, WINDOW);
}

bool report_routing_run(const struct report_routing *asked, struct report_routing_found *ret_found)
{
        struct routing routing = {.asked = asked};
        bool is_done = true;

        void *shared = mmap(NULL, sizeof(*routing.reports), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);

        if (shared == MAP_FAILED) {
                return false;
        }
        routing.reports = shared;
        (void)snprintf(routing.place.path, sizeof(routing.place.path), "%.80s/attuned.sock",
                       asked->work);
        routing.server = server_start(asked->binary, asked->work, &routing.place);
        for (uint64_t i = 0; is_done && i < asked->rounds; i++) {
                is_done = run_round(&routing, i);
        }
        server_stop(routing.server);
        if (is_done) {
                *ret_found = (struct report_routing_found){
                        .reports = atomic_load(routing.reports),
                        .quiet_p50_us = quantile_us(&routing.quiet, 0.5),
                        .quiet_p99_us = quantile_us(&routing.quiet, 0.99),
                        .busy_p50_us = quantile_us(&routing.busy, 0.5),
                        .busy_p99_us = quantile_us(&routing.busy, 0.99),
                        .quiet_per_second = (double)routing.quiet.count * 1e9 /
                                            (double)routing.quiet.passed_ns,
                        .busy_per_second = (double)routing.busy.count * 1e9 /
                                           (double)routing.busy.passed_ns,
                };
        } else {
                server_print_log(asked->work);
        }
        free(routing.quiet.latencies_ns);
        free(routing.busy.latencies_ns);
        (void)munmap(shared, sizeof(*routing.reports));
        return is_done;
}
