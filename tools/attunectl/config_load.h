/* SPDX-License-Identifier: Apache-2.0 */
/* Configurations from files and from attuned. */
#ifndef ATT_TOOLS_ATTUNECTL_CONFIG_LOAD_H
#define ATT_TOOLS_ATTUNECTL_CONFIG_LOAD_H

#include "lib/config/errors.h"
#include "lib/model/config.h"
#include "tools/attunectl/command.h"

/* One reference, or NULL and errors. */
const struct att_config *config_load(const char *path, struct att_config_errors *errors);
/* A line each, fit for a terminal. */
void config_write_messages(struct att_buffer *into, const struct att_config_errors *errors);
/* What is in force in attuned: one reference, or NULL and told why. */
const struct att_config *config_fetch(struct ctl *ctl);
/* The bytes of a configuration, piece by piece; false: told why. */
bool config_fetch_bytes(struct ctl *ctl, enum att_wire_config_as as, uint64_t version,
                        struct att_buffer *bytes);
/* Asks for a reload of some kind and tells what came of it. */
enum verdict config_reload(struct ctl *ctl, const struct att_wire_reload *ask);

#endif
