/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WAL mode with synchronous=FULL syncs the log at every commit. Nothing checkpoints by itself: the
 * log grows until the segment is sealed, so that no commit ever waits for a checkpoint.
 *
 * Who may open a file is decided on its first 100 bytes, read without SQLite: opening a database
 * can already write to it (a hot journal, a log to recover).
 */
#include "lib/store/segment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "lib/store/failpoint.h"
#include "lib/store/files.h"
#include "lib/store/sqlite.h"
#include "lib/store/wal.h"

#define SUFFIX           ".segment"
#define SUFFIX_LEN       (sizeof(SUFFIX) - 1)
#define SEQ_DIGITS       20
#define UNFINISHED       "unfinished" /* A segment that is being made. */
#define DIGEST_BYTES     16
#define BUSY_MS          2000 /* For an operator's own sqlite3. */
#define HEADER_BYTES     100
#define PAGE_BYTES       4096
#define TREE_PAGES       16 /* More than the depth of the tree, and what splits in it. */
#define WAL_HEADER_BYTES 32
#define WAL_FRAME_BYTES  (PAGE_BYTES + 24)
#define VERSION_AT       60
#define APPLICATION_AT   68

struct att_segment {
        char *path; /* Owned. */
        sqlite3 *db;
        sqlite3_stmt *insert; /* Owned; NULL when it is only read. */
        sqlite3_stmt *select; /* Owned; NULL until the first seek. */
        struct att_segment_meta meta;
        uint64_t bytes;
        uint64_t wal_bytes;
};

/* ---- Names ---- */

char *att_segment_path(const char *dir, uint64_t first_seq)
{
        char *path = NULL;

        ATT_CHECK(asprintf(&path, "%s/%0*" PRIu64 SUFFIX, dir, SEQ_DIGITS, first_seq) >= 0);
        return path;
}

char *att_segment_wal_path(const char *dir, uint64_t first_seq)
{
        ATT_CLEANUP(att_free_pointer) char *path = att_segment_path(dir, first_seq);
        char *wal_path = NULL;

        ATT_CHECK(asprintf(&wal_path, "%s-wal", path) >= 0);
        return wal_path;
}

static bool is_segment_name(const char *name, uint64_t *ret_first_seq)
{
        if (strlen(name) != SEQ_DIGITS + SUFFIX_LEN || strspn(name, "0123456789") != SEQ_DIGITS ||
            strcmp(name + SEQ_DIGITS, SUFFIX) != 0) {
                return false;
        }
        *ret_first_seq = strtoull(name, NULL, 10);
        return true;
}

static int compare_seqs(const void *a, const void *b)
{
        const uint64_t *left = a;
        const uint64_t *right = b;

        return (*left > *right) - (*left < *right);
}

int att_segment_list(const char *dir, struct att_segment_list *ret_list, struct att_buffer *why)
{
        struct att_segment_list list = {0};
        size_t capacity = 0;
        uint64_t first_seq;
        DIR *folder = opendir(dir);

        if (!folder) {
                return att_say_errno(why, dir, -errno);
        }
        for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
                if (!is_segment_name(entry->d_name, &first_seq)) {
                        continue;
                }
                if (list.count == capacity) {
                        capacity = att_grown_capacity(capacity, list.count + 1);
                        list.first_seqs = att_realloc_array(list.first_seqs, capacity,
                                                            sizeof(*list.first_seqs));
                }
                list.first_seqs[list.count++] = first_seq;
        }
        closedir(folder);
        if (list.count > 0) {
                qsort(list.first_seqs, list.count, sizeof(*list.first_seqs), compare_seqs);
        }
        *ret_list = list;
        return 0;
}

void att_segment_list_deinit(struct att_segment_list *list)
{
        free(list->first_seqs);
        *list = (struct att_segment_list){0};
}

static int run(sqlite3 *db, const char *path, const char *sql, struct att_buffer *why)
{
        return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0
                                                                    : att_sqlite_say(db, path, why);
}

static void digest_to_bytes(struct att_digest digest, unsigned char bytes[DIGEST_BYTES])
{
        for (int i = 0; i < 8; i++) {
                bytes[i] = (unsigned char)(digest.high >> (56 - 8 * i));
                bytes[8 + i] = (unsigned char)(digest.low >> (56 - 8 * i));
        }
}

static bool digest_from_column(sqlite3_stmt *statement, int column, struct att_digest *ret_digest)
{
        struct att_digest digest = {0};
        const unsigned char *bytes = sqlite3_column_blob(statement, column);

        if (!bytes || sqlite3_column_bytes(statement, column) != DIGEST_BYTES) {
                return false;
        }
        for (int i = 0; i < 8; i++) {
                digest.high = digest.high << 8 | bytes[i];
                digest.low = digest.low << 8 | bytes[8 + i];
        }
        *ret_digest = digest;
        return true;
}

static void bind_digest(sqlite3_stmt *statement, int parameter, struct att_digest digest)
{
        unsigned char bytes[DIGEST_BYTES];

        digest_to_bytes(digest, bytes);
        (void)sqlite3_bind_blob(statement, parameter, bytes, DIGEST_BYTES, SQLITE_TRANSIENT);
}

/* ---- Making one ---- */

static int fill(sqlite3 *db, const char *path, const struct att_segment_meta *meta,
                struct att_buffer *why)
{
        char sql[1200];
        unsigned char chain[DIGEST_BYTES];
        char chain_text[2 * DIGEST_BYTES + 1];

        digest_to_bytes(meta->previous_chain, chain);
        for (int i = 0; i < DIGEST_BYTES; i++) {
                (void)snprintf(chain_text + 2 * i, 3, "%02x", chain[i]);
        }
        (void)snprintf(
                sql, sizeof(sql),
                "PRAGMA page_size=%d; PRAGMA synchronous=FULL;"
                "BEGIN;"
                "PRAGMA application_id=%d; PRAGMA user_version=%d;"
                "CREATE TABLE meta (behaviour INTEGER NOT NULL, first_seq INTEGER NOT NULL,"
                " previous_chain BLOB NOT NULL, created_ms INTEGER NOT NULL) STRICT;"
                "CREATE TABLE batch (first_seq INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL,"
                " time_ms INTEGER NOT NULL, records BLOB NOT NULL, records_digest BLOB NOT NULL,"
                " effects_digest BLOB NOT NULL, chain BLOB NOT NULL) STRICT;"
                "INSERT INTO meta VALUES (%" PRIu32 ", %" PRIu64 ", x'%s', %" PRId64 ");"
                "COMMIT;"
                "PRAGMA journal_mode=WAL;",
                PAGE_BYTES, ATT_SEGMENT_APPLICATION, ATT_SEGMENT_FORMAT, meta->behaviour,
                meta->first_seq, chain_text, meta->created_ms);
        return run(db, path, sql, why);
}

static int make_at(const char *path, const struct att_segment_meta *meta, struct att_buffer *why)
{
        sqlite3 *db = NULL;
        int error;

        if (unlink(path) < 0 && errno != ENOENT) {
                return att_say_errno(why, path, -errno);
        }
        if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
            SQLITE_OK) {
                error = att_sqlite_say(db, path, why);
        } else {
                error = fill(db, path, meta, why);
        }
        if (sqlite3_close(db) != SQLITE_OK && error == 0) {
                att_buffer_printf(why, "%s: can't be closed", path);
                error = -EIO;
        }
        return error;
}

/* Not by rename(), which would replace a segment that another writer has made. A crash between the two
 * leaves the second name; whoever makes the next segment removes it. */
int att_segment_create(const char *dir, const struct att_segment_meta *meta, struct att_buffer *why)
{
        ATT_CLEANUP(att_free_pointer) char *unfinished = att_path_join(dir, UNFINISHED);
        ATT_CLEANUP(att_free_pointer) char *path = att_segment_path(dir, meta->first_seq);
        int error = make_at(unfinished, meta, why);

        if (error < 0) {
                return error;
        }
        att_failpoint("segment.made");
        if (link(unfinished, path) < 0) {
                return att_say_errno(why, path, -errno);
        }
        att_failpoint("segment.linked");
        if (unlink(unfinished) < 0) {
                return att_say_errno(why, unfinished, -errno);
        }
        att_failpoint("segment.named");
        error = att_dir_sync(dir);
        return error < 0 ? att_say_errno(why, dir, error) : 0;
}

/* A segment that was never sealed leaves its log. */
static int remove_log(const char *path, const char *suffix, struct att_buffer *why)
{
        ATT_CLEANUP(att_free_pointer) char *log = NULL;

        ATT_CHECK(asprintf(&log, "%s%s", path, suffix) >= 0);
        return unlink(log) < 0 && errno != ENOENT ? att_say_errno(why, log, -errno) : 0;
}

int att_segment_remove(const char *dir, uint64_t first_seq, struct att_buffer *why)
{
        ATT_CLEANUP(att_free_pointer) char *path = att_segment_path(dir, first_seq);
        int error;

        if (unlink(path) < 0) {
                return att_say_errno(why, path, -errno);
        }
        error = remove_log(path, "-wal", why);
        if (error == 0) {
                error = remove_log(path, "-shm", why);
        }
        if (error < 0) {
                return error;
        }
        error = att_dir_sync(dir);
        return error < 0 ? att_say_errno(why, dir, error) : 0;
}

/* ---- Opening one ---- */

static uint32_t big(const unsigned char *bytes)
{
        return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
               bytes[3];
}

static int read_header(const char *path, unsigned char header[HEADER_BYTES], struct att_buffer *why)
{
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t got;
        int error = 0;

        if (fd < 0) {
                return att_say_errno(why, path, -errno);
        }
        got = pread(fd, header, HEADER_BYTES, 0);
        if (got < 0) {
                error = att_say_errno(why, path, -errno);
        } else if (got < HEADER_BYTES) {
                memset(header, 0, HEADER_BYTES);
        }
        close(fd);
        return error;
}

static int check_kind(const char *path, struct att_buffer *why)
{
        unsigned char header[HEADER_BYTES];
        uint32_t version;
        int error = read_header(path, header, why);

        if (error < 0) {
                return error;
        }
        if (memcmp(header, "SQLite format 3", 16) != 0 ||
            big(header + APPLICATION_AT) != ATT_SEGMENT_APPLICATION) {
                att_buffer_printf(why,
                                  "%s: is not a journal segment of attune, or its first bytes are "
                                  "corrupt; nothing was changed",
                                  path);
                return -EINVAL;
        }
        version = big(header + VERSION_AT);
        if (version > ATT_SEGMENT_FORMAT) {
                att_buffer_printf(why,
                                  "%s: was written by a newer attuned (journal format %" PRIu32
                                  ", this one knows %d); nothing was changed",
                                  path, version, ATT_SEGMENT_FORMAT);
                return -ENOTSUP;
        }
        return 0;
}

static int check_log(const char *path, struct att_buffer *why)
{
        ATT_CLEANUP(att_free_pointer) char *wal_path = NULL;

        ATT_CHECK(asprintf(&wal_path, "%s-wal", path) >= 0);
        return att_wal_check(wal_path, why);
}

static int read_meta(struct att_segment *segment, uint64_t first_seq, struct att_buffer *why)
{
        sqlite3_stmt *statement = NULL;
        int error = 0;

        if (sqlite3_prepare_v2(segment->db,
                               "SELECT behaviour, first_seq, previous_chain, created_ms FROM meta",
                               -1, &statement, NULL) != SQLITE_OK ||
            (sqlite3_step(statement) != SQLITE_ROW &&
             sqlite3_errcode(segment->db) != SQLITE_DONE)) {
                error = att_sqlite_say(segment->db, segment->path, why);
        } else {
                segment->meta.behaviour = (uint32_t)sqlite3_column_int64(statement, 0);
                segment->meta.first_seq = (uint64_t)sqlite3_column_int64(statement, 1);
                segment->meta.created_ms = sqlite3_column_int64(statement, 3);
                if (!digest_from_column(statement, 2, &segment->meta.previous_chain) ||
                    segment->meta.first_seq != first_seq) {
                        att_buffer_printf(why, "%s: corrupt: it does not say which segment it is",
                                          segment->path);
                        error = -EBADMSG;
                }
        }
        (void)sqlite3_finalize(statement);
        return error;
}

static int on_commit(void *context, sqlite3 *db, const char *name, int pages)
{
        struct att_segment *segment = context;

        (void)db;
        (void)name;
        segment->wal_bytes = (uint64_t)pages * WAL_FRAME_BYTES;
        return SQLITE_OK;
}

static int prepare_to_write(struct att_segment *segment, struct att_buffer *why)
{
        int error = run(segment->db, segment->path,
                        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                        "PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-512;",
                        why);

        if (error < 0) {
                return error;
        }
        (void)sqlite3_wal_hook(segment->db, on_commit, segment);
        return sqlite3_prepare_v3(segment->db, "INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?, ?)", -1,
                                  SQLITE_PREPARE_PERSISTENT, &segment->insert, NULL) == SQLITE_OK
                       ? 0
                       : att_sqlite_say(segment->db, segment->path, why);
}

/* A crash in the middle of sealing leaves a change of the header to be undone, for which SQLite has
 * to write even if all we want is to read. */
static bool has_change_to_undo(const char *path)
{
        ATT_CLEANUP(att_free_pointer) char *journal_path = NULL;

        ATT_CHECK(asprintf(&journal_path, "%s-journal", path) >= 0);
        return access(journal_path, F_OK) == 0;
}

static int open_database(struct att_segment *segment, uint64_t first_seq, bool to_write,
                         struct att_buffer *why)
{
        const int flags = SQLITE_OPEN_NOMUTEX |
                          (to_write || has_change_to_undo(segment->path) ? SQLITE_OPEN_READWRITE
                                                                         : SQLITE_OPEN_READONLY);
        int error = check_kind(segment->path, why);

        if (error == 0) {
                error = check_log(segment->path, why);
        }
        if (error < 0) {
                return error;
        }
        if (sqlite3_open_v2(segment->path, &segment->db, flags, NULL) != SQLITE_OK) {
                return att_sqlite_say(segment->db, segment->path, why);
        }
        (void)sqlite3_busy_timeout(segment->db, BUSY_MS);
        error = read_meta(segment, first_seq, why);
        return error == 0 && to_write ? prepare_to_write(segment, why) : error;
}

int att_segment_open(const char *dir, uint64_t first_seq, bool to_write,
                     struct att_segment **ret_segment, struct att_buffer *why)
{
        struct att_segment *segment = att_alloc(sizeof(*segment));
        int error;

        segment->path = att_segment_path(dir, first_seq);
        error = open_database(segment, first_seq, to_write, why);
        if (error < 0) {
                att_segment_close(segment);
                return error;
        }
        *ret_segment = segment;
        return 0;
}

void att_segment_close(struct att_segment *segment)
{
        if (!segment) {
                return;
        }
        (void)sqlite3_finalize(segment->insert);
        (void)sqlite3_finalize(segment->select);
        (void)sqlite3_close(segment->db);
        free(segment->path);
        free(segment);
}

const struct att_segment_meta *att_segment_meta(const struct att_segment *segment)
{
        return &segment->meta;
}

/* ---- Writing ---- */

enum att_append_result att_segment_append(struct att_segment *segment,
                                          const struct att_batch *batch, struct att_digest chain,
                                          struct att_buffer *why)
{
        sqlite3_stmt *insert = segment->insert;
        int code;

        (void)sqlite3_bind_int64(insert, 1, (sqlite3_int64)batch->first_seq);
        (void)sqlite3_bind_int64(insert, 2, (sqlite3_int64)batch->last_seq);
        (void)sqlite3_bind_int64(insert, 3, batch->time_ms);
        (void)sqlite3_bind_blob64(insert, 4, batch->records.len ? batch->records.data : "",
                                  batch->records.len, SQLITE_STATIC);
        bind_digest(insert, 5, att_digest_of(batch->records.data, batch->records.len));
        bind_digest(insert, 6, batch->effects);
        bind_digest(insert, 7, chain);
        att_failpoint("append.before");
        code = sqlite3_step(insert);
        att_failpoint("append.after");
        if (code != SQLITE_DONE) {
                (void)att_sqlite_say(segment->db, segment->path, why);
        }
        (void)sqlite3_reset(insert);
        (void)sqlite3_clear_bindings(insert);
        if (code == SQLITE_DONE) {
                segment->bytes += batch->records.len;
                return ATT_APPEND_DURABLE;
        }
        /* A row with this number is there: somebody else has written. */
        return (code & 0xff) == SQLITE_CONSTRAINT ? ATT_APPEND_FENCED : ATT_APPEND_FAILED;
}

uint64_t att_segment_bytes(const struct att_segment *segment)
{
        return segment->bytes;
}

uint64_t att_segment_wal_bytes(const struct att_segment *segment)
{
        return segment->wal_bytes;
}

/* A page for what fits one, and those of the tree; all of it twice, should it not fit the cache. */
uint64_t att_segment_wal_bytes_with(const struct att_segment *segment, size_t record_bytes)
{
        const uint64_t pages = 2 * (record_bytes / (PAGE_BYTES - 96) + TREE_PAGES);

        return WAL_HEADER_BYTES + segment->wal_bytes + pages * WAL_FRAME_BYTES;
}

/* ---- Ending one ---- */

/* The first column of the first row; `fallback` if there is no row or it holds nothing. */
static int select_number(struct att_segment *segment, const char *sql, uint64_t fallback,
                         uint64_t *ret_number, struct att_buffer *why)
{
        sqlite3_stmt *statement = NULL;
        int error = 0;

        *ret_number = fallback;
        if (sqlite3_prepare_v2(segment->db, sql, -1, &statement, NULL) != SQLITE_OK) {
                error = att_sqlite_say(segment->db, segment->path, why);
        } else if (sqlite3_step(statement) != SQLITE_ROW) {
                error = att_sqlite_say(segment->db, segment->path, why);
        } else if (sqlite3_column_type(statement, 0) != SQLITE_NULL) {
                *ret_number = (uint64_t)sqlite3_column_int64(statement, 0);
        }
        (void)sqlite3_finalize(statement);
        return error;
}

int att_segment_has_ended(struct att_segment *segment, bool *ret_has_ended, struct att_buffer *why)
{
        uint64_t count;
        int error = select_number(
                segment, "SELECT count(*) FROM sqlite_master WHERE name = 'ended'", 0, &count, why);

        *ret_has_ended = count > 0;
        return error;
}

static enum att_append_result end_within(struct att_segment *segment, uint64_t last_seq,
                                         struct att_buffer *why)
{
        bool has_ended;
        uint64_t found;

        if (att_segment_has_ended(segment, &has_ended, why) < 0 ||
            select_number(segment, "SELECT max(last_seq) FROM batch", segment->meta.first_seq - 1,
                          &found, why) < 0) {
                return ATT_APPEND_FAILED;
        }
        if (has_ended || found != last_seq) {
                att_buffer_printf(why,
                                  "%s: ends with command %" PRIu64 ", not with %" PRIu64
                                  "%s: another process has gone on from here",
                                  segment->path, found, last_seq, has_ended ? ", for good" : "");
                return ATT_APPEND_FENCED;
        }
        return run(segment->db, segment->path,
                   "CREATE TRIGGER ended BEFORE INSERT ON batch"
                   " BEGIN SELECT RAISE(ABORT, 'this segment has ended'); END;"
                   "COMMIT;",
                   why) < 0
                       ? ATT_APPEND_FAILED
                       : ATT_APPEND_DURABLE;
}

enum att_append_result att_segment_end(struct att_segment *segment, uint64_t last_seq,
                                       struct att_buffer *why)
{
        enum att_append_result result = ATT_APPEND_FAILED;

        if (run(segment->db, segment->path, "BEGIN IMMEDIATE", why) == 0) {
                result = end_within(segment, last_seq, why);
        }
        if (result != ATT_APPEND_DURABLE) {
                (void)sqlite3_exec(segment->db, "ROLLBACK", NULL, NULL, NULL);
        }
        att_failpoint("segment.ended");
        return result;
}

/* Someone who reads at the moment is no error: the log stays, and is as good as the file. */
static int finish_unless_busy(struct att_segment *segment, int code, struct att_buffer *why)
{
        if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED) {
                return 0;
        }
        return att_sqlite_say(segment->db, segment->path, why);
}

int att_segment_checkpoint(struct att_segment *segment, struct att_buffer *why)
{
        int code = sqlite3_wal_checkpoint_v2(segment->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL,
                                             NULL);

        if (code == SQLITE_OK) {
                segment->wal_bytes = 0;
        }
        return finish_unless_busy(segment, code, why);
}

int att_segment_seal(struct att_segment *segment, struct att_buffer *why)
{
        int error = att_segment_checkpoint(segment, why);
        int code;

        if (error < 0) {
                return error;
        }
        att_failpoint("seal.checkpointed");
        (void)sqlite3_finalize(segment->insert);
        segment->insert = NULL;
        code = sqlite3_exec(segment->db, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
        return finish_unless_busy(segment, code, why);
}

/* ---- Reading ---- */

static const char SELECT[] =
        "SELECT first_seq, last_seq, time_ms, records, records_digest, effects_digest, chain"
        " FROM batch WHERE first_seq >="
        " coalesce((SELECT max(first_seq) FROM batch WHERE first_seq <= ?), 0) ORDER BY first_seq";

int att_segment_seek(struct att_segment *segment, uint64_t seq, struct att_buffer *why)
{
        if (!segment->select &&
            sqlite3_prepare_v2(segment->db, SELECT, -1, &segment->select, NULL) != SQLITE_OK) {
                return att_sqlite_say(segment->db, segment->path, why);
        }
        (void)sqlite3_reset(segment->select);
        (void)sqlite3_bind_int64(segment->select, 1, (sqlite3_int64)seq);
        return 0;
}

static bool get_batch(sqlite3_stmt *row, struct att_batch *ret_batch,
                      struct att_digest *ret_records, struct att_digest *ret_chain)
{
        *ret_batch = (struct att_batch){
                .first_seq = (uint64_t)sqlite3_column_int64(row, 0),
                .last_seq = (uint64_t)sqlite3_column_int64(row, 1),
                .time_ms = sqlite3_column_int64(row, 2),
        };
        ret_batch->records.data = sqlite3_column_blob(row, 3);
        ret_batch->records.len = (size_t)sqlite3_column_bytes(row, 3);
        return digest_from_column(row, 4, ret_records) &&
               digest_from_column(row, 5, &ret_batch->effects) &&
               digest_from_column(row, 6, ret_chain);
}

enum att_read_result att_segment_next(struct att_segment *segment, struct att_batch *ret_batch,
                                      struct att_digest *ret_records, struct att_digest *ret_chain,
                                      struct att_buffer *why)
{
        int code = sqlite3_step(segment->select);

        if (code == SQLITE_DONE) {
                return ATT_READ_END;
        }
        if (code != SQLITE_ROW) {
                return att_sqlite_say(segment->db, segment->path, why) == -EBADMSG
                               ? ATT_READ_CORRUPT
                               : ATT_READ_FAILED;
        }
        if (!get_batch(segment->select, ret_batch, ret_records, ret_chain)) {
                att_buffer_printf(why, "%s: command %" PRIu64 ": corrupt: a hash is missing",
                                  segment->path, ret_batch->first_seq);
                return ATT_READ_CORRUPT;
        }
        return ATT_READ_BATCH;
}

int att_segment_last(struct att_segment *segment, bool *ret_has_any,
                     struct att_journal_position *ret_last, struct att_buffer *why)
{
        sqlite3_stmt *statement = NULL;
        struct att_journal_position last = {0};
        bool is_whole = true;
        int code = sqlite3_prepare_v2(segment->db,
                                      "SELECT last_seq, time_ms, chain FROM batch"
                                      " ORDER BY first_seq DESC LIMIT 1",
                                      -1, &statement, NULL);

        if (code == SQLITE_OK) {
                code = sqlite3_step(statement);
        }
        if (code == SQLITE_ROW) {
                last.seq = (uint64_t)sqlite3_column_int64(statement, 0);
                last.time_ms = sqlite3_column_int64(statement, 1);
                is_whole = digest_from_column(statement, 2, &last.chain);
        }
        if (code != SQLITE_ROW && code != SQLITE_DONE) {
                code = att_sqlite_say(segment->db, segment->path, why);
                (void)sqlite3_finalize(statement);
                return code;
        }
        (void)sqlite3_finalize(statement);
        if (!is_whole) {
                att_buffer_printf(why, "%s: command %" PRIu64 ": corrupt: a hash is missing",
                                  segment->path, last.seq);
                return -EBADMSG;
        }
        *ret_has_any = code == SQLITE_ROW;
        *ret_last = last;
        return 0;
}
