/* SPDX-License-Identifier: Apache-2.0 */
/* Howard Hinnant's day count: years that begin in March, so that the leap day is the last one. */
#include "lib/config/calendar.h"

#include <stddef.h>

#define DAYS_IN_ERA  146097 /* 400 years */
#define EPOCH_DAY    719468 /* From 0000-03-01 to 1970-01-01. */
#define YEARS_IN_ERA 400

static int64_t floor_div(int64_t a, int64_t b)
{
        return a / b - (a % b < 0);
}

int64_t calendar_day_of(struct calendar_date date)
{
        const int64_t year = date.year - (date.month <= 2);
        const int64_t era = floor_div(year, YEARS_IN_ERA);
        const int64_t year_of_era = year - era * YEARS_IN_ERA;
        const int64_t month = (date.month + 9) % 12; /* March is 0. */
        const int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
        const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
                                   day_of_year;

        return era * DAYS_IN_ERA + day_of_era - EPOCH_DAY;
}

struct calendar_date calendar_date_of(int64_t day)
{
        const int64_t shifted = day + EPOCH_DAY;
        const int64_t era = floor_div(shifted, DAYS_IN_ERA);
        const int64_t day_of_era = shifted - era * DAYS_IN_ERA;
        const int64_t year_of_era =
                (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
        const int64_t day_of_year = day_of_era -
                                    (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        const int64_t month = (5 * day_of_year + 2) / 153;
        const int calendar_month = (int)(month < 10 ? month + 3 : month - 9);

        return (struct calendar_date){
                .year = year_of_era + era * YEARS_IN_ERA + (calendar_month <= 2),
                .month = calendar_month,
                .day = (int)(day_of_year - (153 * month + 2) / 5 + 1),
        };
}

int calendar_weekday(int64_t day)
{
        const int64_t from_monday = day + 3;

        return (int)(from_monday - floor_div(from_monday, 7) * 7);
}

static bool read_digits(struct att_text text, size_t at, size_t count, int *ret_number)
{
        int number = 0;

        for (size_t i = at; i < at + count; i++) {
                if (text.data[i] < '0' || text.data[i] > '9') {
                        return false;
                }
                number = number * 10 + (text.data[i] - '0');
        }
        *ret_number = number;
        return true;
}

bool calendar_parse(struct att_text text, struct calendar_date *ret_date)
{
        struct calendar_date date = {0};
        int year;

        if (text.len != 10 || text.data[4] != '-' || text.data[7] != '-' ||
            !read_digits(text, 0, 4, &year) || !read_digits(text, 5, 2, &date.month) ||
            !read_digits(text, 8, 2, &date.day)) {
                return false;
        }
        date.year = year;
        if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31) {
                return false;
        }
        /* The 31st of April would come back as the 1st of May. */
        const struct calendar_date back = calendar_date_of(calendar_day_of(date));

        if (back.month != date.month || back.day != date.day) {
                return false;
        }
        *ret_date = date;
        return true;
}
