/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/client/uv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "lib/base/buffer.h"
#include "lib/base/util.h"
#include "lib/wire/codec.h"
#include "lib/wire/frame.h"
#include "tests/support/main.h"

/* A server of one connection at a time that welcomes, answers and can hang up. */
struct server {
        uv_loop_t loop;
        char path[64];
        uv_pipe_t listener;
        uv_pipe_t peer;
        bool has_peer;
        struct att_frame_reader reader;
        struct att_scratch scratch;
        char bytes[65536];
        unsigned connections;
        unsigned reads; /* On the present connection. */
        unsigned requests;
        bool is_mute; /* Does not answer requests. */

        struct att_client_uv *client;
        unsigned welcomes;
        unsigned answers;
        unsigned losses;
        bool is_closed;
};

static void on_freed(uv_write_t *write, int status)
{
        (void)status;
        free(write->data);
        free(write);
}

static void send_bytes(struct server *server, struct att_buffer *buffer)
{
        uv_write_t *write = att_alloc(sizeof(*write));
        uv_buf_t buf = uv_buf_init(buffer->data, (unsigned)buffer->len);

        write->data = att_buffer_steal(buffer);
        ck_assert_int_eq(uv_write(write, (uv_stream_t *)&server->peer, &buf, 1, on_freed), 0);
}

static void answer(struct server *server, const struct att_wire_message *message)
{
        struct att_buffer out = {0};
        struct att_wire_message welcome;
        const struct att_wire_done done = {.estimate_ms = -1};

        if (message->body == ATT_WIRE_HELLO) {
                att_wire_message_init(&welcome, ATT_WIRE_WELCOME);
                welcome.request_id = message->request_id;
                welcome.welcome.resume = ATT_TEXT("token");
                welcome.welcome.keepalive_ms = 40;
                ck_assert(att_wire_encode(&out, &welcome));
        } else if (message->body == ATT_WIRE_COMMAND) {
                server->requests++;
                if (server->is_mute) {
                        return;
                }
                att_wire_put_done(&out, message->request_id, &done);
        } else {
                return;
        }
        send_bytes(server, &out);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
        struct server *server = handle->data;

        (void)suggested;
        *buf = uv_buf_init(server->bytes, sizeof(server->bytes));
}

static void on_peer_closed(uv_handle_t *handle)
{
        struct server *server = handle->data;

        server->has_peer = false;
}

static void hang_up(struct server *server)
{
        if (server->has_peer && !uv_is_closing((uv_handle_t *)&server->peer)) {
                uv_close((uv_handle_t *)&server->peer, on_peer_closed);
        }
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
        struct server *server = stream->data;
        struct att_wire_problem problem;
        struct att_wire_message message;
        struct att_text frame;

        if (len < 0) {
                hang_up(server);
                return;
        }
        server->reads++;
        att_frame_reader_feed(&server->reader, buf->base, (size_t)len);
        while (att_frame_reader_take(&server->reader, &frame) == ATT_FRAME_OK) {
                ck_assert_int_eq(att_wire_decode(frame, &server->scratch, &message, &problem),
                                 ATT_WIRE_OK);
                answer(server, &message);
        }
}

static void on_connection(uv_stream_t *listener, int status)
{
        struct server *server = listener->data;

        ck_assert_int_eq(status, 0);
        ck_assert(!server->has_peer);
        ck_assert_int_eq(uv_pipe_init(&server->loop, &server->peer, 0), 0);
        server->peer.data = server;
        server->has_peer = true;
        server->connections++;
        server->reads = 0;
        att_frame_reader_deinit(&server->reader);
        att_frame_reader_init(&server->reader, ATT_FRAME_BYTES_MAX);
        ck_assert_int_eq(uv_accept(listener, (uv_stream_t *)&server->peer), 0);
        ck_assert_int_eq(uv_read_start((uv_stream_t *)&server->peer, on_alloc, on_read), 0);
}

static void listen_there(struct server *server)
{
        (void)unlink(server->path);
        ck_assert_int_eq(uv_pipe_init(&server->loop, &server->listener, 0), 0);
        server->listener.data = server;
        ck_assert_int_eq(uv_pipe_bind(&server->listener, server->path), 0);
        ck_assert_int_eq(uv_listen((uv_stream_t *)&server->listener, 8, on_connection), 0);
}

static void open_server(struct server *server)
{
        memset(server, 0, sizeof(*server));
        ck_assert_int_eq(uv_loop_init(&server->loop), 0);
        (void)snprintf(server->path, sizeof(server->path), "/tmp/attune-test-%d.sock", getpid());
        att_frame_reader_init(&server->reader, ATT_FRAME_BYTES_MAX);
        att_scratch_init(&server->scratch, ATT_SCRATCH_DAEMON_BYTES);
        listen_there(server);
}

static void on_closed(void *context)
{
        struct server *server = context;

        server->is_closed = true;
}

static void close_server(struct server *server)
{
        att_client_uv_close(server->client, on_closed);
        att_client_uv_close(server->client, on_closed);
        hang_up(server);
        if (!uv_is_closing((uv_handle_t *)&server->listener)) {
                uv_close((uv_handle_t *)&server->listener, NULL);
        }
        (void)uv_run(&server->loop, UV_RUN_DEFAULT);
        ck_assert(server->is_closed);
        ck_assert_int_eq(uv_loop_close(&server->loop), 0);
        att_frame_reader_deinit(&server->reader);
        att_scratch_deinit(&server->scratch);
        (void)unlink(server->path);
}

static void on_event(struct att_client_uv *uv, const struct att_client_event *event, void *context)
{
        struct server *server = context;

        ck_assert_ptr_eq(uv, server->client);
        server->welcomes += event->kind == ATT_CLIENT_WELCOME;
        server->answers += event->kind == ATT_CLIENT_ANSWER;
}

static void on_lost(struct att_client_uv *uv, int error, void *context)
{
        struct server *server = context;

        (void)uv;
        ck_assert_int_lt(error, 0);
        server->losses++;
}

static void open_client(struct server *server)
{
        const struct att_client_uv_options options = {
                .client = {.name = ATT_TEXT("pbx")}, .path = server->path, .retry_seed = 1};

        server->client = att_client_uv_new(&server->loop, &options, on_event, on_lost, server);
}

#define RUN_UNTIL(server, condition)                                                               \
        do {                                                                                       \
                while (!(condition)) {                                                             \
                        ck_assert_int_ne(uv_run(&(server)->loop, UV_RUN_ONCE), 0);                 \
                }                                                                                  \
        } while (0)

START_TEST(requests_of_one_turn_go_in_one_write)
{
        struct server server;

        open_server(&server);
        open_client(&server);
        RUN_UNTIL(&server, server.welcomes == 1);
        server.reads = 0;
        for (int i = 0; i < 100; i++) {
                ck_assert_uint_ne(att_client_hold_contact(att_client_uv_client(server.client),
                                                          ATT_TEXT("c1"), true),
                                  0);
        }
        RUN_UNTIL(&server, server.answers == 100);
        ck_assert_uint_eq(server.requests, 100);
        ck_assert_uint_eq(server.reads, 1);
        close_server(&server);
}
END_TEST

START_TEST(a_lost_connection_is_made_again_and_the_unanswered_asked_again)
{
        struct server server;

        open_server(&server);
        open_client(&server);
        RUN_UNTIL(&server, server.welcomes == 1);
        server.is_mute = true;
        (void)att_client_hold_contact(att_client_uv_client(server.client), ATT_TEXT("c1"), true);
        RUN_UNTIL(&server, server.requests == 1);
        hang_up(&server);
        server.is_mute = false;
        RUN_UNTIL(&server, server.answers == 1);
        ck_assert_uint_eq(server.welcomes, 2);
        ck_assert_uint_eq(server.losses, 1);
        ck_assert_uint_eq(server.requests, 2);
        close_server(&server);
}
END_TEST

START_TEST(a_server_that_is_not_there_yet_is_waited_for)
{
        struct server server;

        open_server(&server);
        uv_close((uv_handle_t *)&server.listener, NULL);
        (void)uv_run(&server.loop, UV_RUN_NOWAIT);
        (void)unlink(server.path);
        open_client(&server);
        RUN_UNTIL(&server, server.losses == 2);
        listen_there(&server);
        RUN_UNTIL(&server, server.welcomes == 1);
        close_server(&server);
}
END_TEST

START_TEST(a_silent_client_pings_within_the_keepalive)
{
        struct server server;

        open_server(&server);
        open_client(&server);
        RUN_UNTIL(&server, server.welcomes == 1);
        server.reads = 0;
        RUN_UNTIL(&server, server.reads == 2);
        close_server(&server);
}
END_TEST

START_TEST(a_client_closes_at_any_moment)
{
        for (int turns = 0; turns < 12; turns++) {
                struct server server;

                open_server(&server);
                open_client(&server);
                for (int i = 0; i < turns; i++) {
                        (void)uv_run(&server.loop, UV_RUN_NOWAIT);
                }
                close_server(&server);
        }
}
END_TEST

static void close_in_event(struct att_client_uv *uv, const struct att_client_event *event,
                           void *context)
{
        (void)event;
        att_client_uv_close(uv, on_closed);
        ((struct server *)context)->welcomes++;
}

START_TEST(a_client_may_be_closed_from_its_own_event)
{
        struct server server;
        struct att_client_uv_options options = {.client = {.name = ATT_TEXT("pbx")}};

        open_server(&server);
        options.path = server.path;
        server.client = att_client_uv_new(&server.loop, &options, close_in_event, NULL, &server);
        RUN_UNTIL(&server, server.is_closed);
        ck_assert_uint_eq(server.welcomes, 1);
        hang_up(&server);
        uv_close((uv_handle_t *)&server.listener, NULL);
        (void)uv_run(&server.loop, UV_RUN_DEFAULT);
        ck_assert_int_eq(uv_loop_close(&server.loop), 0);
        att_frame_reader_deinit(&server.reader);
        att_scratch_deinit(&server.scratch);
        (void)unlink(server.path);
}
END_TEST

START_TEST(a_name_is_looked_up_and_a_refused_port_is_a_loss)
{
        struct server server;
        const struct att_client_uv_options options = {
                .client = {.name = ATT_TEXT("pbx")}, .host = "localhost", .port = 1};

        open_server(&server);
        server.client = att_client_uv_new(&server.loop, &options, on_event, on_lost, &server);
        RUN_UNTIL(&server, server.losses == 1);
        close_server(&server);
}
END_TEST

ATT_TEST_MAIN("client uv", requests_of_one_turn_go_in_one_write,
              a_lost_connection_is_made_again_and_the_unanswered_asked_again,
              a_server_that_is_not_there_yet_is_waited_for,
              a_silent_client_pings_within_the_keepalive, a_client_closes_at_any_moment,
              a_client_may_be_closed_from_its_own_event,
              a_name_is_looked_up_and_a_refused_port_is_a_loss)
