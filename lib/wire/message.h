/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages: what an Envelope says, as plain values.
 *
 * The same struct is what a sender fills and what a receiver is given, on either side; a field
 * stands for the field of the same name in proto/attune/v1. A zeroed struct is an empty message but
 * for what is -1 or ATT_ABSENT when absent: those say so, and att_wire_*_init() sets them. Texts and
 * arrays are borrowed: when decoded, from the frame and the scratch memory.
 *
 *      struct att_wire_message message;
 *      struct att_wire_problem problem;
 *      switch (att_wire_decode(frame, &scratch, &message, &problem)) {
 *      case ATT_WIRE_OK: switch (message.body) { case ATT_WIRE_COMMAND: message.command ... }
 */
#ifndef ATT_LIB_WIRE_MESSAGE_H
#define ATT_LIB_WIRE_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/text.h"
#include "lib/core/command.h"
#include "lib/core/effect.h"
#include "lib/core/explanation.h"
#include "lib/model/words.h"

#define ATT_WIRE_PROTOCOL 1 /* The version spoken here. */

/* What a message is. Everything that goes to the engine is a COMMAND. */
enum att_wire_body {
        ATT_WIRE_NONE, /* Nothing, or something newer than this program. */
        ATT_WIRE_HELLO,
        ATT_WIRE_WELCOME,
        ATT_WIRE_ANSWER,
        ATT_WIRE_PUSH,
        ATT_WIRE_ACK,
        ATT_WIRE_PING,
        ATT_WIRE_PONG,
        ATT_WIRE_BYE,
        ATT_WIRE_EVENTS,
        ATT_WIRE_COMMAND,
        ATT_WIRE_RINGING,
        ATT_WIRE_STATUS,
        ATT_WIRE_DRAIN,
        ATT_WIRE_QUEUES,
        ATT_WIRE_AGENTS,
        ATT_WIRE_CONTACTS,
        ATT_WIRE_SKILLS,
        ATT_WIRE_EXPLAIN,
        ATT_WIRE_RELOAD,
        ATT_WIRE_CONFIG,
        ATT_WIRE_TAIL,
        ATT_WIRE_TAIL_STOP,
        ATT_WIRE_REPORT,
        ATT_WIRE_RECONCILE,
        ATT_WIRE_CUSTOMERS,
        ATT_WIRE_INCIDENTS,
        ATT_WIRE_BODY_COUNT
};

/* What an answer holds. */
enum att_wire_result_kind {
        ATT_WIRE_RESULT_NONE, /* Nothing, or something newer than this program. */
        ATT_WIRE_RESULT_ERROR,
        ATT_WIRE_RESULT_DONE,
        ATT_WIRE_RESULT_STATUS,
        ATT_WIRE_RESULT_QUEUES,
        ATT_WIRE_RESULT_AGENTS,
        ATT_WIRE_RESULT_CONTACTS,
        ATT_WIRE_RESULT_SKILLS,
        ATT_WIRE_RESULT_EXPLAIN,
        ATT_WIRE_RESULT_RELOAD,
        ATT_WIRE_RESULT_CONFIG,
        ATT_WIRE_RESULT_REPORT,
        ATT_WIRE_RESULT_RECONCILED,
        ATT_WIRE_RESULT_CUSTOMERS,
        ATT_WIRE_RESULT_INCIDENTS,
        ATT_WIRE_RESULT_COUNT
};

/* ---- Session ---- */

struct att_wire_hello {
        uint32_t protocol;
        const struct att_text *features;
        uint32_t feature_count;
        struct att_text name;
        struct att_text kind;
        struct att_text token;
        struct att_text resume;
        struct att_text agent;
        struct att_text version;
        uint64_t last_push;
};

struct att_wire_welcome {
        uint32_t protocol;
        const struct att_text *features;
        uint32_t feature_count;
        struct att_text session;
        enum att_role role;
        struct att_text resume;
        bool resumed;
        struct att_text version;
        struct att_text config_digest;
        uint32_t window;
        uint32_t frame_bytes_max;
        int64_t keepalive_ms;
        int64_t now_ms;
        bool reconcile;
        uint64_t last_request;
};

struct att_wire_ping { /* And pong. */
        struct att_text payload;
        int64_t now_ms; /* Pong only. */
};

struct att_wire_bye {
        struct att_text reason;
        int64_t retry_ms;
};

/* ---- Nouns ---- */

struct att_wire_past_contact {
        struct att_text id;
        int64_t at_ms;
        struct att_text channel;
        struct att_text queue;
        struct att_text agent;
        enum att_outcome outcome;
        struct att_text disposition;
        struct att_text text;
        struct att_text agent_name;
        int64_t emotion_ppm; /* -1: unknown, as the next ones. */
        int64_t emotion_end_ppm;
        int32_t csat;
        int32_t nps;
        int32_t ces;
        int32_t resolved;
        struct att_text notes;
        bool is_live;
        struct att_text intent;
        int64_t closed_ms;
        struct att_text feedback;
};

struct att_wire_promise {
        struct att_text what;
        struct att_text contact;
        struct att_text agent;
        struct att_text agent_name;
        int64_t due_ms; /* -1: not said; so the next one. */
        int64_t expires_ms;
};

struct att_wire_person {
        struct att_customer_info customer;
        const struct att_text *aliases;
        uint32_t alias_count;
        int64_t since_ms; /* -1: unknown; so the next one. */
        int64_t last_ms;
        uint32_t contacts;
        const struct att_wire_past_contact *last_contacts;
        uint32_t last_contact_count;
        const struct att_wire_promise *promises;
        uint32_t promise_count;
        const struct att_text *conflicts;
        uint32_t conflict_count;
};

struct att_wire_contact {
        struct att_text id;
        struct att_text channel;
        struct att_text queue;
        enum att_contact_state
                state; /* ATT_CONTACT_STATE_COUNT: one that is newer than this program;
                                           so for all enums here. */
        enum att_outcome outcome;
        struct att_text agent;
        struct att_customer_info customer;
        struct att_text entry_point;
        struct att_text language;
        struct att_text text;
        struct att_text intent;
        struct att_text intent_title;
        const struct att_text *knowledge;
        uint32_t knowledge_count;
        struct att_text goodwill;
        const struct att_pair *attributes;
        uint32_t attribute_count;
        struct att_text address;
        struct att_text traceparent;
        struct att_text front_end;
        struct att_text named_agent;
        struct att_text preferred_agent;
        struct att_text tier;
        uint32_t step;
        uint32_t position;   /* 0: not waiting, or not said. */
        int64_t estimate_ms; /* -1: unknown. */
        uint32_t rounds;
        uint32_t attempt;
        uint32_t transfers;
        int64_t arrived_ms;
        int64_t waited_ms;
        int64_t in_queue_ms;
        int64_t urgency_milli;
        int64_t priority_milli;
        int64_t emotion_ppm;
        int64_t due_ms; /* -1: not scheduled. */
        uint64_t offer;
        const struct att_wire_past_contact *last_contacts;
        uint32_t last_contact_count;
        const struct att_text *linked;
        uint32_t linked_count;
        struct att_text incident; /* Empty: none that is known. */
        struct att_text incident_title;
        struct att_text incident_message;
        struct att_text repeat_of;
        struct att_text follow_up_of;
        struct att_text promised;
        int64_t expires_ms;        /* Of a promise, or -1. */
        int64_t customer_since_ms; /* -1: unknown. */
        uint32_t customer_contacts;
        uint32_t recent_contacts;
        const struct att_wire_past_contact *thread;
        uint32_t thread_count;
        const struct att_wire_promise *promises;
        uint32_t promise_count;
        struct att_text last_notes;
        struct att_text last_notes_agent;
        bool is_conflict;
        enum att_emotion_source emotion_source;
        const struct att_named_level *requires; /* What it asks for itself; in lists. */
        uint32_t requires_count;
};

struct att_wire_interaction {
        struct att_text contact;
        struct att_text channel;
        struct att_text queue;
        enum att_interaction_state state;
        bool outside;
        uint32_t units;
        int64_t since_ms;
        int64_t wrap_up_until_ms; /* -1: not in wrap-up. */
};

/* ---- Pushes ---- */

struct att_wire_snapshot_contact {
        struct att_text contact;
        enum att_contact_state state;
        struct att_text queue;
        struct att_text agent;
        uint64_t offer;
};

struct att_wire_snapshot_agent {
        struct att_text agent;
        enum att_presence presence;
        struct att_text reason;
};

/* What there is, a piece of it. */
struct att_wire_snapshot {
        const struct att_wire_snapshot_contact *contacts;
        uint32_t contact_count;
        const struct att_wire_snapshot_agent *agents;
        uint32_t agent_count;
        bool is_first;
        bool is_last;
};

/* The kind of a push that is no effect but a snapshot. */
#define ATT_WIRE_PUSH_SNAPSHOT ((enum att_effect_kind)(ATT_EFFECT_KIND_COUNT + 1))

/* An effect on its way to a front end. Which fields of the effect count stands with its kind. Not
 * sent: front_end, decision; and of ATT_EFFECT_REFUSED only what Refused has. */
struct att_wire_push {
        uint64_t push_id;
        struct att_effect effect; /* ATT_EFFECT_KIND_COUNT: a push newer than this program. */
        struct att_text address;  /* OFFER, CONNECT: the agent's on the channel. */
        struct att_text why;      /* OFFER, CONNECT: a sentence. */
        const struct att_wire_contact *context; /* OFFER, CONNECT, PROMISED: or NULL. */
        struct att_wire_snapshot snapshot;      /* ATT_WIRE_PUSH_SNAPSHOT */
};

/* ---- Answers ---- */

struct att_wire_error {
        enum att_refusal code; /* ATT_REFUSAL_COUNT: newer than this program. */
        struct att_text message;
        struct att_text field;
        int64_t retry_ms;
        struct att_text nearest;
};

struct att_wire_done {
        uint64_t seq;
        enum att_contact_state state; /* ATT_CONTACT_STATE_COUNT: no contact is in question. */
        struct att_text queue;
        uint32_t position;
        int64_t estimate_ms; /* -1: unknown. */
        struct att_text agent;
        uint64_t offer;
        bool repeated;
};

struct att_wire_status {
        struct att_text version;
        struct att_text config_digest;
        struct att_text config_path;
        int64_t started_ms;
        int64_t now_ms;
        uint64_t seq;
        uint64_t durable_seq;
        uint64_t snapshot_seq;
        struct att_text journal_path;
        int64_t journal_bytes;
        uint32_t sessions;
        const uint64_t *contacts; /* By enum att_contact_state. */
        uint32_t contact_count;
        const uint64_t *agents; /* By enum att_presence. */
        uint32_t agent_count;
        const uint64_t *outcomes; /* By enum att_outcome. */
        uint32_t outcome_count;
        uint32_t interactions;
        uint32_t customers;
        uint64_t commands;
        uint64_t refused;
        uint64_t offers;
        struct att_text last_error;
        int64_t last_error_ms;
        bool draining;
        struct att_text state_digest;
        uint32_t behaviour;
        int64_t rss_bytes;
        struct att_text history; /* Empty: none is written. */
        uint64_t history_seq;
        struct att_text history_reason;
        uint64_t surveys;
        uint64_t repeats;
        uint64_t promises;
        uint64_t promises_kept;
        uint64_t promises_expired;
        uint64_t promises_cancelled;
        uint32_t incidents;
};

struct att_wire_queue {
        struct att_text name;
        struct att_text title;
        uint32_t waiting;
        uint32_t offered;
        uint32_t connected;
        int64_t longest_wait_ms;
        int64_t estimate_ms; /* -1: unknown. */
        uint32_t staffed;
        bool open;
        uint64_t entered;
        uint64_t answered;
        uint64_t answered_in_level;
        uint64_t abandoned;
        uint64_t refused;
        uint64_t overflowed;
        uint64_t expired;
        int64_t answer_wait_ms;
        int64_t service_level_ppm;
        int64_t service_level_within_ms;
};

struct att_wire_agent {
        struct att_text id;
        struct att_text name;
        struct att_text team;
        bool bot;
        enum att_presence presence;
        struct att_text reason;
        int64_t presence_since_ms;
        int64_t idle_ms; /* -1: not idle. */
        uint32_t load_units;
        uint32_t offers;
        int64_t strain_milli;
        int64_t price_ppm;
        const struct att_text *channels;
        uint32_t channel_count;
        const struct att_wire_interaction *interactions;
        uint32_t interaction_count;
        bool removed;
};

struct att_wire_skill {
        struct att_text name;
        struct att_text title;
        enum att_skill_kind kind;
        uint32_t agents;
        uint32_t signed_in;
        uint32_t ready;
        uint32_t free;
        uint32_t waiting;
        int64_t longest_wait_ms;
};

struct att_wire_queues {
        const struct att_wire_queue *rows;
        uint32_t row_count;
        uint64_t next;
};

struct att_wire_agents {
        const struct att_wire_agent *rows;
        uint32_t row_count;
        uint64_t next;
};

struct att_wire_contacts {
        const struct att_wire_contact *rows;
        uint32_t row_count;
        uint64_t next;
};

struct att_wire_skills {
        const struct att_wire_skill *rows;
        uint32_t row_count;
        uint64_t next;
};

struct att_wire_explanation {
        struct att_explanation why;             /* Its `nearest` goes with a refusal. */
        const struct att_wire_contact *contact; /* Or NULL. */
};

struct att_wire_reloaded {
        struct att_text digest;
        bool changed;
        const struct att_text *errors;
        uint32_t error_count;
        const struct att_text *warnings;
        uint32_t warning_count;
        const struct att_text *changes;
        uint32_t change_count;
};

#define ATT_WIRE_CONFIG_PIECE_BYTES 32768
#define ATT_WIRE_SLICES_BYTES_MAX   1024
#define ATT_WIRE_NOTE_BYTES_MAX     512

struct att_wire_config_piece {
        struct att_text digest;
        uint64_t total;
        uint64_t offset;
        struct att_text piece; /* Bytes, not UTF-8. */
};

struct att_wire_report_row {
        struct att_text name;
        const int64_t *values; /* One a measure; ATT_ABSENT: not known. */
        uint32_t value_count;
        struct att_text slice;
        struct att_text text;
};

struct att_wire_report {
        const struct att_text *measures;
        uint32_t measure_count;
        const struct att_wire_report_row *rows;
        uint32_t row_count;
        uint64_t next;
        int64_t from_ms;
        int64_t to_ms;
        struct att_text zone;
        const struct att_text *notes;
        uint32_t note_count;
};

enum att_wire_reconciled {
        ATT_WIRE_RECONCILED_ADDED,
        ATT_WIRE_RECONCILED_CONNECTED,
        ATT_WIRE_RECONCILED_OCCUPIED,
        ATT_WIRE_RECONCILED_ENDED,
        ATT_WIRE_RECONCILED_DIFFERS,
        ATT_WIRE_RECONCILED_PRESENCE,
        ATT_WIRE_RECONCILED_REFUSED,
        ATT_WIRE_RECONCILED_COUNT /* Newer than this program. */
};

struct att_wire_change {
        enum att_wire_reconciled what;
        struct att_text contact;
        struct att_text agent;
        enum att_contact_state state; /* ATT_CONTACT_STATE_COUNT: none. */
        enum att_refusal code;        /* REFUSED */
};

struct att_wire_changes {
        const struct att_wire_change *rows;
        uint32_t row_count;
        uint32_t same;
        uint32_t changed;
        bool again;
};

struct att_wire_people {
        const struct att_wire_person *rows;
        uint32_t row_count;
        struct att_text next; /* Empty: that was all. */
};

struct att_wire_incident {
        struct att_text id;
        struct att_text title;
        struct att_text message;
        struct att_text when; /* Its conditions, in words. */
        int64_t points_milli;
        int64_t announced_ms;
        int64_t until_ms; /* Or -1. */
        struct att_text by;
        uint64_t affected;
        uint32_t live;
};

struct att_wire_incidents {
        const struct att_wire_incident *rows;
        uint32_t row_count;
        uint64_t next;
};

struct att_wire_answer {
        enum att_wire_result_kind kind;
        union {
                struct att_wire_error error;
                struct att_wire_done done;
                struct att_wire_status status;
                struct att_wire_queues queues;
                struct att_wire_agents agents;
                struct att_wire_contacts contacts;
                struct att_wire_skills skills;
                struct att_wire_explanation explanation;
                struct att_wire_reloaded reloaded;
                struct att_wire_config_piece config;
                struct att_wire_report report;
                struct att_wire_changes changes;
                struct att_wire_people people;
                struct att_wire_incidents incidents;
        };
};

/* ---- Administration's questions ---- */

struct att_wire_page {           /* QUEUES, AGENTS, CONTACTS, SKILLS, INCIDENTS */
        uint64_t cursor;         /* 0: from the beginning. */
        uint32_t limit;          /* Rows; 0: as many as fit. */
        struct att_text queue;   /* QUEUES, CONTACTS */
        struct att_text agent;   /* AGENTS */
        struct att_text contact; /* CONTACTS */
};

struct att_wire_customers_request {
        struct att_text customer;
        struct att_text after;
        uint32_t limit; /* 0: as many as fit. */
        bool conflicts;
        uint64_t forgotten_seq; /* 0: not asked. */
};

struct att_wire_explain {
        struct att_text contact; /* Empty: an agent's outcome. */
        struct att_text agent;
        struct att_text skill;
        struct att_text queue;
};

enum att_wire_reload_of {
        ATT_WIRE_RELOAD_FILES,
        ATT_WIRE_RELOAD_BY_HAND,
        ATT_WIRE_RELOAD_VERSION,
        ATT_WIRE_RELOAD_COUNT /* Newer than this program. */
};

struct att_wire_reload {
        bool only_check;
        enum att_wire_reload_of of;
        struct att_text agent;                /* BY_HAND: this ... */
        const struct att_named_level *skills; /* ... with these, */
        uint32_t skill_count;
        struct att_text queue; /* or that one closed; */
        bool back;             /* or as the configuration has it. */
        uint64_t version;      /* VERSION */
};

enum att_wire_config_as {
        ATT_WIRE_CONFIG_COMPILED,
        ATT_WIRE_CONFIG_HISTORY,
        ATT_WIRE_CONFIG_WRITTEN,
        ATT_WIRE_CONFIG_COUNT /* Newer than this program. */
};

struct att_wire_config_request {
        struct att_text digest;
        uint64_t offset;
        enum att_wire_config_as as;
        uint64_t version; /* WRITTEN; 0: the newest. */
};

struct att_wire_tail {
        struct att_text queue;
        struct att_text agent;
        struct att_text contact;
        struct att_text event;
        int64_t since_ms; /* 0: from now on. */
};

enum att_wire_report_by {
        ATT_WIRE_BY_ALL,
        ATT_WIRE_BY_QUEUE,
        ATT_WIRE_BY_AGENT,
        ATT_WIRE_BY_TIER,
        ATT_WIRE_BY_CHANNEL,
        ATT_WIRE_BY_COUNT
};

enum att_wire_report_of {
        ATT_WIRE_REPORT_MEASURES,
        ATT_WIRE_REPORT_CUSTOMERS,
        ATT_WIRE_REPORT_WORTH,
        ATT_WIRE_REPORT_BONUS,
        ATT_WIRE_REPORT_LIVE,
        ATT_WIRE_REPORT_COUNT /* Newer than this program. */
};

struct att_wire_report_request {
        int64_t from_ms; /* ATT_ABSENT: from the beginning, or as `from` says. */
        int64_t to_ms;   /* ATT_ABSENT: to the end, or as `to` says. */
        enum att_wire_report_by by;
        uint64_t cursor;
        uint32_t limit;
        struct att_text from;
        struct att_text to;
        struct att_text zone;
        struct att_text slices;
        enum att_wire_report_of of;
        struct att_text agent;
        int64_t service_level_ms; /* 0: the configuration's. */
        int64_t short_ms;         /* ATT_ABSENT: the configuration's. */
        struct att_text formula;
};

struct att_wire_events {
        const struct att_text *lines;
        uint32_t line_count;
        uint64_t lost;
};

struct att_wire_ringing {
        struct att_text contact;
        struct att_text agent;
        uint64_t offer;
};

struct att_wire_held_contact {
        const struct att_contact_request *request; /* NULL: none is there. */
        enum att_contact_state state;
        struct att_text agent;
};

struct att_wire_held_agent {
        struct att_text agent;
        enum att_presence presence;
        const struct att_text *channels;
        uint32_t channel_count;
        struct att_text reason;
};

#define ATT_WIRE_HELD_MAX 256

struct att_wire_reconcile {
        const struct att_wire_held_contact *contacts;
        uint32_t contact_count;
        const struct att_wire_held_agent *agents;
        uint32_t agent_count;
        bool is_last;
};

/* ---- The envelope ---- */

struct att_wire_message {
        uint64_t request_id;
        enum att_wire_body body;
        union {
                struct att_wire_hello hello;
                struct att_wire_welcome welcome;
                struct att_wire_answer answer;
                struct att_wire_push push;
                uint64_t ack;              /* The push. */
                struct att_wire_ping ping; /* PING, PONG */
                struct att_wire_bye bye;
                struct att_wire_events events;
                struct att_command command; /* kind, contact, agent and the payload; the daemon
                                                   adds seq, at_ms and front_end. */
                struct att_wire_ringing ringing;
                struct att_wire_page page; /* QUEUES, AGENTS, CONTACTS, SKILLS, INCIDENTS */
                struct att_wire_explain explain;
                struct att_wire_reload reload;
                struct att_wire_config_request config;
                struct att_wire_tail tail;
                uint64_t tail_stop; /* The request_id of the tail. */
                struct att_wire_report_request report;
                struct att_wire_reconcile reconcile;
                struct att_wire_customers_request customers;
        };
};

/* All empty: what is -1 or ATT_ABSENT when absent is so. */
void att_wire_message_init(struct att_wire_message *message, enum att_wire_body body);
void att_wire_command_init(struct att_command *command, enum att_command_kind kind);
void att_wire_contact_init(struct att_wire_contact *contact);
void att_wire_answer_init(struct att_wire_answer *answer, enum att_wire_result_kind kind);

#endif
