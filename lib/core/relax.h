/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The easier problem behind an assignment: rows (contacts) to slots (places of agents), with the
 * largest total value, kept optimal while rows are added and slots and values are taken away.
 *
 * An agent with room for three has slots of rank 0, 1 and 2; a row's value there is the most that
 * the row can be worth when that many of the agent's slots were taken before. Nothing demands that
 * ranks follow the order of place, so that the total is an upper bound of what a pairing can reach,
 * and just that where every agent has one slot.
 *
 * Each row has a price and so has each slot (0 where the slot is free), such that
 *
 *      row price + slot price >= value             for every row and slot,
 *      row price + slot price == value             for a row and its own slot.
 *
 * This proves a match optimal, and tells at once the least that any other choice would lose: row
 * price + slot price - value. A change is a shortest path by that loss, as in the Hungarian method.
 *
 * A `struct relax` is the network, shared by all; a `struct relax_match` is a solution, copied when
 * a search goes deeper. `owner` belongs to the match at hand: relax_adopt() when it is another.
 */
#ifndef ATT_LIB_CORE_RELAX_H
#define ATT_LIB_CORE_RELAX_H

#include <stdbool.h>
#include <stdint.h>

#define RELAX_ROWS_MAX   64
#define RELAX_IMPOSSIBLE INT64_MIN
#define RELAX_NO_LIMIT   (INT64_C(1) << 60)
#define RELAX_NO_ROW     UINT8_MAX
#define RELAX_NO_EDGE    UINT32_MAX

struct relax_edge {
        uint32_t agent;
        uint32_t first_value; /* By rank, never growing; as many as the agent has slots. */
        uint32_t rank_min;    /* Slots of lower rank are not for this row. */
        int64_t cap;          /* No value is above; RELAX_IMPOSSIBLE: none is left. */
};

struct relax_agent {
        uint32_t first_slot;
        uint32_t slot_count;
};

struct relax {
        struct relax_edge *edges; /* Owned, as the other arrays; those of a row together. */
        uint32_t first_edge[RELAX_ROWS_MAX + 1];
        uint32_t only_edge[RELAX_ROWS_MAX]; /* The one that a row is bound to, or RELAX_NO_EDGE. */
        struct relax_agent *agents;
        int64_t *values;
        uint8_t *owner; /* By slot: its row, or RELAX_NO_ROW. */
        uint64_t steps; /* Slots looked at since the beginning. */
};

struct relax_match {
        uint64_t rows; /* Those that have a slot; the arrays hold for them alone. */
        int64_t row_price[RELAX_ROWS_MAX];
        int64_t slot_price[RELAX_ROWS_MAX]; /* Of the row's slot. */
        uint32_t edge[RELAX_ROWS_MAX];      /* To the agent of its slot. */
        uint32_t rank[RELAX_ROWS_MAX];
};

/* Gives one more row a slot; false, and no change, if all rows together can't have one each. */
bool relax_add_row(struct relax *relax, struct relax_match *match, uint32_t row);

/* The total value of the match. */
int64_t relax_total(const struct relax *relax, const struct relax_match *match);

/* What a row is worth in its slot. */
int64_t relax_row_value(const struct relax *relax, const struct relax_match *match, uint32_t row);

/* The least that the total loses if the row gets a slot by this edge, or RELAX_IMPOSSIBLE. */
int64_t relax_least_loss(const struct relax *relax, const struct relax_match *match, uint32_t row,
                         uint32_t edge);

/* Mends the match after a row was bound to an edge, or what it may have was lowered. Where that
 * happened to several rows, the match is optimal again when all are mended; the losses add up. Gives
 * the loss (0 or more); false if it is above the limit or there is not enough left for all: then the
 * match is of no more use. */
bool relax_mend(struct relax *relax, struct relax_match *match, uint32_t row, int64_t limit,
                int64_t *ret_loss);

/* Makes `owner` that of a match, after it was that of another (NULL: of none). */
void relax_adopt(struct relax *relax, const struct relax_match *from, const struct relax_match *to);

#endif
