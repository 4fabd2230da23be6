/* SPDX-License-Identifier: Apache-2.0 */
/* What the key tables say, for editors and for people. */
#ifndef ATT_LIB_CONFIG_SCHEMA_H
#define ATT_LIB_CONFIG_SCHEMA_H

#include "lib/base/buffer.h"

/* A JSON Schema (draft 2020-12) of a configuration: config/attune.schema.json. */
void att_config_schema_write(struct att_buffer *into);

struct att_key;

/* The reference of every key, in Markdown: the last part of docs/configuration.md. */
void att_config_reference_write(struct att_buffer *into);

/* The same for scdoc: the last part of docs/man/attune.yaml.5.scd. */
void att_config_manual_write(struct att_buffer *into);

/* How a key's value is written, in a few words of Markdown: "duration, 0ms to 7d". */
void att_key_type_write(const struct att_key *key, struct att_buffer *into);

#endif
