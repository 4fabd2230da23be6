/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What waits for the history's thread: the events of durable batches, in the order of the journal, in
 * blocks that the loop fills and the thread empties.
 *
 * The loop never waits: no lock, and a call into the kernel only for a block when more waits than did.
 * Blocks come from the kernel and go back to it, so that a backlog leaves nothing behind when it is gone:
 * one is kept for the next to be filled.
 *
 *      history_queue_push(&queue, first_seq, &end, events)     the loop
 *
 *      history_queue_take(&queue)                              the thread: what was pushed until now
 *      for (place = history_queue_begin(&queue); (chunk = history_queue_read(&queue, &place));) ...
 *      history_queue_drop(&queue)                              the first, which nobody reads any more
 */
#ifndef ATT_DAEMON_HISTORY_QUEUE_H
#define ATT_DAEMON_HISTORY_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/check.h"
#include "lib/base/text.h"
#include "lib/store/journal.h"

#define HISTORY_QUEUE_BYTES_MAX ((size_t)8 << 20)

/* A batch. */
struct history_chunk {
        uint64_t first_seq;
        struct att_journal_position end;
        size_t len;
        char bytes[];
};

struct history_block;

/* Before a chunk, or where the next one will be. */
struct history_place {
        struct history_block *block;
        size_t at;
};

struct history_queue {
        struct history_block *filling; /* The loop's. */

        /* Shared without a lock. */
        struct history_block *spare; /* Owned; NULL: none. */
        size_t bytes;

        struct history_place first; /* The thread's: what is there, owned from here on ... */
        struct history_place end;   /* ... up to here. */
};

void history_queue_init(struct history_queue *queue);
void history_queue_deinit(struct history_queue *queue);

/* ---- From the loop ---- */

/* False: HISTORY_QUEUE_BYTES_MAX and more are waiting already, and it was let go. */
ATT_MUST_USE bool history_queue_push(struct history_queue *queue, uint64_t first_seq,
                                     const struct att_journal_position *end,
                                     struct att_text events);

/* ---- From either ---- */

size_t history_queue_bytes(const struct history_queue *queue);

/* ---- From the thread ---- */

/* Lets it see what has been pushed. The last of that; NULL: nothing was. */
const struct history_chunk *history_queue_take(struct history_queue *queue);
struct history_place history_queue_begin(const struct history_queue *queue);
/* The next of what was taken; NULL: there is none. Good until it is dropped. */
const struct history_chunk *history_queue_read(const struct history_queue *queue,
                                               struct history_place *place);
/* The first of what was taken; NULL: there is none. */
const struct history_chunk *history_queue_first(const struct history_queue *queue);
void history_queue_drop(struct history_queue *queue); /* There is one (checked). */

#endif
