/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML bytes -> immutable trees of nodes that know their place.
 *
 * What configurations and scenarios need of YAML, and no more: scalars, sequences and mappings with
 * scalar keys, several documents a file. Anchors, aliases, merge keys and tags are refused: one
 * line could stand for a million. So are keys that stand twice in a mapping, bytes that are not
 * UTF-8, and whatever is larger or deeper than anyone writes.
 */
#ifndef ATT_LIB_CONFIG_YAML_H
#define ATT_LIB_CONFIG_YAML_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/text.h"
#include "lib/config/errors.h"

#define ATT_YAML_BYTES_MAX (4U << 20) /* Of one file. */
#define ATT_YAML_DEPTH_MAX 32
#define ATT_YAML_NODES_MAX 1000000U /* Of one file. */

enum att_yaml_kind {
        ATT_YAML_SCALAR,
        ATT_YAML_SEQUENCE,
        ATT_YAML_MAPPING,
};

struct att_yaml_node {
        enum att_yaml_kind kind;
        struct att_config_place place;
        bool is_plain;                            /* A scalar without quotes. */
        struct att_text text;                     /* Of a scalar. NUL-terminated. */
        const struct att_yaml_node *const *keys;  /* Of a mapping: scalars. */
        const struct att_yaml_node *const *items; /* Of a sequence; of a mapping the values. */
        uint32_t count;
};

/* The documents of one file. All nodes live in the arena. */
struct att_yaml_file {
        struct att_arena arena;
        const struct att_yaml_node *const *documents;
        uint32_t document_count; /* An empty file has none. */
};

/* Reads bytes. False and errors if they can't be read on; then there is nothing to free. A key that
 * stands twice is an error that leaves a tree (with the first one), so that others are found too:
 * what counts is `errors->error_count`. */
ATT_MUST_USE bool att_yaml_parse(struct att_text source, struct att_text bytes,
                                 struct att_config_errors *errors, struct att_yaml_file *ret_file);

/* Reads a file, named `source` in errors. 0, a negative errno (told in errors too), or
 * ATT_YAML_INVALID. */
#define ATT_YAML_INVALID 1
ATT_MUST_USE int att_yaml_read(const char *path, struct att_text source,
                               struct att_config_errors *errors, struct att_yaml_file *ret_file);

/* The bytes alone: of a file that is too large, one more than ATT_YAML_BYTES_MAX. 0 or a negative errno. */
ATT_MUST_USE int att_yaml_read_bytes(const char *path, struct att_buffer *into);

void att_yaml_file_deinit(struct att_yaml_file *file);

/* The value of a mapping's key, or NULL. Fine on any kind of node. */
const struct att_yaml_node *att_yaml_find(const struct att_yaml_node *mapping, const char *key);

/* Whether nothing is written: an empty scalar without quotes (`skills:` and no more). */
bool att_yaml_is_empty(const struct att_yaml_node *node);

/* "a mapping", "a list", "a value", for messages. */
const char *att_yaml_kind_name(enum att_yaml_kind kind);

#endif
