/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP for operators, where `--http` asks for it: /metrics, /healthz, /readyz.
 *
 * It runs on the loop that routes, so it takes little of it: so many connections, a few of them
 * accepted a turn, GET and HEAD alone, short requests, so much time for each, and metrics in pieces
 * (daemon/page.h).
 *
 * libwebsockets speaks HTTP, on the same loop; the listening socket is our own, so that we decide who
 * gets in. Without --http nothing of this exists.
 */
#ifndef ATT_DAEMON_HTTP_H
#define ATT_DAEMON_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"

#define HTTP_CONNECTIONS_MAX  64 /* One more is told to come back and closed. */
#define HTTP_ACCEPTS_PER_TURN 16
#define HTTP_SLOW_MS          INT64_C(10000) /* To send a request, to take the answer, or doing nothing. */
#define HTTP_WRITE_BYTES      ((size_t)16384) /* To one connection, a turn. */

struct app;
struct http;
struct metrics;

/* NULL in `app->http` unless --http was given. A negative errno and a sentence if it can't be had. */
ATT_MUST_USE int http_open(struct app *app, struct att_buffer *why);
/* Closes what keeps the loop alive. Idempotent. */
void http_close(struct app *app);
/* When the loop has run out. */
void http_free(struct http *http);          /* NULL fine. */
bool http_is_busy(const struct http *http); /* NULL fine. Something of it is on another thread. */

const char *http_address(const struct http *http); /* As it was bound. */

/* What it knows of itself and the loop's turns. */
void http_take_figures(const struct http *http, struct metrics *metrics, int64_t now_us);

#endif
