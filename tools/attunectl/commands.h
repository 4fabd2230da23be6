/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the table, each defined by the file that is called after it. */
#ifndef ATT_TOOLS_ATTUNECTL_COMMANDS_H
#define ATT_TOOLS_ATTUNECTL_COMMANDS_H

#include "tools/attunectl/command.h"

extern const struct command command_status;
extern const struct command command_queues;
extern const struct command command_agents;
extern const struct command command_contacts;
extern const struct command command_skills;
extern const struct command command_explain;
extern const struct command command_tail;
extern const struct command command_top;
extern const struct command command_config_check;
extern const struct command command_config_diff;
extern const struct command command_config_reload;
extern const struct command command_config_history;
extern const struct command command_config_show;
extern const struct command command_config_rollback;
extern const struct command command_queue_close;
extern const struct command command_queue_open;
extern const struct command command_agent_ready;
extern const struct command command_agent_pause;
extern const struct command command_agent_offline;
extern const struct command command_agent_accept;
extern const struct command command_agent_decline;
extern const struct command command_agent_done;
extern const struct command command_agent_occupied;
extern const struct command command_agent_free;
extern const struct command command_agent_skills;
extern const struct command command_contact_add;
extern const struct command command_contact_update;
extern const struct command command_contact_end;
extern const struct command command_contact_transfer;
extern const struct command command_contact_hold;
extern const struct command command_contact_resume;
extern const struct command command_contact_abandon;
extern const struct command command_contact_cancel;
extern const struct command command_contact_feedback;
extern const struct command command_customer_show;
extern const struct command command_customer_conflicts;
extern const struct command command_customer_link;
extern const struct command command_customer_unlink;
extern const struct command command_incident_announce;
extern const struct command command_incident_close;
extern const struct command command_incident_list;
extern const struct command command_report;
extern const struct command command_review;
extern const struct command command_customer_forget;
extern const struct command command_customer_import;
extern const struct command command_customer_export;
extern const struct command command_incident_announce;
extern const struct command command_incident_close;
extern const struct command command_incident_list;
extern const struct command command_drain;
extern const struct command command_help;

#endif
