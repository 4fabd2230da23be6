/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Front ends by name, and the feeds of pushes to their sessions.
 *
 * Glossary. A front end is whoever says a name in its hello; it may have several sessions at a time.
 * A feed is the line of pushes of one session and of those that took it up again with its resume
 * token; without a session it is detached and collects, for a while and up to a limit. One that falls
 * too far behind is stale: its pushes are dropped, and instead of them it gets a snapshot of what
 * there is. A seat is
 * where pushes about an agent go: the front end that signed the agent in, and the feeds of desktops
 * that act for the agent.
 *
 * Every feed of a front end is pushed all that happens to its contacts.
 */
#ifndef ATT_DAEMON_FRONT_END_H
#define ATT_DAEMON_FRONT_END_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/answers.h"
#include "daemon/push_window.h"
#include "lib/base/list.h"
#include "lib/base/map.h"
#include "lib/base/text.h"
#include "lib/model/limits.h"

#define FEED_TOKEN_SIZE      33
#define FEED_DETACHED_MS_MAX INT64_C(120000)
#define FEEDS_DETACHED_MAX   16384
#define FEEDS_BYTES_MAX      ((size_t)32 << 20) /* Of all pushes that wait in detached ones. */
#define FRONT_END_KEPT_MS                                                                          \
        INT64_C(3600000) /* After it was lost: longer than the engine waits for it. */

struct session;

struct front_end {
        struct att_map_node by_name;
        struct att_list in_all;
        struct att_text name; /* Owned, after the struct. */
        struct att_list feeds;
        uint64_t feeds_begun; /* So far: one that begins knows nothing of what was told before. */
        uint32_t session_count;
        uint32_t home_count; /* Seats that have it as their home. */
        bool is_present;     /* The engine believes so: it gave commands, and was not lost. */
        int64_t lost_ms;     /* Core time when the engine was told that it is lost; 0: it was not,
                                   or was told that it is back. */
        struct att_list in_changed; /* A session of it has gone. */
};

struct seat {
        struct att_map_node by_agent;
        struct att_list in_all;
        struct att_text agent;  /* Owned, after the struct. */
        struct front_end *home; /* Borrowed; who signed the agent in, or NULL. */
        struct att_list feeds;
};

struct feed {
        struct att_list in_front_end;
        struct att_list in_seat;
        struct att_list in_detached;
        struct att_map_node by_token;
        struct front_end *front_end; /* Borrowed; NULL: a session without a name. */
        struct seat *seat;           /* Borrowed; NULL: acts for no agent. */
        struct session *session;     /* Borrowed; NULL: detached. */
        int64_t detached_ms;         /* Monotonic. */
        char token[FEED_TOKEN_SIZE];
        struct push_window pushes;
        uint64_t stamp; /* Of the last effect that it got, so that it gets it once. */
        bool is_stale;  /* It fell too far behind: nothing is kept but that it needs a snapshot. */
};

struct front_ends {
        struct att_map by_name;
        struct front_end *recent; /* Borrowed: that was looked for last; or NULL. */
        struct att_map seats_by_agent;
        struct att_map feeds_by_token;
        struct att_list all;
        struct att_list seats;
        struct att_list changed;
        struct att_list detached;
        uint32_t detached_count;
        size_t detached_bytes; /* Of pushes. */
        uint64_t stamp;
        struct answers answers;  /* To the requests of their clients. */
        struct att_buffer frame; /* Where a replay makes an answer. */
};

void front_ends_init(struct front_ends *front_ends);
void front_ends_deinit(struct front_ends *front_ends); /* No feed may have a session (checked). */

struct front_end *front_ends_find(struct front_ends *front_ends, struct att_text name);
struct front_end *front_ends_get(struct front_ends *front_ends, struct att_text name);
/* Those that nothing depends on any more. */
void front_ends_forget(struct front_ends *front_ends, int64_t core_ms);

struct seat *seats_find(const struct front_ends *front_ends, struct att_text agent);
struct seat *seats_get(struct front_ends *front_ends, struct att_text agent);

/* `front_end` has signed the agent in. */
void seat_move(struct seat *seat, struct front_end *front_end);

/* The token of a session that begins: the one it had, if that is a token and no feed's; else one that
 * nobody can guess. It names the client as long as it lives, also to the next attuned. */
void feed_choose_token(const struct front_ends *front_ends, struct att_text had,
                       char token[FEED_TOKEN_SIZE]);

/* A new feed for a session; `front_end` and `agent` may be NULL and empty. */
struct feed *feed_new(struct front_ends *front_ends, struct front_end *front_end,
                      struct att_text agent, const char token[FEED_TOKEN_SIZE],
                      struct session *session);
void feed_free(struct front_ends *front_ends, struct feed *feed);
/* Its session is gone; it waits to be taken up. */
void feed_detach(struct front_ends *front_ends, struct feed *feed, int64_t monotonic_ms);
void feed_attach(struct front_ends *front_ends, struct feed *feed, struct session *session);
/* So many bytes of pushes more (or, negative, fewer) than before, for the bound of detached ones. */
void feed_note_bytes(struct front_ends *front_ends, const struct feed *feed, size_t before);
/* Drops what it has; until a snapshot is put it takes no pushes. */
void feed_make_stale(struct front_ends *front_ends, struct feed *feed);
/* The feed with this token, if it is this front end's and this agent's; or NULL. */
struct feed *feeds_find(const struct front_ends *front_ends, struct att_text token,
                        const struct front_end *front_end, struct att_text agent);
/* Frees those that nobody took up in time. */
void feeds_expire(struct front_ends *front_ends, int64_t monotonic_ms);

#endif
