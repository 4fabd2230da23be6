/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many front ends of one process, each a connection that says hello, asks, hears and comes back.
 *
 *      links_init(&links, &place, token, &calls, context);
 *      link_open(&link, &links, "pbx-1", "");      // calls.on_welcome, or calls.on_turned_away
 *      id = link_ask(&link, &message, KIND);       // calls.on_answer has KIND and when it was sent
 *      link_flush(&link);
 *      uv_run(&links.loop, UV_RUN_DEFAULT);
 *      links_deinit(&links);                       // closes what is open; link_deinit() each
 */
#ifndef ATT_TOOLS_BENCH_LINK_H
#define ATT_TOOLS_BENCH_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "lib/base/buffer.h"
#include "lib/base/rng.h"
#include "lib/wire/frame.h"
#include "lib/wire/message.h"
#include "lib/wire/scratch.h"
#include "tools/attune-bench/place.h"

#define LINK_NAME_BYTES 32

struct link;

struct asked {
        int64_t at_ns;
        uint64_t request_id;
        uint32_t subject; /* Of the caller's. */
        uint8_t kind;     /* Of the caller's; 0: nothing waits here. */
};

struct link_calls { /* NULL: of no interest. */
        void (*on_welcome)(struct link *link, const struct att_wire_welcome *welcome);
        /* The hello was refused, or nobody took the connection; come back after so long. */
        void (*on_turned_away)(struct link *link, int64_t retry_ms);
        void (*on_answer)(struct link *link, const struct asked *asked,
                          const struct att_wire_answer *answer);
        void (*on_push)(struct link *link, const struct att_wire_push *push);
        void (*on_lost)(struct link *link, const char *why);
};

struct links {
        uv_loop_t loop;
        const struct place *place;
        const char *token;
        struct link_calls calls;
        void *context;
        struct att_scratch scratch;
        struct att_wire_message message;
        struct att_rng rng;
        char bytes[262144];
};

enum link_state { LINK_CLOSED, LINK_CONNECTING, LINK_GREETING, LINK_READY, LINK_CLOSING };

struct link {
        struct links *links;
        unsigned number;
        enum link_state state;
        char name[LINK_NAME_BYTES];
        char agent[LINK_NAME_BYTES];
        char resume[64];
        uint64_t push_id;
        uint64_t acked_id;
        uint64_t last_request_id;
        union place_stream stream;
        uv_connect_t connecting;
        struct att_frame_reader reader;
        struct att_buffer out;
        struct att_buffer writing;
        uv_write_t write;
        bool is_writing;
        struct asked *asked; /* A ring by request_id. */
        size_t asked_capacity;
        size_t waiting; /* Requests without an answer. */
};

void links_init(struct links *links, const struct place *place, const char *token,
                const struct link_calls *calls, void *context);
void links_deinit(struct links *links);

/* The same link may be opened again when it is CLOSED, and resumes. */
void link_open(struct link *link, struct links *links, const char *name, const char *agent);
void link_again(struct link *link);
void link_drop(struct link *link); /* As a cable is pulled. */
void link_deinit(struct link *link);

uint64_t link_ask(struct link *link, const struct att_wire_message *message, uint8_t kind,
                  uint32_t subject);
/* A command that is about a contact, an agent or both. */
uint64_t link_command(struct link *link, enum att_command_kind command, const char *contact,
                      const char *agent, uint8_t kind, uint32_t subject);
void link_flush(struct link *link);

#endif
