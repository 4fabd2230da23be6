/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/history.h"

#include <errno.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "lib/store/files.h"
#include "lib/store/sql.h"

/* A reader may hold the writer up for as long as it takes to copy the log into the file, no longer. */
#define BUSY_MS 5000

struct att_history {
        char *path; /* Owned. */
        sqlite3 *db;
};

/* The log is copied into the file every so many pages, and cut to so many bytes. */
static const char to_write[] = "PRAGMA journal_mode = WAL;"
                               "PRAGMA synchronous = NORMAL;"
                               "PRAGMA wal_autocheckpoint = 4000;"
                               "PRAGMA journal_size_limit = 67108864;"
                               "PRAGMA cache_size = -16384;"
                               "PRAGMA temp_store = MEMORY;";

sqlite3 *att_history_db(struct att_history *history)
{
        return history->db;
}

int att_history_say(const struct att_history *history, struct att_buffer *why)
{
        att_buffer_printf(why, "%s: %s", history->path, sqlite3_errmsg(history->db));
        switch (sqlite3_errcode(history->db)) {
        case SQLITE_FULL:
                return -ENOSPC;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
                return -EBUSY;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
                return -EBADMSG;
        default:
                return -EIO;
        }
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

/* ---- Opening ---- */

static int open_file(const char *data, int flags, struct att_history **ret_history,
                     struct att_buffer *why)
{
        struct att_history *history = att_alloc(sizeof(*history));
        int result = 0;

        history->path = att_path_join(data, ATT_HISTORY_NAME);
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

static int check_format(struct att_history *history, struct att_buffer *why)
{
        sqlite3_stmt *statement;
        int64_t format = 0;
        int code;

        if (sqlite3_prepare_v2(history->db, "SELECT value FROM meta WHERE key = 'format'", -1,
                               &statement, NULL) != SQLITE_OK) {
                return att_history_say(history, why);
        }
        code = sqlite3_step(statement);
        if (code == SQLITE_ROW) {
                format = sqlite3_column_int64(statement, 0);
        }
        (void)sqlite3_finalize(statement);
        if (code != SQLITE_ROW && code != SQLITE_DONE) {
                return att_history_say(history, why);
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
        return result == 0 ? execute(history, "COMMIT", why) : result;
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
        result = check_format(history, why);
        if (result < 0) {
                att_history_close(history);
                return result;
        }
        *ret_history = history;
        return 0;
}

void att_history_close(struct att_history *history)
{
        if (history) {
                (void)sqlite3_close(history->db);
                free(history->path);
                free(history);
        }
}
