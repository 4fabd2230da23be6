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

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/digest.h"
#include "lib/base/text.h"
#include "lib/store/history_event.h"

#define ATT_HISTORY_NAME   "history.sqlite"
#define ATT_HISTORY_FORMAT 1

struct att_history;
struct sqlite3;

/* How far it goes: the last command of a batch of the journal. */
struct att_history_position {
        uint64_t seq;            /* 0: nothing is in it yet. */
        struct att_digest chain; /* The journal's there; 0: not known. */
        int64_t time_ms;         /* Of that command. */
};

/* To write to; made if it is not there, views and all. `data` is the data directory. 0, or a negative
 * errno and a sentence: -EBADMSG: not a history, or damaged; -ENOTSUP: of a newer attuned. */
ATT_MUST_USE int att_history_open(const char *data, struct att_history **ret_history,
                                  struct att_buffer *why);
/* Whether there is a file of one. */
bool att_history_is_there(const char *data);
/* To read from, whether or not somebody writes. -ENOENT: there is none (yet). */
ATT_MUST_USE int att_history_open_to_read(const char *data, struct att_history **ret_history,
                                          struct att_buffer *why);
void att_history_close(struct att_history *history); /* NULL fine. */

/* The database, for queries. Borrowed. */
struct sqlite3 *att_history_db(struct att_history *history);
/* "PATH: what SQLite says", and the errno for it. */
int att_history_say(const struct att_history *history, struct att_buffer *why);

/* How far the history of a data directory goes; UINT64_MAX: there is none, or it can't be read. */
uint64_t att_history_seq_at(const char *data);

/* ---- Writing ----
 *
 *      att_history_begin(history, &why)
 *      att_history_apply(history, &event) ...          for all events of some whole batches
 *      att_history_commit(history, &position, &why)
 *
 * Once something has failed the transaction can only be rolled back; nothing of it is in the file. */

/* -ESTALE: another process has written to it since the last transaction of this handle. */
ATT_MUST_USE int att_history_begin(struct att_history *history, struct att_buffer *why);
/* 0, or a negative errno: att_history_commit() gives the sentence. Rows are written with the commit at the
 * latest: until then the event's texts must stay where they are. */
int att_history_apply(struct att_history *history, const struct att_history_event *event);
/* What happened between two commands is lost: all that is open ends as `unrecorded`. What goes on is
 * told after it, from its beginning. */
void att_history_gap(struct att_history *history, uint64_t from_seq, uint64_t to_seq, int64_t at_ms,
                     struct att_text reason);
/* With everything up to `position`; rolls back if something has failed. */
ATT_MUST_USE int att_history_commit(struct att_history *history,
                                    const struct att_history_position *position,
                                    struct att_buffer *why);
void att_history_rollback(struct att_history *history); /* Fine without a transaction. */

/* As of the last transaction, or as it was when it was opened. */
struct att_history_position att_history_applied(const struct att_history *history);
/* Looks again: another process may have written. */
ATT_MUST_USE int att_history_look(struct att_history *history, struct att_buffer *why);

/* How many gaps it has. */
uint64_t att_history_gaps(struct att_history *history);

/* Removes at most so many contacts that were closed before a time, oldest first, with all that is theirs,
 * people who have none left, and what else is as old: a transaction of its own. */
ATT_MUST_USE int att_history_trim(struct att_history *history, int64_t before_ms,
                                  uint32_t contacts_max, struct att_buffer *why);

/* Copies the whole log into the file and cuts it to nothing, so that no removed row is in it any more.
 * -EAGAIN: somebody reads; try again. */
ATT_MUST_USE int att_history_clear_log(const char *data, struct att_buffer *why);

#endif
