/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the history share (history*.c, people_read.c), and
 * nobody else: an open database and its prepared statements.
 *
 * Writing an event takes several statements. The first that fails leaves its sentence in `why` and its
 * errno in `result`, and everything after it does nothing, until the transaction is rolled back.
 */
#ifndef ATT_LIB_STORE_HISTORY_WORK_H
#define ATT_LIB_STORE_HISTORY_WORK_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/text.h"
#include "lib/store/history.h"
#include "lib/store/history_event.h"
#include "lib/store/history_held.h"

#define HISTORY_STATEMENTS_MAX 256 /* A power of two, and some more than there are. */

struct history_statement {
        const char *sql;         /* A literal: its address is its name. NULL: a free place. */
        sqlite3_stmt *statement; /* Owned. */
};

struct att_history {
        char *path; /* Owned. */
        sqlite3 *db;
        struct history_statement statements[HISTORY_STATEMENTS_MAX]; /* Prepared when first used. */
        int result;            /* Of the transaction so far: 0, or a negative errno. */
        struct att_buffer why; /* Owned. The sentence for it. */
        bool is_writer;
        bool is_writing; /* In a transaction. */
        struct att_history_position applied;
        struct history_held held;
        struct att_buffer trimmed; /* Owned. The agent whose presence was trimmed last. */
};

/* Prepared when it is first asked for, and kept: `sql` is a literal. To be reset when done with. NULL:
 * SQLite knows why. */
sqlite3_stmt *history_statement(struct att_history *history, const char *sql);

/* `sql` is a literal. The arguments in order: `n` an int64_t (ATT_HISTORY_NONE: NULL), `t` a struct
 * att_text (empty: NULL). */
void history_do(struct att_history *history, const char *sql, const char *form, ...);
/* The same of one that gives at most one row, whose columns come back as numbers (NULL:
 * ATT_HISTORY_NONE). False: there is none, or something went wrong. */
bool history_find(struct att_history *history, int64_t *ret_columns, const char *sql,
                  const char *form, ...);
/* One that gives any number of rows: each is handed to `take`, and its texts live that long. */
void history_each(struct att_history *history, void (*take)(void *context, sqlite3_stmt *row),
                  void *context, const char *sql, const char *form, ...);
/* One that gives at most one text, from one argument; it is put in place of what `into` holds. */
bool history_find_text(struct att_history *history, struct att_buffer *into, const char *sql,
                       struct att_text argument);
/* How many rows the last history_do() changed. */
int history_changed(const struct att_history *history);

/* ---- history_people.c ---- */

/* The person that goes by this id or alias, made if there is none. */
struct history_person *history_person_of(struct att_history *history, struct att_text id,
                                         int64_t at_ms);
/* Takes over what a request says of its customer. */
void history_person_came(struct att_history *history, struct history_person *person,
                         const struct att_history_event *event);
/* With an agent, last. */
void history_person_spoke(struct att_history *history, int64_t number, struct att_text agent);
/* What somebody told of a customer: an ATT_HISTORY_CUSTOMER. */
void history_person_told(struct att_history *history, const struct att_history_event *event);

#endif
