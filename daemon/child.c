/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/child.h"

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/util.h"

extern char **environ;

#define IOPRIO_WHO_PROCESS 1
#define IOPRIO_CLASS_IDLE  3
#define IOPRIO_CLASS_SHIFT 13
#define LEAST_PRIORITY     19

/* Tells the child who started it: what died before the child could ask to end with it. */
#define PARENT "ATTUNED_PARENT"

/* The environment with one more, to free(), whose first is `parent`. */
static char **make_environment(char *parent)
{
        char **all;
        size_t count = 0;

        while (environ[count]) {
                count++;
        }
        all = att_alloc_array(count + 2, sizeof(*all));
        all[0] = parent;
        memcpy(all + 1, environ, count * sizeof(*all));
        return all;
}

int child_start(char *const *words, pid_t *ret_child)
{
        ATT_CLEANUP(att_free_pointer) char **environment = NULL;
        char parent[sizeof(PARENT "=") + 24];
        posix_spawnattr_t attributes;
        sigset_t none;
        int error;

        (void)sigemptyset(&none);
        (void)posix_spawnattr_init(&attributes);
        (void)posix_spawnattr_setsigmask(&attributes, &none);
        (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
        (void)snprintf(parent, sizeof(parent), PARENT "=%ld", (long)getpid());
        environment = make_environment(parent);
        error = posix_spawn(ret_child, "/proc/self/exe", NULL, &attributes, words, environment);
        (void)posix_spawnattr_destroy(&attributes);
        return -error;
}

void child_be_modest(void)
{
        const char *parent = getenv(PARENT);

        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (parent && strtol(parent, NULL, 10) != (long)getppid()) {
                _exit(EXIT_FAILURE);
        }
        (void)setpriority(PRIO_PROCESS, 0, LEAST_PRIORITY);
        (void)syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0,
                      IOPRIO_CLASS_IDLE << IOPRIO_CLASS_SHIFT);
}
