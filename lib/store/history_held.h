/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a transaction of the history holds in memory before it writes it: contacts with what is going on
 * in them, and people. Events change what is held; each row is written once, at the end of the
 * transaction or before a statement that must see it. So a contact's whole life within one transaction
 * is one row each of `contacts`, `spells`, `conversations` and `offers`, and not every event's work on
 * them.
 *
 *      contact = history_contact_of(history, number)   held, or read from the file
 *      contact->queue = event->left.queue              texts are borrowed until the transaction ends
 *      history_contact_changed(contact)
 *      history_held_write(history)                     the file is as the events have it
 *
 * Of what is written, contacts in which something is still going on stay held from one transaction to
 * the next, with texts of their own, so that they are not read again: HISTORY_KEPT_MAX of them, those
 * that were touched last. Everything else is forgotten with the transaction. Nothing is held that
 * another process, a trim or a customer's forgetting has changed in the file.
 */
#ifndef ATT_LIB_STORE_HISTORY_HELD_H
#define ATT_LIB_STORE_HISTORY_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/list.h"
#include "lib/base/map.h"
#include "lib/base/text.h"

#define HISTORY_KEPT_MAX 8192

struct att_history;

enum history_row {
        HISTORY_ROW_WRITTEN, /* The file has it so. */
        HISTORY_ROW_CHANGED,
        HISTORY_ROW_NEW,
};

/* Rows of a contact that may still change, and those that are not written yet; the newest first. What
 * is written and read again has only the columns that later ones depend on. */
struct history_spell {
        struct history_spell *next;
        enum history_row row;
        int64_t n;
        int64_t entered_ms;
        int64_t left_ms;
        int64_t waited_ms;
        int64_t estimate_ms;
        int64_t position;
        struct att_text queue;
        struct att_text how;
        struct att_text agent;
};

struct history_talk {
        struct history_talk *next;
        enum history_row row;
        int64_t n;
        int64_t offered_ms;
        int64_t connected_ms;
        int64_t ended_ms;
        int64_t held_ms;
        int64_t held_since_ms;
        int64_t wrapped_up_ms;
        struct att_text agent;
        struct att_text queue;
        struct att_text channel;
        struct att_text ended_by;
};

struct history_offer {
        struct history_offer *next;
        enum history_row row;
        int64_t offer;
        int64_t offered_ms;
        int64_t ended_ms;
        struct att_text agent;
        struct att_text queue;
        struct att_text how;
};

/* A row of `contacts`. */
struct history_contact {
        struct att_map_node by_number;
        struct att_map_node by_id;
        struct att_list node; /* On `touched` or `kept`. */
        char *own;            /* Owned: the bytes of the texts that outlive a transaction. */
        enum history_row row;
        bool is_touched;   /* In this transaction. */
        bool is_latest;    /* No contact of its id has a greater number: it is in `latest`. */
        bool is_end_other; /* The columns of its end are other than in the file. */
        int64_t spell_count;
        int64_t talk_count;
        struct history_spell *spells; /* Owned, as all rows. */
        struct history_talk *talks;
        struct history_offer *offered;

        int64_t contact;
        struct att_text id;
        struct att_text front_end; /* This and what follows, up to arrived_ms: of a new row only. */
        struct att_text channel;
        struct att_text entry_point;
        struct att_text language;
        struct att_text intent;
        struct att_text tier;
        struct att_text emotion_source;
        int64_t value_ppm;
        int64_t emotion_ppm;
        int64_t arrived_ms;
        struct att_text text; /* Empty: as in the file. */
        struct att_text notes;
        int64_t person;
        int64_t emotion_end_ppm;
        struct att_text first_queue;
        struct att_text queue;
        int64_t estimate_ms;
        int64_t position;
        int64_t first_offered_ms;
        int64_t answered_ms;
        int64_t closed_ms;
        int64_t waited_ms;
        int64_t talked_ms;
        int64_t held_ms;
        int64_t wrapped_ms;
        int64_t offers;
        int64_t declined;
        int64_t missed;
        int64_t transfers;
        int64_t attempt;
        struct att_text outcome;
        struct att_text disposition;
        struct att_text reason;
        struct att_text first_agent;
        struct att_text last_agent;
        int64_t repeat_of;
        struct att_text incident;
        int64_t survey_asked;
        int64_t follow_up_of;
};

/* A row of `people`; texts and times that are absent are as in the file. Lives as long as the
 * transaction. */
struct history_person {
        struct att_map_node by_number;
        struct att_list node; /* On `people`. */
        enum history_row row;
        bool is_known; /* The two values are as in the file, or newer. */
        int64_t person;
        struct att_text id; /* Of a new one. */
        struct att_text name;
        struct att_text tier;
        struct att_text currency;
        struct att_text notes;
        struct att_text last_agent;
        int64_t lifetime_value_micro;
        int64_t churn_risk_ppm;
        int64_t since_ms; /* Unless the file has one. */
        int64_t last_ms;
        int64_t contacts; /* More than in the file. */
};

struct history_held {
        struct att_map contacts; /* By number. */
        struct att_map latest;   /* By id: of each the contact with the greatest number of all. */
        struct att_list touched; /* In this transaction, in order. */
        struct att_list kept;    /* From earlier ones, the longest untouched first. */
        size_t kept_count;

        struct att_arena
                arena; /* People and names, and texts that were read: of this transaction. */
        struct att_map people_by_number;
        struct att_map people_by_name; /* Ids and aliases. */
        struct att_list people;

        bool has_bounds; /* The next three, of the file and of what is held. */
        int64_t newest_contact;
        int64_t newest_offer;
        int64_t newest_person;
};

void history_held_init(struct history_held *held);
void history_held_deinit(struct history_held *held);

/* Writes what is not written yet. Errors are the transaction's. */
void history_held_write(struct att_history *history);
/* The transaction has been committed: what is worth it is kept. All of it was written. */
void history_held_settle(struct history_held *held);
/* Nothing of it holds any more. */
void history_held_drop(struct history_held *held);
/* The same of contacts that were closed before a time. */
void history_held_drop_closed(struct history_held *held, int64_t before_ms);

/* ---- Contacts ---- */

/* By its number; NULL: it is not held, and the file has it, if anything does. */
struct history_contact *history_contact_held(struct att_history *history, uint64_t number);
/* Read if it is not held; NULL: the history does not have it. */
struct history_contact *history_contact_of(struct att_history *history, uint64_t number);
/* One that the history does not have yet. Once its columns are set: history_contact_added(). */
struct history_contact *history_contact_new(struct att_history *history, uint64_t number,
                                            struct att_text id);
void history_contact_added(struct att_history *history, struct history_contact *contact);
/* The number of the latest that is called so, of those with a number below `before`. False: there is
 * none. */
bool history_contact_named(struct att_history *history, struct att_text id, uint64_t before,
                           int64_t *ret_contact);

void history_contact_changed(struct history_contact *contact);
void history_end_changed(struct history_contact *contact); /* The columns of its end. */

/* New rows, with the number that is next. */
struct history_spell *history_spell_new(struct history_contact *contact);
struct history_talk *history_talk_new(struct history_contact *contact);
struct history_offer *history_offer_new(struct att_history *history,
                                        struct history_contact *contact, int64_t offer);
/* An offer of this contact; NULL: there is none. */
struct history_offer *history_offer_of(struct att_history *history, struct history_contact *contact,
                                       int64_t offer);

/* ---- People (history_people.c) ---- */

void history_people_write(struct att_history *history);
void history_people_drop(struct history_held *held);

/* Reads how far the numbers in the file go, once a transaction. */
void history_find_bounds(struct att_history *history);

#endif
