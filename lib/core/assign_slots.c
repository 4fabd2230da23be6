/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An agent's states are what it may have been given, as far as it makes a difference: so many
 * contacts of each kind. All that are possible are tried, each made of the first contacts of every
 * kind. In which order they are made makes no difference to scores, but may to what is possible
 * (one channel may interrupt another, not the other way round); so a state counts if any order
 * leads to it, and slots may promise more than a pairing in order of place can keep, never less.
 */
#include <string.h>

#include "lib/base/util.h"
#include "lib/core/assign_work.h"

#define CONTACTS_MAX ATT_ASSIGN_CONTACTS_MAX

/* An agent, in parts that can be shared evenly by up to 16. */
#define WHOLE 720720U

/* One more slot, worth nothing yet. */
static void add_slot(struct assign_work *work, struct relax_agent *agent)
{
        int64_t *values = work->values[agent->slot_count];

        for (uint32_t i = 0; i < CONTACTS_MAX; i++) {
                values[i] = RELAX_IMPOSSIBLE;
        }
        agent->slot_count++;
}

/* With nothing made yet all is known from the pairs. */
static uint64_t fill_first_slot(struct assign_work *work, uint32_t number)
{
        const uint64_t contacts = work->candidates[number].contacts;

        add_slot(work, &work->relax.agents[number]);
        for (uint64_t rest = contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = assign_first(rest);

                work->values[0][contact] =
                        work->relax.edges[assign_edge(work, number, contact)].cap;
        }
        return contacts;
}

/* What the contacts after the ones made are worth in the slot of this rank. Gives those of which
 * one more could be made. */
static uint64_t fill_slot(struct assign_work *work, uint32_t number, uint64_t made, uint32_t rank)
{
        const uint64_t others = work->candidates[number].contacts & ~made;
        const uint64_t later = others & (~UINT64_C(0) << assign_last(made));
        struct relax_agent *agent = &work->relax.agents[number];
        uint64_t possible = 0;

        for (uint64_t rest = others; rest != 0; rest &= rest - 1) {
                const uint32_t contact = assign_first(rest);
                const uint64_t alike = others & work->alike[contact];
                const bool is_first = contact == assign_first(alike);
                struct att_assign_tie tie;
                int64_t fit;

                /* The first of a kind tells whether there is room for any of it. */
                if (!is_first && !assign_has(possible & later, contact)) {
                        continue;
                }
                if (!assign_score(work, contact, assign_edge(work, number, contact), &fit, &tie)) {
                        continue;
                }
                possible |= alike;
                if (assign_has(later, contact)) {
                        if (rank == agent->slot_count) {
                                add_slot(work, agent);
                        }
                        work->values[rank][contact] = att_max_i64(work->values[rank][contact], fit);
                }
        }
        return possible;
}

/* Whether a state, as the set of the contacts made, is one to try. */
static bool enter_state(struct assign_work *work, uint64_t made, bool *overflow)
{
        for (uint32_t i = 0; i < work->state_count; i++) {
                if (work->states[i] == made) {
                        return false;
                }
        }
        if (work->state_count == ASSIGN_STATES_MAX) {
                *overflow = true;
                return false;
        }
        work->states[work->state_count] = made;
        work->state_count++;
        return true;
}

/* Tries this state and all that follow from it; false if there are too many. */
static bool try_states(struct assign_work *work, uint32_t number, uint64_t made, uint32_t rank)
{
        uint64_t possible = made == 0 ? fill_first_slot(work, number)
                                      : fill_slot(work, number, made, rank);
        bool overflow = false;

        while (possible != 0 && !overflow) {
                const uint32_t contact = assign_first(possible);
                const uint64_t next = made | assign_bit(contact);

                possible &= ~work->alike[contact];
                if (enter_state(work, next, &overflow)) {
                        assign_make(work, contact, assign_edge(work, number, contact));
                        overflow = !try_states(work, number, next, rank + 1);
                        assign_unmake(work, contact, assign_edge(work, number, contact));
                }
        }
        return !overflow;
}

/* Without knowing better: as many slots as contacts, each worth what the first is, and room for
 * everything. */
static void assume_slots(struct assign_work *work, uint32_t number)
{
        struct assign_candidate *candidate = &work->candidates[number];
        struct relax_agent *agent = &work->relax.agents[number];
        uint32_t earlier = 0;

        agent->slot_count = (uint32_t)__builtin_popcountll(candidate->contacts);
        candidate->room = (int64_t)WHOLE * CONTACTS_MAX;
        for (uint64_t rest = candidate->contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = assign_first(rest);
                const int64_t fit = work->relax.edges[candidate->edges[contact]].cap;

                candidate->shares[contact] = 0;
                for (uint32_t rank = 0; rank < agent->slot_count; rank++) {
                        work->values[rank][contact] = rank <= earlier ? fit : RELAX_IMPOSSIBLE;
                }
                earlier++;
        }
}

/* A contact's share of an agent is one part of as many of its kind as the agent has room for. Finds
 * the shares, and the largest sum of them that the agent could have. */
static void find_shares(struct assign_work *work, uint32_t number)
{
        struct assign_candidate *candidate = &work->candidates[number];

        candidate->room = 0;
        for (uint64_t rest = candidate->contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = assign_first(rest);
                const uint64_t alike = work->alike[contact];
                uint32_t most = 1;

                for (uint32_t i = 0; i < work->state_count; i++) {
                        const uint32_t count = (uint32_t)__builtin_popcountll(work->states[i] &
                                                                              alike);

                        most = count > most ? count : most;
                }
                candidate->shares[contact] = WHOLE / most;
        }
        for (uint32_t i = 0; i < work->state_count; i++) {
                int64_t sum = 0;

                for (uint64_t rest = work->states[i]; rest != 0; rest &= rest - 1) {
                        sum += candidate->shares[assign_first(rest)];
                }
                candidate->room = att_max_i64(candidate->room, sum);
        }
}

/* Moves what was found out to where the relaxed problem wants it. */
static void add_slots(struct assign_work *work, uint32_t number)
{
        const uint64_t contacts = work->candidates[number].contacts;
        struct relax_agent *agent = &work->relax.agents[number];
        const size_t needed = work->value_count +
                              (size_t)agent->slot_count * (size_t)__builtin_popcountll(contacts);

        if (needed > work->value_capacity) {
                work->value_capacity = att_grown_capacity(work->value_capacity, needed);
                work->relax.values = att_realloc_array(work->relax.values, work->value_capacity,
                                                       sizeof(*work->relax.values));
        }
        for (uint64_t rest = contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = assign_first(rest);
                const uint32_t edge = assign_edge(work, number, contact);

                work->relax.edges[edge].first_value = work->value_count;
                for (uint32_t rank = 0; rank < agent->slot_count; rank++) {
                        work->relax.values[work->value_count] = work->values[rank][contact];
                        work->value_count++;
                }
        }
        agent->first_slot = work->slot_count;
        work->slot_count += agent->slot_count;
        if (work->slot_count > work->slot_capacity) {
                work->slot_capacity = att_grown_capacity(work->slot_capacity, work->slot_count);
                work->relax.owner = att_realloc_array(work->relax.owner, work->slot_capacity,
                                                      sizeof(*work->relax.owner));
        }
}

void assign_find_slots(struct assign_work *work, uint32_t number)
{
        struct assign_candidate *candidate = &work->candidates[number];
        struct relax_agent *agent = &work->relax.agents[number];
        const uint64_t alike = work->alike[assign_first(candidate->contacts)];

        agent->slot_count = 0;
        work->state_count = 0;
        candidate->slots_tell_all = false;
        if (try_states(work, number, 0, 0)) {
                find_shares(work, number);
                candidate->slots_tell_all = agent->slot_count == 1 ||
                                            (candidate->contacts & ~alike) == 0;
        } else {
                assume_slots(work, number);
        }
        add_slots(work, number);
}
