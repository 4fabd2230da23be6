/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/history.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "lib/store/files.h"
#include "lib/store/history_work.h"
#include "lib/store/sql.h"
#include "lib/store/sqlite.h"

/* A reader may hold the writer up for as long as it takes to copy the log into the file, no longer. */
#define BUSY_MS 5000

/* The log is copied into the file every so many pages, and cut to so many bytes. */
static const char to_write[] = "PRAGMA journal_mode = WAL;"
                               "PRAGMA synchronous = NORMAL;"
                               "PRAGMA wal_autocheckpoint = 4000;"
                               "PRAGMA journal_size_limit = 67108864;"
                               "PRAGMA cache_size = -16384;"
                               "PRAGMA temp_store = MEMORY;"
                               "PRAGMA secure_delete = ON;" /* What goes is overwritten. */
                               "CREATE TEMP TABLE doomed (contact INTEGER PRIMARY KEY);"
                               "CREATE TEMP TABLE doomed_people (person INTEGER PRIMARY KEY);";

sqlite3 *att_history_db(struct att_history *history)
{
        return history->db;
}

int att_history_say(const struct att_history *history, struct att_buffer *why)
{
        return att_sqlite_say(history->db, history->path, why);
}

static int execute(struct att_history *history, const char *sql, struct att_buffer *why)
{
        return sqlite3_exec(history->db, sql, NULL, NULL, NULL) == SQLITE_OK
                       ? 0
                       : att_history_say(history, why);
}

static int execute_lines(struct att_history *history, const char *const *lines,
                         struct att_buffer *why)
{
        struct att_buffer sql ATT_CLEANUP(att_buffer_deinit) = {0};

        for (; *lines; lines++) {
                att_buffer_append_c(&sql, *lines);
        }
        return sql.len > 0 ? execute(history, sql.data, why) : 0;
}

/* ---- Statements ---- */

/* What went wrong is handed on, and a new transaction may begin. */
static int give_result(struct att_history *history, struct att_buffer *why)
{
        const int result = history->result;

        att_buffer_append_text(why, att_buffer_text(&history->why));
        att_buffer_clear(&history->why);
        history->result = 0;
        return result;
}

static void fail(struct att_history *history)
{
        if (history->result == 0) {
                history->result = att_history_say(history, &history->why);
        }
}

static struct history_statement *place_of(struct att_history *history, const char *sql)
{
        size_t i = ((uintptr_t)sql >> 3) * UINT64_C(0x9e3779b97f4a7c15) >> 56;

        for (size_t tries = 0; tries < HISTORY_STATEMENTS_MAX; tries++) {
                struct history_statement *place = &history->statements[i];

                if (!place->sql || place->sql == sql) {
                        return place;
                }
                i = (i + 1) % HISTORY_STATEMENTS_MAX;
        }
        ATT_CHECK(false); /* There are fewer statements than places. */
}

sqlite3_stmt *history_statement(struct att_history *history, const char *sql)
{
        struct history_statement *place = place_of(history, sql);

        if (!place->sql) {
                if (sqlite3_prepare_v3(history->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                       &place->statement, NULL) != SQLITE_OK) {
                        return NULL;
                }
                place->sql = sql;
        }
        return place->statement;
}

static sqlite3_stmt *prepare(struct att_history *history, const char *sql)
{
        sqlite3_stmt *statement = history_statement(history, sql);

        if (!statement) {
                fail(history);
        }
        return statement;
}

static void bind_number(sqlite3_stmt *statement, int at, int64_t number)
{
        if (number == ATT_HISTORY_NONE) {
                (void)sqlite3_bind_null(statement, at);
        } else {
                (void)sqlite3_bind_int64(statement, at, number);
        }
}

static void bind_text(sqlite3_stmt *statement, int at, struct att_text text)
{
        if (att_text_is_empty(text)) {
                (void)sqlite3_bind_null(statement, at);
        } else {
                (void)sqlite3_bind_text(statement, at, text.data, (int)text.len, SQLITE_STATIC);
        }
}

static void bind_all(sqlite3_stmt *statement, const char *form, va_list arguments)
{
        for (int at = 1; *form; form++, at++) {
                switch (*form) {
                case 'n':
                        bind_number(statement, at, va_arg(arguments, int64_t));
                        break;
                case 't':
                        bind_text(statement, at, va_arg(arguments, struct att_text));
                        break;
                default:
                        ATT_CHECK(false); /* It is one of the two. */
                }
        }
}

void history_do(struct att_history *history, const char *sql, const char *form, ...)
{
        sqlite3_stmt *statement = history->result < 0 ? NULL : prepare(history, sql);
        va_list arguments;

        if (!statement) {
                return;
        }
        va_start(arguments, form);
        bind_all(statement, form, arguments);
        va_end(arguments);
        if (sqlite3_step(statement) != SQLITE_DONE) {
                fail(history);
        }
        (void)sqlite3_reset(statement);
}

bool history_find(struct att_history *history, int64_t *ret_columns, const char *sql,
                  const char *form, ...)
{
        sqlite3_stmt *statement = history->result < 0 ? NULL : prepare(history, sql);
        va_list arguments;
        int code;

        if (!statement) {
                return false;
        }
        va_start(arguments, form);
        bind_all(statement, form, arguments);
        va_end(arguments);
        code = sqlite3_step(statement);
        if (code == SQLITE_ROW) {
                for (int i = 0; i < sqlite3_column_count(statement); i++) {
                        ret_columns[i] = sqlite3_column_type(statement, i) == SQLITE_NULL
                                                 ? ATT_HISTORY_NONE
                                                 : sqlite3_column_int64(statement, i);
                }
        } else if (code != SQLITE_DONE) {
                fail(history);
        }
        (void)sqlite3_reset(statement);
        return code == SQLITE_ROW;
}

void history_each(struct att_history *history, void (*take)(void *context, sqlite3_stmt *row),
                  void *context, const char *sql, const char *form, ...)
{
        sqlite3_stmt *statement = history->result < 0 ? NULL : prepare(history, sql);
        va_list arguments;
        int code;

        if (!statement) {
                return;
        }
        va_start(arguments, form);
        bind_all(statement, form, arguments);
        va_end(arguments);
        while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
                take(context, statement);
        }
        if (code != SQLITE_DONE) {
                fail(history);
        }
        (void)sqlite3_reset(statement);
}

static struct att_text column_text(sqlite3_stmt *statement, int at)
{
        const char *text = (const char *)sqlite3_column_text(statement, at);

        return text ? att_text_of(text, (size_t)sqlite3_column_bytes(statement, at))
                    : ATT_TEXT_NONE;
}

bool history_find_text(struct att_history *history, struct att_buffer *into, const char *sql,
                       struct att_text argument)
{
        sqlite3_stmt *statement = history->result < 0 ? NULL : prepare(history, sql);
        int code;

        if (!statement) {
                return false;
        }
        bind_text(statement, 1, argument);
        code = sqlite3_step(statement);
        if (code == SQLITE_ROW) {
                att_buffer_clear(into); /* The argument may have been in there. */
                att_buffer_append_text(into, column_text(statement, 0));
        } else if (code != SQLITE_DONE) {
                fail(history);
        }
        (void)sqlite3_reset(statement);
        return code == SQLITE_ROW;
}

int history_changed(const struct att_history *history)
{
        return history->result < 0 ? 0 : sqlite3_changes(history->db);
}

/* ---- Opening ---- */

bool att_history_is_there(const char *data)
{
        ATT_CLEANUP(att_free_pointer) char *path = att_path_join(data, ATT_HISTORY_NAME);

        return access(path, F_OK) == 0;
}

static int open_file(const char *data, int flags, struct att_history **ret_history,
                     struct att_buffer *why)
{
        struct att_history *history = att_alloc(sizeof(*history));
        int result = 0;

        history->path = att_path_join(data, ATT_HISTORY_NAME);
        history_held_init(&history->held);
        if ((flags & SQLITE_OPEN_CREATE) == 0 && access(history->path, F_OK) < 0) {
                result = att_say_errno(why, history->path, -errno);
        } else if (sqlite3_open_v2(history->path, &history->db, flags | SQLITE_OPEN_NOMUTEX,
                                   NULL) != SQLITE_OK) {
                result = att_history_say(history, why);
        }
        if (result < 0) {
                att_history_close(history);
                return result;
        }
        (void)sqlite3_busy_timeout(history->db, BUSY_MS);
        *ret_history = history;
        return 0;
}

/* A file without tables is one that its writer is only about to make. */
static int check_made(struct att_history *history, struct att_buffer *why)
{
        int64_t tables = 0;

        (void)history_find(history, &tables,
                           "SELECT count(*) FROM sqlite_schema WHERE name = 'meta'", "");
        if (history->result < 0) {
                return give_result(history, why);
        }
        if (tables == 0) {
                att_buffer_printf(why, "%s: there is nothing in it yet", history->path);
                return -ENOENT;
        }
        return 0;
}

static int check_format(struct att_history *history, struct att_buffer *why)
{
        int64_t format = 0;

        (void)history_find(history, &format, "SELECT value FROM meta WHERE key = 'format'", "");
        if (history->result < 0) {
                return give_result(history, why);
        }
        if (format != ATT_HISTORY_FORMAT) {
                att_buffer_printf(why,
                                  "%s: format %" PRId64 ", and this attuned knows format %d: run "
                                  "the newer one, or move the file away to have it made anew",
                                  history->path, format, ATT_HISTORY_FORMAT);
                return -ENOTSUP;
        }
        return 0;
}

static int prepare_to_write(struct att_history *history, struct att_buffer *why)
{
        int result = execute(history, to_write, why);

        if (result == 0) {
                result = execute(history, "BEGIN IMMEDIATE", why);
        }
        if (result == 0) {
                result = execute_lines(history, att_sql_history, why);
        }
        if (result == 0) {
                result = check_format(history, why);
        }
        if (result == 0) {
                result = execute_lines(history, att_sql_measures, why);
        }
        if (result == 0) {
                result = execute(history, "COMMIT", why);
                history->is_writer = true;
        }
        return result == 0 ? att_history_look(history, why) : result;
}

int att_history_open(const char *data, struct att_history **ret_history, struct att_buffer *why)
{
        struct att_history *history;
        int result = open_file(data, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &history, why);

        if (result < 0) {
                return result;
        }
        result = prepare_to_write(history, why);
        if (result < 0) {
                att_history_close(history);
                return result;
        }
        *ret_history = history;
        return 0;
}

int att_history_open_to_read(const char *data, struct att_history **ret_history,
                             struct att_buffer *why)
{
        struct att_history *history;
        int result = open_file(data, SQLITE_OPEN_READONLY, &history, why);

        if (result < 0) {
                return result;
        }
        result = check_made(history, why);
        if (result == 0) {
                result = check_format(history, why);
        }
        if (result == 0) {
                result = att_history_look(history, why);
        }
        if (result < 0) {
                att_history_close(history);
                return result;
        }
        *ret_history = history;
        return 0;
}

/* So that the file alone is whole, whoever else still has it open. */
static void take_in_log(struct att_history *history)
{
        (void)sqlite3_busy_timeout(history->db, 0);
        (void)sqlite3_wal_checkpoint_v2(history->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

void att_history_close(struct att_history *history)
{
        if (history) {
                if (history->is_writer) {
                        take_in_log(history);
                }
                for (size_t i = 0; i < HISTORY_STATEMENTS_MAX; i++) {
                        (void)sqlite3_finalize(history->statements[i].statement);
                }
                (void)sqlite3_close(history->db);
                history_held_deinit(&history->held);
                att_buffer_deinit(&history->why);
                att_buffer_deinit(&history->trimmed);
                free(history->path);
                free(history);
        }
}

/* ---- How far it goes ---- */

static void take_position(sqlite3_stmt *statement, struct att_history_position *position)
{
        const struct att_text key = column_text(statement, 0);

        if (att_text_equals_c(key, "applied_seq")) {
                position->seq = (uint64_t)sqlite3_column_int64(statement, 1);
        } else if (att_text_equals_c(key, "applied_ms")) {
                position->time_ms = sqlite3_column_int64(statement, 1);
        } else if (att_text_equals_c(key, "applied_chain")) {
                (void)sscanf((const char *)sqlite3_column_text(statement, 1),
                             "%16" SCNx64 "%16" SCNx64, &position->chain.high,
                             &position->chain.low);
        }
}

static int read_position(struct att_history *history, struct att_history_position *ret_position,
                         struct att_buffer *why)
{
        struct att_history_position position = {0};
        sqlite3_stmt *statement = prepare(history, "SELECT key, value FROM meta");
        int code = SQLITE_ERROR;

        if (statement) {
                while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
                        take_position(statement, &position);
                }
                if (code != SQLITE_DONE) {
                        fail(history);
                }
                (void)sqlite3_reset(statement);
        }
        if (history->result < 0) {
                return give_result(history, why);
        }
        *ret_position = position;
        return 0;
}

static void write_position(struct att_history *history, const struct att_history_position *position)
{
        static const char put[] = "INSERT OR REPLACE INTO meta VALUES (?1, ?2)";
        char chain[ATT_DIGEST_TEXT_SIZE];

        history_do(history, put, "tn", ATT_TEXT("applied_seq"), (int64_t)position->seq);
        history_do(history, put, "tn", ATT_TEXT("applied_ms"), position->time_ms);
        history_do(history, "INSERT OR REPLACE INTO meta VALUES ('applied_chain', ?1)", "t",
                   att_text_from(att_digest_format(position->chain, chain)));
}

struct att_history_position att_history_applied(const struct att_history *history)
{
        return history->applied;
}

int att_history_look(struct att_history *history, struct att_buffer *why)
{
        history_held_drop(&history->held);
        return read_position(history, &history->applied, why);
}

uint64_t att_history_seq_at(const char *data)
{
        struct att_buffer why ATT_CLEANUP(att_buffer_deinit) = {0};
        struct att_history *history;
        uint64_t seq;

        if (att_history_open_to_read(data, &history, &why) < 0) {
                return UINT64_MAX;
        }
        seq = history->applied.seq;
        att_history_close(history);
        return seq;
}

/* ---- Transactions ---- */

int att_history_begin(struct att_history *history, struct att_buffer *why)
{
        struct att_history_position position;
        int result;

        ATT_CHECK(!history->is_writing);
        result = execute(history, "BEGIN IMMEDIATE", why);
        if (result < 0) {
                return result;
        }
        history->is_writing = true;
        result = read_position(history, &position, why);
        if (result == 0 && position.seq != history->applied.seq) {
                att_buffer_printf(why,
                                  "%s: another process has written to it, up to command %" PRIu64,
                                  history->path, position.seq);
                result = -ESTALE;
        }
        if (result < 0) {
                att_history_rollback(history);
        }
        return result;
}

int att_history_commit(struct att_history *history, const struct att_history_position *position,
                       struct att_buffer *why)
{
        ATT_CHECK(history->is_writing);
        history_held_write(history);
        write_position(history, position);
        history_do(history, "COMMIT", "");
        if (history->result < 0) {
                const int result = give_result(history, why);

                att_history_rollback(history);
                return result;
        }
        history->is_writing = false;
        history->applied = *position;
        history_held_settle(&history->held);
        return 0;
}

void att_history_rollback(struct att_history *history)
{
        if (history->is_writing) {
                (void)sqlite3_exec(history->db, "ROLLBACK", NULL, NULL, NULL);
                history->is_writing = false;
        }
        history->result = 0;
        att_buffer_clear(&history->why);
        history_held_drop(&history->held);
}

/* ---- Gaps ---- */

uint64_t att_history_gaps(struct att_history *history)
{
        int64_t count = 0;

        (void)history_find(history, &count, "SELECT count(*) FROM gaps", "");
        return (uint64_t)count;
}

void att_history_gap(struct att_history *history, uint64_t from_seq, uint64_t to_seq, int64_t at_ms,
                     struct att_text reason)
{
        ATT_CHECK(history->is_writing);
        history_held_write(history);
        history_held_drop(&history->held);
        history_do(history, "INSERT OR REPLACE INTO gaps VALUES (?1, ?2, ?3, ?4)", "nnnt",
                   (int64_t)from_seq, (int64_t)to_seq, at_ms, reason);
        history_do(history,
                   "UPDATE spells SET left_ms = max(?1, entered_ms), "
                   "waited_ms = max(?1 - entered_ms, 0), how = 'unrecorded' WHERE left_ms IS NULL",
                   "n", at_ms);
        history_do(history,
                   "UPDATE conversations SET ended_ms = max(?1, connected_ms), "
                   "ended_by = 'unrecorded', held_since_ms = NULL WHERE ended_ms IS NULL",
                   "n", at_ms);
        history_do(history,
                   "UPDATE offers SET ended_ms = max(?1, offered_ms), how = 'unrecorded' "
                   "WHERE ended_ms IS NULL",
                   "n", at_ms);
        history_do(history, "UPDATE promises SET state = 'unrecorded' WHERE state = 'open'", "");
        history_do(history, "UPDATE incidents SET closed_ms = ?1 WHERE closed_ms IS NULL", "n",
                   at_ms);
        history_do(history,
                   "UPDATE presence SET until_ms = max(?1, since_ms) WHERE until_ms IS NULL", "n",
                   at_ms);
        history_do(history,
                   "UPDATE contacts SET closed_ms = ?1, outcome = 'unrecorded' "
                   "WHERE closed_ms IS NULL",
                   "n", at_ms);
}

int att_history_clear_log(const char *data, struct att_buffer *why)
{
        struct att_history *history;
        int result = open_file(data, SQLITE_OPEN_READWRITE, &history, why);
        int code;

        if (result < 0) {
                return result;
        }
        /* It learns that there is a log when it first reads. */
        code = sqlite3_exec(history->db, "SELECT count(*) FROM meta", NULL, NULL, NULL);
        if (code == SQLITE_OK) {
                code = sqlite3_wal_checkpoint_v2(history->db, NULL, SQLITE_CHECKPOINT_TRUNCATE,
                                                 NULL, NULL);
        }
        if (code == SQLITE_BUSY) {
                att_buffer_append_c(why, "somebody reads the history");
                result = -EAGAIN;
        } else if (code != SQLITE_OK) {
                result = att_history_say(history, why);
        }
        att_history_close(history);
        return result;
}
