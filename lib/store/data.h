/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data directory: everything that one attuned must not lose, and nothing else.
 *
 *      DATA/lock       the process that owns the directory, by flock(2); its pid for people
 *      DATA/journal/   one file a segment (lib/store/segment.h)
 *      DATA/accepted   how far differences of a replay were accepted, if ever
 *      DATA/stepping, DATA/blamed      lib/store/blame.h
 *      DATA/config.versions            lib/store/versions.h
 *      DATA/by-hand.yaml               lib/config/by_hand.h
 *
 * Owning it is what makes a process the only writer: open it before anything in it is read or
 * written, and before a socket that others may still be using is taken over.
 */
#ifndef ATT_LIB_STORE_DATA_H
#define ATT_LIB_STORE_DATA_H

#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"

struct att_data;

/* Takes the directory, which is made if only its last part is missing. When it can't: a negative
 * errno (-EBUSY: another process has it) and a sentence; nothing in it was touched. */
ATT_MUST_USE int att_data_open(const char *path, struct att_data **ret_data,
                               struct att_buffer *why);
void att_data_close(struct att_data *data); /* NULL fine. Gives the directory up. */

/* Up to which command, and by an engine of which behaviour, other effects than the journal's were
 * accepted: 0 and 0 if that never was so. */
struct att_data_accepted {
        uint64_t seq;
        uint32_t behaviour;
};
struct att_data_accepted att_data_accepted(const struct att_data *data);
/* The same of a directory that another process may own. */
struct att_data_accepted att_data_accepted_at(const char *path);
ATT_MUST_USE int att_data_accept(const struct att_data *data, struct att_data_accepted accepted,
                                 struct att_buffer *why);

const char *att_data_path(const struct att_data *data);
const char *att_data_journal_path(const struct att_data *data);

#endif
