/* SPDX-License-Identifier: Apache-2.0 */
/* Contacts and customers in a saved state. What closed contacts keep is what a late event, the same
 * request again or a view asks for. */
#include <stdlib.h>

#include "lib/base/util.h"
#include "lib/core/details.h"
#include "lib/core/snapshot_parts.h"

/* ---- Customers ---- */

static void pass_abandon(struct stream *stream, const struct att_core *core,
                         struct abandon *abandon)
{
        snapshot_past(stream, core, &abandon->at_ms, "the time of an abandon");
        stream_within(stream, &abandon->waited_ms, 0, ATT_WAITED_MS_MAX, "a wait");
        stream_below(stream, &abandon->queue_name, core->queue_name_count, "a queue's name");
}

static void pass_abandons(struct stream *stream, struct att_core *core, struct customer *customer)
{
        uint32_t count = customer_past(customer)->abandon_count;
        stream_count(stream, &count, ABANDONS_KEPT, "abandons");
        if (count == 0) {
                return;
        }
        struct past *past = customer_get_past(core, customer);
        customer_make_room_for_abandons(core, past);
        past->abandon_count = (uint16_t)count;
        for (uint32_t i = 0; i < count; i++) {
                pass_abandon(stream, core, &past->abandons[i]);
        }
}

static void pass_customer(struct stream *stream, struct att_core *core, struct customer *customer)
{
        pass_abandons(stream, core, customer);
        snapshot_agent(stream, core, &customer->current);
        snapshot_agent(stream, core, &customer->last_agent);
        stream_signed(stream, &customer->last_spoke_ms);
        stream_flag(stream, &customer->last_went_badly);
        snapshot_remembered(stream, core, customer);
}

static void take_customer(struct stream *stream, struct att_core *core, struct att_list *list)
{
        struct att_text id = ATT_TEXT_NONE;
        stream_text(stream, &id, UINT16_MAX);
        if (stream_expect(stream, id.len > 0 && !customer_find(core, id), "a customer twice")) {
                struct customer *customer = customer_new(core, id);
                att_list_add_tail(list, &customer->in_core);
                pass_customer(stream, core, customer);
        }
}

static void pass_customer_list(struct stream *stream, struct att_core *core, struct att_list *list)
{
        uint32_t count = stream_is_read(stream) ? 0 : snapshot_length(list);
        stream_count(stream, &count, UINT32_MAX, "customers");
        if (stream_is_read(stream)) {
                for (uint32_t i = 0; i < count && stream_is_fine(stream); i++) {
                        take_customer(stream, core, list);
                }
                return;
        }
        ATT_LIST_FOREACH(customer, list, struct customer, in_core)
        {
                stream_text(stream, &customer->by_id.key, UINT16_MAX);
                pass_customer(stream, core, customer);
        }
}

static void take_linked(struct stream *stream, struct att_core *core)
{
        struct att_text id = ATT_TEXT_NONE;
        stream_text(stream, &id, UINT16_MAX);
        struct customer *customer = customer_find(core, id);
        if (!stream_expect(stream, customer, "a customer with a new link")) {
                return;
        }
        struct past *past = customer_get_past(core, customer);
        if (stream_expect(stream, !att_list_is_linked(&past->in_linked),
                          "a customer with a new link")) {
                att_list_add_tail(&core->linked_anew, &past->in_linked);
        }
}

static void pass_linked(struct stream *stream, struct att_core *core)
{
        uint32_t count = stream_is_read(stream) ? 0 : snapshot_length(&core->linked_anew);
        stream_count(stream, &count, UINT32_MAX, "customers with new links");
        if (stream_is_read(stream)) {
                for (uint32_t i = 0; i < count && stream_is_fine(stream); i++) {
                        take_linked(stream, core);
                }
                return;
        }
        ATT_LIST_FOREACH(past, &core->linked_anew, struct past, in_linked)
        {
                stream_text(stream, &past->customer->by_id.key, UINT16_MAX);
        }
}

void snapshot_customers(struct stream *stream, struct att_core *core)
{
        pass_customer_list(stream, core, &core->busy_customers);
        pass_customer_list(stream, core, &core->idle_customers);
        pass_linked(stream, core);
}

/* ---- What a request said ---- */

static void pass_request_texts(struct stream *stream, struct att_contact_request *request)
{
        struct att_text *const texts[] = {
                &request->channel,
                &request->queue,
                &request->entry_point,
                &request->language,
                &request->text,
                &request->intent,
                &request->agent,
                &request->preferred_agent,
                &request->address,
                &request->traceparent,
                &request->customer.name,
                &request->customer.tier,
                &request->customer.currency,
                &request->customer.notes,
                &request->customer.last_agent,
                &request->customer.last_contact,
        };
        for (size_t i = 0; i < ATT_ARRAY_LEN(texts); i++) {
                stream_text(stream, texts[i], UINT16_MAX);
        }
}

static void pass_attributes(struct stream *stream, struct att_contact_request *request,
                            struct att_pair room[ATT_ATTRIBUTES_MAX])
{
        stream_count(stream, &request->attribute_count, ATT_ATTRIBUTES_MAX, "attributes");
        for (uint32_t i = 0; i < request->attribute_count; i++) {
                stream_text(stream, &room[i].key, UINT16_MAX);
                stream_text(stream, &room[i].value, UINT16_MAX);
        }
        request->attributes = room;
}

static void pass_details(struct stream *stream, struct att_core *core, struct contact *contact)
{
        struct att_pair attributes[ATT_ATTRIBUTES_MAX];
        struct att_contact_request request = details_request(contact, attributes);
        pass_request_texts(stream, &request);
        pass_attributes(stream, &request, attributes);
        stream_flag(stream, &request.keep_place);
        stream_flag(stream, &request.customer.last_went_badly);
        stream_signed(stream, &request.priority_milli);
        stream_signed(stream, &request.emotion_ppm);
        stream_signed(stream, &request.customer.lifetime_value_micro);
        stream_signed(stream, &request.customer.churn_risk_ppm);
        stream_signed(stream, &request.customer.last_spoke_ms);
        stream_signed(stream, &request.customer.last_closed_ms);
        if (stream_is_read(stream)) {
                details_keep(core, contact, &request);
        }
}

/* ---- Why it went where it went ---- */

static void pass_candidate(struct stream *stream, struct att_candidate *candidate)
{
        stream_text(stream, &candidate->agent, ATT_ID_BYTES_MAX);
        stream_signed(stream, &candidate->fit_ppm);
        for (int i = 0; i < ATT_FIT_TERM_COUNT; i++) {
                stream_signed(stream, &candidate->terms_ppm[i]);
        }
        stream_signed(stream, &candidate->urgency_milli);
        stream_u32(stream, &candidate->load_units);
        stream_signed(stream, &candidate->idle_ms);
}

static void pass_decided_by(struct stream *stream, enum att_decided_by *by)
{
        uint32_t number = *by;
        stream_below(stream, &number, ATT_DECIDED_BY_COUNT, "what decided");
        *by = (enum att_decided_by)number;
}

static void pass_decision_parts(struct stream *stream, struct att_decision *decision)
{
        stream_signed(stream, &decision->at_ms);
        stream_text(stream, &decision->queue, UINT16_MAX);
        stream_u32(stream, &decision->step);
        stream_signed(stream, &decision->waited_ms);
        stream_signed(stream, &decision->urgency_milli);
        stream_flag(stream, &decision->exact);
        stream_u32(stream, &decision->joint_contacts);
        stream_u32(stream, &decision->joint_place);
        stream_u32(stream, &decision->considered);
        stream_u32(stream, &decision->eligible);
        for (int i = 0; i < ATT_EXCLUSION_COUNT; i++) {
                stream_u32(stream, &decision->excluded[i]);
        }
        stream_count(stream, &decision->agents_shown, ATT_CANDIDATES_SHOWN, "agents of a decision");
        for (uint32_t i = 0; i < decision->agents_shown; i++) {
                pass_candidate(stream, &decision->agents[i]);
        }
        pass_decided_by(stream, &decision->agent_by);
        stream_u32(stream, &decision->contacts_considered);
        stream_text(stream, &decision->next_contact, UINT16_MAX);
        pass_decided_by(stream, &decision->contact_by);
}

static void pass_decision(struct stream *stream, struct att_core *core, struct contact *contact)
{
        bool is_there = contact->decision != NULL;
        stream_flag(stream, &is_there);
        if (!is_there) {
                return;
        }
        struct att_decision decision = {.contact = contact_id(contact)};
        if (!stream_is_read(stream)) {
                decision = *contact->decision;
        }
        pass_decision_parts(stream, &decision);
        if (stream_is_read(stream)) {
                decision_keep(core, contact, &decision);
        }
}

/* ---- What is asked of agents ---- */

static void pass_requirements(struct stream *stream, struct att_core *core,
                              struct att_requirement **items, uint32_t *count, uint32_t *room)
{
        stream_count(stream, count, ATT_REQUIREMENTS_MAX, "required skills");
        if (stream_is_read(stream)) {
                *items = att_pool_grow(&core->pool, *items, room, *count, sizeof(**items));
        }
        for (uint32_t i = 0; i < *count; i++) {
                stream_below(stream, &(*items)[i].skill, core->config->skill_count, "a skill");
                stream_below(stream, &(*items)[i].level, ATT_LEVEL_MAX + 1, "a level");
        }
}

static void pass_preferences(struct stream *stream, struct att_core *core, struct extras *extras)
{
        stream_count(stream, &extras->prefer_count, 2 * ATT_REQUIREMENTS_MAX, "preferred skills");
        if (stream_is_read(stream)) {
                extras->prefers = att_pool_grow(&core->pool, extras->prefers, &extras->prefer_room,
                                                extras->prefer_count, sizeof(*extras->prefers));
        }
        for (uint32_t i = 0; i < extras->prefer_count; i++) {
                stream_below(stream, &extras->prefers[i].skill, core->config->skill_count,
                             "a skill");
                stream_u32(stream, &extras->prefers[i].weight_milli);
        }
}

static void pass_excluded(struct stream *stream, struct att_core *core, struct extras *extras)
{
        stream_count(stream, &extras->excluded_count, ATT_EXCLUDES_MAX, "agents left out");
        if (stream_is_read(stream)) {
                extras->excluded = att_pool_grow(&core->pool, extras->excluded,
                                                 &extras->excluded_room, extras->excluded_count,
                                                 sizeof(struct agent *));
        }
        for (uint32_t i = 0; i < extras->excluded_count; i++) {
                snapshot_agent(stream, core, &extras->excluded[i]);
                (void)stream_expect(stream, extras->excluded[i], "an agent left out");
        }
}

static void pass_cooldowns(struct stream *stream, struct att_core *core, struct extras *extras)
{
        stream_count(stream, &extras->cooldown_count, ATT_COOLDOWNS_MAX, "cooldowns");
        if (stream_is_read(stream)) {
                extras->cooldowns = att_pool_grow(&core->pool, extras->cooldowns,
                                                  &extras->cooldown_room, extras->cooldown_count,
                                                  sizeof(*extras->cooldowns));
        }
        for (uint32_t i = 0; i < extras->cooldown_count; i++) {
                struct cooldown *cooldown = &extras->cooldowns[i];
                snapshot_agent(stream, core, &cooldown->agent);
                stream_within(stream, &cooldown->until_ms, -SNAPSHOT_TIME_MAX, SNAPSHOT_TIME_MAX,
                              "a cooldown");
                (void)stream_expect(stream, cooldown->agent, "a cooldown's agent");
        }
}

/* A contact without extras passes empty ones; read, it keeps them only if there is something in them. */
static void pass_asked(struct stream *stream, struct att_core *core, struct contact *contact)
{
        struct extras none = extras_none;
        struct extras *extras = stream_is_read(stream) ? contact_get_extras(core, contact)
                                : contact->extras      ? contact->extras
                                                       : &none;
        pass_requirements(stream, core, &extras->own, &extras->own_count, &extras->own_room);
        pass_requirements(stream, core, &extras->ruled, &extras->ruled_count, &extras->ruled_room);
        pass_preferences(stream, core, extras);
        pass_excluded(stream, core, extras);
        pass_cooldowns(stream, core, extras);
        if (stream_is_read(stream)) {
                contact_drop_empty_extras(core, contact);
        }
}

static void pass_known_agents(struct stream *stream, struct att_core *core, struct contact *contact)
{
        struct agent *named = contact_extras(contact)->named;
        struct agent *preferred = contact_extras(contact)->preferred;
        snapshot_agent(stream, core, &named);
        snapshot_agent(stream, core, &preferred);
        if (stream_is_read(stream) && (named || preferred)) {
                struct extras *extras = contact_get_extras(core, contact);
                extras->named = named;
                extras->preferred = preferred;
        }
}

/* ---- Offers ---- */

static void pass_offer(struct stream *stream, struct att_core *core, struct contact *contact,
                       struct offer *offer)
{
        struct agent *agent = offer ? offer->agent : NULL;
        uint64_t number = offer ? offer->number : 0;
        snapshot_agent(stream, core, &agent);
        stream_number(stream, &number);
        if (!offer) {
                if (!stream_expect(stream, agent && agent->def && !offer_find(contact, agent),
                                   "the agent of an offer") ||
                    !stream_expect(stream, number > 0 && number < core->next_offer,
                                   "an offer's number")) {
                        return;
                }
                offer = offer_new(core, contact, agent, number);
                offer->channel = contact->channel;
        }
        int64_t due_ms = timer_at_ms(core, &offer->timeout);
        stream_below(stream, &offer->units, ATT_UNITS_MAX + 1, "units");
        stream_within(stream, &offer->timeout_ms, 1, ATT_DURATION_MS_MAX, "an offer's time");
        snapshot_future(stream, core, &due_ms, "an offer's time");
        if (stream_is_read(stream) &&
            snapshot_take_units(stream, agent, offer->channel, offer->units)) {
                timer_arm(core, &offer->timeout, due_ms, number);
        }
}

static void pass_offers(struct stream *stream, struct att_core *core, struct contact *contact)
{
        uint32_t count = contact->offer_count;
        stream_count(stream, &count, ATT_BROADCAST_MAX, "offers");
        (void)stream_expect(stream, (count > 0) == (contact->state == ATT_CONTACT_OFFERED),
                            "offers of a contact that is not on offer");
        if (!stream_is_read(stream)) {
                ATT_LIST_FOREACH(offer, &contact->offers, struct offer, in_contact)
                {
                        pass_offer(stream, core, contact, offer);
                }
                return;
        }
        for (uint32_t i = 0; i < count && stream_is_fine(stream); i++) {
                pass_offer(stream, core, contact, NULL);
        }
}

/* ---- A contact ---- */

static void pass_where(struct stream *stream, struct att_core *core, struct contact *contact)
{
        uint32_t outcome = contact->outcome;
        uint32_t step = contact->step;
        uint32_t channel = contact->channel;
        stream_below(stream, &outcome, ATT_OUTCOME_COUNT, "an outcome");
        contact->outcome = (enum att_outcome)outcome;
        stream_digest(stream, &contact->content);
        stream_number(stream, &contact->arrival);
        snapshot_past(stream, core, &contact->arrived_ms, "the time of an arrival");
        stream_index(stream, &contact->queue, core->config->queue_count, "a queue");
        stream_u32(stream, &step);
        (void)stream_expect(stream, step < ATT_STEPS_MAX, "a step");
        stream_below(stream, &channel, core->channel_count, "a channel");
        contact->step = (uint8_t)step;
        contact->channel = (uint8_t)channel;
        stream_within(stream, &contact->waited_before_ms, 0, ATT_WAITED_MS_MAX, "a wait");
        snapshot_past(stream, core, &contact->waiting_since_ms, "a time in the queue");
        snapshot_past(stream, core, &contact->entered_ms, "a time in the queue");
        stream_u32(stream, &contact->rounds);
        stream_u32(stream, &contact->attempt);
        stream_u32(stream, &contact->transfers);
        snapshot_past(stream, core, &contact->closed_ms, "the time of an end");
}

/* Between limits that fit. */
static void pass_narrow(struct stream *stream, int32_t *value, int64_t least, int64_t most,
                        const char *what)
{
        int64_t number = *value;
        stream_within(stream, &number, least, most, what);
        *value = (int32_t)number;
}

static void pass_weight(struct stream *stream, const struct att_core *core, struct contact *contact)
{
        const int64_t points = ATT_POINTS_MAX * ATT_MILLI;
        uint32_t source = contact->emotion_source;
        pass_narrow(stream, &contact->priority_request_milli, -points, points, "a priority");
        stream_within(stream, &contact->priority_rules_milli, -1000 * points, 1000 * points,
                      "a priority");
        stream_index(stream, &contact->tier, core->config->tier_count, "a tier");
        stream_index(stream, &contact->intent, core->config->intent_count, "an intent");
        pass_narrow(stream, &contact->value_ppm, 0, ATT_PPM, "a value");
        pass_narrow(stream, &contact->tier_points_milli, -points, points, "a tier's points");
        pass_narrow(stream, &contact->emotion_ppm, 0, ATT_PPM, "an emotion");
        stream_below(stream, &source, ATT_EMOTION_SOURCE_COUNT + 1, "where an emotion is from");
        contact->emotion_source = (uint8_t)source;
}

/* What a contact keeps to the end of all. */
static void pass_lasting(struct stream *stream, struct att_core *core, struct contact *contact)
{
        pass_where(stream, core, contact);
        pass_weight(stream, core, contact);
        snapshot_agent(stream, core, &contact->last_agent);
        pass_known_agents(stream, core, contact);
        pass_decision(stream, core, contact);
}

static void pass_due(struct stream *stream, struct att_core *core, struct contact *contact)
{
        uint32_t set = 0;
        for (int i = 0; i < DUE_COUNT; i++) {
                set |= (uint32_t)due_is_set(contact, (enum due)i) << i;
        }
        stream_below(stream, &set, 1u << DUE_COUNT, "what is due");
        for (int i = 0; i < DUE_COUNT; i++) {
                if (set >> i & 1) {
                        snapshot_future(stream, core, &contact->due_ms[i], "what is due");
                }
        }
        if (stream_is_read(stream)) { /* Arms for all of them. */
                due_set(core, contact, DUE_SCHEDULED, contact->due_ms[DUE_SCHEDULED]);
        }
}

static void pass_live(struct stream *stream, struct att_core *core, struct contact *contact)
{
        uint32_t moves = contact->moves;
        stream_flag(stream, &contact->put_back);
        stream_flag(stream, &contact->no_bots);
        stream_flag(stream, &contact->ever_entered);
        stream_flag(stream, &contact->round_counts);
        stream_flag(stream, &contact->last_went_badly);
        stream_number(stream, &contact->offered_round);
        stream_number(stream, &contact->moved_round);
        stream_u32(stream, &moves);
        contact->moves = (uint8_t)att_min_i64(moves, UINT8_MAX);
        stream_signed(stream, &contact->named_until_ms);
        stream_signed(stream, &contact->reach_ms);
        pass_due(stream, core, contact);
        pass_details(stream, core, contact);
        snapshot_story(stream, core, contact);
        pass_asked(stream, core, contact);
        pass_offers(stream, core, contact);
}

/* ---- All of them ---- */

static bool adopt_customer(struct stream *stream, struct att_core *core, struct contact *contact)
{
        if (contact->state == ATT_CONTACT_CLOSED || contact->customer_id_len == 0) {
                return true;
        }
        contact->customer = customer_of_contact(core, contact);
        if (!stream_expect(stream, contact->customer, "a customer nobody knows")) {
                return false;
        }
        att_list_add_tail(&contact->customer->contacts, &contact->in_customer);
        return true;
}

static struct contact *take_contact(struct stream *stream, struct att_core *core,
                                    const struct att_text ids[3], enum att_contact_state state)
{
        if (!stream_expect(stream, ids[0].len > 0 && !contact_find(core, ids[0]),
                           "a contact twice")) {
                return NULL;
        }
        struct contact *contact = contact_new(core, ids[0], ids[1], ids[2]);
        bool is_closed = state == ATT_CONTACT_CLOSED;
        att_map_add(&core->contacts_by_id, &contact->by_id, contact_id(contact));
        att_list_add_tail(is_closed ? &core->closed : &core->live, &contact->in_core);
        core->live_count += !is_closed;
        core->closed_count += is_closed;
        core->counts.contacts[state]++;
        contact->state = state;
        return adopt_customer(stream, core, contact) ? contact : NULL;
}

static void pass_contact(struct stream *stream, struct att_core *core, struct contact *contact)
{
        struct att_text ids[3] = {ATT_TEXT_NONE, ATT_TEXT_NONE, ATT_TEXT_NONE};
        uint32_t state = 0;
        if (contact) {
                ids[0] = contact_id(contact);
                ids[1] = contact_front_end(contact);
                ids[2] = contact_customer_id(contact);
                state = contact->state;
        }
        for (int i = 0; i < 3; i++) {
                stream_text(stream, &ids[i], UINT16_MAX);
        }
        stream_below(stream, &state, ATT_CONTACT_STATE_COUNT, "a contact's state");
        if (!contact) {
                contact = take_contact(stream, core, ids, (enum att_contact_state)state);
        }
        if (contact) {
                pass_lasting(stream, core, contact);
        }
        if (contact && state != ATT_CONTACT_CLOSED) {
                pass_live(stream, core, contact);
        }
}

void snapshot_contacts(struct stream *stream, struct att_core *core)
{
        uint32_t count = core->live_count + core->closed_count;
        stream_count(stream, &count, UINT32_MAX, "contacts");
        if (stream_is_read(stream)) {
                for (uint32_t i = 0; i < count && stream_is_fine(stream); i++) {
                        pass_contact(stream, core, NULL);
                }
                return;
        }
        ATT_LIST_FOREACH(contact, &core->live, struct contact, in_core)
        {
                pass_contact(stream, core, contact);
        }
        ATT_LIST_FOREACH(contact, &core->closed, struct contact, in_core)
        {
                pass_contact(stream, core, contact);
        }
}

/* ---- Where they wait ---- */

static bool is_sound(const struct att_core *core, const struct contact *contact)
{
        enum att_contact_state state = contact->state;
        bool is_queued = state == ATT_CONTACT_QUEUED;
        bool waits = is_queued || state == ATT_CONTACT_OFFERED;
        bool has_queue = contact->queue != ATT_NONE;
        return (has_queue || state == ATT_CONTACT_CONNECTED) &&
               (!waits || contact->step < core->config->queues[contact->queue].step_count) &&
               (!is_queued || due_is_set(contact, DUE_MAX_WAIT)) &&
               att_list_is_linked(&contact->in_queue) == is_queued &&
               due_is_set(contact, DUE_SCHEDULED) == (state == ATT_CONTACT_SCHEDULED) &&
               (waits || state == ATT_CONTACT_SCHEDULED || !timer_is_armed(&contact->timer)) &&
               (contact->interaction != NULL) == (state == ATT_CONTACT_CONNECTED);
}

static void settle(struct stream *stream, struct att_core *core, struct contact *contact,
                   bool has_signature)
{
        if (!has_signature ||
            !stream_expect(stream,
                           contact->queue != ATT_NONE &&
                                   contact->step < core->config->queues[contact->queue].step_count,
                           "a contact's step")) {
                return;
        }
        signature_refresh(core, contact);
        if (contact->state == ATT_CONTACT_OFFERED) {
                core->queues[contact->queue].offered_count++;
        }
        (void)waiting_refresh(core, contact);
}

static bool are_where_they_belong(const struct att_list *customers, bool are_busy)
{
        ATT_LIST_FOREACH(customer, customers, struct customer, in_core)
        {
                if (att_list_is_empty(&customer->contacts) == are_busy) {
                        return false;
                }
        }
        return true;
}

void snapshot_settle_contacts(struct stream *stream, struct att_core *core)
{
        ATT_LIST_FOREACH(contact, &core->live, struct contact, in_core)
        {
                bool waits = contact->state == ATT_CONTACT_QUEUED ||
                             contact->state == ATT_CONTACT_OFFERED;
                bool has_signature = contact->signature != NULL;
                stream_flag(stream, &has_signature);
                if (stream_is_read(stream)) {
                        if (!stream_expect(stream, is_sound(core, contact), "a contact") ||
                            !stream_expect(stream, has_signature || !waits, "a contact")) {
                                return;
                        }
                        settle(stream, core, contact, has_signature);
                }
        }
        (void)stream_expect(stream,
                            are_where_they_belong(&core->busy_customers, true) &&
                                    are_where_they_belong(&core->idle_customers, false),
                            "a customer's contacts");
}
