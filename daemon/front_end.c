/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/front_end.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "lib/base/check.h"
#include "lib/base/util.h"

void front_ends_init(struct front_ends *front_ends)
{
        *front_ends = (struct front_ends){0};
        att_list_init(&front_ends->all);
        att_list_init(&front_ends->seats);
        att_list_init(&front_ends->changed);
        att_list_init(&front_ends->detached);
        answers_init(&front_ends->answers);
}

static void free_seats(struct front_ends *front_ends)
{
        ATT_LIST_FOREACH(seat, &front_ends->seats, struct seat, in_all)
        {
                ATT_CHECK(att_list_is_empty(&seat->feeds));
                att_list_remove(&seat->in_all);
                free(seat);
        }
}

void front_ends_deinit(struct front_ends *front_ends)
{
        ATT_LIST_FOREACH(feed, &front_ends->detached, struct feed, in_detached)
        {
                feed_free(front_ends, feed);
        }
        free_seats(front_ends);
        ATT_LIST_FOREACH(front_end, &front_ends->all, struct front_end, in_all)
        {
                ATT_CHECK(att_list_is_empty(&front_end->feeds));
                att_list_remove(&front_end->in_all);
                free(front_end);
        }
        att_map_deinit(&front_ends->by_name);
        att_map_deinit(&front_ends->seats_by_agent);
        att_map_deinit(&front_ends->feeds_by_token);
        answers_deinit(&front_ends->answers);
        att_buffer_deinit(&front_ends->frame);
}

struct front_end *front_ends_find(struct front_ends *front_ends, struct att_text name)
{
        struct front_end *recent = front_ends->recent;
        struct att_map_node *node;

        /* What happens happens to one front end many times in a row. */
        if (recent && att_text_equals(recent->name, name)) {
                return recent;
        }
        node = att_map_find(&front_ends->by_name, name);
        if (!node) {
                return NULL;
        }
        front_ends->recent = ATT_CONTAINER_OF(node, struct front_end, by_name);
        return front_ends->recent;
}

/* A struct with the text after it, so that both are freed at once. */
static void *alloc_with_text(size_t bytes, struct att_text text, struct att_text *ret_text)
{
        char *memory = att_alloc(bytes + text.len + 1);

        if (text.len > 0) {
                memcpy(memory + bytes, text.data, text.len);
        }
        *ret_text = att_text_of(memory + bytes, text.len);
        return memory;
}

struct front_end *front_ends_get(struct front_ends *front_ends, struct att_text name)
{
        struct front_end *front_end = front_ends_find(front_ends, name);
        struct att_text own_name;

        if (front_end) {
                return front_end;
        }
        front_end = alloc_with_text(sizeof(*front_end), name, &own_name);
        front_end->name = own_name;
        att_list_init(&front_end->feeds);
        att_list_init(&front_end->in_changed);
        att_map_add(&front_ends->by_name, &front_end->by_name, front_end->name);
        att_list_add_tail(&front_ends->all, &front_end->in_all);
        return front_end;
}

struct seat *seats_find(const struct front_ends *front_ends, struct att_text agent)
{
        struct att_map_node *node = att_map_find(&front_ends->seats_by_agent, agent);

        return node ? ATT_CONTAINER_OF(node, struct seat, by_agent) : NULL;
}

struct seat *seats_get(struct front_ends *front_ends, struct att_text agent)
{
        struct seat *seat = seats_find(front_ends, agent);
        struct att_text own_agent;

        if (seat) {
                return seat;
        }
        seat = alloc_with_text(sizeof(*seat), agent, &own_agent);
        seat->agent = own_agent;
        att_list_init(&seat->feeds);
        att_map_add(&front_ends->seats_by_agent, &seat->by_agent, seat->agent);
        att_list_add_tail(&front_ends->seats, &seat->in_all);
        return seat;
}

void seat_move(struct seat *seat, struct front_end *front_end)
{
        if (seat->home) {
                seat->home->home_count--;
        }
        seat->home = front_end;
        front_end->home_count++;
}

static bool is_needed(const struct front_end *front_end, int64_t core_ms)
{
        return front_end->session_count > 0 || front_end->is_present || front_end->home_count > 0 ||
               !att_list_is_empty(&front_end->feeds) ||
               (front_end->lost_ms > 0 && core_ms - front_end->lost_ms < FRONT_END_KEPT_MS);
}

void front_ends_forget(struct front_ends *front_ends, int64_t core_ms)
{
        ATT_LIST_FOREACH(front_end, &front_ends->all, struct front_end, in_all)
        {
                if (!is_needed(front_end, core_ms)) {
                        front_ends->recent = NULL;
                        att_list_remove(&front_end->in_changed);
                        att_list_remove(&front_end->in_all);
                        att_map_remove(&front_ends->by_name, &front_end->by_name);
                        free(front_end);
                }
        }
}

/* Nobody may guess one. */
static void make_token(char token[FEED_TOKEN_SIZE])
{
        unsigned char bytes[(FEED_TOKEN_SIZE - 1) / 2];

        ATT_CHECK(getrandom(bytes, sizeof(bytes), 0) == (ssize_t)sizeof(bytes));
        for (size_t i = 0; i < sizeof(bytes); i++) {
                (void)snprintf(token + 2 * i, 3, "%02x", bytes[i]);
        }
}

static bool is_token(struct att_text text)
{
        for (size_t i = 0; i < text.len; i++) {
                if (!strchr("0123456789abcdef", text.data[i])) {
                        return false;
                }
        }
        return text.len == FEED_TOKEN_SIZE - 1;
}

void feed_choose_token(const struct front_ends *front_ends, struct att_text had,
                       char token[FEED_TOKEN_SIZE])
{
        if (!is_token(had) || att_map_find(&front_ends->feeds_by_token, had)) {
                make_token(token);
                return;
        }
        memcpy(token, had.data, had.len);
        token[had.len] = '\0';
}

struct feed *feed_new(struct front_ends *front_ends, struct front_end *front_end,
                      struct att_text agent, const char token[FEED_TOKEN_SIZE],
                      struct session *session)
{
        struct feed *feed = att_alloc(sizeof(*feed));

        att_list_init(&feed->in_front_end);
        att_list_init(&feed->in_seat);
        att_list_init(&feed->in_detached);
        push_window_init(&feed->pushes);
        memcpy(feed->token, token, FEED_TOKEN_SIZE);
        att_map_add(&front_ends->feeds_by_token, &feed->by_token, att_text_from(feed->token));
        feed->session = session;
        feed->front_end = front_end;
        if (front_end) {
                att_list_add_tail(&front_end->feeds, &feed->in_front_end);
                front_end->feeds_begun++;
        }
        if (!att_text_is_empty(agent)) {
                feed->seat = seats_get(front_ends, agent);
                att_list_add_tail(&feed->seat->feeds, &feed->in_seat);
        }
        return feed;
}

static void leave_detached(struct front_ends *front_ends, struct feed *feed)
{
        if (att_list_is_linked(&feed->in_detached)) {
                att_list_remove(&feed->in_detached);
                front_ends->detached_count--;
                front_ends->detached_bytes -= feed->pushes.bytes.len;
        }
}

void feed_note_bytes(struct front_ends *front_ends, const struct feed *feed, size_t before)
{
        if (att_list_is_linked(&feed->in_detached)) {
                front_ends->detached_bytes += feed->pushes.bytes.len - before;
        }
}

void feed_make_stale(struct front_ends *front_ends, struct feed *feed)
{
        const size_t before = feed->pushes.bytes.len;

        push_window_clear(&feed->pushes);
        feed_note_bytes(front_ends, feed, before);
        feed->is_stale = true;
}

void feed_free(struct front_ends *front_ends, struct feed *feed)
{
        leave_detached(front_ends, feed);
        att_list_remove(&feed->in_front_end);
        att_list_remove(&feed->in_seat);
        att_map_remove(&front_ends->feeds_by_token, &feed->by_token);
        push_window_deinit(&feed->pushes);
        free(feed);
}

void feed_detach(struct front_ends *front_ends, struct feed *feed, int64_t monotonic_ms)
{
        feed->session = NULL;
        feed->detached_ms = monotonic_ms;
        att_list_add_tail(&front_ends->detached, &feed->in_detached);
        front_ends->detached_count++;
        front_ends->detached_bytes += feed->pushes.bytes.len;
        if (front_ends->detached_count > FEEDS_DETACHED_MAX) {
                feed_free(front_ends,
                          ATT_LIST_FIRST(&front_ends->detached, struct feed, in_detached));
        }
}

void feed_attach(struct front_ends *front_ends, struct feed *feed, struct session *session)
{
        leave_detached(front_ends, feed);
        feed->session = session;
}

struct feed *feeds_find(const struct front_ends *front_ends, struct att_text token,
                        const struct front_end *front_end, struct att_text agent)
{
        struct att_map_node *node = att_map_find(&front_ends->feeds_by_token, token);
        struct feed *feed = node ? ATT_CONTAINER_OF(node, struct feed, by_token) : NULL;
        struct att_text feed_agent = feed && feed->seat ? feed->seat->agent : ATT_TEXT_NONE;

        if (!feed || feed->front_end != front_end || !att_text_equals(feed_agent, agent)) {
                return NULL;
        }
        return feed;
}

void feeds_expire(struct front_ends *front_ends, int64_t monotonic_ms)
{
        ATT_LIST_FOREACH(feed, &front_ends->detached, struct feed, in_detached)
        {
                if (monotonic_ms - feed->detached_ms < FEED_DETACHED_MS_MAX) {
                        return; /* They are in the order they were detached. */
                }
                feed_free(front_ends, feed);
        }
}
