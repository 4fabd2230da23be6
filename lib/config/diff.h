/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What would change from one configuration to another, in a supervisor's words, a line each:
 *
 *      + agent helena (Helena Ruiz)
 *      - queue stocks
 *      ~ agent maria: skill cards 8 -> 6
 *      ~ queue cards: step 1 after 30s -> 45s
 */
#ifndef ATT_LIB_CONFIG_DIFF_H
#define ATT_LIB_CONFIG_DIFF_H

#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/model/config.h"

/* Appends the lines and gives how many there are; 0: they mean the same. */
uint32_t att_config_diff(const struct att_config *before, const struct att_config *after,
                         struct att_buffer *into);

/*
 * Two configurations of one digest say the same, but opening hours are compiled ahead to a day, and
 * in the system's time zones, where a country may have given up its summer time since.
 */
enum att_calendar_change {
        ATT_CALENDAR_SAME,   /* Or known for so little longer that it is not worth a change. */
        ATT_CALENDAR_LONGER, /* The later knows at least ATT_CALENDAR_GAIN_MS more. */
        ATT_CALENDAR_OTHER,  /* Other times, while both know. */
};

#define ATT_CALENDAR_GAIN_MS (INT64_C(200) * 86400000)

/* Of configurations whose digests are equal. */
enum att_calendar_change att_config_compare_calendars(const struct att_config *before,
                                                      const struct att_config *after);

#endif
