/* SPDX-License-Identifier: Apache-2.0 */
/* Customers in the history: who they are, and what is known of them. */
#include "lib/base/util.h"
#include "lib/store/failpoint.h"
#include "lib/store/history_work.h"

int64_t history_person_of(struct att_history *history, struct att_text id, int64_t at_ms)
{
        int64_t person = ATT_HISTORY_NONE;

        if (history_find(history, &person, "SELECT person FROM aliases WHERE alias = ?1", "t",
                         id) ||
            history_find(history, &person, "SELECT person FROM people WHERE id = ?1", "t", id)) {
                return person;
        }
        history_do(history, "INSERT INTO people (id, since_ms) VALUES (?1, ?2)", "tn", id, at_ms);
        return history->result < 0 ? ATT_HISTORY_NONE : sqlite3_last_insert_rowid(history->db);
}

/* A row when one of the two is another than it was. */
static void note_values(struct att_history *history, int64_t person, int64_t at_ms,
                        int64_t value_micro, int64_t risk_ppm)
{
        int64_t known[2] = {ATT_HISTORY_NONE, ATT_HISTORY_NONE};

        if (value_micro == ATT_HISTORY_NONE && risk_ppm == ATT_HISTORY_NONE) {
                return;
        }
        (void)history_find(history, known,
                           "SELECT lifetime_value_micro, churn_risk_ppm FROM people "
                           "WHERE person = ?1",
                           "n", person);
        if ((value_micro == ATT_HISTORY_NONE || value_micro == known[0]) &&
            (risk_ppm == ATT_HISTORY_NONE || risk_ppm == known[1])) {
                return;
        }
        history_do(history,
                   "INSERT OR REPLACE INTO person_values VALUES (?1, ?2, coalesce(?3, ?5), "
                   "coalesce(?4, ?6))",
                   "nnnnnn", person, at_ms, value_micro, risk_ppm, known[0], known[1]);
}

void history_person_came(struct att_history *history, int64_t person,
                         const struct att_history_event *event)
{
        note_values(history, person, event->at_ms, event->added.lifetime_value_micro,
                    event->added.churn_risk_ppm);
        history_do(history,
                   "UPDATE people SET name = coalesce(?2, name), tier = coalesce(?3, tier), "
                   "currency = coalesce(?4, currency), "
                   "lifetime_value_micro = coalesce(?5, lifetime_value_micro), "
                   "churn_risk_ppm = coalesce(?6, churn_risk_ppm), notes = coalesce(?7, notes), "
                   "since_ms = coalesce(since_ms, ?8), last_ms = ?8, contacts = contacts + 1 "
                   "WHERE person = ?1",
                   "ntttnntn", person, event->added.name, event->added.stated_tier,
                   event->added.currency, event->added.lifetime_value_micro,
                   event->added.churn_risk_ppm, event->added.notes, event->at_ms);
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
        const int64_t person = history_person_of(history, event->customer.person, event->at_ms);

        note_values(history, person, event->at_ms, event->customer.lifetime_value_micro,
                    event->customer.churn_risk_ppm);
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

/* Who came under the alias as under an id stays a row of its own, so that it can be undone. */
static void link_alias(struct att_history *history, const struct att_history_event *event)
{
        const int64_t person = history_person_of(history, event->customer.person, event->at_ms);
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
        const int64_t person = history_person_of(history, event->customer.person, event->at_ms);

        history_do(history, "INSERT OR IGNORE INTO conflicts VALUES (?1, ?2, ?3)", "tnn",
                   event->customer.other, person, event->at_ms);
        note_in_trail(history, event, person, event->customer.other);
}

/* Its contacts stay as figures, so that reports add up: nothing in them tells whose they were. */
static void forget_name(struct att_history *history, const struct att_history_event *event)
{
        const struct att_text name = event->customer.person;
        int64_t person = ATT_HISTORY_NONE;

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

        for (size_t i = 0; i < ATT_ARRAY_LEN(told); i++) {
                if (att_text_equals_c(event->customer.what, told[i].what)) {
                        told[i].tell(history, event);
                }
        }
}
