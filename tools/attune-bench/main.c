/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "tools/attune-bench/bench.h"
#include "version.h"

static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
        const char *what;
} commands[] = {
        {"match", bench_match, "a decision alone: an agent for a contact, a contact for an agent"},
        {"step", bench_step, "whole lives through the engine, at a standing load"},
        {"journal", bench_journal, "the journal's commits, against a file appended to and synced"},
        {"history", bench_history, "what the history costs the loop, its thread, and routing"},
        {"customers", bench_customers, "looking up customers in a history of many"},
        {"overload", bench_overload, "attuned with more to do than can be done, and storms"},
        {"recovery", bench_recovery, "a start on a journal, and where its time goes"},
        {"report", bench_report,
         "a report over a year of a million contacts, and routing meanwhile"},
        {"snapshot", bench_snapshot, "the engine's state as bytes, and back"},
        {"soak", bench_soak, "attuned's memory after ten million contacts against that after few"},
        {"wire", bench_wire, "attuned through its socket, against a server that only answers"},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static int print_usage(FILE *to, int status)
{
        fprintf(to, "usage: attune-bench COMMAND [OPTIONS]\n\n");
        for (size_t i = 0; i < COMMAND_COUNT; i++) {
                fprintf(to, "  %-9s %s\n", commands[i].name, commands[i].what);
        }
        fprintf(to, "\nattune-bench COMMAND --help tells a command's options.\n");
        return status;
}

int main(int argc, char **argv)
{
        if (argc < 2) {
                return print_usage(stderr, 2);
        }
        if (strcmp(argv[1], "--help") == 0) {
                return print_usage(stdout, 0);
        }
        if (strcmp(argv[1], "--version") == 0) {
                printf("attune-bench %s\n", ATT_VERSION);
                return 0;
        }
        for (size_t i = 0; i < COMMAND_COUNT; i++) {
                if (strcmp(argv[1], commands[i].name) == 0) {
                        return commands[i].run(argc - 2, argv + 2);
                }
        }
        fprintf(stderr, "attune-bench: no command is called '%s'\n", argv[1]);
        return print_usage(stderr, 2);
}
