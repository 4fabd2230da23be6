/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/lanes.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/app.h"
#include "daemon/clock.h"
#include "daemon/dispatch.h"
#include "daemon/memory.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/wire/codec.h"

struct lane_item {
        struct att_list in_lane;
        struct att_map_node by_contact;
        struct session *session; /* Borrowed. */
        int64_t since_us;
        struct att_text contact; /* Owned, after the frame; or empty. */
        bool is_first;           /* About that contact: it is in the map. */
        bool is_follower;
        size_t len;
        char frame[];
};

void lanes_init(struct lanes *lanes)
{
        *lanes = (struct lanes){0};
        att_list_init(&lanes->sessions);
        att_list_init(&lanes->greeting);
        att_scratch_init(&lanes->scratch, ATT_SCRATCH_DAEMON_BYTES);
}

void lanes_deinit(struct lanes *lanes)
{
        ATT_CHECK(lanes->count == 0 && att_list_is_empty(&lanes->greeting));
        att_map_deinit(&lanes->by_contact);
        att_scratch_deinit(&lanes->scratch);
}

void lanes_open(struct app *app)
{
        ATT_CHECK(uv_idle_init(app->loop, &app->lanes.idle) == 0);
        app->lanes.is_open = true;
}

void lanes_close(struct app *app)
{
        if (app->lanes.is_open) {
                app->lanes.is_open = false;
                uv_close((uv_handle_t *)&app->lanes.idle, NULL);
        }
}

/* ---- Items ---- */

void lane_init(struct lane *lane)
{
        *lane = (struct lane){0};
        att_list_init(&lane->in_lanes);
        att_list_init(&lane->in_greeting);
        att_list_init(&lane->items);
}

static struct lane_item *make_item(struct session *session, struct att_text contact,
                                   struct att_text frame)
{
        struct lane_item *item = att_alloc(sizeof(*item) + frame.len + contact.len);

        att_list_init(&item->in_lane);
        item->session = session;
        item->since_us = clock_monotonic_us();
        item->len = frame.len;
        att_copy(item->frame, frame.data, frame.len);
        att_copy(item->frame + frame.len, contact.data, contact.len);
        item->contact = att_text_of(item->frame + frame.len, contact.len);
        return item;
}

static struct lane_item *add_item(struct session *session, struct att_text contact,
                                  struct att_text frame)
{
        struct lanes *lanes = &session->app->lanes;
        struct lane_item *item = make_item(session, contact, frame);

        item->is_first = !att_text_is_empty(contact) && !att_map_find(&lanes->by_contact, contact);
        if (item->is_first) {
                att_map_add(&lanes->by_contact, &item->by_contact, item->contact);
        }
        att_list_add_tail(&session->lane.items, &item->in_lane);
        if (session->lane.count++ == 0 && !session->lookup) {
                att_list_add_tail(&lanes->sessions, &session->lane.in_lanes);
        }
        lanes->count++;
        lanes->bytes += item->len;
        return item;
}

/* Out of its lane; the caller frees it. */
static void take_item(struct lanes *lanes, struct lane_item *item)
{
        struct lane *lane = &item->session->lane;

        if (item->is_first) {
                att_map_remove(&lanes->by_contact, &item->by_contact);
        }
        att_list_remove(&item->in_lane);
        lane->followers -= item->is_follower;
        lanes->count--;
        lanes->bytes -= item->len;
        if (--lane->count == 0) {
                att_list_remove(&lane->in_lanes);
        }
}

void lane_drop(struct app *app, struct lane *lane)
{
        ATT_LIST_FOREACH(item, &lane->items, struct lane_item, in_lane)
        {
                take_item(&app->lanes, item);
                free(item);
        }
        att_list_remove(&lane->in_greeting);
        free(lane->hello);
        lane->hello = NULL;
}

void lane_block(struct lane *lane)
{
        att_list_remove(&lane->in_lanes);
}

void lanes_unblock(struct app *app, struct lane *lane)
{
        if (lane->count > 0 && !att_list_is_linked(&lane->in_lanes)) {
                att_list_add_tail(&app->lanes.sessions, &lane->in_lanes);
        }
}

void lane_see(const struct lane *lane, size_t frames_max,
              void (*see)(void *context, struct att_text frame), void *context)
{
        size_t seen = 0;

        ATT_LIST_FOREACH(item, &lane->items, struct lane_item, in_lane)
        {
                if (seen++ == frames_max) {
                        return;
                }
                see(context, att_text_of(item->frame, item->len));
        }
}

/* ---- Budgets ---- */

/* While the disk is slow the batch behind the one in flight stays small, or the next commit would be
 * slower still. */
static bool may_commit_more(const struct app *app)
{
        return !app->writer.is_committing || writer_collected(&app->writer) < LANES_BATCH_MAX;
}

static bool has_budget(const struct app *app)
{
        return app->lanes.bulk_us < LANES_TURN_US && may_commit_more(app);
}

static void decide_now(struct session *session, const struct att_wire_message *message,
                       struct att_text frame)
{
        struct lanes *lanes = &session->app->lanes;
        const int64_t began_us = clock_monotonic_us();

        dispatch_bulk(session, message, frame);
        lanes->bulk_us += clock_monotonic_us() - began_us;
}

static void greet_now(struct session *session, const struct att_wire_message *message)
{
        struct lanes *lanes = &session->app->lanes;
        const int64_t began_us = clock_monotonic_us();

        answer_hello(session, message);
        lanes->hello_us += clock_monotonic_us() - began_us;
}

/* ---- Taking ---- */

static bool has_room(const struct session *session, size_t len)
{
        const struct lanes *lanes = &session->app->lanes;
        const struct lane_item *first = ATT_LIST_FIRST(&session->lane.items, struct lane_item,
                                                       in_lane);

        if (first && clock_monotonic_us() - first->since_us > LANE_WAIT_US_MAX) {
                return false;
        }
        return session->lane.count < LANE_ITEMS_MAX && lanes->count < LANES_ITEMS_MAX &&
               lanes->bytes + len <= LANES_BYTES_MAX;
}

static struct att_text contact_of(const struct att_wire_message *message)
{
        return message->body == ATT_WIRE_COMMAND ? message->command.contact : ATT_TEXT_NONE;
}

void lanes_take_bulk(struct session *session, const struct att_wire_message *message,
                     struct att_text frame)
{
        struct app *app = session->app;
        const enum load_level limit = admission_limit(message);

        if (admission_refuses(app, limit)) {
                refuse_for_now(session, message->request_id, "attuned has too much to do");
        } else if (session->lane.count == 0 && !session->lookup && has_budget(app)) {
                decide_now(session, message, frame);
        } else if (has_room(session, frame.len)) {
                (void)add_item(session, contact_of(message), frame);
        } else {
                app->admission.shed[limit < LOAD_LEVEL_COUNT ? limit : LOAD_NO_QUERIES]++;
                refuse_for_now(session, message->request_id,
                               "too many requests wait for their turn");
        }
}

static bool is_in_lane(const struct session *session, struct att_text contact)
{
        struct att_map_node *node = att_map_find(&session->app->lanes.by_contact, contact);

        if (node && ATT_CONTAINER_OF(node, struct lane_item, by_contact)->session == session) {
                return true;
        }
        if (session->lane.followers == 0) {
                return false;
        }
        ATT_LIST_FOREACH(item, &session->lane.items, struct lane_item, in_lane)
        {
                if (att_text_equals(item->contact, contact)) {
                        return true;
                }
        }
        return false;
}

bool lanes_take_follower(struct session *session, const struct att_wire_message *message,
                         struct att_text frame)
{
        const struct att_text contact = contact_of(message);

        if ((!session->lookup && session->lane.followers == 0) || att_text_is_empty(contact) ||
            !has_room(session, frame.len) ||
            !(memory_looks_for(session, contact) || is_in_lane(session, contact))) {
                return false;
        }
        add_item(session, contact, frame)->is_follower = true;
        session->lane.followers++;
        return true;
}

void lanes_take_hello(struct session *session, const struct att_wire_message *message,
                      struct att_text frame)
{
        struct lanes *lanes = &session->app->lanes;

        if (lanes->hello_us < LANES_TURN_US && att_list_is_empty(&lanes->greeting)) {
                greet_now(session, message);
                return;
        }
        session->lane.hello = make_item(session, ATT_TEXT_NONE, frame);
        att_list_add_tail(&lanes->greeting, &session->lane.in_greeting);
}

/* ---- Deciding ---- */

static void decode(struct app *app, const struct lane_item *item, struct att_wire_message *message)
{
        att_wire_decode_again(att_text_of(item->frame, item->len), &app->lanes.scratch, message);
}

static void decide_item(struct app *app, struct lane_item *item)
{
        struct att_wire_message message;
        struct session *session = item->session;

        take_item(&app->lanes, item);
        decode(app, item, &message);
        decide_now(session, &message, att_text_of(item->frame, item->len));
        free(item);
}

/* Who is looked up came before what is in the lane behind. */
bool lanes_bring_forward(struct app *app, struct att_text contact)
{
        const bool was_looked_up = memory_bring_forward(app, contact);
        struct att_map_node *node = app->lanes.count == 0 || att_text_is_empty(contact)
                                            ? NULL
                                            : att_map_find(&app->lanes.by_contact, contact);

        if (node) {
                decide_item(app, ATT_CONTAINER_OF(node, struct lane_item, by_contact));
        }
        return was_looked_up || node;
}

static void run_greeting(struct app *app)
{
        struct lanes *lanes = &app->lanes;
        struct att_wire_message message;

        while (lanes->hello_us < LANES_TURN_US) {
                struct lane *lane = ATT_LIST_FIRST(&lanes->greeting, struct lane, in_greeting);
                struct lane_item *hello;

                if (!lane) {
                        return;
                }
                hello = lane->hello;
                att_list_remove(&lane->in_greeting);
                lane->hello = NULL;
                decode(app, hello, &message);
                greet_now(hello->session, &message);
                free(hello);
        }
}

/* A few of one lane, which is then the last; none once it is blocked. */
static void run_lane(struct app *app, struct lane *lane)
{
        struct lanes *lanes = &app->lanes;

        att_list_remove(&lane->in_lanes);
        att_list_add_tail(&lanes->sessions, &lane->in_lanes);
        for (int i = 0; i < LANE_ITEMS_ROUND && has_budget(app); i++) {
                struct lane_item *item = ATT_LIST_FIRST(&lane->items, struct lane_item, in_lane);

                if (!item) {
                        return;
                }
                decide_item(app, item);
                if (!att_list_is_linked(&lane->in_lanes)) {
                        return;
                }
        }
}

void lanes_run(struct app *app)
{
        struct lanes *lanes = &app->lanes;
        struct lane *lane;

        run_greeting(app);
        while (has_budget(app) &&
               (lane = ATT_LIST_FIRST(&lanes->sessions, struct lane, in_lanes))) {
                run_lane(app, lane);
        }
        lanes->bulk_us = 0;
        lanes->hello_us = 0;
        lanes->turn++;
}

/* ---- The loop ---- */

static void on_idle(uv_idle_t *idle)
{
        (void)idle; /* The turn's end does the work. */
}

void lanes_end_turn(struct app *app)
{
        struct lanes *lanes = &app->lanes;
        const bool is_ready = lanes->wants_turn || !att_list_is_empty(&lanes->greeting) ||
                              (!att_list_is_empty(&lanes->sessions) && may_commit_more(app));

        lanes->wants_turn = false;
        if (is_ready && lanes->is_open) {
                (void)uv_idle_start(&lanes->idle, on_idle);
        } else if (lanes->is_open) {
                (void)uv_idle_stop(&lanes->idle);
        }
}
