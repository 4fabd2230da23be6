/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunectl/link.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "version.h"

static int64_t monotonic_ms(void)
{
        struct timespec now = {0};

        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- Bytes ---- */

static bool write_all(struct link *link, struct att_buffer *why)
{
        for (;;) {
                struct att_text output = att_client_output(link->client);
                ssize_t n;

                if (att_text_is_empty(output)) {
                        return true;
                }
                n = send(link->fd, output.data, output.len, MSG_NOSIGNAL);
                if (n < 0 && errno != EINTR) {
                        att_buffer_printf(why, "the connection to attuned broke: %s",
                                          strerror(errno));
                        return false;
                }
                att_client_wrote(link->client, n > 0 ? (size_t)n : 0);
        }
}

enum reading {
        READING_MORE,
        READING_QUIET, /* Nothing came until then. */
        READING_LOST,
};

static enum reading read_more(struct link *link, int64_t until_ms, struct att_buffer *why)
{
        struct pollfd pollfd = {.fd = link->fd, .events = POLLIN};
        int64_t left_ms = att_max_i64(until_ms - monotonic_ms(), 0);
        ssize_t n;

        if (poll(&pollfd, 1, (int)att_min_i64(left_ms, INT32_MAX)) == 0) {
                return READING_QUIET;
        }
        n = recv(link->fd, link->bytes, sizeof(link->bytes), MSG_DONTWAIT);
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
                return READING_MORE;
        }
        if (n <= 0) {
                att_buffer_printf(why, "attuned closed the connection%s%s", n < 0 ? ": " : "",
                                  n < 0 ? strerror(errno) : "");
                return READING_LOST;
        }
        att_client_feed(link->client, link->bytes, (size_t)n);
        link->must_read = false;
        return READING_MORE;
}

/* ---- Events ---- */

enum waiting {
        WAITING_EVENT,
        WAITING_QUIET,
        WAITING_LOST,
};

/* What ends a connection, as a sentence. */
static bool is_over(const struct att_client_event *event, struct att_buffer *why)
{
        switch (event->kind) {
        case ATT_CLIENT_DENIED:
                att_buffer_printf(why, "attuned turns us away: %.*s",
                                  ATT_TEXT_ARGS(event->error->message));
                return true;
        case ATT_CLIENT_BYE:
                att_buffer_printf(why, "attuned says goodbye: %.*s",
                                  ATT_TEXT_ARGS(event->bye->reason));
                return true;
        case ATT_CLIENT_BROKEN:
                att_buffer_printf(why, "what is at the socket does not speak like attuned: %.*s",
                                  ATT_TEXT_ARGS(event->error->message));
                return true;
        case ATT_CLIENT_WELCOME:
        case ATT_CLIENT_ANSWER:
        case ATT_CLIENT_PUSH:
        case ATT_CLIENT_SNAPSHOT:
        case ATT_CLIENT_EVENTS:
        case ATT_CLIENT_PONG:
                return false;
        }
        return false;
}

static enum waiting wait_event(struct link *link, int64_t until_ms,
                               struct att_client_event *ret_event, struct att_buffer *why)
{
        for (;;) {
                if (!link->must_read && att_client_next_event(link->client, ret_event)) {
                        return is_over(ret_event, why) ? WAITING_LOST : WAITING_EVENT;
                }
                link->must_read = true;
                if (!write_all(link, why)) {
                        return WAITING_LOST;
                }
                switch (read_more(link, until_ms, why)) {
                case READING_MORE:
                        break;
                case READING_QUIET:
                        return WAITING_QUIET;
                case READING_LOST:
                        return WAITING_LOST;
                }
        }
}

/* An event of this kind, with this request's number unless that is 0. */
static bool wait_kind(struct link *link, enum att_client_event_kind kind, uint64_t request_id,
                      struct att_client_event *ret_event, struct att_buffer *why)
{
        int64_t until_ms = monotonic_ms() + link->answer_ms;

        for (;;) {
                switch (wait_event(link, until_ms, ret_event, why)) {
                case WAITING_EVENT:
                        if (ret_event->kind == kind &&
                            (request_id == 0 || ret_event->request_id == request_id)) {
                                return true;
                        }
                        break;
                case WAITING_QUIET:
                        att_buffer_printf(why, "attuned gave no answer in %lld seconds",
                                          (long long)link->answer_ms / 1000);
                        return false;
                case WAITING_LOST:
                        return false;
                }
        }
}

/* ---- Opening and closing ---- */

static void say_unreachable(const char *path, int error, struct att_buffer *why)
{
        att_buffer_printf(why, "can't reach attuned at %s: %s", path, strerror(error));
        if (error == ENOENT || error == ECONNREFUSED) {
                att_buffer_append_c(why, ". Is it running? --socket PATH names another socket");
        } else if (error == EACCES) {
                att_buffer_append_c(why,
                                    ". Only its owner and root may, and who `access:` lets in");
        }
}

static bool connect_to(struct link *link, const char *path, struct att_buffer *why)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        size_t len = strlen(path);

        if (len == 0 || len >= sizeof(address.sun_path)) {
                att_buffer_printf(why, "a socket's path has 1 to %zu bytes: %s",
                                  sizeof(address.sun_path) - 1, path);
                return false;
        }
        memcpy(address.sun_path, path, len);
        link->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (link->fd < 0 ||
            connect(link->fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
                say_unreachable(path, errno, why);
                return false;
        }
        return true;
}

bool link_open(struct link *link, const char *path, struct att_text name, struct att_text token,
               struct att_buffer *why)
{
        const struct att_client_options options = {
                .name = name,
                .kind = ATT_TEXT("attunectl"),
                .token = token,
                .version = ATT_TEXT(ATT_VERSION),
        };
        struct att_client_event event;

        link->fd = -1;
        link->must_read = true;
        link->answer_ms = LINK_ANSWER_MS;
        link->client = att_client_new(&options);
        if (!connect_to(link, path, why)) {
                return false;
        }
        att_client_connected(link->client);
        if (!wait_kind(link, ATT_CLIENT_WELCOME, 0, &event, why)) {
                return false;
        }
        link->keepalive_ms = event.welcome->keepalive_ms;
        return true;
}

void link_close(struct link *link)
{
        struct att_buffer why = {0};

        if (link->fd >= 0) {
                att_client_bye(link->client, ATT_TEXT_NONE);
                (void)write_all(link, &why);
                (void)close(link->fd);
                link->fd = -1;
        }
        att_client_free(link->client);
        link->client = NULL;
        att_buffer_deinit(&why);
}

/* ---- Asking ---- */

uint64_t link_send(struct link *link, const struct att_wire_message *question,
                   struct att_buffer *why)
{
        const uint64_t request_id = att_client_send(link->client, question);

        if (request_id == 0) {
                att_buffer_append_c(why, "a text of the request is too long");
        }
        return request_id;
}

bool link_ask(struct link *link, const struct att_wire_message *question,
              struct att_wire_answer *ret_answer, struct att_buffer *why)
{
        const uint64_t request_id = link_send(link, question, why);

        return request_id > 0 && link_answer(link, request_id, ret_answer, why);
}

bool link_answer(struct link *link, uint64_t request_id, struct att_wire_answer *ret_answer,
                 struct att_buffer *why)
{
        struct att_client_event event;

        if (!wait_kind(link, ATT_CLIENT_ANSWER, request_id, &event, why)) {
                return false;
        }
        *ret_answer = *event.answer;
        return true;
}

bool link_wait_events(struct link *link, struct att_wire_events *ret_events, struct att_buffer *why)
{
        int64_t quiet_ms = link->keepalive_ms > 0 ? link->keepalive_ms / 2 : LINK_ANSWER_MS;
        struct att_client_event event;

        for (;;) {
                switch (wait_event(link, monotonic_ms() + quiet_ms, &event, why)) {
                case WAITING_EVENT:
                        if (event.kind == ATT_CLIENT_EVENTS) {
                                *ret_events = *event.events;
                                return true;
                        }
                        break;
                case WAITING_QUIET:
                        att_client_ping(link->client);
                        break;
                case WAITING_LOST:
                        return false;
                }
        }
}

bool link_poll_events(struct link *link, int64_t wait_ms, struct att_wire_events *ret_events,
                      struct att_buffer *why)
{
        int64_t until_ms = monotonic_ms() + wait_ms;
        struct att_client_event event;

        *ret_events = (struct att_wire_events){0};
        for (;;) {
                switch (wait_event(link, until_ms, &event, why)) {
                case WAITING_EVENT:
                        if (event.kind == ATT_CLIENT_EVENTS) {
                                *ret_events = *event.events;
                                return true;
                        }
                        break;
                case WAITING_QUIET:
                        return true;
                case WAITING_LOST:
                        return false;
                }
        }
}

void link_keep_alive(struct link *link)
{
        att_client_ping(link->client);
}
