/* SPDX-License-Identifier: Apache-2.0 */
/* Days and dates of the Gregorian calendar, as days since 1970-01-01 (a Thursday). */
#ifndef ATT_LIB_CONFIG_CALENDAR_H
#define ATT_LIB_CONFIG_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/text.h"

struct calendar_date {
        int64_t year;
        int month; /* 1..12 */
        int day;   /* 1..31 */
};

int64_t calendar_day_of(struct calendar_date date);
struct calendar_date calendar_date_of(int64_t day);
int calendar_weekday(int64_t day); /* 0: Monday ... 6: Sunday */

/* `2026-12-25`; false if there is no such date. */
bool calendar_parse(struct att_text text, struct calendar_date *ret_date);

#endif
