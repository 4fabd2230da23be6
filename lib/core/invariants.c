/* SPDX-License-Identifier: Apache-2.0 */
/* The recount: everything counted and listed is computed again from nothing and compared. */
#include "lib/base/bitset.h"
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"
#include "lib/core/story.h"

static bool is_on_agent(const struct agent *agent, const struct offer *wanted)
{
        ATT_LIST_FOREACH(offer, &agent->offers, struct offer, in_agent)
        {
                if (offer == wanted) {
                        return true;
                }
        }
        return false;
}

/* One state, at most one owner; lists and timers as the state says. */
static void check_contact(const struct att_core *core, const struct contact *contact)
{
        bool queued = contact->state == ATT_CONTACT_QUEUED;
        bool offered = contact->state == ATT_CONTACT_OFFERED;
        bool connected = contact->state == ATT_CONTACT_CONNECTED;
        ATT_CHECK(contact->state != ATT_CONTACT_CLOSED);
        ATT_CHECK(att_list_is_linked(&contact->in_queue) == queued);
        ATT_CHECK((contact->offer_count > 0) == offered);
        ATT_CHECK((contact->interaction != NULL) == connected);
        ATT_CHECK((contact->signature != NULL) || !(queued || offered));
        ATT_CHECK(!queued || due_is_set(contact, DUE_MAX_WAIT));
        ATT_CHECK(due_is_set(contact, DUE_SCHEDULED) == (contact->state == ATT_CONTACT_SCHEDULED));
        ATT_CHECK(!contact->dirty && !contact->entering);
        ATT_CHECK(waiting_is_right(core, contact));
        if (connected) {
                ATT_CHECK(contact->interaction->contact == contact);
                ATT_CHECK(contact->interaction->state != ATT_INTERACTION_WRAP_UP);
        }
        uint32_t offers = 0;
        ATT_LIST_FOREACH(offer, &contact->offers, struct offer, in_contact)
        {
                ATT_CHECK(offer->contact == contact && timer_is_armed(&offer->timeout));
                ATT_CHECK(offer->agent->presence == ATT_PRESENCE_READY);
                ATT_CHECK(is_on_agent(offer->agent, offer));
                offers++;
        }
        ATT_CHECK(offers == contact->offer_count);
        ATT_CHECK(att_core_now_ms(core) >= contact->arrived_ms);
}

/* The sets say of an agent what the agent says. */
static void check_sets(const struct att_core *core, const struct agent *agent)
{
        ATT_CHECK(att_bitset_has(core->sets.ready, agent->index) ==
                  (agent->presence == ATT_PRESENCE_READY));
        ATT_CHECK(att_bitset_has(core->sets.signed_in, agent->index) ==
                  (agent->presence != ATT_PRESENCE_OFFLINE));
        for (uint32_t i = 0; i < core->channel_count; i++) {
                enum att_exclusion why;
                bool room = has_room(core, agent, i, &why) &&
                            agent->presence == ATT_PRESENCE_READY && ((agent->reachable >> i) & 1);
                ATT_CHECK(att_bitset_has(sets_of_channel(core, i, SET_ROOM), agent->index) == room);
        }
}

/* The record that scores are made of says what the agent says. */
static void check_hot(const struct att_core *core, const struct agent *agent)
{
        const struct hot *hot = &core->hot[agent->index];
        bool is_idle = agent->shift_begun && agent->interaction_count == 0;
        ATT_CHECK(hot->idle_since_ms == (is_idle ? agent->idle_since_ms : NOT_IDLE));
        ATT_CHECK(hot->price_ppm == agent->price_ppm &&
                  hot->held_units == (int32_t)agent->held_units && score_is_brief(core, agent));
        ATT_CHECK(hot->strain_micro == agent->strain_micro &&
                  hot->strain_at_ms == agent->strain_at_ms &&
                  hot->human_ppm == fit_human(core, agent));
        for (uint32_t i = 0; i < agent->record_count; i++) {
                ATT_CHECK(hot->records & fit_record_bit(agent->records[i].queue_name));
        }
}

/* Units and places are held exactly by what is there. */
static void check_agent(const struct att_core *core, const struct agent *agent)
{
        uint32_t units = 0;
        uint32_t offers = 0;
        uint32_t interactions = 0;
        uint16_t count[ATT_CHANNELS_MAX] = {0};
        ATT_LIST_FOREACH(offer, &agent->offers, struct offer, in_agent)
        {
                ATT_CHECK(offer->agent == agent);
                units += offer->units;
                count[offer->channel]++;
                offers++;
        }
        ATT_LIST_FOREACH(interaction, &agent->interactions, struct interaction, in_agent)
        {
                ATT_CHECK(interaction->agent == agent);
                ATT_CHECK(timer_is_armed(&interaction->wrap_up) ==
                          (interaction->state == ATT_INTERACTION_WRAP_UP));
                units += interaction->units;
                count[interaction->channel]++;
                interactions++;
        }
        ATT_CHECK(units == agent->held_units && offers == agent->offer_count &&
                  interactions == agent->interaction_count && !agent->dirty);
        for (uint32_t i = 0; i < core->channel_count; i++) {
                ATT_CHECK(count[i] == agent->channel_count[i]);
                ATT_CHECK(((agent->busy >> i) & 1) == (count[i] > 0));
        }
}

/* As many agents have room, channel by channel, as the sets say. */
static void check_room(const struct att_core *core)
{
        uint32_t with_room = 0;
        for (uint32_t channel = 0; channel < core->channel_count; channel++) {
                for (uint32_t i = 0; i < core->agent_count; i++) {
                        with_room += att_bitset_has(sets_of_channel(core, channel, SET_ROOM), i);
                }
        }
        ATT_CHECK(with_room == core->sets.with_room);
}

static bool is_held_back(const struct att_core *core, const struct contact *contact)
{
        const struct att_queue *queue = &core->config->queues[contact->queue];
        return core->policies[queue->policy].window_open;
}

/* No eligible free agent and waiting contact are left unmatched, unless a policy holds it back. */
static void check_matched(const struct att_core *core, const struct contact *contact)
{
        if (contact->state != ATT_CONTACT_QUEUED || is_held_back(core, contact)) {
                return;
        }
        for (uint32_t i = 0; i < core->agent_count; i++) {
                ATT_CHECK(exclusion_now(core, contact, core->agents[i]) != ATT_EXCLUSION_NONE);
        }
}

/* Incidents count those who are because of them; none is over, none is overdue. */
static void check_incidents(const struct att_core *core)
{
        uint32_t count = 0;
        ATT_LIST_FOREACH(incident, &core->incidents, struct incident, in_core)
        {
                uint32_t live = 0;
                ATT_LIST_FOREACH(contact, &core->live, struct contact, in_core)
                {
                        live += contact_extras(contact)->story &&
                                contact_extras(contact)->story->incident == incident;
                }
                ATT_CHECK(live == incident->live && live <= incident->affected);
                ATT_CHECK(timer_is_armed(&incident->until) == (incident->until_ms != INT64_MAX));
                count++;
        }
        ATT_CHECK(count == core->incident_count && count <= ATT_INCIDENTS_MAX);
}

/* A promise that is of no use any more waits for nobody. */
static void check_promise(const struct att_core *core, const struct contact *contact)
{
        if (story_is_follow_up(contact) && contact->state == ATT_CONTACT_SCHEDULED) {
                ATT_CHECK(core->now_ms < contact_extras(contact)->story->expires_ms);
        }
}

/* Who is said to talk with a customer does. */
static void check_customers(const struct att_list *customers)
{
        ATT_LIST_FOREACH(customer, customers, const struct customer, in_core)
        {
                bool talks = !customer->current;
                ATT_LIST_FOREACH(contact, &customer->contacts, const struct contact, in_customer)
                {
                        talks = talks || (contact->state == ATT_CONTACT_CONNECTED &&
                                          contact->interaction->agent == customer->current);
                }
                ATT_CHECK(talks);
        }
}

void att_core_check(const struct att_core *core)
{
        if (!core->config) {
                return;
        }
        check_room(core);
        uint32_t states[ATT_CONTACT_STATE_COUNT] = {0};
        uint32_t live = 0;
        ATT_LIST_FOREACH(contact, &core->live, struct contact, in_core)
        {
                check_contact(core, contact);
                check_matched(core, contact);
                check_promise(core, contact);
                states[contact->state]++;
                live++;
        }
        ATT_LIST_FOREACH(contact, &core->closed, struct contact, in_core)
        {
                ATT_CHECK(contact->state == ATT_CONTACT_CLOSED);
                states[contact->state]++;
        }
        ATT_CHECK(live == core->live_count);
        check_incidents(core);
        check_customers(&core->busy_customers);
        check_customers(&core->idle_customers);
        for (int i = 0; i < ATT_CONTACT_STATE_COUNT; i++) {
                ATT_CHECK(states[i] == core->counts.contacts[i]);
        }
        for (uint32_t i = 0; i < core->agent_count; i++) {
                check_agent(core, core->agents[i]);
                check_sets(core, core->agents[i]);
                check_hot(core, core->agents[i]);
        }
        ATT_LIST_FOREACH(agent, &core->removed_agents, struct agent, in_removed)
        {
                check_agent(core, agent);
        }
        for (uint32_t q = 0; q < core->config->queue_count; q++) {
                uint32_t waiting = 0;
                ATT_LIST_FOREACH(contact, &core->queues[q].waiting, struct contact, in_queue)
                {
                        ATT_CHECK(contact->queue == q);
                        waiting++;
                }
                ATT_CHECK(waiting == core->queues[q].waiting_count);
        }
        ATT_CHECK(att_core_next_deadline_ms(core) > core->now_ms);
}
