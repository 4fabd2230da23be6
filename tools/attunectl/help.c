/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunectl/help.h"

#include <stdio.h>
#include <string.h>

#include "tools/attunectl/arguments.h"
#include "tools/attunectl/commands.h"

#define TEXT_COLUMNS 78

/* ---- The overview ---- */

static int name_columns(void)
{
        size_t widest = 0;

        for (size_t i = 0; commands[i]; i++) {
                size_t len = strlen(commands[i]->name);

                widest = len > widest ? len : widest;
        }
        return (int)widest;
}

/* How an option is written: "-q, --queue QUEUE". */
static void put_option_name(struct att_buffer *into, const struct option_row *row)
{
        if (row->letter) {
                att_buffer_printf(into, "-%c, ", row->letter);
        } else {
                att_buffer_append_c(into, "    ");
        }
        att_buffer_printf(into, "--%s", row->name);
        if (row->argument) {
                att_buffer_printf(into, " %s", row->argument);
        }
}

static void put_options(struct att_buffer *into, const struct option_row *rows)
{
        size_t widest = 0;
        struct att_buffer name = {0};

        for (const struct option_row *row = rows; row && row->name; row++) {
                att_buffer_clear(&name);
                put_option_name(&name, row);
                widest = name.len > widest ? name.len : widest;
        }
        for (const struct option_row *row = rows; row && row->name; row++) {
                att_buffer_clear(&name);
                put_option_name(&name, row);
                att_buffer_printf(into, "  %-*s  %s\n", (int)widest, name.data, row->help);
        }
        att_buffer_deinit(&name);
}

void help_write_overview(struct att_buffer *into, const char *program)
{
        int columns = name_columns();

        att_buffer_printf(into, "usage: %s [OPTION]... COMMAND [ARGUMENT]...\n\n", program);
        for (size_t i = 0; commands[i]; i++) {
                att_buffer_printf(into, "  %-*s  %s\n", columns, commands[i]->name,
                                  commands[i]->summary);
        }
        att_buffer_append_c(into, "\nOptions of all commands:\n");
        put_options(into, common_options);
        att_buffer_printf(into,
                          "\n'%s help COMMAND' tells more. Exit status: 0 done, 1 the answer "
                          "is no or\nsomething failed, 2 said wrongly.\n",
                          program);
}

/* ---- One command ---- */

static void put_wrapped(struct att_buffer *into, const char *text)
{
        size_t column = 0;

        while (*text) {
                size_t len = strcspn(text, " ");

                if (column > 0 && column + 1 + len > TEXT_COLUMNS) {
                        att_buffer_append_byte(into, '\n');
                        column = 0;
                } else if (column > 0) {
                        att_buffer_append_byte(into, ' ');
                        column++;
                }
                att_buffer_append(into, text, len);
                column += len;
                text += len + (text[len] == ' ');
        }
        att_buffer_append_byte(into, '\n');
}

void help_write_command(struct att_buffer *into, const char *program, const struct command *command)
{
        att_buffer_printf(into, "usage: %s %s%s%s\n\n", program, command->name,
                          command->arguments[0] ? " " : "", command->arguments);
        put_wrapped(into, command->summary);
        if (command->details) {
                att_buffer_append_byte(into, '\n');
                put_wrapped(into, command->details);
        }
        if (command->options) {
                att_buffer_append_byte(into, '\n');
                put_options(into, command->options);
        }
        att_buffer_append_c(into, "\nOptions of all commands:\n");
        put_options(into, common_options);
}

void help_write_second_words(struct att_buffer *into, const char *first)
{
        size_t len = strlen(first);
        const char *separator = "";

        for (size_t i = 0; commands[i]; i++) {
                const char *name = commands[i]->name;

                if (strncmp(name, first, len) == 0 && name[len] == ' ') {
                        att_buffer_printf(into, "%s%s", separator, name + len + 1);
                        separator = ", ";
                }
        }
}

/* ---- The manual page ---- */

/* scdoc takes underscores and asterisks for marks, and so on. */
static void put_scdoc(struct att_buffer *into, const char *text)
{
        for (; *text; text++) {
                if (strchr("_*\\#`[]|~<>", *text)) {
                        att_buffer_append_byte(into, '\\');
                }
                att_buffer_append_byte(into, *text);
        }
}

static void put_scdoc_wrapped(struct att_buffer *into, const char *indent, const char *text)
{
        struct att_buffer wrapped = {0};
        char *line;
        char *rest = NULL;

        put_wrapped(&wrapped, text);
        for (line = strtok_r(wrapped.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
                att_buffer_append_c(into, indent);
                put_scdoc(into, line);
                att_buffer_append_byte(into, '\n');
        }
        att_buffer_deinit(&wrapped);
}

static void put_scdoc_options(struct att_buffer *into, const char *indent,
                              const struct option_row *rows)
{
        char deeper[8];

        (void)snprintf(deeper, sizeof(deeper), "%s\t", indent);
        for (const struct option_row *row = rows; row && row->name; row++) {
                att_buffer_append_c(into, indent);
                if (row->letter) {
                        att_buffer_printf(into, "*-%c*, ", row->letter);
                }
                att_buffer_printf(into, "*--%s*", row->name);
                if (row->argument) {
                        att_buffer_append_c(into, " ");
                        put_scdoc(into, row->argument);
                }
                att_buffer_append_byte(into, '\n');
                put_scdoc_wrapped(into, deeper, row->help);
                att_buffer_append_byte(into, '\n');
        }
}

static void put_scdoc_command(struct att_buffer *into, const struct command *command)
{
        att_buffer_printf(into, "*%s* ", command->name);
        put_scdoc(into, command->arguments);
        att_buffer_append_byte(into, '\n');
        put_scdoc_wrapped(into, "\t", command->summary);
        att_buffer_append_byte(into, '\n');
        if (command->details) {
                put_scdoc_wrapped(into, "\t", command->details);
                att_buffer_append_byte(into, '\n');
        }
        put_scdoc_options(into, "\t", command->options);
}

static const char manual_head[] =
        "attunectl(1)\n"
        "\n"
        "; Written by `attunectl help --manual` from the table of commands. Change it there.\n"
        "\n"
        "# NAME\n"
        "\n"
        "attunectl - see, explain and act on the contact routing of attuned\n"
        "\n"
        "# SYNOPSIS\n"
        "\n"
        "*attunectl* [OPTION]... COMMAND [ARGUMENT]...\n"
        "\n"
        "# DESCRIPTION\n"
        "\n"
        "attunectl asks a running *attuned*(8) and shows what it answers: as tables and sentences\n"
        "for people, or with *--json* as JSON for scripts, one object, or for lists one a line. It\n"
        "connects to attuned's unix socket, where attuned's own user and root are supervisors;\n"
        "others need an entry in the configuration's access: section.\n"
        "\n"
        "# OPTIONS\n"
        "\n";

static const char manual_foot[] =
        "# EXIT STATUS\n"
        "\n"
        "*0*\n"
        "\tDone.\n"
        "\n"
        "*1*\n"
        "\tThe answer is no, or something failed.\n"
        "\n"
        "*2*\n"
        "\tSaid wrongly.\n"
        "\n"
        "# ENVIRONMENT\n"
        "\n"
        "*ATTUNE\\_SOCKET*\n"
        "\tThe socket where *--socket* is not given.\n"
        "\n"
        "# JSON\n"
        "\n"
        "Fields carry their unit in their name: \\_ms are milliseconds, or milliseconds since the\n"
        "Unix epoch; shares are between 0 and 1; points are decimals. What went wrong is\n"
        "{\"error\": {\"code\", \"message\", \"field\", \"nearest\", \"retry\\_ms\"}}. Fields may be added.\n"
        "\n"
        "# SEE ALSO\n"
        "\n"
        "*attuned*(8)\n";

void help_write_manual(struct att_buffer *into)
{
        att_buffer_append_c(into, manual_head);
        put_scdoc_options(into, "", common_options);
        att_buffer_append_c(into, "# COMMANDS\n\n");
        for (size_t i = 0; commands[i]; i++) {
                put_scdoc_command(into, commands[i]);
        }
        att_buffer_append_c(into, manual_foot);
}

/* ---- attunectl help ---- */

static enum verdict run(struct ctl *ctl, const struct arguments *arguments)
{
        size_t name_words = 0;
        const struct command *command = command_find(arguments->words, arguments->word_count,
                                                     &name_words);

        if (argument_is_given(arguments, "manual")) {
                help_write_manual(&ctl->out);
                return VERDICT_DONE;
        }
        if (arguments->word_count == 0) {
                help_write_overview(&ctl->out, ctl->program);
                return VERDICT_DONE;
        }
        if (command) {
                help_write_command(&ctl->out, ctl->program, command);
                return VERDICT_DONE;
        }
        if (name_words == arguments->word_count) { /* "help config": all of the family. */
                for (size_t i = 0; commands[i]; i++) {
                        const char *name = commands[i]->name;
                        size_t len = strlen(arguments->words[0]);

                        if (strncmp(name, arguments->words[0], len) == 0 && name[len] == ' ') {
                                att_buffer_printf(&ctl->out, "  %-*s  %s\n", name_columns(), name,
                                                  commands[i]->summary);
                        }
                }
                return VERDICT_DONE;
        }
        ctl_complain(ctl, "no command is called '%s'", arguments->words[0]);
        return VERDICT_USAGE;
}

static const struct option_row options[] = {
        {"manual", NULL, "the manual page, for scdoc", 0},
        {0},
};

const struct command command_help = {
        .name = "help",
        .arguments = "[COMMAND]",
        .summary = "this overview, or all about one command",
        .options = options,
        .words_max = 2,
        .run = run,
};
