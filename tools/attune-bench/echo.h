/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The servers to compare with: one decodes every request and answers it, and does nothing else; the
 * other also appends what it reads to a file, and answers when one fdatasync a turn has made it durable,
 * all on its one thread: less than that can't be done by anyone who keeps what he acknowledges.
 */
#ifndef ATT_TOOLS_BENCH_ECHO_H
#define ATT_TOOLS_BENCH_ECHO_H

#include "tools/attune-bench/place.h"

/* Serves until the process is killed; does not come back. `file`: to append to, or NULL. */
_Noreturn void echo_serve(const struct place *place, const char *file);

#endif
