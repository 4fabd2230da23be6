/* SPDX-License-Identifier: Apache-2.0 */
/* Looking inside: views of the state, borrowed until the next step. */
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/details.h"
#include "lib/core/state.h"
#include "lib/core/story.h"

/* ---- Contacts ---- */

static struct att_text agent_id(const struct agent *agent)
{
        return agent ? agent->id : ATT_TEXT_NONE;
}

static void view_owner(const struct contact *contact, struct att_contact_view *view)
{
        if (contact->state == ATT_CONTACT_OFFERED) {
                const struct offer *offer = ATT_LIST_FIRST(&contact->offers, struct offer,
                                                           in_contact);
                ATT_CHECK(offer);
                view->agent = offer->agent->id;
                view->offer = offer->number;
        } else if (contact->state == ATT_CONTACT_CONNECTED ||
                   (contact->state == ATT_CONTACT_CLOSED &&
                    contact->outcome == ATT_OUTCOME_HANDLED)) {
                view->agent = agent_id(contact->last_agent);
        }
}

/* Where they stay until the next step, the view with them. */
static const struct att_pair *keep_pairs(const struct att_core *core, const struct att_pair *pairs,
                                         uint32_t count)
{
        if (count == 0) {
                return NULL;
        }
        struct att_pair *kept = att_arena_take_array(core->shown, count, sizeof(*kept));
        att_copy(kept, pairs, count * sizeof(*kept));
        return kept;
}

static void view_request(const struct att_core *core, const struct contact *contact,
                         struct att_contact_view *view)
{
        struct att_pair room[ATT_ATTRIBUTES_MAX];
        struct att_contact_request request = details_request(contact, room);
        view->entry_point = request.entry_point;
        view->language = request.language;
        view->text = request.text;
        view->address = request.address;
        view->traceparent = request.traceparent;
        view->customer = request.customer;
        view->attributes = keep_pairs(core, request.attributes, request.attribute_count);
        view->attribute_count = request.attribute_count;
}

static void view_story(const struct contact *contact, struct att_contact_view *view)
{
        const struct story *story = contact_extras(contact)->story;
        view->expires_ms = -1;
        if (!story) {
                return;
        }
        view->repeat_of = story->repeats;
        view->follow_up_of = story->follows;
        view->promised = story->promised;
        if (story->expires_ms != INT64_MAX) {
                view->expires_ms = story->expires_ms;
        }
        if (story->incident) {
                view->incident = story->incident->id;
                view->incident_title = story->incident->title;
                view->incident_message = story->incident->message;
        }
}

static void view_contact(const struct att_core *core, const struct contact *contact,
                         struct att_contact_view *view)
{
        const struct att_config *config = core->config;
        bool in_queue = contact->signature != NULL;
        *view = (struct att_contact_view){
                .number = contact->arrival,
                .id = contact_id(contact),
                .front_end = contact_front_end(contact),
                .channel = core->channels[contact->channel].name,
                .queue = queue_name(core, contact->queue),
                .named_agent = agent_id(contact_extras(contact)->named),
                .preferred_agent = agent_id(contact_extras(contact)->preferred),
                .state = contact->state,
                .outcome = contact->outcome,
                .step = contact->step,
                .rounds = contact->rounds,
                .attempt = contact->attempt,
                .arrived_ms = contact->arrived_ms,
                .waited_ms = contact_waited_ms(core, contact),
                .in_queue_ms = in_queue ? contact_in_queue_ms(core, contact) : 0,
                .urgency_milli = in_queue ? urgency_of(core, contact) / URGENCY_SCALE : 0,
                .priority_milli = contact->priority_request_milli + contact->priority_rules_milli,
                .emotion_ppm = contact->emotion_ppm,
                .value_ppm = contact->value_ppm,
                .emotion_source = (enum att_emotion_source)contact->emotion_source,
                .due_ms = due_is_set(contact, DUE_SCHEDULED) ? contact->due_ms[DUE_SCHEDULED] : -1,
                .transfers = contact->transfers,
                .decision = contact->decision,
        };
        if (in_queue) {
                view->priority_milli +=
                        config->queues[contact->queue].steps[contact->step].priority_milli;
        }
        if (contact->intent != ATT_NONE) {
                view->intent = config->intents[contact->intent].name;
                view->intent_title = config->intents[contact->intent].title;
        }
        if (contact->tier != ATT_NONE) {
                view->tier = config->tiers[contact->tier].name;
        }
        view_request(core, contact, view);
        view_story(contact, view);
        view_owner(contact, view);
}

bool att_core_find_contact(const struct att_core *core, struct att_text id,
                           struct att_contact_view *ret_view)
{
        const struct contact *contact = contact_find(core, id);
        if (!contact) {
                return false;
        }
        view_contact(core, contact, ret_view);
        return true;
}

uint64_t att_core_contact_number(const struct att_core *core, struct att_text id)
{
        const struct contact *contact = contact_find(core, id);
        return contact ? contact->arrival : 0;
}

/* The cursor is the address of the next list node; it never decides anything. */
bool att_core_next_contact(const struct att_core *core, uint64_t *cursor,
                           struct att_contact_view *ret_view)
{
        const struct att_list *node = *cursor == 0 ? core->live.next
                                                   : (const struct att_list *)(uintptr_t)*cursor;
        if (node == &core->live) {
                *cursor = 0;
                return false;
        }
        view_contact(core, ATT_CONTAINER_OF_CONST(node, struct contact, in_core), ret_view);
        *cursor = (uint64_t)(uintptr_t)node->next;
        return true;
}

uint32_t att_core_contact_requires(const struct att_core *core, struct att_text contact_id,
                                   struct att_requirement *ret_requires)
{
        const struct contact *contact = contact_find(core, contact_id);
        uint32_t count = 0;

        if (!contact || !contact->signature) {
                return 0;
        }
        for (uint32_t i = 0; i < contact->signature->want_count && count < ATT_REQUIREMENTS_MAX;
             i++) {
                const struct want *want = &contact->signature->wants[i];

                if (want->level > 0) {
                        ret_requires[count++] = (struct att_requirement){want->skill, want->level};
                }
        }
        return count;
}

static bool asks_itself(const struct contact *contact, uint32_t skill)
{
        for (uint32_t i = 0; i < contact_extras(contact)->own_count; i++) {
                if (contact_extras(contact)->own[i].skill == skill) {
                        return true;
                }
        }
        return false;
}

uint32_t att_core_contact_own_requires(const struct att_core *core, struct att_text contact_id,
                                       struct att_requirement *ret_requires)
{
        const struct contact *contact = contact_find(core, contact_id);
        uint32_t count = 0;

        for (uint32_t i = 0; contact && i < contact_extras(contact)->own_count; i++) {
                ret_requires[count++] = contact_extras(contact)->own[i];
        }
        for (uint32_t i = 0; contact && i < contact_extras(contact)->ruled_count; i++) {
                if (!asks_itself(contact, contact_extras(contact)->ruled[i].skill)) {
                        ret_requires[count++] = contact_extras(contact)->ruled[i];
                }
        }
        return count;
}

uint32_t att_core_position(const struct att_core *core, struct att_text id)
{
        const struct contact *contact = contact_find(core, id);
        return contact ? queue_position(core, contact) : 0;
}

/* ---- Agents ---- */

static void view_agent(const struct att_core *core, const struct agent *agent,
                       struct att_agent_view *view)
{
        bool idle = agent->presence != ATT_PRESENCE_OFFLINE && agent->shift_begun &&
                    agent->interaction_count == 0;
        *view = (struct att_agent_view){
                .id = agent->id,
                .name = agent->def ? agent->def->name : agent->id,
                .def = agent->def,
                .presence = agent->presence,
                .reason = att_text_from(agent->reason_data),
                .presence_since_ms = agent->presence_since_ms,
                .idle_ms = idle ? agent_idle_ms(core, agent) : -1,
                .load_units = agent->held_units,
                .offers = agent->offer_count,
                .interactions = agent->interaction_count,
                .price_ppm = agent->price_ppm,
                .strain_milli = strain_now_micro(core, agent) / 1000,
                .reachable = agent->reachable,
        };
        if (agent->def && agent->def->team != ATT_NONE) {
                view->team = core->config->teams[agent->def->team].name;
        }
}

static size_t removed_count(const struct att_core *core)
{
        size_t count = 0;
        ATT_LIST_FOREACH(agent, &core->removed_agents, struct agent, in_removed)
        {
                count += agent->interaction_count > 0;
        }
        return count;
}

size_t att_core_agent_count(const struct att_core *core)
{
        return core->agent_count + removed_count(core);
}

void att_core_agent_at(const struct att_core *core, size_t i, struct att_agent_view *ret_view)
{
        if (i < core->agent_count) {
                view_agent(core, core->agents[i], ret_view);
                return;
        }
        i -= core->agent_count;
        ATT_LIST_FOREACH(agent, &core->removed_agents, struct agent, in_removed)
        {
                if (agent->interaction_count > 0 && i-- == 0) {
                        view_agent(core, agent, ret_view);
                        return;
                }
        }
        ATT_CHECK(false); /* there is such an agent */
}

bool att_core_find_agent(const struct att_core *core, struct att_text id,
                         struct att_agent_view *ret_view)
{
        const struct agent *agent = agent_find(core, id);
        if (!agent) {
                return false;
        }
        view_agent(core, agent, ret_view);
        return true;
}

bool att_core_agent_interaction(const struct att_core *core, struct att_text id, size_t i,
                                struct att_interaction_view *ret_view)
{
        const struct agent *agent = agent_find(core, id);
        if (!agent) {
                return false;
        }
        ATT_LIST_FOREACH(interaction, &agent->interactions, struct interaction, in_agent)
        {
                if (i-- > 0) {
                        continue;
                }
                bool wrapping = timer_is_armed(&interaction->wrap_up);
                *ret_view = (struct att_interaction_view){
                        .contact = interaction->name,
                        .agent = agent->id,
                        .channel = core->channels[interaction->channel].name,
                        .queue = queue_name(core, interaction->queue),
                        .state = interaction->state,
                        .outside = interaction->contact == NULL,
                        .units = interaction->units,
                        .since_ms = interaction->since_ms,
                        .wrap_up_until_ms = wrapping ? timer_at_ms(core, &interaction->wrap_up)
                                                     : -1,
                };
                return true;
        }
        return false;
}

/* ---- Queues ---- */

size_t att_core_queue_count(const struct att_core *core)
{
        return core->config ? core->config->queue_count : 0;
}

/* The longest wait among those queued or offered. */
static int64_t longest_wait_ms(const struct att_core *core, uint32_t queue)
{
        int64_t longest = 0;
        ATT_LIST_FOREACH(contact, &core->queues[queue].waiting, struct contact, in_queue)
        {
                longest = att_max_i64(longest, contact_waited_ms(core, contact));
        }
        if (core->queues[queue].offered_count == 0) {
                return longest;
        }
        ATT_LIST_FOREACH(contact, &core->live, struct contact, in_core)
        {
                if (contact->state == ATT_CONTACT_OFFERED && contact->queue == queue) {
                        longest = att_max_i64(longest, contact_waited_ms(core, contact));
                }
        }
        return longest;
}

/* Ready agents who meet what the queue asks at its last step of its own. */
static uint32_t staffed(const struct att_core *core, uint32_t queue)
{
        const struct att_queue *def = &core->config->queues[queue];
        uint32_t step = def->step_count - 1;
        while (step > 0 && def->steps[step].move_to != ATT_NONE) {
                step--;
        }
        struct want wants[WANTS_MAX];
        uint32_t want_count = signature_wants(core->config, NULL, queue, step, wants);
        uint32_t count = 0;
        for (uint32_t i = 0; i < core->agent_count; i++) {
                const struct agent *agent = core->agents[i];
                enum att_exclusion why;
                count += agent->presence == ATT_PRESENCE_READY &&
                         queue_rank(core, agent, queue) > 0 &&
                         agent_meets_step(agent->def, def, &def->steps[step], wants, want_count,
                                          &why);
        }
        return count;
}

void att_core_queue_at(const struct att_core *core, size_t i, struct att_queue_view *ret_view)
{
        ATT_CHECK(i < att_core_queue_count(core));
        uint32_t queue = (uint32_t)i;
        const struct att_queue *def = &core->config->queues[queue];
        const struct queue_state *state = &core->queues[queue];
        *ret_view = state->totals;
        ret_view->name = def->name;
        ret_view->title = def->title;
        ret_view->waiting = state->waiting_count;
        ret_view->offered = state->offered_count;
        ret_view->connected = state->connected_count;
        ret_view->longest_wait_ms = longest_wait_ms(core, queue);
        ret_view->estimate_ms = queue_estimate_ms(core, queue, state->waiting_count + 1);
        ret_view->staffed = staffed(core, queue);
        ret_view->open = def->hours == ATT_NONE ||
                         att_hours_is_open(&core->config->hours[def->hours], core->now_ms);
}

void att_core_counts(const struct att_core *core, struct att_core_counts *ret_counts)
{
        *ret_counts = core->counts;
        ret_counts->customers = core->customer_count;
        ret_counts->incidents = core->incident_count;
}
