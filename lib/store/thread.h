/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <pthread.h>

/* Starts a thread that no signal is delivered to: they are for the owner's threads. To be joined.
 * Returns 0, or a negative errno of pthread_create(). */
int att_thread_start(pthread_t *ret_thread, void *(*body)(void *), void *context);
