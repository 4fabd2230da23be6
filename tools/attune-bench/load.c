/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attune-bench/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/rng.h"
#include "lib/base/util.h"
#include "lib/wire/codec.h"
#include "lib/wire/frame.h"
#include "tools/attune-bench/bench.h"
#include "tools/attune-bench/server.h"

#define READ_BYTES      262144
#define SILENCE_MS      30000
#define CONNECT_TRIES   200
#define CONNECT_WAIT_MS 50
#define CUSTOMERS       50000

enum stage { STAGE_ADD, STAGE_ACCEPT, STAGE_END, STAGE_COUNT };

struct slot {
        enum stage stage;
        unsigned contacts;
        unsigned rounds; /* Requests so far: a number is used once. */
        int64_t sent_ns;
        char agent[LOAD_AGENT_BYTES];
        char contact[2 * LOAD_AGENT_BYTES];
};

struct front_end {
        struct run *run;
        unsigned number;
        union place_stream stream;
        uv_connect_t connecting;
        uv_timer_t again;
        unsigned tries;
        struct att_frame_reader reader;
        struct att_buffer out;
        struct att_buffer writing;
        uv_write_t write;
        bool is_writing;
        struct slot *slots;
        size_t left;   /* Requests still to be sent. */
        unsigned busy; /* Slots that wait for an answer. */
        unsigned unsigned_in;
        uint64_t push_id; /* The last one, to acknowledge. */
        uint64_t acked_id;
};

struct run {
        const struct load *load;
        uv_loop_t loop;
        uv_timer_t silence;
        struct front_end *front_ends;
        unsigned signed_in;
        unsigned done;
        bool has_begun;
        bool has_failed;
        struct att_rng rng;
        struct att_scratch scratch;
        struct att_wire_message message;
        struct load_result result;
        void (*on_begin)(void *context);
        void *context;
        char bytes[READ_BYTES];
};

void load_agent_name(char name[LOAD_AGENT_BYTES], unsigned connection, unsigned slot)
{
        (void)snprintf(name, LOAD_AGENT_BYTES, "agent-%04u-%04u", connection % 10000, slot % 10000);
}

void load_front_end_name(char name[LOAD_AGENT_BYTES], unsigned connection)
{
        (void)snprintf(name, LOAD_AGENT_BYTES, "bench-%04u", connection % 10000);
}

static void fail(struct run *run, const char *why)
{
        if (!run->has_failed) {
                fprintf(stderr, "attune-bench: %s\n", why);
        }
        run->has_failed = true;
        uv_stop(&run->loop);
}

/* Writing ------------------------------------------------------------------------------------- */

static void flush(struct front_end *front_end);

static void on_written(uv_write_t *write, int status)
{
        struct front_end *front_end = write->data;

        front_end->is_writing = false;
        if (status < 0) {
                fail(front_end->run, "a server does not take what is written");
                return;
        }
        flush(front_end);
}

static void flush(struct front_end *front_end)
{
        struct att_buffer swap = front_end->writing;
        uv_buf_t buf;

        if (front_end->is_writing || front_end->out.len == 0) {
                return;
        }
        front_end->writing = front_end->out;
        front_end->out = swap;
        att_buffer_clear(&front_end->out);
        buf = uv_buf_init(front_end->writing.data, (unsigned)front_end->writing.len);
        front_end->write.data = front_end;
        if (uv_write(&front_end->write, &front_end->stream.stream, &buf, 1, on_written) < 0) {
                fail(front_end->run, "a server is gone");
                return;
        }
        front_end->is_writing = true;
}

static void put(struct front_end *front_end, const struct att_wire_message *message)
{
        ATT_CHECK(att_wire_encode(&front_end->out, message));
}

/* Requests ------------------------------------------------------------------------------------ */

static void put_contact(struct front_end *front_end, struct slot *slot, uint64_t request_id)
{
        static const char *const texts[] = {"I have lost my card", "The payment was taken twice",
                                            "When does the branch open on Saturday?"};
        struct att_rng *rng = &front_end->run->rng;
        const struct att_named_level level = {ATT_TEXT("cards"),
                                              1 + (uint32_t)att_rng_below(rng, 3)};
        struct att_wire_message message;
        struct att_contact_request *request;
        const unsigned some = front_end->run->load->customers;
        const unsigned customers = some > 0 ? some : CUSTOMERS;
        char customer[24];

        att_wire_message_init(&message, ATT_WIRE_COMMAND);
        att_wire_command_init(&message.command, ATT_CMD_CONTACT_ADD);
        message.request_id = request_id;
        (void)snprintf(slot->contact, sizeof(slot->contact), "call-%04u-%s-%u", front_end->number,
                       slot->agent + sizeof("agent-0000-") - 1,
                       front_end->run->load->first_contact + slot->contacts++);
        (void)snprintf(customer, sizeof(customer), "u-%u", (unsigned)att_rng_below(rng, customers));
        request = &message.command.request;
        request->id = att_text_from(slot->contact);
        request->channel = ATT_TEXT("voice");
        request->queue = ATT_TEXT("bench");
        request->agent = att_text_from(slot->agent);
        request->entry_point = ATT_TEXT("+34900100100");
        request->language = ATT_TEXT("es-ES");
        request->text = att_text_from(texts[att_rng_below(rng, ATT_ARRAY_LEN(texts))]);
        request->customer.id = att_text_from(customer);
        request->customer.name = ATT_TEXT("Jane Doe");
        request->customer.lifetime_value_micro = (int64_t)att_rng_below(rng, 30000) * 1000000;
        request->customer.currency = ATT_TEXT("EUR");
        request->requires = &level;
        request->requires_count = 1;
        put(front_end, &message);
}

static void put_about(struct front_end *front_end, const struct slot *slot, uint64_t request_id,
                      enum att_command_kind kind)
{
        struct att_wire_message message;

        att_wire_message_init(&message, ATT_WIRE_COMMAND);
        att_wire_command_init(&message.command, kind);
        message.request_id = request_id;
        message.command.contact = att_text_from(slot->contact);
        if (kind == ATT_CMD_OFFER_ACCEPT) {
                message.command.agent = att_text_from(slot->agent);
        }
        put(front_end, &message);
}

/* The request's number tells its slot: the remainder by the window. */
static void send_next(struct front_end *front_end, unsigned number)
{
        struct slot *slot = &front_end->slots[number];
        const uint64_t request_id = (slot->rounds + 1) * (uint64_t)front_end->run->load->window +
                                    number + 1;

        if (front_end->left == 0 && slot->stage == STAGE_ADD) {
                return; /* What was begun is ended. */
        }
        switch (slot->stage) {
        case STAGE_ADD:
                front_end->left -= STAGE_COUNT;
                put_contact(front_end, slot, request_id);
                break;
        case STAGE_ACCEPT:
                put_about(front_end, slot, request_id, ATT_CMD_OFFER_ACCEPT);
                break;
        case STAGE_END:
                put_about(front_end, slot, request_id, ATT_CMD_CONTACT_END);
                break;
        case STAGE_COUNT:
                break;
        }
        slot->rounds++;
        slot->sent_ns = bench_now_ns();
        front_end->busy++;
}

static void begin(struct run *run)
{
        const size_t a_front_end = run->load->requests / run->load->connections;

        if (run->on_begin) {
                run->on_begin(run->context);
        }
        run->has_begun = true;
        run->result.began_ns = bench_now_ns();
        for (unsigned i = 0; i < run->load->connections; i++) {
                struct front_end *front_end = &run->front_ends[i];

                front_end->left = a_front_end / STAGE_COUNT * STAGE_COUNT;
                for (unsigned j = 0; j < run->load->window; j++) {
                        send_next(front_end, j);
                }
                flush(front_end);
        }
}

/* Answers ------------------------------------------------------------------------------------- */

static void note_signed_in(struct front_end *front_end)
{
        struct run *run = front_end->run;

        if (--front_end->unsigned_in == 0 && ++run->signed_in == run->load->connections) {
                begin(run);
        }
}

static void note_answer(struct run *run, const struct slot *slot)
{
        if (run->result.count == run->load->requests) {
                return;
        }
        if (!run->load->is_untimed) {
                run->result.latencies_ns[run->result.count] = (uint32_t)(bench_now_ns() -
                                                                         slot->sent_ns);
        }
        run->result.count++;
        if (run->load->on_progress) {
                run->load->on_progress(run->context, run->result.count);
        }
}

static void take_answer(struct front_end *front_end)
{
        struct run *run = front_end->run;
        const struct att_wire_message *message = &run->message;
        const unsigned number = (unsigned)((message->request_id - 1) % run->load->window);
        struct slot *slot;

        if (message->answer.kind == ATT_WIRE_RESULT_ERROR) {
                if (run->result.refused++ == 0) {
                        fprintf(stderr, "attune-bench: refused: %.*s\n",
                                ATT_TEXT_ARGS(message->answer.error.message));
                }
        }
        if (!run->has_begun) {
                note_signed_in(front_end);
                return;
        }
        slot = &front_end->slots[number];
        note_answer(run, slot);
        front_end->busy--;
        slot->stage = (slot->stage + 1) % STAGE_COUNT;
        send_next(front_end, number);
        if (front_end->busy == 0 && ++run->done == run->load->connections) {
                run->result.ended_ns = bench_now_ns();
                uv_stop(&run->loop);
        }
}

static void sign_in(struct front_end *front_end)
{
        struct att_wire_message message;

        front_end->unsigned_in = front_end->run->load->window;
        for (unsigned i = 0; i < front_end->run->load->window; i++) {
                att_wire_message_init(&message, ATT_WIRE_COMMAND);
                att_wire_command_init(&message.command, ATT_CMD_AGENT_READY);
                message.request_id = i + 1;
                message.command.agent = att_text_from(front_end->slots[i].agent);
                put(front_end, &message);
        }
}

static void take_frame(struct front_end *front_end, struct att_text frame)
{
        struct run *run = front_end->run;
        struct att_wire_problem problem;

        if (att_wire_decode(frame, &run->scratch, &run->message, &problem) != ATT_WIRE_OK) {
                fail(run, "a server says what can't be read");
                return;
        }
        switch ((int)run->message.body) {
        case ATT_WIRE_WELCOME:
                sign_in(front_end);
                break;
        case ATT_WIRE_ANSWER:
                if (front_end->unsigned_in == 0 && !run->has_begun) {
                        fail(run, "a server does not let us in");
                } else {
                        take_answer(front_end);
                }
                break;
        case ATT_WIRE_PUSH:
                front_end->push_id = run->message.push.push_id;
                run->result.pushes++;
                break;
        default:
                break;
        }
}

static void acknowledge(struct front_end *front_end)
{
        struct att_wire_message message;

        if (front_end->push_id == front_end->acked_id) {
                return;
        }
        att_wire_message_init(&message, ATT_WIRE_ACK);
        message.ack = front_end->push_id;
        front_end->acked_id = front_end->push_id;
        put(front_end, &message);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
        struct front_end *front_end = handle->data;

        (void)suggested;
        *buf = uv_buf_init(front_end->run->bytes, READ_BYTES);
}

static void on_silence(uv_timer_t *timer)
{
        fail(timer->data, "a server does not answer");
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
        struct front_end *front_end = stream->data;
        struct run *run = front_end->run;
        struct att_text frame;

        if (len < 0) {
                fail(run, "a server hung up");
                return;
        }
        att_frame_reader_feed(&front_end->reader, buf->base, (size_t)len);
        while (!run->has_failed &&
               att_frame_reader_take(&front_end->reader, &frame) == ATT_FRAME_OK) {
                take_frame(front_end, frame);
        }
        acknowledge(front_end);
        flush(front_end);
        (void)uv_timer_again(&run->silence);
}

/* Connecting ---------------------------------------------------------------------------------- */

static void connect_front_end(struct front_end *front_end);

static void on_again(uv_timer_t *timer)
{
        connect_front_end(timer->data);
}

/* The server may not be up yet. */
static void on_refused(uv_handle_t *handle)
{
        struct front_end *front_end = handle->data;

        if (++front_end->tries > CONNECT_TRIES) {
                fail(front_end->run, "a server does not come up");
                return;
        }
        (void)uv_timer_start(&front_end->again, on_again, CONNECT_WAIT_MS, 0);
}

static void on_connected(uv_connect_t *connecting, int status)
{
        struct front_end *front_end = connecting->data;
        struct att_wire_message hello;
        char name[LOAD_AGENT_BYTES];

        if (status < 0) {
                uv_close(&front_end->stream.handle, on_refused);
                return;
        }
        ATT_CHECK(uv_read_start(&front_end->stream.stream, on_alloc, on_read) == 0);
        load_front_end_name(name, front_end->number);
        att_wire_message_init(&hello, ATT_WIRE_HELLO);
        hello.request_id = 1;
        hello.hello.protocol = ATT_WIRE_PROTOCOL;
        hello.hello.name = att_text_from(name);
        hello.hello.kind = ATT_TEXT("attune-bench");
        hello.hello.token = att_text_from(front_end->run->load->token);
        put(front_end, &hello);
        flush(front_end);
}

static void connect_front_end(struct front_end *front_end)
{
        struct run *run = front_end->run;

        ATT_CHECK(place_init(run->load->place, &run->loop, &front_end->stream) == 0);
        front_end->stream.handle.data = front_end;
        front_end->connecting.data = front_end;
        if (place_connect(run->load->place, &front_end->stream, &front_end->connecting,
                          on_connected) < 0) {
                uv_close(&front_end->stream.handle, on_refused);
        }
}

static void make_front_end(struct run *run, unsigned number)
{
        struct front_end *front_end = &run->front_ends[number];

        front_end->run = run;
        front_end->number = number;
        front_end->slots = att_alloc_array(run->load->window, sizeof(*front_end->slots));
        for (unsigned i = 0; i < run->load->window; i++) {
                load_agent_name(front_end->slots[i].agent, number, i);
        }
        att_frame_reader_init(&front_end->reader, ATT_FRAME_BYTES_MAX);
        ATT_CHECK(uv_timer_init(&run->loop, &front_end->again) == 0);
        front_end->again.data = front_end;
        connect_front_end(front_end);
}

static void close_handle(uv_handle_t *handle, void *unused)
{
        (void)unused;
        if (!uv_is_closing(handle)) {
                uv_close(handle, NULL);
        }
}

static void drop_run(struct run *run)
{
        uv_walk(&run->loop, close_handle, NULL);
        (void)uv_run(&run->loop, UV_RUN_DEFAULT);
        ATT_CHECK(uv_loop_close(&run->loop) == 0);
        for (unsigned i = 0; i < run->load->connections; i++) {
                struct front_end *front_end = &run->front_ends[i];

                free(front_end->slots);
                att_frame_reader_deinit(&front_end->reader);
                att_buffer_deinit(&front_end->out);
                att_buffer_deinit(&front_end->writing);
        }
        free(run->front_ends);
        att_scratch_deinit(&run->scratch);
        free(run);
}

bool load_run(const struct load *load, void (*on_begin)(void *context), void *context,
              struct load_result *ret_result)
{
        struct run *run = att_alloc(sizeof(*run));
        bool is_done;

        run->load = load;
        run->on_begin = on_begin;
        run->context = context;
        att_rng_seed(&run->rng, load->seed);
        att_scratch_init(&run->scratch, ATT_SCRATCH_CLIENT_BYTES);
        run->front_ends = att_alloc_array(load->connections, sizeof(*run->front_ends));
        if (!load->is_untimed) {
                run->result.latencies_ns = att_alloc_array(load->requests, sizeof(uint32_t));
        }
        ATT_CHECK(uv_loop_init(&run->loop) == 0);
        ATT_CHECK(uv_timer_init(&run->loop, &run->silence) == 0);
        run->silence.data = run;
        ATT_CHECK(uv_timer_start(&run->silence, on_silence, SILENCE_MS, SILENCE_MS) == 0);
        for (unsigned i = 0; i < load->connections; i++) {
                make_front_end(run, i);
        }
        (void)uv_run(&run->loop, UV_RUN_DEFAULT);
        *ret_result = run->result;
        is_done = !run->has_failed;
        drop_run(run);
        return is_done;
}

/* The centre ---------------------------------------------------------------------------------- */

bool load_write_config(const char *work, unsigned connections, unsigned window)
{
        struct att_buffer yaml ATT_CLEANUP(att_buffer_deinit) = {0};
        struct att_buffer token ATT_CLEANUP(att_buffer_deinit) = {0};
        char name[LOAD_AGENT_BYTES];

        att_buffer_append_c(&yaml, "attune: 1\n"
                                   "history: { keep: 0s }\n"
                                   "skills: { cards: {} }\n"
                                   "channels: { voice: { units: 100, offer_timeout: 60s } }\n"
                                   "queues: { bench: { requires: { cards: 1 } } }\n"
                                   "agents:\n");
        for (unsigned i = 0; i < connections; i++) {
                for (unsigned j = 0; j < window; j++) {
                        load_agent_name(name, i, j);
                        att_buffer_printf(&yaml, "  %s: { skills: { cards: 5 } }\n", name);
                }
        }
        att_buffer_append_c(&yaml, "access:\n");
        for (unsigned i = 0; i < connections; i++) {
                load_front_end_name(name, i);
                att_buffer_printf(&yaml, "  %s: { role: platform, token_file: token }\n", name);
        }
        att_buffer_append_c(&token, LOAD_TOKEN "\n");
        return server_write(work, "config.yaml", &yaml) && server_write(work, "token", &token);
}
