/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/outbox.h"

#include "lib/base/check.h"

/* An empty outbox gives back memory beyond this. */
#define KEPT_BYTES_MAX 65536

void outbox_init(struct outbox *outbox)
{
        *outbox = (struct outbox){0};
        att_list_init(&outbox->in_batch);
        att_list_init(&outbox->in_committing);
}

void outbox_deinit(struct outbox *outbox)
{
        att_list_remove(&outbox->in_batch);
        att_list_remove(&outbox->in_committing);
        att_buffer_deinit(&outbox->bytes);
        outbox->released = 0;
        outbox->committing = 0;
}

void outbox_begin_commit(struct outbox *outbox)
{
        ATT_CHECK(outbox->committing == outbox->released);
        outbox->committing = outbox->bytes.len;
}

void outbox_end_commit(struct outbox *outbox)
{
        outbox->released = outbox->committing;
}

struct att_text outbox_ready(const struct outbox *outbox)
{
        return att_text_of(outbox->bytes.data, outbox->released);
}

void outbox_drop(struct outbox *outbox, size_t len)
{
        ATT_CHECK(len <= outbox->released);
        att_buffer_drop_front(&outbox->bytes, len);
        outbox->released -= len;
        outbox->committing -= len;
        if (outbox->bytes.len == 0 && outbox->bytes.capacity > KEPT_BYTES_MAX) {
                att_buffer_deinit(&outbox->bytes);
        }
}

size_t outbox_pending(const struct outbox *outbox)
{
        return outbox->bytes.len;
}
