/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of attunectl as one table: it feeds the parser, the help and the manual page.
 *
 * A command is a row: its name (one word or two), what it takes, what to say about it, and the
 * function that does it. Each file of this folder that is called after a command defines its rows;
 * commands.c lists them in the order in which people want to read them.
 */
#ifndef ATT_TOOLS_ATTUNECTL_COMMAND_H
#define ATT_TOOLS_ATTUNECTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/buffer.h"
#include "tools/attunectl/link.h"

struct arguments;

/* The exit status. */
enum verdict {
        VERDICT_DONE = 0,
        VERDICT_NO = 1,    /* The answer is no, or something failed. */
        VERDICT_USAGE = 2, /* Said wrongly. */
};

struct option_row {
        const char *name;     /* Without its dashes. */
        const char *argument; /* What it takes, as the help names it; NULL: nothing. */
        const char *help;
        char letter; /* The short form; 0: none. */
};

/* What all commands share. */
struct ctl {
        const char *program;
        const char *socket;
        const char *name;       /* To say hello with; empty: by hand. */
        const char *token_file; /* NULL: none. */
        bool json;
        bool is_linked;
        struct link link;
        struct att_buffer out; /* Written to standard output at the end, or by ctl_flush(). */
};

struct command {
        const char *name;                 /* "status", "config check". */
        const char *arguments;            /* "CONTACT [OPTION]..." for the usage line. */
        const char *summary;              /* A line. */
        const char *details;              /* Paragraphs; NULL: the summary says it all. */
        const struct option_row *options; /* Ends with a row without a name; NULL: none. */
        size_t words_min;                 /* Arguments that are no options. */
        size_t words_max;
        enum verdict (*run)(struct ctl *ctl, const struct arguments *arguments);
};

extern const struct option_row common_options[];
extern const struct command *const commands[]; /* Ends with NULL. */

/* The command whose name these words begin with, and how many words that took. NULL: none; then
 * `ret_words` says how many of them are the beginning of some command. */
const struct command *command_find(const char *const *words, size_t count, size_t *ret_words);
/* The nearest name, or the nearest first word of one, or the empty text. */
struct att_text command_nearest(const char *const *words, size_t count);

/* Connects unless it is connected; on failure says why and gives false. */
ATT_MUST_USE bool ctl_connect(struct ctl *ctl);
/* Asks and waits for the answer of that kind. A refusal or a failure is told (as JSON with --json)
 * and gives false. What is answered is good until the next question. */
ATT_MUST_USE bool ctl_ask(struct ctl *ctl, const struct att_wire_message *question,
                          enum att_wire_result_kind kind, struct att_wire_answer *ret_answer);
/* The same, but that a refusal is not told. */
ATT_MUST_USE bool ctl_ask_quietly(struct ctl *ctl, const struct att_wire_message *question,
                                  enum att_wire_result_kind kind,
                                  struct att_wire_answer *ret_answer);
/* A command for the engine: done, or told why not. */
enum verdict ctl_do(struct ctl *ctl, const struct att_command *command, const char *sentence);

/* Tells what went wrong: on standard error, or with --json as {"error": ...} on standard output. */
void ctl_complain(struct ctl *ctl, const char *format, ...) ATT_PRINTF(2, 3);
/* False: standard output is gone. */
bool ctl_flush(struct ctl *ctl);

#endif
