/* SPDX-License-Identifier: Apache-2.0 */
/*
 * So many contacts in one second, from all front ends alike, while the same front ends accept what
 * they were offered before. Every contact must be answered or refused, every accept done.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "tools/attune-bench/bench.h"
#include "tools/attune-bench/overload.h"
#include "tools/attune-bench/server.h"

#define BURST_MS   1000
#define ACCEPTS_MS 2000
#define WAIT_MS    20000

enum kind { KIND_NONE, KIND_READY, KIND_EXISTING, KIND_NEW, KIND_ACCEPT };
enum stage { STAGE_SIGN_IN, STAGE_EXISTING, STAGE_BURST, STAGE_DONE };

struct burst {
        struct overload *overload;
        struct links links;
        uv_timer_t tick;
        struct link *front_ends;
        enum stage stage;
        unsigned ready;
        int64_t agents_left;
        int64_t existing_left;
        unsigned *agent_of; /* An existing contact's. */
        int64_t began_ns;
        int64_t sent;
        int64_t accepted;
        int64_t answered;
        int64_t refused;
        int64_t refused_untimed; /* Without a time to try again, or with another code. */
        int64_t accepts_done;
        int64_t accepts_refused;
        int64_t longest_ns;
        uint32_t *waits_us; /* Of accepts. */
        bool has_failed;
};

static void fail(struct burst *burst, const char *why)
{
        fprintf(stderr, "attune-bench: %s\n", why);
        burst->has_failed = true;
        uv_stop(&burst->links.loop);
}

static struct link *link_of(struct burst *burst, int64_t number)
{
        return &burst->front_ends[number % burst->overload->front_ends];
}

static void flush_all(struct burst *burst)
{
        for (int64_t i = 0; i < burst->overload->front_ends; i++) {
                link_flush(&burst->front_ends[i]);
        }
}

static void sign_in(struct burst *burst)
{
        char name[LINK_NAME_BYTES];

        burst->agents_left = burst->overload->agents;
        for (unsigned i = 0; i < burst->overload->agents; i++) {
                overload_agent_name(name, i);
                (void)link_command(link_of(burst, i), ATT_CMD_AGENT_READY, "", name, KIND_READY, i);
        }
        flush_all(burst);
}

static void bring_existing(struct burst *burst)
{
        char name[LINK_NAME_BYTES];

        burst->stage = STAGE_EXISTING;
        burst->existing_left = burst->overload->agents;
        for (unsigned i = 0; i < burst->overload->agents; i++) {
                overload_contact_name(name, i);
                overload_ask_contact(link_of(burst, i), name, "served", KIND_EXISTING, i);
        }
        flush_all(burst);
}

static void on_welcome(struct link *link, const struct att_wire_welcome *welcome)
{
        struct burst *burst = link->links->context;

        (void)welcome;
        if (++burst->ready == burst->overload->front_ends) {
                sign_in(burst);
        }
}

/* attuned may not be up yet. */
static void on_turned_away(struct link *link, int64_t retry_ms)
{
        (void)link;
        (void)retry_ms;
}

static void on_lost(struct link *link, const char *why)
{
        struct burst *burst = link->links->context;

        fprintf(stderr, "attune-bench: %s: ", link->name);
        fail(burst, why);
}

static void note_new(struct burst *burst, const struct asked *asked,
                     const struct att_wire_answer *answer)
{
        const int64_t waited_ns = bench_now_ns() - asked->at_ns;

        burst->longest_ns = att_max_i64(burst->longest_ns, waited_ns);
        if (answer->kind == ATT_WIRE_RESULT_DONE) {
                burst->answered++;
        } else {
                burst->refused++;
                burst->refused_untimed += answer->error.code != ATT_REFUSAL_FULL ||
                                          answer->error.retry_ms <= 0;
        }
}

static void note_accept(struct burst *burst, const struct asked *asked,
                        const struct att_wire_answer *answer)
{
        if (answer->kind == ATT_WIRE_RESULT_DONE) {
                burst->waits_us[burst->accepts_done++] =
                        (uint32_t)((bench_now_ns() - asked->at_ns) / 1000);
        } else {
                burst->accepts_refused++;
        }
}

static void begin_burst(struct burst *burst)
{
        burst->stage = STAGE_BURST;
        burst->began_ns = bench_now_ns();
}

static void on_answer(struct link *link, const struct asked *asked,
                      const struct att_wire_answer *answer)
{
        struct burst *burst = link->links->context;

        switch ((enum kind)asked->kind) {
        case KIND_READY:
                if (--burst->agents_left == 0) {
                        bring_existing(burst);
                }
                break;
        case KIND_EXISTING:
                if (answer->kind != ATT_WIRE_RESULT_DONE ||
                    sscanf(answer->done.agent.data ? answer->done.agent.data : "", "agent-%5u",
                           &burst->agent_of[asked->subject]) != 1) {
                        fail(burst, "a contact was not offered to an agent at once");
                } else if (--burst->existing_left == 0) {
                        begin_burst(burst);
                }
                break;
        case KIND_NEW:
                note_new(burst, asked, answer);
                break;
        case KIND_ACCEPT:
                note_accept(burst, asked, answer);
                break;
        case KIND_NONE:
                break;
        }
}

static void send_new(struct burst *burst, int64_t due)
{
        char name[LINK_NAME_BYTES];

        for (; burst->sent < due; burst->sent++) {
                overload_contact_name(name, (unsigned)(burst->overload->agents + burst->sent));
                overload_ask_contact(link_of(burst, burst->sent), name, "nobody", KIND_NEW,
                                     (uint32_t)burst->sent);
        }
}

static void send_accepts(struct burst *burst, int64_t due)
{
        char contact[LINK_NAME_BYTES];
        char agent[LINK_NAME_BYTES];

        for (; burst->accepted < due; burst->accepted++) {
                overload_contact_name(contact, (unsigned)burst->accepted);
                overload_agent_name(agent, burst->agent_of[burst->accepted]);
                (void)link_command(link_of(burst, burst->accepted), ATT_CMD_OFFER_ACCEPT, contact,
                                   agent, KIND_ACCEPT, (uint32_t)burst->accepted);
        }
}

static bool is_over(const struct burst *burst)
{
        return burst->sent == burst->overload->offered &&
               burst->answered + burst->refused == burst->sent &&
               burst->accepts_done + burst->accepts_refused == burst->overload->agents;
}

static void on_tick(uv_timer_t *timer)
{
        struct burst *burst = timer->data;
        const struct overload *overload = burst->overload;
        int64_t passed_ns;

        for (int64_t i = 0; i < overload->front_ends; i++) {
                if (burst->front_ends[i].state == LINK_CLOSED && burst->stage == STAGE_SIGN_IN) {
                        link_again(&burst->front_ends[i]);
                }
        }
        if (burst->stage != STAGE_BURST) {
                return;
        }
        passed_ns = bench_now_ns() - burst->began_ns;
        send_new(burst, att_min_i64(overload->offered,
                                    overload->offered * (passed_ns / 1000) / (BURST_MS * 1000)));
        send_accepts(burst, att_min_i64(overload->agents, overload->agents * (passed_ns / 1000) /
                                                                  (ACCEPTS_MS * 1000)));
        flush_all(burst);
        if (is_over(burst) || passed_ns > WAIT_MS * INT64_C(1000000)) {
                burst->stage = STAGE_DONE;
                uv_stop(&burst->links.loop);
        }
}

static void report(struct burst *burst)
{
        struct overload *overload = burst->overload;
        const size_t count = (size_t)burst->accepts_done;

        overload_add_figure(overload, "burst_offered", "contacts", (double)burst->sent, 0);
        overload_add_figure(overload, "burst_taken", "contacts", (double)burst->answered, 0);
        overload_add_figure(overload, "burst_refused", "contacts", (double)burst->refused, 0);
        overload_add_figure(overload, "burst_refused_untimed", "contacts",
                            (double)burst->refused_untimed, 0);
        overload_add_figure(overload, "burst_unanswered", "contacts",
                            (double)(burst->sent - burst->answered - burst->refused), 0);
        overload_add_figure(overload, "burst_longest_answer_ms", "ms",
                            (double)burst->longest_ns / 1e6, 1);
        overload_add_figure(overload, "burst_accepts", "", (double)count, 0);
        overload_add_figure(overload, "burst_accepts_refused", "", (double)burst->accepts_refused,
                            0);
        overload_add_figure(overload, "burst_accept_p50_ms", "ms",
                            bench_quantile(burst->waits_us, count, 0.5) / 1e3, 2);
        overload_add_figure(overload, "burst_accept_p99_ms", "ms",
                            bench_quantile(burst->waits_us, count, 0.99) / 1e3, 2);
        overload_add_figure(overload, "burst_accept_max_ms", "ms",
                            bench_quantile(burst->waits_us, count, 1.0) / 1e3, 2);
        overload_add_figure(overload, "burst_rss_peak_mib", "MiB",
                            (double)server_rss_peak(overload->server) / 1048576, 1);
}

static const struct link_calls CALLS = {.on_welcome = on_welcome,
                                        .on_turned_away = on_turned_away,
                                        .on_answer = on_answer,
                                        .on_lost = on_lost};

static void run(struct burst *burst)
{
        char name[LINK_NAME_BYTES];

        links_init(&burst->links, &burst->overload->place, OVERLOAD_TOKEN, &CALLS, burst);
        ATT_CHECK(uv_timer_init(&burst->links.loop, &burst->tick) == 0);
        burst->tick.data = burst;
        ATT_CHECK(uv_timer_start(&burst->tick, on_tick, 1, 1) == 0);
        for (unsigned i = 0; i < burst->overload->front_ends; i++) {
                overload_front_end_name(name, i);
                link_open(&burst->front_ends[i], &burst->links, name, "");
        }
        (void)uv_run(&burst->links.loop, UV_RUN_DEFAULT);
        if (!burst->has_failed) {
                report(burst);
        }
        links_deinit(&burst->links);
}

bool overload_burst(struct overload *overload)
{
        struct burst *burst = att_alloc(sizeof(*burst));
        bool is_done;

        burst->overload = overload;
        burst->front_ends = att_alloc_array((size_t)overload->front_ends,
                                            sizeof(*burst->front_ends));
        burst->agent_of = att_alloc_array((size_t)overload->agents, sizeof(*burst->agent_of));
        burst->waits_us = att_alloc_array((size_t)overload->agents, sizeof(*burst->waits_us));
        is_done = overload_start(overload, overload->agents, false);
        if (is_done) {
                run(burst);
                is_done = !burst->has_failed;
        }
        overload_stop(overload);
        for (int64_t i = 0; i < overload->front_ends; i++) {
                link_deinit(&burst->front_ends[i]);
        }
        free(burst->front_ends);
        free(burst->agent_of);
        free(burst->waits_us);
        free(burst);
        return is_done;
}
