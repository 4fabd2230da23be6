/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/blame.h"

#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "lib/wire/message.h"
#include "tests/support/main.h"

/* ---- A data directory, and processes that die in it ---- */

struct fixture {
        char dir[64];
        struct att_blame blame;
        struct att_buffer found;
        struct att_buffer why;
};

static void set_up(struct fixture *fixture)
{
        *fixture = (struct fixture){.dir = "/tmp/attune-blame-XXXXXX"};
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
        att_blame_close(&fixture->blame);
        att_buffer_deinit(&fixture->found);
        att_buffer_deinit(&fixture->why);
        ck_assert_int_eq(nftw(fixture->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void open_blame(struct fixture *fixture)
{
        att_blame_close(&fixture->blame);
        att_buffer_clear(&fixture->found);
        ck_assert_msg(
                att_blame_open(fixture->dir, &fixture->blame, &fixture->found, &fixture->why) == 0,
                "%s", fixture->why.data);
}

static struct att_command command_about(const char *client, const char *contact)
{
        struct att_command command;

        att_wire_command_init(&command, ATT_CMD_CONTACT_ADD);
        command.seq = 77;
        command.at_ms = 1234;
        command.front_end = att_text_from(client);
        command.request.id = att_text_from(contact);
        command.contact = command.request.id;
        command.request.channel = ATT_TEXT("voice");
        return command;
}

/* AddressSanitizer has a handler of its own, and ours is not there. */
#define SIGNAL_OF_A_CRASH (TEST_IS_SANITIZED ? SIGABRT : SIGSEGV)

enum death {
        DEATH_BY_ABORT,
        DEATH_BY_WATCHDOG, /* An abort from outside, in a step that does not end. */
        DEATH_BY_SIGNAL,
        DEATH_BY_KILL,
        DEATH_BETWEEN_STEPS,
        DEATH_BESIDE, /* On another thread, in the middle of a step. */
        DEATH_IN_REPLAY,
};

static void *abort_beside(void *context)
{
        (void)context;
        abort();
}

static void die_beside(void)
{
        pthread_t thread;

        ck_assert_int_eq(pthread_create(&thread, NULL, abort_beside, NULL), 0);
        (void)pthread_join(thread, NULL);
}

static void die(struct fixture *fixture, const struct att_command *command, enum death death)
{
        struct att_buffer batch = {0};
        struct att_journal_writer writer;
        size_t before;

        open_blame(fixture);
        att_blame_watch(&fixture->blame);
        att_journal_batch_begin(&writer, &batch, command->seq, 1);
        before = batch.len;
        att_journal_batch_add(&writer, command);
        if (death == DEATH_IN_REPLAY) {
                att_blame_begin(&fixture->blame, command->seq, ATT_TEXT_NONE);
                abort();
        }
        att_blame_begin(&fixture->blame, command->seq,
                        (struct att_text){batch.data + before, batch.len - before});
        if (death == DEATH_BY_ABORT) {
                abort();
        }
        if (death == DEATH_BESIDE) {
                die_beside();
        }
        if (death == DEATH_BY_SIGNAL) {
                (void)raise(SIGNAL_OF_A_CRASH);
        }
        if (death == DEATH_BY_WATCHDOG) {
                (void)kill(getpid(), SIGABRT);
        }
        if (death == DEATH_BY_KILL) {
                (void)kill(getpid(), SIGKILL);
        }
        att_blame_end(&fixture->blame);
        abort();
}

/* What the next start finds. */
static void live_and_die(struct fixture *fixture, const struct att_command *command,
                         enum death death)
{
        pid_t child = fork();
        int status;

        ck_assert_int_ge(child, 0);
        if (child == 0) {
                die(fixture, command, death);
        }
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert(WIFSIGNALED(status));
        ck_assert_int_eq(WTERMSIG(status), death == DEATH_BY_SIGNAL ? SIGNAL_OF_A_CRASH
                                           : death == DEATH_BY_KILL ? SIGKILL
                                                                    : SIGABRT);
        open_blame(fixture);
}

static void check_found(const struct fixture *fixture, const char *what)
{
        ck_assert_msg(fixture->found.data && strstr(fixture->found.data, what), "'%s' lacks '%s'",
                      fixture->found.data ? fixture->found.data : "", what);
}

/* ---- Cases ---- */

START_TEST(a_command_that_aborted_twice_is_refused)
{
        struct fixture fixture;
        struct att_command bad = command_about("phone", "c1");
        struct att_command again = bad;
        struct att_command other = command_about("phone", "c2");
        struct att_command others = command_about("web", "c1");

        set_up(&fixture);
        live_and_die(&fixture, &bad, DEATH_BY_ABORT);
        check_found(&fixture,
                    "brought down by command 77 (kind=2 client=phone contact=c1), time 1");
        ck_assert(!att_blame_refuses(&fixture.blame, &bad));
        again.seq = 99; /* Sent again, later. */
        again.at_ms = 99999;
        live_and_die(&fixture, &again, DEATH_BY_SIGNAL);
        check_found(&fixture, "time 2: it is refused from now on");
        live_and_die(&fixture, &again, DEATH_BY_WATCHDOG);
        check_found(&fixture, "time 3");
        ck_assert(att_blame_refuses(&fixture.blame, &bad));
        ck_assert(att_blame_refuses(&fixture.blame, &again));
        ck_assert(!att_blame_refuses(&fixture.blame, &other));
        ck_assert(!att_blame_refuses(&fixture.blame, &others));
        ck_assert(!att_blame_skips(&fixture.blame, 77));
        open_blame(&fixture); /* The start after that. */
        ck_assert_uint_eq(fixture.found.len, 0);
        ck_assert(att_blame_refuses(&fixture.blame, &bad));
        tear_down(&fixture);
}
END_TEST

START_TEST(a_kill_and_an_abort_elsewhere_blame_no_command)
{
        struct fixture fixture;
        struct att_command command = command_about("phone", "c1");

        set_up(&fixture);
        for (int i = 0; i < 3; i++) {
                live_and_die(&fixture, &command, DEATH_BY_KILL);
                ck_assert_uint_eq(fixture.found.len, 0);
                live_and_die(&fixture, &command, DEATH_BETWEEN_STEPS);
                ck_assert_uint_eq(fixture.found.len, 0);
                live_and_die(&fixture, &command, DEATH_BESIDE);
                ck_assert_uint_eq(fixture.found.len, 0);
        }
        ck_assert(!att_blame_refuses(&fixture.blame, &command));
        tear_down(&fixture);
}
END_TEST

START_TEST(a_replay_that_aborted_twice_at_a_command_skips_it)
{
        struct fixture fixture;
        struct att_blame seen;
        struct att_command command = command_about("phone", "c1");

        set_up(&fixture);
        live_and_die(&fixture, &command, DEATH_IN_REPLAY);
        check_found(&fixture, "the replay was brought down by command 77");
        ck_assert(!att_blame_skips(&fixture.blame, 77));
        live_and_die(&fixture, &command, DEATH_IN_REPLAY);
        check_found(&fixture, "it is skipped from now on");
        ck_assert(att_blame_skips(&fixture.blame, 77));
        ck_assert(!att_blame_skips(&fixture.blame, 78));
        ck_assert(!att_blame_refuses(&fixture.blame, &command));
        att_blame_read(fixture.dir, &seen); /* As another process sees it. */
        ck_assert(att_blame_skips(&seen, 77));
        att_blame_close(&seen);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_line_that_people_remove_is_forgotten)
{
        struct fixture fixture;
        struct att_command command = command_about("phone", "c\nx");
        struct att_buffer path = {0};
        char text[1000] = {0};
        FILE *file;

        set_up(&fixture);
        live_and_die(&fixture, &command, DEATH_BY_ABORT);
        live_and_die(&fixture, &command, DEATH_BY_ABORT);
        ck_assert(att_blame_refuses(&fixture.blame, &command));
        att_buffer_printf(&path, "%s/blamed", fixture.dir);
        file = fopen(path.data, "r");
        ck_assert_ptr_nonnull(file);
        ck_assert_uint_gt(fread(text, 1, sizeof(text) - 1, file), 40);
        (void)fclose(file);
        ck_assert_ptr_nonnull(strstr(text, "contact=c?x")); /* One line, whatever was sent. */
        file = fopen(path.data, "w");
        ck_assert_int_ge(fputs("nothing of ours\n", file), 0);
        (void)fclose(file);
        open_blame(&fixture);
        ck_assert(!att_blame_refuses(&fixture.blame, &command));
        att_buffer_deinit(&path);
        tear_down(&fixture);
}
END_TEST

START_TEST(only_so_many_are_remembered)
{
        struct fixture fixture;
        struct att_command first = command_about("phone", "first");

        set_up(&fixture);
        live_and_die(&fixture, &first, DEATH_BY_ABORT);
        live_and_die(&fixture, &first, DEATH_BY_ABORT);
        for (int i = 0; i < ATT_BLAMES_MAX; i++) {
                char contact[20];
                struct att_command command;

                (void)snprintf(contact, sizeof(contact), "c%d", i);
                command = command_about("phone", contact);
                live_and_die(&fixture, &command, DEATH_BY_ABORT);
        }
        ck_assert_uint_eq(fixture.blame.count, ATT_BLAMES_MAX);
        ck_assert(!att_blame_refuses(&fixture.blame, &first));
        tear_down(&fixture);
}
END_TEST

START_TEST(a_page_of_garbage_is_no_command)
{
        struct fixture fixture;
        struct att_buffer path = {0};
        struct att_command command = command_about("phone", "c1");
        static char garbage[ATT_BLAME_PAGE_BYTES];
        int fd;

        set_up(&fixture);
        live_and_die(&fixture, &command, DEATH_BY_ABORT);
        att_buffer_printf(&path, "%s/stepping", fixture.dir);
        for (int fill = 1; fill < 256; fill += 50) {
                att_blame_close(&fixture.blame);
                memset(garbage, fill, sizeof(garbage));
                fd = open(path.data, O_RDWR);
                /* All but the magic. */
                ck_assert_int_gt(pwrite(fd, garbage, sizeof(garbage) - 4, 4), 0);
                close(fd);
                open_blame(&fixture);
        }
        ck_assert(!att_blame_refuses(&fixture.blame, &command));
        att_buffer_deinit(&path);
        tear_down(&fixture);
}
END_TEST

ATT_TEST_MAIN("blame", a_command_that_aborted_twice_is_refused,
              a_kill_and_an_abort_elsewhere_blame_no_command,
              a_replay_that_aborted_twice_at_a_command_skips_it,
              a_line_that_people_remove_is_forgotten, only_so_many_are_remembered,
              a_page_of_garbage_is_no_command)
