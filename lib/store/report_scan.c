/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pass over the history. Contacts in the order of their numbers, and beside them, in the same
 * order, what belongs to them: times in queues, conversations, offers, feedback, requirements. Each
 * is a statement that waits at its next row until the contact it belongs to has come.
 */
#include "lib/store/report_work.h"

#include <string.h>

#include "lib/base/util.h"

#define UPSET_PPM         500000 /* From here on a feeling is a bad one ... */
#define CALM_PPM          200000 /* ... and up to here none. */
#define ESTIMATE_SLACK_MS 30000
#define LEAD_MS           (7 * REPORT_DAY_MS) /* Conversations may reach so far into the period. */

struct side {
        sqlite3_stmt *statement;
        int64_t contact; /* Of the row that it is at; INT64_MAX: at its end. */
};

struct scan {
        struct work *work;
        sqlite3_stmt *contacts;
        struct side spells;
        struct side conversations;
        struct side offers;
        struct side feedback;
        struct side requirements;
        struct side repeated;
        int result;
};

/* A contact, and what its other rows say about it. */
struct story {
        int64_t number;
        bool is_known;
        bool is_repeat;
        bool was_repeated;
        int64_t emotion_ppm;     /* -1: unknown. */
        int64_t emotion_end_ppm; /* -1 */
        int64_t arrived_ms;
        int64_t estimate_ms; /* -1 */
        int64_t answered_ms; /* -1 */
        bool is_closed;
        int64_t waited_ms;
        char outcome; /* Its first letter, 0 while it has none. */
        char third;   /* And its third, to tell some apart. */
        uint32_t last_queue;
        uint32_t first_agent;
        uint32_t last_agent;
        struct place
                place; /* Of what it is and when it came; queue and agent are set for each unit. */

        bool has_answer; /* From its times in queues. */
        uint32_t answer_queue;
        int64_t wait_ms; /* Up to the first answer, or in all. */
        int64_t began_ms;
        int64_t entries;
        int64_t moves;

        int csat; /* The last that was said of each; -1: nothing. */
        int nps;
        int resolved;
};

/* ---- Statements ---- */

static const char contacts_sql[] =
        "SELECT contact, channel, tier, person IS NOT NULL, emotion_ppm, emotion_end_ppm,"
        " arrived_ms, queue, estimate_ms, answered_ms, closed_ms IS NOT NULL, waited_ms, outcome,"
        " first_agent, last_agent, repeat_of IS NOT NULL"
        " FROM contacts WHERE contact BETWEEN ?1 AND ?2 ORDER BY contact";
static const char spells_sql[] = "SELECT contact, queue, entered_ms, waited_ms, how FROM spells"
                                 " WHERE contact BETWEEN ?1 AND ?2 ORDER BY contact, n";
static const char conversations_sql[] =
        "SELECT contact, agent, queue, connected_ms, ended_ms, held_ms, wrapped_up_ms, ended_by"
        " FROM conversations WHERE contact BETWEEN ?1 AND ?2 ORDER BY contact, n";
static const char offers_sql[] = "SELECT contact, agent, queue, how FROM offers"
                                 " WHERE contact BETWEEN ?1 AND ?2 ORDER BY contact";
static const char feedback_sql[] =
        "SELECT contact, csat, nps, ces, resolved, agent, queue FROM feedback"
        " WHERE contact BETWEEN ?1 AND ?2 ORDER BY contact, feedback";
static const char requirements_sql[] = "SELECT contact, skill FROM requirements"
                                       " WHERE contact BETWEEN ?1 AND ?2 ORDER BY contact";
static const char repeated_sql[] = "SELECT repeat_of FROM contacts"
                                   " WHERE repeat_of BETWEEN ?1 AND ?2 ORDER BY repeat_of";

static int open_statement(struct work *work, const char *sql, int64_t first, int64_t last,
                          sqlite3_stmt **ret_statement)
{
        int result = work_prepare(work, sql, ret_statement);

        if (result == 0) {
                (void)sqlite3_bind_int64(*ret_statement, 1, first);
                (void)sqlite3_bind_int64(*ret_statement, 2, last);
        }
        return result;
}

/* To its next row. */
static void advance(struct scan *scan, struct side *side)
{
        const int result = scan->result < 0 ? scan->result : work_step(scan->work, side->statement);

        side->contact = result > 0 ? sqlite3_column_int64(side->statement, 0) : INT64_MAX;
        scan->result = result < 0 ? result : scan->result;
}

static void open_side(struct scan *scan, struct side *side, const char *sql, int64_t first,
                      int64_t last)
{
        if (scan->result == 0) {
                scan->result = open_statement(scan->work, sql, first, last, &side->statement);
        }
        side->contact = INT64_MAX;
        if (scan->result == 0) {
                advance(scan, side);
        }
}

/* Whether it is at a row of this contact; rows of contacts that are gone are passed over. */
static bool is_at(struct scan *scan, struct side *side, int64_t contact)
{
        while (side->contact < contact) {
                advance(scan, side);
        }
        return side->contact == contact;
}

static int64_t number_or(sqlite3_stmt *statement, int column, int64_t other)
{
        const int64_t number = sqlite3_column_int64(statement, column);

        return number == 0 && sqlite3_column_type(statement, column) == SQLITE_NULL ? other
                                                                                    : number;
}

/* A few words are told apart by their first letter. */
static char letter(sqlite3_stmt *statement, int column)
{
        const unsigned char *text = sqlite3_column_text(statement, column);

        return text ? (char)text[0] : '\0';
}

static uint32_t name_at(struct scan *scan, sqlite3_stmt *statement, int column, enum dim dim)
{
        return slices_name(scan->work, dim, work_column(statement, column));
}

/* ---- A contact ---- */

static void read_story(struct scan *scan, struct story *story)
{
        sqlite3_stmt *row = scan->contacts;
        const struct att_text outcome = work_column(row, 12);

        *story = (struct story){
                .number = sqlite3_column_int64(row, 0),
                .is_known = sqlite3_column_int(row, 3) != 0,
                .emotion_ppm = number_or(row, 4, -1),
                .emotion_end_ppm = number_or(row, 5, -1),
                .arrived_ms = sqlite3_column_int64(row, 6),
                .estimate_ms = number_or(row, 8, -1),
                .answered_ms = number_or(row, 9, -1),
                .is_closed = sqlite3_column_int(row, 10) != 0,
                .waited_ms = number_or(row, 11, 0),
                .outcome = outcome.len > 0 ? outcome.data[0] : '\0',
                .third = outcome.len > 2 ? outcome.data[2] : '\0',
                .is_repeat = sqlite3_column_int(row, 15) != 0,
                .csat = -1,
                .nps = -1,
                .resolved = -1,
        };
        story->last_queue = name_at(scan, row, 7, DIM_QUEUE);
        story->first_agent = name_at(scan, row, 13, DIM_AGENT);
        story->last_agent = name_at(scan, row, 14, DIM_AGENT);
        story->place.at[DIM_CHANNEL] = name_at(scan, row, 1, DIM_CHANNEL);
        story->place.at[DIM_TIER] = name_at(scan, row, 2, DIM_TIER);
        story->answer_queue = story->last_queue;
        story->began_ms = story->arrived_ms;
        if (scan->work->needs_time) {
                slices_set_time(scan->work, &story->place, story->arrived_ms);
        }
}

static void read_requirements(struct scan *scan, struct story *story)
{
        struct place *place = &story->place;

        while (scan->requirements.statement && is_at(scan, &scan->requirements, story->number)) {
                if (place->skill_count < SKILLS_MAX) {
                        place->skills[place->skill_count++] = name_at(
                                scan, scan->requirements.statement, 1, DIM_SKILL);
                }
                advance(scan, &scan->requirements);
        }
}

/* Times in a queue: where and after which wait it was answered first, and since when it could be. */
static void read_spells(struct scan *scan, struct story *story)
{
        bool begins = true;

        while (is_at(scan, &scan->spells, story->number)) {
                sqlite3_stmt *row = scan->spells.statement;
                const struct att_text how = work_column(row, 4);
                const char first = how.len > 0 ? how.data[0] : '\0';

                story->entries++;
                if (!story->has_answer) {
                        story->wait_ms += number_or(row, 3, 0);
                        story->began_ms = begins ? sqlite3_column_int64(row, 2) : story->began_ms;
                        story->has_answer = first == 'a' && how.data[1] == 'n'; /* answered */
                        if (story->has_answer) {
                                story->answer_queue = name_at(scan, row, 1, DIM_QUEUE);
                        }
                }
                begins = first == 's';                        /* scheduled */
                story->moves += first == 'm' || first == 'o'; /* moved, overflowed */
                advance(scan, &scan->spells);
        }
}

/* ---- Conversations, offers, feedback: units with an agent and a queue of their own ---- */

static void add_conversation(struct scan *scan, struct story *story)
{
        sqlite3_stmt *row = scan->conversations.statement;
        struct place *place = &story->place;
        const int64_t connected_ms = sqlite3_column_int64(row, 3);
        const int64_t ended_ms = number_or(row, 4, -1);
        const int64_t held_ms = number_or(row, 5, 0);
        const int64_t wrapped_ms = number_or(row, 6, ended_ms);
        struct unit unit = {0};

        place->at[DIM_AGENT] = name_at(scan, row, 1, DIM_AGENT);
        place->at[DIM_QUEUE] = name_at(scan, row, 2, DIM_QUEUE);
        staff_note_busy(scan->work, place->at[DIM_AGENT], connected_ms,
                        ended_ms < 0 ? scan->work->ask->now_ms : wrapped_ms);
        if (ended_ms < 0) {
                return; /* Still on: it counts when it is over. */
        }
        unit_add(&unit, SUM_CONVERSATIONS, 1);
        unit_add(&unit, SUM_TALK_MS, att_max_i64(ended_ms - connected_ms - held_ms, 0));
        unit_add(&unit, SUM_HOLD_MS, held_ms);
        unit_add(&unit, SUM_WRAP_MS, att_max_i64(wrapped_ms - ended_ms, 0));
        unit_add(&unit, SUM_TRANSFERS, letter(row, 7) == 't' ? 1 : 0);
        slices_add(scan->work, place, &unit);
}

static void add_offer(struct scan *scan, struct story *story)
{
        sqlite3_stmt *row = scan->offers.statement;
        struct place *place = &story->place;
        struct unit unit = {0};

        place->at[DIM_AGENT] = name_at(scan, row, 1, DIM_AGENT);
        place->at[DIM_QUEUE] = name_at(scan, row, 2, DIM_QUEUE);
        unit_add(&unit, SUM_OFFERS, 1);
        switch (letter(row, 3)) {
        case 'a':
                unit_add(&unit, SUM_ACCEPTED, 1);
                break;
        case 'd':
                unit_add(&unit, SUM_DECLINED, 1);
                break;
        case 'm':
                unit_add(&unit, SUM_MISSED, 1);
                break;
        default: /* Revoked; or it still stands. */
                break;
        }
        slices_add(scan->work, place, &unit);
}

static void add_feedback(struct scan *scan, struct story *story)
{
        sqlite3_stmt *row = scan->feedback.statement;
        struct place *place = &story->place;
        const int csat = (int)number_or(row, 1, -1);
        const int nps = (int)number_or(row, 2, -1);
        const int ces = (int)number_or(row, 3, -1);
        const int resolved = (int)number_or(row, 4, -1);
        struct unit unit = {0};

        place->at[DIM_AGENT] = name_at(scan, row, 5, DIM_AGENT);
        place->at[DIM_QUEUE] = name_at(scan, row, 6, DIM_QUEUE);
        if (csat >= 0) {
                story->csat = csat;
                unit_add(&unit, SUM_CSAT, 1);
                unit_add(&unit, SUM_CSAT_HIGH, csat >= 4);
                unit_add(&unit, SUM_CSAT_POINTS, csat);
        }
        if (nps >= 0) {
                story->nps = nps;
                unit_add(&unit, SUM_NPS, 1);
                unit_add(&unit, SUM_NPS_PROMOTERS, nps >= 9);
                unit_add(&unit, SUM_NPS_DETRACTORS, nps <= 6);
        }
        if (ces >= 0) {
                unit_add(&unit, SUM_CES, 1);
                unit_add(&unit, SUM_CES_POINTS, ces);
                unit_add(&unit, SUM_CES_SQUARES, (int64_t)ces * ces);
        }
        if (resolved >= 0) {
                story->resolved = resolved;
                unit_add(&unit, SUM_SAID, 1);
                unit_add(&unit, SUM_SAID_RESOLVED, resolved != 0);
        }
        slices_add(scan->work, place, &unit);
}

/* ---- The contact itself, as it came and waited ---- */

static int64_t within_of(const struct work *work, uint32_t queue)
{
        return queue < work->names[DIM_QUEUE].count ? work->names[DIM_QUEUE].items[queue]->within_ms
                                                    : work->ask->rules.within_ms;
}

enum fate {
        FATE_ANSWERED,
        FATE_ABANDONED,
        FATE_SHORT,
        FATE_TURNED_AWAY,
        FATE_CANCELLED,
        FATE_WAITING
};

static enum fate fate_of(const struct work *work, const struct story *story)
{
        if (story->answered_ms >= 0) {
                return FATE_ANSWERED;
        }
        if (!story->is_closed) {
                return FATE_WAITING;
        }
        switch (story->outcome) {
        case 'a': /* abandoned */
                return story->wait_ms < work->ask->rules.short_ms ? FATE_SHORT : FATE_ABANDONED;
        case 'r': /* refused */
        case 'e': /* expired */
        case 'o': /* overflowed */
                return FATE_TURNED_AWAY;
        default: /* Cancelled, or it ended where nobody saw it. */
                return FATE_CANCELLED;
        }
}

static void add_level(const struct work *work, const struct story *story, enum fate fate,
                      struct unit *unit)
{
        const bool is_in_time = story->wait_ms <= within_of(work, story->answer_queue);
        const bool is_good = fate == FATE_ANSWERED && is_in_time;
        const bool gave_up = fate == FATE_ABANDONED || fate == FATE_SHORT;
        bool counts = true;
        bool extra = false;

        switch (work->ask->rules.formula) {
        case ATT_LEVEL_NO_SHORT:
                counts = fate != FATE_SHORT;
                break;
        case ATT_LEVEL_OFFERED:
                break;
        case ATT_LEVEL_ANSWERED:
                counts = fate == FATE_ANSWERED;
                break;
        case ATT_LEVEL_NO_EARLY:
                counts = !(gave_up && is_in_time);
                break;
        case ATT_LEVEL_EARLY:
                extra = gave_up && is_in_time;
                break;
        case ATT_LEVEL_FORMULA_COUNT:
                break;
        }
        unit_add(unit, SUM_LEVEL_GOOD, is_good || extra);
        unit_add(unit, SUM_LEVEL_BASE, counts);
}

static void add_estimate(const struct story *story, struct unit *unit)
{
        const int64_t error_ms = story->wait_ms - story->estimate_ms;
        const int64_t off_ms = error_ms < 0 ? -error_ms : error_ms;
        const bool is_within = off_ms <= ESTIMATE_SLACK_MS ||
                               (2 * story->wait_ms >= story->estimate_ms &&
                                story->wait_ms <= 2 * story->estimate_ms);

        unit_add(unit, SUM_ESTIMATED, 1);
        unit_add(unit, SUM_ESTIMATE_ERROR_MS, error_ms);
        unit_add(unit, SUM_ESTIMATE_OFF_MS, off_ms);
        unit_add(unit, SUM_ESTIMATE_WITHIN, is_within);
}

static void add_arrival(struct scan *scan, struct story *story, enum fate fate)
{
        static const enum sum sum_of_fate[] = {
                [FATE_ANSWERED] = SUM_ANSWERED,   [FATE_ABANDONED] = SUM_ABANDONED,
                [FATE_SHORT] = SUM_SHORT,         [FATE_TURNED_AWAY] = SUM_TURNED_AWAY,
                [FATE_CANCELLED] = SUM_CANCELLED, [FATE_WAITING] = SUM_WAITING,
        };
        const bool was_offered = fate != FATE_CANCELLED && fate != FATE_WAITING;
        struct unit unit = {0};

        story->place.at[DIM_QUEUE] = story->answer_queue;
        story->place.at[DIM_AGENT] = story->first_agent;
        unit_add(&unit, SUM_CONTACTS, 1);
        unit_add(&unit, sum_of_fate[fate], 1);
        unit_add(&unit, SUM_QUEUE_ENTRIES, story->entries);
        unit_add(&unit, SUM_MOVED_ON, story->moves);
        unit_add(&unit, SUM_KNOWN, story->is_known);
        unit_add(&unit, SUM_REPEATS, story->is_known && story->is_repeat);
        if (was_offered) {
                unit_add(&unit, SUM_OFFERED, 1);
                unit_add(&unit, SUM_OFFERED_LONG, fate != FATE_SHORT);
                add_level(scan->work, story, fate, &unit);
        }
        if (fate == FATE_ANSWERED) {
                unit_add(&unit, SUM_WAIT_MS, story->wait_ms);
                unit_add(&unit, SUM_WAIT_MAX_MS, story->wait_ms);
                unit_add(&unit, SUM_RESPONSE_MS,
                         att_max_i64(story->answered_ms - story->began_ms, 0));
                if (story->estimate_ms >= 0) {
                        add_estimate(story, &unit);
                }
        } else if (fate == FATE_ABANDONED) {
                unit_add(&unit, SUM_ABANDON_WAIT_MS, story->wait_ms);
        }
        slices_add(scan->work, &story->place, &unit);
}

/* ---- How it went ---- */

/* The first rule that says something (docs/measures.md). */
static int experience_of(const struct story *story, enum fate fate, bool *ret_known)
{
        *ret_known = true;
        if (story->csat >= 0) {
                return story->csat >= 4 ? 1 : story->csat <= 2 ? -1 : 0;
        }
        if (story->nps >= 0) {
                return story->nps >= 9 ? 1 : story->nps <= 6 ? -1 : 0;
        }
        if (story->resolved >= 0) {
                return story->resolved ? 1 : -1;
        }
        if (fate == FATE_ABANDONED || fate == FATE_TURNED_AWAY) {
                return -1;
        }
        if (story->emotion_end_ppm >= UPSET_PPM) {
                return -1;
        }
        if (story->emotion_ppm >= UPSET_PPM && story->emotion_end_ppm >= 0) {
                return story->emotion_end_ppm <= CALM_PPM ? 1 : 0;
        }
        *ret_known = false;
        return 0;
}

static void add_end(struct scan *scan, struct story *story, enum fate fate)
{
        bool is_known;
        const int experience = experience_of(story, fate, &is_known);
        const bool is_first = fate == FATE_ANSWERED && story->is_closed && story->is_known &&
                              !story->is_repeat;
        struct unit unit = {0};

        story->place.at[DIM_QUEUE] = story->last_queue;
        story->place.at[DIM_AGENT] = story->last_agent;
        if (is_known) {
                unit_add(&unit,
                         experience > 0   ? SUM_POSITIVE
                         : experience < 0 ? SUM_NEGATIVE
                                          : SUM_NEUTRAL,
                         1);
        }
        if (is_first) {
                unit_add(&unit, SUM_FIRSTS, 1);
                unit_add(&unit, SUM_RESOLVED_FIRST, !story->was_repeated && story->resolved != 0);
        }
        if (unit.count > 0) {
                slices_add(scan->work, &story->place, &unit);
        }
}

/* ---- All of them ---- */

static bool is_in_period(const struct work *work, const struct story *story)
{
        return story->arrived_ms >= work->from_ms && story->arrived_ms < work->to_ms;
}

static void scan_contact(struct scan *scan)
{
        struct story story;
        enum fate fate;

        read_story(scan, &story);
        if (!is_in_period(scan->work, &story)) {
                return; /* What belongs to it is passed over by the next one. */
        }
        read_requirements(scan, &story);
        read_spells(scan, &story);
        for (; is_at(scan, &scan->conversations, story.number);
             advance(scan, &scan->conversations)) {
                add_conversation(scan, &story);
        }
        for (; is_at(scan, &scan->offers, story.number); advance(scan, &scan->offers)) {
                add_offer(scan, &story);
        }
        for (; is_at(scan, &scan->feedback, story.number); advance(scan, &scan->feedback)) {
                add_feedback(scan, &story);
        }
        story.was_repeated = is_at(scan, &scan->repeated, story.number);
        if (!story.has_answer && story.answered_ms < 0) {
                story.wait_ms = att_max_i64(story.wait_ms, story.waited_ms);
        }
        fate = fate_of(scan->work, &story);
        add_arrival(scan, &story, fate);
        add_end(scan, &story, fate);
}

int scan_range(struct work *work, int64_t from_ms, int64_t to_ms, int64_t *ret_first,
               int64_t *ret_last)
{
        sqlite3_stmt *statement;
        int result = open_statement(work,
                                    "SELECT min(contact), max(contact) FROM contacts"
                                    " WHERE arrived_ms >= ?1 AND arrived_ms < ?2",
                                    from_ms, to_ms, &statement);

        *ret_first = 0;
        *ret_last = -1;
        if (result < 0) {
                return result;
        }
        result = work_step(work, statement);
        if (result > 0 && sqlite3_column_type(statement, 0) != SQLITE_NULL) {
                *ret_first = sqlite3_column_int64(statement, 0);
                *ret_last = sqlite3_column_int64(statement, 1);
        }
        (void)sqlite3_finalize(statement);
        return result < 0 ? result : 0;
}

int scan_lead(struct work *work)
{
        int64_t first;
        int64_t last;
        sqlite3_stmt *statement;
        int result = scan_range(work, work->from_ms - LEAD_MS, work->from_ms, &first, &last);

        if (result < 0 || last < first) {
                return result;
        }
        result = open_statement(work,
                                "SELECT agent, connected_ms, coalesce(wrapped_up_ms, ended_ms)"
                                " FROM conversations WHERE contact BETWEEN ?1 AND ?2"
                                " AND coalesce(wrapped_up_ms, ended_ms, ?3) > ?3 - 1",
                                first, last, &statement);
        if (result < 0) {
                return result;
        }
        (void)sqlite3_bind_int64(statement, 3, work->from_ms);
        while ((result = work_step(work, statement)) > 0) {
                staff_note_busy(work, slices_name(work, DIM_AGENT, work_column(statement, 0)),
                                sqlite3_column_int64(statement, 1),
                                number_or(statement, 2, work->ask->now_ms));
        }
        (void)sqlite3_finalize(statement);
        return result;
}

static void close_scan(struct scan *scan)
{
        (void)sqlite3_finalize(scan->contacts);
        (void)sqlite3_finalize(scan->spells.statement);
        (void)sqlite3_finalize(scan->conversations.statement);
        (void)sqlite3_finalize(scan->offers.statement);
        (void)sqlite3_finalize(scan->feedback.statement);
        (void)sqlite3_finalize(scan->requirements.statement);
        (void)sqlite3_finalize(scan->repeated.statement);
}

static void open_scan(struct scan *scan, int64_t first, int64_t last)
{
        scan->result = open_statement(scan->work, contacts_sql, first, last, &scan->contacts);
        open_side(scan, &scan->spells, spells_sql, first, last);
        open_side(scan, &scan->conversations, conversations_sql, first, last);
        open_side(scan, &scan->offers, offers_sql, first, last);
        open_side(scan, &scan->feedback, feedback_sql, first, last);
        open_side(scan, &scan->repeated, repeated_sql, first, last);
        if (scan->work->needs_skills) {
                open_side(scan, &scan->requirements, requirements_sql, first, last);
        }
}

int scan_part(struct work *work, int64_t first, int64_t last)
{
        struct scan scan = {.work = work};

        open_scan(&scan, first, last);
        while (scan.result == 0 && work->result == 0) {
                const int result = work_step(work, scan.contacts);

                if (result <= 0) {
                        scan.result = result;
                        break;
                }
                scan_contact(&scan);
        }
        close_scan(&scan);
        return scan.result < 0 ? scan.result : work->result;
}
