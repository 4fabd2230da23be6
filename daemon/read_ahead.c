/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces go round in a ring: read, stepped, settled, told; four counters say how far each of these has come,
 * and a piece belongs to whoever has to do with it next. The lock is for the counters alone.
 *
 * Who has nothing to do is not woken for one piece, if the other has work without: a wake-up costs as much
 * as some commands.
 */
#include "daemon/read_ahead.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/check.h"
#include "lib/base/digest.h"
#include "lib/base/util.h"
#include "lib/core/core.h"
#include "lib/store/thread.h"

#define BATCHES                                                                                    \
        (READ_AHEAD_PIECES + 2) /* All that pieces under way can be of, and the one told of last. */
#define ENOUGH (READ_AHEAD_PIECES / 4)

struct read_ahead {
        struct att_reader *reader;
        read_ahead_settle_fn on_settle;
        void *context;

        /* The reading side's. */
        struct read_batch batches[BATCHES];
        uint64_t batch_count;              /* Read so far. */
        struct att_journal_reader records; /* Of the last of them. */
        bool is_within;                    /* That one goes on. */
        struct att_digester digester;      /* Of the batch that is being settled. */

        bool has_thread;
        pthread_t thread;
        pthread_mutex_t mutex; /* Of what follows; not used without a thread. */
        pthread_cond_t is_work;
        pthread_cond_t is_done;
        bool is_idle;    /* The thread waits for work, ... */
        bool is_waiting; /* ... the replay for what it does. */
        bool is_stopping;
        bool has_ended; /* Nothing more is to be read. */
        uint64_t read;  /* Pieces. */
        uint64_t stepped;
        uint64_t settled;
        uint64_t told;

        struct read_piece pieces[READ_AHEAD_PIECES];
};

static struct read_piece *piece_at(struct read_ahead *ahead, uint64_t i)
{
        return &ahead->pieces[i % READ_AHEAD_PIECES];
}

/* ---- Reading ---- */

static void empty(struct read_piece *piece)
{
        piece->count = 0;
        piece->batch = NULL;
        piece->is_first = false;
        att_buffer_clear(&piece->why);
        att_arena_clear(&piece->arena);
        att_buffer_clear(&piece->notes);
        att_scratch_reset(&piece->scratch);
}

/* False: there is none; the piece says why. */
static bool read_batch(struct read_ahead *ahead, struct read_piece *piece)
{
        struct read_batch *batch = &ahead->batches[ahead->batch_count % BATCHES];
        struct att_text records;

        piece->read = att_reader_next(ahead->reader, &batch->stored, &piece->why);
        piece->end = att_reader_position(ahead->reader);
        if (piece->read != ATT_READ_BATCH) {
                return false;
        }
        records = batch->stored.batch.records;
        att_buffer_clear(&batch->records);
        att_buffer_append_text(&batch->records, records);
        batch->stored.batch.records = att_buffer_text(&batch->records);
        batch->is_after_skip = false;
        batch->differs = false;
        ahead->batch_count++;
        return true;
}

/* Until it is full, or a configuration was read: a piece holds one. */
static void decode(struct read_ahead *ahead, struct read_piece *piece)
{
        piece->result = ATT_JOURNAL_OK;
        while (piece->result == ATT_JOURNAL_OK && piece->count < READ_AHEAD_COMMANDS &&
               piece->scratch.used < ATT_JOURNAL_SCRATCH_BYTES && !piece->config) {
                piece->result = att_journal_reader_next_into(&ahead->records, &piece->scratch,
                                                             &piece->config,
                                                             &piece->commands[piece->count]);
                if (piece->result == ATT_JOURNAL_OK) {
                        piece->foresights[piece->count] = att_foresight_of(
                                &piece->commands[piece->count], &piece->arena);
                        piece->count++;
                }
        }
}

/* True: there may be more to read. */
static bool read_piece(struct read_ahead *ahead, struct read_piece *piece)
{
        empty(piece);
        if (!piece->commands) {
                piece->commands = att_alloc_array(READ_AHEAD_COMMANDS, sizeof(*piece->commands));
                piece->foresights = att_alloc_array(READ_AHEAD_COMMANDS,
                                                    sizeof(*piece->foresights));
                piece->effects = att_alloc_array(READ_AHEAD_COMMANDS, sizeof(*piece->effects));
                att_scratch_init(&piece->scratch, 2 * ATT_JOURNAL_SCRATCH_BYTES);
        }
        piece->result = ATT_JOURNAL_OK;
        if (!ahead->is_within) {
                if (!read_batch(ahead, piece)) {
                        return false;
                }
                piece->is_first = true;
                piece->result = att_journal_reader_open(
                        &ahead->records,
                        ahead->batches[(ahead->batch_count - 1) % BATCHES].stored.batch.records);
        }
        piece->read = ATT_READ_BATCH;
        piece->end = att_reader_position(ahead->reader);
        piece->batch = &ahead->batches[(ahead->batch_count - 1) % BATCHES];
        if (piece->result == ATT_JOURNAL_OK) {
                decode(ahead, piece);
        }
        ahead->is_within = piece->result == ATT_JOURNAL_OK;
        return piece->result == ATT_JOURNAL_OK || piece->result == ATT_JOURNAL_END;
}

/* ---- Settling ---- */

static void settle_commands(struct read_ahead *ahead, const struct read_piece *piece)
{
        size_t begin = 0;

        for (uint32_t i = 0; i < piece->count; i++) {
                const size_t end = piece->note_ends[i];

                att_effects_digest(&piece->effects[i], &ahead->digester);
                if (ahead->on_settle) {
                        ahead->on_settle(ahead->context, &piece->commands[i], &piece->effects[i],
                                         att_text_of(piece->notes.data + begin, end - begin));
                }
                begin = end;
        }
}

static void settle(struct read_ahead *ahead, struct read_piece *piece)
{
        const struct att_stored_batch *stored = &piece->batch->stored;

        if (piece->is_first) {
                att_digester_init(&ahead->digester);
        }
        settle_commands(ahead, piece);
        if (piece->result == ATT_JOURNAL_END) {
                piece->batch->differs = stored->behaviour == ATT_CORE_BEHAVIOUR &&
                                        !att_digest_equals(att_digester_finish(&ahead->digester),
                                                           stored->batch.effects);
        }
}

/* ---- The thread ---- */

static bool may_read(const struct read_ahead *ahead)
{
        return !ahead->has_ended && ahead->read - ahead->told < READ_AHEAD_PIECES;
}

static void lock(struct read_ahead *ahead)
{
        if (ahead->has_thread) {
                pthread_mutex_lock(&ahead->mutex);
        }
}

static void unlock(struct read_ahead *ahead)
{
        if (ahead->has_thread) {
                pthread_mutex_unlock(&ahead->mutex);
        }
}

/* The replay goes first: it is to have something to step. Called with the lock, as the rest. */
static bool wants_to_read(const struct read_ahead *ahead)
{
        return may_read(ahead) &&
               (ahead->stepped == ahead->settled || ahead->read - ahead->stepped < ENOUGH);
}

static void read_next(struct read_ahead *ahead)
{
        struct read_piece *piece = piece_at(ahead, ahead->read);
        bool is_more;

        unlock(ahead);
        is_more = read_piece(ahead, piece);
        lock(ahead);
        ahead->has_ended = !is_more;
        ahead->read++;
}

static void settle_next(struct read_ahead *ahead)
{
        struct read_piece *piece = piece_at(ahead, ahead->settled);

        unlock(ahead);
        settle(ahead, piece);
        lock(ahead);
        ahead->settled++;
}

static void *run(void *context)
{
        struct read_ahead *ahead = context;

        pthread_mutex_lock(&ahead->mutex);
        while (!ahead->is_stopping) {
                if (wants_to_read(ahead)) {
                        read_next(ahead);
                } else if (ahead->stepped > ahead->settled) {
                        settle_next(ahead);
                } else {
                        ahead->is_idle = true;
                        pthread_cond_wait(&ahead->is_work, &ahead->mutex);
                        ahead->is_idle = false;
                }
                if (ahead->is_waiting) {
                        pthread_cond_signal(&ahead->is_done);
                }
        }
        pthread_mutex_unlock(&ahead->mutex);
        return NULL;
}

static void wake(struct read_ahead *ahead)
{
        if (ahead->is_idle) {
                pthread_cond_signal(&ahead->is_work);
        }
}

/* Until the thread has done something. */
static void wait_for_thread(struct read_ahead *ahead)
{
        wake(ahead);
        ahead->is_waiting = true;
        pthread_cond_wait(&ahead->is_done, &ahead->mutex);
        ahead->is_waiting = false;
}

/* ---- The replay's side ---- */

bool read_ahead_is_worth_it(void)
{
        return sysconf(_SC_NPROCESSORS_ONLN) > 1;
}

struct read_ahead *read_ahead_new(struct att_reader *reader, bool with_thread,
                                  read_ahead_settle_fn on_settle, void *context)
{
        struct read_ahead *ahead = att_alloc(sizeof(*ahead));

        ahead->reader = reader;
        ahead->on_settle = on_settle;
        ahead->context = context;
        if (with_thread) {
                pthread_mutex_init(&ahead->mutex, NULL);
                pthread_cond_init(&ahead->is_work, NULL);
                pthread_cond_init(&ahead->is_done, NULL);
                ahead->has_thread = true;
                if (att_thread_start(&ahead->thread, run, ahead) < 0) {
                        ahead->has_thread = false; /* It goes slower, that is all. */
                }
        }
        return ahead;
}

static void deinit_piece(struct read_piece *piece)
{
        att_config_unref(piece->config);
        att_buffer_deinit(&piece->why);
        att_arena_deinit(&piece->arena);
        att_buffer_deinit(&piece->notes);
        att_scratch_deinit(&piece->scratch);
        free(piece->commands);
        free(piece->foresights);
        free(piece->effects);
}

void read_ahead_free(struct read_ahead *ahead)
{
        if (!ahead) {
                return;
        }
        if (ahead->has_thread) {
                pthread_mutex_lock(&ahead->mutex);
                ahead->is_stopping = true;
                wake(ahead);
                pthread_mutex_unlock(&ahead->mutex);
                (void)pthread_join(ahead->thread, NULL);
                pthread_cond_destroy(&ahead->is_work);
                pthread_cond_destroy(&ahead->is_done);
                pthread_mutex_destroy(&ahead->mutex);
        }
        for (size_t i = 0; i < READ_AHEAD_PIECES; i++) {
                deinit_piece(&ahead->pieces[i]);
        }
        for (size_t i = 0; i < BATCHES; i++) {
                att_buffer_deinit(&ahead->batches[i].records);
        }
        att_journal_reader_deinit(&ahead->records);
        free(ahead);
}

struct read_piece *read_ahead_take(struct read_ahead *ahead)
{
        struct read_piece *piece = NULL;

        lock(ahead);
        while (ahead->read == ahead->stepped && ahead->told == ahead->settled) {
                if (ahead->has_thread) {
                        wait_for_thread(ahead);
                } else {
                        read_next(ahead);
                }
        }
        if (ahead->read > ahead->stepped) {
                piece = piece_at(ahead, ahead->stepped);
        }
        unlock(ahead);
        return piece;
}

void read_ahead_give(struct read_ahead *ahead)
{
        lock(ahead);
        ahead->stepped++;
        if (!ahead->has_thread) {
                settle_next(ahead);
        } else if (ahead->stepped - ahead->settled >= ENOUGH) {
                wake(ahead);
        }
        unlock(ahead);
}

/* Takes back what is settled, up to the end of a batch. Configurations are let go of here, on the engine's
 * thread. */
static const struct read_batch *tell_next(struct read_ahead *ahead)
{
        while (ahead->told < ahead->settled) {
                struct read_piece *piece = piece_at(ahead, ahead->told);
                const bool is_last = piece->result == ATT_JOURNAL_END;
                const struct read_batch *batch = piece->batch;

                att_config_unref(ATT_STEAL(piece->config));
                ahead->told++;
                if (is_last) {
                        return batch;
                }
        }
        return NULL;
}

const struct read_batch *read_ahead_settled(struct read_ahead *ahead, bool all)
{
        const struct read_batch *batch;

        lock(ahead);
        batch = tell_next(ahead);
        while (!batch && all && ahead->told < ahead->stepped) {
                wait_for_thread(ahead);
                batch = tell_next(ahead);
        }
        unlock(ahead);
        return batch;
}
