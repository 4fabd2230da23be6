/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that work for people who can wait: routing goes first. */
#ifndef ATT_DAEMON_PRIORITY_H
#define ATT_DAEMON_PRIORITY_H

/* Less weight for the calling thread, and for those that it makes, and short turns on a processor: whoever
 * wakes up for routing does not wait for the end of a long one. It is never without any. */
void priority_lower(void);

#endif
