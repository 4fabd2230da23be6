/* SPDX-License-Identifier: Apache-2.0 */
/* The server to compare with: decodes every request and answers it, and does nothing else. */
#ifndef ATT_TOOLS_BENCH_ECHO_H
#define ATT_TOOLS_BENCH_ECHO_H

#include "tools/attune-bench/place.h"

/* Serves until the process is killed; does not come back. */
_Noreturn void echo_serve(const struct place *place);

#endif
