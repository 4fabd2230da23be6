/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/fields.h"

#include <string.h>

#include "lib/base/util.h"
#include "lib/config/values.h"
#include "lib/core/command.h"
#include "lib/model/limits.h"

static void put(void *target, size_t offset, const void *value, size_t size)
{
        memcpy((char *)target + offset, value, size);
}

static void put_array(void *target, const struct field *field, const void *array, uint32_t count)
{
        put(target, field->offset, &array, sizeof(array));
        put(target, field->count_offset, &count, sizeof(count));
}

/* Single values ----------------------------------------------------------- */

static void read_decimal(const struct reading *reading, const struct field *field,
                         const struct att_yaml_node *node, void *target, int decimals)
{
        int64_t value;

        if (att_value_decimal(reading->errors, node, decimals, -INT64_MAX, INT64_MAX, &value)) {
                put(target, field->offset, &value, sizeof(value));
        }
}

static void read_duration(const struct reading *reading, const struct field *field,
                          const struct att_yaml_node *node, void *target)
{
        int64_t ms;

        if (!att_value_duration(reading->errors, node, 0, ATT_DURATION_MS_MAX, &ms)) {
                return;
        }
        if (field->kind == FIELD_TIME) {
                ms += reading->start_ms;
        } else if (field->kind == FIELD_AGO) {
                ms = reading->at_ms - ms;
        }
        put(target, field->offset, &ms, sizeof(ms));
}

static void read_number(const struct reading *reading, const struct field *field,
                        const struct att_yaml_node *node, void *target)
{
        int64_t value;

        if (att_value_whole(reading->errors, node, INT32_MIN, INT32_MAX, &value)) {
                const int32_t number = (int32_t)value;

                put(target, field->offset, &number, sizeof(number));
        }
}

static void read_flag(const struct reading *reading, const struct field *field,
                      const struct att_yaml_node *node, void *target)
{
        bool flag;

        if (!att_value_flag(reading->errors, node, &flag)) {
                return;
        }
        if (field->kind == FIELD_ANSWER) {
                const int32_t answer = flag ? 1 : 0;

                put(target, field->offset, &answer, sizeof(answer));
        } else {
                put(target, field->offset, &flag, sizeof(flag));
        }
}

static void read_text(const struct reading *reading, const struct field *field,
                      const struct att_yaml_node *node, void *target)
{
        if (att_value_is(reading->errors, node, ATT_YAML_SCALAR, "a text")) {
                put(target, field->offset, &node->text, sizeof(node->text));
        }
}

static void read_word(const struct reading *reading, const struct field *field,
                      const struct att_yaml_node *node, void *target)
{
        uint32_t word;

        if (att_value_word(reading->errors, node, field->words, &word)) {
                put(target, field->offset, &word, sizeof(word));
        }
}

/* Arrays ------------------------------------------------------------------ */

void fields_read_texts(const struct reading *reading, const struct att_yaml_node *node,
                       const struct att_text **ret_texts, uint32_t *ret_count)
{
        const bool is_list = node->kind == ATT_YAML_SEQUENCE;
        const uint32_t count = is_list ? node->count : 1;
        struct att_text *texts = att_arena_take_array(reading->arena, count, sizeof(*texts));

        for (uint32_t i = 0; i < count; i++) {
                const struct att_yaml_node *entry = is_list ? node->items[i] : node;

                if (att_value_is(reading->errors, entry, ATT_YAML_SCALAR, "a text")) {
                        texts[i] = entry->text;
                }
        }
        *ret_texts = texts;
        *ret_count = count;
}

static void read_texts(const struct reading *reading, const struct field *field,
                       const struct att_yaml_node *node, void *target)
{
        const struct att_text *texts;
        uint32_t count;

        fields_read_texts(reading, node, &texts, &count);
        put_array(target, field, texts, count);
}

static bool is_mapping(const struct reading *reading, const struct att_yaml_node *node)
{
        return att_value_is(reading->errors, node, ATT_YAML_MAPPING, "names and values");
}

static void read_levels(const struct reading *reading, const struct field *field,
                        const struct att_yaml_node *node, void *target)
{
        struct att_named_level *levels = att_arena_take_array(reading->arena, node->count,
                                                              sizeof(*levels));

        for (uint32_t i = 0; is_mapping(reading, node) && i < node->count; i++) {
                int64_t level = 0;

                if (att_value_whole(reading->errors, node->items[i], 0, UINT32_MAX, &level)) {
                        levels[i] = (struct att_named_level){node->keys[i]->text, (uint32_t)level};
                }
        }
        put_array(target, field, levels, node->count);
}

static void read_weights(const struct reading *reading, const struct field *field,
                         const struct att_yaml_node *node, void *target)
{
        struct att_named_weight *weights = att_arena_take_array(reading->arena, node->count,
                                                                sizeof(*weights));

        for (uint32_t i = 0; is_mapping(reading, node) && i < node->count; i++) {
                int64_t weight = 0;

                if (att_value_decimal(reading->errors, node->items[i], 3, 0, UINT32_MAX, &weight)) {
                        weights[i] = (struct att_named_weight){node->keys[i]->text,
                                                               (uint32_t)weight};
                }
        }
        put_array(target, field, weights, node->count);
}

static void read_pairs(const struct reading *reading, const struct field *field,
                       const struct att_yaml_node *node, void *target)
{
        struct att_pair *pairs = att_arena_take_array(reading->arena, node->count, sizeof(*pairs));

        for (uint32_t i = 0; is_mapping(reading, node) && i < node->count; i++) {
                if (att_value_is(reading->errors, node->items[i], ATT_YAML_SCALAR, "a text")) {
                        pairs[i] = (struct att_pair){node->keys[i]->text, node->items[i]->text};
                }
        }
        put_array(target, field, pairs, node->count);
}

/* Mappings ---------------------------------------------------------------- */

static void read_field(const struct reading *reading, const struct field *field,
                       const struct att_yaml_node *node, void *target)
{
        switch (field->kind) {
        case FIELD_TEXT:
                read_text(reading, field, node, target);
                return;
        case FIELD_POINTS:
                read_decimal(reading, field, node, target, 3);
                return;
        case FIELD_SHARE:
        case FIELD_MICRO:
                read_decimal(reading, field, node, target, 6);
                return;
        case FIELD_TIME:
        case FIELD_AGO:
        case FIELD_AGE:
                read_duration(reading, field, node, target);
                return;
        case FIELD_NUMBER:
                read_number(reading, field, node, target);
                return;
        case FIELD_FLAG:
        case FIELD_ANSWER:
                read_flag(reading, field, node, target);
                return;
        case FIELD_TEXTS:
                read_texts(reading, field, node, target);
                return;
        case FIELD_LEVELS:
                read_levels(reading, field, node, target);
                return;
        case FIELD_WEIGHTS:
                read_weights(reading, field, node, target);
                return;
        case FIELD_PAIRS:
                read_pairs(reading, field, node, target);
                return;
        case FIELD_WORD:
                read_word(reading, field, node, target);
                return;
        case FIELD_NODE:
                put(target, field->offset, &node, sizeof(const struct att_yaml_node *));
                return;
        case FIELD_PART:
                fields_read(reading, field->of, node, target);
                return;
        }
}

const struct field *fields_find(const struct fields *fields, struct att_text name)
{
        for (size_t i = 0; i < fields->count; i++) {
                if (att_text_equals_c(name, fields->items[i].name)) {
                        return &fields->items[i];
                }
        }
        return NULL;
}

static struct att_text field_name_at(const void *context, size_t i)
{
        return att_text_from(((const struct fields *)context)->items[i].name);
}

static void tell_unknown(const struct reading *reading, const struct fields *fields,
                         const struct att_yaml_node *key)
{
        const struct att_text nearest = att_text_nearest(key->text, fields->count, field_name_at,
                                                         fields);

        if (nearest.len > 0) {
                att_config_errors_add(reading->errors, key->place,
                                      "unknown key '%.*s' in %s, did you mean '%.*s'?",
                                      ATT_TEXT_ARGS(key->text), fields->name,
                                      ATT_TEXT_ARGS(nearest));
        } else {
                att_config_errors_add(reading->errors, key->place, "unknown key '%.*s' in %s",
                                      ATT_TEXT_ARGS(key->text), fields->name);
        }
}

void fields_read(const struct reading *reading, const struct fields *fields,
                 const struct att_yaml_node *node, void *target)
{
        if (!att_value_is(reading->errors, node, ATT_YAML_MAPPING, fields->name)) {
                return;
        }
        for (uint32_t i = 0; i < node->count; i++) {
                const struct field *field = fields_find(fields, node->keys[i]->text);

                if (field) {
                        read_field(reading, field, node->items[i], target);
                } else {
                        tell_unknown(reading, fields, node->keys[i]);
                }
        }
}
