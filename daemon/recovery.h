/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the journal to the state it left: every command is stepped again, and the digest of every
 * batch's effects compared with the one that was written when its effects were let out. What differs
 * was decided by another engine, or on a broken machine, and front ends may believe other things
 * than the replay says: that is refused, with the place and what to do about it.
 */
#ifndef ATT_DAEMON_RECOVERY_H
#define ATT_DAEMON_RECOVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/front_end.h"
#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/core/core.h"
#include "lib/store/journal.h"

struct recovery {
        const char *dir; /* Of the journal. */
        struct att_core *core;
        struct front_ends *front_ends; /* Learns who was there. */
        bool accept_differences;
        uint64_t accepted_seq; /* So far they were accepted by an earlier start: not compared. */
        struct att_journal_position end; /* Where the journal ends. */
        uint64_t batches;
        uint64_t commands;
        uint64_t differences; /* Batches, when they are accepted. */
};

/* Fill dir, core, front_ends and accept_differences. 0, or a negative errno and sentences. */
ATT_MUST_USE int recovery_run(struct recovery *recovery, struct att_buffer *why);

#endif
