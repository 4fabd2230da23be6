/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Front ends that work as fast as they are answered. Each connection has a window of slots; a slot
 * has one agent and brings one contact after the other to it: add, accept, end, each when the one
 * before is answered. So a window is also the requests in flight, and both servers get the same ones.
 */
#ifndef ATT_TOOLS_BENCH_LOAD_H
#define ATT_TOOLS_BENCH_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/attune-bench/place.h"

struct load {
        const struct place *place; /* Borrowed, as the token. */
        const char *token;         /* Of the front ends; NULL: none. */
        unsigned connections;
        unsigned window;
        size_t requests; /* In all, a multiple of three a slot. */
        uint64_t seed;
        unsigned customers;     /* Who come; 0: 50,000. */
        unsigned first_contact; /* Of each slot; another in a second load on the same server. */
        bool is_untimed;        /* No latencies: so many requests that they would take much room. */
        void (*on_progress)(void *context, size_t count); /* NULL, or after each request. */
};

struct load_result {
        uint32_t *latencies_ns; /* Owned; one a request; NULL: untimed. */
        size_t count;
        size_t refused;
        size_t pushes;
        int64_t began_ns; /* After hellos and sign-ins. */
        int64_t ended_ns;
};

/* `on_begin` (NULL fine) is called when all are signed in, before the first measured request. False
 * and a message when the server hung up or nothing was heard for long. */
bool load_run(const struct load *load, void (*on_begin)(void *context), void *context,
              struct load_result *ret_result);

/* config.yaml and the front ends' token in a folder: an agent for each slot, an entry for each front
 * end. False after a message. */
#define LOAD_TOKEN "bench-token"
bool load_write_config(const char *work, unsigned connections, unsigned window);

/* The agents that the load's slots work with, by number. */
#define LOAD_AGENT_BYTES 24
void load_agent_name(char name[LOAD_AGENT_BYTES], unsigned connection, unsigned slot);
void load_front_end_name(char name[LOAD_AGENT_BYTES], unsigned connection);

#endif
