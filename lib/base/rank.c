/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A B+ tree. A leaf has nodes in their order; a page above has, for each page below, the first node in it
 * and how many there are. A leaf that is full hands nodes to the one before it if that has room; else a full
 * page is halved. One with few items joins the page beside it where that leaves room for more; one without
 * goes.
 */
#include "lib/base/rank.h"

#include <string.h>

#include "lib/base/check.h"

#define LEAF_MAX   31
#define BRANCH_MAX 17
#define HANDED_MIN 4 /* Nodes that are worth a look at the leaf before. */

struct att_rank_page {
        struct att_rank_page *parent; /* NULL: the root. */
        uint32_t count;               /* Of items: nodes, or pages below. */
        bool is_leaf;
        union {
                struct {
                        uint64_t keys[LEAF_MAX];
                        struct att_rank_node *nodes[LEAF_MAX];
                } leaf;
                struct {
                        uint64_t keys[BRANCH_MAX];               /* Of the first node below. */
                        struct att_rank_node *nodes[BRANCH_MAX]; /* That node. */
                        struct att_rank_page *pages[BRANCH_MAX]; /* Owned. */
                        uint32_t counts[BRANCH_MAX];             /* Of nodes below. */
                } branch;
        };
};

_Static_assert(sizeof(struct att_rank_page) == 512, "a page fills lines of the cache");

struct item { /* Of a page. */
        uint64_t key;
        struct att_rank_node *node;
        struct att_rank_page *page; /* The page below; of a leaf NULL. */
        uint32_t count;             /* Of nodes in it. */
};

/* ---- A page ---- */

/* They begin alike. */
static uint64_t *keys_of(struct att_rank_page *page)
{
        return page->leaf.keys;
}

static struct att_rank_node **nodes_of(struct att_rank_page *page)
{
        return page->is_leaf ? page->leaf.nodes : page->branch.nodes;
}

static uint32_t max_of(const struct att_rank_page *page)
{
        return page->is_leaf ? LEAF_MAX : BRANCH_MAX;
}

static uint32_t total_of(const struct att_rank_page *page)
{
        uint32_t total = page->count;
        if (!page->is_leaf) {
                total = 0;
                for (uint32_t i = 0; i < page->count; i++) {
                        total += page->branch.counts[i];
                }
        }
        return total;
}

static struct att_rank_page *new_page(const struct att_rank *rank, bool is_leaf)
{
        struct att_rank_page *page = att_pool_take_unset(rank->pool, sizeof(*page));
        page->parent = NULL;
        page->count = 0;
        page->is_leaf = is_leaf;
        return page;
}

static void free_page(const struct att_rank *rank, struct att_rank_page *page)
{
        att_pool_give(rank->pool, page, sizeof(*page));
}

static struct item get(struct att_rank_page *page, uint32_t at)
{
        struct item item = {.key = keys_of(page)[at], .node = nodes_of(page)[at]};
        if (!page->is_leaf) {
                item.page = page->branch.pages[at];
                item.count = page->branch.counts[at];
        }
        return item;
}

static void set(struct att_rank_page *page, uint32_t at, const struct item *item)
{
        keys_of(page)[at] = item->key;
        nodes_of(page)[at] = item->node;
        if (page->is_leaf) {
                item->node->page = page;
        } else {
                page->branch.pages[at] = item->page;
                page->branch.counts[at] = item->count;
                item->page->parent = page;
        }
}

/* Moves the items from one place on to another. */
static void shift(struct att_rank_page *page, uint32_t from, uint32_t to)
{
        size_t count = page->count - from;
        memmove(keys_of(page) + to, keys_of(page) + from, count * sizeof(uint64_t));
        memmove(nodes_of(page) + to, nodes_of(page) + from, count * sizeof(struct att_rank_node *));
        if (!page->is_leaf) {
                memmove(page->branch.pages + to, page->branch.pages + from,
                        count * sizeof(struct att_rank_page *));
                memmove(page->branch.counts + to, page->branch.counts + from,
                        count * sizeof(uint32_t));
        }
}

static void put_in(struct att_rank_page *page, uint32_t at, const struct item *item)
{
        shift(page, at, at + 1);
        page->count++;
        set(page, at, item);
}

static void take_out(struct att_rank_page *page, uint32_t at)
{
        shift(page, at + 1, at);
        page->count--;
}

static struct item item_of(struct att_rank_page *page)
{
        return (struct item){keys_of(page)[0], nodes_of(page)[0], page, total_of(page)};
}

static uint32_t place_of(const struct att_rank_page *page)
{
        const struct att_rank_page *parent = page->parent;
        uint32_t at = 0;
        while (parent->branch.pages[at] != page) {
                at++;
                ATT_CHECK(at < parent->count);
        }
        return at;
}

/* How many items of a page go before a node. */
static uint32_t count_less(const struct att_rank *rank, struct att_rank_page *page, uint64_t key,
                           const struct att_rank_node *node)
{
        const uint64_t *keys = keys_of(page);
        uint32_t low = 0;
        uint32_t high = page->count;
        while (low < high) {
                uint32_t middle = (low + high) / 2;
                bool is_less = keys[middle] != key ? keys[middle] < key
                                                   : rank->less(nodes_of(page)[middle], node);
                if (is_less) {
                        low = middle + 1;
                } else {
                        high = middle;
                }
        }
        return low;
}

/* ---- Halving and joining ---- */

static void raise_root(struct att_rank *rank)
{
        struct att_rank_page *root = new_page(rank, false);
        struct item item = item_of(rank->root);
        put_in(root, 0, &item);
        rank->root = root;
}

/* Makes room in a full page: all from its middle on, or its last item alone, goes to a page of its own
 * behind it. */
static struct att_rank_page *split(struct att_rank *rank, struct att_rank_page *page,
                                   bool last_alone)
{
        uint32_t kept = last_alone ? page->count - 1 : page->count / 2;
        if (!page->parent) {
                raise_root(rank);
        } else if (page->parent->count == BRANCH_MAX) {
                (void)split(rank, page->parent, last_alone);
        }
        struct att_rank_page *right = new_page(rank, page->is_leaf);
        for (uint32_t i = kept; i < page->count; i++) {
                struct item item = get(page, i);
                set(right, right->count++, &item);
        }
        page->count = kept;
        uint32_t at = place_of(page);
        struct item item = item_of(right);
        page->parent->branch.counts[at] -= item.count;
        put_in(page->parent, at + 1, &item);
        return right;
}

/* A page that holds little joins the one beside it. */
static void join_beside(struct att_rank *rank, struct att_rank_page *page, uint32_t at)
{
        struct att_rank_page *parent = page->parent;
        if (page->count >= max_of(page) / 4 || parent->count < 2) {
                return;
        }
        at = at > 0 ? at : 1;
        struct att_rank_page *left = parent->branch.pages[at - 1];
        struct att_rank_page *right = parent->branch.pages[at];
        if (left->count + right->count > max_of(page) * 3 / 4) {
                return;
        }
        for (uint32_t i = 0; i < right->count; i++) {
                struct item item = get(right, i);
                set(left, left->count++, &item);
        }
        parent->branch.counts[at - 1] += parent->branch.counts[at];
        take_out(parent, at);
        free_page(rank, right);
}

static void lower_root(struct att_rank *rank)
{
        struct att_rank_page *root = rank->root;
        while (!root->is_leaf && root->count == 1) {
                rank->root = root->branch.pages[0];
                rank->root->parent = NULL;
                free_page(rank, root);
                root = rank->root;
        }
        if (root->count == 0) {
                free_page(rank, root);
                rank->root = NULL;
        }
}

/* ---- The tree ---- */

void att_rank_init(struct att_rank *rank, struct att_pool *pool, att_rank_less *less)
{
        *rank = (struct att_rank){.less = less, .pool = pool};
}

static void free_pages(struct att_rank *rank, struct att_rank_page *page)
{
        for (uint32_t i = 0; !page->is_leaf && i < page->count; i++) {
                free_pages(rank, page->branch.pages[i]);
        }
        free_page(rank, page);
}

void att_rank_clear(struct att_rank *rank)
{
        if (rank->root) {
                free_pages(rank, rank->root);
        }
        rank->root = NULL;
        rank->count = 0;
}

/* What the pages above say of one below. */
static void tell_above(struct att_rank_page *page, uint32_t at)
{
        page->parent->branch.keys[at] = keys_of(page)[0];
        page->parent->branch.nodes[at] = nodes_of(page)[0];
}

/* Hands the first nodes of a full leaf to the one before it, as far as that leaves both the same room: where
 * most come near the end, few leaves stay half empty. Returns how many. */
static uint32_t hand_over(struct att_rank_page *leaf)
{
        uint32_t place = leaf->parent ? place_of(leaf) : 0;
        if (place == 0) {
                return 0;
        }
        struct att_rank_page *left = leaf->parent->branch.pages[place - 1];
        uint32_t count = (LEAF_MAX - left->count + 1) / 2;
        if (count < HANDED_MIN) {
                return 0;
        }
        for (uint32_t i = 0; i < count; i++) {
                struct item item = get(leaf, i);
                set(left, left->count++, &item);
        }
        shift(leaf, count, 0);
        leaf->count -= count;
        leaf->parent->branch.counts[place - 1] += count;
        leaf->parent->branch.counts[place] -= count;
        tell_above(leaf, place);
        return count;
}

static struct att_rank_page *make_room(struct att_rank *rank, struct att_rank_page *leaf,
                                       uint32_t *at, bool last_alone)
{
        uint32_t handed = hand_over(leaf);
        if (handed > 0 && *at < handed) {
                leaf = leaf->parent->branch.pages[place_of(leaf) - 1];
                *at += leaf->count - handed;
                return leaf;
        }
        if (handed > 0) {
                *at -= handed;
                return leaf;
        }
        struct att_rank_page *right = split(rank, leaf, last_alone);
        if (*at <= leaf->count) {
                return leaf;
        }
        *at -= leaf->count;
        return right;
}

static void put(struct att_rank *rank, struct att_rank_page *leaf, uint32_t at,
                const struct item *item, bool last_alone)
{
        ATT_CHECK(!att_rank_has(item->node));
        if (leaf->count == LEAF_MAX) {
                leaf = make_room(rank, leaf, &at, last_alone);
        }
        put_in(leaf, at, item);
        rank->count++;
        for (struct att_rank_page *page = leaf; page->parent; page = page->parent) {
                uint32_t place = place_of(page);
                page->parent->branch.counts[place]++;
                tell_above(page, place);
        }
}

void att_rank_add(struct att_rank *rank, struct att_rank_node *node, uint64_t key)
{
        const struct item item = {.key = key, .node = node};
        if (!rank->root) {
                rank->root = new_page(rank, true);
        }
        struct att_rank_page *page = rank->root;
        while (!page->is_leaf) {
                uint32_t before = count_less(rank, page, key, node);
                page = page->branch.pages[before > 0 ? before - 1 : 0];
        }
        put(rank, page, count_less(rank, page, key, node), &item, false);
}

static struct att_rank_page *last_leaf(const struct att_rank *rank)
{
        struct att_rank_page *page = rank->root;
        while (page && !page->is_leaf) {
                page = page->branch.pages[page->count - 1];
        }
        return page;
}

void att_rank_append(struct att_rank *rank, struct att_rank_node *node, uint64_t key)
{
        const struct item item = {.key = key, .node = node};
        struct att_rank_page *leaf = last_leaf(rank);
        if (!leaf) {
                leaf = new_page(rank, true);
                rank->root = leaf;
        }
        put(rank, leaf, leaf->count, &item, true);
}

bool att_rank_is_last(const struct att_rank *rank, const struct att_rank_node *node, uint64_t key)
{
        struct att_rank_page *leaf = last_leaf(rank);
        return !leaf || count_less(rank, leaf, key, node) == leaf->count;
}

void att_rank_remove(struct att_rank *rank, struct att_rank_node *node)
{
        struct att_rank_page *page = node->page;
        if (!page) {
                return;
        }
        uint32_t at = 0;
        while (page->leaf.nodes[at] != node) {
                at++;
                ATT_CHECK(at < page->count);
        }
        take_out(page, at);
        node->page = NULL;
        rank->count--;
        while (page->parent) {
                struct att_rank_page *parent = page->parent;
                uint32_t place = place_of(page);
                parent->branch.counts[place]--;
                if (page->count == 0) {
                        take_out(parent, place);
                        free_page(rank, page);
                } else {
                        tell_above(page, place);
                        join_beside(rank, page, place);
                }
                page = parent;
        }
        lower_root(rank);
}

uint32_t att_rank_count_before(const struct att_rank *rank,
                               bool (*is_before)(uint64_t key, const struct att_rank_node *node,
                                                 const void *context),
                               const void *context)
{
        uint32_t before = 0;
        struct att_rank_page *page = rank->root;
        while (page) {
                uint32_t low = 0;
                uint32_t high = page->count;
                while (low < high) {
                        uint32_t middle = (low + high) / 2;
                        if (is_before(keys_of(page)[middle], nodes_of(page)[middle], context)) {
                                low = middle + 1;
                        } else {
                                high = middle;
                        }
                }
                if (page->is_leaf || low == 0) {
                        return before + (page->is_leaf ? low : 0);
                }
                for (uint32_t i = 0; i + 1 < low; i++) {
                        before += page->branch.counts[i];
                }
                page = page->branch.pages[low - 1];
        }
        return before;
}
