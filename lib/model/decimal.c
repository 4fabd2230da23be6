/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/model/decimal.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

static bool is_digit(char byte)
{
        return byte >= '0' && byte <= '9';
}

/* value * 10 + digit, or false where that is too large. */
static bool push_digit(uint64_t *value, unsigned digit)
{
        if (*value > ((uint64_t)INT64_MAX - digit) / 10) {
                return false;
        }
        *value = *value * 10 + digit;
        return true;
}

enum att_decimal_result att_decimal_parse(struct att_text text, int decimals, int64_t *ret_value)
{
        size_t at = 0;
        uint64_t value = 0;
        bool rounded = false;
        bool negative = false;

        if (at < text.len && (text.data[at] == '-' || text.data[at] == '+')) {
                negative = text.data[at++] == '-';
        }
        if (at == text.len || !is_digit(text.data[at])) {
                return ATT_DECIMAL_NO_NUMBER;
        }
        bool fits = true;

        for (; at < text.len && is_digit(text.data[at]); at++) {
                fits = fits && push_digit(&value, (unsigned)(text.data[at] - '0'));
        }
        if (at < text.len && text.data[at] == '.') {
                at++;
                if (at == text.len) {
                        return ATT_DECIMAL_NO_NUMBER;
                }
                for (; at < text.len && is_digit(text.data[at]); at++) {
                        if (decimals > 0) {
                                fits = fits && push_digit(&value, (unsigned)(text.data[at] - '0'));
                                decimals--;
                        } else if (text.data[at] != '0') {
                                rounded = true;
                        }
                }
        }
        if (at != text.len) {
                return ATT_DECIMAL_NO_NUMBER;
        }
        for (; decimals > 0; decimals--) {
                fits = fits && push_digit(&value, 0);
        }
        if (!fits || (negative && rounded && value == (uint64_t)INT64_MAX)) {
                return ATT_DECIMAL_TOO_LARGE;
        }
        *ret_value = negative ? -(int64_t)value - (rounded ? 1 : 0) : (int64_t)value;
        return rounded ? ATT_DECIMAL_ROUNDED : ATT_DECIMAL_OK;
}

char *att_decimal_format(int64_t value, int decimals, char text[ATT_DECIMAL_TEXT_SIZE])
{
        const char *sign = value < 0 ? "-" : "";
        const uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
        uint64_t unit = 1;

        for (int i = 0; i < decimals; i++) {
                unit *= 10;
        }
        uint64_t fraction = size % unit;

        while (decimals > 0 && fraction % 10 == 0) {
                fraction /= 10;
                decimals--;
        }
        if (decimals == 0) {
                (void)snprintf(text, ATT_DECIMAL_TEXT_SIZE, "%s%" PRIu64, sign, size / unit);
        } else {
                (void)snprintf(text, ATT_DECIMAL_TEXT_SIZE, "%s%" PRIu64 ".%0*" PRIu64, sign,
                               size / unit, decimals, fraction);
        }
        return text;
}
