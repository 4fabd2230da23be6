/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When snapshots are made, and by whom.
 *
 * While attuned runs another process makes them, the same program with --make-snapshot and the lowest
 * priority: it takes the last snapshot, replays what the journal has had since, and writes the next
 * one; then it lets go of segments that are old and covered. It is started off the loop too, so that no
 * contact ever waits for a snapshot. It compares every batch's effects as a start does; and while the
 * state is small enough for the engine to digest it between two turns, its digest too.
 *
 * A clean stop ends in a snapshot by attuned itself, when nobody waits for it any more.
 */
#ifndef ATT_DAEMON_SNAPSHOTS_H
#define ATT_DAEMON_SNAPSHOTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <uv.h>

#include "daemon/options.h"
#include "lib/base/digest.h"

#define SNAPSHOTS_EVERY_MS INT64_C(3600000) /* If anything much happened. */
#define SNAPSHOTS_COMMANDS 1000             /* That much. */
#define SNAPSHOTS_RETRY_MS INT64_C(600000)  /* After one that failed. */
#define SNAPSHOTS_WITNESS_MAX                                                                      \
        1000 /* Contacts, agents and customers that are digested in between. */

#define SNAPSHOTS_REQUEST_BYTES 80

struct app;

struct snapshots {
        uv_work_t starting; /* Starting a process can take long on a busy machine. */
        bool is_starting;
        int start_error;
        char request[SNAPSHOTS_REQUEST_BYTES]; /* What it is asked for: "SEQ:DIGEST". */
        pid_t child;                           /* That makes one; 0: none. */
        uint64_t made_seq;                     /* Of the newest one; 0: none. */
        int64_t made_ms;                       /* Unix time, of that one; 0. */
        int64_t took_ms;                       /* If this process had it made; 0. */
        int64_t began_ms;                      /* Monotonic: of the child's. */
        uint64_t asked_seq;                    /* Of the child's. */
        uint64_t last_seq;                     /* When one was due last. */
        int64_t last_ms;                       /* Monotonic: when it was due last. */
        uint64_t wanted_seq; /* It is to be made after this command, once that is durable; 0. */
        struct att_digest witness; /* Of the state then; 0: not taken. */
};

/* After a start that began with the snapshot of `last_seq` (0: none). */
void snapshots_open(struct app *app, uint64_t last_seq);
/* Once a second. */
void snapshots_look(struct app *app, int64_t monotonic_ms);
/* One of now, soon, whatever has happened since the last. False: another is being made. */
bool snapshots_ask(struct app *app);
bool snapshots_is_busy(const struct snapshots *snapshots);
/* Ends the child, if there is one. */
void snapshots_close(struct app *app);
/* When everything is durable and nothing runs any more. */
void snapshots_save_at_stop(struct app *app);

/* --make-snapshot: the whole of that process; gives its exit status. */
int snapshots_make(const struct options *options);

#endif
