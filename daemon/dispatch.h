/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A frame's way in: decode, check the session's state and role, then one handler a message.
 * Those of commands and of the session itself are in dispatch.c.
 */
#ifndef ATT_DAEMON_DISPATCH_H
#define ATT_DAEMON_DISPATCH_H

#include <stdint.h>

#include "lib/base/text.h"
#include "lib/model/words.h"
#include "lib/wire/message.h"

struct session;

void dispatch_frame(struct session *session, struct att_text frame);

typedef void message_handler(struct session *session, const struct att_wire_message *message);

message_handler answer_hello;     /* daemon/hello.c */
message_handler answer_reconcile; /* daemon/reconcile.c */

message_handler answer_status;
message_handler answer_drain; /* daemon/admin.c */
message_handler answer_explain;
message_handler answer_reload;
message_handler answer_config;
/* The piece of bytes that was asked for: from the beginning if it is of others. */
void config_piece(const struct att_wire_config_request *ask, struct att_text bytes,
                  struct att_text digest, struct att_wire_config_piece *piece);
message_handler answer_tail;
message_handler answer_tail_stop;

message_handler answer_queues; /* daemon/admin_list.c */
message_handler answer_agents;
message_handler answer_contacts;
message_handler answer_skills;
message_handler answer_incidents;
message_handler answer_report; /* daemon/report.c */
message_handler answer_customers;

/* One whose turn it is; it may yet have to wait for what is known of a customer, */
void dispatch_bulk(struct session *session, const struct att_wire_message *message,
                   struct att_text frame);
/* and then need not any more. */
message_handler dispatch_known;

/* Answers that it may be tried again, and when. */
void refuse_for_now(struct session *session, uint64_t request_id, const char *what);
/* Answers with an error, unless no answer is wanted (request_id 0). */
void refuse_request(struct session *session, uint64_t request_id, enum att_refusal code,
                    const char *what);

#endif
