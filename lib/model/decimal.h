/* SPDX-License-Identifier: Apache-2.0 */
/* Decimal numbers as people write them (`20`, `-0.75`; digits on both sides of a point),
 * read exactly into a whole number of tenths, thousandths, millionths ... without floating point. */
#ifndef ATT_LIB_MODEL_DECIMAL_H
#define ATT_LIB_MODEL_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/check.h"
#include "lib/base/text.h"

enum att_decimal_result {
        ATT_DECIMAL_OK = 0,
        ATT_DECIMAL_ROUNDED, /* More decimals than asked for: rounded down, and written. */
        ATT_DECIMAL_NO_NUMBER,
        ATT_DECIMAL_TOO_LARGE,
};

/* Reads `text`, all of it, in units of 10^-decimals (at most 9): ("1.5", 3) -> 1500. */
ATT_MUST_USE enum att_decimal_result att_decimal_parse(struct att_text text, int decimals,
                                                       int64_t *ret_value);

#define ATT_DECIMAL_TEXT_SIZE 32
/* The shortest exact form: (1500, 3) -> "1.5". Returns `text`. */
char *att_decimal_format(int64_t value, int decimals, char text[ATT_DECIMAL_TEXT_SIZE]);

#endif
