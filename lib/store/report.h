/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports: the measures of docs/measures.md, computed from a history (lib/store/history.h).
 *
 *      struct att_report_ask ask = {.from_ms = ..., .to_ms = ..., .slices = ATT_TEXT("queue,day"), ...};
 *      struct att_report report;
 *      if (att_report_make("/var/lib/attune", &ask, &report, &why) == 0) { ... report.rows ... }
 *      att_report_deinit(&report);
 *
 * A report is a table: measures across, rows down. Its first row is the whole; then come those of
 * each slicing in the order asked for. What a unit counts as (a contact, a conversation, an offer, an
 * answer to a survey, an agent's minute) belongs to one row of a slicing, so rows add up to the whole;
 * but for skills, of which a contact may ask several: it counts in each of them.
 *
 * Not for the loop: it reads the disk, for seconds. The connection is its own, and reads alone; a
 * writer is never held up.
 */
#ifndef ATT_LIB_STORE_REPORT_H
#define ATT_LIB_STORE_REPORT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/text.h"
#include "lib/model/reports.h"

#define ATT_REPORT_ABSENT       INT64_MIN /* A value that is not known. */
#define ATT_REPORT_SLICINGS_MAX 12        /* In one report ... */
#define ATT_REPORT_DIMS_MAX     3         /* ... of so many things each, "queue+day". */
#define ATT_REPORT_ROWS_MAX     50000
#define ATT_REPORT_THREADS_MAX  8
#define ATT_REPORT_WORTH        5 /* Contacts worth listening to, of each kind. */

enum att_report_of {
        ATT_REPORT_OF_MEASURES,
        ATT_REPORT_OF_CUSTOMERS, /* Value, retention and churn, a row a month. */
        ATT_REPORT_OF_WORTH,     /* Contacts of `agent` that are worth listening to. */
        ATT_REPORT_OF_BONUS,     /* By the configured rule, a row an agent and period. */
        ATT_REPORT_OF_LIVE,      /* Not from a history: the daemon's own counters. */
        ATT_REPORT_OF_COUNT
};

/* A queue's own service level. */
struct att_report_target {
        struct att_text queue;
        int64_t within_ms;
};

/* All borrowed for the call. */
struct att_report_ask {
        enum att_report_of of;
        int64_t from_ms; /* Contacts that arrived from here ... */
        int64_t to_ms;   /* ... to before here; ATT_REPORT_ABSENT: from the first, to the last. */
        int64_t now_ms;
        struct att_text slices; /* "queue,channel,agent+day"; empty: the whole alone. */
        struct att_text agent;  /* WORTH */
        struct att_text zone_name;
        /* Seconds that local time is ahead of UTC at an instant; NULL: 0. */
        int64_t (*offset)(const void *zone, int64_t utc_s);
        const void *zone;
        struct att_reports rules;
        const struct att_report_target *targets; /* Of queues with a service level of their own. */
        uint32_t target_count;
        const struct att_bonus *bonus;   /* BONUS */
        const struct att_text *left_out; /* Agents who have no part in it: bots. */
        uint32_t left_out_count;
        uint32_t threads;        /* At most; 0 is 1. Each has a connection of its own. */
        const atomic_bool *stop; /* Set by another thread: give up. NULL fine. */
};

struct att_report_row {
        struct att_text slice; /* "queue", "agent+day"; "all" for the whole. */
        struct att_text name;  /* "cards", or one name a part of the slice, between tabs. */
        struct att_text text;  /* WORTH: why. */
        const int64_t *values; /* One a measure. */
};

struct att_report {
        struct att_arena arena; /* Owns what the rest points to. */
        int64_t from_ms;        /* What it is about in the end. */
        int64_t to_ms;
        struct att_text zone;
        const struct att_text
                *measures; /* Names that end in their unit: _ms, _ppm, _milli; else counts. */
        uint32_t measure_count;
        const struct att_report_row *rows;
        uint32_t row_count;
        const struct att_text *notes; /* Sentences: gaps in the history, what is provisional. */
        uint32_t note_count;
};

/* `path` is a history or the data directory with one. 0, or a negative errno and a sentence. -EINVAL:
 * what is asked makes no sense; -ENOENT: there is no history; -E2BIG: too many rows; -ECANCELED:
 * it was stopped. */
ATT_MUST_USE int att_report_make(const char *path, const struct att_report_ask *ask,
                                 struct att_report *ret_report, struct att_buffer *why);
void att_report_deinit(struct att_report *report);

/* The i-th thing to slice by, or NULL past the last. */
const char *att_report_dim(uint32_t i);
/* The column of that name, or -1. */
int att_report_find_measure(const struct att_report *report, const char *name);

#endif
