/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread that writes the history, and what it shares with the loop.
 *
 * The loop pushes a chunk for every durable batch (history_queue.h) and never waits. The thread takes what
 * there is a few times a second and writes it in one transaction. When a chunk is missing (too much was
 * waiting, or the journal was longer than the history at the start), or the history can't be written for
 * long, another process catches up from the journal (history_catch_up.h): meanwhile the newest chunks
 * wait, and what it has covered is let go.
 *
 *      LIVE         what is durable is written within a second
 *      CATCHING_UP  a process replays the journal into it
 *      FAILING      it can't be opened or written; the next try is soon
 */
#ifndef ATT_DAEMON_HISTORY_THREAD_H
#define ATT_DAEMON_HISTORY_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/text.h"
#include "lib/store/journal.h"

enum history_state { HISTORY_LIVE, HISTORY_CATCHING_UP, HISTORY_FAILING, HISTORY_STATE_COUNT };

struct history_status {
        enum history_state state;
        uint64_t changes;     /* Grows whenever the state, or why it is failing, changes. */
        uint64_t applied_seq; /* The last command that is in it. */
        int64_t applied_ms;   /* Its time; 0: nothing is in it. */
        uint64_t events;      /* Written by this process. */
        uint64_t failures;
        uint64_t catch_ups;
        uint64_t gaps; /* In the whole history. */
        char why[256]; /* FAILING: a sentence. */
};

struct history_thread;

/* `data`: the directory; `begun`: where the journal ends; both are kept. 0, or a negative errno. */
ATT_MUST_USE int history_thread_start(const char *data, const struct att_journal_position *begun,
                                      struct history_thread **ret_thread);
/* Writes what has been pushed, as far as that takes no longer than a few seconds. NULL fine. */
void history_thread_stop(struct history_thread *thread);

/* From the loop: the events of a batch that begins with `first_seq`. False: too much is waiting, and
 * it was let go; the thread is to know, and finds it in the journal. */
bool history_thread_push(struct history_thread *thread, uint64_t first_seq,
                         const struct att_journal_position *end, struct att_text events);
/* From the loop, of no batch that is to be pushed: how far the journal goes, what was let go included.
 * Never waits, and then may not be heard: to be said again. */
void history_thread_know(struct history_thread *thread, const struct att_journal_position *end);
/* How long closed contacts stay; 0: for ever. */
void history_thread_keep(struct history_thread *thread, int64_t keep_ms);

/* From the loop; false: the thread is just changing it, ask again later. */
bool history_thread_status(struct history_thread *thread, struct history_status *ret_status);
size_t history_thread_queued_bytes(const struct history_thread *thread);

const char *history_state_name(enum history_state state); /* "up to date" ... */
const char *history_state_word(
        enum history_state state); /* The same as a label: "up_to_date" ... */

#endif
