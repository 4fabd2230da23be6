/* SPDX-License-Identifier: Apache-2.0 */
/* Commands, one after the other. */
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/model/conditions.h"
#include "lib/model/limits.h"
#include "tests/naive/naive_state.h"

#define RETURN_WITHIN_MS INT64_C(60000)

static void refuse(struct naive *naive, const struct att_command *command, enum att_refusal code)
{
        struct att_effect *effect = naive_say(naive, &naive->ended, ATT_EFFECT_REFUSED, NULL);

        effect->contact = command->contact;
        effect->agent = command->agent;
        effect->refusal = code;
}

/* --- A new contact ----------------------------------------------------------------------------- */

static bool same_text(struct att_text a, struct att_text b)
{
        return att_text_equals(a, b);
}

static bool same_request(const struct att_contact_request *a, const struct att_contact_request *b)
{
        if (!same_text(a->channel, b->channel) || !same_text(a->queue, b->queue) ||
            !same_text(a->entry_point, b->entry_point) || !same_text(a->language, b->language) ||
            !same_text(a->text, b->text) || !same_text(a->intent, b->intent) ||
            !same_text(a->agent, b->agent) || !same_text(a->preferred_agent, b->preferred_agent) ||
            a->priority_milli != b->priority_milli || a->emotion_ppm != b->emotion_ppm ||
            a->not_before_ms != b->not_before_ms || a->waited_ms != b->waited_ms ||
            a->keep_place != b->keep_place || a->requires_count != b->requires_count ||
            a->prefer_count != b->prefer_count || a->exclude_count != b->exclude_count ||
            a->attribute_count != b->attribute_count ||
            !same_text(a->customer.id, b->customer.id) ||
            !same_text(a->customer.tier, b->customer.tier) ||
            a->customer.lifetime_value_micro != b->customer.lifetime_value_micro ||
            a->customer.churn_risk_ppm != b->customer.churn_risk_ppm ||
            a->customer.last_went_badly != b->customer.last_went_badly) {
                return false;
        }
        for (uint32_t i = 0; i < a->requires_count; i++) {
                if (!same_text(a->requires[i].skill, b->requires[i].skill) ||
                    a->requires[i].level != b->requires[i].level) {
                        return false;
                }
        }
        for (uint32_t i = 0; i < a->prefer_count; i++) {
                if (!same_text(a->prefers[i].skill, b->prefers[i].skill) ||
                    a->prefers[i].weight_milli != b->prefers[i].weight_milli) {
                        return false;
                }
        }
        for (uint32_t i = 0; i < a->exclude_count; i++) {
                if (!same_text(a->exclude[i], b->exclude[i])) {
                        return false;
                }
        }
        for (uint32_t i = 0; i < a->attribute_count; i++) {
                if (!same_text(a->attributes[i].key, b->attributes[i].key) ||
                    !same_text(a->attributes[i].value, b->attributes[i].value)) {
                        return false;
                }
        }
        return true;
}

static bool are_levels(const struct naive *naive, const struct att_named_level *levels,
                       uint32_t count)
{
        for (uint32_t i = 0; i < count; i++) {
                if (levels[i].level > ATT_LEVEL_MAX &&
                    att_config_find_skill(naive->config, levels[i].skill) != ATT_NONE) {
                        return false;
                }
        }
        return true;
}

/* Values before names; the level of an unknown skill is no value. */
static enum att_refusal check_levels(const struct naive *naive,
                                     const struct att_named_level *levels, uint32_t count)
{
        if (!are_levels(naive, levels, count)) {
                return ATT_REFUSAL_INVALID;
        }
        for (uint32_t i = 0; i < count; i++) {
                if (att_config_find_skill(naive->config, levels[i].skill) == ATT_NONE) {
                        return ATT_REFUSAL_UNKNOWN;
                }
        }
        return ATT_REFUSAL_NONE;
}

static bool is_share(int64_t ppm)
{
        return ppm == ATT_ABSENT || (ppm >= 0 && ppm <= ATT_PPM);
}

static enum att_refusal check_request(const struct naive *naive,
                                      const struct att_contact_request *request)
{
        const struct att_config *config = naive->config;
        struct att_channel channel;
        uint32_t index;
        enum att_refusal levels;

        if (att_text_is_empty(request->id) || att_text_is_empty(request->channel) ||
            !is_share(request->emotion_ppm) ||
            (request->waited_ms != ATT_ABSENT && request->waited_ms < 0) ||
            !are_levels(naive, request->requires, request->requires_count)) {
                return ATT_REFUSAL_INVALID;
        }
        if (!naive_get_channel(naive, request->channel, &channel, &index)) {
                return ATT_REFUSAL_UNKNOWN;
        }
        if (!att_text_is_empty(request->queue) &&
            att_config_find_queue(config, request->queue) == ATT_NONE) {
                return ATT_REFUSAL_UNKNOWN;
        }
        if (!att_text_is_empty(request->agent) &&
            att_config_find_agent(config, request->agent) == ATT_NONE) {
                return ATT_REFUSAL_UNKNOWN;
        }
        if (!att_text_is_empty(request->preferred_agent) &&
            att_config_find_agent(config, request->preferred_agent) == ATT_NONE) {
                return ATT_REFUSAL_UNKNOWN;
        }
        for (uint32_t i = 0; i < request->exclude_count; i++) {
                if (att_config_find_agent(config, request->exclude[i]) == ATT_NONE) {
                        return ATT_REFUSAL_UNKNOWN;
                }
        }
        levels = check_levels(naive, request->requires, request->requires_count);
        if (levels != ATT_REFUSAL_NONE) {
                return levels;
        }
        for (uint32_t i = 0; i < request->prefer_count; i++) {
                if (att_config_find_skill(config, request->prefers[i].skill) == ATT_NONE) {
                        return ATT_REFUSAL_UNKNOWN;
                }
        }
        return ATT_REFUSAL_NONE;
}

static void add_own(struct naive_contact *c, struct att_text skill, uint32_t level, bool replace)
{
        for (uint32_t i = 0; i < c->own_count; i++) {
                if (att_text_equals(c->own[i].skill, skill)) {
                        if (replace) {
                                c->own[i].level = level;
                        }
                        return;
                }
        }
        ATT_CHECK(c->own_count < NAIVE_OWN_MAX);
        c->own[c->own_count++] = (struct att_named_level){.skill = skill, .level = level};
}

static void add_preference(struct naive_contact *c, struct att_text skill, uint32_t weight_milli)
{
        for (uint32_t i = 0; i < c->prefer_count; i++) {
                if (att_text_equals(c->prefers[i].skill, skill)) {
                        return;
                }
        }
        ATT_CHECK(c->prefer_count < NAIVE_OWN_MAX);
        c->prefers[c->prefer_count++] = (struct att_named_weight){.skill = skill,
                                                                  .weight_milli = weight_milli};
}

static void fill_subject(const struct att_command *command, struct att_subject *subject)
{
        const struct att_contact_request *request = &command->request;

        att_subject_init(subject);
        subject->texts[ATT_FIELD_TEXT] = request->text;
        subject->texts[ATT_FIELD_ENTRY_POINT] = request->entry_point;
        subject->texts[ATT_FIELD_LANGUAGE] = request->language;
        subject->texts[ATT_FIELD_CHANNEL] = request->channel;
        subject->texts[ATT_FIELD_QUEUE] = request->queue;
        subject->texts[ATT_FIELD_INTENT] = request->intent;
        subject->texts[ATT_FIELD_FRONT_END] = command->front_end;
        subject->texts[ATT_FIELD_CUSTOMER] = request->customer.id;
        if (request->emotion_ppm != ATT_ABSENT) {
                subject->numbers_micro[ATT_FIELD_EMOTION] = request->emotion_ppm;
        }
        if (request->priority_milli != ATT_ABSENT) {
                subject->numbers_micro[ATT_FIELD_PRIORITY] = request->priority_milli * 1000;
        }
        if (request->customer.lifetime_value_micro >= 0) {
                subject->numbers_micro[ATT_FIELD_LIFETIME_VALUE] =
                        request->customer.lifetime_value_micro;
        }
        if (request->customer.churn_risk_ppm >= 0) {
                subject->numbers_micro[ATT_FIELD_CHURN_RISK] = request->customer.churn_risk_ppm;
        }
        subject->attributes = request->attributes;
        subject->attribute_count = request->attribute_count;
}

/* Every rule that matches applies, in order. The queue, or ATT_NONE. */
static uint32_t take_in(struct naive *naive, const struct att_command *command,
                        struct naive_contact *c)
{
        const struct att_config *config = naive->config;
        const struct att_contact_request *request = &command->request;
        uint32_t queue = att_config_find_queue(config, request->queue);
        struct att_subject subject;

        fill_subject(command, &subject);
        for (uint32_t i = 0; i < request->requires_count; i++) {
                add_own(c, request->requires[i].skill, request->requires[i].level, false);
        }
        for (uint32_t i = 0; i < request->prefer_count; i++) {
                add_preference(c, request->prefers[i].skill, request->prefers[i].weight_milli);
        }
        for (uint32_t i = 0; i < config->intake_count; i++) {
                const struct att_intake_rule *rule = &config->intake[i];

                if (!att_conditions_hold(&rule->when, &subject)) {
                        continue;
                }
                if (queue == ATT_NONE) {
                        queue = rule->queue;
                }
                for (uint32_t j = 0; j < rule->requires_count; j++) {
                        add_own(c, config->skills[rule->requires[j].skill].name,
                                rule->requires[j].level, false);
                }
                for (uint32_t j = 0; j < rule->prefer_count; j++) {
                        add_preference(c, config->skills[rule->prefers[j].skill].name,
                                       rule->prefers[j].weight_milli);
                }
                c->rules_priority_milli += rule->priority_milli;
        }
        return queue == ATT_NONE ? config->otherwise : queue;
}

/* A customer who abandoned takes up the wait of before, once. */
static void take_up_return(struct naive *naive, struct naive_contact *c)
{
        struct att_text queue = naive->config->queues[c->queue].name;

        if (att_text_is_empty(c->request->customer.id)) {
                return;
        }
        for (uint32_t i = naive->returns.count; i > 0; i--) {
                struct naive_return *gone = naive->returns.items[i - 1];

                if (!gone->used && att_text_equals(gone->customer, c->request->customer.id) &&
                    att_text_equals(gone->queue, queue) &&
                    naive->now_ms - gone->at_ms <= RETURN_WITHIN_MS) {
                        gone->used = true;
                        c->waited_before_ms = att_max_i64(c->waited_before_ms, gone->waited_ms);
                        return;
                }
        }
}

static uint32_t waiting_in(const struct naive *naive, uint32_t queue)
{
        uint32_t count = 0;

        for (uint32_t i = 0; i < naive->contacts.count; i++) {
                const struct naive_contact *c = NAIVE_CONTACT(naive, i);

                count += (c->state == ATT_CONTACT_QUEUED || c->state == ATT_CONTACT_OFFERED) &&
                         c->queue == queue;
        }
        return count;
}

static bool is_unstaffed_throughout(const struct naive *naive, const struct naive_contact *c)
{
        for (uint32_t i = 0; i < naive->config->queues[c->queue].step_count; i++) {
                if (!naive_is_unstaffed(naive, c, c->queue, i)) {
                        return false;
                }
        }
        return true;
}

static void arrive(struct naive *naive, struct naive_contact *c)
{
        const struct att_queue *queue = &naive->config->queues[c->queue];

        if (queue->hours != ATT_NONE &&
            !att_hours_is_open(&naive->config->hours[queue->hours], naive->now_ms)) {
                naive_overflow(naive, c, &queue->when_closed, ATT_OUTCOME_REFUSED,
                               ATT_OUTCOME_REFUSED);
        } else if (queue->refuse_unstaffed && is_unstaffed_throughout(naive, c)) {
                naive_close(naive, c, ATT_OUTCOME_REFUSED);
        } else if (queue->max_waiting > 0 && waiting_in(naive, c->queue) >= queue->max_waiting) {
                naive_overflow(naive, c, &queue->overflow, ATT_OUTCOME_REFUSED,
                               ATT_OUTCOME_REFUSED);
        } else {
                naive_enter(naive, c, c->queue);
        }
}

static uint32_t live_contacts(const struct naive *naive)
{
        uint32_t count = 0;

        for (uint32_t i = 0; i < naive->contacts.count; i++) {
                count += NAIVE_CONTACT(naive, i)->state != ATT_CONTACT_CLOSED;
        }
        return count;
}

static void handle_contact_add(struct naive *naive, const struct att_command *command)
{
        const struct att_contact_request *request = &command->request;
        struct naive_contact *known = naive_find_contact(naive, request->id);
        enum att_refusal refusal = check_request(naive, request);
        struct naive_contact trial = {0};
        struct naive_contact *c;

        if (known) {
                if (!same_request(known->request, request)) {
                        refuse(naive, command, ATT_REFUSAL_DUPLICATE);
                }
                return;
        }
        if (refusal == ATT_REFUSAL_NONE && live_contacts(naive) >= naive->config->contacts_max) {
                refusal = ATT_REFUSAL_FULL;
        }
        trial.queue = refusal == ATT_REFUSAL_NONE ? take_in(naive, command, &trial) : ATT_NONE;
        if (refusal == ATT_REFUSAL_NONE && trial.queue == ATT_NONE) {
                refusal = ATT_REFUSAL_UNKNOWN;
        }
        if (refusal != ATT_REFUSAL_NONE) {
                refuse(naive, command, refusal);
                return;
        }
        c = naive_list_add(&naive->contacts, sizeof(*c));
        *c = trial;
        c->id = request->id;
        c->request = request;
        c->front_end = command->front_end;
        c->arrival = command->seq;
        c->waited_before_ms = request->waited_ms == ATT_ABSENT ? 0 : request->waited_ms;
        c->waiting_since_ms = -1;
        c->request_priority_milli = request->priority_milli == ATT_ABSENT ? 0
                                                                          : request->priority_milli;
        c->emotion_ppm = request->emotion_ppm == ATT_ABSENT ? 0 : request->emotion_ppm;
        c->named = request->agent;
        c->named_until_ms = -1;
        take_up_return(naive, c);
        if (request->not_before_ms != ATT_ABSENT && request->not_before_ms > naive->now_ms) {
                c->state = ATT_CONTACT_SCHEDULED;
                c->due_ms = request->not_before_ms;
                naive_say(naive, &naive->entered, ATT_EFFECT_SCHEDULED, c)->due_ms = c->due_ms;
                return;
        }
        /* Not yet waiting while it is looked at: it does not count itself. */
        c->state = ATT_CONTACT_SCHEDULED;
        arrive(naive, c);
}

/* --- A contact's life -------------------------------------------------------------------------- */

/* The contact of a command, live; else refuses. */
static struct naive_contact *get_live(struct naive *naive, const struct att_command *command)
{
        struct naive_contact *c = naive_find_contact(naive, command->contact);

        if (!c || c->state == ATT_CONTACT_CLOSED) {
                refuse(naive, command, c ? ATT_REFUSAL_STATE : ATT_REFUSAL_UNKNOWN);
                return NULL;
        }
        return c;
}

static void handle_update(struct naive *naive, const struct att_command *command)
{
        struct naive_contact *c = get_live(naive, command);
        enum att_refusal refusal;

        if (!c) {
                return;
        }
        refusal = check_levels(naive, command->update.requires, command->update.requires_count);
        if (!is_share(command->update.emotion_ppm)) {
                refusal = ATT_REFUSAL_INVALID;
        }
        if (refusal != ATT_REFUSAL_NONE) {
                refuse(naive, command, refusal);
                return;
        }
        if (command->update.priority_milli != ATT_ABSENT) {
                c->request_priority_milli = command->update.priority_milli;
        }
        if (command->update.emotion_ppm != ATT_ABSENT) {
                c->emotion_ppm = command->update.emotion_ppm;
        }
        for (uint32_t i = 0; i < command->update.requires_count; i++) {
                add_own(c, command->update.requires[i].skill, command->update.requires[i].level,
                        true);
        }
        for (uint32_t i = 0; i < naive->offers.count; i++) {
                struct naive_offer *offer = NAIVE_OFFER(naive, i);

                if (offer->live && offer->contact == c &&
                    !naive_meets(naive, c, offer->agent, c->queue, c->step)) {
                        naive_revoke(naive, offer, ATT_REVOKE_CHANGED);
                }
        }
}

static void remember_abandon(struct naive *naive, const struct naive_contact *c)
{
        struct naive_return *gone;

        if (att_text_is_empty(c->request->customer.id)) {
                return;
        }
        gone = naive_list_add(&naive->returns, sizeof(*gone));
        *gone = (struct naive_return){
                .customer = c->request->customer.id,
                .queue = naive->config->queues[c->queue].name,
                .at_ms = naive->now_ms,
                .waited_ms = naive_waited_ms(naive, c),
        };
}

static void end_connected(struct naive *naive, const struct att_command *command,
                          struct naive_contact *c)
{
        const struct att_policy *policy = naive_policy_of(naive, c);
        struct att_effect *effect;

        if (!command->end.unanswered) {
                naive_close(naive, c, ATT_OUTCOME_HANDLED);
                naive_end_conversation(naive, c);
                return;
        }
        c->attempts++;
        if (c->attempts >= policy->callback_attempts || c->queue == ATT_NONE) {
                naive_close(naive, c, ATT_OUTCOME_EXPIRED);
                naive_end_conversation(naive, c);
                return;
        }
        naive_end_conversation(naive, c);
        c->agent = ATT_TEXT_NONE;
        c->state = ATT_CONTACT_SCHEDULED;
        c->due_ms = naive->now_ms + policy->callback_pause_ms;
        effect = naive_say(naive, &naive->entered, ATT_EFFECT_SCHEDULED, c);
        effect->due_ms = c->due_ms;
        effect->attempt = c->attempts;
}

static void handle_gone(struct naive *naive, const struct att_command *command,
                        enum att_revoke_reason reason, enum att_outcome outcome)
{
        struct naive_contact *c = get_live(naive, command);

        if (!c) {
                return;
        }
        if (c->state == ATT_CONTACT_CONNECTED) {
                end_connected(naive, command, c);
                return;
        }
        if (outcome == ATT_OUTCOME_ABANDONED) {
                remember_abandon(naive, c);
        }
        naive_revoke_all(naive, c, reason);
        naive_close(naive, c, outcome);
}

static void handle_end(struct naive *naive, const struct att_command *command)
{
        struct naive_contact *c = get_live(naive, command);

        if (!c) {
                return;
        }
        if (c->state != ATT_CONTACT_CONNECTED) {
                refuse(naive, command, ATT_REFUSAL_STATE);
                return;
        }
        end_connected(naive, command, c);
}

static void handle_transfer(struct naive *naive, const struct att_command *command)
{
        struct naive_contact *c = get_live(naive, command);
        uint32_t queue;

        if (!c) {
                return;
        }
        if (c->state == ATT_CONTACT_SCHEDULED) {
                refuse(naive, command, ATT_REFUSAL_STATE);
                return;
        }
        if (att_text_is_empty(command->transfer.queue) ==
            att_text_is_empty(command->transfer.agent)) {
                refuse(naive, command, ATT_REFUSAL_INVALID);
                return;
        }
        queue = c->queue;
        if (!att_text_is_empty(command->transfer.queue)) {
                queue = att_config_find_queue(naive->config, command->transfer.queue);
        }
        if ((!att_text_is_empty(command->transfer.queue) && queue == ATT_NONE) ||
            (!att_text_is_empty(command->transfer.agent) &&
             att_config_find_agent(naive->config, command->transfer.agent) == ATT_NONE)) {
                refuse(naive, command, ATT_REFUSAL_UNKNOWN);
                return;
        }
        if (queue == ATT_NONE) { /* Its own is gone, and nothing took its place. */
                refuse(naive, command, ATT_REFUSAL_STATE);
                return;
        }
        if (c->state == ATT_CONTACT_CONNECTED) {
                struct naive_agent *a = naive_find_agent(naive, c->agent);

                naive_cool_down(naive, c, c->agent);
                if (a && a->def != ATT_NONE &&
                    naive->config->agents[a->def].kind == ATT_AGENT_BOT) {
                        c->waited_before_ms = 0;
                        c->people_only = true;
                }
                naive_end_conversation(naive, c);
                c->agent = ATT_TEXT_NONE;
        } else if (c->state == ATT_CONTACT_OFFERED) {
                naive_revoke_all(naive, c, ATT_REVOKE_CHANGED);
                c->put_back = true;
        }
        c->named = command->transfer.agent;
        c->named_until_ms = -1;
        naive_enter(naive, c, queue);
}

/* --- Agents ------------------------------------------------------------------------------------ */

/* The agent of a command, configured; else refuses. */
static struct naive_agent *get_agent(struct naive *naive, const struct att_command *command)
{
        struct naive_agent *a = naive_find_agent(naive, command->agent);

        if (!a || a->def == ATT_NONE) {
                refuse(naive, command, ATT_REFUSAL_UNKNOWN);
                return NULL;
        }
        return a;
}

static void handle_ready(struct naive *naive, const struct att_command *command)
{
        struct naive_agent *a = get_agent(naive, command);

        if (!a) {
                return;
        }
        for (uint32_t i = 0; i < command->presence.channel_count; i++) {
                struct att_channel channel;
                uint32_t index;

                if (!naive_get_channel(naive, command->presence.channels[i], &channel, &index)) {
                        refuse(naive, command, ATT_REFUSAL_UNKNOWN);
                        return;
                }
        }
        a->reaches_all = command->presence.channel_count == 0;
        a->reach = command->presence.channels;
        a->reach_count = command->presence.channel_count;
        for (uint32_t i = 0; i < naive->offers.count; i++) {
                struct naive_offer *offer = NAIVE_OFFER(naive, i);

                if (offer->live && offer->agent == a &&
                    !naive_reaches(a, offer->contact->request->channel)) {
                        naive_revoke(naive, offer, ATT_REVOKE_AGENT_GONE);
                }
        }
        if (a->presence == ATT_PRESENCE_READY) {
                return;
        }
        if (!a->was_ready) {
                a->was_ready = true;
                a->idle_since_ms = naive->now_ms;
        }
        a->presence = ATT_PRESENCE_READY;
        a->reason = command->presence.reason;
        naive_say_agent(naive, a);
}

static void handle_leave(struct naive *naive, const struct att_command *command,
                         enum att_presence presence)
{
        struct naive_agent *a = get_agent(naive, command);

        if (!a) {
                return;
        }
        if (presence == ATT_PRESENCE_PAUSED && naive->config->pause_reason_count > 0) {
                bool found = att_text_is_empty(command->presence.reason);

                for (uint32_t i = 0; i < naive->config->pause_reason_count; i++) {
                        found = found || att_text_equals(naive->config->pause_reasons[i],
                                                         command->presence.reason);
                }
                if (!found) {
                        refuse(naive, command, ATT_REFUSAL_INVALID);
                        return;
                }
        }
        if (a->presence == presence && (presence == ATT_PRESENCE_OFFLINE ||
                                        att_text_equals(a->reason, command->presence.reason))) {
                return;
        }
        if (a->presence == ATT_PRESENCE_OFFLINE) { /* Signed in, and paused at once. */
                a->reaches_all = true;
                a->reach_count = 0;
        }
        naive_leave(naive, a, presence, command->presence.reason);
}

static struct naive_offer *find_offer(struct naive *naive, const struct att_command *command)
{
        for (uint32_t i = 0; i < naive->offers.count; i++) {
                struct naive_offer *offer = NAIVE_OFFER(naive, i);

                if (offer->live && att_text_equals(offer->contact->id, command->contact) &&
                    att_text_equals(offer->agent->id, command->agent) &&
                    (command->offer.offer == 0 || command->offer.offer == offer->number)) {
                        return offer;
                }
        }
        return NULL;
}

static void handle_answer(struct naive *naive, const struct att_command *command)
{
        struct naive_agent *a = naive_find_agent(naive, command->agent);
        struct naive_contact *c = naive_find_contact(naive, command->contact);
        struct naive_offer *offer = find_offer(naive, command);

        if (!c || (c->state != ATT_CONTACT_CLOSED && !a)) {
                refuse(naive, command, ATT_REFUSAL_UNKNOWN);
                return;
        }
        if (!offer) {
                refuse(naive, command, ATT_REFUSAL_STATE);
                return;
        }
        if (command->kind == ATT_CMD_OFFER_DECLINE) {
                naive_revoke(naive, offer, ATT_REVOKE_DECLINED);
                return;
        }
        offer->live = false;
        naive_connect(naive, c, a, offer->units, offer->number, &naive->ended);
        naive_revoke_all(naive, c, ATT_REVOKE_TAKEN);
}

static void handle_wrap_up_done(struct naive *naive, const struct att_command *command)
{
        struct naive_agent *a = naive_find_agent(naive, command->agent);
        bool found = false;

        if (!a || (!att_text_is_empty(command->contact) &&
                   !naive_find_contact(naive, command->contact))) {
                refuse(naive, command, ATT_REFUSAL_UNKNOWN);
                return;
        }
        for (;;) {
                struct naive_work *first = NULL;

                for (uint32_t i = 0; i < naive->works.count; i++) {
                        struct naive_work *work = NAIVE_WORK(naive, i);

                        if (work->live && work->in_wrap_up && work->agent == a &&
                            (att_text_is_empty(command->contact) ||
                             att_text_equals(command->contact, work->name)) &&
                            (!first || att_text_compare(work->name, first->name) < 0)) {
                                first = work;
                        }
                }
                if (!first) {
                        break;
                }
                found = true;
                naive_finish(naive, first);
        }
        if (!found) {
                refuse(naive, command, ATT_REFUSAL_STATE);
        }
}

static struct naive_work *find_outside(struct naive *naive, const struct att_command *command)
{
        for (uint32_t i = 0; i < naive->works.count; i++) {
                struct naive_work *work = NAIVE_WORK(naive, i);

                if (work->live && !work->contact && att_text_equals(work->name, command->contact) &&
                    att_text_equals(work->agent->id, command->agent)) {
                        return work;
                }
        }
        return NULL;
}

static void handle_occupied(struct naive *naive, const struct att_command *command)
{
        struct naive_agent *a = get_agent(naive, command);
        struct naive_work *work;
        struct att_channel channel;
        uint32_t index;

        if (!a) {
                return;
        }
        if (!naive_get_channel(naive, command->occupied.channel, &channel, &index)) {
                refuse(naive, command, ATT_REFUSAL_UNKNOWN);
                return;
        }
        work = find_outside(naive, command);
        if (work) {
                if (!att_text_equals(work->channel, command->occupied.channel)) {
                        refuse(naive, command, ATT_REFUSAL_DUPLICATE);
                }
                return;
        }
        work = naive_list_add(&naive->works, sizeof(*work));
        *work = (struct naive_work){
                .name = command->contact,
                .agent = a,
                .channel = command->occupied.channel,
                .queue = ATT_NONE,
                .exclusive = channel.exclusive,
                .units = channel.units,
                .live = true,
        };
}

static void handle_free(struct naive *naive, const struct att_command *command)
{
        struct naive_work *work = find_outside(naive, command);

        if (!work) {
                refuse(naive, command, ATT_REFUSAL_UNKNOWN);
                return;
        }
        naive_finish(naive, work);
}

void naive_apply(struct naive *naive, const struct att_command *command)
{
        if (!naive->config && command->kind != ATT_CMD_CONFIG) {
                refuse(naive, command, ATT_REFUSAL_STATE);
                return;
        }
        switch (command->kind) {
        case ATT_CMD_TICK:
                break;
        case ATT_CMD_CONFIG:
                naive_reload(naive, command->config);
                break;
        case ATT_CMD_CONTACT_ADD:
                handle_contact_add(naive, command);
                break;
        case ATT_CMD_CONTACT_UPDATE:
                handle_update(naive, command);
                break;
        case ATT_CMD_CONTACT_ABANDON:
                handle_gone(naive, command, ATT_REVOKE_ABANDONED, ATT_OUTCOME_ABANDONED);
                break;
        case ATT_CMD_CONTACT_CANCEL:
                handle_gone(naive, command, ATT_REVOKE_CANCELLED, ATT_OUTCOME_CANCELLED);
                break;
        case ATT_CMD_CONTACT_END:
                handle_end(naive, command);
                break;
        case ATT_CMD_CONTACT_TRANSFER:
                handle_transfer(naive, command);
                break;
        case ATT_CMD_AGENT_READY:
                handle_ready(naive, command);
                break;
        case ATT_CMD_AGENT_PAUSE:
                handle_leave(naive, command, ATT_PRESENCE_PAUSED);
                break;
        case ATT_CMD_AGENT_OFFLINE:
                handle_leave(naive, command, ATT_PRESENCE_OFFLINE);
                break;
        case ATT_CMD_OFFER_ACCEPT:
        case ATT_CMD_OFFER_DECLINE:
                handle_answer(naive, command);
                break;
        case ATT_CMD_WRAP_UP_DONE:
                handle_wrap_up_done(naive, command);
                break;
        case ATT_CMD_OCCUPIED:
                handle_occupied(naive, command);
                break;
        case ATT_CMD_FREE:
                handle_free(naive, command);
                break;
        case ATT_CMD_CONTACT_HOLD:
        case ATT_CMD_CONTACT_FEEDBACK:
        case ATT_CMD_FRONT_END_LOST:
        case ATT_CMD_FRONT_END_BACK:
        case ATT_CMD_AWAY:
        case ATT_CMD_PRICES:
        case ATT_CMD_CUSTOMER_SET:
        case ATT_CMD_CUSTOMER_LINK:
        case ATT_CMD_CUSTOMER_UNLINK:
        case ATT_CMD_CUSTOMER_FORGET:
        case ATT_CMD_INCIDENT_ANNOUNCE: /* Not covered. */
        case ATT_CMD_INCIDENT_CLOSE:
        case ATT_CMD_KIND_COUNT:
                break;
        }
}
