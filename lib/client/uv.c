/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection is an object of its own, made for each attempt, which frees itself in its close
 * callback; the client outlives them. libuv before 1.45 sends one queued write a turn, so there is
 * at most one write, of all there is, and what comes meanwhile waits for the next.
 */
#include "lib/client/uv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/rng.h"
#include "lib/base/util.h"

#define READ_BYTES         65536
#define RETRY_FIRST_MS     100
#define RETRY_MAX_MS       10000
#define UNIX_PATH_BYTES    107 /* libuv before 1.45 cuts longer ones without a word. */
#define KEEPALIVE_FIRST_MS 10000

struct connection {
        struct att_client_uv *uv; /* NULL once the client is done with it. */
        union {
                uv_handle_t handle;
                uv_stream_t stream;
                uv_pipe_t pipe;
                uv_tcp_t tcp;
        };
        uv_connect_t connecting;
        uv_write_t write;
        uv_getaddrinfo_t lookup;
        bool is_looking_up;
        bool is_closing;
        bool is_open;
        bool is_writing;
        struct att_buffer writing; /* What the write in flight borrows. */
        char bytes[READ_BYTES];
};

struct att_client_uv {
        uv_loop_t *loop;
        struct att_client *client; /* Owned. */
        char *path;                /* Owned, as host. */
        char *host;
        uint16_t port;
        bool is_once;
        bool is_closing;
        bool is_in_events; /* The client must outlive the callback. */
        unsigned open_handles;
        uv_prepare_t prepare;
        uv_timer_t retry;
        uv_timer_t keepalive;
        struct connection *connection; /* Owned by itself. */
        uint64_t retry_ms;
        uint64_t retry_after_ms; /* As attune asked; 0: it did not. */
        struct att_rng rng;
        att_client_uv_event *on_event;
        att_client_uv_lost *on_lost;
        att_client_uv_closed *on_closed;
        void *context;
};

static void open_connection(struct att_client_uv *uv);

/* The end ------------------------------------------------------------------------------------- */

static void free_when_done(struct att_client_uv *uv)
{
        att_client_uv_closed *on_closed = uv->on_closed;
        void *context = uv->context;

        if (uv->open_handles > 0 || uv->is_in_events) {
                return;
        }
        att_client_free(uv->client);
        free(uv->path);
        free(uv->host);
        free(uv);
        if (on_closed) {
                on_closed(context);
        }
}

static void on_handle_closed(uv_handle_t *handle)
{
        struct att_client_uv *uv = handle->data;

        uv->open_handles--;
        free_when_done(uv);
}

static void free_connection(struct connection *connection)
{
        struct att_client_uv *uv = connection->uv;

        att_buffer_deinit(&connection->writing);
        free(connection);
        uv->open_handles--;
        if (uv->is_closing) {
                free_when_done(uv);
        }
}

static void on_connection_closed(uv_handle_t *handle)
{
        struct connection *connection = handle->data;

        connection->is_open = false;
        if (!connection->is_looking_up) {
                free_connection(connection);
        }
}

static void close_connection(struct att_client_uv *uv)
{
        struct connection *connection = ATT_STEAL(uv->connection);

        if (!connection) {
                return;
        }
        connection->is_closing = true;
        uv_timer_stop(&uv->keepalive);
        if (connection->is_looking_up) {
                (void)uv_cancel((uv_req_t *)&connection->lookup);
        }
        if (connection->is_open) {
                uv_close(&connection->handle, on_connection_closed);
        }
}

/* Retry --------------------------------------------------------------------------------------- */

static void on_retry(uv_timer_t *timer)
{
        open_connection(timer->data);
}

/* Twice as long each time, and somewhere within it, so that many don't come back at one instant. */
static void schedule_retry(struct att_client_uv *uv)
{
        const uint64_t most = uv->retry_after_ms > 0 ? uv->retry_after_ms : uv->retry_ms;
        const uint64_t wait_ms = most / 2 + att_rng_below(&uv->rng, most / 2 + 1);

        uv->retry_after_ms = 0;
        uv->retry_ms = uv->retry_ms * 2 < RETRY_MAX_MS ? uv->retry_ms * 2 : RETRY_MAX_MS;
        ATT_CHECK(uv_timer_start(&uv->retry, on_retry, wait_ms, 0) == 0);
}

static void lose_connection(struct att_client_uv *uv, int error)
{
        close_connection(uv);
        att_client_disconnected(uv->client);
        if (uv->on_lost) {
                uv->is_in_events = true;
                uv->on_lost(uv, error, uv->context);
                uv->is_in_events = false;
        }
        if (uv->is_closing) {
                free_when_done(uv);
        } else if (!uv->is_once) {
                schedule_retry(uv);
        }
}

/* Writing ------------------------------------------------------------------------------------- */

static void on_written(uv_write_t *write, int status)
{
        struct connection *connection = write->data;

        connection->is_writing = false;
        if (!connection->is_closing && status < 0) {
                lose_connection(connection->uv, status);
        }
}

static void write_output(struct att_client_uv *uv)
{
        struct connection *connection = uv->connection;
        struct att_text output;
        uv_buf_t buf;
        int result;

        if (!connection || connection->is_writing ||
            att_client_state(uv->client) == ATT_CLIENT_DISCONNECTED) {
                return;
        }
        output = att_client_output(uv->client);
        if (output.len == 0) {
                return;
        }
        att_buffer_clear(&connection->writing);
        att_buffer_append_text(&connection->writing, output);
        att_client_wrote(uv->client, output.len);
        buf = uv_buf_init(connection->writing.data, (unsigned)connection->writing.len);
        connection->write.data = connection;
        result = uv_write(&connection->write, &connection->stream, &buf, 1, on_written);
        if (result < 0) {
                lose_connection(uv, result);
                return;
        }
        connection->is_writing = true;
}

/* At the end of a turn, before the loop waits. */
static void on_prepare(uv_prepare_t *prepare)
{
        write_output(prepare->data);
}

/* Reading ------------------------------------------------------------------------------------- */

static void on_keepalive(uv_timer_t *timer)
{
        struct att_client_uv *uv = timer->data;

        att_client_ping(uv->client);
}

static void note_event(struct att_client_uv *uv, const struct att_client_event *event)
{
        switch (event->kind) {
        case ATT_CLIENT_WELCOME: {
                const int64_t keepalive_ms = event->welcome->keepalive_ms > 0
                                                     ? event->welcome->keepalive_ms
                                                     : KEEPALIVE_FIRST_MS;

                uv->retry_ms = RETRY_FIRST_MS;
                ATT_CHECK(uv_timer_start(&uv->keepalive, on_keepalive, (uint64_t)keepalive_ms / 2,
                                         (uint64_t)keepalive_ms / 2) == 0);
                break;
        }
        case ATT_CLIENT_BYE:
                uv->retry_after_ms = event->bye->retry_ms > 0 ? (uint64_t)event->bye->retry_ms : 0;
                break;
        case ATT_CLIENT_DENIED:
                uv->retry_after_ms = event->error->retry_ms > 0 ? (uint64_t)event->error->retry_ms
                                                                : RETRY_MAX_MS;
                break;
        case ATT_CLIENT_ANSWER:
        case ATT_CLIENT_PUSH:
        case ATT_CLIENT_SNAPSHOT:
        case ATT_CLIENT_EVENTS:
        case ATT_CLIENT_PONG:
        case ATT_CLIENT_BROKEN:
                break;
        }
}

static void tell_events(struct att_client_uv *uv)
{
        struct att_client_event event;

        uv->is_in_events = true;
        while (!uv->is_closing && att_client_next_event(uv->client, &event)) {
                note_event(uv, &event);
                uv->on_event(uv, &event, uv->context);
        }
        uv->is_in_events = false;
        if (uv->is_closing) {
                free_when_done(uv);
        } else if (att_client_state(uv->client) == ATT_CLIENT_FAILED) {
                lose_connection(uv, UV_EPROTO);
        }
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf)
{
        struct connection *connection = handle->data;

        (void)suggested;
        *ret_buf = uv_buf_init(connection->bytes, sizeof(connection->bytes));
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
        struct connection *connection = stream->data;

        if (connection->is_closing || len == 0) {
                return;
        }
        if (len < 0) {
                lose_connection(connection->uv, (int)len);
                return;
        }
        att_client_feed(connection->uv->client, buf->base, (size_t)len);
        tell_events(connection->uv);
}

/* Connecting ---------------------------------------------------------------------------------- */

static void on_connected(uv_connect_t *connecting, int status)
{
        struct connection *connection = connecting->data;

        if (connection->is_closing) {
                return;
        }
        if (status == 0) {
                status = uv_read_start(&connection->stream, on_alloc, on_read);
        }
        if (status < 0) {
                lose_connection(connection->uv, status);
                return;
        }
        att_client_connected(connection->uv->client);
        write_output(connection->uv);
}

static int connect_pipe(struct att_client_uv *uv, struct connection *connection)
{
        const int result = uv_pipe_init(uv->loop, &connection->pipe, 0);

        if (result < 0) {
                return result;
        }
        connection->is_open = true;
        connection->handle.data = connection;
        if (strlen(uv->path) > UNIX_PATH_BYTES) {
                return UV_ENAMETOOLONG;
        }
        uv_pipe_connect(&connection->connecting, &connection->pipe, uv->path, on_connected);
        return 0;
}

static void on_looked_up(uv_getaddrinfo_t *lookup, int status, struct addrinfo *found)
{
        struct connection *connection = lookup->data;

        connection->is_looking_up = false;
        if (connection->is_closing) {
                uv_freeaddrinfo(found);
                if (!connection->is_open) {
                        free_connection(connection);
                }
                return;
        }
        if (status == 0) {
                status = uv_tcp_connect(&connection->connecting, &connection->tcp, found->ai_addr,
                                        on_connected);
        }
        uv_freeaddrinfo(found);
        if (status < 0) {
                lose_connection(connection->uv, status);
        }
}

static int connect_tcp(struct att_client_uv *uv, struct connection *connection)
{
        const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
        char port[8];
        int result = uv_tcp_init(uv->loop, &connection->tcp);

        if (result < 0) {
                return result;
        }
        connection->is_open = true;
        connection->handle.data = connection;
        (void)uv_tcp_nodelay(&connection->tcp, 1);
        (void)snprintf(port, sizeof(port), "%u", uv->port);
        connection->lookup.data = connection;
        result = uv_getaddrinfo(uv->loop, &connection->lookup, on_looked_up, uv->host, port,
                                &hints);
        connection->is_looking_up = result == 0;
        return result;
}

static void open_connection(struct att_client_uv *uv)
{
        struct connection *connection = att_alloc(sizeof(*connection));
        int result;

        connection->uv = uv;
        connection->connecting.data = connection;
        uv->connection = connection;
        uv->open_handles++;
        result = uv->path ? connect_pipe(uv, connection) : connect_tcp(uv, connection);
        if (result < 0) {
                if (!connection->is_open) {
                        uv->connection = NULL;
                        free_connection(connection);
                }
                lose_connection(uv, result);
        }
}

struct att_client_uv *att_client_uv_new(uv_loop_t *loop,
                                        const struct att_client_uv_options *options,
                                        att_client_uv_event *on_event, att_client_uv_lost *on_lost,
                                        void *context)
{
        struct att_client_uv *uv = att_alloc(sizeof(*uv));

        ATT_CHECK((options->path != NULL) != (options->host != NULL));
        uv->loop = loop;
        uv->client = att_client_new(&options->client);
        uv->path = options->path ? att_strndup(options->path, strlen(options->path)) : NULL;
        uv->host = options->host ? att_strndup(options->host, strlen(options->host)) : NULL;
        uv->port = options->port;
        uv->is_once = options->is_once;
        uv->retry_ms = RETRY_FIRST_MS;
        uv->on_event = on_event;
        uv->on_lost = on_lost;
        uv->context = context;
        att_rng_seed(&uv->rng, options->retry_seed ? options->retry_seed : uv_hrtime());
        ATT_CHECK(uv_prepare_init(loop, &uv->prepare) == 0);
        ATT_CHECK(uv_timer_init(loop, &uv->retry) == 0);
        ATT_CHECK(uv_timer_init(loop, &uv->keepalive) == 0);
        uv->prepare.data = uv->retry.data = uv->keepalive.data = uv;
        uv->open_handles = 3;
        ATT_CHECK(uv_prepare_start(&uv->prepare, on_prepare) == 0);
        ATT_CHECK(uv_timer_start(&uv->retry, on_retry, 0, 0) == 0);
        return uv;
}

struct att_client *att_client_uv_client(struct att_client_uv *uv)
{
        return uv->client;
}

/* What can be written without waiting, is. */
static void say_bye(struct att_client_uv *uv)
{
        struct connection *connection = uv->connection;
        struct att_text output;
        uv_buf_t buf;

        if (!connection || connection->is_writing ||
            att_client_state(uv->client) != ATT_CLIENT_READY) {
                return;
        }
        att_client_bye(uv->client, ATT_TEXT("closed"));
        output = att_client_output(uv->client);
        /* libuv only reads it, but its buffers are not const. */
        att_buffer_clear(&connection->writing);
        att_buffer_append_text(&connection->writing, output);
        buf = uv_buf_init(connection->writing.data, (unsigned)connection->writing.len);
        (void)uv_try_write(&connection->stream, &buf, 1);
}

void att_client_uv_close(struct att_client_uv *uv, att_client_uv_closed *on_closed)
{
        if (uv->is_closing) {
                return;
        }
        uv->is_closing = true;
        uv->on_closed = on_closed;
        say_bye(uv);
        close_connection(uv);
        uv_close((uv_handle_t *)&uv->prepare, on_handle_closed);
        uv_close((uv_handle_t *)&uv->retry, on_handle_closed);
        uv_close((uv_handle_t *)&uv->keepalive, on_handle_closed);
}
