/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands at rest: journal batches, and compiled configurations.
 *
 * What is read back is what was written, field by field, for every kind of command. Reading trusts
 * nothing: bytes that are damaged give MALFORMED, never a crash. (That they are the bytes written is
 * the store's own checksum's business.)
 *
 * A batch is one JournalBatch, written as the turn goes on:
 *
 *      att_journal_batch_begin(&writer, into, first_seq, behaviour);
 *      att_journal_batch_add(&writer, &command); ...
 *      att_journal_batch_end(&writer, effects_digest);
 */
#ifndef ATT_LIB_WIRE_JOURNAL_H
#define ATT_LIB_WIRE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/digest.h"
#include "lib/base/text.h"
#include "lib/core/command.h"
#include "lib/model/config.h"
#include "lib/wire/scratch.h"

#define ATT_JOURNAL_FORMAT 1

/* What is decoded of one command never needs more. */
#define ATT_JOURNAL_SCRATCH_BYTES ((size_t)1024 * 1024)

enum att_journal_result {
        ATT_JOURNAL_OK = 0,
        ATT_JOURNAL_END,            /* No further command. */
        ATT_JOURNAL_MALFORMED,      /* Torn or damaged. */
        ATT_JOURNAL_FORMAT_UNKNOWN, /* A newer program's: a format or a kind of command. */
};

struct att_journal_writer {
        struct att_buffer *into; /* Borrowed until end. */
        uint64_t next_seq;
        uint32_t count;
};

void att_journal_batch_begin(struct att_journal_writer *writer, struct att_buffer *into,
                             uint64_t first_seq, uint32_t behaviour);
/* Its seq must be the next one (checked). */
void att_journal_batch_add(struct att_journal_writer *writer, const struct att_command *command);
void att_journal_batch_end(struct att_journal_writer *writer, struct att_digest effects);

struct att_journal_batch {
        uint32_t format;
        uint32_t behaviour;
        uint64_t first_seq;
        uint32_t count;
        struct att_digest effects;
};

/* Goes through the commands of a batch. Zero-initialise; deinit when done with the last batch. */
struct att_journal_reader {
        struct att_journal_batch batch;
        struct att_text rest;            /* Borrowed from the batch's bytes. */
        struct att_scratch scratch;      /* Owned. */
        const struct att_config *config; /* Owned reference of the last command. */
        uint32_t read;
};

void att_journal_reader_deinit(struct att_journal_reader *reader);
/* Looks the whole batch over and sets `reader->batch`. The bytes are borrowed until the next open. */
ATT_MUST_USE enum att_journal_result att_journal_reader_open(struct att_journal_reader *reader,
                                                             struct att_text batch);
/* The next command; good until the next call. A CONFIG's configuration is the reader's: take a
 * reference (the engine does) to keep it. */
ATT_MUST_USE enum att_journal_result att_journal_reader_next(struct att_journal_reader *reader,
                                                             struct att_command *ret_command);

/* The same for who reads ahead: what was decoded is good as long as the batch's bytes are and until the
 * scratch is reset, and so are the commands before it. A CONFIG's configuration is the caller's, to be let
 * go of. */
ATT_MUST_USE enum att_journal_result att_journal_reader_next_into(
        struct att_journal_reader *reader, struct att_scratch *scratch,
        const struct att_config **ret_config, struct att_command *ret_command);

/* One command on its own (a JournalCommand), for tests, snapshots and tools. */
void att_journal_put_command(struct att_buffer *into, const struct att_command *command);

/* A configuration (a CompiledConfig). Two encodings of the same one are the same bytes. */
void att_journal_put_config(struct att_buffer *into, const struct att_config *config);
/* A sealed configuration with one reference, whose digest is that of the one written (checked: a
 * difference is MALFORMED). */
ATT_MUST_USE enum att_journal_result att_journal_take_config(struct att_text bytes,
                                                             const struct att_config **ret_config);

#endif
