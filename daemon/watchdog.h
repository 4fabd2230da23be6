/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop must not stop in silence.
 *
 * A thread of its own looks whether the loop has turned. If it has not for the whole of the time
 * that it is given (30 s, unless --watchdog says otherwise), the process says so and aborts: what was
 * acknowledged is in the journal, and whoever supervises it starts it again. The thread counts its
 * own looks rather than time, so that a process that was stopped, or whose machine was, is not
 * taken for one that is stuck.
 *
 * The loop itself looks whether the disk hangs: a commit that it has seen wait for the same time ends
 * the process too. Half of that is said, and from then on systemd's watchdog, which is told at a turn's
 * end that all is well, is told nothing.
 */
#ifndef ATT_DAEMON_WATCHDOG_H
#define ATT_DAEMON_WATCHDOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#define WATCHDOG_S_DEFAULT 30
#define WATCHDOG_S_MAX     3600

struct app;

struct watchdog {
        _Atomic uint64_t turns;
        uv_thread_t thread;
        uv_mutex_t mutex;
        uv_cond_t wake;
        bool is_running;
        bool is_over;            /* Under the mutex. */
        int64_t limit_ms;        /* 0: nobody looks. */
        int64_t tell_every_ms;   /* systemd; 0: never. */
        int64_t told_ms;         /* Monotonic. */
        int64_t turned_ms;       /* Monotonic. */
        int64_t commit_since_ms; /* Monotonic: of the commit in flight ... */
        int64_t commit_seen_ms;  /* ... and for how long the loop has seen it wait. */
        bool is_slow;            /* The disk; it was said. */
};

void watchdog_open(struct app *app);
/* At every turn's end. The loop turns once a second at least (daemon/upkeep.h). */
void watchdog_turn(struct app *app);
void watchdog_close(struct app *app); /* Idempotent. */

#endif
