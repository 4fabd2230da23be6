/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/upkeep.h"

#include "daemon/app.h"
#include "daemon/clock.h"
#include "daemon/execute.h"
#include "daemon/notify.h"

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
            !has_prices(att_core_config(app->writer.core))) {
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
                        reload_ask(app, NULL, 0, false);
                        return;
                }
        }
}

static void feed_watchdog(struct upkeep *upkeep, int64_t monotonic_ms)
{
        if (upkeep->watchdog_every_ms > 0 &&
            monotonic_ms - upkeep->watchdog_ms >= (int64_t)upkeep->watchdog_every_ms) {
                notify_systemd("WATCHDOG=1");
                upkeep->watchdog_ms = monotonic_ms;
        }
}

static void on_second(uv_timer_t *timer)
{
        struct app *app = timer->data;
        int64_t monotonic_ms = clock_monotonic_us() / 1000;
        int64_t now_ms = clock_now_ms(&app->writer.clock);

        feed_watchdog(&app->upkeep, monotonic_ms);
        sessions_sweep(&app->sessions, monotonic_ms);
        feeds_expire(&app->front_ends, monotonic_ms);
        front_ends_forget(&app->front_ends, now_ms);
        if (!app->is_draining) {
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
                .watchdog_every_ms = notify_watchdog_ms(),
        };
        ATT_CHECK(uv_timer_init(app->loop, &upkeep->timer) == 0);
        upkeep->timer.data = app;
        ATT_CHECK(uv_timer_start(&upkeep->timer, on_second, EVERY_MS, EVERY_MS) == 0);
}

void upkeep_close(struct app *app)
{
        if (app->upkeep.is_open) {
                app->upkeep.is_open = false;
                uv_close((uv_handle_t *)&app->upkeep.timer, NULL);
        }
}
