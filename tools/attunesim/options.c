/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunesim/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/attunesim/commands.h"

bool option_number(uint64_t most, uint64_t *ret)
{
        char *end;

        errno = 0;
        *ret = strtoull(optarg, &end, 10);
        return errno == 0 && optarg[0] >= '0' && optarg[0] <= '9' && *end == '\0' && *ret <= most;
}

bool option_count(uint64_t most, uint32_t *ret)
{
        uint64_t number;

        if (!option_number(most, &number) || number == 0) {
                return false;
        }
        *ret = (uint32_t)number;
        return true;
}

bool options_read(const struct option_form *form, int argc, char **argv, void *options,
                  int *ret_status)
{
        int option;

        optind = 1;
        *ret_status = EXIT_USAGE;
        while ((option = getopt_long(argc, argv, "h", form->known, NULL)) != -1) {
                if (option == 'h') {
                        (void)fputs(form->help, stdout);
                        *ret_status = EXIT_DONE;
                        return false;
                }
                if (option == '?' || !form->take(option, options)) {
                        if (option != '?') {
                                (void)fprintf(stderr, "attunesim %s: '%s' is not possible there\n",
                                              form->command, optarg);
                        }
                        (void)fputs(form->help, stderr);
                        return false;
                }
        }
        if (optind != argc - form->files) {
                (void)fprintf(stderr, "attunesim %s: %s\n%s", form->command, form->files_wanted,
                              form->help);
                return false;
        }
        return true;
}
