/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is let in while there is more to do than can be done.
 *
 * The load is one of five levels, found at every turn from what is measured: how long the oldest
 * command waits for the disk, how many commands wait for it, how many requests wait for their turn
 * (daemon/lanes.h), and the process's memory. Each level gives up one more thing, the least needed
 * first. What concerns contacts, agents and sessions that exist is never given up: accepts, declines,
 * endings, presence, acknowledgements, heartbeats, sessions that are taken up again.
 *
 * Who is refused is told so at once, before anything is decided or written, with a time to come back
 * that is spread at random.
 */
#ifndef ATT_DAEMON_ADMISSION_H
#define ATT_DAEMON_ADMISSION_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/wire/message.h"

enum load_level {
        LOAD_FINE,
        LOAD_NO_STATISTICS, /* Queues, agents and skills, reports, positions of those who wait. */
        LOAD_NO_QUERIES,    /* Explanations, contacts, configurations, the tail. */
        LOAD_NO_CONTACTS,   /* New ones. */
        LOAD_NO_SESSIONS,   /* New ones. */
        LOAD_LEVEL_COUNT
};

struct app;

struct admission {
        enum load_level level;
        enum load_level told;  /* In the log, for the second that began then. */
        enum load_level worst; /* Since then. */
        int64_t told_ms;       /* Monotonic. */
        int64_t sampled_ms;    /* Monotonic: of the memory. */
        int64_t rss_bytes;
        int64_t memory_bytes_max;        /* What the process may take. */
        uint64_t shed[LOAD_LEVEL_COUNT]; /* Requests refused, by the level that refuses them. */
};

/* `memory_mib_max`: 0 for three quarters of what the machine, or the control group, has. */
void admission_init(struct admission *admission, int64_t memory_mib_max);

/* At every turn's end: measures, finds the level, and says so in the log if it changed. */
void admission_measure(struct app *app);

/* The level at which such a message is refused; LOAD_LEVEL_COUNT: never. */
enum load_level admission_limit(const struct att_wire_message *message);

/* Whether it is refused now; counts it. `limit` is the level from which on it is. */
bool admission_refuses(struct app *app, enum load_level limit);
/* Whether the centre holds as many contacts as its configuration allows. */
bool admission_is_full(const struct app *app);

const char *load_level_name(enum load_level level);

#endif
