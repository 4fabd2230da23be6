/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration in the shape that the tables of table_config.c read and write. Internal to
 * lib/wire. Mirrors are needed only where a struct leaves out how long its array is.
 */
#ifndef ATT_LIB_WIRE_COMPILED_H
#define ATT_LIB_WIRE_COMPILED_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/model/config.h"

#define COMPILED_FORMAT 1

struct compiled_profile {
        struct att_text name;
        const struct att_profile_entry *by_queue;
        uint32_t entry_count;
};

struct compiled_agent {
        struct att_agent_def def; /* Without levels and limits. */
        const uint32_t *levels;   /* skill * COMPILED_LEVELS + level */
        uint32_t level_count;
        const uint32_t *limits;
        uint32_t limit_count;
        bool all_channels;
};

#define COMPILED_LEVELS 16

struct compiled_config {
        uint32_t format;
        struct att_digest digest;
        struct att_config config; /* Without profiles and agents. */
        const struct compiled_profile *profiles;
        uint32_t profile_count;
        const struct compiled_agent *agents;
        uint32_t agent_count;
};

#endif
