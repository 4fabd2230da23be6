/* SPDX-License-Identifier: Apache-2.0 */
/* What is done once a second: sessions that went silent, feeds nobody took up, prices, the opening
 * hours' horizon, systemd's watchdog. */
#ifndef ATT_DAEMON_UPKEEP_H
#define ATT_DAEMON_UPKEEP_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct app;

struct upkeep {
        uv_timer_t timer;
        bool is_open;
        int64_t prices_ms;   /* Core time of the last PRICES. */
        uint64_t prices_seq; /* The command it was; none since then: none is due. */
        int64_t hours_ms;    /* Core time of the last look at the hours' horizon. */
        int64_t watchdog_ms; /* Monotonic: of the last word to the watchdog. */
        uint64_t watchdog_every_ms;
};

void upkeep_open(struct app *app);
void upkeep_close(struct app *app); /* Idempotent. */

#endif
