/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/push_window.h"

#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"

/* Frames that are done with are cut off when there are so many bytes of them. */
#define HEAD_BYTES_MAX 65536

void push_window_init(struct push_window *window)
{
        *window = (struct push_window){.first_id = 1, .end_id = 1, .unsent_id = 1};
}

void push_window_deinit(struct push_window *window)
{
        att_buffer_deinit(&window->bytes);
        free(window->kept);
        *window = (struct push_window){0};
}

uint64_t push_window_next_id(const struct push_window *window)
{
        return window->end_id;
}

size_t push_window_kept(const struct push_window *window)
{
        return (size_t)(window->end_id - window->first_id);
}

bool push_window_is_full(const struct push_window *window)
{
        return push_window_kept(window) >= PUSH_WINDOW_KEPT_MAX ||
               window->bytes.len - window->head >= PUSH_WINDOW_BYTES_MAX;
}

static struct kept_push *find_kept(const struct push_window *window, uint64_t id)
{
        return &window->kept[id & (window->kept_capacity - 1)];
}

bool push_window_is_acknowledged(const struct push_window *window, int64_t until_ms)
{
        return window->first_id == window->end_id ||
               find_kept(window, window->first_id)->added_ms > until_ms;
}

static void grow(struct push_window *window)
{
        struct push_window bigger = *window;

        bigger.kept_capacity = window->kept_capacity ? 2 * window->kept_capacity : 16;
        bigger.kept = att_alloc_array(bigger.kept_capacity, sizeof(*bigger.kept));
        for (uint64_t id = window->first_id; id < window->end_id; id++) {
                *find_kept(&bigger, id) = *find_kept(window, id);
        }
        free(window->kept);
        *window = bigger;
}

void push_window_added(struct push_window *window, int64_t now_ms)
{
        ATT_CHECK(window->bytes.len > window->added_at);
        if (push_window_kept(window) == window->kept_capacity) {
                grow(window);
        }
        *find_kept(window, window->end_id) = (struct kept_push){
                .added_ms = now_ms, .len = (uint32_t)(window->bytes.len - window->added_at)};
        window->added_at = window->bytes.len;
        window->end_id++;
}

bool push_window_take(struct push_window *window, struct att_text *ret_frame)
{
        uint32_t len;

        if (window->unsent_id == window->end_id ||
            window->unsent_id - window->first_id >= PUSH_WINDOW) {
                return false;
        }
        len = find_kept(window, window->unsent_id)->len;
        *ret_frame = att_text_of(window->bytes.data + window->unsent_at, len);
        window->unsent_at += len;
        window->unsent_id++;
        return true;
}

static void cut_head(struct push_window *window)
{
        if (window->head < HEAD_BYTES_MAX && window->first_id != window->end_id) {
                return;
        }
        att_buffer_drop_front(&window->bytes, window->head);
        window->unsent_at -= window->head;
        window->added_at -= window->head;
        window->head = 0;
}

void push_window_acknowledge(struct push_window *window, uint64_t id)
{
        while (window->first_id <= id && window->first_id < window->unsent_id) {
                window->head += find_kept(window, window->first_id)->len;
                window->first_id++;
        }
        cut_head(window);
}

void push_window_clear(struct push_window *window)
{
        const uint64_t next_id = window->end_id;

        push_window_deinit(window);
        window->first_id = next_id;
        window->end_id = next_id;
        window->unsent_id = next_id;
}

void push_window_rewind(struct push_window *window, uint64_t last_seen)
{
        push_window_acknowledge(window, last_seen);
        window->unsent_id = window->first_id;
        window->unsent_at = window->head;
}
