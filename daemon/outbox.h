/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a session is going to be sent.
 *
 * Nothing may leave before the commands that caused it are durable, and everything leaves in the
 * order it was put in. So an outbox is one run of bytes with two marks:
 *
 *      | released: may go out | committing: waits for the batch in flight | the next batch |
 *      0                      `released`                    `committing`              bytes.len
 *
 * When a batch is handed to the journal the second mark moves to the end; when it is durable the
 * first mark moves to the second.
 */
#ifndef ATT_DAEMON_OUTBOX_H
#define ATT_DAEMON_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/buffer.h"
#include "lib/base/list.h"
#include "lib/base/text.h"

struct outbox {
        struct att_buffer bytes; /* Append to it; everything else is done below. */
        size_t released;
        size_t committing;
        struct att_list in_batch;      /* On the list of those with bytes of the next batch ... */
        struct att_list in_committing; /* ... and of those with bytes of the one in flight. */
};

void outbox_init(struct outbox *outbox);
void outbox_deinit(struct outbox *outbox); /* Leaves the lists. */

void outbox_begin_commit(struct outbox *outbox);
void outbox_end_commit(struct outbox *outbox);

/* What may go out, until the next change. */
struct att_text outbox_ready(const struct outbox *outbox);
/* So much of it is gone. */
void outbox_drop(struct outbox *outbox, size_t len);
/* Everything that is waiting, released or not. */
size_t outbox_pending(const struct outbox *outbox);

#endif
