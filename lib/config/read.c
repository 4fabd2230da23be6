/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a mapping by its table. */
#include <string.h>

#include "lib/base/util.h"
#include "lib/config/compiler.h"
#include "lib/config/values.h"
#include "lib/model/limits.h"

struct att_text compiler_keep(struct compiler *compiler, struct att_text text)
{
        return att_arena_text(&compiler->config->arena, text);
}

void *compiler_take(struct compiler *compiler, size_t count, size_t bytes_each)
{
        return att_arena_take_array(&compiler->config->arena, count, bytes_each);
}

/* Fields are written through memcpy: their types are what the key's kind says. */
static void put(void *target, size_t offset, const void *value, size_t size)
{
        memcpy((char *)target + offset, value, size);
}

static void put_u32(void *target, const struct att_key *key, int64_t value)
{
        const uint32_t number = (uint32_t)value;

        put(target, key->offset, &number, sizeof(number));
}

static void put_i64(void *target, const struct att_key *key, int64_t value)
{
        put(target, key->offset, &value, sizeof(value));
}

static void read_text(struct compiler *compiler, const struct att_key *key,
                      const struct att_yaml_node *node, void *target)
{
        struct att_text text;

        if (att_value_text(compiler->errors, node,
                           key->max > 0 ? (size_t)key->max : ATT_NAME_BYTES_MAX, &text)) {
                text = compiler_keep(compiler, text);
                put(target, key->offset, &text, sizeof(text));
        }
}

static void read_name(struct compiler *compiler, const struct att_key *key,
                      const struct att_yaml_node *node, void *target)
{
        struct att_text text;

        if (att_value_name(compiler->errors, node, &text)) {
                text = compiler_keep(compiler, text);
                put(target, key->offset, &text, sizeof(text));
        }
}

static void read_number(struct compiler *compiler, const struct att_key *key,
                        const struct att_yaml_node *node, void *target)
{
        int64_t value;

        switch (key->kind) {
        case ATT_KEY_WHOLE:
                if (att_value_whole(compiler->errors, node, key->min, key->max, &value)) {
                        put_u32(target, key, value);
                }
                return;
        case ATT_KEY_LONG:
                if (att_value_whole(compiler->errors, node, key->min, key->max, &value)) {
                        put_i64(target, key, value);
                }
                return;
        case ATT_KEY_POINTS:
                if (att_value_decimal(compiler->errors, node, 3, key->min, key->max, &value)) {
                        put_i64(target, key, value);
                }
                return;
        case ATT_KEY_WEIGHT:
                if (att_value_decimal(compiler->errors, node, 3, key->min, key->max, &value)) {
                        put_u32(target, key, value);
                }
                return;
        default:
                if (att_value_decimal(compiler->errors, node, 6, 0, ATT_PPM, &value)) {
                        put_i64(target, key, value);
                }
                return;
        }
}

static void read_service_level(struct compiler *compiler, const struct att_key *key,
                               const struct att_yaml_node *node, void *target)
{
        int64_t ppm;
        int64_t within_ms;

        if (att_value_service_level(compiler->errors, node, &ppm, &within_ms)) {
                put(target, key->offset, &ppm, sizeof(ppm));
                put(target, key->second_offset, &within_ms, sizeof(within_ms));
        }
}

static void read_simple(struct compiler *compiler, const struct att_key *key,
                        const struct att_yaml_node *node, void *target)
{
        int64_t value;
        uint32_t word;
        bool flag;

        switch (key->kind) {
        case ATT_KEY_FLAG:
                if (att_value_flag(compiler->errors, node, &flag)) {
                        put(target, key->offset, &flag, sizeof(flag));
                }
                return;
        case ATT_KEY_DURATION:
                if (att_value_duration(compiler->errors, node, key->min,
                                       key->max > 0 ? key->max : ATT_DURATION_MS_MAX, &value)) {
                        put_i64(target, key, value);
                }
                return;
        case ATT_KEY_SLOPE:
                if (att_value_slope(compiler->errors, node, &value)) {
                        put_i64(target, key, value);
                }
                return;
        case ATT_KEY_PERCENT:
                if (att_value_percent(compiler->errors, node, &value)) {
                        put_i64(target, key, value);
                }
                return;
        case ATT_KEY_WORD:
                if (att_value_word(compiler->errors, node, key->words, &word)) {
                        put_u32(target, key, word);
                }
                return;
        default:
                if (compiler_resolve(compiler, key->noun, node, &word)) {
                        put_u32(target, key, word);
                }
                return;
        }
}

void compiler_read_value(struct compiler *compiler, const struct att_key *key,
                         const struct att_yaml_node *node, void *target)
{
        switch (key->kind) {
        case ATT_KEY_TEXT:
                read_text(compiler, key, node, target);
                return;
        case ATT_KEY_NAME:
                read_name(compiler, key, node, target);
                return;
        case ATT_KEY_WHOLE:
        case ATT_KEY_LONG:
        case ATT_KEY_POINTS:
        case ATT_KEY_WEIGHT:
        case ATT_KEY_SHARE:
                read_number(compiler, key, node, target);
                return;
        case ATT_KEY_FLAG:
        case ATT_KEY_DURATION:
        case ATT_KEY_SLOPE:
        case ATT_KEY_PERCENT:
        case ATT_KEY_WORD:
        case ATT_KEY_REFERENCE:
                read_simple(compiler, key, node, target);
                return;
        case ATT_KEY_SERVICE_LEVEL:
                read_service_level(compiler, key, node, target);
                return;
        case ATT_KEY_DELIVERY:
                compiler_read_delivery(compiler, key, node, target);
                return;
        case ATT_KEY_OVERFLOW:
                compiler_read_overflow(compiler, key, node, target);
                return;
        case ATT_KEY_CONDITIONS:
                compiler_read_conditions(compiler, key, node, target);
                return;
        case ATT_KEY_TEXTS:
                compiler_read_texts(compiler, key, node, target);
                return;
        case ATT_KEY_REFERENCES:
                compiler_read_references(compiler, key, node, target);
                return;
        case ATT_KEY_LEVELS:
                compiler_read_levels(compiler, key, node, target);
                return;
        case ATT_KEY_ANY_OF:
                compiler_read_any_of(compiler, key, node, target);
                return;
        case ATT_KEY_PREFERENCES:
                compiler_read_preferences(compiler, key, node, target);
                return;
        case ATT_KEY_PAIRS:
                compiler_read_pairs(compiler, key, node, target);
                return;
        case ATT_KEY_TABLE:
                compiler_read(compiler, key->of, node, target);
                return;
        case ATT_KEY_VERSION:
        case ATT_KEY_NAMED:
        case ATT_KEY_LIST:
        case ATT_KEY_PROFILES:
        case ATT_KEY_PART:
        case ATT_KEY_LIMITS:
        case ATT_KEY_ADDRESSES:
        case ATT_KEY_WEEK:
        case ATT_KEY_TIMES:
        case ATT_KEY_DATE:
        case ATT_KEY_ZONE:
                put(target, key->offset, &node, sizeof(const struct att_yaml_node *));
                return;
        }
}

static const struct att_key *find_key(const struct att_key_table *table, struct att_text name)
{
        for (size_t i = 0; i < table->key_count; i++) {
                if (att_text_equals_c(name, table->keys[i].name)) {
                        return &table->keys[i];
                }
        }
        return NULL;
}

static struct att_text key_name_at(const void *context, size_t i)
{
        const struct att_key_table *table = context;

        return att_text_from(table->keys[i].name);
}

static void tell_unknown_key(struct compiler *compiler, const struct att_key_table *table,
                             const struct att_yaml_node *key)
{
        const struct att_text nearest = att_text_nearest(key->text, table->key_count, key_name_at,
                                                         table);

        if (nearest.len > 0) {
                att_config_errors_add(compiler->errors, key->place,
                                      "unknown key '%.*s' in %s, did you mean '%.*s'?",
                                      ATT_TEXT_ARGS(key->text), table->name,
                                      ATT_TEXT_ARGS(nearest));
        } else {
                att_config_errors_add(compiler->errors, key->place, "unknown key '%.*s' in %s",
                                      ATT_TEXT_ARGS(key->text), table->name);
        }
}

void compiler_read(struct compiler *compiler, const struct att_key_table *table,
                   const struct att_yaml_node *node, void *target)
{
        if (!att_yaml_is_empty(node) &&
            !att_value_is(compiler->errors, node, ATT_YAML_MAPPING, "a mapping (key: value)")) {
                return;
        }
        for (uint32_t i = 0; i < node->count; i++) {
                const struct att_key *key = find_key(table, node->keys[i]->text);

                if (key) {
                        compiler_read_value(compiler, key, node->items[i], target);
                } else {
                        tell_unknown_key(compiler, table, node->keys[i]);
                }
        }
        for (size_t i = 0; i < table->key_count; i++) {
                if (table->keys[i].is_required && !att_yaml_find(node, table->keys[i].name)) {
                        att_config_errors_add(compiler->errors, node->place, "%s needs '%s'",
                                              table->name, table->keys[i].name);
                }
        }
}
