/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/chaos_disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/util.h"

#define NAMES_MAX   16384
#define PENDING_MAX 4096
#define HEADS       4096 /* Of the names' hash chains; a power of two. */
#define CLASSES     40   /* Of spare buffers: one for each power of two. */

enum sector { SECTOR_SAME, SECTOR_CHANGED, SECTOR_LOST };

struct content {
        char *bytes; /* Owned. */
        size_t len;
        size_t capacity; /* A power of two, or 0. */
        size_t written;  /* From here on all is zero, and not there. */
};

struct disk_file {
        struct content now;
        struct content synced;
        unsigned char *sectors; /* Owned; of `now`. */
        size_t sector_capacity;
        size_t first_in_doubt; /* All sectors before it, and from the end on, are the same in both. */
        size_t end_in_doubt;
        uint32_t handles;
        uint32_t names; /* In both tables, and in changes that are pending. */
        bool is_put;
        void *locks; /* Owned. */
};

struct name {
        char path[DISK_NAME_MAX];
        struct disk_file *file;
        uint32_t head;
        uint32_t next; /* Of the same head: 1 + its place, or 0. */
};

struct name_table {
        struct name items[NAMES_MAX];
        size_t count;
        uint32_t heads[HEADS]; /* 1 + the place of one, or 0. */
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
        size_t first_in_doubt;
        size_t end_in_doubt;
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

/* Files come and go, and grow to some hundred kilobytes: their buffers are used again, as they are. */
struct spare {
        struct spare *next;
};

static struct spare *spares[CLASSES]; /* Owned. */

static struct spare **spares_of(size_t capacity)
{
        const int class = __builtin_ctzll(capacity);

        ATT_CHECK(class < CLASSES);
        return &spares[class];
}

static char *take_buffer(size_t capacity)
{
        struct spare **first = spares_of(capacity);
        struct spare *spare = *first;

        if (!spare) {
                return att_realloc_array(NULL, capacity, 1);
        }
        *first = spare->next;
        return (char *)spare;
}

static void drop_buffer(struct content *content)
{
        struct spare *spare = (struct spare *)(void *)content->bytes;

        if (spare) {
                struct spare **first = spares_of(content->capacity);

                spare->next = *first;
                *first = spare;
        }
}

static void make_room(struct content *content, size_t len)
{
        struct content more = *content;

        if (len <= content->capacity) {
                return;
        }
        more.capacity = att_grown_capacity(4 * content->capacity, len); /* Copied seldom. */
        more.bytes = take_buffer(more.capacity);
        if (content->written > 0) {
                memcpy(more.bytes, content->bytes, content->written);
        }
        drop_buffer(content);
        *content = more;
}

/* All before it is there, if only as zeros; there is room for it. */
static void fill_upto(struct content *content, size_t at)
{
        if (content->written < at) {
                memset(content->bytes + content->written, 0, at - content->written);
                content->written = at;
        }
}

static bool is_zero(const char *bytes, size_t len)
{
        return len > 0 && bytes[0] == 0 && memcmp(bytes, bytes + 1, len - 1) == 0;
}

/* There is room for it. A log is written ahead with megabytes of zeros. */
static void put_bytes(struct content *content, size_t at, const void *from, size_t len)
{
        if (at >= content->written && is_zero(from, len)) {
                return;
        }
        fill_upto(content, at);
        memcpy(content->bytes + at, from, len);
        if (content->written < at + len) {
                content->written = at + len;
        }
}

static void get_bytes(const struct content *content, size_t at, void *into, size_t len)
{
        const size_t there = content->written > at ? smaller(content->written - at, len) : 0;

        if (there > 0) {
                memcpy(into, content->bytes + at, there);
        }
        if (there < len) {
                memset((char *)into + there, 0, len - there);
        }
}

static void set_length(struct content *content, size_t len)
{
        make_room(content, len);
        if (len < content->written && content->written <= content->len) {
                content->written = len;
        } else if (len < content->len && content->len < content->written) {
                memset(content->bytes + len, 0, content->len - len);
        }
        content->len = len;
}

static size_t sectors_of(size_t len)
{
        return (len + DISK_SECTOR - 1) / DISK_SECTOR;
}

static void widen_doubt(struct disk_file *file, size_t first, size_t end)
{
        if (file->first_in_doubt == file->end_in_doubt) {
                file->first_in_doubt = first;
                file->end_in_doubt = end;
                return;
        }
        file->first_in_doubt = smaller(file->first_in_doubt, first);
        file->end_in_doubt = file->end_in_doubt > end ? file->end_in_doubt : end;
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
                widen_doubt(file, at / DISK_SECTOR, end);
        }
}

static void copy_bytes(struct content *to, const struct content *from, size_t at, size_t len)
{
        const size_t there = from->written > at ? smaller(from->written - at, len) : 0;

        make_room(to, at + len);
        if (there > 0) {
                put_bytes(to, at, from->bytes + at, there);
        }
        if (at + there < to->written) {
                memset(to->bytes + at + there, 0, smaller(to->written - at, len) - there);
        }
}

static void copy_sector(struct disk_file *file, size_t sector, size_t len)
{
        size_t at = sector * DISK_SECTOR;
        size_t upto = smaller(len, DISK_SECTOR);

        upto = smaller(upto, file->now.len - at);
        copy_bytes(&file->synced, &file->now, at, upto);
}

/* ---- Names ---- */

static void unname(struct disk_file *file)
{
        if (file->names > 0 || file->handles > 0) {
                return;
        }
        drop_buffer(&file->now);
        drop_buffer(&file->synced);
        free(file->sectors);
        free(file->locks);
        free(file);
}

static void drop_name(struct disk_file *file)
{
        file->names--;
        unname(file);
}

static uint32_t head_of(const char *path)
{
        return (uint32_t)(att_text_hash(att_text_from(path)) & (HEADS - 1));
}

static void chain(struct name_table *table, size_t place)
{
        struct name *name = &table->items[place];

        name->next = table->heads[name->head];
        table->heads[name->head] = (uint32_t)place + 1;
}

static void unchain(struct name_table *table, size_t place)
{
        uint32_t *at = &table->heads[table->items[place].head];

        while (*at != place + 1) {
                at = &table->items[*at - 1].next;
        }
        *at = table->items[place].next;
}

static struct name *find(struct name_table *table, const char *path)
{
        for (uint32_t at = table->heads[head_of(path)]; at != 0; at = table->items[at - 1].next) {
                if (strcmp(table->items[at - 1].path, path) == 0) {
                        return &table->items[at - 1];
                }
        }
        return NULL;
}

static void put_path(char into[DISK_NAME_MAX], const char *path)
{
        const size_t len = strlen(path);

        ATT_CHECK(len < DISK_NAME_MAX);
        memcpy(into, path, len + 1);
}

static void set_name(struct name_table *table, const char *path, struct disk_file *file)
{
        struct name *name = find(table, path);

        file->names++;
        if (name) {
                drop_name(name->file);
        } else {
                ATT_CHECK(table->count < NAMES_MAX);
                name = &table->items[table->count];
                put_path(name->path, path);
                name->head = head_of(path);
                chain(table, table->count++);
        }
        name->file = file;
}

/* The last takes its place: an order that the seed decides, as the folder's. */
static void clear_name(struct name_table *table, const char *path)
{
        struct name *name = find(table, path);
        struct disk_file *file;
        size_t last = table->count - 1;

        if (!name) {
                return;
        }
        file = name->file;
        unchain(table, (size_t)(name - table->items));
        if (name != &table->items[last]) {
                unchain(table, last);
                *name = table->items[last];
                chain(table, (size_t)(name - table->items));
        }
        table->count--;
        drop_name(file);
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
        change->file = file;
        put_path(change->from, from);
        put_path(change->to, to);
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
                get_bytes(&file->now, (size_t)at, into, (size_t)got);
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
        put_bytes(&file->now, (size_t)at, from, len);
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

/* Sectors from `first` on that lie beside one another, up to `end`, have changed: so many. */
static size_t count_changed(const struct disk_file *file, size_t first, size_t end)
{
        size_t at = first;

        while (at < end && file->sectors[at] == SECTOR_CHANGED) {
                at++;
        }
        return at - first;
}

static void settle_some(struct disk_file *file, size_t first, size_t count, enum sector becomes)
{
        const size_t at = first * DISK_SECTOR;

        memset(file->sectors + first, (int)becomes, count);
        if (becomes == SECTOR_SAME) {
                copy_bytes(&file->synced, &file->now, at,
                           smaller(count * DISK_SECTOR, file->now.len - at));
        }
}

static void settle_sectors(struct disk_file *file, enum sector becomes)
{
        const size_t count = smaller(file->sector_capacity, sectors_of(file->now.len));
        const size_t first = file->first_in_doubt;
        const size_t end = file->end_in_doubt;

        file->first_in_doubt = 0;
        file->end_in_doubt = 0;
        for (size_t i = first; i < smaller(end, count);) {
                const size_t changed = count_changed(file, i, smaller(end, count));
                const size_t next = i + (changed > 0 ? changed : 1);

                if (changed > 0) {
                        settle_some(file, i, changed, becomes);
                }
                if (file->sectors[i] == SECTOR_LOST) {
                        widen_doubt(file, i, next);
                }
                i = next;
        }
        for (size_t i = first > count ? first : count; i < end; i++) {
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
        fill_upto(&file->now, file->now.len);
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
                put_bytes(&file->now, 0, text.data, text.len);
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

        for (size_t i = file->first_in_doubt; i < smaller(file->end_in_doubt, count); i++) {
                size_t at = i * DISK_SECTOR;
                size_t len = smaller(DISK_SECTOR, file->now.len - at);

                if (file->sectors[i] != SECTOR_LOST || chance()) {
                        continue;
                }
                make_room(&file->synced, at + len);
                copy_bytes(&file->now, &file->synced, at, len);
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

        for (size_t i = file->first_in_doubt; i < smaller(file->end_in_doubt, count); i++) {
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
        copy_bytes(&file->now, &file->synced, 0, len);
        memset(file->sectors, SECTOR_SAME, file->sector_capacity);
        file->first_in_doubt = 0;
        file->end_in_doubt = 0;
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

static char *copy_of_content(const struct content *content)
{
        char *copy = att_alloc(content->len + 1);

        get_bytes(content, 0, copy, content->len);
        return copy;
}

static unsigned char *copy_of_sectors(const struct disk_file *file)
{
        unsigned char *copy = att_alloc(file->sector_capacity + 1);

        if (file->sector_capacity > 0) {
                memcpy(copy, file->sectors, file->sector_capacity);
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
                        .bytes = copy_of_content(&file->now),
                        .sectors = copy_of_sectors(file),
                        .len = file->now.len,
                        .sector_capacity = file->sector_capacity,
                        .first_in_doubt = file->first_in_doubt,
                        .end_in_doubt = file->end_in_doubt,
                };
        }
        disk.is_rotten = true;
}

static void restore_file(struct disk_file *file, struct saved_file *saved)
{
        set_length(&file->now, saved->len);
        if (saved->len > 0) {
                put_bytes(&file->now, 0, saved->bytes, saved->len);
        }
        if (file->sector_capacity > 0) {
                memset(file->sectors, SECTOR_SAME, file->sector_capacity);
        }
        if (saved->sector_capacity > 0) {
                memcpy(file->sectors, saved->sectors, saved->sector_capacity);
        }
        file->first_in_doubt = saved->first_in_doubt;
        file->end_in_doubt = saved->end_in_doubt;
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
                        fill_upto(&file->now, at + 1);
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
