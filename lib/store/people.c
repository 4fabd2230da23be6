/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts of a person, and of a past, are one block of memory with some room: most are short, and some
 * come or change a few times in a contact's life, which is then no allocation each. The marks are a hash table of open addressing.
 */
#include "lib/store/people.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/util.h"

#define MARKS_FIRST 1024
#define LIVE_MAX    200 /* Contacts of one person at a time; older ones are not shown. */
#define TRIES       64  /* To find one that can go. */
#define TEXTS_FIRST 64

/* Names that were unlinked or forgotten of late: a history that does not know of it yet must not bring them
 * back. */
#define UNDONE_MAX 256

struct undone {
        uint64_t seq;
        uint64_t name; /* Its hash. */
};

struct att_people {
        struct att_map by_id;
        struct att_map by_alias;
        struct att_map by_contact;
        struct att_list by_age; /* Of persons, the longest untouched one first. */
        size_t count;
        size_t persons_max;
        struct att_marks marks;
        bool has_marks;
        struct undone undone[UNDONE_MAX]; /* A ring. */
        uint32_t undone_count;            /* Ever. */
};

/* ---- Texts in one block ---- */

static size_t sum_of(const uint16_t *lengths, size_t count)
{
        size_t sum = 0;

        for (size_t i = 0; i < count; i++) {
                sum += lengths[i];
        }
        return sum;
}

static struct att_text text_at(const char *texts, const uint16_t *lengths, size_t which)
{
        return lengths[which] == 0 ? ATT_TEXT_NONE
                                   : att_text_of(texts + sum_of(lengths, which), lengths[which]);
}

/* Room for as much as most have at the end. Their sum is bounded: 16 bits hold it. */
static void make_room_for(char **texts, uint16_t *capacity, size_t used, size_t bytes)
{
        size_t more = *capacity > 0 ? *capacity : TEXTS_FIRST;
        char *block;

        if (bytes <= *capacity) {
                return;
        }
        while (more < bytes) {
                more += more / 2;
        }
        ATT_CHECK(more <= UINT16_MAX);
        block = att_alloc(more);
        att_copy(block, *texts, used);
        free(*texts);
        *texts = block;
        *capacity = (uint16_t)more;
}

/* `text` is none of the block's. */
static void set_text(char **texts, uint16_t *capacity, uint16_t *lengths, size_t count,
                     size_t which, struct att_text text)
{
        const size_t before = sum_of(lengths, which);
        const size_t used = sum_of(lengths, count);
        const size_t after = used - before - lengths[which];

        if (att_text_equals(text_at(*texts, lengths, which), text)) {
                return;
        }
        make_room_for(texts, capacity, used, before + text.len + after);
        if (after > 0) {
                memmove(*texts + before + text.len, *texts + before + lengths[which], after);
        }
        att_copy(*texts + before, text.data, text.len);
        lengths[which] = (uint16_t)text.len;
}

struct att_text att_person_id(const struct att_person *person)
{
        return person->by_id.key;
}

struct att_text att_person_text(const struct att_person *person, enum att_person_text which)
{
        return text_at(person->texts, person->lengths, which);
}

struct att_text att_past_id(const struct att_past *past)
{
        return past->by_contact.key;
}

struct att_text att_past_text(const struct att_past *past, enum att_past_text which)
{
        return text_at(past->texts, past->lengths, which);
}

struct att_text att_alias_name(const struct att_alias *alias)
{
        return alias->by_alias.key;
}

void att_person_set_text(struct att_person *person, enum att_person_text which,
                         struct att_text text)
{
        set_text(&person->texts, &person->texts_capacity, person->lengths, ATT_PERSON_TEXT_COUNT,
                 which, att_text_cut(text, ATT_TEXT_BYTES_MAX));
}

static size_t bytes_max_of(enum att_past_text which)
{
        switch (which) {
        case ATT_PAST_SAID:
        case ATT_PAST_FEEDBACK:
                return ATT_PAST_TEXT_BYTES;
        case ATT_PAST_NOTES:
                return ATT_PAST_NOTES_BYTES;
        case ATT_PAST_CHANNEL:
        case ATT_PAST_QUEUE:
        case ATT_PAST_AGENT:
        case ATT_PAST_INTENT:
        case ATT_PAST_DISPOSITION:
        case ATT_PAST_TEXT_COUNT:
                break;
        }
        return ATT_NAME_BYTES_MAX;
}

void att_past_set_text(struct att_past *past, enum att_past_text which, struct att_text text)
{
        set_text(&past->texts, &past->texts_capacity, past->lengths, ATT_PAST_TEXT_COUNT, which,
                 att_text_cut(text, bytes_max_of(which)));
}

int att_past_went_well(const struct att_past *past)
{
        if (past->resolved >= 0) {
                return past->resolved;
        }
        if (past->csat >= 0) {
                return past->csat >= 4;
        }
        if (past->nps >= 0) {
                return past->nps >= 7;
        }
        return -1;
}

/* ---- Persons ---- */

struct att_person *att_person_new(struct att_text id)
{
        struct att_person *person = att_alloc(sizeof(*person) + id.len);
        char *bytes = (char *)(person + 1);

        att_copy(bytes, id.data, id.len);
        person->by_id.key = att_text_of(bytes, id.len);
        att_list_init(&person->in_age);
        att_list_init(&person->pasts);
        att_list_init(&person->promises);
        att_list_init(&person->aliases);
        att_list_init(&person->conflicts);
        person->since_ms = -1;
        person->last_ms = -1;
        person->last_spoke_ms = -1;
        person->last_closed_ms = -1;
        person->lifetime_value_micro = -1;
        person->churn_risk_ppm = -1;
        return person;
}

static void free_past(struct att_past *past)
{
        struct att_person *person = past->person;

        att_list_remove(&past->in_person);
        person->past_count--;
        person->live_count -= past->closed_ms < 0;
        free(past->texts);
        free(past);
}

static void free_alias(struct att_alias *alias)
{
        att_list_remove(&alias->in_person);
        alias->person->alias_count--;
        free(alias);
}

static void free_conflict(struct att_person *person, struct att_conflict *conflict)
{
        att_list_remove(&conflict->in_person);
        person->conflict_count--;
        free(conflict);
}

static void free_promise(struct att_person *person, struct att_promise *promise)
{
        att_list_remove(&promise->in_person);
        person->promise_count--;
        free(promise);
}

void att_person_free(struct att_person *person)
{
        if (!person) {
                return;
        }
        ATT_LIST_FOREACH(past, &person->pasts, struct att_past, in_person)
        {
                free_past(past);
        }
        ATT_LIST_FOREACH(promise, &person->promises, struct att_promise, in_person)
        {
                free_promise(person, promise);
        }
        ATT_LIST_FOREACH(alias, &person->aliases, struct att_alias, in_person)
        {
                free_alias(alias);
        }
        ATT_LIST_FOREACH(conflict, &person->conflicts, struct att_conflict, in_person)
        {
                free_conflict(person, conflict);
        }
        att_list_remove(&person->in_age);
        free(person->texts);
        free(person);
}

static struct att_past *make_past(struct att_text id, uint64_t contact)
{
        struct att_past *past = att_alloc(sizeof(*past) + id.len);
        char *bytes = (char *)(past + 1);

        att_copy(bytes, id.data, id.len);
        past->by_contact.key = att_text_of(bytes, id.len);
        att_list_init(&past->in_person);
        past->contact = contact;
        past->closed_ms = -1;
        past->emotion_ppm = -1;
        past->emotion_end_ppm = -1;
        past->csat = -1;
        past->nps = -1;
        past->ces = -1;
        past->resolved = -1;
        past->outcome = ATT_OUTCOME_NONE;
        return past;
}

/* Keeps them in order: the newest first. */
static void insert_past(struct att_person *person, struct att_past *past)
{
        struct att_list *at = person->pasts.next;

        while (at != &person->pasts &&
               ATT_CONTAINER_OF(at, struct att_past, in_person)->contact > past->contact) {
                at = at->next;
        }
        att_list_add_tail(at, &past->in_person);
        past->person = person;
        person->past_count++;
        person->live_count += past->closed_ms < 0;
}

void att_past_close(struct att_past *past, int64_t at_ms)
{
        past->person->live_count -= past->closed_ms < 0;
        past->closed_ms = at_ms;
}

struct att_past *att_person_add_past(struct att_person *person, struct att_text id,
                                     uint64_t contact)
{
        struct att_past *past = make_past(id, contact);

        insert_past(person, past);
        return past;
}

void att_person_add_alias(struct att_person *person, struct att_text alias, bool is_disputed)
{
        struct att_alias *added = att_alloc(sizeof(*added) + alias.len);
        char *bytes = (char *)(added + 1);

        att_copy(bytes, alias.data, alias.len);
        added->by_alias.key = att_text_of(bytes, alias.len);
        added->person = person;
        added->is_disputed = is_disputed;
        att_list_init(&added->in_person);
        att_list_add_tail(&person->aliases, &added->in_person);
        person->alias_count++;
}

static struct att_conflict *find_conflict(const struct att_person *person, struct att_text alias)
{
        ATT_LIST_FOREACH(conflict, &person->conflicts, struct att_conflict, in_person)
        {
                if (att_text_equals(conflict->alias, alias)) {
                        return conflict;
                }
        }
        return NULL;
}

bool att_person_has_conflict(const struct att_person *person, struct att_text alias)
{
        return find_conflict(person, alias) != NULL;
}

void att_person_add_conflict(struct att_person *person, struct att_text alias)
{
        struct att_conflict *conflict;
        char *bytes;

        if (find_conflict(person, alias)) {
                return;
        }
        if (person->conflict_count == ATT_CONFLICTS_MAX) {
                free_conflict(person, ATT_CONTAINER_OF(person->conflicts.next, struct att_conflict,
                                                       in_person));
        }
        conflict = att_alloc(sizeof(*conflict) + alias.len);
        bytes = (char *)(conflict + 1);
        att_copy(bytes, alias.data, alias.len);
        conflict->alias = att_text_of(bytes, alias.len);
        att_list_init(&conflict->in_person);
        att_list_add_tail(&person->conflicts, &conflict->in_person);
        person->conflict_count++;
}

struct att_promise *att_person_add_promise(struct att_person *person,
                                           const struct att_promise *promise)
{
        const struct att_text texts[] = {promise->what, promise->contact, promise->follow_up,
                                         promise->agent};
        struct att_text kept[ATT_ARRAY_LEN(texts)];
        struct att_promise *added;
        size_t bytes = 0;

        for (size_t i = 0; i < ATT_ARRAY_LEN(texts); i++) {
                bytes += texts[i].len;
        }
        added = att_alloc(sizeof(*added) + bytes);
        bytes = 0;
        for (size_t i = 0; i < ATT_ARRAY_LEN(texts); i++) {
                att_copy(added->texts + bytes, texts[i].data, texts[i].len);
                kept[i] = att_text_of(added->texts + bytes, texts[i].len);
                bytes += texts[i].len;
        }
        added->promise = promise->promise;
        added->what = kept[0];
        added->contact = kept[1];
        added->follow_up = kept[2];
        added->agent = kept[3];
        added->due_ms = promise->due_ms;
        added->expires_ms = promise->expires_ms;
        att_list_init(&added->in_person);
        if (person->promise_count == ATT_PROMISES_MAX) {
                free_promise(person, ATT_CONTAINER_OF(person->promises.next, struct att_promise,
                                                      in_person));
        }
        att_list_add_tail(&person->promises, &added->in_person);
        person->promise_count++;
        return added;
}

/* ---- Marks ---- */

static uint32_t mark_of(struct att_text name)
{
        const uint64_t hash = att_text_hash(name);
        const uint32_t mark = (uint32_t)(hash ^ hash >> 32);

        return mark ? mark : 1;
}

/* Where it is, or would be. */
static size_t place_of(const struct att_marks *marks, uint32_t mark)
{
        size_t at = mark * UINT32_C(2654435761) & (marks->capacity - 1);

        while (marks->items[at] != 0 && marks->items[at] != mark) {
                at = (at + 1) & (marks->capacity - 1);
        }
        return at;
}

static void put_mark(struct att_marks *marks, uint32_t mark);

static void grow_marks(struct att_marks *marks)
{
        struct att_marks grown = {.capacity = marks->capacity ? 2 * marks->capacity : MARKS_FIRST};

        grown.items = att_alloc_array(grown.capacity, sizeof(*grown.items));
        for (size_t i = 0; i < marks->capacity; i++) {
                if (marks->items[i] != 0) {
                        put_mark(&grown, marks->items[i]);
                }
        }
        free(marks->items);
        *marks = grown;
}

static void put_mark(struct att_marks *marks, uint32_t mark)
{
        size_t at;

        if (2 * (marks->count + 1) > marks->capacity) {
                grow_marks(marks);
        }
        at = place_of(marks, mark);
        marks->count += marks->items[at] == 0;
        marks->items[at] = mark;
}

void att_marks_add(struct att_marks *marks, struct att_text name)
{
        put_mark(marks, mark_of(name));
}

bool att_marks_have(const struct att_marks *marks, struct att_text name)
{
        return marks->capacity > 0 && marks->items[place_of(marks, mark_of(name))] != 0;
}

void att_marks_deinit(struct att_marks *marks)
{
        free(marks->items);
        *marks = (struct att_marks){0};
}

void att_people_set_marks(struct att_people *people, struct att_marks *marks)
{
        struct att_marks before = people->marks;

        people->marks = *marks;
        people->has_marks = true;
        *marks = (struct att_marks){0};
        for (size_t i = 0; i < before.capacity; i++) {
                if (before.items[i] != 0) {
                        put_mark(&people->marks, before.items[i]);
                }
        }
        att_marks_deinit(&before);
}

bool att_people_has_marks(const struct att_people *people)
{
        return people->has_marks;
}

bool att_people_may_know(const struct att_people *people, struct att_text name)
{
        return !people->has_marks || att_marks_have(&people->marks, name);
}

/* ---- The memory ---- */

struct att_people *att_people_new(void)
{
        struct att_people *people = att_alloc(sizeof(*people));

        att_list_init(&people->by_age);
        people->persons_max = ATT_CUSTOMERS_DEFAULT;
        return people;
}

size_t att_people_count(const struct att_people *people)
{
        return people->count;
}

static size_t bytes_of_past(const struct att_past *past)
{
        return sizeof(*past) + past->by_contact.key.len + past->texts_capacity;
}

static size_t bytes_of_promise(const struct att_promise *promise)
{
        return sizeof(*promise) + promise->what.len + promise->contact.len +
               promise->follow_up.len + promise->agent.len;
}

static size_t bytes_of(const struct att_person *person)
{
        size_t bytes = sizeof(*person) + person->by_id.key.len + person->texts_capacity;

        ATT_LIST_FOREACH(past, &person->pasts, struct att_past, in_person)
        {
                bytes += bytes_of_past(past);
        }
        ATT_LIST_FOREACH(promise, &person->promises, struct att_promise, in_person)
        {
                bytes += bytes_of_promise(promise);
        }
        ATT_LIST_FOREACH(alias, &person->aliases, struct att_alias, in_person)
        {
                bytes += sizeof(*alias) + alias->by_alias.key.len;
        }
        ATT_LIST_FOREACH(conflict, &person->conflicts, struct att_conflict, in_person)
        {
                bytes += sizeof(*conflict) + conflict->alias.len;
        }
        return bytes;
}

size_t att_people_bytes(const struct att_people *people)
{
        size_t bytes = people->marks.capacity * sizeof(*people->marks.items);

        ATT_LIST_FOREACH(person, &people->by_age, struct att_person, in_age)
        {
                bytes += bytes_of(person);
        }
        return bytes;
}

struct att_alias *att_people_find_alias(const struct att_people *people, struct att_text alias)
{
        struct att_map_node *node = att_map_find(&people->by_alias, alias);

        return node ? ATT_CONTAINER_OF(node, struct att_alias, by_alias) : NULL;
}

/* An alias goes before an id: who came under it before is the one whom it was linked with. */
struct att_person *att_people_find(const struct att_people *people, struct att_text name)
{
        const struct att_alias *alias = att_people_find_alias(people, name);
        struct att_map_node *node = alias ? NULL : att_map_find(&people->by_id, name);

        return alias  ? alias->person
               : node ? ATT_CONTAINER_OF(node, struct att_person, by_id)
                      : NULL;
}

struct att_past *att_people_find_past(const struct att_people *people, struct att_text contact)
{
        struct att_map_node *node = att_map_find(&people->by_contact, contact);

        return node ? ATT_CONTAINER_OF(node, struct att_past, by_contact) : NULL;
}

void att_people_touch(struct att_people *people, struct att_person *person)
{
        att_list_remove(&person->in_age);
        att_list_add_tail(&people->by_age, &person->in_age);
}

static void hide_past(struct att_people *people, struct att_past *past)
{
        if (past->is_findable) {
                att_map_remove(&people->by_contact, &past->by_contact);
                past->is_findable = false;
        }
}

/* The newest of an id is the one that is found. */
static void index_past(struct att_people *people, struct att_past *past)
{
        struct att_past *other = att_people_find_past(people, att_past_id(past));

        if (other && other->contact > past->contact) {
                return;
        }
        if (other) {
                hide_past(people, other);
        }
        att_map_add(&people->by_contact, &past->by_contact, att_past_id(past));
        past->is_findable = true;
}

static void drop_past(struct att_people *people, struct att_past *past)
{
        hide_past(people, past);
        free_past(past);
}

static void drop_alias(struct att_people *people, struct att_alias *alias)
{
        att_map_remove(&people->by_alias, &alias->by_alias);
        free_alias(alias);
}

static void drop_person(struct att_people *people, struct att_person *person)
{
        ATT_LIST_FOREACH(past, &person->pasts, struct att_past, in_person)
        {
                hide_past(people, past);
        }
        ATT_LIST_FOREACH(alias, &person->aliases, struct att_alias, in_person)
        {
                att_map_remove(&people->by_alias, &alias->by_alias);
        }
        att_map_remove(&people->by_id, &person->by_id);
        people->count--;
        att_person_free(person);
}

void att_people_free(struct att_people *people)
{
        if (!people) {
                return;
        }
        ATT_LIST_FOREACH(person, &people->by_age, struct att_person, in_age)
        {
                att_person_free(person);
        }
        att_map_deinit(&people->by_id);
        att_map_deinit(&people->by_alias);
        att_map_deinit(&people->by_contact);
        att_marks_deinit(&people->marks);
        free(people);
}

/* Those that have something that is not over stay; they are few, and the engine bounds them. */
static void make_room(struct att_people *people)
{
        for (int i = 0; i < TRIES && people->count > people->persons_max; i++) {
                struct att_person *person = ATT_CONTAINER_OF(people->by_age.next, struct att_person,
                                                             in_age);

                if (person->live_count > 0) {
                        att_people_touch(people, person);
                } else {
                        drop_person(people, person);
                }
        }
}

void att_people_set_limit(struct att_people *people, size_t persons_max)
{
        people->persons_max = persons_max > 0 ? persons_max : 1;
        make_room(people); /* The rest as others come. */
}

static void mark_names(struct att_people *people, const struct att_person *person)
{
        att_marks_add(&people->marks, att_person_id(person));
        ATT_LIST_FOREACH(alias, &person->aliases, struct att_alias, in_person)
        {
                att_marks_add(&people->marks, att_alias_name(alias));
        }
}

static void add_person(struct att_people *people, struct att_person *person)
{
        att_map_add(&people->by_id, &person->by_id, att_person_id(person));
        people->count++;
        att_list_add_tail(&people->by_age, &person->in_age);
        mark_names(people, person);
}

/* The oldest that is over goes; what is not over stays, whatever its age. */
static void trim_pasts(struct att_people *people, struct att_person *person)
{
        struct att_list *at = person->pasts.prev;

        while (person->past_count > ATT_PASTS_MAX && at != &person->pasts) {
                struct att_past *past = ATT_CONTAINER_OF(at, struct att_past, in_person);

                at = at->prev;
                if (past->closed_ms >= 0) {
                        drop_past(people, past);
                }
        }
        if (person->past_count == LIVE_MAX) { /* Somebody with as many contacts at a time. */
                drop_past(people, ATT_CONTAINER_OF(person->pasts.prev, struct att_past, in_person));
        }
}

/* ---- Aliases ---- */

static void add_alias(struct att_people *people, struct att_person *person, struct att_text name,
                      bool is_disputed)
{
        struct att_alias *alias;

        att_person_add_alias(person, name, is_disputed);
        alias = ATT_CONTAINER_OF(person->aliases.prev, struct att_alias, in_person);
        att_map_add(&people->by_alias, &alias->by_alias, att_alias_name(alias));
        att_marks_add(&people->marks, name);
}

static bool has_past(const struct att_person *person, uint64_t contact)
{
        ATT_LIST_FOREACH(past, &person->pasts, struct att_past, in_person)
        {
                if (past->contact == contact) {
                        return true;
                }
        }
        return false;
}

/* Last spoken with, and how that went. */
static void take_later_word(struct att_person *person, const struct att_person *other)
{
        if (other->last_spoke_ms > person->last_spoke_ms) {
                person->last_spoke_ms = other->last_spoke_ms;
                att_person_set_text(person, ATT_PERSON_LAST_AGENT,
                                    att_person_text(other, ATT_PERSON_LAST_AGENT));
                person->last_went_badly = other->last_went_badly;
        }
        if (other->last_closed_ms > person->last_closed_ms) {
                person->last_closed_ms = other->last_closed_ms;
                att_person_set_text(person, ATT_PERSON_LAST_CONTACT,
                                    att_person_text(other, ATT_PERSON_LAST_CONTACT));
        }
        if (person->since_ms < 0 || (other->since_ms >= 0 && other->since_ms < person->since_ms)) {
                person->since_ms = other->since_ms;
        }
        person->last_ms = att_max_i64(person->last_ms, other->last_ms);
}

static void take_absent(struct att_person *person, const struct att_person *other)
{
        static const enum att_person_text texts[] = {ATT_PERSON_NAME, ATT_PERSON_TIER,
                                                     ATT_PERSON_CURRENCY, ATT_PERSON_NOTES};

        for (size_t i = 0; i < ATT_ARRAY_LEN(texts); i++) {
                if (att_text_is_empty(att_person_text(person, texts[i]))) {
                        att_person_set_text(person, texts[i], att_person_text(other, texts[i]));
                }
        }
        if (person->lifetime_value_micro < 0) {
                person->lifetime_value_micro = other->lifetime_value_micro;
        }
        if (person->churn_risk_ppm < 0) {
                person->churn_risk_ppm = other->churn_risk_ppm;
        }
}

/* Those that are not here yet; which of them are in the map is the caller's to mind. */
static void take_pasts(struct att_people *people, struct att_person *person,
                       struct att_person *other)
{
        ATT_LIST_FOREACH(past, &other->pasts, struct att_past, in_person)
        {
                if (has_past(person, past->contact)) {
                        continue;
                }
                att_list_remove(&past->in_person);
                other->past_count--;
                other->live_count -= past->closed_ms < 0;
                insert_past(person, past);
                if (!past->is_findable) {
                        index_past(people, past);
                }
        }
        trim_pasts(people, person);
}

static bool has_promise(const struct att_person *person, uint64_t promise)
{
        ATT_LIST_FOREACH(known, &person->promises, struct att_promise, in_person)
        {
                if (known->promise == promise) {
                        return true;
                }
        }
        return false;
}

static void take_promises(struct att_person *person, struct att_person *other)
{
        ATT_LIST_FOREACH(promise, &other->promises, struct att_promise, in_person)
        {
                if (!has_promise(person, promise->promise)) {
                        (void)att_person_add_promise(person, promise);
                }
        }
}

static void take_aliases(struct att_people *people, struct att_person *person,
                         const struct att_person *other)
{
        ATT_LIST_FOREACH(alias, &other->aliases, struct att_alias, in_person)
        {
                struct att_alias *known = att_people_find_alias(people, att_alias_name(alias));

                if (!known) {
                        add_alias(people, person, att_alias_name(alias), alias->is_disputed);
                }
        }
        ATT_LIST_FOREACH(conflict, &other->conflicts, struct att_conflict, in_person)
        {
                const struct att_alias *known = att_people_find_alias(people, conflict->alias);

                if (!known || known->person != person) {
                        att_person_add_conflict(person, conflict->alias);
                }
        }
}

/* Who came under the alias as under an id is this person, with all there was. */
static void join(struct att_people *people, struct att_person *person, struct att_text alias)
{
        struct att_map_node *node = att_map_find(&people->by_id, alias);
        struct att_person *other = node ? ATT_CONTAINER_OF(node, struct att_person, by_id) : NULL;

        if (!other || other == person) {
                return;
        }
        person->contacts += other->contacts;
        take_later_word(person, other);
        take_absent(person, other);
        take_pasts(people, person, other);
        take_promises(person, other);
        ATT_LIST_FOREACH(further, &other->aliases, struct att_alias, in_person)
        {
                att_list_remove(&further->in_person);
                other->alias_count--;
                further->person = person;
                att_list_add_tail(&person->aliases, &further->in_person);
                person->alias_count++;
        }
        person->is_whole = person->is_whole && other->is_whole;
        drop_person(people, other);
}

static struct att_person *get_person(struct att_people *people, struct att_text id)
{
        struct att_person *person = att_people_find(people, id);

        if (!person) {
                person = att_person_new(id);
                person->is_whole = !att_people_may_know(people, id);
                add_person(people, person);
                make_room(people);
                return att_people_find(people, id);
        }
        att_people_touch(people, person);
        return person;
}

static void link_alias(struct att_people *people, struct att_person *person, struct att_text name)
{
        struct att_alias *alias = att_people_find_alias(people, name);
        struct att_conflict *conflict = find_conflict(person, name);

        if (conflict) {
                free_conflict(person, conflict);
        }
        if (alias && alias->person == person) {
                alias->is_disputed = false; /* It is decided. */
                return;
        }
        if (alias) {
                drop_alias(people, alias);
        }
        join(people, person, name);
        if (person->alias_count < ATT_ALIASES_MAX) {
                add_alias(people, person, name, false);
        }
}

static void note_link(struct att_people *people, const struct att_command *command)
{
        struct att_text name = command->customer.alias;
        struct att_person *person = get_person(people, command->customer.info.id);
        struct att_alias *alias = att_people_find_alias(people, name);

        if (!person) {
                return;
        }
        if (!command->customer.is_conflict) {
                link_alias(people, person, name);
                return;
        }
        att_person_add_conflict(person, name);
        if (alias) {
                alias->is_disputed = true;
        }
}

/* What came under it is told apart by the history alone: both are read again when they come. */
static void note_undone(struct att_people *people, struct att_text name, uint64_t seq)
{
        people->undone[people->undone_count++ % UNDONE_MAX] = (struct undone){
                .seq = seq, .name = att_text_hash(name)};
}

static bool was_undone_after(const struct att_people *people, struct att_text name, uint64_t seq)
{
        const uint64_t hash = att_text_hash(name);

        for (uint32_t i = 0; i < UNDONE_MAX; i++) {
                if (people->undone[i].seq > seq && people->undone[i].name == hash) {
                        return true;
                }
        }
        return false;
}

static void note_unlink(struct att_people *people, struct att_text name, uint64_t seq)
{
        struct att_alias *alias = att_people_find_alias(people, name);
        struct att_person *person = alias ? alias->person : NULL;

        note_undone(people, name, seq);
        if (!person) {
                return;
        }
        drop_alias(people, alias);
        if (person->live_count == 0) {
                drop_person(people, person);
                return;
        }
        person->is_whole = false;
        person->contacts = person->live_count;
        ATT_LIST_FOREACH(past, &person->pasts, struct att_past, in_person)
        {
                if (past->closed_ms >= 0) {
                        drop_past(people, past);
                }
        }
}

/* ---- What commands and effects say ---- */

static void set_said(struct att_person *person, enum att_person_text which, struct att_text text,
                     bool is_said)
{
        if (is_said && !att_text_is_empty(text)) {
                att_person_set_text(person, which, text);
        }
}

static void note_info(struct att_person *person, const struct att_customer_info *info)
{
        const uint32_t looked_up = info->looked_up;

        set_said(person, ATT_PERSON_NAME, info->name, !(looked_up & ATT_LOOKED_UP_NAME));
        set_said(person, ATT_PERSON_TIER, info->tier, !(looked_up & ATT_LOOKED_UP_TIER));
        set_said(person, ATT_PERSON_CURRENCY, info->currency,
                 !(looked_up & ATT_LOOKED_UP_CURRENCY));
        set_said(person, ATT_PERSON_NOTES, info->notes, !(looked_up & ATT_LOOKED_UP_NOTES));
        if (info->lifetime_value_micro >= 0 && !(looked_up & ATT_LOOKED_UP_LIFETIME_VALUE)) {
                person->lifetime_value_micro = info->lifetime_value_micro;
        }
        if (info->churn_risk_ppm >= 0 && !(looked_up & ATT_LOOKED_UP_CHURN_RISK)) {
                person->churn_risk_ppm = info->churn_risk_ppm;
        }
        if (info->last_spoke_ms > person->last_spoke_ms) {
                person->last_spoke_ms = info->last_spoke_ms;
                att_person_set_text(person, ATT_PERSON_LAST_AGENT, info->last_agent);
        }
        person->last_went_badly = person->last_went_badly || info->last_went_badly;
}

/* Whether the step made something of the contact: the same request again makes nothing. */
static bool is_heard_of(const struct att_effects *effects, struct att_text contact)
{
        for (uint32_t i = 0; i < effects->count; i++) {
                if (effects->items[i].kind != ATT_EFFECT_REFUSED &&
                    att_text_equals(effects->items[i].contact, contact)) {
                        return true;
                }
        }
        return false;
}

static void note_add(struct att_people *people, const struct att_command *command,
                     const struct att_effects *effects)
{
        const struct att_contact_request *request = &command->request;
        struct att_past *past = att_people_find_past(people, request->id);
        struct att_person *person;

        if (att_text_is_empty(request->customer.id) || (past && past->closed_ms < 0) ||
            !is_heard_of(effects, request->id)) {
                return;
        }
        person = get_person(people, request->customer.id);
        if (!person) {
                return; /* No room but for those whose contacts are not over. */
        }
        note_info(person, &request->customer);
        past = att_person_add_past(person, request->id, command->seq);
        past->at_ms = command->at_ms;
        past->emotion_ppm = request->emotion_ppm == ATT_ABSENT ? -1 : request->emotion_ppm;
        att_past_set_text(past, ATT_PAST_CHANNEL, request->channel);
        att_past_set_text(past, ATT_PAST_QUEUE, request->queue);
        att_past_set_text(past, ATT_PAST_INTENT, request->intent);
        att_past_set_text(past, ATT_PAST_SAID, request->text);
        index_past(people, past);
        trim_pasts(people, person);
        person->contacts++;
        person->last_ms = command->at_ms;
        person->since_ms = person->since_ms < 0 ? command->at_ms : person->since_ms;
}

static void note_feedback(struct att_people *people, const struct att_command *command)
{
        struct att_past *past = att_people_find_past(people, command->contact);

        if (!past) {
                return;
        }
        past->csat = command->feedback.csat >= 0 ? (int8_t)command->feedback.csat : past->csat;
        past->nps = command->feedback.nps >= 0 ? (int8_t)command->feedback.nps : past->nps;
        past->ces = command->feedback.ces >= 0 ? (int8_t)command->feedback.ces : past->ces;
        past->resolved = command->feedback.resolved >= 0 ? (int8_t)command->feedback.resolved
                                                         : past->resolved;
        if (command->feedback.emotion_ppm != ATT_ABSENT) {
                past->emotion_end_ppm = command->feedback.emotion_ppm;
        }
        if (!att_text_is_empty(command->feedback.text)) {
                att_past_set_text(past, ATT_PAST_FEEDBACK, command->feedback.text);
        }
        if (att_past_went_well(past) >= 0) {
                past->person->last_went_badly = att_past_went_well(past) == 0;
        }
}

static void note_update(struct att_people *people, const struct att_command *command)
{
        struct att_past *past = att_people_find_past(people, command->contact);

        if (past && command->update.emotion_ppm != ATT_ABSENT) {
                past->emotion_end_ppm = command->update.emotion_ppm;
        }
}

static void note_end(struct att_people *people, const struct att_command *command)
{
        struct att_past *past = att_people_find_past(people, command->contact);

        if (past) {
                att_past_set_text(past, ATT_PAST_DISPOSITION, command->end.disposition);
                att_past_set_text(past, ATT_PAST_NOTES, command->end.notes);
        }
}

static void note_set(struct att_people *people, const struct att_command *command)
{
        struct att_person *person = command->customer.only_check
                                            ? NULL
                                            : get_person(people, command->customer.info.id);

        if (!person) {
                return;
        }
        note_info(person, &command->customer.info);
        if (command->customer.since_ms >= 0) {
                person->since_ms = command->customer.since_ms;
        }
        for (uint32_t i = 0; i < command->customer.alias_count; i++) {
                link_alias(people, person, command->customer.aliases[i]);
        }
}

static void forget_name(struct att_people *people, struct att_text name)
{
        struct att_alias *alias = att_people_find_alias(people, name);
        struct att_map_node *node;

        if (alias) {
                drop_alias(people, alias);
        }
        node = att_map_find(&people->by_id, name);
        if (node) {
                drop_person(people, ATT_CONTAINER_OF(node, struct att_person, by_id));
        }
        ATT_LIST_FOREACH(person, &people->by_age, struct att_person, in_age)
        {
                struct att_conflict *conflict = person->conflict_count > 0
                                                        ? find_conflict(person, name)
                                                        : NULL;

                if (conflict) {
                        free_conflict(person, conflict);
                }
        }
}

static void note_forget(struct att_people *people, const struct att_command *command)
{
        note_undone(people, command->customer.info.id, command->seq);
        forget_name(people, command->customer.info.id);
        for (uint32_t i = 0; i < command->customer.alias_count; i++) {
                note_undone(people, command->customer.aliases[i], command->seq);
                forget_name(people, command->customer.aliases[i]);
        }
}

static void note_command(struct att_people *people, const struct att_command *command,
                         const struct att_effects *effects)
{
        switch ((int)command->kind) {
        case ATT_CMD_CONTACT_ADD:
                note_add(people, command, effects);
                break;
        case ATT_CMD_CONTACT_UPDATE:
                note_update(people, command);
                break;
        case ATT_CMD_CONTACT_END:
        case ATT_CMD_CONTACT_ABANDON:
        case ATT_CMD_CONTACT_CANCEL:
                note_end(people, command);
                break;
        case ATT_CMD_CONTACT_FEEDBACK:
                note_feedback(people, command);
                break;
        case ATT_CMD_CUSTOMER_SET:
                note_set(people, command);
                break;
        case ATT_CMD_CUSTOMER_LINK:
                note_link(people, command);
                break;
        case ATT_CMD_CUSTOMER_UNLINK:
                note_unlink(people, command->customer.alias, command->seq);
                break;
        case ATT_CMD_CUSTOMER_FORGET:
                note_forget(people, command);
                break;
        default: /* About agents, or nothing that is remembered of a customer. */
                break;
        }
}

static void note_closed(struct att_people *people, struct att_past *past,
                        const struct att_effect *effect)
{
        struct att_person *person = past->person;

        past->outcome = effect->outcome;
        att_past_close(past, effect->at_ms);
        if (!att_text_is_empty(effect->agent)) {
                att_past_set_text(past, ATT_PAST_AGENT, effect->agent);
        }
        if (!att_text_is_empty(effect->agent) && effect->outcome == ATT_OUTCOME_HANDLED) {
                att_person_set_text(person, ATT_PERSON_LAST_AGENT, effect->agent);
                att_person_set_text(person, ATT_PERSON_LAST_CONTACT, att_past_id(past));
                person->last_spoke_ms = effect->at_ms;
                person->last_closed_ms = effect->at_ms;
        }
        trim_pasts(people, person);
}

/* The contact that is to keep it is one of the person's from now on. */
static void note_promised(struct att_people *people, const struct att_effect *effect, uint64_t seq)
{
        const struct att_past *made_in = att_people_find_past(people, effect->other);
        const struct att_promise promise = {
                .promise = seq,
                .what = att_text_cut(effect->text, ATT_PAST_TEXT_BYTES),
                .contact = effect->other,
                .follow_up = effect->contact,
                .agent = effect->agent,
                .due_ms = effect->due_ms,
                .expires_ms = effect->expires_ms,
        };
        struct att_past *past;

        if (!made_in) {
                return;
        }
        (void)att_person_add_promise(made_in->person, &promise);
        past = att_person_add_past(made_in->person, effect->contact, seq);
        past->at_ms = effect->at_ms;
        att_past_set_text(past, ATT_PAST_CHANNEL, att_past_text(made_in, ATT_PAST_CHANNEL));
        att_past_set_text(past, ATT_PAST_QUEUE, effect->queue);
        index_past(people, past);
        trim_pasts(people, past->person);
}

static void note_promise_over(struct att_people *people, const struct att_effect *effect)
{
        const struct att_past *past = att_people_find_past(people, effect->contact);

        past = past ? past : att_people_find_past(people, effect->other);
        if (!past) {
                return;
        }
        ATT_LIST_FOREACH(promise, &past->person->promises, struct att_promise, in_person)
        {
                if (att_text_equals(promise->follow_up, effect->contact)) {
                        free_promise(past->person, promise);
                }
        }
}

static void note_effect(struct att_people *people, const struct att_effect *effect, uint64_t seq)
{
        struct att_past *past;

        switch ((int)effect->kind) {
        case ATT_EFFECT_QUEUED:
        case ATT_EFFECT_CONNECT:
        case ATT_EFFECT_CLOSED:
                break;
        case ATT_EFFECT_PROMISED:
                note_promised(people, effect, seq);
                return;
        case ATT_EFFECT_PROMISE_KEPT:
        case ATT_EFFECT_PROMISE_EXPIRED:
        case ATT_EFFECT_PROMISE_CANCELLED:
                note_promise_over(people, effect);
                return;
        default:
                return;
        }
        past = att_people_find_past(people, effect->contact);
        if (!past || past->closed_ms >= 0) {
                return;
        }
        if (!att_text_is_empty(effect->queue)) {
                att_past_set_text(past, ATT_PAST_QUEUE, effect->queue);
        }
        if (effect->kind == ATT_EFFECT_CONNECT) {
                att_past_set_text(past, ATT_PAST_AGENT, effect->agent);
        } else if (effect->kind == ATT_EFFECT_CLOSED) {
                note_closed(people, past, effect);
        }
}

static bool is_refused(const struct att_effects *effects)
{
        for (uint32_t i = 0; i < effects->count; i++) {
                if (effects->items[i].kind == ATT_EFFECT_REFUSED) {
                        return true;
                }
        }
        return false;
}

void att_people_note(struct att_people *people, const struct att_command *command,
                     const struct att_effects *effects)
{
        if (!is_refused(effects)) {
                note_command(people, command, effects);
        }
        for (uint32_t i = 0; i < effects->count; i++) {
                note_effect(people, &effects->items[i], command->seq);
        }
}

/* ---- From the history ---- */

/* Contacts that came after what the history knew. */
static uint32_t count_newer(const struct att_person *person, uint64_t applied_seq)
{
        uint32_t count = 0;

        ATT_LIST_FOREACH(past, &person->pasts, struct att_past, in_person)
        {
                count += past->contact > applied_seq;
        }
        return count;
}

static void index_pasts(struct att_people *people, struct att_person *person)
{
        ATT_LIST_FOREACH(past, &person->pasts, struct att_past, in_person)
        {
                index_past(people, past);
        }
}

/* Aliases that others have here by now stay theirs. */
static void index_aliases(struct att_people *people, struct att_person *person)
{
        ATT_LIST_FOREACH(alias, &person->aliases, struct att_alias, in_person)
        {
                if (att_map_find(&people->by_alias, att_alias_name(alias))) {
                        free_alias(alias);
                } else {
                        att_map_add(&people->by_alias, &alias->by_alias, att_alias_name(alias));
                }
        }
}

/* Of a history that does not know of an unlinking yet: takes the alias away, and the contacts, since
 * whose they are is not to be seen there. The person is to be read again. */
static bool take_undone(const struct att_people *people, struct att_person *person,
                        uint64_t applied_seq)
{
        bool is_any = false;

        ATT_LIST_FOREACH(alias, &person->aliases, struct att_alias, in_person)
        {
                if (was_undone_after(people, att_alias_name(alias), applied_seq)) {
                        free_alias(alias);
                        is_any = true;
                }
        }
        if (is_any) {
                ATT_LIST_FOREACH(past, &person->pasts, struct att_past, in_person)
                {
                        free_past(past);
                }
                person->contacts = 0;
        }
        return is_any;
}

void att_people_adopt(struct att_people *people, struct att_person *person, uint64_t applied_seq)
{
        struct att_map_node *node = att_map_find(&people->by_id, att_person_id(person));
        struct att_person *known = node ? ATT_CONTAINER_OF(node, struct att_person, by_id) : NULL;
        bool is_behind;

        if (was_undone_after(people, att_person_id(person), applied_seq)) {
                att_person_free(person);
                return;
        }
        is_behind = take_undone(people, person, applied_seq);
        if (!known) {
                person->is_whole = !is_behind;
                index_aliases(people, person);
                index_pasts(people, person);
                add_person(people, person);
                make_room(people);
                return;
        }
        if (!known->is_whole && !is_behind) {
                known->contacts = person->contacts + count_newer(known, applied_seq);
                take_later_word(known, person);
                take_absent(known, person);
                take_aliases(people, known, person);
                take_pasts(people, known, person);
                take_promises(known, person);
                known->is_whole = true;
        }
        att_person_free(person);
}
