/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of what is held are borrowed from the transaction's events or taken from its arena; a contact
 * that is kept gets a block of its own with those that are still needed.
 *
 * `latest` is right because a contact comes into it only with a number above all that there are, and
 * takes the place of one with its id. Those that are read from the file are not in it.
 */
#include "lib/store/history_held.h"

#include <sqlite3.h>
#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/store/history_work.h"

#define CONTACT_TEXTS 9

/* ---- Memory ---- */

void history_held_init(struct history_held *held)
{
        *held = (struct history_held){0};
        att_list_init(&held->touched);
        att_list_init(&held->kept);
        att_list_init(&held->people);
}

static void free_spells(struct history_spell *spell)
{
        while (spell) {
                struct history_spell *next = spell->next;

                free(spell);
                spell = next;
        }
}

static void free_talks(struct history_talk *talk)
{
        while (talk) {
                struct history_talk *next = talk->next;

                free(talk);
                talk = next;
        }
}

static void free_offers(struct history_offer *offer)
{
        while (offer) {
                struct history_offer *next = offer->next;

                free(offer);
                offer = next;
        }
}

static void forget_latest(struct history_held *held, struct history_contact *contact)
{
        if (contact->is_latest) {
                att_map_remove(&held->latest, &contact->by_id);
                contact->is_latest = false;
        }
}

static void drop(struct history_held *held, struct history_contact *contact)
{
        held->kept_count -= !contact->is_touched;
        forget_latest(held, contact);
        att_map_remove(&held->contacts, &contact->by_number);
        att_list_remove(&contact->node);
        free_spells(contact->spells);
        free_talks(contact->talks);
        free_offers(contact->offered);
        free(contact->own);
        free(contact);
}

static void drop_contacts(struct history_held *held)
{
        ATT_LIST_FOREACH(contact, &held->touched, struct history_contact, node)
        {
                drop(held, contact);
        }
        ATT_LIST_FOREACH(contact, &held->kept, struct history_contact, node)
        {
                drop(held, contact);
        }
}

/* Nothing outlives it that only it knew. */
static void end_transaction(struct history_held *held)
{
        history_people_drop(held);
        att_arena_clear(&held->arena);
        held->has_bounds = false;
}

void history_held_drop(struct history_held *held)
{
        drop_contacts(held);
        end_transaction(held);
}

void history_held_drop_closed(struct history_held *held, int64_t before_ms)
{
        ATT_LIST_FOREACH(contact, &held->kept, struct history_contact, node)
        {
                if (contact->closed_ms != ATT_HISTORY_NONE && contact->closed_ms < before_ms) {
                        drop(held, contact);
                }
        }
}

void history_held_deinit(struct history_held *held)
{
        history_held_drop(held);
        att_map_deinit(&held->contacts);
        att_map_deinit(&held->latest);
        att_map_deinit(&held->people_by_number);
        att_map_deinit(&held->people_by_name);
        att_arena_deinit(&held->arena);
}

/* ---- What goes on from one transaction to the next ---- */

static void keep_open_spells(struct history_contact *contact)
{
        struct history_spell **at = &contact->spells;

        while (*at) {
                struct history_spell *spell = *at;

                if (spell->left_ms == ATT_HISTORY_NONE) {
                        at = &spell->next;
                } else {
                        *at = spell->next;
                        free(spell);
                }
        }
}

static bool is_over(const struct history_talk *talk)
{
        return talk->ended_ms != ATT_HISTORY_NONE && talk->wrapped_up_ms != ATT_HISTORY_NONE;
}

static void keep_open_talks(struct history_contact *contact)
{
        struct history_talk **at = &contact->talks;

        while (*at) {
                struct history_talk *talk = *at;

                if (!is_over(talk)) {
                        at = &talk->next;
                } else {
                        *at = talk->next;
                        free(talk);
                }
        }
}

static void keep_open_offers(struct history_contact *contact)
{
        struct history_offer **at = &contact->offered;

        while (*at) {
                struct history_offer *offer = *at;

                if (offer->ended_ms == ATT_HISTORY_NONE) {
                        at = &offer->next;
                } else {
                        *at = offer->next;
                        free(offer);
                }
        }
}

/* `copy` NULL: only counts. */
static size_t move_text(struct att_text *text, char *copy)
{
        if (copy) {
                att_copy(copy, text->data, text->len);
                text->data = copy;
        }
        return text->len;
}

/* The texts that are still needed, to `copy` one after the other. Gives how many bytes they have. */
static size_t move_texts(struct history_contact *contact, char *copy)
{
        struct att_text *const texts[CONTACT_TEXTS] = {
                &contact->id,          &contact->first_queue, &contact->queue,
                &contact->outcome,     &contact->disposition, &contact->reason,
                &contact->first_agent, &contact->last_agent,  &contact->incident,
        };
        size_t len = 0;

        for (size_t i = 0; i < CONTACT_TEXTS; i++) {
                len += move_text(texts[i], copy ? copy + len : NULL);
        }
        for (struct history_spell *spell = contact->spells; spell; spell = spell->next) {
                len += move_text(&spell->queue, copy ? copy + len : NULL);
        }
        for (struct history_talk *talk = contact->talks; talk; talk = talk->next) {
                len += move_text(&talk->agent, copy ? copy + len : NULL);
                len += move_text(&talk->ended_by, copy ? copy + len : NULL);
        }
        return len;
}

static void own_texts(struct history_contact *contact)
{
        char *before = contact->own;

        contact->own = att_alloc(move_texts(contact, NULL) + 1);
        (void)move_texts(contact, contact->own);
        contact->by_id.key = contact->id; /* The same text, at another place. */
        free(before);
}

static void settle(struct history_held *held, struct history_contact *contact)
{
        keep_open_spells(contact);
        keep_open_talks(contact);
        keep_open_offers(contact);
        if (contact->closed_ms != ATT_HISTORY_NONE && !contact->talks) {
                drop(held, contact);
                return;
        }
        own_texts(contact);
        att_list_remove(&contact->node);
        att_list_add_tail(&held->kept, &contact->node);
        contact->is_touched = false;
        held->kept_count++;
}

void history_held_settle(struct history_held *held)
{
        ATT_LIST_FOREACH(contact, &held->touched, struct history_contact, node)
        {
                settle(held, contact);
        }
        while (held->kept_count > HISTORY_KEPT_MAX) {
                drop(held, ATT_LIST_FIRST(&held->kept, struct history_contact, node));
        }
        end_transaction(held);
}

/* ---- Reading ---- */

void history_find_bounds(struct att_history *history)
{
        struct history_held *held = &history->held;
        int64_t found[3] = {0};

        if (held->has_bounds) {
                return;
        }
        (void)history_find(history, found,
                           "SELECT coalesce((SELECT max(contact) FROM contacts), 0), "
                           "coalesce((SELECT max(offer) FROM offers), 0), "
                           "coalesce((SELECT max(person) FROM people), 0)",
                           "");
        held->newest_contact = found[0];
        held->newest_offer = found[1];
        held->newest_person = found[2];
        held->has_bounds = true;
}

struct reading {
        struct history_held *held;
        struct history_contact *contact;
};

static int64_t number_at(sqlite3_stmt *row, int at)
{
        return sqlite3_column_type(row, at) == SQLITE_NULL ? ATT_HISTORY_NONE
                                                           : sqlite3_column_int64(row, at);
}

static struct att_text text_at(struct reading *reading, sqlite3_stmt *row, int at)
{
        const char *text = (const char *)sqlite3_column_text(row, at);

        return text ? att_arena_text(&reading->held->arena,
                                     att_text_of(text, (size_t)sqlite3_column_bytes(row, at)))
                    : ATT_TEXT_NONE;
}

static const char read_contact[] =
        "SELECT person, emotion_end_ppm, first_queue, queue, estimate_ms, position, "
        "first_offered_ms, answered_ms, closed_ms, waited_ms, talked_ms, held_ms, wrapped_ms, "
        "offers, declined, missed, transfers, attempt, outcome, disposition, reason, "
        "first_agent, last_agent, repeat_of, incident, survey_asked, follow_up_of "
        "FROM contacts WHERE contact = ?1";

static void take_contact(void *context, sqlite3_stmt *row)
{
        struct reading *reading = context;
        struct history_contact *contact = att_alloc(sizeof(*contact));

        contact->row = HISTORY_ROW_WRITTEN;
        contact->person = number_at(row, 0);
        contact->emotion_end_ppm = number_at(row, 1);
        contact->first_queue = text_at(reading, row, 2);
        contact->queue = text_at(reading, row, 3);
        contact->estimate_ms = number_at(row, 4);
        contact->position = number_at(row, 5);
        contact->first_offered_ms = number_at(row, 6);
        contact->answered_ms = number_at(row, 7);
        contact->closed_ms = number_at(row, 8);
        contact->waited_ms = number_at(row, 9);
        contact->talked_ms = number_at(row, 10);
        contact->held_ms = number_at(row, 11);
        contact->wrapped_ms = number_at(row, 12);
        contact->offers = number_at(row, 13);
        contact->declined = number_at(row, 14);
        contact->missed = number_at(row, 15);
        contact->transfers = number_at(row, 16);
        contact->attempt = number_at(row, 17);
        contact->outcome = text_at(reading, row, 18);
        contact->disposition = text_at(reading, row, 19);
        contact->reason = text_at(reading, row, 20);
        contact->first_agent = text_at(reading, row, 21);
        contact->last_agent = text_at(reading, row, 22);
        contact->repeat_of = number_at(row, 23);
        contact->incident = text_at(reading, row, 24);
        contact->survey_asked = number_at(row, 25);
        contact->follow_up_of = number_at(row, 26);
        reading->contact = contact;
}

static void take_spell(void *context, sqlite3_stmt *row)
{
        struct reading *reading = context;
        struct history_contact *contact = reading->contact;
        struct history_spell *spell;

        contact->spell_count = number_at(row, 0);
        if (number_at(row, 3) != ATT_HISTORY_NONE) {
                return;
        }
        spell = att_alloc(sizeof(*spell));
        spell->row = HISTORY_ROW_WRITTEN;
        spell->n = contact->spell_count;
        spell->queue = text_at(reading, row, 1);
        spell->entered_ms = number_at(row, 2);
        spell->left_ms = ATT_HISTORY_NONE;
        spell->next = contact->spells;
        contact->spells = spell;
}

static void take_talk(void *context, sqlite3_stmt *row)
{
        struct reading *reading = context;
        struct history_contact *contact = reading->contact;
        struct history_talk *talk = att_alloc(sizeof(*talk));

        contact->talk_count = number_at(row, 0);
        talk->row = HISTORY_ROW_WRITTEN;
        talk->n = contact->talk_count;
        talk->agent = text_at(reading, row, 1);
        talk->connected_ms = number_at(row, 2);
        talk->ended_ms = number_at(row, 3);
        talk->held_ms = number_at(row, 4);
        talk->held_since_ms = number_at(row, 5);
        talk->wrapped_up_ms = number_at(row, 6);
        talk->ended_by = text_at(reading, row, 7);
        talk->next = contact->talks;
        contact->talks = talk;
}

static void take_offer(void *context, sqlite3_stmt *row)
{
        struct reading *reading = context;
        struct history_offer *offer = att_alloc(sizeof(*offer));

        offer->row = HISTORY_ROW_WRITTEN;
        offer->offer = number_at(row, 0);
        offer->offered_ms = number_at(row, 1);
        offer->ended_ms = number_at(row, 2);
        offer->next = reading->contact->offered;
        reading->contact->offered = offer;
}

static void hold(struct history_held *held, struct history_contact *contact, int64_t number)
{
        contact->contact = number;
        att_map_add(&held->contacts, &contact->by_number,
                    att_text_of((const char *)&contact->contact, sizeof(contact->contact)));
        att_list_init(&contact->node);
        att_list_add_tail(&held->touched, &contact->node);
        contact->is_touched = true;
}

static struct history_contact *read(struct att_history *history, int64_t number)
{
        struct reading reading = {.held = &history->held};

        history_each(history, take_contact, &reading, read_contact, "n", number);
        if (!reading.contact) {
                return NULL;
        }
        hold(&history->held, reading.contact, number);
        history_each(
                history, take_spell, &reading,
                "SELECT n, queue, entered_ms, left_ms FROM spells WHERE contact = ?1 ORDER BY n",
                "n", number);
        history_each(history, take_talk, &reading,
                     "SELECT n, agent, connected_ms, ended_ms, held_ms, held_since_ms, "
                     "wrapped_up_ms, ended_by FROM conversations WHERE contact = ?1 ORDER BY n",
                     "n", number);
        history_each(history, take_offer, &reading,
                     "SELECT offer, offered_ms, ended_ms FROM offers WHERE contact = ?1", "n",
                     number);
        return reading.contact;
}

static void touch(struct history_held *held, struct history_contact *contact)
{
        if (!contact->is_touched) {
                att_list_remove(&contact->node);
                att_list_add_tail(&held->touched, &contact->node);
                contact->is_touched = true;
                held->kept_count--;
        }
}

struct history_contact *history_contact_held(struct att_history *history, uint64_t number)
{
        struct history_held *held = &history->held;
        const int64_t key = (int64_t)number;
        struct att_map_node *node = att_map_find(&held->contacts,
                                                 att_text_of((const char *)&key, sizeof(key)));
        struct history_contact *contact;

        if (!node) {
                return NULL;
        }
        contact = ATT_CONTAINER_OF(node, struct history_contact, by_number);
        touch(held, contact);
        return contact;
}

struct history_contact *history_contact_of(struct att_history *history, uint64_t number)
{
        struct history_contact *contact = history_contact_held(history, number);

        if (contact) {
                return contact;
        }
        history_find_bounds(history);
        return (int64_t)number > history->held.newest_contact ? NULL
                                                              : read(history, (int64_t)number);
}

bool history_contact_named(struct att_history *history, struct att_text id, uint64_t before,
                           int64_t *ret_contact)
{
        struct att_map_node *node = att_map_find(&history->held.latest, id);
        int64_t found = ATT_HISTORY_NONE;

        if (node) {
                const struct history_contact *latest = ATT_CONTAINER_OF(
                        node, struct history_contact, by_id);

                if ((uint64_t)latest->contact < before) {
                        *ret_contact = latest->contact;
                        return true;
                }
                history_held_write(history); /* One before it may not be in the file yet. */
        }
        if (!history_find(history, &found,
                          "SELECT max(contact) FROM contacts WHERE id = ?1 AND contact < ?2", "tn",
                          id, (int64_t)before) ||
            found == ATT_HISTORY_NONE) {
                return false;
        }
        *ret_contact = found;
        return true;
}

/* ---- New rows ---- */

static void be_latest(struct history_held *held, struct history_contact *contact)
{
        struct att_map_node *node = att_map_find(&held->latest, contact->id);

        if (node) {
                forget_latest(held, ATT_CONTAINER_OF(node, struct history_contact, by_id));
        }
        att_map_add(&held->latest, &contact->by_id, contact->id);
        contact->is_latest = true;
}

struct history_contact *history_contact_new(struct att_history *history, uint64_t number,
                                            struct att_text id)
{
        struct history_contact *contact = att_alloc(sizeof(*contact));

        history_find_bounds(history);
        hold(&history->held, contact, (int64_t)number);
        contact->row = HISTORY_ROW_NEW;
        contact->id = id;
        contact->person = ATT_HISTORY_NONE;
        contact->emotion_end_ppm = ATT_HISTORY_NONE;
        contact->estimate_ms = ATT_HISTORY_NONE;
        contact->position = ATT_HISTORY_NONE;
        contact->first_offered_ms = ATT_HISTORY_NONE;
        contact->answered_ms = ATT_HISTORY_NONE;
        contact->closed_ms = ATT_HISTORY_NONE;
        contact->waited_ms = ATT_HISTORY_NONE;
        contact->repeat_of = ATT_HISTORY_NONE;
        contact->follow_up_of = ATT_HISTORY_NONE;
        return contact;
}

void history_contact_changed(struct history_contact *contact)
{
        if (contact->row == HISTORY_ROW_WRITTEN) {
                contact->row = HISTORY_ROW_CHANGED;
        }
}

void history_end_changed(struct history_contact *contact)
{
        history_contact_changed(contact);
        contact->is_end_other = true;
}

struct history_spell *history_spell_new(struct history_contact *contact)
{
        struct history_spell *spell = att_alloc(sizeof(*spell));

        spell->row = HISTORY_ROW_NEW;
        spell->n = ++contact->spell_count;
        spell->left_ms = ATT_HISTORY_NONE;
        spell->waited_ms = ATT_HISTORY_NONE;
        spell->estimate_ms = ATT_HISTORY_NONE;
        spell->position = ATT_HISTORY_NONE;
        spell->next = contact->spells;
        contact->spells = spell;
        return spell;
}

struct history_talk *history_talk_new(struct history_contact *contact)
{
        struct history_talk *talk = att_alloc(sizeof(*talk));

        talk->row = HISTORY_ROW_NEW;
        talk->n = ++contact->talk_count;
        talk->ended_ms = ATT_HISTORY_NONE;
        talk->held_since_ms = ATT_HISTORY_NONE;
        talk->wrapped_up_ms = ATT_HISTORY_NONE;
        talk->next = contact->talks;
        contact->talks = talk;
        return talk;
}

static struct history_offer *hold_offer(struct history_contact *contact, int64_t number,
                                        enum history_row row)
{
        struct history_offer *offer = att_alloc(sizeof(*offer));

        offer->row = row;
        offer->offer = number;
        offer->ended_ms = ATT_HISTORY_NONE;
        offer->next = contact->offered;
        contact->offered = offer;
        return offer;
}

struct history_offer *history_offer_new(struct att_history *history,
                                        struct history_contact *contact, int64_t offer)
{
        history_find_bounds(history);
        history->held.newest_offer = att_max_i64(history->held.newest_offer, offer);
        return hold_offer(contact, offer, HISTORY_ROW_NEW);
}

/* One that has ended is not kept, and may be asked for all the same. */
struct history_offer *history_offer_of(struct att_history *history, struct history_contact *contact,
                                       int64_t number)
{
        int64_t found[2];

        for (struct history_offer *offer = contact->offered; offer; offer = offer->next) {
                if (offer->offer == number) {
                        return offer;
                }
        }
        history_find_bounds(history);
        if (number <= history->held.newest_offer &&
            history_find(
                    history, found,
                    "SELECT offered_ms, ended_ms FROM offers WHERE offer = ?1 AND contact = ?2",
                    "nn", number, contact->contact)) {
                struct history_offer *offer = hold_offer(contact, number, HISTORY_ROW_WRITTEN);

                offer->offered_ms = found[0];
                offer->ended_ms = found[1];
                return offer;
        }
        return NULL;
}

/* ---- Writing ---- */

static void insert_contact(struct att_history *history, const struct history_contact *contact)
{
        history_do(history,
                   "INSERT OR IGNORE INTO contacts (contact, id, front_end, channel, entry_point, "
                   "language, intent, text, person, tier, value_ppm, emotion_ppm, emotion_source, "
                   "emotion_end_ppm, arrived_ms, first_queue, queue, estimate_ms, position, "
                   "first_offered_ms, answered_ms, closed_ms, waited_ms, talked_ms, held_ms, "
                   "wrapped_ms, offers, declined, missed, transfers, attempt, outcome, "
                   "disposition, reason, first_agent, last_agent, notes, repeat_of, incident, "
                   "survey_asked, follow_up_of) "
                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, "
                   "?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, "
                   "?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39, ?40, ?41)",
                   "nttttttt"
                   "ntnnt"
                   "nnttnn"
                   "nnnnnn"
                   "nnnnnnt"
                   "tttttnt"
                   "nn",
                   contact->contact, contact->id, contact->front_end, contact->channel,
                   contact->entry_point, contact->language, contact->intent, contact->text,
                   contact->person, contact->tier, contact->value_ppm, contact->emotion_ppm,
                   contact->emotion_source, contact->emotion_end_ppm, contact->arrived_ms,
                   contact->first_queue, contact->queue, contact->estimate_ms, contact->position,
                   contact->first_offered_ms, contact->answered_ms, contact->closed_ms,
                   contact->waited_ms, contact->talked_ms, contact->held_ms, contact->wrapped_ms,
                   contact->offers, contact->declined, contact->missed, contact->transfers,
                   contact->attempt, contact->outcome, contact->disposition, contact->reason,
                   contact->first_agent, contact->last_agent, contact->notes, contact->repeat_of,
                   contact->incident, contact->survey_asked, contact->follow_up_of);
}

/* Its end only where it is another: an index has it. */
static void update_end(struct att_history *history, const struct history_contact *contact)
{
        history_do(history,
                   "UPDATE contacts SET closed_ms = ?2, outcome = ?3, disposition = ?4, "
                   "reason = ?5, survey_asked = ?6, notes = coalesce(?7, notes), "
                   "text = coalesce(?8, text), emotion_end_ppm = ?9, first_queue = ?10, "
                   "queue = ?11, estimate_ms = ?12, position = ?13, first_offered_ms = ?14, "
                   "answered_ms = ?15, waited_ms = ?16, talked_ms = ?17, held_ms = ?18, "
                   "wrapped_ms = ?19, offers = ?20, declined = ?21, missed = ?22, "
                   "transfers = ?23, attempt = ?24, first_agent = ?25, last_agent = ?26, "
                   "repeat_of = ?27, incident = ?28, follow_up_of = ?29 WHERE contact = ?1",
                   "nntttnt"
                   "tntt"
                   "nnn"
                   "nnnn"
                   "nnnn"
                   "nntt"
                   "ntn",
                   contact->contact, contact->closed_ms, contact->outcome, contact->disposition,
                   contact->reason, contact->survey_asked, contact->notes, contact->text,
                   contact->emotion_end_ppm, contact->first_queue, contact->queue,
                   contact->estimate_ms, contact->position, contact->first_offered_ms,
                   contact->answered_ms, contact->waited_ms, contact->talked_ms, contact->held_ms,
                   contact->wrapped_ms, contact->offers, contact->declined, contact->missed,
                   contact->transfers, contact->attempt, contact->first_agent, contact->last_agent,
                   contact->repeat_of, contact->incident, contact->follow_up_of);
}

static void update_contact(struct att_history *history, const struct history_contact *contact)
{
        history_do(history,
                   "UPDATE contacts SET text = coalesce(?2, text), emotion_end_ppm = ?3, "
                   "first_queue = ?4, queue = ?5, estimate_ms = ?6, position = ?7, "
                   "first_offered_ms = ?8, answered_ms = ?9, waited_ms = ?10, talked_ms = ?11, "
                   "held_ms = ?12, wrapped_ms = ?13, offers = ?14, declined = ?15, missed = ?16, "
                   "transfers = ?17, attempt = ?18, first_agent = ?19, last_agent = ?20, "
                   "repeat_of = ?21, incident = ?22, follow_up_of = ?23 WHERE contact = ?1",
                   "ntn"
                   "ttnn"
                   "nnnn"
                   "nnnnn"
                   "nntt"
                   "ntn",
                   contact->contact, contact->text, contact->emotion_end_ppm, contact->first_queue,
                   contact->queue, contact->estimate_ms, contact->position,
                   contact->first_offered_ms, contact->answered_ms, contact->waited_ms,
                   contact->talked_ms, contact->held_ms, contact->wrapped_ms, contact->offers,
                   contact->declined, contact->missed, contact->transfers, contact->attempt,
                   contact->first_agent, contact->last_agent, contact->repeat_of, contact->incident,
                   contact->follow_up_of);
}

static void write_contact(struct att_history *history, struct history_contact *contact)
{
        if (contact->row == HISTORY_ROW_NEW) {
                insert_contact(history, contact);
        } else if (contact->row == HISTORY_ROW_CHANGED && contact->is_end_other) {
                update_end(history, contact);
        } else if (contact->row == HISTORY_ROW_CHANGED) {
                update_contact(history, contact);
        }
        contact->row = HISTORY_ROW_WRITTEN;
        contact->is_end_other = false;
        contact->text = ATT_TEXT_NONE;
        contact->notes = ATT_TEXT_NONE;
}

static void write_spells(struct att_history *history, struct history_contact *contact)
{
        for (struct history_spell *spell = contact->spells; spell; spell = spell->next) {
                if (spell->row == HISTORY_ROW_NEW) {
                        history_do(history,
                                   "INSERT INTO spells (contact, n, queue, entered_ms, left_ms, "
                                   "waited_ms, how, estimate_ms, position, agent) "
                                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                                   "nntnnntnnt", contact->contact, spell->n, spell->queue,
                                   spell->entered_ms, spell->left_ms, spell->waited_ms, spell->how,
                                   spell->estimate_ms, spell->position, spell->agent);
                } else if (spell->row == HISTORY_ROW_CHANGED) {
                        history_do(history,
                                   "UPDATE spells SET left_ms = ?3, waited_ms = ?4, how = ?5, "
                                   "agent = ?6 WHERE contact = ?1 AND n = ?2",
                                   "nnnntt", contact->contact, spell->n, spell->left_ms,
                                   spell->waited_ms, spell->how, spell->agent);
                }
                spell->row = HISTORY_ROW_WRITTEN;
        }
}

static void write_talks(struct att_history *history, struct history_contact *contact)
{
        for (struct history_talk *talk = contact->talks; talk; talk = talk->next) {
                if (talk->row == HISTORY_ROW_NEW) {
                        history_do(history,
                                   "INSERT INTO conversations (contact, n, agent, queue, channel, "
                                   "offered_ms, connected_ms, ended_ms, held_ms, held_since_ms, "
                                   "wrapped_up_ms, ended_by) "
                                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                                   "nntttnnnnnnt", contact->contact, talk->n, talk->agent,
                                   talk->queue, talk->channel, talk->offered_ms, talk->connected_ms,
                                   talk->ended_ms, talk->held_ms, talk->held_since_ms,
                                   talk->wrapped_up_ms, talk->ended_by);
                } else if (talk->row == HISTORY_ROW_CHANGED) {
                        history_do(history,
                                   "UPDATE conversations SET ended_ms = ?3, held_ms = ?4, "
                                   "held_since_ms = ?5, wrapped_up_ms = ?6, ended_by = ?7 "
                                   "WHERE contact = ?1 AND n = ?2",
                                   "nnnnnnt", contact->contact, talk->n, talk->ended_ms,
                                   talk->held_ms, talk->held_since_ms, talk->wrapped_up_ms,
                                   talk->ended_by);
                }
                talk->row = HISTORY_ROW_WRITTEN;
        }
}

static void write_offers(struct att_history *history, struct history_contact *contact)
{
        for (struct history_offer *offer = contact->offered; offer; offer = offer->next) {
                if (offer->row == HISTORY_ROW_NEW) {
                        history_do(history,
                                   "INSERT INTO offers (offer, contact, agent, queue, offered_ms, "
                                   "ended_ms, how) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                                   "nnttnnt", offer->offer, contact->contact, offer->agent,
                                   offer->queue, offer->offered_ms, offer->ended_ms, offer->how);
                } else if (offer->row == HISTORY_ROW_CHANGED) {
                        history_do(history,
                                   "UPDATE offers SET ended_ms = ?2, how = ?3 WHERE offer = ?1",
                                   "nnt", offer->offer, offer->ended_ms, offer->how);
                }
                offer->row = HISTORY_ROW_WRITTEN;
        }
}

void history_held_write(struct att_history *history)
{
        struct history_held *held = &history->held;

        history_people_write(history);
        ATT_LIST_FOREACH(contact, &held->touched, struct history_contact, node)
        {
                write_contact(history, contact);
                write_spells(history, contact);
                write_talks(history, contact);
                write_offers(history, contact);
        }
}

/* One that goes on after a gap in which it came has not the greatest number: it is found in the file. */
void history_contact_added(struct att_history *history, struct history_contact *contact)
{
        struct history_held *held = &history->held;

        if (contact->contact > held->newest_contact) {
                held->newest_contact = contact->contact;
                be_latest(held, contact);
        } else {
                write_contact(history, contact);
        }
}
