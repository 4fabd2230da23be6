/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer's line: stamp, step, append to the turn's batch, commit, release.
 *
 * It owns the engine, its clock and the journal. A command that is stepped joins the batch of the
 * present loop turn; at the turn's end the batch goes to the journal, unless one is in flight: then
 * the batch collects on. What the command caused has been put into outboxes and the route log
 * meanwhile, and is released when the batch is durable: `on_durable` says so. Every command is
 * journaled, refused ones too, so that a replay counts and fires as the engine did.
 *
 * A batch that can't be made durable ends the process by abort(): what was acknowledged is in the
 * journal, what was not never left.
 */
#ifndef ATT_DAEMON_WRITER_H
#define ATT_DAEMON_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "daemon/clock.h"
#include "daemon/histogram.h"
#include "daemon/outbox.h"
#include "lib/base/buffer.h"
#include "lib/base/digest.h"
#include "lib/base/list.h"
#include "lib/core/core.h"
#include "lib/store/blame.h"
#include "lib/store/journal.h"
#include "lib/wire/journal.h"

/* A batch that has grown to this while another was in flight takes no more reads. */
#define WRITER_BATCH_BYTES_MAX ((size_t)8 << 20)

struct writer_batch {
        struct att_buffer records;
        struct att_journal_writer encoder;
        struct att_digester effects;
        uint64_t first_seq; /* 0: no command yet. */
        int64_t since_ms;   /* Monotonic: of that one. */
};

struct writer {
        struct att_core *core;      /* Owned. */
        struct att_effects effects; /* Of the last step. */
        struct att_blame blame;     /* Which command is being stepped, for the next start. */
        struct core_clock clock;
        struct att_journal *journal;    /* Owned; NULL until recovered. */
        struct writer_batch batches[2]; /* One collects, one is in flight. */
        struct att_list touched;        /* Outboxes with bytes of the batch that collects ... */
        struct att_list waiting;        /* ... and of the one in flight. */
        int collecting;
        bool is_committing;
        bool is_open;
        int64_t handed_us; /* Monotonic: the batch in flight, to the journal. */
        uint64_t batches_done;
        uint64_t bytes_done;
        struct histogram commits; /* How long each took. */
        int64_t last_turn_ms; /* Core time of the last turn's end, to see that we stood still. */

        uv_async_t done;
        uv_timer_t deadline;
        uv_prepare_t before_poll;
        uv_check_t after_poll;
        int64_t armed_ms; /* The deadline that the timer waits for; INT64_MAX: none. */

        /* Of the owner; called on the loop. */
        void (*on_deadline)(void *context); /* Step a TICK. */
        void (*on_turn)(void *context);     /* The turn ends: what is still to be said for it. */
        void (*on_commit)(void *context);   /* The batch is closed: what comes now is the next's. */
        void (*on_durable)(void *context);  /* What waited for it may leave. */
        void (*on_release)(void *context, struct outbox *outbox);
        void *context;
};

/* A new engine and empty batches; then recover (daemon/recovery.h), then open. */
void writer_init(struct writer *writer);
void writer_deinit(struct writer *writer);

/* Gets the loop's handles. The journal is opened after that, and set before the first step. */
void writer_open(struct writer *writer, uv_loop_t *loop);
/* From the journal's thread: a commit is done. */
void writer_wake(struct writer *writer);
/* Closes the handles, if there are any; writer_deinit() when the loop has run out. */
void writer_close(struct writer *writer);

/* Gives the command its number and time, steps it and puts it into the batch. The effects are good
 * until the next step. */
const struct att_effects *writer_step(struct writer *writer, struct att_command *command);

/* How long the process stood still before this turn, in core time: more than a few seconds are to be
 * told to the engine (ATT_CMD_AWAY) before anything else; 0 otherwise, and after it was asked once. */
int64_t writer_take_stall_ms(struct writer *writer);

/* Something was put into this outbox: it is released with the batch. */
void writer_touch(struct writer *writer, struct outbox *outbox);

/* Commits what has collected and waits for it: for the start. 0, or -EIO and a sentence. */
ATT_MUST_USE int writer_commit_now(struct writer *writer, struct att_buffer *why);

bool writer_is_idle(const struct writer *writer); /* Nothing collected, nothing in flight. */
bool writer_is_congested(const struct writer *writer);
/* Commands of the batch that collects, and of both: what is not on disk yet. */
uint32_t writer_collected(const struct writer *writer);
uint32_t writer_waiting(const struct writer *writer);
/* How long the oldest of them has waited. */
int64_t writer_oldest_ms(const struct writer *writer, int64_t monotonic_ms);
uint64_t writer_durable_seq(const struct writer *writer);

#endif
