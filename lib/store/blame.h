/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which command was being stepped when the process aborted, so that the same one can't bring it down
 * for ever.
 *
 *      DATA/stepping   one page that the kernel keeps when the process dies: the command in its step
 *      DATA/blamed     what was found in it at starts, and how often: a line a command
 *
 * Before each step the command's record is copied into the page, after it the page is cleared: two
 * stores and a copy of a hundred bytes. A handler of the signals that a broken program dies by marks
 * the page; kill -9 and a power cut leave no mark, since they say nothing about the command. The next
 * start counts what it finds:
 *
 * - A command of the journal, which aborts when it is replayed: the second time it is skipped, a plain
 *   tick at its time taking its place (att_blame_skips()).
 * - A client's command, which never became durable: the third time it is sent it is refused
 *   (att_blame_refuses()), known by client and content.
 *
 * `blamed` is text, for people: remove a line, and it is tried again.
 */
#ifndef ATT_LIB_STORE_BLAME_H
#define ATT_LIB_STORE_BLAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/text.h"
#include "lib/wire/journal.h"

#define ATT_BLAMES_MAX         64 /* Older ones are forgotten. */
#define ATT_BLAME_TIMES        2  /* So often, and no more. */
#define ATT_BLAME_PAGE_BYTES   65536
#define ATT_BLAME_RECORD_BYTES (ATT_BLAME_PAGE_BYTES - 64)

struct att_blame_page {
        uint32_t magic;
        uint32_t is_stepping;
        uint32_t is_blamed; /* By the signal's number. */
        uint32_t is_replay;
        uint64_t seq;
        uint64_t len; /* Of the record; 0 in a replay, and of one that is too long. */
        char record[ATT_BLAME_RECORD_BYTES];
};

struct att_blame {
        struct att_blame_page *page; /* Mapped; NULL: only to be read. */
        char *dir;                   /* Owned. */
        struct att_blamed *blamed;   /* Owned. */
        size_t count;
        size_t refused_count; /* Of those, client's commands to be refused: 0 as a rule. */
        size_t skipped_count;
};

/* Reads what was found so far, and counts what the last process left. `found` gets a sentence about
 * it, if there was anything. `dir` is the data directory, which must be owned. */
ATT_MUST_USE int att_blame_open(const char *dir, struct att_blame *ret_blame,
                                struct att_buffer *found, struct att_buffer *why);
/* Only to ask what is skipped; of a directory that another process may own. */
void att_blame_read(const char *dir, struct att_blame *ret_blame);
void att_blame_close(struct att_blame *blame); /* A zeroed one is fine. */

/* From now on the signals of a broken program mark the page, when they come to the calling thread, which
 * is to be the one that steps: what breaks on another says nothing about a command. Signals from outside
 * come to the main thread. Of one blame a process. */
void att_blame_watch(const struct att_blame *blame);

/* Around a step. `record`: as the journal has it; empty in a replay. */
static inline void att_blame_begin(const struct att_blame *blame, uint64_t seq,
                                   struct att_text record)
{
        struct att_blame_page *page = blame->page;

        if (!page) {
                return;
        }
        page->seq = seq;
        page->len = record.len <= sizeof(page->record) ? record.len : 0;
        page->is_replay = record.len == 0;
        if (page->len > 0) {
                memcpy(page->record, record.data, page->len);
        }
        __atomic_store_n(&page->is_stepping, 1, __ATOMIC_RELEASE);
}

static inline void att_blame_end(const struct att_blame *blame)
{
        if (blame->page) {
                __atomic_store_n(&blame->page->is_stepping, 0, __ATOMIC_RELEASE);
        }
}

/* Nothing of a command that was stepped stays in the page. Not within a step. */
void att_blame_wipe(const struct att_blame *blame);

bool att_blame_skips(const struct att_blame *blame, uint64_t seq);
bool att_blame_refuses(const struct att_blame *blame, const struct att_command *command);

#endif
