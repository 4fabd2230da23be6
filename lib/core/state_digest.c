/* SPDX-License-Identifier: Apache-2.0 */
/* A digest of everything that can influence an effect to come. Lists are walked in their own
 * order, which commands alone decide; texts stand for indices and pointers. */
#include "lib/base/digest.h"
#include "lib/core/state.h"
#include "lib/core/story.h"

static void add_agent_name(struct att_digester *digester, const struct agent *agent)
{
        att_digester_add_text(digester, agent ? agent->id : ATT_TEXT_NONE);
}

static void add_timer(const struct att_core *core, struct att_digester *digester,
                      const struct timer *timer)
{
        att_digester_add_u64(digester, timer_is_armed(timer));
        att_digester_add_i64(digester, timer_at_ms(core, timer));
}

static void add_interaction(const struct att_core *core, struct att_digester *digester,
                            const struct interaction *interaction)
{
        att_digester_add_text(digester, interaction->name);
        att_digester_add_u64(digester, interaction->contact != NULL);
        att_digester_add_text(digester, core->channels[interaction->channel].name);
        att_digester_add_u64(digester, interaction->units);
        att_digester_add_text(digester, queue_name(core, interaction->queue));
        att_digester_add_u64(digester, interaction->state);
        att_digester_add_i64(digester, interaction->since_ms);
        att_digester_add_i64(digester, interaction->channel_wrap_up_ms);
        add_timer(core, digester, &interaction->wrap_up);
        /* Between two of one contact that end at one instant the order armed decides. */
        bool armed = timer_is_armed(&interaction->wrap_up);
        att_digester_add_u64(digester, armed ? interaction->wrap_up_serial : 0);
}

static void add_agent(const struct att_core *core, struct att_digester *digester,
                      const struct agent *agent)
{
        att_digester_add_text(digester, agent->id);
        att_digester_add_u64(digester, agent->presence);
        att_digester_add_text(digester, att_text_from(agent->reason_data));
        att_digester_add_i64(digester, agent->presence_since_ms);
        att_digester_add_u64(digester, agent->reach_count);
        for (uint32_t i = 0; i < agent->reach_count; i++) {
                att_digester_add_text(digester, att_text_from(agent->reaches[i].front_end));
                att_digester_add_u64(digester, agent->reaches[i].channels);
        }
        att_digester_add_u64(digester, agent->reachable);
        att_digester_add_u64(digester, agent->shift_begun);
        att_digester_add_i64(digester, agent->idle_since_ms);
        att_digester_add_u64(digester, agent->held_units);
        att_digester_add_u64(digester, agent->busy);
        att_digester_add_i64(digester, agent->price_ppm);
        att_digester_add_i64(digester, agent->strain_micro);
        att_digester_add_i64(digester, agent->strain_at_ms);
        for (uint32_t i = 0; i < agent->record_count; i++) {
                att_digester_add_text(
                        digester, att_text_from(core->queue_names[agent->records[i].queue_name]));
                att_digester_add_u64(digester, agent->records[i].successes);
                att_digester_add_u64(digester, agent->records[i].count);
        }
        ATT_LIST_FOREACH(interaction, &agent->interactions, struct interaction, in_agent)
        {
                add_interaction(core, digester, interaction);
        }
}

static void add_asked(const struct att_core *core, struct att_digester *digester,
                      const struct contact *contact)
{
        const struct att_skill *skills = core->config->skills;
        att_digester_add_u64(digester, contact_extras(contact)->own_count);
        for (uint32_t i = 0; i < contact_extras(contact)->own_count; i++) {
                att_digester_add_text(digester, skills[contact_extras(contact)->own[i].skill].name);
                att_digester_add_u64(digester, contact_extras(contact)->own[i].level);
        }
        att_digester_add_u64(digester, contact_extras(contact)->ruled_count);
        for (uint32_t i = 0; i < contact_extras(contact)->ruled_count; i++) {
                att_digester_add_text(digester,
                                      skills[contact_extras(contact)->ruled[i].skill].name);
                att_digester_add_u64(digester, contact_extras(contact)->ruled[i].level);
        }
        att_digester_add_u64(digester, contact_extras(contact)->prefer_count);
        for (uint32_t i = 0; i < contact_extras(contact)->prefer_count; i++) {
                att_digester_add_text(digester,
                                      skills[contact_extras(contact)->prefers[i].skill].name);
                att_digester_add_u64(digester, contact_extras(contact)->prefers[i].weight_milli);
        }
        add_agent_name(digester, contact_extras(contact)->named);
        att_digester_add_i64(digester, contact->named_until_ms);
        add_agent_name(digester, contact_extras(contact)->preferred);
        for (uint32_t i = 0; i < contact_extras(contact)->excluded_count; i++) {
                add_agent_name(digester, contact_extras(contact)->excluded[i]);
        }
        for (uint32_t i = 0; i < contact_extras(contact)->cooldown_count; i++) {
                add_agent_name(digester, contact_extras(contact)->cooldowns[i].agent);
                att_digester_add_i64(digester, contact_extras(contact)->cooldowns[i].until_ms);
        }
}

static void add_offers(const struct att_core *core, struct att_digester *digester,
                       const struct contact *contact)
{
        att_digester_add_u64(digester, contact->offer_count);
        ATT_LIST_FOREACH(offer, &contact->offers, struct offer, in_contact)
        {
                add_agent_name(digester, offer->agent);
                att_digester_add_u64(digester, offer->number);
                att_digester_add_u64(digester, offer->units);
                att_digester_add_i64(digester, offer->timeout_ms);
                add_timer(core, digester, &offer->timeout);
        }
}

/* Told when the offer is accepted. */
static void add_decision(struct att_digester *digester, const struct att_decision *decision)
{
        struct att_effect effect = {.decision = decision};
        const struct att_effects effects = {.items = &effect, .count = 1};
        att_effects_digest(&effects, digester);
}

/* What a closed one keeps. */
static void add_known(const struct att_core *core, struct att_digester *digester,
                      const struct contact *contact)
{
        att_digester_add_text(digester, contact_id(contact));
        att_digester_add_text(digester, contact_front_end(contact));
        att_digester_add_text(digester, contact_customer_id(contact));
        att_digester_add_u64(digester, contact->content.high);
        att_digester_add_u64(digester, contact->content.low);
        att_digester_add_text(digester, queue_name(core, contact->queue));
        att_digester_add_text(digester, core->channels[contact->channel].name);
        add_agent_name(digester, contact->last_agent);
}

/* There are many, all over the memory. The list's head is no contact: only where one would lie is told. */
static void look_ahead(const struct contact *contact)
{
        const char *next = (const char *)contact->in_core.next - offsetof(struct contact, in_core);

        __builtin_prefetch(next + offsetof(struct contact, by_id));
        __builtin_prefetch(next + offsetof(struct contact, in_core));
        __builtin_prefetch(next + offsetof(struct contact, content));
        __builtin_prefetch(next + offsetof(struct contact, closed_ms));
}

static void add_closed(const struct att_core *core, struct att_digester *digester,
                       const struct contact *contact)
{
        look_ahead(contact);
        add_known(core, digester, contact);
        att_digester_add_u64(digester, contact->outcome);
        att_digester_add_i64(digester, contact->closed_ms);
}

static void add_story(struct att_digester *digester, const struct story *story)
{
        att_digester_add_text(digester, story->repeats);
        att_digester_add_text(digester, story->follows);
        att_digester_add_text(digester, story->promised);
        att_digester_add_u64(digester, story->attempts);
        att_digester_add_i64(digester, story->expires_ms);
        att_digester_add_text(digester, story->incident ? story->incident->id : ATT_TEXT_NONE);
}

static void add_condition(struct att_digester *digester, const struct att_condition *condition)
{
        att_digester_add_u64(digester, condition->field);
        att_digester_add_text(digester, condition->attribute);
        att_digester_add_u64(digester, condition->op);
        att_digester_add_i64(digester, condition->number_micro);
        att_digester_add_u64(digester, condition->value_count);
        for (uint32_t i = 0; i < condition->value_count; i++) {
                att_digester_add_text(digester, condition->values[i]);
        }
}

static void add_incident(struct att_digester *digester, const struct incident *incident)
{
        att_digester_add_text(digester, incident->id);
        att_digester_add_text(digester, incident->title);
        att_digester_add_text(digester, incident->message);
        att_digester_add_text(digester, incident->by);
        att_digester_add_i64(digester, incident->points_milli);
        att_digester_add_i64(digester, incident->announced_ms);
        att_digester_add_i64(digester, incident->until_ms);
        att_digester_add_u64(digester, incident->affected);
        att_digester_add_u64(digester, incident->when.count);
        for (uint32_t i = 0; i < incident->when.count; i++) {
                add_condition(digester, &incident->when.items[i]);
        }
}

static void add_contact(const struct att_core *core, struct att_digester *digester,
                        const struct contact *contact)
{
        add_known(core, digester, contact);
        att_digester_add_u64(digester, contact->state);
        att_digester_add_u64(digester, contact->outcome);
        att_digester_add_u64(digester, contact->arrival);
        att_digester_add_u64(digester, contact->step);
        att_digester_add_i64(digester, contact->waited_before_ms);
        att_digester_add_i64(digester, contact->waiting_since_ms);
        att_digester_add_i64(digester, contact->entered_ms);
        att_digester_add_u64(digester, contact->put_back);
        att_digester_add_u64(digester, contact->no_bots);
        att_digester_add_u64(digester, contact->ever_entered);
        att_digester_add_u64(digester, contact->round_counts);
        att_digester_add_u64(digester, contact->rounds);
        att_digester_add_u64(digester, contact->attempt);
        att_digester_add_u64(digester, contact->transfers);
        att_digester_add_i64(digester, contact->priority_request_milli);
        att_digester_add_i64(digester, contact->priority_rules_milli);
        att_digester_add_i64(digester, contact->value_ppm);
        att_digester_add_i64(digester, contact->tier_points_milli);
        att_digester_add_i64(digester, contact->emotion_ppm);
        att_digester_add_u64(digester, contact->emotion_source);
        att_digester_add_u64(digester, contact->intent);
        att_digester_add_u64(digester, contact->last_went_badly);
        att_digester_add_u64(digester, contact_extras(contact)->story != NULL);
        if (contact_extras(contact)->story) {
                add_story(digester, contact_extras(contact)->story);
        }
        add_asked(core, digester, contact);
        add_offers(core, digester, contact);
        for (int i = 0; i < DUE_COUNT; i++) {
                att_digester_add_i64(digester, contact->due_ms[i]);
        }
        att_digester_add_i64(digester, contact->reach_ms);
        if (contact->state == ATT_CONTACT_OFFERED) {
                add_decision(digester, contact->decision);
        }
}

static void add_customer(const struct att_core *core, struct att_digester *digester,
                         const struct customer *customer)
{
        const struct past *past = customer_past(customer);
        att_digester_add_text(digester, customer->by_id.key);
        att_digester_add_u64(digester, past->abandon_count);
        for (uint32_t i = 0; i < past->abandon_count; i++) {
                att_digester_add_i64(digester, past->abandons[i].at_ms);
                att_digester_add_i64(digester, past->abandons[i].waited_ms);
                att_digester_add_text(
                        digester, att_text_from(core->queue_names[past->abandons[i].queue_name]));
        }
        add_agent_name(digester, customer->current);
        add_agent_name(digester, customer->last_agent);
        att_digester_add_i64(digester, customer->last_spoke_ms);
        att_digester_add_u64(digester, customer->last_went_badly);
        att_digester_add_text(digester, att_text_of(past->last_contact, past->last_contact_len));
        att_digester_add_i64(digester, past->last_closed_ms);
        att_digester_add_i64(digester, past->surveyed_ms);
}

static void add_queue(const struct att_core *core, struct att_digester *digester, uint32_t queue)
{
        const struct queue_state *state = &core->queues[queue];
        att_digester_add_text(digester, queue_name(core, queue));
        att_digester_add_u64(digester, state->recent_entered);
        att_digester_add_i64(digester, state->answer_gap_ms);
        att_digester_add_i64(digester, state->last_answer_ms);
        add_timer(core, digester, &state->hours);
}

/* Of a queue that went, too: it may come back. */
static void add_queue_record(const struct att_core *core, struct att_digester *digester,
                             uint32_t name)
{
        att_digester_add_text(digester, att_text_from(core->queue_names[name]));
        att_digester_add_u64(digester, core->queue_records[name].successes);
        att_digester_add_u64(digester, core->queue_records[name].count);
}

/* A channel that went keeps the values it had. */
static void add_channel(struct att_digester *digester, const struct channel *channel)
{
        att_digester_add_text(digester, channel->name);
        att_digester_add_u64(digester, channel->declared);
        att_digester_add_u64(digester, channel->units);
        att_digester_add_i64(digester, channel->offer_timeout_ms);
        att_digester_add_i64(digester, channel->wrap_up_ms);
        att_digester_add_u64(digester, channel->auto_accept);
        att_digester_add_u64(digester, channel->exclusive);
        att_digester_add_u64(digester, channel->interrupts);
}

struct att_digest att_core_digest(const struct att_core *core)
{
        struct att_digester digester;
        att_digester_init(&digester);
        att_digester_add_u64(&digester, ATT_CORE_BEHAVIOUR);
        att_digester_add_i64(&digester, core->now_ms);
        att_digester_add_u64(&digester, core->seq);
        att_digester_add_u64(&digester, core->next_offer);
        if (!core->config) {
                return att_digester_finish(&digester);
        }
        att_digester_add_u64(&digester, core->config->digest.high);
        att_digester_add_u64(&digester, core->config->digest.low);
        for (uint32_t i = 0; i < core->channel_count; i++) {
                add_channel(&digester, &core->channels[i]);
        }
        for (uint32_t i = 0; i < core->agent_count; i++) {
                add_agent(core, &digester, core->agents[i]);
        }
        ATT_LIST_FOREACH(agent, &core->removed_agents, struct agent, in_removed)
        {
                add_agent(core, &digester, agent);
        }
        ATT_LIST_FOREACH(incident, &core->incidents, struct incident, in_core)
        {
                add_incident(&digester, incident);
        }
        ATT_LIST_FOREACH(contact, &core->live, struct contact, in_core)
        {
                add_contact(core, &digester, contact);
        }
        ATT_LIST_FOREACH(contact, &core->closed, struct contact, in_core)
        {
                add_closed(core, &digester, contact);
        }
        ATT_LIST_FOREACH(customer, &core->busy_customers, struct customer, in_core)
        {
                add_customer(core, &digester, customer);
        }
        ATT_LIST_FOREACH(customer, &core->idle_customers, struct customer, in_core)
        {
                add_customer(core, &digester, customer);
        }
        ATT_LIST_FOREACH(past, &core->linked_anew, struct past, in_linked)
        {
                att_digester_add_text(&digester, past->customer->by_id.key);
        }
        ATT_LIST_FOREACH(front_end, &core->front_ends, struct front_end, in_core)
        {
                att_digester_add_text(&digester, front_end->by_name.key);
                att_digester_add_u64(&digester, front_end->waiting_gone);
                att_digester_add_i64(&digester, front_end->lost_ms);
                add_timer(core, &digester, &front_end->lease);
        }
        for (uint32_t i = 0; i < core->queue_name_count; i++) {
                add_queue_record(core, &digester, i);
        }
        for (uint32_t i = 0; i < core->config->queue_count; i++) {
                add_queue(core, &digester, i);
        }
        for (uint32_t i = 0; i < core->config->policy_count; i++) {
                add_timer(core, &digester, &core->policies[i].window);
        }
        return att_digester_finish(&digester);
}
