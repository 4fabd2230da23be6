/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A shared library for LD_PRELOAD that makes the world fail at a place that is counted out: for tests
 * of the real binary, and of no other use.
 *
 *      ATT_FAULT_DIR=/tmp/x            only files whose path contains this are meant
 *      ATT_FAULT=KIND:N:DEED[:sticky]  what happens at the N-th of them, or from the N-th on
 *      ATT_FAULT_ALLOC=N[:sticky]      the N-th allocation gives NULL
 *      ATT_FAULT_COUNT=FILE            16 bytes: operations and allocations so far
 *
 * KIND is `write` (write, pwrite, fallocate, truncate), `sync` (fsync, fdatasync), `name` (open to
 * write, rename, link, unlink, mkdir) or `any`. DEED is `kill` (before it is done), `killed` (after),
 * `eio`, `enospc`, `short` (half of a write, then ENOSPC for the rest of a sticky one), `hang` (the call
 * never returns) or `none`.
 *
 * The real calls are made by number, so that nothing has to be looked up before main().
 */
#undef _FILE_OFFSET_BITS /* Both names of each call are given here, with 64 bits or not. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define FDS_MAX   65536
#define PATH_SIZE 4096

enum kind {
        KIND_WRITE = 1,
        KIND_SYNC = 2,
        KIND_NAME = 4,
        KIND_ANY = 7,
};

enum deed {
        DEED_NONE,
        DEED_KILL,
        DEED_KILLED,
        DEED_EIO,
        DEED_ENOSPC,
        DEED_SHORT,
        DEED_HANG,
};

struct counts {
        uint64_t operations;
        uint64_t allocations;
};

extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t bytes);
extern void *__libc_realloc(void *old, size_t bytes);

static unsigned char meant[FDS_MAX]; /* Files in the folder, by descriptor. */
static const char *folder;
static struct counts own;
static struct counts *counts = &own;
static uint64_t fault_at;
static uint64_t alloc_at;
static int fault_kinds;
static enum deed fault_deed;
static bool is_sticky;
static bool is_alloc_sticky;

/* ---- Options ---- */

static bool takes(const char **text, const char *word)
{
        size_t len = strlen(word);

        if (strncmp(*text, word, len) != 0 || ((*text)[len] != ':' && (*text)[len] != '\0')) {
                return false;
        }
        *text += (*text)[len] == ':' ? len + 1 : len;
        return true;
}

static void take_fault(const char *text)
{
        static const char *const kinds[] = {"", "write", "sync", "", "name", "", "", "any"};
        static const char *const deeds[] = {"none",   "kill",  "killed", "eio",
                                            "enospc", "short", "hang"};
        char *end;

        for (int i = 1; i <= KIND_ANY; i++) {
                if (kinds[i][0] != '\0' && takes(&text, kinds[i])) {
                        fault_kinds = i;
                        break;
                }
        }
        fault_at = strtoull(text, &end, 10);
        text = *end == ':' ? end + 1 : end;
        for (int i = 0; i <= DEED_HANG; i++) {
                if (takes(&text, deeds[i])) {
                        fault_deed = (enum deed)i;
                        break;
                }
        }
        is_sticky = strcmp(text, "sticky") == 0;
}

static void map_counts(const char *path)
{
        int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        void *page;

        if (fd < 0 || syscall(SYS_ftruncate, fd, (off_t)sizeof(*counts)) < 0) {
                return;
        }
        page = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        (void)syscall(SYS_close, fd);
        if (page != MAP_FAILED) {
                counts = page;
                *counts = (struct counts){0};
        }
}

__attribute__((constructor)) static void read_options(void)
{
        const char *fault = getenv("ATT_FAULT");
        const char *alloc = getenv("ATT_FAULT_ALLOC");
        const char *count = getenv("ATT_FAULT_COUNT");
        char *end;

        folder = getenv("ATT_FAULT_DIR");
        fault_kinds = KIND_ANY;
        if (count) {
                map_counts(count);
        }
        if (fault) {
                take_fault(fault);
        }
        if (alloc) {
                is_alloc_sticky = strstr(alloc, ":sticky") != NULL;
                alloc_at = strtoull(alloc, &end, 10) + counts->allocations;
        }
}

/* ---- Counting ---- */

static _Noreturn void die(void)
{
        (void)syscall(SYS_kill, getpid(), SIGKILL);
        for (;;) {
        }
}

/* What is to happen with this operation. */
static enum deed next_deed(int kind)
{
        uint64_t number;

        if ((kind & fault_kinds) == 0) {
                return DEED_NONE;
        }
        number = __atomic_add_fetch(&counts->operations, 1, __ATOMIC_SEQ_CST);
        if (fault_at == 0 || number < fault_at || (number > fault_at && !is_sticky)) {
                return DEED_NONE;
        }
        if (fault_deed == DEED_KILL) {
                die();
        }
        while (fault_deed == DEED_HANG) {
                (void)pause();
        }
        return fault_deed;
}

static bool is_meant(int fd)
{
        return fd >= 0 && fd < FDS_MAX && meant[fd];
}

static bool is_in_folder(const char *path)
{
        return folder && path && strstr(path, folder) != NULL;
}

/* The error to give, or 0: go on. */
static int error_of(enum deed deed)
{
        switch (deed) {
        case DEED_EIO:
                return EIO;
        case DEED_ENOSPC:
        case DEED_SHORT:
                return ENOSPC;
        case DEED_NONE:
        case DEED_KILL:
        case DEED_KILLED:
        case DEED_HANG:
                break;
        }
        return 0;
}

static long finish(enum deed deed, long result)
{
        if (deed == DEED_KILLED) {
                die();
        }
        return result;
}

#define FAIL_IF(deed)                                                                              \
        do {                                                                                       \
                int fail_error = error_of(deed);                                                   \
                                                                                                   \
                if (fail_error != 0) {                                                             \
                        errno = fail_error;                                                        \
                        return -1;                                                                 \
                }                                                                                  \
        } while (0)

/* ---- Files ---- */

static int open_file(const char *path, int flags, mode_t mode)
{
        bool is_ours = is_in_folder(path);
        bool to_write = (flags & (O_WRONLY | O_RDWR)) != 0;
        enum deed deed = is_ours && to_write && (flags & O_CREAT) ? next_deed(KIND_NAME)
                                                                  : DEED_NONE;
        int fd;

        FAIL_IF(deed);
        fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
        if (fd >= 0 && fd < FDS_MAX) {
                meant[fd] = is_ours;
        }
        return (int)finish(deed, fd);
}

#define TAKE_MODE(flags, mode)                                                                     \
        do {                                                                                       \
                va_list arguments;                                                                 \
                                                                                                   \
                va_start(arguments, flags);                                                        \
                mode = (flags) & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;            \
                va_end(arguments);                                                                 \
        } while (0)

int open(const char *path, int flags, ...)
{
        mode_t mode;

        TAKE_MODE(flags, mode);
        return open_file(path, flags, mode);
}

int open64(const char *path, int flags, ...);
int open64(const char *path, int flags, ...)
{
        mode_t mode;

        TAKE_MODE(flags, mode);
        return open_file(path, flags, mode);
}

int close(int fd)
{
        if (fd >= 0 && fd < FDS_MAX) {
                meant[fd] = 0;
        }
        return (int)syscall(SYS_close, fd);
}

ssize_t write(int fd, const void *data, size_t len)
{
        enum deed deed = is_meant(fd) ? next_deed(KIND_WRITE) : DEED_NONE;

        if (deed == DEED_SHORT && len > 1) {
                len /= 2;
                deed = DEED_NONE;
        }
        FAIL_IF(deed);
        return finish(deed, syscall(SYS_write, fd, data, len));
}

static ssize_t write_at(int fd, const void *data, size_t len, off_t at)
{
        enum deed deed = is_meant(fd) ? next_deed(KIND_WRITE) : DEED_NONE;

        if (deed == DEED_SHORT && len > 1) {
                len /= 2;
                deed = DEED_NONE;
        }
        FAIL_IF(deed);
        return finish(deed, syscall(SYS_pwrite64, fd, data, len, at));
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t at)
{
        return write_at(fd, data, len, at);
}

ssize_t pwrite64(int fd, const void *data, size_t len, off_t at);
ssize_t pwrite64(int fd, const void *data, size_t len, off_t at)
{
        return write_at(fd, data, len, at);
}

static int truncate_file(int fd, off_t len)
{
        enum deed deed = is_meant(fd) ? next_deed(KIND_WRITE) : DEED_NONE;

        FAIL_IF(deed);
        return (int)finish(deed, syscall(SYS_ftruncate, fd, len));
}

int ftruncate(int fd, off_t len)
{
        return truncate_file(fd, len);
}

int ftruncate64(int fd, off_t len);
int ftruncate64(int fd, off_t len)
{
        return truncate_file(fd, len);
}

static int allocate_file(int fd, off_t at, off_t len)
{
        enum deed deed = is_meant(fd) ? next_deed(KIND_WRITE) : DEED_NONE;
        int error = error_of(deed);

        if (error != 0) {
                return error;
        }
        return finish(deed, syscall(SYS_fallocate, fd, 0, at, len)) < 0 ? errno : 0;
}

int posix_fallocate(int fd, off_t at, off_t len)
{
        return allocate_file(fd, at, len);
}

int posix_fallocate64(int fd, off_t at, off_t len);
int posix_fallocate64(int fd, off_t at, off_t len)
{
        return allocate_file(fd, at, len);
}

int fsync(int fd)
{
        enum deed deed = is_meant(fd) ? next_deed(KIND_SYNC) : DEED_NONE;

        FAIL_IF(deed);
        return (int)finish(deed, syscall(SYS_fsync, fd));
}

int fdatasync(int fd)
{
        enum deed deed = is_meant(fd) ? next_deed(KIND_SYNC) : DEED_NONE;

        FAIL_IF(deed);
        return (int)finish(deed, syscall(SYS_fdatasync, fd));
}

int rename(const char *from, const char *to)
{
        enum deed deed = is_in_folder(from) ? next_deed(KIND_NAME) : DEED_NONE;

        FAIL_IF(deed);
        return (int)finish(deed, syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int link(const char *from, const char *to)
{
        enum deed deed = is_in_folder(from) ? next_deed(KIND_NAME) : DEED_NONE;

        FAIL_IF(deed);
        return (int)finish(deed, syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int unlink(const char *path)
{
        enum deed deed = is_in_folder(path) ? next_deed(KIND_NAME) : DEED_NONE;

        FAIL_IF(deed);
        return (int)finish(deed, syscall(SYS_unlinkat, AT_FDCWD, path, 0));
}

int mkdir(const char *path, mode_t mode)
{
        enum deed deed = is_in_folder(path) ? next_deed(KIND_NAME) : DEED_NONE;

        FAIL_IF(deed);
        return (int)finish(deed, syscall(SYS_mkdirat, AT_FDCWD, path, mode));
}

/* ---- Memory ---- */

static bool is_out_of_memory(void)
{
        uint64_t number = __atomic_add_fetch(&counts->allocations, 1, __ATOMIC_SEQ_CST);

        if (alloc_at == 0 || number < alloc_at || (number > alloc_at && !is_alloc_sticky)) {
                return false;
        }
        errno = ENOMEM;
        return true;
}

void *malloc(size_t bytes)
{
        return is_out_of_memory() ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes)
{
        return is_out_of_memory() ? NULL : __libc_calloc(count, bytes);
}

void *realloc(void *old, size_t bytes)
{
        return is_out_of_memory() ? NULL : __libc_realloc(old, bytes);
}
