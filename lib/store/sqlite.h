/* SPDX-License-Identifier: Apache-2.0 */
/* What SQLite says, in attune's words; for lib/store alone. */
#ifndef ATT_LIB_STORE_SQLITE_H
#define ATT_LIB_STORE_SQLITE_H

#include <sqlite3.h>

#include "lib/base/buffer.h"

/* Appends "PATH: what went wrong (SQLite 13, the system's word for it)" of the connection's last call; gives
 * a negative errno: -EBADMSG corrupt or no database, -ENOSPC, -EACCES, -EBUSY, -ECANCELED interrupted, else
 * -EIO. */
int att_sqlite_say(sqlite3 *db, const char *path, struct att_buffer *why);

#endif
