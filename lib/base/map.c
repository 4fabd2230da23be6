/* SPDX-License-Identifier: Apache-2.0 */
/* Chains in a power of two of buckets, doubled when there is more than one node a bucket. */
#include "lib/base/map.h"

#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/util.h"

static struct att_map_node **get_bucket(const struct att_map *map, uint64_t hash)
{
        return &map->buckets[hash & (map->bucket_count - 1)];
}

static void grow(struct att_map *map)
{
        struct att_map_node **old = map->buckets;
        const size_t old_count = map->bucket_count;

        map->bucket_count = old_count > 0 ? old_count * 2 : 16;
        map->buckets = att_alloc_array(map->bucket_count, sizeof(*map->buckets));
        for (size_t i = 0; i < old_count; i++) {
                struct att_map_node *next;

                for (struct att_map_node *node = old[i]; node; node = next) {
                        struct att_map_node **bucket = get_bucket(map, node->hash);

                        next = node->next;
                        node->next = *bucket;
                        *bucket = node;
                }
        }
        free(old);
}

static struct att_map_node *find_hashed(const struct att_map *map, struct att_text key,
                                        uint64_t hash)
{
        if (map->bucket_count == 0) {
                return NULL;
        }
        for (struct att_map_node *node = *get_bucket(map, hash); node; node = node->next) {
                if (node->hash == hash && att_text_equals(node->key, key)) {
                        return node;
                }
        }
        return NULL;
}

void att_map_init(struct att_map *map)
{
        *map = (struct att_map){0};
}

void att_map_deinit(struct att_map *map)
{
        free(map->buckets);
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
        if (map->count >= map->bucket_count) {
                grow(map);
        }

        struct att_map_node **bucket = get_bucket(map, hash);

        node->key = key;
        node->hash = hash;
        node->next = *bucket;
        *bucket = node;
        map->count++;
}

void att_map_remove(struct att_map *map, struct att_map_node *node)
{
        ATT_CHECK(map->count > 0);
        struct att_map_node **link = get_bucket(map, node->hash);

        while (*link != node) {
                ATT_CHECK(*link != NULL);
                link = &(*link)->next;
        }
        *link = node->next;
        node->next = NULL;
        map->count--;
}
