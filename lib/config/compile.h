/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tree of nodes -> a checked, immutable configuration, or every error.
 *
 * All errors of the whole are found in one go and nothing is made unless all of it is right.
 * Opening hours are compiled to intervals of UTC from two days before `now_ms` (milliseconds since
 * the epoch) to 400 days after it.
 */
#ifndef ATT_LIB_CONFIG_COMPILE_H
#define ATT_LIB_CONFIG_COMPILE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/check.h"
#include "lib/config/errors.h"
#include "lib/config/yaml.h"
#include "lib/model/config.h"

/* True and a configuration with one reference, sealed; else false and errors (unsorted). Warnings
 * come either way. Nothing of the nodes is needed afterwards. */
ATT_MUST_USE bool att_config_compile(const struct att_yaml_node *root, int64_t now_ms,
                                     struct att_config_errors *errors,
                                     const struct att_config **ret_config);

#endif
