/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands: all that ever goes into the engine.
 *
 * A command is a plain value. Its texts, arrays and configuration are borrowed from whoever made
 * it, for the length of att_core_step(); the engine copies what it keeps. Times are milliseconds
 * since the Unix epoch and never go back from one command to the next; durations are milliseconds.
 * Points are thousandths, shares parts per million (0..1,000,000).
 */
#ifndef ATT_LIB_CORE_COMMAND_H
#define ATT_LIB_CORE_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/text.h"
#include "lib/model/config.h"
#include "lib/model/words.h"

enum att_command_kind {
        ATT_CMD_TICK,   /* Nothing but the time. */
        ATT_CMD_CONFIG, /* The whole configuration, the first or a new one. */
        ATT_CMD_CONTACT_ADD,
        ATT_CMD_CONTACT_UPDATE,
        ATT_CMD_CONTACT_ABANDON, /* The customer gave up; of a connected one: the end. */
        ATT_CMD_CONTACT_CANCEL,  /* The front end takes it back. */
        ATT_CMD_CONTACT_END,     /* The conversation is over. */
        ATT_CMD_CONTACT_TRANSFER,
        ATT_CMD_CONTACT_HOLD, /* A conversation is put on hold, or taken up again. */
        ATT_CMD_CONTACT_FEEDBACK,
        ATT_CMD_AGENT_READY,
        ATT_CMD_AGENT_PAUSE,
        ATT_CMD_AGENT_OFFLINE,
        ATT_CMD_OFFER_ACCEPT,
        ATT_CMD_OFFER_DECLINE,
        ATT_CMD_WRAP_UP_DONE,
        ATT_CMD_OCCUPIED,          /* Work outside the router begins ... */
        ATT_CMD_FREE,              /* ... and ends. */
        ATT_CMD_FRONT_END_LOST,    /* A front end's last session is gone: its grace begins. */
        ATT_CMD_FRONT_END_BACK,    /* It is there again. */
        ATT_CMD_AWAY,              /* The shell was away for a while: waits count it, leases
                                           and offers get a fresh grace. */
        ATT_CMD_PRICES,            /* Compute the agents' prices anew. */
        ATT_CMD_CUSTOMER_SET,      /* What is known of a customer, from elsewhere. */
        ATT_CMD_CUSTOMER_LINK,     /* Another name under which a customer comes ... */
        ATT_CMD_CUSTOMER_UNLINK,   /* ... and no longer does. */
        ATT_CMD_CUSTOMER_FORGET,   /* All that is known of a customer goes. */
        ATT_CMD_INCIDENT_ANNOUNCE, /* Something many will get in touch about. */
        ATT_CMD_INCIDENT_CLOSE,
        ATT_CMD_KIND_COUNT
};

struct att_named_level { /* A requirement by name. */
        struct att_text skill;
        uint32_t level; /* 1..10; 0 drops it. */
};

struct att_named_weight { /* A preference by name. */
        struct att_text skill;
        uint32_t weight_milli; /* > 0 */
};

/* What of a customer is not from the request, but was looked up before the command was made. */
#define ATT_LOOKED_UP_ID             (1u << 0)
#define ATT_LOOKED_UP_NAME           (1u << 1)
#define ATT_LOOKED_UP_TIER           (1u << 2)
#define ATT_LOOKED_UP_CURRENCY       (1u << 3)
#define ATT_LOOKED_UP_NOTES          (1u << 4)
#define ATT_LOOKED_UP_LIFETIME_VALUE (1u << 5)
#define ATT_LOOKED_UP_CHURN_RISK     (1u << 6)

/* What is known of a customer. Absent numbers are -1. */
struct att_customer_info {
        struct att_text id; /* Empty: an unknown customer. */
        struct att_text name;
        struct att_text tier;     /* As the front end says; a configured name decides. */
        struct att_text currency; /* ISO 4217. */
        struct att_text notes;
        int64_t lifetime_value_micro; /* Millionths of the currency; -1. */
        int64_t churn_risk_ppm;       /* -1 */
        struct att_text last_agent;   /* From history: who spoke with them last, and when. */
        int64_t last_spoke_ms;        /* -1 */
        bool last_went_badly;
        struct att_text said; /* The id as the request had it, where another one was looked up. */
        uint32_t looked_up;   /* ATT_LOOKED_UP_* */
        struct att_text last_contact; /* The last one that an agent handled, and when it closed. */
        int64_t last_closed_ms;       /* -1 */
};

/* A number that a request does not give. */
#define ATT_ABSENT INT64_MIN

struct att_contact_request {
        struct att_text id; /* The front end's own, stable; unique in the centre. */
        struct att_text channel;
        struct att_text queue; /* Empty: the intake decides. */
        struct att_text entry_point;
        struct att_text language; /* BCP 47. */
        struct att_text text;
        struct att_text intent;
        struct att_text agent; /* Only this agent, for agent_wait. */
        struct att_text preferred_agent;
        struct att_text address;     /* Where the customer is reached, for a call back. */
        struct att_text traceparent; /* Passed through. */
        int64_t priority_milli;      /* Points; ATT_ABSENT: 0. */
        int64_t emotion_ppm;         /* Negative intensity; ATT_ABSENT: 0. */
        enum att_emotion_source emotion_source; /* Of an emotion that is not absent. */
        int64_t not_before_ms;                  /* Or ATT_ABSENT. */
        int64_t waited_ms;                      /* An age; ATT_ABSENT: 0. */
        bool keep_place;                        /* A callback that stays in the queue. */
        const struct att_named_level *requires;
        uint32_t requires_count;
        const struct att_named_weight *prefers;
        uint32_t prefer_count;
        const struct att_text *exclude; /* Agents. */
        uint32_t exclude_count;
        const struct att_pair *attributes;
        uint32_t attribute_count;
        struct att_customer_info customer;
};

/* A condition in words, as a rule of the intake has it: the field's name or an attribute's, and
 * what it is compared with: several values, of which any will do, or one comparison (">= 0.7"). */
struct att_named_condition {
        struct att_text field;
        const struct att_text *values;
        uint32_t value_count;
};

struct att_incident_request {
        struct att_text id;
        struct att_text title;
        struct att_text message; /* For the customers whom it meets. */
        int64_t points_milli;    /* Added to the urgency of its contacts. */
        int64_t until_ms;        /* When it is over by itself; 0: when it is closed. */
        const struct att_named_condition *when; /* All must hold; at least one. */
        uint32_t when_count;
};

/* What was said of a contact afterwards; numbers that were not given are -1. */
struct att_feedback {
        int32_t csat;         /* 1..5 */
        int32_t nps;          /* 0..10 */
        int32_t ces;          /* 1..7 */
        int32_t resolved;     /* 0, 1 */
        int64_t emotion_ppm;  /* Negative intensity at the end; or ATT_ABSENT. */
        int64_t given_ms;     /* When; 0: now. */
        struct att_text by;   /* Who gave it: "customer", "agent", an evaluator's name; or empty. */
        struct att_text text; /* In their own words. */
};

/* A promise made at the end of a conversation: someone gets back to the customer. */
struct att_follow_up_request {
        int64_t at_ms;         /* 0: none is asked for. */
        int64_t expires_ms;    /* It is of no use from then on; 0: never. */
        struct att_text agent; /* Preferred; empty: no one in particular. */
        struct att_text queue; /* Empty: the contact's. */
        struct att_text what;  /* What was promised. */
};

struct att_command {
        enum att_command_kind kind;
        uint64_t seq; /* Of this command in the journal; grows by one. */
        int64_t at_ms;
        struct att_text front_end; /* Who sent it; empty: by hand. */
        uint64_t client;     /* Which of its clients, and that one's number for the request: by */
        uint64_t request_id; /* these a request that comes twice is known; 0: none. They decide
                                           nothing in the engine. */

        struct att_text contact; /* Every command about a contact, offer or wrap-up. In
                                           WRAP_UP_DONE empty: all of the agent's. */
        struct att_text agent;   /* Every command about an agent or offer. */

        union {
                const struct att_config *config;    /* CONFIG */
                struct att_contact_request request; /* CONTACT_ADD; `contact` is request.id. */
                struct {                            /* CONTACT_UPDATE; absent ones stay. */
                        int64_t priority_milli;
                        int64_t emotion_ppm;
                        enum att_emotion_source emotion_source;
                        struct att_text text; /* Empty: as it was. */
                        const struct att_named_level *requires;
                        uint32_t requires_count;
                } update;
                struct {                             /* CONTACT_END, ABANDON, CANCEL */
                        struct att_text disposition; /* Empty, or a word of `dispositions`. */
                        bool unanswered;             /* A callback the customer did not take. */
                        struct att_text notes;       /* END: what the next agent should know. */
                        struct att_follow_up_request follow_up; /* END */
                } end;
                struct { /* CONTACT_TRANSFER: one of the two. */
                        struct att_text queue;
                        struct att_text agent;
                } transfer;
                struct { /* CONTACT_HOLD */
                        bool held;
                } hold;
                struct att_feedback feedback; /* CONTACT_FEEDBACK */
                struct {                      /* AGENT_READY, PAUSE, OFFLINE */
                        struct att_text reason;
                        const struct att_text *channels; /* READY: reachable on these; none: all. */
                        uint32_t channel_count;
                } presence;
                struct {                /* OFFER_ACCEPT, OFFER_DECLINE */
                        uint64_t offer; /* Its number; 0: the live one. */
                        struct att_text reason;
                } offer;
                struct { /* OCCUPIED: `contact` names the work. */
                        struct att_text channel;
                } occupied;
                struct { /* AWAY */
                        int64_t away_ms;
                } away;
                struct { /* CUSTOMER_SET, LINK, UNLINK, FORGET */
                        struct att_customer_info
                                info;          /* SET: what of it is said; others: the id. */
                        struct att_text alias; /* LINK, UNLINK */
                        const struct att_text *aliases; /* SET: these too; FORGET: with these. */
                        uint32_t alias_count;
                        int64_t since_ms; /* SET: of the first contact; -1. */
                        bool by_rule;     /* LINK: a front end said both together. */
                        bool is_conflict; /* LINK: the alias is another's and stays so; only noted. */
                        bool only_check; /* SET: nothing is to happen. */
                } customer;
                struct att_incident_request incident; /* INCIDENT_ANNOUNCE */
                struct {                              /* INCIDENT_CLOSE */
                        struct att_text id;
                        struct att_text message; /* For those who are turned away with it. */
                        bool close_contacts;     /* Those who wait because of it. */
                } incident_close;
        };
};

const char *att_command_kind_name(enum att_command_kind kind); /* "contact_add", ... */

/* The word for the `what` of a refusal, as scenario files have it: "contact", "accept", ... */
const char *att_command_kind_word(enum att_command_kind kind);

#endif
