/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/history_note.h"

#include "lib/base/util.h"
#include "lib/model/limits.h"
#include "lib/model/words.h"
#include "lib/store/history_event.h"

/* How far behind an ending the entering of a queue may stand that came before it. */
#define AHEAD_MAX 64

/* A step that is told. */
struct telling {
        struct att_buffer *into;
        const struct att_core *core;
        const struct att_command *command;
        const struct att_effects *effects;
        bool is_refused;     /* The command. */
        const char *last_id; /* Whose number was asked for last: most effects follow one another. */
        uint64_t last_number;     /* That. */
        uint32_t told[AHEAD_MAX]; /* Effects that were told before their turn. */
        uint32_t told_count;
};

static void begin_event(const struct telling *telling, struct att_history_event *event,
                        enum att_history_kind kind, int64_t at_ms)
{
        att_history_event_init(event, kind);
        event->seq = telling->command->seq;
        event->at_ms = at_ms;
}

/* A contact's number, or its id if the engine has forgotten it in this very step. Wrap-up of one that
 * came with this command is of an earlier one that had its id. */
static void name_contact(struct telling *telling, struct att_history_event *event,
                         struct att_text id)
{
        if (telling->last_id != id.data) {
                telling->last_number = att_core_contact_number(telling->core, id);
                telling->last_id = id.data;
        }
        event->contact = telling->last_number;
        if (event->contact == telling->command->seq &&
            (event->kind == ATT_HISTORY_ENDED || event->kind == ATT_HISTORY_FINISHED)) {
                event->contact = 0;
        }
        if (event->contact == 0) {
                event->id = id;
        }
}

static int64_t given(int64_t number)
{
        return number < 0 ? ATT_HISTORY_NONE : number;
}

/* ---- A contact that came ---- */

static void tell_requirements(struct telling *telling, const struct att_contact_view *view)
{
        const struct att_config *config = att_core_config(telling->core);
        struct att_requirement requires[ATT_REQUIREMENTS_MAX];
        const uint32_t count = att_core_contact_requires(telling->core, view->id, requires);
        struct att_history_event event;

        for (uint32_t i = 0; i < count; i++) {
                begin_event(telling, &event, ATT_HISTORY_REQUIRES, view->arrived_ms);
                event.contact = view->number;
                event.requires.skill = config->skills[requires[i].skill].name;
                event.requires.level = requires[i].level;
                att_history_pack(telling->into, &event);
        }
}

static void put_customer(struct att_history_event *event, const struct att_customer_info *customer)
{
        const uint32_t known = customer->looked_up; /* The history said so itself. */

        event->added.person = customer->id;
        if (!(known & ATT_LOOKED_UP_NAME)) {
                event->added.name = customer->name;
        }
        if (!(known & ATT_LOOKED_UP_TIER)) {
                event->added.stated_tier = customer->tier;
        }
        if (!(known & ATT_LOOKED_UP_CURRENCY)) {
                event->added.currency = customer->currency;
        }
        if (!(known & ATT_LOOKED_UP_NOTES)) {
                event->added.notes = customer->notes;
        }
        if (!(known & ATT_LOOKED_UP_LIFETIME_VALUE)) {
                event->added.lifetime_value_micro = given(customer->lifetime_value_micro);
        }
        if (!(known & ATT_LOOKED_UP_CHURN_RISK)) {
                event->added.churn_risk_ppm = given(customer->churn_risk_ppm);
        }
}

static void tell_added(struct telling *telling, const struct att_contact_view *view,
                       const struct att_customer_info *customer, bool has_emotion)
{
        struct att_history_event event;

        begin_event(telling, &event, ATT_HISTORY_ADDED, view->arrived_ms);
        event.contact = view->number;
        event.id = view->id;
        event.added.front_end = view->front_end;
        event.added.channel = view->channel;
        event.added.entry_point = view->entry_point;
        event.added.language = view->language;
        event.added.intent = view->intent;
        event.added.text = view->text;
        event.added.tier = view->tier;
        event.added.value_ppm = view->value_ppm;
        if (has_emotion) {
                event.added.emotion_ppm = view->emotion_ppm;
                event.added.emotion_source = att_text_from(
                        att_emotion_source_name(view->emotion_source));
        }
        put_customer(&event, customer);
        att_history_pack(telling->into, &event);
        tell_requirements(telling, view);
}

/* A request that was known already adds nothing. */
static void tell_arrival(struct telling *telling)
{
        const struct att_command *command = telling->command;
        struct att_contact_view view;

        if (!telling->is_refused &&
            att_core_contact_number(telling->core, command->contact) == command->seq &&
            att_core_find_contact(telling->core, command->contact, &view)) {
                tell_added(telling, &view, &command->request.customer,
                           command->request.emotion_ppm != ATT_ABSENT);
        }
}

/* ---- Why something ended ---- */

/* Whether it was the command that did this, not a timer before it. */
static bool is_of_command(const struct telling *telling, const struct att_effect *effect)
{
        return !telling->is_refused && effect->at_ms == telling->command->at_ms &&
               att_text_equals(effect->contact, telling->command->contact);
}

/* By what a conversation ended. */
static struct att_text ended_by(const struct telling *telling, const struct att_effect *effect)
{
        if (!is_of_command(telling, effect)) {
                return att_text_equals_c(effect->reason, "front end lost") ? ATT_TEXT("lost")
                                                                           : ATT_TEXT("ended");
        }
        switch ((int)telling->command->kind) {
        case ATT_CMD_CONTACT_TRANSFER:
                return ATT_TEXT("transferred");
        case ATT_CMD_CONTACT_ABANDON:
                return ATT_TEXT("abandoned");
        case ATT_CMD_CONTACT_CANCEL:
                return ATT_TEXT("cancelled");
        case ATT_CMD_CONTACT_END:
                return telling->command->end.unanswered ? ATT_TEXT("unanswered")
                                                        : ATT_TEXT("ended");
        default:
                return ATT_TEXT("ended");
        }
}

static bool is_transfer(const struct telling *telling, const struct att_effect *effect)
{
        return telling->command->kind == ATT_CMD_CONTACT_TRANSFER && is_of_command(telling, effect);
}

/* What an agent said of how it ended is no reason of the engine's. */
static bool has_disposition(const struct telling *telling, const struct att_effect *effect)
{
        return telling->command->kind == ATT_CMD_CONTACT_END && is_of_command(telling, effect) &&
               !att_text_is_empty(telling->command->end.disposition) &&
               att_text_equals(effect->reason, telling->command->end.disposition);
}

static struct att_text revoked_how(enum att_revoke_reason reason)
{
        switch (reason) {
        case ATT_REVOKE_TIMEOUT:
                return ATT_TEXT("missed");
        case ATT_REVOKE_DECLINED:
                return ATT_TEXT("declined");
        case ATT_REVOKE_ABANDONED:
        case ATT_REVOKE_CANCELLED:
        case ATT_REVOKE_AGENT_GONE:
        case ATT_REVOKE_TAKEN:
        case ATT_REVOKE_CHANGED:
        case ATT_REVOKE_RELOAD:
        case ATT_REVOKE_REASON_COUNT:
                break;
        }
        return ATT_TEXT("revoked");
}

/* ---- Effects ---- */

static void tell_queued(struct telling *telling, const struct att_effect *effect)
{
        struct att_history_event event;

        begin_event(telling, &event, ATT_HISTORY_QUEUED, effect->at_ms);
        name_contact(telling, &event, effect->contact);
        event.queued.queue = effect->queue;
        if (effect->position > 0) {
                event.queued.position = effect->position;
        }
        event.queued.estimate_ms = given(effect->estimate_ms);
        att_history_pack(telling->into, &event);
}

/* Within an instant endings are said before the entering of queues, whichever was first: who was
 * moved on, or out, entered before. */
static void tell_entering_before(struct telling *telling, uint32_t i, struct att_text queue)
{
        const struct att_effect *ending = &telling->effects->items[i];
        const uint32_t end = (uint32_t)att_min_i64(telling->effects->count,
                                                   (int64_t)i + 1 + AHEAD_MAX);

        for (uint32_t j = i + 1; j < end && telling->told_count < AHEAD_MAX; j++) {
                const struct att_effect *effect = &telling->effects->items[j];

                if (effect->kind == ATT_EFFECT_QUEUED && effect->at_ms == ending->at_ms &&
                    effect->contact.data == ending->contact.data &&
                    (att_text_is_empty(queue) || att_text_equals(effect->queue, queue))) {
                        tell_queued(telling, effect);
                        telling->told[telling->told_count++] = j;
                }
        }
}

static bool was_told(const struct telling *telling, uint32_t i)
{
        for (uint32_t told = 0; told < telling->told_count; told++) {
                if (telling->told[told] == i) {
                        return true;
                }
        }
        return false;
}

/* One that is refused at the door, or from the queue, is closed by the same step. */
static void tell_overflow(struct telling *telling, uint32_t i)
{
        const struct att_effect *effect = &telling->effects->items[i];
        struct att_history_event event;

        if (att_text_equals_c(effect->to, "refuse")) {
                return;
        }
        tell_entering_before(telling, i, effect->queue);
        begin_event(telling, &event, ATT_HISTORY_LEFT, effect->at_ms);
        name_contact(telling, &event, effect->contact);
        event.left.queue = effect->queue;
        event.left.how = att_text_equals_c(effect->to, "callback") ? ATT_TEXT("scheduled")
                                                                   : ATT_TEXT("overflowed");
        att_history_pack(telling->into, &event);
}

static void tell_scheduled(struct telling *telling, const struct att_effect *effect)
{
        struct att_history_event event;

        begin_event(telling, &event, ATT_HISTORY_SCHEDULED, effect->at_ms);
        name_contact(telling, &event, effect->contact);
        event.scheduled.queue = effect->queue;
        event.scheduled.attempt = effect->attempt;
        att_history_pack(telling->into, &event);
}

static void tell_offer(struct telling *telling, const struct att_effect *effect)
{
        struct att_history_event event;

        begin_event(telling, &event, ATT_HISTORY_OFFERED, effect->at_ms);
        name_contact(telling, &event, effect->contact);
        event.offered.agent = effect->agent;
        event.offered.queue = effect->queue;
        event.offered.offer = (int64_t)effect->offer;
        att_history_pack(telling->into, &event);
}

static void tell_revoke(struct telling *telling, const struct att_effect *effect)
{
        struct att_history_event event;

        begin_event(telling, &event, ATT_HISTORY_REVOKED, effect->at_ms);
        name_contact(telling, &event, effect->contact);
        event.revoked.offer = (int64_t)effect->offer;
        event.revoked.how = revoked_how(effect->revoke_reason);
        att_history_pack(telling->into, &event);
}

static void tell_connect(struct telling *telling, const struct att_effect *effect)
{
        struct att_history_event event;

        begin_event(telling, &event, ATT_HISTORY_CONNECTED, effect->at_ms);
        name_contact(telling, &event, effect->contact);
        event.connected.agent = effect->agent;
        event.connected.queue = effect->queue;
        event.connected.channel = effect->channel;
        event.connected.offer = (int64_t)effect->offer;
        att_history_pack(telling->into, &event);
}

static void tell_closed(struct telling *telling, uint32_t i)
{
        const struct att_effect *effect = &telling->effects->items[i];
        struct att_history_event event;

        tell_entering_before(telling, i, ATT_TEXT_NONE);
        begin_event(telling, &event, ATT_HISTORY_CLOSED, effect->at_ms);
        name_contact(telling, &event, effect->contact);
        event.closed.queue = effect->queue;
        event.closed.outcome = att_text_from(att_outcome_name(effect->outcome));
        event.closed.by = ended_by(telling, effect);
        if (has_disposition(telling, effect)) {
                event.closed.disposition = effect->reason;
        } else {
                event.closed.reason = effect->reason;
        }
        event.closed.notes = effect->text;
        event.closed.survey = effect->survey;
        att_history_pack(telling->into, &event);
}

static void tell_ended(struct telling *telling, const struct att_effect *effect,
                       enum att_history_kind kind)
{
        struct att_history_event event;

        begin_event(telling, &event, kind, effect->at_ms);
        name_contact(telling, &event, effect->contact);
        event.ended.agent = effect->agent;
        event.ended.by = ended_by(telling, effect);
        event.ended.transferred = is_transfer(telling, effect);
        att_history_pack(telling->into, &event);
}

static void tell_presence(struct telling *telling, struct att_text agent,
                          enum att_presence presence, struct att_text reason, int64_t at_ms)
{
        struct att_history_event event;

        begin_event(telling, &event, ATT_HISTORY_PRESENCE, at_ms);
        event.presence.agent = agent;
        event.presence.state = att_text_from(att_presence_name(presence));
        event.presence.reason = reason;
        att_history_pack(telling->into, &event);
}

static void tell_feedback(struct telling *telling, const struct att_effect *effect)
{
        const struct att_feedback *feedback = effect->feedback;
        struct att_history_event event;

        begin_event(telling, &event, ATT_HISTORY_FEEDBACK, feedback->given_ms);
        name_contact(telling, &event, effect->contact);
        event.feedback.csat = given(feedback->csat);
        event.feedback.nps = given(feedback->nps);
        event.feedback.ces = given(feedback->ces);
        event.feedback.resolved = given(feedback->resolved);
        event.feedback.emotion_ppm = feedback->emotion_ppm; /* Absent is alike. */
        event.feedback.text = feedback->text;
        event.feedback.by = feedback->by;
        att_history_pack(telling->into, &event);
}

static void tell_repeat(struct telling *telling, const struct att_effect *effect)
{
        struct att_history_event event;

        begin_event(telling, &event, ATT_HISTORY_REPEAT, effect->at_ms);
        name_contact(telling, &event, effect->contact);
        event.repeat.other_id = effect->other;
        event.repeat.other = (int64_t)att_core_contact_number(telling->core, effect->other);
        att_history_pack(telling->into, &event);
}

static void tell_promise(struct telling *telling, const struct att_effect *promised)
{
        struct att_history_event event;

        begin_event(telling, &event, ATT_HISTORY_PROMISED, promised->at_ms);
        name_contact(telling, &event, promised->contact);
        event.promised.other_id = promised->other;
        event.promised.other = (int64_t)att_core_contact_number(telling->core, promised->other);
        event.promised.agent = promised->agent;
        event.promised.what = promised->text;
        event.promised.due_ms = given(promised->due_ms);
        event.promised.expires_ms = given(promised->expires_ms);
        att_history_pack(telling->into, &event);
}

/* The contact that is to keep it came with no request: what is known of the customer is the first
 * one's, and not new. */
static void tell_promised(struct telling *telling, const struct att_effect *effect)
{
        struct att_contact_view view;
        struct att_customer_info customer = {.lifetime_value_micro = -1, .churn_risk_ppm = -1};

        if (att_core_find_contact(telling->core, effect->contact, &view)) {
                customer.id = view.customer.id;
                tell_added(telling, &view, &customer, view.emotion_ppm > 0);
        }
        tell_promise(telling, effect);
}

static void tell_fulfilled(struct telling *telling, const struct att_effect *effect,
                           struct att_text state)
{
        struct att_history_event event;

        begin_event(telling, &event, ATT_HISTORY_FULFILLED, effect->at_ms);
        name_contact(telling, &event, effect->contact);
        event.fulfilled.state = state;
        att_history_pack(telling->into, &event);
}

static void tell_affected(struct telling *telling, const struct att_effect *effect)
{
        struct att_history_event event;

        begin_event(telling, &event, ATT_HISTORY_AFFECTED, effect->at_ms);
        name_contact(telling, &event, effect->contact);
        event.incident.id = effect->incident;
        att_history_pack(telling->into, &event);
}

/* Of one that is announced the title is in `reason`. */
static void tell_incident(struct telling *telling, const struct att_effect *effect,
                          enum att_history_kind kind)
{
        struct att_history_event event;

        begin_event(telling, &event, kind, effect->at_ms);
        event.incident.id = effect->incident;
        event.incident.by = effect->front_end;
        event.incident.title = effect->reason;
        event.incident.message = effect->text;
        att_history_pack(telling->into, &event);
}

static void tell_effect(struct telling *telling, uint32_t i)
{
        const struct att_effect *effect = &telling->effects->items[i];

        switch (effect->kind) {
        case ATT_EFFECT_SCHEDULED:
                tell_scheduled(telling, effect);
                break;
        case ATT_EFFECT_QUEUED:
                if (!was_told(telling, i)) {
                        tell_queued(telling, effect);
                }
                break;
        case ATT_EFFECT_OFFER:
                tell_offer(telling, effect);
                break;
        case ATT_EFFECT_REVOKE:
                tell_revoke(telling, effect);
                break;
        case ATT_EFFECT_CONNECT:
                tell_connect(telling, effect);
                break;
        case ATT_EFFECT_CLOSED:
                tell_closed(telling, i);
                break;
        case ATT_EFFECT_OVERFLOW:
                tell_overflow(telling, i);
                break;
        case ATT_EFFECT_AGENT:
                tell_presence(telling, effect->agent, effect->presence, effect->reason,
                              effect->at_ms);
                break;
        case ATT_EFFECT_WRAP_UP:
                tell_ended(telling, effect, ATT_HISTORY_ENDED);
                break;
        case ATT_EFFECT_FINISHED:
                tell_ended(telling, effect, ATT_HISTORY_FINISHED);
                break;
        case ATT_EFFECT_FEEDBACK:
                tell_feedback(telling, effect);
                break;
        case ATT_EFFECT_REPEAT:
                tell_repeat(telling, effect);
                break;
        case ATT_EFFECT_PROMISED:
                tell_promised(telling, effect);
                break;
        case ATT_EFFECT_PROMISE_KEPT:
                tell_fulfilled(telling, effect, ATT_TEXT("kept"));
                break;
        case ATT_EFFECT_PROMISE_EXPIRED:
                tell_fulfilled(telling, effect, ATT_TEXT("expired"));
                break;
        case ATT_EFFECT_PROMISE_CANCELLED:
                tell_fulfilled(telling, effect, ATT_TEXT("cancelled"));
                break;
        case ATT_EFFECT_INCIDENT:
                tell_affected(telling, effect);
                break;
        case ATT_EFFECT_ANNOUNCED:
                tell_incident(telling, effect, ATT_HISTORY_ANNOUNCED);
                break;
        case ATT_EFFECT_INCIDENT_CLOSED:
                tell_incident(telling, effect, ATT_HISTORY_RESOLVED);
                break;
        case ATT_EFFECT_POSITION:
        case ATT_EFFECT_RELAXED:
        case ATT_EFFECT_CONFIG:
        case ATT_EFFECT_REFUSED:
        case ATT_EFFECT_KIND_COUNT:
                break;
        }
}

/* ---- Commands that have no effect to tell of ---- */

static void tell_hold(struct telling *telling)
{
        struct att_history_event event;

        begin_event(telling, &event, ATT_HISTORY_HELD, telling->command->at_ms);
        name_contact(telling, &event, telling->command->contact);
        event.held.held = telling->command->hold.held;
        att_history_pack(telling->into, &event);
}

static void tell_update(struct telling *telling)
{
        struct att_history_event event;

        if (telling->command->update.emotion_ppm == ATT_ABSENT &&
            att_text_is_empty(telling->command->update.text)) {
                return;
        }
        begin_event(telling, &event, ATT_HISTORY_UPDATED, telling->command->at_ms);
        name_contact(telling, &event, telling->command->contact);
        event.updated.emotion_ppm = telling->command->update.emotion_ppm;
        event.updated.text = telling->command->update.text;
        att_history_pack(telling->into, &event);
}

/* One name at a time: a link each, a name to forget each. */
static void tell_customer(struct telling *telling, const char *what, struct att_text person,
                          struct att_text other)
{
        const struct att_command *command = telling->command;
        struct att_history_event event;

        begin_event(telling, &event, ATT_HISTORY_CUSTOMER, command->at_ms);
        event.customer.what = att_text_from(what);
        event.customer.person = person;
        event.customer.other = other;
        event.customer.by = command->customer.by_rule               ? ATT_TEXT("rule")
                            : att_text_is_empty(command->front_end) ? ATT_TEXT("supervisor")
                                                                    : command->front_end;
        att_history_pack(telling->into, &event);
}

static void tell_customer_set(struct telling *telling)
{
        const struct att_command *command = telling->command;
        const struct att_customer_info *info = &command->customer.info;
        struct att_history_event event;

        begin_event(telling, &event, ATT_HISTORY_CUSTOMER, command->at_ms);
        event.customer.what = ATT_TEXT("set");
        event.customer.person = info->id;
        event.customer.by = command->front_end;
        event.customer.name = info->name;
        event.customer.tier = info->tier;
        event.customer.currency = info->currency;
        event.customer.notes = info->notes;
        event.customer.lifetime_value_micro = given(info->lifetime_value_micro);
        event.customer.churn_risk_ppm = given(info->churn_risk_ppm);
        event.customer.since_ms = given(command->customer.since_ms);
        att_history_pack(telling->into, &event);
}

static void tell_about_customer(struct telling *telling)
{
        const struct att_command *command = telling->command;
        const struct att_text id = command->customer.info.id;
        const struct att_text alias = command->customer.alias;

        switch ((int)command->kind) {
        case ATT_CMD_CUSTOMER_SET:
                tell_customer_set(telling);
                for (uint32_t i = 0; i < command->customer.alias_count; i++) {
                        tell_customer(telling, "link", id, command->customer.aliases[i]);
                }
                break;
        case ATT_CMD_CUSTOMER_LINK:
                tell_customer(telling, command->customer.is_conflict ? "conflict" : "link", id,
                              alias);
                break;
        case ATT_CMD_CUSTOMER_UNLINK:
                tell_customer(telling, "unlink", ATT_TEXT_NONE, alias);
                break;
        case ATT_CMD_CUSTOMER_FORGET:
                for (uint32_t i = 0; i < command->customer.alias_count; i++) {
                        tell_customer(telling, "forget", command->customer.aliases[i],
                                      ATT_TEXT_NONE);
                }
                tell_customer(telling, "forget", id, ATT_TEXT_NONE);
                break;
        default:
                break;
        }
}

static void tell_command(struct telling *telling)
{
        if (telling->is_refused) {
                return;
        }
        switch ((int)telling->command->kind) {
        case ATT_CMD_CONTACT_HOLD:
                tell_hold(telling);
                break;
        case ATT_CMD_CONTACT_UPDATE:
                tell_update(telling);
                break;
        default:
                tell_about_customer(telling);
                break;
        }
}

_Static_assert(ATT_ABSENT == ATT_HISTORY_NONE, "an absent number is absent in the history");

void history_note(struct att_buffer *into, const struct att_core *core,
                  const struct att_command *command, const struct att_effects *effects)
{
        struct telling telling = {
                .into = into,
                .core = core,
                .command = command,
                .effects = effects,
                .is_refused = att_effects_refusal(effects) != NULL,
        };

        if (command->kind == ATT_CMD_CONTACT_ADD) {
                tell_arrival(&telling);
        }
        for (uint32_t i = 0; i < effects->count; i++) {
                tell_effect(&telling, i);
        }
        tell_command(&telling);
}

/* ---- What is going on ---- */

static void tell_place(struct telling *telling, const struct att_contact_view *view, int64_t now_ms)
{
        struct att_history_event event;

        switch (view->state) {
        case ATT_CONTACT_SCHEDULED:
                begin_event(telling, &event, ATT_HISTORY_SCHEDULED, now_ms);
                event.scheduled.queue = view->queue;
                event.scheduled.attempt = view->attempt;
                break;
        case ATT_CONTACT_QUEUED:
        case ATT_CONTACT_OFFERED:
                begin_event(telling, &event, ATT_HISTORY_QUEUED, now_ms);
                event.queued.queue = view->queue;
                break;
        case ATT_CONTACT_CONNECTED:
                begin_event(telling, &event, ATT_HISTORY_CONNECTED, now_ms);
                event.connected.agent = view->agent;
                event.connected.queue = view->queue;
                event.connected.channel = view->channel;
                break;
        case ATT_CONTACT_CLOSED:
        case ATT_CONTACT_STATE_COUNT:
                return;
        }
        event.contact = view->number;
        att_history_pack(telling->into, &event);
}

/* What goes beyond it. */
static void tell_story(struct telling *telling, const struct att_contact_view *view, int64_t now_ms)
{
        struct att_effect effect = {.at_ms = now_ms, .contact = view->id};

        if (!att_text_is_empty(view->follow_up_of)) {
                effect.other = view->follow_up_of;
                effect.agent = view->preferred_agent;
                effect.text = view->promised;
                effect.due_ms = view->due_ms;
                effect.expires_ms = view->expires_ms;
                tell_promise(telling, &effect);
        }
        if (!att_text_is_empty(view->repeat_of)) {
                effect.other = view->repeat_of;
                tell_repeat(telling, &effect);
        }
        if (!att_text_is_empty(view->incident)) {
                effect.incident = view->incident;
                tell_affected(telling, &effect);
        }
}

static void tell_incidents(struct telling *telling)
{
        struct att_incident_view view;

        for (size_t i = 0; att_core_incident(telling->core, i, &view); i++) {
                const struct att_effect effect = {
                        .at_ms = view.announced_ms,
                        .incident = view.id,
                        .front_end = view.by,
                        .reason = view.title,
                        .text = view.message,
                };

                tell_incident(telling, &effect, ATT_HISTORY_ANNOUNCED);
        }
}

void history_note_state(struct att_buffer *into, const struct att_core *core)
{
        const struct att_command command = {.kind = ATT_CMD_TICK, .seq = att_core_seq(core)};
        struct telling telling = {.into = into, .core = core, .command = &command};
        struct att_contact_view view;
        struct att_agent_view agent;
        uint64_t cursor = 0;

        tell_incidents(&telling);
        while (att_core_next_contact(core, &cursor, &view)) {
                tell_added(&telling, &view, &view.customer, view.emotion_ppm > 0);
                tell_story(&telling, &view, att_core_now_ms(core));
                tell_place(&telling, &view, att_core_now_ms(core));
        }
        for (size_t i = 0; i < att_core_agent_count(core); i++) {
                att_core_agent_at(core, i, &agent);
                if (agent.presence != ATT_PRESENCE_OFFLINE) {
                        tell_presence(&telling, agent.id, agent.presence, agent.reason,
                                      agent.presence_since_ms);
                }
        }
}
