/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zeros in a segment's log, ahead of what is written to it.
 *
 * A commit that makes the file longer has the file system commit the new length as well, and with it
 * whatever else there waits to be written: another process's, the history's. A commit that only writes
 * over what is there does not, and takes about half the time (docs/performance.md). SQLite takes no
 * notice: a log ends, for it, at the first frame that is not whole.
 *
 * A thread writes them, a piece at a time, and has them synced. That they can't be written, on a full disk,
 * is no fault: commits take longer then, that is all. A sync that fails is: it is the log's.
 */
#ifndef ATT_STORE_AHEAD_H
#define ATT_STORE_AHEAD_H

#include <stdint.h>

#include "lib/base/check.h"

struct att_ahead;

/* 0, or a negative errno: no thread was to be had. */
ATT_MUST_USE int att_ahead_start(struct att_ahead **ret_ahead);
/* Waits for the piece at work. NULL fine, as for all of these. */
void att_ahead_stop(struct att_ahead *ahead);

/* The file that is written to from here on; NULL: none. One that is not there, or not empty, is left as it
 * is: where its end is, is not for sure. Waits for the piece at work. */
void att_ahead_follow(struct att_ahead *ahead, const char *path);
/* What comes next is written below byte `end` of it: right after what there is, over the zeros. Waits if
 * such a piece is at work just there, which is rare. 0, or what a sync failed with: what was written
 * before may not be durable, whatever was said. */
ATT_MUST_USE int att_ahead_need(struct att_ahead *ahead, uint64_t end);

#endif
