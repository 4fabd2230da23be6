/* SPDX-License-Identifier: Apache-2.0 */
/* Where a server listens: a unix socket's path, or a port of 127.0.0.1. */
#ifndef ATT_TOOLS_BENCH_PLACE_H
#define ATT_TOOLS_BENCH_PLACE_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct place {
        bool is_tcp;
        char path[100];
        uint16_t port;
        uint16_t http_port; /* Of an attuned's metrics; 0: it has none. */
};

/* A stream that can be either. */
union place_stream {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_pipe_t pipe;
        uv_tcp_t tcp;
};

/* All give 0 or a negative errno of libuv's. */
int place_init(const struct place *place, uv_loop_t *loop, union place_stream *stream);
int place_listen(const struct place *place, union place_stream *stream, uv_connection_cb on_one);
int place_connect(const struct place *place, union place_stream *stream, uv_connect_t *connecting,
                  uv_connect_cb on_connected);

/* A port that is free now. */
uint16_t place_free_port(void);

#endif
