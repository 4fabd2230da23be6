/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/snapshot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "lib/store/failpoint.h"
#include "lib/store/files.h"
#include "lib/store/segment.h"

#define SUFFIX         ".snapshot"
#define SEQ_DIGITS     20
#define UNFINISHED     "unfinished.snapshot.new"
#define PARTS          3
#define HEADER_BYTES   (8 + 4 + 4 + 8 + 8 + 16 + 16 + 8 * PARTS)
#define CHECKSUM_BYTES 16

static const char MAGIC[8] = "attsnap";

/* ---- Names ---- */

char *att_snapshot_path(const char *dir, uint64_t seq)
{
        char *path = NULL;

        ATT_CHECK(asprintf(&path, "%s/%0*" PRIu64 SUFFIX, dir, SEQ_DIGITS, seq) >= 0);
        return path;
}

static bool is_snapshot_name(const char *name, uint64_t *ret_seq)
{
        if (strlen(name) != SEQ_DIGITS + sizeof(SUFFIX) - 1 ||
            strspn(name, "0123456789") != SEQ_DIGITS || strcmp(name + SEQ_DIGITS, SUFFIX) != 0) {
                return false;
        }
        *ret_seq = strtoull(name, NULL, 10);
        return true;
}

static int compare_seqs(const void *a, const void *b)
{
        const uint64_t *left = a;
        const uint64_t *right = b;

        return (*left > *right) - (*left < *right);
}

int att_snapshot_list(const char *dir, uint64_t **ret_seqs, size_t *ret_count,
                      struct att_buffer *why)
{
        uint64_t *seqs = NULL;
        size_t count = 0;
        size_t capacity = 0;
        uint64_t seq;
        DIR *folder = opendir(dir);

        if (!folder) {
                return att_say_errno(why, dir, -errno);
        }
        for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
                if (!is_snapshot_name(entry->d_name, &seq)) {
                        continue;
                }
                if (count == capacity) {
                        capacity = att_grown_capacity(capacity, count + 1);
                        seqs = att_realloc_array(seqs, capacity, sizeof(*seqs));
                }
                seqs[count++] = seq;
        }
        closedir(folder);
        if (count > 0) {
                qsort(seqs, count, sizeof(*seqs), compare_seqs);
        }
        *ret_seqs = seqs;
        *ret_count = count;
        return 0;
}

/* ---- Writing ---- */

static void put_number(struct att_buffer *into, uint64_t value, size_t bytes)
{
        for (size_t i = 0; i < bytes; i++) {
                att_buffer_append_byte(into, (char)(value >> (8 * i) & 0xff));
        }
}

static void put_digest(struct att_buffer *into, struct att_digest digest)
{
        put_number(into, digest.high, 8);
        put_number(into, digest.low, 8);
}

static void put_header(struct att_buffer *into, const struct att_snapshot *snapshot)
{
        att_buffer_append(into, MAGIC, sizeof(MAGIC));
        put_number(into, ATT_SNAPSHOT_FORMAT, 4);
        put_number(into, snapshot->behaviour, 4);
        put_number(into, snapshot->at.seq, 8);
        put_number(into, (uint64_t)snapshot->at.time_ms, 8);
        put_digest(into, snapshot->at.chain);
        put_digest(into, snapshot->state);
        put_number(into, snapshot->config.len, 8);
        put_number(into, snapshot->engine.len, 8);
        put_number(into, snapshot->shell.len, 8);
}

static void make_ends(const struct att_snapshot *snapshot, struct att_buffer *header,
                      struct att_buffer *trailer)
{
        struct att_digester digester;

        put_header(header, snapshot);
        att_digester_init(&digester);
        att_digester_add_bytes(&digester, header->data, header->len);
        att_digester_add_bytes(&digester, snapshot->config.data, snapshot->config.len);
        att_digester_add_bytes(&digester, snapshot->engine.data, snapshot->engine.len);
        att_digester_add_bytes(&digester, snapshot->shell.data, snapshot->shell.len);
        put_digest(trailer, att_digester_finish(&digester));
}

static int write_all(int fd, struct att_text bytes)
{
        while (bytes.len > 0) {
                ssize_t written = write(fd, bytes.data, bytes.len);

                if (written < 0 && errno == EINTR) {
                        continue;
                }
                if (written <= 0) {
                        return written < 0 ? -errno : -EIO;
                }
                bytes.data += written;
                bytes.len -= (size_t)written;
        }
        return 0;
}

static int write_file(const char *path, const struct att_text *parts, size_t count)
{
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
        int error = 0;

        if (fd < 0) {
                return -errno;
        }
        for (size_t i = 0; i < count && error == 0; i++) {
                error = write_all(fd, parts[i]);
        }
        att_failpoint("snapshot.written");
        if (error == 0 && fsync(fd) < 0) {
                error = -errno;
        }
        if (close(fd) < 0 && error == 0) {
                error = -errno;
        }
        return error;
}

int att_snapshot_save(const char *dir, const struct att_snapshot *snapshot, struct att_buffer *why)
{
        ATT_CLEANUP(att_free_pointer) char *unfinished = att_path_join(dir, UNFINISHED);
        ATT_CLEANUP(att_free_pointer) char *path = att_snapshot_path(dir, snapshot->at.seq);
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer header = {0};
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer trailer = {0};
        int error;

        make_ends(snapshot, &header, &trailer);
        {
                const struct att_text parts[] = {att_buffer_text(&header), snapshot->config,
                                                 snapshot->engine, snapshot->shell,
                                                 att_buffer_text(&trailer)};

                error = write_file(unfinished, parts, ATT_ARRAY_LEN(parts));
        }
        att_failpoint("snapshot.synced");
        if (error == 0 && rename(unfinished, path) < 0) {
                error = -errno;
        }
        att_failpoint("snapshot.renamed");
        if (error == 0) {
                error = att_dir_sync(dir);
        }
        if (error < 0) {
                (void)unlink(unfinished);
                return att_say_errno(why, path, error);
        }
        return 0;
}

/* ---- Reading ---- */

static uint64_t take_number(const char **at, size_t bytes)
{
        uint64_t value = 0;

        for (size_t i = 0; i < bytes; i++) {
                value |= (uint64_t)(unsigned char)(*at)[i] << (8 * i);
        }
        *at += bytes;
        return value;
}

static struct att_digest take_digest(const char **at)
{
        struct att_digest digest;

        digest.high = take_number(at, 8);
        digest.low = take_number(at, 8);
        return digest;
}

static int say_damaged(const char *name, const char *what, struct att_buffer *why)
{
        att_buffer_printf(why, "%s: corrupt: %s", name, what);
        return -EBADMSG;
}

static bool has_right_sum(struct att_text bytes)
{
        const char *at = bytes.data + bytes.len - CHECKSUM_BYTES;

        return att_digest_equals(take_digest(&at),
                                 att_digest_of(bytes.data, bytes.len - CHECKSUM_BYTES));
}

static bool take_part(const char **at, uint64_t len, uint64_t *left, struct att_text *ret_part)
{
        if (len > *left) {
                return false;
        }
        *ret_part = (struct att_text){*at, (size_t)len};
        *at += len;
        *left -= len;
        return true;
}

/* A newer format is told before a wrong sum: it may be summed in another way. */
static int check_whole(struct att_text bytes, const char *name, struct att_buffer *why)
{
        const char *at = bytes.data + sizeof(MAGIC);
        uint64_t format;

        if (bytes.len < HEADER_BYTES + CHECKSUM_BYTES) {
                return say_damaged(name, "it is too short", why);
        }
        if (memcmp(bytes.data, MAGIC, sizeof(MAGIC)) != 0) {
                return say_damaged(name, "it does not begin as a snapshot does", why);
        }
        format = take_number(&at, 4);
        if (format > ATT_SNAPSHOT_FORMAT && has_right_sum(bytes)) {
                att_buffer_printf(why,
                                  "%s: was written by a newer attuned (snapshot format %" PRIu64
                                  ", this one knows %d)",
                                  name, format, ATT_SNAPSHOT_FORMAT);
                return -ENOTSUP;
        }
        return has_right_sum(bytes) && format == ATT_SNAPSHOT_FORMAT
                       ? 0
                       : say_damaged(name, "its checksum is wrong", why);
}

int att_snapshot_parse(struct att_text bytes, const char *name, struct att_snapshot *ret_snapshot,
                       struct att_buffer *why)
{
        struct att_snapshot snapshot = {0};
        const char *at = bytes.data + sizeof(MAGIC) + 4;
        uint64_t lens[PARTS];
        uint64_t left;
        int error = check_whole(bytes, name, why);

        if (error < 0) {
                return error;
        }
        snapshot.behaviour = (uint32_t)take_number(&at, 4);
        snapshot.at.seq = take_number(&at, 8);
        snapshot.at.time_ms = (int64_t)take_number(&at, 8);
        snapshot.at.chain = take_digest(&at);
        snapshot.state = take_digest(&at);
        for (size_t i = 0; i < PARTS; i++) {
                lens[i] = take_number(&at, 8);
        }
        left = bytes.len - HEADER_BYTES - CHECKSUM_BYTES;
        if (!take_part(&at, lens[0], &left, &snapshot.config) ||
            !take_part(&at, lens[1], &left, &snapshot.engine) ||
            !take_part(&at, lens[2], &left, &snapshot.shell) || left != 0) {
                return say_damaged(name, "its parts are not as long as it says", why);
        }
        *ret_snapshot = snapshot;
        return 0;
}

static int read_all(const char *path, struct att_buffer *into)
{
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        struct stat status;
        ssize_t got = 1;
        int error = 0;

        if (fd < 0) {
                return -errno;
        }
        if (fstat(fd, &status) < 0) {
                error = -errno;
        } else {
                att_buffer_reserve(into, (size_t)status.st_size + 1);
        }
        while (error == 0 && got > 0) {
                att_buffer_reserve(into, 1);
                got = read(fd, into->data + into->len, into->capacity - into->len - 1);
                if (got < 0 && errno != EINTR) {
                        error = -errno;
                }
                into->len += got > 0 ? (size_t)got : 0;
                got = got < 0 ? 1 : got;
        }
        close(fd);
        return error;
}

void att_snapshot_loaded_deinit(struct att_snapshot_loaded *loaded)
{
        att_buffer_deinit(&loaded->bytes);
        *loaded = (struct att_snapshot_loaded){0};
}

int att_snapshot_load(const char *dir, uint64_t seq, struct att_snapshot_loaded *ret_loaded,
                      struct att_buffer *why)
{
        ATT_CLEANUP(att_free_pointer) char *path = att_snapshot_path(dir, seq);
        struct att_snapshot_loaded loaded = {0};
        int error = read_all(path, &loaded.bytes);

        if (error < 0) {
                att_snapshot_loaded_deinit(&loaded);
                return att_say_errno(why, path, error);
        }
        error = att_snapshot_parse(att_buffer_text(&loaded.bytes), path, &loaded.snapshot, why);
        if (error == 0 && loaded.snapshot.at.seq != seq) {
                error = say_damaged(path, "it is of another command than its name says", why);
        }
        if (error < 0) {
                att_snapshot_loaded_deinit(&loaded);
                return error;
        }
        *ret_loaded = loaded;
        return 0;
}

static bool is_of_behaviour(const struct att_snapshot_loaded *loaded, uint32_t behaviour,
                            uint64_t seq, struct att_buffer *skipped)
{
        if (behaviour == 0 || loaded->snapshot.behaviour == behaviour) {
                return true;
        }
        att_buffer_printf(skipped,
                          "the snapshot of command %" PRIu64
                          " is of an engine of behaviour %" PRIu32,
                          seq, loaded->snapshot.behaviour);
        return false;
}

int att_snapshot_load_newest(const char *dir, uint64_t seq_max, uint32_t behaviour,
                             struct att_snapshot_loaded *ret_loaded, struct att_buffer *skipped,
                             struct att_buffer *why)
{
        ATT_CLEANUP(att_free_pointer) uint64_t *seqs = NULL;
        size_t count;
        int error = att_snapshot_list(dir, &seqs, &count, why);

        if (error < 0) {
                return error;
        }
        for (size_t i = count; i-- > 0;) {
                if (seqs[i] > seq_max) {
                        continue;
                }
                error = att_snapshot_load(dir, seqs[i], ret_loaded, skipped);
                if (error == 0 && is_of_behaviour(ret_loaded, behaviour, seqs[i], skipped)) {
                        return 0;
                }
                if (error == 0) {
                        att_snapshot_loaded_deinit(ret_loaded);
                }
                att_buffer_append_c(skipped, "\n");
        }
        return -ENOENT;
}

/* ---- Letting go ---- */

/* The one with which a history that is behind goes on, if the journal still goes on from it. */
static size_t find_needed(const struct att_segment_list *list, const uint64_t *seqs, size_t count,
                          uint64_t behind_seq)
{
        for (size_t i = count; i-- > 0;) {
                if (seqs[i] <= behind_seq) {
                        return list->count > 0 && list->first_seqs[0] <= seqs[i] + 1 ? i : count;
                }
        }
        return count;
}

static int remove_old_snapshots(const char *dir, const uint64_t *seqs, size_t count, size_t needed,
                                struct att_buffer *why)
{
        for (size_t i = 0; i + ATT_SNAPSHOTS_KEPT < count; i++) {
                ATT_CLEANUP(att_free_pointer) char *path = att_snapshot_path(dir, seqs[i]);

                if (i == needed) {
                        continue;
                }
                if (unlink(path) < 0 && errno != ENOENT) {
                        return att_say_errno(why, path, -errno);
                }
        }
        return 0;
}

/* Until when it goes: the next one begins there. */
static int end_of_segment(const char *dir, uint64_t next_first_seq, int64_t *ret_ms,
                          struct att_buffer *why)
{
        struct att_segment *next;
        int error = att_segment_open(dir, next_first_seq, false, &next, why);

        if (error < 0) {
                return error;
        }
        *ret_ms = att_segment_meta(next)->created_ms;
        att_segment_close(next);
        return 0;
}

static bool is_plain(const char *dir, uint64_t first_seq)
{
        static const char *const others[] = {"-wal", "-journal"};
        ATT_CLEANUP(att_free_pointer) char *path = att_segment_path(dir, first_seq);

        for (size_t i = 0; i < ATT_ARRAY_LEN(others); i++) {
                ATT_CLEANUP(att_buffer_deinit) struct att_buffer other = {0};

                att_buffer_printf(&other, "%s%s", path, others[i]);
                if (access(other.data, F_OK) == 0) {
                        return false;
                }
        }
        return true;
}

/* One that could not be sealed while another process was reading it is sealed now. */
static bool make_plain(const char *dir, uint64_t first_seq)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer why = {0};
        struct att_segment *segment;
        int error;

        if (is_plain(dir, first_seq)) {
                return true;
        }
        if (att_segment_open(dir, first_seq, true, &segment, &why) < 0) {
                return false;
        }
        error = att_segment_seal(segment, &why);
        att_segment_close(segment);
        return error == 0 && is_plain(dir, first_seq);
}

static int remove_segments(const char *dir, const struct att_segment_list *list, uint64_t covered,
                           int64_t before_ms, size_t *ret_removed, struct att_buffer *why)
{
        int64_t end_ms = 0;
        size_t removed = 0;

        for (size_t i = 0; i + 1 < list->count; i++) {
                int error;

                if (list->first_seqs[i + 1] > covered + 1) {
                        break;
                }
                error = end_of_segment(dir, list->first_seqs[i + 1], &end_ms, why);
                if (error < 0) {
                        return error;
                }
                if (end_ms > before_ms || !make_plain(dir, list->first_seqs[i])) {
                        break;
                }
                error = att_segment_remove(dir, list->first_seqs[i], why);
                if (error < 0) {
                        return error;
                }
                removed++;
                att_failpoint("segment.removed");
        }
        *ret_removed = removed;
        return 0;
}

/* Both are read through first: what is damaged covers nothing. */
static bool are_whole(const char *dir, const uint64_t *seqs, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                ATT_CLEANUP(att_buffer_deinit) struct att_buffer why = {0};
                struct att_snapshot_loaded loaded = {0};

                if (att_snapshot_load(dir, seqs[i], &loaded, &why) < 0) {
                        return false;
                }
                att_snapshot_loaded_deinit(&loaded);
        }
        return true;
}

int att_journal_let_go(const char *dir, int64_t before_ms, uint64_t behind_seq, size_t *ret_removed,
                       struct att_buffer *why)
{
        ATT_CLEANUP(att_free_pointer) uint64_t *seqs = NULL;
        struct att_segment_list list;
        size_t count;
        int error = att_snapshot_list(dir, &seqs, &count, why);

        *ret_removed = 0;
        if (error < 0 || count < ATT_SNAPSHOTS_KEPT ||
            !are_whole(dir, seqs + count - ATT_SNAPSHOTS_KEPT, ATT_SNAPSHOTS_KEPT)) {
                return error;
        }
        error = att_segment_list(dir, &list, why);
        if (error < 0) {
                return error;
        }
        error = remove_old_snapshots(dir, seqs, count, find_needed(&list, seqs, count, behind_seq),
                                     why);
        if (error == 0) {
                error = remove_segments(dir, &list, seqs[count - ATT_SNAPSHOTS_KEPT], before_ms,
                                        ret_removed, why);
        }
        att_segment_list_deinit(&list);
        return error;
}

/* ---- Forgetting ---- */

static int say_again(struct att_buffer *why, const char *what)
{
        att_buffer_append_c(why, what);
        return -EAGAIN;
}

/* All but the newest, which is whole and of a later command. */
static int remove_snapshots_before(const char *dir, uint64_t seq, uint64_t *ret_newest,
                                   struct att_buffer *why)
{
        ATT_CLEANUP(att_free_pointer) uint64_t *seqs = NULL;
        size_t count;
        int error = att_snapshot_list(dir, &seqs, &count, why);

        if (error < 0) {
                return error;
        }
        if (count == 0 || seqs[count - 1] < seq || !are_whole(dir, &seqs[count - 1], 1)) {
                return say_again(why, "no snapshot has been made since");
        }
        for (size_t i = 0; i + 1 < count; i++) {
                ATT_CLEANUP(att_free_pointer) char *path = att_snapshot_path(dir, seqs[i]);

                if (unlink(path) < 0 && errno != ENOENT) {
                        return att_say_errno(why, path, -errno);
                }
        }
        *ret_newest = seqs[count - 1];
        return 0;
}

int att_journal_forget(const char *dir, uint64_t seq, struct att_buffer *why)
{
        struct att_segment_list list;
        uint64_t covered = 0;
        size_t removed;
        bool is_gone;
        int error = remove_snapshots_before(dir, seq, &covered, why);

        if (error == 0) {
                error = att_segment_list(dir, &list, why);
        }
        if (error < 0) {
                return error;
        }
        error = remove_segments(dir, &list, covered, INT64_MAX, &removed, why);
        is_gone = list.count == 0 || list.first_seqs[removed] > seq;
        att_segment_list_deinit(&list);
        if (error < 0 || is_gone) {
                return error;
        }
        return say_again(why, "the segment of the journal with it is still written to or read");
}
