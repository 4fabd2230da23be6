/* SPDX-License-Identifier: Apache-2.0 */
/* Durations as people write them: `250ms`, `20s`, `2m`, `1h`, `7d`; a whole or decimal number and
 * a unit (a bare 0 is fine). In the program a duration is an int64_t of milliseconds. */
#ifndef ATT_LIB_BASE_DURATION_H
#define ATT_LIB_BASE_DURATION_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/check.h"
#include "lib/base/text.h"

enum att_duration_result {
        ATT_DURATION_OK = 0,
        ATT_DURATION_NO_NUMBER, /* Does not start with a number. */
        ATT_DURATION_NO_UNIT,   /* A bare number other than 0. */
        ATT_DURATION_BAD_UNIT,
        ATT_DURATION_TOO_LONG, /* Over 10,000 days, or finer than a millisecond. */
};

ATT_MUST_USE enum att_duration_result att_duration_parse(struct att_text text, int64_t *ret_ms);

#define ATT_DURATION_TEXT_SIZE 32
/* The shortest exact form that att_duration_parse() takes, with no leading "0.": 90000 -> "90s",
 * 120000 -> "2m", 1500 -> "1.5s", 250 -> "250ms", 0 -> "0". Negative ones get a sign, which
 * parsing refuses. Returns `text`. */
char *att_duration_format(int64_t ms, char text[ATT_DURATION_TEXT_SIZE]);

/* For people, rounded down, two units at most: "3d 04h", "1h 02m", "2m 05s", "45s", "1.5s" (below
 * 10 s), "350ms", "0s". Returns `text`. */
char *att_duration_format_short(int64_t ms, char text[ATT_DURATION_TEXT_SIZE]);

#endif
