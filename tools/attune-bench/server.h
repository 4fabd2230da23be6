/* SPDX-License-Identifier: Apache-2.0 */
/* An attuned of our own, in a folder of its own, for as long as something is measured. */
#ifndef ATT_TOOLS_BENCH_SERVER_H
#define ATT_TOOLS_BENCH_SERVER_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "lib/base/buffer.h"
#include "tools/attune-bench/place.h"

/* `attuned`, or the one of this build or installation when it is NULL. */
bool server_find(const char *attuned, char binary[PATH_MAX]);

/* A file of its folder; false after a message. */
bool server_write(const char *work, const char *name, const struct att_buffer *content);

/* A child that does not outlive us. */
pid_t server_fork(void);
/* With config.yaml, data and log in the folder, listening at the place. */
pid_t server_start(const char *binary, const char *work, const struct place *place);
/* The same with one more option, such as --no-history. */
pid_t server_start_with(const char *binary, const char *work, const struct place *place,
                        const char *option);
/* By SIGTERM, and by SIGKILL if that takes too long. */
void server_stop(pid_t server);
/* The beginning of what it said, to standard error. */
void server_print_log(const char *work);

/* A metric of an attuned that has a port for them, by its whole name with its labels; -1: there is none. */
double server_metric(const struct place *place, const char *name);

/* Of a process, in bytes: what it takes now, and the most it took so far. */
long long server_rss(pid_t server);
long long server_rss_peak(pid_t server);

#endif
