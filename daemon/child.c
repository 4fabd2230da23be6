/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/child.h"

#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

#define IOPRIO_WHO_PROCESS 1
#define IOPRIO_CLASS_IDLE  3
#define IOPRIO_CLASS_SHIFT 13
#define LEAST_PRIORITY     19

int child_start(char *const *words, pid_t *ret_child)
{
        posix_spawnattr_t attributes;
        sigset_t none;
        int error;

        (void)sigemptyset(&none);
        (void)posix_spawnattr_init(&attributes);
        (void)posix_spawnattr_setsigmask(&attributes, &none);
        (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
        error = posix_spawn(ret_child, "/proc/self/exe", NULL, &attributes, words, environ);
        (void)posix_spawnattr_destroy(&attributes);
        return -error;
}

void child_be_modest(void)
{
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)setpriority(PRIO_PROCESS, 0, LEAST_PRIORITY);
        (void)syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0,
                      IOPRIO_CLASS_IDLE << IOPRIO_CLASS_SHIFT);
}
