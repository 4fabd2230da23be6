/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole lives of contacts (brought, offered, accepted, ended) at a rate that does not wait for anybody:
 * the highest rate at which all of them are served, and what is still served at twice that rate.
 *
 * A rate is sustained if of what was begun in a trial nothing was refused, 99 of 100 adds were
 * answered within SLOW_US, and nearly as many lives (SHARE_MIN) were completed a second as were begun. A rate
 * that fails is tried twice.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "tools/attune-bench/bench.h"
#include "tools/attune-bench/overload.h"
#include "tools/attune-bench/server.h"

#define TRIAL_MS    2000
#define WARM_UP_MS  500 /* Of a trial: not counted. */
#define DRAIN_MS    8000
#define RATE_FIRST  4000
#define SLOW_US     500000
#define SHARE_MIN   0.98
#define REFINEMENTS 3
#define SAMPLES_MAX 2000000
#define LIVES_MAX   (1U << 24)

enum kind { KIND_NONE, KIND_READY, KIND_ADD, KIND_ACCEPT, KIND_END };
enum stage { STAGE_SIGN_IN, STAGE_RUN, STAGE_DRAIN, STAGE_DONE };

struct knee {
        struct overload *overload;
        struct links links;
        uv_timer_t tick;
        struct link *front_ends;
        enum stage stage;
        unsigned ready;
        int64_t agents_left;
        unsigned next_contact;
        /* Of the trial. */
        int64_t rate;
        int64_t length_ms;
        int64_t began_ns;
        int64_t sent;
        int64_t served; /* Completed after the warm-up and before the trial's end. */
        int64_t refused;
        int64_t open; /* Begun and neither refused nor over. */
        int64_t accepts_refused;
        uint32_t *waits_us; /* Of adds. */
        size_t wait_count;
        bool has_failed;
};

static void fail(struct knee *knee, const char *why)
{
        fprintf(stderr, "attune-bench: %s\n", why);
        knee->has_failed = true;
        uv_stop(&knee->links.loop);
}

static struct link *link_of(struct knee *knee, int64_t number)
{
        return &knee->front_ends[number % knee->overload->front_ends];
}

static void flush_all(struct knee *knee)
{
        for (int64_t i = 0; i < knee->overload->front_ends; i++) {
                link_flush(&knee->front_ends[i]);
        }
}

static void on_welcome(struct link *link, const struct att_wire_welcome *welcome)
{
        struct knee *knee = link->links->context;
        char name[LINK_NAME_BYTES];

        (void)welcome;
        if (++knee->ready < knee->overload->front_ends) {
                return;
        }
        knee->agents_left = knee->overload->agents;
        for (unsigned i = 0; i < knee->overload->agents; i++) {
                overload_agent_name(name, i);
                (void)link_command(link_of(knee, i), ATT_CMD_AGENT_READY, "", name, KIND_READY, i);
        }
        flush_all(knee);
}

static void on_turned_away(struct link *link, int64_t retry_ms)
{
        (void)link; /* attuned is not up yet: the tick tries again. */
        (void)retry_ms;
}

static void on_lost(struct link *link, const char *why)
{
        struct knee *knee = link->links->context;

        fprintf(stderr, "attune-bench: %s: ", link->name);
        fail(knee, why);
}

/* ---- Lives ---- */

static int64_t passed_ms(const struct knee *knee)
{
        return (bench_now_ns() - knee->began_ns) / 1000000;
}

static bool is_counted(const struct knee *knee)
{
        const int64_t ms = passed_ms(knee);

        return knee->stage == STAGE_RUN && ms >= WARM_UP_MS && ms < knee->length_ms;
}

static unsigned number_of(struct att_text contact)
{
        unsigned number = 0;

        for (size_t i = sizeof("call-") - 1; i < contact.len; i++) {
                number = number * 10 + (unsigned)(contact.data[i] - '0');
        }
        return number;
}

static void accept_offer(struct link *link, struct att_text contact, struct att_text agent,
                         uint64_t offer)
{
        struct att_wire_message message;

        att_wire_message_init(&message, ATT_WIRE_COMMAND);
        att_wire_command_init(&message.command, ATT_CMD_OFFER_ACCEPT);
        message.command.contact = contact;
        message.command.agent = agent;
        message.command.offer.offer = offer;
        (void)link_ask(link, &message, KIND_ACCEPT, number_of(contact));
}

/* Every offer is a push of the contact's own front end; what an agent's other front end hears of it
 * is not for that one to accept. */
static void on_push(struct link *link, const struct att_wire_push *push)
{
        struct knee *knee = link->links->context;
        const struct att_effect *effect = &push->effect;

        if (effect->kind == ATT_EFFECT_OFFER && link_of(knee, number_of(effect->contact)) == link) {
                accept_offer(link, effect->contact, effect->agent, effect->offer);
        }
}

static void note_add(struct knee *knee, const struct asked *asked,
                     const struct att_wire_answer *answer)
{
        if (answer->kind != ATT_WIRE_RESULT_DONE) {
                knee->refused++;
                knee->open--;
        }
        if (knee->wait_count < SAMPLES_MAX && knee->stage == STAGE_RUN) {
                knee->waits_us[knee->wait_count++] = (uint32_t)((bench_now_ns() - asked->at_ns) /
                                                                1000);
        }
}

static void note_accept(struct link *link, const struct asked *asked,
                        const struct att_wire_answer *answer)
{
        struct knee *knee = link->links->context;
        char name[LINK_NAME_BYTES];

        if (answer->kind != ATT_WIRE_RESULT_DONE) {
                knee->accepts_refused++;
                return;
        }
        overload_contact_name(name, asked->subject);
        (void)link_command(link, ATT_CMD_CONTACT_END, name, "", KIND_END, asked->subject);
}

static void on_answer(struct link *link, const struct asked *asked,
                      const struct att_wire_answer *answer)
{
        struct knee *knee = link->links->context;

        switch ((enum kind)asked->kind) {
        case KIND_READY:
                if (--knee->agents_left == 0) {
                        uv_stop(&knee->links.loop);
                }
                break;
        case KIND_ADD:
                note_add(knee, asked, answer);
                break;
        case KIND_ACCEPT:
                note_accept(link, asked, answer);
                break;
        case KIND_END:
                knee->open--;
                knee->served += is_counted(knee) && answer->kind == ATT_WIRE_RESULT_DONE;
                break;
        case KIND_NONE:
                break;
        }
}

/* ---- Trials ---- */

static void send_due(struct knee *knee)
{
        const int64_t ms = att_min_i64(passed_ms(knee), knee->length_ms);
        const int64_t due = knee->rate * ms / 1000;
        char name[LINK_NAME_BYTES];

        for (; knee->sent < due; knee->sent++) {
                const unsigned number = knee->next_contact++;

                overload_contact_name(name, number);
                overload_ask_contact(link_of(knee, number), name, "served", KIND_ADD, number);
                knee->open++;
        }
        flush_all(knee);
}

static void on_tick(uv_timer_t *timer)
{
        struct knee *knee = timer->data;

        for (int64_t i = 0; i < knee->overload->front_ends && knee->stage == STAGE_SIGN_IN; i++) {
                if (knee->front_ends[i].state == LINK_CLOSED) {
                        link_again(&knee->front_ends[i]);
                }
        }
        if (knee->stage == STAGE_RUN) {
                send_due(knee);
                if (passed_ms(knee) >= knee->length_ms) {
                        knee->stage = STAGE_DRAIN;
                }
        }
        if (knee->stage == STAGE_DRAIN &&
            (knee->open == 0 || passed_ms(knee) > knee->length_ms + DRAIN_MS)) {
                knee->stage = STAGE_DONE;
                uv_stop(&knee->links.loop);
        }
}

struct trial {
        double begun_per_second;
        double served_per_second;
        double p99_ms;
        int64_t refused;
        bool is_sustained;
};

static struct trial run_trial(struct knee *knee, int64_t rate, int64_t length_ms)
{
        const double counted_s = (double)(length_ms - WARM_UP_MS) / 1e3;
        struct trial trial;

        knee->rate = rate;
        knee->length_ms = length_ms;
        knee->sent = 0;
        knee->served = 0;
        knee->refused = 0;
        knee->open = 0;
        knee->wait_count = 0;
        knee->stage = STAGE_RUN;
        knee->began_ns = bench_now_ns();
        (void)uv_run(&knee->links.loop, UV_RUN_DEFAULT);
        trial = (struct trial){
                .begun_per_second = (double)rate,
                .served_per_second = (double)knee->served / counted_s,
                .p99_ms = bench_quantile(knee->waits_us, knee->wait_count, 0.99) / 1e3,
                .refused = knee->refused,
        };
        trial.is_sustained = knee->refused == 0 && trial.p99_ms <= SLOW_US / 1e3 &&
                             trial.served_per_second >= SHARE_MIN * (double)rate;
        return trial;
}

/* Half as much again until it fails, then between the last two. */
static struct trial search(struct knee *knee)
{
        int64_t low = 0;
        int64_t high = 0;
        int64_t rate = RATE_FIRST;
        struct trial best = {0};

        for (int i = 0; i < 40 && !knee->has_failed && knee->next_contact < LIVES_MAX; i++) {
                struct trial trial = run_trial(knee, rate, TRIAL_MS);

                if (!trial.is_sustained) { /* It may have been the machine: once more. */
                        trial = run_trial(knee, rate, TRIAL_MS);
                }

                if (trial.is_sustained) {
                        best = trial;
                        low = rate;
                } else {
                        high = rate;
                }
                if (high == 0 && rate >= knee->overload->rate_max) {
                        break;
                }
                if (high > 0 && (high - low) * (1 << REFINEMENTS) <= high) {
                        break;
                }
                rate = high == 0 ? att_min_i64(rate * 3 / 2, knee->overload->rate_max)
                                 : (low + high) / 2;
                if (rate < 100) {
                        break;
                }
        }
        return best;
}

static void report(struct knee *knee, const struct trial *best, const struct trial *twice)
{
        struct overload *overload = knee->overload;

        overload_add_figure(overload, "knee_per_second", "contacts", best->begun_per_second, 0);
        overload_add_figure(overload, "knee_served_per_second", "contacts", best->served_per_second,
                            0);
        overload_add_figure(overload, "knee_add_p99_ms", "ms", best->p99_ms, 2);
        overload_add_figure(overload, "twice_per_second", "contacts", twice->begun_per_second, 0);
        overload_add_figure(overload, "twice_served_per_second", "contacts",
                            twice->served_per_second, 0);
        overload_add_figure(
                overload, "twice_share_of_knee", "",
                best->begun_per_second > 0 ? twice->served_per_second / best->begun_per_second : 0,
                3);
        overload_add_figure(overload, "twice_refused", "contacts", (double)twice->refused, 0);
        overload_add_figure(overload, "twice_add_p99_ms", "ms", twice->p99_ms, 2);
        overload_add_figure(overload, "knee_accepts_refused", "", (double)knee->accepts_refused, 0);
        overload_add_figure(overload, "knee_rss_peak_mib", "MiB",
                            (double)server_rss_peak(overload->server) / 1048576, 1);
}

static const struct link_calls CALLS = {.on_welcome = on_welcome,
                                        .on_turned_away = on_turned_away,
                                        .on_answer = on_answer,
                                        .on_push = on_push,
                                        .on_lost = on_lost};

static void run(struct knee *knee)
{
        char name[LINK_NAME_BYTES];
        struct trial best;
        struct trial twice;

        links_init(&knee->links, &knee->overload->place, OVERLOAD_TOKEN, &CALLS, knee);
        ATT_CHECK(uv_timer_init(&knee->links.loop, &knee->tick) == 0);
        knee->tick.data = knee;
        ATT_CHECK(uv_timer_start(&knee->tick, on_tick, 1, 1) == 0);
        for (unsigned i = 0; i < knee->overload->front_ends; i++) {
                overload_front_end_name(name, i);
                link_open(&knee->front_ends[i], &knee->links, name, "");
        }
        (void)uv_run(&knee->links.loop, UV_RUN_DEFAULT); /* Until all are signed in. */
        best = search(knee);
        twice = run_trial(knee, 2 * (int64_t)best.begun_per_second,
                          WARM_UP_MS + knee->overload->seconds * 1000);
        if (best.begun_per_second <= 0) {
                fail(knee, "no rate is sustained");
        }
        if (!knee->has_failed) {
                report(knee, &best, &twice);
        }
        links_deinit(&knee->links);
}

bool overload_knee(struct overload *overload)
{
        struct knee *knee = att_alloc(sizeof(*knee));
        bool is_done;

        knee->overload = overload;
        knee->front_ends = att_alloc_array((size_t)overload->front_ends, sizeof(*knee->front_ends));
        knee->waits_us = att_alloc_array(SAMPLES_MAX, sizeof(*knee->waits_us));
        is_done = overload_start(overload, overload->agents, false);
        if (is_done) {
                run(knee);
                is_done = !knee->has_failed;
        }
        overload_stop(overload);
        for (int64_t i = 0; i < overload->front_ends; i++) {
                link_deinit(&knee->front_ends[i]);
        }
        free(knee->front_ends);
        free(knee->waits_us);
        free(knee);
        return is_done;
}
