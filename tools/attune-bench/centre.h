/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A random contact centre to measure the engine with, and an engine that runs it.
 *
 * Every agent knows about half of the skills, at levels from 1 to 10; every queue asks for one to
 * three of them and prefers a fourth. There are four policies, so that all terms of fit weigh
 * something somewhere, four tiers of customers, and profiles that rank queues for a quarter of the
 * agents. The same plan and seed give the same centre.
 *
 *      centre_init(&centre, &plan);            // the configuration is in force
 *      struct att_command command = centre_command(ATT_CMD_AGENT_READY);
 *      ...
 *      centre_step(&centre, &command);         // centre.effects; time is centre.now_ms
 *      centre_deinit(&centre);
 */
#ifndef ATT_TOOLS_BENCH_CENTRE_H
#define ATT_TOOLS_BENCH_CENTRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/rng.h"
#include "lib/core/core.h"

#define CENTRE_START_MS INT64_C(1767603600000) /* 2026-01-05 09:00 UTC, a Monday. */
#define CENTRE_TIERS    4
#define CENTRE_ID_BYTES 24

/* Channels of a centre, by configuration index. */
enum { CENTRE_VOICE, CENTRE_CHAT, CENTRE_CHANNELS };

enum centre_kind {
        /* One agent in five works on the phone, the others in chats that take them whole. Nobody
         * on the phone can take a chat: so chats wait while agents are free. */
        CENTRE_TWO_FLOORS,
        /* Everyone takes a call or three chats. Queues ask for less after a minute. */
        CENTRE_MIXED,
        /* As before, but what queues ask for at first nobody has. */
        CENTRE_NEEDS_STEP,
        /* The phone alone, no wrap-up, one step; queues ask for one or two skills and nothing but skill
         * counts. Nobody knows who calls, or what for. */
        CENTRE_PLAIN,
};

struct centre_plan {
        enum centre_kind kind;
        uint32_t agents;
        uint32_t skills; /* The first of them is empathy. */
        uint32_t queues;
        uint32_t contacts_max; /* Live at a time. */
        uint64_t seed;
        bool other; /* A few agents have learned something: what a reload brings. */
};

struct centre {
        struct centre_plan plan;
        const struct att_config *config; /* Owned reference. */
        struct att_core *core;           /* Owned. */
        struct att_effects effects;      /* Of the last command. */
        int64_t now_ms;
        uint64_t seq;
        uint64_t refused;
        /* Sees every command before it is stepped; NULL: nobody does. */
        void (*on_command)(void *context, const struct att_command *command);
        void (*on_stepped)(void *context, const struct att_command *command); /* Afterwards. */
        void *context;
};

void centre_init(struct centre *centre, const struct centre_plan *plan);
void centre_deinit(struct centre *centre);

/* Owned by the caller: to att_config_unref(). */
const struct att_config *centre_config(const struct centre_plan *plan);

struct att_command centre_command(enum att_command_kind kind);
/* Gives the command its number and time and steps it. */
void centre_step(struct centre *centre, struct att_command *command);

/* "agent-000017", in the order of their indices; "contact-00000017". */
struct att_text centre_agent_id(uint32_t agent, char id[CENTRE_ID_BYTES]);
struct att_text centre_contact_id(uint32_t contact, char id[CENTRE_ID_BYTES]);
uint32_t centre_number(struct att_text id); /* Back again. */

/* ---- Contacts ---- */

struct centre_contact { /* What one is like. */
        uint32_t number;
        uint32_t queue;
        uint32_t channel;
        uint32_t tier;
        int64_t emotion_ppm;
        bool has_customer;   /* Of the contact's number. */
        uint32_t last_agent; /* ATT_NONE */
        int64_t last_spoke_ms;
        bool last_went_badly;
};

/* One in three is upset, by a number from 1/emotions to 1; one customer in four has spoken with an
 * agent before. */
struct centre_contact centre_draw_contact(const struct centre *centre, struct att_rng *rng,
                                          uint32_t number, uint32_t emotions);
/* Adds it now. */
void centre_add_contact(struct centre *centre, const struct centre_contact *contact);

#endif
