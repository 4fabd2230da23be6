/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A look at a write-ahead log before SQLite reads it.
 *
 * SQLite takes the first frame with a wrong checksum as the end of the log, which is right for the
 * torn end that a power cut leaves, and wrong for a bit that rotted in the middle: everything after
 * it, acknowledged long ago, would vanish without a word. The journal syncs every commit before it
 * writes the next one, so what is torn is at most one commit; more of them behind a bad frame is
 * corruption.
 */
#ifndef ATT_LIB_STORE_WAL_H
#define ATT_LIB_STORE_WAL_H

#include "lib/base/buffer.h"
#include "lib/base/check.h"

/* 0 if there is no such file, or no acknowledged commit in it is lost; -EBADMSG and a sentence if
 * one is; another negative errno if the file can't be read. */
ATT_MUST_USE int att_wal_check(const char *path, struct att_buffer *why);

#endif
