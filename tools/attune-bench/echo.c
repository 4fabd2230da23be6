/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attune-bench/echo.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/list.h"
#include "lib/base/util.h"
#include "lib/wire/codec.h"
#include "lib/wire/frame.h"

#define READ_BYTES 65536

struct echo {
        uv_loop_t loop;
        struct place place;
        union place_stream listener;
        struct att_scratch scratch;
        struct att_wire_message message;
        int file;              /* -1: nothing is kept. */
        uv_check_t after_poll; /* With a file: where a turn's answers are released. */
        struct att_list answered;
        char bytes[READ_BYTES];
};

/* Answers of one read go out in one write, as the daemon's do. */
struct peer {
        struct echo *echo;
        union place_stream stream;
        struct att_frame_reader reader;
        struct att_buffer out;
        struct att_buffer writing;
        uv_write_t write;
        bool is_writing;
        struct att_list in_answered;
};

static void flush_peer(struct peer *peer);

static void on_written(uv_write_t *write, int status)
{
        struct peer *peer = write->data;

        peer->is_writing = false;
        if (status == 0) {
                flush_peer(peer);
        }
}

static void flush_peer(struct peer *peer)
{
        struct att_buffer swap = peer->writing;
        uv_buf_t buf;

        if (peer->is_writing || peer->out.len == 0) {
                return;
        }
        peer->writing = peer->out;
        peer->out = swap;
        att_buffer_clear(&peer->out);
        buf = uv_buf_init(peer->writing.data, (unsigned)peer->writing.len);
        peer->write.data = peer;
        peer->is_writing = uv_write(&peer->write, &peer->stream.stream, &buf, 1, on_written) == 0;
}

static void release_turn(uv_check_t *check)
{
        struct echo *echo = check->data;

        if (att_list_is_empty(&echo->answered)) {
                return;
        }
        ATT_CHECK(fdatasync(echo->file) == 0);
        ATT_LIST_FOREACH(peer, &echo->answered, struct peer, in_answered)
        {
                att_list_remove(&peer->in_answered);
                flush_peer(peer);
        }
}

/* What was read, and its answers when the turn ends. */
static void keep(struct peer *peer, const char *bytes, size_t len)
{
        struct echo *echo = peer->echo;

        ATT_CHECK(write(echo->file, bytes, len) == (ssize_t)len);
        if (!att_list_is_linked(&peer->in_answered)) {
                att_list_add_tail(&echo->answered, &peer->in_answered);
        }
}

static void answer(struct peer *peer, struct att_text frame)
{
        struct att_wire_message *message = &peer->echo->message;
        struct att_wire_problem problem;

        if (att_wire_decode(frame, &peer->echo->scratch, message, &problem) != ATT_WIRE_OK) {
                return;
        }
        if (message->body == ATT_WIRE_HELLO) {
                struct att_wire_message welcome;

                att_wire_message_init(&welcome, ATT_WIRE_WELCOME);
                welcome.request_id = message->request_id;
                ATT_CHECK(att_wire_encode(&peer->out, &welcome));
        } else if (message->body == ATT_WIRE_COMMAND) {
                const struct att_wire_done done = {.seq = message->request_id,
                                                   .state = ATT_CONTACT_QUEUED,
                                                   .queue = ATT_TEXT("bench"),
                                                   .estimate_ms = -1};

                att_wire_put_done(&peer->out, message->request_id, &done);
        }
}

static void on_peer_closed(uv_handle_t *handle)
{
        struct peer *peer = handle->data;

        att_list_remove(&peer->in_answered);
        att_frame_reader_deinit(&peer->reader);
        att_buffer_deinit(&peer->out);
        att_buffer_deinit(&peer->writing);
        free(peer);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
        struct peer *peer = handle->data;

        (void)suggested;
        *buf = uv_buf_init(peer->echo->bytes, READ_BYTES);
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
        struct peer *peer = stream->data;
        struct att_text frame;

        if (len < 0) {
                uv_close(&peer->stream.handle, on_peer_closed);
                return;
        }
        att_frame_reader_feed(&peer->reader, buf->base, (size_t)len);
        while (att_frame_reader_take(&peer->reader, &frame) == ATT_FRAME_OK) {
                answer(peer, frame);
        }
        if (peer->echo->file >= 0) {
                keep(peer, buf->base, (size_t)len);
        } else {
                flush_peer(peer);
        }
}

static void on_connection(uv_stream_t *listener, int status)
{
        struct echo *echo = listener->data;
        struct peer *peer = att_alloc(sizeof(*peer));

        ATT_CHECK(status == 0);
        peer->echo = echo;
        att_list_init(&peer->in_answered);
        att_frame_reader_init(&peer->reader, ATT_FRAME_BYTES_MAX);
        ATT_CHECK(place_init(&echo->place, &echo->loop, &peer->stream) == 0);
        peer->stream.handle.data = peer;
        ATT_CHECK(uv_accept(listener, &peer->stream.stream) == 0);
        if (echo->place.is_tcp) {
                (void)uv_tcp_nodelay(&peer->stream.tcp, 1);
        }
        ATT_CHECK(uv_read_start(&peer->stream.stream, on_alloc, on_read) == 0);
}

static void open_file(struct echo *echo, const char *path)
{
        echo->file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        ATT_CHECK(echo->file >= 0);
        ATT_CHECK(uv_check_init(&echo->loop, &echo->after_poll) == 0);
        echo->after_poll.data = echo;
        ATT_CHECK(uv_check_start(&echo->after_poll, release_turn) == 0);
}

void echo_serve(const struct place *place, const char *file)
{
        struct echo *echo = att_alloc(sizeof(*echo));

        echo->place = *place;
        att_scratch_init(&echo->scratch, ATT_SCRATCH_DAEMON_BYTES);
        att_list_init(&echo->answered);
        ATT_CHECK(uv_loop_init(&echo->loop) == 0);
        echo->file = -1;
        if (file) {
                open_file(echo, file);
        }
        ATT_CHECK(place_init(place, &echo->loop, &echo->listener) == 0);
        echo->listener.handle.data = echo;
        ATT_CHECK(place_listen(place, &echo->listener, on_connection) == 0);
        (void)uv_run(&echo->loop, UV_RUN_DEFAULT);
        _exit(1);
}
