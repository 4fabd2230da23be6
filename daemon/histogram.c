/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/histogram.h"

#include "lib/base/check.h"
#include "lib/base/util.h"

static const int64_t BOUNDS_US[HISTOGRAM_BOUNDS] = {
        50,    100,   250,    500,    1000,   2500,    5000,    10000,
        25000, 50000, 100000, 250000, 500000, 1000000, 2500000, 5000000,
};

int64_t histogram_bound_us(uint32_t i)
{
        ATT_CHECK(i < HISTOGRAM_BOUNDS);
        return BOUNDS_US[i];
}

void histogram_add(struct histogram *histogram, int64_t us)
{
        uint32_t i = 0;

        us = att_max_i64(us, 0);
        while (i < HISTOGRAM_BOUNDS && us > BOUNDS_US[i]) {
                i++;
        }
        histogram->counts[i]++;
        histogram->sum_us += us;
}
