/* SPDX-License-Identifier: Apache-2.0 */
/* Offers: made, accepted, or ended without an accept. */
#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"

struct offer *offer_find(const struct contact *contact, const struct agent *agent)
{
        ATT_LIST_FOREACH(offer, &contact->offers, struct offer, in_contact)
        {
                if (offer->agent == agent) {
                        return offer;
                }
        }
        return NULL;
}

/* ---- Making ---- */

static struct offer *take_spare(struct att_core *core)
{
        struct offer *offer = ATT_LIST_FIRST(&core->spare_offers, struct offer, in_contact);
        if (offer) {
                att_list_remove(&offer->in_contact);
        } else {
                offer = att_alloc(sizeof(*offer));
        }
        *offer = (struct offer){0};
        att_list_init(&offer->in_contact);
        att_list_init(&offer->in_agent);
        timer_init(&offer->timeout, TIMER_OFFER);
        return offer;
}

/* Numbers are given in the order made, but the most urgent contact's offers are made first: an
 * agent's list is kept by number. */
static void list_with_agent(struct agent *agent, struct offer *offer)
{
        struct att_list *after = agent->offers.prev;
        while (after != &agent->offers &&
               ATT_CONTAINER_OF(after, struct offer, in_agent)->number > offer->number) {
                after = after->prev;
        }
        att_list_add_head(after, &offer->in_agent);
        agent->offer_count++;
}

static void count_answer(struct att_core *core, struct contact *contact, int64_t waited_ms)
{
        struct queue_state *state = &core->queues[contact->queue];
        const struct att_queue *queue = &core->config->queues[contact->queue];
        state->totals.answered++;
        state->totals.answer_wait_ms += waited_ms;
        if (queue->service_level_ppm > 0 && waited_ms <= queue->service_level_within_ms) {
                state->totals.answered_in_level++;
        }
        if (state->last_answer_ms >= 0) {
                int64_t gap_ms = core->now_ms - state->last_answer_ms;
                state->answer_gap_ms = state->answer_gap_ms < 0
                                               ? gap_ms
                                               : (3 * state->answer_gap_ms + gap_ms) / 4;
        }
        state->last_answer_ms = core->now_ms;
}

static void connect(struct att_core *core, struct contact *contact, struct agent *agent,
                    uint32_t units, uint64_t number, enum effect_place place)
{
        uint32_t queue = contact->queue;
        int64_t waited_ms = contact_waited_ms(core, contact);
        struct interaction *interaction = interaction_new(core, agent, contact->channel, units);
        interaction->contact = contact;
        interaction->name = contact_id(contact);
        interaction->queue = queue;
        contact_move(core, contact, ATT_CONTACT_CONNECTED);
        core->queues[queue].connected_count++;
        contact->interaction = interaction;
        contact->last_agent = agent;
        contact->put_back = false;
        contact->round_counts = false;
        contact->rounds = 0;
        count_answer(core, contact, waited_ms);
        if (contact->emotion_ppm > 0) {
                strain_add(core, agent, contact->emotion_ppm);
        }
        struct att_effect *effect = emit_contact(core, place, ATT_EFFECT_CONNECT, contact);
        effect->agent = agent->id;
        effect->step = contact->step;
        effect->offer = number;
        effect->decision = contact->decision;
}

struct offer *offer_new(struct att_core *core, struct contact *contact, struct agent *agent,
                        uint64_t number)
{
        struct offer *offer = take_spare(core);
        offer->contact = contact;
        offer->agent = agent;
        offer->number = number;
        att_list_add_tail(&contact->offers, &offer->in_contact);
        contact->offer_count++;
        list_with_agent(agent, offer);
        return offer;
}

void offer_make(struct att_core *core, struct contact *contact, struct agent *agent,
                uint64_t number)
{
        const struct channel *channel = &core->channels[contact->channel];
        core->counts.offers++;
        contact->offered_round = core->round;
        agent_take(core, agent, contact->channel, channel->units);
        customer_linked(core, contact);
        if (channel->auto_accept) {
                connect(core, contact, agent, channel->units, number, PLACE_OFFERS);
                return;
        }
        struct offer *offer = offer_new(core, contact, agent, number);
        offer->units = channel->units;
        offer->channel = contact->channel;
        offer->timeout_ms = channel->offer_timeout_ms;
        if (contact->offer_count == 1) {
                contact_move(core, contact, ATT_CONTACT_OFFERED);
        }
        timer_arm(core, &offer->timeout, core->now_ms + offer->timeout_ms, number);
        struct att_effect *effect = emit_contact(core, PLACE_OFFERS, ATT_EFFECT_OFFER, contact);
        effect->agent = agent->id;
        effect->step = contact->step;
        effect->offer = number;
        effect->due_ms = core->now_ms + offer->timeout_ms;
        effect->decision = contact->decision;
}

/* ---- Ending ---- */

/* Takes an offer off its lists; its units stay with the agent. */
static void unlist(struct att_core *core, struct offer *offer)
{
        timer_cancel(core, &offer->timeout);
        att_list_remove(&offer->in_contact);
        att_list_remove(&offer->in_agent);
        offer->contact->offer_count--;
        offer->agent->offer_count--;
        att_list_add_tail(&core->spare_offers, &offer->in_contact);
}

void offer_end(struct att_core *core, struct offer *offer, enum att_revoke_reason reason)
{
        struct att_effect *effect = emit_contact(core, PLACE_ENDED, ATT_EFFECT_REVOKE,
                                                 offer->contact);
        effect->agent = offer->agent->id;
        effect->offer = offer->number;
        effect->revoke_reason = reason;
        agent_give(core, offer->agent, offer->channel, offer->units);
        agent_mark(core, offer->agent);
        unlist(core, offer);
        if (offer->contact->offer_count == 1) {
                customer_linked(core, offer->contact); /* On offer to one agent again. */
        }
}

void offer_revoke(struct att_core *core, struct offer *offer, enum att_revoke_reason reason)
{
        struct contact *contact = offer->contact;
        offer_end(core, offer, reason);
        if (contact->offer_count == 0) {
                queue_put_back(core, contact);
        }
}

void offers_revoke_of_contact(struct att_core *core, struct contact *contact,
                              enum att_revoke_reason reason)
{
        ATT_LIST_FOREACH(offer, &contact->offers, struct offer, in_contact)
        {
                offer_end(core, offer, reason);
        }
        if (contact->state == ATT_CONTACT_OFFERED) {
                contact_move(core, contact, ATT_CONTACT_QUEUED);
        }
}

/* Declined or missed: the round counts, and this agent is left alone with it for a while. */
static void turn_down(struct att_core *core, struct offer *offer, enum att_revoke_reason reason)
{
        struct contact *contact = offer->contact;
        int64_t cooldown_ms = contact_policy(core, contact)->retry_cooldown_ms;
        contact->round_counts = true;
        contact_add_cooldown(core, contact, offer->agent, core->now_ms + cooldown_ms);
        offer_revoke(core, offer, reason);
}

void offer_time_out(struct att_core *core, struct offer *offer)
{
        turn_down(core, offer, ATT_REVOKE_TIMEOUT);
}

/* ---- What agents say ---- */

/* The live offer a command speaks of, or NULL and refused. */
static struct offer *get_offer(struct att_core *core, const struct att_command *command)
{
        struct contact *contact = contact_get_live(core, command);
        if (!contact) {
                return NULL;
        }
        struct agent *agent = agent_find(core, command->agent);
        if (!agent) {
                refuse_unknown(core, command, "agent", "agent", command->agent,
                               att_config_nearest_agent(core->config, command->agent));
                return NULL;
        }
        struct offer *offer = offer_find(contact, agent);
        if (!offer || (command->offer.offer != 0 && command->offer.offer != offer->number)) {
                refuse(core, command, ATT_REFUSAL_STATE, "offer",
                       "contact '%.*s' is not on offer to agent '%.*s' (any more)",
                       ATT_TEXT_ARGS(command->contact), ATT_TEXT_ARGS(command->agent));
                return NULL;
        }
        return offer;
}

void handle_offer_accept(struct att_core *core, const struct att_command *command)
{
        struct offer *offer = get_offer(core, command);
        if (!offer) {
                return;
        }
        struct contact *contact = offer->contact;
        struct agent *agent = offer->agent;
        uint32_t units = offer->units;
        uint64_t number = offer->number;
        unlist(core, offer);
        connect(core, contact, agent, units, number, PLACE_ENDED);
        ATT_LIST_FOREACH(other, &contact->offers, struct offer, in_contact)
        {
                offer_end(core, other, ATT_REVOKE_TAKEN);
        }
        if (contact->customer) {
                customer_recall(core, contact->customer, NULL);
        }
}

void handle_offer_decline(struct att_core *core, const struct att_command *command)
{
        struct offer *offer = get_offer(core, command);
        if (offer) {
                turn_down(core, offer, ATT_REVOKE_DECLINED);
        }
}
