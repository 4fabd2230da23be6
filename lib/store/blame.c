/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/blame.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/digest.h"
#include "lib/base/util.h"
#include "lib/store/files.h"

#if defined(__SANITIZE_ADDRESS__)
#define ATT_HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ATT_HAS_ASAN 1
#endif
#endif

#define MAGIC       UINT32_C(0x62747461)
#define LINE_BYTES  512
#define WORDS_BYTES 400 /* Of a line, what is for people only. */

struct att_blamed {
        bool is_replay;
        uint64_t seq;             /* Of a replay ... */
        struct att_digest digest; /* ... and of a client's command. */
        uint32_t times;
        char words[WORDS_BYTES]; /* What it was. */
};

/* ---- What is remembered ---- */

static void add_up(struct att_blame *blame)
{
        blame->refused_count = 0;
        blame->skipped_count = 0;
        for (size_t i = 0; i < blame->count; i++) {
                const struct att_blamed *blamed = &blame->blamed[i];

                if (blamed->times >= ATT_BLAME_TIMES) {
                        *(blamed->is_replay ? &blame->skipped_count : &blame->refused_count) += 1;
                }
        }
}

static struct att_blamed *add(struct att_blame *blame)
{
        if (blame->count == ATT_BLAMES_MAX) {
                memmove(blame->blamed, blame->blamed + 1,
                        (ATT_BLAMES_MAX - 1) * sizeof(*blame->blamed));
                blame->count--;
        }
        blame->blamed = att_realloc_array(blame->blamed, blame->count + 1, sizeof(*blame->blamed));
        blame->blamed[blame->count] = (struct att_blamed){0};
        return &blame->blamed[blame->count++];
}

/* A line that is none of ours is passed over: people may write there. */
static void take_line(struct att_blame *blame, const char *line)
{
        struct att_blamed blamed = {0};
        int words_at = 0;

        if (sscanf(line, "replay %" SCNu64 " %" SCNu32 " %n", &blamed.seq, &blamed.times,
                   &words_at) >= 2) {
                blamed.is_replay = true;
        } else if (sscanf(line, "command %16" SCNx64 "%16" SCNx64 " %" SCNu32 " %n",
                          &blamed.digest.high, &blamed.digest.low, &blamed.times, &words_at) < 3) {
                return;
        }
        (void)snprintf(blamed.words, sizeof(blamed.words), "%.*s",
                       (int)strcspn(line + words_at, "\n"), line + words_at);
        *add(blame) = blamed;
}

void att_blame_read(const char *dir, struct att_blame *ret_blame)
{
        ATT_CLEANUP(att_free_pointer) char *path = att_path_join(dir, "blamed");
        FILE *file = fopen(path, "re");
        char line[LINE_BYTES];

        *ret_blame = (struct att_blame){.dir = att_text_dup(att_text_from(dir))};
        while (file && fgets(line, sizeof(line), file)) {
                take_line(ret_blame, line);
        }
        if (file) {
                (void)fclose(file);
        }
        add_up(ret_blame);
}

static int write_down(const struct att_blame *blame, struct att_buffer *why)
{
        ATT_CLEANUP(att_free_pointer) char *path = att_path_join(blame->dir, "blamed");
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer text = {0};
        char digest[ATT_DIGEST_TEXT_SIZE];
        int error;

        for (size_t i = 0; i < blame->count; i++) {
                const struct att_blamed *blamed = &blame->blamed[i];

                if (blamed->is_replay) {
                        att_buffer_printf(&text, "replay %" PRIu64, blamed->seq);
                } else {
                        att_buffer_printf(&text, "command %s",
                                          att_digest_format(blamed->digest, digest));
                }
                att_buffer_printf(&text, " %" PRIu32 " %s\n", blamed->times, blamed->words);
        }
        error = att_file_replace(blame->dir, "blamed", att_buffer_text(&text));
        return error < 0 ? att_say_errno(why, path, error) : 0;
}

/* ---- What a command is known by ---- */

static struct att_digest digest_of(const struct att_command *command)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer bytes = {0};
        struct att_command plain = *command;

        plain.seq = 0;
        plain.at_ms = 0;
        plain.client = 0; /* By what it says: it is the same when it is sent in another session. */
        plain.request_id = 0;
        att_journal_put_command(&bytes, &plain);
        return att_digest_of(bytes.data, bytes.len);
}

/* The page has it as a batch does, so it is read as one, put together in `batch`. */
static bool read_record(struct att_journal_reader *reader, struct att_buffer *batch,
                        const struct att_blame_page *page, struct att_command *ret_command)
{
        const struct att_digest none = {0};
        struct att_journal_writer writer;

        if (page->len == 0 || page->len > sizeof(page->record)) {
                return false;
        }
        att_journal_batch_begin(&writer, batch, page->seq, 0);
        att_buffer_append(batch, page->record, page->len);
        writer.count = 1;
        att_journal_batch_end(&writer, none);
        return att_journal_reader_open(reader, att_buffer_text(batch)) == ATT_JOURNAL_OK &&
               att_journal_reader_next(reader, ret_command) == ATT_JOURNAL_OK;
}

/* ---- Counting what the last process left ---- */

static struct att_blamed *get_replayed(struct att_blame *blame, uint64_t seq)
{
        struct att_blamed *blamed;

        for (size_t i = 0; i < blame->count; i++) {
                if (blame->blamed[i].is_replay && blame->blamed[i].seq == seq) {
                        return &blame->blamed[i];
                }
        }
        blamed = add(blame);
        blamed->is_replay = true;
        blamed->seq = seq;
        return blamed;
}

static struct att_blamed *get_commanded(struct att_blame *blame, struct att_digest digest)
{
        struct att_blamed *blamed;

        for (size_t i = 0; i < blame->count; i++) {
                if (!blame->blamed[i].is_replay &&
                    att_digest_equals(blame->blamed[i].digest, digest)) {
                        return &blame->blamed[i];
                }
        }
        blamed = add(blame);
        blamed->digest = digest;
        return blamed;
}

/* Names come from strangers: nothing of them may begin another line. */
static void put_name(struct att_buffer *words, const char *what, struct att_text name)
{
        if (att_text_is_empty(name)) {
                return;
        }
        att_buffer_printf(words, " %s=", what);
        for (size_t i = 0; i < name.len; i++) {
                att_buffer_append_byte(words,
                                       (unsigned char)name.data[i] < ' ' ? '?' : name.data[i]);
        }
}

static void describe(const struct att_command *command, struct att_blamed *blamed)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer words = {0};

        att_buffer_printf(&words, "kind=%d", (int)command->kind);
        put_name(&words, "client", command->front_end);
        put_name(&words, "contact", command->contact);
        put_name(&words, "agent", command->agent);
        (void)snprintf(blamed->words, sizeof(blamed->words), "%s", words.data);
}

/* NULL: a command that can't be known again. */
static struct att_blamed *get_blamed(struct att_blame *blame, const struct att_blame_page *page)
{
        ATT_CLEANUP(att_buffer_deinit) struct att_buffer batch = {0};
        struct att_journal_reader reader = {0};
        struct att_blamed *blamed = NULL;
        struct att_command command;

        if (page->is_replay) {
                return get_replayed(blame, page->seq);
        }
        if (read_record(&reader, &batch, page, &command)) {
                blamed = get_commanded(blame, digest_of(&command));
                describe(&command, blamed);
        }
        att_journal_reader_deinit(&reader);
        return blamed;
}

static int count_last(struct att_blame *blame, struct att_buffer *found, struct att_buffer *why)
{
        const struct att_blame_page *page = blame->page;
        struct att_blamed *blamed;

        if (page->magic != MAGIC || !page->is_stepping || page->is_blamed == 0) {
                return 0;
        }
        blamed = get_blamed(blame, page);
        att_buffer_printf(found, "%s command %" PRIu64,
                          page->is_replay ? "the replay was brought down by" : "brought down by",
                          page->seq);
        if (!blamed) {
                att_buffer_append_c(found, ", which is not kept");
                return 0;
        }
        blamed->times++;
        att_buffer_printf(found, " (%s), time %" PRIu32 "%s", blamed->words, blamed->times,
                          blamed->times < ATT_BLAME_TIMES ? ""
                          : page->is_replay               ? ": it is skipped from now on"
                                                          : ": it is refused from now on");
        return write_down(blame, why);
}

/* ---- The page ---- */

static int map_page(struct att_blame *blame, struct att_buffer *why)
{
        ATT_CLEANUP(att_free_pointer) char *path = att_path_join(blame->dir, "stepping");
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
        void *page;
        int error = 0;

        if (fd < 0) {
                return att_say_errno(why, path, -errno);
        }
        /* Its blocks are asked for now: a full disk must not be found in a step. */
        error = -posix_fallocate(fd, 0, ATT_BLAME_PAGE_BYTES);
        if (error == 0) {
                page = mmap(NULL, ATT_BLAME_PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
                error = page == MAP_FAILED ? -errno : 0;
        }
        close(fd);
        if (error < 0) {
                return att_say_errno(why, path, error);
        }
        blame->page = page;
        return 0;
}

int att_blame_open(const char *dir, struct att_blame *ret_blame, struct att_buffer *found,
                   struct att_buffer *why)
{
        struct att_blame blame;
        int error;

        att_blame_read(dir, &blame);
        error = map_page(&blame, why);
        if (error == 0) {
                error = count_last(&blame, found, why);
        }
        if (error < 0) {
                att_blame_close(&blame);
                return error;
        }
        blame.page->is_stepping = 0;
        blame.page->is_blamed = 0;
        blame.page->magic = MAGIC;
        add_up(&blame);
        *ret_blame = blame;
        return 0;
}

/* ---- Signals ---- */

static struct att_blame_page *watched; /* What the handler marks. */
static _Thread_local bool is_stepper;

static void on_broken(int number)
{
        struct att_blame_page *page = watched;

        if (page && is_stepper && __atomic_load_n(&page->is_stepping, __ATOMIC_ACQUIRE)) {
                __atomic_store_n(&page->is_blamed, (uint32_t)number, __ATOMIC_RELEASE);
        }
        /* The handler is gone by now: the process ends as soon as this one returns, also when the
         * signal came from outside, as systemd's watchdog sends one to a step that never ends. */
        (void)raise(number);
}

void att_blame_watch(const struct att_blame *blame)
{
        static char stack[65536]; /* The command's own may be used up. */
        const stack_t other = {.ss_sp = stack, .ss_size = sizeof(stack)};
        const struct sigaction action = {.sa_handler = on_broken,
                                         .sa_flags = (int)(SA_RESETHAND | SA_ONSTACK)};
        static const int numbers[] = {
                SIGABRT,
#ifndef ATT_HAS_ASAN /* It has handlers of its own for these. */
                SIGSEGV, SIGBUS, SIGFPE, SIGILL,
#endif
        };

        watched = blame->page;
        is_stepper = true;
        (void)sigaltstack(&other, NULL);
        for (size_t i = 0; i < ATT_ARRAY_LEN(numbers); i++) {
                (void)sigaction(numbers[i], &action, NULL);
        }
}

void att_blame_close(struct att_blame *blame)
{
        if (blame->page) {
                if (watched == blame->page) {
                        watched = NULL;
                }
                (void)munmap(blame->page, ATT_BLAME_PAGE_BYTES);
        }
        free(blame->dir);
        free(blame->blamed);
        *blame = (struct att_blame){0};
}

/* ---- Asking ---- */

bool att_blame_skips(const struct att_blame *blame, uint64_t seq)
{
        for (size_t i = 0; blame->skipped_count > 0 && i < blame->count; i++) {
                const struct att_blamed *blamed = &blame->blamed[i];

                if (blamed->is_replay && blamed->seq == seq && blamed->times >= ATT_BLAME_TIMES) {
                        return true;
                }
        }
        return false;
}

bool att_blame_refuses(const struct att_blame *blame, const struct att_command *command)
{
        struct att_digest digest;

        if (blame->refused_count == 0) {
                return false;
        }
        digest = digest_of(command);
        for (size_t i = 0; i < blame->count; i++) {
                const struct att_blamed *blamed = &blame->blamed[i];

                if (!blamed->is_replay && blamed->times >= ATT_BLAME_TIMES &&
                    att_digest_equals(blamed->digest, digest)) {
                        return true;
                }
        }
        return false;
}

void att_blame_wipe(const struct att_blame *blame)
{
        if (blame->page && !blame->page->is_stepping) {
                memset(blame->page->record, 0, sizeof(blame->page->record));
                blame->page->len = 0;
        }
}
