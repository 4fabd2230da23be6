/* SPDX-License-Identifier: Apache-2.0 */
/* Customers in the history: who they are, and what is known of them. */
#include "lib/base/util.h"
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
        const struct att_text tier = att_text_is_empty(event->added.tier) ? event->added.stated_tier
                                                                          : event->added.tier;

        note_values(history, person, event->at_ms, event->added.lifetime_value_micro,
                    event->added.churn_risk_ppm);
        history_do(history,
                   "UPDATE people SET name = coalesce(?2, name), tier = coalesce(?3, tier), "
                   "currency = coalesce(?4, currency), "
                   "lifetime_value_micro = coalesce(?5, lifetime_value_micro), "
                   "churn_risk_ppm = coalesce(?6, churn_risk_ppm), notes = coalesce(?7, notes), "
                   "since_ms = coalesce(since_ms, ?8), last_ms = ?8, contacts = contacts + 1 "
                   "WHERE person = ?1",
                   "ntttnntn", person, event->added.name, tier, event->added.currency,
                   event->added.lifetime_value_micro, event->added.churn_risk_ppm,
                   event->added.notes, event->at_ms);
}
