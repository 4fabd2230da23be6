/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/command.h"
#include "lib/wire/tables.h"

static const struct table table_tick = {.message = "Tick"};
static const struct table table_front_end_lost = {.message = "FrontEndLost"};
static const struct table table_front_end_back = {.message = "FrontEndBack"};
static const struct table table_prices = {.message = "Prices"};

static const struct table_field away_fields[] = {
        TABLE_ROW(1, TABLE_I64, "away_ms", TABLE_AT(struct att_command, away.away_ms)),
};

static const struct table table_away = TABLE_OF("Away", away_fields, struct att_command,
                                                .required = 0);

#define COMMAND(number, name, kind_, ...)                                                          \
        TABLE_ROW(number, TABLE_CASE, name, .tag = (kind_), __VA_ARGS__)

/* The configuration (field JOURNAL_CONFIG) is read and written by hand: it outlives the command. */
static const struct table_field journal_command_fields[] = {
        TABLE_ROW(1, TABLE_U64, "seq", TABLE_AT(struct att_command, seq)),
        TABLE_ROW(2, TABLE_I64, "at_ms", TABLE_AT(struct att_command, at_ms)),
        TABLE_ROW(3, TABLE_TEXT, "front_end", TABLE_AT(struct att_command, front_end)),
        COMMAND(4, "tick", ATT_CMD_TICK, .sub = &table_tick),
        TABLE_ROW(5, TABLE_IGNORED, "config", .sub = NULL),
        COMMAND(6, "front_end_lost", ATT_CMD_FRONT_END_LOST, .sub = &table_front_end_lost),
        COMMAND(7, "front_end_back", ATT_CMD_FRONT_END_BACK, .sub = &table_front_end_back),
        COMMAND(8, "away", ATT_CMD_AWAY, .sub = &table_away),
        COMMAND(9, "prices", ATT_CMD_PRICES, .sub = &table_prices),
        TABLE_ROW(10, TABLE_FIXED64, "client", TABLE_AT(struct att_command, client)),
        TABLE_ROW(11, TABLE_U64, "request_id", TABLE_AT(struct att_command, request_id)),
        COMMAND(16, "contact_add", ATT_CMD_CONTACT_ADD,
                .offset = offsetof(struct att_command, request), .sub = &table_contact_add),
        COMMAND(17, "contact_update", ATT_CMD_CONTACT_UPDATE, .sub = &table_contact_update),
        COMMAND(18, "contact_abandon", ATT_CMD_CONTACT_ABANDON, .sub = &table_contact_abandon),
        COMMAND(19, "contact_cancel", ATT_CMD_CONTACT_CANCEL, .sub = &table_contact_cancel),
        COMMAND(20, "contact_end", ATT_CMD_CONTACT_END, .sub = &table_contact_end),
        COMMAND(21, "contact_transfer", ATT_CMD_CONTACT_TRANSFER, .sub = &table_contact_transfer),
        COMMAND(22, "contact_hold", ATT_CMD_CONTACT_HOLD, .sub = &table_contact_hold),
        COMMAND(23, "contact_feedback", ATT_CMD_CONTACT_FEEDBACK, .sub = &table_contact_feedback),
        COMMAND(24, "agent_ready", ATT_CMD_AGENT_READY, .sub = &table_agent_ready),
        COMMAND(25, "agent_pause", ATT_CMD_AGENT_PAUSE, .sub = &table_agent_pause),
        COMMAND(26, "agent_offline", ATT_CMD_AGENT_OFFLINE, .sub = &table_agent_offline),
        COMMAND(27, "offer_accept", ATT_CMD_OFFER_ACCEPT, .sub = &table_offer_accept),
        COMMAND(28, "offer_decline", ATT_CMD_OFFER_DECLINE, .sub = &table_offer_decline),
        COMMAND(29, "wrap_up_done", ATT_CMD_WRAP_UP_DONE, .sub = &table_wrap_up_done),
        COMMAND(30, "occupied", ATT_CMD_OCCUPIED, .sub = &table_occupied),
        COMMAND(31, "free", ATT_CMD_FREE, .sub = &table_free),
        COMMAND(60, "incident_announce", ATT_CMD_INCIDENT_ANNOUNCE,
                .sub = &table_incident_announce),
        COMMAND(61, "incident_close", ATT_CMD_INCIDENT_CLOSE, .sub = &table_incident_close),
        COMMAND(66, "customer_set", ATT_CMD_CUSTOMER_SET, .sub = &table_customer_set),
        COMMAND(67, "customer_link", ATT_CMD_CUSTOMER_LINK, .sub = &table_customer_link),
        COMMAND(68, "customer_unlink", ATT_CMD_CUSTOMER_UNLINK, .sub = &table_customer_unlink),
        COMMAND(69, "customer_forget", ATT_CMD_CUSTOMER_FORGET, .sub = &table_customer_forget),
};

const struct table table_journal_command = TABLE_OF(
        "JournalCommand", journal_command_fields, struct att_command,
        .tag_offset = offsetof(struct att_command, kind));
