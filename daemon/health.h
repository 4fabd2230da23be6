/* SPDX-License-Identifier: Apache-2.0 */
/* Whether attuned does its work, in words for programs that ask (/healthz, /readyz). */
#ifndef ATT_DAEMON_HEALTH_H
#define ATT_DAEMON_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"

struct health {
        bool is_recovered; /* The journal was replayed. */
        bool is_configured;
        bool is_draining;
        bool is_disk_nearly_full; /* New contacts are refused. */
        const char *config;       /* Its digest. */
        uint64_t seq;             /* Of the last command. */
};

/* Whether it takes contacts; appends a JSON object that says so, with every reason why not. */
bool health_put_ready(const struct health *health, struct att_buffer *into);

/* Whether the loop turns, with a line that says so. `stood_us`: for how long it stood, just now; 0. */
bool health_put_turning(int64_t stood_us, struct att_buffer *into);

#endif
