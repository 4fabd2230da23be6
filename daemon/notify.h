/* SPDX-License-Identifier: Apache-2.0 */
/* Tells systemd how the service is (sd_notify(3)); does nothing where nobody asked to be told. */
#ifndef ATT_DAEMON_NOTIFY_H
#define ATT_DAEMON_NOTIFY_H

#include <stdint.h>

/* "READY=1", "STOPPING=1", ... one a line. */
void notify_systemd(const char *state);
/* RELOADING=1 with the time it began, as Type=notify-reload wants it. */
void notify_reloading(void);
/* How often to say WATCHDOG=1, in ms: half of what was asked for; 0: never. */
uint64_t notify_watchdog_ms(void);

#endif
