/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/model/conditions.h"

#include "lib/base/util.h"
#include "lib/model/decimal.h"

#define MICRO_DECIMALS 6

static const char *const field_names[] = {
        [ATT_FIELD_ATTRIBUTE] = "attribute",
        [ATT_FIELD_TEXT] = "text",
        [ATT_FIELD_ENTRY_POINT] = "entry_point",
        [ATT_FIELD_LANGUAGE] = "language",
        [ATT_FIELD_CHANNEL] = "channel",
        [ATT_FIELD_QUEUE] = "queue",
        [ATT_FIELD_INTENT] = "intent",
        [ATT_FIELD_EMOTION] = "emotion",
        [ATT_FIELD_PRIORITY] = "priority",
        [ATT_FIELD_FRONT_END] = "front_end",
        [ATT_FIELD_CUSTOMER] = "customer",
        [ATT_FIELD_CUSTOMER_NAME] = "customer_name",
        [ATT_FIELD_TIER] = "tier",
        [ATT_FIELD_LIFETIME_VALUE] = "lifetime_value",
        [ATT_FIELD_CURRENCY] = "currency",
        [ATT_FIELD_CHURN_RISK] = "churn_risk",
};
_Static_assert(ATT_ARRAY_LEN(field_names) == ATT_FIELD_COUNT, "a word for every field");

/* One field of a contact: a text, a number, both (an attribute "12.5") or neither. */
struct value {
        struct att_text text;
        int64_t number_micro;
};

bool att_condition_field_is_number(enum att_condition_field field)
{
        switch (field) {
        case ATT_FIELD_EMOTION:
        case ATT_FIELD_PRIORITY:
        case ATT_FIELD_LIFETIME_VALUE:
        case ATT_FIELD_CHURN_RISK:
                return true;
        case ATT_FIELD_ATTRIBUTE:
        case ATT_FIELD_TEXT:
        case ATT_FIELD_ENTRY_POINT:
        case ATT_FIELD_LANGUAGE:
        case ATT_FIELD_CHANNEL:
        case ATT_FIELD_QUEUE:
        case ATT_FIELD_INTENT:
        case ATT_FIELD_FRONT_END:
        case ATT_FIELD_CUSTOMER:
        case ATT_FIELD_CUSTOMER_NAME:
        case ATT_FIELD_TIER:
        case ATT_FIELD_CURRENCY:
        case ATT_FIELD_COUNT:
                return false;
        }
        return false;
}

const char *att_condition_field_name(enum att_condition_field field)
{
        return (unsigned)field < ATT_FIELD_COUNT ? field_names[field] : "?";
}

void att_subject_init(struct att_subject *subject)
{
        *subject = (struct att_subject){0};
        for (unsigned i = 0; i < ATT_FIELD_COUNT; i++) {
                subject->texts[i] = ATT_TEXT_NONE;
                subject->numbers_micro[i] = ATT_SUBJECT_NO_NUMBER;
        }
}

/* A text's number, for comparing; more than six decimals count as rounded down. */
static int64_t number_of(struct att_text text)
{
        int64_t number = ATT_SUBJECT_NO_NUMBER;

        switch (att_decimal_parse(text, MICRO_DECIMALS, &number)) {
        case ATT_DECIMAL_OK:
        case ATT_DECIMAL_ROUNDED:
                return number;
        case ATT_DECIMAL_NO_NUMBER:
        case ATT_DECIMAL_TOO_LARGE:
                return ATT_SUBJECT_NO_NUMBER;
        }
        return ATT_SUBJECT_NO_NUMBER;
}

static struct att_text find_attribute(const struct att_subject *subject, struct att_text key)
{
        for (uint32_t i = 0; i < subject->attribute_count; i++) {
                if (att_text_equals(subject->attributes[i].key, key)) {
                        return subject->attributes[i].value;
                }
        }
        return ATT_TEXT_NONE;
}

static struct value value_of(const struct att_subject *subject,
                             const struct att_condition *condition)
{
        if (condition->field == ATT_FIELD_ATTRIBUTE) {
                const struct att_text text = find_attribute(subject, condition->attribute);

                return (struct value){text, number_of(text)};
        }
        return (struct value){subject->texts[condition->field],
                              subject->numbers_micro[condition->field]};
}

static bool contains_a_phrase(const struct att_condition *condition, struct att_text text)
{
        for (uint32_t i = 0; i < condition->value_count; i++) {
                if (att_text_contains_nocase(text, condition->values[i])) {
                        return true;
                }
        }
        return false;
}

/* Whether two texts are the same number, to the last digit: "5" and "5.0". */
static bool is_same_number(struct att_text text, int64_t number_micro)
{
        int64_t exact;

        return att_decimal_parse(text, MICRO_DECIMALS, &exact) == ATT_DECIMAL_OK &&
               exact == number_micro;
}

static bool equals_a_value(const struct att_condition *condition, const struct value *value)
{
        for (uint32_t i = 0; i < condition->value_count; i++) {
                const struct att_text wanted = condition->values[i];

                if (!att_text_is_empty(value->text) && att_text_matches_glob(value->text, wanted)) {
                        return true;
                }
                if (value->number_micro != ATT_SUBJECT_NO_NUMBER &&
                    is_same_number(wanted, value->number_micro)) {
                        return true;
                }
        }
        return false;
}

bool att_condition_holds(const struct att_condition *condition, const struct att_subject *subject)
{
        const struct value value = value_of(subject, condition);

        if (att_text_is_empty(value.text) && value.number_micro == ATT_SUBJECT_NO_NUMBER) {
                return false;
        }
        if (condition->op == ATT_OP_ANY_OF) {
                return condition->field == ATT_FIELD_TEXT ? contains_a_phrase(condition, value.text)
                                                          : equals_a_value(condition, &value);
        }
        if (value.number_micro == ATT_SUBJECT_NO_NUMBER) {
                return false;
        }
        switch (condition->op) {
        case ATT_OP_LESS:
                return value.number_micro < condition->number_micro;
        case ATT_OP_LESS_EQUAL:
                return value.number_micro <= condition->number_micro;
        case ATT_OP_GREATER:
                return value.number_micro > condition->number_micro;
        case ATT_OP_GREATER_EQUAL:
                return value.number_micro >= condition->number_micro;
        case ATT_OP_ANY_OF:
                break;
        }
        return false;
}

bool att_conditions_hold(const struct att_conditions *conditions, const struct att_subject *subject)
{
        for (uint32_t i = 0; i < conditions->count; i++) {
                if (!att_condition_holds(&conditions->items[i], subject)) {
                        return false;
                }
        }
        return true;
}

/* Reading ------------------------------------------------------------------------------------- */

static bool is_comparison(struct att_text text)
{
        return text.len > 0 && (text.data[0] == '<' || text.data[0] == '>');
}

static enum att_condition_field find_field(struct att_text name)
{
        for (int i = ATT_FIELD_ATTRIBUTE + 1; i < ATT_FIELD_COUNT; i++) {
                const enum att_condition_field field = (enum att_condition_field)i;

                if (att_text_equals_c(name, att_condition_field_name(field))) {
                        return field;
                }
        }
        return ATT_FIELD_ATTRIBUTE;
}

static bool read_comparison(struct att_text text, struct att_condition *condition)
{
        const bool is_less = text.data[0] == '<';
        const bool or_equal = text.len > 1 && text.data[1] == '=';
        size_t at = or_equal ? 2 : 1;

        while (at < text.len && text.data[at] == ' ') {
                at++;
        }
        if (is_less) {
                condition->op = or_equal ? ATT_OP_LESS_EQUAL : ATT_OP_LESS;
        } else {
                condition->op = or_equal ? ATT_OP_GREATER_EQUAL : ATT_OP_GREATER;
        }
        return att_decimal_parse(att_text_of(text.data + at, text.len - at), MICRO_DECIMALS,
                                 &condition->number_micro) == ATT_DECIMAL_OK;
}

static const char *read_value(struct att_text value, enum att_condition_field field)
{
        int64_t number;

        if (value.len == 0) {
                return "an empty value never matches";
        }
        if (field != ATT_FIELD_TEXT && is_comparison(value)) {
                return "a comparison stands alone";
        }
        if (att_condition_field_is_number(field) &&
            att_decimal_parse(value, MICRO_DECIMALS, &number) != ATT_DECIMAL_OK) {
                return "its value is not a number";
        }
        return NULL;
}

bool att_condition_read(struct att_text field, const struct att_text *values, uint32_t value_count,
                        struct att_condition *ret_condition, const char **ret_why)
{
        struct att_condition condition = {.field = find_field(field), .op = ATT_OP_ANY_OF};
        const bool is_number = att_condition_field_is_number(condition.field);

        *ret_why = NULL;
        if (condition.field == ATT_FIELD_ATTRIBUTE) {
                condition.attribute = field;
        }
        if (field.len == 0 || value_count == 0) {
                *ret_why = "it needs a field and a value";
        } else if (value_count == 1 && is_comparison(values[0]) &&
                   (is_number || condition.field == ATT_FIELD_ATTRIBUTE)) {
                if (!read_comparison(values[0], &condition)) {
                        *ret_why = "it compares with what is not a number";
                }
        } else {
                condition.values = values;
                condition.value_count = value_count;
                for (uint32_t i = 0; i < value_count && !*ret_why; i++) {
                        *ret_why = read_value(values[i], condition.field);
                }
        }
        *ret_condition = condition;
        return !*ret_why;
}
