/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/app.h"
#include "daemon/clock.h"
#include "daemon/dispatch.h"
#include "daemon/priority.h"
#include "daemon/report_make.h"
#include "lib/base/util.h"
#include "lib/wire/codec.h"

#define THREADS_MAX 2  /* Where one processor is left for routing. */
#define CURSOR_BITS 32 /* Of a row's number; above it the report's. */

struct report_job {
        struct att_list in_waiting;
        char session[SESSION_ID_SIZE];
        uint64_t request_id;
        uint32_t limit;
        struct att_arena arena; /* Of the texts of `asked`. */
        struct att_wire_report_request asked;
        const struct att_config *config; /* Owned reference. */
        const char *data;                /* Borrowed: the data directory. */
        int64_t now_ms;
        const atomic_bool *stop;
        struct att_report report;
        struct att_buffer why;
        int result;
};

void reports_init(struct reports *reports)
{
        *reports = (struct reports){.number = 0};
        att_list_init(&reports->waiting);
        atomic_init(&reports->stop, false);
}

static void job_free(struct report_job *job)
{
        att_config_unref(job->config);
        att_report_deinit(&job->report);
        att_buffer_deinit(&job->why);
        att_arena_deinit(&job->arena);
        free(job);
}

static void drop_waiting(struct reports *reports)
{
        while (!att_list_is_empty(&reports->waiting)) {
                struct report_job *job = ATT_LIST_FIRST(&reports->waiting, struct report_job,
                                                        in_waiting);

                att_list_remove(&job->in_waiting);
                job_free(job);
        }
        reports->waiting_count = 0;
}

void reports_deinit(struct reports *reports)
{
        ATT_CHECK(!reports->job);
        drop_waiting(reports);
        for (int i = 0; i < REPORTS_KEPT_MAX; i++) {
                att_report_deinit(&reports->kept[i].report);
        }
}

bool reports_is_busy(const struct reports *reports)
{
        return reports->job != NULL;
}

void reports_stop(struct reports *reports)
{
        drop_waiting(reports);
        atomic_store(&reports->stop, true);
}

/* ---- The thread ---- */

static void make(void *context)
{
        struct report_job *job = context;

        priority_lower();
        job->result = report_make(job->data, job->config, &job->asked, job->now_ms,
                                  sysconf(_SC_NPROCESSORS_ONLN) > THREADS_MAX ? THREADS_MAX : 1,
                                  job->stop, &job->report, &job->why);
}

/* A thread of the pool cannot be given less weight for a while: it would never get it back. */
static void on_work(uv_work_t *work)
{
        struct app *app = work->data;
        struct report_job *job = app->reports.job;
        uv_thread_t thread;

        if (uv_thread_create(&thread, make, job) == 0) {
                (void)uv_thread_join(&thread);
        } else {
                att_buffer_append_c(&job->why, "no thread was to be had");
                job->result = -EAGAIN;
        }
}

/* ---- Answers ---- */

static struct session *find_session(const struct app *app, const char *id)
{
        ATT_LIST_FOREACH(session, &app->sessions.all, struct session, in_all)
        {
                if (session->state == SESSION_OPEN && strcmp(session->id, id) == 0) {
                        return session;
                }
        }
        return NULL;
}

static void begin_page(struct session *session, uint64_t request_id,
                       const struct att_report *report, struct att_wire_list *list)
{
        const struct att_wire_report head = {.from_ms = report->from_ms,
                                             .to_ms = report->to_ms,
                                             .zone = report->zone,
                                             .notes = report->notes,
                                             .note_count = report->note_count};

        att_wire_list_begin(list, session_out(session), request_id, ATT_WIRE_RESULT_REPORT);
        att_wire_list_put_period(list, &head);
        for (uint32_t i = 0; i < report->measure_count; i++) {
                ATT_CHECK(att_wire_list_add_measure(list, report->measures[i]));
        }
}

/* Gives whether that was the last page. */
static bool send_page(struct session *session, uint64_t request_id, const struct kept_report *kept,
                      uint32_t first, uint32_t limit)
{
        const struct att_report *report = &kept->report;
        struct att_wire_list list;
        uint32_t next = first;

        begin_page(session, request_id, report, &list);
        for (; next < report->row_count && (limit == 0 || next - first < limit); next++) {
                const struct att_report_row *from = &report->rows[next];
                const struct att_wire_report_row row = {.name = from->name,
                                                        .values = from->values,
                                                        .value_count = report->measure_count,
                                                        .slice = from->slice,
                                                        .text = from->text};

                if (!att_wire_list_add_report_row(&list, &row)) {
                        break;
                }
        }
        att_wire_list_end(&list, next < report->row_count ? kept->number << CURSOR_BITS | next : 0);
        return next == report->row_count;
}

static void forget(struct kept_report *kept)
{
        att_report_deinit(&kept->report);
        kept->number = 0;
}

/* In the place of the one that was used longest ago. */
static struct kept_report *keep(struct reports *reports, struct report_job *job)
{
        struct kept_report *oldest = &reports->kept[0];

        for (int i = 1; i < REPORTS_KEPT_MAX; i++) {
                if (reports->kept[i].number == 0 ||
                    (oldest->number != 0 && reports->kept[i].used_ms < oldest->used_ms)) {
                        oldest = &reports->kept[i];
                }
        }
        forget(oldest);
        oldest->number = ++reports->number;
        oldest->used_ms = clock_monotonic_us() / 1000;
        oldest->report = job->report;
        job->report = (struct att_report){.zone = ATT_TEXT_NONE};
        return oldest;
}

static enum att_refusal refusal_of(int result)
{
        return result == -EINVAL || result == -E2BIG   ? ATT_REFUSAL_INVALID
               : result == -EBUSY || result == -EAGAIN ? ATT_REFUSAL_FULL
                                                       : ATT_REFUSAL_STATE;
}

static void answer(struct app *app, struct session *session, struct report_job *job)
{
        struct kept_report *kept;

        if (job->result < 0) {
                refuse_request(session, job->request_id, refusal_of(job->result), job->why.data);
                return;
        }
        kept = keep(&app->reports, job);
        if (send_page(session, job->request_id, kept, 0, job->limit)) {
                forget(kept);
        }
}

static void start_next(struct app *app);

static void on_made(uv_work_t *work, int status)
{
        struct app *app = work->data;
        struct report_job *job = app->reports.job;
        struct session *session = find_session(app, job->session);

        (void)status;
        app->reports.job = NULL;
        if (session && !app->is_draining) {
                answer(app, session, job);
        }
        job_free(job);
        start_next(app);
}

static void start_next(struct app *app)
{
        struct reports *reports = &app->reports;

        if (reports->job || app->is_draining || att_list_is_empty(&reports->waiting)) {
                return;
        }
        reports->job = ATT_LIST_FIRST(&reports->waiting, struct report_job, in_waiting);
        att_list_remove(&reports->job->in_waiting);
        reports->waiting_count--;
        atomic_store(&reports->stop, false);
        reports->work.data = app;
        ATT_CHECK(uv_queue_work(app->loop, &reports->work, on_work, on_made) == 0);
}

/* ---- Requests ---- */

static struct att_wire_report_request copy_asked(struct att_arena *arena,
                                                 const struct att_wire_report_request *asked)
{
        struct att_wire_report_request copy = *asked;

        copy.from = att_arena_text(arena, asked->from);
        copy.to = att_arena_text(arena, asked->to);
        copy.zone = att_arena_text(arena, asked->zone);
        copy.slices = att_arena_text(arena, asked->slices);
        copy.agent = att_arena_text(arena, asked->agent);
        copy.formula = att_arena_text(arena, asked->formula);
        return copy;
}

static void ask_for(struct session *session, const struct att_wire_message *message)
{
        struct app *app = session->app;
        struct reports *reports = &app->reports;
        struct report_job *job;

        if (reports->waiting_count >= REPORTS_WAITING_MAX) {
                refuse_for_now(session, message->request_id, "too many reports at once");
                return;
        }
        job = att_alloc(sizeof(*job));
        memcpy(job->session, session->id, sizeof(job->session));
        job->request_id = message->request_id;
        job->limit = message->report.limit;
        job->asked = copy_asked(&job->arena, &message->report);
        job->config = att_config_ref(att_core_config(app->writer.core));
        job->data = att_data_path(app->data);
        job->now_ms = clock_now_ms(&app->writer.clock);
        job->stop = &reports->stop;
        att_list_add_tail(&reports->waiting, &job->in_waiting);
        reports->waiting_count++;
        start_next(app);
}

static void go_on(struct session *session, const struct att_wire_message *message)
{
        const uint64_t number = message->report.cursor >> CURSOR_BITS;
        const uint32_t row = (uint32_t)message->report.cursor;
        struct reports *reports = &session->app->reports;

        for (int i = 0; i < REPORTS_KEPT_MAX; i++) {
                struct kept_report *kept = &reports->kept[i];

                if (kept->number == number && number != 0 && row < kept->report.row_count) {
                        kept->used_ms = clock_monotonic_us() / 1000;
                        if (send_page(session, message->request_id, kept, row,
                                      message->report.limit)) {
                                forget(kept);
                        }
                        return;
                }
        }
        refuse_request(session, message->request_id, ATT_REFUSAL_STATE,
                       "that report is no longer kept: ask for it again");
}

void answer_report(struct session *session, const struct att_wire_message *message)
{
        if (message->request_id == 0) {
                return; /* Nobody wants to know. */
        }
        if (message->report.of == ATT_WIRE_REPORT_LIVE) {
                report_live(session, message);
        } else if (message->report.of >= ATT_WIRE_REPORT_COUNT ||
                   message->report.by >= ATT_WIRE_BY_COUNT) {
                refuse_request(session, message->request_id, ATT_REFUSAL_INVALID,
                               "a newer kind of report");
        } else if (message->report.cursor != 0) {
                go_on(session, message);
        } else {
                ask_for(session, message);
        }
}

void reports_look(struct app *app, int64_t monotonic_ms)
{
        struct reports *reports = &app->reports;

        if (reports->job && !find_session(app, reports->job->session)) {
                atomic_store(&reports->stop, true);
        }
        for (int i = 0; i < REPORTS_KEPT_MAX; i++) {
                if (reports->kept[i].number != 0 &&
                    monotonic_ms - reports->kept[i].used_ms > REPORT_KEPT_MS) {
                        forget(&reports->kept[i]);
                }
        }
}
