/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instants as people name them when they ask for a report, in a time zone:
 *
 *      2026-03-01              a day          2026-03, 2026      a month, a year
 *      2026-03-01T09:30        an instant     today, yesterday, now
 *
 * A day, month or year begins a period with its first instant and ends one with its last.
 */
#ifndef ATT_LIB_CONFIG_PERIOD_H
#define ATT_LIB_CONFIG_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/text.h"
#include "lib/config/zone.h"

/* False and a sentence: it is none of these. `is_end`: the first instant after it. */
ATT_MUST_USE bool period_parse(struct att_text text, bool is_end, const struct zone *zone,
                               int64_t now_ms, int64_t *ret_ms, struct att_buffer *why);

#endif
