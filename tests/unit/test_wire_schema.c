/* SPDX-License-Identifier: Apache-2.0 */
/* lib/wire's tables against what protoc-c made of proto/attune/v1. */
#include <string.h>

#include "lib/base/text.h"
#include "lib/wire/tables.h"
#include "proto/attune/v1/envelope.pb-c.h"
#include "proto/attune/v1/journal.pb-c.h"
#include "tests/support/main.h"

static bool is_array(const struct table_field *field)
{
        switch ((enum table_kind)field->kind) {
        case TABLE_TEXTS:
        case TABLE_MESSAGES:
        case TABLE_U32S:
        case TABLE_INDICES:
        case TABLE_U32S_FIXED:
        case TABLE_U64S:
        case TABLE_S64S:
                return true;
        default:
                return false;
        }
}

static ProtobufCType type_of(const struct table_field *field)
{
        switch ((enum table_kind)field->kind) {
        case TABLE_TEXT:
        case TABLE_C_STRING:
        case TABLE_TEXTS:
                return PROTOBUF_C_TYPE_STRING;
        case TABLE_BYTES:
                return PROTOBUF_C_TYPE_BYTES;
        case TABLE_BOOL:
        case TABLE_TRISTATE:
                return PROTOBUF_C_TYPE_BOOL;
        case TABLE_U32:
        case TABLE_INDEX:
        case TABLE_U32S:
        case TABLE_INDICES:
        case TABLE_U32S_FIXED:
                return PROTOBUF_C_TYPE_UINT32;
        case TABLE_U64:
        case TABLE_U64S:
                return PROTOBUF_C_TYPE_UINT64;
        case TABLE_FIXED64:
                return PROTOBUF_C_TYPE_FIXED64;
        case TABLE_I32:
                return PROTOBUF_C_TYPE_INT32;
        case TABLE_I64:
                return PROTOBUF_C_TYPE_INT64;
        case TABLE_S64:
        case TABLE_S64S:
                return PROTOBUF_C_TYPE_SINT64;
        case TABLE_ENUM:
                return PROTOBUF_C_TYPE_ENUM;
        case TABLE_IGNORED:
        case TABLE_MESSAGE:
        case TABLE_POINTER:
        case TABLE_CASE:
        case TABLE_MESSAGES:
                break;
        }
        return PROTOBUF_C_TYPE_MESSAGE;
}

static void check_table(const struct table *table, const ProtobufCMessageDescriptor *descriptor);

/* Which may be absent: one alone in its oneof. */
static bool is_optional(const ProtobufCMessageDescriptor *descriptor,
                        const ProtobufCFieldDescriptor *field)
{
        unsigned in_the_same = 0;

        if (!(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)) {
                return false;
        }
        for (unsigned i = 0; i < descriptor->n_fields; i++) {
                in_the_same += (descriptor->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
                               descriptor->fields[i].quantifier_offset == field->quantifier_offset;
        }
        return in_the_same == 1;
}

static void check_field(const struct table_field *ours,
                        const ProtobufCMessageDescriptor *descriptor,
                        const ProtobufCFieldDescriptor *theirs)
{
        const char *where = descriptor->name;

        ck_assert_msg(strcmp(ours->name, theirs->name) == 0, "%s: %s is called %s", where,
                      theirs->name, ours->name);
        if (ours->kind == TABLE_IGNORED) {
                return;
        }
        ck_assert_msg(type_of(ours) == theirs->type, "%s.%s: another type", where, ours->name);
        ck_assert_msg(is_array(ours) == (theirs->label == PROTOBUF_C_LABEL_REPEATED),
                      "%s.%s: repeated or not", where, ours->name);
        if (ours->kind == TABLE_CASE) {
                ck_assert_msg(theirs->flags & PROTOBUF_C_FIELD_FLAG_ONEOF, "%s.%s: not in a oneof",
                              where, ours->name);
        } else {
                ck_assert_msg(ours->has_presence == is_optional(descriptor, theirs),
                              "%s.%s: may it be absent?", where, ours->name);
        }
        if (ours->kind == TABLE_ENUM) {
                const ProtobufCEnumDescriptor *words = theirs->descriptor;

                ck_assert_msg(words->n_values == (unsigned)ours->max + 1,
                              "%s.%s: %s has %u values, ours %lld", where, ours->name, words->name,
                              words->n_values, (long long)ours->max);
                ck_assert_int_eq(words->values[0].value, 0);
                ck_assert_int_eq(words->values[words->n_values - 1].value, ours->max);
        }
        if (theirs->type == PROTOBUF_C_TYPE_MESSAGE) {
                ck_assert_ptr_nonnull(ours->sub);
                check_table(ours->sub, theirs->descriptor);
        }
        if (ours->kind == TABLE_MESSAGE) {
                /* Such a message may come twice and is merged, which no array would survive. */
                for (uint32_t i = 0; i < ours->sub->count; i++) {
                        ck_assert_msg(!is_array(&ours->sub->fields[i]), "%s.%s holds an array",
                                      where, ours->name);
                }
        }
}

static void check_table(const struct table *table, const ProtobufCMessageDescriptor *descriptor)
{
        const char *after_package = descriptor->name + strlen("attune.v1.");

        ck_assert_msg(strcmp(table->message, after_package) == 0, "%s is called %s",
                      descriptor->name, table->message);
        ck_assert_msg(table->count == descriptor->n_fields, "%s: %u fields, ours has %u",
                      descriptor->name, descriptor->n_fields, table->count);
        for (uint32_t i = 0; i < table->count; i++) {
                ck_assert_msg(table->fields[i].number == descriptor->fields[i].id,
                              "%s: field %u should be number %u", descriptor->name, i,
                              descriptor->fields[i].id);
                check_field(&table->fields[i], descriptor, &descriptor->fields[i]);
        }
}

START_TEST(every_table_says_what_the_schema_says)
{
        check_table(&table_envelope, &attune__v1__envelope__descriptor);
        check_table(&table_journal_command, &attune__v1__journal_command__descriptor);
        check_table(&table_config, &attune__v1__compiled_config__descriptor);
}
END_TEST

static bool needs_absent(const struct table *table)
{
        for (uint32_t i = 0; i < table->count; i++) {
                const struct table_field *field = &table->fields[i];

                if (field->absent != 0 || table->tag_absent != 0 ||
                    (field->kind == TABLE_MESSAGE && needs_absent(field->sub))) {
                        return true;
                }
        }
        return false;
}

static void check_absent(const struct table *table)
{
        ck_assert_msg(table->has_absent || !needs_absent(table),
                      "%s has fields that are not 0 when absent", table->message);
        for (uint32_t i = 0; i < table->count; i++) {
                if (table->fields[i].sub) {
                        check_absent(table->fields[i].sub);
                }
        }
}

START_TEST(no_table_forgets_what_is_not_zero_when_absent)
{
        check_absent(&table_envelope);
        check_absent(&table_journal_command);
        check_absent(&table_config);
}
END_TEST

START_TEST(required_fields_are_texts)
{
        for (uint32_t i = 0; i < table_envelope.count; i++) {
                const struct table *table = table_envelope.fields[i].sub;

                for (uint32_t j = 0; table && j < table->required; j++) {
                        ck_assert_int_eq(table->fields[j].kind, TABLE_TEXT);
                }
        }
}
END_TEST

START_TEST(a_field_is_found_by_its_number_and_no_other_is)
{
        for (uint32_t number = 0; number < 70; number++) {
                const struct table_field *field = table_find(&table_envelope, number);
                const ProtobufCFieldDescriptor *theirs = protobuf_c_message_descriptor_get_field(
                        &attune__v1__envelope__descriptor, number);

                ck_assert_int_eq(field != NULL, theirs != NULL);
                if (field) {
                        ck_assert_uint_eq(field->number, number);
                }
        }
        ck_assert_ptr_null(table_find(&table_envelope, UINT32_MAX));
}
END_TEST

START_TEST(requests_have_the_same_numbers_in_the_journal)
{
        for (uint32_t number = 16; number < 48; number++) {
                const struct table_field *live = table_find(&table_envelope, number);
                const struct table_field *kept = table_find(&table_journal_command, number);

                if (kept) {
                        ck_assert_ptr_nonnull(live);
                        ck_assert_str_eq(live->name, kept->name);
                        ck_assert_ptr_eq(live->sub, kept->sub);
                        ck_assert_int_eq(live->tag2, kept->tag);
                }
        }
}
END_TEST

ATT_TEST_MAIN("wire schema", every_table_says_what_the_schema_says,
              no_table_forgets_what_is_not_zero_when_absent, required_fields_are_texts,
              a_field_is_found_by_its_number_and_no_other_is,
              requests_have_the_same_numbers_in_the_journal)
