/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/thread.h"

#include <signal.h>

int att_thread_start(pthread_t *ret_thread, void *(*body)(void *), void *context)
{
        sigset_t all;
        sigset_t before;
        int error;

        (void)sigfillset(&all);
        (void)pthread_sigmask(SIG_SETMASK, &all, &before);
        error = pthread_create(ret_thread, NULL, body, context);
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
        return -error;
}
