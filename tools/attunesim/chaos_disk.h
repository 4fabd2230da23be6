/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The disk of the simulation: files in memory, with what a power cut would leave of them.
 *
 * Every file has two contents: what a program reads, and what is on the platters. A sync makes the
 * second the first; names are synced by their folder. Between two syncs each sector of 512 bytes, and
 * the file's length, is in doubt by itself; changes of names take hold in their order, up to some
 * point. A sync that fails forgets what it should have written, as Linux does: no later one makes it
 * good.
 *
 * One disk a process. Files that were put (disk_put()) have no part in faults.
 */
#ifndef ATT_TOOLS_ATTUNESIM_CHAOS_DISK_H
#define ATT_TOOLS_ATTUNESIM_CHAOS_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/rng.h"
#include "lib/base/text.h"

#define DISK_ROOT     "/attune-chaos" /* All paths below it are the disk's. */
#define DISK_SECTOR   512
#define DISK_NAME_MAX 72

enum disk_op {
        DISK_READ = 1,
        DISK_WRITE = 2,
        DISK_SYNC = 4,
        DISK_NAME = 8, /* Makes, renames or removes one. */
};

enum disk_fault {
        DISK_WELL,
        DISK_DIES, /* The process dies at this operation: from it on nothing has an effect. */
        DISK_EIO,
        DISK_FULL,
        DISK_SHORT, /* Half is written. */
};

struct disk_file;

/* An empty disk, its chances from here. */
void disk_begin(const struct att_rng *rng);
void disk_end(void);

bool disk_has_path(const char *path); /* Whether it is one of the disk's. */

/* Results are 0, a count, or a negative errno. */
int disk_open(const char *path, bool create, bool empty, struct disk_file **ret_file);
void disk_close(struct disk_file *file);
int64_t disk_read(struct disk_file *file, void *into, size_t len, uint64_t at);
int64_t disk_write(struct disk_file *file, const void *from, size_t len, uint64_t at);
int disk_resize(struct disk_file *file, uint64_t len);
int disk_sync(struct disk_file *file);
uint64_t disk_length(const struct disk_file *file);
/* Its bytes, which stay in place from now on; what is written into them is a write without a sync. */
void *disk_map(struct disk_file *file);

bool disk_exists(const char *path);
int disk_remove(const char *path);
int disk_rename(const char *from, const char *to);
int disk_link(const char *from, const char *to); /* -EEXIST: `to` is there. */
int disk_sync_names(void);
/* The i-th name, or NULL. */
const char *disk_name(size_t i);

/* SQLite's locks and shared memory of a file are kept with it. */
void **disk_lock_slot(struct disk_file *file);

/* A file that is just there, apart from all faults. */
void disk_put(const char *path, struct att_text text);

/* ---- Faults ---- */

/* The `after`-th operation (1: the next) of these kinds; sticky: and all of them after it. */
void disk_arm(enum disk_fault fault, unsigned ops, uint32_t after, bool sticky);
void disk_heal(void);
extern void (*disk_on_strike)(void); /* It is felt for the first time. */
bool disk_has_struck(void);          /* The fault that was armed has been felt. */
void disk_die(void);                 /* Now. */
bool disk_is_dead(void);
/* Syncs do nothing, and say that they did: a disk that lies, for the planted bug. */
void disk_lie(bool lies);

/* A new process: what the last one wrote is there ... */
void disk_after_kill(void);
/* ... or what a power cut left of it. */
void disk_after_power_cut(void);

/* Changes a bit of a file; false: there is none. From now on nothing is for good: all that happens to the
 * disk until `undo` (a start may copy what is rotten) is undone by it. */
bool disk_rot(void);
void disk_undo_rot(void);

uint64_t disk_operations(void);

#endif
