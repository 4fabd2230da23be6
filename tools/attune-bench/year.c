/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attune-bench/year.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/rng.h"
#include "lib/base/util.h"
#include "lib/store/history.h"

#define DAY_MS     INT64_C(86400000)
#define HOUR_MS    INT64_C(3600000)
#define SKILLS     10
#define NAME_BYTES 32

enum row {
        ROW_CONTACT,
        ROW_SPELL,
        ROW_CONVERSATION,
        ROW_OFFER,
        ROW_REQUIREMENT,
        ROW_PRESENCE,
        ROW_FEEDBACK,
        ROW_PERSON,
        ROW_VALUE,
        ROW_COUNT
};

static const char *const inserts[ROW_COUNT] = {
        [ROW_CONTACT] =
                "INSERT INTO contacts (contact, id, channel, tier, person, emotion_ppm,"
                " emotion_end_ppm, arrived_ms, first_queue, queue, estimate_ms, answered_ms,"
                " closed_ms, waited_ms, talked_ms, held_ms, wrapped_ms, offers, missed, transfers,"
                " outcome, first_agent, last_agent, repeat_of, first_offered_ms, intent, language)"
                " VALUES (?1, 'c' || ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,"
                " ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?11, 'card lost', 'en')",
        [ROW_SPELL] = "INSERT INTO spells (contact, n, queue, entered_ms, left_ms, waited_ms, how,"
                      " estimate_ms, agent) VALUES (?1, ?2, ?3, ?4, ?5, ?5 - ?4, ?6, ?7, ?8)",
        [ROW_CONVERSATION] = "INSERT INTO conversations VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8,"
                             " NULL, ?9, ?10)",
        [ROW_OFFER] = "INSERT INTO offers VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        [ROW_REQUIREMENT] = "INSERT INTO requirements VALUES (?1, ?2, ?3)",
        [ROW_PRESENCE] = "INSERT INTO presence VALUES (?1, ?2, ?3, NULL, ?4)",
        [ROW_FEEDBACK] = "INSERT INTO feedback (feedback, contact, at_ms, csat, nps, ces, resolved,"
                         " agent, queue) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        [ROW_PERSON] = "INSERT INTO people (person, id, tier, currency, lifetime_value_micro,"
                       " churn_risk_ppm, since_ms) VALUES (?1, 'p' || ?1, ?2, 'EUR', ?3, ?4, ?5)",
        [ROW_VALUE] = "INSERT INTO person_values VALUES (?1, ?2, ?3, ?4)",
};

static const char *const channels[] = {"voice", "voice", "voice",    "chat",
                                       "chat",  "email", "messaging"};
static const char *const tiers[] = {"bronze", "bronze", "bronze", "silver", "silver", "gold"};

/* Of a day's contacts, those of each hour. */
static const double hours[24] = {0.004, 0.003, 0.002, 0.002, 0.003, 0.006, 0.015, 0.04,
                                 0.08,  0.10,  0.10,  0.09,  0.07,  0.07,  0.08,  0.08,
                                 0.075, 0.06,  0.045, 0.03,  0.02,  0.012, 0.008, 0.005};

struct year {
        const struct year_plan *plan;
        struct att_history *history;
        sqlite3 *db;
        struct att_buffer *why;
        sqlite3_stmt *rows[ROW_COUNT];
        struct att_rng rng;
        int64_t seq;
        int64_t *last_of; /* Owned: each person's last contact. */
        int result;
};

/* ---- Rows ---- */

static void begin_row(struct year *year, enum row row)
{
        (void)sqlite3_clear_bindings(year->rows[row]);
}

static void put(struct year *year, enum row row, int at, int64_t value)
{
        (void)sqlite3_bind_int64(year->rows[row], at, value);
}

static void put_text(struct year *year, enum row row, int at, const char *text)
{
        (void)sqlite3_bind_text(year->rows[row], at, text, -1, SQLITE_TRANSIENT);
}

static void end_row(struct year *year, enum row row)
{
        if (sqlite3_step(year->rows[row]) != SQLITE_DONE && year->result == 0) {
                year->result = att_history_say(year->history, year->why);
        }
        (void)sqlite3_reset(year->rows[row]);
}

/* ---- Chance ---- */

static bool happens(struct year *year, double share)
{
        return att_rng_unit(&year->rng) < share;
}

static uint32_t draw(struct year *year, uint32_t bound)
{
        return (uint32_t)att_rng_below(&year->rng, bound);
}

static int64_t draw_ms(struct year *year, double mean_s)
{
        return llround(att_rng_exponential(&year->rng, mean_s) * 1000);
}

static void name_agent(char name[NAME_BYTES], uint32_t number)
{
        (void)snprintf(name, NAME_BYTES, "agent-%03u", number);
}

static void name_queue(char name[NAME_BYTES], uint32_t number)
{
        (void)snprintf(name, NAME_BYTES, "queue-%02u", number);
}

/* ---- A contact ---- */

struct life {
        int64_t number;
        int64_t arrived_ms;
        int64_t waited_ms;
        uint32_t queue;
        uint32_t agent;
        int64_t person; /* 0: unknown. */
        int64_t repeat_of;
        int64_t talked_ms;
        int64_t held_ms;
        int64_t wrapped_ms;
        int64_t estimate_ms;
        int offers;
        int missed;
        bool is_abandoned;
        bool is_transferred;
        uint32_t next_agent;
        uint32_t next_queue;
};

static void put_offer(struct year *year, const struct life *life, uint32_t agent, int64_t at_ms,
                      const char *how)
{
        char name[NAME_BYTES];

        begin_row(year, ROW_OFFER);
        put(year, ROW_OFFER, 1, ++year->seq);
        put(year, ROW_OFFER, 2, life->number);
        name_agent(name, agent);
        put_text(year, ROW_OFFER, 3, name);
        name_queue(name, life->queue);
        put_text(year, ROW_OFFER, 4, name);
        put(year, ROW_OFFER, 5, at_ms);
        put(year, ROW_OFFER, 6, at_ms + 4000);
        put_text(year, ROW_OFFER, 7, how);
        end_row(year, ROW_OFFER);
}

static void put_spell(struct year *year, const struct life *life, int n, int64_t from_ms,
                      int64_t to_ms, uint32_t queue, const char *how)
{
        char name[NAME_BYTES];

        begin_row(year, ROW_SPELL);
        put(year, ROW_SPELL, 1, life->number);
        put(year, ROW_SPELL, 2, n);
        name_queue(name, queue);
        put_text(year, ROW_SPELL, 3, name);
        put(year, ROW_SPELL, 4, from_ms);
        put(year, ROW_SPELL, 5, to_ms);
        put_text(year, ROW_SPELL, 6, how);
        end_row(year, ROW_SPELL);
}

static void put_conversation(struct year *year, const struct life *life, int n, int64_t at_ms,
                             uint32_t queue, uint32_t agent, bool is_last)
{
        const int64_t ended_ms = at_ms + life->talked_ms;
        char name[NAME_BYTES];

        begin_row(year, ROW_CONVERSATION);
        put(year, ROW_CONVERSATION, 1, life->number);
        put(year, ROW_CONVERSATION, 2, n);
        name_agent(name, agent);
        put_text(year, ROW_CONVERSATION, 3, name);
        name_queue(name, queue);
        put_text(year, ROW_CONVERSATION, 4, name);
        put_text(year, ROW_CONVERSATION, 5, "voice");
        put(year, ROW_CONVERSATION, 6, at_ms);
        put(year, ROW_CONVERSATION, 7, ended_ms);
        put(year, ROW_CONVERSATION, 8, life->held_ms);
        put(year, ROW_CONVERSATION, 9, ended_ms + life->wrapped_ms);
        put_text(year, ROW_CONVERSATION, 10, is_last ? "ended" : "transferred");
        end_row(year, ROW_CONVERSATION);
}

static void put_feedback(struct year *year, const struct life *life, int64_t at_ms)
{
        char name[NAME_BYTES];

        begin_row(year, ROW_FEEDBACK);
        put(year, ROW_FEEDBACK, 1, ++year->seq);
        put(year, ROW_FEEDBACK, 2, life->number);
        put(year, ROW_FEEDBACK, 3, at_ms);
        if (happens(year, 0.8)) {
                put(year, ROW_FEEDBACK, 4,
                    happens(year, 0.75) ? 4 + draw(year, 2) : 1 + draw(year, 3));
        }
        if (happens(year, 0.5)) {
                put(year, ROW_FEEDBACK, 5, happens(year, 0.6) ? 8 + draw(year, 3) : draw(year, 8));
        }
        if (happens(year, 0.3)) {
                put(year, ROW_FEEDBACK, 6, 1 + draw(year, 7));
        }
        if (happens(year, 0.7)) {
                put(year, ROW_FEEDBACK, 7, happens(year, 0.8));
        }
        name_agent(name, life->is_transferred ? life->next_agent : life->agent);
        put_text(year, ROW_FEEDBACK, 8, name);
        name_queue(name, life->is_transferred ? life->next_queue : life->queue);
        put_text(year, ROW_FEEDBACK, 9, name);
        end_row(year, ROW_FEEDBACK);
}

static void put_requirements(struct year *year, const struct life *life)
{
        char name[NAME_BYTES];
        const uint32_t count = draw(year, 3);
        const uint32_t first = draw(year, SKILLS);

        for (uint32_t i = 0; i < count; i++) {
                (void)snprintf(name, sizeof(name), "skill-%u", (first + i * 3) % SKILLS);
                begin_row(year, ROW_REQUIREMENT);
                put(year, ROW_REQUIREMENT, 1, life->number);
                put_text(year, ROW_REQUIREMENT, 2, name);
                put(year, ROW_REQUIREMENT, 3, 1 + draw(year, 9));
                end_row(year, ROW_REQUIREMENT);
        }
}

/* What happens to it after its wait; gives when it is closed. */
static int64_t put_service(struct year *year, const struct life *life)
{
        const int64_t answered_ms = life->arrived_ms + life->waited_ms;
        const int64_t moved_ms = answered_ms + life->talked_ms;

        put_spell(year, life, 1, life->arrived_ms, answered_ms, life->queue,
                  life->is_abandoned ? "abandoned" : "answered");
        if (life->is_abandoned) {
                return answered_ms;
        }
        for (int i = 0; i < life->missed; i++) {
                put_offer(year, life, draw(year, year->plan->agents), answered_ms - 20000,
                          "missed");
        }
        put_offer(year, life, life->agent, answered_ms - 3000, "accepted");
        put_conversation(year, life, 1, answered_ms, life->queue, life->agent,
                         !life->is_transferred);
        if (!life->is_transferred) {
                return moved_ms;
        }
        put_spell(year, life, 2, moved_ms, moved_ms + 15000, life->next_queue, "answered");
        put_offer(year, life, life->next_agent, moved_ms + 12000, "accepted");
        put_conversation(year, life, 2, moved_ms + 15000, life->next_queue, life->next_agent, true);
        return moved_ms + 15000 + life->talked_ms;
}

static void put_contact(struct year *year, const struct life *life, int64_t closed_ms)
{
        const int times = life->is_abandoned ? 0 : life->is_transferred ? 2 : 1;
        char name[NAME_BYTES];

        begin_row(year, ROW_CONTACT);
        put(year, ROW_CONTACT, 1, life->number);
        put_text(year, ROW_CONTACT, 2, channels[(size_t)life->number % ATT_ARRAY_LEN(channels)]);
        put_text(year, ROW_CONTACT, 3, tiers[(size_t)life->person % ATT_ARRAY_LEN(tiers)]);
        if (life->person > 0) {
                put(year, ROW_CONTACT, 4, life->person);
        }
        if (happens(year, 0.6)) {
                put(year, ROW_CONTACT, 5, draw(year, 1000000));
                put(year, ROW_CONTACT, 6, draw(year, 700000));
        }
        put(year, ROW_CONTACT, 7, life->arrived_ms);
        name_queue(name, life->queue);
        put_text(year, ROW_CONTACT, 8, name);
        name_queue(name, life->is_transferred ? life->next_queue : life->queue);
        put_text(year, ROW_CONTACT, 9, name);
        put(year, ROW_CONTACT, 10, life->estimate_ms);
        put(year, ROW_CONTACT, 12, closed_ms);
        put(year, ROW_CONTACT, 13, life->waited_ms + (life->is_transferred ? 15000 : 0));
        put(year, ROW_CONTACT, 14, life->talked_ms * times);
        put(year, ROW_CONTACT, 15, life->held_ms * times);
        put(year, ROW_CONTACT, 16, life->wrapped_ms * times);
        put(year, ROW_CONTACT, 17, times + life->missed);
        put(year, ROW_CONTACT, 18, life->missed);
        put(year, ROW_CONTACT, 19, life->is_transferred);
        put_text(year, ROW_CONTACT, 20, life->is_abandoned ? "abandoned" : "handled");
        if (!life->is_abandoned) {
                put(year, ROW_CONTACT, 11, life->arrived_ms + life->waited_ms);
                name_agent(name, life->agent);
                put_text(year, ROW_CONTACT, 21, name);
                name_agent(name, life->is_transferred ? life->next_agent : life->agent);
                put_text(year, ROW_CONTACT, 22, name);
        }
        if (life->repeat_of > 0) {
                put(year, ROW_CONTACT, 23, life->repeat_of);
        }
        end_row(year, ROW_CONTACT);
}

static void draw_person(struct year *year, struct life *life)
{
        int64_t *last;

        if (!happens(year, 0.85)) {
                return;
        }
        life->person = 1 + draw(year, year->plan->people);
        last = &year->last_of[life->person];
        if (*last > 0 && happens(year, 0.15)) {
                life->repeat_of = *last;
        }
        *last = life->number;
}

static void make_contact(struct year *year, int64_t arrived_ms)
{
        struct life life = {.number = year->seq, .arrived_ms = arrived_ms};
        const int64_t patience_ms = draw_ms(year, 240);
        int64_t closed_ms;

        life.queue = draw(year, year->plan->queues);
        life.agent = draw(year, year->plan->agents);
        life.waited_ms = happens(year, 0.4) ? 0 : draw_ms(year, 45);
        life.estimate_ms = llround((double)life.waited_ms * (0.5 + att_rng_unit(&year->rng))) +
                           5000;
        life.is_abandoned = life.waited_ms > patience_ms;
        life.waited_ms = att_min_i64(life.waited_ms, patience_ms);
        life.missed = !life.is_abandoned && life.waited_ms > 20000 && happens(year, 0.05);
        life.talked_ms = 20000 + draw_ms(year, 240);
        life.held_ms = happens(year, 0.2) ? life.talked_ms / 5 : 0;
        life.wrapped_ms = draw_ms(year, 30);
        life.is_transferred = !life.is_abandoned && happens(year, 0.08);
        life.next_agent = draw(year, year->plan->agents);
        life.next_queue = draw(year, year->plan->queues);
        draw_person(year, &life);
        put_requirements(year, &life);
        closed_ms = put_service(year, &life);
        put_contact(year, &life, closed_ms);
        if (!life.is_abandoned && happens(year, 0.2)) {
                put_feedback(year, &life, closed_ms + 60000);
        }
        year->seq += 4;
}

/* ---- A day ---- */

static int compare_times(const void *left, const void *right)
{
        const int64_t a = *(const int64_t *)left;
        const int64_t b = *(const int64_t *)right;

        return (a > b) - (a < b);
}

static int64_t draw_time(struct year *year, int64_t day_ms)
{
        double share = att_rng_unit(&year->rng);
        int hour = 0;

        while (hour < 23 && share >= hours[hour]) {
                share -= hours[hour++];
        }
        return day_ms + hour * HOUR_MS + (int64_t)draw(year, (uint32_t)HOUR_MS);
}

static void make_shifts(struct year *year, int64_t day_ms)
{
        char name[NAME_BYTES];

        for (uint32_t i = 0; i < year->plan->agents; i++) {
                const int64_t from_ms = day_ms + (6 + i % 6) * HOUR_MS;
                const int64_t lunch_ms = from_ms + 4 * HOUR_MS;
                const struct {
                        const char *state;
                        int64_t from_ms;
                        int64_t to_ms;
                } parts[] = {{"ready", from_ms, lunch_ms},
                             {"paused", lunch_ms, lunch_ms + HOUR_MS / 2},
                             {"ready", lunch_ms + HOUR_MS / 2, from_ms + 8 * HOUR_MS},
                             {"offline", from_ms + 8 * HOUR_MS, from_ms + DAY_MS}};

                name_agent(name, i);
                for (size_t j = 0; j < ATT_ARRAY_LEN(parts); j++) {
                        begin_row(year, ROW_PRESENCE);
                        put_text(year, ROW_PRESENCE, 1, name);
                        put(year, ROW_PRESENCE, 2, parts[j].from_ms);
                        put_text(year, ROW_PRESENCE, 3, parts[j].state);
                        put(year, ROW_PRESENCE, 4, parts[j].to_ms);
                        end_row(year, ROW_PRESENCE);
                }
        }
}

static void make_day(struct year *year, uint32_t day)
{
        const struct year_plan *plan = year->plan;
        const int64_t day_ms = plan->from_ms + day * DAY_MS;
        const uint32_t count = (uint32_t)((uint64_t)plan->contacts * (day + 1) / plan->days -
                                          (uint64_t)plan->contacts * day / plan->days);
        int64_t *times = att_alloc_array(count + 1, sizeof(*times));

        make_shifts(year, day_ms);
        for (uint32_t i = 0; i < count; i++) {
                times[i] = draw_time(year, day_ms);
        }
        qsort(times, count, sizeof(*times), compare_times);
        for (uint32_t i = 0; i < count && year->result == 0; i++) {
                make_contact(year, times[i]);
        }
        free(times);
}

static void make_people(struct year *year)
{
        for (uint32_t i = 1; i <= year->plan->people; i++) {
                const int64_t value_micro = draw_ms(year, 2000) * 1000;
                const int64_t risk_ppm = draw(year, 400000);

                begin_row(year, ROW_PERSON);
                put(year, ROW_PERSON, 1, i);
                put_text(year, ROW_PERSON, 2, tiers[i % ATT_ARRAY_LEN(tiers)]);
                put(year, ROW_PERSON, 3, value_micro);
                put(year, ROW_PERSON, 4, risk_ppm);
                put(year, ROW_PERSON, 5,
                    year->plan->from_ms +
                            ((int64_t)draw(year, 2 * year->plan->days) - year->plan->days) *
                                    DAY_MS);
                end_row(year, ROW_PERSON);
                begin_row(year, ROW_VALUE);
                put(year, ROW_VALUE, 1, i);
                put(year, ROW_VALUE, 2,
                    year->plan->from_ms + draw(year, year->plan->days) * DAY_MS);
                put(year, ROW_VALUE, 3, value_micro);
                put(year, ROW_VALUE, 4, risk_ppm);
                end_row(year, ROW_VALUE);
        }
}

/* ---- The whole ---- */

static int prepare_rows(struct year *year)
{
        for (int i = 0; i < ROW_COUNT; i++) {
                if (sqlite3_prepare_v2(year->db, inserts[i], -1, &year->rows[i], NULL) !=
                    SQLITE_OK) {
                        return att_history_say(year->history, year->why);
                }
        }
        return 0;
}

static int execute(struct year *year, const char *sql)
{
        return sqlite3_exec(year->db, sql, NULL, NULL, NULL) == SQLITE_OK
                       ? 0
                       : att_history_say(year->history, year->why);
}

static int write_all(struct year *year)
{
        year->db = att_history_db(year->history);
        year->result = prepare_rows(year);
        year->result = year->result == 0 ? execute(year, "BEGIN") : year->result;
        if (year->result == 0) {
                make_people(year);
        }
        for (uint32_t i = 0; i < year->plan->days && year->result == 0; i++) {
                make_day(year, i);
        }
        for (int i = 0; i < ROW_COUNT; i++) {
                (void)sqlite3_finalize(year->rows[i]);
        }
        return year->result == 0 ? execute(year, "COMMIT") : year->result;
}

int year_write(const char *data, const struct year_plan *plan, struct att_buffer *why)
{
        struct year year = {.plan = plan, .why = why, .seq = 10};
        int result = att_history_open(data, &year.history, why);

        if (result < 0) {
                return result;
        }
        att_rng_seed(&year.rng, plan->seed);
        year.last_of = att_alloc_array(plan->people + 1, sizeof(*year.last_of));
        result = write_all(&year);
        free(year.last_of);
        att_history_close(year.history);
        return result;
}
