/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/config/values.h"

#include <string.h>

#include "lib/base/buffer.h"
#include "lib/base/duration.h"
#include "lib/base/util.h"
#include "lib/model/decimal.h"
#include "lib/model/limits.h"

#define MICRO_DECIMALS 6

bool att_value_is(struct att_config_errors *errors, const struct att_yaml_node *node,
                  enum att_yaml_kind kind, const char *wanted)
{
        if (node->kind == kind) {
                return true;
        }
        if (att_yaml_is_empty(node)) {
                att_config_errors_add(errors, node->place, "expected %s, found nothing", wanted);
        } else if (node->kind == ATT_YAML_SCALAR) {
                att_config_errors_add(errors, node->place, "expected %s, found '%.*s'", wanted,
                                      ATT_TEXT_ARGS(node->text));
        } else {
                att_config_errors_add(errors, node->place, "expected %s, found %s", wanted,
                                      att_yaml_kind_name(node->kind));
        }
        return false;
}

/* Texts ------------------------------------------------------------------- */

static bool has_control_character(struct att_text text, const char *allowed)
{
        for (size_t i = 0; i < text.len; i++) {
                const unsigned char byte = (unsigned char)text.data[i];

                if ((byte < 0x20 || byte == 0x7f) && !(byte && strchr(allowed, byte))) {
                        return true;
                }
        }
        return false;
}

bool att_value_text(struct att_config_errors *errors, const struct att_yaml_node *node,
                    size_t bytes_max, struct att_text *ret)
{
        if (!att_value_is(errors, node, ATT_YAML_SCALAR, "a text")) {
                return false;
        }
        if (node->text.len > bytes_max) {
                att_config_errors_add(errors, node->place, "too long: %zu bytes, at most %zu",
                                      node->text.len, bytes_max);
                return false;
        }
        if (has_control_character(node->text, "\n\t")) {
                att_config_errors_add(errors, node->place,
                                      "a control character can't stand in a text");
                return false;
        }
        *ret = node->text;
        return true;
}

bool att_value_name(struct att_config_errors *errors, const struct att_yaml_node *node,
                    struct att_text *ret)
{
        if (!att_value_is(errors, node, ATT_YAML_SCALAR, "a name")) {
                return false;
        }
        const struct att_text text = node->text;

        if (text.len == 0) {
                att_config_errors_add(errors, node->place, "a name can't be empty");
                return false;
        }
        if (text.len > ATT_ID_BYTES_MAX) {
                att_config_errors_add(errors, node->place, "name too long: %zu bytes, at most %d",
                                      text.len, ATT_ID_BYTES_MAX);
                return false;
        }
        if (has_control_character(text, "") || text.data[0] == ' ' ||
            text.data[text.len - 1] == ' ') {
                att_config_errors_add(errors, node->place,
                                      "a name can't hold line breaks or control characters, nor "
                                      "begin or end with a space");
                return false;
        }
        *ret = text;
        return true;
}

/* Words ------------------------------------------------------------------- */

static struct att_text word_at(const void *context, size_t i)
{
        const char *const *words = context;

        return att_text_from(words[i]);
}

static size_t count_words(const char *const *words)
{
        size_t count = 0;

        while (words[count]) {
                count++;
        }
        return count;
}

void att_value_list_words(const char *const *words, struct att_buffer *into)
{
        const size_t count = count_words(words);

        for (size_t i = 0; i < count; i++) {
                const char *before = i == 0 ? "" : i + 1 == count ? " or " : ", ";

                att_buffer_printf(into, "%s'%s'", before, words[i]);
        }
}

bool att_value_word(struct att_config_errors *errors, const struct att_yaml_node *node,
                    const char *const *words, uint32_t *ret)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer choices = {0};

        if (node->kind == ATT_YAML_SCALAR) {
                for (uint32_t i = 0; words[i]; i++) {
                        if (att_text_equals_c(node->text, words[i])) {
                                *ret = i;
                                return true;
                        }
                }
        }
        att_value_list_words(words, &choices);
        if (!att_value_is(errors, node, ATT_YAML_SCALAR, choices.data)) {
                return false;
        }
        const struct att_text nearest = att_text_nearest(node->text, count_words(words), word_at,
                                                         words);

        if (nearest.len > 0) {
                att_config_errors_add(
                        errors, node->place, "'%.*s' is none of %s, did you mean '%.*s'?",
                        ATT_TEXT_ARGS(node->text), choices.data, ATT_TEXT_ARGS(nearest));
        } else {
                att_config_errors_add(errors, node->place, "expected %s, found '%.*s'",
                                      choices.data, ATT_TEXT_ARGS(node->text));
        }
        return false;
}

bool att_value_flag(struct att_config_errors *errors, const struct att_yaml_node *node, bool *ret)
{
        static const char *const words[] = {"false", "true", NULL};
        uint32_t word;

        if (!att_value_word(errors, node, words, &word)) {
                return false;
        }
        *ret = word == 1;
        return true;
}

/* Numbers ----------------------------------------------------------------- */

static bool check_range(struct att_config_errors *errors, const struct att_yaml_node *node,
                        int64_t value, int decimals, int64_t min, int64_t max)
{
        char low[ATT_DECIMAL_TEXT_SIZE];
        char high[ATT_DECIMAL_TEXT_SIZE];

        if (value >= min && value <= max) {
                return true;
        }
        if (max == INT64_MAX) {
                att_config_errors_add(errors, node->place, "%.*s is out of range: at least %s",
                                      ATT_TEXT_ARGS(node->text),
                                      att_decimal_format(min, decimals, low));
        } else {
                att_config_errors_add(errors, node->place, "%.*s is out of range: %s to %s",
                                      ATT_TEXT_ARGS(node->text),
                                      att_decimal_format(min, decimals, low),
                                      att_decimal_format(max, decimals, high));
        }
        return false;
}

bool att_value_decimal(struct att_config_errors *errors, const struct att_yaml_node *node,
                       int decimals, int64_t min, int64_t max, int64_t *ret)
{
        int64_t value = 0;

        if (!att_value_is(errors, node, ATT_YAML_SCALAR,
                          decimals == 0 ? "a whole number" : "a number")) {
                return false;
        }
        switch (att_decimal_parse(node->text, decimals, &value)) {
        case ATT_DECIMAL_OK:
                break;
        case ATT_DECIMAL_ROUNDED:
                if (decimals == 0) {
                        att_config_errors_add(errors, node->place,
                                              "expected a whole number, found %.*s",
                                              ATT_TEXT_ARGS(node->text));
                } else {
                        att_config_errors_add(errors, node->place,
                                              "%.*s is too fine: at most %d decimals",
                                              ATT_TEXT_ARGS(node->text), decimals);
                }
                return false;
        case ATT_DECIMAL_TOO_LARGE:
                /* Out of any range, whatever it is. */
                value = node->text.data[0] == '-' ? INT64_MIN : INT64_MAX;
                if (max == INT64_MAX) {
                        att_config_errors_add(errors, node->place, "%.*s is too large",
                                              ATT_TEXT_ARGS(node->text));
                        return false;
                }
                break;
        case ATT_DECIMAL_NO_NUMBER:
                att_config_errors_add(errors, node->place, "expected a %snumber, found '%.*s'",
                                      decimals == 0 ? "whole " : "", ATT_TEXT_ARGS(node->text));
                return false;
        }
        if (!check_range(errors, node, value, decimals, min, max)) {
                return false;
        }
        *ret = value;
        return true;
}

bool att_value_whole(struct att_config_errors *errors, const struct att_yaml_node *node,
                     int64_t min, int64_t max, int64_t *ret)
{
        return att_value_decimal(errors, node, 0, min, max, ret);
}

/* Durations --------------------------------------------------------------- */

static bool parse_duration(struct att_config_errors *errors, const struct att_yaml_node *node,
                           struct att_text text, int64_t *ret_ms)
{
        switch (att_duration_parse(text, ret_ms)) {
        case ATT_DURATION_OK:
                return true;
        case ATT_DURATION_NO_NUMBER:
                att_config_errors_add(errors, node->place,
                                      "expected a duration such as 20s or 5m, found '%.*s'",
                                      ATT_TEXT_ARGS(text));
                return false;
        case ATT_DURATION_NO_UNIT:
                att_config_errors_add(errors, node->place,
                                      "a duration needs a unit: write %.*ss for seconds, %.*sm for "
                                      "minutes (or ms, h, d)",
                                      ATT_TEXT_ARGS(text), ATT_TEXT_ARGS(text));
                return false;
        case ATT_DURATION_BAD_UNIT:
                att_config_errors_add(errors, node->place,
                                      "'%.*s' has no unit of time that is known: write ms, s, m, h "
                                      "or d after the number, as in 20s or 5m",
                                      ATT_TEXT_ARGS(text));
                return false;
        case ATT_DURATION_TOO_LONG:
                att_config_errors_add(errors, node->place,
                                      "'%.*s' is too long or too fine: whole milliseconds, at most "
                                      "10000d",
                                      ATT_TEXT_ARGS(text));
                return false;
        }
        return false;
}

bool att_value_duration(struct att_config_errors *errors, const struct att_yaml_node *node,
                        int64_t min_ms, int64_t max_ms, int64_t *ret_ms)
{
        char low[ATT_DURATION_TEXT_SIZE];
        char high[ATT_DURATION_TEXT_SIZE];
        int64_t ms;

        if (!att_value_is(errors, node, ATT_YAML_SCALAR, "a duration such as 20s or 5m") ||
            !parse_duration(errors, node, node->text, &ms)) {
                return false;
        }
        if (ms < min_ms || ms > max_ms) {
                att_config_errors_add(errors, node->place, "%.*s is out of range: %s to %s",
                                      ATT_TEXT_ARGS(node->text), att_duration_format(min_ms, low),
                                      att_duration_format(max_ms, high));
                return false;
        }
        *ret_ms = ms;
        return true;
}

/* Slopes ------------------------------------------------------------------ */

static struct att_text trim(struct att_text text)
{
        while (text.len > 0 && text.data[0] == ' ') {
                text = att_text_of(text.data + 1, text.len - 1);
        }
        while (text.len > 0 && text.data[text.len - 1] == ' ') {
                text.len--;
        }
        return text;
}

/* Splits at the first `separator`; false if there is none. */
static bool split(struct att_text text, char separator, struct att_text *ret_before,
                  struct att_text *ret_after)
{
        const char *at = memchr(text.data, separator, text.len);

        if (!at) {
                return false;
        }
        const size_t before = (size_t)(at - text.data);

        *ret_before = trim(att_text_of(text.data, before));
        *ret_after = trim(att_text_of(at + 1, text.len - before - 1));
        return true;
}

static int64_t find_times_an_hour(struct att_text unit)
{
        static const struct {
                const char *name;
                int64_t an_hour;
        } units[] = {{"s", 3600}, {"min", 60}, {"h", 1}};

        for (size_t i = 0; i < ATT_ARRAY_LEN(units); i++) {
                if (att_text_equals_c(unit, units[i].name)) {
                        return units[i].an_hour;
                }
        }
        return 0;
}

bool att_value_slope(struct att_config_errors *errors, const struct att_yaml_node *node,
                     int64_t *ret_milli_per_hour)
{
        struct att_text number = node->text;
        struct att_text unit = ATT_TEXT_NONE;
        int64_t micro = 0;

        if (!att_value_is(errors, node, ATT_YAML_SCALAR, "points a time, such as 1.0/min")) {
                return false;
        }
        const bool has_unit = split(node->text, '/', &number, &unit);
        const int64_t an_hour = has_unit ? find_times_an_hour(unit) : 1;
        const enum att_decimal_result result = att_decimal_parse(number, MICRO_DECIMALS, &micro);

        if (result == ATT_DECIMAL_NO_NUMBER || an_hour == 0) {
                att_config_errors_add(errors, node->place,
                                      "expected points a time, such as 1.0/min (or /s, /h), found "
                                      "'%.*s'",
                                      ATT_TEXT_ARGS(node->text));
                return false;
        }
        if (!has_unit && (result != ATT_DECIMAL_OK || micro != 0)) {
                att_config_errors_add(errors, node->place,
                                      "a slope needs a unit: write %.*s/min (or /s, /h)",
                                      ATT_TEXT_ARGS(node->text));
                return false;
        }
        if (result == ATT_DECIMAL_TOO_LARGE || micro < 0 ||
            micro > ATT_SLOPE_PER_HOUR_MAX * ATT_PPM / an_hour) {
                att_config_errors_add(errors, node->place, "%.*s is out of range: 0 to 1000/min",
                                      ATT_TEXT_ARGS(node->text));
                return false;
        }
        if (result == ATT_DECIMAL_ROUNDED || micro * an_hour % 1000 != 0) {
                att_config_errors_add(errors, node->place,
                                      "%.*s is too fine: whole thousandths of a point an hour",
                                      ATT_TEXT_ARGS(node->text));
                return false;
        }
        *ret_milli_per_hour = micro * an_hour / 1000;
        return true;
}

/* Shares and service levels ------------------------------------------------ */

bool att_value_percent(struct att_config_errors *errors, const struct att_yaml_node *node,
                       int64_t *ret_ppm)
{
        struct att_text percent;
        struct att_text rest;
        int64_t share = 0;

        if (!att_value_is(errors, node, ATT_YAML_SCALAR, "a share such as 20%")) {
                return false;
        }
        if (!split(node->text, '%', &percent, &rest) || rest.len > 0 ||
            att_decimal_parse(percent, 4, &share) != ATT_DECIMAL_OK || share < 0 ||
            share > ATT_PPM) {
                att_config_errors_add(errors, node->place,
                                      "expected a share from 0%% to 100%%, such as 20%%, found "
                                      "'%.*s'",
                                      ATT_TEXT_ARGS(node->text));
                return false;
        }
        *ret_ppm = share;
        return true;
}

bool att_value_service_level(struct att_config_errors *errors, const struct att_yaml_node *node,
                             int64_t *ret_ppm, int64_t *ret_within_ms)
{
        struct att_text percent;
        struct att_text rest;
        int64_t share = 0;
        int64_t within_ms = 0;

        if (!att_value_is(errors, node, ATT_YAML_SCALAR, "a service level such as 80% in 20s")) {
                return false;
        }
        if (!split(node->text, '%', &percent, &rest) ||
            !att_text_starts_with(rest, ATT_TEXT("in ")) ||
            att_decimal_parse(percent, 4, &share) != ATT_DECIMAL_OK || share <= 0 ||
            share > ATT_PPM) {
                att_config_errors_add(errors, node->place,
                                      "expected a service level such as 80%% in 20s, found '%.*s'",
                                      ATT_TEXT_ARGS(node->text));
                return false;
        }
        if (!parse_duration(errors, node, trim(att_text_of(rest.data + 3, rest.len - 3)),
                            &within_ms)) {
                return false;
        }
        *ret_ppm = share;
        *ret_within_ms = within_ms;
        return true;
}
