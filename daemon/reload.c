/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/app.h"
#include "daemon/execute.h"
#include "daemon/notify.h"
#include "lib/base/util.h"
#include "lib/config/diff.h"
#include "lib/config/load.h"
#include "lib/wire/codec.h"

struct reload_job {
        struct att_list in_waiting;
        char session[SESSION_ID_SIZE]; /* Empty: by signal. */
        uint64_t request_id;
        bool only_check;
};

void reloads_init(struct reloads *reloads, const char *path)
{
        *reloads = (struct reloads){.path = path};
        att_list_init(&reloads->waiting);
}

void reloads_deinit(struct reloads *reloads)
{
        ATT_CHECK(!reloads->is_loading);
        ATT_LIST_FOREACH(job, &reloads->waiting, struct reload_job, in_waiting)
        {
                att_list_remove(&job->in_waiting);
                free(job);
        }
}

bool reloads_is_busy(const struct reloads *reloads)
{
        return reloads->is_loading;
}

/* ---- Applying ---- */

static void log_messages(const struct att_config_errors *errors)
{
        struct att_buffer text = {0};

        for (uint32_t i = 0; i < errors->count; i++) {
                att_buffer_clear(&text);
                att_config_error_write(&errors->items[i], &text);
                while (text.len > 0 && text.data[text.len - 1] == '\n') {
                        text.data[--text.len] = '\0';
                }
                log_say(errors->items[i].is_warning ? "config.warning" : "config.error",
                        text.data ? text.data : "");
        }
        att_buffer_deinit(&text);
}

static void load_access(struct app *app, const struct att_config *config)
{
        struct att_buffer problems = {0};
        char *line;
        char *rest;

        access_deinit(&app->access);
        access_load(&app->access, config, app->reloads.path, &problems);
        for (line = problems.len ? strtok_r(problems.data, "\n", &rest) : NULL; line;
             line = strtok_r(NULL, "\n", &rest)) {
                log_error(&app->memory, "access.token_missing", line);
        }
        att_buffer_deinit(&problems);
}

static bool is_in_force(const struct app *app, const struct att_config *config)
{
        const struct att_config *present = att_core_config(app->writer.core);

        return present && att_digest_equals(present->digest, config->digest);
}

/* Against the one in force, of the same digest. */
static enum att_calendar_change compare_calendars(const struct app *app,
                                                  const struct att_config *config)
{
        return att_config_compare_calendars(att_core_config(app->writer.core), config);
}

static bool changes_anything(const struct app *app, const struct att_config *config)
{
        return !is_in_force(app, config) || compare_calendars(app, config) == ATT_CALENDAR_OTHER;
}

/* Whether anything but the access rules changes; that opening hours are known for longer is no
 * change, though it takes a command. */
static bool apply(struct app *app, const struct att_config *config)
{
        struct att_command command;
        struct log_line line;
        const bool is_new = changes_anything(app, config);

        load_access(app, config);
        if (is_new || compare_calendars(app, config) == ATT_CALENDAR_LONGER) {
                att_wire_command_init(&command, ATT_CMD_CONFIG);
                command.config = config;
                execute(app, &command);
        }
        (void)att_digest_format(config->digest, app->publisher.config);
        log_begin(&line, "config.loaded");
        log_string(&line, "path", app->reloads.path);
        log_string(&line, "digest", app->publisher.config);
        log_string(&line, "changed", is_new ? "true" : "false");
        log_end(&line);
        return is_new;
}

bool reload_at_start(struct app *app)
{
        struct att_config_errors errors = {0};
        struct att_buffer text = {0};
        const struct att_config *config = NULL;
        int result = att_config_load_path(app->reloads.path, clock_now_ms(&app->writer.clock),
                                          &errors, &config);

        att_config_errors_write(&errors, &text);
        if (text.len > 0) {
                fputs(text.data, stderr);
        }
        if (result == ATT_CONFIG_OK) {
                (void)apply(app, config);
                att_config_unref(config);
        }
        att_buffer_deinit(&text);
        att_config_errors_deinit(&errors);
        return result == ATT_CONFIG_OK;
}

/* ---- Answering ---- */

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

/* ---- One after the other ---- */

static void start_next(struct app *app);

static void load(uv_work_t *work)
{
        struct reloads *reloads = ATT_CONTAINER_OF(work, struct reloads, work);

        reloads->result = att_config_load_path(reloads->path, reloads->now_ms, &reloads->errors,
                                               &reloads->loaded);
}

static bool finish(struct app *app)
{
        struct reloads *reloads = &app->reloads;
        bool is_right = reloads->result == ATT_CONFIG_OK;

        log_messages(&reloads->errors);
        if (!is_right) {
                log_error(&app->memory, "config.refused",
                          "the configuration in force stays; see the errors above");
                return false;
        }
        (void)att_config_diff(att_core_config(app->writer.core), reloads->loaded,
                              &reloads->changes);
        if (reloads->job->only_check) {
                return changes_anything(app, reloads->loaded);
        }
        return apply(app, reloads->loaded);
}

static void on_loaded(uv_work_t *work, int status)
{
        struct app *app = work->data;
        struct reloads *reloads = &app->reloads;
        struct session *session = find_session(app, reloads->job->session);
        bool changed;

        (void)status;
        reloads->is_loading = false;
        if (!app->is_draining) {
                changed = finish(app);
                if (session) {
                        reload_answer(session, reloads->job->request_id, &reloads->errors,
                                      &reloads->changes, changed);
                }
                notify_systemd("READY=1");
        }
        att_config_errors_deinit(&reloads->errors);
        att_buffer_deinit(&reloads->changes);
        att_config_unref(reloads->loaded);
        reloads->loaded = NULL;
        free(ATT_STEAL(reloads->job));
        start_next(app);
}

static void start_next(struct app *app)
{
        struct reloads *reloads = &app->reloads;

        if (reloads->is_loading || app->is_draining || att_list_is_empty(&reloads->waiting)) {
                return;
        }
        reloads->job = ATT_LIST_FIRST(&reloads->waiting, struct reload_job, in_waiting);
        att_list_remove(&reloads->job->in_waiting);
        reloads->waiting_count--;
        reloads->errors = (struct att_config_errors){0};
        reloads->now_ms = clock_now_ms(&app->writer.clock);
        reloads->work.data = app;
        notify_reloading();
        ATT_CHECK(uv_queue_work(app->loop, &reloads->work, load, on_loaded) == 0);
        reloads->is_loading = true;
}

void reload_ask(struct app *app, struct session *session, uint64_t request_id, bool only_check)
{
        struct reloads *reloads = &app->reloads;
        struct reload_job *job;

        if (reloads->waiting_count >= RELOADS_MAX) {
                struct att_wire_error error = {.code = ATT_REFUSAL_FULL,
                                               .message = ATT_TEXT("too many reloads at once"),
                                               .retry_ms = app_retry_ms(app)};

                if (session) {
                        att_wire_put_error(session_out(session), request_id, &error);
                }
                return;
        }
        job = att_alloc(sizeof(*job));
        job->request_id = request_id;
        job->only_check = only_check;
        if (session) {
                memcpy(job->session, session->id, sizeof(job->session));
        }
        att_list_add_tail(&reloads->waiting, &job->in_waiting);
        reloads->waiting_count++;
        start_next(app);
}
