/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open addressing with linear probing in a power of two of slots, at most four in five of them
 * taken. A slot has the hash beside the node, so that a search reads no node but the one that it
 * finds. What is removed leaves no mark: those behind it move up.
 */
#include "lib/base/map.h"

#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"

#define FIRST_SLOTS 16

static size_t home_of(const struct att_map *map, uint64_t hash)
{
        return hash & (map->slot_count - 1);
}

static size_t next_of(const struct att_map *map, size_t at)
{
        return (at + 1) & (map->slot_count - 1);
}

static void put(struct att_map *map, const struct att_map_slot *slot)
{
        size_t at = home_of(map, slot->hash);
        while (map->slots[at].node) {
                at = next_of(map, at);
        }
        map->slots[at] = *slot;
}

static void grow(struct att_map *map)
{
        struct att_map_slot *old = map->slots;
        const size_t old_count = map->slot_count;

        map->slot_count = old_count > 0 ? old_count * 2 : FIRST_SLOTS;
        map->slots = att_alloc_array(map->slot_count, sizeof(*map->slots));
        for (size_t i = 0; i < old_count; i++) {
                if (old[i].node) {
                        put(map, &old[i]);
                }
        }
        free(old);
}

static struct att_map_node *find_hashed(const struct att_map *map, struct att_text key,
                                        uint64_t hash)
{
        if (map->slot_count == 0) {
                return NULL;
        }
        for (size_t at = home_of(map, hash); map->slots[at].node; at = next_of(map, at)) {
                struct att_map_node *node = map->slots[at].node;
                if (map->slots[at].hash == hash && att_text_equals(node->key, key)) {
                        return node;
                }
        }
        return NULL;
}

void att_map_fetch(const struct att_map *map, uint64_t hash)
{
        if (map->slot_count > 0) {
                __builtin_prefetch(&map->slots[home_of(map, hash)]);
        }
}

struct att_map_node *att_map_guess(const struct att_map *map, uint64_t hash)
{
        size_t at;

        if (map->slot_count == 0) {
                return NULL;
        }
        at = home_of(map, hash);
        while (map->slots[at].node && map->slots[at].hash != hash) {
                at = next_of(map, at);
        }
        return map->slots[at].node;
}

void att_map_init(struct att_map *map)
{
        *map = (struct att_map){0};
}

void att_map_deinit(struct att_map *map)
{
        free(map->slots);
        *map = (struct att_map){0};
}

struct att_map_node *att_map_find(const struct att_map *map, struct att_text key)
{
        return map->count > 0 ? find_hashed(map, key, att_text_hash(key)) : NULL;
}

void att_map_add(struct att_map *map, struct att_map_node *node, struct att_text key)
{
        const uint64_t hash = att_text_hash(key);

        ATT_CHECK(find_hashed(map, key, hash) == NULL);
        if (5 * (map->count + 1) > 4 * map->slot_count) {
                grow(map);
        }
        node->key = key;
        put(map, &(struct att_map_slot){.hash = hash, .node = node});
        map->count++;
}

/* Whether what belongs at `home` may stand at `hole`, being found at `at` now: nothing lies between its
 * home and the hole but what is taken. */
static bool may_move_up(const struct att_map *map, size_t home, size_t hole, size_t at)
{
        const size_t mask = map->slot_count - 1;
        return ((at - home) & mask) >= ((at - hole) & mask);
}

void att_map_remove(struct att_map *map, struct att_map_node *node)
{
        ATT_CHECK(map->count > 0);
        size_t hole = home_of(map, att_text_hash(node->key));
        while (map->slots[hole].node != node) {
                ATT_CHECK(map->slots[hole].node);
                hole = next_of(map, hole);
        }
        for (size_t at = next_of(map, hole); map->slots[at].node; at = next_of(map, at)) {
                if (may_move_up(map, home_of(map, map->slots[at].hash), hole, at)) {
                        map->slots[hole] = map->slots[at];
                        hole = at;
                }
        }
        map->slots[hole] = (struct att_map_slot){0};
        map->count--;
}
