/* SPDX-License-Identifier: Apache-2.0 */
/* Retention: what is too old goes, a little at a time, so that no transaction is long. */
#include "lib/base/util.h"
#include "lib/store/history_work.h"

static void choose(struct att_history *history, int64_t before_ms, int64_t contacts_max)
{
        history_do(history, "DELETE FROM doomed", "");
        history_do(history, "DELETE FROM doomed_people", "");
        history_do(history,
                   "INSERT INTO doomed SELECT contact FROM contacts "
                   "WHERE arrived_ms < ?1 AND closed_ms < ?1 ORDER BY arrived_ms LIMIT ?2",
                   "nn", before_ms, contacts_max);
        history_do(history,
                   "INSERT INTO doomed_people SELECT DISTINCT person FROM contacts "
                   "WHERE contact IN doomed AND person IS NOT NULL",
                   "");
}

static void remove_contacts(struct att_history *history)
{
        history_do(history, "DELETE FROM spells WHERE contact IN doomed", "");
        history_do(history, "DELETE FROM conversations WHERE contact IN doomed", "");
        history_do(history, "DELETE FROM offers WHERE contact IN doomed", "");
        history_do(history, "DELETE FROM requirements WHERE contact IN doomed", "");
        history_do(history, "DELETE FROM feedback WHERE contact IN doomed", "");
        history_do(history, "DELETE FROM promises WHERE contact IN doomed AND state <> 'open'", "");
        history_do(history, "DELETE FROM contacts WHERE contact IN doomed", "");
}

/* Those whose last contact has just gone, and to whom nothing was promised. */
static void remove_people(struct att_history *history)
{
        history_do(history,
                   "DELETE FROM doomed_people WHERE person IN (SELECT person FROM contacts "
                   "WHERE person IS NOT NULL AND person IN doomed_people) "
                   "OR person IN (SELECT person FROM promises WHERE state = 'open' "
                   "AND person IS NOT NULL)",
                   "");
        history_do(history, "DELETE FROM person_values WHERE person IN doomed_people", "");
        history_do(history, "DELETE FROM aliases WHERE person IN doomed_people", "");
        history_do(history, "DELETE FROM conflicts WHERE person IN doomed_people", "");
        history_do(history, "DELETE FROM conflicts WHERE person IN doomed_people", "");
        history_do(history, "DELETE FROM people WHERE person IN doomed_people", "");
}

/* One agent's, of all agents in turn. */
static void remove_presence(struct att_history *history, int64_t before_ms)
{
        struct att_text agent = att_buffer_text(&history->trimmed);

        if (!history_find_text(history, &history->trimmed,
                               "SELECT agent FROM presence WHERE agent > coalesce(?1, '') "
                               "ORDER BY agent LIMIT 1",
                               agent)) {
                att_buffer_clear(&history->trimmed);
                return;
        }
        agent = att_buffer_text(&history->trimmed);
        history_do(history,
                   "DELETE FROM presence WHERE agent = ?1 AND since_ms < ?2 AND until_ms < ?2",
                   "tn", agent, before_ms);
}

static void remove_audit(struct att_history *history, int64_t before_ms)
{
        history_do(history, "DELETE FROM links WHERE at_ms < ?1", "n", before_ms);
        history_do(history, "DELETE FROM incidents WHERE closed_ms < ?1", "n", before_ms);
}

int att_history_trim(struct att_history *history, int64_t before_ms, uint32_t contacts_max,
                     struct att_buffer *why)
{
        int error = att_history_begin(history, why);

        if (error < 0) {
                return error;
        }
        choose(history, before_ms, contacts_max);
        remove_contacts(history);
        remove_people(history);
        remove_presence(history, before_ms);
        remove_audit(history, before_ms);
        history_held_drop_closed(&history->held, before_ms);
        return att_history_commit(history, &history->applied, why);
}
