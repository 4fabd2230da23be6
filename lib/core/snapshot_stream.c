/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/snapshot_stream.h"

#include "lib/model/config.h"

void stream_say_wrong(struct stream *stream, const char *what)
{
        if (stream_is_read(stream) && !stream->wrong) {
                stream->wrong = what;
                stream->wrong_at = stream->at;
        }
}

static size_t bytes_left(const struct stream *stream)
{
        return stream->from.len - stream->at;
}

static unsigned take_byte(struct stream *stream)
{
        if (!stream_expect(stream, bytes_left(stream) > 0, "the end")) {
                return 0;
        }
        return (unsigned char)stream->from.data[stream->at++];
}

/* ---- Numbers ---- */

#define NUMBER_BYTES_MAX 10

static void put_number(struct stream *stream, uint64_t value)
{
        char bytes[NUMBER_BYTES_MAX];
        size_t count = 0;

        while (value >= 0x80) {
                bytes[count++] = (char)(value | 0x80);
                value >>= 7;
        }
        bytes[count++] = (char)value;
        att_buffer_append(stream->into, bytes, count);
}

static uint64_t take_number(struct stream *stream)
{
        uint64_t value = 0;

        for (unsigned shift = 0; shift < 64; shift += 7) {
                uint64_t byte = take_byte(stream);
                bool is_last = byte < 0x80;
                /* One way to write each number: no bits beyond the 64th, no empty group last. */
                if (!stream_expect(stream, (byte & 0x7f) << shift >> shift == (byte & 0x7f),
                                   "a number") ||
                    !stream_expect(stream, !is_last || byte > 0 || shift == 0, "a number")) {
                        return 0;
                }
                value |= (byte & 0x7f) << shift;
                if (is_last) {
                        return value;
                }
        }
        (void)stream_expect(stream, false, "a number");
        return 0;
}

void stream_long_number(struct stream *stream, uint64_t *value)
{
        if (stream_is_read(stream)) {
                *value = take_number(stream);
        } else {
                put_number(stream, *value);
        }
}

void stream_signed(struct stream *stream, int64_t *value)
{
        uint64_t folded = (uint64_t)*value << 1 ^ (*value < 0 ? UINT64_MAX : 0);
        stream_number(stream, &folded);
        *value = (int64_t)(folded >> 1 ^ (folded & 1 ? UINT64_MAX : 0));
}

void stream_u32(struct stream *stream, uint32_t *value)
{
        uint64_t number = *value;
        stream_number(stream, &number);
        *value = stream_expect(stream, number <= UINT32_MAX, "a number") ? (uint32_t)number : 0;
}

void stream_flag(struct stream *stream, bool *value)
{
        uint32_t number = *value;
        stream_below(stream, &number, 2, "a yes or no");
        *value = number == 1;
}

void stream_fixed(struct stream *stream, uint64_t *value, int bytes)
{
        uint64_t number = 0;
        for (int i = 0; i < bytes; i++) {
                if (stream_is_read(stream)) {
                        number |= (uint64_t)take_byte(stream) << (8 * i);
                } else {
                        att_buffer_append_byte(stream->into, (char)(*value >> (8 * i)));
                }
        }
        if (stream_is_read(stream)) {
                *value = number;
        }
}

void stream_digest(struct stream *stream, struct att_digest *value)
{
        stream_fixed(stream, &value->high, 8);
        stream_fixed(stream, &value->low, 8);
}

void stream_text(struct stream *stream, struct att_text *value, size_t bytes_max)
{
        uint64_t len = value->len;
        stream_number(stream, &len);
        if (!stream_is_read(stream)) {
                att_buffer_append_text(stream->into, *value);
                return;
        }
        *value = ATT_TEXT_NONE;
        if (stream_expect(stream, len <= bytes_left(stream), "the end") &&
            stream_expect(stream, len <= bytes_max, "a text that is too long") && len > 0) {
                *value = att_text_of(stream->from.data + stream->at, (size_t)len);
                stream->at += (size_t)len;
        }
}

/* ---- Numbers with a meaning ---- */

void stream_below(struct stream *stream, uint32_t *value, uint32_t limit, const char *what)
{
        stream_u32(stream, value);
        if (!stream_expect(stream, *value < limit, what)) {
                *value = 0;
        }
}

void stream_index(struct stream *stream, uint32_t *value, uint32_t limit, const char *what)
{
        uint32_t number = *value + 1; /* ATT_NONE is 0. */
        stream_u32(stream, &number);
        *value = stream_expect(stream, number <= limit, what) ? number - 1 : ATT_NONE;
}

void stream_within(struct stream *stream, int64_t *value, int64_t low, int64_t high,
                   const char *what)
{
        stream_signed(stream, value);
        if (!stream_expect(stream, *value >= low && *value <= high, what)) {
                *value = low;
        }
}

void stream_count(struct stream *stream, uint32_t *value, uint32_t most, const char *what)
{
        stream_u32(stream, value);
        if (!stream_expect(stream, *value <= most, what) ||
            (stream_is_read(stream) &&
             !stream_expect(stream, *value <= bytes_left(stream), "the end"))) {
                *value = 0;
        }
}
