/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data directory: everything that one attuned must not lose, and nothing else.
 *
 *      DATA/lock       the process that owns the directory, by flock(2); its pid for people
 *      DATA/journal/   one file a segment (lib/store/segment.h)
 *
 * Owning it is what makes a process the only writer: open it before anything in it is read or
 * written, and before a socket that others may still be using is taken over.
 */
#ifndef ATT_LIB_STORE_DATA_H
#define ATT_LIB_STORE_DATA_H

#include "lib/base/buffer.h"
#include "lib/base/check.h"

struct att_data;

/* Takes the directory, which is made if only its last part is missing. When it can't: a negative
 * errno (-EBUSY: another process has it) and a sentence; nothing in it was touched. */
ATT_MUST_USE int att_data_open(const char *path, struct att_data **ret_data,
                               struct att_buffer *why);
void att_data_close(struct att_data *data); /* NULL fine. Gives the directory up. */

const char *att_data_path(const struct att_data *data);
const char *att_data_journal_path(const struct att_data *data);

#endif
