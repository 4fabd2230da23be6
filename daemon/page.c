/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/page.h"

#include <stdlib.h>

#include "daemon/app.h"
#include "daemon/clock.h"
#include "lib/base/util.h"

/* ---- Bodies ---- */

struct body *body_new(void)
{
        struct body *body = att_alloc(sizeof(*body));

        body->refs = 1;
        return body;
}

struct body *body_ref(struct body *body)
{
        body->refs++;
        return body;
}

void body_unref(struct body *body)
{
        if (body && --body->refs == 0) {
                att_buffer_deinit(&body->text);
                free(body);
        }
}

/* ---- Making one ---- */

static int64_t now_ms(void)
{
        return clock_monotonic_us() / 1000;
}

static void finish(struct page *page)
{
        body_unref(page->made);
        page->made = ATT_STEAL(page->making);
        page->made_ms = now_ms();
        page->stage = PAGE_IDLE;
        (void)uv_timer_stop(&page->pause);
        page->on_made(page->context, page->made);
}

static void make_piece(struct page *page)
{
        if (page->stage == PAGE_FIGURES && figures_take(&page->figures, PAGE_PIECE_US)) {
                page->stage = PAGE_TEXT;
                page->written = (struct metrics_page){.metrics = &page->figures.metrics};
        }
        if (page->stage == PAGE_TEXT &&
            metrics_write(&page->written, &page->making->text, PAGE_PIECE_BYTES)) {
                finish(page);
        }
}

static void on_pause(uv_timer_t *timer)
{
        make_piece(timer->data);
}

static void start(struct page *page)
{
        if (!page->figures.app->is_draining) {
                figures_refresh(&page->figures, now_ms());
        }
        page->stage = PAGE_FIGURES;
        page->making = body_new();
        figures_begin(&page->figures);
        (void)uv_timer_start(&page->pause, on_pause, PAGE_PAUSE_MS, PAGE_PAUSE_MS);
}

struct body *page_ask(struct page *page)
{
        if (page->stage == PAGE_IDLE &&
            (!page->made || now_ms() - page->made_ms >= PAGE_FRESH_MS)) {
                start(page);
        }
        return page->stage == PAGE_IDLE ? body_ref(page->made) : NULL;
}

/* ---- Its life ---- */

void page_open(struct page *page, struct app *app)
{
        figures_open(&page->figures, app);
        ATT_CHECK(uv_timer_init(app->loop, &page->pause) == 0);
        page->pause.data = page;
}

void page_close(struct page *page)
{
        uv_close((uv_handle_t *)&page->pause, NULL);
}

void page_deinit(struct page *page)
{
        body_unref(page->making);
        body_unref(page->made);
        figures_close(&page->figures);
}

bool page_is_busy(const struct page *page)
{
        return figures_is_busy(&page->figures);
}
