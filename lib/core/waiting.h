/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The waiting contacts, kept so that an agent who becomes free finds the next one without looking
 * at all of them.
 *
 * Contacts of which an agent can take all or none stand in one lane: the same signature, channel,
 * profile delays reached, bots allowed or not. Each agent has a row of bits, a bit a lane. Where fit
 * counts in the order, a lane is divided into groups of contacts with about the same value and
 * emotion, so that their fit with an agent is known within narrow bounds. Inside a group the order
 * is that of urgency, and while two contacts are in the same phase of waiting (before the knee,
 * after it, at the cap, starved) it does not change as time passes: urgency is a constant plus the
 * same slope times the time. So a phase of a group is a heap. What stands first is known of every
 * group and every lane (its `front`), and choose.c looks only behind fronts that could hold the
 * best. A timer moves a contact to its next phase.
 *
 * What is decided between one contact and one agent (agents left out, cooldowns, holds, links) is
 * asked when the contact comes up. A contact for whom one agent means more than the others (named,
 * preferred, the last to speak with the customer) is in that agent's list besides. Contacts of a
 * policy with a batching window are kept apart and looked at one by one.
 */
#ifndef ATT_LIB_CORE_WAITING_H
#define ATT_LIB_CORE_WAITING_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/keyheap.h"
#include "lib/base/list.h"
#include "lib/base/map.h"
#include "lib/base/rank.h"

struct agent;
struct att_core;
struct att_policy;
struct contact;
struct queue_state;
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

/* Keys of fronts are coarser, and rounded up: they only say where not to look. */
#define FRONT_BITS 16
#define FRONT_NONE (INT64_MIN / 2)

/* Bounds of all that waits in a lane or a group. Those of value and emotion are not narrowed until
 * it is empty. */
struct front {
        int64_t keys[PHASE_STARVED]; /* The largest of each phase; FRONT_NONE: nobody is in it. */
        int64_t start_ms;            /* The earliest of the starved; INT64_MAX: none. */
        uint32_t phases;             /* A bit each: those with a contact. */
        int32_t value_min_ppm;
        int32_t value_max_ppm;
        int32_t emotion_min_ppm;
};

static inline int64_t waiting_coarse(wide_int key)
{
        return (int64_t)(key >> FRONT_BITS) + 1;
}

/* With each contact in a heap goes what its fit depends on: see waiting_value_ppm(). */
struct group {
        struct front front;
        struct att_keyheap phases[PHASE_COUNT];
        struct lane *lane; /* Borrowed: the one it is part of; NULL: not made yet. */
};

#define VALUE_CLASSES   3
#define EMOTION_CLASSES 3
#define CLASSES         (VALUE_CLASSES * EMOTION_CLASSES)

struct lane {
        struct signature *signature; /* Borrowed: the one it is part of. */
        struct att_list in_signature;
        uint32_t slot; /* In core->slots; used again after it is freed. */
        uint32_t channel;
        uint16_t delays_reached;
        bool no_bots;
        uint32_t count;
        uint32_t group_count;
        struct group groups[CLASSES];    /* In the order made. */
        struct group *by_class[CLASSES]; /* The same; NULL: none yet. */
};

#define SLOT_WANTS 4

struct slot { /* What is asked of every lane an agent could take, side by side. */
        struct front front;
        struct lane *lane; /* Owned; NULL: free. */
        const struct att_policy *policy;
        int64_t weight_sum; /* Of the policy's terms of fit, in thousandths. */
        uint64_t record_bit;
        uint32_t queue;
        uint32_t policy_index;
        uint32_t want_count; /* Of the signature; the first of them: */
        struct {
                uint32_t skill;
                uint32_t weight_milli;
        } wants[SLOT_WANTS];
        int64_t want_weight_milli; /* All of them together. */
        const int32_t *match_ppm;  /* The signature's. */
};

/* Lanes by slot: for each agent a row of bits, which of them it may take as far as the lane goes;
 * and for each channel a row for those in which anybody waits. */
struct slots {
        struct slot *items; /* Owned. */
        uint32_t count;     /* Slots ever used. */
        uint32_t words;     /* Of a row. */
        uint64_t *waiting;  /* Owned: channels x words. */
        uint64_t *served;   /* Owned: agents x words. */
};

/* After a reload, with no signature left: rows for so many agents. */
void slots_reset(struct slots *slots, uint32_t agents);
void slots_deinit(struct slots *slots);

/* The part of a contact. All that a way through heaps and ranks looks at is a line of the cache. */
struct waiting {
        wide_int key;                 /* Larger: more urgent, within the phase. */
        int64_t start_ms;             /* When it would have begun to wait, had it waited at once. */
        struct att_rank_node in_rank; /* Of its queue and phase; while queued. */
        struct att_keyheap_node in_phase;
        enum phase phase;
        struct group *group; /* NULL: apart, named alone, or not waiting. */
        struct att_list
                in_known; /* With the agent who spoke with the customer last, where that counts. */
};

void waiting_init(struct contact *contact);
/* Puts a queued contact where it belongs now; to be called whenever anything that matters changed.
 * Returns when its phase ends: INT64_MAX: it does not. */
int64_t waiting_refresh(struct att_core *core, struct contact *contact);
/* The same before it is put there: only says where it will stand. */
int64_t waiting_expect(const struct att_core *core, struct contact *contact);
void waiting_remove(struct att_core *core, struct contact *contact); /* Fine when nowhere. */
/* The same in a reload, which makes all ranks and lanes anew: those it was in are gone. */
void waiting_forget(struct contact *contact);
/* As waiting_refresh(), of all contacts after that, each once and best in their order. Then, before
 * anybody asks for a rank: */
int64_t waiting_resume(struct att_core *core, struct contact *contact);
void waiting_rank_rest(struct queue_state *queue);
/* Before its signature goes; its place in the queue is kept. */
void waiting_leave_lane(struct att_core *core, struct contact *contact);
/* The queued contacts of a customer, after something about the customer changed. */
struct customer;
void waiting_refresh_customer(struct att_core *core, struct customer *customer);
void waiting_free_lanes(struct att_core *core, struct signature *signature);

/* Urgency now, out of the key: the slope of the phase times the time. Not of a starved one. */
wide_int waiting_urgency(const struct att_policy *policy, enum phase phase, wide_int key,
                         int64_t now_ms);

struct contact *waiting_contact(struct att_keyheap_node *in_phase);

/* What lies in a heap of a phase: the key, not of a starved one; the wait's start, of a starved one. */
wide_int waiting_key(const struct att_keyheap_entry *entry);
int64_t waiting_start_ms(const struct att_keyheap_entry *entry);

static inline int64_t waiting_value_ppm(const struct att_keyheap_entry *entry)
{
        return (int64_t)(entry->extra >> 32);
}

static inline int64_t waiting_emotion_ppm(const struct att_keyheap_entry *entry)
{
        return (int64_t)(entry->extra & UINT32_MAX);
}

/* How many of its queue go before a queued contact, for an agent to whom all are alike. Starved
 * ones with equal waits count in order of arrival. */
uint32_t waiting_before(const struct att_core *core, const struct contact *contact);

void waiting_init_queue(struct att_core *core, struct queue_state *queue);
void waiting_clear_queue(struct queue_state *queue); /* Before it is freed. */

/* Whether a contact stands where it belongs, for the recount. */
bool waiting_is_right(const struct att_core *core, const struct contact *contact);

#endif
