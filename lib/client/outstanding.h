/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that wait for their answer, with the bytes to send them again. Internal to lib/client. */
#ifndef ATT_LIB_CLIENT_OUTSTANDING_H
#define ATT_LIB_CLIENT_OUTSTANDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buffer.h"

struct outstanding_request {
        uint64_t request_id;
        size_t bytes; /* Of its frame. */
        bool is_answered;
};

/* In the order sent, which is that of their numbers. The answered ones at the front go at once, one
 * in the middle when all before it have gone. */
struct outstanding {
        struct outstanding_request *requests; /* Owned ring. */
        size_t capacity;                      /* A power of two, or 0. */
        size_t first;
        size_t count;
        size_t answered; /* Of the count. */
        struct att_buffer frames;
        size_t frames_dropped; /* Bytes at the front that belong to no request any more. */
};

void outstanding_deinit(struct outstanding *outstanding);
bool outstanding_has_room(const struct outstanding *outstanding, size_t bytes);
void outstanding_add(struct outstanding *outstanding, uint64_t request_id, const void *frame,
                     size_t bytes);
/* False if it was not waited for. */
bool outstanding_answer(struct outstanding *outstanding, uint64_t request_id);
size_t outstanding_waiting(const struct outstanding *outstanding);
/* The frames of all that have no answer, in order. */
void outstanding_put(const struct outstanding *outstanding, struct att_buffer *into);

#endif
