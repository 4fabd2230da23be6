/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The position and the estimated wait of each contact that waits, told to its front end as they
 * change (Position pushes).
 *
 * The engine says them once, when a contact enters a queue (Routed). After that they change with
 * everybody else's coming and going, which is too much to be said each time. So each contact has a
 * place here, in the order in which they were looked at last: at most every POSITIONS_EVERY_MS of
 * core time one is looked at, at most POSITIONS_A_TURN of them every POSITIONS_TURN_MS of real time,
 * and what is found is told only if the position differs from what was told last, or the estimate
 * differs by POSITIONS_GRAIN_MS and a tenth. With more waiting than that budget serves, each is
 * looked at less often.
 *
 * A feed that has not acknowledged what it was told of a contact last is told nothing new of it;
 * when it has, it is told what holds then. Nothing here is journaled, and the engine knows nothing
 * of it.
 */
#ifndef ATT_DAEMON_POSITIONS_H
#define ATT_DAEMON_POSITIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "lib/base/list.h"
#include "lib/base/map.h"
#include "lib/base/text.h"
#include "lib/core/core.h"

#define POSITIONS_EVERY_MS INT64_C(5000)
#define POSITIONS_GRAIN_MS INT64_C(5000)
#define POSITIONS_TURN_MS  50
#define POSITIONS_A_TURN   40

struct app;

/* How fast a queue moves, as the engine's last estimate there tells. */
struct pace {
        struct att_map_node by_queue;
        struct att_list in_all;
        struct att_text queue; /* Owned, after the struct. */
        int64_t gap_ms;        /* Between two answers; -1: unknown. */
};

struct place {
        struct att_map_node by_contact;
        struct att_list in_due;
        struct att_text contact;   /* Owned, as the next one, after the struct. */
        struct att_text front_end; /* Whose contact it is. */
        struct pace *pace;         /* Borrowed. */
        uint64_t told_feeds;       /* Which feeds were there (struct front_end); 0: not known. */
        int64_t told_ms;
        int64_t told_estimate_ms;
        uint32_t told_position; /* 0: nothing yet. */
        int64_t due_ms;
};

struct positions {
        struct att_map places;
        struct att_map paces;
        struct att_list all_paces;
        struct att_list due; /* Of struct place, the next to be looked at first. */
        uv_timer_t timer;
        bool is_open;
};

void positions_init(struct positions *positions);
void positions_deinit(struct positions *positions);

void positions_open(struct app *app);  /* With those that wait after a replay. */
void positions_close(struct app *app); /* Idempotent. */
/* What the engine says; as below. */
void positions_hear(struct app *app, const struct att_effect *effect);

/* ---- Without a loop. Times are the core clock's. ---- */

/* Learns who waits, and what was told, from what the engine says. */
void positions_note(struct positions *positions, const struct att_effect *effect, int64_t now_ms);
size_t positions_count(const struct positions *positions);

/* The next place whose time has come, or NULL; then it is due again after POSITIONS_EVERY_MS. */
struct place *positions_take(struct positions *positions, int64_t now_ms);
/* What there is to say of it, as an ATT_EFFECT_POSITION. A contact that no longer waits is
 * forgotten, and the place with it. `feeds`: of its front end now. */
bool positions_find_news(struct positions *positions, struct place *place,
                         const struct att_core *core, uint64_t feeds, struct att_effect *ret_news);
void place_was_told(struct place *place, const struct att_effect *news, uint64_t feeds,
                    int64_t now_ms);

#endif
