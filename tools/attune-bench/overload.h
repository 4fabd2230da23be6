/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of `attune-bench overload`: each has an attuned of its own. */
#ifndef ATT_TOOLS_BENCH_OVERLOAD_H
#define ATT_TOOLS_BENCH_OVERLOAD_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/wire/message.h"
#include "tools/attune-bench/figures.h"
#include "tools/attune-bench/link.h"
#include "tools/attune-bench/place.h"

#define OVERLOAD_TOKEN       "bench-token"
#define OVERLOAD_FIGURES_MAX 64

struct overload {
        int64_t front_ends;
        int64_t agents;    /* Of the burst, and of the knee. */
        int64_t offered;   /* Contacts of the burst, in one second. */
        int64_t desktops;  /* That come back in one second. */
        int64_t rate_max;  /* No knee is looked for above it. */
        int64_t seconds;   /* Of twice the knee. */
        int64_t signed_in; /* While the configuration is changed; ... */
        int64_t waiting;   /* ... contacts meanwhile ... */
        int64_t reloads;   /* ... and how often. */
        char work[PATH_MAX / 4];
        char binary[PATH_MAX];
        struct place place;
        pid_t server;
        struct figure figures[OVERLOAD_FIGURES_MAX];
        size_t figure_count;
};

/* Each false after a message; adds its figures. */
bool overload_burst(struct overload *overload);
bool overload_reconnect(struct overload *overload);
bool overload_knee(struct overload *overload);
bool overload_reload(struct overload *overload);

/* An attuned with so many agents and desktops of them, on a new journal. */
bool overload_start(struct overload *overload, int64_t agents, bool has_desktops);
/* The same with a configuration that has been written to its folder. */
bool overload_start_configured(struct overload *overload);
void overload_stop(struct overload *overload);

void overload_front_end_name(char name[LINK_NAME_BYTES], unsigned number);
void overload_agent_name(char name[LINK_NAME_BYTES], unsigned number);
void overload_contact_name(char name[LINK_NAME_BYTES], unsigned number);
/* A new contact for the queue, as a front end sends it. */
void overload_ask_contact(struct link *link, const char *contact, const char *queue, uint8_t kind,
                          uint32_t subject);

void overload_add_figure(struct overload *overload, const char *name, const char *unit,
                         double value, int decimals);

#endif
