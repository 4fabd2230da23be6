/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small contact centre for tests of the engine: a configuration as text, commands by short calls,
 * what was said as one line of text.
 *
 *      struct centre centre;
 *
 *      centre_init(&centre, "attune: 1\nagents: { ann: {} }\nqueues: { q: {} }\n");
 *      centre_agent(&centre, ATT_CMD_AGENT_READY, "ann");
 *      centre_contact(&centre, "c1", "q");
 *      ck_assert_str_eq(centre_said(&centre), "queued c1; offer c1 ann");
 *      centre_deinit(&centre);
 *
 * Time stands still but for centre_wait(). Every text is borrowed for the length of its call.
 */
#ifndef ATT_TESTS_SUPPORT_CENTRE_H
#define ATT_TESTS_SUPPORT_CENTRE_H

#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/core/core.h"

struct centre {
        struct att_core *core;
        struct att_effects effects; /* Of the last command. */
        struct att_buffer said;
        int64_t now_ms;
        uint64_t seq;
        struct att_digester history; /* Of all effects so far. */
        struct att_effects copies;   /* Of those of the last command, ... */
        struct att_arena arena;      /* ... in here. */
        struct att_digester copied;  /* Of the copies before. */
        void (*on_step)(void *context,
                        const struct att_command *command); /* After each; NULL fine. */
        void *context;
};

#define CENTRE_START_MS INT64_C(1767603600000) /* 2026-01-05 09:00 UTC, a Monday. */

void centre_init(struct centre *centre, const char *yaml);
void centre_deinit(struct centre *centre);

/* Compiles a configuration; the test fails with its errors if it is wrong. One reference. */
const struct att_config *centre_config(const char *yaml);

/* A command of a kind, to be filled in and stepped; its time and number are given by centre_step(). */
struct att_command centre_command(enum att_command_kind kind, const char *contact,
                                  const char *agent);
void centre_step(struct centre *centre, struct att_command *command);

void centre_reload(struct centre *centre, const char *yaml);
void centre_agent(struct centre *centre, enum att_command_kind kind, const char *agent);
void centre_contact(struct centre *centre, const char *id, const char *queue); /* On voice. */
void centre_event(struct centre *centre, enum att_command_kind kind, const char *contact,
                  const char *agent);
/* Lets time pass; timers fire on the way, all told together. */
void centre_wait(struct centre *centre, int64_t ms);

/* What the last command or wait said, without `queued` positions, agents' details and the like:
 * "revoke c1 ann timeout; agent ann paused missed; offer c1 bob". */
const char *centre_said(struct centre *centre);

#endif
