/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every change is one route through a graph of rows. A row that wants a slot goes to another row's
 * slot, that row to the next one's, and so on, until the route ends in a free slot or in the slot
 * that the change has left open. All free slots are one node, the pool. A route may also lead
 * through the pool: one row takes a free slot, and another, elsewhere, leaves its own.
 */
#include "lib/core/relax.h"

#include <stddef.h>
#include <string.h>

#include "lib/base/check.h"

/* Nodes of a route: rows by their number, then these two. */
#define POOL       RELAX_ROWS_MAX
#define OPEN       (RELAX_ROWS_MAX + 1)
#define NODE_COUNT (RELAX_ROWS_MAX + 2)
#define NO_NODE    NODE_COUNT

#define FAR        INT64_MAX

/* A slot that a row has left. */
struct open_slot {
        uint32_t index;
        uint32_t rank;
        int64_t price;
};

struct route {
        uint32_t source;
        uint32_t target;
        const struct open_slot *open; /* NULL if there is none; then the target is the pool. */
        uint64_t done;                /* Rows whose distance is final. */
        bool pool_done;
        int64_t distance[NODE_COUNT];
        uint32_t parent[NODE_COUNT];
        uint32_t edge[NODE_COUNT]; /* By which a parent row gets this node's slot. */
        uint32_t pool_rank;        /* Of the free slot by which the pool is reached. */
};

static uint32_t get_slot(const struct relax *relax, uint32_t edge, uint32_t rank)
{
        return relax->agents[relax->edges[edge].agent].first_slot + rank;
}

static uint32_t get_slot_of(const struct relax *relax, const struct relax_match *match,
                            uint32_t row)
{
        return get_slot(relax, match->edge[row], match->rank[row]);
}

static uint64_t row_bit(uint32_t row)
{
        return UINT64_C(1) << row;
}

/* What a row is worth in a slot of the edge's agent; no more with every rank. */
static int64_t get_value(const struct relax *relax, uint32_t edge, uint32_t rank)
{
        const struct relax_edge *at = &relax->edges[edge];
        const int64_t value = relax->values[at->first_value + rank];

        return value < at->cap ? value : at->cap;
}

/* The edges of a row: from the first to before the end. */
static uint32_t get_first_edge(const struct relax *relax, uint32_t row)
{
        return relax->only_edge[row] == RELAX_NO_EDGE ? relax->first_edge[row]
                                                      : relax->only_edge[row];
}

static uint32_t get_end_edge(const struct relax *relax, uint32_t row)
{
        return relax->only_edge[row] == RELAX_NO_EDGE ? relax->first_edge[row + 1]
                                                      : relax->only_edge[row] + 1;
}

/* Routes ------------------------------------------------------------------ */

static void reach(struct route *route, uint32_t node, int64_t distance, uint32_t parent,
                  uint32_t edge)
{
        if (distance < route->distance[node]) {
                route->distance[node] = distance;
                route->parent[node] = parent;
                route->edge[node] = edge;
        }
}

/* Goes from a row to the slots of one agent. */
static void look_along(struct relax *relax, const struct relax_match *match, struct route *route,
                       uint32_t row, uint32_t edge)
{
        const struct relax_agent *agent = &relax->agents[relax->edges[edge].agent];
        const int64_t from = route->distance[row] + match->row_price[row];

        for (uint32_t rank = relax->edges[edge].rank_min; rank < agent->slot_count; rank++) {
                const int64_t value = get_value(relax, edge, rank);
                const uint32_t slot = agent->first_slot + rank;
                const uint8_t owner = relax->owner[slot];

                relax->steps++;
                if (value == RELAX_IMPOSSIBLE) {
                        return; /* Nor is any rank above. */
                }
                if (owner != RELAX_NO_ROW) {
                        if (!(route->done & row_bit(owner))) {
                                reach(route, owner, from + match->slot_price[owner] - value, row,
                                      edge);
                        }
                } else if (route->open && route->open->index == slot) {
                        reach(route, OPEN, from + route->open->price - value, row, edge);
                } else if (!route->pool_done && from - value < route->distance[POOL]) {
                        reach(route, POOL, from - value, row, edge);
                        route->pool_rank = rank;
                }
        }
}

/* Goes from the pool to the slots that rows might leave. */
static void look_from_pool(const struct relax_match *match, struct route *route)
{
        const int64_t from = route->distance[POOL];

        for (uint64_t rows = match->rows & ~route->done; rows != 0; rows &= rows - 1) {
                const uint32_t row = (uint32_t)__builtin_ctzll(rows);

                reach(route, row, from + match->slot_price[row], POOL, 0);
        }
        if (route->open) {
                reach(route, OPEN, from + route->open->price, POOL, 0);
        }
}

/* The nearest node that is not final. Of equally near ones the open slot, the pool, the first row;
 * so the route ends as soon as it can. */
static uint32_t find_nearest(const struct relax_match *match, const struct route *route)
{
        uint64_t rows = match->rows;
        uint32_t nearest = NO_NODE;
        int64_t distance = FAR;

        if (route->source < RELAX_ROWS_MAX) {
                rows |= row_bit(route->source);
        }
        if (route->open && route->distance[OPEN] < distance) {
                nearest = OPEN;
                distance = route->distance[OPEN];
        }
        if (!route->pool_done && route->distance[POOL] < distance) {
                nearest = POOL;
                distance = route->distance[POOL];
        }
        for (rows &= ~route->done; rows != 0; rows &= rows - 1) {
                const uint32_t row = (uint32_t)__builtin_ctzll(rows);

                if (route->distance[row] < distance) {
                        nearest = row;
                        distance = route->distance[row];
                }
        }
        return nearest;
}

static bool find_route(struct relax *relax, const struct relax_match *match, struct route *route,
                       int64_t limit)
{
        for (uint32_t node = 0; node < NODE_COUNT; node++) {
                route->distance[node] = FAR;
        }
        route->done = 0;
        route->pool_done = false;
        route->distance[route->source] = 0;
        for (;;) {
                const uint32_t node = find_nearest(match, route);

                if (node == NO_NODE || route->distance[node] > limit) {
                        return false;
                }
                if (node == route->target) {
                        return true;
                }
                if (node == POOL) {
                        route->pool_done = true;
                        look_from_pool(match, route);
                        continue;
                }
                route->done |= row_bit(node);
                for (uint32_t edge = get_first_edge(relax, node); edge < get_end_edge(relax, node);
                     edge++) {
                        look_along(relax, match, route, node, edge);
                }
        }
}

/* Makes the route cost nothing and leaves no loss below zero. Nodes further than the target count
 * as just as far. The pool's price stays 0. */
static void set_prices(struct relax_match *match, const struct route *route, struct open_slot *left)
{
        const int64_t all = route->distance[route->target];
        const int64_t pool = route->distance[POOL] < all ? route->distance[POOL] : all;
        uint64_t rows = match->rows;

        for (; rows != 0; rows &= rows - 1) {
                const uint32_t row = (uint32_t)__builtin_ctzll(rows);
                const int64_t distance = route->distance[row] < all ? route->distance[row] : all;

                match->row_price[row] += distance - pool;
                match->slot_price[row] += pool - distance;
                ATT_INVARIANT(match->slot_price[row] >= 0);
        }
        if (route->source < RELAX_ROWS_MAX) {
                match->row_price[route->source] -= pool; /* Its distance is 0. */
        }
        left->price += pool - all;
}

/* Hands the slots on along the route, from its end to its beginning. */
static void follow_route(struct relax *relax, struct relax_match *match, const struct route *route,
                         struct open_slot handed)
{
        uint32_t node = route->target;

        while (node != route->source) {
                const uint32_t parent = route->parent[node];
                struct open_slot next = {0};

                if (parent == POOL) {
                        relax->owner[handed.index] = RELAX_NO_ROW;
                        node = POOL;
                        if (node != route->source) {
                                next.rank = route->pool_rank;
                                next.index = get_slot(relax, route->edge[POOL], next.rank);
                        }
                        handed = next;
                        continue;
                }
                if (parent != route->source) {
                        next.rank = match->rank[parent];
                        next.index = get_slot_of(relax, match, parent);
                        next.price = match->slot_price[parent];
                }
                match->edge[parent] = route->edge[node];
                match->rank[parent] = handed.rank;
                match->slot_price[parent] = handed.price;
                relax->owner[handed.index] = (uint8_t)parent;
                node = parent;
                handed = next;
        }
}

/* Gives the source a slot: any free one, or whatever ends in the open slot's being used, or left
 * where that is better. */
static bool reroute(struct relax *relax, struct relax_match *match, uint32_t source,
                    const struct open_slot *open, int64_t limit, int64_t *ret_loss)
{
        struct route route = {
                .source = source,
                .target = open ? OPEN : POOL,
                .open = open,
        };

        if (!find_route(relax, match, &route, limit)) {
                return false;
        }

        struct open_slot last = {0};

        if (open) {
                last = *open;
        }
        set_prices(match, &route, &last);
        if (!open) {
                last.rank = route.pool_rank;
                last.index = get_slot(relax, route.edge[POOL], last.rank);
                last.price = 0;
        }
        follow_route(relax, match, &route, last);
        if (source < RELAX_ROWS_MAX) {
                match->rows |= row_bit(source);
        }
        *ret_loss = route.distance[route.target];
        return true;
}

/* Changes ----------------------------------------------------------------- */

/* The most that a row gains by a slot of the edge's agent, after the slot's price. */
static int64_t find_gain(const struct relax *relax, const struct relax_match *match, uint32_t edge)
{
        const struct relax_agent *agent = &relax->agents[relax->edges[edge].agent];
        int64_t most = RELAX_IMPOSSIBLE;

        for (uint32_t rank = relax->edges[edge].rank_min; rank < agent->slot_count; rank++) {
                const int64_t value = get_value(relax, edge, rank);
                const uint8_t owner = relax->owner[agent->first_slot + rank];

                if (value == RELAX_IMPOSSIBLE) {
                        break;
                }
                const int64_t gain = value - (owner == RELAX_NO_ROW ? 0 : match->slot_price[owner]);

                most = gain > most ? gain : most;
        }
        return most;
}

/* The least price that leaves no loss of the row below zero. */
static int64_t find_row_price(const struct relax *relax, const struct relax_match *match,
                              uint32_t row)
{
        int64_t price = RELAX_IMPOSSIBLE;

        for (uint32_t edge = get_first_edge(relax, row); edge < get_end_edge(relax, row); edge++) {
                const int64_t gain = find_gain(relax, match, edge);

                price = gain > price ? gain : price;
        }
        return price;
}

bool relax_add_row(struct relax *relax, struct relax_match *match, uint32_t row)
{
        int64_t loss;

        ATT_CHECK(!(match->rows & row_bit(row)));
        match->row_price[row] = find_row_price(relax, match, row);
        if (match->row_price[row] == RELAX_IMPOSSIBLE) {
                return false;
        }
        return reroute(relax, match, row, NULL, RELAX_NO_LIMIT, &loss);
}

int64_t relax_total(const struct relax *relax, const struct relax_match *match)
{
        int64_t total = 0;

        for (uint64_t rows = match->rows; rows != 0; rows &= rows - 1) {
                const uint32_t row = (uint32_t)__builtin_ctzll(rows);

                total += relax_row_value(relax, match, row);
        }
        return total;
}

int64_t relax_row_value(const struct relax *relax, const struct relax_match *match, uint32_t row)
{
        return get_value(relax, match->edge[row], match->rank[row]);
}

int64_t relax_least_loss(const struct relax *relax, const struct relax_match *match, uint32_t row,
                         uint32_t edge)
{
        const int64_t gain = find_gain(relax, match, edge);

        return gain == RELAX_IMPOSSIBLE ? RELAX_IMPOSSIBLE : match->row_price[row] - gain;
}

/* The row gives up its slot, which is open then. */
static struct open_slot leave_slot(struct relax *relax, struct relax_match *match, uint32_t row)
{
        const struct open_slot left = {
                .index = get_slot_of(relax, match, row),
                .rank = match->rank[row],
                .price = match->slot_price[row],
        };

        ATT_CHECK(match->rows & row_bit(row));
        match->rows &= ~row_bit(row);
        relax->owner[left.index] = RELAX_NO_ROW;
        return left;
}

static bool is_in_order(const struct relax *relax, const struct relax_match *match, uint32_t row)
{
        const uint32_t only = relax->only_edge[row];
        const uint32_t edge = match->edge[row];

        return (only == RELAX_NO_EDGE || only == edge) &&
               match->rank[row] >= relax->edges[edge].rank_min &&
               relax_row_value(relax, match, row) == match->row_price[row] + match->slot_price[row];
}

bool relax_mend(struct relax *relax, struct relax_match *match, uint32_t row, int64_t limit,
                int64_t *ret_loss)
{
        *ret_loss = 0;
        if (is_in_order(relax, match, row)) {
                return true;
        }

        const struct open_slot left = leave_slot(relax, match, row);

        return reroute(relax, match, row, &left, limit, ret_loss);
}

void relax_adopt(struct relax *relax, const struct relax_match *from, const struct relax_match *to)
{
        if (from) {
                for (uint64_t rows = from->rows; rows != 0; rows &= rows - 1) {
                        const uint32_t row = (uint32_t)__builtin_ctzll(rows);

                        relax->owner[get_slot_of(relax, from, row)] = RELAX_NO_ROW;
                }
        }
        for (uint64_t rows = to->rows; rows != 0; rows &= rows - 1) {
                const uint32_t row = (uint32_t)__builtin_ctzll(rows);

                relax->owner[get_slot_of(relax, to, row)] = (uint8_t)row;
        }
}
