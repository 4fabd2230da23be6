/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading: at most SESSION_READS_PER_TURN full buffers a turn, so that one who sends without end
 * doesn't hold up the others; nothing at all while the outbox is over its mark or the journal can't
 * keep up. Writing: uv_try_write() straight from the outbox, which is all there is to do for a
 * peer that reads; what it does not take is one uv_write() until it does.
 */
#include "daemon/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/app.h"
#include "daemon/clock.h"
#include "daemon/dispatch.h"
#include "daemon/front_end.h"
#include "daemon/log.h"
#include "daemon/presence.h"
#include "daemon/reconcile.h"
#include "daemon/tail.h"
#include "lib/base/util.h"
#include "lib/wire/codec.h"

void sessions_init(struct sessions *sessions)
{
        att_list_init(&sessions->all);
        att_list_init(&sessions->paused);
        sessions->count = 0;
        sessions->next_id = 1;
        att_scratch_init(&sessions->scratch, ATT_SCRATCH_DAEMON_BYTES);
}

void sessions_deinit(struct sessions *sessions)
{
        ATT_CHECK(att_list_is_empty(&sessions->all));
        att_scratch_deinit(&sessions->scratch);
}

struct att_text session_name(const struct session *session)
{
        return att_text_from(session->name);
}

struct att_text session_agent(const struct session *session)
{
        return att_text_from(session->agent);
}

static int64_t monotonic_ms(void)
{
        return clock_monotonic_us() / 1000;
}

static void move(struct session *session, enum session_state state)
{
        ATT_CHECK(state > session->state);
        session->state = state;
        session->since_ms = monotonic_ms();
}

void session_open(struct session *session)
{
        move(session, SESSION_OPEN);
        att_frame_reader_set_limit(&session->reader, ATT_FRAME_BYTES_MAX);
}

/* ---- Closing ---- */

static void stop_reading(struct session *session)
{
        if (session->is_reading) {
                (void)uv_read_stop(&session->stream);
                session->is_reading = false;
        }
        att_list_remove(&session->in_paused);
}

static void on_closed(uv_handle_t *handle)
{
        struct session *session = handle->data;

        att_frame_reader_deinit(&session->reader);
        att_buffer_deinit(&session->writing);
        session->app->sessions.count--;
        att_list_remove(&session->in_all);
        free(session);
}

static void say_closed(const struct session *session, const char *reason)
{
        struct log_line line;

        log_begin(&line, "session.closed");
        log_string(&line, "session", session->id);
        log_text(&line, "name", session_name(session));
        log_string(&line, "reason", reason);
        log_end(&line);
}

void session_close(struct session *session, const char *reason)
{
        if (session->state == SESSION_CLOSED) {
                return;
        }
        if (session->state != SESSION_CLOSING) {
                say_closed(session, reason);
        }
        stop_reading(session);
        tails_close(session);
        lane_drop(session->app, &session->lane);
        memory_drop(session);
        held_free(session->held);
        session->held = NULL;
        move(session, SESSION_CLOSED);
        presence_of_session_ended(session);
        outbox_deinit(&session->outbox);
        uv_close(&session->handle, on_closed);
}

void session_close_gently(struct session *session, const char *reason)
{
        if (session->state >= SESSION_CLOSING) {
                return;
        }
        stop_reading(session);
        tails_close(session);
        lane_drop(session->app, &session->lane);
        memory_drop(session);
        if (outbox_pending(&session->outbox) == 0 && !session->is_writing) {
                session_close(session, reason);
                return;
        }
        say_closed(session, reason);
        move(session, SESSION_CLOSING);
        writer_touch(&session->app->writer, &session->outbox);
}

/* ---- Writing ---- */

static void flush(struct session *session);

static void on_written(uv_write_t *write, int status)
{
        struct session *session = write->data;

        session->is_writing = false;
        att_buffer_deinit(&session->writing); /* Those who read never need it. */
        if (session->state == SESSION_CLOSED) {
                return;
        }
        if (status < 0) {
                session_close(session, uv_strerror(status));
                return;
        }
        flush(session);
}

/* The peer does not take all of it now. */
static void queue_rest(struct session *session)
{
        struct att_text rest = outbox_ready(&session->outbox);
        uv_buf_t buffer;
        int error;

        att_buffer_append_text(&session->writing, rest);
        outbox_drop(&session->outbox, rest.len);
        buffer = uv_buf_init(session->writing.data, (unsigned int)session->writing.len);
        session->write.data = session;
        error = uv_write(&session->write, &session->stream, &buffer, 1, on_written);
        if (error < 0) {
                session_close(session, uv_strerror(error));
                return;
        }
        session->is_writing = true;
        session->stuck_ms = monotonic_ms();
}

static bool may_read(const struct session *session)
{
        return session->state < SESSION_CLOSING && !session->app->is_draining &&
               outbox_pending(&session->outbox) + session->writing.len < SESSION_OUTBOX_PAUSE &&
               !writer_is_congested(&session->app->writer);
}

static void flush(struct session *session)
{
        struct att_text ready = outbox_ready(&session->outbox);
        uv_buf_t buffer;
        int sent;

        if (session->is_writing) {
                return;
        }
        if (ready.len > 0) {
                buffer = uv_buf_init(session->outbox.bytes.data, (unsigned int)ready.len);
                sent = uv_try_write(&session->stream, &buffer, 1);
                if (sent < 0 && sent != UV_EAGAIN) {
                        session_close(session, uv_strerror(sent));
                        return;
                }
                outbox_drop(&session->outbox, sent > 0 ? (size_t)sent : 0);
                if (outbox_ready(&session->outbox).len > 0) {
                        queue_rest(session);
                        return;
                }
        }
        if (session->state == SESSION_CLOSING && outbox_pending(&session->outbox) == 0) {
                session_close(session, "all is said");
        } else if (session->feed) {
                publish_feed(session->feed); /* What had no room before. */
        }
}

void session_release(struct outbox *outbox)
{
        struct session *session = ATT_CONTAINER_OF(outbox, struct session, outbox);

        flush(session);
}

struct att_buffer *session_out(struct session *session)
{
        ATT_CHECK(session->state != SESSION_CLOSED);
        writer_touch(&session->app->writer, &session->outbox);
        return &session->outbox.bytes;
}

void session_say_bye(struct session *session, const char *reason)
{
        struct att_wire_message bye;

        att_wire_message_init(&bye, ATT_WIRE_BYE);
        bye.bye.reason = att_text_from(reason);
        bye.bye.retry_ms = app_retry_ms(session->app);
        ATT_CHECK(att_wire_encode(session_out(session), &bye));
}

/* ---- Reading ---- */

static void pause_reading(struct session *session)
{
        stop_reading(session);
        att_list_add_tail(&session->app->sessions.paused, &session->in_paused);
}

static void refuse_stream(struct session *session, enum att_frame_result result)
{
        struct att_wire_error error = {.code = ATT_REFUSAL_INVALID};

        switch (result) {
        case ATT_FRAME_HTTP:
                att_buffer_append_text(session_out(session), att_frame_http_answer());
                session_close_gently(session, "speaks HTTP");
                return;
        case ATT_FRAME_TLS:
                session_close(session, "speaks TLS, which is not served here");
                return;
        case ATT_FRAME_TOO_BIG:
                error.message = ATT_TEXT("the frame is too big");
                att_wire_put_error(session_out(session), 0, &error);
                session_close_gently(session, "sent a frame that is too big");
                return;
        case ATT_FRAME_OK:
        case ATT_FRAME_MORE:
                return;
        }
}

/* Someone who makes us send and does not read. */
static void check_outbox(struct session *session)
{
        if (session->state < SESSION_CLOSING &&
            outbox_pending(&session->outbox) + session->writing.len > SESSION_OUTBOX_BYTES_MAX) {
                session_close(session, "does not read");
        }
}

/* So many a turn. */
static bool may_take_frame(struct session *session)
{
        const struct lanes *lanes = &session->app->lanes;

        if (session->turn != lanes->turn) {
                session->turn = lanes->turn;
                session->frames = 0;
        }
        /* Nothing is looked at while the hello has not had its turn. */
        return !session->lane.hello && session->frames++ < SESSION_FRAMES_PER_TURN;
}

/* The rest has to wait for a turn to come. */
static void hold(struct session *session)
{
        att_frame_reader_keep(&session->reader);
        session->is_held = true;
        session->app->lanes.wants_turn = true;
        if (!att_list_is_linked(&session->in_paused)) {
                pause_reading(session);
        }
}

static void take_frames(struct session *session)
{
        enum att_frame_result result;
        struct att_text frame;

        for (;;) {
                if (!may_take_frame(session)) {
                        hold(session);
                        return;
                }
                result = att_frame_reader_take(&session->reader, &frame);
                if (result != ATT_FRAME_OK) {
                        break;
                }
                dispatch_frame(session, frame);
                check_outbox(session); /* A small question may have a long answer. */
                if (session->state >= SESSION_CLOSING) {
                        return;
                }
        }
        refuse_stream(session, result);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buffer)
{
        struct session *session = handle->data;

        (void)suggested;
        *ret_buffer = uv_buf_init(session->app->sessions.read_bytes, SESSION_READ_BYTES);
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buffer)
{
        struct session *session = stream->data;

        if (len < 0) {
                session_close(session, len == UV_EOF ? "hung up" : uv_strerror((int)len));
                return;
        }
        if (len == 0) {
                return;
        }
        session->heard_ms = monotonic_ms();
        att_frame_reader_feed(&session->reader, buffer->base, (size_t)len);
        take_frames(session);
        if (session->state >= SESSION_CLOSING || session->is_held) {
                return;
        }
        session->reads += len == SESSION_READ_BYTES ? 1 : 0;
        if (session->reads >= SESSION_READS_PER_TURN || !may_read(session)) {
                pause_reading(session);
        }
}

static void start_reading(struct session *session)
{
        int error = uv_read_start(&session->stream, on_alloc, on_read);

        session->reads = 0;
        if (error < 0) {
                session_close(session, uv_strerror(error));
                return;
        }
        session->is_reading = true;
}

/* Whether it can be read from again. */
static bool take_held(struct session *session)
{
        if (session->is_held && !session->lane.hello) {
                session->is_held = false;
                take_frames(session);
        }
        return session->state < SESSION_CLOSING && !session->is_held && may_read(session);
}

/* What is looked at may close any of them, so each is taken off a list of its own. */
void sessions_resume(struct sessions *sessions)
{
        struct att_list waiting;
        struct session *session;

        att_list_init(&waiting);
        while ((session = ATT_LIST_FIRST(&sessions->paused, struct session, in_paused))) {
                att_list_remove(&session->in_paused);
                att_list_add_tail(&waiting, &session->in_paused);
        }
        while ((session = ATT_LIST_FIRST(&waiting, struct session, in_paused))) {
                att_list_remove(&session->in_paused);
                att_list_add_tail(&sessions->paused, &session->in_paused);
                if (may_read(session) && take_held(session)) {
                        att_list_remove(&session->in_paused);
                        start_reading(session);
                }
        }
}

void sessions_stop_reading(struct sessions *sessions)
{
        ATT_LIST_FOREACH(session, &sessions->all, struct session, in_all)
        {
                if (session->state != SESSION_CLOSED) {
                        stop_reading(session);
                }
        }
}

static void sweep(struct session *session, int64_t now_ms)
{
        session->reads = 0;
        switch (session->state) {
        case SESSION_CONNECTED:
                if (now_ms - session->since_ms > SESSION_HELLO_MS) {
                        session_close(session, "said no hello");
                }
                break;
        case SESSION_OPEN:
                if (now_ms - session->heard_ms > SESSION_SILENCE_MS_MAX && session->is_reading) {
                        session_close(session, "was silent for too long");
                } else if (session->is_writing &&
                           now_ms - session->stuck_ms > SESSION_STUCK_MS_MAX) {
                        session_close(session, "does not read");
                } else {
                        check_outbox(session);
                }
                break;
        case SESSION_CLOSING:
                if (now_ms - session->since_ms > SESSION_CLOSING_MS) {
                        session_close(session, "does not read");
                }
                break;
        case SESSION_CLOSED:
                break;
        }
}

void sessions_sweep(struct sessions *sessions, int64_t now_ms)
{
        ATT_LIST_FOREACH(session, &sessions->all, struct session, in_all)
        {
                sweep(session, now_ms);
        }
}

/* ---- Accepting ---- */

static struct peer find_peer(const struct session *session, bool is_local)
{
        struct peer peer = {.is_local = false};
        struct ucred credentials;
        socklen_t len = sizeof(credentials);
        uv_os_fd_t fd;

        if (is_local && uv_fileno(&session->handle, &fd) == 0 &&
            getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &len) == 0) {
                peer = (struct peer){.is_local = true, .uid = credentials.uid};
        }
        return peer;
}

static struct session *make_session(struct app *app, bool is_local)
{
        struct session *session = att_alloc(sizeof(*session));
        int error;

        error = is_local ? uv_pipe_init(app->loop, &session->pipe, 0)
                         : uv_tcp_init(app->loop, &session->tcp);
        ATT_CHECK(error == 0);
        session->handle.data = session;
        session->app = app;
        att_frame_reader_init(&session->reader, ATT_FRAME_HELLO_BYTES_MAX);
        outbox_init(&session->outbox);
        att_list_init(&session->in_paused);
        lane_init(&session->lane);
        att_list_init(&session->tails);
        session->since_ms = monotonic_ms();
        session->heard_ms = session->since_ms;
        (void)snprintf(session->id, sizeof(session->id), "s%" PRIu64, app->sessions.next_id++);
        att_list_add_tail(&app->sessions.all, &session->in_all);
        app->sessions.count++;
        return session;
}

static void turn_away(struct session *session)
{
        struct att_wire_error error = {
                .code = ATT_REFUSAL_FULL,
                .message = ATT_TEXT("too many sessions"),
                .retry_ms = app_retry_ms(session->app),
        };

        session->app->tally.turned_away[error.code]++;
        att_wire_put_error(session_out(session), 0, &error);
        session_close_gently(session, "too many sessions");
}

void session_accept(struct app *app, uv_stream_t *listener, bool is_local)
{
        struct session *session = make_session(app, is_local);
        int error = uv_accept(listener, &session->stream);

        if (error < 0) {
                session_close(session, uv_strerror(error));
                return;
        }
        session->peer = find_peer(session, is_local);
        if (!is_local) {
                (void)uv_tcp_nodelay(&session->tcp, 1);
                (void)uv_tcp_keepalive(&session->tcp, 1, 60);
        }
        if (app->sessions.count > SESSIONS_MAX) {
                turn_away(session);
                return;
        }
        start_reading(session);
}
