/* SPDX-License-Identifier: Apache-2.0 */
/* How long something took, each time, as counts of durations up to certain bounds. */
#ifndef ATT_DAEMON_HISTOGRAM_H
#define ATT_DAEMON_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BOUNDS 16

struct histogram {
        uint64_t counts[HISTOGRAM_BOUNDS +
                        1]; /* Those up to each bound and above the one before; the
                                                  last: above all bounds. */
        int64_t sum_us;
};

/* From 50 us to 5 s, growing. */
int64_t histogram_bound_us(uint32_t i);
void histogram_add(struct histogram *histogram, int64_t us);

#endif
