/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots: the state after one command, so that a start need not replay all that came before it.
 *
 *      journal/NNNNNNNNNNNNNNNNNNNN.snapshot   the state after command N, beside the segments
 *
 * One is written under another name, synced and then renamed: a file with a snapshot's name is whole,
 * unless the disk damaged it, which its checksum tells. It names its place in the journal with the
 * chain's value there, so that it can't be taken for one of another journal.
 *
 * A snapshot is a way to start faster and to let old segments go; it is never the only copy of
 * anything that segments were not removed for. Two are kept: when the newest one is damaged the one
 * before it is as good, and the journal from there on is still there.
 *
 * The store knows the parts as bytes. The file is, in little-endian numbers:
 *
 *      8   "attsnap" and a zero byte
 *      4   format                            4   behaviour of the engine
 *      8   sequence number                   8   time of that command, ms
 *      16  chain of its batch                16  digest of the state
 *      24  the lengths of the three parts
 *      ... the parts                         16  XXH3-128 of all that is before it
 */
#ifndef ATT_LIB_STORE_SNAPSHOT_H
#define ATT_LIB_STORE_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/digest.h"
#include "lib/base/text.h"
#include "lib/store/journal.h"

#define ATT_SNAPSHOT_FORMAT 1
#define ATT_SNAPSHOTS_KEPT  2

struct att_snapshot {
        uint32_t behaviour;             /* Of the engine whose state it is. */
        struct att_journal_position at; /* The end of the batch it was made after. */
        struct att_digest state;        /* att_core_digest() of it. */
        struct att_text config;         /* A compiled configuration; empty: none yet. */
        struct att_text engine;         /* The engine's state. */
        struct att_text shell;          /* What the shell learnt from the same commands. */
};

/* One that was read: the texts point into `bytes`. Zero-initialise. */
struct att_snapshot_loaded {
        struct att_snapshot snapshot;
        struct att_buffer bytes; /* Owned. */
};
void att_snapshot_loaded_deinit(struct att_snapshot_loaded *loaded);

/* When this returns 0 it survives a power cut. Takes the place of one of the same command. */
ATT_MUST_USE int att_snapshot_save(const char *dir, const struct att_snapshot *snapshot,
                                   struct att_buffer *why);

/* The commands of a folder's snapshots, in order; free() the array. */
ATT_MUST_USE int att_snapshot_list(const char *dir, uint64_t **ret_seqs, size_t *ret_count,
                                   struct att_buffer *why);

/* Reads one and checks all of it. Damaged, or another file by that name: -EBADMSG; of a newer
 * format: -ENOTSUP. */
ATT_MUST_USE int att_snapshot_load(const char *dir, uint64_t seq,
                                   struct att_snapshot_loaded *ret_loaded, struct att_buffer *why);

/* The same from a file's bytes, which `ret_snapshot` borrows. `name` is for the sentence. */
ATT_MUST_USE int att_snapshot_parse(struct att_text bytes, const char *name,
                                    struct att_snapshot *ret_snapshot, struct att_buffer *why);

/* The newest whole one of this behaviour (0: of any) at or before command `seq_max`. -ENOENT: there
 * is none. `skipped` gets a sentence a line about each newer one that can't be used. */
ATT_MUST_USE int att_snapshot_load_newest(const char *dir, uint64_t seq_max, uint32_t behaviour,
                                          struct att_snapshot_loaded *ret_loaded,
                                          struct att_buffer *skipped, struct att_buffer *why);

/* Removes what retention lets go: all snapshots but the newest two (and the one from which a history
 * that goes up to command `behind_seq` can be caught up, as long as the journal goes on from it;
 * UINT64_MAX: nothing is behind), then every segment whose
 * commands are all covered by the older of the two kept and whose last was before `before_ms`, oldest
 * first. The segment that is written to stays, and one that another process reads and that still has
 * its log. Fewer than two snapshots: no segment goes. `ret_removed` counts segments. */
ATT_MUST_USE int att_journal_let_go(const char *dir, int64_t before_ms, uint64_t behind_seq,
                                    size_t *ret_removed, struct att_buffer *why);

/* Removes all that was written before command `seq`, and that one: every snapshot but the newest, and
 * every segment that it covers, whatever else retention says. -EAGAIN and a sentence: not all of it can
 * go yet, for there is no whole snapshot of a later command, or the segment with that command is
 * still written to or read; what can has gone. */
ATT_MUST_USE int att_journal_forget(const char *dir, uint64_t seq, struct att_buffer *why);

char *att_snapshot_path(const char *dir, uint64_t seq); /* To free(). */

#endif
