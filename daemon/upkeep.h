/* SPDX-License-Identifier: Apache-2.0 */
/* What is done once a second: sessions that went silent, feeds nobody took up, prices, the opening
 * hours' horizon, snapshots that are due, room on the disk. */
#ifndef ATT_DAEMON_UPKEEP_H
#define ATT_DAEMON_UPKEEP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/statvfs.h>
#include <uv.h>

#include "lib/core/command.h"

struct app;

/* Of the disk with the data directory. */
enum upkeep_room {
        UPKEEP_ROOM_ENOUGH,
        UPKEEP_ROOM_LITTLE, /* New contacts are refused. */
        UPKEEP_ROOM_LEAST,  /* What is left is for endings. */
};

struct upkeep {
        uv_timer_t timer;
        bool is_open;
        int64_t prices_ms;   /* Core time of the last PRICES. */
        uint64_t prices_seq; /* The command it was; none since then: none is due. */
        int64_t hours_ms;    /* Core time of the last look at the hours' horizon. */
        enum upkeep_room room;
};

/* How much room is on a disk. */
enum upkeep_room upkeep_room_of(const struct statvfs *disk);

void upkeep_open(struct app *app);
void upkeep_close(struct app *app); /* Idempotent. */

/* Whether a session's command of this kind is taken, as full as the disk is. */
bool upkeep_has_room_for(const struct upkeep *upkeep, enum att_command_kind kind);

#endif
