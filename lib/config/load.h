/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration from files: one file, or a directory whose *.yaml are merged in the order of their
 * names. In a directory names of one section join, lists follow one another, and a name defined
 * twice is an error that shows both places.
 */
#ifndef ATT_LIB_CONFIG_LOAD_H
#define ATT_LIB_CONFIG_LOAD_H

#include <stdint.h>

#include "lib/base/check.h"
#include "lib/config/errors.h"
#include "lib/config/sources.h"
#include "lib/model/config.h"

enum att_config_result {
        ATT_CONFIG_OK = 0,
        ATT_CONFIG_INVALID = 1, /* It was read, and is wrong. */
};

/* Loads, checks and compiles. ATT_CONFIG_OK and a configuration with one reference (there may be
 * warnings); ATT_CONFIG_INVALID and errors; or a negative errno where a file can't be read, which
 * `errors` tells too. Errors and warnings come sorted. `now_ms` as in att_config_compile(). */
ATT_MUST_USE int att_config_load_path(const char *path, int64_t now_ms,
                                      struct att_config_errors *errors,
                                      const struct att_config **ret_config);
/* The same of what was read before, the changes by hand laid over it. What the sources say of a file
 * that could not be read was told when it was. */
ATT_MUST_USE bool att_config_compile_sources(const struct att_config_sources *sources,
                                             int64_t now_ms, struct att_config_errors *errors,
                                             const struct att_config **ret_config);

#endif
