/* SPDX-License-Identifier: Apache-2.0 */
/* SIGTERM and SIGINT drain and stop, SIGHUP reloads, SIGUSR1 reopens the route log. */
#ifndef ATT_DAEMON_SIGNALS_H
#define ATT_DAEMON_SIGNALS_H

#include <stdbool.h>
#include <uv.h>

struct app;

#define SIGNALS_COUNT 4

struct signals {
        uv_signal_t handles[SIGNALS_COUNT];
        bool is_open;
};

void signals_ignore(void); /* SIGPIPE and SIGXFSZ: writes report them as errors. */
void signals_open(struct app *app);
void signals_close(struct app *app); /* Idempotent. */

#endif
