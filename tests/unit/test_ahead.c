/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/ahead.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/rng.h"
#include "lib/base/util.h"
#include "tests/support/main.h"

#define MIB        (1 << 20)
#define POLL_US    1000
#define PATIENCE   30000 /* Polls. */
#define RECORD_MAX 20000
#define SLACK      3000 /* The writer says more than it writes. */

struct file {
        char path[40];
        int fd;
        struct att_ahead *ahead;
};

static void set_up(struct file *file)
{
        *file = (struct file){.path = "/tmp/attune-ahead-XXXXXX"};
        file->fd = mkstemp(file->path);
        ck_assert_int_ge(file->fd, 0);
        ck_assert_int_eq(att_ahead_start(&file->ahead), 0);
}

static void tear_down(struct file *file)
{
        att_ahead_stop(file->ahead);
        (void)close(file->fd);
        (void)unlink(file->path);
}

static off_t size_of(const struct file *file)
{
        struct stat status;

        ck_assert_int_eq(fstat(file->fd, &status), 0);
        return status.st_size;
}

static void wait_for_size(const struct file *file, off_t bytes)
{
        for (int i = 0; i < PATIENCE && size_of(file) < bytes; i++) {
                (void)usleep(POLL_US);
        }
        ck_assert_int_ge(size_of(file), bytes);
}

/* What is at each byte of a log: never zero. */
static char byte_at(uint64_t at)
{
        return (char)(1 + at * 31 % 251);
}

static uint64_t write_record(struct file *file, uint64_t end, uint64_t len)
{
        char record[RECORD_MAX];

        for (uint64_t i = 0; i < len; i++) {
                record[i] = byte_at(end + i);
        }
        ck_assert_int_eq(att_ahead_need(file->ahead, end + len + SLACK), 0);
        ck_assert_int_eq(pwrite(file->fd, record, len, (off_t)end), (ssize_t)len);
        return end + len;
}

/* What was written up to `end`, and nothing but zeros behind. */
static void check_contents(const struct file *file, uint64_t end)
{
        const off_t size = size_of(file);
        char *bytes = att_alloc((size_t)size);
        uint64_t wrong = 0;

        ck_assert_int_eq(pread(file->fd, bytes, (size_t)size, 0), (ssize_t)size);
        for (uint64_t i = 0; i < (uint64_t)size; i++) {
                wrong += bytes[i] != (i < end ? byte_at(i) : 0);
        }
        ck_assert_uint_eq(wrong, 0);
        free(bytes);
}

START_TEST(there_are_zeros_ahead_of_a_log_that_grows)
{
        struct file file;
        uint64_t end = 0;

        set_up(&file);
        att_ahead_follow(file.ahead, file.path);
        while (end < MIB) {
                end = write_record(&file, end, 5000);
        }
        wait_for_size(&file, 2 * MIB);
        check_contents(&file, end);
        ck_assert_int_le(size_of(&file), 5 * MIB);
        tear_down(&file);
}
END_TEST

START_TEST(what_is_written_stays_whoever_is_faster)
{
        struct file file;
        struct att_rng rng;
        uint64_t end = 0;

        att_rng_seed(&rng, 1);
        set_up(&file);
        att_ahead_follow(file.ahead, file.path);
        for (int i = 0; i < 4000; i++) {
                end = write_record(&file, end, (uint64_t)att_rng_between(&rng, 1, RECORD_MAX));
                if (i % 500 == 0) {
                        (void)usleep(POLL_US);
                }
        }
        att_ahead_follow(file.ahead, NULL);
        check_contents(&file, end);
        tear_down(&file);
}
END_TEST

START_TEST(a_log_that_hardly_grows_is_left_alone)
{
        struct file file;
        uint64_t end = 0;

        set_up(&file);
        att_ahead_follow(file.ahead, file.path);
        for (int i = 0; i < 10; i++) {
                end = write_record(&file, end, 5000);
        }
        (void)usleep(20 * POLL_US);
        ck_assert_uint_eq((uint64_t)size_of(&file), end);
        tear_down(&file);
}
END_TEST

START_TEST(a_file_that_is_not_empty_is_left_alone)
{
        struct file file;

        set_up(&file);
        ck_assert_int_eq(write(file.fd, "there", 5), 5);
        att_ahead_follow(file.ahead, file.path);
        ck_assert_int_eq(att_ahead_need(file.ahead, 4 * MIB), 0);
        (void)usleep(20 * POLL_US);
        ck_assert_int_eq(size_of(&file), 5);
        att_ahead_follow(file.ahead, "/tmp/attune-ahead-that-is-not-there");
        ck_assert_int_eq(att_ahead_need(file.ahead, 4 * MIB), 0);
        tear_down(&file);
}
END_TEST

ATT_TEST_MAIN("ahead", there_are_zeros_ahead_of_a_log_that_grows,
              what_is_written_stays_whoever_is_faster, a_log_that_hardly_grows_is_left_alone,
              a_file_that_is_not_empty_is_left_alone)
