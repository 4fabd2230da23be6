/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The digest of a configuration: what it means, not how it lies in memory. References are digested
 * by the name they lead to, so that it is the same wherever the same was written. Access is apart:
 * who may connect changes nothing about routing, and neither does the source line of a rule. Of
 * opening hours it is the rules that count, not the intervals that they come to today.
 */
#ifndef ATT_LIB_MODEL_CONFIG_DIGEST_H
#define ATT_LIB_MODEL_CONFIG_DIGEST_H

#include "lib/base/digest.h"
#include "lib/model/config.h"

struct att_digest att_config_digest(const struct att_config *config);

#endif
