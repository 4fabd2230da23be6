/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/chaos_client.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"
#include "lib/client/client.h"
#include "tools/attunesim/chaos_uv.h"
#include "tools/attunesim/chaos_watch.h"
#include "tools/attunesim/chaos_wrap.h"

#define ACTIONS_MAX 1024
#define RECENT      48 /* Contacts that people still remember. */
#define TOLD_MAX    4096
#define SECOND_US   INT64_C(1000000)
#define PATIENCE_US (20 * SECOND_US)
#define BURST_MAX   16
#define HELD_MAX    8192
#define STORM_LINKS 40

struct told {           /* What the front ends believe of a contact. */
        uint32_t owner; /* Client. */
        enum att_contact_state state;
        uint32_t agent;
        uint64_t offer;
        char channel[8];
};

struct client {
        struct att_client *client;
        struct link *link;
        bool is_desk;
        bool is_silent;     /* Says and reads nothing, for good. */
        int64_t connect_us; /* When to try again; INT64_MAX: connected. */
        int64_t heard_us;
        int64_t think_us;
        int64_t ping_us;
        int64_t stuck_until_us;
        uint64_t last_push;
        bool knows_push;  /* `last_push` is one of this session's line. */
        bool was_damaged; /* A frame of this session was: what it acknowledges may be untrue. */
        int64_t delay_us;
        bool trickles;
        char held[HELD_MAX]; /* A frame that lets the next one pass. */
        size_t held_len;
};

struct action {
        int64_t due_us;
        enum att_command_kind kind;
        uint32_t client;
        uint32_t contact;
        uint32_t agent;
        uint64_t offer;
        enum chaos_fault fault; /* What it is, if it is one; else CHAOS_FAULT_COUNT. */
};

static struct {
        struct att_rng rng;
        struct clients_options options;
        struct client items[CLIENTS_MAX];
        uint32_t count;
        uint32_t desks; /* The last so many of them. */
        struct action actions[ACTIONS_MAX];
        uint32_t action_count;
        struct told told[TOLD_MAX]; /* By number, round and round. */
        uint32_t next_contact;
        uint32_t next_work;
        struct link *storm[STORM_LINKS];
        int64_t storm_until_us;
        uint32_t burst; /* What they do, they do so many times at once. */
        uint32_t ease;  /* So many times as slow, where little goes on. */
        bool is_calm;
} all;

static uint32_t below(uint32_t bound)
{
        return (uint32_t)att_rng_below(&all.rng, bound);
}

/* A time of people, at the centre's pace. */
static int64_t paced(int64_t us)
{
        return us / all.options.centre->pace;
}

/* With a connection on which nothing comes. */
static int64_t patience_us(void)
{
        return att_max_i64(paced(PATIENCE_US), SECOND_US);
}

static bool may(enum chaos_fault fault)
{
        return !all.is_calm && all.options.faults >> fault & 1;
}

static bool strikes(enum chaos_fault fault, uint32_t per_mille)
{
        return may(fault) && below(1000) < per_mille;
}

static enum chaos_place place_of(const struct client *client)
{
        if (!client->link) {
                return att_client_unanswered(client->client) > 0 ? CHAOS_SESSION_DETACHED
                                                                 : CHAOS_SESSION_NONE;
        }
        return link_backlog(client->link) > 0 ? CHAOS_SESSION_BEHIND : CHAOS_SESSION_OPEN;
}

static void count(enum chaos_fault fault, const struct client *client)
{
        chaos_result->figures.faults++;
        chaos_result->figures.by_fault[fault]++;
        all.options.cover_journal(fault);
        chaos_covered(fault, place_of(client));
}

/* All of the centre. */
static void count_whole(enum chaos_fault fault, const struct client *client)
{
        count(fault, client);
        watch_cover(fault);
}

/* About a contact and an agent, when it is done: they may have gone on since it was thought of. */
static void count_one(enum chaos_fault fault, const struct client *client, struct att_text contact,
                      struct att_text agent)
{
        count(fault, client);
        watch_cover_one(fault, contact, agent);
}

void clients_cover(enum chaos_fault fault)
{
        for (uint32_t i = 0; i < all.count; i++) {
                chaos_covered(fault, place_of(&all.items[i]));
        }
}

/* ---- Names ---- */

struct id {
        char text[16];
};

static struct id id_of(char kind, uint32_t number)
{
        struct id id;

        (void)snprintf(id.text, sizeof(id.text), "%c%u", kind, number);
        return id;
}

static bool number_of(struct att_text id, char kind, uint32_t *ret_number)
{
        char text[16];

        if (id.len < 2 || id.len > 10 || id.data[0] != kind) {
                return false;
        }
        memcpy(text, id.data + 1, id.len - 1);
        text[id.len - 1] = '\0';
        *ret_number = (uint32_t)strtoul(text, NULL, 10);
        return true;
}

static struct told *told_of(uint32_t contact)
{
        return &all.told[contact % TOLD_MAX];
}

static struct client *desk_of(uint32_t agent)
{
        return &all.items[all.count - 1 - agent % all.desks];
}

static uint32_t index_of(const struct client *client)
{
        return (uint32_t)(client - all.items);
}

uint32_t clients_desk_agent(uint32_t after)
{
        for (uint32_t agent = after + 1; agent < all.options.centre->agents; agent++) {
                if (desk_of(agent) == &all.items[all.count - 1]) {
                        return agent;
                }
        }
        return 0;
}

uint32_t clients_stray_agent(struct att_text agent, struct att_text front_end)
{
        char desk[16];
        uint32_t number;

        if (!number_of(agent, 'a', &number)) {
                return 0;
        }
        (void)snprintf(desk, sizeof(desk), "f%u", index_of(desk_of(number)));
        return att_text_equals_c(front_end, desk) ? 0 : number;
}

/* ---- What they ask for ---- */

static void init_command(struct att_command *command, enum att_command_kind kind)
{
        att_wire_command_init(command, kind);
}

static void send_command(struct client *client, const struct att_command *command)
{
        if (att_client_unanswered(client->client) < 500 && !client->is_silent) {
                (void)att_client_command(client->client, command);
        }
}

static uint32_t some_contact(void)
{
        uint32_t window = all.next_contact < RECENT ? all.next_contact : RECENT;

        return window == 0 ? 0 : all.next_contact - 1 - below(window);
}

/* One of a state, if a few looks find one. */
static uint32_t some_contact_in(enum att_contact_state state)
{
        uint32_t contact = some_contact();

        for (int i = 0; i < 12 && told_of(contact)->state != state; i++) {
                contact = some_contact();
        }
        return contact;
}

static uint32_t some_agent(void)
{
        return below(all.options.centre->agents);
}

struct request_texts {
        struct id id;
        struct id queue;
        struct id agent;
        struct id customer;
        struct att_named_level level;
        struct att_text exclude;
        struct id excluded;
        struct id skill;
};

/* What a contact asks for follows from its number, so that it can be asked again. */
static void fill_request(uint32_t number, struct att_command *command, struct request_texts *texts)
{
        struct att_contact_request *request = &command->request;
        struct att_rng rng;

        att_rng_seed(&rng, number * UINT64_C(7919) + 1);
        texts->id = id_of('c', number);
        texts->queue = id_of('q', (uint32_t)att_rng_below(&rng, all.options.centre->queues));
        texts->agent = id_of('a', (uint32_t)att_rng_below(&rng, all.options.centre->agents));
        texts->excluded = id_of('a', (uint32_t)att_rng_below(&rng, all.options.centre->agents));
        texts->customer = id_of('u', (uint32_t)att_rng_below(&rng, 12));
        texts->skill = id_of('s', (uint32_t)att_rng_below(&rng, CENTRE_SKILLS));
        command->contact = att_text_from(texts->id.text);
        request->id = command->contact;
        request->channel = att_text_from(
                centre_channel((uint32_t)att_rng_below(&rng, CENTRE_CHANNELS)));
        request->queue = att_text_from(texts->queue.text);
        if (att_rng_below(&rng, 2)) {
                return; /* Nothing of its own. */
        }
        switch (att_rng_below(&rng, 8)) {
        case 0:
                request->agent = att_text_from(texts->agent.text);
                break;
        case 1:
                request->preferred_agent = att_text_from(texts->agent.text);
                break;
        case 2:
                texts->exclude = att_text_from(texts->excluded.text);
                request->exclude = &texts->exclude;
                request->exclude_count = 1;
                break;
        case 3:
                texts->level = (struct att_named_level){att_text_from(texts->skill.text),
                                                        (uint32_t)att_rng_below(&rng, 6)};
                request->requires = &texts->level;
                request->requires_count = 1;
                break;
        case 4:
                request->priority_milli = (int64_t)att_rng_below(&rng, 10) * 1000;
                request->emotion_ppm = (int64_t)att_rng_below(&rng, 3) * 500000;
                break;
        case 5:
                request->waited_ms = (int64_t)att_rng_below(&rng, 60) * 1000;
                break;
        case 6:
                request->keep_place = true;
                break;
        default:
                request->customer.id = att_text_from(texts->customer.text);
                request->customer.lifetime_value_micro = (int64_t)att_rng_below(&rng, 3) * 5000 *
                                                         1000000;
                break;
        }
}

static void add_contact(struct client *client, uint32_t number, bool changed)
{
        struct request_texts texts;
        struct att_command command;

        init_command(&command, ATT_CMD_CONTACT_ADD);
        fill_request(number, &command, &texts);
        if (changed) {
                command.request.priority_milli = 77000;
        }
        (void)snprintf(told_of(number)->channel, sizeof(told_of(number)->channel), "%.*s",
                       ATT_TEXT_ARGS(command.request.channel));
        send_command(client, &command);
}

static void about_contact(struct client *client, enum att_command_kind kind, uint32_t contact)
{
        struct id id = id_of('c', contact);
        struct att_command command;

        init_command(&command, kind);
        command.contact = att_text_from(id.text);
        send_command(client, &command);
}

static void about_agent(enum att_command_kind kind, uint32_t agent)
{
        struct id id = id_of('a', agent);
        struct att_command command;

        init_command(&command, kind);
        command.agent = att_text_from(id.text);
        if (kind == ATT_CMD_AGENT_PAUSE) {
                command.presence.reason = ATT_TEXT("lunch");
        }
        send_command(desk_of(agent), &command);
}

static void transfer(struct client *client, uint32_t contact)
{
        struct id id = id_of('c', contact);
        struct id queue = id_of('q', below(all.options.centre->queues));
        struct id agent = id_of('a', some_agent());
        struct att_command command;

        init_command(&command, ATT_CMD_CONTACT_TRANSFER);
        command.contact = att_text_from(id.text);
        if (below(3)) {
                command.transfer.queue = att_text_from(queue.text);
        } else {
                command.transfer.agent = att_text_from(agent.text);
        }
        send_command(client, &command);
}

static void update(struct client *client, uint32_t contact)
{
        struct id id = id_of('c', contact);
        struct id skill = id_of('s', below(CENTRE_SKILLS));
        const struct att_named_level level = {att_text_from(skill.text), below(8)};
        struct att_command command;

        init_command(&command, ATT_CMD_CONTACT_UPDATE);
        command.contact = att_text_from(id.text);
        command.update.priority_milli = below(10) * INT64_C(1000);
        if (below(2)) {
                command.update.requires = &level;
                command.update.requires_count = 1;
        }
        send_command(client, &command);
}

static void hold(struct client *client, uint32_t contact, bool held)
{
        struct id id = id_of('c', contact);
        struct att_command command;

        init_command(&command, ATT_CMD_CONTACT_HOLD);
        command.contact = att_text_from(id.text);
        command.hold.held = held;
        send_command(client, &command);
}

static void feedback(struct client *client, uint32_t contact)
{
        struct id id = id_of('c', contact);
        struct att_command command;

        init_command(&command, ATT_CMD_CONTACT_FEEDBACK);
        command.contact = att_text_from(id.text);
        command.feedback.csat = 1 + (int32_t)below(5);
        command.feedback.nps = -1;
        command.feedback.ces = -1;
        command.feedback.resolved = (int32_t)below(2);
        send_command(client, &command);
}

static void begin_work(uint32_t agent, uint32_t number)
{
        struct id id = id_of('a', agent);
        struct id work = id_of('w', number);
        struct att_command command;

        init_command(&command, ATT_CMD_OCCUPIED);
        command.agent = att_text_from(id.text);
        command.contact = att_text_from(work.text);
        command.occupied.channel = att_text_from(centre_channel(below(CENTRE_CHANNELS)));
        send_command(desk_of(agent), &command);
}

void clients_end_work(uint32_t agent, struct att_text work)
{
        struct id id = id_of('a', agent);
        struct att_command command;

        init_command(&command, ATT_CMD_FREE);
        command.agent = att_text_from(id.text);
        command.contact = work;
        send_command(desk_of(agent), &command);
}

static void answer_offer(const struct action *action)
{
        struct id contact = id_of('c', action->contact);
        struct id agent = id_of('a', action->agent);
        struct att_command command;

        init_command(&command, action->kind);
        command.contact = att_text_from(contact.text);
        command.agent = att_text_from(agent.text);
        if (action->kind != ATT_CMD_WRAP_UP_DONE) {
                command.offer.offer = action->offer;
        }
        send_command(&all.items[action->client], &command);
}

/* ---- What they mean to do ---- */

static void plan_fault(enum chaos_fault fault, struct client *client, int64_t in_us,
                       enum att_command_kind kind, uint32_t contact, uint32_t agent, uint64_t offer)
{
        if (all.action_count < ACTIONS_MAX) {
                all.actions[all.action_count++] = (struct action){
                        .due_us = chaos_now_us() + paced(in_us),
                        .kind = kind,
                        .client = index_of(client),
                        .contact = contact,
                        .agent = agent,
                        .offer = offer,
                        .fault = fault,
                };
        }
}

static void plan(struct client *client, int64_t in_us, enum att_command_kind kind, uint32_t contact,
                 uint32_t agent, uint64_t offer)
{
        plan_fault(CHAOS_FAULT_COUNT, client, in_us, kind, contact, agent, offer);
}

static void act(const struct action *action)
{
        struct client *client = &all.items[action->client];
        struct att_command command;
        struct id id;
        struct id work;

        if (action->fault != CHAOS_FAULT_COUNT) {
                struct id contact = id_of('c', action->contact);
                struct id agent = id_of('a', action->agent);

                count_one(action->fault, client, att_text_from(contact.text),
                          att_text_from(agent.text));
        }
        if (action->fault == CHAOS_SILENCE) {
                return;
        }
        switch (action->kind) {
        case ATT_CMD_OFFER_ACCEPT:
        case ATT_CMD_OFFER_DECLINE:
        case ATT_CMD_WRAP_UP_DONE:
                answer_offer(action);
                break;
        case ATT_CMD_AGENT_READY:
                about_agent(ATT_CMD_AGENT_READY, action->agent);
                break;
        case ATT_CMD_FREE:
                work = id_of('w', action->contact);
                clients_end_work(action->agent, att_text_from(work.text));
                break;
        case ATT_CMD_CONTACT_TRANSFER:
                transfer(client, action->contact);
                break;
        case ATT_CMD_CONTACT_END:
                id = id_of('c', action->contact);
                init_command(&command, ATT_CMD_CONTACT_END);
                command.contact = att_text_from(id.text);
                command.end.unanswered = !all.is_calm && below(12) == 0;
                send_command(client, &command);
                break;
        default:
                about_contact(client, action->kind, action->contact);
                break;
        }
}

static void act_on_time(void)
{
        uint32_t i = 0;

        while (i < all.action_count) {
                const struct action action = all.actions[i];

                if (action.due_us > chaos_now_us()) {
                        i++;
                        continue;
                }
                all.actions[i] = all.actions[--all.action_count];
                act(&action);
        }
}

static void misbehave_with_offer(struct client *client, uint32_t contact, uint32_t agent,
                                 uint64_t offer, int64_t timeout_us)
{
        if (strikes(CHAOS_DOUBLE_ACCEPT, 50)) {
                plan(client, below(2000000), ATT_CMD_OFFER_ACCEPT, contact, agent, offer);
                plan_fault(CHAOS_DOUBLE_ACCEPT, client, below(5000000), ATT_CMD_OFFER_ACCEPT,
                           contact, agent, offer);
        }
        if (strikes(CHAOS_FOREIGN_ACCEPT, 50)) {
                plan_fault(CHAOS_FOREIGN_ACCEPT, client, below(5000000), ATT_CMD_OFFER_ACCEPT,
                           contact, some_agent(), offer);
        }
        if (strikes(CHAOS_LATE_ACCEPT, 60)) {
                plan_fault(CHAOS_LATE_ACCEPT, client,
                           timeout_us * all.options.centre->pace +
                                   below(below(2) ? 3000000 : 60000000),
                           ATT_CMD_OFFER_ACCEPT, contact, agent, offer);
        }
}

static void hear_offer(struct client *client, const struct att_effect *effect, uint32_t contact)
{
        uint32_t agent;
        int64_t timeout_us = (effect->due_ms - effect->at_ms) * 1000;

        if (!number_of(effect->agent, 'a', &agent) || desk_of(agent) != client) {
                return;
        }
        misbehave_with_offer(client, contact, agent, effect->offer, timeout_us);
        if (strikes(CHAOS_SILENCE, 70)) {
                plan_fault(CHAOS_SILENCE, client, 50000 + below(2500000), ATT_CMD_OFFER_ACCEPT,
                           contact, agent, effect->offer);
                return;
        }
        plan(client, 50000 + below(2500000),
             !all.is_calm && below(10) == 0 ? ATT_CMD_OFFER_DECLINE : ATT_CMD_OFFER_ACCEPT, contact,
             agent, effect->offer);
}

static void hear_connect(struct client *client, const struct att_effect *effect, uint32_t contact)
{
        uint32_t agent;
        int64_t in_us = 500000 + below(8000000);

        if (!number_of(effect->agent, 'a', &agent) || desk_of(agent) != client) {
                return;
        }
        if (!all.is_calm && below(10) == 0) {
                plan(client, in_us / 2, ATT_CMD_CONTACT_TRANSFER, contact, agent, 0);
        }
        if (strikes(CHAOS_TWO_ENDINGS, 150)) {
                plan_fault(CHAOS_TWO_ENDINGS, &all.items[0],
                           in_us + below(below(2) ? 20000 : 20000000), ATT_CMD_CONTACT_ABANDON,
                           contact, agent, 0);
                plan(client, in_us + below(20000), ATT_CMD_CONTACT_END, contact, agent, 0);
        }
        plan(client, in_us, ATT_CMD_CONTACT_END, contact, agent, 0);
}

static void hear_push(struct client *client, const struct att_wire_push *push)
{
        const struct att_effect *effect = &push->effect;
        uint32_t number = 0;
        uint32_t agent;
        struct told *told;

        if (effect->kind == ATT_EFFECT_AGENT && number_of(effect->agent, 'a', &agent)) {
                if (desk_of(agent) == client && effect->presence != ATT_PRESENCE_READY) {
                        plan(client, SECOND_US + below(6000000), ATT_CMD_AGENT_READY, 0, agent, 0);
                }
                return;
        }
        if (!number_of(effect->contact, 'c', &number)) {
                return;
        }
        told = told_of(number);
        switch (effect->kind) {
        case ATT_EFFECT_SCHEDULED:
                told->state = ATT_CONTACT_SCHEDULED;
                break;
        case ATT_EFFECT_QUEUED:
        case ATT_EFFECT_REVOKE:
                told->state = ATT_CONTACT_QUEUED;
                break;
        case ATT_EFFECT_OFFER:
                told->state = ATT_CONTACT_OFFERED;
                told->offer = effect->offer;
                hear_offer(client, effect, number);
                break;
        case ATT_EFFECT_CONNECT:
                told->state = ATT_CONTACT_CONNECTED;
                (void)number_of(effect->agent, 'a', &told->agent);
                hear_connect(client, effect, number);
                break;
        case ATT_EFFECT_CLOSED:
                told->state = ATT_CONTACT_CLOSED;
                break;
        case ATT_EFFECT_WRAP_UP:
                if (number_of(effect->agent, 'a', &agent) && desk_of(agent) == client && below(2)) {
                        plan(client, below(3000000), ATT_CMD_WRAP_UP_DONE, number, agent, 0);
                }
                break;
        default:
                break;
        }
}

/* ---- What they do of themselves ---- */

/* Of a contact that there is not, by an agent that there is; or the other way round. */
static void name_nobody(struct client *client)
{
        const bool is_contact = below(2);
        uint32_t number = is_contact ? 9999999 : some_contact();
        struct id contact = id_of('c', number);
        struct id agent = id_of('a', is_contact ? some_agent() : 99);
        struct att_command command;

        count_one(CHAOS_UNKNOWN_ID, client, att_text_from(contact.text), att_text_from(agent.text));
        if (below(3) == 0) {
                about_contact(client, (enum att_command_kind)(ATT_CMD_CONTACT_UPDATE + below(4)),
                              9999999);
                return;
        }
        init_command(&command, below(2) ? ATT_CMD_OFFER_ACCEPT : ATT_CMD_WRAP_UP_DONE);
        command.contact = att_text_from(contact.text);
        command.agent = att_text_from(agent.text);
        if (command.kind == ATT_CMD_OFFER_ACCEPT) {
                command.offer.offer = told_of(number)->offer;
        }
        send_command(client, &command);
}

static void add_again(struct client *client, enum chaos_fault fault)
{
        uint32_t contact = some_contact();
        struct id id = id_of('c', contact);

        count(fault, client);
        watch_cover_contact(fault, att_text_from(id.text));
        add_contact(client, contact, fault == CHAOS_CHANGED_ADD);
}

static void think_of_mischief(struct client *client)
{
        if (strikes(CHAOS_UNKNOWN_ID, 40)) {
                name_nobody(client);
        }
        if (strikes(CHAOS_REPEATED_ADD, 40)) {
                add_again(client, CHAOS_REPEATED_ADD);
        }
        if (strikes(CHAOS_CHANGED_ADD, 30)) {
                add_again(client, CHAOS_CHANGED_ADD);
        }
        if (strikes(CHAOS_FLOOD, 4)) {
                count_whole(CHAOS_FLOOD, client);
                for (uint32_t i = 20 + below(80); i > 0; i--) {
                        add_contact(client, all.next_contact++, false);
                }
        }
}

static void think_of_platform(struct client *client)
{
        uint32_t which = below(100);

        if (which < 55) {
                add_contact(client, all.next_contact++, false);
        } else if (which < 65) {
                about_contact(client, ATT_CMD_CONTACT_ABANDON, some_contact_in(ATT_CONTACT_QUEUED));
        } else if (which < 70) {
                about_contact(client, ATT_CMD_CONTACT_ABANDON,
                              some_contact_in(ATT_CONTACT_OFFERED));
        } else if (which < 73) {
                about_contact(client, ATT_CMD_CONTACT_CANCEL, some_contact());
        } else if (which < 78) {
                about_contact(client, ATT_CMD_CONTACT_END, some_contact_in(ATT_CONTACT_CONNECTED));
        } else if (which < 84) {
                update(client, some_contact());
        } else if (which < 88) {
                transfer(client, some_contact_in(ATT_CONTACT_QUEUED));
        } else if (which < 92) {
                feedback(client, some_contact_in(ATT_CONTACT_CLOSED));
        }
        think_of_mischief(client);
}

static void think_of_desk(struct client *client)
{
        uint32_t agent = some_agent();
        uint32_t which = below(100);
        uint32_t contact;

        if (desk_of(agent) != client) {
                return;
        }
        if (which < 25) {
                about_agent(ATT_CMD_AGENT_READY, agent);
        } else if (which < 33) {
                about_agent(ATT_CMD_AGENT_PAUSE, agent);
        } else if (which < 38) {
                about_agent(ATT_CMD_AGENT_OFFLINE, agent);
        } else if (which < 44) {
                begin_work(agent, all.next_work);
                plan(client, below(8000000), ATT_CMD_FREE, all.next_work++, agent, 0);
        } else if (which < 52) {
                contact = some_contact_in(ATT_CONTACT_CONNECTED);
                hold(client, contact, below(2));
        }
}

static void think(struct client *client)
{
        if (client->think_us > chaos_now_us() || all.is_calm) {
                return;
        }
        client->think_us = chaos_now_us() +
                           (int64_t)all.burst * all.ease *
                                   paced(10000 + below(client->is_desk ? 900000 : 400000));
        for (uint32_t i = 0; i < all.burst; i++) {
                if (client->is_desk) {
                        think_of_desk(client);
                } else {
                        think_of_platform(client);
                }
        }
}

/* ---- Connections ---- */

static void hear_welcome(struct client *client, const struct att_wire_welcome *welcome)
{
        if (welcome->resumed) {
                return;
        }
        client->knows_push = false;
        client->was_damaged = false;
        for (uint32_t agent = 0; agent < all.options.centre->agents; agent++) {
                if (desk_of(agent) == client && (all.is_calm || below(4) > 0)) {
                        about_agent(ATT_CMD_AGENT_READY, agent);
                }
        }
        if (client->is_desk || all.is_calm) {
                return;
        }
        for (uint32_t i = 0; i < RECENT && i < all.next_contact; i++) {
                uint32_t contact = all.next_contact - 1 - i;

                if (told_of(contact)->state != ATT_CONTACT_CLOSED && below(3) == 0) {
                        add_contact(client, contact, false);
                }
        }
}

/* Pushes come once, in order, and none is left out: not for a lost connection either. */
static void check_push(struct client *client, uint64_t push_id, bool is_snapshot)
{
        CHAOS_CHECK(!client->knows_push || is_snapshot || push_id == client->last_push + 1 ||
                            (client->was_damaged && push_id > client->last_push),
                    "S12", "front end %u was pushed %" PRIu64 " after %" PRIu64, index_of(client),
                    push_id, client->last_push);
        client->last_push = push_id;
        client->knows_push = true;
}

static void hear(struct client *client, const struct att_client_event *event)
{
        switch (event->kind) {
        case ATT_CLIENT_WELCOME:
                hear_welcome(client, event->welcome);
                break;
        case ATT_CLIENT_PUSH:
                check_push(client, event->push->push_id, false);
                hear_push(client, event->push);
                break;
        case ATT_CLIENT_SNAPSHOT:
                check_push(client, event->push->push_id, true);
                break;
        case ATT_CLIENT_DENIED:
        case ATT_CLIENT_ANSWER:
        case ATT_CLIENT_EVENTS:
        case ATT_CLIENT_PONG:
        case ATT_CLIENT_BYE:
        case ATT_CLIENT_BROKEN:
                break;
        }
}

static void hang_up(struct client *client)
{
        att_client_disconnected(client->client);
        link_free(client->link);
        client->link = NULL;
        client->held_len = 0;
        client->connect_us = chaos_now_us() + 20000 +
                             paced(below(4)   ? below(500000)
                                   : below(4) ? below(5000000)
                                              : below(60000000));
        if (all.is_calm) {
                client->connect_us = chaos_now_us() + 100000;
        }
}

static void connect_again(struct client *client)
{
        if (client->link || client->connect_us > chaos_now_us() || client->is_silent) {
                return;
        }
        client->link = link_open(200 + below(3000));
        client->heard_us = chaos_now_us();
        client->connect_us = INT64_MAX;
        client->trickles = false;
        att_client_connected(client->client);
}

static void receive(struct client *client)
{
        struct att_client_event event;
        char bytes[16384];
        size_t len;

        if (client->stuck_until_us > chaos_now_us()) {
                return;
        }
        while ((len = link_receive(client->link, bytes, sizeof(bytes))) > 0) {
                client->heard_us = chaos_now_us();
                att_client_feed(client->client, bytes, len);
                while (att_client_next_event(client->client, &event)) {
                        hear(client, &event);
                }
        }
        if (link_has_ended(client->link) || att_client_state(client->client) == ATT_CLIENT_FAILED ||
            chaos_now_us() - client->heard_us > patience_us()) {
                hang_up(client);
        }
}

/* One frame on its way: something may happen to it. */
static void pass_on(struct client *client, const char *frame, size_t len)
{
        char damaged[1024];

        if (att_client_state(client->client) != ATT_CLIENT_READY || all.is_calm) {
                link_send(client->link, frame, len, 0);
                return;
        }
        if (client->held_len == 0 && len < HELD_MAX && strikes(CHAOS_REORDER, 10)) {
                count_whole(CHAOS_REORDER, client);
                memcpy(client->held, frame, len);
                client->held_len = len;
                return;
        }
        if (len > 8 && len < sizeof(damaged) && strikes(CHAOS_GARBAGE, 3)) {
                count_whole(CHAOS_GARBAGE, client);
                client->was_damaged = true;
                memcpy(damaged, frame, len);
                damaged[4 + below((uint32_t)len - 4)] ^= (char)(1 << below(8));
                frame = damaged;
        }
        link_send(client->link, frame, len, 0);
        if (strikes(CHAOS_DUPLICATE, 15)) {
                count_whole(CHAOS_DUPLICATE, client);
                link_send(client->link, frame, len, below(50000));
        }
        if (client->held_len > 0) {
                link_send(client->link, client->held, client->held_len, 0);
                client->held_len = 0;
        }
}

static void transmit(struct client *client)
{
        struct att_text output = att_client_output(client->client);
        size_t at = 0;

        while (at + 4 <= output.len) {
                const unsigned char *head = (const unsigned char *)output.data + at;
                size_t len = 4 + ((size_t)head[0] << 24 | (size_t)head[1] << 16 |
                                  (size_t)head[2] << 8 | head[3]);

                if (at + len > output.len) {
                        break;
                }
                pass_on(client, output.data + at, len);
                at += len;
        }
        if (at > 0) {
                att_client_wrote(client->client, at);
        }
}

static void keep_alive(struct client *client)
{
        if (client->ping_us <= chaos_now_us()) {
                client->ping_us = chaos_now_us() + patience_us() / 4;
                att_client_ping(client->client);
        }
}

static void turn(struct client *client)
{
        if (client->is_silent) {
                return;
        }
        connect_again(client);
        think(client);
        if (!client->link) {
                return;
        }
        receive(client);
        if (client->link) {
                keep_alive(client);
                transmit(client);
        }
}

void clients_turn(void)
{
        act_on_time();
        for (uint32_t i = 0; i < all.count; i++) {
                turn(&all.items[i]);
        }
        if (all.storm_until_us <= chaos_now_us()) {
                for (uint32_t i = 0; i < STORM_LINKS; i++) {
                        link_free(all.storm[i]);
                        all.storm[i] = NULL;
                }
                all.storm_until_us = INT64_MAX;
        }
}

int64_t clients_next_us(void)
{
        int64_t next_us = all.storm_until_us;

        for (uint32_t i = 0; i < all.action_count; i++) {
                next_us = att_min_i64(next_us, all.actions[i].due_us);
        }
        for (uint32_t i = 0; i < all.count; i++) {
                const struct client *client = &all.items[i];

                if (client->is_silent) {
                        continue;
                }
                if (!all.is_calm) {
                        next_us = att_min_i64(next_us, client->think_us);
                }
                if (!client->link) {
                        next_us = att_min_i64(next_us, client->connect_us);
                } else {
                        next_us = att_min_i64(next_us, client->ping_us);
                        next_us = att_min_i64(next_us, att_max_i64(client->stuck_until_us,
                                                                   link_next_us(client->link)));
                }
        }
        return next_us;
}

/* ---- The simulation's hand ---- */

void clients_begin(const struct att_rng *rng, const struct clients_options *options)
{
        clients_end();
        memset(&all, 0, sizeof(all));
        all.rng = *rng;
        all.options = *options;
        all.storm_until_us = INT64_MAX;
        all.burst = below(2) ? 1 : 1 + below(BURST_MAX);
        all.ease = below(6) ? 1 : 1 + below(40);
        all.desks = 1 + below(3);
        all.count = 1 + below(3) + all.desks;
        for (uint32_t i = 0; i < TOLD_MAX; i++) {
                all.told[i].state = ATT_CONTACT_CLOSED;
        }
        for (uint32_t i = 0; i < all.count; i++) {
                struct id id = id_of('f', i);

                all.items[i].client = att_client_new(&(struct att_client_options){
                        .name = att_text_from(id.text), .kind = ATT_TEXT("chaos")});
                all.items[i].is_desk = i + all.desks >= all.count;
                all.items[i].connect_us = chaos_now_us() + below(500000);
                all.items[i].think_us = chaos_now_us() + below(500000);
        }
}

void clients_end(void)
{
        for (uint32_t i = 0; i < all.count; i++) {
                link_free(all.items[i].link);
                att_client_free(all.items[i].client);
        }
        for (uint32_t i = 0; i < STORM_LINKS; i++) {
                link_free(all.storm[i]);
                all.storm[i] = NULL;
        }
        all.count = 0;
}

void clients_calm_down(void)
{
        all.is_calm = true;
        for (uint32_t i = 0; i < all.count; i++) {
                struct client *client = &all.items[i];

                client->stuck_until_us = 0;
                if (client->link) { /* Whatever ails it: a new connection. */
                        hang_up(client);
                }
                client->connect_us = chaos_now_us() + 100000;
        }
        all.storm_until_us = chaos_now_us();
}

void clients_silence_desk(bool silent)
{
        struct client *client = &all.items[all.count - 1];

        if (silent && client->link) {
                link_go_silent(client->link);
        }
        client->is_silent = silent;
        if (!silent) {
                client->heard_us = chaos_now_us() - PATIENCE_US; /* It hangs up, and comes again. */
        }
}

void clients_end_contact(struct att_text contact)
{
        (void)att_client_end_contact(all.items[0].client, contact, ATT_TEXT_NONE);
}

void clients_agent_ready(uint32_t agent)
{
        about_agent(ATT_CMD_AGENT_READY, agent);
}

void clients_all_ready(void)
{
        for (uint32_t agent = 0; agent < all.options.centre->agents; agent++) {
                clients_agent_ready(agent);
        }
}

static void begin_storm(void)
{
        for (uint32_t i = 0; i < STORM_LINKS; i++) {
                link_free(all.storm[i]);
                all.storm[i] = link_open(below(20000));
        }
        all.storm_until_us = chaos_now_us() + below(15000000);
}

bool clients_fault(enum chaos_fault fault)
{
        struct client *client = &all.items[below(all.count)];

        if (fault == CHAOS_STORM) {
                begin_storm();
                return true;
        }
        if (!client->link) {
                return false;
        }
        if (fault == CHAOS_STUCK) {
                client->stuck_until_us = chaos_now_us() + paced(below(30000000));
        }
        if (fault == CHAOS_CUT) {
                link_reset(client->link);
        } else if (fault == CHAOS_HALF_OPEN) {
                link_go_silent(client->link);
        } else if (fault == CHAOS_TRICKLE) {
                link_set_delay(client->link, below(50000), true);
        }
        return true;
}
