/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/sqlite.h"

#include <errno.h>
#include <string.h>

static int errno_of(int code)
{
        switch (code & 0xff) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
                return -EBADMSG;
        case SQLITE_FULL:
                return -ENOSPC;
        case SQLITE_READONLY:
        case SQLITE_PERM:
                return -EACCES;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
                return -EBUSY;
        case SQLITE_INTERRUPT:
                return -ECANCELED;
        default:
                return -EIO;
        }
}

void att_sqlite_begin(void)
{
        (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int att_sqlite_say(sqlite3 *db, const char *path, struct att_buffer *why)
{
        const int code = sqlite3_extended_errcode(db);
        const int system = sqlite3_system_errno(db);

        att_buffer_printf(why, "%s: %s (SQLite %d", path, sqlite3_errmsg(db), code);
        if (system != 0) {
                att_buffer_printf(why, ", %s", strerror(system));
        }
        att_buffer_append_c(why, ")");
        return errno_of(code);
}
