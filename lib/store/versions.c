/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/versions.h"

#include <errno.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/util.h"
#include "lib/store/files.h"
#include "lib/store/sqlite.h"

#define NAME    "config.versions"
#define BUSY_MS 2000

struct att_versions {
        char *path; /* Owned. */
        sqlite3 *db;
};

static const char schema[] =
        "PRAGMA journal_mode = DELETE;"
        "PRAGMA synchronous = FULL;"
        "CREATE TABLE IF NOT EXISTS version (number INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL,"
        " digest TEXT NOT NULL, by TEXT NOT NULL, what TEXT NOT NULL);"
        "CREATE TABLE IF NOT EXISTS file (version INTEGER NOT NULL, place INTEGER NOT NULL,"
        " name TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (version, place)) WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS pinned (version INTEGER NOT NULL);";

/* ---- What SQLite says ---- */

static int say(const struct att_versions *versions, struct att_buffer *why)
{
        return att_sqlite_say(versions->db, versions->path, why);
}

static int execute(struct att_versions *versions, const char *sql, struct att_buffer *why)
{
        return sqlite3_exec(versions->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0
                                                                              : say(versions, why);
}

static int prepare(struct att_versions *versions, const char *sql, sqlite3_stmt **ret_statement,
                   struct att_buffer *why)
{
        return sqlite3_prepare_v2(versions->db, sql, -1, ret_statement, NULL) == SQLITE_OK
                       ? 0
                       : say(versions, why);
}

/* Runs a statement that gives nothing, and is done with it. */
static int finish(struct att_versions *versions, sqlite3_stmt *statement, struct att_buffer *why)
{
        int code = sqlite3_step(statement);
        int result = code == SQLITE_DONE || code == SQLITE_ROW ? 0 : say(versions, why);

        (void)sqlite3_finalize(statement);
        return result;
}

static void bind_text(sqlite3_stmt *statement, int at, struct att_text text)
{
        (void)sqlite3_bind_text(statement, at, text.data, (int)text.len, SQLITE_STATIC);
}

static struct att_text take_text(sqlite3_stmt *statement, int column, struct att_arena *arena)
{
        const void *bytes = sqlite3_column_blob(statement, column);
        int len = sqlite3_column_bytes(statement, column);

        return att_arena_text(arena, att_text_of(bytes ? bytes : "", (size_t)len));
}

/* ---- Opening ---- */

int att_versions_open(const char *data, struct att_versions **ret_versions, struct att_buffer *why)
{
        struct att_versions *versions = att_alloc(sizeof(*versions));
        int result = 0;

        versions->path = att_path_join(data, NAME);
        if (sqlite3_open_v2(versions->path, &versions->db,
                            SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX,
                            NULL) != SQLITE_OK) {
                result = say(versions, why);
        } else {
                (void)sqlite3_busy_timeout(versions->db, BUSY_MS);
                result = execute(versions, schema, why);
        }
        if (result < 0) {
                att_versions_close(versions);
                return result;
        }
        *ret_versions = versions;
        return 0;
}

void att_versions_close(struct att_versions *versions)
{
        if (versions) {
                (void)sqlite3_close(versions->db);
                free(versions->path);
                free(versions);
        }
}

/* ---- Adding ---- */

/* 0 and the newest's number, if it has that digest; else 0. */
static int find_same(struct att_versions *versions, struct att_text digest, uint64_t *ret_number,
                     struct att_buffer *why)
{
        sqlite3_stmt *statement;
        int result = prepare(versions,
                             "SELECT number, digest FROM version ORDER BY number DESC LIMIT 1",
                             &statement, why);

        *ret_number = 0;
        if (result < 0) {
                return result;
        }
        if (sqlite3_step(statement) == SQLITE_ROW) {
                struct att_text newest = att_text_of(
                        (const char *)sqlite3_column_text(statement, 1),
                        (size_t)sqlite3_column_bytes(statement, 1));

                if (att_text_equals(newest, digest)) {
                        *ret_number = (uint64_t)sqlite3_column_int64(statement, 0);
                }
        }
        (void)sqlite3_finalize(statement);
        return 0;
}

static int add_version(struct att_versions *versions, const struct att_version *version,
                       struct att_buffer *why)
{
        sqlite3_stmt *statement;
        int result = prepare(versions,
                             "INSERT INTO version (number, at_ms, digest, by, what) VALUES "
                             "((SELECT coalesce(max(number), 0) + 1 FROM version), ?, ?, ?, ?)",
                             &statement, why);

        if (result < 0) {
                return result;
        }
        (void)sqlite3_bind_int64(statement, 1, version->at_ms);
        bind_text(statement, 2, version->digest);
        bind_text(statement, 3, version->by);
        bind_text(statement, 4, version->what);
        return finish(versions, statement, why);
}

static int add_file(struct att_versions *versions, uint64_t number, uint32_t place,
                    const struct att_version_file *file, struct att_buffer *why)
{
        sqlite3_stmt *statement;
        int result = prepare(versions, "INSERT INTO file VALUES (?, ?, ?, ?)", &statement, why);

        if (result < 0) {
                return result;
        }
        (void)sqlite3_bind_int64(statement, 1, (int64_t)number);
        (void)sqlite3_bind_int64(statement, 2, place);
        bind_text(statement, 3, file->name);
        (void)sqlite3_bind_blob64(statement, 4, file->bytes.data, file->bytes.len, SQLITE_STATIC);
        return finish(versions, statement, why);
}

static int drop_old(struct att_versions *versions, uint64_t number, struct att_buffer *why)
{
        char sql[256];

        if (number <= ATT_VERSIONS_KEPT) {
                return 0;
        }
        (void)snprintf(sql, sizeof(sql),
                       "DELETE FROM file WHERE version <= %" PRIu64
                       "; DELETE FROM version WHERE number <= %" PRIu64,
                       number - ATT_VERSIONS_KEPT, number - ATT_VERSIONS_KEPT);
        return execute(versions, sql, why);
}

static int pin(struct att_versions *versions, uint64_t number, struct att_buffer *why)
{
        char sql[128];

        (void)snprintf(sql, sizeof(sql),
                       "DELETE FROM pinned; INSERT INTO pinned VALUES (%" PRIu64 ")", number);
        return execute(versions, sql, why);
}

static int add_all(struct att_versions *versions, const struct att_version *version,
                   const struct att_version_file *files, uint32_t count, bool pins,
                   uint64_t *ret_number, struct att_buffer *why)
{
        int result = find_same(versions, version->digest, ret_number, why);

        if (result == 0 && *ret_number == 0) {
                result = add_version(versions, version, why);
                *ret_number = (uint64_t)sqlite3_last_insert_rowid(versions->db);
                for (uint32_t i = 0; result == 0 && i < count; i++) {
                        result = add_file(versions, *ret_number, i, &files[i], why);
                }
                result = result == 0 ? drop_old(versions, *ret_number, why) : result;
        }
        return result == 0 && pins ? pin(versions, *ret_number, why) : result;
}

int att_versions_add(struct att_versions *versions, const struct att_version *version,
                     const struct att_version_file *files, uint32_t count, bool pins,
                     uint64_t *ret_number, struct att_buffer *why)
{
        int result = execute(versions, "BEGIN IMMEDIATE", why);

        if (result < 0) {
                return result;
        }
        result = add_all(versions, version, files, count, pins, ret_number, why);
        if (result == 0) {
                result = execute(versions, "COMMIT", why);
        }
        if (result < 0) {
                (void)sqlite3_exec(versions->db, "ROLLBACK", NULL, NULL, NULL);
        }
        return result;
}

int att_versions_unpin(struct att_versions *versions, struct att_buffer *why)
{
        return execute(versions, "DELETE FROM pinned", why);
}

/* ---- Looking ---- */

int att_versions_pinned(struct att_versions *versions, uint64_t *ret_number, struct att_buffer *why)
{
        sqlite3_stmt *statement;
        int result = prepare(versions, "SELECT version FROM pinned", &statement, why);

        *ret_number = 0;
        if (result == 0) {
                if (sqlite3_step(statement) == SQLITE_ROW) {
                        *ret_number = (uint64_t)sqlite3_column_int64(statement, 0);
                }
                (void)sqlite3_finalize(statement);
        }
        return result;
}

static void take_version(sqlite3_stmt *statement, struct att_arena *arena,
                         struct att_version *version)
{
        *version = (struct att_version){
                .number = (uint64_t)sqlite3_column_int64(statement, 0),
                .at_ms = sqlite3_column_int64(statement, 1),
                .digest = take_text(statement, 2, arena),
                .by = take_text(statement, 3, arena),
                .what = take_text(statement, 4, arena),
        };
}

int att_versions_list(struct att_versions *versions, uint32_t most, struct att_arena *arena,
                      struct att_version **ret_items, uint32_t *ret_count, struct att_buffer *why)
{
        struct att_version *items = att_arena_take_array(arena, most, sizeof(*items));
        sqlite3_stmt *statement;
        int result = prepare(versions,
                             "SELECT number, at_ms, digest, by, what FROM version "
                             "ORDER BY number DESC LIMIT ?",
                             &statement, why);

        if (result < 0) {
                return result;
        }
        (void)sqlite3_bind_int64(statement, 1, most);
        *ret_count = 0;
        while (sqlite3_step(statement) == SQLITE_ROW && *ret_count < most) {
                take_version(statement, arena, &items[(*ret_count)++]);
        }
        (void)sqlite3_finalize(statement);
        *ret_items = items;
        return 0;
}

static int get_files(struct att_versions *versions, uint64_t number, struct att_arena *arena,
                     struct att_version_file **ret_files, uint32_t *ret_count,
                     struct att_buffer *why)
{
        struct att_version_file *files = NULL;
        size_t capacity = 0;
        sqlite3_stmt *statement;
        int result = prepare(versions,
                             "SELECT name, bytes FROM file WHERE version = ? ORDER BY place",
                             &statement, why);

        if (result < 0) {
                return result;
        }
        (void)sqlite3_bind_int64(statement, 1, (int64_t)number);
        *ret_count = 0;
        while (sqlite3_step(statement) == SQLITE_ROW) {
                if (*ret_count == capacity) {
                        capacity = att_grown_capacity(capacity, *ret_count + 1u);
                        files = att_realloc_array(files, capacity, sizeof(*files));
                }
                files[(*ret_count)++] = (struct att_version_file){take_text(statement, 0, arena),
                                                                  take_text(statement, 1, arena)};
        }
        (void)sqlite3_finalize(statement);
        *ret_files = att_arena_take_array(arena, *ret_count, sizeof(*files));
        att_copy(*ret_files, files, *ret_count * sizeof(*files));
        free(files);
        return 0;
}

int att_versions_get(struct att_versions *versions, uint64_t number, struct att_arena *arena,
                     struct att_version *ret_version, struct att_version_file **ret_files,
                     uint32_t *ret_count, struct att_buffer *why)
{
        sqlite3_stmt *statement;
        int result = prepare(versions,
                             "SELECT number, at_ms, digest, by, what FROM version WHERE number = ?",
                             &statement, why);

        if (result < 0) {
                return result;
        }
        (void)sqlite3_bind_int64(statement, 1, (int64_t)number);
        if (sqlite3_step(statement) == SQLITE_ROW) {
                take_version(statement, arena, ret_version);
        } else {
                att_buffer_printf(why, "there is no version %" PRIu64, number);
                result = -ENOENT;
        }
        (void)sqlite3_finalize(statement);
        return result < 0 ? result : get_files(versions, number, arena, ret_files, ret_count, why);
}
