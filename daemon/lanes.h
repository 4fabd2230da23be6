/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is served when, within a turn of the loop.
 *
 * What concerns contacts, agents and sessions that exist is decided as it is read. New contacts and
 * questions are bulk: they are decided as they are read too, until the turn has spent
 * LANES_TURN_US on bulk; what comes then waits in a lane of its session, and the lanes are served in
 * turn, a few requests of each, with the same budget a turn. So an accept waits for one turn, never for
 * what others (or its own front end) have sent before it. Hellos have a lane of the same kind.
 *
 * A lane holds LANE_ITEMS_MAX requests, all of them LANES_ITEMS_MAX; more are refused, and none are
 * taken into a lane whose first has waited for LANE_WAIT_US_MAX: waiting longer than that helps nobody. A command
 * about a contact that is still in a lane takes it out of there first: order is kept by contact, and
 * among the bulk of a session.
 *
 * While a customer is looked up for a request (daemon/memory.h) the lane of its session waits, and so does
 * what the session asks of the contacts in it. What it asks of others goes on.
 */
#ifndef ATT_DAEMON_LANES_H
#define ATT_DAEMON_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "lib/base/check.h"
#include "lib/base/list.h"
#include "lib/base/map.h"
#include "lib/base/text.h"
#include "lib/wire/message.h"
#include "lib/wire/scratch.h"

#define LANES_TURN_US    INT64_C(1000) /* Of bulk a turn, and of hellos as much again. */
#define LANES_BATCH_MAX  4096          /* Commands that may collect while a commit is in flight. */
#define LANE_ITEMS_MAX   4096
#define LANES_ITEMS_MAX  16384
#define LANES_BYTES_MAX  ((size_t)16 << 20)
#define LANE_WAIT_US_MAX INT64_C(1000000) /* Of its first; then no more are taken. */
#define LANE_ITEMS_ROUND 8                /* Of one lane, before the next has its turn. */

struct app;
struct lane_item;
struct session;

struct lanes {
        struct att_list sessions; /* That have something in their lane, the next one first. */
        struct att_list greeting; /* Whose hello waits. */
        struct att_map by_contact;
        uint32_t count; /* Items, but for hellos. */
        size_t bytes;
        int64_t bulk_us; /* Spent this turn. */
        int64_t hello_us;
        uint64_t turn;
        bool wants_turn; /* A session has whole frames that were not looked at yet. */
        bool is_open;
        uv_idle_t idle; /* Runs while something can be done without waiting. */
        struct att_scratch scratch;
};

/* Of a session. */
struct lane {
        struct att_list in_lanes;
        struct att_list in_greeting;
        struct att_list items;
        uint32_t count;
        uint32_t followers;      /* Of them, that are about a contact before them. */
        struct lane_item *hello; /* Owned; NULL: none waits. */
};

void lanes_init(struct lanes *lanes);
void lanes_deinit(struct lanes *lanes); /* All lanes must be dropped (checked). */
void lanes_open(struct app *app);
void lanes_close(struct app *app);

void lane_init(struct lane *lane);
/* What waits of a session that ends is forgotten: nobody is told that it was done. */
void lane_drop(struct app *app, struct lane *lane);
/* Nothing of it is decided, until it is unblocked. */
void lane_block(struct lane *lane);
/* The first frames in it, at most so many. */
void lane_see(const struct lane *lane, size_t frames_max,
              void (*see)(void *context, struct att_text frame), void *context);
void lanes_unblock(struct app *app, struct lane *lane);

/* A message that may have to wait, with its frame. */
void lanes_take_bulk(struct session *session, const struct att_wire_message *message,
                     struct att_text frame);
void lanes_take_hello(struct session *session, const struct att_wire_message *message,
                      struct att_text frame);
/* Whether it is about a contact that its session's lane has yet to bring: then it waits behind that. */
ATT_MUST_USE bool lanes_take_follower(struct session *session,
                                      const struct att_wire_message *message,
                                      struct att_text frame);
/* Decides what waits about this contact; whether anything did. */
bool lanes_bring_forward(struct app *app, struct att_text contact);

/* At a turn's end. */
void lanes_run(struct app *app);
/* After all else of the turn: whether the loop goes on without waiting. */
void lanes_end_turn(struct app *app);

#endif
