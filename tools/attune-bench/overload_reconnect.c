/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The desktops of all agents lose their connections at once and come back within one second, as after
 * a switch was changed. How long until the last has its session again, and what does a front end that
 * was there all the time notice?
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "tools/attune-bench/bench.h"
#include "tools/attune-bench/overload.h"
#include "tools/attune-bench/server.h"

#define STORM_MS     1000
#define GONE_MS      300 /* Until attuned has heard of them all. */
#define WAIT_MS      60000
#define SAMPLES_MAX  100000
#define PING_MS      5
#define AGAIN_MS_MIN 10 /* Where nobody said when to come back. */
#define AGAIN_MS_MAX 200

enum kind { KIND_NONE, KIND_READY, KIND_STATUS };
enum stage { STAGE_ARRIVE, STAGE_GONE, STAGE_STORM, STAGE_DONE };

struct desktop {
        struct link link;
        int64_t due_ns; /* When to connect; 0: it is, or is about to be. */
        int64_t back_ns;
};

struct storm {
        struct overload *overload;
        struct links links;
        uv_timer_t tick;
        struct desktop *desktops;
        struct link bystander;
        enum stage stage;
        int64_t stage_ns;
        int64_t began_ns;
        int64_t count; /* Signed in, or back. */
        int64_t resumed;
        int64_t turned_away;
        int64_t last_ns;
        int64_t asked_ns;
        uint32_t *waits_us; /* Of the bystander. */
        size_t wait_count;
        bool has_failed;
};

static void fail(struct storm *storm, const char *why)
{
        fprintf(stderr, "attune-bench: %s\n", why);
        storm->has_failed = true;
        uv_stop(&storm->links.loop);
}

static bool is_bystander(const struct link *link)
{
        return link == &((struct storm *)link->links->context)->bystander;
}

static struct desktop *desktop_of(struct link *link)
{
        return ATT_CONTAINER_OF(link, struct desktop, link);
}

static void move(struct storm *storm, enum stage stage)
{
        storm->stage = stage;
        storm->stage_ns = bench_now_ns();
        storm->count = 0;
}

/* ---- What happens to one ---- */

static void on_welcome(struct link *link, const struct att_wire_welcome *welcome)
{
        struct storm *storm = link->links->context;

        if (is_bystander(link)) {
                return;
        }
        if (storm->stage == STAGE_ARRIVE) {
                (void)link_command(link, ATT_CMD_AGENT_READY, "", link->name, KIND_READY, 0);
                return;
        }
        storm->count++;
        storm->resumed += welcome->resumed;
        desktop_of(link)->back_ns = bench_now_ns();
        storm->last_ns = desktop_of(link)->back_ns;
}

static void on_turned_away(struct link *link, int64_t retry_ms)
{
        struct storm *storm = link->links->context;

        if (retry_ms <= 0) {
                retry_ms = att_rng_between(&link->links->rng, AGAIN_MS_MIN, AGAIN_MS_MAX);
        }
        if (storm->stage == STAGE_STORM) {
                storm->turned_away++;
        }
        if (!is_bystander(link)) {
                desktop_of(link)->due_ns = bench_now_ns() + retry_ms * 1000000;
        }
}

static void on_answer(struct link *link, const struct asked *asked,
                      const struct att_wire_answer *answer)
{
        struct storm *storm = link->links->context;

        if (asked->kind == KIND_READY) {
                if (answer->kind != ATT_WIRE_RESULT_DONE) {
                        fail(storm, "an agent could not sign in");
                }
                storm->count++;
        } else if (storm->stage == STAGE_STORM && storm->wait_count < SAMPLES_MAX) {
                storm->waits_us[storm->wait_count++] = (uint32_t)((bench_now_ns() - asked->at_ns) /
                                                                  1000);
        }
}

static void on_lost(struct link *link, const char *why)
{
        struct storm *storm = link->links->context;

        fprintf(stderr, "attune-bench: %s: ", link->name);
        fail(storm, why);
}

/* ---- What happens to all ---- */

static void plan(struct storm *storm)
{
        const int64_t now_ns = bench_now_ns();
        const int64_t count = storm->overload->desktops;

        storm->began_ns = now_ns;
        for (int64_t i = 0; i < count; i++) {
                storm->desktops[i].due_ns = now_ns + 1 + i * STORM_MS * 1000000 / count;
        }
}

static void connect_due(struct storm *storm)
{
        const int64_t now_ns = bench_now_ns();

        for (int64_t i = 0; i < storm->overload->desktops; i++) {
                struct desktop *desktop = &storm->desktops[i];

                if (desktop->due_ns > 0 && desktop->due_ns <= now_ns &&
                    desktop->link.state == LINK_CLOSED) {
                        desktop->due_ns = 0;
                        link_again(&desktop->link);
                }
        }
        if (storm->bystander.state == LINK_CLOSED) {
                link_again(&storm->bystander);
        }
}

/* A command, which is made durable, and says nothing new. */
static void ask_bystander(struct storm *storm)
{
        const int64_t now_ns = bench_now_ns();

        if (storm->bystander.state == LINK_READY && now_ns - storm->asked_ns > PING_MS * 1000000) {
                storm->asked_ns = now_ns;
                (void)link_command(&storm->bystander, ATT_CMD_CONTACT_CANCEL, "none", "",
                                   KIND_STATUS, 0);
                link_flush(&storm->bystander);
        }
}

static void pull_the_cable(struct storm *storm)
{
        for (int64_t i = 0; i < storm->overload->desktops; i++) {
                link_drop(&storm->desktops[i].link);
        }
}

static void on_tick(uv_timer_t *timer)
{
        struct storm *storm = timer->data;
        const int64_t in_stage_ms = (bench_now_ns() - storm->stage_ns) / 1000000;

        connect_due(storm);
        ask_bystander(storm);
        if (in_stage_ms > WAIT_MS) {
                fail(storm, "the desktops did not all get in");
        } else if (storm->stage == STAGE_ARRIVE && storm->count == storm->overload->desktops) {
                move(storm, STAGE_GONE);
                pull_the_cable(storm);
        } else if (storm->stage == STAGE_GONE && in_stage_ms > GONE_MS) {
                move(storm, STAGE_STORM);
                plan(storm);
        } else if (storm->stage == STAGE_STORM && storm->count == storm->overload->desktops) {
                move(storm, STAGE_DONE);
                uv_stop(&storm->links.loop);
        }
}

static void report(struct storm *storm)
{
        struct overload *overload = storm->overload;
        const size_t count = storm->wait_count;

        overload_add_figure(overload, "reconnect_desktops", "", (double)overload->desktops, 0);
        overload_add_figure(overload, "reconnect_resumed", "", (double)storm->resumed, 0);
        overload_add_figure(overload, "reconnect_turned_away", "", (double)storm->turned_away, 0);
        overload_add_figure(overload, "reconnect_all_back_ms", "ms",
                            (double)(storm->last_ns - storm->began_ns) / 1e6, 0);
        overload_add_figure(overload, "reconnect_bystander_p50_ms", "ms",
                            bench_quantile(storm->waits_us, count, 0.5) / 1e3, 2);
        overload_add_figure(overload, "reconnect_bystander_p99_ms", "ms",
                            bench_quantile(storm->waits_us, count, 0.99) / 1e3, 2);
        overload_add_figure(overload, "reconnect_bystander_max_ms", "ms",
                            bench_quantile(storm->waits_us, count, 1.0) / 1e3, 2);
        overload_add_figure(overload, "reconnect_rss_peak_mib", "MiB",
                            (double)server_rss_peak(overload->server) / 1048576, 1);
}

static const struct link_calls CALLS = {.on_welcome = on_welcome,
                                        .on_turned_away = on_turned_away,
                                        .on_answer = on_answer,
                                        .on_lost = on_lost};

static void prepare(struct storm *storm)
{
        char name[LINK_NAME_BYTES];

        for (int64_t i = 0; i < storm->overload->desktops; i++) {
                struct link *link = &storm->desktops[i].link;

                overload_agent_name(link->name, (unsigned)i);
                link->links = &storm->links;
        }
        overload_front_end_name(name, 0);
        link_open(&storm->bystander, &storm->links, name, "");
        plan(storm);
}

static void run(struct storm *storm)
{
        links_init(&storm->links, &storm->overload->place, OVERLOAD_TOKEN, &CALLS, storm);
        ATT_CHECK(uv_timer_init(&storm->links.loop, &storm->tick) == 0);
        storm->tick.data = storm;
        ATT_CHECK(uv_timer_start(&storm->tick, on_tick, 1, 1) == 0);
        move(storm, STAGE_ARRIVE);
        prepare(storm);
        (void)uv_run(&storm->links.loop, UV_RUN_DEFAULT);
        if (!storm->has_failed) {
                report(storm);
        }
        links_deinit(&storm->links);
}

bool overload_reconnect(struct overload *overload)
{
        struct storm *storm = att_alloc(sizeof(*storm));
        bool is_done;

        storm->overload = overload;
        storm->desktops = att_alloc_array((size_t)overload->desktops, sizeof(*storm->desktops));
        storm->waits_us = att_alloc_array(SAMPLES_MAX, sizeof(*storm->waits_us));
        is_done = overload_start(overload, overload->desktops, true);
        if (is_done) {
                run(storm);
                is_done = !storm->has_failed;
        }
        overload_stop(overload);
        for (int64_t i = 0; i < overload->desktops; i++) {
                link_deinit(&storm->desktops[i].link);
        }
        link_deinit(&storm->bystander);
        free(storm->desktops);
        free(storm->waits_us);
        free(storm);
        return is_done;
}
