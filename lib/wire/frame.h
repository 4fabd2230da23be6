/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames: a 4-byte big-endian length and so many bytes of one Envelope.
 *
 *      struct att_frame_reader reader;
 *      att_frame_reader_init(&reader, ATT_FRAME_HELLO_BYTES_MAX);
 *      ...
 *      att_frame_reader_feed(&reader, bytes, len);             // what a read gave
 *      while ((result = att_frame_reader_take(&reader, &frame)) == ATT_FRAME_OK) {
 *              ... decode `frame`: it points into `bytes`, or into the reader ...
 *      }
 *      if (result != ATT_FRAME_MORE) close the connection; only then may `bytes` go away
 *
 * A reader copies only what is left over of a frame, so that a read with whole frames costs no
 * copy. It holds at most one frame and one read.
 */
#ifndef ATT_LIB_WIRE_FRAME_H
#define ATT_LIB_WIRE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/text.h"

#define ATT_FRAME_HEADER_BYTES    4
#define ATT_FRAME_BYTES_MAX       65536 /* Of the envelope, without the header. */
#define ATT_FRAME_HELLO_BYTES_MAX 4096  /* Before the hello is done. */

enum att_frame_result {
        ATT_FRAME_OK = 0,
        ATT_FRAME_MORE,    /* No whole frame is there. The reader has kept the rest. */
        ATT_FRAME_TOO_BIG, /* Announced more than the limit. Nothing more can be taken. */
        ATT_FRAME_HTTP,    /* The first bytes are a request of HTTP: send
                                   att_frame_http_answer() and close. */
        ATT_FRAME_TLS,     /* The first bytes are a TLS handshake. */
};

struct att_frame_reader {
        struct att_buffer kept; /* Owned: bytes of former reads. */
        size_t kept_taken;      /* Of them, already handed out. */
        struct att_text input;  /* Borrowed until take says it is used up. */
        uint32_t bytes_max;
        bool has_begun; /* A frame was taken: nobody speaks HTTP here. */
};

void att_frame_reader_init(struct att_frame_reader *reader, uint32_t bytes_max);
void att_frame_reader_deinit(struct att_frame_reader *reader);
/* Once the hello is done: ATT_FRAME_BYTES_MAX. Also between two takes. */
void att_frame_reader_set_limit(struct att_frame_reader *reader, uint32_t bytes_max);

/* The bytes are borrowed until take gives anything but ATT_FRAME_OK; feed again only then. */
void att_frame_reader_feed(struct att_frame_reader *reader, const void *bytes, size_t len);
/* The frame is good until the next feed (and no longer than the bytes fed). */
ATT_MUST_USE enum att_frame_result att_frame_reader_take(struct att_frame_reader *reader,
                                                         struct att_text *ret_frame);
/* Before `bytes` go away although take would have given more: what is left is copied. */
void att_frame_reader_keep(struct att_frame_reader *reader);
/* Bytes that wait for the rest of their frame. */
size_t att_frame_reader_pending(const struct att_frame_reader *reader);

/* What someone who speaks HTTP to the socket is told: a whole answer, to be sent as it is. */
struct att_text att_frame_http_answer(void);

/* Writing by hand: begin remembers where, the caller appends the envelope, end puts in the length.
 * False (and the buffer as it was before) when it is over ATT_FRAME_BYTES_MAX. */
size_t att_frame_begin(struct att_buffer *into);
ATT_MUST_USE bool att_frame_end(struct att_buffer *into, size_t begun);

#endif
