/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/people_read.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>

#include "lib/base/util.h"
#include "lib/store/history_work.h"

/* Of the person whose number is ?1, and of those whose id is one of its aliases. */
#define ALL_OF                                                                                     \
        "(SELECT ?1 UNION ALL SELECT p.person FROM aliases a JOIN people p ON p.id = a.alias "     \
        "WHERE a.person = ?1)"

/* A query that is run: its statement is prepared once and kept, since preparing takes many times as long as
 * running it. */
struct query {
        struct att_history *history;
        sqlite3_stmt *statement;
        int code; /* Of SQLite. */
};

static struct query begin(struct att_history *history, const char *sql)
{
        struct query query = {.history = history, .statement = history_statement(history, sql)};

        query.code = query.statement ? SQLITE_OK : sqlite3_errcode(history->db);
        return query;
}

static void bind_text(struct query *query, int at, struct att_text text)
{
        if (query->code == SQLITE_OK) {
                query->code = sqlite3_bind_text(query->statement, at, text.data ? text.data : "",
                                                (int)text.len, SQLITE_STATIC);
        }
}

static void bind_number(struct query *query, int at, int64_t number)
{
        if (query->code == SQLITE_OK) {
                query->code = sqlite3_bind_int64(query->statement, at, number);
        }
}

static bool next(struct query *query)
{
        if (query->code == SQLITE_OK || query->code == SQLITE_ROW) {
                query->code = sqlite3_step(query->statement);
        }
        return query->code == SQLITE_ROW;
}

/* 0, or a negative errno and a sentence. */
static int end(struct query *query, struct att_buffer *why)
{
        const bool is_well = query->code == SQLITE_DONE || query->code == SQLITE_ROW ||
                             query->code == SQLITE_OK;
        const int error = is_well ? 0 : att_history_say(query->history, why);

        (void)sqlite3_reset(query->statement);
        return error;
}

static struct att_text text_of(const struct query *query, int column)
{
        const char *text = (const char *)sqlite3_column_text(query->statement, column);

        return text ? att_text_of(text, (size_t)sqlite3_column_bytes(query->statement, column))
                    : ATT_TEXT_NONE;
}

static int64_t number_of(const struct query *query, int column, int64_t absent)
{
        return sqlite3_column_type(query->statement, column) == SQLITE_NULL
                       ? absent
                       : sqlite3_column_int64(query->statement, column);
}

static int8_t score_of(const struct query *query, int column)
{
        const int64_t score = number_of(query, column, -1);

        return score >= -1 && score <= INT8_MAX ? (int8_t)score : -1;
}

/* ---- Parts of a person ---- */

static enum att_outcome outcome_of(struct att_text name)
{
        for (int i = 0; i < ATT_OUTCOME_COUNT; i++) {
                if (att_text_equals_c(name, att_outcome_name((enum att_outcome)i))) {
                        return (enum att_outcome)i;
                }
        }
        return ATT_OUTCOME_NONE;
}

static void take_past(const struct query *query, struct att_person *person)
{
        static const enum att_past_text texts[] = {
                ATT_PAST_CHANNEL,     ATT_PAST_QUEUE, ATT_PAST_AGENT, ATT_PAST_INTENT,
                ATT_PAST_DISPOSITION, ATT_PAST_SAID,  ATT_PAST_NOTES};
        struct att_past *past;
        const int64_t closed_ms = number_of(query, 3, -1);

        past = att_person_add_past(person, text_of(query, 1), (uint64_t)number_of(query, 0, 0));
        if (closed_ms >= 0) {
                att_past_close(past, closed_ms);
        }
        past->at_ms = number_of(query, 2, 0);
        past->emotion_ppm = number_of(query, 4, -1);
        past->emotion_end_ppm = number_of(query, 5, -1);
        past->outcome = outcome_of(text_of(query, 6));
        for (size_t i = 0; i < ATT_ARRAY_LEN(texts); i++) {
                att_past_set_text(past, texts[i], text_of(query, 7 + (int)i));
        }
}

static int read_pasts(struct att_history *history, int64_t number, struct att_person *person,
                      struct att_buffer *why)
{
        struct query query = begin(
                history, "SELECT contact, id, arrived_ms, closed_ms, emotion_ppm, emotion_end_ppm, "
                         "outcome, channel, queue, last_agent, intent, disposition, text, notes "
                         "FROM contacts WHERE person IN " ALL_OF
                         " ORDER BY arrived_ms DESC, contact DESC LIMIT ?2");

        bind_number(&query, 1, number);
        bind_number(&query, 2, ATT_PASTS_MAX);
        while (next(&query)) {
                take_past(&query, person);
        }
        return end(&query, why);
}

static int read_feedback(struct att_history *history, struct att_past *past, struct att_buffer *why)
{
        struct query query = begin(history, "SELECT csat, nps, ces, resolved, text FROM feedback "
                                            "WHERE contact = ?1 ORDER BY feedback");

        bind_number(&query, 1, (int64_t)past->contact);
        while (next(&query)) {
                past->csat = score_of(&query, 0) >= 0 ? score_of(&query, 0) : past->csat;
                past->nps = score_of(&query, 1) >= 0 ? score_of(&query, 1) : past->nps;
                past->ces = score_of(&query, 2) >= 0 ? score_of(&query, 2) : past->ces;
                past->resolved = score_of(&query, 3) >= 0 ? score_of(&query, 3) : past->resolved;
                if (!att_text_is_empty(text_of(&query, 4))) {
                        att_past_set_text(past, ATT_PAST_FEEDBACK, text_of(&query, 4));
                }
        }
        return end(&query, why);
}

static int read_aliases(struct att_history *history, int64_t number, struct att_person *person,
                        struct att_buffer *why)
{
        struct query query = begin(history,
                                   "SELECT a.alias, EXISTS (SELECT 1 FROM conflicts c "
                                   "WHERE c.alias = a.alias) FROM aliases a WHERE a.person = ?1 "
                                   "ORDER BY a.at_ms LIMIT ?2");

        bind_number(&query, 1, number);
        bind_number(&query, 2, ATT_ALIASES_MAX);
        while (next(&query)) {
                att_person_add_alias(person, text_of(&query, 0), number_of(&query, 1, 0) != 0);
        }
        return end(&query, why);
}

static int read_conflicts(struct att_history *history, int64_t number, struct att_person *person,
                          struct att_buffer *why)
{
        struct query query = begin(history, "SELECT alias FROM conflicts WHERE person = ?1 "
                                            "ORDER BY at_ms DESC LIMIT ?2");

        bind_number(&query, 1, number);
        bind_number(&query, 2, ATT_CONFLICTS_MAX);
        while (next(&query)) {
                att_person_add_conflict(person, text_of(&query, 0));
        }
        return end(&query, why);
}

static int read_promises(struct att_history *history, int64_t number, struct att_person *person,
                         struct att_buffer *why)
{
        struct query query = begin(
                history,
                "SELECT p.promise, p.what, (SELECT id FROM contacts WHERE contact = p.contact), "
                "(SELECT id FROM contacts WHERE contact = p.promise), p.agent, p.due_ms, p.expires_ms FROM promises p WHERE p.person IN " ALL_OF
                " AND p.state = 'open' ORDER BY p.due_ms LIMIT ?2");

        bind_number(&query, 1, number);
        bind_number(&query, 2, ATT_PROMISES_MAX);
        while (next(&query)) {
                const struct att_promise promise = {
                        .promise = (uint64_t)number_of(&query, 0, 0),
                        .what = text_of(&query, 1),
                        .contact = text_of(&query, 2),
                        .follow_up = text_of(&query, 3),
                        .agent = text_of(&query, 4),
                        .due_ms = number_of(&query, 5, -1),
                        .expires_ms = number_of(&query, 6, -1),
                };

                (void)att_person_add_promise(person, &promise);
        }
        return end(&query, why);
}

/* How many contacts there were under names that are aliases now. */
static int add_contacts(struct att_history *history, int64_t number, struct att_person *person,
                        struct att_buffer *why)
{
        struct query query = begin(history,
                                   "SELECT sum(contacts), min(since_ms), max(last_ms) FROM people "
                                   "WHERE person IN " ALL_OF);

        bind_number(&query, 1, number);
        if (next(&query)) {
                person->contacts = (uint32_t)number_of(&query, 0, 0);
                person->since_ms = number_of(&query, 1, -1);
                person->last_ms = number_of(&query, 2, -1);
        }
        return end(&query, why);
}

/* What follows from the contacts: who spoke with them last, and how the last one went. */
static void sum_up(struct att_person *person)
{
        bool is_judged = false;

        ATT_LIST_FOREACH(past, &person->pasts, struct att_past, in_person)
        {
                struct att_text agent = att_past_text(past, ATT_PAST_AGENT);

                if (!is_judged && att_past_went_well(past) >= 0) {
                        is_judged = true;
                        person->last_went_badly = att_past_went_well(past) == 0;
                }
                if (person->last_closed_ms < 0 && past->closed_ms >= 0 &&
                    past->outcome == ATT_OUTCOME_HANDLED && !att_text_is_empty(agent)) {
                        person->last_closed_ms = past->closed_ms;
                        person->last_spoke_ms = past->closed_ms;
                        att_person_set_text(person, ATT_PERSON_LAST_CONTACT, att_past_id(past));
                        att_person_set_text(person, ATT_PERSON_LAST_AGENT, agent);
                }
        }
}

static int read_parts(struct att_history *history, int64_t number, struct att_person *person,
                      struct att_buffer *why)
{
        int error = add_contacts(history, number, person, why);

        if (error == 0) {
                error = read_pasts(history, number, person, why);
        }
        ATT_LIST_FOREACH(past, &person->pasts, struct att_past, in_person)
        {
                if (error == 0) {
                        error = read_feedback(history, past, why);
                }
        }
        if (error == 0) {
                error = read_aliases(history, number, person, why);
        }
        if (error == 0) {
                error = read_conflicts(history, number, person, why);
        }
        if (error == 0) {
                error = read_promises(history, number, person, why);
        }
        sum_up(person);
        return error;
}

/* ---- Persons ---- */

#define PERSON_COLUMNS                                                                             \
        "person, id, name, tier, currency, notes, lifetime_value_micro, churn_risk_ppm"

static struct att_person *take_person(const struct query *query)
{
        struct att_person *person = att_person_new(text_of(query, 1));

        att_person_set_text(person, ATT_PERSON_NAME, text_of(query, 2));
        att_person_set_text(person, ATT_PERSON_TIER, text_of(query, 3));
        att_person_set_text(person, ATT_PERSON_CURRENCY, text_of(query, 4));
        att_person_set_text(person, ATT_PERSON_NOTES, text_of(query, 5));
        person->lifetime_value_micro = number_of(query, 6, -1);
        person->churn_risk_ppm = number_of(query, 7, -1);
        return person;
}

static int read_named(struct att_history *history, struct att_text name,
                      struct att_person **ret_person, struct att_buffer *why)
{
        struct query query = begin(history,
                                   "SELECT " PERSON_COLUMNS " FROM people WHERE person = "
                                   "coalesce((SELECT person FROM aliases WHERE alias = ?1), "
                                   "(SELECT person FROM people WHERE id = ?1))");
        struct att_person *person = NULL;
        int64_t number = 0;
        int error;

        bind_text(&query, 1, name);
        if (next(&query)) {
                person = take_person(&query);
                number = number_of(&query, 0, 0);
        }
        error = end(&query, why);
        if (error == 0 && person) {
                error = read_parts(history, number, person, why);
        }
        if (error < 0) {
                att_person_free(person);
                return error;
        }
        *ret_person = person;
        return 0;
}

int att_people_read_seq(struct att_history *history, uint64_t *ret_applied_seq,
                        struct att_buffer *why)
{
        struct query query = begin(history, "SELECT value FROM meta WHERE key = 'applied_seq'");

        *ret_applied_seq = next(&query) ? (uint64_t)number_of(&query, 0, 0) : 0;
        return end(&query, why);
}

static int run(struct att_history *history, const char *sql, struct att_buffer *why)
{
        struct query query = begin(history, sql);

        (void)next(&query);
        return end(&query, why);
}

int att_people_read(struct att_history *history, struct att_text name,
                    struct att_person **ret_person, uint64_t *ret_applied_seq,
                    struct att_buffer *why)
{
        struct att_buffer ignored ATT_CLEANUP(att_buffer_deinit) = {0};
        int error = run(history, "BEGIN", why);

        if (error < 0) {
                return error;
        }
        error = att_people_read_seq(history, ret_applied_seq, why);
        if (error == 0) {
                error = read_named(history, name, ret_person, why);
        }
        (void)run(history, "COMMIT", &ignored);
        return error;
}

/* ---- All of them ---- */

static int read_numbers(struct att_history *history, struct att_text after, bool only_conflicts,
                        size_t count_max, struct att_person **persons, int64_t *numbers,
                        size_t *ret_count, struct att_buffer *why)
{
        struct query query = begin(
                history,
                only_conflicts
                        ? "SELECT " PERSON_COLUMNS " FROM people WHERE id > ?1 AND person IN "
                          "(SELECT person FROM conflicts) ORDER BY id LIMIT ?2"
                        : "SELECT " PERSON_COLUMNS " FROM people WHERE id > ?1 AND NOT EXISTS "
                          "(SELECT 1 FROM aliases WHERE alias = id) ORDER BY id LIMIT ?2");
        size_t count = 0;

        bind_text(&query, 1, after);
        bind_number(&query, 2, (int64_t)count_max);
        while (count < count_max && next(&query)) {
                numbers[count] = number_of(&query, 0, 0);
                persons[count++] = take_person(&query);
        }
        *ret_count = count;
        return end(&query, why);
}

int att_people_read_page(struct att_history *history, struct att_text after, bool only_conflicts,
                         size_t count_max, struct att_person **persons, size_t *ret_count,
                         struct att_buffer *why)
{
        struct att_buffer ignored ATT_CLEANUP(att_buffer_deinit) = {0};
        int64_t *numbers = att_alloc_array(count_max + 1, sizeof(*numbers));
        int error = run(history, "BEGIN", why);

        *ret_count = 0;
        if (error == 0) {
                error = read_numbers(history, after, only_conflicts, count_max, persons, numbers,
                                     ret_count, why);
                for (size_t i = 0; error == 0 && i < *ret_count; i++) {
                        error = read_parts(history, numbers[i], persons[i], why);
                }
                (void)run(history, "COMMIT", &ignored);
        }
        free(numbers);
        return error;
}

int att_people_read_marks(struct att_history *history, struct att_marks *ret_marks,
                          uint64_t *ret_applied_seq, struct att_buffer *why)
{
        struct query query;
        int error = att_people_read_seq(history, ret_applied_seq, why);

        if (error < 0) {
                return error;
        }
        query = begin(history, "SELECT id FROM people UNION ALL SELECT alias FROM aliases");
        while (next(&query)) {
                att_marks_add(ret_marks, text_of(&query, 0));
        }
        return end(&query, why);
}
