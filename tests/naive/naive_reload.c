/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration, the first or a new one. */
#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "tests/naive/naive_state.h"

static bool has_work(const struct naive *naive, const struct naive_agent *a)
{
        for (uint32_t i = 0; i < naive->works.count; i++) {
                if (NAIVE_WORK(naive, i)->live && NAIVE_WORK(naive, i)->agent == a) {
                        return true;
                }
        }
        return false;
}

/* A removed agent is gone once its work is done. */
void naive_forget_removed(struct naive *naive)
{
        for (uint32_t i = naive->agents.count; i > 0; i--) {
                if (NAIVE_AGENT(naive, i - 1)->def == ATT_NONE &&
                    !has_work(naive, NAIVE_AGENT(naive, i - 1))) {
                        naive_list_move(&naive->agents, i - 1, &naive->gone);
                }
        }
}

static void renew_agents(struct naive *naive)
{
        const struct att_config *config = naive->config;

        for (uint32_t i = 0; i < naive->agents.count; i++) {
                NAIVE_AGENT(naive, i)->def = att_config_find_agent(config,
                                                                   NAIVE_AGENT(naive, i)->id);
        }
        for (uint32_t i = 0; i < config->agent_count; i++) {
                struct naive_agent *a = naive_find_agent(naive, config->agents[i].id);

                if (!a) {
                        a = naive_list_add(&naive->agents, sizeof(*a));
                        *a = (struct naive_agent){.id = config->agents[i].id, .def = i};
                }
        }
        for (uint32_t i = 1; i < naive->agents.count; i++) {
                for (uint32_t j = i; j > 0 && att_text_compare(NAIVE_AGENT(naive, j)->id,
                                                               NAIVE_AGENT(naive, j - 1)->id) < 0;
                     j--) {
                        void *moved = naive->agents.items[j];

                        naive->agents.items[j] = naive->agents.items[j - 1];
                        naive->agents.items[j - 1] = moved;
                }
        }
}

/* Where a removed queue's contacts go: by the old configuration's moved_to. */
static uint32_t successor_of(const struct naive *naive, const struct att_config *old,
                             uint32_t old_queue)
{
        uint32_t moved_to = old->queues[old_queue].moved_to;
        uint32_t queue = ATT_NONE;

        if (moved_to != ATT_NONE) {
                queue = att_config_find_queue(naive->config, old->queues[moved_to].name);
        }
        return queue == ATT_NONE ? naive->config->otherwise : queue;
}

/* Says that a contact closes, of the queue it was in. */
static void turn_away(struct naive *naive, struct naive_contact *c, struct att_text queue)
{
        naive_close(naive, c, ATT_OUTCOME_REFUSED);
        naive->ended.items[naive->ended.count - 1].queue = queue;
}

/* An offer of a queue that is gone. */
static void leave_offer(struct naive *naive, struct naive_offer *offer, struct att_text queue,
                        uint32_t successor)
{
        struct naive_contact *c = offer->contact;

        naive_say(naive, &naive->ended, ATT_EFFECT_REVOKE, c);
        naive->ended.items[naive->ended.count - 1].queue = queue;
        naive->ended.items[naive->ended.count - 1].agent = offer->agent->id;
        naive->ended.items[naive->ended.count - 1].offer = offer->number;
        naive->ended.items[naive->ended.count - 1].revoke_reason = ATT_REVOKE_RELOAD;
        offer->live = false;
        if (naive_live_offers_of(naive, c) > 0) {
                return;
        }
        c->put_back = true;
        c->state = ATT_CONTACT_QUEUED;
        if (successor == ATT_NONE) {
                turn_away(naive, c, queue);
        }
}

/* A window stays open if its policy still has one. */
static void keep_windows(struct naive *naive, const struct att_config *old)
{
        int64_t until_ms[NAIVE_POLICIES_MAX];

        for (uint32_t i = 0; i < NAIVE_POLICIES_MAX; i++) {
                until_ms[i] = naive->window_until_ms[i];
                naive->window_until_ms[i] = NAIVE_NEVER;
        }
        for (uint32_t i = 0; old && i < old->policy_count; i++) {
                for (uint32_t j = 0; j < naive->config->policy_count; j++) {
                        if (att_text_equals(old->policies[i].name,
                                            naive->config->policies[j].name) &&
                            naive->config->policies[j].batch_ms > 0) {
                                naive->window_until_ms[j] = until_ms[i];
                        }
                }
        }
}

enum { CONTACTS_MAX = 4096 };

struct reload {
        const struct att_config *old;
        uint32_t now_in[CONTACTS_MAX];    /* By contact: its queue, ATT_NONE where that is gone. */
        uint32_t successor[CONTACTS_MAX]; /* Where it goes then. */
        struct att_text was_in[CONTACTS_MAX];
};

static uint32_t index_of(const struct naive *naive, const struct naive_contact *c)
{
        uint32_t i = 0;

        while (NAIVE_CONTACT(naive, i) != c) {
                i++;
        }
        return i;
}

static void find_queues(struct naive *naive, struct reload *reload)
{
        for (uint32_t i = 0; i < naive->contacts.count; i++) {
                struct naive_contact *c = NAIVE_CONTACT(naive, i);

                reload->now_in[i] = ATT_NONE;
                reload->successor[i] = ATT_NONE;
                reload->was_in[i] = ATT_TEXT_NONE;
                if (c->queue != ATT_NONE) {
                        reload->was_in[i] = reload->old->queues[c->queue].name;
                        reload->now_in[i] = att_config_find_queue(naive->config, reload->was_in[i]);
                        reload->successor[i] = successor_of(naive, reload->old, c->queue);
                }
                c->queue = reload->now_in[i];
                if (c->queue != ATT_NONE && c->step >= naive->config->queues[c->queue].step_count) {
                        c->step = naive->config->queues[c->queue].step_count - 1;
                }
        }
}

/* What was wanted of skills that are gone is forgotten; work keeps its queue while there is one. */
static void forget_names(struct naive *naive, const struct reload *reload)
{
        for (uint32_t i = 0; i < naive->contacts.count; i++) {
                struct naive_contact *c = NAIVE_CONTACT(naive, i);
                uint32_t own = 0;
                uint32_t prefers = 0;

                for (uint32_t j = 0; j < c->own_count; j++) {
                        if (att_config_find_skill(naive->config, c->own[j].skill) != ATT_NONE) {
                                c->own[own++] = c->own[j];
                        }
                }
                for (uint32_t j = 0; j < c->prefer_count; j++) {
                        if (att_config_find_skill(naive->config, c->prefers[j].skill) != ATT_NONE) {
                                c->prefers[prefers++] = c->prefers[j];
                        }
                }
                c->own_count = own;
                c->prefer_count = prefers;
        }
        for (uint32_t i = 0; i < naive->works.count; i++) {
                struct naive_work *work = NAIVE_WORK(naive, i);
                struct att_channel channel;
                uint32_t index;

                if (naive_get_channel(naive, work->channel, &channel, &index)) {
                        work->exclusive = channel.exclusive;
                }
                if (work->queue != ATT_NONE) {
                        work->queue = att_config_find_queue(naive->config,
                                                            reload->old->queues[work->queue].name);
                }
        }
}

static void withdraw_offers(struct naive *naive, const struct reload *reload)
{
        for (uint32_t i = 0; i < naive->offers.count; i++) {
                struct naive_offer *offer = NAIVE_OFFER(naive, i);
                uint32_t of;

                if (!offer->live) {
                        continue;
                }
                of = index_of(naive, offer->contact);
                if (reload->now_in[of] == ATT_NONE) {
                        leave_offer(naive, offer, reload->was_in[of], reload->successor[of]);
                } else if (!naive_is_open_to(naive, offer->contact, offer->agent, false)) {
                        naive_revoke(naive, offer, ATT_REVOKE_RELOAD);
                }
        }
}

static void sign_out_removed(struct naive *naive)
{
        for (uint32_t i = 0; i < naive->agents.count; i++) {
                struct naive_agent *a = NAIVE_AGENT(naive, i);

                if (a->def == ATT_NONE && a->presence != ATT_PRESENCE_OFFLINE) {
                        naive_leave(naive, a, ATT_PRESENCE_OFFLINE, ATT_TEXT("removed"));
                }
        }
        naive_forget_removed(naive);
}

/* Those of queues that are gone: who has nowhere to go, and who does not wait. */
static void leave_removed_queues(struct naive *naive, const struct reload *reload)
{
        for (uint32_t i = 0; i < naive->contacts.count; i++) {
                struct naive_contact *c = NAIVE_CONTACT(naive, i);

                if (reload->now_in[i] != ATT_NONE || c->state == ATT_CONTACT_CLOSED) {
                        continue;
                }
                if (c->state != ATT_CONTACT_CONNECTED && reload->successor[i] == ATT_NONE) {
                        turn_away(naive, c, reload->was_in[i]);
                } else if (c->state != ATT_CONTACT_QUEUED) {
                        c->queue = reload->successor[i];
                        c->step = 0;
                }
        }
}

/* The step a contact is in may be one that moves on now. */
static void follow_moves(struct naive *naive, const struct reload *reload)
{
        for (uint32_t i = 0; i < naive->contacts.count; i++) {
                struct naive_contact *c = NAIVE_CONTACT(naive, i);

                if (c->state == ATT_CONTACT_QUEUED && reload->now_in[i] != ATT_NONE) {
                        uint32_t to = naive->config->queues[c->queue].steps[c->step].move_to;

                        if (to != ATT_NONE) {
                                naive_enter(naive, c, to);
                        }
                }
        }
}

static void enter_successors(struct naive *naive, const struct reload *reload)
{
        for (uint32_t i = 0; i < naive->contacts.count; i++) {
                struct naive_contact *c = NAIVE_CONTACT(naive, i);

                if (c->state == ATT_CONTACT_QUEUED && reload->now_in[i] == ATT_NONE) {
                        naive_enter(naive, c, reload->successor[i]);
                }
        }
}

void naive_reload(struct naive *naive, const struct att_config *config)
{
        struct reload *reload = att_alloc(sizeof(*reload));

        ATT_CHECK(config->policy_count <= NAIVE_POLICIES_MAX);
        ATT_CHECK(naive->contacts.count <= CONTACTS_MAX);
        reload->old = naive->config;
        naive->config = config;
        keep_windows(naive, reload->old);
        renew_agents(naive);
        naive_say(naive, &naive->changed, ATT_EFFECT_CONFIG, NULL);
        find_queues(naive, reload);
        forget_names(naive, reload);
        withdraw_offers(naive, reload);
        leave_removed_queues(naive, reload);
        sign_out_removed(naive);
        follow_moves(naive, reload);
        enter_successors(naive, reload);
        free(reload);
}
