/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single values as supervisors write them -> integers, or an error at their place that says what to
 * write instead. Each returns whether it could; `*ret` is written only then.
 */
#ifndef ATT_LIB_CONFIG_VALUES_H
#define ATT_LIB_CONFIG_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/check.h"
#include "lib/base/text.h"
#include "lib/config/errors.h"
#include "lib/config/yaml.h"

/* Whether a node is of a kind; an error "expected <wanted>, found a list" if not. */
ATT_MUST_USE bool att_value_is(struct att_config_errors *errors, const struct att_yaml_node *node,
                               enum att_yaml_kind kind, const char *wanted);

/* A text without control characters but line breaks and tabs, borrowed from the node. */
ATT_MUST_USE bool att_value_text(struct att_config_errors *errors, const struct att_yaml_node *node,
                                 size_t bytes_max, struct att_text *ret);

/* A name or id: 1 to 128 bytes, no control characters, no space at either end. */
ATT_MUST_USE bool att_value_name(struct att_config_errors *errors, const struct att_yaml_node *node,
                                 struct att_text *ret);

/* `true` or `false`. */
ATT_MUST_USE bool att_value_flag(struct att_config_errors *errors, const struct att_yaml_node *node,
                                 bool *ret);

/* A whole number from `min` to `max`. */
ATT_MUST_USE bool att_value_whole(struct att_config_errors *errors,
                                  const struct att_yaml_node *node, int64_t min, int64_t max,
                                  int64_t *ret);

/* A decimal number, exactly, in units of 10^-decimals; so are `min` and `max`. */
ATT_MUST_USE bool att_value_decimal(struct att_config_errors *errors,
                                    const struct att_yaml_node *node, int decimals, int64_t min,
                                    int64_t max, int64_t *ret);

/* `250ms`, `20s`, `2m`, `1h`, `7d`, from `min_ms` to `max_ms`. */
ATT_MUST_USE bool att_value_duration(struct att_config_errors *errors,
                                     const struct att_yaml_node *node, int64_t min_ms,
                                     int64_t max_ms, int64_t *ret_ms);

/* Points a time, `1.0/min` (or /s, /h), as thousandths of a point an hour. */
ATT_MUST_USE bool att_value_slope(struct att_config_errors *errors,
                                  const struct att_yaml_node *node, int64_t *ret_milli_per_hour);

/* `80% in 20s`. */
/* "20%", as parts per million. */
ATT_MUST_USE bool att_value_percent(struct att_config_errors *errors,
                                    const struct att_yaml_node *node, int64_t *ret_ppm);
ATT_MUST_USE bool att_value_service_level(struct att_config_errors *errors,
                                          const struct att_yaml_node *node, int64_t *ret_ppm,
                                          int64_t *ret_within_ms);

/* One of `words` (NULL ends them); gives its place in them. */
ATT_MUST_USE bool att_value_word(struct att_config_errors *errors, const struct att_yaml_node *node,
                                 const char *const *words, uint32_t *ret);

/* "'a', 'b' or 'c'", for messages. */
void att_value_list_words(const char *const *words, struct att_buffer *into);

#endif
