/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/emotion/tokens.h"

#include <string.h>

#include "lib/base/check.h"

/* Longer ones are in no lexicon. */
#define WORD_BYTES_MAX     48
#define EMOTICON_BYTES_MAX 12
#define ELIDED_BYTES_MAX   2 /* "l'", "qu'" */

struct cutter {
        struct tokens *tokens;
        const struct lexicon *lexicon;
        struct att_text text;
        size_t at;
        bool elides;
        size_t parts_until; /* Up to here hyphens part words: together they are in no lexicon. */
};

/* ---- Characters ---- */

enum sort {
        SORT_OTHER,
        SORT_SPACE,
        SORT_LINE_END,
        SORT_LETTER, /* Or a digit. */
        SORT_APOSTROPHE,
        SORT_HYPHEN,
        SORT_STOP,
        SORT_SHOUT,
        SORT_ASK,
        SORT_CLAUSE,
        SORT_QUOTE,  /* Goes round words and changes nothing. */
        SORT_SYMBOL, /* Stands for itself: an emoji. */
};

static const uint8_t punctuation[128] = {
        ['\n'] = SORT_LINE_END, ['\''] = SORT_APOSTROPHE, ['-'] = SORT_HYPHEN, ['.'] = SORT_STOP,
        ['!'] = SORT_SHOUT,     ['?'] = SORT_ASK,         [','] = SORT_CLAUSE, [';'] = SORT_CLAUSE,
        [':'] = SORT_CLAUSE,    ['('] = SORT_CLAUSE,      [')'] = SORT_CLAUSE, ['"'] = SORT_QUOTE,
        ['`'] = SORT_QUOTE,     ['*'] = SORT_QUOTE,       ['_'] = SORT_QUOTE,
};

static inline enum sort sort_of_ascii(uint32_t c)
{
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
                return SORT_LETTER;
        }
        return c == ' ' ? SORT_SPACE : (enum sort)punctuation[c];
}

static enum sort sort_of_punctuation(uint32_t c)
{
        switch (c) {
        case 0x2018:
        case 0x2019:
                return SORT_APOSTROPHE;
        case 0x2010:
        case 0x2011:
                return SORT_HYPHEN;
        case 0x2013:
        case 0x2014:
                return SORT_CLAUSE;
        case 0x2026:
                return SORT_STOP;
        case 0x200d: /* What joins emojis ... */
        case 0xfe0f: /* ... and says that they are coloured. */
                return SORT_QUOTE;
        default:
                return c < 0x200c ? SORT_SPACE : SORT_QUOTE;
        }
}

static enum sort sort_of_wide(uint32_t c)
{
        if (c == 0xa0) {
                return SORT_SPACE;
        }
        if (c < 0xc0) { /* Latin-1's signs; of its letters there are three among them. */
                return c == 0xaa || c == 0xb5 || c == 0xba ? SORT_LETTER : SORT_QUOTE;
        }
        if ((c >= 0x2000 && c <= 0x206f) || c == 0xfe0f) {
                return sort_of_punctuation(c);
        }
        if (c >= 0x1f3fb && c <= 0x1f3ff) { /* The colour of a skin. */
                return SORT_QUOTE;
        }
        return (c >= 0x2190 && c <= 0x2bff) || (c >= 0x1f000 && c <= 0x1faff) ? SORT_SYMBOL
                                                                              : SORT_LETTER;
}

static enum sort look_wide(const struct cutter *cutter, size_t at, uint32_t *ret_c, size_t *ret_len)
{
        const size_t len = att_text_decode(cutter->text, at, ret_c);

        if (len == 0) {
                *ret_c = ' ';
                *ret_len = 1;
                return SORT_SPACE;
        }
        *ret_len = len;
        return sort_of_wide(*ret_c);
}

/* What stands at `at`, and how many bytes it has; what is no character passes for a space. */
static inline enum sort look(const struct cutter *cutter, size_t at, uint32_t *ret_c,
                             size_t *ret_len)
{
        *ret_c = at < cutter->text.len ? (unsigned char)cutter->text.data[at] : ' ';
        *ret_len = 1;
        return *ret_c < 0x80 ? sort_of_ascii(*ret_c) : look_wide(cutter, at, ret_c, ret_len);
}

static enum sort sort_at(const struct cutter *cutter, size_t at)
{
        uint32_t c;
        size_t len;

        return look(cutter, at, &c, &len);
}

/* ---- Tokens ---- */

static struct token *add_token(struct tokens *tokens, enum token_kind kind)
{
        struct token *token = &tokens->items[tokens->count];

        ATT_CHECK(tokens->count <= ATT_EMOTION_BYTES_MAX);
        tokens->count++;
        *token = (struct token){.kind = (uint8_t)kind, .at = (uint16_t)tokens->len};
        return token;
}

/* Clauses and sentences that have no words are none. */
static bool is_after_word(const struct tokens *tokens)
{
        return tokens->count > 0 && tokens->items[tokens->count - 1].kind == TOKEN_WORD;
}

static void end_clause(struct tokens *tokens)
{
        if (is_after_word(tokens)) {
                (void)add_token(tokens, TOKEN_CLAUSE);
        }
}

static void end_sentence(struct tokens *tokens, uint32_t shouts, uint32_t asks)
{
        struct token *last = tokens->count == 0 ? NULL : &tokens->items[tokens->count - 1];

        if (!last) {
                return;
        }
        if (last->kind == TOKEN_WORD) {
                last = add_token(tokens, TOKEN_SENTENCE);
        }
        last->kind = TOKEN_SENTENCE;
        last->shouts = (uint16_t)(last->shouts + shouts);
        last->asks = (uint16_t)(last->asks + asks);
}

static void add_word(struct tokens *tokens, const char *data, size_t len, const struct word *word,
                     bool is_capitals, bool is_stretched)
{
        struct token *token = add_token(tokens, TOKEN_WORD);

        token->len = (uint16_t)len;
        token->word = word;
        token->is_capitals = is_capitals;
        token->is_stretched = is_stretched;
        ATT_CHECK(tokens->len + len + 1 <= sizeof(tokens->words));
        memcpy(tokens->words + tokens->len, data, len);
        tokens->len += (uint32_t)len;
        tokens->words[tokens->len++] = ' ';
}

/* ---- Words ---- */

/* A word as it is read, in small letters. */
struct draft {
        char data[WORD_BYTES_MAX];
        size_t len;
        size_t n_letters;
        size_t n_capitals;
        size_t run;        /* Of the last letter. */
        bool is_stretched; /* A letter comes three times or more. */
        bool has_hyphen;
        bool is_long; /* Longer than any that is looked up. */
};

static void begin(struct draft *draft)
{
        draft->len = 0;
        draft->n_letters = 0;
        draft->n_capitals = 0;
        draft->run = 0;
        draft->is_stretched = false;
        draft->has_hyphen = false;
        draft->is_long = false;
}

static void put(struct draft *draft, const char *data, size_t len)
{
        if (draft->len + len > sizeof(draft->data)) {
                draft->is_long = true;
                return;
        }
        memcpy(draft->data + draft->len, data, len);
        draft->len += len;
}

/* Most letters are these. */
static void put_ascii(struct draft *draft, char c)
{
        const bool is_capital = c >= 'A' && c <= 'Z';
        const char small = (char)(is_capital ? c + ('a' - 'A') : c);

        if (draft->len == sizeof(draft->data)) {
                draft->is_long = true;
                return;
        }
        draft->n_letters += small > '9' || small < '0';
        draft->n_capitals += is_capital;
        draft->run = draft->len > 0 && draft->data[draft->len - 1] == small ? draft->run + 1 : 1;
        draft->is_stretched = draft->is_stretched || (draft->run > 2 && small > '9');
        draft->data[draft->len++] = small;
}

static void put_letter(struct draft *draft, uint32_t c)
{
        const uint32_t small = att_text_fold(c);
        char bytes[4];

        if (c < 0x80) {
                put_ascii(draft, (char)c);
                return;
        }

        draft->n_letters++;
        draft->n_capitals += small != c;
        put(draft, bytes, att_text_encode(small, bytes));
}

/* Letters, and apostrophes and hyphens between them. Gives where it ends; with `hyphens` false it
 * ends at the first hyphen. What is too long and has hyphens is not read on. */
static size_t read_word(const struct cutter *cutter, bool hyphens, struct draft *draft)
{
        size_t at = cutter->at;
        uint32_t c;
        size_t len;

        begin(draft);
        while (!draft->is_long || !draft->has_hyphen) {
                const enum sort sort = look(cutter, at, &c, &len);

                if (sort == SORT_LETTER) {
                        put_letter(draft, c);
                } else if ((sort != SORT_APOSTROPHE && (sort != SORT_HYPHEN || !hyphens)) ||
                           sort_at(cutter, at + len) != SORT_LETTER) {
                        return at;
                } else if (sort == SORT_APOSTROPHE && cutter->elides &&
                           draft->len <= ELIDED_BYTES_MAX) {
                        begin(draft);
                } else {
                        draft->has_hyphen = draft->has_hyphen || sort == SORT_HYPHEN;
                        put(draft, sort == SORT_HYPHEN ? "-" : "'", 1);
                }
                at += len;
        }
        return at;
}

/* Runs of three or more of one ASCII letter become `times` of it. */
static void squeeze(const struct draft *draft, size_t times, struct draft *ret_squeezed)
{
        size_t i = 0;

        ret_squeezed->len = 0;
        while (i < draft->len) {
                size_t run = 1;

                while (i + run < draft->len && draft->data[i + run] == draft->data[i] &&
                       draft->data[i] >= 'a' && draft->data[i] <= 'z') {
                        run++;
                }
                put(ret_squeezed, draft->data + i, run > 2 ? times : run);
                i += run;
        }
}

/* "sooooo" */
static const struct word *find_stretched(const struct lexicon *lexicon, const struct draft *draft)
{
        const struct word *word = NULL;
        struct draft squeezed;

        for (size_t times = 2; times > 0 && !word; times--) {
                squeeze(draft, times, &squeezed);
                word = lexicon_find(lexicon, squeezed.data, squeezed.len);
        }
        return word;
}

static void cut_word(struct cutter *cutter)
{
        struct tokens *tokens = cutter->tokens;
        struct draft draft;
        size_t end = read_word(cutter, cutter->at >= cutter->parts_until, &draft);
        const struct word *word = lexicon_find(cutter->lexicon, draft.data, draft.len);
        const struct word *stretched = NULL;

        if ((!word || draft.is_long) && draft.has_hyphen) {
                cutter->parts_until = end;
                end = read_word(cutter, false, &draft);
                word = lexicon_find(cutter->lexicon, draft.data, draft.len);
        }
        if (draft.is_long) {
                word = NULL;
        } else if (!word && draft.is_stretched) {
                stretched = find_stretched(cutter->lexicon, &draft);
        }
        tokens->has_small = tokens->has_small || draft.n_capitals < draft.n_letters;
        if (draft.len > 0) {
                add_word(tokens, draft.data, draft.len, stretched ? stretched : word,
                         draft.n_letters > 1 && draft.n_capitals == draft.n_letters, stretched);
        }
        cutter->at = end;
}

/* ---- All else ---- */

/* What begins here, up to the next space, if it is an emoticon of the lexicon. */
static bool cut_emoticon(struct cutter *cutter)
{
        struct draft draft;
        const struct word *word;
        size_t at = cutter->at;

        begin(&draft);
        while (at < cutter->text.len && draft.len <= EMOTICON_BYTES_MAX &&
               cutter->text.data[at] > ' ' && cutter->text.data[at] < 0x7f) {
                const char small = (char)att_text_fold((unsigned char)cutter->text.data[at]);

                put(&draft, &small, 1);
                at++;
        }
        if (draft.len < 2 || draft.len > EMOTICON_BYTES_MAX) {
                return false;
        }
        word = lexicon_find(cutter->lexicon, draft.data, draft.len);
        if (word) {
                add_word(cutter->tokens, draft.data, draft.len, word, false, false);
                cutter->at = at;
        }
        return word != NULL;
}

static void cut_symbol(struct cutter *cutter, size_t len)
{
        const char *data = cutter->text.data + cutter->at;

        add_word(cutter->tokens, data, len, lexicon_find(cutter->lexicon, data, len), false, false);
        cutter->at += len;
}

static void cut_end(struct cutter *cutter)
{
        uint32_t shouts = 0;
        uint32_t asks = 0;
        uint32_t c;
        size_t len;
        enum sort sort;

        while ((sort = look(cutter, cutter->at, &c, &len)) == SORT_STOP || sort == SORT_SHOUT ||
               sort == SORT_ASK) {
                shouts += sort == SORT_SHOUT;
                asks += sort == SORT_ASK;
                cutter->at += len;
        }
        end_sentence(cutter->tokens, shouts, asks);
}

/* "3.5" and "b.w." go on. */
static bool is_inside(const struct cutter *cutter)
{
        return cutter->text.data[cutter->at] == '.' && cutter->at > 0 &&
               sort_at(cutter, cutter->at + 1) == SORT_LETTER &&
               cutter->text.data[cutter->at - 1] >= '0' && cutter->text.data[cutter->at - 1] <= '9';
}

static void cut_next(struct cutter *cutter)
{
        uint32_t c;
        size_t len;
        const enum sort sort = look(cutter, cutter->at, &c, &len);

        if (sort == SORT_LETTER) {
                cut_word(cutter);
                return;
        }
        if (sort == SORT_SYMBOL) {
                cut_symbol(cutter, len);
                return;
        }
        if (sort != SORT_SPACE && sort != SORT_LINE_END && c < 0x80 && cut_emoticon(cutter)) {
                return;
        }
        if ((sort == SORT_STOP && !is_inside(cutter)) || sort == SORT_SHOUT || sort == SORT_ASK) {
                cut_end(cutter);
                return;
        }
        if (sort == SORT_LINE_END) {
                end_sentence(cutter->tokens, 0, 0);
        } else if (sort == SORT_CLAUSE || (sort == SORT_HYPHEN && cutter->at > 0 &&
                                           sort_at(cutter, cutter->at - 1) == SORT_SPACE)) {
                end_clause(cutter->tokens);
        }
        cutter->at += len;
}

void tokens_cut(struct tokens *tokens, const struct lexicon *lexicon, bool elides,
                struct att_text text)
{
        struct cutter cutter = {
                .tokens = tokens,
                .lexicon = lexicon,
                .text = att_text_cut(text, ATT_EMOTION_BYTES_MAX),
                .elides = elides,
        };

        tokens->count = 0;
        tokens->len = 0;
        tokens->has_small = false;
        while (cutter.at < cutter.text.len) {
                cut_next(&cutter);
        }
        end_sentence(tokens, 0, 0);
}
