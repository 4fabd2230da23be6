/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A segment: one file of the journal, for lib/store alone.
 *
 * It is a SQLite database with one row a batch, and a `meta` table that says which part of the
 * journal it is. It is named by the sequence number of its first command, 20 digits and
 * ".segment", so that names sort as commands do. While it is written to it is in WAL mode (two more
 * files, -wal and -shm, belong to it); sealed, it is one plain file.
 *
 * Every batch carries a hash over the batch before it and itself, and every segment the last hash
 * of the segment before: a chain from the first command to the last, in which nothing can be lost,
 * changed or put in another place unnoticed.
 */
#ifndef ATT_LIB_STORE_SEGMENT_H
#define ATT_LIB_STORE_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/digest.h"
#include "lib/store/journal.h"

#define ATT_SEGMENT_FORMAT      1          /* SQLite's user_version. */
#define ATT_SEGMENT_APPLICATION 0x6174746a /* SQLite's application_id: "attj". */

struct att_segment_meta {
        uint32_t behaviour;               /* Of the engine that wrote it. */
        uint64_t first_seq;               /* Its first command, once it has one. */
        struct att_digest previous_chain; /* Of the batch before its first. */
        int64_t created_ms;               /* Time of the batch it was made for. */
};

struct att_segment;

/* The first commands of a folder's segments, in order. -EBADMSG: a file that is none of ours. */
struct att_segment_list {
        uint64_t *first_seqs; /* Owned. */
        size_t count;
};
ATT_MUST_USE int att_segment_list(const char *dir, struct att_segment_list *ret_list,
                                  struct att_buffer *why);
void att_segment_list_deinit(struct att_segment_list *list);

char *att_segment_path(const char *dir, uint64_t first_seq); /* To free(). */

/* Makes an empty segment: it is there, whole and durable, or not at all. -EEXIST: another writer has
 * made it. */
ATT_MUST_USE int att_segment_create(const char *dir, const struct att_segment_meta *meta,
                                    struct att_buffer *why);
/* Removes one, with what belongs to it, durably. */
ATT_MUST_USE int att_segment_remove(const char *dir, uint64_t first_seq, struct att_buffer *why);

/* Opens one that exists, after a check that this program may: a file of another kind gives -EINVAL,
 * one of a newer format -ENOTSUP, a corrupt one -EBADMSG. Nothing is touched then. */
ATT_MUST_USE int att_segment_open(const char *dir, uint64_t first_seq, bool to_write,
                                  struct att_segment **ret_segment, struct att_buffer *why);
void att_segment_close(struct att_segment *segment); /* NULL fine. */
const struct att_segment_meta *att_segment_meta(const struct att_segment *segment);

/* Commits one batch: when this returns it survives a power cut. */
ATT_MUST_USE enum att_append_result att_segment_append(struct att_segment *segment,
                                                       const struct att_batch *batch,
                                                       struct att_digest chain,
                                                       struct att_buffer *why);
uint64_t att_segment_bytes(const struct att_segment *segment);     /* Of rows added since open. */
uint64_t att_segment_wal_bytes(const struct att_segment *segment); /* Waiting for a checkpoint. */
/* Where the log ends, at the latest, with a batch of so many bytes more. */
uint64_t att_segment_wal_bytes_with(const struct att_segment *segment, size_t record_bytes);
char *att_segment_wal_path(const char *dir, uint64_t first_seq); /* Owned by the caller. */

/* Ends it, durably: from now on every append to it is fenced, whoever tries. Fenced itself if it does not
 * end with `last_seq`, or has ended before: another writer was there. A successor is made after this, so
 * that two writers never both go on. */
ATT_MUST_USE enum att_append_result att_segment_end(struct att_segment *segment, uint64_t last_seq,
                                                    struct att_buffer *why);
ATT_MUST_USE int att_segment_has_ended(struct att_segment *segment, bool *ret_has_ended,
                                       struct att_buffer *why);

/* Moves everything from the log into the file and syncs it; sealed, it needs no log any more. */
ATT_MUST_USE int att_segment_checkpoint(struct att_segment *segment, struct att_buffer *why);
ATT_MUST_USE int att_segment_seal(struct att_segment *segment, struct att_buffer *why);

/* Reads the batches in order, from the last one that begins at or before `seq`. */
ATT_MUST_USE int att_segment_seek(struct att_segment *segment, uint64_t seq,
                                  struct att_buffer *why);
/* The batch (its records borrowed until the next call) as it was stored, nothing of it checked but
 * its shape. */
ATT_MUST_USE enum att_read_result att_segment_next(struct att_segment *segment,
                                                   struct att_batch *ret_batch,
                                                   struct att_digest *ret_records,
                                                   struct att_digest *ret_chain,
                                                   struct att_buffer *why);
/* The last batch's place; false if there is none. */
ATT_MUST_USE int att_segment_last(struct att_segment *segment, bool *ret_has_any,
                                  struct att_journal_position *ret_last, struct att_buffer *why);

#endif
