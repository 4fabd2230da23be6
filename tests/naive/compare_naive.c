/* SPDX-License-Identifier: Apache-2.0 */
/*
 *      compare-naive --seeds A-B [--commands N] [--features LIST] [--without LIST] [--brief]
 *
 * Runs the engine and the naive router on random centres and tells each difference, with the
 * shortest run that shows it; the last line is `N passed, N failed`. LIST is names with commas.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/naive/compare.h"

static bool read_features(const char *list, uint64_t *ret_features)
{
        uint64_t features = 0;

        while (*list) {
                size_t len = strcspn(list, ",");
                bool found = false;

                for (int i = 0; i < RANDOM_FEATURE_COUNT; i++) {
                        const char *name = random_feature_name((enum random_feature)i);

                        if (strlen(name) == len && strncmp(name, list, len) == 0) {
                                features |= UINT64_C(1) << i;
                                found = true;
                        }
                }
                if (!found) {
                        fprintf(stderr, "compare-naive: no feature '%.*s'; there are", (int)len,
                                list);
                        for (int i = 0; i < RANDOM_FEATURE_COUNT; i++) {
                                fprintf(stderr, " %s", random_feature_name((enum random_feature)i));
                        }
                        fprintf(stderr, "\n");
                        return false;
                }
                list += len + (list[len] == ',');
        }
        *ret_features = features;
        return true;
}

int main(int argc, char **argv)
{
        static const struct option options[] = {
                {"seeds", required_argument, NULL, 's'},
                {"commands", required_argument, NULL, 'n'},
                {"features", required_argument, NULL, 'f'},
                {"without", required_argument, NULL, 'w'},
                {"brief", no_argument, NULL, 'b'},
                {"here", no_argument, NULL, 'h'}, /* In this process, for a debugger. */
                {0},
        };
        unsigned long long first = 1;
        unsigned long long last = 100;
        unsigned long commands = 150;
        uint64_t features = RANDOM_ALL;
        uint64_t without = 0;
        bool brief = false;
        bool here = false;
        unsigned passed = 0;
        unsigned failed = 0;
        unsigned gave_up = 0;
        int option;

        while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
                bool fine = true;

                switch (option) {
                case 's':
                        fine = sscanf(optarg, "%llu-%llu", &first, &last) == 2;
                        break;
                case 'n':
                        commands = strtoul(optarg, NULL, 10);
                        fine = commands > 0 && commands < 100000;
                        break;
                case 'f':
                        fine = read_features(optarg, &features);
                        break;
                case 'w':
                        fine = read_features(optarg, &without);
                        break;
                case 'b':
                        brief = true;
                        break;
                case 'h':
                        here = true;
                        break;
                default:
                        fine = false;
                }
                if (!fine) {
                        fprintf(stderr, "usage: compare-naive --seeds A-B [--commands N] "
                                        "[--features LIST] [--without LIST] [--brief]\n");
                        return 2;
                }
        }
        for (unsigned long long seed = first; seed <= last; seed++) {
                struct att_buffer text = {0};

                if (here) {
                        struct random_run run;

                        random_run_make(&run, seed, features & ~without, (uint32_t)commands);
                        (void)compare_run(&run, NULL, &text);
                        random_run_deinit(&run);
                }
                switch (compare_seed(seed, features & ~without, (uint32_t)commands,
                                     brief ? NULL : &text)) {
                case COMPARE_SAME:
                        passed++;
                        break;
                case COMPARE_GAVE_UP:
                        gave_up++;
                        passed++;
                        break;
                case COMPARE_DIFFERENT:
                case COMPARE_CRASHED:
                        failed++;
                        printf("%.*s", (int)text.len, text.len ? text.data : "");
                        printf("not ok: compare-naive --seeds %llu-%llu --commands %lu\n\n", seed,
                               seed, commands);
                        break;
                }
                (void)fflush(stdout);
                att_buffer_deinit(&text);
        }
        if (gave_up > 0) {
                printf("%u too large at some instant, compared until then\n", gave_up);
        }
        printf("%u passed, %u failed\n", passed, failed);
        return failed == 0 ? 0 : 1;
}
