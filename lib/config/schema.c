/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/config/schema.h"

#include <stdbool.h>
#include <string.h>

#include "lib/base/duration.h"
#include "lib/base/json.h"
#include "lib/base/util.h"
#include "lib/config/key.h"
#include "lib/model/decimal.h"
#include "lib/model/limits.h"

#define DURATION_PATTERN "^[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)$"
#define SLOPE_PATTERN    "^[0-9]+(\\.[0-9]+)? ?/ ?(s|min|h)$"
#define PERCENT_PATTERN  "^[0-9]+(\\.[0-9]+)? ?%$"
#define LEVEL_PATTERN    "^[0-9]+(\\.[0-9]+)? ?% ?in [0-9]+(\\.[0-9]+)?(ms|s|m|h|d)$"
#define DATE_PATTERN     "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

/* JSON Schema ------------------------------------------------------------- */

/* "a step of relax" -> "step-of-relax" */
static void write_table_id(const struct att_key_table *table, struct att_buffer *into)
{
        const char *name = table->name;

        if (strncmp(name, "a ", 2) == 0) {
                name += 2;
        } else if (strncmp(name, "an ", 3) == 0) {
                name += 3;
        }
        for (; *name; name++) {
                if (*name == ' ') {
                        att_buffer_append_byte(into, '-');
                } else if (*name != '\'') {
                        att_buffer_append_byte(into, *name);
                }
        }
}

static void write_pair(struct att_json *json, const char *key, const char *value)
{
        att_json_key(json, key);
        att_json_string(json, value);
}

static void write_type(struct att_json *json, const char *type)
{
        write_pair(json, "type", type);
}

static void write_pattern(struct att_json *json, const char *pattern)
{
        write_type(json, "string");
        write_pair(json, "pattern", pattern);
}

/* What YAML takes for a number or a truth is a text to us where we want one. */
static void write_scalar(struct att_json *json)
{
        att_json_key(json, "type");
        att_json_begin_array(json);
        att_json_string(json, "string");
        att_json_string(json, "number");
        att_json_string(json, "boolean");
        att_json_end_array(json);
}

static void write_range(struct att_json *json, const char *type, int64_t min, int64_t max,
                        int decimals)
{
        write_type(json, type);
        att_json_key(json, "minimum");
        att_json_scaled(json, min, decimals);
        att_json_key(json, "maximum");
        att_json_scaled(json, max, decimals);
}

static void write_reference(struct att_json *json, const struct att_key_table *table)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer reference = {0};

        att_buffer_append_c(&reference, "#/$defs/");
        write_table_id(table, &reference);
        write_pair(json, "$ref", reference.data);
}

/* `anyOf`: a text of a pattern, or a bare 0. */
static void write_pattern_or_zero(struct att_json *json, const char *pattern)
{
        att_json_key(json, "anyOf");
        att_json_begin_array(json);
        att_json_begin_object(json);
        write_pattern(json, pattern);
        att_json_end_object(json);
        att_json_begin_object(json);
        att_json_key(json, "const");
        att_json_int(json, 0);
        att_json_end_object(json);
        att_json_end_array(json);
}

/* `anyOf`: a scalar, or a list of them. */
static void write_one_or_list(struct att_json *json)
{
        att_json_key(json, "anyOf");
        att_json_begin_array(json);
        att_json_begin_object(json);
        write_scalar(json);
        att_json_end_object(json);
        att_json_begin_object(json);
        write_type(json, "array");
        att_json_key(json, "items");
        att_json_begin_object(json);
        write_scalar(json);
        att_json_end_object(json);
        att_json_end_object(json);
        att_json_end_array(json);
}

/* `type: object` whose values are what the caller writes next, up to end_values(). */
static void begin_values(struct att_json *json)
{
        write_type(json, "object");
        att_json_key(json, "additionalProperties");
        att_json_begin_object(json);
}

static void end_values(struct att_json *json)
{
        att_json_end_object(json);
}

static void write_words(struct att_json *json, const char *const *words)
{
        att_json_key(json, "enum");
        att_json_begin_array(json);
        for (size_t i = 0; words[i]; i++) {
                /* An editor's YAML takes the plain words for truths. */
                if (strcmp(words[i], "true") == 0 || strcmp(words[i], "false") == 0) {
                        att_json_bool(json, strcmp(words[i], "true") == 0);
                } else {
                        att_json_string(json, words[i]);
                }
        }
        att_json_end_array(json);
}

static void write_overflow(struct att_json *json)
{
        write_type(json, "object");
        att_json_key(json, "minProperties");
        att_json_int(json, 1);
        att_json_key(json, "maxProperties");
        att_json_int(json, 1);
        att_json_key(json, "properties");
        att_json_begin_object(json);
        att_json_key(json, "to");
        att_json_begin_object(json);
        write_scalar(json);
        att_json_end_object(json);
        att_json_key(json, "callback");
        att_json_begin_object(json);
        write_pattern(json, DURATION_PATTERN);
        att_json_end_object(json);
        att_json_key(json, "refuse");
        att_json_begin_object(json);
        write_scalar(json);
        att_json_end_object(json);
        att_json_end_object(json);
        att_json_key(json, "additionalProperties");
        att_json_bool(json, false);
}

static void write_limits(struct att_json *json)
{
        begin_values(json);
        att_json_key(json, "anyOf");
        att_json_begin_array(json);
        att_json_begin_object(json);
        write_range(json, "integer", 0, 100000, 0);
        att_json_end_object(json);
        att_json_begin_object(json);
        att_json_key(json, "const");
        att_json_string(json, "any");
        att_json_end_object(json);
        att_json_end_array(json);
        end_values(json);
}

/* Names, each with a mapping of a table, or with nothing. */
static void write_named(struct att_json *json, const struct att_key_table *table)
{
        begin_values(json);
        att_json_key(json, "anyOf");
        att_json_begin_array(json);
        att_json_begin_object(json);
        write_reference(json, table);
        att_json_end_object(json);
        att_json_begin_object(json);
        write_type(json, "null");
        att_json_end_object(json);
        att_json_end_array(json);
        end_values(json);
}

static void write_any_of(struct att_json *json)
{
        write_type(json, "array");
        att_json_key(json, "items");
        att_json_begin_object(json);
        att_json_key(json, "minProperties");
        att_json_int(json, 1);
        att_json_key(json, "maxProperties");
        att_json_int(json, 1);
        begin_values(json);
        write_range(json, "integer", 1, ATT_LEVEL_MAX, 0);
        end_values(json);
        att_json_end_object(json);
}

static void write_list(struct att_json *json, const struct att_key_table *table)
{
        write_type(json, "array");
        att_json_key(json, "items");
        att_json_begin_object(json);
        write_reference(json, table);
        att_json_end_object(json);
}

static void write_profiles(struct att_json *json, const struct att_key_table *table)
{
        begin_values(json);
        write_named(json, table);
        end_values(json);
}

static void write_kind(struct att_json *json, const struct att_key *key)
{
        switch (key->kind) {
        case ATT_KEY_TEXT:
        case ATT_KEY_NAME:
        case ATT_KEY_REFERENCE:
        case ATT_KEY_ZONE:
                write_scalar(json);
                return;
        case ATT_KEY_FLAG:
                write_type(json, "boolean");
                return;
        case ATT_KEY_WHOLE:
        case ATT_KEY_LONG:
                write_range(json, "integer", key->min, key->max, 0);
                return;
        case ATT_KEY_POINTS:
        case ATT_KEY_WEIGHT:
                write_range(json, "number", key->min, key->max, 3);
                return;
        case ATT_KEY_SHARE:
                write_range(json, "number", 0, 1, 0);
                return;
        case ATT_KEY_PERCENT:
                write_pattern(json, PERCENT_PATTERN);
                return;
        case ATT_KEY_DURATION:
                write_pattern_or_zero(json, DURATION_PATTERN);
                return;
        case ATT_KEY_SLOPE:
                write_pattern_or_zero(json, SLOPE_PATTERN);
                return;
        case ATT_KEY_WORD:
                write_words(json, key->words);
                return;
        case ATT_KEY_SERVICE_LEVEL:
                write_pattern(json, LEVEL_PATTERN);
                return;
        case ATT_KEY_DELIVERY:
                write_pattern(json, "^(one|broadcast [0-9]+)$");
                return;
        case ATT_KEY_OVERFLOW:
                write_overflow(json);
                return;
        case ATT_KEY_CONDITIONS:
                begin_values(json);
                write_one_or_list(json);
                end_values(json);
                return;
        case ATT_KEY_TEXTS:
        case ATT_KEY_REFERENCES:
        case ATT_KEY_TIMES:
                write_one_or_list(json);
                return;
        case ATT_KEY_LEVELS:
                begin_values(json);
                write_range(json, "integer", key->min, ATT_LEVEL_MAX, 0);
                end_values(json);
                return;
        case ATT_KEY_ANY_OF:
                write_any_of(json);
                return;
        case ATT_KEY_PREFERENCES:
                begin_values(json);
                write_type(json, "number");
                end_values(json);
                return;
        case ATT_KEY_PAIRS:
        case ATT_KEY_ADDRESSES:
                begin_values(json);
                write_scalar(json);
                end_values(json);
                return;
        case ATT_KEY_TABLE:
        case ATT_KEY_PART:
                write_reference(json, key->of);
                return;
        case ATT_KEY_VERSION:
                att_json_key(json, "const");
                att_json_int(json, 1);
                return;
        case ATT_KEY_NAMED:
                write_named(json, key->of);
                return;
        case ATT_KEY_LIST:
                write_list(json, key->of);
                return;
        case ATT_KEY_PROFILES:
                write_profiles(json, key->of);
                return;
        case ATT_KEY_LIMITS:
                write_limits(json);
                return;
        case ATT_KEY_WEEK:
                begin_values(json);
                write_one_or_list(json);
                end_values(json);
                return;
        case ATT_KEY_DATE:
                write_pattern(json, DATE_PATTERN);
                return;
        }
}

static void write_table(struct att_json *json, const struct att_key_table *table)
{
        write_pair(json, "description", table->prose);
        write_type(json, "object");
        att_json_key(json, "additionalProperties");
        att_json_bool(json, false);
        att_json_key(json, "properties");
        att_json_begin_object(json);
        for (size_t i = 0; i < table->key_count; i++) {
                att_json_key(json, table->keys[i].name);
                att_json_begin_object(json);
                write_pair(json, "description", table->keys[i].prose);
                write_kind(json, &table->keys[i]);
                att_json_end_object(json);
        }
        att_json_end_object(json);
        att_json_key(json, "required");
        att_json_begin_array(json);
        for (size_t i = 0; i < table->key_count; i++) {
                /* In a directory of files only one has to name the version. */
                if (table->keys[i].is_required && table->keys[i].kind != ATT_KEY_VERSION) {
                        att_json_string(json, table->keys[i].name);
                }
        }
        att_json_end_array(json);
}

static void write_line_break(struct att_buffer *into, unsigned depth)
{
        att_buffer_printf(into, "\n%*s", (int)depth * 2, "");
}

/* JSON for people: a line a member. */
static void indent(struct att_text compact, struct att_buffer *into)
{
        bool in_string = false;
        unsigned depth = 0;

        for (size_t i = 0; i < compact.len; i++) {
                const char byte = compact.data[i];
                const bool is_empty = i + 1 < compact.len &&
                                      (compact.data[i + 1] == '}' || compact.data[i + 1] == ']');

                if (in_string) {
                        att_buffer_append_byte(into, byte);
                        if (byte == '\\') {
                                att_buffer_append_byte(into, compact.data[++i]);
                        }
                        in_string = byte != '"';
                } else if ((byte == '{' || byte == '[') && !is_empty) {
                        att_buffer_append_byte(into, byte);
                        write_line_break(into, ++depth);
                } else if ((byte == '}' || byte == ']') && compact.data[i - 1] != '{' &&
                           compact.data[i - 1] != '[') {
                        write_line_break(into, --depth);
                        att_buffer_append_byte(into, byte);
                } else {
                        in_string = byte == '"';
                        att_buffer_append_byte(into, byte);
                        if (byte == ',') {
                                write_line_break(into, depth);
                        } else if (byte == ':') {
                                att_buffer_append_byte(into, ' ');
                        }
                }
        }
        att_buffer_append_byte(into, '\n');
}

void att_config_schema_write(struct att_buffer *into)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer compact = {0};
        struct att_json json;
        size_t count;
        const struct att_key_table *const *tables = att_key_tables(&count);

        att_json_init(&json, &compact);
        att_json_begin_object(&json);
        write_pair(&json, "$schema", "https://json-schema.org/draft/2020-12/schema");
        write_pair(&json, "title", "attune configuration");
        write_table(&json, tables[0]);
        att_json_key(&json, "$defs");
        att_json_begin_object(&json);
        for (size_t i = 1; i < count; i++) {
                ATT_CLEANUP(att_buffer_deinit) struct att_buffer id = {0};

                write_table_id(tables[i], &id);
                att_json_key(&json, id.data);
                att_json_begin_object(&json);
                write_table(&json, tables[i]);
                att_json_end_object(&json);
        }
        att_json_end_object(&json);
        att_json_end_object(&json);
        indent(att_buffer_text(&compact), into);
}

/* Reference --------------------------------------------------------------- */

static void write_numbers(const struct att_key *key, int decimals, struct att_buffer *into)
{
        char low[ATT_DECIMAL_TEXT_SIZE];
        char high[ATT_DECIMAL_TEXT_SIZE];

        att_buffer_printf(into, "%s to %s", att_decimal_format(key->min, decimals, low),
                          att_decimal_format(key->max, decimals, high));
}

void att_key_type_write(const struct att_key *key, struct att_buffer *into)
{
        char low[ATT_DURATION_TEXT_SIZE];
        char high[ATT_DURATION_TEXT_SIZE];

        switch (key->kind) {
        case ATT_KEY_TEXT:
                att_buffer_printf(into, "text, up to %lld bytes",
                                  (long long)(key->max > 0 ? key->max : ATT_NAME_BYTES_MAX));
                return;
        case ATT_KEY_NAME:
                att_buffer_append_c(into, "name");
                return;
        case ATT_KEY_FLAG:
                att_buffer_append_c(into, "`true` or `false`");
                return;
        case ATT_KEY_WHOLE:
        case ATT_KEY_LONG:
                att_buffer_printf(into, "%s, ", key->unit ? key->unit : "whole number");
                write_numbers(key, 0, into);
                return;
        case ATT_KEY_POINTS:
                att_buffer_append_c(into, "points, ");
                write_numbers(key, 3, into);
                return;
        case ATT_KEY_WEIGHT:
                att_buffer_append_c(into, "weight, ");
                write_numbers(key, 3, into);
                return;
        case ATT_KEY_SHARE:
                att_buffer_append_c(into, "number, 0 to 1");
                return;
        case ATT_KEY_PERCENT:
                att_buffer_append_c(into, "share, 0% to 100%");
                return;
        case ATT_KEY_DURATION:
                att_buffer_printf(
                        into, "duration, %s to %s", att_duration_format(key->min, low),
                        att_duration_format(key->max > 0 ? key->max : ATT_DURATION_MS_MAX, high));
                return;
        case ATT_KEY_SLOPE:
                att_buffer_append_c(into, "points a time (`/s`, `/min`, `/h`), 0 to 1000/min");
                return;
        case ATT_KEY_WORD:
                for (size_t i = 0; key->words[i]; i++) {
                        att_buffer_printf(into, "%s`%s`", i == 0 ? "" : ", ", key->words[i]);
                }
                return;
        case ATT_KEY_REFERENCE:
                att_buffer_printf(into, "name of a %s", att_noun_name(key->noun));
                return;
        case ATT_KEY_SERVICE_LEVEL:
                att_buffer_append_c(into, "`80% in 20s`");
                return;
        case ATT_KEY_DELIVERY:
                att_buffer_printf(into, "`one`, or `broadcast N` with N up to %d",
                                  ATT_BROADCAST_MAX);
                return;
        case ATT_KEY_OVERFLOW:
                att_buffer_append_c(into, "`{ to: QUEUE }`, `{ callback: 30m }` or `{ refuse: "
                                          "\"text\" }`");
                return;
        case ATT_KEY_CONDITIONS:
                att_buffer_append_c(into, "conditions");
                return;
        case ATT_KEY_TEXTS:
                att_buffer_append_c(into, "list of texts");
                return;
        case ATT_KEY_REFERENCES:
                att_buffer_printf(into, "list of %s names", att_noun_name(key->noun));
                return;
        case ATT_KEY_LEVELS:
                att_buffer_printf(into, "skills, each with a level %lld to %d", (long long)key->min,
                                  ATT_LEVEL_MAX);
                return;
        case ATT_KEY_ANY_OF:
                att_buffer_append_c(into, "list of `{ skill: level }`");
                return;
        case ATT_KEY_PREFERENCES:
                att_buffer_append_c(into, "skills, each with a weight 0.001 to 1000");
                return;
        case ATT_KEY_PAIRS:
                att_buffer_append_c(into, "attributes, each with a text");
                return;
        case ATT_KEY_VERSION:
                att_buffer_append_c(into, "`1`");
                return;
        case ATT_KEY_TABLE:
        case ATT_KEY_PART:
        case ATT_KEY_NAMED:
        case ATT_KEY_LIST:
        case ATT_KEY_PROFILES:
                att_buffer_printf(into, "see `%s`", key->of->where);
                return;
        case ATT_KEY_LIMITS:
                att_buffer_append_c(into, "channels, each with 0 to 100000 or `any`");
                return;
        case ATT_KEY_ADDRESSES:
                att_buffer_append_c(into, "channels, each with a text");
                return;
        case ATT_KEY_WEEK:
                att_buffer_append_c(into, "weekdays and times");
                return;
        case ATT_KEY_TIMES:
                att_buffer_append_c(into, "times, as `\"09:00-13:00\"`");
                return;
        case ATT_KEY_DATE:
                att_buffer_append_c(into, "date, as `2026-12-25`");
                return;
        case ATT_KEY_ZONE:
                att_buffer_append_c(into, "time zone");
                return;
        }
}

static void write_key_for_people(const struct att_key *key, struct att_buffer *into)
{
        att_buffer_printf(into, "| `%s` | ", key->name);
        att_key_type_write(key, into);
        att_buffer_printf(into, " | %s | %s |\n", key->is_required ? "required" : key->standard,
                          key->prose);
}

void att_config_reference_write(struct att_buffer *into)
{
        size_t count;
        const struct att_key_table *const *tables = att_key_tables(&count);

        for (size_t i = 0; i < count; i++) {
                const struct att_key_table *table = tables[i];

                att_buffer_printf(into, "### %s%s%s\n\n%s\n\n", table->where[0] ? "`" : "",
                                  table->where[0] ? table->where : "The whole",
                                  table->where[0] ? "`" : "", table->prose);
                att_buffer_append_c(into, "| key | value | where absent | meaning |\n"
                                          "| --- | --- | --- | --- |\n");
                for (size_t k = 0; k < table->key_count; k++) {
                        write_key_for_people(&table->keys[k], into);
                }
                att_buffer_append_byte(into, '\n');
        }
}
