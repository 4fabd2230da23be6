/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/history_thread.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon/clock.h"
#include "daemon/history_catch_up.h"
#include "daemon/history_queue.h"
#include "daemon/priority.h"
#include "daemon/upkeep.h"
#include "lib/base/util.h"
#include "lib/store/failpoint.h"
#include "lib/store/files.h"
#include "lib/store/history.h"
#include "lib/store/thread.h"

#define FLUSH_MS      200
#define STOP_MS       5000 /* To write what was pushed, at the end. */
#define RETRY_MS_MIN  1000
#define RETRY_MS_MAX  30000
#define REAP_MS       20
#define TRIM_MS       2000 /* From one step of retention to the next. */
#define TRIM_CONTACTS 500

struct history_thread {
        pthread_t thread;
        char *data; /* Owned. */

        struct history_queue queue; /* What is to be written. */
        int64_t keep_ms;            /* Shared without a lock. */

        pthread_mutex_t mutex; /* Of the next four. */
        pthread_cond_t wake;
        bool is_stopping;
        struct att_journal_position known; /* What the loop said, which lets go of batches. */
        struct history_status status;

        /* The thread's own. */
        struct att_history *history;        /* Owned; NULL: not open. */
        struct att_journal_position newest; /* That the journal is known to have come to. */
        bool is_checked;                    /* That the history is this journal's. */
        int64_t retry_ms;                   /* After the next failure. */
        int64_t trim_at_ms;
        int64_t stop_by_ms; /* Monotonic; 0: not stopping. */
        struct att_buffer why;
};

static int64_t now_ms(void)
{
        return clock_monotonic_us() / 1000;
}

const char *history_state_name(enum history_state state)
{
        static const char *const names[HISTORY_STATE_COUNT] = {
                [HISTORY_LIVE] = "up to date",
                [HISTORY_CATCHING_UP] = "catching up",
                [HISTORY_FAILING] = "failing",
        };

        return names[state];
}

const char *history_state_word(enum history_state state)
{
        static const char *const words[HISTORY_STATE_COUNT] = {
                [HISTORY_LIVE] = "up_to_date",
                [HISTORY_CATCHING_UP] = "catching_up",
                [HISTORY_FAILING] = "failing",
        };

        return words[state];
}

/* ---- Chunks ---- */

bool history_thread_push(struct history_thread *thread, uint64_t first_seq,
                         const struct att_journal_position *end, struct att_text events)
{
        return history_queue_push(&thread->queue, first_seq, end, events);
}

size_t history_thread_queued_bytes(const struct history_thread *thread)
{
        return history_queue_bytes(&thread->queue);
}

void history_thread_keep(struct history_thread *thread, int64_t keep_ms)
{
        __atomic_store_n(&thread->keep_ms, keep_ms, __ATOMIC_RELAXED);
}

void history_thread_know(struct history_thread *thread, const struct att_journal_position *end)
{
        if (pthread_mutex_trylock(&thread->mutex) == 0) {
                thread->known = *end;
                pthread_mutex_unlock(&thread->mutex);
        }
}

/* What was pushed, and how far the journal goes: what was known before comes no later than the last
 * that was pushed, unless the last were let go. */
static void take_fresh(struct history_thread *thread)
{
        const struct history_chunk *pushed;
        struct att_journal_position known;

        pthread_mutex_lock(&thread->mutex);
        known = thread->known;
        pthread_mutex_unlock(&thread->mutex);
        pushed = history_queue_take(&thread->queue);
        if (pushed) {
                thread->newest = pushed->end;
        }
        if (known.seq > thread->newest.seq) {
                thread->newest = known;
        }
}

static void drop_until(struct history_thread *thread, uint64_t seq)
{
        const struct history_chunk *first;

        while ((first = history_queue_first(&thread->queue)) && first->end.seq <= seq) {
                history_queue_drop(&thread->queue);
        }
}

/* While another process catches up. It comes to what is oldest here first, and what is newest here is
 * what it may not come to: with all of that there, nothing is missing when it is done. */
static void keep_newest(struct history_thread *thread)
{
        take_fresh(thread);
        while (history_queue_bytes(&thread->queue) > HISTORY_QUEUE_BYTES_MAX / 2 &&
               history_queue_first(&thread->queue)) {
                history_queue_drop(&thread->queue);
        }
}

/* ---- What others are told ---- */

bool history_thread_status(struct history_thread *thread, struct history_status *ret_status)
{
        if (pthread_mutex_trylock(&thread->mutex) != 0) {
                return false;
        }
        *ret_status = thread->status;
        pthread_mutex_unlock(&thread->mutex);
        return true;
}

static void tell(struct history_thread *thread, enum history_state state, const char *why)
{
        struct history_status *status = &thread->status;

        pthread_mutex_lock(&thread->mutex);
        if (status->state != state || strncmp(status->why, why, sizeof(status->why) - 1) != 0) {
                status->state = state;
                status->changes++;
                (void)snprintf(status->why, sizeof(status->why), "%s", why);
        }
        status->failures += state == HISTORY_FAILING;
        status->catch_ups += state == HISTORY_CATCHING_UP;
        pthread_mutex_unlock(&thread->mutex);
}

static void tell_applied(struct history_thread *thread, uint64_t events)
{
        const struct att_history_position applied = att_history_applied(thread->history);
        const uint64_t gaps = att_history_gaps(thread->history);

        pthread_mutex_lock(&thread->mutex);
        thread->status.applied_seq = applied.seq;
        thread->status.applied_ms = applied.time_ms;
        thread->status.events += events;
        thread->status.gaps = gaps;
        pthread_mutex_unlock(&thread->mutex);
}

/* ---- Waiting ---- */

/* Until so much later, or until it is to stop. False: it is to stop. */
static bool wait_for(struct history_thread *thread, int64_t ms)
{
        struct timespec until;
        bool is_stopping;

        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += ms / 1000;
        until.tv_nsec += ms % 1000 * 1000000;
        if (until.tv_nsec >= 1000000000) {
                until.tv_sec++;
                until.tv_nsec -= 1000000000;
        }
        pthread_mutex_lock(&thread->mutex);
        while (!thread->is_stopping &&
               pthread_cond_timedwait(&thread->wake, &thread->mutex, &until) == 0) {
        }
        is_stopping = thread->is_stopping;
        pthread_mutex_unlock(&thread->mutex);
        if (is_stopping && thread->stop_by_ms == 0) {
                thread->stop_by_ms = now_ms() + STOP_MS;
        }
        return !is_stopping;
}

static bool is_stopping(const struct history_thread *thread)
{
        return thread->stop_by_ms != 0;
}

/* It did not work: said, and tried again later. What waits goes on waiting. */
static void fail(struct history_thread *thread)
{
        tell(thread, HISTORY_FAILING, thread->why.data ? thread->why.data : "unknown");
        att_buffer_clear(&thread->why);
        if (!is_stopping(thread)) {
                (void)wait_for(thread, thread->retry_ms);
        }
        thread->retry_ms = att_min_i64(thread->retry_ms * 2, RETRY_MS_MAX);
}

/* ---- The file ---- */

static void close_history(struct history_thread *thread)
{
        att_history_close(ATT_STEAL(thread->history));
        thread->is_checked = false;
}

/* One of another journal would take in what does not belong to it. */
static int check_own(struct history_thread *thread)
{
        const struct att_history_position applied = att_history_applied(thread->history);
        const struct att_journal_position *newest = &thread->newest;

        if (thread->is_checked) {
                return 0;
        }
        if (applied.seq > newest->seq || (applied.seq == newest->seq && applied.seq > 0 &&
                                          !att_digest_equals(applied.chain, newest->chain))) {
                att_buffer_printf(&thread->why,
                                  "%s/%s goes up to a command %" PRIu64
                                  " that this journal does not have: it is another journal's. Move "
                                  "it away, to have one made from this journal",
                                  thread->data, ATT_HISTORY_NAME, applied.seq);
                return -EXDEV;
        }
        thread->is_checked = true;
        tell_applied(thread, 0);
        return 0;
}

/* The last of a disk is the journal's. */
static int check_room(struct history_thread *thread)
{
        ATT_CLEANUP(att_free_pointer) char *path = att_path_join(thread->data, ATT_HISTORY_NAME);
        struct statvfs disk;

        if (statvfs(path, &disk) == 0 && upkeep_room_of(&disk) != UPKEEP_ROOM_ENOUGH) {
                att_buffer_printf(&thread->why,
                                  "%s: the disk is nearly full; what is left is for the journal",
                                  path);
                return -ENOSPC;
        }
        return 0;
}

static int open_history(struct history_thread *thread)
{
        int error = 0;

        if (!thread->history) {
                error = att_history_open(thread->data, &thread->history, &thread->why);
        }
        if (error == 0) {
                error = check_own(thread);
        }
        if (error == 0) {
                error = check_room(thread);
        }
        if (error < 0) {
                close_history(thread);
        }
        return error;
}

/* ---- Writing ---- */

static uint64_t apply_chunk(struct history_thread *thread, const struct history_chunk *chunk)
{
        struct att_text bytes = att_text_of(chunk->bytes, chunk->len);
        struct att_history_event event;
        uint64_t count = 0;

        while (att_history_unpack(&bytes, &event)) {
                if (att_history_apply(thread->history, &event) < 0) {
                        break; /* The commit says why. */
                }
                count++;
        }
        return count;
}

/* A transaction of what waits and follows on what is there. */
static int write_some(struct history_thread *thread)
{
        struct history_place place = history_queue_begin(&thread->queue);
        const struct history_chunk *chunk = history_queue_read(&thread->queue, &place);
        struct att_history_position at = {0};
        uint64_t events = 0;
        size_t bytes = 0;
        int error = att_history_begin(thread->history, &thread->why);

        if (error < 0) {
                return error;
        }
        while (chunk && bytes < HISTORY_TRANSACTION_BYTES &&
               (at.seq == 0 || chunk->first_seq == at.seq + 1)) {
                events += apply_chunk(thread, chunk);
                bytes += chunk->len;
                at = (struct att_history_position){.seq = chunk->end.seq,
                                                   .chain = chunk->end.chain,
                                                   .time_ms = chunk->end.time_ms};
                chunk = history_queue_read(&thread->queue, &place);
        }
        att_failpoint("history.commit");
        error = att_history_commit(thread->history, &at, &thread->why);
        att_failpoint("history.committed");
        if (error < 0) {
                return error;
        }
        drop_until(thread, at.seq);
        tell_applied(thread, events);
        return 0;
}

/* What is not worth having any more goes, a little at a time. */
static int trim_some(struct history_thread *thread)
{
        const int64_t keep_ms = __atomic_load_n(&thread->keep_ms, __ATOMIC_RELAXED);
        const int64_t monotonic_ms = now_ms();

        if (keep_ms == 0 || monotonic_ms < thread->trim_at_ms || is_stopping(thread)) {
                return 0;
        }
        thread->trim_at_ms = monotonic_ms + TRIM_MS;
        return att_history_trim(thread->history,
                                att_history_applied(thread->history).time_ms - keep_ms,
                                TRIM_CONTACTS, &thread->why);
}

/* ---- Catching up ---- */

static bool must_catch_up(const struct history_thread *thread)
{
        const struct history_chunk *first = history_queue_first(&thread->queue);
        const uint64_t applied = att_history_applied(thread->history).seq;

        return first ? first->first_seq > applied + 1 : thread->newest.seq > applied;
}

/* False: it was told to stop first. */
static bool wait_for_child(struct history_thread *thread, pid_t child, int *ret_status)
{
        while (waitpid(child, ret_status, WNOHANG) == 0) {
                keep_newest(thread);
                if (!wait_for(thread, REAP_MS)) {
                        (void)kill(child, SIGKILL);
                        (void)waitpid(child, ret_status, 0);
                        return false;
                }
        }
        return true;
}

/* All that waits is durable, and so in the journal that is replayed: it makes room for what comes
 * meanwhile. */
static int catch_up(struct history_thread *thread)
{
        const uint64_t before = att_history_applied(thread->history).seq;
        pid_t child = 0;
        int status = 0;
        int error;

        tell(thread, HISTORY_CATCHING_UP, "");
        drop_until(thread, UINT64_MAX);
        error = history_catch_up_start(thread->data, &child);
        if (error < 0) {
                return att_say_errno(&thread->why, "can't start the process that catches up",
                                     error);
        }
        if (!wait_for_child(thread, child, &status)) {
                return 0;
        }
        if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS) {
                history_catch_up_explain(status, &thread->why);
                error = -EIO;
        }
        if (att_history_look(thread->history, &thread->why) < 0) {
                return -EIO;
        }
        tell_applied(thread, 0);
        if (error == 0 && att_history_applied(thread->history).seq == before) {
                att_buffer_append_c(&thread->why,
                                    "the process that catches up found nothing to do");
                error = -EIO;
        }
        return error;
}

/* ---- The thread ---- */

/* Writes all there is. 0, or what went wrong. */
static int write_all(struct history_thread *thread)
{
        int error = open_history(thread);

        while (error == 0 && !(is_stopping(thread) && now_ms() >= thread->stop_by_ms)) {
                take_fresh(thread);
                drop_until(thread, att_history_applied(thread->history).seq);
                if (must_catch_up(thread)) {
                        if (is_stopping(thread)) {
                                break; /* The next start does. */
                        }
                        error = catch_up(thread);
                } else if (history_queue_first(&thread->queue)) {
                        error = check_room(thread) < 0 ? -ENOSPC : write_some(thread);
                } else {
                        break;
                }
        }
        return error;
}

static void live(struct history_thread *thread)
{
        int error = write_all(thread);

        if (error == 0) {
                error = trim_some(thread);
        }
        if (error == 0) {
                tell(thread, HISTORY_LIVE, "");
                thread->retry_ms = RETRY_MS_MIN;
                return;
        }
        if (thread->history && error == -ESTALE) {
                att_buffer_clear(&thread->why);
        }
        close_history(thread); /* It may be another file by then. */
        fail(thread);
}

static void *run(void *context)
{
        struct history_thread *thread = context;
        bool goes_on = true;

        priority_lower();
        while (goes_on) {
                live(thread);
                goes_on = !is_stopping(thread) && wait_for(thread, FLUSH_MS);
        }
        if (thread->history) {
                (void)write_all(thread);
        }
        close_history(thread);
        return NULL;
}

static void free_thread(struct history_thread *thread)
{
        history_queue_deinit(&thread->queue);
        pthread_cond_destroy(&thread->wake);
        pthread_mutex_destroy(&thread->mutex);
        att_buffer_deinit(&thread->why);
        free(thread->data);
        free(thread);
}

int history_thread_start(const char *data, const struct att_journal_position *begun,
                         struct history_thread **ret_thread)
{
        struct history_thread *thread = att_alloc(sizeof(*thread));
        pthread_condattr_t attributes;
        int error;

        thread->data = att_text_dup(att_text_from(data));
        history_queue_init(&thread->queue);
        thread->newest = *begun;
        thread->retry_ms = RETRY_MS_MIN;
        pthread_mutex_init(&thread->mutex, NULL);
        (void)pthread_condattr_init(&attributes);
        (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        pthread_cond_init(&thread->wake, &attributes);
        (void)pthread_condattr_destroy(&attributes);
        error = att_thread_start(&thread->thread, run, thread);
        if (error < 0) {
                free_thread(thread);
                return error;
        }
        *ret_thread = thread;
        return 0;
}

void history_thread_stop(struct history_thread *thread)
{
        if (!thread) {
                return;
        }
        pthread_mutex_lock(&thread->mutex);
        thread->is_stopping = true;
        pthread_cond_signal(&thread->wake);
        pthread_mutex_unlock(&thread->mutex);
        (void)pthread_join(thread->thread, NULL);
        free_thread(thread);
}
