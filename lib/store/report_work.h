/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report in the making: what the files report*.c share.
 *
 * One pass over the history, in the order of contacts, takes every unit (a contact, a conversation ...)
 * once and adds it to the sums of its row in each slicing. Measures are then made from sums.
 */
#ifndef ATT_LIB_STORE_REPORT_WORK_H
#define ATT_LIB_STORE_REPORT_WORK_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/map.h"
#include "lib/store/report.h"

#define REPORT_DAY_MS INT64_C(86400000)

/* ---- Sums ---- */

enum sum {
        SUM_CONTACTS,
        SUM_OFFERED,
        SUM_ANSWERED,
        SUM_ABANDONED,
        SUM_SHORT,
        SUM_TURNED_AWAY,
        SUM_CANCELLED,
        SUM_WAITING,
        SUM_OFFERED_LONG, /* Without short abandons. */
        SUM_LEVEL_GOOD,   /* The formula's two sides. */
        SUM_LEVEL_BASE,
        SUM_WAIT_MS, /* Of the answered. */
        SUM_WAIT_MAX_MS,
        SUM_ABANDON_WAIT_MS,
        SUM_RESPONSE_MS,
        SUM_QUEUE_ENTRIES,
        SUM_MOVED_ON,
        SUM_ESTIMATED,
        SUM_ESTIMATE_ERROR_MS,
        SUM_ESTIMATE_OFF_MS,
        SUM_ESTIMATE_WITHIN,
        SUM_KNOWN, /* Contacts of known people. */
        SUM_REPEATS,
        SUM_FIRSTS, /* The base of first-contact resolution. */
        SUM_RESOLVED_FIRST,
        SUM_POSITIVE,
        SUM_NEUTRAL,
        SUM_NEGATIVE,
        SUM_CONVERSATIONS,
        SUM_TALK_MS,
        SUM_HOLD_MS,
        SUM_WRAP_MS,
        SUM_TRANSFERS,
        SUM_OFFERS,
        SUM_ACCEPTED,
        SUM_DECLINED,
        SUM_MISSED,
        SUM_CSAT,
        SUM_CSAT_HIGH,
        SUM_CSAT_POINTS,
        SUM_NPS,
        SUM_NPS_PROMOTERS,
        SUM_NPS_DETRACTORS,
        SUM_CES,
        SUM_CES_POINTS,
        SUM_CES_SQUARES,
        SUM_SAID, /* Whether it was resolved. */
        SUM_SAID_RESOLVED,
        SUM_STAFFED_MS,
        SUM_BUSY_MS,
        SUM_COUNT
};

/* ---- Where a unit belongs ---- */

enum dim {
        DIM_QUEUE,
        DIM_CHANNEL,
        DIM_TIER,
        DIM_AGENT,
        DIM_SKILL,
        DIM_HOUR,
        DIM_WEEKDAY,
        DIM_DAY,
        DIM_WEEK,
        DIM_MONTH,
        DIM_COUNT
};

#define DIM_TEXTS      (DIM_SKILL + 1) /* Those before are names, the others parts of time. */
#define DIM_VALUE_BITS 21
#define DIM_VALUE_MAX  ((1U << DIM_VALUE_BITS) - 1)
#define SKILLS_MAX     64 /* Of one contact. */

/* The names met in one dimension, numbered as they came. */
struct names {
        struct att_map map;
        struct name **items;     /* Owned array; the names are the report's. */
        const struct name *last; /* The one found last; NULL: none yet. */
        uint32_t count;
        size_t capacity;
};

struct name {
        struct att_map_node node;
        struct att_text text;
        int64_t within_ms; /* A queue's service level. */
        uint32_t number;
};

struct place {
        uint32_t at[DIM_COUNT];
        uint32_t skills[SKILLS_MAX];
        uint32_t skill_count;
};

struct group {
        uint64_t key;
        int64_t sums[SUM_COUNT];
};

struct slicing {
        struct att_text name;
        enum dim dims[ATT_REPORT_DIMS_MAX];
        uint32_t dim_count;
        bool has_skill;
        bool has_time;
        bool has_staff; /* Of agents and time alone: what agents did between contacts has a place. */
        struct group *groups;
        uint32_t count;
        uint32_t last; /* The one found last: neighbours are often of one row. */
        size_t capacity;
        uint32_t *index; /* Number + 1 by the key's hash; a power of two. */
        uint32_t index_size;
};

/* What a unit adds. */
struct unit {
        uint32_t count;
        struct {
                enum sum sum;
                int64_t value;
        } items[20];
};

struct work {
        const struct att_report_ask *ask;
        struct att_report *report;
        struct att_buffer *why;
        const char *path;
        sqlite3 *db;
        int64_t from_ms; /* The period, its ends known. */
        int64_t to_ms;
        struct names names[DIM_TEXTS];
        struct slicing slicings[ATT_REPORT_SLICINGS_MAX + 1]; /* The first is the whole. */
        uint32_t slicing_count;
        bool needs_skills;
        bool needs_time;
        int result;          /* Of what goes wrong deep inside. */
        int64_t offset_hour; /* The hour whose offset is known. */
        int64_t offset_s;
        int64_t day_known; /* The local day whose week and month are known. */
        uint32_t week_of_day;
        uint32_t month_of_day;
        uint32_t weekday_of_day;
        struct span *busy; /* Owned. */
        size_t busy_count;
        size_t busy_capacity;
        struct att_text *notes; /* The report's arena. */
        uint32_t note_count;
};

/* An agent's time. */
struct span {
        uint32_t agent;
        int64_t from_ms;
        int64_t to_ms;
};

/* ---- report.c ---- */

/* A connection that reads alone, and one state of the file. */
ATT_MUST_USE int work_open(struct work *work);
void work_close(struct work *work); /* And what else the work holds. */
int work_say(struct work *work);    /* What SQLite says. */
ATT_MUST_USE int work_prepare(struct work *work, const char *sql, sqlite3_stmt **ret_statement);
/* 1: there is a row; 0: the end; negative: failed or stopped. */
ATT_MUST_USE int work_step(struct work *work, sqlite3_stmt *statement);
struct att_text work_column(sqlite3_stmt *statement, int column); /* Until the next step. */
void work_note(struct work *work, const char *format, ...) ATT_PRINTF(2, 3);

/* ---- report_slices.c ---- */

ATT_MUST_USE int slices_parse(struct work *work);
void slices_deinit(struct work *work);
uint32_t slices_name(struct work *work, enum dim dim, struct att_text text);
/* Sets the parts of time of a place. */
void slices_set_time(struct work *work, struct place *place, int64_t at_ms);
void unit_add(struct unit *unit, enum sum sum, int64_t value);
void slices_add(struct work *work, const struct place *place, const struct unit *unit);
/* The same, to those of agents and time alone. */
void slices_add_staff(struct work *work, const struct place *place, const struct unit *unit);
/* Adds what a part found to the whole. */
void slices_merge(struct work *work, const struct work *part);
/* Sorts the groups of a slicing, by name and time. */
void slices_sort(struct work *work, struct slicing *slicing);
struct att_text slices_group_name(struct work *work, const struct slicing *slicing,
                                  const struct group *group);
int64_t slices_offset(struct work *work, int64_t utc_s);

/* ---- report_scan.c ---- */

/* The contacts of these numbers, as far as they arrived in the period. */
ATT_MUST_USE int scan_part(struct work *work, int64_t first, int64_t last);
/* Conversations that began before the period and reached into it kept their agents busy. */
ATT_MUST_USE int scan_lead(struct work *work);
/* The numbers of the contacts that arrived then; none: the last is before the first. */
ATT_MUST_USE int scan_range(struct work *work, int64_t from_ms, int64_t to_ms, int64_t *ret_first,
                            int64_t *ret_last);

/* ---- report_parts.c ---- */

/* All of the period, by more than one thread if it is long. */
ATT_MUST_USE int scan_history(struct work *work);

/* ---- report_staff.c ---- */

void staff_note_busy(struct work *work, uint32_t agent, int64_t from_ms, int64_t to_ms);
ATT_MUST_USE int staff_add(struct work *work);

/* ---- report_measures.c ---- */

uint32_t measures_count(void);
const char *measures_name(uint32_t measure);
/* `has_staff`: there are sums of agents' time. */
int64_t measures_value(uint32_t measure, const int64_t *sums, bool has_staff);
/* 95 % of a share of n: Wilson's interval, ppm. */
void measures_wilson(int64_t hits, int64_t n, int64_t *ret_low_ppm, int64_t *ret_high_ppm);

/* ---- Other reports ---- */

ATT_MUST_USE int customers_make(struct work *work);
ATT_MUST_USE int worth_make(struct work *work);
ATT_MUST_USE int bonus_make(struct work *work);

/* What a table is made with. */
void work_set_measures(struct work *work, const char *const *names, uint32_t count);
struct att_report_row *work_rows(struct work *work, uint32_t count);
int64_t *work_values(struct work *work, uint32_t count);

#endif
