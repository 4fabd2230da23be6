/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/rng.h"
#include "lib/base/util.h"
#include "lib/store/failpoint.h"
#include "lib/store/files.h"
#include "lib/store/reader.h"
#include "lib/store/segment.h"
#include "tests/support/main.h"

/* ---- A journal in a folder of its own ---- */

struct fixture {
        char dir[64];
        struct att_journal_options options;
        struct att_journal *journal;
        struct att_journal_position end;
        struct att_buffer why;
};

static void set_up(struct fixture *fixture)
{
        *fixture = (struct fixture){.dir = "/tmp/attune-journal-XXXXXX"};
        ck_assert_ptr_nonnull(mkdtemp(fixture->dir));
        fixture->options = (struct att_journal_options){.dir = fixture->dir, .behaviour = 7};
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
        ck_assert_int_eq(nftw(fixture->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void open_journal(struct fixture *fixture)
{
        int error = att_journal_open(&fixture->options, &fixture->end, NULL, &fixture->journal,
                                     &fixture->why);

        ck_assert_msg(error == 0, "%s", fixture->why.data ? fixture->why.data : "?");
}

static void close_journal(struct fixture *fixture)
{
        fixture->end = att_journal_end(fixture->journal);
        att_journal_close(ATT_STEAL(fixture->journal));
}

/* The records of a batch that begins with `seq`: what is in them follows from it. */
static size_t make_records(uint64_t seq, char *into, size_t bytes)
{
        for (size_t i = 0; i < bytes; i++) {
                into[i] = (char)(seq * 31 + i * 7);
        }
        return bytes;
}

static enum att_append_result append(struct fixture *fixture, uint32_t commands, size_t bytes)
{
        struct att_journal_position end = att_journal_end(fixture->journal);
        char *records = att_alloc(bytes + 1);
        struct att_batch batch = {
                .first_seq = end.seq + 1,
                .last_seq = end.seq + commands,
                .time_ms = 1000 * (int64_t)(end.seq + commands),
                .records = {records, make_records(end.seq + 1, records, bytes)},
                .effects = {end.seq, 5},
        };
        enum att_append_result result;

        att_journal_append(fixture->journal, &batch);
        result = att_journal_wait(fixture->journal, &fixture->why);
        free(records);
        return result;
}

static void append_many(struct fixture *fixture, int batches, size_t bytes)
{
        for (int i = 0; i < batches; i++) {
                ck_assert_int_eq(append(fixture, 1 + (uint32_t)i % 3, bytes), ATT_APPEND_DURABLE);
        }
}

static void check_batch(const struct att_stored_batch *stored)
{
        char expected[5000];
        size_t len = stored->batch.records.len;

        ck_assert_uint_le(len, sizeof(expected));
        (void)make_records(stored->batch.first_seq, expected, len);
        ck_assert_mem_eq(stored->batch.records.data, expected, len);
        ck_assert_uint_eq(stored->batch.effects.high, stored->batch.first_seq - 1);
        ck_assert_int_eq(stored->batch.time_ms, 1000 * (int64_t)stored->batch.last_seq);
}

/* Reads to the end, or to what is wrong; gives where it came to and what ended it. */
static enum att_read_result read_from(struct fixture *fixture, uint64_t seq,
                                      struct att_journal_position *ret_end)
{
        struct att_reader *reader = NULL;
        struct att_stored_batch stored;
        enum att_read_result result;

        att_buffer_clear(&fixture->why);
        if (att_reader_open(fixture->dir, seq, &reader, &fixture->why) < 0) {
                return ATT_READ_FAILED;
        }
        do {
                result = att_reader_next(reader, &stored, &fixture->why);
                if (result == ATT_READ_BATCH) {
                        check_batch(&stored);
                }
        } while (result == ATT_READ_BATCH);
        *ret_end = att_reader_position(reader);
        att_reader_close(reader);
        return result;
}

static void check_reads_to(struct fixture *fixture, uint64_t seq)
{
        struct att_journal_position end = {0};
        enum att_read_result result = read_from(fixture, 1, &end);

        ck_assert_msg(result == ATT_READ_END, "%s", fixture->why.data ? fixture->why.data : "?");
        ck_assert_uint_eq(end.seq, seq);
}

static void check_says(const struct fixture *fixture, const char *what)
{
        ck_assert_msg(fixture->why.data && strstr(fixture->why.data, what), "'%s' lacks '%s'",
                      fixture->why.data ? fixture->why.data : "", what);
}

static size_t segments_of(const struct fixture *fixture, struct att_segment_list *ret_list)
{
        struct att_buffer why = {0};

        ck_assert_int_eq(att_segment_list(fixture->dir, ret_list, &why), 0);
        att_buffer_deinit(&why);
        return ret_list->count;
}

static char *segment_path(const struct fixture *fixture, size_t i)
{
        struct att_segment_list list;
        char *path;

        ck_assert_uint_lt(i, segments_of(fixture, &list));
        path = att_segment_path(fixture->dir, list.first_seqs[i]);
        att_segment_list_deinit(&list);
        return path;
}

static void flip_bit(const char *path, off_t at)
{
        unsigned char byte;
        int fd = open(path, O_RDWR);

        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
        byte ^= 0x10;
        ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
        close(fd);
}

static off_t size_of(const char *path)
{
        struct stat status;

        ck_assert_int_eq(stat(path, &status), 0);
        return status.st_size;
}

/* The process that wrote is gone without a word; its folder is left as it was. */
static void write_and_die(struct fixture *fixture, int batches, size_t bytes)
{
        pid_t child = fork();
        int status;

        ck_assert_int_ge(child, 0);
        if (child == 0) {
                open_journal(fixture);
                append_many(fixture, batches, bytes);
                (void)kill(getpid(), SIGKILL);
        }
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert(WIFSIGNALED(status));
}

/* It dies at this failpoint. */
static void append_and_die_at(struct fixture *fixture, const char *point)
{
        pid_t child = fork();
        int status;

        ck_assert_int_ge(child, 0);
        if (child == 0) {
                ck_assert(att_failpoint_arm(point));
                open_journal(fixture);
                append_many(fixture, 10, 100);
                _exit(0);
        }
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert(WIFSIGNALED(status));
}

/* ---- Cases ---- */

START_TEST(what_was_appended_is_read_back)
{
        struct fixture fixture;

        set_up(&fixture);
        check_reads_to(&fixture, 0);
        open_journal(&fixture);
        append_many(&fixture, 30, 200);
        close_journal(&fixture);
        check_reads_to(&fixture, fixture.end.seq);

        open_journal(&fixture);
        append_many(&fixture, 30, 5000);
        close_journal(&fixture);
        ck_assert_uint_eq(fixture.end.seq, 120);
        check_reads_to(&fixture, 120);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_journal_can_be_read_while_it_is_written_to)
{
        struct fixture fixture;

        set_up(&fixture);
        open_journal(&fixture);
        append_many(&fixture, 3, 200);
        check_reads_to(&fixture, 6);
        append_many(&fixture, 3, 200);
        check_reads_to(&fixture, 12);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_full_segment_is_sealed_and_another_begins)
{
        struct fixture fixture;
        struct att_segment_list list;
        size_t segments;

        set_up(&fixture);
        fixture.options.segment_bytes_max = 50000;
        open_journal(&fixture);
        append_many(&fixture, 300, 1000);
        close_journal(&fixture);
        segments = segments_of(&fixture, &list);
        ck_assert_uint_ge(segments, 6);
        for (size_t i = 0; i < segments; i++) {
                struct att_buffer log = {0};
                char *path = att_segment_path(fixture.dir, list.first_seqs[i]);

                att_buffer_printf(&log, "%s-wal", path);
                ck_assert_int_ne(access(log.data, F_OK), 0);
                att_buffer_deinit(&log);
                free(path);
        }
        att_segment_list_deinit(&list);
        check_reads_to(&fixture, 600);
        tear_down(&fixture);
}
END_TEST

START_TEST(an_old_segment_is_followed_by_another)
{
        struct fixture fixture;
        struct att_segment_list list;

        set_up(&fixture);
        fixture.options.segment_ms_max = 5000; /* A command is a second. */
        open_journal(&fixture);
        append_many(&fixture, 10, 100);
        close_journal(&fixture);
        ck_assert_uint_ge(segments_of(&fixture, &list), 3);
        att_segment_list_deinit(&list);
        check_reads_to(&fixture, fixture.end.seq);
        tear_down(&fixture);
}
END_TEST

START_TEST(another_behaviour_begins_another_segment)
{
        struct fixture fixture;
        struct att_segment_list list;
        struct att_reader *reader;
        struct att_stored_batch stored;

        set_up(&fixture);
        open_journal(&fixture);
        append_many(&fixture, 1, 100);
        close_journal(&fixture);
        fixture.options.behaviour = 8;
        open_journal(&fixture);
        append_many(&fixture, 1, 100);
        close_journal(&fixture);
        ck_assert_uint_eq(segments_of(&fixture, &list), 2);
        att_segment_list_deinit(&list);

        ck_assert_int_eq(att_reader_open(fixture.dir, 1, &reader, &fixture.why), 0);
        ck_assert_int_eq(att_reader_next(reader, &stored, &fixture.why), ATT_READ_BATCH);
        ck_assert_uint_eq(stored.behaviour, 7);
        ck_assert_int_eq(att_reader_next(reader, &stored, &fixture.why), ATT_READ_BATCH);
        ck_assert_uint_eq(stored.behaviour, 8);
        ck_assert_int_eq(att_reader_next(reader, &stored, &fixture.why), ATT_READ_END);
        att_reader_close(reader);
        tear_down(&fixture);
}
END_TEST

START_TEST(reading_can_begin_in_the_middle)
{
        struct fixture fixture;
        struct att_reader *reader;
        struct att_stored_batch stored;

        set_up(&fixture);
        fixture.options.segment_bytes_max = 5000;
        open_journal(&fixture);
        append_many(&fixture, 60, 500); /* Batches of 1, 2 and 3 commands. */
        close_journal(&fixture);
        ck_assert_int_eq(att_reader_open(fixture.dir, 77, &reader, &fixture.why), 0);
        ck_assert_int_eq(att_reader_next(reader, &stored, &fixture.why), ATT_READ_BATCH);
        ck_assert_uint_eq(stored.batch.first_seq, 76);
        ck_assert_uint_eq(stored.batch.last_seq, 78);
        ck_assert_int_eq(att_reader_next(reader, &stored, &fixture.why), ATT_READ_BATCH);
        ck_assert_uint_eq(stored.batch.first_seq, 79);
        att_reader_close(reader);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_writer_that_expects_another_end_is_refused)
{
        struct fixture fixture;

        set_up(&fixture);
        open_journal(&fixture);
        append_many(&fixture, 3, 100);
        close_journal(&fixture);
        fixture.end.seq -= 1;
        ck_assert_int_eq(att_journal_open(&fixture.options, &fixture.end, NULL, &fixture.journal,
                                          &fixture.why),
                         -ESTALE);
        check_says(&fixture, "another process writes to it");
        tear_down(&fixture);
}
END_TEST

START_TEST(a_second_writer_at_the_same_place_is_fenced)
{
        struct fixture fixture;
        struct att_journal *second;

        set_up(&fixture);
        open_journal(&fixture);
        append_many(&fixture, 1, 100);
        fixture.end = att_journal_end(fixture.journal);
        ck_assert_int_eq(
                att_journal_open(&fixture.options, &fixture.end, NULL, &second, &fixture.why), 0);
        append_many(&fixture, 1, 100);
        {
                struct att_batch batch = {.first_seq = 2, .last_seq = 2, .records = ATT_TEXT("x")};

                att_journal_append(second, &batch);
                ck_assert_int_eq(att_journal_wait(second, &fixture.why), ATT_APPEND_FENCED);
        }
        att_journal_close(second);
        tear_down(&fixture);
}
END_TEST

/* Two writers at one end, with one command behind it: the fixture's, and another. Each goes on in the
 * segment there is or begins a new one. */
static struct att_journal *open_rival(struct fixture *fixture, bool own_begins, bool rival_begins)
{
        struct att_journal_options options = fixture->options;
        struct att_journal *rival;

        fixture->options.segment_bytes_max = own_begins ? 1 : 0;
        open_journal(fixture);
        append_many(fixture, 1, 100);
        fixture->end = att_journal_end(fixture->journal);
        options.segment_ms_max = rival_begins ? 1 : 0;
        ck_assert_int_eq(att_journal_open(&options, &fixture->end, NULL, &rival, &fixture->why), 0);
        return rival;
}

static enum att_append_result append_as(struct fixture *fixture, struct att_journal *journal,
                                        size_t bytes)
{
        struct att_journal *own = fixture->journal;
        enum att_append_result result;

        fixture->journal = journal;
        result = append(fixture, 1, bytes);
        fixture->journal = own;
        return result;
}

/* The rival comes first: what it wrote stays, and the other is told. */
static void check_fenced(bool own_begins, bool rival_begins)
{
        struct fixture fixture;
        struct att_journal *rival;

        set_up(&fixture);
        rival = open_rival(&fixture, own_begins, rival_begins);
        ck_assert_int_eq(append_as(&fixture, rival, 300), ATT_APPEND_DURABLE);
        ck_assert_int_eq(append(&fixture, 1, 100), ATT_APPEND_FENCED);
        ck_assert_int_eq(append(&fixture, 1, 100), ATT_APPEND_FAILED);
        ck_assert_int_eq(append_as(&fixture, rival, 300), ATT_APPEND_DURABLE);
        att_journal_close(rival);
        close_journal(&fixture);
        check_reads_to(&fixture, 3);
        tear_down(&fixture);
}

START_TEST(a_writer_that_begins_a_segment_looks_back_for_another)
{
        check_fenced(true, false);
}
END_TEST

START_TEST(a_writer_that_begins_a_segment_never_replaces_anothers)
{
        check_fenced(true, true);
}
END_TEST

START_TEST(nobody_goes_on_in_a_segment_that_another_has_ended)
{
        check_fenced(false, true);
}
END_TEST

START_TEST(an_empty_segment_is_begun_once_however_old_it_is)
{
        const struct att_segment_meta meta = {
                .behaviour = 7, .first_seq = 1, .created_ms = -1000000};
        struct fixture fixture;
        struct att_segment_list list;

        set_up(&fixture);
        ck_assert_int_eq(att_segment_create(fixture.dir, &meta, &fixture.why), 0);
        fixture.options.segment_ms_max = 100000;
        append_and_die_at(&fixture, "append.after:8"); /* What sealed the old one took away the
                                                          log of the new one. */
        check_reads_to(&fixture, 15);
        ck_assert_uint_eq(segments_of(&fixture, &list), 2); /* Not empty any more, it is too old. */
        ck_assert_uint_eq(list.first_seqs[1], 2);
        att_segment_list_deinit(&list);
        tear_down(&fixture);
}
END_TEST

START_TEST(an_ended_segment_is_followed_by_another_after_a_kill)
{
        static const char *const points[] = {"segment.ended", "segment.made", "segment.linked",
                                             "segment.named"};
        struct att_segment_list list;

        for (size_t i = 0; i < ATT_ARRAY_LEN(points); i++) {
                struct fixture fixture;
                char point[64];

                set_up(&fixture);
                fixture.options.segment_bytes_max = 1;
                (void)snprintf(point, sizeof(point), "%s:%d", points[i], i == 0 ? 1 : 2);
                append_and_die_at(&fixture, point);
                ck_assert_int_eq(read_from(&fixture, 1, &fixture.end), ATT_READ_END);
                ck_assert_uint_eq(fixture.end.seq, 1);
                open_journal(&fixture);
                append_many(&fixture, 2, 100);
                close_journal(&fixture);
                check_reads_to(&fixture, 4);
                ck_assert_uint_ge(segments_of(&fixture, &list), 2);
                att_segment_list_deinit(&list);
                tear_down(&fixture);
        }
}
END_TEST

static uint64_t flip_and_read(struct fixture *fixture, off_t at)
{
        struct att_journal_position end = {0};
        char *path = segment_path(fixture, 0);
        enum att_read_result result;

        flip_bit(path, at);
        result = read_from(fixture, 1, &end);
        ck_assert_msg(result == ATT_READ_CORRUPT || result == ATT_READ_FAILED ||
                              end.seq == fixture->end.seq,
                      "a bit flipped at byte %lld lost commands in silence", (long long)at);
        flip_bit(path, at);
        free(path);
        return result == ATT_READ_END ? 0 : 1;
}

START_TEST(a_flipped_bit_is_found_wherever_it_is)
{
        struct fixture fixture;
        uint64_t found = 0;
        char *path;
        off_t size;

        set_up(&fixture);
        fixture.options.segment_bytes_max = 20000;
        open_journal(&fixture);
        append_many(&fixture, 60, 700);
        close_journal(&fixture);
        path = segment_path(&fixture, 0);
        size = size_of(path);
        free(path);
        for (off_t at = 0; at < size; at += 61) {
                found += flip_and_read(&fixture, at);
        }
        ck_assert_uint_gt(found, (uint64_t)size / 61 / 3); /* The rest is free space. */
        check_reads_to(&fixture, fixture.end.seq);
        tear_down(&fixture);
}
END_TEST

START_TEST(corruption_is_reported_with_its_place)
{
        struct fixture fixture;
        struct att_journal_position end;
        char record[700];
        char *path;
        char *bytes;
        char *found;
        size_t size;
        FILE *file;

        set_up(&fixture);
        open_journal(&fixture);
        append_many(&fixture, 20, sizeof(record));
        close_journal(&fixture);
        path = segment_path(&fixture, 0);
        size = (size_t)size_of(path);
        bytes = att_alloc(size);
        file = fopen(path, "r");
        ck_assert_ptr_nonnull(file);
        ck_assert_uint_eq(fread(bytes, 1, size, file), size);
        (void)fclose(file);
        (void)make_records(13, record, sizeof(record));
        found = memmem(bytes, size, record, sizeof(record));
        ck_assert_ptr_nonnull(found);
        flip_bit(path, found - bytes + 100);
        ck_assert_int_eq(read_from(&fixture, 1, &end), ATT_READ_CORRUPT);
        check_says(&fixture, path);
        check_says(&fixture, "command 13: corrupt: the records are not what was written");
        ck_assert_uint_eq(end.seq, 12);
        free(bytes);
        free(path);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_missing_segment_is_found)
{
        struct fixture fixture;
        struct att_journal_position end;
        char *path;

        set_up(&fixture);
        fixture.options.segment_bytes_max = 5000;
        open_journal(&fixture);
        append_many(&fixture, 60, 500);
        close_journal(&fixture);
        path = segment_path(&fixture, 2);
        ck_assert_int_eq(unlink(path), 0);
        ck_assert_int_eq(read_from(&fixture, 1, &end), ATT_READ_CORRUPT);
        check_says(&fixture, "missing");
        free(path);
        path = segment_path(&fixture, 0);
        ck_assert_int_eq(unlink(path), 0);
        ck_assert_int_eq(read_from(&fixture, 1, &end), ATT_READ_CORRUPT);
        check_says(&fixture, "the commands before it are missing");
        free(path);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_segment_of_another_journal_is_found)
{
        struct fixture fixtures[2];
        struct att_journal_position end;
        char *from;
        char *to;

        for (int i = 0; i < 2; i++) {
                set_up(&fixtures[i]);
                fixtures[i].options.segment_bytes_max = 5000;
                open_journal(&fixtures[i]);
                append_many(&fixtures[i], 30, 500);
                close_journal(&fixtures[i]);
        }
        from = segment_path(&fixtures[0], 1);
        to = segment_path(&fixtures[1], 1);
        ck_assert_int_eq(rename(from, to), 0);
        ck_assert_int_eq(read_from(&fixtures[1], 1, &end), ATT_READ_CORRUPT);
        check_says(&fixtures[1], "not the one that followed");
        free(from);
        free(to);
        tear_down(&fixtures[0]);
        tear_down(&fixtures[1]);
}
END_TEST

/* Writes a big-endian number into a segment's header. */
static void set_header(const char *path, off_t at, uint32_t value)
{
        const unsigned char bytes[4] = {(unsigned char)(value >> 24), (unsigned char)(value >> 16),
                                        (unsigned char)(value >> 8), (unsigned char)value};
        int fd = open(path, O_RDWR);

        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(pwrite(fd, bytes, sizeof(bytes), at), sizeof(bytes));
        close(fd);
}

static struct att_digest digest_of_file(const char *path)
{
        char bytes[65536];
        int fd = open(path, O_RDONLY);
        ssize_t len;

        ck_assert_int_ge(fd, 0);
        len = read(fd, bytes, sizeof(bytes));
        close(fd);
        return att_digest_of(bytes, (size_t)len);
}

static void check_refused(struct fixture *fixture, int error, const char *says)
{
        struct att_reader *reader;
        char *path = segment_path(fixture, 0);
        struct att_digest before = digest_of_file(path);

        att_buffer_clear(&fixture->why);
        ck_assert_int_eq(att_reader_open(fixture->dir, 1, &reader, &fixture->why), error);
        check_says(fixture, says);
        att_buffer_clear(&fixture->why);
        ck_assert_int_eq(att_journal_open(&fixture->options, &fixture->end, NULL, &fixture->journal,
                                          &fixture->why),
                         error);
        check_says(fixture, says);
        ck_assert(att_digest_equals(digest_of_file(path), before));
        free(path);
}

START_TEST(a_newer_format_is_refused_and_left_alone)
{
        struct fixture fixture;
        char *path;

        set_up(&fixture);
        open_journal(&fixture);
        append_many(&fixture, 3, 100);
        close_journal(&fixture);
        path = segment_path(&fixture, 0);
        set_header(path, 60, ATT_SEGMENT_FORMAT + 1);
        check_refused(&fixture, -ENOTSUP, "newer attuned");
        free(path);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_file_of_another_kind_is_refused_and_left_alone)
{
        struct fixture fixture;
        char *path;

        set_up(&fixture);
        open_journal(&fixture);
        append_many(&fixture, 3, 100);
        close_journal(&fixture);
        path = segment_path(&fixture, 0);
        set_header(path, 68, 12345);
        check_refused(&fixture, -EINVAL, "is not a journal segment");
        ck_assert_int_eq(truncate(path, 0), 0);
        check_refused(&fixture, -EINVAL, "is not a journal segment");
        free(path);
        tear_down(&fixture);
}
END_TEST

static char *log_path(const struct fixture *fixture)
{
        ATT_CLEANUP(att_free_pointer) char *path = segment_path(fixture, 0);
        char *log = NULL;

        ck_assert_int_ge(asprintf(&log, "%s-wal", path), 0);
        return log;
}

/* Without the zeros ahead: a header of 32 bytes, and frames of a page and 24. */
static off_t end_of_log(const char *path)
{
        const off_t frame_bytes = 24 + 4096;
        unsigned char *bytes = att_alloc((size_t)size_of(path));
        off_t end = size_of(path);
        int fd = open(path, O_RDONLY | O_CLOEXEC);

        ck_assert_int_eq(pread(fd, bytes, (size_t)end, 0), end);
        (void)close(fd);
        while (end > 0 && bytes[end - 1] == 0) {
                end--;
        }
        free(bytes);
        return 32 + (end - 32 + frame_bytes - 1) / frame_bytes * frame_bytes;
}

START_TEST(what_was_durable_survives_kill)
{
        struct fixture fixture;
        struct att_journal_position end;

        set_up(&fixture);
        write_and_die(&fixture, 30, 300);
        check_reads_to(&fixture, 60);
        ck_assert_int_eq(read_from(&fixture, 1, &end), ATT_READ_END);
        fixture.end = end;
        open_journal(&fixture);
        append_many(&fixture, 3, 300);
        close_journal(&fixture);
        check_reads_to(&fixture, 66);
        tear_down(&fixture);
}
END_TEST

/* A process that has the journal open until it is killed. */
static pid_t have_open(struct fixture *fixture)
{
        int told[2];
        char byte;
        pid_t child;

        ck_assert_int_eq(pipe(told), 0);
        child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0) {
                struct att_journal_hold *hold;

                ck_assert_int_eq(att_journal_hold_open(fixture->dir, &hold, &fixture->why), 0);
                ck_assert_int_eq(write(told[1], "x", 1), 1);
                for (;;) {
                        (void)pause();
                }
        }
        close(told[1]);
        ck_assert_int_eq(read(told[0], &byte, 1), 1);
        close(told[0]);
        return child;
}

static void end_process(pid_t child)
{
        ck_assert_int_eq(kill(child, SIGKILL), 0);
        ck_assert_int_eq(waitpid(child, NULL, 0), child);
}

/* Adds two batches, the second in the log and not in its index: as a writer leaves it that is killed
 * between the two. */
static _Noreturn void append_and_die_before_the_index(struct fixture *fixture)
{
        ATT_CLEANUP(att_free_pointer) char *path = segment_path(fixture, 0);
        ATT_CLEANUP(att_free_pointer) char *index = NULL;
        static char before[65536];
        ssize_t bytes;
        int fd;

        ck_assert_int_ge(asprintf(&index, "%s-shm", path), 0);
        open_journal(fixture);
        append_many(fixture, 1, 300);
        fd = open(index, O_RDWR | O_CLOEXEC);
        bytes = pread(fd, before, sizeof(before), 0);
        ck_assert_int_gt(bytes, 0);
        append_many(fixture, 1, 300);
        ck_assert_int_eq(pwrite(fd, before, (size_t)bytes, 0), bytes);
        (void)kill(getpid(), SIGKILL);
        abort();
}

START_TEST(what_was_read_is_what_is_gone_on_with)
{
        struct fixture fixture;
        struct att_journal_hold *hold;
        uint64_t last;
        pid_t other;
        pid_t writer;

        set_up(&fixture);
        open_journal(&fixture);
        append_many(&fixture, 3, 300);
        close_journal(&fixture);
        other = have_open(&fixture);
        writer = fork();
        ck_assert_int_ge(writer, 0);
        if (writer == 0) {
                append_and_die_before_the_index(&fixture);
        }
        ck_assert_int_eq(waitpid(writer, NULL, 0), writer);
        ck_assert_int_eq(att_journal_hold_open(fixture.dir, &hold, &fixture.why), 0);
        ck_assert_int_eq(read_from(&fixture, 1, &fixture.end), ATT_READ_END);
        end_process(other);
        ck_assert_msg(att_journal_open(&fixture.options, &fixture.end, hold, &fixture.journal,
                                       &fixture.why) == 0,
                      "%s", fixture.why.data);
        append_many(&fixture, 3, 300);
        last = att_journal_end(fixture.journal).seq;
        close_journal(&fixture);
        check_reads_to(&fixture, last);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_torn_tail_disappears)
{
        struct fixture fixture;
        char *log;

        set_up(&fixture);
        write_and_die(&fixture, 30, 300); /* The last batch is commands 58 to 60. */
        log = log_path(&fixture);
        ck_assert_int_eq(truncate(log, end_of_log(log) - 1000), 0);
        check_reads_to(&fixture, 57);
        free(log);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_rotten_log_is_no_torn_tail)
{
        struct fixture fixture;
        struct att_journal_position end;
        char *log;

        set_up(&fixture);
        write_and_die(&fixture, 30, 300);
        log = log_path(&fixture);
        flip_bit(log, end_of_log(log) / 2);
        ck_assert_int_eq(read_from(&fixture, 1, &end), ATT_READ_FAILED);
        check_says(&fixture, "corrupt at byte");
        flip_bit(log, end_of_log(log) / 2);
        flip_bit(log, 9);
        ck_assert_int_eq(read_from(&fixture, 1, &end), ATT_READ_FAILED);
        check_says(&fixture, "header is corrupt");
        free(log);
        tear_down(&fixture);
}
END_TEST

/* The child tells every durable end through the pipe until it is killed. */
static _Noreturn void append_for_ever(struct fixture *fixture, int told)
{
        open_journal(fixture);
        for (;;) {
                uint64_t seq;

                if (append(fixture, 2, 400) != ATT_APPEND_DURABLE) {
                        _exit(1);
                }
                seq = att_journal_end(fixture->journal).seq;
                if (write(told, &seq, sizeof(seq)) != (ssize_t)sizeof(seq)) {
                        _exit(1);
                }
        }
}

static uint64_t kill_in_traffic(struct fixture *fixture, useconds_t after_us)
{
        int told[2];
        uint64_t seq;
        uint64_t last = fixture->end.seq;
        pid_t child;

        ck_assert_int_eq(pipe(told), 0);
        child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0) {
                append_for_ever(fixture, told[1]);
        }
        close(told[1]);
        usleep(after_us);
        ck_assert_int_eq(kill(child, SIGKILL), 0);
        while (read(told[0], &seq, sizeof(seq)) == (ssize_t)sizeof(seq)) {
                last = seq;
        }
        close(told[0]);
        ck_assert_int_eq(waitpid(child, NULL, 0), child);
        return last;
}

START_TEST(nothing_durable_is_lost_by_kills_in_mid_traffic)
{
        struct fixture fixture;
        struct att_rng rng;

        set_up(&fixture);
        att_rng_seed(&rng, 4);
        fixture.options.segment_bytes_max = 20000;
        for (int i = 0; i < 25; i++) {
                uint64_t durable = kill_in_traffic(&fixture,
                                                   (useconds_t)att_rng_between(&rng, 500, 40000));
                struct att_journal_position end;

                ck_assert_msg(read_from(&fixture, 1, &end) == ATT_READ_END, "%s", fixture.why.data);
                ck_assert_uint_ge(end.seq, durable);
                fixture.end = end;
        }
        tear_down(&fixture);
}
END_TEST

START_TEST(a_log_may_be_cut_while_it_is_looked_at)
{
        struct fixture fixture;
        struct att_journal_position end;
        int told[2];
        pid_t writer;

        set_up(&fixture);
        fixture.options.segment_bytes_max = 20000; /* Fifty batches, and the log is gone. */
        open_journal(&fixture);
        append_many(&fixture, 1, 100);
        close_journal(&fixture);
        ck_assert_int_eq(pipe2(told, O_NONBLOCK), 0);
        writer = fork();
        ck_assert_int_ge(writer, 0);
        if (writer == 0) {
                (void)fcntl(told[1], F_SETFL, 0);
                append_for_ever(&fixture, told[1]);
        }
        close(told[1]);
        for (uint64_t seq = 1, last = 0; last < 3000;) {
                while (read(told[0], &seq, sizeof(seq)) == (ssize_t)sizeof(seq)) {
                        last = seq;
                }
                fixture.why.len = 0;
                ck_assert_msg(read_from(&fixture, last + 1, &end) == ATT_READ_END, "%s",
                              fixture.why.data);
        }
        close(told[0]);
        end_process(writer);
        tear_down(&fixture);
}
END_TEST

/* With files of at most this size; what the journal says when it comes to it. */
static void append_to_the_limit(struct fixture *fixture, rlim_t bytes)
{
        const struct rlimit limit = {bytes, bytes};
        enum att_append_result result = ATT_APPEND_DURABLE;

        (void)signal(SIGXFSZ, SIG_IGN);
        open_journal(fixture);
        append_many(fixture, 3, 500);
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
        for (int i = 0; i < 200 && result == ATT_APPEND_DURABLE; i++) {
                result = append(fixture, 1, 500);
        }
        ck_assert_int_eq(result, ATT_APPEND_FAILED);
        ck_assert_uint_gt(fixture->why.len, 0);
        ck_assert_int_eq(append(fixture, 1, 500), ATT_APPEND_FAILED);
        check_says(fixture, "an earlier append failed");
}

START_TEST(a_full_disk_fails_the_append_and_all_later_ones)
{
        struct fixture fixture;
        struct att_journal_position end;
        struct rlimit old;
        struct rlimit high;
        uint64_t durable;

        set_up(&fixture);
        ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
        high = old;
        append_to_the_limit(&fixture, 100000);
        durable = att_journal_end(fixture.journal).seq;
        if (setrlimit(RLIMIT_FSIZE, &high) == 0) { /* root may; others read at the limit. */
                close_journal(&fixture);
        }
        ck_assert_int_eq(read_from(&fixture, 1, &end), ATT_READ_END);
        ck_assert_uint_ge(end.seq, durable);
        tear_down(&fixture);
}
END_TEST

static void append_out_of_order(void *context)
{
        struct fixture *fixture = context;
        struct att_batch batch = {.first_seq = 5, .last_seq = 5, .records = ATT_TEXT("x")};

        open_journal(fixture);
        att_journal_append(fixture->journal, &batch);
}

START_TEST(a_gap_in_the_commands_is_a_broken_program)
{
        struct fixture fixture;

        set_up(&fixture);
        ck_assert(test_aborts(append_out_of_order, &fixture));
        tear_down(&fixture);
}
END_TEST

ATT_TEST_MAIN(
        "journal", what_was_appended_is_read_back, a_journal_can_be_read_while_it_is_written_to,
        a_full_segment_is_sealed_and_another_begins, an_old_segment_is_followed_by_another,
        another_behaviour_begins_another_segment, reading_can_begin_in_the_middle,
        a_writer_that_expects_another_end_is_refused, a_second_writer_at_the_same_place_is_fenced,
        a_writer_that_begins_a_segment_looks_back_for_another,
        a_writer_that_begins_a_segment_never_replaces_anothers,
        nobody_goes_on_in_a_segment_that_another_has_ended,
        an_empty_segment_is_begun_once_however_old_it_is,
        an_ended_segment_is_followed_by_another_after_a_kill, a_flipped_bit_is_found_wherever_it_is,
        corruption_is_reported_with_its_place, a_missing_segment_is_found,
        a_segment_of_another_journal_is_found, a_newer_format_is_refused_and_left_alone,
        a_file_of_another_kind_is_refused_and_left_alone, what_was_durable_survives_kill,
        what_was_read_is_what_is_gone_on_with, a_torn_tail_disappears, a_rotten_log_is_no_torn_tail,
        nothing_durable_is_lost_by_kills_in_mid_traffic, a_log_may_be_cut_while_it_is_looked_at,
        a_full_disk_fails_the_append_and_all_later_ones, a_gap_in_the_commands_is_a_broken_program)
