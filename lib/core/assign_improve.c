/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/core/assign_work.h"

/* Finds what a candidate's contacts are worth, and what each contributes. */
static void weigh(struct assign_work *work, struct assign_pairing *pairing, uint32_t number)
{
        struct assign_candidate *candidate = &work->candidates[number];
        const uint64_t given = candidate->given;

        candidate->worth = assign_find_worth(work, number, given);
        for (uint64_t rest = given; rest != 0; rest &= rest - 1) {
                const uint32_t contact = assign_first(rest);

                pairing->edges[contact] = candidate->edges[contact];
                work->contributions[contact] = candidate->worth -
                                               assign_find_worth(work, number,
                                                                 given & ~assign_bit(contact));
        }
}

/* Gives two candidates other contacts, if that is worth more. */
static bool try_exchange(struct assign_work *work, struct assign_pairing *pairing, uint32_t number,
                         uint64_t given, uint32_t other_number, uint64_t other_given)
{
        struct assign_candidate *candidate = &work->candidates[number];
        struct assign_candidate *other = &work->candidates[other_number];
        const int64_t before = candidate->worth + other->worth;
        const int64_t worth = assign_find_worth(work, number, given);

        if (worth == RELAX_IMPOSSIBLE) {
                return false;
        }
        const int64_t other_worth = assign_find_worth(work, other_number, other_given);

        if (other_worth == RELAX_IMPOSSIBLE || worth + other_worth <= before) {
                return false;
        }
        pairing->total += worth + other_worth - before;
        candidate->given = given;
        other->given = other_given;
        weigh(work, pairing, number);
        weigh(work, pairing, other_number);
        return true;
}

/* Moves a contact by another edge, or lets it change places with a contact there. */
static bool try_edge(struct assign_work *work, struct assign_pairing *pairing, uint32_t contact,
                     uint32_t edge)
{
        const uint32_t number = assign_candidate_of(work, pairing->edges[contact]);
        const uint32_t other_number = assign_candidate_of(work, edge);
        const uint64_t given = work->candidates[number].given & ~assign_bit(contact);
        const uint64_t other_given = work->candidates[other_number].given;
        /* Nothing is worth more than to an agent that has nothing else. */
        const int64_t gain_max = work->relax.edges[edge].cap - work->contributions[contact];

        if (gain_max > 0 && try_exchange(work, pairing, number, given, other_number,
                                         other_given | assign_bit(contact))) {
                return true;
        }
        for (uint64_t rest = other_given & work->candidates[number].contacts; rest != 0;
             rest &= rest - 1) {
                const uint32_t other = assign_first(rest);
                const int64_t other_gain_max =
                        work->relax.edges[assign_edge(work, number, other)].cap -
                        work->contributions[other];

                if (gain_max + other_gain_max > 0 &&
                    try_exchange(work, pairing, number, given | assign_bit(other), other_number,
                                 (other_given & ~assign_bit(other)) | assign_bit(contact))) {
                        return true;
                }
        }
        return false;
}

/* Tries all edges of all contacts once. True if something became better and there are steps left. */
static bool try_all(struct assign_work *work, struct assign_pairing *pairing, uint64_t steps_end)
{
        bool is_better = false;

        for (uint64_t rest = pairing->contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = assign_first(rest);

                for (uint32_t edge = work->relax.first_edge[contact];
                     edge < work->relax.first_edge[contact + 1]; edge++) {
                        if (assign_steps(work) > steps_end) {
                                return false;
                        }
                        if (edge != pairing->edges[contact] &&
                            try_edge(work, pairing, contact, edge)) {
                                is_better = true;
                        }
                }
        }
        return is_better;
}

void assign_improve(struct assign_work *work, struct assign_pairing *pairing, uint64_t steps_end)
{
        assign_give_pairing(work, pairing);
        for (uint32_t number = 0; number < work->candidate_count; number++) {
                weigh(work, pairing, number);
        }
        while (try_all(work, pairing, steps_end)) {
        }
}
