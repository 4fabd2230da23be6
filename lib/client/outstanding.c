/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/client/outstanding.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/client/client.h"

#define CAPACITY_FIRST 64

static struct outstanding_request *request_at(const struct outstanding *outstanding, size_t i)
{
        return &outstanding->requests[(outstanding->first + i) & (outstanding->capacity - 1)];
}

void outstanding_deinit(struct outstanding *outstanding)
{
        free(outstanding->requests);
        att_buffer_deinit(&outstanding->frames);
        *outstanding = (struct outstanding){0};
}

bool outstanding_has_room(const struct outstanding *outstanding, size_t bytes)
{
        return outstanding->count < ATT_CLIENT_REQUESTS_MAX &&
               outstanding->frames.len - outstanding->frames_dropped + bytes <=
                       ATT_CLIENT_REQUEST_BYTES_MAX;
}

static void grow(struct outstanding *outstanding)
{
        const size_t capacity = outstanding->capacity > 0 ? outstanding->capacity * 2
                                                          : CAPACITY_FIRST;
        struct outstanding_request *requests = att_alloc_array(capacity, sizeof(*requests));

        for (size_t i = 0; i < outstanding->count; i++) {
                requests[i] = *request_at(outstanding, i);
        }
        free(outstanding->requests);
        outstanding->requests = requests;
        outstanding->capacity = capacity;
        outstanding->first = 0;
}

void outstanding_add(struct outstanding *outstanding, uint64_t request_id, const void *frame,
                     size_t bytes)
{
        if (outstanding->count == outstanding->capacity) {
                grow(outstanding);
        }
        *request_at(outstanding, outstanding->count) = (struct outstanding_request){
                .request_id = request_id, .bytes = bytes};
        outstanding->count++;
        att_buffer_append(&outstanding->frames, frame, bytes);
}

/* Moves the bytes only when half of them are of no use, so that each is moved once on average. */
static void drop_frames(struct outstanding *outstanding)
{
        if (outstanding->count == 0) {
                att_buffer_clear(&outstanding->frames);
                outstanding->frames_dropped = 0;
        } else if (outstanding->frames_dropped > outstanding->frames.len / 2) {
                att_buffer_drop_front(&outstanding->frames, outstanding->frames_dropped);
                outstanding->frames_dropped = 0;
        }
}

static void drop_answered(struct outstanding *outstanding)
{
        while (outstanding->count > 0 && request_at(outstanding, 0)->is_answered) {
                outstanding->frames_dropped += request_at(outstanding, 0)->bytes;
                outstanding->first++;
                outstanding->count--;
                outstanding->answered--;
        }
        drop_frames(outstanding);
}

static struct outstanding_request *find(const struct outstanding *outstanding, uint64_t request_id)
{
        size_t low = 0;
        size_t high = outstanding->count;

        while (low < high) {
                const size_t middle = low + (high - low) / 2;

                if (request_at(outstanding, middle)->request_id < request_id) {
                        low = middle + 1;
                } else {
                        high = middle;
                }
        }
        if (low == outstanding->count || request_at(outstanding, low)->request_id != request_id) {
                return NULL;
        }
        return request_at(outstanding, low);
}

bool outstanding_answer(struct outstanding *outstanding, uint64_t request_id)
{
        struct outstanding_request *request = find(outstanding, request_id);

        if (!request || request->is_answered) {
                return false;
        }
        request->is_answered = true;
        outstanding->answered++;
        drop_answered(outstanding);
        return true;
}

size_t outstanding_waiting(const struct outstanding *outstanding)
{
        return outstanding->count - outstanding->answered;
}

void outstanding_put(const struct outstanding *outstanding, struct att_buffer *into)
{
        size_t at = outstanding->frames_dropped;

        for (size_t i = 0; i < outstanding->count; i++) {
                const struct outstanding_request *request = request_at(outstanding, i);

                if (!request->is_answered) {
                        att_buffer_append(into, outstanding->frames.data + at, request->bytes);
                }
                at += request->bytes;
        }
        ATT_CHECK(at == outstanding->frames.len);
}
