/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The waiting contacts, kept so that an agent who becomes free finds the next one without looking
 * at all of them.
 *
 * Contacts that are alike to every agent (the same signature, channel, value, emotion, and reached
 * by the same profile delays) form a group: an agent can take all of them or none, each with the
 * same fit. Inside a group the order is that of urgency, and while two of them are in the same phase
 * of waiting (before the knee, after it, at the cap, starved) their order does not change as time
 * passes: urgency is a constant plus the same slope times the time. So a phase of a group is a heap,
 * and only tops are looked at. A timer moves a contact to its next phase.
 *
 * Contacts about which something is decided agent by agent are kept apart and looked at one by one:
 * those that leave agents out, that somebody turned down not long ago, that are held or batched, or
 * whose customer is waiting or talking elsewhere too. A contact for whom one agent means more than
 * the others (named, preferred, the last to speak with the customer) is in that agent's list besides.
 */
#ifndef ATT_LIB_CORE_WAITING_H
#define ATT_LIB_CORE_WAITING_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/heap.h"
#include "lib/base/list.h"
#include "lib/base/map.h"
#include "lib/base/rank.h"

struct agent;
struct att_core;
struct contact;
struct signature;

enum phase {
        PHASE_RISING, /* Waited less than `urgent_after`. */
        PHASE_URGENT, /* Past the knee. */
        PHASE_FLAT,   /* At the cap, or above it from the start. */
        PHASE_STARVED,
        PHASE_COUNT
};

/* 128 bits: points x ms of an hour, times years. */
__extension__ typedef __int128 wide_int;

struct group {
        struct att_map_node by_key;
        struct group_key *key;       /* Owned. */
        struct signature *signature; /* Borrowed: the one it is part of. */
        struct att_list in_signature;
        uint32_t count;
        struct att_heap phases[PHASE_COUNT];
};

/* Signatures by slot: for each agent a row of bits, whose contacts it may take as far as the
 * signature goes; and a row for those that have waiting contacts at all. */
struct slots {
        struct signature **signatures; /* Owned array of borrowed signatures; NULL: free. */
        uint32_t count;                /* Slots ever used. */
        uint32_t words;                /* Of a row. */
        uint64_t *waiting;             /* Owned. */
        uint64_t *served;              /* Owned: agents x words. */
};

/* After a reload, with no signature left: rows for so many agents. */
void slots_reset(struct slots *slots, uint32_t agents);
void slots_deinit(struct slots *slots);
void slots_add(struct att_core *core, struct signature *signature);
void slots_remove(struct att_core *core, struct signature *signature);

#define RELATIONS 3 /* Named, preferred, last to speak. */

struct relation { /* A contact in the list of an agent who means more to it. */
        struct att_list in_agent;
        struct contact *contact; /* Borrowed: the one it is part of. */
};

struct waiting {             /* The part of a contact. */
        struct group *group; /* NULL: apart, or not waiting. */
        struct att_heap_node in_phase;
        struct att_rank_node in_rank; /* Of its queue and phase; while queued. */
        struct att_list in_apart;
        enum phase phase;
        wide_int key;          /* Larger: more urgent, within the phase. */
        int64_t start_ms;      /* When it would have begun to wait, had it waited at once. */
        int64_t next_phase_ms; /* INT64_MAX: stays in its phase. */
        struct relation relations[RELATIONS];
};

void waiting_init(struct contact *contact);
/* Puts a queued contact where it belongs now; to be called whenever anything that matters changed. */
void waiting_refresh(struct att_core *core, struct contact *contact);
void waiting_remove(struct att_core *core, struct contact *contact); /* Fine when nowhere. */
/* The queued contacts of a customer, after something about the customer changed. */
struct customer;
void waiting_refresh_customer(struct att_core *core, struct customer *customer);
void waiting_free_groups(struct att_core *core, struct signature *signature);

/* The `wanted` contacts of a channel that go first with this agent, of those it can take now, in
 * order; written to `ret_contacts`. Returns how many there are. */
uint32_t waiting_first(struct att_core *core, struct agent *agent, uint32_t channel,
                       uint32_t wanted, struct contact **ret_contacts);

/* How many of its queue go before a queued contact, for an agent to whom all are alike. Starved
 * ones with equal waits count in order of arrival. */
uint32_t waiting_before(const struct att_core *core, const struct contact *contact);

struct queue_state;
void waiting_init_queue(struct queue_state *queue);

/* Whether a contact stands where it belongs, for the recount. */
bool waiting_is_right(const struct att_core *core, const struct contact *contact);

#endif
