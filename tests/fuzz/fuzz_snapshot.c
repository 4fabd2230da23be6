/* SPDX-License-Identifier: Apache-2.0 */
/* A damaged snapshot file. So that more than its checksum is tried, the same bytes are tried with a
 * right one too. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/digest.h"
#include "lib/store/snapshot.h"
#include "tests/fuzz/fuzz.h"

#define SUM_BYTES 16

/* Every part lies within the bytes. */
static void check_part(struct att_text bytes, struct att_text part)
{
        ATT_CHECK(part.len == 0 ||
                  (part.data >= bytes.data && part.data + part.len <= bytes.data + bytes.len));
}

static void try(struct att_text bytes)
{
        struct att_snapshot snapshot;
        struct att_buffer why = {0};

        if (att_snapshot_parse(bytes, "snapshot", &snapshot, &why) == 0) {
                check_part(bytes, snapshot.config);
                check_part(bytes, snapshot.engine);
                check_part(bytes, snapshot.shell);
                ATT_CHECK(why.len == 0);
        } else {
                ATT_CHECK(why.len > 0);
        }
        att_buffer_deinit(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char *copy = malloc(size + 1);

        ATT_CHECK(copy);
        if (size > 0) {
                memcpy(copy, data, size);
        }
        try((struct att_text){copy, size});
        if (size >= SUM_BYTES) {
                struct att_digest sum = att_digest_of(copy, size - SUM_BYTES);

                for (int i = 0; i < 8; i++) {
                        copy[size - 16 + (size_t)i] = (char)(sum.high >> (8 * i));
                        copy[size - 8 + (size_t)i] = (char)(sum.low >> (8 * i));
                }
                try((struct att_text){copy, size});
        }
        free(copy);
        return 0;
}
