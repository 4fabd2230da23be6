/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection to attuned for a program that asks one thing at a time and waits for the answer:
 * libattune-client, with a socket and poll().
 *
 *      if (link_open(&link, path, name, token, &why)) {
 *              if (link_ask(&link, &question, &answer, &why)) { ... }
 *      }
 *      link_close(&link);
 *
 * What is answered points into the link, until the next call.
 */
#ifndef ATT_TOOLS_ATTUNECTL_LINK_H
#define ATT_TOOLS_ATTUNECTL_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/text.h"
#include "lib/client/client.h"
#include "lib/wire/message.h"

#define LINK_ANSWER_MS  10000 /* Then nobody is waited for any longer. */
#define LINK_REPORT_MS  90000 /* But for a report, which reads a year from the disk. */
#define LINK_READ_BYTES 65536

struct link {
        int fd;                    /* -1: not open. */
        struct att_client *client; /* Owned. */
        bool must_read;            /* It has used up `bytes`. */
        int64_t keepalive_ms;
        int64_t answer_ms; /* How long an answer is waited for. */
        char bytes[LINK_READ_BYTES];
};

/* `path` is a unix socket's. False and a sentence: it can't be had. Close it either way. */
ATT_MUST_USE bool link_open(struct link *link, const char *path, struct att_text name,
                            struct att_text token, struct att_buffer *why);
void link_close(struct link *link);

/* Asks and waits for the answer; what is pushed meanwhile is dropped. */
ATT_MUST_USE bool link_ask(struct link *link, const struct att_wire_message *question,
                           struct att_wire_answer *ret_answer, struct att_buffer *why);

/* The same in two parts, so that several can be under way: sends, and gives a number (0 and a sentence: it
 * can't be sent); then waits for the answer to it, in the order in which they were sent. */
ATT_MUST_USE uint64_t link_send(struct link *link, const struct att_wire_message *question,
                                struct att_buffer *why);
ATT_MUST_USE bool link_answer(struct link *link, uint64_t request_id,
                              struct att_wire_answer *ret_answer, struct att_buffer *why);

/* The next events of a tail. The connection is kept alive meanwhile. False and a sentence: it is
 * gone. */
ATT_MUST_USE bool link_wait_events(struct link *link, struct att_wire_events *ret_events,
                                   struct att_buffer *why);

/* The same, but no longer than `wait_ms`: *ret_events is empty then. */
ATT_MUST_USE bool link_poll_events(struct link *link, int64_t wait_ms,
                                   struct att_wire_events *ret_events, struct att_buffer *why);

/* Says that we are there; every few seconds, where nothing else is said. */
void link_keep_alive(struct link *link);

#endif
