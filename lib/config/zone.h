/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time zones from the system's zoneinfo files (TZif, RFC 8536), read by ourselves: the C library can
 * hold only one zone at a time, in the environment that all threads share.
 *
 * The folder is /usr/share/zoneinfo, or what TZDIR says.
 */
#ifndef ATT_LIB_CONFIG_ZONE_H
#define ATT_LIB_CONFIG_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/check.h"
#include "lib/base/text.h"

struct zone;

/* 0 and a zone to close; -ENOENT if there is no such zone; -EINVAL if its file is broken; another
 * negative errno. */
ATT_MUST_USE int zone_open(struct att_text name, struct zone **ret_zone);
void zone_close(struct zone *zone); /* NULL fine. */

/* Seconds that local time is ahead of UTC at an instant (seconds since the epoch). */
int64_t zone_offset(const struct zone *zone, int64_t utc_s);

/* The instant at which clocks show `local_s` (seconds as if the local clock were UTC). A time that
 * is shown twice, when clocks go back: the first of them or the second; one that is never shown,
 * when they go forward: the instant of the change. */
enum zone_choice { ZONE_FIRST, ZONE_SECOND };
int64_t zone_to_utc(const struct zone *zone, int64_t local_s, enum zone_choice choice);

/* The zone whose name is nearest, from the folder, in the arena; or the empty text. */
struct att_text zone_nearest(struct att_text name, struct att_arena *arena);

#endif
