/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration, the first or a new one. */
#include <string.h>

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

static void leave_removed_queue(struct naive *naive, struct naive_contact *c, uint32_t queue)
{
        if (c->state == ATT_CONTACT_CONNECTED || c->state == ATT_CONTACT_SCHEDULED) {
                c->queue = queue;
                c->step = 0;
                return;
        }
        if (c->state == ATT_CONTACT_OFFERED) {
                c->put_back = true;
        }
        if (queue == ATT_NONE) {
                naive_close(naive, c, ATT_OUTCOME_REFUSED);
                return;
        }
        naive_enter(naive, c, queue);
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

void naive_reload(struct naive *naive, const struct att_config *config)
{
        const struct att_config *old = naive->config;
        uint32_t now_in[4096];

        ATT_CHECK(config->policy_count <= NAIVE_POLICIES_MAX);
        ATT_CHECK(naive->contacts.count <= ATT_ARRAY_LEN(now_in));
        for (uint32_t i = 0; i < naive->contacts.count; i++) {
                struct naive_contact *c = NAIVE_CONTACT(naive, i);

                now_in[i] = c->queue == ATT_NONE
                                    ? ATT_NONE
                                    : att_config_find_queue(config, old->queues[c->queue].name);
                if (c->state == ATT_CONTACT_OFFERED && now_in[i] == ATT_NONE) {
                        naive_revoke_all(naive, c, ATT_REVOKE_RELOAD);
                }
        }
        naive->config = config;
        keep_windows(naive, old);
        renew_agents(naive);
        naive_say(naive, &naive->changed, ATT_EFFECT_CONFIG, NULL);
        for (uint32_t i = 0; i < naive->contacts.count; i++) {
                struct naive_contact *c = NAIVE_CONTACT(naive, i);

                if (now_in[i] != ATT_NONE) {
                        c->queue = now_in[i];
                        if (c->step >= config->queues[c->queue].step_count) {
                                c->step = config->queues[c->queue].step_count - 1;
                        }
                } else if (c->state != ATT_CONTACT_CLOSED) {
                        leave_removed_queue(naive, c, successor_of(naive, old, c->queue));
                } else {
                        c->queue = ATT_NONE;
                }
        }
        for (uint32_t i = 0; i < naive->offers.count; i++) {
                struct naive_offer *offer = NAIVE_OFFER(naive, i);

                if (offer->live && !naive_is_open_to(naive, offer->contact, offer->agent, false)) {
                        naive_revoke(naive, offer, ATT_REVOKE_RELOAD);
                }
        }
        for (uint32_t i = 0; i < naive->agents.count; i++) {
                struct naive_agent *a = NAIVE_AGENT(naive, i);

                if (a->def == ATT_NONE && a->presence != ATT_PRESENCE_OFFLINE) {
                        naive_leave(naive, a, ATT_PRESENCE_OFFLINE, ATT_TEXT("removed"));
                }
        }
        naive_forget_removed(naive);
        for (uint32_t i = 0; i < naive->contacts.count; i++) {
                struct naive_contact *c = NAIVE_CONTACT(naive, i);

                if (c->state == ATT_CONTACT_QUEUED) {
                        uint32_t to = config->queues[c->queue].steps[c->step].move_to;

                        if (to != ATT_NONE) {
                                naive_enter(naive, c, to);
                        }
                }
        }
}
