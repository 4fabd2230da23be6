/* SPDX-License-Identifier: Apache-2.0 */
/* What stands behind a command's name, taken apart by the command's table of options. */
#ifndef ATT_TOOLS_ATTUNECTL_ARGUMENTS_H
#define ATT_TOOLS_ATTUNECTL_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/check.h"
#include "lib/base/text.h"
#include "tools/attunectl/command.h"

#define ARGUMENTS_MAX 256

struct argument {
        const struct option_row *option; /* NULL: a word. */
        const char *value;               /* NULL: the option takes none. */
};

struct arguments { /* All borrowed from argv. */
        const char *words[ARGUMENTS_MAX];
        size_t word_count;
        struct argument options[ARGUMENTS_MAX];
        size_t option_count;
};

/* Takes the words and options of a command line apart: `common` options and, once `command` is
 * known, its own. False and a sentence: it is said wrongly. */
ATT_MUST_USE bool arguments_parse(struct arguments *arguments, const struct option_row *common,
                                  const struct option_row *own, int argc, char *const *argv,
                                  struct att_buffer *why);

/* Words only, whatever the options: to find the command before its options are known. An option that
 * may take an argument hides none: those of `common` are known, others are passed over. */
size_t arguments_words(const struct option_row *common, int argc, char *const *argv,
                       const char **words, size_t max);

/* The n-th word; "" if there are fewer. */
struct att_text argument_word(const struct arguments *arguments, size_t n);
/* The last one of that name, or NULL. */
const char *argument_option(const struct arguments *arguments, const char *name);
struct att_text argument_text(const struct arguments *arguments, const char *name);
bool argument_is_given(const struct arguments *arguments, const char *name);

/* Numbers. Absent: `*ret` stays. False and a sentence: what is given is none. */
ATT_MUST_USE bool argument_scaled(struct ctl *ctl, const struct arguments *arguments,
                                  const char *name, int decimals, int64_t *ret);
/* A share from 0 to 1, in parts per million. */
ATT_MUST_USE bool argument_share(struct ctl *ctl, const struct arguments *arguments,
                                 const char *name, int64_t *ret_ppm);
ATT_MUST_USE bool argument_whole(struct ctl *ctl, const struct arguments *arguments,
                                 const char *name, int32_t *ret);
ATT_MUST_USE bool argument_duration(struct ctl *ctl, const struct arguments *arguments,
                                    const char *name, int64_t *ret_ms);

/* A time, as milliseconds since the epoch: so long from now (2h), or a date and time of the day
 * (2026-11-26T18:00, local; with a Z at the end, UTC). */
ATT_MUST_USE bool argument_time(struct ctl *ctl, const struct arguments *arguments,
                                const char *name, int64_t *ret_ms);

/* Lists: an option given several times, each time with one or more values between commas. */
struct argument_list {
        const struct arguments *arguments;
        const char *name;
        size_t option;
        struct att_text rest;
};
struct argument_list argument_list(const struct arguments *arguments, const char *name);
/* False at the end. */
bool argument_list_next(struct argument_list *list, struct att_text *ret_value);
/* "cards:6" -> cards, 6; without a colon: no number. */
bool argument_split(struct att_text value, char separator, struct att_text *ret_before,
                    struct att_text *ret_after);
/* An exact decimal as an integer of 10^-decimals. False: not one, or too fine or too big. */
ATT_MUST_USE bool parse_scaled(struct att_text text, int decimals, int64_t *ret);

#endif
