/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes to messages and back. Decoding checks everything that can be checked without the engine's
 * state: that it is protobuf, that texts are UTF-8 without NUL and not too long, that ids which must
 * be there are, that numbers are in their ranges, that arrays have no more items than the limits
 * say. Unknown fields are passed over; unknown enum values are the enum's COUNT.
 *
 * Nothing is allocated but arrays in the scratch memory; texts point into the frame.
 */
#ifndef ATT_LIB_WIRE_CODEC_H
#define ATT_LIB_WIRE_CODEC_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/text.h"
#include "lib/wire/message.h"
#include "lib/wire/scratch.h"

enum att_wire_result {
        ATT_WIRE_OK = 0,
        ATT_WIRE_MALFORMED, /* Not protobuf, or not ours: the connection can't be trusted. */
        ATT_WIRE_TOO_BIG,   /* More than the scratch memory holds. */
        ATT_WIRE_INVALID,   /* A value that is not allowed: answer with the problem. */
        ATT_WIRE_NO_BODY,   /* Nothing, or a request newer than this program. */
};

/* What is wrong. */
struct att_wire_problem {
        char field[96];    /* "customer.churn_risk_ppm", or empty. */
        char message[160]; /* A sentence. */
};

/* One envelope, without the frame's header. `message->request_id` is right for every result but
 * MALFORMED (then it is 0), so that the answer finds its way; the body and the payload for OK alone. */
ATT_MUST_USE enum att_wire_result att_wire_decode(struct att_text envelope,
                                                  struct att_scratch *scratch,
                                                  struct att_wire_message *ret_message,
                                                  struct att_wire_problem *ret_problem);

/* The same bytes once more, that were OK before: what was checked then is taken as it is. */
void att_wire_decode_again(struct att_text envelope, struct att_scratch *scratch,
                           struct att_wire_message *ret_message);

/* Appends one frame (header included). False, and nothing appended, if it would be over
 * ATT_FRAME_BYTES_MAX: only lists can be, for which there is att_wire_list below. */
ATT_MUST_USE bool att_wire_encode(struct att_buffer *into, const struct att_wire_message *message);

/* ---- What a server writes most, without filling a message ---- */

/* Always fit. */
void att_wire_put_done(struct att_buffer *into, uint64_t request_id,
                       const struct att_wire_done *done);
/* Over-long texts are cut. */
void att_wire_put_error(struct att_buffer *into, uint64_t request_id,
                        const struct att_wire_error *error);
/* The error that answers a request which didn't decode. */
void att_wire_put_problem(struct att_buffer *into, uint64_t request_id, enum att_wire_result result,
                          const struct att_wire_problem *problem);
/* The error of a refusal among the effects of a command. `nearest` may be empty. */
void att_wire_put_refusal(struct att_buffer *into, uint64_t request_id,
                          const struct att_effect *refused, struct att_text nearest);
/* A push. `context`, `address` and `why` go with offers and connects; NULL and empty are fine. Should it
 * not fit, it goes without what is longest in the context (its texts, history and knowledge). */
void att_wire_put_push(struct att_buffer *into, uint64_t push_id, const struct att_effect *effect,
                       const struct att_wire_contact *context, struct att_text address,
                       struct att_text why);

/* A push that is a piece of a snapshot. False, and nothing appended: too many rows for a frame. */
ATT_MUST_USE bool att_wire_put_snapshot(struct att_buffer *into, uint64_t push_id, int64_t at_ms,
                                        const struct att_wire_snapshot *snapshot);

/*
 * A list in answer to QUEUES, AGENTS, CONTACTS, SKILLS or REPORT, or TAIL's events, row by row:
 *
 *      struct att_wire_list list;
 *      att_wire_list_begin(&list, into, request_id, ATT_WIRE_RESULT_AGENTS);
 *      while (there is a row && att_wire_list_add_agent(&list, &row)) { ... }
 *      att_wire_list_end(&list, next cursor, or 0 if that was all);
 *
 * add gives false, and leaves it out, when the frame is full: it is the first of the next page. The
 * first row always fits (long ones go without their longest texts).
 */
struct att_wire_list {
        struct att_buffer *into; /* Borrowed until end. */
        size_t begun;
        size_t rows_at;
        uint32_t row_count;
        uint64_t request_id;
        enum att_wire_result_kind kind; /* ATT_WIRE_RESULT_NONE: events. */
};

void att_wire_list_begin(struct att_wire_list *list, struct att_buffer *into, uint64_t request_id,
                         enum att_wire_result_kind kind);
void att_wire_list_begin_events(struct att_wire_list *list, struct att_buffer *into,
                                uint64_t request_id);
ATT_MUST_USE bool att_wire_list_add_queue(struct att_wire_list *list,
                                          const struct att_wire_queue *row);
ATT_MUST_USE bool att_wire_list_add_agent(struct att_wire_list *list,
                                          const struct att_wire_agent *row);
ATT_MUST_USE bool att_wire_list_add_contact(struct att_wire_list *list,
                                            const struct att_wire_contact *row);
ATT_MUST_USE bool att_wire_list_add_incident(struct att_wire_list *list,
                                             const struct att_wire_incident *row);
ATT_MUST_USE bool att_wire_list_add_skill(struct att_wire_list *list,
                                          const struct att_wire_skill *row);
/* A report: what it is about first, then measures, then rows. */
void att_wire_list_put_period(struct att_wire_list *list, const struct att_wire_report *report);
ATT_MUST_USE bool att_wire_list_add_measure(struct att_wire_list *list, struct att_text measure);
ATT_MUST_USE bool att_wire_list_add_report_row(struct att_wire_list *list,
                                               const struct att_wire_report_row *row);
ATT_MUST_USE bool att_wire_list_add_event(struct att_wire_list *list, struct att_text line);
/* `next_or_lost`: a list's next cursor; of events, how many were lost before them. */
void att_wire_list_end(struct att_wire_list *list, uint64_t next_or_lost);

#endif
