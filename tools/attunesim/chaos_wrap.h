/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system, as the simulated daemon sees it: clock, chances, files, threads and its own death.
 *
 * The linker puts these functions in the place of libc's (`--wrap`, see meson.build), for the whole of
 * attunesim. Outside a simulation, and for files that are not below DISK_ROOT, they hand on.
 */
#ifndef ATT_TOOLS_ATTUNESIM_CHAOS_WRAP_H
#define ATT_TOOLS_ATTUNESIM_CHAOS_WRAP_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/rng.h"

/* From now on the simulated system is what this process sees. */
void chaos_system_begin(const struct att_rng *rng, int64_t wall_us);
bool chaos_system_is_on(void);

/* Monotonic; the wall clock is `chaos_wall_offset_us` ahead of it. */
int64_t chaos_now_us(void);
void chaos_set_now_us(int64_t now_us);
void chaos_move_wall_us(int64_t by_us);
void chaos_random(void *into, size_t len); /* For SQLite. */

/* The real ones. */
int64_t chaos_real_us(void);

/* Where abort() goes, if it is a process that gives up as it should; NULL: nowhere. */
extern sigjmp_buf *chaos_abort_to;
extern bool chaos_may_abort; /* The world has failed it: to abort is right. */

/* What the daemon calls threads go on until they wait. */
void chaos_threads_run(void);
/* A thread that the journal's thread started waits to be run: it is, when it is waited for, or now. */
bool chaos_thread_waits(void);
bool chaos_thread_runs(void);
bool chaos_is_in_thread(void); /* It is one of them that calls. */
void chaos_thread_run(void);

/* The process that attuned has started to make a snapshot; NULL: none. It is run in this one, when its
 * time has come, and ends with what it gave. */
struct chaos_child {
        bool is_running;
        int64_t due_us;
        char request[80];
};
const struct chaos_child *chaos_child(void);
void chaos_child_end(int exit_status);

#endif
