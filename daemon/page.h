/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page of metrics, made in pieces with room for others between them, at most a few a second; all
 * who ask meanwhile share it.
 *
 *      struct body *body = page_ask(&page);
 *      if (!body) { wait for page.on_made }
 *      ... send it ...
 *      body_unref(body);
 */
#ifndef ATT_DAEMON_PAGE_H
#define ATT_DAEMON_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "daemon/figures.h"
#include "daemon/metrics.h"
#include "lib/base/buffer.h"

#define PAGE_FRESH_MS    INT64_C(200)    /* So old may it be. */
#define PAGE_PIECE_US    INT64_C(500)    /* Of its figures ... */
#define PAGE_PIECE_BYTES ((size_t)65536) /* ... or of its text, and then a pause. */
#define PAGE_PAUSE_MS    1

/* What is sent to one or several. */
struct body {
        struct att_buffer text;
        uint32_t refs;
};

struct body *body_new(void); /* With one reference. */
struct body *body_ref(struct body *body);
void body_unref(struct body *body); /* NULL fine. */

enum page_stage { PAGE_IDLE, PAGE_FIGURES, PAGE_TEXT };

struct page {
        struct figures figures;
        enum page_stage stage;
        struct metrics_page written;
        struct body *making; /* Owned. */
        struct body *made;   /* Shared: the newest whole one; or NULL. */
        int64_t made_ms;     /* Monotonic. */
        uv_timer_t pause;
        void (*on_made)(void *context, struct body *body); /* For those who wait. */
        void *context;
};

void page_open(struct page *page, struct app *app);
void page_close(struct page *page); /* Its handle. */
/* When the loop has run out; also of one that was never opened. Nothing may be in flight. */
void page_deinit(struct page *page);
bool page_is_busy(const struct page *page);

/* A reference to one that is fresh, or NULL: it is being made, and `on_made` has it. */
struct body *page_ask(struct page *page);

#endif
