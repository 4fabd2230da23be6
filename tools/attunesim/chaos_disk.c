/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/chaos_disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/util.h"

#define NAMES_MAX   4096
#define PENDING_MAX 4096

enum sector { SECTOR_SAME, SECTOR_CHANGED, SECTOR_LOST };

struct content {
        char *bytes; /* Owned. */
        size_t len;
        size_t capacity;
};

struct disk_file {
        struct content now;
        struct content synced;
        unsigned char *sectors; /* Owned; of `now`. */
        size_t sector_capacity;
        uint32_t handles;
        uint32_t names; /* In both tables, and in changes that are pending. */
        bool is_put;
        void *locks; /* Owned. */
};

struct name {
        char path[DISK_NAME_MAX];
        struct disk_file *file;
};

struct name_table {
        struct name items[NAMES_MAX];
        size_t count;
};

struct name_change {
        char from[DISK_NAME_MAX]; /* Empty: made. */
        char to[DISK_NAME_MAX];   /* Empty: removed. */
        struct disk_file *file;
};

struct saved_file {
        char *bytes;            /* Owned. */
        unsigned char *sectors; /* Owned. */
        size_t len;
        size_t sector_capacity;
};

/* The disk as it was before a bit flipped. */
struct saved {
        struct name_table now;
        struct saved_file files[NAMES_MAX];
        size_t pending_count;
};

static struct {
        struct att_rng rng;
        struct name_table now;
        struct name_table synced;
        struct name_change pending[PENDING_MAX];
        size_t pending_count;
        enum disk_fault fault;
        unsigned fault_ops;
        uint32_t fault_after;
        bool fault_is_sticky;
        bool has_struck;
        bool is_dead;
        bool lies;
        uint64_t operations;
        bool is_rotten;
        struct saved saved;
} disk;

static size_t smaller(size_t a, size_t b)
{
        return a < b ? a : b;
}

bool disk_has_path(const char *path)
{
        return path && strncmp(path, DISK_ROOT, sizeof(DISK_ROOT) - 1) == 0;
}

/* ---- Contents ---- */

static void make_room(struct content *content, size_t len)
{
        if (len <= content->capacity) {
                return;
        }
        size_t capacity = att_grown_capacity(content->capacity, len);

        content->bytes = att_realloc_array(content->bytes, capacity, 1);
        memset(content->bytes + content->capacity, 0, capacity - content->capacity);
        content->capacity = capacity;
}

static void set_length(struct content *content, size_t len)
{
        make_room(content, len);
        if (len < content->len) {
                memset(content->bytes + len, 0, content->len - len);
        }
        content->len = len;
}

static size_t sectors_of(size_t len)
{
        return (len + DISK_SECTOR - 1) / DISK_SECTOR;
}

static void mark_sectors(struct disk_file *file, size_t at, size_t len)
{
        size_t end = sectors_of(at + len);

        if (end > file->sector_capacity) {
                size_t capacity = att_grown_capacity(file->sector_capacity, end);

                file->sectors = att_realloc_array(file->sectors, capacity, 1);
                memset(file->sectors + file->sector_capacity, 0, capacity - file->sector_capacity);
                file->sector_capacity = capacity;
        }
        if (len > 0) {
                memset(file->sectors + at / DISK_SECTOR, SECTOR_CHANGED, end - at / DISK_SECTOR);
        }
}

static void copy_sector(struct disk_file *file, size_t sector, size_t len)
{
        size_t at = sector * DISK_SECTOR;
        size_t upto = smaller(len, DISK_SECTOR);

        upto = smaller(upto, file->now.len - at);
        make_room(&file->synced, at + upto);
        memcpy(file->synced.bytes + at, file->now.bytes + at, upto);
}

/* ---- Names ---- */

static void unname(struct disk_file *file)
{
        if (file->names > 0 || file->handles > 0) {
                return;
        }
        free(file->now.bytes);
        free(file->synced.bytes);
        free(file->sectors);
        free(file->locks);
        free(file);
}

static void drop_name(struct disk_file *file)
{
        file->names--;
        unname(file);
}

static struct name *find(struct name_table *table, const char *path)
{
        for (size_t i = 0; i < table->count; i++) {
                if (strcmp(table->items[i].path, path) == 0) {
                        return &table->items[i];
                }
        }
        return NULL;
}

static void set_name(struct name_table *table, const char *path, struct disk_file *file)
{
        struct name *name = find(table, path);

        file->names++;
        if (name) {
                drop_name(name->file);
        } else {
                ATT_CHECK(table->count < NAMES_MAX);
                name = &table->items[table->count++];
                (void)snprintf(name->path, sizeof(name->path), "%s", path);
        }
        name->file = file;
}

static void clear_name(struct name_table *table, const char *path)
{
        struct name *name = find(table, path);
        struct disk_file *file;

        if (name) {
                file = name->file;
                *name = table->items[--table->count];
                drop_name(file);
        }
}

static void apply(struct name_table *table, const struct name_change *change)
{
        if (change->to[0]) {
                set_name(table, change->to, change->file);
        }
        if (change->from[0]) {
                clear_name(table, change->from);
        }
}

static void change_names(const char *from, const char *to, struct disk_file *file)
{
        struct name_change *change;

        ATT_CHECK(disk.pending_count < PENDING_MAX);
        change = &disk.pending[disk.pending_count++];
        *change = (struct name_change){.file = file};
        (void)snprintf(change->from, sizeof(change->from), "%s", from);
        (void)snprintf(change->to, sizeof(change->to), "%s", to);
        file->names++;
        apply(&disk.now, change);
}

static void settle_names(size_t count)
{
        for (size_t i = 0; i < disk.pending_count; i++) {
                if (i < count) {
                        apply(&disk.synced, &disk.pending[i]);
                }
        }
        for (size_t i = 0; i < disk.pending_count; i++) {
                drop_name(disk.pending[i].file);
        }
        disk.pending_count = 0;
}

static void clear_table(struct name_table *table)
{
        while (table->count > 0) {
                clear_name(table, table->items[table->count - 1].path);
        }
}

void disk_end(void)
{
        settle_names(0);
        clear_table(&disk.now);
        clear_table(&disk.synced);
}

void disk_begin(const struct att_rng *rng)
{
        disk_end();
        disk.rng = *rng;
        disk.is_dead = false;
        disk.lies = false;
        disk.is_rotten = false;
        disk_heal();
}

/* ---- Faults ---- */

void disk_arm(enum disk_fault fault, unsigned ops, uint32_t after, bool sticky)
{
        disk.fault = fault;
        disk.fault_ops = ops;
        disk.fault_after = after;
        disk.fault_is_sticky = sticky;
        disk.has_struck = false;
}

void disk_heal(void)
{
        disk_arm(DISK_WELL, 0, 0, false);
}

bool disk_has_struck(void)
{
        return disk.has_struck;
}

void disk_die(void)
{
        disk.is_dead = true;
}

bool disk_is_dead(void)
{
        return disk.is_dead;
}

void disk_lie(bool lies)
{
        disk.lies = lies;
}

uint64_t disk_operations(void)
{
        return disk.operations;
}

void (*disk_on_strike)(void);

/* Every operation asks first. 0: go on; 1: do half of it, then say ENOSPC; or a negative errno. */
static int ask(enum disk_op op)
{
        if (disk.is_dead) {
                return -EIO;
        }
        disk.operations++;
        if (disk.fault == DISK_WELL || !(disk.fault_ops & (unsigned)op)) {
                return 0;
        }
        if (disk.fault_after > 1) {
                disk.fault_after--;
                return 0;
        }
        if (disk.has_struck && !disk.fault_is_sticky) {
                return 0;
        }
        if (!disk.has_struck && disk_on_strike) {
                disk_on_strike();
        }
        disk.has_struck = true;
        switch (disk.fault) {
        case DISK_DIES:
                disk.is_dead = true;
                return op == DISK_WRITE && att_rng_below(&disk.rng, 2) ? 1 : -EIO;
        case DISK_EIO:
                return -EIO;
        case DISK_FULL:
                return op == DISK_WRITE || op == DISK_NAME ? -ENOSPC : 0;
        case DISK_SHORT:
                return op == DISK_WRITE ? 1 : 0;
        case DISK_WELL:
                break;
        }
        return 0;
}

static int ask_of(const struct disk_file *file, enum disk_op op)
{
        return file->is_put ? 0 : ask(op);
}

/* ---- Files ---- */

static int open_locked(const char *path, bool create, bool empty, struct disk_file **ret_file)
{
        struct name *name = find(&disk.now, path);
        struct disk_file *file = name ? name->file : NULL;
        int error = 0;

        if (!file && !create) {
                return disk.is_dead ? -EIO : -ENOENT;
        }
        if (!file) {
                error = ask(DISK_NAME);
                if (error != 0) {
                        return error < 0 ? error : -ENOSPC;
                }
                file = att_alloc(sizeof(*file));
                change_names("", path, file);
        } else if (empty) {
                error = ask_of(file, DISK_WRITE);
                if (error != 0) {
                        return error < 0 ? error : -ENOSPC;
                }
                mark_sectors(file, 0, file->now.len);
                set_length(&file->now, 0);
        }
        file->handles++;
        *ret_file = file;
        return 0;
}

int disk_open(const char *path, bool create, bool empty, struct disk_file **ret_file)
{
        int error;

        error = open_locked(path, create, empty, ret_file);
        return error;
}

void disk_close(struct disk_file *file)
{
        file->handles--;
        unname(file);
}

int64_t disk_read(struct disk_file *file, void *into, size_t len, uint64_t at)
{
        int64_t got = ask_of(file, DISK_READ);

        if (got != 0) {
                return -EIO;
        }
        if (at < file->now.len) {
                got = (int64_t)smaller(len, file->now.len - (size_t)at);
                memcpy(into, file->now.bytes + at, (size_t)got);
        }
        return got;
}

int64_t disk_write(struct disk_file *file, const void *from, size_t len, uint64_t at)
{
        int error = ask_of(file, DISK_WRITE);

        if (error < 0) {
                return error;
        }
        if (error > 0) {
                len /= 2;
        }
        if (at + len > file->now.len) {
                set_length(&file->now, (size_t)at + len);
        }
        memcpy(file->now.bytes + at, from, len);
        mark_sectors(file, (size_t)at, len);
        return error > 0 ? -ENOSPC : (int64_t)len;
}

int disk_resize(struct disk_file *file, uint64_t len)
{
        int error = ask_of(file, DISK_WRITE);
        size_t before = file->now.len;

        if (error != 0) {
                return error < 0 ? error : -ENOSPC;
        }
        set_length(&file->now, (size_t)len);
        if (len < before) {
                mark_sectors(file, (size_t)len, before - (size_t)len);
        } else {
                mark_sectors(file, before, (size_t)len - before);
        }
        return 0;
}

static void settle_sectors(struct disk_file *file, enum sector becomes)
{
        size_t count = smaller(file->sector_capacity, sectors_of(file->now.len));

        for (size_t i = 0; i < count; i++) {
                if (file->sectors[i] != SECTOR_CHANGED) {
                        continue;
                }
                file->sectors[i] = (unsigned char)becomes;
                if (becomes == SECTOR_SAME) {
                        copy_sector(file, i, DISK_SECTOR);
                }
        }
        for (size_t i = count; i < file->sector_capacity; i++) {
                file->sectors[i] = SECTOR_SAME;
        }
}

int disk_sync(struct disk_file *file)
{
        int error = ask_of(file, DISK_SYNC);

        if (error < 0) {
                if (!disk.is_dead) {
                        settle_sectors(file, SECTOR_LOST);
                }
                return error;
        }
        if (disk.lies || disk.is_rotten) {
                return 0;
        }
        settle_sectors(file, SECTOR_SAME);
        set_length(&file->synced, file->now.len);
        return 0;
}

uint64_t disk_length(const struct disk_file *file)
{
        return file->now.len;
}

void *disk_map(struct disk_file *file)
{
        return file->now.bytes;
}

void **disk_lock_slot(struct disk_file *file)
{
        return &file->locks;
}

bool disk_exists(const char *path)
{
        bool exists;

        exists = find(&disk.now, path) != NULL;
        return exists;
}

int disk_remove(const char *path)
{
        struct name *name;
        int error = ask(DISK_NAME);

        if (error != 0) {
                return error < 0 ? error : -EIO;
        }
        name = find(&disk.now, path);
        if (name) {
                change_names(path, "", name->file);
        }
        return name ? 0 : -ENOENT;
}

int disk_rename(const char *from, const char *to)
{
        struct name *name;
        int error = ask(DISK_NAME);

        if (error != 0) {
                return error < 0 ? error : -EIO;
        }
        name = find(&disk.now, from);
        if (name) {
                change_names(from, to, name->file);
        }
        return name ? 0 : -ENOENT;
}

int disk_link(const char *from, const char *to)
{
        struct name *name;
        int error = ask(DISK_NAME);

        if (error != 0) {
                return error < 0 ? error : -EIO;
        }
        name = find(&disk.now, from);
        error = !name ? -ENOENT : find(&disk.now, to) ? -EEXIST : 0;
        if (error == 0) {
                change_names("", to, name->file);
        }
        return error;
}

int disk_sync_names(void)
{
        int error = ask(DISK_SYNC);

        if (error < 0) {
                return error;
        }
        if (!disk.lies && !disk.is_rotten) {
                settle_names(disk.pending_count);
        }
        return 0;
}

const char *disk_name(size_t i)
{
        return i < disk.now.count ? disk.now.items[i].path : NULL;
}

void disk_put(const char *path, struct att_text text)
{
        struct name *name;
        struct disk_file *file;

        name = find(&disk.now, path);
        file = name ? name->file : att_alloc(sizeof(*file));
        if (!name) {
                file->is_put = true;
                set_name(&disk.now, path, file);
                set_name(&disk.synced, path, file);
        }
        set_length(&file->now, text.len);
        if (text.len > 0) {
                memcpy(file->now.bytes, text.data, text.len);
        }
}

/* ---- A new process ---- */

static bool chance(void)
{
        return att_rng_below(&disk.rng, 2) == 0;
}

/* What the kernel gives up of a sync that failed is gone also for those who read. */
static void forget_lost(struct disk_file *file)
{
        size_t count = smaller(file->sector_capacity, sectors_of(file->now.len));

        for (size_t i = 0; i < count; i++) {
                size_t at = i * DISK_SECTOR;
                size_t len = smaller(DISK_SECTOR, file->now.len - at);

                if (file->sectors[i] != SECTOR_LOST || chance()) {
                        continue;
                }
                make_room(&file->synced, at + len);
                memcpy(file->now.bytes + at, file->synced.bytes + at, len);
                file->sectors[i] = SECTOR_SAME;
        }
}

static void revive(void)
{
        disk.is_dead = false;
        disk_heal();
}

void disk_after_kill(void)
{
        for (size_t i = 0; i < disk.now.count; i++) {
                if (!disk.now.items[i].file->is_put) {
                        forget_lost(disk.now.items[i].file);
                }
        }
        revive();
}

/* Old, new, or torn in the middle. */
static void tear(struct disk_file *file)
{
        size_t count = smaller(file->sector_capacity, sectors_of(file->now.len));
        size_t len = file->synced.len;

        for (size_t i = 0; i < count; i++) {
                if (file->sectors[i] == SECTOR_SAME) {
                        continue;
                }
                switch (att_rng_below(&disk.rng, 5)) {
                case 0:
                case 1:
                        copy_sector(file, i, DISK_SECTOR);
                        break;
                case 2:
                        copy_sector(file, i, (size_t)att_rng_below(&disk.rng, DISK_SECTOR));
                        break;
                default:
                        break;
                }
        }
        if (file->now.len != len && chance()) {
                len = file->now.len > len && chance()
                              ? len + (size_t)att_rng_below(&disk.rng, file->now.len - len)
                              : file->now.len;
        }
        make_room(&file->synced, len);
        file->synced.len = len;
        set_length(&file->now, 0);
        set_length(&file->now, len);
        if (len > 0) {
                memcpy(file->now.bytes, file->synced.bytes, len);
        }
        memset(file->sectors, 0, file->sector_capacity);
}

void disk_after_power_cut(void)
{
        settle_names((size_t)att_rng_below(&disk.rng, disk.pending_count + 1));
        for (size_t i = 0; i < disk.synced.count; i++) {
                disk.synced.items[i].file->names++; /* Also of the other table, in a moment. */
        }
        clear_table(&disk.now);
        disk.now = disk.synced;
        for (size_t i = 0; i < disk.now.count; i++) {
                if (!disk.now.items[i].file->is_put && disk.now.items[i].file->sectors) {
                        tear(disk.now.items[i].file);
                }
        }
        revive();
}

static char *copy_of(const void *bytes, size_t len)
{
        char *copy = att_alloc(len + 1);

        if (len > 0) {
                memcpy(copy, bytes, len);
        }
        return copy;
}

static void save_all(void)
{
        disk.saved.now = disk.now;
        disk.saved.pending_count = disk.pending_count;
        for (size_t i = 0; i < disk.now.count; i++) {
                struct disk_file *file = disk.now.items[i].file;

                file->names++;
                disk.saved.files[i] = (struct saved_file){
                        .bytes = copy_of(file->now.bytes, file->now.len),
                        .sectors = (unsigned char *)copy_of(file->sectors, file->sector_capacity),
                        .len = file->now.len,
                        .sector_capacity = file->sector_capacity,
                };
        }
        disk.is_rotten = true;
}

static void restore_file(struct disk_file *file, struct saved_file *saved)
{
        set_length(&file->now, saved->len);
        if (saved->len > 0) {
                memcpy(file->now.bytes, saved->bytes, saved->len);
        }
        if (file->sector_capacity > 0) {
                memset(file->sectors, SECTOR_SAME, file->sector_capacity);
        }
        if (saved->sector_capacity > 0) {
                memcpy(file->sectors, saved->sectors, saved->sector_capacity);
        }
        free(saved->bytes);
        free(saved->sectors);
}

bool disk_rot(void)
{
        for (uint32_t tries = 0; tries < 20 && disk.now.count > 0; tries++) {
                struct disk_file *file =
                        disk.now.items[att_rng_below(&disk.rng, disk.now.count)].file;

                if (!file->is_put && file->now.len >= 4096) {
                        size_t at = (size_t)att_rng_below(&disk.rng, file->now.len);

                        save_all();
                        file->now.bytes[at] ^= (char)(1 << att_rng_below(&disk.rng, 8));
                        return true;
                }
        }
        return false;
}

void disk_undo_rot(void)
{
        if (!disk.is_rotten) {
                return;
        }
        disk.is_rotten = false;
        while (disk.pending_count > disk.saved.pending_count) {
                drop_name(disk.pending[--disk.pending_count].file);
        }
        clear_table(&disk.now);
        disk.now = disk.saved.now;
        for (size_t i = 0; i < disk.now.count; i++) {
                restore_file(disk.now.items[i].file, &disk.saved.files[i]);
        }
}
