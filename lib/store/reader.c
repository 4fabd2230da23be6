/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

#include "lib/base/util.h"
#include "lib/store/segment.h"

struct att_reader {
        char *dir; /* Owned. */
        uint64_t from_seq;
        struct att_segment_list list;
        size_t next;                 /* In the list: the segment to open. */
        struct att_segment *segment; /* Owned; NULL between two. */
        struct att_journal_position position;
        bool is_linked; /* Whether the position is of this journal: from the second segment on. */
};

/* The last segment that begins at or before the wanted command. */
static size_t find_start(const struct att_segment_list *list, uint64_t from_seq)
{
        size_t start = 0;

        for (size_t i = 0; i < list->count && list->first_seqs[i] <= from_seq; i++) {
                start = i;
        }
        return start;
}

/* Every file is looked at before anything is replayed: a newer one among them stops all. */
static int check_all(const char *dir, const struct att_segment_list *list, size_t from,
                     struct att_buffer *why)
{
        struct att_segment *segment;
        int error;

        for (size_t i = from; i < list->count; i++) {
                error = att_segment_open(dir, list->first_seqs[i], false, &segment, why);
                if (error < 0) {
                        return error;
                }
                att_segment_close(segment);
        }
        return 0;
}

/* A reader that has read nothing, at the segment where `seq` is. */
static int open_at(const char *dir, uint64_t seq, struct att_reader **ret_reader,
                   struct att_buffer *why)
{
        struct att_reader *reader;
        struct att_segment_list list;
        int error = att_segment_list(dir, &list, why);

        if (error < 0) {
                return error;
        }
        error = check_all(dir, &list, find_start(&list, seq), why);
        if (error < 0) {
                att_segment_list_deinit(&list);
                return error;
        }
        reader = att_alloc(sizeof(*reader));
        reader->dir = att_text_dup(att_text_from(dir));
        reader->from_seq = seq;
        reader->list = list;
        reader->next = find_start(&list, seq);
        *ret_reader = reader;
        return 0;
}

int att_reader_open(const char *dir, uint64_t from_seq, struct att_reader **ret_reader,
                    struct att_buffer *why)
{
        return open_at(dir, from_seq, ret_reader, why);
}

void att_reader_close(struct att_reader *reader)
{
        if (!reader) {
                return;
        }
        att_segment_close(reader->segment);
        att_segment_list_deinit(&reader->list);
        free(reader->dir);
        free(reader);
}

struct att_journal_position att_reader_position(const struct att_reader *reader)
{
        return reader->position;
}

static enum att_read_result say_corrupt(const struct att_reader *reader, uint64_t seq,
                                        const char *what, struct att_buffer *why)
{
        ATT_CLEANUP(att_free_pointer)
        char *path = att_segment_path(reader->dir, reader->list.first_seqs[reader->next - 1]);

        att_buffer_printf(why, "%s: command %" PRIu64 ": corrupt: %s", path, seq, what);
        return ATT_READ_CORRUPT;
}

/* A segment goes on where the one before it ended. */
static enum att_read_result link_segment(struct att_reader *reader, struct att_buffer *why)
{
        const struct att_segment_meta *meta = att_segment_meta(reader->segment);
        bool is_first = reader->next == 1;

        if (!reader->is_linked) {
                if (is_first && meta->first_seq != 1 && reader->from_seq < meta->first_seq) {
                        return say_corrupt(reader, meta->first_seq,
                                           "the commands before it are missing", why);
                }
                reader->position = (struct att_journal_position){.seq = meta->first_seq - 1,
                                                                 .chain = meta->previous_chain};
                reader->is_linked = true;
                return ATT_READ_BATCH;
        }
        if (meta->first_seq != reader->position.seq + 1) {
                return say_corrupt(reader, reader->position.seq + 1,
                                   "it and what follows it is missing, yet there are later ones",
                                   why);
        }
        if (!att_digest_equals(meta->previous_chain, reader->position.chain)) {
                return say_corrupt(reader, meta->first_seq,
                                   "the segment is not the one that followed the one before", why);
        }
        return ATT_READ_BATCH;
}

static enum att_read_result open_next(struct att_reader *reader, struct att_buffer *why)
{
        enum att_read_result result;
        int error;

        if (reader->next == reader->list.count) {
                return ATT_READ_END;
        }
        error = att_segment_open(reader->dir, reader->list.first_seqs[reader->next], false,
                                 &reader->segment, why);
        if (error < 0) {
                return error == -EBADMSG ? ATT_READ_CORRUPT : ATT_READ_FAILED;
        }
        reader->next++;
        result = link_segment(reader, why);
        if (result != ATT_READ_BATCH) {
                return result;
        }
        return att_segment_seek(reader->segment, 0, why) < 0 ? ATT_READ_FAILED : ATT_READ_BATCH;
}

static enum att_read_result check_batch(struct att_reader *reader, const struct att_batch *batch,
                                        struct att_digest records, struct att_digest chain,
                                        struct att_buffer *why)
{
        if (batch->first_seq != reader->position.seq + 1 || batch->last_seq < batch->first_seq) {
                return say_corrupt(reader, reader->position.seq + 1, "it is missing", why);
        }
        if (!att_digest_equals(records, att_digest_of(batch->records.data, batch->records.len))) {
                return say_corrupt(reader, batch->first_seq, "the records are not what was written",
                                   why);
        }
        if (!att_digest_equals(chain, att_batch_chain(batch, reader->position.chain))) {
                return say_corrupt(reader, batch->first_seq,
                                   "the batch does not follow the one before", why);
        }
        reader->position = (struct att_journal_position){
                .seq = batch->last_seq, .time_ms = batch->time_ms, .chain = chain};
        return ATT_READ_BATCH;
}

/* The next batch, whether it was asked for or only has to be checked. */
static enum att_read_result read_batch(struct att_reader *reader,
                                       struct att_stored_batch *ret_batch, struct att_buffer *why)
{
        enum att_read_result result = ATT_READ_END;
        struct att_digest records;

        for (;;) {
                if (reader->segment) {
                        result = att_segment_next(reader->segment, &ret_batch->batch, &records,
                                                  &ret_batch->chain, why);
                }
                if (result != ATT_READ_END) {
                        break;
                }
                att_segment_close(reader->segment);
                reader->segment = NULL;
                result = open_next(reader, why);
                if (result != ATT_READ_BATCH) {
                        return result;
                }
        }
        if (result != ATT_READ_BATCH) {
                return result;
        }
        ret_batch->behaviour = att_segment_meta(reader->segment)->behaviour;
        return check_batch(reader, &ret_batch->batch, records, ret_batch->chain, why);
}

enum att_read_result att_reader_next(struct att_reader *reader, struct att_stored_batch *ret_batch,
                                     struct att_buffer *why)
{
        enum att_read_result result;

        do {
                result = read_batch(reader, ret_batch, why);
        } while (result == ATT_READ_BATCH && ret_batch->batch.last_seq < reader->from_seq);
        return result;
}

/* ---- Beginning in the middle ---- */

static int say_elsewhere(const struct att_journal_position *after, const char *what, int error,
                         struct att_buffer *why)
{
        att_buffer_printf(why, "command %" PRIu64 ": corrupt: %s", after->seq, what);
        return error;
}

/* Reads the batch that ends at the position, or finds that the segment begins right after it. */
static int find_position(struct att_reader *reader, const struct att_journal_position *after,
                         struct att_buffer *why)
{
        struct att_stored_batch stored;
        struct att_digest records;
        enum att_read_result result = open_next(reader, why);

        if (result == ATT_READ_END) {
                return say_elsewhere(after, "the journal is gone", -ENODATA, why);
        }
        if (result != ATT_READ_BATCH) {
                return result == ATT_READ_CORRUPT ? -EBADMSG : -EIO;
        }
        if (reader->position.seq > after->seq) {
                return say_elsewhere(after, "the commands after it are missing", -EBADMSG, why);
        }
        if (reader->position.seq == after->seq) {
                return 0;
        }
        if (att_segment_seek(reader->segment, after->seq, why) < 0) {
                return -EIO;
        }
        result = att_segment_next(reader->segment, &stored.batch, &records, &stored.chain, why);
        if (result == ATT_READ_END ||
            (result == ATT_READ_BATCH && stored.batch.last_seq < after->seq)) {
                return say_elsewhere(after, "the journal ends before it", -ENODATA, why);
        }
        if (result != ATT_READ_BATCH) {
                return result == ATT_READ_CORRUPT ? -EBADMSG : -EIO;
        }
        if (stored.batch.last_seq != after->seq) {
                return say_elsewhere(after, "no batch ends there", -EBADMSG, why);
        }
        reader->position = (struct att_journal_position){
                .seq = after->seq, .time_ms = after->time_ms, .chain = stored.chain};
        return 0;
}

int att_reader_open_after(const char *dir, const struct att_journal_position *after,
                          struct att_reader **ret_reader, struct att_buffer *why)
{
        struct att_reader *reader;
        int error = open_at(dir, after->seq + 1, &reader, why);

        if (error < 0) {
                return error;
        }
        error = find_position(reader, after, why);
        if (error == 0 && !att_digest_equals(reader->position.chain, after->chain)) {
                error = say_elsewhere(after, "the journal there is another one", -EBADMSG, why);
        }
        if (error < 0) {
                att_reader_close(reader);
                return error;
        }
        reader->position.time_ms = after->time_ms;
        *ret_reader = reader;
        return 0;
}
