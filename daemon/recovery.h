/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the journal to the state it left, at a start: the newest snapshot, and every command since is
 * stepped again, and the digest of every batch's effects compared with the one that was written when
 * they were let out. What differs was decided by another engine, or on a broken machine, and front
 * ends may believe other things than the replay says: that is refused, with the place and what to do
 * about it.
 */
#ifndef ATT_DAEMON_RECOVERY_H
#define ATT_DAEMON_RECOVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/forget.h"
#include "daemon/front_end.h"
#include "daemon/state.h"
#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/core/core.h"
#include "lib/store/blame.h"
#include "lib/store/journal.h"
#include "lib/store/people.h"

struct recovery {
        const char *dir;               /* Of the journal. */
        struct att_core *core;         /* The caller's: a new one; may be another one afterwards. */
        struct front_ends *front_ends; /* Learns who was there. */
        struct forget *forget;         /* What of it is not done; or NULL. */
        struct att_people *people;     /* Learn from what is replayed; or NULL. */
        const struct state_codec *codec; /* NULL: without snapshots. */
        const struct att_blame *blame;   /* NULL: nothing is skipped. */
        bool accept_differences;
        uint64_t accepted_seq; /* So far they were accepted by an earlier start: not compared. */
        struct att_journal_position end; /* Where the journal ends. */
        uint64_t snapshot_seq;           /* Where it began; 0: at the journal's beginning. */
        uint64_t batches;
        uint64_t commands;
        uint64_t differences; /* Batches, when they are accepted. */
        uint64_t skipped;     /* Commands that brought a replay down before. */
};

/* Fill dir, core, front_ends and what else applies. 0, or a negative errno and sentences. */
ATT_MUST_USE int recovery_run(struct recovery *recovery, struct att_buffer *why);

#endif
