/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/codec.h"

#include <stdio.h>
#include <string.h>

#include "lib/model/limits.h"
#include "lib/wire/frame.h"
#include "lib/wire/tables.h"

/* Reading ------------------------------------------------------------------------------------- */

/* For the answer to a request that failed before its number was read. */
static uint64_t find_request_id(struct att_text envelope)
{
        uint64_t request_id = 0;
        struct table_item item;

        while (envelope.len > 0 && table_take_item(&envelope, &item)) {
                if (item.number == ENVELOPE_REQUEST_ID && item.type == TABLE_VARINT) {
                        request_id = item.value;
                }
        }
        return request_id;
}

/* What a contact brings along is bounded as a whole, not text by text. */
static bool is_context_too_long(const struct att_contact_request *request)
{
        size_t bytes = request->text.len + request->customer.notes.len;

        for (uint32_t i = 0; i < request->attribute_count; i++) {
                bytes += request->attributes[i].key.len + request->attributes[i].value.len;
        }
        return bytes > ATT_TEXT_BYTES_MAX;
}

static enum att_wire_result finish_command(struct att_command *command,
                                           struct att_wire_problem *problem)
{
        table_name_contact(command);
        if (command->kind == ATT_CMD_CONTACT_ADD && is_context_too_long(&command->request)) {
                (void)snprintf(problem->field, sizeof(problem->field), "text");
                (void)snprintf(problem->message, sizeof(problem->message),
                               "text, notes and attributes are longer than %d bytes in all",
                               ATT_TEXT_BYTES_MAX);
                return ATT_WIRE_INVALID;
        }
        return ATT_WIRE_OK;
}

enum att_wire_result att_wire_decode(struct att_text envelope, struct att_scratch *scratch,
                                     struct att_wire_message *ret_message,
                                     struct att_wire_problem *ret_problem)
{
        struct table_decoder decoder = {
                .is_checked = true, .scratch = scratch, .problem = ret_problem};
        enum att_wire_result result = ATT_WIRE_OK;

        att_scratch_reset(scratch);
        ret_problem->field[0] = '\0';
        ret_problem->message[0] = '\0';
        memset(ret_message, 0, sizeof(*ret_message));
        if (!table_decode(&decoder, &table_envelope, envelope, ret_message)) {
                result = decoder.result;
        } else if (ret_message->body == ATT_WIRE_COMMAND) {
                result = finish_command(&ret_message->command, ret_problem);
        } else if (ret_message->body == ATT_WIRE_NONE) {
                (void)snprintf(ret_problem->message, sizeof(ret_problem->message),
                               "this version knows no such request");
                result = ATT_WIRE_NO_BODY;
        }
        if (result != ATT_WIRE_OK) {
                const enum att_wire_body body = ret_message->body;

                memset(ret_message, 0, sizeof(*ret_message));
                if (result != ATT_WIRE_MALFORMED) {
                        ret_message->request_id = find_request_id(envelope);
                        ret_message->body = body;
                }
        }
        return result;
}

void att_wire_decode_again(struct att_text envelope, struct att_scratch *scratch,
                           struct att_wire_message *ret_message)
{
        struct att_wire_problem problem;
        struct table_decoder decoder = {.scratch = scratch, .problem = &problem};

        att_scratch_reset(scratch);
        memset(ret_message, 0, sizeof(*ret_message));
        ATT_CHECK(table_decode(&decoder, &table_envelope, envelope, ret_message));
        if (ret_message->body == ATT_WIRE_COMMAND) {
                table_name_contact(&ret_message->command);
        }
}

/* Writing ------------------------------------------------------------------------------------- */

bool att_wire_encode(struct att_buffer *into, const struct att_wire_message *message)
{
        const size_t begun = att_frame_begin(into);

        table_encode(into, &table_envelope, message);
        return att_frame_end(into, begun);
}

/* An answer of a kind that is written often: the envelope's and the answer's keys by hand. */
static bool put_answer(struct att_buffer *into, uint64_t request_id, uint32_t result_number,
                       const struct table *table, const void *value)
{
        const size_t begun = att_frame_begin(into);
        size_t answer_at;
        size_t answer_len;
        uint8_t head[1 + 10];
        size_t head_len;

        table_put_uint(into, ENVELOPE_REQUEST_ID, request_id);
        answer_at = into->len;
        table_encode_field(into, result_number, table, value);
        answer_len = into->len - answer_at;
        head[0] = ENVELOPE_ANSWER << 3 | TABLE_LENGTH;
        head_len = 1 + table_format_varint(head + 1, answer_len);
        att_buffer_reserve(into, head_len);
        memmove(into->data + answer_at + head_len, into->data + answer_at, answer_len);
        memcpy(into->data + answer_at, head, head_len);
        into->len += head_len;
        return att_frame_end(into, begun);
}

void att_wire_put_done(struct att_buffer *into, uint64_t request_id,
                       const struct att_wire_done *done)
{
        struct att_wire_done whole = *done;

        whole.queue = att_text_cut(whole.queue, ATT_TEXT_BYTES_MAX);
        whole.agent = att_text_cut(whole.agent, ATT_TEXT_BYTES_MAX);
        ATT_CHECK(put_answer(into, request_id, ANSWER_DONE, &table_done, &whole));
}

void att_wire_put_error(struct att_buffer *into, uint64_t request_id,
                        const struct att_wire_error *error)
{
        struct att_wire_error whole = *error;

        whole.message = att_text_cut(whole.message, ATT_TEXT_BYTES_MAX);
        whole.field = att_text_cut(whole.field, ATT_TEXT_BYTES_MAX);
        whole.nearest = att_text_cut(whole.nearest, ATT_TEXT_BYTES_MAX);
        ATT_CHECK(put_answer(into, request_id, ANSWER_ERROR, &table_error, &whole));
}

void att_wire_put_problem(struct att_buffer *into, uint64_t request_id, enum att_wire_result result,
                          const struct att_wire_problem *problem)
{
        const struct att_wire_error error = {
                .code = result == ATT_WIRE_NO_BODY   ? ATT_REFUSAL_UNKNOWN
                        : result == ATT_WIRE_TOO_BIG ? ATT_REFUSAL_FULL
                                                     : ATT_REFUSAL_INVALID,
                .message = att_text_from(problem->message),
                .field = att_text_from(problem->field),
        };

        att_wire_put_error(into, request_id, &error);
}

void att_wire_put_refusal(struct att_buffer *into, uint64_t request_id,
                          const struct att_effect *refused, struct att_text nearest)
{
        const struct att_wire_error error = {
                .code = refused->refusal,
                .message = refused->reason,
                .field = refused->field,
                .retry_ms = refused->retry_ms,
                .nearest = nearest,
        };

        att_wire_put_error(into, request_id, &error);
}

static bool try_push(struct att_buffer *into, const struct att_wire_push *push)
{
        const size_t begun = att_frame_begin(into);

        table_encode_field(into, ENVELOPE_PUSH, &table_push, push);
        return att_frame_end(into, begun);
}

/* Leaves out of a contact what is longest and least needed; more at each stage. */
static struct att_wire_contact strip_contact(const struct att_wire_contact *contact, int stage)
{
        struct att_wire_contact stripped = *contact;

        stripped.last_contact_count = 0;
        stripped.linked_count = 0;
        stripped.thread_count = 0;
        stripped.knowledge_count = 0;
        if (stage >= 2) {
                stripped.text = att_text_cut(stripped.text, ATT_NAME_BYTES_MAX);
                stripped.customer.notes = att_text_cut(stripped.customer.notes, ATT_NAME_BYTES_MAX);
                stripped.goodwill = att_text_cut(stripped.goodwill, ATT_NAME_BYTES_MAX);
                stripped.last_notes = att_text_cut(stripped.last_notes, ATT_NAME_BYTES_MAX);
                stripped.promise_count = 0;
                stripped.attribute_count = 0;
        }
        return stripped;
}

void att_wire_put_push(struct att_buffer *into, uint64_t push_id, const struct att_effect *effect,
                       const struct att_wire_contact *context, struct att_text address,
                       struct att_text why)
{
        struct att_wire_push push = {
                .push_id = push_id,
                .effect = *effect,
                .context = context,
                .address = address,
                .why = why,
        };

        if (try_push(into, &push)) {
                return;
        }
        push.why = att_text_cut(push.why, ATT_TEXT_BYTES_MAX);
        push.effect.reason = att_text_cut(push.effect.reason, ATT_TEXT_BYTES_MAX);
        for (int stage = 1; stage <= 2 && context; stage++) {
                const struct att_wire_contact stripped = strip_contact(context, stage);

                push.context = &stripped;
                if (try_push(into, &push)) {
                        return;
                }
        }
        push.context = NULL;
        ATT_CHECK(try_push(into, &push));
}

bool att_wire_put_snapshot(struct att_buffer *into, uint64_t push_id, int64_t at_ms,
                           const struct att_wire_snapshot *snapshot)
{
        const struct att_wire_push push = {
                .push_id = push_id,
                .effect = {.kind = ATT_WIRE_PUSH_SNAPSHOT, .at_ms = at_ms},
                .snapshot = *snapshot,
        };

        return try_push(into, &push);
}

/* Lists --------------------------------------------------------------------------------------- */

/* Enough for the keys and lengths around the rows, and the cursor after them. */
#define LIST_HEAD_BYTES 16
#define LIST_TAIL_BYTES 16

static bool is_full(const struct att_wire_list *list)
{
        return list->into->len - list->begun + LIST_TAIL_BYTES > ATT_FRAME_BYTES_MAX;
}

void att_wire_list_begin(struct att_wire_list *list, struct att_buffer *into, uint64_t request_id,
                         enum att_wire_result_kind kind)
{
        static const char head[LIST_HEAD_BYTES];

        *list = (struct att_wire_list){.into = into, .request_id = request_id, .kind = kind};
        list->begun = att_frame_begin(into);
        table_put_uint(into, ENVELOPE_REQUEST_ID, request_id);
        att_buffer_append(into, head, sizeof(head));
        list->rows_at = into->len;
}

void att_wire_list_begin_events(struct att_wire_list *list, struct att_buffer *into,
                                uint64_t request_id)
{
        att_wire_list_begin(list, into, request_id, ATT_WIRE_RESULT_NONE);
}

/* Keeps the row just written if it fits. */
static bool keep_row(struct att_wire_list *list, size_t before)
{
        if (is_full(list)) {
                list->into->len = before;
                return false;
        }
        list->row_count++;
        return true;
}

static bool add_row(struct att_wire_list *list, uint32_t number, const struct table *table,
                    const void *row)
{
        const size_t before = list->into->len;

        table_encode_field(list->into, number, table, row);
        return keep_row(list, before);
}

bool att_wire_list_add_queue(struct att_wire_list *list, const struct att_wire_queue *row)
{
        ATT_CHECK(list->kind == ATT_WIRE_RESULT_QUEUES);
        return add_row(list, 1, &table_queue_row, row);
}

bool att_wire_list_add_agent(struct att_wire_list *list, const struct att_wire_agent *row)
{
        struct att_wire_agent stripped = *row;

        ATT_CHECK(list->kind == ATT_WIRE_RESULT_AGENTS);
        if (add_row(list, 1, &table_agent_row, row)) {
                return true;
        }
        stripped.interaction_count = 0;
        return list->row_count == 0 && add_row(list, 1, &table_agent_row, &stripped);
}

bool att_wire_list_add_contact(struct att_wire_list *list, const struct att_wire_contact *row)
{
        ATT_CHECK(list->kind == ATT_WIRE_RESULT_CONTACTS);
        if (add_row(list, 1, &table_contact, row)) {
                return true;
        }
        for (int stage = 1; stage <= 2 && list->row_count == 0; stage++) {
                const struct att_wire_contact stripped = strip_contact(row, stage);

                if (add_row(list, 1, &table_contact, &stripped)) {
                        return true;
                }
        }
        return false;
}

bool att_wire_list_add_skill(struct att_wire_list *list, const struct att_wire_skill *row)
{
        ATT_CHECK(list->kind == ATT_WIRE_RESULT_SKILLS);
        return add_row(list, 1, &table_skill_row, row);
}

bool att_wire_list_add_incident(struct att_wire_list *list, const struct att_wire_incident *row)
{
        struct att_wire_incident stripped = *row;

        ATT_CHECK(list->kind == ATT_WIRE_RESULT_INCIDENTS);
        if (add_row(list, 1, &table_incident_row, row)) {
                return true;
        }
        stripped.when = att_text_cut(stripped.when, ATT_NAME_BYTES_MAX);
        return list->row_count == 0 && add_row(list, 1, &table_incident_row, &stripped);
}

bool att_wire_list_add_measure(struct att_wire_list *list, struct att_text measure)
{
        const size_t before = list->into->len;

        ATT_CHECK(list->kind == ATT_WIRE_RESULT_REPORT);
        table_put_bytes(list->into, 1, measure);
        return keep_row(list, before);
}

void att_wire_list_put_period(struct att_wire_list *list, const struct att_wire_report *report)
{
        ATT_CHECK(list->kind == ATT_WIRE_RESULT_REPORT);
        table_put_uint(list->into, 5, (uint64_t)report->from_ms);
        table_put_uint(list->into, 6, (uint64_t)report->to_ms);
        table_put_bytes(list->into, 7, report->zone);
        for (uint32_t i = 0; i < report->note_count; i++) {
                table_put_bytes(list->into, 8,
                                att_text_cut(report->notes[i], ATT_WIRE_NOTE_BYTES_MAX));
        }
}

bool att_wire_list_add_report_row(struct att_wire_list *list, const struct att_wire_report_row *row)
{
        ATT_CHECK(list->kind == ATT_WIRE_RESULT_REPORT);
        return add_row(list, 2, &table_report_row, row);
}

bool att_wire_list_add_event(struct att_wire_list *list, struct att_text line)
{
        const size_t before = list->into->len;

        ATT_CHECK(list->kind == ATT_WIRE_RESULT_NONE);
        table_put_bytes(list->into, 1, line);
        return keep_row(list, before);
}

static uint32_t number_of_result(enum att_wire_result_kind kind)
{
        for (uint32_t i = 0; i < table_answer.count; i++) {
                if (table_answer.fields[i].tag == (int)kind) {
                        return table_answer.fields[i].number;
                }
        }
        ATT_CHECK(false); /* Not a kind of result. */
        return 0;
}

static size_t format_key(uint8_t *to, uint32_t number, size_t len)
{
        const size_t key_len = table_format_varint(to, (uint64_t)number << 3 | TABLE_LENGTH);

        return key_len + table_format_varint(to + key_len, len);
}

void att_wire_list_end(struct att_wire_list *list, uint64_t next_or_lost)
{
        struct att_buffer *into = list->into;
        const size_t head_at = list->rows_at - LIST_HEAD_BYTES;
        uint8_t outer[2 * 10];
        uint8_t inner[2 * 10];
        size_t outer_len;
        size_t inner_len = 0;
        size_t rows_len;

        table_put_uint(into, list->kind == ATT_WIRE_RESULT_REPORT ? 3 : 2, next_or_lost);
        rows_len = into->len - list->rows_at;
        if (list->kind == ATT_WIRE_RESULT_NONE) {
                outer_len = format_key(outer, ENVELOPE_EVENTS, rows_len);
        } else {
                inner_len = format_key(inner, number_of_result(list->kind), rows_len);
                outer_len = format_key(outer, ENVELOPE_ANSWER, inner_len + rows_len);
        }
        ATT_CHECK(outer_len + inner_len <= LIST_HEAD_BYTES);
        memcpy(into->data + head_at, outer, outer_len);
        memcpy(into->data + head_at + outer_len, inner, inner_len);
        memmove(into->data + head_at + outer_len + inner_len, into->data + list->rows_at, rows_len);
        into->len = head_at + outer_len + inner_len + rows_len;
        into->data[into->len] = '\0';
        ATT_CHECK(att_frame_end(into, list->begun));
        list->into = NULL;
}
