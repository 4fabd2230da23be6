/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/reload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/app.h"
#include "daemon/dispatch.h"
#include "daemon/execute.h"
#include "daemon/notify.h"
#include "lib/base/util.h"
#include "lib/config/by_hand.h"
#include "lib/config/diff.h"
#include "lib/config/load.h"
#include "lib/config/sources.h"
#include "lib/store/files.h"
#include "lib/wire/codec.h"

#define BY_HAND_NAME "by-hand.yaml"

struct reload_job {
        struct att_list in_waiting;
        char session[SESSION_ID_SIZE]; /* Empty: by signal. */
        uint64_t request_id;
        struct att_arena arena; /* Of what was asked. */
        struct att_text by;     /* Who asked. */
        bool only_shows;
        struct att_wire_reload ask;
        struct att_wire_config_request show;
};

static void job_free(struct reload_job *job)
{
        att_arena_deinit(&job->arena);
        free(job);
}

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
                job_free(job);
        }
        att_versions_close(reloads->versions);
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

/* As they were read with the configuration. */
static void take_access(struct app *app)
{
        struct att_buffer *problems = &app->reloads.access_problems;
        char *line;
        char *rest;

        access_deinit(&app->access);
        app->access = app->reloads.access;
        app->reloads.access = (struct access_rules){0};
        for (line = problems->len ? strtok_r(problems->data, "\n", &rest) : NULL; line;
             line = strtok_r(NULL, "\n", &rest)) {
                log_error(&app->memory, "access.token_missing", line);
        }
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

        tally_reload(&app->tally, is_new ? TALLY_RELOAD_CHANGED : TALLY_RELOAD_UNCHANGED);
        take_access(app);
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

/* ---- What is to be in force ---- */

static char *by_hand_path(const struct app *app)
{
        return att_path_join(att_data_path(app->data), BY_HAND_NAME);
}

/* As supervisors wrote it, with what was changed by hand. */
static int read_files(const struct app *app, struct att_config_sources *sources,
                      struct att_config_errors *errors)
{
        ATT_CLEANUP(att_free_pointer) char *by_hand = by_hand_path(app);

        return att_config_sources_read(sources, app->reloads.path, by_hand, errors);
}

static int tell_failure(struct att_config_errors *errors, int result, const struct att_buffer *why)
{
        att_config_errors_add(errors, (struct att_config_place){ATT_TEXT("history"), 0, 0}, "%s",
                              why->data ? why->data : strerror(-result));
        return result;
}

/* As it was when it was in force; 0: the newest. */
static int read_version(const struct app *app, uint64_t number, struct att_config_sources *sources,
                        struct att_config_errors *errors)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer why = {0};
        ATT_CLEANUP(att_free_pointer) char *by_hand = by_hand_path(app);
        struct att_version version;
        struct att_version_file *files;
        uint32_t count;
        int result = -ENOENT;

        if (app->reloads.versions) {
                result = att_versions_get(app->reloads.versions, number, &sources->arena, &version,
                                          &files, &count, &why);
        }
        if (result < 0) {
                return tell_failure(errors, result, &why);
        }
        sources->path = att_arena_text(&sources->arena, att_text_from(app->reloads.path));
        for (uint32_t i = 0; i + 1 < count; i++) {
                att_config_sources_add(sources, files[i].name, files[i].bytes);
        }
        att_config_sources_set_by_hand(sources, att_text_from(by_hand),
                                       count > 0 ? files[count - 1].bytes : ATT_TEXT_NONE);
        return 0;
}

/* Lays one more change over it. */
static bool change_by_hand(const struct app *app, const struct att_wire_reload *ask,
                           struct att_config_sources *sources, struct att_config_errors *errors)
{
        ATT_CLEANUP(att_free_pointer) char *path = by_hand_path(app);
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer text = {0};
        struct att_by_hand by_hand = {0};
        bool is_read = att_by_hand_read(&by_hand, att_text_from(path), sources->by_hand.bytes,
                                        errors);

        if (is_read && ask->back) {
                (void)att_by_hand_forget_agent(&by_hand, ask->agent);
                (void)att_by_hand_open(&by_hand, ask->queue);
        } else if (is_read && !att_text_is_empty(ask->queue)) {
                att_by_hand_close(&by_hand, ask->queue);
        }
        for (uint32_t i = 0; is_read && !ask->back && i < ask->skill_count; i++) {
                att_by_hand_set_level(&by_hand, ask->agent, ask->skills[i].skill,
                                      ask->skills[i].level);
        }
        att_by_hand_write(&by_hand, &text);
        att_config_sources_set_by_hand(sources, att_text_from(path), att_buffer_text(&text));
        att_by_hand_deinit(&by_hand);
        return is_read;
}

/* The one in force: what is being edited meanwhile has no part in a change by hand. */
static int read_for_change(const struct app *app, struct att_config_sources *sources,
                           struct att_config_errors *errors)
{
        return app->reloads.version > 0 ? read_version(app, app->reloads.version, sources, errors)
                                        : read_files(app, sources, errors);
}

static int read_sources(const struct app *app, const struct att_wire_reload *ask,
                        struct att_config_sources *sources, struct att_config_errors *errors)
{
        int result = 0;

        switch (ask->of) {
        case ATT_WIRE_RELOAD_BY_HAND:
                result = read_for_change(app, sources, errors);
                return result == 0 && !change_by_hand(app, ask, sources, errors)
                               ? ATT_CONFIG_INVALID
                               : result;
        case ATT_WIRE_RELOAD_VERSION:
                return read_version(app, ask->version, sources, errors);
        case ATT_WIRE_RELOAD_FILES:
        case ATT_WIRE_RELOAD_COUNT:
                break;
        }
        return read_files(app, sources, errors);
}

/* ---- What is kept of it ---- */

static void write_what(const struct att_wire_reload *ask, struct att_buffer *into)
{
        if (ask->of == ATT_WIRE_RELOAD_VERSION) {
                att_buffer_printf(into, "rollback to %llu", (unsigned long long)ask->version);
        } else if (ask->of != ATT_WIRE_RELOAD_BY_HAND) {
                att_buffer_append_c(into, "the files");
        } else if (!att_text_is_empty(ask->queue)) {
                att_buffer_printf(into, "queue %.*s %s by hand", ATT_TEXT_ARGS(ask->queue),
                                  ask->back ? "opened" : "closed");
        } else if (ask->back) {
                att_buffer_printf(into, "agent %.*s as configured again",
                                  ATT_TEXT_ARGS(ask->agent));
        } else {
                att_buffer_printf(into, "agent %.*s by hand:", ATT_TEXT_ARGS(ask->agent));
                for (uint32_t i = 0; i < ask->skill_count; i++) {
                        att_buffer_printf(into, " %.*s=%u", ATT_TEXT_ARGS(ask->skills[i].skill),
                                          ask->skills[i].level);
                }
        }
}

/* Keeps the version. That it can't be kept is no reason to do without it: the log says so. */
static void keep_version(struct app *app, const struct att_wire_reload *ask, struct att_text by,
                         const struct att_config *config, const struct att_config_sources *sources,
                         struct att_buffer *why)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer what = {0};
        struct att_version_file *files = att_alloc_array(sources->count + 1u, sizeof(*files));
        char digest[ATT_DIGEST_TEXT_SIZE];
        struct att_version version = {.at_ms = app->reloads.now_ms, .by = by};
        uint64_t pinned = 0;
        int result;

        write_what(ask, &what);
        version.what = att_buffer_text(&what);
        version.digest = att_text_from(att_digest_format(config->digest, digest));
        for (uint32_t i = 0; i < sources->count; i++) {
                files[i] = (struct att_version_file){sources->items[i].path,
                                                     sources->items[i].bytes};
        }
        files[sources->count] = (struct att_version_file){ATT_TEXT_NONE, sources->by_hand.bytes};
        result = att_versions_pinned(app->reloads.versions, &pinned, why);
        if (result == 0 && ask->of == ATT_WIRE_RELOAD_FILES) {
                result = att_versions_unpin(app->reloads.versions, why);
                pinned = 0;
        }
        if (result == 0) {
                result = att_versions_add(app->reloads.versions, &version, files,
                                          sources->count + 1u,
                                          pinned > 0 || ask->of == ATT_WIRE_RELOAD_VERSION,
                                          &app->reloads.version, why);
        }
        if (result < 0) {
                app->reloads.version = 0;
        }
        free(files);
}

/* What was changed by hand is there again after a restart, or it is not done. */
static bool keep_by_hand(const struct app *app, const struct att_wire_reload *ask,
                         const struct att_config_sources *sources, struct att_config_errors *errors)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer why = {0};
        int result;

        if (ask->of == ATT_WIRE_RELOAD_FILES) {
                return true;
        }
        result = att_file_replace(att_data_path(app->data), BY_HAND_NAME, sources->by_hand.bytes);
        if (result < 0) {
                att_buffer_printf(&why, BY_HAND_NAME " can't be written: %s", strerror(-result));
                (void)tell_failure(errors, result, &why);
        }
        return result == 0;
}

/* All of a load but what the loop does: in a thread, or before there is a loop. */
static int load_whole(struct app *app, const struct att_wire_reload *ask, struct att_text by,
                      struct att_buffer *why)
{
        struct reloads *reloads = &app->reloads;
        struct att_config_sources sources = {0};
        int result = read_sources(app, ask, &sources, &reloads->errors);
        bool is_right = att_config_compile_sources(&sources, reloads->now_ms, &reloads->errors,
                                                   &reloads->loaded);

        if (result == 0 && is_right && !ask->only_check) {
                is_right = keep_by_hand(app, ask, &sources, &reloads->errors);
                if (is_right && reloads->versions) {
                        keep_version(app, ask, by, reloads->loaded, &sources, why);
                }
        }
        if (result == 0 && is_right && !ask->only_check) {
                access_load(&reloads->access, reloads->loaded, reloads->path,
                            &reloads->access_problems);
        }
        att_config_sources_deinit(&sources);
        if (result < 0) {
                return result;
        }
        return is_right ? ATT_CONFIG_OK : ATT_CONFIG_INVALID;
}

/* All that one load left. */
static void clear_load(struct reloads *reloads)
{
        att_config_errors_deinit(&reloads->errors);
        att_buffer_deinit(&reloads->changes);
        att_buffer_deinit(&reloads->shown);
        att_buffer_deinit(&reloads->access_problems);
        access_deinit(&reloads->access); /* Of one that did not come into force. */
        att_config_unref(reloads->before);
        att_config_unref(reloads->loaded);
        reloads->before = NULL;
        reloads->loaded = NULL;
}

/* ---- At the start ---- */

static void open_versions(struct app *app)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer why = {0};

        if (att_versions_open(att_data_path(app->data), &app->reloads.versions, &why) < 0) {
                app->reloads.versions = NULL;
                log_error(&app->memory, "config.history_failed", why.data);
        }
}

/* The files, unless a version has been pinned. */
static struct att_wire_reload first_load(struct app *app)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer why = {0};
        struct att_wire_reload ask = {.of = ATT_WIRE_RELOAD_FILES};

        if (app->reloads.versions &&
            att_versions_pinned(app->reloads.versions, &ask.version, &why) == 0 &&
            ask.version > 0) {
                ask.of = ATT_WIRE_RELOAD_VERSION;
                log_say("config.pinned",
                        "a version that was rolled back to is in force, not the files; `attunectl "
                        "config reload` takes the files");
        }
        return ask;
}

bool reload_at_start(struct app *app)
{
        struct reloads *reloads = &app->reloads;
        struct att_buffer text = {0};
        struct att_buffer why = {0};
        struct att_wire_reload ask;
        int result;

        open_versions(app);
        ask = first_load(app);
        reloads->now_ms = clock_now_ms(&app->writer.clock);
        result = load_whole(app, &ask, ATT_TEXT("start"), &why);
        att_config_errors_write(&reloads->errors, &text);
        if (text.len > 0) {
                fputs(text.data, stderr);
        }
        if (why.len > 0) {
                log_error(&app->memory, "config.history_failed", why.data);
        }
        if (result == ATT_CONFIG_OK) {
                (void)apply(app, reloads->loaded);
        }
        att_buffer_deinit(&text);
        att_buffer_deinit(&why);
        clear_load(reloads);
        return result == ATT_CONFIG_OK;
}

/* ---- Looking back ---- */

static void list_versions(struct reloads *reloads, struct att_arena *arena, struct att_buffer *why)
{
        struct att_version *versions;
        uint32_t count = 0;
        uint64_t pinned = 0;

        if (att_versions_pinned(reloads->versions, &pinned, why) < 0 ||
            att_versions_list(reloads->versions, ATT_VERSIONS_KEPT, arena, &versions, &count, why) <
                    0) {
                return;
        }
        for (uint32_t i = 0; i < count; i++) {
                att_buffer_printf(&reloads->shown, "%llu\t%lld\t%.*s\t%d\t%.*s\t%.*s\n",
                                  (unsigned long long)versions[i].number,
                                  (long long)versions[i].at_ms, ATT_TEXT_ARGS(versions[i].digest),
                                  versions[i].number == pinned, ATT_TEXT_ARGS(versions[i].by),
                                  ATT_TEXT_ARGS(versions[i].what));
        }
}

static void show_version(struct reloads *reloads, uint64_t number, struct att_arena *arena,
                         struct att_buffer *why)
{
        struct att_version version;
        struct att_version_file *files;
        uint32_t count;

        if (att_versions_get(reloads->versions, number, arena, &version, &files, &count, why) < 0) {
                return;
        }
        for (uint32_t i = 0; i < count; i++) {
                struct att_text name = files[i].name;

                if (att_text_is_empty(name) && att_text_is_empty(files[i].bytes)) {
                        continue; /* Nothing was changed by hand. */
                }
                att_buffer_printf(
                        &reloads->shown, "# ---- %.*s ----\n",
                        ATT_TEXT_ARGS(att_text_is_empty(name) ? ATT_TEXT("by hand") : name));
                att_buffer_append_text(&reloads->shown, files[i].bytes);
        }
}

static void look_back(struct reloads *reloads, const struct att_wire_config_request *show)
{
        struct att_arena arena = {0};
        struct att_buffer why = {0};

        if (!reloads->versions) {
                att_buffer_append_c(&why, "there is no history");
        } else if (show->as == ATT_WIRE_CONFIG_HISTORY) {
                list_versions(reloads, &arena, &why);
        } else {
                show_version(reloads, show->version > 0 ? show->version : reloads->version, &arena,
                             &why);
        }
        if (why.len > 0) {
                att_config_errors_add(&reloads->errors,
                                      (struct att_config_place){ATT_TEXT_NONE, 0, 0}, "%s",
                                      why.data);
        }
        att_buffer_deinit(&why);
        att_arena_deinit(&arena);
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
        const struct reload_job *job = reloads->job;

        if (job->only_shows) {
                look_back(reloads, &job->show);
        } else {
                reloads->result = load_whole(work->data, &job->ask, job->by, &reloads->shown);
                if (reloads->result == ATT_CONFIG_OK) {
                        (void)att_config_diff(reloads->before, reloads->loaded, &reloads->changes);
                }
        }
}

static bool finish(struct app *app)
{
        struct reloads *reloads = &app->reloads;
        bool is_right = reloads->result == ATT_CONFIG_OK;

        log_messages(&reloads->errors);
        if (reloads->shown.len > 0) {
                log_error(&app->memory, "config.history_failed", reloads->shown.data);
        }
        if (!is_right) {
                tally_reload(&app->tally, TALLY_RELOAD_REFUSED);
                log_error(&app->memory, "config.refused",
                          "the configuration in force stays; see the errors above");
                return false;
        }
        if (reloads->job->ask.only_check) {
                return changes_anything(app, reloads->loaded);
        }
        return apply(app, reloads->loaded);
}

static void answer_look(struct session *session, const struct reloads *reloads)
{
        const struct reload_job *job = reloads->job;
        struct att_wire_error error = {.code = ATT_REFUSAL_UNKNOWN};
        struct att_wire_message answer;
        struct att_digester digester;
        char digest[ATT_DIGEST_TEXT_SIZE];

        if (reloads->errors.count > 0) {
                error.message = reloads->errors.items[0].message;
                att_wire_put_error(session_out(session), job->request_id, &error);
                return;
        }
        att_digester_init(&digester);
        att_digester_add_bytes(&digester, reloads->shown.data, reloads->shown.len);
        att_wire_message_init(&answer, ATT_WIRE_ANSWER);
        answer.request_id = job->request_id;
        att_wire_answer_init(&answer.answer, ATT_WIRE_RESULT_CONFIG);
        config_piece(&job->show, att_buffer_text(&reloads->shown),
                     att_text_from(att_digest_format(att_digester_finish(&digester), digest)),
                     &answer.answer.config);
        ATT_CHECK(att_wire_encode(session_out(session), &answer));
}

static void answer_job(struct app *app, struct session *session)
{
        struct reloads *reloads = &app->reloads;
        bool changed;

        if (reloads->job->only_shows) {
                if (session) {
                        answer_look(session, reloads);
                }
                return;
        }
        changed = finish(app);
        if (session) {
                reload_answer(session, reloads->job->request_id, &reloads->errors,
                              &reloads->changes, changed);
        }
        notify_systemd("READY=1");
}

static void on_loaded(uv_work_t *work, int status)
{
        struct app *app = work->data;
        struct reloads *reloads = &app->reloads;

        (void)status;
        reloads->is_loading = false;
        if (!app->is_draining) {
                answer_job(app, find_session(app, reloads->job->session));
        }
        clear_load(reloads);
        job_free(ATT_STEAL(reloads->job));
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
        reloads->before = att_config_ref(att_core_config(app->writer.core));
        reloads->work.data = app;
        if (!reloads->job->only_shows) {
                notify_reloading();
        }
        ATT_CHECK(uv_queue_work(app->loop, &reloads->work, load, on_loaded) == 0);
        reloads->is_loading = true;
}

/* NULL, and it is refused: too many wait. */
static struct reload_job *new_job(struct app *app, struct session *session, uint64_t request_id)
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
                return NULL;
        }
        job = att_alloc(sizeof(*job));
        job->request_id = request_id;
        job->by = ATT_TEXT("signal");
        if (session) {
                memcpy(job->session, session->id, sizeof(job->session));
                job->by = att_text_is_empty(session_name(session))
                                  ? ATT_TEXT("supervisor")
                                  : att_arena_text(&job->arena, session_name(session));
        }
        return job;
}

static void queue_job(struct app *app, struct reload_job *job)
{
        att_list_add_tail(&app->reloads.waiting, &job->in_waiting);
        app->reloads.waiting_count++;
        start_next(app);
}

static struct att_wire_reload copy_ask(struct att_arena *arena, const struct att_wire_reload *ask)
{
        struct att_wire_reload copy = *ask;
        struct att_named_level *skills = att_arena_take_array(arena, ask->skill_count,
                                                              sizeof(*skills));

        for (uint32_t i = 0; i < ask->skill_count; i++) {
                skills[i].skill = att_arena_text(arena, ask->skills[i].skill);
                skills[i].level = ask->skills[i].level;
        }
        copy.skills = skills;
        copy.agent = att_arena_text(arena, ask->agent);
        copy.queue = att_arena_text(arena, ask->queue);
        return copy;
}

void reload_ask(struct app *app, struct session *session, uint64_t request_id,
                const struct att_wire_reload *ask)
{
        struct reload_job *job = new_job(app, session, request_id);

        if (job) {
                job->ask = copy_ask(&job->arena, ask);
                queue_job(app, job);
        }
}

void reload_show(struct app *app, struct session *session, uint64_t request_id,
                 const struct att_wire_config_request *ask)
{
        struct reload_job *job = new_job(app, session, request_id);

        if (job) {
                job->only_shows = true;
                job->show = *ask;
                job->show.digest = att_arena_text(&job->arena, ask->digest);
                queue_job(app, job);
        }
}
