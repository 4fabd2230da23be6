/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a journal from a position to its end, and checks every link of the chain on the way.
 *
 *      att_reader_open(dir, 1, &reader, &why);
 *      while (att_reader_next(reader, &stored, &why) == ATT_READ_BATCH) { ... }
 *
 * What a power cut tore off at the end was never acknowledged and is not there. Anything else that
 * is missing or changed is corruption, and is reported with its place. Reading changes nothing
 * of the journal; one that is being written to can be read.
 */
#ifndef ATT_LIB_STORE_READER_H
#define ATT_LIB_STORE_READER_H

#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/store/journal.h"

struct att_reader;

struct att_stored_batch {
        struct att_batch batch;  /* Its records are borrowed until the next call. */
        struct att_digest chain; /* After it. */
        uint32_t behaviour;      /* Of the engine that wrote it. */
};

/* Begins at the batch that holds command `from_seq` (1: at the first). An empty journal is fine.
 * A file of another kind: -EINVAL; of a newer format: -ENOTSUP; corrupt: -EBADMSG. */
ATT_MUST_USE int att_reader_open(const char *dir, uint64_t from_seq, struct att_reader **ret_reader,
                                 struct att_buffer *why);
/* Begins right after a position of an earlier reader or writer, as a snapshot remembers it; what comes
 * before may be gone. -EBADMSG: the journal does not come by there (it is another one's, or the
 * commands after it are missing); -ENODATA: it ends before. */
ATT_MUST_USE int att_reader_open_after(const char *dir, const struct att_journal_position *after,
                                       struct att_reader **ret_reader, struct att_buffer *why);
void att_reader_close(struct att_reader *reader); /* NULL fine. */

ATT_MUST_USE enum att_read_result att_reader_next(struct att_reader *reader,
                                                  struct att_stored_batch *ret_batch,
                                                  struct att_buffer *why);
/* After the batch that was read last. */
struct att_journal_position att_reader_position(const struct att_reader *reader);

#endif
