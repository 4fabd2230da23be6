/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session can end in the middle of anything, also while effects are being published. So its end
 * only puts its front end on a list, and the engine is told at the turn's end.
 */
#include "daemon/presence.h"

#include "daemon/app.h"
#include "daemon/clock.h"
#include "daemon/execute.h"
#include "lib/wire/message.h"

void presence_note_command(struct front_ends *front_ends, const struct att_command *command,
                           const struct att_effects *effects)
{
        struct front_end *front_end;

        if (att_text_is_empty(command->front_end)) {
                return;
        }
        front_end = front_ends_get(front_ends, command->front_end);
        front_end->is_present = command->kind != ATT_CMD_FRONT_END_LOST;
        if (command->kind == ATT_CMD_FRONT_END_LOST) {
                front_end->lost_ms = command->at_ms;
        } else if (command->kind == ATT_CMD_FRONT_END_BACK) {
                front_end->lost_ms = 0;
        }
        if (command->kind == ATT_CMD_AGENT_READY && !att_effects_refusal(effects)) {
                seat_move(seats_get(front_ends, command->agent), front_end);
        }
}

static void note_change(struct app *app, struct front_end *front_end)
{
        if (!att_list_is_linked(&front_end->in_changed)) {
                att_list_add_tail(&app->front_ends.changed, &front_end->in_changed);
        }
}

static void tell(struct app *app, const struct front_end *front_end, enum att_command_kind kind)
{
        struct att_command command;

        att_wire_command_init(&command, kind);
        command.front_end = front_end->name;
        execute(app, &command);
}

void presence_of_session_began(struct session *session)
{
        struct front_end *front_end = session->front_end;

        if (!front_end) {
                return;
        }
        front_end->session_count++;
        if (front_end->lost_ms > 0) {
                tell(session->app, front_end, ATT_CMD_FRONT_END_BACK);
        }
}

void presence_of_session_ended(struct session *session)
{
        struct app *app = session->app;

        if (session->feed) {
                feed_detach(&app->front_ends, session->feed, clock_monotonic_us() / 1000);
                session->feed = NULL;
        }
        if (session->front_end) {
                session->front_end->session_count--;
                note_change(app, session->front_end);
                session->front_end = NULL;
        }
}

void presence_tell(struct app *app)
{
        struct att_list *changed = &app->front_ends.changed;

        while (!att_list_is_empty(changed)) {
                struct front_end *front_end = ATT_LIST_FIRST(changed, struct front_end, in_changed);

                att_list_remove(&front_end->in_changed);
                if (app->is_draining) {
                        continue; /* We go; they don't. */
                }
                if (front_end->is_present && front_end->session_count == 0) {
                        tell(app, front_end, ATT_CMD_FRONT_END_LOST);
                }
        }
}

void presence_tell_all_lost(struct app *app)
{
        ATT_LIST_FOREACH(front_end, &app->front_ends.all, struct front_end, in_all)
        {
                if (front_end->is_present) {
                        tell(app, front_end, ATT_CMD_FRONT_END_LOST);
                }
        }
}
