/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A front end is back and says what it holds: its contacts that wait, its conversations, its agents.
 * What differs is changed by the same commands that it could have sent itself, each journaled, and
 * told in the answer. For people who talk, the front end is right; for contacts that are over, attune.
 */
#ifndef ATT_DAEMON_RECONCILE_H
#define ATT_DAEMON_RECONCILE_H

struct held;

void held_free(struct held *held); /* NULL fine. */

#endif
