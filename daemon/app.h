/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemon: one struct, a member for each concern, each with a file of its own.
 *
 *      main -> app_run: options -> data directory -> recovery -> configuration -> listeners -> loop
 *
 * It decides nothing about routing; it brings commands to the engine and carries its effects away.
 */
#ifndef ATT_DAEMON_APP_H
#define ATT_DAEMON_APP_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "daemon/access.h"
#include "daemon/admission.h"
#include "daemon/forget.h"
#include "daemon/front_end.h"
#include "daemon/history.h"
#include "daemon/lanes.h"
#include "daemon/listener.h"
#include "daemon/log.h"
#include "daemon/memory.h"
#include "daemon/options.h"
#include "daemon/positions.h"
#include "daemon/publish.h"
#include "daemon/reload.h"
#include "daemon/report.h"
#include "daemon/route_log.h"
#include "daemon/session.h"
#include "daemon/signals.h"
#include "daemon/snapshots.h"
#include "daemon/tail.h"
#include "daemon/tally.h"
#include "daemon/upkeep.h"
#include "daemon/watchdog.h"
#include "daemon/writer.h"
#include "lib/base/digest.h"
#include "lib/base/rng.h"
#include "lib/store/data.h"

struct http;

struct app {
        const struct options *options;
        uv_loop_t *loop;
        struct att_data *data; /* Owned. */
        struct writer writer;
        struct publisher publisher;
        struct positions positions;
        struct front_ends front_ends;
        struct sessions sessions;
        struct lanes lanes;
        struct admission admission;
        struct listeners listeners;
        struct access_rules access;
        struct reloads reloads;
        struct reports reports;
        struct route_log route_log;
        struct history history;
        struct tails tails;
        struct signals signals;
        struct upkeep upkeep;
        struct watchdog watchdog;
        struct snapshots snapshots;
        struct forget forget;
        struct tally tally;
        struct http *http; /* Owned; NULL: without --http. */
        struct log_memory memory;
        struct memory memory_of_customers;
        struct att_rng jitter;
        int64_t started_ms;
        bool is_draining;
};

/* Runs attuned until it is told to stop; gives the exit status. */
int app_run(const struct options *options);

/* Stops accepting and reading, commits what there is, says goodbye, ends the loop. */
void app_drain(struct app *app);

/* When to come back, spread at random. */
int64_t app_retry_ms(struct app *app);

#endif
