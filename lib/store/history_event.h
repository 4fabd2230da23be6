/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the history is told: one event a change of a contact, an agent or a customer, as plain values.
 *
 * The shell makes them from a command and its effects (daemon/history_note.h) and packs them into a
 * buffer on the loop; the history's thread unpacks them and writes rows. Packed events live no longer
 * than the process: their form may change with every build.
 */
#ifndef ATT_LIB_STORE_HISTORY_EVENT_H
#define ATT_LIB_STORE_HISTORY_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/text.h"

enum att_history_kind {
        ATT_HISTORY_ADDED,     /* A contact came. */
        ATT_HISTORY_REQUIRES,  /* It asks for a skill. */
        ATT_HISTORY_QUEUED,    /* It entered a queue. */
        ATT_HISTORY_LEFT,      /* It was turned on from a queue, or at its door. */
        ATT_HISTORY_SCHEDULED, /* It waits for its time, in no queue. */
        ATT_HISTORY_OFFERED,
        ATT_HISTORY_REVOKED,
        ATT_HISTORY_CONNECTED,
        ATT_HISTORY_HELD,
        ATT_HISTORY_UPDATED,
        ATT_HISTORY_ENDED,    /* A conversation ended. */
        ATT_HISTORY_FINISHED, /* Its wrap-up too. */
        ATT_HISTORY_CLOSED,
        ATT_HISTORY_FEEDBACK,
        ATT_HISTORY_PRESENCE,
        ATT_HISTORY_REPEAT,    /* It is about what an earlier contact was about. */
        ATT_HISTORY_PROMISED,  /* It came to be at the end of another, to be kept at its time. */
        ATT_HISTORY_FULFILLED, /* What became of that. */
        ATT_HISTORY_AFFECTED,  /* It is because of an incident. */
        ATT_HISTORY_ANNOUNCED, /* An incident began ... */
        ATT_HISTORY_RESOLVED,  /* ... and ended. */
        ATT_HISTORY_CUSTOMER,  /* Somebody told something of a customer, or has one forgotten. */
        ATT_HISTORY_KIND_COUNT
};

/* Absent numbers: ATT_HISTORY_NONE; absent texts: empty. All numbers are of one type, so that they
 * are packed by a table. */
#define ATT_HISTORY_NONE INT64_MIN

struct att_history_event {
        enum att_history_kind kind;
        uint64_t seq;       /* Of the command. */
        uint64_t contact;   /* Its number; 0: the latest before this command that is called `id`. */
        struct att_text id; /* Empty unless it is ADDED, or its number is not known. */
        int64_t at_ms;

        union {
                struct {
                        struct att_text front_end;
                        struct att_text channel;
                        struct att_text entry_point;
                        struct att_text language;
                        struct att_text intent;
                        struct att_text text;
                        struct att_text tier;
                        struct att_text emotion_source;
                        struct att_text person; /* The customer's id; empty: nobody knows. */
                        struct att_text name;
                        struct att_text stated_tier; /* As the front end said. */
                        struct att_text currency;
                        struct att_text notes;
                        int64_t value_ppm;
                        int64_t emotion_ppm;
                        int64_t lifetime_value_micro;
                        int64_t churn_risk_ppm;
                } added;
                struct {
                        struct att_text skill;
                        int64_t level;
                } requires;
                struct {
                        struct att_text queue;
                        int64_t position;
                        int64_t estimate_ms;
                } queued;
                struct {
                        struct att_text queue;
                        struct att_text how;
                } left;
                struct {
                        struct att_text queue;
                        int64_t attempt;
                } scheduled;
                struct {
                        struct att_text agent;
                        struct att_text queue;
                        int64_t offer;
                } offered;
                struct {
                        struct att_text how;
                        int64_t offer;
                } revoked;
                struct {
                        struct att_text agent;
                        struct att_text queue;
                        struct att_text channel;
                        int64_t offer;
                } connected;
                struct {
                        int64_t held;
                } held;
                struct {
                        struct att_text text;
                        int64_t emotion_ppm;
                } updated;
                struct { /* Also FINISHED: `by` if the conversation had not ended yet. */
                        struct att_text agent;
                        struct att_text by;
                        int64_t transferred; /* 1: it counts as a transfer. */
                } ended;
                struct {
                        struct att_text queue;
                        struct att_text outcome;
                        struct att_text reason;
                        struct att_text disposition;
                        struct att_text by; /* Of a conversation that ended with it. */
                        struct att_text notes;
                        int64_t survey; /* 1: the customer is asked how it was. */
                } closed;
                struct {
                        struct att_text text;
                        struct att_text by;
                        int64_t csat;
                        int64_t nps;
                        int64_t ces;
                        int64_t resolved;
                        int64_t emotion_ppm;
                } feedback;
                struct {
                        struct att_text agent;
                        struct att_text state;
                        struct att_text reason;
                } presence;
                struct { /* `other` 0: the latest before it that is called `other_id`. */
                        struct att_text other_id;
                        int64_t other;
                } repeat;
                struct {
                        struct att_text other_id;
                        struct att_text agent;
                        struct att_text what;
                        int64_t other; /* As in a repeat: the one in which it was promised. */
                        int64_t due_ms;
                        int64_t expires_ms;
                } promised;
                struct {
                        struct att_text state; /* kept, expired, cancelled */
                } fulfilled;
                struct { /* AFFECTED, ANNOUNCED, RESOLVED */
                        struct att_text id;
                        struct att_text by;
                        struct att_text title;
                        struct att_text message;
                } incident;
                struct {
                        struct att_text what;   /* set, link, unlink, conflict, forget */
                        struct att_text person; /* The customer's id; of forget: any name. */
                        struct att_text other;  /* The alias. */
                        struct att_text by;
                        struct att_text name;
                        struct att_text tier;
                        struct att_text currency;
                        struct att_text notes;
                        int64_t lifetime_value_micro;
                        int64_t churn_risk_ppm;
                        int64_t since_ms;
                } customer;
        };
};

void att_history_event_init(struct att_history_event *event, enum att_history_kind kind);

void att_history_pack(struct att_buffer *into, const struct att_history_event *event);
/* The next of a run of packed events; its texts point into `*bytes`, which moves on. False: there is
 * no further one. */
bool att_history_unpack(struct att_text *bytes, struct att_history_event *ret_event);

#endif
