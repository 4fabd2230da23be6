/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/notify.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/clock.h"

void notify_systemd(const char *state)
{
        const char *path = getenv("NOTIFY_SOCKET");
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        size_t len = path ? strlen(path) : 0;
        int fd;

        if (len < 2 || len >= sizeof(address.sun_path)) {
                return;
        }
        memcpy(address.sun_path, path, len);
        if (path[0] == '@') {
                address.sun_path[0] = '\0';
        }
        fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd >= 0) {
                (void)sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT,
                             (const struct sockaddr *)&address,
                             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
                close(fd);
        }
}

void notify_reloading(void)
{
        char state[64];

        (void)snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
                       clock_monotonic_us());
        notify_systemd(state);
}

uint64_t notify_watchdog_ms(void)
{
        const char *asked = getenv("WATCHDOG_USEC");
        const char *pid = getenv("WATCHDOG_PID");

        if (!asked || (pid && strtol(pid, NULL, 10) != (long)getpid())) {
                return 0;
        }
        return strtoull(asked, NULL, 10) / 2000;
}
