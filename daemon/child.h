/* SPDX-License-Identifier: Apache-2.0 */
/* This program once more, as a process that works for attuned and must never be in its way: it makes a
 * snapshot (daemon/snapshots.h), or catches the history up (daemon/history_catch_up.h). */
#ifndef ATT_DAEMON_CHILD_H
#define ATT_DAEMON_CHILD_H

#include <sys/types.h>

#include "lib/base/check.h"

/* Not on the loop: it stands still until the process has begun. 0, or a negative errno. */
ATT_MUST_USE int child_start(char *const *words, pid_t *ret_child);

/* In the child: the lowest priorities, and an end with the thread that started it. */
void child_be_modest(void);

#endif
