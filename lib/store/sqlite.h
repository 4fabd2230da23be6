/* SPDX-License-Identifier: Apache-2.0 */
/* How SQLite is set up, and what it says, in attune's words. */
#ifndef ATT_LIB_STORE_SQLITE_H
#define ATT_LIB_STORE_SQLITE_H

#include <sqlite3.h>

#include "lib/base/buffer.h"

/* Once, before the first database is opened and while there is one thread: SQLite takes no account of the
 * memory that it uses, for which it would take a lock at each allocation, of all threads the same. */
void att_sqlite_begin(void);

/* Appends "PATH: what went wrong (SQLite 13, the system's word for it)" of the connection's last call; gives
 * a negative errno: -EBADMSG corrupt or no database, -ENOSPC, -EACCES, -EBUSY, -ECANCELED interrupted, else
 * -EIO. */
int att_sqlite_say(sqlite3 *db, const char *path, struct att_buffer *why);

#endif
