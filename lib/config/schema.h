/* SPDX-License-Identifier: Apache-2.0 */
/* What the key tables say, for editors and for people. */
#ifndef ATT_LIB_CONFIG_SCHEMA_H
#define ATT_LIB_CONFIG_SCHEMA_H

#include "lib/base/buffer.h"

/* A JSON Schema (draft 2020-12) of a configuration: config/attune.schema.json. */
void att_config_schema_write(struct att_buffer *into);

/* The reference of every key, in Markdown: the last part of docs/configuration.md. */
void att_config_reference_write(struct att_buffer *into);

#endif
