/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lock is flock(2) on a file that is never removed: the kernel lets go of it however the
 * process ends, so there is no stale lock to clean up and none to clean up by mistake.
 */
#include "lib/store/data.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "lib/store/files.h"

#define LOCK_PAUSE_MS   10
#define LOCK_PAUSES_MAX 200

struct att_data {
        char *path;         /* Owned. */
        char *journal_path; /* Owned. */
        int lock_fd;        /* -1: not taken. */
};

/* Whose it is, as far as the file says; 0: it does not. */
static pid_t who_has_it(int fd)
{
        char pid[24] = {0};

        return pread(fd, pid, sizeof(pid) - 1, 0) > 0 ? (pid_t)strtol(pid, NULL, 10) : 0;
}

static int say_who_has_it(int fd, const char *path, struct att_buffer *why)
{
        pid_t pid = who_has_it(fd);

        if (pid > 0) {
                att_buffer_printf(why, "%s: attuned is already running on it as pid %ld", path,
                                  (long)pid);
        } else {
                att_buffer_printf(why, "%s: another process has it locked", path);
        }
        return -EBUSY;
}

/* A process that dies while it starts another (daemon/child.h) leaves it the lock for the moment until
 * that one's program begins: a dead owner's lock is waited for. */
static int lock(int fd)
{
        const struct timespec pause = {.tv_nsec = LOCK_PAUSE_MS * 1000000L};
        int pauses = 0;

        while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
                pid_t owner = errno == EWOULDBLOCK ? who_has_it(fd) : -1;

                if (owner <= 0 || pauses++ == LOCK_PAUSES_MAX || kill(owner, 0) == 0 ||
                    errno != ESRCH) {
                        return owner < 0 ? -errno : -EWOULDBLOCK;
                }
                (void)nanosleep(&pause, NULL);
        }
        return 0;
}

static int write_pid(int fd)
{
        char pid[24];
        int len = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());

        if (ftruncate(fd, 0) < 0) {
                return -errno;
        }
        return pwrite(fd, pid, (size_t)len, 0) == (ssize_t)len ? 0 : -(errno ? errno : ENOSPC);
}

static int take_lock(struct att_data *data, struct att_buffer *why)
{
        ATT_CLEANUP(att_free_pointer) char *path = att_path_join(data->path, "lock");
        int error;

        data->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
        if (data->lock_fd < 0) {
                error = -errno;
                att_buffer_printf(why, "%s: the data directory can't be written to: %s", data->path,
                                  strerror(-error));
                return error;
        }
        error = lock(data->lock_fd);
        if (error == -EWOULDBLOCK) {
                return say_who_has_it(data->lock_fd, data->path, why);
        }
        if (error < 0) {
                return att_say_errno(why, path, error);
        }
        error = write_pid(data->lock_fd);
        return error < 0 ? att_say_errno(why, path, error) : 0;
}

static int prepare(struct att_data *data, struct att_buffer *why)
{
        int error = att_dir_make(data->path);

        if (error < 0) {
                return att_say_errno(why, data->path, error);
        }
        error = take_lock(data, why);
        if (error < 0) {
                return error;
        }
        error = att_dir_make(data->journal_path);
        return error < 0 ? att_say_errno(why, data->journal_path, error) : 0;
}

int att_data_open(const char *path, struct att_data **ret_data, struct att_buffer *why)
{
        struct att_data *data = att_alloc(sizeof(*data));
        int error;

        data->path = att_text_dup(att_text_from(path));
        data->journal_path = att_path_join(path, "journal");
        data->lock_fd = -1;
        error = prepare(data, why);
        if (error < 0) {
                att_data_close(data);
                return error;
        }
        *ret_data = data;
        return 0;
}

void att_data_close(struct att_data *data)
{
        if (!data) {
                return;
        }
        if (data->lock_fd >= 0) {
                close(data->lock_fd);
        }
        free(data->path);
        free(data->journal_path);
        free(data);
}

struct att_data_accepted att_data_accepted(const struct att_data *data)
{
        return att_data_accepted_at(data->path);
}

struct att_data_accepted att_data_accepted_at(const char *dir)
{
        ATT_CLEANUP(att_free_pointer) char *path = att_path_join(dir, "accepted");
        struct att_data_accepted accepted = {0};
        FILE *file = fopen(path, "re");

        if (file) {
                if (fscanf(file, "%" SCNu64 " %" SCNu32, &accepted.seq, &accepted.behaviour) != 2) {
                        accepted = (struct att_data_accepted){0};
                }
                (void)fclose(file);
        }
        return accepted;
}

int att_data_accept(const struct att_data *data, struct att_data_accepted accepted,
                    struct att_buffer *why)
{
        ATT_CLEANUP(att_free_pointer) char *path = att_path_join(data->path, "accepted");
        char text[48];
        int error;

        (void)snprintf(text, sizeof(text), "%" PRIu64 " %" PRIu32 "\n", accepted.seq,
                       accepted.behaviour);
        error = att_file_replace(data->path, "accepted", att_text_from(text));
        return error < 0 ? att_say_errno(why, path, error) : 0;
}

const char *att_data_path(const struct att_data *data)
{
        return data->path;
}

const char *att_data_journal_path(const struct att_data *data)
{
        return data->journal_path;
}
