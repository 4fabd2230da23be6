/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Core time: milliseconds since the Unix epoch as the engine is told them. It starts at the wall
 * clock's time, or the journal's last if that is later, and from there goes on with the monotonic
 * clock: it never goes back, and somebody who sets the wall clock doesn't make anything lapse.
 */
#ifndef ATT_DAEMON_CLOCK_H
#define ATT_DAEMON_CLOCK_H

#include <stdint.h>

struct core_clock {
        int64_t base_ms;
        int64_t began_us; /* Of the monotonic clock. */
        uint32_t scale;
        int64_t last_ms; /* What it gave last. */
};

int64_t clock_wall_ms(void);
int64_t clock_monotonic_us(void);
int64_t clock_thread_cpu_us(void); /* What the calling thread has been on a processor. */

/* `scale`: how many times as fast as real time; 1 but for demonstrations. */
void clock_start(struct core_clock *clock, uint32_t scale, int64_t not_before_ms);
/* Never less than what it gave before. */
int64_t clock_now_ms(struct core_clock *clock);
/* Real milliseconds until then, rounded up; 0 if it is past. */
uint64_t clock_until_ms(struct core_clock *clock, int64_t core_ms);

#define CLOCK_TEXT_SIZE 32
/* RFC 3339 in UTC with milliseconds. Returns `text`. */
char *clock_format(int64_t ms, char text[CLOCK_TEXT_SIZE]);

#endif
