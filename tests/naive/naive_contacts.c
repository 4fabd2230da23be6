/* SPDX-License-Identifier: Apache-2.0 */
/* What happens to contacts, offers and work: entering, waiting, coming back, ending. */
#include "lib/base/check.h"
#include "lib/base/util.h"
#include "tests/naive/naive_state.h"

void naive_stop_waiting(struct naive *naive, struct naive_contact *c)
{
        c->waited_before_ms = naive_waited_ms(naive, c);
        c->waiting_since_ms = -1;
}

void naive_start_waiting(struct naive *naive, struct naive_contact *c)
{
        if (c->waiting_since_ms < 0) {
                c->waiting_since_ms = naive->now_ms;
        }
}

uint32_t naive_live_offers_of(const struct naive *naive, const struct naive_contact *c)
{
        uint32_t count = 0;

        for (uint32_t i = 0; i < naive->offers.count; i++) {
                count += NAIVE_OFFER(naive, i)->live && NAIVE_OFFER(naive, i)->contact == c;
        }
        return count;
}

struct naive_work *naive_work_of(struct naive *naive, const struct naive_contact *c)
{
        for (uint32_t i = 0; i < naive->works.count; i++) {
                if (NAIVE_WORK(naive, i)->live && NAIVE_WORK(naive, i)->contact == c &&
                    !NAIVE_WORK(naive, i)->in_wrap_up) {
                        return NAIVE_WORK(naive, i);
                }
        }
        return NULL;
}

/* --- Queues and steps -------------------------------------------------------------------------- */

/* The step in force by now: by time, or passed over because nobody could meet it. */
static uint32_t step_in_force(struct naive *naive, const struct naive_contact *c, uint32_t from)
{
        const struct att_queue *queue = &naive->config->queues[c->queue];
        uint32_t step = from;

        while (step + 1 < queue->step_count) {
                bool is_due = naive->now_ms - c->entered_at_ms >= queue->steps[step + 1].after_ms;

                if (!is_due && !(queue->steps[step].skip_unstaffed &&
                                 naive_is_unstaffed(naive, c, c->queue, step))) {
                        break;
                }
                step++;
                if (queue->steps[step].move_to != ATT_NONE) {
                        break;
                }
        }
        return step;
}

/* Every step on the way is told. */
static void relax(struct naive *naive, struct naive_contact *c)
{
        const struct att_queue *queue = &naive->config->queues[c->queue];
        uint32_t step = step_in_force(naive, c, c->step);

        while (c->step < step) {
                c->step++;
                naive_say(naive, &naive->entered, ATT_EFFECT_RELAXED, c)->step = c->step;
                if (queue->steps[c->step].move_to != ATT_NONE) {
                        naive_enter(naive, c, queue->steps[c->step].move_to);
                        return;
                }
        }
}

void naive_enter(struct naive *naive, struct naive_contact *c, uint32_t queue)
{
        c->state = ATT_CONTACT_QUEUED;
        c->queue = queue;
        c->entered_at_ms = naive->now_ms;
        if (c->named_until_ms < 0) {
                c->named_until_ms = naive->now_ms + naive_policy_of(naive, c)->agent_wait_ms;
        }
        naive_start_waiting(naive, c);
        c->step = 0;
        naive_say(naive, &naive->entered, ATT_EFFECT_QUEUED, c)->step = 0;
        relax(naive, c);
}

static void end_wait(struct naive *naive, struct naive_contact *c)
{
        const struct att_queue *queue;

        if (c->state != ATT_CONTACT_QUEUED) {
                return;
        }
        queue = &naive->config->queues[c->queue];
        if (naive->now_ms - c->entered_at_ms >= queue->max_wait_ms) {
                naive_overflow(naive, c, &queue->overflow, ATT_OUTCOME_OVERFLOWED,
                               ATT_OUTCOME_EXPIRED);
        }
}

void naive_settle(struct naive *naive)
{
        for (uint32_t i = 0; i < naive->contacts.count; i++) {
                if (NAIVE_CONTACT(naive, i)->state == ATT_CONTACT_QUEUED) {
                        relax(naive, NAIVE_CONTACT(naive, i));
                }
        }
        for (uint32_t i = 0; i < naive->contacts.count; i++) {
                end_wait(naive, NAIVE_CONTACT(naive, i));
        }
}

/* --- Turning away ------------------------------------------------------------------------------ */

/* That it was queued at the instant of its end is not said. */
static void unsay_queued(struct naive *naive, const struct naive_contact *c)
{
        uint32_t kept = 0;

        for (uint32_t i = 0; i < naive->entered.count; i++) {
                if (naive->entered.items[i].kind != ATT_EFFECT_QUEUED ||
                    !att_text_equals(naive->entered.items[i].contact, c->id)) {
                        naive->entered.items[kept++] = naive->entered.items[i];
                }
        }
        naive->entered.count = kept;
}

void naive_close(struct naive *naive, struct naive_contact *c, enum att_outcome outcome)
{
        struct att_effect *effect = naive_say(naive, &naive->ended, ATT_EFFECT_CLOSED, c);

        unsay_queued(naive, c);
        effect->outcome = outcome;
        effect->agent = c->agent;
        if (c->waiting_since_ms >= 0) {
                naive_stop_waiting(naive, c);
        }
        c->state = ATT_CONTACT_CLOSED;
        c->outcome = outcome;
        c->closed_at_ms = naive->now_ms;
}

void naive_overflow(struct naive *naive, struct naive_contact *c,
                    const struct att_overflow *overflow, enum att_outcome turned_away,
                    enum att_outcome without)
{
        struct att_effect *effect;

        if (overflow->kind == ATT_OVERFLOW_NONE) {
                naive_close(naive, c, without);
                return;
        }
        effect = naive_say(naive, &naive->ended, ATT_EFFECT_OVERFLOW, c);
        switch (overflow->kind) {
        case ATT_OVERFLOW_NONE:
                break;
        case ATT_OVERFLOW_QUEUE:
                effect->to = naive->config->queues[overflow->queue].name;
                naive_enter(naive, c, overflow->queue);
                break;
        case ATT_OVERFLOW_CALLBACK:
                effect->to = ATT_TEXT("callback");
                if (c->waiting_since_ms >= 0) {
                        naive_stop_waiting(naive, c);
                }
                c->state = ATT_CONTACT_SCHEDULED;
                c->due_ms = naive->now_ms + overflow->callback_ms;
                naive_say(naive, &naive->entered, ATT_EFFECT_SCHEDULED, c)->due_ms = c->due_ms;
                break;
        case ATT_OVERFLOW_REFUSE:
                effect->to = ATT_TEXT("refuse");
                naive_close(naive, c, turned_away);
                break;
        }
}

/* --- Offers ------------------------------------------------------------------------------------ */

void naive_cool_down(struct naive *naive, struct naive_contact *c, struct att_text agent)
{
        int64_t until_ms = naive->now_ms + naive_policy_of(naive, c)->retry_cooldown_ms;

        for (uint32_t i = 0; i < c->cooldown_count; i++) {
                if (att_text_equals(c->cooldowns[i].agent, agent)) {
                        c->cooldowns[i].until_ms = until_ms;
                        return;
                }
        }
        ATT_CHECK(c->cooldown_count < NAIVE_COOLDOWNS);
        c->cooldowns[c->cooldown_count++] = (struct naive_cooldown){.agent = agent,
                                                                    .until_ms = until_ms};
}

static void come_back(struct naive *naive, struct naive_contact *c)
{
        c->state = ATT_CONTACT_QUEUED;
        c->put_back = true;
        c->rounds += c->round_counts;
        if (c->rounds >= naive->config->offers_per_contact) {
                naive_close(naive, c, ATT_OUTCOME_EXPIRED);
                return;
        }
}

static void take_back(struct naive *naive, struct naive_offer *offer, enum att_revoke_reason reason)
{
        struct att_effect *effect = naive_say(naive, &naive->ended, ATT_EFFECT_REVOKE,
                                              offer->contact);

        effect->agent = offer->agent->id;
        effect->offer = offer->number;
        effect->revoke_reason = reason;
        offer->live = false;
}

void naive_revoke(struct naive *naive, struct naive_offer *offer, enum att_revoke_reason reason)
{
        struct naive_contact *c = offer->contact;

        take_back(naive, offer, reason);
        if (reason == ATT_REVOKE_TIMEOUT || reason == ATT_REVOKE_DECLINED) {
                c->round_counts = true;
                naive_cool_down(naive, c, offer->agent->id);
        }
        if (naive_live_offers_of(naive, c) == 0) {
                come_back(naive, c);
        }
}

/* All of a contact's, without putting it back. */
void naive_revoke_all(struct naive *naive, struct naive_contact *c, enum att_revoke_reason reason)
{
        for (uint32_t i = 0; i < naive->offers.count; i++) {
                if (NAIVE_OFFER(naive, i)->live && NAIVE_OFFER(naive, i)->contact == c) {
                        take_back(naive, NAIVE_OFFER(naive, i), reason);
                }
        }
}

void naive_connect(struct naive *naive, struct naive_contact *c, struct naive_agent *a,
                   uint32_t units, uint64_t offer, struct att_effects *where)
{
        struct att_effect *effect = naive_say(naive, where, ATT_EFFECT_CONNECT, c);
        struct naive_work *work = naive_list_add(&naive->works, sizeof(*work));
        struct att_channel channel = {0};
        uint32_t index;

        (void)naive_get_channel(naive, c->request->channel, &channel, &index);
        effect->agent = a->id;
        effect->step = c->step;
        effect->channel = c->request->channel;
        effect->offer = offer;
        *work = (struct naive_work){
                .name = c->id,
                .contact = c,
                .agent = a,
                .channel = c->request->channel,
                .queue = c->queue,
                .channel_wrap_up_ms = channel.wrap_up_ms,
                .exclusive = channel.exclusive,
                .units = units,
                .live = true,
        };
        naive_stop_waiting(naive, c);
        c->state = ATT_CONTACT_CONNECTED;
        c->agent = a->id;
        c->rounds = 0;
        c->put_back = false;
}

/* --- The end of work --------------------------------------------------------------------------- */

void naive_finish(struct naive *naive, struct naive_work *work)
{
        work->live = false;
        if (work->contact) {
                struct att_effect *effect = naive_say(naive, &naive->ended, ATT_EFFECT_FINISHED,
                                                      work->contact);

                effect->agent = work->agent->id;
                effect->queue = ATT_TEXT_NONE;
        }
        work->agent->idle_since_ms = naive->now_ms;
        naive_forget_removed(naive);
}

static int64_t wrap_up_ms_of(const struct naive *naive, const struct naive_work *work)
{
        const struct naive_agent *a = work->agent;
        struct att_channel channel;
        uint32_t index;

        if (a->def != ATT_NONE && naive->config->agents[a->def].wrap_up_ms >= 0) {
                return naive->config->agents[a->def].wrap_up_ms;
        }
        if (work->queue != ATT_NONE && naive->config->queues[work->queue].wrap_up_ms >= 0) {
                return naive->config->queues[work->queue].wrap_up_ms;
        }
        return naive_get_channel(naive, work->channel, &channel, &index) ? channel.wrap_up_ms
                                                                         : work->channel_wrap_up_ms;
}

void naive_end_conversation(struct naive *naive, struct naive_contact *c)
{
        struct naive_work *work = naive_work_of(naive, c);
        struct att_effect *effect;
        int64_t wrap_up_ms;

        ATT_CHECK(work);
        wrap_up_ms = wrap_up_ms_of(naive, work);
        if (wrap_up_ms == 0) {
                naive_finish(naive, work);
                return;
        }
        work->in_wrap_up = true;
        work->until_ms = naive->now_ms + wrap_up_ms;
        effect = naive_say(naive, &naive->ended, ATT_EFFECT_WRAP_UP, c);
        effect->agent = work->agent->id;
        effect->due_ms = work->until_ms;
        effect->queue = ATT_TEXT_NONE;
}

/* --- Agents ------------------------------------------------------------------------------------ */

/* Pauses or signs out: offers not yet accepted are revoked. */
void naive_leave(struct naive *naive, struct naive_agent *a, enum att_presence presence,
                 struct att_text reason)
{
        a->presence = presence;
        a->reason = reason;
        a->was_ready = a->was_ready && presence != ATT_PRESENCE_OFFLINE;
        for (uint32_t i = 0; i < naive->offers.count; i++) {
                if (NAIVE_OFFER(naive, i)->live && NAIVE_OFFER(naive, i)->agent == a) {
                        naive_revoke(naive, NAIVE_OFFER(naive, i), ATT_REVOKE_AGENT_GONE);
                }
        }
        naive_say_agent(naive, a);
}
