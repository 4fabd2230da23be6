/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the loop turns: what it worked in each turn, without what it waited, and whether it stood. Of a
 * turn that lasts, its time on a processor tells whether the loop had so much to do or others took the
 * processor meanwhile.
 *
 *      turns_note(&turns, now_us, idle_us, cpu_us);    once a turn, before the loop waits
 *
 * It must turn several times a second (daemon/http.c has a timer for that), so that a second without
 * a turn means that it was held up, or the process was.
 */
#ifndef ATT_DAEMON_TURNS_H
#define ATT_DAEMON_TURNS_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/histogram.h"

#define TURNS_STOOD_US  INT64_C(1000000)
#define TURNS_SLOTS     6
#define TURNS_SLOT_US   INT64_C(10000000)
#define TURNS_WINDOW_US (TURNS_SLOTS * TURNS_SLOT_US)

struct turns_longest {
        int64_t us[TURNS_SLOTS];      /* In the slot of ten seconds that this is ... */
        int64_t slot_of[TURNS_SLOTS]; /* ... counted from the clock's zero. */
};

struct turns {
        struct histogram worked;
        struct histogram worked_cpu; /* What of it its thread was on a processor. */
        int64_t last_us;             /* Monotonic: of the last turn. */
        int64_t last_idle_us;        /* What the loop had waited in all by then ... */
        int64_t last_cpu_us;         /* ... and its thread been on a processor. */
        struct turns_longest longest;
        struct turns_longest longest_cpu;
        int64_t stood_us;       /* How long it stood last, if ever ... */
        int64_t stood_until_us; /* ... and when it turned again. */
};

void turns_begin(struct turns *turns, int64_t now_us, int64_t idle_us, int64_t cpu_us);
void turns_note(struct turns *turns, int64_t now_us, int64_t idle_us, int64_t cpu_us);

/* The longest turn of the last minute; and the most that one was on a processor. */
int64_t turns_longest_us(const struct turns *turns, int64_t now_us);
int64_t turns_longest_cpu_us(const struct turns *turns, int64_t now_us);
/* For how long the loop stood: within the last second it did so for more than a second; 0: it did not. */
int64_t turns_stood_us(const struct turns *turns, int64_t now_us);

#endif
