/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a saved state, written and read by the same calls: what is written of a thing and
 * what is read of it stands in one place and cannot come apart.
 *
 *      stream_number(stream, &queue->recent_entered);          // puts it, or takes it
 *      stream_expect(stream, queue->answer_gap_ms >= -1, "a queue's times");
 *
 * Numbers are written in groups of seven bits, the least first, with the eighth bit on all but the
 * last; signed ones as twice the number, or twice the number's complement and one; texts as their
 * length and bytes. So the same state gives the same bytes on every machine.
 *
 * The first thing that is wrong in what is read is remembered with its place; from then on nothing
 * more is read and every number is 0. Whoever goes on by what was read asks stream_is_fine() first.
 */
#ifndef ATT_LIB_CORE_SNAPSHOT_STREAM_H
#define ATT_LIB_CORE_SNAPSHOT_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/digest.h"
#include "lib/base/text.h"

struct stream {
        struct att_buffer *into; /* Borrowed; NULL: it is read. */
        struct att_text from;
        size_t at;         /* In `from`. */
        const char *wrong; /* NULL: nothing so far. */
        size_t wrong_at;
};

static inline bool stream_is_read(const struct stream *stream)
{
        return stream->into == NULL;
}

static inline bool stream_is_fine(const struct stream *stream)
{
        return stream->wrong == NULL;
}

void stream_say_wrong(struct stream *stream, const char *what);

/* Something that must hold of what was read. Returns whether all has been fine so far. */
static inline bool stream_expect(struct stream *stream, bool holds, const char *what)
{
        if (__builtin_expect(!holds, 0)) {
                stream_say_wrong(stream, what);
        }
        return stream_is_fine(stream);
}

void stream_long_number(struct stream *stream, uint64_t *value); /* Of any length. */

/* Most numbers are one byte. */
static inline void stream_number(struct stream *stream, uint64_t *value)
{
        struct att_buffer *into = stream->into;
        if (into && *value < 0x80 && into->len + 1 < into->capacity) {
                into->data[into->len++] = (char)*value;
        } else if (!into && stream_is_fine(stream) && stream->at < stream->from.len &&
                   (unsigned char)stream->from.data[stream->at] < 0x80) {
                *value = (unsigned char)stream->from.data[stream->at++];
        } else {
                stream_long_number(stream, value);
        }
}

void stream_signed(struct stream *stream, int64_t *value);
void stream_u32(struct stream *stream, uint32_t *value);
void stream_flag(struct stream *stream, bool *value);
void stream_fixed(struct stream *stream, uint64_t *value, int bytes); /* Little-endian. */
void stream_digest(struct stream *stream, struct att_digest *value);
/* One that is read is borrowed from the bytes. */
void stream_text(struct stream *stream, struct att_text *value, size_t bytes_max);

/* A number below a limit: an index, a choice, a count. */
void stream_below(struct stream *stream, uint32_t *value, uint32_t limit, const char *what);
/* The same, or ATT_NONE. */
void stream_index(struct stream *stream, uint32_t *value, uint32_t limit, const char *what);
/* A signed number within bounds, both included. */
void stream_within(struct stream *stream, int64_t *value, int64_t low, int64_t high,
                   const char *what);
/* How many things follow, a byte each at the least. */
void stream_count(struct stream *stream, uint32_t *value, uint32_t most, const char *what);

#endif
