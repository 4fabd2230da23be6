/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/chaos_wrap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/check.h"
#include "lib/base/util.h"
#include "tools/attunesim/chaos_disk.h"
#include "tools/attunesim/chaos_report.h"

#define FD_BASE     (1 << 20)
#define FDS_MAX     64
#define PEER_FD     (FD_BASE - 1) /* Of a simulated connection: all that is asked is who is there. */
#define FOLDERS_MAX 8

sigjmp_buf *chaos_abort_to;
bool chaos_may_abort;

static struct {
        bool is_on;
        struct att_rng rng;
        struct att_rng sqlite_rng; /* Of its own: the journal's thread asks for it. */
        int64_t now_us;
        int64_t wall_us;
        pthread_t main;
} sim;

void chaos_system_begin(const struct att_rng *rng, int64_t wall_us)
{
        sim.rng = *rng;
        att_rng_fork(&sim.rng, &sim.sqlite_rng);
        sim.now_us = INT64_C(1000000000); /* The machine has run for a while. */
        sim.wall_us = wall_us;
        sim.main = pthread_self();
        sim.is_on = true;
}

bool chaos_system_is_on(void)
{
        return sim.is_on;
}

int64_t chaos_now_us(void)
{
        return sim.now_us;
}

void chaos_set_now_us(int64_t now_us)
{
        ATT_CHECK(now_us >= sim.now_us);
        sim.wall_us += now_us - sim.now_us;
        sim.now_us = now_us;
}

void chaos_move_wall_us(int64_t by_us)
{
        sim.wall_us += by_us;
}

static void fill(struct att_rng *rng, void *into, size_t len)
{
        unsigned char *bytes = into;

        for (size_t i = 0; i < len; i++) {
                bytes[i] = (unsigned char)att_rng_below(rng, 256);
        }
}

void chaos_random(void *into, size_t len)
{
        fill(&sim.sqlite_rng, into, len);
}

/* What is wrapped: the real one and the one that is called instead of it. */
#define WRAP(type, name, ...)                                                                      \
        type __real_##name(__VA_ARGS__);                                                           \
        type __wrap_##name(__VA_ARGS__);                                                           \
        type __wrap_##name(__VA_ARGS__)

/* ---- Time and chance ---- */

WRAP(int, clock_gettime, clockid_t which, struct timespec *ret_time)
{
        int64_t us = which == CLOCK_REALTIME ? sim.wall_us : sim.now_us;

        if (!sim.is_on) {
                return __real_clock_gettime(which, ret_time);
        }
        ret_time->tv_sec = us / 1000000;
        ret_time->tv_nsec = us % 1000000 * 1000;
        return 0;
}

int64_t chaos_real_us(void)
{
        struct timespec now = {0};

        (void)__real_clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

WRAP(ssize_t, getrandom, void *into, size_t len, unsigned flags)
{
        if (!sim.is_on) {
                return __real_getrandom(into, len, flags);
        }
        fill(&sim.rng, into, len);
        return (ssize_t)len;
}

WRAP(pid_t, getpid, void)
{
        return sim.is_on ? 4711 : __real_getpid();
}

/* ---- Death ---- */

_Noreturn void __real_att_check_failed(const char *file, int line, const char *condition);
_Noreturn void __wrap_att_check_failed(const char *file, int line, const char *condition);
_Noreturn void __wrap_att_check_failed(const char *file, int line, const char *condition)
{
        if (!sim.is_on) {
                __real_att_check_failed(file, line, condition);
        }
        chaos_fail("check", "%s:%d: check failed: %s", file, line, condition);
}

_Noreturn void __real_abort(void);
_Noreturn void __wrap_abort(void);
_Noreturn void __wrap_abort(void)
{
        if (!sim.is_on) {
                __real_abort();
        }
        if (!chaos_abort_to || !(chaos_may_abort || disk_has_struck() || disk_is_dead())) {
                chaos_fail("abort", "attuned aborted although nothing had failed it");
        }
        siglongjmp(*chaos_abort_to, 1);
}

/* ---- Threads ---- */

static struct {
        void *(*body)(void *);
        void *context;
        bool waits;
} second;

static char second_thread; /* Its address is the thread's name. */

bool chaos_thread_waits(void)
{
        return second.waits;
}

void chaos_thread_run(void)
{
        if (second.waits) {
                second.waits = false;
                (void)second.body(second.context);
        }
}

/* The journal's thread is a real one, with which the simulation takes turns; one that it starts itself
 * (it seals a segment) is run by whoever waits for it, or when the simulation says. */
WRAP(int, pthread_create, pthread_t *ret_thread, const pthread_attr_t *attributes,
     void *(*body)(void *), void *context)
{
        if (!sim.is_on || pthread_equal(pthread_self(), sim.main)) {
                return __real_pthread_create(ret_thread, attributes, body, context);
        }
        ATT_CHECK(!second.waits);
        second.body = body;
        second.context = context;
        second.waits = true;
        *ret_thread = (pthread_t)(uintptr_t)&second_thread;
        return 0;
}

WRAP(int, pthread_join, pthread_t thread, void **ret_value)
{
        if (sim.is_on && thread == (pthread_t)(uintptr_t)&second_thread) {
                chaos_thread_run();
                return 0;
        }
        return __real_pthread_join(thread, ret_value);
}

WRAP(int, posix_spawn, pid_t *ret_pid, const char *path, const posix_spawn_file_actions_t *actions,
     const posix_spawnattr_t *attributes, char *const *arguments, char *const *environment)
{
        return sim.is_on ? EAGAIN
                         : __real_posix_spawn(ret_pid, path, actions, attributes, arguments,
                                              environment);
}

WRAP(int, getsockopt, int fd, int level, int name, void *value, socklen_t *len)
{
        struct ucred credentials = {.pid = 1, .uid = geteuid(), .gid = getegid()};

        if (fd != PEER_FD) {
                return __real_getsockopt(fd, level, name, value, len);
        }
        memcpy(value, &credentials, sizeof(credentials));
        return 0;
}

/* ---- Files ---- */

static struct {
        bool is_used;
        struct disk_file *file; /* NULL: a folder. */
        uint64_t at;
} fds[FDS_MAX];
static pthread_mutex_t fds_mutex = PTHREAD_MUTEX_INITIALIZER;

static int fail(int error)
{
        errno = -error;
        return -1;
}

static bool is_ours(int fd)
{
        return fd >= FD_BASE && fd < FD_BASE + FDS_MAX;
}

static int take_fd(struct disk_file *file)
{
        int found = -1;

        (void)pthread_mutex_lock(&fds_mutex);
        for (int i = 0; i < FDS_MAX && found < 0; i++) {
                if (!fds[i].is_used) {
                        fds[i].is_used = true;
                        fds[i].file = file;
                        fds[i].at = 0;
                        found = FD_BASE + i;
                }
        }
        (void)pthread_mutex_unlock(&fds_mutex);
        ATT_CHECK(found >= 0);
        return found;
}

static bool is_folder(const char *path)
{
        size_t len = strlen(path);

        return strcmp(path, DISK_ROOT) == 0 || strcmp(path, DISK_ROOT "/journal") == 0 ||
               (len > 3 && strcmp(path + len - 3, "/..") == 0);
}

int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...)
{
        struct disk_file *file;
        va_list arguments;
        mode_t mode;
        int error;

        va_start(arguments, flags);
        mode = flags & O_CREAT ? (mode_t)va_arg(arguments, unsigned) : 0;
        va_end(arguments);
        if (!disk_has_path(path)) {
                return __real_open64(path, flags, mode);
        }
        if (is_folder(path)) {
                return take_fd(NULL);
        }
        error = disk_open(path, (flags & O_CREAT) != 0, (flags & O_TRUNC) != 0, &file);
        return error < 0 ? fail(error) : take_fd(file);
}

WRAP(int, close, int fd)
{
        if (!is_ours(fd)) {
                return __real_close(fd);
        }
        if (fds[fd - FD_BASE].file) {
                disk_close(fds[fd - FD_BASE].file);
        }
        fds[fd - FD_BASE].is_used = false;
        return 0;
}

static ssize_t finish(int64_t result)
{
        return result < 0 ? fail((int)result) : (ssize_t)result;
}

WRAP(ssize_t, pread64, int fd, void *into, size_t len, off64_t at)
{
        return is_ours(fd) ? finish(disk_read(fds[fd - FD_BASE].file, into, len, (uint64_t)at))
                           : __real_pread64(fd, into, len, at);
}

WRAP(ssize_t, pwrite64, int fd, const void *from, size_t len, off64_t at)
{
        return is_ours(fd) ? finish(disk_write(fds[fd - FD_BASE].file, from, len, (uint64_t)at))
                           : __real_pwrite64(fd, from, len, at);
}

WRAP(ssize_t, read, int fd, void *into, size_t len)
{
        int64_t got;

        if (!is_ours(fd)) {
                return __real_read(fd, into, len);
        }
        got = disk_read(fds[fd - FD_BASE].file, into, len, fds[fd - FD_BASE].at);
        fds[fd - FD_BASE].at += got > 0 ? (uint64_t)got : 0;
        return finish(got);
}

WRAP(ssize_t, write, int fd, const void *from, size_t len)
{
        int64_t wrote;

        if (sim.is_on && fd == STDERR_FILENO) {
                chaos_note_log(from, len);
                return (ssize_t)len;
        }
        if (!is_ours(fd)) {
                return __real_write(fd, from, len);
        }
        wrote = disk_write(fds[fd - FD_BASE].file, from, len, fds[fd - FD_BASE].at);
        fds[fd - FD_BASE].at += wrote > 0 ? (uint64_t)wrote : 0;
        return finish(wrote);
}

WRAP(int, ftruncate64, int fd, off64_t len)
{
        return is_ours(fd) ? (int)finish(disk_resize(fds[fd - FD_BASE].file, (uint64_t)len))
                           : __real_ftruncate64(fd, len);
}

WRAP(int, posix_fallocate64, int fd, off64_t at, off64_t len)
{
        struct disk_file *file;

        if (!is_ours(fd)) {
                return __real_posix_fallocate64(fd, at, len);
        }
        file = fds[fd - FD_BASE].file;
        return disk_length(file) >= (uint64_t)(at + len) ? 0
                                                         : -disk_resize(file, (uint64_t)(at + len));
}

WRAP(int, fsync, int fd)
{
        if (!is_ours(fd)) {
                return __real_fsync(fd);
        }
        return (int)finish(fds[fd - FD_BASE].file ? disk_sync(fds[fd - FD_BASE].file)
                                                  : disk_sync_names());
}

WRAP(int, flock, int fd, int operation)
{
        return is_ours(fd) ? 0 : __real_flock(fd, operation);
}

static void *mapped;

WRAP(void *, mmap64, void *address, size_t len, int protection, int flags, int fd, off64_t at)
{
        if (!is_ours(fd)) {
                return __real_mmap64(address, len, protection, flags, fd, at);
        }
        mapped = disk_map(fds[fd - FD_BASE].file);
        return mapped;
}

WRAP(int, munmap, void *address, size_t len)
{
        return address == mapped && mapped ? 0 : __real_munmap(address, len);
}

static void fill_status(struct stat64 *status, const struct disk_file *file)
{
        memset(status, 0, sizeof(*status));
        status->st_mode = file ? S_IFREG | 0640 : S_IFDIR | 0750;
        status->st_size = file ? (off64_t)disk_length(file) : 0;
}

WRAP(int, fstat64, int fd, struct stat64 *ret_status)
{
        if (!is_ours(fd)) {
                return __real_fstat64(fd, ret_status);
        }
        fill_status(ret_status, fds[fd - FD_BASE].file);
        return 0;
}

static int find_status(const char *path, struct stat64 *ret_status)
{
        struct disk_file *file = NULL;

        if (!is_folder(path)) {
                int error = disk_open(path, false, false, &file);

                if (error < 0) {
                        return fail(error);
                }
        }
        fill_status(ret_status, file);
        if (file) {
                disk_close(file);
        }
        return 0;
}

WRAP(int, stat64, const char *path, struct stat64 *ret_status)
{
        return disk_has_path(path) ? find_status(path, ret_status)
                                   : __real_stat64(path, ret_status);
}

WRAP(int, lstat64, const char *path, struct stat64 *ret_status)
{
        return disk_has_path(path) ? find_status(path, ret_status)
                                   : __real_lstat64(path, ret_status);
}

WRAP(int, access, const char *path, int how)
{
        if (!disk_has_path(path)) {
                return __real_access(path, how);
        }
        return is_folder(path) || disk_exists(path) ? 0 : fail(-ENOENT);
}

WRAP(int, mkdir, const char *path, mode_t mode)
{
        return disk_has_path(path) ? fail(-EEXIST) : __real_mkdir(path, mode);
}

WRAP(int, unlink, const char *path)
{
        return disk_has_path(path) ? (int)finish(disk_remove(path)) : __real_unlink(path);
}

WRAP(int, rename, const char *from, const char *to)
{
        return disk_has_path(from) ? (int)finish(disk_rename(from, to)) : __real_rename(from, to);
}

WRAP(int, link, const char *from, const char *to)
{
        return disk_has_path(from) ? (int)finish(disk_link(from, to)) : __real_link(from, to);
}

WRAP(int, statvfs64, const char *path, struct statvfs64 *ret_status)
{
        if (!disk_has_path(path)) {
                return __real_statvfs64(path, ret_status);
        }
        *ret_status = (struct statvfs64){.f_bsize = 4096,
                                         .f_frsize = 4096,
                                         .f_blocks = 1 << 24,
                                         .f_bfree = 1 << 23,
                                         .f_bavail = 1 << 23};
        return 0;
}

/* A file to be read, all of it at once; on the simulated machine there is no /proc and no /sys. */
WRAP(FILE *, fopen64, const char *path, const char *how)
{
        struct disk_file *file;
        FILE *stream;
        char bytes[4096];
        int64_t len;

        if (!disk_has_path(path)) {
                bool is_machine = strncmp(path, "/proc/", 6) == 0 || strncmp(path, "/sys/", 5) == 0;

                errno = ENOENT;
                return sim.is_on && is_machine ? NULL : __real_fopen64(path, how);
        }
        int error = disk_open(path, false, false, &file);

        if (error < 0) {
                errno = -error;
                return NULL;
        }
        len = disk_read(file, bytes, sizeof(bytes), 0);
        disk_close(file);
        stream = len < 0 ? NULL : tmpfile();
        if (stream) {
                (void)fwrite(bytes, 1, (size_t)len, stream);
                rewind(stream);
        }
        return stream;
}

/* ---- Folders ---- */

struct folder {
        bool is_used;
        char path[DISK_NAME_MAX];
        size_t next;
        struct dirent64 entry;
};

static struct folder folders[FOLDERS_MAX];

static struct folder *folder_of(DIR *dir)
{
        struct folder *folder = (struct folder *)(void *)dir;

        return folder >= folders && folder < folders + FOLDERS_MAX ? folder : NULL;
}

WRAP(DIR *, opendir, const char *path)
{
        if (!disk_has_path(path)) {
                return __real_opendir(path);
        }
        for (size_t i = 0; i < FOLDERS_MAX; i++) {
                if (!folders[i].is_used) {
                        folders[i] = (struct folder){.is_used = true};
                        (void)snprintf(folders[i].path, sizeof(folders[i].path), "%s/", path);
                        return (DIR *)(void *)&folders[i];
                }
        }
        errno = EMFILE;
        return NULL;
}

WRAP(struct dirent64 *, readdir64, DIR *dir)
{
        struct folder *folder = folder_of(dir);
        const char *path;

        if (!folder) {
                return __real_readdir64(dir);
        }
        while ((path = disk_name(folder->next++)) != NULL) {
                size_t len = strlen(folder->path);

                if (strncmp(path, folder->path, len) == 0 && !strchr(path + len, '/')) {
                        (void)snprintf(folder->entry.d_name, sizeof(folder->entry.d_name), "%s",
                                       path + len);
                        return &folder->entry;
                }
        }
        return NULL;
}

WRAP(int, closedir, DIR *dir)
{
        struct folder *folder = folder_of(dir);

        if (!folder) {
                return __real_closedir(dir);
        }
        folder->is_used = false;
        return 0;
}

WRAP(int, dirfd, DIR *dir)
{
        return folder_of(dir) ? FD_BASE + FDS_MAX + (int)(folder_of(dir) - folders)
                              : __real_dirfd(dir);
}

WRAP(int, fstatat64, int fd, const char *name, struct stat64 *ret_status, int flags)
{
        char path[2 * DISK_NAME_MAX];

        if (fd < FD_BASE + FDS_MAX || fd >= FD_BASE + FDS_MAX + FOLDERS_MAX) {
                return __real_fstatat64(fd, name, ret_status, flags);
        }
        (void)snprintf(path, sizeof(path), "%s%s", folders[fd - FD_BASE - FDS_MAX].path, name);
        return find_status(path, ret_status);
}
