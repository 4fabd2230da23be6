/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"
#include "tests/support/main.h"
#include "tools/attunesim/chaos_disk.h"

#define BYTES_MAX 40000

static void begin(uint64_t seed)
{
        struct att_rng rng;

        att_rng_seed(&rng, seed);
        disk_begin(&rng);
}

/* Two at a time may be needed. */
static const char *path_of(unsigned number)
{
        static char paths[2][64];
        static unsigned turn;
        char *path = paths[turn++ % 2];

        (void)snprintf(path, sizeof(paths[0]), DISK_ROOT "/journal/%020u.segment", number);
        return path;
}

static struct disk_file *make(const char *path)
{
        struct disk_file *file = NULL;

        ck_assert_int_eq(disk_open(path, true, false, &file), 0);
        return file;
}

/* A file as a plain array. */
struct naive {
        char bytes[BYTES_MAX];
        size_t len;
};

static void resize_naive(struct naive *naive, size_t len)
{
        if (len < naive->len) {
                memset(naive->bytes + len, 0, naive->len - len);
        }
        naive->len = len;
}

static void check_same(struct disk_file *file, const struct naive *naive)
{
        char bytes[BYTES_MAX];

        memset(bytes, 'x', sizeof(bytes));
        ck_assert_uint_eq(disk_length(file), naive->len);
        ck_assert_int_eq(disk_read(file, bytes, sizeof(bytes), 0), (int64_t)naive->len);
        ck_assert_mem_eq(bytes, naive->bytes, naive->len);
}

/* Zeros, or something. */
static void write_some(struct att_rng *rng, struct disk_file *file, struct naive *naive)
{
        static char bytes[8000];
        const size_t at = (size_t)att_rng_below(rng, BYTES_MAX - sizeof(bytes));
        const size_t len = (size_t)att_rng_below(rng, sizeof(bytes));

        memset(bytes, att_rng_below(rng, 2) ? (int)att_rng_below(rng, 256) : 0, len);
        if (len > 0 && att_rng_below(rng, 3) == 0) {
                bytes[att_rng_below(rng, len)] = 'm';
        }
        ck_assert_int_eq(disk_write(file, bytes, len, at), (int64_t)len);
        if (at + len > naive->len) {
                resize_naive(naive, at + len);
        }
        memcpy(naive->bytes + at, bytes, len);
}

START_TEST(a_file_agrees_with_a_plain_array)
{
        static struct naive naive;
        struct att_rng rng;

        begin(1);
        att_rng_seed(&rng, 2);
        for (unsigned number = 0; number < 40; number++) { /* Later ones get the room of others. */
                struct disk_file *file = make(path_of(number));

                naive = (struct naive){.len = 0};
                for (int i = 0; i < 60; i++) {
                        if (att_rng_below(&rng, 4) == 0) {
                                const size_t len = (size_t)att_rng_below(&rng, BYTES_MAX);

                                ck_assert_int_eq(disk_resize(file, len), 0);
                                resize_naive(&naive, len);
                        } else {
                                write_some(&rng, file, &naive);
                        }
                        if (att_rng_below(&rng, 5) == 0) {
                                ck_assert_int_eq(disk_sync(file), 0);
                        }
                        check_same(file, &naive);
                }
                ck_assert_int_eq(disk_remove(path_of(number)), 0);
                ck_assert_int_eq(disk_sync_names(), 0);
                disk_close(file);
        }
        disk_end();
}
END_TEST

START_TEST(what_was_synced_outlives_a_power_cut)
{
        static struct naive naive;
        struct att_rng rng;
        struct disk_file *file;

        att_rng_seed(&rng, 3);
        for (uint64_t seed = 0; seed < 60; seed++) {
                begin(seed);
                naive = (struct naive){.len = 0};
                file = make(path_of(1));
                for (int i = 0; i < 20; i++) {
                        write_some(&rng, file, &naive);
                        if (att_rng_below(&rng, 3) == 0) {
                                ck_assert_int_eq(disk_sync(file), 0);
                        }
                }
                ck_assert_int_eq(disk_sync(file), 0);
                ck_assert_int_eq(disk_sync_names(), 0);
                disk_after_power_cut();
                check_same(file, &naive);
                disk_close(file);
        }
        disk_end();
}
END_TEST

/* Each is as it was, or as it was to be, or torn in the middle; those beside it are as they were. */
START_TEST(a_power_cut_harms_what_was_not_synced_and_nothing_else)
{
        static const uint64_t dirty[] = {3, 4, 40};
        char bytes[64 * DISK_SECTOR];
        unsigned olds = 0;
        unsigned news = 0;
        unsigned torn = 0;

        for (uint64_t seed = 0; seed < 100; seed++) {
                struct disk_file *file;

                begin(seed);
                file = make(path_of(1));
                memset(bytes, 'a', sizeof(bytes));
                ck_assert_int_eq(disk_write(file, bytes, sizeof(bytes), 0), sizeof(bytes));
                ck_assert_int_eq(disk_sync(file), 0);
                ck_assert_int_eq(disk_sync_names(), 0);
                memset(bytes, 'b', DISK_SECTOR);
                for (size_t i = 0; i < ATT_ARRAY_LEN(dirty); i++) {
                        ck_assert_int_eq(
                                disk_write(file, bytes, DISK_SECTOR, dirty[i] * DISK_SECTOR),
                                DISK_SECTOR);
                }
                disk_after_power_cut();
                ck_assert_int_eq(disk_read(file, bytes, sizeof(bytes), 0), sizeof(bytes));
                for (uint64_t i = 0; i < 64; i++) {
                        const char *sector = bytes + i * DISK_SECTOR;
                        const bool is_dirty = i == 3 || i == 4 || i == 40;

                        ck_assert(is_dirty || (sector[0] == 'a' && sector[DISK_SECTOR - 1] == 'a'));
                        olds += is_dirty && sector[0] == 'a';
                        news += is_dirty && sector[DISK_SECTOR - 1] == 'b';
                        torn += is_dirty && sector[0] == 'b' && sector[DISK_SECTOR - 1] == 'a';
                }
                disk_close(file);
        }
        ck_assert_uint_gt(olds, 0);
        ck_assert_uint_gt(news, 0);
        ck_assert_uint_gt(torn, 0);
        disk_end();
}
END_TEST

/* Linux gives up what it could not write: it can be read for a while, and no later sync makes it good. */
START_TEST(what_a_failed_sync_should_have_written_is_lost)
{
        char bytes[DISK_SECTOR];
        unsigned lost = 0;

        for (uint64_t seed = 0; seed < 40; seed++) {
                struct disk_file *file;

                begin(seed);
                file = make(path_of(1));
                memset(bytes, 'a', sizeof(bytes));
                ck_assert_int_eq(disk_write(file, bytes, sizeof(bytes), 0), sizeof(bytes));
                ck_assert_int_eq(disk_sync(file), 0);
                memset(bytes, 'b', sizeof(bytes));
                ck_assert_int_eq(disk_write(file, bytes, sizeof(bytes), 0), sizeof(bytes));
                disk_arm(DISK_EIO, DISK_SYNC, 1, false);
                ck_assert_int_eq(disk_sync(file), -EIO);
                disk_heal();
                ck_assert_int_eq(disk_sync(file), 0);
                ck_assert_int_eq(disk_read(file, bytes, sizeof(bytes), 0), sizeof(bytes));
                ck_assert_int_eq(bytes[0], 'b');
                disk_after_kill();
                ck_assert_int_eq(disk_read(file, bytes, sizeof(bytes), 0), sizeof(bytes));
                lost += bytes[0] == 'a';
                disk_close(file);
        }
        ck_assert_uint_gt(lost, 0);
        ck_assert_uint_lt(lost, 40);
        disk_end();
}
END_TEST

START_TEST(names_are_found_until_they_are_removed)
{
        enum { NAMES = 3000 };
        static bool is_there[NAMES];
        struct att_rng rng;
        size_t count = 0;

        begin(1);
        att_rng_seed(&rng, 4);
        for (int i = 0; i < 30000; i++) {
                const unsigned number = (unsigned)att_rng_below(&rng, NAMES);

                ck_assert_int_eq(disk_exists(path_of(number)), is_there[number]);
                if (is_there[number]) {
                        ck_assert_int_eq(disk_remove(path_of(number)), 0);
                        count--;
                } else {
                        disk_close(make(path_of(number)));
                        count++;
                }
                is_there[number] = !is_there[number];
                if (i % 1000 == 0) {
                        ck_assert_int_eq(disk_sync_names(), 0);
                }
        }
        for (size_t i = 0; i < count; i++) { /* Each is listed once. */
                unsigned number = NAMES;

                ck_assert_int_eq(sscanf(disk_name(i), DISK_ROOT "/journal/%u", &number), 1);
                ck_assert(number < NAMES && is_there[number]);
                is_there[number] = false;
        }
        ck_assert_ptr_null(disk_name(count));
        disk_end();
}
END_TEST

/* The order of a folder is part of what a seed decides. */
START_TEST(the_last_name_takes_the_place_of_one_that_goes)
{
        begin(1);
        for (unsigned i = 0; i < 4; i++) {
                disk_close(make(path_of(i)));
        }
        ck_assert_int_eq(disk_remove(path_of(1)), 0);
        ck_assert_str_eq(disk_name(0), path_of(0));
        ck_assert_str_eq(disk_name(1), path_of(3));
        ck_assert_str_eq(disk_name(2), path_of(2));
        ck_assert_int_eq(disk_rename(path_of(0), path_of(7)), 0);
        ck_assert_str_eq(disk_name(0), path_of(7));
        ck_assert(disk_exists(path_of(7)) && !disk_exists(path_of(0)));
        ck_assert_int_eq(disk_link(path_of(7), path_of(3)), -EEXIST);
        disk_end();
}
END_TEST

START_TEST(a_flipped_bit_is_undone_with_all_that_came_after)
{
        char before[8192];
        char after[8192];
        struct disk_file *file;

        begin(5);
        file = make(path_of(1));
        memset(before, 0, sizeof(before));
        before[17] = 'a';
        ck_assert_int_eq(disk_write(file, before, sizeof(before), 0), sizeof(before));
        ck_assert(disk_rot());
        ck_assert_int_eq(disk_read(file, after, sizeof(after), 0), sizeof(after));
        ck_assert_int_ne(memcmp(before, after, sizeof(before)), 0);
        ck_assert_int_eq(disk_resize(file, 10), 0);
        disk_close(make(path_of(2)));
        disk_undo_rot();
        ck_assert(!disk_exists(path_of(2)));
        ck_assert_int_eq(disk_read(file, after, sizeof(after), 0), sizeof(after));
        ck_assert_mem_eq(before, after, sizeof(before));
        disk_close(file);
        disk_end();
}
END_TEST

ATT_TEST_MAIN("chaos_disk", a_file_agrees_with_a_plain_array, what_was_synced_outlives_a_power_cut,
              a_power_cut_harms_what_was_not_synced_and_nothing_else,
              what_a_failed_sync_should_have_written_is_lost,
              names_are_found_until_they_are_removed,
              the_last_name_takes_the_place_of_one_that_goes,
              a_flipped_bit_is_undone_with_all_that_came_after)
