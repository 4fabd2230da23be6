/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An intrusive hash map from text to the struct that holds the node. The key is borrowed from that
 * struct and must not change while it is in the map. Nothing may depend on an order: there is no
 * way to walk one.
 */
#ifndef ATT_LIB_BASE_MAP_H
#define ATT_LIB_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/text.h"

struct att_map_node {
        struct att_text key; /* Borrowed from the struct around. */
};

struct att_map_slot {
        uint64_t hash;
        struct att_map_node *node; /* Borrowed; NULL: free. */
};

struct att_map {
        struct att_map_slot *slots; /* Owned; a power of two, or NULL when never used. */
        size_t slot_count;
        size_t count;
};

/* Zero-initialise, or: */
void att_map_init(struct att_map *map);
void att_map_deinit(struct att_map *map); /* The nodes are left as they are. */

struct att_map_node *att_map_find(const struct att_map *map, struct att_text key); /* Or NULL. */
/* For who knows what will be looked for, and the att_text_hash() of that: has the processor fetch where it
 * would be listed; */
void att_map_fetch(const struct att_map *map, uint64_t hash);
/* and, when that has come, the first with that hash, or NULL. No node is read for it, so it is nearly always,
 * but not surely, the one with the key. */
struct att_map_node *att_map_guess(const struct att_map *map, uint64_t hash);
void att_map_add(struct att_map *map, struct att_map_node *node,
                 struct att_text key);                               /* Not there yet. */
void att_map_remove(struct att_map *map, struct att_map_node *node); /* Must be in the map. */

#endif
