/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small random contact centres and what happens in them, from a seed.
 *
 * Numbers are few and small, so that ties and coincidences are common. A feature of the mask is in a
 * centre with some chance; without it nothing of the kind occurs in its configuration or commands.
 * Commands are recorded: a run can be repeated, and with some left out.
 */
#ifndef ATT_TESTS_NAIVE_RANDOM_CENTRE_H
#define ATT_TESTS_NAIVE_RANDOM_CENTRE_H

#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/buffer.h"
#include "lib/core/command.h"
#include "lib/model/config.h"

enum random_feature {
        RANDOM_CHANNELS,   /* Several, with units of their own. */
        RANDOM_LIMITS,     /* An agent's channels. */
        RANDOM_EXCLUSIVE,  /* Exclusive channels. */
        RANDOM_INTERRUPTS, /* Channels that interrupt others. */
        RANDOM_AUTO,       /* auto_accept */
        RANDOM_WRAP_UP,
        RANDOM_BOTS,
        RANDOM_REACH, /* Ready on some channels only. */
        RANDOM_PAUSE,
        RANDOM_SKILLS,
        RANDOM_ANY_OF,
        RANDOM_PREFERS,
        RANDOM_TEAMS,
        RANDOM_ATTRIBUTES,
        RANDOM_PROFILES,
        RANDOM_DELAYS, /* Of profiles. */
        RANDOM_TIERS,
        RANDOM_POINTS, /* Priorities, emotion, recovery, cap. */
        RANDOM_FIT,    /* Weights. */
        RANDOM_FIT_POINTS,
        RANDOM_SLOPES,
        RANDOM_STARVE,
        RANDOM_BATCH,
        RANDOM_KEEP, /* on_missed: keep */
        RANDOM_COOLDOWN,
        RANDOM_BROADCAST,
        RANDOM_ROUNDS, /* Few offers a contact. */
        RANDOM_STEPS,
        RANDOM_SKIP,
        RANDOM_MOVES, /* By a step. */
        RANDOM_MAX_WAIT,
        RANDOM_MAX_WAITING,
        RANDOM_OVERFLOW,
        RANDOM_UNSTAFFED, /* refuse_when */
        RANDOM_HOURS,
        RANDOM_INTAKE,
        RANDOM_CONTACTS_MAX,
        RANDOM_NAMED,
        RANDOM_EXCLUDE,
        RANDOM_PREFERRED, /* With a hold. */
        RANDOM_CUSTOMERS, /* The same again: links, returns. */
        RANDOM_WAITED,    /* An age. */
        RANDOM_OWN_LEVELS,
        RANDOM_NOT_BEFORE,
        RANDOM_UNANSWERED,
        RANDOM_TRANSFER,
        RANDOM_UPDATE,
        RANDOM_OCCUPIED,
        RANDOM_WRONG, /* Unknown names, late and repeated events. */
        RANDOM_RELOAD,
        RANDOM_REMOVAL,       /* Of agents, by a reload. */
        RANDOM_CROWDS,        /* More than a few contacts at a time. */
        RANDOM_REACH_SKIP,    /* Reach and skip in one centre. */
        RANDOM_WRONG_WRAP_UP, /* The end of a wrap-up of an unknown contact. */
        RANDOM_WRAP_UPS_DONE, /* Of all of an agent's wrap-ups at once. */
        RANDOM_QUEUE_REMOVAL, /* By a reload; moved_to. */
        RANDOM_SKILL_REMOVAL,
        RANDOM_CHANNEL_REMOVAL,
        RANDOM_GRID, /* All times are multiples of some seconds: much falls on one instant. */
        RANDOM_FEATURE_COUNT
};

#define RANDOM_GRID_S 5

#define RANDOM_ALL ((UINT64_C(1) << RANDOM_FEATURE_COUNT) - 1)

const char *random_feature_name(enum random_feature feature); /* "max_wait", ... */

struct random_run {
        struct att_arena arena; /* Of the commands' texts. */
        uint64_t features;      /* Those that this centre has. */
        struct att_command *commands;
        uint32_t count;
        uint32_t capacity;
};

/* A run of the centre of this seed, its commands chosen by what a naive router does with them. */
void random_run_make(struct random_run *run, uint64_t seed, uint64_t features, uint32_t commands);
void random_run_deinit(struct random_run *run);

/* The YAML that a configuration of the run was made of. */
const char *random_run_yaml(const struct random_run *run, const struct att_config *config);

/* One command as a line. */
void random_command_print(const struct att_command *command, int64_t start_ms,
                          struct att_buffer *into);

#endif
