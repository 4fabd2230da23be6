/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/scratch.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"

#define ALIGNMENT _Alignof(max_align_t)

void att_scratch_init(struct att_scratch *scratch, size_t bytes_max)
{
        *scratch = (struct att_scratch){.size = bytes_max};
}

void att_scratch_deinit(struct att_scratch *scratch)
{
        free(scratch->memory);
        *scratch = (struct att_scratch){0};
}

void att_scratch_reset(struct att_scratch *scratch)
{
        scratch->used = 0;
        scratch->is_exhausted = false;
}

void *att_scratch_take(struct att_scratch *scratch, size_t count, size_t bytes_each)
{
        const size_t start = (scratch->used + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
        size_t bytes;
        void *taken;

        if (__builtin_mul_overflow(count, bytes_each, &bytes) || start > scratch->size ||
            bytes > scratch->size - start) {
                scratch->is_exhausted = true;
                return NULL;
        }
        if (!scratch->memory) {
                /* Not zeroed: the pages that are never used are never touched. */
                scratch->memory = malloc(scratch->size);
                ATT_CHECK(scratch->memory);
        }
        taken = scratch->memory + start;
        scratch->used = start + bytes;
        memset(taken, 0, bytes);
        return taken;
}
