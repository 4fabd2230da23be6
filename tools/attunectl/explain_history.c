/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunectl/explain_history.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "lib/base/json.h"
#include "lib/base/util.h"
#include "lib/store/history.h"

/* Of these queues' contacts with the agent. */
static const char query[] =
        "SELECT f.at_ms, c.id, f.queue, ifnull(f.csat, -1), ifnull(f.nps, -1), ifnull(f.ces, -1),"
        " ifnull(f.resolved, -1), f.text"
        " FROM feedback AS f JOIN contacts AS c USING (contact)"
        " WHERE f.agent = ?1 AND f.queue IN (SELECT value FROM json_each(?2))"
        " ORDER BY f.at_ms DESC, f.feedback DESC LIMIT ?3";

static void write_queues(const struct att_explain_outcome *outcome, struct att_buffer *into)
{
        struct att_json json;

        att_json_init(&json, into);
        att_json_begin_array(&json);
        for (uint32_t i = 0; i < outcome->row_count; i++) {
                att_json_text(&json, outcome->rows[i].queue);
        }
        att_json_end_array(&json);
}

static struct att_text column_text(struct att_arena *arena, sqlite3_stmt *statement, int column)
{
        const unsigned char *text = sqlite3_column_text(statement, column);

        return text ? att_arena_text(arena,
                                     att_text_of((const char *)text,
                                                 (size_t)sqlite3_column_bytes(statement, column)))
                    : ATT_TEXT_NONE;
}

static void take_row(sqlite3_stmt *statement, struct explain_history *history)
{
        struct explain_feedback *row = &history->rows[history->count++];

        *row = (struct explain_feedback){
                .at_ms = sqlite3_column_int64(statement, 0),
                .contact = column_text(&history->arena, statement, 1),
                .queue = column_text(&history->arena, statement, 2),
                .csat = sqlite3_column_int64(statement, 3),
                .nps = sqlite3_column_int64(statement, 4),
                .ces = sqlite3_column_int64(statement, 5),
                .resolved = sqlite3_column_int64(statement, 6),
                .text = column_text(&history->arena, statement, 7),
        };
}

static void read_rows(struct sqlite3 *db, const struct att_explain_outcome *outcome,
                      struct explain_history *history)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer queues = {0};
        sqlite3_stmt *statement;

        if (sqlite3_prepare_v2(db, query, -1, &statement, NULL) != SQLITE_OK) {
                return;
        }
        write_queues(outcome, &queues);
        if (sqlite3_bind_text(statement, 1, outcome->agent.data, (int)outcome->agent.len,
                              SQLITE_STATIC) == SQLITE_OK &&
            sqlite3_bind_text(statement, 2, queues.data, (int)queues.len, SQLITE_STATIC) ==
                    SQLITE_OK &&
            sqlite3_bind_int(statement, 3, EXPLAIN_HISTORY_ROWS) == SQLITE_OK) {
                while (history->count < EXPLAIN_HISTORY_ROWS &&
                       sqlite3_step(statement) == SQLITE_ROW) {
                        take_row(statement, history);
                }
        }
        (void)sqlite3_finalize(statement);
}

/* The data directory is where the journal is. */
static bool find_data(struct ctl *ctl, char data[PATH_MAX])
{
        struct att_wire_message question;
        struct att_wire_answer answer;
        char *end;

        att_wire_message_init(&question, ATT_WIRE_STATUS);
        if (!ctl_ask(ctl, &question, ATT_WIRE_RESULT_STATUS, &answer)) {
                return false;
        }
        (void)snprintf(data, PATH_MAX, "%.*s", ATT_TEXT_ARGS(answer.status.journal_path));
        end = strrchr(data, '/');
        if (!end || end == data) {
                return false;
        }
        *end = 0;
        return true;
}

void explain_history_read(struct ctl *ctl, const struct att_explain_outcome *outcome,
                          struct explain_history *ret_history)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer why = {0};
        struct att_history *history;
        char data[PATH_MAX];

        *ret_history = (struct explain_history){.count = 0};
        if (find_data(ctl, data) && att_history_open_to_read(data, &history, &why) == 0) {
                read_rows(att_history_db(history), outcome, ret_history);
                att_history_close(history);
        }
}

void explain_history_deinit(struct explain_history *history)
{
        att_arena_deinit(&history->arena);
}
