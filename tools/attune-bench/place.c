/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attune-bench/place.h"

#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 1024

int place_init(const struct place *place, uv_loop_t *loop, union place_stream *stream)
{
        return place->is_tcp ? uv_tcp_init(loop, &stream->tcp)
                             : uv_pipe_init(loop, &stream->pipe, 0);
}

static struct sockaddr_in address_of(const struct place *place)
{
        struct sockaddr_in address;

        (void)uv_ip4_addr("127.0.0.1", place->port, &address);
        return address;
}

int place_listen(const struct place *place, union place_stream *stream, uv_connection_cb on_one)
{
        int result;

        if (place->is_tcp) {
                const struct sockaddr_in address = address_of(place);

                result = uv_tcp_bind(&stream->tcp, (const struct sockaddr *)&address, 0);
        } else {
                (void)unlink(place->path); /* One before us may have been killed. */
                result = uv_pipe_bind(&stream->pipe, place->path);
        }
        return result < 0 ? result : uv_listen(&stream->stream, BACKLOG, on_one);
}

int place_connect(const struct place *place, union place_stream *stream, uv_connect_t *connecting,
                  uv_connect_cb on_connected)
{
        if (place->is_tcp) {
                const struct sockaddr_in address = address_of(place);

                (void)uv_tcp_nodelay(&stream->tcp, 1);
                return uv_tcp_connect(connecting, &stream->tcp, (const struct sockaddr *)&address,
                                      on_connected);
        }
        uv_pipe_connect(connecting, &stream->pipe, place->path, on_connected);
        return 0;
}

uint16_t place_free_port(void)
{
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
        socklen_t len = sizeof(address);
        const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        uint16_t port = 0;

        if (probe >= 0 && bind(probe, (struct sockaddr *)&address, sizeof(address)) == 0 &&
            getsockname(probe, (struct sockaddr *)&address, &len) == 0) {
                port = ntohs(address.sin_port);
        }
        if (probe >= 0) {
                (void)close(probe);
        }
        return port;
}
