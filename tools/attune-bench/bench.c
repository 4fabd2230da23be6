/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attune-bench/bench.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct bench_option *find_option(const struct bench_option *options,
                                              size_t option_count, const char *name)
{
        for (size_t i = 0; i < option_count; i++) {
                if (strcmp(options[i].name, name) == 0) {
                        return &options[i];
                }
        }
        return NULL;
}

static void print_help(const char *command, const struct bench_option *options, size_t option_count)
{
        printf("usage: attune-bench %s [OPTIONS]\n\n", command);
        for (size_t i = 0; i < option_count; i++) {
                printf("  %-16s %s\n", options[i].name, options[i].what);
        }
}

static bool set_number(const struct bench_option *option, const char *text)
{
        char *end;
        long long number;

        errno = 0;
        number = strtoll(text, &end, 10);
        if (*text == '\0' || *end != '\0' || errno != 0 || number < option->min ||
            number > option->max) {
                fprintf(stderr, "attune-bench: %s: '%s' is not a number from %lld to %lld\n",
                        option->name, text, (long long)option->min, (long long)option->max);
                return false;
        }
        *option->number = number;
        return true;
}

bool bench_parse(const char *command, const struct bench_option *options, size_t option_count,
                 int argc, char **argv)
{
        for (int i = 0; i < argc; i++) {
                const struct bench_option *option = find_option(options, option_count, argv[i]);

                if (strcmp(argv[i], "--help") == 0) {
                        print_help(command, options, option_count);
                        exit(EXIT_SUCCESS);
                }
                if (!option) {
                        fprintf(stderr, "attune-bench %s: no option is called '%s'; see --help\n",
                                command, argv[i]);
                        return false;
                }
                if (option->flag) {
                        *option->flag = true;
                        continue;
                }
                if (i + 1 == argc) {
                        fprintf(stderr, "attune-bench: %s wants a value\n", option->name);
                        return false;
                }
                i++;
                if (option->word) {
                        *option->word = argv[i];
                } else if (!set_number(option, argv[i])) {
                        return false;
                }
        }
        return true;
}

int64_t bench_now_ns(void)
{
        struct timespec now;

        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t bench_cpu_ns(int pid)
{
        struct timespec used;
        clockid_t clock;

        if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) {
                return 0;
        }
        return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

int64_t bench_own_cpu_ns(void)
{
        struct timespec used;

        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
        return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

static int compare_samples(const void *a, const void *b)
{
        const uint32_t left = *(const uint32_t *)a;
        const uint32_t right = *(const uint32_t *)b;

        return (left > right) - (left < right);
}

uint32_t bench_quantile(uint32_t *samples, size_t count, double share)
{
        size_t place;

        if (count == 0) {
                return 0;
        }
        qsort(samples, count, sizeof(*samples), compare_samples);
        place = (size_t)(share * (double)count);
        return samples[place < count ? place : count - 1];
}

void bench_remove_tree(const char *path)
{
        DIR *folder = opendir(path);
        const struct dirent *entry;

        while (folder && (entry = readdir(folder))) {
                char inner[PATH_MAX];

                if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
                        continue;
                }
                (void)snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
                if (unlink(inner) != 0) {
                        bench_remove_tree(inner);
                }
        }
        if (folder) {
                (void)closedir(folder);
        }
        (void)rmdir(path);
}
