/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of a configuration, as tables: one table a kind of mapping, one row a key. They drive the
 * reading, and the same rows print the reference in docs/configuration.md and the JSON Schema that
 * editors use, so that the three can't disagree.
 */
#ifndef ATT_LIB_CONFIG_KEY_H
#define ATT_LIB_CONFIG_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What names are declared for. */
enum att_noun {
        ATT_NOUN_SKILL,
        ATT_NOUN_CHANNEL,
        ATT_NOUN_TIER,
        ATT_NOUN_PROFILE,
        ATT_NOUN_TEAM,
        ATT_NOUN_AGENT,
        ATT_NOUN_POLICY,
        ATT_NOUN_QUEUE,
        ATT_NOUN_HOURS,
        ATT_NOUN_INTENT,
        ATT_NOUN_COUNT
};

const char *att_noun_name(enum att_noun noun); /* "skill" */

/* How a value is written, and what it is read into. */
enum att_key_kind {
        ATT_KEY_TEXT,          /* struct att_text; at most `max` bytes */
        ATT_KEY_NAME,          /* struct att_text */
        ATT_KEY_FLAG,          /* bool */
        ATT_KEY_WHOLE,         /* uint32_t, min..max */
        ATT_KEY_LONG,          /* int64_t, min..max */
        ATT_KEY_POINTS,        /* int64_t thousandths, min..max in thousandths */
        ATT_KEY_WEIGHT,        /* uint32_t thousandths, min..max in thousandths */
        ATT_KEY_SHARE,         /* int64_t parts per million, 0..1 */
        ATT_KEY_PERCENT,       /* The same, written 20% */
        ATT_KEY_DURATION,      /* int64_t ms, min..max */
        ATT_KEY_SLOPE,         /* int64_t thousandths of a point an hour */
        ATT_KEY_WORD,          /* uint32_t or enum: the place in `words` */
        ATT_KEY_REFERENCE,     /* uint32_t: index of `noun` */
        ATT_KEY_SERVICE_LEVEL, /* int64_t ppm; at second_offset int64_t ms */
        ATT_KEY_DELIVERY,      /* uint32_t agents a round */
        ATT_KEY_OVERFLOW,      /* struct att_overflow */
        ATT_KEY_CONDITIONS,    /* struct att_conditions */

        /* Arrays: a pointer, NULL if the key is absent, and at second_offset a uint32_t count. */
        ATT_KEY_TEXTS,       /* struct att_text; at most `max` bytes each */
        ATT_KEY_REFERENCES,  /* uint32_t: indices of `noun` */
        ATT_KEY_LEVELS,      /* struct att_requirement by skill; levels min..10 */
        ATT_KEY_ANY_OF,      /* struct att_requirement */
        ATT_KEY_PREFERENCES, /* struct att_preference */
        ATT_KEY_PAIRS,       /* struct att_pair, sorted by key */

        /* A mapping of the table `of`, read into the same struct. */
        ATT_KEY_TABLE,

        /* Left to whoever reads the table: const struct att_yaml_node *, NULL if absent. */
        ATT_KEY_VERSION,
        ATT_KEY_NAMED,     /* A mapping of names, each with a mapping of the table `of`. */
        ATT_KEY_LIST,      /* A list of mappings of the table `of`. */
        ATT_KEY_PROFILES,  /* Names, each with queues, each with a mapping of `of`. */
        ATT_KEY_PART,      /* A mapping of the table `of`. */
        ATT_KEY_LIMITS,    /* Channels and the most at once. */
        ATT_KEY_ADDRESSES, /* Channels and addresses. */
        ATT_KEY_WEEK,      /* Weekdays and times. */
        ATT_KEY_TIMES,     /* Times of a day. */
        ATT_KEY_DATE,      /* 2026-12-25 */
        ATT_KEY_ZONE,      /* Europe/Madrid */
};

struct att_key {
        const char *name;
        enum att_key_kind kind;
        bool is_required;
        size_t offset;        /* In the struct that the table fills. */
        size_t second_offset; /* Of what a kind has besides. */
        int64_t min;
        int64_t max;
        const char *const *words; /* NULL ends them. */
        enum att_noun noun;
        const struct att_key_table *of;
        const char *unit;     /* Or NULL: the kind says it. */
        const char *standard; /* What holds where it is absent, for people. */
        const char *prose;
};

struct att_key_table {
        const char *name;  /* "queue": what one such mapping is. */
        const char *where; /* "queues.<name>" */
        const char *prose;
        const struct att_key *keys;
        size_t key_count;
};

/* Offsets of a key's field, and of an array's count. */
#define ATT_KEY_AT(type, field) .offset = offsetof(type, field)
#define ATT_KEY_AT2(type, field, second_field)                                                     \
        .offset = offsetof(type, field), .second_offset = offsetof(type, second_field)

/* A table of an array of keys. */
#define ATT_KEY_TABLE_OF(array) .keys = (array), .key_count = sizeof(array) / sizeof((array)[0])

/* Every table, the whole configuration's first. */
const struct att_key_table *const *att_key_tables(size_t *ret_count);

#endif
