/* SPDX-License-Identifier: Apache-2.0 */
/* Reading `when`, and telling when one condition makes another pointless. */
#include <string.h>

#include "lib/base/util.h"
#include "lib/config/compiler.h"
#include "lib/config/values.h"
#include "lib/model/conditions.h"
#include "lib/model/decimal.h"
#include "lib/model/limits.h"

#define MICRO_DECIMALS 6
#define CONDITIONS_MAX 32
#define VALUES_MAX     1000

/* Fields but the attribute: anything else is the name of one. */
static struct att_text field_name_at(const void *context, size_t i)
{
        (void)context;
        return att_text_from(att_condition_field_name((enum att_condition_field)(i + 1)));
}
_Static_assert(ATT_FIELD_ATTRIBUTE == 0, "the others follow it");

static void find_field(struct compiler *compiler, const struct att_yaml_node *key,
                       struct att_condition *condition)
{
        for (size_t i = 0; i + 1 < ATT_FIELD_COUNT; i++) {
                if (att_text_equals(key->text, field_name_at(NULL, i))) {
                        condition->field = (enum att_condition_field)(i + 1);
                        condition->attribute = ATT_TEXT_NONE;
                        return;
                }
        }
        const struct att_text nearest = att_text_nearest(key->text, ATT_FIELD_COUNT - 1,
                                                         field_name_at, NULL);

        if (nearest.len > 0) {
                att_config_errors_warn(compiler->errors, key->place,
                                       "'%.*s' is taken for an attribute of that name, or did you "
                                       "mean '%.*s'?",
                                       ATT_TEXT_ARGS(key->text), ATT_TEXT_ARGS(nearest));
        }
        condition->field = ATT_FIELD_ATTRIBUTE;
        condition->attribute = compiler_keep(compiler, key->text);
}

/* Comparisons ------------------------------------------------------------- */

static bool is_comparison(struct att_text text)
{
        return text.len > 0 && (text.data[0] == '<' || text.data[0] == '>');
}

/* Numbers that are shares can't be below 0 or above 1. */
static bool is_share(enum att_condition_field field)
{
        return field == ATT_FIELD_EMOTION || field == ATT_FIELD_CHURN_RISK;
}

static bool can_hold(const struct att_condition *condition)
{
        const bool is_positive = is_share(condition->field) ||
                                 condition->field == ATT_FIELD_LIFETIME_VALUE;

        switch (condition->op) {
        case ATT_OP_LESS:
                return !is_positive || condition->number_micro > 0;
        case ATT_OP_LESS_EQUAL:
                return !is_positive || condition->number_micro >= 0;
        case ATT_OP_GREATER:
                return !is_share(condition->field) || condition->number_micro < ATT_PPM;
        case ATT_OP_GREATER_EQUAL:
                return !is_share(condition->field) || condition->number_micro <= ATT_PPM;
        case ATT_OP_ANY_OF:
                return true;
        }
        return true;
}

static bool read_comparison(struct compiler *compiler, const struct att_yaml_node *node,
                            struct att_condition *condition)
{
        struct att_text text = node->text;
        const bool is_less = text.data[0] == '<';
        const bool or_equal = text.len > 1 && text.data[1] == '=';
        struct att_yaml_node number = *node;
        size_t at = or_equal ? 2 : 1;

        while (at < text.len && text.data[at] == ' ') {
                at++;
        }
        number.text = att_text_of(text.data + at, text.len - at);
        if (!att_value_decimal(compiler->errors, &number, MICRO_DECIMALS, -INT64_MAX, INT64_MAX,
                               &condition->number_micro)) {
                return false;
        }
        if (is_less) {
                condition->op = or_equal ? ATT_OP_LESS_EQUAL : ATT_OP_LESS;
        } else {
                condition->op = or_equal ? ATT_OP_GREATER_EQUAL : ATT_OP_GREATER;
        }
        if (!can_hold(condition)) {
                att_config_errors_warn(
                        compiler->errors, node->place, "'%.*s' never holds: it goes from 0 to %s",
                        ATT_TEXT_ARGS(text), is_share(condition->field) ? "1" : "whatever");
        }
        return true;
}

/* Values ------------------------------------------------------------------ */

static bool is_glob(struct att_text text)
{
        return memchr(text.data, '*', text.len) || memchr(text.data, '?', text.len);
}

/* What a field's values are names of; false: of nothing we know. */
static bool find_noun(const struct compiler *compiler, enum att_condition_field field,
                      enum att_noun *ret_noun)
{
        switch (field) {
        case ATT_FIELD_QUEUE:
                *ret_noun = ATT_NOUN_QUEUE;
                return true;
        case ATT_FIELD_INTENT:
                *ret_noun = ATT_NOUN_INTENT;
                return true;
        case ATT_FIELD_CHANNEL:
                *ret_noun = ATT_NOUN_CHANNEL;
                return compiler->sections.channels != NULL;
        case ATT_FIELD_TIER:
                *ret_noun = ATT_NOUN_TIER;
                return compiler->sections.tiers != NULL;
        default:
                return false;
        }
}

static void warn_of_unknown_name(struct compiler *compiler, enum att_condition_field field,
                                 const struct att_yaml_node *node)
{
        enum att_noun noun;

        if (!find_noun(compiler, field, &noun) || is_glob(node->text) ||
            compiler_find(compiler, noun, node->text)) {
                return;
        }
        const struct att_text nearest = compiler_nearest(compiler, noun, node->text);

        if (nearest.len > 0) {
                att_config_errors_warn(compiler->errors, node->place,
                                       "never holds: unknown %s '%.*s', did you mean '%.*s'?",
                                       att_noun_name(noun), ATT_TEXT_ARGS(node->text),
                                       ATT_TEXT_ARGS(nearest));
        } else {
                att_config_errors_warn(compiler->errors, node->place,
                                       "never holds: unknown %s '%.*s'", att_noun_name(noun),
                                       ATT_TEXT_ARGS(node->text));
        }
}

/* A number out of its field's range equals none. */
static void warn_of_number(struct compiler *compiler, const struct att_yaml_node *node,
                           enum att_condition_field field, int64_t number_micro)
{
        const struct att_condition least = {
                .field = field, .op = ATT_OP_GREATER_EQUAL, .number_micro = number_micro};
        const struct att_condition most = {
                .field = field, .op = ATT_OP_LESS_EQUAL, .number_micro = number_micro};

        if (!can_hold(&least) || !can_hold(&most)) {
                att_config_errors_warn(
                        compiler->errors, node->place, "'%.*s' never holds: it goes from 0 to %s",
                        ATT_TEXT_ARGS(node->text), is_share(field) ? "1" : "whatever");
        }
}

static bool read_value(struct compiler *compiler, const struct att_yaml_node *node,
                       enum att_condition_field field, struct att_text *ret)
{
        int64_t number_micro;

        if (!att_value_is(compiler->errors, node, ATT_YAML_SCALAR, "a value to compare with")) {
                return false;
        }
        if (is_comparison(node->text)) {
                att_config_errors_add(compiler->errors, node->place,
                                      "'%.*s' must stand alone: a list is of values that are equal",
                                      ATT_TEXT_ARGS(node->text));
                return false;
        }
        if (node->text.len == 0) {
                att_config_errors_add(compiler->errors, node->place,
                                      "an empty value never matches: a contact without the field "
                                      "matches nothing");
                return false;
        }
        if (att_condition_field_is_number(field)) {
                if (!att_value_decimal(compiler->errors, node, MICRO_DECIMALS, -INT64_MAX,
                                       INT64_MAX, &number_micro)) {
                        return false;
                }
                warn_of_number(compiler, node, field, number_micro);
        } else if (!att_value_text(compiler->errors, node, ATT_NAME_BYTES_MAX, ret)) {
                return false;
        }
        warn_of_unknown_name(compiler, field, node);
        *ret = compiler_keep(compiler, node->text);
        return true;
}

static bool read_values(struct compiler *compiler, const struct att_yaml_node *node,
                        struct att_condition *condition)
{
        const bool is_list = node->kind == ATT_YAML_SEQUENCE;
        const uint32_t entry_count = is_list ? node->count : 1;
        uint32_t count = 0;

        if (entry_count == 0 || entry_count > VALUES_MAX) {
                att_config_errors_add(compiler->errors, node->place,
                                      "expected 1 to %d values to compare with, found %u",
                                      VALUES_MAX, entry_count);
                return false;
        }
        struct att_text *values = compiler_take(compiler, entry_count, sizeof(*values));

        for (uint32_t i = 0; i < entry_count; i++) {
                count += read_value(compiler, is_list ? node->items[i] : node, condition->field,
                                    &values[count]);
        }
        condition->op = ATT_OP_ANY_OF;
        condition->values = values;
        condition->value_count = count;
        return count == entry_count;
}

static bool read_condition(struct compiler *compiler, const struct att_yaml_node *key,
                           const struct att_yaml_node *node, struct att_condition *condition)
{
        struct att_text name;

        if (!att_value_name(compiler->errors, key, &name)) {
                return false;
        }
        find_field(compiler, key, condition);
        if (node->kind != ATT_YAML_SCALAR || !is_comparison(node->text) ||
            condition->field == ATT_FIELD_TEXT) {
                return read_values(compiler, node, condition);
        }
        if (condition->field != ATT_FIELD_ATTRIBUTE &&
            !att_condition_field_is_number(condition->field)) {
                att_config_errors_add(compiler->errors, node->place,
                                      "'%.*s' is not a number: it can't be compared with '%.*s'",
                                      ATT_TEXT_ARGS(key->text), ATT_TEXT_ARGS(node->text));
                return false;
        }
        return read_comparison(compiler, node, condition);
}

void compiler_read_conditions(struct compiler *compiler, const struct att_key *key,
                              const struct att_yaml_node *node, void *target)
{
        struct att_conditions conditions = {0};

        if (!att_yaml_is_empty(node) && !att_value_is(compiler->errors, node, ATT_YAML_MAPPING,
                                                      "conditions, such as { language: es }")) {
                return;
        }
        if (node->count > CONDITIONS_MAX) {
                att_config_errors_add(compiler->errors, node->place,
                                      "too many conditions: %u, at most %d", node->count,
                                      CONDITIONS_MAX);
                return;
        }
        struct att_condition *items = compiler_take(compiler, node->count, sizeof(*items));

        for (uint32_t i = 0; i < node->count; i++) {
                conditions.count += read_condition(compiler, node->keys[i], node->items[i],
                                                   &items[conditions.count]);
        }
        conditions.items = items;
        memcpy((char *)target + key->offset, &conditions, sizeof(conditions));
}

/* Implication ------------------------------------------------------------- */

/* Whether everything that equals or matches `narrow` does so with `wide`. May miss some. */
static bool value_implies(struct att_text narrow, struct att_text wide)
{
        return att_text_equals(narrow, wide) ||
               (!is_glob(narrow) && att_text_matches_glob(narrow, wide));
}

static bool values_imply(const struct att_condition *narrow, const struct att_condition *wide)
{
        for (uint32_t i = 0; i < narrow->value_count; i++) {
                bool is_covered = false;

                for (uint32_t j = 0; j < wide->value_count && !is_covered; j++) {
                        /* A phrase that holds another occurs only where that occurs. */
                        is_covered = narrow->field == ATT_FIELD_TEXT
                                             ? att_text_contains_nocase(narrow->values[i],
                                                                        wide->values[j])
                                             : value_implies(narrow->values[i], wide->values[j]);
                }
                if (!is_covered) {
                        return false;
                }
        }
        return true;
}

/* Whether one number fits a comparison. */
static bool fits(int64_t number, const struct att_condition *condition)
{
        switch (condition->op) {
        case ATT_OP_LESS:
                return number < condition->number_micro;
        case ATT_OP_LESS_EQUAL:
                return number <= condition->number_micro;
        case ATT_OP_GREATER:
                return number > condition->number_micro;
        case ATT_OP_GREATER_EQUAL:
                return number >= condition->number_micro;
        case ATT_OP_ANY_OF:
                return false;
        }
        return false;
}

static bool is_upper_bound(enum att_condition_op op)
{
        return op == ATT_OP_LESS || op == ATT_OP_LESS_EQUAL;
}

static bool values_fit(const struct att_condition *narrow, const struct att_condition *wide)
{
        for (uint32_t i = 0; i < narrow->value_count; i++) {
                int64_t number;

                if (att_decimal_parse(narrow->values[i], MICRO_DECIMALS, &number) !=
                            ATT_DECIMAL_OK ||
                    !fits(number, wide)) {
                        return false;
                }
        }
        return true;
}

static bool condition_implies(const struct att_condition *narrow, const struct att_condition *wide)
{
        if (narrow->field != wide->field || !att_text_equals(narrow->attribute, wide->attribute)) {
                return false;
        }
        if (narrow->op == ATT_OP_ANY_OF) {
                return wide->op == ATT_OP_ANY_OF ? values_imply(narrow, wide)
                                                 : values_fit(narrow, wide);
        }
        if (wide->op == ATT_OP_ANY_OF || is_upper_bound(narrow->op) != is_upper_bound(wide->op)) {
                return false;
        }
        /* Bounds of one side: the narrow one's edge fits, or both leave out the same edge. */
        return fits(narrow->number_micro, wide) ||
               (narrow->op == wide->op && narrow->number_micro == wide->number_micro) ||
               (narrow->number_micro == wide->number_micro &&
                (narrow->op == ATT_OP_LESS || narrow->op == ATT_OP_GREATER));
}

bool conditions_imply(const struct att_conditions *narrow, const struct att_conditions *wide)
{
        for (uint32_t i = 0; i < wide->count; i++) {
                bool is_implied = false;

                for (uint32_t j = 0; j < narrow->count && !is_implied; j++) {
                        is_implied = condition_implies(&narrow->items[j], &wide->items[i]);
                }
                if (!is_implied) {
                        return false;
                }
        }
        return true;
}
