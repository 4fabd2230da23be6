/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/ahead.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "lib/store/thread.h"

#define PIECE_BYTES (UINT64_C(1) << 20)
#define AHEAD_BYTES (2 * PIECE_BYTES)
/* A log that hardly grows is not worth it. */
#define USED_BYTES_MIN (UINT64_C(256) << 10)

struct att_ahead {
        pthread_t thread;
        pthread_mutex_t mutex; /* Of all that follows. */
        pthread_cond_t changed;
        bool is_stopping;
        int fd;         /* Owned; -1: none, or one that can't be written ahead. */
        uint64_t used;  /* The writer stays below it. */
        uint64_t ready; /* Zeros up to here, at least from `used` on. */
        bool is_at_work;
        uint64_t from; /* Of the piece at work. */
        int error;     /* Of a sync. */
};

/* False: there is no room. */
static bool write_piece(int fd, uint64_t from)
{
        static const char zeros[65536];
        uint64_t done = 0;

        while (done < PIECE_BYTES) {
                ssize_t written = pwrite(fd, zeros, sizeof(zeros), (off_t)(from + done));

                if (written <= 0) {
                        return false;
                }
                done += (uint64_t)written;
        }
        return true;
}

static void leave(struct att_ahead *ahead)
{
        if (ahead->fd >= 0) {
                (void)close(ahead->fd);
        }
        ahead->fd = -1;
}

static bool is_wanted(const struct att_ahead *ahead, uint64_t bytes)
{
        return ahead->fd >= 0 && ahead->used >= USED_BYTES_MIN &&
               ahead->ready < ahead->used + bytes;
}

/* Called with the mutex held; gives it up while it writes. */
static void go_ahead(struct att_ahead *ahead)
{
        const uint64_t from = ahead->ready > ahead->used ? ahead->ready : ahead->used;
        bool is_written;
        int error;

        ahead->from = from;
        ahead->is_at_work = true;
        pthread_mutex_unlock(&ahead->mutex);
        is_written = write_piece(ahead->fd, from);
        error = fdatasync(ahead->fd) < 0 ? -errno : 0;
        pthread_mutex_lock(&ahead->mutex);
        ahead->is_at_work = false;
        ahead->ready = from + PIECE_BYTES;
        ahead->error = ahead->error < 0 ? ahead->error : error;
        if (!is_written || error < 0) {
                leave(ahead);
        }
        pthread_cond_broadcast(&ahead->changed);
}

static void *run(void *context)
{
        struct att_ahead *ahead = context;

        pthread_mutex_lock(&ahead->mutex);
        while (!ahead->is_stopping) {
                if (is_wanted(ahead, AHEAD_BYTES)) {
                        go_ahead(ahead);
                } else {
                        pthread_cond_wait(&ahead->changed, &ahead->mutex);
                }
        }
        pthread_mutex_unlock(&ahead->mutex);
        return NULL;
}

static void free_ahead(struct att_ahead *ahead)
{
        leave(ahead);
        pthread_cond_destroy(&ahead->changed);
        pthread_mutex_destroy(&ahead->mutex);
        free(ahead);
}

int att_ahead_start(struct att_ahead **ret_ahead)
{
        struct att_ahead *ahead = att_alloc(sizeof(*ahead));
        int error;

        ahead->fd = -1;
        pthread_mutex_init(&ahead->mutex, NULL);
        pthread_cond_init(&ahead->changed, NULL);
        error = att_thread_start(&ahead->thread, run, ahead);
        if (error < 0) {
                free_ahead(ahead);
                return error;
        }
        *ret_ahead = ahead;
        return 0;
}

void att_ahead_stop(struct att_ahead *ahead)
{
        if (!ahead) {
                return;
        }
        pthread_mutex_lock(&ahead->mutex);
        ahead->is_stopping = true;
        pthread_cond_broadcast(&ahead->changed);
        pthread_mutex_unlock(&ahead->mutex);
        (void)pthread_join(ahead->thread, NULL);
        free_ahead(ahead);
}

void att_ahead_follow(struct att_ahead *ahead, const char *path)
{
        struct stat status;

        if (!ahead) {
                return;
        }
        pthread_mutex_lock(&ahead->mutex);
        while (ahead->is_at_work) {
                pthread_cond_wait(&ahead->changed, &ahead->mutex);
        }
        leave(ahead);
        ahead->fd = path ? open(path, O_WRONLY | O_CLOEXEC) : -1;
        if (ahead->fd >= 0 && (fstat(ahead->fd, &status) < 0 || status.st_size > 0)) {
                leave(ahead);
        }
        ahead->used = 0;
        ahead->ready = 0;
        pthread_mutex_unlock(&ahead->mutex);
}

int att_ahead_need(struct att_ahead *ahead, uint64_t end)
{
        int error;

        if (!ahead) {
                return 0;
        }
        pthread_mutex_lock(&ahead->mutex);
        while (ahead->is_at_work && end > ahead->from) {
                pthread_cond_wait(&ahead->changed, &ahead->mutex);
        }
        ahead->used = end;
        if (is_wanted(ahead, PIECE_BYTES)) {
                pthread_cond_broadcast(&ahead->changed);
        }
        error = ahead->error;
        pthread_mutex_unlock(&ahead->mutex);
        return error;
}
