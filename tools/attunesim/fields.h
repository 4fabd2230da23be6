/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading mappings of scenario files by tables of fields, as lib/config does for configurations.
 *
 * Ranges are left to the engine: that it refuses what is out of range is something to test.
 */
#ifndef ATT_TOOLS_ATTUNESIM_FIELDS_H
#define ATT_TOOLS_ATTUNESIM_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/config/errors.h"
#include "lib/config/yaml.h"

enum field_kind {
        FIELD_TEXT,    /* struct att_text */
        FIELD_POINTS,  /* int64_t thousandths */
        FIELD_SHARE,   /* int64_t parts per million */
        FIELD_MICRO,   /* int64_t millionths */
        FIELD_TIME,    /* int64_t ms, from the scenario's start on */
        FIELD_AGO,     /* int64_t ms, back from the step's time */
        FIELD_AGE,     /* int64_t ms */
        FIELD_NUMBER,  /* int32_t */
        FIELD_FLAG,    /* bool */
        FIELD_ANSWER,  /* int32_t: 0 or 1, written false or true */
        FIELD_TEXTS,   /* struct att_text array, uint32_t count */
        FIELD_LEVELS,  /* struct att_named_level array, uint32_t count */
        FIELD_WEIGHTS, /* struct att_named_weight array, uint32_t count */
        FIELD_PAIRS,   /* struct att_pair array, uint32_t count */
        FIELD_WORD,    /* uint32_t: the place in `words` */
        FIELD_NODE,    /* const struct att_yaml_node * */
        FIELD_PART,    /* The fields of another table, into the same struct. */
};

struct field {
        const char *name;
        enum field_kind kind;
        size_t offset;
        size_t count_offset;
        const char *const *words;
        const struct fields *of;
};

struct fields {
        const char *name; /* "a contact" */
        const struct field *items;
        size_t count;
};

#define FIELDS_OF(array) .items = (array), .count = sizeof(array) / sizeof((array)[0])

/* What reading needs to know. */
struct reading {
        struct att_config_errors *errors;
        struct att_arena *arena; /* For arrays; texts stay borrowed from the nodes. */
        int64_t start_ms;        /* Of the scenario. */
        int64_t at_ms;           /* Of the step, since the epoch. */
};

/* The field of a name, or NULL. */
const struct field *fields_find(const struct fields *fields, struct att_text name);

/* A text, or a list of them. */
void fields_read_texts(const struct reading *reading, const struct att_yaml_node *node,
                       const struct att_text **ret_texts, uint32_t *ret_count);

/* Reads a mapping into `target`; unknown fields are errors. */
void fields_read(const struct reading *reading, const struct fields *fields,
                 const struct att_yaml_node *node, void *target);

#endif
