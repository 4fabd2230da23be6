/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client on a libuv loop: connects, greets, reads and writes, keeps the connection alive, and
 * comes back when it is lost.
 *
 *      struct att_client_uv *uv = att_client_uv_new(loop, &options, on_event, context);
 *      att_client_add_contact(att_client_uv_client(uv), &request);    // goes out this turn
 *      ...
 *      att_client_uv_close(uv, on_closed);
 *
 * What is asked for in one turn of the loop is written in one go at its end.
 */
#ifndef ATT_LIB_CLIENT_UV_H
#define ATT_LIB_CLIENT_UV_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "lib/client/client.h"

struct att_client_uv;

struct att_client_uv_options { /* Copied. */
        struct att_client_options client;
        const char *path;    /* Of a unix socket; or */
        const char *host;    /* a name or address */
        uint16_t port;       /* and a TCP port. */
        bool is_once;        /* Does not come back when the connection is lost. */
        uint64_t retry_seed; /* Spreads the retries of many clients; 0: chosen. */
};

/* Every event of att_client_next_event(), and LOST below. Requests may be made from within; the
 * client may be closed from within. */
typedef void att_client_uv_event(struct att_client_uv *uv, const struct att_client_event *event,
                                 void *context);
/* The connection was lost, or could not be made: a negative errno of libuv's. It will be tried
 * again unless `is_once`. May be NULL. */
typedef void att_client_uv_lost(struct att_client_uv *uv, int error, void *context);
typedef void att_client_uv_closed(void *context);

/* Starts to connect on the loop's next turn. */
struct att_client_uv *att_client_uv_new(uv_loop_t *loop,
                                        const struct att_client_uv_options *options,
                                        att_client_uv_event *on_event, att_client_uv_lost *on_lost,
                                        void *context);

/* To make requests with; never feed or write it yourself. */
struct att_client *att_client_uv_client(struct att_client_uv *uv);

/* Asynchronous and idempotent. `on_closed` (NULL fine) is called when all is gone; nothing else is
 * after this. Says bye first if it can at once. */
void att_client_uv_close(struct att_client_uv *uv, att_client_uv_closed *on_closed);

#endif
