/* SPDX-License-Identifier: Apache-2.0 */
/* The command lines of simulations: options of getopt_long(), then files. */
#ifndef ATT_TOOLS_ATTUNESIM_OPTIONS_H
#define ATT_TOOLS_ATTUNESIM_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

struct option_form {
        const char *command; /* "run" */
        const char *help;
        const struct option *known;              /* -h is --help, and dealt with here. */
        bool (*take)(int option, void *options); /* optarg is set. False: it is not possible. */
        int files;
        const char *files_wanted; /* "one file, please" */
};

/* Leaves `optind` at the first file. False: exit with `*ret_status`, what is wrong has been said. */
bool options_read(const struct option_form *form, int argc, char **argv, void *options,
                  int *ret_status);

/* `optarg` as a whole number, 0 or 1 to `most`. */
bool option_number(uint64_t most, uint64_t *ret);
bool option_count(uint64_t most, uint32_t *ret);

#endif
