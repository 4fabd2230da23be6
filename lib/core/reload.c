/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration, the first or a new one. The one command whose cost grows with all that waits:
 * every index of the old configuration is turned into one of the new, by name.
 *
 *   leave     under the old configuration: offers of queues that go are revoked; contacts of queues
 *             that go are taken out or closed
 *   swap      channels, agents, queues, policies
 *   settle    under the new one: contacts go on where they were, offers are checked again, those
 *             taken out enter the queue they were moved to
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/state.h"
#include "lib/core/story.h"

#define CACHE_LINE_BYTES 64

struct reload {
        const struct att_config *before; /* NULL: the first. */
        const struct att_config *after;
        uint32_t *queues; /* Old index -> new, or ATT_NONE. */
        uint32_t *moved;  /* Old index -> where contacts of a queue that goes, go. */
        uint32_t *skills;
        uint32_t *intents;
        bool are_mentioned; /* Live contacts said whom they mention, and none has come or gone. */
        struct att_list entering; /* Contacts on their way to another queue, through in_queue. */
};

/* ---- What becomes of the old names ---- */

static uint32_t find_moved(const struct reload *reload, uint32_t queue)
{
        uint32_t to = reload->before->queues[queue].moved_to;
        if (to != ATT_NONE) {
                to = att_config_find_queue(reload->after, reload->before->queues[to].name);
        }
        return to != ATT_NONE ? to : reload->after->otherwise;
}

static void map_names(struct reload *reload)
{
        const struct att_config *before = reload->before;
        if (!before) {
                return;
        }
        reload->queues = att_alloc_array(before->queue_count, sizeof(uint32_t));
        reload->moved = att_alloc_array(before->queue_count, sizeof(uint32_t));
        reload->skills = att_alloc_array(before->skill_count, sizeof(uint32_t));
        reload->intents = att_alloc_array(before->intent_count, sizeof(uint32_t));
        for (uint32_t i = 0; i < before->queue_count; i++) {
                reload->queues[i] = att_config_find_queue(reload->after, before->queues[i].name);
                reload->moved[i] = find_moved(reload, i);
        }
        for (uint32_t i = 0; i < before->skill_count; i++) {
                reload->skills[i] = att_config_find_skill(reload->after, before->skills[i].name);
        }
        for (uint32_t i = 0; i < before->intent_count; i++) {
                reload->intents[i] = att_config_find_intent(reload->after, before->intents[i].name);
        }
}

static void free_map(struct reload *reload)
{
        free(reload->queues);
        free(reload->moved);
        free(reload->skills);
        free(reload->intents);
}

static uint32_t mapped(const uint32_t *map, uint32_t old)
{
        return old == ATT_NONE ? ATT_NONE : map[old];
}

/* ---- Leave ---- */

static void leave_removed_queue(struct att_core *core, struct reload *reload,
                                struct contact *contact)
{
        uint32_t target = reload->moved[contact->queue];
        if (contact->state == ATT_CONTACT_OFFERED) {
                offers_revoke_of_contact(core, contact, ATT_REVOKE_RELOAD);
                contact->put_back = true;
        }
        if (target == ATT_NONE && contact->state != ATT_CONTACT_CONNECTED) {
                contact_close(core, contact, ATT_OUTCOME_REFUSED, ATT_TEXT("queue removed"));
                return;
        }
        if (contact->state == ATT_CONTACT_QUEUED) {
                contact_unlist(core, contact);
                due_clear(core, contact);
                att_list_add_tail(&reload->entering, &contact->in_queue);
                contact->entering = true;
        }
}

/* Whether queue `q` goes and anybody may have to leave it. */
static bool is_left(const struct att_core *core, const struct reload *reload, uint32_t q)
{
        return reload->queues[q] == ATT_NONE &&
               (core->queues[q].waiting_count > 0 || core->queues[q].offered_count > 0 ||
                core->counts.contacts[ATT_CONTACT_SCHEDULED] > 0);
}

static bool is_any_queue_left(const struct att_core *core, const struct reload *reload)
{
        for (uint32_t q = 0; q < reload->before->queue_count; q++) {
                if (is_left(core, reload, q)) {
                        return true;
                }
        }
        return false;
}

static void leave_removed_queues(struct att_core *core, struct reload *reload)
{
        ATT_LIST_FOREACH(contact, &core->live, struct contact, in_core)
        {
                if (contact->queue != ATT_NONE && reload->queues[contact->queue] == ATT_NONE) {
                        leave_removed_queue(core, reload, contact);
                }
        }
}

/* The lists, ranks and lanes of queues go as a whole. Who is on them learns of it when its turn comes to
 * be settled; nobody looks there before. */
static void leave(struct att_core *core, struct reload *reload)
{
        if (is_any_queue_left(core, reload)) {
                leave_removed_queues(core, reload);
        }
        for (uint32_t q = 0; q < reload->before->queue_count; q++) {
                timer_cancel(core, &core->queues[q].hours);
        }
        signatures_forget(core);
}

/* ---- Swap: agents ---- */

static void remove_agent(struct att_core *core, struct agent *agent)
{
        agent->def = NULL; /* In no set from here on: the sets don't know the new channels yet. */
        agent->index = UINT32_MAX;
        ATT_LIST_FOREACH(offer, &agent->offers, struct offer, in_agent)
        {
                offer_end(core, offer, ATT_REVOKE_RELOAD);
        }
        if (agent->presence != ATT_PRESENCE_OFFLINE) {
                agent_set_presence(core, agent, ATT_PRESENCE_OFFLINE, ATT_TEXT("removed"));
        }
        att_list_add_tail(&core->removed_agents, &agent->in_removed);
}

static void swap_agents(struct att_core *core, const struct att_config *config)
{
        struct agent **agents = att_alloc_array(config->agent_count, sizeof(struct agent *));
        for (uint32_t i = 0; i < core->agent_count; i++) {
                struct agent *agent = core->agents[i];
                if (att_config_find_agent(config, agent->id) == ATT_NONE) {
                        remove_agent(core, agent);
                }
        }
        for (uint32_t i = 0; i < config->agent_count; i++) {
                struct agent *agent = agent_find_any(core, config->agents[i].id);
                if (!agent) {
                        agent = agent_new(core, config->agents[i].id);
                }
                att_list_remove(&agent->in_removed);
                agent->def = &config->agents[i];
                agent->index = i;
                agents[i] = agent;
        }
        free(core->agents);
        core->agents = agents;
        core->agent_count = config->agent_count;
}

static bool is_doomed(const struct agent *agent)
{
        return agent && !agent->def && agent->interaction_count == 0 && !agent->is_mentioned;
}

static void forget_doomed(struct agent **agent)
{
        if (is_doomed(*agent)) {
                *agent = NULL;
        }
}

/* A closed contact keeps nobody known. */
static void forget_agents(struct contact *contact)
{
        forget_doomed(&contact->last_agent);
        if (contact->extras) {
                forget_doomed(&contact->extras->named);
                forget_doomed(&contact->extras->preferred);
        }
}

/* Who waits where that agent knew them waits there no more. */
static void forget_last_agents(struct att_core *core, struct att_list *customers)
{
        ATT_LIST_FOREACH(customer, customers, struct customer, in_core)
        {
                if (is_doomed(customer->last_agent)) {
                        customer->last_agent = NULL;
                        waiting_refresh_customer(core, customer);
                }
        }
}

/* The agents a contact names, prefers or leaves out stay known while they are removed: they may come
 * back. Nobody waits for them meanwhile. */
static void mention_agents(const struct contact *contact)
{
        const struct extras *extras = contact_extras(contact);
        if (extras->named) {
                extras->named->is_mentioned = true;
        }
        if (extras->preferred) {
                extras->preferred->is_mentioned = true;
        }
        for (uint32_t i = 0; i < extras->excluded_count; i++) {
                extras->excluded[i]->is_mentioned = true;
        }
        for (uint32_t i = 0; i < extras->cooldown_count; i++) {
                extras->cooldowns[i].agent->is_mentioned = true;
        }
}

static bool is_any_idle(const struct att_list *removed_agents)
{
        ATT_LIST_FOREACH(agent, removed_agents, const struct agent, in_removed)
        {
                if (agent->interaction_count == 0) {
                        return true;
                }
        }
        return false;
}

static void mention_nobody(struct att_core *core)
{
        ATT_LIST_FOREACH(agent, &core->removed_agents, struct agent, in_removed)
        {
                agent->is_mentioned = false;
        }
}

static void mention_all(struct att_core *core)
{
        mention_nobody(core);
        ATT_LIST_FOREACH(contact, &core->live, struct contact, in_core)
        {
                mention_agents(contact);
        }
}

/* Removed agents who have finished their work are not named by anyone from here on. */
static void bury_agents(struct att_core *core, const struct reload *reload)
{
        if (!is_any_idle(&core->removed_agents)) {
                return; /* As a rule: to look through all contacts takes its time. */
        }
        if (!reload->are_mentioned) {
                mention_all(core);
        }
        ATT_LIST_FOREACH(contact, &core->live, struct contact, in_core)
        {
                forget_agents(contact);
        }
        ATT_LIST_FOREACH(contact, &core->closed, struct contact, in_core)
        {
                forget_agents(contact);
        }
        forget_last_agents(core, &core->busy_customers);
        forget_last_agents(core, &core->idle_customers);
        ATT_LIST_FOREACH(agent, &core->removed_agents, struct agent, in_removed)
        {
                if (is_doomed(agent)) {
                        att_list_remove(&agent->in_removed);
                        att_list_remove(&agent->in_dirty);
                        agent->dirty = false;
                        att_list_add_tail(&core->agent_graveyard, &agent->in_removed);
                }
        }
}

/* ---- Swap: queues and policies ---- */

static void add_delay(struct queue_state *state, int64_t delay_ms)
{
        uint32_t at = state->delay_count;
        for (uint32_t k = 0; k < state->delay_count; k++) {
                if (state->delays_ms[k] == delay_ms) {
                        return;
                }
        }
        if (at == ATT_DELAYS_MAX) {
                return;
        }
        for (; at > 0 && state->delays_ms[at - 1] > delay_ms; at--) {
                state->delays_ms[at] = state->delays_ms[at - 1];
        }
        state->delays_ms[at] = delay_ms;
        state->delay_count++;
}

static void find_delays(const struct att_config *config, uint32_t queue, struct queue_state *state)
{
        for (uint32_t i = 0; i < config->profile_count; i++) {
                const struct att_profile_entry *entry = &config->profiles[i].by_queue[queue];
                if (entry->rank > 0 && entry->delay_ms > 0) {
                        add_delay(state, entry->delay_ms);
                }
        }
}

static void init_queue(struct att_core *core, const struct att_config *config, uint32_t queue,
                       struct queue_state *state)
{
        const struct att_queue *def = &config->queues[queue];
        att_list_init(&state->waiting);
        waiting_init_queue(core, state);
        state->plain = att_alloc_array(config->queues[queue].step_count,
                                       sizeof(struct signature *));
        timer_init(&state->hours, TIMER_HOURS);
        state->name = queue_name_intern(core, def->name);
        state->name_text = att_text_from(core->queue_names[state->name]);
        state->answer_gap_ms = -1;
        state->last_answer_ms = -1;
        for (uint32_t i = 0; i + 1 < def->step_count; i++) {
                state->can_skip = state->can_skip || def->steps[i].skip_unstaffed;
        }
        find_delays(config, queue, state);
}

static void swap_queues(struct att_core *core, const struct reload *reload)
{
        const struct att_config *config = reload->after;
        struct queue_state *queues = att_alloc_array(config->queue_count, sizeof(*queues));
        for (uint32_t i = 0; i < config->queue_count; i++) {
                init_queue(core, config, i, &queues[i]);
        }
        for (uint32_t i = 0; reload->before && i < reload->before->queue_count; i++) {
                uint32_t to = reload->queues[i];
                if (to != ATT_NONE) {
                        queues[to].totals = core->queues[i].totals;
                        queues[to].recent_entered = core->queues[i].recent_entered;
                        queues[to].answer_gap_ms = core->queues[i].answer_gap_ms;
                        queues[to].last_answer_ms = core->queues[i].last_answer_ms;
                }
        }
        queues_free(core);
        core->queues = queues;
        core->queue_count = config->queue_count;
        free(core->expected_ppm);
        core->expected_ppm = att_alloc_array(config->queue_count, sizeof(int32_t));
        for (uint32_t i = 0; i < config->queue_count; i++) {
                fit_expect_outcome(core, i);
        }
}

static uint32_t find_policy(const struct att_config *config, struct att_text name)
{
        for (uint32_t i = 0; i < config->policy_count; i++) {
                if (att_text_equals(config->policies[i].name, name)) {
                        return i;
                }
        }
        return ATT_NONE;
}

/* An open batching window stays open where its policy still has one. */
static void swap_policies(struct att_core *core, const struct reload *reload)
{
        const struct att_config *config = reload->after;
        struct policy_state *policies = att_alloc_array(config->policy_count, sizeof(*policies));
        core->broadcast_max = 1;
        for (uint32_t i = 0; i < config->policy_count; i++) {
                timer_init(&policies[i].window, TIMER_BATCH);
                if (config->policies[i].broadcast > core->broadcast_max) {
                        core->broadcast_max = config->policies[i].broadcast;
                }
        }
        for (uint32_t i = 0; reload->before && i < reload->before->policy_count; i++) {
                struct policy_state *old = &core->policies[i];
                uint32_t to = find_policy(config, reload->before->policies[i].name);
                int64_t at_ms = timer_at_ms(core, &old->window);
                bool open = old->window_open;
                timer_cancel(core, &old->window);
                if (open && to != ATT_NONE && config->policies[to].batch_ms > 0) {
                        policies[to].window_open = true;
                        timer_arm(core, &policies[to].window, at_ms, to);
                }
        }
        free(core->policies);
        core->policies = policies;
        core->rises_ms = INT64_MIN;
}

static void find_human_skills(struct att_core *core, const struct att_config *config)
{
        free(core->human_skills);
        core->human_skills = att_alloc_array(config->skill_count, sizeof(uint32_t));
        core->human_skill_count = 0;
        for (uint32_t i = 0; i < config->skill_count; i++) {
                if (config->skills[i].kind == ATT_SKILL_HUMAN) {
                        core->human_skills[core->human_skill_count++] = i;
                }
        }
}

/* ---- Settle ---- */

static uint32_t map_requirements(const struct reload *reload, struct att_requirement *items,
                                 uint32_t count)
{
        uint32_t kept = 0;
        for (uint32_t i = 0; i < count; i++) {
                uint32_t skill = reload->skills[items[i].skill];
                if (skill != ATT_NONE) {
                        items[kept++] = (struct att_requirement){skill, items[i].level};
                }
        }
        return kept;
}

static uint32_t map_preferences(const struct reload *reload, struct att_preference *items,
                                uint32_t count)
{
        uint32_t kept = 0;
        for (uint32_t i = 0; i < count; i++) {
                uint32_t skill = reload->skills[items[i].skill];
                if (skill != ATT_NONE) {
                        items[kept++] = (struct att_preference){skill, items[i].weight_milli};
                }
        }
        return kept;
}

static void map_asked(const struct reload *reload, struct extras *extras)
{
        extras->own_count = map_requirements(reload, extras->own, extras->own_count);
        extras->ruled_count = map_requirements(reload, extras->ruled, extras->ruled_count);
        extras->prefer_count = map_preferences(reload, extras->prefers, extras->prefer_count);
}

static void map_contact(struct att_core *core, const struct reload *reload, struct contact *contact)
{
        if (contact->extras) {
                map_asked(reload, contact->extras);
        }
        contact->intent = mapped(reload->intents, contact->intent);
        intake_apply_tier(core, contact);
        uint32_t before = contact->queue;
        contact->queue = mapped(reload->queues, before);
        if (before != ATT_NONE && contact->queue == ATT_NONE) {
                contact->queue = reload->moved[before];
        }
}

static void map_interactions(struct att_core *core, const struct reload *reload,
                             struct agent *agent)
{
        ATT_LIST_FOREACH(interaction, &agent->interactions, struct interaction, in_agent)
        {
                interaction->queue = mapped(reload->queues, interaction->queue);
                if (interaction->queue != ATT_NONE &&
                    interaction->state != ATT_INTERACTION_WRAP_UP) {
                        core->queues[interaction->queue].connected_count++;
                }
        }
}

static void check_offers(struct att_core *core, struct contact *contact)
{
        ATT_LIST_FOREACH(offer, &contact->offers, struct offer, in_contact)
        {
                if (exclusion_of(core, contact, offer->agent, false) != ATT_EXCLUSION_NONE) {
                        offer_end(core, offer, ATT_REVOKE_RELOAD);
                }
        }
        if (contact->offer_count == 0) {
                queue_put_back(core, contact);
        }
}

/* The step it was in, or the last one there is; later ones that are due follow. */
static void settle_step(struct att_core *core, struct contact *contact)
{
        const struct att_queue *queue = &core->config->queues[contact->queue];
        if (contact->step >= queue->step_count) {
                contact->step = (uint8_t)(queue->step_count - 1);
        }
        signature_refresh(core, contact);
}

static uint32_t find_move(const struct att_core *core, const struct contact *contact)
{
        return core->config->queues[contact->queue].steps[contact->step].move_to;
}

/* The step it is in may be one that moves on now. */
static void move_on(struct att_core *core, struct contact *contact)
{
        uint32_t move_to = find_move(core, contact);
        if (move_to != ATT_NONE) {
                queue_enter(core, contact, move_to);
        }
}

static void settle_offered(struct att_core *core, struct contact *contact)
{
        core->queues[contact->queue].offered_count++;
        settle_step(core, contact);
        queue_arm_max_wait(core, contact);
        check_offers(core, contact);
        if (contact->state == ATT_CONTACT_QUEUED) {
                move_on(core, contact);
        }
}

/* The contacts lie all over the memory: the next one is fetched while this one is looked at. */
static void fetch_next(const struct contact *contact)
{
        const char *next = (const char *)contact->in_core.next;
        for (size_t at = 0; at < sizeof(*contact); at += CACHE_LINE_BYTES) {
                __builtin_prefetch(next + at, 1);
        }
}

/* What it was on is gone. One that is entering was taken off before. */
static void forget_lists(struct att_core *core, struct contact *contact)
{
        contact->signature = NULL;
        if (contact->state == ATT_CONTACT_QUEUED && !contact->entering) {
                waiting_forget(contact);
                att_list_init(&contact->in_queue);
                contact_clean(core, contact);
        }
}

static bool is_settled_here(const struct contact *contact, enum att_contact_state state)
{
        return contact->state == state && !contact->entering;
}

/* Where it waited it is listed. Returns whether it moves on from there. */
static bool settle_queued(struct att_core *core, struct contact *contact)
{
        contact_list(core, contact);
        settle_step(core, contact);
        queue_resume(core, contact);
        return find_move(core, contact) != ATT_NONE;
}

/* Every contact under the new names. Returns whether some of those who wait move on. */
static bool settle_contacts(struct att_core *core, const struct reload *reload)
{
        bool is_any_moving = false;
        mention_nobody(core);
        ATT_LIST_FOREACH(contact, &core->live, struct contact, in_core)
        {
                fetch_next(contact);
                mention_agents(contact);
                forget_lists(core, contact);
                map_contact(core, reload, contact);
                if (is_settled_here(contact, ATT_CONTACT_QUEUED)) {
                        is_any_moving = settle_queued(core, contact) || is_any_moving;
                }
        }
        for (uint32_t q = 0; q < core->queue_count; q++) {
                waiting_rank_rest(&core->queues[q]);
        }
        return is_any_moving;
}

/* What follows for some from where they are now, in the order they came. */
static void settle_others(struct att_core *core)
{
        ATT_LIST_FOREACH(contact, &core->live, struct contact, in_core)
        {
                if (is_settled_here(contact, ATT_CONTACT_OFFERED)) {
                        settle_offered(core, contact);
                } else if (is_settled_here(contact, ATT_CONTACT_QUEUED)) {
                        move_on(core, contact);
                }
        }
}

static void settle(struct att_core *core, struct reload *reload)
{
        bool has_others = settle_contacts(core, reload) ||
                          core->counts.contacts[ATT_CONTACT_OFFERED] > 0;
        core->are_all_dirty = true;
        reload->are_mentioned = !has_others && att_list_is_empty(&reload->entering);
        ATT_LIST_FOREACH(contact, &core->closed, struct contact, in_core)
        {
                contact->queue = mapped(reload->queues, contact->queue);
                contact->tier = ATT_NONE;
                contact->intent = ATT_NONE;
        }
        for (uint32_t i = 0; i < core->agent_count; i++) {
                map_interactions(core, reload, core->agents[i]);
                agent_mark(core, core->agents[i]);
        }
        ATT_LIST_FOREACH(agent, &core->removed_agents, struct agent, in_removed)
        {
                map_interactions(core, reload, agent);
        }
        if (has_others) {
                settle_others(core);
        }
        ATT_LIST_FOREACH(contact, &reload->entering, struct contact, in_queue)
        {
                uint32_t queue = contact->queue;
                att_list_remove(&contact->in_queue);
                contact->entering = false;
                contact->queue = ATT_NONE;
                queue_enter(core, contact, queue);
        }
}

/* ---- What is told ---- */

struct told {
        struct att_effect effect;
        uint64_t offer; /* Its own, or the last one of its contact before it; 0: none. */
        uint32_t index;
};

static int compare_told(const void *a, const void *b)
{
        const struct told *told_a = a;
        const struct told *told_b = b;
        uint64_t offer_a = told_a->offer == 0 ? UINT64_MAX : told_a->offer;
        uint64_t offer_b = told_b->offer == 0 ? UINT64_MAX : told_b->offer;
        if (offer_a != offer_b) {
                return offer_a < offer_b ? -1 : 1;
        }
        return told_a->index < told_b->index ? -1 : told_a->index > told_b->index;
}

static int compare_contacts(const void *a, const void *b)
{
        const struct told *told_a = *(const struct told *const *)a;
        const struct told *told_b = *(const struct told *const *)b;
        int by_contact = att_text_compare(told_a->effect.contact, told_b->effect.contact);
        if (by_contact != 0) {
                return by_contact;
        }
        return told_a->index < told_b->index ? -1 : told_a->index > told_b->index;
}

/* What is told of a contact after revokes stands with the last of their offers, whichever of them was come
 * upon last. */
static void follow_revokes(struct told *told, uint32_t count)
{
        ATT_CLEANUP(att_free_pointer)
        struct told **by_contact = att_alloc_array(count, sizeof(struct told *));
        for (uint32_t i = 0; i < count; i++) {
                by_contact[i] = &told[i];
        }
        qsort(by_contact, count, sizeof(struct told *), compare_contacts);
        uint64_t last = 0;
        for (uint32_t i = 0; i < count; i++) {
                struct told *one = by_contact[i];
                if (i > 0 &&
                    !att_text_equals(one->effect.contact, by_contact[i - 1]->effect.contact)) {
                        last = 0;
                }
                if (one->effect.kind == ATT_EFFECT_REVOKE) {
                        last = one->offer > last ? one->offer : last;
                } else if (last > 0) {
                        one->offer = last;
                }
        }
}

/* Offers are revoked as they are come upon; they are told in the order they were made, and what
 * followed for their contact right after. */
static void order_revokes(struct att_core *core, uint32_t from)
{
        struct att_effects *ended = &core->places[PLACE_ENDED];
        uint32_t count = ended->count - from;
        if (count < 2) {
                return;
        }
        ATT_CLEANUP(att_free_pointer)
        struct told *told = att_alloc_array(count, sizeof(*told));
        for (uint32_t i = 0; i < count; i++) {
                told[i] = (struct told){.effect = ended->items[from + i], .index = i};
                told[i].offer = told[i].effect.offer;
        }
        follow_revokes(told, count);
        qsort(told, count, sizeof(*told), compare_told);
        for (uint32_t i = 0; i < count; i++) {
                ended->items[from + i] = told[i].effect;
        }
}

/* ---- All of it ---- */

/* What the engine relies on; a compiled configuration that breaks it was not made by lib/config. */
static bool is_sound(const struct att_config *config)
{
        bool sound = config->policy_count > 0 && config->channel_count <= ATT_CHANNELS_MAX;
        for (uint32_t q = 0; q < config->queue_count; q++) {
                const struct att_queue *queue = &config->queues[q];
                sound = sound && queue->step_count > 0 && queue->step_count <= ATT_STEPS_MAX &&
                        queue->prefer_count <= ATT_REQUIREMENTS_MAX &&
                        queue->policy < config->policy_count;
                for (uint32_t s = 0; sound && s < queue->step_count; s++) {
                        sound = queue->steps[s].requires_count <= ATT_REQUIREMENTS_MAX &&
                                queue->steps[s].change_count <= ATT_REQUIREMENTS_MAX;
                }
        }
        return sound;
}

void handle_config(struct att_core *core, const struct att_command *command)
{
        if (!is_sound(command->config)) {
                refuse(core, command, ATT_REFUSAL_INVALID, "config",
                       "the configuration is not one that can be in force");
                return;
        }
        struct reload reload = {.before = core->config, .after = command->config};
        uint32_t told = core->places[PLACE_ENDED].count;
        att_list_init(&reload.entering);
        map_names(&reload);
        if (reload.before) {
                leave(core, &reload);
        }
        core->config_before = core->config;
        core->config = att_config_ref(command->config);
        channels_reload(core, core->config);
        swap_agents(core, core->config);
        slots_reset(&core->slots, core->agent_count);
        find_human_skills(core, core->config);
        free(core->hot);
        core->hot = att_alloc_array(core->agent_count, sizeof(*core->hot));
        free(core->briefs);
        core->briefs = att_alloc_array(core->agent_count, sizeof(*core->briefs));
        sets_rebuild(core);
        for (uint32_t i = 0; i < core->agent_count; i++) {
                score_refresh(core, core->agents[i]);
                score_learn(core, core->agents[i]);
        }
        swap_queues(core, &reload);
        swap_policies(core, &reload);
        if (reload.before) {
                settle(core, &reload);
        }
        incidents_reload(core);
        bury_agents(core, &reload);
        order_revokes(core, told);
        for (uint32_t q = 0; q < core->config->queue_count; q++) {
                queue_arm_hours(core, q);
        }
        agents_price(core, false);
        core->staffing_fell = true;
        free_map(&reload);

        char text[ATT_DIGEST_TEXT_SIZE];
        struct att_effect *effect = emit(core, PLACE_ENDED, ATT_EFFECT_CONFIG);
        effect->reason = att_arena_text(
                &core->texts, att_text_from(att_digest_format(core->config->digest, text)));
}
