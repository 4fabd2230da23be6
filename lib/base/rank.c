/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/rank.h"

#include "lib/base/check.h"

void att_rank_init(struct att_rank *rank, att_rank_less *less)
{
        *rank = (struct att_rank){.less = less, .chance = 2463534242U};
}

/* Marsaglia's xorshift: any shape will do, as long as it is not made by the order of arrival. */
static uint32_t draw(struct att_rank *rank)
{
        rank->chance ^= rank->chance << 13;
        rank->chance ^= rank->chance >> 17;
        rank->chance ^= rank->chance << 5;
        return rank->chance;
}

static uint32_t count_of(const struct att_rank_node *node)
{
        return node ? node->count : 0;
}

static void recount(struct att_rank_node *node)
{
        node->count = 1 + count_of(node->left) + count_of(node->right);
}

/* All of `left` go before all of `right`. */
static struct att_rank_node *join(struct att_rank_node *left, struct att_rank_node *right)
{
        if (!left || !right) {
                return left ? left : right;
        }
        if (left->priority > right->priority) {
                left->right = join(left->right, right);
                recount(left);
                return left;
        }
        right->left = join(left, right->left);
        recount(right);
        return right;
}

static void split(const struct att_rank *rank, struct att_rank_node *tree,
                  const struct att_rank_node *at, struct att_rank_node **ret_left,
                  struct att_rank_node **ret_right)
{
        if (!tree) {
                *ret_left = NULL;
                *ret_right = NULL;
        } else if (rank->less(tree, at)) {
                split(rank, tree->right, at, &tree->right, ret_right);
                recount(tree);
                *ret_left = tree;
        } else {
                split(rank, tree->left, at, ret_left, &tree->left);
                recount(tree);
                *ret_right = tree;
        }
}

void att_rank_add(struct att_rank *rank, struct att_rank_node *node)
{
        ATT_CHECK(!rank->open && !att_rank_has(node));
        *node = (struct att_rank_node){.count = 1, .priority = draw(rank)};
        struct att_rank_node **link = &rank->root;
        while (*link && (*link)->priority >= node->priority) {
                (*link)->count++;
                link = rank->less(*link, node) ? &(*link)->right : &(*link)->left;
        }
        struct att_rank_node *below = *link;
        *link = node;
        split(rank, below, node, &node->left, &node->right);
        recount(node);
}

/* Takes the last of the rightmost off them: `below` is what it has on its right. While they are open,
 * each of them names as its right the one above it. */
static struct att_rank_node *close_last(struct att_rank *rank, struct att_rank_node *below)
{
        struct att_rank_node *last = rank->open;
        rank->open = last->right;
        last->right = below;
        recount(last);
        return last;
}

void att_rank_append(struct att_rank *rank, struct att_rank_node *node)
{
        struct att_rank_node *below = NULL;
        ATT_CHECK(!rank->root && !att_rank_has(node));
        *node = (struct att_rank_node){.count = 1, .priority = draw(rank)};
        while (rank->open && rank->open->priority < node->priority) {
                below = close_last(rank, below);
        }
        node->left = below;
        node->right = rank->open;
        rank->open = node;
}

void att_rank_close(struct att_rank *rank)
{
        while (rank->open) {
                rank->root = close_last(rank, rank->root);
        }
}

void att_rank_remove(struct att_rank *rank, struct att_rank_node *node)
{
        if (!att_rank_has(node)) {
                return;
        }
        struct att_rank_node **link = &rank->root;
        while (*link != node) {
                ATT_CHECK(*link);
                (*link)->count--;
                link = rank->less(*link, node) ? &(*link)->right : &(*link)->left;
        }
        *link = join(node->left, node->right);
        *node = (struct att_rank_node){0};
}

uint32_t att_rank_count_before(const struct att_rank *rank,
                               bool (*is_before)(const struct att_rank_node *node,
                                                 const void *context),
                               const void *context)
{
        uint32_t before = 0;
        const struct att_rank_node *node = rank->root;
        while (node) {
                if (is_before(node, context)) {
                        before += 1 + count_of(node->left);
                        node = node->right;
                } else {
                        node = node->left;
                }
        }
        return before;
}
