/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration is changed ten times a second, for a minute unless told otherwise, every tenth time
 * to one that is wrong, while all agents are signed in at their desktops and talk, contacts wait for
 * them, and a front end ends and brings contacts. Is anybody signed out, is a contact lost, does one lose
 * its place, and for how long does the daemon's loop do nothing else?
 *
 * Two configurations take turns. Between them are what a supervisor changes: levels of every tenth agent,
 * titles, priorities, steps and service levels of queues; an agent, a skill and a queue that come and go.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/command.h"
#include "tools/attune-bench/bench.h"
#include "tools/attune-bench/overload.h"
#include "tools/attune-bench/server.h"

#define QUEUES        40
#define SKILLS        20
#define SKILLS_EACH   6
#define RELOAD_MS     100
#define LOAD_MS       10 /* Between a contact that ends and the next. */
#define WRONG_EVERY   10
#define WINDOW        200 /* Contacts asked for and not answered, at the beginning. */
#define WAIT_MS       120000
#define ROW_NONE      UINT32_MAX
#define CONTACTS_MORE 100000 /* That may come meanwhile. */

enum kind {
        KIND_NONE,
        KIND_READY,
        KIND_CONTACT,
        KIND_END,
        KIND_RELOAD,
        KIND_CONTACTS,
        KIND_AGENTS
};
enum stage { STAGE_ARRIVE, STAGE_FILL, STAGE_STORM, STAGE_LOOK, STAGE_DONE };
enum state { STATE_NONE, STATE_WAITING, STATE_CONNECTED, STATE_ENDED };

/* What the daemon says of its loop's turns so far, and the machine of its processors. */
struct turns {
        double longest_ms;
        double longest_cpu_ms;
        double over_10ms, over_25ms;
        double cpu_over_10ms, cpu_over_25ms;
        double stolen_ms; /* Of all processors together, by whoever runs this machine. */
};

struct change {
        struct overload *overload;
        struct links links;
        uv_timer_t tick;
        struct link *desktops; /* Owned. */
        struct link phone;
        struct link boss;
        enum stage stage;
        int64_t stage_ns;
        int64_t signed_in;

        enum state *contacts; /* Owned; as the front end was told, by number. */
        uint32_t contact_count;
        uint32_t refused;
        uint32_t asked;         /* Not answered. */
        uint32_t first[QUEUES]; /* The oldest that waits, by queue. */
        int64_t load_ns;

        int64_t due_ns; /* The next reload. */
        int64_t reload_ns;
        int64_t done;
        int64_t changed;
        int64_t wrong;
        int64_t late; /* The one before took longer. */
        bool is_reloading;
        bool is_wrong; /* The one asked for. */
        bool is_last;
        char digest[ATT_DIGEST_TEXT_SIZE];

        int64_t ended;
        int64_t signed_out;
        int64_t out_of_place;
        int64_t bad_changed;
        uint8_t *listed; /* Owned; by number. */
        int64_t still_there;
        int64_t twice;
        int64_t still_ready;
        struct turns turns[2]; /* Before the storm, and at its end. */
        uint32_t *waits_us;    /* Owned; of the front end. */
        size_t wait_count;
        uint32_t *reloads_us; /* Owned. */
        size_t reload_count;
        bool has_failed;
};

static void fail(struct change *change, const char *why)
{
        if (change->has_failed) {
                return;
        }
        fprintf(stderr, "attune-bench: %s\n", why);
        change->has_failed = true;
        uv_stop(&change->links.loop);
}

static void move(struct change *change, enum stage stage)
{
        change->stage = stage;
        change->stage_ns = bench_now_ns();
}

/* ---- The configurations ---- */

static void write_agents(const struct change *change, bool is_other, struct att_buffer *yaml)
{
        const int64_t count = change->overload->signed_in;
        char name[LINK_NAME_BYTES];

        for (unsigned i = 0; i < count; i++) {
                overload_agent_name(name, i);
                att_buffer_printf(yaml, "  %s: { name: Agent %u, team: team-%u, skills: {", name, i,
                                  i % 10);
                for (unsigned k = 0; k < SKILLS_EACH; k++) {
                        att_buffer_printf(yaml, "%s skill-%u: %u", k > 0 ? "," : "",
                                          (i + k * k) % SKILLS,
                                          1 + (i + k + (is_other && i % 10 == 0)) % 10);
                }
                att_buffer_append_c(yaml, " } }\n");
        }
        if (is_other) {
                att_buffer_append_c(yaml, "  newcomer: { skills: { rare: 3 } }\n");
        }
}

/* A queue and what it needs: every agent has some of the skills. */
static void write_queues(bool is_other, struct att_buffer *yaml)
{
        for (unsigned i = 0; i < QUEUES; i++) {
                att_buffer_printf(yaml,
                                  "  queue-%u: { title: Queue %u%s, requires: { skill-%u: 1 }, "
                                  "priority: %u, service_level: %u%% in 20s,\n"
                                  "    relax: [ { after: 20m, priority: %u }, "
                                  "{ after: %um, requires: { skill-%u: 0 } } ] }\n",
                                  i, i, is_other ? " changed" : "", i % SKILLS,
                                  i % 4 * 10 + (is_other && i % 5 == 0), 80 + is_other, 20 + i % 4,
                                  30 + is_other, i % SKILLS);
        }
        if (is_other) {
                att_buffer_append_c(yaml, "  seasonal: { requires: { rare: 1 } }\n");
        }
}

static void write_access(const struct change *change, struct att_buffer *yaml)
{
        char name[LINK_NAME_BYTES];

        att_buffer_append_c(yaml, "access:\n"
                                  "  phone: { role: platform, token_file: token }\n"
                                  "  boss: { role: supervisor, token_file: token }\n");
        for (unsigned i = 0; i < change->overload->signed_in; i++) {
                overload_agent_name(name, i);
                att_buffer_printf(yaml, "  %s: { role: agent, token_file: token }\n", name);
        }
}

/* What is being read meanwhile is never half of it. */
static bool write_config(const struct change *change, bool is_other, bool is_wrong)
{
        struct att_buffer yaml ATT_CLEANUP(att_buffer_deinit) = {0};
        const char *work = change->overload->work;
        char from[PATH_MAX];
        char to[PATH_MAX];

        att_buffer_append_c(&yaml, "attune: 1\nskills:\n");
        for (unsigned i = 0; i < SKILLS; i++) {
                att_buffer_printf(&yaml, "  skill-%u: {}\n", i);
        }
        att_buffer_printf(&yaml,
                          "%schannels: { voice: { units: 100, auto_accept: true } }\nteams:\n",
                          is_other ? "  rare: {}\n" : "");
        for (unsigned i = 0; i < 10; i++) {
                att_buffer_printf(&yaml, "  team-%u: { title: Team %u }\n", i, i);
        }
        att_buffer_append_c(&yaml, "agents:\n");
        write_agents(change, is_other, &yaml);
        att_buffer_append_c(&yaml, "queues:\n");
        write_queues(is_other, &yaml);
        if (is_wrong) {
                att_buffer_append_c(&yaml, "  wrong: { requires: { skil-1: 1 } }\n");
        }
        write_access(change, &yaml);
        (void)snprintf(from, sizeof(from), "%s/config.next", work);
        (void)snprintf(to, sizeof(to), "%s/config.yaml", work);
        return server_write(work, "config.next", &yaml) && rename(from, to) == 0;
}

static bool write_first(const struct change *change)
{
        struct att_buffer token ATT_CLEANUP(att_buffer_deinit) = {0};

        att_buffer_append_c(&token, OVERLOAD_TOKEN "\n");
        return server_write(change->overload->work, "token", &token) &&
               write_config(change, false, false);
}

/* ---- Contacts ---- */

static uint32_t number_of(struct att_text contact)
{
        return contact.len > 5 ? (uint32_t)strtoul(contact.data + 5, NULL, 10) : ROW_NONE;
}

static bool is_ours(const struct change *change, struct att_text contact)
{
        return number_of(contact) < change->contact_count;
}

static void bring(struct change *change)
{
        char contact[LINK_NAME_BYTES];
        char queue[LINK_NAME_BYTES];

        overload_contact_name(contact, change->contact_count);
        (void)snprintf(queue, sizeof(queue), "queue-%u", change->contact_count % QUEUES);
        overload_ask_contact(&change->phone, contact, queue, KIND_CONTACT, change->contact_count++);
        change->asked++;
}

static int64_t still_to_bring(const struct change *change)
{
        return change->overload->signed_in + change->overload->waiting -
               (change->contact_count - change->refused);
}

static void fill(struct change *change)
{
        while (change->asked < WINDOW && still_to_bring(change) > 0) {
                bring(change);
        }
        link_flush(&change->phone);
}

/* One goes, so that the agent takes one who waits, and another comes. */
static void turn_over(struct change *change)
{
        const int64_t now_ns = bench_now_ns();
        char contact[LINK_NAME_BYTES];
        uint32_t ends = 0;

        if (now_ns - change->load_ns < LOAD_MS * 1000000 ||
            change->contact_count >=
                    change->overload->signed_in + change->overload->waiting + CONTACTS_MORE) {
                return;
        }
        change->load_ns = now_ns;
        while (ends < change->contact_count && change->contacts[ends] != STATE_CONNECTED) {
                ends++;
        }
        if (ends < change->contact_count) {
                change->contacts[ends] = STATE_ENDED;
                change->ended++;
                overload_contact_name(contact, ends);
                (void)link_command(&change->phone, ATT_CMD_CONTACT_END, contact, "", KIND_END,
                                   ends);
                bring(change);
                link_flush(&change->phone);
        }
}

/* The next of its queue is the first that still waits. */
static void go_on(struct change *change, uint32_t *first)
{
        while (*first < change->contact_count && change->contacts[*first] >= STATE_CONNECTED) {
                *first += QUEUES;
        }
}

/* Those of a queue have all the same urgency but for their wait: they are taken in the order they came. */
static void note_connect(struct change *change, uint32_t number)
{
        uint32_t *first = &change->first[number % QUEUES];

        if (change->contacts[number] == STATE_CONNECTED) {
                return;
        }
        change->out_of_place += number != *first;
        change->contacts[number] = STATE_CONNECTED;
        go_on(change, first);
}

/* ---- Reloads ---- */

static void ask_reload(struct change *change)
{
        struct att_wire_message message;
        const int64_t number = change->done;

        change->is_last = number + 1 >= change->overload->reloads;
        change->is_wrong = !change->is_last && number % WRONG_EVERY == WRONG_EVERY - 1;
        if (!write_config(change, change->changed % 2 == 0, change->is_wrong)) {
                fail(change, "the configuration could not be written");
                return;
        }
        att_wire_message_init(&message, ATT_WIRE_RELOAD);
        change->is_reloading = true;
        change->reload_ns = bench_now_ns();
        (void)link_ask(&change->boss, &message, KIND_RELOAD, 0);
        link_flush(&change->boss);
}

static void note_reload(struct change *change, const struct att_wire_answer *answer)
{
        const struct att_wire_reloaded *reloaded = &answer->reloaded;

        if (answer->kind != ATT_WIRE_RESULT_RELOAD) {
                fail(change, "a reload was refused");
                return;
        }
        change->is_reloading = false;
        change->reloads_us[change->reload_count++] =
                (uint32_t)((bench_now_ns() - change->reload_ns) / 1000);
        change->done++;
        change->changed += reloaded->changed;
        if (change->is_wrong) {
                change->wrong += reloaded->error_count > 0;
                change->bad_changed += reloaded->changed ||
                                       !att_text_equals(reloaded->digest,
                                                        att_text_from(change->digest));
        } else if (reloaded->error_count > 0) {
                fprintf(stderr, "attune-bench: %.*s\n", ATT_TEXT_ARGS(reloaded->errors[0]));
                fail(change, "a configuration that is right was refused");
        }
        (void)snprintf(change->digest, sizeof(change->digest), "%.*s",
                       ATT_TEXT_ARGS(reloaded->digest));
}

static void reload_due(struct change *change)
{
        const int64_t now_ns = bench_now_ns();

        if (now_ns < change->due_ns || change->is_last) {
                return;
        }
        change->due_ns += RELOAD_MS * INT64_C(1000000);
        if (change->is_reloading) {
                change->late++;
                return;
        }
        ask_reload(change);
}

/* ---- What there is in the end ---- */

static void ask_page(struct change *change, enum att_wire_body body, uint8_t kind, uint64_t cursor)
{
        struct att_wire_message message;

        att_wire_message_init(&message, body);
        message.page.cursor = cursor;
        (void)link_ask(&change->boss, &message, kind, 0);
        link_flush(&change->boss);
}

static void look_at_contacts(struct change *change, const struct att_wire_contacts *contacts)
{
        for (uint32_t i = 0; i < contacts->row_count; i++) {
                const struct att_wire_contact *row = &contacts->rows[i];
                const uint32_t number = number_of(row->id);
                const enum state state = row->state == ATT_CONTACT_CONNECTED ? STATE_CONNECTED
                                                                             : STATE_WAITING;
                char queue[LINK_NAME_BYTES];

                if (row->state == ATT_CONTACT_CLOSED || number >= change->contact_count) {
                        continue;
                }
                (void)snprintf(queue, sizeof(queue), "queue-%u", number % QUEUES);
                change->twice += change->listed[number];
                change->listed[number] = 1;
                change->still_there += change->contacts[number] == state &&
                                       att_text_equals(row->queue, att_text_from(queue));
        }
        if (contacts->next != 0) {
                ask_page(change, ATT_WIRE_CONTACTS, KIND_CONTACTS, contacts->next);
        } else {
                ask_page(change, ATT_WIRE_AGENTS, KIND_AGENTS, 0);
        }
}

static void look_at_agents(struct change *change, const struct att_wire_agents *agents)
{
        for (uint32_t i = 0; i < agents->row_count; i++) {
                change->still_ready += agents->rows[i].presence == ATT_PRESENCE_READY;
        }
        if (agents->next != 0) {
                ask_page(change, ATT_WIRE_AGENTS, KIND_AGENTS, agents->next);
                return;
        }
        move(change, STAGE_DONE);
        uv_stop(&change->links.loop);
}

/* ---- What is heard ---- */

static bool is_desktop(const struct change *change, const struct link *link)
{
        return link != &change->phone && link != &change->boss;
}

static void on_welcome(struct link *link, const struct att_wire_welcome *welcome)
{
        struct change *change = link->links->context;

        (void)welcome;
        if (is_desktop(change, link)) {
                (void)link_command(link, ATT_CMD_AGENT_READY, "", link->name, KIND_READY, 0);
        }
}

static void on_turned_away(struct link *link, int64_t retry_ms)
{
        struct change *change = link->links->context;

        (void)retry_ms; /* Not long after the start: come_again() tries until it is let in. */
        if (change->stage != STAGE_ARRIVE) {
                fail(change, "a connection was turned away");
        }
}

static void note_contact(struct change *change, uint32_t number, const struct asked *asked,
                         const struct att_wire_answer *answer)
{
        change->asked--;
        if (answer->kind != ATT_WIRE_RESULT_DONE) {
                change->contacts[number] = STATE_ENDED; /* A machine with other work to do. */
                go_on(change, &change->first[number % QUEUES]);
                if (++change->refused > CONTACTS_MORE / 2) {
                        fail(change, "contacts are refused");
                }
                return;
        }
        if (change->contacts[number] == STATE_NONE) {
                change->contacts[number] = STATE_WAITING;
        }
        if (change->stage == STAGE_STORM) {
                change->waits_us[change->wait_count++] =
                        (uint32_t)((bench_now_ns() - asked->at_ns) / 1000);
        }
}

static void on_answer(struct link *link, const struct asked *asked,
                      const struct att_wire_answer *answer)
{
        struct change *change = link->links->context;

        switch ((enum kind)asked->kind) {
        case KIND_READY:
                change->signed_in++;
                if (answer->kind != ATT_WIRE_RESULT_DONE) {
                        fail(change, "an agent could not sign in");
                }
                break;
        case KIND_CONTACT:
                note_contact(change, asked->subject, asked, answer);
                break;
        case KIND_END:
                if (answer->kind != ATT_WIRE_RESULT_DONE) {
                        fail(change, "a contact could not end");
                }
                break;
        case KIND_RELOAD:
                note_reload(change, answer);
                break;
        case KIND_CONTACTS:
                look_at_contacts(change, &answer->contacts);
                break;
        case KIND_AGENTS:
                look_at_agents(change, &answer->agents);
                break;
        case KIND_NONE:
                break;
        }
}

static void on_push(struct link *link, const struct att_wire_push *push)
{
        struct change *change = link->links->context;
        const struct att_effect *effect = &push->effect;

        if (is_desktop(change, link)) {
                change->signed_out += effect->kind == ATT_EFFECT_AGENT &&
                                      effect->presence != ATT_PRESENCE_READY;
        } else if (link == &change->phone && effect->kind == ATT_EFFECT_CONNECT &&
                   is_ours(change, effect->contact)) {
                note_connect(change, number_of(effect->contact));
        }
}

static void on_lost(struct link *link, const char *why)
{
        fprintf(stderr, "attune-bench: %s: ", link->name);
        fail(link->links->context, why);
}

static const struct link_calls CALLS = {.on_welcome = on_welcome,
                                        .on_turned_away = on_turned_away,
                                        .on_answer = on_answer,
                                        .on_push = on_push,
                                        .on_lost = on_lost};

/* ---- The course of it ---- */

static double turns_over(const struct change *change, const char *family, const char *bound)
{
        const struct place *place = &change->overload->place;
        char all[80];
        char name[80];

        (void)snprintf(all, sizeof(all), "%s_count", family);
        (void)snprintf(name, sizeof(name), "%s_bucket{le=\"%s\"}", family, bound);
        return server_metric(place, all) - server_metric(place, name);
}

/* 0 where nobody tells. Its time counts as a thread's own time on a processor. */
static double stolen_ms(void)
{
        FILE *stat = fopen("/proc/stat", "re");
        long long ticks = 0;

        if (stat) {
                if (fscanf(stat, "cpu %*d %*d %*d %*d %*d %*d %*d %lld", &ticks) != 1) {
                        ticks = 0;
                }
                (void)fclose(stat);
        }
        return 1e3 * (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

static struct turns look_at_turns(const struct change *change)
{
        const struct place *place = &change->overload->place;

        return (struct turns){
                .longest_ms = 1e3 * server_metric(place, "attune_loop_longest_turn_seconds"),
                .longest_cpu_ms = 1e3 *
                                  server_metric(place, "attune_loop_longest_turn_cpu_seconds"),
                .over_10ms = turns_over(change, "attune_loop_turn_seconds", "0.01"),
                .over_25ms = turns_over(change, "attune_loop_turn_seconds", "0.025"),
                .cpu_over_10ms = turns_over(change, "attune_loop_turn_cpu_seconds", "0.01"),
                .cpu_over_25ms = turns_over(change, "attune_loop_turn_cpu_seconds", "0.025"),
                .stolen_ms = stolen_ms(),
        };
}

static void begin_storm(struct change *change)
{
        change->turns[0] = look_at_turns(change);
        move(change, STAGE_STORM);
        change->due_ns = bench_now_ns();
}

static void end_storm(struct change *change)
{
        change->turns[1] = look_at_turns(change);
        move(change, STAGE_LOOK);
        ask_page(change, ATT_WIRE_CONTACTS, KIND_CONTACTS, 0);
}

static void come_again(struct change *change)
{
        if (change->phone.state == LINK_CLOSED) {
                link_again(&change->phone);
        }
        if (change->boss.state == LINK_CLOSED) {
                link_again(&change->boss);
        }
        for (int64_t i = 0; i < change->overload->signed_in; i++) {
                if (change->desktops[i].state == LINK_CLOSED) {
                        link_again(&change->desktops[i]);
                }
        }
}

static bool is_filled(const struct change *change)
{
        return change->asked == 0 && still_to_bring(change) == 0;
}

static void on_tick(uv_timer_t *timer)
{
        struct change *change = timer->data;
        const int64_t in_stage_ms = (bench_now_ns() - change->stage_ns) / 1000000;

        if (change->stage == STAGE_ARRIVE) {
                come_again(change);
                if (change->signed_in == change->overload->signed_in) {
                        move(change, STAGE_FILL);
                }
        } else if (change->stage == STAGE_FILL) {
                fill(change);
                if (is_filled(change)) {
                        begin_storm(change);
                }
        } else if (change->stage == STAGE_STORM) {
                reload_due(change);
                if (!change->is_last) {
                        turn_over(change);
                } else if (!change->is_reloading && change->phone.waiting == 0) {
                        end_storm(change);
                }
        }
        if (in_stage_ms > WAIT_MS + change->overload->reloads * RELOAD_MS) {
                fail(change, "it took too long");
        }
}

static void add(struct change *change, const char *name, const char *unit, double value)
{
        overload_add_figure(change->overload, name, unit, value, unit[0] == 'm' ? 2 : 0);
}

/* The turns by the clock, and by the time on a processor: the rest of a long one others took. */
static void report_turns(struct change *change)
{
        const struct turns *before = &change->turns[0];
        const struct turns *after = &change->turns[1];

        add(change, "reload_longest_turn_ms", "ms", after->longest_ms);
        add(change, "reload_longest_turn_cpu_ms", "ms", after->longest_cpu_ms);
        add(change, "reload_turns_over_10ms", "", after->over_10ms - before->over_10ms);
        add(change, "reload_turns_over_25ms", "", after->over_25ms - before->over_25ms);
        add(change, "reload_turns_cpu_over_10ms", "", after->cpu_over_10ms - before->cpu_over_10ms);
        add(change, "reload_turns_cpu_over_25ms", "", after->cpu_over_25ms - before->cpu_over_25ms);
        add(change, "reload_stolen_ms", "ms", after->stolen_ms - before->stolen_ms);
}

static void report(struct change *change)
{
        const double expected = (double)(change->contact_count - change->refused - change->ended);

        add(change, "reload_agents", "", (double)change->overload->signed_in);
        add(change, "reload_waiting", "", (double)change->overload->waiting);
        add(change, "reload_done", "", (double)change->done);
        add(change, "reload_changed", "", (double)change->changed);
        add(change, "reload_wrong", "", (double)change->wrong);
        add(change, "reload_wrong_changed", "", (double)change->bad_changed);
        add(change, "reload_late", "", (double)change->late);
        add(change, "reload_signed_out", "",
            (double)(change->signed_out + change->overload->signed_in - change->still_ready));
        add(change, "reload_contacts_ended", "", (double)change->ended);
        add(change, "reload_contacts_refused", "", (double)change->refused);
        add(change, "reload_contacts_left", "", expected);
        add(change, "reload_contacts_lost", "", expected - (double)change->still_there);
        add(change, "reload_contacts_twice", "", (double)change->twice);
        add(change, "reload_out_of_place", "", (double)change->out_of_place);
        report_turns(change);
        add(change, "reload_p50_ms", "ms",
            bench_quantile(change->reloads_us, change->reload_count, 0.5) / 1e3);
        add(change, "reload_max_ms", "ms",
            bench_quantile(change->reloads_us, change->reload_count, 1.0) / 1e3);
        add(change, "reload_bystander_p50_ms", "ms",
            bench_quantile(change->waits_us, change->wait_count, 0.5) / 1e3);
        add(change, "reload_bystander_p99_ms", "ms",
            bench_quantile(change->waits_us, change->wait_count, 0.99) / 1e3);
        add(change, "reload_bystander_max_ms", "ms",
            bench_quantile(change->waits_us, change->wait_count, 1.0) / 1e3);
}

static void prepare(struct change *change)
{
        char name[LINK_NAME_BYTES];

        link_open(&change->phone, &change->links, "phone", "");
        link_open(&change->boss, &change->links, "boss", "");
        for (int64_t i = 0; i < change->overload->signed_in; i++) {
                overload_agent_name(name, (unsigned)i);
                link_open(&change->desktops[i], &change->links, name, name);
        }
}

static void run(struct change *change)
{
        links_init(&change->links, &change->overload->place, OVERLOAD_TOKEN, &CALLS, change);
        ATT_CHECK(uv_timer_init(&change->links.loop, &change->tick) == 0);
        change->tick.data = change;
        ATT_CHECK(uv_timer_start(&change->tick, on_tick, 1, 1) == 0);
        move(change, STAGE_ARRIVE);
        prepare(change);
        (void)uv_run(&change->links.loop, UV_RUN_DEFAULT);
        if (!change->has_failed) {
                report(change);
        }
        links_deinit(&change->links);
}

static struct change *change_new(struct overload *overload)
{
        struct change *change = att_alloc(sizeof(*change));
        const size_t contacts = (size_t)(overload->signed_in + overload->waiting) + CONTACTS_MORE +
                                1;

        change->overload = overload;
        change->desktops = att_alloc_array((size_t)overload->signed_in, sizeof(*change->desktops));
        change->contacts = att_alloc_array(contacts, sizeof(*change->contacts));
        change->listed = att_alloc_array(contacts, sizeof(*change->listed));
        change->waits_us = att_alloc_array(contacts, sizeof(*change->waits_us));
        change->reloads_us = att_alloc_array((size_t)overload->reloads + 1,
                                             sizeof(*change->reloads_us));
        for (uint32_t i = 0; i < QUEUES; i++) {
                change->first[i] = i;
        }
        return change;
}

static void change_free(struct change *change)
{
        for (int64_t i = 0; i < change->overload->signed_in; i++) {
                link_deinit(&change->desktops[i]);
        }
        link_deinit(&change->phone);
        link_deinit(&change->boss);
        free(change->desktops);
        free(change->contacts);
        free(change->listed);
        free(change->waits_us);
        free(change->reloads_us);
        free(change);
}

bool overload_reload(struct overload *overload)
{
        struct change *change = change_new(overload);
        bool is_done;

        overload->place.http_port = place_free_port();
        is_done = write_first(change) && overload_start_configured(overload);
        if (is_done) {
                run(change);
                is_done = !change->has_failed;
        }
        overload_stop(overload);
        overload->place.http_port = 0;
        change_free(change);
        return is_done;
}
