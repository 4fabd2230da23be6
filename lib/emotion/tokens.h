/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text cut into words, and where clauses and sentences end. Words are looked up as they are cut:
 * whether "well-made" is one word or two, and ":-(" one or none, is for the lexicon to say.
 */
#ifndef ATT_LIB_EMOTION_TOKENS_H
#define ATT_LIB_EMOTION_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/text.h"
#include "lib/emotion/emotion.h"
#include "lib/emotion/lexicon.h"

enum token_kind {
        TOKEN_WORD,
        TOKEN_CLAUSE,  /* A comma or the like: what is before turns nothing that is after. */
        TOKEN_SENTENCE /* The end of one. */
};

struct token {
        const struct word *word; /* NULL: not in the lexicon. */
        uint16_t at;             /* WORD: in `words`, in small letters. */
        uint16_t len;
        uint16_t shouts; /* SENTENCE: exclamation marks ... */
        uint16_t asks;   /* ... and question marks that end it. */
        uint8_t kind;    /* enum token_kind */
        bool is_capitals;
        bool is_stretched; /* "sooooo" */
};

struct tokens {
        struct token items[ATT_EMOTION_BYTES_MAX + 1]; /* The last one ends a sentence. */
        uint32_t count;
        char words[2 * ATT_EMOTION_BYTES_MAX + 2]; /* One space between the words. */
        uint32_t len;
        bool has_small; /* Not everything is in capitals. */
};

/* At most ATT_EMOTION_BYTES_MAX bytes. `elides`: "l'appareil" is "appareil". */
void tokens_cut(struct tokens *tokens, const struct lexicon *lexicon, bool elides,
                struct att_text text);

#endif
