/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session: one connection, from its accept to its close.
 *
 *      CONNECTED -> (hello) -> OPEN -> CLOSING -> closed
 *
 * In CLOSING nothing is read any more and what is in the outbox is sent, for a few seconds at most.
 * A session owns itself: session_close() may be called any number of times, and the memory goes in
 * the last close callback. Nobody but the lists of struct sessions, its feed and its tails point to
 * it.
 */
#ifndef ATT_DAEMON_SESSION_H
#define ATT_DAEMON_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "daemon/access.h"
#include "daemon/front_end.h"
#include "daemon/lanes.h"
#include "daemon/outbox.h"
#include "lib/base/list.h"
#include "lib/base/text.h"
#include "lib/model/words.h"
#include "lib/wire/frame.h"
#include "lib/wire/scratch.h"

#define SESSIONS_MAX             12000
#define SESSION_READ_BYTES       32768
#define SESSION_READS_PER_TURN   2
#define SESSION_FRAMES_PER_TURN  256
#define SESSION_OUTBOX_PAUSE     ((size_t)1 << 20) /* Then it is not read from ... */
#define SESSION_OUTBOX_BYTES_MAX ((size_t)8 << 20) /* ... and at this it is closed. */
#define SESSION_HELLO_MS         INT64_C(10000)    /* To say who one is. */
#define SESSION_STUCK_MS_MAX     INT64_C(30000)    /* With a write that it does not take. */
#define SESSION_CLOSING_MS       INT64_C(3000)     /* To read the last words. */
#define SESSION_KEEPALIVE_MS     INT64_C(30000)    /* Of silence: what a welcome asks for ... */
#define SESSION_SILENCE_MS_MAX   INT64_C(100000)   /* ... and what is borne. */
#define SESSION_NAME_SIZE        129
#define SESSION_ID_SIZE          24

struct app;
struct lookup;

enum session_state {
        SESSION_CONNECTED, /* No hello yet. */
        SESSION_OPEN,
        SESSION_CLOSING, /* Only what is in the outbox goes out. */
        SESSION_CLOSED,  /* Its handle is being closed. */
};

struct session {
        struct att_list in_all;
        struct app *app; /* Borrowed. */
        union {
                uv_handle_t handle;
                uv_stream_t stream;
                uv_pipe_t pipe;
                uv_tcp_t tcp;
        };
        enum session_state state;
        struct peer peer;
        struct att_frame_reader reader;
        struct outbox outbox;
        struct att_buffer writing; /* What a write in flight has not sent yet. */
        uv_write_t write;
        bool is_writing;
        int64_t stuck_ms; /* Monotonic: since when that write is in flight. */
        bool is_reading;
        uint32_t reads;            /* This turn. */
        uint64_t turn;             /* The one that its frames were counted in. */
        uint32_t frames;           /* Looked at in that turn. */
        bool is_held;              /* Whole frames are left to look at. */
        struct att_list in_paused; /* Those that are not read from until the turn ends. */
        struct lane lane;          /* What waits for its turn. */
        struct lookup *lookup; /* Of a customer, which what is in the lane waits for; or NULL. */
        struct held *held;     /* Owned; what it said so far that it holds, or NULL. */
        int64_t since_ms;      /* Monotonic: of its state. */
        int64_t heard_ms;      /* Monotonic: of the last bytes. */

        char id[SESSION_ID_SIZE];
        enum att_role role;
        char name[SESSION_NAME_SIZE];  /* Of its front end; empty: by hand. */
        char agent[SESSION_NAME_SIZE]; /* It acts for; or empty. */
        char token[FEED_TOKEN_SIZE];   /* To go on with. */
        uint64_t client;               /* Whose requests these are: what its token stands for. */
        struct front_end *front_end;   /* Borrowed; NULL: by hand. */
        struct feed *feed;             /* Shared with struct front_ends; NULL: nothing is pushed. */
        struct att_list tails;
};

/* All of them, and what they share. */
struct sessions {
        struct att_list all;
        struct att_list paused;
        uint32_t count;
        uint64_t next_id;
        char read_bytes[SESSION_READ_BYTES]; /* A read's bytes are used up within its callback. */
        struct att_scratch scratch;          /* So is a decoded message. */
};

void sessions_init(struct sessions *sessions);
void sessions_deinit(struct sessions *sessions); /* None may be left (checked). */

/* Accepts what waits at a listener; too many are turned away with a word. */
void session_accept(struct app *app, uv_stream_t *listener, bool is_local);

/* Its hello is done. */
void session_open(struct session *session);

/* Where to append what it is to be sent; it goes out with the present batch. */
struct att_buffer *session_out(struct session *session);
/* What is in it may go out now. */
void session_release(struct outbox *outbox);

/* Why it is going to be closed, and when to come back. */
void session_say_bye(struct session *session, const char *reason);
/* Sends what is there, and what `put` appended before, then closes. */
void session_close_gently(struct session *session, const char *reason);
void session_close(struct session *session, const char *reason);

/* Goes on with those that were not read from. */
void sessions_resume(struct sessions *sessions);
/* Closes those that said no hello, are silent, or don't read their last words. */
void sessions_sweep(struct sessions *sessions, int64_t monotonic_ms);
/* No more reading, from any of them. */
void sessions_stop_reading(struct sessions *sessions);

struct att_text session_name(const struct session *session);
struct att_text session_agent(const struct session *session);

#endif
