/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tail.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/app.h"
#include "daemon/session.h"
#include "lib/base/util.h"
#include "lib/wire/codec.h"

/* Of one turn; what is beyond is left out. */
#define TURN_BYTES_MAX ((size_t)512 << 10)

struct tail {
        struct att_list in_all;
        struct att_list in_session;
        struct session *session; /* Borrowed. */
        uint64_t request_id;
        char *filters; /* Owned; the texts below are in it. */
        struct att_wire_tail filter;
        struct att_buffer lines; /* Of this turn, each with its line end. */
        uint64_t lost;
};

/* One that happened: its texts and its line, one after the other. */
struct tail_recent {
        int64_t at_ms;
        char *bytes; /* Owned. */
        size_t capacity;
        size_t lens[5]; /* Of contact, queue, agent, event and line. */
};

void tails_init(struct tails *tails)
{
        *tails = (struct tails){0};
        att_list_init(&tails->all);
        tails->recent = att_alloc_array(TAIL_RECENT_MAX, sizeof(*tails->recent));
}

void tails_deinit(struct tails *tails)
{
        for (size_t i = 0; i < TAIL_RECENT_MAX; i++) {
                free(tails->recent[i].bytes);
        }
        free(tails->recent);
}

static void remember(struct tails *tails, const struct tail_event *event)
{
        const struct att_text texts[] = {event->contact, event->queue, event->agent, event->event,
                                         event->line};
        struct tail_recent *recent = &tails->recent[tails->next_recent++ % TAIL_RECENT_MAX];
        size_t len = 0;
        char *at;

        for (size_t i = 0; i < ATT_ARRAY_LEN(texts); i++) {
                len += texts[i].len;
        }
        if (len > recent->capacity) {
                recent->capacity = len;
                recent->bytes = att_realloc_array(recent->bytes, len, 1);
        }
        at = recent->bytes;
        for (size_t i = 0; i < ATT_ARRAY_LEN(texts); i++) {
                att_copy(at, texts[i].data, texts[i].len);
                recent->lens[i] = texts[i].len;
                at += texts[i].len;
        }
        recent->at_ms = event->at_ms;
}

static struct tail_event recall(const struct tail_recent *recent)
{
        struct tail_event event = {.at_ms = recent->at_ms};
        struct att_text *texts[] = {&event.contact, &event.queue, &event.agent, &event.event,
                                    &event.line};
        const char *at = recent->bytes;

        for (size_t i = 0; i < ATT_ARRAY_LEN(texts); i++) {
                *texts[i] = att_text_of(at, recent->lens[i]);
                at += recent->lens[i];
        }
        return event;
}

bool tails_are_none(const struct tails *tails)
{
        return att_list_is_empty(&tails->all);
}

static struct att_text keep(char **cursor, struct att_text text)
{
        struct att_text kept = att_text_of(*cursor, text.len);

        if (text.len > 0) {
                memcpy(*cursor, text.data, text.len);
                *cursor += text.len;
        }
        return kept;
}

static void keep_filter(struct tail *tail, const struct att_wire_tail *filter)
{
        char *cursor;

        tail->filters = att_alloc(filter->queue.len + filter->agent.len + filter->contact.len +
                                  filter->event.len + 1);
        cursor = tail->filters;
        tail->filter = (struct att_wire_tail){
                .queue = keep(&cursor, filter->queue),
                .agent = keep(&cursor, filter->agent),
                .contact = keep(&cursor, filter->contact),
                .event = keep(&cursor, filter->event),
        };
}

static void add_recent(const struct tails *tails, struct tail *tail, int64_t since_ms);

bool tail_begin(struct session *session, uint64_t request_id, const struct att_wire_tail *filter)
{
        struct tail *tail;
        uint32_t count = 0;

        ATT_LIST_FOREACH(other, &session->tails, struct tail, in_session)
        {
                count++;
        }
        if (count >= TAILS_PER_SESSION_MAX) {
                return false;
        }
        tail = att_alloc(sizeof(*tail));
        tail->session = session;
        tail->request_id = request_id;
        keep_filter(tail, filter);
        att_list_add_tail(&session->app->tails.all, &tail->in_all);
        att_list_add_tail(&session->tails, &tail->in_session);
        if (filter->since_ms > 0) {
                add_recent(&session->app->tails, tail, filter->since_ms);
        }
        return true;
}

static void free_tail(struct tail *tail)
{
        att_list_remove(&tail->in_all);
        att_list_remove(&tail->in_session);
        att_buffer_deinit(&tail->lines);
        free(tail->filters);
        free(tail);
}

bool tail_end(struct session *session, uint64_t request_id)
{
        ATT_LIST_FOREACH(tail, &session->tails, struct tail, in_session)
        {
                if (tail->request_id == request_id) {
                        free_tail(tail);
                        return true;
                }
        }
        return false;
}

void tails_close(struct session *session)
{
        ATT_LIST_FOREACH(tail, &session->tails, struct tail, in_session)
        {
                free_tail(tail);
        }
}

static bool is_wanted(struct att_text filter, struct att_text value)
{
        return att_text_is_empty(filter) || att_text_equals(filter, value);
}

static void add(struct tail *tail, const struct tail_event *event)
{
        if (!is_wanted(tail->filter.queue, event->queue) ||
            !is_wanted(tail->filter.agent, event->agent) ||
            !is_wanted(tail->filter.contact, event->contact) ||
            !is_wanted(tail->filter.event, event->event)) {
                return;
        }
        if (tail->lines.len > TURN_BYTES_MAX ||
            outbox_pending(&tail->session->outbox) > SESSION_OUTBOX_PAUSE) {
                tail->lost++;
                return;
        }
        att_buffer_append_text(&tail->lines, event->line);
        att_buffer_append_byte(&tail->lines, '\n');
}

static void add_recent(const struct tails *tails, struct tail *tail, int64_t since_ms)
{
        uint64_t next = tails->next_recent;
        uint64_t i = next > TAIL_RECENT_MAX ? next - TAIL_RECENT_MAX : 0;

        for (; i < next; i++) {
                const struct tail_event event = recall(&tails->recent[i % TAIL_RECENT_MAX]);

                if (event.at_ms >= since_ms) {
                        add(tail, &event);
                }
        }
}

void tails_add(struct tails *tails, const struct tail_event *event)
{
        remember(tails, event);
        ATT_LIST_FOREACH(tail, &tails->all, struct tail, in_all)
        {
                add(tail, event);
        }
}

/* The first line, without its line end. */
static struct att_text cut_line(struct att_text *lines)
{
        const char *end = memchr(lines->data, '\n', lines->len);
        struct att_text line = att_text_of(lines->data, (size_t)(end - lines->data));

        *lines = att_text_of(end + 1, lines->len - line.len - 1);
        return line;
}

static struct att_text put_frame(struct tail *tail, struct att_text lines)
{
        struct att_wire_list list;

        att_wire_list_begin_events(&list, session_out(tail->session), tail->request_id);
        while (lines.len > 0) {
                struct att_text rest = lines;

                if (!att_wire_list_add_event(&list, cut_line(&rest))) {
                        break;
                }
                lines = rest;
        }
        att_wire_list_end(&list, tail->lost);
        tail->lost = 0;
        return lines;
}

void tails_flush(struct tails *tails)
{
        ATT_LIST_FOREACH(tail, &tails->all, struct tail, in_all)
        {
                struct att_text lines = att_buffer_text(&tail->lines);

                while (lines.len > 0) {
                        lines = put_frame(tail, lines);
                }
                att_buffer_clear(&tail->lines);
        }
}
