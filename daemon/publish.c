/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/publish.h"

#include "daemon/app.h"
#include "daemon/feed_snapshot.h"
#include "daemon/route_line.h"
#include "daemon/view.h"
#include "daemon/why.h"
#include "lib/wire/codec.h"

void publisher_deinit(struct publisher *publisher)
{
        att_buffer_deinit(&publisher->line);
        att_buffer_deinit(&publisher->why);
}

/* ---- Pushes ---- */

/* What goes with an offer, or with a connect that no offer came before. Made once an effect. */
struct context {
        bool was_offered; /* All but the address went with the offer. */
        bool is_made;
        bool is_wanted;
        struct att_wire_contact contact;
        struct att_text address;
};

/* The contact stays as it is until it is made: it is large, and most effects want none. */
static void begin_context(struct context *context, bool was_offered)
{
        context->was_offered = was_offered;
        context->is_made = false;
        context->is_wanted = false;
        context->address = ATT_TEXT_NONE;
}

static void make_context(struct app *app, const struct att_effect *effect, struct context *context)
{
        context->is_made = true;
        if (effect->kind != ATT_EFFECT_OFFER && effect->kind != ATT_EFFECT_PROMISED &&
            !effect->decision) {
                return;
        }
        context->address = view_agent_address(app->writer.core, effect->agent, effect->channel);
        if (context->was_offered) {
                return;
        }
        att_buffer_clear(&app->publisher.why);
        if (effect->decision) {
                why_put(&app->publisher.why, effect->decision);
        }
        context->is_wanted = view_contact(app->writer.core, effect->contact, &context->contact);
        if (context->is_wanted) {
                memory_show(app, &context->contact);
        }
}

void publish_feed(struct feed *feed)
{
        struct session *session = feed->session;
        struct att_text frame;

        if (!session || session->state != SESSION_OPEN) {
                return;
        }
        while (outbox_pending(&session->outbox) < SESSION_OUTBOX_PAUSE &&
               push_window_take(&feed->pushes, &frame)) {
                att_buffer_append_text(session_out(session), frame);
        }
}

/* What came was too much for it, or for all that are away together. It is told once what there is,
 * and has to come back for the rest. */
static void fall_behind(struct app *app, struct feed *feed)
{
        struct session *session = feed->session;

        feed_make_stale(&app->front_ends, feed);
        if (!session) {
                return; /* When it comes. */
        }
        snapshot_put(app, feed);
        publish_feed(feed);
        session_say_bye(session, "does not acknowledge its pushes");
        session_close_gently(session, "does not acknowledge its pushes");
}

static bool is_too_much(const struct front_ends *front_ends, const struct feed *feed)
{
        return push_window_is_full(&feed->pushes) ||
               (!feed->session && front_ends->detached_bytes >= FEEDS_BYTES_MAX);
}

static void push(struct app *app, struct feed *feed, const struct att_effect *effect,
                 struct context *context)
{
        const size_t before = feed->pushes.bytes.len;

        if (feed->stamp == app->front_ends.stamp || feed->is_stale) {
                return;
        }
        feed->stamp = app->front_ends.stamp;
        if (is_too_much(&app->front_ends, feed)) {
                fall_behind(app, feed);
                return;
        }
        if (!context->is_made) {
                make_context(app, effect, context);
        }
        att_wire_put_push(&feed->pushes.bytes, push_window_next_id(&feed->pushes), effect,
                          context->is_wanted ? &context->contact : NULL, context->address,
                          context->is_wanted ? att_buffer_text(&app->publisher.why)
                                             : ATT_TEXT_NONE);
        push_window_added(&feed->pushes, app->writer.clock.last_ms);
        feed_note_bytes(&app->front_ends, feed, before);
        publish_feed(feed);
}

static void push_to_front_end(struct app *app, struct front_end *front_end,
                              const struct att_effect *effect, struct context *context)
{
        if (!front_end) {
                return;
        }
        ATT_LIST_FOREACH(feed, &front_end->feeds, struct feed, in_front_end)
        {
                push(app, feed, effect, context);
        }
}

static void push_to_agent(struct app *app, const struct att_effect *effect, struct context *context)
{
        struct seat *seat = att_text_is_empty(effect->agent)
                                    ? NULL
                                    : seats_find(&app->front_ends, effect->agent);

        if (!seat) {
                return;
        }
        push_to_front_end(app, seat->home, effect, context);
        ATT_LIST_FOREACH(feed, &seat->feeds, struct feed, in_seat)
        {
                push(app, feed, effect, context);
        }
}

static void push_to_all(struct app *app, const struct att_effect *effect, struct context *context)
{
        ATT_LIST_FOREACH(front_end, &app->front_ends.all, struct front_end, in_all)
        {
                push_to_front_end(app, front_end, effect, context);
        }
}

/* `accepted`: the contact whose offer the command accepted, or empty. */
static void push_effect(struct app *app, const struct att_effect *effect, struct att_text accepted)
{
        struct context context;

        begin_context(&context, effect->kind == ATT_EFFECT_CONNECT &&
                                        att_text_equals(effect->contact, accepted));
        app->front_ends.stamp++;
        switch (effect->kind) {
        case ATT_EFFECT_CONFIG:
        case ATT_EFFECT_ANNOUNCED:
        case ATT_EFFECT_INCIDENT_CLOSED:
                push_to_all(app, effect, &context);
                return;
        case ATT_EFFECT_FEEDBACK: /* For the history. */
        case ATT_EFFECT_REFUSED:  /* Told to who asked. */
                return;
        case ATT_EFFECT_SCHEDULED:
        case ATT_EFFECT_QUEUED:
        case ATT_EFFECT_POSITION:
        case ATT_EFFECT_RELAXED:
        case ATT_EFFECT_OFFER:
        case ATT_EFFECT_REVOKE:
        case ATT_EFFECT_CONNECT:
        case ATT_EFFECT_CLOSED:
        case ATT_EFFECT_OVERFLOW:
        case ATT_EFFECT_AGENT:
        case ATT_EFFECT_WRAP_UP:
        case ATT_EFFECT_FINISHED:
        case ATT_EFFECT_REPEAT:
        case ATT_EFFECT_PROMISED:
        case ATT_EFFECT_PROMISE_KEPT:
        case ATT_EFFECT_PROMISE_EXPIRED:
        case ATT_EFFECT_PROMISE_CANCELLED:
        case ATT_EFFECT_INCIDENT:
        case ATT_EFFECT_KIND_COUNT:
                break;
        }
        if (!att_text_is_empty(effect->front_end)) {
                push_to_front_end(app, front_ends_find(&app->front_ends, effect->front_end), effect,
                                  &context);
        }
        push_to_agent(app, effect, &context);
}

/* One that is behind has more urgent things to read. */
static bool is_up_to_date(const struct feed *feed, int64_t since_ms)
{
        return feed->session && push_window_kept(&feed->pushes) < PUSH_WINDOW / 2 &&
               push_window_is_acknowledged(&feed->pushes, since_ms);
}

bool publish_position(struct app *app, const struct att_effect *news, int64_t since_ms)
{
        struct front_end *front_end = front_ends_find(&app->front_ends, news->front_end);
        struct context context;
        bool is_told = false;

        if (!front_end) {
                return false;
        }
        begin_context(&context, false);
        app->front_ends.stamp++;
        ATT_LIST_FOREACH(feed, &front_end->feeds, struct feed, in_front_end)
        {
                if (is_up_to_date(feed, since_ms)) {
                        push(app, feed, news, &context);
                        is_told = true;
                }
        }
        return is_told;
}

/* ---- Lines ---- */

void publish_line(struct app *app, struct att_text contact, struct att_text queue,
                  struct att_text agent, const char *event)
{
        struct att_text line = att_buffer_text(&app->publisher.line);

        route_log_add(&app->route_log, line);
        tails_add(&app->tails, &(struct tail_event){.at_ms = clock_now_ms(&app->writer.clock),
                                                    .contact = contact,
                                                    .queue = queue,
                                                    .agent = agent,
                                                    .event = att_text_from(event),
                                                    .line = line});
}

/* Whether an effect is the first place of the contact that the command adds. */
static bool tells_new_contact(const struct att_command *command, const struct att_effect *effect)
{
        return command->kind == ATT_CMD_CONTACT_ADD &&
               (effect->kind == ATT_EFFECT_QUEUED || effect->kind == ATT_EFFECT_SCHEDULED) &&
               att_text_equals(effect->contact, command->contact);
}

static void find_rules(const struct att_core *core, struct att_text contact,
                       struct route_rules *ret_rules)
{
        const struct att_config *config = att_core_config(core);
        uint32_t found[ROUTE_LINE_RULES_MAX];

        ret_rules->count = att_core_contact_rules(core, contact, ROUTE_LINE_RULES_MAX, found);
        for (uint32_t i = 0; i < ret_rules->count; i++) {
                ret_rules->items[i].number = found[i] + 1;
                ret_rules->items[i].line = config->intake[found[i]].line;
        }
}

/* What a command says of a customer, for its first line; whether there is any of it. */
static bool find_personal(const struct att_command *command, const struct att_effect *effect,
                          bool is_first, struct route_personal *ret_personal)
{
        *ret_personal = (struct route_personal){.request = NULL};
        if (tells_new_contact(command, effect)) {
                ret_personal->request = &command->request;
                ret_personal->text = command->request.text;
        } else if (is_first && command->kind == ATT_CMD_CONTACT_END) {
                ret_personal->notes = command->end.notes;
                ret_personal->promised = command->end.follow_up.what;
        } else if (is_first && command->kind == ATT_CMD_CONTACT_FEEDBACK) {
                ret_personal->text = command->feedback.text;
        }
        return ret_personal->request || !att_text_is_empty(ret_personal->text) ||
               !att_text_is_empty(ret_personal->notes) ||
               !att_text_is_empty(ret_personal->promised);
}

static void write_line(struct app *app, const struct att_command *command,
                       const struct att_effect *effect, bool is_first)
{
        struct route_personal personal;
        struct route_rules rules = {.count = 0, .emotion_ppm = ATT_ABSENT};

        if (!route_log_is_on(&app->route_log) && tails_are_none(&app->tails)) {
                return;
        }
        if (tells_new_contact(command, effect)) {
                find_rules(app->writer.core, effect->contact, &rules);
                rules.emotion_ppm = command->request.emotion_ppm;
                rules.emotion_source = command->request.emotion_source;
        }
        if (app->options->log_personal && find_personal(command, effect, is_first, &personal)) {
                rules.personal = &personal;
        }
        att_buffer_clear(&app->publisher.line);
        route_line_of_effect(&app->publisher.line, effect, &rules, app->publisher.config,
                             command->seq);
        publish_line(app, effect->contact, effect->queue, effect->agent,
                     att_effect_kind_name(effect->kind));
}

void publish(struct app *app, const struct att_command *command, const struct att_effects *effects)
{
        const bool is_accepted = command->kind == ATT_CMD_OFFER_ACCEPT &&
                                 !att_effects_refusal(effects);
        const struct att_text accepted = is_accepted ? command->contact : ATT_TEXT_NONE;

        if (command->kind == ATT_CMD_CONFIG) {
                (void)att_digest_format(att_core_config(app->writer.core)->digest,
                                        app->publisher.config);
        }
        tally_step(&app->tally, command, effects);
        memory_note(app, command, effects);
        history_hear(app, command, effects);
        forget_note(&app->forget, command, effects);
        for (uint32_t i = 0; i < effects->count; i++) {
                push_effect(app, &effects->items[i], accepted);
                positions_hear(app, &effects->items[i]);
                write_line(app, command, &effects->items[i], i == 0);
        }
}
