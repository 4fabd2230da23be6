/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attune-bench/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/wire/codec.h"
#include "tools/attune-bench/bench.h"

#define ASKED_FIRST 16

void links_init(struct links *links, const struct place *place, const char *token,
                const struct link_calls *calls, void *context)
{
        links->place = place;
        links->token = token;
        links->calls = *calls;
        links->context = context;
        att_scratch_init(&links->scratch, ATT_SCRATCH_CLIENT_BYTES);
        att_rng_seed(&links->rng, (uint64_t)bench_now_ns());
        ATT_CHECK(uv_loop_init(&links->loop) == 0);
}

static void close_handle(uv_handle_t *handle, void *unused)
{
        (void)unused;
        if (!uv_is_closing(handle)) {
                uv_close(handle, NULL);
        }
}

void links_deinit(struct links *links)
{
        links->calls = (struct link_calls){0};
        uv_walk(&links->loop, close_handle, NULL);
        (void)uv_run(&links->loop, UV_RUN_DEFAULT);
        ATT_CHECK(uv_loop_close(&links->loop) == 0);
        att_scratch_deinit(&links->scratch);
}

void link_deinit(struct link *link)
{
        att_frame_reader_deinit(&link->reader);
        att_buffer_deinit(&link->out);
        att_buffer_deinit(&link->writing);
        free(link->asked);
}

/* Writing ------------------------------------------------------------------------------------- */

static void lose(struct link *link, const char *why);

static void on_written(uv_write_t *write, int status)
{
        struct link *link = write->data;

        link->is_writing = false;
        if (status < 0) {
                lose(link, uv_strerror(status));
                return;
        }
        link_flush(link);
}

void link_flush(struct link *link)
{
        struct att_buffer swap = link->writing;
        uv_buf_t buf;

        if (link->is_writing || link->out.len == 0 || link->state < LINK_GREETING ||
            link->state == LINK_CLOSING) {
                return;
        }
        link->writing = link->out;
        link->out = swap;
        att_buffer_clear(&link->out);
        buf = uv_buf_init(link->writing.data, (unsigned)link->writing.len);
        link->write.data = link;
        if (uv_write(&link->write, &link->stream.stream, &buf, 1, on_written) < 0) {
                lose(link, "it takes no more");
                return;
        }
        link->is_writing = true;
}

static void put(struct link *link, const struct att_wire_message *message)
{
        ATT_CHECK(att_wire_encode(&link->out, message));
}

static struct asked *asked_at(const struct link *link, uint64_t request_id)
{
        return &link->asked[request_id & (link->asked_capacity - 1)];
}

/* Until this number has a place of its own. */
static void make_room(struct link *link, uint64_t request_id)
{
        while (link->asked_capacity == 0 || asked_at(link, request_id)->kind != 0) {
                const size_t capacity = link->asked_capacity ? 2 * link->asked_capacity
                                                             : ASKED_FIRST;
                struct asked *asked = att_alloc_array(capacity, sizeof(*asked));

                for (size_t i = 0; i < link->asked_capacity; i++) {
                        if (link->asked[i].kind != 0) {
                                asked[link->asked[i].request_id & (capacity - 1)] = link->asked[i];
                        }
                }
                free(link->asked);
                link->asked = asked;
                link->asked_capacity = capacity;
        }
}

uint64_t link_ask(struct link *link, const struct att_wire_message *message, uint8_t kind,
                  uint32_t subject)
{
        struct att_wire_message numbered = *message;

        numbered.request_id = ++link->last_request_id;
        make_room(link, numbered.request_id);
        *asked_at(link, numbered.request_id) = (struct asked){.at_ns = bench_now_ns(),
                                                              .request_id = numbered.request_id,
                                                              .subject = subject,
                                                              .kind = kind};
        link->waiting++;
        put(link, &numbered);
        return numbered.request_id;
}

uint64_t link_command(struct link *link, enum att_command_kind command, const char *contact,
                      const char *agent, uint8_t kind, uint32_t subject)
{
        struct att_wire_message message;

        att_wire_message_init(&message, ATT_WIRE_COMMAND);
        att_wire_command_init(&message.command, command);
        message.command.contact = att_text_from(contact);
        message.command.agent = att_text_from(agent);
        return link_ask(link, &message, kind, subject);
}

/* Reading ------------------------------------------------------------------------------------- */

static void take_answer(struct link *link, const struct att_wire_message *message)
{
        struct links *links = link->links;
        struct asked asked;

        if (link->state == LINK_GREETING) {
                const int64_t retry_ms = message->answer.kind == ATT_WIRE_RESULT_ERROR
                                                 ? message->answer.error.retry_ms
                                                 : 0;

                link_drop(link);
                if (links->calls.on_turned_away) {
                        links->calls.on_turned_away(link, retry_ms);
                }
                return;
        }
        if (link->asked_capacity == 0) {
                return;
        }
        asked = *asked_at(link, message->request_id);
        if (asked.kind == 0 || asked.request_id != message->request_id) {
                return;
        }
        asked_at(link, message->request_id)->kind = 0;
        link->waiting--;
        if (links->calls.on_answer) {
                links->calls.on_answer(link, &asked, &message->answer);
        }
}

static void take_welcome(struct link *link, const struct att_wire_welcome *welcome)
{
        link->state = LINK_READY;
        (void)snprintf(link->resume, sizeof(link->resume), "%.*s", ATT_TEXT_ARGS(welcome->resume));
        if (!welcome->resumed) {
                link->push_id = 0;
                link->acked_id = 0;
        }
        if (link->links->calls.on_welcome) {
                link->links->calls.on_welcome(link, welcome);
        }
}

static void take_frame(struct link *link, struct att_text frame)
{
        struct links *links = link->links;
        const struct att_wire_message *message = &links->message;
        struct att_wire_problem problem;

        if (att_wire_decode(frame, &links->scratch, &links->message, &problem) != ATT_WIRE_OK) {
                return; /* Newer than this program. */
        }
        switch ((int)message->body) {
        case ATT_WIRE_WELCOME:
                take_welcome(link, &message->welcome);
                break;
        case ATT_WIRE_ANSWER:
                take_answer(link, message);
                break;
        case ATT_WIRE_PUSH:
                if (message->push.push_id > link->push_id) {
                        link->push_id = message->push.push_id;
                        if (links->calls.on_push) {
                                links->calls.on_push(link, &message->push);
                        }
                }
                break;
        default:
                break;
        }
}

static void acknowledge(struct link *link)
{
        struct att_wire_message message;

        if (link->push_id == link->acked_id || link->state != LINK_READY) {
                return;
        }
        att_wire_message_init(&message, ATT_WIRE_ACK);
        message.ack = link->push_id;
        link->acked_id = link->push_id;
        put(link, &message);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
        struct link *link = handle->data;

        (void)suggested;
        *buf = uv_buf_init(link->links->bytes, sizeof(link->links->bytes));
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
        struct link *link = stream->data;
        struct att_text frame;

        if (len < 0) {
                lose(link, uv_strerror((int)len));
                return;
        }
        att_frame_reader_feed(&link->reader, buf->base, (size_t)len);
        while (att_frame_reader_take(&link->reader, &frame) == ATT_FRAME_OK) {
                if (link->state == LINK_GREETING || link->state == LINK_READY) {
                        take_frame(link, frame);
                }
        }
        acknowledge(link);
        link_flush(link);
}

/* Connecting ---------------------------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
        struct link *link = handle->data;

        link->state = LINK_CLOSED;
}

void link_drop(struct link *link)
{
        if (link->state == LINK_CLOSED || link->state == LINK_CLOSING) {
                return;
        }
        link->state = LINK_CLOSING;
        uv_close(&link->stream.handle, on_closed);
}

static void lose(struct link *link, const char *why)
{
        const bool was_greeting = link->state == LINK_GREETING || link->state == LINK_CONNECTING;

        if (link->state == LINK_CLOSED || link->state == LINK_CLOSING) {
                return;
        }
        link_drop(link);
        if (was_greeting && link->links->calls.on_turned_away) {
                link->links->calls.on_turned_away(link, 0);
        } else if (link->links->calls.on_lost) {
                link->links->calls.on_lost(link, why);
        }
}

static void on_connected(uv_connect_t *connecting, int status)
{
        struct link *link = connecting->data;
        struct att_wire_message hello;

        if (link->state != LINK_CONNECTING) {
                return;
        }
        if (status < 0 || uv_read_start(&link->stream.stream, on_alloc, on_read) < 0) {
                lose(link, uv_strerror(status));
                return;
        }
        link->state = LINK_GREETING;
        att_wire_message_init(&hello, ATT_WIRE_HELLO);
        hello.request_id = ++link->last_request_id;
        hello.hello.protocol = ATT_WIRE_PROTOCOL;
        hello.hello.name = att_text_from(link->name);
        hello.hello.agent = att_text_from(link->agent);
        hello.hello.kind = ATT_TEXT("attune-bench");
        hello.hello.token = att_text_from(link->links->token);
        hello.hello.resume = att_text_from(link->resume);
        hello.hello.last_push = link->push_id;
        put(link, &hello);
        link_flush(link);
}

void link_again(struct link *link)
{
        struct links *links = link->links;

        ATT_CHECK(link->state == LINK_CLOSED);
        att_frame_reader_deinit(&link->reader);
        att_frame_reader_init(&link->reader, ATT_FRAME_BYTES_MAX);
        att_buffer_clear(&link->out);
        link->is_writing = false;
        link->state = LINK_CONNECTING;
        ATT_CHECK(place_init(links->place, &links->loop, &link->stream) == 0);
        link->stream.handle.data = link;
        link->connecting.data = link;
        if (place_connect(links->place, &link->stream, &link->connecting, on_connected) < 0) {
                lose(link, "no connection");
        }
}

void link_open(struct link *link, struct links *links, const char *name, const char *agent)
{
        link->links = links;
        (void)snprintf(link->name, sizeof(link->name), "%s", name);
        (void)snprintf(link->agent, sizeof(link->agent), "%s", agent);
        link_again(link);
}
