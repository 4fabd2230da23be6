/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables: how a plain struct corresponds to a protobuf message. Internal to lib/wire.
 *
 * One table a message, one row a field, in the order of field numbers: its number and type on the
 * wire, where it is in the struct, and what is allowed. The same table reads, checks and writes, so
 * that the two directions can't differ, and tests/unit/test_wire_schema.c holds every table against
 * the descriptor that protoc-c made of the schema.
 *
 * Why not protobuf-c's own unpack and pack: they make a tree of structs and copies of every text,
 * which then has to be checked and turned into our values, and they accept what we must refuse
 * (docs/performance.md has the figures). They are what these tables are tested against.
 */
#ifndef ATT_LIB_WIRE_TABLE_H
#define ATT_LIB_WIRE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/text.h"
#include "lib/wire/codec.h"
#include "lib/wire/scratch.h"

enum table_kind {
        TABLE_IGNORED,    /* In the schema, but of no use here: passed over, never written. */
        TABLE_TEXT,       /* struct att_text: `string` */
        TABLE_C_STRING,   /* const char *: `string` */
        TABLE_BYTES,      /* struct att_text: `bytes` */
        TABLE_BOOL,       /* bool */
        TABLE_TRISTATE,   /* int32_t 0, 1 or absent: `bool` */
        TABLE_U32,        /* uint32_t or an enum whose numbers are the wire's: `uint32` */
        TABLE_INDEX,      /* uint32_t; one more on the wire, so that ATT_NONE is 0: `uint32` */
        TABLE_U64,        /* uint64_t: `uint64` */
        TABLE_FIXED64,    /* uint64_t: `fixed64` */
        TABLE_I32,        /* int32_t: `int32` */
        TABLE_I64,        /* int64_t: `int64` */
        TABLE_S64,        /* int64_t, often negative: `sint64` */
        TABLE_ENUM,       /* An enum of ours; one more on the wire; unknown ones are `absent`. */
        TABLE_MESSAGE,    /* A struct inside the struct. */
        TABLE_POINTER,    /* const struct *, NULL when absent. */
        TABLE_CASE,       /* One of a oneof: read and written only if the tags say so. */
        TABLE_TEXTS,      /* const struct att_text * and a uint32_t count: `repeated string` */
        TABLE_MESSAGES,   /* const struct * and a count: `repeated` message */
        TABLE_U32S,       /* const uint32_t * and a count: packed `repeated uint32` */
        TABLE_INDICES,    /* The same, one more on the wire. */
        TABLE_U32S_FIXED, /* uint32_t[items_max] in the struct: packed `repeated uint32` */
        TABLE_U64S,       /* const uint64_t * and a count: packed `repeated uint64` */
        TABLE_S64S,       /* const int64_t * and a count: packed `repeated sint64` */
};

struct table_field {
        const char *name;
        const struct table *sub; /* Messages: theirs. */
        int64_t min;             /* Of numbers, where a caller is checked; min == max: any. */
        int64_t max;             /* And of texts: bytes; 0: any. */
        int64_t absent;          /* What the struct holds when the field is absent. */
        uint32_t offset;
        uint32_t count_offset; /* Arrays: of their count. */
        uint32_t items_max;    /* Arrays; 0: any number. */
        uint16_t number;
        uint8_t kind;
        bool has_presence;       /* Written even if it is 0, but not if it is `absent`. */
        bool is_negative_absent; /* Any negative number is `absent`. */
        bool is_passing;         /* Arrays: in the passing memory of the decoder. */
        int16_t tag;             /* TABLE_CASE */
        int16_t tag2;            /* And the second one; -1: none. */
};

struct table {
        const char *message; /* Its name in the schema. */
        const struct table_field *fields;
        uint32_t count;
        uint32_t size;        /* Of the struct. */
        uint32_t required;    /* The first so many fields are texts that must not be empty. */
        bool has_absent;      /* Some `absent` is not 0, here or in a struct inside. */
        uint32_t tag_offset;  /* Of an enum that says which TABLE_CASE holds. */
        uint32_t tag_absent;  /* What it is when none does. */
        uint32_t tag2_offset; /* Of a second one. */
};

/* Sets what is not 0 when absent; the struct has been zeroed. */
void table_set_absent(const struct table *table, void *value);

struct table_decoder {
        bool is_checked; /* Ranges, lengths and required fields count: the bytes are a stranger's. */
        struct att_scratch *scratch; /* Where arrays are taken from; or */
        struct att_arena *arena;     /* here; */
        struct att_arena *passing;   /* those that are `is_passing` here. */
        enum att_wire_result result; /* After a failure. */
        struct att_wire_problem *problem;
};

/* Reads `bytes` into a struct that has been zeroed and set absent. */
ATT_MUST_USE bool table_decode(struct table_decoder *decoder, const struct table *table,
                               struct att_text bytes, void *value);

/* The field with this number, or NULL. */
const struct table_field *table_find(const struct table *table, uint32_t number);

void table_encode(struct att_buffer *into, const struct table *table, const void *value);
/* As the field `number` of a message that is being written by hand. */
void table_encode_field(struct att_buffer *into, uint32_t number, const struct table *table,
                        const void *value);

/* ---- For what is written by hand ---- */

enum table_wire_type {
        TABLE_VARINT = 0,
        TABLE_64_BITS = 1,
        TABLE_LENGTH = 2,
        TABLE_32_BITS = 5,
};

void table_put_varint(struct att_buffer *into, uint64_t value);
void table_put_uint(struct att_buffer *into, uint32_t number, uint64_t value);    /* 0: nothing. */
void table_put_fixed64(struct att_buffer *into, uint32_t number, uint64_t value); /* 0 as well. */
void table_put_bytes(struct att_buffer *into, uint32_t number, struct att_text bytes);
size_t table_format_varint(uint8_t bytes[10], uint64_t value);

/* A field of a message: a number, or the bytes of a text or message. */
struct table_item {
        uint32_t number;
        enum table_wire_type type;
        uint64_t value; /* Numbers. */
        struct att_text bytes;
};

/* Takes the next field off `*rest`; false if what is there is not one. */
ATT_MUST_USE bool table_take_item(struct att_text *rest, struct table_item *ret_item);

/* ---- Rows ---- */

#define TABLE_ROW(number_, kind_, name_, ...)                                                      \
        {                                                                                          \
                .number = (number_), .kind = (kind_), .name = (name_), .tag2 = -1, __VA_ARGS__     \
        }

#define TABLE_AT(type, member) .offset = offsetof(type, member)
#define TABLE_ITEMS(type, member, count_member)                                                    \
        .offset = offsetof(type, member), .count_offset = offsetof(type, count_member)
#define TABLE_RANGE(min_, max_)  .min = (min_), .max = (max_)
#define TABLE_ABSENT(absent_)    .has_presence = true, .absent = (absent_)
#define TABLE_NEGATIVE_IS_ABSENT .has_presence = true, .is_negative_absent = true, .absent = -1

/* The last argument is not optional (ISO C): what else is not 0, or `.required = 0`. */
#define TABLE_OF(message_, fields_, type, ...)                                                     \
        {                                                                                          \
                .message = (message_), .fields = (fields_),                                        \
                .count = sizeof(fields_) / sizeof((fields_)[0]), .size = sizeof(type), __VA_ARGS__ \
        }

#endif
