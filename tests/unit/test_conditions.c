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

static const char *why_not(const char *field, const char *first, const char *second)
{
        const struct att_text values[] = {att_text_from(first), att_text_from(second)};
        struct att_condition condition;
        const char *why;
        const uint32_t count = first ? second ? 2 : 1 : 0;

        return att_condition_read(att_text_from(field), values, count, &condition, &why) ? NULL
                                                                                         : why;
}

START_TEST(conditions_are_read_from_words)
{
        const struct att_text at_least[] = {ATT_TEXT(">= 0.75")};
        const struct att_text phrases[] = {ATT_TEXT("< declined"), ATT_TEXT("refused")};
        struct att_condition condition;
        const char *why;

        ck_assert(att_condition_read(ATT_TEXT("churn_risk"), at_least, 1, &condition, &why));
        ck_assert_int_eq(condition.field, ATT_FIELD_CHURN_RISK);
        ck_assert_int_eq(condition.op, ATT_OP_GREATER_EQUAL);
        ck_assert_int_eq(condition.number_micro, 750000);
        ck_assert(att_condition_read(ATT_TEXT("shop"), at_least, 1, &condition, &why));
        ck_assert_int_eq(condition.field, ATT_FIELD_ATTRIBUTE);
        ck_assert(att_text_equals_c(condition.attribute, "shop"));
        ck_assert_int_eq(condition.op, ATT_OP_GREATER_EQUAL);
        /* What customers say may begin in any way. */
        ck_assert(att_condition_read(ATT_TEXT("text"), phrases, 2, &condition, &why));
        ck_assert_int_eq(condition.op, ATT_OP_ANY_OF);
        ck_assert_uint_eq(condition.value_count, 2);
}
END_TEST

START_TEST(words_that_are_no_condition_are_told_why)
{
        ck_assert_str_eq(why_not("", "x", NULL), "it needs a field and a value");
        ck_assert_str_eq(why_not("queue", NULL, NULL), "it needs a field and a value");
        ck_assert_str_eq(why_not("queue", "cards", ""), "an empty value never matches");
        ck_assert_str_eq(why_not("emotion", "0.5", "much"), "its value is not a number");
        ck_assert_str_eq(why_not("emotion", "> much", NULL),
                         "it compares with what is not a number");
        ck_assert_str_eq(why_not("emotion", "0.1", ">= 0.5"), "a comparison stands alone");
        ck_assert_str_eq(why_not("queue", ">= 5", NULL), "a comparison stands alone");
        ck_assert_ptr_null(why_not("queue", "cards", "gold*"));
}
END_TEST

ATT_TEST_MAIN("conditions", no_conditions_always_hold, a_missing_field_matches_nothing,
              a_value_is_equal_or_matches_a_glob, a_phrase_occurs_whatever_the_case,
              numbers_are_compared_exactly, an_attribute_that_is_decimal_text_is_a_number_too,
              conditions_are_read_from_words, words_that_are_no_condition_are_told_why)
