/* SPDX-License-Identifier: Apache-2.0 */
/* What the naive router keeps, and what its files share. See naive.h. */
#ifndef ATT_TESTS_NAIVE_NAIVE_STATE_H
#define ATT_TESTS_NAIVE_NAIVE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/core/command.h"
#include "lib/core/effect.h"
#include "lib/model/config.h"
#include "lib/model/limits.h"
#include "tests/naive/naive.h"

#define NAIVE_NEVER INT64_MAX

struct naive_agent {
        struct att_text id;
        uint32_t def; /* In the configuration; ATT_NONE: removed, finishing its work. */
        enum att_presence presence;
        struct att_text reason;
        bool reaches_all;
        const struct att_text *reach; /* Borrowed from the command. */
        uint32_t reach_count;
        bool was_ready; /* In this shift. */
        int64_t idle_since_ms;
};

struct naive_cooldown {
        struct att_text agent;
        int64_t until_ms;
};

enum { NAIVE_OWN_MAX = 64, NAIVE_COOLDOWNS = 512 };

struct naive_contact {
        struct att_text id;
        const struct att_contact_request *request; /* Borrowed. */
        struct att_text front_end;
        uint64_t arrival;
        enum att_contact_state state;
        enum att_outcome outcome;
        int64_t closed_at_ms;

        uint32_t queue;
        uint32_t step;
        int64_t entered_at_ms;
        int64_t waited_before_ms;
        int64_t waiting_since_ms; /* -1: the clock stands still. */

        /* By skill name: what the request, updates and rules say. */
        struct att_named_level own[NAIVE_OWN_MAX];
        uint32_t own_count;
        struct att_named_weight prefers[NAIVE_OWN_MAX];
        uint32_t prefer_count;
        int64_t request_priority_milli;
        int64_t rules_priority_milli;
        int64_t emotion_ppm;

        struct att_text named;  /* Empty: none. */
        int64_t named_until_ms; /* -1: has not entered yet. */
        bool people_only;
        bool put_back;
        uint32_t rounds;
        bool round_counts;
        uint32_t attempts; /* Calls not taken. */
        int64_t due_ms;
        struct naive_cooldown cooldowns[NAIVE_COOLDOWNS];
        uint32_t cooldown_count;
        struct att_text agent; /* Connected with. */
};

struct naive_offer {
        uint64_t number;
        struct naive_contact *contact;
        struct naive_agent *agent;
        uint32_t units;
        int64_t due_ms;
        bool live;
};

struct naive_work {
        struct att_text name;          /* The contact's id, or the name of work outside. */
        struct naive_contact *contact; /* NULL: outside. */
        struct naive_agent *agent;
        struct att_text channel;
        uint32_t queue;             /* ATT_NONE: outside, or gone. */
        int64_t channel_wrap_up_ms; /* As it began, should the channel go. */
        bool exclusive;             /* As its channel is, or was last. */
        uint32_t units;
        bool in_wrap_up;
        int64_t until_ms;
        bool live;
};

struct naive_return {
        struct att_text customer;
        struct att_text queue;
        int64_t at_ms;
        int64_t waited_ms;
        bool used;
};

/* A pair of the matching at hand, before it is made. */
struct naive_pair {
        struct naive_contact *contact;
        struct naive_agent *agent;
        uint32_t units;
        uint32_t place;
};

struct naive_list { /* Of owned pointers. */
        void **items;
        uint32_t count;
        uint32_t capacity;
};

enum { NAIVE_PAIRS_MAX = 256, NAIVE_POLICIES_MAX = 32 };

struct naive {
        const struct att_config *config; /* Borrowed. */
        struct naive_list agents;        /* By id. */
        struct naive_list gone;          /* Agents that were removed. */
        struct naive_list contacts;      /* All there ever were, by arrival. */
        struct naive_list offers;        /* By number. */
        struct naive_list works;
        struct naive_list returns;

        struct naive_pair pairs[NAIVE_PAIRS_MAX];
        uint32_t pair_count;
        int64_t window_until_ms[NAIVE_POLICIES_MAX]; /* By policy; NAIVE_NEVER: closed. */

        int64_t now_ms;
        int64_t last_instant_ms;
        uint64_t offers_made;
        bool gave_up;

        /* Effects of the part of a step at hand, by their place in the fixed order. */
        struct att_effects ended;
        struct att_effects changed;
        struct att_effects entered;
        struct att_effects given;
};

#define NAIVE_AGENT(naive, i)   ((struct naive_agent *)(naive)->agents.items[i])
#define NAIVE_CONTACT(naive, i) ((struct naive_contact *)(naive)->contacts.items[i])
#define NAIVE_OFFER(naive, i)   ((struct naive_offer *)(naive)->offers.items[i])
#define NAIVE_WORK(naive, i)    ((struct naive_work *)(naive)->works.items[i])

/* naive.c */
void *naive_list_add(struct naive_list *list, size_t bytes);
void naive_list_move(struct naive_list *from, uint32_t i, struct naive_list *to);
struct naive_agent *naive_find_agent(struct naive *naive, struct att_text id);
struct naive_contact *naive_find_contact(struct naive *naive, struct att_text id);
struct att_effect *naive_say(struct naive *naive, struct att_effects *where,
                             enum att_effect_kind kind, const struct naive_contact *contact);
void naive_say_agent(struct naive *naive, const struct naive_agent *agent);

/* naive_rules.c: pure questions. */
bool naive_get_channel(const struct naive *naive, struct att_text name,
                       struct att_channel *ret_channel, uint32_t *ret_index);
const struct att_policy *naive_policy_of(const struct naive *naive, const struct naive_contact *c);
int64_t naive_waited_ms(const struct naive *naive, const struct naive_contact *c);
uint32_t naive_requires_of(const struct naive *naive, const struct naive_contact *c, uint32_t queue,
                           uint32_t step, struct att_requirement *into);
bool naive_meets(const struct naive *naive, const struct naive_contact *c,
                 const struct naive_agent *a, uint32_t queue, uint32_t step);
bool naive_is_for_named(const struct naive *naive, const struct naive_contact *c);
bool naive_could_meet(const struct naive *naive, const struct naive_contact *c,
                      const struct naive_agent *a, uint32_t queue, uint32_t step);
bool naive_is_unstaffed(const struct naive *naive, const struct naive_contact *c, uint32_t queue,
                        uint32_t step);
bool naive_works_on(const struct naive *naive, const struct naive_agent *a, struct att_text name);
bool naive_reaches(const struct naive_agent *a, struct att_text channel);
bool naive_is_open_to(const struct naive *naive, const struct naive_contact *c,
                      const struct naive_agent *a, bool with_presence);
bool naive_has_room(const struct naive *naive, const struct naive_contact *c,
                    const struct naive_agent *a);
uint32_t naive_load(const struct naive *naive, const struct naive_agent *a);
int64_t naive_idle_ms(const struct naive *naive, const struct naive_agent *a);
int64_t naive_fit_ppm(const struct naive *naive, const struct naive_contact *c,
                      const struct naive_agent *a);
uint32_t naive_rank_of(const struct naive *naive, const struct naive_contact *c,
                       const struct naive_agent *a);
struct naive_key { /* What a freed agent compares contacts by. */
        bool named;
        bool starved;
        uint32_t rank;
        int64_t urgency;
        bool put_back;
        int64_t waited_ms;
        uint64_t arrival;
        struct att_text id;
};
struct naive_key naive_key_of(const struct naive *naive, const struct naive_contact *c,
                              const struct naive_agent *a);
int naive_compare_keys(const struct naive_key *a, const struct naive_key *b); /* < 0: a first. */

/* naive_match.c */
void naive_match(struct naive *naive);

/* naive_contacts.c: what happens to contacts. */
void naive_enter(struct naive *naive, struct naive_contact *c, uint32_t queue);
void naive_settle(struct naive *naive); /* Steps, then max_wait. */
void naive_stop_waiting(struct naive *naive, struct naive_contact *c);
void naive_start_waiting(struct naive *naive, struct naive_contact *c);
uint32_t naive_live_offers_of(const struct naive *naive, const struct naive_contact *c);
void naive_close(struct naive *naive, struct naive_contact *c, enum att_outcome outcome);
void naive_overflow(struct naive *naive, struct naive_contact *c,
                    const struct att_overflow *overflow, enum att_outcome turned_away,
                    enum att_outcome without);
void naive_revoke(struct naive *naive, struct naive_offer *offer, enum att_revoke_reason reason);
void naive_revoke_all(struct naive *naive, struct naive_contact *c, enum att_revoke_reason reason);
void naive_connect(struct naive *naive, struct naive_contact *c, struct naive_agent *a,
                   uint32_t units, uint64_t offer, struct att_effects *where);
void naive_end_conversation(struct naive *naive, struct naive_contact *c);
void naive_finish(struct naive *naive, struct naive_work *work);
void naive_cool_down(struct naive *naive, struct naive_contact *c, struct att_text agent);
void naive_leave(struct naive *naive, struct naive_agent *a, enum att_presence presence,
                 struct att_text reason);
struct naive_work *naive_work_of(struct naive *naive, const struct naive_contact *c);

/* naive_commands.c */
void naive_apply(struct naive *naive, const struct att_command *command);

/* naive_reload.c */
void naive_reload(struct naive *naive, const struct att_config *config);
void naive_forget_removed(struct naive *naive);

#endif
