/* SPDX-License-Identifier: Apache-2.0 */
/* An intrusive, circular, doubly linked list. A node that is on no list points to itself. */
#ifndef ATT_LIB_BASE_LIST_H
#define ATT_LIB_BASE_LIST_H

#include <stdbool.h>

#include "lib/base/util.h"

struct att_list {
        struct att_list *prev;
        struct att_list *next;
};

static inline void att_list_init(struct att_list *list)
{
        list->prev = list;
        list->next = list;
}

static inline bool att_list_is_empty(const struct att_list *list)
{
        return list->next == list;
}

/* Whether a node is on some list. */
static inline bool att_list_is_linked(const struct att_list *node)
{
        return node->next != node;
}

static inline void att_list_add_tail(struct att_list *list, struct att_list *node)
{
        node->prev = list->prev;
        node->next = list;
        list->prev->next = node;
        list->prev = node;
}

static inline void att_list_add_head(struct att_list *list, struct att_list *node)
{
        att_list_add_tail(list->next, node);
}

/* Fine on a node that is on no list. */
static inline void att_list_remove(struct att_list *node)
{
        node->prev->next = node->next;
        node->next->prev = node->prev;
        att_list_init(node);
}

#define ATT_LIST_FIRST(list, type, member)                                                         \
        (att_list_is_empty(list) ? NULL : ATT_CONTAINER_OF((list)->next, type, member))

/* Goes through a list; the current node may be removed in the body. */
#define ATT_LIST_FOREACH(node, list, type, member)                                                 \
        for (struct att_list *cursor_##node = (list)->next, *after_##node = cursor_##node->next;   \
             cursor_##node != (list);                                                              \
             cursor_##node = after_##node, after_##node = cursor_##node->next)                     \
                for (type *node = ATT_CONTAINER_OF(cursor_##node, type, member); node; node = NULL)

#endif
