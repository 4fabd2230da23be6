/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routing while reports are made: front ends that work as fast as they are answered, in rounds
 * without, with somebody who asks for one report on a year after the other, and, to tell the report from
 * the want of processors, beside a process of a report's priority that only computes.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "tools/attune-bench/bench.h"
#include "tools/attune-bench/link.h"
#include "tools/attune-bench/report.h"
#include "tools/attune-bench/server.h"

#define NICENESS 10 /* As reports have it. */

/* With who asks. */
struct shared {
        atomic_llong reports;
        atomic_bool is_over; /* No other one is asked for. */
};

struct routing {
        const struct report_routing *asked;
        struct place place;
        struct routing_side quiet;
        struct routing_side busy;
        struct routing_side beside;
        struct shared *shared;
};

/* ---- Who asks for reports: a process of its own ---- */

struct asker {
        struct links links;
        struct link link;
        const char *by;
        struct shared *shared;
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
        atomic_fetch_add(&asker->shared->reports, 1);
        if (atomic_load(&asker->shared->is_over)) {
                _exit(0);
        }
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
                asker->shared = routing->shared;
                links_init(&asker->links, &routing->place, "", &calls, asker);
                link_open(&asker->link, &asker->links, "", "");
                (void)uv_run(&asker->links.loop, UV_RUN_DEFAULT);
                _exit(1);
        }
        return child;
}

/* ---- Who takes as much of the processors, and does nothing else ---- */

static pid_t start_spinner(void)
{
        const pid_t child = server_fork();

        if (child == 0) {
                (void)setpriority(PRIO_PROCESS, 0, NICENESS);
                for (atomic_uint turns = 0;; turns++) {
                }
        }
        return child;
}

static bool load_beside(struct routing *routing, uint64_t seed)
{
        const pid_t spinner = start_spinner();
        bool is_done = false;

        if (spinner > 0) {
                is_done = routing_load(&routing->beside, routing->asked->requests, seed);
                (void)kill(spinner, SIGKILL);
                (void)waitpid(spinner, NULL, 0);
        }
        return is_done;
}

/* ---- Rounds ---- */

static bool run_round(struct routing *routing, uint64_t seed)
{
        pid_t asker;
        int status = 0;
        bool is_done;

        if (!routing_load(&routing->quiet, routing->asked->requests, 3 * seed) ||
            !load_beside(routing, 3 * seed + 1)) {
                return false;
        }
        atomic_store(&routing->shared->is_over, false);
        asker = start_asker(routing);
        is_done = asker > 0 && routing_load(&routing->busy, routing->asked->requests, 3 * seed + 2);
        if (asker > 0) {
                /* Its last report is awaited: the next round without has none. */
                atomic_store(&routing->shared->is_over, true);
                is_done = waitpid(asker, &status, 0) == asker && status == 0 && is_done;
        }
        return is_done;
}

bool report_routing_run(const struct report_routing *asked, struct report_routing_found *ret_found)
{
        struct routing routing = {.asked = asked};
        bool is_done = true;
        pid_t server;
        void *shared = mmap(NULL, sizeof(*routing.shared), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);

        if (shared == MAP_FAILED) {
                return false;
        }
        routing.shared = shared;
        (void)snprintf(routing.place.path, sizeof(routing.place.path), "%.80s/attuned.sock",
                       asked->work);
        server = server_start(asked->binary, asked->work, &routing.place);
        routing.quiet = (struct routing_side){.place = &routing.place, .server = server};
        routing.busy = routing.quiet;
        routing.beside = routing.quiet;
        for (uint64_t i = 0; is_done && i < asked->rounds; i++) {
                is_done = run_round(&routing, i);
        }
        server_stop(server);
        if (is_done) {
                *ret_found = (struct report_routing_found){
                        .reports = atomic_load(&routing.shared->reports),
                        .quiet = routing_find(&routing.quiet),
                        .busy = routing_find(&routing.busy),
                        .beside = routing_find(&routing.beside),
                };
        } else {
                server_print_log(asked->work);
        }
        routing_deinit(&routing.quiet);
        routing_deinit(&routing.busy);
        routing_deinit(&routing.beside);
        (void)munmap(shared, sizeof(*routing.shared));
        return is_done;
}
