/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libattune-client: what a front end links to.
 *
 * It turns requests into bytes and bytes into events. It never blocks, owns no loop, opens no
 * socket and reads no clock: whoever has a connection feeds it what was read and writes what it has
 * to say. (lib/client/uv.h does that on a libuv loop.)
 *
 *      struct att_client *client = att_client_new(&(struct att_client_options){
 *              .name = ATT_TEXT("pbx-1"), .kind = ATT_TEXT("kamailio"), .token = token });
 *
 *      on connect:   att_client_connected(client);
 *      on bytes:     att_client_feed(client, bytes, len);
 *                    while (att_client_next_event(client, &event)) { ... }
 *      on a lost connection: att_client_disconnected(client);
 *      to write:     bytes = att_client_output(client); ...; att_client_wrote(client, n);
 *
 *      id = att_client_add_contact(client, &request);          // answered by an ANSWER event
 *
 * What it does by itself: the hello, and the resume token of the last session in the next one;
 * requests that had no answer when the connection broke are sent again, in order (they are
 * idempotent); pushes come once, in order, and are acknowledged when the event after them is asked
 * for, that is, when they have been dealt with.
 *
 * What it leaves to you: after a WELCOME that is not `resumed` attune knows nothing of this session:
 * send again your open contacts (with `waited_ms`), conversations and agents' presence.
 */
#ifndef ATT_LIB_CLIENT_CLIENT_H
#define ATT_LIB_CLIENT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/text.h"
#include "lib/wire/message.h"

/* Requests without an answer; then nothing more is taken until one is answered. */
#define ATT_CLIENT_REQUESTS_MAX      16384
#define ATT_CLIENT_REQUEST_BYTES_MAX (8 * 1024 * 1024)

struct att_client;

struct att_client_options { /* Copied. */
        struct att_text
                name; /* As in the configuration's `access:`; empty for the socket's owner. */
        struct att_text kind; /* For people: "kamailio", "desktop". */
        struct att_text token;
        struct att_text agent;   /* A desktop's agent. */
        struct att_text version; /* Of your program, for people. */
};

enum att_client_state {
        ATT_CLIENT_DISCONNECTED,
        ATT_CLIENT_GREETING, /* The hello is out. */
        ATT_CLIENT_READY,
        ATT_CLIENT_FAILED, /* What came is not this protocol: close the connection. */
};

enum att_client_event_kind {
        ATT_CLIENT_WELCOME, /* welcome */
        ATT_CLIENT_DENIED,  /* error: the hello was refused; attune will close. */
        ATT_CLIENT_ANSWER,  /* request_id, answer */
        ATT_CLIENT_PUSH,    /* push */
        ATT_CLIENT_SNAPSHOT, /* push->snapshot: what there is, in pieces, instead of what happened. */
        ATT_CLIENT_EVENTS,   /* request_id (of the tail), events */
        ATT_CLIENT_PONG,     /* ping */
        ATT_CLIENT_BYE,      /* bye: attune is about to close, and says why. */
        ATT_CLIENT_BROKEN, /* error.message: the connection can't be used; disconnect. Comes once. */
};

/* Good until the next call about this client. */
struct att_client_event {
        enum att_client_event_kind kind;
        uint64_t request_id;
        union {
                const struct att_wire_welcome *welcome;
                const struct att_wire_answer *answer;
                const struct att_wire_push *push;
                const struct att_wire_events *events;
                const struct att_wire_ping *ping;
                const struct att_wire_bye *bye;
                const struct att_wire_error *error;
        };
};

struct att_client *att_client_new(const struct att_client_options *options);
void att_client_free(struct att_client *client); /* NULL fine. */

enum att_client_state att_client_state(const struct att_client *client);

/* ---- The connection ---- */

/* There is a new connection: the hello is the first thing to write. */
void att_client_connected(struct att_client *client);
/* It is gone. Unanswered requests stay, for the next one. */
void att_client_disconnected(struct att_client *client);

/* Bytes that were read; borrowed until att_client_next_event() gives false, which must come before
 * the next feed. */
void att_client_feed(struct att_client *client, const void *bytes, size_t len);
/* The next thing that happened, if there is one. */
bool att_client_next_event(struct att_client *client, struct att_client_event *ret_event);

/* What is to be written now; good until the next call about this client. Empty: nothing. */
struct att_text att_client_output(struct att_client *client);
/* So many bytes of it have been written. */
void att_client_wrote(struct att_client *client, size_t len);

/* ---- Requests. Each gives its number, which the answer carries, or 0: too many are unanswered
 * (see above), or a text is too long for a frame. They may be made at any time, connected or not. ---- */

/* Any of message.h's requests: a command, a list, a tail. The request_id is set here. */
uint64_t att_client_send(struct att_client *client, const struct att_wire_message *message);
uint64_t att_client_command(struct att_client *client, const struct att_command *command);

/* att_client_request_init(&request, id, channel); set more of it; att_client_add_contact(). */
void att_client_request_init(struct att_contact_request *request, struct att_text id,
                             struct att_text channel);
uint64_t att_client_add_contact(struct att_client *client,
                                const struct att_contact_request *request);
uint64_t att_client_abandon_contact(struct att_client *client, struct att_text contact);
uint64_t att_client_cancel_contact(struct att_client *client, struct att_text contact);
uint64_t att_client_end_contact(struct att_client *client, struct att_text contact,
                                struct att_text disposition);
/* To a queue or to an agent; the other is empty. */
uint64_t att_client_transfer_contact(struct att_client *client, struct att_text contact,
                                     struct att_text queue, struct att_text agent);
uint64_t att_client_hold_contact(struct att_client *client, struct att_text contact, bool held);
uint64_t att_client_ready(struct att_client *client, struct att_text agent,
                          const struct att_text *channels, uint32_t channel_count);
uint64_t att_client_pause(struct att_client *client, struct att_text agent, struct att_text reason);
uint64_t att_client_offline(struct att_client *client, struct att_text agent,
                            struct att_text reason);
uint64_t att_client_ring(struct att_client *client, struct att_text contact, struct att_text agent,
                         uint64_t offer);
uint64_t att_client_accept(struct att_client *client, struct att_text contact,
                           struct att_text agent, uint64_t offer);
/* `reason`: empty, "no_answer", "unreachable", "busy" or a word of your own. */
uint64_t att_client_decline(struct att_client *client, struct att_text contact,
                            struct att_text agent, uint64_t offer, struct att_text reason);
uint64_t att_client_wrap_up_done(struct att_client *client, struct att_text agent,
                                 struct att_text contact);

/* Requests without an answer. */
size_t att_client_unanswered(const struct att_client *client);

/* Something to say within the welcome's `keepalive_ms`. Nothing if not READY. */
void att_client_ping(struct att_client *client);
/* Ends the session on purpose: its resume token is void. Write what there is, then close. */
void att_client_bye(struct att_client *client, struct att_text reason);

#endif
