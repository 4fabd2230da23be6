/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the daemon remembers of customers, and what it is used for: the step before the stamp. A contact
 * that comes with a customer's id, or with an address that is somebody's alias, gets what is known of that
 * person and what the front end did not say; the command is journaled with it, so that a replay needs no
 * memory. An offer gets the person's story.
 *
 *      memory_asks()    a request that needs somebody from the history waits for a thread's look there,
 *                       and its session's lane behind it (daemon/lanes.h); the loop never does. The look
 *                       is for whom the next in the lane want, too
 *      memory_enrich()  what is known goes into the command
 *      memory_note()    what came of a command, for the next one
 *
 * Persons are in memory (lib/store/people.h), up to the configuration's `limits: customers`; others are
 * looked up when their name is one that the history may know. A look that takes longer than
 * MEMORY_PATIENCE_MS, and a history that is absent or broken, hold nobody up: the contact is routed by
 * what its front end said.
 */
#ifndef ATT_DAEMON_MEMORY_H
#define ATT_DAEMON_MEMORY_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "daemon/histogram.h"
#include "lib/base/arena.h"
#include "lib/base/list.h"
#include "lib/base/text.h"
#include "lib/core/command.h"
#include "lib/core/effect.h"
#include "lib/store/history.h"
#include "lib/store/people.h"
#include "lib/wire/message.h"
#include "lib/wire/scratch.h"

#define MEMORY_PATIENCE_MS INT64_C(250)
#define MEMORY_RETRY_MS    INT64_C(2000) /* After the history was absent or broken. */
#define MEMORY_LOOKUPS_MAX 1024          /* That wait; with more, contacts go without. */
#define MEMORY_AHEAD_MAX   32 /* Requests of a lane that are looked up for with the first. */
#define MEMORY_NAMES_MAX   (ATT_ALIASES_MAX + 2)
#define MEMORY_LATELY_MS   (INT64_C(7) * 86400 * 1000) /* What counts as a contact of late. */

struct app;
struct session;

/* Room for what a story points to. */
struct memory_room {
        struct att_wire_past_contact pasts[ATT_PASTS_MAX];
        struct att_wire_past_contact thread[ATT_PASTS_MAX];
        struct att_wire_promise promises[ATT_PROMISES_MAX];
        struct att_text linked[ATT_PASTS_MAX];
        struct att_text aliases[ATT_ALIASES_MAX];
        struct att_text conflicts[ATT_CONFLICTS_MAX];
};

struct memory {
        struct att_people *people; /* Owned. */
        struct att_list asking;    /* Lookups that wait for a thread ... */
        struct att_list running;   /* ... and those that it is at. */
        uint32_t count;            /* Of both. */
        uv_work_t work;
        bool is_running;
        struct att_history *history; /* Owned; the thread's while it runs. NULL: not open. */
        int error;                   /* Of the thread's last run. */
        struct att_buffer why;       /* Owned. */
        int64_t retry_ms;            /* Monotonic: no look at the history before. */
        bool is_broken;              /* It was said. */

        uv_work_t loading; /* The marks. */
        bool is_loading;
        struct att_marks marks; /* Owned; the thread's while it loads. */
        uint64_t marks_seq;     /* What the history knew then ... */
        uint64_t wanted_seq;    /* ... and what it must, for them to be all. */
        int load_error;

        uv_timer_t patience;
        bool is_open;
        bool is_closing;
        struct att_scratch scratch;
        struct memory_room room;
        /* The names of the customer forgotten last: copies, as the command outlives the person. */
        struct att_arena forgotten;

        uint32_t page_count;      /* Pages of customers that threads read (daemon/customers.h). */
        struct histogram lookups; /* How long requests waited. */
};

void memory_init(struct memory *memory);
void memory_deinit(struct memory *memory);
/* Before anything is noted: there is no history of anybody, and none to come. */
void memory_begin_empty(struct memory *memory);
void memory_open(struct app *app);
void memory_close(struct app *app);
bool memory_is_busy(const struct memory *memory); /* A thread is at it. */
/* Once a second. */
void memory_look(struct app *app);

/* Whether the request waits for a look into the history; then it is decided later. */
ATT_MUST_USE bool memory_asks(struct session *session, const struct att_wire_message *message,
                              struct att_text frame);
/* Whether what the session's lane waits for is about this contact. */
bool memory_looks_for(const struct session *session, struct att_text contact);
/* Decides what waits about this contact, with what is known now; whether anything did. */
bool memory_bring_forward(struct app *app, struct att_text contact);
/* What waits of a session that ends is forgotten. */
void memory_drop(struct session *session);

/* A contact's customer as known; what the front end says stays. The texts are good for the step. */
void memory_enrich(struct app *app, struct att_command *command);
/* A command that was stepped. */
void memory_note(struct app *app, const struct att_command *command,
                 const struct att_effects *effects);
/* After a contact was added: its address becomes an alias of its customer, or a conflict. */
void memory_link_by_rule(struct app *app, const struct att_command *command,
                         const struct att_effects *effects);

/* The story of the customer behind a contact. Good until the next step. */
void memory_show(struct app *app, struct att_wire_contact *contact);
/* All that is in memory of one person. */
void memory_show_person(const struct app *app, const struct att_person *person,
                        struct memory_room *room, struct att_wire_person *ret_person);

#endif
