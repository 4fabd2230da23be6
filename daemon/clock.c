/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/clock.h"

#include <stdio.h>
#include <time.h>

#include "lib/base/util.h"

static int64_t read_us(clockid_t which)
{
        struct timespec now = {0};

        (void)clock_gettime(which, &now);
        return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_wall_ms(void)
{
        return read_us(CLOCK_REALTIME) / 1000;
}

int64_t clock_monotonic_us(void)
{
        return read_us(CLOCK_MONOTONIC);
}

int64_t clock_thread_cpu_us(void)
{
        return read_us(CLOCK_THREAD_CPUTIME_ID);
}

void clock_start(struct core_clock *clock, uint32_t scale, int64_t not_before_ms)
{
        clock->base_ms = att_max_i64(clock_wall_ms(), not_before_ms);
        clock->began_us = clock_monotonic_us();
        clock->scale = scale;
        clock->last_ms = clock->base_ms;
}

int64_t clock_now_ms(struct core_clock *clock)
{
        int64_t passed_us = (clock_monotonic_us() - clock->began_us) * clock->scale;

        clock->last_ms = att_max_i64(clock->last_ms, clock->base_ms + passed_us / 1000);
        return clock->last_ms;
}

uint64_t clock_until_ms(struct core_clock *clock, int64_t core_ms)
{
        int64_t left_ms = core_ms - clock_now_ms(clock);

        return left_ms <= 0 ? 0 : (uint64_t)(left_ms / clock->scale) + (clock->scale > 1 ? 1 : 0);
}

char *clock_format(int64_t ms, char text[CLOCK_TEXT_SIZE])
{
        time_t seconds = (time_t)(ms / 1000);
        struct tm utc;
        size_t len;

        (void)gmtime_r(&seconds, &utc);
        len = strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &utc);
        (void)snprintf(text + len, CLOCK_TEXT_SIZE - len, ".%03dZ", (int)(ms % 1000));
        return text;
}
