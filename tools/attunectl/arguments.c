/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attunectl/arguments.h"

#include <string.h>
#include <time.h>

#include "lib/base/duration.h"
#include "lib/base/util.h"
#include "lib/model/limits.h"

/* ---- Taking apart ---- */

static const struct option_row *find_long(const struct option_row *rows, const char *name,
                                          size_t len)
{
        for (; rows && rows->name; rows++) {
                if (strlen(rows->name) == len && memcmp(rows->name, name, len) == 0) {
                        return rows;
                }
        }
        return NULL;
}

static const struct option_row *find_short(const struct option_row *rows, char letter)
{
        for (; rows && rows->name; rows++) {
                if (rows->letter == letter) {
                        return rows;
                }
        }
        return NULL;
}

static size_t count_rows(const struct option_row *rows)
{
        size_t count = 0;

        while (rows && rows[count].name) {
                count++;
        }
        return count;
}

struct two_lists {
        const struct option_row *own;
        const struct option_row *common;
        size_t own_count;
};

static struct att_text get_name(const void *context, size_t i)
{
        const struct two_lists *lists = context;

        return att_text_from(i < lists->own_count ? lists->own[i].name
                                                  : lists->common[i - lists->own_count].name);
}

static void say_unknown(const struct option_row *common, const struct option_row *own,
                        struct att_text name, struct att_buffer *why)
{
        const struct two_lists lists = {own, common, count_rows(own)};
        struct att_text nearest = att_text_nearest(name, lists.own_count + count_rows(common),
                                                   get_name, &lists);

        att_buffer_printf(why, "unknown option '--%.*s'", ATT_TEXT_ARGS(name));
        if (!att_text_is_empty(nearest)) {
                att_buffer_printf(why, ", did you mean '--%.*s'?", ATT_TEXT_ARGS(nearest));
        }
}

/* An option as it stands: its row, and its value where that is in the same word. */
struct found {
        const struct option_row *row;
        struct att_text name;
        const char *value;
};

static struct found find_option(const struct option_row *common, const struct option_row *own,
                                const char *word)
{
        struct found found = {0};

        if (word[1] == '-') {
                const char *equals = strchr(word, '=');

                found.name = att_text_of(word + 2,
                                         equals ? (size_t)(equals - word) - 2 : strlen(word + 2));
                found.value = equals ? equals + 1 : NULL;
                found.row = find_long(own, found.name.data, found.name.len);
                if (!found.row) {
                        found.row = find_long(common, found.name.data, found.name.len);
                }
                return found;
        }
        found.name = att_text_of(word + 1, 1);
        found.value = word[2] != '\0' ? word + 2 : NULL;
        found.row = find_short(own, word[1]);
        if (!found.row) {
                found.row = find_short(common, word[1]);
        }
        return found;
}

/* A dash alone is a word, and so is a negative number. */
static bool is_option(const char *word)
{
        return word[0] == '-' && word[1] != '\0' && !(word[1] >= '0' && word[1] <= '9');
}

static bool add_option(struct arguments *arguments, const struct found *found, int argc,
                       char *const *argv, int *at, struct att_buffer *why)
{
        struct argument *argument = &arguments->options[arguments->option_count++];

        *argument = (struct argument){.option = found->row, .value = found->value};
        if (!found->row->argument && found->value) {
                att_buffer_printf(why, "option '--%s' takes no value", found->row->name);
                return false;
        }
        if (found->row->argument && !found->value) {
                if (*at + 1 >= argc) {
                        att_buffer_printf(why, "option '--%s' needs %s", found->row->name,
                                          found->row->argument);
                        return false;
                }
                argument->value = argv[++*at];
        }
        return true;
}

bool arguments_parse(struct arguments *arguments, const struct option_row *common,
                     const struct option_row *own, int argc, char *const *argv,
                     struct att_buffer *why)
{
        bool words_only = false;

        *arguments = (struct arguments){0};
        if (argc > ARGUMENTS_MAX) {
                att_buffer_printf(why, "more than %d arguments", ARGUMENTS_MAX);
                return false;
        }
        for (int i = 0; i < argc; i++) {
                struct found found;

                if (words_only || !is_option(argv[i])) {
                        arguments->words[arguments->word_count++] = argv[i];
                        continue;
                }
                if (strcmp(argv[i], "--") == 0) {
                        words_only = true;
                        continue;
                }
                found = find_option(common, own, argv[i]);
                if (!found.row) {
                        say_unknown(common, own, found.name, why);
                        return false;
                }
                if (!add_option(arguments, &found, argc, argv, &i, why)) {
                        return false;
                }
        }
        return true;
}

size_t arguments_words(const struct option_row *common, int argc, char *const *argv,
                       const char **words, size_t max)
{
        size_t count = 0;

        for (int i = 0; i < argc && count < max; i++) {
                struct found found;

                if (!is_option(argv[i])) {
                        words[count++] = argv[i];
                        continue;
                }
                if (strcmp(argv[i], "--") == 0) {
                        break;
                }
                found = find_option(common, NULL, argv[i]);
                if (found.row && found.row->argument && !found.value) {
                        i++;
                }
        }
        return count;
}

/* ---- Looking up ---- */

struct att_text argument_word(const struct arguments *arguments, size_t n)
{
        return n < arguments->word_count ? att_text_from(arguments->words[n]) : ATT_TEXT_NONE;
}

static const struct argument *find_given(const struct arguments *arguments, const char *name)
{
        for (size_t i = arguments->option_count; i-- > 0;) {
                if (strcmp(arguments->options[i].option->name, name) == 0) {
                        return &arguments->options[i];
                }
        }
        return NULL;
}

const char *argument_option(const struct arguments *arguments, const char *name)
{
        const struct argument *given = find_given(arguments, name);

        return given ? given->value : NULL;
}

struct att_text argument_text(const struct arguments *arguments, const char *name)
{
        return att_text_from(argument_option(arguments, name));
}

bool argument_is_given(const struct arguments *arguments, const char *name)
{
        return find_given(arguments, name) != NULL;
}

/* ---- Numbers ---- */

bool parse_scaled(struct att_text text, int decimals, int64_t *ret)
{
        bool negative = text.len > 0 && text.data[0] == '-';
        size_t at = negative ? 1 : 0;
        int64_t value = 0;
        int digits = 0;
        int after = -1; /* Digits behind the point; -1: none seen. */

        for (; at < text.len; at++) {
                char c = text.data[at];

                if (c == '.' && after < 0) {
                        after = 0;
                        continue;
                }
                if (c < '0' || c > '9' || after >= decimals || value > INT64_MAX / 100) {
                        return false;
                }
                value = value * 10 + (c - '0');
                digits++;
                after += after >= 0;
        }
        if (digits == 0) {
                return false;
        }
        for (int i = after < 0 ? 0 : after; i < decimals; i++) {
                if (value > INT64_MAX / 100) {
                        return false;
                }
                value *= 10;
        }
        *ret = negative ? -value : value;
        return true;
}

bool argument_scaled(struct ctl *ctl, const struct arguments *arguments, const char *name,
                     int decimals, int64_t *ret)
{
        const char *value = argument_option(arguments, name);

        if (!value || parse_scaled(att_text_from(value), decimals, ret)) {
                return true;
        }
        ctl_complain(ctl, "--%s takes a number with at most %d decimals, not '%s'", name, decimals,
                     value);
        return false;
}

bool argument_share(struct ctl *ctl, const struct arguments *arguments, const char *name,
                    int64_t *ret_ppm)
{
        const char *value = argument_option(arguments, name);
        int64_t ppm;

        if (!value) {
                return true;
        }
        if (!parse_scaled(att_text_from(value), 6, &ppm) || ppm < 0 || ppm > ATT_PPM) {
                ctl_complain(ctl, "--%s goes from 0 to 1, not '%s'", name, value);
                return false;
        }
        *ret_ppm = ppm;
        return true;
}

bool argument_whole(struct ctl *ctl, const struct arguments *arguments, const char *name,
                    int32_t *ret)
{
        const char *value = argument_option(arguments, name);
        int64_t number;

        if (!value) {
                return true;
        }
        if (!parse_scaled(att_text_from(value), 0, &number) || number < 0 || number > 1000000) {
                ctl_complain(ctl, "--%s takes a whole number, not '%s'", name, value);
                return false;
        }
        *ret = (int32_t)number;
        return true;
}

bool argument_duration(struct ctl *ctl, const struct arguments *arguments, const char *name,
                       int64_t *ret_ms)
{
        const char *value = argument_option(arguments, name);

        if (!value || att_duration_parse(att_text_from(value), ret_ms) == ATT_DURATION_OK) {
                return true;
        }
        ctl_complain(ctl, "--%s takes a duration such as 90s, 5m or 1h, not '%s'", name, value);
        return false;
}

/* ---- Times ---- */

static bool parse_date(const char *value, int64_t *ret_ms)
{
        static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M",
                                            "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"};

        for (size_t i = 0; i < ATT_ARRAY_LEN(forms); i++) {
                struct tm time = {.tm_isdst = -1};
                const char *rest = strptime(value, forms[i], &time);

                if (rest && strcmp(rest, "Z") == 0) {
                        *ret_ms = (int64_t)timegm(&time) * 1000;
                        return true;
                }
                if (rest && *rest == 0) {
                        *ret_ms = (int64_t)mktime(&time) * 1000;
                        return true;
                }
        }
        return false;
}

bool argument_time(struct ctl *ctl, const struct arguments *arguments, const char *name,
                   int64_t *ret_ms)
{
        const char *value = argument_option(arguments, name);
        int64_t from_now_ms;
        struct timespec now;

        if (!value || parse_date(value, ret_ms)) {
                return true;
        }
        if (att_duration_parse(att_text_from(value), &from_now_ms) == ATT_DURATION_OK) {
                (void)clock_gettime(CLOCK_REALTIME, &now);
                *ret_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + from_now_ms;
                return true;
        }
        ctl_complain(ctl, "--%s takes a time such as 2h (from now) or 2026-11-26T18:00, not '%s'",
                     name, value);
        return false;
}

/* ---- Lists ---- */

struct argument_list argument_list(const struct arguments *arguments, const char *name)
{
        return (struct argument_list){.arguments = arguments, .name = name};
}

bool argument_list_next(struct argument_list *list, struct att_text *ret_value)
{
        while (att_text_is_empty(list->rest)) {
                const struct argument *option;

                if (list->option == list->arguments->option_count) {
                        return false;
                }
                option = &list->arguments->options[list->option++];
                if (strcmp(option->option->name, list->name) == 0) {
                        list->rest = att_text_from(option->value);
                }
        }
        if (!argument_split(list->rest, ',', ret_value, &list->rest)) {
                *ret_value = list->rest;
                list->rest = ATT_TEXT_NONE;
        }
        return true;
}

bool argument_split(struct att_text value, char separator, struct att_text *ret_before,
                    struct att_text *ret_after)
{
        const char *found = value.len > 0 ? memchr(value.data, separator, value.len) : NULL;
        size_t before = found ? (size_t)(found - value.data) : 0;

        if (!found) {
                return false;
        }
        *ret_before = att_text_of(value.data, before);
        *ret_after = att_text_of(found + 1, value.len - before - 1);
        return true;
}
