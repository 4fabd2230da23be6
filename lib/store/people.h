/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The people whom the daemon remembers: who they are, and the last they had to do with us.
 *
 * Glossary. A person is a customer over all contacts and channels, known by the platform's id. An
 * alias is another name under which the person comes: a phone number, an address on a messaging
 * channel. A past is one contact of a person, over or not. An alias is disputed when it came together
 * with two persons: then it alone tells nobody, until somebody decides.
 *
 *      struct att_people *people = att_people_new();
 *      att_people_note(people, &command, effects);     // each one that was stepped, in order
 *      person = att_people_find(people, id or alias);
 *      if (!person && att_people_may_know(people, id)) {
 *              ... att_people_read() on a thread, then att_people_adopt() ...
 *      }
 *
 * In memory alone, and bounded: the persons that had nothing to do with us for longest go first, but
 * none with a contact that is not over. Who goes is in the history, and leaves 32 bits here by which
 * att_people_may_know() says that a look there is worth while. Nothing here decides anything: it is
 * what the engine is told of a customer, and what agents are shown.
 */
#ifndef ATT_LIB_STORE_PEOPLE_H
#define ATT_LIB_STORE_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/list.h"
#include "lib/base/map.h"
#include "lib/base/text.h"
#include "lib/model/limits.h"
#include "lib/wire/message.h"

#define ATT_PASTS_MAX        6    /* Of one person. */
#define ATT_PROMISES_MAX     8    /* Open ones, of one person. */
#define ATT_CONFLICTS_MAX    4    /* Of one person. */
#define ATT_PAST_TEXT_BYTES  400  /* Of what the customer said; the rest is in the history. */
#define ATT_PAST_NOTES_BYTES 1000 /* Of an agent's notes. */

enum att_past_text {
        ATT_PAST_CHANNEL,
        ATT_PAST_QUEUE,
        ATT_PAST_AGENT, /* Who spoke with the customer last. */
        ATT_PAST_INTENT,
        ATT_PAST_DISPOSITION,
        ATT_PAST_SAID,
        ATT_PAST_NOTES,
        ATT_PAST_FEEDBACK,
        ATT_PAST_TEXT_COUNT
};

struct att_past {
        struct att_list in_person;
        struct att_map_node by_contact; /* Its key is the contact's id, after the struct. */
        struct att_person *person;
        uint64_t contact; /* The number of the command that added it: no two have the same. */
        int64_t at_ms;
        int64_t closed_ms;   /* -1: it is not over. */
        int64_t emotion_ppm; /* -1: unknown, as the next ones. */
        int64_t emotion_end_ppm;
        int8_t csat;
        int8_t nps;
        int8_t ces;
        int8_t resolved;
        bool is_findable; /* In the map: the last one of that id. */
        enum att_outcome outcome;
        uint16_t lengths[ATT_PAST_TEXT_COUNT];
        uint16_t texts_capacity;
        char *texts; /* Owned. */
};

enum att_person_text {
        ATT_PERSON_NAME,
        ATT_PERSON_TIER,
        ATT_PERSON_CURRENCY,
        ATT_PERSON_NOTES,
        ATT_PERSON_LAST_AGENT,
        ATT_PERSON_LAST_CONTACT, /* Of those that an agent handled. */
        ATT_PERSON_TEXT_COUNT
};

struct att_promise {
        struct att_list in_person;
        uint64_t promise; /* The number of the command that made it. */
        struct att_text what;
        struct att_text contact;   /* In which it was made. */
        struct att_text follow_up; /* The contact that is to keep it. */
        struct att_text agent;
        int64_t due_ms;     /* -1 */
        int64_t expires_ms; /* -1 */
        char texts[];
};

struct att_alias {
        struct att_map_node by_alias; /* Its key is after the struct. */
        struct att_list in_person;
        struct att_person *person;
        bool is_disputed;
};

struct att_conflict { /* An alias that came with this person and is another's. */
        struct att_list in_person;
        struct att_text alias; /* After the struct. */
};

struct att_person {
        struct att_map_node by_id; /* Its key is the id, after the struct. */
        struct att_list in_age;
        struct att_list pasts; /* The newest first. */
        struct att_list promises;
        struct att_list aliases;
        struct att_list conflicts;
        uint32_t past_count;
        uint32_t live_count; /* Pasts that are not over. */
        uint32_t promise_count;
        uint32_t alias_count;
        uint32_t conflict_count;
        bool is_whole; /* Nothing of it is in the history alone. */
        bool last_went_badly;
        uint32_t contacts; /* All there ever were. */
        int64_t since_ms;  /* -1: unknown, as the next ones. */
        int64_t last_ms;
        int64_t last_spoke_ms;
        int64_t last_closed_ms; /* Of the contact ATT_PERSON_LAST_CONTACT. */
        int64_t lifetime_value_micro;
        int64_t churn_risk_ppm;
        uint16_t lengths[ATT_PERSON_TEXT_COUNT];
        uint16_t texts_capacity;
        char *texts; /* Owned. */
};

struct att_people;

struct att_people *att_people_new(void);
void att_people_free(struct att_people *people); /* NULL fine. */
void att_people_set_limit(struct att_people *people, size_t persons_max);
size_t att_people_count(const struct att_people *people);
size_t att_people_bytes(
        const struct att_people *people); /* Of all persons, and what belongs to them. */

/* Learns from a command that was stepped. Contacts of nobody in particular pass it by. */
void att_people_note(struct att_people *people, const struct att_command *command,
                     const struct att_effects *effects);

/* By id, or by an alias; NULL: not in memory. A disputed alias finds its person too. */
struct att_person *att_people_find(const struct att_people *people, struct att_text name);
struct att_alias *att_people_find_alias(const struct att_people *people, struct att_text alias);
/* Whether a contact is one of the pasts, the last one of that id. */
struct att_past *att_people_find_past(const struct att_people *people, struct att_text contact);
/* Touches: it is used now. */
void att_people_touch(struct att_people *people, struct att_person *person);

struct att_text att_person_id(const struct att_person *person);
struct att_text att_person_text(const struct att_person *person, enum att_person_text which);
struct att_text att_past_id(const struct att_past *past);
struct att_text att_past_text(const struct att_past *past, enum att_past_text which);
struct att_text att_alias_name(const struct att_alias *alias);
/* Whether what is known of it says that it went well: 1, 0, or -1: nothing does. */
int att_past_went_well(const struct att_past *past);
/* Whether the person came with that alias, which is another's. */
bool att_person_has_conflict(const struct att_person *person, struct att_text alias);

/* ---- Persons from elsewhere ---- */

/* One that is in no memory yet; to be filled and given to att_people_adopt(), or freed. */
struct att_person *att_person_new(struct att_text id);
void att_person_free(struct att_person *person); /* NULL fine. */
void att_person_set_text(struct att_person *person, enum att_person_text which,
                         struct att_text text);
/* After those that are there already. Over-long texts are cut. */
struct att_past *att_person_add_past(struct att_person *person, struct att_text id,
                                     uint64_t contact);
void att_past_close(struct att_past *past, int64_t at_ms);
void att_past_set_text(struct att_past *past, enum att_past_text which, struct att_text text);
void att_person_add_alias(struct att_person *person, struct att_text alias, bool is_disputed);
void att_person_add_conflict(struct att_person *person, struct att_text alias);
struct att_promise *att_person_add_promise(struct att_person *person,
                                           const struct att_promise *promise);

/* Takes it over, whole: what is known here already is newer, the rest comes from it.
 * `applied_seq`: the last command that it knows of. */
void att_people_adopt(struct att_people *people, struct att_person *person, uint64_t applied_seq);

/* ---- Names that may be in the history ----
 *
 * A set of marks, 32 bits a name, at most half full: 8 to 16 bytes a name. Two names with one mark cost
 * a look into the history, nothing else. */

struct att_marks {
        uint32_t *items; /* Owned; 0: free. */
        size_t capacity; /* A power of two. */
        size_t count;
};
/* Zero-initialise. */
void att_marks_deinit(struct att_marks *marks);
void att_marks_add(struct att_marks *marks, struct att_text name);
bool att_marks_have(const struct att_marks *marks, struct att_text name);

/* Takes over those of the whole history, with `marks` left empty. Until then everybody may be known. */
void att_people_set_marks(struct att_people *people, struct att_marks *marks);
bool att_people_has_marks(const struct att_people *people);
bool att_people_may_know(const struct att_people *people, struct att_text name);

#endif
