/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/client/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buffer.h"
#include "lib/wire/codec.h"
#include "lib/wire/frame.h"
#include "tests/support/main.h"

/* A client, and what attune would do at the other end. */
struct pair {
        struct att_client *client;
        struct att_frame_reader reader; /* Attune's. */
        struct att_scratch scratch;
        struct att_wire_message heard;
        struct att_buffer said; /* By attune, not yet fed. */
        struct att_buffer fed;
        struct att_client_event event;
};

static struct pair make_pair(void)
{
        struct pair pair = {0};

        pair.client = att_client_new(&(struct att_client_options){
                .name = ATT_TEXT("pbx-1"), .kind = ATT_TEXT("test"), .token = ATT_TEXT("secret")});
        att_frame_reader_init(&pair.reader, ATT_FRAME_BYTES_MAX);
        att_scratch_init(&pair.scratch, ATT_SCRATCH_DAEMON_BYTES);
        return pair;
}

static void drop_pair(struct pair *pair)
{
        att_client_free(pair->client);
        att_frame_reader_deinit(&pair->reader);
        att_scratch_deinit(&pair->scratch);
        att_buffer_deinit(&pair->said);
        att_buffer_deinit(&pair->fed);
}

/* The next message that attune gets; false if there is none. */
static bool hear(struct pair *pair)
{
        struct att_wire_problem problem;
        struct att_text frame;

        if (att_frame_reader_take(&pair->reader, &frame) != ATT_FRAME_OK) {
                const struct att_text output = att_client_output(pair->client);

                att_frame_reader_feed(&pair->reader, output.data, output.len);
                if (att_frame_reader_take(&pair->reader, &frame) != ATT_FRAME_OK) {
                        return false;
                }
                ck_assert_int_eq(att_wire_decode(frame, &pair->scratch, &pair->heard, &problem),
                                 ATT_WIRE_OK);
                /* The frames stay where they are until the client is called: keep the rest. */
                {
                        struct att_frame_reader kept;

                        att_frame_reader_init(&kept, ATT_FRAME_BYTES_MAX);
                        att_buffer_append_text(&kept.kept, pair->reader.input);
                        pair->reader.input = ATT_TEXT_NONE;
                        att_frame_reader_deinit(&pair->reader);
                        pair->reader = kept;
                }
                att_client_wrote(pair->client, output.len);
                return true;
        }
        ck_assert_int_eq(att_wire_decode(frame, &pair->scratch, &pair->heard, &problem),
                         ATT_WIRE_OK);
        return true;
}

static void say(struct pair *pair, const struct att_wire_message *message)
{
        ck_assert(att_wire_encode(&pair->said, message));
}

/* Feeds what attune said; the first event of it is in pair->event if there is one. */
static bool feed(struct pair *pair)
{
        att_buffer_clear(&pair->fed);
        att_buffer_append(&pair->fed, pair->said.data, pair->said.len);
        att_buffer_clear(&pair->said);
        att_client_feed(pair->client, pair->fed.data, pair->fed.len);
        return att_client_next_event(pair->client, &pair->event);
}

static bool next(struct pair *pair)
{
        return att_client_next_event(pair->client, &pair->event);
}

static void welcome(struct pair *pair, bool resumed)
{
        struct att_wire_message message;

        att_client_connected(pair->client);
        ck_assert(hear(pair));
        ck_assert_int_eq(pair->heard.body, ATT_WIRE_HELLO);
        att_wire_message_init(&message, ATT_WIRE_WELCOME);
        message.request_id = pair->heard.request_id;
        message.welcome.protocol = 1;
        message.welcome.resume = ATT_TEXT("token-1");
        message.welcome.resumed = resumed;
        message.welcome.window = 100;
        say(pair, &message);
        ck_assert(feed(pair));
        ck_assert_int_eq(pair->event.kind, ATT_CLIENT_WELCOME);
        ck_assert(!next(pair));
}

static void answer_done(struct pair *pair, uint64_t request_id, uint64_t seq)
{
        const struct att_wire_done done = {
                .seq = seq, .state = ATT_CONTACT_QUEUED, .estimate_ms = -1};

        att_wire_put_done(&pair->said, request_id, &done);
}

static void push_closed(struct pair *pair, uint64_t push_id)
{
        const struct att_effect effect = {.kind = ATT_EFFECT_CLOSED, .contact = ATT_TEXT("c1")};

        att_wire_put_push(&pair->said, push_id, &effect, NULL, ATT_TEXT_NONE, ATT_TEXT_NONE);
}

static uint64_t add(struct pair *pair, const char *id)
{
        struct att_contact_request request;

        att_client_request_init(&request, att_text_from(id), ATT_TEXT("voice"));
        return att_client_add_contact(pair->client, &request);
}

START_TEST(the_hello_goes_first_and_requests_wait_for_the_welcome)
{
        struct pair pair = make_pair();
        const uint64_t early = add(&pair, "c1");

        ck_assert_uint_ne(early, 0);
        ck_assert_uint_eq(att_client_output(pair.client).len, 0);
        att_client_connected(pair.client);
        ck_assert(hear(&pair));
        ck_assert_int_eq(pair.heard.body, ATT_WIRE_HELLO);
        ck_assert(att_text_equals_c(pair.heard.hello.name, "pbx-1"));
        ck_assert(att_text_equals_c(pair.heard.hello.token, "secret"));
        ck_assert_uint_eq(pair.heard.hello.resume.len, 0);
        ck_assert(!hear(&pair));
        att_client_disconnected(pair.client);
        welcome(&pair, false);
        ck_assert(hear(&pair));
        ck_assert_int_eq(pair.heard.body, ATT_WIRE_COMMAND);
        ck_assert_int_eq(pair.heard.command.kind, ATT_CMD_CONTACT_ADD);
        ck_assert_uint_eq(pair.heard.request_id, early);
        ck_assert(!hear(&pair));
        drop_pair(&pair);
}
END_TEST

START_TEST(an_answer_finds_its_request_once)
{
        struct pair pair = make_pair();
        uint64_t id;

        welcome(&pair, false);
        id = add(&pair, "c1");
        ck_assert_uint_eq(att_client_unanswered(pair.client), 1);
        answer_done(&pair, id, 17);
        answer_done(&pair, id, 17);
        answer_done(&pair, id + 1000, 17);
        ck_assert(feed(&pair));
        ck_assert_int_eq(pair.event.kind, ATT_CLIENT_ANSWER);
        ck_assert_uint_eq(pair.event.request_id, id);
        ck_assert_int_eq(pair.event.answer->kind, ATT_WIRE_RESULT_DONE);
        ck_assert_uint_eq(pair.event.answer->done.seq, 17);
        ck_assert(!next(&pair));
        ck_assert_uint_eq(att_client_unanswered(pair.client), 0);
        drop_pair(&pair);
}
END_TEST

START_TEST(what_had_no_answer_is_sent_again_in_order_after_a_reconnect)
{
        struct pair pair = make_pair();
        uint64_t ids[5];

        welcome(&pair, false);
        for (int i = 0; i < 5; i++) {
                char name[8];

                (void)snprintf(name, sizeof(name), "c%d", i);
                ids[i] = add(&pair, name);
                ck_assert(hear(&pair));
        }
        answer_done(&pair, ids[0], 1);
        answer_done(&pair, ids[2], 2); /* Out of order: a hole among the unanswered. */
        ck_assert(feed(&pair));
        ck_assert(next(&pair));
        ck_assert(!next(&pair));
        att_client_disconnected(pair.client);
        ck_assert_uint_eq(att_client_unanswered(pair.client), 3);
        welcome(&pair, true);
        ck_assert(hear(&pair));
        ck_assert_uint_eq(pair.heard.request_id, ids[1]);
        ck_assert(att_text_equals_c(pair.heard.command.contact, "c1"));
        ck_assert(hear(&pair));
        ck_assert_uint_eq(pair.heard.request_id, ids[3]);
        ck_assert(hear(&pair));
        ck_assert_uint_eq(pair.heard.request_id, ids[4]);
        ck_assert(!hear(&pair));
        drop_pair(&pair);
}
END_TEST

START_TEST(pushes_are_acknowledged_when_dealt_with)
{
        struct pair pair = make_pair();

        welcome(&pair, false);
        push_closed(&pair, 1);
        push_closed(&pair, 2);
        ck_assert(feed(&pair));
        ck_assert_int_eq(pair.event.kind, ATT_CLIENT_PUSH);
        ck_assert_uint_eq(pair.event.push->push_id, 1);
        ck_assert(!hear(&pair)); /* Handed out, not dealt with. */
        ck_assert(next(&pair));
        ck_assert(hear(&pair));
        ck_assert_int_eq(pair.heard.body, ATT_WIRE_ACK);
        ck_assert_uint_eq(pair.heard.ack, 1);
        ck_assert(!next(&pair));
        ck_assert(hear(&pair));
        ck_assert_uint_eq(pair.heard.ack, 2);
        ck_assert(!hear(&pair));
        drop_pair(&pair);
}
END_TEST

START_TEST(a_resumed_session_gives_each_push_once)
{
        struct pair pair = make_pair();

        welcome(&pair, false);
        push_closed(&pair, 1);
        push_closed(&pair, 2);
        ck_assert(feed(&pair));
        ck_assert(next(&pair)); /* The first is dealt with, the second only handed out. */
        att_client_disconnected(pair.client);
        att_client_connected(pair.client);
        ck_assert(hear(&pair));
        ck_assert(att_text_equals_c(pair.heard.hello.resume, "token-1"));
        ck_assert_uint_eq(pair.heard.hello.last_push, 1);
        att_client_disconnected(pair.client);

        welcome(&pair, true);
        push_closed(&pair, 1); /* Its acknowledgement was lost. */
        push_closed(&pair, 2);
        push_closed(&pair, 3);
        ck_assert(feed(&pair));
        ck_assert_uint_eq(pair.event.push->push_id, 2);
        ck_assert(next(&pair));
        ck_assert_uint_eq(pair.event.push->push_id, 3);
        ck_assert(!next(&pair));
        ck_assert(hear(&pair));
        ck_assert_uint_eq(pair.heard.ack, 3);
        drop_pair(&pair);
}
END_TEST

START_TEST(a_new_session_counts_its_pushes_from_one)
{
        struct pair pair = make_pair();

        welcome(&pair, false);
        push_closed(&pair, 7);
        ck_assert(feed(&pair));
        ck_assert(!next(&pair));
        att_client_disconnected(pair.client);
        welcome(&pair, false);
        push_closed(&pair, 1);
        ck_assert(feed(&pair));
        ck_assert_uint_eq(pair.event.push->push_id, 1);
        drop_pair(&pair);
}
END_TEST

START_TEST(a_push_newer_than_this_program_is_acknowledged_in_silence)
{
        struct pair pair = make_pair();

        welcome(&pair, false);
        att_buffer_append(&pair.said, "\0\0\0\x08\x2a\x06\x08\x02\x9a\x06\x01x", 12);
        ck_assert(!feed(&pair));
        ck_assert(hear(&pair));
        ck_assert_int_eq(pair.heard.body, ATT_WIRE_ACK);
        ck_assert_uint_eq(pair.heard.ack, 2);
        drop_pair(&pair);
}
END_TEST

START_TEST(a_refused_hello_is_told_as_denied)
{
        struct pair pair = make_pair();
        const struct att_wire_error error = {.code = ATT_REFUSAL_DENIED,
                                             .message = ATT_TEXT("no access")};

        att_client_connected(pair.client);
        ck_assert(hear(&pair));
        att_wire_put_error(&pair.said, pair.heard.request_id, &error);
        ck_assert(feed(&pair));
        ck_assert_int_eq(pair.event.kind, ATT_CLIENT_DENIED);
        ck_assert_int_eq(pair.event.error->code, ATT_REFUSAL_DENIED);
        ck_assert_int_eq(att_client_state(pair.client), ATT_CLIENT_GREETING);
        drop_pair(&pair);
}
END_TEST

START_TEST(bytes_of_another_protocol_break_the_connection_once)
{
        struct pair pair = make_pair();

        welcome(&pair, false);
        att_buffer_append_c(&pair.said, "\xff\xff\xff\xff");
        ck_assert(feed(&pair));
        ck_assert_int_eq(pair.event.kind, ATT_CLIENT_BROKEN);
        ck_assert_int_eq(att_client_state(pair.client), ATT_CLIENT_FAILED);
        ck_assert(!next(&pair));
        att_client_disconnected(pair.client);
        welcome(&pair, false);
        att_buffer_append(&pair.said, "\0\0\0\x01\x00", 5);
        ck_assert(feed(&pair));
        ck_assert_int_eq(pair.event.kind, ATT_CLIENT_BROKEN);
        drop_pair(&pair);
}
END_TEST

START_TEST(too_many_unanswered_requests_are_not_taken)
{
        struct pair pair = make_pair();
        uint64_t last = 0;

        for (int i = 0; i < ATT_CLIENT_REQUESTS_MAX; i++) {
                last = add(&pair, "c1");
                ck_assert_uint_ne(last, 0);
        }
        ck_assert_uint_eq(add(&pair, "c2"), 0);
        welcome(&pair, false);
        for (uint64_t id = last - ATT_CLIENT_REQUESTS_MAX + 1; id <= last; id++) {
                answer_done(&pair, id, id);
        }
        ck_assert(feed(&pair));
        while (next(&pair)) {
        }
        ck_assert_uint_eq(att_client_unanswered(pair.client), 0);
        ck_assert_uint_ne(add(&pair, "c2"), 0);
        drop_pair(&pair);
}
END_TEST

START_TEST(output_may_be_written_in_pieces)
{
        struct pair pair = make_pair();
        struct att_buffer all = {0};
        struct att_text output;

        welcome(&pair, false);
        for (int i = 0; i < 50; i++) {
                (void)add(&pair, "c1");
        }
        while ((output = att_client_output(pair.client)).len > 0) {
                const size_t len = output.len < 7 ? output.len : 7;

                att_buffer_append(&all, output.data, len);
                att_client_wrote(pair.client, len);
        }
        att_frame_reader_feed(&pair.reader, all.data, all.len);
        for (int i = 0; i < 50; i++) {
                struct att_text frame;

                ck_assert_int_eq(att_frame_reader_take(&pair.reader, &frame), ATT_FRAME_OK);
        }
        ck_assert_uint_eq(att_frame_reader_pending(&pair.reader), 0);
        att_buffer_deinit(&all);
        drop_pair(&pair);
}
END_TEST

START_TEST(after_a_bye_the_next_hello_resumes_nothing)
{
        struct pair pair = make_pair();

        welcome(&pair, false);
        att_client_bye(pair.client, ATT_TEXT("done"));
        ck_assert(hear(&pair));
        ck_assert_int_eq(pair.heard.body, ATT_WIRE_BYE);
        att_client_disconnected(pair.client);
        att_client_connected(pair.client);
        ck_assert(hear(&pair));
        ck_assert_uint_eq(pair.heard.hello.resume.len, 0);
        drop_pair(&pair);
}
END_TEST

START_TEST(every_request_says_what_it_is_about)
{
        struct pair pair = make_pair();
        const struct att_text channels[] = {ATT_TEXT("voice"), ATT_TEXT("chat")};
        struct att_client *client = pair.client;
        static const enum att_command_kind kinds[] = {
                ATT_CMD_CONTACT_ABANDON,  ATT_CMD_CONTACT_CANCEL, ATT_CMD_CONTACT_END,
                ATT_CMD_CONTACT_TRANSFER, ATT_CMD_CONTACT_HOLD,   ATT_CMD_AGENT_READY,
                ATT_CMD_AGENT_PAUSE,      ATT_CMD_AGENT_OFFLINE,  ATT_CMD_OFFER_ACCEPT,
                ATT_CMD_OFFER_DECLINE,    ATT_CMD_WRAP_UP_DONE,
        };

        welcome(&pair, false);
        (void)att_client_abandon_contact(client, ATT_TEXT("c1"));
        (void)att_client_cancel_contact(client, ATT_TEXT("c1"));
        (void)att_client_end_contact(client, ATT_TEXT("c1"), ATT_TEXT("resolved"));
        (void)att_client_transfer_contact(client, ATT_TEXT("c1"), ATT_TEXT("cards"), ATT_TEXT_NONE);
        (void)att_client_hold_contact(client, ATT_TEXT("c1"), true);
        (void)att_client_ready(client, ATT_TEXT("ann"), channels, 2);
        (void)att_client_pause(client, ATT_TEXT("ann"), ATT_TEXT("lunch"));
        (void)att_client_offline(client, ATT_TEXT("ann"), ATT_TEXT_NONE);
        (void)att_client_accept(client, ATT_TEXT("c1"), ATT_TEXT("ann"), 5);
        (void)att_client_decline(client, ATT_TEXT("c1"), ATT_TEXT("ann"), 5, ATT_TEXT("busy"));
        (void)att_client_wrap_up_done(client, ATT_TEXT("ann"), ATT_TEXT("c1"));
        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
                ck_assert(hear(&pair));
                ck_assert_int_eq(pair.heard.body, ATT_WIRE_COMMAND);
                ck_assert_int_eq(pair.heard.command.kind, kinds[i]);
                ck_assert_uint_eq(pair.heard.request_id, 2 + i);
        }
        (void)att_client_ring(client, ATT_TEXT("c1"), ATT_TEXT("ann"), 5);
        ck_assert(hear(&pair));
        ck_assert_int_eq(pair.heard.body, ATT_WIRE_RINGING);
        ck_assert_uint_eq(pair.heard.ringing.offer, 5);
        drop_pair(&pair);
}
END_TEST

ATT_TEST_MAIN("client", the_hello_goes_first_and_requests_wait_for_the_welcome,
              an_answer_finds_its_request_once,
              what_had_no_answer_is_sent_again_in_order_after_a_reconnect,
              pushes_are_acknowledged_when_dealt_with, a_resumed_session_gives_each_push_once,
              a_new_session_counts_its_pushes_from_one,
              a_push_newer_than_this_program_is_acknowledged_in_silence,
              a_refused_hello_is_told_as_denied,
              bytes_of_another_protocol_break_the_connection_once,
              too_many_unanswered_requests_are_not_taken, output_may_be_written_in_pieces,
              after_a_bye_the_next_hello_resumes_nothing, every_request_says_what_it_is_about)
