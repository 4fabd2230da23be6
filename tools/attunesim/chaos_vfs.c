/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As SQLite's own for unix does it: a log's or a journal's first sync also syncs the folder, a sector
 * that was synced is not harmed by a write beside it, and the shared memory of a log is nobody's file.
 */
#include "tools/attunesim/chaos_vfs.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"
#include "lib/store/sqlite.h"
#include "tools/attunesim/chaos_disk.h"
#include "tools/attunesim/chaos_report.h"
#include "tools/attunesim/chaos_wrap.h"

#define REGIONS_MAX 16

/* Of one database: who has which lock, and the memory its connections share. */
struct locks {
        uint32_t shared;
        const void *reserved;
        const void *exclusive;
        uint32_t shm_users;
        char *regions[REGIONS_MAX]; /* Owned. */
        uint32_t shm_shared[SQLITE_SHM_NLOCK];
        const void *shm_exclusive[SQLITE_SHM_NLOCK];
};

struct opened {
        sqlite3_file base;
        struct disk_file *file;
        bool must_sync_names;
        int level;
        bool has_shm;
        bool delete_at_close;
        bool is_readonly;
        char path[DISK_NAME_MAX];
};

static struct opened *opened_of(sqlite3_file *file)
{
        return (struct opened *)(void *)file;
}

static struct locks *locks_of(struct opened *opened)
{
        void **slot = disk_lock_slot(opened->file);

        if (!*slot) {
                *slot = att_alloc(sizeof(struct locks));
        }
        return *slot;
}

/* ---- Bytes ---- */

static int on_read(sqlite3_file *base, void *into, int len, sqlite3_int64 at)
{
        int64_t got = disk_read(opened_of(base)->file, into, (size_t)len, (uint64_t)at);

        if (got < 0) {
                return SQLITE_IOERR_READ;
        }
        if (got < len) {
                memset((char *)into + got, 0, (size_t)(len - got));
                return SQLITE_IOERR_SHORT_READ;
        }
        return SQLITE_OK;
}

static int on_write(sqlite3_file *base, const void *from, int len, sqlite3_int64 at)
{
        int64_t wrote;

        if (opened_of(base)->is_readonly) {
                return SQLITE_IOERR_WRITE;
        }
        wrote = disk_write(opened_of(base)->file, from, (size_t)len, (uint64_t)at);
        if (wrote == len) {
                return SQLITE_OK;
        }
        return wrote == -ENOSPC || wrote >= 0 ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int on_truncate(sqlite3_file *base, sqlite3_int64 len)
{
        return disk_resize(opened_of(base)->file, (uint64_t)len) == 0 ? SQLITE_OK
                                                                      : SQLITE_IOERR_TRUNCATE;
}

static int on_sync(sqlite3_file *base, int flags)
{
        struct opened *opened = opened_of(base);

        (void)flags;
        if (disk_sync(opened->file) < 0) {
                return SQLITE_IOERR_FSYNC;
        }
        if (opened->must_sync_names) {
                opened->must_sync_names = false;
                return disk_sync_names() == 0 ? SQLITE_OK : SQLITE_IOERR_DIR_FSYNC;
        }
        return SQLITE_OK;
}

static int on_size(sqlite3_file *base, sqlite3_int64 *ret_size)
{
        *ret_size = (sqlite3_int64)disk_length(opened_of(base)->file);
        return SQLITE_OK;
}

/* ---- Locks ---- */

static int on_unlock(sqlite3_file *base, int level)
{
        struct opened *opened = opened_of(base);
        struct locks *locks = locks_of(opened);

        if (locks->exclusive == opened) {
                locks->exclusive = NULL;
        }
        if (locks->reserved == opened) {
                locks->reserved = NULL;
        }
        if (level == SQLITE_LOCK_NONE && opened->level > SQLITE_LOCK_NONE) {
                locks->shared--;
        }
        opened->level = level;
        return SQLITE_OK;
}

static int on_lock(sqlite3_file *base, int level)
{
        struct opened *opened = opened_of(base);
        struct locks *locks = locks_of(opened);

        if (level <= opened->level) {
                return SQLITE_OK;
        }
        if (locks->exclusive && locks->exclusive != opened) {
                return SQLITE_BUSY;
        }
        if (opened->level == SQLITE_LOCK_NONE) {
                locks->shared++;
                opened->level = SQLITE_LOCK_SHARED;
        }
        if (level >= SQLITE_LOCK_RESERVED && opened->is_readonly) {
                return SQLITE_IOERR_LOCK; /* As the system does for a file opened so. */
        }
        if (level >= SQLITE_LOCK_RESERVED) {
                if (locks->reserved && locks->reserved != opened) {
                        return SQLITE_BUSY;
                }
                locks->reserved = opened;
                opened->level = SQLITE_LOCK_RESERVED;
        }
        if (level == SQLITE_LOCK_EXCLUSIVE) {
                if (locks->shared > 1) {
                        return SQLITE_BUSY;
                }
                locks->exclusive = opened;
                opened->level = SQLITE_LOCK_EXCLUSIVE;
        }
        return SQLITE_OK;
}

static int on_check_reserved(sqlite3_file *base, int *ret_is)
{
        *ret_is = locks_of(opened_of(base))->reserved != NULL;
        return SQLITE_OK;
}

static int on_control(sqlite3_file *base, int what, void *argument)
{
        (void)base;
        (void)what;
        (void)argument;
        return SQLITE_NOTFOUND;
}

static int on_sector_size(sqlite3_file *base)
{
        (void)base;
        return 4096;
}

static int on_characteristics(sqlite3_file *base)
{
        (void)base;
        return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* ---- Shared memory ---- */

static int on_shm_map(sqlite3_file *base, int region, int bytes, int extend,
                      void volatile **ret_region)
{
        struct opened *opened = opened_of(base);
        struct locks *locks = locks_of(opened);

        if (!opened->has_shm) {
                opened->has_shm = true;
                locks->shm_users++;
        }
        if (region >= REGIONS_MAX) {
                return SQLITE_IOERR_SHMSIZE;
        }
        if (!locks->regions[region] && extend) {
                locks->regions[region] = att_alloc((size_t)bytes);
        }
        *ret_region = locks->regions[region];
        return SQLITE_OK;
}

static bool is_free(const struct locks *locks, const struct opened *opened, int first, int count,
                    bool exclusive)
{
        for (int i = first; i < first + count; i++) {
                if ((locks->shm_exclusive[i] && locks->shm_exclusive[i] != opened) ||
                    (exclusive && locks->shm_shared[i] > 0)) {
                        return false;
                }
        }
        return true;
}

static int on_shm_lock(sqlite3_file *base, int first, int count, int flags)
{
        struct opened *opened = opened_of(base);
        struct locks *locks = locks_of(opened);
        bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;

        if ((flags & SQLITE_SHM_LOCK) && !is_free(locks, opened, first, count, exclusive)) {
                return SQLITE_BUSY;
        }
        for (int i = first; i < first + count; i++) {
                if (flags & SQLITE_SHM_LOCK) {
                        locks->shm_shared[i] += exclusive ? 0 : 1;
                        locks->shm_exclusive[i] = exclusive ? opened : NULL;
                } else if (exclusive) {
                        locks->shm_exclusive[i] = NULL;
                } else if (locks->shm_shared[i] > 0) {
                        locks->shm_shared[i]--;
                }
        }
        return SQLITE_OK;
}

static void on_shm_barrier(sqlite3_file *base)
{
        (void)base;
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static int on_shm_unmap(sqlite3_file *base, int delete_too)
{
        struct opened *opened = opened_of(base);
        struct locks *locks = locks_of(opened);

        (void)delete_too;
        if (!opened->has_shm) {
                return SQLITE_OK;
        }
        opened->has_shm = false;
        if (--locks->shm_users == 0) {
                for (int i = 0; i < REGIONS_MAX; i++) {
                        free(locks->regions[i]);
                        locks->regions[i] = NULL;
                }
                memset(locks->shm_shared, 0, sizeof(locks->shm_shared));
                memset(locks->shm_exclusive, 0, sizeof(locks->shm_exclusive));
        }
        return SQLITE_OK;
}

static int on_close(sqlite3_file *base)
{
        struct opened *opened = opened_of(base);

        (void)on_shm_unmap(base, 0);
        (void)on_unlock(base, SQLITE_LOCK_NONE);
        disk_close(opened->file);
        if (opened->delete_at_close) {
                (void)disk_remove(opened->path);
        }
        return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
        .iVersion = 2,
        .xClose = on_close,
        .xRead = on_read,
        .xWrite = on_write,
        .xTruncate = on_truncate,
        .xSync = on_sync,
        .xFileSize = on_size,
        .xLock = on_lock,
        .xUnlock = on_unlock,
        .xCheckReservedLock = on_check_reserved,
        .xFileControl = on_control,
        .xSectorSize = on_sector_size,
        .xDeviceCharacteristics = on_characteristics,
        .xShmMap = on_shm_map,
        .xShmLock = on_shm_lock,
        .xShmBarrier = on_shm_barrier,
        .xShmUnmap = on_shm_unmap,
};

/* ---- The file system ---- */

static int on_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags,
                   int *ret_flags)
{
        struct opened *opened = opened_of(base);
        static unsigned temporary;
        int error;

        (void)vfs;
        memset(opened, 0, sizeof(*opened));
        if (path) {
                (void)snprintf(opened->path, sizeof(opened->path), "%s", path);
        } else {
                (void)snprintf(opened->path, sizeof(opened->path), DISK_ROOT "/temporary-%u",
                               temporary++);
        }
        if (!disk_has_path(opened->path)) {
                return SQLITE_CANTOPEN;
        }
        opened->is_readonly = (flags & SQLITE_OPEN_READONLY) != 0;
        opened->delete_at_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
        opened->must_sync_names = (flags & SQLITE_OPEN_CREATE) &&
                                  (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL |
                                            SQLITE_OPEN_SUPER_JOURNAL));
        error = disk_open(opened->path, (flags & SQLITE_OPEN_CREATE) != 0, false, &opened->file);
        if (error < 0) {
                return error == -ENOSPC ? SQLITE_FULL : SQLITE_CANTOPEN;
        }
        opened->base.pMethods = &methods;
        if (ret_flags) {
                *ret_flags = flags;
        }
        return SQLITE_OK;
}

static int on_delete(sqlite3_vfs *vfs, const char *path, int must_sync)
{
        int error = disk_remove(path);

        (void)vfs;
        if (error == -ENOENT) {
                return SQLITE_IOERR_DELETE_NOENT;
        }
        if (error == 0 && must_sync) {
                return disk_sync_names() == 0 ? SQLITE_OK : SQLITE_IOERR_DIR_FSYNC;
        }
        return error == 0 ? SQLITE_OK : SQLITE_IOERR_DELETE;
}

static int on_access(sqlite3_vfs *vfs, const char *path, int flags, int *ret_can)
{
        (void)vfs;
        (void)flags;
        *ret_can = disk_exists(path);
        return SQLITE_OK;
}

static int on_full_path(sqlite3_vfs *vfs, const char *path, int size, char *ret_path)
{
        (void)vfs;
        (void)snprintf(ret_path, (size_t)size, "%s", path);
        return SQLITE_OK;
}

static int on_random(sqlite3_vfs *vfs, int len, char *ret_bytes)
{
        (void)vfs;
        chaos_random(ret_bytes, (size_t)len);
        return len;
}

static int on_sleep(sqlite3_vfs *vfs, int us)
{
        (void)vfs;
        return us; /* Nobody else runs meanwhile. */
}

static int on_time(sqlite3_vfs *vfs, double *ret_days)
{
        (void)vfs;
        *ret_days = 2440587.5 + (double)chaos_now_us() / 86400e6;
        return SQLITE_OK;
}

static int on_last_error(sqlite3_vfs *vfs, int len, char *ret_text)
{
        (void)vfs;
        (void)len;
        (void)ret_text;
        return 0;
}

static void on_log(void *context, int code, const char *message)
{
        (void)context;
        if (chaos_is_verbose) {
                printf("sqlite: %d %s\n", code, message);
        }
}

/* ---- Memory ---- */

/* SQLite opens and closes a database at every segment, and takes some hundred kilobytes for each: what it
 * gives back waits by size for the next. There is one thread. */
#define BLOCK_CLASSES 128

struct block {
        union {
                struct block *next; /* Of those that wait. */
                size_t size;        /* In use: without this head. */
        };
        uint64_t align;
};

static struct block *blocks[BLOCK_CLASSES]; /* Owned. */

/* Four to each power of two. */
static size_t class_of(size_t size, size_t *ret_size)
{
        const unsigned log = size <= 16 ? 4 : 63 - (unsigned)__builtin_clzll(size - 1);
        const size_t step = (size_t)1 << (log - 2);
        const size_t steps = size <= 16 ? 0 : (size - ((size_t)1 << log) + step - 1) / step;

        *ret_size = ((size_t)1 << log) + steps * step;
        return (log - 4) * 4 + steps;
}

static void *on_malloc(int bytes)
{
        size_t size;
        const size_t class = class_of((size_t)bytes, &size);
        struct block *block = blocks[class];

        if (block) {
                blocks[class] = block->next;
        } else {
                block = att_realloc_array(NULL, sizeof(*block) + size, 1);
        }
        block->size = size;
        return block + 1;
}

static struct block *block_of(void *memory)
{
        return (struct block *)memory - 1;
}

static void on_free(void *memory)
{
        struct block *block = block_of(memory);
        size_t size;
        const size_t class = class_of(block->size, &size);

        block->next = blocks[class];
        blocks[class] = block;
}

static int on_memory_size(void *memory)
{
        return memory ? (int)block_of(memory)->size : 0;
}

static void *on_realloc(void *memory, int bytes)
{
        const size_t size = block_of(memory)->size;
        void *more;

        if ((size_t)bytes <= size) {
                return memory;
        }
        more = on_malloc(bytes);
        memcpy(more, memory, size);
        on_free(memory);
        return more;
}

static int on_roundup(int bytes)
{
        return (bytes + 7) & ~7;
}

static int on_memory_begin(void *context)
{
        (void)context;
        return SQLITE_OK;
}

static void on_memory_end(void *context)
{
        (void)context;
}

static const sqlite3_mem_methods memory_methods = {
        .xMalloc = on_malloc,
        .xFree = on_free,
        .xRealloc = on_realloc,
        .xSize = on_memory_size,
        .xRoundup = on_roundup,
        .xInit = on_memory_begin,
        .xShutdown = on_memory_end,
};

void chaos_vfs_register(void)
{
        static sqlite3_vfs vfs = {
                .iVersion = 1,
                .szOsFile = (int)sizeof(struct opened),
                .mxPathname = DISK_NAME_MAX - 1,
                .zName = "chaos",
                .xOpen = on_open,
                .xDelete = on_delete,
                .xAccess = on_access,
                .xFullPathname = on_full_path,
                .xRandomness = on_random,
                .xSleep = on_sleep,
                .xCurrentTime = on_time,
                .xGetLastError = on_last_error,
        };

        att_sqlite_begin();
        (void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
        (void)sqlite3_config(SQLITE_CONFIG_MALLOC, &memory_methods);
        (void)sqlite3_config(SQLITE_CONFIG_LOG, on_log, NULL);
        (void)sqlite3_vfs_register(&vfs, 1);
}
