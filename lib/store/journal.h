/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: every command that the engine ever took, in order, in batches that are durable or
 * were never there.
 *
 * Glossary. A batch is what one turn of the writer's loop committed: commands first_seq..last_seq as
 * records (lib/wire writes and reads them; the store knows them as bytes), and the digest of the
 * effects they had. A position is the end of a batch. The chain is a hash over a batch and the
 * chain of the batch before it.
 *
 *      struct att_journal_position end;        // where a reader (lib/store/reader.h) came to
 *      att_journal_open(&options, &end, &journal, &why);
 *      att_journal_append(journal, &batch);    // returns at once
 *      ... options.on_done is called from the writer's thread: wake your loop ...
 *      if (att_journal_take_result(journal, &result, &why)) { ... }
 *
 * A thread of the journal's own does the work; at most one batch is in flight. Whoever owns the
 * data directory (lib/store/data.h) is the only writer. Once an append has failed, nothing is known
 * of what is on the disk: every later one fails too, and the process has to start again from what
 * can be read. This is the interface; SQLite segments on a local disk (lib/store/segment.h) are
 * what is behind it.
 */
#ifndef ATT_LIB_STORE_JOURNAL_H
#define ATT_LIB_STORE_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/digest.h"
#include "lib/base/text.h"

struct att_batch {
        uint64_t first_seq;
        uint64_t last_seq;         /* >= first_seq */
        int64_t time_ms;           /* Of its last command. */
        struct att_text records;   /* Borrowed. */
        struct att_digest effects; /* Of its commands' effects, in order. */
};

struct att_journal_position {
        uint64_t seq;            /* The last command; 0: none yet. */
        int64_t time_ms;         /* Of that command. */
        struct att_digest chain; /* Of its batch. */
};

enum att_append_result {
        ATT_APPEND_DURABLE, /* It survives a power cut. */
        ATT_APPEND_FENCED,  /* Another writer has gone on from here: stop. */
        ATT_APPEND_FAILED,  /* It may be there or not: stop, start again. */
};

enum att_read_result {
        ATT_READ_BATCH,
        ATT_READ_END,
        ATT_READ_CORRUPT, /* What is there is not what was written; `why` says where. */
        ATT_READ_FAILED,  /* It can't be read. */
};

#define ATT_SEGMENT_BYTES_DEFAULT (UINT64_C(64) << 20)
#define ATT_SEGMENT_MS_DEFAULT    (INT64_C(3600) * 1000)
/* A log may grow beyond its segment, since a small batch writes a whole page. */
#define ATT_WAL_BYTES_PER_SEGMENT_BYTE 4

/*
 * Keeps the journal's end where it is, from before it is read until it is opened to be gone on with.
 *
 * A writer that is killed between the sync of a commit and its entry in the log's index (SQLite's -shm,
 * shared by all who have the file open) leaves a batch that was acknowledged to nobody. Whoever opens the
 * file sees it if nobody else has it open, since the index is then made anew, and does not see it while
 * somebody has: a process that the killed one started, an operator's sqlite3. Without a hold the batch
 * could appear between the reading and the going on.
 */
struct att_journal_hold;
ATT_MUST_USE int att_journal_hold_open(const char *dir, struct att_journal_hold **ret_hold,
                                       struct att_buffer *why);
void att_journal_hold_close(struct att_journal_hold *hold); /* NULL fine. */

struct att_journal_options {
        const char *dir;                /* DATA/journal; borrowed for the journal's life. */
        uint32_t behaviour;             /* Of the engine: another one starts another segment. */
        uint64_t segment_bytes_max;     /* 0: the default. */
        int64_t segment_ms_max;         /* 0: the default. */
        void (*on_done)(void *context); /* From the writer's thread; may be NULL. */
        void *context;
};

struct att_journal;

/* `end` is where the last reader came to; the journal must end there, or -ESTALE. The hold under which
 * it was read is let go of, whatever becomes of it; NULL fine. */
ATT_MUST_USE int att_journal_open(const struct att_journal_options *options,
                                  const struct att_journal_position *end,
                                  struct att_journal_hold *hold, struct att_journal **ret_journal,
                                  struct att_buffer *why);
/* Waits for what is in flight. NULL fine. */
void att_journal_close(struct att_journal *journal);

/* Nothing may be in flight (checked); the batch starts right after the last one (checked). Its
 * records stay as they are until the result was taken. */
void att_journal_append(struct att_journal *journal, const struct att_batch *batch);
/* False: not done yet, or nothing was in flight. `why` gets a sentence unless it is durable. */
bool att_journal_take_result(struct att_journal *journal, enum att_append_result *ret_result,
                             struct att_buffer *why);
/* Waits for the result of the batch in flight and takes it. */
ATT_MUST_USE enum att_append_result att_journal_wait(struct att_journal *journal,
                                                     struct att_buffer *why);

/* The next batch begins a segment of its own. From any thread. */
void att_journal_turn(struct att_journal *journal);

/* After the last durable batch. */
struct att_journal_position att_journal_end(const struct att_journal *journal);

/* The chain after a batch. */
struct att_digest att_batch_chain(const struct att_batch *batch, struct att_digest previous);

#endif
