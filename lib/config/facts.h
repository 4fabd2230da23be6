/* SPDX-License-Identifier: Apache-2.0 */
/* A compiled configuration described in words, fact by fact, for comparing. Inside lib/config. */
#ifndef ATT_LIB_CONFIG_FACTS_H
#define ATT_LIB_CONFIG_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/text.h"
#include "lib/model/config.h"

struct fact {
        struct att_text name;  /* "skill cards" */
        struct att_text value; /* "8" */
};

struct facts {
        struct att_arena arena;
        struct fact *items; /* Owned. */
        uint32_t count;
        uint32_t capacity;
};

void facts_deinit(struct facts *facts);

/* How one noun is described. */
struct description {
        const char *noun;
        uint32_t (*get_count)(const struct att_config *config);
        struct att_text (*get_name)(const struct att_config *config, uint32_t i);
        struct att_text (*get_title)(const struct att_config *config, uint32_t i); /* Or NULL. */
        void (*describe)(const struct att_config *config, uint32_t i, struct facts *facts);
        bool is_sorted;    /* By name, as agents are. */
        bool order_counts; /* Another order means something else. */
};

const struct description *facts_descriptions(size_t *ret_count);

/* Rules as sentences, in the facts' names. */
void facts_of_intake(const struct att_config *config, struct facts *facts);
/* What is not about one noun: lists of words, limits. */
void facts_of_whole(const struct att_config *config, struct facts *facts);

#endif
