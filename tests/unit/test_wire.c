/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/buffer.h"
#include "lib/base/util.h"
#include "lib/model/limits.h"
#include "lib/wire/codec.h"
#include "lib/wire/frame.h"
#include "lib/wire/tables.h"
#include "proto/attune/v1/envelope.pb-c.h"
#include "tests/support/main.h"
#include "tests/unit/random_message.h"

#define ROUNDS 300

struct fixture {
        struct random_message random;
        struct att_scratch scratch;
        struct att_buffer buffer;
        struct att_wire_message message;
        struct att_wire_problem problem;
};

static struct fixture make_fixture(uint64_t seed)
{
        struct fixture fixture = {0};

        att_rng_seed(&fixture.random.rng, seed);
        att_scratch_init(&fixture.scratch, ATT_SCRATCH_CLIENT_BYTES);
        return fixture;
}

static void drop_fixture(struct fixture *fixture)
{
        att_arena_deinit(&fixture->random.arena);
        att_scratch_deinit(&fixture->scratch);
        att_buffer_deinit(&fixture->buffer);
}

/* The envelope in a buffer that holds one frame. */
static struct att_text envelope_in(const struct att_buffer *buffer)
{
        ck_assert_uint_ge(buffer->len, ATT_FRAME_HEADER_BYTES);
        return (struct att_text){buffer->data + ATT_FRAME_HEADER_BYTES,
                                 buffer->len - ATT_FRAME_HEADER_BYTES};
}

static enum att_wire_result decode(struct fixture *fixture)
{
        return att_wire_decode(envelope_in(&fixture->buffer), &fixture->scratch, &fixture->message,
                               &fixture->problem);
}

/* A random message of the case: `field` in the envelope, and `inner` in the answer or push. */
static void fill_case(struct fixture *fixture, const struct table_field *field,
                      const struct table_field *inner, struct att_wire_message *message)
{
        const struct table *table = inner ? inner->sub : field->sub;
        char *value = (char *)message + field->offset + (inner ? inner->offset : 0);

        memset(message, 0, sizeof(*message));
        message->request_id = att_rng_next(&fixture->random.rng);
        *(uint32_t *)(void *)((char *)message + table_envelope.tag_offset) = (uint32_t)field->tag;
        if (field->tag2 >= 0) {
                *(uint32_t *)(void *)((char *)message +
                                      table_envelope.tag2_offset) = (uint32_t)field->tag2;
        }
        if (inner) {
                random_fill(&fixture->random, field->sub, (char *)message + field->offset);
                *(uint32_t *)(void *)((char *)message + field->offset +
                                      field->sub->tag_offset) = (uint32_t)inner->tag;
        }
        table_set_absent(table, value);
        random_fill(&fixture->random, table, value);
}

/* protobuf-c reads what we write, and writes the same bytes. */
static void check_with_protobuf_c(struct att_text envelope)
{
        Attune__V1__Envelope *theirs = attune__v1__envelope__unpack(NULL, envelope.len,
                                                                    (const uint8_t *)envelope.data);
        uint8_t *bytes;
        size_t len;

        ck_assert_ptr_nonnull(theirs);
        ck_assert_uint_eq(theirs->base.n_unknown_fields, 0);
        len = attune__v1__envelope__get_packed_size(theirs);
        bytes = malloc(len + 1);
        ck_assert_uint_eq(attune__v1__envelope__pack(theirs, bytes), len);
        ck_assert_uint_eq(len, envelope.len);
        ck_assert_mem_eq(bytes, envelope.data, len);
        free(bytes);
        attune__v1__envelope__free_unpacked(theirs, NULL);
}

static void check_round_trip(struct fixture *fixture, const struct table_field *field,
                             const struct table_field *inner)
{
        struct att_wire_message sent;
        struct att_wire_message again;
        const struct table *table = inner ? inner->sub : field->sub;
        const size_t offset = field->offset + (inner ? inner->offset : 0);
        enum att_wire_result result;

        fill_case(fixture, field, inner, &sent);
        att_buffer_clear(&fixture->buffer);
        ck_assert(att_wire_encode(&fixture->buffer, &sent));
        check_with_protobuf_c(envelope_in(&fixture->buffer));

        result = decode(fixture);
        ck_assert_msg(result == ATT_WIRE_OK, "%s: %s: %s", field->name, fixture->problem.field,
                      fixture->problem.message);
        ck_assert_uint_eq(fixture->message.request_id, sent.request_id);
        ck_assert_int_eq(fixture->message.body, sent.body);
        if (sent.body == ATT_WIRE_COMMAND) {
                ck_assert_int_eq(fixture->message.command.kind, sent.command.kind);
        }
        ck_assert(random_same(table, (char *)&sent + offset, (char *)&fixture->message + offset));
        att_wire_decode_again(envelope_in(&fixture->buffer), &fixture->scratch, &again);
        ck_assert_uint_eq(again.request_id, sent.request_id);
        ck_assert_int_eq(again.body, sent.body);
        if (sent.body == ATT_WIRE_COMMAND) {
                ck_assert_int_eq(again.command.kind, sent.command.kind);
                ck_assert(att_text_equals(again.command.contact, fixture->message.command.contact));
        }
        ck_assert(random_same(table, (char *)&sent + offset, (char *)&again + offset));
}

START_TEST(every_message_comes_back_as_it_was_and_as_protobuf_c_writes_it)
{
        struct fixture fixture = make_fixture(1);

        for (uint32_t i = 0; i < table_envelope.count; i++) {
                const struct table_field *field = &table_envelope.fields[i];
                const bool has_inner = field->sub == &table_answer || field->sub == &table_push;

                for (int round = 0; field->kind == TABLE_CASE && round < ROUNDS; round++) {
                        if (!has_inner) {
                                check_round_trip(&fixture, field, NULL);
                        }
                        for (uint32_t j = 0; has_inner && j < field->sub->count; j++) {
                                if (field->sub->fields[j].kind == TABLE_CASE) {
                                        check_round_trip(&fixture, field, &field->sub->fields[j]);
                                }
                        }
                }
        }
        drop_fixture(&fixture);
}
END_TEST

START_TEST(a_contact_add_names_its_contact)
{
        struct fixture fixture = make_fixture(1);
        struct att_wire_message sent;

        att_wire_message_init(&sent, ATT_WIRE_COMMAND);
        att_wire_command_init(&sent.command, ATT_CMD_CONTACT_ADD);
        sent.request_id = 7;
        sent.command.request.id = ATT_TEXT("c1");
        sent.command.request.channel = ATT_TEXT("voice");
        ck_assert(att_wire_encode(&fixture.buffer, &sent));
        ck_assert_int_eq(decode(&fixture), ATT_WIRE_OK);
        ck_assert(att_text_equals_c(fixture.message.command.contact, "c1"));
        ck_assert_int_eq(fixture.message.command.request.priority_milli, ATT_ABSENT);
        ck_assert_int_eq(fixture.message.command.request.emotion_ppm, ATT_ABSENT);
        ck_assert_int_eq(fixture.message.command.request.waited_ms, ATT_ABSENT);
        ck_assert_int_eq(fixture.message.command.request.not_before_ms, ATT_ABSENT);
        ck_assert_int_eq(fixture.message.command.request.customer.lifetime_value_micro, -1);
        ck_assert_int_eq(fixture.message.command.request.customer.churn_risk_ppm, -1);
        ck_assert_int_eq(fixture.message.command.request.customer.last_spoke_ms, -1);
        drop_fixture(&fixture);
}
END_TEST

START_TEST(a_zero_that_was_given_is_not_absent)
{
        struct fixture fixture = make_fixture(1);
        struct att_wire_message sent;

        att_wire_message_init(&sent, ATT_WIRE_COMMAND);
        att_wire_command_init(&sent.command, ATT_CMD_CONTACT_UPDATE);
        sent.command.contact = ATT_TEXT("c1");
        sent.command.update.priority_milli = 0;
        ck_assert(att_wire_encode(&fixture.buffer, &sent));
        ck_assert_int_eq(decode(&fixture), ATT_WIRE_OK);
        ck_assert_int_eq(fixture.message.command.update.priority_milli, 0);
        ck_assert_int_eq(fixture.message.command.update.emotion_ppm, ATT_ABSENT);

        att_buffer_clear(&fixture.buffer);
        att_wire_command_init(&sent.command, ATT_CMD_CONTACT_FEEDBACK);
        sent.command.contact = ATT_TEXT("c1");
        sent.command.feedback.nps = 0;
        sent.command.feedback.resolved = 0;
        ck_assert(att_wire_encode(&fixture.buffer, &sent));
        ck_assert_int_eq(decode(&fixture), ATT_WIRE_OK);
        ck_assert_int_eq(fixture.message.command.feedback.nps, 0);
        ck_assert_int_eq(fixture.message.command.feedback.resolved, 0);
        ck_assert_int_eq(fixture.message.command.feedback.csat, -1);
        drop_fixture(&fixture);
}
END_TEST

/* ---- What is refused ---- */

/* A contact_add that is right, for a test to spoil. */
static struct att_wire_message make_contact_add(void)
{
        struct att_wire_message message;

        att_wire_message_init(&message, ATT_WIRE_COMMAND);
        att_wire_command_init(&message.command, ATT_CMD_CONTACT_ADD);
        message.request_id = 42;
        message.command.request.id = ATT_TEXT("c1");
        message.command.request.channel = ATT_TEXT("voice");
        return message;
}

static void check_refused(struct fixture *fixture, const struct att_wire_message *message,
                          const char *field)
{
        att_buffer_clear(&fixture->buffer);
        ck_assert(att_wire_encode(&fixture->buffer, message));
        ck_assert_int_eq(decode(fixture), ATT_WIRE_INVALID);
        ck_assert_str_eq(fixture->problem.field, field);
        ck_assert_uint_gt(strlen(fixture->problem.message), 0);
        ck_assert_uint_eq(fixture->message.request_id, message->request_id);
        ck_assert_int_eq(fixture->message.body, message->body);
}

START_TEST(a_refusal_names_the_field_and_keeps_the_requests_number)
{
        struct fixture fixture = make_fixture(1);
        struct att_wire_message message = make_contact_add();
        struct att_contact_request *request = &message.command.request;
        struct att_named_level level = {.skill = ATT_TEXT("cards"), .level = 11};
        struct att_named_weight weight = {.skill = ATT_TEXT("cards"), .weight_milli = 0};

        request->id = ATT_TEXT_NONE;
        check_refused(&fixture, &message, "contact");
        request->id = ATT_TEXT("c1");
        request->channel = ATT_TEXT_NONE;
        check_refused(&fixture, &message, "channel");
        request->channel = ATT_TEXT("voice");

        request->emotion_ppm = ATT_PPM + 1;
        check_refused(&fixture, &message, "emotion_ppm");
        request->emotion_ppm = -1;
        check_refused(&fixture, &message, "emotion_ppm");
        request->emotion_ppm = ATT_PPM;
        request->priority_milli = ATT_POINTS_MAX * ATT_MILLI + 1;
        check_refused(&fixture, &message, "priority_milli");
        request->priority_milli = -ATT_POINTS_MAX * ATT_MILLI;
        request->waited_ms = -5;
        check_refused(&fixture, &message, "waited_ms");
        request->waited_ms = 0;

        request->customer.churn_risk_ppm = ATT_PPM + 1;
        check_refused(&fixture, &message, "customer.churn_risk_ppm");
        request->customer.churn_risk_ppm = -1;
        request->customer.currency = ATT_TEXT("EURO");
        check_refused(&fixture, &message, "customer.currency");
        request->customer.currency = ATT_TEXT("EUR");

        request->requires = &level;
        request->requires_count = 1;
        check_refused(&fixture, &message, "requires.level");
        level.level = 10;
        level.skill = ATT_TEXT_NONE;
        check_refused(&fixture, &message, "requires.skill");
        request->requires_count = 0;
        request->prefers = &weight;
        request->prefer_count = 1;
        att_buffer_clear(&fixture.buffer);
        ck_assert(att_wire_encode(&fixture.buffer, &message));
        ck_assert_int_eq(decode(&fixture), ATT_WIRE_OK); /* A weight of 0 is not on the wire ... */
        drop_fixture(&fixture);
}
END_TEST

START_TEST(texts_are_utf8_without_nul_and_not_too_long)
{
        struct fixture fixture = make_fixture(1);
        struct att_wire_message message = make_contact_add();
        struct att_contact_request *request = &message.command.request;
        char many[ATT_TEXT_BYTES_MAX + 1];

        memset(many, 'x', sizeof(many));
        request->id = (struct att_text){many, ATT_ID_BYTES_MAX};
        ck_assert(att_wire_encode(&fixture.buffer, &message));
        ck_assert_int_eq(decode(&fixture), ATT_WIRE_OK);
        request->id = (struct att_text){many, ATT_ID_BYTES_MAX + 1};
        check_refused(&fixture, &message, "contact");

        request->id = ATT_TEXT("c\0d");
        check_refused(&fixture, &message, "contact");
        request->id = ATT_TEXT("\xff");
        check_refused(&fixture, &message, "contact");
        request->id = ATT_TEXT("eight by\xed\xa0\x80tes"); /* A surrogate. */
        check_refused(&fixture, &message, "contact");
        request->id = ATT_TEXT("eight bytes and a nul\0");
        check_refused(&fixture, &message, "contact");
        request->id = ATT_TEXT("cut at the end \xe2\x82");
        check_refused(&fixture, &message, "contact");
        request->id = ATT_TEXT("c1");
        request->text = (struct att_text){many, ATT_TEXT_BYTES_MAX + 1};
        check_refused(&fixture, &message, "text");
        drop_fixture(&fixture);
}
END_TEST

START_TEST(what_a_contact_brings_along_is_bounded_in_all)
{
        struct fixture fixture = make_fixture(1);
        struct att_wire_message message = make_contact_add();
        struct att_contact_request *request = &message.command.request;
        struct att_pair attribute = {ATT_TEXT("key"), ATT_TEXT_NONE};
        char many[ATT_TEXT_BYTES_MAX];

        memset(many, 'x', sizeof(many));
        request->text = (struct att_text){many, 2000};
        request->customer.notes = (struct att_text){many, 2000};
        attribute.value = (struct att_text){many, 93};
        request->attributes = &attribute;
        request->attribute_count = 1;
        ck_assert(att_wire_encode(&fixture.buffer, &message));
        ck_assert_int_eq(decode(&fixture), ATT_WIRE_OK);
        attribute.value.len++;
        check_refused(&fixture, &message, "text");
        drop_fixture(&fixture);
}
END_TEST

START_TEST(arrays_have_as_many_items_as_the_limits_say)
{
        struct fixture fixture = make_fixture(1);
        struct att_wire_message message = make_contact_add();
        struct att_contact_request *request = &message.command.request;
        struct att_named_level levels[ATT_REQUIREMENTS_MAX + 1];
        struct att_text agents[ATT_EXCLUDES_MAX + 1];

        for (size_t i = 0; i < ATT_ARRAY_LEN(levels); i++) {
                levels[i] = (struct att_named_level){ATT_TEXT("cards"), 5};
        }
        for (size_t i = 0; i < ATT_ARRAY_LEN(agents); i++) {
                agents[i] = ATT_TEXT("ann");
        }
        request->requires = levels;
        request->requires_count = ATT_REQUIREMENTS_MAX;
        request->exclude = agents;
        request->exclude_count = ATT_EXCLUDES_MAX;
        ck_assert(att_wire_encode(&fixture.buffer, &message));
        ck_assert_int_eq(decode(&fixture), ATT_WIRE_OK);
        ck_assert_uint_eq(fixture.message.command.request.requires_count, ATT_REQUIREMENTS_MAX);
        request->requires_count++;
        check_refused(&fixture, &message, "requires");
        request->requires_count--;
        request->exclude_count++;
        check_refused(&fixture, &message, "exclude");
        drop_fixture(&fixture);
}
END_TEST

START_TEST(cut_short_a_message_is_malformed_or_another_but_never_more)
{
        struct fixture fixture = make_fixture(5);
        struct att_wire_message sent;

        for (uint32_t i = 0; i < table_envelope.count; i++) {
                const struct table_field *field = &table_envelope.fields[i];
                struct att_text envelope;

                if (field->kind != TABLE_CASE || field->sub == &table_answer ||
                    field->sub == &table_push) {
                        continue;
                }
                fill_case(&fixture, field, NULL, &sent);
                att_buffer_clear(&fixture.buffer);
                ck_assert(att_wire_encode(&fixture.buffer, &sent));
                envelope = envelope_in(&fixture.buffer);
                for (size_t len = 0; len < envelope.len; len++) {
                        /* A copy of its own, so that reading past its end is seen. */
                        char *copy = malloc(len > 0 ? len : 1);
                        enum att_wire_result result;

                        memcpy(copy, envelope.data, len);
                        result = att_wire_decode((struct att_text){copy, len}, &fixture.scratch,
                                                 &fixture.message, &fixture.problem);
                        ck_assert_int_ne(result, ATT_WIRE_OK);
                        free(copy);
                }
        }
        drop_fixture(&fixture);
}
END_TEST

START_TEST(no_change_of_bytes_is_more_than_an_error)
{
        struct fixture fixture = make_fixture(6);
        struct att_wire_message sent;
        struct att_rng *rng = &fixture.random.rng;

        for (int round = 0; round < 20000; round++) {
                const struct table_field *field =
                        &table_envelope.fields[1 + att_rng_below(rng, table_envelope.count - 1)];
                const struct table_field *inner = NULL;
                struct att_text envelope;
                char *copy;

                if (field->sub == &table_answer || field->sub == &table_push) {
                        do {
                                inner = &field->sub->fields[att_rng_below(rng, field->sub->count)];
                        } while (inner->kind != TABLE_CASE);
                }
                fill_case(&fixture, field, inner, &sent);
                att_buffer_clear(&fixture.buffer);
                ck_assert(att_wire_encode(&fixture.buffer, &sent));
                envelope = envelope_in(&fixture.buffer);
                copy = malloc(envelope.len + 1);
                memcpy(copy, envelope.data, envelope.len);
                for (uint64_t n = 1 + att_rng_below(rng, 3); n > 0 && envelope.len > 0; n--) {
                        copy[att_rng_below(rng, envelope.len)] = (char)att_rng_below(rng, 256);
                }
                if (att_wire_decode((struct att_text){copy, envelope.len}, &fixture.scratch,
                                    &fixture.message, &fixture.problem) == ATT_WIRE_OK) {
                        /* What was read can be written. */
                        att_buffer_clear(&fixture.buffer);
                        (void)!att_wire_encode(&fixture.buffer, &fixture.message);
                }
                free(copy);
        }
        drop_fixture(&fixture);
}
END_TEST

static enum att_wire_result decode_bytes(struct fixture *fixture, struct att_text bytes)
{
        return att_wire_decode(bytes, &fixture->scratch, &fixture->message, &fixture->problem);
}

START_TEST(bytes_that_are_no_protobuf_are_malformed)
{
        struct fixture fixture = make_fixture(1);

        /* No field 0; a group; an unknown wire type; a varint that never ends, or of 65 bits; a length
         * past the end; a request number that is a text; the same body twice; two bodies. */
        ck_assert_int_eq(decode_bytes(&fixture, ATT_TEXT("\x00\x01")), ATT_WIRE_MALFORMED);
        ck_assert_int_eq(decode_bytes(&fixture, ATT_TEXT("\x3b\x3c")), ATT_WIRE_MALFORMED);
        ck_assert_int_eq(decode_bytes(&fixture, ATT_TEXT("\x3e\x01")), ATT_WIRE_MALFORMED);
        ck_assert_int_eq(
                decode_bytes(&fixture, ATT_TEXT("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff")),
                ATT_WIRE_MALFORMED);
        ck_assert_int_eq(
                decode_bytes(&fixture, ATT_TEXT("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02")),
                ATT_WIRE_MALFORMED);
        ck_assert_int_eq(decode_bytes(&fixture, ATT_TEXT("\x3a\x05\x0a\x01")), ATT_WIRE_MALFORMED);
        ck_assert_int_eq(decode_bytes(&fixture, ATT_TEXT("\x0a\x01x")), ATT_WIRE_MALFORMED);
        ck_assert_int_eq(decode_bytes(&fixture, ATT_TEXT("\x3a\x00\x3a\x00")), ATT_WIRE_MALFORMED);
        ck_assert_int_eq(decode_bytes(&fixture, ATT_TEXT("\x3a\x00\x4a\x00")), ATT_WIRE_MALFORMED);
        ck_assert_uint_eq(fixture.message.request_id, 0);
        drop_fixture(&fixture);
}
END_TEST

START_TEST(what_is_newer_than_this_program_is_passed_over)
{
        struct fixture fixture = make_fixture(1);

        /* A ping with unknown fields of every type around and in it. */
        ck_assert_int_eq(decode_bytes(&fixture, ATT_TEXT("\xa0\x3f\x01" /* 1012: varint */
                                                         "\xa1\x3f"
                                                         "12345678" /* 64 bits */
                                                         "\xa5\x3f"
                                                         "1234"           /* 32 bits */
                                                         "\x08\x09"       /* request_id */
                                                         "\x3a\x0a"       /* ping */
                                                         "\xa2\x3f\x02hi" /* unknown */
                                                         "\x0a\x03"
                                                         "abc")),
                         ATT_WIRE_OK);
        ck_assert_int_eq(fixture.message.body, ATT_WIRE_PING);
        ck_assert_uint_eq(fixture.message.request_id, 9);
        ck_assert(att_text_equals_c(fixture.message.ping.payload, "abc"));

        /* A request that came later than this program can be answered. */
        ck_assert_int_eq(decode_bytes(&fixture, ATT_TEXT("\x08\x09\xa2\x3f\x02hi")),
                         ATT_WIRE_NO_BODY);
        ck_assert_uint_eq(fixture.message.request_id, 9);
        ck_assert_int_eq(decode_bytes(&fixture, ATT_TEXT_NONE), ATT_WIRE_NO_BODY);

        /* A closed push whose outcome is 99, and a push of an unknown kind. */
        ck_assert_int_eq(decode_bytes(&fixture, ATT_TEXT("\x2a\x09\x08\x01\x42\x05\x0a\x01"
                                                         "c\x20\x63")),
                         ATT_WIRE_OK);
        ck_assert_int_eq(fixture.message.push.effect.kind, ATT_EFFECT_CLOSED);
        ck_assert_int_eq(fixture.message.push.effect.outcome, ATT_OUTCOME_COUNT);
        ck_assert_int_eq(decode_bytes(&fixture, ATT_TEXT("\x2a\x06\x08\x02\x9a\x06\x01x")),
                         ATT_WIRE_OK);
        ck_assert_uint_eq(fixture.message.push.push_id, 2);
        ck_assert_int_eq(fixture.message.push.effect.kind, ATT_EFFECT_KIND_COUNT);

        /* An answer of an unknown kind, and a report by an unknown word: by all. */
        ck_assert_int_eq(decode_bytes(&fixture, ATT_TEXT("\x08\x01\x22\x04\x9a\x06\x01x")),
                         ATT_WIRE_OK);
        ck_assert_int_eq(fixture.message.answer.kind, ATT_WIRE_RESULT_NONE);
        ck_assert_int_eq(decode_bytes(&fixture, ATT_TEXT("\xd2\x03\x02\x18\x63")), ATT_WIRE_OK);
        ck_assert_int_eq(fixture.message.report.by, ATT_WIRE_BY_ALL);
        ck_assert_int_eq(fixture.message.report.from_ms, ATT_ABSENT);
        drop_fixture(&fixture);
}
END_TEST

START_TEST(numbers_are_read_packed_or_one_by_one)
{
        struct fixture fixture = make_fixture(1);
        const struct att_wire_status *status = &fixture.message.answer.status;

        /* status.contacts: 1, then [2, 300], then an empty run, then 4. */
        ck_assert_int_eq(
                decode_bytes(&fixture, ATT_TEXT("\x22\x0d\x1a\x0b\x60\x01\x62\x03\x02\xac\x02"
                                                "\x62\x00\x60\x04")),
                ATT_WIRE_OK);
        ck_assert_uint_eq(status->contact_count, 4);
        ck_assert_uint_eq(status->contacts[0], 1);
        ck_assert_uint_eq(status->contacts[1], 2);
        ck_assert_uint_eq(status->contacts[2], 300);
        ck_assert_uint_eq(status->contacts[3], 4);
        drop_fixture(&fixture);
}
END_TEST

START_TEST(a_frame_of_tiny_items_is_refused_for_its_size_in_memory)
{
        struct fixture fixture = make_fixture(1);
        struct att_scratch small;
        struct att_buffer rows = {0};
        struct att_buffer list = {0};
        struct att_buffer envelope = {0};

        /* An answer of 30,000 rows of no bytes each. */
        for (int i = 0; i < 30000; i++) {
                table_put_bytes(&rows, 1, ATT_TEXT_NONE);
        }
        table_put_bytes(&list, 5, (struct att_text){rows.data, rows.len});
        table_put_bytes(&envelope, ENVELOPE_ANSWER, (struct att_text){list.data, list.len});
        att_scratch_init(&small, ATT_SCRATCH_DAEMON_BYTES);
        ck_assert_int_eq(att_wire_decode((struct att_text){envelope.data, envelope.len}, &small,
                                         &fixture.message, &fixture.problem),
                         ATT_WIRE_TOO_BIG);
        ck_assert_uint_le(small.used, ATT_SCRATCH_DAEMON_BYTES);
        /* And the next one is read as if nothing had been. */
        ck_assert_int_eq(att_wire_decode(ATT_TEXT("\x08\x01\x3a\x00"), &small, &fixture.message,
                                         &fixture.problem),
                         ATT_WIRE_OK);
        att_scratch_deinit(&small);
        att_buffer_deinit(&rows);
        att_buffer_deinit(&list);
        att_buffer_deinit(&envelope);
        drop_fixture(&fixture);
}
END_TEST

/* ---- What a server writes ---- */

START_TEST(an_answer_written_directly_is_the_one_encoded)
{
        struct fixture fixture = make_fixture(1);
        struct att_buffer other = {0};
        struct att_wire_message message;

        att_wire_message_init(&message, ATT_WIRE_ANSWER);
        message.request_id = 300;
        att_wire_answer_init(&message.answer, ATT_WIRE_RESULT_DONE);
        message.answer.done.seq = 12345;
        message.answer.done.state = ATT_CONTACT_QUEUED;
        message.answer.done.queue = ATT_TEXT("cards-gold");
        message.answer.done.position = 3;
        message.answer.done.estimate_ms = 0;
        ck_assert(att_wire_encode(&other, &message));
        att_wire_put_done(&fixture.buffer, 300, &message.answer.done);
        ck_assert_uint_eq(fixture.buffer.len, other.len);
        ck_assert_mem_eq(fixture.buffer.data, other.data, other.len);

        att_buffer_clear(&other);
        att_buffer_clear(&fixture.buffer);
        att_wire_answer_init(&message.answer, ATT_WIRE_RESULT_ERROR);
        message.answer.error.code = ATT_REFUSAL_UNKNOWN;
        message.answer.error.message = ATT_TEXT("no queue is called 'card'");
        message.answer.error.nearest = ATT_TEXT("cards");
        ck_assert(att_wire_encode(&other, &message));
        att_wire_put_error(&fixture.buffer, 300, &message.answer.error);
        ck_assert_uint_eq(fixture.buffer.len, other.len);
        ck_assert_mem_eq(fixture.buffer.data, other.data, other.len);
        att_buffer_deinit(&other);
        drop_fixture(&fixture);
}
END_TEST

START_TEST(over_long_texts_of_an_error_are_cut_between_characters)
{
        struct fixture fixture = make_fixture(1);
        const size_t bytes = 100001; /* An odd number: not at a character's end. */
        char *many = malloc(bytes);
        struct att_wire_error error = {.code = ATT_REFUSAL_INVALID};
        struct att_text message;

        for (size_t i = 0; i < bytes; i++) {
                many[i] = "\xc3\xa9"[i % 2];
        }
        error.message = (struct att_text){many + 1, bytes - 1}; /* Nor at a beginning. */
        error.message = (struct att_text){many, bytes - 1};
        att_wire_put_error(&fixture.buffer, 1, &error);
        ck_assert_int_eq(decode(&fixture), ATT_WIRE_OK);
        message = fixture.message.answer.error.message;
        ck_assert_uint_gt(message.len, 1000);
        ck_assert_uint_eq(message.len % 2, 0);
        free(many);
        drop_fixture(&fixture);
}
END_TEST

START_TEST(a_push_is_its_effect_and_what_is_known_of_the_contact)
{
        struct fixture fixture = make_fixture(1);
        const struct att_effect effect = {
                .kind = ATT_EFFECT_OFFER,
                .at_ms = 1700000000000,
                .contact = ATT_TEXT("c1"),
                .agent = ATT_TEXT("ann"),
                .queue = ATT_TEXT("cards"),
                .channel = ATT_TEXT("voice"),
                .step = 1,
                .offer = 77,
                .due_ms = 1700000020000,
        };
        struct att_wire_contact contact;
        const struct att_wire_push *push = &fixture.message.push;

        att_wire_contact_init(&contact);
        contact.id = ATT_TEXT("c1");
        contact.state = ATT_CONTACT_OFFERED;
        contact.customer.name = ATT_TEXT("Mar\xc3\xad"
                                         "a");
        att_wire_put_push(&fixture.buffer, 9, &effect, &contact, ATT_TEXT("sip:ann@pbx"),
                          ATT_TEXT("the most skilled"));
        check_with_protobuf_c(envelope_in(&fixture.buffer));
        ck_assert_int_eq(decode(&fixture), ATT_WIRE_OK);
        ck_assert_int_eq(fixture.message.body, ATT_WIRE_PUSH);
        ck_assert_uint_eq(push->push_id, 9);
        ck_assert_int_eq(push->effect.kind, ATT_EFFECT_OFFER);
        ck_assert_int_eq(push->effect.at_ms, 1700000000000);
        ck_assert_uint_eq(push->effect.offer, 77);
        ck_assert_int_eq(push->effect.due_ms, 1700000020000);
        ck_assert(att_text_equals_c(push->effect.agent, "ann"));
        ck_assert(att_text_equals_c(push->address, "sip:ann@pbx"));
        ck_assert_int_eq(push->context->state, ATT_CONTACT_OFFERED);
        ck_assert_int_eq(push->context->estimate_ms, -1);
        ck_assert(att_text_equals_c(push->context->customer.name, "Mar\xc3\xad"
                                                                  "a"));
        drop_fixture(&fixture);
}
END_TEST

START_TEST(every_effect_has_a_push)
{
        struct fixture fixture = make_fixture(1);

        for (int kind = 0; kind < ATT_EFFECT_KIND_COUNT; kind++) {
                const struct att_effect effect = {
                        .kind = (enum att_effect_kind)kind,
                        .contact = ATT_TEXT("c1"),
                        .estimate_ms = -1,
                };

                if (kind == ATT_EFFECT_FEEDBACK) { /* What customers say is for the history. */
                        continue;
                }
                att_buffer_clear(&fixture.buffer);
                att_wire_put_push(&fixture.buffer, 1, &effect, NULL, ATT_TEXT_NONE, ATT_TEXT_NONE);
                ck_assert_int_eq(decode(&fixture), ATT_WIRE_OK);
                ck_assert_int_eq(fixture.message.push.effect.kind, kind);
        }
        drop_fixture(&fixture);
}
END_TEST

START_TEST(a_push_that_is_too_long_goes_without_history_first)
{
        struct fixture fixture = make_fixture(1);
        const struct att_effect effect = {.kind = ATT_EFFECT_OFFER, .contact = ATT_TEXT("c1")};
        struct att_wire_contact contact;
        struct att_wire_past_contact past[40];
        char many[4000];

        memset(many, 'x', sizeof(many));
        memset(past, 0, sizeof(past));
        for (size_t i = 0; i < ATT_ARRAY_LEN(past); i++) {
                past[i].text = (struct att_text){many, sizeof(many)};
        }
        att_wire_contact_init(&contact);
        contact.text = (struct att_text){many, sizeof(many)};
        contact.last_contacts = past;
        contact.last_contact_count = ATT_ARRAY_LEN(past);
        att_wire_put_push(&fixture.buffer, 1, &effect, &contact, ATT_TEXT_NONE, ATT_TEXT_NONE);
        ck_assert_int_eq(decode(&fixture), ATT_WIRE_OK);
        ck_assert_uint_eq(fixture.message.push.context->last_contact_count, 0);
        ck_assert_uint_eq(fixture.message.push.context->text.len, sizeof(many));
        drop_fixture(&fixture);
}
END_TEST

START_TEST(a_list_fills_a_frame_and_says_where_the_next_begins)
{
        struct fixture fixture = make_fixture(1);
        struct att_wire_list list;
        uint32_t added = 0;

        att_buffer_append_c(&fixture.buffer, "an earlier frame");
        att_wire_list_begin(&list, &fixture.buffer, 300, ATT_WIRE_RESULT_AGENTS);
        for (;; added++) {
                char id[32];
                const struct att_wire_interaction interaction = {.contact = ATT_TEXT("c9"),
                                                                 .wrap_up_until_ms = -1};
                struct att_wire_agent row = {.presence = ATT_PRESENCE_READY,
                                             .idle_ms = added,
                                             .interactions = &interaction,
                                             .interaction_count = 1};

                (void)snprintf(id, sizeof(id), "agent-%05u", added);
                row.id = att_text_from(id);
                if (!att_wire_list_add_agent(&list, &row)) {
                        break;
                }
        }
        att_wire_list_end(&list, 4711);
        ck_assert_uint_gt(added, 1000);
        att_buffer_drop_front(&fixture.buffer, strlen("an earlier frame"));
        ck_assert_uint_le(fixture.buffer.len, ATT_FRAME_BYTES_MAX + ATT_FRAME_HEADER_BYTES);
        ck_assert_uint_gt(fixture.buffer.len, ATT_FRAME_BYTES_MAX - 200);
        check_with_protobuf_c(envelope_in(&fixture.buffer));
        ck_assert_int_eq(decode(&fixture), ATT_WIRE_OK);
        ck_assert_uint_eq(fixture.message.request_id, 300);
        ck_assert_int_eq(fixture.message.answer.kind, ATT_WIRE_RESULT_AGENTS);
        ck_assert_uint_eq(fixture.message.answer.agents.row_count, added);
        ck_assert_uint_eq(fixture.message.answer.agents.next, 4711);
        ck_assert_int_eq(fixture.message.answer.agents.rows[added - 1].idle_ms, added - 1);
        ck_assert(att_text_equals_c(fixture.message.answer.agents.rows[7].interactions[0].contact,
                                    "c9"));
        drop_fixture(&fixture);
}
END_TEST

START_TEST(lists_of_every_kind_come_back)
{
        struct fixture fixture = make_fixture(1);
        struct att_wire_list list;
        const int64_t values[] = {5, -5, ATT_ABSENT};
        const struct att_wire_report_row report_row = {.name = ATT_TEXT("cards"),
                                                       .values = values,
                                                       .value_count = 3,
                                                       .slice = ATT_TEXT("queue"),
                                                       .text = ATT_TEXT_NONE};
        const struct att_text note = ATT_TEXT("A gap.");
        const struct att_wire_report head = {
                .from_ms = 5, .to_ms = 7, .zone = ATT_TEXT("UTC"), .notes = &note, .note_count = 1};
        const struct att_wire_queue queue = {.name = ATT_TEXT("cards"), .estimate_ms = -1};
        const struct att_wire_skill skill = {.name = ATT_TEXT("cards"), .kind = ATT_SKILL_HUMAN};
        struct att_wire_contact contact;

        att_wire_list_begin(&list, &fixture.buffer, 1, ATT_WIRE_RESULT_REPORT);
        att_wire_list_put_period(&list, &head);
        ck_assert(att_wire_list_add_measure(&list, ATT_TEXT("answered")));
        ck_assert(att_wire_list_add_measure(&list, ATT_TEXT("mean_wait_ms")));
        ck_assert(att_wire_list_add_measure(&list, ATT_TEXT("csat_milli")));
        ck_assert(att_wire_list_add_report_row(&list, &report_row));
        att_wire_list_end(&list, 0);
        ck_assert_int_eq(decode(&fixture), ATT_WIRE_OK);
        ck_assert_uint_eq(fixture.message.answer.report.measure_count, 3);
        ck_assert_int_eq(fixture.message.answer.report.rows[0].values[1], -5);
        ck_assert_int_eq(fixture.message.answer.report.rows[0].values[2], ATT_ABSENT);
        ck_assert_uint_eq(fixture.message.answer.report.next, 0);
        ck_assert(att_text_equals_c(fixture.message.answer.report.rows[0].slice, "queue"));
        ck_assert_int_eq(fixture.message.answer.report.to_ms, 7);
        ck_assert(att_text_equals_c(fixture.message.answer.report.notes[0], "A gap."));

        att_buffer_clear(&fixture.buffer);
        att_wire_list_begin(&list, &fixture.buffer, 1, ATT_WIRE_RESULT_QUEUES);
        ck_assert(att_wire_list_add_queue(&list, &queue));
        att_wire_list_end(&list, 2);
        ck_assert_int_eq(decode(&fixture), ATT_WIRE_OK);
        ck_assert_int_eq(fixture.message.answer.queues.rows[0].estimate_ms, -1);
        ck_assert_uint_eq(fixture.message.answer.queues.next, 2);

        att_buffer_clear(&fixture.buffer);
        att_wire_list_begin(&list, &fixture.buffer, 1, ATT_WIRE_RESULT_SKILLS);
        ck_assert(att_wire_list_add_skill(&list, &skill));
        att_wire_list_end(&list, 0);
        ck_assert_int_eq(decode(&fixture), ATT_WIRE_OK);
        ck_assert_int_eq(fixture.message.answer.skills.rows[0].kind, ATT_SKILL_HUMAN);

        att_buffer_clear(&fixture.buffer);
        att_wire_contact_init(&contact);
        contact.id = ATT_TEXT("c1");
        att_wire_list_begin(&list, &fixture.buffer, 1, ATT_WIRE_RESULT_CONTACTS);
        ck_assert(att_wire_list_add_contact(&list, &contact));
        att_wire_list_end(&list, 0);
        ck_assert_int_eq(decode(&fixture), ATT_WIRE_OK);
        ck_assert(att_text_equals_c(fixture.message.answer.contacts.rows[0].id, "c1"));

        att_buffer_clear(&fixture.buffer);
        att_wire_list_begin_events(&list, &fixture.buffer, 12);
        ck_assert(att_wire_list_add_event(&list, ATT_TEXT("{\"event\":\"offer\"}")));
        att_wire_list_end(&list, 3);
        ck_assert_int_eq(decode(&fixture), ATT_WIRE_OK);
        ck_assert_int_eq(fixture.message.body, ATT_WIRE_EVENTS);
        ck_assert_uint_eq(fixture.message.request_id, 12);
        ck_assert_uint_eq(fixture.message.events.lost, 3);
        ck_assert_uint_eq(fixture.message.events.line_count, 1);

        att_buffer_clear(&fixture.buffer);
        att_wire_list_begin(&list, &fixture.buffer, 1, ATT_WIRE_RESULT_AGENTS);
        att_wire_list_end(&list, 0);
        ck_assert_int_eq(decode(&fixture), ATT_WIRE_OK);
        ck_assert_int_eq(fixture.message.answer.kind, ATT_WIRE_RESULT_AGENTS);
        ck_assert_uint_eq(fixture.message.answer.agents.row_count, 0);
        drop_fixture(&fixture);
}
END_TEST

START_TEST(a_message_over_the_frames_limit_is_not_written)
{
        struct fixture fixture = make_fixture(1);
        struct att_wire_message message;
        char *many = calloc(1, ATT_FRAME_BYTES_MAX);

        memset(many, 'x', ATT_FRAME_BYTES_MAX);
        att_wire_message_init(&message, ATT_WIRE_PING);
        message.ping.payload = (struct att_text){many, ATT_FRAME_BYTES_MAX};
        att_buffer_append_c(&fixture.buffer, "before");
        ck_assert(!att_wire_encode(&fixture.buffer, &message));
        ck_assert_uint_eq(fixture.buffer.len, strlen("before"));
        free(many);
        drop_fixture(&fixture);
}
END_TEST

ATT_TEST_MAIN("wire", every_message_comes_back_as_it_was_and_as_protobuf_c_writes_it,
              a_contact_add_names_its_contact, a_zero_that_was_given_is_not_absent,
              a_refusal_names_the_field_and_keeps_the_requests_number,
              texts_are_utf8_without_nul_and_not_too_long,
              what_a_contact_brings_along_is_bounded_in_all,
              arrays_have_as_many_items_as_the_limits_say,
              cut_short_a_message_is_malformed_or_another_but_never_more,
              no_change_of_bytes_is_more_than_an_error, bytes_that_are_no_protobuf_are_malformed,
              what_is_newer_than_this_program_is_passed_over, numbers_are_read_packed_or_one_by_one,
              a_frame_of_tiny_items_is_refused_for_its_size_in_memory,
              an_answer_written_directly_is_the_one_encoded,
              over_long_texts_of_an_error_are_cut_between_characters,
              a_push_is_its_effect_and_what_is_known_of_the_contact, every_effect_has_a_push,
              a_push_that_is_too_long_goes_without_history_first,
              a_list_fills_a_frame_and_says_where_the_next_begins, lists_of_every_kind_come_back,
              a_message_over_the_frames_limit_is_not_written)
