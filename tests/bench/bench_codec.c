/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a request and writing its answer, by lib/wire and by protobuf-c, in ns of CPU each. */
/* protobuf-c's initialisers cast a const away. */
#pragma GCC diagnostic ignored "-Wcast-qual"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/wire/codec.h"
#include "lib/wire/frame.h"
#include "proto/attune/v1/envelope.pb-c.h"

#define ROUNDS  1000000
#define REPEATS 5

struct bench {
        struct att_buffer request;
        struct att_text envelope;
        struct att_scratch scratch;
        struct att_wire_message message;
        struct att_wire_problem problem;
        struct att_buffer out;
        struct att_wire_done done;
        struct att_effect offer;
        struct att_wire_contact contact;
        uint8_t arena[16384];
        size_t arena_used;
        uint8_t packed[1024];
};

static double cpu_ns(void)
{
        struct timespec now;

        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* The best of some repeats: what others do on the machine only ever adds. */
static void measure(const char *what, struct bench *bench, void (*once)(struct bench *bench))
{
        double best = 0;

        for (int repeat = 0; repeat < REPEATS; repeat++) {
                const double began = cpu_ns();
                double each;

                for (int i = 0; i < ROUNDS; i++) {
                        once(bench);
                }
                each = (cpu_ns() - began) / ROUNDS;
                best = repeat == 0 || each < best ? each : best;
        }
        printf("%-44s %7.0f ns\n", what, best);
}

static void fill(struct bench *bench)
{
        static const struct att_named_level levels[] = {
                {{"cards", 5}, 6}, {{"spanish", 7}, 5}, {{"empathy", 7}, 3}};
        struct att_wire_message message;
        struct att_contact_request *request = &message.command.request;

        att_wire_message_init(&message, ATT_WIRE_COMMAND);
        att_wire_command_init(&message.command, ATT_CMD_CONTACT_ADD);
        message.request_id = 123456;
        request->id = ATT_TEXT("pbx-1-00012345678");
        request->channel = ATT_TEXT("voice");
        request->queue = ATT_TEXT("cards-gold");
        request->entry_point = ATT_TEXT("+34900100100");
        request->language = ATT_TEXT("es-ES");
        request->text = ATT_TEXT("I have lost my card and need a new one soon");
        request->priority_milli = 5000;
        request->waited_ms = 1200;
        request->customer.id = ATT_TEXT("u-4711");
        request->customer.name = ATT_TEXT("Jane Doe");
        request->customer.lifetime_value_micro = 20000000000;
        request->customer.churn_risk_ppm = 300000;
        request->customer.currency = ATT_TEXT("EUR");
        request->requires = levels;
        request->requires_count = ATT_ARRAY_LEN(levels);
        ATT_CHECK(att_wire_encode(&bench->request, &message));
        bench->envelope = (struct att_text){bench->request.data + ATT_FRAME_HEADER_BYTES,
                                            bench->request.len - ATT_FRAME_HEADER_BYTES};
        bench->done = (struct att_wire_done){.seq = 99999,
                                             .state = ATT_CONTACT_QUEUED,
                                             .queue = request->queue,
                                             .position = 3,
                                             .estimate_ms = 45000};
        bench->offer = (struct att_effect){.kind = ATT_EFFECT_OFFER,
                                           .at_ms = 1700000000000,
                                           .contact = request->id,
                                           .agent = ATT_TEXT("ann"),
                                           .queue = request->queue,
                                           .channel = request->channel,
                                           .offer = 77,
                                           .due_ms = 1700000020000};
        att_wire_contact_init(&bench->contact);
        bench->contact.id = request->id;
        bench->contact.channel = request->channel;
        bench->contact.queue = request->queue;
        bench->contact.text = request->text;
        bench->contact.customer = request->customer;
        bench->contact.arrived_ms = 1700000000000;
}

static void read_ours(struct bench *bench)
{
        ATT_CHECK(att_wire_decode(bench->envelope, &bench->scratch, &bench->message,
                                  &bench->problem) == ATT_WIRE_OK);
}

static void answer_ours(struct bench *bench)
{
        att_buffer_clear(&bench->out);
        att_wire_put_done(&bench->out, 123456, &bench->done);
}

static void push_ours(struct bench *bench)
{
        att_buffer_clear(&bench->out);
        att_wire_put_push(&bench->out, 7, &bench->offer, &bench->contact,
                          ATT_TEXT("sip:ann@pbx.example"), ATT_TEXT("the only one eligible"));
}

static void read_theirs(struct bench *bench)
{
        Attune__V1__Envelope *envelope = attune__v1__envelope__unpack(
                NULL, bench->envelope.len, (const uint8_t *)bench->envelope.data);

        ATT_CHECK(envelope);
        attune__v1__envelope__free_unpacked(envelope, NULL);
}

static void *take(void *data, size_t size)
{
        struct bench *bench = data;
        void *taken = bench->arena + bench->arena_used;

        bench->arena_used += (size + 15) & ~(size_t)15;
        return bench->arena_used <= sizeof(bench->arena) ? taken : NULL;
}

static void give_back(void *data, void *memory)
{
        (void)data;
        (void)memory;
}

static void read_theirs_in_arena(struct bench *bench)
{
        ProtobufCAllocator allocator = {take, give_back, bench};

        bench->arena_used = 0;
        ATT_CHECK(attune__v1__envelope__unpack(&allocator, bench->envelope.len,
                                               (const uint8_t *)bench->envelope.data));
}

static void answer_theirs(struct bench *bench)
{
        Attune__V1__Envelope envelope = ATTUNE__V1__ENVELOPE__INIT;
        Attune__V1__Answer answer = ATTUNE__V1__ANSWER__INIT;
        Attune__V1__Done done = ATTUNE__V1__DONE__INIT;
        char queue[] = "cards-gold";

        done.seq = 99999;
        done.state = ATTUNE__V1__CONTACT_STATE__CONTACT_STATE_QUEUED;
        done.queue = queue;
        done.position = 3;
        done.has_estimate_case = ATTUNE__V1__DONE__HAS_ESTIMATE_ESTIMATE_MS;
        done.estimate_ms = 45000;
        answer.result_case = ATTUNE__V1__ANSWER__RESULT_DONE;
        answer.done = &done;
        envelope.request_id = 123456;
        envelope.body_case = ATTUNE__V1__ENVELOPE__BODY_ANSWER;
        envelope.answer = &answer;
        ATT_CHECK(attune__v1__envelope__get_packed_size(&envelope) <= sizeof(bench->packed));
        (void)attune__v1__envelope__pack(&envelope, bench->packed);
}

int main(void)
{
        static struct bench bench;

        att_scratch_init(&bench.scratch, ATT_SCRATCH_DAEMON_BYTES);
        fill(&bench);
        printf("a request of %zu bytes, 3 skills\n\n", bench.envelope.len);
        measure("read and check it", &bench, read_ours);
        measure("write its answer", &bench, answer_ours);
        measure("write an offer with its context", &bench, push_ours);
        measure("protobuf-c: read it, malloc", &bench, read_theirs);
        measure("protobuf-c: read it, into an arena", &bench, read_theirs_in_arena);
        measure("protobuf-c: write its answer", &bench, answer_theirs);
        att_scratch_deinit(&bench.scratch);
        att_buffer_deinit(&bench.request);
        att_buffer_deinit(&bench.out);
        return 0;
}
