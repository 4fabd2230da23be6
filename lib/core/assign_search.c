/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A depth-first search that binds one contact after the other to one of its agents. At each level a
 * match of slots, mended after each binding, promises a total that nothing below can surpass; its
 * prices tell what any choice loses at least. Whatever promises less than is needed is not tried.
 *
 * For the largest total, the match is also read as a pairing, and the contact to bind next is chosen
 * where that keeps less than was promised: where every promise is kept, nothing is left to search.
 * For the best ties contacts are bound in order of place, to the better tie first, and the first
 * pairing that is complete is the answer.
 */
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "lib/core/assign_work.h"

#define NOBODY ATT_ASSIGN_CONTACTS_MAX

struct search {
        enum assign_goal goal;
        uint64_t contacts; /* To be served. */
        uint64_t bound;    /* Of them, those that have their agent. */
        int64_t needed;    /* The least total of use. */
        uint64_t steps_end;
        bool is_given_up;
        struct assign_pairing *pairing; /* Borrowed; written when one is found. */
};

static bool descend(struct assign_work *work, struct search *search, uint32_t depth);

/* Binding ------------------------------------------------------------------ */

/* Lowers what a candidate's contacts may be worth to what those bound to it leave for them. */
static void lower_values(struct assign_work *work, const struct search *search, uint32_t number,
                         struct assign_level *level)
{
        const struct assign_candidate *candidate = &work->candidates[number];
        struct att_assign_tie tie;
        uint64_t made = 0;
        uint32_t rank = 0;

        for (uint64_t rest = candidate->contacts & search->contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = assign_first(rest);
                struct relax_edge *edge = &work->relax.edges[candidate->edges[contact]];
                const bool is_bound = assign_has(candidate->bound, contact);

                level->caps[contact] = edge->cap;
                level->ranks_min[contact] = edge->rank_min;
                if (assign_has(search->bound, contact) && !is_bound) {
                        continue; /* To another. */
                }
                edge->rank_min = rank;
                rank += is_bound;
                if (candidate->slots_tell_all) {
                        continue;
                }
                if (!assign_score(work, contact, candidate->edges[contact], &edge->cap, &tie)) {
                        edge->cap = RELAX_IMPOSSIBLE;
                }
                if (is_bound && edge->cap != RELAX_IMPOSSIBLE) {
                        assign_make(work, contact, candidate->edges[contact]);
                        made |= assign_bit(contact);
                }
        }
        assign_unmake_all(work, number, made);
}

static void restore_values(struct assign_work *work, const struct search *search, uint32_t number,
                           const struct assign_level *level)
{
        const struct assign_candidate *candidate = &work->candidates[number];

        for (uint64_t rest = candidate->contacts & search->contacts; rest != 0; rest &= rest - 1) {
                const uint32_t contact = assign_first(rest);
                struct relax_edge *edge = &work->relax.edges[candidate->edges[contact]];

                edge->cap = level->caps[contact];
                edge->rank_min = level->ranks_min[contact];
        }
}

/* Mends the match after a contact was bound. False if what is left can't serve all, or promises too
 * little. */
static bool mend_match(struct assign_work *work, const struct search *search, uint32_t number,
                       uint32_t contact, struct assign_level *level)
{
        const struct assign_candidate *candidate = &work->candidates[number];
        uint64_t to_mend = assign_bit(contact);

        for (uint64_t rest = candidate->contacts & search->contacts; rest != 0; rest &= rest - 1) {
                const uint32_t other = assign_first(rest);

                if (level->match.edge[other] == candidate->edges[other]) {
                        to_mend |= assign_bit(other);
                }
        }
        for (; to_mend != 0; to_mend &= to_mend - 1) {
                int64_t loss;

                if (!relax_mend(&work->relax, &level->match, assign_first(to_mend),
                                level->promise - search->needed, &loss)) {
                        return false;
                }
                level->promise -= loss;
        }
        return true;
}

/* Binds a contact by one of its edges and goes on from there. True if the search is over. */
static bool take_option(struct assign_work *work, struct search *search, uint32_t depth,
                        uint32_t contact, uint32_t edge)
{
        struct assign_level *level = &work->levels[depth];
        struct assign_level *next = &work->levels[depth + 1];
        const uint32_t number = assign_candidate_of(work, edge);
        bool is_over = false;

        next->match = level->match;
        next->promise = level->promise;
        search->bound |= assign_bit(contact);
        work->candidates[number].bound |= assign_bit(contact);
        work->relax.only_edge[contact] = edge;
        lower_values(work, search, number, level);
        if (mend_match(work, search, number, contact, next)) {
                ATT_INVARIANT(next->promise == relax_total(&work->relax, &next->match));
                is_over = descend(work, search, depth + 1);
        }
        restore_values(work, search, number, level);
        work->relax.only_edge[contact] = RELAX_NO_EDGE;
        work->candidates[number].bound &= ~assign_bit(contact);
        search->bound &= ~assign_bit(contact);
        relax_adopt(&work->relax, &next->match, &level->match);
        return is_over;
}

/* Choosing ----------------------------------------------------------------- */

/* The first contact that is not bound and has a slot of the same agent; it may be the one asked
 * about. */
static uint32_t find_in_the_way(const struct assign_work *work, const struct search *search,
                                const struct relax_match *match, uint32_t contact)
{
        const uint32_t number = assign_candidate_of(work, match->edge[contact]);

        for (uint64_t rest = search->contacts & ~search->bound; rest != 0; rest &= rest - 1) {
                const uint32_t other = assign_first(rest);

                if (assign_candidate_of(work, match->edge[other]) == number) {
                        return other;
                }
        }
        return NOBODY;
}

/* Reads a match as a pairing. Gives its total, RELAX_IMPOSSIBLE if it is not possible, and the
 * contact to bind next: one that keeps a slot from being worth what it promises, or NOBODY. */
static int64_t read_match(struct assign_work *work, const struct search *search,
                          const struct relax_match *match, uint32_t *ret_contact)
{
        struct assign_pairing pairing = {.contacts = search->contacts};
        int64_t fits[ATT_ASSIGN_CONTACTS_MAX];
        int64_t most = 0;
        uint32_t worst = NOBODY;

        memcpy(pairing.edges, match->edge, sizeof(pairing.edges));
        const int64_t total = assign_evaluate(work, &pairing, fits, &worst);

        for (uint64_t rest = search->contacts; rest != 0 && total != RELAX_IMPOSSIBLE;
             rest &= rest - 1) {
                const uint32_t contact = assign_first(rest);
                const int64_t less = relax_row_value(&work->relax, match, contact) - fits[contact];

                if (less > most) {
                        most = less;
                        worst = contact;
                }
        }
        *ret_contact = worst == NOBODY ? NOBODY : find_in_the_way(work, search, match, worst);
        return total;
}

static void keep_pairing(const struct search *search, const struct relax_match *match,
                         int64_t total)
{
        search->pairing->contacts = search->contacts;
        search->pairing->total = total;
        memcpy(search->pairing->edges, match->edge, sizeof(search->pairing->edges));
}

/* Looks at what a level has come to and chooses the contact to bind next: NOBODY if nothing is left
 * to do below. True if the whole search is over. */
static bool choose_contact(struct assign_work *work, struct search *search,
                           const struct assign_level *level, uint32_t *ret_contact)
{
        if (search->goal == ASSIGN_BEST_TIES) {
                const uint64_t left = search->contacts & ~search->bound;

                *ret_contact = left != 0 ? assign_first(left) : NOBODY;
                if (left == 0) {
                        keep_pairing(search, &level->match, level->promise);
                }
                return left == 0;
        }

        const int64_t total = read_match(work, search, &level->match, ret_contact);

        if (total >= search->needed) {
                keep_pairing(search, &level->match, total);
                search->needed = total + 1;
                if (search->goal == ASSIGN_ANY) {
                        return true;
                }
        }
        if (level->promise < search->needed) {
                *ret_contact = NOBODY;
        }
        return false;
}

/* Options ------------------------------------------------------------------ */

static bool is_better_option(const struct search *search, const struct assign_option *a,
                             const struct assign_option *b)
{
        return search->goal == ASSIGN_BEST_TIES ? att_assign_compare_ties(&a->tie, &b->tie) < 0
                                                : a->loss < b->loss;
}

static void add_option(const struct search *search, struct assign_level *level,
                       const struct assign_option *option)
{
        uint32_t at = level->option_count;

        while (at > 0 && is_better_option(search, option, &level->options[at - 1])) {
                level->options[at] = level->options[at - 1];
                at--;
        }
        level->options[at] = *option;
        level->option_count++;
}

/* The tie of a contact that comes after all that are bound to the agent. */
static bool find_tie(struct assign_work *work, uint32_t contact, uint32_t edge,
                     struct att_assign_tie *ret_tie)
{
        const uint32_t number = assign_candidate_of(work, edge);
        const uint64_t bound = work->candidates[number].bound;
        int64_t fit;

        assign_make_all(work, number, bound);
        const bool is_possible = assign_score(work, contact, edge, &fit, ret_tie);

        assign_unmake_all(work, number, bound);
        return is_possible;
}

static void collect_options(struct assign_work *work, const struct search *search,
                            struct assign_level *level, uint32_t contact)
{
        level->option_count = 0;
        for (uint32_t edge = work->relax.first_edge[contact];
             edge < work->relax.first_edge[contact + 1]; edge++) {
                struct assign_option option = {.edge = edge};

                option.loss = relax_least_loss(&work->relax, &level->match, contact, edge);
                if (option.loss == RELAX_IMPOSSIBLE ||
                    level->promise - option.loss < search->needed) {
                        continue;
                }
                ATT_INVARIANT(option.loss >= 0);
                if (search->goal != ASSIGN_BEST_TIES ||
                    find_tie(work, contact, edge, &option.tie)) {
                        add_option(search, level, &option);
                }
        }
}

/* True if the search is over. No deeper than there are contacts. */
static bool descend(struct assign_work *work, struct search *search, uint32_t depth)
{
        struct assign_level *level = &work->levels[depth];
        uint32_t contact;

        if (assign_steps(work) > search->steps_end) {
                search->is_given_up = true;
                return true;
        }
        if (choose_contact(work, search, level, &contact)) {
                return true;
        }
        if (contact == NOBODY) {
                return false;
        }
        collect_options(work, search, level, contact);
        for (uint32_t i = 0; i < level->option_count; i++) {
                /* What is needed may have grown since the options were collected. */
                if (level->promise - level->options[i].loss >= search->needed &&
                    take_option(work, search, depth, contact, level->options[i].edge)) {
                        return true;
                }
        }
        return false;
}

uint64_t assign_fill_slots(struct assign_work *work, uint64_t contacts, struct relax_match *match)
{
        memset(work->relax.owner, RELAX_NO_ROW, work->slot_count);
        if (contacts == work->filled.rows) {
                *match = work->filled; /* As the time before. */
                relax_adopt(&work->relax, NULL, match);
                return contacts;
        }
        match->rows = 0;
        for (uint64_t rest = contacts; rest != 0; rest &= rest - 1) {
                (void)relax_add_row(&work->relax, match, assign_first(rest));
        }
        work->filled = *match;
        return match->rows;
}

bool assign_search(struct assign_work *work, enum assign_goal goal, uint64_t contacts,
                   int64_t needed, uint64_t steps_end, struct assign_pairing *pairing)
{
        struct assign_level *first = &work->levels[0];
        struct search search = {
                .goal = goal,
                .contacts = contacts,
                .needed = needed,
                .steps_end = steps_end,
                .pairing = pairing,
        };

        if (assign_fill_slots(work, contacts, &first->match) != contacts) {
                return true; /* Not even the slots are enough. */
        }
        first->promise = relax_total(&work->relax, &first->match);
        if (first->promise >= needed) {
                (void)descend(work, &search, 0);
        }
        return !search.is_given_up;
}
