/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where front ends connect: the unix socket, and TCP if it was asked for.
 *
 * The data directory is locked before the unix socket is taken over, so what stands at its path is
 * either nobody's any more, or of an attuned with other data: that one is left alone.
 */
#ifndef ATT_DAEMON_LISTENER_H
#define ATT_DAEMON_LISTENER_H

#include <stdbool.h>
#include <uv.h>

#include "daemon/address.h"
#include "lib/base/buffer.h"
#include "lib/base/check.h"

struct app;

struct listeners {
        uv_pipe_t unix_socket;
        uv_tcp_t tcp;
        bool has_unix;
        bool has_tcp;
        uint32_t accepted;         /* This turn. */
        uv_stream_t *unix_waiting; /* A connection waits there for the turn's end; or NULL. */
        uv_stream_t *tcp_waiting;
        char tcp_address[ADDRESS_TEXT_SIZE]; /* As it was bound: never port 0. */
};

/* A negative errno and a sentence if one of them can't be had. */
ATT_MUST_USE int listeners_open(struct app *app, struct att_buffer *why);
/* At a turn's end: goes on with those that had to wait. True: there are more. */
bool listeners_resume(struct app *app);
/* Idempotent. Removes the unix socket's path. */
void listeners_close(struct app *app);

#endif
