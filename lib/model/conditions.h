/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a contact is what the `when` of a tier or an intake rule asks for.
 *
 *      struct att_subject subject;
 *
 *      att_subject_init(&subject);
 *      subject.texts[ATT_FIELD_LANGUAGE] = request->language;
 *      subject.numbers_micro[ATT_FIELD_PRIORITY] = request->priority_milli * 1000;
 *      if (att_conditions_hold(&rule->when, &subject)) { ...
 *
 * All conditions must hold. A field that the contact does not have matches nothing.
 */
#ifndef ATT_LIB_MODEL_CONDITIONS_H
#define ATT_LIB_MODEL_CONDITIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/text.h"
#include "lib/model/config.h"

#define ATT_SUBJECT_NO_NUMBER INT64_MIN

/* What is compared: plain values, borrowed for the length of a call. */
struct att_subject {
        struct att_text texts[ATT_FIELD_COUNT]; /* Of text fields; empty: missing. */
        int64_t numbers_micro[ATT_FIELD_COUNT]; /* Of number fields, in millionths. */
        const struct att_pair *attributes;      /* For ATT_FIELD_ATTRIBUTE. */
        uint32_t attribute_count;
};

/* Emotion, priority, lifetime value and churn risk are numbers; the others are texts. */
bool att_condition_field_is_number(enum att_condition_field field);

/* The word for a field in `when`; "attribute" for ATT_FIELD_ATTRIBUTE, which has its own. */
const char *att_condition_field_name(enum att_condition_field field);

/* A condition from its words, as `when` has them: a field's name (any other is an attribute's), and
 * values or one comparison. What it keeps is borrowed from them. False: it is none, and `*ret_why`
 * (static) says why. */
bool att_condition_read(struct att_text field, const struct att_text *values, uint32_t value_count,
                        struct att_condition *ret_condition, const char **ret_why);

/* A subject of which nothing is known. */
void att_subject_init(struct att_subject *subject);

bool att_conditions_hold(const struct att_conditions *conditions,
                         const struct att_subject *subject);

/* One condition alone, for explanations. */
bool att_condition_holds(const struct att_condition *condition, const struct att_subject *subject);

#endif
