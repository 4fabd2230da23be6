/* SPDX-License-Identifier: Apache-2.0 */
/* Random values for any table of lib/wire, and whether two values are the same. For tests. */
#ifndef ATT_TESTS_UNIT_RANDOM_MESSAGE_H
#define ATT_TESTS_UNIT_RANDOM_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/rng.h"
#include "lib/wire/tables.h"

struct random_message {
        struct att_rng rng;
        struct att_arena arena; /* Of texts and arrays. */
};

static inline int64_t random_number(struct random_message *random, const struct table_field *field)
{
        const int64_t kinds[] = {0, 1, 127, 128, 300, INT32_MAX, INT64_MAX, -1, INT64_MIN + 1};
        int64_t number;

        if (field->kind != TABLE_ENUM && field->min != field->max) {
                return att_rng_between(&random->rng, field->min, field->max);
        }
        number = kinds[att_rng_below(&random->rng, sizeof(kinds) / sizeof(kinds[0]))];
        switch ((enum table_kind)field->kind) {
        case TABLE_BOOL:
        case TABLE_TRISTATE:
                return number & 1;
        case TABLE_U32:
        case TABLE_INDEX:
                return (uint32_t)number;
        case TABLE_I32:
                return (int32_t)number;
        case TABLE_ENUM:
                return att_rng_between(&random->rng, 0, field->max - 1);
        default:
                return number;
        }
}

static inline struct att_text random_text(struct random_message *random, int64_t max, bool empty)
{
        static const char *const words[] = {"a",
                                            "ann",
                                            "Mar\xc3\xad\x61",
                                            "\xe2\x82\xac 20,000",
                                            "\xf0\x9f\x93\x9e",
                                            "a longer piece of text, with commas"};
        char text[600];
        size_t len = 0;
        uint64_t count = att_rng_below(&random->rng, 4) + !empty;

        for (uint64_t i = 0; i < count; i++) {
                const char *word = words[att_rng_below(&random->rng, 6)];

                if (max > 0 && len + strlen(word) > (size_t)max) {
                        break;
                }
                memcpy(text + len, word, strlen(word));
                len += strlen(word);
        }
        if (len == 0 && !empty) {
                text[len++] = 'x';
        }
        return att_arena_text(&random->arena, (struct att_text){text, len});
}

static inline void random_store(const struct table_field *field, void *place, int64_t number)
{
        switch ((enum table_kind)field->kind) {
        case TABLE_BOOL:
                *(bool *)place = number != 0;
                break;
        case TABLE_TRISTATE:
        case TABLE_I32:
                *(int32_t *)place = (int32_t)number;
                break;
        case TABLE_U32:
        case TABLE_INDEX:
        case TABLE_ENUM:
                *(uint32_t *)place = (uint32_t)number;
                break;
        default:
                *(int64_t *)place = number;
                break;
        }
}

static inline void random_fill(struct random_message *random, const struct table *table,
                               void *value);

static inline void random_array(struct random_message *random, const struct table_field *field,
                                void *value)
{
        const uint32_t limit = field->items_max > 0 && field->items_max < 5 ? field->items_max : 5;
        const uint32_t count = (uint32_t)att_rng_below(&random->rng, limit);
        size_t bytes_each = field->kind == TABLE_TEXTS      ? sizeof(struct att_text)
                            : field->kind == TABLE_MESSAGES ? field->sub->size
                                                            : sizeof(uint64_t);
        char *array = att_arena_take_array(&random->arena, count, bytes_each);

        for (uint32_t i = 0; i < count; i++) {
                switch ((enum table_kind)field->kind) {
                case TABLE_TEXTS:
                        ((struct att_text *)(void *)array)[i] = random_text(random, field->max,
                                                                            true);
                        break;
                case TABLE_MESSAGES:
                        table_set_absent(field->sub, array + i * bytes_each);
                        random_fill(random, field->sub, array + i * bytes_each);
                        break;
                case TABLE_U64S:
                case TABLE_S64S:
                        ((uint64_t *)(void *)array)[i] = att_rng_next(&random->rng);
                        break;
                default:
                        ((uint32_t *)(void *)array)[i] = (uint32_t)att_rng_next(&random->rng);
                        break;
                }
        }
        *(void **)(void *)((char *)value + field->offset) = array;
        *(uint32_t *)(void *)((char *)value + field->count_offset) = count;
}

/* The struct is set absent; about half of its fields get a value. Cases are the caller's. */
static inline void random_fill(struct random_message *random, const struct table *table,
                               void *value)
{
        for (uint32_t i = 0; i < table->count; i++) {
                const struct table_field *field = &table->fields[i];
                void *place = (char *)value + field->offset;
                void *inner;

                if (i >= table->required && att_rng_below(&random->rng, 2) == 0 &&
                    (field->min <= 0 || field->has_presence)) {
                        continue;
                }
                switch ((enum table_kind)field->kind) {
                case TABLE_IGNORED:
                case TABLE_CASE:
                        break;
                case TABLE_TEXT:
                case TABLE_BYTES:
                        *(struct att_text *)place = random_text(random, field->max,
                                                                i >= table->required);
                        break;
                case TABLE_C_STRING:
                        *(const char **)place = random_text(random, 0, true).data;
                        break;
                case TABLE_MESSAGE:
                        random_fill(random, field->sub, place);
                        break;
                case TABLE_POINTER:
                        inner = att_arena_take(&random->arena, field->sub->size);
                        table_set_absent(field->sub, inner);
                        random_fill(random, field->sub, inner);
                        *(void **)place = inner;
                        break;
                case TABLE_TEXTS:
                case TABLE_MESSAGES:
                case TABLE_U32S:
                case TABLE_INDICES:
                case TABLE_U64S:
                case TABLE_S64S:
                        random_array(random, field, value);
                        break;
                case TABLE_U32S_FIXED:
                        for (uint32_t j = 0; j < field->items_max; j++) {
                                ((uint32_t *)place)[j] = (uint32_t)att_rng_next(&random->rng);
                        }
                        break;
                default:
                        random_store(field, place, random_number(random, field));
                        if (field->is_negative_absent && field->min >= 0 &&
                            field->kind == TABLE_I64 && *(int64_t *)place < 0) {
                                *(int64_t *)place = field->absent;
                        }
                        break;
                }
        }
}

static inline bool random_same(const struct table *table, const void *a, const void *b);

static inline bool random_same_array(const struct table_field *field, const void *a, const void *b)
{
        const char *array_a = *(const char *const *)(const void *)((const char *)a + field->offset);
        const char *array_b = *(const char *const *)(const void *)((const char *)b + field->offset);
        const uint32_t count = *(const uint32_t *)(const void *)((const char *)a +
                                                                 field->count_offset);

        if (count != *(const uint32_t *)(const void *)((const char *)b + field->count_offset)) {
                return false;
        }
        for (uint32_t i = 0; i < count; i++) {
                if (field->kind == TABLE_TEXTS) {
                        if (!att_text_equals(((const struct att_text *)(const void *)array_a)[i],
                                             ((const struct att_text *)(const void *)array_b)[i])) {
                                return false;
                        }
                } else if (field->kind == TABLE_MESSAGES) {
                        if (!random_same(field->sub, array_a + (size_t)i * field->sub->size,
                                         array_b + (size_t)i * field->sub->size)) {
                                return false;
                        }
                } else {
                        const size_t bytes = field->kind == TABLE_U64S || field->kind == TABLE_S64S
                                                     ? 8
                                                     : 4;

                        if (memcmp(array_a + i * bytes, array_b + i * bytes, bytes) != 0) {
                                return false;
                        }
                }
        }
        return true;
}

static inline bool random_same_field(const struct table_field *field, const void *a, const void *b)
{
        const void *at_a = (const char *)a + field->offset;
        const void *at_b = (const char *)b + field->offset;
        const void *inner_a;
        const void *inner_b;

        switch ((enum table_kind)field->kind) {
        case TABLE_IGNORED:
        case TABLE_CASE:
                return true;
        case TABLE_TEXT:
        case TABLE_BYTES:
                return att_text_equals(*(const struct att_text *)at_a,
                                       *(const struct att_text *)at_b);
        case TABLE_C_STRING:
                return att_text_equals(att_text_from(*(const char *const *)at_a),
                                       att_text_from(*(const char *const *)at_b));
        case TABLE_MESSAGE:
                return random_same(field->sub, at_a, at_b);
        case TABLE_POINTER:
                inner_a = *(const void *const *)at_a;
                inner_b = *(const void *const *)at_b;
                return (inner_a == NULL) == (inner_b == NULL) &&
                       (!inner_a || random_same(field->sub, inner_a, inner_b));
        case TABLE_TEXTS:
        case TABLE_MESSAGES:
        case TABLE_U32S:
        case TABLE_INDICES:
        case TABLE_U64S:
        case TABLE_S64S:
                return random_same_array(field, a, b);
        case TABLE_U32S_FIXED:
                return memcmp(at_a, at_b, field->items_max * sizeof(uint32_t)) == 0;
        case TABLE_BOOL:
                return *(const bool *)at_a == *(const bool *)at_b;
        case TABLE_TRISTATE:
        case TABLE_I32:
        case TABLE_U32:
        case TABLE_INDEX:
        case TABLE_ENUM:
                return memcmp(at_a, at_b, sizeof(uint32_t)) == 0;
        case TABLE_I64:
        case TABLE_S64:
                if (field->is_negative_absent && *(const int64_t *)at_a < 0) {
                        return *(const int64_t *)at_b == field->absent;
                }
                return *(const int64_t *)at_a == *(const int64_t *)at_b;
        case TABLE_U64:
        case TABLE_FIXED64:
                return *(const uint64_t *)at_a == *(const uint64_t *)at_b;
        }
        return false;
}

static inline bool random_same(const struct table *table, const void *a, const void *b)
{
        for (uint32_t i = 0; i < table->count; i++) {
                if (!random_same_field(&table->fields[i], a, b)) {
                        fprintf(stderr, "%s.%s differs\n", table->message, table->fields[i].name);
                        return false;
                }
        }
        return true;
}

#endif
