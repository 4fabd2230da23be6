/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who gets whom at one instant: every pairing is tried.
 *
 * Contacts come in order of place, the served set is found one contact after the other, then all
 * pairings that serve it are gone through for the largest fit and the best ties. Pairs are kept
 * apart (naive->pairs) until all of the instant's are known, so that idle time and links stay as
 * they were before it.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "tests/naive/naive_state.h"

enum { WAITING_MAX = 64, AGENTS_MAX = 32 };

#define NODES_MAX UINT64_C(3000000)

struct tie {
        int64_t load;
        int64_t idle_ms;
        uint32_t agent;
};

struct pairing {
        uint32_t agents[WAITING_MAX]; /* By place; ATT_NONE. */
        struct tie ties[WAITING_MAX];
        int64_t fit;
};

struct match {
        struct naive *naive;
        struct naive_contact *contacts[WAITING_MAX]; /* In order of place. */
        bool may[WAITING_MAX][AGENTS_MAX];           /* Room apart. */
        int64_t fit_most[WAITING_MAX];
        bool served[WAITING_MAX];
        uint32_t count;
        uint32_t place_base; /* Of this pass: after all places of those before. */
        uint64_t nodes;
        struct pairing trial;
        struct pairing best;
        bool has_best;
};

/* --- Who may, links and holds included --------------------------------------------------------- */

static bool is_offered_to_one_or_connected(struct naive *naive, const struct naive_contact *c,
                                           struct naive_agent **ret_agent)
{
        if (c->state == ATT_CONTACT_CONNECTED) {
                *ret_agent = naive_find_agent(naive, c->agent);
                return *ret_agent != NULL;
        }
        if (c->state != ATT_CONTACT_OFFERED || naive_live_offers_of(naive, c) != 1) {
                return false;
        }
        for (uint32_t i = 0; i < naive->offers.count; i++) {
                if (NAIVE_OFFER(naive, i)->live && NAIVE_OFFER(naive, i)->contact == c) {
                        *ret_agent = NAIVE_OFFER(naive, i)->agent;
                }
        }
        return true;
}

/* The agent of the same conversation on another channel, or NULL. */
static struct naive_agent *linked_agent_of(struct naive *naive, const struct naive_contact *c)
{
        struct naive_agent *agent = NULL;
        uint64_t latest = 0;

        if (att_text_is_empty(c->request->customer.id)) {
                return NULL;
        }
        for (uint32_t i = 0; i < naive->contacts.count; i++) {
                struct naive_contact *other = NAIVE_CONTACT(naive, i);
                struct naive_agent *theirs = NULL;

                if (other->arrival < c->arrival && other->arrival >= latest &&
                    att_text_equals(other->request->customer.id, c->request->customer.id) &&
                    !att_text_equals(other->request->channel, c->request->channel) &&
                    is_offered_to_one_or_connected(naive, other, &theirs)) {
                        agent = theirs;
                        latest = other->arrival;
                }
        }
        return agent;
}

static struct naive_agent *held_for(struct naive *naive, const struct naive_contact *c)
{
        struct naive_agent *preferred = naive_find_agent(naive, c->request->preferred_agent);

        if (!preferred ||
            naive->now_ms - c->entered_at_ms >= naive_policy_of(naive, c)->hold_for_preferred_ms ||
            !naive_is_open_to(naive, c, preferred, true)) {
                return NULL;
        }
        return preferred;
}

static bool can_take(struct naive *naive, const struct naive_contact *c,
                     const struct naive_agent *a)
{
        return naive_is_open_to(naive, c, a, true) && naive_has_room(naive, c, a);
}

/* Only this agent may, or NULL: anyone. */
static struct naive_agent *only_for(struct naive *naive, const struct naive_contact *c)
{
        struct naive_agent *linked = linked_agent_of(naive, c);

        if (linked && can_take(naive, c, linked)) {
                return linked;
        }
        return held_for(naive, c);
}

static bool has_pair(const struct naive *naive, const struct naive_contact *c)
{
        for (uint32_t i = 0; i < naive->pair_count; i++) {
                if (naive->pairs[i].contact == c) {
                        return true;
                }
        }
        return false;
}

static bool is_in_window(const struct naive *naive, const struct naive_contact *c)
{
        const struct att_policy *policy = naive_policy_of(naive, c);
        uint32_t index = naive->config->queues[c->queue].policy;

        return policy->batch_ms > 0 && naive->window_until_ms[index] != naive->now_ms;
}

/* --- The assignment ---------------------------------------------------------------------------- */

static void push_pair(struct naive *naive, struct naive_contact *c, struct naive_agent *a,
                      uint32_t place)
{
        struct att_channel channel;
        uint32_t index;

        ATT_CHECK(naive->pair_count < NAIVE_PAIRS_MAX);
        (void)naive_get_channel(naive, c->request->channel, &channel, &index);
        naive->pairs[naive->pair_count++] = (struct naive_pair){
                .contact = c, .agent = a, .units = channel.units, .place = place};
}

/* Waiting contacts that someone can take now, in order of place. */
static void find_set(struct match *match)
{
        struct naive *naive = match->naive;
        struct naive_key keys[WAITING_MAX];

        match->count = 0;
        for (uint32_t i = 0; i < naive->contacts.count; i++) {
                struct naive_contact *c = NAIVE_CONTACT(naive, i);
                struct naive_agent *only;
                struct naive_key best = {0};
                bool found = false;
                uint32_t at;

                if (c->state != ATT_CONTACT_QUEUED || has_pair(naive, c) ||
                    is_in_window(naive, c)) {
                        continue;
                }
                only = only_for(naive, c);
                for (uint32_t j = 0; j < naive->agents.count; j++) {
                        struct naive_agent *a = NAIVE_AGENT(naive, j);

                        if ((!only || only == a) && can_take(naive, c, a)) {
                                struct naive_key key = naive_key_of(naive, c, a);

                                if (!found || naive_compare_keys(&key, &best) < 0) {
                                        best = key;
                                        found = true;
                                }
                        }
                }
                if (!found) {
                        continue;
                }
                if (match->count == WAITING_MAX) {
                        naive->gave_up = true;
                        return;
                }
                at = match->count++;
                while (at > 0 && naive_compare_keys(&best, &keys[at - 1]) < 0) {
                        keys[at] = keys[at - 1];
                        match->contacts[at] = match->contacts[at - 1];
                        at--;
                }
                keys[at] = best;
                match->contacts[at] = c;
        }
        for (uint32_t i = 0; i < match->count; i++) {
                struct naive_contact *c = match->contacts[i];
                struct naive_agent *only = only_for(naive, c);

                match->served[i] = false;
                match->fit_most[i] = 0;
                for (uint32_t j = 0; j < naive->agents.count; j++) {
                        struct naive_agent *a = NAIVE_AGENT(naive, j);

                        match->may[i][j] = (!only || only == a) && can_take(naive, c, a);
                        if (match->may[i][j]) {
                                match->fit_most[i] = att_max_i64(match->fit_most[i],
                                                                 naive_fit_ppm(naive, c, a));
                        }
                }
        }
}

static bool can_serve(struct match *match, uint32_t place)
{
        struct naive *naive = match->naive;

        while (place < match->count && !match->served[place]) {
                place++;
        }
        if (place == match->count) {
                return true;
        }
        if (match->nodes++ > NODES_MAX) {
                naive->gave_up = true;
                return false;
        }
        for (uint32_t j = 0; j < naive->agents.count; j++) {
                struct naive_contact *c = match->contacts[place];
                struct naive_agent *a = NAIVE_AGENT(naive, j);
                bool fine;

                if (!match->may[place][j] || !naive_has_room(naive, c, a)) {
                        continue;
                }
                push_pair(naive, c, a, place);
                fine = can_serve(match, place + 1);
                naive->pair_count--;
                if (fine) {
                        return true;
                }
        }
        return false;
}

static int compare_ties(const struct tie *a, const struct tie *b)
{
        if (a->load != b->load) {
                return a->load < b->load ? -1 : 1;
        }
        if (a->idle_ms != b->idle_ms) {
                return a->idle_ms > b->idle_ms ? -1 : 1;
        }
        return a->agent < b->agent ? -1 : a->agent > b->agent;
}

static bool is_better(const struct match *match, const struct pairing *a, const struct pairing *b)
{
        if (a->fit != b->fit) {
                return a->fit > b->fit;
        }
        for (uint32_t i = 0; i < match->count; i++) {
                if (match->served[i]) {
                        int order = compare_ties(&a->ties[i], &b->ties[i]);

                        if (order != 0) {
                                return order < 0;
                        }
                }
        }
        return false;
}

static void try_all(struct match *match, uint32_t place)
{
        struct naive *naive = match->naive;
        int64_t most = match->trial.fit;

        while (place < match->count && !match->served[place]) {
                match->trial.agents[place++] = ATT_NONE;
        }
        if (place == match->count) {
                if (!match->has_best || is_better(match, &match->trial, &match->best)) {
                        match->best = match->trial;
                        match->has_best = true;
                }
                return;
        }
        for (uint32_t i = place; i < match->count; i++) {
                most += match->served[i] ? match->fit_most[i] : 0;
        }
        if (match->has_best && most < match->best.fit) {
                return;
        }
        if (match->nodes++ > NODES_MAX) {
                naive->gave_up = true;
                return;
        }
        for (uint32_t j = 0; j < naive->agents.count; j++) {
                struct naive_contact *c = match->contacts[place];
                struct naive_agent *a = NAIVE_AGENT(naive, j);
                int64_t fit;

                if (!match->may[place][j] || !naive_has_room(naive, c, a)) {
                        continue;
                }
                fit = naive_fit_ppm(naive, c, a);
                match->trial.agents[place] = j;
                match->trial.ties[place] = (struct tie){
                        .load = naive_load(naive, a),
                        .idle_ms = naive_idle_ms(naive, a),
                        .agent = j,
                };
                match->trial.fit += fit;
                push_pair(naive, c, a, place);
                try_all(match, place + 1);
                naive->pair_count--;
                match->trial.fit -= fit;
        }
}

/* One assignment; whether it made a pair. */
static bool assign(struct match *match)
{
        struct naive *naive = match->naive;

        find_set(match);
        match->nodes = 0;
        match->has_best = false;
        match->trial.fit = 0;
        for (uint32_t i = 0; i < match->count; i++) {
                match->served[i] = true;
                match->served[i] = can_serve(match, 0);
        }
        try_all(match, 0);
        if (naive->gave_up || match->count == 0) {
                return false;
        }
        for (uint32_t i = 0; i < match->count; i++) {
                if (match->best.agents[i] != ATT_NONE) {
                        push_pair(naive, match->contacts[i],
                                  NAIVE_AGENT(naive, match->best.agents[i]), match->place_base + i);
                }
        }
        match->place_base += match->count;
        return true;
}

/* --- Further agents of a round ----------------------------------------------------------------- */

static bool is_asked(const struct naive *naive, const struct naive_contact *c,
                     const struct naive_agent *a)
{
        for (uint32_t i = 0; i < naive->pair_count; i++) {
                if (naive->pairs[i].contact == c && naive->pairs[i].agent == a) {
                        return true;
                }
        }
        return false;
}

static void add_one(struct naive *naive, struct naive_contact *c, uint32_t place)
{
        struct naive_agent *linked = linked_agent_of(naive, c);
        struct naive_agent *only = only_for(naive, c);
        struct naive_agent *best = NULL;
        int64_t best_fit = 0;
        struct tie best_tie = {0};

        if (linked && is_asked(naive, c, linked)) {
                return; /* One conversation: its agent takes it, nobody else is asked. */
        }
        for (uint32_t j = 0; j < naive->agents.count; j++) {
                struct naive_agent *a = NAIVE_AGENT(naive, j);
                int64_t fit;
                struct tie tie;

                if ((only && only != a) || is_asked(naive, c, a) || !can_take(naive, c, a)) {
                        continue;
                }
                fit = naive_fit_ppm(naive, c, a);
                tie = (struct tie){.load = naive_load(naive, a),
                                   .idle_ms = naive_idle_ms(naive, a),
                                   .agent = j};
                if (!best || fit > best_fit ||
                    (fit == best_fit && compare_ties(&tie, &best_tie) < 0)) {
                        best = a;
                        best_fit = fit;
                        best_tie = tie;
                }
        }
        if (best) {
                push_pair(naive, c, best, place);
        }
}

static void broaden(struct naive *naive)
{
        uint32_t firsts = naive->pair_count;

        for (uint32_t round = 2; round <= ATT_BROADCAST_MAX; round++) {
                for (uint32_t i = 0; i < firsts; i++) {
                        struct naive_contact *c = naive->pairs[i].contact;
                        struct att_channel channel;
                        uint32_t index;

                        (void)naive_get_channel(naive, c->request->channel, &channel, &index);
                        if (!channel.auto_accept && naive_policy_of(naive, c)->broadcast >= round) {
                                add_one(naive, c, naive->pairs[i].place);
                        }
                }
        }
}

/* --- Making the pairs -------------------------------------------------------------------------- */

static void make_pair(struct naive *naive, const struct naive_pair *pair, uint64_t number)
{
        struct naive_contact *c = pair->contact;
        struct att_channel channel;
        struct att_effect *effect;
        struct naive_offer *offer;
        uint32_t index;

        (void)naive_get_channel(naive, c->request->channel, &channel, &index);
        if (channel.auto_accept) {
                naive_connect(naive, c, pair->agent, pair->units, number, &naive->given);
                return;
        }
        if (c->state != ATT_CONTACT_OFFERED) {
                c->state = ATT_CONTACT_OFFERED;
                c->round_counts = false;
        }
        offer = naive_list_add(&naive->offers, sizeof(*offer));
        *offer = (struct naive_offer){
                .number = number,
                .contact = c,
                .agent = pair->agent,
                .units = pair->units,
                .due_ms = naive->now_ms + channel.offer_timeout_ms,
                .live = true,
        };
        effect = naive_say(naive, &naive->given, ATT_EFFECT_OFFER, c);
        effect->agent = pair->agent->id;
        effect->channel = c->request->channel;
        effect->step = c->step;
        effect->offer = offer->number;
        effect->due_ms = offer->due_ms;
}

/* A window opens with the first pair that could be made. */
static void open_windows(struct naive *naive)
{
        for (uint32_t i = 0; i < naive->contacts.count; i++) {
                struct naive_contact *c = NAIVE_CONTACT(naive, i);
                struct naive_agent *only;
                uint32_t policy;

                if (c->state != ATT_CONTACT_QUEUED || naive_policy_of(naive, c)->batch_ms == 0) {
                        continue;
                }
                policy = naive->config->queues[c->queue].policy;
                if (naive->window_until_ms[policy] != NAIVE_NEVER) {
                        continue;
                }
                only = only_for(naive, c);
                for (uint32_t j = 0; j < naive->agents.count; j++) {
                        struct naive_agent *a = NAIVE_AGENT(naive, j);

                        if ((!only || only == a) && can_take(naive, c, a)) {
                                naive->window_until_ms[policy] =
                                        naive->now_ms + naive_policy_of(naive, c)->batch_ms;
                        }
                }
        }
}

/* Told by place, the most urgent contact first; numbered in the order made: each contact gets one
 * before any gets a second. */
static void sort_offers(struct naive *naive)
{
        for (uint32_t i = 1; i < naive->offers.count; i++) {
                for (uint32_t j = i;
                     j > 0 && NAIVE_OFFER(naive, j)->number < NAIVE_OFFER(naive, j - 1)->number;
                     j--) {
                        void *moved = naive->offers.items[j];

                        naive->offers.items[j] = naive->offers.items[j - 1];
                        naive->offers.items[j - 1] = moved;
                }
        }
}

void naive_match(struct naive *naive)
{
        struct match *match = att_alloc(sizeof(*match));
        struct naive_pair pairs[NAIVE_PAIRS_MAX];
        uint32_t count;

        ATT_CHECK(naive->agents.count <= AGENTS_MAX);
        match->naive = naive;
        naive->pair_count = 0;
        open_windows(naive);
        while (assign(match)) {
        }
        broaden(naive);
        count = naive->pair_count;
        memcpy(pairs, naive->pairs, sizeof(pairs));
        naive->pair_count = 0;
        for (uint32_t place = 0; place < match->place_base; place++) {
                for (uint32_t i = 0; i < count; i++) {
                        if (pairs[i].place == place) {
                                make_pair(naive, &pairs[i], naive->offers_made + i + 1);
                        }
                }
        }
        naive->offers_made += count;
        sort_offers(naive);
        for (uint32_t i = 0; i < naive->config->policy_count; i++) {
                if (naive->window_until_ms[i] <= naive->now_ms) {
                        naive->window_until_ms[i] = NAIVE_NEVER;
                }
        }
        free(match);
}
