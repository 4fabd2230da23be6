/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libuv for the simulated daemon: the same functions (the linker puts these in their place), one turn at
 * a time, on the simulation's clock and network.
 *
 * The network is links: a stream of bytes each way, in order, each piece with the time it arrives.
 * Uncommon functions that the daemon does not need here (TCP, signals, files) do nothing.
 */
#ifndef ATT_TOOLS_ATTUNESIM_CHAOS_UV_H
#define ATT_TOOLS_ATTUNESIM_CHAOS_UV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "lib/base/rng.h"

struct link;

/* Bytes that a link takes from the server before it says that it is full. */
#define LINK_BYTES_MAX 65536

/* A new process: no handles. Links stay, without a server. */
void chaos_uv_begin(const struct att_rng *rng);
/* The process is gone: so are its handles; clients hear of it. */
void chaos_uv_end(void);

/* What uv_run() calls: the simulation. */
extern void (*chaos_uv_driver)(uv_loop_t *loop);
/* What the server sent, as it sends it. */
extern void (*chaos_uv_on_sent)(uv_stream_t *server, const char *bytes, size_t len);

/* One turn at the present time. */
void chaos_uv_turn(void);
/* Only what was closed hears of it. */
void chaos_uv_run_closing(void);
/* Whether any handle keeps the loop alive. */
bool chaos_uv_is_alive(void);
bool chaos_uv_wants_turn(void); /* Something idles: a turn at once. */
int64_t chaos_uv_next_us(void); /* When there is something to do; INT64_MAX: never. */
/* Whoever listens; NULL: nobody does. */
uv_stream_t *chaos_uv_listener(void);

/* A batch is given to the journal; its thread is through with it. */
void chaos_uv_note_asked(void);
void chaos_uv_note_done(void);
/* That it is done is heard at this time, not before. */
void chaos_uv_expect_async(int64_t due_us);
bool chaos_uv_is_expecting(void);
void chaos_uv_wait_async(void); /* Until it is. */

/* ---- The clients' side ---- */

struct link *link_open(int64_t delay_us);
void link_free(struct link *link);            /* Closes it, too. */
bool link_has_ended(const struct link *link); /* Nothing more will come. */
void link_send(struct link *link, const char *bytes, size_t len, int64_t delay_us);
/* What has arrived: at most so many bytes. */
size_t link_receive(struct link *link, char *into, size_t len);
/* When the client has something to receive, or its end; INT64_MAX: never. */
int64_t link_next_us(const struct link *link);
size_t link_backlog(const struct link *link); /* Sent by the server, not yet received. */
void link_close(struct link *link);           /* After all that was sent. */
void link_reset(struct link *link);           /* At once, for both. */
void link_go_silent(struct link *link);       /* Nothing arrives any more, either way. */
void link_set_delay(struct link *link, int64_t delay_us, bool trickles);

#endif
