/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The history: DATA/history.sqlite, what became of every contact as rows that any SQL tool can read.
 * lib/store/history.sql has the tables, docs/history.md explains them.
 *
 * It is a projection of the journal: `meta.applied_seq` is the last command whose effects are in it,
 * and is written in the transaction that writes them, so that nothing is counted twice or left out.
 * It can be made again from a journal that still has everything.
 *
 * One writer; any number of readers, of this process or others, who see whole transactions. Not for
 * the loop: every call may wait for the disk. A handle belongs to one thread at a time.
 */
#ifndef ATT_LIB_STORE_HISTORY_H
#define ATT_LIB_STORE_HISTORY_H

#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"

#define ATT_HISTORY_NAME   "history.sqlite"
#define ATT_HISTORY_FORMAT 1

struct att_history;
struct sqlite3;

/* To write to; made if it is not there, views and all. `data` is the data directory. 0, or a negative
 * errno and a sentence: -EBADMSG: not a history, or damaged; -ENOTSUP: of a newer attuned. */
ATT_MUST_USE int att_history_open(const char *data, struct att_history **ret_history,
                                  struct att_buffer *why);
/* To read from, whether or not somebody writes. -ENOENT: there is none (yet). */
ATT_MUST_USE int att_history_open_to_read(const char *data, struct att_history **ret_history,
                                          struct att_buffer *why);
void att_history_close(struct att_history *history); /* NULL fine. */

/* The database, for queries. Borrowed. */
struct sqlite3 *att_history_db(struct att_history *history);
/* "PATH: what SQLite says", and the errno for it. */
int att_history_say(const struct att_history *history, struct att_buffer *why);

#endif
