/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/upkeep.h"

#include "daemon/app.h"
#include "daemon/clock.h"
#include "daemon/execute.h"
#include "lib/base/util.h"

#define EVERY_MS      1000
#define PRICES_MS     INT64_C(60000)
#define HOURS_MS      (INT64_C(24) * 3600 * 1000)
#define HOURS_LEFT_MS (INT64_C(60) * HOURS_MS) /* Then they are compiled anew. */

/* A price counts against customers who are worth less than others, and says how much other queues
 * want an agent. */
static bool has_prices(const struct att_config *config)
{
        return config->tier_count > 0 && config->queue_count > 1;
}

/* Agents' prices follow from the demand of late: nothing happened, nothing to do. */
static void update_prices(struct app *app, int64_t now_ms)
{
        struct upkeep *upkeep = &app->upkeep;

        if (now_ms - upkeep->prices_ms < PRICES_MS ||
            att_core_seq(app->writer.core) == upkeep->prices_seq ||
            upkeep->room != UPKEEP_ROOM_ENOUGH || !has_prices(att_core_config(app->writer.core))) {
                return;
        }
        execute_plain(app, ATT_CMD_PRICES);
        upkeep->prices_ms = now_ms;
        upkeep->prices_seq = att_core_seq(app->writer.core);
}

/* Hours are compiled for a year and more ahead; a daemon may run for longer. */
static void look_at_hours(struct app *app, int64_t now_ms)
{
        const struct att_config *config = att_core_config(app->writer.core);
        struct upkeep *upkeep = &app->upkeep;

        if (now_ms - upkeep->hours_ms < HOURS_MS) {
                return;
        }
        upkeep->hours_ms = now_ms;
        for (uint32_t i = 0; i < config->hours_count; i++) {
                if (config->hours[i].known_until_ms - now_ms < HOURS_LEFT_MS) {
                        log_say("hours.extended",
                                "opening hours are known for two more months only: reading the "
                                "configuration again");
                        /* What is in force, with hours that are known for longer. */
                        reload_ask(app, NULL, 0,
                                   &(struct att_wire_reload){.of = ATT_WIRE_RELOAD_BY_HAND});
                        return;
                }
        }
}

/* ---- Room on the disk ---- */

/* New contacts are refused below this, or a tenth of a small disk ... */
#define LITTLE_BYTES (INT64_C(512) << 20)
#define LITTLE_SHARE 10
/* ... and at a quarter of that all but what ends something. */
#define LEAST_SHARE 4

enum upkeep_room upkeep_room_of(const struct statvfs *disk)
{
        int64_t block = (int64_t)disk->f_frsize;
        int64_t left = (int64_t)disk->f_bavail * block;
        int64_t little = att_min_i64(LITTLE_BYTES, (int64_t)disk->f_blocks * block / LITTLE_SHARE);

        if (left >= little) {
                return UPKEEP_ROOM_ENOUGH;
        }
        return left >= little / LEAST_SHARE ? UPKEEP_ROOM_LITTLE : UPKEEP_ROOM_LEAST;
}

static void say_room(struct app *app, enum upkeep_room room)
{
        switch (room) {
        case UPKEEP_ROOM_ENOUGH:
                log_say("disk.room_again", "the data directory's disk has room again");
                break;
        case UPKEEP_ROOM_LITTLE:
                log_error(&app->memory, "disk.nearly_full",
                          "the data directory's disk is nearly full: new contacts are refused");
                break;
        case UPKEEP_ROOM_LEAST:
                log_error(&app->memory, "disk.nearly_full",
                          "the data directory's disk is all but full: only what ends something "
                          "is taken");
                break;
        }
}

static void look_at_disk(struct app *app)
{
        struct statvfs disk;
        enum upkeep_room room;

        if (statvfs(att_data_journal_path(app->data), &disk) < 0) {
                return;
        }
        room = upkeep_room_of(&disk);
        if (room != app->upkeep.room) {
                app->upkeep.room = room;
                say_room(app, room);
        }
}

bool upkeep_has_room_for(const struct upkeep *upkeep, enum att_command_kind kind)
{
        switch (upkeep->room) {
        case UPKEEP_ROOM_ENOUGH:
                return true;
        case UPKEEP_ROOM_LITTLE:
                return kind != ATT_CMD_CONTACT_ADD;
        case UPKEEP_ROOM_LEAST:
                break;
        }
        return kind == ATT_CMD_CONTACT_ABANDON || kind == ATT_CMD_CONTACT_CANCEL ||
               kind == ATT_CMD_CONTACT_END || kind == ATT_CMD_OFFER_ACCEPT ||
               kind == ATT_CMD_OFFER_DECLINE || kind == ATT_CMD_WRAP_UP_DONE ||
               kind == ATT_CMD_AGENT_PAUSE || kind == ATT_CMD_AGENT_OFFLINE || kind == ATT_CMD_FREE;
}

static void on_second(uv_timer_t *timer)
{
        struct app *app = timer->data;
        int64_t monotonic_ms = clock_monotonic_us() / 1000;
        int64_t now_ms = clock_now_ms(&app->writer.clock);

        sessions_sweep(&app->sessions, monotonic_ms);
        feeds_expire(&app->front_ends, monotonic_ms);
        front_ends_forget(&app->front_ends, now_ms);
        look_at_disk(app);
        history_look(app);
        if (!app->is_draining) {
                snapshots_look(app, monotonic_ms);
                reports_look(app, monotonic_ms);
                memory_look(app);
                forget_look(app, monotonic_ms);
                update_prices(app, now_ms);
                look_at_hours(app, now_ms);
        }
}

void upkeep_open(struct app *app)
{
        struct upkeep *upkeep = &app->upkeep;

        *upkeep = (struct upkeep){
                .is_open = true,
                .prices_ms = clock_now_ms(&app->writer.clock),
                .prices_seq = att_core_seq(app->writer.core),
        };
        ATT_CHECK(uv_timer_init(app->loop, &upkeep->timer) == 0);
        upkeep->timer.data = app;
        look_at_disk(app);
        ATT_CHECK(uv_timer_start(&upkeep->timer, on_second, EVERY_MS, EVERY_MS) == 0);
}

void upkeep_close(struct app *app)
{
        if (app->upkeep.is_open) {
                app->upkeep.is_open = false;
                uv_close((uv_handle_t *)&app->upkeep.timer, NULL);
        }
}
