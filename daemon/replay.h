/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A journal through the engine once more: from the newest snapshot, or from its beginning, to its
 * end. What a start, the making of a snapshot and `attunesim replay` have in common.
 *
 * Every batch's effects are compared with the digest of those that it had: in order, but with a thread of
 * its own the engine may be some commands further by then, at most what is read ahead
 * (daemon/read_ahead.h). A command that brought the replay down twice (lib/store/blame.h) is skipped: a
 * plain tick takes its place, and differences after it are what is to be expected.
 */
#ifndef ATT_DAEMON_REPLAY_H
#define ATT_DAEMON_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/front_end.h"
#include "daemon/read_ahead.h"
#include "daemon/state.h"
#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/digest.h"
#include "lib/core/core.h"
#include "lib/store/blame.h"
#include "lib/store/journal.h"
#include "lib/store/reader.h"

enum replay_difference {
        REPLAY_OTHER_BEHAVIOUR, /* An engine of another behaviour decided it: told before it is stepped. */
        REPLAY_OTHER_EFFECTS, /* It now has other effects than it had. */
};

struct replay {
        /* What to do. */
        const char *dir;                 /* Of the journal. */
        const struct state_codec *codec; /* NULL: no snapshot is used. */
        uint64_t snapshot_seq_max;       /* No later one is used; 0: any. */
        uint64_t stop_seq;             /* After the batch that holds this command; 0: at the end. */
        const struct att_blame *blame; /* NULL: nothing is skipped. */
        uint64_t witness_seq;          /* After this command the state must have ... */
        struct att_digest witness;     /* ... this digest; 0: not asked. */
        struct front_ends *front_ends; /* Learns from a snapshot who was there; or NULL. */
        bool with_thread; /* One of its own reads ahead, and compares and notes what was stepped. */

        /* Owned by the caller: new, or one from a snapshot. Set, also when it fails. */
        struct att_core *core;

        /* NULL fine. A difference: 0 to go on, or a negative errno and a sentence. */
        int (*on_begin)(void *context, const struct att_core *core,
                        const struct att_journal_position *at, struct att_buffer *why);
        /* Each command as soon as it was stepped, with the engine as it is then. */
        void (*on_command)(void *context, const struct att_core *core,
                           const struct att_command *command, const struct att_effects *effects);
        /* Right after on_command: what is to be noted about it, as bytes that need no engine any more. */
        void (*on_step)(const struct att_core *core, const struct att_command *command,
                        const struct att_effects *effects, struct att_buffer *note);
        /* Each command in order with those bytes, perhaps some commands later and on the other thread: all
         * that needs no engine. */
        read_ahead_settle_fn on_settle;
        int (*on_batch)(void *context, const struct att_stored_batch *batch,
                        struct att_buffer *why);
        /* Whether on_batch is called for the batch that ends with a command: before the next one is
         * stepped, then. NULL: for every one. */
        bool (*wants_batch)(void *context, uint64_t seq);
        int (*on_difference)(void *context, const struct att_stored_batch *batch,
                             enum replay_difference difference, struct att_buffer *why);
        void *context;

        /* What came of it. */
        uint64_t snapshot_seq;           /* It began with; 0: none. */
        struct att_journal_position end; /* Of what was read. */
        uint64_t batches;
        uint64_t commands;
        uint64_t skipped;
        uint64_t differences_after_skip; /* Batches. */
        struct att_buffer unused;        /* Owned. Snapshots that can't be used, a line each. */
};

/* Zero-initialise and fill in. 0, or a negative errno and a sentence with the place. */
ATT_MUST_USE int replay_run(struct replay *replay, struct att_buffer *why);
void replay_deinit(struct replay *replay); /* Not the core. */

#endif
