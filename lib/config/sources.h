/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a configuration as they were written: of its files, and of what was changed by hand. So
 * what was in force can be shown, and be in force again. */
#ifndef ATT_LIB_CONFIG_SOURCES_H
#define ATT_LIB_CONFIG_SOURCES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/check.h"
#include "lib/config/errors.h"

#define ATT_CONFIG_FILES_MAX 1000

struct att_config_source {
        struct att_text path; /* As it was named, for messages. NUL-terminated. */
        struct att_text bytes;
        bool is_read;
};

/* Zero-initialise. All texts are the arena's. */
struct att_config_sources {
        struct att_arena arena;
        struct att_text path;            /* Of the whole: a file or a folder. */
        struct att_config_source *items; /* Owned; by name. */
        uint32_t count;
        struct att_config_source by_hand; /* Empty: nothing. */
};

void att_config_sources_deinit(struct att_config_sources *sources);

/* Reads one file, or the *.yaml of a folder, and the changes by hand (`by_hand`; NULL or not there:
 * none). 0, or the first negative errno: `errors` tells every one; what could be read is there. */
int att_config_sources_read(struct att_config_sources *sources, const char *path,
                            const char *by_hand, struct att_config_errors *errors);

/* Adds one that is at hand. */
void att_config_sources_add(struct att_config_sources *sources, struct att_text path,
                            struct att_text bytes);
void att_config_sources_set_by_hand(struct att_config_sources *sources, struct att_text path,
                                    struct att_text bytes);
/* A copy of its own. */
void att_config_sources_copy(struct att_config_sources *to, const struct att_config_sources *from);

#endif
