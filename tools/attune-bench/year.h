/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A made-up year of a contact centre as a history: so many contacts of so many people, with all that
 * belongs to them, in busy hours and quiet ones. The same seed makes the same rows.
 */
#ifndef ATT_TOOLS_BENCH_YEAR_H
#define ATT_TOOLS_BENCH_YEAR_H

#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"

struct year_plan {
        int64_t from_ms;
        uint32_t days;
        uint32_t contacts;
        uint32_t agents;
        uint32_t queues;
        uint32_t people;
        uint64_t seed;
};

/* Into a data directory that has no history yet. 0, or a negative errno and a sentence. */
ATT_MUST_USE int year_write(const char *data, const struct year_plan *plan, struct att_buffer *why);

#endif
