/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/chaos_uv.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "tools/attunesim/chaos_wrap.h"

#define PEER_FD ((1 << 20) - 1)

struct chunk {
        struct chunk *next;
        int64_t due_us;
        size_t len;
        size_t at;
        char bytes[];
};

struct direction {
        struct chunk *first;
        struct chunk *last;
        size_t bytes;
        int64_t last_due_us;
        int64_t end_us; /* The other side has closed; INT64_MAX: not yet. */
};

struct link {
        struct link *next;
        struct direction to_server;
        struct direction to_client;
        uv_stream_t *server; /* NULL: not accepted yet, or gone. */
        int64_t accept_us;
        int64_t delay_us;
        bool was_accepted;
        bool is_silent;
        bool was_reset;
        bool trickles;
        bool is_freed; /* By the client. */
};

enum { ACTIVE = 1, CLOSING = 2, CLOSED = 4, READING = 8, LISTENING = 16 };

/* In the order in which they were made. */
struct handles {
        uv_handle_t **items; /* Owned. */
        size_t count;
        size_t capacity;
};

struct work {
        struct work *next;
        uv_work_t *request;
        uv_work_cb body;
        uv_after_work_cb after;
        int64_t due_us;
};

struct writing {
        uv_write_t *request;
        uv_write_cb callback;
        const char *bytes;
        size_t len;
};

static struct {
        struct att_rng rng;
        struct handles handles;
        struct handles of_type[UV_HANDLE_TYPE_MAX]; /* The same. */
        size_t closing;                             /* Of them. */
        struct link *links;
        struct work *works;
        uv_stream_t *listener;
        uv_connection_cb on_connection;
        int64_t async_due_us;
        uint64_t asked; /* Batches that were given to the journal ... */
        uint64_t done;  /* ... and that it is through with. */
} uv = {.async_due_us = INT64_MAX};

void (*chaos_uv_driver)(uv_loop_t *loop);
void (*chaos_uv_on_sent)(uv_stream_t *server, const char *bytes, size_t len);

/* ---- Links ---- */

static void add_chunk(struct direction *direction, const char *bytes, size_t len, int64_t due_us)
{
        struct chunk *chunk = att_alloc(sizeof(*chunk) + len);

        if (due_us < direction->last_due_us) {
                due_us = direction->last_due_us;
        }
        chunk->due_us = due_us;
        chunk->len = len;
        memcpy(chunk->bytes, bytes, len);
        direction->last_due_us = due_us;
        direction->bytes += len;
        if (direction->last) {
                direction->last->next = chunk;
        } else {
                direction->first = chunk;
        }
        direction->last = chunk;
}

static size_t take_chunk(struct direction *direction, char *into, size_t len)
{
        struct chunk *chunk = direction->first;
        size_t took = 0;

        while (chunk && chunk->due_us <= chaos_now_us() && took < len) {
                size_t part = (size_t)att_min_i64((int64_t)(len - took),
                                                  (int64_t)(chunk->len - chunk->at));

                memcpy(into + took, chunk->bytes + chunk->at, part);
                chunk->at += part;
                took += part;
                if (chunk->at < chunk->len) {
                        break;
                }
                direction->first = chunk->next;
                if (!direction->first) {
                        direction->last = NULL;
                }
                free(chunk);
                chunk = direction->first;
        }
        direction->bytes -= took;
        return took;
}

static void clear(struct direction *direction)
{
        while (direction->first) {
                struct chunk *chunk = direction->first;

                direction->first = chunk->next;
                free(chunk);
        }
        direction->last = NULL;
        direction->bytes = 0;
}

static void send_on(struct link *link, struct direction *direction, const char *bytes, size_t len,
                    int64_t delay_us)
{
        if (link->is_silent || link->was_reset) {
                return;
        }
        if (!link->trickles) {
                add_chunk(direction, bytes, len, chaos_now_us() + delay_us);
                return;
        }
        while (len > 0) {
                size_t part = 1 + (size_t)att_rng_below(&uv.rng, 3);

                part = part < len ? part : len;
                add_chunk(direction, bytes, part,
                          chaos_now_us() + delay_us + (int64_t)att_rng_below(&uv.rng, 200));
                bytes += part;
                len -= part;
        }
}

struct link *link_open(int64_t delay_us)
{
        struct link *link = att_alloc(sizeof(*link));
        struct link **last = &uv.links;

        link->delay_us = delay_us;
        link->accept_us = chaos_now_us() + delay_us;
        link->to_server.end_us = INT64_MAX;
        link->to_client.end_us = uv.listener ? INT64_MAX : chaos_now_us() + delay_us;
        while (*last) {
                last = &(*last)->next;
        }
        *last = link;
        return link;
}

static void close_side(struct direction *direction, int64_t delay_us)
{
        if (direction->end_us == INT64_MAX) {
                direction->end_us = att_max_i64(chaos_now_us() + delay_us, direction->last_due_us);
        }
}

void link_close(struct link *link)
{
        close_side(&link->to_server, link->delay_us);
}

void link_reset(struct link *link)
{
        clear(&link->to_server);
        clear(&link->to_client);
        link->was_reset = true;
        link->to_server.end_us = chaos_now_us();
        link->to_client.end_us = chaos_now_us();
}

void link_go_silent(struct link *link)
{
        clear(&link->to_server);
        clear(&link->to_client);
        link->is_silent = true;
}

void link_set_delay(struct link *link, int64_t delay_us, bool trickles)
{
        link->delay_us = delay_us;
        link->trickles = trickles;
}

void link_free(struct link *link)
{
        if (link) {
                link_close(link);
                link->is_freed = true;
        }
}

static void free_links(void)
{
        struct link **at = &uv.links;

        while (*at) {
                struct link *link = *at;

                if (link->is_freed && !link->server &&
                    (link->was_accepted || !uv.listener || link->was_reset)) {
                        *at = link->next;
                        clear(&link->to_server);
                        clear(&link->to_client);
                        free(link);
                } else {
                        at = &link->next;
                }
        }
}

bool link_has_ended(const struct link *link)
{
        return link->to_client.end_us <= chaos_now_us() && !link->to_client.first;
}

void link_send(struct link *link, const char *bytes, size_t len, int64_t delay_us)
{
        send_on(link, &link->to_server, bytes, len, link->delay_us + delay_us);
}

size_t link_receive(struct link *link, char *into, size_t len)
{
        return take_chunk(&link->to_client, into, len);
}

int64_t link_next_us(const struct link *link)
{
        return link->to_client.first ? link->to_client.first->due_us : link->to_client.end_us;
}

size_t link_backlog(const struct link *link)
{
        return link->to_client.bytes;
}

/* ---- Handles ---- */

static void note_handle(struct handles *handles, uv_handle_t *handle)
{
        if (handles->count == handles->capacity) {
                handles->capacity = att_grown_capacity(handles->capacity, handles->count + 1);
                handles->items = att_realloc_array(handles->items, handles->capacity,
                                                   sizeof(*handles->items));
        }
        handles->items[handles->count++] = handle;
}

static void forget_handle(struct handles *handles, const uv_handle_t *handle)
{
        size_t at = 0;

        while (handles->items[at] != handle) {
                at++;
        }
        handles->count--;
        memmove(&handles->items[at], &handles->items[at + 1],
                (handles->count - at) * sizeof(*handles->items));
}

static void forget_handles(void)
{
        uv.handles.count = 0;
        uv.closing = 0;
        for (size_t i = 0; i < UV_HANDLE_TYPE_MAX; i++) {
                uv.of_type[i].count = 0;
        }
}

static void add_handle(uv_loop_t *loop, uv_handle_t *handle, uv_handle_type type)
{
        void *data = handle->data;

        handle->loop = loop;
        handle->type = type;
        handle->flags = 0;
        handle->close_cb = NULL;
        handle->data = data;
        memset(&handle->u, 0, sizeof(handle->u));
        note_handle(&uv.handles, handle);
        note_handle(&uv.of_type[type], handle);
}

static struct link *link_of(const uv_handle_t *handle)
{
        return handle->u.reserved[0];
}

static bool is_ready(const uv_handle_t *handle)
{
        return (handle->flags & ACTIVE) && !(handle->flags & CLOSING);
}

void chaos_uv_begin(const struct att_rng *rng)
{
        uv.rng = *rng;
        forget_handles();
        uv.listener = NULL;
        uv.async_due_us = INT64_MAX;
        free_links();
}

void chaos_uv_end(void)
{
        for (struct link *link = uv.links; link; link = link->next) {
                link->server = NULL;
                link->was_accepted = true;
                close_side(&link->to_client, link->delay_us);
        }
        while (uv.works) {
                struct work *work = uv.works;

                uv.works = work->next;
                free(work);
        }
        forget_handles();
        uv.listener = NULL;
        uv.async_due_us = INT64_MAX;
        free_links();
}

uv_stream_t *chaos_uv_listener(void)
{
        return uv.listener;
}

bool chaos_uv_is_alive(void)
{
        for (size_t i = 0; i < uv.handles.count; i++) {
                uv_handle_t *handle = uv.handles.items[i];

                if ((handle->flags & CLOSING) || (handle->flags & (ACTIVE | READING | LISTENING))) {
                        return true;
                }
        }
        return uv.works != NULL;
}

bool chaos_uv_wants_turn(void)
{
        const struct handles *idles = &uv.of_type[UV_IDLE];

        for (size_t i = 0; i < idles->count; i++) {
                if (is_ready(idles->items[i])) {
                        return true;
                }
        }
        return uv.closing > 0;
}

static int64_t next_of_link(const struct link *link)
{
        int64_t next_us = INT64_MAX;

        if (!link->server) {
                return link->was_accepted || link->was_reset || !uv.listener ? INT64_MAX
                                                                             : link->accept_us;
        }
        if (link->server->flags & READING) {
                if (link->to_server.first) {
                        next_us = link->to_server.first->due_us;
                } else {
                        next_us = link->to_server.end_us;
                }
        }
        return next_us;
}

int64_t chaos_uv_next_us(void)
{
        const struct handles *timers = &uv.of_type[UV_TIMER];
        int64_t next_us = uv.async_due_us;

        for (size_t i = 0; i < timers->count; i++) {
                if (is_ready(timers->items[i])) {
                        next_us = att_min_i64(next_us,
                                              (int64_t)((uv_timer_t *)timers->items[i])->timeout);
                }
        }
        for (const struct link *link = uv.links; link; link = link->next) {
                next_us = att_min_i64(next_us, next_of_link(link));
        }
        for (const struct work *work = uv.works; work; work = work->next) {
                next_us = att_min_i64(next_us, work->due_us);
        }
        return next_us;
}

/* ---- A turn ---- */

static void run_timers(void)
{
        const struct handles *timers = &uv.of_type[UV_TIMER];

        for (size_t i = 0; i < timers->count; i++) { /* A callback may make another. */
                uv_timer_t *timer = (uv_timer_t *)timers->items[i];

                if (!is_ready(timers->items[i]) || (int64_t)timer->timeout > chaos_now_us()) {
                        continue;
                }
                if (timer->repeat > 0) {
                        timer->timeout = (uint64_t)chaos_now_us() + timer->repeat * 1000;
                } else {
                        timer->flags &= ~(unsigned)ACTIVE;
                }
                timer->timer_cb(timer);
        }
}

static void run_all(uv_handle_type type)
{
        const struct handles *handles = &uv.of_type[type];

        for (size_t i = 0; i < handles->count; i++) {
                uv_handle_t *handle = handles->items[i];

                if (!is_ready(handle)) {
                        continue;
                }
                if (type == UV_IDLE) {
                        ((uv_idle_t *)handle)->idle_cb((uv_idle_t *)handle);
                } else if (type == UV_PREPARE) {
                        ((uv_prepare_t *)handle)->prepare_cb((uv_prepare_t *)handle);
                } else {
                        ((uv_check_t *)handle)->check_cb((uv_check_t *)handle);
                }
        }
}

bool chaos_uv_is_expecting(void)
{
        return uv.async_due_us != INT64_MAX;
}

void chaos_uv_note_asked(void)
{
        uv.asked++;
}

void chaos_uv_note_done(void)
{
        uv.done++;
}

void chaos_uv_expect_async(int64_t due_us)
{
        uv.async_due_us = due_us;
}

void chaos_uv_wait_async(void)
{
        while (uv.done < uv.asked) {
                chaos_threads_run();
        }
}

static void run_async(void)
{
        const struct handles *asyncs = &uv.of_type[UV_ASYNC];

        if (uv.async_due_us > chaos_now_us()) {
                return;
        }
        chaos_uv_wait_async();
        uv.async_due_us = INT64_MAX;
        for (size_t i = 0; i < asyncs->count; i++) {
                uv_async_t *async = (uv_async_t *)asyncs->items[i];

                if (is_ready(asyncs->items[i])) {
                        async->async_cb(async);
                }
        }
}

static bool is_listening(void)
{
        return uv.listener && !(uv.listener->flags & CLOSING);
}

static void run_accepts(void)
{
        for (struct link *link = uv.links; link && is_listening(); link = link->next) {
                if (link->was_accepted || link->was_reset || link->accept_us > chaos_now_us()) {
                        continue;
                }
                uv.on_connection(uv.listener, 0);
                if (!link->was_accepted) {
                        return; /* Enough for this turn. */
                }
        }
}

static bool read_once(struct link *link)
{
        uv_stream_t *stream = link->server;
        uv_buf_t buffer = {0};
        size_t len;

        if (!stream || !(stream->flags & READING) || (stream->flags & CLOSING)) {
                return false;
        }
        if (link->to_server.first && link->to_server.first->due_us <= chaos_now_us()) {
                stream->alloc_cb((uv_handle_t *)stream, 65536, &buffer);
                len = take_chunk(&link->to_server, buffer.base, buffer.len);
                stream->read_cb(stream, (ssize_t)len, &buffer);
                return true;
        }
        if (!link->to_server.first && link->to_server.end_us <= chaos_now_us()) {
                stream->flags &= ~(unsigned)READING;
                stream->alloc_cb((uv_handle_t *)stream, 65536, &buffer);
                stream->read_cb(stream, link->was_reset ? UV_ECONNRESET : UV_EOF, &buffer);
        }
        return false;
}

static void send_to_client(struct link *link, const char *bytes, size_t len)
{
        chaos_uv_on_sent(link->server, bytes, len);
        send_on(link, &link->to_client, bytes, len, link->delay_us);
}

static void finish_writing(struct link *link)
{
        struct writing *writing = link->server ? link->server->u.reserved[1] : NULL;

        if (!writing || (link->to_client.bytes >= LINK_BYTES_MAX && !link->was_reset)) {
                return;
        }
        link->server->u.reserved[1] = NULL;
        if (!link->was_reset) {
                send_to_client(link, writing->bytes, writing->len);
        }
        writing->callback(writing->request, link->was_reset ? UV_EPIPE : 0);
        free(writing);
}

static void run_streams(void)
{
        for (struct link *link = uv.links; link; link = link->next) {
                for (int times = 0; times < 4 && read_once(link); times++) {
                }
                finish_writing(link);
        }
}

static void run_works(void)
{
        struct work **at = &uv.works;

        while (*at) {
                struct work *work = *at;

                if (work->due_us > chaos_now_us()) {
                        at = &work->next;
                        continue;
                }
                *at = work->next;
                work->body(work->request);
                work->after(work->request, 0);
                free(work);
        }
}

static void finish_closing(uv_handle_t *handle)
{
        struct writing *writing = handle->u.reserved[1];
        struct link *link = link_of(handle);

        if (link) {
                link->server = NULL;
                close_side(&link->to_client, link->delay_us);
        }
        if ((uv_stream_t *)handle == uv.listener) {
                uv.listener = NULL;
        }
        if (writing) {
                writing->callback(writing->request, UV_ECANCELED);
                free(writing);
        }
        handle->flags = CLOSED;
        if (handle->close_cb) {
                handle->close_cb(handle); /* It may be freed now. */
        }
}

void chaos_uv_run_closing(void)
{
        size_t i = 0;

        while (uv.closing > 0 && i < uv.handles.count) {
                uv_handle_t *handle = uv.handles.items[i];

                if (!(handle->flags & CLOSING)) {
                        i++;
                        continue;
                }
                forget_handle(&uv.handles, handle);
                forget_handle(&uv.of_type[handle->type], handle);
                uv.closing--;
                finish_closing(handle);
                i = 0;
        }
        free_links();
}

void chaos_uv_turn(void)
{
        run_timers();
        run_all(UV_IDLE);
        run_all(UV_PREPARE);
        run_async();
        run_accepts();
        run_streams();
        run_works();
        run_all(UV_CHECK);
        chaos_uv_run_closing();
}

/* ---- The functions in the place of libuv's ---- */

#define WRAP(type, name, ...)                                                                      \
        type __wrap_##name(__VA_ARGS__);                                                           \
        type __wrap_##name(__VA_ARGS__)

WRAP(int, uv_loop_init, uv_loop_t *loop)
{
        memset(loop, 0, sizeof(*loop));
        return 0;
}

WRAP(int, uv_loop_close, uv_loop_t *loop)
{
        (void)loop;
        return 0;
}

WRAP(int, uv_run, uv_loop_t *loop, uv_run_mode mode)
{
        (void)mode;
        chaos_uv_driver(loop);
        return 0;
}

WRAP(void, uv_update_time, uv_loop_t *loop)
{
        (void)loop;
}

WRAP(void, uv_close, uv_handle_t *handle, uv_close_cb callback)
{
        ATT_CHECK(!(handle->flags & (CLOSING | CLOSED)));
        handle->flags = (handle->flags | CLOSING) & ~(unsigned)(ACTIVE | READING);
        handle->close_cb = callback;
        uv.closing++;
}

WRAP(int, uv_is_active, const uv_handle_t *handle)
{
        return (handle->flags & (ACTIVE | READING | LISTENING)) != 0;
}

WRAP(int, uv_timer_init, uv_loop_t *loop, uv_timer_t *timer)
{
        add_handle(loop, (uv_handle_t *)timer, UV_TIMER);
        return 0;
}

WRAP(int, uv_timer_start, uv_timer_t *timer, uv_timer_cb callback, uint64_t timeout_ms,
     uint64_t repeat_ms)
{
        timer->timer_cb = callback;
        timer->timeout = timeout_ms > (uint64_t)INT64_MAX / 2000
                                 ? (uint64_t)INT64_MAX
                                 : (uint64_t)chaos_now_us() + timeout_ms * 1000;
        timer->repeat = repeat_ms;
        timer->flags |= ACTIVE;
        return 0;
}

WRAP(int, uv_timer_stop, uv_timer_t *timer)
{
        timer->flags &= ~(unsigned)ACTIVE;
        return 0;
}

WRAP(int, uv_prepare_init, uv_loop_t *loop, uv_prepare_t *prepare)
{
        add_handle(loop, (uv_handle_t *)prepare, UV_PREPARE);
        return 0;
}

WRAP(int, uv_prepare_start, uv_prepare_t *prepare, uv_prepare_cb callback)
{
        prepare->prepare_cb = callback;
        prepare->flags |= ACTIVE;
        return 0;
}

WRAP(int, uv_check_init, uv_loop_t *loop, uv_check_t *check)
{
        add_handle(loop, (uv_handle_t *)check, UV_CHECK);
        return 0;
}

WRAP(int, uv_check_start, uv_check_t *check, uv_check_cb callback)
{
        check->check_cb = callback;
        check->flags |= ACTIVE;
        return 0;
}

WRAP(int, uv_idle_init, uv_loop_t *loop, uv_idle_t *idle)
{
        add_handle(loop, (uv_handle_t *)idle, UV_IDLE);
        return 0;
}

WRAP(int, uv_idle_start, uv_idle_t *idle, uv_idle_cb callback)
{
        idle->idle_cb = callback;
        idle->flags |= ACTIVE;
        return 0;
}

WRAP(int, uv_idle_stop, uv_idle_t *idle)
{
        idle->flags &= ~(unsigned)ACTIVE;
        return 0;
}

WRAP(int, uv_async_init, uv_loop_t *loop, uv_async_t *async, uv_async_cb callback)
{
        add_handle(loop, (uv_handle_t *)async, UV_ASYNC);
        async->async_cb = callback;
        async->flags |= ACTIVE;
        return 0;
}

WRAP(int, uv_async_send, uv_async_t *async)
{
        (void)async; /* The simulation says when it is heard. */
        return 0;
}

WRAP(int, uv_signal_init, uv_loop_t *loop, uv_signal_t *signal)
{
        add_handle(loop, (uv_handle_t *)signal, UV_SIGNAL);
        return 0;
}

WRAP(int, uv_signal_start, uv_signal_t *signal, uv_signal_cb callback, int number)
{
        (void)signal;
        (void)callback;
        (void)number;
        return 0;
}

WRAP(int, uv_queue_work, uv_loop_t *loop, uv_work_t *request, uv_work_cb body,
     uv_after_work_cb after)
{
        struct work *work = att_alloc(sizeof(*work));
        struct work **last = &uv.works;

        while (*last) {
                last = &(*last)->next;
        }
        request->loop = loop;
        *work = (struct work){.request = request,
                              .body = body,
                              .after = after,
                              .due_us = chaos_now_us() + (int64_t)att_rng_below(&uv.rng, 50000)};
        *last = work;
        return 0;
}

WRAP(int, uv_pipe_init, uv_loop_t *loop, uv_pipe_t *pipe, int ipc)
{
        (void)ipc;
        add_handle(loop, (uv_handle_t *)pipe, UV_NAMED_PIPE);
        return 0;
}

WRAP(int, uv_pipe_bind, uv_pipe_t *pipe, const char *path)
{
        (void)pipe;
        (void)path;
        return 0;
}

WRAP(int, uv_listen, uv_stream_t *stream, int backlog, uv_connection_cb callback)
{
        (void)backlog;
        stream->flags |= LISTENING;
        uv.listener = stream;
        uv.on_connection = callback;
        return 0;
}

WRAP(int, uv_accept, uv_stream_t *listener, uv_stream_t *stream)
{
        (void)listener;
        for (struct link *link = uv.links; link; link = link->next) {
                if (!link->was_accepted && !link->was_reset && link->accept_us <= chaos_now_us()) {
                        link->was_accepted = true;
                        link->server = stream;
                        stream->u.reserved[0] = link;
                        return 0;
                }
        }
        return UV_EAGAIN;
}

WRAP(int, uv_fileno, const uv_handle_t *handle, uv_os_fd_t *ret_fd)
{
        (void)handle;
        *ret_fd = PEER_FD;
        return 0;
}

WRAP(int, uv_read_start, uv_stream_t *stream, uv_alloc_cb on_alloc, uv_read_cb on_read)
{
        stream->alloc_cb = on_alloc;
        stream->read_cb = on_read;
        stream->flags |= READING;
        return 0;
}

WRAP(int, uv_read_stop, uv_stream_t *stream)
{
        stream->flags &= ~(unsigned)READING;
        return 0;
}

WRAP(int, uv_try_write, uv_stream_t *stream, const uv_buf_t *buffers, unsigned count)
{
        struct link *link = link_of((uv_handle_t *)stream);
        size_t len = buffers[0].len;

        ATT_CHECK(count == 1);
        if (!link || link->was_reset) {
                return UV_EPIPE;
        }
        if (stream->u.reserved[1] || link->to_client.bytes >= LINK_BYTES_MAX) {
                return UV_EAGAIN;
        }
        if (len > LINK_BYTES_MAX - link->to_client.bytes) {
                len = LINK_BYTES_MAX - link->to_client.bytes;
        }
        send_to_client(link, buffers[0].base, len);
        return (int)len;
}

WRAP(int, uv_write, uv_write_t *request, uv_stream_t *stream, const uv_buf_t *buffers,
     unsigned count, uv_write_cb callback)
{
        struct writing *writing = att_alloc(sizeof(*writing));

        ATT_CHECK(count == 1 && !stream->u.reserved[1]);
        request->handle = stream;
        *writing = (struct writing){
                .request = request,
                .callback = callback,
                .bytes = buffers[0].base,
                .len = buffers[0].len,
        };
        stream->u.reserved[1] = writing;
        return 0;
}

WRAP(uint64_t, uv_get_total_memory, void)
{
        return UINT64_C(8) << 30;
}

WRAP(int, uv_resident_set_memory, size_t *ret_rss)
{
        *ret_rss = (size_t)64 << 20;
        return 0;
}
