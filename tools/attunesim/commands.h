/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of attunesim. Each takes its own argc and argv, its name first, and gives the status
 * to exit with. */
#ifndef ATT_TOOLS_ATTUNESIM_COMMANDS_H
#define ATT_TOOLS_ATTUNESIM_COMMANDS_H

enum exit_status {
        EXIT_DONE = 0,
        EXIT_FAILED = 1, /* The answer is no, or something failed. */
        EXIT_USAGE = 2,
};

int command_chaos(int argc, char **argv);
int command_compare(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_run(int argc, char **argv);
int command_scenario(int argc, char **argv);
int command_schema(int argc, char **argv);
int command_staff(int argc, char **argv);

#endif
