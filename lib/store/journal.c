/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread writes; it alone touches the open segment. `mutex` guards what both sides see: the
 * stage of the batch in flight, the result and the end.
 *
 * A full segment is sealed by a second thread while the first goes on in the next segment, so that
 * no commit waits for a checkpoint. One is sealed at a time; that it failed is found by the next
 * append, and is as fatal as a failed append.
 */
#include "lib/store/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/base/util.h"
#include "lib/store/ahead.h"
#include "lib/store/files.h"
#include "lib/store/segment.h"
#include "lib/store/thread.h"

enum stage {
        STAGE_IDLE,
        STAGE_ASKED, /* A batch is the writer's. */
        STAGE_DONE,  /* Its result waits to be taken. */
};

struct sealer {
        pthread_t thread;
        bool is_running;
        struct att_segment *segment; /* Owned while it runs. */
        int error;                   /* Read after it was joined, or with `is_done`. */
        bool is_done;                /* Atomic. */
        struct att_buffer why;
};

struct att_journal {
        struct att_journal_options options;

        pthread_t thread;
        pthread_mutex_t mutex;
        pthread_cond_t changed;
        enum stage stage;
        bool is_to_turn; /* The next batch begins a segment; atomic. */
        bool is_stopping;
        struct att_batch batch;
        enum att_append_result result;
        struct att_buffer why; /* Of the result. */
        struct att_journal_position end;

        /* The writer's own. */
        struct att_segment *segment; /* NULL: the next batch begins one. */
        struct sealer sealer;
        struct att_ahead *ahead; /* Owned; NULL: nothing is written ahead. */
        bool has_failed;
};

struct att_digest att_batch_chain(const struct att_batch *batch, struct att_digest previous)
{
        struct att_digester digester;
        struct att_digest records = att_digest_of(batch->records.data, batch->records.len);

        att_digester_init(&digester);
        att_digester_add_u64(&digester, previous.high);
        att_digester_add_u64(&digester, previous.low);
        att_digester_add_u64(&digester, batch->first_seq);
        att_digester_add_u64(&digester, batch->last_seq);
        att_digester_add_i64(&digester, batch->time_ms);
        att_digester_add_u64(&digester, records.high);
        att_digester_add_u64(&digester, records.low);
        att_digester_add_u64(&digester, batch->effects.high);
        att_digester_add_u64(&digester, batch->effects.low);
        return att_digester_finish(&digester);
}

/* ---- Sealing ---- */

static void *run_sealer(void *context)
{
        struct sealer *sealer = context;

        sealer->error = att_segment_seal(sealer->segment, &sealer->why);
        att_segment_close(sealer->segment);
        __atomic_store_n(&sealer->is_done, true, __ATOMIC_RELEASE);
        return NULL;
}

static int finish_sealing(struct sealer *sealer, struct att_buffer *why)
{
        int error;

        if (!sealer->is_running) {
                return 0;
        }
        (void)pthread_join(sealer->thread, NULL);
        error = sealer->error;
        if (error < 0) {
                att_buffer_append_text(why, att_buffer_text(&sealer->why));
        }
        att_buffer_deinit(&sealer->why);
        *sealer = (struct sealer){0};
        return error;
}

static int start_sealing(struct sealer *sealer, struct att_segment *segment, struct att_buffer *why)
{
        int error = finish_sealing(sealer, why);

        if (error < 0) {
                att_segment_close(segment);
                return error;
        }
        sealer->segment = segment;
        error = att_thread_start(&sealer->thread, run_sealer, sealer);
        if (error < 0) {
                att_segment_close(segment);
                return att_say_errno(why, "can't start a thread", error);
        }
        sealer->is_running = true;
        return 0;
}

/* ---- The writer ---- */

/* An empty one never is, however old: its successor would have its name. */
static bool is_full(const struct att_journal *journal, const struct att_batch *batch)
{
        const struct att_segment *segment = journal->segment;
        const uint64_t bytes_max = journal->options.segment_bytes_max;

        if (att_segment_meta(segment)->first_seq == batch->first_seq) {
                return false;
        }
        return __atomic_load_n(&journal->is_to_turn, __ATOMIC_ACQUIRE) ||
               att_segment_bytes(segment) >= bytes_max ||
               att_segment_wal_bytes(segment) >= bytes_max * ATT_WAL_BYTES_PER_SEGMENT_BYTE ||
               batch->time_ms - att_segment_meta(segment)->created_ms >=
                       journal->options.segment_ms_max;
}

static void go_ahead(struct att_journal *journal)
{
        ATT_CLEANUP(att_free_pointer)
        char *wal_path = att_segment_wal_path(journal->options.dir,
                                              att_segment_meta(journal->segment)->first_seq);

        att_ahead_follow(journal->ahead, wal_path);
}

static enum att_append_result begin_segment(struct att_journal *journal,
                                            const struct att_batch *batch, struct att_buffer *why)
{
        const struct att_segment_meta meta = {
                .behaviour = journal->options.behaviour,
                .first_seq = batch->first_seq,
                .previous_chain = journal->end.chain,
                .created_ms = batch->time_ms,
        };
        __atomic_store_n(&journal->is_to_turn, false, __ATOMIC_RELEASE);
        int error = att_segment_create(journal->options.dir, &meta, why);

        if (error == -EEXIST) {
                return ATT_APPEND_FENCED;
        }
        if (error < 0 || att_segment_open(journal->options.dir, meta.first_seq, true,
                                          &journal->segment, why) < 0) {
                return ATT_APPEND_FAILED;
        }
        go_ahead(journal);
        return ATT_APPEND_DURABLE;
}

/* Nobody can write to it from here on; it is sealed while its successor is written to. */
static enum att_append_result end_segment(struct att_journal *journal, struct att_buffer *why)
{
        enum att_append_result result = att_segment_end(journal->segment, journal->end.seq, why);

        att_ahead_follow(journal->ahead, NULL);
        if (result == ATT_APPEND_DURABLE &&
            start_sealing(&journal->sealer, ATT_STEAL(journal->segment), why) < 0) {
                return ATT_APPEND_FAILED;
        }
        return result;
}

static enum att_append_result prepare_segment(struct att_journal *journal,
                                              const struct att_batch *batch, struct att_buffer *why)
{
        enum att_append_result result = ATT_APPEND_DURABLE;

        if (__atomic_load_n(&journal->sealer.is_done, __ATOMIC_ACQUIRE) &&
            finish_sealing(&journal->sealer, why) < 0) {
                return ATT_APPEND_FAILED;
        }
        if (journal->segment && is_full(journal, batch)) {
                result = end_segment(journal, why);
        }
        if (result == ATT_APPEND_DURABLE && !journal->segment) {
                result = begin_segment(journal, batch, why);
        }
        return result;
}

static enum att_append_result commit(struct att_journal *journal, const struct att_batch *batch,
                                     struct att_digest chain, struct att_buffer *why)
{
        if (journal->has_failed) {
                att_buffer_append_c(why, "an earlier append failed");
                return ATT_APPEND_FAILED;
        }
        enum att_append_result result = prepare_segment(journal, batch, why);
        int error;

        if (result != ATT_APPEND_DURABLE) {
                return result;
        }
        error = att_ahead_need(journal->ahead,
                               att_segment_wal_bytes_with(journal->segment, batch->records.len));
        if (error < 0) {
                (void)att_say_errno(why, journal->options.dir, error);
                return ATT_APPEND_FAILED;
        }
        return att_segment_append(journal->segment, batch, chain, why);
}

/* Called with the mutex held and a batch asked for; gives the mutex up while it writes. */
static void write_batch(struct att_journal *journal)
{
        const struct att_batch batch = journal->batch;
        const struct att_digest chain = att_batch_chain(&batch, journal->end.chain);
        enum att_append_result result;

        pthread_mutex_unlock(&journal->mutex);
        result = commit(journal, &batch, chain, &journal->why);
        pthread_mutex_lock(&journal->mutex);
        if (result == ATT_APPEND_DURABLE) {
                journal->end = (struct att_journal_position){
                        .seq = batch.last_seq, .time_ms = batch.time_ms, .chain = chain};
        } else {
                journal->has_failed = true;
        }
        journal->result = result;
        journal->stage = STAGE_DONE;
        pthread_cond_broadcast(&journal->changed);
}

static void *run_writer(void *context)
{
        struct att_journal *journal = context;

        pthread_mutex_lock(&journal->mutex);
        while (journal->stage == STAGE_ASKED || !journal->is_stopping) {
                if (journal->stage != STAGE_ASKED) {
                        pthread_cond_wait(&journal->changed, &journal->mutex);
                        continue;
                }
                write_batch(journal);
                if (journal->options.on_done) {
                        pthread_mutex_unlock(&journal->mutex);
                        journal->options.on_done(journal->options.context);
                        pthread_mutex_lock(&journal->mutex);
                }
        }
        pthread_mutex_unlock(&journal->mutex);
        return NULL;
}

/* ---- Holding ---- */

struct att_journal_hold {
        struct att_segment *segment; /* Owned; NULL: there is none yet. */
};

int att_journal_hold_open(const char *dir, struct att_journal_hold **ret_hold,
                          struct att_buffer *why)
{
        struct att_journal_hold *hold = att_alloc(sizeof(*hold));
        struct att_segment_list list = {0};
        int error = att_segment_list(dir, &list, why);

        if (error == 0 && list.count > 0) {
                error = att_segment_open(dir, list.first_seqs[list.count - 1], false,
                                         &hold->segment, why);
        }
        if (error < 0) {
                free(hold);
        } else {
                *ret_hold = hold;
        }
        att_segment_list_deinit(&list);
        return error;
}

void att_journal_hold_close(struct att_journal_hold *hold)
{
        if (hold) {
                att_segment_close(hold->segment);
                free(hold);
        }
}

/* ---- Opening ---- */

/* A journal of its own gets a start of its own, so that no segment fits into another journal. */
static struct att_digest make_genesis(void)
{
        unsigned char bytes[32] = {0};

        if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes)) {
                struct timespec now;

                (void)clock_gettime(CLOCK_MONOTONIC, &now);
                memcpy(bytes, &now, sizeof(now));
        }
        return att_digest_of(bytes, sizeof(bytes));
}

static bool has_log(const char *dir, uint64_t first_seq)
{
        ATT_CLEANUP(att_free_pointer) char *wal_path = att_segment_wal_path(dir, first_seq);
        struct stat status;

        return stat(wal_path, &status) == 0;
}

/* Those that a crash left unsealed. */
static int seal_older(const char *dir, const struct att_segment_list *list, struct att_buffer *why)
{
        struct att_segment *segment;
        int error;

        for (size_t i = 0; i + 1 < list->count; i++) {
                if (!has_log(dir, list->first_seqs[i])) {
                        continue;
                }
                error = att_segment_open(dir, list->first_seqs[i], true, &segment, why);
                if (error < 0) {
                        return error;
                }
                error = att_segment_seal(segment, why);
                att_segment_close(segment);
                if (error < 0) {
                        return error;
                }
        }
        return 0;
}

static int check_end(const struct att_journal_position *found,
                     const struct att_journal_position *expected, struct att_buffer *why)
{
        if (found->seq == expected->seq &&
            (found->seq == 0 || att_digest_equals(found->chain, expected->chain))) {
                return 0;
        }
        att_buffer_printf(why,
                          "the journal ends with command %" PRIu64 ", not with %" PRIu64
                          " as it was read: another process writes to it",
                          found->seq, expected->seq);
        return -ESTALE;
}

/* The next batch begins another. One that has no batch leaves its name to that. */
static int leave_segment(struct att_journal *journal, bool has_ended, bool has_any,
                         struct att_buffer *why)
{
        uint64_t first_seq = att_segment_meta(journal->segment)->first_seq;
        int error = 0;

        if (!has_ended) {
                switch (att_segment_end(journal->segment, journal->end.seq, why)) {
                case ATT_APPEND_DURABLE:
                        break;
                case ATT_APPEND_FENCED:
                        error = -ESTALE;
                        break;
                case ATT_APPEND_FAILED:
                        error = -EIO;
                        break;
                }
        }
        if (error == 0) {
                error = att_segment_seal(journal->segment, why);
        }
        att_segment_close(ATT_STEAL(journal->segment));
        if (error == 0 && !has_any) {
                error = att_segment_remove(journal->options.dir, first_seq, why);
        }
        return error;
}

/* Whether the last segment is one to go on in. */
static int adopt_segment(struct att_journal *journal, bool has_any, struct att_buffer *why)
{
        const struct att_segment_meta *meta = att_segment_meta(journal->segment);
        bool has_ended;
        int error = att_segment_has_ended(journal->segment, &has_ended, why);

        if (error < 0) {
                return error;
        }
        if (has_ended || meta->behaviour != journal->options.behaviour) {
                return leave_segment(journal, has_ended, has_any, why);
        }
        /* Also makes durable for certain what a crash after a failed sync may have left in the
         * kernel's memory alone. */
        return att_segment_checkpoint(journal->segment, why);
}

/* What is held is let go of as soon as the segment is open: a second one who has it open is in the way of
 * sealing it. */
static int open_last(struct att_journal *journal, uint64_t first_seq,
                     const struct att_journal_position *end, struct att_journal_hold **hold,
                     struct att_buffer *why)
{
        struct att_journal_position last;
        bool has_any;
        int error = att_segment_open(journal->options.dir, first_seq, true, &journal->segment, why);

        if (error == 0) {
                error = att_segment_last(journal->segment, &has_any, &last, why);
        }
        att_journal_hold_close(ATT_STEAL(*hold));
        if (error < 0) {
                return error;
        }
        if (!has_any) {
                last.seq = first_seq - 1;
                last.time_ms = end->time_ms;
                last.chain = att_segment_meta(journal->segment)->previous_chain;
        }
        error = check_end(&last, end, why);
        if (error < 0) {
                return error;
        }
        journal->end = last;
        return adopt_segment(journal, has_any, why);
}

static int open_segments(struct att_journal *journal, const struct att_journal_position *end,
                         struct att_journal_hold **hold, struct att_buffer *why)
{
        struct att_segment_list list;
        int error = att_segment_list(journal->options.dir, &list, why);

        if (error < 0) {
                return error;
        }
        if (list.count == 0) {
                journal->end.chain = make_genesis();
                error = check_end(&journal->end, end, why);
        } else {
                error = seal_older(journal->options.dir, &list, why);
                if (error == 0) {
                        error = open_last(journal, list.first_seqs[list.count - 1], end, hold, why);
                }
        }
        att_segment_list_deinit(&list);
        return error;
}

static void free_journal(struct att_journal *journal)
{
        att_ahead_stop(journal->ahead);
        att_segment_close(journal->segment);
        att_buffer_deinit(&journal->why);
        pthread_cond_destroy(&journal->changed);
        pthread_mutex_destroy(&journal->mutex);
        free(journal);
}

int att_journal_open(const struct att_journal_options *options,
                     const struct att_journal_position *end, struct att_journal_hold *hold,
                     struct att_journal **ret_journal, struct att_buffer *why)
{
        struct att_journal *journal = att_alloc(sizeof(*journal));
        int error;

        journal->options = *options;
        if (journal->options.segment_bytes_max == 0) {
                journal->options.segment_bytes_max = ATT_SEGMENT_BYTES_DEFAULT;
        }
        if (journal->options.segment_ms_max == 0) {
                journal->options.segment_ms_max = ATT_SEGMENT_MS_DEFAULT;
        }
        pthread_mutex_init(&journal->mutex, NULL);
        pthread_cond_init(&journal->changed, NULL);
        error = open_segments(journal, end, &hold, why);
        att_journal_hold_close(hold);
        if (error == 0 && att_ahead_start(&journal->ahead) == 0 && journal->segment) {
                go_ahead(journal);
        }
        if (error == 0) {
                error = att_thread_start(&journal->thread, run_writer, journal);
                if (error < 0) {
                        (void)att_say_errno(why, "can't start a thread", error);
                }
        }
        if (error < 0) {
                free_journal(journal);
                return error;
        }
        *ret_journal = journal;
        return 0;
}

void att_journal_close(struct att_journal *journal)
{
        struct att_buffer why = {0};

        if (!journal) {
                return;
        }
        pthread_mutex_lock(&journal->mutex);
        journal->is_stopping = true;
        pthread_cond_broadcast(&journal->changed);
        pthread_mutex_unlock(&journal->mutex);
        (void)pthread_join(journal->thread, NULL);
        (void)finish_sealing(&journal->sealer, &why); /* All in it is durable; the next start
                                                         seals it. */
        att_buffer_deinit(&why);
        free_journal(journal);
}

/* ---- The owner's side ---- */

void att_journal_append(struct att_journal *journal, const struct att_batch *batch)
{
        pthread_mutex_lock(&journal->mutex);
        ATT_CHECK(journal->stage == STAGE_IDLE);
        ATT_CHECK(batch->last_seq >= batch->first_seq);
        ATT_CHECK(journal->has_failed || batch->first_seq == journal->end.seq + 1);
        journal->batch = *batch;
        journal->stage = STAGE_ASKED;
        pthread_cond_broadcast(&journal->changed);
        pthread_mutex_unlock(&journal->mutex);
}

void att_journal_turn(struct att_journal *journal)
{
        __atomic_store_n(&journal->is_to_turn, true, __ATOMIC_RELEASE);
}

static pthread_mutex_t *mutex_of(const struct att_journal *journal)
{
        return &((struct att_journal *)(uintptr_t)journal)->mutex;
}

bool att_journal_take_result(struct att_journal *journal, enum att_append_result *ret_result,
                             struct att_buffer *why)
{
        bool is_done;

        pthread_mutex_lock(&journal->mutex);
        is_done = journal->stage == STAGE_DONE;
        if (is_done) {
                *ret_result = journal->result;
                att_buffer_append_text(why, att_buffer_text(&journal->why));
                att_buffer_clear(&journal->why);
                journal->stage = STAGE_IDLE;
        }
        pthread_mutex_unlock(&journal->mutex);
        return is_done;
}

enum att_append_result att_journal_wait(struct att_journal *journal, struct att_buffer *why)
{
        enum att_append_result result = ATT_APPEND_FAILED;

        pthread_mutex_lock(&journal->mutex);
        ATT_CHECK(journal->stage != STAGE_IDLE);
        while (journal->stage != STAGE_DONE) {
                pthread_cond_wait(&journal->changed, &journal->mutex);
        }
        pthread_mutex_unlock(&journal->mutex);
        ATT_CHECK(att_journal_take_result(journal, &result, why));
        return result;
}

struct att_journal_position att_journal_end(const struct att_journal *journal)
{
        struct att_journal_position end;

        pthread_mutex_lock(mutex_of(journal));
        end = journal->end;
        pthread_mutex_unlock(mutex_of(journal));
        return end;
}
