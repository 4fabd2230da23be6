/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of attuned. */
#ifndef ATT_DAEMON_OPTIONS_H
#define ATT_DAEMON_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#define OPTIONS_TIME_SCALE_MAX        10000
#define OPTIONS_MEMORY_MIB_MAX        (1 << 24)
#define OPTIONS_TIME_SCALE_MAX        10000
#define OPTIONS_KEEP_MS               (INT64_C(7) * 24 * 3600 * 1000)
#define OPTIONS_SNAPSHOT_COMMANDS     1000000
#define OPTIONS_SNAPSHOT_COMMANDS_MAX 1000000000

struct options { /* All borrowed from argv. */
        const char *config;
        const char *data;
        const char *socket; /* Never NULL once parsed. */
        const char *listen; /* NULL: no TCP. */
        const char *http;   /* NULL: none. */
        const char *log;    /* The route log: a path, "-" for standard output, NULL: none. */
        bool log_personal;  /* What is known of customers is in its lines, too. */
        int ready_fd;       /* Told "ready\n" once it is so; -1: none. */
        uint32_t time_scale;
        uint32_t watchdog_s;     /* Without a turn of the loop; 0: nobody looks. */
        uint32_t memory_mib_max; /* 0: what the machine gives. */
        bool accept_differences;
        int64_t keep_ms;            /* How long segments stay that snapshots cover. */
        uint64_t snapshot_commands; /* From one snapshot to the next. */
        bool no_history;
        const char *make_snapshot; /* Of attuned's own: make one and end. NULL: be a daemon. */
        bool catch_up_history;     /* Of attuned's own: do that and end. */
};

enum options_result {
        OPTIONS_RUN,
        OPTIONS_SHOWN, /* --help or --version: exit 0. */
        OPTIONS_WRONG, /* Usage was printed: exit 2. */
};

#define OPTIONS_SOCKET_DEFAULT "/run/attune/attuned.sock"

enum options_result options_parse(int argc, char **argv, struct options *ret_options);

#endif
