/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of a language, with what each does. lexicon_embed.c makes the tables from the files in
 * lexicon/ when attune is built; nothing is read when it runs.
 */
#ifndef ATT_LIB_EMOTION_LEXICON_H
#define ATT_LIB_EMOTION_LEXICON_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
        WORD_NOT = 1,   /* Turns what follows. */
        WORD_MORE = 2,  /* Strengthens it. */
        WORD_LESS = 4,  /* Weakens it. */
        WORD_BUT = 8,   /* What follows counts more than what was before. */
        WORD_TOO = 16,  /* Too much of what follows. */
        WORD_FAILS = 32 /* Bad to be without: counts where it is denied. */
};

struct word {
        uint32_t at; /* In the lexicon's text. */
        uint8_t len;
        int8_t rating;     /* Tenths, -40..40; 0: none. */
        uint8_t flags;     /* WORD_* */
        uint8_t words_max; /* Of the phrases that begin with it; 0: there are none. */
};

struct lexicon {
        char tag[3];
        const char *text;
        const struct word *words;
        const uint16_t *slots; /* By hash: a word's index + 1; 0: none. At most half are taken. */
        uint32_t mask;
        uint32_t count;
};

extern const struct lexicon lexicons[];
extern const uint32_t lexicon_count;

/* FNV-1a, the same where the tables are made as where they are read. */
static inline uint32_t lexicon_hash(const char *data, size_t len)
{
        uint32_t hash = 2166136261U;

        for (size_t i = 0; i < len; i++) {
                hash = (hash ^ (unsigned char)data[i]) * 16777619U;
        }
        return hash ^ hash >> 15;
}

/* In small letters; a phrase with one space between its words. NULL: it is not in there. */
static inline const struct word *lexicon_find(const struct lexicon *lexicon, const char *data,
                                              size_t len)
{
        for (uint32_t i = lexicon_hash(data, len);; i++) {
                const uint16_t slot = lexicon->slots[i & lexicon->mask];
                const struct word *word;

                if (slot == 0) {
                        return NULL;
                }
                word = &lexicon->words[slot - 1];
                if (word->len == len && memcmp(lexicon->text + word->at, data, len) == 0) {
                        return word;
                }
        }
}

#endif
