/* SPDX-License-Identifier: Apache-2.0 */
/* Contacts: their life from the request to the end, and the events that front ends report. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/bitset.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/details.h"
#include "lib/core/request.h"
#include "lib/core/state.h"
#include "lib/core/story.h"

struct contact *contact_find(const struct att_core *core, struct att_text id)
{
        struct att_map_node *node = att_map_find(&core->contacts_by_id, id);
        return node ? ATT_CONTAINER_OF(node, struct contact, by_id) : NULL;
}

struct contact *contact_get_live(struct att_core *core, const struct att_command *command)
{
        struct contact *contact = contact_find(core, command->contact);
        if (!contact) {
                refuse_unknown(core, command, "contact", "contact", command->contact,
                               ATT_TEXT_NONE);
                return NULL;
        }
        if (contact->state == ATT_CONTACT_CLOSED) {
                refuse(core, command, ATT_REFUSAL_STATE, "contact", "contact '%.*s' is closed (%s)",
                       ATT_TEXT_ARGS(command->contact), att_outcome_name(contact->outcome));
                return NULL;
        }
        return contact;
}

/* ---- States ---- */

void contact_list(struct att_core *core, struct contact *contact)
{
        struct queue_state *queue = &core->queues[contact->queue];
        att_list_add_tail(&queue->waiting, &contact->in_queue);
        queue->waiting_count++;
}

void contact_unlist(struct att_core *core, struct contact *contact)
{
        core->queues[contact->queue].waiting_count--;
        att_list_remove(&contact->in_queue);
        waiting_remove(core, contact);
        contact_clean(core, contact);
}

/* The clock of `waited` runs exactly while a contact is queued or offered. */
static void switch_clock(struct att_core *core, struct contact *contact,
                         enum att_contact_state next)
{
        bool was = is_waiting(contact->state);
        bool is = is_waiting(next);
        if (was && !is) {
                contact->waited_before_ms = contact_waited_ms(core, contact);
        } else if (!was && is) {
                contact->waiting_since_ms = core->now_ms;
        }
}

void contact_move(struct att_core *core, struct contact *contact, enum att_contact_state next)
{
        ATT_CHECK(att_contact_may_move(contact->state, next));
        switch_clock(core, contact, next);
        if (contact->state == ATT_CONTACT_QUEUED) {
                contact_unlist(core, contact);
        } else if (contact->state == ATT_CONTACT_OFFERED) {
                core->queues[contact->queue].offered_count--;
        }
        core->counts.contacts[contact->state]--;
        core->counts.contacts[next]++;
        contact->state = next;
        if (next == ATT_CONTACT_QUEUED) {
                contact_list(core, contact);
        } else if (next == ATT_CONTACT_OFFERED) {
                core->queues[contact->queue].offered_count++;
        }
        if (next != ATT_CONTACT_QUEUED) {
                due_clear(core, contact); /* What falls due during an offer acts when it is back. */
        }
}

void contact_mark(struct att_core *core, struct contact *contact)
{
        struct dirty_contacts *dirty = &core->dirty_contacts;
        if (contact->dirty != 0) {
                return;
        }
        if (dirty->end == dirty->capacity) {
                dirty->capacity = (uint32_t)att_grown_capacity(dirty->capacity, dirty->end + 1u);
                dirty->items = att_realloc_array(dirty->items, dirty->capacity,
                                                 sizeof(*dirty->items));
        }
        dirty->items[dirty->end++] = contact;
        dirty->count++;
        contact->dirty = dirty->end;
}

void contact_clean(struct att_core *core, struct contact *contact)
{
        struct dirty_contacts *dirty = &core->dirty_contacts;
        contact->window = false;
        if (contact->dirty == 0) {
                return;
        }
        dirty->items[contact->dirty - 1] = NULL;
        contact->dirty = 0;
        dirty->count--;
        while (dirty->end > 0 && !dirty->items[dirty->end - 1]) {
                dirty->end--;
        }
}

void contact_schedule(struct att_core *core, struct contact *contact, int64_t due_ms)
{
        if (contact->state != ATT_CONTACT_SCHEDULED) {
                contact_move(core, contact, ATT_CONTACT_SCHEDULED);
        }
        signature_drop(core, contact);
        due_ms = contact_extras(contact)->story ? promise_bound(contact, due_ms) : due_ms;
        due_set(core, contact, DUE_SCHEDULED, due_ms);
        struct att_effect *effect = emit_contact(core, PLACE_QUEUED, ATT_EFFECT_SCHEDULED, contact);
        effect->due_ms = due_ms;
        effect->attempt = contact->attempt;
}

/* ---- Extras ---- */

const struct extras extras_none;

struct extras *contact_get_extras(struct att_core *core, struct contact *contact)
{
        if (!contact->extras) {
                struct extras *extras = att_pool_take(&core->pool, sizeof(*extras));
                extras->contact = contact;
                att_list_init(&extras->in_apart);
                att_list_init(&extras->in_named);
                att_list_init(&extras->in_preferred);
                contact->extras = extras;
        }
        return contact->extras;
}

static void free_few(struct att_core *core, void *items, uint32_t *room, uint32_t *count,
                     size_t bytes_each)
{
        att_pool_give(&core->pool, items, *room * bytes_each);
        *room = 0;
        *count = 0;
}

/* What a contact asks matters no more once it is closed; whom it named does. */
static void free_asked(struct att_core *core, struct extras *extras)
{
        free_few(core, extras->own, &extras->own_room, &extras->own_count, sizeof(*extras->own));
        free_few(core, extras->ruled, &extras->ruled_room, &extras->ruled_count,
                 sizeof(*extras->ruled));
        free_few(core, extras->prefers, &extras->prefer_room, &extras->prefer_count,
                 sizeof(*extras->prefers));
        free_few(core, extras->excluded, &extras->excluded_room, &extras->excluded_count,
                 sizeof(struct agent *));
        free_few(core, extras->cooldowns, &extras->cooldown_room, &extras->cooldown_count,
                 sizeof(*extras->cooldowns));
        extras->own = NULL;
        extras->ruled = NULL;
        extras->prefers = NULL;
        extras->excluded = NULL;
        extras->cooldowns = NULL;
}

static bool is_empty(const struct extras *extras)
{
        return !extras->story && !extras->named && !extras->preferred && !extras->own &&
               !extras->ruled && !extras->prefers && !extras->excluded && !extras->cooldowns;
}

void contact_drop_empty_extras(struct att_core *core, struct contact *contact)
{
        if (contact->extras && is_empty(contact->extras)) {
                att_pool_give(&core->pool, contact->extras, sizeof(*contact->extras));
                contact->extras = NULL;
        }
}

/* ---- Cooldowns and exclusions ---- */

static void drop_old_cooldowns(struct att_core *core, struct extras *extras)
{
        uint32_t kept = 0;
        for (uint32_t i = 0; i < extras->cooldown_count; i++) {
                if (extras->cooldowns[i].until_ms > core->now_ms) {
                        extras->cooldowns[kept++] = extras->cooldowns[i];
                }
        }
        extras->cooldown_count = kept;
}

void contact_add_cooldown(struct att_core *core, struct contact *contact, struct agent *agent,
                          int64_t until_ms)
{
        struct extras *extras = contact_get_extras(core, contact);
        for (uint32_t i = 0; i < extras->cooldown_count; i++) {
                struct cooldown *cooldown = &extras->cooldowns[i];
                if (cooldown->agent == agent) {
                        cooldown->until_ms = att_max_i64(cooldown->until_ms, until_ms);
                        return;
                }
        }
        drop_old_cooldowns(core, extras);
        if (extras->cooldown_count == ATT_COOLDOWNS_MAX) {
                memmove(extras->cooldowns, extras->cooldowns + 1,
                        (ATT_COOLDOWNS_MAX - 1) * sizeof(*extras->cooldowns));
                extras->cooldown_count--;
        }
        extras->cooldowns = att_pool_grow(&core->pool, extras->cooldowns, &extras->cooldown_room,
                                          extras->cooldown_count + 1u, sizeof(*extras->cooldowns));
        extras->cooldowns[extras->cooldown_count++] = (struct cooldown){agent, until_ms};
}

bool contact_is_cooling(const struct att_core *core, const struct contact *contact,
                        const struct agent *agent)
{
        const struct extras *extras = contact_extras(contact);
        for (uint32_t i = 0; i < extras->cooldown_count; i++) {
                if (extras->cooldowns[i].agent == agent) {
                        return extras->cooldowns[i].until_ms > core->now_ms;
                }
        }
        return false;
}

bool contact_excludes(const struct contact *contact, const struct agent *agent)
{
        const struct extras *extras = contact_extras(contact);
        for (uint32_t i = 0; i < extras->excluded_count; i++) {
                if (extras->excluded[i] == agent) {
                        return true;
                }
        }
        return false;
}

/* ---- The end of a contact ---- */

static void count_outcome(struct att_core *core, const struct contact *contact,
                          enum att_outcome outcome)
{
        core->counts.outcomes[outcome]++;
        if (contact->queue == ATT_NONE) {
                return;
        }
        struct att_queue_view *totals = &core->queues[contact->queue].totals;
        switch (outcome) {
        case ATT_OUTCOME_ABANDONED:
                totals->abandoned++;
                break;
        case ATT_OUTCOME_REFUSED:
                totals->refused++;
                break;
        case ATT_OUTCOME_OVERFLOWED:
                totals->overflowed++;
                break;
        case ATT_OUTCOME_EXPIRED:
                totals->expired++;
                break;
        case ATT_OUTCOME_HANDLED:
        case ATT_OUTCOME_CANCELLED:
        case ATT_OUTCOME_NONE:
        case ATT_OUTCOME_COUNT:
                break;
        }
}

/* Ends are told before who is queued: that it was, at the instant of its end, would come after it. */
static void unsay_queued(struct att_core *core, const struct contact *contact)
{
        struct att_effects *queued = &core->places[PLACE_QUEUED];
        uint32_t kept = 0;
        for (uint32_t i = 0; i < queued->count; i++) {
                const struct att_effect *effect = &queued->items[i];
                if (effect->kind != ATT_EFFECT_QUEUED ||
                    !att_text_equals(effect->contact, contact_id(contact))) {
                        queued->items[kept++] = *effect;
                }
        }
        queued->count = kept;
}

void contact_close(struct att_core *core, struct contact *contact, enum att_outcome outcome,
                   struct att_text reason)
{
        ATT_CHECK(contact->offer_count == 0);
        bool was_connected = contact->state == ATT_CONTACT_CONNECTED;
        if (contact->state == ATT_CONTACT_QUEUED && contact->entered_ms == core->now_ms) {
                unsay_queued(core, contact);
        }
        due_clear(core, contact);
        contact_move(core, contact, ATT_CONTACT_CLOSED);
        signature_drop(core, contact);
        contact->outcome = outcome;
        contact->closed_ms = core->now_ms;
        count_outcome(core, contact, outcome);
        struct att_effect *effect = emit_contact(core, PLACE_ENDED, ATT_EFFECT_CLOSED, contact);
        effect->outcome = outcome;
        effect->reason = att_arena_text(&core->texts, reason);
        if (was_connected && contact->last_agent) {
                effect->agent = contact->last_agent->id;
        }
        story_end(core, contact, effect);
        att_list_remove(&contact->in_core);
        att_list_add_tail(&core->closed, &contact->in_core);
        core->closed_new = true;
        core->live_count--;
        core->closed_count++;
        if (contact->customer) {
                att_list_remove(&contact->in_customer);
                customer_touch(core, contact->customer);
                waiting_refresh_customer(core, contact->customer);
                contact->customer = NULL;
        }
}

static void copy_ids(struct att_core *core, struct contact *contact, struct att_text id,
                     struct att_text front_end, struct att_text customer)
{
        size_t bytes = id.len + front_end.len + customer.len;
        char *data = contact->ids;
        if (bytes > sizeof(contact->ids)) {
                data = att_pool_take_unset(&core->pool, bytes);
                contact->ids_apart = data;
        }
        att_copy(data, id.data, id.len);
        att_copy(data + id.len, front_end.data, front_end.len);
        att_copy(data + id.len + front_end.len, customer.data, customer.len);
        contact->by_id.key = att_text_of(data, id.len);
        contact->front_end_len = (uint16_t)front_end.len;
        contact->customer_id_len = (uint16_t)customer.len;
}

struct contact *contact_new(struct att_core *core, struct att_text id, struct att_text front_end,
                            struct att_text customer)
{
        struct contact *contact = att_pool_take(&core->pool, sizeof(*contact));
        att_list_init(&contact->in_core);
        att_list_init(&contact->in_queue);
        att_list_init(&contact->in_customer);
        waiting_init(contact);
        att_list_init(&contact->offers);
        due_clear(core, contact);
        copy_ids(core, contact, id, front_end, customer);
        contact->queue = ATT_NONE;
        contact->reach_ms = INT64_MAX;
        contact->tier = ATT_NONE;
        contact->intent = ATT_NONE;
        return contact;
}

static void free_details(struct att_core *core, struct contact *contact)
{
        details_drop(core, contact);
        story_free(core, contact);
        if (contact->extras) {
                free_asked(core, contact->extras);
                contact_drop_empty_extras(core, contact);
        }
}

void contacts_trim(struct att_core *core)
{
        if (!core->closed_new) {
                return;
        }
        core->closed_new = false;
        for (struct att_list *at = core->closed.prev; at != &core->closed; at = at->prev) {
                struct contact *contact = ATT_CONTAINER_OF(at, struct contact, in_core);
                if (!contact->details) {
                        break;
                }
                free_details(core, contact);
        }
}

void contact_free(struct att_core *core, struct contact *contact)
{
        due_clear(core, contact);
        ATT_LIST_FOREACH(offer, &contact->offers, struct offer, in_contact)
        {
                timer_cancel(core, &offer->timeout);
                free(offer);
        }
        signature_drop(core, contact);
        att_list_remove(&contact->in_core);
        free_details(core, contact);
        att_pool_give(&core->pool, contact->extras, sizeof(*contact->extras));
        decision_drop(core, contact);
        if (contact->by_id.key.data != contact->ids) {
                att_pool_give(&core->pool, contact->ids_apart, contact_id_bytes(contact));
        }
        att_pool_give(&core->pool, contact, sizeof(*contact));
}

void contact_bury(struct att_core *core, struct contact *contact)
{
        att_map_remove(&core->contacts_by_id, &contact->by_id);
        att_list_remove(&contact->in_core);
        att_list_add_tail(&core->graveyard, &contact->in_core);
        core->closed_count--;
        core->counts.contacts[ATT_CONTACT_CLOSED]--;
}

/* Closed contacts are kept for a while, and not for ever in number. */
void contacts_forget(struct att_core *core)
{
        ATT_LIST_FOREACH(contact, &core->closed, struct contact, in_core)
        {
                bool old = core->now_ms - contact->closed_ms >= ATT_CLOSED_KEPT_MS;
                if (!old && core->closed_count <= ATT_CLOSED_KEPT_MAX) {
                        return;
                }
                if (contact->wrapping > 0) {
                        continue;
                }
                contact_bury(core, contact);
        }
}

/* ---- Arrival ---- */

static bool is_same_request(const struct contact *contact,
                            const struct att_contact_request *request)
{
        return att_digest_equals(contact->content, request_digest(request));
}

static void adopt_customer(struct att_core *core, struct contact *contact,
                           const struct att_customer_info *info)
{
        if (att_text_is_empty(info->id)) {
                return;
        }
        struct customer *customer = customer_get_or_add(core, info->id);
        contact->customer = customer;
        att_list_add_tail(&customer->contacts, &contact->in_customer);
        customer_touch(core, customer);
        customer_recall(core, customer, contact);
        if (info->last_spoke_ms > customer->last_spoke_ms) {
                struct agent *agent = agent_find(core, info->last_agent);
                customer->last_agent = agent;
                customer->last_spoke_ms = info->last_spoke_ms;
        }
        customer->last_went_badly = customer->last_went_badly || info->last_went_badly;
        waiting_refresh_customer(core, customer);
}

static void drop_abandon(struct past *past, uint32_t i)
{
        past->abandon_count--;
        memmove(&past->abandons[i], &past->abandons[i + 1],
                (past->abandon_count - i) * sizeof(*past->abandons));
}

/* One who abandoned and is back soon, in the same queue, goes on from the wait of before: the latest, each
 * once. */
static void take_up_wait(struct att_core *core, struct contact *contact)
{
        struct past *past = contact->customer ? contact->customer->past : NULL;
        for (uint32_t i = past ? past->abandon_count : 0; i-- > 0;) {
                const struct abandon *abandon = &past->abandons[i];
                if (abandon->queue_name == core->queues[contact->queue].name &&
                    core->now_ms - abandon->at_ms <= RETURN_WITHIN_MS) {
                        contact->waited_before_ms = att_max_i64(contact->waited_before_ms,
                                                                abandon->waited_ms);
                        drop_abandon(past, i);
                        return;
                }
        }
}

static void arrive(struct att_core *core, struct contact *contact)
{
        const struct att_queue *queue = &core->config->queues[contact->queue];
        const struct queue_state *state = &core->queues[contact->queue];
        bool closed = queue->hours != ATT_NONE &&
                      !att_hours_is_open(&core->config->hours[queue->hours], core->now_ms);
        if (closed) {
                queue_turn_away(core, contact, &queue->when_closed, ATT_TEXT("closed"));
                return;
        }
        if (queue->refuse_unstaffed && !queue_is_staffed(core, contact, contact->queue)) {
                struct att_overflow none = {.kind = ATT_OVERFLOW_NONE};
                queue_turn_away(core, contact, &none, ATT_TEXT("unstaffed"));
                return;
        }
        if (queue->max_waiting > 0 &&
            state->waiting_count + state->offered_count >= queue->max_waiting) {
                queue_turn_away(core, contact, &queue->overflow, ATT_TEXT("full"));
                return;
        }
        queue_enter(core, contact, contact->queue);
}

void handle_contact_add(struct att_core *core, const struct att_command *command)
{
        const struct att_contact_request *request = &command->request;
        struct contact *known = contact_find(core, request->id);
        if (known) {
                if (!is_same_request(known, request)) {
                        refuse(core, command, ATT_REFUSAL_DUPLICATE, "id",
                               "contact '%.*s' is known with another content",
                               ATT_TEXT_ARGS(request->id));
                }
                return;
        }
        if (!request_check(core, command)) {
                return;
        }
        if (core->live_count >= core->config->contacts_max ||
            !customer_has_room(core, request->customer.id)) {
                refuse(core, command, ATT_REFUSAL_FULL, "",
                       "the centre holds as many contacts as its limits allow");
                return;
        }
        struct contact *contact = request_accept(core, command);
        contact->queue = intake_apply(core, contact, request);
        if (contact->queue == ATT_NONE) {
                refuse(core, command, ATT_REFUSAL_UNKNOWN, "queue",
                       "the request names no queue and no intake rule gives one");
                contact_free(core, contact);
                return;
        }
        att_map_add(&core->contacts_by_id, &contact->by_id, contact_id(contact));
        att_list_add_tail(&core->live, &contact->in_core);
        core->live_count++;
        core->counts.contacts[contact->state]++;
        adopt_customer(core, contact, &request->customer);
        take_up_wait(core, contact);
        story_begin(core, contact, request);
        if (request->not_before_ms != ATT_ABSENT && request->not_before_ms > core->now_ms) {
                contact_schedule(core, contact, request->not_before_ms);
                return;
        }
        arrive(core, contact);
}

/* ---- Update ---- */

static bool check_update(struct att_core *core, const struct att_command *command,
                         const struct contact *contact)
{
        if (command->update.priority_milli != ATT_ABSENT &&
            !request_check_priority(core, command, command->update.priority_milli)) {
                return false;
        }
        if (command->update.emotion_ppm != ATT_ABSENT &&
            !request_check_share(core, command, "emotion", command->update.emotion_ppm)) {
                return false;
        }
        if (!att_text_is_empty(command->update.text) &&
            !request_check_text(core, command, contact, command->update.text)) {
                return false;
        }
        return request_check_levels(core, command, command->update.requires,
                                    command->update.requires_count,
                                    contact_extras(contact)->own_count);
}

/* An offer goes back only if its agent no longer meets what is required. */
static void revoke_unmet(struct att_core *core, struct contact *contact)
{
        ATT_LIST_FOREACH(offer, &contact->offers, struct offer, in_contact)
        {
                const struct agent *agent = offer->agent;
                if (!agent->def || !att_bitset_has(contact->signature->meets, agent->index)) {
                        offer_revoke(core, offer, ATT_REVOKE_CHANGED);
                }
        }
}

void handle_contact_update(struct att_core *core, const struct att_command *command)
{
        struct contact *contact = contact_get_live(core, command);
        if (!contact || !check_update(core, command, contact)) {
                return;
        }
        if (command->update.priority_milli != ATT_ABSENT) {
                contact->priority_request_milli = (int32_t)command->update.priority_milli;
        }
        if (command->update.emotion_ppm != ATT_ABSENT) {
                contact->emotion_ppm = (int32_t)command->update.emotion_ppm;
                contact->emotion_source = (uint8_t)command->update.emotion_source;
        }
        if (!att_text_is_empty(command->update.text)) {
                details_set_text(core, contact, command->update.text);
        }
        incident_look_for(core, contact);
        for (uint32_t i = 0; i < command->update.requires_count; i++) {
                const struct att_named_level *change = &command->update.requires[i];
                request_set_own(core, contact, att_config_find_skill(core->config, change->skill),
                                change->level);
        }
        if (!contact->signature) {
                return;
        }
        signature_refresh(core, contact);
        if (contact->state == ATT_CONTACT_OFFERED) {
                revoke_unmet(core, contact);
        }
        if (contact->state == ATT_CONTACT_QUEUED) {
                queue_advance(core, contact);
        }
        if (contact->state == ATT_CONTACT_QUEUED) {
                contact_mark(core, contact);
        }
}

/* ---- Endings ---- */

static void remember_abandon(struct att_core *core, const struct contact *contact)
{
        if (!contact->customer || contact->queue == ATT_NONE) {
                return;
        }
        struct past *past = customer_get_past(core, contact->customer);
        if (past->abandon_count == ABANDONS_KEPT) {
                drop_abandon(past, 0);
        }
        customer_make_room_for_abandons(core, past);
        past->abandons[past->abandon_count++] = (struct abandon){
                .at_ms = core->now_ms,
                .waited_ms = contact_waited_ms(core, contact),
                .queue_name = core->queues[contact->queue].name,
        };
}

static void remember_conversation(struct att_core *core, const struct contact *contact)
{
        if (contact->customer && contact->last_agent) {
                contact->customer->last_agent = contact->last_agent;
                contact->customer->last_spoke_ms = core->now_ms;
                customer_recall(core, contact->customer, contact);
                waiting_refresh_customer(core, contact->customer);
        }
}

void contact_end_conversation(struct att_core *core, struct contact *contact,
                              enum att_outcome outcome, struct att_text disposition)
{
        struct interaction *interaction = contact->interaction;
        remember_conversation(core, contact);
        contact_close(core, contact, outcome, disposition);
        interaction_wrap_up(core, interaction);
}

static void withdraw(struct att_core *core, struct contact *contact, enum att_outcome outcome,
                     enum att_revoke_reason reason)
{
        offers_revoke_of_contact(core, contact, reason);
        contact_close(core, contact, outcome, ATT_TEXT_NONE);
}

void handle_contact_abandon(struct att_core *core, const struct att_command *command)
{
        struct contact *contact = contact_get_live(core, command);
        if (!contact) {
                return;
        }
        if (contact->state == ATT_CONTACT_CONNECTED) {
                contact_end_conversation(core, contact, ATT_OUTCOME_HANDLED, ATT_TEXT_NONE);
                return;
        }
        remember_abandon(core, contact);
        withdraw(core, contact, ATT_OUTCOME_ABANDONED, ATT_REVOKE_ABANDONED);
}

void handle_contact_cancel(struct att_core *core, const struct att_command *command)
{
        struct contact *contact = contact_get_live(core, command);
        if (!contact) {
                return;
        }
        if (contact->state == ATT_CONTACT_CONNECTED) {
                contact_end_conversation(core, contact, ATT_OUTCOME_HANDLED, ATT_TEXT_NONE);
                return;
        }
        withdraw(core, contact, ATT_OUTCOME_CANCELLED, ATT_REVOKE_CANCELLED);
}

/* A callback that the customer did not take: tried again after a pause, so many times. Nobody spoke with
 * anybody. */
static void end_attempt(struct att_core *core, struct contact *contact)
{
        const struct att_policy *policy = contact_policy(core, contact);
        struct interaction *interaction = contact->interaction;
        if (contact->customer) {
                customer_recall(core, contact->customer, contact);
        }
        if (contact->attempt + 1 >= promise_attempts(core, contact) || contact->queue == ATT_NONE) {
                contact_close(core, contact, ATT_OUTCOME_EXPIRED, ATT_TEXT("no_answer"));
        } else {
                contact->attempt++;
                contact_schedule(core, contact, core->now_ms + policy->callback_pause_ms);
        }
        interaction_wrap_up(core, interaction);
}

static bool is_disposition(const struct att_config *config, struct att_text word)
{
        for (uint32_t i = 0; i < config->disposition_count; i++) {
                if (att_text_equals(config->dispositions[i], word)) {
                        return true;
                }
        }
        return config->disposition_count == 0;
}

static bool check_notes(struct att_core *core, const struct att_command *command)
{
        if (command->end.notes.len <= ATT_TEXT_BYTES_MAX) {
                return true;
        }
        refuse(core, command, ATT_REFUSAL_INVALID, "notes", "notes are longer than %d bytes",
               ATT_TEXT_BYTES_MAX);
        return false;
}

/* To the end that was just said. The engine keeps no notes: they are for the history. */
static void add_notes(struct att_core *core, struct att_text notes)
{
        struct att_effects *ended = &core->places[PLACE_ENDED];
        for (uint32_t i = ended->count; i-- > 0 && !att_text_is_empty(notes);) {
                if (ended->items[i].kind == ATT_EFFECT_CLOSED) {
                        ended->items[i].text = att_arena_text(&core->texts, notes);
                        return;
                }
        }
}

void handle_contact_end(struct att_core *core, const struct att_command *command)
{
        struct contact *contact = contact_get_live(core, command);
        if (!contact) {
                return;
        }
        if (contact->state != ATT_CONTACT_CONNECTED) {
                refuse(core, command, ATT_REFUSAL_STATE, "contact",
                       "contact '%.*s' is %s, not connected", ATT_TEXT_ARGS(command->contact),
                       att_contact_state_name(contact->state));
                return;
        }
        struct att_text disposition = command->end.disposition;
        if (!att_text_is_empty(disposition) && !is_disposition(core->config, disposition)) {
                refuse(core, command, ATT_REFUSAL_INVALID, "disposition",
                       "'%.*s' is not one of the dispositions", ATT_TEXT_ARGS(disposition));
                return;
        }
        struct promise promise;
        if (!check_notes(core, command) || !promise_read(core, command, contact, &promise)) {
                return;
        }
        if (command->end.unanswered) {
                end_attempt(core, contact);
                return;
        }
        contact_end_conversation(core, contact, ATT_OUTCOME_HANDLED, disposition);
        add_notes(core, command->end.notes);
        promise_make(core, contact, &promise);
}

/* ---- Transfer ---- */

/* Where a transfer goes; false and refused when it goes nowhere. */
static bool read_transfer(struct att_core *core, const struct att_command *command,
                          const struct contact *contact, uint32_t *ret_queue,
                          struct agent **ret_agent)
{
        struct att_text queue_text = command->transfer.queue;
        struct att_text agent_text = command->transfer.agent;
        if (att_text_is_empty(queue_text) == att_text_is_empty(agent_text)) {
                refuse(core, command, ATT_REFUSAL_INVALID, "transfer",
                       "a transfer names a queue or an agent, one of the two");
                return false;
        }
        uint32_t queue = contact->queue;
        struct agent *agent = NULL;
        if (!att_text_is_empty(queue_text)) {
                queue = att_config_find_queue(core->config, queue_text);
                if (queue == ATT_NONE) {
                        refuse_unknown(core, command, "queue", "queue", queue_text,
                                       att_config_nearest_queue(core->config, queue_text));
                        return false;
                }
        } else {
                agent = agent_find(core, agent_text);
                if (!agent || !agent->def) {
                        refuse_unknown(core, command, "agent", "agent", agent_text,
                                       att_config_nearest_agent(core->config, agent_text));
                        return false;
                }
        }
        if (queue == ATT_NONE) {
                refuse(core, command, ATT_REFUSAL_STATE, "contact",
                       "the contact's queue is gone: transfer it to a queue");
                return false;
        }
        *ret_queue = queue;
        *ret_agent = agent;
        return true;
}

/* The agent's part ends, the customer's story goes on. */
static void leave_agent(struct att_core *core, struct contact *contact)
{
        struct interaction *interaction = contact->interaction;
        struct agent *agent = interaction->agent;
        int64_t cooldown_ms = contact_policy(core, contact)->retry_cooldown_ms;
        remember_conversation(core, contact);
        contact_add_cooldown(core, contact, agent, core->now_ms + cooldown_ms);
        if (agent_is_bot(agent)) {
                contact->waited_before_ms = 0;
                contact->no_bots = true;
        }
        contact->transfers++;
        interaction_wrap_up(core, interaction);
}

void handle_contact_transfer(struct att_core *core, const struct att_command *command)
{
        struct contact *contact = contact_get_live(core, command);
        if (!contact) {
                return;
        }
        if (contact->state == ATT_CONTACT_SCHEDULED) {
                refuse(core, command, ATT_REFUSAL_STATE, "contact",
                       "contact '%.*s' is scheduled: nobody waits yet",
                       ATT_TEXT_ARGS(command->contact));
                return;
        }
        uint32_t queue = ATT_NONE;
        struct agent *agent = NULL;
        if (!read_transfer(core, command, contact, &queue, &agent)) {
                return;
        }
        if (contact->state == ATT_CONTACT_CONNECTED) {
                leave_agent(core, contact);
        } else if (contact->state == ATT_CONTACT_OFFERED) {
                offers_revoke_of_contact(core, contact, ATT_REVOKE_CHANGED);
                contact->put_back = true;
        }
        if (agent || contact->extras) {
                contact_get_extras(core, contact)->named = agent;
        }
        contact->ever_entered = agent == NULL; /* A named one waits for its agent from now. */
        queue_enter(core, contact, queue);
}

/* ---- Feedback ---- */

static bool in_range(int32_t value, int32_t low, int32_t high)
{
        return value == -1 || (value >= low && value <= high);
}

static bool check_feedback(struct att_core *core, const struct att_command *command)
{
        const char *field = NULL;
        const char *range = NULL;
        if (!in_range(command->feedback.csat, 1, 5)) {
                field = "csat", range = "1 to 5";
        } else if (!in_range(command->feedback.nps, 0, 10)) {
                field = "nps", range = "0 to 10";
        } else if (!in_range(command->feedback.ces, 1, 7)) {
                field = "ces", range = "1 to 7";
        } else if (!in_range(command->feedback.resolved, 0, 1)) {
                field = "resolved", range = "false or true";
        }
        if (field) {
                refuse(core, command, ATT_REFUSAL_INVALID, field, "%s goes from %s", field, range);
                return false;
        }
        return command->feedback.emotion_ppm == ATT_ABSENT ||
               request_check_share(core, command, "emotion", command->feedback.emotion_ppm);
}

/* When it was given, and its words. */
static bool check_given(struct att_core *core, const struct att_command *command,
                        const struct contact *contact)
{
        const struct att_feedback *feedback = &command->feedback;
        if (feedback->given_ms > core->now_ms) {
                refuse(core, command, ATT_REFUSAL_INVALID, "given",
                       "feedback can't be given in the future");
                return false;
        }
        if (feedback->given_ms != 0 && feedback->given_ms < contact->arrived_ms) {
                refuse(core, command, ATT_REFUSAL_INVALID, "given",
                       "feedback can't be given before the contact came");
                return false;
        }
        if (feedback->text.len > ATT_TEXT_BYTES_MAX || feedback->by.len > ATT_ID_BYTES_MAX) {
                bool is_text = feedback->text.len > ATT_TEXT_BYTES_MAX;
                refuse(core, command, ATT_REFUSAL_INVALID, is_text ? "text" : "by",
                       "%s is longer than %d bytes", is_text ? "text" : "by",
                       is_text ? ATT_TEXT_BYTES_MAX : ATT_ID_BYTES_MAX);
                return false;
        }
        return true;
}

/* For the history: the engine keeps none of it but whether the contact went well. */
static void tell_feedback(struct att_core *core, const struct att_command *command,
                          const struct contact *contact)
{
        struct att_feedback *told = att_arena_take(&core->texts, sizeof(*told));
        *told = command->feedback;
        told->given_ms = told->given_ms == 0 ? core->now_ms : told->given_ms;
        told->by = att_arena_text(&core->texts, told->by);
        told->text = att_arena_text(&core->texts, told->text);
        struct att_effect *effect = emit_contact(core, PLACE_ENDED, ATT_EFFECT_FEEDBACK, contact);
        effect->feedback = told;
        effect->agent = contact->last_agent ? contact->last_agent->id : ATT_TEXT_NONE;
}

/* Whether a contact went well, as far as its feedback says. Resolution decides; else satisfaction. */
static bool went_well(const struct att_command *command, bool *ret_known)
{
        *ret_known = true;
        if (command->feedback.resolved != -1) {
                return command->feedback.resolved == 1;
        }
        if (command->feedback.csat != -1) {
                return command->feedback.csat >= 4;
        }
        if (command->feedback.nps != -1) {
                return command->feedback.nps >= 7;
        }
        *ret_known = false;
        return false;
}

void handle_contact_feedback(struct att_core *core, const struct att_command *command)
{
        struct contact *contact = contact_find(core, command->contact);
        if (!contact) {
                refuse_unknown(core, command, "contact", "contact", command->contact,
                               ATT_TEXT_NONE);
                return;
        }
        if (!check_feedback(core, command) || !check_given(core, command, contact)) {
                return;
        }
        tell_feedback(core, command, contact);
        bool known = false;
        bool well = went_well(command, &known);
        if (known && contact->last_agent && contact->queue != ATT_NONE) {
                outcome_record(core, contact->last_agent, contact->queue, well);
        }
        struct customer *customer = customer_of_contact(core, contact);
        if (known && customer) {
                customer->last_went_badly = !well;
                waiting_refresh_customer(core, customer);
        }
}
