/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/execute.h"

#include <string.h>

#include "daemon/app.h"
#include "daemon/dispatch.h"
#include "daemon/mood.h"
#include "daemon/presence.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/wire/codec.h"

void execute_stall(struct app *app)
{
        int64_t stall_ms = writer_take_stall_ms(&app->writer);
        struct att_command command;
        struct log_line line;

        if (stall_ms == 0) {
                return;
        }
        log_begin(&line, "process.stood_still");
        log_number(&line, "ms", stall_ms);
        log_end(&line);
        att_wire_command_init(&command, ATT_CMD_AWAY);
        command.away.away_ms = stall_ms;
        publish(app, &command, writer_step(&app->writer, &command));
}

/* How much an effect says of what its contact has become: the greatest of a step's effects holds,
 * whatever their order, and of equals the first. A contact whose offer was withdrawn may be anywhere, and
 * one whose talk ended, too: it may have begun in the same step, when a timer was due before the command. */
#define ANYWHERE 3

static int weight_of(enum att_effect_kind kind)
{
        switch ((int)kind) {
        case ATT_EFFECT_OFFER:
                return 1;
        case ATT_EFFECT_CONNECT:
                return 2;
        case ATT_EFFECT_REVOKE:
        case ATT_EFFECT_WRAP_UP:
        case ATT_EFFECT_FINISHED:
                return ANYWHERE;
        case ATT_EFFECT_CLOSED:
                return 4;
        default:
                return 0;
        }
}

static const struct att_effect *find_weightiest(const struct att_command *command,
                                                const struct att_effects *effects)
{
        const struct att_effect *found = NULL;

        for (uint32_t i = 0; i < effects->count; i++) {
                const struct att_effect *effect = &effects->items[i];

                if (weight_of(effect->kind) > (found ? weight_of(found->kind) : 0) &&
                    att_text_equals(effect->contact, command->contact)) {
                        found = effect;
                }
        }
        return found;
}

/* Of most commands an effect says what their contact has become. */
static bool is_told(const struct att_command *command, const struct att_effects *effects,
                    struct att_wire_done *done)
{
        const struct att_effect *effect = find_weightiest(command, effects);

        if (!effect || weight_of(effect->kind) == ANYWHERE) {
                return false;
        }
        done->queue = effect->queue;
        done->agent = effect->agent;
        if (effect->kind == ATT_EFFECT_OFFER) {
                done->state = ATT_CONTACT_OFFERED;
                done->offer = effect->offer;
        } else if (effect->kind == ATT_EFFECT_CONNECT) {
                done->state = ATT_CONTACT_CONNECTED;
        } else {
                done->state = ATT_CONTACT_CLOSED;
                done->agent = effect->outcome == ATT_OUTCOME_HANDLED ? effect->agent
                                                                     : ATT_TEXT_NONE;
        }
        return true;
}

/* Of the others, and where all invariants are checked, a look at it does. */
static void look_at(const struct att_core *core, const struct att_command *command, bool is_known,
                    struct att_wire_done *done)
{
        struct att_contact_view view;

        if (!att_core_find_contact(core, command->contact, &view)) {
                return;
        }
        ATT_CHECK(!is_known || (done->state == view.state && done->offer == view.offer &&
                                att_text_equals(done->queue, view.queue) &&
                                att_text_equals(done->agent, view.agent)));
        done->state = view.state;
        done->queue = view.queue;
        done->agent = view.agent;
        done->offer = view.offer;
}

#ifdef ATT_DEBUG_INVARIANTS
#define LOOKS_ALWAYS true
#else
#define LOOKS_ALWAYS false
#endif

/* What the command's own contact has become. */
static void describe(const struct att_core *core, const struct att_command *command,
                     const struct att_effects *effects, struct att_wire_done *done)
{
        bool is_known;

        if (att_text_is_empty(command->contact)) {
                return;
        }
        is_known = is_told(command, effects, done);
        if (!is_known || LOOKS_ALWAYS) {
                look_at(core, command, is_known, done);
        }
        for (uint32_t i = 0; i < effects->count; i++) {
                const struct att_effect *effect = &effects->items[i];

                if (effect->position > 0 && att_text_equals(effect->contact, command->contact)) {
                        done->position = effect->position;
                        done->estimate_ms = effect->estimate_ms;
                }
        }
}

/* They have no effects but in what the shell knows. */
static bool is_about_customer(enum att_command_kind kind)
{
        return kind == ATT_CMD_CUSTOMER_SET || kind == ATT_CMD_CUSTOMER_LINK ||
               kind == ATT_CMD_CUSTOMER_UNLINK || kind == ATT_CMD_CUSTOMER_FORGET;
}

/* Of one that was not refused. */
static struct att_wire_done done_of(const struct att_core *core, const struct att_command *command,
                                    const struct att_effects *effects)
{
        struct att_wire_done done = {
                .seq = command->seq,
                .state = ATT_CONTACT_STATE_COUNT,
                .estimate_ms = -1,
                .repeated = effects->count == 0 && !is_about_customer(command->kind),
        };

        describe(core, command, effects, &done);
        return done;
}

static void answer_put(struct att_buffer *into, const struct att_core *core,
                       const struct att_command *command, const struct att_effects *effects)
{
        const struct att_effect *refusal = att_effects_refusal(effects);
        struct att_wire_done done;

        if (refusal) {
                att_wire_put_refusal(into, command->request_id, refusal, ATT_TEXT_NONE);
                return;
        }
        done = done_of(core, command, effects);
        att_wire_put_done(into, command->request_id, &done);
}

/* Gives the answer, and keeps it for when the request comes again. */
static void answer(struct session *session, const struct att_command *command,
                   const struct att_effects *effects)
{
        struct app *app = session->app;
        struct answer_key key;
        struct att_buffer *out;
        size_t before;

        if (command->request_id == 0) {
                return;
        }
        out = session_out(session);
        before = out->len;
        answer_put(out, app->writer.core, command, effects);
        key = answers_key_of(command);
        answers_keep(&app->front_ends.answers, &key,
                     att_text_of(out->data + before, out->len - before));
}

/* What is done is noted as it is, the answer made from it later; why it is refused is text of the engine's,
 * and rare: that answer is made at once. */
struct note {
        bool is_answer; /* The frame follows; else the queue's and the agent's names. */
        struct att_wire_done done;
};

void execute_note_replayed(const struct att_core *core, const struct att_command *command,
                           const struct att_effects *effects, struct att_buffer *into)
{
        struct note note = {.is_answer = att_effects_refusal(effects) != NULL};

        if (command->client == 0 || command->request_id == 0) {
                return;
        }
        if (note.is_answer) {
                att_buffer_append(into, &note, sizeof(note));
                answer_put(into, core, command, effects);
                return;
        }
        note.done = done_of(core, command, effects);
        att_buffer_append(into, &note, sizeof(note));
        att_buffer_append_text(into, note.done.queue);
        att_buffer_append_text(into, note.done.agent);
}

void execute_keep_replayed(struct front_ends *front_ends, const struct att_command *command,
                           struct att_text bytes)
{
        struct att_buffer *frame = &front_ends->frame;
        struct answer_key key;
        const char *rest;
        struct note note;

        if (att_text_is_empty(bytes)) {
                return;
        }
        key = answers_key_of(command);
        rest = bytes.data + sizeof(note);
        memcpy(&note, bytes.data, sizeof(note));
        if (note.is_answer) {
                answers_keep(&front_ends->answers, &key,
                             att_text_of(rest, bytes.len - sizeof(note)));
                return;
        }
        note.done.queue.data = rest;
        note.done.agent.data = rest + note.done.queue.len;
        att_buffer_clear(frame);
        att_wire_put_done(frame, command->request_id, &note.done);
        answers_keep(&front_ends->answers, &key, att_buffer_text(frame));
}

void execute_for(struct session *session, uint64_t request_id, struct att_command *command)
{
        struct app *app = session->app;
        const struct att_effects *effects;

        execute_stall(app);
        command->front_end = session_name(session);
        command->client = session->client;
        command->request_id = request_id;
        memory_enrich(app, command);
        if (att_blame_refuses(&app->writer.blame, command)) {
                refuse_request(session, request_id, ATT_REFUSAL_INVALID,
                               "this command brought attuned down twice: it is refused");
                return;
        }
        mood_estimate(app->writer.core, command);
        effects = writer_step(&app->writer, command);
        presence_note_command(&app->front_ends, command, effects);
        answer(session, command, effects);
        publish(app, command, effects);
        memory_link_by_rule(app, command, effects);
}

void execute(struct app *app, struct att_command *command)
{
        const struct att_effects *effects;

        execute_stall(app);
        mood_estimate(app->writer.core, command);
        memory_enrich(app, command);
        effects = writer_step(&app->writer, command);
        presence_note_command(&app->front_ends, command, effects);
        publish(app, command, effects);
        memory_link_by_rule(app, command, effects);
}

void execute_plain(struct app *app, enum att_command_kind kind)
{
        struct att_command command;

        att_wire_command_init(&command, kind);
        execute(app, &command);
}
