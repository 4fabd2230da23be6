/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Customers by period: who was in contact, who came back, and what they are worth. A row for the whole
 * time, one for each calendar month in it, and one for each currency that values are told in.
 *
 * Three statements in the order of people are read side by side: their contacts, who they are, and
 * how their values changed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/util.h"
#include "lib/store/report_work.h"

#define PERIODS_MAX    600 /* Fifty years of months. */
#define CURRENCIES_MAX 8
#define MONTH_DAYS_MAX 31

enum measure {
        CUSTOMERS,
        NEW,
        RETURNING,
        CONTACTS,
        PER_CUSTOMER,
        BASE,
        RETAINED,
        RETENTION,
        CHURN,
        VALUED,
        VALUE,
        VALUE_MEAN,
        VALUE_CHANGE,
        RISK,
        AT_RISK,
        MEASURES
};

static const char *const names[MEASURES] = {
        [CUSTOMERS] = "customers",
        [NEW] = "new_customers",
        [RETURNING] = "returning_customers",
        [CONTACTS] = "contacts",
        [PER_CUSTOMER] = "contacts_per_customer_milli",
        [BASE] = "retention_base",
        [RETAINED] = "retained",
        [RETENTION] = "retention_ppm",
        [CHURN] = "churn_ppm",
        [VALUED] = "valued",
        [VALUE] = "value_milli",
        [VALUE_MEAN] = "value_mean_milli",
        [VALUE_CHANGE] = "value_change_milli",
        [RISK] = "churn_risk_ppm",
        [AT_RISK] = "value_at_risk_milli",
};

struct period {
        int64_t from_ms;
        int64_t to_ms;
        int64_t base_ms; /* The period before, which it is compared with, begins here and ends at */
        struct att_text slice; /* `from_ms`. */
        struct att_text name;
        int64_t customers;
        int64_t new;
        int64_t contacts;
        int64_t base;
        int64_t retained;
        int64_t valued;
        int64_t value_micro;
        int64_t change_micro;
        int64_t risked;
        int64_t risk_ppm;
        int64_t at_risk_micro;
        /* Of the person that is being read. */
        bool was_there;
        bool is_there;
};

struct value {
        bool is_known;
        int64_t micro;
        int64_t risk_ppm; /* -1: unknown. */
};

struct customers {
        struct work *work;
        struct period *periods; /* Owned; the first is the whole. */
        uint32_t period_count;
        struct att_text currencies[CURRENCIES_MAX];
        struct period by_currency[CURRENCIES_MAX];
        uint32_t currency_count;
        bool has_more_currencies;
        sqlite3_stmt *contacts;
        sqlite3_stmt *people;
        sqlite3_stmt *values;
        int64_t at_person; /* Of the statements' present rows. */
        int64_t at_people;
        int64_t at_values;
        int result;
};

/* ---- Periods ---- */

/* The instant at which a local day begins. */
static int64_t local_midnight_ms(struct work *work, int64_t day)
{
        const int64_t local_s = day * (REPORT_DAY_MS / 1000);
        const int64_t guess_s = local_s - slices_offset(work, local_s);

        return (local_s - slices_offset(work, guess_s)) * 1000;
}

static uint32_t month_of(struct work *work, int64_t at_ms, int64_t *ret_day)
{
        struct place place = {.at = {0}};

        slices_set_time(work, &place, at_ms);
        *ret_day = place.at[DIM_DAY];
        return place.at[DIM_MONTH];
}

/* The local day on which the month of this day begins, or with `next` the one after it. */
static int64_t month_edge(struct work *work, int64_t day, bool next)
{
        int64_t at_day;
        int64_t noon_ms = local_midnight_ms(work, day) + REPORT_DAY_MS / 2;
        const uint32_t month = month_of(work, noon_ms, &at_day);
        const int64_t step = next ? 1 : -1;

        for (int i = 0; i <= MONTH_DAYS_MAX; i++) {
                noon_ms = local_midnight_ms(work, day + step) + REPORT_DAY_MS / 2;
                if (month_of(work, noon_ms, &at_day) != month) {
                        break;
                }
                day += step;
        }
        return next ? day + 1 : day;
}

static struct att_text month_name(struct work *work, uint32_t month)
{
        char text[24];
        const int len = snprintf(text, sizeof(text), "%04u-%02u", month / 12, month % 12 + 1);

        return att_arena_text(&work->report->arena, att_text_of(text, (size_t)len));
}

static struct period *add_period(struct customers *customers, const char *slice,
                                 struct att_text name, int64_t base_ms, int64_t from_ms,
                                 int64_t to_ms)
{
        struct period *period = &customers->periods[customers->period_count++];

        *period = (struct period){.slice = att_text_from(slice),
                                  .name = name,
                                  .base_ms = base_ms,
                                  .from_ms = from_ms,
                                  .to_ms = to_ms};
        return period;
}

static void make_periods(struct customers *customers)
{
        struct work *work = customers->work;
        int64_t at_ms = work->from_ms;
        int64_t day;

        customers->periods = att_alloc_array(PERIODS_MAX + 1, sizeof(*customers->periods));
        (void)add_period(customers, "all", ATT_TEXT("all"), 2 * work->from_ms - work->to_ms,
                         work->from_ms, work->to_ms);
        while (at_ms < work->to_ms && customers->period_count <= PERIODS_MAX) {
                const uint32_t month = month_of(work, at_ms, &day);
                const int64_t first_day = month_edge(work, day, false);
                const int64_t end_ms = local_midnight_ms(work, month_edge(work, day, true));
                const int64_t base_ms = local_midnight_ms(work,
                                                          month_edge(work, first_day - 1, false));

                (void)add_period(customers, "month", month_name(work, month), base_ms, at_ms,
                                 att_min_i64(end_ms, work->to_ms));
                at_ms = end_ms;
        }
}

/* ---- One person ---- */

static void advance(struct customers *customers, sqlite3_stmt *statement, int64_t *at)
{
        const int result = customers->result < 0 ? customers->result
                                                 : work_step(customers->work, statement);

        *at = result > 0 ? sqlite3_column_int64(statement, 0) : INT64_MAX;
        customers->result = result < 0 ? result : customers->result;
}

/* The person's contacts; gives when the first one was. */
static int64_t read_contacts(struct customers *customers, int64_t person)
{
        int64_t first_ms = INT64_MAX;

        for (uint32_t i = 0; i < customers->period_count; i++) {
                customers->periods[i].was_there = customers->periods[i].is_there = false;
        }
        while (customers->at_person == person) {
                const int64_t at_ms = sqlite3_column_int64(customers->contacts, 1);

                first_ms = att_min_i64(first_ms, at_ms);
                for (uint32_t i = 0; i < customers->period_count; i++) {
                        struct period *period = &customers->periods[i];

                        if (at_ms >= period->from_ms && at_ms < period->to_ms) {
                                period->is_there = true;
                                period->contacts++;
                        } else if (at_ms >= period->base_ms && at_ms < period->from_ms) {
                                period->was_there = true;
                        }
                }
                advance(customers, customers->contacts, &customers->at_person);
        }
        return first_ms;
}

static struct value value_at(sqlite3_stmt *statement, int column)
{
        return (struct value){
                .is_known = sqlite3_column_type(statement, column) != SQLITE_NULL,
                .micro = sqlite3_column_int64(statement, column),
                .risk_ppm = sqlite3_column_type(statement, column + 1) == SQLITE_NULL
                                    ? -1
                                    : sqlite3_column_int64(statement, column + 1),
        };
}

static struct period *find_currency(struct customers *customers, struct att_text currency)
{
        const uint32_t count = customers->currency_count;
        const struct period *whole = &customers->periods[0];

        for (uint32_t i = 0; i < count; i++) {
                if (att_text_equals(customers->currencies[i], currency)) {
                        return &customers->by_currency[i];
                }
        }
        if (count == CURRENCIES_MAX) {
                customers->has_more_currencies = true;
                return NULL;
        }
        customers->currencies[count] = att_arena_text(&customers->work->report->arena, currency);
        customers->by_currency[count] = (struct period){
                .slice = ATT_TEXT("currency"),
                .name = customers->currencies[count].len > 0 ? customers->currencies[count]
                                                             : ATT_TEXT("(none)"),
                .from_ms = whole->from_ms,
                .to_ms = whole->to_ms,
                .base_ms = whole->base_ms,
        };
        return &customers->by_currency[customers->currency_count++];
}

/* What was known of a value at the two ends of each period in which the person was in contact. */
struct ends {
        struct value *before;
        struct value *after;
};

static void note_value(struct customers *customers, struct ends *ends, int64_t at_ms,
                       struct value value)
{
        for (uint32_t i = 0; i < customers->period_count; i++) {
                if (at_ms < customers->periods[i].from_ms) {
                        ends->before[i] = value;
                }
                if (at_ms < customers->periods[i].to_ms) {
                        ends->after[i] = value;
                }
        }
}

static void read_values(struct customers *customers, int64_t person, struct ends *ends,
                        struct value now)
{
        bool has_any = false;

        for (uint32_t i = 0; i < customers->period_count; i++) {
                ends->before[i] = ends->after[i] = (struct value){.risk_ppm = -1};
        }
        while (customers->at_values < person) {
                advance(customers, customers->values, &customers->at_values);
        }
        while (customers->at_values == person) {
                has_any = true;
                note_value(customers, ends, sqlite3_column_int64(customers->values, 1),
                           value_at(customers->values, 2));
                advance(customers, customers->values, &customers->at_values);
        }
        if (!has_any) { /* Never changed since it was first told. */
                note_value(customers, ends, INT64_MIN, now);
        }
}

static void add_value(struct period *period, struct value before, struct value after)
{
        if (after.is_known) {
                period->valued++;
                period->value_micro += after.micro;
                period->change_micro += before.is_known ? after.micro - before.micro : 0;
        }
        if (after.risk_ppm >= 0) {
                period->risked++;
                period->risk_ppm += after.risk_ppm;
                period->at_risk_micro += after.micro / 1000 * after.risk_ppm / 1000;
        }
}

static void add_person(struct period *period, int64_t first_ms)
{
        period->base += period->was_there;
        period->retained += period->was_there && period->is_there;
        period->customers += period->is_there;
        period->new += period->is_there &&first_ms >= period->from_ms;
}

static void take_person(struct customers *customers, int64_t person, struct ends *ends)
{
        struct value now = {.risk_ppm = -1};
        struct period *currency = NULL;
        int64_t first_ms = read_contacts(customers, person);

        while (customers->at_people < person) {
                advance(customers, customers->people, &customers->at_people);
        }
        if (customers->at_people == person) {
                now = value_at(customers->people, 2);
                if (sqlite3_column_type(customers->people, 4) != SQLITE_NULL) {
                        first_ms = att_min_i64(first_ms,
                                               sqlite3_column_int64(customers->people, 4));
                }
        }
        read_values(customers, person, ends, now);
        for (uint32_t i = 0; i < customers->period_count; i++) {
                add_person(&customers->periods[i], first_ms);
                if (customers->periods[i].is_there) {
                        add_value(&customers->periods[i], ends->before[i], ends->after[i]);
                }
        }
        if (customers->periods[0].is_there && ends->after[0].is_known) {
                currency = find_currency(customers, customers->at_people == person
                                                            ? work_column(customers->people, 1)
                                                            : ATT_TEXT_NONE);
        }
        if (currency) {
                currency->customers++;
                currency->new += first_ms >= currency->from_ms;
                add_value(currency, ends->before[0], ends->after[0]);
        }
}

/* ---- The rows ---- */

static int64_t share(int64_t part, int64_t whole)
{
        return whole == 0 ? ATT_REPORT_ABSENT : (part * 1000000 + whole / 2) / whole;
}

static void put_values(int64_t *values, const struct period *period)
{
        values[VALUED] = period->valued;
        if (period->valued > 0) {
                values[VALUE] = period->value_micro / 1000;
                values[VALUE_MEAN] = period->value_micro / period->valued / 1000;
                values[VALUE_CHANGE] = period->change_micro / 1000;
                values[AT_RISK] = period->at_risk_micro / 1000;
        }
}

static void put_row(struct customers *customers, struct att_report_row *row,
                    const struct period *period, bool is_currency)
{
        int64_t *values = work_values(customers->work, MEASURES);

        row->slice = period->slice;
        row->name = period->name;
        row->values = values;
        values[CUSTOMERS] = period->customers;
        values[NEW] = period->new;
        values[RETURNING] = period->customers - period->new;
        if (!is_currency) {
                values[CONTACTS] = period->contacts;
                values[PER_CUSTOMER] = period->customers == 0
                                               ? ATT_REPORT_ABSENT
                                               : period->contacts * 1000 / period->customers;
                values[BASE] = period->base;
                values[RETAINED] = period->retained;
                values[RETENTION] = share(period->retained, period->base);
                values[CHURN] = share(period->base - period->retained, period->base);
        }
        values[RISK] = period->risked == 0 ? ATT_REPORT_ABSENT : period->risk_ppm / period->risked;
        if (is_currency || customers->currency_count <= 1) {
                put_values(values, period);
        }
}

static void put_rows(struct customers *customers)
{
        const uint32_t currencies = customers->currency_count > 1 ? customers->currency_count : 0;
        struct att_report_row *rows = work_rows(customers->work,
                                                customers->period_count + currencies);

        work_set_measures(customers->work, names, MEASURES);
        for (uint32_t i = 0; i < customers->period_count; i++) {
                put_row(customers, &rows[i], &customers->periods[i], false);
        }
        for (uint32_t i = 0; i < currencies; i++) {
                put_row(customers, &rows[customers->period_count + i], &customers->by_currency[i],
                        true);
        }
        if (currencies > 0) {
                work_note(customers->work, "Values are told in several currencies: each is a row, "
                                           "and they are not added up.");
        } else if (customers->currency_count == 1 && customers->currencies[0].len > 0) {
                work_note(customers->work, "Values are in %.*s.",
                          ATT_TEXT_ARGS(customers->by_currency[0].name));
        }
        if (customers->has_more_currencies) {
                work_note(customers->work,
                          "There are more than %d currencies: the values of the "
                          "others are left out.",
                          CURRENCIES_MAX);
        }
        work_note(customers->work,
                  "Retained are those in contact both in the period and in the one "
                  "before it; nothing is known of customers who had no need to "
                  "call.");
}

static void open_statements(struct customers *customers)
{
        static const char *const sql[] = {
                "SELECT person, arrived_ms FROM contacts WHERE person IS NOT NULL"
                " ORDER BY person, arrived_ms",
                "SELECT person, currency, lifetime_value_micro, churn_risk_ppm, since_ms FROM people"
                " ORDER BY person",
                "SELECT person, at_ms, lifetime_value_micro, churn_risk_ppm FROM person_values"
                " ORDER BY person, at_ms"};
        sqlite3_stmt **const statements[] = {&customers->contacts, &customers->people,
                                             &customers->values};
        int64_t *const ats[] = {&customers->at_person, &customers->at_people,
                                &customers->at_values};

        for (size_t i = 0; i < ATT_ARRAY_LEN(sql); i++) {
                if (customers->result == 0) {
                        customers->result = work_prepare(customers->work, sql[i], statements[i]);
                }
                if (customers->result == 0) {
                        advance(customers, *statements[i], ats[i]);
                }
        }
}

int customers_make(struct work *work)
{
        struct customers customers = {.work = work};
        struct ends ends;

        make_periods(&customers);
        ends.before = att_alloc_array(customers.period_count, sizeof(*ends.before));
        ends.after = att_alloc_array(customers.period_count, sizeof(*ends.after));
        open_statements(&customers);
        while (customers.result == 0 && customers.at_person != INT64_MAX) {
                take_person(&customers, customers.at_person, &ends);
        }
        (void)sqlite3_finalize(customers.contacts);
        (void)sqlite3_finalize(customers.people);
        (void)sqlite3_finalize(customers.values);
        if (customers.result == 0) {
                put_rows(&customers);
        }
        free(ends.before);
        free(ends.after);
        free(customers.periods);
        return customers.result;
}
