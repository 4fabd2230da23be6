/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection's way: accepted and handed to libwebsockets -> asked (its request was read) -> its
 * answer's head is written, then its body in pieces, each when the socket takes it -> waits for the
 * next request. Whoever asks for metrics waits until the page is made.
 */
#include "daemon/http.h"

#include <errno.h>
#include <libwebsockets.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "daemon/address.h"
#include "daemon/app.h"
#include "daemon/clock.h"
#include "daemon/health.h"
#include "daemon/page.h"
#include "daemon/turns.h"
#include "lib/base/util.h"

#define BACKLOG   128
#define LOOK_MS   250 /* So that the loop turns often enough for daemon/turns.h. */
#define LIBRARY_S 30  /* Its own limits are behind ours. */
#define HEAD_SIZE 1024

struct connection {
        struct lws *wsi;   /* Borrowed; NULL: nobody's. */
        int64_t since_ms;  /* Monotonic: of its accept, or of its last answer's end. */
        bool was_answered; /* And has not asked again. */
        bool wants_page;
        bool is_head;
        bool must_close; /* After the answer. */
        bool is_head_sent;
        unsigned int code;
        const char *type;
        struct body *body; /* Shared. */
        size_t sent;
};

struct http {
        struct app *app; /* Borrowed. */
        int fd;          /* That listens; -1. */
        bool is_open;
        bool is_paused; /* No file descriptors: not listened to until the next look. */
        char address[ADDRESS_TEXT_SIZE];
        uv_poll_t listener;
        uv_prepare_t turn;
        uv_timer_t look;
        struct lws_context *context;
        struct lws_vhost *vhost;
        struct turns turns;

        struct connection connections[HTTP_CONNECTIONS_MAX];
        uint32_t count;
        uint64_t answered[METRICS_HTTP_CODE_COUNT];
        uint64_t turned_away;
        uint64_t slow;

        struct page page;
};

static int64_t now_ms(void)
{
        return clock_monotonic_us() / 1000;
}

/* ---- Answers ---- */

static void count_answer(struct http *http, unsigned int code)
{
        uint32_t i = 0;

        while (METRICS_HTTP_CODES[i] != code) {
                i++;
                ATT_CHECK(i < METRICS_HTTP_CODE_COUNT);
        }
        http->answered[i]++;
}

/* The body becomes the connection's. It goes out when the socket can be written to. */
static void answer(struct http *http, struct connection *connection, unsigned int code,
                   const char *type, struct body *body)
{
        connection->code = code;
        connection->type = type;
        body_unref(connection->body);
        connection->body = body;
        connection->sent = 0;
        connection->is_head_sent = false;
        count_answer(http, code);
        (void)lws_callback_on_writable(connection->wsi);
}

static void answer_text(struct http *http, struct connection *connection, unsigned int code,
                        const char *text)
{
        struct body *body = body_new();

        att_buffer_append_c(&body->text, text);
        answer(http, connection, code, "text/plain; charset=utf-8", body);
}

/* ---- The pages ---- */

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

static void handle_metrics(struct http *http, struct connection *connection)
{
        struct body *body = page_ask(&http->page);

        if (body) {
                answer(http, connection, 200, METRICS_TYPE, body);
        } else {
                connection->wants_page = true;
        }
}

static void on_page_made(void *context, struct body *body)
{
        struct http *http = context;

        for (size_t i = 0; i < HTTP_CONNECTIONS_MAX; i++) {
                struct connection *connection = &http->connections[i];

                if (connection->wsi && connection->wants_page) {
                        connection->wants_page = false;
                        answer(http, connection, 200, METRICS_TYPE, body_ref(body));
                }
        }
}

static void handle_healthz(struct http *http, struct connection *connection)
{
        struct body *body = body_new();
        const bool is_turning = health_put_turning(
                turns_stood_us(&http->turns, clock_monotonic_us()), &body->text);

        answer(http, connection, is_turning ? 200 : 503, "text/plain; charset=utf-8", body);
}

static void handle_readyz(struct http *http, struct connection *connection)
{
        const struct app *app = http->app;
        const struct health health = {
                .is_recovered = app->writer.journal != NULL,
                .is_configured = att_core_config(app->writer.core) != NULL,
                .is_draining = app->is_draining,
                .is_disk_nearly_full = app->upkeep.room != UPKEEP_ROOM_ENOUGH,
                .config = app->publisher.config,
                .seq = att_core_seq(app->writer.core),
        };
        struct body *body = body_new();
        const bool is_ready = health_put_ready(&health, &body->text);

        answer(http, connection, is_ready ? 200 : 503, "application/json", body);
}

static const struct {
        const char *path;
        void (*handle)(struct http *http, struct connection *connection);
} PAGES[] = {
        {"/metrics", handle_metrics},
        {"/healthz", handle_healthz},
        {"/readyz", handle_readyz},
};

static void handle_request(struct http *http, struct connection *connection, struct att_text path)
{
        const bool is_get = lws_hdr_total_length(connection->wsi, WSI_TOKEN_GET_URI) > 0;

        connection->was_answered = false;
        connection->since_ms = now_ms();
        connection->is_head = lws_hdr_total_length(connection->wsi, WSI_TOKEN_HEAD_URI) > 0;
        connection->must_close = !is_get && !connection->is_head;
        if (connection->must_close) {
                answer_text(http, connection, 405, "only GET and HEAD\n");
                return;
        }
        for (size_t i = 0; i < ATT_ARRAY_LEN(PAGES); i++) {
                if (att_text_equals_c(path, PAGES[i].path)) {
                        PAGES[i].handle(http, connection);
                        return;
                }
        }
        answer_text(http, connection, 404, "there are /metrics, /healthz and /readyz\n");
}

/* ---- Writing ---- */

/* libwebsockets wants the callback to end in -1 where the connection is to be closed. */
static int end_answer(struct connection *connection)
{
        body_unref(ATT_STEAL(connection->body));
        connection->since_ms = now_ms();
        connection->was_answered = true;
        return connection->must_close || lws_http_transaction_completed(connection->wsi) ? -1 : 0;
}

static int write_head(struct connection *connection)
{
        unsigned char bytes[LWS_PRE + HEAD_SIZE];
        unsigned char *at = bytes + LWS_PRE;
        unsigned char *end = bytes + sizeof(bytes);
        struct lws *wsi = connection->wsi;
        static const unsigned char methods[] = "GET, HEAD";

        if (lws_add_http_common_headers(wsi, connection->code, connection->type,
                                        connection->body->text.len, &at, end)) {
                return -1;
        }
        if (connection->code == 405 &&
            lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_ALLOW, methods, sizeof(methods) - 1,
                                         &at, end)) {
                return -1;
        }
        if (lws_finalize_write_http_header(wsi, bytes + LWS_PRE, &at, end)) {
                return -1;
        }
        connection->is_head_sent = true;
        return 0;
}

static int write_piece(struct connection *connection)
{
        static unsigned char bytes[LWS_PRE + HTTP_WRITE_BYTES]; /* Of the loop's thread alone. */
        const struct att_buffer *text = &connection->body->text;
        const size_t rest = text->len - connection->sent;
        const size_t len = rest < HTTP_WRITE_BYTES ? rest : HTTP_WRITE_BYTES;

        memcpy(bytes + LWS_PRE, text->data + connection->sent, len);
        connection->sent += len;
        return lws_write(connection->wsi, bytes + LWS_PRE, len,
                         len == rest ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < 0
                       ? -1
                       : 0;
}

static int go_on_with_answer(struct connection *connection)
{
        if (!connection->body) {
                return 0; /* Its page is being made. */
        }
        if (!connection->is_head_sent) {
                if (write_head(connection) < 0) {
                        return -1;
                }
                if (connection->is_head) {
                        return end_answer(connection);
                }
        } else if (write_piece(connection) < 0) {
                return -1;
        } else if (connection->sent == connection->body->text.len) {
                return end_answer(connection);
        }
        (void)lws_callback_on_writable(connection->wsi);
        return 0;
}

/* ---- Connections ---- */

static struct connection *find_free(struct http *http)
{
        for (size_t i = 0; i < HTTP_CONNECTIONS_MAX; i++) {
                if (!http->connections[i].wsi) {
                        return &http->connections[i];
                }
        }
        return NULL;
}

static void forget(struct http *http, struct lws *wsi)
{
        struct connection *connection = lws_get_opaque_user_data(wsi);

        if (connection) {
                lws_set_opaque_user_data(wsi, NULL);
                body_unref(connection->body);
                *connection = (struct connection){0};
                http->count--;
        }
}

/* What libwebsockets has to say. */
static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len)
{
        struct http *http = lws_context_user(lws_get_context(wsi));
        struct connection *connection = lws_get_opaque_user_data(wsi);

        (void)user;
        switch ((int)reason) {
        case LWS_CALLBACK_HTTP:
                if (!connection) {
                        return -1;
                }
                handle_request(http, connection, att_text_of(in, len));
                return 0;
        case LWS_CALLBACK_HTTP_WRITEABLE:
                return connection ? go_on_with_answer(connection) : -1;
        case LWS_CALLBACK_WSI_DESTROY:
                forget(http, wsi);
                return 0;
        case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:       /* Nothing is spoken here ... */
        case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION: /* ... but plain HTTP. */
                return -1;
        default:
                return 0;
        }
}

static void turn_away(struct http *http, int fd)
{
        static const char sorry[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 10\r\n"
                                    "Content-Length: 0\r\nConnection: close\r\n\r\n";

        http->turned_away++;
        (void)send(fd, sorry, sizeof(sorry) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        (void)shutdown(fd, SHUT_WR);
        (void)close(fd);
}

static void take_in(struct http *http, int fd)
{
        const int on = 1;
        struct connection *connection = find_free(http);
        struct lws *wsi = connection ? lws_adopt_socket_vhost(http->vhost, fd) : NULL;

        if (!connection) {
                turn_away(http, fd);
        } else if (wsi) {
                /* A head and its body are two writes. */
                (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
                *connection = (struct connection){.wsi = wsi, .since_ms = now_ms()};
                lws_set_opaque_user_data(wsi, connection);
                http->count++;
        }
}

static void on_acceptable(uv_poll_t *listener, int status, int events)
{
        struct http *http = listener->data;

        (void)status;
        (void)events;
        for (int i = 0; i < HTTP_ACCEPTS_PER_TURN; i++) {
                const int fd = accept4(http->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

                if (fd >= 0) {
                        take_in(http, fd);
                } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) {
                        (void)uv_poll_stop(listener); /* Else the loop would not wait any more. */
                        http->is_paused = true;
                        return;
                } else if (errno != ECONNABORTED && errno != EINTR) {
                        return;
                }
        }
}

static void start_listening(struct http *http)
{
        http->is_paused = false;
        ATT_CHECK(uv_poll_start(&http->listener, UV_READABLE, on_acceptable) == 0);
}

static void look_at(struct http *http, struct connection *connection, int64_t monotonic_ms)
{
        if (!connection->wsi || monotonic_ms - connection->since_ms < HTTP_SLOW_MS) {
                return;
        }
        if (!connection->was_answered) {
                http->slow++;
        }
        connection->since_ms = monotonic_ms; /* It takes its leave, which may take a while. */
        connection->was_answered = true;
        lws_set_timeout(connection->wsi, 1, LWS_TO_KILL_SYNC);
}

static void on_look(uv_timer_t *timer)
{
        struct http *http = timer->data;
        const int64_t monotonic_ms = now_ms();

        for (size_t i = 0; i < HTTP_CONNECTIONS_MAX; i++) {
                look_at(http, &http->connections[i], monotonic_ms);
        }
        if (http->is_paused) {
                start_listening(http);
        }
}

static void on_turn(uv_prepare_t *prepare)
{
        struct http *http = prepare->data;

        turns_note(&http->turns, clock_monotonic_us(),
                   (int64_t)(uv_metrics_idle_time(prepare->loop) / 1000), clock_thread_cpu_us());
}

/* ---- Opening and closing ---- */

static void on_library_words(int level, const char *line)
{
        char words[256];

        (void)level;
        (void)snprintf(words, sizeof(words), "%.*s", (int)strcspn(line, "\n"), line);
        log_say("http.library", words);
}

static const struct lws_protocols PROTOCOLS[] = {
        {.name = "http", .callback = on_event},
        {.name = NULL},
};

/* Later it is to say nothing: who sends nonsense must not be able to fill our log. */
static bool start_library(struct http *http)
{
        void *loops[] = {http->app->loop};
        struct lws_context_creation_info info = {
                .port = CONTEXT_PORT_NO_LISTEN_SERVER,
                .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                           LWS_SERVER_OPTION_UV_NO_SIGSEGV_SIGFPE_SPIN |
                           LWS_SERVER_OPTION_NO_LWS_SYSTEM_STATES,
                .foreign_loops = loops,
                .protocols = PROTOCOLS,
                .gid = -1,
                .uid = -1,
                .server_string = "attuned",
                .user = http,
                .vhost_name = "attuned",
                .keepalive_timeout = LIBRARY_S,
                .timeout_secs = LIBRARY_S,
                .timeout_secs_ah_idle = LIBRARY_S,
                .fd_limit_per_thread = HTTP_CONNECTIONS_MAX + 16,
                .pcontext = &http->context,
        };

        lws_set_log_level(LLL_ERR, on_library_words);
        http->context = lws_create_context(&info);
        if (http->context) {
                http->vhost = lws_create_vhost(http->context, &info);
        }
        lws_set_log_level(0, on_library_words);
        return http->vhost != NULL;
}

static void open_handles(struct http *http)
{
        uv_loop_t *loop = http->app->loop;

        ATT_CHECK(uv_poll_init(loop, &http->listener, http->fd) == 0);
        ATT_CHECK(uv_prepare_init(loop, &http->turn) == 0);
        ATT_CHECK(uv_timer_init(loop, &http->look) == 0);
        http->listener.data = http;
        http->turn.data = http;
        http->look.data = http;
        http->is_open = true;
        turns_begin(&http->turns, clock_monotonic_us(),
                    (int64_t)(uv_metrics_idle_time(loop) / 1000), clock_thread_cpu_us());
        ATT_CHECK(uv_prepare_start(&http->turn, on_turn) == 0);
        ATT_CHECK(uv_timer_start(&http->look, on_look, LOOK_MS, LOOK_MS) == 0);
        start_listening(http);
}

int http_open(struct app *app, struct att_buffer *why)
{
        struct http *http;

        if (!app->options->http) {
                return 0;
        }
        http = att_alloc(sizeof(*http));
        http->app = app;
        http->fd = -1;
        app->http = http;
        http->fd = address_listen(app->options->http, "--http", BACKLOG, http->address, why);
        if (http->fd < 0) {
                return http->fd;
        }
        ATT_CHECK(uv_loop_configure(app->loop, UV_METRICS_IDLE_TIME) == 0);
        if (!start_library(http)) {
                if (http->context) {
                        lws_context_destroy(http->context);
                }
                att_buffer_append_c(why, "libwebsockets does not start: is the package "
                                         "libwebsockets-evlib-uv there?");
                return -ENOTSUP;
        }
        http->page.on_made = on_page_made;
        http->page.context = http;
        page_open(&http->page, app);
        open_handles(http);
        return 0;
}

void http_close(struct app *app)
{
        struct http *http = app->http;

        if (!http || !http->is_open) {
                return;
        }
        http->is_open = false;
        uv_close((uv_handle_t *)&http->listener, NULL);
        uv_close((uv_handle_t *)&http->turn, NULL);
        uv_close((uv_handle_t *)&http->look, NULL);
        page_close(&http->page);
        lws_context_destroy(
                http->context); /* Once to close its handles; http_free() does the rest. */
}

void http_free(struct http *http)
{
        if (!http) {
                return;
        }
        if (http->context) { /* It clears the pointer when it is gone. */
                lws_context_destroy(http->context);
        }
        ATT_CHECK(!http->context);
        if (http->fd >= 0) {
                (void)close(http->fd);
        }
        page_deinit(&http->page);
        free(http);
}

bool http_is_busy(const struct http *http)
{
        return http && page_is_busy(&http->page);
}

const char *http_address(const struct http *http)
{
        return http->address;
}

void http_take_figures(const struct http *http, struct metrics *metrics, int64_t now_us)
{
        metrics->turns = http->turns.worked;
        metrics->turns_cpu = http->turns.worked_cpu;
        metrics->longest_turn_us = turns_longest_us(&http->turns, now_us);
        metrics->longest_turn_cpu_us = turns_longest_cpu_us(&http->turns, now_us);
        for (int i = 0; i < METRICS_HTTP_CODE_COUNT; i++) {
                metrics->http_requests[i] = (int64_t)http->answered[i];
        }
        metrics->http_connections = http->count;
        metrics->http_turned_away = (int64_t)http->turned_away;
        metrics->http_slow = (int64_t)http->slow;
}
