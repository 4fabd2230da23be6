/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/model/conditions.h"

#include "tests/support/main.h"

static bool holds(enum att_condition_field field, enum att_condition_op op, const char *value,
                  int64_t number_micro, const struct att_subject *subject)
{
        const struct att_text values[] = {att_text_from(value), ATT_TEXT("another")};
        const struct att_condition condition = {
                .field = field,
                .attribute = ATT_TEXT("size"),
                .op = op,
                .values = values,
                .value_count = 2,
                .number_micro = number_micro,
        };
        const struct att_conditions conditions = {&condition, 1};

        return att_conditions_hold(&conditions, subject);
}

static bool equals(enum att_condition_field field, const char *value,
                   const struct att_subject *subject)
{
        return holds(field, ATT_OP_ANY_OF, value, 0, subject);
}

START_TEST(no_conditions_always_hold)
{
        const struct att_conditions none = {0};
        struct att_subject subject;

        att_subject_init(&subject);
        ck_assert(att_conditions_hold(&none, &subject));
}
END_TEST

START_TEST(a_missing_field_matches_nothing)
{
        struct att_subject subject;

        att_subject_init(&subject);
        for (int i = 0; i < ATT_FIELD_COUNT; i++) {
                const enum att_condition_field field = (enum att_condition_field)i;

                ck_assert(!equals(field, "", &subject));
                ck_assert(!equals(field, "*", &subject));
                ck_assert(!holds(field, ATT_OP_LESS, "", 1000, &subject));
                ck_assert(!holds(field, ATT_OP_GREATER_EQUAL, "", INT64_MIN + 1, &subject));
        }
}
END_TEST

START_TEST(a_value_is_equal_or_matches_a_glob)
{
        struct att_subject subject;

        att_subject_init(&subject);
        subject.texts[ATT_FIELD_LANGUAGE] = ATT_TEXT("es-MX");
        ck_assert(equals(ATT_FIELD_LANGUAGE, "es-MX", &subject));
        ck_assert(equals(ATT_FIELD_LANGUAGE, "es*", &subject));
        ck_assert(!equals(ATT_FIELD_LANGUAGE, "es", &subject));
        ck_assert(!equals(ATT_FIELD_LANGUAGE, "ES-mx", &subject));
        subject.texts[ATT_FIELD_LANGUAGE] = ATT_TEXT("another");
        ck_assert(equals(ATT_FIELD_LANGUAGE, "es", &subject));
}
END_TEST

START_TEST(a_phrase_occurs_whatever_the_case)
{
        struct att_subject subject;

        att_subject_init(&subject);
        subject.texts[ATT_FIELD_TEXT] = ATT_TEXT("I have LOST my Card!");
        ck_assert(equals(ATT_FIELD_TEXT, "lost my card", &subject));
        ck_assert(!equals(ATT_FIELD_TEXT, "lost card", &subject));
}
END_TEST

START_TEST(numbers_are_compared_exactly)
{
        struct att_subject subject;

        att_subject_init(&subject);
        subject.numbers_micro[ATT_FIELD_CHURN_RISK] = 700000;
        ck_assert(holds(ATT_FIELD_CHURN_RISK, ATT_OP_GREATER_EQUAL, "", 700000, &subject));
        ck_assert(!holds(ATT_FIELD_CHURN_RISK, ATT_OP_GREATER, "", 700000, &subject));
        ck_assert(holds(ATT_FIELD_CHURN_RISK, ATT_OP_LESS_EQUAL, "", 700000, &subject));
        ck_assert(!holds(ATT_FIELD_CHURN_RISK, ATT_OP_LESS, "", 700000, &subject));
        ck_assert(equals(ATT_FIELD_CHURN_RISK, "0.70", &subject));
        ck_assert(!equals(ATT_FIELD_CHURN_RISK, "0.7000001", &subject));
}
END_TEST

START_TEST(an_attribute_that_is_decimal_text_is_a_number_too)
{
        struct att_pair pair = {ATT_TEXT("size"), ATT_TEXT("12.50")};
        struct att_subject subject;

        att_subject_init(&subject);
        subject.attributes = &pair;
        subject.attribute_count = 1;
        ck_assert(holds(ATT_FIELD_ATTRIBUTE, ATT_OP_GREATER, "", 12499999, &subject));
        ck_assert(!holds(ATT_FIELD_ATTRIBUTE, ATT_OP_GREATER, "", 12500000, &subject));
        ck_assert(equals(ATT_FIELD_ATTRIBUTE, "12.5", &subject));
        pair.value = ATT_TEXT("large");
        ck_assert(!holds(ATT_FIELD_ATTRIBUTE, ATT_OP_GREATER, "", 0, &subject));
        ck_assert(!holds(ATT_FIELD_ATTRIBUTE, ATT_OP_LESS, "", INT64_MAX, &subject));
        ck_assert(equals(ATT_FIELD_ATTRIBUTE, "lar*", &subject));
}
END_TEST

ATT_TEST_MAIN("conditions", no_conditions_always_hold, a_missing_field_matches_nothing,
              a_value_is_equal_or_matches_a_glob, a_phrase_occurs_whatever_the_case,
              numbers_are_compared_exactly, an_attribute_that_is_decimal_text_is_a_number_too)
