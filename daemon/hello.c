/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hello: who is it, what may it do, and which feed of pushes is its own?
 */
#include <stdio.h>
#include <string.h>

#include "daemon/app.h"
#include "daemon/dispatch.h"
#include "daemon/feed_snapshot.h"
#include "daemon/presence.h"
#include "daemon/session.h"
#include "lib/model/limits.h"
#include "lib/wire/codec.h"
#include "version.h"

static void turn_away(struct session *session, uint64_t request_id, enum att_refusal code,
                      const char *what)
{
        struct att_wire_error error = {.code = code, .message = att_text_from(what)};

        session->app->tally.turned_away[code]++;
        att_wire_put_error(session_out(session), request_id, &error);
        session_close_gently(session, what);
}

static void copy(char into[SESSION_NAME_SIZE], struct att_text text)
{
        (void)snprintf(into, SESSION_NAME_SIZE, "%.*s", ATT_TEXT_ARGS(text));
}

/* Its role, name and agent; false and an answer if it may not come in. */
static bool identify(struct session *session, uint64_t request_id,
                     const struct att_wire_hello *hello)
{
        const struct app *app = session->app;
        struct att_text agent = hello->agent;

        if (hello->protocol < 1) {
                turn_away(session, request_id, ATT_REFUSAL_INVALID,
                          "the hello names no version of the protocol");
                return false;
        }
        if (hello->name.len > ATT_ID_BYTES_MAX || hello->agent.len > ATT_ID_BYTES_MAX) {
                turn_away(session, request_id, ATT_REFUSAL_INVALID, "the name is too long");
                return false;
        }
        session->role = access_decide(&app->access, &session->peer, hello->name, hello->token);
        if (session->role == ATT_ROLE_AGENT) {
                agent = access_agent(att_core_config(app->writer.core), hello->name, hello->agent);
                if (att_text_is_empty(agent)) {
                        session->role = ATT_ROLE_NONE;
                }
        }
        if (session->role == ATT_ROLE_NONE) {
                turn_away(session, request_id, ATT_REFUSAL_DENIED,
                          "no access under this name with this token");
                return false;
        }
        copy(session->name, hello->name);
        copy(session->agent, agent);
        return true;
}

/* The session that had the feed until now, perhaps half open and unaware, is over. */
static void take_over(struct session *session, struct feed *feed)
{
        if (feed->session) {
                struct session *before = feed->session;

                before->feed = NULL;
                session_close(before, "was taken up by another session");
        }
        feed_attach(&session->app->front_ends, feed, session);
        session->feed = feed;
        memcpy(session->token, feed->token, sizeof(session->token));
}

/* Whether it goes on with an earlier session's feed. */
static bool find_feed(struct session *session, const struct att_wire_hello *hello)
{
        struct front_ends *front_ends = &session->app->front_ends;
        struct feed *feed = NULL;

        if (!att_text_is_empty(hello->resume)) {
                feed = feeds_find(front_ends, hello->resume, session->front_end,
                                  session_agent(session));
        }
        if (feed) {
                take_over(session, feed);
                push_window_rewind(&feed->pushes, hello->last_push);
                if (feed->is_stale) {
                        snapshot_put(session->app, feed);
                }
                return true;
        }
        feed_choose_token(front_ends, hello->resume, session->token);
        if (session->front_end || session->agent[0] != '\0') { /* Else nothing is ever pushed. */
                session->feed = feed_new(front_ends, session->front_end, session_agent(session),
                                         session->token, session);
        }
        return false;
}

/* A new one, when there is too much to do for those that are there. */
static bool is_one_too_many(struct session *session, const struct att_wire_message *message)
{
        struct app *app = session->app;
        struct front_end *front_end = front_ends_find(&app->front_ends, session_name(session));

        if (feeds_find(&app->front_ends, message->hello.resume, front_end,
                       session_agent(session)) ||
            !admission_refuses(app, admission_limit(message))) {
                return false;
        }
        refuse_for_now(session, message->request_id, "attuned has too much to do");
        session_close_gently(session, "one session too many for now");
        return true;
}

static void welcome(struct session *session, const struct att_wire_message *hello, bool resumed)
{
        struct app *app = session->app;
        struct att_wire_message message;

        att_wire_message_init(&message, ATT_WIRE_WELCOME);
        message.request_id = hello->request_id;
        message.welcome.protocol = ATT_WIRE_PROTOCOL;
        message.welcome.session = att_text_from(session->id);
        message.welcome.role = session->role;
        message.welcome.resume = att_text_from(session->token);
        message.welcome.resumed = resumed;
        message.welcome.reconcile = !resumed && !att_text_is_empty(hello->hello.resume);
        message.welcome.last_request = answers_last(&app->front_ends.answers, session_name(session),
                                                    session->client);
        message.welcome.version = ATT_TEXT(ATT_VERSION);
        message.welcome.config_digest = att_text_from(app->publisher.config);
        message.welcome.window = PUSH_WINDOW;
        message.welcome.frame_bytes_max = ATT_FRAME_BYTES_MAX;
        message.welcome.keepalive_ms = SESSION_KEEPALIVE_MS;
        message.welcome.now_ms = clock_now_ms(&app->writer.clock);
        ATT_CHECK(att_wire_encode(session_out(session), &message));
}

static void say_opened(const struct session *session, const struct att_wire_hello *hello)
{
        struct log_line line;

        log_begin(&line, "session.opened");
        log_string(&line, "session", session->id);
        log_text(&line, "name", session_name(session));
        log_string(&line, "role", att_role_name(session->role));
        if (session->agent[0] != '\0') {
                log_text(&line, "agent", session_agent(session));
        }
        log_text(&line, "kind", hello->kind);
        log_end(&line);
}

void answer_hello(struct session *session, const struct att_wire_message *message)
{
        const struct att_wire_hello *hello = &message->hello;
        bool resumed;

        if (!identify(session, message->request_id, hello) || is_one_too_many(session, message)) {
                return;
        }
        if (session->name[0] != '\0') {
                session->front_end = front_ends_get(&session->app->front_ends,
                                                    session_name(session));
        }
        session_open(session);
        resumed = find_feed(session, hello);
        session->client = answers_client(att_text_from(session->token));
        say_opened(session, hello);
        welcome(session, message, resumed);
        presence_of_session_began(session);
        if (session->feed) {
                publish_feed(session->feed);
        }
}
