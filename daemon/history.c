/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/history.h"

#include <string.h>

#include "daemon/app.h"
#include "daemon/history_note.h"
#include "daemon/route_line.h"

void history_open(struct app *app)
{
        struct history *history = &app->history;
        int error;

        if (app->options->no_history) {
                return;
        }
        history->pushed = att_journal_end(app->writer.journal);
        error = history_thread_start(att_data_path(app->data), &history->pushed, &history->thread);
        if (error < 0) {
                log_error(&app->memory, "history.failed", strerror(-error));
        }
}

void history_close(struct history *history)
{
        history_thread_stop(history->thread);
        history->thread = NULL;
        att_buffer_deinit(&history->collecting);
        att_buffer_deinit(&history->committing);
}

bool history_is_on(const struct history *history)
{
        return history->thread != NULL;
}

/* ---- With every batch ---- */

void history_hear(struct app *app, const struct att_command *command,
                  const struct att_effects *effects)
{
        if (app->history.thread) {
                history_note(&app->history.collecting, app->writer.core, command, effects);
        }
}

void history_begin_commit(struct history *history)
{
        const struct att_buffer empty = history->committing;

        history->committing = history->collecting;
        history->collecting = empty;
        att_buffer_clear(&history->collecting);
}

void history_end_commit(struct app *app)
{
        struct history *history = &app->history;
        const struct att_journal_position end = history->thread
                                                        ? att_journal_end(app->writer.journal)
                                                        : (struct att_journal_position){0};

        if (end.seq <= history->pushed.seq) {
                return; /* There was no command. */
        }
        if (!history_thread_push(history->thread, history->pushed.seq + 1, &end,
                                 att_buffer_text(&history->committing))) {
                history_thread_know(history->thread, &end);
        }
        history->pushed = end;
}

/* ---- What is said ---- */

void history_refresh(struct history *history)
{
        if (history->thread) {
                (void)history_thread_status(history->thread, &history->status);
        }
}

uint64_t history_behind_commands(const struct history *history)
{
        return history->pushed.seq > history->status.applied_seq
                       ? history->pushed.seq - history->status.applied_seq
                       : 0;
}

int64_t history_behind_ms(const struct history *history)
{
        return history_behind_commands(history) == 0 || history->status.applied_ms == 0
                       ? 0
                       : att_max_i64(history->pushed.time_ms - history->status.applied_ms, 0);
}

static void say(struct app *app, const char *event)
{
        const struct history *history = &app->history;
        struct log_line line;

        if (history->status.state == HISTORY_FAILING) {
                log_error(&app->memory, event, history->status.why);
        } else {
                log_begin(&line, event);
                log_number(&line, "seq", (int64_t)history->status.applied_seq);
                log_number(&line, "behind", (int64_t)history_behind_commands(history));
                log_end(&line);
        }
        if (route_log_is_on(&app->route_log) || !tails_are_none(&app->tails)) {
                att_buffer_clear(&app->publisher.line);
                route_line_of_history(&app->publisher.line, &history->status,
                                      history_behind_commands(history),
                                      clock_now_ms(&app->writer.clock), app->publisher.config);
                publish_line(app, ATT_TEXT_NONE, ATT_TEXT_NONE, ATT_TEXT_NONE, "history");
        }
}

void history_look(struct app *app)
{
        struct history *history = &app->history;

        history_refresh(history);
        if (history->thread) {
                history_thread_know(history->thread, &history->pushed);
        }
        if (history->thread && att_core_config(app->writer.core)) {
                history_thread_keep(history->thread,
                                    att_core_config(app->writer.core)->history_keep_ms);
        }
        if (history->status.changes == history->changes_said) {
                return;
        }
        history->changes_said = history->status.changes;
        switch (history->status.state) {
        case HISTORY_LIVE:
                if (history->is_behind_said) {
                        say(app, "history.caught_up");
                }
                history->is_behind_said = false;
                break;
        case HISTORY_CATCHING_UP:
                say(app, "history.behind");
                history->is_behind_said = true;
                break;
        case HISTORY_FAILING:
                say(app, "history.failed");
                history->is_behind_said = true;
                break;
        case HISTORY_STATE_COUNT:
                break;
        }
}
