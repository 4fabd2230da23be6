/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The history's feed: what every command came to, on its way to the thread that writes it
 * (history_thread.h). It waits for its batch to be durable, as answers do, and costs the loop a copy.
 *
 * Nothing about the history ever stops or slows the daemon: a full disk, a broken file, a slow thread
 * only make it fall behind, which is said in the process's log, in the route log, by `attunectl status`
 * and in the metrics, until it has caught up.
 */
#ifndef ATT_DAEMON_HISTORY_H
#define ATT_DAEMON_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/history_thread.h"
#include "lib/base/buffer.h"
#include "lib/core/command.h"
#include "lib/core/effect.h"

struct app;

struct history {
        struct history_thread *thread; /* Owned; NULL: no history is written. */
        struct att_buffer collecting;
        struct att_buffer committing;
        struct att_journal_position pushed; /* The last command that was handed on, or let go. */
        struct history_status status;       /* As of the last look ... */
        uint64_t changes_said;              /* ... and what was said of it. */
        bool is_behind_said;
};

/* When the journal is open and no command was stepped yet. */
void history_open(struct app *app);
/* When nothing is collected or in flight any more. Waits for the thread, some seconds at most. */
void history_close(struct history *history);

/* Right after a step. */
void history_hear(struct app *app, const struct att_command *command,
                  const struct att_effects *effects);
void history_begin_commit(struct history *history);
void history_end_commit(struct app *app);
/* Once a second. */
void history_look(struct app *app);

/* Takes the newest figures, for those who are about to tell them. */
void history_refresh(struct history *history);

bool history_is_on(const struct history *history);
/* Durable commands that are not in it yet, and how much older its last one is than the newest. */
uint64_t history_behind_commands(const struct history *history);
int64_t history_behind_ms(const struct history *history);

#endif
