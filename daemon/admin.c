/* SPDX-License-Identifier: Apache-2.0 */
/* Administration but for its lists: status, explain, configuration, following the route log. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/app.h"
#include "daemon/dispatch.h"
#include "daemon/view.h"
#include "lib/store/files.h"
#include "lib/wire/codec.h"
#include "lib/wire/journal.h"
#include "version.h"

/* The state's digest costs a walk over all of it: given where that is quick. */
#define DIGEST_CONTACTS_MAX   2000
#define EXPLANATION_BYTES_MAX 40000

static void send_answer(struct session *session, const struct att_wire_message *message)
{
        if (!att_wire_encode(session_out(session), message)) {
                refuse_request(session, message->request_id, ATT_REFUSAL_FULL,
                               "the answer is too long");
        }
}

static void begin_answer(struct att_wire_message *answer, const struct att_wire_message *request,
                         enum att_wire_result_kind kind)
{
        att_wire_message_init(answer, ATT_WIRE_ANSWER);
        answer->request_id = request->request_id;
        att_wire_answer_init(&answer->answer, kind);
}

/* ---- Status ---- */

static int64_t rss_bytes(void)
{
        long long pages = 0;
        FILE *file = fopen("/proc/self/statm", "re");

        if (file) {
                if (fscanf(file, "%*s %lld", &pages) != 1) {
                        pages = 0;
                }
                (void)fclose(file);
        }
        return pages * sysconf(_SC_PAGESIZE);
}

/* Room for what a status points to. */
struct status_room {
        uint64_t contacts[ATT_CONTACT_STATE_COUNT];
        uint64_t agents[ATT_PRESENCE_COUNT];
        uint64_t outcomes[ATT_OUTCOME_COUNT];
        char digest[ATT_DIGEST_TEXT_SIZE];
        uint64_t live;
};

static void add_counts(const struct att_core *core, struct status_room *room,
                       struct att_wire_status *status)
{
        struct att_core_counts counts;

        att_core_counts(core, &counts);
        for (int i = 0; i < ATT_CONTACT_STATE_COUNT; i++) {
                room->contacts[i] = counts.contacts[i];
                room->live += counts.contacts[i];
        }
        for (int i = 0; i < ATT_PRESENCE_COUNT; i++) {
                room->agents[i] = counts.agents[i];
        }
        for (int i = 0; i < ATT_OUTCOME_COUNT; i++) {
                room->outcomes[i] = counts.outcomes[i];
        }
        status->contacts = room->contacts;
        status->contact_count = ATT_CONTACT_STATE_COUNT;
        status->agents = room->agents;
        status->agent_count = ATT_PRESENCE_COUNT;
        status->outcomes = room->outcomes;
        status->outcome_count = ATT_OUTCOME_COUNT;
        status->interactions = counts.interactions;
        status->customers = counts.customers;
        status->commands = counts.commands;
        status->refused = counts.refused;
        status->offers = counts.offers;
        status->surveys = counts.surveys;
        status->repeats = counts.repeats;
        status->promises = counts.promises;
        status->promises_kept = counts.promises_kept;
        status->promises_expired = counts.promises_expired;
        status->promises_cancelled = counts.promises_cancelled;
        status->incidents = counts.incidents;
}

static void add_journal(const struct app *app, struct att_wire_status *status)
{
        status->seq = att_core_seq(app->writer.core);
        status->durable_seq = writer_durable_seq(&app->writer);
        status->snapshot_seq = app->snapshots.made_seq;
        status->journal_path = att_text_from(att_data_journal_path(app->data));
        status->journal_bytes = att_dir_bytes(att_data_journal_path(app->data));
        status->behaviour = ATT_CORE_BEHAVIOUR;
}

static void add_history(struct history *history, struct att_wire_status *status)
{
        history_refresh(history);
        if (history_is_on(history)) {
                status->history = att_text_from(history_state_name(history->status.state));
                status->history_seq = history->status.applied_seq;
                status->history_reason = att_text_from(history->status.why);
        }
}

void answer_status(struct session *session, const struct att_wire_message *message)
{
        struct app *app = session->app;
        struct status_room room = {.live = 0};
        struct att_wire_message answer;
        struct att_wire_status *status = &answer.answer.status;

        begin_answer(&answer, message, ATT_WIRE_RESULT_STATUS);
        status->version = ATT_TEXT(ATT_VERSION);
        status->config_digest = att_text_from(app->publisher.config);
        status->config_path = att_text_from(app->options->config);
        status->started_ms = app->started_ms;
        status->now_ms = clock_now_ms(&app->writer.clock);
        status->sessions = app->sessions.count;
        status->last_error = att_text_from(app->memory.last_error);
        status->last_error_ms = app->memory.last_error_ms;
        status->draining = app->is_draining;
        status->rss_bytes = rss_bytes();
        add_journal(app, status);
        add_history(&app->history, status);
        add_counts(app->writer.core, &room, status);
        if (room.live < DIGEST_CONTACTS_MAX) {
                status->state_digest = att_text_from(
                        att_digest_format(att_core_digest(app->writer.core), room.digest));
        }
        send_answer(session, &answer);
}

/* ---- Explain ---- */

/* A message is no line. */
static struct att_text without_line_end(struct att_text text)
{
        return text.len > 0 && text.data[text.len - 1] == '\n'
                       ? att_text_of(text.data, text.len - 1)
                       : text;
}

static void refuse_unknown_name(struct session *session, const struct att_wire_message *message,
                                const struct att_explanation *why)
{
        const struct att_wire_error error = {
                .code = ATT_REFUSAL_UNKNOWN,
                .message = without_line_end(why->text),
                .nearest = why->nearest,
        };

        if (message->request_id != 0) {
                att_wire_put_error(session_out(session), message->request_id, &error);
        }
}

/* All of it; where that does not fit a frame, what is said in sentences alone. */
static void send_explanation(struct session *session, struct att_wire_message *answer)
{
        struct att_explanation *why = &answer->answer.explanation.why;

        if (att_wire_encode(session_out(session), answer)) {
                return;
        }
        *why = (struct att_explanation){.text = att_text_cut(why->text, EXPLANATION_BYTES_MAX)};
        send_answer(session, answer);
}

/* Of an agent's outcome figures. */
static void answer_explain_outcome(struct session *session, const struct att_wire_message *message,
                                   struct att_wire_message *answer)
{
        const struct att_wire_explain *ask = &message->explain;
        struct att_explanation *why = &answer->answer.explanation.why;
        struct att_arena arena = {0};

        if (att_text_is_empty(ask->agent)) {
                const struct att_wire_error error = {
                        .code = ATT_REFUSAL_INVALID,
                        .field = ATT_TEXT("contact"),
                        .message = ATT_TEXT(
                                "what is explained is a contact, or an agent's outcome")};

                if (message->request_id != 0) {
                        att_wire_put_error(session_out(session), message->request_id, &error);
                }
        } else if (att_core_explain_outcome(session->app->writer.core, ask->agent, ask->skill,
                                            ask->queue, &arena, why)) {
                send_explanation(session, answer);
        } else {
                refuse_unknown_name(session, message, why);
        }
        att_arena_deinit(&arena);
}

void answer_explain(struct session *session, const struct att_wire_message *message)
{
        const struct att_wire_explain *ask = &message->explain;
        const struct att_core *core = session->app->writer.core;
        struct att_arena arena = {0};
        struct att_wire_contact contact;
        struct att_wire_message answer;
        struct att_explanation *why = &answer.answer.explanation.why;

        begin_answer(&answer, message, ATT_WIRE_RESULT_EXPLAIN);
        if (att_text_is_empty(ask->contact)) {
                answer_explain_outcome(session, message, &answer);
                return;
        }
        if (att_core_explanation(core, ask->contact, ask->agent, &arena, why)) {
                if (view_contact(core, ask->contact, &contact)) {
                        answer.answer.explanation.contact = &contact;
                }
                send_explanation(session, &answer);
        } else {
                refuse_unknown_name(session, message, why);
        }
        att_arena_deinit(&arena);
}

/* ---- Stopping ---- */

void answer_drain(struct session *session, const struct att_wire_message *message)
{
        struct att_wire_done done = {.state = ATT_CONTACT_STATE_COUNT, .estimate_ms = -1};

        if (message->request_id != 0) {
                att_wire_put_done(session_out(session), message->request_id, &done);
        }
        app_drain(session->app);
}

/* ---- Configuration ---- */

static void refuse_unknown(struct session *session, const struct att_wire_message *message,
                           const char *noun, struct att_text name, struct att_text nearest)
{
        char sentence[ATT_ID_BYTES_MAX + 64];
        struct att_wire_error error = {.code = ATT_REFUSAL_UNKNOWN, .nearest = nearest};

        (void)snprintf(sentence, sizeof(sentence), "there is no %s '%.*s'", noun,
                       ATT_TEXT_ARGS(name));
        error.message = att_text_from(sentence);
        att_wire_put_error(session_out(session), message->request_id, &error);
}

/* Whether all that a change by hand names is there; refused else. */
static bool has_names(struct session *session, const struct att_wire_message *message)
{
        const struct att_wire_reload *ask = &message->reload;
        const struct att_config *config = att_core_config(session->app->writer.core);

        if (att_text_is_empty(ask->agent) == att_text_is_empty(ask->queue)) {
                refuse_request(session, message->request_id, ATT_REFUSAL_INVALID,
                               "a change by hand is of an agent's skills or of a queue");
                return false;
        }
        if (ask->back) { /* Of something that may be gone. */
                return true;
        }
        if (!att_text_is_empty(ask->agent) &&
            att_config_find_agent(config, ask->agent) == ATT_NONE) {
                refuse_unknown(session, message, "agent", ask->agent,
                               att_config_nearest_agent(config, ask->agent));
                return false;
        }
        if (!att_text_is_empty(ask->queue) &&
            att_config_find_queue(config, ask->queue) == ATT_NONE) {
                refuse_unknown(session, message, "queue", ask->queue,
                               att_config_nearest_queue(config, ask->queue));
                return false;
        }
        for (uint32_t i = 0; i < ask->skill_count; i++) {
                if (att_config_find_skill(config, ask->skills[i].skill) == ATT_NONE) {
                        refuse_unknown(session, message, "skill", ask->skills[i].skill,
                                       att_config_nearest_skill(config, ask->skills[i].skill));
                        return false;
                }
                if (ask->skills[i].level > ATT_LEVEL_MAX) {
                        refuse_request(session, message->request_id, ATT_REFUSAL_INVALID,
                                       "a level is 1 to 10, or 0 for none");
                        return false;
                }
        }
        return true;
}

void answer_reload(struct session *session, const struct att_wire_message *message)
{
        if (message->reload.of == ATT_WIRE_RELOAD_COUNT) {
                refuse_request(session, message->request_id, ATT_REFUSAL_INVALID,
                               "a newer kind of reload");
        } else if (message->reload.of != ATT_WIRE_RELOAD_BY_HAND || has_names(session, message)) {
                reload_ask(session->app, session, message->request_id, &message->reload);
        }
}

void config_piece(const struct att_wire_config_request *ask, struct att_text bytes,
                  struct att_text digest, struct att_wire_config_piece *piece)
{
        piece->digest = digest;
        piece->total = bytes.len;
        if (att_text_equals(ask->digest, digest) && ask->offset <= bytes.len) {
                piece->offset = ask->offset;
        }
        piece->piece = att_text_of(bytes.data + piece->offset, bytes.len - (size_t)piece->offset);
        if (piece->piece.len > ATT_WIRE_CONFIG_PIECE_BYTES) {
                piece->piece.len = ATT_WIRE_CONFIG_PIECE_BYTES;
        }
}

void answer_config(struct session *session, const struct att_wire_message *message)
{
        struct app *app = session->app;
        struct att_buffer bytes = {0};
        struct att_wire_message answer;

        if (message->config.as != ATT_WIRE_CONFIG_COMPILED) {
                reload_show(app, session, message->request_id, &message->config);
                return;
        }
        att_journal_put_config(&bytes, att_core_config(app->writer.core));
        begin_answer(&answer, message, ATT_WIRE_RESULT_CONFIG);
        config_piece(&message->config, att_buffer_text(&bytes),
                     att_text_from(app->publisher.config), &answer.answer.config);
        send_answer(session, &answer);
        att_buffer_deinit(&bytes);
}

/* ---- The route log ---- */

void answer_tail(struct session *session, const struct att_wire_message *message)
{
        struct att_wire_done done = {.state = ATT_CONTACT_STATE_COUNT, .estimate_ms = -1};

        if (message->request_id == 0) {
                return; /* Its lines could not be told from another's. */
        }
        if (!tail_begin(session, message->request_id, &message->tail)) {
                refuse_request(session, message->request_id, ATT_REFUSAL_FULL,
                               "this session follows the route log often enough");
                return;
        }
        att_wire_put_done(session_out(session), message->request_id, &done);
}

void answer_tail_stop(struct session *session, const struct att_wire_message *message)
{
        struct att_wire_done done = {.state = ATT_CONTACT_STATE_COUNT, .estimate_ms = -1};

        done.repeated = !tail_end(session, message->tail_stop);
        if (message->request_id != 0) {
                att_wire_put_done(session_out(session), message->request_id, &done);
        }
}
