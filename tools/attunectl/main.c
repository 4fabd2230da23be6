/* SPDX-License-Identifier: Apache-2.0 */
/* attunectl: finds the command, takes its arguments apart, runs it. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/options.h"
#include "tools/attunectl/arguments.h"
#include "tools/attunectl/command.h"
#include "tools/attunectl/help.h"
#include "version.h"

static void say_wrong(const struct ctl *ctl, const char *what, const char *whose)
{
        (void)fprintf(stderr, "%s: %s\n", ctl->program, what);
        (void)fprintf(stderr, "Try '%s help%s%s'.\n", ctl->program, whose ? " " : "",
                      whose ? whose : "");
}

static enum verdict refuse_command(const struct ctl *ctl, const char *const *words, size_t count,
                                   size_t known)
{
        struct att_buffer what = {0};
        struct att_text nearest = command_nearest(words, count);

        if (count == 0) {
                help_write_overview(&what, ctl->program);
                (void)fputs(what.data, stderr);
                att_buffer_deinit(&what);
                return VERDICT_USAGE;
        }
        if (known > 0 && count == known) {
                att_buffer_printf(&what, "'%s' needs one more word: ", words[0]);
                help_write_second_words(&what, words[0]);
        } else {
                att_buffer_printf(&what, "no command is called '%s%s%s'", words[0],
                                  count > 1 && known > 0 ? " " : "",
                                  count > 1 && known > 0 ? words[1] : "");
                if (!att_text_is_empty(nearest)) {
                        att_buffer_printf(&what, ", did you mean '%.*s'?", ATT_TEXT_ARGS(nearest));
                }
        }
        say_wrong(ctl, what.data, NULL);
        att_buffer_deinit(&what);
        return VERDICT_USAGE;
}

static void take_common(struct ctl *ctl, const struct arguments *arguments)
{
        const char *environment = getenv("ATTUNE_SOCKET");

        ctl->socket = argument_option(arguments, "socket");
        if (!ctl->socket) {
                ctl->socket = environment && environment[0] != '\0' ? environment
                                                                    : OPTIONS_SOCKET_DEFAULT;
        }
        ctl->name = argument_option(arguments, "name");
        ctl->token_file = argument_option(arguments, "token-file");
        ctl->json = argument_is_given(arguments, "json");
}

static enum verdict run_command(struct ctl *ctl, const struct command *command, size_t name_words,
                                int argc, char **argv)
{
        struct arguments arguments;
        struct att_buffer why = {0};
        enum verdict verdict = VERDICT_USAGE;
        size_t count;

        if (!arguments_parse(&arguments, common_options, command->options, argc, argv, &why)) {
                say_wrong(ctl, why.data, command->name);
                att_buffer_deinit(&why);
                return VERDICT_USAGE;
        }
        take_common(ctl, &arguments);
        arguments.word_count -= name_words;
        memmove(arguments.words, arguments.words + name_words,
                arguments.word_count * sizeof(arguments.words[0]));
        count = arguments.word_count;
        if (argument_is_given(&arguments, "help")) {
                help_write_command(&ctl->out, ctl->program, command);
                verdict = VERDICT_DONE;
        } else if (count < command->words_min || count > command->words_max) {
                att_buffer_printf(&why, "%s: usage: %s %s %s",
                                  count < command->words_min ? "something is missing"
                                                             : "that is too much",
                                  ctl->program, command->name, command->arguments);
                say_wrong(ctl, why.data, command->name);
        } else {
                verdict = command->run(ctl, &arguments);
        }
        att_buffer_deinit(&why);
        return verdict;
}

static bool has_option(int argc, char **argv, const char *long_form, const char *short_form)
{
        for (int i = 0; i < argc; i++) {
                if (strcmp(argv[i], long_form) == 0 || strcmp(argv[i], short_form) == 0) {
                        return true;
                }
        }
        return false;
}

static enum verdict run(struct ctl *ctl, int argc, char **argv)
{
        const char *words[2];
        size_t count = arguments_words(common_options, argc, argv, words, 2);
        size_t name_words = 0;
        const struct command *command = command_find(words, count, &name_words);

        if (command) {
                return run_command(ctl, command, name_words, argc, argv);
        }
        if (count == 0 && has_option(argc, argv, "--version", "-V")) {
                att_buffer_append_c(&ctl->out, "attunectl " ATT_VERSION "\n");
                return VERDICT_DONE;
        }
        if (count == 0 && has_option(argc, argv, "--help", "-h")) {
                help_write_overview(&ctl->out, ctl->program);
                return VERDICT_DONE;
        }
        return refuse_command(ctl, words, count, name_words);
}

/* Widths of letters are the terminal's business; without a locale they are still UTF-8's. */
static void choose_locale(void)
{
        if (!setlocale(LC_CTYPE, "") || MB_CUR_MAX == 1) {
                (void)setlocale(LC_CTYPE, "C.UTF-8");
        }
}

int main(int argc, char **argv)
{
        struct ctl ctl = {.program = "attunectl"};
        enum verdict verdict;

        choose_locale();
        verdict = run(&ctl, argc - 1, argv + 1);
        if (!ctl_flush(&ctl) && verdict == VERDICT_DONE) {
                verdict = VERDICT_NO;
        }
        if (ctl.is_linked) {
                link_close(&ctl.link);
        }
        att_buffer_deinit(&ctl.out);
        return (int)verdict;
}
