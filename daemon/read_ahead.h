/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A journal's commands for a replay, and what of the replay needs no engine: on a thread of its own, if
 * that is wanted and to be had, so that the engine never waits for it.
 *
 * Glossary. A piece is some commands of one batch, decoded. The replay takes it, steps it (and leaves in it
 * copies of its commands' effects, and notes about them) and gives it back. It is settled when its effects
 * are in the batch's digest and were handed on with the notes; a batch is settled with its last piece. At most READ_AHEAD_PIECES are under way, counted from the one whose settling the replay
 * has not been told of.
 *
 *      piece = read_ahead_take(ahead);
 *      ... step piece->commands ...
 *      read_ahead_give(ahead);
 *      while ((batch = read_ahead_settled(ahead, false))) { ... }
 *
 * Without a thread everything is done by whoever asks, in the same order: what is given is settled at once.
 */
#ifndef ATT_DAEMON_READ_AHEAD_H
#define ATT_DAEMON_READ_AHEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/buffer.h"
#include "lib/base/text.h"
#include "lib/core/command.h"
#include "lib/core/effect.h"
#include "lib/core/foresee.h"
#include "lib/model/config.h"
#include "lib/store/journal.h"
#include "lib/store/reader.h"
#include "lib/wire/journal.h"

#define READ_AHEAD_COMMANDS 64 /* A piece, at most. */
#define READ_AHEAD_PIECES   16

struct read_batch {
        struct att_stored_batch stored; /* Its records are borrowed from `records`. */
        struct att_buffer records;      /* Owned. */
        bool is_after_skip;             /* The replay's: a command was left out before its end. */
        bool differs;                   /* Settled: its effects are others than it had. */
};

struct read_piece {
        enum att_read_result read;       /* BATCH, or why there is no more. */
        struct att_buffer why;           /* Owned; of that. */
        struct att_journal_position end; /* Of the journal as far as it was read for this. */
        struct read_batch *batch;
        bool is_first; /* Of its batch. */
        enum att_journal_result
                result; /* After its commands. OK: the batch goes on; END: it is whole. */
        struct att_command *commands;     /* Owned. */
        struct att_foresight *foresights; /* Owned; of each command. */
        uint32_t count;
        struct att_effects *effects;           /* Owned, as an array; of each command, copied. */
        struct att_buffer notes;               /* Owned. */
        size_t note_ends[READ_AHEAD_COMMANDS]; /* In `notes`, of the note about each command. */

        struct att_scratch scratch; /* Owned; of what the commands refer to. */
        struct att_arena arena;     /* Owned; of what is worked out of them, before and after. */
        const struct att_config *config; /* Owned reference, or NULL. */
};

struct read_ahead;

/* Every command in order, with its effects and the note about it; perhaps on the other thread. */
typedef void (*read_ahead_settle_fn)(void *context, const struct att_command *command,
                                     const struct att_effects *effects, struct att_text note);

/* `reader` is used until the end, and nothing else of it meanwhile. `on_settle`: NULL fine. */
struct read_ahead *read_ahead_new(struct att_reader *reader, bool with_thread,
                                  read_ahead_settle_fn on_settle, void *context);
void read_ahead_free(struct read_ahead *ahead); /* NULL fine. */

/* The next piece; to be given back before the next is taken, unless it is the last thing done. NULL: first
 * take what is settled, there is no room for more. */
struct read_piece *read_ahead_take(struct read_ahead *ahead);
void read_ahead_give(struct read_ahead *ahead);
/* The next batch that is settled, good until the next call of any of these; or NULL. With `all`, waits until
 * everything that was given is settled. */
const struct read_batch *read_ahead_settled(struct read_ahead *ahead, bool all);

/* Whether there is a processor for it besides the engine's. */
bool read_ahead_is_worth_it(void);

#endif
