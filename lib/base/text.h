/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text: a borrowed run of bytes, usually UTF-8, without a terminating NUL.
 *
 * A text never owns what it points to; whoever hands one out says how long it lives. The empty
 * text has len 0 and any data pointer; "absent" and "empty" are the same thing.
 */
#ifndef ATT_LIB_BASE_TEXT_H
#define ATT_LIB_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct att_text {
        const char *data;
        size_t len;
};

#define ATT_TEXT(literal) ((struct att_text){(literal), sizeof(literal) - 1})
#define ATT_TEXT_NONE     ((struct att_text){"", 0})

/* For printf: "%.*s", ATT_TEXT_ARGS(text). */
#define ATT_TEXT_ARGS(text) (int)(text).len, (text).data

struct att_text att_text_from(const char *c_string); /* NULL gives the empty text. */
struct att_text att_text_of(const char *data, size_t len);

bool att_text_is_empty(struct att_text text);
bool att_text_equals(struct att_text a, struct att_text b);
bool att_text_equals_c(struct att_text a, const char *c_string);
int att_text_compare(struct att_text a, struct att_text b); /* Bytewise; a prefix goes first. */
bool att_text_starts_with(struct att_text text, struct att_text prefix);
uint64_t att_text_hash(struct att_text text); /* The same on every machine. */

/* A NUL-terminated copy to free(). */
char *att_text_dup(struct att_text text);

/* The UTF-8 character at `at` (below text.len): how many bytes it has, or 0 and no code point where
 * the bytes are not well-formed. */
size_t att_text_decode(struct att_text text, size_t at, uint32_t *ret_code_point);

/* The character's bytes in UTF-8, at most 4; gives how many. */
size_t att_text_encode(uint32_t code_point, char bytes[4]);

/* A capital's small letter (ASCII, Latin-1, Latin Extended-A, Greek, Cyrillic); others as they are. */
uint32_t att_text_fold(uint32_t code_point);

/* Whether the bytes are well-formed UTF-8 (no surrogates, no overlong forms) without NUL. */
bool att_text_is_utf8(struct att_text text);

/* At most so many bytes of it, and whole characters where it is well-formed. */
struct att_text att_text_cut(struct att_text text, size_t bytes_max);

/* Whether `needle` occurs in `text`, letters compared without case (ASCII, Latin-1, Latin
 * Extended-A, Greek and Cyrillic letters of UTF-8 text). An empty needle occurs everywhere. */
bool att_text_contains_nocase(struct att_text text, struct att_text needle);

/* Glob: `*` any run, `?` one byte; everything else for itself. Takes at most the
 * product of the two lengths in time. */
bool att_text_matches_glob(struct att_text text, struct att_text pattern);

/* Edit distance in bytes (insert, delete, replace, swap of neighbours; no byte is edited twice), at
 * most `limit` + 1. */
size_t att_text_distance(struct att_text a, struct att_text b, size_t limit);

/* The nearest of `count` candidates if it is near enough to be a slip of the pen (distance at most
 * 2, or a third of the name for long ones, and less than the whole name; another case is no
 * distance), else the empty text. Of equally near ones the first. `get` gives the i-th name. */
struct att_text att_text_nearest(struct att_text name, size_t count,
                                 struct att_text (*get)(const void *context, size_t i),
                                 const void *context);

#endif
