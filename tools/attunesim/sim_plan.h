/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a simulation is to do: the file of `attunesim run`, read and checked (docs/simulation.md).
 *
 * Times are microseconds from the simulation's start, lengths in seconds are doubles: the engine's
 * milliseconds are made at its door.
 */
#ifndef ATT_TOOLS_ATTUNESIM_SIM_PLAN_H
#define ATT_TOOLS_ATTUNESIM_SIM_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/check.h"
#include "lib/config/errors.h"
#include "lib/config/yaml.h"
#include "lib/core/command.h"
#include "lib/model/config.h"
#include "tools/attunesim/sim_dist.h"

#define SIM_SECOND_US INT64_C(1000000)
#define SIM_DAY_US    (INT64_C(86400) * SIM_SECOND_US)
#define SIM_NEVER_US  INT64_MAX

/* So many contacts, or so long. */
struct sim_extent {
        bool is_contacts;
        uint64_t contacts;
        int64_t us;
};

/* From a time on, so many a second. */
struct sim_piece {
        double from_s;
        double per_s;
};

/* A contact of a trace. */
struct sim_row {
        int64_t at_us;
        uint32_t line;
        double handle_s;   /* NAN: as the stream says. */
        double patience_s; /* The same. */
        struct att_contact_request request;
};

struct sim_trace {
        const struct sim_row *rows; /* By time. */
        uint32_t count;
};

/* Contacts of one kind. */
struct sim_stream {
        struct att_config_place place;
        struct att_contact_request request; /* What all of them have in common. */
        uint32_t queue;                     /* That they name, or ATT_NONE. */
        const struct sim_piece *pieces;     /* By time; none: a trace. */
        uint32_t piece_count;
        double period_s; /* After which the pieces begin again; 0: never. */
        struct sim_trace trace;
        struct sim_dist handle;         /* The conversation, wrap-up apart. */
        struct sim_dist patience;       /* NONE: waits for ever. */
        struct sim_dist emotion;        /* 0..1; NONE: as the request says. */
        struct sim_dist lifetime_value; /* NONE: as the request says. */
        struct sim_dist churn_risk;
        uint32_t customers;  /* They come from so many people, each as often; 0: all unknown. */
        double redial_share; /* Of those who gave up or found no line. */
        struct sim_dist redial_after;
};

/* An agent comes, pauses or goes. */
struct sim_shift {
        int64_t at_us;
        uint32_t agent;
        enum att_command_kind kind;
        struct att_text reason;
};

/* How conversations are for customers, in log-odds of ending well. Each is declared; 0 is "none". */
struct sim_experience {
        bool is_declared;
        double base;         /* The chance, not its log-odds: calm, at once, an ordinary agent. */
        double agent_sd;     /* Between agents, in each queue anew. */
        double skill;        /* An agent of level 10 in what the queue asks for, against level 0. */
        double wait_per_min; /* Lost. */
        double upset;        /* Lost at full negative intensity ... */
        double human;        /* ... of which human skills of level 10 spare so much. */
        double strain;       /* Lost for each point of the agent's strain. */
        double same_agent;   /* Gained with the agent they spoke with last, within its time. */
        double feedback;     /* So many say how it was. */
};

/* How the model's people differ from a textbook's. Each is a declared parameter: 1 or 0 is "none". */
struct sim_effects {
        double agent_speed_sd;      /* Of ln of an agent's own factor on conversations. */
        double same_agent_factor;   /* On a conversation with the customer's last agent ... */
        double same_agent_within_s; /* ... if they spoke so recently. */
        double emotion_factor;      /* At full negative intensity, in between in proportion. */
        struct sim_experience experience;
};

struct sim_plan {
        struct att_arena arena;
        struct att_yaml_file file;       /* Whose texts are borrowed, where it was read from one. */
        const struct att_config *config; /* Owned: a reference. */
        int64_t start_ms;                /* Since the epoch: the engine's time at 0. */
        uint64_t seed;
        uint32_t replications;
        struct sim_extent warm_up;
        struct sim_extent length;
        uint32_t lines; /* 0: no limit. */
        int64_t target_us;
        const int64_t *queue_targets_us; /* By queue, instead; NULL: none. */
        int64_t interval_us;             /* Of the series over time. */
        const struct sim_stream *streams;
        uint32_t stream_count;
        const struct sim_shift *shifts; /* By time; with a period: within the first. */
        uint32_t shift_count;
        int64_t shift_period_us; /* 0: never again. */
        struct sim_effects effects;
        const float
                *values; /* Agents x queues: of a handled contact; NAN: none. NULL: no values. */
};

/* Reads a simulation's file. 0 and a plan; SIM_PLAN_INVALID or a negative errno, errors say why.
 * Warnings are in `errors` too: what is possible, but surely unmeant. */
#define SIM_PLAN_INVALID 1
ATT_MUST_USE int sim_plan_read(const char *path, struct att_config_errors *errors,
                               struct sim_plan *ret_plan);
/* The same of a mapping of what stands under `simulate:`; paths are from `folder` (with its slash). */
ATT_MUST_USE bool sim_plan_from(const struct att_yaml_node *node, struct att_text folder,
                                struct att_config_errors *errors, struct sim_plan *ret_plan);
void sim_plan_deinit(struct sim_plan *plan);

/* Impossible loads: queues without an agent, more work than hands and nobody who gives up. */
void sim_plan_warn(const struct sim_plan *plan, struct att_config_errors *errors);

/* Contacts that a stream brings in [from_s, to_s), on the average. */
double sim_stream_expected(const struct sim_stream *stream, double from_s, double to_s);
/* From the trace or the pieces: the mean rate over the plan's first day, or its length if shorter. */
double sim_stream_mean_rate(const struct sim_plan *plan, const struct sim_stream *stream);

#endif
