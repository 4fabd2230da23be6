/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/listener.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/address.h"
#include "daemon/app.h"
#include "lib/base/util.h"

#define BACKLOG          4096 /* The system may cut it: net.core.somaxconn. */
#define ACCEPTS_PER_TURN 64   /* A storm of them must not hold up a turn. */

static int say(struct att_buffer *why, const char *where, int error)
{
        att_buffer_printf(why, "%s: %s", where, uv_strerror(error));
        return error;
}

static uv_stream_t **waiting_of(struct listeners *listeners, const uv_stream_t *listener)
{
        return listener->type == UV_NAMED_PIPE ? &listeners->unix_waiting : &listeners->tcp_waiting;
}

static void on_connection(uv_stream_t *listener, int status)
{
        struct app *app = listener->data;

        if (status < 0) {
                log_error(&app->memory, "listener.failed", uv_strerror(status));
                return;
        }
        if (app->listeners.accepted >= ACCEPTS_PER_TURN) {
                /* libuv accepts no more until this one is taken. */
                *waiting_of(&app->listeners, listener) = listener;
                return;
        }
        app->listeners.accepted++;
        session_accept(app, listener, listener->type == UV_NAMED_PIPE);
}

bool listeners_resume(struct app *app)
{
        struct listeners *listeners = &app->listeners;
        uv_stream_t *waiting[] = {listeners->unix_waiting, listeners->tcp_waiting};
        bool has_more = false;

        listeners->accepted = 0;
        listeners->unix_waiting = NULL;
        listeners->tcp_waiting = NULL;
        for (size_t i = 0; i < ATT_ARRAY_LEN(waiting); i++) {
                if (waiting[i]) {
                        on_connection(waiting[i], 0);
                        has_more = true;
                }
        }
        return has_more;
}

/* ---- Unix ---- */

/* Whether somebody answers there. */
static bool is_alive(const char *path)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        bool alive;
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        if (fd < 0) {
                return false;
        }
        memcpy(address.sun_path, path, strlen(path) + 1);
        alive = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 ||
                errno == EAGAIN;
        close(fd);
        return alive;
}

static int clear_path(const char *path, struct att_buffer *why)
{
        struct stat status;

        if (lstat(path, &status) < 0) {
                return errno == ENOENT ? 0 : say(why, path, -errno);
        }
        if (!S_ISSOCK(status.st_mode)) {
                att_buffer_printf(why, "%s: is there and is no socket", path);
                return -EEXIST;
        }
        if (is_alive(path)) {
                att_buffer_printf(why, "%s: another process listens there", path);
                return -EADDRINUSE;
        }
        return unlink(path) == 0 ? 0 : say(why, path, -errno);
}

static int open_unix(struct app *app, struct att_buffer *why)
{
        struct listeners *listeners = &app->listeners;
        const char *path = app->options->socket;
        struct sockaddr_un limits;
        mode_t mask;
        int error;

        if (strlen(path) >= sizeof(limits.sun_path)) {
                att_buffer_printf(why, "%s: a socket's path is at most %zu bytes", path,
                                  sizeof(limits.sun_path) - 1);
                return -ENAMETOOLONG;
        }
        error = clear_path(path, why);
        if (error < 0) {
                return error;
        }
        ATT_CHECK(uv_pipe_init(app->loop, &listeners->unix_socket, 0) == 0);
        listeners->unix_socket.data = app;
        listeners->has_unix = true;
        mask = umask(0117);
        error = uv_pipe_bind(&listeners->unix_socket, path);
        (void)umask(mask);
        if (error == 0) {
                error = uv_listen((uv_stream_t *)&listeners->unix_socket, BACKLOG, on_connection);
        }
        return error < 0 ? say(why, path, error) : 0;
}

/* ---- TCP ---- */

static void remember_address(struct listeners *listeners)
{
        struct sockaddr_storage address;
        int len = sizeof(address);

        if (uv_tcp_getsockname(&listeners->tcp, (struct sockaddr *)&address, &len) == 0) {
                address_format((const struct sockaddr *)&address, (socklen_t)len,
                               listeners->tcp_address);
        }
}

static int open_tcp(struct app *app, struct att_buffer *why)
{
        struct listeners *listeners = &app->listeners;
        const char *where = app->options->listen;
        struct addrinfo *found;
        int error = address_resolve(where, "--listen", &found, why);

        if (error < 0) {
                return error;
        }
        ATT_CHECK(uv_tcp_init(app->loop, &listeners->tcp) == 0);
        listeners->tcp.data = app;
        listeners->has_tcp = true;
        error = uv_tcp_bind(&listeners->tcp, found->ai_addr, 0);
        if (error == 0) {
                error = uv_listen((uv_stream_t *)&listeners->tcp, BACKLOG, on_connection);
        }
        freeaddrinfo(found);
        if (error < 0) {
                return say(why, where, error);
        }
        remember_address(listeners);
        return 0;
}

int listeners_open(struct app *app, struct att_buffer *why)
{
        int error = open_unix(app, why);

        return error == 0 && app->options->listen ? open_tcp(app, why) : error;
}

void listeners_close(struct app *app)
{
        struct listeners *listeners = &app->listeners;

        listeners->unix_waiting = NULL;
        listeners->tcp_waiting = NULL;
        if (listeners->has_tcp) {
                listeners->has_tcp = false;
                uv_close((uv_handle_t *)&listeners->tcp, NULL);
        }
        if (listeners->has_unix) {
                listeners->has_unix = false;
                uv_close((uv_handle_t *)&listeners->unix_socket, NULL); /* Unlinks it. */
        }
}
