/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/data.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "tests/support/main.h"

struct fixture {
        char parent[64];
        char path[80];
        struct att_buffer why;
};

static void set_up(struct fixture *fixture)
{
        *fixture = (struct fixture){.parent = "/tmp/attune-data-XXXXXX"};
        ck_assert_ptr_nonnull(mkdtemp(fixture->parent));
        (void)snprintf(fixture->path, sizeof(fixture->path), "%s/data", fixture->parent);
}

static void remove_in(const char *dir, const char *name)
{
        char path[128];

        (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
        (void)remove(path);
}

static void tear_down(struct fixture *fixture)
{
        remove_in(fixture->path, "lock");
        remove_in(fixture->path, "journal");
        (void)remove(fixture->path);
        (void)remove(fixture->parent);
        att_buffer_deinit(&fixture->why);
}

static void check_says(const struct fixture *fixture, const char *what)
{
        ck_assert_msg(fixture->why.data && strstr(fixture->why.data, what), "'%s' lacks '%s'",
                      fixture->why.data ? fixture->why.data : "", what);
}

START_TEST(a_directory_is_made_and_taken)
{
        struct fixture fixture;
        struct att_data *data;
        struct stat status;

        set_up(&fixture);
        ck_assert_int_eq(att_data_open(fixture.path, &data, &fixture.why), 0);
        ck_assert_int_eq(stat(att_data_journal_path(data), &status), 0);
        ck_assert(S_ISDIR(status.st_mode));
        att_data_close(data);
        ck_assert_int_eq(att_data_open(fixture.path, &data, &fixture.why), 0);
        att_data_close(data);
        tear_down(&fixture);
}
END_TEST

START_TEST(who_has_the_directory_is_named)
{
        struct fixture fixture;
        struct att_data *data;
        struct att_data *second;
        char pid[64];

        set_up(&fixture);
        ck_assert_int_eq(att_data_open(fixture.path, &data, &fixture.why), 0);
        ck_assert_int_eq(att_data_open(fixture.path, &second, &fixture.why), -EBUSY);
        (void)snprintf(pid, sizeof(pid), "already running on it as pid %ld", (long)getpid());
        check_says(&fixture, pid);
        att_data_close(data);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_process_that_died_leaves_no_lock)
{
        struct fixture fixture;
        struct att_data *data;
        pid_t child;

        set_up(&fixture);
        child = fork();
        if (child == 0) {
                _exit(att_data_open(fixture.path, &data, &fixture.why) == 0 ? 0 : 1);
        }
        ck_assert_int_eq(waitpid(child, NULL, 0), child);
        ck_assert_int_eq(att_data_open(fixture.path, &data, &fixture.why), 0);
        att_data_close(data);
        tear_down(&fixture);
}
END_TEST

/* It had started another, which holds the lock until its own program begins. */
START_TEST(the_lock_of_a_process_that_died_is_waited_for)
{
        struct fixture fixture;
        struct att_data *data;
        pid_t child;

        set_up(&fixture);
        child = fork();
        if (child == 0) {
                int error = att_data_open(fixture.path, &data, &fixture.why);

                if (error == 0 && fork() == 0) {
                        (void)usleep(300 * 1000);
                }
                _exit(error == 0 ? 0 : 1);
        }
        ck_assert_int_eq(waitpid(child, NULL, 0), child);
        ck_assert_msg(att_data_open(fixture.path, &data, &fixture.why) == 0, "%s",
                      fixture.why.data);
        att_data_close(data);
        tear_down(&fixture);
}
END_TEST

START_TEST(a_missing_parent_and_a_file_in_the_way_are_said)
{
        struct fixture fixture;
        struct att_data *data;
        char deep[120];
        int fd;

        set_up(&fixture);
        (void)snprintf(deep, sizeof(deep), "%s/no/data", fixture.parent);
        ck_assert_int_eq(att_data_open(deep, &data, &fixture.why), -ENOENT);
        check_says(&fixture, "No such file");
        fd = open(fixture.path, O_CREAT | O_WRONLY, 0600);
        ck_assert_int_ge(fd, 0);
        close(fd);
        ck_assert_int_eq(att_data_open(fixture.path, &data, &fixture.why), -ENOTDIR);
        check_says(&fixture, "Not a directory");
        tear_down(&fixture);
}
END_TEST

START_TEST(a_directory_that_cannot_be_written_to_is_said)
{
        struct fixture fixture;
        struct att_data *data = NULL;
        int error;

        set_up(&fixture);
        ck_assert_int_eq(mkdir(fixture.path, 0555), 0);
        ck_assert_int_eq(chmod(fixture.parent, 0755), 0);
        if (geteuid() == 0) {
                ck_assert_int_eq(seteuid(65534), 0);
                error = att_data_open(fixture.path, &data, &fixture.why);
                ck_assert_int_eq(seteuid(0), 0);
        } else {
                error = att_data_open(fixture.path, &data, &fixture.why);
        }
        ck_assert_int_eq(error, -EACCES);
        check_says(&fixture, "can't be written to");
        tear_down(&fixture);
}
END_TEST

ATT_TEST_MAIN("store data", a_directory_is_made_and_taken, who_has_the_directory_is_named,
              a_process_that_died_leaves_no_lock, the_lock_of_a_process_that_died_is_waited_for,
              a_missing_parent_and_a_file_in_the_way_are_said,
              a_directory_that_cannot_be_written_to_is_said)
