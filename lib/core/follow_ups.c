/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises: at the end of a conversation someone says that the customer will hear again. The promise
 * is a contact of its own from then on, scheduled for its time, and is kept when an agent has
 * handled it.
 */
#include <inttypes.h>
#include <stdio.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/details.h"
#include "lib/core/request.h"
#include "lib/core/story.h"

/* Ids that are looked at one by one; then the command's number makes one. */
#define IDS_TRIED_MAX 1000

/* ---- What is promised ---- */

static const struct att_follow_up *find_rule(const struct att_config *config,
                                             struct att_text disposition)
{
        for (uint32_t i = 0; i < config->follow_up_count; i++) {
                if (att_text_equals(config->follow_ups[i].disposition, disposition)) {
                        return &config->follow_ups[i];
                }
        }
        return NULL;
}

static void promise_by_rule(const struct att_core *core, const struct contact *contact,
                            const struct att_follow_up *rule, struct promise *promise)
{
        promise->is_made = true;
        promise->due_ms = core->now_ms + rule->after_ms;
        promise->expires_ms = rule->expires_ms < 0 ? INT64_MAX : core->now_ms + rule->expires_ms;
        promise->agent = rule->same_agent ? contact->last_agent : NULL;
        promise->queue = rule->queue == ATT_NONE ? contact->queue : rule->queue;
        promise->attempts = rule->attempts;
        promise->what = att_text_is_empty(rule->what) ? rule->disposition : rule->what;
}

/* What the agent said goes before what the disposition says. */
static bool read_own(struct att_core *core, const struct att_command *command,
                     struct promise *promise)
{
        const struct att_follow_up_request *own = &command->end.follow_up;
        promise->is_made = true;
        promise->due_ms = own->at_ms;
        promise->expires_ms = own->expires_ms == 0 ? INT64_MAX : own->expires_ms;
        if (!att_text_is_empty(own->what)) {
                promise->what = own->what;
        }
        if (!att_text_is_empty(own->agent)) {
                promise->agent = agent_find(core, own->agent);
                if (!promise->agent || !promise->agent->def) {
                        refuse_unknown(core, command, "follow_up.agent", "agent", own->agent,
                                       att_config_nearest_agent(core->config, own->agent));
                        return false;
                }
        }
        if (!att_text_is_empty(own->queue)) {
                promise->queue = att_config_find_queue(core->config, own->queue);
                if (promise->queue == ATT_NONE) {
                        refuse_unknown(core, command, "follow_up.queue", "queue", own->queue,
                                       att_config_nearest_queue(core->config, own->queue));
                        return false;
                }
        }
        return true;
}

static bool check_times(struct att_core *core, const struct att_command *command,
                        const struct promise *promise)
{
        if (promise->due_ms <= core->now_ms || promise->due_ms > core->now_ms + ATT_WAITED_MS_MAX) {
                refuse(core, command, ATT_REFUSAL_INVALID, "follow_up.at",
                       "a follow-up is at a time ahead, at most a year");
                return false;
        }
        if (promise->expires_ms <= promise->due_ms) {
                refuse(core, command, ATT_REFUSAL_INVALID, "follow_up.expires",
                       "a follow-up expires after its time");
                return false;
        }
        return true;
}

static bool check_place(struct att_core *core, const struct att_command *command,
                        const struct promise *promise)
{
        if (command->end.follow_up.what.len > ATT_NAME_BYTES_MAX) {
                refuse(core, command, ATT_REFUSAL_INVALID, "follow_up.what",
                       "what is promised is longer than %d bytes", ATT_NAME_BYTES_MAX);
                return false;
        }
        if (promise->queue == ATT_NONE) {
                refuse(core, command, ATT_REFUSAL_STATE, "follow_up.queue",
                       "the contact's queue is gone: name a queue for the follow-up");
                return false;
        }
        /* The one that ends makes room for the one to come, unless a reload lowered the limit. */
        if (core->live_count > core->config->contacts_max) {
                refuse(core, command, ATT_REFUSAL_FULL, "",
                       "the centre holds as many contacts as its limits allow");
                return false;
        }
        return true;
}

/* The time itself if the queue is open then, or its next opening, as far as that is known. */
static int64_t when_open(const struct att_core *core, uint32_t queue, int64_t at_ms)
{
        const struct att_queue *def = &core->config->queues[queue];
        if (def->hours == ATT_NONE || att_hours_is_open(&core->config->hours[def->hours], at_ms)) {
                return at_ms;
        }
        int64_t opens_ms = att_hours_next_change(&core->config->hours[def->hours], at_ms);
        return opens_ms == INT64_MAX ? at_ms : opens_ms;
}

bool promise_read(struct att_core *core, const struct att_command *command,
                  const struct contact *contact, struct promise *ret_promise)
{
        const struct att_follow_up *rule = find_rule(core->config, command->end.disposition);
        bool is_own = command->end.follow_up.at_ms != 0;
        *ret_promise = (struct promise){.queue = contact->queue};
        if ((!rule && !is_own) || command->end.unanswered) {
                return true;
        }
        if (rule) {
                promise_by_rule(core, contact, rule, ret_promise);
        }
        if (is_own &&
            (!read_own(core, command, ret_promise) || !check_times(core, command, ret_promise))) {
                return false;
        }
        if (!is_own && ret_promise->queue == ATT_NONE) {
                *ret_promise = (struct promise){.queue = ATT_NONE};
                return true; /* Nowhere to keep it: the conversation ends all the same. */
        }
        if (!check_place(core, command, ret_promise)) {
                return false;
        }
        ret_promise->due_ms = when_open(core, ret_promise->queue, ret_promise->due_ms);
        return true;
}

/* ---- The new contact ---- */

/* The id of the one that ends with "+1", or the next number that is free. One too long for that has a
 * digest in its place. */
static struct att_text find_id(struct att_core *core, struct att_text of)
{
        char text[ATT_ID_BYTES_MAX + 1];
        char digest[ATT_DIGEST_TEXT_SIZE];
        if (of.len > ATT_ID_BYTES_MAX - sizeof("+18446744073709551615")) {
                of = att_text_from(att_digest_format(att_digest_of(of.data, of.len), digest));
        }
        uint64_t number = 0;
        do {
                number += number == IDS_TRIED_MAX ? core->seq : 1;
                (void)snprintf(text, sizeof(text), "%.*s+%" PRIu64, ATT_TEXT_ARGS(of), number);
        } while (contact_find(core, att_text_from(text)));
        return att_arena_text(&core->texts, att_text_from(text));
}

static void copy_asked(struct att_core *core, struct contact *contact, const struct contact *from)
{
        if (!from->extras) {
                return;
        }
        const struct extras *asked = from->extras;
        struct extras *extras = contact_get_extras(core, contact);
        for (uint32_t i = 0; i < asked->own_count; i++) {
                request_set_own(core, contact, asked->own[i].skill, asked->own[i].level);
        }
        extras->prefers = att_pool_grow(&core->pool, extras->prefers, &extras->prefer_room,
                                        asked->prefer_count, sizeof(*extras->prefers));
        att_copy(extras->prefers, asked->prefers, asked->prefer_count * sizeof(*extras->prefers));
        extras->prefer_count = asked->prefer_count;
        extras->excluded = att_pool_grow(&core->pool, extras->excluded, &extras->excluded_room,
                                         asked->excluded_count, sizeof(struct agent *));
        att_copy(extras->excluded, asked->excluded, asked->excluded_count * sizeof(struct agent *));
        extras->excluded_count = asked->excluded_count;
}

/* Who is called back is the same customer about the same matter: the request of the first, but for
 * where and when. */
static struct contact *begin(struct att_core *core, const struct contact *ended,
                             const struct promise *promise)
{
        struct att_pair room[ATT_ATTRIBUTES_MAX];
        struct att_command command = {
                .kind = ATT_CMD_CONTACT_ADD,
                .front_end = contact_front_end(ended),
                .request = details_request(ended, room),
        };
        struct att_contact_request *request = &command.request;
        request->id = find_id(core, contact_id(ended));
        request->queue = queue_name(core, promise->queue);
        request->agent = ATT_TEXT_NONE;
        request->preferred_agent = promise->agent ? promise->agent->id : ATT_TEXT_NONE;
        request->not_before_ms = promise->due_ms;
        request->waited_ms = ATT_ABSENT;
        request->keep_place = false;
        struct contact *contact = request_accept(core, &command);
        contact->channel = ended->channel; /* One that a reload took away, too. */
        copy_asked(core, contact, ended);
        contact->emotion_ppm = ended->emotion_ppm;
        contact->emotion_source = ended->emotion_source;
        contact->queue = intake_apply(core, contact, request);
        return contact;
}

static void list(struct att_core *core, struct contact *contact)
{
        att_map_add(&core->contacts_by_id, &contact->by_id, contact_id(contact));
        att_list_add_tail(&core->live, &contact->in_core);
        core->live_count++;
        core->counts.contacts[contact->state]++;
        struct att_text customer_id = contact_customer_id(contact);
        if (!att_text_is_empty(customer_id)) {
                contact->customer = customer_get_or_add(core, customer_id);
                att_list_add_tail(&contact->customer->contacts, &contact->in_customer);
                customer_touch(core, contact->customer);
        }
}

void promise_make(struct att_core *core, const struct contact *ended, const struct promise *promise)
{
        if (!promise->is_made) {
                return;
        }
        struct contact *contact = begin(core, ended, promise);
        struct story *story = story_new(core, contact, ATT_TEXT_NONE, contact_id(ended),
                                        promise->what);
        story->expires_ms = promise->expires_ms;
        story->attempts = promise->attempts;
        list(core, contact);
        core->counts.promises++;
        struct att_effect *effect = emit_contact(core, PLACE_QUEUED, ATT_EFFECT_PROMISED, contact);
        effect->other = story->follows;
        effect->agent = promise->agent ? promise->agent->id : ATT_TEXT_NONE;
        effect->text = story->promised;
        effect->due_ms = promise->due_ms;
        effect->expires_ms = story->expires_ms == INT64_MAX ? -1 : story->expires_ms;
        contact_schedule(core, contact, promise->due_ms);
}

/* ---- Its time ---- */

int64_t promise_bound(const struct contact *contact, int64_t due_ms)
{
        return att_min_i64(due_ms, contact_extras(contact)->story->expires_ms);
}

bool promise_expire(struct att_core *core, struct contact *contact)
{
        if (core->now_ms < contact_extras(contact)->story->expires_ms) {
                return false;
        }
        contact_close(core, contact, ATT_OUTCOME_EXPIRED, ATT_TEXT("promise expired"));
        return true;
}

uint32_t promise_attempts(const struct att_core *core, const struct contact *contact)
{
        return contact_extras(contact)->story && contact_extras(contact)->story->attempts > 0
                       ? contact_extras(contact)->story->attempts
                       : contact_policy(core, contact)->callback_attempts;
}
