/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forgetting a customer on disk. The command takes the person out of the engine, the memory and the
 * history at once; what remains is what had been written before:
 *
 *      HISTORY    its thread has applied the command, overwriting what it removes; then its log is copied
 *                 into the file and cut to nothing
 *      SNAPSHOT   the journal begins a new segment, and another process makes a snapshot of now
 *      JOURNAL    all older snapshots and segments go: nothing before the command is left
 *
 * A file DATA/forgetting says what is to go until it has gone, so that the next start goes on with it.
 * Until it says so the journal alone does: no snapshot takes the command in before.
 * Each stage is tried again until it succeeds: a history that is behind, or a segment that another
 * process reads, only take it longer. The work is done on threads.
 */
#ifndef ATT_DAEMON_FORGET_H
#define ATT_DAEMON_FORGET_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/core/command.h"
#include "lib/core/effect.h"

#define FORGET_RETRY_MS INT64_C(3000)

struct app;

enum forget_stage { FORGET_NOTHING, FORGET_HISTORY, FORGET_SNAPSHOT, FORGET_JOURNAL };

struct forget {
        enum forget_stage stage;
        uint64_t asked_seq;    /* The last command to forget; 0: none yet. */
        uint64_t seq;          /* Up to which this round goes. */
        uint64_t done_seq;     /* All up to this one is gone. */
        uint64_t marked_seq;   /* The file's; a thread's to write. */
        uint64_t snapshot_seq; /* That is waited for. */
        uv_work_t work;
        bool is_working;
        bool is_stopping; /* Told to the thread. */
        int error;        /* Of the thread's work. */
        struct att_buffer why;
        bool is_said;     /* That it waits. */
        int64_t retry_ms; /* Monotonic. */
};

/* What an earlier process did not come to the end of. Before anybody gets in. */
void forget_open(struct app *app);
void forget_close(struct app *app); /* No more work is begun. */
void forget_deinit(struct forget *forget);
bool forget_is_busy(const struct forget *forget); /* A thread is at it. */

/* A command that was stepped, in a replay too. */
void forget_note(struct forget *forget, const struct att_command *command,
                 const struct att_effects *effects);
/* Whether the next start will go on with what was asked, even if it does not replay the command. */
bool forget_is_marked(const struct forget *forget);
/* When the loop is over: sees to it. 0, or a negative errno and a sentence. */
ATT_MUST_USE int forget_mark_at_stop(struct app *app, struct att_buffer *why);
/* Once a second; a thread that is done does so as well. */
void forget_look(struct app *app, int64_t monotonic_ms);

/* Whether all that the command took is gone; otherwise what is waited for. */
bool forget_is_done(const struct forget *forget, uint64_t seq);
const char *forget_waits_for(const struct forget *forget);

#endif
