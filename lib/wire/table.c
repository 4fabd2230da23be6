/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading goes through the bytes once, plus once more over what is left of a message for each array
 * in it, to know how many items it has. Nesting is as deep as the tables are, which is known.
 */
#include "lib/wire/table.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/util.h"

#define VARINT_BYTES_MAX 10
#define NUMBER_MAX       ((UINT32_C(1) << 29) - 1)

/* Absent values ------------------------------------------------------------------------------- */

static void *at(void *value, uint32_t offset)
{
        return (char *)value + offset;
}

static const void *at_const(const void *value, uint32_t offset)
{
        return (const char *)value + offset;
}

static void set_number(const struct table_field *field, void *place, int64_t number)
{
        switch ((enum table_kind)field->kind) {
        case TABLE_BOOL:
                *(bool *)place = number != 0;
                return;
        case TABLE_TRISTATE:
        case TABLE_I32:
                *(int32_t *)place = (int32_t)number;
                return;
        case TABLE_U32:
        case TABLE_INDEX:
        case TABLE_ENUM:
                *(uint32_t *)place = (uint32_t)number;
                return;
        case TABLE_U64:
        case TABLE_FIXED64:
                *(uint64_t *)place = (uint64_t)number;
                return;
        case TABLE_I64:
        case TABLE_S64:
                *(int64_t *)place = number;
                return;
        case TABLE_IGNORED:
        case TABLE_TEXT:
        case TABLE_C_STRING:
        case TABLE_BYTES:
        case TABLE_MESSAGE:
        case TABLE_POINTER:
        case TABLE_CASE:
        case TABLE_TEXTS:
        case TABLE_MESSAGES:
        case TABLE_U32S:
        case TABLE_INDICES:
        case TABLE_U32S_FIXED:
        case TABLE_U64S:
        case TABLE_S64S:
                break;
        }
        ATT_CHECK(false); /* Not a number. */
}

void table_set_absent(const struct table *table, void *value)
{
        if (!table->has_absent) {
                return;
        }
        if (table->tag_absent != 0) {
                *(uint32_t *)at(value, table->tag_offset) = table->tag_absent;
        }
        for (uint32_t i = 0; i < table->count; i++) {
                const struct table_field *field = &table->fields[i];

                if (field->absent != 0) {
                        set_number(field, at(value, field->offset), field->absent);
                } else if (field->kind == TABLE_MESSAGE) {
                        table_set_absent(field->sub, at(value, field->offset));
                }
        }
}

/* Taking bytes apart -------------------------------------------------------------------------- */

/* A place in the bytes. Kept in registers while a message is read, which a struct behind a pointer
 * would not be. */
struct cursor {
        const unsigned char *at;
        const unsigned char *end;
};

static inline struct cursor cursor_of(struct att_text bytes)
{
        /* The data of an empty text may be NULL, to which nothing may be added. */
        const unsigned char *at = (const unsigned char *)(bytes.len > 0 ? bytes.data : "");

        return (struct cursor){at, at + bytes.len};
}

static inline struct att_text text_of(struct cursor cursor)
{
        return (struct att_text){(const char *)cursor.at, (size_t)(cursor.end - cursor.at)};
}

static bool take_long_varint(struct cursor *cursor, uint64_t *ret_value)
{
        uint64_t value = 0;

        for (int i = 0; i < VARINT_BYTES_MAX && cursor->at + i < cursor->end; i++) {
                const unsigned char byte = cursor->at[i];

                if (i == VARINT_BYTES_MAX - 1 && byte > 1) {
                        return false; /* Over 64 bits. */
                }
                value |= (uint64_t)(byte & 0x7f) << (7 * i);
                if (byte < 0x80) {
                        cursor->at += i + 1;
                        *ret_value = value;
                        return true;
                }
        }
        return false;
}

static inline bool take_varint(struct cursor *cursor, uint64_t *ret_value)
{
        if (cursor->at < cursor->end && *cursor->at < 0x80) {
                *ret_value = *cursor->at++;
                return true;
        }
        return take_long_varint(cursor, ret_value);
}

static bool take_fixed(struct cursor *cursor, size_t len, uint64_t *ret_value)
{
        uint64_t value = 0;

        if ((size_t)(cursor->end - cursor->at) < len) {
                return false;
        }
        for (size_t i = 0; i < len; i++) {
                value |= (uint64_t)cursor->at[i] << (8 * i);
        }
        cursor->at += len;
        *ret_value = value;
        return true;
}

static inline bool take_length(struct cursor *cursor, struct att_text *ret_bytes)
{
        uint64_t len;

        if (!take_varint(cursor, &len) || len > (uint64_t)(cursor->end - cursor->at)) {
                return false;
        }
        *ret_bytes = (struct att_text){(const char *)cursor->at, (size_t)len};
        cursor->at += len;
        return true;
}

static inline bool take_item(struct cursor *cursor, struct table_item *ret_item)
{
        uint64_t key;

        if (!take_varint(cursor, &key) || key >> 3 == 0 || key >> 3 > NUMBER_MAX) {
                return false;
        }
        ret_item->number = (uint32_t)(key >> 3);
        ret_item->type = (enum table_wire_type)(key & 7);
        switch (key & 7) {
        case TABLE_LENGTH:
                return take_length(cursor, &ret_item->bytes);
        case TABLE_VARINT:
                return take_varint(cursor, &ret_item->value);
        case TABLE_64_BITS:
                return take_fixed(cursor, 8, &ret_item->value);
        case TABLE_32_BITS:
                return take_fixed(cursor, 4, &ret_item->value);
        default:
                return false; /* Groups went out of use before this schema was written. */
        }
}

bool table_take_item(struct att_text *rest, struct table_item *ret_item)
{
        struct cursor cursor = cursor_of(*rest);

        if (!take_item(&cursor, ret_item)) {
                return false;
        }
        *rest = text_of(cursor);
        return true;
}

static const struct table_field *search(const struct table *table, uint32_t number)
{
        uint32_t low = 0;
        uint32_t high = table->count;

        while (low < high) {
                const uint32_t middle = low + (high - low) / 2;

                if (table->fields[middle].number < number) {
                        low = middle + 1;
                } else {
                        high = middle;
                }
        }
        return low < table->count && table->fields[low].number == number ? &table->fields[low]
                                                                         : NULL;
}

static inline const struct table_field *find(const struct table *table, uint32_t number)
{
        /* Most tables have no gaps. */
        if (number - 1 < table->count && table->fields[number - 1].number == number) {
                return &table->fields[number - 1];
        }
        return search(table, number);
}

const struct table_field *table_find(const struct table *table, uint32_t number)
{
        return find(table, number);
}

/* Failures ------------------------------------------------------------------------------------ */

static bool fail(struct table_decoder *decoder, enum att_wire_result result, const char *message)
{
        decoder->result = result;
        decoder->problem->field[0] = '\0';
        (void)snprintf(decoder->problem->message, sizeof(decoder->problem->message), "%s", message);
        return false;
}

static bool fail_malformed(struct table_decoder *decoder)
{
        return fail(decoder, ATT_WIRE_MALFORMED, "these bytes are not a message of this protocol");
}

/* Puts the field's name before what is known of the path so far. */
static bool fail_within(struct table_decoder *decoder, const struct table_field *field)
{
        char *path = decoder->problem->field;
        const size_t size = sizeof(decoder->problem->field);
        const size_t name_len = strlen(field->name);
        const size_t path_len = strlen(path);
        const size_t dot_len = path_len > 0;

        if (name_len + dot_len + path_len < size) {
                memmove(path + name_len + dot_len, path, path_len + 1);
                memcpy(path, field->name, name_len);
                if (dot_len > 0) {
                        path[name_len] = '.';
                }
        }
        return false;
}

static bool fail_field(struct table_decoder *decoder, const struct table_field *field,
                       const char *message)
{
        (void)fail(decoder, ATT_WIRE_INVALID, message);
        return fail_within(decoder, field);
}

static bool fail_range(struct table_decoder *decoder, const struct table_field *field)
{
        (void)fail_field(decoder, field, "");
        (void)snprintf(decoder->problem->message, sizeof(decoder->problem->message),
                       "must be a number from %lld to %lld", (long long)field->min,
                       (long long)field->max);
        return false;
}

static bool fail_long(struct table_decoder *decoder, const struct table_field *field)
{
        (void)fail_field(decoder, field, "");
        (void)snprintf(decoder->problem->message, sizeof(decoder->problem->message),
                       "is longer than %lld bytes", (long long)field->max);
        return false;
}

static bool fail_many(struct table_decoder *decoder, const struct table_field *field)
{
        (void)fail_field(decoder, field, "");
        (void)snprintf(decoder->problem->message, sizeof(decoder->problem->message),
                       "has more than %u items", field->items_max);
        return false;
}

/* Fields -------------------------------------------------------------------------------------- */

/* Most texts are ASCII, which takes eight bytes at a time. */
static bool is_good_text(struct att_text text)
{
        const uint64_t high_bits = UINT64_C(0x8080808080808080);
        const uint64_t low_bits = UINT64_C(0x0101010101010101);
        size_t i = 0;

        for (; i + 8 <= text.len; i += 8) {
                uint64_t word;

                memcpy(&word, text.data + i, sizeof(word));
                /* A high bit, or a byte of zero. */
                if ((word | (word - low_bits)) & high_bits) {
                        break;
                }
        }
        for (; i < text.len; i++) {
                if ((signed char)text.data[i] <= 0) {
                        return att_text_is_utf8((struct att_text){text.data + i, text.len - i});
                }
        }
        return true;
}

static inline bool check_text(struct table_decoder *decoder, const struct table_field *field,
                              struct att_text text)
{
        if (!decoder->is_checked) {
                return true;
        }
        if (field->max > 0 && text.len > (size_t)field->max) {
                return fail_long(decoder, field);
        }
        if (field->kind != TABLE_BYTES && !is_good_text(text)) {
                return fail_field(decoder, field, "is not UTF-8, or holds a NUL");
        }
        return true;
}

static void *take_memory(struct table_decoder *decoder, const struct table_field *field,
                         size_t count, size_t bytes_each)
{
        void *taken;

        if (decoder->arena) {
                return att_arena_take_array(field->is_passing ? decoder->passing : decoder->arena,
                                            count, bytes_each);
        }
        taken = att_scratch_take(decoder->scratch, count, bytes_each);
        if (!taken) {
                (void)fail(decoder, ATT_WIRE_TOO_BIG,
                           "the message holds more than is taken at a time");
                (void)fail_within(decoder, field);
        }
        return taken;
}

static bool decode_text(struct table_decoder *decoder, const struct table_field *field,
                        struct att_text bytes, void *place)
{
        if (!check_text(decoder, field, bytes)) {
                return false;
        }
        if (field->kind == TABLE_C_STRING) {
                char *copy = take_memory(decoder, field, bytes.len + 1, 1);

                if (!copy) {
                        return false;
                }
                memcpy(copy, bytes.data, bytes.len);
                *(const char **)place = copy;
        } else {
                *(struct att_text *)place = bytes;
        }
        return true;
}

static int64_t unzigzag(uint64_t value)
{
        return (int64_t)((value >> 1) ^ (~(value & 1) + 1));
}

static bool is_in_range(const struct table_field *field, int64_t number)
{
        return field->min == field->max || (number >= field->min && number <= field->max);
}

static bool decode_number(struct table_decoder *decoder, const struct table_field *field,
                          uint64_t raw, void *place)
{
        int64_t number = field->kind == TABLE_S64 ? unzigzag(raw) : (int64_t)raw;

        switch ((enum table_kind)field->kind) {
        case TABLE_BOOL:
        case TABLE_TRISTATE:
                number = raw != 0;
                break;
        case TABLE_ENUM:
                number = raw >= 1 && raw <= (uint64_t)field->max ? (int64_t)raw - 1 : field->absent;
                set_number(field, place, number);
                return true;
        case TABLE_INDEX:
        case TABLE_U32:
                if (raw > UINT32_MAX) {
                        return field->min == field->max
                                       ? fail_field(decoder, field, "is not a 32-bit number")
                                       : fail_range(decoder, field);
                }
                number = field->kind == TABLE_INDEX ? (uint32_t)(raw - 1) : number;
                break;
        case TABLE_I32:
                if (number < INT32_MIN || number > INT32_MAX) {
                        return fail_range(decoder, field);
                }
                break;
        case TABLE_U64:
        case TABLE_FIXED64:
        case TABLE_I64:
        case TABLE_S64:
        default:
                break;
        }
        if (decoder->is_checked && !is_in_range(field, number)) {
                return fail_range(decoder, field);
        }
        set_number(field, place, number);
        return true;
}

static uint32_t number_bytes(const struct table_field *field)
{
        return field->kind == TABLE_U64S || field->kind == TABLE_S64S ? 8 : 4;
}

/* How many items of the array there are from here to the end of the message, the first of them
 * taken already. */
static uint32_t count_items(const struct table_item *first, struct att_text rest, bool is_number)
{
        struct table_item item = *first;
        uint64_t count = 0;

        do {
                if (item.number != first->number) {
                        continue;
                }
                if (is_number && item.type == TABLE_LENGTH) {
                        for (size_t i = 0; i < item.bytes.len; i++) {
                                count += (unsigned char)item.bytes.data[i] < 0x80;
                        }
                } else {
                        count++;
                }
        } while (rest.len > 0 && table_take_item(&rest, &item));
        return count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
}

static void set_array_number(const struct table_field *field, void *array, uint32_t i, uint64_t raw)
{
        switch (field->kind) {
        case TABLE_U64S:
                ((uint64_t *)array)[i] = raw;
                break;
        case TABLE_S64S:
                ((int64_t *)array)[i] = unzigzag(raw);
                break;
        case TABLE_INDICES:
                ((uint32_t *)array)[i] = (uint32_t)raw - 1;
                break;
        default:
                ((uint32_t *)array)[i] = (uint32_t)raw;
                break;
        }
}

static bool decode_packed(struct table_decoder *decoder, const struct table_field *field,
                          const struct table_item *item, void *array, uint32_t *count)
{
        struct cursor cursor;
        uint64_t raw;

        if (item->type == TABLE_VARINT) {
                set_array_number(field, array, (*count)++, item->value);
                return true;
        }
        cursor = cursor_of(item->bytes);
        while (cursor.at < cursor.end) {
                if (!take_varint(&cursor, &raw)) {
                        return fail_malformed(decoder);
                }
                set_array_number(field, array, (*count)++, raw);
        }
        return true;
}

static bool decode_fixed_array(struct table_decoder *decoder, const struct table_field *field,
                               const struct table_item *item, void *place)
{
        uint32_t count = 0;

        if (count_items(item, ATT_TEXT_NONE, true) > field->items_max) {
                return fail_malformed(decoder);
        }
        return decode_packed(decoder, field, item, place, &count);
}

static bool decode_message(struct table_decoder *decoder, const struct table_field *field,
                           struct att_text bytes, void *place)
{
        return table_decode(decoder, field->sub, bytes, place) || fail_within(decoder, field);
}

/* The array and its count in the struct, and room for all its items if this is the first one. */
static void *open_array(struct table_decoder *decoder, const struct table_field *field,
                        const struct table_item *item, struct att_text rest, bool is_number,
                        void *value)
{
        void **array = at(value, field->offset);
        const uint32_t *count = at(value, field->count_offset);
        const size_t bytes_each = is_number                    ? number_bytes(field)
                                  : field->kind == TABLE_TEXTS ? sizeof(struct att_text)
                                                               : field->sub->size;
        uint32_t item_count;

        if (*count > 0) {
                return *array;
        }
        item_count = count_items(item, rest, is_number);
        if (decoder->is_checked && field->items_max > 0 && item_count > field->items_max) {
                (void)fail_many(decoder, field);
                return NULL;
        }
        *array = take_memory(decoder, field, item_count, bytes_each);
        return *array;
}

static bool decode_item(struct table_decoder *decoder, const struct table_field *field,
                        const struct table_item *item, struct att_text rest, void *value)
{
        const bool is_number = field->kind != TABLE_TEXTS && field->kind != TABLE_MESSAGES;
        uint32_t *count = at(value, field->count_offset);
        void *array = open_array(decoder, field, item, rest, is_number, value);
        void *place;

        if (!array) {
                return false;
        }
        if (is_number) {
                return decode_packed(decoder, field, item, array, count);
        }
        if (field->kind == TABLE_TEXTS) {
                if (!check_text(decoder, field, item->bytes)) {
                        return false;
                }
                ((struct att_text *)array)[(*count)++] = item->bytes;
                return true;
        }
        place = (char *)array + (size_t)*count * field->sub->size;
        (*count)++;
        table_set_absent(field->sub, place);
        return decode_message(decoder, field, item->bytes, place);
}

static bool decode_pointer(struct table_decoder *decoder, const struct table_field *field,
                           struct att_text bytes, void *place)
{
        void *struct_at = take_memory(decoder, field, 1, field->sub->size);

        if (!struct_at) {
                return false;
        }
        table_set_absent(field->sub, struct_at);
        *(const void **)place = struct_at;
        return decode_message(decoder, field, bytes, struct_at);
}

static bool decode_case(struct table_decoder *decoder, const struct table *table,
                        const struct table_field *field, struct att_text bytes, void *value)
{
        *(uint32_t *)at(value, table->tag_offset) = (uint32_t)field->tag;
        if (field->tag2 >= 0) {
                *(uint32_t *)at(value, table->tag2_offset) = (uint32_t)field->tag2;
        }
        table_set_absent(field->sub, at(value, field->offset));
        return table_decode(decoder, field->sub, bytes, at(value, field->offset));
}

static bool has_wire_type(const struct table_field *field, enum table_wire_type type)
{
        switch ((enum table_kind)field->kind) {
        case TABLE_IGNORED:
                return true;
        case TABLE_BOOL:
        case TABLE_TRISTATE:
        case TABLE_U32:
        case TABLE_INDEX:
        case TABLE_U64:
        case TABLE_I32:
        case TABLE_I64:
        case TABLE_S64:
        case TABLE_ENUM:
                return type == TABLE_VARINT;
        case TABLE_FIXED64:
                return type == TABLE_64_BITS;
        case TABLE_TEXT:
        case TABLE_C_STRING:
        case TABLE_BYTES:
        case TABLE_MESSAGE:
        case TABLE_POINTER:
        case TABLE_CASE:
        case TABLE_TEXTS:
        case TABLE_MESSAGES:
                return type == TABLE_LENGTH;
        case TABLE_U32S:
        case TABLE_INDICES:
        case TABLE_U32S_FIXED:
        case TABLE_U64S:
        case TABLE_S64S:
                return type == TABLE_LENGTH || type == TABLE_VARINT;
        }
        return false;
}

static bool decode_field(struct table_decoder *decoder, const struct table *table,
                         const struct table_field *field, const struct table_item *item,
                         struct att_text rest, void *value)
{
        void *place = at(value, field->offset);

        switch ((enum table_kind)field->kind) {
        case TABLE_IGNORED:
                return true;
        case TABLE_TEXT:
        case TABLE_C_STRING:
        case TABLE_BYTES:
                return decode_text(decoder, field, item->bytes, place);
        case TABLE_BOOL:
        case TABLE_TRISTATE:
        case TABLE_U32:
        case TABLE_INDEX:
        case TABLE_U64:
        case TABLE_FIXED64:
        case TABLE_I32:
        case TABLE_I64:
        case TABLE_S64:
        case TABLE_ENUM:
                return decode_number(decoder, field, item->value, place);
        case TABLE_MESSAGE:
                return decode_message(decoder, field, item->bytes, place);
        case TABLE_POINTER:
                return decode_pointer(decoder, field, item->bytes, place);
        case TABLE_CASE:
                return decode_case(decoder, table, field, item->bytes, value);
        case TABLE_U32S_FIXED:
                return decode_fixed_array(decoder, field, item, place);
        case TABLE_TEXTS:
        case TABLE_MESSAGES:
        case TABLE_U32S:
        case TABLE_INDICES:
        case TABLE_U64S:
        case TABLE_S64S:
                return decode_item(decoder, field, item, rest, value);
        }
        return false;
}

static bool check_required(struct table_decoder *decoder, const struct table *table,
                           const void *value)
{
        for (uint32_t i = 0; i < table->required; i++) {
                const struct table_field *field = &table->fields[i];
                const struct att_text *text = at_const(value, field->offset);

                if (text->len == 0) {
                        return fail_field(decoder, field, "must not be empty");
                }
        }
        return true;
}

bool table_decode(struct table_decoder *decoder, const struct table *table, struct att_text bytes,
                  void *value)
{
        struct cursor cursor = cursor_of(bytes);
        bool has_case = false;

        while (cursor.at < cursor.end) {
                const struct table_field *field;
                struct table_item item;

                if (!take_item(&cursor, &item)) {
                        return fail_malformed(decoder);
                }
                field = find(table, item.number);
                if (!field) {
                        continue;
                }
                if (field->kind == TABLE_TEXT && item.type == TABLE_LENGTH) {
                        /* What there is most of. */
                        if (!check_text(decoder, field, item.bytes)) {
                                return false;
                        }
                        /* Word by word: one store of 16 bytes would wait for the two of 8 that took
                         * the item apart. */
                        struct att_text *text = at(value, field->offset);

                        text->data = item.bytes.data;
                        text->len = item.bytes.len;
                        continue;
                }
                if (!has_wire_type(field, item.type)) {
                        return fail_malformed(decoder);
                }
                if (field->kind == TABLE_CASE) {
                        /* No sender of ours writes two, and one must not be taken for the other. */
                        if (has_case) {
                                return fail_malformed(decoder);
                        }
                        has_case = true;
                }
                if (!decode_field(decoder, table, field, &item, text_of(cursor), value)) {
                        return false;
                }
        }
        return !decoder->is_checked || check_required(decoder, table, value);
}

/* Writing ------------------------------------------------------------------------------------- */

size_t table_format_varint(uint8_t bytes[10], uint64_t value)
{
        size_t len = 0;

        while (value >= 0x80) {
                bytes[len++] = (uint8_t)(value | 0x80);
                value >>= 7;
        }
        bytes[len++] = (uint8_t)value;
        return len;
}

/* Room for a key and a number or length, and `more`. */
static inline unsigned char *reserve(struct att_buffer *into, size_t more)
{
        const size_t room = more + 2 * VARINT_BYTES_MAX;

        if (into->capacity - into->len <= room) {
                att_buffer_reserve(into, room);
        }
        return (unsigned char *)into->data + into->len;
}

static inline unsigned char *write_varint(unsigned char *to, uint64_t value)
{
        while (value >= 0x80) {
                *to++ = (unsigned char)(value | 0x80);
                value >>= 7;
        }
        *to++ = (unsigned char)value;
        return to;
}

static inline unsigned char *write_key(unsigned char *to, uint32_t number,
                                       enum table_wire_type type)
{
        return write_varint(to, (uint64_t)number << 3 | type);
}

static inline void commit(struct att_buffer *into, const unsigned char *to)
{
        into->len = (size_t)(to - (unsigned char *)into->data);
}

void table_put_varint(struct att_buffer *into, uint64_t value)
{
        commit(into, write_varint(reserve(into, 0), value));
}

static inline void put_number(struct att_buffer *into, uint32_t number, uint64_t value)
{
        commit(into, write_varint(write_key(reserve(into, 0), number, TABLE_VARINT), value));
}

void table_put_uint(struct att_buffer *into, uint32_t number, uint64_t value)
{
        if (value != 0) {
                put_number(into, number, value);
        }
}

void table_put_fixed64(struct att_buffer *into, uint32_t number, uint64_t value)
{
        unsigned char *to = write_key(reserve(into, 8), number, TABLE_64_BITS);

        for (int i = 0; i < 8; i++) {
                *to++ = (unsigned char)(value >> (8 * i));
        }
        commit(into, to);
}

/* Most texts are short, and a call would cost more than the copy: two words that may overlap. */
static inline unsigned char *write_bytes(unsigned char *to, struct att_text bytes)
{
        uint64_t first;
        uint64_t last;
        uint32_t low;
        uint32_t high;

        if (bytes.len > 16) {
                memcpy(to, bytes.data, bytes.len);
        } else if (bytes.len >= 8) {
                memcpy(&first, bytes.data, 8);
                memcpy(&last, bytes.data + bytes.len - 8, 8);
                memcpy(to, &first, 8);
                memcpy(to + bytes.len - 8, &last, 8);
        } else if (bytes.len >= 4) {
                memcpy(&low, bytes.data, 4);
                memcpy(&high, bytes.data + bytes.len - 4, 4);
                memcpy(to, &low, 4);
                memcpy(to + bytes.len - 4, &high, 4);
        } else {
                for (size_t i = 0; i < bytes.len; i++) {
                        to[i] = (unsigned char)bytes.data[i];
                }
        }
        return to + bytes.len;
}

static inline void put_bytes(struct att_buffer *into, uint32_t number, struct att_text bytes)
{
        unsigned char *to = write_key(reserve(into, bytes.len), number, TABLE_LENGTH);

        commit(into, write_bytes(write_varint(to, bytes.len), bytes));
}

void table_put_bytes(struct att_buffer *into, uint32_t number, struct att_text bytes)
{
        put_bytes(into, number, bytes);
}

/* A message whose length is known only afterwards: one byte is kept for it, and what was written
 * moves up when that is not enough. */
static size_t begin_message(struct att_buffer *into, uint32_t number)
{
        unsigned char *to = write_key(reserve(into, 1), number, TABLE_LENGTH);

        commit(into, to + 1);
        return into->len;
}

static void end_message(struct att_buffer *into, size_t begun)
{
        const size_t len = into->len - begun;
        uint8_t bytes[VARINT_BYTES_MAX];
        size_t length_bytes;

        if (len < 0x80) {
                into->data[begun - 1] = (char)len;
                return;
        }
        length_bytes = table_format_varint(bytes, len);
        (void)reserve(into, length_bytes);
        memmove(into->data + begun - 1 + length_bytes, into->data + begun, len);
        memcpy(into->data + begun - 1, bytes, length_bytes);
        into->len += length_bytes - 1;
}

void table_encode_field(struct att_buffer *into, uint32_t number, const struct table *table,
                        const void *value)
{
        const size_t begun = begin_message(into, number);

        table_encode(into, table, value);
        end_message(into, begun);
}

static uint64_t zigzag(int64_t number)
{
        return ((uint64_t)number << 1) ^ (number < 0 ? UINT64_MAX : 0);
}

static inline bool is_number(const struct table_field *field)
{
        return field->kind >= TABLE_BOOL && field->kind <= TABLE_ENUM;
}

static inline int64_t get_number(const struct table_field *field, const void *place)
{
        switch ((enum table_kind)field->kind) {
        case TABLE_BOOL:
                return *(const bool *)place;
        case TABLE_TRISTATE:
        case TABLE_I32:
                return *(const int32_t *)place;
        case TABLE_U32:
        case TABLE_INDEX:
        case TABLE_ENUM:
                return *(const uint32_t *)place;
        default:
                return *(const int64_t *)place;
        }
}

static inline bool is_absent(const struct table_field *field, int64_t number)
{
        return number == field->absent || (field->is_negative_absent && number < 0);
}

/* A row whose number is 0 and has nothing to say then. */
static inline bool is_left_out(const struct table_field *field, int64_t number)
{
        return field->has_presence
                       ? is_absent(field, number)
                       : number == 0 && field->kind != TABLE_ENUM && field->kind != TABLE_INDEX;
}

static inline void encode_number(struct att_buffer *into, const struct table_field *field,
                                 const void *place)
{
        const int64_t number = get_number(field, place);
        uint64_t raw = (uint64_t)number;

        if (is_left_out(field, number)) {
                return;
        }
        switch ((enum table_kind)field->kind) {
        case TABLE_ENUM:
                raw = raw < (uint64_t)field->max ? raw + 1 : 0;
                break;
        case TABLE_INDEX:
                raw = (uint32_t)(raw + 1);
                break;
        case TABLE_S64:
                raw = zigzag(number);
                break;
        case TABLE_FIXED64:
                if (raw != 0) {
                        table_put_fixed64(into, field->number, raw);
                }
                return;
        default:
                break;
        }
        if (raw != 0 || field->has_presence) {
                put_number(into, field->number, raw);
        }
}

static uint64_t get_array_number(const struct table_field *field, const void *array, uint32_t i)
{
        switch (field->kind) {
        case TABLE_U64S:
                return ((const uint64_t *)array)[i];
        case TABLE_S64S:
                return zigzag(((const int64_t *)array)[i]);
        case TABLE_INDICES:
                return (uint32_t)(((const uint32_t *)array)[i] + 1);
        default:
                return ((const uint32_t *)array)[i];
        }
}

static void encode_packed(struct att_buffer *into, const struct table_field *field,
                          const void *array, uint32_t count)
{
        size_t begun;

        if (count == 0) {
                return;
        }
        begun = begin_message(into, field->number);
        for (uint32_t i = 0; i < count; i++) {
                table_put_varint(into, get_array_number(field, array, i));
        }
        end_message(into, begun);
}

static void encode_items(struct att_buffer *into, const struct table_field *field,
                         const void *value)
{
        const void *array = *(const void *const *)at_const(value, field->offset);
        const uint32_t count = *(const uint32_t *)at_const(value, field->count_offset);

        for (uint32_t i = 0; i < count; i++) {
                if (field->kind == TABLE_TEXTS) {
                        table_put_bytes(into, field->number, ((const struct att_text *)array)[i]);
                } else {
                        table_encode_field(into, field->number, field->sub,
                                           (const char *)array + (size_t)i * field->sub->size);
                }
        }
}

static inline void encode_text(struct att_buffer *into, const struct table_field *field,
                               struct att_text text)
{
        if (text.len > 0) {
                put_bytes(into, field->number, text);
        }
}

/* A message inside: not at all if it is empty, as its absence says the same. */
static void encode_inner(struct att_buffer *into, const struct table_field *field,
                         const void *place)
{
        const size_t before = into->len;
        const size_t begun = begin_message(into, field->number);

        table_encode(into, field->sub, place);
        if (into->len == begun) {
                into->len = before;
        } else {
                end_message(into, begun);
        }
}

/* Of a run of cases the one that holds, if any; gives the last of the run. A oneof has dozens, so that
 * nothing but their tags is looked at. */
static const struct table_field *encode_case(struct att_buffer *into, const struct table *table,
                                             const struct table_field *field,
                                             const struct table_field *end, const void *value)
{
        const uint32_t tag = *(const uint32_t *)at_const(value, table->tag_offset);

        for (; field < end && field->kind == TABLE_CASE; field++) {
                if ((uint32_t)field->tag == tag &&
                    (field->tag2 < 0 || *(const uint32_t *)at_const(value, table->tag2_offset) ==
                                                (uint32_t)field->tag2)) {
                        table_encode_field(into, field->number, field->sub,
                                           at_const(value, field->offset));
                }
        }
        return field - 1;
}

static inline void encode_pointer(struct att_buffer *into, const struct table_field *field,
                                  const void *inner)
{
        if (inner) {
                table_encode_field(into, field->number, field->sub, inner);
        }
}

/* What is neither a plain text nor a number nor a case. */
static void encode_other(struct att_buffer *into, const struct table_field *field,
                         const void *value)
{
        const void *place = at_const(value, field->offset);

        switch ((enum table_kind)field->kind) {
        case TABLE_BYTES:
                encode_text(into, field, *(const struct att_text *)place);
                break;
        case TABLE_C_STRING:
                encode_text(into, field, att_text_from(*(const char *const *)place));
                break;
        case TABLE_MESSAGE:
                encode_inner(into, field, place);
                break;
        case TABLE_POINTER:
                encode_pointer(into, field, *(const void *const *)place);
                break;
        case TABLE_TEXTS:
        case TABLE_MESSAGES:
                encode_items(into, field, value);
                break;
        case TABLE_U32S_FIXED:
                encode_packed(into, field, place, field->items_max);
                break;
        case TABLE_U32S:
        case TABLE_INDICES:
        case TABLE_U64S:
        case TABLE_S64S:
                encode_packed(into, field, *(const void *const *)place,
                              *(const uint32_t *)at_const(value, field->count_offset));
                break;
        case TABLE_IGNORED:
        case TABLE_TEXT:
        case TABLE_BOOL:
        case TABLE_TRISTATE:
        case TABLE_U32:
        case TABLE_INDEX:
        case TABLE_U64:
        case TABLE_FIXED64:
        case TABLE_I32:
        case TABLE_I64:
        case TABLE_S64:
        case TABLE_ENUM:
        case TABLE_CASE:
                break;
        }
}

/* Nine rows in ten say nothing, and most are texts, numbers or cases: those are passed over with a look,
 * which takes half the instructions of a switch over all kinds. */
void table_encode(struct att_buffer *into, const struct table *table, const void *value)
{
        const struct table_field *const end = table->fields + table->count;

        for (const struct table_field *field = table->fields; field < end; field++) {
                if (field->kind == TABLE_TEXT) {
                        encode_text(into, field,
                                    *(const struct att_text *)at_const(value, field->offset));
                } else if (is_number(field)) {
                        encode_number(into, field, at_const(value, field->offset));
                } else if (field->kind == TABLE_CASE) {
                        field = encode_case(into, table, field, end, value);
                } else {
                        encode_other(into, field, value);
                }
        }
        (void)reserve(into, 0);
        into->data[into->len] = '\0';
}
