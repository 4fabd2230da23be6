/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a contact is part of beyond its own request: the customer was here not long before, someone
 * promised to get back to them, many call for the same reason. Most contacts have no such story.
 */
#ifndef ATT_LIB_CORE_STORY_H
#define ATT_LIB_CORE_STORY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/list.h"
#include "lib/base/text.h"
#include "lib/core/core.h"
#include "lib/core/state.h"
#include "lib/model/config.h"

struct story {
        uint32_t bytes;            /* Of all of it, texts included. */
        uint32_t attempts;         /* Of a follow-up; 0: as the policy has it. */
        struct incident *incident; /* Borrowed; NULL: none that is open. */
        struct att_text repeats;   /* The customer's contact not long before; empty: none. */
        struct att_text follows;   /* The contact at whose end it was promised; empty: none did. */
        struct att_text promised;  /* What. */
        int64_t expires_ms;        /* When the promise is of no use any more; INT64_MAX: never. */
};

struct incident {
        struct att_list in_core; /* core->incidents, in the order announced. */
        struct att_arena arena;  /* Of all of this: */
        struct att_text id;
        struct att_text title;
        struct att_text message;
        struct att_text by; /* The front end that announced it. */
        struct att_conditions when;
        int64_t points_milli;
        int64_t announced_ms;
        int64_t until_ms;   /* INT64_MAX: until it is closed. */
        uint64_t affected;  /* Contacts ever. */
        uint32_t live;      /* Of them, not closed yet. */
        struct timer until; /* Armed if there is such a time. */
};

/* ---- story.c ---- */

/* Gives a contact a story with these texts. It must have none. */
struct story *story_new(struct att_core *core, struct contact *contact, struct att_text repeats,
                        struct att_text follows, struct att_text promised);
void story_free(struct att_core *core, struct contact *contact); /* Fine without one. */
/* Finds out what a new contact, whose queue is known, is part of, and says so. */
void story_begin(struct att_core *core, struct contact *contact,
                 const struct att_contact_request *request);
/* What it adds to the urgency. */
int64_t story_points_milli(const struct att_core *core, const struct contact *contact);
/* A contact closes, while its customer is still known: fills in what its effect says of a survey, then
 * says what became of a promise. */
void story_end(struct att_core *core, struct contact *contact, struct att_effect *closed);
/* Remembers a contact that was handled with its customer. */
void customer_remember(struct att_core *core, struct customer *customer, struct att_text contact,
                       int64_t closed_ms);

static inline bool story_is_follow_up(const struct contact *contact)
{
        return contact_extras(contact)->story &&
               !att_text_is_empty(contact_extras(contact)->story->follows);
}

/* ---- surveys.c ---- */

/* Whether the customer of a contact that closes as handled is asked how it was; remembers it. */
bool survey_is_asked(struct att_core *core, const struct contact *contact);

/* ---- follow_ups.c ---- */

/* A promise about to be made. */
struct promise {
        bool is_made;
        int64_t due_ms;
        int64_t expires_ms; /* INT64_MAX: never. */
        struct agent *agent;
        uint32_t queue;
        uint32_t attempts;
        struct att_text what; /* Borrowed from the command or the configuration. */
};

/* What the end of a contact promises, by its command or its disposition. False: refused. */
bool promise_read(struct att_core *core, const struct att_command *command,
                  const struct contact *contact, struct promise *ret_promise);
/* Makes the new contact of a promise, at the end of another one. */
void promise_make(struct att_core *core, const struct contact *ended,
                  const struct promise *promise);
/* The deadlines of a contact with regard to its promise: no later than that is of use. */
int64_t promise_bound(const struct contact *contact, int64_t due_ms);
/* Closes a waiting or scheduled contact whose promise is of no use any more. */
bool promise_expire(struct att_core *core, struct contact *contact);
uint32_t promise_attempts(const struct att_core *core, const struct contact *contact);

/* ---- incidents.c ---- */

struct incident *incident_find(const struct att_core *core, struct att_text id); /* Or NULL. */
/* The first one that a contact meets, or NULL. */
struct incident *incident_of(const struct att_core *core, const struct contact *contact,
                             const struct att_contact_request *request);
struct incident *incident_new(struct att_core *core);
void incident_free(struct att_core *core, struct incident *incident);
/* After what a contact is compared by changed: it may meet one now. */
void incident_look_for(struct att_core *core, struct contact *contact);
/* Says that a contact is because of an incident, and counts it. */
void incident_attach(struct att_core *core, struct incident *incident, struct contact *contact);
void incident_lapse(struct att_core *core, struct incident *incident); /* Its time is over. */
void incident_arm(struct att_core *core, struct incident *incident);
/* After a reload: those who wait meet the conditions still, or not any more, or now. */
void incidents_reload(struct att_core *core);
void handle_incident_announce(struct att_core *core, const struct att_command *command);
void handle_incident_close(struct att_core *core, const struct att_command *command);

#endif
