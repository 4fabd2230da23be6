/* SPDX-License-Identifier: Apache-2.0 */
/* Customers in the history: who they are, and what is known of them. */
#include "lib/base/util.h"
#include "lib/store/failpoint.h"
#include "lib/store/history_work.h"

/* ---- Held ---- */

static struct history_person *hold(struct history_held *held, int64_t number)
{
        struct history_person *person = att_arena_take(&held->arena, sizeof(*person));

        person->person = number;
        person->lifetime_value_micro = ATT_HISTORY_NONE;
        person->churn_risk_ppm = ATT_HISTORY_NONE;
        person->since_ms = ATT_HISTORY_NONE;
        person->last_ms = ATT_HISTORY_NONE;
        att_map_add(&held->people_by_number, &person->by_number,
                    att_text_of((const char *)&person->person, sizeof(person->person)));
        att_list_init(&person->node);
        att_list_add_tail(&held->people, &person->node);
        return person;
}

static struct history_person *numbered(struct history_held *held, int64_t number)
{
        struct att_map_node *node = att_map_find(
                &held->people_by_number, att_text_of((const char *)&number, sizeof(number)));

        return node ? ATT_CONTAINER_OF(node, struct history_person, by_number) : hold(held, number);
}

static void change(struct history_person *person)
{
        if (person->row == HISTORY_ROW_WRITTEN) {
                person->row = HISTORY_ROW_CHANGED;
        }
}

static void write_person(struct att_history *history, struct history_person *person)
{
        if (person->row == HISTORY_ROW_NEW) {
                history_do(history,
                           "INSERT INTO people (person, id, name, tier, currency, "
                           "lifetime_value_micro, churn_risk_ppm, notes, since_ms, last_ms, "
                           "contacts, last_agent) "
                           "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                           "nttttnntnnnt", person->person, person->id, person->name, person->tier,
                           person->currency, person->lifetime_value_micro, person->churn_risk_ppm,
                           person->notes, person->since_ms, person->last_ms, person->contacts,
                           person->last_agent);
        } else if (person->row == HISTORY_ROW_CHANGED) {
                history_do(
                        history,
                        "UPDATE people SET name = coalesce(?2, name), tier = coalesce(?3, tier), "
                        "currency = coalesce(?4, currency), "
                        "lifetime_value_micro = coalesce(?5, lifetime_value_micro), "
                        "churn_risk_ppm = coalesce(?6, churn_risk_ppm), "
                        "notes = coalesce(?7, notes), since_ms = coalesce(since_ms, ?8), "
                        "last_ms = coalesce(?9, last_ms), contacts = contacts + ?10, "
                        "last_agent = coalesce(?11, last_agent) WHERE person = ?1",
                        "ntttnntnnnt", person->person, person->name, person->tier, person->currency,
                        person->lifetime_value_micro, person->churn_risk_ppm, person->notes,
                        person->since_ms, person->last_ms, person->contacts, person->last_agent);
        }
        person->row = HISTORY_ROW_WRITTEN;
        person->contacts = 0;
}

void history_people_write(struct att_history *history)
{
        ATT_LIST_FOREACH(person, &history->held.people, struct history_person, node)
        {
                write_person(history, person);
        }
}

void history_people_drop(struct history_held *held)
{
        att_list_init(&held->people);
        att_map_deinit(&held->people_by_number);
        att_map_deinit(&held->people_by_name);
}

/* ---- Who it is ---- */

struct name {
        struct att_map_node node;
        struct history_person *person;
};

static void hold_name(struct history_held *held, struct att_text id, struct history_person *person)
{
        struct name *name = att_arena_take(&held->arena, sizeof(*name));

        name->person = person;
        att_map_add(&held->people_by_name, &name->node, id);
}

static struct history_person *add_person(struct att_history *history, struct att_text id,
                                         int64_t at_ms)
{
        struct history_person *person;

        history_find_bounds(history);
        person = hold(&history->held, ++history->held.newest_person);
        person->row = HISTORY_ROW_NEW;
        person->id = id;
        person->since_ms = at_ms;
        person->is_known = true;
        return person;
}

/* Whoever goes by this id or alias in the file; NULL: nobody does. */
static struct history_person *find_person(struct att_history *history, struct att_text id)
{
        struct history_person *person;
        int64_t found[3];

        if (!history_find(history, found,
                          "SELECT person, lifetime_value_micro, churn_risk_ppm FROM people "
                          "WHERE person = coalesce((SELECT person FROM aliases WHERE alias = ?1), "
                          "(SELECT person FROM people WHERE id = ?1))",
                          "t", id)) {
                return NULL;
        }
        person = numbered(&history->held, found[0]);
        if (!person->is_known) {
                person->is_known = true;
                person->lifetime_value_micro = found[1];
                person->churn_risk_ppm = found[2];
        }
        return person;
}

struct history_person *history_person_of(struct att_history *history, struct att_text id,
                                         int64_t at_ms)
{
        struct att_map_node *node = att_map_find(&history->held.people_by_name, id);
        struct history_person *person;

        if (node) {
                return ATT_CONTAINER_OF(node, struct name, node)->person;
        }
        person = find_person(history, id);
        if (!person) {
                person = add_person(history, id, at_ms);
        }
        hold_name(&history->held, id, person);
        return person;
}

/* ---- What a contact tells of them ---- */

/* A row when one of the two is another than it was. */
static void note_values(struct att_history *history, struct history_person *person, int64_t at_ms,
                        int64_t value_micro, int64_t risk_ppm)
{
        if ((value_micro == ATT_HISTORY_NONE || value_micro == person->lifetime_value_micro) &&
            (risk_ppm == ATT_HISTORY_NONE || risk_ppm == person->churn_risk_ppm)) {
                return;
        }
        change(person);
        if (value_micro != ATT_HISTORY_NONE) {
                person->lifetime_value_micro = value_micro;
        }
        if (risk_ppm != ATT_HISTORY_NONE) {
                person->churn_risk_ppm = risk_ppm;
        }
        history_do(history, "INSERT OR REPLACE INTO person_values VALUES (?1, ?2, ?3, ?4)", "nnnn",
                   person->person, at_ms, person->lifetime_value_micro, person->churn_risk_ppm);
}

static void take_over(struct att_text *known, struct att_text told)
{
        if (!att_text_is_empty(told)) {
                *known = told;
        }
}

void history_person_came(struct att_history *history, struct history_person *person,
                         const struct att_history_event *event)
{
        note_values(history, person, event->at_ms, event->added.lifetime_value_micro,
                    event->added.churn_risk_ppm);
        change(person);
        take_over(&person->name, event->added.name);
        take_over(&person->tier, event->added.stated_tier);
        take_over(&person->currency, event->added.currency);
        take_over(&person->notes, event->added.notes);
        if (person->since_ms == ATT_HISTORY_NONE) {
                person->since_ms = event->at_ms;
        }
        person->last_ms = event->at_ms;
        person->contacts++;
}

void history_person_spoke(struct att_history *history, int64_t number, struct att_text agent)
{
        struct history_person *person = numbered(&history->held, number);

        change(person);
        person->last_agent = agent;
}

/* ---- What somebody tells of a customer ---- */

static void note_in_trail(struct att_history *history, const struct att_history_event *event,
                          int64_t person, struct att_text other)
{
        history_do(history,
                   "INSERT INTO links (link, at_ms, what, person, other, by) "
                   "SELECT max(?1, coalesce(max(link) + 1, 0)), ?2, ?3, ?4, ?5, ?6 FROM links",
                   "nntntt", (int64_t)event->seq, event->at_ms, event->customer.what, person, other,
                   event->customer.by);
}

static void set_person(struct att_history *history, const struct att_history_event *event)
{
        struct history_person *held = history_person_of(history, event->customer.person,
                                                        event->at_ms);
        const int64_t person = held->person;

        note_values(history, held, event->at_ms, event->customer.lifetime_value_micro,
                    event->customer.churn_risk_ppm);
        history_people_write(history);
        history_do(history,
                   "UPDATE people SET name = coalesce(?2, name), tier = coalesce(?3, tier), "
                   "currency = coalesce(?4, currency), "
                   "lifetime_value_micro = coalesce(?5, lifetime_value_micro), "
                   "churn_risk_ppm = coalesce(?6, churn_risk_ppm), notes = coalesce(?7, notes), "
                   "since_ms = coalesce(?8, since_ms) WHERE person = ?1",
                   "ntttnntn", person, event->customer.name, event->customer.tier,
                   event->customer.currency, event->customer.lifetime_value_micro,
                   event->customer.churn_risk_ppm, event->customer.notes, event->customer.since_ms);
}

static int64_t number_of(struct att_history *history, const struct att_history_event *event)
{
        return history_person_of(history, event->customer.person, event->at_ms)->person;
}

/* Who came under the alias as under an id stays a row of its own, so that it can be undone. */
static void link_alias(struct att_history *history, const struct att_history_event *event)
{
        const int64_t person = number_of(history, event);
        int64_t before = ATT_HISTORY_NONE;

        history_do(history, "DELETE FROM conflicts WHERE alias = ?1", "t", event->customer.other);
        if (history_find(history, &before, "SELECT person FROM aliases WHERE alias = ?1", "t",
                         event->customer.other) &&
            before == person && history_changed(history) == 0) {
                return; /* An import says again what is so. */
        }
        history_do(history, "INSERT OR REPLACE INTO aliases VALUES (?1, ?2, ?3, ?4)", "tnnt",
                   event->customer.other, person, event->at_ms, event->customer.by);
        note_in_trail(history, event, person, event->customer.other);
}

static void unlink_alias(struct att_history *history, const struct att_history_event *event)
{
        int64_t person = ATT_HISTORY_NONE;

        (void)history_find(history, &person, "SELECT person FROM aliases WHERE alias = ?1", "t",
                           event->customer.other);
        history_do(history, "DELETE FROM aliases WHERE alias = ?1", "t", event->customer.other);
        history_do(history, "DELETE FROM conflicts WHERE alias = ?1", "t", event->customer.other);
        note_in_trail(history, event, person, event->customer.other);
}

static void keep_conflict(struct att_history *history, const struct att_history_event *event)
{
        const int64_t person = number_of(history, event);

        history_do(history, "INSERT OR IGNORE INTO conflicts VALUES (?1, ?2, ?3)", "tnn",
                   event->customer.other, person, event->at_ms);
        note_in_trail(history, event, person, event->customer.other);
}

/* Its contacts stay as figures, so that reports add up: nothing in them tells whose they were. */
static void forget_name(struct att_history *history, const struct att_history_event *event)
{
        const struct att_text name = event->customer.person;
        int64_t person = ATT_HISTORY_NONE;

        history_held_write(history);
        history_held_drop(&history->held);
        history_do(history, "DELETE FROM aliases WHERE alias = ?1", "t", name);
        history_do(history, "DELETE FROM conflicts WHERE alias = ?1", "t", name);
        history_do(history, "UPDATE links SET other = NULL WHERE other = ?1", "t", name);
        if (!history_find(history, &person, "SELECT person FROM people WHERE id = ?1", "t", name)) {
                return;
        }
        history_do(history,
                   "UPDATE feedback SET text = NULL WHERE contact IN "
                   "(SELECT contact FROM contacts WHERE person = ?1)",
                   "n", person);
        history_do(
                history,
                "UPDATE contacts SET id = 'forgotten', person = NULL, text = NULL, notes = NULL, "
                "reason = NULL WHERE person = ?1",
                "n", person);
        history_do(history, "UPDATE promises SET person = NULL, what = NULL WHERE person = ?1", "n",
                   person);
        history_do(history, "DELETE FROM person_values WHERE person = ?1", "n", person);
        history_do(history, "DELETE FROM aliases WHERE person = ?1", "n", person);
        history_do(history, "DELETE FROM conflicts WHERE person = ?1", "n", person);
        history_do(history, "UPDATE links SET other = NULL WHERE person = ?1", "n", person);
        history_do(history, "DELETE FROM people WHERE person = ?1", "n", person);
        note_in_trail(history, event, person, ATT_TEXT_NONE);
        att_failpoint("history.forgotten");
}

void history_person_told(struct att_history *history, const struct att_history_event *event)
{
        static const struct {
                const char *what;
                void (*tell)(struct att_history *history, const struct att_history_event *event);
        } told[] = {
                {"set", set_person},         {"link", link_alias},    {"unlink", unlink_alias},
                {"conflict", keep_conflict}, {"forget", forget_name},
        };

        history_people_write(history);
        history_people_drop(&history->held); /* An alias may lead to somebody else by then. */
        for (size_t i = 0; i < ATT_ARRAY_LEN(told); i++) {
                if (att_text_equals_c(event->customer.what, told[i].what)) {
                        told[i].tell(history, event);
                }
        }
        history_people_write(history);
        history_people_drop(&history->held);
}
