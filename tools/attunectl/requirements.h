/* SPDX-License-Identifier: Apache-2.0 */
/* Options of the form SKILL:NUMBER. */
#ifndef ATT_TOOLS_ATTUNECTL_REQUIREMENTS_H
#define ATT_TOOLS_ATTUNECTL_REQUIREMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/core/command.h"
#include "lib/model/limits.h"
#include "tools/attunectl/arguments.h"

/* False: told why. Without a number the level is 1, the weight 1. */
ATT_MUST_USE bool read_levels(struct ctl *ctl, const struct arguments *arguments, const char *name,
                              struct att_named_level levels[ATT_REQUIREMENTS_MAX],
                              uint32_t *ret_count);
ATT_MUST_USE bool read_weights(struct ctl *ctl, const struct arguments *arguments, const char *name,
                               struct att_named_weight weights[ATT_REQUIREMENTS_MAX],
                               uint32_t *ret_count);

#endif
