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
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
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
        struct att_rng sqlite_rng;
        int64_t now_us;
        int64_t wall_us;
} sim;

void chaos_system_begin(const struct att_rng *rng, int64_t wall_us)
{
        sim.rng = *rng;
        att_rng_fork(&sim.rng, &sim.sqlite_rng);
        sim.now_us = INT64_C(1000000000); /* The machine has run for a while. */
        sim.wall_us = wall_us;
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

/*
 * There is only one. What the daemon starts (the journal's writer) runs on a stack of its own, when the
 * simulation says or somebody waits for it, until it waits itself; so a seed decides all of it. What that
 * starts (the sealing of a segment) is run in one go.
 */
#define FIBRES_MAX  4
#define STACK_BYTES (512 * 1024)

struct fibre {
        bool is_used;
        bool has_ended;
        void *(*body)(void *);
        void *context;
        char *stack; /* Owned; kept for the next. */
        ucontext_t here;
        ucontext_t caller;
        void *fake; /* The sanitizer's. */
};

static struct fibre fibres[FIBRES_MAX];
static struct fibre *running; /* NULL: the simulation. */

static struct {
        void *(*body)(void *);
        void *context;
        bool waits;
        bool runs;
} second;

static char second_thread; /* Its address is the thread's name. */

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
static const void *main_bottom;
static size_t main_size;
#endif

static void switch_to_fibre(struct fibre *fibre)
{
        running = fibre;
#ifdef __SANITIZE_ADDRESS__
        void *fake = NULL;

        __sanitizer_start_switch_fiber(&fake, fibre->stack, STACK_BYTES);
        (void)swapcontext(&fibre->caller, &fibre->here);
        __sanitizer_finish_switch_fiber(fake, NULL, NULL);
#else
        (void)swapcontext(&fibre->caller, &fibre->here);
#endif
        running = NULL;
}

static void switch_back(struct fibre *fibre)
{
#ifdef __SANITIZE_ADDRESS__
        __sanitizer_start_switch_fiber(fibre->has_ended ? NULL : &fibre->fake, main_bottom,
                                       main_size);
        (void)swapcontext(&fibre->here, &fibre->caller);
        __sanitizer_finish_switch_fiber(fibre->fake, &main_bottom, &main_size);
#else
        (void)swapcontext(&fibre->here, &fibre->caller);
#endif
}

static void begin_fibre(void)
{
        struct fibre *fibre = running;

#ifdef __SANITIZE_ADDRESS__
        __sanitizer_finish_switch_fiber(NULL, &main_bottom, &main_size);
#endif
        (void)fibre->body(fibre->context);
        fibre->has_ended = true;
        switch_back(fibre);
}

void chaos_threads_run(void)
{
        for (size_t i = 0; i < FIBRES_MAX; i++) {
                if (fibres[i].is_used && !fibres[i].has_ended) {
                        switch_to_fibre(&fibres[i]);
                }
        }
}

bool chaos_thread_waits(void)
{
        return second.waits;
}

bool chaos_thread_runs(void)
{
        return second.runs;
}

bool chaos_is_in_thread(void)
{
        return running != NULL;
}

void chaos_thread_run(void)
{
        if (second.waits) {
                second.waits = false;
                second.runs = true;
                (void)second.body(second.context);
                second.runs = false;
        }
}

static void make_context(ucontext_t *context, char *stack)
{
        ATT_CHECK(getcontext(context) == 0);
        context->uc_stack.ss_sp = stack;
        context->uc_stack.ss_size = STACK_BYTES;
        context->uc_link = NULL;
        makecontext(context, begin_fibre, 0);
}

static int start_fibre(pthread_t *ret_thread, void *(*body)(void *), void *context)
{
        struct fibre *fibre = fibres;

        while (fibre < fibres + FIBRES_MAX && fibre->is_used) {
                fibre++;
        }
        ATT_CHECK(fibre < fibres + FIBRES_MAX);
        fibre->is_used = true;
        fibre->has_ended = false;
        fibre->body = body;
        fibre->context = context;
        if (!fibre->stack) {
                fibre->stack = att_alloc(STACK_BYTES);
        }
        make_context(&fibre->here, fibre->stack);
        *ret_thread = (pthread_t)(uintptr_t)fibre;
        return 0;
}

WRAP(int, pthread_create, pthread_t *ret_thread, const pthread_attr_t *attributes,
     void *(*body)(void *), void *context)
{
        if (!sim.is_on) {
                return __real_pthread_create(ret_thread, attributes, body, context);
        }
        if (!running) {
                return start_fibre(ret_thread, body, context);
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
        struct fibre *fibre = (struct fibre *)(uintptr_t)thread;

        if (sim.is_on && thread == (pthread_t)(uintptr_t)&second_thread) {
                chaos_thread_run();
                return 0;
        }
        if (!sim.is_on || fibre < fibres || fibre >= fibres + FIBRES_MAX) {
                return __real_pthread_join(thread, ret_value);
        }
        while (!fibre->has_ended) {
                switch_to_fibre(fibre);
        }
        fibre->is_used = false;
        return 0;
}

/* Whoever waits looks again when the others have done what they can. */
WRAP(int, pthread_cond_wait, pthread_cond_t *condition, pthread_mutex_t *mutex)
{
        if (!sim.is_on) {
                return __real_pthread_cond_wait(condition, mutex);
        }
        (void)pthread_mutex_unlock(mutex);
        if (running) {
                switch_back(running);
        } else {
                chaos_threads_run();
        }
        return pthread_mutex_lock(mutex);
}

WRAP(int, pthread_cond_broadcast, pthread_cond_t *condition)
{
        return sim.is_on ? 0 : __real_pthread_cond_broadcast(condition);
}

/* ---- The process that makes a snapshot ---- */

static struct {
        pid_t pid;
        int status; /* As waitpid() has it, once it has ended. */
        struct chaos_child asked;
} child;

const struct chaos_child *chaos_child(void)
{
        return child.asked.is_running ? &child.asked : NULL;
}

void chaos_child_end(int exit_status)
{
        child.status = exit_status << 8;
        child.asked.is_running = false;
}

WRAP(int, posix_spawn, pid_t *ret_pid, const char *path, const posix_spawn_file_actions_t *actions,
     const posix_spawnattr_t *attributes, char *const *arguments, char *const *environment)
{
        if (!sim.is_on) {
                return __real_posix_spawn(ret_pid, path, actions, attributes, arguments,
                                          environment);
        }
        if (child.asked.is_running || att_rng_below(&sim.rng, 20) == 0) {
                return EAGAIN;
        }
        for (size_t i = 0; arguments[i] && arguments[i + 1]; i++) {
                if (strcmp(arguments[i], "--make-snapshot") == 0) {
                        (void)snprintf(child.asked.request, sizeof(child.asked.request), "%s",
                                       arguments[i + 1]);
                }
        }
        child.asked.is_running = true;
        child.asked.due_us = sim.now_us + (int64_t)att_rng_below(&sim.rng, 2000000);
        *ret_pid = ++child.pid;
        return 0;
}

WRAP(pid_t, waitpid, pid_t pid, int *ret_status, int options)
{
        if (!sim.is_on) {
                return __real_waitpid(pid, ret_status, options);
        }
        ATT_CHECK(pid == child.pid && (options & WNOHANG || !child.asked.is_running));
        if (child.asked.is_running) {
                return 0;
        }
        if (ret_status) {
                *ret_status = child.status;
        }
        return pid;
}

WRAP(int, kill, pid_t pid, int number)
{
        if (!sim.is_on) {
                return __real_kill(pid, number);
        }
        if (child.asked.is_running) {
                child.asked.is_running = false;
                child.status = number;
        }
        return 0;
}

/* What it asks of the system for itself would be asked for the simulation. */
WRAP(int, setpriority, __priority_which_t which, id_t who, int value)
{
        return sim.is_on ? 0 : __real_setpriority(which, who, value);
}

int __real_prctl(int what, ...);
int __wrap_prctl(int what, ...);
int __wrap_prctl(int what, ...)
{
        va_list arguments;
        unsigned long argument;

        va_start(arguments, what);
        argument = va_arg(arguments, unsigned long);
        va_end(arguments);
        return sim.is_on ? 0 : __real_prctl(what, argument, 0, 0, 0);
}

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...)
{
        va_list arguments;
        long a;
        long b;
        long c;

        va_start(arguments, number);
        a = va_arg(arguments, long);
        b = va_arg(arguments, long);
        c = va_arg(arguments, long);
        va_end(arguments);
        return sim.is_on ? 0 : __real_syscall(number, a, b, c);
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

        for (int i = 0; i < FDS_MAX && found < 0; i++) {
                if (!fds[i].is_used) {
                        fds[i].is_used = true;
                        fds[i].file = file;
                        fds[i].at = 0;
                        found = FD_BASE + i;
                }
        }
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

static int sync_ours(int fd)
{
        return (int)finish(fds[fd - FD_BASE].file ? disk_sync(fds[fd - FD_BASE].file)
                                                  : disk_sync_names());
}

WRAP(int, fsync, int fd)
{
        return is_ours(fd) ? sync_ours(fd) : __real_fsync(fd);
}

WRAP(int, fdatasync, int fd)
{
        return is_ours(fd) ? sync_ours(fd) : __real_fdatasync(fd);
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
        stream = len < 0    ? NULL
                 : len == 0 ? __real_fopen64("/dev/null", "r")
                            : fmemopen(NULL, (size_t)len, "w+");
        if (stream && len > 0) {
                setbuf(stream, NULL);
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
