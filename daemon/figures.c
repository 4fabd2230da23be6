/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/figures.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "daemon/app.h"
#include "daemon/clock.h"
#include "daemon/http.h"
#include "lib/base/util.h"
#include "lib/store/files.h"
#include "version.h"

/* ---- What takes a while: on a thread of the pool ---- */

static int64_t count_fds(void)
{
        DIR *listing = opendir("/proc/self/fd");
        int64_t count = 0;

        if (!listing) {
                return METRICS_ABSENT;
        }
        while (readdir(listing)) {
                count++;
        }
        (void)closedir(listing);
        return count - 3; /* Two names that are none, and the listing's own. */
}

static void find_slow(const char *journal, struct metrics_process *found)
{
        struct statvfs disk;

        found->open_fds = count_fds();
        found->journal_bytes = att_dir_bytes(journal);
        found->disk_free_bytes = statvfs(journal, &disk) == 0
                                         ? (int64_t)disk.f_bavail * (int64_t)disk.f_frsize
                                         : METRICS_ABSENT;
}

static void on_work(uv_work_t *work)
{
        struct figures *figures = work->data;

        find_slow(att_data_journal_path(figures->app->data), &figures->found);
}

static void on_worked(uv_work_t *work, int status)
{
        struct figures *figures = work->data;
        struct metrics_process *process = &figures->metrics.process;

        figures->is_working = false;
        if (status == 0) {
                process->open_fds = figures->found.open_fds;
                process->journal_bytes = figures->found.journal_bytes;
                process->disk_free_bytes = figures->found.disk_free_bytes;
        }
}

void figures_refresh(struct figures *figures, int64_t monotonic_ms)
{
        if (figures->is_working || monotonic_ms - figures->worked_ms < FIGURES_SLOW_MS) {
                return;
        }
        figures->worked_ms = monotonic_ms;
        figures->work.data = figures;
        figures->is_working = uv_queue_work(figures->app->loop, &figures->work, on_work,
                                            on_worked) == 0;
}

bool figures_is_busy(const struct figures *figures)
{
        return figures->is_working;
}

/* ---- The process ---- */

/* Its 22nd figure, in ticks since the machine began. */
static int64_t find_start_ms(void)
{
        unsigned long long ticks = 0;
        struct timespec up = {0};
        FILE *file = fopen("/proc/self/stat", "re");
        const unsigned long long per_s = (unsigned long long)sysconf(_SC_CLK_TCK);
        bool is_found;

        if (!file) {
                return METRICS_ABSENT;
        }
        is_found = fscanf(file,
                          "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d "
                          "%*d %*d %*d %*d %*d %llu",
                          &ticks) == 1;
        (void)fclose(file);
        if (!is_found || clock_gettime(CLOCK_BOOTTIME, &up) < 0) {
                return METRICS_ABSENT;
        }
        return clock_wall_ms() - (int64_t)up.tv_sec * 1000 - up.tv_nsec / 1000000 +
               (int64_t)(ticks * 1000 / per_s);
}

static void find_memory(struct metrics_process *process)
{
        const int64_t page = sysconf(_SC_PAGESIZE);
        long long pages = 0;
        long long resident = 0;
        FILE *file = fopen("/proc/self/statm", "re");

        process->virtual_bytes = METRICS_ABSENT;
        process->resident_bytes = METRICS_ABSENT;
        if (!file) {
                return;
        }
        if (fscanf(file, "%lld %lld", &pages, &resident) == 2) {
                process->virtual_bytes = pages * page;
                process->resident_bytes = resident * page;
        }
        (void)fclose(file);
}

static int64_t us_of(struct timeval time)
{
        return (int64_t)time.tv_sec * 1000000 + time.tv_usec;
}

static void take_process(struct metrics_process *process)
{
        struct rusage usage;
        struct rlimit limit;

        if (getrusage(RUSAGE_SELF, &usage) == 0) {
                process->cpu_us = us_of(usage.ru_utime) + us_of(usage.ru_stime);
        }
        process->fds_max = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? (int64_t)limit.rlim_cur
                                                                 : METRICS_ABSENT;
        find_memory(process);
}

/* ---- The rest ---- */

static void take_counts(const struct att_core *core, struct metrics *metrics)
{
        struct att_core_counts counts;

        att_core_counts(core, &counts);
        for (int i = 0; i < ATT_CONTACT_STATE_COUNT; i++) {
                metrics->contacts[i] = counts.contacts[i];
        }
        for (int i = 0; i < ATT_OUTCOME_COUNT; i++) {
                metrics->outcomes[i] = (int64_t)counts.outcomes[i];
        }
        for (int i = 0; i < ATT_PRESENCE_COUNT; i++) {
                metrics->agents[i] = counts.agents[i];
        }
        metrics->interactions = counts.interactions;
        metrics->customers = counts.customers;
        metrics->offers = (int64_t)counts.offers;
}

static void take_load(const struct app *app, struct metrics *metrics)
{
        metrics->tally = app->tally;
        metrics->last_reload_right = app->tally.last_reload != TALLY_RELOAD_REFUSED;
        for (int i = 0; i < LOAD_LEVEL_COUNT; i++) {
                metrics->shed[i] = (int64_t)app->admission.shed[i];
        }
        metrics->load_level = app->admission.level;
        metrics->lane_requests = app->lanes.count;
        metrics->lane_bytes = (int64_t)app->lanes.bytes;
}

static void take_journal(const struct app *app, struct metrics *metrics, int64_t now_us)
{
        const struct writer *writer = &app->writer;
        const struct snapshots *snapshots = &app->snapshots;

        metrics->durable_commands = (int64_t)writer_durable_seq(writer);
        metrics->waiting_commands = writer_waiting(writer);
        metrics->oldest_command_ms = writer_oldest_ms(writer, now_us / 1000);
        metrics->batches = (int64_t)writer->batches_done;
        metrics->batch_bytes = (int64_t)writer->bytes_done;
        metrics->commits = writer->commits;
        metrics->snapshot_at_ms = snapshots->made_ms > 0 ? snapshots->made_ms : METRICS_ABSENT;
        metrics->snapshot_took_ms = snapshots->took_ms > 0 ? snapshots->took_ms : METRICS_ABSENT;
        metrics->snapshot_behind = (int64_t)(att_core_seq(writer->core) - snapshots->made_seq);
        metrics->disk_nearly_full = app->upkeep.room;
}

static void take_history(struct app *app, struct metrics *metrics)
{
        struct history *history = &app->history;
        const bool is_on = history_is_on(history);

        history_refresh(history);
        for (int i = 0; i < HISTORY_STATE_COUNT; i++) {
                metrics->history_state[i] = is_on ? history->status.state == (enum history_state)i
                                                  : METRICS_ABSENT;
        }
        metrics->history_behind = is_on ? (int64_t)history_behind_commands(history)
                                        : METRICS_ABSENT;
        metrics->history_behind_ms = is_on ? history_behind_ms(history) : METRICS_ABSENT;
        metrics->history_waiting_bytes =
                is_on ? (int64_t)history_thread_queued_bytes(history->thread) : METRICS_ABSENT;
        metrics->history_events = (int64_t)history->status.events;
        metrics->history_failures = (int64_t)history->status.failures;
        metrics->history_catch_ups = (int64_t)history->status.catch_ups;
        metrics->history_gaps = (int64_t)history->status.gaps;
}

static void take_memory(const struct app *app, struct metrics *metrics)
{
        const struct memory *memory = &app->memory_of_customers;

        metrics->customers_in_memory = (int64_t)att_people_count(memory->people);
        metrics->lookups = memory->lookups;
}

/* A walk over all sessions, as daemon/upkeep.h makes one each second. */
static int64_t count_pushes(const struct app *app)
{
        int64_t pushes = 0;

        ATT_LIST_FOREACH(session, &app->sessions.all, struct session, in_all)
        {
                if (session->feed) {
                        pushes += (int64_t)push_window_kept(&session->feed->pushes);
                }
        }
        ATT_LIST_FOREACH(feed, &app->front_ends.detached, struct feed, in_detached)
        {
                pushes += (int64_t)push_window_kept(&feed->pushes);
        }
        return pushes;
}

static void take_sessions(const struct app *app, struct metrics *metrics)
{
        const struct route_log *log = &app->route_log;

        metrics->sessions = app->sessions.count;
        metrics->pushes_unacknowledged = count_pushes(app);
        metrics->feeds_away = app->front_ends.detached_count;
        metrics->route_log_lines_lost = (int64_t)log->lines_lost;
        metrics->route_log_waiting_bytes = (int64_t)(log->collecting.len + log->committing.len +
                                                     log->released.len + log->writing.len -
                                                     log->written);
}

static void take_all_but_queues(struct app *app, struct metrics *metrics)
{
        const int64_t now_us = clock_monotonic_us();

        memcpy(metrics->config, app->publisher.config, sizeof(metrics->config));
        take_counts(app->writer.core, metrics);
        take_load(app, metrics);
        take_journal(app, metrics, now_us);
        take_history(app, metrics);
        take_memory(app, metrics);
        take_sessions(app, metrics);
        http_take_figures(app->http, metrics, now_us);
        take_process(&metrics->process);
}

/* ---- Queues ---- */

static void begin_queues(struct figures *figures)
{
        const struct att_core *core = figures->app->writer.core;

        att_config_unref(figures->config);
        figures->config = att_config_ref(att_core_config(core));
        figures->queue = 0;
        metrics_begin_queues(&figures->metrics, (uint32_t)att_core_queue_count(core));
}

static bool take_queues(struct figures *figures, int64_t until_us)
{
        const struct att_core *core = figures->app->writer.core;
        /* The engine's own time is that of its last command. */
        const int64_t since_ms = clock_now_ms(&figures->app->writer.clock) - att_core_now_ms(core);
        struct att_queue_view view;

        if (att_core_config(core) != figures->config) {
                begin_queues(figures);
        }
        while (figures->queue < att_core_queue_count(core)) {
                att_core_queue_at(core, figures->queue++, &view);
                if (view.waiting + view.offered > 0) {
                        view.longest_wait_ms += since_ms;
                }
                metrics_add_queue(&figures->metrics, &view);
                if (clock_monotonic_us() >= until_us) {
                        break;
                }
        }
        return figures->queue == att_core_queue_count(core);
}

/* ---- The whole ---- */

void figures_open(struct figures *figures, struct app *app)
{
        *figures = (struct figures){.app = app, .worked_ms = clock_monotonic_us() / 1000};
        figures->metrics.version = ATT_VERSION;
        figures->metrics.behaviour = ATT_CORE_BEHAVIOUR;
        figures->metrics.process.start_ms = find_start_ms();
        find_slow(att_data_journal_path(app->data), &figures->metrics.process);
}

void figures_close(struct figures *figures)
{
        ATT_CHECK(!figures->is_working);
        att_config_unref(figures->config);
        metrics_deinit(&figures->metrics);
}

void figures_begin(struct figures *figures)
{
        begin_queues(figures);
}

bool figures_take(struct figures *figures, int64_t budget_us)
{
        if (!take_queues(figures, clock_monotonic_us() + budget_us)) {
                return false;
        }
        take_all_but_queues(figures->app, &figures->metrics);
        return true;
}
