/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine's state: what stands behind `struct att_core`, shared by the files of this folder and
 * nobody else.
 *
 * Who owns what: the core owns agents, contacts, customers, channels and signatures; a contact owns
 * its offers; an agent owns its interactions. Everything else that points is borrowed. Nothing is
 * freed while effects of the step may name it: see `core->graveyard`.
 */
#ifndef ATT_LIB_CORE_STATE_H
#define ATT_LIB_CORE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/check.h"
#include "lib/base/keyheap.h"
#include "lib/base/list.h"
#include "lib/base/map.h"
#include "lib/base/pool.h"
#include "lib/core/assign.h"
#include "lib/core/core.h"
#include "lib/core/fit.h"
#include "lib/core/score.h"
#include "lib/core/sets.h"
#include "lib/core/waiting.h"
#include "lib/model/config.h"
#include "lib/model/limits.h"

/* A return to the same queue so soon after an abandon takes up the wait of before. */
#define RETURN_WITHIN_MS 60000
/* How long the contacts and agents of a lost front end keep their places, and how long its
 * conversations go on. */
#define FRONT_END_GRACE_MS        (INT64_C(30) * 1000)
#define FRONT_END_CONVERSATION_MS (INT64_C(10) * 60 * 1000)

/* ---- Timers: one heap for all; the classes fire in this order at one instant. ---- */

enum timer_class {
        TIMER_WRAP_UP,   /* by contact id */
        TIMER_OFFER,     /* in the order made */
        TIMER_SCHEDULED, /* by contact id */
        TIMER_STEP,      /* by arrival, then id */
        TIMER_MAX_WAIT,  /* by arrival, then id */
        TIMER_HOURS,     /* by queue */
        TIMER_FRONT_END, /* by name */
        TIMER_WAKE,      /* by arrival, then id: an agent may have come into reach */
        TIMER_BATCH,     /* by policy */
        TIMER_INCIDENT,  /* by id */
};

/* What a contact waits for; one timer serves the first of them. */
enum due {
        DUE_SCHEDULED, /* Scheduled: it begins to wait. */
        DUE_STEP,      /* Queued or offered. */
        DUE_MAX_WAIT,
        DUE_WAKE, /* Queued: another phase of waiting, or an agent may have come into reach. */
        DUE_COUNT
};

/* When it fires lies in the heap. At one instant those of a class fire by the order they are armed with, then by
 * their owner's id, wrap-ups of one contact in the order armed. */
struct timer {
        struct att_keyheap_node node;
        uint8_t class; /* enum timer_class */
};

/* ---- Channels: a bit each; a bit once given to a name stays with it. ---- */

struct channel {
        char *name_data; /* Owned. */
        struct att_text name;
        bool declared; /* Known to the configuration in force (or any name is). */
        uint32_t def;  /* Its index in the configuration, or ATT_NONE. */
        uint32_t units;
        int64_t offer_timeout_ms;
        int64_t wrap_up_ms;
        bool auto_accept;
        bool exclusive;
        uint64_t interrupts;
};

/* ---- Signatures: what is asked of an agent, interned. ---- */

/* Required and preferred by the queue, the intake's rules and the request. */
#define WANTS_MAX (6 * ATT_REQUIREMENTS_MAX)

struct want { /* A skill that counts in the skill term. */
        uint32_t skill;
        uint32_t level; /* Required; 0: preferred only. */
        uint32_t weight_milli;
};

/* The causes for which sets leave out agents, in their order: four of presence, five of what is asked
 * (see decide.c). */
enum { SIEVES_PRESENT = 4, SIEVES = 9 };

struct caught {            /* How many each of them leaves out on a channel. */
        uint64_t presence; /* core->sets.presence when it was counted; 0: never. */
        uint32_t channel;
        uint32_t counts[SIEVES];
};

/* All contacts of one queue and step that ask for the same share one. The agents who meet all that
 * doesn't change between reloads are kept as a bitset. */
struct signature {
        struct att_map_node by_key;
        char *key; /* Owned: queue, step and the wants, as bytes. */
        size_t key_len;
        struct att_list in_core;
        struct att_list lanes; /* Owned: where its contacts wait. */
        uint32_t references;   /* Contacts. */
        uint32_t queue;
        uint32_t step;
        uint32_t want_count;
        uint64_t weight_sum_milli;
        struct want *wants;   /* Owned. */
        int32_t *match_ppm;   /* Owned, by agent: s of the skill term ... */
        uint8_t *match_roofs; /* ... and its score_roof(). */
        /* Owned bitsets of agents, each what is left of the one before it. */
        uint64_t *profiled; /* Whose profile serves the queue. */
        uint64_t *of_team;
        uint64_t *skilled;
        uint64_t *any_skilled; /* With one of any_of. */
        uint64_t *serves;      /* With the attributes: who can take it as far as all this goes. */
        uint64_t *meets;       /* Like the last, whatever the profile. */
        struct caught caught;
};

/* ---- Agents ---- */

struct interaction {
        struct att_list in_agent;
        struct agent *agent;       /* Borrowed. */
        struct contact *contact;   /* Borrowed; NULL: outside the router. */
        char *name_data;           /* Owned: the work's name, when outside. */
        struct att_text name;      /* The contact's id or the work's name. */
        struct att_text front_end; /* Outside work: who reported it (owned in name_data). */
        uint32_t channel;
        uint32_t units;             /* As reserved; a reload does not change them. */
        uint32_t queue;             /* ATT_NONE: outside, or its queue is gone. */
        int64_t channel_wrap_up_ms; /* As it began. */
        enum att_interaction_state state;
        int64_t since_ms;
        struct timer wrap_up;
        uint64_t wrap_up_serial; /* core->timer_serial as it was armed. */
};

struct offer {
        struct att_list in_contact;
        struct att_list in_agent;
        struct contact *contact; /* Borrowed. */
        struct agent *agent;     /* Borrowed. */
        uint64_t number;         /* In the order made; never used twice. */
        uint32_t units;
        uint32_t channel;
        int64_t timeout_ms;
        struct timer timeout;
};

struct record {              /* What feedback said of an agent, or of all, in a queue. */
        uint32_t queue_name; /* Index into core->queue_names. */
        uint32_t successes;
        uint32_t count;
};

struct reach {           /* What one front end said of an agent. */
        char *front_end; /* Owned. Empty: by hand. */
        uint64_t channels;
};

#define REACHES_MAX 8

struct agent {
        struct att_map_node by_id;
        char *id_data; /* Owned. */
        struct att_text id;
        const struct att_agent_def *def; /* Borrowed from the configuration; NULL: removed. */
        uint32_t index;                  /* In core->agents; UINT32_MAX when removed. */
        enum att_presence presence;
        char *reason_data; /* Owned, may be NULL. */
        int64_t presence_since_ms;
        struct reach *reaches; /* Owned: where the agent is signed in. */
        uint32_t reach_count, reach_room;
        uint64_t reachable; /* Channel bits: all reaches together. */
        bool shift_begun;
        int64_t idle_since_ms; /* Counts while there is no interaction. */
        struct att_list offers;
        struct att_list interactions;
        uint32_t offer_count;
        uint32_t interaction_count;
        uint32_t held_units; /* Offers and interactions. */
        uint64_t busy;       /* Channels with an offer or an interaction. */
        uint16_t channel_units[ATT_CHANNELS_MAX];
        uint16_t channel_count[ATT_CHANNELS_MAX];
        int64_t price_ppm;
        int64_t strain_micro; /* Negative contacts, decayed, as of strain_at_ms. */
        int64_t strain_at_ms;
        struct record *records; /* Owned. */
        uint32_t record_count, record_room;
        uint32_t column;   /* Scratch of the matching. */
        uint64_t room;     /* Scratch of the matching: channels with room. */
        bool is_mentioned; /* Scratch of a reload: a live contact leaves out the agent. */
        bool dirty;        /* May be able to take something it could not before. */
        struct att_list in_dirty;
        struct att_list in_removed;
        /* Queued contacts to which this agent means more than others. */
        struct att_list named_by;     /* in_named */
        struct att_list preferred_by; /* in_preferred */
        struct att_list known_by;     /* in_known: spoke with the customer last, where it counts. */
};

/* ---- Contacts ---- */

struct cooldown {
        struct agent *agent; /* Borrowed. */
        int64_t until_ms;
};

struct details;
struct story;
struct incident;

/* What few contacts have: what they ask beyond their queue, who may not have them, whom they wait for.
 * Counted arrays, owned, with room for so many. */
struct extras {
        struct contact *contact; /* Borrowed: whose they are. */
        struct story *story;     /* Owned (story.h); NULL: none. */
        struct agent *named;     /* Borrowed. */
        struct agent *preferred; /* Borrowed. */
        /* While queued: */
        struct att_list in_named;     /* With the agents who mean more to it than others. */
        struct att_list in_preferred; /* The same. */
        struct att_list in_apart;     /* core->apart */

        struct att_requirement *own;    /* The request's and updates'; level 0 drops. */
        struct att_requirement *ruled;  /* The intake's. */
        struct att_preference *prefers; /* Request's and rules', joined. */
        struct agent **excluded;
        struct cooldown *cooldowns;
        uint32_t own_count, own_room;
        uint32_t ruled_count, ruled_room;
        uint32_t prefer_count, prefer_room;
        uint32_t excluded_count, excluded_room;
        uint32_t cooldown_count, cooldown_room;
};

#define CONTACT_IDS_BYTES 40 /* As most have. */

/* What is looked at together lies together. Many wait, so fields are as narrow as their limits allow, and
 * what few contacts have is in their extras. */
struct contact {
        /* To find it: */
        struct att_map_node by_id;
        union {
                char ids[CONTACT_IDS_BYTES]; /* Its id (the key of `by_id`), front end's name,
                                                customer's id; or where they are, if longer: */
                char *ids_apart;             /* Owned. */
        };
        struct details *details; /* Owned; NULL once closed and told. */

        /* To change its state: */
        struct att_list in_core; /* core->live by arrival, or core->closed by closing. */
        enum att_contact_state state : 8;
        enum att_outcome outcome : 8;
        uint8_t channel;
        uint8_t step;
        uint16_t front_end_len;
        uint16_t customer_id_len;
        bool put_back; /* From an offer that came to nothing. */
        bool no_bots;
        bool ever_entered;
        bool entering;                 /* During a reload: on its way to another queue. */
        bool last_went_badly;          /* The request said so, of a customer nobody knows. */
        bool window;                   /* Its policy's batching window has just closed. */
        bool round_counts;             /* Of the running round one offer was declined or missed. */
        uint8_t emotion_source;        /* enum att_emotion_source; decides nothing. */
        uint32_t queue;                /* ATT_NONE once its queue is gone. */
        uint32_t wrapping;             /* Interactions that still name it in wrap-up. */
        uint32_t dirty;                /* Its place in core->dirty_contacts, from 1 on; 0: not. */
        uint32_t tier;                 /* ATT_NONE */
        uint32_t intent;               /* ATT_NONE */
        struct att_decision *decision; /* Owned, or NULL. */

        /* To find its place among those that wait: */
        struct waiting waiting;
        struct att_list in_customer;
        struct extras *extras;       /* Owned; NULL: none. See contact_extras(). */
        struct signature *signature; /* Shared, counted. NULL while not in a queue. */
        struct customer *customer;   /* Borrowed; NULL: unknown. */

        /* What decides that. */
        uint64_t arrival; /* The command's sequence number. */
        int64_t arrived_ms;
        int64_t waited_before_ms; /* Of earlier spells of waiting. */
        int64_t waiting_since_ms; /* While queued or offered. */
        int64_t entered_ms;       /* The queue. */
        int64_t priority_rules_milli;
        int32_t priority_request_milli;
        int32_t tier_points_milli;
        int32_t value_ppm;
        int32_t emotion_ppm;

        struct att_list in_queue;  /* queue_state.waiting while queued. */
        int64_t due_ms[DUE_COUNT]; /* INT64_MAX: not due. */
        struct timer timer;        /* For the first of them. */
        int64_t reach_ms;          /* When time alone may bring an agent into reach. */

        int64_t named_until_ms;    /* The others may take it from then on. */
        struct att_digest content; /* Of the request: the same again is no other contact. */
        struct att_list offers;
        struct interaction *interaction; /* Borrowed; while connected. */
        struct agent *last_agent;        /* Borrowed; who had it last. */
        int64_t closed_ms;
        uint64_t offered_round; /* core->round when it was last offered. */
        uint64_t considered_in; /* Scratch of the matching. */
        uint64_t moved_round;   /* The instant of the last move between queues ... */
        uint8_t moves;          /* ... and how many there were in it. */
        uint8_t offer_count;
        uint32_t rounds;
        uint32_t attempt;
        uint32_t transfers;
};

_Static_assert(ATT_CHANNELS_MAX <= UINT8_MAX && ATT_STEPS_MAX <= UINT8_MAX,
               "as a contact has them");
_Static_assert(ATT_POINTS_MAX *ATT_MILLI <= INT32_MAX, "as a contact has its points");

extern const struct extras extras_none;

/* Of a contact without any, empty ones. */
static inline const struct extras *contact_extras(const struct contact *contact)
{
        return contact->extras ? contact->extras : &extras_none;
}

/* ---- Customers ---- */

/* A wait given up, for one who is back soon. */
struct abandon {
        int64_t at_ms;
        int64_t waited_ms;
        uint32_t queue_name;
};

#define ABANDONS_KEPT 4

/* What a customer has who was here before. */
struct past {
        struct att_list in_linked; /* core->linked_anew, from an offer to the next instant. */
        struct customer *customer; /* Borrowed: whose it is. */
        struct abandon
                *abandons;  /* Owned, NULL: none. The latest, by time; not yet taken up again. */
        char *last_contact; /* Owned: the last one that an agent handled, by its id. */
        int64_t last_closed_ms; /* When; -1: none that is known. */
        int64_t surveyed_ms;    /* When the customer was last asked; -1: not that is known. */
        uint16_t last_contact_len;
        uint16_t abandon_count;
};

/* Many wait, each with a customer, so it takes little. */
struct customer {
        struct att_map_node by_id;
        struct att_list in_core;  /* Of the busy or of the idle. */
        struct att_list contacts; /* Live ones, by arrival. */
        struct agent *current;    /* Borrowed; who talks with them: customer_recall(). */
        struct agent *last_agent; /* Borrowed. */
        int64_t last_spoke_ms;
        struct past *past; /* Owned; NULL: none. See customer_past(). */
        bool last_went_badly;
        char id[]; /* The key of `by_id`. */
};

/* ---- Queues and policies: the live part ---- */

struct queue_state {
        struct att_list waiting;            /* Queued contacts. */
        struct att_rank ranks[PHASE_COUNT]; /* The same, in order. */
        bool is_any_unranked;               /* During a reload: some are not in there yet. */
        uint32_t waiting_count;
        uint32_t offered_count;
        uint32_t connected_count;
        uint32_t name;                     /* Index into core->queue_names. */
        struct att_text name_text;         /* The same, borrowed from there. */
        int64_t delays_ms[ATT_DELAYS_MAX]; /* Different profile delays, ascending. */
        uint32_t delay_count;
        bool can_skip;            /* Some step is passed over when unstaffed. */
        struct signature **plain; /* Owned; by step: of contacts that ask nothing of their own. */
        uint64_t recent_entered;  /* Halved whenever prices are computed. */
        struct timer hours;
        const struct att_overflow *closes; /* While closing: where its contacts go. */
        struct att_queue_view totals;      /* The counters of the view. */
        int64_t answer_gap_ms;             /* Smoothed time between answers; -1 unknown. */
        int64_t last_answer_ms;
};

struct policy_state {
        int64_t rise[2]; /* Coarse: what waiting adds to the keys of rising and urgent ones now. */
        bool window_open;
        struct timer window;
};

struct front_end {
        struct att_map_node by_name;
        struct att_list in_core;
        char *name_data; /* Owned. */
        bool lost;
        bool waiting_gone; /* The grace is over; conversations go on. */
        int64_t lost_ms;
        struct timer lease;
};

/* ---- Effects of the running instant, by where they stand in the order ---- */

enum effect_place { PLACE_ENDED, PLACE_AGENTS, PLACE_QUEUED, PLACE_OFFERS, PLACE_COUNT };

/* A contact's place in the order with one agent. */
struct place {
        bool named;
        bool starved;
        uint32_t rank;
        int64_t urgency; /* Thousandths of a point x ms of an hour, with fit points. */
        bool put_back;
        int64_t waited_ms;
        const struct contact *contact;
};

struct candidate { /* A waiting contact that could be matched now. */
        struct contact *contact;
        struct place place;       /* The best it has with any one of its agents. */
        struct agent *only;       /* Its one agent; NULL: whoever can take it. */
        enum att_exclusion bound; /* LINKED or HOLD: it has one agent only, for that reason. */
        bool is_new;              /* Else only agents with something new may take it. */
        bool is_plain;            /* The sets alone say who can take it. */
        bool is_guess;            /* `place` is not found yet: it is no better than this. */
        bool served;
        uint32_t first; /* In a joint assignment, its agents: match.agents[first ... */
        uint32_t count;
};

struct match_pair {
        uint32_t candidate;
        struct agent *agent;
        uint64_t number; /* Of the offer to be. */
        bool further;    /* Not the first agent of a broadcast. */
};

struct candidates {              /* A growing array. */
        struct candidate *items; /* Owned. */
        uint32_t count, capacity;
};

struct match_scratch {
        /* Where they are many: those not in `candidates` yet, sorted, from `guessed` on, and a heap of
         * those taken from there whose place is found. */
        struct candidates guesses;
        struct candidates found;
        uint32_t guessed;
        bool is_guessing;

        struct candidate *candidates;
        uint32_t count, capacity;
        struct agent **agents;
        uint32_t agent_count, agent_capacity;
        struct agent **columns; /* Of the assignment: each agent once. */
        uint32_t column_count, column_capacity;
        uint64_t *allowed; /* Of the assignment: contacts x columns. */
        size_t allowed_capacity;
        struct att_assign assign;
        struct match_pair *pairs; /* In the order made. */
        uint32_t pair_count, pair_capacity;
        uint64_t pass;           /* Grows with every look at all that is new. */
        struct open_lane *lanes; /* Of choose.c. */
        uint32_t lane_capacity;
        uint64_t *fresh; /* Agents with something new and room: a set a channel. */
        size_t fresh_words;
};

/* Contacts with something new, in the order they were marked. */
struct dirty_contacts {
        struct contact **items; /* Owned; NULL: one that has nothing new any more. */
        uint32_t end;           /* Of the items; the last of them is there. */
        uint32_t count;         /* Of those that are. */
        uint32_t capacity;
};

/* The current one may be cleaned in the body. */
#define DIRTY_FOREACH(contact, core)                                                               \
        for (uint32_t at_##contact = 0; at_##contact < (core)->dirty_contacts.end; at_##contact++) \
                for (struct contact *contact = (core)->dirty_contacts.items[at_##contact];         \
                     contact; contact = NULL)

struct doomed {
        void *memory;
        size_t bytes;
};

struct att_core {
        struct att_pool pool;                   /* Contacts, what they said, why they went where. */
        const struct att_config *config;        /* Shared, counted. NULL before the first. */
        const struct att_config *config_before; /* Until the next step: effects may name it. */
        int64_t now_ms;
        uint64_t seq;
        uint64_t round; /* Grows with every instant. */
        uint64_t next_offer;
        const struct att_foresight *foresight; /* Borrowed; of the next command, or NULL. */

        struct channel channels[ATT_CHANNELS_MAX];
        uint32_t channel_count;
        uint64_t exclusive_channels;
        uint32_t *human_skills; /* Owned: those of kind human. */
        uint32_t human_skill_count;

        struct agent **agents; /* Owned; by configuration index. */
        uint32_t agent_count;
        struct hot *hot;                 /* Owned; by configuration index. */
        struct brief *briefs;            /* The same. */
        struct sets sets;                /* The agents of the configuration by what they can do. */
        struct att_map agents_by_id;     /* Removed ones with work included. */
        struct att_list removed_agents;  /* Finishing their work. */
        struct att_list agent_graveyard; /* To free when the next step begins (in_removed). */

        struct att_map contacts_by_id;
        struct att_list live; /* By arrival. */
        uint32_t live_count;
        struct att_list closed; /* The oldest first. */
        bool closed_new;        /* Some are not trimmed yet: the last ones. */
        uint32_t closed_count;
        struct att_list graveyard; /* Contacts to free when the next step begins (in_core). */

        struct att_map customers_by_id;
        struct att_list busy_customers; /* With a live contact. */
        struct att_list idle_customers; /* The longest untouched one first: to forget. */
        struct att_list linked_anew;    /* Customers whose links changed in this instant. */
        uint32_t customer_count;

        struct att_list incidents; /* Open ones, in the order announced. */
        uint32_t incident_count;

        struct att_map front_ends_by_name;
        struct att_list front_ends;

        struct att_map signatures;
        struct att_list all_signatures;
        struct slots slots; /* The lanes of waiting contacts, and who serves them. */
        uint32_t signature_count;
        struct att_list apart; /* Waiting contacts in no lane. */

        struct queue_state *queues; /* Owned; by configuration index. */
        uint32_t queue_count;
        int32_t *expected_ppm;         /* Owned; the same: of the outcome term. */
        struct policy_state *policies; /* Owned; by configuration index. */
        int64_t rises_ms;              /* When their `rise` is of. */
        char **queue_names;            /* Owned: every queue name ever seen; never shrinks. */
        struct record *queue_records;  /* Owned; by queue name. */
        uint32_t queue_name_count;

        struct att_keyheap timers;
        struct contact *newcomer; /* Entered a queue in this round, not settled yet; or NULL. */
        uint64_t timer_serial;    /* Timers armed so far. */
        struct att_list dirty_agents;
        struct dirty_contacts dirty_contacts;
        bool are_all_dirty;     /* All that wait are, though not on the list yet: after a reload. */
        bool staffing_fell;     /* Someone signed out: steps may be unstaffed now. */
        uint32_t broadcast_max; /* Of any policy. */

        struct att_effects places[PLACE_COUNT];
        struct att_buffer sentence; /* Of a refusal. */
        struct doomed *doomed;      /* Owned: memory to give back when the next step begins. */
        uint32_t doomed_count, doomed_capacity;
        struct att_arena texts; /* Texts of this step's effects that live nowhere else. */
        struct att_arena
                *shown; /* Owned; what views since the last step are made of: who may only look
                                    at the core takes from it, too. */
        struct match_scratch match;
        struct att_core_counts counts;
        struct att_list spare_offers;
        struct att_list spare_interactions;
};

/* ---- core.c: effects ---- */

struct att_effect *emit(struct att_core *core, enum effect_place place, enum att_effect_kind kind);
struct att_effect *emit_contact(struct att_core *core, enum effect_place place,
                                enum att_effect_kind kind, const struct contact *contact);
/* Refuses the command: one effect, nothing else may have changed. */
ATT_PRINTF(5, 6)
ATT_COLD void refuse(struct att_core *core, const struct att_command *command,
                     enum att_refusal refusal, const char *field, const char *format, ...);
ATT_COLD void refuse_unknown(struct att_core *core, const struct att_command *command,
                             const char *field, const char *noun, struct att_text name,
                             struct att_text nearest);

/* Gives memory back to the pool when the next step begins: effects of this one may name it. NULL
 * fine. */
void give_later(struct att_core *core, void *memory, size_t bytes);

/* ---- timers.c ---- */

void timer_init(struct timer *timer, enum timer_class class);
void timer_arm(struct att_core *core, struct timer *timer, int64_t at_ms, uint64_t order);
int64_t timer_at_ms(const struct att_core *core, const struct timer *timer); /* 0: not armed. */
/* What a contact waits for; INT64_MAX: it does not. */
void due_settle(struct att_core *core, struct contact *contact); /* A newcomer's timer. */
void due_set(struct att_core *core, struct contact *contact, enum due due, int64_t at_ms);
void due_clear(struct att_core *core, struct contact *contact); /* All of it. */
static inline bool due_is_set(const struct contact *contact, enum due due)
{
        return contact->due_ms[due] != INT64_MAX;
}
void timer_cancel(struct att_core *core, struct timer *timer);
bool timer_is_armed(const struct timer *timer);
bool timer_less(const struct att_keyheap_node *a, const struct att_keyheap_node *b);
/* Fires all that is due at or before now. Returns whether anything was. */
bool timers_fire(struct att_core *core);

/* ---- channels.c ---- */

uint32_t channel_find(const struct att_core *core, struct att_text name); /* Or ATT_NONE. */
/* Finds or, where any name works, makes one. ATT_NONE: undeclared, or no bit left. */
uint32_t channel_get_or_add(struct att_core *core, struct att_text name);
void channels_reload(struct att_core *core, const struct att_config *config);

/* ---- What is looked up all the time ---- */

static inline const struct att_policy *queue_policy(const struct att_core *core, uint32_t queue)
{
        return &core->config->policies[core->config->queues[queue].policy];
}

/* One whose queue is gone has the first. */
static inline const struct att_policy *contact_policy(const struct att_core *core,
                                                      const struct contact *contact)
{
        return contact->queue == ATT_NONE ? &core->config->policies[0]
                                          : queue_policy(core, contact->queue);
}

static inline bool is_waiting(enum att_contact_state state)
{
        return state == ATT_CONTACT_QUEUED || state == ATT_CONTACT_OFFERED;
}

static inline int64_t contact_waited_ms(const struct att_core *core, const struct contact *contact)
{
        int64_t waited_ms = contact->waited_before_ms;
        if (is_waiting(contact->state)) {
                waited_ms += core->now_ms - contact->waiting_since_ms;
        }
        return att_min_i64(waited_ms, ATT_WAITED_MS_MAX);
}

static inline int64_t contact_in_queue_ms(const struct att_core *core,
                                          const struct contact *contact)
{
        return core->now_ms - contact->entered_ms;
}

static inline bool agent_is_bot(const struct agent *agent)
{
        return agent->def && agent->def->kind == ATT_AGENT_BOT;
}

/* 0 while busy. */
static inline int64_t agent_idle_ms(const struct att_core *core, const struct agent *agent)
{
        return !agent->shift_begun || agent->interaction_count > 0
                       ? 0
                       : core->now_ms - agent->idle_since_ms;
}

/* The limit of a core channel for an agent: ATT_LIMIT_OFF, ATT_LIMIT_NONE or a number. */
static inline uint32_t agent_limit(const struct att_core *core, const struct agent *agent,
                                   uint32_t channel)
{
        if (!agent->def || !core->channels[channel].declared) {
                return ATT_LIMIT_OFF;
        }
        if (!agent->def->limits) {
                return ATT_LIMIT_NONE;
        }
        uint32_t def = core->channels[channel].def;
        return def == ATT_NONE ? ATT_LIMIT_OFF : agent->def->limits[def];
}

/* The rank of a queue in the agent's profile; 0: not served. */
static inline uint32_t queue_rank(const struct att_core *core, const struct agent *agent,
                                  uint32_t queue)
{
        return agent->def->profile == ATT_NONE
                       ? 1
                       : core->config->profiles[agent->def->profile].by_queue[queue].rank;
}

/* Whether a contact waits for the agent it names, who is still of the centre. */
static inline bool is_for_named_alone(const struct att_core *core, const struct contact *contact)
{
        return contact_extras(contact)->named && contact_extras(contact)->named->def &&
               core->now_ms < contact->named_until_ms;
}

/* Whether what decides about an agent beyond the sets is alike for all of them. */
static inline bool contact_is_plain(const struct att_core *core, const struct contact *contact)
{
        return !contact_extras(contact)->named && contact_extras(contact)->excluded_count == 0 &&
               contact_extras(contact)->cooldown_count == 0 && !contact->no_bots &&
               core->queues[contact->queue].delay_count == 0;
}

/* ---- agents.c ---- */

struct agent *agent_find(const struct att_core *core, struct att_text id);
/* One who was removed and has no work left, too. */
struct agent *agent_find_any(const struct att_core *core, struct att_text id);
struct agent *agent_new(struct att_core *core, struct att_text id);
void agent_free(struct att_core *core, struct agent *agent);
void agent_mark(struct att_core *core, struct agent *agent); /* Dirty. */
/* Takes or gives back units and a place on a channel: for an offer or an interaction, and (lightly)
 * for a pair that is only being thought of, where everything is as before in the end. */
/* After anything about an agent changed that the sets or the scores are made of. */
void agent_refresh(struct att_core *core, const struct agent *agent);
void agent_take(struct att_core *core, struct agent *agent, uint32_t channel, uint32_t units);
void agent_give(struct att_core *core, struct agent *agent, uint32_t channel, uint32_t units);
void agent_take_lightly(struct agent *agent, uint32_t channel, uint32_t units);
void agent_give_lightly(struct agent *agent, uint32_t channel, uint32_t units);
/* Changes presence, with all that follows. */
void agent_set_presence(struct att_core *core, struct agent *agent, enum att_presence presence,
                        struct att_text reason);
/* A front end no longer reaches the agent; without any the agent goes offline as `lost`. */
void agent_lose_reach(struct att_core *core, struct agent *agent, struct att_text front_end);
void agents_price(struct att_core *core, bool by_demand);
void handle_agent_ready(struct att_core *core, const struct att_command *command);
void handle_agent_pause(struct att_core *core, const struct att_command *command);
void handle_agent_offline(struct att_core *core, const struct att_command *command);
void handle_occupied(struct att_core *core, const struct att_command *command);
void handle_free(struct att_core *core, const struct att_command *command);

/* ---- interactions.c ---- */

struct interaction *interaction_new(struct att_core *core, struct agent *agent, uint32_t channel,
                                    uint32_t units);
/* The conversation is over: wrap-up begins, or the interaction ends at once. */
/* The name of work outside the router; that of a contact is the contact's. */
void interaction_set_name(struct att_core *core, struct interaction *interaction,
                          struct att_text name);
void interaction_drop_name(struct att_core *core, struct interaction *interaction);
void interaction_arm(struct att_core *core, struct interaction *interaction, int64_t at_ms);
void interaction_wrap_up(struct att_core *core, struct interaction *interaction);
void interaction_finish(struct att_core *core, struct interaction *interaction);
void handle_wrap_up_done(struct att_core *core, const struct att_command *command);
void handle_contact_hold(struct att_core *core, const struct att_command *command);

/* ---- contacts.c ---- */

static inline size_t contact_id_bytes(const struct contact *contact)
{
        return contact->by_id.key.len + contact->front_end_len + contact->customer_id_len;
}

static inline struct att_text contact_id(const struct contact *contact)
{
        return contact->by_id.key;
}

static inline struct att_text contact_front_end(const struct contact *contact)
{
        return att_text_of(contact->by_id.key.data + contact->by_id.key.len,
                           contact->front_end_len);
}

static inline struct att_text contact_customer_id(const struct contact *contact)
{
        return att_text_of(contact->by_id.key.data + contact->by_id.key.len +
                                   contact->front_end_len,
                           contact->customer_id_len);
}

struct contact *contact_find(const struct att_core *core,
                             struct att_text id); /* Closed ones too. */
/* Finds a live contact for a command, or refuses: unknown, or state when it is closed. */
struct contact *contact_get_live(struct att_core *core, const struct att_command *command);
void contact_move(struct att_core *core, struct contact *contact, enum att_contact_state next);
void contact_mark(struct att_core *core, struct contact *contact);  /* Dirty. */
void contact_clean(struct att_core *core, struct contact *contact); /* No longer. Fine if not. */
void contact_close(struct att_core *core, struct contact *contact, enum att_outcome outcome,
                   struct att_text reason);
/* `closed` is said, then the agent's wrap-up begins. */
void contact_end_conversation(struct att_core *core, struct contact *contact,
                              enum att_outcome outcome, struct att_text disposition);
void contact_schedule(struct att_core *core, struct contact *contact, int64_t due_ms);
/* Takes a contact off its queue's list and puts it on again (queued ones, around a move). */
void contact_unlist(struct att_core *core, struct contact *contact);
void contact_list(struct att_core *core, struct contact *contact);
struct extras *contact_get_extras(struct att_core *core, struct contact *contact); /* To write. */
void contact_drop_empty_extras(struct att_core *core, struct contact *contact);
void contact_add_cooldown(struct att_core *core, struct contact *contact, struct agent *agent,
                          int64_t until_ms);
bool contact_is_cooling(const struct att_core *core, const struct contact *contact,
                        const struct agent *agent);
bool contact_excludes(const struct contact *contact, const struct agent *agent);
/* One that is nowhere yet. */
struct contact *contact_new(struct att_core *core, struct att_text id, struct att_text front_end,
                            struct att_text customer);
void contact_free(struct att_core *core, struct contact *contact);
/* Frees what a closed contact needs no more, once its last effects are told. */
void contacts_trim(struct att_core *core);
void contact_bury(struct att_core *core, struct contact *contact); /* A closed one. */
void contacts_forget(struct att_core *core);
void handle_contact_add(struct att_core *core, const struct att_command *command);
void handle_contact_update(struct att_core *core, const struct att_command *command);
void handle_contact_abandon(struct att_core *core, const struct att_command *command);
void handle_contact_cancel(struct att_core *core, const struct att_command *command);
void handle_contact_end(struct att_core *core, const struct att_command *command);
void handle_contact_transfer(struct att_core *core, const struct att_command *command);
void handle_contact_feedback(struct att_core *core, const struct att_command *command);

/* ---- customers.c ---- */

void handle_customer_set(struct att_core *core, const struct att_command *command);
void handle_customer_link(struct att_core *core, const struct att_command *command);
void handle_customer_unlink(struct att_core *core, const struct att_command *command);
void handle_customer_forget(struct att_core *core, const struct att_command *command);

struct customer *customer_find(const struct att_core *core, struct att_text id); /* Or NULL. */
/* One nobody knows yet; on neither list until customer_touch(). */
struct customer *customer_new(struct att_core *core, struct att_text id);
struct customer *customer_get_or_add(struct att_core *core, struct att_text id);
/* Notes that a contact came to be on offer to one agent, or connected. */
void customer_linked(struct att_core *core, const struct contact *contact);
/* Looks up who talks with the customer now: the agent of the latest contact that is connected, `but` left
 * out. Not at once where the matching connects: that counts from the next instant, as a link does. */
void customer_recall(struct att_core *core, struct customer *customer, const struct contact *but);
/* Who talks with the customer, or else who did last; or NULL. */
struct agent *customer_known_to(const struct customer *customer);
/* Marks the contacts that a link of the instant before may release from a hold. */
void customers_look_again(struct att_core *core);
struct customer *customer_of_contact(const struct att_core *core, const struct contact *contact);
bool customer_has_room(const struct att_core *core, struct att_text id);
void customer_touch(struct att_core *core, struct customer *customer);
const struct past *customer_past(const struct customer *customer); /* Or an empty one. */
struct past *customer_get_past(struct att_core *core, struct customer *customer); /* To write. */
/* For as many as are kept. */
void customer_make_room_for_abandons(struct att_core *core, struct past *past);
void customer_free(struct att_core *core, struct customer *customer);
/* The agent of the latest earlier contact of the same customer on another channel that is offered
 * to one agent or connected since before this instant; or NULL. */
struct agent *linked_agent(const struct att_core *core, const struct contact *contact);

/* ---- queues.c: a contact's way through queues ---- */

void queues_free(struct att_core *core);
uint32_t queue_name_intern(struct att_core *core, struct att_text name);
/* Lives with the core. */
static inline struct att_text queue_name(const struct att_core *core, uint32_t queue)
{
        return queue == ATT_NONE ? ATT_TEXT_NONE : core->queues[queue].name_text;
}

/* Puts a contact into a queue: its steps start anew. */
void queue_enter(struct att_core *core, struct contact *contact, uint32_t queue);
/* Puts a contact that is in its queue still back among the waiting. */
void queue_put_back(struct att_core *core, struct contact *contact);
/* Turns a new contact away: as the overflow says, or refused where there is none. */
void queue_turn_away(struct att_core *core, struct contact *contact,
                     const struct att_overflow *overflow, struct att_text reason);
/* Whether anyone signed in could take it at one of the queue's steps. */
bool queue_is_staffed(const struct att_core *core, const struct contact *contact, uint32_t queue);
/* Acts on steps and max_wait that are due, and on steps that nobody could meet. */
void queue_advance(struct att_core *core, struct contact *contact);
void queue_overflow(struct att_core *core, struct contact *contact,
                    const struct att_overflow *overflow, bool arriving);
void queue_arm_step(struct att_core *core, struct contact *contact);
void queue_arm_max_wait(struct att_core *core, struct contact *contact);
/* Puts a waiting contact where it stands now among the waiting, and its timer to the next change of
 * that by time alone. To be called whenever anything that matters there changed. */
void queue_arm_wake(struct att_core *core, struct contact *contact);
/* All of that for a contact that waits where it did before a reload: waiting_rank_rest() is to follow. */
void queue_resume(struct att_core *core, struct contact *contact);
/* Who enters a queue is often given to an agent at the same instant. So the last one who entered is put
 * among those that wait, and gets a timer, when somebody asks or the matching is over. */
void queue_settle_newcomer(struct att_core *core);
void queue_max_wait(struct att_core *core, struct contact *contact);
/* The hours of a queue changed; once all that changed at the instant are known: queue_close_all(). */
void queue_closing(struct att_core *core, uint32_t queue);
void queue_close_all(struct att_core *core);
void queue_arm_hours(struct att_core *core, uint32_t queue);
void queue_skip_unstaffed(struct att_core *core); /* After staffing fell. */
bool step_is_staffed(const struct att_core *core, const struct contact *contact, uint32_t queue,
                     uint32_t step);
uint32_t queue_position(const struct att_core *core, const struct contact *contact);
int64_t queue_estimate_ms(const struct att_core *core, uint32_t queue, uint32_t position);

/* ---- signatures.c ---- */

void signature_refresh(struct att_core *core, struct contact *contact);
void signature_drop(struct att_core *core, struct contact *contact);
/* Frees all that no contact uses. */
void signatures_purge(struct att_core *core);
/* Frees all, with their lanes: before a reload settles every contact anew. */
void signatures_forget(struct att_core *core);
/* What a contact (NULL: one that asks nothing of its own) would ask for in a queue and step. */
uint32_t signature_wants(const struct att_config *config, const struct contact *contact,
                         uint32_t queue, uint32_t step, struct want wants[WANTS_MAX]);
bool agent_meets_step(const struct att_agent_def *def, const struct att_queue *queue,
                      const struct att_step *step, const struct want *wants, uint32_t want_count,
                      enum att_exclusion *ret_why);

/* ---- eligibility.c ---- */

/* Why an agent can't take a contact now, the first cause in the order of the enum; units included
 * if `with_capacity`. Holds and links are looked at by match.c. */
enum att_exclusion exclusion_of(const struct att_core *core, const struct contact *contact,
                                const struct agent *agent, bool with_capacity);
/* The same with holds and links. */
enum att_exclusion exclusion_now(const struct att_core *core, const struct contact *contact,
                                 const struct agent *agent);
bool has_room(const struct att_core *core, const struct agent *agent, uint32_t channel,
              enum att_exclusion *ret_why);
/* The units an agent holds that a contact on a channel is checked against. */
uint32_t held_against(const struct att_core *core, const struct agent *agent, uint32_t channel);
/* The one agent to whom alone a contact may go now, because of a link or a hold (`*ret_by` says
 * which); NULL: to anyone. The agent of a hold may have no room. */
struct agent *bound_agent(const struct att_core *core, const struct contact *contact,
                          enum att_exclusion *ret_by);
uint32_t profile_rank(const struct att_core *core, const struct contact *contact,
                      const struct agent *agent);

int64_t profile_delay_ms(const struct att_core *core, const struct agent *agent, uint32_t queue);

/* ---- urgency.c ---- */

#define URGENCY_SCALE ATT_HOUR_MS /* urgency / URGENCY_SCALE is in thousandths of a point. */

/* What does not grow: priority, tier, value, emotion, recovery, a repeat, an incident. */
int64_t urgency_points_milli(const struct att_core *core, const struct contact *contact);
int64_t urgency_of(const struct att_core *core, const struct contact *contact);
bool has_starved(const struct att_core *core, const struct contact *contact);
/* What the policy's fit points add to it. */
int64_t urgency_of_fit(const struct att_core *core, const struct contact *contact, int64_t fit_ppm);
struct place place_of(const struct att_core *core, const struct contact *contact,
                      const struct agent *agent);
/* The same where the fit is known already. */
struct place place_with_fit(const struct att_core *core, const struct contact *contact,
                            const struct agent *agent, int64_t fit_ppm);
/* < 0: a goes first. `ret_by` (may be NULL): what decided. */
int place_compare(const struct place *a, const struct place *b, enum att_decided_by *ret_by);

/* ---- offers.c ---- */

/* An offer on the contact's and the agent's list, for which the agent has taken the units already. */
struct offer *offer_new(struct att_core *core, struct contact *contact, struct agent *agent,
                        uint64_t number);
/* Offers the contact to the agent, or connects at once where the channel auto-accepts. */
void offer_make(struct att_core *core, struct contact *contact, struct agent *agent,
                uint64_t number);
/* Ends an offer without an accept; does not put the contact back. */
void offer_end(struct att_core *core, struct offer *offer, enum att_revoke_reason reason);
/* Ends an offer and, if it was the round's last, puts the contact back. */
void offer_revoke(struct att_core *core, struct offer *offer, enum att_revoke_reason reason);
void offers_revoke_of_contact(struct att_core *core, struct contact *contact,
                              enum att_revoke_reason reason);
struct offer *offer_find(const struct contact *contact, const struct agent *agent);
void offer_time_out(struct att_core *core, struct offer *offer);
void handle_offer_accept(struct att_core *core, const struct att_command *command);
void handle_offer_decline(struct att_core *core, const struct att_command *command);

/* ---- match.c ---- */

void match_all(struct att_core *core);
/* Whether a batching window holds this contact back, for whom there is an agent now. The first
 * pair that could be made opens it. */
bool match_is_held_back(struct att_core *core, const struct contact *contact);
void match_deinit(struct match_scratch *match);

/* ---- candidates.c ---- */

/* Begins a matching: leaves on the list of new agents only those who could take anything. */
void candidates_sift(struct att_core *core);
/* The candidates of the instant, into core->match, in order; where they are many, the first. */
void candidates_find(struct att_core *core);
/* One more of them. False: there is none. */
bool candidates_next(struct att_core *core);
/* All that waits is new, if a reload said so: where nobody has room there is no need to. */
void candidates_mark_all(struct att_core *core);
/* Nothing is new any more. */
void candidates_clean(struct att_core *core);
/* Whether any agent has room for anything. */
bool candidates_have_room(const struct att_core *core);
/* Marks those who are left over and were bound by a link. Returns whether there is one. */
bool candidates_release_left(struct att_core *core);
/* Those of the one agent with something new. False: it has room for too many. */
bool candidates_of_agent(struct att_core *core, struct agent *agent);
/* The one contact with something new. */
struct candidate *candidates_begin_one(struct att_core *core, struct contact *contact);
/* Lists the agents of the first `count` candidates. */
void candidates_list_agents(struct att_core *core, uint32_t count);
/* Who can take a candidate now. */
struct score_query candidate_query(const struct att_core *core, const struct candidate *candidate);
bool candidate_has(const struct att_core *core, const struct candidate *candidate,
                   const struct agent *agent);

/* ---- decide.c ---- */

/* Remembers with the contact why it is about to be given to an agent: to be called before the
 * offer is made, with the pairs made before it counted in the agents' loads. */
void decide(struct att_core *core, const struct candidate *candidate, struct agent *agent,
            bool exact);
/* Gives a contact a copy that owns all its texts: agents and contacts may go before it does. */
void decision_keep(struct att_core *core, struct contact *contact,
                   const struct att_decision *decision);
void decision_drop(struct att_core *core, struct contact *contact); /* At once. */
/* The same where the best agents are known already, the chosen one first. */
void decide_among(struct att_core *core, const struct candidate *candidate,
                  struct agent *const *agents, uint32_t count, bool exact);

/* ---- intake.c ---- */

/* Applies the rules: queue, requirements, preferences, priority, intent. Returns the queue, or
 * ATT_NONE. Writes into the contact. */
uint32_t intake_apply(struct att_core *core, struct contact *contact,
                      const struct att_contact_request *request);
void intake_apply_tier(const struct att_core *core, struct contact *contact);

/* ---- reload.c, fronts.c ---- */

void handle_config(struct att_core *core, const struct att_command *command);
void handle_front_end_lost(struct att_core *core, const struct att_command *command);
void handle_front_end_back(struct att_core *core, const struct att_command *command);
void handle_away(struct att_core *core, const struct att_command *command);
struct front_end *front_end_find(const struct att_core *core, struct att_text name); /* Or NULL. */
struct front_end *front_end_new(struct att_core *core, struct att_text name);
void front_end_arm(struct att_core *core, struct front_end *front_end, int64_t at_ms);
void front_end_lapse(struct att_core *core, struct front_end *front_end);
void front_ends_free(struct att_core *core);

#endif
