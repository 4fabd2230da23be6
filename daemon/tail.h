/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions that follow the route log. Lines that a follower is too slow to take are left out and
 * counted; the next frame says how many.
 */
#ifndef ATT_DAEMON_TAIL_H
#define ATT_DAEMON_TAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/list.h"
#include "lib/base/text.h"
#include "lib/wire/message.h"

#define TAILS_PER_SESSION_MAX 8

struct session;

/* Events that are remembered, for a tail that begins in the past. */
#define TAIL_RECENT_MAX 4096

struct tail_recent;

struct tails {
        struct att_list all; /* Of all sessions. */
        struct tail_recent
                *recent;      /* Owned: TAIL_RECENT_MAX of them; the next one's place is the */
        uint64_t next_recent; /* number of all so far, modulo that. */
};

struct tail_event {
        int64_t at_ms;
        struct att_text contact;
        struct att_text queue;
        struct att_text agent;
        struct att_text event;
        struct att_text line;
};

void tails_init(struct tails *tails);
void tails_deinit(struct tails *tails); /* No session may have one. */
bool tails_are_none(const struct tails *tails);

/* False: the session has too many. */
ATT_MUST_USE bool tail_begin(struct session *session, uint64_t request_id,
                             const struct att_wire_tail *filter);
/* False: there is no such tail. */
bool tail_end(struct session *session, uint64_t request_id);
void tails_close(struct session *session);

void tails_add(struct tails *tails, const struct tail_event *event);
/* At a turn's end: what was added goes into the sessions' outboxes. */
void tails_flush(struct tails *tails);

#endif
