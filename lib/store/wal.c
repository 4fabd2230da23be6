/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The format (sqlite.org/fileformat2.html#walformat), all numbers big-endian: a header of 32 bytes
 * (magic, version, page size, sequence, two salts, two checksums), then frames of 24 bytes (page
 * number, pages in the database after a commit or 0, the two salts, two checksums) and a page. The
 * checksums run on from frame to frame, over words in the byte order that the magic tells.
 */
#include "lib/store/wal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "lib/store/files.h"

#define HEADER_BYTES       32
#define FRAME_HEADER_BYTES 24
#define MAGIC              UINT32_C(0x377f0682) /* The lowest bit: words are big-endian. */
#define PAGE_BYTES_MAX     65536

struct wal {
        int fd;
        bool big_endian;
        size_t page_bytes;
        unsigned char salts[8];
        uint32_t sum[2];
        unsigned char *frame; /* Owned. */
};

static uint32_t big(const unsigned char *bytes)
{
        return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
               bytes[3];
}

static uint32_t little(const unsigned char *bytes)
{
        return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 |
               bytes[0];
}

static void add_to_sum(struct wal *wal, const unsigned char *bytes, size_t len)
{
        for (size_t i = 0; i + 8 <= len; i += 8) {
                wal->sum[0] += (wal->big_endian ? big(bytes + i) : little(bytes + i)) + wal->sum[1];
                wal->sum[1] += (wal->big_endian ? big(bytes + i + 4) : little(bytes + i + 4)) +
                               wal->sum[0];
        }
}

static bool is_sum(const struct wal *wal, const unsigned char *stored)
{
        return big(stored) == wal->sum[0] && big(stored + 4) == wal->sum[1];
}

/* SQLite syncs the header before it writes the first frame. */
static bool take_header(struct wal *wal, const unsigned char header[HEADER_BYTES])
{
        if ((big(header) & ~UINT32_C(1)) != MAGIC) {
                return false;
        }
        wal->big_endian = (big(header) & 1) != 0;
        wal->page_bytes = big(header + 8);
        memcpy(wal->salts, header + 16, sizeof(wal->salts));
        add_to_sum(wal, header, 24);
        return is_sum(wal, header + 24) && wal->page_bytes >= 512 &&
               wal->page_bytes <= PAGE_BYTES_MAX;
}

static bool is_good(struct wal *wal)
{
        add_to_sum(wal, wal->frame, 8);
        add_to_sum(wal, wal->frame + FRAME_HEADER_BYTES, wal->page_bytes);
        return is_sum(wal, wal->frame + 16);
}

static bool ends_a_commit(const struct wal *wal)
{
        return big(wal->frame + 4) != 0;
}

/* Of this log, not what an earlier one left in the file's blocks. */
static bool has_salts(const struct wal *wal)
{
        return memcmp(wal->frame + 8, wal->salts, sizeof(wal->salts)) == 0;
}

/* 1: read; 0: the file ends before; or a negative errno. Who writes to the log may cut it while it is looked
 * at: then all that was in it has been moved into the database. */
static int read_at(const struct wal *wal, uint64_t at, void *bytes, size_t len, const char *path,
                   struct att_buffer *why)
{
        ssize_t got = pread(wal->fd, bytes, len, (off_t)at);

        return got < 0 ? att_say_errno(why, path, -errno) : (size_t)got == len;
}

static int look_through(struct wal *wal, const char *path, uint64_t bytes, struct att_buffer *why)
{
        const size_t frame_bytes = FRAME_HEADER_BYTES + wal->page_bytes;
        uint64_t bad_at = 0; /* Offset of the first bad frame. */
        uint32_t commits_lost = 0;

        for (uint64_t at = HEADER_BYTES; at + frame_bytes <= bytes; at += frame_bytes) {
                int error = read_at(wal, at, wal->frame, frame_bytes, path, why);

                if (error <= 0) {
                        return error;
                }
                if (bad_at == 0 && !(has_salts(wal) && is_good(wal))) {
                        bad_at = at;
                }
                if (bad_at != 0 && has_salts(wal) && ends_a_commit(wal)) {
                        commits_lost++;
                }
        }
        if (commits_lost < 2) {
                return 0;
        }
        att_buffer_printf(why, "%s: corrupt at byte %llu, with %u later commits behind it", path,
                          (unsigned long long)bad_at, commits_lost);
        return -EBADMSG;
}

static int check(struct wal *wal, const char *path, struct att_buffer *why)
{
        unsigned char header[HEADER_BYTES];
        struct stat status;
        int error = fstat(wal->fd, &status) < 0
                            ? att_say_errno(why, path, -errno)
                            : read_at(wal, 0, header, sizeof(header), path, why);

        if (error <= 0 || status.st_size <= HEADER_BYTES) {
                return error < 0 ? error : 0;
        }
        if (!take_header(wal, header)) {
                att_buffer_printf(why, "%s: its header is corrupt", path);
                return -EBADMSG;
        }
        wal->frame = att_alloc(FRAME_HEADER_BYTES + wal->page_bytes);
        error = look_through(wal, path, (uint64_t)status.st_size, why);
        free(wal->frame);
        return error;
}

int att_wal_check(const char *path, struct att_buffer *why)
{
        struct wal wal = {.fd = open(path, O_RDONLY | O_CLOEXEC)};
        int error;

        if (wal.fd < 0) {
                return errno == ENOENT ? 0 : att_say_errno(why, path, -errno);
        }
        error = check(&wal, path, why);
        close(wal.fd);
        return error;
}
