/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of all messages. Internal to lib/wire and its tests; what they say about the fields is
 * in proto/attune/v1. */
#ifndef ATT_LIB_WIRE_TABLES_H
#define ATT_LIB_WIRE_TABLES_H

#include <stdint.h>

#include "lib/core/command.h"
#include "lib/wire/table.h"

/* table_noun.c */
extern const struct table table_customer;     /* struct att_customer_info */
extern const struct table table_requirement;  /* struct att_named_level */
extern const struct table table_preference;   /* struct att_named_weight */
extern const struct table table_attribute;    /* struct att_pair */
extern const struct table table_contact;      /* struct att_wire_contact */
extern const struct table table_past_contact; /* struct att_wire_past_contact */
extern const struct table table_promise;      /* struct att_wire_promise */
extern const struct table table_person;       /* struct att_wire_person */
extern const struct table table_interaction;  /* struct att_wire_interaction */

/* table_request.c: of struct att_command, but for the first, which is of its request. */
extern const struct table table_contact_add;
extern const struct table table_contact_update;
extern const struct table table_contact_abandon;
extern const struct table table_contact_cancel;
extern const struct table table_contact_end;
extern const struct table table_contact_transfer;
extern const struct table table_contact_hold;
extern const struct table table_contact_feedback;
extern const struct table table_incident_announce;
extern const struct table table_incident_close;
extern const struct table table_agent_ready;
extern const struct table table_agent_pause;
extern const struct table table_agent_offline;
extern const struct table table_offer_accept;
extern const struct table table_offer_decline;
extern const struct table table_wrap_up_done;
extern const struct table table_occupied;
extern const struct table table_free;
extern const struct table table_customer_set;
extern const struct table table_customer_link;
extern const struct table table_customer_unlink;
extern const struct table table_customer_forget;

/* table_push.c: of struct att_wire_push. */
extern const struct table table_push;

/* table_admin.c */
extern const struct table table_error; /* struct att_wire_error */
extern const struct table table_done;
extern const struct table table_status_answer;
extern const struct table table_queue_row;
extern const struct table table_agent_row;
extern const struct table table_skill_row;
extern const struct table table_report_row;
extern const struct table table_incident_row;
extern const struct table table_answer;
extern const struct table table_drain_request;
extern const struct table table_status_request; /* These of their structs in a message. */
extern const struct table table_queues_request;
extern const struct table table_agents_request;
extern const struct table table_contacts_request;
extern const struct table table_skills_request;
extern const struct table table_explain_request;
extern const struct table table_reload_request;
extern const struct table table_config_request;
extern const struct table table_tail_request;
extern const struct table table_tail_events;
extern const struct table table_report_request;
extern const struct table table_incidents_request;
extern const struct table table_customers_request;

/* table_explain.c */
extern const struct table table_explain_answer; /* struct att_wire_explanation */

/* table_envelope.c */
extern const struct table table_envelope; /* struct att_wire_message */

/* table_journal.c */
extern const struct table table_journal_command; /* struct att_command */

/* table_config.c */
extern const struct table table_config; /* struct compiled_config (compiled.h) */

/* Field numbers that are written or looked for by hand. */
#define ENVELOPE_REQUEST_ID 1
#define ENVELOPE_ANSWER     4
#define ENVELOPE_PUSH       5
#define ENVELOPE_EVENTS     10
#define ANSWER_ERROR        1
#define ANSWER_DONE         2
#define JOURNAL_CONFIG      5

/* What no table does: a contact that comes has its id in the request. */
static inline void table_name_contact(struct att_command *command)
{
        if (command->kind == ATT_CMD_CONTACT_ADD) {
                command->contact = command->request.id;
        }
}

#endif
