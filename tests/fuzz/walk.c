/* SPDX-License-Identifier: Apache-2.0 */
/* The main() of a fuzz target without libFuzzer: every file named, and every file in a folder named,
 * once. So the corpus is an ordinary test in every build. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

static int walk_file(const char *path, long size)
{
        uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
        FILE *file = fopen(path, "re");
        size_t read = 0;

        if (file && data) {
                read = fread(data, 1, (size_t)size, file);
        }
        if (!file || !data || read != (size_t)size) {
                printf("not ok %s can't be read\n", path);
                return 1;
        }
        (void)fclose(file);
        (void)LLVMFuzzerTestOneInput(data, read);
        free(data);
        return 0;
}

static int walk(const char *path);

static int walk_folder(const char *path)
{
        DIR *folder = opendir(path);
        const struct dirent *entry;
        int failures = 0;

        while (folder && (entry = readdir(folder))) {
                char inner[4096];

                if (entry->d_name[0] != '.') {
                        (void)snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
                        failures += walk(inner);
                }
        }
        if (!folder) {
                printf("not ok %s can't be read\n", path);
                return 1;
        }
        (void)closedir(folder);
        return failures;
}

static int walk(const char *path)
{
        struct stat status;

        if (stat(path, &status) != 0) {
                printf("not ok %s is not there\n", path);
                return 1;
        }
        return S_ISDIR(status.st_mode) ? walk_folder(path) : walk_file(path, (long)status.st_size);
}

int main(int argc, char **argv)
{
        int failures = 0;

        for (int i = 1; i < argc; i++) {
                failures += walk(argv[i]);
        }
        if (failures == 0) {
                printf("ok the corpus is walked\n");
        }
        return failures == 0 ? 0 : 1;
}
