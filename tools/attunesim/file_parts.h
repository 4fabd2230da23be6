/* SPDX-License-Identifier: Apache-2.0 */
/* What the simulator's files have in common. */
#ifndef ATT_TOOLS_ATTUNESIM_FILE_PARTS_H
#define ATT_TOOLS_ATTUNESIM_FILE_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/check.h"
#include "lib/config/errors.h"
#include "lib/config/yaml.h"
#include "lib/model/config.h"

/* `2026-01-05T09:00:00Z`, in milliseconds since the epoch. */
ATT_MUST_USE bool file_start_read(struct att_config_errors *errors,
                                  const struct att_yaml_node *node, int64_t *ret_ms);

/* A configuration, inline or the path of a file or folder from `folder` (with its slash). Its warnings
 * are left to `attunectl config check`. NULL: errors say why; else one reference. */
ATT_MUST_USE const struct att_config *file_config_read(struct att_config_errors *errors,
                                                       const struct att_yaml_node *node,
                                                       struct att_text folder, int64_t now_ms);

/* The part of a path that names its folder, with the slash. */
struct att_text file_folder_of(const char *path);

#endif
