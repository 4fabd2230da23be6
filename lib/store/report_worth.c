/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contacts of an agent that are worth listening to: those that went worst and best by what is
 * known of how they went, and those most unlike the agent's others on the same channel.
 *
 * Unlike: of talking, holding, wrapping up and waiting the logarithm is compared with the median, in
 * median absolute deviations (the modified z-score of Iglewicz and Hoaglin, "How to Detect and Handle
 * Outliers", 1993, who call 3.5 and more an outlier).
 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/duration.h"
#include "lib/base/util.h"
#include "lib/store/report_work.h"

#define OUTLIER     3.5
#define Z_OF_MAD    0.6745
#define MAD_MIN     0.05 /* In the logarithm: five parts in a hundred are no difference. */
#define ALIKE_MIN   10   /* Contacts on a channel, to know what is usual. */
#define SHIFT_PPM   100000
#define SCORE_POINT 1000

enum feature { TALKED, HELD, WRAPPED, WAITED, FEATURES };

static const char *const words[FEATURES] = {
        [TALKED] = "talked for ",
        [HELD] = "on hold for ",
        [WRAPPED] = "wrapped up for ",
        [WAITED] = "had waited for ",
};

enum { SCORE, UNLIKENESS, ARRIVED, NUMBER, MEASURES };

static const char *const names[MEASURES] = {
        [SCORE] = "score_milli",
        [UNLIKENESS] = "unlikeness_milli",
        [ARRIVED] = "arrived_at_ms",
        [NUMBER] = "contact",
};

struct contact {
        int64_t number;
        int64_t arrived_ms;
        struct att_text id;
        uint32_t channel;
        int64_t ms[FEATURES];
        int csat; /* -1: not said. */
        int nps;
        int resolved;
        int64_t emotion_ppm; /* -1 */
        int64_t emotion_end_ppm;
        bool was_repeated;
        int64_t score;
        double unlikeness;
        enum feature unlike_in;
};

struct worth {
        struct work *work;
        struct contact *contacts; /* Owned. */
        size_t count;
        size_t capacity;
        double (*medians)[FEATURES]; /* Owned: by channel; the logarithm. */
        struct att_report_row *rows;
        uint32_t row_count;
};

/* ---- How it went ---- */

/* Points for what is known: docs/measures.md. */
static int64_t score_of(const struct contact *contact)
{
        int64_t score = 0;

        if (contact->csat >= 0) {
                score += (contact->csat - 3) * INT64_C(1000);
        }
        if (contact->nps >= 0) {
                score += contact->nps >= 9 ? SCORE_POINT : contact->nps <= 6 ? -SCORE_POINT : 0;
        }
        if (contact->resolved >= 0) {
                score += contact->resolved ? SCORE_POINT : -SCORE_POINT;
        }
        if (contact->emotion_ppm >= 0 && contact->emotion_end_ppm >= 0) {
                score += (contact->emotion_ppm - contact->emotion_end_ppm) / 500;
        }
        return contact->was_repeated ? score - SCORE_POINT : score;
}

static void say(struct att_buffer *text, const char *format, ...) ATT_PRINTF(2, 3);

static void say(struct att_buffer *text, const char *format, ...)
{
        va_list arguments;
        char words_of[96];

        va_start(arguments, format);
        (void)vsnprintf(words_of, sizeof(words_of), format, arguments);
        va_end(arguments);
        att_buffer_append_c(text, text->len > 0 ? "; " : "");
        att_buffer_append_c(text, words_of);
}

static void say_why(struct att_buffer *text, const struct contact *contact)
{
        const int64_t shift_ppm = contact->emotion_end_ppm - contact->emotion_ppm;

        if (contact->csat >= 0) {
                say(text, "satisfaction %d of 5", contact->csat);
        }
        if (contact->nps >= 0) {
                say(text, "would recommend: %d of 10", contact->nps);
        }
        if (contact->resolved >= 0) {
                say(text, contact->resolved ? "resolved" : "not resolved");
        }
        if (contact->was_repeated) {
                say(text, "came again");
        }
        if (contact->emotion_ppm >= 0 && contact->emotion_end_ppm >= 0 &&
            (shift_ppm > SHIFT_PPM || shift_ppm < -SHIFT_PPM)) {
                say(text, "%s at the end (%.1f, was %.1f)", shift_ppm > 0 ? "more upset" : "calmer",
                    (double)contact->emotion_end_ppm / 1e6, (double)contact->emotion_ppm / 1e6);
        }
}

/* ---- How unlike the others it is ---- */

static double feature_of(const struct contact *contact, enum feature feature)
{
        return log1p((double)att_max_i64(contact->ms[feature], 0) / 1000);
}

static int compare_doubles(const void *left, const void *right)
{
        const double a = *(const double *)left;
        const double b = *(const double *)right;

        return (a > b) - (a < b);
}

static double median(double *values, size_t count)
{
        qsort(values, count, sizeof(*values), compare_doubles);
        return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* Most contacts are never on hold: those that are, are compared with one another. */
static bool has_feature(const struct contact *contact, uint32_t channel, enum feature feature)
{
        return contact->channel == channel && contact->ms[feature] > 0;
}

static void compare_with_others(struct worth *worth, uint32_t channel, enum feature feature,
                                double *values)
{
        double middle;
        double spread;
        size_t count = 0;

        for (size_t i = 0; i < worth->count; i++) {
                if (has_feature(&worth->contacts[i], channel, feature)) {
                        values[count++] = feature_of(&worth->contacts[i], feature);
                }
        }
        if (count < ALIKE_MIN) {
                return;
        }
        middle = median(values, count);
        for (size_t i = 0; i < count; i++) {
                values[i] = fabs(values[i] - middle);
        }
        spread = fmax(median(values, count), MAD_MIN);
        worth->medians[channel][feature] = middle;
        for (size_t i = 0; i < worth->count; i++) {
                struct contact *contact = &worth->contacts[i];
                const double z = Z_OF_MAD * fabs(feature_of(contact, feature) - middle) / spread;

                if (has_feature(contact, channel, feature) && z > contact->unlikeness) {
                        contact->unlikeness = z;
                        contact->unlike_in = feature;
                }
        }
}

static void compare_all(struct worth *worth)
{
        const uint32_t channels = worth->work->names[DIM_CHANNEL].count;
        double *values = att_alloc_array(worth->count + 1, sizeof(*values));

        worth->medians = att_alloc_array(channels + 1, sizeof(*worth->medians));
        for (uint32_t channel = 0; channel < channels; channel++) {
                for (int feature = 0; feature < FEATURES; feature++) {
                        compare_with_others(worth, channel, (enum feature)feature, values);
                }
        }
        free(values);
}

static void say_unlike(struct worth *worth, struct att_buffer *text, const struct contact *contact)
{
        const enum feature feature = contact->unlike_in;
        const double usual_ms = 1000 * expm1(worth->medians[contact->channel][feature]);
        const struct att_text channel =
                worth->work->names[DIM_CHANNEL].items[contact->channel]->text;
        char took[ATT_DURATION_TEXT_SIZE];
        char usual[ATT_DURATION_TEXT_SIZE];

        att_buffer_printf(text, "%s%s, %s is usual on %.*s", words[feature],
                          att_duration_format_short(contact->ms[feature], took),
                          att_duration_format_short(llround(usual_ms), usual),
                          ATT_TEXT_ARGS(channel));
        say_why(text, contact);
}

/* ---- The rows ---- */

static int compare_best(const void *left, const void *right)
{
        const struct contact *a = left;
        const struct contact *b = right;

        if (a->score != b->score) {
                return a->score > b->score ? -1 : 1;
        }
        return a->number > b->number ? -1 : a->number < b->number; /* The newest first. */
}

static int compare_worst(const void *left, const void *right)
{
        const struct contact *a = left;
        const struct contact *b = right;

        return a->score != b->score ? (a->score < b->score ? -1 : 1) : compare_best(left, right);
}

static int compare_unlike(const void *left, const void *right)
{
        const struct contact *a = left;
        const struct contact *b = right;

        if (a->unlikeness > b->unlikeness || a->unlikeness < b->unlikeness) {
                return a->unlikeness > b->unlikeness ? -1 : 1;
        }
        return compare_best(left, right);
}

static void put_row(struct worth *worth, const char *slice, const struct contact *contact)
{
        struct att_arena *arena = &worth->work->report->arena;
        struct att_report_row *row = &worth->rows[worth->row_count++];
        struct att_buffer text ATT_CLEANUP(att_buffer_deinit) = {0};
        int64_t *values = work_values(worth->work, MEASURES);

        if (contact->unlikeness >= OUTLIER && slice[0] == 'u') {
                say_unlike(worth, &text, contact);
        } else {
                say_why(&text, contact);
        }
        values[SCORE] = contact->score;
        values[UNLIKENESS] = llround(contact->unlikeness * 1000);
        values[ARRIVED] = contact->arrived_ms;
        values[NUMBER] = contact->number;
        *row = (struct att_report_row){.slice = att_text_from(slice),
                                       .name = contact->id,
                                       .text = att_arena_text(arena, att_buffer_text(&text)),
                                       .values = values};
}

static void put_some(struct worth *worth, const char *slice,
                     int (*compare)(const void *, const void *))
{
        if (worth->count > 1) {
                qsort(worth->contacts, worth->count, sizeof(*worth->contacts), compare);
        }
        for (size_t i = 0; i < worth->count && i < ATT_REPORT_WORTH; i++) {
                const struct contact *contact = &worth->contacts[i];

                if ((slice[0] == 'w' && contact->score >= 0) ||
                    (slice[0] == 'b' && contact->score <= 0) ||
                    (slice[0] == 'u' && contact->unlikeness < OUTLIER)) {
                        break;
                }
                put_row(worth, slice, contact);
        }
}

/* ---- Reading ---- */

static int int_or_none(sqlite3_stmt *row, int column)
{
        return sqlite3_column_type(row, column) == SQLITE_NULL ? -1
                                                               : sqlite3_column_int(row, column);
}

static int64_t share_or_none(sqlite3_stmt *row, int column)
{
        return sqlite3_column_type(row, column) == SQLITE_NULL ? -1
                                                               : sqlite3_column_int64(row, column);
}

static void take_contact(struct worth *worth, sqlite3_stmt *row)
{
        struct contact *contact;

        if (worth->count == worth->capacity) {
                worth->capacity = att_grown_capacity(worth->capacity, worth->count + 1);
                worth->contacts = att_realloc_array(worth->contacts, worth->capacity,
                                                    sizeof(*worth->contacts));
        }
        contact = &worth->contacts[worth->count++];
        *contact = (struct contact){
                .number = sqlite3_column_int64(row, 0),
                .id = att_arena_text(&worth->work->report->arena, work_column(row, 1)),
                .arrived_ms = sqlite3_column_int64(row, 2),
                .channel = slices_name(worth->work, DIM_CHANNEL, work_column(row, 3)),
                .ms = {[TALKED] = sqlite3_column_int64(row, 4),
                       [HELD] = sqlite3_column_int64(row, 5),
                       [WRAPPED] = sqlite3_column_int64(row, 6),
                       [WAITED] = sqlite3_column_int64(row, 7)},
                .emotion_ppm = share_or_none(row, 8),
                .emotion_end_ppm = share_or_none(row, 9),
                .csat = int_or_none(row, 10),
                .nps = int_or_none(row, 11),
                .resolved = int_or_none(row, 12),
                .was_repeated = sqlite3_column_int(row, 13) != 0,
        };
        contact->score = score_of(contact);
}

static const char contacts_sql[] =
        "SELECT c.contact, c.id, c.arrived_ms, c.channel, c.talked_ms, c.held_ms, c.wrapped_ms,"
        " c.waited_ms, c.emotion_ppm, c.emotion_end_ppm, s.csat, s.nps, s.resolved,"
        " EXISTS (SELECT 1 FROM contacts again WHERE again.repeat_of = c.contact)"
        " FROM contacts c JOIN contact_says s ON s.contact = c.contact"
        " WHERE c.last_agent = ?1 AND c.arrived_ms >= ?2 AND c.arrived_ms < ?3"
        " AND c.answered_ms IS NOT NULL AND c.closed_ms IS NOT NULL";

static int read_contacts(struct worth *worth)
{
        struct work *work = worth->work;
        sqlite3_stmt *statement;
        int result = work_prepare(work, contacts_sql, &statement);

        if (result < 0) {
                return result;
        }
        (void)sqlite3_bind_text(statement, 1, work->ask->agent.data, (int)work->ask->agent.len,
                                SQLITE_STATIC);
        (void)sqlite3_bind_int64(statement, 2, work->from_ms);
        (void)sqlite3_bind_int64(statement, 3, work->to_ms);
        while ((result = work_step(work, statement)) > 0) {
                take_contact(worth, statement);
        }
        (void)sqlite3_finalize(statement);
        return result;
}

int worth_make(struct work *work)
{
        struct worth worth = {.work = work};
        int result;

        if (att_text_is_empty(work->ask->agent)) {
                att_buffer_append_c(work->why, "a review is of an agent: which one?");
                return -EINVAL;
        }
        result = read_contacts(&worth);
        if (result == 0) {
                compare_all(&worth);
                worth.rows = work_rows(work, 3 * ATT_REPORT_WORTH);
                work_set_measures(work, names, MEASURES);
                put_some(&worth, "worst", compare_worst);
                put_some(&worth, "best", compare_best);
                put_some(&worth, "unlike", compare_unlike);
                work->report->row_count = worth.row_count;
        }
        free(worth.contacts);
        free(worth.medians);
        return result;
}
