/* SPDX-License-Identifier: Apache-2.0 */
/* What was done since the process began, counted as it happens; a replay is not counted. */
#ifndef ATT_DAEMON_TALLY_H
#define ATT_DAEMON_TALLY_H

#include <stdint.h>

#include "daemon/histogram.h"
#include "lib/core/command.h"
#include "lib/core/effect.h"
#include "lib/model/words.h"

enum tally_reload {
        TALLY_RELOAD_CHANGED,
        TALLY_RELOAD_UNCHANGED,
        TALLY_RELOAD_REFUSED, /* The configuration is wrong: the one in force stays. */
        TALLY_RELOAD_COUNT
};

/* Of customers who were wanted from the history, before their request was decided. */
enum tally_lookup {
        TALLY_LOOKUP_FOUND,
        TALLY_LOOKUP_NOBODY,
        TALLY_LOOKUP_FAILED,    /* The history could not be read. */
        TALLY_LOOKUP_GAVE_UP,   /* It took too long. */
        TALLY_LOOKUP_OVERTAKEN, /* Somebody else asked for the same contact and could not wait. */
        TALLY_LOOKUP_SKIPPED,   /* Not tried: too many wait, or the last one failed just now. */
        TALLY_LOOKUP_COUNT
};

enum tally_snapshot { TALLY_SNAPSHOT_MADE, TALLY_SNAPSHOT_FAILED, TALLY_SNAPSHOT_COUNT };

struct tally {
        uint64_t commands[ATT_CMD_KIND_COUNT];
        uint64_t refused[ATT_REFUSAL_COUNT];     /* Commands, by the engine. */
        uint64_t turned_away[ATT_REFUSAL_COUNT]; /* Requests, before the engine saw them. */
        uint64_t effects[ATT_EFFECT_KIND_COUNT];
        uint64_t revoked[ATT_REVOKE_REASON_COUNT];
        uint64_t reloads[TALLY_RELOAD_COUNT];
        enum tally_reload last_reload;
        uint64_t snapshots[TALLY_SNAPSHOT_COUNT];
        uint64_t lookups[TALLY_LOOKUP_COUNT];
};

void tally_step(struct tally *tally, const struct att_command *command,
                const struct att_effects *effects);
void tally_reload(struct tally *tally, enum tally_reload result);

const char *tally_reload_name(enum tally_reload result);
const char *tally_lookup_name(enum tally_lookup result);
const char *tally_snapshot_name(enum tally_snapshot result);

#endif
