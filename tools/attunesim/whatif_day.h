/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recorded day: what people did, apart from who was given whom. Read from a journal by deciding it once
 * more; everything lives in the day until it is closed.
 */
#ifndef ATT_TOOLS_ATTUNESIM_WHATIF_DAY_H
#define ATT_TOOLS_ATTUNESIM_WHATIF_DAY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/map.h"
#include "lib/base/text.h"
#include "lib/core/command.h"
#include "lib/model/config.h"
#include "lib/store/snapshot.h"
#include "tools/attunesim/whatif.h"
#include "tools/attunesim/whatif_chance.h"

/* Contacts of one queue and channel, whose times are alike. */
struct whatif_group {
        struct att_map_node by_name; /* "queue channel" */
        struct att_text queue;
        struct att_text channel;
        struct whatif_group *next;
        struct whatif_patience patience;
        struct whatif_times talks;
        struct whatif_times wrap_ups; /* Ended by the agent. */
        uint64_t wrap_ups_to_the_end; /* Others went on as long as configured. */
        int64_t talk_ms;              /* The median; -1: none was recorded. */
        int64_t wrap_up_ms;           /* The median, if most were ended by the agent; else -1. */
};

struct whatif_contact;

/* How an agent takes offers. */
struct whatif_agent {
        struct att_map_node by_id;
        struct att_text id;
        struct whatif_agent *next;
        uint32_t index;
        struct whatif_times accepts;
        struct whatif_times declines;
        uint64_t misses;
        struct whatif_times backs; /* From missing one to being ready again. */
        int64_t decline_ms;        /* The medians; -1: none was recorded. */
        int64_t back_ms;
        /* While reading: paused for a missed offer since then (-1: not), and which it was. */
        int64_t missed_at_ms;
        struct whatif_contact *missed;
        uint32_t missed_reaction;
};

enum whatif_left {
        WHATIF_ANSWERED,
        WHATIF_ABANDONED,
        WHATIF_CANCELLED,
        WHATIF_UNKNOWN, /* The engine ended it, or the recording. */
};

/* Waiting, once. After a transfer a contact waits once more. */
struct whatif_wait {
        int64_t ms;
        uint64_t seq; /* Of the command that ended it; 0: none did. */
        enum whatif_left left;
        bool is_promised; /* It waits for our call: nobody is on the line. */
        struct whatif_group *group;
};

/* A conversation, and the work after it. */
struct whatif_talk {
        int64_t ms;
        bool is_cut; /* It went on longer than is known. */
        struct whatif_agent *agent;
        const struct att_command *ended_by; /* NULL: by none of its own. */
        int64_t wrapping_since_ms;          /* While reading; -1. */
        int64_t wrap_up_ms;                 /* As long as the agent took; -1: as configured. */
        uint64_t wrap_up_seq;               /* Of the command that ended it. */
        struct whatif_group *group;
};

enum whatif_reaction_kind { WHATIF_ACCEPTS, WHATIF_DECLINES, WHATIF_MISSES };

struct whatif_reaction {
        const struct whatif_agent *agent;
        enum whatif_reaction_kind kind;
        int64_t ms;
        bool is_cut;     /* The offer was taken back first: it takes longer. */
        int64_t back_ms; /* After missing it: until the agent was ready again; -1: not known. */
        uint64_t seq;
};

/* An offer that is open while the journal is read. */
struct whatif_open_offer {
        struct whatif_agent *agent;
        uint64_t number;
        int64_t at_ms;
};

enum whatif_phase {
        WHATIF_COMING, /* Not here yet. */
        WHATIF_SCHEDULED,
        WHATIF_WAITING,
        WHATIF_TALKING,
        WHATIF_GONE,
};

struct whatif_contact {
        struct att_map_node by_name; /* As the recording calls it: the latest one of that name. */
        struct att_map_node by_id;
        struct att_text id; /* Its own, also where a name was used twice. */
        uint32_t index;
        const struct att_command *add; /* NULL: it was there when the recording begins. */
        struct att_text channel;
        struct att_text currency;
        int64_t value_micro; /* The customer's lifetime value; -1: not known. */
        int64_t arrived_ms;
        enum whatif_phase phase_at_start; /* Of one that was there. */
        int64_t since_at_start_ms;
        uint64_t offer_at_start;
        struct whatif_agent *agent_at_start; /* Offered or connected. */
        struct att_text queue_at_start;

        struct whatif_wait *waits; /* Owned. */
        uint32_t wait_count;
        struct whatif_talk *talks; /* Owned. */
        uint32_t talk_count;
        struct whatif_reaction *reactions; /* Owned. */
        uint32_t reaction_count;

        /* As it was recorded. */
        bool was_answered;
        struct whatif_agent *first_agent;
        int64_t waited_ms; /* Until it was answered or gone. */

        /* While reading. */
        enum whatif_phase phase;
        int64_t since_ms;
        bool is_promised;
        struct whatif_group *group;
        struct whatif_open_offer *offers; /* Owned. */
        uint32_t offer_count;
};

/* What happens whatever the engine decides, in order. */
struct whatif_event {
        const struct att_command *command;
        struct whatif_contact *contact; /* Or NULL. */
};

struct whatif_day {
        struct att_arena arena;
        struct att_snapshot_loaded snapshot; /* Owned; where it begins with one. */
        uint64_t snapshot_seq;               /* 0: with the journal's beginning. */
        const struct att_config *first;      /* A reference: in force at the beginning. */
        const struct att_config **configs;   /* Owned, with references: all that came later. */
        uint32_t config_count;
        uint32_t reload_count; /* Of them, other than the one before. */
        int64_t begin_ms;
        int64_t end_ms;

        struct whatif_event *events; /* Owned. */
        size_t event_count;
        size_t event_capacity;
        struct whatif_contact **contacts; /* Owned. */
        uint32_t contact_count;
        uint32_t contact_capacity;
        struct att_map contacts_by_name;
        struct att_map contacts_by_id;
        struct whatif_agent *agents; /* The newest first. */
        uint32_t agent_count;
        struct att_map agents_by_id;
        struct whatif_agent anyone; /* All agents together. */
        struct whatif_group *groups;
        struct att_map groups_by_name;
        bool has_prices; /* Agents' prices were computed now and then. */
        uint64_t commands;
        uint64_t batches_decided_otherwise;
        uint64_t skipped;
};

/* The group of a queue and a channel; "" for the queue: all contacts of the channel; both: all. Made where
 * there is none. */
struct whatif_group *whatif_day_group(struct whatif_day *day, struct att_text queue,
                                      struct att_text channel);
const struct whatif_group *whatif_day_find_group(const struct whatif_day *day,
                                                 struct att_text queue, struct att_text channel);
const struct whatif_agent *whatif_day_find_agent(const struct whatif_day *day, struct att_text id);
struct whatif_contact *whatif_day_find_contact(const struct whatif_day *day, struct att_text id);

#endif
