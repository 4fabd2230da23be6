/* SPDX-License-Identifier: Apache-2.0 */
/* What attunectl top knows, and how that looks: lines of text, for whatever shows them. */
#ifndef ATT_TOOLS_ATTUNECTL_TOP_SCREEN_H
#define ATT_TOOLS_ATTUNECTL_TOP_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/wire/message.h"

#define TOP_DECISIONS_KEPT 64
#define TOP_SAMPLES        61 /* A second each: the last minute. */

enum top_order { TOP_BY_LONGEST, TOP_BY_WAITING, TOP_BY_NAME, TOP_ORDERS };

enum top_style { TOP_PLAIN, TOP_HEADING, TOP_LATE, TOP_VERY_LATE, TOP_DIM };

struct top_queue {
        char *name;                /* Owned. */
        struct att_wire_queue row; /* Its texts are not kept. */
};

struct top_totals {
        int64_t at_ms;
        uint64_t entered;
        uint64_t answered;
        uint64_t abandoned;
        uint64_t commands;
};

struct top {
        struct att_buffer head[2]; /* The first lines: attuned, contacts and agents. */
        struct top_queue *queues;  /* Owned. */
        uint32_t queue_count;
        uint32_t queue_capacity;
        struct top_totals samples[TOP_SAMPLES];
        uint32_t sample_count;
        char *decisions[TOP_DECISIONS_KEPT]; /* Owned; the newest at next_decision - 1. */
        uint32_t next_decision;
        uint64_t lost; /* Decisions that came too fast. */
        enum top_order order;
        uint32_t first; /* Of the queues shown. */
        bool is_paused;
};

void top_deinit(struct top *top);

/* What was answered. Queues come in pages: top_begin_queues(), then each. */
void top_set_status(struct top *top, const struct att_wire_status *status);
void top_begin_queues(struct top *top);
void top_add_queue(struct top *top, const struct att_wire_queue *row);
void top_end_queues(struct top *top, int64_t now_ms, uint64_t commands);
void top_add_decision(struct top *top, struct att_text line);

/* The screen's n-th line, no wider than `width`; `height` lines in all, at least 8. */
enum top_style top_line(const struct top *top, int line, int width, int height,
                        struct att_buffer *into);
void top_scroll(struct top *top, int by);

#endif
