/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/dispatch.h"

#include <string.h>

#include "daemon/app.h"
#include "daemon/customers.h"
#include "daemon/execute.h"
#include "daemon/permission.h"
#include "daemon/route_line.h"
#include "daemon/session.h"
#include "lib/wire/codec.h"

void refuse_request(struct session *session, uint64_t request_id, enum att_refusal code,
                    const char *what)
{
        struct att_wire_error error = {.code = code, .message = att_text_from(what)};

        session->app->tally.turned_away[code]++;
        if (request_id != 0) {
                att_wire_put_error(session_out(session), request_id, &error);
        }
}

void refuse_for_now(struct session *session, uint64_t request_id, const char *what)
{
        struct att_wire_error error = {
                .code = ATT_REFUSAL_FULL,
                .message = att_text_from(what),
                .retry_ms = app_retry_ms(session->app),
        };

        session->app->tally.turned_away[error.code]++;
        if (request_id != 0) {
                att_wire_put_error(session_out(session), request_id, &error);
        }
}

/* ---- Requests that come again ---- */

/* Whether it was answered before, as it is again. `what` is what it asks for. */
static bool answer_again(struct session *session, uint64_t request_id, uint64_t what)
{
        const struct answer_key key = {.front_end = session_name(session),
                                       .client = session->client,
                                       .request = request_id,
                                       .what = what};
        struct att_text frame;

        switch (answers_find(&session->app->front_ends.answers, &key, &frame)) {
        case ANSWER_NEW:
                return false;
        case ANSWER_KNOWN:
                att_buffer_append_text(session_out(session), frame);
                return true;
        case ANSWER_OTHER:
                break;
        }
        refuse_request(session, request_id, ATT_REFUSAL_DUPLICATE,
                       "this request_id was used for another request");
        return true;
}

/* ---- Commands ---- */

static bool is_own(const struct session *session, const struct att_command *command)
{
        struct att_contact_view view;

        if (permission_is_about_agent(command->kind)) {
                return att_text_equals(command->agent, session_agent(session));
        }
        return att_core_find_contact(session->app->writer.core, command->contact, &view) &&
               view.state == ATT_CONTACT_CONNECTED &&
               att_text_equals(view.agent, session_agent(session));
}

static bool may_command(const struct session *session, const struct att_command *command)
{
        switch (permission_for_command(session->role, command->kind)) {
        case PERMISSION_ALWAYS:
                return true;
        case PERMISSION_OWN:
                return is_own(session, command);
        case PERMISSION_NEVER:
                break;
        }
        return false;
}

/* Who falls behind with what it is told gets no more to be told about; all that is there goes on. */
static bool is_behind(const struct session *session)
{
        return session->feed && push_window_kept(&session->feed->pushes) > PUSH_WINDOW_KEPT_MAX / 2;
}

static bool is_new_contact(const struct app *app, const struct att_wire_message *message)
{
        struct att_contact_view view;

        return message->body == ATT_WIRE_COMMAND && message->command.kind == ATT_CMD_CONTACT_ADD &&
               !att_core_find_contact(app->writer.core, message->command.contact, &view);
}

static bool is_about_customer(const struct att_wire_message *message)
{
        return message->body == ATT_WIRE_COMMAND &&
               (message->command.kind == ATT_CMD_CUSTOMER_SET ||
                message->command.kind == ATT_CMD_CUSTOMER_LINK ||
                message->command.kind == ATT_CMD_CUSTOMER_UNLINK ||
                message->command.kind == ATT_CMD_CUSTOMER_FORGET);
}

static void handle_command(struct session *session, const struct att_wire_message *message)
{
        struct att_command command = message->command;

        if (!may_command(session, &command)) {
                refuse_request(session, message->request_id, ATT_REFUSAL_DENIED,
                               "this role may not do that here");
                return;
        }
        if (is_new_contact(session->app, message)) {
                if (is_behind(session)) {
                        refuse_for_now(session, message->request_id,
                                       "too many pushes wait to be acknowledged");
                        return;
                }
                if (admission_is_full(session->app)) {
                        refuse_for_now(session, message->request_id,
                                       "the centre holds as many contacts as its limits allow");
                        return;
                }
        }
        if (!upkeep_has_room_for(&session->app->upkeep, command.kind)) {
                refuse_for_now(session, message->request_id, "the disk is nearly full");
                return;
        }
        if (!customers_allow(session, message->request_id, &command)) {
                return;
        }
        execute_for(session, message->request_id, &command);
}

/* ---- The session itself ---- */

static void handle_ack(struct session *session, const struct att_wire_message *message)
{
        if (session->feed) {
                push_window_acknowledge(&session->feed->pushes, message->ack);
                publish_feed(session->feed);
        }
}

static void handle_ping(struct session *session, const struct att_wire_message *message)
{
        struct att_wire_message pong;

        att_wire_message_init(&pong, ATT_WIRE_PONG);
        pong.request_id = message->request_id;
        pong.ping.payload = message->ping.payload;
        pong.ping.now_ms = clock_now_ms(&session->app->writer.clock);
        if (!att_wire_encode(session_out(session), &pong)) {
                refuse_request(session, message->request_id, ATT_REFUSAL_INVALID,
                               "the payload is too long");
        }
}

static void handle_pong(struct session *session, const struct att_wire_message *message)
{
        (void)session; /* That it was heard is noted already. */
        (void)message;
}

static void handle_bye(struct session *session, const struct att_wire_message *message)
{
        (void)message;
        if (session->feed) {
                struct feed *feed = session->feed;

                session->feed = NULL;
                feed_free(&session->app->front_ends, feed);
        }
        session_close_gently(session, "said goodbye");
}

static void keep_done(struct session *session, const struct att_command *asked,
                      const struct att_wire_done *done)
{
        const struct answer_key key = answers_key_of(asked);
        struct att_buffer *out = session_out(session);
        const size_t before = out->len;

        att_wire_put_done(out, asked->request_id, done);
        answers_keep(&session->app->front_ends.answers, &key,
                     att_text_of(out->data + before, out->len - before));
}

static void handle_ringing(struct session *session, const struct att_wire_message *message)
{
        const struct att_wire_ringing *ringing = &message->ringing;
        struct app *app = session->app;
        struct att_wire_done done = {.state = ATT_CONTACT_STATE_COUNT, .estimate_ms = -1};
        const struct att_command asked = {
                .kind = ATT_CMD_KIND_COUNT, /* No command, but kept as one. */
                .front_end = session_name(session),
                .client = session->client,
                .request_id = message->request_id,
                .contact = ringing->contact,
                .agent = ringing->agent};

        if (answer_again(session, message->request_id, answers_what(&asked))) {
                return;
        }
        if (session->role == ATT_ROLE_AGENT &&
            !att_text_equals(ringing->agent, session_agent(session))) {
                refuse_request(session, message->request_id, ATT_REFUSAL_DENIED,
                               "this role may speak for its own agent only");
                return;
        }
        att_buffer_clear(&app->publisher.line);
        route_line_of_ringing(&app->publisher.line, ringing, clock_now_ms(&app->writer.clock),
                              app->publisher.config);
        publish_line(app, ringing->contact, ATT_TEXT_NONE, ringing->agent, "ringing");
        if (message->request_id != 0) {
                keep_done(session, &asked, &done);
        }
}

static void handle_second_hello(struct session *session, const struct att_wire_message *message)
{
        refuse_request(session, message->request_id, ATT_REFUSAL_STATE,
                       "the hello is said already");
}

/* ---- Which handler ---- */

static message_handler *const handlers[ATT_WIRE_BODY_COUNT] = {
        [ATT_WIRE_ACK] = handle_ack,
        [ATT_WIRE_PING] = handle_ping,
        [ATT_WIRE_PONG] = handle_pong,
        [ATT_WIRE_BYE] = handle_bye,
        [ATT_WIRE_RINGING] = handle_ringing,
        [ATT_WIRE_STATUS] = answer_status,
        [ATT_WIRE_DRAIN] = answer_drain,
        [ATT_WIRE_QUEUES] = answer_queues,
        [ATT_WIRE_AGENTS] = answer_agents,
        [ATT_WIRE_CONTACTS] = answer_contacts,
        [ATT_WIRE_SKILLS] = answer_skills,
        [ATT_WIRE_EXPLAIN] = answer_explain,
        [ATT_WIRE_RELOAD] = answer_reload,
        [ATT_WIRE_CONFIG] = answer_config,
        [ATT_WIRE_TAIL] = answer_tail,
        [ATT_WIRE_TAIL_STOP] = answer_tail_stop,
        [ATT_WIRE_INCIDENTS] = answer_incidents,
        [ATT_WIRE_REPORT] = answer_report,
        [ATT_WIRE_RECONCILE] = answer_reconcile,
        [ATT_WIRE_CUSTOMERS] = answer_customers,
};

/* What may have to wait: it is new, or a question (daemon/lanes.h). */
static bool is_bulk(const struct session *session, const struct att_wire_message *message)
{
        switch (message->body) {
        case ATT_WIRE_COMMAND:
                return is_about_customer(message) || is_new_contact(session->app, message);
        case ATT_WIRE_STATUS:
        case ATT_WIRE_QUEUES:
        case ATT_WIRE_AGENTS:
        case ATT_WIRE_CONTACTS:
        case ATT_WIRE_SKILLS:
        case ATT_WIRE_EXPLAIN:
        case ATT_WIRE_CONFIG:
        case ATT_WIRE_REPORT:
        case ATT_WIRE_RECONCILE:
        case ATT_WIRE_CUSTOMERS:
        case ATT_WIRE_INCIDENTS:
                return true;
        case ATT_WIRE_BYE: /* After what was said before. */
                return session->lane.count > 0 || session->lookup;
        case ATT_WIRE_NONE:
        case ATT_WIRE_HELLO:
        case ATT_WIRE_WELCOME:
        case ATT_WIRE_ANSWER:
        case ATT_WIRE_PUSH:
        case ATT_WIRE_ACK:
        case ATT_WIRE_PING:
        case ATT_WIRE_PONG:
        case ATT_WIRE_EVENTS:
        case ATT_WIRE_RINGING:
        case ATT_WIRE_RELOAD:
        case ATT_WIRE_DRAIN:
        case ATT_WIRE_TAIL:
        case ATT_WIRE_TAIL_STOP:
        case ATT_WIRE_BODY_COUNT:
                break;
        }
        return false;
}

static bool is_repeated(struct session *session, const struct att_wire_message *message)
{
        return message->body == ATT_WIRE_COMMAND &&
               !answers_is_new(&session->app->front_ends.answers, session_name(session),
                               session->client, message->request_id) &&
               answer_again(session, message->request_id, answers_what(&message->command));
}

/* It is its turn. */
void dispatch_bulk(struct session *session, const struct att_wire_message *message,
                   struct att_text frame)
{
        if (!memory_asks(session, message, frame)) {
                dispatch_known(session, message);
        }
}

/* While it waited, the same may have come again and been decided. */
void dispatch_known(struct session *session, const struct att_wire_message *message)
{
        if (is_repeated(session, message)) {
                return;
        }
        if (message->body == ATT_WIRE_COMMAND) {
                handle_command(session, message);
        } else {
                handlers[message->body](session, message);
        }
}

static void dispatch_allowed(struct session *session, const struct att_wire_message *message,
                             struct att_text frame)
{
        if (is_bulk(session, message)) {
                lanes_take_bulk(session, message, frame);
        } else if (admission_refuses(session->app, admission_limit(message))) {
                refuse_for_now(session, message->request_id, "attuned has too much to do");
        } else {
                handlers[message->body](session, message);
        }
}

static void dispatch_open(struct session *session, const struct att_wire_message *message,
                          struct att_text frame)
{
        if (message->body == ATT_WIRE_COMMAND) {
                if (is_repeated(session, message)) {
                        return;
                }
                if (is_bulk(session, message)) {
                        lanes_take_bulk(session, message, frame);
                        return;
                }
                if (lanes_take_follower(session, message, frame)) {
                        return;
                }
                if (lanes_bring_forward(session->app, message->command.contact) &&
                    is_repeated(session, message)) {
                        return; /* What was brought forward was this. */
                }
                handle_command(session, message);
        } else if (message->body == ATT_WIRE_HELLO) {
                handle_second_hello(session, message);
        } else if (message->body >= ATT_WIRE_BODY_COUNT || !handlers[message->body]) {
                refuse_request(session, message->request_id, ATT_REFUSAL_INVALID,
                               "this message is for front ends, not from them");
        } else if (permission_for_message(session->role, message->body) == PERMISSION_NEVER) {
                refuse_request(session, message->request_id, ATT_REFUSAL_DENIED,
                               "this role may not ask that");
        } else {
                dispatch_allowed(session, message, frame);
        }
}

static void dispatch_connected(struct session *session, const struct att_wire_message *message,
                               struct att_text frame)
{
        struct att_wire_error error = {.code = ATT_REFUSAL_STATE,
                                       .message = ATT_TEXT("a hello comes first")};

        if (message->body == ATT_WIRE_HELLO) {
                lanes_take_hello(session, message, frame);
                return;
        }
        att_wire_put_error(session_out(session), message->request_id, &error);
        session_close_gently(session, "said no hello");
}

/* What can't be read as a whole. Only malformed bytes mean that nothing more can be trusted. */
static void refuse_frame(struct session *session, uint64_t request_id, enum att_wire_result result,
                         const struct att_wire_problem *problem)
{
        bool is_fatal = result == ATT_WIRE_MALFORMED || session->state == SESSION_CONNECTED;

        session->app->tally.turned_away[ATT_REFUSAL_INVALID]++;
        if (request_id != 0 || is_fatal) {
                att_wire_put_problem(session_out(session), request_id, result, problem);
        }
        if (is_fatal) {
                session_close_gently(session, "sent what can't be read");
        }
}

void dispatch_frame(struct session *session, struct att_text frame)
{
        struct att_wire_message message;
        struct att_wire_problem problem;
        enum att_wire_result result = att_wire_decode(frame, &session->app->sessions.scratch,
                                                      &message, &problem);

        if (result != ATT_WIRE_OK) {
                refuse_frame(session, message.request_id, result, &problem);
        } else if (session->state == SESSION_CONNECTED) {
                dispatch_connected(session, &message, frame);
        } else {
                dispatch_open(session, &message, frame);
        }
}
