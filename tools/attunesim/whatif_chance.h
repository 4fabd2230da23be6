/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a recording tells about times: their median, and how long people wait before they give up. Of those
 * who were served it is known only that they would have waited longer than they did; the estimate of
 * Kaplan and Meier uses both.
 */
#ifndef ATT_TOOLS_ATTUNESIM_WHATIF_CHANCE_H
#define ATT_TOOLS_ATTUNESIM_WHATIF_CHANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/text.h"

/* Times, to ask for their median. Zero-initialise. */
struct whatif_times {
        int64_t *items; /* Owned. */
        size_t count;
        size_t capacity;
        bool is_sorted;
};

void whatif_times_deinit(struct whatif_times *times);
void whatif_times_add(struct whatif_times *times, int64_t ms);
/* The lower one of an even number; `otherwise` if there are none. Sorts them. */
int64_t whatif_times_median(struct whatif_times *times, int64_t otherwise);

struct whatif_patience_item {
        int64_t ms;
        bool gave_up; /* Else: waited at least so long. */
        double still; /* Share who wait on after it; known when estimated. */
};

/* Zero-initialise, add, estimate, then ask. */
struct whatif_patience {
        struct whatif_patience_item *items; /* Owned. */
        size_t count;
        size_t capacity;
        size_t gave_up_count;
};

#define WHATIF_NEVER_MS INT64_MAX

void whatif_patience_deinit(struct whatif_patience *patience);
void whatif_patience_add(struct whatif_patience *patience, int64_t ms, bool gave_up);
void whatif_patience_estimate(struct whatif_patience *patience);
/* Share of people who have not given up by then. */
double whatif_patience_still(const struct whatif_patience *patience, int64_t ms);
/* How long one waits of whom it is known that it is longer than `more_than_ms` (-1: nothing), for a chance
 * in (0, 1]: a time at which someone gave up, or WHATIF_NEVER_MS. */
int64_t whatif_patience_draw(const struct whatif_patience *patience, int64_t more_than_ms,
                             double chance);

/* A chance in (0, 1] that is the same for the same seed, purpose and names in every run. */
double whatif_chance(uint64_t seed, uint64_t purpose, struct att_text one, struct att_text other);

#endif
