/* SPDX-License-Identifier: Apache-2.0 */
/* What a stranger may send: frames cut anywhere, and whatever is in them. What is read must be
 * writable, and read again as the same bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/wire/codec.h"
#include "lib/wire/frame.h"
#include "tests/fuzz/fuzz.h"

static struct att_scratch scratch;
static struct att_scratch second_scratch;
static struct att_buffer first;
static struct att_buffer second;

static void check_frame(struct att_text frame)
{
        static struct att_wire_message message;
        static struct att_wire_message again;
        struct att_wire_problem problem;

        if (att_wire_decode(frame, &scratch, &message, &problem) != ATT_WIRE_OK) {
                return;
        }
        att_buffer_clear(&first);
        if (!att_wire_encode(&first, &message)) {
                return; /* As read it has fewer bytes than as we write it: 0 is not written, -0 is. */
        }
        att_wire_decode_again(frame, &second_scratch, &again);
        att_buffer_clear(&second);
        ATT_CHECK(att_wire_encode(&second, &again));
        ATT_CHECK(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
        /* Not everything that was written by others is what we write; but ours stays as it is. */
        ATT_CHECK(att_wire_decode((struct att_text){first.data + ATT_FRAME_HEADER_BYTES,
                                                    first.len - ATT_FRAME_HEADER_BYTES},
                                  &second_scratch, &again, &problem) == ATT_WIRE_OK);
        att_buffer_clear(&second);
        ATT_CHECK(att_wire_encode(&second, &again));
        ATT_CHECK(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
}

/* The first byte says how long the reads are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct att_frame_reader reader;
        size_t read_bytes;
        bool is_open = true;

        if (scratch.size == 0) {
                att_scratch_init(&scratch, ATT_SCRATCH_DAEMON_BYTES);
                att_scratch_init(&second_scratch, ATT_SCRATCH_CLIENT_BYTES);
        }
        if (size == 0) {
                return 0;
        }
        read_bytes = data[0] > 0 ? data[0] : size;
        att_frame_reader_init(&reader, ATT_FRAME_BYTES_MAX);
        for (size_t at = 1; at < size && is_open; at += read_bytes) {
                const size_t len = size - at < read_bytes ? size - at : read_bytes;
                char *copy = malloc(len);
                enum att_frame_result result;
                struct att_text frame;

                ATT_CHECK(copy);
                memcpy(copy, data + at, len);
                att_frame_reader_feed(&reader, copy, len);
                while ((result = att_frame_reader_take(&reader, &frame)) == ATT_FRAME_OK) {
                        check_frame(frame);
                }
                is_open = result == ATT_FRAME_MORE;
                free(copy);
        }
        att_frame_reader_deinit(&reader);
        return 0;
}
