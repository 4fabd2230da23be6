/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What would change from one configuration to another, in a supervisor's words, a line each:
 *
 *      + agent helena (Helena Ruiz)
 *      - queue stocks
 *      ~ agent maria: skill cards 8 -> 6
 *      ~ queue cards: step 1 after 30s -> 45s
 */
#ifndef ATT_LIB_CONFIG_DIFF_H
#define ATT_LIB_CONFIG_DIFF_H

#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/model/config.h"

/* Appends the lines and gives how many there are; 0: they mean the same. */
uint32_t att_config_diff(const struct att_config *before, const struct att_config *after,
                         struct att_buffer *into);

#endif
