/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a transaction holds before it writes makes no difference to what is written: the same random
 * events, in transactions of one, seven or a thousand, by one writer or by one that begins anew each
 * time and so reads all from the file, or who fails at times, leave the same rows.
 */
#include "lib/store/history.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/rng.h"
#include "lib/base/util.h"
#include "tests/support/history.h"
#include "tests/support/main.h"

#define AGENTS  6
#define QUEUES  4
#define PEOPLE  24
#define IDS     40
#define RECENT  32 /* Contacts of which something is told. */
#define NAME    16
#define HOUR_MS INT64_C(3600000)

struct known {
        uint64_t contact;
        struct att_text id;
        int64_t offer; /* The last. */
};

/* One who tells at random. */
struct teller {
        struct att_rng rng;
        uint64_t seq;
        int64_t now_ms;
        int64_t offer;
        struct known known[RECENT];
        uint64_t gap_from; /* Commands that nobody wrote down, from here; 0: none. */
        char names[IDS][NAME];
        char agents[AGENTS][NAME];
        char queues[QUEUES][NAME];
        char people[PEOPLE][NAME];
};

static void teller_init(struct teller *teller, uint64_t seed)
{
        *teller = (struct teller){.now_ms = 1000000};
        att_rng_seed(&teller->rng, seed);
        for (int i = 0; i < IDS; i++) {
                (void)snprintf(teller->names[i], NAME, "contact-%d", i);
        }
        for (int i = 0; i < AGENTS; i++) {
                (void)snprintf(teller->agents[i], NAME, "agent-%d", i);
        }
        for (int i = 0; i < QUEUES; i++) {
                (void)snprintf(teller->queues[i], NAME, "queue-%d", i);
        }
        for (int i = 0; i < PEOPLE; i++) {
                (void)snprintf(teller->people[i], NAME, "customer-%d", i);
        }
}

static uint64_t draw(struct teller *teller, uint64_t bound)
{
        return att_rng_below(&teller->rng, bound);
}

static bool one_in(struct teller *teller, uint64_t n)
{
        return draw(teller, n) == 0;
}

static struct att_text any_of(struct teller *teller, char (*names)[NAME], uint64_t count)
{
        return att_text_from(names[draw(teller, count)]);
}

static struct att_text maybe(struct teller *teller, char (*names)[NAME], uint64_t count)
{
        return one_in(teller, 3) ? ATT_TEXT_NONE : any_of(teller, names, count);
}

static struct att_text word(struct teller *teller, const char *const *words, uint64_t count)
{
        return att_text_from(words[draw(teller, count)]);
}

static int64_t maybe_number(struct teller *teller, uint64_t bound)
{
        return one_in(teller, 3) ? ATT_HISTORY_NONE : (int64_t)draw(teller, bound);
}

#define WORD(teller, ...)                                                                          \
        word(teller, (const char *const[]){__VA_ARGS__},                                           \
             sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* ---- What is told ---- */

static void tell_customer_of(struct teller *teller, struct att_history_event *event)
{
        event->added.person = maybe(teller, teller->people, PEOPLE);
        if (att_text_is_empty(event->added.person)) {
                return;
        }
        event->added.name = WORD(teller, "", "Eva", "Max");
        event->added.stated_tier = WORD(teller, "", "gold");
        event->added.currency = WORD(teller, "", "EUR");
        event->added.notes = WORD(teller, "", "", "likes tea");
        event->added.lifetime_value_micro = maybe_number(teller, 3);
        event->added.churn_risk_ppm = maybe_number(teller, 3);
}

static void tell_added(struct teller *teller, struct att_history_event *event, struct known *known)
{
        if (known->contact != event->contact) {
                *known = (struct known){.contact = event->contact,
                                        .id = any_of(teller, teller->names, IDS)};
        }
        event->id = known->id;
        event->added.front_end = ATT_TEXT("pbx");
        event->added.channel = WORD(teller, "voice", "chat");
        event->added.language = WORD(teller, "", "de");
        event->added.intent = WORD(teller, "", "lost_card");
        event->added.text = WORD(teller, "", "my card is gone");
        event->added.tier = WORD(teller, "", "gold");
        event->added.emotion_source = WORD(teller, "", "stated");
        event->added.emotion_ppm = maybe_number(teller, 1000000);
        event->added.value_ppm = maybe_number(teller, 1000000);
        tell_customer_of(teller, event);
}

static void tell_customer(struct teller *teller, struct att_history_event *event)
{
        event->customer.what = one_in(teller, 4) ? WORD(teller, "forget", "conflict", "unlink")
                                                 : WORD(teller, "set", "link");
        event->customer.person = any_of(teller, teller->people, PEOPLE);
        event->customer.other = any_of(teller, teller->people, PEOPLE);
        event->customer.by = ATT_TEXT("crm");
        event->customer.name = WORD(teller, "", "Ann");
        event->customer.tier = WORD(teller, "", "silver");
        event->customer.lifetime_value_micro = maybe_number(teller, 3);
        event->customer.since_ms = maybe_number(teller, 1000);
}

static void tell_agents(struct teller *teller, struct att_history_event *event,
                        const struct known *known)
{
        switch ((int)event->kind) {
        case ATT_HISTORY_OFFERED:
                event->offered.agent = any_of(teller, teller->agents, AGENTS);
                event->offered.queue = maybe(teller, teller->queues, QUEUES);
                break;
        case ATT_HISTORY_REVOKED:
                event->revoked.how = WORD(teller, "declined", "missed", "revoked");
                event->revoked.offer = known->offer;
                break;
        case ATT_HISTORY_CONNECTED:
                event->connected.agent = any_of(teller, teller->agents, AGENTS);
                event->connected.queue = maybe(teller, teller->queues, QUEUES);
                event->connected.channel = ATT_TEXT("voice");
                event->connected.offer = known->offer;
                break;
        case ATT_HISTORY_HELD:
                event->held.held = (int64_t)draw(teller, 2);
                break;
        case ATT_HISTORY_ENDED:
        case ATT_HISTORY_FINISHED:
                event->ended.agent = any_of(teller, teller->agents, AGENTS);
                event->ended.by = WORD(teller, "ended", "transferred");
                event->ended.transferred = (int64_t)draw(teller, 2);
                break;
        case ATT_HISTORY_PRESENCE:
                event->presence.agent = any_of(teller, teller->agents, AGENTS);
                event->presence.state = WORD(teller, "ready", "paused", "offline");
                event->presence.reason = WORD(teller, "", "lunch");
                break;
        default:
                break;
        }
}

static void tell_queues(struct teller *teller, struct att_history_event *event)
{
        switch ((int)event->kind) {
        case ATT_HISTORY_REQUIRES:
                event->requires.skill = WORD(teller, "cards", "calm");
                event->requires.level = (int64_t)draw(teller, 5);
                break;
        case ATT_HISTORY_QUEUED:
                event->queued.queue = any_of(teller, teller->queues, QUEUES);
                event->queued.position = maybe_number(teller, 9);
                event->queued.estimate_ms = maybe_number(teller, 90000);
                break;
        case ATT_HISTORY_LEFT:
                event->left.queue = any_of(teller, teller->queues, QUEUES);
                event->left.how = WORD(teller, "overflowed", "scheduled");
                break;
        case ATT_HISTORY_SCHEDULED:
                event->scheduled.queue = maybe(teller, teller->queues, QUEUES);
                event->scheduled.attempt = (int64_t)draw(teller, 3);
                break;
        case ATT_HISTORY_CLOSED:
                event->closed.queue = maybe(teller, teller->queues, QUEUES);
                event->closed.outcome = WORD(teller, "handled", "abandoned", "refused");
                event->closed.reason = WORD(teller, "", "nobody came");
                event->closed.disposition = WORD(teller, "", "solved");
                event->closed.by = ATT_TEXT("ended");
                event->closed.notes = WORD(teller, "", "will call again");
                event->closed.survey = maybe_number(teller, 2);
                break;
        default:
                break;
        }
}

static void tell_beyond(struct teller *teller, struct att_history_event *event)
{
        switch ((int)event->kind) {
        case ATT_HISTORY_UPDATED:
                event->updated.text = WORD(teller, "", "I am still here");
                event->updated.emotion_ppm = maybe_number(teller, 1000000);
                break;
        case ATT_HISTORY_FEEDBACK:
                event->feedback.csat = maybe_number(teller, 5);
                event->feedback.emotion_ppm = maybe_number(teller, 1000000);
                event->feedback.text = WORD(teller, "", "thanks");
                event->feedback.by = ATT_TEXT("customer");
                break;
        case ATT_HISTORY_REPEAT:
                event->repeat.other_id = any_of(teller, teller->names, IDS);
                event->repeat.other = one_in(teller, 2) ? 0 : (int64_t)draw(teller, event->seq);
                break;
        case ATT_HISTORY_PROMISED:
                event->promised.other_id = any_of(teller, teller->names, IDS);
                event->promised.other = 0;
                event->promised.agent = maybe(teller, teller->agents, AGENTS);
                event->promised.what = ATT_TEXT("to call back");
                event->promised.due_ms = maybe_number(teller, 1000);
                break;
        case ATT_HISTORY_FULFILLED:
                event->fulfilled.state = WORD(teller, "kept", "expired");
                break;
        case ATT_HISTORY_AFFECTED:
        case ATT_HISTORY_ANNOUNCED:
        case ATT_HISTORY_RESOLVED:
                event->incident.id = WORD(teller, "outage", "flood");
                event->incident.message = WORD(teller, "", "we are on it");
                break;
        default:
                break;
        }
}

/* What may be told of a contact, the usual more often. */
static const enum att_history_kind usual[] = {
        ATT_HISTORY_QUEUED,    ATT_HISTORY_QUEUED,   ATT_HISTORY_OFFERED,   ATT_HISTORY_OFFERED,
        ATT_HISTORY_REVOKED,   ATT_HISTORY_REVOKED,  ATT_HISTORY_CONNECTED, ATT_HISTORY_CONNECTED,
        ATT_HISTORY_CONNECTED, ATT_HISTORY_ENDED,    ATT_HISTORY_ENDED,     ATT_HISTORY_FINISHED,
        ATT_HISTORY_FINISHED,  ATT_HISTORY_CLOSED,   ATT_HISTORY_CLOSED,    ATT_HISTORY_HELD,
        ATT_HISTORY_HELD,      ATT_HISTORY_LEFT,     ATT_HISTORY_SCHEDULED, ATT_HISTORY_UPDATED,
        ATT_HISTORY_FEEDBACK,  ATT_HISTORY_REPEAT,   ATT_HISTORY_PROMISED,  ATT_HISTORY_FULFILLED,
        ATT_HISTORY_AFFECTED,  ATT_HISTORY_REQUIRES, ATT_HISTORY_ENDED,     ATT_HISTORY_FINISHED,
};

static enum att_history_kind draw_kind(struct teller *teller)
{
        if (one_in(teller, 5)) {
                return ATT_HISTORY_ADDED;
        }
        if (one_in(teller, 12)) {
                return one_in(teller, 2) ? ATT_HISTORY_CUSTOMER : ATT_HISTORY_PRESENCE;
        }
        if (one_in(teller, 40)) {
                return one_in(teller, 2) ? ATT_HISTORY_ANNOUNCED : ATT_HISTORY_RESOLVED;
        }
        return usual[draw(teller, ATT_ARRAY_LEN(usual))];
}

/* An offer is of one contact only, and new when it is made; some are taken as they are made. */
static void draw_offer(struct teller *teller, enum att_history_kind kind, struct known *known)
{
        if (kind == ATT_HISTORY_OFFERED || (kind == ATT_HISTORY_CONNECTED && one_in(teller, 3))) {
                known->offer = ++teller->offer;
        } else if (kind == ATT_HISTORY_CONNECTED && (known->offer == 0 || one_in(teller, 9))) {
                known->offer = ATT_HISTORY_NONE;
        }
}

static void tell(struct teller *teller, struct att_buffer *into)
{
        const enum att_history_kind kind = draw_kind(teller);
        struct known *known = &teller->known[draw(teller, RECENT)];
        struct att_history_event event;

        teller->seq += 1 + draw(teller, 2);
        teller->now_ms += (int64_t)draw(teller, 4000);
        att_history_event_init(&event, kind);
        event.seq = teller->seq;
        event.at_ms = teller->now_ms;
        if (kind == ATT_HISTORY_ADDED) {
                event.contact = teller->seq;
                tell_added(teller, &event, known);
        } else if (kind != ATT_HISTORY_PRESENCE && kind != ATT_HISTORY_CUSTOMER) {
                event.contact = one_in(teller, 4) ? 0 : known->contact;
                event.id = event.contact == 0 ? any_of(teller, teller->names, IDS) : ATT_TEXT_NONE;
        }
        if (event.contact != 0 && kind == ATT_HISTORY_OFFERED) {
                draw_offer(teller, kind, known);
                event.offered.offer = known->offer;
        } else if (event.contact == 0 && kind == ATT_HISTORY_OFFERED) {
                event.offered.offer = ++teller->offer;
        } else if (event.contact != 0) {
                draw_offer(teller, kind, known);
        }
        tell_agents(teller, &event, known);
        if (event.contact == 0 && kind == ATT_HISTORY_CONNECTED) {
                event.connected.offer = ++teller->offer;
        }
        tell_queues(teller, &event);
        tell_beyond(teller, &event);
        if (kind == ATT_HISTORY_CUSTOMER) {
                tell_customer(teller, &event);
        }
        att_history_pack(into, &event);
}

/* After a gap what goes on is told anew: contacts of before it, and some that came in it. */
static void tell_again(struct teller *teller, struct att_buffer *into)
{
        for (int i = 0; i < RECENT / 2; i++) {
                struct known *known = &teller->known[i];
                struct att_history_event event;

                att_history_event_init(&event, ATT_HISTORY_ADDED);
                event.seq = teller->seq;
                event.at_ms = teller->now_ms;
                if (one_in(teller, 2)) {
                        *known = (struct known){.contact = 0};
                        event.contact = teller->gap_from + (uint64_t)(RECENT - i);
                } else {
                        event.contact = known->contact;
                }
                if (event.contact > 0) {
                        tell_added(teller, &event, known);
                        att_history_pack(into, &event);
                }
        }
}

/* ---- What is written ---- */

struct writing {
        struct test_history test;
        struct teller teller;
        struct att_buffer events;
        uint32_t batch;   /* Events a transaction. */
        bool begins_anew; /* With each. */
        bool trims;
        bool fails; /* Every third, the first time. */
        uint32_t transactions;
        uint32_t unwritten;
};

static void write_events(struct writing *writing)
{
        const struct att_history_position at = {.seq = writing->teller.seq,
                                                .time_ms = writing->teller.now_ms};
        struct att_text bytes = att_buffer_text(&writing->events);
        struct att_history_event event;

        if (writing->begins_anew) {
                test_history_close(&writing->test);
                test_history_open(&writing->test);
        }
        if (writing->fails && ++writing->transactions % 3 == 0) { /* And is tried again. */
                struct att_text again = bytes;

                ck_assert_int_eq(att_history_begin(writing->test.history, &writing->test.why), 0);
                while (att_history_unpack(&again, &event)) {
                        ck_assert_int_eq(att_history_apply(writing->test.history, &event), 0);
                }
                att_history_rollback(writing->test.history);
        }
        ck_assert_int_eq(att_history_begin(writing->test.history, &writing->test.why), 0);
        while (att_history_unpack(&bytes, &event)) {
                ck_assert_int_eq(att_history_apply(writing->test.history, &event), 0);
        }
        ck_assert_msg(att_history_commit(writing->test.history, &at, &writing->test.why) == 0, "%s",
                      writing->test.why.data);
        /* What was borrowed until now is not what it was. */
        memset(writing->events.data, 'x', writing->events.len);
        att_buffer_clear(&writing->events);
        writing->unwritten = 0;
}

static void lose_some(struct writing *writing)
{
        struct teller *teller = &writing->teller;
        struct att_history_position at;

        write_events(writing);
        teller->gap_from = teller->seq;
        teller->seq += 3 * RECENT;
        at = (struct att_history_position){.seq = teller->seq, .time_ms = teller->now_ms};
        ck_assert_int_eq(att_history_begin(writing->test.history, &writing->test.why), 0);
        att_history_gap(writing->test.history, teller->gap_from + 1, teller->seq, teller->now_ms,
                        ATT_TEXT("the journal no longer has it"));
        ck_assert_int_eq(att_history_commit(writing->test.history, &at, &writing->test.why), 0);
        tell_again(teller, &writing->events);
        write_events(writing);
}

static void trim(struct writing *writing)
{
        write_events(writing);
        ck_assert_int_eq(att_history_trim(writing->test.history,
                                          writing->teller.now_ms - HOUR_MS / 4, 20,
                                          &writing->test.why),
                         0);
}

static void begin_writing(struct writing *writing, uint64_t seed)
{
        teller_init(&writing->teller, seed);
        test_history_open(&writing->test);
}

static void write_all(struct writing *writing, uint32_t events)
{
        for (uint32_t i = 1; i <= events; i++) {
                tell(&writing->teller, &writing->events);
                writing->unwritten++;
                if (i % 997 == 0) {
                        lose_some(writing);
                } else if (i % 101 == 0 && writing->trims) {
                        trim(writing);
                } else if (writing->unwritten == writing->batch) {
                        write_events(writing);
                }
        }
        tell(&writing->teller, &writing->events);
        write_events(writing);
}

static void end_writing(struct writing *writing)
{
        att_buffer_deinit(&writing->events);
        test_history_forget(&writing->test);
}

/* ---- What is in it then ---- */

static void add_rows(struct att_buffer *into, sqlite3 *db, const char *table)
{
        char sql[100];
        sqlite3_stmt *statement;

        (void)snprintf(sql, sizeof(sql), "SELECT * FROM %s ORDER BY 1, 2", table);
        ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
        while (sqlite3_step(statement) == SQLITE_ROW) {
                att_buffer_append_c(into, table);
                for (int i = 0; i < sqlite3_column_count(statement); i++) {
                        const char *text = (const char *)sqlite3_column_text(statement, i);

                        att_buffer_printf(into, "|%s", text ? text : "-");
                }
                att_buffer_append_c(into, "\n");
        }
        ck_assert_int_eq(sqlite3_finalize(statement), SQLITE_OK);
}

/* All rows of all tables, in order. */
static void dump(struct test_history *test, struct att_buffer *into)
{
        static const char tables[] =
                "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1";
        sqlite3 *db = att_history_db(test->history);
        sqlite3_stmt *statement;

        ck_assert_int_eq(sqlite3_prepare_v2(db, tables, -1, &statement, NULL), SQLITE_OK);
        while (sqlite3_step(statement) == SQLITE_ROW) {
                add_rows(into, db, (const char *)sqlite3_column_text(statement, 0));
        }
        ck_assert_int_eq(sqlite3_finalize(statement), SQLITE_OK);
}

static void expect_same(const struct att_buffer *first, const struct att_buffer *other)
{
        size_t line = 0;
        size_t i = 0;

        while (i < first->len && i < other->len && first->data[i] == other->data[i]) {
                if (first->data[i++] == '\n') {
                        line = i;
                }
        }
        ck_assert_msg(i == first->len && i == other->len, "%.300s\nis not\n%.300s",
                      first->data + line, other->data + line);
}

static void write_and_dump(struct writing how, uint64_t seed, uint32_t events,
                           struct att_buffer *ret_rows)
{
        begin_writing(&how, seed);
        write_all(&how, events);
        dump(&how.test, ret_rows);
        end_writing(&how);
}

START_TEST(however_events_are_cut_into_transactions_the_rows_are_the_same)
{
        static const uint32_t batches[] = {7, 60, 1000};
        const uint32_t events = TEST_TIMES(3000);

        for (uint64_t seed = 1; seed <= 2; seed++) {
                struct att_buffer first ATT_CLEANUP(att_buffer_deinit) = {0};

                write_and_dump((struct writing){.batch = 1, .trims = true}, seed, events, &first);
                for (size_t i = 0; i < ATT_ARRAY_LEN(batches); i++) {
                        struct att_buffer other ATT_CLEANUP(att_buffer_deinit) = {0};

                        write_and_dump((struct writing){.batch = batches[i], .trims = true}, seed,
                                       events, &other);
                        expect_same(&first, &other);
                }
        }
}
END_TEST

/* Without trims: whose presence goes next is not in the file. */
START_TEST(one_who_remembers_nothing_writes_the_same_rows)
{
        const uint32_t events = TEST_TIMES(2000);
        struct att_buffer remembered ATT_CLEANUP(att_buffer_deinit) = {0};
        struct att_buffer read ATT_CLEANUP(att_buffer_deinit) = {0};

        write_and_dump((struct writing){.batch = 5}, 4, events, &remembered);
        write_and_dump((struct writing){.batch = 5, .begins_anew = true}, 4, events, &read);
        expect_same(&remembered, &read);
}
END_TEST

START_TEST(a_transaction_that_failed_and_is_tried_again_leaves_the_same_rows)
{
        const uint32_t events = TEST_TIMES(2000);
        struct att_buffer straight ATT_CLEANUP(att_buffer_deinit) = {0};
        struct att_buffer again ATT_CLEANUP(att_buffer_deinit) = {0};

        write_and_dump((struct writing){.batch = 9, .trims = true}, 5, events, &straight);
        write_and_dump((struct writing){.batch = 9, .trims = true, .fails = true}, 5, events,
                       &again);
        expect_same(&straight, &again);
}
END_TEST

static void apply_to_many(struct test_history *test, enum att_history_kind kind, uint64_t count)
{
        const struct att_history_position at = {.seq = count + kind};
        struct att_history_event event;

        ck_assert_int_eq(att_history_begin(test->history, &test->why), 0);
        for (uint64_t contact = 1; contact <= count; contact++) {
                att_history_event_init(&event, kind);
                event.seq = count + kind;
                event.contact = contact;
                event.at_ms = 1000 * (int64_t)kind;
                event.id = ATT_TEXT("somebody");
                if (kind == ATT_HISTORY_QUEUED) {
                        event.queued.queue = ATT_TEXT("cards");
                } else if (kind == ATT_HISTORY_CLOSED) {
                        event.closed.outcome = ATT_TEXT("abandoned");
                }
                ck_assert_int_eq(att_history_apply(test->history, &event), 0);
        }
        ck_assert_int_eq(att_history_commit(test->history, &at, &test->why), 0);
}

START_TEST(more_open_contacts_than_are_kept_are_read_again)
{
        struct test_history test = {0};

        test_history_open(&test);
        apply_to_many(&test, ATT_HISTORY_ADDED, 9000);
        apply_to_many(&test, ATT_HISTORY_QUEUED, 9000);
        apply_to_many(&test, ATT_HISTORY_CLOSED, 9000);
        test_history_expect(&test,
                            "SELECT count(*), min(waited_ms), max(waited_ms), min(queue), "
                            "max(outcome) FROM contacts",
                            "9000|10000|10000|cards|abandoned\n");
        test_history_expect(&test, "SELECT count(*), max(n), min(how) FROM spells",
                            "9000|1|abandoned\n");
        test_history_forget(&test);
}
END_TEST

ATT_TEST_MAIN("history_held", however_events_are_cut_into_transactions_the_rows_are_the_same,
              one_who_remembers_nothing_writes_the_same_rows,
              a_transaction_that_failed_and_is_tried_again_leaves_the_same_rows,
              more_open_contacts_than_are_kept_are_read_again)
