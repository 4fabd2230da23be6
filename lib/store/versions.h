/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configurations that were in force, as they were written: DATA/config.versions, a SQLite database.
 *
 *      version(number, at_ms, digest, by, what)        the newest has the largest number
 *      file(version, place, name, bytes)               in their order; the last, called "", is what was
 *                                                      changed by hand
 *      pinned(version)                                 at most one: in force until a reload is asked for,
 *                                                      whatever the supervisor's files say
 *
 * Not for the loop: every call may wait for the disk. Any number of threads, one after the other.
 */
#ifndef ATT_LIB_STORE_VERSIONS_H
#define ATT_LIB_STORE_VERSIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/text.h"

#define ATT_VERSIONS_KEPT 50

struct att_version {
        uint64_t number; /* From 1. */
        int64_t at_ms;
        struct att_text digest;
        struct att_text by;   /* Who asked for it. */
        struct att_text what; /* "reload", "rollback to 7", "queue cards closed by hand" ... */
};

struct att_version_file {
        struct att_text name;
        struct att_text bytes;
};

struct att_versions;

/* Makes the database if it is not there. 0, or a negative errno and a sentence. */
ATT_MUST_USE int att_versions_open(const char *data, struct att_versions **ret_versions,
                                   struct att_buffer *why);
void att_versions_close(struct att_versions *versions); /* NULL fine. */

/* Adds one and gives its number, unless the newest has the same digest: then that one's. `pins`: it
 * stays in force until unpinned. The oldest beyond ATT_VERSIONS_KEPT go. */
ATT_MUST_USE int att_versions_add(struct att_versions *versions, const struct att_version *version,
                                  const struct att_version_file *files, uint32_t count, bool pins,
                                  uint64_t *ret_number, struct att_buffer *why);
ATT_MUST_USE int att_versions_unpin(struct att_versions *versions, struct att_buffer *why);
/* The pinned one's number, or 0. */
ATT_MUST_USE int att_versions_pinned(struct att_versions *versions, uint64_t *ret_number,
                                     struct att_buffer *why);

/* The newest first, at most so many; texts are the arena's. */
ATT_MUST_USE int att_versions_list(struct att_versions *versions, uint32_t most,
                                   struct att_arena *arena, struct att_version **ret_items,
                                   uint32_t *ret_count, struct att_buffer *why);
/* One of them with its files. -ENOENT: there is none of that number. */
ATT_MUST_USE int att_versions_get(struct att_versions *versions, uint64_t number,
                                  struct att_arena *arena, struct att_version *ret_version,
                                  struct att_version_file **ret_files, uint32_t *ret_count,
                                  struct att_buffer *why);

#endif
