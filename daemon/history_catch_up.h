/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The history from the journal: what it is behind by is replayed into it, by a process of its own with
 * the lowest priority (the same program with --catch-up-history), so that neither the loop nor its
 * memory know of it.
 *
 * It begins with the newest snapshot that the history has passed, or at the journal's beginning, and
 * ends where the journal does. Where the journal no longer has what the history needs, or another
 * engine decided it, a row in `gaps` says so, and it goes on from the next snapshot.
 */
#ifndef ATT_DAEMON_HISTORY_CATCH_UP_H
#define ATT_DAEMON_HISTORY_CATCH_UP_H

#include <stddef.h>
#include <sys/types.h>

#include "daemon/options.h"
#include "lib/base/buffer.h"
#include "lib/base/check.h"

#define HISTORY_TRANSACTION_BYTES ((size_t)2 << 20) /* Of events; the history's thread's, too. */

/* 0, or a negative errno. Whoever starts it waits for it; it dies with the thread that did. */
ATT_MUST_USE int history_catch_up_start(const char *data, pid_t *ret_child);
/* A sentence about how it ended, if not well. */
void history_catch_up_explain(int status, struct att_buffer *why);

/* --catch-up-history: the whole of that process; gives its exit status. */
int history_catch_up(const struct options *options);

#endif
