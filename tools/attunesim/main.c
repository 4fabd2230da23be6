/* SPDX-License-Identifier: Apache-2.0 */
/* attunesim: the engine in virtual time. One file a command. */
#include <stdio.h>
#include <string.h>

#include "lib/base/util.h"
#include "tools/attunesim/commands.h"
#include "version.h"

static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
        const char *summary;
} commands[] = {
        {"scenario", command_scenario, "run acceptance cases: attunesim scenario FILE..."},
        {"run", command_run, "simulate a contact centre: attunesim run FILE"},
        {"compare", command_compare, "two contact centres on the same chance: attunesim compare A B"},
        {"staff", command_staff, "how many agents are needed when: attunesim staff FILE"},
        {"replay", command_replay, "run a journal again: attunesim replay DATA"},
        {"chaos", command_chaos, "the daemon in a simulated world of faults: attunesim chaos --seeds A-B"},
        {"schema", command_schema, "print what editors need to check a configuration"},
};

static void print_help(FILE *to)
{
        fprintf(to, "usage: attunesim COMMAND ...\n\n");
        for (size_t i = 0; i < ATT_ARRAY_LEN(commands); i++) {
                fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].summary);
        }
        fprintf(to, "\nattunesim COMMAND --help says more.\n");
}

int main(int argc, char **argv)
{
        if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
                print_help(stdout);
                return EXIT_DONE;
        }
        if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
                printf("attunesim %s\n", ATT_VERSION);
                return EXIT_DONE;
        }
        for (size_t i = 0; argc >= 2 && i < ATT_ARRAY_LEN(commands); i++) {
                if (strcmp(argv[1], commands[i].name) == 0) {
                        return commands[i].run(argc - 1, argv + 1);
                }
        }
        if (argc >= 2) {
                fprintf(stderr, "attunesim: no command '%s'\n", argv[1]);
        }
        print_help(stderr);
        return EXIT_USAGE;
}
