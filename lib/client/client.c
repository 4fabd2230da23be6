/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests live in `outstanding` from when they are made until they are answered; `output` holds
 * copies of those that go out on the present connection. So a lost connection empties `output`, and
 * a welcome fills it from `outstanding`.
 */
#include "lib/client/client.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/client/outstanding.h"
#include "lib/wire/codec.h"
#include "lib/wire/frame.h"

struct att_client {
        struct att_client_options options; /* Owned texts. */
        enum att_client_state state;
        struct att_frame_reader reader;
        struct att_scratch scratch;
        struct att_wire_message message; /* Of the last event. */
        struct att_wire_error error;     /* Of ATT_CLIENT_BROKEN. */
        bool is_broken_told;

        uint64_t last_request_id;
        uint64_t hello_id; /* The hello's request, while GREETING. */
        struct outstanding outstanding;
        struct att_buffer output;
        size_t written;          /* Bytes of the output. */
        struct att_buffer frame; /* A request being made. */

        char *resume;          /* Owned; NULL: none. */
        uint64_t last_push;    /* Handed out. */
        uint64_t dealt_push;   /* And come back for more since. */
        uint64_t acknowledged; /* Told. */
};

static struct att_text copy_text(struct att_text text)
{
        return (struct att_text){att_text_dup(text), text.len};
}

static void free_text(struct att_text text)
{
        /* From copy_text(). */
        void *data;

        memcpy(&data, &text.data, sizeof(data));
        free(data);
}

struct att_client *att_client_new(const struct att_client_options *options)
{
        struct att_client *client = att_alloc(sizeof(*client));

        client->options = (struct att_client_options){
                .name = copy_text(options->name),
                .kind = copy_text(options->kind),
                .token = copy_text(options->token),
                .agent = copy_text(options->agent),
                .version = copy_text(options->version),
        };
        att_frame_reader_init(&client->reader, ATT_FRAME_BYTES_MAX);
        att_scratch_init(&client->scratch, ATT_SCRATCH_CLIENT_BYTES);
        return client;
}

void att_client_free(struct att_client *client)
{
        if (!client) {
                return;
        }
        free_text(client->options.name);
        free_text(client->options.kind);
        free_text(client->options.token);
        free_text(client->options.agent);
        free_text(client->options.version);
        att_frame_reader_deinit(&client->reader);
        att_scratch_deinit(&client->scratch);
        outstanding_deinit(&client->outstanding);
        att_buffer_deinit(&client->output);
        att_buffer_deinit(&client->frame);
        free(client->resume);
        free(client);
}

enum att_client_state att_client_state(const struct att_client *client)
{
        return client->state;
}

/* The connection ------------------------------------------------------------------------------ */

static void drop_connection(struct att_client *client)
{
        att_frame_reader_deinit(&client->reader);
        att_frame_reader_init(&client->reader, ATT_FRAME_BYTES_MAX);
        att_buffer_clear(&client->output);
        client->written = 0;
        client->is_broken_told = false;
}

void att_client_connected(struct att_client *client)
{
        struct att_wire_message hello;

        drop_connection(client);
        client->state = ATT_CLIENT_GREETING;
        client->hello_id = ++client->last_request_id;
        att_wire_message_init(&hello, ATT_WIRE_HELLO);
        hello.request_id = client->hello_id;
        hello.hello.protocol = ATT_WIRE_PROTOCOL;
        hello.hello.name = client->options.name;
        hello.hello.kind = client->options.kind;
        hello.hello.token = client->options.token;
        hello.hello.agent = client->options.agent;
        hello.hello.version = client->options.version;
        hello.hello.resume = att_text_from(client->resume);
        hello.hello.last_push = client->resume ? client->dealt_push : 0;
        if (!att_wire_encode(&client->output, &hello)) {
                client->state = ATT_CLIENT_FAILED; /* The options are absurdly long. */
        }
}

void att_client_disconnected(struct att_client *client)
{
        drop_connection(client);
        client->state = ATT_CLIENT_DISCONNECTED;
        /* What was handed out last may not have been dealt with: it comes again. */
        client->last_push = client->dealt_push;
}

/* Writing ------------------------------------------------------------------------------------- */

static void put_acknowledgement(struct att_client *client)
{
        struct att_wire_message ack;

        if (client->state != ATT_CLIENT_READY || client->dealt_push == client->acknowledged) {
                return;
        }
        att_wire_message_init(&ack, ATT_WIRE_ACK);
        ack.ack = client->dealt_push;
        ATT_CHECK(att_wire_encode(&client->output, &ack));
        client->acknowledged = client->dealt_push;
}

struct att_text att_client_output(struct att_client *client)
{
        put_acknowledgement(client);
        if (client->written == client->output.len) {
                return ATT_TEXT_NONE;
        }
        return (struct att_text){client->output.data + client->written,
                                 client->output.len - client->written};
}

void att_client_wrote(struct att_client *client, size_t len)
{
        ATT_CHECK(len <= client->output.len - client->written);
        client->written += len;
        if (client->written == client->output.len) {
                att_buffer_clear(&client->output);
                client->written = 0;
        } else if (client->written > client->output.len / 2) {
                att_buffer_drop_front(&client->output, client->written);
                client->written = 0;
        }
}

/* Reading ------------------------------------------------------------------------------------- */

void att_client_feed(struct att_client *client, const void *bytes, size_t len)
{
        if (client->state == ATT_CLIENT_FAILED || client->state == ATT_CLIENT_DISCONNECTED) {
                return;
        }
        att_frame_reader_feed(&client->reader, bytes, len);
}

static bool tell_broken(struct att_client *client, struct att_text why,
                        struct att_client_event *event)
{
        client->state = ATT_CLIENT_FAILED;
        if (client->is_broken_told) {
                return false;
        }
        client->is_broken_told = true;
        client->error = (struct att_wire_error){.code = ATT_REFUSAL_INVALID, .message = why};
        *event = (struct att_client_event){.kind = ATT_CLIENT_BROKEN, .error = &client->error};
        return true;
}

static void accept_welcome(struct att_client *client, const struct att_wire_welcome *welcome)
{
        free(client->resume);
        client->resume = welcome->resume.len > 0 ? att_text_dup(welcome->resume) : NULL;
        if (!welcome->resumed) {
                client->last_push = 0;
                client->dealt_push = 0;
        }
        client->acknowledged = client->dealt_push;
        client->state = ATT_CLIENT_READY;
        outstanding_put(&client->outstanding, &client->output);
}

/* Whether the message is an event for the caller, and which. */
static bool make_event(struct att_client *client, struct att_client_event *event)
{
        const struct att_wire_message *message = &client->message;

        *event = (struct att_client_event){.request_id = message->request_id};
        switch (message->body) {
        case ATT_WIRE_WELCOME:
                if (client->state != ATT_CLIENT_GREETING) {
                        return false;
                }
                accept_welcome(client, &message->welcome);
                event->kind = ATT_CLIENT_WELCOME;
                event->welcome = &message->welcome;
                return true;
        case ATT_WIRE_ANSWER:
                if (client->state == ATT_CLIENT_GREETING) {
                        event->kind = ATT_CLIENT_DENIED;
                        event->error = &message->answer.error;
                        return message->answer.kind == ATT_WIRE_RESULT_ERROR;
                }
                event->kind = ATT_CLIENT_ANSWER;
                event->answer = &message->answer;
                return outstanding_answer(&client->outstanding, message->request_id);
        case ATT_WIRE_PUSH:
                if (message->push.push_id <= client->last_push) {
                        return false; /* Sent again because our acknowledgement was lost. */
                }
                client->last_push = message->push.push_id;
                event->kind = message->push.effect.kind == ATT_WIRE_PUSH_SNAPSHOT
                                      ? ATT_CLIENT_SNAPSHOT
                                      : ATT_CLIENT_PUSH;
                event->push = &message->push;
                /* One that is newer than this program is nobody's business, but acknowledged. */
                return message->push.effect.kind != ATT_EFFECT_KIND_COUNT;
        case ATT_WIRE_EVENTS:
                event->kind = ATT_CLIENT_EVENTS;
                event->events = &message->events;
                return true;
        case ATT_WIRE_PONG:
                event->kind = ATT_CLIENT_PONG;
                event->ping = &message->ping;
                return true;
        case ATT_WIRE_BYE:
                event->kind = ATT_CLIENT_BYE;
                event->bye = &message->bye;
                return true;
        case ATT_WIRE_PING: {
                struct att_wire_message pong = *message;

                pong.body = ATT_WIRE_PONG;
                ATT_CHECK(att_wire_encode(&client->output, &pong));
                return false;
        }
        case ATT_WIRE_NONE:
        case ATT_WIRE_HELLO:
        case ATT_WIRE_ACK:
        case ATT_WIRE_COMMAND:
        case ATT_WIRE_RINGING:
        case ATT_WIRE_STATUS:
        case ATT_WIRE_DRAIN:
        case ATT_WIRE_QUEUES:
        case ATT_WIRE_AGENTS:
        case ATT_WIRE_CONTACTS:
        case ATT_WIRE_SKILLS:
        case ATT_WIRE_EXPLAIN:
        case ATT_WIRE_RELOAD:
        case ATT_WIRE_CONFIG:
        case ATT_WIRE_TAIL:
        case ATT_WIRE_TAIL_STOP:
        case ATT_WIRE_REPORT:
        case ATT_WIRE_RECONCILE:
        case ATT_WIRE_CUSTOMERS:
        case ATT_WIRE_INCIDENTS:
        case ATT_WIRE_BODY_COUNT:
                break;
        }
        return false; /* Not for a front end; perhaps newer than this program. */
}

bool att_client_next_event(struct att_client *client, struct att_client_event *ret_event)
{
        client->dealt_push = client->last_push;
        while (client->state != ATT_CLIENT_FAILED && client->state != ATT_CLIENT_DISCONNECTED) {
                struct att_wire_problem problem;
                struct att_text frame;
                enum att_wire_result result;

                switch (att_frame_reader_take(&client->reader, &frame)) {
                case ATT_FRAME_OK:
                        break;
                case ATT_FRAME_MORE:
                        return false;
                case ATT_FRAME_TOO_BIG:
                case ATT_FRAME_HTTP:
                case ATT_FRAME_TLS:
                        return tell_broken(client, ATT_TEXT("what answers here is not attune"),
                                           ret_event);
                }
                result = att_wire_decode(frame, &client->scratch, &client->message, &problem);
                if (result == ATT_WIRE_NO_BODY) {
                        continue;
                }
                if (result != ATT_WIRE_OK) {
                        return tell_broken(client, ATT_TEXT("attune sent what can't be read"),
                                           ret_event);
                }
                if (make_event(client, ret_event)) {
                        return true;
                }
                client->dealt_push = client->last_push;
        }
        return false;
}

/* Requests ------------------------------------------------------------------------------------ */

uint64_t att_client_send(struct att_client *client, const struct att_wire_message *message)
{
        struct att_wire_message numbered = *message;

        numbered.request_id = client->last_request_id + 1;
        att_buffer_clear(&client->frame);
        if (!att_wire_encode(&client->frame, &numbered) ||
            !outstanding_has_room(&client->outstanding, client->frame.len)) {
                return 0;
        }
        client->last_request_id++;
        outstanding_add(&client->outstanding, numbered.request_id, client->frame.data,
                        client->frame.len);
        if (client->state == ATT_CLIENT_READY) {
                att_buffer_append(&client->output, client->frame.data, client->frame.len);
        }
        return numbered.request_id;
}

uint64_t att_client_command(struct att_client *client, const struct att_command *command)
{
        struct att_wire_message message;

        att_wire_message_init(&message, ATT_WIRE_COMMAND);
        message.command = *command;
        return att_client_send(client, &message);
}

void att_client_request_init(struct att_contact_request *request, struct att_text id,
                             struct att_text channel)
{
        struct att_command command;

        att_wire_command_init(&command, ATT_CMD_CONTACT_ADD);
        *request = command.request;
        request->id = id;
        request->channel = channel;
}

uint64_t att_client_add_contact(struct att_client *client,
                                const struct att_contact_request *request)
{
        struct att_command command;

        att_wire_command_init(&command, ATT_CMD_CONTACT_ADD);
        command.request = *request;
        command.contact = request->id;
        return att_client_command(client, &command);
}

static struct att_command about_contact(enum att_command_kind kind, struct att_text contact)
{
        struct att_command command;

        att_wire_command_init(&command, kind);
        command.contact = contact;
        return command;
}

static struct att_command about_agent(enum att_command_kind kind, struct att_text agent)
{
        struct att_command command;

        att_wire_command_init(&command, kind);
        command.agent = agent;
        return command;
}

uint64_t att_client_abandon_contact(struct att_client *client, struct att_text contact)
{
        const struct att_command command = about_contact(ATT_CMD_CONTACT_ABANDON, contact);

        return att_client_command(client, &command);
}

uint64_t att_client_cancel_contact(struct att_client *client, struct att_text contact)
{
        const struct att_command command = about_contact(ATT_CMD_CONTACT_CANCEL, contact);

        return att_client_command(client, &command);
}

uint64_t att_client_end_contact(struct att_client *client, struct att_text contact,
                                struct att_text disposition)
{
        struct att_command command = about_contact(ATT_CMD_CONTACT_END, contact);

        command.end.disposition = disposition;
        return att_client_command(client, &command);
}

uint64_t att_client_transfer_contact(struct att_client *client, struct att_text contact,
                                     struct att_text queue, struct att_text agent)
{
        struct att_command command = about_contact(ATT_CMD_CONTACT_TRANSFER, contact);

        command.transfer.queue = queue;
        command.transfer.agent = agent;
        return att_client_command(client, &command);
}

uint64_t att_client_hold_contact(struct att_client *client, struct att_text contact, bool held)
{
        struct att_command command = about_contact(ATT_CMD_CONTACT_HOLD, contact);

        command.hold.held = held;
        return att_client_command(client, &command);
}

uint64_t att_client_ready(struct att_client *client, struct att_text agent,
                          const struct att_text *channels, uint32_t channel_count)
{
        struct att_command command = about_agent(ATT_CMD_AGENT_READY, agent);

        command.presence.channels = channels;
        command.presence.channel_count = channel_count;
        return att_client_command(client, &command);
}

uint64_t att_client_pause(struct att_client *client, struct att_text agent, struct att_text reason)
{
        struct att_command command = about_agent(ATT_CMD_AGENT_PAUSE, agent);

        command.presence.reason = reason;
        return att_client_command(client, &command);
}

uint64_t att_client_offline(struct att_client *client, struct att_text agent,
                            struct att_text reason)
{
        struct att_command command = about_agent(ATT_CMD_AGENT_OFFLINE, agent);

        command.presence.reason = reason;
        return att_client_command(client, &command);
}

uint64_t att_client_ring(struct att_client *client, struct att_text contact, struct att_text agent,
                         uint64_t offer)
{
        struct att_wire_message message;

        att_wire_message_init(&message, ATT_WIRE_RINGING);
        message.ringing = (struct att_wire_ringing){contact, agent, offer};
        return att_client_send(client, &message);
}

uint64_t att_client_accept(struct att_client *client, struct att_text contact,
                           struct att_text agent, uint64_t offer)
{
        struct att_command command = about_contact(ATT_CMD_OFFER_ACCEPT, contact);

        command.agent = agent;
        command.offer.offer = offer;
        return att_client_command(client, &command);
}

uint64_t att_client_decline(struct att_client *client, struct att_text contact,
                            struct att_text agent, uint64_t offer, struct att_text reason)
{
        struct att_command command = about_contact(ATT_CMD_OFFER_DECLINE, contact);

        command.agent = agent;
        command.offer.offer = offer;
        command.offer.reason = reason;
        return att_client_command(client, &command);
}

uint64_t att_client_wrap_up_done(struct att_client *client, struct att_text agent,
                                 struct att_text contact)
{
        struct att_command command = about_agent(ATT_CMD_WRAP_UP_DONE, agent);

        command.contact = contact;
        return att_client_command(client, &command);
}

size_t att_client_unanswered(const struct att_client *client)
{
        return outstanding_waiting(&client->outstanding);
}

void att_client_ping(struct att_client *client)
{
        struct att_wire_message ping;

        if (client->state != ATT_CLIENT_READY) {
                return;
        }
        att_wire_message_init(&ping, ATT_WIRE_PING);
        ATT_CHECK(att_wire_encode(&client->output, &ping));
}

void att_client_bye(struct att_client *client, struct att_text reason)
{
        struct att_wire_message bye;

        if (client->state != ATT_CLIENT_READY) {
                return;
        }
        put_acknowledgement(client);
        att_wire_message_init(&bye, ATT_WIRE_BYE);
        bye.bye.reason = reason;
        if (att_wire_encode(&client->output, &bye)) {
                free(client->resume);
                client->resume = NULL;
        }
}
