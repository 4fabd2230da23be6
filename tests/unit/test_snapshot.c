/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "lib/store/failpoint.h"
#include "lib/store/reader.h"
#include "lib/store/segment.h"
#include "tests/support/main.h"

/* ---- A folder of its own, with a journal of commands of a second each ---- */

struct fixture {
        char dir[64];
        struct att_journal *journal;
        struct att_journal_position positions[400]; /* After each batch of one command. */
        struct att_buffer why;
        struct att_buffer skipped;
};

static void set_up(struct fixture *fixture)
{
        *fixture = (struct fixture){.dir = "/tmp/attune-snapshot-XXXXXX"};
        ck_assert_ptr_nonnull(mkdtemp(fixture->dir));
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
        (void)status;
        (void)kind;
        (void)walk;
        return remove(path);
}

static void tear_down(struct fixture *fixture)
{
        att_journal_close(fixture->journal);
        att_buffer_deinit(&fixture->why);
        att_buffer_deinit(&fixture->skipped);
        ck_assert_int_eq(nftw(fixture->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void append_one(struct fixture *fixture, uint64_t seq)
{
        static const char records[500] = "what commands are written as";
        const struct att_batch batch = {
                .first_seq = seq,
                .last_seq = seq,
                .time_ms = 1000 * (int64_t)seq,
                .records = {records, sizeof(records)},
                .effects = {seq, 5},
        };

        att_journal_append(fixture->journal, &batch);
        ck_assert_int_eq(att_journal_wait(fixture->journal, &fixture->why), ATT_APPEND_DURABLE);
        fixture->positions[seq] = att_journal_end(fixture->journal);
}

/* Commands 1..count, a batch each; the journal stays open. */
static void write_journal(struct fixture *fixture, uint64_t count, uint64_t segment_bytes)
{
        const struct att_journal_options options = {
                .dir = fixture->dir, .behaviour = 7, .segment_bytes_max = segment_bytes};

        ck_assert_int_eq(att_journal_open(&options, &fixture->positions[0], NULL, &fixture->journal,
                                          &fixture->why),
                         0);
        for (uint64_t seq = 1; seq <= count; seq++) {
                append_one(fixture, seq);
        }
}

static struct att_snapshot snapshot_of(const struct fixture *fixture, uint64_t seq)
{
        return (struct att_snapshot){
                .behaviour = 7,
                .at = fixture->positions[seq],
                .state = {seq, seq * 3},
                .config = ATT_TEXT("the configuration"),
                .engine = ATT_TEXT("the engine\0with anything in it"),
                .shell = ATT_TEXT("the shell"),
        };
}

static void save(struct fixture *fixture, uint64_t seq)
{
        struct att_snapshot snapshot = snapshot_of(fixture, seq);

        snapshot.at.seq = seq;
        ck_assert_int_eq(att_snapshot_save(fixture->dir, &snapshot, &fixture->why), 0);
}

static void check_says(const struct att_buffer *text, const char *what)
{
        ck_assert_msg(text->data && strstr(text->data, what), "'%s' lacks '%s'",
                      text->data ? text->data : "", what);
}

/* Which one is loaded; 0: none. */
static uint64_t newest(struct fixture *fixture)
{
        struct att_snapshot_loaded loaded = {0};
        uint64_t seq;

        att_buffer_clear(&fixture->skipped);
        if (att_snapshot_load_newest(fixture->dir, UINT64_MAX, 7, &loaded, &fixture->skipped,
                                     &fixture->why) < 0) {
                return 0;
        }
        seq = loaded.snapshot.at.seq;
        ck_assert(att_digest_equals(loaded.snapshot.state, (struct att_digest){seq, seq * 3}));
        ck_assert(att_text_equals(loaded.snapshot.shell, ATT_TEXT("the shell")));
        att_snapshot_loaded_deinit(&loaded);
        return seq;
}

static off_t size_of(const char *path)
{
        struct stat status;

        ck_assert_int_eq(stat(path, &status), 0);
        return status.st_size;
}

static void change_byte(const char *path, off_t at, unsigned char by)
{
        unsigned char byte;
        int fd = open(path, O_RDWR);

        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
        byte ^= by;
        ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
        close(fd);
}

static size_t count_segments(struct fixture *fixture, uint64_t *ret_first)
{
        struct att_segment_list list;
        size_t count;

        ck_assert_int_eq(att_segment_list(fixture->dir, &list, &fixture->why), 0);
        count = list.count;
        *ret_first = count > 0 ? list.first_seqs[0] : 0;
        att_segment_list_deinit(&list);
        return count;
}

/* ---- Cases ---- */

START_TEST(what_was_saved_is_loaded)
{
        struct fixture fixture;
        struct att_snapshot_loaded loaded = {0};

        set_up(&fixture);
        ck_assert_uint_eq(newest(&fixture), 0);
        fixture.positions[9] = (struct att_journal_position){.time_ms = -5, .chain = {1, 2}};
        save(&fixture, 9);
        ck_assert_int_eq(att_snapshot_load(fixture.dir, 9, &loaded, &fixture.why), 0);
        ck_assert_uint_eq(loaded.snapshot.behaviour, 7);
        ck_assert_uint_eq(loaded.snapshot.at.seq, 9);
        ck_assert_int_eq(loaded.snapshot.at.time_ms, -5);
        ck_assert(att_digest_equals(loaded.snapshot.at.chain, (struct att_digest){1, 2}));
        ck_assert(att_text_equals(loaded.snapshot.config, ATT_TEXT("the configuration")));
        ck_assert(att_text_equals(loaded.snapshot.engine,
                                  ATT_TEXT("the engine\0with anything in it")));
        att_snapshot_loaded_deinit(&loaded);
        tear_down(&fixture);
}
END_TEST

START_TEST(an_empty_part_and_a_large_one_are_kept)
{
        struct fixture fixture;
        struct att_snapshot snapshot = {.behaviour = 7, .at = {.seq = 1}};
        struct att_snapshot_loaded loaded = {0};
        char *large = att_alloc(5000000);

        set_up(&fixture);
        memset(large, 'x', 5000000);
        snapshot.engine = (struct att_text){large, 5000000};
        ck_assert_int_eq(att_snapshot_save(fixture.dir, &snapshot, &fixture.why), 0);
        ck_assert_int_eq(att_snapshot_load(fixture.dir, 1, &loaded, &fixture.why), 0);
        ck_assert_uint_eq(loaded.snapshot.config.len, 0);
        ck_assert_uint_eq(loaded.snapshot.shell.len, 0);
        ck_assert(att_text_equals(loaded.snapshot.engine, snapshot.engine));
        att_snapshot_loaded_deinit(&loaded);
        free(large);
        tear_down(&fixture);
}
END_TEST

START_TEST(every_bit_that_flips_is_found)
{
        struct fixture fixture;
        char *path;

        set_up(&fixture);
        save(&fixture, 3);
        path = att_snapshot_path(fixture.dir, 3);
        for (off_t at = 0; at < size_of(path); at++) {
                for (unsigned bit = 1; bit < 256; bit <<= 1) {
                        change_byte(path, at, (unsigned char)bit);
                        ck_assert_uint_eq(newest(&fixture), 0);
                        change_byte(path, at, (unsigned char)bit);
                }
        }
        ck_assert_uint_eq(newest(&fixture), 3);
        free(path);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_file_that_is_cut_or_longer_is_found)
{
        struct fixture fixture;
        char *path;
        off_t size;

        set_up(&fixture);
        for (off_t cut = 1;; cut++) {
                save(&fixture, 3);
                path = att_snapshot_path(fixture.dir, 3);
                size = size_of(path);
                ck_assert_int_eq(truncate(path, cut > size ? size + 3 : size - cut), 0);
                ck_assert_uint_eq(newest(&fixture), 0);
                check_says(&fixture.skipped, "corrupt");
                free(path);
                if (cut > size) {
                        break;
                }
        }
        tear_down(&fixture);
}
END_TEST

START_TEST(the_one_before_takes_the_place_of_a_damaged_one)
{
        struct fixture fixture;
        char *path;

        set_up(&fixture);
        save(&fixture, 3);
        save(&fixture, 8);
        ck_assert_uint_eq(newest(&fixture), 8);
        path = att_snapshot_path(fixture.dir, 8);
        change_byte(path, 90, 4);
        ck_assert_uint_eq(newest(&fixture), 3);
        check_says(&fixture.skipped, path);
        check_says(&fixture.skipped, "its checksum is wrong");
        save(&fixture, 8); /* In its place. */
        ck_assert_uint_eq(newest(&fixture), 8);
        free(path);
        tear_down(&fixture);
}
END_TEST

START_TEST(one_of_another_behaviour_or_name_is_not_taken)
{
        struct fixture fixture;
        struct att_snapshot snapshot;
        char *from;
        char *to;

        set_up(&fixture);
        save(&fixture, 3);
        snapshot = snapshot_of(&fixture, 5);
        snapshot.at.seq = 5;
        snapshot.behaviour = 6;
        ck_assert_int_eq(att_snapshot_save(fixture.dir, &snapshot, &fixture.why), 0);
        ck_assert_uint_eq(newest(&fixture), 3);
        check_says(&fixture.skipped, "command 5 is of an engine of behaviour 6");
        from = att_snapshot_path(fixture.dir, 5);
        to = att_snapshot_path(fixture.dir, 9);
        ck_assert_int_eq(rename(from, to), 0);
        ck_assert_uint_eq(newest(&fixture), 3);
        check_says(&fixture.skipped, "of another command than its name says");
        free(from);
        free(to);
        tear_down(&fixture);
}
END_TEST

START_TEST(one_of_a_newer_format_says_so)
{
        struct fixture fixture;
        struct att_snapshot_loaded loaded = {0};
        char bytes[400];
        struct att_digest sum;
        char *path;
        off_t size;
        int fd;

        set_up(&fixture);
        save(&fixture, 3);
        path = att_snapshot_path(fixture.dir, 3);
        size = size_of(path);
        fd = open(path, O_RDWR);
        ck_assert_int_eq(pread(fd, bytes, sizeof(bytes), 0), size);
        bytes[8] = ATT_SNAPSHOT_FORMAT + 1;
        sum = att_digest_of(bytes, (size_t)size - 16);
        for (int i = 0; i < 8; i++) {
                bytes[size - 16 + i] = (char)(sum.high >> (8 * i));
                bytes[size - 8 + i] = (char)(sum.low >> (8 * i));
        }
        ck_assert_int_eq(pwrite(fd, bytes, (size_t)size, 0), size);
        close(fd);
        ck_assert_int_eq(att_snapshot_load(fixture.dir, 3, &loaded, &fixture.why), -ENOTSUP);
        check_says(&fixture.why, "newer attuned");
        free(path);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_crash_at_any_point_of_a_save_leaves_the_last_one)
{
        static const char *const points[] = {"snapshot.written", "snapshot.synced",
                                             "snapshot.renamed"};
        struct fixture fixture;

        set_up(&fixture);
        save(&fixture, 3);
        for (size_t i = 0; i < ATT_ARRAY_LEN(points); i++) {
                pid_t child = fork();
                int status;

                if (child == 0) {
                        if (att_failpoint_arm(points[i])) {
                                save(&fixture, 8 + i);
                        }
                        _exit(0);
                }
                ck_assert_int_eq(waitpid(child, &status, 0), child);
                ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
                ck_assert_uint_eq(newest(&fixture), i == 2 ? 10 : 3);
        }
        save(&fixture, 20);
        ck_assert_uint_eq(newest(&fixture), 20);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_full_disk_fails_the_save_and_leaves_the_last_one)
{
        const struct rlimit limit = {100, RLIM_INFINITY};
        struct fixture fixture;
        struct att_snapshot snapshot;
        struct rlimit before;

        set_up(&fixture);
        save(&fixture, 3);
        snapshot = snapshot_of(&fixture, 4);
        snapshot.at.seq = 4;
        (void)signal(SIGXFSZ, SIG_IGN);
        ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
        ck_assert_int_eq(att_snapshot_save(fixture.dir, &snapshot, &fixture.why), -EFBIG);
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
        ck_assert_uint_eq(newest(&fixture), 3);
        ck_assert_uint_eq(fixture.skipped.len, 0); /* Not even a half one. */
        tear_down(&fixture);
}
END_TEST

START_TEST(a_reader_goes_on_after_a_snapshot)
{
        struct fixture fixture;
        struct att_reader *reader;
        struct att_stored_batch stored;

        set_up(&fixture);
        write_journal(&fixture, 60, 5000);
        for (uint64_t seq = 1; seq <= 60; seq++) {
                ck_assert_msg(att_reader_open_after(fixture.dir, &fixture.positions[seq], &reader,
                                                    &fixture.why) == 0,
                              "%s", fixture.why.data ? fixture.why.data : "?");
                for (uint64_t next = seq + 1; next <= 60; next++) {
                        ck_assert_int_eq(att_reader_next(reader, &stored, &fixture.why),
                                         ATT_READ_BATCH);
                        ck_assert_uint_eq(stored.batch.first_seq, next);
                }
                ck_assert_int_eq(att_reader_next(reader, &stored, &fixture.why), ATT_READ_END);
                ck_assert_uint_eq(att_reader_position(reader).seq, 60);
                ck_assert(att_digest_equals(att_reader_position(reader).chain,
                                            fixture.positions[60].chain));
                att_reader_close(reader);
        }
        tear_down(&fixture);
}
END_TEST

static int open_after(struct fixture *fixture, const struct att_journal_position *after)
{
        struct att_reader *reader = NULL;
        int error;

        att_buffer_clear(&fixture->why);
        error = att_reader_open_after(fixture->dir, after, &reader, &fixture->why);
        if (error == 0) {
                att_reader_close(reader);
        }
        return error;
}

START_TEST(a_snapshot_that_the_journal_does_not_come_by_is_refused)
{
        struct fixture fixture;
        struct att_journal_position wrong;
        char *path;

        set_up(&fixture);
        write_journal(&fixture, 60, 5000);
        wrong = fixture.positions[20];
        wrong.chain.low++;
        ck_assert_int_eq(open_after(&fixture, &wrong), -EBADMSG);
        check_says(&fixture.why, "command 20: corrupt: the journal there is another one");
        wrong = fixture.positions[60];
        wrong.seq = 75;
        ck_assert_int_eq(open_after(&fixture, &wrong), -ENODATA);
        check_says(&fixture.why, "ends before it");
        {
                struct att_segment_list list;

                ck_assert_int_eq(att_segment_list(fixture.dir, &list, &fixture.why), 0);
                path = att_segment_path(fixture.dir, list.first_seqs[0]);
                ck_assert_int_eq(unlink(path), 0);
                free(path);
                /* Its commands are covered by a snapshot at its end, and by no earlier one. */
                ck_assert_int_eq(open_after(&fixture, &fixture.positions[list.first_seqs[1] - 1]),
                                 0);
                ck_assert_int_eq(open_after(&fixture, &fixture.positions[list.first_seqs[1] - 2]),
                                 -EBADMSG);
                check_says(&fixture.why, "the commands before it are missing");
                att_segment_list_deinit(&list);
        }
        tear_down(&fixture);
}
END_TEST

START_TEST(only_what_two_snapshots_cover_is_let_go)
{
        struct fixture fixture;
        size_t removed;
        size_t before;
        uint64_t first;

        set_up(&fixture);
        write_journal(&fixture, 200, 5000);
        att_journal_close(ATT_STEAL(fixture.journal));
        before = count_segments(&fixture, &first);
        ck_assert_uint_gt(before, 10);
        ck_assert_int_eq(
                att_journal_let_go(fixture.dir, INT64_MAX, UINT64_MAX, &removed, &fixture.why), 0);
        ck_assert_uint_eq(removed, 0);
        save(&fixture, 150);
        ck_assert_int_eq(
                att_journal_let_go(fixture.dir, INT64_MAX, UINT64_MAX, &removed, &fixture.why), 0);
        ck_assert_uint_eq(removed, 0); /* One snapshot has nothing to fall back to. */
        save(&fixture, 100);
        save(&fixture, 190);
        ck_assert_int_eq(
                att_journal_let_go(fixture.dir, INT64_MAX, UINT64_MAX, &removed, &fixture.why), 0);
        ck_assert_uint_gt(removed, 5);
        ck_assert_uint_eq(count_segments(&fixture, &first), before - removed);
        ck_assert_uint_le(first, 151);
        ck_assert_uint_gt(first, 120);
        ck_assert_uint_eq(newest(&fixture), 190);
        {
                uint64_t *seqs;
                size_t count;

                ck_assert_int_eq(att_snapshot_list(fixture.dir, &seqs, &count, &fixture.why), 0);
                ck_assert_uint_eq(count, 2);
                ck_assert_uint_eq(seqs[0], 150);
                free(seqs);
        }
        ck_assert_int_eq(open_after(&fixture, &fixture.positions[150]), 0);
        tear_down(&fixture);
}
END_TEST

static void check_snapshots(const struct fixture *fixture, uint64_t first, size_t expected)
{
        struct att_buffer why = {0};
        uint64_t *seqs;
        size_t count;

        ck_assert_int_eq(att_snapshot_list(fixture->dir, &seqs, &count, &why), 0);
        ck_assert_uint_eq(count, expected);
        ck_assert_uint_eq(seqs[0], first);
        free(seqs);
}

START_TEST(what_a_history_that_is_behind_needs_stays_while_the_journal_goes_on_from_it)
{
        struct fixture fixture;
        size_t removed;
        uint64_t first;

        set_up(&fixture);
        write_journal(&fixture, 200, 5000);
        att_journal_close(ATT_STEAL(fixture.journal));
        save(&fixture, 30);
        save(&fixture, 100);
        save(&fixture, 150);
        save(&fixture, 190);
        ck_assert_int_eq(att_journal_let_go(fixture.dir, 20000, 120, &removed, &fixture.why), 0);
        check_snapshots(&fixture, 100, 3); /* Neither 30, before it, nor any other. */
        ck_assert_int_eq(att_journal_let_go(fixture.dir, 60000, 120, &removed, &fixture.why), 0);
        check_snapshots(&fixture, 100, 3);
        ck_assert_int_eq(att_journal_let_go(fixture.dir, INT64_MAX, 120, &removed, &fixture.why),
                         0);
        (void)count_segments(&fixture, &first);
        ck_assert_uint_gt(first, 101);
        ck_assert_int_eq(att_journal_let_go(fixture.dir, INT64_MAX, 120, &removed, &fixture.why),
                         0);
        check_snapshots(&fixture, 150, 2);
        tear_down(&fixture);
}
END_TEST

START_TEST(what_is_young_is_not_let_go)
{
        struct fixture fixture;
        size_t removed;
        uint64_t first;

        set_up(&fixture);
        write_journal(&fixture, 200, 5000);
        att_journal_close(ATT_STEAL(fixture.journal));
        save(&fixture, 150);
        save(&fixture, 190);
        /* Command N was at N seconds. */
        ck_assert_int_eq(att_journal_let_go(fixture.dir, 60000, UINT64_MAX, &removed, &fixture.why),
                         0);
        ck_assert_uint_gt(removed, 2);
        (void)count_segments(&fixture, &first);
        ck_assert_uint_le(first, 60);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_damaged_snapshot_covers_nothing)
{
        struct fixture fixture;
        size_t removed;
        char *path;

        set_up(&fixture);
        write_journal(&fixture, 200, 5000);
        att_journal_close(ATT_STEAL(fixture.journal));
        save(&fixture, 150);
        save(&fixture, 190);
        path = att_snapshot_path(fixture.dir, 150);
        change_byte(path, 100, 1);
        ck_assert_int_eq(
                att_journal_let_go(fixture.dir, INT64_MAX, UINT64_MAX, &removed, &fixture.why), 0);
        ck_assert_uint_eq(removed, 0);
        free(path);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_segment_that_was_being_read_when_it_was_to_be_sealed_goes_later)
{
        struct fixture fixture;
        struct att_reader *reader;
        struct att_stored_batch stored;
        size_t removed;
        uint64_t first;

        set_up(&fixture);
        write_journal(&fixture, 3, 5000);
        ck_assert_int_eq(att_reader_open(fixture.dir, 1, &reader, &fixture.why), 0);
        ck_assert_int_eq(att_reader_next(reader, &stored, &fixture.why), ATT_READ_BATCH);
        for (uint64_t seq = 4; seq <= 40; seq++) {
                append_one(&fixture, seq);
        }
        att_journal_close(ATT_STEAL(fixture.journal)); /* The first segment is left with its log. */
        save(&fixture, 35);
        save(&fixture, 40);
        ck_assert_int_eq(
                att_journal_let_go(fixture.dir, INT64_MAX, UINT64_MAX, &removed, &fixture.why), 0);
        ck_assert_uint_eq(removed, 0);
        att_reader_close(reader);
        ck_assert_int_eq(
                att_journal_let_go(fixture.dir, INT64_MAX, UINT64_MAX, &removed, &fixture.why), 0);
        ck_assert_uint_gt(removed, 1);
        (void)count_segments(&fixture, &first);
        ck_assert_uint_gt(first, 20);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_segment_that_is_written_to_stays)
{
        struct fixture fixture;
        size_t removed;
        uint64_t first;

        set_up(&fixture);
        write_journal(&fixture, 50, 0); /* One segment, open. */
        save(&fixture, 40);
        save(&fixture, 50);
        ck_assert_int_eq(
                att_journal_let_go(fixture.dir, INT64_MAX, UINT64_MAX, &removed, &fixture.why), 0);
        ck_assert_uint_eq(removed, 0);
        ck_assert_uint_eq(count_segments(&fixture, &first), 1);
        tear_down(&fixture);
}
END_TEST

ATT_TEST_MAIN("snapshot", what_was_saved_is_loaded, an_empty_part_and_a_large_one_are_kept,
              every_bit_that_flips_is_found, a_file_that_is_cut_or_longer_is_found,
              the_one_before_takes_the_place_of_a_damaged_one,
              one_of_another_behaviour_or_name_is_not_taken, one_of_a_newer_format_says_so,
              a_crash_at_any_point_of_a_save_leaves_the_last_one,
              a_full_disk_fails_the_save_and_leaves_the_last_one, a_reader_goes_on_after_a_snapshot,
              a_snapshot_that_the_journal_does_not_come_by_is_refused,
              only_what_two_snapshots_cover_is_let_go,
              what_a_history_that_is_behind_needs_stays_while_the_journal_goes_on_from_it,
              what_is_young_is_not_let_go, a_damaged_snapshot_covers_nothing,
              a_segment_that_was_being_read_when_it_was_to_be_sealed_goes_later,
              a_segment_that_is_written_to_stays)
