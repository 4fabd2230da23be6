/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "lib/store/files.h"
#include "lib/store/history.h"
#include "lib/store/report_work.h"
#include "lib/store/sqlite.h"

#define NOTES_MAX      16
#define BUSY_MS        5000
#define PROGRESS_STEPS 20000 /* Of SQLite's machine, between two looks at `stop`. */

/* Every table is read once, from its beginning to its end: a larger cache would not be asked twice. */
static const char to_read[] = "PRAGMA query_only = ON;"
                              "PRAGMA cache_size = -16384;"
                              "PRAGMA temp_store = FILE;";

/* ---- SQLite ---- */

int work_say(struct work *work)
{
        const int code = sqlite3_errcode(work->db);
        int error;

        if (code == SQLITE_INTERRUPT) {
                att_buffer_append_c(work->why, "the report was stopped");
                return -ECANCELED;
        }
        error = att_sqlite_say(work->db, work->path, work->why);
        return code == SQLITE_ERROR ? -EBADMSG : error; /* No such table: some other database. */
}

int work_prepare(struct work *work, const char *sql, sqlite3_stmt **ret_statement)
{
        return sqlite3_prepare_v2(work->db, sql, -1, ret_statement, NULL) == SQLITE_OK
                       ? 0
                       : work_say(work);
}

int work_step(struct work *work, sqlite3_stmt *statement)
{
        switch (sqlite3_step(statement)) {
        case SQLITE_ROW:
                return 1;
        case SQLITE_DONE:
                return 0;
        default:
                return work_say(work);
        }
}

struct att_text work_column(sqlite3_stmt *statement, int column)
{
        const unsigned char *text = sqlite3_column_text(statement, column);

        return att_text_of(text ? (const char *)text : "",
                           (size_t)sqlite3_column_bytes(statement, column));
}

static int is_stopped(void *context)
{
        const struct work *work = context;

        return work->ask->stop && atomic_load_explicit(work->ask->stop, memory_order_relaxed);
}

/* "DATA" or "DATA/history.sqlite", to free(). */
static char *find_file(const char *path)
{
        struct stat status;

        if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
                return att_path_join(path, ATT_HISTORY_NAME);
        }
        return att_strndup(path, strlen(path));
}

int work_open(struct work *work)
{
        work->offset_hour = INT64_MIN;
        work->day_known = INT64_MIN;
        if (access(work->path, R_OK) < 0) {
                const int error = -errno;

                if (error == -ENOENT) {
                        att_buffer_printf(work->why, "there is no history %s (yet)", work->path);
                        return error;
                }
                return att_say_errno(work->why, work->path, error);
        }
        if (sqlite3_open_v2(work->path, &work->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
                            NULL) != SQLITE_OK) {
                return work_say(work);
        }
        (void)sqlite3_busy_timeout(work->db, BUSY_MS);
        sqlite3_progress_handler(work->db, PROGRESS_STEPS, is_stopped, work);
        if (sqlite3_exec(work->db, to_read, NULL, NULL, NULL) != SQLITE_OK ||
            /* All statements see one state of the file. */
            sqlite3_exec(work->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK) {
                return work_say(work);
        }
        return 0;
}

void work_close(struct work *work)
{
        (void)sqlite3_close_v2(work->db);
        slices_deinit(work);
        free(work->busy);
}

/* Made just now: its tables come in a moment. */
static bool has_nothing_yet(const struct work *work)
{
        sqlite3_stmt *statement = NULL;
        bool is_empty = false;

        if (sqlite3_prepare_v2(work->db, "SELECT count(*) FROM sqlite_schema", -1, &statement,
                               NULL) == SQLITE_OK &&
            sqlite3_step(statement) == SQLITE_ROW) {
                is_empty = sqlite3_column_int64(statement, 0) == 0;
        }
        (void)sqlite3_finalize(statement);
        return is_empty;
}

static int check_format(struct work *work)
{
        sqlite3_stmt *statement;
        int result = work_prepare(work, "SELECT value FROM meta WHERE key = 'format'", &statement);
        int64_t format = 0;

        if (result < 0 && has_nothing_yet(work)) {
                att_buffer_clear(work->why);
                att_buffer_printf(work->why, "there is nothing in the history %s (yet)",
                                  work->path);
                return -ENOENT;
        }
        if (result < 0) {
                att_buffer_append_c(work->why, ": is it a history of attuned?");
                return result;
        }
        result = work_step(work, statement);
        if (result > 0) {
                format = sqlite3_column_int64(statement, 0);
        }
        (void)sqlite3_finalize(statement);
        if (result >= 0 && format != ATT_HISTORY_FORMAT) {
                att_buffer_printf(work->why, "%s: format %" PRId64 ", known is %d", work->path,
                                  format, ATT_HISTORY_FORMAT);
                return -ENOTSUP;
        }
        return result < 0 ? result : 0;
}

/* ---- The period ---- */

/* The ends that were not said. */
static int find_period(struct work *work)
{
        sqlite3_stmt *statement;
        int result = work_prepare(work, "SELECT min(arrived_ms), max(arrived_ms) FROM contacts",
                                  &statement);
        int64_t first = work->ask->now_ms;
        int64_t last = work->ask->now_ms;

        if (result < 0) {
                return result;
        }
        result = work_step(work, statement);
        if (result > 0 && sqlite3_column_type(statement, 0) != SQLITE_NULL) {
                first = sqlite3_column_int64(statement, 0);
                last = sqlite3_column_int64(statement, 1) + 1;
        }
        (void)sqlite3_finalize(statement);
        work->from_ms = work->ask->from_ms == ATT_REPORT_ABSENT ? first : work->ask->from_ms;
        work->to_ms = work->ask->to_ms == ATT_REPORT_ABSENT ? att_max_i64(last, work->from_ms)
                                                            : work->ask->to_ms;
        if (result >= 0 &&
            (work->from_ms > work->to_ms ||
             (work->from_ms == work->to_ms && work->ask->from_ms != ATT_REPORT_ABSENT &&
              work->ask->to_ms != ATT_REPORT_ABSENT))) {
                att_buffer_append_c(work->why, "the report would end before it begins");
                return -EINVAL;
        }
        return result < 0 ? result : 0;
}

/* ---- Notes ---- */

void work_note(struct work *work, const char *format, ...)
{
        char *text = NULL;
        va_list arguments;

        if (!work->notes) {
                work->notes = att_arena_take_array(&work->report->arena, NOTES_MAX,
                                                   sizeof(*work->notes));
        }
        if (work->note_count == NOTES_MAX) {
                return;
        }
        va_start(arguments, format);
        ATT_CHECK(vasprintf(&text, format, arguments) >= 0);
        va_end(arguments);
        work->notes[work->note_count++] = att_arena_text(&work->report->arena, att_text_from(text));
        free(text);
}

static int note_gaps(struct work *work)
{
        sqlite3_stmt *statement;
        int result = work_prepare(work, "SELECT from_seq, to_seq, why FROM gaps ORDER BY from_seq",
                                  &statement);

        if (result < 0) {
                return result;
        }
        while ((result = work_step(work, statement)) > 0) {
                work_note(work, "The history has a gap, commands %lld to %lld: %.*s.",
                          (long long)sqlite3_column_int64(statement, 0),
                          (long long)sqlite3_column_int64(statement, 1),
                          ATT_TEXT_ARGS(work_column(statement, 2)));
        }
        (void)sqlite3_finalize(statement);
        return result;
}

/* ---- The table ---- */

void work_set_measures(struct work *work, const char *const *names, uint32_t count)
{
        struct att_text *measures = att_arena_take_array(&work->report->arena, count,
                                                         sizeof(*measures));

        for (uint32_t i = 0; i < count; i++) {
                measures[i] = att_text_from(names[i]);
        }
        work->report->measures = measures;
        work->report->measure_count = count;
}

struct att_report_row *work_rows(struct work *work, uint32_t count)
{
        struct att_report_row *rows = att_arena_take_array(&work->report->arena, count,
                                                           sizeof(*rows));

        for (uint32_t i = 0; i < count; i++) {
                rows[i] = (struct att_report_row){
                        .slice = ATT_TEXT_NONE, .name = ATT_TEXT_NONE, .text = ATT_TEXT_NONE};
        }
        work->report->rows = rows;
        work->report->row_count = count;
        return rows;
}

int64_t *work_values(struct work *work, uint32_t count)
{
        int64_t *values = att_arena_take_array(&work->report->arena, count, sizeof(*values));

        for (uint32_t i = 0; i < count; i++) {
                values[i] = ATT_REPORT_ABSENT;
        }
        return values;
}

static const int64_t *take_values(struct work *work, const struct slicing *slicing,
                                  const struct group *group)
{
        const uint32_t count = measures_count();
        int64_t *values = work_values(work, count);

        for (uint32_t i = 0; i < count; i++) {
                values[i] = measures_value(i, group->sums, slicing->has_staff);
        }
        return values;
}

static void take_rows(struct work *work)
{
        struct att_report_row *row;
        uint32_t count = 0;

        for (uint32_t i = 0; i < work->slicing_count; i++) {
                count += work->slicings[i].count;
        }
        row = work_rows(work, count);
        for (uint32_t i = 0; i < work->slicing_count; i++) {
                struct slicing *slicing = &work->slicings[i];

                slices_sort(work, slicing);
                for (uint32_t j = 0; j < slicing->count; j++) {
                        row->slice = slicing->name;
                        row->name = slices_group_name(work, slicing, &slicing->groups[j]);
                        row->values = take_values(work, slicing, &slicing->groups[j]);
                        row++;
                }
        }
}

static void take_measure_names(struct work *work)
{
        const uint32_t count = measures_count();
        const char **names = att_alloc_array(count, sizeof(*names));

        for (uint32_t i = 0; i < count; i++) {
                names[i] = measures_name(i);
        }
        work_set_measures(work, names, count);
        free(names);
}

static int make_measures(struct work *work)
{
        int result = slices_parse(work);

        result = result == 0 ? scan_history(work) : result;
        result = result == 0 ? staff_add(work) : result;
        if (result == 0) {
                take_measure_names(work);
                take_rows(work);
        }
        return result;
}

static int make(struct work *work)
{
        switch (work->ask->of) {
        case ATT_REPORT_OF_MEASURES:
                return make_measures(work);
        case ATT_REPORT_OF_CUSTOMERS:
                return customers_make(work);
        case ATT_REPORT_OF_WORTH:
                return worth_make(work);
        case ATT_REPORT_OF_BONUS:
                return bonus_make(work);
        case ATT_REPORT_OF_LIVE:
        case ATT_REPORT_OF_COUNT:
                break;
        }
        att_buffer_append_c(work->why, "that is no report from the history");
        return -EINVAL;
}

/* ---- The whole ---- */

int att_report_make(const char *path, const struct att_report_ask *ask,
                    struct att_report *ret_report, struct att_buffer *why)
{
        ATT_CLEANUP(att_free_pointer) char *file = find_file(path);
        struct work *work = att_alloc(sizeof(*work));
        int result;

        *ret_report = (struct att_report){.zone = ATT_TEXT_NONE};
        work->ask = ask;
        work->report = ret_report;
        work->why = why;
        work->path = file;
        result = work_open(work);
        result = result == 0 ? check_format(work) : result;
        result = result == 0 ? find_period(work) : result;
        result = result == 0 ? make(work) : result;
        result = result == 0 ? note_gaps(work) : result;
        work_close(work);
        if (result == 0) {
                ret_report->from_ms = work->from_ms;
                ret_report->to_ms = work->to_ms;
                ret_report->zone = att_arena_text(&ret_report->arena, ask->zone_name);
                ret_report->notes = work->notes;
                ret_report->note_count = work->note_count;
        } else {
                att_report_deinit(ret_report);
        }
        free(work);
        return result;
}

void att_report_deinit(struct att_report *report)
{
        att_arena_deinit(&report->arena);
        *report = (struct att_report){.zone = ATT_TEXT_NONE};
}

int att_report_find_measure(const struct att_report *report, const char *name)
{
        for (uint32_t i = 0; i < report->measure_count; i++) {
                if (att_text_equals_c(report->measures[i], name)) {
                        return (int)i;
                }
        }
        return -1;
}
