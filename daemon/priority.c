/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/priority.h"

#include <sched.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NICENESS 10
/* The shortest that Linux takes, from 6.12 on; before, it is not looked at. */
#define TURN_NS 100000

/* As sched_setattr(2) has it; the C library does not. */
struct attributes {
        uint32_t size;
        uint32_t policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime_ns;
        uint64_t deadline_ns;
        uint64_t period_ns;
};

void priority_lower(void)
{
        struct attributes attributes = {
                .size = sizeof(attributes),
                .policy = SCHED_OTHER,
                .nice = NICENESS,
                .runtime_ns = TURN_NS,
        };

        if (syscall(SYS_sched_setattr, 0, &attributes, 0) < 0) {
                /* Linux's threads each have their own. */
                (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICENESS);
        }
}
