/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A long period is read by several threads: each takes a run of contacts, with a connection and sums
 * of its own, which are joined at the end. A contact and all that belongs to it is in one part.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "lib/base/util.h"
#include "lib/store/report_work.h"
#include "lib/store/thread.h"

#define PART_CONTACTS_MIN 10000 /* A thread for fewer is not worth it. */

struct part {
        struct work work;
        struct att_report names; /* Whose arena holds the part's names. */
        struct att_buffer why;
        int64_t first;
        int64_t last;
        int result;
        pthread_t thread;
        bool is_running;
};

static void *run_part(void *context)
{
        struct part *part = context;

        part->result = work_open(&part->work);
        part->result = part->result == 0 ? slices_parse(&part->work) : part->result;
        part->result = part->result == 0 ? scan_part(&part->work, part->first, part->last)
                                         : part->result;
        return NULL;
}

static void start_part(const struct work *whole, struct part *part, int64_t first, int64_t last)
{
        part->work.ask = whole->ask;
        part->work.report = &part->names;
        part->work.why = &part->why;
        part->work.path = whole->path;
        part->work.from_ms = whole->from_ms;
        part->work.to_ms = whole->to_ms;
        part->first = first;
        part->last = last;
        part->is_running = att_thread_start(&part->thread, run_part, part) == 0;
}

static int end_part(struct work *whole, struct part *part, int result)
{
        if (part->is_running) {
                (void)pthread_join(part->thread, NULL);
        } else if (result == 0) {
                (void)run_part(part); /* No thread was to be had: here, then. */
        }
        if (result == 0 && part->result == 0) {
                slices_merge(whole, &part->work);
        } else if (result == 0) {
                result = part->result;
                att_buffer_append_text(whole->why, att_buffer_text(&part->why));
        }
        work_close(&part->work);
        att_arena_deinit(&part->names.arena);
        att_buffer_deinit(&part->why);
        return result;
}

static int64_t count_contacts(struct work *work, int64_t first, int64_t last, int *ret_result)
{
        sqlite3_stmt *statement;
        int64_t count = 0;

        *ret_result = work_prepare(work,
                                   "SELECT count(*) FROM (SELECT 1 FROM contacts WHERE contact"
                                   " BETWEEN ?1 AND ?2 LIMIT ?3)",
                                   &statement);
        if (*ret_result < 0) {
                return 0;
        }
        (void)sqlite3_bind_int64(statement, 1, first);
        (void)sqlite3_bind_int64(statement, 2, last);
        (void)sqlite3_bind_int64(statement, 3, (int64_t)PART_CONTACTS_MIN * ATT_REPORT_THREADS_MAX);
        *ret_result = work_step(work, statement);
        if (*ret_result > 0) {
                count = sqlite3_column_int64(statement, 0);
                *ret_result = 0;
        }
        (void)sqlite3_finalize(statement);
        return count;
}

static int scan_in_parts(struct work *work, int64_t first, int64_t last, uint32_t count)
{
        struct part *parts = att_alloc_array(count, sizeof(*parts));
        const int64_t each = (last - first) / count + 1;
        int result;

        for (uint32_t i = 1; i < count; i++) {
                start_part(work, &parts[i], first + each * i,
                           att_min_i64(first + each * (i + 1) - 1, last));
        }
        result = scan_part(work, first, first + each - 1);
        for (uint32_t i = 1; i < count; i++) {
                result = end_part(work, &parts[i], result);
        }
        free(parts);
        return result < 0 ? result : work->result;
}

int scan_history(struct work *work)
{
        int64_t first;
        int64_t last;
        int64_t count;
        uint32_t threads = work->ask->threads > 0 ? work->ask->threads : 1;
        int result = scan_range(work, work->from_ms, work->to_ms, &first, &last);

        if (result < 0) {
                return result;
        }
        count = threads > 1 ? count_contacts(work, first, last, &result) : 0;
        if (result < 0) {
                return result;
        }
        threads = threads < ATT_REPORT_THREADS_MAX ? threads : ATT_REPORT_THREADS_MAX;
        threads = (uint32_t)att_min_i64(threads, att_max_i64(count / PART_CONTACTS_MIN, 1));
        result = threads > 1 ? scan_in_parts(work, first, last, threads)
                             : scan_part(work, first, last);
        return result < 0 ? result : scan_lead(work);
}
