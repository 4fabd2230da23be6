/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pushes of one front end's session and its resumptions: encoded frames with ids 1, 2, 3 ...,
 * kept until they are acknowledged, so that a session that takes up an earlier one gets what that
 * one may have missed, in order. At most PUSH_WINDOW are sent and unacknowledged; the rest waits.
 *
 *      if (push_window_is_full(window)) { the front end is too slow }
 *      id = push_window_next_id(window);
 *      att_wire_put_push(&window->bytes, id, ...);
 *      push_window_added(window, now_ms);
 *      while (push_window_take(window, &frame)) { put the frame into the outbox }
 */
#ifndef ATT_DAEMON_PUSH_WINDOW_H
#define ATT_DAEMON_PUSH_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/text.h"

#define PUSH_WINDOW           1024 /* Sent and unacknowledged. */
#define PUSH_WINDOW_KEPT_MAX  16384
#define PUSH_WINDOW_BYTES_MAX ((size_t)16 << 20)

struct kept_push {
        int64_t added_ms;
        uint32_t len; /* Of its frame. */
};

struct push_window {
        struct att_buffer bytes; /* Frames, one after the other; `head` of them are done with. */
        size_t head;
        struct kept_push *kept; /* Owned ring. */
        size_t kept_capacity;   /* A power of two. */
        uint64_t first_id;      /* Of the oldest kept; also of the next one if none is. */
        uint64_t end_id;        /* Of the next one. */
        uint64_t unsent_id;     /* Of the first that is to be sent. */
        size_t unsent_at;       /* Where its frame begins in `bytes`. */
        size_t added_at;        /* Where the bytes ended at the last push_window_added(). */
};

void push_window_init(struct push_window *window);
void push_window_deinit(struct push_window *window);

uint64_t push_window_next_id(const struct push_window *window);
void push_window_added(struct push_window *window, int64_t now_ms); /* Never going back. */
bool push_window_is_full(const struct push_window *window);
size_t push_window_kept(const struct push_window *window);

/* Whether all that was added up to then is acknowledged. */
bool push_window_is_acknowledged(const struct push_window *window, int64_t until_ms);

/* The next frame to send; good until the next change. False: none, or the window is closed. */
bool push_window_take(struct push_window *window, struct att_text *ret_frame);
/* All up to this one are dealt with. Ids that were never sent, or are gone, are fine. */
void push_window_acknowledge(struct push_window *window, uint64_t id);
/* Forgets all that is kept; ids go on. */
void push_window_clear(struct push_window *window);
/* Another session takes it up, which has seen all up to this one: the rest is sent again. */
void push_window_rewind(struct push_window *window, uint64_t last_seen);

#endif
