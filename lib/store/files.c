/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/util.h"

char *att_path_join(const char *dir, const char *name)
{
        char *path = NULL;

        ATT_CHECK(asprintf(&path, "%s/%s", dir, name) >= 0);
        return path;
}

int att_dir_sync(const char *dir)
{
        int error = 0;
        int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0) {
                return -errno;
        }
        if (fsync(fd) < 0) {
                error = -errno;
        }
        close(fd);
        return error;
}

static int sync_parent_of(const char *dir)
{
        ATT_CLEANUP(att_free_pointer) char *parent = att_path_join(dir, "..");

        return att_dir_sync(parent);
}

int att_dir_make(const char *dir)
{
        struct stat status;

        if (mkdir(dir, 0750) == 0) {
                return sync_parent_of(dir);
        }
        if (errno != EEXIST) {
                return -errno;
        }
        if (stat(dir, &status) < 0) {
                return -errno;
        }
        return S_ISDIR(status.st_mode) ? 0 : -ENOTDIR;
}

static int write_synced(const char *path, struct att_text text)
{
        int error = 0;
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);

        if (fd < 0) {
                return -errno;
        }
        errno = 0;
        if (write(fd, text.data, text.len) != (ssize_t)text.len || fsync(fd) < 0) {
                error = -(errno ? errno : ENOSPC);
        }
        close(fd);
        return error;
}

int att_file_replace(const char *dir, const char *name, struct att_text text)
{
        ATT_CLEANUP(att_free_pointer) char *path = att_path_join(dir, name);
        ATT_CLEANUP(att_free_pointer) char *unfinished = NULL;
        int error;

        ATT_CHECK(asprintf(&unfinished, "%s.new", path) >= 0);
        error = write_synced(unfinished, text);
        if (error == 0 && rename(unfinished, path) < 0) {
                error = -errno;
        }
        return error < 0 ? error : att_dir_sync(dir);
}

int64_t att_dir_bytes(const char *dir)
{
        struct stat status;
        int64_t bytes = 0;
        DIR *folder = opendir(dir);

        if (!folder) {
                return 0;
        }
        for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
                if (fstatat(dirfd(folder), entry->d_name, &status, 0) == 0 &&
                    S_ISREG(status.st_mode)) {
                        bytes += status.st_size;
                }
        }
        closedir(folder);
        return bytes;
}

int att_say_errno(struct att_buffer *why, const char *what, int error)
{
        att_buffer_printf(why, "%s: %s", what, strerror(-error));
        return error;
}
