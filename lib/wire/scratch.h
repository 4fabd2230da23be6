/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scratch memory for what is decoded from one frame: arrays, and texts where they cannot point into
 * the frame itself. It has a limit, is emptied for the next frame and keeps its memory.
 *
 * One per thread that decodes is enough: what was decoded is good until the next reset.
 */
#ifndef ATT_LIB_WIRE_SCRATCH_H
#define ATT_LIB_WIRE_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

#define ATT_SCRATCH_DAEMON_BYTES (256 * 1024) /* For requests. */
#define ATT_SCRATCH_CLIENT_BYTES                                                                   \
        (4 * 1024 * 1024) /* For lists: rows are bigger than their bytes. */

struct att_scratch {
        char *memory; /* Owned; `size` bytes, touched only as far as they are used. */
        size_t size;
        size_t used;
        bool is_exhausted; /* Something was refused since the last reset. */
};

void att_scratch_init(struct att_scratch *scratch, size_t bytes_max);
void att_scratch_deinit(struct att_scratch *scratch);
void att_scratch_reset(struct att_scratch *scratch);
/* Zeroed, aligned for any type; NULL when the limit is reached. */
void *att_scratch_take(struct att_scratch *scratch, size_t count, size_t bytes_each);

#endif
