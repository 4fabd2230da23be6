/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relaxed answer serves at least what any pairing can: where it is possible as a pairing, that
 * is settled. Where kinds get in each other's way (a call that wants an agent for itself, among
 * chats) contacts are taken in order of place. One is served if room can be made for it, by moving
 * others to other agents; if not, it may be plain that there is too much to do; and if not that
 * either, a search finds out.
 */
#include <string.h>

#include "lib/base/util.h"
#include "lib/core/assign_work.h"

#define MOVES_MAX   3 /* In a row. */
#define CHANGES_MAX 256

/* What a candidate had before a change. */
struct change {
        uint32_t number;
        uint64_t given;
};

/* Making room. */
struct insertion {
        uint64_t steps_end;
        uint32_t change_count;
        struct change changes[CHANGES_MAX];
};

static bool give(struct assign_work *work, struct insertion *insertion, uint32_t number,
                 uint64_t given)
{
        struct assign_candidate *candidate = &work->candidates[number];

        if (insertion->change_count == CHANGES_MAX ||
            assign_find_worth(work, number, given) == RELAX_IMPOSSIBLE) {
                return false;
        }
        insertion->changes[insertion->change_count] = (struct change){
                .number = number,
                .given = candidate->given,
        };
        insertion->change_count++;
        candidate->given = given;
        return true;
}

static void take_back(struct assign_work *work, struct insertion *insertion, uint32_t change_count)
{
        while (insertion->change_count > change_count) {
                insertion->change_count--;

                const struct change *change = &insertion->changes[insertion->change_count];

                work->candidates[change->number].given = change->given;
        }
}

static bool insert(struct assign_work *work, struct insertion *insertion, uint32_t contact,
                   uint32_t moves_max);

/* Gives a candidate a contact in exchange for some that it has, and those to others. */
static bool displace(struct assign_work *work, struct insertion *insertion, uint32_t number,
                     uint64_t displaced, uint32_t contact, uint32_t moves_max)
{
        struct assign_candidate *candidate = &work->candidates[number];
        const uint32_t change_count = insertion->change_count;
        const uint64_t given = (candidate->given & ~displaced) | assign_bit(contact);
        bool possible = give(work, insertion, number, given);

        candidate->is_locked = true;
        for (uint64_t rest = displaced; rest != 0 && possible; rest &= rest - 1) {
                possible = insert(work, insertion, assign_first(rest), moves_max - 1);
        }
        candidate->is_locked = false;
        if (!possible) {
                take_back(work, insertion, change_count);
        }
        return possible;
}

/* Gives a contact to the candidate to whom it is worth most as things are. */
static bool insert_directly(struct assign_work *work, struct insertion *insertion, uint32_t contact)
{
        int64_t best_gain = RELAX_IMPOSSIBLE;
        uint32_t best = 0;

        for (uint32_t edge = work->relax.first_edge[contact];
             edge < work->relax.first_edge[contact + 1]; edge++) {
                const uint32_t number = assign_candidate_of(work, edge);
                const struct assign_candidate *candidate = &work->candidates[number];

                if (candidate->is_locked) {
                        continue;
                }
                const int64_t worth = assign_find_worth(work, number,
                                                        candidate->given | assign_bit(contact));
                const int64_t gain = worth == RELAX_IMPOSSIBLE
                                             ? worth
                                             : worth - assign_find_worth(work, number,
                                                                         candidate->given);

                if (gain > best_gain) {
                        best_gain = gain;
                        best = number;
                }
        }
        return best_gain > RELAX_IMPOSSIBLE &&
               give(work, insertion, best, work->candidates[best].given | assign_bit(contact));
}

/* Finds a place for a contact, moving one or all of a candidate's contacts. */
static bool insert(struct assign_work *work, struct insertion *insertion, uint32_t contact,
                   uint32_t moves_max)
{
        if (insert_directly(work, insertion, contact)) {
                return true;
        }
        for (uint32_t edge = work->relax.first_edge[contact];
             edge < work->relax.first_edge[contact + 1] && moves_max > 0; edge++) {
                const uint32_t number = assign_candidate_of(work, edge);
                const uint64_t given = work->candidates[number].given;

                if (work->candidates[number].is_locked) {
                        continue;
                }
                for (uint64_t rest = given; rest != 0; rest &= rest - 1) {
                        if (assign_steps(work) > insertion->steps_end) {
                                return false;
                        }
                        if (displace(work, insertion, number, rest & -rest, contact, moves_max)) {
                                return true;
                        }
                }
                if ((given & (given - 1)) != 0 &&
                    displace(work, insertion, number, given, contact, moves_max)) {
                        return true;
                }
        }
        return false;
}

static void take_given(const struct assign_work *work, struct assign_pairing *pairing)
{
        pairing->contacts = 0;
        for (uint32_t number = 0; number < work->candidate_count; number++) {
                const struct assign_candidate *candidate = &work->candidates[number];

                pairing->contacts |= candidate->given;
                for (uint64_t rest = candidate->given; rest != 0; rest &= rest - 1) {
                        pairing->edges[assign_first(rest)] = candidate->edges[assign_first(rest)];
                }
        }
}

/* Adds a contact to a pairing, if room can be made for it with so many moves in a row. */
static bool add_contact(struct assign_work *work, struct assign_pairing *pairing, uint32_t contact,
                        uint32_t moves_max, uint64_t steps_end)
{
        struct insertion insertion = {.steps_end = steps_end};

        assign_give_pairing(work, pairing);
        if (!insert(work, &insertion, contact, moves_max)) {
                return false;
        }
        take_given(work, pairing);
        return true;
}

/* All contacts that would have a part in making room for one: those of the agents that could take
 * it, of the agents that could take those, and so on. */
static uint64_t find_concerned(const struct assign_work *work, uint32_t contact)
{
        uint64_t concerned = assign_bit(contact);
        uint64_t before = 0;

        while (concerned != before) {
                before = concerned;
                for (uint32_t number = 0; number < work->candidate_count; number++) {
                        if (work->candidates[number].contacts & concerned) {
                                concerned |= work->candidates[number].given;
                        }
                }
        }
        return concerned;
}

/* The least share that a contact takes of any agent. */
static int64_t find_least_share(const struct assign_work *work, uint32_t contact)
{
        int64_t least = INT64_MAX;

        for (uint32_t edge = work->relax.first_edge[contact];
             edge < work->relax.first_edge[contact + 1]; edge++) {
                const uint32_t number = assign_candidate_of(work, edge);

                least = att_min_i64(least, work->candidates[number].shares[contact]);
        }
        return least;
}

/* Whether the contacts that would have to make room plainly can't: their least shares are more than
 * all their agents have room for. */
static bool is_too_much(const struct assign_work *work, uint32_t contact)
{
        const uint64_t concerned = find_concerned(work, contact);
        int64_t room = 0;
        int64_t needed = 0;

        for (uint32_t number = 0; number < work->candidate_count; number++) {
                if (work->candidates[number].contacts & concerned) {
                        room += work->candidates[number].room;
                }
        }
        for (uint64_t rest = concerned; rest != 0; rest &= rest - 1) {
                needed += find_least_share(work, assign_first(rest));
        }
        return needed > room;
}

/* Serves one more contact together with those served so far, if that is possible. False if the
 * search for it was given up. */
static bool serve(struct assign_work *work, uint32_t contact, uint64_t all_end,
                  struct assign_pairing *pairing)
{
        const uint64_t moves_end = assign_share_of_steps(work, all_end, 8);
        const uint64_t together = pairing->contacts | assign_bit(contact);

        if (add_contact(work, pairing, contact, 0, moves_end) || is_too_much(work, contact)) {
                return true;
        }
        for (uint32_t moves_max = 1; moves_max <= MOVES_MAX; moves_max++) {
                if (add_contact(work, pairing, contact, moves_max, moves_end)) {
                        return true;
                }
        }
        return assign_search(work, ASSIGN_ANY, together, -RELAX_NO_LIMIT,
                             assign_share_of_steps(work, all_end, 8), pairing);
}

bool assign_find_served(struct assign_work *work, uint64_t contacts,
                        struct assign_pairing *ret_pairing)
{
        const struct relax_match *match = &work->levels[0].match;
        int64_t fits[ATT_ASSIGN_CONTACTS_MAX];
        uint32_t impossible;
        bool exact = true;

        ret_pairing->contacts = assign_fill_slots(work, contacts, &work->levels[0].match);
        memcpy(ret_pairing->edges, match->edge, sizeof(ret_pairing->edges));
        ret_pairing->total = assign_evaluate(work, ret_pairing, fits, &impossible);
        if (ret_pairing->total == RELAX_IMPOSSIBLE) {
                const uint64_t steps_end = assign_share_of_steps(work, work->steps_end, 2);

                ret_pairing->contacts = 0;
                for (uint64_t rest = contacts; rest != 0; rest &= rest - 1) {
                        exact = serve(work, assign_first(rest), steps_end, ret_pairing) && exact;
                }
                ret_pairing->total = assign_evaluate(work, ret_pairing, fits, &impossible);
        }
        return exact;
}
